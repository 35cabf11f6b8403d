"""Inspect: what columns hold, number series, e-mails, odd cells, duplicates, what nobody uses; in text, JSON, xlsx.

Shows the page's first section («Help with organizing import data») and complaints 3, 4, 11, 12, 14, 15 and 28.
"""

from __future__ import annotations

import copy
import csv
import dataclasses
import datetime as dt
import io
import json
import random
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from delivery import sheet, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook as Book

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.catalog import load_catalog
from momentsheet.checking.names import name_of, near_names
from momentsheet.checking.profile import contents, profile_files
from momentsheet.checking.profile.masks import masked
from momentsheet.checking.profile.odd import far
from momentsheet.errors import MomentsheetError
from momentsheet.model.catalog import Catalog
from momentsheet.model.profile import AlikeGroup, Profile, oddities
from momentsheet.model.workbook import Sheet
from momentsheet.reporting import pages_of, profile_schema, render_profile_json, render_profile_text
from momentsheet.workbook import make_profile_book

RULES = Path(__file__).parents[1] / "rules"
CATALOG = load_catalog(RULES)
EXAMPLE = Path(__file__).parents[1] / "examples" / "architects"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
LANGUAGES = ("en", "nb", "sv", "da")


def look(*sheets, catalog: Catalog = CATALOG, language: str = "en", name: str = "export.xlsx") -> Profile:
    return look_at(workbook(*sheets, name=name), catalog=catalog, language=language)


def look_at(*workbooks, catalog: Catalog = CATALOG, language: str = "en") -> Profile:
    return profile_files(list(workbooks), catalog, lambda _share: None, ("momentsheet", "1"), language)


def with_company(**choices: object) -> Catalog:
    return dataclasses.replace(CATALOG, company=dataclasses.replace(CATALOG.company, **choices))


def with_private(domain: str) -> Catalog:
    table = CATALOG.fact_tables["private_mail"]
    tables = {**CATALOG.fact_tables, "private_mail": dataclasses.replace(table, rows=(*table.rows, (domain,)))}
    return dataclasses.replace(CATALOG, fact_tables=tables)


def column(profile: Profile, header: str):
    return next(one for one in profile.columns if one.where.header == header)


def odd(profile: Profile, kind: str) -> list[tuple[str, str]]:
    return [(one.cell, one.value) for one in profile.oddities if one.kind == kind]


def groups(profile: Profile, entity: str = "customer", field: str = "name") -> list[list[str]]:
    return [[one.values.get(field, "") for one in it.members] for it in profile.alike if it.entity == entity]


def customers(*rows: Sequence[str], heads: Sequence[str] = ("Kundenummer", "Kundenavn")):
    return sheet("Kunder", [list(heads), *map(list, rows)])


# What a column holds


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        (["Kari", "Ola"], "text"),
        (["number:7.5", "number:8"], "decimal"),
        (["number:1", "number:2"], "integer"),
        (["7,5", "1 200,50"], "decimal"),
        (["kr 1 200,50", "500 kr"], "money"),
        (["25 %", "10 %"], "percent"),
        (["31.12.2024", "1.1.2025"], "date"),
        (["date:45292", "date:45293"], "date"),
        (["2024-12-31", "2024-01-01"], "date"),
        (["7:30", "0:45"], "hours"),
        (["duration:1.5", "time:0.3125"], "hours"),
        (["7t 30m", "2 timer"], "hours"),
        (["Ja", "nei"], "boolean"),
        (["kari@fjord.example", "ola@fjord.example"], "email"),
        (["+47 22 00 00 10", "22 00 00 11"], "phone"),
        (["https://fjord.example", "www.sol.example"], "url"),
        (["310 000 027", "310000019"], "org_number"),
        (["number:310000027", "number:310000019"], "org_number"),
        (["1234.56.78903", "1234.56.78903"], "bank_account"),
        (["0158", "0250"], "code"),
        (["P-1001", "A17"], "code"),
        (["error:#N/A", "error:#REF!"], "error"),
        (["formula:", "formula:"], "formula"),
    ],
)
def test_what_a_column_seems_to_hold(values: list[str], holds: str) -> None:
    profile = look(sheet("Data", [["Something", "x"], *([value, "y"] for value in values)]))
    assert column(profile, "Something").holds[0].value == holds
    assert column(profile, "Something").filled == len(values)


def test_shares_fill_rate_distinct_and_commonest_values() -> None:
    rows = [["a", "Oslo"], ["b", "Oslo"], ["c", "Bergen"], ["d", ""], ["e", "1.2.2024"]]
    city = column(look(sheet("Data", [["Id", "Where"], *rows])), "Where")
    assert (city.rows, city.filled, city.distinct) == (5, 4, 3)
    assert {one.value: one.count for one in city.holds} == {"text": 3, "date": 1}
    assert [(one.value, one.count) for one in city.commonest] == [("Oslo", 2), ("Bergen", 1), ("1.2.2024", 1)]
    assert (city.shortest, city.longest) == (4, 8)


def test_figures_of_numbers_and_dates() -> None:
    rows = [["number:7.5", "date:45292"], ["-3", "date:45300"], ["2,25", "31.12.2023"], ["", ""], ["number:0", "x"]]
    profile = look(sheet("Data", [["Amount", "When"], *rows]))
    numbers, dates = column(profile, "Amount").numbers, column(profile, "When").dates
    assert numbers is not None
    assert dates is not None
    assert (numbers.count, numbers.least, numbers.most, numbers.total, numbers.negative) == (4, -3, 7.5, "6.75", 1)
    assert (dates.count, str(dates.earliest), str(dates.latest)) == (3, "2023-12-31", "2024-01-09")


