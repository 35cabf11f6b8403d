"""What the round before found, so that everybody sees what is new, still open, or fixed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from momentsheet.errors import UsageError
from momentsheet.model.finding import Finding, Progress
from momentsheet.model.marks import FINDINGS, FINGERPRINT
from momentsheet.model.workbook import Sheet, Workbook

# (fingerprint, place) of a finding -> how many there were. The fingerprint holds the key of its row: where the key
# itself was corrected or answered, what else was wrong in the row is known by its place.
Previous = Mapping[tuple[str, str], int]


def previous_of_report(text: str, name: str) -> Previous:
    """The findings of a JSON report; UsageError where the file is none."""
    try:
        report = json.loads(text)
        return Counter((str(finding["fingerprint"]), _place(finding)) for finding in report["findings"])
    except (ValueError, TypeError, KeyError, AttributeError):
        hint = "give the report.json of the round before"
        raise UsageError(f"{name} is not a JSON report of momentsheet; {hint}") from None


def previous_of_workbook(workbook: Workbook) -> Previous:
    """The findings that our own sheet in a returned workbook lists; none where it has no such sheet."""
    sheet = workbook.own_sheet(FINDINGS)
    listed = () if sheet is None else (text.partition(" ") for text in _below(sheet, FINGERPRINT))
    return Counter((fingerprint, place) for fingerprint, _, place in listed)


def compared(findings: Sequence[Finding], previous: Previous) -> tuple[tuple[Finding, ...], Progress]:
    """The findings with their status (new, open or waived), and how many of each there are and how many are fixed."""
    now = Counter(finding.fingerprint for finding in findings)
    before, gone = Counter[str](), Counter[str]()
    for (fingerprint, place), count in previous.items():
        before[fingerprint] += count
        if place and fingerprint not in now:
            gone[place] += count
    told: list[Finding] = []
    counts: Counter[str] = Counter()
    moved = 0
    for finding in findings:
        is_open = finding.fingerprint in before
        if not is_open and gone[finding.place] > 0:
            gone[finding.place] -= 1
            moved += 1
            is_open = True
        status = "waived" if finding.waiver is not None else "open" if is_open else "new"
        counts[status] += 1
        told.append(replace(finding, status=status))
    fixed = sum((before - now).values()) - moved
    return tuple(told), Progress(counts["new"], counts["open"], fixed, counts["waived"])


# Private functions


def _place(finding: Mapping[str, object]) -> str:
    """The place of a finding in a JSON report, as `Finding.place` says it."""
    row, cell = finding.get("row"), finding.get("cell")
    return "" if row is None else f"{finding.get('code')} {finding.get('sheet')}!{cell or row}"


def _below(sheet: Sheet, header: str) -> list[str]:
    """The texts below a header, wherever it stands."""
    place = next((place for place, text in enumerate(sheet.pool.to_list()) if text == header), None)
    for column in sheet.columns if place is not None else ():
        at = (column.codes == place).nonzero()[0]
        if len(at):
            codes = column.codes[at[0] + 1 :]
            return [text for text in sheet.pool.gather(codes[codes >= 0]).to_list() if text]
    return []
