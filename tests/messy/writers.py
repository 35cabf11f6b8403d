"""Deliveries as files: written by XlsxWriter, openpyxl, LibreOffice or as csv."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import openpyxl.utils.datetime
import xlsxwriter
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter

from messy.sheets import Book, Cell, Error, Formula, Shown, Uncalculated

File = tuple[str, bytes]  # name, content


def xlsxwriter_book(book: Book, *, with_macro: bool = False) -> bytes:
    """As most programs write: XlsxWriter."""
    buffer = io.BytesIO()
    options = {
        "in_memory": not book.inline_strings,
        "constant_memory": book.inline_strings,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "date_1904": book.is_1904,
    }
    written = xlsxwriter.Workbook(buffer, options)
    if with_macro:
        written.add_vba_project(io.BytesIO(b"no macro that anybody runs"), is_stream=True)
    formats = {
        text: written.add_format({"num_format": text})
        for text in (
            "dd.mm.yyyy",
            "dd.mm.yyyy hh:mm",
            *sorted({c.format for c in _cells(book) if isinstance(c, Shown)}),
        )
    }
    for name, value in book.properties.items():
        written.set_custom_property(name, value)
    for table in book.tables:
        sheet = written.add_worksheet(table.name)
        for first_row, first_column, last_row, last_column in table.merged:
            sheet.merge_range(first_row - 1, first_column, last_row - 1, last_column, "")
        for at, row in enumerate(table.grid):
            if at + 1 in table.hidden_rows:
                sheet.set_row(at, None, None, {"hidden": True})
            for column, cell in enumerate(row):
                match cell:
                    case None:
                        pass
                    case bool():
                        sheet.write_boolean(at, column, cell)
                    case str():
                        sheet.write_string(at, column, cell)
                    case Shown():
                        sheet.write_number(at, column, cell.number, formats[cell.format])
                    case dt.datetime():
                        sheet.write_datetime(at, column, cell, formats["dd.mm.yyyy hh:mm"])
                    case dt.date():
                        sheet.write_datetime(at, column, cell, formats["dd.mm.yyyy"])
                    case Formula():
                        sheet.write_formula(at, column, cell.formula, None, cell.result)
                    case Error():
                        sheet.write_formula(at, column, "=NA()", None, cell.text)
                    case Uncalculated():
                        raise ValueError("XlsxWriter always stores a result; let openpyxl write the workbook")
                    case _:
                        sheet.write_number(at, column, cell)
        for column in table.hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
        if table.has_filter:
            sheet.autofilter(0, 0, len(table.grid) - 1, len(table.grid[0]) - 1)
        if table.is_protected:
            sheet.protect()
        if table.state == "hidden":
            sheet.hide()
        elif table.state == "veryHidden":
            sheet.very_hidden()
    written.close()
    return buffer.getvalue()


def openpyxl_book(book: Book) -> bytes:
    """As scripts write: openpyxl, which stores formulas without results."""
    written = openpyxl.Workbook()
    written.remove(written.active)
    if book.is_1904:
        written.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, value in book.properties.items():
        written.custom_doc_props.append(StringProperty(name=name, value=value))
    for table in book.tables:
        sheet = written.create_sheet(table.name)
        sheet.sheet_state = table.state
        for at, row in enumerate(table.grid, 1):
            for column, cell in enumerate(row, 1):
                if cell is None:
                    continue
                target = sheet.cell(at, column)
                match cell:
                    case Shown():
                        target.value, target.number_format = cell.number, cell.format
                    case Formula():
                        raise ValueError("openpyxl stores no results; let XlsxWriter write the workbook")
                    case Uncalculated():
                        target.value = cell.formula
                    case Error():
                        target.value = cell.text
                        target.data_type = "e"
                    case str():
                        target.value = cell
                        target.data_type = "s"
                    case _:
                        target.value = cell
                        if isinstance(cell, dt.date):
                            target.number_format = "dd.mm.yyyy"
        for first_row, first_column, last_row, last_column in table.merged:
            sheet.merge_cells(None, first_row, first_column + 1, last_row, last_column + 1)
        for row_number in table.hidden_rows:
            sheet.row_dimensions[row_number].hidden = True
        for column in table.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
        if table.has_filter:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.grid[0]))}{len(table.grid)}"
        if table.is_protected:
            sheet.protection.enable()
    buffer = io.BytesIO()
    written.save(buffer)
    return buffer.getvalue()


def csv_files(
    book: Book,
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ";",
    line_end: str = "\r\n",
    first_line: str = "",
    show: Callable[[Cell], str] | None = None,
) -> list[File]:
    """One file per sheet, as a Norwegian Excel saves it unless told otherwise."""
    files = []
    for table in book.tables:
        out = io.StringIO()
        rows = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
        rows.writerows([(show or shown)(cell) for cell in row] for row in table.grid)
        files.append((f"{table.name}.csv", (first_line + out.getvalue()).encode(encoding)))
    return files


def shown(cell: Cell) -> str:
    """A cell as a Norwegian Excel shows it."""
    match cell:
        case None:
            return ""
        case bool():
            return "SANN" if cell else "USANN"
        case dt.datetime():
            return f"{cell:%d.%m.%Y %H:%M}"
        case dt.date():
            return f"{cell:%d.%m.%Y}"
        case Formula():
            return shown(cell.result)
        case Error():
            return cell.text
        case str():
            return cell
        case Shown() | Uncalculated():
            raise ValueError("how a number format shows in a csv file is not known here")
    return f"{cell:.10g}".replace(".", ",")


def shown_in_english(cell: Cell) -> str:
    """A cell as an English program writes it."""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return shown(cell)


# LibreOffice: a workbook is given to it as xlsx; one call converts all files that are to become one format.

FILTERS = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "xlsm": "xlsm:Calc MS Excel 2007 VBA XML",
    "ods": "ods:calc8",
    "xls": "xls:MS Excel 97",
    # Semicolons, UTF-8, cells as they are shown, every sheet in a file of its own
    "csv": "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1",
}


def saved_by_libreoffice(
    office: str, books: dict[str, dict[str, bytes]], folder: Path
) -> dict[str, dict[str, list[File]]]:
    """Format -> name -> xlsx bytes becomes format -> name -> files."""
    found: dict[str, dict[str, list[File]]] = {}
    for kind, sources in books.items():
        source, target = folder / f"{kind}-in", folder / f"{kind}-out"
        source.mkdir(parents=True)
        for name, data in sources.items():
            (source / f"{name}.xlsx").write_bytes(data)
        subprocess.run(
            [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
             FILTERS[kind], "--outdir", target, *sorted(source.iterdir())],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        found[kind] = {}
        for name in sources:
            if kind == "csv":
                files = [
                    (path.name.removeprefix(f"{name}-"), path.read_bytes())
                    for path in sorted(target.glob(f"{name}-*.csv"))
                ]
            else:
                files = [(f"{name}.{kind}", (target / f"{name}.{kind}").read_bytes())]
            found[kind][name] = files
    return found


def with_part(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content.decode()) if entry.filename == part else content)
    return buffer.getvalue()


# Private functions


def _cells(book: Book) -> Sequence[Cell]:
    return [cell for table in book.tables for row in table.grid for cell in row]
