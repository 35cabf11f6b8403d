"""The report for a terminal: the outcome first, then causes before symptoms, then what was read and summed."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from momentsheet.model.catalog import Catalog, Severity, severities
from momentsheet.model.finding import Report
from momentsheet.reporting.outline import (
    Told,
    amount,
    entity_totals,
    file_kinds,
    file_line,
    files_accounted,
    next_step,
    repair_kinds,
    sheet_counts,
    told_groups,
)
from momentsheet.reporting.terminal import terminal_lines, text_of
from momentsheet.reporting.values import date, number, plain
from momentsheet.reporting.words import counted, notice, progress, readiness, sentence, verdict
from momentsheet.reporting.work import work_lines

_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_SIGNS: dict[str, str] = {"error": "✗", "warning": "!", "clean": "✓"}
_CELLS_SHOWN = 8
_EFFECTS_SHOWN = 5
_KINDS_SHOWN = 12


def render_text(
    report: Report, catalog: Catalog, language: str, *, width: int = 100, color: bool = False, groups: int = 40
) -> str:
    """The report as lines of text, at most `width` characters wide; the first `groups` groups of findings.

    With `color`, ANSI codes for bold and colour stand in it; no other control character ever does.
    """
    parts = [
        _head(report, catalog, language),
        _inputs(report, catalog, language),
        _files(report, catalog, language) if report.files else _sheets(report, catalog, language),
        _groups(report, catalog, language, groups),
        _repairs(report, catalog, language),
        _totals(report, catalog, language),
        _next_step(report, catalog, language),
    ]
    return terminal_lines([part for part in parts if part is not None], width, color=color)


# Private functions


def _heading(catalog: Catalog, language: str, text_id: str) -> Text:
    return text_of(f"\n{catalog.text(text_id, language)}", "bold")


def _head(report: Report, catalog: Catalog, language: str) -> RenderableType:
    """Company and day, and the outcome in one sentence."""
    outcome: Severity | str = "error" if report.count("error") else "warning" if report.count("warning") else "clean"
    style = {"error": "bold red", "warning": "bold yellow"}.get(outcome, "bold green")
    title = " · ".join(
        part
        for part in (report.tool, plain(catalog.company.name or report.company), date(report.today, language))
        if part
    )
    told = Table.grid(padding=(0, 1))
    told.add_row(text_of(_SIGNS[outcome], style), text_of(verdict(report, catalog, language), style))
    if ready := readiness(report, catalog, language):
        told.add_row("", text_of(ready))
    if since := progress(report, catalog, language):
        told.add_row("", text_of(since))
    parts: list[RenderableType] = [text_of(title, "dim"), text_of(""), told, text_of("")]
    if work := work_lines(report, catalog, language):
        table = Table.grid(padding=(0, 2, 0, 0))
        for who, what in work:
            table.add_row(text_of(who, "dim"), text_of(what))
        parts += [text_of(catalog.text("report.heading.work", language), "bold"), Padding(table, (0, 0, 1, 2))]
    return Group(*parts)


def _inputs(report: Report, catalog: Catalog, language: str) -> RenderableType:
    lines: list[RenderableType] = []
    for item in report.inputs:
        line = text_of(plain(item.name))
        line.append_text(text_of(f"  {file_line(item, catalog, language)}", "dim"))
        lines.append(line)
        lines += [Padding(text_of(notice(told, catalog, language), "dim"), (0, 0, 0, 2)) for told in item.notices]
    return Group(*lines, text_of(""))


def _sheets(report: Report, catalog: Catalog, language: str) -> RenderableType | None:
    """One line per sheet: rows and findings."""
    counts = sheet_counts(report)
    if not counts:
        return None
    table = _table(catalog, language, "sheet", "rows", "errors", "warnings", "infos")
    for item in counts:
        rows = number(item.rows, language) if item.sheet else ""
        found = (_count(item.of(severity), severity, language) for severity in severities)
        table.add_row(text_of(item.title), text_of(rows), *found)
    if len(counts) > 1:
        table.add_section()
        rows = number(sum(item.rows for item in counts), language)
        found = (_count(report.count(severity), severity, language) for severity in severities)
        table.add_row(text_of(catalog.text("report.total", language)), text_of(rows), *found)
    return table


def _files(report: Report, catalog: Catalog, language: str) -> RenderableType:
    """What became of the files: by kind, and all of them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, header_style="dim")
    for place, name in enumerate(("kind", "rows", "delivered", "missing", "waiting")):
        label = text_of(catalog.text(f"files.column.{name}", language))
        table.add_column(label, justify="right" if place else "left", overflow="fold")
    for item in file_kinds(report, catalog, language):
        missing = _count(item.missing, "warning", language)
        waiting = _count(item.waiting, "error", language)
        figures = (text_of(number(figure, language)) for figure in (item.should, item.delivered))
        table.add_row(text_of(item.title), *figures, missing, waiting)
    return Group(table, text_of(""), text_of(files_accounted(report, catalog, language)))


def _count(count: int, severity: Severity, language: str) -> Text:
    return text_of(number(count, language), _STYLES[severity] if count else "dim")


