"""The pieces that pages are made of: an entity, a field, a rule, a demand, a column of an import file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from momentsheet.model.catalog import (
    AccountingSystem,
    Catalog,
    Demand,
    Entity,
    Example,
    Field,
    Format,
    FormatColumn,
    FormatFile,
    Rule,
    Series,
    example_of,
    say,
)
from momentsheet.reporting.addresses import (
    entity_place,
    facts_place,
    field_place,
    format_place,
    list_place,
    rule_place,
    system_place,
    work_list_place,
)
from momentsheet.reporting.describe import (
    ShownExample,
    allowed,
    demands_of,
    handling,
    headers,
    listed_in,
    place_name,
    privacy,
    required,
    rules_on,
    shown_example,
    switched_on_by,
    words_read,
    written,
)
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import code_label, entity_title, field_label, general, sentence, severity_word


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Carried:
    """One place of an import file that a field goes into."""

    format: Format
    file: FormatFile
    column: FormatColumn


def entity_link(catalog: Catalog, name: str, language: str) -> Link:
    """The title of an entity and its page; only its name where it is out of scope."""
    return Link(entity_title(name, catalog, language), entity_place(name) if name in catalog.entities else "")


def field_link(catalog: Catalog, entity: str, name: str, language: str) -> Link:
    """The label of a field and its place; only its name where it is out of scope."""
    known = entity in catalog.entities and any(field.name == name for field in catalog.entities[entity].fields)
    return Link(field_label(entity, name, catalog, language), field_place(entity, name) if known else "")


def path_link(catalog: Catalog, path: str, language: str) -> Link:
    """`entity` or `entity.field` as people call it: «Kunder › Kundenr»."""
    entity, _, name = path.partition(".")
    if not name:
        return entity_link(catalog, entity, language)
    link = field_link(catalog, entity, name, language)
    return Link(place_name(catalog, entity, name, language), link.href)


def system_link(system: AccountingSystem, language: str) -> Link:
    """The name of an accounting system and its place."""
    return Link(say(system.label, language), system_place(system.name))


def field_part(catalog: Catalog, entity: Entity, field: Field, language: str) -> dict[str, Any]:
    """Everything about a field."""
    code_list = listed_in(catalog, field)
    return {
        "name": field.name,
        "path": f"{entity.name}.{field.name}",
        "label": say(field.label, language),
        "help": say(field.help, language),
        "is_required": field.required,
        "is_sometimes": field.required_when is not None,
        "required": required(catalog, entity, field, language),
        "written": written(catalog, field, language),
        "allowed": allowed(catalog, field, language),
        "list": Link(say(code_list.title, language), list_place(code_list.name)) if code_list else None,
        "references": [path_link(catalog, f"{to.entity}.{to.field}", language) for to in field.references],
        "reads": words_read(catalog, field, language),
        "example": plain(example_of(field, catalog, language)),
        "headers": headers(field),
        "privacy": privacy(catalog, field, language),
        "handling": handling(catalog, field, language),
        "template": _template(catalog, entity, field),
        "rules": [rule_line(catalog, rule, language) for rule in rules_on(entity, field)],
        "demands": [
            demand_part(catalog, system, demand, language)
            for system, demand in demands_on(catalog, entity.name, field.name)
        ],
        "carried": [
            {
                "format": say(item.format.title, language),
                "name": item.column.name,
                "href": format_place(item.format.name, item.file.file),
                "needs_agreement": field.by_agreement and not field.imported,
            }
            for item in carriers(catalog, entity.name, field.name)
        ],
        "work_lists": work_lists_of(catalog, f"{entity.name}.{field.name}", language),
    }


def rule_line(catalog: Catalog, rule: Rule, language: str) -> dict[str, Any]:
    """A rule in one line, with the place where all of it stands."""
    return {
        "code": rule.code,
        "href": rule_place(rule.code),
        "severity": rule.severity,
        "word": severity_word(rule.severity, catalog, language),
        "message": general(rule, rule.message, catalog, language),
        "entity": rule.entity,
        "sheet": entity_link(catalog, rule.entity, language) if rule.entity else None,
        "is_on_demand": rule.on_demand,
    }


def rule_part(catalog: Catalog, rule: Rule, language: str) -> dict[str, Any]:
    """Everything about a rule."""
    return {
        **rule_line(catalog, rule, language),
        "why": general(rule, rule.why, catalog, language),
        "fix": general(rule, rule.fix, catalog, language),
        "fields": [field_link(catalog, rule.entity, name, language) for name in rule.fields] if rule.entity else [],
        "marked": rule.fields,
        "reach": rule.reach,
        "like": [path_link(catalog, f"{stead.entity}.{stead.field}", language) for stead in rule.stands_for],
        "check": rule.check,
        "words": Link(rule.words, facts_place(rule.words)) if rule.words else None,
        "may_lack": [entity_link(catalog, name, language) for name in rule.may_lack],
        "schema": ", ".join(f"{word}: {limit}" for word, limit in (rule.schema or {}).items()),
        "holds": rule.holds,
        "offends": rule.offends,
        "systems": [system_link(system, language) for system in switched_on_by(catalog, rule)],
        "demands": [demand_part(catalog, system, demand, language) for system, demand in demands_of(catalog, rule)],
        "good": shown_examples(catalog, rule, rule.good, language),
        "bad": shown_examples(catalog, rule, rule.bad, language),
    }


def shown_examples(
    catalog: Catalog, rule: Rule, examples: Sequence[Example], language: str
) -> list[tuple[ShownExample, bool]]:
    """Examples as people read them, each with whether its rows are examples of their own.

    Most are one row of the rule's own sheet: those with the same columns stand together in one table.
    """
    told: list[tuple[ShownExample, bool]] = []
    for example in examples:
        shown = shown_example(catalog, rule, example, language)
        before, are_apart = told[-1] if told else (None, False)
        if before is not None and (are_apart or _is_one_row(before)) and _is_one_row(shown):
            table, more = before.tables[0], shown.tables[0]
            if table.fields == more.fields:
                told[-1] = (replace(before, tables=(replace(table, rows=table.rows + more.rows),)), True)
                continue
        told.append((shown, False))
    return told


def demand_part(catalog: Catalog, system: AccountingSystem, demand: Demand, language: str) -> dict[str, Any]:
    """What a system asks of a field."""
    return {
        "system": system_link(system, language),
        "field": path_link(catalog, f"{demand.entity}.{demand.field}", language),
        "says": say(demand.says, language),
        "example": plain(demand.example),
        "good": [plain(text) for text in demand.good],
        "bad": [plain(text) for text in demand.bad],
        "rule": Link(demand.code, rule_place(demand.code)),
    }


def series_part(catalog: Catalog, series: Series, language: str) -> dict[str, Any]:
    """Where a system's new numbers of a field are taken from."""
    ends = {"first": series.number(series.first), "last": "" if series.last is None else series.number(series.last)}
    kind = "site.series.from" if series.last is None else "site.series.between"
    facts = {"range": sentence(catalog, language, kind, ends)}
    return {
        "field": path_link(catalog, f"{series.entity}.{series.field}", language),
        "says": sentence(catalog, language, f"site.series.{series.outside}", facts),
    }


