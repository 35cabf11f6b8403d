"""Keys that the delivery itself replaces by others, keys of one of several sheets, keys with words of their own."""

from __future__ import annotations

import pytest
from test_checking import CATALOG, MAIL, chain, deliver, judge, of, told, with_company

from momentsheet.model.catalog import Code, CodeList, Row
from momentsheet.model.finding import Finding

MAP = {"entity": "Prosjekt", "old_number": "P-1", "new_number": "1001"}
LIST = {"file_name": "kontrakt.pdf", "entity": "Prosjekt", "entity_key": "1001"}


def places(findings: list[Finding]) -> list[tuple[str | None, str | None, str | None]]:
    return [(item.sheet, item.cell, item.suggestion) for item in findings]


def test_an_old_number_is_told_wherever_it_stands_with_the_new_one_beside_it() -> None:
    rest = deliver(document=[{**LIST, "entity_key": "p-1"}], number_map=[MAP])
    checked = judge(chain(time_record=[{"project_number": "P-1"}, {"date": "2024-03-05"}]), rest)
    assert places(of(checked, "NS-02")) == [("Timer", "C2", "1001"), ("Dokumenter", "C2", "1001")]
    assert told(checked, "error") == [("NS-02", "Timer", "C2"), ("NS-02", "Dokumenter", "C2")]


def test_the_record_itself_is_told_and_those_who_have_the_new_number_already_are_not() -> None:
    rows: list[Row] = [{"customer_number": "K-1"}]
    number_map = [{"entity": "Kunde", "old_number": "k-1", "new_number": "10001"}]
    checked = judge(chain(customer=rows), deliver(number_map=number_map))
    assert told(checked, "error") == [("NS-02", "Kunder", "A2")]
    # they are right, but wait for their customer
    assert {name: totals.rows_clean for name, totals in checked.totals.items()} == {
        "employee": 1, "customer": 0, "contact": 0, "project": 0, "activity": 0, "time_record": 0, "number_map": 1,
    }  # fmt: skip


def test_numbers_of_another_sheet_are_left_alone() -> None:
    checked = judge(
        chain(), deliver(number_map=[{**MAP, "entity": "Kunde", "old_number": "1001", "new_number": "10001"}])
    )
    assert of(checked, "NS-02") == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"new_number": "1001", "old_number": "1001"}],
        [{"old_number": "1001", "new_number": "P-2"}, {"old_number": "P-2", "new_number": "P-3"}],
        [{"old_number": "P-0", "new_number": "1001"}, {"old_number": "1001", "new_number": "P-3"}],
        [{"old_number": "1001", "new_number": "P-3"}, {"old_number": "1001", "new_number": "P-4"}],
        [{"old_number": "1001", "new_number": ""}],
        [{"old_number": "1001", "new_number": "P-3", "entity": "Leverandør"}],
    ],
    ids=["the same", "first of a chain", "last of a chain", "two answers", "no answer", "of nothing"],
)
def test_only_one_clear_step_counts(rows: list[Row]) -> None:
    checked = judge(chain(), deliver(number_map=[{**MAP, **row} for row in rows]))
    assert of(checked, "NS-02") == []


def test_demands_hold_for_the_column_that_stands_for_the_number() -> None:
    rows = [
        {"entity": "Kunde", "old_number": "K-1", "new_number": "10001"},
        {"entity": "Kunde", "old_number": "K-2", "new_number": "100001"},
        {"entity": "Prosjekt", "old_number": "P-1", "new_number": "10001"},
        {"entity": "Prosjekt", "old_number": "P-2", "new_number": "A-1"},
    ]
    catalog = with_company(accounting_system="uni_economy")
    found = of(judge(deliver(number_map=rows), catalog=catalog), "NS-05")
    assert [(item.cell, item.facts["example"]) for item in found] == [("C2", "100001"), ("C5", "1001")]
    assert of(judge(deliver(number_map=rows)), "NS-05") == []