def _table(catalog: Catalog, language: str, first: str, *others: str) -> Table:
    """A plain table whose first column is text and whose others are numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, header_style="dim")
    table.add_column(text_of(catalog.text(f"column.{first}", language)), overflow="fold")
    for name in others:
        table.add_column(text_of(catalog.text(f"column.{name}", language)), justify="right", overflow="fold")
    return table


def _groups(report: Report, catalog: Catalog, language: str, limit: int) -> RenderableType | None:
    """The groups under a heading per severity, as far as they are shown."""
    told = told_groups(report, catalog, language, _CELLS_SHOWN)
    parts: list[RenderableType] = []
    shown = 0
    for severity in severities:
        mine = [item for item in told if item.severity == severity]
        if not mine:
            continue
        parts.append(_heading(catalog, language, f"report.heading.{severity}"))
        visible = mine[: max(0, limit - shown)]
        shown += len(visible)
        for item in visible:
            parts += [text_of(""), _group(item, catalog, language)]
        if len(visible) < len(mine):
            parts += [
                text_of(""),
                text_of(counted(catalog, language, "report.more_groups", len(mine) - len(visible)), "dim"),
            ]
    return Group(*parts) if parts else None


def _group(item: Told, catalog: Catalog, language: str) -> RenderableType:
    """One group: where, what, what to do; its effects indented below it."""
    head = text_of("")
    for text, style in (
        (f"{item.word.upper()} ", _STYLES[item.severity]),
        (f"{item.code}  ", "bold"),
        (" ".join(part for part in (item.place, _cells(item, catalog, language)) if part), ""),
        (f" · {item.header}" if item.header else "", "dim"),
    ):
        head.append_text(text_of(text, style))
    lines: list[RenderableType] = [head, Padding(text_of(item.message), (0, 0, 0, 2))]
    told = Table.grid(padding=(0, 2, 0, 0))
    told.add_column(style="dim", no_wrap=True)
    told.add_column(ratio=1, overflow="fold")
    for label, text in (("fix", item.fix), ("suggestion", item.suggestion), ("stops", item.stops)):
        if text:
            told.add_row(text_of(catalog.text(f"report.{label}", language)), text_of(text))
    lines.append(Padding(told, (0, 0, 0, 2)))
    lines += _effects(item.effects, catalog, language)
    return Group(*lines)


def _effects(effects: tuple[Told, ...], catalog: Catalog, language: str) -> Iterable[RenderableType]:
    if not effects:
        return
    yield Padding(text_of(catalog.text("report.effects", language), "dim"), (0, 0, 0, 2))
    for item in effects[:_EFFECTS_SHOWN]:
        told = Table.grid(padding=(0, 1, 0, 0))
        told.add_row(text_of("↳", "dim"), text_of(item.code, "bold"), text_of(f"{item.place}: {item.message}"))
        yield Padding(told, (0, 0, 0, 4))
        yield from (Padding(below, (0, 0, 0, 2)) for below in _effects(item.effects, catalog, language))
    if len(effects) > _EFFECTS_SHOWN:
        more = counted(catalog, language, "report.more_groups", len(effects) - _EFFECTS_SHOWN)
        yield Padding(text_of(more, "dim"), (0, 0, 0, 4))


def _cells(item: Told, catalog: Catalog, language: str) -> str:
    cells = ", ".join(item.cells)
    if not item.more_cells:
        return cells
    return f"{cells} {counted(catalog, language, 'report.more_cells', item.more_cells)}"


def _repairs(report: Report, catalog: Catalog, language: str) -> RenderableType | None:
    """What was understood although it was written differently, by kind."""
    kinds = repair_kinds(report, catalog, language)
    if not kinds:
        return None
    table = _table(catalog, language, "repair")
    table.add_column(text_of(catalog.text("column.where", language)), overflow="fold")
    table.add_column(text_of(catalog.text("column.count", language)), justify="right")
    for kind in kinds[:_KINDS_SHOWN]:
        table.add_row(
            text_of(kind.what),
            text_of(f"{kind.sheet} · {kind.label}"),
            text_of(number(kind.count, language)),
        )
    parts = [_heading(catalog, language, "report.heading.repairs"), text_of("")]
    about = "report.repairs" if report.files is None else "files.repairs"
    intro = text_of(counted(catalog, language, about, len(report.repairs)))
    more = [] if len(kinds) <= _KINDS_SHOWN else [
        text_of(counted(catalog, language, "report.more_kinds", len(kinds) - _KINDS_SHOWN), "dim")
    ]  # fmt: skip
    return Group(*parts, intro, text_of(""), table, *more)


def _totals(report: Report, catalog: Catalog, language: str) -> RenderableType | None:
    """Rows and sums per entity."""
    totals = entity_totals(report, catalog, language)
    if not totals:
        return None
    table = _table(catalog, language, "entity", "read", "clean", "left_out", "skipped")
    for item in totals:
        figures = (item.read, item.clean, item.left_out, item.skipped)
        table.add_row(text_of(item.title), *(text_of(number(figure, language)) for figure in figures))
        for each in item.sums:
            sums = (amount(each, value, language) for value in (each.read, each.clean, each.left_out))
            table.add_row(text_of(f"  {each.label}", "dim"), *(text_of(value, "dim") for value in sums), "")
    return Group(_heading(catalog, language, "report.heading.totals"), text_of(""), table)


def _next_step(report: Report, catalog: Catalog, language: str) -> RenderableType:
    outcome = "errors" if report.count("error") else "warnings" if report.count("warning") else "clean"
    parts = [text_of(sentence(catalog, language, next_step(report, outcome)))]
    if report.findings:
        code = next((severity.code for severity in report.groups), report.findings[0].code)
        parts.append(text_of(sentence(catalog, language, "next.explain", {"code": code}), "dim"))
    return Group(_heading(catalog, language, "report.heading.next"), text_of(""), *parts)