def demands_on(catalog: Catalog, entity: str, field: str) -> Iterator[tuple[AccountingSystem, Demand]]:
    """Every demand on a field."""
    for system in catalog.accounting.values():
        for demand in system.demands:
            if (demand.entity, demand.field) == (entity, field):
                yield system, demand


def carriers(catalog: Catalog, entity: str, field: str) -> Iterator[Carried]:
    """Every column of an import file that carries a field."""
    for form in catalog.formats.values():
        for file in form.files:
            for column in file.columns:
                if (file.entity, column.field) == (entity, field):
                    yield Carried(form, file, column)


def file_name(catalog: Catalog, form: Format, file: FormatFile) -> str:
    """The file's name below `import/`, as `convert` writes it."""
    return f"{form.name}/{catalog.entities[file.entity].order:03}_{file.file}.{form.suffix}"


def column_part(
    catalog: Catalog, form: Format, file: FormatFile, column: FormatColumn, language: str
) -> dict[str, Any]:
    """One column of an import file."""
    entity = catalog.entities[file.entity]
    field = entity.field(column.field)
    return {
        "name": column.name,
        "field": field_link(catalog, file.entity, column.field, language),
        "written": written_as(catalog, form, field, column, language),
        "evidence": column.evidence,
        "needs_agreement": field.by_agreement and not field.imported,
    }


def written_as(catalog: Catalog, form: Format, field: Field, column: FormatColumn, language: str) -> str:
    """How the values of a column are written, in words."""
    is_table = form.kind == "csv"
    if column.write == "lookup" and not is_table:
        facts = {"entity": column.lookup.get("entity", ""), "by": column.lookup.get("by", "")}
        said = sentence(catalog, language, "written.as.found", facts)
    else:
        said = catalog.text(f"written.as.{_kind(field, column, is_table=is_table)}", language)
    translated = [
        sentence(
            catalog,
            language,
            "written.as.translated",
            {"code": code_label(code, field, catalog, language) or code, "value": value},
        )
        for code, value in column.values.items()
    ]
    return "; ".join((said, *translated))


def work_lists_of(catalog: Catalog, path: str, language: str) -> list[Link]:
    """The work lists that stand in place of importing an entity or a field."""
    return [
        Link(say(item.title, language), work_list_place(item.name))
        for item in catalog.work_lists.values()
        if item.in_place_of == path
    ]


# Private functions

# What the types of fields look like in a file, where it is not just text
_KINDS = {
    "integer": "number", "decimal": "number", "percent": "number", "money": "money", "hours": "hours", "date": "date",
    "boolean": "boolean", "codelist": "code", "country": "country", "currency": "currency",
}  # fmt: skip


def _kind(field: Field, column: FormatColumn, *, is_table: bool) -> str:
    if column.write == "list":
        return "joined" if is_table else "array"
    if column.write == "lookup":
        return "found_by"
    if column.number:
        return "number"
    return column.write if column.write in {"minutes", "camel"} else _KINDS.get(field.type, "text")


def _template(catalog: Catalog, entity: Entity, field: Field) -> str:
    """Why a field does not stand in the template: text id, "" where it does."""
    if field.in_template or entity.derived:
        return ""
    change = catalog.company.fields.get(f"{entity.name}.{field.name}")
    return "site.hidden" if change is not None and change.hide else "site.understood_only"


def _is_one_row(shown: ShownExample) -> bool:
    """Whether an example is nothing but a row of the rule's own sheet."""
    return (
        len(shown.tables) == 1
        and len(shown.tables[0].rows) == 1
        and not shown.tables[0].title
        and not (shown.sheets or shown.settings or shown.remarks)
    )
