"""What the search box of the site finds: one entry per thing, with every word that it goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from momentsheet.model.catalog import Catalog, say
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
from momentsheet.reporting.describe import applies_to, headers, sheet_names
from momentsheet.reporting.machine import dumped
from momentsheet.reporting.site.parts import file_name
from momentsheet.reporting.words import general

INDEX_FILE = "search.js"
COMPUTED = "computed-headers"  # where an entity's page names what Moment works out itself

# What goes before what where words fit equally well
kinds = (
    "error", "warning", "info", "entity", "field", "system", "work_list", "list", "code", "format", "file", "column",
    "facts", "computed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found; `words` are what it is found by, the first of them in the order of use."""

    kind: str
    href: str
    title: str
    context: str
    words: tuple[str, ...]


def search_index(catalog: Catalog, language: str) -> str:
    """The index as a script; the page's own script folds the words, as headers are folded when workbooks are read."""
    labels = dumped([catalog.text(f"search.kind.{kind}", language) for kind in kinds])
    lines = ",\n".join(
        dumped([kinds.index(entry.kind), entry.href, entry.title, entry.context, *entry.words])
        for entry in entries(catalog, language)
    )
    return f"const momentsheetIndex = {{kinds: {labels}, entries: [\n{lines}\n]}};\n"


def entries(catalog: Catalog, language: str) -> Iterator[Entry]:
    """Everything that can be found, in the order of the contents."""
    for rule in catalog.rules.values():
        context = f"{applies_to(catalog, rule, language)}: {general(rule, rule.message, catalog, language)}"
        yield Entry(rule.severity, rule_place(rule.code), rule.code, context, (rule.code,))
    yield from _data(catalog, language)
    yield from _lists(catalog, language)
    for system in catalog.accounting.values():
        words = _once((*system.label.values(), system.name))
        yield Entry("system", system_place(system.name), say(system.label, language), system.name, words)
    for item in catalog.work_lists.values():
        words = _once((*item.title.values(), item.name))
        yield Entry(
            "work_list", work_list_place(item.name), say(item.title, language), say(item.place, language), words
        )
    yield from _formats(catalog, language)
    for table in catalog.fact_tables.values():
        yield Entry("facts", facts_place(table.name), table.name, ", ".join(table.columns), (table.name,))


# Private functions


def _data(catalog: Catalog, language: str) -> Iterator[Entry]:
    for entity in catalog.entities.values():
        title = say(entity.title, language)
        words = _once((*sheet_names(entity), entity.name))
        yield Entry("entity", entity_place(entity.name), title, say(entity.help, language), words)
        for header in entity.computed:
            yield Entry("computed", f"{entity_place(entity.name)}#{COMPUTED}", header, title, (header,))
        for field in entity.fields:
            words = _once((*headers(field), f"{entity.name}.{field.name}"))
            yield Entry("field", field_place(entity.name, field.name), say(field.label, language), title, words)


def _lists(catalog: Catalog, language: str) -> Iterator[Entry]:
    for code_list in catalog.code_lists.values():
        title, place = say(code_list.title, language), list_place(code_list.name)
        yield Entry("list", place, title, code_list.name, _once((*code_list.title.values(), code_list.name)))
        for code in code_list.codes:
            words = _once((*code.label.values(), code.code, *code.synonyms))
            yield Entry("code", place, say(code.label, language), f"{title}: {code.code}", words)


def _formats(catalog: Catalog, language: str) -> Iterator[Entry]:
    for form in catalog.formats.values():
        title = say(form.title, language)
        yield Entry("format", format_place(form.name), title, form.name, _once((*form.title.values(), form.name)))
        for file in form.files:
            place, name = format_place(form.name, file.file), file_name(catalog, form, file)
            yield Entry("file", place, name, title, _once((file.file, *filter(None, (file.path,)))))
            for column in file.columns:
                # A name that is the field's own is found as the field.
                if column.name != column.field:
                    yield Entry("column", place, column.name, name, (column.name,))


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
