"""How each type of field is read from a cell: one function per type, in a registry at the end.

A reading takes one distinct raw value and gives a value of the field's type, with the id of the repair that people
are told of (`repair.<why>`), or the problem that makes it unreadable. Nothing is guessed: what can be read in two ways
is a problem unless the column as a whole, or the company file, has decided it (`Context`).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from momentsheet.checking.fold import TO_SPACE, clean_text, fold
from momentsheet.checking.identifiers import (
    InvalidIdentifier,
    read_bank_account,
    read_email,
    read_kid,
    read_org_number,
    read_phone,
    read_postal_code,
    suggest_email,
)
from momentsheet.model.catalog import NOTHING, Code, DateOrder, Field
from momentsheet.model.workbook import Kind

EPOCH = dt.date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_465  # 1900-03-01, behind Excel's invented 29 February, to 9999-12-31
EARLIEST = dt.date(1900, 1, 1)
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
    date_cells_may_be_turned: bool = (
        False  # a spreadsheet with another date order than the customer's opened a text file
    )
    decimal_mark: str | None = None  # what the other numbers of the column prove
    home_mark: str = ","  # the decimal sign of the customer's language
    fractions_are_percent: bool = False
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


def read_value(raw: Raw, field: Field, context: Context) -> Reading:
    """Read one raw value as the field's type. Blank cells, and texts of nothing but spaces, are Reading(None)."""
    if raw.kind is Kind.ERROR:
        return Reading(problem="error_cell")
    if raw.kind is Kind.NOT_CALCULATED:
        return Reading(problem="not_calculated")
    if raw.kind is Kind.BLANK:
        return Reading()
    if raw.kind is not Kind.TEXT:
        return READERS[field.type](raw, field, context)
    text, why = clean_text(raw.text)
    if not text:
        return Reading()
    if context.words and (word := fold(text)) in context.words:
        return Reading(context.words[word], "word")
    reading = READERS[field.type](Raw(Kind.TEXT, math.nan, text, country=raw.country), field, context)
    if why and reading.value is not None and reading.why is None:
        return Reading(reading.value, why, facts=reading.facts, rounded=reading.rounded)
    return reading


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


# Numbers

SIGNS = {ord(char): "-" for char in "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"}
UNITS = re.compile(
    r"^(?:kr\.?|nok|sek|dkk|eur|usd|gbp|€|\$|£)\s*|\s*(?:kr\.?|kroner|kronor|nok|sek|dkk|eur|usd|gbp|€|\$|£|,-|:-)$",
    re.IGNORECASE,
)
GROUPED = {
    " ": re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?"),
    "'": re.compile(r"\d{1,3}(?:'\d{3})+(?:[.,]\d+)?"),
    ",.": re.compile(r"\d{1,3}(?:,\d{3})+\.\d+"),  # 1,234.50
    ".,": re.compile(r"\d{1,3}(?:\.\d{3})+,\d+"),  # 1.234,50
    ",,": re.compile(r"\d{1,3}(?:,\d{3}){2,}"),
    "..": re.compile(r"\d{1,3}(?:\.\d{3}){2,}"),
}
PLAIN = re.compile(r"\d+(?:[.,]\d*)?|[.,]\d+", re.ASCII)
EITHER = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)  # 1.234 or 1,234: thousands or decimals?


def decimal_mark_of(texts: list[str]) -> str | None:
    """The decimal sign that the texts of one column prove (`,` or `.`), None if they prove none or both."""
    proven: set[str] = set()
    for text in texts:
        number = _strip_number(text)[0]
        if number is None or not number.isascii():
            continue
        if GROUPED[",."].fullmatch(number) or GROUPED[",,"].fullmatch(number):
            proven.add(".")
        elif GROUPED[".,"].fullmatch(number) or GROUPED[".."].fullmatch(number):
            proven.add(",")
        elif PLAIN.fullmatch(number) and not EITHER.fullmatch(number):
            proven.update(char for char in ",." if char in number)
    return proven.pop() if len(proven) == 1 else None


