"""The chain on the example company: old numbers in a workbook, and a folder of PDFs → renumber → files → convert.

What the four say must be the same to the last number: import files, renamed PDFs, receipt and work lists.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from itertools import compress
from pathlib import Path
from typing import Any

import pytest
from pdfs import Paper, draw
from pypdf import PdfReader

from momentsheet.cli import run

EXAMPLE = Path(__file__).parents[1] / "examples" / "architects"
Columns = dict[str, dict[str, list[Any]]]

# Every column that holds a number of a customer or a project: sheet -> column -> whose number
NUMBERED = {
    "customer": {"customer_number": "customer"},
    "contact": {"customer_number": "customer", "project_number": "project"},
    "project": {"project_number": "project", "customer_number": "customer", "main_project_number": "project"},
    "invoice": {"customer_number": "customer", "project_number": "project"},
    **{
        entity: {"project_number": "project"}
        for entity in ("activity", "time_record", "price", "expense", "product_sale", "task", "checklist_use")
    },
}
KEPT_PROJECTS = 12
TOGETHER = 8  # invoices in one big file
NAMES = ("Faktura_{}.pdf", "{}-kopi.pdf", "2024 inv-000{}.pdf", "Fjordgløtt {} (signert).PDF")


@pytest.fixture(scope="module")
def make() -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLE))
    try:
        import make

        yield make
    finally:
        sys.path.remove(str(EXAMPLE))


def rows_where(columns: dict[str, list[Any]], keep: Sequence[bool]) -> dict[str, list[Any]]:
    return {name: list(compress(values, keep)) for name, values in columns.items()}


def some_projects(columns: Columns, count: int) -> Columns:
    """The office with only so many of its invoiced projects, and all that belongs to them."""
    invoiced = [number for number in dict.fromkeys(columns["invoice"]["project_number"]) if number][:count]
    above = dict(zip(columns["project"]["project_number"], columns["project"]["main_project_number"], strict=True))
    kept = {*invoiced, *(above[number] for number in invoiced), None}
    found = dict(columns)
    for entity, names in NUMBERED.items():
        if "project" in names.values():
            number = columns[entity]["project_number"]
            found[entity] = rows_where(columns[entity], [value in kept for value in number])
    invoices = set(found["invoice"]["invoice_number"])
    for entity in ("invoice_line", "invoice_pdf"):
        found[entity] = rows_where(columns[entity], [value in invoices for value in columns[entity]["invoice_number"]])
    found["document"] = rows_where(columns["document"], [value in kept for value in columns["document"]["entity_key"]])
    return found


def as_the_old_system_had_them(columns: Columns) -> Columns:
    """Customers as K-0007 and some projects with a full stop, which PowerOffice Go does not take."""
    found = {entity: {name: list(values) for name, values in one.items()} for entity, one in columns.items()}
    olds = {
        "customer": {number: f"K-{at:04}" for at, number in enumerate(found["customer"]["customer_number"])},
        "project": {
            number: f"{number[:2]}.{number[2:]}"
            for number in found["project"]["project_number"]
            if 20 <= int(number[:2]) < 23
        },
    }
    for entity, names in NUMBERED.items():
        for name, series in names.items():
            if name in found[entity]:
                found[entity][name] = [olds[series].get(value, value) for value in found[entity][name]]
    documents = found["document"]
    projects = documents["entity_key"]
    documents["entity_key"] = [olds["project"].get(key, key) for key in projects]
    documents["file_name"] = [
        name.replace(key, olds["project"].get(key, key))
        for name, key in zip(documents["file_name"], projects, strict=True)
    ]
    for entity, name in (("customer", "old_customer_number"), ("project", "old_project_number")):
        found[entity][name] = [None] * len(found[entity][name])
    for name in ("next_customer_no", "next_project_no"):
        found["company"][name] = [None]
    del found["number_map"]
    return found


def papers_of(columns: Columns) -> dict[str, Paper]:
    """An invoice on paper for every row of the sheet: what stands on it is what stands in the sheets."""
    names = dict(zip(columns["customer"]["customer_number"], columns["customer"]["name"], strict=True))
    lines: dict[str, list[tuple[str, Decimal, Decimal]]] = {}
    for number, text, quantity, price in zip(
        *(columns["invoice_line"][name] for name in ("invoice_number", "text", "quantity", "price")), strict=True
    ):
        lines.setdefault(number, []).append((text, Decimal(str(quantity)), Decimal(str(price))))
    invoice = columns["invoice"]
    wanted = (
        "invoice_number",
        "invoice_date",
        "customer_number",
        "amount_excl_vat",
        "amount_incl_vat",
        "kid",
        "credited_invoice_number",
    )
    return {
        number: Paper(
            number, day, names[customer],
            tuple(lines.get(number) or [("Honorar", Decimal(1), Decimal(str(net)))]),
            customer_number=customer, net=Decimal(str(net)), total=Decimal(str(total)), kid=kid or "",
            credits=credited, is_credit=total < 0,
        )
        for number, day, customer, net, total, kid, credited in zip(*(invoice[name] for name in wanted), strict=True)
    }  # fmt: skip


def put_on_disk(papers: Mapping[str, Paper], lost: str, folder: Path) -> None:
    """A file for each paper under names as people give them; the last ones in one big file, one of them missing."""
    folder.mkdir()
    numbers = [number for number in papers if number != lost]
    single, together = numbers[:-TOGETHER], numbers[-TOGETHER:]
    for at, number in enumerate(single):
        (folder / NAMES[at % len(NAMES)].format(number)).write_bytes(draw(papers[number]))
    (folder / "resten av 2024.pdf").write_bytes(draw(*(papers[number] for number in together)))


def control_totals(columns: Columns) -> dict[str, list[Any]]:
    """What the old system's own lists say, counted here from the columns."""
    hours, invoices, project = columns["time_record"], columns["invoice"], columns["invoice"]["project_number"][0]
    person = hours["employee_email"][0]
    told: list[tuple[str, int | None, str | None, str | None, Decimal | int]] = [
        ("Kunder (antall)", None, None, None, len(columns["customer"]["name"])),
        ("Prosjekter (antall)", None, None, None, len(columns["project"]["name"])),
        ("Åpent beløp", None, None, None, sum_of(invoices["outstanding_amount"])),
        ("Fakturert uten mva", None, project, None,
         sum_of(compress(invoices["amount_excl_vat"], [number == project for number in invoices["project_number"]]))),
        ("Timer", None, None, person,
         sum_of(compress(hours["hours"], [one == person for one in hours["employee_email"]]))),
    ]  # fmt: skip
    for year in sorted({day.year for day in hours["date"]}):
        told.append(
            ("Timer", year, None, None, sum_of(compress(hours["hours"], [day.year == year for day in hours["date"]])))
        )
        in_year = [day.year == year for day in invoices["invoice_date"]]
        told.append(("Fakturert uten mva", year, None, None, sum_of(compress(invoices["amount_excl_vat"], in_year))))
    names = ("figure", "year", "project_number", "employee_email", "old_value")
    found = dict(zip(names, map(list, zip(*told, strict=True)), strict=True))
    return {**found, "old_value": [float(value) for value in found["old_value"]]}


