"""Dates: cells, texts in every order, months and weekdays by name, weeks; and what a whole column proves about them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from momentsheet.checking.fold import TO_SPACE, fold
from momentsheet.checking.grammar.reading import EARLIEST, Context, Raw, Reading, decides, serial_date
from momentsheet.model.catalog import DateOrder, Field
from momentsheet.model.workbook import EPOCH, Kind

ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
PARTED_DATE = re.compile(r"(\d{1,2})\s*([.,/-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})", re.ASCII)
DAY_AND_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})\s*-\s*(\d{4}|\d{2})", re.ASCII)  # 4/3-2024: Nordic, day first
YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})", re.ASCII)
SERIAL = re.compile(r"\d{5}", re.ASCII)
LIKELY_YEARS = range(1950, 2100)
LIKELY_SERIALS = range(20_000, 80_001)  # 1954 to 2119
ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?", re.ASCII | re.IGNORECASE)

# 2024-12-31T23:00:00Z is midnight of 1 January in Oslo: of a time in UTC nobody can say which day was meant.
TIME = re.compile(
    r"(?:\s*,?\s+|(?<=\d)T)(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?$",
    re.ASCII | re.IGNORECASE,
)
NOT_ZERO = re.compile(r"[1-9]")
CLOCK_WORD = re.compile(r",?\s+kl\.?\s*(\d{1,2})[.:]([0-5]\d)$", re.ASCII | re.IGNORECASE)  # kl. 10.30

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
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "man mon mån mandag måndag monday", "tir tirs tis tue tues tirsdag tisdag tuesday",
            "ons wed onsdag wednesday", "tor tors thu thur thurs torsdag thursday", "fre fri fredag friday",
            "lør lor lör sat lørdag lordag lördag saturday", "søn son sön sun søndag sondag söndag sunday",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEK_WORDS = frozenset(("uke", "uge", "vecka", "week", "veke", "v", "w", "u", "wk"))
ORDINALS = frozenset(("st", "nd", "rd", "th", "e", "a", "te", "de"))
FILLERS = frozenset(("den", "d", "of", "the", "dag", "day", "i", "år", "year"))
TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\s.,/-]")
DEN = re.compile(r"^(?:den|d\.?)\s+(?=\d)", re.IGNORECASE)
WEEKDAY_IN_FRONT = re.compile(r"([^\W\d_]{3,})[.,]*\s+")
WEEKDAY_BEHIND = re.compile(r"[\s,]+([^\W\d_]{3,})\.?$")

SURE_MARKS = ".,"
LEAST_DATES = 3  # fewer may be chance
LEAST_TURNED = 3  # texts, and date cells: fewer may be chance


@dataclass(frozen=True, slots=True)
class Orders:
    """What the distinct slashed and dashed dates of one column say about their order; each with a text that says it."""

    day_first: tuple[str, ...] = ()  # can only be read with the day first
    month_first: tuple[str, ...] = ()
    either: tuple[str, ...] = ()

    @property
    def order(self) -> DateOrder | None:
        """The order that the column proves, None if it proves none or contradicts itself."""
        if decides(len(self.day_first), len(self.month_first), LEAST_DATES):
            return "DMY"
        return "MDY" if decides(len(self.month_first), len(self.day_first), LEAST_DATES) else None

    @property
    def is_contradictory(self) -> bool:
        return bool(self.day_first and self.month_first)


def date_orders(texts: Iterable[str]) -> Orders:
    """Sort the slashed and dashed dates of one column by the order that they prove; one date is one witness."""
    parted = _parted(texts)
    short = [key for key in parted if len(key[2]) == 2]
    # Many first numbers with few last ones: the last are the years. Else 24-12-31 may begin with its year.
    ends_with_year = len({first for first, _, _ in short}) >= 3 * len({year for _, _, year in short})
    day_first, month_first, either = [], [], []
    for (first, second, year), text in parted.items():
        if first > 12 >= second:
            if len(year) == 4 or ends_with_year:
                day_first.append(text)
        elif second > 12 >= first:
            month_first.append(text)
        elif first != second and first <= 12:
            either.append(text)
    return Orders(tuple(day_first), tuple(month_first), tuple(either))


def are_turned(texts: Iterable[str], serials: Sequence[float]) -> bool:
    """True if only days above 12 stayed texts and all date cells have a day up to 12.

    That is what a spreadsheet leaves that takes the month first and opened dates with the day first, or the other way
    round: 03/04/2024 became a date cell of the wrong day, 13/04/2024 stayed text.
    """
    if len(serials) < LEAST_TURNED:
        return False
    parted = _parted(texts)
    days = [day for serial in serials if (day := serial_date(serial))]
    if len(parted) < LEAST_TURNED or len(days) < LEAST_TURNED or any(day.day > 12 for day in days):
        return False
    return all(max(first, second) > 12 for first, second, _ in parted)


def is_likely_serial(text: str) -> bool:
    """True for five digits that are a day of our time, as spreadsheets count days."""
    return SERIAL.fullmatch(text) is not None and int(text) in LIKELY_SERIALS


def read_date(raw: Raw, _field: Field, context: Context) -> Reading:
    """A day. A time of day behind it is dropped, and told where it is not midnight."""
    if raw.kind in {Kind.DATE, Kind.TIME, Kind.DURATION}:
        day = serial_date(raw.number)
        if context.date_cells_may_be_turned and day and day.day <= 12 and day.day != day.month:
            facts = {"day_first": day, "month_first": day.replace(month=day.day, day=day.month)}
            return Reading(problem="turned_date", facts=facts)
        return _checked(day, "time_of_day" if day and _has_time(raw.number) else None, "implausible_date")
    if raw.kind is Kind.NUMBER:
        # 20250131 is a compact date, 45688 the serial of a date whose format was lost.
        if raw.number == int(raw.number):
            digits = str(int(raw.number))
            if match := COMPACT_DATE.fullmatch(digits):
                return _checked(_day(*match.groups()), "date_format", "date", _year_behind(digits.zfill(8)))
            if len(digits) == 7:
                return Reading(problem="date", suggestion=_year_behind(digits.zfill(8)))
            if raw.number in LIKELY_SERIALS and not context.is_1904:
                return _checked(serial_date(raw.number), "date_serial", "date")
        return Reading(problem="date")
    if raw.kind is not Kind.TEXT:
        return Reading(problem="date")
    text = raw.text.translate(TO_SPACE)
    if context.serials_are_dates and not context.is_1904 and is_likely_serial(text):
        return _checked(EPOCH + dt.timedelta(days=int(text)), "date_serial", "date")
    text = text.rstrip(". ")
    if "k" in text or "K" in text:
        text = CLOCK_WORD.sub(r" \1:\2", text)
    match = TIME.search(text) if ":" in text else None
    if match is None:
        return _read_day(text, context)
    is_midnight = NOT_ZERO.search(text, match.start(), match.end("minute")) is None and not int(match["second"] or 0)
    if not _is_sure_time(match, is_midnight=is_midnight):
        return Reading(problem="date")
    reading = _read_day(text[: match.start()], context)
    # A two-digit year is worth more words than a time of day.
    return reading if is_midnight or reading.why != "date_as_text" else Reading(reading.value, "time_of_day")


# Private functions


def _parted(texts: Iterable[str]) -> dict[tuple[int, int, str], str]:
    """The slashed and dashed dates among texts, as first number, second number and year; each with one of its texts."""
    found: dict[tuple[int, int, str], str] = {}
    for text in texts:
        match = PARTED_DATE.match(text)
        if match and match[2] not in SURE_MARKS and (match.end() == len(text) or TIME.fullmatch(text[match.end() :])):
            found.setdefault((int(match[1]), int(match[3]), match[4]), text)
    return found


def _has_time(serial: float) -> bool:
    return round(serial * 86_400) % 86_400 != 0


def _is_sure_time(match: re.Match[str], *, is_midnight: bool) -> bool:
    """Whether it is a time of day, in the writer's own place."""
    zone = match["zone"]
    if zone and not is_midnight and not zone.strip("Zz+-0:"):  # Z, +00:00
        return False
    return int(match["hour"]) <= (12 if match["half"] else 23)


