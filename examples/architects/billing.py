"""What was invoiced from the hours: invoices with lines by phase, expenses, product sales; products and prices."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nouns import CellValue, Office, Project, as_columns

FIRST_NUMBER = 16001
TODAY = dt.date(2025, 1, 15)
INVOICED_BEFORE = dt.date(2024, 11, 1)
ORE = Decimal("0.01")
PRODUCTS = (
    ("P-100", "Plott A1", "Utskrift", "stk", 35, 60),
    ("P-110", "Plott A0", "Utskrift", "stk", 55, 95),
    ("P-200", "Fysisk modell 1:200", "Modeller", "stk", 4200, 6500),
    ("P-210", "Modell 1:50, rom", "Modeller", "stk", 2600, 3900),
    ("P-300", "Visualisering, stillbilde", "Bilder", "stk", 5200, 8900),
)
EXPENSES = (
    ("Kjøring til befaring", "Reise", "km", 3.5, (12, 180)),
    ("Tog til byggemøte", "Reise", "stk", 429, (1, 2)),
    ("Kopier av gamle tegninger", "Materialer", "stk", 45, (2, 30)),
    ("Modellmateriell", "Materialer", "stk", 380, (1, 6)),
    ("Leie av drone", "Leie av utstyr", "døgn", 1450, (1, 2)),
)


@dataclass(slots=True)
class Invoice:
    number: str
    project: Project
    date: dt.date
    first: dt.date
    last: dt.date
    lines: list[dict[str, CellValue]]
    credits: str | None = None


def billing_columns(
    office: Office, hours: dict[str, list[CellValue]], customers: dict[str, list[CellValue]], chance: random.Random
) -> dict[str, dict[str, list[CellValue]]]:
    """Invoices of every quarter's invoiced hours, and what else was on them; the hours get their invoice numbers."""
    terms = dict(zip(customers["customer_number"], customers["credit_days"], strict=True))
    countries = dict(zip(customers["customer_number"], customers["country"], strict=True))
    ways = dict(zip(customers["customer_number"], customers["invoice_type"], strict=True))
    rates = {project.number: chance.randrange(22, 31) * 50 for project in office.projects}
    invoices = _invoices(office, hours, rates, chance)
    expenses, sales = _expenses(office, invoices, chance), _sales(invoices, chance)
    rows, lines = [], []
    for invoice in invoices:
        customer = invoice.project.customer
        vat = 25 if countries[customer] in {None, "Norge"} else 0
        header, own = _header(invoice, vat, int(terms[customer] or 14), ways[customer], chance)
        rows.append(header)
        if int(invoice.number) % 40:  # of some only the total is left
            lines += own
    return {
        "product": _products(), "price": _prices(office, rates),
        "expense": as_columns(expenses), "product_sale": as_columns(sales),
        "invoice": as_columns(rows), "invoice_line": as_columns(lines),
        "invoice_pdf": as_columns([
            {"file_name": f"Faktura_{invoice.number}.pdf", "invoice_number": invoice.number} for invoice in invoices
        ]),
    }  # fmt: skip


# Private functions


def _invoices(
    office: Office, hours: dict[str, list[CellValue]], rates: dict[str, int], chance: random.Random
) -> list[Invoice]:
    """One for each project and quarter with invoiced hours, in the order of their dates; some are credited."""
    projects = {project.number: project for project in office.projects}
    found: dict[tuple[dt.date, str], list[int]] = defaultdict(list)
    for row, (number, day, status) in enumerate(
        zip(hours["project_number"], hours["date"], hours["invoice_status"], strict=True)
    ):
        if status == "Fakturert":
            found[_invoice_date(day), str(number)].append(row)
    hours["invoice_number"] = [None] * len(hours["date"])
    invoices = []
    for (date, number), rows in sorted(found.items()):
        invoice = Invoice(str(FIRST_NUMBER + len(invoices)), projects[number], date, dt.date.max, dt.date.min, [])
        phases: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            hours["invoice_number"][row] = invoice.number
            phases[str(hours["activity_name"][row])] += Decimal(str(hours["billable_hours"][row]))
            invoice.first, invoice.last = min(invoice.first, hours["date"][row]), max(invoice.last, hours["date"][row])
        invoice.lines = [_fee(phase, quantity, rates[number]) for phase, quantity in phases.items()]
        invoices.append(invoice)
    for invoice in chance.sample(invoices[:-50], 12):
        number = str(FIRST_NUMBER + len(invoices))
        lines = [{**line, "quantity": -line["quantity"]} for line in invoice.lines]
        invoices.append(
            Invoice(number, invoice.project, dt.date(2024, 12, 2), invoice.first, invoice.last, lines, invoice.number)
        )
    return invoices


