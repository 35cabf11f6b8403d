"""The loop as one test: the sample, sixty mistakes, the marked copy, answers and corrections made in it in LibreOffice,
and import files as if nobody had ever made a mistake."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.model.catalog import Catalog
from momentsheet.model.workbook import cell_name

HERE = Path(__file__).parent
TODAY = dt.date(2025, 1, 15)
SOFFICE = shutil.which("soffice")


@cache
def python_with_uno() -> str | None:
    """A Python that can talk to LibreOffice: the system's, or the one that LibreOffice brings."""
    beside = Path(SOFFICE).resolve().parent / "python" if SOFFICE else None
    for python in (sys.executable, "/usr/bin/python3", str(beside)):
        if Path(python).exists():
            found = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
            if found.returncode == 0:
                return python
    return None


pytestmark = pytest.mark.skipif(
    SOFFICE is None or python_with_uno() is None, reason="LibreOffice or its UNO for Python is not installed"
)

Value = str | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong value in a cell of the sample."""

    entity: str
    row: int  # of the sample, from 0
    field: str
    wrong: Value


KARI, OLA, ASE = (f"{name}@fjordglott.example" for name in ("kari.nordmann", "ola.hansen", "ase.lovli"))
MISTAKES = tuple(Mistake(*line) for line in (
    # Companies, people
    ("company", 0, "bank_account", "12345678904"),
    ("company", 0, "cutover_date", "31.13.2024"),
    ("absence_type", 1, "category", "Sykdm"),
    ("absence_type", 4, "paid", "kanskje"),
    ("employee", 0, "mobile_phone", "12"),
    ("employee", 1, "first_name", None),
    ("employee", 1, "employed_from", "32.01.2018"),
    ("employee", 2, "external_employee_number", "101"),
    ("employee", 2, "working_hours", "mange"),
    ("employee", 3, "employed_to", dt.date(2018, 6, 30)),
    ("employee", 3, "has_license", "tja"),
    # Customers
    ("customer", 0, "org_number", "310000018"),
    ("customer", 0, "postal_code", "ABC"),
    ("customer", 1, "email", "post@"),
    ("customer", 1, "status", "Aktivv"),
    ("customer", 2, "name", None),
    ("customer", 2, "country", "Norgge"),
    ("customer", 3, "customer_number", "10003"),
    ("customer", 3, "phone", "ring meg"),
    ("contact", 0, "customer_number", "10091"),
    ("contact", 1, "email", "jonas.odegard@"),
    ("contact", 2, "is_invoice_contact", "vet ikke"),
    # Projects
    ("project", 0, "price_model", "Timespriss"),
    ("project", 1, "customer_number", "Solgaard Eiendom"),
    ("project", 1, "fixed_price_amount", "mye"),
    ("project", 1, "end_date", dt.date(2023, 1, 31)),
    ("project", 2, "project_leader", "ase.lovlie@fjordglott.example"),
    ("project", 2, "status", "Venter"),
    ("activity", 0, "status", "Ferdigg"),
    ("activity", 1, "estimated_hours", "640 t ca"),
    ("activity", 3, "from_date", "15/15/2024"),
    ("product", 0, "selling_price", "seksti"),
    ("product", 1, "discount_percent", "ti"),
    ("price", 0, "amount", "1450 pr time"),
    ("price", 5, "product_number", "P-20O"),
    ("checklist", 0, "control_person_email", "kari@annetsted.example"),
    ("checklist_item", 1, "sort_order", 10),
    ("task", 0, "due_date", dt.date(2024, 2, 1)),
    ("task", 1, "priority", "Høyy"),
    ("checklist_use", 0, "checklist_name", "Befaring av fassade"),
    # Hours: three rows with one wrong project, two with one wrong name
    ("time_record", 6, "project_number", "Havneby skole"),
    ("time_record", 7, "project_number", "Havneby skole"),
    ("time_record", 8, "project_number", "havneby  skole"),
    ("time_record", 9, "employee_email", "kari.normann@fjordglott.example"),
    ("time_record", 10, "employee_email", "kari.normann@fjordglott.example"),
    ("time_record", 11, "activity_name", "Skiseprosjekt"),
    ("time_record", 12, "hours", "en hel dag"),
    ("time_record", 13, "hours", 75),
    ("time_record", 14, "date", "30.02.2024"),
    ("time_record", 15, "date", None),
    ("time_record", 16, "invoice_status", "Godkj"),
    ("time_record", 17, "invoice_status", "Godkj"),
    # Absence, expenses, sales
    ("absence", 0, "unit", "kvelder"),
    ("absence", 1, "absence_category", "Feriee"),
    ("absence", 2, "quantity", "lenge"),
    ("expense", 0, "price", None),
    ("expense", 1, "billable", "kanskje"),
    ("expense", 3, "billable", "kanskje"),
    ("expense", 2, "project_number", "1033"),
    ("product_sale", 0, "product_number", "P-10O"),
    ("product_sale", 1, "status", "Fakt."),
    # Dates of expenses, of which nobody can tell whether the day or the month comes first
    ("expense", 0, "date", "04/03/2024"),
    ("expense", 1, "date", "05/03/2024"),
    ("expense", 2, "date", "12/06/2024"),
    ("expense", 3, "date", "12/09/2024"),
    # Invoices
    ("invoice", 0, "amount_incl_vat", 60165.25),
    ("invoice", 1, "delivery_method", "brevdue"),
    ("invoice", 4, "currency", "EURO?"),
    ("invoice", 5, "due_date", "snart"),
    ("invoice_line", 1, "invoice_number", "16741"),
    ("invoice_line", 4, "vat_rate", "full"),
    ("invoice_pdf", 0, "file_name", "Faktura_16713.docx"),
    ("document", 0, "entity_key", "1100"),
    ("opening_balance", 0, "flex_hours", "tolv og en halv"),
    ("number_map", 0, "new_number", "1200"),
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A workbook without a mistake, and where its values stand."""

    catalog: Catalog
    path: Path
    places: Mapping[tuple[str, int, str], tuple[str, int, int]]  # entity, row, field -> sheet, Excel row, column


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The sample of all sheets, with some more days of work."""
    path = tmp_path_factory.mktemp("loop") / "Fjordgløtt.xlsx"
    catalog = pipeline.load()
    pipeline.make_template(catalog, (), "nb", path, sample=True)
    book = openpyxl.load_workbook(path)
    sheet = book[catalog.entities["time_record"].title["nb"]]
    for day in range(12):
        row = sheet.max_row + 1
        for cell in sheet[2]:
            new = sheet.cell(row, cell.column, cell.value)
            new._style = copy(cell._style)
        sheet.cell(row, 2).value = dt.date(2024, 4, 8 + day + day // 5 * 2)
        sheet.cell(row, 8).value = f"Skisser, dag {day + 1}"
    book[catalog.entities["control_total"].title["nb"]].delete_rows(2, 100)  # figures without these days
    form = book[catalog.entities["company"].title["nb"]]
    form.cell(next(cell.row for cell in form["A"] if str(cell.value).startswith("Datoformat")), 2).value = None
    book.save(path)
    parsed = pipeline.check_delivery([path], catalog, TODAY).checked.parsed
    places = {
        (name, row, field.name): (where.name, *place)
        for name, table in parsed.items() for row in range(table.height)
        for where, index in [table.locate(row)] for field in table.entity.fields
        if (place := where.place(field.name, index)) is not None
    }  # fmt: skip
    return Sample(catalog, path, places)


def harmed(sample: Sample, target: Path) -> None:
    """The workbook with all mistakes, and with what copying, pasting and renaming leave behind."""
    book = openpyxl.load_workbook(sample.path)
    for mistake in MISTAKES:
        sheet, row, column = sample.places[mistake.entity, mistake.row, mistake.field]
        book[sheet].cell(row, column + 1).value = mistake.wrong
    hours = book["Timer"]
    last = hours.max_row
    for cell in hours[5]:  # one row a second time, then a wrong sum of it all
        hours.cell(last + 1, cell.column, cell.value)._style = copy(cell._style)
    hours.cell(last + 2, 1, "Sum")
    hours.cell(last + 2, 6, 999)
    book["Sjekkpunkter"]["B1"] = "Sortering nr"
    book["Produkter"].title = "Varer"
    book.save(target)


HARMLESS = [["sort", "Rettelser", 1], ["widen", "Kunder", 1], ["note", "Timer", "H2", "Spør Kari"]]
BY_HAND = [["rows", "Timer", 20, 2], ["type", "Sjekkpunkter", "B1", "Rekkefølge *"], ["rename", "Varer", "Produkter"]]
IN_THE_CELL = {  # what they prefer to correct where it stands, although the Fix list asks
    ("company", "cutover_date"), ("employee", "employed_from"), ("customer", "org_number"), ("customer", "country"),
    ("project", "status"), ("product", "selling_price"), ("checklist", "control_person_email"),
    ("time_record", "hours"), ("invoice_line", "invoice_number"), ("opening_balance", "flex_hours"),
}  # fmt: skip
DATES = ("expense", "date")
SLIP = "1O01"  # an answer that is wrong itself


def typed(value: Value) -> str:
    """A value as a Norwegian types it."""
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return str(value).replace(".", ",") if isinstance(value, float) else str(value or "")


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the Fix list: what it asks about, where its answer stands, and the answer that stands there."""

    about: tuple[str, str, str]  # entity, field, value
    asks: str  # about a value of the column, or about a row that columns name
    cell: str
    answer: str | None