def _read_day(text: str, context: Context) -> Reading:
    """A day without its time: numbers in some order, or words."""
    text = DEN.sub("", text)
    for pattern in (ISO_DATE, COMPACT_DATE):
        if match := pattern.fullmatch(text):
            return _checked(_day(*match.groups()), "date_as_text", "date", _year_behind(text))
    if match := YEAR_FIRST.fullmatch(text):
        return _checked(_day(match[1], match[3], match[4]), "date_as_text", "date")
    if match := PARTED_DATE.fullmatch(text):
        return _parted_date(match, context)
    if match := DAY_AND_MONTH.fullmatch(text):
        day, month, year = match.groups()
        if len(year) == 4:
            return _checked(_day(year, month, day), "date_as_text", "date")
        return _checked(_day(_century(year), month, day), "two_digit_year", "date")
    if match := ISO_WEEK.fullmatch(text):
        return _week(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    return _read_words(text, context)


def _read_words(text: str, context: Context) -> Reading:
    """A date with words in it: a month, a weekday, a week, in four languages and in any order that is sure."""
    weekday, rest = _without_weekday(text)
    if weekday and not any(char.isalpha() for char in rest):
        return _of_weekday(_read_day(rest, context), weekday)
    tokens = [fold(token) for token in TOKEN.findall(rest)]
    numbers = [token for token in tokens if token.isascii() and token.isdecimal()]
    words = [token for token in tokens if token.isalpha()]
    if len(numbers) + len(words) != len(tokens):
        return Reading(problem="date")  # a sign that is no part of dates, digits of another script
    telling = [word for word in words if word not in FILLERS | ORDINALS]
    inside = [word for word in telling if word in WEEKDAYS]
    if weekday is None and len(inside) == 1 and len(telling) == 2:  # uke 12 onsdag 2024
        weekday, telling = WEEKDAYS[inside[0]], [word for word in telling if word not in WEEKDAYS]
    if len(telling) == 1 and telling[0] in WEEK_WORDS:
        return _named_week(tokens, telling[0], numbers, weekday)
    if len(telling) == 1 and (month := MONTHS.get(telling[0])):
        return _named_month(numbers, month, weekday)
    return Reading(problem="date")


def _without_weekday(text: str) -> tuple[int | None, str]:
    """The weekday at one end of a text, and the rest."""
    if (match := WEEKDAY_IN_FRONT.match(text)) and (weekday := WEEKDAYS.get(fold(match[1]))):
        return weekday, DEN.sub("", text[match.end() :].strip())
    if (match := WEEKDAY_BEHIND.search(text)) and (weekday := WEEKDAYS.get(fold(match[1]))):
        return weekday, text[: match.start()].strip()
    return None, text


def _of_weekday(reading: Reading, weekday: int) -> Reading:
    """A date in numbers with its weekday: the weekday decides where the numbers leave a choice."""
    if reading.problem == "ambiguous_date":
        days = [day for day in reading.facts.values() if isinstance(day, dt.date) and day.isoweekday() == weekday]
        return _checked(days[0], "date_as_text", "date") if len(days) == 1 else reading
    return _agreeing(reading.value, weekday, reading.why) if reading.problem is None else reading


def _agreeing(day: dt.date | None, weekday: int | None, why: str | None) -> Reading:
    """The day, unless it does not fall on the weekday that is written beside it."""
    if day is not None and weekday is not None and day.isoweekday() != weekday:
        return Reading(problem="date")
    return _checked(day, why, "date")


def _named_month(numbers: list[str], month: int, weekday: int | None) -> Reading:
    """The fourth of March: 4. mars 2024, March 4, 2024, 2024 March 4, 4-Mar-24."""
    if len(numbers) != 2:
        return Reading(problem="date")
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) not in {2, 4}:
        return Reading(problem="date")
    if len(year) == 4:
        return _agreeing(_day(year, str(month), day), weekday, "date_as_text")
    return _agreeing(_day(_century(year), str(month), day), weekday, "two_digit_year")


