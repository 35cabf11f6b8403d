"""Which row a file belongs to by its name alone: as a sheet lists it, else by the numbers and words in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from momentsheet.files.naming import ending_of, fold_name
from momentsheet.files.rows import Cell, Owners
from momentsheet.model.files import Decision, Item

How = Literal["", "decided", "listed", "alike", "number"]
Key = tuple[str, str]  # kind of files, key of the row
ENDINGS: Mapping[str, str] = {"jpeg": "jpg", "jpe": "jpg", "tif": "tiff"}  # what is written otherwise


def _nothing(_file_name: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Match:
    """The rows that a file's name speaks of; several of one kind are a question."""

    keys: tuple[Key, ...] = ()
    how: How = ""
    wrong_for: str = ""  # the kind of files that takes none of this type
    left_out: Cell | None = None  # the cell that lists it, in a row with errors
    is_nobodys: bool = False  # somebody has decided so


def match(
    item: Item,
    type_name: str,
    owners: Sequence[Owners],
    renamed: Callable[[str], Sequence[str]] = _nothing,
    decision: Decision | None = None,
) -> Match:
    """Whose file it is. `renamed`: the name with new numbers, where sheets list it so and the file bears old ones."""
    if decision is not None and decision.belongs_to:
        if decision.belongs_to == "-":
            return Match(how="decided", is_nobodys=True)
        return Match(((decision.kind, decision.belongs_to),), "decided")
    names = tuple(dict.fromkeys((item.name, *renamed(item.name))))
    folded = tuple(fold_name(name) for name in names)
    listed = [
        (one.kind.name, key)
        for one in owners
        for key in dict.fromkeys(key for name in folded for key in one.by_name.get(name, ()))
    ]
    if listed:
        rows = {one.kind.name: one.rows for one in owners}
        is_exact = all(item.name in rows[kind][key].names for kind, key in listed)
        return Match(tuple(listed), "listed" if is_exact else "alike", _wrong_kind(listed, owners, type_name))
    for one in owners:
        cell = next((one.left_out_names[name] for name in folded if name in one.left_out_names), None)
        if cell is not None:
            return Match(left_out=cell, how="listed")
    fitting = [one for one in owners if type_name in one.kind.formats]
    found = [(one.kind.name, key) for one in fitting for key in one.index.find(item.name)]
    if found:
        return Match(tuple(found), "number")
    ending = ENDINGS.get(ending_of(item.name), ending_of(item.name))
    for one in owners:
        keys = () if one in fitting else one.index.find(item.name)
        # A picture with some number in its name is nobody's; «Faktura_16713.docx», or a `.pdf` that is none, is meant.
        if len(keys) == 1 and (ending in one.kind.formats or one.index.is_named(item.name)):
            return Match(((one.kind.name, keys[0]),), "number", one.kind.name)
    return Match()


# Private functions


def _wrong_kind(listed: Sequence[Key], owners: Sequence[Owners], type_name: str) -> str:
    """The first of these kinds that takes no files of the type, "" where all do."""
    kinds = {kind for kind, _ in listed}
    return next(
        (
            one.kind.name
            for one in owners
            if one.kind.name in kinds and one.kind.formats and type_name not in one.kind.formats
        ),
        "",
    )
