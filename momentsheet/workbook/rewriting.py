"""Other values in some cells of a workbook; every other cell, part and byte stays as it is.

Decided here:

* A cell keeps its style. A number is written as a number, a text as an inline string: shared strings are never changed,
  because other cells may show them.
* A formula in such a cell goes. Cells that shared it keep the values that they show; the list of formulas, which Excel
  makes anew, is left out then.
* Other formulas stay. Their stored results may be of before, so a workbook with formulas is calculated when opened.
* The result is an .xlsx without macros, as an annotated copy is; what cannot be patched is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pyexpat import ExpatError

from momentsheet.errors import UnusableFile
from momentsheet.model.numbering import CellEdits, NewValue
from momentsheet.model.workbook import Workbook, cell_name
from momentsheet.workbook.annotation.book import has_other_type, leave_macros_out
from momentsheet.workbook.annotation.edits import Edits
from momentsheet.workbook.annotation.fresh import fresh_workbook, legal_names
from momentsheet.workbook.annotation.row_editor import column_of
from momentsheet.workbook.annotation.splice import SPREADSHEET, STRICT_SPREADSHEET, new_parser
from momentsheet.workbook.annotation.xml_text import (
    REST_OF_TAG,
    as_utf8,
    codec_of,
    encoded,
    exact_text,
    prefix_of,
    set_attributes,
    whole_number,
    with_content,
)
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.package import Package, open_package, read_relationships
from momentsheet.workbook.reading.read import DEFAULT_LIMITS

_MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")
# What we have written ourselves may be as repetitive as the data is.
_OWN_LIMITS = Limits(part_size=1 << 40, total_size=1 << 40, ratio=1 << 30)
_TAG = re.compile(rb"<" + REST_OF_TAG)
_AREA = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?", re.ASCII)
_BEHIND_ALL = 1 << 30
# The schema fixes the order of the workbook's children.
_BEFORE_CALCULATION = (
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "workbookProtection", "bookViews",
    "sheets", "functionGroups", "externalReferences", "definedNames",
)  # fmt: skip


def rewrite(data: bytes, workbook: Workbook, edits: CellEdits, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The workbook that was read from `data`, as an .xlsx with these values; the same input gives the same bytes."""
    if workbook.format in {"xlsx", "xlsm"}:
        package = open_package(data, limits)
        if not any(sheet.kind in _MACRO_SHEETS for sheet in package.sheets):
            return _patched(package, workbook, edits)
    names = legal_names(workbook)
    renamed = {names[sheet]: rows for sheet, rows in edits.items()}
    return _patched(open_package(fresh_workbook(workbook, names), _OWN_LIMITS), workbook, renamed)


# Private functions


def _patched(package: Package, workbook: Workbook, cells: CellEdits) -> bytes:
    edits = Edits(package)
    if has_other_type(package):
        leave_macros_out(package, edits)
    folded = {name.casefold(): rows for name, rows in cells.items()}
    has_lost_formulas = False
    for sheet in package.sheets:
        rows = folded.get(sheet.name.casefold()) if sheet.kind == "worksheet" else None
        if not rows:
            continue
        part = package.archive.read(sheet.part)
        codec = codec_of(part, sheet.part)
        patch = _SheetRewrite(b"".join(as_utf8([part], codec, sheet.part)), sheet.part, sheet.name, rows)
        edits.write(sheet.part, [encoded(patch.render(), codec)])
        has_lost_formulas |= patch.has_lost_formulas
    if has_lost_formulas:
        for relation in read_relationships(package.archive, package.workbook).values():
            if relation.kind == "calcChain":
                edits.unrelate(package.workbook, relation.id)
                if relation.target is not None:
                    edits.drop(relation.target)
    if cells and any(column.formulas.any() for sheet in workbook.sheets for column in sheet.columns):
        _calculate_on_load(package, edits)
    return edits.render(with_undo=False)


def _calculate_on_load(package: Package, edits: Edits) -> None:
    part = edits.part(package.workbook)
    found = part.root.child("calcPr")
    if found is not None:
        part.set(found, "fullCalcOnLoad", "1")
    else:
        xml = f'<{part.root.prefix}calcPr fullCalcOnLoad="1"/>'
        part.insert_behind(part.root, _BEFORE_CALCULATION, xml)


