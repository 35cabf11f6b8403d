"""Rules that look at one cell: readable, required, the field's schema, the accounting system's demands, unique."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import Told
from momentsheet.checking.doubts import tell_doubts, worded
from momentsheet.checking.fold import fold
from momentsheet.checking.grammar import DOUBTS
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, Trouble, shown
from momentsheet.checking.vocabulary import failing, suspects
from momentsheet.model.catalog import Field, Rule, Stead, Texts
from momentsheet.model.facts import Facts, constants
from momentsheet.model.workbook import cell_name


def check_fields(ledger: FindingLedger, parsed: ParsedEntity, facts: Facts) -> None:
    """Every rule of the entity that looks at one field, in the order in which people would ask."""
    tell_doubts(ledger, parsed)
    for trouble in parsed.troubles:
        if trouble.reading.problem not in DOUBTS:
            _tell_trouble(ledger, parsed, trouble)
    doubtful = suspects(parsed.values, {field.name: field.schema for field in parsed.entity.fields if field.schema})
    for field in parsed.entity.fields:
        if (rows := parsed.defaults.get(field.name)) is not None:
            default = ledger.catalog.company.defaults[f"{parsed.entity.name}.{field.name}"]
            ledger.repaired(parsed, rows, field.name, default, "default")
            _tell_default_column(ledger, parsed, field, _as_words(ledger, field, default))
        _check_required(ledger, parsed, field, facts)
        if field.name in doubtful and (rule := ledger.rule_for("schema", parsed.entity, field.name)):
            _check_schema(ledger, parsed, field, field.schema, rule)
    for rule in parsed.entity.rules:
        if rule.schema is not None:
            for name in rule.fields:
                _check_schema(ledger, parsed, parsed.entity.field(name), rule.schema, rule)
    _check_demands(ledger, parsed, facts)
    _check_unique(ledger, parsed)


def rows_with(values: pl.Series, good: npt.NDArray[np.bool_], wanted: Collection[Any]) -> list[tuple[int, Any]]:
    """The good rows that hold one of these values, with the value: one look at the column, however many values."""
    if not wanted:
        return []
    found = values.is_in(list(wanted)).fill_null(value=False).to_numpy() & good
    return [(int(row), values[int(row)]) for row in np.flatnonzero(found)]


# Private functions


def _tell_trouble(ledger: FindingLedger, parsed: ParsedEntity, trouble: Trouble) -> None:
    reading = trouble.reading
    entity, name = parsed.entity, trouble.field
    field = entity.field(name)
    own = worded(ledger, reading.facts)
    if reading.problem == "against_order":
        own["says"] = ledger.catalog.texts["doubt.against_order." + ("proven" if own["count"] else "declared")]
    facts = {"type": ledger.catalog.texts[f"type.{field.type}"], "example": field.example, **own}
    if reading.problem:
        rule = ledger.rule_for(reading.problem, entity, name)
        if rule is not None:
            for row in trouble.rows:
                ledger.tell_cell(rule, parsed, int(row), name, facts=facts, suggestion=reading.suggestion)
        return
    if reading.rounded and (rule := ledger.rule_for("precise", entity, name)):
        # Where the unit of the whole column is in doubt, rounding is no question.
        for row in trouble.rows[~parsed.bad[name][trouble.rows]]:
            ledger.tell_cell(rule, parsed, int(row), name, facts=facts, suggestion=reading.suggestion)
    if reading.why is None:
        return
    # A repair that people must see, too (a zero put back), is a general rule named like the repair.
    if rule := ledger.general(reading.why):
        for row in trouble.rows:
            ledger.tell_cell(rule, parsed, int(row), name, facts={**facts, "after": reading.value})
    ledger.repaired(parsed, trouble.rows, name, after_text(reading.value), reading.why)


def after_text(value: object) -> str:
    """A value after parsing, as plain text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _as_words(ledger: FindingLedger, field: Field, default: str) -> str | Texts:
    """A default as people say it: the label of a code, yes or no."""
    if field.type == "boolean":
        return ledger.catalog.texts["value.yes" if default == "true" else "value.no"]
    code_list = ledger.catalog.code_lists.get(field.list or "")
    codes = code_list.codes if code_list is not None else ()
    return next((code.label for code in codes if code.code == default), default)


def _tell_default_column(ledger: FindingLedger, parsed: ParsedEntity, field: Field, default: str | Texts) -> None:
    """A default for a column that the sheet lacks has no cell to be listed at: it is told once for the sheet."""
    for sheet in parsed.sheets:
        if len(sheet.rows) and field.name not in sheet.places:
            where = (sheet.file, sheet.name, sheet.header_row or None)
            facts = {"expected": field.label, "count": len(sheet.rows), "after": default}
            ledger.tell(Told("default_column", *where, entity=parsed.entity.name, field=field.name, facts=facts))


def _check_required(ledger: FindingLedger, parsed: ParsedEntity, field: Field, facts: Facts) -> None:
    missing = _required_rows(parsed, field, facts) & parsed.blank[field.name]
    if not missing.any():
        return
    rule = ledger.rule_for("required", parsed.entity, field.name)
    without_column: set[int] = set()
    for row in np.flatnonzero(missing).tolist():
        sheet, index = parsed.locate(row)
        if sheet.place(field.name, index) is not None:
            if rule is not None:
                ledger.tell_cell(rule, parsed, row, field.name, facts={"example": field.example})
            continue
        parsed.bad[field.name][row] = True
        if id(sheet) not in without_column:  # one finding for the sheet, not one per row
            without_column.add(id(sheet))
            where = (sheet.file, sheet.name, sheet.header_row or None)
            expected = {"expected": field.label}
            ledger.tell(Told("missing_column", *where, entity=parsed.entity.name, field=field.name, facts=expected))


