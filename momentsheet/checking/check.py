"""From raw workbooks to findings and clean tables: the order in which everything is asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from momentsheet.checking.bind import BoundSheet, Told, bind
from momentsheet.checking.clean import LeftOut, count_up, sort_out
from momentsheet.checking.columns import check_columns, check_units
from momentsheet.checking.expressions import check_expressions, check_queries
from momentsheet.checking.fields import check_fields
from momentsheet.checking.groups import group_findings
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, parse_entity
from momentsheet.checking.privacy import check_privacy
from momentsheet.checking.references import check_references
from momentsheet.checking.replaced import check_replaced
from momentsheet.model.catalog import Catalog, Company
from momentsheet.model.facts import Facts
from momentsheet.model.finding import Finding, Group, Input, Repair, Totals
from momentsheet.model.table import CleanTable
from momentsheet.model.workbook import Workbook


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

    @property
    def blocks_everything(self) -> bool:
        """True if an error belongs to no row (a missing column, a missing sheet): then no row can be trusted."""
        return any(finding.severity == "error" and not finding.rows for finding in self.findings)


def check(workbooks: Sequence[Workbook], catalog: Catalog, today: dt.date) -> Checked:
    """Check all workbooks of one delivery together; references cross them."""
    ledger = FindingLedger(catalog)
    bindings = [bind(workbook, catalog) for workbook in workbooks]
    for binding in bindings:
        for told in binding.told:
            ledger.tell(told)
        for name, keys in binding.known.items():
            ledger.known.setdefault(name, set()).update(keys)
    bound = [sheet for binding in bindings for sheet in binding.bound]
    facts = _facts(catalog, today, bound)
    for entity in catalog.entities.values():
        sheets = [sheet for sheet in bound if sheet.entity.name == entity.name]
        if sheets and entity.derived is None:
            ledger.parsed[entity.name] = parse_entity(entity, sheets, catalog, facts)
    if not any(parsed.height for parsed in ledger.parsed.values() if parsed.entity.layout == "table"):
        ledger.tell(Told("no_rows", workbooks[0].name))
    for parsed in ledger.parsed.values():
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
    ledger.tell_unchecked(workbooks[0].name)
    findings, groups = group_findings(ledger.findings, catalog)
    clean, left_out = sort_out(ledger.parsed, findings)
    inputs = tuple(
        Input(
            workbook.name,
            workbook.name,
            workbook.sha256,
            workbook.format,
            binding.template,
            binding.sheets,
            workbook.notices,
        )
        for workbook, binding in zip(workbooks, bindings, strict=True)
    )
    totals = count_up(ledger.parsed, clean, _skipped(inputs))
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
    )


# Private functions


def _facts(catalog: Catalog, today: dt.date, bound: Sequence[BoundSheet]) -> Facts:
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
