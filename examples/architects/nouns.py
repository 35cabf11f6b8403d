"""The nouns of the example office: people, projects with their phases, and the office that holds them."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

CellValue = str | float | int | bool | dt.date | None
Columns = dict[str, dict[str, list[CellValue]]]

OWN_NUMBER = "10000"  # the office is its own customer for internal projects
FIRST_DAY, LAST_DAY = dt.date(2023, 1, 2), dt.date(2024, 12, 30)  # of the hours
CUTOVER = dt.date(2025, 1, 1)
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    first_name: str
    last_name: str
    department: str
    percentage: int
    week: tuple[float, ...]  # hours Monday to Friday
    employed_from: dt.date
    employed_to: dt.date | None
    away_from: dt.date | None  # on leave since

    @property
    def holiday_weeks(self) -> tuple[int, int]:
        """Two weeks of the year, besides those when the office is closed; they differ from person to person."""
        return (8 + len(self.last_name) % 3, 31 + len(self.email) % 6)

    def is_at_work(self, day: dt.date) -> bool:
        last = self.employed_to or self.away_from
        return self.employed_from <= day and (last is None or day < last)


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    first: dt.date | None
    last: dt.date | None


@dataclass(slots=True)
class Project:
    number: str
    name: str
    customer: str
    start: dt.date
    last: dt.date  # planned for those that are still going on
    status: str
    price_model: str
    leader: Person
    team: list[Person]
    phases: list[Phase]
    main: str | None = None
    tags: tuple[str, ...] = ()
    place: tuple[str, str] | None = None

    @property
    def is_internal(self) -> bool:
        return self.customer == OWN_NUMBER

    def phase_on(self, day: dt.date, chance: random.Random) -> Phase:
        if self.is_internal:
            return chance.choice(self.phases)
        return next(phase for phase in reversed(self.phases) if phase.first is not None and phase.first <= day)


@dataclass(slots=True)
class Office:
    people: list[Person] = field(default_factory=list)
    active_customers: list[str] = field(default_factory=list)
    other_customers: list[str] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    days_off: list[tuple[Person, dt.date]] = field(default_factory=list)  # working days on which somebody was away


def org_number(first_eight: int) -> str | None:
    """The Norwegian organisation number that begins so; None where no check digit fits."""
    digits = f"{first_eight:08}"
    check = -sum(int(digit) * weight for digit, weight in zip(digits, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return None if check == 10 else f"{digits}{check}"


def plain(text: str) -> str:
    """The text in small letters that may stand in an e-mail address."""
    return "".join(
        char for char in text.lower().translate(LETTERS) if char.isascii() and (char.isalnum() or char == " ")
    )


def as_columns(rows: list[dict[str, CellValue]]) -> dict[str, list[CellValue]]:
    """Rows as columns; what a row does not say is blank."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