def parse_number(text: str, decimal_mark: str | None, home_mark: str) -> tuple[Decimal | None, str | None, bool]:
    """Read a number as people write it. Gives the number, the repair, and True where it can be read in two ways."""
    number, negative, why = _strip_number(text)
    if number is None or not number.isascii():
        return None, None, False
    if GROUPED[" "].fullmatch(number) or GROUPED["'"].fullmatch(number):
        number, why = number.replace(" ", "").replace("'", "").replace(",", "."), "number_format"
    elif GROUPED[",."].fullmatch(number) or GROUPED[",,"].fullmatch(number):
        number, why = number.replace(",", ""), "number_format"
    elif GROUPED[".,"].fullmatch(number) or GROUPED[".."].fullmatch(number):
        number, why = number.replace(".", "").replace(",", "."), "number_format"
    elif match := EITHER.fullmatch(number):
        mark = match.group(1)
        if decimal_mark is None and mark != home_mark:
            return None, None, True
        number, why = number.replace(mark, "." if mark == (decimal_mark or home_mark) else ""), "number_format"
    elif PLAIN.fullmatch(number):
        why = why or ("decimal_comma" if "," in number else "number_as_text")
        number = number.replace(",", ".")
    else:
        return None, None, False
    value = Decimal(number)
    return (-value if negative else value), why, False


def _strip_number(text: str) -> tuple[str | None, bool, str | None]:
    """Take sign, brackets and currency off; gives digits with marks, negative, repair."""
    text = text.translate(TO_SPACE).translate(SIGNS).replace("\u2019", "'").strip()
    why = None
    bare = UNITS.sub("", UNITS.sub("", text)).strip()
    if bare != text:
        why, text = "number_format", bare
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text, why = True, text[1:-1].strip(), "number_format"
    elif text.startswith("-"):
        negative, text = True, text[1:].strip()
    elif text.startswith("+"):
        text, why = text[1:].strip(), "number_format"
    elif text.endswith("-"):
        negative, text, why = True, text[:-1].strip(), "number_format"
    bare = UNITS.sub("", UNITS.sub("", text)).strip()
    if bare != text:
        why, text = "number_format", bare
    return (text or None), negative, why


def _number(raw: Raw, context: Context) -> Reading:
    """A number from a number cell or a text; the value is a Decimal."""
    if raw.kind is Kind.NUMBER:
        return Reading(Decimal(repr(raw.number)))
    if raw.kind is not Kind.TEXT:
        return Reading(problem="readable")
    value, why, is_ambiguous = parse_number(raw.text, context.decimal_mark, context.home_mark)
    if is_ambiguous:
        whole = re.sub(r"[.,]", "", raw.text)
        return Reading(problem="ambiguous_number", facts={"whole": whole, "fraction": raw.text.replace(".", ",")})
    if value is None:
        return Reading(problem="readable")
    return Reading(value, why)


def _rounded(reading: Reading, decimals: int) -> Reading:
    if reading.problem:
        return reading
    value: Decimal = reading.value
    if abs(value) >= MOST_DIGITS:
        return Reading(problem="precision_lost")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if abs(rounded - value) > STORED:
        return Reading(float(rounded), "rounded", facts={"rounded": float(rounded)}, rounded=True)
    return Reading(float(rounded) + 0.0, reading.why)


def _read_decimal(raw: Raw, field: Field, context: Context) -> Reading:
    return _rounded(_number(raw, context), 4 if field.decimals is None else field.decimals)


FOREIGN = re.compile(r"nok|sek|dkk|eur|usd|gbp|€|\$|£", re.IGNORECASE)
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}


def _read_money(raw: Raw, field: Field, context: Context) -> Reading:
    currencies = {SYMBOLS.get(found, found.upper()) for found in FOREIGN.findall(raw.text)}
    if currencies - {context.currency}:
        return Reading(problem="readable")  # 500 EUR are not 500 crowns
    return _rounded(_number(raw, context), 2 if field.decimals is None else field.decimals)


def _read_integer(raw: Raw, _field: Field, context: Context) -> Reading:
    reading = _number(raw, context)
    if reading.problem:
        return reading
    value: Decimal = reading.value
    if abs(value) >= MOST_DIGITS:
        return Reading(problem="precision_lost")
    whole = value.to_integral_value(ROUND_HALF_EVEN)
    if abs(value - whole) > STORED:
        return Reading(problem="readable")
    return Reading(int(whole), reading.why)


def _read_percent(raw: Raw, field: Field, context: Context) -> Reading:
    decimals = 2 if field.decimals is None else field.decimals
    if raw.kind is Kind.TEXT and raw.text.endswith("%"):
        reading = _number(Raw(Kind.TEXT, math.nan, raw.text[:-1].strip()), context)
        return reading if reading.problem else _rounded(Reading(reading.value, "percent"), decimals)
    reading = _number(raw, context)
    if reading.problem:
        return reading
    if raw.is_percent:
        return _rounded(Reading(reading.value * 100), decimals)
    if reading.value and context.fractions_are_percent:
        return _rounded(Reading(reading.value * 100, "percent"), decimals)
    return _rounded(reading, decimals)


