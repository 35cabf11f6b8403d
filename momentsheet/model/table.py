"""Typed tables: what parsing makes of raw columns, and what checking hands out as clean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

# Money, percent, hours and decimals are 64-bit floats rounded to their decimals when parsed;
# sums are taken over scaled integers, so that they are exact.
dtypes: Mapping[str, type[pl.DataType]] = {
    "integer": pl.Int64, "decimal": pl.Float64, "money": pl.Float64, "percent": pl.Float64, "hours": pl.Float64,
    "date": pl.Date, "boolean": pl.Boolean,
}  # fmt: skip


def dtype(type_name: str) -> type[pl.DataType]:
    """The polars type of a field type; everything that is not listed is text."""
    return dtypes.get(type_name, pl.String)


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