def rows_of(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        return list(book[sheet].iter_rows(values_only=True))


def fix_list(path: Path) -> list[Asked]:
    rows = rows_of(path, "Rettelser")
    header = next(number for number, row in enumerate(rows) if row[0] == "Hva det gjelder")
    names = ("entity", "field", "value", "asks", "Svar")
    entity, field, value, asks, answer = (rows[header].index(name) for name in names)
    return [
        Asked((row[entity], row[field], row[value] or ""), row[asks], cell_name(number, answer), row[answer])
        for number, row in enumerate(rows[header + 1 :], header + 2)
    ]


def in_libreoffice(workbook: Path, steps: list[list[object]], target: Path) -> None:
    """The steps done in the workbook by LibreOffice, as a person does them."""
    script = target.with_suffix(".json")
    script.write_text(json.dumps(steps), "utf-8")
    command = [str(python_with_uno()), HERE / "uno_edit.py", str(SOFFICE), workbook, script, target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr


def converted(workbook: Path, folder: Path, status: int) -> dict[str, Any]:
    """The report of a conversion that ends with that status."""
    assert main(["convert", str(workbook), "-o", str(folder), "-q", "--today", str(TODAY)]) == status
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return report


def import_files(folder: Path) -> dict[str, bytes]:
    files = [path for path in (folder / "import").rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def errors(report: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(item["sheet"], item["cell"]) for item in report["findings"] if item["severity"] == "error"}


@dataclass(frozen=True, slots=True)
class Harm:
    """What was done to the sample: each mistake with the value that stood there and the cell that it is told at."""

    catalog: Catalog
    right: Mapping[Mistake, Value]
    cells: Mapping[Mistake, tuple[str, str]]
    told: Mapping[Mistake, tuple[str, str]]

    def columns(self, mistake: Mistake, asks: str) -> set[tuple[str, str]]:
        """By which column a line asks about a mistake: its own, or the one that it names rows by."""
        if asks == "written":
            return {(mistake.entity, mistake.field)}
        field = self.catalog.entities[mistake.entity].field(mistake.field)
        return {(named.entity, named.field) for named in field.references}

    def about(self, line: Asked) -> list[Mistake]:
        """The mistakes that a line of the Fix list asks about."""
        entity, field, value = line.about
        alike = [mistake for mistake in MISTAKES if (entity, field) in self.columns(mistake, line.asks)]
        return [mistake for mistake in alike if not value or folded(typed(mistake.wrong)) == folded(value)]


def harm(sample: Sample) -> Harm:
    book = openpyxl.load_workbook(sample.path)
    right: dict[Mistake, Value] = {}
    cells: dict[Mistake, tuple[str, str]] = {}
    told: dict[Mistake, tuple[str, str]] = {}
    for mistake in MISTAKES:
        sheet, row, column = sample.places[mistake.entity, mistake.row, mistake.field]
        right[mistake] = book[sheet].cell(row, column + 1).value
        cells[mistake] = ("Varer" if sheet == "Produkter" else sheet, cell_name(row, column))
        told[mistake] = ("Utlegg", "G2") if (mistake.entity, mistake.field) == DATES else cells[mistake]
    return Harm(sample.catalog, right, cells, told)


def answers(lines: list[Asked], done: Harm) -> tuple[list[list[object]], set[Mistake]]:
    """What somebody types into the Fix list, and the mistakes that are settled with that."""
    steps: list[list[object]] = []
    settled: set[Mistake] = set()
    for line in lines:
        entity, field, value = line.about
        about = done.about(line)
        meant = {typed(done.right[mistake]) for mistake in about}
        if value == "Havneby skole":
            steps.append(["type", "Rettelser", line.cell, SLIP])
        elif (entity, field) == DATES:
            steps.append(["type", "Rettelser", line.cell, "dag først"])
            settled.update(about)
        elif len(meant) > 1 or any(
            (one.entity, one.field) in IN_THE_CELL for one in about
        ):  # one word may mean this here and that there
            steps.append(["clear", "Rettelser", line.cell])
        else:
            steps += [["type", "Rettelser", line.cell, text] for text in meant if text != line.answer]
            settled.update(about)
    return steps, settled


def test_what_is_answered_and_corrected_gives_the_import_files_of_the_unharmed_sample(
    sample: Sample, tmp_path: Path
) -> None:
    clean = converted(sample.path, tmp_path / "clean", 0)
    wrong = tmp_path / "Fjordgløtt.xlsx"
    harmed(sample, wrong)
    done = harm(sample)
    assert len(MISTAKES) > 60

    # Full of mistakes: each is told where it is, no import file is made, the marked copy goes back.
    first = converted(wrong, tmp_path / "1", 1)
    without_line = ("Fakturaer", "I3")  # its line names another invoice now
    assert errors(first) == {*done.told.values(), without_line}
    others = {item["code"]: item["cell"] for item in first["findings"] if item["severity"] != "error"}
    assert others == {"IN-27": "H6", "NS-09": "C2", "PS-17": "E5", "TR-06": "F20", "WB-02": "B1", "WB-03": None}
    assert not (tmp_path / "1" / "import").exists()
    marked = tmp_path / "1" / "Fjordgløtt.checked.xlsx"
    assert_summary(marked, first)

    # Somebody answers in the Fix list, sorts it, and sends the workbook back. All else is told again, nothing anew.
    steps, settled = answers(fix_list(marked), done)
    in_libreoffice(marked, [*steps, *HARMLESS], tmp_path / "Fjordgløtt svar.xlsx")
    assert len(settled) > 35
    second = converted(tmp_path / "Fjordgløtt svar.xlsx", tmp_path / "2", 1)
    left = {mistake: place for mistake, place in done.told.items() if mistake not in settled}
    assert errors(second) == {*left.values(), without_line}
    assert_progress(second, open=len(second["findings"]), fixed=len(first["findings"]) - len(second["findings"]))

    # The answers stand in the new copy. One of them was wrong itself; it is corrected, and so are the other cells.
    marked = tmp_path / "2" / "Fjordgløtt svar.checked.xlsx"
    assert_summary(marked, second)
    lines = fix_list(marked)
    kept = [mistake for line in lines if line.answer for mistake in done.about(line)]
    assert {*kept} >= settled
    slips = [line for line in lines if line.about[2] == "Havneby skole"]
    steps = [["type", "Rettelser", line.cell, "1001"] for line in slips]
    by_answer = [mistake for line in slips for mistake in done.about(line)]
    steps += [
        ["type", *done.cells[mistake], typed(done.right[mistake])] for mistake in left if mistake not in by_answer
    ]
    in_libreoffice(marked, [*steps, *BY_HAND], tmp_path / "Fjordgløtt rettet.xlsx")

    # As good as if it had never been wrong.
    third = converted(tmp_path / "Fjordgløtt rettet.xlsx", tmp_path / "3", 0)
    assert import_files(tmp_path / "3") == import_files(tmp_path / "clean")
    assert third["findings"] == clean["findings"] == []
    assert not list((tmp_path / "3").glob("*.checked.xlsx"))
    assert_progress(third, open=0, fixed=len(second["findings"]))


def assert_summary(marked: Path, report: Mapping[str, Any]) -> None:
    """The Summary counts what the report tells, sheet by sheet."""
    rows = [row[:5] for row in rows_of(marked, "Oppsummering")]
    told = {row[0]: row[2:] for row in rows if isinstance(row[1], int)}
    assert {item["sheet"] for item in report["findings"]} <= told.keys()
    for title, counts in told.items():
        here = [item["severity"] for item in report["findings"] if item["sheet"] == title]
        assert counts == tuple(here.count(severity) for severity in ("error", "warning", "info"))
    total = sum(item["severity"] == "error" for item in report["findings"])
    assert f"{total} feil må rettes før dataene kan importeres." in {row[0] for row in rows}


def assert_progress(report: Mapping[str, Any], **counts: int) -> None:
    progress = report["summary"]["progress"]
    assert {name: progress[name] for name in ("new", *counts)} == {"new": 0, **counts}
