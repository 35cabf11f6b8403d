"""What Moment does not import: checked, never in an import file, delivered as lists for a person."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
import sample_reports as samples
from delivery import book
from jinja2 import FileSystemLoader

from momentsheet.catalog import apply_company, load_catalog
from momentsheet.checking import check
from momentsheet.converting import convert
from momentsheet.model.bundle import Bundle
from momentsheet.model.catalog import Catalog, Company, Row
from momentsheet.reporting import render_checklist
from momentsheet.reporting.written import written
from momentsheet.workbook import make_work_lists

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TEMPLATES = Path(__file__).parents[1] / "templates"
TODAY = dt.date(2025, 1, 15)


def bundle_of(rows: Mapping[str, Sequence[Row]] | None = None, catalog: Catalog = CATALOG) -> Bundle:
    checked = check([book(catalog, rows)], catalog, TODAY)
    assert [(item.code, item.sheet, item.cell) for item in checked.findings if item.severity == "error"] == []
    return convert(checked.clean, catalog, ["csv", "api"], checked.facts)


def rows_of(bundle: Bundle, name: str) -> list[dict[str, object]]:
    return next((item.rows.to_dicts() for item in bundle.work_lists if item.work_list.name == name), [])


def agreed(*what: str) -> Catalog:
    return apply_company(CATALOG, Company(agreed=what, given=frozenset(("agreed",))))


def test_balances_are_lists_and_no_import_files() -> None:
    balance = {"employee_email": "kari.nordmann@fjordglott.example", "balance_date": "2024-12-31", "flex_hours": "-3.5"}
    days = {"vacation_days_this_year": "25", "vacation_days_transferred": "5", "vacation_hours": "", "comment": ""}
    bundle = bundle_of({"opening_balance": [{**balance, **days}]})
    assert not any(item.entity == "opening_balance" for item in bundle.files)
    (flex,) = rows_of(bundle, "flex_balance")
    assert (flex["last_name"], flex["flex_hours"], flex["balance_date"]) == ("Nordmann", -3.5, dt.date(2024, 12, 31))
    (holiday,) = rows_of(bundle, "holiday_balance")
    assert holiday["vacation_hours"] == 30 * 7.5


def test_credit_terms_are_lists_at_three_places() -> None:
    rows: dict[str, Sequence[Row]] = dict.fromkeys(REFERRING, ())
    rows |= {"company": [{"default_credit_days": "14"}], "customer": [{"credit_days": "30"}], "contact": ()}
    bundle = bundle_of({**rows, "project": [{"credit_days": "10"}], "activity": [{}], "time_record": [{}]})
    assert rows_of(bundle, "company_settings")[0]["default_credit_days"] == 14
    assert rows_of(bundle, "credit_terms_customers") == [
        {"customer_number": "10001", "name": CATALOG.entities["customer"].sample[0]["name"], "credit_days": 30}
    ]
    assert [row["credit_days"] for row in rows_of(bundle, "credit_terms_projects")] == [10]
    assert not any("credit_days" in item.data.decode() for item in bundle.files)


# Sheets that refer to projects and customers of the sample beyond the first ones
REFERRING = (
    "price", "checklist", "checklist_item", "task", "checklist_use", "absence", "expense", "product_sale", "invoice",
    "invoice_line", "invoice_pdf", "document", "opening_balance", "number_map",
)  # fmt: skip


def test_overdue_and_unpaid_invoices_are_followed_up() -> None:
    sample = CATALOG.entities["invoice"].sample[0]
    total = sample["amount_incl_vat"]
    late = {"due_date": "2025-01-14", "outstanding_amount": total, "paid_date": ""}
    invoices = [
        {**late, "invoice_number": "16713"},
        {**late, "invoice_number": "16714", "outstanding_amount": "0", "kid": ""},
        {**late, "invoice_number": "16715", "due_date": "2025-01-15", "kid": ""},
        {**late, "invoice_number": "16716", "outstanding_amount": "", "kid": ""},
    ]
    others = dict.fromkeys(("invoice_line", "invoice_pdf", "document", "number_map"), ())
    bundle = bundle_of({**others, "invoice": invoices})
    # The day of the import is not known: what is due later is listed, too, behind what is overdue already.
    first, second = rows_of(bundle, "overdue_unpaid")
    assert (first["invoice_number"], first["outstanding_amount"]) == ("16713", float(total))
    assert first["currency"] == "NOK"
    assert (second["invoice_number"], second["due_date"]) == ("16715", dt.date(2025, 1, 15))


def test_prices_are_a_list_until_they_are_agreed() -> None:
    by_hand = bundle_of()
    assert rows_of(by_hand, "prices")
    assert rows_of(by_hand, "product_prices")
    assert not any(item.entity == "price" for item in by_hand.files)
    assert not any("selling_price" in item.data.decode().partition("\n")[0] for item in by_hand.files)
    some = bundle_of(catalog=agreed("price", "product.selling_price"))
    assert rows_of(some, "product_prices")  # the discounts are not agreed on
    imported = bundle_of(
        catalog=agreed("price", "product.selling_price", "product.discount_percent", "project.fixed_price_amount")
    )
    assert not {"prices", "product_prices"} & {item.work_list.name for item in imported.work_lists}
    assert any(item.entity == "price" and item.rows for item in imported.files)
    assert any("selling_price" in item.data.decode().partition("\n")[0] for item in imported.files)
    assert any("fixed_price_amount" in item.data.decode().partition("\n")[0] for item in imported.files)


def test_hours_without_a_status_are_gone_through_by_project() -> None:
    blank = {"invoice_status": "", "invoice_number": ""}
    bundle = bundle_of(
        {"time_record": [{**blank, "hours": "7.5"}, {**blank, "date": "2024-03-05", "hours": "2.5"}, {}]}
    )
    (row,) = rows_of(bundle, "hours_without_status")
    assert (row["project_number"], row["records"], row["hours"]) == ("1001", 2, 10.0)
    assert (row["first_date"], row["last_date"]) == (dt.date(2024, 3, 4), dt.date(2024, 3, 5))


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_workbook_has_every_row_and_the_same_bytes_twice(language: str) -> None:
    bundle = bundle_of()
    data = make_work_lists(bundle.work_lists, CATALOG, language)
    assert data == make_work_lists(bundle.work_lists, CATALOG, language)
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    overview, *sheets = workbook.worksheets
    assert len(sheets) == len(bundle.work_lists)
    for place, (item, sheet) in enumerate(zip(bundle.work_lists, sheets, strict=True)):
        assert sheet["A1"].value == item.work_list.title[language]
        assert sheet.max_row == 5 + item.rows.height
        headers = [cell.value for cell in sheet[5][1:]]
        filled = [column for column in item.work_list.columns if item.rows[column.name].null_count() < item.rows.height]
        assert headers == [column.label[language] for column in filled]
        first = [cell.value for cell in sheet[6]]
        assert first[0] is None  # to be ticked off
        assert first[1] is not None or item.rows[filled[0].name][0] is None
        assert overview.cell(6 + place, 2).value == item.rows.height
        assert "COUNTA" in overview.cell(6 + place, 3).value


def test_convert_says_how_many_lines_are_left_for_a_person() -> None:
    bundle = bundle_of()
    count = sum(item.rows.height for item in bundle.work_lists)
    last = written(CATALOG, "en", "out", ["work-list.xlsx"], bundle, 0)[-1]
    assert last.startswith(f"{count} lines that a person enters in Moment: Settings of the company (1), ")


def test_lists_without_rows_are_not_there() -> None:
    bundle = bundle_of({"opening_balance": []})
    assert {"flex_balance", "holiday_balance"}.isdisjoint(item.work_list.name for item in bundle.work_lists)


def test_the_accounting_export_is_steps_and_the_notes_of_the_system() -> None:
    catalog = apply_company(CATALOG, Company(accounting_system="fiken", given=frozenset(("accounting_system",))))
    (export,) = (item for item in bundle_of(catalog=catalog).work_lists if item.work_list.name == "accounting_export")
    steps = CATALOG.work_lists["accounting_export"].steps
    assert list(export.steps.values()) == [*steps, *CATALOG.accounting["fiken"].notes]
    assert export.rows["step"].to_list() == list(export.steps)
    data = make_work_lists([export], catalog, "nb")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[1]
    assert [sheet.cell(row, 2).value for row in range(6, 6 + len(export.steps))] == [
        step["nb"] for step in export.steps.values()
    ]


def test_lists_of_one_place_stand_together() -> None:
    areas = [item.work_list.area for item in bundle_of().work_lists]
    assert areas == sorted(areas, key=areas.index)
    assert len(set(areas)) > 3


class Boxes(HTMLParser):
    """The lines of the checklist: id of the box, texts of the cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[tuple[str, list[str]]] = []
        self._is_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "input" and known.get("data-line"):
            self.lines.append((str(known["data-line"]), []))
        elif tag == "td" and known.get("class") != "tick":
            self.lines[-1][1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.lines[-1][1][-1] += data


def checklist(bundle: Bundle, language: str = "nb") -> str:
    report = replace(samples.typical(), company="fjordglott")
    return render_checklist(bundle.work_lists, report, CATALOG, language, FileSystemLoader(TEMPLATES))


@pytest.mark.parametrize("language", CATALOG.languages)
def test_the_checklist_has_every_line_with_what_is_to_be_typed(language: str) -> None:
    first, *rest = CATALOG.entities["customer"].sample
    others = [{**dict.fromkeys(first, ""), **row} for row in rest]
    bundle = bundle_of({"customer": [{"name": "<b>Fjord & Fjell</b>", "credit_days": "30"}, *others]})
    lines = Boxes(checklist(bundle, language)).lines
    assert len(lines) == sum(item.rows.height for item in bundle.work_lists)
    assert len({line for line, _ in lines}) == len(lines)
    assert any(cells[1:] == ["<b>Fjord & Fjell</b>", "30"] for _, cells in lines)
    # What is ticked in one language is ticked in the other.
    assert [line for line, _ in lines] == [line for line, _ in Boxes(checklist(bundle, "en")).lines]


def test_a_step_stays_ticked_until_it_says_something_else() -> None:
    pages = []
    for system in ("fiken", "fortnox"):
        catalog = apply_company(CATALOG, Company(accounting_system=system, given=frozenset(("accounting_system",))))
        bundle = bundle_of(catalog=catalog)
        export = [one for one in bundle.work_lists if one.work_list.name == "accounting_export"]
        pages.append(dict(Boxes(checklist(replace(bundle, work_lists=tuple(export)))).lines))
    fiken, fortnox = pages
    general = [step["nb"] for step in CATALOG.work_lists["accounting_export"].steps]
    assert [cells for line, cells in fiken.items() if line in fortnox] == [[step] for step in general]


def test_a_line_stays_ticked_until_what_is_to_be_typed_changes() -> None:
    before = bundle_of({"opening_balance": [{"flex_hours": "12.5"}]})
    after = bundle_of({"opening_balance": [{"flex_hours": "13.5"}]})
    gone, come = (dict(Boxes(checklist(one)).lines) for one in (before, after))
    assert {tuple(cells) for line, cells in gone.items() if line not in come} != set()
    assert all("12,5" in cells for line, cells in gone.items() if line not in come)
    assert all("13,5" in cells for line, cells in come.items() if line not in gone)
