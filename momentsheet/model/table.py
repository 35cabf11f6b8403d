"""Typed tables: what parsing makes of raw columns, what checking hands out as clean, and exact sums over both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from momentsheet.model.catalog import Entity, Field

# Money, percent, hours and decimals are 64-bit floats rounded to their decimals when parsed;
# hours keep six decimals, so that 0:20 is 20 minutes. Sums are taken over scaled integers, so that they are exact.
dtypes: Mapping[str, type[pl.DataType]] = {
    "integer": pl.Int64, "decimal": pl.Float64, "money": pl.Float64, "percent": pl.Float64, "hours": pl.Float64,
    "date": pl.Date, "boolean": pl.Boolean,
    "retired": pl.Null,  # a field that is no more, where a derived entity still reads it
}  # fmt: skip

default_decimals: Mapping[str, int] = {"integer": 0, "decimal": 4, "money": 2, "percent": 2, "hours": 6}


def dtype(type_name: str) -> type[pl.DataType]:
    """The polars type of a field type; everything that is not listed is text."""
    return dtypes.get(type_name, pl.String)


def blank_table(entity: Entity) -> pl.DataFrame:
    """The table of an entity without rows."""
    return pl.DataFrame(schema={"row_id": pl.UInt32, **{field.name: dtype(field.type) for field in entity.fields}})


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one entity in a delivery, flat, in the order of files, sheets and rows.

    values: `row_id` (UInt32, 0..n-1), `source` (UInt32, index into `sources`), `excel_row` (Int32), then a column
    for every field of the entity; blank and unreadable cells are null.
    bad: one Boolean column per field, True where a cell holds something that is an error.
    """

    entity: str
    values: pl.DataFrame
    bad: pl.DataFrame


@dataclass(frozen=True, slots=True)
class CleanTable:
    """Rows without errors, and without rows that depend on one; only `checking/` makes it."""

    entity: str
    values: pl.DataFrame


def decimals_of(field: Field) -> int:
    """The decimals that values of this field are rounded to and summed with (hours always six)."""
    if field.decimals is None or field.type == "hours":
        return default_decimals.get(field.type, 0)
    return field.decimals


def minutes(hours: pl.Expr) -> pl.Expr:
    """Hours as whole minutes (Int64), halves to the even minute, as parsing tells people."""
    # Six decimals of an hour are right to 0.00003 minutes: the first rounding takes that away, the second decides.
    return (hours * 60).round(4).round(0, mode="half_to_even").cast(pl.Int64)


def exact_sum(series: pl.Series, decimals: int) -> str:
    """The sum of values with that many decimals, as decimal text, e.g. "12345.50"; nulls count as nothing."""
    if series.dtype.is_float():
        units = int((series * 10**decimals).round().cast(pl.Int128).sum())
    else:
        units = int(series.cast(pl.Int128).sum()) * 10**decimals
    return decimal_text(units, decimals)


def decimal_text(units: int, decimals: int) -> str:
    """A number of 10**-decimals units as plain decimal text; zeros behind the second decimal are left out."""
    if decimals == 0:
        return str(units)
    whole, rest = divmod(abs(units), 10**decimals)
    digits = f"{rest:0{decimals}}"
    digits = digits[:2] + digits[2:].rstrip("0")
    return f"{'-' if units < 0 else ''}{whole}.{digits}"


def exact_minutes(hours: pl.Series) -> int:
    """The sum of the minutes of each row, as an import file holds them; nulls count as nothing."""
    return int(hours.to_frame("hours").select(minutes(pl.col("hours"))).to_series().cast(pl.Int128).sum())


def sums(values: pl.DataFrame, entity: Entity) -> dict[str, str]:
    """Field -> exact sum as decimal text, for the fields of `entity.totals`; hours also as `<field>_minutes`."""
    found: dict[str, str] = {}
    for name in entity.totals:
        found[name] = exact_sum(values[name], decimals_of(entity.field(name)))
        if entity.field(name).type == "hours":
            found[f"{name}_minutes"] = str(exact_minutes(values[name]))
    return found
