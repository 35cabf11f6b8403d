"""The customer's own workbook with marks: nothing else changes, everything opens, nothing of theirs becomes live."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.errors import UnusableFile
from momentsheet.model.marks import ListedCell, Listing, Mark
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook, cell_name
from momentsheet.workbook import Limits, annotate, annotated_pieces, copy_annotated, read_workbook
from momentsheet.workbook.annotation import cell_styles, listing, zipcopy
from momentsheet.workbook.annotation.notes import END
from momentsheet.workbook.annotation.rows import RowPatch
from momentsheet.workbook.gate import open_archive

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
FILLS = {"error": "FFFCC4CC", "warning": "FFFCE89C", "info": "FFDCE8F4"}


def mark(row, column, severity="error", note="Feil", rank=0, sheet="Timer"):
    return Mark(sheet, row, column, severity, {"error": "F", "warning": "A", "info": "I"}[severity], note, rank)


def findings(*cells, name="Funn", rows=None):
    rows = rows or [
        (ListedCell("Feil", severity="error"), ListedCell("Timer"), ListedCell("celle", link=cell), ListedCell(7))
        for cell in cells
    ]
    headers = ("Alvor", "Ark", "Celle", "Antall")
    return Listing(name, "Funn i timer.xlsx", ("Rett og send inn igjen.",), headers, (9, 12, 9, 9), tuple(rows))


def load(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


def members(data):
    return {info.filename: info for info in zipfile.ZipFile(io.BytesIO(data)).infolist()}


def part(data, name):
    return zipfile.ZipFile(io.BytesIO(data)).read(name)


def packed_members(data):
    """Name -> the compressed bytes, as they stand in the archive, and the time."""
    archive = open_archive(data, Limits())
    return {name: (bytes(archive.packed(name)), member.date_time) for name, member in archive.members.items()}


def with_parts(data, changes, *, stamp=(2024, 5, 6, 7, 8, 10)):
    """The archive with parts changed, added or (None) taken out."""
    source = zipfile.ZipFile(io.BytesIO(data))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*source.namelist(), *(name for name in changes if name not in source.namelist())]:
            content = changes.get(name, source.read(name) if name in source.namelist() else None)
            if content is not None:
                info = zipfile.ZipInfo(name, stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    return target.getvalue()


def picture():
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    pixels = zlib.compress(b"".join(b"\0" + b"\x20\x60\xc0" * 8 for _ in range(8)))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def rich_workbook():
    """Image, chart, table, validation, x14 data bar, notes, button, hidden sheet, names, merged cells, formulas."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)})
    sheet = book.add_worksheet("Timer")
    head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "white"})
    date = book.add_format({"num_format": "dd.mm.yyyy"})
    hours = book.add_format({"num_format": "0.00", "bg_color": "#C6EFCE", "border": 1})
    for column, text in enumerate(["E-post", "Dato", "Prosjekt", "Aktivitet", "Timer", "Fakturert", "Merknad"]):
        sheet.write(0, column, text, head)
    for row in range(1, 30):
        sheet.write_string(row, 0, f"person{row % 7}@fjord.example")
        sheet.write_datetime(row, 1, dt.datetime(2025, 1, 1) + dt.timedelta(row), date)  # noqa: DTZ001
        sheet.write_string(row, 2, f"P-{1000 + row}")
        sheet.write_string(row, 3, "Prosjektering")
        sheet.write_number(row, 4, 7.5, hours)
        sheet.write_formula(row, 5, f"=E{row + 1}*0.8", hours, 6.0)
    sheet.set_column("A:A", 26, book.add_format({"italic": True}))
    sheet.set_row(20, 30)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, 29, 6)
    sheet.write_comment("E5", "Sjekk mot lønn", {"author": "Kari"})
    sheet.data_validation("D2:D30", {"validate": "list", "source": ["Prosjektering", "Befaring"]})
    sheet.conditional_format("F2:F30", {"type": "data_bar", "data_bar_2010": True})
    sheet.insert_image("I2", "x.png", {"image_data": io.BytesIO(picture())})
    sheet.insert_button("I6", {"caption": "Knapp", "macro": "m"})
    sheet.merge_range("G10:G12", "slått sammen")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Timer!$E$2:$E$10"})
    sheet.insert_chart("I10", chart)
    other = book.add_worksheet("Kari's «ark»")
    other.add_table("B3:D6", {"data": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "name": "tbl"})
    hidden = book.add_worksheet("Skjult")
    hidden.hide()
    hidden.write(0, 0, "x")
    book.define_name("tall", "=Timer!$E$2:$E$30")
    book.define_name("Timer!lokal", "=Timer!$A$1")
    book.close()
    return target.getvalue()


RICH = rich_workbook()
RICH_MARKS = (
    mark(5, 4, note="Timer er ikke et tall."),
    mark(7, 1, "warning", "Datoen ligger langt fram.", 1),
    mark(11, 6, "info", "I slått sammen celle.", 2),
    mark(1, 5, "warning", "Kolonnen ligner en annen.", 3),
    mark(60, 2, "error", "Mangler.", 4),
    mark(4, 1, "error", "I tabellen.", 5, sheet="Kari's «ark»"),
)


def fill_of(cell):
    """The colour of a cell; in ours without the number in its last bits."""
    color = cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else None
    return plain_color(color) if isinstance(color, str) else color


def plain_color(color):
    plain = f"{int(color, 16) & 0xFFFCFCFC:08X}"
    return plain if plain in FILLS.values() else color


def said(cell):
    return cell.comment.text.removesuffix(END)


# The workbook stays the customer's


def test_only_the_listed_parts_change_and_all_others_keep_their_packed_bytes():
    before = packed_members(RICH)
    after = packed_members(annotate(RICH, RICH_MARKS, [findings(("Timer", 5, 4))], ("Timer", 5, 4)))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
        "xl/worksheets/_rels/sheet2.xml.rels",
    }  # fmt: skip
    assert [name for name in after if name in before] == list(before)
    assert set(after) - set(before) == {
        "xl/worksheets/sheet4.xml", "xl/comments2.xml", "xl/drawings/vmlDrawing2.vml", "momentsheet/undo.json",
    }  # fmt: skip
    assert {name: after[name][1] for name in before} == {name: before[name][1] for name in before}


def test_nothing_but_marked_cells_changes_inside_a_marked_sheet():
    old = part(RICH, "xl/worksheets/sheet1.xml").decode()
    new = part(annotate(RICH, [mark(5, 4), mark(7, 1)], []), "xl/worksheets/sheet1.xml").decode()
    pattern = r'<c r="(?:E5|B7)" s="\d+">'
    assert re.sub(pattern, "", new) == re.sub(pattern, "", old)
    assert re.findall(pattern, new) != re.findall(pattern, old)


def test_values_formulas_formats_and_validations_are_the_same_afterwards():
    old, new = load(RICH), load(annotate(RICH, RICH_MARKS, [findings()]))
    assert new.sheetnames == [*old.sheetnames, "Funn"]
    for sheet in old:
        other = new[sheet.title]
        assert other.sheet_state == sheet.sheet_state
        assert other.merged_cells.ranges == sheet.merged_cells.ranges
        assert {str(item.sqref) for item in other.data_validations.dataValidation} == {
            str(item.sqref) for item in sheet.data_validations.dataValidation
        }
        assert other.column_dimensions["A"].width == sheet.column_dimensions["A"].width
        assert list(other.tables) == list(sheet.tables)
        for cell in itertools.chain.from_iterable(sheet.iter_rows()):
            same = other[cell.coordinate]
            assert (same.value, same.number_format, same.border.left.style) == (
                cell.value, cell.number_format, cell.border.left.style,
            )  # fmt: skip
    assert set(new.defined_names) >= {"tall"}
    assert new["Timer"].auto_filter.ref == "A1:G30"


