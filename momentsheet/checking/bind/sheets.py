"""Binding: every sheet of a workbook finds its entity, its header, its columns and its rows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from momentsheet.checking.bind.bound import Binding, BoundSheet, Job, Told, unbound
from momentsheet.checking.bind.columns import match_columns
from momentsheet.checking.bind.form import bind_form
from momentsheet.checking.bind.header import find_header, other_headers, record_above
from momentsheet.checking.bind.meta import Meta, read_meta, todays_entity, todays_field
from momentsheet.checking.bind.raw import take
from momentsheet.checking.bind.rows import data_rows, tell_rows
from momentsheet.checking.bind.vocabulary import Vocabulary, vocabularies
from momentsheet.checking.fold import fold, fold_header
from momentsheet.model.catalog import Catalog, Entity, say
from momentsheet.model.finding import SheetRead
from momentsheet.model.workbook import Kind, Sheet, Workbook, our_sheets

LEAST_HEADERS = 3
OUR_SHEETS = frozenset(("_lists", "_meta"))  # of the template
# «Timer 2023», «2024 Timer», «Timer (2)», «Kopi av Timer»: the sheet's title with what tells its copies apart.
BESIDE_TITLE = r"^(\W|\d|_|\b(kopi av|kopi|copy of|copy|kopia av|kopia)\b)+|(\W|\d|_|\b(kopi|copy|kopia)\b)+$"


def bind(workbook: Workbook, catalog: Catalog) -> Binding:
    """Bind every sheet of a workbook. Sheets that are not ours are listed, never dropped silently."""
    meta = read_meta(workbook)
    words = vocabularies(catalog, meta)
    bound: list[BoundSheet] = []
    reads: list[SheetRead] = []
    told: list[Told] = []
    if meta.template is None:
        told.append(Told("no_template", workbook.name))
    elif catalog.company.code and meta.template.get("company") not in {catalog.company.code, "", None}:
        told.append(
            Told(
                "other_company", workbook.name, value=meta.template["company"], facts={"expected": catalog.company.code}
            )
        )
    for sheet in workbook.sheets:
        if is_our_sheet(sheet, workbook, catalog):
            reads.append(SheetRead(sheet.name, None, None, len(sheet.rows)))
            continue
        entities, by_name = _entities_of(sheet, catalog, meta, words)
        one = None
        if len(entities) == 1:
            entity = entities[0]
            language = catalog.company.language
            job = Job(workbook.name, sheet, entity, meta, language, words[entity.name], told)
            one = _bind_sheet(job, by_name=by_name)
        if one is None:
            reads.append(SheetRead(sheet.name, None, None, len(sheet.rows)))
            if len(entities) > 1:
                titles = tuple(entity.title for entity in entities)
                facts = {"expected": titles, "count": len(sheet.rows)}
                told.append(Told("sheet_in_doubt", workbook.name, sheet.name, facts=facts))
            elif len(sheet.rows):
                told.append(Told("unknown_sheet", workbook.name, sheet.name, facts={"count": len(sheet.rows)}))
            continue
        bound.append(one[0])
        reads.append(one[1])
    if old := _old_template(workbook, catalog, meta):
        told.append(old)
    known: dict[str, frozenset[tuple[str, ...]]] = {}
    for name, keys in meta.known.items():
        today = todays_entity(catalog, name)
        known[today.name if today else name] = keys
    return Binding(tuple(bound), tuple(reads), tuple(told), meta.template, known)


def is_our_sheet(sheet: Sheet, workbook: Workbook, catalog: Catalog) -> bool:
    """True for what our template and we ourselves put into a workbook beside its data, and for what programs hide."""
    if sheet.name in OUR_SHEETS or sheet.name.casefold() in {
        name.casefold() for name in our_sheets(workbook.names).values()
    }:
        return True
    # «Funn (2)» is a copy that a program made of ours, when the name that we know it by went lost.
    if re.sub(r"\d+$", "", fold_header(sheet.name)) in _own_titles(catalog):
        return True
    # Programs keep notes of their own in sheets that no menu shows.
    return sheet.name.startswith("_") and sheet.state == "veryHidden"


def closest_titles(names: Iterable[str], catalog: Catalog, language: str) -> list[tuple[str, str]]:
    """For sheets that are none of ours: each name with the closest title of ours, best first."""
    titles = {
        fold_header(title): title for title in (say(entity.title, language) for entity in catalog.entities.values())
    }
    pairs = []
    for name in names:
        close = process.extractOne(fold_header(name), list(titles), scorer=fuzz.ratio)
        if close:
            pairs.append((close[1], name, titles[close[0]]))
    return [(name, title) for _, name, title in sorted(pairs, key=lambda pair: -pair[0])]


# Private functions


def _own_titles(catalog: Catalog) -> frozenset[str]:
    """Folded names of the sheets that we add ourselves, in every language."""
    return frozenset(
        fold_header(title)
        for text_id, texts in catalog.texts.items()
        if text_id.startswith("sheet.")
        for title in texts.values()
    )


def _entities_of(
    sheet: Sheet, catalog: Catalog, meta: Meta, words: Mapping[str, Vocabulary]
) -> tuple[list[Entity], bool]:
    """The entity of a sheet, and whether its name said so; several where its headers fit them equally well."""
    folded = fold_header(sheet.name)
    named = todays_entity(catalog, meta.sheets.get(folded, ""))
    if named is not None and named.name in words:
        return [named], True
    with_sheet = [catalog.entities[name] for name in words]
    titles = {
        fold_header(title): entity
        for entity in reversed(with_sheet)
        for title in (*entity.sheet_aliases, entity.name, *entity.was, *entity.title.values())
    }
    bare = fold_header(re.sub(BESIDE_TITLE, "", fold(sheet.name)))
    for name in (folded, bare):
        if name in titles:
            return [titles[name]], True
    fits = [fit for entity in with_sheet if (fit := _fit(sheet, entity, words[entity.name])) is not None]
    # «Timer vår 2024», «Kunder Fjordgløtt»: the name begins with a title, and the headers say the same.
    said = fold(sheet.name).split()
    begins = {fold_header(" ".join(said[:count])) for count in range(1, len(said))}
    named_so = [fit.entity for fit in fits if any(titles.get(name) is fit.entity for name in begins)]
    if len(named_so) == 1:
        return named_so, True
    best = max(fits, key=lambda fit: fit.score, default=None)
    if best is None:
        return [], False
    alike = [fit for fit in fits if fit.found == best.found and fit.score >= best.score - 1]
    whole = [fit for fit in alike if not fit.lacking]
    alike = whole if len(whole) == 1 else alike
    if len(alike) > 1 and best.found < LEAST_HEADERS:
        return [], False  # two headers that fit several sheets are more likely a list of their own
    return [fit.entity for fit in alike], False


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well headers fit an entity: how many are its own, the required ones twice, less those that are missing."""

    entity: Entity
    found: int
    lacking: int  # how many of the required ones
    score: int


