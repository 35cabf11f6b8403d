"""A workbook as it was read: raw columns, nothing guessed, nothing dropped."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl


class Kind(IntEnum):
    """What a cell holds, before anybody has said what it should hold."""

    BLANK = 0
    NUMBER = 1  # `numbers`
    TEXT = 2  # `codes` into the pool; "" is a text
    BOOLEAN = 3  # `numbers` 0 or 1
    DATE = 4  # `numbers`: serial in the 1900 system, as read; also time of day in the fraction
    TIME = 5  # `numbers`: fraction of a day, number format shows only time of day
    DURATION = 6  # `numbers`: days, number format [h]:mm
    ERROR = 7  # `codes`: the text of the error (#N/A) or of a value that no cell may hold
    NOT_CALCULATED = 8  # a formula without a stored result


EPOCH = dt.date(1899, 12, 30)  # day 0 of date serials in the 1900 system, as all days from March 1900 on count


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet; the arrays are as long as `Sheet.rows`.

    kinds: u1 of `Kind`; numbers: f8, NaN where there is none; codes: i4 into `Sheet.pool`, -1 where there is none;
    formulas: bool, True where the cell holds a formula; percents: bool, True where the number format shows per cent.
    """

    index: int  # 0 = A
    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    formulas: npt.NDArray[np.bool_]
    percents: npt.NDArray[np.bool_]  # the number format shows per cent


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. Rows without any non-blank cell are left out; `rows` holds Excel's own numbers, rising."""

    name: str
    state: str  # visible | hidden | veryHidden
    rows: npt.NDArray[np.int32]  # 1-based
    columns: tuple[Column, ...]  # rising index; columns without any non-blank cell are left out
    pool: pl.Series  # String; what `codes` point to
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column; rows 1-based
    has_filter: bool = False

    def column(self, index: int) -> Column | None:
        """The column at that position (0 = A), None if it is empty."""
        for item in self.columns:
            if item.index == index:
                return item
        return None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must tell: a text id `notice.<id>` in `rules/texts/` and its facts."""

    id: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as read: `format` by content, sheets in the workbook's order, custom document properties."""

    name: str  # file name without folder
    format: str  # xlsx | xlsm | xlsb | xls | ods | csv
    sha256: str
    sheets: tuple[Sheet, ...]
    is_1904: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)  # custom document properties
    names: Mapping[str, str] = field(default_factory=dict)  # workbook-wide defined names -> what they refer to
    notices: tuple[Notice, ...] = ()

    def own_sheet(self, kind: str) -> Sheet | None:
        """The sheet of that kind that we have put into the workbook, None where there is none."""
        name = our_sheets(self.names).get(kind, "").casefold()
        return next((sheet for sheet in self.sheets if name and sheet.name.casefold() == name), None)


OUR_NAMES = "_momentsheet."  # begins the hidden names by which we know what we have put into a workbook
_SHEET_OF = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^'!]+))!")


def our_sheets(names: Mapping[str, str]) -> dict[str, str]:
    """The sheets that we have put into a workbook, by its defined names: kind (findings, fix_list, …) -> name."""
    found = {}
    for name, target in names.items():
        sheet = _SHEET_OF.match(target) if name.startswith(OUR_NAMES) else None
        if sheet is not None:
            found[name.removeprefix(OUR_NAMES)] = (sheet[1] or sheet[2]).replace("''", "'")
    return found


def marked_sheets(sheets: Iterable[Sheet]) -> dict[str, str]:
    """The names that lead to our sheets, by the words that stand hidden in their first rows.

    Some programs and formats keep no names.
    """
    found = {}
    for sheet in sheets:
        for column in sheet.columns if len(sheet.rows) and sheet.rows[0] == 1 else ():
            word = word_of(str(sheet.pool[int(column.codes[0])])) if column.codes[0] >= 0 else None
            if word is not None:
                quoted = sheet.name.replace("'", "''")
                found[word] = f"'{quoted}'!$A$1"
    return found


def word_of(text: str) -> str | None:
    """The word by which a sheet is ours, of a text in its first row; more may stand behind it."""
    return text.split(" ", 1)[0] if text.startswith(OUR_NAMES) else None


def column_letter(index: int) -> str:
    """Excel's letters of a column: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Excel's name of a cell: row 1-based, column 0-based."""
    return f"{column_letter(column)}{row}"
