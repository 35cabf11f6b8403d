"""How each type of field reads what people type: vectors, the evidence of a column, and laws."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from decimal import Decimal

import pytest
from delivery import sheet, workbook
from hypothesis import example, given, settings
from hypothesis import strategies as st

from momentsheet.checking.bind import bind
from momentsheet.checking.fold import clean_text, fold, fold_header
from momentsheet.checking.grammar import Context, Raw, Reading, cell_value, code_words, read_value, show_raw
from momentsheet.checking.identifiers import UNKNOWN_COUNTRY, is_mod10, is_mod11
from momentsheet.checking.parse import parse_entity
from momentsheet.model.catalog import Catalog, Code, CodeList, Company, Entity, Field, type_names
from momentsheet.model.facts import Facts
from momentsheet.model.workbook import EPOCH, Kind

NBSP, NNBSP, THIN = "\u00a0", "\u202f", "\u2009"
MINUS = "\u2212"


def field(type_name: str, **more: object) -> Field:
    return Field("value", type_name, {"en": "Value", "nb": "Verdi"}, {}, "", **more)  # type: ignore[arg-type]


def raw(cell: str | float | tuple[Kind, float]) -> Raw:
    if isinstance(cell, str):
        return Raw(Kind.TEXT, math.nan, cell)
    kind, number = cell if isinstance(cell, tuple) else (Kind.NUMBER, float(cell))
    return Raw(kind, number, "")


def read(type_name: str, cell: str | float | tuple[Kind, float], **context: object) -> Reading:
    return read_value(raw(cell), field(type_name), Context(**context))  # type: ignore[arg-type]


def column(type_name: str, *cells: str, company: Company | None = None, date_order: str | None = None) -> list[object]:
    """What becomes of the cells of one column: the value of each, or the problem."""
    codes = CodeList("colour", {}, (Code("red", {"nb": "Rød"}), Code("green", {"nb": "Grønn"}, ("gresk",))))
    one = field(type_name, list="colour" if type_name == "codelist" else None)
    entity = Entity("thing", 10, {"en": "Things", "nb": "Ting"}, {}, (one,), (), ())
    catalog = Catalog("", {"thing": entity}, {}, {"colour": codes}, {}, {}, {}, ("en", "nb"), company or Company())
    (bound,) = bind(workbook(sheet("Ting", [["Verdi"], *([cell] for cell in cells)])), catalog).bound
    parsed = parse_entity(entity, [bound], catalog, Facts({"date_order": date_order}))
    found = parsed.values["value"].to_list()
    for trouble in parsed.troubles:
        for row in trouble.rows:
            found[row] = trouble.reading.problem or found[row]
    return found


# Numbers

NUMBERS = {
    "1 234,5": 1234.5, "1.234,50": 1234.5, "1,234.50": 1234.5, f"{MINUS}5": -5, "(5)": -5, "5-": -5, "kr 5": 5,
    "(5,00)": -5, "- 5": -5, "+5": 5, "-kr 5": -5, "(kr 5)": -5, "5,-": 5, "1 234,-": 1234, "kr. 1.234,50": 1234.5,
    f"1{NBSP}234,50": 1234.5, f"1{NNBSP}234,50": 1234.5, f"1{THIN}234,50": 1234.5, "70 796,00": 70796,
    "1'234.50": 1234.5, "1\u2019234": 1234, "12.345.678": 12345678, "12,345,678": 12345678, "5 kr": 5, "NOK 5": 5,
    "5 kronor": 5, "5 kroner": 5,
    "5 EUR": 5, "€5": 5, "5 €": 5, ".5": 0.5, ",5": 0.5, "5.": 5, "0,125": 0.125, "0.125": 0.125,
    "1 234 567,891": 1234567.891, "kr 1 234,50": 1234.5, "1.234,50 kr": 1234.5, "(1 234,50)": -1234.5,
    "1 234,50-": -1234.5, "1 234.-": 1234, "12,-": 12, "12.-": 12, "1.234,-": 1234, "1,234.-": 1234, "12,- kr": 12,
    "kr 12,-": 12, "kr 1.234,-": 1234, f"{MINUS}1 234,50": -1234.5, "1'234'567.50": 1234567.5, "12:-": 12,
    "  7,5 ": 7.5, f"7,5{NBSP}": 7.5, "\u200b7,5": 7.5,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    reading = read("decimal", text)
    assert reading.value == value
    assert reading.why is not None  # every text that became a number is told as a repair


@pytest.mark.parametrize("text", [
    "mange", "1_000", "inf", "nan", "Infinity", "-inf", "1e5", "0x10", "1 23", "1,2,3", "--5", "-(5)", "(-5)", "½",
    "1,5E3",
    "٣", "१२", "1٢", "0.1+0.2", "=1+1", "kr", "-", "()", "5 5", "12 34 567", "1.23.456", "5%", "#N/A", "ti",
])  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    for type_name in ("decimal", "money", "integer"):
        assert read(type_name, text) == Reading(problem="readable")


@pytest.mark.parametrize(("text", "meant"), {"１２": "12", "１２，５": "12,5", "²": "2"}.items())
def test_digits_that_nobody_types_on_purpose_are_refused_with_what_they_say(text: str, meant: str) -> None:
    assert read("decimal", text) == Reading(problem="readable", suggestion=meant)


def test_a_sum_of_a_sheet_is_not_rounding() -> None:
    assert read("decimal", 0.1 + 0.2) == Reading(0.3)
    assert read("money", 0.1 + 0.2) == Reading(0.3)
    assert read("integer", 3.0000000000000004) == Reading(3)
    assert read("code", 1.1 + 0.1) == Reading("1.2")
    assert read("text", 1.1 + 0.1) == Reading("1.2")


def test_more_decimals_than_moment_keeps_are_rounded_half_even_and_told() -> None:
    for cell, value in {"2,665": 2.66, "2,675": 2.68, "-2,675": -2.68}.items():
        reading = read("money", cell)
        assert (reading.value, reading.rounded, reading.why) == (value, True, "rounded")
    assert read("money", 2.675).value == 2.68


def test_fifteen_digits_are_all_that_excel_keeps() -> None:
    for type_name in ("decimal", "money", "integer", "percent", "hours", "code", "text", "reference", "kid"):
        assert read(type_name, 1234567890123456.0).problem == "precision_lost"
        assert read(type_name, 1e300).problem == "precision_lost"
    assert read("code", "1234567890123456789").value == "1234567890123456789"
    assert read("code", 123456789012345).value == "123456789012345"
    assert read("money", "1234567890123456,00").problem == "precision_lost"


@pytest.mark.parametrize(("language", "cells", "values"), [
    ("nb", ["1.234"], ["ambiguous_number"]),
    ("nb", ["1,234"], [1.234]),
    ("en", ["1,234"], ["ambiguous_number"]),
    ("en", ["1.234"], [1.234]),
    ("nb", ["1.234", "7,5"], [1234, 7.5]),  # another cell of the column proves the comma
    ("nb", ["1.234", "7.5"], [1.234, 7.5]),
    ("nb", ["1,234", "7.5"], [1234, 7.5]),
    ("nb", ["1,234", "1,234.50"], [1234, 1234.5]),
    ("nb", ["1.234", "12.345.678"], [1234, 12345678]),
    ("en", ["1,234", "7.5"], [1234, 7.5]),
    ("en", ["1,234", "7,5"], [1.234, 7.5]),
    ("nb", ["1.234", "7,5", "7.5"], ["ambiguous_number", 7.5, 7.5]),  # the column contradicts itself
    ("nb", ["1.234", "mange"], ["ambiguous_number", "readable"]),
    ("nb", ["1,234", "7,5", "7.5"], ["ambiguous_number", 7.5, 7.5]),  # then the language decides nothing, either
    ("nb", ["1.234", "1 234,50"], [1234, 1234.5]),
    ("nb", ["1.234", "5,-"], [1234, 5]),
    ("nb", ["1.234", "7.5 %"], [1.234, "readable"]),
    ("nb", ["1.234", *(f"{n},5" for n in range(20)), "7.5"], [1234, *(n + 0.5 for n in range(20)), 7.5]),
    ("nb", ["1.234", *(f"{n},5" for n in range(19)), "7.5"], ["ambiguous_number", *(n + 0.5 for n in range(19)), 7.5]),
    ("nb", ["1.234", *(f"{n},5" for n in range(39)), "7.5", "8.5"],
     ["ambiguous_number", *(n + 0.5 for n in range(39)), 7.5, 8.5]),
    ("nb", ["1.234", "7，5"], ["ambiguous_number", "readable"]),  # a full-width comma proves nothing
    ("nb", ["1.234", "１.２３４.５６７"], ["ambiguous_number", "readable"]),
])  # fmt: skip
def test_three_digits_behind_a_sign_need_evidence(language: str, cells: list[str], values: list[object]) -> None:
    assert column("decimal", *cells, company=Company(language=language)) == values


def test_an_ambiguous_number_is_told_with_both_meanings() -> None:
    assert read("decimal", "1.234").facts == {"whole": "1234", "fraction": "1,234"}


@pytest.mark.parametrize(("cells", "values"), [
    (["80 %", "80%", f"80{NBSP}%", "80"], [80, 80, 80, 80]),
    (["0,25 %"], [0.25]),
    (["number:0.8", "number:1", "number:0"], [80, 100, 0]),  # one fraction shows what the ones mean
    (["0,8", "1"], [80, 100]),
    (["0,8", "1", "50 %"], [80, 100, 50]),
    (["0.25"], [25]),
    (["number:0.5", "number:80"], [0.5, 80]),
    (["0,5", "80"], [0.5, 80]),
    (["number:1", "number:1"], ["doubtful_percent"] * 2),  # nothing but 1: one per cent, or all of it?
    (["1", "0", "number:0"], ["doubtful_percent", 0, 0]),
    (["1", "1 %"], ["doubtful_percent", 1]),
    (["number:0", "0"], [0, 0]),
    (["number:1", "number:2"], [1, 2]),
    (["25 pst", "25 pst.", "25 prosent", "25 procent", "25 percent", "25 per cent", "25 PROSENT"], [25] * 7),
    (["number:100", "number:60"], [100, 60]),
    (["halv"], ["readable"]),
])  # fmt: skip
def test_percent(cells: list[str], values: list[object]) -> None:
    assert column("percent", *cells) == values


def test_a_per_cent_format_needs_no_guess() -> None:
    assert read_value(Raw(Kind.NUMBER, 0.25, "", is_percent=True), field("percent"), Context()) == Reading(25.0)
    assert read_value(Raw(Kind.NUMBER, 1.0, "", is_percent=True), field("percent"), Context()) == Reading(100.0)


# Hours

HOURS = {
    "7,5": 7.5, "7.5": 7.5, "7:30": 7.5, "7t 30m": 7.5, "7 t 30 min": 7.5, "7h30m": 7.5, "7 timer 30 minutter": 7.5,
    "7 timmar 30 minuter": 7.5, "1 timme": 1, "7,5 tim": 7.5, "1 time 1 minut": 1.016667,
    "7t": 7, "30m": 0.5, "30 min": 0.5, "7,5 t": 7.5, "7.5 h": 7.5, "-7:30": -7.5, f"{MINUS}7:30": -7.5, "37:30": 37.5,
    "25:00": 25, "0:20": 0.333333, "7:30:00": 7.5, "(7,5)": -7.5, f"1{NBSP}234,5": 1234.5, "8": 8, "0": 0,
    f"7{NBSP}t{NBSP}30{NBSP}m": 7.5, "-2t": -2,
    "450 min": 7.5, "7t30": 7.5, "7h30": 7.5, "7 t 30": 7.5, "7:30 t": 7.5, "7:30 timer": 7.5, "07:30:00": 7.5,
    "7h": 7, "½": 0.5, "7½": 7.5, "7 ½": 7.5, "7½ t": 7.5, "7 1/2": 7.5, "1/2": 0.5, "1 3/4 t": 1.75, "¾": 0.75,
    "0,5 t": 0.5, "7 timer og 30 min": 7.5, "7 timmar och 30 minuter": 7.5, "7 hours and 30 minutes": 7.5,
    "125:15": 125.25, "PT7H30M": 7.5, "PT37H30M00S": 37.5, "PT450M": 7.5, "-7t30": -7.5,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), HOURS.items())
def test_hours_as_people_write_them(text: str, value: float) -> None:
    reading = read("hours", text)
    assert (reading.value, reading.rounded) == (value, False)
    assert reading.why is not None


@pytest.mark.parametrize(
    "text",
    [
        "mange",
        "7:75",
        "7:5",
        "７:30",
        "7t75",
        "7t300",
        "1/3",
        "5/4",
        "7 2/4",
        "PT",
        "PT7",
        "::",
        "t",
        "m",
        "7-15",
        "7:30-15:30",
        "1.234",
    ],
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    assert read("hours", text).problem in {"readable", "ambiguous_number"}


@pytest.mark.parametrize(("kind", "days", "value"), [
    (Kind.TIME, 0.3125, 7.5),
    (Kind.TIME, 25 / 24, 25),  # 25:00 as h:mm shows 1:00, but the cell holds more than a day
    (Kind.DATE, 25 / 24, 25),
    (Kind.DURATION, 37.5 / 24, 37.5),
    (Kind.DURATION, -1.5 / 24, -1.5),
    (Kind.TIME, 0.99999999421, 24),  # 23:59:59.9995 is rounded to the second
    (Kind.DATE, 45292.0, "readable"),  # a date is no duration
    (Kind.BOOLEAN, 1.0, "readable"),
])  # fmt: skip
def test_hours_in_cells_of_time(kind: Kind, days: float, value: object) -> None:
    reading = read("hours", (kind, days))
    assert value in {reading.value, reading.problem}


@pytest.mark.parametrize(("cell", "value", "why"), [
    ("450", 7.5, "minutes"),
    (450, 7.5, "minutes"),
    ("1 234,5", 20.575, "minutes"),
    (0, 0, "minutes"),
    ("7,5 t", 7.5, "clock"),  # what says hours is hours
    ("450 min", 7.5, "clock"),
    ((Kind.DURATION, 0.3125), 7.5, "clock"),
])  # fmt: skip
def test_hours_under_a_header_that_says_minutes(cell: object, value: float, why: str) -> None:
    reading = read("hours", cell, is_minutes=True)  # type: ignore[arg-type]
    assert (reading.value, reading.why) == (value, why)


def test_a_clock_under_a_header_that_says_minutes_is_a_question() -> None:
    assert read("hours", "7:30", is_minutes=True) == Reading(problem="readable")


def test_hours_that_are_no_whole_minutes_say_how_many() -> None:
    reading = read("hours", 0.33)
    assert (reading.value, reading.rounded, dict(reading.facts)) == (0.33, True, {"minutes": 20, "rounded": 20 / 60})
    assert not read("hours", 7.25).rounded
    assert not read("hours", 0.333333).rounded


# Dates

DATES = {
    "31.12.2024": dt.date(2024, 12, 31), "2024-12-31": dt.date(2024, 12, 31), "31/12/2024": dt.date(2024, 12, 31),
    "31-12-2024": dt.date(2024, 12, 31), "31. desember 2024": dt.date(2024, 12, 31),
    "31 des. 2024": dt.date(2024, 12, 31),
    "31. december 2024": dt.date(2024, 12, 31), "1. maj 2024": dt.date(2024, 5, 1), "1. mai 2024": dt.date(2024, 5, 1),
    "1 May 2024": dt.date(2024, 5, 1), "20241231": dt.date(2024, 12, 31), "2024/12/31": dt.date(2024, 12, 31),
    "2024.12.31": dt.date(2024, 12, 31),
    "2024-12-31 00:00:00": dt.date(2024, 12, 31),
    "1.2.2024": dt.date(2024, 2, 1),
    f"31.{NBSP}desember{NBSP}2024": dt.date(2024, 12, 31),
    "29.02.2024": dt.date(2024, 2, 29), "04/04/2020": dt.date(2020, 4, 4),
    **dict.fromkeys((
        "4. mars 2024", "4.mars 2024", "4 mars 2024", "den 4 mars 2024", "d. 4. marts 2024", "4.mar.2024",
        "4-mar-2024", "4/Mar/2024", "4. MARS 2024", "March 4, 2024", "Mar 4 2024", "March 4th, 2024",
        "4th of March 2024", "the 4th of March, 2024", "2024 March 4", "2024-Mar-04",
        "mandag 4. mars 2024", "man. 4. mars 2024", "Monday, March 4, 2024", "Mon 4 Mar 2024",
        "måndag den 4 mars 2024", "mandag d. 4. marts 2024", "mandag 04.03.2024", "man 4.3.2024", "4. mars 2024 mandag",
        "Monday 2024-03-04", "Mon 04/03/2024", "mandag 04/03/2024", "4 mars 2024 00:00", "man 2024.03.04",
    ), dt.date(2024, 3, 4)),
    "4/3-2024": dt.date(2024, 3, 4), "04/03 - 2024": dt.date(2024, 3, 4), "4,3,2024": dt.date(2024, 3, 4),
    "04.03.2024.": dt.date(2024, 3, 4), "d. 4/3-2024": dt.date(2024, 3, 4),
    "1. maj 2024 ": dt.date(2024, 5, 1), "lördag 1 juni 2024": dt.date(2024, 6, 1),
    "søndag 2. juni 2024": dt.date(2024, 6, 2), "1. august 2024": dt.date(2024, 8, 1),
    "1 augusti 2024": dt.date(2024, 8, 1), "1. oktober 2024": dt.date(2024, 10, 1), "1 Oct 2024": dt.date(2024, 10, 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DATES.items())
def test_dates_as_people_write_them(text: str, value: dt.date) -> None:
    assert read("date", text, date_order=None) == Reading(value, "date_as_text")


TIMES = (
    "2024-03-04T10:30:00", "2024-03-04 10:30", "04.03.2024 10:30", "04.03.2024, 10:30:15", "04.03.2024 kl. 10.30",
    "4. mars 2024 kl 10:30", "2024-03-04T10:30:00.123", "2024-03-04T23:30:00+01:00", "04.03.2024 10:30 PM",
    "March 4, 2024 10:30 a.m.", "20240304T10:30",
)  # fmt: skip


@pytest.mark.parametrize("text", TIMES)
def test_a_time_of_day_is_dropped_and_told(text: str) -> None:
    assert read("date", text, date_order=None) == Reading(dt.date(2024, 3, 4), "time_of_day")


def test_a_time_of_day_in_a_date_cell_is_told_unless_it_is_midnight() -> None:
    assert read("date", (Kind.DATE, 45355.4375)) == Reading(dt.date(2024, 3, 4), "time_of_day")
    assert read("date", (Kind.DATE, 45355)) == Reading(dt.date(2024, 3, 4))
    assert read("date", (Kind.DATE, 45354.999999999)) == Reading(dt.date(2024, 3, 4))


WEDNESDAY = dt.date(2024, 3, 20)
WEEK_DATES = (
    "2024-W12-3", "2024W123", "2024W12-3", "2024-w12-3", "uke 12 2024 onsdag", "onsdag uke 12, 2024",
    "onsdag uke 12 2024", "uge 12, 2024, onsdag", "onsdag i uge 12 2024", "vecka 12 2024 onsdag", "onsdag v. 12 2024",
    "week 12 2024 Wednesday", "Wed week 12, 2024", "Wednesday of week 12, 2024", "uke 12 onsdag 2024", "u12 2024 ons",
    "uke 12/2024 onsdag", "2024 uke 12 onsdag", "W12 2024 wed",
)  # fmt: skip


@pytest.mark.parametrize("text", WEEK_DATES)
def test_a_week_with_its_weekday_is_a_date(text: str) -> None:
    assert read("date", text, date_order=None) == Reading(WEDNESDAY, "week_date")


@pytest.mark.parametrize(
    "text", ["uke 12 2024", "uge 12, 2024", "vecka 12 2024", "week 12 2024", "2024-W12", "u12 2024"]
)
def test_a_week_alone_is_a_question_with_its_days(text: str) -> None:
    facts = {"monday": dt.date(2024, 3, 18), "sunday": dt.date(2024, 3, 24)}
    assert read("date", text) == Reading(problem="week_without_day", facts=facts)


@pytest.mark.parametrize("text", ["31/12/2024", "2024/12/31", "31.12.24"])
def test_a_weekday_that_is_not_the_dates_is_a_contradiction(text: str) -> None:
    assert read("date", f"onsdag {text}", date_order=None) == Reading(problem="date")


@pytest.mark.parametrize("text", [
    "31.02.2024", "29.02.2023", "00.01.2024", "2024-13-01", "32.01.2024", "uke 7", "uke 53 2024", "uke 12 24",
    "tirsdag 4. mars 2024",
    "4. mars", "mars 2024", "Mar-24", "4 mars mai 2024",
    "32. mars 2024", "4. mars 2024 25:00", "2024-03-04T23:00:00Z", "2024-03-04T23:00:00+00:00", "2024-W54-1", "5",
    "i går", "45657", "2024",
    "12.2024", "31.12.024", "３１.12.2024", "٣١ desember 2024", "31. tolvte 2024", "31.12/2024", "20241301",
])  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    assert read("date", text, date_order=None) == Reading(problem="date")


@pytest.mark.parametrize(("cell", "expected"), [
    ((Kind.DATE, 45292), dt.date(2024, 1, 1)),
    ((Kind.DATE, 45292.4), dt.date(2024, 1, 1)),
    ((Kind.DATE, 45291.999999995), dt.date(2024, 1, 1)),  # 23:59:59.9995 is the next day
    ((Kind.DATE, 61), dt.date(1900, 3, 1)),
    ((Kind.DATE, 60), "implausible_date"),  # Excel's 29 February 1900
    ((Kind.DATE, 0), "implausible_date"),
    ((Kind.DATE, -5), "implausible_date"),
    ((Kind.DATE, 2958465), dt.date(9999, 12, 31)),
    ((Kind.DATE, 2958466), "implausible_date"),
    ((Kind.TIME, 0.5), "implausible_date"),
    ((Kind.DATE, 1e300), "implausible_date"),
    (45657, dt.date(2024, 12, 31)),
    (20241231, dt.date(2024, 12, 31)),
    (20241301, "date"),
    (45657.5, "date"),
    (61, "date"),
    (5, "date"),
    ((Kind.BOOLEAN, 1), "date"),
    ("31.12.1899", "implausible_date"),
    ("01.01.0001", "implausible_date"),
])  # fmt: skip
def test_dates_in_cells(cell: object, expected: object) -> None:
    reading = read("date", cell)  # type: ignore[arg-type]
    assert expected in {reading.value, reading.problem}


@pytest.mark.parametrize(("text", "value"), {
    "31.12.24": dt.date(2024, 12, 31), "1.1.69": dt.date(2069, 1, 1), "1.1.70": dt.date(1970, 1, 1),
    "31.12.99": dt.date(1999, 12, 31), "4-Mar-24": dt.date(2024, 3, 4), "4. mars 24": dt.date(2024, 3, 4),
    "Mar 4, 24": dt.date(2024, 3, 4), "4/3-24": dt.date(2024, 3, 4), "31.12.24 10:30": dt.date(2024, 12, 31),
}.items())  # fmt: skip
def test_two_digit_years_are_told(text: str, value: dt.date) -> None:
    assert read("date", text) == Reading(value, "two_digit_year")


APRIL, MARCH = dt.date(2020, 4, 3), dt.date(2020, 3, 4)


@pytest.mark.parametrize(("declared", "cells", "expected"), [
    (None, ["03/04/2020"], ["ambiguous_date"]),
    (None, ["03-04-2020"], ["ambiguous_date"]),
    (None, ["03.04.2020"], [APRIL]),  # dots are day-first wherever they are used
    ("DMY", ["03/04/2020"], [APRIL]),
    ("MDY", ["03/04/2020"], [MARCH]),
    ("MDY", ["03.04.2020"], [APRIL]),
    ("DMY", ["04/13/2020"], ["against_order"]),
    ("MDY", ["13/04/2020"], ["against_order"]),
    (None, ["03/04/2020", "13/04/2020", "14/04/2020", "15/04/2020"],
     [APRIL, dt.date(2020, 4, 13), dt.date(2020, 4, 14), dt.date(2020, 4, 15)]),
    (None, ["03/04/2020", "04/13/2020", "04/14/2020", "04/15/2020"],
     [MARCH, dt.date(2020, 4, 13), dt.date(2020, 4, 14), dt.date(2020, 4, 15)]),
    (None, ["03/04/2020", "13/04/2020", "13/04/2020", "13/04/2020"],
     ["ambiguous_date", *[dt.date(2020, 4, 13)] * 3]),  # one value three times is one witness
    (None, ["03/04/2020", "13/04/2020", "14/04/2020", "15/04/2020", "04/16/2020"],
     ["ambiguous_date", *(dt.date(2020, 4, day) for day in (13, 14, 15, 16))]),  # the column contradicts itself
    (None, ["03/04/2020", *(f"{day}/04/2020" for day in range(13, 31)), "13/05/2020", "14/05/2020", "04/16/2020"],
     [APRIL, *(dt.date(2020, 4, day) for day in range(13, 31)), dt.date(2020, 5, 13), dt.date(2020, 5, 14),
      "against_order"]),  # 20 to 1 decide
    (None, ["03/04/2020", *(f"{day}/04/2020" for day in range(13, 31)), "13/05/2020", "04/16/2020"],
     ["ambiguous_date", *(dt.date(2020, 4, day) for day in range(13, 31)), dt.date(2020, 5, 13),
      dt.date(2020, 4, 16)]),  # 19 to 1 do not
    (None, ["Mon 04/03/2024", "04/03/2024"], [dt.date(2024, 3, 4), "ambiguous_date"]),
    (None, ["45355", "date:45355"], [dt.date(2024, 3, 4)] * 2),  # a serial among dates
    (None, ["45355", "number:45356"], [dt.date(2024, 3, 4), dt.date(2024, 3, 5)]),
    (None, ["45355", "45356", "45357"], [dt.date(2024, 3, day) for day in (4, 5, 6)]),  # a column of them
    (None, ["45355", "45356"], ["date", "date"]),
    (None, ["45355", "45356", "45357", "4. mars 2024"], ["date"] * 3 + [dt.date(2024, 3, 4)]),
    (None, ["12345", "date:45355"], ["date", dt.date(2024, 3, 4)]),
    ("YMD", ["03/04/2020"], ["ambiguous_date"]),
    ("YMD", ["20/04/03", "10/10/12", "2020-04-03"], [APRIL, dt.date(2010, 10, 12), APRIL]),
])  # fmt: skip
def test_slashed_dates_need_a_declared_order_or_evidence(
    declared: str | None, cells: list[str], expected: list[object]
) -> None:
    assert column("date", *cells, date_order=declared) == expected


@pytest.mark.parametrize(("cell", "meant"), [
    ("31122024", "31.12.2024"), (31122024, "31.12.2024"), ("04032024", "04.03.2024"), (4032024, "04.03.2024"),
    ("31132024", None), (12345678, None), ("99999999", None),
])  # fmt: skip
def test_eight_digits_with_the_year_behind_are_offered_not_taken(cell: str | float, meant: str | None) -> None:
    assert read("date", cell) == Reading(problem="date", suggestion=meant)


def test_a_date_against_a_declared_order_is_told_with_what_it_would_be() -> None:
    assert read("date", "04/13/2020", date_order="DMY") == Reading(
        problem="against_order", suggestion="13.04.2020", facts={"count": 0, "order": "DMY"}
    )


def test_a_number_without_a_date_format_is_no_date_where_days_count_from_1904() -> None:
    assert read("date", 45355, is_1904=True) == Reading(problem="date")
    assert read("date", "45355", is_1904=True, serials_are_dates=True) == Reading(problem="date")
    assert read("date", (Kind.DATE, 45355), is_1904=True).value == dt.date(2024, 3, 4)


def test_an_ambiguous_date_is_told_with_both_meanings() -> None:
    assert read("date", "03/04/2020", date_order=None).facts == {"day_first": APRIL, "month_first": MARCH}


# Words and codes


@pytest.mark.parametrize("word", [
    "ja", "Ja", "J", "yes", "Y", "sann", "SANN", "sant", "SANT", "sand", "SAND", "sandt", "true", "TRUE", "1", "x", "X",
    "✓", "☑", "-1", " ja ",
])  # fmt: skip
def test_words_that_are_true_in_four_languages(word: str) -> None:
    assert read("boolean", word).value is True


@pytest.mark.parametrize("word", [
    "nei", "Nei", "N", "no", "nej", "usann", "USANN", "falskt", "FALSKT", "falsk", "FALSK", "false", "FALSE", "0", "☐",
])  # fmt: skip
def test_words_that_are_false_in_four_languages(word: str) -> None:
    assert read("boolean", word).value is False


def test_booleans_from_cells() -> None:
    assert [read("boolean", cell).value for cell in ((Kind.BOOLEAN, 1), (Kind.BOOLEAN, 0), 1, 0)] == [
        True,
        False,
        True,
        False,
    ]
    for cell in ("kanskje", "v", "-", "☒", "2", 2, (Kind.DATE, 45292), 1e20):
        assert read("boolean", cell) == Reading(problem="readable")


def test_codes_keep_their_zeros() -> None:
    assert read("code", "00123") == Reading("00123")
    assert read("code", 123) == Reading("123")
    assert read("code", "10951.0") == Reading("10951", "number_tail")
    assert read("code", 10951.0) == Reading("10951")
    assert read("code", "10951.5") == Reading("10951.5")
    assert read("code", (Kind.DATE, 45292)) == Reading(problem="readable")  # `1-2` that became a date
    assert read("code", (Kind.BOOLEAN, 1)) == Reading(problem="readable")


def test_text_takes_whatever_a_cell_shows() -> None:
    assert read("text", (Kind.BOOLEAN, 1)) == Reading("TRUE")
    assert read("text", (Kind.DATE, 45292)) == Reading("01.01.2024", "date_to_text")
    assert read("text", (Kind.TIME, 0.5)) == Reading("12:00", "date_to_text")
    assert read("text", "a\r\nb") == Reading("a\nb")
    assert read("text", "\u200bHavneby\u00ad ") == Reading("Havneby", "invisible")
    assert read("text", " Havneby ") == Reading("Havneby", "trimmed")


@pytest.mark.parametrize(
    "text", ["", " ", "\t", NBSP, "\u200b", "\ufeff", " \u2003\n", "\u2028", "\u2005\u1680", "\x00"]
)
def test_nothing_but_spaces_is_blank(text: str) -> None:
    for type_name in type_names:
        assert read(type_name, text) == Reading()


@pytest.mark.parametrize(("kind", "problem"), [(Kind.ERROR, "error_cell"), (Kind.NOT_CALCULATED, "not_calculated")])
def test_cells_without_a_value_are_told_for_every_type(kind: Kind, problem: str) -> None:
    for type_name in type_names:
        assert read_value(Raw(kind, math.nan, "#N/A"), field(type_name), Context()) == Reading(problem=problem)


def test_code_lists() -> None:
    assert column("codelist", "Rød", "RØD", "red", " grønn", "gresk", "blå") == [
        "red",
        "red",
        "red",
        "green",
        "green",
        "listed",
    ]
    codes = (Code("a", {"nb": "En"}, ("to",)), Code("b", {"nb": "To"}))
    assert code_words(codes)["to"] == ("b", False)  # a label goes before another code's synonym
    context = {"code_words": code_words(codes), "code_labels": {"a": "En", "b": "To"}}
    assert read("codelist", "too", **context).suggestion == "To"
    assert read("codelist", "zzzzz", **context).suggestion is None
    assert read("codelist", "tre", **context).facts["allowed"] == "En, To"


def test_lists() -> None:
    assert read("list", "a; b,c\nd;;a").value == "a; b; c; d"
    assert read("list", ";").value is None
    assert read("list", " ; ") == Reading()  # nothing to tell of either


# Identifiers


@pytest.mark.parametrize(("country", "text", "value"), [
    ("NO", "974760673", "974760673"),
    ("NO", "988077917", "988077917"),
    ("NO", "974 760 673", "974760673"),
    ("NO", f"974{NBSP}760{NBSP}673", "974760673"),
    ("NO", f"974{NNBSP}760{NNBSP}673", "974760673"),
    ("NO", "974.760.673", "974760673"),
    ("NO", "988077917MVA", "988077917"),
    ("NO", "NO 988 077 917 MVA", "988077917"),
    ("NO", "no988077917mva", "988077917"),
    ("NO", "NO 974 760 673 MVA", "974760673"),
    ("NO", "Org.nr. 974 760 673", "974760673"),
    ("NO", "Org.nr.: 974760673", "974760673"),
    ("NO", "Foretaksnr 974760673", "974760673"),
    ("SE", "Org.nr 556016-0680", "5560160680"),
    ("DK", "CVR-nr. 13585628", "13585628"),
    ("SE", "5560160680", "5560160680"),
    ("SE", "2021005489", "2021005489"),
    ("SE", "556016-0680", "5560160680"),
    ("SE", "16556016-0680", "5560160680"),
    ("DK", "13585628", "13585628"),
    ("DK", "DK13585628", "13585628"),
    ("DK", "13 58 56 28", "13585628"),
    ("FI", "2077474-0", "2077474-0"),
    ("FI", "20774740", "2077474-0"),
    ("FI", "FI20774740", "2077474-0"),
    ("DE", "HRB 12345", "HRB 12345"),  # other countries: as it stands
])  # fmt: skip
def test_organisation_numbers(country: str, text: str, value: str) -> None:
    assert read("org_number", text, country=country) == Reading(value, None if text == value else "spelling")
    here = Raw(Kind.TEXT, math.nan, text, country=country)
    assert (
        read_value(here, field("org_number"), Context(country="IS")).value == value
    )  # the row goes before the company


@pytest.mark.parametrize(("country", "text"), [
    ("NO", "974760674"), ("NO", "97476067"), ("NO", "12345"), ("NO", "Havneby"), ("NO", "９７４７６０６７３"),
    ("NO", "٩٧٤٧٦٠٦٧٣"),
    ("NO", "974760673 og 988077917"), ("NO", "2077474-0"), ("SE", "5560160681"), ("SE", "8112189876"),
    ("SE", "5５60160680"),
    ("DK", "13585629"), ("FI", "2077474-1"), ("FI", "2077474-"),
])  # fmt: skip
def test_wrong_organisation_numbers(country: str, text: str) -> None:
    assert read("org_number", text, country=country) == Reading(problem="readable")


def test_a_number_cell_is_an_organisation_number_too() -> None:
    assert read("org_number", 974760673) == Reading("974760673")


@pytest.mark.parametrize(("cell", "value", "why"), [
    ("86011117947", "86011117947", None),
    ("8601.11.17947", "86011117947", "spelling"),
    ("8601 11 17947", "86011117947", "spelling"),
    (f"8601{NBSP}11{NBSP}17947", "86011117947", "spelling"),
    ("1234.56.78903", "12345678903", "spelling"),
    (86011117947, "86011117947", None),
    (5300000004, "05300000004", "leading_zero"),  # the check digit proves the lost zero
    ("5300000004", "05300000004", "leading_zero"),
    ("NO93 8601 1117 947", "NO9386011117947", "spelling"),
])  # fmt: skip
def test_bank_accounts(cell: str | float, value: str, why: str | None) -> None:
    assert read("bank_account", cell) == Reading(value, why)


@pytest.mark.parametrize("cell", [
    "86011117946", "8601111794", 8601111794, "123", "860111179470", "８６０１１１１７９４７", "NO9286011117947",
    "konto", 5300000003,
])  # fmt: skip
def test_wrong_bank_accounts(cell: str | float) -> None:
    assert read("bank_account", cell) == Reading(problem="readable")


@pytest.mark.parametrize(
    "text", ["12345678903", "000100018647", "10001862", "104-", " 104- ", "123 456 789 03", "12345678904", "105-"]
)
def test_kid(text: str) -> None:
    """Digits and the dash that stands for ten; whether the last one is right is a question for rules."""
    assert read("kid", text).value == text.replace(" ", "")


@pytest.mark.parametrize(("kid", "mod10", "mod11"), [
    ("12345678903", True, True), ("000100018647", True, False), ("10001862", False, True), ("104-", False, True),
    ("12345678904", False, False), ("10001863", False, False), ("105-", False, False),
])  # fmt: skip
def test_check_digits_of_payment_ids(kid: str, mod10: bool, mod11: bool) -> None:
    assert (is_mod10(kid), is_mod11(kid)) == (mod10, mod11)


@pytest.mark.parametrize("cell", ["Paid", " paid", "PAID\u200b", "Betalt"])
def test_a_word_may_stand_for_a_value(cell: str) -> None:
    """Moment's own list of invoices says «Paid» where nothing is outstanding."""
    paid = field("money", decimals=2, reads={"Paid": 0.0, "betalt": 0.0})
    words = {fold(word): value for word, value in paid.reads.items()}
    assert read_value(raw(cell), paid, Context(words=words)) == Reading(0.0, "word")
    assert read_value(raw("12,50"), paid, Context(words=words)).value == 12.5
    assert read_value(raw("delvis"), paid, Context(words=words)).problem == "readable"


