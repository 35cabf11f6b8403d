"""What one page says of itself: whose number it bears, which others it speaks of, the how-manieth page it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from momentsheet.model.page_words import PageWords

WIDE = re.compile(r" {2,}")
SEPARATORS = re.compile(r"[\s\-./_]+")
BETWEEN = re.compile(r"[\s:#.№°\-–]*")  # between a label and its number
VALUE = re.compile(r"(?:[^\W\d_]{1,5}[-/.]?)?\d[\w]*(?:[-/ ]\d[\w]*)*", re.ASCII | re.IGNORECASE)
NOT_A_NUMBER = re.compile(r"[.,]\d|[%:]\d|,-|\.-")  # what follows makes it an amount, a date, a time
DATE_LIKE = re.compile(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}|\d{1,2}[-/]\d{1,2}[-/](?:\d{4}|\d{2})")
# A whole number by itself: no part of a word, an amount, a date or a longer number with dots or hyphens.
TOKEN = re.compile(r"(?<![\w])(?<!\d[.,:/\-])(?:[A-Za-z]{1,5}-?)?\d\w*(?:-\w+)*(?!\w)(?![.,:/\-]\d)(?!,-)")
GROUPED = re.compile(r"(?<![\w])(?<!\d[.,:/\- ])\d{1,3}(?:[ -]\d{3})+(?![\w])(?![.,:/\- ]\d)(?!,-)")
PREFIX = re.compile(r"^\D+")
YEAR = re.compile(r"(?:19|20)\d\d")
BARE_COUNTER = re.compile(r"(\d{1,3}) ?/ ?(\d{1,3})|(\d{1,3}) ?\((\d{1,3})\)")
HEAD = 20  # lines at the top of a page among which its title stands
EDGE = 4  # lines at the top and at the bottom of a page among which a counter without a word is believed
LONG = 5  # letters of a word that says so wherever it stands in front; a shorter one only right in front
LEAST_DIGITS = 4  # of a number that is worth something without a label: shorter ones are quantities
MOST_NUMBERS = 200  # labels on a page; beyond, it is a list
MOST_PAGES = 999


class Named(NamedTuple):
    """A number beside its label: as it stands, and the key that it is (None: of nobody whom we expect)."""

    text: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page says. `named`: the numbers that it bears; `spoken_of`: keys that stand there for another reason."""

    named: tuple[Named, ...] = ()
    spoken_of: frozenset[str] = frozenset()
    counter: tuple[int, int | None] | None = None  # its own number, and how many there are
    is_other_paper: bool = False  # a reminder, a statement: it speaks of numbers and bears none

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(name.key for name in self.named if name.key is not None)

    @property
    def strangers(self) -> frozenset[str]:
        """Numbers beside a label that are nobody's."""
        return frozenset(name.text for name in self.named if name.key is None)


def canonical(number: str) -> str:
    """The number without what people put between its digits, and without zeros in front."""
    joined = SEPARATORS.sub("", number).casefold()
    return joined.lstrip("0") or joined


def by_number(keys: Iterable[str]) -> Mapping[str, str]:
    """Canonical number → key; where two keys look alike, neither."""
    found: dict[str, str] = {}
    twice = set()
    for key in keys:
        short = canonical(key)
        if found.setdefault(short, key) != key:
            twice.add(short)
    return {short: key for short, key in found.items() if short not in twice}


def signs_of(page: str, known: Mapping[str, str], words: PageWords) -> Signs:
    """What a page says; `known` is from `by_number`."""
    if not page:
        return Signs()
    patterns = _patterns(words)
    lines = page.split("\n")
    named, spoken_of = _labelled(lines, known, patterns)
    spoken_of |= _mentions(page, known, patterns)
    keys = {name.key for name in named}
    is_other = any(patterns.other_papers.fullmatch(cell.text) for line in lines[:HEAD] for cell in _cells(line))
    return Signs(tuple(dict.fromkeys(named)), frozenset(spoken_of - keys), _counter(page, lines, patterns), is_other)


def says_number(pages: Iterable[str], key: str) -> bool:
    """Whether a number stands anywhere as a whole, with a label or without."""
    known = {canonical(key): key}
    parts = [re.escape(part) for part in SEPARATORS.split(key) if part]
    as_written = re.compile(r"(?<!\w)" + "[ ./_-]*".join(parts) + r"(?!\w)(?![.,]\d)", re.IGNORECASE)
    for page in pages:
        matches = (match for pattern in (TOKEN, GROUPED) for match in pattern.finditer(page))
        if any(_key_of(match[0], known) for match in matches) or (len(parts) > 1 and as_written.search(page)):
            return True
    return False