def _required_rows(parsed: ParsedEntity, field: Field, facts: Facts) -> npt.NDArray[np.bool_]:
    if field.required:
        return np.ones(parsed.height, bool)
    if field.required_when is None or parsed.height == 0:
        return np.zeros(parsed.height, bool)
    frame = parsed.values.with_columns(**constants(facts, parsed.values))
    demanded = frame.select(pl.sql_expr(field.required_when)).to_series()
    return demanded.fill_null(value=False).to_numpy()


def _check_schema(
    ledger: FindingLedger, parsed: ParsedEntity, field: Field, schema: Mapping[str, Any], rule: Rule
) -> None:
    good = parsed.usable([field.name])
    if not good.any():
        return
    values = parsed.values[field.name]
    broken = failing(values.filter(pl.Series(good)), schema)
    for row, value in rows_with(values, good, broken):
        word, limit = broken[value]
        says = ledger.catalog.texts.get(f"schema.{word}") or ledger.catalog.texts["schema.other"]
        told = {"says": says, "limit": limit, "example": field.example}
        ledger.tell_cell(rule, parsed, row, field.name, facts=told)


def _check_demands(ledger: FindingLedger, parsed: ParsedEntity, facts: Facts) -> None:
    system = ledger.catalog.accounting.get(facts.text("accounting_system"))
    if system is None:
        return
    for demand in system.demands:
        if demand.entity != parsed.entity.name or demand.code not in ledger.catalog.rules:
            continue
        rule = ledger.catalog.rules[demand.code]
        values = parsed.values[demand.field]
        good = parsed.usable([demand.field])
        told = {"accounting_system": system.label, "says": demand.says, "example": demand.example}
        for row, _ in rows_with(values, good, failing(values.filter(pl.Series(good)), demand.schema)):
            ledger.tell_cell(rule, parsed, row, demand.field, facts=told)
    for rule in parsed.entity.rules:
        for other in rule.stands_for:
            _check_borrowed(ledger, parsed, rule, other, facts)


def _check_borrowed(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule, other: Stead, facts: Facts) -> None:
    """The demands on another entity's column, asked of the columns that stand for it."""
    system = ledger.catalog.accounting[facts.text("accounting_system")]
    for demand in system.demands:
        if (demand.entity, demand.field) != (other.entity, other.field):
            continue
        told = {"accounting_system": system.label, "says": demand.says, "example": demand.example}
        for name in rule.fields:
            values = parsed.values[name]
            good = parsed.usable([name]) & _rows_when(parsed, other.when, facts)
            for row, _ in rows_with(values, good, failing(values.filter(pl.Series(good)), demand.schema)):
                ledger.tell_cell(rule, parsed, row, name, facts=told)


def _rows_when(parsed: ParsedEntity, condition: str | None, facts: Facts) -> npt.NDArray[np.bool_]:
    """The rows for which the condition is true; one that asks a blank or wrong cell is not."""
    if condition is None or not parsed.height:
        return np.ones(parsed.height, bool)
    expression = pl.sql_expr(condition)
    holds = parsed.values.with_columns(**constants(facts, parsed.values)).select(expression).to_series()
    asked = set(expression.meta.root_names()) & set(parsed.bad)
    return holds.fill_null(value=False).to_numpy() & parsed.usable(asked)


def _check_unique(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """No two rows share a key, or what a rule calls unique; compared without case, spaces and invisible characters."""
    entity = parsed.entity
    key_rule = ledger.rule_for("unique", entity, entity.key[-1]) if entity.key else None
    demands: list[tuple[Rule, tuple[str, ...]]] = [(key_rule, entity.key)] if key_rule and entity.key else []
    demands += [
        (rule, rule.fields)
        for rule in entity.rules
        if rule.check == "unique" and not set(rule.fields) <= set(entity.key)
    ]
    for rule, names in demands:
        groups: dict[tuple[str, ...], list[int]] = {}
        used = parsed.values.filter(pl.Series(parsed.usable(names))).select("row_id", pl.col(*names).cast(pl.String))
        folded = used.with_columns(pl.Series(name, [fold(text) for text in used[name]], pl.String) for name in names)
        if names != entity.key or not ledger.known.get(entity.name):  # then only what is there twice can be wrong
            folded = folded.filter(folded.select(names).is_duplicated())
        for row, *parts in folded.iter_rows():
            groups.setdefault(tuple(parts), []).append(row)
        marked = rule.fields[0] if rule.fields and rule.fields[0] in names and names != entity.key else names[-1]
        before = {tuple(fold(part) for part in key) for key in ledger.known.get(entity.name, ())}
        for key in [key for key in groups if names == entity.key and key in before]:
            for row in groups.pop(key):
                earlier = ledger.catalog.texts["known.before"]
                places = dict.fromkeys(("first_row", "first_cell", "first_sheet"), earlier)
                ledger.tell_cell(rule, parsed, row, marked, facts=places)
        for first, *copies in groups.values():
            facts = _first_of(parsed, first, marked) if copies else {}
            for place, row in enumerate(copies):
                # The first row is held back once: a key pasted into every row must not multiply.
                held_back = () if place else (first,)
                ledger.tell_cell(rule, parsed, row, marked, facts=facts, held_back=held_back)


def _first_of(parsed: ParsedEntity, row: int, field: str) -> dict[str, object]:
    sheet, index = parsed.locate(row)
    place = sheet.place(field, index)
    first_row = place[0] if place else int(sheet.rows[index])
    return {
        "first_row": first_row,
        "first_cell": cell_name(*place) if place else str(first_row),
        "first_sheet": sheet.name,
        "first_value": shown(parsed, field, row),
    }
