"""The compiled words of a schema and Cerberus itself say the same of every value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import cerberus
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.checking.vocabulary import MASKS, _judged, failing, suspects

PATTERNS = [
    "[A-Z]{2}", r"\d+", r"\d{3}$", "[^@]+@[^@]+", ".*", "", "a|b", "^x", "x$", "(?i)kr", r"[^0-9]{0,3}\d", r"æ?ø",
    r"\w+", "[^a]*",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.sampled_from("aAbxkr019 @.æøå\n\u00a0e\u0301😀"), max_size=6),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=4),
)
WHOLE = st.integers(-1000, 1000)
NUMBERS = st.one_of(WHOLE.map(float), st.floats(-1000, 1000, allow_nan=False))
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))
KINDS: dict[type[pl.DataType], st.SearchStrategy[Any]] = {
    pl.String: TEXTS,
    pl.Int64: WHOLE,
    pl.Float64: NUMBERS,
    pl.Date: DATES,
    pl.Boolean: st.booleans(),
}


@st.composite
def schemas(draw: st.DrawFn, kind: type[pl.DataType], values: list[Any]) -> dict[str, Any]:
    """Some of the compiled words; limits are often values of the column, where off-by-one mistakes show."""
    limits = st.sampled_from([value for value in values if value is not None] or [draw(KINDS[kind])]) | KINDS[kind]
    words: dict[str, st.SearchStrategy[Any]] = {
        "allowed": st.lists(limits, min_size=1, max_size=4),
        "forbidden": st.lists(limits, min_size=1, max_size=4),
    }
    if kind is pl.String:
        words |= {"minlength": st.integers(0, 6), "maxlength": st.integers(0, 6), "regex": st.sampled_from(PATTERNS)}
    elif kind is not pl.Boolean:
        words |= {"min": limits, "max": limits}
    chosen = draw(st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=4, unique=True))
    return {word: draw(words[word]) for word in chosen}


def good(value: object, schema: dict[str, Any]) -> bool:
    """Cerberus' own verdict."""
    return bool(cerberus.Validator({"value": schema}).validate({"value": value}, normalize=False))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(list(KINDS)))
def test_masks_and_cerberus_agree_on_every_value(data: st.DataObject, kind: type[pl.DataType]) -> None:
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=10), label="column")
    schema = data.draw(schemas(kind, values), label="schema")
    assert schema.keys() <= {*MASKS, "regex"}
    column = pl.Series("value", values, dtype=kind)
    found = failing(column, schema)
    assert not found or suspects(column.to_frame(), {"value": schema}) == {"value"}
    assert set(found) == {value for value in values if value is not None and not good(value, schema)}
    for value, (word, limit) in found.items():
        assert limit == schema[word]
        assert not good(value, {word: limit})


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(list(KINDS)))
def test_each_mask_alone_decides_as_cerberus_does(data: st.DataObject, kind: type[pl.DataType]) -> None:
    """Also where Cerberus' second look would hide that a mask is too strict."""
    values = data.draw(st.lists(KINDS[kind], min_size=1, max_size=10, unique=True), label="column")
    schema = data.draw(schemas(kind, values), label="schema")
    for word, limit in schema.items():
        column = pl.Series("value", values, dtype=kind)
        passes = column.to_frame().select(_judged(column, word, limit)).to_series()
        assert passes.to_list() == [good(value, {word: limit}) for value in values]


@pytest.mark.parametrize(("schema", "bad"), [
    ({"contains": "b"}, {"ac": "contains"}),
    ({"noneof": [{"regex": "a.*"}, {"maxlength": 1}]}, {"ab": "noneof", "ac": "noneof", "b": "noneof"}),
    ({"noneof_regex": ["a.*"]}, {"ab": "noneof_regex", "ac": "noneof_regex"}),
    ({"anyof": [{"regex": "a."}, {"minlength": 3}]}, {"b": "anyof"}),
    ({"maxlength": 1, "noneof_regex": ["b"]}, {"ab": "maxlength", "ac": "maxlength", "b": "noneof_regex"}),
])  # fmt: skip
def test_words_that_are_not_compiled_are_asked_of_cerberus(schema: dict[str, Any], bad: dict[str, str]) -> None:
    found = failing(pl.Series(["ab", "ac", "b", None, "ab"]), schema)
    assert {value: word for value, (word, _) in found.items()} == bad


def test_blank_cells_are_never_judged() -> None:
    assert failing(pl.Series([None, None], dtype=pl.String), {"minlength": 1}) == {}
    assert failing(pl.Series([], dtype=pl.Int64), {"min": 1}) == {}
