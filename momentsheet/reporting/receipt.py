"""The receipt of a conversion as a page to sign: what came in, what came out, and that the two agree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinja2 import BaseLoader

from momentsheet.model.bundle import Breakdown, Bundle, ImportFile, Share
from momentsheet.model.catalog import NOTHING, Catalog, Field, say
from momentsheet.model.finding import Report
from momentsheet.model.finding import Totals as EntitySums
from momentsheet.model.samples import Samples
from momentsheet.reporting.addresses import rule_link
from momentsheet.reporting.outline import (
    EntityTotals,
    entity_totals,
    file_line,
    repair_kinds,
    short_hash,
    sum_label,
    told_groups,
)
from momentsheet.reporting.page import render_page
from momentsheet.reporting.reconciled import Totals, reconciled
from momentsheet.reporting.sample_pages import missing_in_words, pages_of
from momentsheet.reporting.values import number, plain, total
from momentsheet.reporting.words import (
    entity_title,
    field_label,
    notice,
    sentence,
    shown,
)

SHARES_SHOWN = 40  # of a breakdown; the others stand together in one line
REPAIRS_SHOWN = 200  # values, of all kinds
GROUPS_SHOWN = 50
NO_SAMPLES = Samples()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown."""

    name: str
    rows: int
    sums: tuple[str, ...]


def render_receipt(
    report: Report,
    bundle: Bundle,
    breakdowns: Sequence[Breakdown],
    catalog: Catalog,
    language: str,
    loader: BaseLoader,
    readable: Totals = NOTHING,
    samples: Samples = NO_SAMPLES,
) -> str:
    """The receipt as one HTML page for A4: files with hashes, rows and sums reconciled, work left, signatures.

    `readable`: the control totals over all rows that could be read, of which the bundle has only the converted ones.
    """
    totals = tuple(
        item for item in entity_totals(report, catalog, language) if not _is_compared_only(item.entity, catalog)
    )
    repairs = repair_kinds(report, catalog, language)
    groups = told_groups(report, catalog, language, 5)
    context: dict[str, object] = {
        "company": _company(catalog, language),
        "name": plain(catalog.company.name or report.company),
        "tool": report.tool,
        "version": report.version,
        "catalog_version": report.catalog,
        "today": report.today,
        "inputs": [
            {
                "name": plain(item.name),
                "kind": file_line(item, catalog, language),
                "sha256": short_hash(item.sha256),
                "notices": [notice(told, catalog, language) for told in item.notices],
            }
            for item in report.inputs
        ],
        "totals": totals,
        "agrees": all(item.agrees for item in totals)
        and all(_file_agrees(item, bundle, report) is not False for item in bundle.files),
        "controls": reconciled(bundle.controls, readable, catalog, language),
        "pages": pages_of(samples, catalog, language),
        "missing_samples": missing_in_words(samples, catalog, language),
        "files": [_file(item, bundle, report, catalog, language) for item in bundle.files],
        "breakdowns": [_breakdown(item, totals, catalog, language) for item in breakdowns if item.shares],
        "left_out": [item for item in groups if item.severity == "error"][:GROUPS_SHOWN],
        "has_left_out": any(item.left_out for item in totals),
        "warnings": [item for item in groups if item.severity == "warning"][:GROUPS_SHOWN],
        "warning_groups": sum(item.severity == "warning" for item in groups),
        # Whoever signs sees everything that somebody has accepted.
        "waived": [item for item in groups if item.group.findings[0].waiver is not None],
        "groups_shown": GROUPS_SHOWN,
        "links": {item.code: rule_link(catalog, item.code, language) for item in groups},
        "repairs": repairs,
        "repair_count": len(report.repairs),
        "repair_list": [(kind, value) for kind in repairs for value in kind.values][:REPAIRS_SHOWN],
        "repairs_hidden": max(0, sum(len(kind.values) for kind in repairs) - REPAIRS_SHOWN),
        "by_hand": _by_hand(report, bundle, catalog, language),
        "work_lists": [
            (say(item.work_list.title, language), say(item.work_list.place, language), item.rows.height)
            for item in bundle.work_lists
        ],
        "settings": _settings(catalog, bundle, language),
        "notes": _notes(catalog, bundle, language),
        "inferred": _inferred(bundle),
    }
    styles = ("report/page.css", "report/receipt.css")
    return render_page("report/receipt.html.j2", context, catalog, language, loader, styles=styles)