# Hours

CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
SPOKEN = re.compile(
    r"(-?)\s*(?:(\d{1,4}(?:[.,]\d+)?)\s*(?:t|h|timer?|tim|timme|timmar|hours?|hrs?)\.?)?\s*(?:(\d{1,4})\s*(?:m|min|minutt?|minutter|minuter|minutes?)\.?)?",
    re.ASCII | re.IGNORECASE,
)


def _read_hours(raw: Raw, _field: Field, context: Context) -> Reading:
    """Hours as a number; clock times and durations are counted in minutes, so that 0:20 is exactly 20 minutes."""
    if raw.kind in {Kind.TIME, Kind.DURATION, Kind.DATE}:
        if not math.isfinite(raw.number) or abs(raw.number) > 10_000:
            return Reading(problem="readable")  # a real date, not a duration
        # 7,5 typed into a cell with a date format is 7.5 hours to people, 180 to the sheet.
        if raw.kind is Kind.DATE and _are_whole_minutes(raw.number):
            return Reading(problem="readable")
        return _as_hours(Decimal(round(raw.number * 86_400)) / 3600, "clock")
    if raw.kind is Kind.TEXT:
        text = raw.text.translate(SIGNS).translate(TO_SPACE)
        if match := CLOCK.fullmatch(re.sub(r"(?<!\d) +| +(?!\d)", "", text)):
            sign, hours, minutes, seconds = match.groups()
            total = Decimal(int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)) / 3600
            return _as_hours(-total if sign else total, "clock")
        match = SPOKEN.fullmatch(text)
        if match and (match.group(2) or match.group(3)):
            if EITHER.fullmatch(match.group(2) or ""):  # 1.250 t: a thousand hours, or one and a quarter?
                return Reading(problem="readable")
            total = Decimal((match.group(2) or "0").replace(",", ".")) + Decimal(int(match.group(3) or 0)) / 60
            return _as_hours(-total if match.group(1) else total, "clock")
    reading = _number(raw, context)
    return reading if reading.problem else _as_hours(reading.value, reading.why)


def _are_whole_minutes(hours: float) -> bool:
    return abs(hours * 60 - round(hours * 60)) < 1e-6


def _as_hours(value: Decimal, why: str | None) -> Reading:
    if abs(value) >= MOST_DIGITS:
        return Reading(problem="precision_lost")
    minutes = value * 60
    whole = minutes.quantize(Decimal(1), ROUND_HALF_EVEN)
    # Hours with two decimals cannot say every minute (0.33 for 20 minutes is 19.8): Moment takes whole minutes.
    is_rounded = abs(minutes - whole) > Decimal("0.05")
    facts = {"minutes": int(whole), "rounded": float(whole / 60)} if is_rounded else NOTHING
    return Reading(round(float(value), 6) + 0.0, why, facts=facts, rounded=is_rounded)


# Dates

# 2024-12-31T23:00:00Z is midnight of 1 January in Oslo: of a time in UTC nobody can say which day was meant.
ISO_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](?:\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?|00:00(?::00(?:\.0+)?)?Z))?", re.ASCII
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
PARTED_DATE = re.compile(
    r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII
)
YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})", re.ASCII)
NAMED_DATE = re.compile(r"([0-9]{1,2})\.?\s*([^\W\d_]+)\.?\s+([0-9]{4})")
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar januari january", "feb februar februari february", "mar mars marts march", "apr april",
            "mai maj may", "jun juni june", "jul juli july", "aug august augusti", "sep sept september",
            "okt oct oktober october", "nov november", "des dec dez desember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


LEAST_TURNED = 3  # texts, and date cells: fewer may be chance


def date_order_of(texts: list[str]) -> DateOrder | None:
    """The order that the slashed and dashed dates of one column prove, None if they prove none or contradict."""
    day_first = month_first = 0
    matches = [match for text in texts if (match := PARTED_DATE.fullmatch(text.strip())) and match.group(2) != "."]
    short = [match.group(1, 4) for match in matches if len(match.group(4)) == 2]
    # Many first numbers with few last ones: the last are the years. Else 24-12-31 may begin with its year.
    ends_with_year = len({first for first, _ in short}) >= 3 * len({year for _, year in short})
    for match in matches:
        first, second = int(match.group(1)), int(match.group(3))
        is_sure = len(match.group(4)) == 4 or ends_with_year
        day_first += first > 12 >= second and is_sure
        month_first += second > 12 >= first
    if day_first and month_first:
        return None
    if day_first >= 3:
        return "DMY"
    return "MDY" if month_first >= 3 else None


