"""The template workbook: the empty (or filled) Excel workbook that a company gets, made from the catalog."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from momentsheet.model.catalog import Catalog
from momentsheet.model.moved import CellValue, Moved
from momentsheet.model.workbook import OUR_NAMES, column_letter
from momentsheet.workbook.template.counts import last_row, text_of
from momentsheet.workbook.template.guide import write_field_list, write_start, write_status
from momentsheet.workbook.template.lists import Choice
from momentsheet.workbook.template.live import paired, pick_of
from momentsheet.workbook.template.plan import Plan, PlannedColumn, Values, make_plan, quoted
from momentsheet.workbook.template.sheets import AUTHOR, write_copied, write_sheet
from momentsheet.workbook.template.style import MUTED, Formats, done

__all__ = ["CellValue", "make_template"]

TEMPLATE_VERSION = "1"
CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - any fixed moment: the same input gives the same bytes
PROPERTY_LIMIT = 255  # characters of a custom document property
LISTS, META = "_lists", "_meta"


def make_template(
    catalog: Catalog,
    entities: Sequence[str],
    language: str,
    *,
    columns: Values | None = None,
    sample: bool = False,
    known: Mapping[str, Sequence[tuple[str, ...]]] | None = None,
    moved: Moved | None = None,
) -> bytes:
    """Make the workbook of these entities (import order) in that language; the same input gives the same bytes.

    `columns` (entity -> field -> cell values from the first data row on) is written as it is: text as text, numbers
    as numbers, dates as dates, True and False in words, None and "" as empty cells. `sample` fills the entities
    that `columns` does not name with their small correct example.

    `known` (entity -> keys) are rows that were delivered before: cells of this workbook may name them.

    `moved` is what a workbook of an older template holds. Its values and keys take the place of `columns` and `known`;
    what no field of ours stands for is appended behind our columns, and its other sheets go along.

    UsageError: unknown entity, field or language, or two fields of an entity with the same heading.
    """
    if moved is not None:
        columns, known = moved.columns, moved.known
    plan = make_plan(catalog, entities, language, columns, sample, moved)
    buffer = io.BytesIO()
    workbook = Workbook(
        buffer,
        {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
    )
    formats = Formats(workbook)
    start = workbook.add_worksheet(plan.start)
    worksheets = [workbook.add_worksheet(sheet.name) for sheet in plan.sheets]
    copies = [workbook.add_worksheet(copied.name) for copied in plan.copied]
    status, field_list = workbook.add_worksheet(plan.status), workbook.add_worksheet(plan.field_list)
    lists, meta = workbook.add_worksheet(LISTS), workbook.add_worksheet(META)
    write_start(plan, start, formats)
    for sheet, worksheet in zip(plan.sheets, worksheets, strict=True):
        write_sheet(plan, sheet, worksheet, formats)
    for copied, worksheet in zip(plan.copied, copies, strict=True):
        write_copied(copied, worksheet, formats)
        if copied.kind:
            done(workbook.define_name(f"{OUR_NAMES}{copied.kind}", f"={quoted(copied.name)}!$A$1"))
    write_status(plan, status, formats)
    write_field_list(plan, field_list, formats)
    for guide in (status, field_list):
        guide.set_tab_color(MUTED)
    _write_lists(plan, workbook, lists)
    _name_columns(plan, workbook)
    _write_meta(plan, meta, known or {})
    _set_properties(plan, workbook)
    start.activate()
    workbook.close()
    return buffer.getvalue()


# Private functions


def _write_lists(plan: Plan, workbook: Workbook, worksheet: Worksheet) -> None:
    """Write what dropdowns and formulas look up: last filled rows, labels (`lst_`), all spellings (`all_`)."""
    for row, sheet in enumerate(sheet for sheet in plan.sheets if not sheet.is_form):
        figure = last_row(sheet)
        done(worksheet.write_string(row, 0, f"end_{sheet.entity.name}"))
        done(worksheet.write_formula(row, 1, figure.formula, None, figure.result))
        done(workbook.define_name(f"end_{sheet.entity.name}", f"={LISTS}!$B${row + 1}"))
    choices: dict[str, Choice] = {
        column.choice.name: column.choice for sheet in plan.sheets for column in sheet.columns if column.choice
    }
    place = 3
    for choice in choices.values():
        for prefix, texts in (("lst", choice.labels), ("all", choice.understood)):
            done(worksheet.write_string(0, place, f"{prefix}_{choice.name}"))
            for row, text in enumerate(texts, 1):
                done(worksheet.write_string(row, place, text))
            letter = column_letter(place)
            area = f"={LISTS}!${letter}$2:${letter}${max(len(texts), 1) + 1}"
            done(workbook.define_name(f"{prefix}_{choice.name}", area))
            place += 1
    for name, columns in paired(plan).items():
        _write_pairs(plan, name, columns, place, workbook, worksheet)
        place += 1
    worksheet.hide()
    worksheet.protect()


def _write_pairs(
    plan: Plan, name: str, columns: Sequence[PlannedColumn], place: int, workbook: Workbook, worksheet: Worksheet
) -> None:
    """Join the texts of some columns row by row: finding a pair in one list is far quicker than comparing two.

    INDEX and ROW instead of plain references: rows of the data sheet may be deleted without breaking a formula.
    """
    done(worksheet.write_string(0, place, name))
    formula = "=" + '&"|"&'.join(f"INDEX(fld_{column.id},ROW()-1)" for column in columns)
    capacity = next(sheet.capacity for sheet in plan.sheets if sheet.entity is columns[0].entity)
    for row in range(capacity):
        text = "|".join(text_of(column.values[row]) if row < len(column.values) else "" for column in columns)
        done(worksheet.write_formula(row + 1, place, formula, None, text))
    letter = column_letter(place)
    area = (
        f"{LISTS}!${letter}$2:INDEX({LISTS}!${letter}$2:${letter}${capacity + 1},MAX(1,end_{columns[0].entity.name}))"
    )
    done(workbook.define_name(name, f"={area}"))


def _name_columns(plan: Plan, workbook: Workbook) -> None:
    """Define `fld_` (the data cells), `lst_` (what has been typed so far), `pick_` (what fits this row)."""
    for sheet in plan.sheets:
        for column in sheet.columns:
            done(workbook.define_name(f"fld_{column.id}", f"={column.area}"))
            pick = pick_of(plan, column)
            if pick:
                done(workbook.define_name(f"pick_{column.id}", pick))
    for column in plan.listed:
        done(workbook.define_name(f"lst_{column.id}", f"={column.used}"))


def _identity(plan: Plan) -> dict[str, str]:
    return {
        "id": "momentsheet",
        "version": TEMPLATE_VERSION,
        "catalog": plan.catalog.version,
        "language": plan.language,
        "company": plan.catalog.company.code,
    }


def _write_meta(plan: Plan, worksheet: Worksheet, known: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
    """Write what the template says of itself, for the reader that gets it back."""
    lines = [("template", key, value) for key, value in _identity(plan).items()]
    lines += [("sheet", sheet.entity.name, sheet.name) for sheet in plan.sheets]
    for row, line in enumerate(lines):
        for place, text in enumerate(line):
            done(worksheet.write_string(row, place, text))
    row = len(lines)
    for sheet in plan.sheets:
        for column in sheet.columns:
            name = f"{sheet.entity.name}.{column.field.name}"
            for place, text in enumerate(("column", name, column.header, column_letter(column.column))):
                done(worksheet.write_string(row, place, text))
            row += 1
    for entity, keys in known.items():
        for key in keys:
            for place, text in enumerate(("known", entity, *key)):
                done(worksheet.write_string(row, place, text))
            row += 1
    worksheet.very_hidden()


def _set_properties(plan: Plan, workbook: Workbook) -> None:
    """The same identity in the document's properties: sheets and properties get lost in different ways."""
    company = plan.catalog.company
    title = plan.text("title.company", company=company.name) if company.name else plan.text("title")
    workbook.set_properties({"title": title, "author": AUTHOR, "company": company.name, "created": CREATED})
    for key, value in _identity(plan).items():
        done(workbook.set_custom_property(f"momentsheet.{key}", value, "text"))
    done(workbook.set_custom_property("Language", plan.language, "text"))
    parts = [""]
    for sheet in plan.sheets:
        pair = f"{sheet.entity.name}={sheet.name}"
        if len(parts[-1]) + len(pair) >= PROPERTY_LIMIT:
            parts.append("")
        parts[-1] += f"{';' if parts[-1] else ''}{pair}"
    for number, part in enumerate(parts, 1):
        done(workbook.set_custom_property("momentsheet.sheets" + (f".{number}" if number > 1 else ""), part, "text"))