# Private functions


def _is_compared_only(name: str, catalog: Catalog) -> bool:
    """True for control totals: they are no rows that anything comes of, and have a section of their own."""
    return name in catalog.entities and catalog.entities[name].controls is not None


def _company(catalog: Catalog, language: str) -> list[tuple[str, str]]:
    """What the receipt says about the company: label and value."""
    company = catalog.company
    system = catalog.accounting.get(company.accounting_system)
    facts: list[tuple[str, object]] = [
        ("code", company.code),
        ("org_number", company.org_number),
        ("source_system", company.source_system),
        ("accounting_system", say(system.label, language) if system else company.accounting_system),
        ("cutover_date", company.cutover_date),
        ("contact", company.contact),
    ]
    return [
        (catalog.text(f"receipt.company.{name}", language), shown(value, None, catalog, language))
        for name, value in facts
        if value
    ]


def _file(item: ImportFile, bundle: Bundle, report: Report, catalog: Catalog, language: str) -> dict[str, Any]:
    return {
        "path": plain(item.path),
        "format": plain(item.format),
        "title": entity_title(item.entity, catalog, language),
        "rows": item.rows,
        "sha256": hashlib.sha256(item.data).hexdigest(),
        "sums": [
            (sum_label(item.entity, name, catalog, language), _exact(value, language))
            for name, value in item.sums.items()
        ],
        "agrees": _file_agrees(item, bundle, report),
    }


def _file_agrees(item: ImportFile, bundle: Bundle, report: Report) -> bool | None:
    """Whether a file holds the converted rows and sums of its entity; where several files share them, together.

    None where the entity has no rows of its own to compare with.
    """
    totals = report.totals.get(item.entity)
    if totals is None:
        return None
    mine = [file for file in bundle.files if (file.format, file.entity) == (item.format, item.entity)]
    return sum(file.rows for file in mine) == totals.rows_clean and _sums_agree(mine, totals)


def _sums_agree(files: Sequence[ImportFile], totals: EntitySums) -> bool:
    named = {name for file in files for name in file.sums if name in totals.clean_sums}
    return all(
        sum((total(file.sums, name) for file in files), Decimal(0)) == total(totals.clean_sums, name) for name in named
    )


def _breakdown(item: Breakdown, totals: Sequence[EntityTotals], catalog: Catalog, language: str) -> dict[str, Any]:
    """A breakdown as a table: its largest shares, the others in one line, and all of them summed."""
    names = tuple(dict.fromkeys(name for share in item.shares for name in share.sums))
    decimals = {name: max(_decimals(share.sums.get(name, "0")) for share in item.shares) for name in names}
    field = _field(catalog, item.entity, item.field)
    visible, others = item.shares[:SHARES_SHOWN], item.shares[SHARES_SHOWN:]

    def line(name: str, shares: Sequence[Share]) -> Line:
        sums = {key: sum((total(share.sums, key) for share in shares), Decimal(0)) for key in names}
        return Line(
            name,
            sum(share.rows for share in shares),
            tuple(number(sums[key], language, decimals[key]) for key in names),
        )

    lines = [line(_share_name(share.key, field, catalog, language), [share]) for share in visible]
    if others:
        lines.append(line(sentence(catalog, language, "receipt.others", {"count": len(others)}), others))
    converted = next((each for each in totals if each.entity == item.entity), None)
    is_year = field is not None and field.type == "date"
    by = catalog.text("receipt.year", language) if is_year else field_label(item.entity, item.field, catalog, language)
    return {
        "head": catalog.text("receipt.column.year", language) if is_year else by,
        "title": entity_title(item.entity, catalog, language),
        "by": by,
        "columns": [sum_label(item.entity, name, catalog, language) for name in names],
        "lines": lines,
        "all": line("", item.shares),
        "agrees": converted is None or _shares_agree(item.shares, converted),
    }


