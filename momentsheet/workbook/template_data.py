"""The data sheets: headings with notes, values, dropdowns and prompts, and colours that show mistakes while typing."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from momentsheet.errors import UsageError
from momentsheet.model.catalog import Field, say
from momentsheet.model.workbook import column_letter
from momentsheet.workbook.template_counts import literal, uniques
from momentsheet.workbook.template_plan import CellValue, Plan, PlannedColumn, PlannedSheet, quoted
from momentsheet.workbook.template_style import ACCENT, NUMERIC, Formats

AUTHOR = "Moment import"
PROMPT_LIMIT, ERROR_LIMIT, TITLE_LIMIT = 255, 224, 32
FORMULA_LIMIT = 255  # of a validation or conditional format typed by hand; ours can be read and changed there
TEXT_LIMIT = 32_767  # of a cell
FIRST_DATE, LAST_DATE = dt.date(1990, 1, 1), dt.date(2099, 12, 31)  # outside, a date is probably a slip
NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
EXACT_DIGITS = 15  # Excel's numbers have no more

NARROW, WIDE = 9, 46  # column widths in characters


def write_sheet(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    """Write one entity's sheet: a table, or a form with one record."""
    if sheet.is_form:
        _write_form(plan, sheet, worksheet, formats)
    else:
        _write_table(plan, sheet, worksheet, formats)
    for column in sheet.columns:
        _write_values(plan, column, worksheet, formats)
        done(
            worksheet.data_validation(
                column.first_row, column.column, column.last_row, column.column, _validation(plan, column)
            )
        )
        for mark in _marks(plan, sheet, column):
            done(
                worksheet.conditional_format(
                    column.first_row,
                    column.column,
                    column.last_row,
                    column.column,
                    {
                        "type": "formula",
                        "criteria": _checked(f"={mark.when}", FORMULA_LIMIT),
                        "format": formats.mark(mark.kind),
                        "stop_if_true": True,
                    },
                )
            )
    worksheet.set_tab_color(ACCENT)
    worksheet.ignore_errors({"number_stored_as_text": _block(sheet), "two_digit_text_year": _block(sheet)})
    first = sheet.columns[0]
    worksheet.set_selection(first.first_row, first.column, first.first_row, first.column)
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_footer("&L&A&R&P / &N")


def done(result: int | None) -> None:
    """Raise where XlsxWriter only warns: it has left something out."""
    if result:
        raise ValueError(f"XlsxWriter refused a part of the template ({result})")


def explained(plan: Plan, column: PlannedColumn) -> str:
    """The note of a heading: help, how to write it, example, what the accounting system demands, privacy."""
    field = column.field
    lines = [
        " ".join(part for part in (_needed(plan, field), say(field.help, plan.language)) if part),
        plan.text(f"type.{field.type}") + (f" ({field.unit})" if field.unit and field.type not in NUMERIC else ""),
        *demands(plan, column),
        plan.text("prompt.example", example=field.example) if field.example else "",
        "" if field.privacy == "public" else plan.text(f"prompt.{field.privacy}"),
        "" if field.imported else plan.text("fields.by_hand"),
    ]
    return "\n".join(line for line in lines if line)


def demands(plan: Plan, column: PlannedColumn) -> list[str]:
    """What the company's accounting system asks of this field."""
    system = plan.catalog.accounting.get(plan.catalog.company.accounting_system)
    if system is None:
        return []
    return [
        plan.text(
            "prompt.demand", accounting_system=say(system.label, plan.language), says=say(demand.says, plan.language)
        )
        for demand in system.demands
        if (demand.entity, demand.field) == (column.entity.name, column.field.name)
    ]


