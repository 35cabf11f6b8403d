"""What converting gives: import files in import order, with the figures of manifest and receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from momentsheet.model.catalog import Catalog, Texts, WorkList, WorkListColumn, say
from momentsheet.model.controls import ControlTotal


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One import file: path below the output folder, bytes, rows and sums (field -> decimal text)."""

    path: str
    format: str
    entity: str
    data: bytes
    rows: int
    sums: Mapping[str, str] = field(default_factory=dict)
    inferred: tuple[str, ...] = ()  # names in it that are only inferred


@dataclass(frozen=True, slots=True)
class HandWork:
    """Filled values of one field that the files of these formats do not carry: a person enters them in Moment."""

    entity: str
    field: str
    values: int  # number of filled values
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilledList:
    """A work list with its rows: one column per column of the list, typed, in the order of the query.

    `steps`: where the list has steps instead, its rows are their numbers, and these are their words.
    """

    work_list: WorkList
    rows: pl.DataFrame
    steps: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[WorkListColumn, ...]:
        """The columns that some row uses: a list of prices knows many ways to say what a price is for."""
        return tuple(one for one in self.work_list.columns if self.rows[one.name].null_count() < self.rows.height)

    def labels(self, column: WorkListColumn, catalog: Catalog, language: str) -> Mapping[str, str]:
        """Code -> label of the column's code list, number -> words of a step; nothing for other columns."""
        if self.steps:
            return {number: say(step, language) for number, step in self.steps.items()}
        code_list = catalog.code_lists.get(column.list or "")
        return {code.code: say(code.label, language) for code in code_list.codes} if code_list else {}


@dataclass(frozen=True, slots=True)
class Bundle:
    files: tuple[ImportFile, ...]
    by_hand: tuple[HandWork, ...] = ()  # import order, then the order of the fields
    work_lists: tuple[FilledList, ...] = ()  # only those with rows
    derived: Mapping[str, pl.DataFrame] = field(default_factory=dict)  # rows of the entities without a sheet
    # sheet of control totals -> each of them, with what the converted rows give
    controls: Mapping[str, tuple[ControlTotal, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """Rows and sums (field -> decimal text) of one year, project, employee …"""

    key: str
    rows: int
    sums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The clean rows of one entity by one of its fields (dates by year), largest first, years rising."""

    entity: str
    field: str
    shares: tuple[Share, ...]
