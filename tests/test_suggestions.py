"""A suggestion wherever one can be known: the exact text to type, and none where it would be a guess."""

from __future__ import annotations

import pytest
from delivery import OURS, sheet, workbook
from test_checking import CATALOG, Checked, chain, deliver, judge, of, with_company

from momentsheet.model.catalog import Catalog


def suggested(checked: Checked, code: str) -> list[str | None]:
    return [finding.suggestion for finding in of(checked, code)]


def sheets(*cells_of: tuple[str, list[list[str]]], catalog: Catalog = CATALOG) -> Checked:
    return judge(workbook(*(sheet(name, cells) for name, cells in cells_of), template=OURS), catalog=catalog)


@pytest.mark.parametrize(
    ("row", "code", "expected"),
    [
        ({"customer": [{"status": "Akitv"}]}, "CU-04", "Aktiv"),  # a code
        ({"employee": [{"work_percentage": "180"}]}, "WB-13", None),  # the limit would pass, but nobody meant it
        ({"activity": [{"estimated_hours": "-5"}]}, "WB-13", "5"),  # the sign is the likelier slip
        ({"customer": [{"postal_code": "number:158"}]}, "WB-06", "0158"),  # what it was read as
        ({"project": [{"start_date": "31.01.24"}]}, "WB-24", "31.01.2024"),
        ({"customer": [{"old_customer_number": "10951.0"}]}, "WB-04", "10951"),
    ],
)
def test_a_cell(row: dict[str, list[dict[str, str]]], code: str, expected: str) -> None:
    assert suggested(judge(chain(**row)), code) == [expected]


def test_the_nearest_key() -> None:
    checked = judge(chain(time_record=[{"employee_email": "kari.normann@fjordglott.example"}]))
    assert suggested(checked, "TR-01") == ["kari.nordmann@fjordglott.example"]


def test_a_number_that_is_used_twice_gets_the_next_free_one() -> None:
    customers = [{}, {"name": "Solgård"}, {"name": "Fjellbygg"}, {"customer_number": "10007", "name": "Vik"}]
    assert suggested(judge(deliver(customer=customers)), "CU-08") == ["10008", "10009"]


def test_a_row_that_is_there_twice_gets_no_new_number() -> None:
    assert suggested(judge(deliver(customer=[{}, {}])), "CU-08") == [None]


def test_an_address_that_is_used_twice_has_no_next_one() -> None:
    people = [{}, {"first_name": "Ola", "mobile_phone": "90000012"}]
    checked = judge(deliver(employee=people))
    copies = [finding for finding in checked.findings if CATALOG.rules[finding.code].check == "unique"]
    assert [finding.suggestion for finding in copies] == [None]


def test_what_the_accounting_system_would_take() -> None:
    catalog = with_company(accounting_system="uni_economy")
    checked = judge(deliver(customer=[{"customer_number": "K-100123"}]), catalog=catalog)
    assert suggested(checked, "CU-07") == ["100123"]
    checked = judge(deliver(customer=[{"customer_number": "Havneby"}]), catalog=catalog)
    assert suggested(checked, "CU-07") == [None]


def test_a_missing_column_may_be_the_one_that_is_not_ours() -> None:
    checked = sheets(("Kunder", [["Kundenummer", "Navnekunde", "Farge"], ["10001", "Havneby", "blå"]]))
    assert suggested(checked, "WB-17") in ([None], ["Navnekunde"])
    checked = sheets(("Kunder", [["Kundenummer", "Firmanavn på kunde", "Farge"], ["10001", "Havneby", "blå"]]))
    assert suggested(checked, "WB-17") == ["Firmanavn på kunde"]


def test_nothing_is_near_a_missing_column() -> None:
    checked = sheets(("Kunder", [["Kundenummer", "Farge"], ["10001", "blå"]]))
    assert suggested(checked, "WB-17") == [None]


def test_a_sheet_that_is_not_ours_may_be_one_that_is_misspelt() -> None:
    checked = sheets(
        ("Kunder", [["Kundenummer", "Kundenavn"], ["10001", "Havneby"]]),
        ("Aktivitetr", [["a", "b"], ["1", "2"]]),
        ("Handleliste", [["a", "b"], ["1", "2"]]),
    )
    assert suggested(checked, "WB-28") == ["Aktiviteter", None]
