"""The workbook that both programs get: momentsheet's own template, filled by a seeded generator, with planted mistakes.

`python benchmarks/workbooks.py ROWS OUT.xlsx [--small]` writes OUT.xlsx, and OUT.json with the cells that are wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from momentsheet.catalog import load_catalog  # noqa: E402
from momentsheet.model.workbook import cell_name  # noqa: E402
from momentsheet.workbook import make_template  # noqa: E402

CellValue = str | float | int | bool | dt.date | None
Columns = dict[str, list[CellValue]]

LANGUAGE = "en"
SHARE_OF_MISTAKES = 100  # one row in so many has one wrong cell
LAST_DAY = dt.date(2024, 12, 30)
FOUNDED = dt.date(2004, 1, 1)
PHASES = ("Sketch", "Design", "Construction")
CORRECTIONS = "Corrections"  # an activity of every project; only hours that take nothing back stand on it
DEPARTMENTS = ("Architecture", "Interior", "Landscape", "Planning")
WORK = ("Drawings of", "Meeting about", "Site visit:", "Details of", "Model of", "Review of", "Report on", "Costs of")
PARTS = ("main entrance", "stairs", "roof", "façade", "ground floor", "courtyard", "façade øst", "måleplan")
NAMES = ("Åse", "Bjørn", "Kari", "Ola", "Liv", "Nils", "Siri", "Tor")


@dataclass(frozen=True, slots=True)
class Size:
    """How many records stand in the sheets that the time records refer to."""

    employees: int
    customers: int
    projects: int


FULL, SMALL = Size(200, 500, 2_000), Size(20, 20, 60)


def fill(
    rows: int, size: Size, seed: int = 1, share: int = SHARE_OF_MISTAKES
) -> tuple[dict[str, Columns], list[tuple[int, str, str]]]:
    """Columns per entity with that many time records, and (data row, field, kind) of every wrong cell in them."""
    chance = random.Random(seed)
    columns = {
        "employee": as_columns(_employees(size.employees)),
        "customer": as_columns(_customers(size.customers)),
        "project": as_columns(_projects(size)),
        "activity": as_columns(_activities(size)),
        "time_record": as_columns(_time_records(rows, size, chance)),
    }
    return columns, _spoil(columns["time_record"], chance, share)


def as_columns(rows: Iterator[dict[str, CellValue]]) -> Columns:
    """Rows that all have the same fields, as columns."""
    first = next(rows)
    columns = {name: [value] for name, value in first.items()}
    for row in rows:
        for name, values in columns.items():
            values.append(row[name])
    return columns


def main(rows: int, target: Path, size: Size, share: int = SHARE_OF_MISTAKES) -> None:
    """Write the workbook, and beside it the sheet, cell and kind of every mistake."""
    catalog = load_catalog(ROOT / "rules")
    columns, mistakes = fill(rows, size, share=share)
    target.write_bytes(make_template(catalog, list(columns), LANGUAGE, columns=columns))
    entity = catalog.entities["time_record"]
    places = {name: place for place, name in enumerate(field.name for field in entity.fields if field.in_template)}
    title = entity.title[LANGUAGE]
    told = [[title, cell_name(row + 2, places[name]), kind] for row, name, kind in mistakes]
    target.with_suffix(".json").write_text(json.dumps(told))


# Private functions


def _email(index: int) -> str:
    return f"coworker{index:03}@bench.example"


def _project_number(index: int) -> str:
    return f"{10_001 + index}"


def _employees(count: int) -> Iterator[dict[str, CellValue]]:
    for index in range(count):
        yield {
            "email": _email(index), "first_name": NAMES[index % len(NAMES)], "last_name": f"Fjordby{index:03}",
            "mobile_phone": f"+47 9{index:03} 0{index % 10}{index % 7:02}", "title": "Architect",
            "employee_type": "Internal", "external_employee_number": str(101 + index), "employment_status": "Current",
            "employed_from": FOUNDED, "work_percentage": 100, "working_hours": 37.5,
            "department": DEPARTMENTS[index % len(DEPARTMENTS)], "can_log_in": True, "has_license": True,
        }  # fmt: skip


def _customers(count: int) -> Iterator[dict[str, CellValue]]:
    for index in range(count):
        yield {
            "customer_number": str(20_001 + index), "name": f"Havneby Eiendom {index + 1}",
            "email": f"post@customer{index}.example", "address_line1": f"Skoleveien {index + 1}", "postal_code": "0158",
            "city": "Oslo", "country": "Norway", "status": "Active", "relation": "Customer", "invoice_type": "E-mail",
            "credit_days": 30, "old_customer_number": f"K-{index + 1:04}",
        }  # fmt: skip


def _projects(size: Size) -> Iterator[dict[str, CellValue]]:
    for index in range(size.projects):
        yield {
            "project_number": _project_number(index), "name": f"Building {index + 1}",
            "customer_number": str(20_001 + index % size.customers), "start_date": FOUNDED, "status": "In progress",
            "project_owner": _email(0), "project_leader": _email(index % size.employees),
            "department": DEPARTMENTS[index % len(DEPARTMENTS)], "price_model": "Hourly rate",
            "old_project_number": f"P-{index + 1:04}",
        }  # fmt: skip


def _activities(size: Size) -> Iterator[dict[str, CellValue]]:
    for index in range(size.projects):
        for place, name in enumerate((*PHASES, CORRECTIONS)):
            yield {
                "project_number": _project_number(index), "activity_number": str(10 * (place + 1)),
                "activity_name": name, "from_date": FOUNDED, "status": "In progress",
                "estimated_hours": 40.5 + index % 60,
            }  # fmt: skip


def _time_records(rows: int, size: Size, chance: random.Random) -> Iterator[dict[str, CellValue]]:
    """Two records a day for each co-worker, backwards from the last day, so that no day gets too long."""
    day = LAST_DAY
    for index in range(rows):
        employee, record = index % size.employees, index // size.employees
        if employee == 0 and record and record % 2 == 0:
            day -= dt.timedelta(days=3 if day.weekday() == 0 else 1)
        project = (employee * 17 + chance.randrange(12)) % size.projects
        hours = chance.randint(1, 18) / 4
        is_invoiced = day.month < 11
        yield {
            "employee_email": _email(employee), "date": day, "project_number": _project_number(project),
            "activity_name": chance.choice(PHASES), "hours": hours,
            "billable_hours": hours if chance.random() < 0.7 else 0,
            "description": f"{chance.choice(WORK)} {chance.choice(PARTS)}, plan {chance.randint(1, 200)}",
            "internal_note": "Ask the project leader" if chance.random() < 0.02 else None,
            "invoice_status": "Invoiced" if is_invoiced else "Approved",
            "invoice_number": str(50_001 + project * 12 + day.month) if is_invoiced else None,
            "department": DEPARTMENTS[employee % len(DEPARTMENTS)], "source_id": f"TL-{index + 1:07}",
        }  # fmt: skip


def _spoil(columns: Columns, chance: random.Random, share: int) -> list[tuple[int, str, str]]:
    """Put one mistake into one row of so many, the kinds by turns; gives row, field and kind."""
    rows = len(columns["hours"])
    mistakes = []
    chosen = sorted(chance.sample(range(1, rows), max(rows // share, 10)))
    for turn, row in enumerate(chosen):
        kind, name, value = _mistake(turn, row, columns)
        if kind == "negative hours":  # with nothing to take them from
            columns["activity_name"][row] = CORRECTIONS
            columns["billable_hours"][row] = value
        columns[name][row] = value
        mistakes.append((row, name, kind))
    return mistakes


def _mistake(turn: int, row: int, columns: Columns) -> tuple[str, str, CellValue]:
    required = ("hours", "date", "employee_email", "project_number")[turn // 10 % 4]
    return (
        ("unreadable hours", "hours", ("many", "7 or 8", "?")[turn % 3]),
        ("more than 24 hours", "hours", 25 + turn % 40),
        ("unknown project", "project_number", f"{90_000 + turn}"),
        ("unknown co-worker", "employee_email", f"nobody{turn % 25}@bench.example"),
        ("unreadable date", "date", ("31.02.2024", "soon", "2024-13-01")[turn % 3]),
        ("unknown status", "invoice_status", ("Perhaps", "Paid?")[turn % 2]),
        ("blank, but required", required, None),
        ("negative hours", "hours", -1 - turn % 8 / 4),
        ("unknown activity", "activity_name", "Desing"),
        ("the same record twice", "source_id", columns["source_id"][row - 1]),
    )[turn % 10]


if __name__ == "__main__":
    if len(sys.argv) not in {3, 4}:
        sys.exit("usage: python benchmarks/workbooks.py ROWS OUT.xlsx [--small]")
    main(int(sys.argv[1]), Path(sys.argv[2]), SMALL if "--small" in sys.argv else FULL)
