"""Raw columns: one value, some rows, a verdict on every text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.grammar import Raw
from momentsheet.model.workbook import Column, Kind, Sheet

UNSEEN = r"^[\s\p{Cf}\p{Cc}]*$"  # a text of nothing that anybody sees


def raw_at(column: Column, pool: pl.Series, index: int) -> Raw:
    """One raw value of a column."""
    code = int(column.codes[index])
    return Raw(
        Kind(int(column.kinds[index])),
        float(column.numbers[index]),
        pool[code] if code >= 0 else "",
        bool(column.percents[index]),
    )


def take(column: Column, kept: npt.NDArray[np.intp]) -> Column:
    """The column with only the rows of these indices."""
    return Column(
        column.index,
        column.kinds[kept],
        column.numbers[kept],
        column.codes[kept],
        column.formulas[kept],
        column.percents[kept],
    )


def of_pool(verdicts: pl.Series) -> npt.NDArray[np.bool_]:
    """A verdict on each text of the pool, to be looked up by code; code -1, no text, is False."""
    return np.append(verdicts.to_numpy(), False)


def has_data(column: Column, sheet: Sheet, header_row: int) -> bool:
    """True if the column holds anything below the header."""
    return bool((column.kinds[sheet.rows > header_row] != Kind.BLANK).any())


def all_alike(one: Column, other: Column, rows: npt.NDArray[np.bool_]) -> bool:
    """True if two columns of a sheet hold the same in all these rows."""
    same = (one.kinds == other.kinds) & (one.codes == other.codes) & (one.percents == other.percents)
    same &= (one.numbers == other.numbers) | (np.isnan(one.numbers) & np.isnan(other.numbers))
    return bool(same[rows].all())