@pytest.mark.parametrize(
    ("texts", "order", "counts"),
    [
        (["13/04/2024", "03/04/2024", "25/12/2024", "31/01/2024"], "DMY", (3, 0, 1)),
        (["04/13/2024", "12/25/2024", "01/31/2024"], "MDY", (0, 3, 0)),
        (["13/04/2024", "04/13/2024", "01/02/2024"], None, (1, 1, 1)),
        (["03/04/2024", "01/02/2024"], None, (0, 0, 2)),
        (["3.4.2024", "1.2.2024"], "DMY", (2, 0, 0)),
    ],
)
def test_dates_say_what_they_prove_of_their_order(texts: list[str], order: str | None, counts: tuple[int, ...]) -> None:
    """Complaint 11: the evidence of the column is shown."""
    profile = look(sheet("Data", [["When", "x"], *([text, f"date:{45000 + at}"] for at, text in enumerate(texts))]))
    dates = column(profile, "When").dates
    if dates is None:  # nothing that can be read at all
        assert order is None
        return
    assert (dates.order, (dates.day_first, dates.month_first, dates.undecided)) == (order, counts)


def test_columns_are_read_as_our_fields() -> None:
    profile = look(customers(["10001", "Fjord AS", "x"], heads=("Kundenr", "Firmanavn", "Farge")))
    assert [(one.where.field, one.where.letter) for one in profile.columns] == [
        ("customer_number", "A"), ("name", "B"), (None, "C"),
    ]  # fmt: skip
    assert profile.files[0].sheets[0].entity == "customer"


def test_a_sheet_that_is_not_ours_is_profiled_below_its_header_and_without_its_total() -> None:
    cells = [
        ["Lager per 31.12.2024"], [], ["Hylle", "Vare", "Antall"],
        ["A1", "Plott", "number:5"], ["A2", "Modell", "number:3"], ["Totalt", "", "number:8"],
    ]  # fmt: skip
    profile = look(sheet("Lager", cells))
    assert (profile.files[0].sheets[0].header_row, profile.files[0].sheets[0].rows) == (3, 2)
    assert [one.where.header for one in profile.columns] == ["Hylle", "Vare", "Antall"]


def test_columns_without_header_go_by_their_letter() -> None:
    profile = look(sheet("Data", [["number:1", "number:2"], ["number:3", "number:4"]]))
    assert profile.files[0].sheets[0].header_row is None
    assert [one.where.letter for one in profile.columns] == ["A", "B"]


# Number series


def series(*numbers: str, catalog: Catalog = CATALOG):
    return look(customers(*([number, f"Kunde {at} AS"] for at, number in enumerate(numbers))), catalog=catalog)


def test_mixed_series_prefixes_and_lengths() -> None:
    found = series("10001", "10002", "10003", "P-1001", "P-1002", "999").series[0]
    assert [(it.before, it.digits, it.count, it.lowest, it.highest) for it in found.shapes] == [
        ("", 5, 3, "10001", "10003"), ("P-", 4, 2, "P-1001", "P-1002"), ("", 3, 1, "999", "999"),
    ]  # fmt: skip


def test_numbers_with_several_parts_are_shown_as_patterns() -> None:
    assert [it.pattern for it in series("2024-017", "2024-018").series[0].shapes] == ["9999-999"]


def test_gaps_and_jumps() -> None:
    found = series(*(str(number) for number in range(10001, 10030)), "10035", "90001").series[0]
    assert found.missing == 5 + 79965
    assert [(it.below, it.above, it.missing) for it in found.jumps] == [("10035", "90001", 79965)]


def test_leading_zeros_that_a_spreadsheet_took() -> None:
    """Complaint 12."""
    profile = series("00123", "00124", "number:125", "10001")
    assert profile.series[0].lost_zeros == 1
    assert odd(profile, "lost_zero") == [("A4", "125")]


def test_numbers_used_twice_are_shown_with_their_cells() -> None:
    profile = series("10001", "10002", "number:10001")
    assert profile.series[0].twice == 1
    assert odd(profile, "key_twice") == [("A2", "10001"), ("A4", "10001")]


def test_the_rare_build_is_told_the_frequent_one_is_not() -> None:
    profile = series(*(str(number) for number in range(10001, 10041)), "K-7")
    assert odd(profile, "other_series") == [("A42", "K-7")]
    half = series(*(str(number) for number in range(10001, 10021)), *(f"K-{number}" for number in range(100, 120)))
    assert odd(half, "other_series") == []


def test_series_are_compared_with_what_the_accounting_system_takes() -> None:
    profile = series("100001", "A1", "199999", "99", catalog=with_company(accounting_system="uni_economy"))
    expected = profile.series[0].expected
    assert expected is not None
    assert (expected.system, expected.misfits) == ("uni_economy", 2)
    assert odd(profile, "misfit") == [("A3", "A1"), ("A5", "99")]
    assert "2 do not fit Uni Economy, which needs" in repr(pages_of(profile, CATALOG))


# E-mails


