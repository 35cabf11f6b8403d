"""Co-workers, customers and their contacts."""

from __future__ import annotations

import datetime as dt
import random

import words
from nouns import OWN_NUMBER, CellValue, Office, Person, as_columns, org_number, plain

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
MOBILES = (40, 41, 45, 46, 47, 48, 90, 91)


def employee_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """Forty co-workers; they are added to the office."""
    first_names = chance.sample(words.FIRST_NAMES, 40)
    last_names = chance.sample(words.LAST_NAMES, 40)
    percentages = [100] * 26 + [90] * 2 + [80] * 6 + [60] * 3 + [50] * 3
    chance.shuffle(percentages)
    rows: list[dict[str, CellValue]] = []
    for index, (first, last, percentage) in enumerate(zip(first_names, last_names, percentages, strict=True)):
        department = "Arkitektur" if index % 5 else words.DEPARTMENTS[index // 5 % 5]
        began = dt.date(chance.randint(2008, 2022), chance.randint(1, 12), 1)
        if index in {7, 18, 29}:  # began while the hours run
            began = dt.date(2023, chance.choice((3, 8, 10)), 1)
        left = dt.date(2024, 2 + index % 5 * 2, 28) if index in {4, 11, 17, 23, 38} else None
        away = dt.date(2024, 8, 19) if index == 14 else None
        email = f"{plain(first)}.{plain(last)}@fjordglott.example".replace(" ", "-")
        week = _week(percentage)
        office.people.append(Person(email, first, last, department, percentage, week, began, left, away))
        is_former = left is not None
        rows.append({
            "email": email, "first_name": first, "last_name": last,
            "mobile_phone": f"{900 + index} 00 {index + 100:03}", "title": chance.choice(words.TITLES[department]),
            "employee_type": "Ekstern" if index in {23, 31} else "Intern",
            "external_employee_number": str(101 + index),
            "employment_status": "Sluttet" if is_former else "Permisjon" if away else "Nåværende",
            "employed_from": began, "employed_to": left, "work_percentage": percentage, "working_hours": sum(week),
            **{f"working_hours_{day}": hours for day, hours in zip(WEEKDAYS, week, strict=True)},
            "schedule_valid_from": began, "department": department, "default_project_role": "Prosjektmedlem",
            "can_log_in": "Nei" if is_former else "Ja", "has_license": "Nei" if is_former else "Ja",
            "photo_file": f"{plain(first)}-{plain(last)}.jpg", "tags": "BIM; Ombruk" if index % 9 == 0 else None,
        })  # fmt: skip
    return as_columns(rows)


def customer_columns(office: Office, chance: random.Random) -> dict[str, list[CellValue]]:
    """Two hundred and fifty customers, the office itself first; their numbers are added to the office."""
    rows: list[dict[str, CellValue]] = [{
        "customer_number": OWN_NUMBER, "name": "Fjordgløtt Arkitekter AS", "org_number": "310000086",
        "country": "Norge", "email": "post@fjordglott.example", "address_line1": "Bryggegata 1", "postal_code": "0099",
        "city": "Fjordgløtt", "status": "Aktiv", "relation": "Kunde",
    }]  # fmt: skip
    names = _customer_names(chance)
    for index, name in enumerate(names):
        number = str(10001 + index)
        is_foreign = index % 14 == 5
        status = chance.choices(("Aktiv", "Inaktiv", "Potensiell", "Sperret"), (76, 17, 5, 2))[0]
        (office.active_customers if status == "Aktiv" else office.other_customers).append(number)
        row = _foreign_customer(index // 14, chance) if is_foreign else _norwegian_customer(name, index, chance)
        tags = chance.sample(words.TAGS, chance.choice((0, 0, 1, 2)))
        rows.append({
            "customer_number": number, **row, "status": status, "tags": "; ".join(tags) or None,
            "relation": "Begge" if index % 23 == 0 else "Kunde", "credit_days": chance.choice((None, 14, 30)),
            "old_customer_number": f"K-{index + 1:04}",
        })  # fmt: skip
    return as_columns(rows)


def contact_columns(
    office: Office, customers: dict[str, list[CellValue]], chance: random.Random
) -> dict[str, list[CellValue]]:
    """None, one or two contacts per customer; the second one belongs to a project."""
    rows: list[dict[str, CellValue]] = []
    project_of = {project.customer: project.number for project in office.projects}
    for index, (number, country, email) in enumerate(
        zip(*(customers[name] for name in ("customer_number", "country", "email")), strict=True)
    ):
        is_norwegian = country in {None, "Norge"}
        for place in range(chance.choice((0, 1, 1, 2, 2))):
            if is_norwegian:
                first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
            else:
                first, last = words.FOREIGN_PEOPLE[(index + place * 3) % len(words.FOREIGN_PEOPLE)].split(" ", 1)
            domain = str(email).partition("@")[2]
            rows.append({
                "customer_number": number, "name": f"{first} {last}", "job_title": chance.choice(words.JOB_TITLES),
                "phone": f"{MOBILES[index % 8]}{place} 00 {index:03}" if is_norwegian else None,
                "email": f"{plain(first)}.{plain(last)}@{domain}".replace(" ", "-"),
                "project_number": project_of.get(str(number)) if place == 1 else None,
                "is_invoice_contact": "Ja" if place == 0 else "Nei",
            })  # fmt: skip
    return as_columns(rows)


# Private functions


def _week(percentage: int) -> tuple[float, ...]:
    return {
        100: (7.5, 7.5, 7.5, 7.5, 7.5),
        90: (7.5, 7.5, 7.5, 7.5, 3.75),
        80: (7.5, 7.5, 7.5, 7.5, 0.0),
        60: (7.5, 7.5, 7.5, 0.0, 0.0),
        50: (3.75, 3.75, 3.75, 3.75, 3.75),
    }[percentage]


def _customer_names(chance: random.Random) -> list[str]:
    made = [
        f"{place} {branch}" + ("" if branch in words.WITHOUT_SUFFIX else " AS")
        for place in words.PLACES
        for branch in words.BRANCHES
    ]
    people = [f"{first} {last}" for first, last in zip(words.FIRST_NAMES, reversed(words.LAST_NAMES), strict=False)]
    municipalities = [f"{place} kommune" for place in words.PLACES]
    chance.shuffle(made)
    mixed = municipalities + people[:22] + made[: 249 - 22 - len(municipalities)]
    chance.shuffle(mixed)
    return mixed


def _norwegian_customer(name: str, index: int, chance: random.Random) -> dict[str, CellValue]:
    postal_code, city = chance.choice(words.POST_TOWNS)
    domain = f"{plain(name).replace(' ', '-')}.example"
    is_private = name.split(maxsplit=1)[0] in words.FIRST_NAMES
    number = (
        None if is_private else next(filter(None, (org_number(31_100_000 + index * 37 + step) for step in range(9))))
    )
    row: dict[str, CellValue] = {
        "name": name, "org_number": number, "phone": f"2{index % 4 + 1} 00 {index // 100:02} {index % 100:02}",
        "website": None if is_private else f"www.{domain}", "email": f"{'hei' if is_private else 'post'}@{domain}",
        "address_line1": f"{chance.choice(words.STREETS)} {chance.randint(1, 98)}", "postal_code": postal_code,
        "city": city, "country": None if index % 6 == 0 else "Norge",
        "invoice_type": "E-post" if is_private else "EHF" if index % 3 else "E-post",
        "customer_reference": None if is_private else f"Avd. {index % 7 + 1}",
    }  # fmt: skip
    if index % 11 == 0:
        row |= {"invoice_address_line1": "Postboks 99", "invoice_postal_code": postal_code, "invoice_city": city}
    if index % 8 == 0:
        row["invoice_email"] = f"faktura@{domain}; regnskap@{domain}"
    if number and index % 10 == 0:
        row["vat_number"] = f"NO {number} MVA"
    return row


def _foreign_customer(index: int, chance: random.Random) -> dict[str, CellValue]:
    country, ending, towns, streets, suffixes = words.FOREIGN[index % len(words.FOREIGN)]
    name = f"{words.FOREIGN_NAMES[index]} {chance.choice(suffixes)}"
    postal_code, city = chance.choice(towns)
    return {
        "name": name, "email": f"mail@{plain(words.FOREIGN_NAMES[index]).replace(' ', '-')}.{ending}",
        "phone": f"+46 70 174 06 {index + 10:02}" if country == "Sverige" else None,
        "address_line1": f"{chance.choice(streets)} {chance.randint(1, 60)}", "postal_code": postal_code, "city": city,
        "country": country, "invoice_type": "E-post",
    }  # fmt: skip
