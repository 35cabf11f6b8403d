"""A renumbering in words: the map for the accountant, and what the terminal says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from momentsheet.model.catalog import Catalog, say
from momentsheet.model.numbering import EntityPlan, Note, NumberMap, Obstacle, Plan
from momentsheet.model.workbook import cell_name
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import LONGEST_VALUE, counted, entity_title, field_label, sentence

_MOST = 20  # obstacles that are told one by one
_COMMANDS = ("=", "+", "-", "@", "\t")  # a program that opens a csv file takes what begins so for a formula


def number_map(plan: Plan, notes: Sequence[Note], catalog: Catalog, language: str) -> NumberMap:
    """Every number of the plan, sheet by sheet: first those that change."""
    rows: list[tuple[str, ...]] = []
    changed: list[bool] = []
    for name, part in plan.entities.items():
        title = entity_title(name, catalog, language)
        for pair in sorted(part.pairs, key=lambda pair: not pair.is_changed):
            why = sentence(catalog, language, f"renumber.why.{pair.why.replace(' ', '_')}")
            rows.append((title, pair.old, pair.new, pair.name, why))
            changed.append(pair.is_changed)
    headers = ("kind", "old", "new", "name", "reason")
    system = say(catalog.accounting[plan.system].label, language)
    return NumberMap(
        sentence(catalog, language, "renumber.map.title"),
        catalog.company.name,
        sentence(catalog, language, "renumber.map.intro", {"system": system}),
        tuple(sentence(catalog, language, f"renumber.map.{header}") for header in headers),
        tuple(rows),
        tuple(changed),
        sentence(catalog, language, "renumber.map.notes"),
        tuple(note_text(note, catalog, language) for note in notes),
    )


def number_map_csv(page: NumberMap) -> bytes:
    """The map for programs and for Excel in a country of decimal commas: semicolons, UTF-8 with its mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(page.headers)
    writer.writerows([_harmless(text) for text in row] for row in page.rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def renumbered_lines(
    plan: Plan, notes: Sequence[Note], catalog: Catalog, language: str, *, is_back: bool
) -> tuple[str, ...]:
    """What became of the numbers of each sheet, and what a person must know of it."""
    lines = []
    for name, part in plan.entities.items():
        lines.append(_entity_line(name, part, catalog, language, is_back=is_back))
        if part.next_is and not is_back:
            facts = {"title": entity_title(name, catalog, language), "number": part.next_is, "before": part.next_was}
            lines.append(sentence(catalog, language, "renumber.told.next", facts))
    return (*lines, *(note_text(note, catalog, language) for note in notes))


def obstacle_lines(obstacles: Sequence[Obstacle], catalog: Catalog, language: str) -> tuple[str, ...]:
    """The cells because of which nothing was renumbered."""
    lines = [obstacle_text(one, catalog, language) for one in obstacles[:_MOST]]
    if len(obstacles) > _MOST:
        lines.append(sentence(catalog, language, "renumber.more", {"count": len(obstacles) - _MOST}))
    return (*lines, counted(catalog, language, "renumber.stopped", len(obstacles)))


def obstacle_text(obstacle: Obstacle, catalog: Catalog, language: str) -> str:
    """Which cell is in the way, and why."""
    cell = str(obstacle.row) if obstacle.column is None else cell_name(obstacle.row, obstacle.column)
    facts = {
        **_facts(obstacle.facts, catalog, language),
        "file": obstacle.file,
        "sheet": obstacle.sheet,
        "cell": cell,
        "value": plain(obstacle.value, LONGEST_VALUE),
    }
    return sentence(catalog, language, f"renumber.obstacle.{obstacle.id}", facts)


def note_text(note: Note, catalog: Catalog, language: str) -> str:
    """What a person must know."""
    return sentence(catalog, language, f"renumber.note.{note.id}", _facts(note.facts, catalog, language))


def renumbering_json(
    plan: Plan | None,
    notes: Sequence[Note],
    obstacles: Sequence[Obstacle],
    written: Sequence[str],
    catalog: Catalog,
    language: str,
) -> str:
    """What was done, for programs."""
    numbers = {
        name: {
            "next": {"was": part.next_was, "is": part.next_is} if part.next_is else None,
            "numbers": [{"old": one.old, "new": one.new, "why": one.why, "name": one.name} for one in part.pairs],
        }
        for name, part in (plan.entities.items() if plan is not None else ())
    }
    said = {
        "tool": "momentsheet",
        "company": plan.company if plan is not None else catalog.company.code,
        "accounting_system": plan.system if plan is not None else None,
        "date": plan.date.isoformat() if plan is not None and plan.date is not None else None,
        "plan": numbers,
        "told": [{"id": note.id, "text": note_text(note, catalog, language)} for note in notes],
        "obstacles": [
            {
                "id": one.id,
                "file": one.file,
                "sheet": one.sheet,
                "row": one.row,
                "column": one.column,
                "value": one.value,
                "text": obstacle_text(one, catalog, language),
            }
            for one in obstacles
        ],
        "written": list(written),
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


# Private functions


def _entity_line(name: str, part: EntityPlan, catalog: Catalog, language: str, *, is_back: bool) -> str:
    changed = [pair for pair in part.pairs if pair.is_changed]
    facts: dict[str, object] = {
        "title": entity_title(name, catalog, language), "changed": len(changed), "kept": len(part.pairs) - len(changed),
    }  # fmt: skip
    if is_back:
        return sentence(catalog, language, "renumber.told.back", facts)
    if not changed:
        return sentence(catalog, language, "renumber.told.kept", facts)
    facts |= {"first": changed[0].new, "last": changed[-1].new}
    return sentence(catalog, language, "renumber.told.entity" if facts["kept"] else "renumber.told.all", facts)


def _facts(facts: Mapping[str, object], catalog: Catalog, language: str) -> dict[str, object]:
    """Facts with the words for sheets and columns."""
    said = dict(facts)
    if isinstance(entity := facts.get("entity"), str):
        said["title"] = entity_title(entity, catalog, language)
    if isinstance(field := facts.get("field"), tuple):
        said["header"] = field_label(field[0], field[1], catalog, language)
    return said


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_COMMANDS) else text
