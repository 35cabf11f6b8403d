"""A rule, an entity or a field explained in plain text, and the overview of all entities."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from momentsheet.model.catalog import Catalog, Entity, Example, Field, Row, Rule, say
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import entity_title, field_label, general, listed, sentence, severity_word

_WIDTH = 88
_INDENT = "  "


def explain(catalog: Catalog, topic: Rule | Entity | tuple[Entity, Field], language: str) -> str:
    """What people ask about: a rule with why, fix and examples; a field; an entity with fields and rules."""
    if isinstance(topic, Rule):
        return _page(_rule(catalog, topic, language))
    if isinstance(topic, Entity):
        return _page(_entity(catalog, topic, language))
    return _page(_field(catalog, *topic, language))


def entities_overview(catalog: Catalog, language: str) -> str:
    """One line per entity in import order: name, sheet, number of fields and rules."""
    rows = [tuple(catalog.text(f"explain.column.{name}", language) for name in ("entity", "sheet", "fields", "rules"))]
    rows += [
        (entity.name, say(entity.title, language), str(len(entity.fields)), str(len(entity.rules)))
        for entity in catalog.entities.values()
    ]
    return _page([*_columns(rows), "", *_wrapped(sentence(catalog, language, "explain.more"))])


# Private functions


def _page(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _rule(catalog: Catalog, rule: Rule, language: str) -> list[str]:
    lines = [f"{rule.code} · {severity_word(rule.severity, catalog, language)} · {_about(catalog, rule, language)}", ""]
    for part, texts in (("message", rule.message), ("why", rule.why), ("fix", rule.fix)):
        lines += _part(catalog, language, f"explain.{part}", general(rule, texts, catalog, language))
    if rule.on_demand:
        systems = tuple(
            say(system.label, language) for system in catalog.accounting.values() if rule.code in system.rules
        )
        text = sentence(catalog, language, "explain.on_demand", {"systems": systems or None})
        lines += _part(catalog, language, "explain.applies", text)
    demands = [
        (system, each) for system in catalog.accounting.values() for each in system.demands if each.code == rule.code
    ]
    if demands:
        lines.append(catalog.text("explain.demands", language))
        for system, demand in demands:
            text = f"{say(demand.says, language)} ({plain(demand.example)})"
            lines += _hanging(f"{_INDENT}{say(system.label, language)}: ", text)
        lines.append("")
    for name, examples in (("good", rule.good), ("bad", rule.bad)):
        if examples:
            lines += [catalog.text(f"explain.{name}", language), *_example(catalog, rule, examples[0], language), ""]
    return lines


def _about(catalog: Catalog, rule: Rule, language: str) -> str:
    """The sheet and the columns that a rule looks at."""
    if rule.entity is None:
        return catalog.text("explain.every_sheet", language)
    labels = [field_label(rule.entity, name, catalog, language) for name in rule.fields]
    title = entity_title(rule.entity, catalog, language)
    return f"{title}: {', '.join(labels)}" if labels else title


def _example(catalog: Catalog, rule: Rule, example: Example, language: str) -> list[str]:
    """The rows of an example as small tables, one per entity with something to show; then the company's choices."""
    lines = []
    tables = {name: rows for name, rows in example.rows.items() if any(rows)}
    for name, rows in tables.items():
        if len(tables) > 1 or name != rule.entity:
            lines.append(f"{_INDENT}{entity_title(name, catalog, language)}")
        fields = tuple(dict.fromkeys(field for row in rows for field in row))
        table = [tuple(field_label(name, field, catalog, language) for field in fields)]
        table += [_example_row(catalog, row, fields, language) for row in rows]
        lines += [f"{_INDENT}{line}" for line in _columns(table)]
    shown = {(field, value) for rows in tables.values() for row in rows for field, value in row.items()}
    company = [(key, str(value)) for key, value in example.company.items() if (key, str(value)) not in shown]
    lines += [f"{_INDENT}{key}: {plain(value)}" for key, value in company]
    return lines or [f"{_INDENT}{catalog.text('explain.sample_row', language)}"]


