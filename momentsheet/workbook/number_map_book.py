"""The number map as a workbook for the accountant: one table to filter and search, and what to know of it."""

from __future__ import annotations

import datetime as dt
import io

from xlsxwriter import Workbook

from momentsheet.model.numbering import NumberMap
from momentsheet.workbook.annotation.listing import free_sheet_name
from momentsheet.workbook.template.sheets import AUTHOR
from momentsheet.workbook.template.style import A4, ACCENT, MUTED, Formats, done, lines_of

_CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - any fixed moment: the same input gives the same bytes
_HEAD = 4  # row of the headers: title, company, what it is, a blank one
_NARROWEST, _WIDEST, _LINE = 14, 48, 15.0
_SAMPLE = 500  # rows that decide how wide a column is


def make_number_map(page: NumberMap) -> bytes:
    """The workbook of the map; the same input gives the same bytes."""
    buffer = io.BytesIO()
    workbook = Workbook(
        buffer,
        {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
    )
    workbook.set_properties({"title": page.title, "author": AUTHOR, "company": page.company, "created": _CREATED})
    formats = Formats(workbook)
    sheet = workbook.add_worksheet(free_sheet_name(page.title, []))
    last = len(page.headers) - 1
    done(sheet.write_string(0, 0, page.title, formats.style("title")))
    sheet.set_row(0, _LINE * 2)
    if page.company:
        done(sheet.write_string(1, 0, page.company, formats.style("lead")))
    done(sheet.merge_range(2, 0, 2, last, page.intro, formats.style("text", indent=0)))
    sheet.set_row(2, _LINE * lines_of(page.intro, 110))
    for place, header in enumerate(page.headers):
        done(sheet.write_string(_HEAD, place, header, formats.style("required")))
        longest = max([1.2 * len(header) + 3, *(len(row[place]) for row in page.rows[:_SAMPLE])])
        done(sheet.set_column(place, place, min(max(longest + 3, _NARROWEST), _WIDEST)))
    sheet.set_row(_HEAD, _LINE * 1.6)
    # Numbers are texts, so that none loses its zeros; what changes stands out, what stays is muted.
    plain = formats.style("answer", num_format="@")
    strong = formats.style("answer", num_format="@", bold=True)
    muted = formats.style("answer", num_format="@", font_color=MUTED)
    for place, (row, is_changed) in enumerate(zip(page.rows, page.changed, strict=True), _HEAD + 1):
        for column, text in enumerate(row):
            style = (strong if column == 2 else plain) if is_changed else muted
            done(sheet.write_string(place, column, text, style))
    end = max(_HEAD + len(page.rows), _HEAD + 1)
    done(sheet.autofilter(_HEAD, 0, end, last))
    done(sheet.ignore_errors({"number_stored_as_text": f"A1:E{end + 1}"}))
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(ACCENT)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    if page.notes:
        notes = workbook.add_worksheet(free_sheet_name(page.notes_title, [sheet.get_name()]))
        done(notes.write_string(0, 0, page.notes_title, formats.style("title")))
        notes.set_row(0, _LINE * 2)
        done(notes.set_column(0, 0, 88))
        for place, text in enumerate(page.notes, 2):
            done(notes.write_string(place, 0, text, formats.style("cell", valign="top")))
            notes.set_row(place, _LINE * lines_of(text, 84) + 3)
        notes.hide_gridlines(2)
        notes.set_paper(A4)
        notes.fit_to_pages(1, 0)
    sheet.activate()
    workbook.close()
    return buffer.getvalue()
