"""Causes before symptoms: what one mistake holds back is counted with its sums, along every reference, once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal

import pytest
from test_checking import chain, deliver, hours_rows, judge, of, with_company

from momentsheet.checking import Checked
from momentsheet.checking.likely import is_close
from momentsheet.model.finding import Group


def group_of(checked: Checked, code: str) -> Group:
    [group] = [group for group in checked.groups if group.code == code]
    return group


def held_back(group: Group) -> Mapping[str, int]:
    return {entity: found.rows for entity, found in group.blocked.items()}


def test_complaint_7_a_wrong_customer_holds_back_its_projects_and_hours_with_their_sums() -> None:
    checked = judge(chain(customer=[{"status": "tull"}], time_record=hours_rows("7,5", "0:20", "1")))
    group = group_of(checked, "CU-04")
    assert held_back(group) == {"customer": 1, "contact": 1, "project": 1, "activity": 1, "time_record": 3}
    assert group.blocked["time_record"].sums == {
        "hours": "8.833333", "hours_minutes": "530", "billable_hours": "0.00", "billable_hours_minutes": "0",
    }  # fmt: skip
    assert list(group.blocked) == [name for name in checked.parsed if name in group.blocked]


def test_a_missing_customer_holds_back_the_projects_that_name_it_and_all_below_them() -> None:
    checked = judge(
        chain(
            customer=[{"customer_number": "10001"}],
            contact=[{"customer_number": "55555"}, {"customer_number": "10001", "email": "b@havneby.example"}],
            project=[{"customer_number": "55555"}],
        )
    )
    cause = group_of(checked, "CO-01") if of(checked, "CO-01") else None
    symptoms = [group for group in checked.groups if group.blocked_by]
    [root] = [group for group in checked.groups if group.severity == "error" and not group.blocked_by]
    assert held_back(root) == {"contact": 1, "project": 1, "activity": 1, "time_record": 1}
    assert [group.blocked_by for group in symptoms] == [root.id]
    assert cause in (None, root, *symptoms)


def test_a_row_with_two_causes_counts_below_both_and_once_in_the_totals() -> None:
    checked = judge(chain(customer=[{"status": "tull"}], project=[{"status": "tull"}]))
    groups = [group for group in checked.groups if group.severity == "error"]
    assert len(groups) == 2
    assert all(held_back(group)["time_record"] == 1 for group in groups)
    assert checked.totals["time_record"].rows_left_out == 1


def test_a_key_that_another_good_row_has_holds_nothing_back() -> None:
    checked = judge(chain(customer=[{}, {"customer_number": "10002", "name": "Solgård", "status": "tull"}]))
    assert held_back(group_of(checked, "CU-04")) == {"customer": 1}


def test_what_is_held_back_is_what_is_left_out() -> None:
    checked = judge(
        chain(
            customer=[{"status": "tull"}, {"customer_number": "10002", "name": "Solgård"}],
            project=[{}, {"project_number": "1002", "customer_number": "10002", "status": "?"}],
            activity=[{}, {"project_number": "1002"}],
            time_record=[{}, {"project_number": "1002"}, {"project_number": "1002", "hours": "mange"}],
        )
    )
    for name, totals in checked.totals.items():
        most = max((group.blocked[name].rows for group in checked.groups if name in group.blocked), default=0)
        every = sum(group.blocked[name].rows for group in checked.groups if name in group.blocked)
        assert most <= totals.rows_left_out <= every


def test_a_missing_column_holds_back_its_whole_sheet() -> None:
    bare = deliver(
        employee=[{}], customer=[{}], project=[{}], activity=[{}],
        time_record=[{"hours": ""}],
    )  # fmt: skip
    checked = judge(bare)
    assert checked.groups
    checked = judge(chain(customer=[{"name": ""}]))
    assert [held_back(group)["project"] for group in checked.groups if "customer" in group.blocked] == [1]


def test_activities_of_different_projects_are_different_causes() -> None:
    projects = [{}, {"project_number": "1002"}]
    hours = [{"activity_name": "Riving"}, {"activity_name": "Riving", "project_number": "1002"}]
    checked = judge(chain(project=projects, activity=[{}, {"project_number": "1002"}], time_record=hours))
    assert [finding.blocked_by for finding in checked.findings] == [None] * len(checked.findings)


# A key that is mistyped in its own sheet


def mistyped(key: str, wanted: str, users: int = 2) -> Checked:
    return judge(
        chain(
            customer=[{"customer_number": key}, {"customer_number": "777", "name": "Solgård"}],
            contact=[{"customer_number": "777"}],
            project=[{"project_number": str(1001 + at), "customer_number": wanted} for at in range(users)],
        )
    )


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("1O01", "1001"), ("l001", "1001"), ("01001", "1001"), ("1 001", "1001"), ("10001", "100001"), ("10201", "10021")],
)
def test_a_key_mistyped_in_its_own_sheet_is_the_cause(key: str, wanted: str) -> None:
    checked = mistyped(key, wanted)
    group = group_of(checked, "WB-60")
    assert [(finding.cell, finding.suggestion) for finding in group.findings] == [("A2", wanted)]
    assert held_back(group) == {"customer": 1, "project": 2, "activity": 1, "time_record": 1}
    assert {other.blocked_by for other in checked.groups if other is not group} <= {group.id, None}
    assert checked.groups[0] is group


@pytest.mark.parametrize(("key", "wanted"), [("10002", "10001"), ("20001", "10001"), ("A", "B"), ("abc", "xyz")])
def test_another_number_of_the_series_is_not_a_mistyped_one(key: str, wanted: str) -> None:
    assert of(mistyped(key, wanted), "WB-60") == []


def test_one_user_alone_may_itself_be_the_mistake() -> None:
    assert of(mistyped("1O01", "1001", users=1), "WB-60") == []


def test_two_rows_that_may_be_meant_are_no_answer() -> None:
    customers = [{"customer_number": key, "name": key} for key in ("1O01", "10O1")]
    projects = [{"project_number": str(at), "customer_number": "1001"} for at in range(3)]
    checked = judge(deliver(customer=customers, project=projects))
    assert of(checked, "WB-60") == []


def test_a_mistyped_key_that_is_told_already_is_told_once() -> None:
    catalog = with_company(accounting_system="uni_economy")
    projects = [{"project_number": str(100_001 + at), "customer_number": "100001"} for at in range(3)]
    checked = judge(deliver(customer=[{"customer_number": "1O0001"}], project=projects), catalog=catalog)
    at_key = [finding for finding in checked.findings if finding.sheet == "Kunder" and finding.cell == "A2"]
    assert len(at_key) == 1
    unknown = [finding for finding in checked.findings if finding.sheet == "Prosjekter" and finding.value == "100001"]
    assert {finding.blocked_by for finding in unknown} == {at_key[0].fingerprint}


def test_close_keys() -> None:
    assert is_close("ab-100", "ab100")
    assert is_close("kari@fjord.example", "kair@fjord.example")
    assert not is_close("1001", "1001")
    assert not is_close("a", "b")


# Many


def test_a_hundred_thousand_dependants_are_counted_at_once() -> None:
    rows = 100_000
    hours = [
        {"hours": "7,5", "date": f"2024-{1 + at % 12:02d}-{1 + at % 28:02d}", "description": str(at)}
        for at in range(rows)
    ]
    workbook = chain(customer=[{"status": "tull"}], time_record=hours)
    started = time.perf_counter()
    checked = judge(workbook)
    spent = time.perf_counter() - started
    found = group_of(checked, "CU-04").blocked["time_record"]
    assert (found.rows, Decimal(found.sums["hours"])) == (rows, Decimal("7.5") * rows)
    assert spent < 60  # a loop over pairs of rows would take hours
