"""The order in which everything is asked: one mistake gives one finding, causes come before symptoms, sums add up."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from delivery import OURS, entity_sheet, sheet, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.catalog import apply_company, load_catalog
from momentsheet.checking import Checked, check
from momentsheet.model.catalog import Catalog, Company, Row
from momentsheet.model.finding import Finding, Group
from momentsheet.model.workbook import Workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
MAIL = "kari.nordmann@fjordglott.example"

EMPLOYEE = {"email": MAIL, "first_name": "Kari", "last_name": "Nordmann", "mobile_phone": "90000011"}
CUSTOMER = {"customer_number": "10001", "name": "Havneby kommune"}
CONTACT = {"customer_number": "10001", "name": "Anne Berg", "email": "anne@havneby.example"}
PROJECT = {"project_number": "1001", "name": "Havneby skole", "customer_number": "10001", "status": "Under arbeid"}
ACTIVITY = {"project_number": "1001", "activity_name": "Skisse"}
HOURS = {
    "employee_email": MAIL, "date": "2024-03-04", "project_number": "1001", "activity_name": "Skisse", "hours": "7,5",
    "invoice_status": "Godkjent",
}  # fmt: skip
BASE: Mapping[str, Row] = {
    "employee": EMPLOYEE, "customer": CUSTOMER, "contact": CONTACT, "project": PROJECT, "activity": ACTIVITY,
    "time_record": HOURS,
}  # fmt: skip


def deliver(name: str = "delivery.xlsx", **rows: Sequence[Row]) -> Workbook:
    """A workbook with these sheets and rows, each laid over one plain correct row, and no column without content."""
    sheets = []
    for entity_name, own in rows.items():
        entity = CATALOG.entities[entity_name]
        records = [{**BASE.get(entity_name, {}), **row} for row in own]
        used = {field for record in records for field in record}
        fields = tuple(field for field in entity.fields if field.name in used)
        sheets.append(entity_sheet(dataclasses.replace(entity, fields=fields), records))
    return workbook(*sheets, name=name, template=OURS)


def chain(**rows: Sequence[Row]) -> Workbook:
    """One plain correct row in every sheet, and other rows where some are given."""
    return deliver(**{name: rows.get(name, [{}]) for name in BASE})


def hours_rows(*hours: str) -> list[Row]:
    return [
        {"hours": text, "date": f"2024-{1 + at % 12:02d}-{1 + at % 28:02d}", "description": str(at)}
        for at, text in enumerate(hours)
    ]


def judge(*workbooks: Workbook, catalog: Catalog = CATALOG) -> Checked:
    return check(workbooks, catalog, TODAY)


def with_company(**choices: object) -> Catalog:
    return apply_company(CATALOG, Company(**choices, given=frozenset(choices)))  # type: ignore[arg-type]


def told(checked: Checked, *severities: str) -> list[tuple[str, str | None, str | None]]:
    wanted = severities or ("error", "warning")
    return [(item.code, item.sheet, item.cell) for item in checked.findings if item.severity in wanted]


def of(checked: Checked, code: str) -> list[Finding]:
    return [item for item in checked.findings if item.code == code]


def test_the_plain_rows_are_clean() -> None:
    checked = judge(chain())
    assert told(checked) == []
    assert {name: table.values.height for name, table in checked.clean.items()} == dict.fromkeys(BASE, 1)
    assert not checked.blocks_everything


# One mistake, one finding


@pytest.mark.parametrize(("row", "code"), [
    ({"hours": "mange", "billable_hours": "8"}, "WB-11"),  # not also: more billable hours than hours
    ({"hours": "#", "billable_hours": "-1"}, "WB-11"),
    ({"date": "31.02.2024", "hours": "25"}, "WB-07 TR-04"),  # two mistakes
    ({"date": "error:#N/A", "invoice_status": ""}, "WB-05 TR-09"),
    ({"hours": "number:1e16"}, "WB-20"),
    ({"hours": "", "billable_hours": "2"}, "WB-10"),
    ({"hours": "25", "billable_hours": "26"}, "TR-04"),  # a wrong row takes no part in later rules
    ({"hours": "7,5", "billable_hours": "8"}, "TR-10"),
    ({"hours": "0,33", "billable_hours": "0,33"}, "TR-11 TR-11"),
])  # fmt: skip
def test_wrong_and_blank_inputs_silence_later_rules(row: Row, code: str) -> None:
    checked = judge(chain(time_record=[row]))
    assert " ".join(code for code, *_ in told(checked)) == code


def test_a_blank_input_that_may_be_blank_is_null() -> None:
    checked = judge(chain(time_record=[{"hours": "0", "billable_hours": ""}]))
    assert [code for code, *_ in told(checked)] == ["TR-03"]
    assert told(judge(chain(time_record=[{"hours": "0", "billable_hours": "2"}]))) == [("TR-10", "Timer", "F2")]


def test_windows_see_only_rows_that_are_left() -> None:
    day = [{"hours": "16"}, {"hours": "9", "employee_email": "ukjent@x.example"}, {"hours": "9", "date": "i går"}]
    assert [code for code, *_ in told(judge(chain(time_record=day)))] == ["WB-07", "TR-01"]
    day = [{"hours": "16"}, {"hours": "9"}]
    assert [code for code, *_ in told(judge(chain(time_record=day)))] == ["TR-14"]


def test_one_finding_per_group_at_the_largest_and_the_others_are_held_back() -> None:
    day = [
        {"hours": "9", "description": "a"},
        {"hours": "16", "description": "b"},
        {"hours": "2", "description": "c"},
        {"hours": "8", "date": "2024-03-05"},
    ]
    checked = judge(chain(time_record=day))
    (finding,) = of(checked, "TR-14")
    assert (finding.cell, finding.value) == ("E3", "16")
    assert finding.facts["total"] == 27
    assert finding.facts["records"] == 3
    assert {row for _, row in finding.rows} == {0, 1, 2}
    assert checked.clean["time_record"].values["hours"].to_list() == [8]
    assert len(checked.left_out) == 3


def test_a_duplicate_key_tells_each_copy_and_imports_none() -> None:
    rows = [{"customer_number": number} for number in ("A1", "a1 ", "A\u00a01", "10001")]
    checked = judge(deliver(customer=rows))
    assert [(finding.cell, finding.facts["first_cell"]) for finding in of(checked, "CU-08")] == [("A3", "A2")]
    rows = [{"customer_number": number} for number in ("A1", "a1", "A1", "10001")]
    checked = judge(deliver(customer=rows))
    assert [finding.cell for finding in of(checked, "CU-08")] == ["A3", "A4"]
    assert checked.clean["customer"].values["customer_number"].to_list() == ["10001"]
    assert {row.row for row in checked.left_out} == {0, 1, 2}


def test_a_key_pasted_into_every_row_does_not_multiply() -> None:
    """What findings hold of rows grows with the rows, not with their square."""
    checked = judge(deliver(customer=[{}] * 400))
    assert len(of(checked, "CU-08")) == 399
    assert sum(len(finding.rows) for finding in checked.findings) <= 2 * 400
    assert len(checked.left_out) == 400


def test_many_different_wrong_values_are_each_told_once() -> None:
    rows = [{"customer_number": f"{number}", "credit_days": f"number:{4000 + number}"} for number in range(300)]
    findings = of(judge(deliver(customer=rows)), "WB-13")
    assert [finding.row for finding in findings] == list(range(2, 302))
    assert [finding.value for finding in findings] == [str(4000 + number) for number in range(300)]


# References


SPELLINGS = ("kari.nordmann@FJORDGLOTT.example", " KARI.nordmann@fjordglott.example", f"{MAIL}\u200b")


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_reference_is_spelled_as_its_target_and_told(written: str) -> None:
    checked = judge(chain(time_record=[{"employee_email": written}]))
    assert told(checked) == []
    assert checked.clean["time_record"].values["employee_email"].to_list() == [MAIL]
    repairs = [item for item in checked.repairs if item.field == "employee_email"]
    assert {(item.sheet, item.cell, item.before) for item in repairs} == {("Timer", "A2", written)}
    assert repairs[-1].after == MAIL


def test_a_reference_by_two_columns_must_agree_in_both() -> None:
    other = {"project_number": "1002", "name": "Bryggen"}
    rows = [
        {"activity_name": "SKISSE"},
        {"project_number": "1002", "activity_name": "Skisse", "date": "2024-03-05"},
        {"project_number": "1002", "activity_name": "Detalj", "date": "2024-03-06"},
    ]
    activities = [{}, {"project_number": "1002", "activity_name": "Detalj"}]
    checked = judge(chain(project=[{}, other], activity=activities, time_record=rows))
    assert told(checked) == [("TR-27", "Timer", "D3")]
    assert checked.clean["time_record"].values["activity_name"].to_list() == ["Skisse", "Detalj"]


def test_the_nearest_key_is_suggested() -> None:
    checked = judge(
        chain(time_record=[{"employee_email": "kari.nordman@fjordglott.example"}, {"activity_name": "Skise"}])
    )
    assert {finding.code: finding.suggestion for finding in checked.findings} == {"TR-01": MAIL, "TR-27": "Skisse"}
    checked = judge(chain(time_record=[{"project_number": "9999"}]))
    assert of(checked, "TR-01")[0].suggestion is None


def test_a_missing_sheet_is_told_once_and_not_per_row() -> None:
    hours = [{"date": f"2024-03-{day:02d}"} for day in range(1, 21)]
    checked = judge(deliver(employee=[{}], activity=[{}], time_record=hours))
    assert told(checked) == [("WB-16", "Aktiviteter", "A1"), ("WB-16", "Timer", "C1")]
    assert of(checked, "WB-16")[1].facts["count"] == 20
    assert checked.blocks_everything


def test_an_empty_sheet_is_as_good_as_none() -> None:
    checked = judge(chain(customer=[], contact=[]))
    assert told(checked) == [("WB-16", "Prosjekter", "C1")]


def test_a_sheet_with_a_blank_key_is_not_missing() -> None:
    checked = judge(chain(customer=[{"customer_number": ""}], contact=[]))
    assert told(checked) == [("CU-01", "Kunder", "A2"), ("PR-12", "Prosjekter", "C2")]


@pytest.mark.parametrize(("name", "title", "header", "row"), [
    ("project", "Prosjekter", ["Prosjektnavn", "Kundenr", "Prosjektstatus"], ["Skole", "10001", "Under arbeid"]),
    ("activity", "Aktiviteter", ["Aktivitet", "Status"], ["Skisse", "Under arbeid"]),
    ("employee", "Medarbeidere", ["Fornavn", "Etternavn", "Mobil"], ["Kari", "Nordmann", "90000011"]),
])  # fmt: skip
def test_a_missing_key_column_is_the_only_thing_told(name: str, title: str, header: list[str], row: list[str]) -> None:
    """The rows that name its keys are symptoms; they are left out without a finding each."""
    without_key = sheet(title, [header, row])
    book = chain()
    book = dataclasses.replace(book, sheets=tuple(without_key if item.name == title else item for item in book.sheets))
    checked = judge(book)
    assert {(code, name) for code, name, _ in told(checked)} == {("WB-17", title)}
    assert len(told(checked)) == 1
    assert checked.blocks_everything
    assert {checked.clean[entity].values.height for entity in (name, "time_record")} == {0}


def test_references_cross_workbooks() -> None:
    hours = deliver("hours.xlsx", time_record=[{}])
    rest = deliver("rest.xlsx", employee=[{}], customer=[{}], project=[{}], activity=[{}])
    assert told(judge(hours, rest)) == []
    assert {code for code, *_ in told(judge(hours))} == {"WB-16"}


# Causes and symptoms


def test_a_missing_customer_is_one_cause_with_its_symptoms() -> None:
    missing = {"customer_number": "10009"}
    projects = [missing, {**missing, "project_number": "1002", "name": "Bryggen"}]
    checked = judge(chain(contact=[missing], project=projects))
    by_code: dict[str, Group] = {group.code: group for group in checked.groups if group.severity == "error"}
    assert by_code["CN-01"].blocked_by is None
    assert by_code["PR-12"].blocked_by == by_code["CN-01"].id
    assert by_code["PR-12"].count == 2
    cause = by_code["CN-01"].findings[0]
    assert {finding.blocked_by for finding in by_code["PR-12"].findings} == {cause.fingerprint}
    errors = [group.code for group in checked.groups if group.severity == "error"]
    assert errors.index("CN-01") < errors.index("PR-12")


def test_errors_come_before_warnings_and_sheets_before_cells() -> None:
    projects = [{"price_model": "Ikke fakturerbar", "fixed_price_amount": "100", "start_date": "31.02.2024"}]
    checked = judge(deliver(project=projects, time_record=[{"hours": "mange"}]))
    groups = [(group.severity, group.findings[0].row is None or group.findings[0].row == 1) for group in checked.groups]
    assert groups == sorted(groups, key=lambda pair: (["error", "warning", "info"].index(pair[0]), 0))
    assert checked.groups[0].code == "WB-16"


def test_equal_findings_are_one_group() -> None:
    rows = [{"hours": text, "date": f"2024-03-0{day}"} for day, text in enumerate(("mange", "mye", "mange"), start=1)]
    (group,) = judge(chain(time_record=rows)).groups
    assert (group.code, group.count, group.value) == ("WB-11", 3, None)
    names = ("Alfa", "Beta", "Alfa")  # here the value is the cause
    rows = [{"activity_name": name, "date": f"2024-03-0{day}"} for day, name in enumerate(names, start=1)]
    groups = judge(chain(time_record=rows)).groups
    assert [(group.value, group.count) for group in groups] == [("Alfa", 2), ("Beta", 1)]
    assert all(finding.group == group.id for group in groups for finding in group.findings)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 5))
def test_fingerprints_do_not_change_when_rows_are_moved(order: list[int], blank: int) -> None:
    rows = [
        {"customer_number": "1", "name": "A"},
        {"customer_number": "2", "name": ""},
        {"customer_number": "3", "name": "C", "credit_days": "x"},
        {"customer_number": "4", "name": "D", "status": "ukjent"},
    ]
    before = judge(deliver(customer=rows))
    moved = entity_sheet(CATALOG.entities["customer"], [*[{}] * blank, *(rows[place] for place in order)])
    after = judge(workbook(moved, template=OURS))
    assert sum(item.severity == "error" for item in before.findings) == 3
    assert {item.fingerprint for item in after.findings} == {item.fingerprint for item in before.findings}
    assert {item.id for item in after.groups} == {item.id for item in before.groups}


# What may be imported


def test_what_depends_on_a_row_that_is_left_out_is_left_out_with_it() -> None:
    more = {
        "customer": [{"org_number": "974760674"}, {"customer_number": "10002", "name": "Solgård"}],
        "contact": [{}, {"customer_number": "10002"}],
        "project": [{}, {"project_number": "1002", "name": "Solgård", "customer_number": "10002"}],
        "activity": [{}, {"project_number": "1002"}],
        "time_record": [{}, {"project_number": "1002", "date": "2024-03-05"}],
    }
    checked = judge(chain(**more))
    assert told(checked) == [("CU-02", "Kunder", "C2")]
    assert {name: table.values.height for name, table in checked.clean.items() if name != "employee"} == dict.fromkeys(
        more, 1
    )
    assert checked.clean["time_record"].values["project_number"].to_list() == ["1002"]
    (cause,) = checked.findings
    assert [(left.entity, left.row, left.because, left.depends) for left in checked.left_out] == [
        ("customer", 0, cause.fingerprint, False),
        ("contact", 0, "customer", True),
        ("project", 0, "customer", True),
        ("activity", 0, "project", True),
        ("time_record", 0, "project", True),
    ]


INVOICE = {
    "invoice_number": "16713", "invoice_date": "2024-12-20", "due_date": "2025-01-19", "customer_number": "10001",
    "project_number": "1001", "export_status": "transferred",
}  # fmt: skip
LINE = {
    "invoice_number": "16713", "text": "Skisse", "quantity": "1", "price": "100", "vat_rate": "25", "account": "3000",
}  # fmt: skip


def test_an_invoice_is_imported_with_all_of_its_lines_or_not_at_all() -> None:
    """One line is wrong: the invoice goes with it, then its other lines; the other invoice stays."""
    invoices = [INVOICE, {**INVOICE, "invoice_number": "16714"}]
    lines = [LINE, {**LINE, "price": "mye"}, {**LINE, "invoice_number": "16714"}]
    checked = judge(deliver(customer=[{}], project=[{}], invoice=invoices, invoice_line=lines))
    assert told(checked, "error") == [("WB-11", "Fakturalinjer", "D3")]
    assert checked.clean["invoice"].values["invoice_number"].to_list() == ["16714"]
    assert checked.clean["invoice_line"].values["invoice_number"].to_list() == ["16714"]
    assert {(left.entity, left.row, left.because) for left in checked.left_out if left.depends} == {
        ("invoice", 0, "invoice_line"),
        ("invoice_line", 0, "invoice"),
    }


def test_a_column_may_have_the_name_of_a_sheet_that_did_not_come_along() -> None:
    """`price` is a sheet, too: IN-05 reads only the column of that name."""
    invoice = {**INVOICE, "amount_excl_vat": "200"}
    checked = judge(deliver(customer=[{}], project=[{}], invoice=[invoice], invoice_line=[LINE]))
    assert told(checked, "error") == [("IN-05", "Fakturaer", "F2")]
    assert of(checked, "IN-05")[0].facts["difference"] == 100.0


def test_one_finding_for_many_rows_says_how_many() -> None:
    late = [{**INVOICE, "invoice_number": str(number), "due_date": "2025-01-20"} for number in range(1, 4)]
    lines = [{**LINE, "invoice_number": str(number)} for number in range(1, 4)]
    rows = {"customer": [{"credit_days": "30"}], "project": [{}], "invoice": late, "invoice_line": lines}
    (finding,) = of(judge(deliver(**rows)), "IN-04")
    assert (finding.cell, finding.facts["count"], finding.facts["days"]) == ("C2", 3, 31)


def test_a_row_that_is_known_by_a_wrong_key_is_no_support() -> None:
    """The hours name the employee as he stands there; he is left out for his address, so they are, too."""
    checked = judge(
        chain(employee=[{}, {"email": "ola@fjordglott"}], time_record=[{}, {"employee_email": "Ola@fjordglott"}])
    )
    assert told(checked) == [("EM-08", "Medarbeidere", "A3")]
    assert checked.clean["time_record"].values["employee_email"].to_list() == [MAIL]
    assert [(left.entity, left.row) for left in checked.left_out] == [("employee", 1), ("time_record", 1)]


def test_what_depends_on_other_rows_stays() -> None:
    customers = [{"credit_days": "x"}, {"customer_number": "10002", "name": "Solgård"}]
    other = {"project_number": "2", "name": "B", "customer_number": "10002"}
    checked = judge(deliver(customer=customers, project=[{}, other]))
    assert checked.clean["project"].values["project_number"].to_list() == ["2"]


def test_a_missing_column_leaves_every_row_out() -> None:
    checked = judge(
        workbook(sheet("Kunder", [["Kundenummer", "Poststed"], ["1", "Oslo"], ["2", "Bergen"]]), template=OURS)
    )
    assert told(checked) == [("WB-17", "Kunder", None)]
    assert (checked.clean["customer"].values.height, len(checked.left_out)) == (0, 2)


MINUTES = {
    "0:20": 20, "0,1": 6, "0,2": 12, "0,3": 18, "7,5": 450, "0,33": 20, "1:10": 70, "number:0.1": 6,
    "duration:0.3125": 450,
    "2 t 40 m": 160,
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(MINUTES)), st.booleans()), min_size=1, max_size=12))
def test_what_was_read_is_what_is_imported_and_what_is_left_out(rows: list[tuple[str, bool]]) -> None:
    records = [
        {**record, "activity_name": "Skisse" if is_good else "Ukjent"}
        for record, (_, is_good) in zip(hours_rows(*(hours for hours, _ in rows)), rows, strict=True)
    ]
    checked = judge(chain(time_record=records))
    for totals in checked.totals.values():
        assert totals.rows_read == totals.rows_clean + totals.rows_left_out
    hours = checked.totals["time_record"]
    assert (hours.rows_read, hours.rows_left_out) == (len(rows), sum(not is_good for _, is_good in rows))
    for name in ("hours", "hours_minutes"):
        assert Decimal(hours.sums[name]) == Decimal(hours.clean_sums[name]) + Decimal(hours.left_out_sums[name])
    assert hours.sums["hours_minutes"] == str(sum(MINUTES[text] for text, _ in rows))
    assert hours.clean_sums["hours_minutes"] == str(sum(MINUTES[text] for text, is_good in rows if is_good))


def test_a_thousand_tenths_are_a_hundred() -> None:
    totals = judge(chain(time_record=hours_rows(*["0,1"] * 1000))).totals["time_record"]
    assert (totals.sums["hours"], totals.sums["hours_minutes"]) == ("100.00", "6000")


def test_skipped_rows_are_counted() -> None:
    cells = [["Kundenummer", "Kundenavn"], ["1", "A"], [], ["2", "B"], ["Totalt", ""], ["Kundenummer", "Kundenavn"]]
    totals = judge(workbook(sheet("Kunder", cells), template=OURS)).totals["customer"]
    assert (totals.rows_read, totals.rows_clean, totals.rows_left_out, totals.rows_skipped) == (2, 2, 0, 3)


def test_one_record_of_the_form_is_one_record_though_each_workbook_brings_it() -> None:
    record = [CATALOG.entities["company"].sample[0]]
    checked = judge(deliver("a.xlsx", company=record, customer=[{}]), deliver("b.xlsx", company=record, contact=[{}]))
    assert told(checked) == []
    totals = checked.totals["company"]
    assert (totals.rows_read, totals.rows_clean, totals.rows_skipped) == (1, 1, 1)


# The company's choices


def test_defaults_fill_blank_cells_and_are_told() -> None:
    catalog = with_company(defaults={"time_record.invoice_status": "approved"})
    statuses = {"2024-03-04": "", "2024-03-05": "Fakturert", "2024-03-06": "rart"}
    rows = [{"date": day, "invoice_status": status} for day, status in statuses.items()]
    checked = judge(chain(time_record=rows), catalog=catalog)
    assert [code for code, *_ in told(checked)] == ["TR-08"]
    assert checked.clean["time_record"].values["invoice_status"].to_list() == ["approved", "invoiced"]
    (repair,) = [item for item in checked.repairs if item.why == "default"]
    assert (repair.cell, repair.before, repair.after) == ("F2", "", "approved")
    assert "TR-09" in {code for code, *_ in told(judge(chain(time_record=rows[:1])))}


def test_defaults_hold_for_a_column_that_is_missing() -> None:
    catalog = with_company(defaults={"time_record.invoice_status": "approved"})
    rest = chain(time_record=[])
    hours = sheet("Timer", [["Ansatt", "Dato", "Prosjektnummer", "Timer"], [MAIL, "2024-03-04", "1001", "7,5"]])
    checked = judge(dataclasses.replace(rest, sheets=(*rest.sheets[:-1], hours)), catalog=catalog)
    assert told(checked) == []
    assert checked.clean["time_record"].values["invoice_status"].to_list() == ["approved"]


LATE = [{"date": "2024-12-30"}, {"date": "2025-01-02"}]
COMPANY = CATALOG.entities["company"].sample[0]


@pytest.mark.parametrize(("in_file", "in_sheet", "codes"), [
    (None, None, []),  # nobody knows the day: the rule is not asked
    (dt.date(2024, 12, 31), None, ["TR-21"]),
    (None, "2024-12-31", ["TR-21"]),
    (dt.date(2024, 12, 31), "2025-01-31", ["CO-05", "TR-21"]),  # the company file goes before the sheet
    (dt.date(2025, 1, 31), "2024-12-31", ["CO-05"]),
    (None, "31.02.2024", ["WB-07"]),
])  # fmt: skip
def test_facts_come_from_the_company_file_and_then_from_the_sheet(
    in_file: dt.date | None, in_sheet: str | None, codes: list[str]
) -> None:
    catalog = with_company(cutover_date=in_file, code="fjordglott") if in_file else CATALOG
    book = chain(time_record=LATE)
    if in_sheet is not None:
        record = {**COMPANY, "cutover_date": in_sheet, "next_customer_no": "", "next_project_no": ""}
        book = dataclasses.replace(book, sheets=(entity_sheet(CATALOG.entities["company"], [record]), *book.sheets))
    assert sorted(code for code, *_ in told(judge(book, catalog=catalog))) == codes


def test_the_sheets_country_and_date_order_decide_how_cells_are_read() -> None:
    record = {**COMPANY, "country": "Sverige", "org_number": "556016-0680", "bank_account": "", "date_order": "MDY"}
    record |= {"next_customer_no": "", "next_project_no": ""}
    rows = {
        "customer": [{"postal_code": "114 55", "phone": "070-000 00 01"}],
        "project": [{"start_date": "03/04/2023"}],
    }
    checked = judge(deliver(company=[record], **rows))
    assert told(checked) == []
    assert checked.clean["customer"].values.row(0, named=True)["phone"] == "+46700000001"
    assert checked.clean["project"].values["start_date"].to_list() == [dt.date(2023, 3, 4)]


def test_the_country_of_the_row_decides_and_a_wrong_one_is_told_once() -> None:
    countries = ("NO", "Danmark", "", "Atlantis")
    rows = [
        {"customer_number": str(at), "name": f"K{at}", "phone": "32 12 34 56", "country": country}
        for at, country in enumerate(countries)
    ]
    checked = judge(deliver(customer=rows))
    assert told(checked) == [("WB-11", "Kunder", "D5")]
    assert checked.clean["customer"].values["phone"].to_list() == ["+4732123456", "+4532123456", "+4732123456"]


def test_rules_on_demand_are_asked_when_the_accounting_system_does() -> None:
    book = deliver(customer=[{"customer_number": "10001"}], project=[{}])
    assert told(judge(book)) == []
    demanding = next(name for name, system in CATALOG.accounting.items() if "PR-04" in system.rules)
    assert "PR-04" in {code for code, *_ in told(judge(book, catalog=with_company(accounting_system=demanding)))}


# Named checks of a whole column


def projects(*parents: tuple[str, str]) -> Checked:
    rows = [
        {"project_number": number, "name": f"P{number}", "main_project_number": parent} for number, parent in parents
    ]
    return judge(deliver(customer=[{}], project=rows))


@pytest.mark.parametrize(("parents", "cells", "held_back"), [
    ([("1", ""), ("2", "1"), ("3", "2")], [], set()),
    ([("1", "1")], ["E2"], {0}),
    ([("1", "2"), ("2", "1")], ["E3"], {0, 1}),
    ([("1", "2"), ("2", "3"), ("3", "1"), ("4", "1")], ["E4"], {0, 1, 2}),
    ([("4", "1"), ("1", "2"), ("2", "1")], ["E4"], {1, 2}),
    ([("1", "2"), ("2", "1"), ("3", "4"), ("4", "3")], ["E3", "E5"], {0, 1, 2, 3}),
    ([("a", "B"), ("b", "A")], ["E3"], {0, 1}),
])  # fmt: skip
def test_no_project_stands_above_itself(parents: list[tuple[str, str]], cells: list[str], held_back: set[int]) -> None:
    checked = projects(*parents)
    findings = of(checked, "PR-08")
    assert sorted(finding.cell or "" for finding in findings) == cells
    assert {row for finding in findings for _, row in finding.rows} == held_back
    assert {code for code, *_ in told(checked)} <= {"PR-08"}


def test_a_ring_is_told_with_its_chain() -> None:
    assert of(projects(("1", "2"), ("2", "3"), ("3", "1")), "PR-08")[0].facts["chain"] == "1 → 2 → 3 → 1"


@pytest.mark.parametrize(("hours", "is_told"), [
    (["450", "480", "30", "60"] * 5, True),
    (["number:450", "480", "30", "60"] * 5, True),
    (["15", "30", "15", "30"] * 5, True),
    (["7,5", "8", "0,25", "12"] * 5, False),
    (["15", "30", "15", "30"] * 4 + ["15"] * 3, False),  # fewer than twenty prove nothing
    (["16", "15", "15", "15"] * 5, False),
    (["", "450", "480", "30", *["60"] * 17], True),
])  # fmt: skip
def test_minutes_in_a_column_of_hours(hours: list[str], is_told: bool) -> None:
    checked = judge(chain(time_record=hours_rows(*hours)))
    codes = [code for code, *_ in told(checked, "error")]
    assert ("TR-13" in codes) == is_told
    if is_told:
        (finding,) = of(checked, "TR-13")
        assert finding.value  # the first cell with hours, not a blank one
        assert checked.clean["time_record"].values.height == 0
        assert set(codes) <= {"TR-13", "WB-10"}  # not also: more than a day


WEEK = ["0,3125", "0,25", "0,291667", "0,333333", "0,3125"]  # 7:30, 6:00, 7:00, 8:00, 7:30


@pytest.mark.parametrize(("hours", "is_told"), [
    (WEEK, True),
    (["0", *WEEK], True),
    (["", *WEEK], True),
    (["1", *WEEK], True),
    (WEEK[:4], False),  # fewer than five prove nothing
    ([*WEEK, "1,5"], False),
    ([*WEEK, "-0,25"], False),
    ([*WEEK, "0,123"], False),  # no whole minutes as part of a day either
    (["0,25", "0,5", "0,75", "0,05", "1"], False),  # good hours
    (["0,33", "0,67", "0,5", "0,25", "1"], False),  # two decimals of an hour
    (["time:0.3125"] * 6, False),  # these are known to be times
])  # fmt: skip
def test_parts_of_a_day_in_a_column_of_hours(hours: list[str], is_told: bool) -> None:
    checked = judge(chain(time_record=hours_rows(*hours)))
    assert ("TR-24" in {finding.code for finding in checked.findings}) == is_told
    if is_told:
        (finding,) = of(checked, "TR-24")
        first = next(at for at, text in enumerate(hours) if text not in {"", "0"})
        assert (finding.row, finding.value) == (2 + first, hours[first])
        assert finding.facts["as_days"] == round(float(hours[first].replace(",", ".")) * 24, 2)
        assert {row for _, row in finding.rows} == set(range(len(hours)))
        assert checked.clean["time_record"].values.height == 0
        # Rounding to minutes is no question any more; that a cell is blank still is.
        assert {item.code for item in checked.findings} <= {"TR-24", "WB-10"}


def test_each_sheet_has_a_unit_of_its_own() -> None:
    days = deliver("days.xlsx", time_record=hours_rows(*WEEK))
    rest = chain(time_record=hours_rows("7,5", "8"))
    checked = judge(days, rest)
    assert [(finding.code, finding.file) for finding in checked.findings] == [("TR-24", "days.xlsx")]
    assert checked.clean["time_record"].values["hours"].to_list() == [7.5, 8]


# Workbooks without content


def test_a_workbook_without_rows_is_told() -> None:
    checked = judge(workbook(sheet("Kunder", [["Kundenummer", "Kundenavn"]]), template=OURS))
    assert told(checked) == [("WB-30", None, None)]
    assert checked.blocks_everything
    assert told(judge(workbook(name="empty.xlsx", template=OURS))) == [("WB-30", None, None)]
