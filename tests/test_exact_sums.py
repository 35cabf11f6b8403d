"""Exact sums: what receipt, manifest and Status count must be right to the last øre and minute."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentsheet.model.catalog import Entity, Field
from momentsheet.model.table import decimal_text, decimals_of, exact_minutes, exact_sum, minutes, sums


@pytest.mark.parametrize(
    ("values", "decimals", "expected"),
    [
        ([0.1, 0.2, None, 0.3], 2, "0.60"),
        ([], 2, "0.00"),
        ([None, None], 2, "0.00"),
        ([-0.01], 2, "-0.01"),
        ([-1.0, 0.5], 1, "-0.5"),
        ([1.0] * 3, 0, "3"),
        ([9e15] * 2000, 2, "18000000000000000000.00"),  # beyond 64 bits
        ([0.07] * 100_000, 2, "7000.00"),  # a float sum gives 7000.0000000001
    ],
)
def test_float_sum_is_exact(values, decimals, expected):
    assert exact_sum(pl.Series(values, dtype=pl.Float64), decimals) == expected


def test_integer_sum_does_not_wrap():
    assert exact_sum(pl.Series([2**62, 2**62, None]), 0) == str(2**63)
    assert exact_sum(pl.Series([2**62, 2**62]), 2) == f"{2**63}.00"


@given(st.lists(st.none() | st.integers(-(10**12), 10**12), max_size=50), st.integers(0, 4))
def test_sum_is_that_of_decimals(units, decimals):
    values = [None if unit is None else unit / 10**decimals for unit in units]
    expected = sum((Decimal(unit) for unit in units if unit is not None), Decimal(0)).scaleb(-decimals)
    assert Decimal(exact_sum(pl.Series(values, dtype=pl.Float64), decimals)) == expected


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 1, "-0.5"),
        (-1250, 2, "-12.50"),
        (7, 0, "7"),
        (7500000, 6, "7.50"),
        (-333333, 6, "-0.333333"),
        (1, 4, "0.0001"),
    ],
)
def test_decimal_text(units, decimals, text):
    assert decimal_text(units, decimals) == text


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (7.5, 450),
        (7.33, 440),
        (0.33, 20),
        (0.333333, 20),
        (0.025, 2),
        (0.075, 4),
        (0.041667, 2),
        (0.0, 0),
        (23.98, 1439),
        (-7.5, -450),
    ],
)
def test_hours_become_whole_minutes(hours, expected):
    assert pl.DataFrame({"h": [hours]}).select(minutes(pl.col("h"))).item() == expected


@given(st.integers(0, 1440))
def test_every_minute_of_a_day_survives_two_decimals(minute):
    assert exact_minutes(pl.Series([round(minute / 60, 2)])) == minute
    assert exact_minutes(pl.Series([round(minute / 60, 6)])) == minute


def test_minutes_are_summed_per_row():
    assert exact_minutes(pl.Series([0.33, 0.33, 0.33, None])) == 60
    assert exact_minutes(pl.Series([], dtype=pl.Float64)) == 0


def test_sums_cover_the_totals_of_an_entity():
    hours = Field(name="hours", type="hours", label={}, help={}, example="7.5")
    fee = Field(name="fee", type="money", label={}, help={}, example="1", decimals=0)
    entity = Entity(
        name="x",
        order=1,
        title={},
        help={},
        fields=(hours, fee),
        rules=(),
        sample=(),
        totals=("hours", "fee"),
    )
    values = pl.DataFrame({"hours": [7.5, 0.33, None], "fee": [100.0, None, 2.0]})
    assert sums(values, entity) == {"hours": "7.83", "hours_minutes": "470", "fee": "102"}


@pytest.mark.parametrize(
    ("kind", "decimals", "expected"),
    [("money", None, 2), ("money", 0, 0), ("integer", None, 0), ("decimal", None, 4), ("hours", 2, 6)],
)
def test_decimals_of_a_field(kind, decimals, expected):
    assert decimals_of(Field(name="f", type=kind, label={}, help={}, example="", decimals=decimals)) == expected
