"""The thirty complaints about tools like this one, each with a test that names its number: see `docs/complaints.md`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from messy.good import catalog
from messy.recognising import a_list_with_its_own_headers_pasted_over_our_sheet as paste_a_list
from messy.sheets import Delivery, Error, Shown, Uncalculated
from messy.verdict import TODAY, checked, codes, expected, import_files, trimmed
from messy.writers import openpyxl_book, with_part, xlsxwriter_book

from momentsheet import pipeline
from momentsheet.checking import Checked, check
from momentsheet.errors import UnusableFile
from momentsheet.model.catalog import example_of
from momentsheet.reporting import message
from momentsheet.workbook import make_template

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "complaints.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if re.match(r"\| \d", line)
]


def told_of(sheets: str, mess: Callable[[Delivery], object], write: Callable[..., bytes] = xlsxwriter_book) -> Checked:
    """What is told of the good delivery after one more mess."""
    delivery = trimmed(sheets)
    mess(delivery)
    return checked([(book.name, write(book)) for book in delivery.books])


def errors(found: Checked) -> list[tuple[str, str | None, str | None]]:
    return [(f.code, f.sheet, f.cell) for f in found.findings if f.severity == "error"]


def is_same(found: Checked, sheets: str) -> bool:
    return import_files(found) == expected(sheets)[1]


def put(entity: str, name: str, row: int, cell: object) -> Callable[[Delivery], object]:
    return lambda delivery: getattr(delivery, entity).put(name, row, cell)


@pytest.fixture(scope="module")
def template() -> bytes:
    """The template for customers, blank."""
    return make_template(catalog(), ["company", "customer"], "nb")


@pytest.fixture(scope="module")
def filled() -> bytes:
    """The same with the sample."""
    return make_template(catalog(), ["company", "customer"], "nb", sample=True)


# The page


def test_the_page_answers_all_thirty_complaints_with_a_test_that_exists() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 31))
    for number, says, does, tests in ROWS:
        named = re.findall(r"`(tests/\w+\.py)::(\w+)`", tests)
        assert says
        assert does
        assert ("tests/test_complaints.py", f"test_complaint_{number}_") in {
            (path, re.sub(r"(_\d+_).*", r"\1", name)) for path, name in named
        }
        for path, name in named:
            assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path}::{name}"


# The thirty


def test_complaint_1_what_pasting_wiped_is_checked_again(filled: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled))
    sheet = book["Kunder"]
    assert sheet.data_validations.dataValidation
    sheet.data_validations.dataValidation, sheet.conditional_formatting = [], type(sheet.conditional_formatting)()
    column = next(cell.column for cell in sheet[1] if cell.value == "Status")
    sheet.cell(2, column).value = "Kanskje"
    assert any(str(cell.value).startswith("=") for row in book["Status"] for cell in row)  # counts from outside
    buffer = io.BytesIO()
    book.save(buffer)
    found = checked([("limt.xlsx", buffer.getvalue())])
    assert errors(found) == [("CU-04", "Kunder", sheet.cell(2, column).coordinate)]


def test_complaint_2_all_mistakes_are_told_at_once_and_what_could_not_be_asked() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.customer.put("name", 0, None)  # missing
        delivery.project.put("status", 1, "Kanskje")  # not on the list
        delivery.time_record.put("date", 2, "i går")  # no date
        delivery.time_record.put("hours", 3, 25)  # breaks a rule
        delivery.project.put("project_leader", 2, "ingen@fjordglott.example")  # leads nowhere
        delivery.time_record.put("billable_hours", 5, Error())  # an error in the sheet

    found = told_of("hours", mess)
    assert len(errors(found)) == 6
    not_asked = [f for f in found.findings if catalog().rules[f.code].check == "not_checked"]
    assert not_asked
    assert all(finding.facts["rules"] for finding in not_asked)


def test_complaint_3_every_finding_says_file_sheet_cell_header_key_and_value() -> None:
    found = told_of("hours", lambda d: (d.time_record.put("hours", 2, "mange"), d.customer.put("status", 1, "Tja")))
    places = [(f.file, f.sheet, f.cell, f.header, f.value) for f in found.findings if f.severity == "error"]
    assert places == [
        ("levering.xlsx", "Kunder", "H3", "Status", "Tja"), ("levering.xlsx", "Timer", "E4", "Timer", "mange"),
    ]  # fmt: skip
    assert [f.key is not None for f in found.findings if f.severity == "error"] == [True, True]


def test_complaint_4_the_cell_is_right_although_rows_and_columns_moved() -> None:
    def mess(delivery: Delivery) -> None:
        table = delivery.time_record
        table.put("hours", 4, "mange")
        table.reorder([7, 4, 1, 0, 2, 6, 3, 5])
        table.grid.insert(3, [])
        table.above(["Timeliste"], [], ["for 2024"])
        table.hidden_rows |= {5, 6}
        table.hidden_columns.add(0)
        for row in table.grid:
            row.insert(0, None)

    assert errors(told_of("hours", mess)) == [("WB-11", "Timer", "C10")]


# What programmers say, as whole words
JARGON = {
    "nb": r"streng(er)?|heltall|boolsk|regulært uttrykk|parse\w*|schema|skjema|fremmednøkkel|primærnøkkel"
    r"|indeks|valider\w*|felt-id|posisjon|json|yaml|sql|utf-8|nan|tegnsett",
    "en": r"null|nan|string|integer|boolean|float|regex|regular expression|parse[sd]?|enum|array|schema|foreign key"
    r"|primary key|payload|json|yaml|sql|utf-8|index|validat\w+|field id|character encoding|position",
}


def test_complaint_5_messages_hold_no_jargon_and_no_names_of_fields() -> None:
    names = {field.name for entity in catalog().entities.values() for field in entity.fields if "_" in field.name}
    found = []
    for rule in catalog().rules.values():
        for text in (rule.message, rule.fix):
            for language, jargon in JARGON.items():
                words = re.sub(r"\{[^}]*\}|\bdecisions\.yaml\b", "", text[language])  # the name of a file
                if re.search(rf"\b({jargon})\b", words, re.IGNORECASE) or names & set(re.findall(r"\w+", words)):
                    found.append((rule.code, language, words))
    assert found == []


def test_complaint_6_the_workbook_comes_back_with_marks_notes_and_a_list(tmp_path: Path) -> None:
    path, copy = tmp_path / "kunder.xlsx", tmp_path / "kunder.checked.xlsx"
    delivery = trimmed("customers")
    delivery.customer.put("status", 1, "Kanskje")
    path.write_bytes(xlsxwriter_book(delivery.book))
    pipeline.write_annotated(pipeline.check_delivery([path], catalog(), TODAY), copy)
    book = openpyxl.load_workbook(copy)
    marked = book["Kunder"]["H3"]
    assert marked.value == "Kanskje"
    assert marked.fill.fill_type == "solid"
    assert "Kanskje" in marked.comment.text
    listing = book["Funn"]
    assert listing.auto_filter.ref
    links = [cell.hyperlink.location for row in listing for cell in row if cell.hyperlink]
    assert any(link and link.endswith("!H3") for link in links)


def test_complaint_7_equal_mistakes_are_one_group_with_their_number() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.time_record.change("invoice_status", lambda _: "Tja")
        delivery.customer.put("status", 0, "Nja")

    groups = [group for group in told_of("hours", mess).groups if group.severity == "error"]
    assert Counter(group.count for group in groups) == Counter({8: 1, 1: 1})


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pipeline.Conversion]:
    """Hours with two mistakes: a customer who is needed by a project, and one record of its own."""
    folder = tmp_path_factory.mktemp("left-out")
    delivery = trimmed("hours")
    delivery.customer.put("status", 2, "Kanskje")
    delivery.time_record.put("hours", 7, "mange")
    path = folder / "timer.xlsx"
    path.write_bytes(xlsxwriter_book(delivery.book))
    done = pipeline.convert_delivery([path], folder / "out", catalog(), ["csv"], on_error="skip-row", today=TODAY)
    return folder / "out", done


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))[1:]


def test_complaint_8_what_is_left_out_is_what_is_blocked_and_what_depends_on_it(
    converted: tuple[Path, pipeline.Conversion],
) -> None:
    out, done = converted
    delivered = done.delivery.checked
    blocked = {row for finding in delivered.findings if finding.severity == "error" for row in finding.rows}
    left = {(item.entity, item.row) for item in delivered.left_out}
    assert blocked == {("customer", 2), ("time_record", 7)}
    dependants = {("project", 2), ("activity", 3), ("time_record", 5), ("time_record", 6)}
    assert left == blocked | dependants
    assert len(delivered.left_out) == len(left)  # nothing twice
    book = openpyxl.load_workbook(out / "timer.left-out.xlsx")
    titles = {name: catalog().entities[name].title["nb"] for name in ("customer", "project", "activity", "time_record")}
    for name, title in titles.items():
        rows = [row for row in book[title].iter_rows(min_row=2, values_only=True) if any(row)]
        assert len(rows) == sum(entity == name for entity, _ in left), name
    (written,) = [file for file in done.bundle.files if file.entity == "time_record"]
    texts = {cell for line in lines_of(written.data) for cell in line}
    kept = {row[6] for at, row in enumerate(trimmed("hours").time_record.rows) if ("time_record", at) not in left}
    gone = {row[6] for at, row in enumerate(trimmed("hours").time_record.rows) if ("time_record", at) in left}
    assert kept <= texts
    assert not gone & texts


def test_complaint_9_one_bad_row_does_not_stop_the_others(converted: tuple[Path, pipeline.Conversion]) -> None:
    _, done = converted
    assert {file.entity: file.rows for file in done.bundle.files if file.rows} == {
        "company": 1, "employee": 3, "customer": 2, "project": 2, "activity": 3, "time_record": 5, "project_member": 4,
    }  # fmt: skip


def test_complaint_10_numbers_of_the_result_are_counted_in_the_files(
    converted: tuple[Path, pipeline.Conversion],
) -> None:
    out, done = converted
    manifest = json.loads((out / "manifest.json").read_text())
    for file in manifest["files"]:
        assert file["rows"] == len(lines_of((out / file["path"]).read_bytes())), file["path"]
    for name, totals in done.delivery.report.totals.items():
        assert totals.rows_read == totals.rows_clean + totals.rows_left_out, name
    assert manifest["entities"]["time_record"]["rows_converted"] == 5


def test_complaint_11_dates_are_decided_by_the_column_with_its_evidence() -> None:
    def contradict(delivery: Delivery) -> None:
        delivery.time_record.change("date", lambda day: f"{day:%d/%m/%Y}")
        delivery.time_record.put("date", 7, "10/31/2024")

    (finding,) = [f for f in told_of("hours", contradict).findings if f.severity == "error"]
    assert (finding.sheet, finding.cell) == ("Timer", "B2")
    words = message(finding, catalog(), "nb")
    assert "B9 «10/31/2024»" in words
    assert re.search(r"dagen først: 3\b.*måneden først: 1\b", words)
    cells = told_of(
        "hours",
        lambda d: d.time_record.change("date", lambda day: Shown((day - dt.date(1899, 12, 30)).days, "mm/dd/yy")),
    )
    assert is_same(cells, "hours")  # a date cell is that date, whatever it shows


def test_complaint_12_lost_zeros_come_back_and_lost_digits_are_told(template: bytes) -> None:
    found = told_of("customers", lambda d: d.customer.change("postal_code", lambda text: int(str(text))))
    assert is_same(found, "customers")
    assert [(f.code, f.severity, f.value) for f in found.findings if f.code == "WB-06"] == [
        ("WB-06", "warning", "158"), ("WB-06", "warning", "915"),
    ]  # fmt: skip
    long = told_of("customers", put("customer", "customer_number", 0, 1234567890123456789))
    assert errors(long) == [("WB-20", "Kunder", "A2")]
    sheet = openpyxl.load_workbook(io.BytesIO(template))["Kunder"]
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert {formats["Kundenummer *"], formats["Hovedadresse - Postnummer"], formats["Org.nr."]} == {"@"}


def test_complaint_13_numbers_as_text_and_texts_as_numbers_are_understood() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.project.change("project_number", lambda text: float(str(text)))
        delivery.time_record.change("hours", lambda hours: f"{hours}".replace(".", ","))

    found = told_of("hours", mess)
    assert is_same(found, "hours")
    assert {repair.field for repair in found.repairs} == {"hours"}  # 1001 for 1001.0 is no news


@pytest.mark.parametrize(
    ("cell", "hours"),
    [("1:30", 1.5), ("1,5", 1.5), (1.5, 1.5), (Shown(1.5 / 24, "h:mm"), 1.5), (Shown(1.5 / 24, "[h]:mm"), 1.5),
     ("1t 30m", 1.5), ("90 min", 1.5), (Shown(25 / 24, "[h]:mm"), None), ("-2", None)],
)  # fmt: skip
def test_complaint_14_hours_are_read_by_what_was_meant(cell: object, hours: float | None) -> None:
    def mess(delivery: Delivery) -> None:
        delivery.time_record.change("billable_hours", lambda _: 0)
        delivery.time_record.put("hours", 0, cell)

    found = told_of("hours", mess)
    if hours is None:
        assert ("Timer", "E2") in {(f.sheet, f.cell) for f in found.findings if f.severity != "info"}
    else:
        assert errors(found) == []
        assert found.clean["time_record"].values["hours"][0] == hours


def test_complaint_15_formulas_without_results_and_error_cells_are_told_at_their_cells() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.time_record.put("hours", 0, Uncalculated("=4+3.5"))
        delivery.time_record.put("hours", 1, Error("#N/A"))

    assert errors(told_of("hours", mess, openpyxl_book)) == [("WB-19", "Timer", "E2"), ("WB-05", "Timer", "E3")]


def test_complaint_16_invisible_characters_make_no_difference_and_are_listed() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.customer.rename(name="Kunde\u00adnavn\u00a0", customer_number="\ufeffKundenummer")
        delivery.customer.change("customer_number", lambda text: f"{text}\u200b")
        delivery.project.change("customer_number", lambda text: f"\u00a0{text}")

    found = told_of("projects", mess)
    assert is_same(found, "projects")
    assert {repair.why for repair in found.repairs} == {"invisible", "trimmed"}


def test_complaint_17_a_sheet_that_claims_a_million_rows_is_read_like_any_other() -> None:
    delivery = trimmed("customers")
    delivery.customer.grid[3:3] = [[]] * 1000  # rows after a gap are rows
    data = with_part(
        xlsxwriter_book(delivery.book),
        "xl/worksheets/sheet2.xml",
        lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', text).replace(
            "</sheetData>", '<row r="1048576"><c r="A1048576" s="1"/></row></sheetData>'
        ),
    )
    start = time.process_time()
    found = checked([("levering.xlsx", data)])
    assert time.process_time() - start < 5
    assert found.totals["customer"].rows_read == 3
    assert is_same(found, "customers")


def test_complaint_18_lists_stand_on_a_hidden_sheet_however_long_they_are(template: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    assert book["_lists"].sheet_state != "visible"
    rules = [rule for sheet in book.worksheets for rule in sheet.data_validations.dataValidation]
    formulas = [str(rule.formula1) for rule in rules if rule.type == "list"]
    assert formulas
    assert all(len(formula) <= 255 and not formula.startswith('"') for formula in formulas)
    assert max(len([cell for cell in column if cell.value]) for column in book["_lists"].columns) > 100  # countries


def test_complaint_19_an_old_template_is_understood_and_a_wrong_file_is_told_what_it_is(tmp_path: Path) -> None:
    found = told_of("customers", paste_a_list)
    assert is_same(found, "customers")
    other = tmp_path / "budsjett.xlsx"
    delivery = trimmed("customers")
    delivery.book.tables[:] = [delivery.book.add("Budsjett 2025", [["Konto", "Beløp"], [3000, 1]])]
    other.write_bytes(xlsxwriter_book(delivery.book))
    with pytest.raises(UnusableFile) as caught:
        pipeline.check_delivery([other], catalog(), TODAY)
    assert caught.value.reason == "none_of_ours"
    assert "Budsjett 2025" in str(caught.value.facts["sheets"])


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_complaint_20_our_own_template_is_known_in_every_language(language: str) -> None:
    data = make_template(catalog(), ["company", "customer"], language, sample=True)
    found = checked([("mal.xlsx", data)])
    assert errors(found) == []
    hows = Counter(column.how for item in found.inputs for sheet in item.sheets for column in sheet.columns)
    assert set(hows) == {"meta"}
    assert found.totals["customer"].rows_read == len(catalog().entities["customer"].sample)


def test_complaint_21_guidance_is_short_and_never_read_as_data(template: bytes, filled: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    start = book.worksheets[0]
    assert len([row for row in start.iter_rows(values_only=True) if any(row)]) <= 30
    found = checked([("tom.xlsx", template)])
    assert {sheet.name for item in found.inputs for sheet in item.sheets if sheet.entity} == {"Firma", "Kunder"}
    assert found.totals["customer"].rows_read == 0
    assert [code for code, *_ in errors(found)] == ["WB-30"]
    sample = checked([("utfylt.xlsx", filled)])
    assert sample.totals["customer"].rows_read == len(catalog().entities["customer"].sample)


FIELDS = [
    (entity, field) for entity in catalog().entities.values() if entity.derived is None for field in entity.fields
]


def test_complaint_22_the_example_in_the_help_is_what_is_accepted() -> None:
    """Help, prompt and message come from one place: what the help shows as an example is read without a word."""
    for entity in {entity.name: entity for entity, _ in FIELDS}.values():
        row = {field.name: example_of(field, catalog(), "nb") for field in entity.fields}
        found = check([_with_row(entity.name, row)], catalog(), TODAY)
        unread = {"readable", "date", "listed", "schema", "precise", "ambiguous_number", "ambiguous_date"}
        wrong = [
            (f.entity, f.field, f.value) for f in found.findings
            if f.entity == entity.name and f.severity == "error" and catalog().rules[f.code].check in unread
        ]  # fmt: skip
        assert wrong == []


def _with_row(entity: str, row: dict[str, str]) -> object:
    from delivery import OURS, entity_sheet, workbook

    return workbook(entity_sheet(catalog().entities[entity], [row]), template=OURS)


def test_complaint_23_data_sheets_are_not_locked_and_a_damaged_header_is_understood(template: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    assert not book["Kunder"].protection.sheet
    assert not book["Firma"].protection.sheet
    found = told_of("customers", lambda d: d.customer.rename(customer_number="kundenummr", name=" KUNDENAVN * "))
    assert is_same(found, "customers")


def test_complaint_24_the_sample_shows_nothing_red(filled: bytes) -> None:
    found = checked([("utfylt.xlsx", filled)])
    assert [f for f in found.findings if f.severity != "info"] == []
    again = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(filled)).save(again)  # resaved, same verdict
    assert codes(checked([("lagret.xlsx", again.getvalue())])) == codes(found)


def test_complaint_25_lists_of_the_delivery_only_ask_and_the_template_stays_small(template: bytes) -> None:
    assert len(template) < 300_000
    data = make_template(catalog(), ["customer", "project"], "nb")
    rules = openpyxl.load_workbook(io.BytesIO(data))["Prosjekter"].data_validations.dataValidation
    by_source = {str(rule.formula1): rule.errorStyle or "stop" for rule in rules if rule.type == "list"}
    assert by_source["lst_customer_customer_number"] == "warning"  # decided when it is checked
    assert by_source["lst_project_status"] == "stop"


def test_complaint_26_a_company_hides_requires_and_names_fields_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "fjord.yaml"
    path.write_text(
        "code: fjord\nname: Fjord AS\nfields:\n  customer.phone: {require: true}\n  customer.website: {hide: true}\n"
    )
    own = pipeline.load(path)
    customer = own.entities["customer"]
    assert customer.field("phone").required
    sheet = openpyxl.load_workbook(io.BytesIO(make_template(own, ["customer"], "nb")))["Kunder"]
    headers = [cell.value for cell in sheet[1]]
    assert "Telefon *" in headers
    assert "Nettside" not in headers


def test_complaint_27_a_missing_record_is_named_with_the_nearest_and_the_rows_that_wait() -> None:
    found = told_of("hours", put("project", "customer_number", 0, "100001"))
    (finding,) = [f for f in found.findings if f.severity == "error"]
    assert (finding.code, finding.value, finding.suggestion) == ("PR-12", "100001", "10001")
    (group,) = [group for group in found.groups if group.severity == "error"]
    assert {name: held.rows for name, held in group.blocked.items()} == {"project": 1, "activity": 2, "time_record": 4}


def test_complaint_28_what_is_there_twice_is_told_and_nothing_wins_silently() -> None:
    def twice(delivery: Delivery) -> None:
        delivery.customer.grid.append(["10001 ", "Havneby", *[None] * 10])
        delivery.time_record.grid.append(list(delivery.time_record.rows[0]))

    found = told_of("hours", twice)
    assert errors(found) == [("CU-08", "Kunder", "A5")]
    same_hours = [f for f in found.findings if f.sheet == "Timer" and f.severity == "warning"]
    assert same_hours  # identical records may be genuine: a warning, no error, nothing dropped
    assert found.totals["time_record"].rows_read == 9


ENGLISH = re.compile(r"\b(the|must|value|invalid|expected|of type|does not match|required field|should be)\b")


def test_complaint_29_messages_are_in_the_readers_language_and_never_a_librarys() -> None:
    def mess(delivery: Delivery) -> None:
        delivery.customer.put("status", 0, "Tja")
        delivery.customer.put("email", 1, "ikke en adresse")
        delivery.customer.put("org_number", 2, "123")
        delivery.time_record.put("hours", 3, "x" * 40)
        delivery.time_record.put("description", 4, "x" * 5000)
        delivery.project.put("start_date", 0, "31.02.2024")

    wrong = [f for f in told_of("hours", mess).findings if f.severity != "info"]
    assert len(wrong) == 6
    assert [words for f in wrong if ENGLISH.search(words := _quoted_away(message(f, catalog(), "nb")))] == []
    for f in wrong:
        words = {language: message(f, catalog(), language) for language in ("nb", "sv", "da", "en")}
        assert len(set(words.values())) >= 3, words


def _quoted_away(text: str) -> str:
    return re.sub(r"«[^»]*»", "", text)


HOSTILE = ("=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://example.com")')


def test_complaint_30_nothing_in_a_report_or_import_file_runs_as_a_formula(tmp_path: Path) -> None:
    delivery = trimmed("hours")
    for row, text in enumerate(HOSTILE):
        delivery.time_record.put("description", row, text)
        delivery.time_record.put("invoice_status", row, text)
    path, copy = tmp_path / "timer.xlsx", tmp_path / "copy.xlsx"
    path.write_bytes(xlsxwriter_book(delivery.book))
    delivered = pipeline.check_delivery([path], catalog(), TODAY)
    pipeline.write_annotated(delivered, copy)
    book = openpyxl.load_workbook(copy)
    formulas = [
        (sheet.title, cell.coordinate) for sheet in book for row in sheet for cell in row if cell.data_type == "f"
    ]
    assert formulas == []
    # Import files are read by Moment, not by people: text and minus numbers come out as they are.
    again = told_of("invoices", lambda d: d.invoice_line.put("text", 0, "=1+1"))
    texts = import_files(again)["import/csv/091_invoice_lines.csv"].decode()
    assert '"=1+1"' in texts
    assert ";-1234.5" in texts