def people(*rows: Sequence[str], heads: Sequence[str] = ("E-post", "Fornavn", "Etternavn")):
    return sheet("Medarbeidere", [list(heads), *map(list, rows)])


def test_how_addresses_are_built() -> None:
    names = [
        "kari.nordmann",
        "ola.hansen",
        "per.olsen",
        "anne-marie.berg",
        "siri.dahl",
        "kn",
        "post",
        "pelle2",
        "jonas",
    ]
    rows = [[f"{name}@fjord.example", "F", f"L{at}"] for at, name in enumerate(names)]
    rows += [["kari@mail.example", "F", "Lx"], ["a@b.example; c@d.example", "F", "Ly"], ["kari(at)fjord", "F", "Lz"]]
    profile = look(people(*rows), catalog=with_private("mail.example"))
    mail = profile.mails[0]
    assert (mail.addresses, mail.private, mail.several, mail.unreadable) == (12, 1, 1, 1)
    assert (mail.domains[0].value, mail.domains[0].count) == ("fjord.example", 9)
    assert {one.value: one.count for one in mail.styles} == {
        "first_last": 5, "one_word": 2, "initials": 3, "shared": 1, "digits": 1,
    }  # fmt: skip
    assert odd(profile, "private_address") == [("A11", "kari@mail.example")]
    assert odd(profile, "several_addresses") == [("A12", "a@b.example; c@d.example")]
    assert [cell for cell, _ in odd(profile, "other_style")] == ["A7", "A9", "A10"]


# Odd cells


def hours(*rows: Sequence[str]):
    heads = ["E-post", "Dato", "Prosjektnummer", "Aktivitet", "Timer", "Beskrivelse"]
    return sheet("Timer", [heads, *map(list, rows)])


def record(at: int, worked: str = "number:7.5", **more: str) -> list[str]:
    row = {
        "who": "kari@fjord.example",
        "day": f"date:{45292 + at}",
        "project": "1001",
        "what": "Skisse",
        "text": f"T{at}",
    }
    row |= more
    return [row["who"], row["day"], row["project"], row["what"], worked, row["text"]]


def test_negative_hours_and_days_with_more_than_24() -> None:
    """Complaint 14; the page: «sometimes we have seen negative time records»."""
    profile = look(hours(record(0), record(1, "number:-3"), record(2, "duration:1.0625"), record(3, "-0:30")))
    assert odd(profile, "negative") == [("E3", "-3"), ("E5", "-0:30")]
    assert odd(profile, "over_day") == [("E4", "25:30")]


def test_hours_of_a_week_or_a_budget_are_no_hours_of_a_day() -> None:
    rows = [["kari@fjord.example", "Kari", "Nordmann", "number:37.5"]]
    profile = look(people(*rows, heads=("E-post", "Fornavn", "Etternavn", "Arbeidstid")))
    assert odd(profile, "over_day") == []


@pytest.mark.parametrize(
    ("usual", "strange", "is_far"),
    [
        ([100, 110, 120, 130, 90] * 5, 5_000, True),
        ([100, 110, 120, 130, 90] * 5, 150, False),
        ([1, 2, 3, 4, 5] * 5, 6, False),
        ([10, 100, 1_000, 10_000, 100_000] * 5, 900_000, False),
        ([7.5] * 30, 7, False),
        ([1_000, 1_200, 900, -1_100, 1_050] * 5, 90_000_000, True),
    ],
)
def test_what_is_far_from_the_others(usual: list[float], strange: float, is_far: bool) -> None:
    import numpy as np

    flags, _ = far(np.array([*usual, strange, np.nan], float))
    assert bool(flags[-2]) is is_far
    assert not flags[:-2].any()


def test_a_value_that_comes_again_and_again_is_no_outlier() -> None:
    import numpy as np

    assert not far(np.array([100, 110, 120, 130, 90] * 5 + [5_000] * 3, float))[0].any()


def test_dates_years_from_the_others() -> None:
    profile = look(hours(*(record(at) for at in range(20)), record(0, day="date:72000")))
    assert odd(profile, "far_date") == [("B22", "2097-02-14")]


def test_values_that_belong_in_another_column() -> None:
    rows = [[str(10001 + at), f"Firma {at} AS", f"post@firma{at}.example", f"22 00 00 {at:02}"] for at in range(20)]
    rows.append(["10050", "Byttet AS", "22 00 00 99", "post@byttet.example"])
    profile = look(customers(*rows, heads=("Kundenummer", "Kundenavn", "E-post", "Telefon")))
    assert sorted(odd(profile, "other_type")) == [("C22", "22 00 00 99"), ("D22", "post@byttet.example")]


# National identity numbers: told, never shown


def _valid_id() -> str:
    """An invented number whose check digits fit."""
    from momentsheet.checking.privacy import holds_national_id

    return next(text for number in range(100) if holds_national_id(text := f"010190{50000 + number * 7:05}"))


ID_NUMBER = _valid_id()


def test_national_identity_numbers_are_masked_everywhere() -> None:
    rows = [[f"p{at}@fjord.example", "Kari", f"Nord {ID_NUMBER}", f"number:{int(ID_NUMBER)}"] for at in range(3)]
    profile = look(people(*rows, heads=("E-post", "Fornavn", "Etternavn", "Personnr")))
    assert {cell for cell, _ in odd(profile, "national_id")} == {
        f"{letter}{row}" for letter in "CD" for row in (2, 3, 4)
    }
    pages = pages_of(profile, CATALOG)
    book = openpyxl.load_workbook(io.BytesIO(make_profile_book(pages)))
    cells = [str(cell.value) for one in book for row in one.iter_rows() for cell in row]
    for text in (render_profile_json(profile), render_profile_text(profile, CATALOG), repr(cells), repr(profile)):
        assert ID_NUMBER not in text
        assert str(int(ID_NUMBER)) not in text