def _invoice_date(day: dt.date) -> dt.date:
    """Some days after the end of the quarter; for the last hours of all in November."""
    quarter = (day.month - 1) // 3
    if (day.year, quarter) == (2024, 3):
        return dt.date(2024, 11, 8)
    return dt.date(day.year + (quarter == 3), quarter * 3 % 12 + 4 if quarter < 3 else 1, 8)


def _fee(phase: str, quantity: Decimal, rate: int) -> dict[str, CellValue]:
    return {
        "text": f"{phase}, honorar", "quantity": float(quantity), "unit": "timer", "price": rate, "account": "3000",
        "activity_name": phase, "line_type": "Honorar",
    }  # fmt: skip


def _header(
    invoice: Invoice, vat: int, days: int, way: CellValue, chance: random.Random
) -> tuple[dict[str, CellValue], list[dict[str, CellValue]]]:
    """The invoice's row and those of its lines; every fifth total is rounded to whole kroner."""
    lines: list[dict[str, CellValue]] = []
    excl = tax = Decimal(0)
    for place, line in enumerate(invoice.lines, 1):
        amount = (Decimal(str(line["quantity"])) * Decimal(str(line["price"]))).quantize(ORE, ROUND_HALF_UP)
        excl += amount
        tax += (amount * vat / 100).quantize(ORE, ROUND_HALF_UP)
        lines.append({
            "invoice_number": invoice.number, "line_no": place, **line, "vat_rate": vat,
            "amount_excl_vat": float(amount),
        })  # fmt: skip
    rest = (excl + tax).quantize(Decimal(1), ROUND_HALF_UP) - excl - tax
    if rest and int(invoice.number) % 5 == 0:
        excl += rest
        lines.append({
            "invoice_number": invoice.number, "line_no": len(lines) + 1, "text": "Øreavrunding", "quantity": 1,
            "price": float(rest), "vat_rate": 0, "amount_excl_vat": float(rest), "account": "7740",
            "line_type": "Øreavrunding",
        })  # fmt: skip
    total = excl + tax
    due = invoice.date + dt.timedelta(days=days)
    is_open = invoice.credits is None and (
        due >= TODAY or (invoice.date >= dt.date(2024, 10, 1) and chance.random() < 0.05)
    )
    return {
        "invoice_number": invoice.number, "invoice_type": "Kreditnota" if invoice.credits else "Faktura",
        "invoice_date": invoice.date, "due_date": due, "customer_number": invoice.project.customer,
        "project_number": invoice.project.number, "currency": "NOK", "amount_excl_vat": float(excl),
        "vat_amount": float(tax), "amount_incl_vat": float(total),
        "outstanding_amount": float(total) if is_open else 0,
        "paid_date": None if is_open or invoice.credits else due - dt.timedelta(days=chance.randrange(0, 5)),
        "kid": None if invoice.credits else _kid(invoice.number), "period_start": invoice.first,
        "period_end": invoice.last, "delivery_method": way or "E-post", "sent": "Ja", "sent_date": invoice.date,
        "credited_invoice_number": invoice.credits, "export_status": "Er overført",
    }, lines  # fmt: skip


