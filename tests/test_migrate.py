"""A half-filled workbook of an older template comes back as today's template, filled: nothing lost, nothing silent."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from messy import recognising
from messy import values as messy_values
from messy.mess import MESSES
from messy.verdict import checked, import_files, trimmed
from messy.writers import xlsxwriter_book
from openpyxl.workbook import Workbook as Book

from momentsheet import pipeline
from momentsheet.catalog import load_catalog
from momentsheet.checking import move
from momentsheet.model.catalog import Catalog, Entity, Field
from momentsheet.model.workbook import Kind, Workbook
from momentsheet.workbook import make_template, read_workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
AT_HALF_PAST_ONE = dt.datetime(2024, 3, 4, 13, 30)  # noqa: DTZ001 - a cell knows no time zone
SHEETS = ("company", "employee", "customer", "project", "activity", "time_record")
OURS = {"Start", "Status", "Fältlista", "Feltliste", "_lists", "_meta", "Funn", "Oppsummering"}


def with_entity(catalog: Catalog, entity: Entity, **more: object) -> Catalog:
    entities = {**catalog.entities, entity.name: entity}
    return dataclasses.replace(catalog, entities=entities, **more)  # type: ignore[arg-type]


def field_of(entity: Entity, called: str, /, **more: object) -> tuple[Field, ...]:
    return tuple(
        dataclasses.replace(field, **more) if field.name == called else field  # type: ignore[arg-type]
        for field in entity.fields
    )


def todays() -> Catalog:
    """Today's catalog: a customer's `name` was called otherwise, `fax` is retired."""
    customer = CATALOG.entities["customer"]
    fields = field_of(customer, "name", was=("title_of_firm",))
    return with_entity(CATALOG, dataclasses.replace(customer, fields=fields, retired=(*customer.retired, "fax")))


def olds() -> Catalog:
    """The catalog of years ago: other names and labels, a fax number, no website, «Oppdrag»."""
    customer, project = CATALOG.entities["customer"], CATALOG.entities["project"]
    fields = list(
        field_of(customer, "name", name="title_of_firm", label=dict.fromkeys(("en", "nb", "sv", "da"), "Hva de heter"))
    )
    phone = next(field for field in fields if field.name == "phone")
    fax = dataclasses.replace(
        phone, name="fax", label=dict.fromkeys(("en", "nb", "sv", "da"), "Telefaks"), aliases=(), was=()
    )
    fields.insert(3, fax)
    fields = [field for field in fields if field.name != "website"]
    sample = tuple(
        {"title_of_firm": row["name"], "fax": f"2200009{number}", **{k: v for k, v in row.items() if k != "name"}}
        for number, row in enumerate(customer.sample)
    )
    rules = tuple(rule for rule in customer.rules if not {"name", "website"} & set(rule.fields))
    old = dataclasses.replace(customer, fields=tuple(fields), sample=sample, rules=rules)
    title = dict.fromkeys(("en", "nb", "sv", "da"), "Oppdrag i arbeid")
    catalog = with_entity(CATALOG, old, version="0a1b2c3d4e5f")
    return with_entity(catalog, dataclasses.replace(project, title=title))


def old_book(tmp_path: Path, change: Callable[[Book], None] = lambda _: None, *, saved: bool = True) -> Path:
    """The older workbook in Swedish, filled; saved by another program once somebody has changed it."""
    path = tmp_path / "fjord.xlsx"
    path.write_bytes(make_template(olds(), SHEETS, "sv", sample=True))
    if saved:
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
    return path


def convert(path: Path, out: Path, **more: object) -> pipeline.Conversion:
    return pipeline.convert_delivery([path], out, todays(), (), today=TODAY, language="nb", **more)  # type: ignore[arg-type]


def imports(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted((out / "import").rglob("*.*"))}


def told(conversion: pipeline.Conversion) -> set[str]:
    return {finding.code for finding in conversion.delivery.report.findings}


def read(path: Path) -> Workbook:
    return read_workbook(path.read_bytes(), path.name)


def values(workbook: Workbook) -> Counter[tuple[int, float, str]]:
    """Every filled cell of the sheets that people fill in, below their headers, whatever its place."""
    found = Counter[tuple[int, float, str]]()
    for sheet in workbook.sheets:
        if sheet.name in OURS:
            continue
        for column in sheet.columns:
            for kind, number, code in zip(column.kinds, column.numbers, column.codes, strict=True):
                if kind != Kind.BLANK:
                    text = sheet.pool[int(code)] if code >= 0 else ""
                    found[int(kind), 0.0 if code >= 0 else float(number), text] += 1
    return found


def headers(workbook: Workbook, name: str) -> list[str]:
    sheet = next(sheet for sheet in workbook.sheets if sheet.name == name)
    return [sheet.pool[int(column.codes[0])] for column in sheet.columns]


def add_what_people_add(book: Book) -> None:
    """A column of their own, a sheet of their own, a note below the table, cells of every kind, a second sheet."""
    customers = book["Kunder"]
    place = customers.max_column + 1
    for row, value in enumerate(["Vår merknad", "ringes", 0.25, AT_HALF_PAST_ONE, True], 1):
        cell = customers.cell(row, place, value)
        if value == 0.25:
            cell.number_format = "0%"
    customers.cell(2, place + 1, dt.timedelta(hours=31)).number_format = "[h]:mm"  # a column without a header
    customers.cell(40, place + 3, "spør Kari om disse")
    notes = book.create_sheet("Våre notater")
    notes["B3"], notes["C3"], notes["B4"] = "Husk", 7, dt.date(2024, 5, 17)
    form = next(sheet for sheet in book.worksheets if sheet["B1"].value == "Svar")
    form.cell(form.max_row + 2, 1, "Fakturaansvarlig")
    form.cell(form.max_row, 2, "Kari Dahl")
    hours = next(sheet for sheet in book.worksheets if sheet.title == "Timmar")
    copy = book.create_sheet("Timmar 2022")
    for row in range(1, 3):
        for column in range(1, hours.max_column + 1):
            copy.cell(row, column, hours.cell(row, column).value)
    copy.cell(2, next(cell.column for cell in hours[1] if cell.value.startswith("Datum")), "03.02.2022")


@pytest.mark.parametrize("saved", [False, True])
def test_todays_template_gives_the_same_import_files(tmp_path: Path, saved: bool) -> None:
    old = convert(old_book(tmp_path, saved=saved), tmp_path / "old")
    assert "WB-53" in told(old)
    assert old.bundle is not None
    moved = tmp_path / "old" / "fjord.today.xlsx"
    new = convert(moved, tmp_path / "new")
    assert "WB-53" not in told(new)
    assert imports(tmp_path / "new") == imports(tmp_path / "old")
    assert not (tmp_path / "new" / "fjord.today.xlsx").exists()


def test_what_was_filled_in_stands_below_todays_headers(tmp_path: Path) -> None:
    convert(old_book(tmp_path), tmp_path / "out")
    new = read(tmp_path / "out" / "fjord.today.xlsx")
    names = [sheet.name for sheet in new.sheets]
    assert "Prosjekter" in names
    assert "Oppdrag i arbeid" not in names
    asked = headers(new, "Kunder")
    assert "Kundenavn *" in asked
    assert "Nettside" in asked
    assert asked[-1] == "Telefaks"  # what is no longer asked for stays, behind ours
    book = openpyxl.load_workbook(tmp_path / "out" / "fjord.today.xlsx")
    sheet = book["Kunder"]
    rows = CATALOG.entities["customer"].sample
    names_given = [sheet.cell(row, asked.index("Kundenavn *") + 1).value for row in range(2, 2 + len(rows))]
    assert names_given == [row["name"] for row in rows]
    assert sheet.tables["tbl_customer"].ref.endswith(f"{sheet.cell(1, len(asked)).column_letter}26")


@pytest.mark.parametrize("on_error", ["block", pytest.param("skip-row", marks=pytest.mark.slow)])
def test_nothing_that_people_have_added_is_lost(tmp_path: Path, on_error: str) -> None:
    path = old_book(tmp_path, add_what_people_add)
    old = convert(path, tmp_path / "old", on_error=on_error)
    moved = tmp_path / "old" / "fjord.today.xlsx"
    before, after = values(read(path)), values(read(moved))
    sheets = {sheet.name: sheet for sheet in read(path).sheets}
    for sheet in sheets.values():  # headers and questions are today's
        for column in sheet.columns if sheet.name not in OURS else ():
            if sheet.rows[0] == 1 and column.kinds[0] == Kind.TEXT:
                before[int(Kind.TEXT), 0.0, sheet.pool[int(column.codes[0])]] -= 1
    form = next(sheet for sheet in read(path).sheets if "Svar" in sheet.pool.to_list())
    for column in form.columns:
        if column.index in {0, 2}:
            for code in column.codes[1:-1]:
                before[int(Kind.TEXT), 0.0, form.pool[int(code)]] -= code >= 0
    # A truth value in a column that is not one of ours is written in letters.
    before[int(Kind.TEXT), 0.0, "TRUE"] += before.pop((int(Kind.BOOLEAN), 1.0, ""), 0)
    assert +(before - after) == Counter()
    new = convert(moved, tmp_path / "new", on_error=on_error)
    assert old.bundle is not None
    assert new.bundle is not None
    assert imports(tmp_path / "new") == imports(tmp_path / "old")
    assert old.delivery.report.totals == new.delivery.report.totals


def test_what_is_beside_the_data_goes_along(tmp_path: Path) -> None:
    convert(old_book(tmp_path, add_what_people_add), tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "fjord.today.xlsx")
    assert book["Våre notater"]["C3"].value == 7
    assert book["Timmar 2022"]["A1"].value.startswith("Ansatt")
    rest = [[cell.value for cell in row] for row in book["Ikke flyttet"].iter_rows()]
    assert rest[0] == ["Ark", "Celle", "Verdi"]
    assert [line[2] for line in rest[1:]] == ["spør Kari om disse"]
    kept = [cell.value for cell in book["Kunder"][1]][-3:]
    assert "Vår merknad" in kept
    assert kept[-1].startswith("Kolonne ")
    form = next(sheet for sheet in book.worksheets if sheet["B1"].value == "Svar")
    assert [form.cell(form.max_row, column).value for column in (1, 2)] == ["Fakturaansvarlig", "Kari Dahl"]


def test_cells_that_cannot_be_read_stay_so(tmp_path: Path) -> None:
    def spoil(book: Book) -> None:
        sheet = book["Timmar"]
        place = next(cell.column for cell in sheet[1] if str(cell.value).startswith("Timmar"))
        sheet.cell(2, place, "=1/0")  # no program has calculated it
        sheet.cell(3, place, "mange")

    old = convert(old_book(tmp_path, spoil), tmp_path / "old")
    assert old.bundle is None
    new = convert(tmp_path / "old" / "fjord.today.xlsx", tmp_path / "new")
    wrong = [
        Counter((finding.row, finding.field) for finding in one.delivery.report.findings if finding.severity == "error")
        for one in (old, new)
    ]
    assert wrong[0] == wrong[1]
    assert len(wrong[0]) == 2


def test_what_lies_there_is_told(tmp_path: Path) -> None:
    done = convert(old_book(tmp_path), tmp_path / "out")
    assert any("fjord.today.xlsx" in line for line in pipeline.written_lines(done, tmp_path / "out"))
    letter = " ".join((tmp_path / "out" / "letter.txt").read_text("utf-8").split())
    assert "fjord.today.xlsx er dagens mal" in letter
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert any(finding["code"] == "WB-53" for finding in report["findings"])


def test_a_workbook_of_todays_template_is_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "fjord.today.xlsx"
    path.write_bytes(make_template(todays(), SHEETS, "nb", sample=True))
    convert(path, tmp_path / "out")
    assert not [name for name in (tmp_path / "out").iterdir() if name.name.endswith(".today.xlsx")]
    assert pipeline.checked_stem("fjord.today.checked.xlsx") == pipeline.checked_stem("fjord.today.xlsx") == "fjord"


def test_the_workbook_of_another_company_is_not_moved(tmp_path: Path) -> None:
    company = dataclasses.replace(CATALOG.company, code="fjord")
    path = tmp_path / "fjord.xlsx"
    path.write_bytes(make_template(dataclasses.replace(olds(), company=company), SHEETS, "nb", sample=True))
    other = dataclasses.replace(
        todays(), company=dataclasses.replace(company, code="havn", given=company.given | {"code"})
    )
    pipeline.convert_delivery([path], tmp_path / "out", other, (), today=TODAY)
    assert not (tmp_path / "out" / "fjord.today.xlsx").exists()


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    path = old_book(tmp_path, add_what_people_add)
    for name in ("a", "b"):
        convert(path, tmp_path / name)
    one, other = ((tmp_path / name / "fjord.today.xlsx").read_bytes() for name in ("a", "b"))
    assert one == other


@pytest.mark.slow
def test_what_had_no_place_goes_along_once_more(tmp_path: Path) -> None:
    """The template changes again: what stood in the sheet of the rest, and behind our columns, is still there."""
    convert(old_book(tmp_path, add_what_people_add), tmp_path / "a")
    again = dataclasses.replace(todays(), version="9f8e7d6c5b4a")
    customer = again.entities["customer"]
    again = with_entity(
        again,
        dataclasses.replace(customer, fields=field_of(customer, "phone", label=dict.fromkeys(again.languages, "Tlf"))),
    )
    moved = tmp_path / "a" / "fjord.today.xlsx"
    pipeline.convert_delivery([moved], tmp_path / "b", again, (), today=TODAY, language="nb")
    before, after = (values(read(folder / "fjord.today.xlsx")) for folder in (tmp_path / "a", tmp_path / "b"))
    assert {text for _, _, text in before - after} == {"Telefon"}
    assert {text for _, _, text in after - before} == {"Tlf"}


def test_the_answers_of_the_fix_list_go_along(tmp_path: Path) -> None:
    def misname(book: Book) -> None:
        sheet = book["Timmar"]
        place = next(cell.column for cell in sheet[1] if str(cell.value).startswith("Projektnummer"))
        sheet.cell(2, place, "Gamle brygga")

    path = old_book(tmp_path, misname)
    assert convert(path, tmp_path / "a").bundle is None
    book = openpyxl.load_workbook(tmp_path / "a" / "fjord.checked.xlsx")
    target = book.defined_names["_momentsheet.fix_list"].attr_text
    sheet = book[target.rpartition("!")[0].strip("'")]
    row = next(cell.row for line in sheet.iter_rows() for cell in line if cell.value == "Gamle brygga")
    keys = next(line for line in sheet.iter_rows() if any(cell.value == "answer" for cell in line))
    key = next(cell.column for cell in keys if cell.value == "answer")
    sheet.cell(row, int(sheet.cell(row, key).value) + 1, "1001")
    answered = tmp_path / "answered.xlsx"
    book.save(answered)
    old = convert(answered, tmp_path / "b")
    new = convert(tmp_path / "b" / "answered.today.xlsx", tmp_path / "c")
    assert old.bundle is not None
    assert imports(tmp_path / "c") == imports(tmp_path / "b")
    assert len(new.delivery.answers) == 1


# What customers do to a sheet (tests/messy), done to an older template

GROUPS = (recognising, messy_values)  # importing them lists their messes
MESSED = (
    "header broken over two rows", "headers in danish", "extra columns of the customers own",
    "a column twice with different values", "a column twice of which one is empty", "hours as moment exports them",
    "hours on one sheet per year", "hours on one sheet per half year with other columns", "two tables on one sheet",
    "a total for each month", "comments beside the data", "rows after a gap of five thousand",
    "dates as serial numbers",
    "dates that nobody can tell apart", "durations of more than a day", "hours in minutes as the header says",
    "per cent cells", "people as first and last name", "error cells",
)  # fmt: skip


@pytest.mark.parametrize("name", MESSED)
def test_a_messy_workbook_is_read_as_it_was(name: str) -> None:
    mess = next(mess for mess in MESSES if mess.name == name)
    delivery = trimmed(mess.sheets)
    mess.make(delivery)
    recognising.from_template(delivery, "0", catalog="0a1b2c3d4e5f")
    data = xlsxwriter_book(delivery.book)
    old = checked([("a.xlsx", data)])
    moved = move(old, read_workbook(data, "a.xlsx"), CATALOG, "nb")
    assert moved is not None
    new = checked([("a.today.xlsx", make_template(CATALOG, moved.entities, "nb", moved=moved))])
    assert import_files(new) == import_files(old)
    wrong = [Counter(one.code for one in found.findings if one.severity != "info") for found in (old, new)]
    assert wrong[0] == wrong[1]