def _named_week(tokens: list[str], word: str, numbers: list[str], weekday: int | None) -> Reading:
    """A day of a week by name, as «uke 12 2024 onsdag»; the number of the week stands behind its word."""
    place = tokens.index(word)
    weeks = [token for token in tokens[place + 1 : place + 2] if token in numbers and len(token) <= 2]
    years = [number for number in numbers if len(number) == 4]
    if len(numbers) != 2 or len(weeks) != 1 or len(years) != 1:
        return Reading(problem="date")
    return _week(int(years[0]), int(weeks[0]), weekday)


def _week(year: int, week: int, weekday: int | None) -> Reading:
    """A day of a week; a week alone is a question that names its first and its last day."""
    try:
        monday = dt.date.fromisocalendar(year, week, 1)
        sunday = dt.date.fromisocalendar(year, week, 7)
    except ValueError:
        return Reading(problem="date")
    if weekday is None:
        return Reading(problem="week_without_day", facts={"monday": monday, "sunday": sunday})
    return _checked(dt.date.fromisocalendar(year, week, weekday), "week_date", "date")


def _parted_date(match: re.Match[str], context: Context) -> Reading:
    first, mark, second, year = match.group(1, 2, 3, 4)
    why = "date_as_text"
    if len(year) == 2 and context.date_order == "YMD" and mark not in SURE_MARKS:
        first, year = year, first  # 24/12/31
    year_first = None
    if len(year) == 2:
        if mark not in SURE_MARKS and context.date_order is None:
            year_first = _day(_century(first), second, year)
        # 24 is 2024 in old records; nobody enters hours or projects of 1924.
        year, why = _century(year), "two_digit_year"
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if mark in SURE_MARKS:  # dots are day-first wherever they are used; commas are dots of a numeric keypad
        return _checked(day_first, why, "date")
    if context.date_order in {"DMY", "MDY"}:
        own, other = (day_first, month_first) if context.date_order == "DMY" else (month_first, day_first)
        if own is None and other is not None:
            return _against_order(other, context)
        return _checked(own, why, "date")
    if context.date_order == "YMD" and why == "two_digit_year":
        return _checked(day_first, why, "date")
    if day_first and year_first and day_first != year_first:
        return Reading(
            problem="ambiguous_date", facts={"day_first": day_first, "month_first": month_first or year_first}
        )
    if day_first == month_first:
        return _checked(day_first, why, "date")
    if day_first and month_first:
        return Reading(problem="ambiguous_date", facts={"day_first": day_first, "month_first": month_first})
    if context.date_order is None and (day_first or month_first):
        return _checked(day_first or month_first, why, "date")
    return Reading(problem="date")


def _against_order(day: dt.date, context: Context) -> Reading:
    """A date that exists only in the other order than its column's; what it would be is offered, not taken."""
    facts = {"count": context.order_count, "order": context.date_order}
    return Reading(problem="against_order", suggestion=f"{day:%d.%m.%Y}", facts=facts)


def _century(year: str) -> str:
    return ("20" if int(year) < 70 else "19") + year


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _year_behind(digits: str) -> str | None:
    """What 31122024 would be with its year behind, None where it would be nothing: offered, not taken."""
    if len(digits) != 8 or not digits.isdecimal():
        return None
    day = _day(digits[4:], digits[2:4], digits[:2])
    return f"{day:%d.%m.%Y}" if day and day.year in LIKELY_YEARS else None


def _checked(day: dt.date | None, why: str | None, problem: str, suggestion: str | None = None) -> Reading:
    if day is None:
        return Reading(problem=problem, suggestion=suggestion)
    if day < EARLIEST:
        return Reading(problem="implausible_date")
    return Reading(day, why)