def test_a_column_of_identity_numbers_is_no_number_series() -> None:
    from momentsheet.checking.privacy import holds_national_id

    numbers = [text for at in range(400) if holds_national_id(text := f"010190{50000 + at * 7:05}")][:9]
    assert len(numbers) >= 3
    rows = [[f"number:{int(text)}", f"number:{at}"] for at, text in enumerate([*numbers, *range(8_000, 8_006)])]
    profile = look(sheet("Data", [["Number", "Other"], *rows]))
    told = render_profile_json(profile) + render_profile_text(profile, CATALOG)
    assert [text for text in numbers if str(int(text)) in told] == []


def test_masking_leaves_everything_else() -> None:
    assert masked("Ring 22 00 00 10") == "Ring 22 00 00 10"
    assert masked(f"nr {ID_NUMBER} takk") == "nr ••••••••••• takk"
    assert len(masked("x" * 500)) == 80


# Exact duplicates


def test_rows_that_are_the_same_in_every_column() -> None:
    profile = look(customers(["10001", "Fjord AS"], ["10002", "Sol AS"], ["10001", "Fjord AS"]))
    assert [[spot.row for spot in one.spots] for one in profile.twins] == [[2, 4]]
    assert profile.twins[0].fields == ()


def test_records_that_agree_in_what_counts() -> None:
    """Complaint 28: equal records are told, not dropped."""
    profile = look(hours(record(0), record(0, text="en annen tekst"), record(1), record(0, "number:2")))
    assert [([spot.row for spot in one.spots], len(one.fields)) for one in profile.twins] == [([2, 3], 5)]


def test_the_same_record_in_two_exports() -> None:
    first = workbook(hours(record(0), record(1)), name="h2023.xlsx")
    second = workbook(hours(record(1, text="igjen"), record(2)), name="h2024.xlsx")
    assert [[(spot.file, spot.row) for spot in one.spots] for one in look_at(first, second).twins] == [
        [("h2023.xlsx", 3), ("h2024.xlsx", 2)]
    ]


# Near duplicates


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Solgård Eiendom AS", "SOLGÅRD EIENDOM A/S"),
        ("Solgård Eiendom AS", "Solgaard Eiendom"),
        ("Solgård Eiendom AS", "Solgard Eiendom ASA"),
        ("Solgård Eiendom AS", "Eiendom Solgård"),
        ("Solgård Eiendom AS", "AS Solgård  Eiendom"),
        ("Solgård Eiendom AS", "Solgård Eiendm AS"),
        ("Solgård Eiendom AS", "Solgrad Eiendom AS"),
        ("Solgård Eiendom AS", "Soolgård Eiendom AS"),
        ("Solgård Eiendom AS", "Bolgård Eiendom AS"),
        ("Solgård Eiendom AS", "Bolgård Eiendim AS"),
        ("Solgård Eiendom AS", "Sol Gård Eiendom"),
        ("Fjord & Berg ApS", "Fjord og Berg"),
        ("Åse Ødegård Interiør", "Ase Odegaard Interior"),
        ("Byggekompaniet AB", "Bygekompanjet"),
    ],
)
def test_names_of_the_same_customer(first: str, second: str) -> None:
    assert len(groups(look(customers(["1", first], ["2", second], ["3", "Havneby kommune"])))) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Fasade 1 AS", "Fasade 2 AS"),
        ("Nord Bygg AS", "Sør Bygg AS"),
        ("Oslo kommune", "Moss kommune"),
        ("Hansen Bygg", "Jensen Bygg"),
        ("Solgård Eiendom", "Solgård Barnehage"),
        ("Statsbygg Region Øst", "Statsbygg Region Vest"),
        ("Havneby skole", "Havneby skole avdeling Nord"),
        ("NAV", "NAF"),
        ("AS", "AB"),
    ],
)
def test_names_of_different_customers(first: str, second: str) -> None:
    assert groups(look(customers(["1", first], ["2", second]))) == []


def test_people_are_known_in_any_order() -> None:
    rows = [
        ["kari@fjord.example", "", "", "Nordmann, Kari"], ["kn@fjord.example", "Kari", "Nordmann", ""],
        ["kaia@fjord.example", "Kaia", "Nordmann", ""],
    ]  # fmt: skip
    profile = look(people(*rows, heads=("E-post", "Fornavn", "Etternavn", "Navn")))
    assert groups(profile, "employee", "email") == [["kari@fjord.example", "kn@fjord.example"]] or groups(
        profile, "employee", "email"
    ) == [["kn@fjord.example", "kari@fjord.example"]]


HEADS = ("Kundenummer", "Kundenavn", "Org.nr.", "E-post", "Telefon")


def one_group(*rows: Sequence[str]) -> AlikeGroup:
    found = [it for it in look(customers(*rows, heads=HEADS)).alike if it.entity == "customer"]
    assert len(found) == 1
    return found[0]