def test_a_key_is_looked_up_in_the_sheet_that_the_row_names() -> None:
    rows = [
        LIST,
        {"file_name": "b.pdf", "entity": "Kunde", "entity_key": "1001"},
        {"file_name": "c.pdf", "entity": "Medarbeider", "entity_key": MAIL.upper()},
        {"file_name": "d.pdf", "entity": "Kanskje", "entity_key": "9"},
    ]
    checked = judge(chain(), deliver(document=rows))
    assert places(of(checked, "DO-06")) == [("Dokumenter", "C3", "10001")]
    assert told(checked, "error") == [("WB-12", "Dokumenter", "B5"), ("DO-06", "Dokumenter", "C3")]
    assert [item.after for item in checked.repairs if item.field == "entity_key"] == [MAIL]


def test_a_sheet_that_only_some_rows_name_is_missing_for_them_alone() -> None:
    rows = [LIST, {"file_name": "b.pdf", "entity": "Utlegg", "entity_key": "U-1"}]
    checked = judge(chain(), deliver(document=rows))
    assert told(checked, "error") == [("WB-16", "Dokumenter", "C1")]
    assert of(checked, "WB-16")[0].facts["count"] == 1


def test_what_is_looked_up_waits_for_a_row_that_is_left_out() -> None:
    rows = [LIST, {"file_name": "b.pdf", "entity": "Kunde", "entity_key": "10001"}]
    checked = judge(chain(project=[{"status": "Kanskje"}]), deliver(document=rows))
    assert checked.clean["document"].values["file_name"].to_list() == ["b.pdf"]


def test_a_sheet_out_of_scope_is_not_looked_into() -> None:
    catalog = with_company(entities=("customer", "project", "document"))
    rows = [{"file_name": "b.pdf", "entity": "Utlegg", "entity_key": "U-1"}, {**LIST, "entity_key": "1009"}]
    checked = judge(deliver(customer=[{}], project=[{}], document=rows), catalog=catalog)
    assert told(checked, "error") == [("DO-06", "Dokumenter", "C3")]


def test_a_rule_that_may_lack_a_sheet_takes_it_as_blank() -> None:
    rows: list[Row] = [{}, {"customer_number": "10002", "name": "Solgård Eiendom AS"}]
    without = judge(chain(customer=rows))
    assert [item.facts["numbers"] for item in of(without, "CU-18")] == ["10002"]
    invoice = {
        "invoice_number": "16713",
        "invoice_date": "2024-03-01",
        "due_date": "2024-03-31",
        "customer_number": "10002",
    }
    assert of(judge(chain(customer=rows), deliver(invoice=[invoice])), "CU-18") == []
    scope = with_company(entities=("customer", "project"))
    assert of(judge(deliver(customer=rows, project=[{}]), catalog=scope), "CU-18") != []


def test_clean_up_is_not_asked_for_where_nothing_could_refer_to_it() -> None:
    rows: list[Row] = [{}, {"customer_number": "10002", "name": "Solgård Eiendom AS"}]
    assert of(judge(deliver(customer=rows)), "CU-18") == []
    assert of(judge(deliver(customer=rows, project=[])), "CU-18") == []
    assert of(judge(chain(project=[{"status": "Avsluttet"}], time_record=[])), "PR-22") == []


def test_every_sheet_that_may_get_new_numbers_has_one_key() -> None:
    for code in CATALOG.code_lists["numbered_entity"].codes:
        assert len(CATALOG.entities[code.code].key) == 1


def test_where_a_key_is_from_a_list_its_label_is_as_good_as_its_code() -> None:
    codes = (Code("skisse", {"en": "Sketch", "nb": "Skisseprosjekt"}, ("skisser",)),)
    catalog = with_company(
        code_lists={"activity": CodeList("activity", {"en": "Activities", "nb": "Aktiviteter"}, codes)}
    )
    hours = [
        {"activity_name": text, "hours": "2"} for text in ("Skisseprosjekt", "SKETCH", "skisser", "skisse", "Annet")
    ]
    checked = judge(chain(activity=[{"activity_name": "Skisseprosjekt"}], time_record=hours), catalog=catalog)
    assert told(checked, "error") == [("TR-27", "Timer", "D6")]
    assert checked.clean["time_record"].values["activity_name"].to_list() == ["skisse"] * 4
    assert [(item.before, item.why) for item in checked.repairs if item.field == "activity_name"] == [
        ("skisser", "synonym")
    ]