def _shares_agree(shares: Sequence[Share], converted: EntityTotals) -> bool:
    """Whether the shares of a breakdown add up to what was converted."""
    return sum(share.rows for share in shares) == converted.clean and all(
        sum((total(share.sums, each.field) for share in shares), Decimal(0)) == each.clean
        for each in converted.sums
        if any(each.field in share.sums for share in shares)
    )


def _share_name(key: str, field: Field | None, catalog: Catalog, language: str) -> str:
    return shown(key or None, None if field is not None and field.type == "date" else field, catalog, language)


def _field(catalog: Catalog, entity: str, name: str) -> Field | None:
    fields = catalog.entities[entity].fields if entity in catalog.entities else ()
    return next((field for field in fields if field.name == name), None)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _exact(text: str, language: str) -> str:
    """Decimal text with just the decimals it has."""
    return number(text, language, _decimals(text))


def _by_hand(report: Report, bundle: Bundle, catalog: Catalog, language: str) -> list[tuple[str, str, int | None]]:
    """Columns that hold values which no import file carries: sheet, column, number of values where it was counted.

    Those that stand in a work list are told there.
    """
    listed = _listed(bundle)
    formats = {item.format for item in bundle.files}
    carried_by_none = {(work.entity, work.field) for work in bundle.by_hand if formats <= set(work.formats)}
    found: dict[tuple[str, str], int | None] = {}
    for item in report.inputs:
        for sheet in item.sheets:
            for column in sheet.columns:
                field = _field(catalog, sheet.entity or "", column.field or "")
                if field is None or column.filled == 0 or (sheet.entity, field.name) in listed:
                    continue
                if field.imported and (sheet.entity, field.name) not in carried_by_none:
                    continue
                place = (entity_title(sheet.entity or "", catalog, language), say(field.label, language))
                before = found.get(place, 0)
                found[place] = None if before is None or column.filled is None else before + column.filled
    return [(title, label, count) for (title, label), count in found.items()]


def _listed(bundle: Bundle) -> set[tuple[str, str] | None]:
    """Entity and field of the columns that stand in a work list."""
    return {column.field for item in bundle.work_lists for column in item.work_list.columns}


def _settings(catalog: Catalog, bundle: Bundle, language: str) -> list[str]:
    """What the company file says that a person must enter in Moment, or that was decided for blank cells."""
    company = catalog.company
    listed = _listed(bundle)
    told = []
    if company.credit_days is not None:
        told.append(sentence(catalog, language, "receipt.credit_days", {"days": company.credit_days}))
    if "hours_per_day" in company.given:
        told.append(sentence(catalog, language, "receipt.hours_per_day", {"hours": company.hours_per_day}))
    for name, value in company.defaults.items():
        entity, _, field_name = name.partition(".")
        field = _field(catalog, entity, field_name)
        if (entity, field_name) in listed:
            continue  # it stands in the work list, like every other value of that column
        facts: Mapping[str, object] = {
            "sheet": entity_title(entity, catalog, language),
            "column": field_label(entity, field_name, catalog, language),
            "value": shown(value, field, catalog, language),
        }
        is_imported = field is None or field.imported
        text_id = "receipt.default" if is_imported else "receipt.default_by_hand"
        told.append(sentence(catalog, language, text_id, facts))
    return told


def _notes(catalog: Catalog, bundle: Bundle, language: str) -> list[str]:
    """What to know of the accounting system, unless it stands in a work list."""
    system = catalog.accounting.get(catalog.company.accounting_system)
    if system is None or any(item.work_list.adds_notes for item in bundle.work_lists):
        return []
    return [say(note, language) for note in system.notes]


def _inferred(bundle: Bundle) -> list[tuple[str, str]]:
    """Files with names that nobody has documented, and those names."""
    return [
        (plain(item.path), ", ".join(plain(name) for name in item.inferred)) for item in bundle.files if item.inferred
    ]
