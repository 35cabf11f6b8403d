"""Odd workbooks of other projects: each is read, equal to two other readers, or refused for the reason known here.

The files are not part of the project; where they are missing these tests are skipped.
"""

from __future__ import annotations

import datetime as dt
import io
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, Sheet, Workbook, cell_name
from momentsheet.workbook import read_workbook

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FILES = sorted(path for path in CORPUS.glob("*.*") if path.suffix not in (".md", ".tsv")) if CORPUS.exists() else []

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")

# Why a file is refused; every other file is read. A file that changes sides, in either direction, is a failure.
REFUSED = {
    "broken_cells": "e2007cee4e81",
    "broken_xml": "56f6e3105f51 6ee5baa1fd94 fcd2e0ca2bc7",
    "broken_zip": "002b86de5d3b 0a98e11497a7 2471661d4400 a4e85686a0c8 fe393e289221",
    "compound_other": "d2beaa0f3eeb",
    "encrypted": (
        "00705e7562e0 16369d4aceef 16dba590ff45 1a09e3f07292 1e87bb612c4b 20bedf59942b 24d908d34dd5 "
        "2a86a49c40cd 30298446ad31 3216d4e815f5 32613e96db73 36936c712d3a 3acd7bedf516 3ad12a829132 "
        "3ad6aa8c4002 3c7cc047fae5 407d4a66f1c4 44666dadc1e1 580758ee7aed 588761a0a45f 5aa155e8c345 "
        "5ac2146436d2 64241531c83f 6c6fa314e8d9 7ec4c3b7c957 803d5fb7aad0 8839c1590680 884ced83dd28 "
        "8ebfdf0e884c a8864293f7f9 b09929433f42 b0b9fc983743 b214ebb445ba b22a354c2877 b60721706507 "
        "c0e9ac83bcaf c2ebdd1a5ab7 c61c8714ae9c caae96225a5f caeb4b2cb89d d2f60f713fc9 d4c265716e53 "
        "d610a24bfa8d deed30663d59 e2c06dd0c521 e45be0418493 ea2967f29b4d ec9a7eaf4969 f0822cb87300 "
        "f6ddbfe502d7"
    ),
    "flat_ods": "0aa421bfeffe 36d7c4841074 7c6260950f6d 9a6bdbe8372a",
    "legacy_too_heavy": "36fb1a140ca5",
    "legacy_unreadable": (
        "005098d7b430 0a757285c406 188b81d484e0 2c50fefccdcb 2e0bb493516e 32c03dde471a 36533509201a 4008b78978c8 "
        "4824ef435ad6 62e2b3dd67c5 7ed25508aeff 922c2d4bae21 bc768eacb55a c04bb9cfec8c c8c324f72c3b dc43c3a709f2 "
        "e0103d7adf37"
    ),
    "lock_file": "ccde1c6d8e4b",
    "no_sheets": "5aba0247f02b 6e549162bd04 82afd86672aa",
    "numbers": "2ed8d65b28d0 74a834857c02 7851b2bac687 98b7abc1a129 f4430f2aa0dd",
    "old_excel": "58909c5a0350 5a5f1affae2f 8ec5fee765c7 ba3fa77d6aad be6e869d97ad f27516012677",
    "sylk": (
        "02d2137af2f0 105d0379e515 328dd69290aa 48d82136859c 76a3d7f61b73 7c715ba172fe ae5e7e73ad66 cabd26ccf2f2 "
        "fada8374fd83"
    ),
    "xml_doctype": "0a889ff46107 5edcd16d3efc bc68b2fc2508",
    "zip_other": "14a6416203f0 8ec81fc78939",
}

Value = tuple[Kind, str | float]
Cells = dict[str, Value]


def read(data: bytes, name: str) -> Workbook | str:
    try:
        return read_workbook(data, name)
    except UnusableFile as error:
        return error.reason


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[bytes, Workbook | str, float]]:
    """Stem of the file -> its bytes, what came of it, seconds."""
    found = {}
    for path in FILES:
        data = path.read_bytes()
        started = time.perf_counter()
        found[path.stem] = (data, read(data, path.name), time.perf_counter() - started)
    return found


def test_each_file_is_read_or_refused_for_the_known_reason(outcomes):
    expected = {stem: reason for reason, stems in REFUSED.items() for stem in stems.split()}
    found = {stem: outcome for stem, (_, outcome, _) in outcomes.items() if isinstance(outcome, str)}
    assert found == expected
    formats = [outcome.format for _, outcome, _ in outcomes.values() if isinstance(outcome, Workbook)]
    counts = {name: formats.count(name) for name in sorted(set(formats))}
    assert counts == {"csv": 1, "ods": 1, "xls": 9, "xlsb": 11, "xlsm": 4, "xlsx": 96}


def test_none_takes_long(outcomes):
    assert max(seconds for _, _, seconds in outcomes.values()) < 20


def test_values_are_those_of_openpyxl(outcomes):
    compared = 0
    for stem, (data, outcome, _) in outcomes.items():
        if isinstance(outcome, str) or outcome.format not in ("xlsx", "xlsm"):
            continue
        other = by_openpyxl(data)
        for sheet in outcome.sheets:
            # It finds no sheets in Strict workbooks, and cannot open some of the others.
            if sheet.name in other:
                compared += compare(sheet, other[sheet.name], stem, _known_to_openpyxl)
    assert compared > 5_000


