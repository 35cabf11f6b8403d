"""Which pages the site has, and what stands on each; everything follows from the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from momentsheet.model.catalog import AccountingSystem, Catalog, Entity, Format, Level, Rule, say
from momentsheet.reporting.addresses import (
    entity_place,
    facts_place,
    family,
    family_place,
    format_place,
    list_place,
    work_list_place,
)
from momentsheet.reporting.describe import handling, sheet_names
from momentsheet.reporting.site.parts import (
    Link,
    column_part,
    demand_part,
    entity_link,
    field_link,
    field_part,
    file_name,
    path_link,
    rule_line,
    rule_part,
    series_part,
    work_lists_of,
)
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import field_label, listed, shown


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file, the template that it is made by, what it is called and what it is about."""

    file: str
    template: str
    title: str
    section: str  # file of the page that it belongs below, its own where it stands at the top
    topic: str = ""  # name of the entity, letters of the rules, name of the format


def site_pages(catalog: Catalog, language: str) -> tuple[Page, ...]:
    """Every page, in the order of the contents."""

    def top(file: str, template: str) -> Page:
        return Page(file, template, catalog.text(f"site.{template}", language), file)

    pages = [top("index.html", "start"), top("data.html", "data")]
    pages += [
        Page(entity_place(name), "entity", say(entity.title, language), "data.html", name)
        for name, entity in catalog.entities.items()
    ]
    pages.append(top("rules.html", "rules"))
    pages += [
        Page(family_place(letters), "family", letters, "rules.html", letters) for letters in rule_families(catalog)
    ]
    pages += [top("lists.html", "lists"), top("formats.html", "formats")]
    pages += [
        Page(format_place(name), "format", say(form.title, language), "formats.html", name)
        for name, form in catalog.formats.items()
    ]
    pages.append(top("systems.html", "systems"))
    pages += [top("worklists.html", "work_lists")] if catalog.work_lists else []
    pages += [top("facts.html", "facts")] if catalog.fact_tables else []
    return tuple(pages)


def rule_families(catalog: Catalog) -> Mapping[str, tuple[Rule, ...]]:
    """The rules by the letters of their codes: those for every sheet, in the order of the sheets, then about files."""
    families: dict[str, list[Rule]] = {}
    for rule in catalog.rules.values():
        families.setdefault(family(rule.code), []).append(rule)
    order: dict[str | None, int] = {None: 0, **{name: entity.order for name, entity in catalog.entities.items()}}
    # A rule may live with another sheet than its letters say: a family stands where most of its rules are.
    place = {letters: (rules[0].reach == "file", order[_sheets_in(rules)[0]]) for letters, rules in families.items()}
    return {letters: tuple(families[letters]) for letters in sorted(families, key=lambda letters: place[letters])}


def page_context(catalog: Catalog, page: Page, pages: Sequence[Page], language: str) -> dict[str, Any]:
    """What the page's template needs."""
    sections = [
        {
            "page": top,
            "below": [below for below in pages if below.section == top.file and below is not top],
        }
        for top in pages
        if top.section == top.file
    ]
    place = pages.index(page)
    siblings = [other for other in pages if other.template == page.template]
    at = siblings.index(page)
    return {
        "page": page,
        "sections": sections,
        "above": next(top for top in pages if top.file == page.section) if page.section != page.file else None,
        "earlier": siblings[at - 1] if at > 0 else None,
        "later": siblings[at + 1] if at + 1 < len(siblings) else None,
        "is_first": place == 0,
        **_CONTEXTS[page.template](catalog, page, language),
    }


# Private functions


