"""Which sheet is which entity, which row the header, which column which field: wherever people have moved them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from delivery import OURS, entity_sheet, sheet, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.catalog import load_catalog
from momentsheet.checking.bind import Binding, BoundSheet, bind, closest_titles
from momentsheet.checking.grammar import show_raw
from momentsheet.model.catalog import Company, Entity
from momentsheet.model.workbook import Sheet, Workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
WITH_SHEET = [entity for entity in CATALOG.entities.values() if entity.derived is None]
FORM = next(entity for entity in WITH_SHEET if entity.layout == "form")
HEADER = ["Kundenummer", "Kundenavn", "Poststed"]
ROWS = [["10001", "Havneby kommune", "Oslo"], ["10002", "Solgård Eiendom AS", "Bergen"]]


def book(*sheets: Sheet, names: Mapping[str, str] | None = None, **properties: str) -> Workbook:
    return dataclasses.replace(workbook(*sheets, template={**OURS, **properties}), names=names or {})


def bind_one(cells: Sequence[Sequence[str]], name: str = "Kunder", **more: object) -> tuple[BoundSheet, Binding]:
    binding = bind(book(sheet(name, cells, **more)), CATALOG)  # type: ignore[arg-type]
    (bound,) = binding.bound
    return bound, binding


def values(bound: BoundSheet, field: str) -> list[str]:
    return [show_raw(bound.raw(field, index)) for index in range(len(bound.rows))]


def told(binding: Binding) -> list[tuple[str, int | None, int | None]]:
    return [(item.check, item.row, item.column) for item in binding.told]


# The header row


@pytest.mark.parametrize("above", [0, 1, 7, 48, 49])
def test_the_header_row_is_found_among_the_first_fifty(above: int) -> None:
    titles = [["Kunder i Fjordgløtt"], ["oppdatert", "av Kari"]] * 25
    bound, binding = bind_one([*titles[:above], HEADER, *ROWS])
    assert bound.header_row == above + 1
    assert bound.rows.tolist() == [above + 2, above + 3]
    assert values(bound, "name") == ["Havneby kommune", "Solgård Eiendom AS"]
    assert told(binding) == []


def test_a_header_below_fifty_rows_of_text_is_not_found() -> None:
    bound, binding = bind_one([*[["tekst"]] * 50, HEADER, *ROWS])
    assert (len(bound.rows), told(binding)) == (0, [("no_header", None, None)])
    assert binding.sheets[0].rows == 53  # what was not read is counted


def test_blank_rows_above_the_header_do_not_count() -> None:
    bound, _ = bind_one([*[[]] * 200, HEADER, *ROWS])
    assert (bound.header_row, bound.place("name", 1)) == (201, (203, 1))


def test_the_data_may_begin_anywhere() -> None:
    bound, _ = bind_one([HEADER, *ROWS], first_row=3, first_column=2)
    assert (bound.header_row, bound.place("city", 0)) == (3, (4, 4))


# Columns


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([entity for entity in WITH_SHEET if entity.layout == "table"]))
def test_columns_may_stand_in_any_order_and_language(data: st.DataObject, entity: Entity) -> None:
    fields = data.draw(st.permutations(entity.fields))
    headers = [data.draw(st.sampled_from(list(field.label.values()))) for field in fields]
    records = [[f"{field.name} {row}" for field in fields] for row in range(2)]
    bound, binding = bind_one([headers, *records], entity.title[data.draw(st.sampled_from(["en", "nb"]))])
    assert bound.entity is entity
    assert told(binding) == []
    for field, header in zip(fields, headers, strict=True):
        assert values(bound, field.name) == [f"{field.name} 0", f"{field.name} 1"]
        assert bound.headers[field.name] == header


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("entity", WITH_SHEET, ids=lambda entity: entity.name)
@pytest.mark.parametrize("session", ["en", "nb"])
def test_headers_in_the_other_language_are_as_good(entity: Entity, language: str, session: str) -> None:
    catalog = dataclasses.replace(CATALOG, company=Company(language=session))
    binding = bind(book(entity_sheet(entity, entity.sample, language)), catalog)
    (bound,) = binding.bound
    assert bound.columns.keys() == {field.name for field in entity.fields}
    assert told(binding) == []


@pytest.mark.parametrize("header", [
    "Kundenavn *", "Kundenavn*", "KUNDENAVN", " kundenavn ", "Kunde\u00a0navn", "Kunde-navn", "Kunde\u200bnavn",
    "Kunde\u00adnavn",
    "Kundenavn (obligatorisk)", "Kundenavn (required)", "Kunde\nnavn", "Kunde navn:", "Customer name", "CUSTOMER_NAME",
    "name",
])  # fmt: skip
def test_what_people_and_programs_do_to_a_header(header: str) -> None:
    bound, binding = bind_one([["Kundenummer", header], *(row[:2] for row in ROWS)])
    assert values(bound, "name") == ["Havneby kommune", "Solgård Eiendom AS"]
    assert told(binding) == []


@pytest.mark.parametrize(("header", "field"), [
    ("Kundenr", "customer_number"), ("Kundestatus", "status"), ("Epost", "email"),
    ("Fakturaadresse - Postnummer", "invoice_postal_code"),
    ("Hovedadresse Postnummer", "postal_code"),
])  # fmt: skip
def test_headers_of_other_systems(header: str, field: str) -> None:
    cells = [["Kundenummer", "Kundenavn", header], ["10001", "Havneby kommune", "X"]]
    if field == "customer_number":
        cells = [[header, "Kundenavn"], ["X", "Havneby kommune"]]
    bound, binding = bind_one(cells)
    assert values(bound, field) == ["X"]
    assert told(binding) == []


def test_a_close_header_is_read_and_told() -> None:
    bound, binding = bind_one([["Kundenummer", "Kundenavnet"], *(row[:2] for row in ROWS)])
    assert values(bound, "name") == ["Havneby kommune", "Solgård Eiendom AS"]
    assert told(binding) == [("close_header", 1, 1)]
    assert binding.sheets[0].columns[1].how == "close"


def test_a_close_header_never_takes_a_field_that_has_its_column() -> None:
    bound, binding = bind_one([["Kundenavnet", "Kundenummer", "Kundenavn"], ["x", "10001", "Havneby kommune"]])
    assert values(bound, "name") == ["Havneby kommune"]
    assert told(binding) == [("extra_column", 1, 0)]


def test_an_extra_column_is_listed_and_told_only_if_it_holds_something() -> None:
    bound, binding = bind_one([[*HEADER, "Husk", "Tom"], [*ROWS[0], "ring i mai"]])
    assert told(binding) == [("extra_column", 1, 3)]
    assert [(read.header, read.field, read.how, read.filled) for read in binding.sheets[0].columns[3:]] == [
        ("Husk", None, "extra", 1),
        ("Tom", None, "extra", 0),
    ]
    assert "Husk" not in bound.headers.values()


COMPUTED = ["Å faktureres", "profittfaktor ", "Est. resultat %", "Fakturaer"]


def test_columns_that_moment_works_out_itself_are_told_together() -> None:
    """Moment's own lists hold them: no surprise, no suggestion, and no field that is almost called so."""
    header = ["Prosjektnr", "Prosjektnavn", "Kundenr", "Prosjektstatus"]
    row = ["1001", "Havneby skole", "10001", "Under arbeid"]
    cells = [[*header, *COMPUTED, "Husk"], [*row, "5 000", "1,2", "", "2", "ring"]]
    bound, binding = bind_one(cells, "Prosjekter")
    assert told(binding) == [("extra_column", 1, 8), ("computed_columns", 1, 4)]
    assert binding.told[1].facts == {"headers": ("Å faktureres", "profittfaktor", "Fakturaer"), "count": 3}
    assert [read.how for read in binding.sheets[0].columns[4:]] == [*["computed"] * 4, "extra"]
    assert set(bound.headers.values()) == set(header)


