"""Rows that seem to be the same under different numbers: told with the evidence, merged or kept apart as answered."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from delivery import OURS, sheet, workbook

from momentsheet.__main__ import main
from momentsheet.catalog import dump_answers, load_answers, load_catalog
from momentsheet.checking import check
from momentsheet.checking.check import Checked
from momentsheet.errors import CatalogError
from momentsheet.model.answers import Answer, Choice
from momentsheet.model.finding import Finding
from momentsheet.model.workbook import Workbook
from momentsheet.reporting import message
from momentsheet.reporting.fix_listing import fix_listing
from momentsheet.rounds import answers_of_workbook, fix_lines
from momentsheet.workbook import copy_annotated, read_workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
PEOPLE = [["E-post", "Fornavn", "Etternavn", "Mobil"], ["kari@a.example", "Kari", "Dahl", "90000011"]]
CUSTOMERS = ["Kundenummer", "Kundenavn", "Org.nr.", "E-post", "Telefon"]
PROJECTS = ["Prosjektnr", "Prosjektnavn", "Kundenr", "Prosjektstatus"]
NO_PROJECTS = [["1001", "Brygga", "10001", "Aktiv"]]

FJORD = ["10001", "Fjordglimt Eiendom AS", "", "post@fjordglimt.example", "22000011"]


def delivery(*customers: list[str], projects: list[list[str]] | None = None, more: tuple[Any, ...] = ()) -> Workbook:
    return workbook(
        sheet("Medarbeidere", PEOPLE),
        sheet("Kunder", [CUSTOMERS, *customers]),
        sheet("Prosjekter", [PROJECTS, *(NO_PROJECTS if projects is None else projects)]),
        *more,
        template=OURS,
    )  # fmt: skip


def alike(found: Checked) -> list[Finding]:
    return [finding for finding in found.findings if finding.code == "WB-61"]


def repairs(found: Checked) -> list[tuple[str, str, str, str, str]]:
    return [(one.sheet, one.cell, one.before, one.after, one.why) for one in found.repairs if "merge" in one.why]


MERGE = Answer("customer", "customer_number", "10002", "merge", "10001")
KEEP = Answer("customer", "customer_number", "10002", "keep")


# What is told


@pytest.mark.parametrize(("other", "because"), [
    (["10002", "Fjordglimt Eiendom AS", "", "", "22000011"], None),  # same name: CU-09 tells
    (["10002", "Eiendom Fjordglimt", "", "", ""], "samme navn"),
    (["10002", "Fjord-glimt Eiendom", "", "", ""], None),
    (["10002", "Fjordglimt Eiendomm AS", "", "", ""], "navnet er 97 % likt"),
    (["10002", "Fjordglimt Eindom", "", "a@fjordglimt.example", "22000011"], "navnet er 97 % likt og samme Telefon"),
    (["10002", "Fjordglimt", "", "post@fjordglimt.example", "22000011"], "samme E-post og samme Telefon"),
])  # fmt: skip
def test_a_customer_that_is_likely_another_one_is_told_with_the_evidence(other: list[str], because: str | None) -> None:
    found = check([delivery(FJORD, other)], CATALOG, TODAY)
    told = [(one.cell, one.severity, message(one, CATALOG, "nb").partition(": ")[2]) for one in alike(found)]
    assert told == ([("A3", "warning", f"{because}.")] if because else [])
    if because is None:
        assert [one.code for one in found.findings if one.code == "CU-09"] == ["CU-09"]


@pytest.mark.parametrize("other", [
    ["10002", "Fjordglimt Bygg", "", "", ""],
    ["10002", "Fjordblikk Hytter", "", "post@fjordglimt.example", ""],  # a shared mailbox alone
    ["10002", "Fjordglimt Eindom", "", "annen@fjordglimt.example", "22000099"],  # one letter, all else differs
    ["10002", "Fjordglimt Eiendom 2", "", "", ""],
    ["10001", "Fjordglimt Eiendomm AS", "", "", ""],  # the same number twice is told by CU-08
    ["", "Fjordglimt Eiendomm AS", "", "", ""],
])  # fmt: skip
def test_what_is_no_more_than_similar_is_not_told(other: list[str]) -> None:
    assert alike(check([delivery(FJORD, other)], CATALOG, TODAY)) == []


def test_two_registration_numbers_are_two_customers() -> None:
    first, second = [*FJORD], ["10002", "Fjordglimt Eiendomm", "310000027", "post@fjordglimt.example", "22000011"]
    first[2] = "310000019"
    found = check([delivery(first, second)], CATALOG, TODAY)
    assert alike(found) == []
    second[2] = first[2]
    found = check([delivery(first, second)], CATALOG, TODAY)
    assert ([one.code for one in found.findings if one.code == "CU-03"], alike(found)) == (["CU-03"], [])


def test_of_several_the_one_that_is_used_most_stays_and_each_other_one_is_told() -> None:
    """What CU-09 has told of a row is not told again; of the others, the one to keep is the one that others name."""
    names = ["Fjordglimt Eiendom", "Fjordglimt Eiendomm", "Fjordglimt Eiendom AS", "Eiendom Fjordglimt"]
    customers = [[f"1000{place}", name, "", "", ""] for place, name in enumerate(names, 1)]
    found = check([delivery(*customers, projects=[["1", "Brygga", "10002", "Aktiv"]])], CATALOG, TODAY)
    assert [(one.key, one.facts["same_as"], one.facts["keys"]) for one in alike(found)] == [
        ("10001", "10002", ("10002", "10004")), ("10004", "10002", ("10002", "10001")),
    ]  # fmt: skip
    assert [one.key for one in found.findings if one.code == "CU-09"] == ["10003"]


@pytest.mark.parametrize(
    ("phones", "count"), [(("90000011", "90000012"), 0), (("90000011", "90000011"), 1), (("", ""), 1)]
)
def test_two_people_of_one_name_with_phones_of_their_own_are_two(phones: tuple[str, str], count: int) -> None:
    people = [["E-post", "Fornavn", "Etternavn", "Mobil"]]
    people += [["kari@a.example", "Kari", "Dahl", phones[0]], ["kd@a.example", "Dahl", "Kari", phones[1]]]
    book = workbook(sheet("Medarbeidere", people), template=OURS)
    assert len(alike(check([book], CATALOG, TODAY))) == count


def test_people_projects_and_products_are_asked_about_too() -> None:
    people = sheet("Medarbeidere", [*PEOPLE, ["kd@a.example", "Dahl", "Kari", ""]])
    projects = [*NO_PROJECTS, ["1002", "Bryggga", "10001", "Aktiv"], ["1003", "Brygga", "10009", "Aktiv"]]
    products = sheet("Produkter", [["Produktnr", "Produktnavn"], ["P-1", "Plott farge"], ["P-2", "Farge plott"]])
    base = delivery(FJORD, ["10009", "Berg AS", "", "", ""], projects=projects)
    book = workbook(people, *base.sheets[1:], products, template=OURS)
    assert [(one.sheet, one.key) for one in alike(check([book], CATALOG, TODAY))] == [
        ("Medarbeidere", "kd@a.example"), ("Prosjekter", "1002"), ("Produkter", "P-2"),
    ]  # fmt: skip


# What is answered


TWICE = delivery(
    FJORD,
    ["10002", "Fjordglimt Eindom", "", "post@fjordglimt.example", "22000012"],
    projects=[["1", "Brygga", "10002", "Aktiv"], ["2", "Kaia", "Fjordglimt Eindom", "Aktiv"]],
    more=(sheet("Kontaktpersoner", [["Kundenummer", "Fornavn", "Etternavn"], ["10002", "Ola", "Moe"]]),),
)


def test_a_merged_row_is_left_out_and_all_that_names_it_names_the_other() -> None:
    found = check([TWICE], CATALOG, TODAY, [MERGE])
    assert [one.code for one in found.findings if one.severity == "error"] == []
    assert alike(found) == []
    assert found.clean["customer"].values["customer_number"].to_list() == ["10001"]
    assert found.clean["project"].values["customer_number"].to_list() == ["10001", "10001"]
    assert found.clean["contact"].values["customer_number"].to_list() == ["10001"]
    totals = found.totals["customer"]
    assert (totals.rows_read, totals.rows_clean, totals.rows_skipped) == (1, 1, 1)
    assert sorted(repairs(found)) == [
        ("Kontaktpersoner", "A2", "10002", "10001", "merge"),
        ("Kunder", "A3", "10002", "10001", "merge_row"),
        ("Kunder", "B3", "Fjordglimt Eindom", "Fjordglimt Eiendom AS", "merge_differs"),
        ("Kunder", "E3", "22000012", "22000011", "merge_differs"),
        ("Prosjekter", "C2", "10002", "10001", "merge"),
    ]  # fmt: skip
    named = [(one.cell, one.after) for one in found.repairs if one.why == "known_as"]
    assert named == [("C3", "10001")]


def test_what_the_row_that_stays_lacks_is_told_and_not_filled_in() -> None:
    first = ["10001", "Fjordglimt Eiendom AS", "", "", ""]
    book = delivery(first, ["10002", "Fjordglimt Eindom", "", "post@fjordglimt.example", ""])
    found = check([book], CATALOG, TODAY, [MERGE])
    assert ("Kunder", "D3", "post@fjordglimt.example", "", "merge_lacks") in repairs(found)
    assert found.clean["customer"].values["email"].to_list() == [None]


def test_what_then_stands_twice_below_the_other_row_is_left_out_too() -> None:
    projects = [["1", "Brygga", "10001", "Aktiv"], ["2", "Brygga", "10001", "Aktiv"]]
    activities = [
        ["Prosjektnummer", "Aktivitet", "Estimat timer"],
        ["1", "Tegning", "10"],
        ["2", "tegning", "12"],
        ["2", "Befaring", ""],
    ]
    hours = [
        ["Ansatt", "Dato", "Prosjektnummer", "Timer", "Aktivitet"],
        ["kari@a.example", "04.03.2024", "2", "7", "tegning"],
    ]
    book = delivery(FJORD, projects=projects, more=(sheet("Aktiviteter", activities), sheet("Timer", hours)))
    found = check([book], CATALOG, TODAY, [Answer("project", "project_number", "2", "merge", "1")])
    assert [(one.code, one.cell) for one in found.findings if one.severity == "error"] == []
    kept = found.clean["activity"].values.select("row_id", "project_number", "activity_name").rows()
    assert kept == [(0, "1", "Tegning"), (1, "1", "Befaring")]
    assert found.clean["time_record"].values["project_number"].to_list() == ["1"]
    assert ("Aktiviteter", "B3", "tegning", "Tegning", "merge_twice") in repairs(found)
    assert found.totals["activity"].rows_skipped == 1


@pytest.mark.parametrize("answers", [
    [Answer("customer", "customer_number", "10002", "merge", "99999")],  # no such row
    [Answer("customer", "customer_number", "10002", "merge", "10002")],
    [MERGE, Answer("customer", "customer_number", "10001", "merge", "10002")],  # a ring
    [Answer("contact", "customer_number", "10002", "merge", "10001")],  # no key
])  # fmt: skip
def test_an_answer_that_leads_nowhere_loses_nothing(answers: list[Answer]) -> None:
    found = check([TWICE], CATALOG, TODAY, answers)
    assert found.totals["customer"].rows_clean == 2
    assert [one.key for one in alike(found)] == ["10001"]


def test_answers_one_behind_the_other_lead_to_the_last_row() -> None:
    customers = [FJORD, ["10002", "Fjordglimt Eindom", "", "", ""], ["10003", "Fjordglimt Eiendomm", "", "", ""]]
    book = delivery(*customers, projects=[["1", "Brygga", "10003", "Aktiv"]])
    found = check([book], CATALOG, TODAY, [MERGE, Answer("customer", "customer_number", "10003", "merge", "10002")])
    assert found.clean["project"].values["customer_number"].to_list() == ["10001"]
    assert found.totals["customer"].rows_skipped == 2


def test_what_is_kept_apart_is_recorded_and_never_asked_again() -> None:
    found = check([TWICE], CATALOG, TODAY, [KEEP])
    assert alike(found) == []
    assert [(one.cell, one.before, one.after) for one in found.repairs if one.why == "keep"] == [
        ("A3", "10002", "10002")
    ]
    assert found.totals["customer"].rows_clean == 2
    clean = check([delivery(FJORD)], CATALOG, TODAY, [KEEP])
    assert [one for one in clean.repairs if one.why == "keep"] == []


def test_what_another_rule_asks_is_answered_in_the_same_way() -> None:
    book = delivery(FJORD, ["10002", "Fjordglimt Eiendom", "", "", ""])
    told = [one.code for one in check([book], CATALOG, TODAY).findings if one.code.startswith(("CU-0", "WB-6"))]
    assert told == ["CU-09"]
    found = check([book], CATALOG, TODAY, [KEEP])
    assert [one.code for one in found.findings if one.code.startswith(("CU-0", "WB-6"))] == []
    assert [one.before for one in found.repairs if one.why == "keep"] == ["10002"]
    found = check([book], CATALOG, TODAY, [MERGE])
    assert (found.totals["customer"].rows_clean, found.totals["customer"].rows_skipped) == (1, 1)


# The Fix list and the file of answers


def marked(book: Workbook, answers: tuple[Answer, ...] = (), language: str = "nb") -> tuple[openpyxl.Workbook, Any]:
    """The marked copy as somebody opens it, and the answer that is given about 10002."""
    found = check([book], CATALOG, TODAY, answers)
    listing = fix_listing(fix_lines(found.groups, CATALOG, answers, found.repairs), CATALOG, language)
    opened = openpyxl.load_workbook(io.BytesIO(copy_annotated(book, [], [listing])))
    (line,) = [row for row in opened[listing.name].iter_rows() if row[3].value == "10002"]
    return opened, line[6]


def answered(opened: openpyxl.Workbook) -> tuple[Answer, ...]:
    target = io.BytesIO()
    opened.save(target)
    return answers_of_workbook(read_workbook(target.getvalue(), "back.xlsx"), CATALOG)


ONE_USED = delivery(FJORD, ["10002", "Fjordglimt Eindom", "", "", ""])


@pytest.mark.parametrize("book", [ONE_USED, delivery(FJORD, ["10002", "Fjordglimt Eiendom", "", "", ""])])
def test_a_line_offers_to_merge_or_to_keep_and_answers_nothing_by_itself(book: Workbook) -> None:
    (line,) = fix_lines(check([book], CATALOG, TODAY).groups, CATALOG)
    assert (line.entity, line.field, line.value, line.asks) == ("customer", "customer_number", "10002", "same")
    assert (line.choices, line.preferred) == ((Choice("merge", "10001"), Choice("keep")), None)
    assert answered(marked(book)[0]) == ()


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_the_answer_is_understood_in_every_language_or_as_a_number(language: str) -> None:
    merge = CATALOG.text("fix_list.answer.merge", language).replace("{key}", "10001")
    opened, answer = marked(ONE_USED, language=language)
    for text, meant in ((merge, MERGE), (CATALOG.text("fix_list.answer.keep", language), KEEP), ("10001", MERGE)):
        answer.value = text
        assert answered(opened) == (meant,)


@pytest.mark.parametrize("answer", [MERGE, KEEP])
def test_an_answer_stays_in_the_list_and_can_be_changed(answer: Answer) -> None:
    opened, given = marked(ONE_USED, (answer,))
    assert answered(opened) == (answer,)
    given.value = "(behold begge)"
    assert answered(opened) == (KEEP,)


def test_the_file_of_answers_says_them_again() -> None:
    answers = (MERGE, KEEP, Answer("customer", "customer_number", "10091", "map", "10001", everywhere=True))
    assert load_answers(dump_answers(answers, "fjord", "").encode(), "a.yaml", CATALOG) == answers
    with pytest.raises(CatalogError, match="`merge` needs `to`"):
        load_answers(b"answers: [{field: customer.customer_number, value: '1', action: merge}]", "a.yaml", CATALOG)


def written(path: Path, *customers: list[str]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Kunder"
    for row in ([*CUSTOMERS, "Status"], *([*customer, "Aktiv"] for customer in customers)):
        book["Kunder"].append(row)
    projects = book.create_sheet("Prosjekter")
    for row in (["Prosjektnr", "Prosjektnavn", "Kundenr", "Prosjektstatus"], ["1", "Brygga", "10002", "Aktiv"]):
        projects.append(row)
    book.save(path)
    return path


def test_from_the_marked_copy_to_import_files_and_the_next_workbook_asks_nothing(tmp_path: Path) -> None:
    """The answer goes all the way: Fix list, import files, receipt, file of answers."""
    twin = ["10002", "Fjordglimt Eindom", "", "", "22000011"]
    command = ["convert", "-q", "--today", str(TODAY), "--mappings", str(tmp_path / "answers.yaml"), "--format", "csv"]
    assert main([*command, str(written(tmp_path / "a.xlsx", FJORD, twin)), "-o", str(tmp_path / "1")]) == 0
    marked = openpyxl.load_workbook(tmp_path / "1" / "a.checked.xlsx")
    (line,) = [row for row in marked["Rettelser"].iter_rows() if row[3].value in {"10001", "10002"}]
    assert line[3].value == "10001"  # the one that no project names
    line[6].value = "slå sammen med 10002"
    marked.save(tmp_path / "b.xlsx")
    assert main([*command, str(tmp_path / "b.xlsx"), "-o", str(tmp_path / "2")]) == 0
    (customers,) = (tmp_path / "2" / "import").rglob("*customer*.csv")
    assert [line.split(";")[0].strip('"') for line in customers.read_text("utf-8-sig").splitlines()[1:]] == ["10002"]
    receipt = (tmp_path / "2" / "receipt.html").read_text("utf-8")
    assert CATALOG.text("repair.merge_row", "nb") in receipt
    assert CATALOG.text("repair.merge_lacks", "nb") in receipt
    assert "action: merge" in (tmp_path / "answers.yaml").read_text("utf-8")
    assert main([*command, str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "3")]) == 0
    report = json.loads((tmp_path / "3" / "report.json").read_text("utf-8"))
    assert [item for item in report["findings"] if item["code"] == "WB-61"] == []
