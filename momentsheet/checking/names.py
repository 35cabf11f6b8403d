"""Names as they are compared: words in any order, without case, accents and words that tell nobody apart; near names.

Two names are near if each word of one has a word of the other that is the same, or has one letter wrong, left out, put
in or swapped (two in words of ten letters and more). Words of fewer than five letters, and digits, must be the same:
«Kari» is not «Kaia», «Fasade 1» not «Fasade 2».

Comparing every name with every other takes the square of their number. Here the words are compared instead, and only
those that share what is left when a letter is taken out; words that are near form classes, names with the same classes
of words a block. Only within a block names are compared, all at once by `cdist`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from momentsheet.checking.fold import NORDIC, fold

LEAST_LETTERS, MANY_LETTERS = 5, 10  # of a word in which one letter, or two, may be wrong
LEAST_ALIKE = 80  # per cent, of the whole name
_AT_ONCE = 2_000  # names of a block that are compared with all others of it at once
_MANY = 400  # from which it pays to use all cores
_ABBREVIATION = re.compile(r"\b(\w)[./](?=\w\b)")
_WORDS = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its words in alphabetical order, its digits, and all of it run together."""

    words: tuple[str, ...]
    digits: tuple[str, ...]
    run: str


@lru_cache(maxsize=200_000)
def name_of(text: str, without: frozenset[str] = frozenset()) -> Name:
    """A name as it is compared; words in `without` are left out where others remain."""
    plain = fold(text).translate(NORDIC)
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
    parts = _WORDS.findall(_ABBREVIATION.sub(r"\1", plain).replace("aa", "a"))
    words = [part for part in parts if not part.isdigit()]
    telling = [word for word in words if word not in without] or words
    digits = tuple(part for part in parts if part.isdigit())
    return Name(tuple(sorted(set(telling))), digits, "".join(dict.fromkeys(telling)))


def near_names(names: Sequence[Name], within: Sequence[object] | None = None) -> list[tuple[int, int, int]]:
    """Pairs of different names that are near, with how many per cent alike they are; places in `names`, rising.

    Only names with the same value of `within` are compared.
    """
    vocabulary = sorted({word for name in names for word in name.words})
    near = _near_words(vocabulary)
    if not near:
        return []
    ids = {word: place for place, word in enumerate(vocabulary)}
    classes = components(len(vocabulary), near)
    known = {(first * len(vocabulary) + second) for first, second in near}
    blocks: dict[object, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    for place, name in enumerate(names):
        # Ordered by class, so that a wrong first letter does not put a word elsewhere.
        words = tuple(sorted((ids[word] for word in name.words), key=lambda word: (classes[word], word)))
        key = tuple(classes[word] for word in words)
        blocks[key, name.digits, within[place] if within is not None else None].append((place, words))
    pairs = [pair for block in blocks.values() if len(block) > 1 for pair in _near_in_block(block, vocabulary, known)]
    return sorted(pairs)


def components(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each of `count` things the least one that it hangs together with."""
    parents = list(range(count))

    def root(item: int) -> int:
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parents[high] = low
    return [root(item) for item in range(count)]


def similarity(first: Name, second: Name) -> int:
    """How many per cent alike two names are, whatever the order of their words and wherever these are parted."""
    by_words = fuzz.token_sort_ratio(" ".join(first.words), " ".join(second.words))
    return round(max(by_words, fuzz.ratio(first.run, second.run)))


# Private functions


def _near_words(vocabulary: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of words that are near: first found by what is left of them, then measured."""
    long = [place for place, word in enumerate(vocabulary) if len(word) >= LEAST_LETTERS]
    hashes: list[int] = []
    counts = []
    for place in long:
        rests = _rests(vocabulary[place])
        hashes.extend(map(hash, rests))
        counts.append(len(rests))
    if not hashes:
        return []
    # Equal hashes stand beside each other once they are sorted; that two words of one hash are near is measured below.
    values, owners = np.array(hashes, np.int64), np.repeat(long, counts)
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    bounds = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1], [True])))
    groups = (owners[bounds[at] : bounds[at + 1]].tolist() for at in np.flatnonzero(np.diff(bounds) > 1).tolist())
    suspects = {pair for places in groups for pair in combinations(places, 2) if pair[0] != pair[1]}
    return sorted((first, second) for first, second in suspects if _is_near(vocabulary[first], vocabulary[second]))


def _rests(word: str) -> set[str]:
    """The word itself and what is left when one letter is taken out, or two of a long word."""
    places = range(len(word))
    found = {word, *(word[:at] + word[at + 1 :] for at in places)}
    if len(word) >= MANY_LETTERS:
        found.update(word[:low] + word[low + 1 : high] + word[high + 1 :] for low, high in combinations(places, 2))
    return found


def _is_near(first: str, second: str) -> bool:
    most = 2 if min(len(first), len(second)) >= MANY_LETTERS else 1
    return OSA.distance(first, second, score_cutoff=most) <= most


def _near_in_block(
    block: Sequence[tuple[int, tuple[int, ...]]], vocabulary: Sequence[str], known: Collection[int]
) -> Iterator[tuple[int, int, int]]:
    texts = [" ".join(vocabulary[word] for word in words) for _, words in block]
    for start in range(0, len(block), _AT_ONCE):
        scores = process.cdist(
            texts[start : start + _AT_ONCE],
            texts[start:],
            scorer=fuzz.ratio,
            score_cutoff=LEAST_ALIKE,
            dtype=np.uint8,
            workers=-1 if len(block) >= _MANY else 1,
        )
        for low, high in zip(*np.nonzero(np.triu(scores, 1)), strict=True):
            (first, mine), (second, other) = block[start + low], block[start + high]
            aligned = zip(mine, other, strict=True)
            is_near = all(a == b or min(a, b) * len(vocabulary) + max(a, b) in known for a, b in aligned)
            if is_near and mine != other:
                yield min(first, second), max(first, second), int(scores[low, high])
