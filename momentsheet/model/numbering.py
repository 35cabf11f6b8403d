"""Old numbers and the new ones in their place: the plan, and what a delivery holds that a plan is about."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from momentsheet.model.catalog import NOTHING

# Why a number is what it is in the plan
Why = Literal["fits", "does not fit", "taken", "map", "given"]

_DASHES = {ord(char): "-" for char in "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"}
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_DIGITS = re.compile(r"([0-9]+)")


def number_key(number: str) -> str:
    """A number as references find it: case, dashes and spaces do not tell two numbers apart."""
    return " ".join(unicodedata.normalize("NFC", number).translate(_DASHES).split()).casefold()


def collision_key(number: str) -> str:
    """A number as people confuse it: 0417 and 417 are different, but must not both be there."""
    return without_zeros(number_key(number))


def without_zeros(number: str) -> str:
    """The number without zeros in front of its digits."""
    return _ZEROS.sub("", number)


def natural_key(number: str) -> tuple[tuple[str | int, ...], str]:
    """The order in which people count: K-2 before K-10."""
    parts = _DIGITS.split(number_key(number))
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), number


@dataclass(frozen=True, slots=True)
class Pair:
    """One number of the plan. `name` is what the thing is called, for people alone."""

    old: str
    new: str
    why: Why = "given"
    name: str = ""
    line: int = field(default=0, compare=False)  # in the file of the plan, 0 where it comes from none

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """The numbers of one entity; `next_was` and `next_is`: the next free one as the form says it, before and after."""

    pairs: tuple[Pair, ...] = ()
    next_was: str = ""
    next_is: str = ""
    # Key of an old number -> the new one, only where it is another; by the collision key only what nothing else has
    new_of: Mapping[str, str] = field(init=False, repr=False, compare=False)
    new_of_similar: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Files and cells are asked about one by one, so the maps are made once."""
        changed = [pair for pair in self.pairs if pair.is_changed]
        object.__setattr__(self, "new_of", {number_key(pair.old): pair.new for pair in changed})
        similar = Counter(collision_key(pair.old) for pair in self.pairs)
        alone = {key: pair.new for pair in changed if similar[key := collision_key(pair.old)] == 1}
        object.__setattr__(self, "new_of_similar", alone)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which numbers become which, for one company. No new number has been an old one.

    That makes it safe to apply again: every number is either an old one or a new one, and which one it is can be told.
    """

    company: str
    system: str
    date: dt.date | None
    entities: Mapping[str, EntityPlan] = NOTHING
    file: str = ""  # where it was read from

    def new_of(self, entity: str) -> Mapping[str, str]:
        """Key of an old number of the entity -> the new one, only where it is another."""
        return self.entities[entity].new_of if entity in self.entities else NOTHING

    def reversed(self) -> Plan:
        """The plan that takes everything back."""
        return replace(
            self,
            entities={
                name: EntityPlan(
                    tuple(replace(pair, old=pair.new, new=pair.old) for pair in part.pairs),
                    part.next_is,
                    part.next_was,
                )
                for name, part in self.entities.items()
            },
        )


@dataclass(frozen=True, slots=True)
class TakenNumber:
    """A number that is in use elsewhere, and by what its owner is known again: names, registration numbers."""

    number: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Numbered:
    """The numbers of one entity as a delivery holds them."""

    entity: str
    field: str
    names: Mapping[str, str]  # number as it is written at its first row -> what the row is called
    named: Mapping[str, str]  # numbers that other rows name, but that no row has: key -> as it is written first
    before: frozenset[str] = frozenset()  # keys of rows that were delivered before
    next_number: str = ""  # as the form or the company file says it
    mapped: tuple[tuple[str, str], ...] = ()  # the customer's own map: pairs of old and new
    marks: Mapping[str, frozenset[str]] = NOTHING  # number -> by what its row is known again


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A cell because of which nothing can be renumbered: `renumber.obstacle.<id>` in `rules/texts/`."""

    id: str
    file: str
    sheet: str
    row: int
    column: int | None
    value: str
    facts: Mapping[str, object] = NOTHING


# What is to stand in a cell: a whole number as a number, a text as a text, None for nothing
NewValue = int | str | None
# Sheet -> row (1-based) -> column (0 = A) -> what is to stand there
CellEdits = Mapping[str, Mapping[int, Mapping[int, NewValue]]]


@dataclass(frozen=True, slots=True)
class Note:
    """What a person must know of a renumbering: `renumber.note.<id>` in `rules/texts/` and its facts."""

    id: str
    facts: Mapping[str, object] = NOTHING


@dataclass(frozen=True, slots=True)
class NumberMap:
    """The map for the accountant, in words: title, company, what it is about, headers, rows, and what to know."""

    title: str
    company: str
    intro: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    changed: tuple[bool, ...]  # for each row, whether the number is another
    notes_title: str
    notes: tuple[str, ...]
