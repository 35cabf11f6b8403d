"""The Summary sheet: how far a workbook has come, sheet by sheet, and what is left to do."""

from __future__ import annotations

from momentsheet.model.catalog import Catalog, Severity
from momentsheet.model.finding import Report
from momentsheet.model.marks import Bars, ListedCell, Listing
from momentsheet.reporting.outline import SheetCount, sheet_counts
from momentsheet.reporting.words import progress, readiness, severity_word, verdict
from momentsheet.reporting.work import work_lines

SUMMARY = "summary"  # kind of the sheet
_WIDTHS = (34.0, 11.0, 11.0, 13.0, 17.0, 26.0)


def summary_listing(report: Report, catalog: Catalog, language: str, file_name: str) -> Listing:
    """One line for each sheet of that file that was read, with a chart of what was found in it."""
    counts = [count for count in sheet_counts(report) if count.file == file_name and count.entity is not None]
    left = [f"{who}: {what}" for who, what in work_lines(report, catalog, language)]
    intro = (
        verdict(report, catalog, language),
        readiness(report, catalog, language),
        progress(report, catalog, language),
        *left,
    )
    names = ("sheet", "rows", "errors", "warnings", "infos", "state")
    return Listing(
        name=catalog.text("summary.sheet", language),
        title=catalog.text("summary.title", language),
        intro=tuple(line for line in intro if line),
        headers=tuple(catalog.text(f"column.{name}", language) for name in names),
        widths=_WIDTHS,
        rows=tuple(_row(count, catalog, language) for count in counts),
        kind=SUMMARY,
        bars=Bars(catalog.text("summary.chart", language), 0, ((2, "error"), (3, "warning"), (4, "info"))),
    )


# Private functions


def _row(count: SheetCount, catalog: Catalog, language: str) -> tuple[ListedCell, ...]:
    """A sheet without anything to tell is told as such: what is right counts, too."""
    worst: Severity | None = "error" if count.error else "warning" if count.warning else None
    state = catalog.text(f"summary.state.{worst or 'fine'}", language)
    return (
        ListedCell(count.title, link=(count.sheet, 1, 0)),
        ListedCell(count.rows),
        ListedCell(count.error, severity="error" if count.error else None),
        ListedCell(count.warning, severity="warning" if count.warning else None),
        ListedCell(count.info),
        ListedCell(f"{severity_word(worst, catalog, language)}: {state}" if worst else state),
    )
