"""Strict YAML: bytes to nodes that know their line; nothing is guessed, so `NO`, `0123` and `12:30` stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]

from momentsheet.errors import Problem

max_bytes = 1_000_000
max_depth = 50
_too_deep = f"is nested deeper than {max_depth} levels"

# libyaml where it is built in: ten times as fast as the same parser in Python
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_events: Any = yaml.events


@dataclass(slots=True)
class Node:
    """A piece of YAML and its line: text, list or mapping; None where a problem has already been told.

    The line of a mapping's value is that of its key.
    """

    line: int
    value: str | list[Node] | dict[str, Node] | None


def read_yaml(data: bytes, file: str, most: int = max_bytes) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document: its root (None where it cannot be read to the end) and every problem."""
    if len(data) > most:
        return None, [Problem(file, 1, f"is larger than {most:,} bytes")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Problem(file, data.count(b"\n", 0, error.start) + 1, "is not UTF-8 text")]
    directive = re.search(r"^%", text, re.MULTILINE)
    if directive:
        line = text.count("\n", 0, directive.start()) + 1
        return None, [Problem(file, line, "uses a directive (`%`); a file is plain YAML")]
    problems: list[Problem] = []
    try:
        parser = _PARSER(text)
        try:
            return _document(_Reading(file, parser.get_event, problems)), problems
        finally:
            parser.dispose()
    except yaml.error.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        # libyaml reads ahead and stops by itself where brackets are nested a thousand deep
        is_too_deep = "nesting depth" in (error.problem or "")
        return None, [*problems, Problem(file, line, _too_deep if is_too_deep else _why_unreadable(text, line))]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        return None, [*problems, Problem(file, line, "holds a character that YAML does not allow")]
    except _UnreadableError as stop:
        return None, [*problems, stop.problem]


# Private functions


@dataclass(slots=True)
class _Reading:
    file: str
    next_event: Callable[[], Any]
    problems: list[Problem]

    def tell(self, line: int, text: str) -> None:
        self.problems.append(Problem(self.file, line, text))


class _UnreadableError(Exception):
    """There is no sense in reading on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def _document(reading: _Reading) -> Node:
    """The one document of the stream."""
    root: Node | None = None
    while True:
        event = reading.next_event()
        kind = type(event)
        if kind is _events.StreamEndEvent:
            break
        if kind is _events.DocumentStartEvent and root is not None:
            raise _UnreadableError(Problem(reading.file, event.start_mark.line + 1, "holds a second document"))
        if isinstance(event, _events.NodeEvent):
            root = _node(event, reading, depth=1)
    if root is None:
        raise _UnreadableError(Problem(reading.file, 1, "is empty"))
    return root


def _node(event: Any, reading: _Reading, depth: int) -> Node:
    line = event.start_mark.line + 1
    kind = type(event)
    if kind is _events.AliasEvent:
        reading.tell(line, "uses an alias (`*`); write the value out")
        return Node(line, None)
    if event.anchor is not None:
        reading.tell(line, "uses an anchor (`&`); write the value out where it is needed")
    if event.tag is not None:
        reading.tell(line, "uses a tag (`!`); values are written plainly")
    if kind is _events.ScalarEvent:
        return Node(line, event.value)
    if depth >= max_depth:
        raise _UnreadableError(Problem(reading.file, line, _too_deep))
    if kind is _events.SequenceStartEvent:
        return Node(line, _items(reading, depth + 1))
    return Node(line, _entries(reading, depth + 1))


def _items(reading: _Reading, depth: int) -> list[Node]:
    items: list[Node] = []
    while type(event := reading.next_event()) is not _events.SequenceEndEvent:
        items.append(_node(event, reading, depth))
    return items


def _entries(reading: _Reading, depth: int) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    while type(event := reading.next_event()) is not _events.MappingEndEvent:
        key = _node(event, reading, depth)
        value = _node(reading.next_event(), reading, depth)
        value.line = key.line
        if not isinstance(key.value, str):
            if key.value is not None:
                reading.tell(key.line, "has a list or mapping as a key")
        elif key.value in entries:
            reading.tell(key.line, f"`{key.value}` stands here twice, first in line {entries[key.value].line}")
        else:
            entries[key.value] = value
    return entries


def _why_unreadable(text: str, line: int) -> str:
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if here[: len(here) - len(here.lstrip())].count("\t"):
        return "is indented with a tab; use spaces"
    if here.count(": ") > 1 or "{" in here or "[" in here:
        return 'cannot be read as YAML; put text that holds `: `, `, `, `{`, `[` or `#` in "quotes"'
    return "cannot be read as YAML; look for a missing quote or bracket, or a wrong indentation, here or just above"
