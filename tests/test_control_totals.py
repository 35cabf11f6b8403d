"""Control totals: what the old system says beside what the rows give, in checks, on the receipt and in the manifest."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from delivery import book
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import FileSystemLoader

from momentsheet import resources
from momentsheet.catalog import apply_company, load_catalog
from momentsheet.checking import Checked, check
from momentsheet.converting import breakdowns, convert, make_manifest
from momentsheet.errors import CatalogError
from momentsheet.model.bundle import Bundle
from momentsheet.model.catalog import Code, CodeList, Company, Row
from momentsheet.model.controls import ControlTotal, reconcile
from momentsheet.model.facts import UNKNOWN
from momentsheet.model.finding import Report
from momentsheet.model.waiver import Waiver
from momentsheet.reporting import fix, message, render_receipt

RULES = Path(__file__).parents[1] / "rules"
WHOLE = load_catalog(RULES)
# What SQL says of other sheets is not the point here, and takes most of the time.
CATALOG = replace(
    WHOLE,
    entities={
        name: replace(entity, rules=tuple(r for r in entity.rules if entity.controls or not (r.holds or r.offends)))
        for name, entity in WHOLE.entities.items()
    },
)
TODAY = dt.date(2025, 1, 15)
SHEET = CATALOG.entities["control_total"]
KARI, OLA = "kari.nordmann@fjordglott.example", "ola.hansen@fjordglott.example"
BLANK = dict.fromkeys((field.name for field in SHEET.fields), "")

# Three records of hours: 7.5 and 4 in 2023, 3.25 in 2024
_PLACES = (("1001", "Skisseprosjekt"), ("1001", "Skisseprosjekt"), ("1002", "Prosjektering"))
HOURS: Sequence[Row] = tuple(
    {"project_number": project, "activity_name": activity, "task_number": "", **row}
    for (project, activity), row in zip(
        _PLACES,
        (
            {"date": "2023-03-06", "employee_email": KARI, "hours": "7.5"},
            {"date": "2023-03-07", "employee_email": OLA, "hours": "4", "billable_hours": "4"},
            {"date": "2024-03-04", "employee_email": OLA, "hours": "3.25", "billable_hours": "3"},
        ),
        strict=True,
    )
)
NEEDED = {"company", "employee", "customer", "project", "activity", "task", "invoice", "time_record", "control_total"}


def control(figure: str, value: str, **by: str) -> Row:
    return {**BLANK, "figure": figure, "old_value": value, **by}


def checked(
    controls: Sequence[Row], hours: Sequence[Row] = HOURS, waivers: Sequence[Waiver] = (), **more: Sequence[Row]
) -> Checked:
    rows: Mapping[str, Sequence[Row]] = {"control_total": controls, "time_record": hours, **more}
    return check([book(CATALOG, rows, only=NEEDED | rows.keys())], CATALOG, TODAY, waivers=waivers)


def told(found: Checked) -> list[str]:
    """Rule and cell of what is told of control totals."""
    return [f"{f.code} {f.cell}" for f in found.findings if f.entity == "control_total"]


def said(found: Checked, code: str, language: str = "nb") -> list[str]:
    return [f"{message(f, CATALOG, language)} {fix(f, CATALOG, language)}" for f in found.findings if f.code == code]


# What is compared


AGREEING = (
    control("hours", "14.8"),  # a report with one decimal
    control("hours", "11.5", year="2023"),
    control("hours", "7.5", year="2023", employee_email=KARI),
    control("hours", "4", year="2023", project_number="1001", employee_email=OLA),
    control("hours", "3", project_number="1002", tolerance="0.25"),
    control("hours", "0", year="2022"),
    control("Timeføringer", "2", year="2023"),
    control("debiterbare timer", "14,50"),
    control("customers", "4"),
)


def test_what_agrees_is_not_told() -> None:
    """Whole and parts, in one's own words, rounded, with a tolerance of its own, nothing of a year without rows."""
    found = checked(AGREEING)
    assert told(found) == []
    assert [total.agrees for total in found.controls["control_total"]] == [True] * len(AGREEING)


