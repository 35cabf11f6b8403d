"""From raw workbooks to findings and clean tables: the order in which everything is asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from momentsheet.checking.alike import check_alike
from momentsheet.checking.answers import apply_answers
from momentsheet.checking.bind import Binding, BoundSheet, Told, bind
from momentsheet.checking.causes import tell_blocked
from momentsheet.checking.clean import LeftOut, count_up, sort_out
from momentsheet.checking.columns import check_columns, check_units
from momentsheet.checking.controls import check_controls
from momentsheet.checking.copies import check_copies
from momentsheet.checking.expressions import check_expressions, check_queries
from momentsheet.checking.fields import check_fields
from momentsheet.checking.fold import fold
from momentsheet.checking.groups import group_findings
from momentsheet.checking.known_as import resolve_names
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.likely import tell_likely_keys
from momentsheet.checking.merges import apply_merges, find_merges
from momentsheet.checking.parse import ParsedEntity, parse_delivery, parse_entity
from momentsheet.checking.privacy import check_privacy
from momentsheet.checking.references import check_references
from momentsheet.checking.replaced import check_replaced
from momentsheet.checking.suggest import add_suggestions
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Catalog, Company
from momentsheet.model.controls import ControlTotal
from momentsheet.model.facts import Facts
from momentsheet.model.finding import Evidence, Finding, Group, Input, Repair, SheetRead, Totals
from momentsheet.model.table import CleanTable
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import Notice, Workbook


@dataclass(frozen=True, slots=True)
class Checked:
    """All that checking knows of a delivery: what to tell, and what may be imported."""

    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    groups: tuple[Group, ...]
    repairs: tuple[Repair, ...]
    totals: Mapping[str, Totals]
    clean: Mapping[str, CleanTable]
    left_out: tuple[LeftOut, ...]
    parsed: Mapping[str, ParsedEntity]
    company: Company  # the company file, completed by the customer's own form sheet
    facts: Facts
    # sheet of control totals -> each of them, with what all rows give that could be read
    controls: Mapping[str, tuple[ControlTotal, ...]]

    @property
    def blocks_everything(self) -> bool:
        """True if an error belongs to no row (a missing column, a missing sheet): then no row can be trusted."""
        return any(finding.severity == "error" and not finding.rows for finding in self.findings)


def check(
    workbooks: Sequence[Workbook],
    catalog: Catalog,
    today: dt.date,
    answers: Sequence[Answer] = (),
    waivers: Sequence[Waiver] = (),
) -> Checked:
    """Check all workbooks of one delivery together; references cross them.

    answers: what the company has said about values, applied before anything is read. waivers: findings that somebody
    has accepted; those that have expired are told.
    """
    valid = {waiver for waiver in waivers if waiver.until is None or waiver.until >= today}
    ledger = FindingLedger(catalog, waivers={(waiver.code, fold(waiver.key)): waiver for waiver in valid})
    bindings = [bind(workbook, catalog) for workbook in workbooks]
    for binding in bindings:
        for told in binding.told:
            ledger.tell(told)
        for name, keys in binding.known.items():
            ledger.known.setdefault(name, set()).update(keys)
    applied = apply_answers([sheet for binding in bindings for sheet in binding.bound], answers, catalog)
    bound = applied.sheets
    ledger.repairs.extend(applied.repairs)
    facts = facts_of(catalog, today, bound)
    ledger.parsed.update(parse_delivery(workbooks, bound, catalog, facts))
    is_headed = not any(told.check == "no_header" for binding in bindings for told in binding.told)
    if is_headed and not any(parsed.height for parsed in ledger.parsed.values() if parsed.entity.layout == "table"):
        ledger.tell(Told("no_rows", workbooks[0].name))
    find_merges(ledger, answers)
    resolve_names(ledger)
    skipped = Counter(applied.skipped) + apply_merges(ledger)
    for parsed in ledger.parsed.values():
        check_copies(ledger, parsed)
        check_units(ledger, parsed)
        check_fields(ledger, parsed, facts)
        check_privacy(ledger, parsed)
    check_replaced(ledger)
    for name in list(ledger.parsed):
        ledger.parsed[name] = check_references(ledger, ledger.parsed[name])
    for parsed in ledger.parsed.values():
        check_columns(ledger, parsed)
        check_expressions(ledger, parsed, facts)
    check_queries(ledger, facts)
    check_alike(ledger, answers)
    controls = check_controls(ledger, facts)
    ledger.tell_unchecked(workbooks[0].name)
    add_suggestions(ledger, facts)
    mistyped = tell_likely_keys(ledger)
    findings, groups = group_findings(ledger.findings, catalog, mistyped)
    clean, left_out = sort_out(ledger.parsed, findings)
    groups = tell_blocked(groups, ledger.parsed, left_out)
    inputs = tuple(
        Input(
            workbook.name,
            workbook.name,
            workbook.sha256,
            workbook.format,
            binding.template,
            _with_evidence(binding, ledger.parsed),
            (*workbook.notices, *(() if place else _expired(waivers, valid))),
        )
        for place, (workbook, binding) in enumerate(zip(workbooks, bindings, strict=True))
    )
    totals = count_up(ledger.parsed, clean, _skipped(inputs) + skipped)
    return Checked(
        inputs,
        findings,
        groups,
        tuple(ledger.repairs),
        totals,
        clean,
        left_out,
        ledger.parsed,
        _completed(catalog.company, facts),
        facts,
        controls,
    )


def facts_of(catalog: Catalog, today: dt.date | None, bound: Sequence[BoundSheet]) -> Facts:
    """The company file's choices; where it is silent, the answers of the customer's own form sheet."""
    company = catalog.company
    values: dict[str, object] = {
        "today": today,
        "cutover_date": company.cutover_date,
        "country": company.country or None,
        "currency": company.currency or None,
        "accounting_system": company.accounting_system or None,
        "hours_per_day": company.hours_per_day,
        "date_order": company.date_order,
        "company_code": company.code or None,
        "company_name": company.name or None,
        "source_system": company.source_system or None,
        "price_basis": None,  # only the customer knows
    }
    known_as = {"company_code": "code", "company_name": "name"}
    for entity in catalog.entities.values():
        sheets = [sheet for sheet in bound if sheet.entity.name == entity.name and len(sheet.rows)]
        if entity.layout != "form" or not sheets:
            continue
        answers = parse_entity(entity, sheets[:1], catalog, Facts(values)).values
        for field in entity.fields:
            given = known_as.get(field.name, field.name) in company.given
            if field.name in values and not given and (answer := answers[field.name][0]) is not None:
                values[field.name] = answer
    return Facts(values)


# Private functions


def _expired(waivers: Sequence[Waiver], valid: Collection[Waiver]) -> tuple[Notice, ...]:
    """What was accepted until a day that has passed: it counts again, and that must be known."""
    return tuple(
        Notice("expired_waiver", {"code": waiver.code, "key": waiver.key, "who": waiver.who, "until": waiver.until})
        for waiver in waivers
        if waiver not in valid
    )


def _with_evidence(binding: Binding, parsed: Mapping[str, ParsedEntity]) -> tuple[SheetRead, ...]:
    """The sheets of a workbook, each column with what it decided about its values."""
    found: dict[tuple[str, str | None], tuple[Evidence, ...]] = {}
    for sheet in binding.bound:
        table = parsed.get(sheet.entity.name)
        sheets = table.sheets if table else ()
        place = next((at for at, one in enumerate(sheets) if (one.file, one.name) == (sheet.file, sheet.name)), None)
        if table is not None and place is not None:
            found |= {(sheet.name, name): table.evidence.get((place, name), ()) for name in sheet.columns}
    return tuple(
        dataclasses.replace(
            read,
            columns=tuple(
                column
                if column.how == "duplicate" or not (evidence := found.get((read.name, column.field)))
                else dataclasses.replace(column, evidence=evidence)
                for column in read.columns
            ),
        )
        for read in binding.sheets
    )


def _completed(company: Company, facts: Facts) -> Company:
    """The company's choices as they held for this delivery."""
    return dataclasses.replace(
        company,
        code=facts.text("company_code"),
        name=facts.text("company_name"),
        accounting_system=facts.text("accounting_system"),
        country=facts.text("country"),
        currency=facts.text("currency"),
    )


def _skipped(inputs: Sequence[Input]) -> Counter[str]:
    """Rows that are no records: blank ones inside the data, totals, repeated headers."""
    skipped: Counter[str] = Counter()
    for item in inputs:
        for sheet in item.sheets:
            if sheet.entity:
                skipped[sheet.entity] += sheet.blank_rows + sheet.total_rows
    return skipped
