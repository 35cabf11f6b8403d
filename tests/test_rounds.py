"""From one round to the next: answers are applied before anything is read, accepted findings block nothing, and
everybody sees what is new, still open and fixed."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest
from delivery import OURS, sheet, workbook

from momentsheet.catalog import apply_company, dump_answers, dump_waivers, load_answers, load_catalog, load_waivers
from momentsheet.checking import check
from momentsheet.errors import CatalogError, UsageError
from momentsheet.model.answers import FIX_LIST, KEY_NAMES, Answer, Choice
from momentsheet.model.catalog import Company
from momentsheet.model.marks import FINGERPRINT, ListedCell, Listing
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import Workbook
from momentsheet.reporting.fix_listing import fix_listing
from momentsheet.rounds import (
    answers_of_workbook,
    compared,
    fix_lines,
    previous_of_report,
    previous_of_workbook,
)
from momentsheet.workbook import copy_annotated, read_workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
PEOPLE = [["E-post", "Fornavn", "Etternavn", "Mobil"], ["kari@a.example", "Kari", "Dahl", "90000011"]]
PROJECTS = [["Prosjektnr", "Prosjektnavn", "Kundenr", "Prosjektstatus"], ["1001", "Brygga", "10001", "Aktiv"]]
ACTIVITIES = [["Prosjektnummer", "Aktivitet"], ["1001", "Tegning"]]
HEADER = ["Ansatt", "Dato", "Prosjektnummer", "Timer"]


def delivery(*hours: list[str]) -> Workbook:
    return workbook(
        sheet("Medarbeidere", PEOPLE),
        sheet("Kunder", [["Kundenummer", "Kundenavn"], ["10001", "Fjord AS"]]),
        sheet("Prosjekter", PROJECTS),
        sheet("Timer", [HEADER, *hours]),
        template=OURS,
    )  # fmt: skip


def errors(found: object) -> list[str]:
    return [finding.code for finding in found.findings if finding.severity == "error"]  # type: ignore[attr-defined]


# Answers


@pytest.mark.parametrize(("answer", "value"), [
    (Answer("time_record", "project_number", "gamle brygga", "map", "1001"), "1001"),
    (Answer("time_record", "project_number", "Gamle  Brygga", "map", "Brygga"), "1001"),
])  # fmt: skip
def test_a_value_is_read_as_it_was_answered(answer: Answer, value: str) -> None:
    book = delivery(
        ["kari@a.example", "04.03.2024", "Gamle brygga", "7"], ["kari@a.example", "05.03.2024", "1001", "7"]
    )
    assert errors(check([book], CATALOG, TODAY)) == ["TR-01"]
    found = check([book], CATALOG, TODAY, [answer])
    assert errors(found) == []
    assert found.clean["time_record"].values["project_number"].to_list() == [value, "1001"]
    applied = [(repair.cell, repair.before, repair.after) for repair in found.repairs if repair.why == "answer"]
    assert applied == [("C2", "Gamle brygga", answer.to)]


def test_rows_that_are_to_be_skipped_are_counted_and_told() -> None:
    book = delivery(["kari@a.example", "04.03.2024", "test", "7"], ["kari@a.example", "05.03.2024", "1001", "7"])
    found = check([book], CATALOG, TODAY, [Answer("time_record", "project_number", "test", "skip")])
    assert errors(found) == []
    totals = found.totals["time_record"]
    assert (totals.rows_read, totals.rows_skipped) == (1, 1)
    skipped = [repair.cell for repair in found.repairs if repair.why == "answer_skip"]
    assert skipped == ["C2"]


def test_what_a_reference_says_in_full_can_be_added() -> None:
    hours = [
        [*HEADER, "Aktivitet"],
        ["kari@a.example", "04.03.2024", "1001", "7", "Befaring"],
        ["kari@a.example", "05.03.2024", "1002", "7", "befaring"],
        ["kari@a.example", "06.03.2024", "1001", "7", "Befaring"],
    ]
    projects = [*PROJECTS, ["1002", "Kaia", "10001", "Aktiv"]]
    base = delivery()
    more = (sheet("Prosjekter", projects), sheet("Aktiviteter", ACTIVITIES), sheet("Timer", hours))
    book = workbook(*base.sheets[:2], *more, template=OURS)
    assert errors(check([book], CATALOG, TODAY)) == ["TR-27"] * 3
    found = check([book], CATALOG, TODAY, [Answer("time_record", "activity_name", "Befaring", "create")])
    assert errors(found) == []
    added = found.clean["activity"].values.select("project_number", "activity_name").rows()
    assert added == [("1001", "Tegning"), ("1001", "Befaring"), ("1002", "befaring")]


def test_a_value_may_be_answered_to_mean_nothing() -> None:
    book = delivery(["kari@a.example", "04.03.2024", "1001", "ferie"], ["kari@a.example", "05.03.2024", "1001", "7"])
    found = check([book], CATALOG, TODAY, [Answer("time_record", "hours", "ferie", "blank")])
    (error,) = [one for one in found.findings if one.severity == "error"]
    assert (error.cell, error.value) == ("D2", "")


@pytest.mark.parametrize(("order", "day"), [("DMY", dt.date(2024, 4, 3)), ("MDY", dt.date(2024, 3, 4))])
def test_an_undecided_column_of_dates_is_read_in_the_order_that_was_answered(order: str, day: dt.date) -> None:
    book = delivery(["kari@a.example", "03/04/2024", "1001", "7"])
    assert errors(check([book], CATALOG, TODAY)) == ["WB-18"]
    found = check([book], CATALOG, TODAY, [Answer("time_record", "date", "", "order", order)])
    assert errors(found) == []
    assert found.clean["time_record"].values["date"].to_list() == [day]


# Waivers


MANY = (["kari@a.example", "04.03.2024", "1001", "20"], ["kari@a.example", "04.03.2024", "1001", "8"])


def waiver(code: str, key: str, until: dt.date | None = None) -> Waiver:
    return Waiver(code, key, "Kari Dahl", "stemmer med det gamle systemet", until)


def test_what_somebody_has_accepted_blocks_nothing_and_stays_visible() -> None:
    book = delivery(*MANY)
    before = check([book], CATALOG, TODAY)
    told = [finding for finding in before.findings if finding.code == "TR-14"]
    assert {finding.severity for finding in told} == {"error"}
    found = check([book], CATALOG, TODAY, waivers=[waiver("TR-14", finding.key or "") for finding in told])
    again = [finding for finding in found.findings if finding.code == "TR-14"]
    assert [(finding.severity, finding.fingerprint) for finding in again] == [("info", one.fingerprint) for one in told]
    assert {finding.waiver.who for finding in again if finding.waiver} == {"Kari Dahl"}
    assert found.clean["time_record"].values.height == 2


def test_one_finding_may_be_named_by_its_fingerprint() -> None:
    book = delivery(*MANY)
    (first, *_) = [one for one in check([book], CATALOG, TODAY).findings if one.code == "TR-14"]
    found = check([book], CATALOG, TODAY, waivers=[waiver("TR-14", first.fingerprint)])
    assert [one.severity for one in found.findings if one.fingerprint == first.fingerprint] == ["info"]


def test_a_waiver_ends_on_its_day_and_that_is_told() -> None:
    book = delivery(*MANY)
    (first, *_) = [one for one in check([book], CATALOG, TODAY).findings if one.code == "TR-14"]
    for until, severity in ((TODAY, "info"), (TODAY - dt.timedelta(1), "error")):
        found = check([book], CATALOG, TODAY, waivers=[waiver("TR-14", first.fingerprint, until)])
        assert [one.severity for one in found.findings if one.fingerprint == first.fingerprint] == [severity]
        expired = [notice.id for item in found.inputs for notice in item.notices]
        assert expired == ([] if severity == "info" else ["expired_waiver"])


def test_what_would_break_moment_is_never_accepted() -> None:
    book = delivery(["kari@a.example", "04.03.2024", "9999", "7"])
    (finding,) = [one for one in check([book], CATALOG, TODAY).findings if one.severity == "error"]
    assert errors(check([book], CATALOG, TODAY, waivers=[waiver(finding.code, finding.fingerprint)])) == [finding.code]


def test_errors_that_may_be_accepted_are_those_that_moment_would_take() -> None:
    waivable = {rule.code for rule in CATALOG.rules.values() if rule.severity == "error" and rule.is_waivable}
    assert waivable == {
        "AB-09", "AB-12", "AB-13", "CN-04", "CN-07", "CT-01", "CT-03", "CT-04", "CT-05", "CT-06", "IN-02", "IN-05",
        "IN-08", "IN-24", "IN-46", "IN-47", "TR-05", "TR-13", "TR-14", "WB-38", "WB-52",
    }  # fmt: skip


# Files


def test_files_say_again_what_was_written() -> None:
    waivers = (waiver("TR-06", "kari: 0123 «NO»", dt.date(2025, 6, 30)), waiver("TR-14", "x"))
    assert load_waivers(dump_waivers(waivers).encode(), "w.yaml", CATALOG) == waivers
    answers = (
        Answer("time_record", "project_number", "0123", "map", "NO"),
        Answer("time_record", "date", "", "order", "DMY"),
    )
    assert load_answers(dump_answers(answers, "fjord", "toggl").encode(), "a.yaml", CATALOG) == answers


@pytest.mark.parametrize(("text", "told"), [
    ("waivers: [{code: TR-01, key: x, who: k, why: z}]", "w.yaml:1: TR-01 cannot be waived"),
    ("waivers:\n- {code: TR-99, key: x, who: k, why: z}", "unknown rule `TR-99`"),
    ("waivers:\n- {code: TR-14, key: x, who: k}", "`why`"),
])  # fmt: skip
def test_what_is_wrong_in_a_file_of_waivers_is_told_at_its_line(text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told.replace("[", r"\[")):
        load_waivers(text.encode(), "w.yaml", CATALOG)


@pytest.mark.parametrize(
    "text",
    ["answers: [{field: time_record.hourz, action: blank}]", "answers: [{field: time_record.hours, action: map}]"],
)
def test_what_is_wrong_in_a_file_of_answers_is_told(text: str) -> None:
    with pytest.raises(CatalogError, match=r"a\.yaml:1"):
        load_answers(text.encode(), "a.yaml", CATALOG)


@pytest.mark.parametrize(
    ("said", "told"), [("company: berg", "`berg`, not `fjord`"), ("source_system: toggl", "source system")]
)
def test_answers_of_another_company_or_system_are_refused(said: str, told: str) -> None:
    catalog = apply_company(CATALOG, Company(code="fjord", source_system="harvest", given=frozenset(("code",))))
    with pytest.raises(CatalogError, match=told):
        load_answers(f"{said}\nanswers: []".encode(), "a.yaml", catalog)


# The round before


def test_findings_are_new_open_or_fixed() -> None:
    wrong, other = ["kari@a.example", "04.03.2024", "9999", "7"], ["kari@a.example", "05.03.2024", "1001", "mange"]
    before = check([delivery(wrong, other)], CATALOG, TODAY).findings
    report = json.dumps({"findings": [{"fingerprint": finding.fingerprint} for finding in before]})
    again = check(
        [delivery(wrong, ["kari@a.example", "05.03.2024", "1001", "7"], ["", "06.03.2024", "1001", "7"])],
        CATALOG,
        TODAY,
    )
    findings, progress = compared(again.findings, previous_of_report(report, "report.json"))
    status = {finding.code: finding.status for finding in findings if finding.severity == "error"}
    assert status == {"TR-01": "open", "WB-10": "new"}
    assert progress.fixed == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": 3}', '{"findings": [{}]}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a JSON report"):
        previous_of_report(text, "x.json")


# The Fix list


def returned(book: Workbook, answers: dict[str, str] | None = None, language: str = "nb") -> Workbook:
    """The marked copy of a delivery as it comes back, some answers (value -> answer) typed over ours."""
    found = check([book], CATALOG, TODAY)
    listing = fix_listing(fix_lines(found.groups, CATALOG), CATALOG, language)
    data = copy_annotated(book, [], [listing])
    opened = openpyxl.load_workbook(io.BytesIO(data))
    asked = opened[listing.name]
    for row in asked.iter_rows():
        if answers and row[3].value in answers:
            row[6].value = answers[row[3].value]
    target = io.BytesIO()
    opened.save(target)
    return read_workbook(target.getvalue(), book.name)


WRONG = delivery(
    ["kari@a.example", "04.03.2024", "Bryga", "7"],
    ["kari@a.example", "05.03.2024", "Bryga", "7"],
    ["kari@a.example", "06.03.2024", "kontor", "mange"],
)


@pytest.mark.parametrize(("field", "written", "preferred"), [
    (0, "kari@a.exampel", "kari@a.example"), (0, "karo@a.example", None), (2, "1002", None), (3, "mange", None),
])  # fmt: skip
def test_only_what_is_plainly_a_slip_is_answered_for_them(field: int, written: str, preferred: str | None) -> None:
    """Another person and another number are as easily typed: there the suggestion is offered, not taken."""
    row = ["kari@a.example", "04.03.2024", "1001", "7"]
    row[field] = written
    (line,) = fix_lines(check([delivery(row)], CATALOG, TODAY).groups, CATALOG)
    assert (line.preferred.to if line.preferred else None) == preferred


def test_our_suggestions_are_answers_until_somebody_changes_them() -> None:
    answers = answers_of_workbook(returned(WRONG), CATALOG)
    assert answers == (Answer("project", "project_number", "Bryga", "map", "1001", everywhere=True),)


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_answers_are_understood_in_the_language_of_the_list(language: str) -> None:
    words = {choice: CATALOG.text(f"fix_list.answer.{choice}", language) for choice in ("skip", "keep")}
    book = returned(WRONG, {"kontor": words["skip"], "Bryga": words["keep"], "mange": "7,5"}, language)
    assert set(answers_of_workbook(book, CATALOG)) == {
        Answer("project", "project_number", "kontor", "skip", everywhere=True),
        Answer("time_record", "hours", "mange", "map", "7,5"),
    }


def test_one_answer_settles_every_cell_with_the_value() -> None:
    book = returned(WRONG, {"kontor": "Brygga", "mange": "7,5"})
    found = check([book], CATALOG, TODAY, answers_of_workbook(book, CATALOG))
    assert errors(found) == []
    assert found.clean["time_record"].values["project_number"].to_list() == ["1001", "1001", "1001"]
    assert found.clean["time_record"].values["hours"].to_list() == [7.0, 7.0, 7.5]


def test_the_list_asks_once_for_each_value_the_commonest_first() -> None:
    lines = fix_lines(check([WRONG], CATALOG, TODAY).groups, CATALOG)
    assert (lines[0].value, lines[0].count) == ("Bryga", 2)
    assert {(line.value, line.count) for line in lines[1:]} == {("kontor", 1), ("mange", 1)}


def test_the_order_of_a_column_of_dates_is_asked_once() -> None:
    book = delivery(["kari@a.example", "03/04/2024", "1001", "7"], ["kari@a.example", "05/04/2024", "1001", "7"])
    (line,) = fix_lines(check([book], CATALOG, TODAY).groups, CATALOG)
    assert (line.value, line.count, [choice.to for choice in line.choices][:2]) == ("", 2, ["DMY", "MDY"])
    back = returned(book)
    found = check([back], CATALOG, TODAY, [Answer("time_record", "date", "", "order", "MDY")])
    assert found.clean["time_record"].values["date"].to_list() == [dt.date(2024, 3, 4), dt.date(2024, 5, 4)]


def test_what_means_yes_or_no_is_offered_as_such_and_a_form_is_never_left_out() -> None:
    people = [[*PEOPLE[0], "Lisens"], [*PEOPLE[1], "tja"]]
    form = sheet("Firma", [["Felt", "Svar"], ["Overgangsdato", "31.13.2024"]])
    book = workbook(form, sheet("Medarbeidere", people), *delivery().sheets[1:], template=OURS)
    lines = {line.value: line for line in fix_lines(check([book], CATALOG, TODAY).groups, CATALOG)}
    assert [choice.to for choice in lines["tja"].choices][:2] == ["Ja", "Nei"]
    assert Choice("skip") in lines["tja"].choices
    assert Choice("skip") not in lines["31.13.2024"].choices


def test_a_value_is_asked_once_however_it_is_spaced() -> None:
    days = ("04.03.2024", "Den gamle"), ("05.03.2024", "den  gamle")
    book = delivery(*(["kari@a.example", day, project, "7"] for day, project in days))
    (line,) = fix_lines(check([book], CATALOG, TODAY).groups, CATALOG)
    assert (line.value, line.count) == ("Den gamle", 2)


MISSING = workbook(
    *delivery(["kari@a.example", "04.03.2024", "1001", "7"]).sheets[:2],
    sheet("Prosjekter", [*PROJECTS, ["1002", "Kaia", "10091", "Aktiv"]]),
    sheet("Kontaktpersoner", [["Kundenummer", "Fornavn"], ["10091", "Ola"], ["10091", "Per"], ["10001", "Ali"]]),
    sheet("Fakturaer", [["Fakturanr", "Kundenr"], ["1", "10091"]]),
    sheet("Dokumenter", [["Hører til", "Nr", "Filnavn"], ["Kunde", "10091", "a.pdf"], ["Prosjekt", "10091", "b.pdf"]]),
    template=OURS,
)  # fmt: skip


def test_a_missing_row_is_asked_about_once_wherever_it_is_named() -> None:
    found = check([MISSING], CATALOG, TODAY)
    lines = {(line.asks, line.entity, line.value): line for line in fix_lines(found.groups, CATALOG)}
    line = lines["named", "customer", "10091"]
    places = [(one.sheet, one.cell) for one in (line.finding, *line.also)]
    assert (line.count, places) == (
        5, [("Kontaktpersoner", "A2"), ("Prosjekter", "C3"), ("Fakturaer", "B2"), ("Dokumenter", "B2")],
    )  # fmt: skip
    assert Choice("blank") not in line.choices  # a project without a customer is none
    assert lines["named", "project", "10091"].count == 1  # the document of a project
    listing = fix_listing([line], CATALOG, "nb")
    shown = [cell.text for cell in listing.rows[0]]
    assert shown[1:6] == [
        "Kontaktpersoner, Prosjekter, Fakturaer, Dokumenter", "Kundenummer, Kundenr, Nr", "10091", 5, "A2, C3, B2",
    ]  # fmt: skip


def test_one_answer_counts_in_every_sheet_that_names_the_row() -> None:
    answer = Answer("customer", "customer_number", "10091", "map", "10001", everywhere=True)
    found = check([MISSING], CATALOG, TODAY, [answer])
    told = {(one.sheet, one.cell) for one in found.findings if one.value == "10091" and one.severity == "error"}
    assert told == {("Dokumenter", "B3")}
    changed = [(one.sheet, one.cell, one.after) for one in found.repairs if one.why == "answer"]
    assert sorted(changed) == [
        ("Dokumenter", "B2", "10001"), ("Fakturaer", "B2", "10001"), ("Kontaktpersoner", "A2", "10001"),
        ("Kontaktpersoner", "A3", "10001"), ("Prosjekter", "C3", "10001"),
    ]  # fmt: skip
    (line,) = [one for one in fix_lines(found.groups, CATALOG, [answer], found.repairs) if one.entity == "customer"]
    assert (line.asks, line.count, line.preferred, len(line.also)) == ("named", 5, Choice("map", "10001"), 3)


def test_rows_of_all_sheets_are_left_out_by_one_answer_and_the_row_itself_is_not() -> None:
    answer = Answer("customer", "customer_number", "10001", "skip", everywhere=True)
    found = check([MISSING], CATALOG, TODAY, [answer])
    assert {name: one.rows_skipped for name, one in found.totals.items() if one.rows_skipped} == {
        "contact": 1, "project": 1,
    }  # fmt: skip
    assert found.totals["customer"].rows_read == 1


def test_what_several_sheets_name_is_added_once() -> None:
    hours = [[*HEADER, "Aktivitet"], ["kari@a.example", "04.03.2024", "1001", "7", "Befaring"]]
    tasks = [["Prosjektnummer", "Aktivitet", "Oppgave"], ["1001", "befaring", "Tegne"]]
    more = (sheet("Prosjekter", PROJECTS), sheet("Aktiviteter", ACTIVITIES), sheet("Oppgaver", tasks))
    book = workbook(*delivery().sheets[:2], *more, sheet("Timer", hours), template=OURS)
    answer = Answer("activity", "activity_name", "Befaring", "create", everywhere=True)
    found = check([book], CATALOG, TODAY, [answer])
    assert sorted(found.clean["activity"].values["activity_name"].to_list()) == ["Tegning", "befaring"]


def marked_book(book: Workbook, language: str = "nb") -> tuple[openpyxl.Workbook, str]:
    """The marked copy as somebody opens it, and the name of its Fix list."""
    listing = fix_listing(fix_lines(check([book], CATALOG, TODAY).groups, CATALOG), CATALOG, language)
    return openpyxl.load_workbook(io.BytesIO(copy_annotated(book, [], [listing]))), listing.name


def read_again(opened: openpyxl.Workbook) -> Workbook:
    target = io.BytesIO()
    opened.save(target)
    return read_workbook(target.getvalue(), "back.xlsx")


def test_sorting_the_list_by_its_filter_takes_the_hidden_keys_along() -> None:
    opened, name = marked_book(WRONG)
    asked = opened[name]
    hidden = [letter for letter, column in asked.column_dimensions.items() if column.hidden]
    assert hidden
    for spanned in (asked.auto_filter.ref, asked.dimensions):
        assert openpyxl.utils.cell.range_boundaries(spanned)[2] == asked.max_column


def test_an_answer_that_has_parted_from_its_problem_does_not_count() -> None:
    opened, name = marked_book(WRONG)
    asked = opened[name]
    first, _, last = [row for row in asked.iter_rows() if row[3].value in {"Bryga", "kontor", "mange"}]
    last[6].value = "7,5"
    for place in range(7):  # the columns that are seen, sorted without the others
        first[place].value, last[place].value = last[place].value, first[place].value
    assert answers_of_workbook(read_again(opened), CATALOG) == ()


def test_lists_that_were_sent_before_there_were_kinds_of_questions_are_read_as_they_were_meant() -> None:
    rows = ((ListedCell("Bryga"), ListedCell("1001")),)
    keys = (("time_record", "project_number", "Bryga", "1"),)
    listing = Listing(
        "Rettelser", "", (), ("Verdi", "Svar"), (9.0, 9.0), rows, FIX_LIST, KEY_NAMES[:4], keys, 1, (("1001",),)
    )
    back = read_workbook(copy_annotated(WRONG, [], [listing]), "back.xlsx")
    assert answers_of_workbook(back, CATALOG) == (Answer("time_record", "project_number", "Bryga", "map", "1001"),)


@pytest.mark.parametrize(("typed", "shown", "given"), [
    (0.3125, "h:mm", "7:30"), (-0.3125, "[h]:mm", "-7:30"), (0.25, "0%", "25 %"), (1.125, "General", "1.1250"),
    (7.5, "General", "7.5"), (1001, "General", "1001"), (dt.date(2024, 4, 3), "dd.mm.yyyy", "2024-04-03"),
])  # fmt: skip
def test_what_a_program_made_of_an_answer_is_taken_as_it_was_meant(typed: object, shown: str, given: str) -> None:
    opened, name = marked_book(WRONG)
    (cell,) = [row[6] for row in opened[name].iter_rows() if row[3].value == "mange"]
    assert cell.number_format == "@"
    cell.value = typed
    cell.number_format = shown
    (answer,) = [one for one in answers_of_workbook(read_again(opened), CATALOG) if one.value == "mange"]
    assert answer.to == given


def test_our_sheets_are_known_where_the_names_of_the_workbook_got_lost() -> None:
    opened, name = marked_book(WRONG)
    for lost in list(opened.defined_names):
        del opened.defined_names[lost]
    opened[name].title = "Google"
    back = read_again(opened)
    assert back.names == {"_momentsheet.fix_list": "'Google'!$A$1"}
    assert answers_of_workbook(back, CATALOG)
    assert openpyxl.load_workbook(io.BytesIO(copy_annotated(back, [], []))).sheetnames == [
        one.name for one in WRONG.sheets
    ]


def test_answers_stay_in_the_list_as_long_as_the_cells_need_them() -> None:
    """Else everything would be asked again in the third round."""
    answers = [
        Answer("time_record", "project_number", "Bryga", "map", "1001"),
        Answer("time_record", "project_number", "kontor", "skip"),
        Answer("time_record", "activity_name", "nobody has this", "create"),
    ]
    found = check([WRONG], CATALOG, TODAY, answers)
    lines = fix_lines(found.groups, CATALOG, answers, found.repairs)
    assert {(line.value, line.preferred) for line in lines} == {
        ("Bryga", Choice("map", "1001")), ("kontor", Choice("skip")),
    }  # fmt: skip
    opened = openpyxl.load_workbook(io.BytesIO(copy_annotated(WRONG, [], [fix_listing(lines, CATALOG, "nb")])))
    assert set(answers_of_workbook(read_again(opened), CATALOG)) == set(answers[:2])


def test_what_is_to_be_added_and_the_order_of_dates_stay_answered() -> None:
    hours = [[*HEADER, "Aktivitet"], ["kari@a.example", "03/04/2024", "1001", "7", "Befaring"]]
    more = (sheet("Prosjekter", PROJECTS), sheet("Aktiviteter", ACTIVITIES), sheet("Timer", hours))
    book = workbook(*delivery().sheets[:2], *more, template=OURS)
    answers = [
        Answer("time_record", "activity_name", "Befaring", "create"),
        Answer("time_record", "date", "", "order", "DMY"),
    ]
    found = check([book], CATALOG, TODAY, answers)
    assert errors(found) == []
    lines = fix_lines(found.groups, CATALOG, answers, found.repairs)
    assert {line.preferred for line in lines} == {Choice("create"), Choice("order", "DMY")}


def test_an_answer_that_was_wrong_is_asked_again_for_what_stands_in_the_cell() -> None:
    answers = [Answer("time_record", "project_number", "Bryga", "map", "1O01")]
    found = check([WRONG], CATALOG, TODAY, answers)
    lines = {line.value: line for line in fix_lines(found.groups, CATALOG, answers, found.repairs)}
    assert lines.keys() == {"Bryga", "kontor", "mange"}
    assert lines["Bryga"].group is not None


@pytest.mark.parametrize("is_listed", [True, False])
def test_what_else_was_wrong_in_a_row_stays_open_when_its_key_is_corrected(is_listed: bool) -> None:
    before = check([delivery(["kari@a.example", "04.03.2024", "Bryga", "mange"])], CATALOG, TODAY).findings
    book = delivery(["kari@a.example", "04.03.2024", "1001", "mange"])
    now = check([book], CATALOG, TODAY).findings
    if is_listed:
        rows = tuple((ListedCell("x"),) for _ in before)
        keys = tuple((f"{one.fingerprint} {one.place}",) for one in before)
        listing = Listing("Funn", "", (), ("a",), (9.0,), rows, key_names=(FINGERPRINT,), keys=keys)
        previous = previous_of_workbook(read_workbook(copy_annotated(book, [], [listing]), "back.xlsx"))
    else:
        told = [{"fingerprint": one.fingerprint, "code": one.code, "sheet": one.sheet, "row": one.row, "cell": one.cell}
                for one in before]  # fmt: skip
        previous = previous_of_report(json.dumps({"findings": told}), "report.json")
    findings, progress = compared(now, previous)
    assert [one.status for one in findings if one.severity == "error"] == ["open"]
    assert (progress.new, progress.fixed) == (0, 1)