@pytest.mark.parametrize("text", ["1", "-", "1-1", "1" * 26, "１２３４５６７８９０３", "KID 12345678903"])
def test_wrong_kid(text: str) -> None:
    assert read("kid", text) == Reading(problem="readable")


@pytest.mark.parametrize(("country", "cell", "value", "why"), [
    ("NO", "0158", "0158", None),
    ("NO", 158, "0158", "leading_zero"),
    ("NO", "158", "0158", "leading_zero"),
    ("NO", "N-5003", "5003", "spelling"),
    ("NO", "N-0150", "0150", "spelling"),
    ("NO", "NO-5003", "5003", "spelling"),
    ("SE", "123 45", "12345", "spelling"),
    ("SE", f"123{NBSP}45", "12345", "spelling"),
    ("SE", "SE-123 45", "12345", "spelling"),
    ("DK", 2100, "2100", None),
    ("FI", "00100", "00100", None),
    ("FI", 2100, "02100", "leading_zero"),
    ("FI", 100, "00100", "leading_zero"),  # Helsinki loses both
    ("GB", "SW1A 1AA", "SW1A 1AA", None),
    (UNKNOWN_COUNTRY, "12", "12", None),
])  # fmt: skip
def test_postal_codes(country: str, cell: str | float, value: str, why: str | None) -> None:
    assert read("postal_code", cell, country=country) == Reading(value, why)


