"""From the cells of a sheet to its columns: only rows and columns in use, only texts in use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Column, Kind, Sheet
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.reading.cells import Cells


def make_sheet(name: str, state: str, cells: Cells, strings: pl.Series, *, room: int, limits: Limits) -> Sheet:
    """The sheet of these cells; `strings` are the shared strings, `room` the area that may still be used.

    UnusableFile if rows in use x columns in use do not fit in `room`.
    """
    rows, row_of = _distinct(cells.rows)
    order = np.argsort(cells.columns, kind="stable")
    used, starts = np.unique(cells.columns[order], return_index=True)
    if len(rows) * len(used) > room:
        raise UnusableFile("too_large_area", sheet=name, limit=limits.area)
    pool, codes = _pool(cells, strings)
    stops = [*starts.tolist(), len(order)][1:]
    columns = []
    for index, start, stop in zip(used.tolist(), starts.tolist(), stops, strict=True):
        chosen = order[start:stop]
        columns.append(_column(index, len(rows), row_of[chosen], chosen, cells, codes))
    return Sheet(
        name=name,
        state=state,
        rows=rows,
        columns=tuple(columns),
        pool=pool,
        hidden_rows=cells.hidden_rows,
        hidden_columns=cells.hidden_columns & frozenset(used.tolist()),
        merged=cells.merged,
        has_filter=cells.has_filter,
    )


# Private functions


def _distinct(rows: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Rising row numbers without repetition, and for each cell the position of its row in them."""
    is_new = np.ones(len(rows), dtype=np.bool_)
    is_new[1:] = rows[1:] != rows[:-1]
    return rows[is_new], np.cumsum(is_new) - 1


def _column(
    index: int,
    length: int,
    at: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.int64],
    cells: Cells,
    codes: npt.NDArray[np.int32],
) -> Column:
    kinds = np.full(length, Kind.BLANK, dtype=np.uint8)
    numbers = np.full(length, np.nan, dtype=np.float64)
    own_codes = np.full(length, -1, dtype=np.int32)
    formulas = np.zeros(length, dtype=np.bool_)
    percents = np.zeros(length, dtype=np.bool_)
    kinds[at] = cells.kinds[chosen]
    numbers[at] = cells.numbers[chosen]
    own_codes[at] = codes[chosen]
    formulas[at] = cells.formulas[chosen]
    percents[at] = cells.percents[chosen]
    return Column(index, kinds, numbers, own_codes, formulas, percents)


def _pool(cells: Cells, strings: pl.Series) -> tuple[pl.Series, npt.NDArray[np.int32]]:
    """The texts that the sheet uses, each once, and the cells' codes into them."""
    shared = len(strings)
    is_used = np.zeros(shared + len(cells.texts), dtype=np.bool_)
    is_used[cells.codes[cells.codes >= 0]] = True
    used = np.flatnonzero(is_used)
    texts = strings.gather(used[used < shared])
    own = [cells.texts[code - shared] for code in used[used >= shared].tolist()]
    if own:
        texts = pl.concat([texts, pl.Series(own, dtype=pl.String)])
    pool = texts.unique(maintain_order=True)
    places = np.arange(len(texts), dtype=np.int32)
    if len(pool) < len(texts):
        ranked = pl.DataFrame({"text": pool, "place": np.arange(len(pool), dtype=np.int32)})
        joined = pl.DataFrame({"text": texts}).join(ranked, on="text", how="left", maintain_order="left")
        places = joined["place"].to_numpy()
    moved = np.full(len(is_used) + 1, -1, dtype=np.int32)  # the last place is for code -1
    moved[used] = places
    return pool.rename("text"), moved[cells.codes]