def test_a_family_of_computed_headers_is_known_by_its_beginning() -> None:
    cells = [["Fakturanr", "Fakturadato", "Regnskapskonto: 3000", "Regnskapskonto: 3100"], ["1", "2", "3", "4"]]
    _, binding = bind_one(cells, "Fakturaer")
    assert [read.how for read in binding.sheets[0].columns] == ["label", "label", "computed", "computed"]
    assert told(binding) == [("computed_columns", 1, 2)]


def test_a_column_without_header_is_told_where_it_holds_something() -> None:
    """Nothing of the customer's is dropped silently."""
    _, binding = bind_one([[*HEADER, ""], [*ROWS[0], "ring i mai"], ROWS[1]])
    assert told(binding) == [("extra_column", 1, 3)]
    assert [(read.column, read.how, read.filled) for read in binding.sheets[0].columns[3:]] == [(3, "extra", 1)]


def test_two_columns_for_one_field_are_a_question() -> None:
    cells = [["Kundenummer", "Kundenavn", "Kundenavn"], ["10001", "Havneby kommune", "Havneby"]]
    _, binding = bind_one(cells)
    assert told(binding) == [("duplicate_column", 1, 2)]
    assert binding.told[0].facts == {"first_cell": "B1"}
    assert binding.sheets[0].columns[2].how == "duplicate"


