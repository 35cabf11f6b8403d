"""The workbook of a profile: an overview, then a sheet for each question that has an answer."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from momentsheet.model.profile import Asked, Cell, Page, PageColumn, Pages
from momentsheet.workbook.annotation.listing import LAST_ROW, free_sheet_name, quoted_sheet
from momentsheet.workbook.template.sheets import AUTHOR
from momentsheet.workbook.template.style import A4, ACCENT, ACCENT_LIGHT, Formats, done, lines_of

_CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - any fixed moment: the same input gives the same bytes
_HEAD = 4  # rows above the table: title, what to do, a blank one, headers
_NARROWEST, _WIDEST, _LINE = 8, 48, 15.0
_SAMPLE = 200  # rows that decide how wide a column is
_NUMBER_FORMATS = {"count": "#,##0", "share": "0 %", "number": "#,##0.##"}


def make_profile_book(pages: Pages) -> bytes:
    """The workbook of these pages; the same pages give the same bytes."""
    buffer = io.BytesIO()
    workbook = Workbook(
        buffer,
        {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
    )
    workbook.set_properties({"title": pages.title, "author": AUTHOR, "created": _CREATED})
    formats = Formats(workbook)
    overview = workbook.add_worksheet(free_sheet_name(pages.overview, []))
    names = [overview.get_name()]
    for page in pages.pages:
        names.append(free_sheet_name(page.name, names))
    worksheets = [workbook.add_worksheet(name) for name in names[1:]]
    _write_overview(overview, pages, names[1:], formats)
    for page, worksheet in zip(pages.pages, worksheets, strict=True):
        _write_page(worksheet, page, formats)
    overview.activate()
    workbook.close()
    return buffer.getvalue()


# Private functions


def _write_overview(worksheet: Worksheet, pages: Pages, names: Sequence[str], formats: Formats) -> None:
    done(worksheet.write_string(0, 0, pages.title, formats.style("title")))
    worksheet.set_row(0, _LINE * 2)
    done(worksheet.merge_range(1, 0, 1, 4, pages.lead, formats.style("lead", text_wrap=True, valign="top")))
    worksheet.set_row(1, _LINE * 1.2 * lines_of(pages.lead, 110))
    done(worksheet.merge_range(2, 0, 2, 4, pages.intro, formats.style("text", indent=0, valign="top")))
    worksheet.set_row(2, _LINE * lines_of(pages.intro, 120))
    row = _write_heads(worksheet, 4, pages.asked_heads, formats)
    for asked in pages.asked:
        _write_asked(worksheet, row, asked, names, formats)
        row += 1
    row = _write_heads(worksheet, row + 1, pages.file_heads, formats)
    for file in pages.files:
        for place, text in enumerate(file):
            style = formats.style("cell", align="right") if place > 2 else formats.style("cell")
            done(worksheet.write_string(row, place, text, style))
        row += 1
    for told in pages.notices:
        done(worksheet.merge_range(row + 1, 0, row + 1, 4, told, formats.style("muted", indent=0)))
        worksheet.set_row(row + 1, _LINE * lines_of(told, 120))
        row += 1
    for place, width in enumerate((58, 26, 24, 14, 14)):
        done(worksheet.set_column(place, place, width))
    _print_setup(worksheet)
    worksheet.hide_gridlines(2)
    worksheet.set_tab_color(ACCENT)


def _write_heads(worksheet: Worksheet, row: int, heads: Sequence[str], formats: Formats) -> int:
    for place, text in enumerate(heads):
        done(worksheet.write_string(row, place, text, formats.style("required")))
    return row + 1


def _write_asked(worksheet: Worksheet, row: int, asked: Asked, names: Sequence[str], formats: Formats) -> None:
    if asked.page is None:
        done(worksheet.write_string(row, 0, asked.title, formats.style("cell")))
    else:
        link = f"internal:{quoted_sheet(names[asked.page])}!A1"
        done(worksheet.write_url(row, 0, link, formats.style("link", text_wrap=True), asked.title))
    done(worksheet.write_string(row, 1, asked.of, formats.style("cell", align="right")))
    is_found = bool(asked.count) and asked.page is not None
    style = formats.style("cell", align="right", bold=True) if is_found else formats.style("cell", align="right")
    done(worksheet.write_string(row, 2, asked.found, style))
    worksheet.set_row(row, _LINE * max(1, lines_of(asked.title, 52)))


def _write_page(worksheet: Worksheet, page: Page, formats: Formats) -> None:
    columns = page.columns
    last = len(columns) - 1
    done(worksheet.write_string(0, 0, page.title, formats.style("title")))
    worksheet.set_row(0, _LINE * 2)
    widths = [_width(page, place, column) for place, column in enumerate(columns)]
    done(worksheet.merge_range(1, 0, 1, max(last, 1), page.help, formats.style("text", indent=0, valign="top")))
    worksheet.set_row(1, _LINE * lines_of(page.help, sum(widths) * 0.95))
    for place, column in enumerate(columns):
        done(worksheet.write_string(_HEAD - 1, place, column.label, formats.style("required")))
        done(worksheet.set_column(place, place, widths[place]))
    worksheet.set_row(_HEAD - 1, _LINE * 2)
    rows = page.rows[: LAST_ROW - _HEAD]
    is_shaded = False
    bands = set(page.bands)
    end = _HEAD + len(rows) - 1
    for at, cells in enumerate(rows):
        # Groups are told apart by every second one being shaded, and by their number.
        is_shaded = is_shaded != (at in bands and at > 0)
        fill = {"bg_color": ACCENT_LIGHT} if is_shaded and bands else {}
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            _write_cell(worksheet, _HEAD + at, place, cell, _style(column, formats, fill))
        lines = max(
            lines_of(cell, width - 3) if isinstance(cell, str) else 1 for cell, width in zip(cells, widths, strict=True)
        )
        if lines > 1:  # LibreOffice does not look for itself
            worksheet.set_row(_HEAD + at, _LINE * min(lines, 10))
    for place, column in enumerate(columns):
        if column.is_answer:
            rule = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
            done(worksheet.data_validation(_HEAD, place, end, place, rule))
    done(worksheet.autofilter(_HEAD - 1, 0, end, last))
    worksheet.freeze_panes(_HEAD, 0)
    worksheet.repeat_rows(_HEAD - 1)
    _print_setup(worksheet)


def _style(column: PageColumn, formats: Formats, fill: dict[str, str]) -> Format:
    if column.is_answer:
        return formats.style("answer", align="center")
    if column.kind in _NUMBER_FORMATS:
        return formats.style("cell", align="right", valign="top", num_format=_NUMBER_FORMATS[column.kind], **fill)
    return formats.style("cell", align="left", valign="top", num_format="@", **fill)


def _write_cell(worksheet: Worksheet, row: int, place: int, cell: Cell, style: Format) -> None:
    if cell is None or cell == "":
        done(worksheet.write_blank(row, place, None, style))
    elif isinstance(cell, int | float):
        done(worksheet.write_number(row, place, cell, style))
    else:
        done(worksheet.write_string(row, place, str(cell), style))


def _width(page: Page, place: int, column: PageColumn) -> float:
    """As wide as its words, within limits; bold letters are wider, and the filter's arrow stands beside them."""
    longest = max(len(word) for word in column.label.split()) * 1.2 + 4
    if column.kind == "share":
        return max(longest, 10)
    texts = [str(row[place]) for row in page.rows[:_SAMPLE] if row[place] is not None]
    longest = max([longest, *(len(text) + 3 for text in texts), *(len(word) + 4 for word in column.choices)])
    return min(max(longest, _NARROWEST), _WIDEST)


def _print_setup(worksheet: Worksheet) -> None:
    worksheet.set_paper(A4)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    worksheet.set_footer("&L&A&R&P / &N")
