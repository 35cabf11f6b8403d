"""Findings as they are made: located in the customer's file, each told once, and what they make unusable."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from momentsheet.checking.bind import Told
from momentsheet.checking.fold import fold
from momentsheet.checking.grammar import DOUBTS, show_raw
from momentsheet.checking.parse import ParsedEntity, shown
from momentsheet.model.catalog import NOTHING, Catalog, Entity, Rule, say
from momentsheet.model.finding import Finding, Repair
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import column_letter

# What a cell holds goes before what an entity's own rule says of its type: `#N/A` is no malformed e-mail address.
CELL_CHECKS = frozenset(
    ("error_cell", "not_calculated", "precision_lost", "against_order", "week_without_day", *DOUBTS)
)


Names = Mapping[str, Mapping[str, str]]  # folded name -> keys of the rows that it may mean, folded -> spelling


@dataclass(slots=True)
class FindingLedger:
    """Collects findings and repairs; an error marks its cells bad, so that later rules leave them alone."""

    catalog: Catalog
    parsed: dict[str, ParsedEntity] = field(default_factory=dict)
    known: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)  # keys of rows that were delivered before
    names: dict[str, Names] = field(default_factory=dict)  # what people may call the rows of an entity, see `known_as`
    merged: dict[str, Mapping[str, str]] = field(default_factory=dict)  # entity -> folded key -> key in its place
    waivers: Mapping[tuple[str, str], Waiver] = field(default_factory=dict)  # rule, and folded key or fingerprint
    findings: list[Finding] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    # missing sheet -> columns (rule code, entity, field) that could not be compared with it
    unchecked: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)

    def rule_for(self, check: str, entity: Entity, field_name: str | None) -> Rule | None:
        """The rule that tells of a failed check: the entity's own if it has one for the field, else the general one."""
        general = self.general(check)
        if general is not None and check in CELL_CHECKS:
            return general
        own = {
            rule.check: rule
            for rule in reversed(entity.rules)
            if rule.check and field_name and field_name in rule.fields
        }
        if check in own:
            return own[check]
        if check in {"date", "implausible_date"} and "readable" in own:
            return own["readable"]
        return general or self.general("readable")

    def general(self, check: str) -> Rule | None:
        """The rule of the workbook as a whole for that check."""
        return next((rule for rule in self.catalog.rules.values() if rule.entity is None and rule.check == check), None)

    def tell_cell(
        self,
        rule: Rule,
        parsed: ParsedEntity,
        row: int,
        field_name: str,
        *,
        facts: Mapping[str, object] = NOTHING,
        suggestion: str | None = None,
        held_back: Sequence[int] = (),
        marked: Sequence[str] = (),
    ) -> None:
        """Tell of one cell. `held_back`: other rows of the entity that cannot be imported because of it either."""
        sheet, index = parsed.locate(row)
        place = sheet.place(field_name, index)
        key = business_key(parsed, row)
        fingerprint = self._fingerprint(rule.code, parsed.entity.name, key, field_name)
        waiver = self._waiver(rule, key, fingerprint)
        is_error = rule.severity == "error" and waiver is None
        if is_error:
            for name in (field_name, *marked):
                parsed.bad[name][[row, *held_back]] = True
        excel_row = place[0] if place else int(sheet.rows[index])
        self.findings.append(
            Finding(
                rule.code,
                rule.severity if waiver is None else "info",
                sheet.file,
                sheet.name,
                excel_row,
                place[1] if place else None,
                sheet.headers.get(field_name),
                parsed.entity.name,
                field_name,
                key,
                shown(parsed, field_name, row),
                facts,
                suggestion,
                fingerprint,
                rows=tuple((parsed.entity.name, other) for other in (row, *held_back)) if is_error else (),
                waiver=waiver,
            )
        )

    def tell(self, told: Told) -> None:
        """Tell of a sheet or of a workbook."""
        rule = self.general(told.check)
        if rule is None:
            return
        where = told.header or (None if told.column is None else column_letter(told.column))
        fingerprint = self._fingerprint(rule.code, told.sheet or "", where or "", told.field or "")
        waiver = self._waiver(rule, told.sheet or "", fingerprint)
        self.findings.append(
            Finding(
                rule.code,
                rule.severity if waiver is None else "info",
                told.file,
                told.sheet,
                told.row,
                told.column,
                told.header,
                told.entity,
                told.field,
                None,
                told.value,
                told.facts or NOTHING,
                told.suggestion,
                fingerprint,
                waiver=waiver,
            )
        )

    def tell_unchecked(self, file: str) -> None:
        """Tell of every sheet that did not come along, and of the columns that could not be compared with it."""
        for name in [name for name in self.catalog.entities if name in self.unchecked]:
            columns = {
                (entity, field_name): self._column(entity, field_name) for _, entity, field_name in self.unchecked[name]
            }
            facts = {
                "expected": self.catalog.entities[name].title,
                "columns": tuple(columns.values()),
                "rules": tuple(sorted({code for code, _, _ in self.unchecked[name]})),
            }
            self.tell(Told("not_checked", file, facts=facts))

    def repaired(
        self, parsed: ParsedEntity, rows: npt.NDArray[np.int64], field_name: str, after: str, why: str
    ) -> None:
        """Record that cells were understood although they are written differently."""
        sources = np.searchsorted(parsed.starts, rows, side="right") - 1
        for row, source in zip(rows.tolist(), sources.tolist(), strict=True):
            sheet, index = parsed.sheets[source], row - parsed.starts[source]
            place = sheet.place(field_name, index)
            if place is None:
                continue  # a default for a column that the sheet lacks
            before = show_raw(sheet.raw(field_name, index))
            self.repairs.append(
                Repair(sheet.file, sheet.name, place[0], place[1], parsed.entity.name, field_name, before, after, why)
            )

    def _column(self, entity: str, field_name: str) -> dict[str, str]:
        """«Sheet › Header» in every language."""
        label = self.catalog.entities[entity].field(field_name).label
        return {
            language: f"{title} › {say(label, language)}"
            for language, title in self.catalog.entities[entity].title.items()
        }

    def _waiver(self, rule: Rule, key: str, fingerprint: str) -> Waiver | None:
        """The waiver of a finding: it names the rule, and the row by its key, or the finding by its fingerprint."""
        if not rule.is_waivable:
            return None
        return self.waivers.get((rule.code, fingerprint)) or self.waivers.get((rule.code, fold(key)))

    def _fingerprint(self, *parts: str) -> str:
        """Stable across rounds: rule, key and field; a number tells equal ones apart."""
        text = "\x1f".join(parts)
        self._seen[text] += 1
        return hashlib.sha256(f"{text}\x1f{self._seen[text]}".encode()).hexdigest()[:16]


def business_key(parsed: ParsedEntity, row: int) -> str:
    """How people know the row: its key, or what identifies it where there is none."""
    names = parsed.entity.key or parsed.entity.identity
    return " · ".join(text for name in names if (text := shown(parsed, name, row).strip()))
