"""What a PDF says beside what the sheets say of it: a false alarm costs more than a miss."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar

from momentsheet.files.pdf.look import PdfLook
from momentsheet.files.pdf.signs import Named, by_number, canonical, label_pattern, says_number, signs_of
from momentsheet.files.pdf.values import (
    Amount,
    Day,
    amounts_in,
    days_in,
    name_words,
    nearest,
    stands,
    words_of,
)  # fmt: skip
from momentsheet.model.page_words import PageWords

What = Literal["number", "date", "amount", "name"]

CURRENCIES = re.compile(r"(?<![^\W_])(NOK|SEK|DKK|EUR|USD|GBP|CHF|ISK|PLN|JPY|CAD|AUD)(?![^\W\d_])|([€$£])")
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}
ROUNDED = Decimal("0.5")  # to whole crowns


@dataclass(frozen=True, slots=True)
class Expected:
    """What the sheets say of the paper with that number; None and () where they say nothing.

    Any of the amounts proves it: without VAT, with VAT, still to be paid; negative for credit notes.
    """

    key: str
    date: dt.date | None = None
    amounts: tuple[Decimal, ...] = ()
    currency: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that the text says otherwise. `page` counts from 1; `found` stands there ("": nothing alike does)."""

    what: What
    expected: str
    found: str
    page: int


def compare(
    look: PdfLook, expected: Expected, others: Mapping[str, Expected], words: PageWords
) -> tuple[Disagreement, ...]:
    """What the text says otherwise than the sheets. `others` are all that are expected, by key."""
    if not any(look.pages):
        return ()
    pages = _Pages(look.pages, words)
    if not pages.is_legible:
        return ()
    number = _number(pages, expected, others)
    if number and number.found in others:
        return (number,)  # of another paper all the rest differs, too
    checks = (number, _date(pages, expected), _amount(pages, expected), _name(pages, expected))
    return tuple(check for check in checks if check is not None)


# Private functions

Value = TypeVar("Value", Day, Amount)


class _Pages:
    """The pages with their dates and amounts."""

    def __init__(self, pages: Sequence[str], words: PageWords) -> None:
        self.texts = pages
        self.first = next(index for index, page in enumerate(pages) if page)
        self.words = words
        self.days = [(index, day) for index, page in enumerate(pages) for day in days_in(page)]
        self.amounts = [(index, amount) for index, page in enumerate(pages) for amount in amounts_in(page)]

    @property
    def is_legible(self) -> bool:
        """Whether figures can be read at all: where a font hides its letters, nothing is."""
        return bool(self.days) or any(amount.is_sure for _, amount in self.amounts)


def _number(pages: _Pages, expected: Expected, others: Mapping[str, Expected]) -> Disagreement | None:
    known = by_number([expected.key])
    named: list[tuple[int, Named]] = [
        (index, name if name.key else Named(name.text, _whose(name.text, others)))
        for index, page in enumerate(pages.texts)
        for name in signs_of(page, known, pages.words).named
    ]
    if any(name.key == expected.key for _, name in named):
        return None
    strangers = [(index, name) for index, name in named if name.key is not None]
    stands_there = says_number(pages.texts, expected.key)
    if len({name.key for _, name in strangers}) == 1:
        index, name = strangers[0]
        other = others.get(name.key or "")
        if other and (not stands_there or _is_plainly(pages, other, expected)):
            return Disagreement("number", expected.key, other.key, index + 1)
    if stands_there:
        return None
    index, text = (named[0][0], named[0][1].text) if named else (pages.first, "")
    return Disagreement("number", expected.key, text, index + 1)


def _whose(number: str, others: Mapping[str, Expected]) -> str | None:
    """The key that a number is, as it stands or without what is between its digits."""
    return next((key for key in (number, number.replace(" ", ""), canonical(number)) if key in others), None)


def _is_plainly(pages: _Pages, other: Expected, expected: Expected) -> bool:
    """Whether date or amount speak for the other one, and neither for the one that is expected."""
    return _agrees(pages, other) and not _agrees(pages, expected)


def _agrees(pages: _Pages, expected: Expected) -> bool:
    days = {one for _, day in pages.days for one in day.days}
    sums = {one for _, amount in pages.amounts if amount.is_sure for one in amount.sums}
    return expected.date in days or any(abs(amount) in sums for amount in expected.amounts if amount)


def _date(pages: _Pages, expected: Expected) -> Disagreement | None:
    day = expected.date
    if day is None or not pages.days or any(day in found.days for _, found in pages.days):
        return None
    labelled = _beside(pages, pages.days, pages.words.dates)
    index, found = labelled or min(pages.days, key=lambda one: min(abs(day - other) for other in one[1].days))
    return Disagreement("date", day.isoformat(), found.text, index + 1)


def _amount(pages: _Pages, expected: Expected) -> Disagreement | None:
    wanted = [abs(amount) for amount in expected.amounts if amount]
    sure = [(index, amount) for index, amount in pages.amounts if amount.is_sure]
    if not wanted or not sure or _is_foreign(pages, expected.currency):
        return None
    sums = {one for _, amount in pages.amounts for one in amount.sums}
    if any(one in sums for one in wanted):
        return None
    if any(abs(one - whole) <= ROUNDED for one in wanted for whole in sums if whole == whole.to_integral_value()):
        return None
    labelled = _beside(pages, sure, pages.words.totals, is_last=True)
    index, found = labelled or min(sure, key=lambda one: min(abs(a - b) for a in wanted for b in one[1].sums))
    closest = min(expected.amounts, key=lambda one: min(abs(abs(one) - other) for other in found.sums))
    return Disagreement("amount", f"{closest:f}", found.text, index + 1)


def _is_foreign(pages: _Pages, currency: str | None) -> bool:
    """Whether the text speaks of other currencies only, so that its amounts may be the same in other money."""
    if currency is None:
        return False
    codes = (code for page in pages.texts for pair in CURRENCIES.findall(page) for code in pair if code)
    found = {SYMBOLS.get(code, code) for code in codes}
    return bool(found) and currency not in found


def _name(pages: _Pages, expected: Expected) -> Disagreement | None:
    names = [name for name in (name_words(name, pages.words.legal_forms) for name in expected.names) if name]
    text = " ".join(words_of(page) for page in pages.texts)
    if not names or not text or any(stands(name, text) for name in names):
        return None
    places = [(index, cell.strip()) for index, page in enumerate(pages.texts) for cell in re.split(r"\n| {2,}", page)]
    cells = [cell for _, cell in places]
    found = next((near for name in names if (near := nearest(name, cells))), "")
    index = places[cells.index(found)][0] if found else pages.first
    return Disagreement("name", expected.names[0], found, index + 1)


def _beside(
    pages: _Pages, values: Iterable[tuple[int, Value]], labels: tuple[str, ...], *, is_last: bool = False
) -> tuple[int, Value] | None:
    """The first value (or the last one) with one of these labels before it in its line."""
    found = None
    for index, value in values:
        text = pages.texts[index]
        line = text[text.rfind("\n", 0, value.start) + 1 : value.start]
        if _label(labels).search(line):
            found = (index, value)
            if not is_last:
                break
    return found


@cache
def _label(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{label_pattern(labels)})(?![^\W\d_])", re.IGNORECASE)
