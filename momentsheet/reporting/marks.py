"""What goes back into the customer's workbook, in words: marks on cells and the sheet of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from momentsheet.model.catalog import Catalog, Severity, severities
from momentsheet.model.finding import Finding, Group, Report
from momentsheet.model.marks import FINDINGS, FINGERPRINT, ListedCell, Listing, Mark
from momentsheet.reporting.outline import held_back
from momentsheet.reporting.values import number, plain
from momentsheet.reporting.words import (
    counted,
    fix,
    group_message,
    header,
    message,
    progress,
    sentence,
    severity_letter,
    severity_word,
    suggestion,
    verdict,
)

CELLS_LISTED = 1_000_000  # single cells in the sheet of findings: more rows than Excel has would not fit
NOTES_WORDED = 4_000  # per sheet; a workbook is given a quarter of them at most
_VALUE_LENGTH = 200

_BADNESS: Mapping[Severity, int] = {severity: position for position, severity in enumerate(severities)}

_COLUMNS = ("severity", "sheet", "cell", "count", "header", "value", "message", "fix", "suggestion", "stops", "code")
_WIDTHS = (12.0, 16.0, 9.0, 9.0, 22.0, 24.0, 60.0, 50.0, 24.0, 40.0, 9.0)


@dataclass(slots=True)
class _Cell:
    """What is gathered about one cell before it becomes a mark."""

    severity: Severity
    order: tuple[bool, int, int, bool]  # the smallest decides how useful the note is
    told: list[tuple[Finding, bool]]  # findings, and whether they stand in another cell


def marks_of(report: Report, catalog: Catalog, language: str, file_name: str) -> tuple[Mark, ...]:
    """One mark per cell of that file with something to tell, by sheet, row and column.

    Several findings on a cell share its note; the worst severity colours it. The other cells that a rule
    looks at are marked too and point to the cell where it is told. The note is blank where a sheet has more
    than `NOTES_WORDED` marks that are more useful.
    """
    cells = _gathered(report, catalog, file_name)
    ranked = sorted(cells, key=lambda place: (cells[place].order, place))
    letters = {severity: severity_letter(severity, catalog, language) for severity in severities}
    worded: Counter[str] = Counter()
    marks = []
    for rank, place in enumerate(ranked):
        sheet, row, column = place
        cell = cells[place]
        worded[sheet] += 1
        note = _note(cell.told, catalog, language) if worded[sheet] <= NOTES_WORDED else ""
        marks.append(Mark(sheet, row, column, cell.severity, letters[cell.severity], note, rank))
    return tuple(sorted(marks, key=lambda mark: (mark.sheet, mark.row, mark.column)))


def findings_listing(report: Report, catalog: Catalog, language: str, file_name: str) -> Listing:
    """The sheet of findings of that file: groups first, with number and link, then the single cells of groups."""
    groups = [group for group in report.groups if group.file == file_name]
    rows = [_group_row(group, catalog, language) for group in groups]
    singles = [finding for group in groups if group.count > 1 for finding in group.findings]
    rows += [_cell_row(finding, catalog, language) for finding in singles[:CELLS_LISTED]]
    keys = [("" if group.count > 1 else _known_by(group.findings[0]),) for group in groups]
    keys += [(_known_by(finding),) for finding in singles[:CELLS_LISTED]]
    intro = [verdict(report, catalog, language), progress(report, catalog, language)]
    intro = [line for line in (*intro, catalog.text("listing.intro", language)) if line]
    if len(singles) > CELLS_LISTED:
        facts = {"shown": number(CELLS_LISTED, language)}
        intro.append(counted(catalog, language, "listing.cut", len(singles), facts))
    return Listing(
        name=catalog.text("sheet.findings", language),
        title=catalog.text("listing.title", language),
        intro=tuple(intro),
        headers=tuple(catalog.text(f"column.{name}", language) for name in _COLUMNS),
        widths=_WIDTHS,
        rows=tuple(rows),
        kind=FINDINGS,
        key_names=(FINGERPRINT,),
        keys=tuple(keys),
    )


# Private functions


def _known_by(finding: Finding) -> str:
    """What the next round knows a finding by: its fingerprint, else its place."""
    return f"{finding.fingerprint} {finding.place}".rstrip()


def _gathered(report: Report, catalog: Catalog, file_name: str) -> dict[tuple[str, int, int], _Cell]:
    """The cells of a file with their findings; the first cell of every group is the most useful one."""
    places = _places(report, file_name)
    cells: dict[tuple[str, int, int], _Cell] = {}
    for group in report.groups:
        if group.file != file_name:
            continue
        others: dict[tuple[str, int, str | None], list[int]] = {}
        for position, finding in enumerate(group.findings):
            if finding.sheet is None or finding.row is None or finding.column is None:
                continue
            where = (finding.sheet, finding.column, finding.field)
            if where not in others:
                others[where] = _other_columns(finding, catalog, places)
            for column in (finding.column, *others[where]):
                is_other = column != finding.column
                order = (is_other, position, _BADNESS[finding.severity], finding.blocked_by is not None)
                cell = cells.get((finding.sheet, finding.row, column))
                if cell is None:
                    cell = cells[finding.sheet, finding.row, column] = _Cell(finding.severity, order, [])
                elif _BADNESS[finding.severity] < _BADNESS[cell.severity]:
                    cell.severity = finding.severity
                cell.order = min(cell.order, order)
                cell.told.append((finding, is_other))
    return cells


def _note(told: Sequence[tuple[Finding, bool]], catalog: Catalog, language: str) -> str:
    """What all findings of a cell have to tell, the worst first."""
    worst_first = sorted(told, key=lambda item: (_BADNESS[item[0].severity], item[1]))
    words = (
        _pointer(finding, catalog, language) if is_other else _words(finding, catalog, language)
        for finding, is_other in worst_first
    )
    return "\n\n".join(dict.fromkeys(words))


def _words(finding: Finding, catalog: Catalog, language: str) -> str:
    """Severity and code, what is wrong, what to do, what to type."""
    lines = [
        f"{severity_word(finding.severity, catalog, language)} {finding.code}",
        message(finding, catalog, language),
        fix(finding, catalog, language),
    ]
    if text := suggestion(finding):
        lines.append(f"{catalog.text('report.suggestion', language)}: {text}")
    return "\n".join(lines)


def _pointer(finding: Finding, catalog: Catalog, language: str) -> str:
    """Where a finding is told that looks at this cell too."""
    facts = {"cell": finding.cell, "message": message(finding, catalog, language)}
    return sentence(catalog, language, "mark.told_at", facts)


def _places(report: Report, file_name: str) -> dict[tuple[str, str], int]:
    """Where each field of each sheet of a file stands: (sheet, field) -> column."""
    return {
        (sheet.name, column.field): column.column
        for item in report.inputs
        if item.name == file_name
        for sheet in item.sheets
        for column in reversed(sheet.columns)
        if column.field is not None
    }


def _other_columns(finding: Finding, catalog: Catalog, places: dict[tuple[str, str], int]) -> list[int]:
    """The columns of the other fields that the finding's rule marks."""
    fields = catalog.rules[finding.code].fields
    if finding.field not in fields or catalog.rules[finding.code].reach == "field":
        return []
    columns = (places.get((finding.sheet or "", name)) for name in fields if name != finding.field)
    return [column for column in columns if column is not None and column != finding.column]


