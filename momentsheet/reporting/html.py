"""The report as a page that a consultant can send on: one file, printable, with a chart and a table to filter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from jinja2 import BaseLoader

from momentsheet.model.catalog import Catalog, Severity, severities
from momentsheet.model.finding import Finding, Report
from momentsheet.model.workbook import column_letter
from momentsheet.reporting.addresses import rule_link
from momentsheet.reporting.outline import (
    SheetCount,
    entity_totals,
    field_title,
    file_kinds,
    file_line,
    files_accounted,
    next_step,
    repair_kinds,
    sheet_counts,
    short_hash,
    told_groups,
)
from momentsheet.reporting.page import render_page
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import (
    LONGEST_VALUE,
    counted,
    evidence,
    fix,
    header,
    listed,
    message,
    notice,
    progress,
    readiness,
    severity_letter,
    severity_word,
    suggestion,
    verdict,
)
from momentsheet.reporting.work import work_lines

CELLS_SHOWN = 20  # of a group
GROUPS_SHOWN = 150  # of a severity
EFFECTS_SHOWN = 20  # of a cause
ROWS_PER_GROUP = 100  # in the table of single findings
ROWS_SHOWN = 3000
REPAIRS_SHOWN = 100  # values of a kind

_BAR_LEFT, _BAR_WIDTH, _BAR_HEIGHT, _BAR_STEP, _NARROWEST = 172, 230, 16, 32, 3
_NAME_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """One severity in a bar of the chart."""

    severity: Severity
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One sheet in the chart: its pieces and its numbers in words."""

    title: str
    shown: str
    y: int
    pieces: tuple[Piece, ...]
    end: float
    numbers: str


def render_html(report: Report, catalog: Catalog, language: str, loader: BaseLoader) -> str:
    """The report as one HTML page; of very many findings the first of each group, and the page says so."""
    groups = told_groups(report, catalog, language, CELLS_SHOWN)
    counts = sheet_counts(report)
    rows = _rows(report)
    context: dict[str, object] = {
        "company": plain(catalog.company.name or report.company),
        "tool": report.tool,
        "version": report.version,
        "catalog_version": report.catalog,
        "today": report.today,
        "outcome": _outcome(report),
        "verdict": verdict(report, catalog, language),
        "readiness": readiness(report, catalog, language),
        "progress": progress(report, catalog, language),
        "severities": [(name, severity_word(name, catalog, language)) for name in severities],
        "counts": {name: report.count(name) for name in severities},
        "work": work_lines(report, catalog, language),
        "rows_read": sum(totals.rows_read for totals in report.totals.values()),
        "rows_clean": sum(totals.rows_clean for totals in report.totals.values()),
        "inputs": [
            {
                "name": plain(item.name),
                "kind": file_line(item, catalog, language),
                "sha256": short_hash(item.sha256),
                "notices": [notice(told, catalog, language) for told in item.notices],
                "sheets": [
                    {
                        "name": plain(sheet.name),
                        "is_ours": sheet.entity is not None,
                        "header_row": sheet.header_row,
                        "rows": sheet.rows,
                        "skipped": sheet.blank_rows + sheet.total_rows,
                        "columns": [
                            {
                                "letter": column_letter(column.column),
                                "header": plain(column.header, LONGEST_VALUE),
                                "field": field_title(sheet, column.field, catalog, language),
                                "how": _how(column.how, catalog, language),
                                "evidence": [evidence(told, catalog, language) for told in column.evidence],
                            }
                            for column in sheet.columns
                        ],
                    }
                    for sheet in item.sheets
                ],
            }
            for item in report.inputs
        ],
        "files": file_kinds(report, catalog, language),
        "files_accounted": files_accounted(report, catalog, language),
        "next_step": next_step(report, {"error": "errors", "warning": "warnings"}.get(_outcome(report), "clean")),
        "bars": () if report.files else _bars(counts, catalog, language),
        "chart_height": _BAR_STEP * len(counts) + 8,
        "bar_left": _BAR_LEFT,
        "bar_height": _BAR_HEIGHT,
        "chart_words": " ".join(f"{item.title}: {_numbers(item, catalog, language)}." for item in counts),
        "sections": [
            (name, shown, hidden)
            for name in severities
            if (mine := [item for item in groups if item.severity == name])
            for shown, hidden in [(mine[:GROUPS_SHOWN], max(0, len(mine) - GROUPS_SHOWN))]
        ],
        "effects_shown": EFFECTS_SHOWN,
        "sheets": sorted({plain(item.sheet) for item in counts if item.sheet and item.total}),
        "rows": [_row(finding, catalog, language) for finding in rows],
        "findings": len(report.findings),
        "repairs": [
            {
                "kind": kind,
                "values": kind.values[:REPAIRS_SHOWN],
                "hidden": max(0, len(kind.values) - REPAIRS_SHOWN),
            }
            for kind in repair_kinds(report, catalog, language)
        ],
        "repair_count": len(report.repairs),
        "totals": entity_totals(report, catalog, language),
        "links": {group.code: rule_link(catalog, group.code, language) for group in report.groups},
        "first_code": report.groups[0].code if report.groups else "",
    }
    return render_page(
        "report/report.html.j2",
        context,
        catalog,
        language,
        loader,
        styles=("report/page.css", "report/report.css"),
        scripts=("report/report.js",),
    )