@pytest.mark.parametrize(("country", "text"), [
    ("NO", "15"), ("NO", "12345"), ("NO", "ABC"), ("NO", "０１５８"), ("SE", "1234"),
    ("DK", "800"), ("FI", "10"),
])  # fmt: skip
def test_wrong_postal_codes(country: str, text: str) -> None:
    assert read("postal_code", text, country=country) == Reading(problem="readable")


@pytest.mark.parametrize(("country", "text", "code"), [
    ("NO", "0158 Oslo", "0158"), ("NO", "N-0150 OSLO", "0150"), ("SE", "123 45 Ankeborg", "12345"),
    ("DK", "2100 København Ø", "2100"),
])  # fmt: skip
def test_a_postal_code_with_its_place_is_told_with_the_code_alone(country: str, text: str, code: str) -> None:
    """The place is not dropped: it may stand nowhere else."""
    assert read("postal_code", text, country=country) == Reading(problem="readable", suggestion=code)


@pytest.mark.parametrize(("country", "text", "value"), [
    ("NO", "90000011", "+4790000011"),
    ("NO", "22 00 00 10", "+4722000010"),
    ("NO", f"22{NBSP}00{NBSP}00{NBSP}10", "+4722000010"),
    ("NO", "22\u201100\u201100\u201110", "+4722000010"),
    ("NO", "+47 900 00 011", "+4790000011"),
    ("NO", "0047 90000011", "+4790000011"),
    ("NO", "(+47) 90000011", "+4790000011"),
    ("NO", "Tlf. 90 00 00 11", "+4790000011"),
    ("NO", "mob: 90000011", "+4790000011"),
    ("NO", "tlf. 22 00 00 10", "+4722000010"),
    ("NO", "+47 (0)22 00 00 10", "+4722000010"),
    ("NO", "0047 22000010", "+4722000010"),
    ("NO", "02800", "+4702800"),
    ("NO", "+46 70 000 00 01", "+46700000001"),
    ("SE", "070-000 00 01", "+46700000001"),
    ("SE", "+46 (0)70-000 00 01", "+46700000001"),
    ("DK", "32 12 34 56", "+4532123456"),
    ("DK", "+45 32123456", "+4532123456"),
    ("FI", "040 1234567", "+358401234567"),
    ("FI", "+358 40 1234567", "+358401234567"),
])  # fmt: skip
def test_phones(country: str, text: str, value: str) -> None:
    assert read("phone", text, country=country) == Reading(value, "phone")


