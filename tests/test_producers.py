"""Whoever wrote a workbook, whatever is in it: the marked copy is the same workbook, part by part, value by value."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import warnings
import zipfile
from collections import Counter
from functools import cache
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import openpyxl
import producers
import pytest
from openpyxl.utils import range_boundaries
from test_annotate import FILLS, contents, findings, packed_members, plain_color

from momentsheet.model.marks import Mark
from momentsheet.model.workbook import cell_name
from momentsheet.workbook import Limits, annotate, read_workbook
from momentsheet.workbook.annotation.notes import AUTHOR
from momentsheet.workbook.annotation.unmark import unmarked
from momentsheet.workbook.package import open_package

AS_MANY_STYLES_AS_EXCEL_ALLOWS = "excel: as many styles as it allows"
# What openpyxl does not open: with the formulas, with their results.
NOT_FOR_OPENPYXL = {
    "excel: strict": (True, True),
    "excel: strict with notes, as it writes them": (True, True),
    "hand: absolute targets and other names of parts": (True, True),
    "hand: cells without r": (True, False),
    "hand: neither rows nor cells have r": (True, False),
}
SEVERITIES = ("error", "warning", "info")
MANY = 5  # sheets of a workbook that are marked


# What stands in a file, by a reader of its own


class File:
    """A workbook as its XML says, read with nothing of momentsheet."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self._trees: dict[str, ET.Element] = {}
        self.names = {name.lstrip("/").lower(): name for name in self.archive.namelist()}
        self.workbook = next(path for kind, path in self.ties("").values() if kind == "officeDocument")
        ties = self.ties(self.workbook)
        self.sheets = {}  # name -> part
        for element in self.tree(self.workbook).find("{*}sheets"):
            key = next(value for name, value in element.attrib.items() if name.endswith("}id"))
            self.sheets[element.get("name")] = ties[key]
        self.styles = next((path for kind, path in ties.values() if kind == "styles"), None)

    def read(self, part: str) -> bytes:
        return self.archive.read(self.names[part.lower()])

    def tree(self, part: str) -> ET.Element:
        if part not in self._trees:
            self._trees[part] = ET.fromstring(self.read(part))
        return self._trees[part]

    def ties(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> last word of the type, part."""
        rels = join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels")
        if rels.lower() not in self.names:
            return {}
        return {
            item.get("Id"): (item.get("Type").rpartition("/")[2], _resolved(part, item.get("Target")))
            for item in self.tree(rels)
            if item.get("TargetMode") != "External"
        }

    def worksheets(self) -> dict[str, str]:
        return {name: part for name, (kind, part) in self.sheets.items() if kind == "worksheet"}

    def rows(self, part: str) -> dict[int, ET.Element]:
        found, number = {}, 0
        for row in self.tree(part).find("{*}sheetData"):
            number = int(row.get("r", number + 1))
            found[number] = row
        return found

    def cells(self, part: str) -> dict[tuple[int, int], ET.Element]:
        found = {}
        for number, row in self.rows(part).items():
            column = -1
            for cell in row.iterfind("{*}c"):
                name = cell.get("r")
                column = range_boundaries(name)[0] - 1 if name else column + 1
                assert (number, column) not in found
                found[number, column] = cell
        return found

    def merged(self, part: str) -> list[tuple[int, int, int, int]]:
        return [range_boundaries(item.get("ref")) for item in self.tree(part).iterfind(".//{*}mergeCell")]

    def colours(self) -> list[str | None]:
        """Of each cell style, the colour of its fill."""
        styles = self.tree(self.styles)
        fills = [item.find("{*}patternFill/{*}fgColor") for item in styles.find("{*}fills") or ()]
        places = [int(item.get("fillId", 0)) for item in styles.find("{*}cellXfs")]
        return [None if fills[place] is None else fills[place].get("rgb") for place in places]

    def notes(self, part: str) -> dict[str, str]:
        found = {}
        for kind, target in self.ties(part).values():
            if kind == "comments":
                for item in self.tree(target).iterfind("{*}commentList/{*}comment"):
                    assert item.get("ref") not in found
                    found[item.get("ref")] = "".join(text.text or "" for text in item.iter() if _local(text) == "t")
        return found

    def threaded(self, part: str) -> set[str]:
        parts = [target for kind, target in self.ties(part).values() if kind == "threadedComment"]
        return {
            item.get("ref") for part in parts for item in self.tree(part).iter() if _local(item) == "threadedComment"
        }


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _resolved(source: str, target: str) -> str:
    return normpath(join("/", dirname(source), unquote(target))).lstrip("/")


def canonical(element: ET.Element, *left_out: str) -> tuple[object, ...]:
    """The element as something to compare that does not depend on spelling; without some of its attributes."""
    names = {name: value for name, value in element.attrib.items() if name not in left_out}
    return element.tag, names, element.text, [(canonical(child), child.tail) for child in element]


# The marks


def marks_for(data: bytes) -> list[Mark]:
    """On the first sheets: some cells that are there, some that are not, in rows that are not, in merged areas."""
    file = File(data)
    marks = []
    for sheet, part in itertools.islice(file.worksheets().items(), MANY):
        cells = sorted(file.cells(part))
        rows = file.rows(part)
        chosen = {*cells[:3], *cells[len(cells) // 2 :][:2], *cells[-2:]}
        chosen |= {(row, column + 3) for row, column in cells[1:6] if column + 3 < 16_384}
        chosen |= {(row, 1) for row in itertools.islice(rows, 1, 7)}
        absent = next(row for row in range(2, 5_000) if row not in rows)
        chosen |= {(absent, 0), (absent, 40), (max((row for row in rows if row < 1_000_000), default=0) + 9, 2)}
        chosen |= {(bottom, right - 1) for _, _, right, bottom in file.merged(part)}
        chosen |= {(row, column) for _, (row, column) in zip(range(3), _places(file.notes(part)), strict=False)}
        marks += [
            Mark(sheet, row, column, SEVERITIES[place % 3], "FAI"[place % 3], f"Rad {row} er <gal> & «rar».", place)
            for place, (row, column) in enumerate(sorted(chosen))
        ]
    return marks


def _places(names) -> list[tuple[int, int]]:
    return [(top, left - 1) for left, top, _, _ in map(range_boundaries, names)]


def anchors(file: File, marks: list[Mark]) -> dict[tuple[str, int, int], str]:
    """Where the marks must be seen -> the worst of their severities."""
    found: dict[tuple[str, int, int], str] = {}
    parts = file.worksheets()
    areas = {sheet: file.merged(part) for sheet, part in parts.items()}
    for mark in marks:
        place = (mark.sheet, mark.row, mark.column)
        for left, top, right, bottom in areas[mark.sheet]:
            if top <= mark.row <= bottom and left <= mark.column + 1 <= right:
                place = (mark.sheet, top, left - 1)
        found[place] = min(mark.severity, found.get(place, "info"), key=SEVERITIES.index)
    return found


def listings(marks: list[Mark]):
    return [findings(*((mark.sheet, mark.row, mark.column) for mark in marks)), findings(name="Sum")]


@cache
def case(name: str) -> tuple[bytes, list[Mark], bytes]:
    data = producers.workbook(name)
    marks = marks_for(data)
    first = next(mark for mark in marks if mark.severity == "error")
    return data, marks, annotate(data, marks, listings(marks), (first.sheet, first.row, first.column))


MANY_STYLES = ("excel: nearly as many styles as it allows", AS_MANY_STYLES_AS_EXCEL_ALLOWS)
every_workbook = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in MANY_STYLES else ()) for name in producers.names()]
)


# What holds for each of them


def check_parts(data: bytes, marks: list[Mark], result: bytes) -> None:
    """Members that need not change are the same to the last packed byte; those that change are the ones that must."""
    before, after = packed_members(data), packed_members(result)
    file = File(data)
    may_change = {"[Content_Types].xml", file.workbook, rels_of(file.workbook), file.styles}
    marked = {mark.sheet for mark in marks}
    for sheet, part in file.worksheets().items():
        is_open = any(view.get("tabSelected") in ("1", "true") for view in file.tree(part).iterfind(".//{*}sheetView"))
        may_change |= {part} if sheet in marked or is_open else set()
        if sheet in marked:
            may_change.add(rels_of(part))
            legacy = file.tree(part).find(".//{*}legacyDrawing")
            key = None if legacy is None else next(value for at, value in legacy.attrib.items() if at.endswith("}id"))
            may_change |= {path for at, (kind, path) in file.ties(part).items() if kind == "comments" or at == key}
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed <= may_change
    assert {file.worksheets()[sheet] for sheet in marked} <= changed
    assert [name for name in after if name in before] == list(before)
    added = set(after) - set(before)
    ours = re.compile(r"(sheet|comments|vmlDrawing|styles)\d*\.(xml|vml)|undo\.json|[^/]+\.xml\.rels")
    assert all(ours.fullmatch(name.rpartition("/")[2]) for name in added)


def rels_of(part: str) -> str:
    return join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels")


def check_xml(data: bytes, marks: list[Mark], result: bytes) -> None:
    """Everything inside the parts that changed is the same but for what a mark is made of."""
    old, new = File(data), File(result)
    wanted = {(sheet, row, column) for sheet, row, column in anchors(old, marks)}
    styles = [
        canonical(item, "fillId", "applyFill", "fontId", "applyFont")
        for item in new.tree(new.styles).find("{*}cellXfs")
    ]
    for sheet, part in old.worksheets().items():
        before, after = old.cells(part), new.cells(part)
        assert list(after) == sorted(after)
        ours = {(row, column) for name, row, column in wanted if name == sheet}
        assert set(after) - set(before) <= ours
        for place, cell in after.items():
            if place not in before:
                assert (cell.text, len(cell), cell.get("t")) == (None, 0, None)
                continue
            names = {name: value for name, value in cell.attrib.items() if name != "s"}
            assert names == {name: value for name, value in before[place].attrib.items() if name != "s"}
            assert [canonical(item) for item in cell] == [canonical(item) for item in before[place]]
            old_style, new_style = int(before[place].get("s", 0)), int(cell.get("s", 0))
            assert old_style == new_style or place in ours
            if old_style < len(styles) and old.styles:
                assert styles[new_style] == styles[old_style]
        rows_after = new.rows(part)
        for number, row in old.rows(part).items():
            again = rows_after[number]
            assert canonical_attributes(row, "spans") == canonical_attributes(again, "spans")
            assert [canonical(item) for item in row if _local(item) != "c"] == [
                canonical(item) for item in again if _local(item) != "c"
            ]
        left_out = ("sheetData", "dimension", "sheetViews", "legacyDrawing")
        assert frame(old, part, left_out) == frame(new, part, left_out)
    if old.styles:
        for kind in old.tree(old.styles):
            again = new.tree(new.styles).find(f"{{*}}{_local(kind)}")
            assert [canonical(item) for item in kind] == [canonical(item) for item in again[: len(kind)]]
    shapes = [name for name in old.names if name.endswith(".vml")]
    for name in shapes:
        assert Counter(shape_kinds(old, name)) <= Counter(shape_kinds(new, name))


def canonical_attributes(element: ET.Element, *left_out: str) -> dict[str, str]:
    return {name: value for name, value in element.attrib.items() if name not in left_out}


def frame(file: File, part: str, left_out: tuple[str, ...]) -> list[object]:
    """The children of a sheet but for its rows and what changes with notes and where it is open."""
    return [
        canonical(item)
        for item in file.tree(part)
        if _local(item) not in left_out and not any(_local(inner) == "legacyDrawing" for inner in item.iter())
    ]


def shape_kinds(file: File, name: str) -> list[str | None]:
    return [
        item.get("ObjectType") for item in file.tree(name).iter("{urn:schemas-microsoft-com:office:excel}ClientData")
    ]


def check_package(result: bytes) -> None:
    """Every part is well-formed, has a type, and is referred to by ids that nothing else has."""
    file = File(result)
    assert file.archive.testzip() is None
    assert len(file.names) == len(file.archive.namelist())
    types = file.tree("[Content_Types].xml")
    overrides = [unquote(item.get("PartName")).lstrip("/").lower() for item in types if _local(item) == "Override"]
    suffixes = [item.get("Extension").lower() for item in types if _local(item) == "Default"]
    assert len(overrides) == len(set(overrides))
    assert len(suffixes) == len(set(suffixes))
    assert set(overrides) <= set(file.names)
    shape_ids: list[str] = []
    for name in file.names:
        if name.endswith(("/", ".dat")):
            continue
        assert name == "[content_types].xml" or name in overrides or name.rpartition(".")[2] in suffixes
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        tree = file.tree(name)
        if name.endswith(".rels"):
            ids = [item.get("Id") for item in tree]
            assert len(ids) == len(set(ids))
            source = name.replace("_rels/", "").removesuffix(".rels")
            for kind, target in file.ties(source).values():
                assert target.lower() in file.names, (kind, target)
        if name.endswith(".vml"):
            shape_ids += [
                item.get("id") for item in tree.iter("{urn:schemas-microsoft-com:vml}shape") if item.get("id")
            ]
    own = [name for name in shape_ids if name.startswith("_x0000_s")]
    assert len(own) == len(set(own))
    workbook = file.tree(file.workbook)
    sheets = workbook.find("{*}sheets")
    assert len({item.get("sheetId") for item in sheets}) == len(sheets) == len(file.sheets)
    defined = [(item.get("name").lower(), item.get("localSheetId")) for item in workbook.find("{*}definedNames")]
    assert len(defined) == len(set(defined))


def check_marks(name: str, data: bytes, marks: list[Mark], result: bytes) -> None:
    """The marked cells have their colour and their note; no other cell has either."""
    old, new = File(data), File(result)
    wanted = anchors(old, marks)
    colours = [plain_color(item) if item else None for item in new.colours()]
    ours = {
        (sheet, *place): colours[int(cell.get("s", 0))]
        for sheet, part in old.worksheets().items() for place, cell in new.cells(part).items()
        if int(cell.get("s", 0)) < len(colours) and colours[int(cell.get("s", 0))] in FILLS.values()
    }  # fmt: skip
    is_full = name == AS_MANY_STYLES_AS_EXCEL_ALLOWS
    assert ours == ({} if is_full else {place: FILLS[severity] for place, severity in wanted.items()})
    for sheet, part in old.worksheets().items():
        before, after = old.notes(part), new.notes(part)
        threaded = old.threaded(part)
        noted = {cell_name(*place) for other, *place in wanted if other == sheet} - threaded
        assert {cell for cell, text in after.items() if AUTHOR in text} == noted
        assert all(after[cell].startswith(text) for cell, text in before.items())
        assert all(after[cell] == text for cell, text in before.items() if cell not in noted)
        assert set(after) == set(before) | noted


def check_values(data: bytes, result: bytes, is_closed: tuple[bool, bool] = (False, False)) -> None:
    """Values, formulas, results, formats and settings as two readers see them."""
    before, after = read_workbook(data, "x.xlsx"), read_workbook(result, "x.xlsx")
    kept = {sheet.name for sheet in before.sheets}
    assert contents(before) == {place: fact for place, fact in contents(after).items() if place[0] in kept}
    for one, other in zip(before.sheets, after.sheets, strict=False):
        facts = ("name", "state", "hidden_rows", "hidden_columns", "merged", "has_filter")
        assert [getattr(one, fact) for fact in facts] == [getattr(other, fact) for fact in facts]
    assert (before.properties, before.is_1904) == (after.properties, after.is_1904)
    for only_values in (False, True):
        old, new = opened(data, only_values=only_values), opened(result, only_values=only_values)
        assert (old is None) == is_closed[only_values]
        if old is None:
            continue
        assert new is not None
        assert new.sheetnames[: len(old.sheetnames)] == old.sheetnames
        file = File(data)
        for sheet in old.worksheets:
            assert settings_of(sheet) == settings_of(new[sheet.title])
            again = new[sheet.title]
            stored = file.cells(file.worksheets()[sheet.title])
            for key, cell in sheet._cells.items():
                if (key[0], key[1] - 1) in stored:  # else openpyxl has made it, for a link or a merged area
                    assert facts_of(cell) == facts_of(again._cells[key]), cell.coordinate
        ours = {key for key in new.defined_names if key.startswith("_momentsheet.")}
        assert set(new.defined_names) - ours == set(old.defined_names)


def opened(data: bytes, *, only_values: bool):
    """The workbook as openpyxl has it, None where it does not open it or passes over sheets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=only_values, rich_text=True)
        except (ValueError, TypeError, KeyError, AttributeError, OSError, IndexError):
            return None
    return book if book.sheetnames == list(File(data).sheets) else None