def sum_of(values: Iterable[Any]) -> Decimal:
    return sum((Decimal(str(value or 0)) for value in values), Decimal(0))


def new_numbers(file: Path) -> dict[str, dict[str, str]]:
    """Series -> old number -> new number, from the list for the accountant."""
    found: dict[str, dict[str, str]] = {"customer": {}, "project": {}}
    for row in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")), delimiter=";"):
        found[{"Kunder": "customer", "Prosjekter": "project"}[row["Ark"]]][row["Gammelt nummer"]] = row["Nytt nummer"]
    return found


def command(*words: object) -> None:
    assert run([*map(str, words), "-q", "--today", "2025-01-15"]) == 0, words


def table(folder: Path, entity: str) -> list[dict[str, str]]:
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    (path,) = (file["path"] for file in files if (file["entity"], file["format"]) == (entity, "csv"))
    return list(csv.DictReader(io.StringIO((folder / path).read_text("utf-8")), delimiter=";"))


class Lines(HTMLParser):
    """The texts of the cells of one list of the checklist, line by line."""

    def __init__(self, page: str, name: str) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._name, self._is_in, self._is_cell = name, False, False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "article":
            self._is_in = known.get("id") == self._name
        elif tag == "input" and "data-line" in known and self._is_in:
            self.lines.append([])
        elif tag == "td" and known.get("class") != "tick" and self._is_in:
            self.lines[-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.lines[-1][-1] += data


def lines_of(page: Path, name: str) -> list[list[str]]:
    return Lines(page.read_text("utf-8"), name).lines


def text_of(file: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(file).pages)


@pytest.mark.parametrize("count", [KEPT_PROJECTS, pytest.param(10_000, marks=pytest.mark.slow)], ids=["some", "all"])
def test_renumber_files_and_convert_agree_on_every_number(make: Any, tmp_path: Path, count: int) -> None:
    columns = make.good()
    if count < len(columns["project"]["project_number"]):
        columns = some_projects(columns, count)
    old = as_the_old_system_had_them(columns)
    old["control_total"] = control_totals(old)
    (tmp_path / "old.xlsx").write_bytes(make.make_workbook(old))
    papers = papers_of(old)
    lost, *_ = papers
    put_on_disk(papers, lost, tmp_path / "papers")

    renumbered = tmp_path / "renumbered"
    command("renumber", tmp_path / "old.xlsx", "--for", "poweroffice_go", "--company", make.COMPANY, "-o", renumbered)
    given = new_numbers(renumbered / "number-map.csv")
    workbook = renumbered / "old.renumbered.xlsx"
    delivered = tmp_path / "delivered"
    command(
        "files", tmp_path / "papers", "--deliver", workbook, "--plan", renumbered / "plan.yaml",
        "--company", make.COMPANY, "-o", delivered,
    )  # fmt: skip
    converted = tmp_path / "converted"
    command("convert", workbook, "--company", make.COMPANY, "-o", converted)

    # The import files hold the new numbers and nothing else, row by row in the place of the old ones.
    for entity, names in NUMBERED.items():
        if entity == "price":
            continue  # not imported
        rows = table(converted, entity)
        for name, series in names.items():
            before = old[entity].get(name, [None] * len(rows))
            wanted = [given[series].get(number, number) or "" for number in before]
            in_order = sorted if entity == "project" else list  # main projects come first
            assert in_order(row[name] for row in rows) == in_order(wanted)
    for series, name in (("customer", "customer_number"), ("project", "project_number")):
        after = [row[name] for row in table(converted, series)]
        assert len(set(after)) == len(after)
        assert all("." not in number for number in after)
        changed = {row[f"old_{name}"]: row[name] for row in table(converted, series) if row[f"old_{name}"]}
        assert changed == {number: new for number, new in given[series].items() if new != number}
    # `renumber` makes what `convert` makes of the renumbered workbook.
    for file in sorted((converted / "import").rglob("*.csv")):
        assert file.read_bytes() == (renumbered / file.relative_to(converted)).read_bytes()

    # One PDF for every invoice but the lost one, with its number in its name, all its pages, and its row in the import.
    files = json.loads((delivered / "files.json").read_text("utf-8"))
    written = {item["belongs_to"][0]["key"]: item for item in files["delivered"]}
    assert {row["invoice_number"] for row in table(converted, "invoice")} == {*written, lost} == set(papers)
    for number, item in written.items():
        assert number in re.findall(r"\d+", item["file"])
        assert item["page_count"] == papers[number].pages
        assert re.search(rf"(Fakturanr|Kreditnotanr)\.\s+{number}\b", text_of(delivered / item["file"]))
    assert {Path(item["file"]).name for item in written.values()} <= {
        row["file_name"] for row in table(converted, "invoice_pdf")
    }

    # The receipt agrees with what the old system's own lists say, and the work lists with the import files.
    manifest = json.loads((converted / "manifest.json").read_text("utf-8"))
    assert all(item["agrees"] for item in manifest["control_totals"])
    assert len(manifest["control_totals"]) == len(old["control_total"]["figure"])
    unpaid = lines_of(converted / "work-list.html", "overdue_unpaid")
    invoices = {
        row["invoice_number"]: row for row in table(converted, "invoice") if float(row["outstanding_amount"] or 0) > 0
    }
    customers = {row["customer_number"]: row["name"] for row in table(converted, "customer")}
    assert {cells[0] for cells in unpaid} == invoices.keys()
    for number, customer, name, *_, amount, _currency in unpaid:
        assert customer == invoices[number]["customer_number"]
        assert name == customers[customer]
        assert Decimal(amount.replace("\N{NO-BREAK SPACE}", "").replace(",", ".")) == Decimal(
            invoices[number]["outstanding_amount"]
        )
