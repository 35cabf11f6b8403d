"""The data sheets: headings with notes, the values, and beside them what helps while typing."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from momentsheet.errors import UsageError
from momentsheet.model.moved import CellError, CellValue, Copied, Formatted
from momentsheet.workbook.template.live import marks_of, validation_of
from momentsheet.workbook.template.plan import Plan, PlannedColumn, PlannedKept, PlannedSheet
from momentsheet.workbook.template.style import A4, ACCENT, NUMBER_FORMATS, Formats, done, lines_of
from momentsheet.workbook.template.words import excel_length, meaning_of, note_of

AUTHOR = "Moment import"
# The striped part of an empty sheet; Excel lets it grow when something is pasted or typed below.
STRIPED_ROWS = 25
TEXT_LIMIT = 32_767  # of a cell
NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
EXACT_DIGITS = 15  # Excel's numbers have no more
PAGE_WIDTH = 190  # characters on a landscape page that can still be read

NARROWEST, WIDEST = 9, 44  # column widths in characters
TYPE_WIDTHS = {"date": 12, "hours": 9, "boolean": 9, "money": 14, "email": 28, "phone": 15, "text": 18}
FILTER_BUTTON = 3  # characters that it covers
MEASURED_ROWS = 200  # the first rows tell how wide a column must be


def write_sheet(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    """Write one entity's sheet: a table, or a form with one record."""
    if sheet.is_form:
        _write_form(plan, sheet, worksheet, formats)
    else:
        _write_table(plan, sheet, worksheet, formats)
    for kept in sheet.kept:
        own = formats.style("answer") if sheet.is_form else None
        _write_cells(worksheet, kept.row, kept.column, kept.values, formats, own)
    for column in sheet.columns:
        cells = (column.first_row, column.column, column.last_row, column.column)
        _write_values(plan, column, worksheet, formats)
        done(worksheet.data_validation(*cells, validation_of(plan, column)))
        for mark in marks_of(plan, sheet, column):
            shown = {"type": "formula", "criteria": f"={mark.when}", "format": formats.mark(mark.kind)}
            done(worksheet.conditional_format(*cells, shown | {"stop_if_true": True}))
    cells_of_all = sheet.block.rpartition("!")[2].replace("$", "")
    done(worksheet.ignore_errors({"number_stored_as_text": cells_of_all, "two_digit_text_year": cells_of_all}))
    first = sheet.columns[0]
    worksheet.set_selection(first.first_row, first.column, first.first_row, first.column)
    worksheet.set_tab_color(ACCENT)
    worksheet.set_paper(A4)
    worksheet.repeat_rows(0)
    worksheet.set_footer("&L&A&R&P / &N")


def write_copied(copied: Copied, worksheet: Worksheet, formats: Formats) -> None:
    """Write a sheet that goes along, its values where they stood."""
    for place, (rows, values) in copied.columns.items():
        measured = values[:MEASURED_ROWS]
        lengths = [len(value) + 2 for value in measured if isinstance(value, str)]
        lengths += [len(value.num_format) for value in measured if isinstance(value, Formatted)]
        lengths += [TYPE_WIDTHS["date"] for value in measured if isinstance(value, dt.date)]
        worksheet.set_column(place, place, min(WIDEST, max(NARROWEST, *lengths, 0)))
        for row, value in zip(rows, values, strict=True):
            _write_cells(worksheet, row - 1, place, (value,), formats)
    if copied.is_hidden:
        worksheet.hide()


# Private functions


