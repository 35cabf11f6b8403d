"""Where we are while a file is taken by its shape, and what was taken: values that know their line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from momentsheet.catalog.names import Names
from momentsheet.errors import Problem


class Wrong:
    """Stands where a value could not be taken; its problem has been told."""

    def __bool__(self) -> bool:
        return False


WRONG = Wrong()


class Taken(dict[str, Any]):
    """A mapping that was taken: its right values, where each stands, and whether everything below it is right."""

    __slots__ = ("_elsewhere", "file", "is_sound", "line", "lines")

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}
        self.is_sound = True
        self._elsewhere: dict[str, str] = {}

    def put(self, key: str, value: Any, file: str, line: int) -> None:
        """Add a value that another file gives."""
        self[key] = value
        self.lines[key] = line
        self._elsewhere[key] = file

    def problem(self, key: str, text: str) -> Problem:
        """A problem at that key, or at the mapping where the key is missing."""
        return Problem(self._elsewhere.get(key, self.file), self.lines.get(key, self.line), text)


@dataclass(slots=True)
class Place:
    """Where we are while taking: file, known names, the entity whose fields are meant, problems so far."""

    file: str
    names: Names
    problems: list[Problem]
    entity: str | None = None

    def tell(self, line: int, text: str) -> Wrong:
        self.problems.append(Problem(self.file, line, text))
        return WRONG

    @contextmanager
    def within(self, entity: str | None) -> Iterator[None]:
        """Field names mean fields of that entity meanwhile."""
        outer, self.entity = self.entity, entity
        try:
            yield
        finally:
            self.entity = outer
