"""What a column seems to hold, from its distinct values alone; its figures; what its dates prove."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fold import clean_text, fold
from momentsheet.checking.grammar import Context, Raw, read_value, serial_date
from momentsheet.checking.profile.grids import GridColumn
from momentsheet.model.catalog import Field
from momentsheet.model.profile import DateFigures, NumberFigures
from momentsheet.model.table import exact_sum
from momentsheet.model.workbook import EPOCH, Kind

MOST_JUDGED = 1_500  # distinct values of a column whose type is asked; evenly taken from all of them
NUMERIC = frozenset(("integer", "decimal", "money", "percent", "hours"))
_BY_KIND = {
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIME: "hours",
    Kind.DURATION: "hours",
    Kind.ERROR: "error",
    Kind.NOT_CALCULATED: "formula",
}
_YES_NO = frozenset(["ja", "nei", "nej", "yes", "no", "true", "false", "sann", "usann", "sant", "falskt"])
_PARTED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:\s.*)?", re.ASCII)
_DATE_LIKE = re.compile(r"\d{1,4}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{1,4}(?:[T ].*)?|\d{1,2}\.?\s*[^\W\d_]{3,}\.?\s+\d{4}")
_CLOCK = re.compile(
    r"-?\d{1,4}:[0-5]\d(?::[0-5]\d)?|-?\d+(?:[.,]\d+)?\s*(?:t|h|timer?|tim|timmar|hours?)\b.*", re.IGNORECASE
)
_CURRENCY = re.compile(
    r"(?:kr\.?|nok|sek|dkk|eur|usd|gbp|€|\$|£)\s*-?[\d(]|\d\s*(?:kr\.?|nok|sek|dkk|eur|,-|€)$", re.IGNORECASE
)
_NUMBER_LIKE = re.compile(r"[\s(+\u2212-]*[\d.,]")
_PHONE_LIKE = re.compile(r"(?:\+|00)?[\d()\s/.-]{8,}")
_WEB = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_CODE = re.compile(r"[^\W\d_]{0,6}[-./ ]?\d[\w./-]*")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a column holds: the type of each distinct value that was judged, None for the others; filled cells by type.

    Where not all were judged, the counts are those of the sample, scaled.
    """

    kinds: tuple[str | None, ...]
    holds: Mapping[str, int]  # most first

    @property
    def main(self) -> str:
        return next(iter(self.holds), "")

    def share(self, *names: str) -> float:
        """The share of the filled cells that hold one of these types."""
        total = sum(self.holds.values())
        return sum(self.holds.get(name, 0) for name in names) / total if total else 0.0