def are_turned(texts: list[str], serials: list[float]) -> bool:
    """True if only days above 12 stayed texts and all date cells have a day up to 12.

    That is what a spreadsheet leaves that takes the month first and opened dates with the day first, or the other way
    round: 03/04/2024 became a date cell of the wrong day, 13/04/2024 stayed text.
    """
    matches = [match for text in texts if (match := PARTED_DATE.fullmatch(text.strip())) and match.group(2) != "."]
    days = [day for serial in serials if (day := serial_date(serial))]
    if len(matches) < LEAST_TURNED or len(days) < LEAST_TURNED or any(day.day > 12 for day in days):
        return False
    return all(max(int(match.group(1)), int(match.group(3))) > 12 for match in matches)


def _read_date(raw: Raw, _field: Field, context: Context) -> Reading:
    if raw.kind in {Kind.DATE, Kind.TIME, Kind.DURATION}:
        day = serial_date(raw.number)
        if context.date_cells_may_be_turned and day and day.day <= 12 and day.day != day.month:
            facts = {"day_first": day, "month_first": day.replace(month=day.day, day=day.month)}
            return Reading(problem="ambiguous_date", facts=facts)
        return _checked_date(day, None, "implausible_date")
    if raw.kind is Kind.NUMBER:
        # 20250131 is a compact date, 45688 the serial of a date whose format was lost.
        if raw.number == int(raw.number):
            if match := COMPACT_DATE.fullmatch(str(int(raw.number))):
                return _checked_date(_make_date(*match.groups()), "date_format", "date")
            if 20_000 <= raw.number <= 80_000:
                return _checked_date(serial_date(raw.number), "date_serial", "date")
        return Reading(problem="date")
    if raw.kind is not Kind.TEXT:
        return Reading(problem="date")
    text = raw.text.translate(TO_SPACE)
    for pattern in (ISO_DATE, COMPACT_DATE):
        if match := pattern.fullmatch(text):
            return _checked_date(_make_date(*match.groups()), "date_as_text", "date")
    if match := YEAR_FIRST.fullmatch(text):
        return _checked_date(_make_date(match.group(1), match.group(3), match.group(4)), "date_as_text", "date")
    if match := NAMED_DATE.fullmatch(text):
        month = MONTHS.get(fold(match.group(2)))
        day = _make_date(match.group(3), str(month), match.group(1)) if month else None
        return _checked_date(day, "date_as_text", "date")
    if match := PARTED_DATE.fullmatch(text):
        return _parted_date(match, context)
    return Reading(problem="date")


def _parted_date(match: re.Match[str], context: Context) -> Reading:
    first, mark, second, year = match.groups()
    why = "date_as_text"
    if len(year) == 2 and context.date_order == "YMD" and mark != ".":
        first, year = year, first  # 24/12/31
    year_first = None
    if len(year) == 2:
        if mark != "." and context.date_order is None:
            year_first = _make_date(_century(first), second, year)
        # 24 is 2024 in old records; nobody enters hours or projects of 1924.
        year, why = _century(year), "two_digit_year"
    day_first, month_first = _make_date(year, second, first), _make_date(year, first, second)
    if mark == "." or context.date_order == "DMY":  # dots are day-first wherever they are used
        return _checked_date(day_first, why, "date")
    if context.date_order == "MDY":
        return _checked_date(month_first, why, "date")
    if context.date_order == "YMD" and why == "two_digit_year":
        return _checked_date(day_first, why, "date")
    if day_first and year_first and day_first != year_first:
        return Reading(
            problem="ambiguous_date", facts={"day_first": day_first, "month_first": month_first or year_first}
        )
    if day_first == month_first:
        return _checked_date(day_first, why, "date")
    if day_first and month_first:
        return Reading(problem="ambiguous_date", facts={"day_first": day_first, "month_first": month_first})
    if context.date_order is None and (day_first or month_first):
        return _checked_date(day_first or month_first, why, "date")
    return Reading(problem="date")


def _century(year: str) -> str:
    return ("20" if int(year) < 70 else "19") + year


def _make_date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _checked_date(day: dt.date | None, why: str | None, problem: str) -> Reading:
    if day is None:
        return Reading(problem=problem)
    if day < EARLIEST:
        return Reading(problem="implausible_date")
    return Reading(day, why)


