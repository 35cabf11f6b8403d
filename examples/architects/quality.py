"""Tasks, checklists and documents of the projects that go on; the old customer numbers."""

from __future__ import annotations

import datetime as dt
import random

from nouns import CellValue, Office, as_columns

CHECKLISTS = {
    "Kontroll av tegninger": ("Mål og høyder stemmer", "Tittelfelt er fylt ut", "Revisjon er ført"),
    "Befaring": ("Fotografier er tatt", "Avvik er notert"),
    "Oppstart av prosjekt": ("Avtale er signert", "Mappe er opprettet", "Oppstartsmøte er holdt"),
}
TASKS = ("Oppdater romskjema", "Avklar brannkrav", "Send tegninger til kunden", "Svar på merknader")


def quality_columns(
    office: Office, customers: dict[str, list[CellValue]], chance: random.Random
) -> dict[str, dict[str, list[CellValue]]]:
    """Checklists with their points, tasks with a checklist, where else checklists are used, documents, old numbers."""
    open_projects = [item for item in office.projects if item.status == "Under arbeid" and not item.is_internal]
    checker = office.people[0].email
    names = list(CHECKLISTS)
    tasks: list[dict[str, CellValue]] = []
    for project in open_projects[:120]:
        for place in range(chance.choice((1, 2))):
            person = chance.choice([one for one in project.team if one.employed_to is None and one.away_from is None])
            start = max(project.start, dt.date(2024, 10, 1))
            tasks.append({
                "project_number": project.number, "activity_name": project.phases[-1].name,
                "task_number": str(place + 1),
                "name": chance.choice(TASKS), "status": "Åpen", "assignee_email": person.email, "start_date": start,
                "due_date": min(project.last, start + dt.timedelta(days=120)),
                "estimated_hours": chance.randrange(4, 60) / 2, "checklist_name": names[0] if place else None,
                "priority": chance.choice(("Lav", "Normal", "Høy")),
            })  # fmt: skip
    return {
        "checklist": as_columns([
            {"checklist_name": name, "control_person_email": checker, "status": "Aktiv"} for name in names
        ]),
        "checklist_item": as_columns([
            {"checklist_name": name, "sort_order": place, "item_type": "Skilletekst" if place == 0 else "Sjekkpunkt",
             "text": text, "has_control": None if place == 0 else "Ja"}
            for name, points in CHECKLISTS.items()
            for place, text in enumerate(("Kontroller", *points))
        ]),
        "task": as_columns(tasks),
        "checklist_use": as_columns([
            {"checklist_name": names[1 + place % 2], "project_number": project.number}
            for place, project in enumerate(open_projects[:60])
        ]),
        "document": as_columns([
            {"file_name": f"avtale-{project.number}.pdf", "entity": "Prosjekt", "entity_key": project.number,
             "title": f"Avtale, {project.name}"[:120], "file_type": "PDF"}
            for project in open_projects[:40]
        ]),
        "number_map": as_columns([
            {"entity": "Kunde", "old_number": old, "new_number": new, "reason": "PowerOffice Go begynner på 10000"}
            for old, new, status in zip(
                *(customers[name] for name in ("old_customer_number", "customer_number", "status")), strict=True
            )
            if old is not None and status == "Aktiv"
        ]),
    }  # fmt: skip
