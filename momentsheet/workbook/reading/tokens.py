"""The plain tokeniser: reads the cells of any well-formed worksheet part, one pass, on expat."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
import sys
from array import array
from pyexpat import XMLParserType

import numpy as np

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import EPOCH, Kind, cell_name
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.reading.cells import FORMULA, LAST_COLUMN, LAST_ROW, Cells, Gathered, finish_cells
from momentsheet.workbook.reading.number_formats import Shown
from momentsheet.workbook.xml_parts import XML_SPACE, is_true, parse, plain_text, short_names, stepping_over


def read_cells(
    archive: Archive,
    part: str,
    *,
    sheet: str,
    strings: int,
    styles: tuple[Shown, ...],
    is_1904: bool,
    room: int,
) -> Cells:
    """The cells of a worksheet part.

    `strings` is the number of shared strings, `room` the number of cells that may still be read.
    UnusableFile, with the sheet's name, if rows or cells are not in order or name impossible places.
    """
    reader = _Reader(archive, part, sheet, strings, room)
    parse(archive, part, reader.attach, _names, reader.between)
    reader.between()
    cells = finish_cells(reader.gathered, tuple(reader.texts), styles or ((Kind.NUMBER, False),), is_1904=is_1904)
    return dataclasses.replace(
        cells,
        hidden_rows=frozenset(reader.gathered.row_numbers).intersection(reader.hidden_rows),
        hidden_columns=frozenset(np.flatnonzero(reader.hidden_columns).tolist()),
        merged=tuple(reader.merged),
        has_filter=reader.has_filter,
    )


# Private functions

# Where in the part the tokeniser is. Everything else is stepped over, whatever it holds.
_OUTSIDE, _SHEET, _DATA, _ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _RUN, _RUN_TEXT, _COLUMNS, _MERGES = range(13)

_names = short_names(
    "worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r",
    "cols", "col", "mergeCells", "mergeCell", "autoFilter", "sheetPr",
)  # fmt: skip
_containers = {"sheetData": _DATA, "cols": _COLUMNS, "mergeCells": _MERGES}

_NUMERIC = "0123456789.eE+-"  # nothing else may stand in a number; float() alone takes «1_000», «inf» and «٣»
_BLANK, _NUMBER, _TEXT_KIND = int(Kind.BLANK), int(Kind.NUMBER), int(Kind.TEXT)  # an enum's members are slow to reach
_LARGEST = sys.float_info.max
_SPACE = " \t\r\n"
_PIECES = 64  # of expat's 8 KiB: longer than any text may be

# A date, a time of day, or both.
_ISO = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)(?:[T ](?!\Z)|\Z)|T?)(?:(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?Z?)?", re.ASCII)
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?", re.ASCII)


class _Reader:
    """What is known while the part streams by."""

    __slots__ = (
        "archive", "attributes", "column", "columns", "gathered", "has_filter", "has_formula", "hidden_columns",
        "hidden_rows", "is_kept", "is_row_new", "longest", "merged", "part", "pieces", "place", "put_column",
        "put_flags", "put_style", "put_value", "room", "row", "row_text", "runs", "sheet", "skip", "strings", "styles",
        "texts", "value",
    )  # fmt: skip

    def __init__(self, archive: Archive, part: str, sheet: str, strings: int, room: int) -> None:
        self.archive = archive
        self.part = part
        self.sheet = sheet
        self.strings = strings
        self.room = room
        self.longest = archive.limits.text
        self.place = _OUTSIDE
        self.pieces: list[str] = []  # what expat has handed out of the text that is open
        self.runs: list[str] = []
        self.is_kept = False  # leading and trailing spaces are part of the text
        self.row = 0
        self.row_text = "0"
        self.is_row_new = True
        self.column = -1
        self.attributes: dict[str, str] = {}  # of the cell
        self.value: str | None = None
        self.has_formula = False
        self.gathered = Gathered()
        self.put_column = self.gathered.columns.append
        self.put_flags = self.gathered.flags.append
        self.put_style = self.gathered.styles.append
        self.put_value = self.gathered.values.append
        self.texts: dict[str, int] = {}
        self.columns: dict[str, int] = {}  # letters -> index
        self.styles: dict[str, int] = {}
        self.hidden_rows = array("i")
        self.hidden_columns = np.zeros(LAST_COLUMN + 1, dtype=np.bool_)
        self.merged: list[tuple[int, int, int, int]] = []
        self.has_filter = False

    def attach(self, parser: XMLParserType) -> None:
        self.skip = stepping_over(parser, self.archive, self.part, self.start, self.end)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append

    # The two handlers are called several times a cell: the commonest cases come first.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        place = self.place
        if name == "c" and place == _ROW:
            self.place = _CELL
            self.attributes = attributes
            if "r" in attributes:
                reference = attributes["r"]
                row_text = self.row_text
                letters = reference.removesuffix(row_text)
                column = self.columns[letters] if letters in self.columns else self.add_column(letters)
                if column <= self.column or letters == reference:
                    self.refuse(reference)
                self.column = column
            elif self.column < LAST_COLUMN:
                self.column += 1
            else:
                self.refuse(None)
        elif name == "v" and place == _CELL:
            self.place = _VALUE
            self.pieces.clear()
        elif name == "row" and place == _DATA:
            self.start_row(attributes)
        elif name == "t" and place in (_INLINE, _RUN):
            self.place = place + 1
            self.is_kept = place == _RUN or attributes.get(XML_SPACE) == "preserve"
            self.pieces.clear()
        elif name == "is" and place == _CELL:
            self.place = _INLINE
        elif name == "f" and place == _CELL:
            self.place = _FORMULA
            self.has_formula = True
        else:
            self.start_other(name, attributes)

    def end(self, _name: str) -> None:
        place = self.place
        if place == _VALUE:
            self.place = _CELL
            pieces = self.pieces
            value = pieces[0] if len(pieces) == 1 else "".join(pieces)
            if self.value is not None or len(value) > self.longest:
                self.refuse_value(value)
            self.value = value
        elif place == _CELL:
            self.place = _ROW
            if self.value is not None or self.has_formula:
                self.keep(self.value)
                self.value = None
                self.has_formula = False
        elif place in (_TEXT, _RUN_TEXT):
            text = "".join(self.pieces)
            self.runs.append(text if self.is_kept else text.strip(_SPACE))
            self.place = place - 1
        elif place == _INLINE:
            self.place = _CELL
            value = "".join(self.runs)
            if self.value is not None or len(value) > self.longest:
                self.refuse_value(value)
            self.value = value
            self.runs.clear()
        elif place == _FORMULA:
            self.place = _CELL
        elif place == _ROW:
            self.place = _DATA
        else:
            self.place = _INLINE if place == _RUN else _OUTSIDE if place == _SHEET else _SHEET

    def keep(self, value: str | None) -> None:
        """Keep the cell that has just ended: it has a value or a formula."""
        attributes = self.attributes
        cell_type = attributes.get("t", "n")
        kind: int
        number: float
        if cell_type == "n" and value and not value.strip(_NUMERIC):
            kind = _NUMBER
            try:
                number = float(value)
            except ValueError:
                number = _LARGEST * 2
            if not -_LARGEST <= number <= _LARGEST:
                kind, number = Kind.ERROR, self.code(value)
        elif cell_type == "s" and value:
            kind = _TEXT_KIND
            number = int(value) if value.isdecimal() and value.isascii() and len(value) < 10 else _number(value.strip())
            if not 0 <= number < self.strings:
                raise UnusableFile("broken_string_number", sheet=self.sheet, cell=cell_name(self.row, self.column))
        elif cell_type in ("inlineStr", "str") and value is not None:
            kind = _TEXT_KIND
            number = self.code(plain_text(value) if "_x" in value or "\r" in value else value)
        else:
            kind, number = self.other(cell_type, value)
            if kind == Kind.BLANK:
                if not self.has_formula:
                    return
                kind = Kind.NOT_CALCULATED
        if self.is_row_new:
            self.is_row_new = False
            self.gathered.start_row(self.row)
        self.put_column(self.column)
        self.put_flags(kind | FORMULA if self.has_formula else kind)
        style = attributes.get("s", "0")
        self.put_style(self.styles[style] if style in self.styles else self.add_style(style))
        self.put_value(number)

    def other(self, cell_type: str, value: str | None) -> tuple[int, float]:
        """What a cell holds that is no plain number and no shared string."""
        if value is None:
            return Kind.BLANK, 0.0
        word = value.strip(_SPACE)
        if cell_type == "e":
            return Kind.ERROR, self.code(word)
        if not word:
            return Kind.BLANK, 0.0
        if cell_type == "n" and not word.strip(_NUMERIC):
            with contextlib.suppress(ValueError):
                return Kind.NUMBER, float(word)
        if cell_type == "b" and word in ("0", "1", "true", "false"):
            return Kind.BOOLEAN, float(word in ("1", "true"))
        if cell_type == "d":
            kind, number = _iso(word)
            if kind != Kind.ERROR:
                return kind, number
        return Kind.ERROR, self.code(word)

    def code(self, text: str) -> int:
        return self.texts.setdefault(text, self.strings + len(self.texts))

    def add_column(self, letters: str) -> int:
        index = -1
        if letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= 3:
            for letter in letters:
                index = (index + 1) * 26 + ord(letter) - 65
        if not 0 <= index <= LAST_COLUMN:
            self.refuse(letters)
        self.columns[letters] = index
        return index

    def add_style(self, text: str) -> int:
        style = _number(text)
        if len(self.styles) < self.archive.limits.styles:
            self.styles[text] = style
        return style

    def start_row(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r")
        row = self.row + 1 if text is None else _number(text)
        if not self.row < row <= LAST_ROW:
            raise UnusableFile("broken_rows", sheet=self.sheet, row=self.row)
        self.place = _ROW
        self.row = row
        self.row_text = str(row)
        self.is_row_new = True
        self.column = -1
        if is_true(attributes.get("hidden")):
            self.hidden_rows.append(row)

    def start_other(self, name: str, attributes: dict[str, str]) -> None:
        place = self.place
        if place == _OUTSIDE:
            if name != "worksheet":
                raise UnusableFile("broken_sheet", sheet=self.sheet)
            self.place = _SHEET
        elif name == "r" and place == _INLINE:
            self.place = _RUN
        elif name in ("c", "v", "row"):
            raise UnusableFile("broken_sheet", sheet=self.sheet)
        elif place == _SHEET and name in _containers:
            self.place = _containers[name]
        else:
            if name == "autoFilter" or (name == "sheetPr" and is_true(attributes.get("filterMode"))):
                self.has_filter = True
            elif name == "col" and place == _COLUMNS and is_true(attributes.get("hidden")):
                first, last = (_number(attributes.get(key)) for key in ("min", "max"))
                self.hidden_columns[max(first, 1) - 1 : max(last, 0)] = True
            elif name == "mergeCell" and place == _MERGES:
                self.merge(attributes.get("ref", ""))
            self.skip()

    def merge(self, text: str) -> None:
        if len(self.merged) >= self.archive.limits.merges:
            raise UnusableFile("too_many_merges", sheet=self.sheet, limit=self.archive.limits.merges)
        found = _AREA.fullmatch(text)
        if found is None:
            raise UnusableFile("broken_sheet", sheet=self.sheet)
        left, top, right, bottom = found.groups()
        columns = [self.add_column(letters) for letters in (left, right or left)]
        rows = [int(digits) for digits in (top, bottom or top)]
        if max(rows) > LAST_ROW:
            raise UnusableFile("broken_sheet", sheet=self.sheet)
        self.merged.append((min(rows), min(columns), max(rows), max(columns)))

    def between(self) -> None:
        """What is looked at once a piece, not once a cell."""
        if self.place not in (_VALUE, _TEXT, _RUN_TEXT):
            self.pieces.clear()
        elif len(self.pieces) > _PIECES:
            self.refuse_text()
        if sum(map(len, self.runs)) > self.longest:
            self.refuse_text()
        if len(self.gathered.flags) > self.room:
            raise UnusableFile("too_many_cells", limit=self.archive.limits.cells)
        if len(self.gathered.row_numbers) > self.archive.limits.rows:
            raise UnusableFile("too_many_rows", sheet=self.sheet, limit=self.archive.limits.rows)

    def refuse(self, reference: str | None) -> None:
        """Cells out of order, twice, in another row than they say, or beyond the grid."""
        raise UnusableFile("broken_cells", sheet=self.sheet, row=self.row, cell=(reference or "")[:12])

    def refuse_value(self, value: str) -> None:
        """A second value, or one that is too long."""
        if len(value) > self.longest:
            self.refuse_text()
        self.refuse(None)

    def refuse_text(self) -> None:
        cell = cell_name(self.row, max(self.column, 0))
        raise UnusableFile("cell_too_long", sheet=self.sheet, cell=cell, limit=self.longest)


def _iso(text: str) -> tuple[int, float]:
    """An ISO 8601 date, date and time, or time of day, as a number of the 1900 system; else an error."""
    found = _ISO.fullmatch(text)
    if found is None:
        return Kind.ERROR, 0.0
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in found.groups()[:6])
    clock = 0.0
    if hour is not None and minute is not None:
        clock = (hour * 3600 + minute * 60 + (second or 0) + float(found.group(7) or 0)) / 86_400
        if hour > 23 or minute > 59 or (second or 0) > 59:
            return Kind.ERROR, 0.0
    if year is None or month is None or day is None:
        return Kind.ERROR if hour is None else Kind.TIME, clock
    try:
        days = (dt.date(year, month, day) - EPOCH).days
    except ValueError:
        return Kind.ERROR, 0.0
    # Excel counts a 29 February 1900 that never was; days before it are numbered one lower.
    return Kind.DATE, (days if days > 60 else days - 1) + clock


def _number(text: str | None) -> int:
    """A whole number in plain digits; -1 where it is none."""
    return int(text) if text is not None and text.isdecimal() and text.isascii() and len(text) < 10 else -1
