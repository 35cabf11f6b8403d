"""A workbook written anew from what was read: every value with its kind, for formats that cannot be patched.

xlsxwriter is not used here: it cannot write a cell with an error, and takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from momentsheet.model.workbook import Column, Kind, Sheet, Workbook, cell_name, column_letter
from momentsheet.workbook.annotation.listing import free_sheet_name
from momentsheet.workbook.annotation.splice import RELATIONS, SPREADSHEET
from momentsheet.workbook.annotation.xml_text import attribute_text, exact_text
from momentsheet.workbook.annotation.zipcopy import archive_of, packed

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."

# Number formats that every spreadsheet program knows; dates are shown as the reader's region has it.
_GENERAL, _TEXT, _DATE, _DATE_TIME, _TIME, _DURATION, _PERCENT = range(7)
_FORMAT_IDS = (0, 49, 14, 22, 21, 46, 10)
_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)  # others are texts to Excel
_ROWS_AT_ONCE = 2_000
_SAMPLE = 200  # rows that decide how wide a column is
_NARROWEST, _WIDEST = 10, 48


def legal_names(workbook: Workbook) -> dict[str, str]:
    """What the sheets are called in the copy, by their own names; a csv file's name may be no name for a sheet."""
    names: dict[str, str] = {}
    for sheet in workbook.sheets:
        names[sheet.name] = free_sheet_name(sheet.name, list(names.values()))
    return names


def fresh_workbook(workbook: Workbook, names: Mapping[str, str]) -> bytes:
    """An xlsx file with the cells of all sheets, under these names."""
    sheets = workbook.sheets
    types = f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
    types += ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types += f'<Default Extension="xml" ContentType="{_TYPE}worksheet+xml"/>'
    types += f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}sheet.main+xml"/>'
    types += f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}styles+xml"/></Types>'
    package = _relationships([("officeDocument", "xl/workbook.xml")])
    parts = [("worksheet", f"worksheets/sheet{place}.xml") for place in range(1, len(sheets) + 1)]
    relations = _relationships([*parts, ("styles", "styles.xml")])
    members = [
        packed("[Content_Types].xml", [(_HEAD + types).encode()]),
        packed("_rels/.rels", [package]),
        packed("xl/workbook.xml", [_workbook(workbook, names)]),
        packed("xl/_rels/workbook.xml.rels", [relations]),
        packed("xl/styles.xml", [_styles()]),
    ]
    for place, sheet in enumerate(sheets, 1):
        members.append(packed(f"xl/worksheets/sheet{place}.xml", _sheet(sheet)))
    return archive_of(members)


# Private functions


def _relationships(targets: list[tuple[str, str]]) -> bytes:
    items = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'.encode()


def _workbook(workbook: Workbook, names: Mapping[str, str]) -> bytes:
    states = [sheet.state for sheet in workbook.sheets]
    if "visible" not in states and states:
        states[0] = "visible"  # a workbook without a visible sheet cannot be opened
    items = "".join(
        f'<sheet name="{attribute_text(names[sheet.name])}" sheetId="{place}"'
        f'{"" if state == "visible" else f" state={chr(34)}{state}{chr(34)}"} r:id="rId{place}"/>'
        for place, (sheet, state) in enumerate(zip(workbook.sheets, states, strict=True), 1)
    )
    first = states.index("visible") if states else 0
    views = f'<bookViews><workbookView activeTab="{first}"/></bookViews>'
    spaces = f'xmlns="{SPREADSHEET}" xmlns:r="{RELATIONS}"'
    return f"{_HEAD}<workbook {spaces}>{views}<sheets>{items}</sheets></workbook>".encode()