def test_marked_cells_are_filled_and_all_others_are_not():
    book = load(annotate(RICH, RICH_MARKS, []))
    expected = {"E5": "error", "B7": "warning", "G10": "info", "F1": "warning", "C60": "error"}
    before = load(RICH)["Timer"]
    for cell in itertools.chain.from_iterable(book["Timer"].iter_rows()):
        severity = expected.get(cell.coordinate)
        assert fill_of(cell) == (FILLS[severity] if severity else fill_of(before[cell.coordinate])), cell.coordinate
    assert fill_of(book["Kari's «ark»"]["B4"]) == FILLS["error"]


def test_the_mark_on_a_merged_area_goes_to_the_cell_that_shows():
    sheet = load(annotate(RICH, [mark(12, 6)], []))["Timer"]
    assert fill_of(sheet["G10"]) == FILLS["error"]
    assert "Moment import" in sheet["G10"].comment.text


def test_light_letters_are_made_black_and_dark_ones_stay():
    sheet = load(annotate(RICH, [mark(1, 5), mark(5, 4)], []))["Timer"]
    assert (sheet["F1"].font.color.rgb, sheet["F1"].font.b) == ("FF000000", True)
    assert sheet["E5"].font.color.theme == 1


def test_an_absent_cell_takes_the_style_of_its_row_and_else_of_its_column():
    rows = '<row r="2" s="2" customFormat="1"><c r="C2"><v>1</v></c></row><row r="4"><c r="C4"><v>1</v></c></row>'
    xml = SHEET.replace("<sheetData>", '<cols><col min="1" max="2" style="1" width="9"/></cols><sheetData>')
    sheet = load(annotate(small_workbook(xml.format(rows=rows)), [mark(2, 0), mark(4, 1), mark(9, 0), mark(9, 7)], []))[
        "Timer"
    ]
    shown = {name: sheet[name].number_format for name in ("A2", "B4", "A9", "H9")}
    assert shown == {"A2": "0.00", "B4": "mm-dd-yy", "A9": "mm-dd-yy", "H9": "General"}
    assert {fill_of(sheet[name]) for name in shown} == {FILLS["error"]}


def test_several_marks_on_a_cell_give_one_note_and_the_worst_colour():
    marks = [mark(3, 0, "info", "Til opplysning.", 1), mark(3, 0, "error", "Galt.", 2), mark(3, 0, "error", "Galt.", 3)]
    cell = load(annotate(RICH, marks, []))["Timer"]["A3"]
    assert fill_of(cell) == FILLS["error"]
    assert said(cell) == "F · Moment import\nGalt.\n\nTil opplysning."


def test_the_same_input_gives_the_same_bytes_in_another_process():
    script = (
        "import hashlib,sys;from pathlib import Path;sys.path[:0]=sys.argv[1:3];import test_annotate as t;"
        "print(hashlib.sha256(t.annotate(t.RICH,t.RICH_MARKS,[t.findings(('Timer',5,4))],('Timer',5,4))).hexdigest())"
    )
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    seen = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", script, *paths]
        seen.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(seen) == 1


def test_marks_on_unknown_sheets_and_beyond_the_grid_are_passed_over():
    marks = [mark(5, 4, sheet="Borte"), mark(1_048_577, 0), mark(1, 16_384), mark(0, 0)]
    assert part(annotate(RICH, marks, []), "xl/worksheets/sheet1.xml") == part(RICH, "xl/worksheets/sheet1.xml")


def test_bytes_that_are_no_workbook_are_refused():
    with pytest.raises(UnusableFile):
        annotate(b"%PDF-1.7 not a workbook", [], [])


# Every legal spelling of a sheet

SHEET = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
    '<dimension ref="A1:D4"/><sheetData>{rows}</sheetData>'
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0"><alignment wrapText="1"/></xf></cellXfs></styleSheet>'
)
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def small_workbook(sheet, *, styles=STYLES, strict=False):
    """A workbook of one sheet from its XML (text or bytes)."""
    override = '<Override PartName="/xl/{}.xml" ContentType="{}{}+xml"/>'
    types = "".join(
        override.format(name, TYPES, kind)
        for name, kind in (("workbook", "sheet.main"), ("sheet1", "worksheet"), ("styles", "styles"))
        if name != "styles" or styles
    )
    relation = '<Relationship Id="rId{}" Type="' + OFFICE + '/{}" Target="{}"/>'
    styles_relation = relation.format(2, "styles", "styles.xml") if styles else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relation.format(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Timer" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relation.format(1, 'worksheet', 'sheet1.xml')}{styles_relation}</Relationships>",
        "xl/sheet1.xml": sheet,
    }
    if styles:
        parts["xl/styles.xml"] = styles
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if strict and isinstance(content, str):
                content = content.replace(MAIN, STRICT).replace(
                    OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"
                )
            archive.writestr(name, content)
    return target.getvalue()


ROWS = (
    '<row r="1" spans="1:4"><c r="A1" t="inlineStr"><is><t>a &gt; b</t></is></c><c r="B1" s="1"><v>45000</v></c></row>'
    '<row r="2"><c r="A2" s="2"><v>7.5</v></c><c r="D2"><f>A2*2</f><v>15</v></c></row>'
    '<row r="4"/><row r="6"><c r="B6" t="b"><v>1</v></c></row>'
)
PLAIN = SHEET.format(rows=ROWS)


def prefixed(xml):
    xml = re.sub(r"<(/?)(?=[a-z])(?!\?)", r"<\1x:", xml)
    return xml.replace("xmlns=", "xmlns:x=")


def replaced(*pairs):
    xml = PLAIN
    for old, new in pairs:
        assert old in xml
        xml = xml.replace(old, new)
    return xml


VARIANTS = {
    "plain": PLAIN,
    "prefix": prefixed(PLAIN),
    "single quotes": PLAIN.replace('"', "'"),
    "no r on rows": replaced(
        ('<row r="1" spans="1:4">', "<row>"), ('<row r="2">', "<row >"), ('<row r="4"/>', "<row></row><row/>")
    ),
    "no r on cells": replaced(('<c r="A1"', "<c"), ('<c r="B1"', "<c"), ('<c r="A2"', "<c")),
    "no r in the first row": replaced(('<row r="1" spans="1:4">', "<row>"), ('<c r="A1"', "<c"), ('<c r="B1"', "<c")),
    "other order of attributes": replaced(
        ('<c r="A2" s="2">', '<c  s = "2"\n r="A2" >'), ('<row r="2">', '<row ht="15" r="2">')
    ),
    "pretty printed": PLAIN.replace("><", ">\n   <"),
    "comments and instructions": replaced(
        ('<row r="2">', '<!-- <row r="2"><c r="A2"/></sheetData> --><?x <row r="9"/>?><row r="2">')
    ),
    "cdata": replaced(("a &gt; b", '<![CDATA[<row r="2"><c r="A2">]]>')),
    "namespace on the row": replaced(
        (
            '<row r="2"><c r="A2" s="2"><v>7.5</v></c>',
            '<y:row xmlns:y="{}" r="2"><y:c r="A2" s="2"><y:v>7.5</y:v></y:c>',
        ),
        ("<v>15</v></c></row>", "<v>15</v></c></y:row>"),
        ("{}", MAIN),
    ),
    "sheetData in a comment of the head": replaced(("<dimension", "<!-- <sheetData><row r='2'/> --><dimension")),
    "greater sign in an attribute": replaced(('<row r="2">', '<row r="2" x:y="a>b" xmlns:x="urn:x">')),
    "utf-8 with mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "utf-16": PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-16 big endian": b"\xfe\xff" + PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "no declaration": PLAIN.partition("?>")[2],
}


