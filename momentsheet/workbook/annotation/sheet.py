"""One sheet's part: marked cells, the tie to its notes, and where it opens; everything else byte for byte."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from momentsheet.model.workbook import cell_name
from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.row_editor import Restyle, RowEditor, column_of
from momentsheet.workbook.annotation.rows import RowPatch
from momentsheet.workbook.annotation.splice import RELATIONS, STRICT_RELATIONS, STRICT_SPREADSHEET, Element, Part
from momentsheet.workbook.annotation.xml_text import as_utf8, codec_of, encoded
from momentsheet.workbook.gate import Archive

LAST_ROW = 1_048_576
LAST_COLUMN = 16_383

_ALTERNATE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_VML = "urn:schemas-microsoft-com:vml"

# The schema fixes the order of a sheet's children.
_BEFORE_VIEWS = ("sheetPr", "dimension")
_BEFORE_LEGACY_DRAWING = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing",
)  # fmt: skip
_CLOSED = (
    "protectedRanges", "scenarios", "customSheetViews", "conditionalFormatting", "dataValidations", "hyperlinks",
    "rowBreaks", "colBreaks", "ignoredErrors", "extLst", "sheetPr",
)  # fmt: skip

_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Z]{1,3})\$?([1-9]\d{0,6}))?", re.ASCII)
_TALL = 100  # rows; merged areas above are looked through one by one
_ROWS_IN_VIEW = 20
_COLUMNS_IN_VIEW = 8


class SheetPatch:
    """The changes that one sheet gets. Reads the part once when made, and once more when it is written."""

    def __init__(self, archive: Archive, part: str, sheet: str) -> None:
        self.part = part
        self._archive = archive
        self._sheet = sheet
        self.codec = codec_of(next(archive.chunks(part), b""), part)
        self._marks: dict[int, dict[int, str]] = {}
        first = RowPatch(part, sheet)
        first.read(self._chunks())
        self._read_all = first.read_all
        # All but the rows, as one small part: a place in it is a place in the head or in the tail.
        self._frame = Part(first.head + first.tail, part, _CLOSED, codec="utf-8")
        self._rows = self._frame.root.child("sheetData")
        self._columns = self._read_columns()
        self._areas, self._tall_areas = self._read_areas()

    @property
    def legacy_drawing(self) -> str | None:
        """The relationship id of the part with the shapes of notes and form controls, None if there is none."""
        for element in self._frame.root.every("legacyDrawing"):
            return next((value for key, value in element.attributes.items() if key.endswith(" id")), None)
        return None

    @property
    def is_edited(self) -> bool:
        return bool(self._marks) or self._frame.is_edited

    @property
    def has_cells(self) -> bool:
        return self._rows is not None

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell itself, or the one that shows the content of the merged area it lies in."""
        for area in (*self._areas.get(row, ()), *self._tall_areas):
            top, left, bottom, right = area
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column

    def mark(self, cells: Mapping[tuple[int, int], str]) -> None:
        """Colour these cells ((row, column) -> severity)."""
        for (row, column), severity in cells.items():
            self._marks.setdefault(row, {})[column] = severity
        self._widen_dimension()

    def add_legacy_drawing(self, relation: str) -> None:
        """Tie the sheet to the part with the shapes of its notes."""
        root = self._frame.root
        is_strict = self._frame.bindings.get(root.prefix.rstrip(":")) == STRICT_SPREADSHEET
        space = STRICT_RELATIONS if is_strict else RELATIONS
        prefix = next((key for key, value in self._frame.bindings.items() if value == space and key), None)
        binding = "" if prefix else f' xmlns:r="{space}"'
        xml = f'<{root.prefix}legacyDrawing{binding} {prefix or "r"}:id="{relation}"/>'
        if is_strict:  # the strict schema has no such element: Excel writes it so
            xml = f'<mc:Choice xmlns:v="{_VML}" Requires="v">{xml}</mc:Choice>'
            xml = f'<mc:AlternateContent xmlns:mc="{_ALTERNATE}">{xml}</mc:AlternateContent>'
        self._frame.insert_behind(root, _BEFORE_LEGACY_DRAWING, xml)

    def deselect(self) -> None:
        """Make the sheet one that is not open when the workbook opens."""
        for view in self._views():
            if "tabSelected" in view.attributes:
                self._frame.set(view, "tabSelected", None)

    def select(self, row: int, column: int) -> None:
        """Make the sheet the one that is open, with the cursor in that cell, and the cell in view."""
        views = self._views()
        cell = cell_name(row, column)
        prefix = self._frame.root.prefix
        if not views:
            selection = f'<{prefix}selection activeCell="{cell}" sqref="{cell}"/>'
            shown = f'<{prefix}sheetView tabSelected="1" workbookViewId="0">{selection}</{prefix}sheetView>'
            xml = f"<{prefix}sheetViews>{shown}</{prefix}sheetViews>"
            self._frame.insert_behind(self._frame.root, _BEFORE_VIEWS, xml)
            return
        view = views[0]
        self._frame.set(view, "tabSelected", "1")
        pane = view.child("pane")
        name = self._scroll_pane(view, pane, row, column) if pane is not None else "topLeft"
        if pane is None:
            far = row > _ROWS_IN_VIEW or column > _COLUMNS_IN_VIEW
            corner = cell_name(_first_shown(row, 1, _ROWS_IN_VIEW), _first_shown(column, 0, _COLUMNS_IN_VIEW))
            self._frame.set(view, "topLeftCell", corner if far else None)
        for item in view.children:
            if item.name == "selection" and item.attributes.get("pane", "topLeft") == name:
                self._frame.set(item, "activeCell", cell)
                self._frame.set(item, "activeCellId", None)
                self._frame.set(item, "sqref", cell)
                return
        pane_name = "" if name == "topLeft" else f' pane="{name}"'
        xml = f'<{prefix}selection{pane_name} activeCell="{cell}" sqref="{cell}"/>'
        self._frame.insert_behind(view, ("pane", "selection"), xml)

    def width(self, column: int) -> int:
        """Pixels across a column."""
        found = self._column(column)
        if found is not None:
            return found[3]
        settings = self._frame.root.child("sheetFormatPr")
        return _pixels(settings.attributes.get("defaultColWidth", "") if settings is not None else "")

    def height(self) -> int:
        """Pixels of a row without a height of its own."""
        settings = self._frame.root.child("sheetFormatPr")
        try:
            points = float(settings.attributes.get("defaultRowHeight", "15")) if settings is not None else 15.0
        except ValueError:
            points = 15.0
        return round(points * 4 / 3) if 5 <= points <= 409 else 20

    def chunks(self, restyle: Restyle, journal: Journal) -> Iterator[bytes]:
        """The part with its changes, in its own encoding; the journal follows the UTF-8 bytes."""
        frame = self._frame
        if self._rows is None:
            yield encoded(frame.between(0, len(frame.data), journal), self.codec)
            return
        if self._rows.is_empty_tag:
            prefix = self._rows.prefix.encode()
            editor = RowEditor(self.part, self._sheet, self._marks, restyle, self._column_style, prefix)
            frame.append(self._rows, editor.new_rows().decode())
            yield encoded(frame.between(0, len(frame.data), journal), self.codec)
            return
        style_of = self._column_style
        patch = RowPatch(
            self.part, self._sheet, self._marks, restyle, style_of, read_all=self._read_all, journal=journal
        )
        yield encoded(frame.between(0, self._rows.opened, journal), self.codec)
        for piece in patch.rows(self._chunks()):
            yield encoded(piece, self.codec)
        yield encoded(frame.between(self._rows.closed, len(frame.data), journal), self.codec)

    # Private

    def _chunks(self) -> Iterator[bytes]:
        return as_utf8(self._archive.chunks(self.part), self.codec, self.part)

    def _views(self) -> list[Element]:
        views = self._frame.root.child("sheetViews")
        if views is None:
            return []
        return [view for view in views.children if view.attributes.get("workbookViewId", "0") == "0"]

    def _scroll_pane(self, view: Element, pane: Element, row: int, column: int) -> str:
        """Bring a cell into view beside frozen rows and columns; the name of the pane it stands in."""
        if not pane.attributes.get("state", "split").startswith("frozen"):
            return pane.attributes.get("activePane", "topLeft")
        corner = _area(view.attributes.get("topLeftCell", "A1")) or (1, 0, 1, 0)
        splits = (_split(pane, "ySplit"), _split(pane, "xSplit"))
        row_start, column_start = corner[0] + splits[0], corner[1] + splits[1]
        is_below = splits[0] > 0 and row >= row_start
        is_right = splits[1] > 0 and column >= column_start
        name = ("bottom" if is_below else "top") + ("Right" if is_right else "Left")
        self._frame.set(pane, "activePane", name)
        first_row = _first_shown(row, row_start, _ROWS_IN_VIEW) if is_below or not splits[0] else row_start
        first_column = (
            _first_shown(column, column_start, _COLUMNS_IN_VIEW) if is_right or not splits[1] else column_start
        )
        self._frame.set(pane, "topLeftCell", cell_name(first_row, first_column))
        return name

    def _widen_dimension(self) -> None:
        dimension = self._frame.root.child("dimension")
        known = _area(dimension.attributes.get("ref", "")) if dimension is not None else None
        if dimension is None or known is None or not self._marks:
            return
        rows = [known[0], known[2], *self._marks]
        columns = [known[1], known[3], *(column for cells in self._marks.values() for column in cells)]
        area = (min(rows), min(columns), max(rows), max(columns))
        if area != known:
            self._frame.set(dimension, "ref", f"{cell_name(*area[:2])}:{cell_name(*area[2:])}")

    def _read_columns(self) -> list[tuple[int, int, int, int]]:
        """First and last column, style, pixels; rising."""
        columns = []
        for element in self._frame.root.every("col"):
            first, last, style = (_whole(element, name) for name in ("min", "max", "style"))
            is_hidden = element.attributes.get("hidden") in ("1", "true")
            columns.append(
                (first - 1, last - 1, style, 0 if is_hidden else _pixels(element.attributes.get("width", "")))
            )
        return sorted(columns)

    def _column(self, column: int) -> tuple[int, int, int, int] | None:
        place = bisect_right(self._columns, (column, LAST_COLUMN + 1, 0, 0)) - 1
        found = self._columns[place] if place >= 0 else None
        return found if found is not None and found[1] >= column else None

    def _column_style(self, column: int) -> int:
        found = self._column(column)
        return 0 if found is None else found[2]

    def _read_areas(
        self,
    ) -> tuple[dict[int, list[tuple[int, int, int, int]]], list[tuple[int, int, int, int]]]:
        low: dict[int, list[tuple[int, int, int, int]]] = {}
        tall = []
        for element in self._frame.root.every("mergeCell"):
            area = _area(element.attributes.get("ref", ""))
            if area is None:
                continue
            if area[2] - area[0] >= _TALL:
                tall.append(area)
                continue
            for row in range(area[0], area[2] + 1):
                low.setdefault(row, []).append(area)
        return low, tall


# Private functions


def _area(text: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of A1:B2, None if it is none; rows 1-based."""
    found = _AREA.fullmatch(text)
    if found is None:
        return None
    left, top, right, bottom = found.groups()
    columns = (column_of(left), column_of(right or left))
    rows = (int(top), int(bottom or top))
    return min(rows), min(columns), max(rows), max(columns)


def _whole(element: Element, name: str) -> int:
    text = element.attributes.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _split(pane: Element, name: str) -> int:
    try:
        return min(int(float(pane.attributes.get(name, "0"))), 1000)
    except (ValueError, OverflowError):
        return 0


def _first_shown(place: int, first: int, room: int) -> int:
    """Where a view starts that shows `place`, without scrolling if it is near the first row or column."""
    return first if place < first + room else place - room // 4


def _pixels(width: str) -> int:
    """Pixels of a column width in characters; 64 where it is none."""
    try:
        characters = float(width)
    except ValueError:
        return 64
    return int((256 * characters + 18) / 256 * 7) if 0 <= characters <= 255 else 64
