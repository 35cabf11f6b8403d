"""Periods of the same thing that share a day: which row is told, with which other row, and what is held back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from delivery import OURS, entity_sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking import Checked, check
from momentsheet.model.catalog import Row

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
RATE = {"price_kind": "hourly_rate", "role": "Sivilarkitekt", "amount": "1350"}


def prices(*periods: tuple[str, str], **more: str) -> Checked:
    rows: list[Row] = [{**RATE, "valid_from": first, "valid_to": last, **more} for first, last in periods]
    return of(rows)


def of(rows: Sequence[Row]) -> Checked:
    return check([workbook(entity_sheet(CATALOG.entities["price"], rows), template=OURS)], CATALOG, TODAY)


def told(checked: Checked) -> list[tuple[int | None, object]]:
    """Excel row of each overlap, and of the row that it overlaps with."""
    return [(found.row, found.facts["first_row"]) for found in checked.findings if found.code == "PC-17"]


@pytest.mark.parametrize(
    ("periods", "found"),
    [
        ([("2024-01-01", "2024-06-30"), ("2024-07-01", "")], []),
        ([("2024-01-01", "2024-07-01"), ("2024-07-01", "")], [(3, 2)]),
        # in whatever order the rows stand, the one that begins last is told
        ([("2024-07-01", ""), ("2024-01-01", "2024-07-01")], [(2, 3)]),
        # the long period reaches over the short one in between
        ([("2024-01-01", "2024-12-31"), ("2024-02-01", "2024-02-29"), ("2024-06-01", "2024-06-30")], [(3, 2), (4, 2)]),
        ([("2024-01-01", "2024-01-31"), ("2024-01-15", ""), ("2024-06-01", "")], [(3, 2), (4, 3)]),
    ],
)
def test_the_later_period_is_told(periods: list[tuple[str, str]], found: list[tuple[int, int]]) -> None:
    assert told(prices(*periods)) == found


def test_a_period_without_days_goes_on_for_ever() -> None:
    checked = of(
        [
            {"price_kind": "product_price", "price_list": "2025", "amount": "60"},
            {"price_kind": "product_price", "price_list": "2025", "amount": "70", "valid_from": "1999-01-01"},
        ]
    )
    assert told(checked) == [(3, 2)]


@pytest.mark.parametrize(("currency", "is_told"), [("NOK", True), ("nok", True), ("", True), ("EUR", False)])
def test_a_blank_currency_is_the_companys(currency: str, is_told: bool) -> None:
    rows = [{**RATE, "valid_from": "2024-01-01"}, {**RATE, "valid_from": "2024-02-01", "currency": currency}]
    assert bool(told(of(rows))) is is_told


@pytest.mark.parametrize("role", ["SIVILARKITEKT", "Sivilarkitekt  "])
def test_what_is_written_alike_but_for_case_and_spaces_is_the_same(role: str) -> None:
    assert told(of([{**RATE, "valid_from": "2024-01-01"}, {**RATE, "valid_from": "2024-02-01", "role": role}]))


def test_both_rows_are_held_back_and_the_first_one_only_once() -> None:
    checked = prices(*[("2024-01-01", "")] * 40)
    found = [finding for finding in checked.findings if finding.code == "PC-17"]
    assert [len(finding.rows) for finding in found] == [2, *[1] * 38]
    assert checked.totals["price"].rows_clean == 0


def test_a_period_that_ends_before_it_begins_is_told_of_as_such_alone() -> None:
    checked = prices(("2024-01-01", "2024-12-31"), ("2024-06-01", "2024-05-01"))
    assert {finding.code for finding in checked.findings if finding.severity == "error"} == {"PC-06"}
