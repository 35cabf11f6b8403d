"""Dates, amounts and names in running text, in every way in which people of our countries write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from babel.dates import get_month_names
from rapidfuzz import fuzz

MONTH_LANGUAGES = ("nb", "nn", "sv", "da", "en")
EARLIEST = 1950

# 20.12.2024, 20/12-2024, 2024-12-20, 20241220
DAY_MONTH_YEAR = re.compile(r"(?<![\d.,/-])(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4}|\d{2})(?!\d|[./-]\d)")
YEAR_MONTH_DAY = re.compile(r"(?<![\d.,/-])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d|[./-]\d)")
COMPACT = re.compile(r"(?<![\d.,/-])((?:19|20)\d{2})(\d{2})(\d{2})(?![\d.,/-])")

# 1 234,50; 1.234,50; 1,234.50; 1234,-; 1'234.50
AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:([ .,'’])\d{3})(?:\2\d{3})*|\d+)(?:[.,](\d{1,2})(?!\d)|[.,][-–=])?(?!\d)")
WORD = re.compile(r"[^\W_]+")
ALIKE = 85  # of 100: rapidfuzz's partial ratio from which a name stands there
NEARBY = 55  # from which what stands there is worth showing
ENOUGH_LETTERS = 0.5  # share of a name's letters in words that stand there one by one
SPELLED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ł": "l"})
ACCENTS = re.compile("[\u0300-\u036f]+")


class Day(NamedTuple):
    """A date in a text: every day that it may mean, as it stands and where."""

    days: frozenset[dt.date]
    text: str
    start: int


class Amount(NamedTuple):
    """An amount in a text, without its sign: every sum that it may mean, as it stands and where."""

    sums: frozenset[Decimal]
    text: str
    start: int
    is_sure: bool  # with two decimals: no page number, no quantity


def days_in(text: str) -> list[Day]:
    """Every date."""
    months, month_first, day_first = _months()
    found = [
        *(
            _day(one, (_year(one[3]), one[2], one[1]), (_year(one[3]), one[1], one[2]))
            for one in DAY_MONTH_YEAR.finditer(text)
        ),
        *(_day(one, (one[1], one[3], one[4])) for one in YEAR_MONTH_DAY.finditer(text)),
        *(_day(one, (one[1], one[2], one[3])) for one in COMPACT.finditer(text)),
        *(_day(one, (_year(one[3]), months[one[2].casefold()], one[1])) for one in day_first.finditer(text)),
        *(_day(one, (_year(one[3]), months[one[1].casefold()], one[2])) for one in month_first.finditer(text)),
    ]
    return [day for day in found if day.days]


def amounts_in(text: str) -> Iterator[Amount]:
    """Every amount. Where a quantity may stand in front of it («12 450,00»), both readings."""
    for match in AMOUNT.finditer(text):
        whole, mark, decimals = match.groups()
        if len(whole) > 15:
            continue
        fraction = Decimal(f"0.{decimals}") if decimals else Decimal(0)
        parts = whole.split(mark) if mark else [whole]
        sums = {Decimal("".join(parts)) + fraction}
        if mark == " ":
            sums |= {Decimal("".join(parts[index:])) + fraction for index in range(1, len(parts))}
        elif mark and len(parts) == 2 and not decimals and mark in ".,":
            sums.add(Decimal(f"{parts[0]}.{parts[1]}"))
        yield Amount(frozenset(sums), match[0], match.start(), decimals is not None and len(decimals) == 2)


def sums_in(text: str) -> frozenset[Decimal]:
    """All sums that the amounts of a text may mean."""
    return frozenset().union(*(amount.sums for amount in amounts_in(text)))


def words_of(text: str) -> str:
    """The words of a text in lower case and without accents, one space between two."""
    return " ".join(WORD.findall(_folded(text)))


def name_words(name: str, legal_forms: Iterable[str]) -> str:
    """The words of a name by which it is known: without kinds of company, unless nothing else is left."""
    forms = {words_of(form) for form in legal_forms}
    folded = _folded(name)
    for form in forms:
        if " " in form:  # a/s
            folded = re.sub(rf"(?<!\w){form.replace(' ', '[/. ]')}(?!\w)", " ", folded)
    words = WORD.findall(folded)
    return " ".join(word for word in words if word not in forms) or " ".join(words)


def stands(name: str, text: str) -> bool:
    """Whether a name stands in a text, both as words: as a whole or nearly so, or most of it word by word."""
    if f" {name} " in f" {text} ":
        return True
    if len(name) < 5:
        return False
    if fuzz.partial_ratio(name, text, score_cutoff=ALIKE):
        return True
    present = set(text.split())
    words = name.split()
    letters = sum(len(word) for word in words if word in present and len(word) > 2)
    return len(words) > 1 and letters > ENOUGH_LETTERS * sum(len(word) for word in words)


def nearest(name: str, lines: Sequence[str]) -> str:
    """The line that is most like the name, as it stands; "" where none is like it at all."""
    scored = [(fuzz.ratio(name, words_of(line)), -index) for index, line in enumerate(lines)]
    score, index = max(scored, default=(0.0, 0))
    return lines[-index] if score >= NEARBY else ""


# Private functions


@cache
def _months() -> tuple[dict[str, int], re.Pattern[str], re.Pattern[str]]:
    """Name of a month → number; the patterns of a date with the month first, and with the day first."""
    months = {
        name.rstrip(".").casefold(): number
        for language in MONTH_LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context=context, locale=language).items()
    }
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    gap = r"[ .\-/]{0,3}"
    initials = "".join({name[0] for name in months})
    month_first = rf"\b(?=[{initials}])({names})\.?{gap}(\d{{1,2}})(?:st|nd|rd|th)?,? ?(\d{{4}})(?!\d)"
    day_first = (
        rf"(?<![\d.,/-])(\d{{1,2}})(?:st|nd|rd|th|:?e|de)?{gap}(?:of )?({names})\.?,?{gap}(\d{{4}}|\d{{2}})(?!\d)"
    )
    return months, re.compile(month_first, re.IGNORECASE), re.compile(day_first, re.IGNORECASE)


def _day(match: re.Match[str], *readings: tuple[int | str, int | str, int | str]) -> Day:
    days = set()
    for reading in readings:
        year, month, day = map(int, reading)
        try:
            if year >= EARLIEST:
                days.add(dt.date(year, month, day))
        except ValueError:
            continue
    return Day(frozenset(days), match[0], match.start())


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _folded(text: str) -> str:
    text = text.casefold()
    return text if text.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(SPELLED)))
