"""A key that is mistyped in its own sheet: everywhere else it is written alike, and nothing names the mistyped one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from rapidfuzz.distance import OSA

from momentsheet.checking.fold import fold
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about, written_keys
from momentsheet.model.catalog import Reference, Rule
from momentsheet.model.finding import Finding

LEAST_USERS = 2  # one row that names an unknown key may itself be the mistake
SHORTEST = 4  # of a key in which one other character is no other key
# Letters that are typed, scanned and read for digits
LOOKALIKES = str.maketrans({"o": "0", "q": "0", "i": "1", "l": "1", "|": "1", "z": "2", "s": "5", "b": "8"})

MissingKey = tuple[str, tuple[str, ...]]  # entity and folded key that it lacks
Causes = Mapping[MissingKey, str]  # -> fingerprint of the finding that is the cause


def tell_likely_keys(ledger: FindingLedger) -> Causes:
    """Find the row that was meant by unknown keys: exactly one that nothing names and that is close to them."""
    rule = ledger.general("likely_key")
    unknown = _unknown(ledger)
    causes: dict[MissingKey, str] = {}
    for name, findings_of in unknown.items():
        target = ledger.parsed.get(name)
        if rule is None or target is None or len(target.entity.key) != 1:
            continue
        unused = _unused(ledger, target)
        alike: dict[str, list[str]] = defaultdict(list)
        for other in unused:
            for trace in _traces(other):
                alike[trace].append(other)
        taken: set[int] = set()
        for key, findings in findings_of.items():
            near = {other for trace in _traces(key) for other in alike.get(trace, ())}
            close = [unused[other] for other in near if is_close(key, other)]
            rows = {place for finding in findings for place in finding.rows}
            if len(close) == 1 and close[0] not in taken and len(rows) >= LEAST_USERS:
                taken.add(close[0])
                causes[name, (key,)] = _tell(ledger, rule, target, close[0], findings, len(rows))
    return causes


def missing_key(finding: Finding) -> MissingKey | None:
    """The row that a finding misses, None where it is about something else."""
    target, within = finding.facts.get("target"), finding.facts.get("within")
    if not finding.value or not isinstance(target, str) or not isinstance(within, tuple):
        return None
    return target, (*within, fold(finding.value))


def is_close(key: str, other: str) -> bool:
    """Whether one folded key is the other mistyped.

    Of two numbers one digit that differs is just another number of the series; lost, doubled and turned digits are not.
    """
    if key == other:
        return False
    if _bare(key) == _bare(other):
        return True
    if min(len(key), len(other)) < SHORTEST or OSA.distance(key, other, score_cutoff=1) > 1:
        return False
    if not (any(char.isdigit() for char in key) and any(char.isdigit() for char in other)):
        return True
    return len(key) != len(other) or sorted(key) == sorted(other)


# Private functions


def _traces(key: str) -> set[str]:
    """What two close keys have in common: the bare key, or the key without one of its characters."""
    return {_bare(key), key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}


def _bare(key: str) -> str:
    """The key without signs and leading zeros, with digits for the letters that look like them."""
    letters = "".join(char for char in key if char.isalnum())
    digits = letters.translate(LOOKALIKES)
    return digits.lstrip("0") if digits.isdigit() else letters


def _unknown(ledger: FindingLedger) -> dict[str, dict[str, list[Finding]]]:
    """Entity -> folded key that it lacks -> the findings that tell of it."""
    unknown: dict[str, dict[str, list[Finding]]] = defaultdict(dict)
    for finding in ledger.findings:
        missing = missing_key(finding)
        if finding.severity == "error" and missing is not None and len(missing[1]) == 1:
            unknown[missing[0]].setdefault(missing[1][0], []).append(finding)
    return unknown


def _unused(ledger: FindingLedger, target: ParsedEntity) -> dict[str, int]:
    """Folded key -> row, of the keys that no other row names and that stand in one row only."""
    reference = Reference(target.entity.name, target.entity.key[0])
    rows: dict[str, list[int]] = defaultdict(list)
    for row, (key,) in enumerate(written_keys(target, reference)):
        rows[fold(key)].append(row)
    named = set()
    for table in ledger.parsed.values():
        for column, other in table.entity.references:
            if (other.entity, other.field) == (reference.entity, reference.field):
                values = table.values[column].filter(rows_about(table, other)).drop_nulls().unique()
                named |= {fold(str(value)) for value in values}
    return {key: places[0] for key, places in rows.items() if key and len(places) == 1 and key not in named}


def _tell(
    ledger: FindingLedger, rule: Rule, target: ParsedEntity, row: int, findings: list[Finding], users: int
) -> str:
    """Tell at the row that was meant, unless its key is told to be wrong already; gives the finding's fingerprint."""
    name = target.entity.key[0]
    wanted = findings[0].value or ""
    if target.bad[name][row]:
        for finding in ledger.findings:
            if finding.field == name and (target.entity.name, row) in finding.rows[:1]:
                return finding.fingerprint
    facts = {"wanted": wanted, "count": users, "first_sheet": findings[0].sheet}
    ledger.tell_cell(rule, target, row, name, facts=facts, suggestion=wanted)
    return ledger.findings[-1].fingerprint