def test_a_phone_in_full_is_no_repair() -> None:
    assert read("phone", "+4722000010") == Reading("+4722000010")


def test_a_phone_may_be_a_number_cell_and_its_country_unknown() -> None:
    assert read("phone", 90000011) == Reading("+4790000011", "phone")
    assert read("phone", "32 12 34 56", country=UNKNOWN_COUNTRY) == Reading("32 12 34 56")


@pytest.mark.parametrize(("text", "suggestion"), [
    ("12", None),
    ("ring meg", None),
    ("59000000000000", None),
    ("90000011 / 22000010", "+4790000011"),
    ("90000011, 22000010", "+4790000011"),
    ("90000011 eller 22000010", "+4790000011"),
    ("12 / 22000010", None),
    ("９０００００１１", None),  # nobody types these on purpose
    ("٩٠٠٠٠٠١١", None),
    ("900 ABC DE", None),
    ("22 00 00 10 ext 5", "+4722000010"),  # dropping the extension would lose it
    ("22 00 00 10 (Kari)", "+4722000010"),
])  # fmt: skip
def test_wrong_phones(text: str, suggestion: str | None) -> None:
    assert read("phone", text) == Reading(problem="readable", suggestion=suggestion)


def test_e_mail() -> None:
    assert read("email", "kari@firma.example") == Reading("kari@firma.example")
    assert read("email", "Kari@Firma.Example") == Reading("kari@firma.example", "spelling")


