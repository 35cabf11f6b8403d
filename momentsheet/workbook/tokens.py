"""The plain tokeniser: reads the cells of any well-formed worksheet part, one pass, on expat."""

from __future__ import annotations

import datetime as dt
import re
import sys
from array import array
from dataclasses import dataclass
from pyexpat import XMLParserType

import numpy as np
import numpy.typing as npt

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, cell_name
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.number_formats import Shown
from momentsheet.workbook.xml_parts import XML_SPACE, is_true, parse, plain_text, short_names, stepping_over

LAST_ROW = 1_048_576
LAST_COLUMN = 16_383


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a sheet that hold something, in the order of rows and columns; the arrays are of one length.

    `codes` count first through the shared strings, then through `texts`.
    """

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    formulas: npt.NDArray[np.bool_]
    percents: npt.NDArray[np.bool_]
    texts: tuple[str, ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    has_filter: bool = False
    unknown_styles: int = 0  # cells whose style does not exist


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
    Dates of a workbook that counts from 1904 are given in the 1900 system.
    UnusableFile, with the sheet's name, if rows or cells are not in order or name impossible places.
    """
    reader = _Reader(archive, part, sheet, strings, room)
    parse(archive, part, reader.attach, _names, reader.between)
    return reader.finish(styles or ((Kind.NUMBER, False),), is_1904)


# Private functions

# Where in the part the tokeniser is. Everything else is stepped over, whatever it holds.
_OUTSIDE, _SHEET, _DATA, _ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _RUN, _RUN_TEXT, _COLUMNS, _MERGES = range(13)

_names = short_names(
    "worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r",
    "cols", "col", "mergeCells", "mergeCell", "autoFilter", "sheetPr",
)  # fmt: skip
_containers = {"sheetData": _DATA, "cols": _COLUMNS, "mergeCells": _MERGES}
_inside = {"f": _FORMULA, "is": _INLINE}

_NUMERIC = "0123456789.eE+-"  # nothing else may stand in a number; float() alone takes «1_000», «inf» and «٣»
_LARGEST = sys.float_info.max
_FORMULA_FLAG = 0x80
_PIECES = 64  # of expat's 8 KiB: longer than any text may be

_ISO = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d)(?:[T ](?!\Z)|\Z)|T?)(?:(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?Z?)?", re.ASCII
)  # a date, a time of day, or both
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?", re.ASCII)


