"""What a workbook of an older template holds, at its places in today's template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from momentsheet.model.catalog import NOTHING


class Formatted(float):
    """A number with the number format that says what it is: a time of day, a duration, per cent."""

    __slots__ = ("num_format",)
    num_format: str

    def __new__(cls, number: float, num_format: str) -> Formatted:
        made = super().__new__(cls, number)
        made.num_format = num_format
        return made


class CellError(str):
    """The error value of a cell, such as #N/A: it is written as an error again, not as a text that somebody typed."""

    __slots__ = ()


CellValue = str | float | int | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A column (in a form: a question) that today's template does not ask for, with its header in the old workbook."""

    header: str
    values: Sequence[CellValue]  # row by row beside the others of its sheet


@dataclass(frozen=True, slots=True)
class Copied:
    """A sheet that goes along as it stands: column (0 = A) -> rows (1-based) and their values."""

    name: str
    columns: Mapping[int, tuple[Sequence[int], Sequence[CellValue]]]
    is_hidden: bool = False
    kind: str = ""  # of a sheet of ours: by that it is known again


@dataclass(frozen=True, slots=True)
class Moved:
    """Everything that the customer has filled in.

    `columns`: entity -> field -> values; `kept`: entity -> what stands behind them; `sheets`: copied whole;
    `rest`: cells that have no place in the template (sheet, cell, value): titles, totals, remarks.
    """

    entities: tuple[str, ...]
    columns: Mapping[str, Mapping[str, Sequence[CellValue]]]
    kept: Mapping[str, Sequence[Kept]]
    sheets: tuple[Copied, ...]
    rest: tuple[tuple[str, str, CellValue], ...]
    known: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=lambda: NOTHING)
