"""Hours: decimal, on the clock, spoken, as cells of time, or in minutes where the header says so."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal

from momentsheet.checking.fold import TO_SPACE
from momentsheet.checking.grammar.numbers import EITHER, SIGNS, number_of
from momentsheet.checking.grammar.reading import MOST_DIGITS, Context, Raw, Reading
from momentsheet.model.catalog import NOTHING, Field
from momentsheet.model.workbook import Kind

HOUR_WORDS = r"(?:t|h|timer?|tim|timme|timmar|hours?|hrs?)\.?"
CLOCK = re.compile(rf"(-?)(\d{{1,4}}):([0-5]\d)(?::([0-5]\d))?\s*(?:{HOUR_WORDS})?", re.ASCII | re.IGNORECASE)
SPOKEN = re.compile(
    rf"(-?)\s*(?:(\d{{1,4}}(?:[.,]\d+)?)\s*{HOUR_WORDS})?"
    r"\s*(?:(?:og|och|and|&)\s*)?(?:(\d{1,5})\s*(?:m|min|minutt?|minutter|minuter|minutes?)\.?)?",
    re.ASCII | re.IGNORECASE,
)
HOURS_THEN_MINUTES = re.compile(r"(-?)(\d{1,4})\s*[th]\s*([0-5]\d)", re.ASCII | re.IGNORECASE)  # 7t30
ISO_DURATION = re.compile(r"(-?)PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,5})(?:\.0+)?S)?", re.ASCII)
PARTS = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
PART_OF_HOUR = re.compile(rf"(-?)(?:(\d{{1,4}}) ?)?([½¼¾])\s*(?:{HOUR_WORDS})?", re.ASCII | re.IGNORECASE)
WRITTEN_PART = re.compile(rf"(-?)(?:(\d{{1,4}}) )?([13])/([24])\s*(?:{HOUR_WORDS})?", re.ASCII | re.IGNORECASE)


def read_hours(raw: Raw, _field: Field, context: Context) -> Reading:
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
        seconds, is_clock = _spoken_seconds(text)
        if is_clock and context.is_minutes:
            return Reading(problem="readable")  # 7:30 under «Minutes»: hours and minutes, or minutes and seconds?
        if seconds is not None:
            return _as_hours(seconds / 3600, "clock")
    reading = number_of(raw, context)
    if reading.problem:
        return reading
    if context.is_minutes:
        return _as_hours(reading.value / 60, "minutes")
    return _as_hours(reading.value, reading.why)


# Private functions


def _spoken_seconds(text: str) -> tuple[Decimal | None, bool]:
    """The seconds that a text tells with hours and minutes, None where it does not; whether it is a time on a clock."""
    if match := CLOCK.fullmatch(re.sub(r"(?<!\d) +| +(?![\d A-Za-z])", "", text)):
        sign, hours, minutes, seconds = match.groups()
        return _total(sign, int(hours), int(minutes), int(seconds or 0)), True
    if match := HOURS_THEN_MINUTES.fullmatch(text):
        return _total(match[1], int(match[2]), int(match[3])), False
    if match := ISO_DURATION.fullmatch(text):
        return _total(match[1], int(match[2] or 0), int(match[3] or 0), int(match[4] or 0)), False
    if match := PART_OF_HOUR.fullmatch(text):
        over, under = PARTS[match[3]].split("/")
        return _total(match[1], Decimal(match[2] or 0) + Decimal(over) / Decimal(under)), False
    if (match := WRITTEN_PART.fullmatch(text)) and match[3] < match[4]:
        return _total(match[1], Decimal(match[2] or 0) + Decimal(match[3]) / Decimal(match[4])), False
    match = SPOKEN.fullmatch(text)
    if not match or not (match[2] or match[3]) or EITHER.fullmatch(match[2] or ""):
        return None, False  # 1.250 t: a thousand hours, or one and a quarter?
    return _total(match[1], Decimal((match[2] or "0").replace(",", ".")), int(match[3] or 0)), False


def _total(sign: str, hours: Decimal | int, minutes: int = 0, seconds: int = 0) -> Decimal:
    total = Decimal(hours) * 3600 + minutes * 60 + seconds
    return -total if sign else total


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
