"""Corrections made in a workbook as a person makes them, in LibreOffice itself: opened, typed into, stored as xlsx.

Run by a Python that has `uno` (Debian: python3-uno), which is not the one of the tests:
python3 uno_edit.py SOFFICE WORKBOOK STEPS.json TARGET
A step is [what, sheet, …]: type CELL TEXT · clear CELL · rows FROM COUNT (taken out) ·
sort COLUMN (by the sign of the filter, downwards) · widen COLUMN · note CELL TEXT · rename NAME.
Cells are named as in Excel, columns counted from 0.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

NORWEGIAN = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>nb-NO</value></prop></item></oor:items>"""
XLSX = "Calc MS Excel 2007 XML"
PATIENCE = 60  # seconds until LibreOffice has to be there


def main(soffice: str, workbook: str, steps: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(NORWEGIAN, "utf-8")
        pipe = f"pipe,name=momentsheet{uuid.uuid4().hex}"
        office = subprocess.Popen(
            [soffice, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
             "--nologo", f"--accept={pipe};urp;"],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
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
            with suppress(ProcessLookupError):
                os.killpg(office.pid, signal.SIGKILL)  # `soffice` is a shell script; what it started goes along


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


def clear(_book, sheet, cell: str) -> None:
    sheet.getCellRangeByName(cell).clearContents(1 | 2 | 4 | 16)  # values, dates, texts and formulas


def take_rows(_book, sheet, first: int, count: int) -> None:
    sheet.Rows.removeByIndex(first - 1, count)


def sort(book, sheet, column: int) -> None:
    """By the sign of the filter: the range that it spans, without its header."""
    ranges = book.getPropertyValue("UnnamedDatabaseRanges")
    place = ranges.getByTable(sheet.RangeAddress.Sheet).DataArea
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
    "type": type_in, "clear": clear, "rows": take_rows, "sort": sort, "widen": widen, "note": note, "rename": rename,
}  # fmt: skip

if __name__ == "__main__":
    main(*sys.argv[1:])