# Words


def _read_text(raw: Raw, _field: Field, _context: Context) -> Reading:
    match raw.kind:
        case Kind.TEXT:
            return Reading(raw.text)
        case Kind.NUMBER:
            if abs(raw.number) >= MOST_DIGITS:
                return Reading(problem="precision_lost")
            return Reading(show_number(raw.number))
        case Kind.BOOLEAN:
            return Reading(show_raw(raw))
        case Kind.DATE:
            day = serial_date(raw.number)
            return Reading(f"{day:%d.%m.%Y}", "date_to_text") if day else Reading(problem="implausible_date")
        case _:
            return Reading(show_raw(raw), "date_to_text")


NUMBER_TAIL = re.compile(r"^[0-9]+\.0+$")  # what programs make of a code that they take for an amount
# Texts of these types that are read as they stand: nothing invisible, nothing but ASCII, no space at the ends.
AS_WRITTEN = dict.fromkeys(("text", "code"), r"^[!-~]([ -~]*[!-~])?$")


def _read_code(raw: Raw, _field: Field, _context: Context) -> Reading:
    """Digits are kept as text. A date in a number column is what a spreadsheet made of `1-2`: nobody can undo that."""
    if raw.kind is Kind.NUMBER and raw.is_percent:
        return Reading(problem="readable")  # people see «50 %», the cell holds 0.5: neither is a number of anything
    if raw.kind is Kind.NUMBER:
        if abs(raw.number) >= MOST_DIGITS:
            return Reading(problem="precision_lost")
        return Reading(show_number(raw.number))
    if raw.kind is Kind.TEXT:
        if NUMBER_TAIL.match(raw.text):
            return Reading(raw.text.split(".")[0], "number_tail")
        return Reading(raw.text)
    return Reading(problem="readable")


BOOLEAN_WORDS = {
    **dict.fromkeys(("ja", "j", "yes", "y", "sann", "sant", "sand", "sandt", "true", "1", "x", "✓", "✔"), True),
    **dict.fromkeys(("nei", "n", "no", "nej", "usann", "falsk", "falskt", "false", "0"), False),
}


def _read_boolean(raw: Raw, _field: Field, _context: Context) -> Reading:
    if raw.kind is Kind.BOOLEAN:
        return Reading(bool(raw.number))
    word = fold(_read_text(raw, _field, _context).value or "")
    return Reading(BOOLEAN_WORDS[word]) if word in BOOLEAN_WORDS else Reading(problem="readable")


def _read_codelist(raw: Raw, field: Field, context: Context) -> Reading:
    text = _read_text(raw, field, context).value
    found = context.code_words.get(fold(text)) if text else None
    if found:
        code, is_synonym = found
        return Reading(code, "synonym" if is_synonym else None)
    close = process.extractOne(fold(text or ""), list(context.code_words), scorer=fuzz.ratio, score_cutoff=60)
    suggestion = context.code_labels[context.code_words[close[0]][0]] if close else None
    return Reading(problem="listed", suggestion=suggestion, facts={"allowed": ", ".join(context.code_labels.values())})


def code_words(codes: tuple[Code, ...]) -> dict[str, tuple[str, bool]]:
    """Every word of a code list, folded -> (code, is it only a synonym?). Codes and labels win over synonyms."""
    words = {fold(synonym): (code.code, True) for code in reversed(codes) for synonym in code.synonyms}
    return words | {fold(word): (code.code, False) for code in codes for word in (code.code, *code.label.values())}


OTHER_COUNTRY_WORDS = {
    "nor": "NO", "swe": "SE", "dnk": "DK", "fin": "FI", "deu": "DE", "gbr": "GB", "usa": "US", "nld": "NL", "fra": "FR",
    "isl": "IS", "pol": "PL", "esp": "ES", "ita": "IT", "uk": "GB", "storbritannia": "GB", "england": "GB",
    "holland": "NL", "noreg": "NO",
}  # fmt: skip


# What CLDR names beside countries: unions, parts of countries, places for tests
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
NAME_LANGUAGES = ("nn", "da", "sv", "nb", "en")  # the last one's spelling goes before


@cache
def _country_words() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - 30 ms that most workbooks do not need

    words: dict[str, str] = {}
    for language in NAME_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                words[fold(name)] = code
                words[code.casefold()] = code
    return words | OTHER_COUNTRY_WORDS


