"""Control totals: figures of the old system that the rows do not give, and what helps to find the difference.

Compared are all rows that can be read, those with errors among them: a row that only waits for a customer's e-mail
address is no hour too few. What differs while cells that count here are wrong is told as a warning, for they are told
already and may be the reason. A difference that finer figures hold wholly is told at these alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
import polars as pl

from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import known_before, known_keys
from momentsheet.model.catalog import Measure, Rule, Texts
from momentsheet.model.controls import (
    ControlTotal,
    Part,
    amount_of,
    control_sheets,
    measures_of,
    reconcile,
    records_of,
)
from momentsheet.model.facts import Facts

MOST_PARTS = 12  # that are listed to find a difference by
CHECKS = ("reconciled", "reconciled_so_far", "figure_applies", "figure_has_rows")


def check_controls(ledger: FindingLedger, facts: Facts) -> dict[str, tuple[ControlTotal, ...]]:
    """Compare the control totals of every such sheet; gives them all, with what the readable rows give."""
    compared: dict[str, tuple[ControlTotal, ...]] = {}
    for entity in control_sheets(ledger.catalog, ledger.parsed):
        parsed = ledger.parsed[entity.name]
        tables = {name: other.values for name, other in ledger.parsed.items()}
        totals = reconcile(parsed.values, entity, tables, ledger.catalog, facts)
        compared[entity.name] = totals
        _Sheet(ledger, parsed, facts, measures_of(entity, ledger.catalog)).tell(totals)
    return compared


# Private functions


class _Sheet:
    """One sheet of control totals and all that is needed to tell of it."""

    def __init__(
        self, ledger: FindingLedger, parsed: ParsedEntity, facts: Facts, measures: Mapping[str, Measure]
    ) -> None:
        assert parsed.entity.controls is not None
        self.ledger = ledger
        self.parsed = parsed
        self.facts = facts
        self.measures = measures
        self.controls = parsed.entity.controls
        self.rules: dict[str, Rule] = {rule.check: rule for rule in parsed.entity.rules if rule.check in CHECKS}
        self.records: dict[str, pl.DataFrame] = {}
        self.doubtful: dict[str, pl.DataFrame] = {}
        self.kinds: dict[tuple[str | None, tuple[str, ...]], list[ControlTotal]] = {}
        self.known: dict[str, set[str]] = {}  # column -> folded keys of the rows that it can name

    def tell(self, totals: Sequence[ControlTotal]) -> None:
        """Tell of every total that differs, and of every one that cannot be compared."""
        judged = [total for total in totals if self._is_judged(total)]
        explained = _explained(judged)
        for total in judged:
            if total.unknown_by:
                self._tell_not_applicable(total)
            elif not total.agrees and total.row not in explained:
                self._tell_difference(total, judged)

    # Private functions

    def _is_judged(self, total: ControlTotal) -> bool:
        """Whether a row can be read, is not wrong already, and its figure's sheet came along."""
        measure = self.measures.get(total.figure or "")
        names = (self.controls.figure, self.controls.value, *self.controls.by)
        if measure is None or total.stated is None or any(self.parsed.bad[name][total.row] for name in names):
            return False
        if measure.entity not in self.ledger.parsed:
            if (rule := self.rules.get("reconciled")) is not None:
                self.ledger.unchecked.setdefault(measure.entity, []).append(
                    (rule.code, self.parsed.entity.name, self.controls.value)
                )
            return False
        return all(self._is_known(name, value) for name, value in total.by.items())

    def _is_known(self, name: str, value: str) -> bool:
        """Whether the project, employee … is there; if not, a rule of its own has told so."""
        reference = self.parsed.entity.field(name).to
        if reference is None or reference.entity not in self.ledger.parsed:
            return True
        if name not in self.known:
            target = self.ledger.parsed[reference.entity]
            keys = (*known_before(self.ledger, reference), *known_keys(target, reference))
            self.known[name] = {key[-1] for key in keys}
        return fold(value) in self.known[name]

    def _tell_not_applicable(self, total: ControlTotal) -> None:
        if (rule := self.rules.get("figure_applies")) is None:
            return
        possible = [name for name in self.controls.by if name in self._records(total).columns]
        words: Texts = self.ledger.catalog.texts["control.by" if possible else "control.by_nothing"]
        labels = tuple(self.parsed.entity.field(name).label for name in possible)
        facts = {self.controls.figure: total.figure, "by": words, "columns": labels}
        for name in total.unknown_by:
            self.ledger.tell_cell(rule, self.parsed, total.row, name, facts=facts)

    def _tell_difference(self, total: ControlTotal, judged: Sequence[ControlTotal]) -> None:
        assert total.found is not None
        told: dict[str, object] = {
            self.controls.value: total.stated,
            "found": total.found,
            "difference": total.difference,
            "tolerated": total.tolerance,
        }
        doubtful = self._doubtful_of(total)
        if doubtful.height:
            check = "reconciled_so_far"
            held = int(doubtful["units"].sum() or 0)
            told |= {"count": doubtful.height, "held": amount_of(held, total.decimals)}
            told["hint"] = self.ledger.catalog.texts["control.in_doubt" + (".sum" if total.decimals else ".count")]
        elif not total.records:
            check = "figure_has_rows"
            told["expected"] = self.ledger.catalog.entities[self.measures[total.figure or ""].entity].title
        else:
            check = "reconciled"
            told |= self._hint(total, judged)
        if (rule := self.rules.get(check)) is not None:
            self.ledger.tell_cell(rule, self.parsed, total.row, self.controls.value, facts=told)

    def _hint(self, total: ControlTotal, judged: Sequence[ControlTotal]) -> dict[str, object]:
        """Where to look: the finer figures that differ, else what the workbook has by year, project …"""
        texts = self.ledger.catalog.texts
        finer = [other for other in self._asked_by_more(total, judged) if _is_part(other, total)]
        differing = [other for other in finer if not other.agrees and other.difference is not None]
        if differing:
            parts = tuple(
                Part(" · ".join(value for name, value in other.by.items() if name not in total.by), other.difference)
                for other in differing[:MOST_PARTS]
                if other.difference is not None
            )
            return {"hint": texts["control.finer"], "parts": parts}
        if finer:
            return {"hint": texts["control.finer_agree"]}
        for name in self.controls.by:
            records = self._records(total)
            if name in total.by or name not in records.columns:
                continue
            parts = _parts(_where(records, total.by), name, total.decimals)
            if 1 < len(parts) <= MOST_PARTS:
                label = self.parsed.entity.field(name).label
                return {"hint": texts["control.parts"], "column": label, "parts": parts}
        return {"hint": texts["control.alone"]}

    def _asked_by_more(self, total: ControlTotal, judged: Sequence[ControlTotal]) -> list[ControlTotal]:
        """The totals of the same figure that are asked for by more columns."""
        if not self.kinds:
            self.kinds = _kinds(judged)
        names = set(total.by)
        return [
            other
            for (figure, more), others in self.kinds.items()
            if figure == total.figure and names < set(more)
            for other in others
        ]

    def _records(self, total: ControlTotal) -> pl.DataFrame:
        figure = total.figure or ""
        if figure not in self.records:
            tables = {name: other.values for name, other in self.ledger.parsed.items()}
            self.records[figure] = records_of(self.measures[figure], tables, self.ledger.catalog, self.facts)
        return self.records[figure]

    def _doubtful_of(self, total: ControlTotal) -> pl.DataFrame:
        """The records that may belong to the total and have a wrong cell that counts for it."""
        figure = total.figure or ""
        if figure not in self.doubtful:
            self.doubtful[figure] = self._doubtful(total)
        doubtful = self.doubtful[figure]
        may_belong = [pl.col(name).is_null() | (pl.col(name) == value) for name, value in total.by.items()]
        return doubtful.filter(may_belong) if may_belong else doubtful

    def _doubtful(self, total: ControlTotal) -> pl.DataFrame:
        """All records of the figure with a wrong cell that counts, their wrong cells blank but for the amount."""
        measure = self.measures[total.figure or ""]
        named = set(re.findall(r"\w+", measure.query))
        counted = self.ledger.parsed[measure.entity]
        wrong = np.zeros(counted.height, bool)
        for name in named & counted.bad.keys():
            wrong |= counted.bad[name]
        records = self._records(total)
        if not wrong.any():
            return records.clear()
        tables = {name: _without_wrong(other, named) for name, other in self.ledger.parsed.items()}
        rows = pl.Series(np.flatnonzero(wrong), dtype=pl.UInt32)
        blanked = records_of(measure, tables, self.ledger.catalog, self.facts).drop("units")
        # Joined from the left: a record that its wrong cell keeps out of the figure may belong to it all the same.
        amounts = records.select("row_id", "units")
        lost = pl.DataFrame({"row_id": rows}).join(blanked, on="row_id", how="left")
        return lost.join(amounts, on="row_id", how="left").with_columns(pl.col("units").fill_null(0))


