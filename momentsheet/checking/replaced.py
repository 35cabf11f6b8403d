"""Keys that a sheet of the delivery replaces by others: cells of any sheet that still hold the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fields import rows_with
from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about
from momentsheet.model.catalog import Field, Rule


def check_replaced(ledger: FindingLedger) -> None:
    """Tell of every cell that should say the new key, before references are looked up: there it would be unknown."""
    for parsed in list(ledger.parsed.values()):
        for rule in parsed.entity.rules:
            if rule.check == "replaced":
                for entity, new_of in _replacements(parsed, rule).items():
                    _check_entity(ledger, rule, parsed, entity, new_of)


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
    ledger: FindingLedger, rule: Rule, listed_in: ParsedEntity, name: str, new_of: Mapping[str, str]
) -> None:
    """Look through the entity's own key and all columns that name it."""
    for other in ledger.parsed.values():
        for field in other.entity.fields if other is not listed_in else ():
            about = _rows_naming(other, field, name)
            if not about.any():
                continue
            values = other.values[field.name].cast(pl.String)
            replaced = {text: new_of[fold(text)] for text in values.drop_nulls().unique() if fold(text) in new_of}
            for row, text in rows_with(values, other.usable([field.name]) & about, replaced):
                facts = {"replacement": replaced[text], "expected": listed_in.entity.title}
                ledger.tell_cell(rule, other, row, field.name, facts=facts, suggestion=replaced[text])


def _rows_naming(parsed: ParsedEntity, field: Field, name: str) -> npt.NDArray[np.bool_]:
    """The rows in which the column holds a key of that entity."""
    about = np.full(parsed.height, parsed.entity.name == name and parsed.entity.key == (field.name,))
    for reference in field.references:
        if reference.entity == name and not reference.same:
            about |= rows_about(parsed, reference)
    return about
