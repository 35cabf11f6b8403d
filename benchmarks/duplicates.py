"""Near duplicates among many customers: what `momentsheet inspect` does beside comparing every name with every other.

The other way is rapidfuzz's own: `process.cdist` with `token_sort_ratio` over all pairs, on all cores. It is measured
on a part of the names and scaled by the square of their number; one name against all by `process.extract` is measured,
too. Duplicates are planted, so that it is known how many each of the two finds. Exit status 1 if ours misses one: each
has one wrong letter in a word of five letters and more, and its words in any order.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from rapidfuzz import fuzz, process  # noqa: E402

from momentsheet.checking.names import LEAST_LETTERS, name_of, near_names  # noqa: E402

SYLLABLES = (
    "fjord", "berg", "sol", "vik", "nes", "dal", "hav", "elv", "stein", "lund", "skog", "ås", "bø", "tun", "mo",
    "heim", "gård", "bakk", "strand", "hage", "øy", "li", "rud", "stad",
)  # fmt: skip
KINDS = (
    "eiendom", "bygg", "arkitekter", "rådgivning", "kommune", "invest", "entreprenør", "utvikling", "prosjekt", "bolig",
    "drift", "teknikk", "elektro", "maler", "anlegg", "service", "partner", "gruppen",
)  # fmt: skip
FORMS = frozenset(("as", "asa", "ans"))
SHARE = 0.1  # of the names that the other way is measured on
CUTOFF = 88


def main(argv: list[str] | None = None) -> int:
    """Make names, plant duplicates, measure both, compare what they find."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=50_000, help="customers")
    options = parser.parse_args(argv)
    names, planted = make(options.names)
    pairs, ours = measured(lambda: find(names))
    found = {frozenset(pair) for pair in pairs}
    missed = sum(pair not in found for pair in planted)
    part = max(50, round(len(names) * SHARE))
    theirs, their_time = measured(lambda: all_pairs(names[-part:]))
    first = len(names) - part
    inside = [pair for pair in planted if min(pair) >= first]
    theirs_found = sum(frozenset(place - first for place in pair) in theirs for pair in inside)
    whole = their_time * (len(names) / part) ** 2
    texts = [" ".join(name_of(name, FORMS).words) for name in names]
    _, one = measured(lambda: process.extract(texts[0], texts, scorer=fuzz.token_sort_ratio, limit=5))
    print(f"{len(names):,} customers with {len(planted):,} planted duplicates, {os.cpu_count()} cores")
    print(f"momentsheet        {ours:8.2f} s   {len(planted) - missed:,} of {len(planted):,} planted found")
    print(
        f"cdist, all pairs   {whole:8.2f} s   {theirs_found:,} of {len(inside):,} planted found; "
        f"measured on {part:,} names ({their_time:.2f} s), scaled by their square"
    )
    print(
        f"extract, one by one{one * len(names):8.2f} s   one name against all takes {one:.4f} s, times {len(names):,}"
    )
    print(f"ratio              {ours / whole:8.3f}     momentsheet / cdist")
    if missed:
        print(f"NOT ALL FOUND: {missed} planted duplicates are missing")
    return 1 if missed else 0


def make(count: int) -> tuple[list[str], list[frozenset[int]]]:
    """Invented names and, after them, copies with one wrong letter in words of another order; which belong together."""
    rng = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < count:
        word = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3))))
        second = rng.choice(SYLLABLES) + rng.choice(SYLLABLES)
        found[f"{word} {second} {rng.choice(KINDS)}" if rng.random() < 0.4 else f"{word} {rng.choice(KINDS)}"] = None
    names = list(found)
    copies = max(10, count // 50)
    kept, planted = names[: count - copies], []
    # Of the last ones, so that the part that the other way is measured on holds both of each pair.
    last = [place for place in range(len(kept) - 4 * copies, len(kept)) if len(kept[place].split()[0]) > LEAST_LETTERS]
    for place in rng.sample(last, copies):
        words = kept[place].split()
        words[0] = mistyped(words[0], rng)
        rng.shuffle(words)
        planted.append(frozenset((place, len(kept))))
        kept.append(" ".join(words))
    return [f"{name.title()} AS" for name in kept], planted


def mistyped(word: str, rng: random.Random) -> str:
    """The word with one letter wrong, left out, put in or swapped with the next."""
    at = rng.randrange(len(word) - 1)
    ways = [word[:at] + "x" + word[at:], word[:at] + "q" + word[at + 1 :]]
    ways.append(word[:at] + word[at + 1 :])
    if word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    # Without those that bring two a together, which counts as one: å is also written aa.
    return rng.choice([way for way in ways if len(name_of(way).run) >= len(word) - 1])


def find(names: list[str]) -> list[tuple[int, int]]:
    """As `inspect` does: equal and near names."""
    known = [name_of(name, FORMS) for name in names]
    return [(first, second) for first, second, _ in near_names(known)]


def all_pairs(names: list[str]) -> set[frozenset[int]]:
    """Every name with every other, in pieces that fit into memory."""
    texts = [" ".join(name_of(name, FORMS).words) for name in names]
    found: set[frozenset[int]] = set()
    for start in range(0, len(texts), 2_000):
        scores = process.cdist(
            texts[start : start + 2_000], texts, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, dtype=np.uint8,
            workers=-1,
        )  # fmt: skip
        for first, second in zip(*np.nonzero(scores), strict=True):
            if start + first < second:
                found.add(frozenset((int(start + first), int(second))))
    return found


def measured(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and its seconds."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
