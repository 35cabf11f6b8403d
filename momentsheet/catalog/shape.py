"""Declared shapes: what may stand at a place in a YAML file, taken from nodes with every problem told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.place import WRONG, Place, Taken, Wrong
from momentsheet.catalog.yaml_reader import Node


class Shape(Protocol):
    """Takes a node: the value, or WRONG after telling the problem at `what` (how the place is called)."""

    def take(self, node: Node, what: str, place: Place) -> Any: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Text; `pattern` must fit all of it, `says` completes «must be …», `near` suggests what was meant."""

    pattern: str = ""
    says: str = ""
    may_be_blank: bool = False
    near: Callable[[str], str] | None = None

    def take(self, node: Node, what: str, place: Place) -> str | Wrong:
        if not isinstance(node.value, str):
            return _not(node, what, "text", place)
        if not node.value.strip() and not self.may_be_blank:
            return place.tell(node.line, f"{what} is empty")
        if self.pattern and not re.fullmatch(self.pattern, node.value):
            near = self.near(node.value) if self.near is not None else ""
            return place.tell(node.line, f"{what} must be {self.says}{near}")
        return node.value


@dataclass(frozen=True, slots=True)
class Number:
    """A number between `least` and `most` (both allowed), whole if `is_whole`."""

    least: float = float("-inf")
    most: float = float("inf")
    is_whole: bool = False

    def take(self, node: Node, what: str, place: Place) -> float | Wrong:
        kind = "a whole number" if self.is_whole else "a number"
        if not isinstance(node.value, str):
            return _not(node, what, kind, place)
        pattern = r"-?[0-9]{1,15}" if self.is_whole else r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
        if not re.fullmatch(pattern, node.value, re.ASCII):
            near = node.value.replace(",", ".")
            is_near = re.fullmatch(pattern, near, re.ASCII) is not None
            return place.tell(node.line, f"{what} must be {kind}{_meant(near if is_near else None)}")
        value = int(node.value) if re.fullmatch(r"-?[0-9]+", node.value) else float(node.value)
        if not self.least <= value <= self.most:
            return place.tell(node.line, f"{what} must be {kind} from {self.least:g} to {self.most:g}")
        return value


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`, nothing else."""

    def take(self, node: Node, what: str, place: Place) -> bool | Wrong:
        if node.value in ("true", "false"):
            return node.value == "true"
        word = node.value.lower() if isinstance(node.value, str) else ""
        near = {"true": _YES, "false": _NO}
        kind = "`true` or `false`" + _meant(next((value for value, words in near.items() if word in words), None))
        return _not(node, what, kind, place)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as YYYY-MM-DD."""

    def take(self, node: Node, what: str, place: Place) -> dt.date | Wrong:
        if isinstance(node.value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", node.value):
            try:
                return dt.date.fromisoformat(node.value)
            except ValueError:
                pass
        return _not(node, what, "a date as YYYY-MM-DD" + _meant(_near_date(node.value)), place)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: Collection[str]

    def take(self, node: Node, what: str, place: Place) -> str | Wrong:
        if not isinstance(node.value, str):
            return _not(node, what, "one of " + ", ".join(f"`{word}`" for word in self.words), place)
        if node.value not in self.words:
            return place.tell(node.line, f"{what} cannot be `{node.value}`{did_you_mean(node.value, self.words)}")
        return node.value


@dataclass(frozen=True, slots=True)
class Known:
    """The name of something that another place defines: a field, an entity, a list, a rule, a system, a language."""

    kind: str

    def take(self, node: Node, what: str, place: Place) -> str | Wrong:
        if not isinstance(node.value, str):
            return _not(node, what, f"the name of a {self.kind}", place)
        if not node.value:
            return place.tell(node.line, f"{what} is empty")
        return self.look_up(node.value, node.line, what, place)

    def look_up(self, name: str, line: int, what: str, place: Place) -> str | Wrong:
        known = place.names.known(self.kind, place.entity)
        if known is None or name in known:
            return name
        whose = f" of {place.entity}" if self.kind == "field" else ""
        return place.tell(line, f"{what} names the unknown {self.kind} `{name}`{whose}{did_you_mean(name, known)}")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """`entity.field`, both known; taken as the pair."""

    def take(self, node: Node, what: str, place: Place) -> tuple[str, str] | Wrong:
        if not isinstance(node.value, str) or node.value.count(".") != 1:
            return _not(node, what, "written as `entity.field`", place)
        entity, name = node.value.split(".")
        if not Known("entity").look_up(entity, node.line, what, place):
            return WRONG
        with place.within(entity):
            return (entity, name) if Known("field").look_up(name, node.line, what, place) else WRONG


@dataclass(frozen=True, slots=True)
class EntityOrField:
    """`entity` or `entity.field`, known; taken as the text."""

    def take(self, node: Node, what: str, place: Place) -> str | Wrong:
        shape: Shape = FieldPath() if isinstance(node.value, str) and "." in node.value else Known("entity")
        return node.value if shape.take(node, what, place) and isinstance(node.value, str) else WRONG


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one shape, no two items alike unless `may_repeat`; mappings differ in the word at `name`."""

    item: Shape
    least: Literal[0, 1] = 0
    called: str = ""
    name: str = ""
    may_repeat: bool = False

    def take(self, node: Node, what: str, place: Place) -> tuple[Any, ...] | Wrong:
        if not isinstance(node.value, list):
            return _not(node, what, "a list", place)
        if len(node.value) < self.least:
            return place.tell(node.line, f"{what} is empty")
        values = [self.item.take(child, self._call(child, at, what), place) for at, child in enumerate(node.value, 1)]
        if not self.may_repeat:
            self._look_for_twins(node.value, what, place)
        return tuple(value for value in values if value is not WRONG)

    def _call(self, child: Node, at: int, what: str) -> str:
        word = _word(child, self.name)
        return f"{self.called} `{word}`" if word and self.name else f"{self.called or what} {at}"

    def _look_for_twins(self, children: Sequence[Node], what: str, place: Place) -> None:
        first: dict[str, int] = {}
        for child in children:
            word = _word(child, self.name)
            if word is None:
                continue
            if word in first:
                place.tell(child.line, f"{what} has `{word}` twice, first in line {first[word]}")
            first.setdefault(word, child.line)


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with declared keys. `scope`: the key that says whose fields are meant in the others."""

    needs: Mapping[str, Shape] = field(default_factory=dict)
    may: Mapping[str, Shape] = field(default_factory=dict)
    exactly_one: tuple[str, ...] = ()
    scope: str | None = None
    shapes: Mapping[str, Shape] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", {**self.needs, **self.may})

    def take(self, node: Node, what: str, place: Place) -> Taken | Wrong:
        if not isinstance(node.value, dict):
            return _not(node, what, "a mapping with `key: value`", place)
        before = len(place.problems)
        taken = Taken(place.file, node.line)
        if self.scope:
            with place.within(_word(node, self.scope)):
                self._fill(taken, node.value, what, place)
        else:
            self._fill(taken, node.value, what, place)
        taken.is_sound = len(place.problems) == before
        return taken

    def _fill(self, taken: Taken, entries: Mapping[str, Node], what: str, place: Place) -> None:
        for key, child in entries.items():
            shape = self.shapes.get(key)
            if shape is None:
                place.tell(child.line, f"{what} has the unknown key `{key}`{did_you_mean(key, self.shapes)}")
                continue
            taken.lines[key] = child.line
            value = shape.take(child, f"`{key}`", place)
            if value is not WRONG:
                taken[key] = value
        for key in self.needs:
            if key not in entries:
                place.tell(taken.line, f"{what} lacks `{key}`")
        given = [key for key in self.exactly_one if key in entries]
        if self.exactly_one and len(given) != 1:
            names = ", ".join(f"`{key}`" for key in self.exactly_one)
            place.tell(taken.line, f"{what} needs exactly one of {names}; it has {len(given) or 'none'}")


@dataclass(frozen=True, slots=True)
class ByKey:
    """A mapping with keys of one shape and values of another; `is_scope`: each key is the entity meant."""

    key: Shape
    value: Shape
    is_scope: bool = False
    least: Literal[0, 1] = 0

    def take(self, node: Node, what: str, place: Place) -> Taken | Wrong:
        if not isinstance(node.value, dict):
            return _not(node, what, "a mapping with `key: value`", place)
        if len(node.value) < self.least:
            return place.tell(node.line, f"{what} is empty")
        before = len(place.problems)
        taken = Taken(place.file, node.line)
        for text, child in node.value.items():
            key = self.key.take(Node(child.line, text), f"a key of {what}", place)
            with place.within(text if self.is_scope else place.entity):
                value = self.value.take(child, f"`{text}`", place)
            if key is not WRONG and value is not WRONG:
                taken[text] = value
                taken.lines[text] = child.line
        taken.is_sound = len(place.problems) == before
        return taken


@dataclass(frozen=True, slots=True)
class Switch:
    """A mapping whose shape depends on the word at one of its keys."""

    key: str
    shapes: Mapping[str, Shape]

    def take(self, node: Node, what: str, place: Place) -> Any:
        if not isinstance(node.value, dict):
            return _not(node, what, "a mapping with `key: value`", place)
        word = node.value.get(self.key)
        if word is None:
            return place.tell(node.line, f"{what} lacks `{self.key}`")
        kind = Choice(self.shapes).take(word, f"`{self.key}`", place)
        return self.shapes[kind].take(node, what, place) if isinstance(kind, str) else WRONG


@dataclass(frozen=True, slots=True)
class Either:
    """A text, a list or a mapping, each with a shape of its own."""

    text: Shape | None = None
    many: Shape | None = None
    mapping: Shape | None = None

    def take(self, node: Node, what: str, place: Place) -> Any:
        kinds = ((str, self.text, "text"), (list, self.many, "a list"), (dict, self.mapping, "a mapping"))
        for kind, shape, _ in kinds:
            if shape is not None and isinstance(node.value, kind):
                return shape.take(node, what, place)
        return _not(node, what, " or ".join(name for _, shape, name in kinds if shape is not None), place)


@dataclass(frozen=True, slots=True)
class Marked:
    """One shape for a mapping that has one of these keys, unless fields are called so; another for everything else."""

    keys: frozenset[str]
    marked: Shape
    other: Shape

    def take(self, node: Node, what: str, place: Place) -> Any:
        marks = self.keys.difference(place.names.known("field", place.entity) or ())
        is_marked = isinstance(node.value, dict) and not marks.isdisjoint(node.value)
        return (self.marked if is_marked else self.other).take(node, what, place)


@dataclass(frozen=True, slots=True)
class Unread:
    """Anything; taken as the node itself, because what may stand here depends on what stands elsewhere."""

    def take(self, node: Node, what: str, place: Place) -> Node:  # noqa: ARG002 - one signature for all shapes
        return node


# Private functions

_YES = ("true", "yes", "y", "on", "ja", "j", "x", "1")
_NO = ("false", "no", "n", "off", "nei", "nej", "0")


def _meant(text: str | None) -> str:
    return "" if text is None else f"; did you mean `{text}`?"


def _near_date(text: object) -> str | None:
    """The day that is meant by 31.12.2024, 31/12 2024 or 2024.12.31: nobody in the North puts the month first."""
    parts = (
        re.fullmatch(r"\s*([0-9]{1,4})[./ -]+([0-9]{1,2})[./ -]+([0-9]{1,4})\s*", text)
        if isinstance(text, str)
        else None
    )
    if parts is None:
        return None
    first, month, last = (int(part) for part in parts.groups())
    year, day = (first, last) if len(parts[1]) == 4 else (last, first)
    try:
        return dt.date(year, month, day).isoformat() if year > 999 else None
    except ValueError:
        return None


def _word(node: Node, key: str) -> str | None:
    """What an item of a list is called: itself, or the word at `key`."""
    inner = node.value.get(key) if isinstance(node.value, dict) else node
    return inner.value if inner is not None and isinstance(inner.value, str) else None


def _not(node: Node, what: str, kind: str, place: Place) -> Wrong:
    """Tell that something else should stand here, unless the place has been told of before."""
    if node.value is None:
        return WRONG
    empty = " (it is empty)" if node.value == "" else ""
    return place.tell(node.line, f"{what} must be {kind}{empty}")
