"""Projects of thirteen years, their phases as activities."""

from __future__ import annotations

import datetime as dt
import random

import words
from nouns import CUTOVER, FIRST_DAY, OWN_NUMBER, CellValue, Office, Phase, Project, as_columns


def add_projects(office: Office, chance: random.Random) -> None:
    """Add nine hundred projects to the office: three internal ones, the others year by year."""
    staff = office.people
    manager = staff[0]
    first = dt.date(2012, 1, 2)
    for number, name, phase in (
        ("1000", "Administrasjon", "Administrasjon"),
        ("1001", "Faglig utvikling", "Kompetanse"),
        ("1002", "Fellesmøter", "Møter"),
    ):
        office.projects.append(Project(
            number, name, OWN_NUMBER, first, dt.date(2030, 12, 31), "Under arbeid", "Ikke fakturerbar", manager,
            list(staff), [Phase(phase, None, None)],
        ))  # fmt: skip
    per_year = [58] * 6 + [62, 68, 70, 76, 80, 98, 95]
    titles = [
        f"{building} {place}, {work}"
        for building in words.BUILDINGS
        for place in words.PLACES
        for work in words.KINDS_OF_WORK
    ]
    chance.shuffle(titles)
    weights = [1 / (1 + rank) for rank in range(len(office.active_customers))]
    for year, count in zip(range(2012, 2025), per_year, strict=True):
        parent: Project | None = None
        for index in range(count):
            project = _project(office, year, index + 1, titles.pop(), weights, chance)
            if parent is not None and index % 9 in {4, 5} and project.status == parent.status:
                project.number = f"{parent.number}-{index % 9 - 3}"
                project.name = f"{parent.name}, del {index % 9 - 3}"
                project.main, project.customer = parent.number, parent.customer
            elif index % 9 == 3:
                parent = project
            office.projects.append(project)


def project_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """The projects as people list them."""
    return as_columns([
        {
            "project_number": project.number, "name": project.name, "customer_number": project.customer,
            "start_date": project.start,
            "end_date": project.last if project.status in {"Avsluttet", "Arkivert"} else None,
            "status": project.status,
            "address_street": f"{chance.choice(words.STREETS)} {chance.randint(1, 98)}" if project.place else None,
            "address_postal_code": project.place[0] if project.place else None,
            "address_city": project.place[1] if project.place else None,
            "cadastral_id": f"{chance.randint(1, 300)}/{chance.randint(1, 900)}" if chance.random() < 0.3 else None,
            "project_owner": office.people[0].email, "project_leader": project.leader.email,
            "department": project.leader.department, "main_project_number": project.main,
            "price_model": project.price_model,
            "fixed_price_amount": chance.randrange(80, 4000) * 1000.0 if project.price_model == "Fastpris" else None,
            "project_tags": "; ".join(project.tags) or None, "is_internal": "Ja" if project.is_internal else None,
            "description": f"{project.name}.\nSe også arkivmappen." if chance.random() < 0.1 else None,
            "old_project_number": project.number.replace("-", "/"),
        }
        for project in office.projects
    ])  # fmt: skip


def activity_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """The phases of all projects."""
    rows: list[dict[str, CellValue]] = []
    for project in office.projects:
        is_closed = project.status in {"Avsluttet", "Arkivert"}
        for index, phase in enumerate(project.phases):
            is_planned = project.status in {"Tilbud sendt", "Ikke startet"} or (
                phase.first is not None and phase.first >= CUTOVER
            )
            is_over = is_closed or (phase.last is not None and phase.last < dt.date(2024, 12, 1))
            has_end = is_closed or index < len(project.phases) - 1
            rows.append({
                "project_number": project.number, "activity_number": str(index + 1), "activity_name": phase.name,
                "from_date": phase.first, "until_date": phase.last if has_end else None,
                "status": "Ikke startet" if is_planned else "Avsluttet" if is_over else "Under arbeid",
                "estimated_hours": None if project.is_internal else chance.randrange(20, 400) / 2,
            })  # fmt: skip
    return as_columns(rows)


# Private functions


def _project(office: Office, year: int, index: int, title: str, weights: list[float], chance: random.Random) -> Project:
    start = dt.date(year, 1, 2) + dt.timedelta(days=chance.randrange(330))
    last = start + dt.timedelta(days=chance.randint(90, 900))
    status = "Arkivert" if last.year < 2020 else "Avsluttet"
    if last >= dt.date(2024, 11, 1):
        status, last = "Under arbeid", max(last, dt.date(2025, 3, 31))
    if year == 2024 and index % 12 == 7:
        status = chance.choice(("Tilbud sendt", "Ikke startet"))
    is_open = status in {"Under arbeid", "Tilbud sendt", "Ikke startet"}
    customers = office.active_customers
    customer = (
        chance.choices(customers, weights)[0]
        if is_open or chance.random() < 0.7
        else chance.choice(office.other_customers)
    )
    there = [
        person
        for person in office.people
        if person.employed_from <= start and (not is_open or person.employed_to is None)
    ]
    leader = chance.choice(there or [office.people[0]])
    team = chance.sample([person for person in office.people if person is not leader], chance.randint(2, 5))
    count = chance.randint(3, 6) if last >= FIRST_DAY else chance.randint(1, 3)
    return Project(
        number=f"{year % 100}{index:03}", name=title, customer=customer, start=start, last=last, status=status,
        price_model=chance.choices(("Timepris", "Fastpris", "Tilbudsbasert"), (70, 25, 5))[0], leader=leader,
        team=[leader, *team], phases=_phases(start, last, words.PHASES[:count]),
        tags=tuple(chance.sample(words.TAGS, chance.choice((0, 1, 2)))), place=chance.choice(words.POST_TOWNS),
    )  # fmt: skip


def _phases(start: dt.date, last: dt.date, names: tuple[str, ...]) -> list[Phase]:
    days = (last - start).days // len(names)
    firsts = [start + dt.timedelta(days=days * index) for index in range(len(names))]
    lasts = [*(day - dt.timedelta(days=1) for day in firsts[1:]), last]
    return [Phase(name, *period) for name, *period in zip(names, firsts, lasts, strict=True)]
