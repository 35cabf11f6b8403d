"""Rows that seem to be the same thing, in groups, with the evidence and the one to keep."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import polars as pl

from momentsheet.checking.fold import fold
from momentsheet.checking.profile.delivery import Delivery, Mention
from momentsheet.checking.profile.masks import masked
from momentsheet.checking.profile.names import Name, components, name_of, near_names, similarity
from momentsheet.model.catalog import Entity
from momentsheet.model.profile import AlikeGroup, Certainty, Evidence, Member, Spot

MOST_SHARE = 20  # rows with one phone or e-mail; more of them only share a switchboard or a bookkeeper
LEAST_ALIKE = 60  # per cent that names must be alike where something else is the same
GOOD = 90  # per cent from which a near name alone is likely to be the same
_MOST_ROWS = 20  # of one name, each of which is compared with each of a near one

_Rows = list[int]


@dataclass(frozen=True, slots=True)
class _Edge:
    first: int
    second: int
    evidence: Evidence


def alike_rows(delivery: Delivery, entity: Entity) -> list[AlikeGroup]:
    """The groups of one entity's own rows."""
    alike = entity.alike
    if alike is None or not (alike.name or alike.exact):
        return []
    parsed = delivery.parsed[entity.name]
    names = delivery.names(entity) or [None] * parsed.height
    exact = {name: _folded(delivery, entity, name) for name in alike.exact}
    hints = {name: _folded(delivery, entity, name) for name in alike.hints}
    columns = [_folded(delivery, entity, name) for name in alike.within]
    within: list[object] = list(zip(*columns, strict=True)) if columns else [None] * parsed.height
    edges = [
        *_exact_edges(exact),
        *_name_edges(names, within, exact),
        *_hint_edges(hints, names, exact),
    ]
    uses, filled = delivery.uses(entity), delivery.filled(entity)
    keys = _folded(delivery, entity, entity.key[0]) if len(entity.key) == 1 else [None] * parsed.height
    named = delivery.named(entity) if alike.name else {}
    used = [
        uses.get(key or "", 0) or (named.get(name, 0) if name else 0) for key, name in zip(keys, names, strict=True)
    ]
    shown = tuple(dict.fromkeys((*entity.key, *alike.name, *alike.exact, *alike.hints, *alike.within)))
    groups = []
    for rows, found in _groups(parsed.height, edges):
        rows.sort(key=lambda row: (-used[row], -int(filled[row]), _natural(keys[row]), row))
        members = tuple(
            Member((delivery.spot(entity, row),), delivery.shown(entity, row, shown), int(filled[row]), used[row])
            for row in rows
        )
        # Two different registration numbers, or two names for one, are a question to people.
        differs = any(len({values[row] for row in rows} - {None}) > 1 for values in exact.values())
        differs = differs or any(_are_strange(names[rows[0]], names[row]) for row in rows[1:])
        groups.append(AlikeGroup(entity.name, _certainty(found, differs=differs), found, members))
    return sorted(groups, key=_order)


def alike_mentions(delivery: Delivery, entity: Entity, mentions: Sequence[Mention]) -> list[AlikeGroup]:
    """Names that stand only in other sheets, and seem to be written in several ways."""
    if entity.alike is None or not entity.alike.name:
        return []
    without = delivery.without(entity)
    spellings: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        spellings[mention.text].append(mention)
    texts = list(spellings)
    names: list[Name | None] = [name_of(text, without) for text in texts]
    groups = []
    for rows, found in _groups(len(texts), _name_edges(names, [None] * len(texts), {})):
        used = {row: sum(mention.count for mention in spellings[texts[row]]) for row in rows}
        rows.sort(key=lambda row: (-used[row], -len(texts[row]), texts[row]))
        members = tuple(
            Member(tuple(_spots(spellings[texts[row]])), {entity.alike.name[0]: masked(texts[row])}, 1, used[row])
            for row in rows
        )
        groups.append(AlikeGroup(entity.name, _certainty(found, differs=False), found, members, is_listed=False))
    return sorted(groups, key=_order)


# Private functions


def _order(group: AlikeGroup) -> tuple[int, str, str, int]:
    first = group.members[0].spots[0]
    return ("sure", "likely", "ask").index(group.certainty), first.file, first.sheet, first.row


def _spots(mentions: Iterable[Mention]) -> Iterator[Spot]:
    for mention in mentions:
        where = mention.column.where
        yield Spot(where.file, where.sheet, mention.first_row, where.column)


def _folded(delivery: Delivery, entity: Entity, name: str) -> list[str | None]:
    values = delivery.parsed[entity.name].values[name].cast(pl.String).to_list()
    return [fold(value) or None if value is not None else None for value in values]


def _natural(key: str | None) -> tuple[int, int, str]:
    """Old numbers before new ones: 999 before 1000, numbers before everything else."""
    match = re.search(r"\d{1,18}", key or "")
    return (0, int(match[0]), key or "") if match else (1, 0, key or "")


