"""What queries see beside the sheets: the calendar, tables of the rules, the company; and what they could not see."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from delivery import book

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.model.catalog import FactTable, Row
from momentsheet.model.facts import UNKNOWN, Facts, calendar, run_query
from momentsheet.reporting.words import message

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)


def days(first: dt.date, last: dt.date, country: str) -> pl.DataFrame:
    return calendar({"any": pl.DataFrame({"from": [first], "to": [last]})}, country)


def test_every_day_between_the_first_and_the_last_date_is_there_once() -> None:
    found = days(dt.date(2024, 2, 27), dt.date(2024, 3, 3), "NO")
    assert found["date"].to_list() == [dt.date(2024, 2, 27) + dt.timedelta(days=place) for place in range(6)]
    assert found["weekday"].to_list() == [2, 3, 4, 5, 6, 7]
    assert found["is_workday"].to_list() == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("country", "day", "is_workday"),
    [
        ("NO", dt.date(2024, 5, 17), False),  # Constitution Day, a Friday
        ("SE", dt.date(2024, 5, 17), True),
        ("NO", dt.date(2024, 3, 28), False),  # Maundy Thursday
        ("SE", dt.date(2024, 6, 6), False),  # National Day, a Thursday
        ("DK", dt.date(2023, 5, 5), False),  # Great Prayer Day, for the last time
        ("DK", dt.date(2024, 4, 26), True),
        ("FI", dt.date(2024, 12, 6), False),  # Independence Day, a Friday
        ("QQ", dt.date(2024, 5, 17), True),  # nobody knows that country's holidays
        ("", dt.date(2024, 5, 17), True),
    ],
)
def test_public_holidays_are_those_of_the_country(country: str, day: dt.date, is_workday: bool) -> None:
    (row,) = days(day, day, country).to_dicts()
    assert row["is_workday"] is is_workday
    assert (row["holiday"] is None) is is_workday


def test_without_dates_and_with_impossible_ones_there_is_no_calendar() -> None:
    assert calendar({"any": pl.DataFrame({"text": ["x"]})}, "NO").is_empty()
    assert calendar({"any": pl.DataFrame({"date": [None, dt.date(1, 1, 1), dt.date(9999, 1, 1)]})}, "NO").is_empty()


def test_a_query_joins_tables_of_the_rules_and_the_company() -> None:
    rates = FactTable(
        "rate", {"country": "text", "valid_from": "date", "rate": "percent"}, (("NO", dt.date(2005, 1, 1), 25.0),)
    )
    sold = pl.DataFrame({"date": [dt.date(2004, 12, 31), dt.date(2005, 1, 1)]})
    sql = (
        "SELECT sold.date, rate.rate FROM sold CROSS JOIN company_facts "
        "JOIN rate ON rate.country = company_facts.country AND sold.date >= rate.valid_from"
    )
    found = run_query(sql, {"sold": sold}, Facts({**UNKNOWN.values, "country": "NO"}), {"rate": rates})
    assert found.to_dicts() == [{"date": dt.date(2005, 1, 1), "rate": 25.0}]


def test_the_vat_rates_are_those_of_their_time() -> None:
    sql = (
        "SELECT rate FROM vat_rate WHERE country = 'NO' AND DATE '{day}' >= valid_from "
        "AND (valid_to IS NULL OR DATE '{day}' <= valid_to) ORDER BY rate"
    )
    for day, rates in (
        ("2004-06-01", 24),
        ("2005-06-01", 25),
        ("2012-06-01", 15),
        ("2020-06-01", 6),
        ("2024-06-01", 12),
    ):
        found = run_query(sql.format(day=day), {}, UNKNOWN, CATALOG.fact_tables)["rate"].to_list()
        assert rates in found


# What could not be seen


def told(*sheets: str, **rows: list[Row]) -> list[tuple[str, str, str]]:
    found = check([book(CATALOG, rows, only={"company", *sheets})], CATALOG, TODAY).findings
    return [(item.severity, item.code, message(item, CATALOG, "nb")) for item in found]


def test_a_sheet_that_did_not_come_along_is_named_with_what_was_not_compared() -> None:
    found = [text for _, code, text in told("customer") if code == "WB-40"]
    assert any(text.startswith("Arket Prosjekter fulgte ikke med.") and "Kunder › Status" in text for text in found)


def test_a_sheet_that_came_along_without_rows_is_no_missing_sheet() -> None:
    everything = [name for name, entity in CATALOG.entities.items() if entity.derived is None]
    emptied = {name: [] for name in everything if name not in {"company", "customer"}}
    assert [code for _, code, _ in told(*everything, **emptied) if code == "WB-40"] == []


def test_a_loose_reference_does_without_its_sheet() -> None:
    """Hours may name invoices and tasks of the old system that nobody delivers."""
    sheets = ("employee", "customer", "project", "activity", "time_record")
    found = told(*sheets)
    assert [item for item in found if item[0] == "error"] == []
    assert any(code == "WB-40" and "Timer › Fakturanr" in text for _, code, text in found)


def test_a_loose_reference_to_nothing_is_a_warning_that_holds_nothing_back() -> None:
    rows = [{"invoice_status": "invoiced", "invoice_number": "99999"}]
    checked = check([book(CATALOG, {"time_record": rows})], CATALOG, TODAY)
    (finding,) = [item for item in checked.findings if item.entity == "time_record" and item.field == "invoice_number"]
    assert finding.severity == "warning"
    assert checked.clean["time_record"].values.height == 1
