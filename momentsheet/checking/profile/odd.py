"""Single cells that somebody should look at: far from all others, negative, of another type, never to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from momentsheet.checking.grammar import serial_date
from momentsheet.checking.profile.contents import NUMERIC, Contents
from momentsheet.checking.profile.grids import Grid, GridColumn
from momentsheet.checking.profile.masks import is_national_id, shown
from momentsheet.model.catalog import NOTHING
from momentsheet.model.profile import Oddity
from momentsheet.model.workbook import EPOCH, Kind

MOST_TOLD = 1_000  # of one kind in one column
LEAST = 12  # values from which the others of a column can say what is far
_FENCE = 3.0  # interquartile ranges beyond the quartiles
_DEVIATIONS = 8.0  # median absolute deviations, made equal to standard deviations
_HABIT = 3  # equal values
_GAP = 0.3  # of the width of all others
_WIDE = 20.0  # times the median: amounts of very different size
_YEAR = 366
_STRONG = frozenset(("email", "phone", "date", "url", "org_number", "bank_account"))
_LOOSE = frozenset(("integer", "decimal", "money", "percent", "hours", "code", "phone", "org_number", "bank_account"))
_DIGITS = re.compile(r"\d{6}")


def odd_numbers(
    grid: Grid, column: GridColumn, numbers: npt.NDArray[np.float64], *, is_daily: bool
) -> Iterator[Oddity]:
    """Numbers far from all others; where they are the hours of a day, negative ones and more than there are."""
    negative = over = np.zeros(len(numbers), bool)
    if is_daily:
        negative, over = numbers < 0, numbers > 24
        yield from oddities(grid, column, "negative", negative)
        yield from oddities(grid, column, "over_day", over)
    is_far, usual = far(numbers)
    facts = {"least": usual[0], "most": usual[1]}
    yield from oddities(grid, column, "far", is_far & ~negative & ~over, facts)


def odd_dates(grid: Grid, column: GridColumn, days: npt.NDArray[np.float64]) -> Iterator[Oddity]:
    """Dates years away from all others."""
    is_far, usual = far(days, least_width=_YEAR)
    if is_far.any():
        least, most = (serial_date(day) or EPOCH for day in usual)
        yield from oddities(grid, column, "far_date", is_far, {"least": least, "most": most})


def odd_types(
    grid: Grid, column: GridColumn, contents: Contents, own: str | None, bad: npt.NDArray[np.bool_] | None
) -> Iterator[Oddity]:
    """Values that look like those of another column, and those that cannot be read as what the column is read as.

    `own`: type of the field that the column is read as; `bad`: rows in which that failed.
    """
    main = own if own in _STRONG or own in NUMERIC else contents.main
    share = contents.share(main)
    flags = {kind: [False] * len(contents.kinds) for kind in _STRONG}
    for place, kind in enumerate(contents.kinds):
        if kind in _STRONG and _is_alien(kind, main, share):
            flags[kind][place] = True
    alien = np.zeros(len(column.values.inverse), bool)
    for kind in sorted(flags):
        rows = column.values.spread(flags[kind])
        alien |= rows
        yield from oddities(grid, column, "other_type", rows, {"type": kind})
    if bad is not None and own is not None:
        yield from oddities(grid, column, "unreadable", bad & ~alien, {"type": own})


def national_ids(grid: Grid, column: GridColumn) -> Iterator[Oddity]:
    """Cells with a national identity number in them."""
    flags = [
        (raw.kind is Kind.NUMBER or bool(_DIGITS.search(raw.text))) and is_national_id(raw)
        for raw in column.values.raws
    ]
    yield from oddities(grid, column, "national_id", column.values.spread(flags))


def oddities(
    grid: Grid, column: GridColumn, kind: str, rows: npt.NDArray[np.bool_], facts: Mapping[str, object] = NOTHING
) -> Iterator[Oddity]:
    """One oddity for each of these rows, in their order."""
    for row in np.flatnonzero(rows)[:MOST_TOLD].tolist():
        raw = column.values.raws[int(column.values.inverse[row])]
        yield Oddity(kind, column.where, int(grid.rows[row]), shown(raw), facts)


def far(
    numbers: npt.NDArray[np.float64], least_width: float = 0.0
) -> tuple[npt.NDArray[np.bool_], tuple[float, float]]:
    """Which numbers lie far from all others, and between which the others lie.

    Amounts differ by their size: where they do, they are compared by their logarithms. A number is far if quartiles
    and median both say so, and if there is a wide gap to the others: the sixth line of an invoice is not far from the
    fifth. A value that comes again and again is a habit, no mistake.
    """
    known = np.isfinite(numbers)
    kept = numbers[known]
    nothing = np.zeros(len(numbers), bool), (0.0, 0.0)
    if len(kept) < LEAST:
        return nothing
    usual_size = float(np.median(np.abs(kept)))
    is_wide = usual_size > 0 and float(np.abs(kept).max()) > _WIDE * usual_size
    scaled = np.arcsinh(kept / usual_size) if is_wide else kept
    low, middle, high = np.quantile(scaled, (0.25, 0.5, 0.75))
    width = max(high - low, least_width, 1e-9)
    deviation = 1.4826 * float(np.median(np.abs(scaled - middle)))
    beyond = (scaled < low - _FENCE * width) | (scaled > high + _FENCE * width)
    if deviation > 0:
        beyond &= np.abs(scaled - middle) > _DEVIATIONS * deviation
    usual = scaled[~beyond]
    gap = np.maximum(scaled - usual.max(), usual.min() - scaled)
    beyond &= gap > _GAP * (usual.max() - usual.min())
    _, values, counts = np.unique(kept, return_inverse=True, return_counts=True)
    beyond &= counts[values] < _HABIT
    if not beyond.any() or high - low + least_width == 0:
        return nothing
    flags = np.zeros(len(numbers), bool)
    flags[known] = beyond
    return flags, (float(kept[~beyond].min()), float(kept[~beyond].max()))


# Private functions


def _is_alien(kind: str, main: str, share: float) -> bool:
    if kind == main or (main in _LOOSE and kind in _LOOSE and kind != "phone") or share < 0.5:
        return False
    if main in _LOOSE and kind == "phone":
        return main == "org_number"
    return share >= 0.95 if main == "text" else True
