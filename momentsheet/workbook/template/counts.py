"""What the Status sheet counts: each figure as a formula, with its result for programs that do not calculate."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from momentsheet.model.moved import CellValue
from momentsheet.model.workbook import EPOCH
from momentsheet.workbook.template.plan import MOST_COMPARED, Plan, PlannedColumn, PlannedSheet

MATCHED = 255  # MATCH gives up on longer texts
PLAIN = {"~": "¬1", "*": "¬2", "?": "¬3"}  # what MATCH would take for «anything», and what stands for it
NO_FIGURE = "–"
UNCOUNTABLE = "?"  # an error value like #N/A stands in a cell that must be compared

Result = int | float | str


@dataclass(frozen=True, slots=True)
class Figure:
    """A formula and its result for what is written in the workbook now."""

    formula: str
    result: Result


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """The line of one sheet in Status; None where there is nothing of that kind to count."""

    rows: Figure
    missing: Figure | None
    twice: Figure | None
    unknown: Figure | None


def count_sheet(plan: Plan, sheet: PlannedSheet, rows_cell: str) -> SheetCounts:
    """The figures of one sheet; `rows_cell` is where its number of rows stands."""
    return SheetCounts(_rows(sheet), _missing(sheet, rows_cell), _twice(sheet), _unknown(plan, sheet))


def last_row(sheet: PlannedSheet) -> Figure:
    """How many rows below the header the last filled row stands; what all bounded ranges hang on."""
    if sheet.is_form:
        return Figure("=1", 1)
    filled = f"(1-ISBLANK({sheet.block}))*ROW({sheet.columns[0].area})"
    return Figure(f"=MAX(1,SUMPRODUCT(MAX({filled})))-1", _last(sheet))


def total(column: PlannedColumn) -> Figure:
    """The sum of a column; Excel leaves texts out."""
    numbers = (_number(value) for value in column.values)
    return Figure(f"=SUM(fld_{column.id})", math.fsum(number for number in numbers if number is not None))


def not_numbers(column: PlannedColumn) -> Figure:
    """Filled cells of a column that a sum leaves out."""
    count = sum(not _is_blank(value) and _number(value) is None for value in column.values)
    return Figure(f"=COUNTA(fld_{column.id})-COUNT(fld_{column.id})", count)


def literal(text: str) -> str:
    """An Excel expression whose `*`, `?` and `~` stand for themselves when MATCH looks for it."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({text},"~","~~"),"*","~*"),"?","~?")'


def text_of(value: CellValue) -> str:
    """A cell as Excel's `&""` gives it."""
    number = _number(value)
    if number is None:
        return "" if value is None else str(value)
    return f"{number:.15g}"


# Private functions


def _rows(sheet: PlannedSheet) -> Figure:
    """Rows that hold anything."""
    if sheet.is_form:
        return Figure(f"=IF(COUNTA({sheet.block})>0,1,0)", int(bool(_last(sheet))))
    blank = "*".join(f"ISBLANK({column.used})" for column in sheet.columns)
    end = f"end_{sheet.entity.name}"
    # A single ISBLANK must be made a number; a product already is one.
    return Figure(f"={end}-IF({end}>0,SUMPRODUCT(1*{blank}),0)", len(_filled(sheet)))


def _missing(sheet: PlannedSheet, rows_cell: str) -> Figure | None:
    required = [column for column in sheet.columns if column.field.required]
    if not required:
        return None
    counts = ",".join(f"fld_{column.id}" for column in required)
    filled = _filled(sheet)
    missing = sum(_is_blank(_at(column, row)) for column in required for row in filled)
    return Figure(f"={len(required)}*{rows_cell}-COUNTA({counts})", missing)


def _twice(sheet: PlannedSheet) -> Figure | None:
    """Rows whose key stands further up already."""
    key = [sheet.column(name) for name in sheet.entity.key]
    if not key or sheet.is_form or not all(key):
        return None
    columns = [column for column in key if column]
    if sheet.capacity > MOST_COMPARED:
        return Figure(f'="{NO_FIGURE}"', NO_FIGURE)
    joined = '&"|"&'.join(column.used for column in columns) + ('&""' if len(columns) == 1 else "")
    keys = _plain(joined)
    filled = "*".join(f'({column.used}<>"")' for column in columns)
    row = f"ROW({columns[0].used})-1"
    formula = f'=IFERROR(SUMPRODUCT({filled}*(MATCH({keys},{keys},0)<>{row})),"{UNCOUNTABLE}")'
    seen: set[str] = set()
    count = 0
    for row_index in range(_last(sheet)):
        cells = [_at(column, row_index) for column in columns]
        if any(_is_blank(cell) for cell in cells):
            continue
        text = "|".join(text_of(cell) for cell in cells).casefold()
        for char, other in PLAIN.items():
            text = text.replace(char, other)
        count += text[:MATCHED] in seen
        seen.add(text[:MATCHED])
    return Figure(formula, count)


def _plain(text: str) -> str:
    """An Excel expression without the characters that MATCH would take for «anything»; for both sides of a match.

    Escapes as in `literal` are not understood by LibreOffice where MATCH looks through calculated texts.
    """
    for char, other in PLAIN.items():
        text = f'SUBSTITUTE({text},"{char}","{other}")'
    return f"LEFT({text},{MATCHED})"


def _unknown(plan: Plan, sheet: PlannedSheet) -> Figure | None:
    """Cells that name something the other sheet does not hold; not counted while the other sheet is empty."""
    terms: list[str] = []
    count = 0
    for column in sheet.columns:
        target = plan.target(column)
        # Activities of a project would take a comparison of pairs; the colours in the sheet show those.
        if target is None or plan.partners(column) or sheet.is_form:
            continue
        used, known = column.used, f"lst_{target.id}"
        matches = "*".join(f"ISERROR(MATCH({wanted},{known},0))" for wanted in (literal(used), used, f"{used}*1"))
        terms.append(f"IF(end_{target.entity.name}>0,SUMPRODUCT((1-ISBLANK({used}))*{matches}),0)")
        count += _count_unknown(column, target)
    return Figure("=" + "+".join(terms), count) if terms else None


def _count_unknown(column: PlannedColumn, target: PlannedColumn) -> int:
    known = {text_of(value).casefold() for value in target.values if not _is_blank(value)}
    numbers = {_number(value) for value in target.values} - {None}
    if not known:
        return 0
    unknown = 0
    for value in column.values:
        text = text_of(value).casefold()
        if text and (text not in known or len(text) > MATCHED):
            unknown += not (numbers and text.isdecimal() and float(text) in numbers)
    return unknown


def _filled(sheet: PlannedSheet) -> Sequence[int]:
    """Indices of the rows that hold anything."""
    rows: set[int] = set()
    for column in sheet.columns:
        rows.update(index for index, value in enumerate(column.values) if not _is_blank(value))
    return sorted(rows)


def _last(sheet: PlannedSheet) -> int:
    return max(_filled(sheet), default=-1) + 1


def _at(column: PlannedColumn, row: int) -> CellValue:
    return column.values[row] if row < len(column.values) else None


def _is_blank(value: CellValue) -> bool:
    return value is None or value == ""


def _number(value: CellValue) -> float | None:
    """The number that Excel has in the cell; dates are numbers of days."""
    if isinstance(value, dt.date):
        return float((value - EPOCH).days)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
