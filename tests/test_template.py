"""The template workbook: what stands in it, within Excel's limits, and what it shows to who fills it in."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xlsxwriter.worksheet
from openpyxl.workbook import Workbook as Book

from momentsheet.catalog import load_catalog
from momentsheet.errors import UsageError
from momentsheet.model.catalog import Catalog, Code, CodeList, Rule, example_of, say, type_names
from momentsheet.workbook.template import CREATED, make_template
from momentsheet.workbook.template.lists import sorted_for
from momentsheet.workbook.template.live import marks_of, validation_of
from momentsheet.workbook.template.plan import RECORD_ROWS, REGISTER_ROWS, CellValue, make_plan, sheet_name
from momentsheet.workbook.template.words import excel_length, prompt_of, shortened

ROOT = Path(__file__).parents[1]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SOFFICE = shutil.which("soffice")
with_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
RED, YELLOW = "#FFC7CE", "#FFEB9C"
LANGUAGES = ("nb", "en", "sv", "da")

Columns = Mapping[str, Mapping[str, Sequence[CellValue]]]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(ROOT / "rules")


@pytest.fixture(scope="module")
def samples(catalog: Catalog) -> dict[str, bytes]:
    return {language: make_template(catalog, entities(catalog), language, sample=True) for language in LANGUAGES}


def entities(catalog: Catalog) -> list[str]:
    return [name for name, entity in catalog.entities.items() if entity.derived is None]


def book(data: bytes) -> Book:
    return openpyxl.load_workbook(io.BytesIO(data))


def parts(data: bytes, pattern: str) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist() if re.fullmatch(pattern, name)}


def sheets(data: bytes) -> dict[str, ET.Element]:
    """Sheet name -> its XML; XlsxWriter numbers the parts in the order of the sheets."""
    names = names_of_sheets(data)
    found = parts(data, r"xl/worksheets/sheet\d+\.xml")
    return {name: found[f"xl/worksheets/sheet{number}.xml"] for number, name in enumerate(names, 1)}


def names_in(data: bytes) -> dict[str, str]:
    (workbook,) = parts(data, r"xl/workbook\.xml").values()
    return {item.attrib["name"]: item.text or "" for item in workbook.iter(f"{MAIN}definedName")}


# The same input, the same bytes


def test_the_same_input_gives_the_same_bytes_in_another_process(catalog: Catalog, samples: dict[str, bytes]) -> None:
    code = (
        "import hashlib, sys; from pathlib import Path; from momentsheet.catalog import load_catalog;"
        "from momentsheet.workbook.template import make_template; c = load_catalog(Path(sys.argv[1]));"
        "n = [k for k, e in c.entities.items() if e.derived is None];"
        "print(hashlib.sha256(make_template(c, n, 'nb', sample=True)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ROOT / "rules"], cwd=ROOT, env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(samples["nb"]).hexdigest()
    assert samples["nb"] != samples["en"]


def test_the_creation_date_is_fixed(samples: dict[str, bytes]) -> None:
    assert book(samples["nb"]).properties.created == CREATED


# Excel's limits, on the XML


@pytest.mark.parametrize("system", ["generic", "uni_economy", "tripletex", "fiken"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_excels_limits_are_kept(catalog: Catalog, language: str, system: str) -> None:
    company = replace(catalog.company, accounting_system=system, name="Fjordgløtt Arkitekter AS")
    data = make_template(replace(catalog, company=company), entities(catalog), language)
    names = names_in(data)
    for title, sheet in sheets(data).items():
        assert 0 < len(title) <= 31
        assert not set(title) & set("[]:*?/\\")
        validations = list(sheet.iter(f"{MAIN}dataValidation"))
        assert len(validations) < 65_534
        for rule in validations:
            for attribute, limit in (("promptTitle", 32), ("prompt", 255), ("errorTitle", 32), ("error", 224)):
                text = rule.attrib.get(attribute, "")
                assert excel_length(text) <= limit, (title, attribute, text)
                assert not text.endswith("…"), (title, attribute, text)
            assert rule.attrib["prompt"]
            assert re.fullmatch(r"[A-Z]{1,3}\d+(:[A-Z]{1,3}\d+)?", rule.attrib["sqref"])
            first = rule.findtext(f"{MAIN}formula1") or ""
            assert len(first) <= 255
            if rule.attrib.get("type") == "list":
                assert first in names, f"a dropdown without a defined name: {first}"
        for mark in sheet.iter(f"{MAIN}cfRule"):
            formula = mark.findtext(f"{MAIN}formula") or ""
            assert len(formula) <= 255, formula
            assert "{" not in formula, "no array constants in conditional formats"
            assert not re.search(r"INDIRECT|OFFSET", formula)
    for name, formula in names.items():
        assert re.fullmatch(r"_xlnm\.\w+|[a-z][a-z0-9_]{1,254}", name)
        assert not re.fullmatch(r"[a-zA-Z]{1,3}\d+", name)
        assert not re.search(r"INDIRECT|OFFSET|#REF", formula)
        assert len(formula) <= 8192
    tables = parts(data, r"xl/tables/table\d+\.xml").values()
    assert len({table.attrib["name"].casefold() for table in tables}) == len(tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_headings_are_the_cells_and_differ(samples: dict[str, bytes], language: str) -> None:
    opened = book(samples[language])
    for sheet in opened.worksheets:
        for table in sheet.tables.values():
            cells = [cell.value for cell in sheet[table.ref][0]]
            assert cells == [column.name for column in table.tableColumns]
            assert len({str(cell).casefold() for cell in cells}) == len(cells)


# What stands where


def test_sheets_stand_in_order_with_their_states(catalog: Catalog, samples: dict[str, bytes]) -> None:
    opened = book(samples["nb"])
    titles = [say(catalog.entities[name].title, "nb") for name in entities(catalog)]
    assert opened.sheetnames == ["Start", *titles, "Status", "Feltliste", "_lists", "_meta"]
    states = {sheet.title: sheet.sheet_state for sheet in opened.worksheets}
    assert states["_lists"] == "hidden"
    assert states["_meta"] == "veryHidden"
    assert {states[title] for title in ["Start", *titles, "Status", "Feltliste"]} == {"visible"}
    assert opened.active.title == "Start"


def test_only_guidance_is_locked_and_without_a_password(catalog: Catalog, samples: dict[str, bytes]) -> None:
    locked = {name for name, sheet in sheets(samples["nb"]).items() if sheet.find(f"{MAIN}sheetProtection") is not None}
    assert locked == {"Start", "Status", "Feltliste", "_lists"}
    for name in locked:
        protection = sheets(samples["nb"])[name].find(f"{MAIN}sheetProtection")
        assert protection is not None
        assert not {"password", "hashValue"} & set(protection.attrib)


@pytest.mark.parametrize("language", LANGUAGES)
def test_data_sheets_begin_in_row_two_below_a_frozen_table_header(
    catalog: Catalog, samples: dict[str, bytes], language: str
) -> None:
    opened = book(samples[language])
    for name in entities(catalog):
        entity = catalog.entities[name]
        sheet = opened[say(entity.title, language)]
        shown = [field for field in entity.fields if field.in_template]
        assert str(sheet.freeze_panes)[1:] == "2"
        if entity.layout == "form":
            assert [sheet.cell(row, 1).value for row in range(2, len(shown) + 2)] == [
                say(field.label, language) + (" *" if field.required else "") for field in shown
            ]
            continue
        assert [cell.value for cell in sheet[1]] == [
            say(field.label, language) + (" *" if field.required else "") for field in shown
        ]
        table = sheet.tables[f"tbl_{name}"]
        assert table.ref.startswith("A1:")
        assert table.autoFilter is not None
        for index, field in enumerate(shown, 1):
            note = sheet.cell(1, index).comment
            assert note is not None
            assert note.author == "Moment import"
            assert say(field.help, language) in note.text
            assert example_of(field, catalog, language) in note.text


def test_required_headings_differ_by_star_and_fill(catalog: Catalog, samples: dict[str, bytes]) -> None:
    sheet = book(samples["nb"])[say(catalog.entities["customer"].title, "nb")]
    fills = {bool(str(cell.value).endswith(" *")): cell.fill.start_color.rgb for cell in sheet[1]}
    assert fills[True] != fills[False]


def test_whole_columns_have_their_number_format(catalog: Catalog) -> None:
    data = make_template(catalog, ["project", "time_record"], "nb")
    opened = book(data)
    for entity in (catalog.entities["project"], catalog.entities["time_record"]):
        sheet = opened[say(entity.title, "nb")]
        formats = {
            number: group.number_format
            for group in sheet.column_dimensions.values()
            for number in range(group.min, group.max + 1)
        }
        expected = {"date": "mm-dd-yy", "money": "#,##0.00", "integer": "0", "hours": "General"}
        for number, field in enumerate((field for field in entity.fields if field.in_template), 1):
            assert formats[number] == expected.get(field.type, "@"), field.name


def test_identity_stands_in_meta_and_in_the_properties(catalog: Catalog) -> None:
    company = replace(catalog.company, code="fjord")
    opened = book(make_template(replace(catalog, company=company), ["customer", "company"], "nb"))
    lines = [tuple(cell for cell in row if cell is not None) for row in opened["_meta"].iter_rows(values_only=True)]
    assert lines[:7] == [
        ("template", "id", "momentsheet"),
        ("template", "version", "1"),
        ("template", "catalog", catalog.version),
        ("template", "language", "nb"),
        ("template", "company", "fjord"),
        ("sheet", "company", "Firma"),
        ("sheet", "customer", "Kunder"),
    ]
    assert ("column", "customer.customer_number", "Kundenummer *", "A") in lines
    assert ("column", "company.company_code", "Firmakode *", "B") in lines
    properties = {item.name: item.value for item in opened.custom_doc_props.props}
    assert properties == {
        "momentsheet.id": "momentsheet",
        "momentsheet.version": "1",
        "momentsheet.catalog": catalog.version,
        "momentsheet.language": "nb",
        "momentsheet.company": "fjord",
        "momentsheet.sheets": "company=Firma;customer=Kunder",
        "Language": "nb",
    }


def test_many_sheets_go_on_in_a_second_property(catalog: Catalog) -> None:
    one = catalog.entities["contact"]
    many = {
        f"thing_{number}": replace(one, name=f"thing_{number}", fields=one.fields[:2], rules=(), sample=())
        for number in range(20)
    }
    plain = {
        name: replace(item, fields=(replace(item.fields[1], to=None, type="text"),)) for name, item in many.items()
    }
    opened = book(make_template(replace(catalog, entities=plain), list(plain), "nb"))
    values = [str(item.value) for item in opened.custom_doc_props.props if item.name.startswith("momentsheet.sheets")]
    assert len(values) > 1
    assert all(len(value) <= 255 for value in values)
    pairs = dict(pair.split("=") for value in values for pair in value.split(";"))
    assert pairs == dict(zip(plain, opened.sheetnames[1:21], strict=True))


def test_names_point_to_the_data_cells(catalog: Catalog, samples: dict[str, bytes]) -> None:
    opened, names = book(samples["nb"]), names_in(samples["nb"])
    for name in entities(catalog):
        entity = catalog.entities[name]
        for field in (field for field in entity.fields if field.in_template):
            target = names[f"fld_{name}_{field.name}"]
            sheet, _, area = target.rpartition("!")
            assert sheet.strip("'") == say(entity.title, "nb")
            first, _, last = area.replace("$", "").partition(":")
            letter, row = re.fullmatch(r"([A-Z]+)(\d+)", first).groups()  # type: ignore[union-attr]
            if entity.layout == "form":
                assert (letter, first) == ("B", last)
                label = opened[sheet.strip("'")][f"A{row}"].value
            else:
                assert row == "2"
                assert re.fullmatch(letter + r"\d{4,}", last)
                label = opened[sheet.strip("'")][f"{letter}1"].value
            assert label == say(field.label, "nb") + (" *" if field.required else "")


def test_lists_hold_the_labels_and_every_understood_spelling(catalog: Catalog, samples: dict[str, bytes]) -> None:
    for language in LANGUAGES:
        opened, names = book(samples[language]), names_in(samples[language])
        for codes in catalog.code_lists.values():
            if f"lst_{codes.name}" not in names:
                continue
            assert listed(opened, names, f"lst_{codes.name}") == [say(code.label, language) for code in codes.codes]
            understood = {str(word).casefold() for word in listed(opened, names, f"all_{codes.name}")}
            for code in codes.codes:
                assert {word.casefold() for word in (code.code, *code.synonyms, *code.label.values())} <= understood
    assert listed(book(samples["nb"]), names_in(samples["nb"]), "lst_boolean") == ["Ja", "Nei"]
    assert listed(book(samples["en"]), names_in(samples["en"]), "lst_boolean") == ["Yes", "No"]


def listed(opened: Book, names: Mapping[str, str], name: str) -> list[object]:
    sheet, _, area = names[name].rpartition("!")
    cells = opened[sheet.strip("'")][area.replace("$", "")]
    return [row[0].value for row in cells]


def test_countries_and_currencies_are_offered_near_ones_first(samples: dict[str, bytes]) -> None:
    norwegian = listed(book(samples["nb"]), names_in(samples["nb"]), "lst_country")
    assert norwegian[:3] == ["Norge", "Sverige", "Danmark"]
    assert norwegian[-1] == "Åland"
    assert "Den europeiske union" not in norwegian
    assert len(norwegian) == len(set(norwegian)) > 240
    assert {"NO", "Norway", "Norge"} <= set(listed(book(samples["nb"]), names_in(samples["nb"]), "all_country"))
    assert listed(book(samples["en"]), names_in(samples["en"]), "lst_country")[0] == "Norway"
    currencies = listed(book(samples["nb"]), names_in(samples["nb"]), "lst_currency")
    assert currencies[:4] == ["NOK", "SEK", "DKK", "EUR"]
    assert len(currencies) == len(set(currencies)) > 140


def test_norwegian_letters_come_last_in_norwegian_only() -> None:
    words = ["Østerrike", "Åland", "Ærø", "Zambia", "Élan"]
    assert sorted_for(words, "nb") == ["Élan", "Zambia", "Ærø", "Østerrike", "Åland"]
    assert sorted_for(words, "en")[:2] == ["Åland", "Élan"]


def test_closed_lists_stop_and_references_only_ask(catalog: Catalog) -> None:
    plan = make_plan(catalog, entities(catalog), "nb", None, False)
    kinds = {
        (column.entity.name, column.field.name): validation_of(plan, column)
        for sheet in plan.sheets
        for column in sheet.columns
    }
    assert kinds["project", "status"]["source"] == "=lst_project_status"
    assert kinds["project", "status"]["error_type"] == "stop"
    assert kinds["project", "customer_number"]["source"] == "=lst_customer_customer_number"
    assert kinds["project", "customer_number"]["error_type"] == "warning"
    assert kinds["time_record", "activity_name"]["source"] == "=pick_time_record_activity_name"
    assert kinds["customer", "country"]["error_type"] == "warning"
    assert "Personopplysning" in kinds["employee", "birth_date"]["input_message"]
    assert kinds["customer", "name"]["input_message"].startswith("Må fylles ut.")


def test_without_the_other_sheet_a_reference_is_free_text(catalog: Catalog) -> None:
    data = make_template(catalog, ["project"], "nb")
    assert "lst_customer_customer_number" not in names_in(data)
    plan = make_plan(catalog, ["project"], "nb", None, False)
    column = plan.sheets[0].column("customer_number")
    assert column is not None
    assert validation_of(plan, column)["validate"] == "any"
    assert not any("lst_customer" in mark.when for mark in marks_of(plan, plan.sheets[0], column))


def test_prompts_drop_the_example_before_the_help(catalog: Catalog) -> None:
    entity = catalog.entities["customer"]
    long = replace(entity.fields[1], help={"en": "word " * 48, "nb": "ord " * 60}, example="x" * 40)
    changed = replace(entity, fields=(entity.fields[0], long))
    plan = make_plan(replace(catalog, entities={"customer": changed}), ["customer"], "nb", None, False)
    text = prompt_of(plan, plan.sheets[0].columns[1])
    assert excel_length(text) <= 255
    assert text.startswith("Må fylles ut. ord ord")
    assert "xxx" not in text


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, "short"),
        ("en to tre fire", 10, "en to …"),
        ("abcdefghijklmnop", 10, "abcdefgh …"),
        ("😀😀😀😀", 6, "😀😀 …"),
    ],
)
def test_texts_are_cut_at_words(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected
    assert excel_length(expected) <= limit


def test_field_list_names_every_column(catalog: Catalog, samples: dict[str, bytes]) -> None:
    sheet = book(samples["nb"])["Feltliste"]
    lines = [[cell or "" for cell in row] for row in sheet.iter_rows(min_row=2, values_only=True)]
    shown = [
        (say(entity.title, "nb"), field)
        for name in entities(catalog)
        for entity in [catalog.entities[name]]
        for field in entity.fields
        if field.in_template
    ]
    assert [(line[0], line[1].removesuffix(" *"), line[3], line[6]) for line in lines] == [
        (title, say(field.label, "nb"), say(field.help, "nb"), field.example) for title, field in shown
    ]
    by_column = {(line[0], line[1]): line for line in lines}
    assert by_column["Kunder", "Kundenummer *"][2] == "Ja"
    assert "Må stå i arket Kunder" in by_column["Prosjekter", "Kundenr *"][5]
    assert "Aktiv" in by_column["Kunder", "Status"][5]


# What the company chooses


def test_a_company_file_changes_the_template(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "fjord.yaml"
    path.write_text(
        "code: fjord\nname: Fjord AS\ncontact: Kari Nordmann, kari@moment.example\naccounting_system: uni_economy\n"
        'cutover_date: "2025-01-01"\nlanguage: nb\nentities: [company, customer]\n'
        "fields:\n  customer.website: {hide: true}\n  customer.email: {require: true}\n"
        "  customer.name: {label: Byggherre}\n  customer.status: {allowed: [active, inactive]}\n"
    )
    chosen = load_catalog(ROOT / "rules", path)
    data = make_template(chosen, entities(chosen), "nb")
    opened = book(data)
    headers = [cell.value for cell in opened["Kunder"][1]]
    assert "Nettside" not in headers
    assert "Byggherre *" in headers
    assert any(str(header).startswith("E-post") and str(header).endswith("*") for header in headers)
    status = chosen.entities["customer"].field("status").list
    assert listed(opened, names_in(data), f"lst_{status}") == ["Aktiv", "Inaktiv"]
    start = "\n".join(str(cell) for row in opened["Start"].iter_rows(values_only=True) for cell in row if cell)
    assert "Kari Nordmann, kari@moment.example" in start
    assert "Uni Economy" in start
    assert "1. januar 2025" in start
    demand = chosen.accounting["uni_economy"].demands[0]
    notes = [cell.comment.text for cell in opened["Kunder"][1] if cell.comment]
    assert any(say(demand.says, "nb") in note for note in notes)
    answers = {row[0]: row[1] for row in opened["Firma"].iter_rows(min_row=2, max_col=2, values_only=True)}
    assert answers["Firmakode *"] == "fjord"
    assert answers["Firmanavn *"] == "Fjord AS"
    assert answers["Regnskapssystem *"] == "Uni Economy"
    assert answers["Overgangsdato *"] == dt.datetime.fromisoformat("2025-01-01")


def test_restricted_and_full_lists_of_one_code_list_stand_apart(catalog: Catalog) -> None:
    entity = catalog.entities["customer"]
    fields = tuple(
        replace(field, schema={"allowed": ("active",)}) if field.name == "status" else field for field in entity.fields
    )
    second = replace(
        next(field for field in entity.fields if field.name == "status"),
        name="other",
        label={"en": "Other", "nb": "Annen"},
    )
    changed = replace(entity, fields=(*fields, second))
    data = make_template(replace(catalog, entities={"customer": changed}), ["customer"], "nb")
    assert listed(book(data), names_in(data), "lst_customer_status_allowed") == ["Aktiv"]
    assert len(listed(book(data), names_in(data), "lst_customer_status")) > 1


def test_long_code_lists_are_dropdowns_too(catalog: Catalog) -> None:
    codes = tuple(Code(f"c{number}", {"en": f"Code {number}", "nb": f"Kode {number}"}) for number in range(3000))
    lists = {**catalog.code_lists, "project_status": CodeList("project_status", {"en": "S", "nb": "S"}, codes)}
    data = make_template(replace(catalog, code_lists=lists), ["project"], "nb")
    opened = book(data)
    assert listed(opened, names_in(data), "lst_project_status") == [f"Kode {number}" for number in range(3000)]
    field_list = [
        row for row in opened["Feltliste"].iter_rows(min_row=2, values_only=True) if row[1] == "Prosjektstatus *"
    ]
    assert "2988 til i listen" in str(field_list[0][5])


def test_hidden_fields_have_no_column_unless_they_bring_values(catalog: Catalog) -> None:
    entity = catalog.entities["customer"]
    fields = tuple(replace(field, in_template=field.name != "tags") for field in entity.fields)
    changed = replace(catalog, entities={"customer": replace(entity, fields=fields)})
    label = say(entity.field("tags").label, "nb")
    assert label not in [cell.value for cell in book(make_template(changed, ["customer"], "nb"))["Kunder"][1]]
    filled = make_template(
        changed, ["customer"], "nb", columns={"customer": {"customer_number": ["1"], "tags": ["VIP"]}}
    )
    sheet = book(filled)["Kunder"]
    place = [cell.value for cell in sheet[1]].index(label) + 1
    assert sheet.cell(2, place).value == "VIP"


# Values


def test_the_sample_is_typed_and_in_words(catalog: Catalog, samples: dict[str, bytes]) -> None:
    for language in LANGUAGES:
        opened = book(samples[language])
        for name in entities(catalog):
            entity = catalog.entities[name]
            sheet = opened[say(entity.title, language)]
            shown = [field for field in entity.fields if field.in_template]
            for number, row in enumerate(entity.sample):
                for index, field in enumerate(shown):
                    cell = sheet.cell(index + 2, 2) if entity.layout == "form" else sheet.cell(number + 2, index + 1)
                    text = row.get(field.name, "")
                    if not text:
                        assert cell.value is None
                    elif field.type == "date":
                        assert cell.value == dt.datetime.fromisoformat(text)
                        assert cell.is_date
                    elif field.type in {"integer", "decimal", "money", "percent", "hours"}:
                        assert isinstance(cell.value, int | float)
                        assert float(cell.value) == float(text)
                    elif field.type == "boolean":
                        assert cell.value in {"Ja", "Nei", "Nej", "Yes", "No"}
                    elif field.type == "codelist" and field.list:
                        labels = {code.code: say(code.label, language) for code in catalog.code_lists[field.list].codes}
                        assert cell.value == labels[text]
                    elif field.type != "country":
                        assert cell.value == text


def test_columns_are_written_as_they_are(catalog: Catalog) -> None:
    values: list[CellValue] = [
        "00123", "=1+1", "https://example.com", "-", "a\x01b\r\nc", "x\ud800y\ufffe", 7, 7.5, True, False,
        dt.date(2024, 2, 29), dt.date(1850, 1, 1), None, "", 12345678901234567890, float("nan"), float("inf"), "12",
    ]  # fmt: skip
    data = make_template(catalog, ["customer"], "nb", columns={"customer": {"name": values}})
    sheet = book(data)["Kunder"]
    place = [cell.value for cell in sheet[1]].index("Kundenavn *") + 1
    cells = [sheet.cell(row, place) for row in range(2, len(values) + 2)]
    assert [cell.value for cell in cells] == [
        "00123", "=1+1", "https://example.com", "-", "a_x0001_b_x000D_\nc", "x\ufffdy\ufffd", 7, 7.5, "Ja", "Nei",
        dt.datetime.fromisoformat("2024-02-29"), "1850-01-01", None, None, "12345678901234567890", "nan", "inf", "12",
    ]  # fmt: skip
    assert cells[1].data_type == "s"
    assert cells[2].hyperlink is None
    assert cells[10].is_date
    assert [cell.value for cell in sheet["A"][1:4]] == [None, None, None]


def test_names_and_colours_reach_further_than_the_data(catalog: Catalog) -> None:
    few = names_in(make_template(catalog, ["customer", "time_record"], "nb"))
    assert few["fld_customer_name"].endswith(f"${REGISTER_ROWS + 1}")
    assert few["fld_time_record_hours"].endswith(f"${RECORD_ROWS + 1}")
    many = make_template(catalog, ["customer"], "nb", columns={"customer": {"name": ["x"] * 6001}})
    assert names_in(many)["fld_customer_name"].endswith("$15001")
    sheet = sheets(many)["Kunder"]
    for rule in (*sheet.iter(f"{MAIN}dataValidation"), *sheet.iter(f"{MAIN}conditionalFormatting")):
        assert rule.attrib["sqref"].endswith("15001")
    (table,) = (
        item for item in parts(many, r"xl/tables/table\d+\.xml").values() if item.attrib["name"] == "tbl_customer"
    )
    assert table.attrib["ref"].endswith("6002")


def test_prefilled_company_answers_win_over_the_sample(catalog: Catalog) -> None:
    company = replace(catalog.company, code="nordlys", given=frozenset({"code"}))
    data = make_template(replace(catalog, company=company), ["company"], "nb", sample=True)
    answers = {row[0]: row[1] for row in book(data)["Firma"].iter_rows(min_row=2, max_col=2, values_only=True)}
    assert answers["Firmakode *"] == "nordlys"
    assert answers["Firmanavn *"] == catalog.entities["company"].sample[0]["company_name"]


# What is refused


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((["custmer"], "nb", None), "Did you mean `customer`?"),
        ((["customer"], "no", None), "Unknown language"),
        ((["customer"], "nb", {"customer": {"nmae": ["x"]}}), "Did you mean `name`?"),
        ((["customer"], "nb", {"customr": {"name": ["x"]}}), "Did you mean `customer`?"),
        (([], "nb", None), "has a sheet"),
        ((["customer"], "nb", {"customer": {"name": ["x" * 32_768]}}), "32767"),
        ((["customer"], "nb", {"customer": {"name": range(1_048_576)}}), "1048575"),
    ],
)
def test_wrong_calls_are_told(catalog: Catalog, arguments: tuple[list[str], str, Columns | None], told: str) -> None:
    names, language, columns = arguments
    with pytest.raises(UsageError, match=re.escape(told)) as caught:
        make_template(catalog, names, language, columns=columns)
    assert "xxx" not in str(caught.value)


def test_equal_headings_are_refused(catalog: Catalog) -> None:
    entity = catalog.entities["customer"]
    fields = (
        entity.fields[0],
        entity.fields[1],
        replace(entity.fields[2], label=entity.fields[0].label, required=True),
    )
    with pytest.raises(UsageError, match="same heading"):
        make_template(replace(catalog, entities={"customer": replace(entity, fields=fields)}), ["customer"], "nb")


@pytest.mark.parametrize("method", ["data_validation", "conditional_format", "write_comment", "add_table"])
def test_what_xlsxwriter_leaves_out_is_an_error(catalog: Catalog, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, method, lambda *_, **__: -2)
    with pytest.raises(ValueError, match="XlsxWriter"):
        make_template(catalog, ["customer"], "nb")


def test_sheet_names_are_legal_and_free() -> None:
    taken = ["Status"]
    assert sheet_name("Status", taken) == "Status 2"
    assert sheet_name("STATUS", taken) == "STATUS 3"
    assert sheet_name("Timer [2023/24]: alle?", taken) == "Timer  2023 24   alle"
    assert sheet_name("'" + "x" * 40, taken) == "x" * 31
    assert sheet_name("x" * 40, taken) == "x" * 29 + " 2"


# Texts


def test_texts_and_code_agree(catalog: Catalog) -> None:
    """Every text of the template is used, every used text exists, both languages have the same placeholders."""
    known = {name.removeprefix("template.") for name in catalog.texts if name.startswith("template.")}
    code = "".join(path.read_text() for path in (ROOT / "momentsheet" / "workbook" / "template").glob("*.py"))
    asked = {name for name in re.findall(r'text\(\s*f?"([^"]+)"', code) if not name.startswith("sheet.")}
    patterns = {re.sub(r"\\\{[^}]*\}", ".+", re.escape(name)) for name in asked if "{" in name}
    exact = {name.removeprefix("template.") for name in asked if "{" not in name}
    choices = set(re.findall(r'text\("([^"]+)" if [^)]*? else "([^"]+)"\)', code))
    exact |= {name for pair in choices for name in pair}
    patterns |= {"(yes|no)"}  # asked for by lists.py with the whole id
    unused = {name for name in known - exact if not any(re.fullmatch(pattern, name) for pattern in patterns)}
    assert not unused
    assert exact <= known
    for name in known:
        texts = catalog.texts[f"template.{name}"]
        assert len({frozenset(re.findall(r"\{(\w+)\}", texts[language])) for language in LANGUAGES}) == 1, name
    assert {f"type.{name}" for name in type_names} <= known


# LibreOffice as witness: it calculates our formulas and shows our colours


ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LibreOffice profile that calculates every formula when a workbook is opened."""
    folder = tmp_path_factory.mktemp("profile")
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS_CALCULATE)
    return folder


