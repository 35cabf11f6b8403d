"""What goes back into the customer's workbook, in words: marks on cells and the sheet of findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from momentsheet.model.catalog import Catalog, Severity, severities
from momentsheet.model.finding import Finding, Group, Report
from momentsheet.model.marks import ListedCell, Listing, Mark
from momentsheet.reporting.values import number, plain
from momentsheet.reporting.words import (
    counted,
    fix,
    group_message,
    header,
    message,
    sentence,
    severity_letter,
    severity_word,
    suggestion,
    verdict,
)

CELLS_LISTED = 10_000  # single cells in the sheet of findings; every cell is marked all the same
_VALUE_LENGTH = 200

_COLUMNS = ("severity", "sheet", "cell", "count", "header", "value", "message", "fix", "suggestion", "code")
_WIDTHS = (12.0, 16.0, 9.0, 9.0, 22.0, 24.0, 60.0, 50.0, 24.0, 9.0)


@dataclass(slots=True)
class _Cell:
    """What is gathered about one cell before it becomes a mark."""

    severity: Severity
    order: tuple[int, int, int, int]  # the smallest decides how useful the note is
    notes: dict[str, None] = field(default_factory=dict)


def marks_of(report: Report, catalog: Catalog, language: str, file_name: str) -> tuple[Mark, ...]:
    """One mark per cell of that file with something to tell, by sheet, row and column.

    Several findings on a cell share its note; the worst severity colours it. The other cells that a rule
    looks at are marked too and point to the cell where it is told.
    """
    places = _places(report, file_name)
    cells: dict[tuple[str, int, int], _Cell] = {}
    for position, finding in _in_groups(report, file_name):
        if finding.sheet is None or finding.row is None or finding.column is None:
            continue
        order = (severities.index(finding.severity), position, int(finding.blocked_by is not None))
        _gather(
            cells, (finding.sheet, finding.row, finding.column), finding, (0, *order), _note(finding, catalog, language)
        )
        for column in _other_columns(finding, catalog, places):
            words = {"cell": finding.cell, "message": message(finding, catalog, language)}
            note = sentence(catalog, language, "mark.told_at", words)
            _gather(cells, (finding.sheet, finding.row, column), finding, (1, *order), note)
    by_use = sorted(cells, key=lambda place: (cells[place].order, place))
    ranks = {place: rank for rank, place in enumerate(by_use)}
    return tuple(
        Mark(
            sheet=place[0],
            row=place[1],
            column=place[2],
            severity=cell.severity,
            letter=severity_letter(cell.severity, catalog, language),
            note="\n\n".join(cell.notes),
            rank=ranks[place],
        )
        for place, cell in sorted(cells.items())
    )


def findings_listing(report: Report, catalog: Catalog, language: str, file_name: str) -> Listing:
    """The sheet of findings of that file: groups first, with number and link, then the single cells of groups."""
    groups = [group for group in report.groups if group.file == file_name]
    rows = [_group_row(group, catalog, language) for group in groups]
    singles = [finding for group in groups if group.count > 1 for finding in group.findings]
    rows += [_cell_row(finding, catalog, language) for finding in singles[:CELLS_LISTED]]
    intro = [verdict(report, catalog, language), catalog.text("listing.intro", language)]
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
    )


# Private functions


def _in_groups(report: Report, file_name: str) -> Iterator[tuple[int, Finding]]:
    """The findings of a file with their position in their group, groups in the report's order."""
    for group in report.groups:
        if group.file == file_name:
            yield from enumerate(group.findings)


def _gather(
    cells: dict[tuple[str, int, int], _Cell], place: tuple[str, int, int], finding: Finding,
    order: tuple[int, int, int, int], note: str,
) -> None:  # fmt: skip
    cell = cells.setdefault(place, _Cell(finding.severity, order))
    cell.severity = min(cell.severity, finding.severity, key=severities.index)
    cell.order = min(cell.order, order)
    cell.notes.setdefault(note)


def _note(finding: Finding, catalog: Catalog, language: str) -> str:
    """Severity and code, what is wrong, what to do, what to type."""
    lines = [
        f"{severity_word(finding.severity, catalog, language)} {finding.code}",
        message(finding, catalog, language),
        fix(finding, catalog, language),
    ]
    if text := suggestion(finding):
        lines.append(f"{catalog.text('report.suggestion', language)}: {text}")
    return "\n".join(lines)


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
    )


def _cell_row(finding: Finding, catalog: Catalog, language: str) -> tuple[ListedCell, ...]:
    told = message(finding, catalog, language)
    return _row(finding, catalog, language, count=1, value=finding.value or "", told=told, proposal=suggestion(finding))


def _row(
    finding: Finding, catalog: Catalog, language: str, *, count: int, value: str, told: str, proposal: str
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
        ListedCell(finding.code),
    )