def label_pattern(labels: Iterable[str]) -> str:
    """A regular expression for any of these labels, the longest first, with dots, hyphens and spaces at will."""
    parts = sorted((label.split() for label in labels), key=lambda words: -sum(map(len, words)))
    return "|".join(r"[\s.\-]*".join(map(re.escape, words)) for words in parts) or "(?!)"


# Private functions


class _Patterns(NamedTuple):
    numbers: re.Pattern[str]
    titles: re.Pattern[str]
    long_references: re.Pattern[str]
    references: re.Pattern[str]
    other_numbers: re.Pattern[str]
    other_papers: re.Pattern[str]
    counter: re.Pattern[str]
    bare_counter: re.Pattern[str]


class _Cell(NamedTuple):
    start: int
    text: str


@cache
def _patterns(words: PageWords) -> _Patterns:
    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    references = label_pattern(words.references)
    long_references = label_pattern(word for word in words.references if len(word) >= LONG)
    of = rf"(?:{label_pattern(words.of)}|/|\()"
    initials = "".join({re.escape(word[0]) for word in words.page}) or "."
    long_pages = label_pattern(word for word in words.page if len(word) > 2)
    return _Patterns(
        numbers=compiled(rf"(?<![^\W_])(?:{label_pattern(words.numbers)})(?![^\W\d_])"),
        titles=compiled(rf"(?:{label_pattern(words.titles)})(?![^\W\d_])"),
        long_references=compiled(rf"(?<!\w)(?:{long_references})(?!\w)"),
        references=compiled(rf"(?<!\w)(?:{references})[\s:.]*(?:nr|no)?[\s:.]*$"),
        other_numbers=compiled(rf"(?<!\w)(?:{label_pattern(words.other_numbers)})\.?[\s:#]*$"),
        other_papers=compiled(rf"(?:\d\.? ?)?(?:{label_pattern(words.other_papers)})[\s:.]*(?:(?:nr|no)[\s:.]*)?\d*"),
        counter=compiled(
            rf"\b(?=[{initials}])(?:(?:{label_pattern(words.page)})[ .:]*(\d{{1,3}}) *{of} *(\d{{1,3}})"
            rf"|(?:{long_pages})[ .:]*(\d{{1,3}}))(?![\w.,]*\d)"
        ),
        bare_counter=compiled(rf"(\d{{1,3}}) ?(?:{label_pattern(words.of)}) ?(\d{{1,3}})"),
    )


def _cells(line: str) -> list[_Cell]:
    cells, start = [], 0
    for gap in WIDE.finditer(line):
        if gap.start() > start:
            cells.append(_Cell(start, line[start : gap.start()]))
        start = gap.end()
    if start < len(line):
        cells.append(_Cell(start, line[start:]))
    return cells


def _labelled(lines: Sequence[str], known: Mapping[str, str], patterns: _Patterns) -> tuple[list[Named], set[str]]:
    """Numbers beside, right of or below a label; and keys beside a label that says that another paper is meant."""
    rows = [_cells(line) for line in lines]
    lengths = {len(number) for number in known}
    named: list[Named] = []
    spoken_of: set[str] = set()
    for row_index, row in enumerate(rows):
        for index, cell in enumerate(row):
            for start, end, is_title in _labels(cell.text, patterns):
                found, is_list = _value(rows, row_index, index, end, known, is_title=is_title)
                if not found:
                    continue
                before = cell.text[:start]
                neighbour = row[index - 1].text if index else ""
                is_other = (
                    is_list
                    or (is_title and bool(before.strip(" .:#-")))
                    or patterns.long_references.search(cell.text[:start]) is not None
                    or patterns.references.search(before) is not None
                    or patterns.references.fullmatch(neighbour.strip()) is not None
                )
                if is_other:
                    spoken_of |= {name.key for name in found if name.key}
                elif not is_title or found[0].key is not None or _is_whole(cell.text, end, found[0], lengths):
                    named.append(found[0])
            if len(named) > MOST_NUMBERS:
                return named, spoken_of
    return named, spoken_of


def _labels(text: str, patterns: _Patterns) -> Iterator[tuple[int, int, bool]]:
    """Start, end and kind of each label in a cell."""
    end = 0
    for match in patterns.numbers.finditer(text):
        yield match.start(), match.end(), False
        end = match.end()
    for match in patterns.titles.finditer(text):
        if match.start() >= end and (not match.start() or not text[match.start() - 1].isalnum()):
            yield match.start(), match.end(), True