def test_evidence_and_how_sure_it_is() -> None:
    same = one_group(["1", "Fjord AS", "310000027", "", ""], ["2", "Fjord Norge AS", "310 000 027", "", ""])
    assert ([tie.field for tie in same.evidence], same.certainty) == (["org_number"], "sure")
    near = one_group(["1", "Solgård Eiendom AS", "", "", ""], ["2", "Solgård Eindom AS", "", "", ""])
    assert ([tie.kind for tie in near.evidence], near.certainty) == (["near"], "likely")
    assert (near.evidence[0].percent or 0) > 90
    phone = one_group(
        ["1", "Fjordbygg AS", "", "", "22 00 00 10"], ["2", "Fjordbygg Holding AS", "", "", "+4722000010"]
    )
    assert ([(tie.kind, tie.field) for tie in phone.evidence], phone.certainty) == ([("hint", "phone")], "ask")
    both = one_group(["1", "Fjord AS", "", "post@f.example", ""], ["2", "Fjord", "", "POST@f.example", ""])
    assert ([tie.kind for tie in both.evidence], both.certainty) == (["name", "hint"], "sure")


def test_what_speaks_against_it_makes_it_a_question() -> None:
    other = one_group(["1", "Fjord AS", "310000027", "", ""], ["2", "Fjord AS", "310000019", "", ""])
    assert other.certainty == "ask"
    names = one_group(["1", "Storlia Eiendom", "310000027", "", ""], ["2", "Ørnevik Hotell", "310000027", "", ""])
    assert names.certainty == "ask"
    rows = (["1", "Solgård Eiendom", "310000027", "", ""], ["2", "Solgård Eindom", "310000019", "", ""])
    assert look(customers(*rows, heads=HEADS)).alike == ()


def test_a_bookkeepers_address_is_no_proof() -> None:
    rows = [
        [str(at), name, "", "post@regnskap.example", "22 00 00 10"] for at, name in enumerate(("Fjord", "Sol", "Vik"))
    ]
    assert look(customers(*rows, heads=HEADS)).alike == ()


def test_the_one_to_keep_is_used_most_then_filled_most_then_oldest() -> None:
    rows = [
        ["1010", "Fjord AS", "", "", ""], ["999", "Fjord", "", "", ""],
        ["1002", "Sol AS", "", "", ""], ["1001", "Sol", "310000027", "", ""],
        ["1004", "Vik AS", "", "", ""], ["1003", "Vik", "310000019", "", ""],
    ]  # fmt: skip
    projects = sheet("Prosjekter", [["Prosjektnr", "Prosjektnavn", "Kundenr"], ["1", "P", "1004"]])
    profile = look(customers(*rows, heads=HEADS), projects)
    keep = {it.members[0].values["customer_number"] for it in profile.alike}
    assert keep == {"999", "1001", "1004"}
    assert {it.members[0].uses for it in profile.alike} == {0, 1}


def test_contacts_are_only_alike_at_the_same_customer() -> None:
    heads = ["Kundenummer", "Navn", "E-post"]
    rows = [["1", "Anne Berg", ""], ["2", "Anne Berg", ""], ["1", "Berg, Anne", ""]]
    profile = look(sheet("Kontaktpersoner", [heads, *rows]))
    assert [[spot.row for one in it.members for spot in one.spots] for it in profile.alike] == [[2, 4]]


def test_names_that_stand_only_in_the_hours_of_another_system() -> None:
    """A raw export of hours, without any list of customers or people."""
    heads = ["Date", "Client", "Project", "Project Code", "Task", "Notes", "Hours", "First Name", "Last Name"]
    rows = [
        ["2024-01-02", "Fjord AS", "Skole", "P1", "Design", "a", "7,5", "Kari", "Nordmann"],
        ["2024-01-03", "Fjord A/S", "Skole", "P1", "Design", "b", "7,5", "Kari", "Nordman"],
        ["2024-01-04", "Solgård Eiendom", "Hall", "P2", "Design", "c", "-2", "Ola", "Hansen"],
        ["2024-01-05", "Solgård Eiendom", "Hall", "P2", "Design", "d", "7,5", "Ola", "Hansen"],
    ]
    profile = look(sheet("harvest_time_report", [heads, *rows]))
    assert profile.files[0].sheets[0].entity == "time_record"
    assert sorted(groups(profile)) == [["Fjord A/S", "Fjord AS"]]
    assert groups(profile, "employee") == [["Kari Nordmann", "Kari Nordman"]]
    assert not any(it.is_listed for it in profile.alike)
    assert odd(profile, "negative") == [("G4", "-2")]


def test_duplicates_are_found_in_a_list_that_is_planted_with_them() -> None:
    rng = random.Random(4)
    parts = ["fjord", "sol", "berg", "hav", "elv", "skog", "stein", "lund", "vik", "nes", "mo", "dal"]
    names = {f"{rng.choice(parts)}{rng.choice(parts)}{rng.choice(parts)} {kind}".title() for kind in
             ("Eiendom", "Arkitekter", "Barnehage", "Borettslag", "Kommune") for _ in range(200)}  # fmt: skip
    names = sorted(names)
    distinct = [name for at, name in enumerate(names) if not _is_near_any(name, names[:at])]
    planted = [(name, _mistyped(name, rng)) for name in rng.sample(distinct, 40)]
    rows = [[str(at), f"{name} AS"] for at, name in enumerate([*distinct, *(other for _, other in planted)])]
    rng.shuffle(rows)
    found = {frozenset(group) for group in groups(look(customers(*rows)))}
    assert found == {frozenset((f"{one} AS", f"{other} AS")) for one, other in planted}


