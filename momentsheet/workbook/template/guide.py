"""The sheets around the data: Start tells what to do, Status how far it is, Field list what every column means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from babel import Locale
from babel.dates import format_date
from xlsxwriter.worksheet import Worksheet

from momentsheet.model.catalog import example_of, say
from momentsheet.workbook.template.counts import (
    NO_FIGURE,
    UNCOUNTABLE,
    Figure,
    Result,
    SheetCounts,
    count_sheet,
    not_numbers,
    total,
)
from momentsheet.workbook.template.plan import Plan, quoted
from momentsheet.workbook.template.style import A4, Formats, done, lines_of
from momentsheet.workbook.template.words import allowed_in, needed_in, remark

# Guidance is locked so that nobody overwrites it by mistake; without a password, and widths can be changed.
LOCKED = {"format_columns": True, "format_rows": True, "autofilter": True}
TEXT_WIDTH = 96
LABEL_WIDTH = 15  # of a column of 18: bold letters, and a space in front


def write_start(plan: Plan, worksheet: Worksheet, formats: Formats) -> None:
    """Five lines of what to do, the legend of the colours, facts about this workbook."""
    company = plan.catalog.company
    worksheet.hide_gridlines(2)
    worksheet.set_column(0, 0, 18)
    worksheet.set_column(1, 1, TEXT_WIDTH)
    title = plan.text("title.company", company=company.name) if company.name else plan.text("title")
    done(worksheet.write_string(0, 0, title, formats.style("title")))
    worksheet.set_row(0, 36)
    row = 1
    if plan.is_sample:
        done(worksheet.write_string(row, 0, plan.text("about.sample"), formats.style("lead")))
        row += 1
    if plan.is_moved:
        for line in ("about.moved", "about.moved.rest"):
            done(worksheet.write_string(row, 0, plan.text(line), formats.style("lead" if row == 1 else "plain")))
            row += 1
    row = _heading(plan.text("steps"), row + 1, worksheet, formats)
    sheets = ", ".join(sheet.name for sheet in plan.sheets)
    steps = (
        plan.text("step.fill", sheets=sheets),
        plan.text("step.rows"),
        plan.text("step.paste"),
        plan.text("step.status", status=plan.status, field_list=plan.field_list),
        plan.text("step.send", contact=company.contact) if company.contact else plan.text("step.send.plain"),
    )
    for number, step in enumerate(steps, 1):
        done(worksheet.write_number(row, 0, number, formats.style("step")))
        done(worksheet.write_string(row, 1, step, formats.style("text")))
        worksheet.set_row(row, 8 + 15 * lines_of(step, TEXT_WIDTH))
        row += 1
    row = _heading(plan.text("legend"), row + 1, worksheet, formats)
    swatches = {
        "required": formats.style("required"),
        "optional": formats.style("optional"),
        **{name: formats.mark(name, valign="vcenter", indent=1) for name in ("missing", "wrong", "notice")},
    }
    for name, swatch in swatches.items():
        done(worksheet.write_string(row, 0, plan.text(f"legend.{name}.sample"), swatch))
        meaning = plan.text(f"legend.{name}")
        done(worksheet.write_string(row, 1, meaning, formats.style("text")))
        worksheet.set_row(row, 8 + 15 * lines_of(meaning, TEXT_WIDTH))
        row += 1
    facts = _facts(plan)
    if facts:
        row = _heading(plan.text("about"), row + 1, worksheet, formats)
    for label, value in facts:
        done(worksheet.write_string(row, 0, label, formats.style("label")))
        done(worksheet.write_string(row, 1, value, formats.style("text")))
        if (lines := max(lines_of(label, LABEL_WIDTH), lines_of(value, TEXT_WIDTH))) > 1:
            worksheet.set_row(row, 15 * lines)
        row += 1
    worksheet.set_landscape()
    _finish(worksheet, row, 1)
    worksheet.fit_to_pages(1, 1)


def write_status(plan: Plan, worksheet: Worksheet, formats: Formats) -> None:
    """Formulas that count, so that people see how far they are; figures are also stored for who cannot calculate."""
    worksheet.hide_gridlines(2)
    widths = (26, 20, 20, 18, 18, 16)
    for index, width in enumerate(widths):
        worksheet.set_column(index, index, width)
    done(worksheet.write_string(0, 0, plan.status, formats.style("title")))
    worksheet.set_row(0, 36)
    done(worksheet.write_string(2, 0, plan.text("status.intro"), formats.style("plain")))
    headers = [plan.text(f"status.{name}") for name in ("sheet", "rows", "missing", "twice", "unknown", "word")]
    _headers(headers, widths, range(1, 5), 4, worksheet, formats)
    first = row = 5
    words: list[Result] = []
    for sheet in plan.sheets:
        counts = count_sheet(plan, sheet, f"$B${row + 1}")
        _link(plan, sheet.name, row, worksheet, formats)
        for index, figure in enumerate((counts.rows, counts.missing, counts.twice, counts.unknown), 1):
            if figure is None:
                done(worksheet.write_string(row, index, NO_FIGURE, formats.style("count")))
            else:
                _figure(figure, row, index, "count", worksheet, formats)
        word = _word(plan, row, counts)
        _figure(word, row, 5, "cell", worksheet, formats)
        words.append(word.result)
        row += 1
    _paint_words(plan, first, row - 1, worksheet, formats)
    _figure(_verdict(plan, first, row - 1, words), 1, 0, "lead", worksheet, formats)
    row = _write_totals(plan, row + 1, worksheet, formats)
    worksheet.freeze_panes(5, 0)
    worksheet.set_landscape()
    _finish(worksheet, row, 5)


def write_field_list(plan: Plan, worksheet: Worksheet, formats: Formats) -> None:
    """Every field: sheet, heading, needed, meaning, how it is written, what is allowed, example, remark."""
    widths = (16, 24, 11, 48, 28, 44, 24, 30)
    names = ("required", "meaning", "format", "allowed", "example", "remark")
    headers = [plan.text("status.sheet"), plan.text("status.column"), *(plan.text(f"fields.{name}") for name in names)]
    lines = []
    for sheet in plan.sheets:
        for column in sheet.columns:
            field = column.field
            lines.append(
                (
                    sheet.name,
                    column.header,
                    needed_in(plan, field),
                    say(field.help, plan.language),
                    plan.text(f"type.{field.type}"),
                    allowed_in(plan, sheet, column),
                    example_of(field, plan.catalog, plan.language),
                    remark(plan, column),
                )
            )
    columns = [{"header": header, "header_format": formats.style("required")} for header in headers]
    table = {"name": "tbl_field_list", "style": "Table Style Light 1", "columns": columns}
    done(worksheet.add_table(0, 0, len(lines), len(headers) - 1, table))
    worksheet.set_row(0, 36)
    for index, width in enumerate(widths):
        worksheet.set_column(index, index, width)
    for row, line in enumerate(lines, 1):
        for index, text in enumerate(line):
            if text:
                done(worksheet.write_string(row, index, text, formats.style("label" if index == 1 else "text")))
        worksheet.set_row(row, 4 + 15 * max(lines_of(text, width) for text, width in zip(line, widths, strict=True)))
    worksheet.freeze_panes(1, 2)
    worksheet.set_landscape()
    worksheet.repeat_rows(0)
    _finish(worksheet, len(lines), len(headers) - 1)


# Private functions


def _heading(text: str, row: int, worksheet: Worksheet, formats: Formats) -> int:
    done(worksheet.write_string(row, 0, text, formats.style("heading")))
    done(worksheet.write_blank(row, 1, None, formats.style("heading")))
    worksheet.set_row(row, 24)
    return row + 1


def _headers(
    texts: list[str], widths: tuple[int, ...], numbers: range, row: int, worksheet: Worksheet, formats: Formats
) -> None:
    """Headings of a small table; those over numbers stand to the right, like the numbers."""
    for index, text in enumerate(texts):
        align = {"align": "right"} if index in numbers else {}
        done(worksheet.write_string(row, index, text, formats.style("required", **align)))
    worksheet.set_row(row, 10 + 15 * max(lines_of(text, width) for text, width in zip(texts, widths, strict=False)))


def _link(plan: Plan, name: str, row: int, worksheet: Worksheet, formats: Formats) -> None:
    sheet = next(sheet for sheet in plan.sheets if sheet.name == name)
    target = sheet.columns[0].top.rpartition("!")[2].replace("$", "")
    done(worksheet.write_url(row, 0, f"internal:{quoted(name)}!{target}", formats.style("link"), name))


def _figure(figure: Figure, row: int, column: int, style: str, worksheet: Worksheet, formats: Formats) -> None:
    done(worksheet.write_formula(row, column, figure.formula, formats.style(style), figure.result))


def _facts(plan: Plan) -> list[tuple[str, str]]:
    """What the company file says and the customer should be able to object to."""
    company = plan.catalog.company
    system = plan.catalog.accounting.get(company.accounting_system)
    has_system = system is not None and "accounting_system" in company.given
    day = company.cutover_date
    cutover = format_date(day, "long", Locale.parse(plan.language)) if day else ""
    name = " · ".join(part for part in (company.name, company.org_number) if part)
    facts = {
        "company": name,
        "contact": company.contact,
        "source_system": company.source_system,
        "accounting_system": say(system.label, plan.language) if system is not None and has_system else "",
        "cutover_date": str(cutover),
    }
    return [(plan.text(f"about.{key}"), value) for key, value in facts.items() if value]


def _word(plan: Plan, row: int, counts: SheetCounts) -> Figure:
    """Empty, incomplete, to be corrected or ready: in words, the colour only repeats it."""
    empty, incomplete, fix, ready = (plan.text(f"status.{name}") for name in ("empty", "incomplete", "fix", "ready"))
    begun, missing, wrong = f"$B${row + 1}", f"$C${row + 1}", f"$D${row + 1}:$E${row + 1}"
    is_wrong = f'SUM({wrong})+COUNTIF({wrong},"~{UNCOUNTABLE}")>0'
    formula = f'=IF({begun}=0,"{empty}",IF({is_wrong},"{fix}",IF(SUM({missing})>0,"{incomplete}","{ready}")))'
    if not counts.rows.result:
        return Figure(formula, empty)
    if any(figure and figure.result not in {0, NO_FIGURE} for figure in (counts.twice, counts.unknown)):
        return Figure(formula, fix)
    return Figure(formula, incomplete if counts.missing and counts.missing.result else ready)


def _verdict(plan: Plan, first: int, last: int, words: Sequence[Result]) -> Figure:
    """One sentence above all: something wrong, something missing, nothing filled in, or all right so far."""
    cells = f"$F${first + 1}:$F${last + 1}"
    told = {name: plan.text(f"status.all.{name}") for name in ("fix", "incomplete", "empty", "ready")}
    has = {name: f'COUNTIF({cells},"{plan.text(f"status.{name}")}")' for name in told}
    formula = (
        f'=IF({has["fix"]}>0,"{told["fix"]}",IF({has["incomplete"]}>0,"{told["incomplete"]}",'
        f'IF({has["empty"]}=ROWS({cells}),"{told["empty"]}","{told["ready"]}")))'
    )
    for name in ("fix", "incomplete"):
        if plan.text(f"status.{name}") in words:
            return Figure(formula, told[name])
    return Figure(formula, told["empty" if set(words) == {plan.text("status.empty")} else "ready"])


def _paint_words(plan: Plan, first: int, last: int, worksheet: Worksheet, formats: Formats) -> None:
    for name, kind in (("ready", "ready"), ("incomplete", "notice"), ("fix", "wrong")):
        word = f'"{plan.text(f"status.{name}")}"'
        rule = {"type": "cell", "criteria": "==", "value": word, "format": formats.mark(kind)}
        done(worksheet.conditional_format(first, 5, last, 5, rule))


def _write_totals(plan: Plan, row: int, worksheet: Worksheet, formats: Formats) -> int:
    """The sums that people compare with their old system; gives the first row below."""
    summed = [column for sheet in plan.sheets for name in sheet.entity.totals if (column := sheet.column(name))]
    if not summed:
        return row
    done(worksheet.write_string(row, 0, plan.text("status.totals"), formats.style("section")))
    headers = [plan.text(f"status.{name}") for name in ("sheet", "column", "sum", "not_numbers")]
    widths = (26, 20, 20, 18)
    _headers(headers, widths, range(2, 4), row + 1, worksheet, formats)
    row += 2
    makers: tuple[tuple[Callable[..., Figure], str], ...] = ((total, "sum"), (not_numbers, "count"))
    for column in summed:
        _link(plan, column.sheet, row, worksheet, formats)
        done(worksheet.write_string(row, 1, column.label, formats.style("cell")))
        if (lines := lines_of(column.label, widths[1])) > 1:
            worksheet.set_row(row, 15 * lines)
        for index, (figure, style) in enumerate(makers, 2):
            _figure(figure(column), row, index, style, worksheet, formats)
        row += 1
    return row


def _finish(worksheet: Worksheet, last_row: int, last_column: int) -> None:
    worksheet.protect("", LOCKED)
    worksheet.set_paper(A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer("&L&A&R&P / &N")
    worksheet.print_area(0, 0, last_row, last_column)
