"""The figures of the receipt: rows and exact sums per year, project, employee …"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from momentsheet.model.bundle import Breakdown, Share
from momentsheet.model.catalog import NOTHING, Catalog, Entity
from momentsheet.model.controls import ControlTotal, control_sheets, reconcile
from momentsheet.model.facts import Facts
from momentsheet.model.table import CleanTable, decimal_text, decimals_of, minutes


def breakdowns(
    clean: Mapping[str, CleanTable], catalog: Catalog, derived: Mapping[str, pl.DataFrame] = NOTHING
) -> tuple[Breakdown, ...]:
    """The clean and the derived rows of each entity by the fields of its `totals_by`, in import order.

    Dates are broken down by year, years rising; other fields by value, the largest first sum before smaller ones.
    Rows without a value are the share of key "", the last one.
    """
    tables = {**derived, **{name: table.values for name, table in clean.items()}}
    return tuple(
        breakdown_of(tables[entity.name], entity, name)
        for entity in catalog.entities.values()
        if entity.name in tables
        for name in entity.totals_by
    )


def breakdown_of(values: pl.DataFrame, entity: Entity, by: str) -> Breakdown:
    """These rows of one entity by one of its fields."""
    return Breakdown(entity.name, by, _shares(values, entity, by))


def control_totals(
    clean: Mapping[str, CleanTable], tables: Mapping[str, pl.DataFrame], catalog: Catalog, facts: Facts
) -> dict[str, tuple[ControlTotal, ...]]:
    """Sheet of control totals -> each of them, with what the converted rows (`tables`) give."""
    return {
        entity.name: reconcile(clean[entity.name].values, entity, tables, catalog, facts)
        for entity in control_sheets(catalog, clean)
    }


# Private functions


def _shares(values: pl.DataFrame, entity: Entity, by: str) -> tuple[Share, ...]:
    is_date = entity.field(by).type == "date"
    key = pl.col(by).dt.year() if is_date else pl.col(by)
    grouped = values.group_by(key.cast(pl.String).fill_null("").alias("key")).agg(
        pl.len().alias("rows"), *_units(entity)
    )
    figures = [name for name in grouped.columns if name not in {"key", "rows"}]
    largest_first = [] if is_date else [(*figures, "rows")[0]]
    ordered = grouped.sort(
        [pl.col("key") == "", *largest_first, "key"], descending=[False, *(True for _ in largest_first), False]
    )
    return tuple(
        Share(row["key"], row["rows"], {name: decimal_text(row[name], _decimals(entity, name)) for name in figures})
        for row in ordered.iter_rows(named=True)
    )


def _units(entity: Entity) -> list[pl.Expr]:
    """The sums in whole units of the last decimal, in the order of the totals; hours also in minutes."""
    units: list[pl.Expr] = []
    for name in entity.totals:
        scaled = (pl.col(name) * 10 ** _decimals(entity, name)).round().cast(pl.Int128)
        units.append(scaled.sum().alias(name))
        if entity.field(name).type == "hours":
            units.append(minutes(pl.col(name)).sum().alias(f"{name}_minutes"))
    return units


def _decimals(entity: Entity, figure: str) -> int:
    """The decimals of a sum; the minutes of an hours field have none."""
    return decimals_of(entity.field(figure)) if figure in entity.totals else 0