def cells_of(data):
    """What the independent reader sees: (row, column) -> (fill, formula or not, value) and the notes."""
    tree = ET.fromstring(part(data, "xl/sheet1.xml"))
    styles = ET.fromstring(part(data, "xl/styles.xml"))
    fills = [item.find(".//{*}fgColor") for item in styles.find("{*}fills")]
    xfs = [int(item.get("fillId", 0)) for item in styles.find("{*}cellXfs")]
    found = {}
    row = 0
    for row_element in tree.find("{*}sheetData"):
        row = int(row_element.get("r", row + 1))
        column = -1
        for cell in row_element:
            name = cell.get("r")
            column = openpyxl.utils.cell.coordinate_from_string(name)[0] if name else column + 1
            if name:
                column = openpyxl.utils.column_index_from_string(column) - 1
            color = fills[xfs[int(cell.get("s", 0))]]
            value = "".join(cell.itertext())
            found[row, column] = (None if color is None else color.get("rgb"), cell.find("{*}f") is not None, value)
    return found


@pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])
@pytest.mark.parametrize("name", VARIANTS)
def test_every_spelling_of_a_sheet_is_patched_at_the_right_cells(name, strict):
    data = small_workbook(VARIANTS[name], strict=strict and isinstance(VARIANTS[name], str))
    cells = {(1, 1), (2, 0), (2, 2), (4, 3), (5, 1), (6, 0), (8, 8)}
    after = cells_of(result := annotate(data, [mark(row, column) for row, column in cells], [findings()]))
    before = cells_of(data)
    assert {place for place, (color, _, _) in after.items() if color == FILLS["error"]} == cells
    assert {place: value[1:] for place, value in after.items() if place not in cells - set(before)} == {
        place: value[1:] for place, value in before.items()
    }
    assert list(after) == sorted(after)
    old, new = read_workbook(data, "x.xlsx"), read_workbook(result, "x.xlsx")
    assert contents(old) == {place: value for place, value in contents(new).items() if place[0] == "Timer"}


def contents(book):
    """Every cell that was read: (sheet, row, column) -> kind, value, formula."""
    found = {}
    for sheet in book.sheets:
        for column in sheet.columns:
            for place in np.flatnonzero(column.kinds).tolist():
                code = int(column.codes[place])
                value = sheet.pool[code] if code >= 0 else repr(float(column.numbers[place]))
                facts = (int(column.kinds[place]), value, bool(column.formulas[place]), bool(column.percents[place]))
                found[sheet.name, int(sheet.rows[place]), column.index] = facts
    return found


@pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData >\n</sheetData >"])
def test_a_sheet_without_rows_gets_its_marks(data):
    result = annotate(small_workbook(PLAIN.partition("<sheetData>")[0] + data + "</worksheet>"), [mark(3, 2)], [])
    assert cells_of(result) == {(3, 2): (FILLS["error"], False, "")}
    assert b'<dimension ref="A1:D4"/>' in part(result, "xl/sheet1.xml")


def test_new_rows_have_the_prefix_of_the_sheet():
    xml = prefixed(PLAIN.partition("<sheetData>")[0] + "<sheetData/></worksheet>")
    assert cells_of(annotate(small_workbook(xml), [mark(3, 2)], [])) == {(3, 2): (FILLS["error"], False, "")}


def test_what_is_no_cell_of_a_row_is_not_taken_for_one():
    rows = '<row r="2"><c><v>1</v></c><extLst><ext uri="x"/></extLst></row>'
    xml = part(
        annotate(small_workbook(SHEET.format(rows=rows)), [mark(2, 0), mark(2, 1)], []), "xl/sheet1.xml"
    ).decode()
    assert re.search(r'<row r="2"><c s="3"><v>1</v></c><c r="B2" s="3"/><extLst><ext uri="x"/></extLst></row>', xml)


def test_the_dimension_grows_with_a_cell_outside_of_it():
    assert b'<dimension ref="A1:H9"/>' in part(annotate(small_workbook(PLAIN), [mark(9, 7)], []), "xl/sheet1.xml")


def test_the_spans_of_a_row_grow_with_a_cell_outside_of_them():
    xml = part(annotate(small_workbook(PLAIN), [mark(1, 7)], []), "xl/sheet1.xml")
    assert b'<row r="1" spans="1:8">' in xml


def test_rows_out_of_order_are_refused():
    with pytest.raises(UnusableFile) as refusal:
        annotate(small_workbook(SHEET.format(rows='<row r="3"/><row r="2"/>')), [mark(2, 0)], [])
    assert refusal.value.reason == "broken_rows"


rows_of_sheets = st.lists(
    st.tuples(
        st.integers(1, 4),  # to the next row
        st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["r", "", "s"])), max_size=4),
        st.sampled_from(["", " ht='3'", ' spans="1:2"', "<!-- c -->"]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=rows_of_sheets,
    wanted=st.sets(st.tuples(st.integers(1, 40), st.integers(0, 12)), max_size=12),
    chunk=st.sampled_from([7, 40, 10_000]),
)
def test_unread_rows_make_no_difference(rows, wanted, chunk):
    """The short cut past expat gives the same bytes as expat alone, wherever the stream is cut."""
    xml, row = [], 0
    for gap, cells, extra in rows:
        row += gap
        column = -1
        xml.append(extra if extra.startswith("<") else "")
        xml.append(f'<row r="{row}"{"" if extra.startswith("<") else extra}>')
        for step, how in cells:
            column += step if how else 1
            name = f' r="{cell_name(row, column)}"' if how else ""
            xml.append(f"<c{' s=' + chr(34) + '2' + chr(34) if how == 's' else ''}{name}><v>{column}</v></c>")
        xml.append("</row>")
    data = SHEET.format(rows="".join(xml)).encode()
    marks: dict[int, dict[int, str]] = {}
    for place, spot in wanted:
        marks.setdefault(place, {})[spot] = "error"
    outcomes = []
    for read_all in (False, True):
        patch = RowPatch("part", "Timer", marks, lambda style, _: style + 40, lambda _: 3, read_all=read_all)
        pieces = [data[start : start + chunk] for start in range(0, len(data), chunk)]
        outcomes.append((b"".join(patch.rows(pieces)), patch.head, patch.tail))
    assert outcomes[0] == outcomes[1]
    written = ET.fromstring(b"".join((outcomes[0][1], outcomes[0][0], outcomes[0][2])))
    styles = [cell.get("s", "0") for cell in written.iter(f"{{{MAIN}}}c")]
    assert sum(int(style) >= 40 for style in styles) == len(wanted)


# Styles


def test_a_workbook_without_styles_gets_them():
    data = small_workbook(PLAIN.replace(' s="1"', "").replace(' s="2"', ""), styles=None)
    book = load(annotate(data, [mark(2, 0)], [findings()]))
    assert fill_of(book["Timer"]["A2"]) == FILLS["error"]


def test_each_style_and_severity_gets_one_copy_that_keeps_the_rest():
    result = annotate(small_workbook(PLAIN), [mark(2, 0), mark(2, 3, "warning"), mark(6, 1)], [])
    xfs = ET.fromstring(part(result, "xl/styles.xml")).find(f"{{{MAIN}}}cellXfs")
    assert (xfs.get("count"), len(xfs)) == ("6", 6)
    copy = next(item for item in list(xfs)[3:] if item.get("numFmtId") == "2")
    assert copy.find(f"{{{MAIN}}}alignment").get("wrapText") == "1"
    assert copy.get("applyFill") == "1"