def facts_of(cell) -> tuple[object, ...]:
    value = cell.value
    value = vars(value) if type(value).__name__ in ("ArrayFormula", "DataTableFormula") else value
    link = getattr(cell, "hyperlink", None)
    looks = (cell.number_format, cell.font.b, cell.font.i, cell.font.sz, cell.font.name)
    where = (repr(cell.border), repr(cell.alignment), repr(cell.protection), link and (link.target, link.location))
    return repr(value), cell.data_type, *looks, *where


def settings_of(sheet) -> list[str]:
    """Everything of a sheet but its cells, notes and where it opens."""
    rules = {str(area.sqref): [repr(rule) for rule in area.rules] for area in sheet.conditional_formatting}
    columns = sheet.column_dimensions.items()
    return [
        repr({key: (item.width, item.hidden, item.outlineLevel, item._style) for key, item in columns}),
        repr({
            key: (item.height, item.hidden, item.outlineLevel) for key, item in sorted(sheet.row_dimensions.items())
            if item.height is not None or item.hidden or item.outlineLevel
        }),
        repr(sheet.data_validations.dataValidation), repr(rules), repr(sorted(map(str, sheet.merged_cells.ranges))),
        repr(sheet.auto_filter), repr(sheet.protection), repr(sheet.print_options), repr(sheet.page_setup),
        repr(sheet.page_margins), repr(sheet.sheet_format), repr(sheet.sheet_state), repr(sheet.print_title_rows),
        repr(sheet.print_area), repr([(table.name, table.ref) for table in sheet.tables.values()]),
        repr(len(sheet._charts)), repr(len(sheet._images)), repr(sheet.row_breaks), repr(sheet.col_breaks),
        repr(sheet.freeze_panes and sheet.sheet_view.pane.ySplit), repr(sorted(sheet.defined_names)),
    ]  # fmt: skip


