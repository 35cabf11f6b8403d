"""Swedish and Danish are whole: what customers read is there, says the same, and is understood when it comes back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from delivery import entity_sheet, sheet, workbook
from jinja2 import FileSystemLoader

from momentsheet.__main__ import main
from momentsheet.catalog import load, load_catalog
from momentsheet.catalog.texts import lay_over, text_places
from momentsheet.checking import check
from momentsheet.checking.fold import fold_header
from momentsheet.cli import LANGUAGES
from momentsheet.model.catalog import Catalog, Entity, example_of, say
from momentsheet.model.finding import Report
from momentsheet.reporting import findings_listing, marks_of, render_html, render_text
from momentsheet.workbook import make_template, read_workbook
from momentsheet.workbook.template.plan import NAME_LIMIT

RULES = Path(__file__).parents[1] / "rules"
TEMPLATES = Path(__file__).parents[1] / "templates"
TODAY = dt.date(2025, 1, 15)
LAID_OVER = ("sv", "da")

# Ids of texts that no customer reads, by how they begin: what `explain`, `convert` and `company init` say, the site of
# documentation, names of formats. Where they are lacking they are said in English. (The company signs the receipt.)
READ_BY_CONSULTANTS = (
    "format.",
    "text.company.",
    "text.condition.",
    "text.explain.",
    "text.search.",
    "text.site.",
    "text.written.",
)
# The same, by all of the id: why a rule is there, and what must be set up in an accounting system.
ALSO_READ_BY_CONSULTANTS = re.compile(r"rule\.[A-Z]+-[0-9]+\.why|system\.[a-z0-9_]+\.note\.[0-9]+")

# Products and companies are called alike everywhere: such a label need not be repeated.
NAMES = re.compile(r"(system|code\.accounting_system)\.[a-z0-9_]+\.label")

# Texts that have words and are rightly the same as in English.
SAME_AS_ENGLISH: Mapping[str, frozenset[str]] = {
    "sv": frozenset(
        (
            "{count} cell", "Cell", "cell {cell}", "Data", "Format", "Import", "Normal", "PDF", "Presentation", "Start",
            "Status", "Text",
        )
    ),
    "da": frozenset(
        (
            "Data", "Difference", "E-mail", "EHF", "Format", "Import", "Normal", "PDF", "Reference", "Start", "Status",
            "Tags", "Type",
        )
    ),
}  # fmt: skip

# Letters that only the neighbour has.
FOREIGN_LETTERS = {"sv": "æøÆØ«»", "da": "äöÄÖ"}


def texts() -> dict[str, dict[str, str]]:
    """Every text of the rule files by its id, in all languages."""
    caught = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "lay_over", lambda files, *more: caught.append(files) or lay_over(files, *more))
        load.load_catalog(RULES)  # not the one that all tests share: it may have been loaded before
    return {text_id: dict(words) for text_id, words in text_places(caught[0])}


TEXTS = texts()
CATALOG = load_catalog(RULES)
SHEETS = [entity for entity in CATALOG.entities.values() if entity.derived is None]


def is_for_customers(text_id: str) -> bool:
    """May the text stand in a template, in a report or in the workbook that goes back?"""
    if text_id.startswith(READ_BY_CONSULTANTS) or ALSO_READ_BY_CONSULTANTS.fullmatch(text_id):
        return False
    words = TEXTS[text_id]
    return not (NAMES.fullmatch(text_id) and words["en"] == words["nb"])


FOR_CUSTOMERS = {text_id: words for text_id, words in TEXTS.items() if is_for_customers(text_id)}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def has_words(text: str) -> bool:
    return re.search(r"[^\W\d_]{2}", re.sub(r"\{\w+\}|https?://", "", text)) is not None


def with_company_language(language: str) -> Catalog:
    return dataclasses.replace(CATALOG, company=dataclasses.replace(CATALOG.company, language=language))


def mistakes(language: str) -> Report:
    """The report on the sample with something wrong in many ways."""
    rows = {
        "customer": [{"customer_number": "", "email": "kontor", "country": "Nowhere", "status": "ukjent"}],
        "project": [
            {"customer_number": "99", "start_date": "03/04/2024", "end_date": "2024-01-01"},
            {"project_number": "5", "end_date": "32.1.2024", "credit_days": "7.5 km"},
        ],
        "time_record": [
            {"hours": "30", "billable_hours": "31", "project_number": "4711"},
            {"hours": "error:#REF!", "date": "number:1", "employee_email": ""},
            {"hours": "formula:", "date": "4.3.24"},
        ],
    }
    sheets = [entity_sheet(entity, _rows(entity, rows), language) for entity in SHEETS]
    other = sheet("Notater", [["x", "y"], ["1", "2"]])
    checked = check([workbook(*sheets, other)], with_company_language(language), TODAY)
    return Report(
        "momentsheet", "1", CATALOG.version, TODAY, language, "", checked.inputs, checked.findings, checked.groups,
        checked.repairs, checked.totals,
    )  # fmt: skip


def _rows(entity: Entity, rows: Mapping[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [{**entity.sample[0], **row} for row in rows[entity.name]] if entity.name in rows else list(entity.sample)


# The texts themselves


def test_the_languages_of_the_command_line_are_those_with_texts() -> None:
    assert set(CATALOG.languages) == set(LANGUAGES)


@pytest.mark.parametrize("language", LAID_OVER)
def test_what_customers_read_is_there(language: str) -> None:
    missing = [text_id for text_id, words in FOR_CUSTOMERS.items() if not words.get(language, "").strip()]
    assert missing == []


@pytest.mark.parametrize("language", LAID_OVER)
def test_nothing_is_english_by_mistake(language: str) -> None:
    same = {
        text_id: words[language]
        for text_id, words in TEXTS.items()
        if language in words
        and words[language] == words["en"]
        and has_words(words["en"])
        and not (NAMES.fullmatch(text_id) and words["en"] == words["nb"])
        and words[language] not in SAME_AS_ENGLISH[language]
    }
    assert same == {}


@pytest.mark.parametrize("language", LAID_OVER)
def test_placeholders_are_those_of_the_english_text(language: str) -> None:
    other = {
        text_id: words[language]
        for text_id, words in TEXTS.items()
        if language in words and placeholders(words[language]) != placeholders(words["en"])
    }
    assert other == {}


@pytest.mark.parametrize("language", LAID_OVER)
def test_no_letters_of_the_neighbour(language: str) -> None:
    foreign = {
        text_id: words[language]
        for text_id, words in TEXTS.items()
        if set(words.get(language, "").replace("HØY", "")) & set(FOREIGN_LETTERS[language])  # a Norwegian VAT code
    }
    assert foreign == {}


@pytest.mark.parametrize("language", LAID_OVER)
def test_sentences_stay_sentences(language: str) -> None:
    """A sentence stays one, a label gets no full stop."""
    different = {
        text_id: words[language]
        for text_id, words in TEXTS.items()
        if language in words
        and words[language].endswith(".") not in {words["en"].endswith("."), words["nb"].endswith(".")}
    }
    assert different == {}


# Headers and sheet names


@pytest.mark.parametrize("entity", SHEETS, ids=lambda entity: entity.name)
def test_a_header_means_one_field_in_every_language(entity: Entity) -> None:
    """As headers are compared when a sheet is read: without accents, signs and case."""
    meanings: dict[str, str] = {}
    for field in entity.fields:
        for word in (*field.label.values(), *field.aliases):
            assert meanings.setdefault(fold_header(word), field.name) == field.name, word


def test_a_sheet_name_means_one_entity_in_every_language() -> None:
    meanings: dict[str, str] = {}
    for entity in SHEETS:
        for word in (*entity.title.values(), *entity.sheet_aliases):
            assert meanings.setdefault(fold_header(word), entity.name) == entity.name, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheet_names_fit_in_excel_and_are_different(language: str) -> None:
    names = [entity.title[language] for entity in SHEETS]
    names += [CATALOG.text(f"sheet.{name}", language) for name in ("start", "status", "field_list", "findings")]
    assert [name for name in names if len(name) > NAME_LIMIT or set(name) & set("[]:*?/\\'")] == []
    assert len({name.casefold() for name in names}) == len(names)


# Whatever is made in a language is understood in every language


@pytest.fixture(scope="module", params=LANGUAGES)
def sample(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """The template of all sheets with the sample in it, in one language."""
    names = [entity.name for entity in SHEETS]
    return request.param, make_template(CATALOG, names, request.param, sample=True)


@pytest.mark.parametrize("asked", LANGUAGES)
def test_the_sample_in_any_language_is_clean_in_any_other(sample: tuple[str, bytes], asked: str) -> None:
    checked = check([read_workbook(sample[1], "sample.xlsx")], with_company_language(asked), TODAY)
    assert [(f.code, f.sheet, f.cell, f.value) for f in checked.findings] == []
    assert {entity.name: checked.totals[entity.name].rows_clean for entity in SHEETS} == {
        entity.name: len(entity.sample) for entity in SHEETS
    }


@pytest.mark.parametrize("asked", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_without_a_template_are_understood_by_their_words(language: str, asked: str) -> None:
    """Titles, headers and labels of code lists alone, as somebody copies them into a workbook of their own."""
    sheets = [entity_sheet(entity, _labelled(entity, language), language) for entity in SHEETS]
    checked = check([workbook(*sheets)], with_company_language(asked), TODAY)
    assert [(f.code, f.sheet, f.cell, f.value) for f in checked.findings if f.code != "WB-01"] == []
    assert [read.entity for item in checked.inputs for read in item.sheets] == [entity.name for entity in SHEETS]


def _labelled(entity: Entity, language: str) -> list[dict[str, str]]:
    """The sample as people write it in the language: labels instead of codes, yes and no."""
    yes_no = {"true": CATALOG.text("value.yes", language), "false": CATALOG.text("value.no", language)}
    labels = {
        field.name: {code.code: say(code.label, language) for code in CATALOG.code_lists[field.list].codes}
        for field in entity.fields
        if field.list
    }
    labels |= {field.name: yes_no for field in entity.fields if field.type == "boolean"}
    return [{name: labels.get(name, {}).get(value, value) for name, value in row.items()} for row in entity.sample]


@pytest.mark.parametrize(
    ("path", "language", "example"),
    [
        ("project.status", "sv", "Pågående"),
        ("project.status", "da", "I gang"),
        ("project.status", "en", "In progress"),
        ("employee.can_log_in", "en", "Yes"),
        ("time_record.date", "nb", "04.03.2024"),
        ("time_record.date", "da", "04.03.2024"),
        ("time_record.date", "sv", "2024-03-04"),
        ("project.project_number", "sv", "1001"),
    ],
)
def test_examples_are_what_people_write_in_the_language(path: str, language: str, example: str) -> None:
    entity, name = path.split(".")
    assert example_of(CATALOG.entities[entity].field(name), CATALOG, language) == example


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_takes_every_language(language: str, tmp_path: Path) -> None:
    target = tmp_path / "s.xlsx"
    assert main(["template", "customer", "--sample", "--language", language, "-o", str(target)]) == 0
    assert CATALOG.entities["customer"].title[language] in [
        one.name for one in read_workbook(target.read_bytes(), "s.xlsx").sheets
    ]


# No page changes its language in the middle


@pytest.mark.parametrize("language", LAID_OVER)
def test_reports_and_the_marked_workbook_hold_no_english(language: str) -> None:
    report = mistakes(language)
    assert report.count("error") > 10
    pages = {
        "page": render_html(report, CATALOG, language, FileSystemLoader(TEMPLATES)),
        "text": render_text(report, CATALOG, language, width=100, color=False),
        "marks": repr(marks_of(report, CATALOG, language, report.inputs[0].name)),
        "listing": repr(findings_listing(report, CATALOG, language, report.inputs[0].name)),
    }
    english = [part for words in TEXTS.values() for part in _pieces(words["en"])]
    own = " ".join(words[language] for words in FOR_CUSTOMERS.values() if language in words)
    told = {
        name: sorted({piece for piece in english if piece in page and piece not in own}) for name, page in pages.items()
    }
    assert told == {name: [] for name in pages}


def _pieces(text: str) -> Iterator[str]:
    """What stands between the placeholders of a text, if it is long enough to be known again."""
    for piece in re.split(r"\{\w+\}", text):
        if len(piece.split()) >= 3:
            yield piece.strip()
