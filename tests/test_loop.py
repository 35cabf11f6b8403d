"""The loop as one test: the sample, sixty mistakes, the marked copy, answers and corrections made in it in LibreOffice,
and import files as if nobody had ever made a mistake."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from momentsheet import pipeline
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
    is_told_here: bool = True  # else only its consequences are told


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
    ("expense", 2, "project_number", "1033"),
    ("product_sale", 0, "product_number", "P-10O"),
    ("product_sale", 1, "status", "Fakt."),
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
        sheet.cell(row, 2).value = dt.datetime(2024, 4, 8 + day + day // 5 * 2)
        sheet.cell(row, 8).value = f"Skisser, dag {day + 1}"
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
    """The workbook with all mistakes, and with what copying and pasting leave behind."""
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