def _group_row(group: Group, catalog: Catalog, language: str) -> tuple[ListedCell, ...]:
    """One line for a whole group; the cell is its first."""
    first = group.findings[0]
    values = {finding.value for finding in group.findings}
    value = first.value if len(values) == 1 else None
    proposals = {suggestion(finding) for finding in group.findings}
    return _row(
        first,
        catalog,
        language,
        count=group.count,
        value=value or "",
        told=group_message(group, catalog, language),
        proposal=suggestion(first) if len(proposals) == 1 else "",
        stops=held_back(group, catalog, language),
    )


def _cell_row(finding: Finding, catalog: Catalog, language: str) -> tuple[ListedCell, ...]:
    told = message(finding, catalog, language)
    return _row(finding, catalog, language, count=1, value=finding.value or "", told=told, proposal=suggestion(finding))


def _row(
    finding: Finding,
    catalog: Catalog,
    language: str,
    *,
    count: int,
    value: str,
    told: str,
    proposal: str,
    stops: str = "",
) -> tuple[ListedCell, ...]:
    """One line of the listing, in the order of `_COLUMNS`."""
    link = None
    if finding.sheet is not None and finding.row is not None:
        link = (finding.sheet, finding.row, finding.column or 0)
    place = finding.cell or ("" if finding.row is None else str(finding.row))
    return (
        ListedCell(severity_word(finding.severity, catalog, language), severity=finding.severity),
        ListedCell(plain(finding.sheet or "")),
        ListedCell(place, link=link),
        ListedCell(count),
        ListedCell(header(finding, catalog, language)),
        ListedCell(plain(value, _VALUE_LENGTH)),
        ListedCell(told),
        ListedCell(fix(finding, catalog, language)),
        ListedCell(proposal),
        ListedCell(stops),
        ListedCell(finding.code),
    )
