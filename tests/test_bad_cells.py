"""What people really type wrong: one finding each, at that cell, nothing guessed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from delivery import OURS, book, sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.model.workbook import cell_name

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 6, 15)

BAD_CELLS = {
    "an error cell": ("time_record", {"hours": "error:#N/A"}, "hours", "WB-05"),
    "a formula never calculated": ("time_record", {"hours": "formula:"}, "hours", "WB-19"),
    "a day that does not exist": ("time_record", {"date": "31.02.2025"}, "date", "WB-07"),
    "a date without a declared order": ("time_record", {"date": "03/04/2025"}, "date", "WB-18"),
    "a word in hours": ("time_record", {"hours": "mange"}, "hours", "WB-11"),
    "25 hours": ("time_record", {"hours": "25"}, "hours", "TR-04"),
    "negative hours": ("time_record", {"hours": "-7,5", "billable_hours": ""}, "hours", "TR-05"),
    "an id of 16 digits as a number": ("time_record", {"source_id": "number:1234567890123456"}, "source_id", "WB-20"),
    "a project that is not there": ("time_record", {"project_number": "9999"}, "project_number", "TR-01"),
    "a key again with a space behind it": ("customer", {"customer_number": "10001 "}, "customer_number", "CU-08"),
    "a key again in capital letters": ("employee", {"email": "KARI.NORDMANN@FJORDGLOTT.EXAMPLE"}, "email", "EM-09"),
}


@pytest.mark.parametrize(("entity", "cells", "field", "code"), BAD_CELLS.values(), ids=BAD_CELLS.keys())
def test_one_finding_at_the_cell(entity: str, cells: dict[str, str], field: str, code: str) -> None:
    """The last row of the sheet is spoilt; the company has not said how its dates are to be read."""
    sheet = CATALOG.entities[entity]
    blank = dict.fromkeys((item.name for item in sheet.fields), "")
    rows = [{**blank, **row} for row in sheet.sample]
    if sheet.key:
        rows.append({**rows[-1], "external_employee_number": "", **cells})  # another row, but for its key
    else:
        rows[-1] |= cells
    company = {**CATALOG.entities["company"].sample[0], "date_order": ""}
    found = check([book(CATALOG, {entity: rows, "company": [company]})], CATALOG, TODAY)
    errors = [(f.code, f.field, f.row) for f in found.findings if f.severity == "error"]
    assert errors == [(code, field, len(rows) + 1)]
    assert found.clean[entity].values.height < len(rows)


def test_a_list_pasted_over_the_template_is_not_read_by_where_the_columns_stood() -> None:
    """Defined names stay where they were when somebody pastes over the sheet: their columns now hold something else."""
    entity = CATALOG.entities["customer"]
    names = {
        f"fld_customer_{field.name}": f"Kunder!${cell_name(2, at)[:-1]}$2" for at, field in enumerate(entity.fields)
    }
    pasted = sheet(
        "Kunder", [["Kundenavn", "Kundenummer", "Rabatt", "Hva vi mener"], ["Havneby kommune", "10001", "5", "bra"]]
    )
    delivery = dataclasses.replace(workbook(pasted, template=OURS), names=names)
    found = check([delivery], CATALOG, TODAY)
    read = {column.header: column.field for column in found.inputs[0].sheets[0].columns}
    assert read == {"Kundenavn": "name", "Kundenummer": "customer_number", "Rabatt": None, "Hva vi mener": None}
