"""What people paste: headers in two lines, names for numbers, remarks, subtotals, copied sheets, old templates."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from delivery import OURS, sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.checking.bind import Binding, bind
from momentsheet.checking.grammar import show_raw
from momentsheet.model.finding import Finding
from momentsheet.model.workbook import Sheet, Workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
EMPLOYEES = [
    ["E-post", "Fornavn", "Etternavn", "Ansattnummer", "Mobil"],
    ["kari@fjord.example", "Kari", "Nordmann", "7", "90000011"],
    ["ola@fjord.example", "Ola", "Dahl", "12", "90000012"],
    ["ola.d@fjord.example", "Ola", "Dahl", "13", "90000013"],
]
CUSTOMERS = [["Kundenummer", "Kundenavn"], ["10001", "Fjord AS"], ["10002", "Solgård Eiendom AS"]]
PROJECTS = [
    ["Prosjektnr", "Prosjektnavn", "Kundenr", "Prosjektstatus"],
    ["1001", "Havneby skole", "10001", "Aktiv"],
    ["1002", "Brygga", "10002", "Aktiv"],
]


def book(*sheets: Sheet) -> Workbook:
    return workbook(*sheets, template=OURS)


def delivery(hours: Sequence[Sequence[str]], projects: Sequence[Sequence[str]] = PROJECTS) -> Workbook:
    return book(
        sheet("Medarbeidere", EMPLOYEES), sheet("Kunder", CUSTOMERS), sheet("Prosjekter", projects),
        sheet("Timer", hours),
    )  # fmt: skip


def columns(binding: Binding, place: int = 0) -> dict[str, tuple[str | None, str]]:
    return {read.header: (read.field, read.how) for read in binding.sheets[place].columns}


def errors(findings: Sequence[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.cell) for finding in findings if finding.severity == "error"]


# Headers in two lines


def bound_header(cells: Sequence[Sequence[str]], merged: Sequence[tuple[int, int, int, int]] = ()) -> Binding:
    return bind(book(sheet("Prosjekter", cells, merged=merged)), CATALOG)


@pytest.mark.parametrize("merged", [(), ((1, 0, 1, 1), (1, 2, 1, 2))])
def test_a_group_above_its_columns_belongs_to_them(merged: Sequence[tuple[int, int, int, int]]) -> None:
    binding = bound_header(
        [["Prosjekt", "", "Kunde", ""], ["Nummer", "Navn", "Nummer", "Status"], ["1001", "Brygga", "10001", "Aktiv"]],
        merged,
    )
    read = columns(binding)
    assert read["Prosjekt Nummer"] == ("project_number", "two_lines")
    assert read["Prosjekt Navn"] == ("name", "two_lines")
    assert read["Kunde Nummer"] == ("customer_number", "two_lines")
    assert read["Status"] == ("status", "alias")
    assert binding.bound[0].header_row == 2
    assert show_raw(binding.bound[0].raw("customer_number", 0)) == "10001"


def test_a_word_broken_over_two_rows_is_one_header() -> None:
    binding = bound_header([["Prosjekt-", "Prosjekt-", "Kunde-"], ["nr", "navn", "nummer"], ["1", "Brygga", "10001"]])
    assert [read.field for read in binding.sheets[0].columns] == ["project_number", "name", "customer_number"]
    assert {read.how for read in binding.sheets[0].columns} == {"two_lines"}


def test_what_stands_below_another_group_is_not_taken_for_ours() -> None:
    """«Navn» below «Kunde» is the customer's name, not the project's."""
    binding = bound_header(
        [["Prosjekt", "", "Kunde", ""], ["Nummer", "Navn", "Nummer", "Navn"], ["1001", "Brygga", "10001", "Fjord AS"]]
    )
    read = columns(binding)
    assert read["Prosjekt Navn"][0] == "name"
    assert read["Kunde Navn"][0] is None


def test_a_title_above_one_header_row_is_no_second_line() -> None:
    binding = bound_header([["Prosjekt"], ["Prosjektnr", "Prosjektnavn", "Kundenr"], ["1001", "Brygga", "10001"]])
    assert {read.how for read in binding.sheets[0].columns} <= {"label", "alias"}
    assert binding.bound[0].header_row == 2


# Names where numbers or addresses belong


@pytest.mark.parametrize("who", [
    "kari@fjord.example", "KARI@fjord.example", "Kari Nordmann", "Nordmann, Kari", "nordmann kari", "Kari  Nordmann",
    "7", "number:7", "Kari Nordmann <kari@fjord.example>", "7 Kari Nordmann",
])  # fmt: skip
def test_people_are_known_by_address_number_and_name(who: str) -> None:
    hours = [["Ansatt", "Dato", "Prosjektnummer", "Timer"], [who, "04.03.2024", "1001", "7,5"]]
    found = check([delivery(hours)], CATALOG, TODAY)
    assert errors(found.findings) == []
    assert found.clean["time_record"].values["employee_email"].to_list() == ["kari@fjord.example"]


@pytest.mark.parametrize(("written", "number"), [
    ("1001", "1001"), ("1001 Havneby skole", "1001"), ("Havneby skole", "1001"), ("1002 - brygga", "1002"),
    ("Brygga (1002)", "1002"),
])  # fmt: skip
def test_projects_are_known_by_number_and_name(written: str, number: str) -> None:
    hours = [["Ansatt", "Dato", "Prosjektnummer", "Timer"], ["kari@fjord.example", "04.03.2024", written, "7,5"]]
    found = check([delivery(hours)], CATALOG, TODAY)
    assert errors(found.findings) == []
    assert found.clean["time_record"].values["project_number"].to_list() == [number]
    repairs = [(one.before, one.after, one.why) for one in found.repairs if one.field == "project_number"]
    assert repairs == ([] if written == number else [(written, number, "known_as")])


def test_a_name_of_two_people_is_one_question_that_names_both() -> None:
    hours = [["Ansatt", "Dato", "Prosjektnummer", "Timer"], ["Dahl, Ola", "04.03.2024", "1001", "7,5"]]
    found = check([delivery(hours)], CATALOG, TODAY)
    assert errors(found.findings) == [("WB-50", "A2")]
    (finding,) = [finding for finding in found.findings if finding.code == "WB-50"]
    assert finding.facts["keys"] == ("ola.d@fjord.example", "ola@fjord.example")


def test_a_number_beside_the_name_of_another_row_is_not_guessed() -> None:
    hours = [["Ansatt", "Dato", "Prosjektnummer", "Timer"], ["kari@fjord.example", "04.03.2024", "1001 Brygga", "7,5"]]
    found = check([delivery(hours)], CATALOG, TODAY)
    assert [cell for _, cell in errors(found.findings)] == ["C2"]


@pytest.mark.parametrize(("written", "suggested"), [
    ("Havnby skole", "1001"), ("1001 Havneby skolle", "1001"), ("noe helt annet", None),
])  # fmt: skip
def test_a_name_that_is_almost_one_is_suggested_by_its_number(written: str, suggested: str | None) -> None:
    hours = [["Ansatt", "Dato", "Prosjektnummer", "Timer"], ["kari@fjord.example", "04.03.2024", written, "7,5"]]
    found = check([delivery(hours)], CATALOG, TODAY)
    (finding,) = [finding for finding in found.findings if finding.severity == "error"]
    assert (finding.cell, finding.suggestion) == ("C2", suggested)


def test_a_column_of_names_stands_in_for_one_of_numbers() -> None:
    hours = [
        ["First Name", "Last Name", "Date", "Project", "Hours"],
        ["Kari", "Nordmann", "2024-03-04", "Brygga", "7.5"],
    ]
    delivered = delivery(hours)
    found = check([delivered], CATALOG, TODAY)
    assert errors(found.findings) == []
    row = found.clean["time_record"].values.row(0, named=True)
    assert (row["employee_email"], row["project_number"]) == ("kari@fjord.example", "1002")
    read = columns(bind(delivered, CATALOG), 3)
    assert read["First Name"] == read["Last Name"] == ("employee_email", "joined")
    assert read["Project"] == ("project_number", "stand_in")
    assert [finding.value for finding in found.findings if finding.code == "WB-51"] == [
        "First Name + Last Name", "Project",
    ]  # fmt: skip


def test_a_column_of_names_is_read_only_where_no_number_is_there() -> None:
    hours = [
        ["Ansatt", "Dato", "Prosjektnummer", "Prosjekt", "Timer"],
        ["kari@fjord.example", "04.03.2024", "1001", "et annet navn", "7,5"],
    ]
    read = columns(bind(delivery(hours), CATALOG), 3)
    assert (read["Prosjektnummer"][0], read["Prosjekt"]) == ("project_number", (None, "extra"))


def test_an_empty_column_of_numbers_leaves_the_field_to_the_names() -> None:
    hours = [
        ["Ansatt", "Dato", "Prosjektnummer", "Prosjekt", "Timer"],
        ["kari@fjord.example", "04.03.2024", "", "Brygga", "7,5"],
    ]
    found = check([delivery(hours)], CATALOG, TODAY)
    assert errors(found.findings) == []
    assert found.clean["time_record"].values["project_number"].to_list() == ["1002"]


# Rows that are no data


HOURS = [
    ["Ansatt", "Dato", "Prosjektnummer", "Timer"],
    ["kari@fjord.example", "04.03.2024", "1001", "7,5"],
    ["kari@fjord.example", "05.03.2024", "1001", "7"],
]


@pytest.mark.parametrize("row", [
    ["Sum Kari Nordmann", "", "", "14,5"], ["Kari Nordmann totalt", "", "", "14,5"], ["", "", "Delsum 1001", "14,5"],
    ["Totalt", "", "", "14,5"], ["I alt", "", "", "14,5"],
])  # fmt: skip
def test_subtotals_are_no_hours(row: list[str]) -> None:
    found = check([delivery([*HOURS, row])], CATALOG, TODAY)
    assert errors(found.findings) == []
    assert found.totals["time_record"].rows_skipped == 1
    assert found.totals["time_record"].sums["hours"] == "14.50"


def test_a_customer_called_sum_is_a_customer() -> None:
    found = check([book(sheet("Kunder", [*CUSTOMERS, ["10003", "Sum Energi AS"], ["10004", "Total"]]))], CATALOG, TODAY)
    assert found.totals["customer"].rows_read == 4


@pytest.mark.parametrize(("row", "place"), [
    (["Alle timene er godkjent av Kari"], 0), (["", "", "", "Merk: uten reisetid"], 3),
])  # fmt: skip
def test_a_remark_below_the_data_is_told_and_is_no_row(row: list[str], place: int) -> None:
    found = check([delivery([*HOURS, [], row])], CATALOG, TODAY)
    assert errors(found.findings) == []
    assert [(one.row, one.severity) for one in found.findings if one.code == "WB-54"] == [(5, "warning")]
    assert found.totals["time_record"].rows_skipped == 1


def test_a_name_alone_is_a_row_that_lacks_its_number() -> None:
    found = check([book(sheet("Kunder", [*CUSTOMERS, ["", "Den Blå Fisken Handel AS"]]))], CATALOG, TODAY)
    assert errors(found.findings) == [("CU-01", "A4")]


# Several sheets of one kind


@pytest.mark.parametrize("names", [
    ("Timer 2023", "Timer 2024"), ("Timer", "Timer (2)"), ("Timer", "Kopi av Timer"), ("2023 timer", "Hours_2024"),
])  # fmt: skip
def test_sheets_of_one_kind_are_read_together(names: tuple[str, str]) -> None:
    first, second = (sheet(name, [HOURS[0], row]) for name, row in zip(names, HOURS[1:], strict=True))
    binding = bind(book(first, second), CATALOG)
    assert [bound.entity.name for bound in binding.bound] == ["time_record", "time_record"]
    assert [told.check for told in binding.told] == []


def test_a_sheet_that_was_copied_is_told_and_not_imported_twice() -> None:
    rows = [*HOURS, ["ola@fjord.example", "05.03.2024", "1001", "6"]]
    base = delivery(rows)
    found = check([book(*base.sheets, sheet("Timer (2)", rows))], CATALOG, TODAY)
    assert [(one.sheet, one.facts["first_sheet"]) for one in found.findings if one.code == "WB-52"] == [
        ("Timer (2)", "Timer")
    ]
    assert found.blocks_everything


# An older template


def old_meta(*lines: Sequence[str]) -> Sheet:
    return sheet("_meta", [["template", "id", "momentsheet"], ["template", "catalog", "0a1b2c3d4e5f"], *lines])


def test_headers_of_an_old_template_are_read_and_what_changed_is_told() -> None:
    meta = old_meta(
        ["sheet", "customer", "Firmaer"], ["column", "customer.customer_number", "Firmanr *"],
        ["column", "customer.name", "Kundenavn *"], ["column", "customer.fax", "Faks"],
    )  # fmt: skip
    binding = bind(book(sheet("Firmaer", [["Firmanr *", "Kundenavn *"], ["10001", "Fjord AS"]]), meta), CATALOG)
    assert columns(binding)["Firmanr *"] == ("customer_number", "meta")
    (told,) = [item for item in binding.told if item.check == "old_template"]
    assert told.facts is not None
    assert told.facts["gone"] == ("Faks",)
    assert [pair["nb"] for pair in told.facts["renamed"]] == ["Firmanr → Kundenummer"]  # type: ignore[attr-defined]
    assert "Kunder › Org.nr." in [label["nb"] for label in told.facts["new"]]  # type: ignore[attr-defined]


def test_a_field_that_was_called_otherwise_is_read_and_told_as_renamed() -> None:
    customer = CATALOG.entities["customer"]
    fields = tuple(
        dataclasses.replace(field, was=("title_of_firm",)) if field.name == "name" else field
        for field in customer.fields
    )
    catalog = dataclasses.replace(
        CATALOG,
        entities={**CATALOG.entities, "customer": dataclasses.replace(customer, fields=fields, was=("firm",))},
    )
    meta = old_meta(
        ["sheet", "firm", "Firmaer"], ["column", "firm.customer_number", "Kundenummer *"],
        ["column", "firm.title_of_firm", "Firma *"],
    )  # fmt: skip
    binding = bind(book(sheet("Firmaer", [["Kundenummer *", "Firma *"], ["10001", "Fjord AS"]]), meta), catalog)
    assert columns(binding)["Firma *"] == ("name", "meta")
    (told,) = [item for item in binding.told if item.check == "old_template"]
    assert told.facts is not None
    assert [pair["nb"] for pair in told.facts["renamed"]] == ["Firma → Kundenavn"]  # type: ignore[attr-defined]
    assert told.facts["gone"] == ()