def _example_row(catalog: Catalog, row: Row, fields: Sequence[str], language: str) -> tuple[str, ...]:
    blank = catalog.text("value.blank", language)
    return tuple((plain(row[field], 30) or blank) if field in row else "…" for field in fields)


def _field(catalog: Catalog, entity: Entity, field: Field, language: str) -> list[str]:
    lines = [f"{say(entity.title, language)} · {say(field.label, language)}  ({entity.name}.{field.name})", ""]
    lines += _part(catalog, language, "explain.meaning", say(field.help, language))
    lines += _part(catalog, language, "explain.required", _required(catalog, field, language))
    lines += _part(catalog, language, "explain.format", _format(catalog, field, language))
    lines += _part(catalog, language, "explain.allowed", _allowed(catalog, field, language))
    lines += _part(catalog, language, "explain.example", plain(field.example))
    lines += _part(catalog, language, "explain.headers", ", ".join(_headers(field)))
    if not field.imported:
        lines += _part(catalog, language, "explain.import", catalog.text("explain.by_hand", language))
    if field.privacy != "public":
        lines += _part(catalog, language, "explain.privacy", catalog.text(f"explain.privacy.{field.privacy}", language))
    rules = tuple(rule.code for rule in entity.rules if field.name in rule.fields)
    return lines + _part(catalog, language, "explain.rules", ", ".join(rules))


def _required(catalog: Catalog, field: Field, language: str) -> str:
    if field.required:
        return catalog.text("value.yes", language)
    if field.required_when:
        return sentence(catalog, language, "explain.required_when", {"condition": field.required_when})
    return catalog.text("value.no", language)


def _format(catalog: Catalog, field: Field, language: str) -> str:
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


def _allowed(catalog: Catalog, field: Field, language: str) -> str:
    """The code list's labels, or the sheet that a reference points to."""
    if field.list and field.list in catalog.code_lists:
        return ", ".join(say(code.label, language) for code in catalog.code_lists[field.list].codes)
    if field.to:
        facts = {
            "column": field_label(field.to.entity, field.to.field, catalog, language),
            "sheet": entity_title(field.to.entity, catalog, language),
        }
        return sentence(catalog, language, "explain.reference", facts)
    allowed = field.schema.get("allowed")
    return ", ".join(plain(str(value)) for value in allowed) if isinstance(allowed, list | tuple) else ""


def _headers(field: Field) -> tuple[str, ...]:
    """Every header that the column is recognised by, each once."""
    return tuple(dict.fromkeys([*field.label.values(), *field.aliases, field.name]))


def _entity(catalog: Catalog, entity: Entity, language: str) -> list[str]:
    lines = [f"{say(entity.title, language)}  ({entity.name})", ""]
    lines += _wrapped(say(entity.help, language))
    lines.append("")
    key = tuple(field_label(entity.name, name, catalog, language) for name in entity.key)
    lines += _part(catalog, language, "explain.key", listed(key, catalog, language))
    lines += _part(
        catalog, language, "explain.sheets", ", ".join(dict.fromkeys([*entity.title.values(), *entity.sheet_aliases]))
    )
    if entity.derived:
        lines += _part(catalog, language, "explain.import", catalog.text("explain.derived", language))
    lines += [catalog.text("explain.fields", language)]
    rows = [
        (("*" if field.required else " ") + say(field.label, language), field.name, field.type)
        for field in entity.fields
    ]
    lines += [f"{_INDENT}{line}" for line in _columns(rows)]
    lines += [f"{_INDENT}{catalog.text('explain.star', language)}", ""]
    if entity.rules:
        lines.append(catalog.text("explain.rules", language))
        width = max(len(rule.code) for rule in entity.rules)
        for rule in entity.rules:
            lines += _hanging(f"{_INDENT}{rule.code:<{width}}  ", general(rule, rule.message, catalog, language))
    return lines


def _part(catalog: Catalog, language: str, text_id: str, text: str) -> list[str]:
    """A heading and its indented text; nothing where the text is empty."""
    return [catalog.text(text_id, language), *_wrapped(text, _INDENT), ""] if text else []


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _hanging(start: str, text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
