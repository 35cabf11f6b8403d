"""What to type instead, where it can be known: asked once for each distinct mistake, after all findings are made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from rapidfuzz import fuzz, process

from momentsheet.checking.fold import clean_text, fold_header
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.vocabulary import failing
from momentsheet.model.catalog import DAY_FIRST, Catalog, Field, say
from momentsheet.model.facts import Facts
from momentsheet.model.finding import Finding
from momentsheet.model.table import dtype

NEAR = 60  # of 100: a header or sheet name that is less like another one is not what was meant
MINUS = ("-", "\N{MINUS SIGN}", "\N{EN DASH}")
LONGEST = 80  # characters: what is longer is cut where it is shown, and nobody can type it as it stands


def add_suggestions(ledger: FindingLedger, facts: Facts) -> None:
    """Give every finding a suggestion that has none and for which one can be known."""
    known: dict[tuple[object, ...], str | None] = {}
    series: dict[str, _Series] = {}
    for place, finding in enumerate(ledger.findings):
        rule = ledger.catalog.rules[finding.code]
        check = "schema" if rule.schema is not None else rule.check or ""
        if finding.suggestion is not None:
            continue
        suggestion = None
        if check == "unique":  # each of several copies needs a number of its own
            suggestion = _next_number(ledger, finding, series)
        elif check in SUGGEST:
            mistake = (finding.code, finding.file, finding.sheet, finding.field, finding.value)
            if mistake not in known:
                known[mistake] = SUGGEST[check](ledger, finding, facts)
            suggestion = known[mistake]
        if suggestion is not None and suggestion != finding.value:
            ledger.findings[place] = dataclasses.replace(finding, suggestion=suggestion)


# Private functions


@dataclass(frozen=True, slots=True)
class _Series:
    """The numbers of one entity: rows that say the same as another one, and numbers that are free."""

    copies: pl.Series
    free: Iterator[str]


def _that_passes(ledger: FindingLedger, finding: Finding, facts: Facts) -> str | None:
    """The nearest value that breaks neither the column's own schema nor a demand of the accounting system."""
    field = _field(ledger.catalog, finding)
    if field is None or finding.value is None:
        return None
    limit = finding.facts.get("limit")
    if dtype(field.type) is not pl.String:
        if limit == 0 and finding.value.strip()[:1] in MINUS:
            return finding.value.strip()[1:].strip()  # the sign is the likelier slip
        return None  # the limit itself would pass, but nobody meant it
    schemas = list(_schemas(ledger, finding, field, facts))
    text = clean_text(finding.value)[0]
    for candidate in _spellings(text, schemas):
        if candidate and len(candidate) <= LONGEST and not any(failing(pl.Series([candidate]), it) for it in schemas):
            return candidate
    return None


def _schemas(ledger: FindingLedger, finding: Finding, field: Field, facts: Facts) -> Iterator[Mapping[str, Any]]:
    rule = ledger.catalog.rules[finding.code]
    yield field.schema
    if rule.schema is not None:
        yield rule.schema
    system = ledger.catalog.accounting.get(facts.text("accounting_system"))
    places = {(finding.entity, field.name), *((stead.entity, stead.field) for stead in rule.stands_for)}
    yield from (
        demand.schema for demand in (system.demands if system else ()) if (demand.entity, demand.field) in places
    )


