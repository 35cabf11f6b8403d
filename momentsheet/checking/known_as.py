"""Rows that other sheets name otherwise than by their key: «Nordmann, Kari», «1001 Fjord AS», a unique name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping

import numpy as np
import polars as pl

from momentsheet.checking.fold import fold, fold_name
from momentsheet.checking.ledger import FindingLedger, Names
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import Key, known_before, known_keys, rows_about
from momentsheet.model.catalog import NOTHING, Reference, Rule

_FIELDS = re.compile(r"\{(\w+)\}")


def resolve_names(ledger: FindingLedger) -> None:
    """Replace names by the keys that they stand for, each told as a repair; a name of several rows is a question."""
    rule = ledger.general("ambiguous_name")
    known: dict[Reference, set[Key]] = {}  # the keys that are there, once for all columns that name them
    for entity, parsed in list(ledger.parsed.items()):
        values = parsed.values
        for column, reference in parsed.entity.references:
            target = ledger.parsed.get(reference.entity)
            if target is None or reference.same or not target.entity.known_as:
                continue
            if reference.entity not in ledger.names:
                ledger.names[reference.entity] = names_of(
                    target, reference, ledger.merged.get(reference.entity, NOTHING)
                )
            if reference not in known:
                known[reference] = {*known_keys(target, reference), *known_before(ledger, reference)}
            found = _resolve(ledger, parsed, column, reference, known[reference], rule)
            values = values.with_columns(values[column].scatter(list(found), list(found.values())))
        ledger.parsed[entity] = dataclasses.replace(parsed, values=values)


def names_of(target: ParsedEntity, reference: Reference, merged: Mapping[str, str] = NOTHING) -> Names:
    """Folded name -> the keys of the rows that it may mean, folded -> spelling. `merged`: key -> key in its place."""
    names: dict[str, dict[str, str]] = {}
    for pattern in target.entity.known_as:
        fields = _FIELDS.findall(pattern)
        if any(target.values[name].null_count() == target.height for name in fields):
            continue
        rows = target.values.filter(pl.Series(target.usable({*fields, reference.field})))
        text = pl.format(_FIELDS.sub("{}", pattern), *(pl.col(name).cast(pl.String) for name in fields))
        for name, key in rows.select(name=text, key=pl.col(reference.field).cast(pl.String)).iter_rows():
            meant = merged.get(fold(key), key)
            names.setdefault(fold_name(name), {})[fold(meant)] = meant
    return names


# Private functions


def _resolve(
    ledger: FindingLedger,
    parsed: ParsedEntity,
    column: str,
    reference: Reference,
    keys: Collection[Key],
    rule: Rule | None,
) -> dict[int, str]:
    """Row -> key, for the rows of a column that name a row otherwise."""
    about = pl.Series(parsed.usable([column]) & rows_about(parsed, reference))
    written = parsed.values.filter(about).group_by(column, maintain_order=True).agg("row_id")
    title = ledger.catalog.entities[reference.entity].title
    spelled: dict[int, str] = {}
    for place, text in enumerate(written[column].to_list()):
        if (fold(text),) in keys:
            continue
        meant = _meant(text, ledger.names[reference.entity])
        if not meant:
            continue
        rows: list[int] = written["row_id"][place].to_list()
        if len(meant) == 1:
            key = next(iter(meant.values()))
            spelled.update(dict.fromkeys(rows, key))
            ledger.repaired(parsed, np.array(rows), column, key, "known_as")
        elif rule is not None:
            facts = {"expected": title, "keys": tuple(sorted(meant.values()))}
            for row in rows:
                ledger.tell_cell(rule, parsed, row, column, facts=facts)
    return spelled


def _meant(text: str, names: Names) -> dict[str, str]:
    """The keys that a name may mean; «Nordmann, Kari» is Kari Nordmann."""
    found = dict(names.get(fold_name(text), {}))
    last, comma, first = text.partition(",")
    if comma:
        found.update(names.get(fold_name(f"{first} {last}"), {}))
    return found
