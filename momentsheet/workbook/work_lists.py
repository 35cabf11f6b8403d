"""The workbook of work lists: what a person does by hand in Moment after the import, a sheet for each list."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from momentsheet.model.bundle import FilledList
from momentsheet.model.catalog import Catalog, WorkListColumn, say
from momentsheet.workbook.annotation.listing import free_sheet_name, quoted_sheet
from momentsheet.workbook.template.sheets import AUTHOR
from momentsheet.workbook.template.style import A4, ACCENT, NUMBER_FORMATS, NUMERIC, Formats, done, lines_of

_CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - any fixed moment: the same input gives the same bytes
_HEAD = 5  # rows above the table: title, place, what to do, a blank one, headers
_NARROWEST, _WIDEST, _STEP, _LINE = 8, 44, 90, 15.0  # the widths of columns, the height of a line
_SAMPLE = 200  # rows that decide how wide a column is


def make_work_lists(lists: Sequence[FilledList], catalog: Catalog, language: str) -> bytes:
    """The workbook of these lists (at least one) in that language; the same input gives the same bytes.

    The first sheet counts the lists and leads to them; each list has a column to tick off at its left.
    """
    buffer = io.BytesIO()
    workbook = Workbook(
        buffer,
        {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
    )
    title = catalog.text("worklist.title", language)
    workbook.set_properties({"title": title, "author": AUTHOR, "company": catalog.company.name, "created": _CREATED})
    formats = Formats(workbook)
    overview = workbook.add_worksheet(free_sheet_name(catalog.text("worklist.overview", language), []))
    names = [overview.get_name()]
    for filled in lists:
        names.append(free_sheet_name(say(filled.work_list.title, language), names))
    worksheets = [workbook.add_worksheet(name) for name in names[1:]]
    _write_overview(overview, lists, names[1:], catalog, language, formats)
    for filled, worksheet in zip(lists, worksheets, strict=True):
        _write_list(worksheet, filled, catalog, language, formats)
    overview.activate()
    workbook.close()
    return buffer.getvalue()


# Private functions


def _write_overview(
    worksheet: Worksheet,
    lists: Sequence[FilledList],
    names: Sequence[str],
    catalog: Catalog,
    language: str,
    formats: Formats,
) -> None:
    company = catalog.company.name
    done(worksheet.write_string(0, 0, catalog.text("worklist.title", language), formats.style("title")))
    worksheet.set_row(0, _LINE * 2)
    if company:
        done(worksheet.write_string(1, 0, company, formats.style("lead")))
    intro = catalog.text("worklist.intro", language)
    done(worksheet.merge_range(2, 0, 2, 3, intro, formats.style("text", indent=0)))
    worksheet.set_row(2, _LINE * lines_of(intro, 100))
    heads = ("worklist.column.list", "worklist.column.rows", "worklist.column.left", "worklist.column.place")
    for place, text_id in enumerate(heads):
        done(worksheet.write_string(4, place, catalog.text(text_id, language), formats.style("required")))
    for row, (filled, name) in enumerate(zip(lists, names, strict=True), _HEAD):
        title = say(filled.work_list.title, language)
        done(worksheet.write_url(row, 0, f"internal:{quoted_sheet(name)}!A1", formats.style("link"), title))
        done(worksheet.write_number(row, 1, filled.rows.height, formats.style("count")))
        ticks = f"{quoted_sheet(name)}!$A${_HEAD + 1}:$A${_HEAD + filled.rows.height}"
        formula = f"={filled.rows.height}-COUNTA({ticks})"
        done(worksheet.write_formula(row, 2, formula, formats.style("count"), filled.rows.height))
        done(worksheet.write_string(row, 3, say(filled.work_list.place, language), formats.style("cell")))
    for place, width in enumerate((44, 10, 12, 52)):
        done(worksheet.set_column(place, place, width))
    _print_setup(worksheet, is_wide=True)
    worksheet.hide_gridlines(2)
    worksheet.set_tab_color(ACCENT)


def _write_list(worksheet: Worksheet, filled: FilledList, catalog: Catalog, language: str, formats: Formats) -> None:
    work_list = filled.work_list
    columns = filled.columns
    last = len(columns) if filled.steps else max(len(columns), 3)
    width = _STEP if filled.steps else 30 * last
    done(worksheet.write_string(0, 0, say(work_list.title, language), formats.style("title")))
    worksheet.set_row(0, _LINE * 2)
    where = f"{catalog.text('worklist.column.place', language)}: {say(work_list.place, language)}"
    for row, text, style in ((1, where, "label"), (2, say(work_list.help, language), "text")):
        done(worksheet.merge_range(row, 0, row, last, text, formats.style(style, indent=0, valign="top")))
        worksheet.set_row(row, _LINE * lines_of(text, width))
    labels = [catalog.text("worklist.column.done", language), *(say(column.label, language) for column in columns)]
    for place, label in enumerate(labels):
        done(worksheet.write_string(_HEAD - 1, place, label, formats.style("required")))
    worksheet.set_row(_HEAD - 1, _LINE * 2)
    end = _HEAD + filled.rows.height - 1
    box = formats.style("answer", align="center")
    for row in range(_HEAD, end + 1):
        done(worksheet.write_blank(row, 0, None, box))
    done(worksheet.data_validation(_HEAD, 0, end, 0, {"validate": "list", "source": ["x"]}))
    done(worksheet.set_column(0, 0, 8))
    for place, column in enumerate(columns, 1):
        texts = _write_column(worksheet, place, column, filled, catalog, language, formats)
        # Bold letters are wider, and the filter's arrow stands beside them.
        longest = max([1.2 * len(labels[place]) + 3, *(len(text) for text in texts)])
        widest = _STEP if filled.steps else _WIDEST
        done(worksheet.set_column(place, place, min(max(longest + 3, _NARROWEST), widest)))
        for row, text in enumerate(texts if filled.steps else (), _HEAD):
            worksheet.set_row(row, _LINE * lines_of(text, 0.9 * _STEP))
    done(worksheet.autofilter(_HEAD - 1, 0, end, len(columns)))
    worksheet.freeze_panes(_HEAD, 0)
    worksheet.repeat_rows(_HEAD - 1)
    _print_setup(worksheet, is_wide=len(columns) > 4)


def _write_column(
    worksheet: Worksheet,
    place: int,
    column: WorkListColumn,
    filled: FilledList,
    catalog: Catalog,
    language: str,
    formats: Formats,
) -> list[str]:
    """Write one column; gives some of its texts, for its width."""
    labels = filled.labels(column, catalog, language)
    style = formats.style("answer", align="left", num_format="@")
    number_format: str | int = NUMBER_FORMATS[column.type]
    if column.type in NUMERIC and number_format == "General":
        number_format = "#,##0.##"
    shown = formats.style("answer", align="right", num_format=number_format)
    texts: list[str] = []
    for row, value in enumerate(filled.rows[column.name], _HEAD):
        if value is None:
            done(worksheet.write_blank(row, place, None, style))
            continue
        if isinstance(value, bool):
            value = catalog.text("value.yes" if value else "value.no", language)
        if isinstance(value, dt.date):
            done(worksheet.write_datetime(row, place, value, shown))
        elif isinstance(value, int | float):
            done(worksheet.write_number(row, place, value, shown))
        else:
            done(worksheet.write_string(row, place, labels.get(value, value), style))
        if len(texts) < _SAMPLE:
            texts.append(str(labels.get(value, value)))
    return texts


def _print_setup(worksheet: Worksheet, *, is_wide: bool) -> None:
    worksheet.set_paper(A4)
    if is_wide:
        worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    worksheet.set_footer("&L&A&R&P / &N")