def contents_of(column: GridColumn, context: Context) -> Contents:
    """Judge the distinct values of a column."""
    raws, counts = column.values.raws, column.values.counts
    step = max(1, -(-len(raws) // MOST_JUDGED))
    kinds: list[str | None] = [None] * len(raws)
    found: Counter[str] = Counter()
    for place in range(0, len(raws), step):
        kinds[place] = kind = kind_of(raws[place], context)
        found[kind] += int(counts[place])
    if found["decimal"]:  # 7 among 7.5 and 6.25 is no other kind of value
        found["decimal"] += found.pop("integer", 0)
    judged = sum(found.values())
    scale = column.filled / judged if judged else 1.0
    return Contents(tuple(kinds), {kind: round(count * scale) for kind, count in found.most_common() if count})


def kind_of(raw: Raw, context: Context) -> str:
    """The most telling type that one value can be: a type of fields, or `error`, `formula`."""
    if raw.kind in _BY_KIND:
        return _BY_KIND[raw.kind]
    if raw.kind is Kind.NUMBER:
        if raw.is_percent:
            return "percent"
        if raw.number != round(raw.number):
            return "decimal"
        is_nine = 1e8 <= raw.number < 1e9
        return "org_number" if is_nine and _reads(raw, "org_number", context) else "integer"
    text = clean_text(raw.text)[0]
    return _kind_of_text(text, context)


def figures_of(numbers: npt.NDArray[np.float64]) -> NumberFigures | None:
    """Least, most, median and sum of the numbers; NaN where there is none."""
    kept = numbers[np.isfinite(numbers)]
    if not len(kept):
        return None
    return NumberFigures(
        len(kept),
        float(kept.min()),
        float(kept.max()),
        float(np.median(kept)),
        exact_sum(pl.Series(kept), 4) if np.abs(kept).max() < 1e15 else str(float(kept.sum())),
        int((kept < 0).sum()),
        int((kept == 0).sum()),
    )


def numbers_of(column: GridColumn, kind: str, context: Context) -> npt.NDArray[np.float64]:
    """Each row as a number; NaN where it is none. Clock times count as hours where the column holds hours."""
    raws = column.values.raws
    found = np.full(len(raws), np.nan)
    for place, raw in enumerate(raws):
        if raw.kind is Kind.NUMBER:
            found[place] = raw.number * 100 if raw.is_percent else raw.number
        elif raw.kind in {Kind.TIME, Kind.DURATION} and kind == "hours":
            found[place] = raw.number * 24
        elif raw.kind is Kind.TEXT and (_NUMBER_LIKE.match(raw.text) or kind == "money"):
            value = read_value(raw, _field("hours" if kind == "hours" else "decimal"), context).value
            found[place] = np.nan if value is None else float(value)
    return np.append(found, np.nan)[column.values.inverse]


def days_of(column: GridColumn, context: Context) -> npt.NDArray[np.float64]:
    """Each row as a date serial; NaN where it is none, or could be two."""
    found = np.full(len(column.values.raws), np.nan)
    for place, raw in enumerate(column.values.raws):
        if raw.kind is Kind.DATE:
            found[place] = np.floor(raw.number) if serial_date(raw.number) else np.nan
        elif raw.kind is Kind.TEXT and _DATE_LIKE.fullmatch(raw.text.strip()):
            value = read_value(raw, _field("date"), context).value
            found[place] = np.nan if value is None else (value - EPOCH).days
    return np.append(found, np.nan)[column.values.inverse]


def serials_of(dates: pl.Series) -> npt.NDArray[np.float64]:
    """Dates as the serials of a spreadsheet; NaN where there is none."""
    unix = (dt.date(1970, 1, 1) - EPOCH).days
    return (dates.cast(pl.Int32).cast(pl.Float64) + unix).fill_null(float("nan")).to_numpy()


def dates_of(column: GridColumn, days: npt.NDArray[np.float64]) -> DateFigures | None:
    """Earliest and latest, and what the written dates say of the order of day and month."""
    kept = days[np.isfinite(days)]
    written = Counter[str]()
    for raw, count in zip(column.values.raws, column.values.counts.tolist(), strict=True):
        match = _PARTED.fullmatch(raw.text.strip()) if raw.kind is Kind.TEXT else None
        if match:
            first, second = int(match[1]), int(match[3])
            by_dots = match[2] == "."
            side = "day" if by_dots or first > 12 >= second else "month" if second > 12 >= first else "either"
            written[side] += count
    earliest, latest = (serial_date(float(day)) for day in (kept.min(), kept.max())) if len(kept) else (None, None)
    if earliest is None or latest is None:
        return None
    order = "DMY" if written["day"] and not written["month"] else None
    order = "MDY" if written["month"] and not written["day"] else order
    texts = sum(written.values())
    return DateFigures(len(kept), earliest, latest, order, texts, written["day"], written["month"], written["either"])


# Private functions


@cache
def _field(kind: str) -> Field:
    return Field("value", kind, {}, {}, "")


def _reads(raw: Raw, kind: str, context: Context) -> bool:
    return read_value(raw, _field(kind), context).problem is None


def _kind_of_text(text: str, context: Context) -> str:
    raw = Raw(Kind.TEXT, float("nan"), text)
    if "@" in text:
        return "email" if " " not in text.strip() or _reads(raw, "email", context) else "text"
    if not any(char.isdigit() for char in text):
        if fold(text) in _YES_NO:
            return "boolean"
        return "url" if _WEB.fullmatch(text) and _reads(raw, "url", context) else "text"
    digits = re.sub(r"\D", "", text)
    if _DATE_LIKE.fullmatch(text):
        reading = read_value(raw, _field("date"), context)
        if reading.problem in {None, "ambiguous_date"}:
            return "date"
    if _CLOCK.fullmatch(text):
        return "hours"
    if text.endswith("%"):
        return "percent"
    if len(digits) == 9 and len(text) <= 16 and _reads(raw, "org_number", context):
        return "org_number"
    if len(digits) == 11 and not text.isdigit() and "." in text and _reads(raw, "bank_account", context):
        return "bank_account"
    is_code = len(digits) > 1 and text[0] == "0" and text.isdigit()
    is_spaced = text[0] in "+0(" or not text.isdigit()
    if not is_code and is_spaced and _PHONE_LIKE.fullmatch(text) and _reads(raw, "phone", context):
        return "phone"
    if is_code:
        return "code"
    if _CURRENCY.search(text):
        return "money"
    if _NUMBER_LIKE.match(text) and _reads(raw, "decimal", context):
        return "integer" if re.fullmatch(r"[+-]?\d+", text) else "decimal"
    if _WEB.fullmatch(text) and not text[-1].isdigit():
        return "url"
    return "code" if _CODE.fullmatch(text) else "text"