# Private functions


def _outcome(report: Report) -> str:
    return "error" if report.count("error") else "warning" if report.count("warning") else "clean"


def _how(how: str, catalog: Catalog, language: str) -> str:
    text_id = f"how.{how}"
    return catalog.text(text_id, language) if text_id in catalog.texts else plain(how)


def _rows(report: Report) -> list[Finding]:
    """The findings of the table: the first of each group, up to the limit of the page."""
    first = (finding for group in report.groups for finding in group.findings[:ROWS_PER_GROUP])
    return list(islice(first, ROWS_SHOWN))


def _row(finding: Finding, catalog: Catalog, language: str) -> dict[str, str]:
    """One finding as the table shows it."""
    return {
        "severity": finding.severity,
        "word": severity_word(finding.severity, catalog, language),
        "letter": severity_letter(finding.severity, catalog, language),
        "code": finding.code,
        "sheet": plain(finding.sheet or finding.file),
        "cell": finding.cell or ("" if finding.row is None else str(finding.row)),
        "header": header(finding, catalog, language),
        "value": plain(finding.value or "", LONGEST_VALUE),
        "message": message(finding, catalog, language),
        "fix": fix(finding, catalog, language),
        "suggestion": suggestion(finding),
    }


def _bars(counts: tuple[SheetCount, ...], catalog: Catalog, language: str) -> list[Bar]:
    """The bars of the chart; the longest fills the width, and what exists is never too thin to be seen."""
    most = max((item.total for item in counts), default=0) or 1
    bars = []
    for index, item in enumerate(counts):
        x, pieces = float(_BAR_LEFT), []
        for severity in severities:
            if item.of(severity):
                width = max(float(_NARROWEST), _BAR_WIDTH * item.of(severity) / most)
                pieces.append(Piece(severity, round(x, 1), round(width, 1)))
                x += width
        shown = item.title if len(item.title) <= _NAME_SHOWN else item.title[: _NAME_SHOWN - 1] + "…"
        bars.append(
            Bar(item.title, shown, 8 + index * _BAR_STEP, tuple(pieces), round(x, 1), _numbers(item, catalog, language))
        )
    return bars


def _numbers(item: SheetCount, catalog: Catalog, language: str) -> str:
    """«2 errors, 1 warning», or that nothing was found."""
    parts = tuple(counted(catalog, language, f"count.{name}", item.of(name)) for name in severities if item.of(name))
    return listed(parts, catalog, language) or catalog.text("count.none", language)
