"""What stands where in a template: sheets, columns, names, how far formulas look, and the values written."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from momentsheet.errors import UsageError
from momentsheet.model.catalog import Catalog, Entity, Field, Rule, say
from momentsheet.model.moved import CellValue, Copied, Kept, Moved
from momentsheet.model.workbook import column_letter
from momentsheet.workbook.template.lists import Choice, choices_of, label_of
from momentsheet.workbook.template.style import NUMERIC

Values = Mapping[str, Mapping[str, Sequence[CellValue]]]  # entity -> field -> cell values

# How far names, dropdowns, conditional formats and the Status sheet look down. A register of 5,000 customers or
# projects is a very large one; two years of hours of 200 people are 100,000 rows. More data moves the limit.
REGISTER_ROWS = 5_000
RECORD_ROWS = 100_000
MOST_ROWS = 1_048_575  # below the header

# Comparing every key with every other takes time with the square of the rows: 20,000 keys are 0.2 billion steps.
MOST_COMPARED = 20_000

NAME_LIMIT = 31  # of a sheet
HEADER_LIMIT = 250  # of a column of a table, with some room


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """One field at its place: the data cells are rows `first_row`..`last_row` (0-based) of column `column`."""

    entity: Entity
    field: Field
    label: str
    header: str
    sheet: str
    first_row: int
    last_row: int
    column: int
    is_form: bool
    choice: Choice | None
    values: Sequence[CellValue]

    @property
    def id(self) -> str:
        return f"{self.entity.name}_{self.field.name}"

    @property
    def here(self) -> str:
        """The first data cell as a formula in that row says it: `$B2`, in a form `$B$7`."""
        fixed = "$" if self.is_form else ""
        return f"${column_letter(self.column)}{fixed}{self.first_row + 1}"

    @property
    def here_from_top(self) -> str:
        """The data cells down to this row: `$B$2:$B2`."""
        return f"${column_letter(self.column)}${self.first_row + 1}:{self.here}"

    @property
    def above_first(self) -> str:
        """A defined name's way to say «in the row that asks»: it counts from row 1."""
        return f"{quoted(self.sheet)}!${column_letter(self.column)}1"

    @property
    def area(self) -> str:
        """All data cells as an absolute reference: `'Kunder'!$A$2:$A$5001`."""
        letter = column_letter(self.column)
        return f"{self.top}:${letter}${self.last_row + 1}"

    @property
    def top(self) -> str:
        """The first data cell as an absolute reference."""
        return f"{quoted(self.sheet)}!${column_letter(self.column)}${self.first_row + 1}"

    @property
    def used(self) -> str:
        """The data cells down to the last row that holds anything in this sheet."""
        return self.area if self.is_form else f"{self.top}:INDEX(fld_{self.id},MAX(1,end_{self.entity.name}))"


@dataclass(frozen=True, slots=True)
class PlannedKept:
    """A column of an older workbook that goes along: its first data cell (0-based) and its values."""

    header: str
    row: int
    column: int
    values: Sequence[CellValue]


