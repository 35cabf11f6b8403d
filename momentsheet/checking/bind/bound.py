"""What binding makes of a workbook: sheets with an entity, and what must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind.meta import Meta
from momentsheet.checking.bind.raw import raw_at
from momentsheet.checking.bind.vocabulary import Vocabulary
from momentsheet.checking.grammar import Raw
from momentsheet.model.catalog import Entity
from momentsheet.model.finding import SheetRead
from momentsheet.model.workbook import Column, Kind, Sheet


@dataclass(frozen=True, slots=True)
class BoundSheet:
    """A sheet of the customer's that holds one entity; arrays are as long as `rows`."""

    file: str
    name: str
    entity: Entity
    header_row: int
    rows: npt.NDArray[np.int32]  # Excel rows of the data, rising; for a form one row, which stands for nothing
    columns: Mapping[str, Column]  # field -> raw column, only the rows above
    headers: Mapping[str, str]  # field -> header as it stands in the file
    pool: pl.Series
    places: Mapping[str, tuple[int | None, int]]  # field -> Excel row (None: the data row) and column (0 = A)

    def place(self, field: str, index: int) -> tuple[int, int] | None:
        """Excel row and column of a field in the data row of that index; None where its column is missing."""
        if field not in self.places:
            return None
        row, column = self.places[field]
        return (int(self.rows[index]) if row is None else row), column

    def raw(self, field: str, index: int) -> Raw:
        """The raw value of a field in the data row of that index."""
        column = self.columns.get(field)
        return Raw(Kind.BLANK, 0.0, "") if column is None else raw_at(column, self.pool, index)


@dataclass(frozen=True, slots=True)
class Told:
    """Something binding must tell: the id of a named check and where; `row` and `column` may be None."""

    check: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    header: str | None = None
    entity: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    facts: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What became of one workbook."""

    bound: tuple[BoundSheet, ...]
    sheets: tuple[SheetRead, ...]
    told: tuple[Told, ...]
    template: Mapping[str, str] | None
    known: Mapping[str, frozenset[tuple[str, ...]]]  # entity -> keys of rows that were delivered before


@dataclass(frozen=True, slots=True)
class Job:
    """One sheet on its way to being bound; what must be told is added to `told`."""

    file: str
    sheet: Sheet
    entity: Entity
    meta: Meta
    language: str
    vocabulary: Vocabulary
    told: list[Told]

    def tell(self, check: str, row: int | None = None, column: int | None = None, **more: Any) -> None:
        self.told.append(Told(check, self.file, self.sheet.name, row, column, entity=self.entity.name, **more))


def unbound(job: Job) -> BoundSheet:
    """A sheet that is ours by name, but whose header row was not found: no rows, told as such."""
    return BoundSheet(job.file, job.sheet.name, job.entity, 0, np.array([], np.int32), {}, {}, job.sheet.pool, {})
