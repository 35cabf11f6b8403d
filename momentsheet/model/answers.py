"""What a company has answered about the values of its workbooks, so that nobody has to ask again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from momentsheet.model.finding import Finding, Group

FIX_LIST = "fix_list"  # kind of our sheet that asks
# Names of its hidden columns; `answer` holds the place of the column in which the answers stand, `asks` what a line
# asks about
ENTITY, FIELD, VALUE, ANSWER, ASKS = KEY_NAMES = ("entity", "field", "value", "answer", "asks")

Action = Literal["map", "blank", "skip", "keep", "create", "order", "merge"]
# What a line asks about: a value of a column; a row that other sheets name by a key of `entity` and `field`, and that
# is not there; or a row that seems to be another one
Asks = Literal["written", "named", "same"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be done with a value of a column, or with the column as a whole where `value` is blank.

    map: `to` is meant · blank: nothing is meant · skip: the rows are not to be imported · keep: the row of that key is
    no other one · create: the value is to be added to the sheet that it was looked up in · order: dates are written in
    the order `to` (DMY, MDY or YMD) · merge: the row of that key is the one whose key is `to`.

    `everywhere`: it is about every column that names rows by this field, not about the field's own column.
    """

    entity: str
    field: str
    value: str
    action: Action
    to: str = ""
    everywhere: bool = False

    @property
    def asks(self) -> Asks:
        """What the question was about."""
        return "same" if self.action in {"merge", "keep"} else "named" if self.everywhere else "written"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one answer says; `to` is a value as it is typed, an order of dates, or the key of a row."""

    action: Action
    to: str = ""


@dataclass(frozen=True, slots=True)
class FixLine:
    """One problem: the finding that tells it first, in how many cells it is, and the answers that are offered.

    Without a group it has been answered before, and stays so: the finding only says where. `also`: the first finding of
    each further column with the problem. `entity` and `field` are what the answer is about, see `Asks`.
    """

    finding: Finding
    group: Group | None
    value: str  # blank where the whole column is asked about
    count: int
    choices: tuple[Choice, ...]
    preferred: Choice | None
    entity: str
    field: str
    asks: Asks = "written"
    also: tuple[Finding, ...] = ()


def choice_text_id(choice: Choice) -> str | None:
    """The id of the text by which a choice is offered; None where it is a value."""
    if choice.action == "order":
        return f"fix_list.answer.order.{choice.to}"
    return None if choice.action == "map" else f"fix_list.answer.{choice.action}"