def check_way_back(data: bytes, marks: list[Mark], result: bytes) -> None:
    """Without our marks it is the workbook that it was; marked again it is the workbook that it became."""
    again = unmarked(open_package(result, Limits()))
    before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(again))
    assert after.testzip() is None
    old_names = [name for name in before.namelist() if not name.endswith("/")]  # folders are no parts
    assert after.namelist() == old_names
    assert all(before.read(name) == after.read(name) for name in old_names)
    packed_before, packed_after = packed_members(data), packed_members(again)
    changed = {name for name in packed_before if packed_before[name] != packed_members(result).get(name)}
    assert all(packed_before[name] == packed_after[name] for name in packed_before if name not in changed)
    first = next(mark for mark in marks if mark.severity == "error")
    active = (first.sheet, first.row, first.column)
    assert annotate(data, marks, listings(marks), active) == result
    assert annotate(result, marks, listings(marks), active) == result


@every_workbook
def test_members_that_need_not_change_keep_their_packed_bytes(name):
    check_parts(*case(name))


@every_workbook
def test_inside_the_parts_only_marks_are_new(name):
    check_xml(*case(name))


@every_workbook
def test_values_formulas_formats_and_settings_are_the_same(name):
    data, _, result = case(name)
    check_values(data, result, NOT_FOR_OPENPYXL.get(name, (False, False)))