def _by_value(values: Sequence[object]) -> Iterator[_Rows]:
    rows: dict[object, _Rows] = defaultdict(list)
    for row, value in enumerate(values):
        if value is not None:
            rows[value].append(row)
    return (found for found in rows.values() if len(found) > 1)


def _exact_edges(exact: Mapping[str, Sequence[str | None]]) -> Iterator[_Edge]:
    for name, values in exact.items():
        for rows in _by_value(values):
            yield from (_Edge(*pair, Evidence("exact", name)) for pair in pairwise(rows))


def _name_edges(
    names: Sequence[Name | None], within: Sequence[object], exact: Mapping[str, Sequence[str | None]]
) -> Iterator[_Edge]:
    rows_of: dict[tuple[object, ...], _Rows] = defaultdict(list)
    for row, name in enumerate(names):
        if name is not None:
            rows_of[name.words, name.digits, within[row]].append(row)
    for rows in rows_of.values():
        yield from (_Edge(*pair, Evidence("name", percent=100)) for pair in pairwise(rows))
    groups = list(rows_of.values())
    firsts = [rows[0] for rows in groups]
    runs = [(name.run, name.digits, within[row]) if (name := names[row]) else None for row in firsts]
    for places in _by_value(runs):
        for low, high in pairwise(places):
            yield from _between(groups[low], groups[high], exact, Evidence("spaces"))
    distinct = [name for row in firsts if (name := names[row]) is not None]
    for low, high, percent in near_names(distinct, [within[row] for row in firsts]):
        yield from _between(groups[low], groups[high], exact, Evidence("near", percent=percent))


def _hint_edges(
    hints: Mapping[str, Sequence[str | None]],
    names: Sequence[Name | None],
    exact: Mapping[str, Sequence[str | None]],
) -> Iterator[_Edge]:
    for field, values in hints.items():
        for rows in _by_value(values):
            for first, second in combinations(rows, 2) if len(rows) <= MOST_SHARE else ():
                mine, other = names[first], names[second]
                if mine is None or other is None or _differ(first, second, exact):
                    continue
                if not _are_strange(mine, other):
                    yield _Edge(first, second, Evidence("hint", field))


def _are_strange(first: Name | None, second: Name | None) -> bool:
    """True for two names that have little in common, and of which neither is a part of the other."""
    if first is None or second is None:
        return False
    mine, other = set(first.words), set(second.words)
    is_part = bool(mine and other) and (mine <= other or other <= mine)
    return not is_part and similarity(first, second) < LEAST_ALIKE


def _between(
    first: _Rows, second: _Rows, exact: Mapping[str, Sequence[str | None]], evidence: Evidence
) -> Iterator[_Edge]:
    """Edges between rows of two names, but for those that something exact tells apart."""
    for mine in first[:_MOST_ROWS]:
        for other in second[:_MOST_ROWS]:
            if not _differ(mine, other, exact):
                yield _Edge(mine, other, evidence)


def _differ(first: int, second: int, exact: Mapping[str, Sequence[str | None]]) -> bool:
    return any(values[first] and values[second] and values[first] != values[second] for values in exact.values())


def _groups(count: int, edges: Iterable[_Edge]) -> Iterator[tuple[_Rows, tuple[Evidence, ...]]]:
    """The rows that hang together, with all that ties them."""
    edges = list(edges)
    roots = components(count, ((edge.first, edge.second) for edge in edges))
    rows: dict[int, _Rows] = defaultdict(list)
    ties: dict[int, dict[tuple[str, str | None], Evidence]] = defaultdict(dict)
    for row in sorted({row for edge in edges for row in (edge.first, edge.second)}):
        rows[roots[row]].append(row)
    for edge in edges:
        key = edge.evidence.kind, edge.evidence.field
        known = ties[roots[edge.first]].get(key)
        # Of several near names the least near one tells how sure the group is.
        if known is None or (edge.evidence.percent or 0) < (known.percent or 0):
            ties[roots[edge.first]][key] = edge.evidence
    kinds = ("exact", "name", "spaces", "near", "hint")
    for root, found in rows.items():
        ordered = sorted(ties[root].values(), key=lambda tie: (kinds.index(tie.kind), tie.field or ""))
        yield found, tuple(ordered)


def _certainty(evidence: tuple[Evidence, ...], *, differs: bool) -> Certainty:
    kinds = {tie.kind for tie in evidence}
    if differs:
        return "ask"
    if "exact" in kinds or ("hint" in kinds and kinds & {"name", "near", "spaces"}):
        return "sure"
    if kinds & {"name", "spaces"}:
        return "likely"
    near = [tie.percent or 0 for tie in evidence if tie.kind == "near"]
    return "likely" if near and min(near) >= GOOD else "ask"
