"""Rows of a sheet's XML as expat tells of them: which bytes must change so that some cells get another style."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import cell_name
from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.splice import SPREADSHEET, STRICT_SPREADSHEET, new_parser
from momentsheet.workbook.annotation.xml_text import (
    REST_OF_TAG,
    attribute_of,
    prefix_of,
    set_attributes,
    whole_number,
    with_content,
)

Restyle = Callable[[int, str], int | None]  # style of a cell, severity -> style with the mark, None if there is no room

_TAG = re.compile(rb"<" + REST_OF_TAG)
_SPANS = re.compile(rb"<[^<>]*\sspans=[\"'](\d{1,5}):(\d{1,5})[\"']")
_BEHIND_ALL = 1 << 30  # a row
_DIGITS = "0123456789"


class RowEditor:
    """Takes a sheet's XML in pieces and gives the rows back with their edits; ExpatError where it is not well-formed.

    marks: row -> column (0 = A) -> severity. restyle gives the style of a marked cell, column_style that of a cell that
    is not in the file and has no row style. Pieces before the rows go to `skip`, pieces from there on to `feed`.
    """

    def __init__(
        self,
        part: str,
        sheet: str,
        marks: Mapping[int, Mapping[int, str]],
        restyle: Restyle,
        column_style: Callable[[int], int],
        prefix: bytes = b"",
        journal: Journal | None = None,
    ) -> None:
        self.journal = Journal() if journal is None else journal  # of the bytes that are passed on
        self.row = 0  # the last one that was seen or passed by
        self.prefix = prefix  # before the names of new elements
        self.is_inside = False  # of sheetData
        self.tail: bytes | None = None  # from the end tag of sheetData on, once it was seen
        self.has_two_prefixes = False  # for the spreadsheet namespace
        self._sheet = sheet
        self._marks = {row: dict(cells) for row, cells in marks.items()}
        self._waiting = sorted(self._marks, reverse=True)  # the next row is the last one
        self._restyle = restyle
        self._column_style = column_style
        self._parser = new_parser(part)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartNamespaceDeclHandler = self._bind
        self._prefixes: set[str | None] = set()
        self._depth = 0
        self._column = -1
        self._row_start: int | None = None  # place of the row that is being read
        self._row_style: int | None = None
        self._cells: dict[int, str] = {}  # marks of this row that are not yet written
        self._edits: list[tuple[int, int, bytes]] = []
        self._held = bytearray()  # given to expat, not yet passed on
        self._base = 0  # place of its first byte, counted in what expat was given
        self._seen = 0  # place behind which rows may still be written
        self._stop: int | None = None  # place of the end tag of sheetData
        self._columns: dict[str, int] = {}

    @property
    def next_row(self) -> int | None:
        """The next row with marks, None if there are no more."""
        return self._waiting[-1] if self._waiting else None

    @property
    def is_over(self) -> bool:
        """True if the end of the rows was seen."""
        return self._stop is not None

    def skip(self, piece: bytes) -> None:
        """A piece of what stands before the rows, up to the end of a tag."""
        self._parser.Parse(piece, False)
        self._base += len(piece)
        if self.is_inside:
            self.prefix = prefix_of(piece[piece.rfind(b"<") :])

    def feed(self, piece: bytes, *, is_whole: bool) -> bytes:
        """What can be passed on of all that was fed, with its edits; all of it, if the pieces are whole rows."""
        self._held += piece
        self._parser.Parse(piece, False)
        if self._stop is not None:
            safe = self._stop
        elif self._row_start is not None:
            safe = self._row_start
        else:
            safe = self._base + len(self._held) if is_whole else max(self._seen, self._base)
        pieces: list[bytes | bytearray] = []
        position = self._base
        done = 0
        for start, end, xml in self._edits:
            if start >= safe and self._stop is None:
                break
            pieces += [self._held[position - self._base : start - self._base], xml]
            self.journal.keep(start - position)
            self.journal.change(bytes(self._held[start - self._base : end - self._base]), xml)
            position = end
            done += 1
        pieces.append(self._held[position - self._base : safe - self._base])
        self.journal.keep(safe - position)
        del self._edits[:done]
        del self._held[: safe - self._base]
        self._base = safe
        if self._stop is not None:
            self.tail = bytes(self._held)
        return b"".join(pieces)

    def patch_plain(self, row: bytes) -> bytes | None:
        """The next row with marks, patched without expat; None if not all its cells are found where they should be."""
        number = self._waiting[-1]
        first, last = min(self._marks[number]) + 1, max(self._marks[number]) + 1
        spans = _SPANS.match(row)
        if spans is not None and not int(spans[1]) <= first <= last <= int(spans[2]):
            return None
        places = []
        for column, severity in self._marks[number].items():
            place = row.find(b'<%bc r="%b"' % (self.prefix, cell_name(number, column).encode()))
            tag = _TAG.match(row, place) if place >= 0 else None
            written = attribute_of(tag[0], b"s") if tag is not None else None
            if tag is None or (written is not None and not written.isdigit()):
                return None
            places.append((place, tag[0], whole_number((written or b"0").decode(), 0), severity))
        pieces = []
        position = 0
        for place, found, old, severity in sorted(places):
            style = self._restyle(old, severity)
            edited = found if style is None else set_attributes(found, {"s": str(style)})
            pieces += [row[position:place], edited]
            self.journal.keep(place - position)
            self.journal.change(found, edited)
            position = place + len(found)
        self._waiting.pop()
        del self._marks[number]
        self.row = number
        self.journal.keep(len(row) - position)
        return b"".join([*pieces, row[position:]])

    def new_rows(self) -> bytes:
        """All rows that are still to be written, for a sheet that has none."""
        return b"".join(self._new_row(row) for row in sorted(self._marks))

    # Private: what expat tells

    def _bind(self, prefix: str | None, space: str) -> None:
        if space in (SPREADSHEET, STRICT_SPREADSHEET):
            self._prefixes.add(prefix)
            self.has_two_prefixes = len(self._prefixes) > 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 4 and self._row_start is not None:
            if self._cells and name.endswith(" c"):
                self._start_cell(attributes)
            elif self._cells:  # extensions stand behind the cells
                self._insert_cells(_BEHIND_ALL, self._parser.CurrentByteIndex)
        elif self._depth == 3 and self.is_inside:
            if name.endswith(" row"):
                self._start_row(attributes)
        elif self._depth == 2 and name.endswith(" sheetData") and self._stop is None:
            self.is_inside = name.rpartition(" ")[0] in (SPREADSHEET, STRICT_SPREADSHEET)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._depth == 2 and self._row_start is not None:
            self._end_row()
        elif self._depth == 1 and self.is_inside:
            self.is_inside = False
            self._stop = self._parser.CurrentByteIndex
            self._write_rows(before=_BEHIND_ALL, place=self._stop)

    def _start_row(self, attributes: dict[str, str]) -> None:
        place = self._parser.CurrentByteIndex
        number = whole_number(attributes.get("r"), self.row + 1)
        if number <= self.row:
            raise UnusableFile("broken_rows", sheet=self._sheet, row=self.row)
        self._write_rows(number, place)
        self.row = number
        self._row_start = self._seen = place
        self._column = -1
        if not self._waiting or self._waiting[-1] != number:
            return
        self._waiting.pop()
        self._cells = self._marks.pop(number)
        has_style = attributes.get("customFormat", "") in ("1", "true")
        self._row_style = whole_number(attributes.get("s"), 0) if has_style else None
        first, _, last = attributes.get("spans", "").partition(":")
        if first.isdigit() and last.isdigit():
            columns = [int(first), int(last), *(column + 1 for column in self._cells)]
            if (min(columns), max(columns)) != (int(first), int(last)):
                start, end, tag = self._tag_at(place)
                spans = {"spans": f"{min(columns)}:{max(columns)}"}
                self._edits.append((start, end, set_attributes(tag, spans)))

    def _end_row(self) -> None:
        assert self._row_start is not None
        place = self._parser.CurrentByteIndex
        if self._cells:
            start, end, tag = self._tag_at(self._row_start)
            xml = b"".join(self._new_cell(self.row, column) for column in sorted(self._cells))
            if not tag.endswith(b"/>"):
                self._edits.append((place, place, xml))
            elif xml:
                if self._edits and self._edits[-1][:2] == (start, end):
                    tag = self._edits.pop()[2]
                self._edits.append((start, end, with_content(tag, xml)))
            self._cells = {}
        self._row_start = None
        self._seen = place

    def _start_cell(self, attributes: dict[str, str]) -> None:
        name = attributes.get("r", "")
        letters = name.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = column_of(letters)
        if column < 0:
            column = self._column + 1
        self._column = column
        place = self._parser.CurrentByteIndex
        if column in self._cells:
            style = self._restyle(whole_number(attributes.get("s"), 0), self._cells.pop(column))
            if style is not None:
                start, end, tag = self._tag_at(place)
                self._insert_cells(column, place)
                self._edits.append((start, end, set_attributes(tag, {"s": str(style)})))
                return
        self._insert_cells(column, place)

    def _insert_cells(self, before: int, place: int) -> None:
        absent = sorted(column for column in self._cells if column < before)
        if absent:
            self._edits.append((place, place, b"".join(self._new_cell(self.row, column) for column in absent)))

    # Private: new XML

    def _new_cell(self, row: int, column: int) -> bytes:
        severity = self._cells.pop(column)
        old = self._column_style(column) if self._row_style is None else self._row_style
        style = self._restyle(old, severity)
        if style is None:
            return b""
        return b'<%bc r="%b" s="%d"/>' % (self.prefix, cell_name(row, column).encode(), style)

    def _write_rows(self, before: int, place: int) -> None:
        rows = []
        while self._waiting and self._waiting[-1] < before:
            rows.append(self._new_row(self._waiting.pop()))
        if any(rows):
            self._edits.append((place, place, b"".join(rows)))

    def _new_row(self, row: int) -> bytes:
        """A row that is not in the file, with its marked cells; nothing, if there is no room for their styles."""
        self._cells, self._row_style = self._marks.pop(row), None
        cells = b"".join(self._new_cell(row, column) for column in sorted(self._cells))
        return b'<%brow r="%d">%b</%brow>' % (self.prefix, row, cells, self.prefix) if cells else b""

    def _tag_at(self, place: int) -> tuple[int, int, bytes]:
        tag = _TAG.match(self._held, place - self._base)
        assert tag is not None
        return place, self._base + tag.end(), bytes(tag[0])


def column_of(letters: str) -> int:
    """Letters of a column as its place (0 = A), -1 if they are none."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return -1
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
