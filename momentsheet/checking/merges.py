"""Rows that are another row of their sheet, as the company has answered: what names them names the other one.

Their own rows are left out and counted as skipped. So is what then stands twice below the other row, such as an
activity that both projects have. Whatever such a row says that the one in its place does not say is recorded: nothing
is filled in for anybody, and nothing is lost unseen.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from momentsheet.checking.bind import take
from momentsheet.checking.fields import rows_with
from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, shown
from momentsheet.checking.references import known_before, rows_about, written_keys
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Reference


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a row is left out, the key that stands for it, and its row where it has one in this delivery."""

    why: str
    key: str
    stands: int | None


def find_merges(ledger: FindingLedger, answers: Iterable[Answer]) -> None:
    """Note which rows are which other ones; an answer that names no row, several rows or a ring does not count."""
    wished: dict[str, dict[str, str]] = {}
    for answer in answers:
        if answer.action == "merge":
            wished.setdefault(answer.entity, {})[fold(answer.value)] = answer.to
    for name, pairs in wished.items():
        parsed = ledger.parsed.get(name)
        if parsed is None or len(parsed.entity.key) != 1:
            continue
        reference = Reference(name, parsed.entity.key[0])
        written = [key for (key,) in written_keys(parsed, reference)]
        count = Counter(map(fold, written))
        spelling = {fold(key): key for key in written}
        spelling |= {key: text for (key,), text in known_before(ledger, reference).items()}
        into = {}
        for key, to in pairs.items():
            last = _last(pairs, to)
            if count[key] == 1 and last in spelling and last != key:
                into[key] = spelling[last]
        if into:
            ledger.merged[name] = into


def apply_merges(ledger: FindingLedger) -> Counter[str]:
    """Let everything name the other row, and leave the rows out; gives how many of each entity."""
    gone = {name: _own_rows(ledger.parsed[name], into) for name, into in ledger.merged.items()}
    for name in list(ledger.parsed):
        renamed = _rename(ledger, ledger.parsed[name])
        if renamed:
            gone[name] = {**_twice(ledger.parsed[name], renamed), **gone.get(name, {})}
    for name, rows in gone.items():
        parsed = ledger.parsed[name]
        for row, other in rows.items():
            ledger.repaired(parsed, np.array([row]), parsed.entity.key[-1], other.key, other.why)
            if other.stands is not None:
                _tell_lost(ledger, parsed, row, other.stands)
        ledger.parsed[name] = without_rows(parsed, rows)
    return Counter({name: len(rows) for name, rows in gone.items()})


def without_rows(parsed: ParsedEntity, gone: Collection[int]) -> ParsedEntity:
    """The table without these rows, as if they stood in no sheet."""
    keep = np.ones(parsed.height, bool)
    keep[list(gone)] = False
    now = np.cumsum(keep) - 1
    sheets = []
    for sheet, start in zip(parsed.sheets, parsed.starts, strict=True):
        kept = np.flatnonzero(keep[start : start + len(sheet.rows)])
        columns = {name: take(column, kept) for name, column in sheet.columns.items()}
        sheets.append(dataclasses.replace(sheet, rows=sheet.rows[kept], columns=columns))
    rows = pl.Series("row_id", np.arange(int(keep.sum()), dtype=np.uint32))
    troubles = (dataclasses.replace(one, rows=now[one.rows[keep[one.rows]]]) for one in parsed.troubles)
    return dataclasses.replace(
        parsed,
        sheets=tuple(sheets),
        starts=tuple(np.cumsum([0, *(len(sheet.rows) for sheet in sheets)])[:-1].tolist()),
        values=parsed.values.filter(pl.Series(keep)).with_columns(rows),
        blank={name: blank[keep] for name, blank in parsed.blank.items()},
        bad={name: bad[keep] for name, bad in parsed.bad.items()},
        troubles=tuple(one for one in troubles if len(one.rows)),
        defaults={name: now[rows[keep[rows]]] for name, rows in parsed.defaults.items()},
    )


# Private functions


def _last(pairs: Mapping[str, str], to: str) -> str:
    """The folded key at the end of a chain of answers; of a ring the one that leads to itself."""
    seen = {fold(to)}
    while fold(to) in pairs:
        to = pairs[fold(to)]
        if fold(to) in seen:
            return ""
        seen.add(fold(to))
    return fold(to)


def _own_rows(parsed: ParsedEntity, into: Mapping[str, str]) -> dict[int, Gone]:
    keys = [fold(key) for (key,) in written_keys(parsed, Reference(parsed.entity.name, parsed.entity.key[0]))]
    row_of = {key: row for row, key in reversed([*enumerate(keys)])}
    return {row_of[key]: Gone("merge_row", to, row_of.get(fold(to))) for key, to in into.items()}


def _rename(ledger: FindingLedger, parsed: ParsedEntity) -> set[int]:
    """Write the other key wherever one is named that is no more; gives the rows whose own key has changed thereby."""
    renamed: set[int] = set()
    for column, reference in parsed.entity.references:
        into = ledger.merged.get(reference.entity)
        if into is None or reference.same:
            continue
        values = parsed.values[column].cast(pl.String)
        hits = {text: into[fold(text)] for text in values.drop_nulls().unique() if fold(text) in into}
        found = rows_with(values, parsed.usable([column]) & rows_about(parsed, reference), hits)
        by_key: dict[str, list[int]] = {}
        for row, text in found:
            by_key.setdefault(hits[text], []).append(row)
        for key, rows in by_key.items():
            ledger.repaired(parsed, np.array(rows), column, key, "merge")
            spelled = parsed.values[column].scatter(rows, [key] * len(rows))
            parsed = dataclasses.replace(parsed, values=parsed.values.with_columns(spelled))
        if column in parsed.entity.key:
            renamed.update(row for row, _ in found)
    ledger.parsed[parsed.entity.name] = parsed
    return renamed


def _twice(parsed: ParsedEntity, renamed: Collection[int]) -> dict[int, Gone]:
    """Of the rows whose key has changed those that have the key of another row now."""
    columns = (parsed.values[name].cast(pl.String).fill_null("").to_list() for name in parsed.entity.key)
    keys = [tuple(map(fold, parts)) for parts in zip(*columns, strict=True)]
    first: dict[tuple[str, ...], int] = {}
    for row in (*(row for row in range(parsed.height) if row not in renamed), *sorted(renamed)):
        first.setdefault(keys[row], row)
    last = parsed.entity.key[-1]
    return {
        row: Gone("merge_twice", shown(parsed, last, first[keys[row]]), first[keys[row]])
        for row in sorted(renamed)
        if first[keys[row]] != row and all(keys[row])
    }


def _tell_lost(ledger: FindingLedger, parsed: ParsedEntity, row: int, stands: int) -> None:
    """Record what a row says that the one in its place does not say, or says otherwise."""
    for field in parsed.entity.fields:
        text, other = (shown(parsed, field.name, one).strip() for one in (row, stands))
        if text and field.name not in parsed.entity.key and fold(text) != fold(other):
            why = "merge_differs" if other else "merge_lacks"
            ledger.repaired(parsed, np.array([row]), field.name, other, why)
