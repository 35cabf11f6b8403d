"""What is asked of each file, what comes of it, and what is left for a person to decide."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence

from momentsheet.files.judge import Delivery, Judgement, still_holds
from momentsheet.files.listing import Written
from momentsheet.files.look import Job, Look
from momentsheet.files.match import Match
from momentsheet.files.naming import legal_name
from momentsheet.files.pictures import copy_of
from momentsheet.files.rows import Owners
from momentsheet.model.files import Decision, Item

_CHANGES = frozenset(("turned", "scaled", "cleaned", "recoded"))


def job(match: Match, type_name: str, owners: Sequence[Owners], decision: Decision | None = None) -> Job:
    """What to find out about a file whose name speaks of these rows."""
    if match.is_nobodys or match.left_out is not None:
        return Job(type_name)
    splitting = next((one for one in owners if one.kind.may_hold_several), None)
    pages, sha256 = (decision.pages, decision.sha256) if decision is not None else ({}, "")
    decided = {
        page - 1: splitting.inside.get(key, key) for page, key in pages.items() if splitting and key not in {"", "-"}
    }
    if match.keys:
        kind = match.keys[0][0]
        one = next(one for one in owners if one.kind.name == kind)
        numbers = tuple(one.inside.get(key, key) for name, key in match.keys if name == kind)
        # What a sheet lists, or a person has said, is no question any more.
        may_hold = one is splitting and match.how == "number" and len(match.keys) == 1
        return Job(type_name, kind, numbers, may_hold, one.kind.largest, decided, sha256)
    if splitting is None or type_name != "pdf":
        return Job(type_name)
    return Job(type_name, splitting.kind.name, (), True, None, decided, sha256)


def is_changed(delivery: Delivery) -> bool:
    """True of a picture of which a copy is delivered."""
    return bool(_CHANGES.intersection(delivery.done))


def fresh_copy(data: bytes, asked: tuple[int, str]) -> bytes | str:
    """The copy of a picture; "broken" if it is not the one that was looked at. asked: largest side, hash."""
    largest, sha256 = asked
    return copy_of(data, largest) if hashlib.sha256(data).hexdigest() == sha256 else "broken"


def written(delivery: Delivery, data: bytes) -> Written:
    """What was written, as the list of files has it."""
    return Written(delivery, len(data), hashlib.sha256(data).hexdigest())


def decisions_to_take(
    items: Sequence[Item], judgement: Judgement, looks: Sequence[Look | str], decided: Mapping[int, Decision]
) -> tuple[Decision, ...]:
    """Every open question with a blank to fill in, and the answers that have been given before."""
    found: list[Decision] = []
    names = called(items)
    for place, (name, look) in enumerate(zip(names, looks, strict=True)):
        before = decided.get(place)
        if before is not None and not still_holds(before, look):
            before = None
        sha256 = "" if isinstance(look, str) else look.sha256
        open_pages = judgement.undecided.get(place, ())
        answered = {page: key for page, key in before.pages.items() if key} if before is not None else {}
        if open_pages or answered:
            kind = before.kind if before is not None else judgement.kind_of_split[place]
            found.append(Decision(name, sha256, kind, None, {**{page + 1: "" for page in open_pages}, **answered}))
        elif place in judgement.questions:
            found.append(Decision(name, sha256, judgement.questions[place], ""))
        elif before is not None and before.belongs_to:
            found.append(Decision(name, sha256, before.kind, before.belongs_to))
    return tuple(found)


def called(items: Sequence[Item]) -> tuple[str, ...]:
    """What a decision calls each file: its path, with the folder's or archive's name where two are alike."""
    twins = Counter(one.path for one in items)
    names = (one.path if twins[one.path] == 1 else f"{one.given.name}/{one.path}" for one in items)
    return tuple(name.encode("utf-8", "replace").decode() for name in names)  # what no file of ours could hold


def neighbours(look: Look | str, pages: Sequence[int], owners: Owners) -> list[tuple[str, str]]:
    """Of each page of a split file the rows that the pages before and behind it belong to, "" where none does."""
    assert not isinstance(look, str)
    assert look.split is not None
    keys = {number: key for key, number in owners.inside.items()}
    owner = {page: keys.get(piece.key, piece.key) for piece in look.split.pieces for page in piece.pages}
    known = sorted(owner)
    places = [bisect(known, page) for page in pages]
    return [
        (owner[known[place - 1]] if place else "", owner[known[place]] if place < len(known) else "")
        for place in places
    ]


def undecided_name(item: Item, number: int) -> str:
    """Where the pictures of a file's undecided pages lie, below the output folder."""
    stem = item.name.rpartition(".")[0] or item.name
    return "undecided/" + legal_name(f"{number:03}-{stem.encode('utf-8', 'replace').decode()}", ".pdf")