@pytest.mark.parametrize(("text", "suggestion"), [
    ("kari@firma,example", "kari@firma.example"),
    ("kari @firma.example", "kari@firma.example"),
    ("kari(at)firma.example", "kari@firma.example"),
    ("kari[at]firma.example", "kari@firma.example"),
    ("kari@firma.example.", "kari@firma.example"),
    ("Kari <kari@firma.example>, Ola <ola@firma.example>", "kari@firma.example"),
    ("Kari Nordmann <kari(at)firma.example>", "kari@firma.example"),
    ("kari@firma.example; ola@firma.example", None),
    ("Kari Nordmann kari@firma.example", None),  # a name is no part of an address
    ("kari@firma", None),
    ("kari@", None),
    ("a@b@firma.example", None),
    ("ikke en adresse", None),
])  # fmt: skip
def test_wrong_e_mail_is_told_with_what_was_meant(text: str, suggestion: str | None) -> None:
    assert read("email", text) == Reading(problem="readable", suggestion=suggestion)


@pytest.mark.parametrize("text", [
    "Kari Nordmann <kari@firma.example>", '"Nordmann, Kari" <Kari@firma.example>', "<kari@firma.example>",
    "mailto:kari@firma.example", "MAILTO: kari@firma.example", "Kari <mailto:kari@firma.example>",
])  # fmt: skip
def test_an_address_with_its_owners_name_is_taken_out_and_told(text: str) -> None:
    assert read("email", text) == Reading("kari@firma.example", "address_only")


