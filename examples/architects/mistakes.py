"""What people do to a workbook: some forty realistic mistakes, and things that only look wrong and are understood."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from nouns import CellValue, Columns
from office import good

# Cells that the template would not write so: make.py puts the real thing in place of these words.
NOT_AVAILABLE = "cell with the error #N/A"
NOT_CALCULATED = "cell with a formula that was never calculated"
NUMBER = "cell with the number "  # … in a column for text


@dataclass(frozen=True, slots=True)
class Mistake:
    """One finding that must be told: `row` counts the entity's data rows from 0."""

    entity: str
    row: int
    field: str
    code: str


# What is told of the office even when nothing is wrong: customers and projects that nothing hangs on, how many spans of
# absence become days, how many invoices are past due, how many get a total line.
REMARKS = frozenset(("CU-18", "PR-22", "AB-27", "IN-03", "IN-07"))


def corrected() -> Columns:
    """The workbook after correction: no mistakes, but still written the way people write."""
    columns = good()
    _harmless(columns)
    return columns


def spoiled() -> tuple[Columns, tuple[Mistake, ...]]:
    """The workbook as it first came back, and every finding (errors and warnings) that it must give."""
    columns = copy.deepcopy(corrected())
    book = _Book(columns)
    for spoil in (
        _spoil_company, _spoil_people, _spoil_customers, _spoil_projects, _spoil_hours, _spoil_absence, _spoil_billing,
        _spoil_quality, _spoil_totals,
    ):  # fmt: skip
        spoil(book)
    return columns, tuple(sorted(book.mistakes, key=lambda item: (item.entity, item.row, item.field)))


# Private functions