def _fit(sheet: Sheet, entity: Entity, words: Vocabulary) -> _Fit | None:
    """None where less than half of what is required is there."""
    header = None if entity.layout == "form" else find_header(sheet, words, 2)
    if header is None:
        return None
    found = words.fields_in(header.texts.values())
    required = {field.name for field in entity.fields if field.required}
    there = len(found & required)
    if there * 2 < max(len(required), 1):
        return None
    lacking = len(required) - there
    return _Fit(entity, len(found), lacking, len(found) + there - lacking)


def _bind_sheet(job: Job, *, by_name: bool) -> tuple[BoundSheet, SheetRead] | None:
    sheet, entity = job.sheet, job.entity
    if entity.layout == "form":
        return bind_form(job)
    header = find_header(sheet, job.vocabulary, 1 if by_name else 2)
    if header is None:
        if len(sheet.rows) == 0:
            return None
        job.tell("no_header")
        return unbound(job), SheetRead(sheet.name, entity.name, None, len(sheet.rows))
    header_row = int(sheet.rows[header.last])
    matched = match_columns(job, header)
    alike, second = other_headers(sheet, job.vocabulary.words, matched.columns, header)
    if second is not None:
        job.tell("second_header", int(sheet.rows[second]), facts={"first_row": header_row})
    end = second if second is not None and second > header.last else None
    found = data_rows(sheet, entity, matched.columns, header, alike, end)
    kept = found.kept
    if second is None and (above := record_above(sheet, entity, matched.columns, header, kept)) is not None:
        job.tell("rows_above_header", int(sheet.rows[above]), facts={"first_row": header_row})
    tell_rows(job, found)
    if not by_name:
        job.tell("sheet_by_headers")
    bound = BoundSheet(
        job.file,
        sheet.name,
        entity,
        header_row,
        sheet.rows[kept],
        {field: take(column, kept) for field, column in matched.columns.items()},
        matched.headers,
        matched.pool,
        {field: (None, column.index) for field, column in matched.columns.items()},
    )
    filled = {column.index: int((column.kinds[kept] != Kind.BLANK).sum()) for column in sheet.columns}
    columns = tuple(dataclasses.replace(read, filled=filled.get(read.column, 0)) for read in matched.reads)
    skipped = len(found.totals) + len(found.remarks)
    return bound, SheetRead(sheet.name, entity.name, header_row, len(kept), columns, found.blank, skipped)


def _old_template(workbook: Workbook, catalog: Catalog, meta: Meta) -> Told | None:
    """What has changed since the template was made, where it is not today's and asked for other columns."""
    if meta.template is None or meta.template.get("catalog") in {catalog.version, None}:
        return None
    gone: list[str] = []
    renamed: list[dict[str, str]] = []
    new: list[dict[str, str]] = []
    for old, headers in meta.columns.items():
        entity = todays_entity(catalog, old)
        if entity is None:
            gone += [header.rstrip(" *") for header in headers.values()]
            continue
        today = {name: field for field in headers if (name := todays_field(entity, field)) is not None}
        asked = {field.name: field.label for field in entity.fields if field.in_template}
        gone += [header.rstrip(" *") for field, header in headers.items() if todays_field(entity, field) not in asked]
        renamed += [
            {language: f"{headers[was].rstrip(' *')} → {label}" for language, label in asked[name].items()}
            for name, was in today.items()
            if name in asked and fold_header(headers[was]) not in {fold_header(text) for text in asked[name].values()}
        ]
        new += [
            {language: f"{say(entity.title, language)} › {label}" for language, label in labels.items()}
            for name, labels in asked.items()
            if name not in today
        ]
    if not gone and not renamed and not new:
        return None
    facts = {"gone": tuple(gone), "renamed": tuple(renamed), "new": tuple(new)}
    return Told("old_template", workbook.name, value=meta.template.get("version"), facts=facts)
