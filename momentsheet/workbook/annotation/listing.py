"""The sheets that we append: a heading, lines of introduction, a table that can be filtered, printed and clicked.

Every text is an inline string, whatever it holds; the only links are those to cells of the same workbook.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from momentsheet.model.marks import ListedCell, Listing
from momentsheet.model.workbook import OUR_NAMES, cell_name, column_letter
from momentsheet.workbook.annotation.cell_styles import CellStyles
from momentsheet.workbook.annotation.xml_text import attribute_text, element_text

LONGEST_LINE = 110  # letters of an introduction
MOST_LINKS = 65_530  # on one sheet, says Excel
LAST_ROW = 1_048_576

_ROWS_AT_ONCE = 500
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FORMULA_SIGNS = ("=", "+", "-", "@")
_WIDEST = 255.0
_LONGEST_NAME = 31
_TAB_COLOR = "FFC00000"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand on the sheet of a listing."""

    intro: tuple[str, ...]  # one line each
    header_row: int
    columns: int
    rows: int  # of the table, without its header
    hidden: int = 0  # columns behind those of the table

    @property
    def table(self) -> str:
        """With its hidden columns: a filter sorts the columns that it spans, and keys must not part from their rows."""
        last = column_letter(self.columns + self.hidden - 1)
        return f"$A${self.header_row}:${last}${self.header_row + self.rows}"


def free_sheet_name(wished: str, taken: Collection[str]) -> str:
    """A legal name for a sheet that no other has, as near to the wished one as can be."""
    name = _FORBIDDEN.sub(" ", wished).strip().strip("'")[:_LONGEST_NAME] or "Sheet"
    folded = {item.casefold() for item in taken}
    number = 2
    free = name
    while free.casefold() in folded:
        tail = f" ({number})"
        free = name[: _LONGEST_NAME - len(tail)] + tail
        number += 1
    return free


def quoted_sheet(name: str) -> str:
    """A sheet's name as it stands before the ! of a reference."""
    return "'" + name.replace("'", "''") + "'"


def layout_of(listing: Listing) -> Layout:
    """Where title, introduction and table of a listing come to stand."""
    # At 200 % a screen shows no longer lines.
    room = min(max(40, int(sum(listing.widths) * 0.95)), LONGEST_LINE)
    lines = [line for text in listing.intro for part in text.split("\n") for line in textwrap.wrap(part, room) or [""]]
    columns = max([len(listing.headers), 1, *(len(row) for row in listing.rows)])
    header_row = len(lines) + 3
    hidden = len(listing.key_names) + max((len(choice) for choice in listing.choices), default=0)
    return Layout(tuple(lines), header_row, columns, min(len(listing.rows), LAST_ROW - header_row), hidden)