def _is_near_any(name: str, others: Iterable[str]) -> bool:
    names = [name_of(name), *map(name_of, others)]
    return any(first == 0 for first, _, _ in near_names(names)) if len(names) < 30 else _brute(name, others)


def _brute(name: str, others: Iterable[str]) -> bool:
    from rapidfuzz.distance import OSA

    return any(OSA.distance(name, other) <= 4 for other in others)


def _mistyped(name: str, rng: random.Random) -> str:
    """The name with one letter of its long first word wrong."""
    at = rng.randrange(1, 8)
    kind = rng.choice(["insert", "delete", "replace", "swap"])
    if kind == "swap" and name[at] == name[at + 1]:
        kind = "delete"
    return {
        "insert": name[:at] + "x" + name[at:],
        "delete": name[:at] + name[at + 1 :],
        "replace": name[:at] + "q" + name[at + 1 :],
        "swap": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }[kind]


WORDS = st.sampled_from(
    ["Fjord", "Fjordd", "Solgård", "Solgaard", "Solgrd", "Eiendom", "Eindom", "AS", "A/S", "Bygg", "2"]
)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=2, max_size=12)


@settings(max_examples=40, deadline=None)
@given(NAMES, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_the_rows(names: list[str], rng: random.Random) -> None:
    rows = [[str(1000 + at), name] for at, name in enumerate(names)]
    shuffled = rows[:]
    rng.shuffle(shuffled)
    assert told_groups(customers(*rows)) == told_groups(customers(*shuffled))


def told_groups(one: Sheet) -> set[object]:
    """Who is in each group, who is kept, how sure it is and why."""
    return {
        (frozenset(numbers), numbers[0], group.certainty, group.evidence)
        for group in look(one).alike
        for numbers in [[it.values["customer_number"] for it in group.members]]
    }


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_near_names_are_those_that_comparing_all_pairs_finds(names: list[str]) -> None:
    distinct = list(dict.fromkeys(name_of(name, frozenset(("as",))) for name in names))
    found = {(first, second) for first, second, _ in near_names(distinct)}
    expected = {
        (first, second)
        for first in range(len(distinct))
        for second in range(first + 1, len(distinct))
        if near_names([distinct[first], distinct[second]])
    }
    assert found == expected


# Never used, and nowhere to be found


def test_customers_and_projects_that_nothing_names() -> None:
    clients = customers(["1001", "Fjord AS"], ["1002", "Sol AS"], ["1003", "Vik AS"])
    projects = sheet(
        "Prosjekter", [["Prosjektnr", "Prosjektnavn", "Kundenr"], ["P1", "Skole", "1001"], ["P2", "Hall", "1099"]]
    )
    records = hours(record(0, project="P1"), record(1, project="P9"))
    profile = look(clients, projects, records)
    assert [(it.entity, it.values["name"]) for it in profile.unused] == [
        ("customer", "Sol AS"), ("customer", "Vik AS"), ("project", "Hall"),
    ]  # fmt: skip
    assert [(it.target, it.value, it.where.letter, it.first_row) for it in profile.orphans] == [
        ("customer", "1099", "C", 3), ("project", "P9", "C", 3),
    ]  # fmt: skip


def test_use_is_looked_for_in_all_files() -> None:
    first = workbook(customers(["1001", "Fjord AS"], ["1002", "Sol AS"]), name="kunder.xlsx")
    heads = ["Prosjektnr", "Prosjektnavn", "Kundenr"]
    second = workbook(sheet("Prosjekter", [heads, ["P1", "Skole", "1001"]]), name="prosjekter.xlsx")
    assert [it.values["name"] for it in look_at(first, second).unused] == ["Sol AS"]


def test_a_customer_is_used_where_only_its_name_stands() -> None:
    heads = ["Date", "Client", "Project Code", "Task", "Hours", "Email"]
    records = sheet("Report", [heads, ["2024-01-02", "Fjord", "P1", "x", "7,5", "k@f.example"]])
    profile = look(customers(["1001", "Fjord AS"], ["1002", "Sol AS"]), records)
    assert [it.values["name"] for it in profile.unused if it.entity == "customer"] == ["Sol AS"]


def test_alone_a_list_of_customers_says_nothing_of_their_use() -> None:
    profile = look(customers(["1001", "Fjord AS"]))
    assert profile.unused == ()
    assert [it.of for it in profile.looked if it.question == "unused"] == [None]
    assert "could not be looked at" in render_profile_text(profile, CATALOG)


# The example office, made messy


@pytest.fixture(scope="module")
def office() -> dict[str, dict[str, list[str]]]:
    sys.path.insert(0, str(EXAMPLE))
    try:
        import make

        columns = make.good()
    finally:
        sys.path.remove(str(EXAMPLE))
    wanted = ("employee", "customer", "project", "time_record")
    return {
        name: {field: [_typed(one) for one in values] for field, values in columns[name].items()} for name in wanted
    }


def _typed(value: object) -> str:
    if isinstance(value, dt.date):
        return f"date:{(value - dt.date(1899, 12, 30)).days}"
    if isinstance(value, bool):
        return "Ja" if value else "Nei"
    return f"number:{value}" if isinstance(value, int | float) else str(value or "")


def sheets_of(office: dict[str, dict[str, list[str]]]) -> list[Sheet]:
    found = []
    for name, columns in office.items():
        entity = CATALOG.entities[name]
        rows = zip(*columns.values(), strict=True)
        found.append(
            sheet(entity.title["nb"], [[entity.field(field).label["nb"] for field in columns], *map(list, rows)])
        )
    return found


def test_what_is_planted_in_the_example_office_is_found_and_nothing_else(
    office: dict[str, dict[str, list[str]]],
) -> None:
    clean = look(*sheets_of(office))
    assert clean.alike == ()
    assert clean.orphans == ()
    assert odd(clean, "negative") == odd(clean, "over_day") == odd(clean, "key_twice") == []
    messy = copy.deepcopy(office)
    clients, people, records = messy["customer"], messy["employee"], messy["time_record"]
    names = clients["name"]
    doubled = [names.index(name) for name in names if name.endswith(" Eiendom AS")][:4]
    variants = (
        lambda name: name.replace(" AS", " A/S").upper(),
        lambda name: " ".join(reversed(name.removesuffix(" AS").split())),
        lambda name: name.replace("Eiendom", "Eindom"),
        lambda name: name.replace(" Eiendom AS", "eiendom"),
    )
    for place, variant in zip(doubled, variants, strict=True):
        for field, values in clients.items():
            values.append({"customer_number": f"9{place:05}", "name": variant(names[place])}.get(field, ""))
    first, last = people["first_name"][0], people["last_name"][0]
    for field, values in people.items():
        planted = {"email": "ny.adresse@fjordglott.example", "last_name": f"{last}, {first}"}
        values.append(planted.get(field, ""))
    records["hours"][10], records["hours"][20], records["project_number"][30] = "number:-7.5", "number:37.5", "99999"
    for values in records.values():
        values.append(values[40])
    found = look(*sheets_of(messy))
    assert sorted(groups(found)) == sorted(
        [names[place], variant(names[place])] for place, variant in zip(doubled, variants, strict=True)
    )
    assert groups(found, "employee", "last_name") == [[last, f"{last}, {first}"]]
    assert {cell[1:] for cell, _ in odd(found, "negative")} == {"12"}
    assert {cell[1:] for cell, _ in odd(found, "over_day")} == {"22"}
    assert [(it.value, it.first_row) for it in found.orphans] == [("99999", 32)]
    assert [spot.row for spot in found.twins[-1].spots] == [42, len(records["hours"]) + 1]
    assert len(found.twins) == len(clean.twins) + 1
    unused = {it.values.get("customer_number") for it in found.unused} - {
        it.values.get("customer_number") for it in clean.unused
    }
    assert unused == {f"9{place:05}" for place in doubled}


# In words, as JSON, as a workbook


@pytest.fixture(scope="module")
def messy() -> Profile:
    """A little of everything."""
    rows = [
        [str(10001 + at), f"Firma{'abcdefghijkl'[at]}{at * 7} AS", "", f"post@f{at}.example", ""] for at in range(12)
    ]
    rows += [
        ["10050", "Solgård Eiendom AS", "310000027", "", ""], ["10051", "Solgaard Eiendom", "", "", ""],
        ["10050", "Vik & Sønn", "", "", ""], ["K-7", "=1+1", "", "", ""],
    ]  # fmt: skip
    projects = sheet(
        "Prosjekter", [["Prosjektnr", "Prosjektnavn", "Kundenr"], ["P1", "Skole", "10050"], ["P2", "Hall", "7"]]
    )
    records = hours(
        record(0, project="P1"), record(0, project="P1"), record(1, "number:-2", project="P1", text=ID_NUMBER)
    )
    return look(customers(*rows, heads=HEADS), projects, records)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_text_fits_any_width(messy: Profile, language: str, width: int) -> None:
    text = render_profile_text(dataclasses.replace(messy, language=language), CATALOG, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "{" not in text


def test_json_follows_its_schema(messy: Profile) -> None:
    told = json.loads(render_profile_json(messy))
    jsonschema.validate(told, profile_schema())
    assert told["near_duplicates"][0]["members"][0]["values"]["customer_number"] == "10050"
    assert {one["kind"] for one in told["oddities"]} >= {"negative", "key_twice", "national_id"}


def test_everything_that_can_be_told_has_its_words() -> None:
    kinds = profile_schema()["properties"]["oddities"]["items"]["properties"]["kind"]["enum"]
    assert tuple(kinds) == oddities
    assert [kind for kind in oddities if f"odd.{kind}" not in CATALOG.texts] == []
    held = {*contents._BY_KIND.values(), *contents.NUMERIC, "text", "code", "email", "phone", "url", "org_number"}
    assert [kind for kind in held | {"bank_account"} if f"holds.{kind}" not in CATALOG.texts] == []
    questions = profile_schema()["properties"]["looked"]["items"]["properties"]["question"]["enum"]
    assert [name for name in questions if f"question.{name}.title" not in CATALOG.texts] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_a_sheet_for_each_question_with_an_answer(messy: Profile, language: str) -> None:
    pages = pages_of(dataclasses.replace(messy, language=language), CATALOG)
    data = make_profile_book(pages)
    assert data == make_profile_book(pages_of(dataclasses.replace(messy, language=language), CATALOG))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert len(book.sheetnames) == len(pages.pages) + 1
    assert [page.question for page in pages.pages] == [
        "columns", "numbers", "numbers_odd", "mails", "negative", "national_ids", "twins", "alike.customer",
        "unused.customer", "unused.project", "orphans",
    ]  # fmt: skip
    for page, one in zip(pages.pages, book.worksheets[1:], strict=True):
        assert one.freeze_panes == "A5"
        assert one.auto_filter.ref is not None
        assert [cell.value for cell in one[4]] == [column.label for column in page.columns]
        assert one.max_row == 4 + len(page.rows)
        assert all(cell.data_type != "f" for row in one.iter_rows() for cell in row)
    links = [cell.hyperlink.location for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink]
    assert len(links) >= 9
    assert len(set(book.sheetnames)) == len(book.sheetnames)


def test_an_answer_can_be_chosen_in_the_workbook(messy: Profile) -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_profile_book(pages_of(messy, CATALOG))))
    rules = book["Customers alike"].data_validations.dataValidation
    assert [rule.formula1 for rule in rules] == ['"merge,keep both"']
    rows = list(book["Customers alike"].iter_rows(min_row=5, values_only=True))
    assert [row[2] for row in rows] == ["keep", "merge into 10050"]


