"""Why people were not at work: holidays as spans, days at home ill, and the balances at the cut-over."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

from nouns import LAST_DAY, CellValue, Office, Person, as_columns

HOLIDAY, ILL, CHILD_ILL, COURSE = "Ferie", "Egenmelding", "Sykt barn", "Kurs"
SPANS = (  # the office is closed
    (dt.date(2023, 7, 8), dt.date(2023, 7, 28)),
    (dt.date(2023, 12, 24), dt.date(2023, 12, 31)),
    (dt.date(2024, 7, 8), dt.date(2024, 7, 28)),
)


def absence_type_columns() -> dict[str, list[CellValue]]:
    """The kinds of absence that the office uses."""
    settings = {"paid": "Ja", "deduct_from_banked_hours": "Nei", "count_as_billable": "Nei"}
    kinds = ((HOLIDAY, "Ferie"), (ILL, "Sykdom"), (CHILD_ILL, "Sykdom"), (COURSE, "Utdanning"))
    return as_columns([{"name": name, **settings, "category": category} for name, category in kinds])


def absence_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """Spans while the office was closed and in each one's own weeks; single days in hours, minutes or days."""
    rows = [
        {"employee_email": person.email, "date": first, "date_to": last, "absence_category": HOLIDAY}
        for first, last in SPANS
        for person in office.people
        if person.is_at_work(first) and person.is_at_work(last)
    ]
    for person, first, last in _weeks(office):
        rows.append({"employee_email": person.email, "date": first, "date_to": last, "absence_category": HOLIDAY})
    for person, day in office.days_off:
        if _is_holiday_week(person, day):
            continue
        hours = person.week[day.weekday()]
        quantity, unit = chance.choice(((hours, "Timer"), (hours, None), (hours * 60, "Minutter"), (1, "Dager")))
        kind = chance.choices((ILL, CHILD_ILL, COURSE), (7, 2, 1))[0]
        rows.append(
            {"employee_email": person.email, "date": day, "quantity": quantity, "unit": unit, "absence_category": kind}
        )
    for row in rows:
        row["status"] = "Godkjent"
    rows.sort(key=lambda row: (str(row["date"]), str(row["employee_email"])))
    return as_columns(rows)


def opening_balance_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """What everybody who is still there brings along."""
    rows: list[dict[str, CellValue]] = []
    for person in office.people:
        if person.employed_to is not None:
            continue
        transferred = chance.choice((0, 0, 3, 5, 10))
        rows.append({
            "employee_email": person.email, "balance_date": dt.date(2024, 12, 31),
            "flex_hours": chance.randrange(-60, 320) / 4, "vacation_days_this_year": 25,
            "vacation_days_transferred": transferred or None,
            "comment": "Avtalt overført" if transferred == 10 else None,
        })  # fmt: skip
    return as_columns(rows)


# Private functions


def _weeks(office: Office) -> Iterator[tuple[Person, dt.date, dt.date]]:
    """First and last day off of everybody's own weeks of holidays."""
    weeks: dict[tuple[str, int, int], list[dt.date]] = {}
    people = {person.email: person for person in office.people}
    for person, day in office.days_off:
        if _is_holiday_week(person, day):
            year, week, _ = day.isocalendar()
            weeks.setdefault((person.email, year, week), []).append(day)
    for (email, _, _), days in weeks.items():
        if days[0] < days[-1] <= LAST_DAY:
            yield people[email], days[0], days[-1]


def _is_holiday_week(person: Person, day: dt.date) -> bool:
    return day.isocalendar().week in person.holiday_weeks