def test_no_style_is_added_beyond_the_limit_of_excel(monkeypatch):
    monkeypatch.setattr(cell_styles, "MOST_STYLES", 4)
    result = annotate(small_workbook(PLAIN), [mark(2, 0), mark(1, 1), mark(7, 7)], [findings(("Timer", 1, 1))])
    xfs = ET.fromstring(part(result, "xl/styles.xml")).find(f"{{{MAIN}}}cellXfs")
    assert len(xfs) == 4
    assert sum(color is not None for color, _, _ in cells_of(result).values()) == 1
    assert [cell.value for cell in load(result)["Funn"][5]][:4] == ["Feil", "Timer", "celle", 7]


FONTS = {
    "black": ('<color rgb="FF000000"/>', False),
    "white": ('<color rgb="FFFFFFFF"/>', True),
    "pale yellow": ('<color rgb="FFFFFFCC"/>', True),
    "dark red": ('<color rgb="FF9C0006"/>', False),
    "theme background": ('<color theme="0"/>', True),
    "theme background, darkened": ('<color theme="0" tint="-0.75"/>', False),
    "theme text": ('<color theme="1"/>', False),
    "accent": ('<color theme="4"/>', False),
    "indexed white": ('<color indexed="9"/>', True),
    "indexed black": ('<color indexed="8"/>', False),
    "no colour": ("", False),
    "no number": ('<color rgb="ugyldig"/>', False),
}


@pytest.mark.parametrize("name", FONTS)
def test_only_letters_that_cannot_be_read_on_the_fill_are_made_black(name):
    color, becomes_black = FONTS[name]
    styles = STYLES.replace('<sz val="11"/>', f'<b/><sz val="11"/>{color}')
    result = annotate(small_workbook(PLAIN, styles=styles), [mark(2, 0)], [])
    fonts = ET.fromstring(part(result, "xl/styles.xml")).find(f"{{{MAIN}}}fonts")
    assert len(fonts) == (2 if becomes_black else 1)
    assert fonts.get("count") == str(len(fonts))
    if becomes_black:
        assert [(child.tag.rpartition("}")[2], child.get("rgb")) for child in fonts[1]] == [
            ("b", None), ("sz", None), ("color", "FF000000"), ("name", None),
        ]  # fmt: skip


POOR_STYLES = {
    "nothing": "",
    "no fills": '<fonts><font/></fonts><cellXfs><xf numFmtId="14"/></cellXfs>',
    "one fill": '<fonts><font/></fonts><fills count="1"><fill/></fills><cellXfs/><dxfs/>',
    "no formats": '<numFmts><numFmt numFmtId="170" formatCode="0.0"/></numFmts><cellStyleXfs><xf/></cellStyleXfs>',
}


@pytest.mark.parametrize("name", POOR_STYLES)
def test_lists_that_a_styles_part_lacks_are_made_in_the_order_of_the_schema(name):
    styles = (
        f'<x:styleSheet xmlns:x="{MAIN}">'
        + re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", POOR_STYLES[name])
        + "</x:styleSheet>"
    )
    result = annotate(small_workbook(PLAIN, styles=styles), [mark(2, 0)], [findings()])
    tree = ET.fromstring(part(result, "xl/styles.xml"))
    order = [child.tag.rpartition("}")[2] for child in tree]
    known = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "dxfs"]
    assert order == sorted(order, key=known.index)
    assert cells_of(result)[2, 0][0] == FILLS["error"]
    assert len(tree.find("{*}fills")) >= 4
    assert all(fill.find(".//{*}fgColor") is None for fill in list(tree.find("{*}fills"))[:2])


# Notes


def test_a_note_is_written_below_the_one_that_is_there():
    sheet = load(annotate(RICH, [mark(5, 4, note="Timer er ikke et tall.")], []))["Timer"]
    assert said(sheet["E5"]) == "Sjekk mot lønn\n\nF · Moment import\nTimer er ikke et tall."
    assert sheet["E5"].comment.author == "Kari"


def test_the_box_of_a_note_that_grew_is_higher():
    def height(data):
        vml = part(data, "xl/drawings/vmlDrawing1.vml").partition(b'ObjectType="Note"')[2]
        anchor = re.search(rb"<x:Anchor>([^<]*)</x:Anchor>", vml)[1]
        places = [int(number) for number in anchor.split(b",")]
        return places[6] - places[2]

    assert height(annotate(RICH, [mark(5, 4, note="lang forklaring " * 30)], [])) > height(RICH) + 5


def test_the_second_round_replaces_our_notes_and_keeps_theirs():
    once = annotate(RICH, [mark(5, 4, note="Første."), mark(6, 4, note="Også.")], [])
    sheet = load(annotate(once, [mark(5, 4, note="Andre."), mark(6, 4, note="Ny.")], []))["Timer"]
    assert said(sheet["E5"]) == "Sjekk mot lønn\n\nF · Moment import\nAndre."
    assert said(sheet["E6"]) == "F · Moment import\nNy."


def test_plain_text_of_a_note_becomes_a_run_before_ours():
    comments = part(RICH, "xl/comments1.xml").decode()
    plain = re.sub(r"<text>.*?</text>", "<text><t>Bare tekst</t></text>", comments)
    result = annotate(with_parts(RICH, {"xl/comments1.xml": plain}), [mark(5, 4, note="Galt.")], [])
    text = ET.fromstring(part(result, "xl/comments1.xml")).find(f".//{{{MAIN}}}text")
    assert [child.tag.rpartition("}")[2] for child in text] == ["r", "r", "r"]
    assert "".join(text.itertext()) == "Bare tekst\n\nF · Moment import\nGalt." + END


def test_at_most_a_thousand_notes_on_a_sheet_the_most_useful_first():
    marks = [mark(row, 0, rank=row % 3) for row in range(1, 1_501)]
    book = load(annotate(small_workbook(PLAIN), marks, []))
    noted = {cell.row for (cell,) in book["Timer"].iter_rows(max_col=1) if cell.comment}
    filled = sum(fill_of(cell) is not None for (cell,) in book["Timer"].iter_rows(max_col=1))
    useful = sorted(range(1, 1_501), key=lambda row: (row % 3, row))[:1_000]
    assert (noted, filled) == (set(useful), 1_500)


def test_far_down_there_are_fewer_notes_for_libreoffice_passes_by_all_rows_above_each():
    marks = [mark(900_000 + row, 0, rank=row) for row in range(50)] + [mark(row, 0, rank=99) for row in range(1, 20)]
    comments = part(annotate(small_workbook(PLAIN), marks, []), "xl/comments1.xml").decode()
    rows = {int(row) for row in re.findall(r'ref="A(\d+)"', comments)}
    assert rows == {*range(1, 20), *range(900_000, 900_005)}


