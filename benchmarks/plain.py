"""The same job written straight down with openpyxl, Cerberus and csv: the program that momentsheet is measured against.

`python benchmarks/plain.py WORKBOOK OUT_DIR` checks a workbook made from the English template and writes the good rows
as CSV files, a copy of the workbook with the wrong cells marked, and a list of the findings. It knows the columns of
five sheets, their Cerberus schemas, keys and references, and those rules over rows that a time sheet can break.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cerberus import Validator
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Rule = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong cell; row and column 1-based."""

    sheet: str
    row: int
    column: int
    text: str

    @property
    def cell(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


@dataclass(slots=True)
class Record:
    """One row after coercion: the fields that are wrong, and whether it is left out of the import files."""

    row: int
    values: dict[str, Any]
    wrong: set[str]
    is_left_out: bool = False

    def key(self, names: tuple[str, ...]) -> Key | None:
        """The values of these fields without case and spaces around; None where one is wrong or blank."""
        if any(name in self.wrong or name not in self.values for name in names):
            return None
        return tuple(str(self.values[name]).strip().casefold() for name in names)


@dataclass(slots=True)
class Table:
    """One sheet: 1-based column of each field, and the rows."""

    sheet: str
    columns: dict[str, int]
    records: list[Record]


def main(source: Path, folder: Path) -> None:
    """Check the workbook, write CSV files and the marked copy."""
    book = load_workbook(source)
    tables, problems = check(book)
    write_csv(tables, folder)
    annotate(book, problems, folder / f"{source.stem}.checked.xlsx")


def check(book: Workbook) -> tuple[dict[str, Table], list[Problem]]:
    """Every sheet row by row, then what concerns several rows or sheets."""
    problems: list[Problem] = []
    tables = {sheet: _read_table(book[sheet], fields, problems) for sheet, fields in FIELDS.items()}
    for sheet, names in UNIQUE:
        _check_unique(tables[sheet], names, problems)
    for sheet, names, target in REFERENCES:
        _check_reference(tables[sheet], names, tables[target], KEYS[target], problems)
    _check_order(tables["Co-workers"], "employed_from", "employed_to", problems)
    _check_order(tables["Projects"], "start_date", "end_date", problems)
    _check_order(tables["Activities"], "from_date", "until_date", problems)
    _check_hours(tables["Hours"], problems)
    return tables, problems


def write_csv(tables: dict[str, Table], folder: Path) -> dict[str, int]:
    """One file per sheet with the rows that may be imported; hours also as whole minutes. Gives rows per sheet."""
    _leave_out_dependants(tables)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for table in tables.values():
        fields = FIELDS[table.sheet]
        in_minutes = [name for name, (_, rule) in fields.items() if rule["coerce"] is as_hours]
        good = [record.values for record in table.records if not record.is_left_out]
        for values in good:
            for name in in_minutes:
                if name in values:
                    values[f"{name}_minutes"] = round(values[name] * 60)
        path = folder / f"{table.sheet.lower()}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            names = [*fields, *(f"{name}_minutes" for name in in_minutes)]
            writer = csv.DictWriter(target, names, delimiter=";", quoting=csv.QUOTE_NONNUMERIC)
            writer.writeheader()
            writer.writerows(good)
        written[table.sheet] = len(good)
    return written


def annotate(book: Workbook, problems: list[Problem], target: Path) -> None:
    """Colour the wrong cells, say why in a comment, list all of them on a sheet of their own, save."""
    fill = PatternFill("solid", fgColor="FFC7CE")
    listing = book.create_sheet("Findings")
    listing.append(["Sheet", "Cell", "What is wrong"])
    for row, problem in enumerate(problems, 2):
        cell = book[problem.sheet].cell(problem.row, problem.column)
        cell.fill = fill
        cell.comment = Comment(problem.text, "check")
        listing.append([problem.sheet, problem.cell, problem.text])
        listing.cell(row, 2).hyperlink = f"#'{problem.sheet}'!{problem.cell}"
    book.save(target)


def as_text(value: Any) -> str:
    """Whatever stands in the cell, as text."""
    return str(value).strip()


def as_code(value: Any) -> str:
    """A number that somebody typed instead of a text loses its decimals."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def as_email(value: Any) -> str:
    return str(value).strip().lower()


def as_date(value: Any) -> dt.date:
    """A date of Excel's, or 31.12.2024, or 2024-12-31."""
    if isinstance(value, dt.datetime):
        return value.date()
    written = str(value).strip()
    return dt.datetime.strptime(written, "%d.%m.%Y" if "." in written else "%Y-%m-%d").date()  # noqa: DTZ007


def as_number(value: Any) -> float:
    """A number, or a text with decimal comma."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return float(str(value).replace("\u00a0", "").replace(" ", "").replace(",", "."))


def as_hours(value: Any) -> float:
    """7.5, "7,5", "7:30" or a duration."""
    if isinstance(value, dt.timedelta):
        return value.total_seconds() / 3600
    if isinstance(value, dt.time):
        return value.hour + value.minute / 60
    if isinstance(value, str) and ":" in value:
        hours, minutes = value.split(":")
        return int(hours) + int(minutes) / 60
    return as_number(value)


def as_boolean(value: Any) -> bool:
    return {"yes": True, "no": False, "true": True, "false": False}[str(value).strip().lower()]


def choice(**labels: str) -> Rule:
    """One of these codes, written as code or as label."""
    codes = {label.casefold(): code for code, label in labels.items()} | {code: code for code in labels}
    return {
        "coerce": lambda value: codes.get(str(value).strip().casefold(), str(value)),
        "type": "string",
        "allowed": list(labels),
    }


def needed(rule: Rule) -> Rule:
    """The same rule for a field that must be filled in."""
    return {**rule, "required": True}


def text(length: int = 255, coerce: Callable[[Any], str] = as_text, **rule: Any) -> Rule:
    return {"coerce": coerce, "type": "string", "maxlength": length, **rule}


def number(coerce: Callable[[Any], float] = as_number, **limits: float) -> Rule:
    return {"coerce": coerce, "type": "float", **limits}


CODE, LONG = text(30, as_code), text(4000)
DAY: Rule = {"coerce": as_date, "type": "date"}
YES_NO: Rule = {"coerce": as_boolean, "type": "boolean"}
EMAIL = text(254, as_email, regex=r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE, POSTAL_CODE = text(30, as_code, regex=r"\+?[0-9 ]{5,20}"), text(10, as_code, regex=r"[0-9A-Z -]{3,10}")
ORG_NUMBER = text(20, as_code, regex=r"[0-9 ]{9,11}(MVA)?")
PRICE_MODEL = choice(
    hourly_rate="Hourly rate", fixed_price="Fixed price", subscription="Subscription", non_billable="Non-billable",
    offer_based="Offer-based",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIELDS: dict[str, dict[str, tuple[str, Rule]]] = {  # sheet -> field -> header, schema
    "Co-workers": {
        "email": ("E-mail", needed(EMAIL)), "first_name": ("First name", text()), "last_name": ("Last name", text()),
        "name": ("Full name", text()), "mobile_phone": ("Mobile phone", needed(PHONE)), "title": ("Title", text()),
        "employee_type": ("Internal or external", choice(internal="Internal", external="External")),
        "external_employee_number": ("External employee number", CODE),
        "employment_status": (
            "Employment status", choice(current="Current", former="Former", leave="On leave"),
        ),
        "employed_from": ("Employed from", DAY), "employed_to": ("Employed to", DAY),
        "work_percentage": ("Work percentage", number(min=0, max=100)),
        "working_hours": ("Working hours per week", number(as_hours, min=0, max=168)),
        **{f"hours_{day.lower()}": (f"Hours {day}", number(as_hours, min=0, max=24)) for day in WEEKDAYS},
        "schedule_valid_from": ("Schedule valid from", DAY), "department": ("Department", text()),
        "access_role": ("Access role", text()), "default_project_role": ("Default role on projects", text()),
        "can_log_in": ("Can log in", YES_NO), "has_license": ("Licence", YES_NO), "birth_date": ("Birth date", DAY),
        "compensation_type": ("Pay type", text()), "photo_file": ("Photograph", text()), "tags": ("Tags", text()),
    },
    "Customers": {
        "customer_number": ("Customer number", needed(CODE)), "name": ("Customer name", needed(text())),
        "org_number": ("Company registration number", ORG_NUMBER), "phone": ("Phone", PHONE),
        "website": ("Website", text()), "email": ("E-mail", EMAIL), "address_line1": ("Address", text()),
        "address_line2": ("Address line 2", text()), "postal_code": ("Postal code", POSTAL_CODE),
        "city": ("City", text()), "country": ("Country", text(60)),
        "invoice_address_line1": ("Invoice address", text()),
        "invoice_postal_code": ("Invoice postal code", POSTAL_CODE), "invoice_city": ("Invoice city", text()),
        "invoice_country": ("Invoice country", text(60)),
        "status": (
            "Customer status",
            choice(active="Active", potential="Potential", blocked="Blocked", inactive="Inactive"),
        ),
        "customer_reference": ("Customer reference", text()), "invoice_email": ("Invoice recipients", text()),
        "tags": ("Tags", text(1000)),
        "relation": (
            "Customer or participant",
            choice(customer="Customer", project_participant="Project participant", both="Both"),
        ),
        "invoice_type": ("Preferred invoice type", choice(email="E-mail", paper="Paper mail", ehf="EHF")),
        "order_reference": ("Order reference", text()), "contract_reference": ("Contract reference", text()),
        "credit_days": ("Credit terms", number(min=0, max=3650)), "vat_number": ("VAT number", CODE),
        "bank_account": ("Bank account number", text(34, as_code)),
        "old_customer_number": ("Number in old system", text(50, as_code)),
    },
    "Projects": {
        "project_number": ("Project number", needed(CODE)), "name": ("Project name", needed(text())),
        "customer_number": ("Customer number", needed(CODE)), "start_date": ("Start date", DAY),
        "end_date": ("End date", DAY),
        "status": (
            "Project status",
            needed(choice(
                not_started="Not started", offer_sent="Offer sent", in_progress="In progress", on_hold="On hold",
                completed="Completed", archived="Archived",
            )),
        ),
        "status_comment": ("Status comment", LONG), "address_street": ("Address", text()),
        "address_postal_code": ("Postal code", POSTAL_CODE), "address_city": ("City", text()),
        "cadastral_id": ("Cadastral ID", text(60)), "project_owner": ("Project owner", EMAIL),
        "project_leader": ("Project leader", EMAIL), "department": ("Department", text()),
        "main_project_number": ("Main project number", CODE), "price_model": ("Price model", PRICE_MODEL),
        "fixed_price_amount": ("Fixed price / fee estimate", number(min=0)),
        "previously_invoiced_amount": ("Earlier invoiced incl. VAT", number()), "description": ("Description", LONG),
        "project_tags": ("Tags", text(1000)), "your_reference": ("Your reference", text()),
        "order_reference": ("Order reference", text()), "contract_reference": ("Contract reference", text()),
        "credit_days": ("Credit terms", number(min=0, max=365)), "project_template": ("Project template", text()),
        "is_internal": ("Internal project", YES_NO), "old_project_number": ("Number in old system", CODE),
    },
    "Activities": {
        "project_number": ("Project number", needed(CODE)), "activity_number": ("Activity number", CODE),
        "activity_name": ("Title", needed(text())), "from_date": ("From", DAY), "until_date": ("Until", DAY),
        "status": ("Status", choice(not_started="Not started", in_progress="In progress", completed="Completed")),
        "estimated_hours": ("Estimated hours", number(as_hours, min=0)), "price_model": ("Price model", PRICE_MODEL),
        "fixed_price_share": ("Share of total price", number(min=0, max=100)), "tags": ("Activity tags", text(1000)),
        "description": ("Description", LONG),
    },
    "Hours": {
        "employee_email": ("Coworker", needed(EMAIL)), "date": ("Date", needed(DAY)),
        "project_number": ("Project number", needed(CODE)), "activity_name": ("Activity", text()),
        "task_number": ("Task number", CODE), "hours": ("Hours", needed(number(as_hours))),
        "billable_hours": ("Billable hours", number(as_hours)), "description": ("Work description", LONG),
        "internal_note": ("Internal note", LONG),
        "invoice_status": (
            "Invoice status",
            choice(
                not_approved="Not approved", approved="Approved", invoiced="Invoiced",
                returned_for_correction="Returned for correction",
            ),
        ),
        "invoice_number": ("Invoice number", CODE), "hourly_rate": ("Hourly rate", number(min=0)),
        "currency": ("Currency", text(3)), "compensation_type": ("Overtime/compensation category", text()),
        "department": ("Department", text()), "source_id": ("Id in old system", text(60, as_code)),
    },
}  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "Co-workers": ("email",),
    "Customers": ("customer_number",),
    "Projects": ("project_number",),
    "Activities": ("project_number", "activity_name"),
}
UNIQUE = (
    *KEYS.items(),
    ("Co-workers", ("external_employee_number",)),
    ("Activities", ("project_number", "activity_number")),
    ("Hours", ("source_id",)),
)
REFERENCES: tuple[tuple[str, tuple[str, ...], str], ...] = (  # the last field is the one that is wrong
    ("Projects", ("customer_number",), "Customers"),
    ("Projects", ("project_owner",), "Co-workers"),
    ("Projects", ("project_leader",), "Co-workers"),
    ("Projects", ("main_project_number",), "Projects"),
    ("Activities", ("project_number",), "Projects"),
    ("Hours", ("employee_email",), "Co-workers"),
    ("Hours", ("project_number",), "Projects"),
    ("Hours", ("project_number", "activity_name"), "Activities"),
)

# Private functions


def _read_table(sheet: Worksheet, fields: dict[str, tuple[str, Rule]], problems: list[Problem]) -> Table:
    headers = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[1] if cell.value is not None}
    columns = {name: headers[header] for name, (header, _) in fields.items()}
    places = [(name, column - 1) for name, column in columns.items()]
    table = Table(str(sheet.title), columns, [])
    validator = Validator({name: rule for name, (_, rule) in fields.items()})
    for row, cells in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
        values = {name: cells[place] for name, place in places if cells[place] not in {None, ""}}
        if not values:
            continue
        validator.validate(values)
        record = Record(row, validator.document, set())
        table.records.append(record)
        for name, reasons in validator.errors.items():
            _tell(problems, table, record, name, str(reasons[0]))
    return table


def _tell(problems: list[Problem], table: Table, record: Record, name: str, reason: str) -> None:
    problems.append(Problem(table.sheet, record.row, table.columns[name], reason))
    record.wrong.add(name)
    record.is_left_out = True


def _keyed(table: Table, names: tuple[str, ...]) -> Iterator[tuple[Record, Key]]:
    for record in table.records:
        key = record.key(names)
        if key is not None:
            yield record, key


def _check_unique(table: Table, names: tuple[str, ...], problems: list[Problem]) -> None:
    first: dict[Key, Record] = {}
    for record, key in _keyed(table, names):
        other = first.setdefault(key, record)
        if other is not record:
            _tell(problems, table, record, names[-1], f"is already used in row {other.row}")
            other.is_left_out = True  # nobody can tell which of the two is right


def _check_reference(
    table: Table, names: tuple[str, ...], target: Table, keys: tuple[str, ...], problems: list[Problem]
) -> None:
    known = {key for _, key in _keyed(target, keys)}
    for record, key in _keyed(table, names):
        if key not in known:
            _tell(problems, table, record, names[-1], f"is not in the sheet {target.sheet}")


def _check_order(table: Table, first: str, last: str, problems: list[Problem]) -> None:
    for record, _ in _keyed(table, (first, last)):
        if record.values[last] < record.values[first]:
            _tell(problems, table, record, last, "ends before it begins")


def _check_hours(table: Table, problems: list[Problem]) -> None:
    netted: dict[Key, float] = defaultdict(float)
    days: dict[Key, list[Record]] = defaultdict(list)
    for record, _ in _keyed(table, ("hours",)):
        hours, billable = record.values["hours"], record.values.get("billable_hours", 0)
        if abs(hours) > 24:
            _tell(problems, table, record, "hours", "is more than a day has")
        elif hours == 0 and billable == 0:
            _tell(problems, table, record, "hours", "is nothing")
        elif billable < 0 <= hours:
            _tell(problems, table, record, "billable_hours", "is negative")
    for record, _ in _keyed(table, ("hours",)):
        if (work := record.key(WORK)) is not None:
            netted[work] += record.values["hours"]
        if (day := record.key(("employee_email", "date"))) is not None:
            days[day].append(record)
    for record, work in _keyed(table, (*WORK, "hours")):
        if record.values["hours"] < 0 and netted[work[:-1]] < 0:
            _tell(problems, table, record, "hours", "is negative, and there are no hours to take it from")
    for records in days.values():
        if sum(record.values["hours"] for record in records) > 24:
            for record in records:
                record.is_left_out = True
            longest = max(records, key=lambda record: record.values["hours"])
            _tell(problems, table, longest, "hours", "is, with the other rows of the day, more than a day has")


WORK = ("employee_email", "project_number", "activity_name")


def _leave_out_dependants(tables: dict[str, Table]) -> None:
    """A row that refers to a row that is left out is left out, too."""
    is_complete = False
    while not is_complete:
        is_complete = True
        for sheet, names, target in REFERENCES:
            kept = {key for record, key in _keyed(tables[target], KEYS[target]) if not record.is_left_out}
            for record, key in _keyed(tables[sheet], names):
                if not record.is_left_out and key not in kept:
                    record.is_left_out, is_complete = True, False


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python benchmarks/plain.py WORKBOOK OUT_DIR")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
