"""Names of files in which a number stands as a whole token: the old one out, the new one in."""

from __future__ import annotations

import re

from momentsheet.model.numbering import EntityPlan, Plan, collision_key, number_key

_RUN = re.compile(r"[0-9]+")


def renamed(file_name: str, plan: Plan, entity: str, number: str | None = None) -> str:
    """The name with the new number where an old one of the plan stands as a whole token; else the same name.

    `number`: the only old one that is meant, where that is known. Where several stand in the name and nobody knows
    which one is meant, it stays, too.
    """
    part = plan.entities.get(entity, EntityPlan())
    exact, similar = part.new_of, part.new_of_similar
    if number is not None:
        exact = {key: exact[key] for key in (number_key(number),) if key in exact}
        similar = {collision_key(number): new for new in exact.values()}
    folder, slash, name = file_name.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    found: dict[str, list[tuple[int, int]]] = {}  # new number -> where it belongs
    taken: list[tuple[int, int]] = []
    # The longest first: K-17 is meant, not 17.
    for start, end in sorted(_places(stem), key=lambda place: (place[0] - place[1], place[0])):
        word = stem[start:end]
        new = exact.get(number_key(word)) or similar.get(collision_key(word))
        if new is not None and not any(start < last and first < end for first, last in taken):
            found.setdefault(new, []).append((start, end))
            taken.append((start, end))
    if len(found) != 1:
        return file_name
    ((new, places),) = found.items()
    for start, end in sorted(places, reverse=True):
        stem = stem[:start] + new + stem[end:]
    return f"{folder}{slash}{stem}{dot}{suffix}"


# Private functions


def _places(stem: str) -> set[tuple[int, int]]:
    """Where a number may stand: runs of digits, words, and words that hyphens join."""
    places = {found.span() for found in _RUN.finditer(stem)}
    words = [found.span() for found in re.finditer(r"[^\W_]+", stem)]
    places.update(words)
    for first in range(len(words)):
        last = first
        while last + 1 < len(words) and stem[words[last][1] : words[last + 1][0]] == "-":
            last += 1
            places.add((words[first][0], words[last][1]))
    return places