# The command


@pytest.fixture
def export(tmp_path: Path) -> tuple[Path, Path]:
    clients = tmp_path / "customers.csv"
    with clients.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Kundenummer", "Navn", "Organisasjonsnummer", "Telefon", "Epost"])
        writer.writerows(
            [["10001", "Solgård Eiendom AS", "310 000 027", "22000010", "post@solgard.example"],
             ["10002", "SOLGAARD EIENDOM", "", "", ""], ["10003", "Vik & Sønn", "", "", ""]]
        )  # fmt: skip
    records = tmp_path / "toggl.xlsx"
    book = Book(records)
    one = book.add_worksheet("Report")
    one.write_row(0, 0, ["User", "Email", "Client", "Project", "Task", "Description", "Start date", "Duration"])
    one.write_row(1, 0, ["Kari", "kari@fjord.example", "Solgård Eiendom", "Skole", "", "x", "2024-01-02", "07:30:00"])
    one.write_row(2, 0, ["Kari", "kari@fjord.example", "Ukjent AS", "Skole", "", "y", "2024-01-03", "26:00:00"])
    book.close()
    return clients, records


def test_the_command_prints_and_writes_what_was_asked(
    export: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [path.read_bytes() for path in export]
    assert main(["inspect", *map(str, export), "--language", "nb"]) == 0
    out = capsys.readouterr().out
    assert "Kunder: trolig de samme" in out
    assert "customers.csv" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.csv", "toggl.xlsx"]
    target, report = tmp_path / "p.xlsx", tmp_path / "p.json"
    assert main(["inspect", *map(str, export), "-q", "-o", str(target), "--report", str(report)]) == 0
    assert capsys.readouterr().out == ""
    first = target.read_bytes(), report.read_bytes()
    assert main(["inspect", *map(str, export), "-q", "-o", str(target), "--report", str(report)]) == 0
    assert (target.read_bytes(), report.read_bytes()) == first
    assert [path.read_bytes() for path in export] == before


def test_json_alone_on_stdout(export: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", *map(str, export), "--json"]) == 0
    told = capsys.readouterr()
    jsonschema.validate(json.loads(told.out), profile_schema())
    assert "Kunder: trolig de samme" in told.err


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["-o", "p.csv"], 2, ".xlsx"),
        (["--report", "p.html"], 2, ".json, .txt, .xlsx"),
        (["--language", "fi"], 2, "fi"),
        (["-o", "missing/folder/p.xlsx"], 5, "missing"),
    ],
)
def test_wrong_calls(
    export: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    words: list[str], status: int, told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    if status == 5:
        (tmp_path / "missing").write_text("a file where a folder should be")
    assert main(["inspect", *map(str, export), *words]) == status
    assert told in capsys.readouterr().err


def test_the_files_are_never_written_over(export: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    before = export[1].read_bytes()
    assert main(["inspect", str(export[1]), "-o", str(export[1])]) == 2
    assert export[1].read_bytes() == before
    assert "never modified" in capsys.readouterr().err


def test_unusable_and_missing_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04broken")
    assert main(["inspect", str(tmp_path / "x.xlsx")]) == 3
    assert main(["inspect", str(tmp_path / "y.xlsx")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_nothing_in_the_files_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("a;b\n", encoding="utf-8")
    assert main(["inspect", str(tmp_path / "x.csv")]) == 0
    assert "x.csv" in capsys.readouterr().out


# Odd workbooks of other projects


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_every_readable_workbook_of_the_corpus_has_a_profile() -> None:
    profiled, slowest = 0, 0.0
    for path in sorted(CORPUS.glob("*.*")):
        if path.suffix in {".md", ".tsv"}:
            continue
        started = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                profile = pipeline.inspect_files([path], CATALOG, "en")
            except MomentsheetError:
                continue  # refused: see test_corpus.py
            for suffix in pipeline.PROFILE_SUFFIXES:
                assert pipeline.render_profile(profile, CATALOG, suffix)
            jsonschema.validate(json.loads(pipeline.render_profile(profile, CATALOG, ".json")), profile_schema())
        profiled += 1
        slowest = max(slowest, time.perf_counter() - started)
    assert profiled == 122
    assert slowest < 60
