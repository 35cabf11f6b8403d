"""What may be imported: rows without errors whose references are imported, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.paths import paths_of
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
    """Split all rows into clean ones and left-out ones; a row that names a left-out row is left out with it.

    So is a whole of which a part is left out: an invoice without one of its lines would be another one.
    """
    whole = parsed
    # Control totals are compared and never imported: the receipt needs all of them, and none is to be sent again.
    parsed = {name: table for name, table in whole.items() if table.entity.controls is None}
    left: dict[str, dict[int, LeftOut]] = {name: {} for name in parsed}
    for finding in findings:
        if finding.severity == "error":
            for entity, row in finding.rows:
                if entity in left:
                    left[entity].setdefault(row, LeftOut(entity, row, finding.fingerprint, depends=False))
    for name, table in parsed.items():
        # A column that is missing altogether makes all its cells bad without a finding of their own.
        wrong = np.zeros(table.height, bool)
        for bad in table.bad.values():
            wrong |= bad
        for row in np.flatnonzero(wrong).tolist():
            left[name].setdefault(row, LeftOut(name, row, "", depends=False))
    if any(left.values()):
        _leave_out_dependants(parsed, left)
    clean: dict[str, CleanTable] = {}
    for name, table in whole.items():
        keep = np.ones(table.height, bool)
        keep[list(left.get(name, ()))] = False
        # One record is one record, also where each workbook of the delivery brings the form along.
        most = 1 if table.entity.layout == "form" else table.height
        clean[name] = CleanTable(name, table.values.filter(pl.Series(keep, dtype=pl.Boolean)).head(most))
    return clean, tuple(rows[row] for rows in left.values() for row in sorted(rows))


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


def _leave_out_dependants(parsed: Mapping[str, ParsedEntity], left: Mapping[str, dict[int, LeftOut]]) -> None:
    """Leave out what falls with the rows that are out, round by round until nothing more does."""
    paths = paths_of(parsed)
    news = {name for name, rows in left.items() if rows}
    while news:
        out = {name: _mask(parsed[name], rows) for name, rows in left.items()}
        added: dict[tuple[str, int], LeftOut] = {}
        for path in paths:
            if path.entity not in news:
                continue
            fallen = path.others.join(path.gone(out[path.entity]), on=path.key, how="semi")["row"]
            for row in fallen.filter(~out[path.other].gather(fallen)).to_list():
                added[path.other, row] = LeftOut(path.other, row, path.entity, depends=True)
        for (entity, row), reason in added.items():
            left[entity][row] = reason
        news = {entity for entity, _ in added}


def _mask(table: ParsedEntity, rows: Mapping[int, LeftOut]) -> pl.Series:
    """True for those rows of the table."""
    mask = np.zeros(table.height, bool)
    mask[list(rows)] = True
    return pl.Series(mask, dtype=pl.Boolean)