def prompt(plan: Plan, column: PlannedColumn) -> str:
    """What Excel shows when the cell is chosen, at most 255 characters: the least useful parts are left out first."""
    field = column.field
    target = plan.target(column)
    hint = ""
    if target is not None:
        hint = plan.text("hint.reference", sheet=target.sheet)
    elif f"template.hint.{field.type}" in plan.catalog.texts and field.type != "reference":
        hint = plan.text(f"hint.{field.type}")
    example = plan.text("prompt.example", example=field.example) if field.example else ""
    privacy = "" if field.privacy == "public" else plan.text(f"prompt.{field.privacy}")
    parts = [_needed(plan, field), say(field.help, plan.language), hint, *demands(plan, column), privacy, example]
    for last in (parts, parts[:-1], [*parts[:2], *parts[-2:-1]], parts[:2], parts[1:2]):
        text = " ".join(part for part in last if part)
        if _length(text) <= PROMPT_LIMIT:
            return text
    return _shortened(say(field.help, plan.language), PROMPT_LIMIT)


# Private functions


@dataclass(frozen=True, slots=True)
class _Mark:
    """A conditional format: missing, wrong or notice, when that formula is true."""

    kind: str
    when: str


def _write_table(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    rows = sheet.rows if sheet.rows > TABLE_FILLED else TABLE_FILLED
    headers = [
        {
            "header": column.header,
            "header_format": formats.style("required" if column.field.required else "optional"),
        }
        for column in sheet.columns
    ]
    done(
        worksheet.add_table(
            0,
            0,
            rows,
            len(sheet.columns) - 1,
            {"name": f"tbl_{sheet.entity.name}", "style": "Table Style Light 1", "columns": headers},
        )
    )
    lines = 1
    for column in sheet.columns:
        width = _width(plan, column)
        worksheet.set_column(column.column, column.column, width, formats.of_type(column.field.type))
        _write_note(plan, column, worksheet, 0, column.column)
        lines = max(lines, _lines(column.header, width - 3))
    worksheet.set_row(0, 10 + 15 * lines)
    leading = 1 if sheet.entity.key and sheet.columns[0].field.name in sheet.entity.key else 0
    worksheet.freeze_panes(1, leading)
    worksheet.set_landscape()


def _write_form(plan: Plan, sheet: PlannedSheet, worksheet: Worksheet, formats: Formats) -> None:
    for index, part in enumerate(("field", "answer", "meaning")):
        done(worksheet.write_string(0, index, plan.text(f"form.{part}"), formats.style("required")))
    worksheet.set_row(0, 25)
    widths = (max((len(column.header) for column in sheet.columns), default=10) + 3, 34, 74)
    for index, width in enumerate(widths):
        worksheet.set_column(index, index, width)
    for column in sheet.columns:
        row = column.first_row
        style = formats.style("required" if column.field.required else "optional")
        done(worksheet.write_string(row, 0, column.header, style))
        done(worksheet.write_blank(row, 1, None, _answer(column, formats)))
        meaning = explained(plan, column).replace("\n", " ")
        done(worksheet.write_string(row, 2, meaning, formats.style("muted")))
        worksheet.set_row(row, 6 + 15 * max(_lines(meaning, widths[2]), _lines(column.header, widths[0] - 2)))
    worksheet.freeze_panes(1, 0)


def _answer(column: PlannedColumn, formats: Formats) -> Format:
    from momentsheet.workbook.template_style import NUMBER_FORMATS

    return formats.style("answer", num_format=NUMBER_FORMATS[column.field.type])


def _write_values(plan: Plan, column: PlannedColumn, worksheet: Worksheet, formats: Formats) -> None:
    cell_format = _answer(column, formats) if column.is_form else None
    date_format = cell_format if column.field.type == "date" else formats.of_type("date")
    words = {True: plan.text("yes"), False: plan.text("no")}
    place = column.column
    for row, value in enumerate(column.values, column.first_row):
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            done(worksheet.write_string(row, place, words[value], cell_format))
        elif isinstance(value, str):
            _write_text(worksheet, row, place, value, cell_format)
        elif isinstance(value, dt.date):
            if value.year < 1900:
                _write_text(worksheet, row, place, value.isoformat(), cell_format)
            else:
                done(worksheet.write_datetime(row, place, value, date_format))
        elif math.isfinite(value) and (isinstance(value, float) or len(str(abs(value))) <= EXACT_DIGITS):
            done(worksheet.write_number(row, place, value, cell_format))
        else:
            _write_text(worksheet, row, place, str(value), cell_format)


def _write_text(worksheet: Worksheet, row: int, column: int, text: str, cell_format: Format | None) -> None:
    if _length(text) > TEXT_LIMIT:
        raise UsageError(f"A text is longer than the {TEXT_LIMIT:,} characters that a cell holds.")
    done(worksheet.write_string(row, column, NOT_XML.sub("\ufffd", text), cell_format))


def _write_note(plan: Plan, column: PlannedColumn, worksheet: Worksheet, row: int, place: int) -> None:
    text = explained(plan, column)
    lines = sum(_lines(line, 46) for line in text.split("\n"))
    options = {"author": AUTHOR, "width": 320, "height": 16 + 18 * lines, "font_size": 10, "color": "#FFFFFF"}
    done(worksheet.write_comment(row, place, text, options))


def _needed(plan: Plan, field: Field) -> str:
    if field.required:
        return plan.text("prompt.required")
    return plan.text("prompt.sometimes") if field.required_when else ""


# Dropdowns and prompts


def _validation(plan: Plan, column: PlannedColumn) -> dict[str, Any]:
    rule, message, kind = _rule(plan, column)
    return {
        **rule,
        "input_title": _shortened(column.header, TITLE_LIMIT),
        "input_message": prompt(plan, column),
        "error_title": _shortened(plan.text("error.title"), TITLE_LIMIT),
        "error_message": _checked(message, ERROR_LIMIT),
        "error_type": kind,
    }


def _rule(plan: Plan, column: PlannedColumn) -> tuple[dict[str, Any], str, str]:
    """What may be typed, what Excel says otherwise, and whether it stops or only asks."""
    field, choice, target = column.field, column.choice, plan.target(column)
    if choice is not None:
        source = {"validate": "list", "source": f"=lst_{choice.name}"}
        return source, plan.text("error.list" if choice.is_closed else "error.open"), "stop" if choice.is_closed else "warning"
    if target is not None:
        name = f"pick_{column.id}" if plan.partners(column) else f"lst_{target.id}"
        return {"validate": "list", "source": f"={name}"}, plan.text("error.reference", sheet=target.sheet), "warning"
    low, high = field.schema.get("min"), field.schema.get("max")
    if field.type == "date":
        source = {"validate": "date", "criteria": "between", "minimum": low or FIRST_DATE, "maximum": high or LAST_DATE}
        return source, plan.text("error.date"), "warning"
    if field.type in NUMERIC:
        wide = 999_999_999_999
        source = {
            "validate": "integer" if field.type == "integer" else "decimal",
            "criteria": "between",
            "minimum": -wide if low is None else low,
            "maximum": wide if high is None else high,
        }
        if low is not None and high is not None:
            return source, plan.text("error.range", low=show(low), high=show(high)), "warning"
        return source, plan.text("error.integer" if field.type == "integer" else "error.number"), "warning"
    if field.type == "email":
        return {"validate": "custom", "value": f'=ISNUMBER(FIND("@",{column.here}))'}, plan.text("error.email"), "warning"
    length = field.schema.get("maxlength")
    if length is not None:
        source = {"validate": "length", "criteria": "<=", "value": length}
        return source, plan.text("error.length", length=length), "warning"
    return {"validate": "any"}, "", "information"


# Colours while typing


def _marks(plan: Plan, sheet: PlannedSheet, column: PlannedColumn) -> Iterator[_Mark]:
    """The conditional formats of one column, most important first; the first that is true is shown."""
    cell = column.here
    yield _Mark("wrong", f"ISERROR({cell})")
    if column.field.required:
        yield _Mark("missing", f"AND(ISBLANK({cell}),COUNTA({_row(sheet)})>0)")
    for group in uniques(sheet):
        if column in group:
            yield _Mark("wrong", _is_repeated(group))
    target = plan.target(column)
    if target is not None and column.choice is None:
        yield _Mark("wrong", _is_unknown(plan, column, target))
    if column.choice is not None:
        kind = "wrong" if column.field.type == "codelist" else "notice"
        yield _Mark(kind, f"AND(NOT(ISBLANK({cell})),ISNA(MATCH({literal(f'TRIM({cell})')},all_{column.choice.name},0)))")
    yield from _marks_of_value(column, cell)


def _marks_of_value(column: PlannedColumn, cell: str) -> Iterator[_Mark]:
    """What can be said of a value by itself."""
    field = column.field
    low, high = field.schema.get("min"), field.schema.get("max")
    if field.type == "date" or field.type in NUMERIC:
        yield _Mark("notice", f"ISTEXT({cell})")
        outside = [f"{cell}<{_as_number(low)}"] if low is not None else []
        outside += [f"{cell}>{_as_number(high)}"] if high is not None else []
        if outside:
            yield _Mark("wrong", f"AND(ISNUMBER({cell}),OR({','.join(outside)}))")
    if field.type == "date":
        bounds = f"OR({cell}<{_as_number(FIRST_DATE)},{cell}>{_as_number(LAST_DATE)})"
        if low is None or low >= FIRST_DATE:
            yield _Mark("notice", f"AND(ISNUMBER({cell}),{bounds})")
    if field.type == "email":
        yield _Mark("wrong", f'AND(NOT(ISBLANK({cell})),ISERROR(FIND("@",{cell})))')
    length = field.schema.get("maxlength")
    if length is not None:
        yield _Mark("wrong", f"LEN({cell})>{length}")


def _is_repeated(group: Sequence[PlannedColumn]) -> str:
    """The same values stand further up; capitals do not matter."""
    filled = ",".join(f"NOT(ISBLANK({column.here}))" for column in group)
    if len(group) == 1:
        cell = group[0].here
        wanted = f"IF(ISTEXT({cell}),{literal(cell)},{cell})"
        return f"AND({filled},IFERROR(MATCH({wanted},fld_{group[0].id},0)<ROW()-1,FALSE))"
    above = "*".join(f"({_above(column)}={column.here})" for column in group)
    return f"AND({filled},SUMPRODUCT({above})>1)"


def _above(column: PlannedColumn) -> str:
    letter = column_letter(column.column)
    return f"${letter}${column.first_row + 1}:{column.here}"


def _is_unknown(plan: Plan, column: PlannedColumn, target: PlannedColumn) -> str:
    """The cell names something that the other sheet does not hold, though it holds something."""
    cell, end = column.here, f"end_{target.entity.name}>0"
    partners = plan.partners(column)
    if partners:
        pairs = ",".join(f'lst_{theirs.id},"="&{mine.here}' for mine, theirs in partners)
        filled = ",".join(f"NOT(ISBLANK({mine.here}))" for mine, _ in partners)
        return f'AND(NOT(ISBLANK({cell})),{filled},{end},COUNTIFS({pairs},lst_{target.id},"="&TRIM({cell}))=0)'
    known = f"lst_{target.id}"
    tried = (literal(f"TRIM({cell})"), cell, f"{cell}*1")
    missing = ",".join(f"ISERROR(MATCH({wanted},{known},0))" for wanted in tried)
    return f"AND(NOT(ISBLANK({cell})),{end},{missing})"


def _row(sheet: PlannedSheet) -> str:
    """All cells of the row, in a form of the record, as a formula in it says it."""
    first, last = sheet.columns[0].here, sheet.columns[-1].here
    return f"{first}:{last}"


def _block(sheet: PlannedSheet) -> str:
    first, last = sheet.columns[0], sheet.columns[-1]
    return f"{column_letter(first.column)}{first.first_row + 1}:{column_letter(last.column)}{last.last_row + 1}"


def _as_number(value: Any) -> str:
    if isinstance(value, dt.date):
        return str((value - dt.date(1899, 12, 30)).days)
    return f"{value:.15g}"


# Widths and lengths


def _width(plan: Plan, column: PlannedColumn) -> float:
    return 10


def _length(text: str) -> int:
    """Characters as Excel counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