def write_listing(
    listing: Listing,
    layout: Layout,
    spaces: tuple[str, str],
    styles: CellStyles,
    sheets: Mapping[str, str],
    *,
    is_selected: bool,
    drawing: str | None = None,
) -> Iterator[bytes]:
    """The part of the sheet, piece by piece. `drawing`: its relationship to the drawing with its chart.

    spaces: the namespaces of spreadsheets and of relationships. sheets: sheet as a link names it -> as it is called.
    Rows for which Excel has no room give way to a last line that says how many they are.
    """
    header = layout.header_row
    first, last = layout.columns + 1, layout.columns + max(layout.hidden, 1)
    pane = f'<pane ySplit="{header}" topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/>'
    selected = ' tabSelected="1"' if is_selected else ""
    widths = [*listing.widths, *[16.0] * layout.columns][: layout.columns]
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{_width(width)}" customWidth="1"/>'
        for place, width in enumerate(widths, 1)
    )
    columns += f'<col min="{first}" max="{last}" width="9" hidden="1" customWidth="1"/>'
    yield (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{spaces[0]}" xmlns:r="{spaces[1]}"><sheetPr><tabColor rgb="{_TAB_COLOR}"/>'
        f'<pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{column_letter(last - 1)}{header + layout.rows}"/>'
        f'<sheetViews><sheetView showGridLines="0"{selected} workbookViewId="0">{pane}'
        f'<selection pane="bottomLeft" activeCell="A{header + 1}" sqref="A{header + 1}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    ).encode()
    # The sheet is known by a word behind its columns where the names of the workbook get lost, and so are old fills.
    word = " ".join((f"{OUR_NAMES}{listing.kind}", *(f"{number}:{fill}" for fill, number in styles.old_fills.items())))
    known_by = _text_cell(1, layout.columns, word)
    yield _text_row(1, [listing.title], styles.own("title"), 26, known_by)
    for row, line in enumerate(layout.intro, 2):
        yield _text_row(row, [line], styles.own("intro"), 16)
    headers = [*listing.headers, *[""] * layout.columns][: layout.columns]
    height = _header_height(headers, widths)
    yield _text_row(header, [*headers, *listing.key_names], styles.own("header"), height)
    links: list[str] = []
    safe_text = lru_cache(4096)(element_text)  # words and messages come again and again
    rows: Sequence[tuple[ListedCell, ...]] = listing.rows
    if layout.rows < len(rows):
        left_out = len(rows) - layout.rows + 1
        rows = [*rows[: layout.rows - 1], (ListedCell(f"… +{left_out}"),)]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield "".join(
            _row(header + 1 + place, cells, listing, place, widths, styles, sheets, links, safe_text)
            for place, cells in enumerate(rows[start : start + _ROWS_AT_ONCE], start)
        ).encode()
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    yield (
        f'</sheetData><autoFilter ref="{layout.table.replace("$", "")}"/>'
        f"{_dropdowns(listing, layout)}{hyperlinks}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
        + (f'<drawing r:id="{drawing}"/>' if drawing else "")
        + "</worksheet>"
    ).encode()


def fills_in(word: str) -> dict[int, str]:
    """The fills that marks took the place of, by their numbers, from the text by which a sheet is known."""
    parts = (part.partition(":") for part in word.split(" ")[1:])
    return {int(number): fill for number, colon, fill in parts if colon and number.isdecimal()}


# Private functions


def _hidden(listing: Listing, place: int) -> tuple[str, ...]:
    """What stands in the hidden columns of a row: its keys and what its dropdown offers."""
    keys = listing.keys[place] if place < len(listing.keys) else ()
    return (*keys, *(listing.choices[place] if place < len(listing.choices) else ()))


def _dropdowns(listing: Listing, layout: Layout) -> str:
    """A dropdown for each cell that waits for an answer; other words may be typed as well."""
    if listing.answer_column is None:
        return ""
    first = layout.columns + len(listing.key_names)
    found = []
    for place, choices in enumerate(listing.choices[: layout.rows], layout.header_row + 1):
        if choices:
            left, right = column_letter(first), column_letter(first + len(choices) - 1)
            found.append(
                f'<dataValidation type="list" allowBlank="1" sqref="{cell_name(place, listing.answer_column)}">'
                f"<formula1>${left}${place}:${right}${place}</formula1></dataValidation>"
            )
    return f'<dataValidations count="{len(found)}">{"".join(found)}</dataValidations>' if found else ""


def _width(width: float) -> str:
    return f"{min(max(width, 2.0), _WIDEST):.2f}"


def _header_height(headers: Sequence[str], widths: Sequence[float]) -> int:
    """Points; the sign of the filter takes the room of some letters."""
    lines = max(math.ceil((len(text) + 2) / max(width, 1)) for text, width in zip(headers, widths, strict=True))
    return 8 + 15 * min(lines, 3)


def _height(cells: Sequence[ListedCell], widths: Sequence[float]) -> float:
    """Points that a row needs for its wrapped texts; LibreOffice does not look for itself."""
    lines = 1
    for cell, width in zip(cells, widths, strict=False):
        if isinstance(cell.text, str) and len(cell.text) > width * 0.8:
            room = max(width - 2, 1)
            lines = max(lines, sum(max(1, math.ceil(len(part) / room)) for part in cell.text.split("\n")))
    return min(lines * 14.5 + 3, 409.0)


def _text_row(row: int, texts: Sequence[str], style: int, height: int, more: str = "") -> bytes:
    cells = "".join(_text_cell(row, column, text, f' s="{style}"') for column, text in enumerate(texts))
    return f'<row r="{row}" ht="{height}" customHeight="1">{cells}{more}</row>'.encode()


def _text_cell(row: int, column: int, text: str, style: str = "") -> str:
    safe = element_text(text)
    return f'<c r="{cell_name(row, column)}"{style} t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def _row(
    row: int, cells: Sequence[ListedCell], listing: Listing, place: int, widths: Sequence[float], styles: CellStyles,
    sheets: Mapping[str, str],
    links: list[str],
    safe_text: Callable[[str], str],
) -> str:  # fmt: skip
    pieces = [f'<row r="{row}" ht="{_height(cells, widths):.1f}">']
    for column in range(len(widths)):
        cell = cells[column] if column < len(cells) else ListedCell("")
        name = cell_name(row, column)
        is_link = cell.link is not None and cell.link[0] in sheets and len(links) < MOST_LINKS
        if cell.link is not None and is_link:
            sheet, target_row, target_column = cell.link
            location = attribute_text(f"{quoted_sheet(sheets[sheet])}!{cell_name(target_row, target_column)}")
            links.append(f'<hyperlink ref="{name}" location="{location}"/>')
        font = "link" if is_link else "text"
        if isinstance(cell.text, str) or not math.isfinite(cell.text):
            text = str(cell.text)
            is_quoted, is_typed = text.startswith(_FORMULA_SIGNS), column == listing.answer_column
            style = styles.own(font, cell.severity, is_quoted=is_quoted, is_typed=is_typed)
            if not text:
                pieces.append(f'<c r="{name}" s="{style}"/>')
                continue
            safe = safe_text(text)
            pieces.append(f'<c r="{name}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>')
        else:
            number = int(cell.text) if isinstance(cell.text, bool) else cell.text
            pieces.append(f'<c r="{name}" s="{styles.own(font, cell.severity, is_number=True)}"><v>{number!r}</v></c>')
    for column, text in enumerate(_hidden(listing, place), len(widths)):
        safe = safe_text(text)
        pieces.append(f'<c r="{cell_name(row, column)}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>')
    pieces.append("</row>")
    return "".join(pieces)