@pytest.mark.parametrize("row", [["10001", "", "Havneby kommune"], ["10001", "Havneby kommune", ""]])
def test_a_second_column_that_is_empty_is_no_question(row: list[str]) -> None:
    bound, binding = bind_one([["Kundenummer", "Kundenavn", "Kundenavn"], row])
    assert values(bound, "name") == ["Havneby kommune"]
    assert told(binding) == []


def test_a_missing_column_has_no_place() -> None:
    bound, binding = bind_one([["Kundenummer"], ["10001"]])
    assert bound.place("name", 0) is None
    assert show_raw(bound.raw("name", 0)) == ""
    assert told(binding) == []  # whether it is missed is the field's question


def test_a_header_that_is_a_number_or_a_date_is_an_extra_column() -> None:
    _, binding = bind_one([[*HEADER, "number:2024", "date:45292"], [*ROWS[0], "1", "2"]])
    assert [read.header for read in binding.sheets[0].columns[3:]] == ["2024", "2024-01-01"]


# What the template says of itself

META = [
    ["template", "id", "momentsheet"],
    ["sheet", "customer", "Firmaer"],
    ["column", "customer.customer_number", "Firmakode *", "A"],
    ["column", "customer.name", "Firma", "B"],
    ["column", "customer.gone", "Poststed", "C"],
]


def test_the_template_names_sheets_and_headers() -> None:
    sheets = [sheet("Firmaer", [["Firmakode *", "FIRMA", "Poststed"], ["1", "Havneby", "Oslo"]]), sheet("_meta", META)]
    binding = bind(book(*sheets), CATALOG)
    (bound,) = binding.bound
    assert bound.entity.name == "customer"
    assert [(read.field, read.how) for read in binding.sheets[0].columns] == [
        ("customer_number", "meta"),
        ("name", "meta"),
        ("city", "alias"),
    ]
    assert binding.template is not None
    assert told(binding) == []


def test_properties_name_the_sheets_where_meta_is_gone() -> None:
    binding = bind(book(sheet("Firmaer", [HEADER, *ROWS]), sheets="customer=Firmaer;project=Jobber"), CATALOG)
    assert [bound.entity.name for bound in binding.bound] == ["customer"]
    assert told(binding) == []


@pytest.mark.parametrize(("name", "quoted"), [
    ("Kunder", "Kunder"), ("Våre kunder", "'Våre kunder'"), ("Kari's", "'Kari''s'"),
])  # fmt: skip
def test_a_defined_name_follows_a_column_that_was_retitled(name: str, quoted: str) -> None:
    cells = [["Kundenummer", "Hvem er det", "Status"], ["10001", "Havneby kommune", "Aktiv"]]
    fields = {"customer_number": "A", "name": "B", "status": "C"}
    names = {f"fld_customer_{field}": f"{quoted}!${letter}$2:${letter}$5000" for field, letter in fields.items()}
    binding = bind(book(sheet(name, cells), names=names, sheets=f"customer={name}"), CATALOG)
    (bound,) = binding.bound
    assert values(bound, "name") == ["Havneby kommune"]
    assert binding.sheets[0].columns[1].how == "meta"
    assert told(binding) == [("close_header", 1, 1)]


