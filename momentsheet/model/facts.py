"""What holds for a whole delivery, and what queries see beside its sheets: company, calendar, tables of the rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from momentsheet.model.catalog import FactTable
from momentsheet.model.table import dtype

# The constants of every rule, in the order in which the guide lists them
constant_types: Mapping[str, type[pl.DataType]] = {
    "today": pl.Date, "cutover_date": pl.Date, "country": pl.String, "currency": pl.String,
    "accounting_system": pl.String, "hours_per_day": pl.Float64, "date_order": pl.String,
    "company_code": pl.String, "company_name": pl.String, "source_system": pl.String, "price_basis": pl.String,
}  # fmt: skip
calendar_types: Mapping[str, type[pl.DataType]] = {
    "date": pl.Date, "weekday": pl.Int8, "holiday": pl.String, "is_workday": pl.Boolean,
}  # fmt: skip
earliest, latest = dt.date(1970, 1, 1), dt.date(2069, 12, 31)  # days outside are mistakes that no calendar need hold


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for the whole delivery: the company file's choices, completed by the customer's own Company sheet."""

    values: Mapping[str, object]  # today, cutover_date, country, currency, accounting_system, … ; None where unknown

    def text(self, name: str) -> str:
        """A fact as text, empty where it is unknown."""
        value = self.values.get(name)
        return "" if value is None else str(value)


UNKNOWN = Facts(dict.fromkeys(constant_types))


def constants(facts: Facts, beside: pl.DataFrame) -> dict[str, pl.Expr]:
    """The facts of the delivery as constant columns for SQL; a field of the same name in the table goes before them."""
    return {
        name: pl.lit(value, dtype=constant_types.get(name, pl.String))
        for name, value in facts.values.items()
        if name not in beside.columns
    }


def tables_read(sql: str) -> set[str]:
    """The tables that a query names behind FROM and JOIN; a column may have the name of a table, such as `price`."""
    return set(re.findall(r"\b(?:from|join)\s+(\w+)", sql, re.IGNORECASE))


def run_query(
    sql: str, tables: Mapping[str, pl.DataFrame], facts: Facts, fact_tables: Mapping[str, FactTable]
) -> pl.DataFrame:
    """The rows of a query over the entities' tables, `company_facts`, the rules' own tables and the `calendar`."""
    words = set(re.findall(r"\w+", sql))
    frames = {**fact_frames({name: table for name, table in fact_tables.items() if name in words}), **tables}
    frames["company_facts"] = pl.DataFrame({"one": [1]}).select(**constants(facts, pl.DataFrame()))
    if "calendar" in words:
        frames["calendar"] = calendar(tables, facts.text("country"))
    return pl.SQLContext(frames).execute(sql, eager=True)


def fact_frames(fact_tables: Mapping[str, FactTable]) -> dict[str, pl.DataFrame]:
    """The rules' own tables, typed."""
    return {
        name: pl.DataFrame(
            list(table.rows), schema={column: dtype(kind) for column, kind in table.columns.items()}, orient="row"
        )
        for name, table in fact_tables.items()
    }


def calendar(tables: Mapping[str, pl.DataFrame], country: str) -> pl.DataFrame:
    """Every day between the first and the last date of these tables, with the public holidays of the country.

    Columns: date, weekday (1 is Monday), holiday (its name, null on other days), is_workday (Monday to Friday and no
    public holiday). A country whose holidays the library does not know has none.
    """
    dates = [
        series.filter(series.is_between(earliest, latest))
        for frame in tables.values()
        for series in frame.get_columns()
        if series.dtype == pl.Date
    ]
    known = pl.concat([series.rename("date") for series in dates]) if dates else pl.Series("date", [], pl.Date)
    first, last = known.min(), known.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return pl.DataFrame(schema=dict(calendar_types))
    days = pl.DataFrame({"date": pl.date_range(first, last, eager=True)})
    named = pl.DataFrame(
        list(_holidays(country, first.year, last.year).items()),
        schema={"date": pl.Date, "holiday": pl.String},
        orient="row",
    )
    return (
        days.with_columns(pl.col("date").dt.weekday().alias("weekday"))
        .join(named, on="date", how="left", maintain_order="left")
        .with_columns(((pl.col("weekday") <= 5) & pl.col("holiday").is_null()).alias("is_workday"))
    )


# Private functions


@lru_cache(maxsize=8)
def _holidays(country: str, first: int, last: int) -> dict[dt.date, str]:
    import holidays  # noqa: PLC0415 - 0.1 s, needed only where a rule asks for the calendar

    if country not in holidays.list_supported_countries(include_aliases=False):
        return {}
    # Sundays are weekends already; some countries' tables list them as holidays, too
    return dict(holidays.country_holidays(country, years=range(first, last + 1)))