DIFFERING = (
    (control("hours", "14"), "CT-01 F"),
    (control("hours", "3", project_number="1002", tolerance="0.24"), "CT-01 F"),
    (control("hours", "5", year="2022"), "CT-04 F"),
    (control("hours", "5", project_number="1099"), "CT-05 C"),
    (control("hours", "5", employee_email="x@y.example"), "CT-05 D"),
    (control("hours", "14.75", currency="NOK"), "CT-03 E"),
    (control("customers", "5"), "CT-01 F"),
    (control("customers", "4", year="2024"), "CT-03 B"),
    (control("projects", "3"), "CT-06 A"),
    (control("projects", "3"), ""),
    (control("hours", "mange", year="2023"), "WB-11 F"),
    (control("hours", "1", year="23"), "CT-07 B"),
)


def test_what_differs_or_cannot_be_compared_is_told_at_its_cell() -> None:
    expected = [f"{rule}{row}" for row, (_, rule) in enumerate(DIFFERING, 2) if rule]
    assert sorted(told(checked([row for row, _ in DIFFERING]))) == sorted(expected)


LATE = {"invoice_date": "2024-05-01", "due_date": "2024-06-01"}
BARE = {"amount_excl_vat": "", "vat_amount": "", "amount_incl_vat": "", "outstanding_amount": "0"}
WITH_VAT = {"vat_amount": "50.05", "amount_incl_vat": "250.25", "outstanding_amount": "250.25"}
INVOICES: Sequence[Row] = (
    {
        **BARE,
        "invoice_number": "1",
        "invoice_date": "2023-05-01",
        "due_date": "2023-06-01",
        "amount_excl_vat": "1000.10",
    },
    {**LATE, **BARE, **WITH_VAT, "invoice_number": "2"},
    {**LATE, **BARE, "invoice_number": "3"},
    {**LATE, **BARE, "invoice_number": "4", "currency": "EUR", "exchange_rate": "11.5", "amount_excl_vat": "90"},
)
LINE = {"invoice_number": "3", "amount_excl_vat": ""}
LINES: Sequence[Row] = (
    {**LINE, "line_no": "1", "quantity": "3", "price": "33.33"},
    {**LINE, "line_no": "2", "quantity": "1", "price": "0.5", "discount_percent": "50"},
)


OF_INVOICES = (
    (control("invoiced_excl_vat", "1"), "1300.54"),  # 1000.10, 250.25 − 50.05, lines of 99.99 and 0.25
    (control("invoiced_excl_vat", "1", year="2024"), "300.44"),
    (control("invoiced_excl_vat", "1", currency="EUR"), "90.00"),
    (control("open_amount", "1"), "250.25"),
    (control("invoices", "1"), "4"),
    (control("invoices", "1", year="2024"), "3"),
)


def test_amounts_are_those_of_the_invoice_or_of_its_lines() -> None:
    delivered = checked([row for row, _ in OF_INVOICES], invoice=INVOICES, invoice_line=LINES)
    assert [str(one.found) for one in delivered.controls["control_total"]] == [found for _, found in OF_INVOICES]
    assert delivered.controls["control_total"][3].by == {"currency": "NOK"}  # blank is the company's own


# What helps


def test_a_difference_is_told_where_the_finer_figures_hold_it() -> None:
    totals = [control("hours", "20"), control("hours", "16.75", year="2023"), control("hours", "3.25", year="2024")]
    assert told(checked(totals)) == ["CT-01 F3"]


def test_a_difference_that_finer_figures_hold_in_part_names_them() -> None:
    totals = [control("hours", "30"), control("hours", "16.5", year="2023"), control("hours", "3.25", year="2024")]
    found = checked(totals)
    assert told(found) == ["CT-01 F2", "CT-01 F3"]
    assert "Differansen ligger i 2023: -5." in said(found, "CT-01")[0]


def test_finer_figures_that_all_agree_say_so() -> None:
    found = checked([control("hours", "30"), control("hours", "11.5", year="2023")])
    assert told(found) == ["CT-01 F2"]
    assert "stemmer alle" in said(found, "CT-01")[0]


def test_without_finer_figures_the_years_of_the_workbook_are_named() -> None:
    (words,) = said(checked([control("hours", "30")]), "CT-01")
    assert "30, arbeidsboken 14,75. Differansen er -15,25." in words
    assert "etter «År», 2023: 11,5 og 2024: 3,25." in words


# Errors elsewhere

TYPO: Sequence[Row] = (*HOURS[:2], {**HOURS[2], "hours": "tre", "billable_hours": ""})


