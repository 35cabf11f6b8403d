"""Named checks that look at a whole column of a table and that SQL cannot say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.model.catalog import Rule

FULL_DAY = 24.0
LEAST_VALUES = 20  # fewer hours than this prove nothing about their unit


def check_columns(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """Every table rule of the entity that names one of these checks."""
    for rule in parsed.entity.rules:
        check = CHECKS.get(rule.check or "")
        if check and parsed.height:
            check(ledger, parsed, rule)


# Private functions


def _check_acyclic(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """No row may lead back to itself along a reference to its own entity; one finding per ring."""
    name = rule.fields[0]
    keys = [fold(key or "") for key in parsed.values[parsed.entity.key[0]].to_list()]
    usable = ~(parsed.bad[name] | parsed.blank[name])
    row_of = {key: row for row, key in enumerate(keys) if key}
    parents = {
        keys[row]: fold(parent)
        for row, parent in enumerate(parsed.values[name].to_list())
        if usable[row] and parent is not None and keys[row]
    }
    settled: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        key = start
        while key in parents and key not in settled and key not in path:
            path[key] = None
            key = parents[key]
        if key in path:
            ring = list(path)[list(path).index(key) :]
            rows = sorted(row_of[member] for member in ring)
            chain = " → ".join(parsed.values[parsed.entity.key[0]][row_of[member]] for member in [*ring, ring[0]])
            ledger.tell_cell(rule, parsed, rows[-1], name, facts={"chain": chain}, held_back=rows[:-1])
        settled.update(path)


def _check_minutes(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """Hours that are minutes: most exceed a day, or all are quarters of an hour above 12. One finding a sheet."""
    name = rule.fields[0]
    for sheet, start in zip(parsed.sheets, parsed.starts, strict=True):
        column = parsed.values[name].slice(start, len(sheet.rows)).drop_nulls().to_numpy()
        column = column[column != 0]
        if len(column) < LEAST_VALUES:
            continue
        median = float(np.median(column))
        if median > FULL_DAY or bool(((column % 15 == 0) & (column > FULL_DAY / 2)).all()):
            facts = {"median": median, "count": len(column)}
            # The unit of the whole column is in doubt: its cells are not judged one by one.
            others = range(start + 1, start + len(sheet.rows))
            ledger.tell_cell(rule, parsed, start, name, facts=facts, held_back=others)


CHECKS: Mapping[str, Callable[[FindingLedger, ParsedEntity, Rule], None]] = {
    "acyclic": _check_acyclic,
    "looks_like_minutes": _check_minutes,
}
