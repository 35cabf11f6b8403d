"""The plan for a delivery: numbers that fit stay, the others get new ones in the order of the old ones.

New numbers are taken from the lowest place above everything in use in their series; where there is no room for all of
them, from the gaps below, the lowest first. What is wrong is told all at once, and then there is no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from momentsheet.model.catalog import Series
from momentsheet.model.numbering import (
    EntityPlan,
    Note,
    Numbered,
    Pair,
    TakenNumber,
    Why,
    collision_key,
    natural_key,
    number_key,
    without_zeros,
)

_MOST_NAMED = 8  # numbers that a sentence lists


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one entity's numbers.

    misfit: why a number is none for the accounting system, None where it is one. `plan`: what has been decided before,
    in the file of a plan or in the customer's own map. `is_open`: numbers that it does not know may get new ones.
    """

    numbered: Numbered
    series: Series
    misfit: Callable[[str], str | None]
    taken: Mapping[str, TakenNumber]  # by their collision keys
    plan: EntityPlan
    is_allowed: bool
    is_open: bool
    is_map: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plan for one delivery, with all that was known before, and what a person must know of it."""

    entities: Mapping[str, EntityPlan]
    problems: tuple[str, ...]
    notes: tuple[Note, ...]


def propose(asked: Sequence[Asked]) -> Proposal:
    """The plan for these entities, or every reason why there can be none."""
    entities: dict[str, EntityPlan] = {}
    problems: list[str] = []
    notes: list[Note] = []
    fields = {f"{one.numbered.entity}.{one.numbered.field}": one for one in asked}
    for one in asked:
        problems += _problems(one)
        elsewhere = [fields[path] for path in one.series.shares if path in fields]
        # What shares the series may itself get new numbers: both the old and the new ones are taken then.
        shared = {collision_key(number): number for other in elsewhere for number in other.numbered.names}
        for other in elsewhere:
            done = entities.get(other.numbered.entity, other.plan)
            shared |= {collision_key(pair.new): pair.new for pair in done.pairs}
        part, wrong = _part(one, shared, notes)
        problems += wrong
        if part.pairs or part.next_is:
            entities[one.numbered.entity] = part
    return Proposal(entities, tuple(problems), tuple(notes))


# Private functions


def _part(one: Asked, shared: Mapping[str, str], notes: list[Note]) -> tuple[EntityPlan, list[str]]:
    """The numbers of one entity, and why they cannot be given out."""
    numbered, entity = one.numbered, one.numbered.entity
    known_old = {number_key(pair.old): pair for pair in one.plan.pairs}
    known_new = {number_key(pair.new): pair for pair in one.plan.pairs}
    pairs = list(one.plan.pairs)
    waiting: list[tuple[str, Why]] = []
    seen = {collision_key(pair.new) for pair in one.plan.pairs}
    unfit = 0
    for number in sorted(numbered.names, key=natural_key):
        key = number_key(number)
        if key in known_old:
            continue
        if key in known_new:
            _note_other_name(known_new[key], numbered, number, notes)
            continue
        if not one.is_open:
            pairs += [Pair(number, number, "fits", numbered.names[number])] if one.is_map else []
            seen.add(collision_key(number))
            continue
        why = _why(one, number, seen, shared)
        if why == "fits" or not one.is_allowed:
            unfit += why != "fits"
            seen.add(collision_key(number))
            pairs += [Pair(number, number, "fits", numbered.names[number])] if one.is_allowed else []
        else:
            waiting.append((number, why))
    if unfit:
        notes.append(Note("not_allowed", {"entity": entity, "count": unfit}))
    if one.is_open and one.plan.pairs and waiting:
        notes.append(Note("added", {"entity": entity, "count": len(waiting)}))
    new, wrong = _new_numbers(one, len(waiting), shared)
    pairs += [
        Pair(number, given, why, numbered.names[number]) for (number, why), given in zip(waiting, new, strict=False)
    ]
    pairs.sort(key=lambda pair: (not pair.is_changed, natural_key(pair.old)))
    part = EntityPlan(tuple(pairs), *_next(one, pairs, notes))
    return part, wrong


def _why(one: Asked, number: str, seen: Collection[str], shared: Mapping[str, str]) -> Why:
    """Why a number cannot stay; `fits` where it can."""
    key = collision_key(number)
    if one.misfit(number) is not None:
        return "does not fit"
    if one.series.outside == "moves" and one.series.place(number) is None:
        return "does not fit"
    return "taken" if _is_taken(one, number, number) or key in seen or key in shared else "fits"


def _is_taken(one: Asked, number: str, owner: str) -> bool:
    """Whether somebody else than that row has the number in the list of taken numbers."""
    taken = one.taken.get(collision_key(number))
    return taken is not None and taken.marks.isdisjoint(one.numbered.marks.get(owner, ()))


def _new_numbers(one: Asked, wanted: int, shared: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """So many free numbers of the series, rising; else why there are not enough."""
    if not wanted:
        return [], []
    series = one.series
    in_use = [*one.numbered.names, *one.numbered.named.values(), *shared.values(), *one.numbered.before]
    in_use += [taken.number for taken in one.taken.values()]
    in_use += [number for pair in one.plan.pairs for number in (pair.old, pair.new)]
    forbidden = {collision_key(number) for number in in_use}
    # 0417 is in the way of 417.
    places = [place for number in in_use if (place := series.place(without_zeros(number))) is not None]
    after = series.place(one.numbered.next_number)
    start = max([series.first, *(place + 1 for place in places), *([after] if after is not None else [])])
    above = _free(series, start, forbidden, wanted)
    if len(above) == wanted and one.misfit(above[-1]) is None:
        return above, []
    found = _free(series, series.first, forbidden, wanted)
    if len(found) == wanted and one.misfit(found[-1]) is None:
        return found, []
    ends = f"{series.number(series.first)} to {'…' if series.last is None else series.number(series.last)}"
    says = f"{one.numbered.entity}: {wanted} new numbers are needed, but the series {ends} has only {len(found)} free"
    return found, [f"{says}; widen it under `series` in the company file"]


def _free(series: Series, start: int, forbidden: Collection[str], wanted: int) -> list[str]:
    """The first free numbers from a place on, as many as are wanted or there are."""
    found: list[str] = []
    for place in count(start):
        if len(found) == wanted or (series.last is not None and place > series.last):
            break
        number = series.number(place)
        if collision_key(number) not in forbidden:
            found.append(number)
    return found


def _next(one: Asked, pairs: Sequence[Pair], notes: list[Note]) -> tuple[str, str]:
    """The next free number as the form has it and as it must be; what was decided before stays where it still is."""
    series, was = one.series, one.numbered.next_number
    before = (one.plan.next_was, one.plan.next_is)
    if not was or not one.is_allowed or not any(pair.is_changed for pair in pairs):
        return before
    highest = max((place for pair in pairs if (place := series.place(pair.new)) is not None), default=None)
    here = series.place(was)
    if highest is None or (here is not None and here > highest):
        return before
    if series.last is not None and highest >= series.last:
        notes.append(Note("series_full", {"entity": one.numbered.entity, "number": series.number(series.last)}))
        return before
    return was, series.number(highest + 1)


def _note_other_name(pair: Pair, numbered: Numbered, number: str, notes: list[Note]) -> None:
    """A number that is taken for a new one of the plan, though its row is called otherwise."""
    name = numbered.names[number]
    if pair.is_changed and pair.name and name and number_key(pair.name) != number_key(name):
        notes.append(
            Note("other_name", {"entity": numbered.entity, "number": number, "name": name, "other": pair.name})
        )


def _problems(one: Asked) -> Iterator[str]:
    """Why the numbers that were decided before cannot be the numbers of this delivery."""
    numbered = one.numbered
    entity = numbered.entity
    changed = [pair for pair in one.plan.pairs if pair.is_changed]
    if changed and not one.is_allowed:
        yield (
            f"{entity}: {_some([pair.old for pair in changed])} would get new numbers, but these have been issued;"
            f" add `--allow {entity}` if the accountant has agreed to it"
        )
    if one.is_map:
        yield from _map_problems(one)
    here = {number_key(number): number for number in numbered.names}
    old = {number_key(pair.old) for pair in changed}
    for pair in changed:
        key = number_key(pair.new)
        where = f"line {pair.line}: " if pair.line else ""
        if number_key(pair.old) not in here:
            continue
        if key in here and key not in old:
            owner = _called(numbered, here[key])
            yield f"{where}{entity}: {pair.old} cannot become {pair.new}, which {owner} has already"
        elif _is_taken(one, pair.new, pair.old):
            yield f"{where}{entity}: {pair.old} cannot become {pair.new}, which is in the list of taken numbers"


def _map_problems(one: Asked) -> Iterator[str]:
    """What the customer's own map makes impossible; of a file of ours the reader has told it, with its lines."""
    numbered, entity = one.numbered, one.numbered.entity
    changed = [pair for pair in one.plan.pairs if pair.is_changed]
    olds: dict[str, Pair] = {}
    news: dict[str, Pair] = {}
    here = {number_key(number) for number in numbered.names} | set(numbered.named)
    for pair in changed:
        other = olds.setdefault(number_key(pair.old), pair)
        if other is not pair:
            yield f"{entity}: the map gives {pair.old} two new numbers, {other.new} and {pair.new}"
            continue
        other = news.setdefault(collision_key(pair.new), pair)
        if other is not pair:
            yield f"{entity}: the map makes {other.old} and {pair.old} the same number, {pair.new}"
        if (wrong := one.misfit(pair.new)) is not None:
            yield f"{entity}: {pair.old} cannot become {pair.new}: {wrong}"
        if number_key(pair.old) not in here and number_key(pair.new) not in here:
            yield f"{entity}: the map renumbers {pair.old}, but nothing in the workbooks has that number"
    for pair in changed:
        if number_key(pair.new) in olds and number_key(pair.new) != number_key(pair.old):
            yield (
                f"{entity}: the map makes {pair.old} to {pair.new}, which is itself an old number; choose a number"
                " that nothing has had, so that everybody can tell what has been renumbered"
            )


def _called(numbered: Numbered, number: str) -> str:
    name = numbered.names[number]
    return f"«{name}»" if name else "another row"


def _some(numbers: Sequence[str]) -> str:
    """The first of some numbers, and how many there are."""
    more = f" and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else ""
    return ", ".join(numbers[:_MOST_NAMED]) + more