@pytest.mark.parametrize(("text", "value"), {
    "Norge": "NO", "Noreg": "NO", "Norway": "NO", "NOR": "NO", "no": "NO", "Sverige": "SE", "Sweden": "SE",
    "Danmark": "DK",
    "Finland": "FI", "Tyskland": "DE", "Island": "IS", "UK": "GB", "Storbritannia": "GB", "Østerrike": "AT",
    "Österrike": "AT",
    "USA": "US", "XK": "XK", "NO - Norge": "NO", "Norge (NO)": "NO", "Sverige, SE": "SE",
}.items())  # fmt: skip
def test_countries(text: str, value: str) -> None:
    assert read("country", text).value == value


@pytest.mark.parametrize(
    "text",
    ["Atlantis", "EU", "ZZ", "ukjent område", "QO", "XA", "47", "NO - Sverige", "Norge -", "Den europeiske union"],
)
def test_what_is_no_country(text: str) -> None:
    assert read("country", text).problem == "readable"


def test_a_country_is_suggested() -> None:
    assert read("country", "Norrge").suggestion == "NO"


@pytest.mark.parametrize(("text", "value"), {
    "NOK": "NOK", "nok": "NOK", "SEK ": "SEK", "kr": "NOK", "kr.": "NOK", "€": "EUR", "£": "GBP", "US$": "USD",
    "norske kroner": "NOK", "Svenske kroner": "SEK", "svensk krona": "SEK", "euro": "EUR", "Danish krone": "DKK",
    "XOF": "XOF", "Swedish Krona - SEK": "SEK", "NOK (norske kroner)": "NOK", "EUR – Euro": "EUR", "NOK (kr)": "NOK",
}.items())  # fmt: skip
def test_currencies(text: str, value: str) -> None:
    assert read("currency", text).value == value


