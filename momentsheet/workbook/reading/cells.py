"""The cells of a sheet while it is read: four numbers each, in typed arrays, and one pool of texts."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from momentsheet.model.workbook import Kind
from momentsheet.workbook.reading.number_formats import Shown

LAST_ROW = 1_048_576
LAST_COLUMN = 16_383  # XFD
FORMULA = 0x80  # added to the kind of a cell that holds a formula


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a sheet that hold something, in the order of rows and columns; the arrays are of one length.

    `codes` count first through the shared strings, then through `texts`.
    """

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    formulas: npt.NDArray[np.bool_]
    percents: npt.NDArray[np.bool_]
    texts: tuple[str, ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    has_filter: bool = False
    unknown_styles: int = 0  # cells whose style does not exist


@dataclass(frozen=True, slots=True)
class Gathered:
    """Cells as a reader gathers them. `values` holds a number or the code of a text, `flags` a kind and FORMULA.

    `styles` stays empty where the reader knows no styles.
    """

    row_numbers: array[int] = field(default_factory=lambda: array("i"))  # of rows that hold something
    row_cells: array[int] = field(default_factory=lambda: array("i"))  # cells there were when the row began
    columns: array[int] = field(default_factory=lambda: array("H"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    styles: array[int] = field(default_factory=lambda: array("i"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def start_row(self, row: int) -> None:
        """The cells that follow stand in this row; only called for rows that hold something."""
        self.row_numbers.append(row)
        self.row_cells.append(len(self.flags))


def finish_cells(gathered: Gathered, texts: tuple[str, ...], shown: tuple[Shown, ...], *, is_1904: bool) -> Cells:
    """The cells as columns want them; `shown` tells by style what a number is.

    Dates of a workbook that counts from 1904 are given in the 1900 system.
    """
    flags = np.frombuffer(gathered.flags, dtype=np.uint8)
    values = np.frombuffer(gathered.values, dtype=np.float64)
    raw_kinds = flags & ~np.uint8(FORMULA)
    kinds, percents, unknown_styles = _show(gathered, raw_kinds, shown)
    is_text = (kinds == Kind.TEXT) | (kinds == Kind.ERROR)
    numbers = np.where(is_text | (kinds == Kind.NOT_CALCULATED), np.nan, values)
    if is_1904:
        # A date before 1904 cannot be: it stays below zero, so that nobody takes it for one.
        numbers[(raw_kinds == Kind.NUMBER) & (kinds == Kind.DATE) & (values >= 0)] += 1462
    starts = np.array([*gathered.row_cells, len(flags)], dtype=np.int64)
    return Cells(
        rows=np.repeat(np.frombuffer(gathered.row_numbers, dtype=np.int32), starts[1:] - starts[:-1]),
        columns=np.frombuffer(gathered.columns, dtype=np.uint16),
        kinds=kinds,
        numbers=numbers,
        codes=np.where(is_text, values, -1).astype(np.int32),
        formulas=(flags & FORMULA) != 0,
        percents=percents,
        texts=texts,
        unknown_styles=unknown_styles,
    )


# Private functions


def _show(
    gathered: Gathered, kinds: npt.NDArray[np.uint8], shown: tuple[Shown, ...]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], int]:
    """Kinds with numbers told apart by what their format shows, what shows per cent, and cells of unknown style."""
    if not gathered.styles:
        return kinds, np.zeros(len(kinds), dtype=np.bool_), 0
    styles = np.frombuffer(gathered.styles, dtype=np.int32)
    unknown = (styles < 0) | (styles >= len(shown))
    known = np.where(unknown, len(shown), styles)
    kind_of = np.array([kind for kind, _ in shown] + [Kind.NUMBER], dtype=np.uint8)
    percent_of = np.array([percent for _, percent in shown] + [False], dtype=np.bool_)
    return np.where(kinds == Kind.NUMBER, kind_of[known], kinds), percent_of[known], int(unknown.sum())