class _Book:
    """The columns, and what has been done to them; a row is spoiled only once."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.mistakes: list[Mistake] = []
        self._used: set[tuple[str, int]] = set()

    def get(self, entity: str, row: int, name: str) -> Any:
        return self.columns[entity][name][row]

    def put(self, entity: str, row: int, name: str, value: CellValue) -> None:
        columns = self.columns[entity]
        columns.setdefault(name, [None] * len(next(iter(columns.values()))))[row] = value
        self._used.add((entity, row))

    def spoil(self, entity: str, row: int, name: str, value: CellValue, code: str) -> None:
        self.put(entity, row, name, value)
        self.expect(entity, row, name, code)

    def expect(self, entity: str, row: int, name: str, code: str) -> None:
        self.mistakes.append(Mistake(entity, row, name, code))

    def rows(self, entity: str, **wanted: CellValue) -> list[int]:
        """The rows with these values that nothing has been done to."""
        columns = self.columns[entity]
        count = len(next(iter(columns.values())))
        return [
            row
            for row in range(count)
            if (entity, row) not in self._used and all(columns[name][row] == value for name, value in wanted.items())
        ]


def _harmless(columns: Columns) -> None:
    """Written differently, understood all the same: listed as repairs, never as findings."""
    hours, projects, customers, people = (columns[name] for name in ("time_record", "project", "customer", "employee"))
    for row in range(120, 180):  # pasted from an export: text with a decimal comma
        hours["hours"][row] = str(hours["hours"][row]).replace(".", ",")
    for row in range(300, 312):  # 7:30 for seven and a half hours
        minutes = round(float(str(hours["hours"][row])) * 60)
        hours["hours"][row] = f"{minutes // 60}:{minutes % 60:02}"
    for row in range(400, 440):
        day = hours["date"][row]
        assert isinstance(day, dt.date)
        hours["date"][row] = f"{day:%d.%m.%Y}" if row < 430 else f"{day:%d/%m/%Y}"  # the company file says DMY
    hours["invoice_status"][450] = str(hours["invoice_status"][450]).upper()
    hours["project_number"][460] = f" {hours['project_number'][460]}\u00a0"
    hours["employee_email"][470] = str(hours["employee_email"][470]).title()
    for row, number in enumerate(projects["project_number"][10:60], start=10):
        if str(number).isdigit():  # typed as a number
            projects["project_number"][row] = f"{NUMBER}{number}"
    amounts = [row for row, amount in enumerate(projects["fixed_price_amount"]) if amount]
    projects["fixed_price_amount"][amounts[0]] = f"kr {projects['fixed_price_amount'][amounts[0]]:,.2f}".replace(
        ",", " "
    ).replace(".", ",")
    numbers = [row for row, number in enumerate(customers["org_number"]) if number and row]
    for row in numbers[:5]:
        number = str(customers["org_number"][row])
        customers["org_number"][row] = f"{number[:3]} {number[3:6]} {number[6:]}"
    customers["country"][numbers[6]] = "Norway"
    customers["status"][numbers[7]] = str(customers["status"][numbers[7]]).lower()
    people["mobile_phone"][3] = f"+47 {people['mobile_phone'][3]}"
    people["has_license"][5] = "J" if people["has_license"][5] == "Ja" else "N"


def _spoil_company(book: _Book) -> None:
    book.spoil("company", 0, "bank_account", "1234.56.78904", "CO-01")


def _spoil_people(book: _Book) -> None:
    here = book.rows("employee", employment_status="Nåværende", work_percentage=100)
    book.spoil("employee", here[2], "mobile_phone", None, "EM-02")
    book.spoil("employee", here[3], "mobile_phone", "90 00 12", "EM-14")
    book.spoil("employee", here[4], "work_percentage", 180, "WB-13")
    former = book.rows("employee", employment_status="Sluttet")[0]
    began = book.get("employee", former, "employed_from")
    book.spoil("employee", former, "employed_to", began - dt.timedelta(days=30), "EM-18")

    contacts = book.rows("contact")
    book.spoil(
        "contact", contacts[20], "email", str(book.get("contact", contacts[20], "email")).replace("@", " @"), "CN-03"
    )
    book.spoil("contact", contacts[41], "customer_number", "19999", "CN-01")
    book.put("contact", contacts[41], "project_number", None)
    nobody = next(row for row in contacts[60:] if book.get("contact", row, "phone") is not None)
    book.put("contact", nobody, "phone", None)
    book.spoil("contact", nobody, "email", None, "CN-02")


def _spoil_customers(book: _Book) -> None:
    columns = book.columns
    referring = ("project", "contact", "invoice")
    needed = {str(number) for entity in referring for number in columns[entity]["customer_number"]}
    needed |= {str(number) for number in columns["number_map"]["new_number"]}

    def free(**wanted: CellValue) -> list[int]:
        """Customers that no project and no contact names: their mistakes draw nothing after them."""
        return [
            row for row in book.rows("customer", **wanted) if book.get("customer", row, "customer_number") not in needed
        ]

    first, second = free()[:2]
    book.put("customer", first, "name", book.get("customer", first, "name"))
    book.spoil("customer", second, "customer_number", f"{book.get('customer', first, 'customer_number')} ", "CU-08")
    with_number = [
        row
        for row in book.rows("customer", invoice_type="EHF", vat_number=None)
        if book.get("customer", row, "org_number")
    ]
    number = str(book.get("customer", with_number[9], "org_number")).replace(" ", "")
    book.spoil("customer", with_number[9], "org_number", number[:-1] + str((int(number[-1]) + 1) % 10), "CU-02")
    book.spoil("customer", with_number[12], "org_number", None, "CU-06")
    same = with_number[15], with_number[16]
    book.put("customer", same[0], "org_number", book.get("customer", same[0], "org_number"))
    book.spoil("customer", same[1], "org_number", book.get("customer", same[0], "org_number"), "CU-03")
    norwegian = book.rows("customer", country="Norge", status="Aktiv")
    book.spoil("customer", norwegian[5], "name", None, "WB-10")
    book.spoil("customer", norwegian[8], "postal_code", "12345", "CU-11")
    book.spoil("customer", norwegian[11], "email", "post@@havskar.example", "WB-11")
    book.spoil("customer", norwegian[14], "status", "Akitv", "CU-04")
    book.spoil("customer", norwegian[17], "bank_account", "1234.56.78904", "WB-11")

    # One cause with many symptoms: the letter O for a zero in the number of a customer with projects and contacts.
    counts = Counter(str(number) for number in columns["project"]["customer_number"])
    cause = next(row for row in norwegian[20:] if counts[book.get("customer", row, "customer_number")] == 4)
    wrong = str(book.get("customer", cause, "customer_number"))
    book.spoil("customer", cause, "customer_number", f"{wrong[0]}O{wrong[2:]}", "WB-60")
    for entity, name, code in (
        ("project", "customer_number", "PR-12"),
        ("contact", "customer_number", "CN-01"),
        ("invoice", "customer_number", "IN-17"),
        ("number_map", "new_number", "NS-12"),
    ):
        for row in book.rows(entity, **{name: wrong}):
            book.put(entity, row, name, wrong)
            book.expect(entity, row, name, code)


def _spoil_projects(book: _Book) -> None:
    columns = book.columns
    busy = {str(number).strip() for number in columns["time_record"]["project_number"]}
    named = {
        str(number) for number in (*columns["project"]["main_project_number"], *columns["contact"]["project_number"])
    }
    quiet = [
        row
        for row in book.rows("project", status="Arkivert", main_project_number=None)
        if str(book.get("project", row, "project_number")).isdigit()
        and book.get("project", row, "project_number") not in busy | named
    ]
    start = book.get("project", quiet[0], "start_date")
    book.spoil("project", quiet[0], "end_date", start - dt.timedelta(days=365), "PR-03")
    book.spoil("project", quiet[1], "status", "Ferdig snart", "PR-09")
    book.spoil("project", quiet[2], "name", None, "PR-01")
    book.spoil("project", quiet[3], "project_leader", "kari.nordmann@fjordglott.example", "PR-13")
    book.spoil("project", quiet[4], "main_project_number", book.get("project", quiet[4], "project_number"), "PR-08")
    book.spoil("project", quiet[5], "start_date", "29.02.2015", "WB-07")
    number = str(book.get("project", quiet[6], "project_number"))
    book.spoil("project", quiet[6], "project_number", f"{number}.A", "PR-10")
    for row in book.rows("activity", project_number=number):
        book.put("activity", row, "project_number", f"{number}.A")
    book.spoil("project", quiet[7], "project_number", f"{book.get('project', quiet[7], 'project_number')}.0", "WB-04")

    activities = {str(book.get("project", row, "project_number")): row for row in quiet[8:]}
    rows = [row for row in book.rows("activity") if book.get("activity", row, "project_number") in activities]
    pair = next(
        row
        for row in rows
        if book.get("activity", row + 1, "project_number") == book.get("activity", row, "project_number")
    )
    book.put("activity", pair, "activity_name", book.get("activity", pair, "activity_name"))
    book.spoil("activity", pair + 1, "activity_name", str(book.get("activity", pair, "activity_name")).upper(), "AC-01")
    backwards = next(row for row in rows if row > pair + 5 and book.get("activity", row, "until_date") is not None)
    book.spoil(
        "activity",
        backwards,
        "until_date",
        book.get("activity", backwards, "from_date") - dt.timedelta(days=1),
        "AC-06",
    )


def _spoil_absence(book: _Book) -> None:
    single = book.rows("absence", date_to=None, unit="Timer")
    book.spoil("absence", single[3], "absence_category", "Egenmeldign", "AB-01")
    book.spoil("absence", single[20], "employee_email", "ingen@fjordglott.example", "AB-04")
    book.spoil("absence", single[40], "absence_category", None, "WB-10")
    book.spoil("opening_balance", 4, "vacation_days_this_year", "full ferie", "WB-11")


def _spoil_billing(book: _Book) -> None:
    paid = [row for row in book.rows("invoice", invoice_type="Faktura", outstanding_amount=0) if row > 300]
    places = iter(paid[:: len(paid) // 20])
    book.spoil("invoice", next(places), "due_date", dt.date(2020, 1, 1), "IN-02")
    book.spoil("invoice", next(places), "export_status", "Skal overføres", "IN-11")
    book.spoil("invoice", next(places), "kid", "1000160019", "IN-09")
    book.spoil("invoice", next(places), "customer_number", "19999", "IN-17")
    for row, name, value, code in (
        (7, "billable", "Nei", "EX-04"),
        (31, "quantity", None, "EX-02"),
        (62, "project_number", "99999", "EX-01"),
        (90, "date", "30.02.2024", "WB-07"),
    ):
        billed = [place for place in book.rows("expense", invoice_status="Fakturert") if place >= row]
        book.spoil("expense", billed[0], name, value, code)
    book.spoil("product_sale", 11, "product_number", "P-999", "PS-01")
    book.spoil("product", 2, "selling_price", "etter avtale", "WB-11")
    book.spoil("price", 5, "project_number", "2A999", "PC-01")


def _spoil_quality(book: _Book) -> None:
    book.spoil("task", 8, "project_number", "99998", "TA-01")
    book.spoil("checklist_item", 6, "item_type", "Avkryssing", "WB-12")
    book.spoil("checklist_use", 9, "checklist_name", "Kontrol av tegning", "CH-02")
    book.spoil("document", 5, "file_name", "C:\\avtaler\\avtale.pdf", "DO-01")
    book.spoil("number_map", 30, "new_number", None, "WB-10")


def _spoil_hours(book: _Book) -> None:
    # Every eleventh ordinary record of the last spring, so that the mistakes lie apart.
    ordinary = [
        row
        for row in book.rows("time_record", invoice_status="Fakturert")
        if row > 12_000 and float(book.get("time_record", row, "hours")) > 2
    ]
    places = iter(ordinary[:: len(ordinary) // 40])

    def spoil(name: str, value: CellValue, code: str) -> int:
        row = next(places)
        book.spoil("time_record", row, name, value, code)
        return row

    spoil("date", "31.02.2024", "WB-07")
    spoil("date", dt.date(2042, 3, 4), "TR-12")
    spoil("hours", "mange", "WB-11")
    spoil("hours", 25, "TR-04")
    spoil("hours", None, "WB-10")
    row = spoil("hours", NOT_CALCULATED, "WB-19")
    book.put("time_record", row, "billable_hours", 0)
    spoil("project_number", NOT_AVAILABLE, "WB-05")
    spoil("project_number", "23O25", "TR-01")
    spoil("activity_name", "Forprosjket", "TR-27")
    spoil("employee_email", "kari@fjordglott.example", "TR-01")
    spoil("invoice_status", "Fakturet", "TR-08")
    spoil("source_id", f"{NUMBER}1234567890123456", "WB-20")
    first = next(places)
    book.put("time_record", first, "source_id", book.get("time_record", first, "source_id"))
    spoil("source_id", f"{book.get('time_record', first, 'source_id')} ".lower(), "TR-17")
    row = spoil("billable_hours", 12, "TR-10")
    book.put("time_record", row, "hours", 7.5)
    row = spoil("hours", 0.33, "TR-11")
    book.put("time_record", row, "billable_hours", 0)

    names = ("employee_email", "project_number", "activity_name")
    counts = Counter(zip(*(book.columns["time_record"][name] for name in names), strict=True))
    alone = next(
        row for row in ordinary[200:] if counts[tuple(book.get("time_record", row, name) for name in names)] == 1
    )
    _turn_negative(book, alone, "TR-05")  # takes away hours that were never there
    many = next(
        row for row in ordinary[400:] if counts[tuple(book.get("time_record", row, name) for name in names)] > 20
    )
    _turn_negative(book, many, "TR-16")  # a correction of hours that are there


def _turn_negative(book: _Book, row: int, code: str) -> None:
    book.spoil("time_record", row, "hours", -float(book.get("time_record", row, "hours")), code)
    book.put("time_record", row, "billable_hours", -float(book.get("time_record", row, "billable_hours")))


def _spoil_totals(book: _Book) -> None:
    """One co-worker too many in the old system; and hours that differ only because of what is wrong among them."""
    figures = book.columns["control_total"]
    people = figures["figure"].index("Medarbeidere (antall)")
    book.spoil("control_total", people, "old_value", 41, "CT-01")
    projects, persons = figures["project_number"], figures["employee_email"]
    for row in book.rows("control_total", figure="Timer"):
        if projects[row] is None and persons[row] is None:
            book.expect("control_total", row, "old_value", "CT-02")