def test_rows_with_other_errors_count() -> None:
    """A bad e-mail address of a customer is no hour too few."""
    found = checked(
        [control("hours", "14.75")],
        customer=[{"email": "post@@havneby.example"}, *CATALOG.entities["customer"].sample[1:]],
    )
    assert any(f.severity == "error" for f in found.findings)
    assert told(found) == []


def test_a_wrong_cell_that_counts_makes_a_difference_a_warning() -> None:
    found = checked([control("hours", "14.75"), control("hours", "12", year="2023")], TYPO)
    assert told(found) == ["CT-02 F2", "CT-01 F3"]  # nothing is wrong in 2023 but the figure
    assert "Rader med feil som teller her: 1, med 0 i alt. Rett dem først." in said(found, "CT-02")[0]


def test_a_wrong_cell_that_could_be_of_any_year_counts_for_each() -> None:
    hours = (*HOURS[:2], {**HOURS[2], "date": "31.02.2024"})
    found = checked([control("hours", "20", year="2023"), control("hours", "3.25", year="2024")], hours)
    assert told(found) == ["CT-02 F2", "CT-02 F3"]
    assert all("1, med 3,25 i alt" in words for words in said(found, "CT-02"))


def test_a_sheet_that_did_not_come_along_is_named_with_the_figures() -> None:
    rows = {"control_total": [control("expenses", "100")]}
    found = check(
        [book(CATALOG, rows, only={"company", "control_total", "project", "employee", "customer"})], CATALOG, TODAY
    )
    assert told(found) == []
    lacking = [message(f, CATALOG, "nb") for f in found.findings if CATALOG.rules[f.code].check == "not_checked"]
    assert [("Utlegg" in words, "Kontrolltall › I gammelt system" in words) for words in lacking] == [(True, True)]


def test_what_a_consultant_has_accepted_blocks_nothing() -> None:
    waiver = Waiver("CT-01", "hours", "Ragna", "Internal hours are not taken along")
    found = checked([control("hours", "30")], waivers=[waiver])
    assert [(f.code, f.severity) for f in found.findings if f.entity == "control_total"] == [("CT-01", "info")]


def test_which_rules_may_be_accepted() -> None:
    waivable = {code for code, rule in CATALOG.rules.items() if rule.severity == "error" and rule.is_waivable}
    assert {code for code in waivable if code.startswith("CT")} == {"CT-01", "CT-03", "CT-04", "CT-05", "CT-06"}


# Exactness


def test_no_drift_over_a_hundred_thousand_amounts() -> None:
    records = 100_000
    invoices = pl.DataFrame(
        {
            "row_id": pl.Series(range(records), dtype=pl.UInt32),
            "outstanding_amount": [0.01 * (n % 100 + 1) for n in range(records)],
            "invoice_date": [dt.date(2023 + n % 2, 1, 1) for n in range(records)],
        }
    )
    columns = {field.name: pl.lit(None, pl.String) for field in CATALOG.entities["invoice"].fields}
    table = invoices.with_columns(expr.alias(name) for name, expr in columns.items() if name not in invoices.columns)
    expected = sum((Decimal(n % 100 + 1) / 100 for n in range(records)), Decimal(0))
    row = {"row_id": 0, "figure": "open_amount", "old_value": float(expected), "tolerance": 0.0}
    values = pl.DataFrame([{**dict.fromkeys(("year", "project_number", "employee_email", "currency")), **row}])
    (total,) = reconcile(values, SHEET, {"invoice": table}, CATALOG, UNKNOWN)
    assert (total.found, total.stated, total.difference) == (expected, expected, Decimal(0))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 1_000_000), st.sampled_from((2022, 2023, 2024)), st.sampled_from(("1001", "1002"))),
        min_size=1,
        max_size=40,
    )
)
def test_the_parts_of_a_figure_are_the_whole(records: list[tuple[int, int, str]]) -> None:
    table = pl.DataFrame(
        {
            "row_id": pl.Series(range(len(records)), dtype=pl.UInt32),
            "hours": [minutes / 60 for minutes, _, _ in records],
            "date": [dt.date(year, 6, 1) for _, year, _ in records],
            "project_number": [project for _, _, project in records],
            "employee_email": [KARI] * len(records),
        }
    )
    asked = [{}, *({"year": year} for year in (2022, 2023, 2024)), *({"project_number": p} for p in ("1001", "1002"))]
    asked += [{"year": year, "project_number": p} for year in (2022, 2023, 2024) for p in ("1001", "1002")]
    blank = {"figure": "hours", "old_value": 0.0, "tolerance": None, **dict.fromkeys(SHEET.controls.by)}
    rows = [{**blank, "row_id": place, **by} for place, by in enumerate(asked)]
    values = pl.DataFrame(
        rows, schema_overrides={"year": pl.Int64, "project_number": pl.String}, infer_schema_length=None
    )
    found = [total.found for total in reconcile(values, SHEET, {"time_record": table}, CATALOG, UNKNOWN)]
    assert found[0] == sum(found[1:4]) == sum(found[4:6]) == sum(found[6:])
    assert found[0] == sum(Decimal(str(round(minutes / 60, 6))) for minutes, _, _ in records)