def _spellings(text: str, schemas: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The text written differently: without spaces and signs, or in capital letters. What is too long is not cut."""
    yield from ("".join(text.split()), text.upper(), text.lower())
    runs = re.findall(r"[0-9]+", text)
    bare = "".join(char for char in text if char.isalnum())
    if len(runs) == 1:  # «2024/1» without its sign would be another number
        yield from (bare, bare.upper())
        if len(runs[0]) * 2 > len(bare):  # «K-1001» is number 1001; «Bygg 2» is not number 2
            yield from (runs[0], runs[0].lstrip("0"))
    for schema in schemas:
        if "allowed" in schema:
            close = process.extractOne(
                text, [str(word) for word in schema["allowed"]], scorer=fuzz.ratio, score_cutoff=NEAR
            )
            if close:
                yield close[0]


def _next_number(ledger: FindingLedger, finding: Finding, series: dict[str, _Series]) -> str | None:
    """A number that nobody has, after the highest of those that are as long; for a row that is there twice none."""
    table = ledger.parsed.get(finding.entity or "")
    number = (finding.value or "").strip()
    if table is None or not finding.rows or table.entity.key != (finding.field,) or not number.isdigit():
        return None
    name = table.entity.name
    others = ledger.catalog.entities.values()
    if any(place.entity == name and place.is_part for other in others for _, place in other.references):
        return None  # an invoice that is issued keeps its number, and nobody knows whose lines they are
    if name not in series:
        used = {str(key) for key in table.values[table.entity.key[0]].drop_nulls()}
        used |= {key[-1] for key in ledger.known.get(name, ())}
        copies = table.values.select(field.name for field in table.entity.fields).is_duplicated()
        series[name] = _Series(copies, _free_numbers(used, len(number)))
    return None if series[name].copies[finding.rows[0][1]] else next(series[name].free)


def _free_numbers(used: set[str], length: int) -> Iterator[str]:
    """Numbers of that many digits that are not used, from the highest on."""
    numbers = (int(key) for key in used if key.isascii() and key.isdigit() and len(key) == length)
    highest = max(numbers, default=0)
    while True:
        highest += 1
        if (free := str(highest).zfill(length)) not in used:
            yield free


def _closest_header(ledger: FindingLedger, finding: Finding, _facts: Facts) -> str | None:
    """Of the sheet's columns that are none of ours the one that the missing column may be."""
    field = _field(ledger.catalog, finding)
    headers = [
        other.header
        for other in ledger.findings
        if ledger.catalog.rules[other.code].check == "extra_column"
        and (other.file, other.sheet) == (finding.file, finding.sheet)
        and other.header
    ]
    words = {*(field.label.values()), *field.aliases} if field is not None else set()
    return _nearest(words, headers)


def _closest_sheet(ledger: FindingLedger, finding: Finding, _facts: Facts) -> str | None:
    """Of the sheets that are none of ours the one that the missing sheet may be."""
    expected = finding.facts.get("expected")
    sheets = [other.sheet for other in ledger.findings if ledger.catalog.rules[other.code].check == "unknown_sheet"]
    titles = next((entity for entity in ledger.catalog.entities.values() if entity.title == expected), None)
    words = {*titles.title.values(), *titles.sheet_aliases} if titles is not None else set()
    return _nearest(words, [sheet for sheet in sheets if sheet])


def _closest_title(ledger: FindingLedger, finding: Finding, _facts: Facts) -> str | None:
    """The title of ours that a sheet's name is nearest to, if no other sheet has that title."""
    entities = [entity for name, entity in ledger.catalog.entities.items() if name not in ledger.parsed]
    titles = {title: entity for entity in entities if entity.derived is None for title in entity.title.values()}
    near = _nearest({finding.sheet or ""}, list(titles))
    return say(titles[near].title, ledger.catalog.company.language) if near is not None else None


def _nearest(words: set[str], choices: Sequence[str]) -> str | None:
    """The choice that is most like one of the words, None if none is near."""
    best = {
        choice: max((fuzz.ratio(fold_header(word), fold_header(choice)) for word in words), default=0)
        for choice in choices
    }
    near = max(best, key=lambda choice: best[choice], default=None)
    return near if near is not None and best[near] >= NEAR else None


def _as_read(ledger: FindingLedger, finding: Finding, _facts: Facts) -> str | None:
    """What the cell was read as, as people write it."""
    return _written(finding.facts.get("after"), ledger.catalog.company.language)


def _written(value: object, language: str) -> str | None:
    """A value as it is typed into a cell in that language."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}" if language in DAY_FIRST else value.isoformat()
    if isinstance(value, int | float):
        text = f"{value:g}"
        return text if language == "en" else text.replace(".", ",")
    return value if isinstance(value, str) else None


def _field(catalog: Catalog, finding: Finding) -> Field | None:
    entity = catalog.entities.get(finding.entity or "")
    return next((field for field in entity.fields if field.name == finding.field), None) if entity else None


Suggest = Callable[[FindingLedger, Finding, Facts], str | None]

SUGGEST: Mapping[str, Suggest] = {
    "schema": _that_passes,
    "demand": _that_passes,
    "missing_column": _closest_header,
    "missing_sheet": _closest_sheet,
    "unknown_sheet": _closest_title,
    "leading_zero": _as_read,
    "number_tail": _as_read,
    "two_digit_year": _as_read,
}
