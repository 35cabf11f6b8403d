"""A raw value, what is known about its column, and what was made of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from momentsheet.model.catalog import NOTHING, DateOrder
from momentsheet.model.workbook import EPOCH, Kind

FIRST_SERIAL, LAST_SERIAL = 61, 2_958_465  # 1900-03-01, behind Excel's invented 29 February, to 9999-12-31
EARLIEST = dt.date(1900, 1, 1)
# Problems that a whole column has: told once for it, with what its other values say
DOUBTS = ("ambiguous_date", "turned_date", "ambiguous_number", "doubtful_percent")
# From how many values on, and from which proportion, the greater part of a column decides although some contradict it
LEAST_MANY, MANY_TO_ONE = 20, 20
MOST_DIGITS = 10**15  # Excel keeps 15 digits of a number; the rest is lost
STORED = Decimal("1e-9")  # 0.30000000000000004 is how a sheet stores 0.3; only what people typed counts as rounding


@dataclass(frozen=True, slots=True)
class Raw:
    """One distinct raw value of a column."""

    kind: Kind
    number: float
    text: str
    is_percent: bool = False
    country: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a whole column, the company and the code lists say about each of its values."""

    date_order: DateOrder | None = "DMY"
    order_count: int = 0  # how many dates of the column prove that order; 0 where somebody has declared it
    # A spreadsheet with another date order than the customer's opened a text file:
    date_cells_may_be_turned: bool = False
    serials_are_dates: bool = False  # texts of five digits stand among the dates of the column
    is_1904: bool = False  # a number without a date format may count from 1900 or from 1904
    decimal_mark: str | None = None  # what the other numbers of the column prove
    home_mark: str | None = ","  # the decimal sign of the customer's language; None where the column contradicts itself
    fractions_are_percent: bool = False
    ones_are_doubtful: bool = False  # the column holds nothing but 1 and 0: per cent, or parts of the whole?
    is_minutes: bool = False  # the header of a column of hours says minutes
    country: str = "NO"
    currency: str = "NOK"
    code_words: Mapping[str, tuple[str, bool]] = NOTHING  # see `code_words`
    code_labels: Mapping[str, str] = NOTHING  # code -> label in the customer's language
    words: Mapping[str, Any] = NOTHING  # folded word -> the value that it stands for (`reads:` of the field)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a raw value: a value, or a problem (see the named checks), with facts for its message."""

    value: Any = None
    why: str | None = None
    problem: str | None = None
    suggestion: str | None = None
    facts: Mapping[str, object] = NOTHING
    rounded: bool = False


def decides(speak_for: int, speak_against: int, least: int) -> bool:
    """Whether so many values prove what their column means: unanimous ones, or overwhelmingly many."""
    if not speak_against:
        return speak_for >= least
    return speak_for >= max(LEAST_MANY, MANY_TO_ONE * speak_against)


def show_number(number: float) -> str:
    """A number with the 15 digits that Excel shows."""
    if abs(number) >= MOST_DIGITS:
        return f"{number:.0f}"
    number = float(f"{number:.15g}")
    return str(int(number)) if number == int(number) else repr(number)


def show_raw(raw: Raw) -> str:
    """The raw value as people see it in the cell, near enough to find it again."""
    match raw.kind:
        case Kind.TEXT | Kind.ERROR:
            return raw.text
        case Kind.NUMBER:
            return show_number(raw.number * 100) + " %" if raw.is_percent else show_number(raw.number)
        case Kind.BOOLEAN:
            return "TRUE" if raw.number else "FALSE"
        case Kind.DATE:
            day = serial_date(raw.number)
            return day.isoformat() if day else show_number(raw.number)
        case Kind.TIME | Kind.DURATION:
            if abs(raw.number) >= MOST_DIGITS:
                return show_number(raw.number)
            minutes = round(raw.number * 1440)
            return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
    return ""


def cell_value(raw: Raw) -> str | float | bool | dt.date | None:
    """The raw value as it can be written into a cell again."""
    match raw.kind:
        case Kind.BLANK | Kind.NOT_CALCULATED:
            return None
        case Kind.NUMBER:
            return raw.number
        case Kind.BOOLEAN:
            return bool(raw.number)
        case Kind.DATE:
            return serial_date(raw.number) or raw.number
    return show_raw(raw)


def serial_date(serial: float) -> dt.date | None:
    """The day of a date serial; None where no such day exists. Times are rounded to the nearest second first."""
    if not abs(serial) <= 2 * LAST_SERIAL:
        return None
    serial = round(serial * 86_400) / 86_400
    if not FIRST_SERIAL <= serial < LAST_SERIAL + 1:
        return None
    return EPOCH + dt.timedelta(days=math.floor(serial))
