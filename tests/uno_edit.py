"""Corrections made in a workbook as a person makes them, in LibreOffice itself: opened, typed into, stored as xlsx.

Run by a Python that has `uno` (Debian: python3-uno), which is not the one of the tests:
python3 uno_edit.py SOFFICE WORKBOOK STEPS.json TARGET
A step is [what, sheet, …]: type CELL TEXT · write CELL TEXT (stays text) · clear CELL · rows FROM COUNT (taken out)
· sort COLUMN (by the sign of the filter, downwards) · widen COLUMN · note CELL TEXT · rename NAME.
Cells are named as in Excel, columns counted from 0.
"""

import json
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

XLSX = "Calc MS Excel 2007 XML"
PATIENCE = 60  # seconds until LibreOffice has to be there


def main(soffice: str, workbook: str, steps: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pipe = f"pipe,name=momentsheet{uuid.uuid4().hex}"
        office = subprocess.Popen(
            [soffice, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
             "--nologo", f"--accept={pipe};urp;"]
        )  # fmt: skip
        try:
            desktop = connected(pipe)
            book = desktop.loadComponentFromURL(Path(workbook).resolve().as_uri(), "_blank", 0, (prop("Hidden", True),))
            for what, sheet, *rest in json.loads(Path(steps).read_text("utf-8")):
                STEPS[what](book, book.Sheets.getByName(sheet), *rest)
            book.storeToURL(Path(target).resolve().as_uri(), (prop("FilterName", XLSX),))
            book.close(True)
            desktop.terminate()
            office.wait(PATIENCE)
        finally:
            office.kill()


def connected(pipe: str):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            there = resolver.resolve(f"uno:{pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def prop(name: str, value: object) -> PropertyValue:
    return PropertyValue(name, 0, value, 0)


def type_in(_book, sheet, cell: str, text: str) -> None:
    sheet.getCellRangeByName(cell).FormulaLocal = text


def write(_book, sheet, cell: str, text: str) -> None:
    sheet.getCellRangeByName(cell).String = text


def clear(_book, sheet, cell: str) -> None:
    sheet.getCellRangeByName(cell).clearContents(1 | 2 | 4 | 16)  # values, dates, texts and formulas


def take_rows(_book, sheet, first: int, count: int) -> None:
    sheet.Rows.removeByIndex(first - 1, count)


def sort(book, sheet, column: int) -> None:
    """By the sign of the filter: the range that it spans, without its header."""
    place = next(one.DataArea for one in book.UnnamedDatabaseRanges if one.DataArea.Sheet == sheet.RangeAddress.Sheet)
    area = sheet.getCellRangeByPosition(place.StartColumn, place.StartRow, place.EndColumn, place.EndRow)
    field = uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = column, False
    area.sort((
        prop("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))),
        prop("ContainsHeader", True),
    ))  # fmt: skip


def widen(_book, sheet, column: int) -> None:
    sheet.Columns.getByIndex(column).Width = 9_000


def rename(_book, sheet, name: str) -> None:
    sheet.Name = name


def note(_book, sheet, cell: str, text: str) -> None:
    sheet.Annotations.insertNew(sheet.getCellRangeByName(cell).CellAddress, text)


STEPS = {
    "type": type_in, "write": write, "clear": clear, "rows": take_rows, "sort": sort, "widen": widen, "note": note,
    "rename": rename,
}  # fmt: skip

if __name__ == "__main__":
    main(*sys.argv[1:])
