"""Every rule proves itself in a workbook: its good examples do not raise it, its bad ones do, at the right cell.

The first bad example of each is written as an xlsx file and read again, so that a cell is the one that a customer
would see.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from delivery import OURS, book, entity_sheet, sheet, with_targets, workbook
from file_examples import delivery, make

from momentsheet.catalog import apply_company, load_catalog
from momentsheet.checking import check
from momentsheet.disk import scan
from momentsheet.files import workbook_findings
from momentsheet.model.catalog import Catalog, Company, Example, Rule
from momentsheet.model.facts import tables_read
from momentsheet.model.finding import Finding
from momentsheet.model.workbook import Workbook, column_letter
from momentsheet.pipeline import look_at_files
from momentsheet.reporting import fix, message
from momentsheet.workbook import read_workbook
from momentsheet.workbook.annotation.fresh import fresh_workbook, legal_names

RULES = Path(__file__).parents[1] / "rules"
TODAY = dt.date(2025, 1, 15)
CATALOG = load_catalog(RULES)


def with_company(example: Example, catalog: Catalog) -> Catalog:
    choices = dict(example.company)
    return apply_company(catalog, Company(**choices, given=frozenset(choices))) if choices else catalog


def without_own_rules(catalog: Catalog, rule: Rule) -> Catalog:
    """A general rule speaks only where no entity has a rule of its own for the check."""
    entities = {
        name: dataclasses.replace(entity, rules=tuple(own for own in entity.rules if own.check != rule.check))
        for name, entity in catalog.entities.items()
    }
    return dataclasses.replace(catalog, entities=entities)


def with_rules(catalog: Catalog, wanted: Callable[[Rule], bool]) -> Catalog:
    """Of the rules in SQL only these: what the others say of an example is not its point, and takes much time."""
    entities = {
        name: dataclasses.replace(
            entity, rules=tuple(own for own in entity.rules if not (own.holds or own.offends) or wanted(own))
        )
        for name, entity in catalog.entities.items()
    }
    return dataclasses.replace(catalog, entities=entities)


def findings_of(rule: Rule, example: Example, *, with_errors: bool, as_files: bool) -> tuple[Finding, ...]:
    """What is told of an example by its own rule, and by those that tell errors where that is wanted."""
    if example.files:
        return findings_of_files(example)
    asked = with_rules(CATALOG, lambda own: own.code == rule.code or (with_errors and own.severity == "error"))
    catalog = with_company(example, asked)
    if rule.entity is None:
        catalog = without_own_rules(catalog, rule)
    if example.sheets:
        sheets = [
            sheet(
                one.name,
                one.cells,
                hidden_rows=one.hidden_rows,
                merged=[area(text) for text in one.merged],
                state=one.state,
            )
            for one in example.sheets
        ]
        deliveries = [workbook(*sheets, template=OURS)]
    else:
        deliveries = books(catalog, rule, example)
        texts = {text for rows in example.rows.values() for row in rows for text in row.values()}
        if (
            as_files and "formula:" not in texts
        ):  # a cell that is never calculated is only told from an error by what Excel writes
            deliveries = [as_file(one) for one in deliveries]
    delivery, *others = deliveries
    if example.template == "none":
        delivery = dataclasses.replace(delivery, properties={})
    elif example.template == "other":
        code = FORM.sample[0]["company_code"]
        catalog = apply_company(asked, Company(code=code, given=frozenset(("code",))))
        delivery = dataclasses.replace(delivery, properties={**delivery.properties, "momentsheet.company": "other"})
    return check([delivery, *others], catalog, TODAY).findings


def findings_of_files(example: Example) -> tuple[Finding, ...]:
    """What is told of files that come beside the sample, and of the workbook where that is wrong."""
    delivered = delivery(with_error="workbook" in example.files)
    with TemporaryDirectory() as folder:
        looked = look_at_files(delivered, scan(make(Path(folder), example.files)))
    told = workbook_findings(delivered.report.findings, ["delivery.xlsx"], CATALOG)
    return (*told, *looked.judgement.findings)


FORM = next(entity for entity in CATALOG.entities.values() if entity.layout == "form")


def as_file(delivered: Workbook) -> Workbook:
    data = fresh_workbook(delivered, legal_names(delivered))
    return dataclasses.replace(read_workbook(data, delivered.name), properties=delivered.properties)


def concerned(catalog: Catalog, rule: Rule, example: Example) -> set[str]:
    """The sheets of the example, those that the rule reads, what all of these need, and one that has rows."""
    if rule.check == "not_checked":
        return set(catalog.entities)
    found = {FORM.name, "employee", rule.entity or FORM.name, *example.rows, *tables_read(rule.offends or "")}
    found &= catalog.entities.keys()
    if rule.entity is None or rule.check is not None:
        return with_targets(catalog, found)
    while True:
        # A loose reference needs no sheet, unless it is what the rule is about.
        named = {
            place.entity
            for name in found
            for column, place in catalog.entities[name].references
            if not catalog.entities[name].is_loose(column) or column in rule.fields
        }
        if named <= found:
            return found
        found |= named & catalog.entities.keys()


def books(catalog: Catalog, rule: Rule, example: Example) -> list[Workbook]:
    """The example's workbook, with the sheets that matter; several records of the form come in a workbook each."""
    answers = {
        {"code": "company_code", "name": "company_name"}.get(key, key): value for key, value in example.company.items()
    }
    answers = {key: str(value) for key, value in answers.items() if key in {field.name for field in FORM.fields}}
    records = [{**answers, **row} for row in example.rows.get(FORM.name, ({},))]
    first = book(catalog, {**example.rows, FORM.name: records[:1]}, only=concerned(catalog, rule, example))
    record = [{**FORM.sample[0], **row} for row in records[1:]]
    return [
        first,
        *(workbook(entity_sheet(FORM, [row]), name=f"{at}.xlsx", template=OURS) for at, row in enumerate(record)),
    ]


