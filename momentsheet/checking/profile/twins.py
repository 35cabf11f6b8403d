"""Rows that are equal: cell by cell, or in what makes a record."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import polars as pl

from momentsheet.checking.profile.delivery import Delivery
from momentsheet.checking.profile.grids import Grid
from momentsheet.checking.profile.masks import LONGEST, masked, shown
from momentsheet.model.catalog import Entity
from momentsheet.model.profile import Spot, TwinGroup

_SHOWN = 4  # cells of a row


def equal_rows(grid: Grid) -> Iterator[TwinGroup]:
    """Rows of a sheet that are the same in every column."""
    columns = [column for column in grid.columns if column.filled]
    if len(columns) < 2:
        return
    frame = pl.DataFrame({str(place): column.values.inverse for place, column in enumerate(columns)})
    for rows in _groups(frame):
        first = rows[0]
        texts = [
            shown(column.values.raws[int(place)]) for column in columns if (place := column.values.inverse[first]) >= 0
        ]
        spots = tuple(Spot(grid.file, grid.sheet, int(grid.rows[row])) for row in rows)
        yield TwinGroup(grid.bound.entity.name if grid.bound else None, (), spots, _joined(texts))


def equal_records(delivery: Delivery, entity: Entity, told: Collection[frozenset[Spot]]) -> Iterator[TwinGroup]:
    """Rows, in all files, that agree in what makes a record; `told`: groups that are equal in every column anyway."""
    fields = entity.alike.rows if entity.alike is not None else ()
    if not fields:
        return
    parsed = delivery.parsed[entity.name]
    known = np.sum([~parsed.blank[name] & ~parsed.bad[name] for name in fields], axis=0)
    enough = np.flatnonzero(known >= len(fields) - 1)
    frame = parsed.values.select(fields)[enough]
    for places in _groups(frame):
        rows = [int(enough[place]) for place in places]
        spots = tuple(delivery.spot(entity, row) for row in rows)
        if any(set(spots) <= group for group in told):
            continue
        yield TwinGroup(entity.name, fields, spots, _joined(list(delivery.shown(entity, rows[0], fields).values())))


# Private functions


def _groups(frame: pl.DataFrame) -> list[list[int]]:
    """The rows of each group of equal rows, groups in the order of their first row."""
    grouped = (
        frame.with_row_index("_row")
        .group_by(frame.columns, maintain_order=True)
        .agg(pl.col("_row"))
        .filter(pl.col("_row").list.len() > 1)
    )
    return sorted(grouped["_row"].to_list())


def _joined(texts: list[str]) -> str:
    return masked(" · ".join(texts[:_SHOWN]))[: LONGEST + 1]