def converted(data: bytes, kind: str, profile: Path, folder: Path) -> Path:
    """The folder with what LibreOffice makes of a workbook."""
    (folder / "book.xlsx").write_bytes(data)
    out = folder / "out"
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind,
         "--outdir", str(out), str(folder / "book.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out


def calculated(data: bytes, title: str, profile: Path, folder: Path) -> list[list[str]]:
    """The values of one sheet after LibreOffice has calculated everything."""
    number = names_of_sheets(data).index(title) + 1
    # Comma, quotes, UTF-8, raw values instead of what is shown, only that sheet.
    out = converted(
        data, f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,{number}", profile, folder
    )
    (path,) = out.glob("*.csv")
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    path.unlink()
    return rows


def as_csv(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else str(cell)


def names_of_sheets(data: bytes) -> list[str]:
    (workbook,) = parts(data, r"xl/workbook\.xml").values()
    return [sheet.attrib["name"] for sheet in workbook.iter(f"{MAIN}sheet")]


Cell = tuple[str | None, str]  # fill, text


class _Cells(HTMLParser):
    """Fills and texts of LibreOffice's HTML, one grid per sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.grids: list[list[list[Cell]]] = []
        self.is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.grids.append([])
        elif tag == "tr":
            self.grids[-1].append([])
        elif tag == "td":
            self.grids[-1][-1].append((dict(attrs).get("bgcolor"), ""))
            self.is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.is_in_cell = self.is_in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            fill, text = self.grids[-1][-1][-1]
            self.grids[-1][-1][-1] = (fill, text + data.strip())


def shown(data: bytes, profile: Path, folder: Path) -> dict[str, list[list[Cell]]]:
    """What LibreOffice shows: sheet -> rows of (fill, text); `_meta` is not exported."""
    parser = _Cells()
    parser.feed((converted(data, "html", profile, folder) / "book.html").read_text(errors="replace"))
    names = [name for name in book(data).sheetnames if not name.startswith("_")]
    return dict(zip(names, parser.grids, strict=False))


def coloured(grids: Mapping[str, list[list[Cell]]], sheet: str) -> dict[tuple[int, int], str]:
    """Cells of a data sheet (row and column as Excel counts, from 1) that a conditional format has coloured."""
    return {
        (row, column): fill
        for row, cells in enumerate(grids[sheet], 1)
        for column, (fill, _) in enumerate(cells, 1)
        if fill in {RED, YELLOW}
    }


@pytest.mark.slow
@with_libreoffice
@pytest.mark.parametrize("language", LANGUAGES)
def test_good_data_shows_no_colour_and_a_clean_status(
    catalog: Catalog, samples: dict[str, bytes], language: str, profile: Path, tmp_path: Path
) -> None:
    grids = shown(samples[language], profile, tmp_path)
    for name in entities(catalog):
        title = say(catalog.entities[name].title, language)
        assert len(grids[title]) > len(catalog.entities[name].sample)
        assert not coloured(grids, title)
    ready = catalog.text("template.status.ready", language)
    words = [cells[5][1] for cells in grids["Status"][5 : 5 + len(entities(catalog))]]
    assert words == [ready] * len(entities(catalog))


@pytest.mark.slow
@with_libreoffice
def test_a_new_template_shows_no_colour_even_if_the_company_file_has_answered(
    catalog: Catalog, profile: Path, tmp_path: Path
) -> None:
    company = replace(catalog.company, code="nordlys", name="Nordlys AS", given=frozenset({"code", "name"}))
    data = make_template(replace(catalog, company=company), entities(catalog), "nb")
    grids = shown(data, profile, tmp_path)
    assert not any(coloured(grids, say(catalog.entities[name].title, "nb")) for name in entities(catalog))
    assert [cells[5][1] for cells in grids["Status"][5:7]] == ["… Ufullstendig", "– Tomt"]


def mistakes() -> Columns:
    """One mistake of each kind that is shown while typing; the rest is right."""
    return {
        "employee": {
            "email": ["kari@fjord.example", "kari.fjord.example", "KARI@fjord.example"],
            "first_name": ["Kari", "Ola", "Kåre"],
            "last_name": ["Ås", "Øy", "Ås"],
            "birth_date": [dt.date(1970, 1, 1)] * 3,
        },
        "customer": {
            "customer_number": ["0010", "10", "0010", None, "A*1", "AB1"],
            "name": ["En", "To", "Tre", "Fire", None, "Seks"],
            "status": ["Aktiv", "aktiv", "active", "Borte", "Inaktiv", None],
            "country": ["Norge", "NO", "Norway", "Narnia", None, None],
        },
        "project": {
            "project_number": ["P1", "P2", 7],
            "name": ["En", "To", "Tre"],
            "customer_number": ["0010", "99", 10],
            "status": ["Under arbeid"] * 3,
            "start_date": [dt.date(2024, 5, 1), dt.date(1985, 1, 1), "i fjor"],
            "end_date": [dt.date(2024, 1, 1), None, None],
        },
        "activity": {
            "project_number": ["P1", "P1", "P2", "P1"],
            "activity_name": ["Skisse", "Hva nå?", "Skisse", "skisse"],
        },
        "time_record": {
            "employee_email": ["Kari@fjord.example"] * 5,
            "project_number": ["P1", "P2", "P1", "7", "P1"],
            "activity_name": ["Hva nå?", "Hva nå?", " Skisse ", None, "Hva nåX"],
            "date": [dt.date(2024, 5, 2)] * 5,
            "hours": [7.5, 25, "mange", "7,5", 1],
            "billable_hours": [8, None, None, None, 1],
        },
    }


def places(
    catalog: Catalog, columns: Columns, wanted: Mapping[str, Mapping[tuple[int, str], str]]
) -> dict[str, dict[tuple[int, int], str]]:
    """(data row, field) -> (Excel row, Excel column) for every sheet."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name in columns:
        entity = catalog.entities[name]
        shown_fields = [field.name for field in entity.fields if field.in_template]
        found[say(entity.title, "nb")] = {
            (row + 1, shown_fields.index(field) + 1): fill for (row, field), fill in wanted.get(name, {}).items()
        }
    return found


@with_libreoffice
def test_mistakes_are_coloured_at_their_cell_and_nowhere_else(catalog: Catalog, profile: Path, tmp_path: Path) -> None:
    data = make_template(catalog, list(mistakes()), "nb", columns=mistakes())
    grids = shown(data, profile, tmp_path)
    wanted = places(
        catalog,
        mistakes(),
        {
            "employee": {(2, "email"): RED, (3, "email"): RED},
            "customer": {
                (3, "customer_number"): RED,
                (4, "customer_number"): RED,
                (5, "name"): RED,
                (4, "status"): RED,
                (4, "country"): YELLOW,
            },
            "project": {
                (1, "end_date"): RED,
                (2, "customer_number"): RED,
                (2, "start_date"): YELLOW,
                (3, "start_date"): YELLOW,
            },
            "activity": {(4, "project_number"): RED, (4, "activity_name"): RED},
            "time_record": {
                (1, "billable_hours"): YELLOW,
                (2, "activity_name"): RED,
                (2, "hours"): RED,
                (3, "hours"): YELLOW,
                (4, "hours"): YELLOW,
                (5, "activity_name"): RED,
            },
        },
    )
    assert {title: coloured(grids, title) for title in wanted} == wanted


@with_libreoffice
@pytest.mark.parametrize(
    "case", [*(pytest.param(one, marks=pytest.mark.slow) for one in ("empty", "sample")), "mistakes"]
)
def test_stored_figures_are_those_that_libreoffice_calculates(
    catalog: Catalog, case: str, profile: Path, tmp_path: Path
) -> None:
    columns = mistakes() if case == "mistakes" else None
    data = make_template(catalog, entities(catalog), "nb", columns=columns, sample=case == "sample")
    stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for title, width in (("Status", 6), ("_lists", 2)):
        rows = [row[:width] for row in stored[title].iter_rows(values_only=True)]
        found = [row[:width] for row in calculated(data, title, profile, tmp_path)]
        assert found == [[as_csv(cell) for cell in row] for row in rows]
    rows = list(stored["Status"].iter_rows(values_only=True))
    lines = {row[0]: row[1:] for row in rows if isinstance(row[1], int)}
    if case == "mistakes":
        assert lines["Kunder"] == (6, 2, 1, "–", "! Rett opp")
        assert lines["Prosjekter"] == (3, 0, 0, 1, "! Rett opp")
        assert lines["Aktiviteter"] == (4, 0, 1, 0, "! Rett opp")
        assert lines["Timer"] == (5, 0, "–", 0, "✓ Klart")
        assert ("Timer", "Timer", 33.5, 2) in {row[:4] for row in rows}
    if case == "empty":
        assert lines["Kunder"] == (0, 0, 0, "–", "– Tomt")


@with_libreoffice
def test_the_dependent_dropdown_offers_the_activities_of_the_rows_project(
    catalog: Catalog, profile: Path, tmp_path: Path
) -> None:
    grouped: Columns = {
        "activity": {"project_number": ["P1", "P1", "P2", "P3"], "activity_name": ["a", "b", "c", "d"]},
        "time_record": {"project_number": ["P2", "P1", "P9", None, "P3"]},
    }
    scattered: Columns = {
        "activity": {"project_number": ["P1", "P2", "P1"], "activity_name": ["a", "b", "c"]},
        "time_record": {"project_number": ["P2", "P1"]},
    }
    everything = "abcd"
    assert offered(catalog, grouped, profile, tmp_path) == ["c", "ab", everything, everything, "d"]
    # The activities of P1 do not stand together: better all of them than the wrong ones.
    assert offered(catalog, scattered, profile, tmp_path) == ["b", "abc"]


def offered(catalog: Catalog, columns: Columns, profile: Path, folder: Path) -> list[str]:
    """What the dropdown of each row offers: a sheet of formulas asks its name."""
    opened = book(make_template(catalog, list(columns), "nb", columns=columns))
    asking = opened.create_sheet("asking")
    rows = len(columns["time_record"]["project_number"])
    for row in range(2, rows + 2):
        asking.cell(row, 1, "=ROWS(pick_time_record_activity_name)")
        for number in range(1, 5):
            asking.cell(row, number + 1, f'=IF(A{row}<{number},"",INDEX(pick_time_record_activity_name,{number}))')
    saved = io.BytesIO()
    opened.save(saved)
    answered = calculated(saved.getvalue(), "asking", profile, folder)
    return ["".join(row[1:5]) for row in answered[1:]]


# The rules behind the colours


@pytest.mark.parametrize(
    ("holds", "severity", "expected"),
    [
        ("end_date >= start_date", "error", "AND(ISNUMBER($D2),ISNUMBER($E2),NOT(OR(AND($E2>=$D2))))"),
        ("ABS(fixed_price_amount) <= 24", "warning", "AND(ISNUMBER($Q2),NOT(OR(AND(ABS($Q2)<=24))))"),
        ("start_date <= cutover_date OR start_date > today", "error",
         "AND(ISNUMBER($D2),NOT(OR(AND($D2<=45658),AND($D2>TODAY()))))"),
        ("start_date IS NOT NULL OR end_date IS NOT NULL", "error",
         "AND(ISBLANK($D2),ISBLANK($E2),COUNTA($A2:$AA2)>0)"),
        ("start_date IS NOT NULL", "warning", None),
        ("status <> 'archived'", "error", None),
        ("name = status", "error", None),
        ("COALESCE(fixed_price_amount, 0) >= 0", "error", None),
        ("SUM(fixed_price_amount) OVER (PARTITION BY status) <= 100", "error", None),
    ],
)  # fmt: skip
def test_simple_row_rules_are_shown_live(catalog: Catalog, holds: str, severity: str, expected: str | None) -> None:
    entity = catalog.entities["project"]
    texts = {"en": "x", "nb": "x"}
    rule = Rule("XX-01", severity, "row", texts, texts, texts, "project", ("start_date",), holds=holds)  # type: ignore[arg-type]
    company = replace(catalog.company, cutover_date=dt.date(2025, 1, 1))
    changed = replace(catalog, entities={"project": replace(entity, rules=(rule,))}, company=company)
    plan = make_plan(changed, ["project"], "nb", None, False)
    sheet = plan.sheets[0]
    column = sheet.column("start_date")
    assert column is not None
    bare_catalog = replace(changed, entities={"project": replace(entity, rules=())})
    bare_plan = make_plan(bare_catalog, ["project"], "nb", None, False)
    bare = bare_plan.sheets[0].column("start_date")
    assert bare is not None
    before = {mark.when for mark in marks_of(bare_plan, bare_plan.sheets[0], bare)}
    added = [mark.when for mark in marks_of(plan, sheet, column) if mark.when not in before]
    assert added == ([expected] if expected else [])


def test_a_rule_on_demand_is_shown_only_when_it_is_demanded(catalog: Catalog) -> None:
    def marks(system: str) -> set[str]:
        chosen = replace(catalog, company=replace(catalog.company, accounting_system=system))
        plan = make_plan(chosen, ["project"], "nb", None, False)
        column = plan.sheets[0].column("start_date")
        assert column is not None
        return {mark.kind for mark in marks_of(plan, plan.sheets[0], column)}

    assert "PR-04" in catalog.accounting["fiken"].rules
    assert "missing" in marks("fiken")
    assert "missing" not in marks("generic")
