"""One wrong cell in a good workbook gives exactly one error, at that cell, wherever rows and columns were moved."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.model.catalog import Entity, Field
from momentsheet.model.workbook import cell_name
from momentsheet.workbook import read_workbook

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
SHEETS = [entity for entity in CATALOG.entities.values() if entity.derived is None]

WRONG = {
    "date": ("31.02.2024", "i går", "00.01.2024", "2024-13-01"),
    "hours": ("mange", "25", "-7,5", "7:75", "#N/A"),
    "decimal": ("mange", "1,2,3"),
    "money": ("gratis", "#REF!"),
    "percent": ("halv",),
    "integer": ("1,5", "to"),
    "boolean": ("kanskje",),
    "codelist": ("Finnes ikke", "#N/A"),
    "reference": ("finnes-ikke-99",),
    "email": ("ikke en adresse", "kari@", "a@b@example.com"),
    "phone": ("12", "ring meg"),
    "url": ("ingen side",),
    "country": ("Atlantis",),
    "currency": ("gull",),
    "org_number": ("974760674", "12345"),
    "bank_account": ("86011117946", "1234"),
    "postal_code": ("ABC", "12345678"),
}


def referenced() -> set[tuple[str, str]]:
    """Fields that other sheets name: a change there is a mistake in those sheets, too."""
    return {(field.to.entity, name) for e in SHEETS for field in e.fields if field.to
            for name in (field.to.field, *field.to.same)}  # fmt: skip


def mistakes() -> list[tuple[Entity, Field, str]]:
    """Every field of every sheet with texts that are wrong in it; blank where something is required."""
    keys = referenced()
    found = []
    for entity in SHEETS:
        for field in entity.fields:
            if (entity.name, field.name) in keys or not all(row.get(field.name) for row in entity.sample):
                continue
            wrong = WRONG.get(field.type, ())
            if field.name == "billable_hours":
                wrong = tuple(text for text in wrong if text != "25")  # more than worked is a warning only
            if field.name == "flex_hours":
                wrong = tuple(text for text in wrong if text not in {"25", "-7,5"})  # a balance may be either
            found += [(entity, field, text) for text in (*wrong, *([""] if field.required else []))]
    return found


def written(data: st.DataObject, entity: Entity, field: Field | None, wrong: str) -> tuple[bytes, str]:
    """The sample workbook with one wrong cell, its columns shuffled and rows pushed about; and where the cell went."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    place = ""
    for one in data.draw(st.permutations(SHEETS)):
        sheet = book.add_worksheet(one.title["nb"])
        if one.layout == "form":
            names = data.draw(st.permutations([item.name for item in one.fields]))
            down, right = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 3))
            for at, name in enumerate(names):
                text = one.sample[0].get(name, "")
                if one is entity and field and field.name == name:
                    text, place = wrong, cell_name(down + at + 1, right + 1)
                sheet.write_string(down + at, right, one.field(name).label["nb"])
                put(sheet, down + at, right + 1, text)
            continue
        columns: list[str | None] = [item.name for item in one.fields]
        columns += [None] * data.draw(st.integers(0, 2))
        columns = list(data.draw(st.permutations(columns)))
        top = data.draw(st.integers(0, 8))
        target = data.draw(st.integers(0, len(one.sample) - 1))
        if top:
            sheet.write_string(0, 0, "Dette er våre tall")
        for at, name in enumerate(columns):
            if name is not None:
                sheet.write_string(top, at, one.field(name).label["nb"])
        row = top
        for number, record in enumerate(one.sample):
            row += 1 + data.draw(st.integers(0, 2))
            for at, name in enumerate(columns):
                text = record.get(name or "", "") if name else "eget notat"
                if one is entity and field and name == field.name and number == target:
                    text, place = wrong, cell_name(row + 1, at)
                put(sheet, row, at, text)
    book.close()
    return buffer.getvalue(), place


def put(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, text: str) -> None:
    if text.startswith("#"):
        sheet.write_formula(row, column, "=NA()", None, text)
    elif text:
        sheet.write_string(row, column, text)


MANY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@MANY
@given(st.data())
def test_one_wrong_cell_gives_one_error_at_that_cell(data: st.DataObject) -> None:
    entity, field, wrong = data.draw(st.sampled_from(mistakes()), label="mistake")
    content, place = written(data, entity, field, wrong)
    found = check([read_workbook(content, "a.xlsx")], CATALOG, TODAY)
    errors = [(f.sheet, f.cell) for f in found.findings if f.severity == "error"]
    assert errors == [(entity.title["nb"], place)]


@settings(MANY, max_examples=4)
@given(st.data())
def test_moving_alone_is_no_mistake(data: st.DataObject) -> None:
    content, _ = written(data, SHEETS[0], None, "")
    found = check([read_workbook(content, "a.xlsx")], CATALOG, TODAY)
    assert [f for f in found.findings if f.severity != "info"] == []


@pytest.mark.parametrize(("entity", "field", "wrong"), [
    pytest.param(e, f, w, id=f"{e.name}.{f.name}={w or 'blank'}") for e, f, w in mistakes()
])  # fmt: skip
def test_each_kind_of_mistake_is_told_once(entity: Entity, field: Field, wrong: str) -> None:
    from delivery import book, with_targets

    cell = f"error:{wrong}" if wrong.startswith("#") else wrong
    rows = [{**dict.fromkeys((f.name for f in entity.fields), ""), **row} for row in entity.sample]
    rows[0][field.name] = cell
    sheets = with_targets(
        CATALOG, {entity.name, "company", "employee"}
    )  # a form alone would be a workbook without rows
    found = check([book(CATALOG, {entity.name: rows}, only=sheets)], CATALOG, TODAY)
    assert [(f.field, f.severity) for f in found.findings if f.severity == "error"] == [(field.name, "error")]
