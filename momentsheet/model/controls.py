"""Control totals: figures of the old system, and what the rows of a delivery give for the same figures, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from momentsheet.model.catalog import Catalog, Entity, Measure
from momentsheet.model.facts import Facts, run_query, tables_read
from momentsheet.model.table import blank_table, decimals_of

NOT_BY = frozenset(("row_id", "amount"))  # columns of a measure's query that say nothing about where a record belongs


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a figure: the year, project … that it belongs to, and how much it is."""

    key: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """One figure of the old system beside what the rows give.

    `by`: column of the sheet -> value, for those that say which part is meant. `unknown_by`: such columns by which
    the figure is not known, so that nothing can be compared; `found` is None then, and where a cell is unreadable.
    """

    row: int  # row id in the sheet of control totals
    figure: str | None  # code, None where it cannot be read
    by: Mapping[str, str]
    stated: Decimal | None
    tolerance: Decimal
    decimals: int
    found: Decimal | None = None
    records: int = 0  # rows that were counted
    unknown_by: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """What the rows have more than the old system."""
        return None if self.found is None or self.stated is None else self.found - self.stated

    @property
    def agrees(self) -> bool:
        return self.difference is not None and abs(self.difference) <= self.tolerance


def measures_of(entity: Entity, catalog: Catalog) -> dict[str, Measure]:
    """The figures that a sheet of control totals can hold, by their code."""
    assert entity.controls is not None
    code_list = catalog.code_lists[entity.field(entity.controls.figure).list or ""]
    return {code.code: code.measures for code in code_list.codes if code.measures is not None}


def records_of(measure: Measure, tables: Mapping[str, pl.DataFrame], catalog: Catalog, facts: Facts) -> pl.DataFrame:
    """A row per record of a figure: `row_id`, `units`, and as text the columns by which the figure may be asked for.

    `units` are whole ones of the last decimal, null where there is no amount. Sheets that did not come along are blank.
    """
    known = {**catalog.out_of_scope, **catalog.entities}
    read = {
        name: tables[name] if name in tables else blank_table(known[name])
        for name in tables_read(measure.query) & known.keys()
    }
    found = run_query(measure.query, read, facts, catalog.fact_tables)
    units = (pl.col("amount") * 10**measure.decimals).round() if measure.is_sum else pl.lit(1)
    by = [
        (pl.col(name).dt.year() if found.schema[name] == pl.Date else pl.col(name)).cast(pl.String)
        for name in found.columns
        if name not in NOT_BY
    ]
    return found.select("row_id", units.cast(pl.Int128).alias("units"), *by)


def reconcile(
    values: pl.DataFrame, entity: Entity, tables: Mapping[str, pl.DataFrame], catalog: Catalog, facts: Facts
) -> tuple[ControlTotal, ...]:
    """Every row of a sheet of control totals (`values`) with what these tables give for it, in the order of the rows.

    Where a column of currencies is blank, the company's own is meant.
    """
    totals: list[ControlTotal] = []
    measures = measures_of(entity, catalog)
    sums: dict[str, _Sums] = {}
    for row in values.iter_rows(named=True):
        stated = _stated(row, entity, measures)
        measure = measures.get(stated.figure or "")
        if measure is None or stated.stated is None:
            totals.append(stated)
            continue
        if stated.figure not in sums:
            sums[stated.figure or ""] = _Sums(records_of(measure, tables, catalog, facts), {})
        totals.append(_with_found(stated, sums[stated.figure or ""], entity, facts))
    return tuple(totals)


def amount_of(units: int, decimals: int) -> Decimal:
    """Whole units of the last decimal as an exact number."""
    return Decimal(units).scaleb(-decimals)


def control_sheets(catalog: Catalog, tables: Mapping[str, Any]) -> Iterator[Entity]:
    """The sheets of control totals that came along."""
    return (entity for name, entity in catalog.entities.items() if entity.controls is not None and name in tables)


# Private functions


@dataclass(frozen=True, slots=True)
class _Sums:
    """The records of one figure, and what was summed of them: columns -> their values -> units and rows."""

    records: pl.DataFrame
    known: dict[tuple[str, ...], dict[tuple[str | None, ...], tuple[int, int]]]

    def of(self, by: Mapping[str, str]) -> tuple[int, int]:
        """Units and rows of the records with these values."""
        names = tuple(by)
        if names not in self.known:
            self.known[names] = self._summed(names)
        return self.known[names].get(tuple(by.values()), (0, 0))

    def _summed(self, names: tuple[str, ...]) -> dict[tuple[str | None, ...], tuple[int, int]]:
        summed = [pl.col("units").sum().alias("units"), pl.len().alias("rows")]
        grouped = self.records.group_by(names).agg(summed) if names else self.records.select(summed)
        found: dict[tuple[str | None, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for *key, units, rows in grouped.iter_rows():
            found[tuple(key)] = (int(units), rows)
        return found


def _stated(row: Mapping[str, Any], entity: Entity, measures: Mapping[str, Measure]) -> ControlTotal:
    """What a row says, before anything is compared."""
    controls = entity.controls
    assert controls is not None
    measure = measures.get(row[controls.figure])
    own = row[controls.tolerance] if controls.tolerance is not None else None
    standard = measure.tolerance if measure is not None else Decimal(0)
    return ControlTotal(
        row["row_id"],
        row[controls.figure],
        {name: str(row[name]) for name in controls.by if row[name] is not None},
        _exact(row[controls.value], entity, controls.value),
        standard if own is None else abs(_exact(own, entity, controls.tolerance or "") or Decimal(0)),
        measure.decimals if measure is not None else 0,
    )


def _exact(value: float | None, entity: Entity, name: str) -> Decimal | None:
    """A number of the sheet as it was typed, without the noise of binary fractions."""
    decimals = decimals_of(entity.field(name))
    return None if value is None else Decimal(round(value * 10**decimals)).scaleb(-decimals)


def _with_found(stated: ControlTotal, sums: _Sums, entity: Entity, facts: Facts) -> ControlTotal:
    by = dict(stated.by)
    unknown = tuple(name for name in by if name not in sums.records.columns)
    assert entity.controls is not None
    for name in entity.controls.by:
        is_currency = entity.field(name).type == "currency"
        if is_currency and name not in by and name in sums.records.columns and facts.text("currency"):
            by[name] = facts.text("currency")
    units, records = (0, 0) if unknown else sums.of(by)
    return ControlTotal(
        stated.row,
        stated.figure,
        by,
        stated.stated,
        stated.tolerance,
        stated.decimals,
        None if unknown else amount_of(units, stated.decimals),
        records,
        unknown,
    )