@dataclass(frozen=True, slots=True)
class PlannedSheet:
    """One entity's sheet: its columns, the number of rows written, the number of rows that formulas look at.

    `prefilled`: answers of a form that came from the company file; the customer has not begun it yet.
    `kept`: what stands behind our columns, or below our questions, because an older workbook held it.
    """

    entity: Entity
    name: str
    columns: tuple[PlannedColumn, ...]
    rows: int
    capacity: int
    prefilled: int
    kept: tuple[PlannedKept, ...] = ()

    @property
    def is_form(self) -> bool:
        return self.entity.layout == "form"

    @property
    def block(self) -> str:
        """All data cells of the sheet as an absolute reference."""
        return f"{self.columns[0].top}:{self.columns[-1].area.rpartition(':')[2]}"

    def column(self, field: str) -> PlannedColumn | None:
        return next((column for column in self.columns if column.field.name == field), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole workbook: titles of the sheets of ours, the entities' sheets in order, the language."""

    catalog: Catalog
    language: str
    start: str
    status: str
    field_list: str
    sheets: tuple[PlannedSheet, ...]
    is_sample: bool
    copied: tuple[Copied, ...] = ()  # sheets of an older workbook, by the names that they get here
    is_moved: bool = False  # filled with what an older workbook held

    def text(self, text_id: str, **facts: object) -> str:
        """The text of that id below `template.`, with its placeholders filled."""
        return self.catalog.text(f"template.{text_id}", self.language).format(**facts)

    def rules(self, entity: Entity) -> tuple[Rule, ...]:
        """The rules of an entity that hold for this company's accounting system."""
        system = self.catalog.accounting.get(self.catalog.company.accounting_system)
        demanded = system.rules if system else ()
        return tuple(rule for rule in entity.rules if not rule.on_demand or rule.code in demanded)

    def target(self, column: PlannedColumn) -> PlannedColumn | None:
        """The key column that a reference names, if its sheet is in this workbook."""
        to = column.field.to
        sheet = next((sheet for sheet in self.sheets if to and sheet.entity.name == to.entity), None)
        return sheet.column(to.field) if sheet and to and not sheet.is_form else None

    def partners(self, column: PlannedColumn) -> tuple[tuple[PlannedColumn, PlannedColumn], ...]:
        """For a reference with `same`: pairs of this sheet's column and the target sheet's, all that are there."""
        to = column.field.to
        if to is None or not to.same:
            return ()
        here = next(sheet for sheet in self.sheets if sheet.entity is column.entity)
        there = next((sheet for sheet in self.sheets if sheet.entity.name == to.entity), None)
        if there is None:
            return ()
        pairs = [(here.column(name), there.column(name)) for name in to.same]
        return tuple((mine, theirs) for mine, theirs in pairs if mine and theirs)

    @property
    def listed(self) -> tuple[PlannedColumn, ...]:
        """Columns with a name `lst_…`: keys, and what references point to or must agree with."""
        wanted = {(sheet.entity.name, name) for sheet in self.sheets for name in sheet.entity.key}
        for sheet in self.sheets:
            for column in sheet.columns:
                to = column.field.to
                if to:
                    wanted |= {(to.entity, name) for name in (to.field, *to.same)}
        return tuple(
            column
            for sheet in self.sheets
            for column in sheet.columns
            if (sheet.entity.name, column.field.name) in wanted and not sheet.is_form
        )


def make_plan(
    catalog: Catalog,
    entities: Sequence[str],
    language: str,
    columns: Values | None,
    is_sample: bool,
    moved: Moved | None = None,
) -> Plan:
    """Decide what stands where. UsageError for an unknown entity, field or language, or when nothing is left."""
    given = columns or {}
    _check_names("language", [language], catalog.languages)
    _check_names("entity", entities, catalog.entities)
    _check_names("entity", given, catalog.entities)
    chosen = [entity for name, entity in catalog.entities.items() if name in entities and entity.derived is None]
    if not chosen:
        raise UsageError("None of these entities has a sheet of its own. See `momentsheet entities`.")
    taken: list[str] = []
    start, status, field_list = (
        sheet_name(catalog.text(f"sheet.{title}", language), taken) for title in ("start", "status", "field_list")
    )
    sheets = tuple(
        _plan_sheet(catalog, entity, language, given.get(entity.name), is_sample, taken) for entity in chosen
    )
    if moved is None:
        return Plan(catalog, language, start, status, field_list, sheets, is_sample)
    sheets = tuple(_with_kept(sheet, moved.kept.get(sheet.entity.name, ()), catalog, language) for sheet in sheets)
    rest = (_rest_sheet(moved, catalog, language),) if moved.rest else ()
    copied = tuple(replace(sheet, name=sheet_name(sheet.name, taken)) for sheet in (*moved.sheets, *rest))
    return Plan(catalog, language, start, status, field_list, sheets, is_sample, copied, is_moved=True)


def sheet_name(title: str, taken: list[str]) -> str:
    """A sheet name that Excel accepts and that is still free; it is added to `taken`."""
    plain = "".join(" " if char in "[]:*?/\\" else char for char in title).strip("' ")[:NAME_LIMIT].strip("' ")
    name, number = plain or "1", 1
    while name.casefold() in {other.casefold() for other in taken}:
        number += 1
        name = f"{plain[: NAME_LIMIT - len(str(number)) - 1]} {number}"
    taken.append(name)
    return name


def quoted(name: str) -> str:
    """A sheet name as formulas write it."""
    return "'" + name.replace("'", "''") + "'"


# Private functions


def _check_names(
    kind: str, names: Sequence[str] | Mapping[str, object], known: Sequence[str] | Mapping[str, object]
) -> None:
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, list(known), 1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise UsageError(f"Unknown {kind} `{name}`.{hint}")


def _plan_sheet(
    catalog: Catalog,
    entity: Entity,
    language: str,
    given: Mapping[str, Sequence[CellValue]] | None,
    is_sample: bool,
    taken: list[str],
) -> PlannedSheet:
    name = sheet_name(say(entity.title, language), taken)
    if given is not None:
        _check_names(f"field of {entity.name}", given, [field.name for field in entity.fields])
    # A field that the template does not offer still gets its column when it comes with values: nothing is lost.
    fields = [field for field in entity.fields if field.in_template or (given is not None and field.name in given)]
    if given is not None:
        values: Mapping[str, Sequence[CellValue]] = {field.name: given.get(field.name, ()) for field in fields}
    else:
        values = _own_values(catalog, entity, fields, language, is_sample)
    rows = max((len(cells) for cells in values.values()), default=0)
    is_begun = given is not None or is_sample or entity.layout == "table"
    prefilled = 0 if is_begun else sum(cell is not None for cells in values.values() for cell in cells)
    capacity = _capacity(entity, rows)
    is_form = entity.layout == "form"
    columns = []
    for index, field in enumerate(fields):
        label = say(field.label, language)
        columns.append(
            PlannedColumn(
                entity,
                field,
                label,
                f"{label} *" if field.required else label,
                name,
                index + 1 if is_form else 1,
                index + 1 if is_form else capacity,
                1 if is_form else index,
                is_form,
                choices_of(catalog, entity, field, language),
                values[field.name],
            )
        )
    _check_headers(entity, columns)
    return PlannedSheet(entity, name, tuple(columns), rows, capacity, prefilled)


def _with_kept(sheet: PlannedSheet, kept: Sequence[Kept], catalog: Catalog, language: str) -> PlannedSheet:
    """The sheet with what goes along behind its columns; in a form, below its questions."""
    planned: list[PlannedKept] = []
    taken = {column.header.casefold() for column in sheet.columns}
    for place, item in enumerate(kept, len(sheet.columns)):
        nameless = catalog.text("template.kept.nameless", language).format(column=column_letter(place))
        header = re.sub(r"\s+", " ", item.header).strip()[:HEADER_LIMIT] or nameless
        while header.casefold() in taken:
            header += "."  # a table needs different headers; they are still read alike
        taken.add(header.casefold())
        row, column = (place + 1, 1) if sheet.is_form else (1, place)
        planned.append(PlannedKept(header, row, column, item.values))
    return replace(sheet, kept=tuple(planned))


def _rest_sheet(moved: Moved, catalog: Catalog, language: str) -> Copied:
    """What has no place of its own in the template, cell by cell."""
    rows = range(1, len(moved.rest) + 2)
    headers = [catalog.text(f"column.{name}", language) for name in ("sheet", "cell", "value")]
    columns = {place: (rows, [header, *(line[place] for line in moved.rest)]) for place, header in enumerate(headers)}
    return Copied(catalog.text("sheet.rest", language), columns)


def _check_headers(entity: Entity, columns: Sequence[PlannedColumn]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        other = seen.setdefault(column.header.casefold(), column.field.name)
        if other != column.field.name:
            raise UsageError(
                f"The fields {entity.name}.{other} and {entity.name}.{column.field.name} have the same heading "
                f"`{column.header}`; a sheet needs different ones. Change a label in the company file."
            )


def _capacity(entity: Entity, rows: int) -> int:
    """The rows that formulas look at: always some thousands more than what is written."""
    if entity.layout == "form":
        return 1
    if rows > MOST_ROWS:
        raise UsageError(f"{rows} rows of {entity.name} are more than the {MOST_ROWS} that a sheet can hold.")
    least = RECORD_ROWS if entity.totals and not entity.key else REGISTER_ROWS
    return least if rows * 2 <= least else min(MOST_ROWS, -(-rows * 2 // REGISTER_ROWS) * REGISTER_ROWS)


def _own_values(
    catalog: Catalog, entity: Entity, fields: Sequence[Field], language: str, is_sample: bool
) -> dict[str, list[CellValue]]:
    """The entity's sample, and in a form what the company file has already answered."""
    rows = [dict(row) for row in entity.sample] if is_sample else []
    if entity.layout == "form":
        answers = _answers(catalog, entity)
        rows = [rows[0] | answers] if rows else [answers] if answers else []
    return {field.name: [_cell(catalog, field, row.get(field.name, ""), language) for row in rows] for field in fields}


def _answers(catalog: Catalog, entity: Entity) -> dict[str, str]:
    """What the company file says about the one record of a form; its keys carry the names of the fields."""
    company, found = catalog.company, {}
    for field in entity.fields:
        if field.series_of is not None and field.series_of in company.next_numbers:
            found[field.name] = company.next_numbers[field.series_of]
        for key in (field.name, field.name.removeprefix(f"{entity.name}_"), field.name.removeprefix("default_")):
            value = getattr(company, key, None) if key in company.given else None
            if isinstance(value, dt.date):
                found[field.name] = value.isoformat()
            elif isinstance(value, str | float | int):
                found[field.name] = str(value)
    return found


def _cell(catalog: Catalog, field: Field, text: str, language: str) -> CellValue:
    """A canonical value as a person would have it in the cell."""
    if not text:
        return None
    try:
        if field.type == "date":
            return dt.date.fromisoformat(text)
        if field.type in NUMERIC:
            number = float(text)
            return int(number) if field.type == "integer" else number
    except ValueError:
        return text
    if field.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return label_of(catalog, field, text, language)