def _write_table(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    headers = [
        {"header": column.header, "header_format": formats.style("required" if column.field.required else "optional")}
        for column in sheet.columns
    ]
    headers += [{"header": kept.header, "header_format": formats.style("kept")} for kept in sheet.kept]
    last_row, last_column = max(sheet.rows, STRIPED_ROWS), len(headers) - 1
    table = {"name": f"tbl_{sheet.entity.name}", "style": "Table Style Light 1", "columns": headers}
    done(worksheet.add_table(0, 0, last_row, last_column, table))
    lines, widths = 1, 0
    for column in sheet.columns:
        width = _width(column)
        widths += width
        worksheet.set_column(column.column, column.column, width, formats.of_type(column.field.type))
        _write_note(plan, column, worksheet)
        lines = max(lines, lines_of(column.header, width - FILTER_BUTTON))
    for kept in sheet.kept:
        width = _kept_width(kept)
        widths += width
        worksheet.set_column(kept.column, kept.column, width)
        _write_kept_note(plan, kept, worksheet)
        lines = max(lines, lines_of(kept.header, width - FILTER_BUTTON))
    worksheet.set_row(0, 10 + 15 * lines)
    # What names the row stays in sight while people scroll to the right, and on every page.
    leading = 1 if sheet.entity.key[:1] == (sheet.columns[0].field.name,) else 0
    worksheet.freeze_panes(1, leading)
    if leading:
        worksheet.repeat_columns(0)
    worksheet.set_landscape()
    worksheet.fit_to_pages(-(-widths // PAGE_WIDTH), 0)


def _write_form(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    widths = (max(len(column.header) for column in sheet.columns) + 4, 34, 76)
    for index, part in enumerate(("field", "answer", "meaning")):
        worksheet.set_column(index, index, widths[index])
        done(worksheet.write_string(0, index, plan.text(f"form.{part}"), formats.style("required")))
    worksheet.set_row(0, 25)
    for column in sheet.columns:
        row, meaning = column.first_row, meaning_of(plan, column)
        label = formats.style("required" if column.field.required else "optional")
        done(worksheet.write_string(row, 0, column.header, label))
        done(worksheet.write_blank(row, column.column, None, _answer(column, formats)))
        done(worksheet.write_string(row, 2, meaning, formats.style("muted")))
        worksheet.set_row(row, 6 + 15 * lines_of(meaning, widths[2]))
    for kept in sheet.kept:
        done(worksheet.write_string(kept.row, 0, kept.header, formats.style("kept")))
        meaning = plan.text("kept.note")
        done(worksheet.write_string(kept.row, 2, meaning, formats.style("muted")))
        worksheet.set_row(kept.row, 6 + 15 * lines_of(meaning, widths[2]))
    worksheet.freeze_panes(1, 0)
    worksheet.fit_to_pages(1, 0)


def _answer(column: PlannedColumn, formats: Formats) -> Format:
    return formats.style("answer", num_format=NUMBER_FORMATS[column.field.type])


def _write_note(plan: Plan, column: PlannedColumn, worksheet: Worksheet) -> None:
    text = note_of(plan, column)
    lines = sum(lines_of(line, 44) for line in text.split("\n"))
    options = {"author": AUTHOR, "width": 320, "height": 14 + 18 * lines, "font_size": 10, "color": "#FFFFFF"}
    done(worksheet.write_comment(0, column.column, text, options))


def _write_kept_note(plan: Plan, kept: PlannedKept, worksheet: Worksheet) -> None:
    text = plan.text("kept.note")
    height = 14 + 18 * lines_of(text, 44)
    options = {"author": AUTHOR, "width": 320, "height": height, "font_size": 10, "color": "#FFFFFF"}
    done(worksheet.write_comment(0, kept.column, text, options))


def _write_values(plan: Plan, column: PlannedColumn, worksheet: Worksheet, formats: Formats) -> None:
    """Write the cells as they are: a text stays text, a number a number, whatever the column is for."""
    own = _answer(column, formats) if column.is_form else None
    date = formats.of_type("date") if own is None or column.field.type != "date" else own
    words = {True: plan.text("yes"), False: plan.text("no")}
    values = [words[value] if isinstance(value, bool) else value for value in column.values]
    _write_cells(worksheet, column.first_row, column.column, values, formats, own, date)


def _write_cells(
    worksheet: Worksheet,
    first_row: int,
    place: int,
    values: Sequence[CellValue],
    formats: Formats,
    own: Format | None = None,
    date: Format | None = None,
) -> None:
    """Write values below each other, each as the kind of cell that it was."""
    for row, value in enumerate(values, first_row):
        if value is None or value == "":
            continue
        if isinstance(value, CellError) and value in ERRORS:
            done(worksheet.write_formula(row, place, f"={value}", own, value))
        elif isinstance(value, Formatted):
            done(worksheet.write_number(row, place, value, formats.of_type("decimal", num_format=value.num_format)))
        elif isinstance(value, dt.date) and value.year >= 1900:
            done(worksheet.write_datetime(row, place, value, date or formats.of_type("date")))
        elif isinstance(value, int | float) and _is_exact(value):
            done(worksheet.write_number(row, place, value, own))
        else:
            done(worksheet.write_string(row, place, _text(value), own))


def _is_exact(number: float) -> bool:
    """Can Excel hold the number?"""
    return math.isfinite(number) if isinstance(number, float) else len(str(abs(number))) <= EXACT_DIGITS


def _text(value: CellValue) -> str:
    text = value if isinstance(value, str) else str(value)
    if not text.isascii():
        text = NOT_XML.sub("\ufffd", text)
    if len(text) > TEXT_LIMIT // 2 and excel_length(text) > TEXT_LIMIT:
        raise UsageError(f"A text has more than the {TEXT_LIMIT} characters that a cell of a workbook can hold.")
    return text


def _width(column: PlannedColumn) -> int:
    """Wide enough for the longest word of the heading, for what may be chosen and for what is written."""
    least = TYPE_WIDTHS.get(column.field.type, NARROWEST)
    texts = [column.field.example]
    if column.choice is not None and column.field.type not in {"country", "boolean"}:
        texts += column.choice.labels
    texts += [value for value in column.values[:MEASURED_ROWS] if isinstance(value, str)]
    words = max(len(word) for word in column.header.replace(" *", "-*").split(" ")) + FILTER_BUTTON + 1
    # Two lines of heading are fine, three are not.
    halves = len(column.header) // 2 + FILTER_BUTTON + 1
    return min(WIDEST, max(least, words, halves, *(len(text) + 3 for text in texts)))


def _kept_width(kept: PlannedKept) -> int:
    texts = [value for value in kept.values[:MEASURED_ROWS] if isinstance(value, str)]
    words = max(len(word) for word in kept.header.split(" ")) + FILTER_BUTTON + 1
    shown = (len(value.num_format) for value in kept.values[:MEASURED_ROWS] if isinstance(value, Formatted))
    least = max(TYPE_WIDTHS["date"], *shown, 0)
    return min(WIDEST, max(least, words, *(len(text) + 3 for text in texts)))