def test_shape_ids_are_unique_and_their_blocks_are_known_to_the_part():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    for name in ("Timer", "Andre"):
        sheet = book.add_worksheet(name)
        for row in range(300):
            sheet.write_comment(row, 3, "kundens")
    book.close()
    marks = [mark(row, 0, sheet=name) for row in range(1, 1_001) for name in ("Timer", "Andre")]
    result = annotate(target.getvalue(), marks, [])
    seen: set[int] = set()
    for number in (1, 2):
        vml = part(result, f"xl/drawings/vmlDrawing{number}.vml")
        ids = [int(found) for found in re.findall(rb'id="_x0000_s(\d+)"', vml)]
        blocks = {int(block) for block in re.search(rb'idmap[^>]*data="([\d,]+)"', vml)[1].split(b",")}
        assert len(ids) == len(set(ids)) == 1_300
        assert {place // 1_024 for place in ids} <= blocks
        assert not seen & blocks
        seen |= blocks
        ET.fromstring(vml)


def test_boxes_of_notes_stay_inside_the_grid():
    marks = [mark(1_048_576, 16_383, note="x" * 800), mark(1_048_576, 16_380, note="x"), mark(1, 0), mark(2, 16_383)]
    vml = part(annotate(small_workbook(PLAIN), marks, []), "xl/drawings/vmlDrawing1.vml").decode()
    anchors = [[int(number) for number in text.split(",")] for text in re.findall(r"<x:Anchor>(.*?)</x:Anchor>", vml)]
    assert len(anchors) == 4
    for left, _, top, _, right, _, bottom, _ in anchors:
        assert 0 <= left < right <= 16_383
        assert 0 <= top < bottom <= 1_048_575


def test_a_box_is_as_large_as_its_text():
    xml = PLAIN.replace("<sheetData>", '<cols><col min="2" max="9" width="2" customWidth="1"/></cols><sheetData>')
    marks = [mark(2, 0, note="kort"), mark(3, 0, note="en ganske lang forklaring " * 20)]
    vml = part(annotate(small_workbook(xml), marks, []), "xl/drawings/vmlDrawing1.vml").decode()
    anchors = [[int(number) for number in text.split(",")] for text in re.findall(r"<x:Anchor>(.*?)</x:Anchor>", vml)]
    assert [bottom - top for _, _, top, _, _, _, bottom, _ in anchors] == [2, 8]
    assert all(right - left > 8 for left, _, _, _, right, _, _, _ in anchors)  # the columns are narrow


def test_a_sheet_with_form_controls_only_keeps_them_and_gets_notes():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("Timer").insert_button("C3", {"caption": "Knapp"})
    book.close()
    result = annotate(target.getvalue(), [mark(2, 0)], [])
    vml = part(result, "xl/drawings/vmlDrawing1.vml")
    assert (vml.count(b'ObjectType="Button"'), vml.count(b'ObjectType="Note"')) == (1, 1)
    assert said(load(result)["Timer"]["A2"]) == "F · Moment import\nFeil"


THREADS = (
    '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    '<threadedComment ref="A2" id="{0}" personId="{1}"><text>hei</text></threadedComment></ThreadedComments>'
)


def test_a_cell_with_a_threaded_comment_is_coloured_only():
    relations = part(RICH, "xl/worksheets/_rels/sheet1.xml.rels").decode()
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    target = "../threadedComments/threadedComment1.xml"
    thread = f'<Relationship Id="rId90" Type="{kind}" Target="{target}"/></Relationships>'
    data = with_parts(
        RICH,
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relations.replace("</Relationships>", thread),
            "xl/threadedComments/threadedComment1.xml": THREADS,
        },
    )
    sheet = load(annotate(data, [mark(2, 0), mark(3, 0)], []))["Timer"]
    assert (fill_of(sheet["A2"]), sheet["A2"].comment) == (FILLS["error"], None)
    assert sheet["A3"].comment is not None


@pytest.mark.parametrize("vml", [b"<html>", b"\xff\xfe<", b"<xml>"], ids=["other", "broken", "cut off"])
def test_notes_that_cannot_be_extended_leave_the_cells_coloured(vml):
    data = with_parts(RICH, {"xl/drawings/vmlDrawing1.vml": vml})
    result = annotate(data, [mark(2, 0)], [])
    assert part(result, "xl/drawings/vmlDrawing1.vml") == vml
    assert part(result, "xl/comments1.xml") == part(data, "xl/comments1.xml")
    assert fill_of(load_cells(result)["A2"]) == FILLS["error"]