@pytest.mark.parametrize("text", ["gull", "$", "SEK - euro", "NOK -", "kroner og øre", "XXX", "NO", "ukjent valuta"])
def test_what_is_no_currency(text: str) -> None:
    assert read("currency", text) == Reading(problem="readable")


def test_crowns_are_the_companys() -> None:
    assert read("currency", "kr", currency="SEK").value == "SEK"


@pytest.mark.parametrize(("text", "value"), {
    "firma.no": "https://firma.no", "www.firma.no/side": "https://www.firma.no/side",
    "https://firma.no": "https://firma.no",
    "HTTP://firma.no": "HTTP://firma.no",
    "www.firma.no/?u=https://annen.no": "https://www.firma.no/?u=https://annen.no",
    "firma.no?a=1": "https://firma.no?a=1",
}.items())  # fmt: skip
def test_urls(text: str, value: str) -> None:
    assert read("url", text).value == value


@pytest.mark.parametrize(
    "text", ["ingen side", "ftp://firma.no", "javascript:alert(1)", "kari@firma.no", "https://", "firma", "file:///c"]
)
def test_wrong_urls(text: str) -> None:
    assert read("url", text) == Reading(problem="readable")


def test_file_names() -> None:
    assert read("file_name", "kari.jpg") == Reading("kari.jpg")
    for text in ("..", "a\nb", "hva?.jpg", "bilder/", "bilder/hva?.jpg"):
        assert read("file_name", text) == Reading(problem="readable")
    for text in ("C:\\bilder\\kari.jpg", "bilder/kari.jpg"):
        assert read("file_name", text) == Reading(problem="readable", suggestion="kari.jpg")


# Laws

DIGITS = st.integers(-99_999_999_999, 99_999_999_999)


def grouped(cents: int, group: str, mark: str) -> str:
    return f"{abs(cents) // 100:,}".replace(",", group) + f"{mark}{abs(cents) % 100:02d}"


WRITTEN_NUMBERS = {
    "plain comma": lambda cents: grouped(cents, "", ","),
    "plain point": lambda cents: grouped(cents, "", "."),
    "space": lambda cents: grouped(cents, " ", ","),
    "no-break space": lambda cents: grouped(cents, NBSP, ","),
    "narrow space": lambda cents: grouped(cents, NNBSP, "."),
    "German": lambda cents: grouped(cents, ".", ","),
    "English": lambda cents: grouped(cents, ",", "."),
    "Swiss": lambda cents: grouped(cents, "'", "."),
}
SIGNED = {
    "-": "-{}",
    "minus": MINUS + "{}",
    "behind": "{}-",
    "brackets": "({})",
    "crowns": "-kr {}",
    "crowns behind": "-{} kr",
}
UNSIGNED = {
    "bare": "{}",
    "plus": "+{}",
    "crowns": "kr {}",
    "crowns behind": "{} kr",
    "code": "NOK {}",
    "spaces": "  {} ",
}


@given(DIGITS, st.sampled_from(list(WRITTEN_NUMBERS)), st.data(), st.sampled_from([",", "."]))
def test_a_number_written_in_any_notation_is_read_back(cents: int, how: str, data: st.DataObject, home: str) -> None:
    sign = data.draw(st.sampled_from(list((SIGNED if cents < 0 else UNSIGNED).values())))
    reading = read("money", sign.format(WRITTEN_NUMBERS[how](cents)), home_mark=home)
    assert reading.problem is None
    assert Decimal(repr(reading.value)) * 100 == cents


WRITTEN_DATES = (
    "{d:02d}.{m:02d}.{y}", "{d}.{m}.{y}", "{y}-{m:02d}-{d:02d}", "{y}{m:02d}{d:02d}", "{y}/{m}/{d}", "{d}. {name} {y}",
    "{d} {name} {y}",
    "{d}/{m}/{y}", "{d:02d}-{m:02d}-{y}", "{d:02d}.{m:02d}.{y} 08:30", "{y}-{m:02d}-{d:02d}T08:30:00",
)  # fmt: skip
MONTH_NAMES = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip


NAMES = {
    "nb": (MONTH_NAMES, ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"), "uke"),
    "sv": (
        ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
         "december"),
        ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"), "vecka",
    ),
    "da": (
        ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
         "december"),
        ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"), "uge",
    ),
    "en": (
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), "week",
    ),
}  # fmt: skip
SPOKEN_DATES = (
    "{d}. {name} {y}", "{name} {d}, {y}", "{weekday} {d}. {name} {y}", "{weekday}, {name} {d}, {y}",
    "den {d} {name} {y}",
    "{d}-{short}-{y}", "{d}.{short}.{y}", "{y} {name} {d}", "{weekday} {d}.{m}.{y}", "{weekday} {d}/{m}/{y}",
    "{weekday} {m}/{d}/{y}", "{d}/{m}-{y}", "{iso}-W{week:02d}-{day}", "{word} {week} {iso} {weekday}",
    "{weekday} {word} {week}, {iso}", "{word} {week} {weekday} {iso}",
)  # fmt: skip