def _without_wrong(parsed: ParsedEntity, named: set[str]) -> pl.DataFrame:
    """The table with its wrong cells blank, in the columns of these names."""
    return parsed.values.with_columns(
        pl.when(pl.Series(parsed.bad[name])).then(None).otherwise(pl.col(name)).alias(name)
        for name in named & parsed.bad.keys()
        if parsed.bad[name].any()
    )


def _is_part(one: ControlTotal, other: ControlTotal) -> bool:
    """Whether one, of the same figure, is a part of the other."""
    return all(one.by.get(name) == value for name, value in other.by.items())


def _kinds(totals: Sequence[ControlTotal]) -> dict[tuple[str | None, tuple[str, ...]], list[ControlTotal]]:
    """The totals that can be compared, by their figure and the columns by which they are asked for."""
    kinds: dict[tuple[str | None, tuple[str, ...]], list[ControlTotal]] = defaultdict(list)
    for total in totals:
        if not total.unknown_by:
            kinds[total.figure, tuple(sorted(total.by))].append(total)
    return kinds


def _explained(totals: Sequence[ControlTotal]) -> set[int]:
    """The rows whose difference is just that of the finer figures of one kind, where one of these differs."""
    kinds = _kinds(totals)
    found: set[int] = set()
    for (figure, names), coarse in kinds.items():
        for (other, more), finer in kinds.items():
            if other == figure and set(names) < set(more):
                found.update(_held_by(coarse, names, finer))
    return found


def _held_by(coarse: Sequence[ControlTotal], names: Sequence[str], finer: Sequence[ControlTotal]) -> Iterator[int]:
    """The rows of the coarse totals whose difference the finer ones of the same kind hold together."""
    held: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    differ: set[tuple[str, ...]] = set()
    for total in finer:
        key = tuple(total.by[name] for name in names)
        held[key] += total.difference or 0
        if not total.agrees:
            differ.add(key)
    for total in coarse:
        key = tuple(total.by[name] for name in names)
        if not total.agrees and key in differ and abs((total.difference or 0) - held[key]) <= total.tolerance:
            yield total.row


def _where(records: pl.DataFrame, by: Mapping[str, str]) -> pl.DataFrame:
    return records.filter([pl.col(name) == value for name, value in by.items()]) if by else records


def _parts(records: pl.DataFrame, name: str, decimals: int) -> tuple[Part, ...]:
    """What each value of the column has, in their order; records without a value have no part."""
    grouped = records.drop_nulls(name).group_by(name).agg(pl.col("units").sum()).sort(name)
    return tuple(Part(str(key), amount_of(int(units), decimals)) for key, units in grouped.iter_rows())
