"""The company file: the starter, the examples, every choice that it offers, and every mistake in it."""

# ruff: noqa: E501 - a table is read best with one mistake on each line

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import cerberus
import openpyxl
import pytest
import yaml
from delivery import book, with_targets
from jinja2 import FileSystemLoader

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.catalog import apply_company, load_catalog, load_company
from momentsheet.catalog.files import COMPANY
from momentsheet.checking import Checked, check
from momentsheet.converting import convert
from momentsheet.errors import CatalogError, UsageError
from momentsheet.model.catalog import Catalog, Company, FieldChange
from momentsheet.reporting import render_starter
from momentsheet.workbook import make_template, read_workbook

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
EXAMPLES = ROOT / "examples"
TODAY = dt.date(2025, 1, 15)
NEW_YEAR = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - as openpyxl reads a day
CATALOG = load_catalog(RULES)
SYSTEMS = sorted(CATALOG.accounting)


def problems_of(path: Path) -> list[str]:
    """What the tool says about a company file, with the file's bare name."""
    try:
        load_company(CATALOG, path)
    except CatalogError as error:
        return [str(problem).replace(str(path), path.name) for problem in error.problems]
    return []


def content(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


@pytest.fixture
def company(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "fjord.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


# The starter


STARTERS = [(language, system) for language in CATALOG.languages for system in SYSTEMS]


def starter(language: str, system: str) -> str:
    loader = FileSystemLoader(ROOT / "templates")
    return render_starter(CATALOG, language, CATALOG.accounting[system], "fjord.yaml", loader)


def used(starter: str) -> str:
    """The starter with all its examples taken into use: lines with one # lose it."""
    return re.sub(r"^(\s*)#(?!#)", r"\1", starter, flags=re.MULTILINE)


@pytest.mark.parametrize(("language", "system"), STARTERS)
def test_the_starter_loads_as_it_is_and_with_every_example_in_use(language: str, system: str, tmp_path: Path) -> None:
    path = tmp_path / "fjord.yaml"
    path.write_text(starter(language, system), encoding="utf-8")
    assert problems_of(path) == []
    chosen = load_company(CATALOG, path).company
    assert (chosen.language, chosen.accounting_system) == (language, system)
    assert chosen.given == {"language", "accounting_system", "entities"}
    assert set(chosen.entities) == {
        name for name, entity in CATALOG.entities.items() if entity.level == "standard" and entity.derived is None
    }

    path.write_text(used(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert problems_of(path) == []
    assert set(load_company(CATALOG, path).company.entities) == {
        name for name, entity in CATALOG.entities.items() if entity.derived is None
    }


@pytest.mark.parametrize("language", CATALOG.languages)
def test_the_starter_explains_every_key_with_its_default(language: str) -> None:
    text = starter(language, "generic")
    assert set(yaml.load(used(text), yaml.BaseLoader)) == set(COMPANY.may)
    word = "standard" if language == "nb" else "default"
    paragraphs = {
        key: re.search(rf"((?:^##[^\n]*\n)+)(?:^##   [^\n]*\n)*^#?{key}:", text, re.MULTILINE) for key in COMPANY.may
    }
    assert [key for key, found in paragraphs.items() if not found or word not in found[1].lower()] == []
    defaults = Company()
    for key in ("country", "currency", "language", "hours_per_day", "accounting_system"):
        found = paragraphs[key]
        assert found
        assert str(getattr(defaults, key)) in found[1]


def test_the_starter_shows_whatever_a_company_may_choose() -> None:
    """Every system, sheet, agreement, list, series and kind of change stands there."""
    text = starter("en", "generic")
    shown = yaml.load(used(text), yaml.BaseLoader)
    assert all(f"##   {name}" in text for name in SYSTEMS)
    entities = CATALOG.entities.values()
    assert shown["agreed"] == [
        path
        for entity in entities
        for item, path in ((entity, entity.name), *((field, f"{entity.name}.{field.name}") for field in entity.fields))
        if item.by_agreement
    ]
    assert set(shown["next_numbers"]) == {
        field.series_of for entity in entities for field in entity.fields if field.series_of
    }
    open_lists = {name for name, code_list in CATALOG.code_lists.items() if code_list.is_open}
    assert open_lists <= set(shown["code_lists"])
    changes = {key for change in shown["fields"].values() for key in change}
    assert changes == set(FieldChange.__dataclass_fields__)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_starter_tells_what_the_accounting_system_asks(language: str, system: str) -> None:
    lines = re.sub(r"\n\s*##\s+(?!-)", " ", starter(language, system))  # long lines are broken
    told = " ".join(lines.split())
    chosen = CATALOG.accounting[system]
    for demand in chosen.demands:
        assert f"{demand.says[language]}, {'such as' if language == 'en' else 'for eksempel'} {demand.example}" in told
    assert [code for code in chosen.rules if f"({code})" not in told] == []
    assert [note[language] for note in chosen.notes if " ".join(note[language].split()) not in told] == []


def test_a_starter_is_never_written_over_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fjord.yaml"
    assert main(["company", "init", "-o", str(path), "--language", "en"]) == 0
    assert "ready to be filled in" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == starter("en", "generic")
    path.write_text("code: mine\n")
    assert main(["company", "init", "-o", str(path)]) == 5
    assert path.read_text() == "code: mine\n"
    told = capsys.readouterr().err
    assert "fjord.yaml is there already" in told
    assert told.count("\n") == 1
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    assert main(["company", "init", "-o", str(tmp_path / "dangling.yaml")]) == 5


def test_a_starter_for_an_unknown_system_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fjord.yaml"
    assert main(["company", "init", "-o", str(path), "--accounting-system", "Fiken"]) == 2
    assert "did you mean `fiken`?" in capsys.readouterr().err
    assert not path.exists()
    with pytest.raises(UsageError, match=r"there is `24sevenoffice`, .*, `xledger`"):
        pipeline.begin_company(path, "nb", "none")


def test_company_check(company: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = company("code: fjord\n")
    assert main(["company", "check", str(path)]) == 0
    assert capsys.readouterr().err.strip().endswith("fjord.yaml is sound")
    assert load_catalog(RULES, path).company == load_company(CATALOG, path).company
    company("code: fjord\nlanguge: nb\nhours_per_day: 7,5\n")
    assert main(["company", "check", str(path)]) == 2
    told = capsys.readouterr().err
    assert "fjord.yaml:2: the company file has the unknown key `languge`; did you mean `language`?" in told
    assert "fjord.yaml:3: `hours_per_day` must be a number; did you mean `7.5`?" in told


# The examples


def numbers_that_fit(catalog: Catalog) -> Catalog:
    """The catalog with the sample's numbers as the company's accounting system wants them, in every sheet."""
    system = catalog.accounting[catalog.company.accounting_system]
    new: dict[tuple[str, str], dict[str, str]] = {}
    for demand in system.demands:
        validator = cerberus.Validator({"value": dict(demand.schema)})
        numbers = [row[demand.field] for row in catalog.entities[demand.entity].sample if row.get(demand.field)]
        if not all(validator.validate({"value": number}) for number in numbers):
            new[demand.entity, demand.field] = {
                number: str(int(demand.example) + place) for place, number in enumerate(dict.fromkeys(numbers))
            }
    everywhere = {number: other for numbers in new.values() for number, other in numbers.items()}
    entities = {}
    for name, entity in catalog.entities.items():
        rows = [dict(row) for row in entity.sample]
        for field in entity.fields:
            named = (name, field.name) if field.to is None else (field.to.entity, field.to.field)
            # a column that names rows of several sheets is no reference
            numbers = new.get(named, everywhere if field.type == "code" and field.to is None else {})
            for row in rows:
                if field.name in row:
                    row[field.name] = numbers.get(row[field.name], row[field.name])
        entities[name] = replace(entity, sample=tuple(rows))
    return replace(catalog, entities=entities)


def through_the_workbook(catalog: Catalog, entities: Collection[str] = ()) -> tuple[bytes, Checked]:
    """The sample as a workbook of this company's, with all sheets or with these, read and checked."""
    data = make_template(catalog, list(entities or catalog.entities), catalog.company.language, sample=True)
    return data, check([read_workbook(data, "sample.xlsx")], catalog, TODAY)


def test_every_accounting_system_has_examples() -> None:
    assert sorted(path.name for path in (EXAMPLES / "accounting").iterdir()) == SYSTEMS
    for system in SYSTEMS:
        assert sorted(path.name for path in (EXAMPLES / "accounting" / system).iterdir()) == ["bad.yaml", "good.yaml"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_good_company_file_goes_the_whole_way(system: str) -> None:
    path = EXAMPLES / "accounting" / system / "good.yaml"
    assert problems_of(path) == []
    catalog = numbers_that_fit(load_company(CATALOG, path))
    assert catalog.company.accounting_system == system
    assert catalog.company.next_numbers
    demanded = {demand.entity for demand in catalog.accounting[system].demands}
    _, checked = through_the_workbook(catalog, with_targets(catalog, {"company", "customer", "project", *demanded}))
    assert [(f.code, f.sheet, f.cell, f.value) for f in checked.findings if f.severity == "error"] == []
    files = convert(checked.clean, catalog, tuple(catalog.formats)).files
    assert {file.entity for file in files} >= {"customer", "project"}
    assert path.read_text(encoding="utf-8").startswith("# A company ")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_bad_company_file_is_refused_as_it_says_itself(system: str) -> None:
    path = EXAMPLES / "accounting" / system / "bad.yaml"
    text = path.read_text(encoding="utf-8")
    expected = re.findall(r"^# refused: (.*)$", text, re.MULTILINE)
    assert expected
    assert problems_of(path) == expected
    assert system in text


def test_no_two_examples_are_of_one_company() -> None:
    good = [content(path) for path in (EXAMPLES / "accounting").glob("*/good.yaml")]
    for key in ("code", "name", "org_number"):
        assert len({file[key] for file in good}) == len(good)
    for path in (EXAMPLES / "accounting").glob("*/good.yaml"):
        assert content(path)["name"] == content(path.with_name("bad.yaml"))["name"]


# What a company file chooses, seen in the workbook and in the checks


@pytest.fixture(scope="module")
def fjord() -> Catalog:
    return load_company(CATALOG, EXAMPLES / "companies" / "fjord.yaml")


def test_the_example_has_every_key_and_every_kind_of_change() -> None:
    file = content(EXAMPLES / "companies" / "fjord.yaml")
    assert set(file) == set(COMPANY.may)
    changes = {key for change in file["fields"].values() for key in change}
    assert changes == set(FieldChange.__dataclass_fields__)
    codes = [code for codes in file["code_lists"].values() for code in codes]
    assert {key for code in codes for key in code} == {"code", "label", "synonyms"}


def test_everything_that_the_example_says_is_in_its_template(fjord: Catalog) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(make_template(fjord, list(fjord.entities), "nb")))
    start = "\n".join(str(cell.value) for row in opened["Start"] for cell in row if cell.value)
    assert "Fjord Rådgivning AS" in start
    assert "Ragna Importrud, ragna@oppstart.example" in start
    answers = {str(row[0].value).rstrip(" *"): row[1].value for row in opened["Firma"].iter_rows(min_row=2)}
    form = fjord.entities["company"]
    expected = {
        "company_code": "fjord", "company_name": "Fjord Rådgivning AS", "org_number": "310 000 027",
        "country": "Norge", "currency": "NOK", "source_system": "Timelisten", "accounting_system": "Tripletex",
        "cutover_date": NEW_YEAR, "hours_per_day": 7.5, "default_credit_days": 14,
        "date_order": "Dag, måned, år (31.12.2024)", "next_customer_no": "10500", "next_project_no": "20010",
    }  # fmt: skip
    assert {name: answers[form.field(name).label["nb"]] for name in expected} == expected
    titles = [fjord.entities[name].title["nb"] for name in fjord.company.entities]
    assert opened.sheetnames[1 : 1 + len(titles)] == titles
    headers = [str(cell.value).rstrip(" *") for cell in opened["Kunder"][1]]
    assert "E-post *" in [cell.value for cell in opened["Kunder"][1]]
    assert CATALOG.entities["customer"].field("contract_reference").label["nb"] not in headers
    assert "Kontor" in [cell.value for cell in opened["Medarbeidere"][1]]
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in opened["_lists"].columns}
    found = list(lists.values())
    assert ["Aktiv", "Lead", "Inaktiv"] in found
    assert any("Garantitid" in texts for texts in found)


def test_the_sample_of_the_example_has_no_errors(fjord: Catalog) -> None:
    _, checked = through_the_workbook(fjord)
    assert [(f.code, f.sheet, f.cell, f.value) for f in checked.findings if f.severity == "error"] == []


TYPED_DEFAULTS = {
    "hours": ("time_record.hours", "7.5", 7.5),
    "boolean": ("project.is_internal", "false", False),
    "date": ("project.start_date", "2024-01-01", dt.date(2024, 1, 1)),
    "whole number": ("customer.credit_days", "14", 14),
    "code": ("time_record.invoice_status", "approved", "approved"),
    "several texts": ("contact.tags", "A;B ; A", "A; B"),
}


@pytest.mark.parametrize(("path", "text", "value"), TYPED_DEFAULTS.values(), ids=TYPED_DEFAULTS)
def test_a_default_is_a_value_of_its_column(path: str, text: str, value: object) -> None:
    catalog = apply_company(CATALOG, Company(defaults={path: text}, given=frozenset({"defaults"})))
    entity, _, field = path.partition(".")
    checked = check([book(catalog, {entity: [{field: ""}]})], catalog, TODAY)
    assert checked.parsed[entity].values[field].to_list() == [value]
    assert [repair.after for repair in checked.repairs if repair.why == "default"] == [text]


# Own number series


def with_numbers(**numbers: str) -> Catalog:
    paths = {f"{name}.{name}_number": number for name, number in numbers.items()}
    return apply_company(CATALOG, Company(next_numbers=paths, given=frozenset({"next_numbers"})))


def test_the_next_numbers_stand_in_the_company_sheet_from_the_start() -> None:
    data = make_template(with_numbers(customer="10500", project="2001"), ["company"], "nb")
    cells = {
        str(row[0].value): row[1] for row in openpyxl.load_workbook(io.BytesIO(data))["Firma"].iter_rows(min_row=2)
    }
    assert (cells["Neste kundenummer"].value, cells["Neste kundenummer"].data_type) == ("10500", "s")
    assert cells["Neste prosjektnummer"].value == "2001"


@pytest.mark.parametrize(
    ("in_file", "in_sheet", "told"),
    [
        ("10002", "", {"CO-08"}),  # the file's number counts where the sheet is blank
        ("10500", "", set()),
        ("10002", "10500", set()),  # the customer has answered
        ("10500", "10002", {"CO-08"}),
    ],
)
def test_the_next_number_is_compared_with_the_numbers_in_use(in_file: str, in_sheet: str, told: set[str]) -> None:
    catalog = with_numbers(customer=in_file)
    rows = {"company": [{"next_customer_no": in_sheet}], "customer": [{"customer_number": "10003"}]}
    found = [f for f in check([book(catalog, rows)], catalog, TODAY).findings if f.code == "CO-08"]
    assert {f.code for f in found} == told
    assert all(f.header == "Neste kundenummer" for f in found)


def test_numbers_are_held_against_the_demands_of_the_chosen_system_only(company: Callable[[str], Path]) -> None:
    text = 'next_numbers: {customer.customer_number: "500"}\n'
    assert problems_of(company(text)) == []
    assert problems_of(company(text + "accounting_system: fiken\n")) == []
    assert problems_of(company(text + "accounting_system: uni_economy\n")) == [
        "fjord.yaml:1: `500` does not fit Uni Economy: a whole number from 100000 to 199999, such as `100001`"
    ]


# Columns that an accounting system needs

NEEDED = {
    "fiken": ("project.start_date", "Fiken needs it (PR-04)", "2020-01-01"),
    "fortnox": ("project.start_date", "Fortnox needs it (PR-04)", "2020-01-01"),
    "tripletex": ("employee.external_employee_number", "Tripletex needs it (PR-05, PR-18)", "1"),
    "of the rule itself": ("project.project_leader", "Tripletex needs it (PR-18, PR-19)", ""),
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_column_that_the_accounting_system_needs_cannot_be_hidden(name: str, company: Callable[[str], Path]) -> None:
    path, says, default = NEEDED[name]
    system = name if name in SYSTEMS else "tripletex"
    hidden = f"fields:\n  {path}:\n    hide: true\n"
    asked = f"accounting_system: {system}\n{hidden}"
    assert problems_of(company(asked)) == [f"fjord.yaml:4: {path} cannot be hidden: {says}"]
    assert problems_of(company(hidden)) == []
    assert problems_of(company(asked.replace("hide: true", "hide: false"))) == []
    if default:  # it stands for the blank cells, so nothing is missing
        assert problems_of(company(f'{asked}defaults: {{{path}: "{default}"}}\n')) == []


# Every kind of mistake: file, line, and what was meant

MISTAKES = {
    "key": ("code: fjord\nlanguge: nb", 2, "the company file has the unknown key `languge`; did you mean `language`?"),
    "code": ("code: fjord as", 1, "`code` must be letters, digits, `-` and `_`"),
    "blank name": ("name: ''", 1, "`name` is empty"),
    "list for a text": ("name: [Fjord]", 1, "`name` must be text"),
    "registration number": ("org_number: ukjent", 1, "`org_number` must be a registration number, in quotes"),
    "country by name": ("country: Norge", 1, "`country` must be a country code of two capital letters; did you mean `NO`?"),
    "country in another language": ("country: Danmark", 1, "`country` must be a country code of two capital letters; did you mean `DK`?"),
    "country in small letters": ("country: se", 1, "`country` must be a country code of two capital letters; did you mean `SE`?"),
    "country by its three letters": ("country: NOR", 1, "`country` must be a country code of two capital letters; did you mean `NO`?"),
    "no country": ("country: QQ", 1, "`country` cannot be `QQ`: there is no such code"),
    "currency by name": ("currency: Norske kroner", 1, "`currency` must be a currency code of three capital letters; did you mean `NOK`?"),
    "currency in small letters": ("currency: sek", 1, "`currency` must be a currency code of three capital letters; did you mean `SEK`?"),
    "no currency": ("currency: NKO", 1, "`currency` cannot be `NKO`: there is no such code; did you mean `NOK`?"),
    "language": ("language: norsk", 1, "`language` names the unknown language `norsk`; there is "),
    "system by its label": ("accounting_system: Visma Business", 1, "`accounting_system` names the unknown system `Visma Business`; did you mean `visma_business`?"),
    "system by its start": ("accounting_system: poweroffice", 1, "`accounting_system` names the unknown system `poweroffice`; did you mean `poweroffice_go`?"),
    "system misspelt": ("accounting_system: triplettex", 1, "`accounting_system` names the unknown system `triplettex`; did you mean `tripletex`?"),
    "date as people write it": ("cutover_date: 01.02.2025", 1, "`cutover_date` must be a date as YYYY-MM-DD; did you mean `2025-02-01`?"),
    "date without such a day": ("cutover_date: 2025-02-29", 1, "`cutover_date` must be a date as YYYY-MM-DD"),
    "date of two digits": ("cutover_date: 1.2.25", 1, "`cutover_date` must be a date as YYYY-MM-DD"),
    "date order": ("date_order: dmy", 1, "`date_order` cannot be `dmy`; did you mean `DMY`?"),
    "comma": ("hours_per_day: 7,5", 1, "`hours_per_day` must be a number; did you mean `7.5`?"),
    "out of range": ("hours_per_day: 37.5", 1, "`hours_per_day` must be a number from 0.5 to 24"),
    "days": ("credit_days: fjorten", 1, "`credit_days` must be a whole number"),
    "no list": ("entities: customer", 1, "`entities` must be a list"),
    "entity": ("entities:\n  - customer\n  - projects", 3, "`entities` 2 names the unknown entity `projects`; did you mean `project`?"),
    "entity twice": ("entities:\n  - customer\n  - customer", 3, "`entities` has `customer` twice, first in line 2"),
    "needed entity": ("entities: [project]", 1, "project needs customer, which is not listed: project.customer_number is required"),
    "entity without a sheet": ("entities: [company, employee, customer, project, project_member]", 1, "project_member has no sheet: it follows from the others, so leave it out here"),
    "list": ("code_lists:\n  project_stats:\n    - {code: x, label: X}", 2, "a key of `code_lists` names the unknown list `project_stats`; did you mean `project_status`?"),
    "key of a code": ("code_lists:\n  project_status:\n    - code: x\n      lable: X", 4, "code `x` has the unknown key `lable`; did you mean `label`?"),
    "code that is there, misspelt": ("code_lists:\n  project_status:\n    - synonyms: [garanti]\n      code: on_hol", 4, "the new code `on_hol` lacks `label`; did you mean `on_hold`?"),
    "synonym of another code": ("code_lists:\n  project_status:\n    - code: archived\n    - code: warranty\n      label: Arkivert", 4, "`Arkivert` means both `archived` and `warranty`"),
    "language of a label": ("code_lists:\n  project_status:\n    - code: warranty\n      label: {no: Garanti}", 4, "a key of `label` names the unknown language `no`"),
    "path without sheet": ("fields:\n  email: {require: true}", 2, "a key of `fields` must be written as `entity.field`"),
    "path of unknown sheet": ("fields:\n  costumer.email: {require: true}", 2, "a key of `fields` names the unknown entity `costumer`; did you mean `customer`?"),
    "path of unknown column": ("fields:\n  customer.mail: {require: true}", 2, "a key of `fields` names the unknown field `mail` of customer; did you mean `email`?"),
    "kind of change": ("fields:\n  customer.email: {required: true}", 2, "`customer.email` has the unknown key `required`; did you mean `require`?"),
    "yes for true": ("fields:\n  customer.email: {hide: ja}", 2, "`hide` must be `true` or `false`; did you mean `true`?"),
    "no for false": ("fields:\n  customer.name: {require: nei}", 2, "`require` must be `true` or `false`; did you mean `false`?"),
    "hide what is required": ("fields:\n  customer.name:\n    hide: true", 3, "customer.name is required, so it cannot be hidden"),
    "key made optional": ("fields:\n  customer.customer_number:\n    require: false", 3, "customer.customer_number is part of the key, so it must stay required"),
    "header of another column": ("fields:\n  customer.email:\n    label: Kundenavn", 3, "the header `Kundenavn` is also that of customer.name"),
    "value that is no code": ("fields:\n  customer.status:\n    allowed: [active, potensial]", 3, "`potensial` is not a code of the list; did you mean `potential`?"),
    "value of another type": ("fields:\n  time_record.hours:\n    allowed: ['7,5']", 3, "`7,5` must be a number with a decimal point"),
    "default of unknown column": ("defaults:\n  time_record.status: approved", 2, "a key of `defaults` names the unknown field `status` of time_record; did you mean `invoice_status`?"),
    "default that is a label": ("defaults:\n  time_record.invoice_status: Approved", 2, "the default of time_record.invoice_status: `Approved` is not a code of the list; did you mean `approved`?"),
    "default that is not allowed": ("fields:\n  customer.status: {allowed: [active]}\ndefaults:\n  customer.status: blocked", 4, "the default of customer.status: `blocked` is not a code of the list; there is `active`"),
    "default that breaks the schema": ("defaults:\n  customer.credit_days: '-1'", 2, "the default of customer.credit_days: `-1` is not allowed there; an example is `30`"),
    "default of another type": ("defaults:\n  project.start_date: 1.1.2024", 2, "the default of project.start_date: `1.1.2024` must be a date as YYYY-MM-DD"),
    "default that is no country": ("defaults:\n  customer.country: Norge", 2, "`customer.country` cannot be `Norge`: there is no such code; did you mean `NO`?"),
    "series": ("next_numbers:\n  customer.name: '5'", 2, "customer.name has no series of numbers; did you mean `customer.customer_number`?"),
    "series of unknown column": ("next_numbers:\n  customer.number: '5'", 2, "a key of `next_numbers` names the unknown field `number` of customer; did you mean `"),
    "number that is too long": (f"next_numbers:\n  customer.customer_number: '{'1' * 40}'", 2, "cannot be a value of customer.customer_number; an example is `"),
    "agreement on a column that is imported": ("agreed: [customer.name]", 1, "customer.name is imported anyway"),
    "agreement on what is not there": ("agreed:\n  - customer.credt_days", 2, "`agreed` 1 names the unknown field `credt_days` of customer; did you mean `credit_days`?"),
    "key twice": ("code: a\nname: A\ncode: b", 3, "`code` stands here twice, first in line 1"),
    "tab": ("fields:\n\tcustomer.email: {hide: true}", 2, "is indented with a tab; use spaces"),
    "colon in a text": ("name: Fjord: Rådgivning", 1, "cannot be read as YAML; put text that holds `: `"),
    "no mapping": ("- code: fjord", 1, "the company file must be a mapping with `key: value`"),
    "nothing": ("", 1, "is empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_line_and_suggestion(name: str, company: Callable[[str], Path]) -> None:
    text, line, says = MISTAKES[name]
    found = problems_of(company(text + "\n"))
    assert len(found) == 1, found
    assert found[0].startswith(f"fjord.yaml:{line}: ")
    assert says in found[0]