def _value(
    rows: Sequence[Sequence[_Cell]], row: int, index: int, end: int, known: Mapping[str, str], *, is_title: bool
) -> tuple[list[Named], bool]:
    """The number of a label that ends there; several below it are a list."""
    cell = rows[row][index]
    rest = cell.text[end:]
    start = BETWEEN.match(rest)
    rest = rest[start.end() :] if start else rest
    if rest:
        found = _read(rest, known)
        if found or is_title or not rest[0].isalpha():
            return ([found] if found else []), False
    elif index + 1 < len(rows[row]):
        beside = rows[row][index + 1].text
        found = _read(beside.lstrip(" :#"), known)
        if found:
            return [found], False
        if not beside[:1].isalpha():
            return [], False
    if is_title:
        return [], False
    below = list(_below(rows, row, cell, end, known))
    return below, len(below) > 1


def _below(
    rows: Sequence[Sequence[_Cell]], row: int, label: _Cell, end: int, known: Mapping[str, str]
) -> Iterator[Named]:
    """The numbers in the column below a label, as long as there is one in each line."""
    for further, cells in enumerate(rows[row + 1 :]):
        beneath = next((c for c in cells if c.start < label.start + end and label.start < c.start + len(c.text)), None)
        found = _read(beneath.text, known) if beneath else None
        if found is None or beneath is None:
            return
        is_alone = len(found.text) >= len(beneath.text) - 1
        if further and not (is_alone or found.key is not None):
            return
        yield found


def _is_whole(text: str, end: int, found: Named, lengths: set[int]) -> bool:
    """Whether a title and a number as long as ours are all that stands there: «Faktura 16799», which nobody expects."""
    is_all = text[end:].strip(" .:#") == found.text
    return is_all and len(found.text) >= LEAST_DIGITS and len(canonical(found.text)) in lengths


def _read(text: str, known: Mapping[str, str]) -> Named | None:
    """The number at the beginning of a text; with its groups of digits together where that is one we know."""
    match = VALUE.match(text)
    if match is None:
        return None
    whole = match[0]
    is_broken = NOT_A_NUMBER.match(text, match.end()) is not None  # the last group belongs to something else
    groups = [0, *(gap.end() for gap in re.finditer("[-/ ]", whole)), len(whole) + 1]
    for count in range(len(groups) - 1, 0, -1):
        part = whole[: groups[count] - 1]
        if is_broken and count == len(groups) - 1:
            continue
        key = _key_of(part, known)
        if key is not None:
            return Named(part, key)
    words = whole.split(" ")
    if is_broken:
        words.pop()
    if not words or DATE_LIKE.fullmatch(words[0]) or sum(map(str.isdigit, words[0])) < 2:
        return None
    if all(len(word) == 3 and word.isdigit() for word in words[1:]) and len(words[0]) <= 3:
        return Named(" ".join(words), None)
    return Named(words[0], None)


def _key_of(number: str, known: Mapping[str, str]) -> str | None:
    """The key that a number is: whole, or without letters and a hyphen in front of it (INV-16713)."""
    found = known.get(canonical(number))
    if found is None and not number[:1].isdigit():
        found = known.get(canonical(PREFIX.sub("", number)))
    return found


def _mentions(page: str, known: Mapping[str, str], patterns: _Patterns) -> set[str]:
    """Keys that stand there as whole numbers, without the label of another number in front."""
    found = set()
    for pattern in (TOKEN, GROUPED):
        for match in pattern.finditer(page):
            key = _key_of(match[0], known)
            if key is None or sum(map(str.isdigit, match[0])) < LEAST_DIGITS or YEAR.fullmatch(match[0]):
                continue
            line = page[page.rfind("\n", 0, match.start()) + 1 : match.start()]
            if not patterns.other_numbers.search(line.rstrip()):
                found.add(key)
    return found


def _counter(page: str, lines: Sequence[str], patterns: _Patterns) -> tuple[int, int | None] | None:
    """The page's own number and the number of pages, where it says one and no other."""
    counted: Counter[tuple[int, int | None]] = Counter()
    for match in patterns.counter.finditer(page):
        number, total = (match[1], match[2]) if match[1] else (match[3], None)
        counted[int(number), int(total) if total else None] += 1
    if not counted:
        for line in dict.fromkeys((*lines[:EDGE], *lines[-EDGE:])):
            for cell in _cells(line):
                alone = BARE_COUNTER.fullmatch(cell.text) or patterns.bare_counter.fullmatch(cell.text)
                if alone:
                    number, total = (group for group in alone.groups() if group)
                    counted[int(number), int(total)] += 1
    whole = {counter for counter in counted if counter[1] is not None} or set(counted)
    if len(whole) != 1:
        return None
    number, total = next(iter(whole))
    return (number, total) if number >= 1 and (total is None or number <= total) else None