def area(text: str) -> tuple[int, int, int, int]:
    first, last = ((int(re.sub(r"\D", "", end)), ord(end[0]) - 65) for end in text.split(":"))
    return (*first, *last)


def cases(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, place == 0, id=f"{rule.code}-{place}")
        for rule in CATALOG.rules.values()
        for place, example in enumerate(getattr(rule, kind))
    ]


def test_the_sample_has_no_findings() -> None:
    found = check([book(CATALOG)], CATALOG, TODAY)
    assert [(f.code, f.sheet, f.cell, f.value, dict(f.facts)) for f in found.findings] == []
    assert [(r.sheet, r.cell, r.before, r.after, r.why) for r in found.repairs if r.why != "date_as_text"] == [
        (r.sheet, r.cell, r.before, r.after, r.why) for r in found.repairs if r.why == "number_as_text"
    ]


@pytest.mark.parametrize("rule", CATALOG.rules.values(), ids=lambda rule: rule.code)
def test_every_rule_has_examples(rule: Rule) -> None:
    assert rule.good
    assert rule.bad


@pytest.mark.parametrize(("rule", "example", "is_first"), cases("good"))
def test_good_examples_pass(rule: Rule, example: Example, is_first: bool) -> None:
    found = findings_of(rule, example, with_errors=False, as_files=False)
    assert [f for f in found if f.code == rule.code] == []


@pytest.mark.parametrize(("rule", "example", "is_first"), cases("bad"))
def test_bad_examples_raise_their_rule_and_no_other_error(rule: Rule, example: Example, is_first: bool) -> None:
    found = findings_of(rule, example, with_errors=True, as_files=is_first)
    assert rule.code in {finding.code for finding in found}
    # An example that changes a key or empties a sheet leaves other sheets pointing at nothing: that is not its point.
    own = [
        f for f in found if f.entity in example.rows or CATALOG.rules[f.code].check not in {"known", "missing_sheet"}
    ]
    symptoms = {f.fingerprint for f in found if f.blocked_by in {g.fingerprint for g in found if g.code == rule.code}}
    own = [f for f in own if f.fingerprint not in symptoms and CATALOG.rules[f.code].check != "likely_key"]
    others = {f.code: (f.sheet, f.cell, f.value) for f in own if f.severity == "error" and f.code != rule.code}
    if not (example.sheets or example.files):
        assert others == {}
    assert {f.severity for f in found if f.code == rule.code} == {rule.severity}
    for finding in found:
        if finding.code == rule.code:
            is_told_in_plain_words(finding, example)
    if rule.entity is not None and not example.sheets:
        for finding in found:
            if finding.code == rule.code:
                is_at_the_right_cell(finding, rule, example)


def is_told_in_plain_words(finding: Finding, example: Example) -> None:
    """Complaints 5 and 29: in no language does a message name a field or a code, or leave anything open."""
    cells = {text for rows in example.rows.values() for row in rows for text in row.values()}
    cells |= {text for one in example.sheets for row in one.cells for text in row}
    for language in CATALOG.languages:
        for text in (message(finding, CATALOG, language), fix(finding, CATALOG, language)):
            names = [name for name in SNAKE.findall(text) if not any(name in cell for cell in cells)]
            assert (names, re.findall(r"\{|\bNone\b|\bTrue\b|\bFalse\b", text)) == ([], []), (language, text)


SNAKE = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")  # names of fields and codes look like this; people never do


def is_at_the_right_cell(finding: Finding, rule: Rule, example: Example) -> None:
    """The finding stands where the example was written, in a column of the rule, at the value that was there."""
    entity = CATALOG.entities[finding.entity or ""]
    if rule.check != "replaced":  # old numbers are told wherever they stand
        assert entity.name == rule.entity
        assert finding.field in rule.fields
    assert finding.sheet == entity.title["nb"]
    place = [field.name for field in entity.fields].index(finding.field or "")
    if entity.layout == "form":
        assert finding.cell == f"B{place + 2}"
        return
    rows = example.rows.get(entity.name)
    written = [{**entity.sample[0], **row} for row in rows] if rows is not None else list(entity.sample)
    assert (finding.column_letter, finding.header) == (column_letter(place), entity.fields[place].label["nb"])
    assert finding.row is not None
    text = re.sub(r"^(number|error):", "", written[finding.row - 2].get(finding.field or "", ""))
    assert (finding.value or "").strip() == text.strip()
