"""What should not stand in a text: identity numbers and health. All numbers are in ranges for tests or invented."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from delivery import book

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.checking.privacy import holds_national_id

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
# The tax authority's range for invented people: the month is raised by 80. Check digits are right.
INVENTED = "17858712076"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (INVENTED, True),
        (f"f.nr. {INVENTED[:6]} {INVENTED[6:]}, ring først", True),
        (f"({INVENTED})", True),
        ("19811218-9876", True),  # Swedish, from the documentation of python-stdnum
        ("811218-9876", True),
        ("131052-308T", True),  # Finnish, likewise
        ("17858712077", False),  # check digit
        ("99858712076", False),  # no such day
        ("konto 8601.11.17947", False),
        ("86011117947", False),
        ("faktura 170612-1234", False),  # a date and a number
        ("8112189876", False),  # ten digits in a row may be anything
        ("KID 000100018647", False),
        ("tlf. 40000001", False),
        (f"A{INVENTED}", False),  # part of a longer word
        (f"{INVENTED}1", False),
    ],
)
def test_national_identity_numbers(text: str, is_one: bool) -> None:
    assert holds_national_id(text) is is_one


def told(**rows: list[dict[str, str]]) -> list[tuple[str, str | None, str | None]]:
    found = check([book(CATALOG, rows)], CATALOG, TODAY).findings
    return [(item.code, item.entity, item.field) for item in found if item.code in {"WB-41", "WB-42", "EM-07"}]


def test_a_number_in_a_description_is_an_error_at_that_cell() -> None:
    assert told(activity=[{}], time_record=[{"description": f"Møte, {INVENTED}"}]) == [
        ("WB-41", "time_record", "description")
    ]


def test_where_the_entity_has_a_rule_of_its_own_the_cell_is_told_once() -> None:
    assert told(employee=[{"title": f"Arkitekt {INVENTED}"}]) == [("EM-07", "employee", "title")]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Borte: migrene", "migrene"),
        ("UTBRENT, tilbake i mai", "UTBRENT"),
        ("Blindtarmen tatt ut", "Blindtarmen"),
        ("Sjukskriven, utmattning", "Sjukskriven"),
        ("Home with pneumonia", "pneumonia"),
        ("Egenmelding", None),
        ("Tegninger av sykehuset, kreftavdelingen", None),
        ("Legetime", None),
        ("Ferie", None),
    ],
)
def test_words_about_health(text: str, word: str | None) -> None:
    found = check([book(CATALOG, {"absence": [{"description": text}]})], CATALOG, TODAY).findings
    health = [item.facts["word"] for item in found if item.code == "WB-42"]
    assert health == ([] if word is None else [word])


def test_texts_about_things_are_not_asked_for_health() -> None:
    assert told(activity=[{}], project=[{"description": "Klinikk for astma og migrene"}]) == []
