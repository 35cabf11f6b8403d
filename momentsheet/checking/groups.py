"""Equal findings are told once, and causes before symptoms."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from momentsheet.checking.likely import Causes, MissingKey, missing_key
from momentsheet.model.catalog import Catalog, severities
from momentsheet.model.finding import Finding, Group

NO_CAUSES: Causes = {}
BY_VALUE = frozenset(
    ("known", "listed", "likely_key")
)  # here the value is the cause; elsewhere it is the way the column was filled


def group_findings(
    findings: Sequence[Finding], catalog: Catalog, mistyped: Causes = NO_CAUSES
) -> tuple[tuple[Finding, ...], tuple[Group, ...]]:
    """Give each finding its group and its cause; the groups come in the order in which to tell them.

    `mistyped`: the findings at the rows that were meant by unknown keys.
    """
    causes = _causes(findings, catalog, mistyped)
    members: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        rule = catalog.rules[finding.code]
        by_value = rule.check in BY_VALUE
        value = finding.value if by_value else None
        key: tuple[object, ...] = (finding.code, finding.file, finding.sheet, finding.field or finding.header, value)
        if finding.waiver is not None:
            key += ("waived",)  # what is accepted stands apart from what is not
        members.setdefault(key, []).append(finding)
    ids = {key: hashlib.sha256(repr(key).encode()).hexdigest()[:8] for key in members}
    group_of = {finding.fingerprint: ids[key] for key, found in members.items() for finding in found}
    groups: list[Group] = []
    told: list[Finding] = []
    for key, found in members.items():
        found.sort(key=lambda finding: (finding.row or 0, finding.column or 0))
        first_cause = causes.get(found[0].fingerprint)
        cause = first_cause if first_cause and group_of[first_cause] != ids[key] else None
        dressed = tuple(dataclasses.replace(finding, group=ids[key], blocked_by=cause) for finding in found)
        told.extend(dressed)
        first = found[0]
        groups.append(
            Group(
                ids[key],
                first.code,
                first.severity,
                first.file,
                first.sheet,
                first.field,
                first.value if len({finding.value for finding in found}) == 1 else None,
                len(found),
                dressed,
                group_of[cause] if cause else None,
            )
        )
    order = _order(catalog)
    places = {id(group): place for place, group in enumerate(groups)}

    def rank(group: Group) -> tuple[int, int, int, int, int]:
        first = group.findings[0]
        whole = 0 if first.key is None else 1  # what is told of a sheet or column goes before single cells
        return (
            severities.index(group.severity),
            1 if group.blocked_by else 0,
            whole,
            order.get(first.entity or "", -1),
            places[id(group)],
        )

    groups.sort(key=rank)
    return tuple(told), tuple(groups)


# Private functions


def _order(catalog: Catalog) -> dict[str, int]:
    """The entities in import order; control totals behind them, for what they differ by has its cause in the others."""
    last = sorted(catalog.entities, key=lambda name: catalog.entities[name].controls is not None)
    return {name: place for place, name in enumerate(last)}


def _causes(findings: Sequence[Finding], catalog: Catalog, mistyped: Causes) -> Mapping[str, str]:
    """Fingerprint -> fingerprint of the cause: the same missing row, asked for in several sheets, is one cause."""
    first: dict[MissingKey, Finding] = {}
    order = _order(catalog)
    missing = [
        (finding, wanted)
        for finding in findings
        if catalog.rules[finding.code].check == "known" and (wanted := missing_key(finding)) is not None
    ]
    missing.sort(key=lambda item: order.get(item[0].entity or "", 0))
    for finding, wanted in missing:
        first.setdefault(wanted, finding)
    return {
        finding.fingerprint: cause
        for finding, wanted in missing
        if (cause := mistyped.get(wanted, first[wanted].fingerprint)) != finding.fingerprint
        and (wanted in mistyped or first[wanted].entity != finding.entity)
    }