def load_cells(data):
    """The first sheet without its notes, for workbooks whose notes are broken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        relations = re.sub(rb"<legacyDrawing [^>]*/>", b"", part(data, "xl/worksheets/sheet1.xml"))
        return load(with_parts(data, {"xl/worksheets/sheet1.xml": relations}))["Timer"]


def test_a_sheet_whose_shapes_are_missing_is_coloured_only():
    result = annotate(with_parts(RICH, {"xl/drawings/vmlDrawing1.vml": None}), [mark(2, 0)], [])
    assert fill_of(load_cells(result)["A2"]) == FILLS["error"]
    assert part(result, "xl/comments1.xml") == part(RICH, "xl/comments1.xml")


def test_notes_of_a_file_that_openpyxl_saved_are_extended():
    """It writes VML with prefixes of its own, parts with other names, absolute targets."""
    target = io.BytesIO()
    load(RICH).save(target)
    data = target.getvalue()
    result = annotate(data, [mark(5, 4, note="Galt."), mark(6, 4)], [])
    sheet = load(result)["Timer"]
    assert said(sheet["E5"]) == "Sjekk mot lønn\n\nF · Moment import\nGalt."
    assert said(sheet["E6"]) == "F · Moment import\nFeil"
    name = next(name for name in members(data) if name.endswith(".vml"))
    vml = ET.fromstring(part(result, name))
    kinds = [child.tag for child in vml if child.tag.endswith("}shape")]
    assert kinds == ["{urn:schemas-microsoft-com:vml}shape"] * 2


def test_an_empty_root_of_shapes_is_filled():
    spaces = re.search(rb"<xml[^>]*", part(RICH, "xl/drawings/vmlDrawing1.vml"))[0]
    result = annotate(with_parts(RICH, {"xl/drawings/vmlDrawing1.vml": spaces + b"/>"}), [mark(2, 0)], [])
    vml = ET.fromstring(part(result, "xl/drawings/vmlDrawing1.vml"))
    assert [child.tag.rpartition("}")[2] for child in vml] == ["shapelayout", "shapetype", "shape"]


def test_vml_that_is_no_xml_is_extended_all_the_same():
    vml = part(RICH, "xl/drawings/vmlDrawing1.vml").replace(b"text-align:left", b"text-align:left'><br><font '")
    result = part(
        annotate(with_parts(RICH, {"xl/drawings/vmlDrawing1.vml": vml}), [mark(2, 0)], []),
        "xl/drawings/vmlDrawing1.vml",
    )
    assert result.count(b'ObjectType="Note"') == vml.count(b'ObjectType="Note"') + 1


def test_the_tie_to_the_notes_stands_where_the_schema_has_it():
    for tail in (
        "<drawing r:id='d'/><picture r:id='p'/><tableParts/>",
        "<headerFooter/><oleObjects/><extLst/>",
        "<mc:AlternateContent xmlns:mc='urn:mc'/>",
        "",
    ):
        xml = PLAIN.replace("</worksheet>", tail + "</worksheet>").replace(
            "<worksheet ", f"<worksheet xmlns:r='{OFFICE}' "
        )
        tree = ET.fromstring(part(annotate(small_workbook(xml), [mark(2, 0)], []), "xl/sheet1.xml"))
        order = [child.tag.rpartition("}")[2] for child in tree]
        place = order.index("legacyDrawing")
        assert set(order[:place]) <= {"dimension", "sheetData", "pageMargins", "headerFooter", "drawing"}
        assert set(order[place + 1 :]) <= {"picture", "tableParts", "oleObjects", "extLst", "AlternateContent"}


def test_a_strict_workbook_is_tied_to_its_notes_as_excel_does_it():
    xml = part(annotate(small_workbook(PLAIN, strict=True), [mark(2, 0)], []), "xl/sheet1.xml")
    choice = ET.fromstring(xml).find("{*}AlternateContent/{*}Choice")
    assert choice.get("Requires") == "v"
    relation = choice.find(f"{{{STRICT}}}legacyDrawing").get(
        "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
    )
    assert (
        relation
        in part(annotate(small_workbook(PLAIN, strict=True), [mark(2, 0)], []), "xl/_rels/sheet1.xml.rels").decode()
    )


# The listing


def test_the_listing_is_the_last_sheet_with_links_filter_and_frozen_header():
    book = load(annotate(RICH, [], [findings(("Kari's «ark»", 3, 1), ("Timer", 5, 4))]))
    sheet = book["Funn"]
    assert book.sheetnames[-1] == "Funn"
    assert [cell.value for cell in sheet[4]][:4] == ["Alvor", "Ark", "Celle", "Antall"]
    assert [sheet["C5"].hyperlink.location, sheet["C6"].hyperlink.location] == ["'Kari''s «ark»'!B3", "'Timer'!E5"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes, sheet.print_title_rows) == ("A4:D6", "A5", "$4:$4")
    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert (sheet["A5"].value, fill_of(sheet["A5"]), sheet["D5"].value) == ("Feil", FILLS["error"], 7)
    assert book.defined_names["_momentsheet.findings"].value == "'Funn'!$A$1"


def test_sheet_names_are_legal_and_nobody_elses():
    listings = [findings(name=name) for name in ("timer", "Funn", "funn", "a/b:c[d]*" + "x" * 40, "''")]
    names = load(annotate(RICH, [], listings)).sheetnames[3:]
    assert names[:3] == ["timer (2)", "Funn", "funn (2)"]
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert len({name.casefold() for name in names}) == 5


HOSTILE = [
    "=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example";"x")', "http://evil.example",
    "mailto:a@evil.example", "</t></is></c><c><f>1+1</f></c>", "<![CDATA[x]]>", "&lt;b&gt; & \"q\" 'a'",
    "\x00\x07\x1b]0;x", "\ud800 lone", "_x0041_ stays", "line\r\nbreak\ttab", "\ufffe\uffff", "x" * 40_000,
    "\U0001f642" * 20_000, " kant ",
]  # fmt: skip


def test_hostile_texts_are_inert_everywhere():
    rows = [(ListedCell(text), ListedCell(text, severity="info")) for text in HOSTILE]
    marks = [mark(row, 0, note=text) for row, text in enumerate(HOSTILE, 1)]
    clean = SHEET.format(rows="")
    result = annotate(small_workbook(clean), marks, [findings(rows=rows), findings(name="=1+1</x>\x01")])
    for name in members(result):
        if name.endswith((".xml", ".rels", ".vml")):
            tree = ET.fromstring(part(result, name))
            assert not [item for item in tree.iter() if item.tag.rpartition("}")[2] in ("f", "hyperlink")], name
            assert not tree.findall(".//*[@TargetMode]"), name
    sheet = load(result)["Funn"]
    values = {sheet.cell(row, 1).value for row in range(5, 5 + len(HOSTILE))}
    assert {"=cmd|' /C calc'!A1", "</t></is></c><c><f>1+1</f></c>", " kant ", "line\nbreak\ttab"} <= values
    assert all(sheet.cell(row, 1).data_type == "s" for row in range(5, 5 + len(HOSTILE)))
    assert sheet["A5"].quotePrefix
    assert max(len(value.encode("utf-16-le")) // 2 for value in values) <= 32_767
    read = contents(read_workbook(result, "x.xlsx"))
    assert read["Funn", 5 + HOSTILE.index("_x0041_ stays"), 0][1] == "_x0041_ stays"


def test_more_links_than_excel_takes_are_plain_text(monkeypatch):
    monkeypatch.setattr(listing, "MOST_LINKS", 2)
    sheet = load(annotate(RICH, [], [findings(*[("Timer", 5, 4)] * 4)]))["Funn"]
    assert [sheet.cell(row, 3).hyperlink is not None for row in range(5, 9)] == [True, True, False, False]
    assert sheet["C8"].value == "celle"


def test_rows_beyond_the_sheet_are_counted_on_its_last_line(monkeypatch):
    monkeypatch.setattr(listing, "LAST_ROW", 10)
    sheet = load(annotate(RICH, [], [findings(*[("Timer", 5, 4)] * 20)]))["Funn"]
    assert (sheet.max_row, sheet["A10"].value, sheet["A9"].value) == (10, "… +15", "Feil")


def test_a_link_to_a_listing_follows_the_name_it_got():
    first = findings(rows=[(ListedCell("se", link=("Mer/to", 5, 0)),)])
    book = load(annotate(RICH, [], [first, findings(name="Mer/to")]))
    assert book["Funn"]["A5"].hyperlink.location == "'Mer to'!A5"


# Where it opens


def selected(data):
    return {
        name for name in members(data)
        if name.startswith("xl/worksheets/sheet") and b'tabSelected="1"' in part(data, name)
    }  # fmt: skip


def test_it_opens_on_the_first_error_and_on_one_sheet_only():
    result = annotate(RICH, [mark(4, 1, sheet="Kari's «ark»")], [findings()], ("Kari's «ark»", 4, 1))
    book = load(result)
    assert (book.active.title, selected(result)) == ("Kari's «ark»", {"xl/worksheets/sheet2.xml"})
    assert book.active.sheet_view.selection[0].activeCell == "B4"


def test_a_cell_far_down_is_scrolled_to_below_the_frozen_rows():
    view = load(annotate(RICH, [], [], ("Timer", 300, 2)))["Timer"].sheet_view
    chosen = [(item.pane, item.activeCell, item.sqref) for item in view.selection]
    assert ("bottomLeft", "C300", "C300") in chosen
    assert (view.pane.topLeftCell, view.pane.ySplit, view.pane.activePane) == ("A295", 1, "bottomLeft")


def test_it_opens_on_a_listing_by_its_wished_name():
    result = annotate(RICH, [], [findings(), findings(name="Sum")], ("Sum", 1, 0))
    assert (load(result).active.title, selected(result)) == ("Sum", {"xl/worksheets/sheet5.xml"})


@pytest.mark.parametrize("sheet", ["Skjult", "Finnes ikke"])
def test_a_hidden_or_unknown_sheet_is_not_opened(sheet):
    result = annotate(RICH, [], [], (sheet, 1, 0))
    assert packed_members(result) == packed_members(RICH)


VIEWS = {
    "no pane": ('<sheetView workbookViewId="0"/>', ("C100", None, "C95")),
    "other cell": (
        '<sheetView workbookViewId="0"><selection activeCell="B2" activeCellId="1" sqref="A1 B2"/></sheetView>',
        ("C100", None, "C95"),
    ),
    "frozen both ways": (
        '<sheetView workbookViewId="0"><pane xSplit="1" ySplit="2" topLeftCell="B3" state="frozen"/></sheetView>',
        ("C100", "bottomRight", "B95"),
    ),
    "frozen columns": (
        '<sheetView workbookViewId="0"><pane xSplit="4" topLeftCell="E1" state="frozen"/></sheetView>',
        ("C100", "topLeft", "E95"),
    ),
    "split": (
        '<sheetView workbookViewId="0"><pane ySplit="900" topLeftCell="A7" activePane="bottomLeft"/></sheetView>',
        ("C100", "bottomLeft", "A7"),
    ),
    "broken pane": (
        '<sheetView workbookViewId="0"><pane xSplit="x" ySplit="1" topLeftCell="A2" state="frozen"/></sheetView>',
        ("C100", "bottomLeft", "A95"),
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_cursor_goes_to_the_cell_and_the_cell_into_view(name):
    view, (cell, pane_name, corner) = VIEWS[name]
    xml = PLAIN.replace("<sheetData>", f"<sheetViews>{view}</sheetViews><sheetData>").replace("A1:D4", "A1")
    if name in ("no pane", "other cell"):
        corner = "A95"
    tree = ET.fromstring(part(annotate(small_workbook(xml), [], [], ("Timer", 100, 2)), "xl/sheet1.xml"))
    shown = tree.find("{*}sheetViews/{*}sheetView")
    pane = shown.find("{*}pane")
    chosen = [item for item in shown.findall("{*}selection") if item.get("activeCell") == cell]
    assert [(item.get("sqref"), item.get("activeCellId")) for item in chosen] == [(cell, None)]
    assert (chosen[0].get("pane") or "topLeft") == (pane_name or "topLeft")
    assert (shown if pane is None else pane).get("topLeftCell") == corner


def test_a_sheet_without_a_view_gets_one():
    tree = ET.fromstring(part(annotate(small_workbook(PLAIN), [], [], ("Timer", 2, 0)), "xl/sheet1.xml"))
    assert [child.tag.rpartition("}")[2] for child in tree][:3] == ["dimension", "sheetViews", "sheetData"]


# The archive


def test_data_descriptors_and_stored_members_are_copied():
    target = io.BytesIO()

    class Unseekable(io.RawIOBase):  # makes zipfile write data descriptors
        def writable(self):
            return True

        def write(self, data):
            return target.write(data)

    source = zipfile.ZipFile(io.BytesIO(RICH))
    with zipfile.ZipFile(Unseekable(), "w", zipfile.ZIP_DEFLATED) as archive:
        for place, name in enumerate(source.namelist()):
            method = zipfile.ZIP_STORED if place % 2 else zipfile.ZIP_DEFLATED
            archive.writestr(name, source.read(name), method)
    data = target.getvalue()
    assert any(info.flag_bits & 8 for info in members(data).values())
    result = annotate(data, [mark(5, 4)], [])
    assert zipfile.ZipFile(io.BytesIO(result)).testzip() is None
    assert {name: part(result, name) for name in members(RICH) if "chart" in name or "media" in name} == {
        name: part(RICH, name) for name in members(RICH) if "chart" in name or "media" in name
    }
    assert not any(info.flag_bits & 8 for info in members(result).values())


def test_zip64_fields_are_written_where_sizes_and_places_need_them(monkeypatch):
    monkeypatch.setattr(zipcopy, "WIDE_SIZE", 900)
    monkeypatch.setattr(zipcopy, "WIDE_COUNT", 5)
    result = annotate(RICH, RICH_MARKS, [findings()])
    assert b"PK\x06\x06" in result
    assert zipfile.ZipFile(io.BytesIO(result)).testzip() is None
    monkeypatch.undo()
    assert load(result).sheetnames[-1] == "Funn"
    assert contents(read_workbook(result, "x.xlsx")) == contents(
        read_workbook(annotate(RICH, RICH_MARKS, [findings()]), "x.xlsx")
    )


def test_it_works_without_isal(monkeypatch):
    monkeypatch.setattr(zipcopy, "deflater", zlib)
    monkeypatch.setattr(zipcopy, "LEVEL", 6)
    assert fill_of(load(annotate(RICH, RICH_MARKS, [findings()]))["Timer"]["E5"]) == FILLS["error"]


@pytest.mark.parametrize("encoding", ["utf-16", "us-ascii"])
def test_parts_in_other_encodings_keep_them(encoding):
    names = [
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
    ]
    texts = {name: part(RICH, name).decode().replace("UTF-8", encoding) for name in names}
    data = with_parts(RICH, {name: text.encode(encoding, "xmlcharrefreplace") for name, text in texts.items()})
    result = annotate(data, [mark(5, 4, note="Ærlig talt …")], [findings(name="Funnet på nytt")])
    for name in names:
        assert encoding in part(result, name).decode(encoding).partition("?>")[0]
    book = load(result)
    assert said(book["Timer"]["E5"]).endswith("Ærlig talt …")
    assert book.sheetnames[-1] == "Funnet på nytt"


# Macros


def test_macros_stay_behind_and_the_rest_is_a_plain_workbook():
    types = part(RICH, "[Content_Types].xml").decode()
    types = types.replace(f"{TYPES}sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    types = types.replace(
        "<Override", '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override', 1
    )
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    relation = f'<Relationship Id="rId80" Type="{kind}" Target="vbaProject.bin"/></Relationships>'
    signature = f'<Relationship Id="rId1" Type="{kind}Signature" Target="vbaProjectSignature.bin"/>'
    signature = f'<Relationships xmlns="{PACKAGE}/relationships">{signature}</Relationships>'
    data = with_parts(
        RICH,
        {
            "[Content_Types].xml": types,
            "xl/_rels/workbook.xml.rels": part(RICH, "xl/_rels/workbook.xml.rels")
            .decode()
            .replace("</Relationships>", relation),
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros",
            "xl/vbaProjectSignature.bin": b"signature",
            "xl/_rels/vbaProject.bin.rels": signature,
        },
    )
    assert read_workbook(data, "x.xlsm").format == "xlsm"
    result = annotate(data, [mark(5, 4)], [findings()])
    assert not [name for name in members(result) if "vba" in name]
    assert b"vba" not in part(result, "xl/_rels/workbook.xml.rels")
    assert b"macro" not in part(result, "[Content_Types].xml").lower()
    assert read_workbook(result, "x.xlsx").format == "xlsx"
    kept = packed_members(result)
    assert {name for name in packed_members(data) if "vba" not in name} <= set(kept)


@pytest.mark.skipif(not CORPUS.exists(), reason="no collection of spreadsheets here")
def test_a_workbook_with_macro_sheets_comes_back_as_a_copy_of_its_cells():
    data = (CORPUS / "a60d8b0163e1.xlsm").read_bytes()
    result = annotate(data, [], [findings()])
    assert not [name for name in members(result) if "macro" in name]
    old = contents(read_workbook(data, "x.xlsm"))
    new = contents(read_workbook(result, "x.xlsx"))
    assert {place: value[:2] for place, value in new.items() if place[0] != "Funn"} == {
        place: value[:2] for place, value in old.items()
    }


# A fresh copy, for formats that cannot be patched


def sheet_of(name, cells, **facts):
    """A sheet as the reader would give it: cells = {(row, column): (kind, value)}."""
    rows = sorted({row for row, _ in cells})
    pool = sorted({value for kind, value in cells.values() if isinstance(value, str)})
    columns = []
    for index in sorted({column for _, column in cells}):
        held = [cells.get((row, index), (Kind.BLANK, float("nan"))) for row in rows]
        columns.append(
            Column(
                index,
                np.array([kind for kind, _ in held], dtype=np.uint8),
                np.array([float("nan") if isinstance(value, str) else value for _, value in held], dtype=np.float64),
                np.array([pool.index(value) if isinstance(value, str) else -1 for _, value in held], dtype=np.int32),
                np.zeros(len(rows), dtype=np.bool_),
                np.array([kind == Kind.NUMBER and value == 0.25 for kind, value in held], dtype=np.bool_),
            )
        )
    numbers = np.array(rows, dtype=np.int32)
    return Sheet(name, "visible", numbers, tuple(columns), pl.Series(pool, dtype=pl.String), **facts)


CELLS = {
    (1, 0): (Kind.TEXT, "Navn"), (1, 1): (Kind.TEXT, "007"), (1, 2): (Kind.TEXT, "=1+1"), (1, 3): (Kind.TEXT, ""),
    (3, 0): (Kind.NUMBER, 0.1 + 0.2), (3, 1): (Kind.NUMBER, 1e21), (3, 2): (Kind.NUMBER, -7.0),
    (3, 3): (Kind.NUMBER, 0.25), (4, 0): (Kind.DATE, 45292.0), (4, 1): (Kind.DATE, 45292.5),
    (4, 2): (Kind.TIME, 0.3125), (4, 3): (Kind.DURATION, 1.75), (9, 0): (Kind.BOOLEAN, 1.0),
    (9, 1): (Kind.ERROR, "#DIV/0!"), (9, 2): (Kind.ERROR, "abc"), (9, 5): (Kind.TEXT, "a\x07b\rc\n _x0041_ "),
}  # fmt: skip


def test_a_copy_holds_every_value_with_its_kind():
    book = Workbook("x.ods", "ods", "", (sheet_of("Timer", CELLS),))
    read = contents(read_workbook(copy_annotated(book, [mark(3, 0)], [findings()]), "x.xlsx"))
    found = {place[1:]: value for place, value in read.items() if place[0] == "Timer"}
    expected = {
        place: (int(kind), value if isinstance(value, str) else repr(value)) for place, (kind, value) in CELLS.items()
    } | {(9, 2): (int(Kind.TEXT), "abc"), (9, 5): (int(Kind.TEXT), "a\x07b\nc\n _x0041_ ")}
    assert {place: value[:2] for place, value in found.items()} == expected
    assert not any(formula for _, _, formula, _ in found.values())
    assert [place for place, value in found.items() if value[3]] == [(3, 3)]


def test_a_formula_that_nobody_calculated_does_not_come_back_as_a_blank():
    book = Workbook("x.ods", "ods", "", (sheet_of("Timer", {(1, 0): (Kind.NOT_CALCULATED, float("nan"))}),))
    assert load(copy_annotated(book, [], []))["Timer"]["A1"].value == "#N/A"


def test_a_copy_keeps_states_merged_areas_and_hidden_rows_and_opens_on_a_sheet_that_shows():
    first = sheet_of("Skjult", {(1, 0): (Kind.TEXT, "x")})
    second = sheet_of("Timer", CELLS, merged=((1, 0, 1, 1),), hidden_rows=frozenset([3]), hidden_columns=frozenset([5]))
    states = (Sheet(**{name: getattr(first, name) for name in Sheet.__slots__} | {"state": "veryHidden"}), second)
    book = load(copy_annotated(Workbook("x.xls", "xls", "", states), [mark(1, 1)], []))
    assert (book["Skjult"].sheet_state, book.active.title) == ("veryHidden", "Timer")
    assert [str(area) for area in book["Timer"].merged_cells.ranges] == ["A1:B1"]
    assert (book["Timer"].row_dimensions[3].hidden, book["Timer"].column_dimensions["F"].hidden) == (True, True)
    assert fill_of(book["Timer"]["A1"]) == FILLS["error"]


def test_names_that_no_sheet_can_have_are_changed_with_marks_and_links():
    name = "et langt filnavn fra lønnssystemet [2024]"
    book = Workbook(f"{name}.csv", "csv", "", (sheet_of(name, CELLS),))
    result = load(copy_annotated(book, [mark(3, 0, sheet=name)], [findings((name, 3, 0))], (name, 3, 0)))
    sheet = result.worksheets[0]
    assert len(sheet.title) <= 31
    assert fill_of(sheet["A3"]) == FILLS["error"]
    assert result["Funn"]["C5"].hyperlink.location == f"'{sheet.title}'!A3"
    assert result.active.title == sheet.title


# Other programs


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_libreoffice_opens_it_and_sees_the_same_cells(tmp_path):
    (tmp_path / "before.xlsx").write_bytes(RICH)
    marks = [item for item in RICH_MARKS if item.row != 60]  # a filled cell further down would make the csv longer
    (tmp_path / "after.xlsx").write_bytes(annotate(RICH, marks, [findings(("Timer", 5, 4))]))
    (tmp_path / "strict.xlsx").write_bytes(annotate(small_workbook(PLAIN, strict=True), [mark(2, 0)], [findings()]))
    book = Workbook("x.ods", "ods", "", (sheet_of("Timer", CELLS),))
    (tmp_path / "copy.xlsx").write_bytes(copy_annotated(book, [mark(3, 0)], [findings()]))
    office = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    names = ["before.xlsx", "after.xlsx", "strict.xlsx", "copy.xlsx"]
    subprocess.run([*office, "csv", "--outdir", tmp_path, *names], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(
        [*office, "xlsx", "--outdir", tmp_path / "saved", *names[1:]], cwd=tmp_path, check=True, capture_output=True
    )
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()
    saved = load((tmp_path / "saved" / "after.xlsx").read_bytes())
    assert saved.sheetnames[-1] == "Funn"
    assert fill_of(saved["Timer"]["E5"]) == FILLS["error"]
    assert "Timer er ikke et tall." in saved["Timer"]["E5"].comment.text
    assert saved["Funn"]["C5"].hyperlink.location is not None
    assert saved.defined_names["_momentsheet.findings"].value == "Funn!$A$1"
    again = load(annotate((tmp_path / "saved" / "after.xlsx").read_bytes(), [mark(5, 4, note="Ny.")], []))
    assert again["Timer"]["E5"].comment.text.count("Moment import") == 1
    for name in ("strict", "copy"):
        sheet = load((tmp_path / "saved" / f"{name}.xlsx").read_bytes())["Timer"]
        cell = "A2" if name == "strict" else "A3"
        assert (fill_of(sheet[cell]), "Moment import" in sheet[cell].comment.text) == (FILLS["error"], True)


@pytest.mark.skipif(not CORPUS.exists(), reason="no collection of spreadsheets here")
def test_every_readable_workbook_of_the_collection_is_annotated_and_reads_the_same():
    annotated = 0
    for path in sorted(CORPUS.glob("*.xl[st][xm]")):
        data = path.read_bytes()
        try:
            before = contents(book := read_workbook(data, path.name))
        except UnusableFile:
            continue
        places = [*itertools.islice(before, 5), (book.sheets[0].name, 77, 9)]
        marks = [mark(row, column, rank=rank, sheet=sheet) for rank, (sheet, row, column) in enumerate(places)]
        result = annotate(data, marks, [findings(*places)], places[0])
        after = read_workbook(result, path.name)
        ours = after.sheets[-1].name
        kept = {place: value for place, value in contents(after).items() if place[0] != ours}
        if not any(name.startswith("xl/macrosheets") for name in members(data)):
            assert kept == before, path.name
        for name in members(result):
            if name.endswith((".xml", ".rels")) and members(result)[name].file_size < 1_000_000:
                ET.fromstring(part(result, name))
        annotated += 1
    assert annotated >= 95


# Written piece by piece


def test_what_waits_in_a_file_gives_the_same_bytes_and_no_piece_is_large():
    whole = annotate(RICH, RICH_MARKS, [findings(("Timer", 5, 4))], ("Timer", 5, 4))
    with tempfile.TemporaryFile() as store:
        pieces = [
            bytes(piece)
            for piece in annotated_pieces(RICH, RICH_MARKS, [findings(("Timer", 5, 4))], ("Timer", 5, 4), store=store)
        ]
        assert b"".join(pieces) == whole
        assert store.tell() > 0
    many = [mark(row, 2) for row in range(1, 200)]
    with tempfile.TemporaryFile() as store:
        listing = findings(rows=[(ListedCell(f"{hash_of(row)}"),) for row in range(20_000)])
        sizes = [len(piece) for piece in annotated_pieces(RICH, many, [listing], store=store)]
    assert sum(sizes) > 600_000 > 2 * max(sizes)


def hash_of(number):
    """Letters that cannot be packed well."""
    return hashlib.sha256(str(number).encode()).hexdigest()
