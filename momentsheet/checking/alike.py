"""Rows that seem to be the same thing under different keys: by name, number, phone or e-mail, with the evidence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger, business_key
from momentsheet.checking.names import Name, components, name_of, near_names, similarity
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Alike, Catalog, Entity, Rule
from momentsheet.model.profile import Certainty, Evidence

MOST_SHARE = 20  # rows with one phone or e-mail; more of them only share a switchboard or a bookkeeper
LEAST_ALIKE = 60  # per cent that names must be alike where something else is the same
GOOD = 90  # per cent from which a near name alone is likely to be the same
_MOST_ROWS = 20  # of one name, each of which is compared with each of a near one

Rows = list[int]
Values = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rows of an entity are compared by, one item for each row; None where a row has nothing."""

    names: Sequence[Name | None]
    within: Sequence[object]  # only rows with the same are compared by name
    exact: Mapping[str, Values]
    hints: Mapping[str, Values]


def check_alike(ledger: FindingLedger, answers: Sequence[Answer]) -> None:
    """Tell of rows that are likely the same as another one that has another key: each of them but the one to keep.

    What another rule has told already (`same_as`) is not told again, nor what the company has answered to be different
    (`keep`), which is recorded.
    """
    rule = ledger.general("alike")
    kept_of: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.action == "keep":
            kept_of[answer.entity].add(fold(answer.value))
    told_of = _told(ledger, kept_of)
    for parsed in list(ledger.parsed.values()):
        entity = parsed.entity
        if rule is not None and len(entity.key) == 1 and entity.layout == "table" and entity.alike is not None:
            _check_entity(ledger, rule, parsed, entity.alike, told_of[entity.name], kept_of[entity.name])


def compared_by(parsed: ParsedEntity, alike: Alike, without: Collection[str]) -> Compared:
    """The rows of an entity as they are compared with each other."""
    within = [folded(parsed, name) for name in alike.within]
    return Compared(
        row_names(parsed, alike, without),
        list(zip(*within, strict=True)) if within else [None] * parsed.height,
        {name: folded(parsed, name) for name in alike.exact},
        {name: folded(parsed, name) for name in alike.hints},
    )


def row_names(parsed: ParsedEntity, alike: Alike, without: Collection[str]) -> list[Name | None]:
    """The name of each row, None where it has none."""
    if not alike.name:
        return [None] * parsed.height
    words = frozenset(without)
    columns = [parsed.values[name].fill_null("").to_list() for name in alike.name]
    texts = (" ".join(filter(None, parts)) for parts in zip(*columns, strict=True))
    found = (name_of(text, words) if text else None for text in texts)
    return [name if name is not None and (name.words or name.digits) else None for name in found]


def words_without(catalog: Catalog, entity: Entity) -> frozenset[str]:
    """Words that tell no two names of the entity apart."""
    table = entity.alike.without if entity.alike is not None else None
    return frozenset(str(word) for (word, *_) in catalog.fact_tables[table].rows) if table else frozenset()


def folded(parsed: ParsedEntity, name: str) -> list[str | None]:
    """A column as it is compared."""
    values = parsed.values[name].cast(pl.String).to_list()
    return [fold(value) or None if value is not None else None for value in values]


def clusters(compared: Compared) -> Iterator[tuple[Rows, tuple[Evidence, ...]]]:
    """The rows that hang together, with all that ties them."""
    edges = [
        *_exact_edges(compared.exact),
        *_name_edges(compared.names, compared.within, compared.exact),
        *_hint_edges(compared),
    ]
    roots = components(len(compared.names), ((edge.first, edge.second) for edge in edges))
    rows: dict[int, Rows] = defaultdict(list)
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


def certainty(evidence: Iterable[Evidence], compared: Compared, rows: Rows) -> Certainty:
    """How sure it is that these rows are the same: two different numbers, or two names for one, ask people."""
    kinds = {tie.kind for tie in evidence}
    differs = any(len({values[row] for row in rows} - {None}) > 1 for values in compared.exact.values())
    if differs or any(_are_strange(compared.names[rows[0]], compared.names[row]) for row in rows[1:]):
        return "ask"
    if "exact" in kinds or ("hint" in kinds and kinds & {"name", "near", "spaces"}):
        return "sure"
    if kinds & {"name", "spaces"}:
        return "likely"
    near = [tie.percent or 0 for tie in evidence if tie.kind == "near"]
    return "likely" if near and min(near) >= GOOD else "ask"


def natural(key: str | None) -> tuple[int, int, str]:
    """Old numbers before new ones: 999 before 1000, numbers before everything else."""
    match = re.search(r"\d{1,18}", key or "")
    return (0, int(match[0]), key or "") if match else (1, 0, key or "")


def filled_cells(parsed: ParsedEntity) -> npt.NDArray[np.int64]:
    """How many cells of each row hold something."""
    counts = (~parsed.blank[field.name] for field in parsed.entity.fields)
    return sum((count.astype(np.int64) for count in counts), np.zeros(parsed.height, np.int64))


def uses_of(entity: Entity, tables: Iterable[ParsedEntity]) -> Counter[str]:
    """Folded key -> rows of other sheets that name it by the whole key; `1001 Fjord AS` names 1001."""
    found: Counter[str] = Counter()
    for other in tables:
        for name, reference in other.entity.references:
            if reference.entity == entity.name and other.entity.name != entity.name and not reference.same:
                counted = other.values[name].filter(rows_about(other, reference)).drop_nulls().value_counts()
                for text, count in counted.iter_rows():
                    found[fold(str(text))] += count
    return found


# Private functions


@dataclass(frozen=True, slots=True)
class _Edge:
    first: int
    second: int
    evidence: Evidence


