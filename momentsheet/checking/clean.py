"""What may be imported: rows without errors whose references are imported, too."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fold import fold
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about, written_keys
from momentsheet.model.catalog import Reference
from momentsheet.model.finding import Finding, Totals
from momentsheet.model.table import CleanTable, sums


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not imported, and why: the finding's fingerprint, or the reference that leads to a left-out row."""

    entity: str
    row: int
    because: str
    depends: bool


def sort_out(
    parsed: Mapping[str, ParsedEntity], findings: Sequence[Finding]
) -> tuple[dict[str, CleanTable], tuple[LeftOut, ...]]:
    """Split all rows into clean ones and left-out ones; a row that names a left-out row is left out with it."""
    left: dict[tuple[str, int], LeftOut] = {}
    for finding in findings:
        if finding.severity == "error":
            for entity, row in finding.rows:
                left.setdefault((entity, row), LeftOut(entity, row, finding.fingerprint, depends=False))
    for name, table in parsed.items():
        # A column that is missing altogether makes all its cells bad without a finding of their own.
        wrong = np.zeros(table.height, bool)
        for bad in table.bad.values():
            wrong |= bad
        for row in np.flatnonzero(wrong).tolist():
            left.setdefault((name, row), LeftOut(name, row, "", depends=False))
    while added := _dependants(parsed, left) | _wholes(parsed, left):
        left.update(added)
    clean: dict[str, CleanTable] = {}
    for name, table in parsed.items():
        keep = np.ones(table.height, bool)
        keep[[row for entity, row in left if entity == name]] = False
        # One record is one record, also where each workbook of the delivery brings the form along.
        most = 1 if table.entity.layout == "form" else table.height
        clean[name] = CleanTable(name, table.values.filter(pl.Series(keep, dtype=pl.Boolean)).head(most))
    return clean, tuple(left[key] for key in sorted(left, key=lambda key: (list(parsed).index(key[0]), key[1])))


def count_up(
    parsed: Mapping[str, ParsedEntity], clean: Mapping[str, CleanTable], skipped: Mapping[str, int]
) -> dict[str, Totals]:
    """Rows and exact sums per entity: read = clean + left out."""
    totals: dict[str, Totals] = {}
    for name, table in parsed.items():
        kept = clean[name].values
        repeated = table.height - 1 if table.entity.layout == "form" and kept.height else 0
        read = kept if repeated else table.values
        out = read.join(kept.select("row_id"), on="row_id", how="anti")
        totals[name] = Totals(
            read.height,
            kept.height,
            out.height,
            skipped.get(name, 0) + repeated,
            sums(read, table.entity),
            sums(kept, table.entity),
            sums(out, table.entity),
        )
    return totals


# Private functions


def _dependants(
    parsed: Mapping[str, ParsedEntity], left: Mapping[tuple[str, int], LeftOut]
) -> dict[tuple[str, int], LeftOut]:
    """Rows that are still in, but name a row that is out."""
    added: dict[tuple[str, int], LeftOut] = {}
    for name, table in parsed.items():
        for column, reference in table.entity.references:
            if reference.entity not in parsed or table.entity.is_loose(column):
                continue
            gone = _gone(parsed[reference.entity], reference, left)
            if not gone:
                continue
            named = _names_one_of(table, column, reference, gone) & rows_about(table, reference)
            for row in np.flatnonzero(named).tolist():
                if (name, row) not in left:
                    added[name, row] = LeftOut(name, row, reference.entity, depends=True)
    return added


def _wholes(
    parsed: Mapping[str, ParsedEntity], left: Mapping[tuple[str, int], LeftOut]
) -> dict[tuple[str, int], LeftOut]:
    """Rows that are still in, but of which a part is out: an invoice without one of its lines would be another one."""
    added: dict[tuple[str, int], LeftOut] = {}
    for name, table in parsed.items():
        for field in table.entity.fields:
            if field.to is None or not field.to.is_part or field.to.entity not in parsed:
                continue
            keys = written_keys(table, dataclasses.replace(field.to, field=field.name))
            broken = {tuple(fold(part) for part in keys[row]) for entity, row in left if entity == name}
            for row, parts in enumerate(written_keys(parsed[field.to.entity], field.to)):
                if (field.to.entity, row) not in left and tuple(fold(part) for part in parts) in broken:
                    added[field.to.entity, row] = LeftOut(field.to.entity, row, name, depends=True)
    return added


def _gone(target: ParsedEntity, reference: Reference, left: Mapping[tuple[str, int], LeftOut]) -> set[tuple[str, ...]]:
    """Folded keys of the target that only left-out rows have."""
    keys = [tuple(fold(part) for part in parts) for parts in written_keys(target, reference)]
    out = {keys[row] for entity, row in left if entity == target.entity.name}
    return out - {keys[row] for row in range(target.height) if (target.entity.name, row) not in left}


def _names_one_of(
    table: ParsedEntity, field: str, reference: Reference, gone: set[tuple[str, ...]]
) -> npt.NDArray[np.bool_]:
    columns = [table.values[name].to_list() for name in (*reference.same, field)]
    rows = zip(*columns, strict=True)
    named = [parts[-1] is not None and tuple(fold(part or "") for part in parts) in gone for parts in rows]
    return np.array(named, bool)
