"""Raw workbooks written as text in a test: rows of entities, or grids of sheets.

A cell is a text as people type it. `number:158`, `date:45292` (serial), `duration:1.5` (days), `time:0.3125`,
`boolean:1`, `error:#N/A` and `formula:` (never calculated) stand for cells of another kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl

from momentsheet.model.catalog import Catalog, Entity, Row
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook

KINDS = {
    "number": Kind.NUMBER,
    "date": Kind.DATE,
    "duration": Kind.DURATION,
    "time": Kind.TIME,
    "boolean": Kind.BOOLEAN,
}


def sheet(
    name: str,
    cells: Sequence[Sequence[str]],
    *,
    first_row: int = 1,
    first_column: int = 0,
    hidden_rows: Sequence[int] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    state: str = "visible",
) -> Sheet:
    """One sheet; blank texts are blank cells."""
    pool: dict[str, int] = {}
    kept = [index for index, row in enumerate(cells) if any(row)]
    width = max((len(row) for row in cells), default=0)
    columns = []
    for place in range(width):
        kinds = np.zeros(len(kept), np.uint8)
        numbers = np.full(len(kept), np.nan)
        codes = np.full(len(kept), -1, np.int32)
        for at, index in enumerate(kept):
            text = cells[index][place] if place < len(cells[index]) else ""
            if text == "":
                continue
            kind, _, rest = text.partition(":")
            if kind in KINDS:
                kinds[at], numbers[at] = KINDS[kind], float(rest)
            elif kind == "formula" and not rest:
                kinds[at] = Kind.NOT_CALCULATED
            elif kind == "error":
                kinds[at], codes[at] = Kind.ERROR, pool.setdefault(rest, len(pool))
            else:
                kinds[at], codes[at] = Kind.TEXT, pool.setdefault(text, len(pool))
        if kinds.any():
            no = np.zeros(len(kept), bool)
            columns.append(Column(first_column + place, kinds, numbers, codes, no, no))
    return Sheet(
        name,
        state,
        np.array([first_row + index for index in kept], np.int32),
        tuple(columns),
        pl.Series(list(pool), dtype=pl.String),
        frozenset(hidden_rows),
        merged=tuple(merged),
    )


def workbook(*sheets: Sheet, name: str = "delivery.xlsx", template: Mapping[str, str] | None = None) -> Workbook:
    """A workbook; `template`: its custom properties, without their prefix."""
    properties = {f"momentsheet.{key}": value for key, value in (template or {}).items()}
    digest = hashlib.sha256(repr([(s.name, s.rows.tolist(), s.pool.to_list()) for s in sheets]).encode()).hexdigest()
    return Workbook(name, "xlsx", digest, tuple(sheets), properties=properties)


OURS = {"id": "momentsheet", "version": "1", "language": "nb", "company": ""}


def entity_sheet(entity: Entity, rows: Sequence[Row], language: str = "nb") -> Sheet:
    """The entity's sheet as the template lays it out, with these rows."""
    fields = entity.fields
    if entity.layout == "form":
        record = rows[0] if rows else {}
        cells = [["Felt", "Svar"], *([field.label[language], record.get(field.name, "")] for field in fields)]
    else:
        cells = [
            [field.label[language] for field in fields],
            *([row.get(field.name, "") for field in fields] for row in rows),
        ]
    return sheet(entity.title[language], cells)


def book(
    catalog: Catalog,
    rows: Mapping[str, Sequence[Row]] | None = None,
    *,
    only: Collection[str] | None = None,
    **more: object,
) -> Workbook:
    """The sample of every entity; `rows` stand for an entity's own, each laid over its first sample row.

    `[]` empties the sheet; `only`: without the sheets of all other entities. Control totals are left out where rows are
    others than those of the sample, unless they are given: they would not agree.
    """
    rows = rows or {}
    sheets = []
    for entity in catalog.entities.values():
        if entity.derived is not None or (only is not None and entity.name not in only):
            continue
        if entity.name in rows:
            base = entity.sample[0]
            own = [{**base, **row} for row in rows[entity.name]]
        elif entity.controls is not None and rows:
            own = []
        else:
            own = list(entity.sample)
        sheets.append(entity_sheet(entity, own))
    return workbook(*sheets, template={**OURS, "company": catalog.company.code}, **more)  # type: ignore[arg-type]


def with_targets(catalog: Catalog, names: Collection[str]) -> set[str]:
    """These entities and all that they refer to: a delivery of them lacks nothing."""
    found = set(names)
    while True:
        named = {place.entity for name in found for _, place in catalog.entities[name].references}
        if named <= found:
            return found
        found |= named & catalog.entities.keys()