def _kid(number: str) -> str:
    """The payment reference: a fixed beginning, the number and a check digit by modulus 10."""
    digits = f"1000{number}"
    weighted = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-sum(value // 10 + value % 10 for value in weighted) % 10}"


def _expenses(office: Office, invoices: list[Invoice], chance: random.Random) -> list[dict[str, CellValue]]:
    """Four hundred expenses of projects that were invoiced, most of them on an invoice."""
    rows: list[dict[str, CellValue]] = []
    whole = [invoice for invoice in invoices if invoice.credits is None]
    credited = {invoice.credits for invoice in invoices}
    for index in range(400):
        invoice = chance.choice(whole)
        title, category, unit, price, (fewest, most) = chance.choice(EXPENSES)
        quantity = chance.randint(fewest, most)
        people = [person for person in invoice.project.team if person.is_at_work(invoice.first)]
        is_billed = index % 4 > 0 and invoice.number not in credited
        phase = str(invoice.lines[0]["activity_name"])
        rows.append({
            "project_number": invoice.project.number, "activity_name": phase, "category": category, "title": title,
            "employee_email": chance.choice(people or [office.people[0]]).email, "date": invoice.first,
            "quantity": quantity, "unit": unit, "price": price, "total": quantity * price, "currency": "NOK",
            "vat_rate": 0 if category == "Reise" else 25, "billable": "Ja" if is_billed or index % 8 else "Nei",
            "invoice_status": "Fakturert" if is_billed else "Ikke fakturert",
            "invoice_number": invoice.number if is_billed else None, "source_id": f"U-{index + 1:05}",
        })  # fmt: skip
        if is_billed:
            invoice.lines.append({
                "text": f"Utlegg: {title}", "quantity": quantity, "unit": unit, "price": price, "account": "3900",
                "line_type": "Utlegg",
            })  # fmt: skip
    return rows


def _sales(invoices: list[Invoice], chance: random.Random) -> list[dict[str, CellValue]]:
    rows: list[dict[str, CellValue]] = []
    credited = {invoice.credits for invoice in invoices}
    whole = [invoice for invoice in invoices if invoice.credits is None and invoice.number not in credited]
    for index in range(120):
        invoice = chance.choice(whole)
        number, name, _, unit, _, price = PRODUCTS[index % len(PRODUCTS)]
        quantity = chance.randint(2, 30) if price < 100 else 1
        rows.append({
            "project_number": invoice.project.number, "product_number": number, "date": invoice.last,
            "quantity": quantity, "price": price, "currency": "NOK", "status": "Fakturert", "billable": "Ja",
            "invoice_number": invoice.number, "source_id": f"S-{index + 1:05}",
        })  # fmt: skip
        invoice.lines.append({
            "text": name, "quantity": quantity, "unit": unit, "price": price, "account": "3000",
            "product_number": number, "line_type": "Produkt",
        })  # fmt: skip
    return rows


def _products() -> dict[str, list[CellValue]]:
    return as_columns([
        {
            "product_number": number, "name": name, "product_group": group, "unit": unit, "cost_price": cost,
            "selling_price": price, "account_domestic": "3000", "account_foreign": "3100",
        }
        for number, name, group, unit, cost, price in PRODUCTS
    ])  # fmt: skip


def _prices(office: Office, rates: dict[str, int]) -> dict[str, list[CellValue]]:
    """The rate of each project that goes on, last year's and this year's."""
    return as_columns(list(_project_prices(office, rates)))


def _project_prices(office: Office, rates: dict[str, int]) -> Iterator[dict[str, CellValue]]:
    for project in office.projects:
        if project.is_internal or project.status != "Under arbeid" or project.price_model != "Timepris":
            continue
        rate = rates[project.number]
        first = max(project.start, dt.date(2024, 1, 1))
        kind: dict[str, CellValue] = {"price_kind": "Timepris", "project_number": project.number, "currency": "NOK"}
        if first < dt.date(2024, 12, 31):
            yield {**kind, "amount": rate, "valid_from": first, "valid_to": dt.date(2024, 12, 31)}
        yield {**kind, "amount": rate + 50, "valid_from": dt.date(2025, 1, 1)}