@pytest.mark.parametrize("target", ["Kunder!#REF!", "#REF!", "Kunder!$1:$5", "Andre!$B$2", "Kunder!Tabell[Navn]", ""])
def test_a_defined_name_that_points_nowhere_says_nothing(target: str) -> None:
    cells = [["Kundenummer", "Hvem er det"], ["10001", "Havneby kommune"]]
    binding = bind(book(sheet("Kunder", cells), names={"fld_customer_name": target}), CATALOG)
    assert "name" not in binding.bound[0].columns


def test_a_defined_name_goes_behind_a_header_that_says_otherwise() -> None:
    cells = [["Kundenummer", "Poststed", "Kundenavn"], ["10001", "Oslo", "Havneby kommune"]]
    binding = bind(book(sheet("Kunder", cells), names={"fld_customer_name": "Kunder!$B$2:$B$9"}), CATALOG)
    assert values(binding.bound[0], "name") == ["Havneby kommune"]
    assert values(binding.bound[0], "city") == ["Oslo"]


def test_another_companys_template_is_told() -> None:
    catalog = dataclasses.replace(CATALOG, company=Company(code="fjordglott"))
    for company, expected in (("fjordglott", []), ("", []), ("bryggen", ["other_company"])):
        binding = bind(book(sheet("Kunder", [HEADER, *ROWS]), company=company), catalog)
        assert [item.check for item in binding.told] == expected


def test_a_workbook_that_is_not_ours_is_told() -> None:
    assert [item.check for item in bind(workbook(sheet("Kunder", [HEADER, *ROWS])), CATALOG).told] == ["no_template"]


# Sheets


@pytest.mark.parametrize("entity", [entity for entity in WITH_SHEET if entity.layout == "table"], ids=lambda e: e.name)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_a_renamed_sheet_is_known_by_its_headers(entity: Entity, language: str) -> None:
    renamed = dataclasses.replace(entity_sheet(entity, entity.sample, language), name="Ark1")
    binding = bind(book(renamed), CATALOG)
    assert [bound.entity.name for bound in binding.bound] == [entity.name]
    assert [item.check for item in binding.told] == ["sheet_by_headers"]


@pytest.mark.parametrize("name", ["KUNDER", "kunder ", "Customers", "Kundeliste", "customer"])
def test_a_sheet_may_bear_any_of_its_names(name: str) -> None:
    _, binding = bind_one([HEADER, *ROWS], name)
    assert told(binding) == []


def test_two_sheets_of_one_kind_are_both_read() -> None:
    binding = bind(book(sheet("Kunder", [HEADER, ROWS[0]]), sheet("Kunderegister", [HEADER, ROWS[1]])), CATALOG)
    assert [values(bound, "customer_number") for bound in binding.bound] == [["10001"], ["10002"]]


def test_a_sheet_that_is_not_ours_is_listed_with_its_rows() -> None:
    binding = bind(book(sheet("Handleliste", [["Vare", "Butikk"], ["Melk", "Krysset"]]), sheet("Tom", [])), CATALOG)
    assert binding.bound == ()
    assert [(item.check, item.sheet, item.facts) for item in binding.told] == [
        ("unknown_sheet", "Handleliste", {"count": 2})
    ]
    assert [(read.name, read.entity, read.rows) for read in binding.sheets] == [
        ("Handleliste", None, 2),
        ("Tom", None, 0),
    ]


def test_sheets_that_we_add_ourselves_are_not_told() -> None:
    names = {texts[language] for key, texts in CATALOG.texts.items() if key.startswith("sheet.") for language in texts}
    assert names
    lists = [sheet("_lists", [["a"]], state="hidden"), sheet("_meta", [["b"]], state="veryHidden")]
    binding = bind(book(*(sheet(name, [["tekst"]]) for name in sorted(names)), *lists), CATALOG)
    assert (binding.bound, told(binding)) == ((), [])


def test_a_sheet_whose_name_begins_with_an_underscore_is_not_dropped_silently() -> None:
    hours = entity_sheet(CATALOG.entities["time_record"], CATALOG.entities["time_record"].sample)
    binding = bind(book(dataclasses.replace(hours, name="_Timer 2023"), sheet("_notater", [["tekst"]])), CATALOG)
    assert [bound.entity.name for bound in binding.bound] == ["time_record"]
    assert [item.check for item in binding.told] == ["unknown_sheet"]
    programs_own = sheet("_56F9DC9755BA473782653E2940F9", [["x"]], state="veryHidden")  # of an Office add-in
    assert told(bind(book(programs_own), CATALOG)) == []