@every_workbook
def test_the_package_is_sound(name):
    check_package(case(name)[2])


@every_workbook
def test_marked_cells_have_colour_and_note_and_no_others(name):
    check_marks(name, *case(name))


@every_workbook
def test_our_marks_can_be_taken_away_and_put_there_again(name):
    check_way_back(*case(name))


def test_the_collection_is_large_and_of_many_programs():
    names = producers.names()
    assert len(names) >= 40
    assert {name.partition(":")[0] for name in names} >= {"xlsxwriter", "openpyxl", "excel", "google sheets", "wps"}
    assert len({producers.workbook(name) for name in names}) >= len(names) - 1


def test_of_a_signed_workbook_it_is_told_that_the_signature_does_not_hold_for_the_copy():
    name = "excel: digitally signed"
    data, _, result = case(name)
    assert [notice.id for notice in read_workbook(data, "x.xlsx").notices] == ["signed"]
    assert packed_members(result)["_xmlsignatures/sig1.xml"] == packed_members(data)["_xmlsignatures/sig1.xml"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_what_libreoffice_saved_is_the_same_workbook_afterwards(tmp_path):
    for name, data in producers.saved_by_libreoffice(tmp_path).items():
        marks = marks_for(data)
        first = next(mark for mark in marks if mark.severity == "error")
        result = annotate(data, marks, listings(marks), (first.sheet, first.row, first.column))
        check_parts(data, marks, result)
        check_xml(data, marks, result)
        check_values(data, result)
        check_package(result)
        check_marks(name, data, marks, result)
        check_way_back(data, marks, result)
