"""Names of files: which row one belongs to by the numbers and words in it, and what a delivered file is called.

A number counts only as a whole token: 16713 stands in `Faktura_16713.pdf`, `F0016713` and `16713-kopi.pdf`, not in
`167130.pdf`. Everything is looked up in dictionaries of tokens, so that ten thousand names are read in a moment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Tokens = tuple[str, ...]

_RUN = re.compile(r"\d+|[^\W\d_]+")
_ENDING = re.compile(r"\.(?=[A-Za-z0-9]{0,4}[A-Za-z])[A-Za-z0-9]{1,5}$")
# What NFKD does not take apart
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "đ": "d", "ł": "l"})
_YEAR = r"(?:19|20)\d\d"
_DATES = re.compile(
    rf"""(?<!\d)(?:
    {_YEAR}(?P<a>[-._ /])(?:0?[1-9]|1[0-2])(?P=a)(?:0?[1-9]|[12]\d|3[01])
    | (?:0?[1-9]|[12]\d|3[01])(?P<b>[-._ /])(?:0?[1-9]|1[0-2])(?P=b){_YEAR}
    | {_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])
    | {_YEAR}[-._ ](?:0[1-9]|1[0-2])
    | {_YEAR}
    )(?!\d)""",
    re.VERBOSE,
)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
LONGEST_NAME = 200  # characters of a file name: folders of Windows hold not many more


@dataclass(frozen=True, slots=True)
class _Hit:
    """A row's number or name that stands in a file's name, and where."""

    start: int
    end: int
    keys: tuple[str, ...]
    said: str  # as it stands there, folded


@dataclass(frozen=True, slots=True)
class _Known:
    """One way in which rows are known: tokens -> the rows, each with what must stand there, folded."""

    rows: Mapping[Tokens, Sequence[tuple[str, str]]]
    lengths: tuple[int, ...]  # of the tokens, longest first


class NameIndex:
    """The rows of one kind by what a file's name may say of them."""

    def __init__(self, patterns: Sequence[Mapping[str, str]], words: Iterable[str] = ()) -> None:
        """patterns: for each way in which a row may be known, best first, row -> what must stand in the name."""
        self._said: list[_Known] = []
        for pattern in patterns:
            rows: dict[Tokens, list[tuple[str, str]]] = {}
            for key, said in pattern.items():
                folded = fold(said)
                if tokens := _tokens(folded):
                    rows.setdefault(tuple(text for text, _, _ in tokens), []).append((key, folded))
            self._said.append(_Known(rows, tuple(sorted({len(one) for one in rows}, reverse=True))))
        self._words = {tuple(text for text, _, _ in _tokens(fold(word))) for word in words}

    def find(self, file_name: str) -> tuple[str, ...]:
        """The rows that the name may mean: none, the one, or several, between which nothing decides."""
        folded = fold(_ENDING.sub("", file_name))
        tokens = _tokens(folded)
        for known in self._said:
            hits = _hits(tokens, known, folded)
            if hits:
                return _best(hits, tokens, folded, self._words)
        return ()

    def is_named(self, file_name: str) -> bool:
        """True if a row's number stands right behind one of the kind's own words."""
        folded = fold(_ENDING.sub("", file_name))
        tokens = _tokens(folded)
        return any(
            _is_behind_word(hit, tokens, self._words) for known in self._said for hit in _hits(tokens, known, folded)
        )

    def names_another(self, file_name: str) -> bool:
        """True if a number that is no row's stands right behind one of the kind's own words."""
        folded = fold(_ENDING.sub("", file_name))
        tokens = _tokens(folded)
        hits = [
            _Hit(start, end, (), text)
            for text, start, end in tokens
            if text.isdigit() and not any(first <= start < last for first, last in _dates(folded))
        ]
        return not self.find(file_name) and any(_is_behind_word(hit, tokens, self._words) for hit in hits)


def fold(text: str) -> str:
    """A text without case, accents and ways of composing letters, as names of files lose them on their way."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_PLAIN)


def fold_name(file_name: str) -> str:
    """A file name as it is known again: case, composed letters and spaces do not count."""
    return "".join(unicodedata.normalize("NFC", file_name).casefold().split())


def legal_name(stem: str, ending: str) -> str:
    """A file name that every system takes; `ending` with its dot."""
    stem = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", stem)).strip(" .")[:LONGEST_NAME] or "_"
    return f"{'_' if _RESERVED.match(stem) else ''}{stem}{ending}"


def ending_of(file_name: str) -> str:
    """The ending in small letters, without its dot; "" where there is none."""
    found = _ENDING.search(file_name)
    return found[0][1:].lower() if found else ""


# Private functions


def _tokens(folded: str) -> list[tuple[str, int, int]]:
    """Runs of digits, without leading zeros, and runs of letters, with their places."""
    return [
        (run[0].lstrip("0") or "0" if run[0][0].isdigit() else run[0], run.start(), run.end())
        for run in _RUN.finditer(folded)
    ]


def _hits(tokens: Sequence[tuple[str, int, int]], known: _Known, folded: str) -> list[_Hit]:
    """Everything known that stands in the name as whole tokens; what lies within a longer one does not count."""
    texts = [text for text, _, _ in tokens]
    found: list[_Hit] = []
    for length in known.lengths:
        for first in range(len(texts) - length + 1):
            pairs = known.rows.get(tuple(texts[first : first + length]))
            if not pairs:
                continue
            start, end = tokens[first][1], tokens[first + length - 1][2]
            if not _is_whole(folded, start, end) or any(hit.start <= start and end <= hit.end for hit in found):
                continue
            said = folded[start:end]
            exact = [key for key, text in pairs if text == said]
            found.append(_Hit(start, end, tuple(exact or dict.fromkeys(key for key, _ in pairs)), said))
    return found


def _is_whole(folded: str, start: int, end: int) -> bool:
    """A run of digits ends where the digits end; whatever has letters in it must stand free."""
    if not any(letter.isalpha() for letter in folded[start:end]):
        return True
    return not folded[start - 1 : start].isalnum() and not folded[end : end + 1].isalnum()


def _best(
    hits: Sequence[_Hit], tokens: Sequence[tuple[str, int, int]], folded: str, words: Iterable[Tokens]
) -> tuple[str, ...]:
    """Dates are no numbers where anything else is; a number behind one of the words goes before the others."""
    dates = _dates(folded)
    left = [hit for hit in hits if _is_free(hit, dates)] or [hit for hit in hits if (hit.start, hit.end) in dates]
    behind = [hit for hit in left if _is_behind_word(hit, tokens, words)]
    return tuple(dict.fromkeys(key for hit in (behind or left) for key in hit.keys))


def _dates(folded: str) -> list[tuple[int, int]]:
    return [match.span() for match in _DATES.finditer(folded)]


def _is_free(hit: _Hit, dates: Iterable[tuple[int, int]]) -> bool:
    """True of a number that shares no digit with a date, or holds more than it, as 2024-0117 does."""
    near = [span for span in dates if span[0] < hit.end and hit.start < span[1]]
    return all(hit.start <= start and end <= hit.end and (start, end) != (hit.start, hit.end) for start, end in near)


def _is_behind_word(hit: _Hit, tokens: Sequence[tuple[str, int, int]], words: Iterable[Tokens]) -> bool:
    before = [text for text, _, end in tokens if end <= hit.start]
    return any(tuple(before[-len(word) :]) == word for word in words if word)
