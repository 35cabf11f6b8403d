"""A doubtful column is one question with its evidence; what a column decided stands in the report."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from delivery import OURS, book, sheet, workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from sample_reports import LOADER

from momentsheet.catalog import load_catalog
from momentsheet.checking import Checked, check
from momentsheet.model.finding import Evidence, Finding, Report
from momentsheet.model.workbook import Workbook
from momentsheet.reporting import message
from momentsheet.reporting.html import render_html
from momentsheet.reporting.machine import render_json, report_schema
from momentsheet.reporting.values import date
from momentsheet.reporting.words import evidence, fix, repair_reason
from momentsheet.workbook import read_workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
APRIL, MARCH = dt.date(2024, 4, 3), dt.date(2024, 3, 4)
HEADERS = ["Ansatt", "Dato", "Prosjektnummer", "Aktivitet", "Timer", "Fakturerbare timer", "Timepris"]
ROW = ["kari.nordmann@fjordglott.example", "04.03.2024", "1001", "Skisseprosjekt", "1", "1", ""]
DAYS = [f"{day}/{month:02d}/2024" for month in (1, 2, 3) for day in range(13, 29)]  # 48 that have the day first


def hours(column: str, cells: Sequence[str], header: str | None = None) -> Workbook:
    """A sheet of hours in which one column holds these cells."""
    place = HEADERS.index(column)
    titles = [*HEADERS[:place], header or column, *HEADERS[place + 1 :]]
    rows = [[*ROW[:place], cell, *ROW[place + 1 :]] for cell in cells]
    return workbook(sheet("Timer", [titles, *rows]), template=OURS)


def checked(book: Workbook) -> Checked:
    return check([book], CATALOG, TODAY)


def told(found: Checked, *codes: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.code in codes]


def words(finding: Finding, language: str = "en") -> str:
    return message(finding, CATALOG, language)


def report_of(found: Checked, language: str = "en") -> Report:
    return Report(
        "momentsheet", "0", CATALOG.version, TODAY, language, "", found.inputs, found.findings, found.groups,
        found.repairs, found.totals,
    )  # fmt: skip


def evidence_of(found: Checked, header: str) -> list[Evidence]:
    """What the column under that header decided."""
    columns = [column for item in found.inputs for one in item.sheets for column in one.columns]
    return [one for column in columns if column.header == header for one in column.evidence]


# One question for a column


def test_a_doubtful_column_of_dates_is_one_question() -> None:
    found = checked(hours("Dato", ["03/04/2024", "04/05/2024", "03/04/2024", "05.06.2024", "31/12/2023"]))
    (finding,) = told(found, "WB-18")
    assert (finding.cell, finding.facts["count"]) == ("B2", 3)
    assert words(finding) == (
        f"«03/04/2024» can mean {date(APRIL, 'en')} or {date(MARCH, 'en')}. Cells like this in the column: 3. "
        "Dates that can only be read with the day first: 1. Only with the month first: 0. That is too few to decide."
    )
    assert "Date order in the workbook" in fix(finding, CATALOG, "en")
    assert {row for _, row in finding.rows} == {0, 1, 2}  # all doubtful rows are held back, the others are not
    assert found.parsed["time_record"].bad["date"].tolist() == [True, True, True, False, False]


def test_a_column_that_contradicts_itself_shows_both_counts_and_the_rarer_cells() -> None:
    found = checked(hours("Dato", ["03/04/2024", *DAYS[:6], "04/16/2024", "04/17/2024"]))
    (finding,) = told(found, "WB-18")
    assert words(finding).endswith(
        "The column contradicts itself. Dates that can only be read with the day first: 6. "
        "Only with the month first: 2. The rarer ones are B9 «04/16/2024» and B10 «04/17/2024»."
    )
    assert not told(found, "WB-44", "WB-45")
    assert evidence_of(found, "Dato") == [
        Evidence("dates_doubtful", {"day_first_count": 6, "month_first_count": 2, "either_count": 1})
    ]


def test_at_most_five_cells_are_named() -> None:
    found = checked(hours("Dato", ["03/04/2024", *DAYS[:9], *(f"04/{day}/2024" for day in range(16, 24))]))
    (finding,) = told(found, "WB-18")
    assert len(finding.facts["cells"]) == 5  # type: ignore[arg-type]


def test_one_date_in_many_rows_is_one_witness() -> None:
    assert told(checked(hours("Dato", ["03/04/2024", *["13/04/2024"] * 50])), "WB-18")
    assert not told(checked(hours("Dato", ["03/04/2024", "13/04/2024", "14/04/2024", "15/04/2024"])), "WB-18")


def test_an_overwhelming_majority_decides_and_the_few_that_contradict_are_wrong() -> None:
    found = checked(hours("Dato", ["03/04/2024", "05/06/2024", *DAYS[:40], "04/16/2024", "04/17/2024"]))
    assert found.parsed["time_record"].values["date"][0] == dt.date(2024, 4, 3)
    assert not told(found, "WB-18")
    wrong = told(found, "WB-44")
    assert [(finding.cell, finding.suggestion) for finding in wrong] == [("B44", "16.04.2024"), ("B45", "17.04.2024")]
    assert words(wrong[0]) == (
        "«04/16/2024» does not fit. Different dates in the column that can only be read with the day first: 40."
    )
    (warning,) = told(found, "WB-45")
    assert (warning.severity, warning.cell) == ("warning", "B2")
    assert words(warning) == (
        "«03/04/2024» and dates like it were read with the day first (cells: 2). Dates that can only be read so: 40. "
        "Dates that can only be read the other way: 2 (B44 «04/16/2024» and B45 «04/17/2024»)."
    )
    assert evidence_of(found, "Dato") == [
        Evidence("day_first", {"day_first_count": 40, "month_first_count": 2, "either_count": 2})
    ]


@pytest.mark.parametrize(
    ("for_it", "against", "decides"), [(20, 1, True), (19, 1, False), (40, 2, True), (39, 2, False)]
)
def test_twenty_to_one_and_at_least_twenty(for_it: int, against: int, decides: bool) -> None:
    found = checked(hours("Dato", ["03/04/2024", *DAYS[:for_it], *(f"04/{16 + n}/2024" for n in range(against))]))
    assert bool(told(found, "WB-45")) is decides
    assert bool(told(found, "WB-18")) is not decides
    assert len(told(found, "WB-44")) == (against if decides else 0)


def test_nothing_ambiguous_needs_no_warning() -> None:
    found = checked(hours("Dato", [*DAYS[:40], "04/16/2024"]))
    assert not told(found, "WB-45", "WB-18")
    assert len(told(found, "WB-44")) == 1


def test_each_sheet_is_judged_by_itself() -> None:
    american = [[*ROW[:1], f"04/{day}/2024", *ROW[2:]] for day in range(13, 20)]
    ours = [[*ROW[:1], f"{day}/04/2024", *ROW[2:]] for day in range(13, 20)]
    last = [[*ROW[:1], "03/04/2024", *ROW[2:]]]
    two = workbook(sheet("Timer", [HEADERS, *ours, *last]), sheet("Timeliste", [HEADERS, *american, *last]))
    found = checked(two)
    days = found.parsed["time_record"].values["date"].to_list()
    assert (days[7], days[15]) == (dt.date(2024, 4, 3), dt.date(2024, 3, 4))


def test_a_doubtful_column_of_numbers_is_one_question() -> None:
    found = checked(hours("Timepris", ["1.234", "1.250", "7,5", "7.5"]))
    (finding,) = told(found, "WB-26")
    assert finding.cell == "G2"
    assert words(finding) == (
        "«1.234» can mean 1234 or 1,234. Cells like this in the column: 2. The column contradicts itself. "
        "Numbers with a decimal comma: 1. With a decimal point: 1. The rarer ones are G4 «7,5»."
    )
    assert evidence_of(found, "Timepris") == [
        Evidence("numbers_doubtful", {"comma_count": 1, "point_count": 1, "either_count": 2})
    ]


def test_many_numbers_decide_against_few() -> None:
    found = checked(hours("Timepris", ["1.234", *(f"{n},5" for n in range(25)), "7.5"]))
    (finding,) = told(found, "WB-46")
    assert "were read with a decimal comma (cells: 1)" in words(finding)
    assert "G28 «7.5»" in words(finding)
    assert found.parsed["time_record"].values["hourly_rate"].to_list()[::26] == [1234.0, 7.5]
    assert not told(found, "WB-26", "WB-11")  # each of them can be read in one way only


def test_a_column_of_nothing_but_ones_is_one_question() -> None:
    rows = [{"work_percentage": cell, "email": f"a{n}@firma.example"} for n, cell in enumerate(("1", "0", "number:1"))]
    found = checked(book(CATALOG, {"employee": rows}))
    (finding,) = told(found, "WB-47")
    assert finding.facts["count"] == 2
    assert len(finding.rows) == 2


CLOCKS: Mapping[str, tuple[list[str], bool]] = {
    "clock times with a comma": (["7,30", "7,15", "8", "1,45", "2,30", "0,15"], True),
    "clock times with a point": (["7.30", "7.15", "8.00", "1.45", "2.30", "0.15"], True),
    "as numbers": (["number:7.3", "number:7.15", "number:1.45", "number:2.3", "number:0.15"], True),
    "beside clock times with a colon": (["7,30", "7,15", "7:50", "1,45", "2,30", "0,15"], True),
    "one quarter as decimals": (["7,30", "7,15", "1,45", "2,30", "0,15", "0,25"], False),
    "one half": (["7,30", "7,15", "1,45", "2,30", "0,15", "7,5"], False),
    "too few": (["7,30", "7,15", "1,45", "2,30"], False),
    "nothing but thirty": (["7,30"] * 9, False),  # 7.3 hours a day may be a working day
    "a colon": (["7:30", "7:15", "1:45", "2:30", "0:15"], False),
}


@pytest.mark.parametrize(("cells", "is_told"), CLOCKS.values(), ids=CLOCKS.keys())
def test_clock_times_with_a_comma_are_one_question(cells: list[str], is_told: bool) -> None:
    found = checked(hours("Timer", cells))
    assert len(told(found, "TR-32")) == is_told
    if is_told:
        (finding,) = told(found, "TR-32")
        assert "7:30" in words(finding)
        assert len(finding.rows) == 5


def test_turned_cells_are_one_question() -> None:
    cells = ["date:45355", "date:45387", "date:45418", "13/03/2024", "14/03/2024", "15/03/2024"]
    (finding,) = told(checked(hours("Dato", cells)), "WB-49")
    assert (finding.cell, len(finding.rows)) == ("B2", 3)


def test_a_week_alone_names_its_days() -> None:
    (finding,) = told(checked(hours("Dato", ["uke 12 2024"])), "WB-48")
    assert (
        message(finding, CATALOG, "nb")
        == "«uke 12 2024» er en uke, ikke en dag. Den varer fra 18.03.2024 til 24.03.2024."
    )
    assert "18.03.2024" in fix(finding, CATALOG, "nb")


# Evidence

COLUMNS: Mapping[str, tuple[str, list[str], list[str]]] = {
    "the day first": ("Dato", [*DAYS[:3], "03/04/2024"], ["day_first"]),
    "the month first": ("Dato", ["04/13/2024", "04/14/2024", "04/15/2024"], ["month_first"]),
    "each date by itself": ("Dato", ["13/04/2024", "04/14/2024"], ["dates_doubtful"]),
    "one date that can only be read so": ("Dato", ["13/04/2024"], ["dates_clear"]),
    "dots need no evidence": ("Dato", ["03.04.2024"], []),
    "serials": ("Dato", ["45355", "date:45356"], ["serials"]),
    "a decimal comma that decides": ("Timepris", ["1.234", "7,5"], ["decimal_comma"]),
    "a decimal point": ("Timepris", ["7.5", "8.25"], ["decimal_point"]),
    "commas need no evidence": ("Timepris", ["7,5"], []),
    "the language": ("Timepris", ["1,234"], ["home_comma"]),
    "a mixture without doubt": ("Timepris", ["7,5", "7.5"], ["numbers_clear"]),
    "no numbers": ("Timepris", [""], []),
}


@pytest.mark.parametrize(("column", "cells", "ids"), COLUMNS.values(), ids=COLUMNS.keys())
def test_what_a_column_decided_is_known(column: str, cells: list[str], ids: list[str]) -> None:
    found = checked(hours(column, cells))
    assert [one.id for one in evidence_of(found, column)] == ids


@pytest.mark.parametrize(("answer", "told_as"), [
    ("DMY", "declared_day_first"), ("MDY", "declared_month_first"), ("YMD", "declared_year_first"),
])  # fmt: skip
def test_a_declared_order_is_told_beside_what_the_dates_say(answer: str, told_as: str) -> None:
    rows = {"company": [{"date_order": answer}], "project": [{"start_date": "03/04/2023", "end_date": ""}]}
    assert [one.id for one in evidence_of(checked(book(CATALOG, rows)), "Start")] == [told_as]


def test_a_date_against_the_companys_answer_is_told_as_such() -> None:
    rows = {"company": [{"date_order": "DMY"}], "project": [{"start_date": "04/13/2023", "end_date": ""}]}
    (finding,) = told(checked(book(CATALOG, rows)), "WB-44")
    assert words(finding).endswith("The company has answered that its dates are written with the day first.")
    assert finding.suggestion == "13.04.2023"


def test_fractions_and_restored_codes_are_told() -> None:
    rows = [{"work_percentage": cell, "email": f"a{n}@firma.example"} for n, cell in enumerate(("0,8", "1"))]
    found = checked(book(CATALOG, {"employee": rows, "customer": [{"postal_code": "number:158"}]}))
    assert evidence_of(found, "Arbeidsprosent") == [Evidence("fractions", {"count": 1})]
    assert evidence_of(found, "Hovedadresse - Postnummer") == [Evidence("leading_zero", {"count": 1})]


@pytest.mark.parametrize(
    "header",
    [
        "Minutter",
        "MINUTES",
        "Tid i minuter",
        "Minuter",
        "Minutes",
        "Antal minutter",
        "Antall minutter *",
        "Timer (minutter)",
    ],
)
def test_minutes_by_their_header_are_read_as_hours(header: str) -> None:
    found = checked(hours("Timer", ["450", "number:90", "7,5 t", "0"], header))
    assert found.parsed["time_record"].values["hours"].to_list() == [7.5, 1.5, 7.5, 0]
    (one,) = evidence_of(found, header)
    assert (one.id, one.facts) == ("minutes", {"header": header})
    why = sorted(repair.why for repair in found.repairs if repair.field == "hours")
    assert why == ["clock", "minutes", "minutes", "minutes"]
    assert not told(found, "TR-21", "WB-04")


def test_evidence_is_told_in_the_report_and_in_every_language() -> None:
    found = checked(hours("Dato", ["03/04/2024", *DAYS[:40]]))
    for language in ("en", "nb", "sv", "da"):
        shape = json.loads(render_json(report_of(found, language), CATALOG))
        jsonschema.validate(shape, report_schema())
        columns = {column["header"]: column for column in shape["inputs"][0]["sheets"][0]["columns"]}
        (one,) = columns["Dato"]["evidence"]
        assert (one["id"], one["day_first_count"]) == ("day_first", 40)
        assert "40" in one["text"]
        assert columns["Timer"]["evidence"] == []


def test_evidence_stands_on_the_page_beside_its_column() -> None:
    found = checked(hours("Timer", ["450", "90"], "Minutter"))
    assert "The header «Minutter» says minutes." in render_html(report_of(found), CATALOG, "en", LOADER)


@pytest.mark.parametrize(("entity", "field", "yes", "no"), [
    ("expense", "billable", "Fakturerbar", "ikke  fakturerbar"),
    ("product_sale", "billable", "Billable", "NON-BILLABLE"),
    ("absence_type", "paid", "Betalt", "Ubetalt"),
    ("project", "is_internal", "Internt", "Eksternt"),
])  # fmt: skip
def test_words_of_the_field_are_yes_and_no(entity: str, field: str, yes: str, no: str) -> None:
    found = checked(book(CATALOG, {entity: [{field: yes}, {field: no}]}))
    assert found.parsed[entity].values[field].to_list() == [True, False]


def test_every_evidence_has_its_text() -> None:
    ids = {one.partition(".")[2] for one in CATALOG.texts if one.startswith("evidence.")}
    known = {one for _, _, ids_of in COLUMNS.values() for one in ids_of}
    known |= {
        "declared_day_first",
        "declared_month_first",
        "declared_year_first",
        "fractions",
        "leading_zero",
        "minutes",
    }
    known |= {"number_tail", "epoch_1904", "home_point", "numbers_doubtful"}
    assert ids == known
    assert all(evidence(Evidence(one), CATALOG, "nb") for one in ids)


# Workbooks that count from 1904


def from_1904() -> bytes:
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    page = made.active
    assert page is not None
    page.title = "Timer"
    page.append(HEADERS)
    page.append([*ROW[:1], dt.date(2024, 3, 4), *ROW[2:]])
    page.append([*ROW[:1], dt.datetime(2024, 3, 5, 10, 30), *ROW[2:]])  # noqa: DTZ001
    page.append([*ROW[:1], 43894, *ROW[2:]])  # a date whose format was lost: of which of the two calendars?
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_a_workbook_from_1904_is_read_and_told() -> None:
    found = checked(read_workbook(from_1904(), "mac.xlsx"))
    assert found.parsed["time_record"].values["date"].to_list()[:2] == [dt.date(2024, 3, 4), dt.date(2024, 3, 5)]
    assert [finding.cell for finding in told(found, "WB-07")] == ["B4"]
    assert evidence_of(found, "Dato") == [Evidence("epoch_1904", {"count": 2})]
    (repair,) = [repair for repair in found.repairs if repair.field == "date"]
    assert (repair.cell, repair.why) == ("B3", "time_of_day")


@pytest.mark.parametrize("why", ["time_of_day", "week_date", "minutes", "address_only"])
@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_every_repair_has_its_words(why: str, language: str) -> None:
    assert repair_reason(why, CATALOG, language) not in {"", repair_reason("never heard of", CATALOG, language)}
