"""The example office: large enough, nobody real, and every mistake in its workbook found once, at its cell."""

import datetime as dt
import sys
from collections import Counter
from pathlib import Path

import pytest

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.converting import convert, make_manifest
from momentsheet.model.finding import Report
from momentsheet.workbook import read_workbook

EXAMPLE = Path(__file__).parents[1] / "examples" / "architects"
TODAY = dt.date(2025, 1, 15)


@pytest.fixture(scope="module")
def make():
    sys.path.insert(0, str(EXAMPLE))
    try:
        import make

        yield make
    finally:
        sys.path.remove(str(EXAMPLE))


@pytest.fixture(scope="module")
def catalog(make):
    return load_catalog(make.RULES, make.COMPANY)


@pytest.fixture(scope="module")
def good(make):
    return make.good()


@pytest.fixture(scope="module")
def corrected(make, catalog):
    return check([read_workbook(make.make_workbook(make.corrected()), "corrected.xlsx")], catalog, TODAY)


def mistakes_of():
    import mistakes

    return mistakes


def test_office_is_as_large_as_promised(good):
    rows = {entity: len(next(iter(columns.values()))) for entity, columns in good.items()}
    assert {name: rows[name] for name in ("company", "employee", "customer", "project")} == {
        "company": 1,
        "employee": 40,
        "customer": 250,
        "project": 900,
    }
    assert 24_000 <= rows["time_record"] <= 26_000
    days = good["time_record"]["date"]
    assert (min(days).year, max(days).year) == (2023, 2024)
    assert not any(day.month == 7 and 8 <= day.day <= 28 for day in days)
    assert {80, 60, 50} < set(good["employee"]["work_percentage"])


def test_office_is_the_same_each_time(make, good):
    assert make.good() == good


def test_nobody_in_it_is_real(good):
    mails = [mail for columns in good.values() for mail in columns.get("email", ()) if mail]
    assert all(mail.endswith(".example") for mail in mails)
    assert all(str(number).startswith("3") for number in good["customer"]["org_number"] if number)


def test_the_office_has_rows_in_every_sheet(good, catalog):
    assert {name for name, columns in good.items() if next(iter(columns.values()))} == {
        name for name, entity in catalog.entities.items() if entity.derived is None
    }


def test_corrected_workbook_has_remarks_and_repairs_but_no_mistakes(corrected):
    assert {finding.code for finding in corrected.findings} == mistakes_of().REMARKS
    assert [finding.code for finding in corrected.findings if finding.severity == "error"] == []
    assert {"decimal_comma", "clock", "date_as_text", "spelling", "trimmed"} <= {item.why for item in corrected.repairs}


def test_hours_of_the_corrected_workbook_come_out_to_the_minute(good, corrected, catalog):
    bundle = convert(corrected.clean, catalog, ["csv", "api"], corrected.facts)
    minutes = str(sum(round(hours * 60) for hours in good["time_record"]["hours"]))
    files = [file for file in bundle.files if file.entity == "time_record"]
    assert [file.sums["hours_minutes"] for file in files] == [minutes, minutes]
    report = Report(
        "momentsheet", "0", catalog.version, TODAY, "nb", "Fjordgløtt Arkitekter AS", tuple(corrected.inputs),
        tuple(corrected.findings), tuple(corrected.groups), tuple(corrected.repairs), corrected.totals,
    )  # fmt: skip
    assert make_manifest(report, bundle, catalog).startswith(b"{")  # the figures of workbook and files agree


def test_every_mistake_is_found_once_at_its_cell_and_nothing_else(make, catalog):
    columns, mistakes = make.spoiled()
    found = check([read_workbook(make.make_workbook(columns), "filled.xlsx")], catalog, TODAY).findings
    expected = Counter((item.entity, item.row, item.field, item.code) for item in mistakes)
    forms = {name for name, entity in catalog.entities.items() if entity.layout == "form"}  # one record, on many rows
    assert expected == Counter(
        (item.entity, 0 if item.entity in forms else item.row - 2, item.field, item.code)
        for item in found
        if item.code not in mistakes_of().REMARKS
    )
    assert len(mistakes) == len(expected)
    assert {item.code for item in found if item.severity == "error"} >= {"WB-05", "WB-07", "WB-19", "WB-20", "TR-01"}