class _Reader:
    """What is known while the part streams by; four numbers are kept of a cell."""

    __slots__ = (
        "archive", "cell_columns", "cell_flags", "cell_styles", "cell_type", "cell_values", "column", "columns",
        "has_filter", "has_formula", "hidden_columns", "hidden_rows", "is_kept", "merged", "part", "pieces", "place",
        "room", "row", "row_cells", "row_numbers", "row_text", "runs", "sheet", "skip", "strings", "style", "styles",
        "texts", "value",
    )  # fmt: skip

    def __init__(self, archive: Archive, part: str, sheet: str, strings: int, room: int) -> None:
        self.archive = archive
        self.part = part
        self.sheet = sheet
        self.strings = strings
        self.room = room
        self.place = _OUTSIDE
        self.pieces: list[str] = []  # what expat has handed out of the text that is open
        self.runs: list[str] = []
        self.is_kept = False
        self.row = 0
        self.row_text = "0"
        self.column = -1
        self.cell_type: str | None = None
        self.style: str | None = None
        self.value: str | None = None
        self.has_formula = False
        self.row_numbers = array("i")  # of rows that hold something
        self.row_cells = array("i")  # cells that had been read when the row began
        self.cell_columns = array("H")
        self.cell_flags = array("B")
        self.cell_styles = array("i")
        self.cell_values = array("d")  # number, or code of the text
        self.texts: dict[str, int] = {}
        self.columns: dict[str, int] = {}  # letters -> index
        self.styles: dict[str | None, int] = {None: 0}
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
            reference = attributes.get("r")
            if reference is None:
                column = self.column + 1
            else:
                row_text = self.row_text
                if not reference.endswith(row_text):
                    self.refuse(reference)
                letters = reference[: -len(row_text)]
                column = self.columns[letters] if letters in self.columns else self.add_column(letters)
            if not self.column < column <= LAST_COLUMN:
                self.refuse(reference)
            self.column = column
            self.cell_type = attributes.get("t")
            self.style = attributes.get("s")
            self.value = None
            self.has_formula = False
        elif name == "v" and place == _CELL:
            self.place = _VALUE
            self.pieces.clear()
        elif name == "row" and place == _DATA:
            self.start_row(attributes)
        elif place == _CELL and name in _inside:
            self.place = _inside[name]
            if name == "f":
                self.has_formula = True
            elif self.value is not None:
                self.refuse(None)
        elif name == "t" and place in (_INLINE, _RUN):
            self.place = place + 1
            self.is_kept = place == _RUN or attributes.get(XML_SPACE) == "preserve"
            self.pieces.clear()
        elif name == "r" and place == _INLINE:
            self.place = _RUN
        else:
            self.start_other(name, attributes)

    def end(self, _name: str) -> None:
        place = self.place
        if place == _VALUE:
            pieces = self.pieces
            if self.value is not None:
                self.refuse(None)
            self.value = value = pieces[0] if len(pieces) == 1 else "".join(pieces)
            if len(value) > self.archive.limits.text:
                self.refuse_text()
            self.place = _CELL
        elif place == _CELL:
            if self.value is not None or self.has_formula:
                self.keep()
            self.place = _ROW
        elif place == _FORMULA:
            self.place = _CELL
        elif place == _ROW:
            self.place = _DATA
        else:
            self.end_other(place)

    def keep(self) -> None:
        """Keep the cell that has just ended: it has a value or a formula."""
        value = self.value
        cell_type = self.cell_type
        kind: int
        number = 0.0
        if cell_type is None or cell_type == "n":
            kind, number = self.number(value)
        elif cell_type == "s":
            if not value:
                kind = Kind.NOT_CALCULATED if self.has_formula else Kind.BLANK
            elif 0 <= (code := _number(value)) < self.strings:
                kind, number = Kind.TEXT, code
            else:
                raise UnusableFile("broken_string_number", sheet=self.sheet, cell=cell_name(self.row, self.column))
        else:
            kind, number = self.other(cell_type, value)
        if kind == Kind.BLANK:
            return
        if not self.row_numbers or self.row_numbers[-1] != self.row:
            self.row_numbers.append(self.row)
            self.row_cells.append(len(self.cell_flags))
        self.cell_columns.append(self.column)
        self.cell_flags.append(kind | _FORMULA_FLAG if self.has_formula else kind)
        style = self.style
        self.cell_styles.append(self.styles[style] if style in self.styles else self.add_style(style))
        self.cell_values.append(number)

    def number(self, value: str | None) -> tuple[int, float]:
        if value:
            if not value.strip(_NUMERIC):
                try:
                    number = float(value)
                except ValueError:
                    return Kind.ERROR, self.code(value)
                if -_LARGEST <= number <= _LARGEST:
                    return Kind.NUMBER, number
            elif (trimmed := value.strip(" \t\r\n")) != value:
                return self.number(trimmed)
            return Kind.ERROR, self.code(value)
        return (Kind.NOT_CALCULATED if self.has_formula else Kind.BLANK), 0.0

    def other(self, cell_type: str, value: str | None) -> tuple[int, float]:
        if value is None:
            return (Kind.NOT_CALCULATED if self.has_formula else Kind.BLANK), 0.0
        if cell_type in ("str", "inlineStr"):
            return Kind.TEXT, self.code(plain_text(value))
        word = value.strip()
        if cell_type == "e":
            return Kind.ERROR, self.code(word)
        if not word:
            return (Kind.NOT_CALCULATED if self.has_formula else Kind.BLANK), 0.0
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

    def add_style(self, text: str | None) -> int:
        """The number of a style; -1 where it is none."""
        style = _number(text)
        if len(self.styles) < self.archive.limits.styles:
            self.styles[text] = style
        return style

    def start_row(self, attributes: dict[str, str]) -> None:
        text = attributes.get("r")
        row = self.row + 1 if text is None else _number(text)
        if not self.row < row <= LAST_ROW:
            raise UnusableFile("broken_rows", sheet=self.sheet, row=self.row)
        self.row = row
        self.row_text = str(row)
        self.column = -1
        self.place = _ROW
        if attributes and is_true(attributes.get("hidden")):
            self.hidden_rows.append(row)

    def start_other(self, name: str, attributes: dict[str, str]) -> None:
        place = self.place
        if place == _OUTSIDE:
            if name != "worksheet":
                raise UnusableFile("broken_sheet", sheet=self.sheet)
            self.place = _SHEET
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

    def end_other(self, place: int) -> None:
        if place in (_TEXT, _RUN_TEXT):
            text = "".join(self.pieces)
            self.runs.append(text if self.is_kept else text.strip(" \t\r\n"))
            if sum(map(len, self.runs)) > self.archive.limits.text:
                self.refuse_text()
            self.place = place - 1
        elif place == _RUN:
            self.place = _INLINE
        elif place == _INLINE:
            self.value = "".join(self.runs)
            self.runs.clear()
            self.place = _CELL
        elif place == _SHEET:
            self.place = _OUTSIDE
        else:
            self.place = _SHEET

    def merge(self, text: str) -> None:
        found = _AREA.fullmatch(text)
        if found is None or len(self.merged) >= self.archive.limits.merges:
            limit = self.archive.limits.merges
            raise UnusableFile("broken_sheet" if found is None else "too_many_merges", sheet=self.sheet, limit=limit)
        left, top, right, bottom = found.groups()
        columns = [self.add_column(letters) for letters in (left, right or left)]
        rows = [int(digits) for digits in (top, bottom or top)]
        if max(rows) > LAST_ROW:
            self.refuse(None)
        self.merged.append((min(rows), min(columns), max(rows), max(columns)))

    def between(self) -> None:
        if self.place not in (_VALUE, _TEXT, _RUN_TEXT):
            self.pieces.clear()
        elif len(self.pieces) > _PIECES:
            self.refuse_text()
        if len(self.cell_flags) > self.room:
            raise UnusableFile("too_many_cells", limit=self.archive.limits.cells)
        if len(self.row_numbers) > self.archive.limits.rows:
            raise UnusableFile("too_many_rows", sheet=self.sheet, limit=self.archive.limits.rows)

    def refuse(self, reference: str | None) -> None:
        """Cells out of order, twice, in another row than they say, or beyond the grid."""
        place = reference if reference and len(reference) <= 12 else cell_name(self.row, max(self.column, 0))
        raise UnusableFile("broken_cells", sheet=self.sheet, row=self.row, cell=place)

    def refuse_text(self) -> None:
        cell = cell_name(self.row, self.column)
        raise UnusableFile("cell_too_long", sheet=self.sheet, cell=cell, limit=self.archive.limits.text)

    def finish(self, styles: tuple[Shown, ...], is_1904: bool) -> Cells:
        self.between()
        flags = np.frombuffer(self.cell_flags, dtype=np.uint8)
        kinds = flags & ~np.uint8(_FORMULA_FLAG)
        values = np.frombuffer(self.cell_values, dtype=np.float64)
        style = np.frombuffer(self.cell_styles, dtype=np.int32)
        unknown = (style < 0) | (style >= len(styles))
        shown = np.where(unknown, len(styles), style)
        is_number = kinds == Kind.NUMBER
        kind_of = np.array([kind for kind, _ in styles] + [Kind.NUMBER], dtype=np.uint8)
        percent_of = np.array([percent for _, percent in styles] + [False], dtype=np.bool_)
        kinds = np.where(is_number, kind_of[shown], kinds)
        is_text = (kinds == Kind.TEXT) | (kinds == Kind.ERROR)
        is_empty = is_text | (kinds == Kind.NOT_CALCULATED)
        numbers = np.where(is_empty, np.nan, values)
        if is_1904:
            # A date before 1904 cannot be: it stays below zero, so that nobody takes it for one.
            numbers[is_number & (kinds == Kind.DATE) & (values >= 0)] += 1462
        starts = np.frombuffer(self.row_cells, dtype=np.int32)
        counts = np.diff(starts, append=np.int32(len(flags)))
        rows = np.repeat(np.frombuffer(self.row_numbers, dtype=np.int32), counts)
        used = frozenset(self.row_numbers)
        return Cells(
            rows=rows,
            columns=np.frombuffer(self.cell_columns, dtype=np.uint16),
            kinds=kinds,
            numbers=numbers,
            codes=np.where(is_text, values, -1).astype(np.int32),
            formulas=(flags & _FORMULA_FLAG) != 0,
            percents=percent_of[shown],
            texts=tuple(self.texts),
            hidden_rows=used.intersection(self.hidden_rows),
            hidden_columns=frozenset(np.flatnonzero(self.hidden_columns).tolist()),
            merged=tuple(self.merged),
            has_filter=self.has_filter,
            unknown_styles=int(unknown.sum()),
        )


def _iso(text: str) -> tuple[int, float]:
    """An ISO 8601 date, date and time, or time of day, as a number of the 1900 system."""
    found = _ISO.fullmatch(text)
    year, month, day, hour, minute, second, fraction = found.groups() if found else (None,) * 7
    if year is None and hour is None:
        return Kind.ERROR, 0.0
    clock = 0.0
    if hour is not None:
        if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
            return Kind.ERROR, 0.0
        clock = (int(hour) * 3600 + int(minute) * 60 + int(second or 0) + float(fraction or 0)) / 86_400
    if year is None:
        return Kind.TIME, clock
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return Kind.ERROR, 0.0
    days = (date - dt.date(1899, 12, 30)).days
    # Excel counts a 29 February 1900 that never was; days before it are numbered one lower.
    return Kind.DATE, (days if days > 60 else days - 1) + clock


def _number(text: str | None) -> int:
    """A whole number in plain digits; -1 where it is none."""
    return int(text) if text is not None and text.isdecimal() and text.isascii() and len(text) < 10 else -1