def _read_country(raw: Raw, field: Field, context: Context) -> Reading:
    text = _read_text(raw, field, context).value or ""
    words = _country_words()
    code = words.get(fold(text))
    if code:
        return Reading(code, "country" if fold(text) in OTHER_COUNTRY_WORDS else None)
    close = process.extractOne(
        fold(text), [word for word in words if len(word) > 3], scorer=fuzz.ratio, score_cutoff=75
    )
    return Reading(problem="readable", suggestion=words[close[0]] if close else None)


SHARED_CURRENCIES = {"XAF", "XCD", "XCG", "XOF", "XPF"}  # the other codes with X are gold, tests and «none»


@cache
def _currency_words() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - as above

    names: list[Mapping[str, str]] = [Locale(language).currencies for language in NAME_LANGUAGES]
    words = {fold(name): code for named in names for code, name in named.items()}
    words |= {code.casefold(): code for named in names for code in named}
    return {word: code for word, code in words.items() if code[0] != "X" or code in SHARED_CURRENCIES}


def _read_currency(raw: Raw, field: Field, context: Context) -> Reading:
    text = _read_text(raw, field, context).value or ""
    symbols = {"€": "EUR", "£": "GBP", "us$": "USD", "kr": context.currency, "kr.": context.currency}
    code = symbols.get(fold(text)) or _currency_words().get(fold(text))
    if code is None:
        return Reading(problem="readable")
    if code.casefold() == fold(text):
        return Reading(code, None if code == text else "spelling")
    return Reading(code, "currency")


def _read_url(raw: Raw, field: Field, context: Context) -> Reading:
    text = _read_text(raw, field, context).value or ""
    address = re.sub(r"^https?://", "", text, flags=re.IGNORECASE)
    host = re.split(r"[/?#]", address, maxsplit=1)[0]
    if " " in text or not re.fullmatch(r"[^\s@:]+\.[^\W\d_]{2,}(?::\d+)?", host):
        return Reading(problem="readable")
    return Reading(text) if address != text else Reading("https://" + text, "url_scheme")


def _read_list(raw: Raw, field: Field, context: Context) -> Reading:
    reading = _read_text(raw, field, context)
    if reading.problem:
        return reading
    parts = [" ".join(part.split()) for part in re.split(r"[;,\n]", reading.value)]
    return Reading("; ".join(dict.fromkeys(part for part in parts if part)) or None, reading.why)


def _read_file_name(raw: Raw, field: Field, context: Context) -> Reading:
    reading = _read_text(raw, field, context)
    if reading.problem is None and _NO_FILE_NAME.search(reading.value or ""):
        name = re.split(r"[\\/]", reading.value)[-1].strip()  # of a path
        return Reading(problem="readable", suggestion=name if name and not _NO_FILE_NAME.search(name) else None)
    return reading


_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\n]|^\.\.?$')


# Identifiers


def _identifier(read: Callable[[str, str], tuple[str, str | None]]) -> Callable[[Raw, Field, Context], Reading]:
    def read_identifier(raw: Raw, field: Field, context: Context) -> Reading:
        reading = _read_code(raw, field, context)
        if reading.problem:
            return reading
        try:
            value, why = read(reading.value, raw.country or context.country)
        except InvalidIdentifier as problem:
            return Reading(problem="readable", suggestion=problem.suggestion)
        return Reading(value, why or reading.why)

    return read_identifier


def _read_email(raw: Raw, field: Field, context: Context) -> Reading:
    text = _read_text(raw, field, context).value or ""
    try:
        value = read_email(text)
    except InvalidIdentifier:
        return Reading(problem="readable", suggestion=suggest_email(text))
    return Reading(value, None if value == text else "spelling")


READERS: Mapping[str, Callable[[Raw, Field, Context], Reading]] = {
    "text": _read_text,
    "code": _read_code,
    "integer": _read_integer,
    "decimal": _read_decimal,
    "money": _read_money,
    "percent": _read_percent,
    "date": _read_date,
    "hours": _read_hours,
    "boolean": _read_boolean,
    "codelist": _read_codelist,
    "reference": _read_code,
    "email": _read_email,
    "phone": _identifier(read_phone),
    "url": _read_url,
    "country": _read_country,
    "currency": _read_currency,
    "org_number": _identifier(read_org_number),
    "bank_account": _identifier(read_bank_account),
    "kid": _identifier(read_kid),
    "postal_code": _identifier(read_postal_code),
    "list": _read_list,
    "file_name": _read_file_name,
}