class _SheetRewrite:
    """One sheet's part with new values in some cells, found by one pass of expat over its bytes."""

    def __init__(self, data: bytes, part: str, sheet: str, rows: Mapping[int, Mapping[int, NewValue]]) -> None:
        self.has_lost_formulas = False
        self._data = data
        self._sheet = sheet
        self._rows = {row: dict(columns) for row, columns in rows.items()}
        self._waiting = sorted(self._rows, reverse=True)  # rows that were not seen yet; the next is the last
        self._cuts: list[tuple[int, int, bytes]] = []
        self._prefix = b""
        self._depth = 0
        self._is_inside = False  # of sheetData
        self._rows_place = -1
        self._row = 0
        self._row_place = -1
        self._column = -1
        self._row_style = 0
        self._pending: dict[int, NewValue] = {}  # of this row
        self._has_new_cells = False
        self._cell: tuple[int, int] | None = None  # place and column of a cell that is edited
        self._formula = -1  # place of a formula that goes though its cell stays
        self._is_in_cell = False
        self._gone: set[str] = set()  # shared formulas whose first cell is edited
        self._columns: list[tuple[int, int, int]] = []  # first, last, style
        self._dimension: tuple[int, str] | None = None
        self._parser = new_parser(part)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(data, True)
        except (ExpatError, ValueError):
            raise UnusableFile("broken_xml", part=part) from None
        self._widen_dimension(rows)

    def render(self) -> bytes:
        """The part with its new values."""
        pieces = []
        position = 0
        for start, end, xml in sorted(self._cuts, key=lambda cut: cut[:2]):
            pieces += [self._data[position:start], xml]
            position = end
        return b"".join([*pieces, self._data[position:]])

    # Private: what expat tells

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 4 and self._is_inside and name.endswith(" c"):
            if self._pending or self._gone:  # in all other rows nothing changes
                self._start_cell(attributes)
        elif self._depth == 5 and self._is_in_cell and name.endswith(" f"):
            self._start_formula(attributes)
        elif self._depth == 4 and self._is_inside and self._pending:
            self._insert_cells(_BEHIND_ALL, self._parser.CurrentByteIndex)  # extensions stand behind the cells
        elif self._depth == 3 and self._is_inside and name.endswith(" row"):
            self._start_row(attributes)
        elif self._depth == 3 and name.endswith(" col"):
            first, last, style = (whole_number(attributes.get(key), 0) for key in ("min", "max", "style"))
            self._columns.append((first - 1, last - 1, style))
        elif self._depth == 2 and name.endswith(" dimension"):
            self._dimension = self._parser.CurrentByteIndex, attributes.get("ref", "")
        elif self._depth == 2 and name.rpartition(" ")[::2] in (
            (SPREADSHEET, "sheetData"),
            (STRICT_SPREADSHEET, "sheetData"),
        ):
            self._is_inside = True
            self._rows_place = self._parser.CurrentByteIndex
            self._prefix = prefix_of(self._tag(self._rows_place))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 3 and self._is_in_cell and self._is_inside:
            self._end_cell()
        elif self._depth == 4 and self._formula >= 0 and name.endswith(" f"):
            self._cuts.append((self._formula, self._behind(self._formula), b""))
            self._formula = -1
        elif self._depth == 2 and self._row_place >= 0 and self._is_inside:
            self._end_row()
        elif self._depth == 1 and self._is_inside:
            self._is_inside = False
            self._end_rows()

    # Private

    def _tag(self, place: int) -> bytes:
        found = _TAG.match(self._data, place)
        assert found is not None
        return found[0]

    def _is_empty(self, start: int) -> bool:
        """True if the element that ends here and started there is `<a/>`."""
        tag = self._tag(start)
        return tag.endswith(b"/>") and self._parser.CurrentByteIndex == start + len(tag)

    def _behind(self, start: int) -> int:
        """The place behind the element that ends here and started there."""
        place = self._parser.CurrentByteIndex
        return place if self._is_empty(start) else self._data.index(b">", place) + 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        place = self._parser.CurrentByteIndex
        number = whole_number(attributes.get("r"), self._row + 1)
        if number <= self._row:
            raise UnusableFile("broken_rows", sheet=self._sheet, row=self._row)
        self._insert_rows(number, place)
        self._row, self._row_place, self._column = number, place, -1
        self._has_new_cells = False
        self._pending = {}
        if self._waiting and self._waiting[-1] == number:
            self._pending = self._rows[self._waiting.pop()]
            has_style = attributes.get("customFormat", "") in ("1", "true")
            self._row_style = whole_number(attributes.get("s"), -1) if has_style else -1

    def _end_row(self) -> None:
        if self._pending:
            if not self._is_empty(self._row_place):
                self._insert_cells(_BEHIND_ALL, self._parser.CurrentByteIndex)
            else:
                tag = self._tag(self._row_place)
                cells = b"".join(self._new_cell(column) for column in sorted(self._pending))
                edited = with_content(set_attributes(tag, {"spans": None}), cells)
                self._cuts.append((self._row_place, self._row_place + len(tag), edited))
                self._has_new_cells = False
        if self._has_new_cells:
            tag = self._tag(self._row_place)
            edited = set_attributes(tag, {"spans": None})
            if edited != tag:
                self._cuts.append((self._row_place, self._row_place + len(tag), edited))
        self._row_place = -1
        self._pending = {}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._is_in_cell = True
        reference = attributes.get("r")
        column = self._column + 1 if reference is None else column_of(reference.rstrip("0123456789"))
        if column <= self._column:
            raise UnusableFile("broken_cells", sheet=self._sheet, row=self._row, cell=(reference or "")[:12])
        self._column = column
        self._cell = None
        if self._pending:
            place = self._parser.CurrentByteIndex
            self._insert_cells(column, place)
            if column in self._pending:
                self._cell = place, column

    def _start_formula(self, attributes: dict[str, str]) -> None:
        shared = attributes.get("si") if attributes.get("t") == "shared" else None
        if self._cell is not None:
            self.has_lost_formulas = True
            if shared is not None and "ref" in attributes:
                self._gone.add(shared)
        elif shared is not None and shared in self._gone:
            if "ref" in attributes:
                self._gone.discard(shared)  # the number is used anew
            else:
                self.has_lost_formulas = True
                self._formula = self._parser.CurrentByteIndex

    def _end_cell(self) -> None:
        self._is_in_cell = False
        if self._cell is None:
            return
        place, column = self._cell
        self._cell = None
        tag = self._tag(place)
        settings: dict[str, str | None] = {"t": None, "cm": None, "vm": None}
        self._cuts.append((place, self._behind(place), self._written(tag, settings, self._pending.pop(column))))

    def _written(self, tag: bytes, settings: dict[str, str | None], value: NewValue) -> bytes:
        """A cell with that start tag and a new value."""
        if isinstance(value, str):
            settings = {**settings, "t": "inlineStr"}
        tag = set_attributes(tag, settings)
        tag = tag if tag.endswith(b"/>") else tag[:-1] + b"/>"
        if value is None:
            return tag
        if isinstance(value, int):
            return with_content(tag, b"<%bv>%d</%bv>" % (self._prefix, value, self._prefix))
        text = exact_text(value).encode()
        p = self._prefix
        return with_content(tag, b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (p, p, text, p, p))

    def _new_cell(self, column: int) -> bytes:
        value = self._pending[column]
        if value is None:
            return b""
        style = self._row_style
        if style < 0:
            style = next((style for first, last, style in self._columns if first <= column <= last), 0)
        tag = b'<%bc r="%b"%b/>' % (
            self._prefix, cell_name(self._row, column).encode(), b' s="%d"' % style if style else b"",
        )  # fmt: skip
        return self._written(tag, {}, value)

    def _insert_cells(self, before: int, place: int) -> None:
        """Write the cells of this row that are not in the file and stand before that column."""
        new = [column for column in sorted(self._pending) if column < before]
        cells = b"".join(self._new_cell(column) for column in new)
        for column in new:
            del self._pending[column]
        if cells:
            self._has_new_cells = True
            self._cuts.append((place, place, cells))

    def _insert_rows(self, before: int, place: int) -> None:
        """Write the rows that are not in the file and stand before that one."""
        rows = []
        while self._waiting and self._waiting[-1] < before:
            rows.append(self._new_row(self._waiting.pop()))
        if any(rows):
            self._cuts.append((place, place, b"".join(rows)))

    def _new_row(self, row: int) -> bytes:
        self._row, self._row_style, self._pending = row, -1, self._rows[row]
        cells = b"".join(self._new_cell(column) for column in sorted(self._pending))
        self._pending = {}
        return b'<%brow r="%d">%b</%brow>' % (self._prefix, row, cells, self._prefix) if cells else b""

    def _end_rows(self) -> None:
        if not self._is_empty(self._rows_place):
            self._insert_rows(_BEHIND_ALL, self._parser.CurrentByteIndex)
            return
        tag = self._tag(self._rows_place)
        rows = b"".join(self._new_row(row) for row in reversed(self._waiting))
        if rows:
            self._cuts.append((self._rows_place, self._rows_place + len(tag), with_content(tag, rows)))

    def _widen_dimension(self, rows: Mapping[int, Mapping[int, NewValue]]) -> None:
        """Say how large the sheet is where it has grown; some programs believe it."""
        if self._dimension is None:
            return
        corner = _AREA.fullmatch(self._dimension[1])
        columns = [column for one in rows.values() for column in one]
        if corner is None or not columns:
            return
        left, top, right, bottom = corner.groups()
        first, last = column_of(left), column_of(right or left)
        highest, lowest = int(top), int(bottom or top)
        area = (
            cell_name(min(highest, *rows), min(first, *columns)),
            cell_name(max(lowest, *rows), max(last, *columns)),
        )
        if area != (cell_name(highest, first), cell_name(lowest, last)):
            place = self._dimension[0]
            tag = self._tag(place)
            self._cuts.append((place, place + len(tag), set_attributes(tag, {"ref": ":".join(area)})))