def test_the_closest_title_is_offered() -> None:
    assert closest_titles(["Kundar"], CATALOG, "nb") == [("Kundar", "Kunder")]


# Rows


@pytest.mark.parametrize("row", [
    ["Totalt", "", ""], ["Sum:", "", "number:12"], ["", "TOTAL", ""], ["", "", "Sum"], ["i alt", "", ""],
    ["  Totalt ", "2", ""],
    ["Delsum", "", ""],
    ["Delsumma", "", ""],
    ["Totalsumma", "", ""],
])  # fmt: skip
def test_total_rows_are_counted_and_not_read(row: list[str]) -> None:
    bound, binding = bind_one([HEADER, ROWS[0], row, ROWS[1]])
    assert values(bound, "customer_number") == ["10001", "10002"]
    assert told(binding) == [("total_row", 3, None)]
    assert (binding.sheets[0].rows, binding.sheets[0].total_rows) == (2, 1)


@pytest.mark.parametrize("row", [["10003", "Sum", "Oslo"], ["10003", "Totalt", ""], ["10003", "Sum AS", ""]])
def test_a_customer_may_be_called_sum(row: list[str]) -> None:
    bound, binding = bind_one([HEADER, *ROWS, row])
    assert len(bound.rows) == 3
    assert told(binding) == []


def test_repeated_headers_are_counted_and_not_read() -> None:
    bound, binding = bind_one([HEADER, ROWS[0], HEADER, ROWS[1], HEADER])
    assert values(bound, "customer_number") == ["10001", "10002"]
    assert told(binding) == [("total_row", 3, None)]
    assert binding.told[0].facts == {"count": 2}


def test_blank_rows_are_not_the_end_of_the_data() -> None:
    bound, binding = bind_one([HEADER, ROWS[0], [], ["", "", ""], ROWS[1], [], []])
    assert bound.rows.tolist() == [2, 5]
    assert (binding.sheets[0].rows, binding.sheets[0].blank_rows) == (2, 2)


@pytest.mark.parametrize("cell", [" ", "\u00a0", "\u200b", "\u00ad\u00a0", "\t\n", "\ufeff"])
def test_a_row_of_what_nobody_sees_is_blank(cell: str) -> None:
    bound, binding = bind_one([HEADER, ROWS[0], [cell, "", cell], ROWS[1]])
    assert bound.rows.tolist() == [2, 4]
    assert binding.sheets[0].blank_rows == 1


def test_a_row_with_content_in_other_columns_only_is_no_record() -> None:
    bound, binding = bind_one([[*HEADER, "Notat"], ROWS[0], ["", "", "", "husk dette"], ROWS[1]])
    assert bound.rows.tolist() == [2, 4]
    assert told(binding) == [("extra_column", 1, 3)]


def test_hidden_rows_and_sheets_are_data_and_told() -> None:
    bound, binding = bind_one([HEADER, *ROWS], hidden_rows=[3], state="hidden")
    assert len(bound.rows) == 2
    assert told(binding) == [("hidden_rows", 3, None), ("hidden_sheet", None, None)]
    _, binding = bind_one([["Overskrift"], HEADER, *ROWS], hidden_rows=[1, 2, 99])
    assert told(binding) == []  # only data


def test_merged_cells_in_the_data_are_told_once() -> None:
    cells = [["Våre kunder"], HEADER, *ROWS]
    _, binding = bind_one(cells, merged=[(1, 0, 1, 2), (3, 2, 4, 2), (3, 0, 3, 1), (90, 0, 95, 1)])
    assert told(binding) == [("merged_cells", 3, 2)]
    assert binding.told[0].facts == {"count": 2}
    _, binding = bind_one(cells, merged=[(1, 0, 1, 2), (90, 0, 95, 1)])
    assert told(binding) == []


