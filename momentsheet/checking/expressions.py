"""Rules that look at a row, a table or the whole delivery: SQL, with one policy for blank and wrong cells.

A row whose inputs are blank or already wrong is skipped, so that one mistake gives one finding; `blank_ok` inputs may
be blank. Windows and sums see only the rows that are left. A query over the delivery sees wrong cells as null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import polars as pl

from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.model.catalog import Rule
from momentsheet.model.facts import Facts, constants, run_query, tables_read
from momentsheet.model.table import blank_table

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def check_expressions(ledger: FindingLedger, parsed: ParsedEntity, facts: Facts) -> None:
    """The row and table rules of one entity, in their order; rows before tables."""
    for reach in ("row", "table"):
        for rule in parsed.entity.rules:
            if rule.reach == reach and rule.holds is not None and _is_on(ledger, rule, facts):
                _check_expression(ledger, parsed, rule, facts)


def check_queries(ledger: FindingLedger, facts: Facts) -> None:
    """The book rules of all entities, in import order."""
    rules = [
        (rule, parsed)
        for parsed in ledger.parsed.values()
        for rule in parsed.entity.rules
        if rule.offends is not None and _is_on(ledger, rule, facts)
    ]
    for rule, parsed in rules:
        if parsed.height:
            _check_query(ledger, parsed, rule, facts)


# Private functions


def _is_on(ledger: FindingLedger, rule: Rule, facts: Facts) -> bool:
    """Rules on demand are asked only when the accounting system switches them on."""
    if not rule.on_demand:
        return True
    system = ledger.catalog.accounting.get(facts.text("accounting_system"))
    return system is not None and rule.code in system.rules


def _check_expression(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule, facts: Facts) -> None:
    assert rule.holds is not None
    expression = pl.sql_expr(rule.holds)
    inputs = set(expression.meta.root_names())
    fields = inputs & set(parsed.bad)
    if any(facts.values[name] is None for name in (inputs & set(facts.values)) - fields - set(rule.blank_ok)):
        return  # a rule about the cut-over date needs one
    marked = set(rule.fields[:1])
    usable = parsed.usable(fields | marked, {*rule.blank_ok, *(marked - fields)})
    if not usable.any():
        return
    frame = parsed.values.filter(pl.Series(usable)).with_columns(**constants(facts, parsed.values))
    told = {name: pl.sql_expr(sql) for name, sql in rule.facts.items()}
    judged = frame.with_columns(__holds=expression, **{f"__fact_{name}": sql for name, sql in told.items()})
    offending = judged.filter(~pl.col("__holds"))
    if offending.is_empty():
        return
    for row, others, values in _one_per(offending, rule):
        shown = {name: values[name] for name in _wanted(rule, frame.columns)}
        shown |= {name: values[f"__fact_{name}"] for name in rule.facts}
        shown |= {"count": values["count"]} if rule.one_per else {}
        ledger.tell_cell(rule, parsed, row, rule.fields[0], facts=shown, held_back=others, marked=rule.fields[1:])


def _check_query(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule, facts: Facts) -> None:
    assert rule.offends is not None
    read = tables_read(rule.offends)
    absent = {name for name, entity in ledger.catalog.entities.items() if entity.derived is None} - set(ledger.parsed)
    if missing := (absent - set(rule.may_lack)) & read:
        for name in missing:
            ledger.unchecked.setdefault(name, []).append((rule.code, parsed.entity.name, rule.fields[0]))
        return
    frames = {
        name: other.values.with_columns(
            pl.when(pl.Series(other.bad[field])).then(None).otherwise(pl.col(field)).alias(field)
            for field in other.bad
            if other.bad[field].any()
        )
        for name, other in ledger.parsed.items()
        if name in read or "calendar" in read  # which spans the days of all sheets
    }
    entities = {**ledger.catalog.out_of_scope, **ledger.catalog.entities}
    frames |= {name: blank_table(entities[name]) for name in rule.may_lack if name not in ledger.parsed}
    found = run_query(rule.offends, frames, facts, ledger.catalog.fact_tables)
    offending = parsed.values.join(found.unique("row_id", keep="first"), on="row_id", how="inner", suffix="__found")
    marked = rule.fields[0]
    offending = offending.filter(~pl.Series(parsed.bad[marked][offending["row_id"].to_numpy()], dtype=pl.Boolean))
    for row, others, values in _one_per(offending.sort("row_id"), rule):
        shown = {name: facts.values[name] for name in _wanted(rule, facts.values)}
        shown |= {name: values[name] for name in _wanted(rule, offending.columns)}
        shown |= {name: values.get(f"{name}__found", values.get(name)) for name in found.columns if name != "row_id"}
        shown |= {"count": values["count"]} if rule.one_per else {}
        ledger.tell_cell(rule, parsed, row, marked, facts=shown, held_back=others, marked=rule.fields[1:])


def _one_per(offending: pl.DataFrame, rule: Rule) -> list[tuple[int, list[int], Mapping[str, object]]]:
    """Row to tell of, the rows that are held back with it, its values."""
    rows = offending.to_dicts()
    if not rule.one_per:
        return [(row["row_id"], [], row) for row in rows]
    groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name, row.get(f"__fact_{name}")) for name in rule.one_per), []).append(row)
    told: list[tuple[int, list[int], Mapping[str, object]]] = []
    for members in groups.values():
        chosen = max(members, key=lambda row: _size(row[rule.fields[0]]))
        others = [int(str(row["row_id"])) for row in members if row is not chosen]
        told.append((int(str(chosen["row_id"])), others, {**chosen, "count": len(members)}))
    return told


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _wanted(rule: Rule, columns: Iterable[str]) -> set[str]:
    """The columns that the rule's texts speak of."""
    texts = " ".join(text for texts in (rule.message, rule.fix, rule.why) for text in texts.values())
    return set(PLACEHOLDER.findall(texts)) & set(columns)