# Receipt and manifest


def receipt(found: Checked, language: str = "nb") -> tuple[str, Bundle]:
    bundle = convert(found.clean, CATALOG, ["csv"], found.facts)
    report = Report(
        "momentsheet", "0", CATALOG.version, TODAY, language, "fjordglott", found.inputs, found.findings, found.groups,
        found.repairs, found.totals,
    )  # fmt: skip
    loader = FileSystemLoader(resources.templates_folder())
    shares = breakdowns(found.clean, CATALOG, bundle.derived)
    make_manifest(report, bundle, CATALOG)  # rows and sums agree
    return render_receipt(report, bundle, shares, CATALOG, language, loader, found.controls), bundle


def lines_of(page: str) -> list[list[str]]:
    """The cells of the table of control totals."""
    (table,) = re.findall(r'<table class="controls">(.*?)</table>', page, re.DOTALL)
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
    return [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells] for cells in rows]


def test_the_receipt_has_a_line_for_every_total() -> None:
    page, _ = receipt(
        checked([control("hours", "14.75"), control("hours", "11.5", year="2023"), control("customers", "4")])
    )
    assert lines_of(page) == [
        ["Tall", "År", "Gammelt system", "Import", "Differanse", "Tillatt", "Kontroll"],
        ["Timer", "", "14,75", "14,75", "0,00", "0,1", "✓ stemmer"],
        ["Timer", "2023", "11,50", "11,50", "0,00", "0,1", "✓ stemmer"],
        ["Kunder (antall)", "", "4", "4", "0", "0", "✓ stemmer"],
    ]
    assert "✓ Alle 3 kontrolltall stemmer med det gamle systemet." in page


def test_the_receipt_counts_what_was_converted_and_says_what_was_left_out() -> None:
    """Under skip-row a record with an error is out: the workbook agrees, the import does not."""
    hours = (*HOURS[:2], {**HOURS[2], "activity_name": "Ukjent"})
    found = checked(
        [control("hours", "14.75"), control("hours", "11.5", year="2023"), control("customers", "5")], hours
    )
    assert [total.agrees for total in found.controls["control_total"]] == [True, True, False]
    page, bundle = receipt(found)
    assert [total.agrees for total in bundle.controls["control_total"]] == [False, True, False]
    assert lines_of(page)[1:] == [
        ["Timer", "", "14,75", "11,50", "-3,25", "0,1", "✗ stemmer ikke Utelatt: 3,25"],
        ["Timer", "2023", "11,50", "11,50", "0,00", "0,1", "✓ stemmer"],
        ["Kunder (antall)", "", "5", "4", "-1", "0", "✗ stemmer ikke"],
    ]
    assert "✗ Av 3 kontrolltall stemmer 1 med det gamle systemet." in page


def test_control_totals_are_never_left_out_and_never_imported() -> None:
    found = checked([control("hours", "mange"), control("hours", "5", project_number="1099")])
    assert not any(left.entity == "control_total" for left in found.left_out)
    page, bundle = receipt(found)
    assert "control_total" not in {file.entity for file in bundle.files}
    assert [line[-1] for line in lines_of(page)[1:]] == ["✗ stemmer ikke linjen kunne ikke leses", "✗ stemmer ikke"]