@given(
    st.dates(dt.date(1900, 3, 1), dt.date(9998, 12, 31)), st.sampled_from(SPOKEN_DATES), st.sampled_from(list(NAMES)),
    st.booleans(),
)  # fmt: skip
def test_a_date_in_the_words_of_four_languages_is_read_back(day: dt.date, how: str, language: str, loud: bool) -> None:
    months, weekdays, word = NAMES[language]
    year, week, weekday = day.isocalendar()
    text = how.format(
        d=day.day, m=day.month, y=day.year, name=months[day.month - 1], short=months[day.month - 1][:3],
        weekday=weekdays[weekday - 1], word=word, week=week, iso=year, day=weekday,
    )  # fmt: skip
    reading = read("date", text.upper() if loud else text, date_order=None)
    if reading.problem == "ambiguous_date":  # both readings of «mandag 3/10/2022» may be Mondays
        assert {day.isoweekday() for day in reading.facts.values()} == {weekday}  # type: ignore[attr-defined]
    else:
        assert reading.value == day


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)), st.sampled_from(WRITTEN_DATES))
def test_a_date_written_in_any_notation_is_read_back(day: dt.date, how: str) -> None:
    text = how.format(d=day.day, m=day.month, y=day.year, name=MONTH_NAMES[day.month - 1])
    assert read("date", text, date_order="DMY").value == day
    assert read("date", (Kind.DATE, (day - EPOCH).days)).value == day
    if "/" not in how and "{d:02d}-" not in how:
        assert read("date", text, date_order=None).value == day
    if day.year > 9999 or day.year < 1000:
        return
    month_first = f"{day.month}/{day.day}/{day.year}"
    assert read("date", month_first, date_order="MDY").value == day


WRITTEN_HOURS = (
    "{h}:{m:02d}",
    "{h}:{m:02d}:00",
    "{h}t {m}m",
    "{h} timer {m} minutter",
    "{h}h{m}min",
    "{h}t{m:02d}",
    "{h}:{m:02d} timer",
    "{h} timmar och {m} minuter",
    "{h} hours and {m} min",
    "{sign}{minutes}m",
)


@given(st.integers(-599_999, 599_999), st.sampled_from(WRITTEN_HOURS))
def test_hours_written_in_any_notation_are_read_back(minutes: int, how: str) -> None:
    sign = "-" if minutes < 0 else ""
    text = how.format(h=f"{sign}{abs(minutes) // 60}", m=abs(minutes) % 60, minutes=abs(minutes), sign=sign)
    if "minutes" in how and abs(minutes) > 9999:
        return
    for cell in (text, (Kind.DURATION, minutes / 1440), (Kind.TIME, minutes / 1440), minutes / 60):
        reading = read("hours", cell)
        assert round(reading.value * 60, 3) == minutes
        assert not reading.rounded


NO_SURROGATES = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
PIECES = st.lists(
    st.sampled_from([
        "0", "1", "12", "2024", "31", "999", ".", ",", " ", NBSP, NNBSP, "-", MINUS, "(", ")", "+", "+47", "'", ":",
        "/", "%",
        "kr", "NOK", "NO", "MVA", "t", "m", "timer", "desember", "@", "a@b.example", "<", ">", "https://", ".no", "x",
        "ja", "ｅ",
        "１", "٣", "²", "½", "#", "\u200b", "\u00ad", "\x00", "\n", "\t", "e\u0301", "ſ", "İ", ";", "[", "]", "\\", "*",
        "?",
    ]), max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(type_names),
    st.one_of(NO_SURROGATES, PIECES),
    st.sampled_from(["NO", "SE", "DK", "FI", "US", UNKNOWN_COUNTRY]),
)
@example("email", "k@xn--.no", "NO")
@example("email", "a@" + "b" * 300 + ".no", "NO")
@example("org_number", "９７４７６０６７３", "NO")
@example("decimal", "1" * 5000, "NO")
@example("hours", "٣:٣٠", "NO")
@example("kid", "²²-", "NO")
def test_no_text_makes_reading_fail(type_name: str, text: str, country: str) -> None:
    words = code_words((Code("red", {"nb": "Rød"}),))
    here = Context(country=country, date_order=None, code_words=words, code_labels={"red": "Rød"})
    reading = read_value(raw(text), field(type_name), here)
    assert reading.problem is None or reading.value is None
    assert not (reading.value is None and reading.why)
    show_raw(raw(text))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(type_names),
    st.sampled_from([Kind.NUMBER, Kind.DATE, Kind.TIME, Kind.DURATION, Kind.BOOLEAN]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
@example("hours", Kind.DURATION, 1.7e308, False)
@example("date", Kind.DATE, -1.7e308, False)
@example("percent", Kind.NUMBER, 1.7e308, True)
@example("text", Kind.TIME, 1e306, False)
def test_no_number_makes_reading_fail(type_name: str, kind: Kind, number: float, is_percent: bool) -> None:
    cell = Raw(kind, number, "", is_percent and kind is Kind.NUMBER)
    reading = read_value(cell, field(type_name), Context(date_order=None))
    assert reading.problem is None or reading.value is None
    assert show_raw(cell)
    cell_value(cell)


MIXED = [
    "1", "x", "number:1", "number:-1", "number:1.5", "boolean:1", "boolean:0", "date:45292", "date:1", "time:0.5",
    "time:1", "duration:0.5", "error:#N/A", "error:1", "formula:",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(MIXED), min_size=1, max_size=15))
def test_each_row_of_a_column_gets_the_reading_of_its_own_cell(cells: list[str]) -> None:
    """Each distinct value is read once; `1`, 1, TRUE and an error called 1 are four of them."""
    alone = {cell: column("text", cell)[0] for cell in cells}
    assert column("text", *cells) == [alone[cell] for cell in cells]


@settings(max_examples=300)
@given(st.one_of(NO_SURROGATES, PIECES))
@example("e\u200b\u0301")  # what is invisible may part a letter from its accent
@example("e\x00\u0301")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    cleaned, why = clean_text(text)
    assert clean_text(cleaned) == (cleaned, None)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) == "Cf" for char in cleaned)
    assert why is not None or cleaned == unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@settings(max_examples=300)
@given(st.one_of(NO_SURROGATES, PIECES))
@example("e\u200b\u0301")
@example("e\x00\u0301")
@example("J\u030c")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(clean_text(text)[0]) == fold(text)
    assert fold_header(fold_header(text)) == fold_header(text)


def test_keys_are_compared_without_case_spaces_and_what_nobody_sees() -> None:
    for text in ("a 1", "A 1", " a  1 ", f"A{NBSP}1", "a\u200b 1", "a\u00ad 1", "A\t1"):
        assert fold(text) == "a 1"
    assert fold("K\u20111") == fold("K-1")
    assert fold("Løvli") != fold("Lovli")
    assert fold_header("Kundenr. *") == fold_header("KUNDENR") == fold_header("kunde nr") == "kundenr"
    assert fold_header("Kundenavn (obligatorisk)") == "kundenavn"
    assert fold_header("Påkrevd") == "pakrevd"