def _told(ledger: FindingLedger, kept_of: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Entity -> folded keys of rows of which a rule has told already that they seem to be another one.

    Findings about rows that were answered to be different are taken back.
    """
    told: dict[str, set[str]] = defaultdict(set)
    left = []
    for finding in ledger.findings:
        same_as = ledger.catalog.rules[finding.code].same_as
        if same_as is not None and finding.entity is not None and finding.key:
            kept = kept_of.get(finding.entity, ())
            told[finding.entity].add(fold(finding.key))
            if fold(finding.key) in kept or fold(str(finding.facts.get(same_as))) in kept:
                continue
        left.append(finding)
    ledger.findings[:] = left
    return told


def _check_entity(
    ledger: FindingLedger,
    rule: Rule,
    parsed: ParsedEntity,
    alike: Alike,
    told: Collection[str],
    kept: Collection[str],
) -> None:
    (key,) = parsed.entity.key
    compared = _comparable(compared_by(parsed, alike, words_without(ledger.catalog, parsed.entity)), parsed, key)
    used: Counter[str] | None = None
    filled = filled_cells(parsed)
    keys = folded(parsed, key)
    recorded: set[int] = set()
    for rows, evidence in clusters(compared):
        if not _is_to_be_told(evidence, compared, rows):
            continue
        for row in rows:
            if keys[row] in kept or fold(business_key(parsed, row)) in kept:
                recorded.add(row)
        left = [row for row in rows if row not in recorded and fold(business_key(parsed, row)) not in told]
        if len(left) < 2:
            continue
        if used is None:
            used = uses_of(parsed.entity, ledger.parsed.values())
        count = used
        left.sort(key=lambda row: (-count[keys[row] or ""], -int(filled[row]), natural(keys[row]), row))
        shown = {row: business_key(parsed, row) for row in left}
        for row in left[1:]:
            facts = {
                "same_as": shown[left[0]],
                "keys": tuple(shown[other] for other in left if other != row),
                "name": _name(parsed, alike, row) or shown[row],
                "other_name": _name(parsed, alike, left[0]) or shown[left[0]],
                "ties": evidence,
            }
            ledger.tell_cell(rule, parsed, row, key, facts=facts)
    recorded |= {row for row, text in enumerate(keys) if text in kept and text in told}
    for row in sorted(recorded):
        ledger.repaired(parsed, np.array([row]), key, business_key(parsed, row), "keep")


def _comparable(compared: Compared, parsed: ParsedEntity, key: str) -> Compared:
    """Without rows whose own key is blank, wrong or that of a row above; a key differs, so that it tells nothing."""
    usable = parsed.usable([key]) & parsed.values[key].cast(pl.String).is_first_distinct().to_numpy()
    out = np.flatnonzero(~usable).tolist()
    names = list(compared.names)
    columns = [list(values) for values in (*compared.exact.values(), *compared.hints.values())]
    for row in out:
        names[row] = None
        for column in columns:
            column[row] = None
    exact = dict(zip(compared.exact, columns, strict=False))
    hints = dict(zip(compared.hints, columns[len(exact) :], strict=True))
    exact.pop(key, None)
    return Compared(names, compared.within, exact, hints)


def _is_to_be_told(evidence: Sequence[Evidence], compared: Compared, rows: Rows) -> bool:
    """Whether people should be asked.

    A near name alone counts only where no phone or e-mail speaks against it, the same name unless all of them do; a
    phone alone does not count at all.
    """
    kinds = {tie.kind for tie in evidence}
    if kinds == {"hint"}:
        return len(evidence) > 1
    against = [len({values[row] for row in rows} - {None}) > 1 for values in compared.hints.values()]
    if kinds == {"near"} and any(against):
        return False
    if not kinds & {"exact", "hint"} and against and all(against):
        return False
    return certainty(evidence, compared, rows) != "ask"


def _name(parsed: ParsedEntity, alike: Alike, row: int) -> str:
    return " ".join(text for name in alike.name if (text := parsed.values[name][row]))


def _by_value(values: Sequence[object]) -> Iterator[Rows]:
    rows: dict[object, Rows] = defaultdict(list)
    for row, value in enumerate(values):
        if value is not None:
            rows[value].append(row)
    return (found for found in rows.values() if len(found) > 1)


def _exact_edges(exact: Mapping[str, Values]) -> Iterator[_Edge]:
    for name, values in exact.items():
        for rows in _by_value(values):
            yield from (_Edge(*pair, Evidence("exact", name)) for pair in pairwise(rows))


def _name_edges(names: Sequence[Name | None], within: Sequence[object], exact: Mapping[str, Values]) -> Iterator[_Edge]:
    rows_of: dict[tuple[object, ...], Rows] = defaultdict(list)
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


def _hint_edges(compared: Compared) -> Iterator[_Edge]:
    for field, values in compared.hints.items():
        for rows in _by_value(values):
            for first, second in combinations(rows, 2) if len(rows) <= MOST_SHARE else ():
                mine, other = compared.names[first], compared.names[second]
                if mine is None or other is None or _differ(first, second, compared.exact):
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


def _between(first: Rows, second: Rows, exact: Mapping[str, Values], evidence: Evidence) -> Iterator[_Edge]:
    """Edges between rows of two names, but for those that something exact tells apart."""
    for mine in first[:_MOST_ROWS]:
        for other in second[:_MOST_ROWS]:
            if not _differ(mine, other, exact):
                yield _Edge(mine, other, evidence)


def _differ(first: int, second: int, exact: Mapping[str, Values]) -> bool:
    return any(values[first] and values[second] and values[first] != values[second] for values in exact.values())
