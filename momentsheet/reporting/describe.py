"""What a field is and what a rule is about, in words: for `explain`, for the documentation site."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from momentsheet.model.catalog import (
    AccountingSystem,
    Catalog,
    CodeList,
    Demand,
    Entity,
    Example,
    ExampleSheet,
    Field,
    Row,
    Rule,
    say,
)
from momentsheet.model.workbook import EPOCH, column_letter
from momentsheet.reporting.conditions import condition
from momentsheet.reporting.values import date, duration, number, plain
from momentsheet.reporting.words import code_label, entity_title, field_label, sentence, shown

_EXAMPLE_VALUE = 30  # characters of a value in the table of an example
_SHEETS_VALUE = 60  # of a cell in an example sheet

# How examples write cells that hold something else than text: `number:158`, `date:45292`, `error:#N/A`
_KIND = re.compile(r"(number|date|time|duration|boolean|formula|error):(?=[-\d#]|$)(.*)")


@dataclass(frozen=True, slots=True)
class ExampleTable:
    """Rows of one sheet in an example; a row is shown with only the columns that matter."""

    title: str  # "" where it is the rule's own sheet, and the only one
    entity: str
    fields: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ExampleCells:
    """A whole sheet in an example, cell by cell, with what is remarkable about it."""

    title: str
    letters: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # Excel's row number, cells
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example of a rule as people read it."""

    tables: tuple[ExampleTable, ...]
    sheets: tuple[ExampleCells, ...]
    settings: tuple[tuple[str, str], ...]  # what the company file says in it
    remarks: tuple[str, ...]

    @property
    def is_plain_sample(self) -> bool:
        return not (self.tables or self.sheets or self.settings or self.remarks)


# Fields


def required(catalog: Catalog, entity: Entity, field: Field, language: str) -> str:
    """Whether the field must be filled in, or when."""
    if field.required:
        return catalog.text("value.yes", language)
    if field.required_when:
        when = condition(catalog, entity, field.required_when, language)
        return sentence(catalog, language, "explain.required_when", {"condition": when})
    return catalog.text("value.no", language)


def written(catalog: Catalog, field: Field, language: str) -> str:
    """How a value of the field's type is written, with what the field adds to it."""
    parts = [catalog.text(f"template.type.{field.type}", language)]
    if field.type == "money":
        parts.append(sentence(catalog, language, "explain.currency", {"currency": catalog.company.currency}))
    schema = field.schema
    if "minlength" in schema:
        parts.append(sentence(catalog, language, "explain.minlength", {"count": schema["minlength"]}))
    if "maxlength" in schema:
        parts.append(sentence(catalog, language, "explain.maxlength", {"count": schema["maxlength"]}))
    if "min" in schema:
        parts.append(sentence(catalog, language, "explain.min", {"limit": schema["min"]}))
    if "max" in schema:
        parts.append(sentence(catalog, language, "explain.max", {"limit": schema["max"]}))
    return ", ".join(parts)


def listed_in(catalog: Catalog, field: Field) -> CodeList | None:
    """The code list whose codes the field takes, also an open one without codes."""
    return catalog.code_lists.get(field.list or field.open_list or "")


def allowed(catalog: Catalog, field: Field, language: str) -> str:
    """The code list's labels, or the sheet that a reference points to."""
    if field.list and field.list in catalog.code_lists:
        return ", ".join(say(code.label, language) for code in catalog.code_lists[field.list].codes)
    if field.open_list:
        return catalog.text("explain.open_list", language)
    if field.to:
        facts = {
            "column": field_label(field.to.entity, field.to.field, catalog, language),
            "sheet": entity_title(field.to.entity, catalog, language),
        }
        return sentence(catalog, language, "explain.reference", facts)
    if field.looked_up:
        places = [place_name(catalog, place.entity, place.field, language) for place in field.looked_up]
        return sentence(catalog, language, "explain.looked_up", {"places": ", ".join(places)})
    values = field.schema.get("allowed")
    return ", ".join(plain(str(value)) for value in values) if isinstance(values, list | tuple) else ""


def place_name(catalog: Catalog, entity: str, field: str, language: str) -> str:
    """A column and its sheet in short: «Kunder › Kundenr»."""
    return f"{entity_title(entity, catalog, language)} › {field_label(entity, field, catalog, language)}"


def words_read(catalog: Catalog, field: Field, language: str) -> tuple[tuple[str, str], ...]:
    """Words that stand for a value of the field, and that value."""
    return tuple((plain(word), shown(value, field, catalog, language)) for word, value in field.reads.items())


def headers(field: Field) -> tuple[str, ...]:
    """Every header that the column is recognised by, each once."""
    return tuple(dict.fromkeys([*field.label.values(), *field.aliases, *field.minutes, field.name]))


def sheet_names(entity: Entity) -> tuple[str, ...]:
    """Every sheet name that the entity is recognised by, each once."""
    return tuple(dict.fromkeys([*entity.title.values(), *entity.sheet_aliases]))


def handling(catalog: Catalog, item: Entity | Field, language: str) -> str:
    """What becomes of an entity or a field that is not simply imported; "" where it is."""
    if isinstance(item, Entity) and item.derived:
        return catalog.text("explain.derived", language)
    if isinstance(item, Entity) and item.controls is not None:
        return catalog.text("explain.compared", language)
    if item.by_agreement:
        return catalog.text("explain.agreed" if item.imported else "explain.by_agreement", language)
    return "" if item.imported else catalog.text("explain.by_hand", language)


def privacy(catalog: Catalog, field: Field, language: str) -> str:
    """What kind of personal data the field holds; "" where it holds none."""
    return "" if field.privacy == "public" else catalog.text(f"explain.privacy.{field.privacy}", language)


