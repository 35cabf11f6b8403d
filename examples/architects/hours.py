"""Two years of hours: who worked on what, day by day, with holidays, part-time weeks and days at home."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import words
from nouns import FIRST_DAY, LAST_DAY, CellValue, Office, Person, Project, as_columns

EASTER = {2023: dt.date(2023, 4, 9), 2024: dt.date(2024, 3, 31)}


def hour_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """About twenty-five thousand records, in the order of the days."""
    going_on = ("Under arbeid", "Avsluttet")
    theirs = {
        person.email: [project for project in office.projects if person in project.team and project.status in going_on]
        for person in office.people
    }
    rows: list[dict[str, CellValue]] = []
    for day in _working_days():
        for person in office.people:
            hours = person.week[day.weekday()]
            if not hours or not person.is_at_work(day):
                continue
            if _is_off(person, day, chance):
                office.days_off.append((person, day))
                continue
            hours += chance.choice((-0.5, 0, 0, 0, 0, 0.25, 0.5, 1)) if hours > 4 else 0
            projects = [item for item in theirs[person.email] if item.start <= day <= item.last]
            rows.extend(_day(person, day, hours, projects, len(rows), chance))
    return as_columns(rows)


# Private functions


def _day(
    person: Person, day: dt.date, hours: float, projects: list[Project], before: int, chance: random.Random
) -> Iterator[dict[str, CellValue]]:
    """One record per project of the day; quarters of an hour, which add up to the hours of the day."""
    internal = [project for project in projects if project.is_internal]
    others = [project for project in projects if not project.is_internal]
    chosen = chance.sample(others, min(len(others), chance.choices((1, 2, 3), (54, 39, 7))[0]))
    if not chosen or chance.random() < 0.12:
        chosen.append(chance.choice(internal))
    left = round(hours * 4)
    for index, project in enumerate(chosen):
        rest = len(chosen) - index - 1
        quarters = left - rest if rest == 0 else chance.randint(1, left - rest)
        left -= quarters
        phase = project.phase_on(day, chance)
        is_billable = not project.is_internal
        yield {
            "employee_email": person.email, "project_number": project.number, "activity_name": phase.name, "date": day,
            "hours": quarters / 4, "billable_hours": quarters / 4 if is_billable else 0,
            "description": chance.choice(words.TASKS[phase.name]),
            "internal_note": "Må avklares med prosjektleder" if chance.random() < 0.02 else None,
            "invoice_status": _invoice_status(day, is_billable), "source_id": f"TL-{before + index + 1:06}",
        }  # fmt: skip


def _invoice_status(day: dt.date, is_billable: bool) -> str:
    if day >= dt.date(2024, 12, 9):
        return "Ikke godkjent"
    return "Fakturert" if is_billable and day < dt.date(2024, 11, 1) else "Godkjent"


def _working_days() -> Iterator[dt.date]:
    holidays = {
        dt.date(year, month, day) for year in EASTER for month, day in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
    }
    for sunday in EASTER.values():
        holidays |= {sunday + dt.timedelta(days=days) for days in (-3, -2, 1, 39, 50)}
    day = FIRST_DAY
    while day <= LAST_DAY:
        if day.weekday() < 5 and day not in holidays and not _is_common_holiday(day):
            yield day
        day += dt.timedelta(days=1)


def _is_common_holiday(day: dt.date) -> bool:
    """The office is closed for three weeks in July and between Christmas and New Year."""
    return (day.month == 7 and 8 <= day.day <= 28) or (day.month == 12 and 24 <= day.day <= 31)


def _is_off(person: Person, day: dt.date, chance: random.Random) -> bool:
    """Two more weeks of holidays, and now and then a day at home ill."""
    return day.isocalendar().week in person.holiday_weeks or chance.random() < 0.035