def test_the_manifest_has_the_same_figures() -> None:
    found = checked([control("hours", "14.7", year="2023", tolerance="1")])
    bundle = convert(found.clean, CATALOG, ["csv"], found.facts)
    report = Report(
        "m", "0", "c", TODAY, "nb", "f", found.inputs, found.findings, found.groups, found.repairs, found.totals
    )
    assert json.loads(make_manifest(report, bundle, CATALOG))["control_totals"] == [
        {
            "figure": "hours", "by": {"year": "2023"}, "old_system": "14.7", "converted": "11.5", "difference": "-3.2",
            "tolerance": "1", "rows": 2, "agrees": False,
        }
    ]  # fmt: skip


def test_without_control_totals_the_receipt_asks_for_them() -> None:
    page, bundle = receipt(checked([]))
    assert bundle.controls == {"control_total": ()}
    assert "Ingen kontrolltall er oppgitt. Be om timer" in page


def test_the_receipts_breakdowns_agree_with_the_totals() -> None:
    found = checked([control("hours", "1", year="2023"), control("hours", "1", employee_email=OLA)])
    shares = {
        (item.field, share.key): Decimal(share.sums["hours"])
        for item in breakdowns(found.clean, CATALOG)
        if item.entity == "time_record"
        for share in item.shares
    }
    year, person = found.controls["control_total"]
    assert (year.found, person.found) == (shares["date", "2023"], shares["employee_email", OLA])


def test_in_four_languages() -> None:
    found = checked(
        [control("hours", "30"), control("customers", "4", year="2024"), control("hours", "9", year="2020")]
    )
    for language in CATALOG.languages:
        for code in ("CT-01", "CT-03", "CT-04"):
            (words,) = said(found, code, language)
            assert not {"…", "{"} & set(words)
        page, _ = receipt(found, language)
        assert len(lines_of(page)) == 4


# Figures are YAML


def test_figures_of_sheets_out_of_scope_are_not_offered() -> None:
    scope = ("company", "control_total", "employee", "customer", "project")
    small = apply_company(CATALOG, Company(entities=scope, given=frozenset({"entities"})))
    codes = {code.code for code in small.code_lists["control_figure"].codes}
    assert codes == {"customers", "projects", "employees"}
    assert {row["figure"] for row in small.entities["control_total"].sample} == {"customers", "projects"}


WRONG = (
    ("customer", "SELECT row_id FROM project", "", "`query` does not read customer"),
    ("customer", "SELECT name FROM customer", "", "`query` must return `row_id`"),
    ("customer", "SELECT row_id, name AS amount FROM customer", "2", "`amount` must be a number"),
    ("customer", "SELECT row_id FROM customer", "2", "a figure that is summed has `decimals`"),
    ("customer", "SELECT row_id, city FROM customer", "", "`query` returns `city`"),
    ("customer", "SELECT row_id, nme FROM customer", "", "uses the column `nme`"),
    ("absence_day", "SELECT row_id, hours AS amount FROM absence_day", "2", "made only after everything is checked"),
)


def test_figures_that_cannot_be_counted_are_refused_with_their_lines(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "codelists" / "control_figure.yaml"
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n"
    lines: list[range] = []
    for place, (of, query, decimals, _) in enumerate(WRONG):
        first = text.count("\n") + 1
        text += f"  - code: odd_{place}\n    label: {{en: Odd {place}, nb: Rart {place}}}\n    measures:\n"
        text += f"      of: {of}\n      query: {query}\n"
        text += f"      decimals: {decimals}\n" if decimals else ""
        lines.append(range(first, text.count("\n") + 1))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as error:
        load_catalog(rules)
    for (*_, told), where in zip(WRONG, lines, strict=True):
        assert [p.text for p in error.value.problems if p.line in where and told in p.text], told
    assert {problem.file for problem in error.value.problems} == {"rules/codelists/control_figure.yaml"}


def test_a_company_cannot_invent_a_figure() -> None:
    own = CodeList("control_figure", {"en": "x"}, (Code("kilometres", {"en": "Kilometres", "nb": "Kilometer"}),))
    with pytest.raises(CatalogError, match="is no control figure"):
        apply_company(CATALOG, Company(code_lists={"control_figure": own}, given=frozenset({"code_lists"})))


def test_totals_that_differ_say_so() -> None:
    total = ControlTotal(0, "hours", {}, Decimal("1.0"), Decimal("0.1"), 6, Decimal("1.100001"))
    assert (total.agrees, total.difference) == (False, Decimal("0.100001"))
