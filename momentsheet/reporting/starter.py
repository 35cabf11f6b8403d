"""The company file to begin with: every key that it may hold, commented in the language of the one who reads it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import BaseLoader, Environment, StrictUndefined

from momentsheet.model.catalog import AccountingSystem, Catalog, CodeList, Company, Entity, Field, Series, say
from momentsheet.reporting.words import entity_title, field_label, general, sentence

_TEMPLATE = "company/starter.yaml.j2"
_WIDTH = 110
_EXAMPLES = 3  # codes of an open list that are shown
_PLAIN = re.compile(r"[^\W\d_]([\w .-]*\w)?")


def render_starter(catalog: Catalog, language: str, system: AccountingSystem, file: str, loader: BaseLoader) -> str:
    """A company file that loads as it is and sets only language and accounting system; the rest are examples.

    Lines that begin with `##` explain; those with one `#` are YAML that waits to be used.
    """
    words = language if language in catalog.texts["company.head"] else "en"
    loaded = _Words(catalog, words)
    # YAML is no HTML: what comes from the catalog is put into comments line by line, or quoted.
    environment = Environment(
        loader=loader, autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,  # noqa: S701
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"comment": comment, "quoted": quoted}
    return environment.get_template(_TEMPLATE).render(
        t=loaded.text,
        default=Company(),
        file=quoted(file),
        language=language,
        languages=", ".join(catalog.languages),
        systems=[(name, say(item.label, words)) for name, item in catalog.accounting.items()],
        system=system,
        label=say(system.label, words),
        demands=_demands(catalog, system, words),
        rules=_rules(catalog, system, words),
        notes=[say(note, words) for note in system.notes],
        series=_series(catalog, system, language),
        samples=[
            (entity.name, quoted(entity.field(entity.key[0]).example))
            for entity in catalog.entities.values()
            if entity.sample_pages is not None
        ],
        levels=_levels(catalog, loaded, language),
        agreed=_agreed(catalog, language),
        open_lists=_open_lists(catalog, language),
        closed_lists=_closed_lists(catalog, language),
        fields=frozenset(f"{entity.name}.{field.name}" for entity, field in _fields(catalog)),
    )


def comment(text: str, indent: str = "") -> str:
    """The text as lines that YAML passes over."""
    first, later = f"{indent}## ", f"{indent}##   " if text.startswith("- ") else f"{indent}## "
    return textwrap.fill(
        _line(text), _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def quoted(text: str) -> str:
    """The text as YAML reads it back, in quotes wherever it could mean something else to a person or a program."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


# Private functions


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of the starter in one language."""

    catalog: Catalog
    language: str

    def text(self, name: str, **facts: object) -> str:
        return sentence(self.catalog, self.language, f"company.{name}", facts)


def _line(text: str) -> str:
    """The text without anything that would end a comment."""
    return " ".join(text.split())


def _fields(catalog: Catalog) -> Sequence[tuple[Entity, Field]]:
    return [(entity, field) for entity in catalog.entities.values() for field in entity.fields]


def _demands(catalog: Catalog, system: AccountingSystem, language: str) -> list[dict[str, str]]:
    return [
        {
            "sheet": entity_title(demand.entity, catalog, language),
            "column": field_label(demand.entity, demand.field, catalog, language),
            "says": say(demand.says, language),
            "example": demand.example,
        }
        for demand in system.demands
    ]


def _rules(catalog: Catalog, system: AccountingSystem, language: str) -> list[dict[str, str]]:
    """The rules that this accounting system switches on, as they are told before anything is found."""
    found = []
    for rule in (catalog.rules[code] for code in system.rules):
        message = say(rule.message, language).replace("{accounting_system}", say(system.label, language))
        entity = rule.entity or ""
        found.append(
            {
                "sheet": entity_title(entity, catalog, language),
                "column": ", ".join(field_label(entity, name, catalog, language) for name in rule.fields),
                "message": general(rule, {language: message}, catalog, language),
                "code": rule.code,
            }
        )
    return found


def _series(catalog: Catalog, system: AccountingSystem, language: str) -> list[tuple[str, str, str, str]]:
    """Each series with a number that the accounting system takes, where it lies, and what the form asks for."""
    demanded = {f"{demand.entity}.{demand.field}": demand.example for demand in system.demands}
    lies = {f"{one.entity}.{one.field}": one for one in system.series}
    found = []
    for _, field in _fields(catalog):
        if field.series_of is not None:
            series = lies.get(field.series_of, Series("", "", outside="stays"))
            number = demanded.get(field.series_of, field.example)
            number = number if series.place(number) is not None else series.number(series.first)
            ends = {"first": series.first, "last": series.last, "outside": series.outside}
            shown = ", ".join(f"{key}: {value}" for key, value in ends.items() if value is not None)
            found.append((field.series_of, number, shown, _line(say(field.label, language))))
    return found


def _levels(catalog: Catalog, words: _Words, language: str) -> dict[str, list[tuple[str, str]]]:
    """The sheets of each import, with their titles and with what is not imported."""
    levels: dict[str, list[tuple[str, str]]] = {"standard": [], "advanced": []}
    for entity in catalog.entities.values():
        title = _line(say(entity.title, language))
        if entity.by_agreement:
            title = words.text("by_agreement", title=title)
        elif not entity.imported and entity.controls is None:
            title = words.text("by_hand", title=title)
        if entity.derived is None:
            levels[entity.level].append((entity.name, title))
    return levels


def _agreed(catalog: Catalog, language: str) -> list[tuple[str, str]]:
    """What is imported by agreement: `price`, or `project.fixed_price_amount`."""
    found = []
    for entity in catalog.entities.values():
        title = _line(say(entity.title, language))
        if entity.by_agreement:
            found.append((entity.name, title))
        found += [
            (f"{entity.name}.{field.name}", f"{title}: {_line(say(field.label, language))}")
            for field in entity.fields
            if field.by_agreement
        ]
    return found


def _open_lists(catalog: Catalog, language: str) -> list[tuple[str, str, list[str]]]:
    """Each open list with its title and a few codes as the samples have them."""
    found = []
    for code_list in catalog.code_lists.values():
        samples = [
            part.strip()
            for entity, field in _fields(catalog)
            if field.open_list == code_list.name
            for text in (*(row.get(field.name, "") for row in entity.sample), field.example)
            for part in text.split(";" if field.type == "list" else "\n")
        ]
        if samples:
            examples = list(dict.fromkeys(part for part in samples if part))[:_EXAMPLES]
            found.append((code_list.name, _line(say(code_list.title, language)), examples))
    return found


def _closed_lists(catalog: Catalog, language: str) -> dict[str, tuple[str, list[str]]]:
    """The lists that columns of tables take their codes from; those of a form are ours alone."""
    used = {field.list for entity, field in _fields(catalog) if entity.layout == "table"}
    lists: list[CodeList] = [item for item in catalog.code_lists.values() if item.name in used and not item.is_open]
    return {item.name: (say(item.title, language), [code.code for code in item.codes]) for item in lists}
