"""Equal findings are told once, and causes before symptoms."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from momentsheet.checking.fold import fold
from momentsheet.model.catalog import Catalog, severities
from momentsheet.model.finding import Finding, Group

BY_VALUE = frozenset(("known", "listed"))  # here the value is the cause; elsewhere it is the way the column was filled


def group_findings(findings: Sequence[Finding], catalog: Catalog) -> tuple[tuple[Finding, ...], tuple[Group, ...]]:
    """Give each finding its group and its cause; the groups come in the order in which to tell them."""
    causes = _causes(findings, catalog)
    members: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        rule = catalog.rules[finding.code]
        by_value = rule.check in BY_VALUE
        value = finding.value if by_value else None
        key: tuple[object, ...] = (finding.code, finding.file, finding.sheet, finding.field or finding.header, value)
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
    order = {name: place for place, name in enumerate(catalog.entities)}
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


def _causes(findings: Sequence[Finding], catalog: Catalog) -> Mapping[str, str]:
    """Fingerprint -> fingerprint of the cause: the same missing row, asked for in several sheets, is one cause."""
    first: dict[tuple[object, str], Finding] = {}
    order = {name: place for place, name in enumerate(catalog.entities)}
    missing = [finding for finding in findings if catalog.rules[finding.code].check == "known" and finding.value]
    for finding in sorted(missing, key=lambda finding: order.get(finding.entity or "", 0)):
        first.setdefault((finding.facts.get("target"), fold(finding.value or "")), finding)
    return {
        finding.fingerprint: cause.fingerprint
        for finding in missing
        if (cause := first[finding.facts.get("target"), fold(finding.value or "")]) is not finding
        and cause.entity != finding.entity
    }
