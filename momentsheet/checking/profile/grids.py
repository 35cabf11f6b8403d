"""Any sheet as a grid: its header row, its data rows, its columns with the fields that they are read as."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import Binding, BoundSheet, raw_at, take
from momentsheet.checking.fold import clean_text
from momentsheet.checking.grammar import Raw, show_raw
from momentsheet.model.profile import ColumnSpot
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook

HEADER_ROWS = 50
KINDS = tuple(Kind)
NOT_OURS = frozenset(("unknown_sheet", "no_header"))  # what binding tells of sheets that it could not read
_UNSEEN = r"^[\s\p{Cf}\p{Cc}]*$"
_TOTAL = re.compile(r"^\W*(?:grand )?(?:total\w*|sum\w*|i alt|delsum\w*|subtotal)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Values:
    """The distinct values of a column. `first`: index of the first row of each; `inverse`: row -> its value.

    `inverse` is -1 where nothing stands, or a text that nobody sees.
    """

    first: npt.NDArray[np.int64]
    inverse: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    raws: tuple[Raw, ...]

    def spread(self, flags: Sequence[bool]) -> npt.NDArray[np.bool_]:
        """For each row whether its value is among the flagged."""
        return np.append(np.array(flags, bool), False)[self.inverse]


@dataclass(frozen=True, slots=True)
class GridColumn:
    where: ColumnSpot
    how: str | None
    column: Column  # only the data rows
    values: Values

    @property
    def filled(self) -> int:
        return int(self.values.counts.sum())


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet with data; `bound` where it is one of ours."""

    file: str
    sheet: str
    header_row: int | None
    rows: npt.NDArray[np.int32]  # Excel rows of the data
    columns: tuple[GridColumn, ...]
    bound: BoundSheet | None
    fields: Mapping[str, GridColumn] = field(default_factory=dict)


def grids_of(workbook: Workbook, binding: Binding) -> list[Grid]:
    """The sheets of a workbook that hold data: those that were bound, and those that nobody knows."""
    bound = {sheet.name: sheet for sheet in binding.bound}
    reads = {read.name: read for read in binding.sheets}
    strange = {told.sheet for told in binding.told if told.check in NOT_OURS}
    grids: list[Grid] = []
    for sheet in workbook.sheets:
        ours = bound.get(sheet.name)
        if ours is not None and ours.header_row and len(ours.rows):
            hows = {read.column: (read.field, read.how) for read in reads[sheet.name].columns}
            kept = np.searchsorted(sheet.rows, ours.rows)
            grids.append(_grid(workbook.name, sheet, ours.header_row, kept, ours, hows))
        elif sheet.name in strange and len(sheet.rows):
            header = _header_index(sheet)
            kept = _data_rows(sheet, header)
            if len(kept):
                row = None if header is None else int(sheet.rows[header])
                grids.append(_grid(workbook.name, sheet, row, kept, None, {}))
    return grids


# Private functions


def _grid(
    file: str,
    sheet: Sheet,
    header_row: int | None,
    kept: npt.NDArray[np.intp],
    bound: BoundSheet | None,
    hows: Mapping[int, tuple[str | None, str]],
) -> Grid:
    entity = bound.entity.name if bound is not None else None
    header = None if header_row is None else int(np.searchsorted(sheet.rows, header_row))
    chosen = {} if bound is None else {place[1]: name for name, place in bound.places.items()}
    columns: list[GridColumn] = []
    for column in sheet.columns:
        text = "" if header is None else clean_text(show_raw(raw_at(column, sheet.pool, header)))[0]
        part = take(column, kept)
        values = distinct_values(part, sheet.pool)
        if not len(values.counts) and not text:
            continue
        field_name, how = hows.get(column.index, (None, None))
        # First and last name that are read as one: both are columns of that field.
        name = chosen.get(column.index) or (field_name if how == "joined" else None)
        where = ColumnSpot(file, sheet.name, column.index, text, entity if name else None, name)
        columns.append(GridColumn(where, how, part, values))
    fields = {column.where.field: column for column in reversed(columns) if column.where.field is not None}
    for name in bound.columns if bound is not None else ():
        if bound is not None and name in fields and fields[name].how == "joined":
            where = dataclasses.replace(fields[name].where, header=bound.headers[name])
            joined = bound.columns[name]
            fields[name] = GridColumn(where, "joined", joined, distinct_values(joined, bound.pool))
    return Grid(file, sheet.name, header_row, sheet.rows[kept], tuple(columns), bound, fields)


def distinct_values(column: Column, pool: pl.Series) -> Values:
    """Each distinct raw value of the column once, in the order in which they first stand there."""
    empty = np.append(pool.str.contains(_UNSEEN).to_numpy(), False) if len(pool) else np.array([False])
    filled = np.flatnonzero((column.kinds != Kind.BLANK) & ~((column.kinds == Kind.TEXT) & empty[column.codes]))
    numbers = column.numbers[filled]
    ids = column.codes[filled].astype(np.int64) + 1
    has_number = ~np.isnan(numbers)
    if has_number.any():
        _, places = np.unique(numbers[has_number], return_inverse=True)
        ids[has_number] = len(pool) + 1 + places
    ids = (ids * len(Kind) + column.kinds[filled]) * 2 + column.percents[filled]
    _, first, inverse, counts = np.unique(ids, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    whole = np.full(len(column.kinds), -1, np.int64)
    whole[filled] = rank[inverse]
    rows = filled[first[order]]
    codes = column.codes[rows]
    texts = pool.gather(np.maximum(codes, 0)).to_list() if len(pool) else [""] * len(rows)
    raws = tuple(
        Raw(KINDS[kind], number, text if code >= 0 else "", is_percent)
        for kind, number, code, text, is_percent in zip(
            column.kinds[rows].tolist(),
            column.numbers[rows].tolist(),
            codes.tolist(),
            texts,
            column.percents[rows].tolist(),
            strict=True,
        )
    )
    return Values(rows, whole, counts[order], raws)


def _header_index(sheet: Sheet) -> int | None:
    """The first of the rows with the most different texts, if nearly nothing but texts stands in it."""
    best, most = None, 0
    for index in range(min(HEADER_ROWS, len(sheet.rows))):
        filled = [column for column in sheet.columns if column.kinds[index] != Kind.BLANK]
        texts = {int(column.codes[index]) for column in filled if column.kinds[index] == Kind.TEXT}
        if len(texts) > most and len(texts) * 5 >= len(filled) * 4:
            best, most = index, len(texts)
    return best if most >= min(2, len(sheet.columns)) else None


def _data_rows(sheet: Sheet, header: int | None) -> npt.NDArray[np.intp]:
    """The rows below the header; without those that only sum up."""
    first = 0 if header is None else header + 1
    filled = np.zeros(len(sheet.rows), np.int32)
    for column in sheet.columns:
        filled += column.kinds != Kind.BLANK
    totals = {code for code, text in enumerate(sheet.pool.to_list()) if len(text) < 20 and _TOTAL.match(text)}
    is_total = np.zeros(len(sheet.rows), bool)
    if totals:
        for column in sheet.columns[:3]:
            is_total |= np.isin(column.codes, list(totals)) & (column.kinds == Kind.TEXT)
    usual = float(np.median(filled[first:])) if first < len(filled) else 0.0
    kept = (np.arange(len(sheet.rows)) >= first) & ~(is_total & (filled <= usual))
    return np.flatnonzero(kept)