def rules_on(entity: Entity, field: Field) -> tuple[Rule, ...]:
    """The entity's rules that speak of the field, by code."""
    return tuple(sorted((rule for rule in entity.rules if field.name in rule.fields), key=lambda rule: rule.code))


# Rules


def applies_to(catalog: Catalog, rule: Rule, language: str) -> str:
    """The sheet and the columns that a rule looks at."""
    if rule.entity is None:
        return catalog.text("files.explain" if rule.reach == "file" else "explain.every_sheet", language)
    labels = [field_label(rule.entity, name, catalog, language) for name in rule.fields]
    title = entity_title(rule.entity, catalog, language)
    return f"{title}: {', '.join(labels)}" if labels else title


def switched_on_by(catalog: Catalog, rule: Rule) -> tuple[AccountingSystem, ...]:
    """The accounting systems that switch on a rule which is on demand."""
    return tuple(system for system in catalog.accounting.values() if rule.code in system.rules)


def demands_of(catalog: Catalog, rule: Rule) -> tuple[tuple[AccountingSystem, Demand], ...]:
    """The demands of accounting systems that the rule tells of."""
    return tuple(
        (system, demand)
        for system in catalog.accounting.values()
        for demand in system.demands
        if demand.code == rule.code
    )


def demanded_like(catalog: Catalog, rule: Rule, language: str) -> tuple[str, ...]:
    """The columns whose demands hold for the rule's own column too."""
    return tuple(place_name(catalog, stead.entity, stead.field, language) for stead in rule.stands_for)


def shown_example(catalog: Catalog, rule: Rule, example: Example, language: str) -> ShownExample:
    """The rows of an example, one table per entity with something to show; its sheets; the company's choices."""
    rows = {name: given for name, given in example.rows.items() if any(given)}
    tables = tuple(
        _table(catalog, name, given, language, has_title=len(rows) > 1 or name != rule.entity)
        for name, given in rows.items()
    )
    said = {(field, value) for given in rows.values() for row in given for field, value in row.items()}
    settings = tuple(
        (key, plain(str(value))) for key, value in example.company.items() if (key, str(value)) not in said
    )
    remarks = tuple(f"{plain(name)}: {plain(what)}" for name, what in example.files.items())
    if example.template != "ours":
        remarks = (catalog.text(f"explain.template.{example.template}", language),)
    return ShownExample(tables, tuple(_cells(catalog, sheet, language) for sheet in example.sheets), settings, remarks)


def typed_value(catalog: Catalog, field: Field | None, text: str, language: str) -> str:
    """A value of an example or sample as a person would type it; what is none of the field's type stays as it is."""
    if (cell := _KIND.match(text)) is not None:
        return _cell(catalog, cell[1], cell[2], language)
    if field is None:
        return plain(text, _EXAMPLE_VALUE)
    if (label := code_label(text, field, catalog, language)) is not None:
        return label
    if field.type == "boolean" and text in {"true", "false"}:
        return catalog.text("value.yes" if text == "true" else "value.no", language)
    if field.type == "date":
        try:
            return date(dt.date.fromisoformat(text), language)
        except ValueError:
            pass
    if field.type in {"decimal", "money", "percent", "hours"} and text.replace(".", "", 1).lstrip("-").isdecimal():
        return number(text, language)
    return plain(text, _EXAMPLE_VALUE)


# Private functions


def _cell(catalog: Catalog, kind: str, content: str, language: str) -> str:
    """A cell that holds no text, as Excel shows it."""
    match kind:
        case "number":
            return sentence(catalog, language, "explain.cell.number", {"value": content})
        case "date":
            return date(EPOCH + dt.timedelta(days=int(float(content))), language)
        case "time" | "duration":
            return duration(dt.timedelta(days=float(content)))
        case "boolean":
            return catalog.text("value.yes" if float(content) else "value.no", language)
        case "formula":
            return catalog.text("explain.cell.formula", language)
    return plain(content, _EXAMPLE_VALUE)


def _table(catalog: Catalog, entity: str, rows: Sequence[Row], language: str, *, has_title: bool) -> ExampleTable:
    fields = tuple(dict.fromkeys(field for row in rows for field in row))
    known = {field.name: field for field in catalog.entities[entity].fields} if entity in catalog.entities else {}
    blank = catalog.text("value.blank", language)
    return ExampleTable(
        title=entity_title(entity, catalog, language) if has_title else "",
        entity=entity,
        fields=fields,
        headers=tuple(field_label(entity, field, catalog, language) for field in fields),
        rows=tuple(
            tuple(
                (typed_value(catalog, known.get(field), row[field], language) or blank) if field in row else "…"
                for field in fields
            )
            for row in rows
        ),
    )


def _cells(catalog: Catalog, sheet: ExampleSheet, language: str) -> ExampleCells:
    width = max(len(row) for row in sheet.cells)
    remarks = [sentence(catalog, language, "explain.sheet.hidden_row", {"row": row}) for row in sheet.hidden_rows]
    remarks += [sentence(catalog, language, "explain.sheet.merged", {"area": area}) for area in sheet.merged]
    if sheet.state != "visible":
        remarks.append(catalog.text("explain.sheet.hidden", language))
    return ExampleCells(
        title=plain(sheet.name),
        letters=tuple(column_letter(column) for column in range(width)),
        rows=tuple(
            (place, tuple(_sheet_cell(catalog, cell, language) for cell in row) + ("",) * (width - len(row)))
            for place, row in enumerate(sheet.cells, 1)
        ),
        remarks=tuple(remarks),
    )


def _sheet_cell(catalog: Catalog, text: str, language: str) -> str:
    cell = _KIND.match(text)
    return plain(text, _SHEETS_VALUE) if cell is None else _cell(catalog, cell[1], cell[2], language)