def test_values_are_those_of_calamine(outcomes):
    compared = 0
    for stem, (data, outcome, _) in outcomes.items():
        if isinstance(outcome, str) or outcome.format not in ("xlsx", "xlsm"):
            continue
        try:
            other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except python_calamine.CalamineError:
            continue
        for sheet in outcome.sheets:
            compared += compare(sheet, by_calamine(other.get_sheet_by_name(sheet.name)), stem, _known_to_calamine)
    assert compared > 100_000


# What the other readers say, and where they are known to differ


def ours(sheet: Sheet) -> Cells:
    pool = sheet.pool.to_list()
    return {
        cell_name(row, column.index): (Kind(kind), pool[code] if code >= 0 else number)
        for column in sheet.columns
        for row, kind, number, code in zip(
            sheet.rows.tolist(), column.kinds.tolist(), column.numbers.tolist(), column.codes.tolist(), strict=True
        )
        if kind
    }


def covered(sheet: Sheet) -> set[str]:
    """Cells in use that lie under a merged cell."""
    return {
        cell_name(row, column.index)
        for top, left, bottom, right in sheet.merged
        for column in sheet.columns
        for row in sheet.rows.tolist()
        if top <= row <= bottom and left <= column.index <= right and (row, column.index) != (top, left)
    }


def by_openpyxl(data: bytes) -> dict[str, Cells]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        except (KeyError, TypeError, ValueError):
            return {}
    return {
        sheet.title: {
            cell_name(row, column - 1): _kind(cell.value, is_error=cell.data_type == "e")
            for (row, column), cell in sheet._cells.items()
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


def by_calamine(sheet: python_calamine.CalamineSheet) -> Cells:
    left = sheet.start[1] if sheet.start else 0
    return {
        cell_name(row, column): _kind(value, is_error=False)
        for row, values in enumerate(sheet.iter_rows(), start=1)
        for column, value in enumerate(values, start=left)
        if value != ""
    }


def _kind(value: object, *, is_error: bool) -> Value:
    if isinstance(value, str):
        return (Kind.ERROR if is_error else Kind.TEXT), value
    if isinstance(value, bool):
        return Kind.BOOLEAN, float(value)
    if isinstance(value, (int, float)):
        return Kind.NUMBER, float(value)
    if isinstance(value, dt.timedelta):
        return Kind.DURATION, value / dt.timedelta(days=1)
    if isinstance(value, dt.time):
        moment = dt.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
        return Kind.TIME, moment / dt.timedelta(days=1)
    assert isinstance(value, dt.date)
    moment = dt.timedelta(days=value.toordinal() - dt.date(1899, 12, 30).toordinal())
    if isinstance(value, dt.datetime):
        moment += value - value.replace(hour=0, minute=0, second=0, microsecond=0)
    days = moment / dt.timedelta(days=1)
    return Kind.DATE, days if days >= 61 else days - 1


def compare(sheet: Sheet, other: Cells, stem: str, is_known: Callable[[Value | None, Value | None, bool], bool]) -> int:
    """Compare all cells; the number of those that are the same."""
    mine = ours(sheet)
    under = covered(sheet)
    same = 0
    for name in mine.keys() | other.keys():
        a, b = mine.get(name), other.get(name)
        if a is not None and b is not None and _alike(a, b):
            same += 1
        else:
            assert is_known(a, b, name in under), (stem, sheet.name, name, a, b)
    return same


def _alike(a: Value, b: Value) -> bool:
    if isinstance(a[1], str) or isinstance(b[1], str):
        # The others do not agree on spaces at the ends, nor on carriage returns.
        return a[0] == b[0] and _bare(str(a[1])) == _bare(str(b[1]))
    clocks = (Kind.DATE, Kind.TIME, Kind.DURATION)
    return (a[0] == b[0] or (a[0] in clocks and b[0] in clocks)) and abs(a[1] - b[1]) <= 2e-8 * max(1.0, abs(a[1]))


def _bare(text: str) -> str:
    return text.replace("_x000D_", "\n").replace("\r", "\n").strip()


def _known_to_openpyxl(mine: Value | None, other: Value | None, is_covered: bool) -> bool:
    if mine is None:
        return False
    if other is None:
        # It drops what stands under merged cells and formulas without a result; an empty text is None there.
        return is_covered or mine[0] == Kind.NOT_CALCULATED or mine[1] == ""
    # It leaves escaped characters as they are written.
    return isinstance(other[1], str) and other[1].startswith("_x") and len(str(mine[1])) == 1


def _known_to_calamine(mine: Value | None, other: Value | None, _is_covered: bool) -> bool:
    if mine is None:
        return False
    if other is None:
        # It gives errors and formulas without a result as blank, and cannot tell an empty text from none.
        return mine[0] in (Kind.ERROR, Kind.NOT_CALCULATED) or str(mine[1]).strip() == ""
    # Dates before 1900 are all one to it.
    return mine[0] == Kind.DATE and isinstance(mine[1], float) and mine[1] < 0
