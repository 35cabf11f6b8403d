"""A profile for a terminal: what was read, what was asked and found, then each question with its first rows."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from momentsheet.model.catalog import Catalog
from momentsheet.model.profile import Cell, Page, PageColumn, Pages, Profile
from momentsheet.reporting.profile_words import column_lines, pages_of
from momentsheet.reporting.terminal import terminal_lines, text_of
from momentsheet.reporting.values import date, number
from momentsheet.reporting.words import counted, sentence

ROWS_SHOWN = 8
_LONGEST_NAME = 20  # of a file or sheet, beside what is said of it
_NUMBERS = frozenset(("count", "share", "number"))
# Of a column: its letter; header, what it holds, what it is read as, values (shares of the room that is left); how
# much of it is filled, how many different values
_LETTER, _TEXTS, _FIGURES = 3, (10, 9, 9, 14), (5, 7)


def render_profile_text(
    profile: Profile, catalog: Catalog, *, width: int = 100, color: bool = False, rows: int = ROWS_SHOWN
) -> str:
    """The profile as lines of text, at most `width` characters wide; of each question the first `rows` rows."""
    pages = pages_of(profile, catalog)
    language = profile.language
    parts: list[RenderableType] = [_head(pages), _asked(pages)]
    for page in sorted(pages.pages, key=lambda page: page.question == "columns"):  # the long one last
        is_columns = page.question == "columns"
        parts.append(
            _columns(page, profile, catalog) if is_columns else _page(page, pages.where, catalog, language, rows)
        )
    if any(len(page.rows) > rows for page in pages.pages if page.question != "columns"):
        parts.append(text_of("\n" + catalog.text("inspect.whole", language), "dim"))
    return terminal_lines(parts, width, color=color)


# Private functions


def _table(columns: list[tuple[str, bool]]) -> Table:
    """A plain table; columns are (label, is it a number?)."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, header_style="dim")
    for label, is_number in columns:
        table.add_column(text_of(label), justify="right" if is_number else "left", overflow="fold")
    return table


def _head(pages: Pages) -> RenderableType:
    table = _table([(label, place > 2) for place, label in enumerate(pages.file_heads)])
    last = None
    for file, *cells in pages.files:
        table.add_row(text_of("" if file == last else file, "bold"), *(text_of(cell) for cell in cells))
        last = file
    notices = [Padding(text_of(told, "dim"), (0, 0, 0, 2)) for told in pages.notices]
    return Group(
        text_of(pages.title, "bold"),
        text_of(pages.lead, "dim"),
        text_of(""),
        table,
        *notices,
        text_of(""),
    )


def _asked(pages: Pages) -> RenderableType:
    question, looked, found = pages.asked_heads
    table = _table([("", False), (question, False), (looked, True), (found, True)])
    for asked in pages.asked:
        if asked.page is not None and pages.pages[asked.page].question == "columns":
            continue
        sign, style = ("?", "dim") if asked.count is None else ("!", "bold yellow") if asked.count else ("✓", "green")
        is_plain = not asked.count
        table.add_row(
            text_of(sign, style),
            text_of(asked.title),
            text_of(asked.of, "dim"),
            text_of(asked.found, "dim" if is_plain else "bold"),
        )
    return table


def _page(page: Page, where: str, catalog: Catalog, language: str, rows: int) -> RenderableType:
    """The first rows of a page, without columns in which none of them says anything, each with its place behind it."""
    visible = page.rows[:rows]
    shown = [
        (at, column)
        for at, column in enumerate(page.columns)
        if column.in_terminal
        and not column.is_answer
        and not column.place
        and any(row[at] not in {None, ""} for row in visible)
    ]
    table = _table([*((column.label, column.kind in _NUMBERS) for _, column in shown), (where, False)])
    bands = set(page.bands)
    for number_, row in enumerate(visible):
        if number_ and number_ in bands:
            table.add_section()
        table.add_row(*(_cell(row[at], column, language) for at, column in shown), text_of(_place(page, row), "dim"))
    parts: list[RenderableType] = [*_told(page), text_of(""), table]
    if len(visible) < len(page.rows):
        parts.append(text_of(counted(catalog, language, "inspect.more", len(page.rows) - len(visible)), "dim"))
    return Group(*parts)


def _place(page: Page, row: tuple[Cell, ...]) -> str:
    """The place of a row as one text: file where there are several, sheet, cell or row."""
    parts = {
        column.place: str(row[at]) for at, column in enumerate(page.columns) if column.place and column.in_terminal
    }
    sheet = "!".join(part for part in (_short(parts.get("sheet", "")), parts.get("cell", "")) if part)
    return " ".join(part for part in (_short(parts.get("file", "")), sheet) if part)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _columns(page: Page, profile: Profile, catalog: Catalog) -> RenderableType:
    """A table for each sheet, with a line for each column that holds something."""
    language = profile.language
    parts: list[RenderableType] = _told(page)
    for (file, sheet), found in groupby(column_lines(profile, catalog), key=lambda line: (line.file, line.sheet)):
        lines = list(found)
        table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False, expand=True)
        table.add_column(no_wrap=True, width=_LETTER)
        for ratio in _TEXTS[:3]:
            table.add_column(no_wrap=True, overflow="ellipsis", ratio=ratio)
        for width in _FIGURES:
            table.add_column(no_wrap=True, width=width, justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=_TEXTS[3])
        for line in lines:
            if not line.distinct:
                continue
            filled, distinct = _share(line.filled), number(line.distinct, language)
            read_as = f"→ {line.read_as}" if line.read_as else ""
            texts = (
                (line.letter, "dim"), (line.header, ""), (line.holds, "dim"), (read_as, "green"), (filled, ""),
                (distinct, ""), (line.values, "dim"),
            )  # fmt: skip
            table.add_row(*(text_of(text, style) for text, style in texts))
        title = f"{file} · {sheet}" if len(profile.files) > 1 else sheet
        parts += [text_of(""), text_of(title, "bold"), table]
        parts += [text_of(f"! {line.letter}: {line.notable}", "yellow") for line in lines if line.notable]
        blank = ", ".join(line.letter for line in lines if not line.distinct)
        if blank:
            parts.append(text_of(sentence(catalog, language, "inspect.blank", {"columns": blank}), "dim"))
    return Group(*parts)


def _told(page: Page) -> list[RenderableType]:
    return [text_of("\n" + page.title, "bold"), text_of(page.help, "dim")]


def _cell(value: Cell, column: PageColumn, language: str) -> Text:
    if value is None:
        return text_of("")
    if isinstance(value, dt.date):
        return text_of(date(value, language))
    if column.kind == "share" and isinstance(value, int | float):
        return text_of(_share(float(value)))
    if isinstance(value, int | float):
        return text_of(number(value, language))
    return text_of(value)


def _share(share: float) -> str:
    """Nothing but all is 100 %, nothing but none is 0 %."""
    return f"{round(share * 100) if share in {0, 1} else min(max(round(share * 100), 1), 99)} %"