def _start(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {
        "entities": _entities_by_level(catalog, language),
        "families": _families(catalog, language),
        "code": next(iter(catalog.rules), ""),
        "counts": {"entities": len(catalog.entities), "rules": len(catalog.rules)},
    }


def _data(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {"entities": _entities_by_level(catalog, language)}


def _entities_by_level(catalog: Catalog, language: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The entities of each level that has any, in import order."""
    return [
        (level, [_entity_line(catalog, entity, language) for entity in of_level])
        for level in get_args(Level)
        if (of_level := [entity for entity in catalog.entities.values() if entity.level == level])
    ]


def _entity_line(catalog: Catalog, entity: Entity, language: str) -> dict[str, Any]:
    return {
        "name": entity.name,
        "link": entity_link(catalog, entity.name, language),
        "help": say(entity.help, language),
        "fields": len(entity.fields),
        "rules": len(entity.rules),
        "handling": handling(catalog, entity, language),
    }


def _entity(catalog: Catalog, page: Page, language: str) -> dict[str, Any]:
    entity = catalog.entities[page.topic]
    named = tuple(field_label(entity.name, name, catalog, language) for name in entity.key or entity.identity)
    return {
        "entity": entity,
        "title": say(entity.title, language),
        "help": say(entity.help, language),
        "handling": handling(catalog, entity, language),
        "key": listed(named, catalog, language),
        "sheet_names": () if entity.derived else sheet_names(entity),
        "refers_to": _linked(catalog, entity, language),
        "referred_from": [
            entity_link(catalog, other.name, language)
            for other in catalog.entities.values()
            if other is not entity and entity.name in _named_by(other)
        ],
        "computed": tuple(map(plain, entity.computed)),
        "work_lists": work_lists_of(catalog, entity.name, language),
        "totals": [field_link(catalog, entity.name, name, language) for name in entity.totals],
        "files": [
            Link(file_name(catalog, form, file), format_place(form.name, file.file))
            for form in catalog.formats.values()
            for file in form.files
            if file.entity == entity.name
        ],
        "fields": [field_part(catalog, entity, field, language) for field in entity.fields],
        "rules": [rule_line(catalog, rule, language) for rule in entity.rules],
        "general": [
            Link(letters, family_place(letters))
            for letters, rules in rule_families(catalog).items()
            if any(rule.entity is None for rule in rules)
        ],
    }


def _linked(catalog: Catalog, entity: Entity, language: str) -> list[Link]:
    """The entities that an entity refers to, each once."""
    return [entity_link(catalog, name, language) for name in _named_by(entity) if name != entity.name]


def _named_by(entity: Entity) -> tuple[str, ...]:
    """The names of the entities that an entity refers to, each once."""
    return tuple(dict.fromkeys(to.entity for field in entity.fields for to in field.references))


def _rules(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {"families": _families(catalog, language)}


def _families(catalog: Catalog, language: str) -> list[dict[str, Any]]:
    return [
        {
            "letters": letters,
            "href": family_place(letters),
            "sheets": _sheets_of(catalog, rules, language),
            "rules": [rule_line(catalog, rule, language) for rule in rules],
        }
        for letters, rules in rule_families(catalog).items()
    ]


def _sheets_of(catalog: Catalog, rules: Sequence[Rule], language: str) -> list[Link]:
    """The sheets that rules are about; what holds for every sheet, or for no sheet at all, leads nowhere."""
    about_files = all(rule.reach == "file" for rule in rules)
    every = Link(catalog.text("files.explain" if about_files else "site.every_sheet", language), "")
    return [entity_link(catalog, name, language) if name else every for name in _sheets_in(rules)]


def _sheets_in(rules: Sequence[Rule]) -> list[str | None]:
    """The entities that rules are about, those with the most rules first; None is every sheet."""
    return [name for name, _ in Counter(rule.entity for rule in rules).most_common()]


def _family(catalog: Catalog, page: Page, language: str) -> dict[str, Any]:
    rules = rule_families(catalog)[page.topic]
    return {
        "letters": page.topic,
        "sheets": _sheets_of(catalog, rules, language),
        "rules": [rule_part(catalog, rule, language) for rule in rules],
    }


def _lists(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    used: dict[str, list[Link]] = {}
    for entity in catalog.entities.values():
        for field in entity.fields:
            if name := field.list or field.open_list:
                used.setdefault(name, []).append(path_link(catalog, f"{entity.name}.{field.name}", language))
    return {
        "lists": [
            {
                "name": item.name,
                "href": list_place(item.name),
                "title": say(item.title, language),
                "is_open": item.is_open,
                "used": used.get(item.name, []),
                "codes": [
                    {"code": plain(code.code), "label": plain(say(code.label, language)), "words": words}
                    for code in item.codes
                    for words in [_understood(code.label, code.synonyms, language)]
                ],
            }
            for item in sorted(catalog.code_lists.values(), key=lambda item: say(item.title, language).casefold())
        ]
    }


def _understood(label: Mapping[str, str], synonyms: Sequence[str], language: str) -> list[str]:
    """The words that mean a code besides its label in this language and the code itself."""
    own = say(label, language).casefold()
    words = {word.casefold(): word for word in reversed((*label.values(), *synonyms)) if word.casefold() != own}
    return [plain(word) for word in reversed(words.values())]


def _formats(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {
        "formats": [
            {
                "name": form.name,
                "href": format_place(form.name),
                "title": say(form.title, language),
                "kind": form.kind,
                "files": _files(catalog, form, language),
            }
            for form in catalog.formats.values()
        ]
    }


def _format(catalog: Catalog, page: Page, language: str) -> dict[str, Any]:
    form = catalog.formats[page.topic]
    files = _files(catalog, form, language)
    sure = {file["evidence"] for file in files} | {column["evidence"] for file in files for column in file["columns"]}
    return {
        "form": form,
        "title": say(form.title, language),
        "files": files,
        "evidence": [word for word in ("documented", "observed", "inferred", "own") if word in sure],
    }


def _files(catalog: Catalog, form: Format, language: str) -> list[dict[str, Any]]:
    return [
        {
            "file": file.file,
            "name": file_name(catalog, form, file),
            "href": format_place(form.name, file.file),
            "sheet": entity_link(catalog, file.entity, language),
            "path": file.path,
            "evidence": file.evidence,
            "is_delivered": catalog.entities[file.entity].imported,
            "columns": [column_part(catalog, form, file, column, language) for column in file.columns],
        }
        for file in form.files
    ]


def _systems(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    def told(system: AccountingSystem) -> dict[str, Any]:
        return {
            "name": system.name,
            "label": say(system.label, language),
            "is_chosen": system.name == catalog.company.accounting_system,
            "numbers_from": system.numbers_from,
            "series": [series_part(catalog, series, language) for series in system.series],
            "demands": [demand_part(catalog, system, demand, language) for demand in system.demands],
            "rules": [rule_line(catalog, catalog.rules[code], language) for code in system.rules],
            "notes": [say(note, language) for note in system.notes],
        }

    return {"systems": [told(system) for system in catalog.accounting.values()]}


def _work_lists(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {
        "work_lists": [
            {
                "name": item.name,
                "href": work_list_place(item.name),
                "title": say(item.title, language),
                "place": say(item.place, language),
                "help": say(item.help, language),
                "columns": [
                    path_link(catalog, ".".join(column.field), language)
                    if column.field
                    else Link(say(column.label, language), "")
                    for column in item.columns
                ],
                "steps": [say(step, language) for step in item.steps],
                "in_place_of": path_link(catalog, item.in_place_of, language) if item.in_place_of else None,
            }
            for item in catalog.work_lists.values()
        ]
    }


def _facts(catalog: Catalog, _page: Page, language: str) -> dict[str, Any]:
    return {
        "tables": [
            {
                "name": table.name,
                "href": facts_place(table.name),
                "columns": tuple(table.columns),
                "rows": [
                    ["" if value is None else shown(value, None, catalog, language) for value in row]
                    for row in table.rows
                ],
            }
            for table in catalog.fact_tables.values()
        ]
    }


_CONTEXTS: Mapping[str, Callable[[Catalog, Page, str], dict[str, Any]]] = {
    "start": _start,
    "data": _data,
    "entity": _entity,
    "rules": _rules,
    "family": _family,
    "lists": _lists,
    "formats": _formats,
    "format": _format,
    "systems": _systems,
    "work_lists": _work_lists,
    "facts": _facts,
}