def _styles() -> bytes:
    xfs = "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in _FORMAT_IDS
    )
    return (
        f'{_HEAD}<styleSheet xmlns="{SPREADSHEET}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
        '<family val="2"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/>'
        '<bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"'
        f' borderId="0"/></cellStyleXfs><cellXfs count="{len(_FORMAT_IDS)}">{xfs}</cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ).encode()


def _sheet(sheet: Sheet) -> Iterator[bytes]:
    texts = _Texts(sheet)
    columns = "".join(
        f'<col min="{column.index + 1}" max="{column.index + 1}" width="{_width(column, texts)}" customWidth="1"'
        f"{_hidden(column.index in sheet.hidden_columns)}/>"
        for column in sheet.columns
    )
    yield f'{_HEAD}<worksheet xmlns="{SPREADSHEET}"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'.encode()
    yield f'<sheetFormatPr defaultRowHeight="15"/>{f"<cols>{columns}</cols>" if columns else ""}<sheetData>'.encode()
    for start in range(0, len(sheet.rows), _ROWS_AT_ONCE):
        numbers = sheet.rows[start : start + _ROWS_AT_ONCE].tolist()
        cells = [_cells(column, start, numbers, texts) for column in sheet.columns]
        rows = map("".join, zip(*cells, strict=True)) if cells else iter([""] * len(numbers))
        yield "".join(
            f'<row r="{number}"{_hidden(number in sheet.hidden_rows)}>{row}</row>'
            for number, row in zip(numbers, rows, strict=True)
        ).encode()
    yield b"</sheetData>"
    if sheet.merged:
        areas = "".join(
            f'<mergeCell ref="{cell_name(top, left)}:{cell_name(bottom, right)}"/>'
            for top, left, bottom, right in sheet.merged
            if (top, left) != (bottom, right)
        )
        yield f"<mergeCells>{areas}</mergeCells>".encode() if areas else b""
    yield b'<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'


def _hidden(is_hidden: bool) -> str:
    return ' hidden="1"' if is_hidden else ""


class _Texts:
    """The texts of a sheet, made safe once for each that is used."""

    def __init__(self, sheet: Sheet) -> None:
        self._pool = sheet.pool
        self._safe: dict[int, str] = {}

    def plain(self, code: int) -> str:
        return str(self._pool[code])

    def cell(self, code: int) -> str:
        """What stands in the cell behind its name: style, type and content."""
        if code not in self._safe:
            text = self.plain(code)
            # As text, so that a code keeps its zeros when somebody edits it; long ones show as #### then.
            style = _TEXT if len(text) <= 250 else _GENERAL
            content = f'<is><t xml:space="preserve">{exact_text(text)}</t></is></c>'
            self._safe[code] = f' s="{style}" t="inlineStr">{content}'
        return self._safe[code]


def _cells(column: Column, start: int, numbers: list[int], texts: _Texts) -> list[str]:
    """The cells of a column in these rows; an empty text where there is none."""
    stop = start + len(numbers)
    letters = column_letter(column.index)
    kinds = column.kinds[start:stop].tolist()
    values = column.numbers[start:stop].tolist()
    codes = column.codes[start:stop].tolist()
    percents = column.percents[start:stop].tolist()
    cells = []
    for row, kind, value, code, percent in zip(numbers, kinds, values, codes, percents, strict=True):
        if kind == Kind.BLANK:
            cells.append("")
        elif kind == Kind.TEXT:
            cells.append(f'<c r="{letters}{row}"{texts.cell(code)}')
        elif kind == Kind.BOOLEAN:
            cells.append(f'<c r="{letters}{row}" t="b"><v>{int(value)}</v></c>')
        elif kind == Kind.ERROR and texts.plain(code) not in _ERRORS:
            cells.append(f'<c r="{letters}{row}"{texts.cell(code)}')
        elif kind in (Kind.ERROR, Kind.NOT_CALCULATED):
            # What nobody has calculated is not available, and must not come back as a blank.
            error = texts.plain(code) if kind == Kind.ERROR else "#N/A"
            cells.append(f'<c r="{letters}{row}" t="e"><v>{error}</v></c>')
        else:
            style = _number_style(kind, value, percent)
            number = int(value) if value.is_integer() and abs(value) < 1 << 53 else value
            cells.append(f'<c r="{letters}{row}" s="{style}"><v>{number!r}</v></c>')
    return cells


def _number_style(kind: int, value: float, percent: bool) -> int:
    if kind == Kind.DATE:
        return _DATE if value.is_integer() else _DATE_TIME
    if kind == Kind.TIME:
        return _TIME
    if kind == Kind.DURATION:
        return _DURATION
    return _PERCENT if percent else _GENERAL


def _width(column: Column, texts: _Texts) -> float:
    used = np.flatnonzero(column.kinds)[:_SAMPLE].tolist()
    lengths = [len(texts.plain(code)) if code >= 0 else 10 for code in column.codes[used].tolist()]
    return min(max([_NARROWEST, *lengths]), _WIDEST) + 2