def test_thousands_of_merged_areas_are_looked_at_quickly() -> None:
    """Areas as high as the sheet: walked row by row they would take minutes."""
    _, binding = bind_one([HEADER, *ROWS], merged=[(2, column, 1_048_576, column) for column in range(5_000)])
    assert binding.told[0].facts == {"count": 5_000}


# Forms


def form(*rows: tuple[str, str], name: str = "Firma") -> tuple[BoundSheet, Binding]:
    return bind_one([list(row) for row in rows], name)


RECORD = [(field.label["nb"], FORM.sample[0].get(field.name, "")) for field in FORM.fields]


@settings(max_examples=30, deadline=None)
@given(st.permutations(RECORD), st.integers(0, 9), st.integers(0, 5))
def test_the_rows_of_a_form_may_be_moved(record: list[tuple[str, str]], down: int, right: int) -> None:
    cells = [["Felt", "Svar", "Hva det betyr"], *([*row, "forklaring"] for row in record)]
    bound, binding = bind_one(cells, "Firma", first_row=1 + down, first_column=right)
    assert {field.name: values(bound, field.name)[0] for field in FORM.fields} == {
        field.name: FORM.sample[0].get(field.name, "") for field in FORM.fields
    }
    for field in FORM.fields:
        at = next(place for place, row in enumerate(record) if row[0] == field.label["nb"])
        assert bound.place(field.name, 0) == (down + at + 2, right + 1)
    assert told(binding) == []


def test_a_form_may_have_blank_answers_and_lack_questions() -> None:
    bound, binding = form(("Firmakode", "fjordglott"), ("Firmanavn", ""), ("Land", "Norge"))
    assert [values(bound, name) for name in ("company_code", "company_name", "country")] == [
        ["fjordglott"],
        [""],
        ["Norge"],
    ]
    assert bound.place("company_name", 0) == (2, 1)
    assert bound.place("currency", 0) is None
    assert told(binding) == []


def test_a_form_without_answers_is_no_record() -> None:
    bound, binding = form(("Firmakode", ""), ("Firmanavn", ""))
    assert len(bound.rows) == 0
    assert bound.place("company_code", 0) == (1, 1)
    assert told(binding) == []


def test_a_form_in_the_other_language() -> None:
    bound, _ = form(("Company code", "fjordglott"), ("COMPANY NAME *", "Fjordgløtt"), name="Company")
    assert values(bound, "company_name") == ["Fjordgløtt"]


def test_a_question_that_was_retitled_is_read_and_told() -> None:
    bound, binding = form(("Firmakode", "fjordglott"), ("Bankkontonumer", "12345678903"), ("Land", "Norge"))
    assert values(bound, "bank_account") == ["12345678903"]
    assert told(binding) == [("close_header", 2, 0)]


def test_an_answer_that_is_not_ours_is_told() -> None:
    """Nothing of the customer's is dropped silently; titles above the form and remarks in it are no answers."""
    company = ("Firmakode", "fjordglott")
    _, binding = form(
        ("Felt", "Svar"), company, ("Telefaks", "22 00 00 99"), ("Merknad", ""), ("", "husk"), ("Land", "Norge")
    )
    assert told(binding) == [("extra_column", 3, 0), ("extra_column", 5, 0)]
    assert [item.header for item in binding.told] == ["Telefaks", "B"]
    listed = [(read.header, read.how) for read in binding.sheets[0].columns if read.field is None]
    assert listed == [("Telefaks", "extra"), ("", "extra")]


def test_the_same_question_twice_is_a_question() -> None:
    _, binding = form(("Firmakode", "fjordglott"), ("Land", "Norge"), ("Land", "Sverige"))
    assert told(binding) == [("duplicate_column", 3, 0)]
    bound, binding = form(("Firmakode", "fjordglott"), ("Land", ""), ("Land", "Sverige"))
    assert values(bound, "country") == ["Sverige"]
    assert told(binding) == []


def test_a_sheet_of_ours_without_our_headers_is_told() -> None:
    for name in ("Firma", "Kunder"):
        bound, binding = bind_one([["10001", "Havneby kommune"], ["10002", "Solgård Eiendom AS"]], name)
        assert (len(bound.rows), told(binding)) == (0, [("no_header", None, None)])
