"""Keys that a sheet of the delivery replaces by others: cells of any sheet that still hold the old one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fields import rows_with
from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about
from momentsheet.model.catalog import Field, Rule, Texts


def check_replaced(ledger: FindingLedger) -> None:
    """Tell of every cell that should say the new key, before references are looked up: there it would be unknown."""
    for listed_in in list(ledger.parsed.values()):
        for rule in listed_in.entity.rules:
            if rule.check == "replaced":
                for entity, new_of in _replacements(listed_in, rule).items():
                    for parsed in [other for other in ledger.parsed.values() if other is not listed_in]:
                        _check_entity(ledger, rule, parsed, entity, new_of, listed_in.entity.title)


# Private functions


def _replacements(parsed: ParsedEntity, rule: Rule) -> Mapping[str, Mapping[str, str]]:
    """Entity -> folded old key -> new key. What is not one step from old to new is left to rules of its own."""
    old, new, entity = rule.fields
    found: dict[str, dict[str, str]] = {}
    for row in parsed.usable(rule.fields).nonzero()[0].tolist():
        pairs = found.setdefault(parsed.values[entity][row], {})
        pairs.setdefault(fold(parsed.values[old][row]), parsed.values[new][row])
    return {name: dict(_single_steps(pairs)) for name, pairs in found.items()}


def _single_steps(pairs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pairs whose old key is nobody's new one, and whose new key is nobody's old one."""
    new_keys = {fold(new) for new in pairs.values()}
    return ((old, new) for old, new in pairs.items() if old not in new_keys and fold(new) not in pairs)


def _check_entity(
    ledger: FindingLedger, rule: Rule, parsed: ParsedEntity, name: str, new_of: Mapping[str, str], told_in: Texts
) -> None:
    """Look through the columns that hold keys of the entity of that name."""
    for field in parsed.entity.fields:
        is_key = parsed.entity.name == name and parsed.entity.key == (field.name,)
        about = _rows_naming(parsed, field, name) | is_key
        if not about.any():
            continue
        values = parsed.values[field.name].cast(pl.String)
        replaced = {text: new_of[fold(text)] for text in values.drop_nulls().unique() if fold(text) in new_of}
        found = rows_with(values, parsed.usable([field.name]) & about, replaced)
        for row, text in found:
            facts = {"replacement": replaced[text], "expected": told_in}
            ledger.tell_cell(rule, parsed, row, field.name, facts=facts, suggestion=replaced[text])
        if is_key and found:
            _call_by_new_key(ledger, parsed, field.name, {row: replaced[text] for row, text in found})


def _rows_naming(parsed: ParsedEntity, field: Field, name: str) -> npt.NDArray[np.bool_]:
    """The rows in which the column refers to the entity of that name."""
    about = np.zeros(parsed.height, bool)
    for reference in field.references:
        if reference.entity == name and not reference.same:
            about |= rows_about(parsed, reference)
    return about


def _call_by_new_key(ledger: FindingLedger, parsed: ParsedEntity, field: str, keys: Mapping[int, str]) -> None:
    """Those that refer to the row by its new key are right: for them, it is there under that key."""
    column = parsed.values[field].scatter(list(keys), list(keys.values()))
    ledger.parsed[parsed.entity.name] = dataclasses.replace(parsed, values=parsed.values.with_columns(column))
