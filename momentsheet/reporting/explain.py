"""A rule, an entity or a field explained in plain text, and the overview of all entities."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from momentsheet.model.catalog import Catalog, Entity, Example, Field, Rule, example_of, say
from momentsheet.reporting.addresses import entity_link, rule_link
from momentsheet.reporting.describe import (
    allowed,
    applies_to,
    demanded_like,
    demands_of,
    handling,
    headers,
    privacy,
    required,
    rules_on,
    sheet_names,
    shown_example,
    switched_on_by,
    words_read,
    written,
)
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import field_label, general, listed, sentence, severity_word

_WIDTH = 88
_INDENT = "  "


def explain(catalog: Catalog, topic: Rule | Entity | tuple[Entity, Field], language: str) -> str:
    """What people ask about: a rule with why, fix and examples; a field; an entity with fields and rules."""
    if isinstance(topic, Rule):
        return _page(
            [*_rule(catalog, topic, language), *_site(catalog, rule_link(catalog, topic.code, language), language)]
        )
    if isinstance(topic, Entity):
        link = entity_link(catalog, topic.name, None, language)
        return _page([*_entity(catalog, topic, language), *_site(catalog, link, language)])
    entity, field = topic
    link = entity_link(catalog, entity.name, field.name, language)
    return _page([*_field(catalog, entity, field, language), *_site(catalog, link, language)])


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
    lines = [
        f"{rule.code} · {severity_word(rule.severity, catalog, language)} · {applies_to(catalog, rule, language)}",
        "",
    ]
    for part, texts in (("message", rule.message), ("why", rule.why), ("fix", rule.fix)):
        lines += _part(catalog, language, f"explain.{part}", general(rule, texts, catalog, language))
    if rule.on_demand:
        systems = tuple(say(system.label, language) for system in switched_on_by(catalog, rule))
        text = sentence(catalog, language, "explain.on_demand", {"systems": systems or None})
        lines += _part(catalog, language, "explain.applies", text)
    demands = demands_of(catalog, rule)
    if demands:
        lines.append(catalog.text("explain.demands", language))
        for system, demand in demands:
            text = f"{say(demand.says, language)} ({plain(demand.example)})"
            lines += _hanging(f"{_INDENT}{say(system.label, language)}: ", text)
        lines.append("")
    like = listed(demanded_like(catalog, rule, language), catalog, language)
    lines += _part(catalog, language, "explain.demanded_like", like)
    for name, examples in (("good", rule.good), ("bad", rule.bad)):
        if examples:
            lines += [catalog.text(f"explain.{name}", language), *_example(catalog, rule, examples[0], language), ""]
    return lines


def _example(catalog: Catalog, rule: Rule, example: Example, language: str) -> list[str]:
    """An example as small tables, one per sheet with something to show; then the company's choices and remarks."""
    shown = shown_example(catalog, rule, example, language)
    if shown.is_plain_sample:
        return [f"{_INDENT}{catalog.text('explain.sample_row', language)}"]
    lines = []
    for table in shown.tables:
        lines += [table.title] if table.title else []
        lines += _columns([table.headers, *table.rows])
    for sheet in shown.sheets:
        lines.append(sheet.title)
        lines += _columns([("", *sheet.letters), *((str(row), *cells) for row, cells in sheet.rows)])
        lines += sheet.remarks
    lines += [f"{key}: {value}" for key, value in shown.settings]
    return [f"{_INDENT}{line}" for line in (*lines, *shown.remarks)]


def _field(catalog: Catalog, entity: Entity, field: Field, language: str) -> list[str]:
    lines = [f"{say(entity.title, language)} · {say(field.label, language)}  ({entity.name}.{field.name})", ""]
    lines += _part(catalog, language, "explain.meaning", say(field.help, language))
    lines += _part(catalog, language, "explain.required", required(catalog, entity, field, language))
    lines += _part(catalog, language, "explain.format", written(catalog, field, language))
    lines += _part(catalog, language, "explain.allowed", allowed(catalog, field, language))
    read = ", ".join(f"{word} = {value}" for word, value in words_read(catalog, field, language))
    lines += _part(catalog, language, "explain.reads", read)
    lines += _part(catalog, language, "explain.example", plain(example_of(field, catalog, language)))
    lines += _part(catalog, language, "explain.headers", ", ".join(headers(field)))
    lines += _part(catalog, language, "explain.import", handling(catalog, field, language))
    lines += _part(catalog, language, "explain.privacy", privacy(catalog, field, language))
    rules = tuple(rule.code for rule in rules_on(entity, field))
    return lines + _part(catalog, language, "explain.rules", ", ".join(rules))


def _entity(catalog: Catalog, entity: Entity, language: str) -> list[str]:
    lines = [f"{say(entity.title, language)}  ({entity.name})", ""]
    lines += _wrapped(say(entity.help, language))
    lines.append("")
    key = tuple(field_label(entity.name, name, catalog, language) for name in entity.key)
    lines += _part(catalog, language, "explain.key", listed(key, catalog, language))
    lines += _part(catalog, language, "explain.sheets", ", ".join(sheet_names(entity)))
    lines += _part(catalog, language, "explain.import", handling(catalog, entity, language))
    lines += _part(catalog, language, "explain.computed", ", ".join(map(plain, entity.computed)))
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
        lines.append("")
    return lines


def _site(catalog: Catalog, link: str, language: str) -> list[str]:
    """Where the topic stands on the documentation site; an address is never broken over two lines."""
    return [catalog.text("explain.site", language), f"{_INDENT}{link}"] if link else []


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
