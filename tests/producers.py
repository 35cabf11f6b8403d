"""A collection of workbooks as many programs write them, each with a feature that a patch of the file could break.

`workbook()` gives each by its name. Most are written by hand, for libraries do not write what Excel, Google Sheets, WPS
and others do; the rest by XlsxWriter and openpyxl. `saved_by_libreoffice()` adds what LibreOffice makes of some.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import subprocess
import warnings
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import openpyxl
import xlsxwriter
from ooxml import HEAD, MAIN, RELATIONS, SHEET_TYPE, STRICT_MAIN, STRICT_RELATIONS, Parts, package, parts, prefixed
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table
from test_annotate import RICH, picture

# ruff: noqa: E501 - XML is written as the programs write it

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NOT_STRICT = "http://schemas.microsoft.com/office"
_makers: dict[str, Callable[[], bytes]] = {}


def made(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Puts what the function makes into the collection."""

    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        _makers[name] = make
        return make

    return keep


def names() -> list[str]:
    return list(_makers)


@cache
def workbook(name: str) -> bytes:
    return _makers[name]()


# What LibreOffice makes of them

FOR_LIBREOFFICE = (
    "xlsxwriter: everything", "xlsxwriter: conditional formats", "xlsxwriter: validations", "xlsxwriter: merged cells",
    "xlsxwriter: hidden rows, columns and sheets", "xlsxwriter: notes", "xlsxwriter: rich text and hyperlinks",
    "openpyxl: chart and image", "excel: as saved", "google sheets: notes and filter",
)  # fmt: skip


def saved_by_libreoffice(folder: Path) -> dict[str, bytes]:
    """Some of the collection, opened and saved by LibreOffice; in one go, for it takes seconds to start."""
    for place, name in enumerate(FOR_LIBREOFFICE):
        (folder / f"{place}.xlsx").write_bytes(workbook(name))
    files = [f"{place}.xlsx" for place in range(len(FOR_LIBREOFFICE))]
    office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*office, "--outdir", "saved", *files], cwd=folder, check=True, capture_output=True)
    return {
        f"libreoffice: {name}": (folder / "saved" / file).read_bytes()
        for name, file in zip(FOR_LIBREOFFICE, files, strict=True)
    }


# XlsxWriter


def written(fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    book.set_properties({"created": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)})
    fill(book)
    book.close()
    return target.getvalue()


def hours(book: xlsxwriter.Workbook, name: str = "Timer", rows: int = 12):
    """A sheet of hours with dates, formulas with results, a gap in row 9 and blanks in column D."""
    sheet = book.add_worksheet(name)
    date = book.add_format({"num_format": "dd.mm.yyyy"})
    number = book.add_format({"num_format": "0.00", "border": 1, "bg_color": "#E2EFDA"})
    for column, text in enumerate(("E-post", "Dato", "Timer", "Merknad", "Sum")):
        sheet.write_string(0, column, text, book.add_format({"bold": True}))
    for row in (row for row in range(1, rows) if row != 8):
        sheet.write_string(row, 0, f"ansatt{row % 3}@fjord.example")
        sheet.write_datetime(row, 1, dt.datetime(2025, 1, 1) + dt.timedelta(row), date)  # noqa: DTZ001
        sheet.write_number(row, 2, row / 2, number)
        sheet.write_formula(row, 4, f"=C{row + 1}*2", number, row)
    return sheet


@made("xlsxwriter: plain")
def _() -> bytes:
    return written(hours)


@made("xlsxwriter: everything")
def _() -> bytes:
    return RICH


@made("xlsxwriter: constant memory, inline strings")
def _() -> bytes:
    return written(hours, constant_memory=True)


@made("xlsxwriter: tables with totals")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Timer")
        columns = [{"header": "Navn", "total_string": "Sum"}, {"header": "Timer", "total_function": "sum"}]
        data = [["Kari", 1], ["Ola", 2]]
        sheet.add_table("A1:B4", {"data": data, "columns": columns, "total_row": True, "name": "Timeliste"})
        sheet.add_table("D2:E4", {"data": data, "header_row": False, "autofilter": False})

    return written(fill)


@made("xlsxwriter: conditional formats")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        red = book.add_format({"bg_color": "#FF0000", "num_format": "0.0"})
        sheet.conditional_format("C2:C9", {"type": "cell", "criteria": ">", "value": 2, "format": red})
        sheet.conditional_format("C2:C9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("E2:E9", {"type": "icon_set", "icon_style": "3_traffic_lights"})
        sheet.conditional_format("E2:E9", {"type": "3_color_scale"})
        sheet.conditional_format("A2:A9", {"type": "duplicate", "format": red})
        sheet.conditional_format("B2:B9", {"type": "formula", "criteria": "=$B2>TODAY()", "stop_if_true": True})

    return written(fill)


@made("xlsxwriter: validations")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.data_validation("D2:D99", {"validate": "list", "source": ["Åpen", "Lukket & låst"]})
        sheet.data_validation("A2:A99", {"validate": "list", "source": "=Lister!$A$1:$A$3"})
        sheet.data_validation("C2:C99", {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 24})
        sheet.data_validation("B2", {"validate": "custom", "value": "=B2<TODAY()", "input_title": "Dato"})
        book.add_worksheet("Lister").write_column("A1", ["a", "b", "c"])

    return written(fill)


@made("xlsxwriter: merged cells")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.merge_range("A14:C16", "slått sammen", book.add_format({"border": 2}))
        sheet.merge_range("G1:G200", "høy")
        sheet.merge_range("E20:F20", 7)

    return written(fill)


@made("xlsxwriter: hidden rows, columns and sheets")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_row(5, None, None, {"level": 2, "collapsed": True})
        sheet.set_column("C:C", 12, None, {"hidden": True, "level": 1})
        sheet.set_default_row(hide_unused_rows=True)
        hours(book, "Skjult").hide()
        hours(book, "Godt skjult").very_hidden()

    return written(fill)


@made("xlsxwriter: notes")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.write_comment("A2", "Hvem er dette? <&>", {"author": "Kari"})
        sheet.write_comment("C4", "Husk\nlinje to", {"visible": True, "x_scale": 2, "color": "#C0C0C0"})
        sheet.write_comment("D5", "på en tom celle")
        hours(book, "Uten notater")

    return written(fill)


@made("xlsxwriter: more than 1,024 notes")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("Timer", "Andre"):
            sheet = hours(book, name)
            for row in range(1100):
                sheet.write_comment(row, 6, f"nr. {row}")

    return written(fill)


@made("xlsxwriter: buttons only in the drawing")
def _() -> bytes:
    return written(lambda book: hours(book).insert_button("G3", {"caption": "Knapp", "macro": "m"}))


@made("xlsxwriter: images in sheet, cell, background and header")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.insert_image("H2", "a.png", {"image_data": io.BytesIO(picture()), "url": "https://fjord.example"})
        sheet.embed_image("F3", "b.png", {"image_data": io.BytesIO(picture())})
        sheet.set_background(io.BytesIO(picture()))
        sheet.set_header("&L&G", {"image_left": "c.png", "image_data_left": io.BytesIO(picture())})
        sheet.insert_textbox("H9", "Tekst i boks")

    return written(fill)


@made("xlsxwriter: charts and a chart sheet")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        for place, kind in enumerate(("column", "line", "pie")):
            chart = book.add_chart({"type": kind})
            chart.add_series({"values": "=Timer!$C$2:$C$8", "categories": "=Timer!$A$2:$A$8"})
            sheet.insert_chart(2, 8 + place, chart)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Timer!$C$2:$C$8"})
        book.add_chartsheet("Diagram").set_chart(chart)

    return written(fill)


@made("xlsxwriter: names, protection, frozen panes, print settings")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.protect("hemmelig", {"sort": True, "autofilter": True})
        sheet.unprotect_range("C2:C9", "timer")
        sheet.freeze_panes(1, 1, 4, 2)
        sheet.repeat_rows(0)
        sheet.print_area("A1:E12")
        sheet.set_h_pagebreaks([5])
        book.define_name("timer", "=Timer!$C$2:$C$9")
        book.define_name("Timer!lokal", "=Timer!$A$1")
        other = hours(book, "O'Hara & sønn")
        other.split_panes(30, 20)
        other.activate()
        other.set_first_sheet()

    return written(fill)


@made("xlsxwriter: filter with hidden rows")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.autofilter("A1:E12")
        sheet.filter_column("C", "x > 2")
        for row in range(1, 5):
            sheet.set_row(row, None, None, {"hidden": True})

    return written(fill)


@made("xlsxwriter: rich text and hyperlinks")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        bold = book.add_format({"bold": True, "color": "white"})
        sheet.write_rich_string("D2", "vanlig ", bold, "fet", " og ", book.add_format({"italic": True}), "skrå")
        sheet.write_url("D3", "https://fjord.example/a?b=1&c=2", string="lenke", tip="hjelp")
        sheet.write_url("D4", "internal:'Timer'!A1")
        sheet.write_string("D5", "  mellomrom\nog ny linje \x07 _x0041_ ")

    return written(fill)


@made("xlsxwriter: dates from 1904")
def _() -> bytes:
    return written(hours, date_1904=True)


@made("xlsxwriter: sparklines, dynamic arrays, booleans, errors")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        sheet.add_sparkline("G2", {"range": "Timer!C2:C8"})
        sheet.write_dynamic_array_formula("H2:H4", "=SORT(C2:C4)", None, 0.5)
        sheet.write_array_formula("I2:I3", "{=C2:C3*2}", None, 1)
        sheet.write_boolean("D2", True)
        sheet.write_formula("D3", "=1/0", None, "#DIV/0!")
        sheet.write_formula("D4", '="a"&"b"', None, "ab")
        sheet.write_formula("D6", "=TRUE", None, True)
        sheet.ignore_errors({"number_stored_as_text": "A1:A9"})

    return written(fill)


@made("xlsxwriter: styles of columns and rows")
def _() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = hours(book)
        for letter, color in (("A", "#111111"), ("D", "#FFC7CE"), ("G", "#9C0006")):
            sheet.set_column(f"{letter}:{letter}", 9, book.add_format({"bg_color": color, "font_color": "white"}))
        sheet.set_row(8, 40, book.add_format({"num_format": "0.000", "italic": True}))
        sheet.set_row(13, None, book.add_format({"num_format": "yyyy"}))

    return written(fill)


# openpyxl


def saved(fill: Callable[[openpyxl.Workbook], None], **options: bool) -> bytes:
    book = openpyxl.Workbook(**options)
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def simple(book: openpyxl.Workbook):
    sheet = book.active or book.create_sheet()
    sheet.title = "Timer"
    for row in (["E-post", "Dato", "Timer", None, "Sum"], *([f"a{n}@fjord.example", dt.date(2025, 1, n), n / 4, None,
                f"=C{n + 1}*2"] for n in range(1, 9))):  # fmt: skip
        sheet.append(row)
    return sheet


@made("openpyxl: plain")
def _() -> bytes:
    return saved(simple)


@made("openpyxl: write-only")
def _() -> bytes:
    return saved(lambda book: [book.create_sheet("Timer").append(["a", 1, True, None, 2.5])], write_only=True)


@made("openpyxl: notes")
def _() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = simple(book)
        for cell in ("A2", "D3", "C7"):
            sheet[cell].comment = Comment(f"Om {cell}", "Kari")

    return saved(fill)


@made("openpyxl: chart and image")
def _() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = simple(book)
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=9), titles_from_data=True)
        sheet.add_chart(chart, "H2")
        book.create_chartsheet("Diagram").add_chart(BarChart())
        sheet.row_dimensions[4].outlineLevel = 1

    return saved(fill)


@made("openpyxl: formats, validations, protection, table, array formula")
def _() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = simple(book)
        sheet.conditional_formatting.add("C2:C9", CellIsRule("greaterThan", ["1"], fill=PatternFill(bgColor="FFFF00")))
        sheet.conditional_formatting.add("C2:C9", ColorScaleRule("min", None, "FF0000", "max", None, "00FF00"))
        rule = DataValidation("list", formula1='"Ja,Nei"', showDropDown=False)
        rule.add("D2:D99")
        sheet.add_data_validation(rule)
        sheet.protection.sheet = True
        sheet["C2"].protection = Protection(locked=False)
        sheet["C3"].font = Font(color="FFFFFF", b=True)
        sheet["G2"] = ArrayFormula("G2:G4", "=C2:C4*2")
        book.create_sheet("Tabell").append(["Navn", "Tall"])
        book["Tabell"].append(["x", 1])
        book["Tabell"].add_table(Table(displayName="T1", ref="A1:B2"))
        book["Tabell"].sheet_state = "hidden"

    return saved(fill)


@made("openpyxl: a workbook of XlsxWriter saved again")
def _() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(RICH))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# By hand

STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><color theme="1"/><name val="Calibri"/></font><font><b/><sz val="11"/>'
    '<color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor theme="4" tint="0.4"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/>'
    '<right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"'
    ' borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0"><alignment wrapText="1"/><protection locked="0"/></xf>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFill="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles><dxfs count="0"/>'
    '<tableStyles count="0" defaultTableStyle="TableStyleMedium2"/>'
)
STRINGS = (
    "<si><t>E-post</t></si><si><t>Dato</t></si><si><t>Timer</t></si><si><t>kari@fjord.example</t></si>"
    '<si><r><t xml:space="preserve">to </t></r><r><rPr><b/><sz val="11"/></rPr><t>biter</t></r></si>'
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="0"/></si><si><t/></si>'
)
ROWS = (
    '<row r="1" spans="1:5" s="3" customFormat="1"><c r="A1" s="3" t="s"><v>0</v></c><c r="B1" s="3" t="s"><v>1</v></c>'
    '<c r="C1" s="3" t="s"><v>2</v></c></row><row r="2" spans="1:5"><c r="A2" t="s"><v>3</v></c><c r="B2" s="1"><v>45658'
    '</v></c><c r="C2" s="2"><v>7.5</v></c><c r="E2"><f>C2*2</f><v>15</v></c></row><row r="3"><c r="A3" t="s"><v>4</v></c>'
    '<c r="B3" s="1"/><c r="C3" s="2"><f t="shared" ref="C3:C4" si="0">C2+1</f><v>8.5</v></c><c r="D3" t="b"><v>1</v></c>'
    '<c r="E3" t="str"><f>A2&amp;"!"</f><v>kari@fjord.example!</v></c></row><row r="4" ht="30" customHeight="1">'
    '<c r="A4" t="s"><v>5</v></c><c r="C4" s="2"><f t="shared" si="0"/><v>9.5</v></c><c r="D4" t="e"><v>#N/A</v></c></row>'
    '<row r="6" s="2" customFormat="1"/><row r="7"><c r="B7" t="s"><v>6</v></c></row>'
)
DATA = f"<sheetData>{ROWS}</sheetData>"
MARGINS = '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
COLUMNS = '<cols><col min="1" max="1" width="24.7" customWidth="1"/><col min="2" max="3" width="11" style="1"/></cols>'
VIEW = '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><selection activeCell="C5" sqref="C5"/></sheetView></sheetViews>'
WHOLE = (
    f'<dimension ref="A1:E7"/>{VIEW}<sheetFormatPr defaultRowHeight="14.4"/>{COLUMNS}{DATA}'
    f'<phoneticPr fontId="0" type="noConversion"/>{MARGINS}'
)
PLAIN_XML = f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{WHOLE}</worksheet>'

Tie = tuple[str, str]  # type of a relationship (its last word, or the whole URI), part


def by_hand(sheet: str = WHOLE, **options: object) -> Parts:
    return parts(sheets={"Timer": sheet}, strings=STRINGS, styles=STYLES, **options)  # type: ignore[arg-type]


def tied(book: Parts, source: str, ties: Mapping[str, Tie], files: Mapping[str, tuple[str, str | bytes]]) -> Parts:
    """The workbook with more parts (name -> content type, content) and relationships of `source` (id -> tie)."""
    folder, _, name = source.rpartition("/")
    part = f"{folder}/_rels/{name}.rels".lstrip("/")
    entries = "".join(
        f'<Relationship Id="{key}" Type="{kind if ":" in kind else f"{RELATIONS}/{kind}"}" Target="{target}"'
        + (' TargetMode="External"' if "://" in target else "") + "/>"
        for key, (kind, target) in ties.items()
    )  # fmt: skip
    empty = (
        f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    )
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in files.items() if kind
    )
    return book.and_({
        part: str(book.files.get(part, empty)).replace("</Relationships>", f"{entries}</Relationships>"),
        "[Content_Types].xml": str(book.files["[Content_Types].xml"]).replace("</Types>", f"{overrides}</Types>"),
        **{name: content for name, (_, content) in files.items()},
    })  # fmt: skip


def defaults(book: Parts, **kinds: str) -> Parts:
    types = str(book.files["[Content_Types].xml"])
    more = "".join(f'<Default Extension="{suffix}" ContentType="{kind}"/>' for suffix, kind in kinds.items())
    return book.and_({"[Content_Types].xml": types.replace("<Override", f"{more}<Override", 1)})


def with_sheet(xml: str | bytes) -> bytes:
    return by_hand().with_(sheet1=xml).zip()


SHEET1 = "xl/worksheets/sheet1.xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"


def vml(*shapes: str) -> str:
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"\r\n'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n <o:shapelayout v:ext="edit">\r\n  '
        '<o:idmap v:ext="edit" data="1"/>\r\n </o:shapelayout>' + "".join(shapes) + "</xml>"
    )


def note_shape(number: int, row: int, column: int) -> str:
    return (
        f'<v:shape id="_x0000_s{1024 + number}" type="#_x0000_t202" style=\'position:absolute;visibility:hidden\'>'
        "<v:fill color2=\"#ffffe1\"/><v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div>"
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>\r\n'
        f"    {column + 1}, 15, {row}, 2, {column + 3}, 31, {row + 4}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


NOTE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
CHECK_BOX = (
    '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe"/>'
    '<v:shape id="_x0000_s1025" type="#_x0000_t201" style=\'position:absolute\'><v:textbox><div><font face="Segoe UI">'
    'Valg 1</font></div></v:textbox><x:ClientData ObjectType="Checkbox"><x:Anchor>5, 10, 1, 5, 6, 20, 2, 15</x:Anchor>'
    "<x:FmlaLink>$F$2</x:FmlaLink></x:ClientData></v:shape>"
)


def comments(*notes: tuple[str, str], author: str = "Kari") -> str:
    items = "".join(f'<comment ref="{cell}" authorId="0" shapeId="0">{text}</comment>' for cell, text in notes)
    return (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>{author}</author></authors>'
        f"<commentList>{items}</commentList></comments>"
    )


def with_notes(sheet: str, notes_part: str, shapes: str, *, base: Parts | None = None) -> Parts:
    book = base or by_hand(sheet.replace(MARGINS, f'{MARGINS}<legacyDrawing r:id="rId9"/>'))
    ties = {"rId8": ("comments", "../comments1.xml"), "rId9": ("vmlDrawing", "../drawings/vmlDrawing1.vml")}
    files = {
        "xl/comments1.xml": (f"{SHEET_TYPE}.comments+xml", notes_part), "xl/drawings/vmlDrawing1.vml": ("", shapes),
    }  # fmt: skip
    return tied(defaults(book, vml=VML_TYPE), SHEET1, ties, files)


@made("excel: as saved")
def _() -> bytes:
    spaces = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" xmlns:x14ac='
        '"http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" xmlns:xr='
        '"http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{00000000-0001-0000-0000-000000000000}"'
    )
    xml = PLAIN_XML.replace(">", f" {spaces}>", 2).replace(f" {spaces}>", ">", 1)
    xml = re.sub(r"(<row [^>]*?)(/?>)", r'\1 x14ac:dyDescent="0.3"\2', xml)
    book = by_hand(
        workbook='<fileVersion appName="xl" lastEdited="7"/><workbookPr defaultThemeVersion="166925"/><bookViews>'
        '<workbookView xWindow="-108" yWindow="-108" windowWidth="23256" windowHeight="12576"/></bookViews>'
        '|<calcPr calcId="191029" fullCalcOnLoad="0"/>',
        properties={"Prosjekt": "Bro & tunnel"},
    ).with_(sheet1=xml)
    chain = f'{HEAD}<calcChain xmlns="{MAIN}"><c r="E2" i="1"/><c r="C3"/><c r="C4"/><c r="E3"/></calcChain>'
    return tied(
        book, "xl/workbook.xml", {"rId7": ("calcChain", "calcChain.xml")},
        {"xl/calcChain.xml": (f"{SHEET_TYPE}.calcChain+xml", chain)},
    ).zip()  # fmt: skip


@made("excel: strict")
def _() -> bytes:
    return by_hand(strict=True).zip()


@made("excel: strict with notes, as it writes them")
def _() -> bytes:
    choice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice '
        'xmlns:v="urn:schemas-microsoft-com:vml" Requires="v"><legacyDrawing r:id="rId9"/></mc:Choice></mc:AlternateContent>'
    )
    base = by_hand(WHOLE.replace(MARGINS, MARGINS + choice), strict=True)
    book = with_notes("", comments(("A2", "<text><t>Hei</t></text>")), vml(NOTE_TYPE, note_shape(1, 2, 0)), base=base)
    relations = "xl/worksheets/_rels/sheet1.xml.rels"
    files = {name: str(text).replace(MAIN, STRICT_MAIN) for name, text in book.files.items() if "comments1" in name}
    kinds = str(book.files[relations]).replace(f"{RELATIONS}/comments", f"{STRICT_RELATIONS}/comments")
    return book.and_({**files, relations: kinds}).zip()


RICH_NOTE = (
    '<text><r><rPr><b/><sz val="9"/><color indexed="81"/><rFont val="Tahoma"/></rPr><t>Kari:</t></r><r><t '
    'xml:space="preserve">\nSe på denne</t></r></text>'
)


@made("excel: notes")
def _() -> bytes:
    notes_part = comments(("A2", RICH_NOTE), ("C3", "<text><t>Bare tekst</t></text>"))
    return with_notes(WHOLE, notes_part, vml(NOTE_TYPE, note_shape(1, 2, 0), note_shape(2, 3, 2))).zip()


@made("excel: threaded comments")
def _() -> bytes:
    legacy = "<text><t>[Trådet kommentar]\n\nhei</t></text>"
    notes_part = comments(("A2", legacy), ("D3", legacy), author="tc={6F2F3F0B-0001-4A3E-9C1B-AAAAAAAAAAAA}")
    thread = (
        f'{HEAD}<ThreadedComments xmlns="{NOT_STRICT}/spreadsheetml/2018/threadedcomments" xmlns:x="{MAIN}">'
        '<threadedComment ref="A2" dT="2025-01-01T00:00:00.00" personId="{B0}" id="{6F2F3F0B-0001}"><text>hei</text>'
        '</threadedComment><threadedComment ref="D3" personId="{B0}" id="{6F2F}"><text>hei</text></threadedComment>'
        "</ThreadedComments>"
    )
    people = (
        f'{HEAD}<personList xmlns="{NOT_STRICT}/spreadsheetml/2018/threadedcomments"><person displayName="Kari" '
        'id="{B0}" userId="kari" providerId="None"/></personList>'
    )
    kind = "http://schemas.microsoft.com/office/2017/10/relationships"
    book = with_notes(WHOLE, notes_part, vml(NOTE_TYPE, note_shape(1, 2, 0), note_shape(2, 3, 3)))
    book = tied(
        book, SHEET1, {"rId10": (f"{kind}/threadedComment", "../threadedComments/threadedComment1.xml")},
        {"xl/threadedComments/threadedComment1.xml": ("application/vnd.ms-excel.threadedcomments+xml", thread)},
    )  # fmt: skip
    return tied(
        book, "xl/workbook.xml", {"rId20": (f"{kind}/person", "persons/person.xml")},
        {"xl/persons/person.xml": ("application/vnd.ms-excel.person+xml", people)},
    ).zip()  # fmt: skip


@made("excel: form controls")
def _() -> bytes:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    controls = (
        f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice Requires="x14" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><controls><mc:AlternateContent>'
        '<mc:Choice Requires="x14"><control shapeId="1025" r:id="rId4" name="Valg 1"/></mc:Choice></mc:AlternateContent>'
        "</controls></mc:Choice></mc:AlternateContent>"
    )
    book = by_hand(WHOLE.replace(MARGINS, f'{MARGINS}<legacyDrawing r:id="rId9"/>{controls}'))
    control = (
        '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" objectType="CheckBox"/>'
    )
    return tied(
        defaults(book, vml=VML_TYPE), SHEET1,
        {"rId9": ("vmlDrawing", "../drawings/vmlDrawing1.vml"), "rId4": ("ctrlProp", "../ctrlProps/ctrlProp1.xml")},
        {
            "xl/drawings/vmlDrawing1.vml": ("", vml(CHECK_BOX)),
            "xl/ctrlProps/ctrlProp1.xml": ("application/vnd.ms-excel.controlproperties+xml", control),
        },
    ).zip()  # fmt: skip


@made("excel: header picture beside notes, both with shapes")
def _() -> bytes:
    sheet = WHOLE.replace(MARGINS, f'{MARGINS}<headerFooter><oddHeader>&amp;L&amp;G</oddHeader></headerFooter>'
                          '<legacyDrawing r:id="rId9"/><legacyDrawingHF r:id="rId5"/>')  # fmt: skip
    notes_part = comments(("A2", RICH_NOTE))
    book = with_notes("", notes_part, vml(NOTE_TYPE, note_shape(1, 2, 0)), base=by_hand(sheet))
    head = vml('<v:shape id="LH" o:spid="_x0000_s3073" type="#_x0000_t75"/>').replace('data="1"', 'data="3"')
    return tied(
        book, SHEET1, {"rId5": ("vmlDrawing", "../drawings/vmlDrawing2.vml")},
        {"xl/drawings/vmlDrawing2.vml": ("", head)},
    ).zip()  # fmt: skip


@made("excel: pivot table")
def _() -> bytes:
    book = parts(
        sheets={"Timer": WHOLE, "Pivot": '<row r="3"><c r="A3" t="inlineStr"><is><t>Sum</t></is></c></row>'},
        strings=STRINGS, styles=STYLES, workbook='|<pivotCaches><pivotCache cacheId="1" r:id="rId30"/></pivotCaches>',
    )  # fmt: skip
    cache_part = (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATIONS}" r:id="rId1" recordCount="1"><cacheSource '
        'type="worksheet"><worksheetSource ref="A1:C2" sheet="Timer"/></cacheSource><cacheFields count="1">'
        '<cacheField name="E-post"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>'
    )
    records = (
        f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" count="1"><r><s v="kari@fjord.example"/></r></pivotCacheRecords>'
    )
    table = (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="Pivot1" cacheId="1" dataCaption="Verdier"><location '
        'ref="A3:B4" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/></pivotTableDefinition>'
    )
    definition = "pivotCache/pivotCacheDefinition1.xml"
    book = tied(
        book, "xl/workbook.xml", {"rId30": ("pivotCacheDefinition", definition)},
        {f"xl/{definition}": (f"{SHEET_TYPE}.pivotCacheDefinition+xml", cache_part)},
    )  # fmt: skip
    book = tied(
        book, f"xl/{definition}", {"rId1": ("pivotCacheRecords", "pivotCacheRecords1.xml")},
        {"xl/pivotCache/pivotCacheRecords1.xml": (f"{SHEET_TYPE}.pivotCacheRecords+xml", records)},
    )  # fmt: skip
    book = tied(
        book, "xl/worksheets/sheet2.xml", {"rId1": ("pivotTable", "../pivotTables/pivotTable1.xml")},
        {"xl/pivotTables/pivotTable1.xml": (f"{SHEET_TYPE}.pivotTable+xml", table)},
    )  # fmt: skip
    return tied(
        book, "xl/pivotTables/pivotTable1.xml", {"rId1": ("pivotCacheDefinition", f"../{definition}")}, {}
    ).zip()  # fmt: skip


@made("excel: external links")
def _() -> bytes:
    link = (
        f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"><sheetNames><sheetName '
        'val="Priser"/></sheetNames></externalBook></externalLink>'
    )
    book = tied(
        by_hand(workbook='|<externalReferences><externalReference r:id="rId31"/></externalReferences>'
                '<definedNames><definedName name="pris">[1]Priser!$A$1</definedName></definedNames>'),
        "xl/workbook.xml", {"rId31": ("externalLink", "externalLinks/externalLink1.xml")},
        {"xl/externalLinks/externalLink1.xml": (f"{SHEET_TYPE}.externalLink+xml", link)},
    )  # fmt: skip
    target = {"rId1": ("externalLinkPath", "file:///C:/priser.xlsx")}
    return tied(book, "xl/externalLinks/externalLink1.xml", target, {}).zip()


@made("excel: custom XML and label")
def _() -> bytes:
    properties = '<ds:datastoreItem ds:itemID="{B1}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>'
    book = tied(
        by_hand(), "", {"rId9": ("customXml", "customXml/item1.xml")},
        {
            "customXml/item1.xml": ("", "<firma xmlns='urn:fjord'><navn>Fjord</navn></firma>"),
            "customXml/itemProps1.xml": ("application/vnd.openxmlformats-officedocument.customXmlProperties+xml", properties),
        },
    )  # fmt: skip
    return tied(book, "customXml/item1.xml", {"rId1": ("customXmlProps", "itemProps1.xml")}, {}).zip()


@made("excel: digitally signed")
def _() -> bytes:
    kind = "http://schemas.openxmlformats.org/package/2006"
    signature = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="idPackageSignature"><SignedInfo>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/></SignedInfo></Signature>'
    )
    book = tied(
        defaults(by_hand(), sigs="application/vnd.openxmlformats-package.digital-signature-origin"), "",
        {"rId5": (f"{kind}/relationships/digital-signature/origin", "_xmlsignatures/origin.sigs")},
        {
            "_xmlsignatures/origin.sigs": ("", b""),
            "_xmlsignatures/sig1.xml": ("application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml", signature),
        },
    )  # fmt: skip
    relation = {"rId1": (f"{kind}/relationships/digital-signature/signature", "sig1.xml")}
    return tied(book, "_xmlsignatures/origin.sigs", relation, {}).zip()


@made("excel: query, connection, printer settings")
def _() -> bytes:
    book = by_hand(WHOLE.replace(MARGINS, f'{MARGINS}<pageSetup paperSize="9" orientation="landscape" r:id="rId1"/>'))
    connections = (
        f'{HEAD}<connections xmlns="{MAIN}"><connection id="1" name="q" type="5" refreshedVersion="8"/></connections>'
    )
    query = f'{HEAD}<queryTable xmlns="{MAIN}" name="q" connectionId="1"/>'
    printer = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
    book = tied(
        book, "xl/workbook.xml", {"rId32": ("connections", "connections.xml")},
        {"xl/connections.xml": (f"{SHEET_TYPE}.connections+xml", connections)},
    )  # fmt: skip
    return tied(
        book, SHEET1,
        {"rId1": ("printerSettings", "../printerSettings/printerSettings1.bin"), "rId2": ("queryTable", "../queryTables/queryTable1.xml")},
        {
            "xl/printerSettings/printerSettings1.bin": (printer, bytes(range(256)) * 4),
            "xl/queryTables/queryTable1.xml": (f"{SHEET_TYPE}.queryTable+xml", query),
        },
    ).zip()  # fmt: skip


@made("excel: filter, sort state, protected ranges, breaks, watches, extensions")
def _() -> bytes:
    behind = (
        '<sheetCalcPr fullCalcOnLoad="1"/><sheetProtection algorithmName="SHA-512" hashValue="aGVp" saltValue="aGVp" '
        'spinCount="100000" sheet="1"/><protectedRanges><protectedRange sqref="C2:C9" name="timer"/></protectedRanges>'
        '<autoFilter ref="A1:E7"><filterColumn colId="2"><filters><filter val="7,50"/></filters></filterColumn>'
        '<sortState ref="A2:E7"><sortCondition descending="1" ref="C2:C7"/></sortState></autoFilter><mergeCells count="1">'
        '<mergeCell ref="D6:E9"/></mergeCells>'
    )
    after = (
        '<rowBreaks count="1" manualBreakCount="1"><brk id="4" max="16383" man="1"/></rowBreaks><cellWatches><cellWatch '
        'r="C2"/></cellWatches><ignoredErrors><ignoredError sqref="A1:E7" numberStoredAsText="1"/></ignoredErrors>'
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/'
        'spreadsheetml/2009/9/main"><x14:dataValidations count="0"/></ext></extLst>'
    )
    sheet = WHOLE.replace("</sheetData>", f"</sheetData>{behind}").replace(MARGINS, MARGINS + after)
    return by_hand(sheet).zip()


@made("excel: several windows, frozen panes, custom views")
def _() -> bytes:
    views = (
        '<sheetViews><sheetView tabSelected="1" zoomScale="80" workbookViewId="0"><pane xSplit="1" ySplit="1" '
        'topLeftCell="B40" activePane="bottomRight" state="frozen"/><selection pane="topRight"/><selection pane="bottomLeft"'
        '/><selection pane="bottomRight" activeCell="C41" sqref="C41:D42"/></sheetView><sheetView workbookViewId="1"/></sheetViews>'
    )
    custom = (
        '<customSheetViews><customSheetView guid="{5B1A5B1A-0000-0000-0000-000000000000}"><pageMargins left="1" right="1" '
        'top="1" bottom="1" header="0" footer="0"/></customSheetView></customSheetViews>'
    )
    sheet = WHOLE.replace(VIEW, views).replace("<phoneticPr", f"{custom}<phoneticPr")
    return by_hand(
        sheet, workbook='<bookViews><workbookView firstSheet="0" activeTab="0"/><workbookView/></bookViews>|'
        '<customWorkbookViews><customWorkbookView name="v" guid="{5B1A5B1A-0000-0000-0000-000000000000}" windowWidth="9" '
        'windowHeight="9" activeSheetId="1"/></customWorkbookViews>',
    ).zip()  # fmt: skip


def many_styles(count: int) -> bytes:
    xfs = "".join(
        f'<xf numFmtId="{place % 50}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for place in range(4, count)
    )
    styles = STYLES.replace('<cellXfs count="4">', f'<cellXfs count="{count}">').replace(
        "</cellXfs>", f"{xfs}</cellXfs>"
    )
    return parts(sheets={"Timer": WHOLE}, strings=STRINGS, styles=styles).zip()


@made("excel: nearly as many styles as it allows")
def _() -> bytes:
    return many_styles(65_460)


@made("excel: as many styles as it allows")
def _() -> bytes:
    return many_styles(65_490)


GOOGLE = (
    '<sheetPr><outlinePr summaryBelow="0" summaryRight="0"/></sheetPr><sheetViews><sheetView workbookViewId="0"/>'
    '</sheetViews><sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/><sheetData><row r="1">'
    '<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="1" t="s"><v>3</v></c>'
    '<c r="B2" s="2"><v>45658.0</v></c><c r="C2" s="1"><f>7.5</f><v>7.5</v></c></row><row r="3"><c r="C3" s="1"><f t="shared" '
    'ref="C3:C4" si="1">C2</f><v>7.5</v></c></row><row r="4"><c r="C4" s="1"><f t="shared" si="1"/><v>7.5</v></c></row>'
    '<row r="6" ht="15.75" customHeight="1"><c r="D6" t="str"><f>IFERROR(__xludf.DUMMYFUNCTION("ARRAYFORMULA(1)"),"ja")</f>'
    "<v>ja</v></c></row></sheetData>"
)


def google(sheet: str) -> Parts:
    """Google Sheets: no sizes, no spans, numbers with a point, an empty drawing for each sheet, prefixes it never uses."""
    spaces = (
        'xmlns:mx="http://schemas.microsoft.com/office/mac/excel/2008/main" xmlns:mc="http://schemas.openxmlformats.org/'
        'markup-compatibility/2006" xmlns:mv="urn:schemas-microsoft-com:mac:vml" xmlns:x14="http://schemas.microsoft.com/'
        'office/spreadsheetml/2009/9/main"'
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    xml = f'{head}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}" {spaces}>{sheet}<drawing r:id="rId1"/></worksheet>'
    drawing = f'{head}<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    return tied(
        by_hand().with_(sheet1=xml), SHEET1, {"rId1": ("drawing", "../drawings/drawing1.xml")},
        {"xl/drawings/drawing1.xml": ("application/vnd.openxmlformats-officedocument.drawing+xml", drawing)},
    )  # fmt: skip


@made("google sheets: plain")
def _() -> bytes:
    return google(GOOGLE).zip()


@made("google sheets: notes and filter")
def _() -> bytes:
    book = google(
        GOOGLE + '<autoFilter ref="$A$1:$C$4"><filterColumn colId="0"/></autoFilter><dataValidations><dataValidation '
        'type="list" allowBlank="1" sqref="D2:D9"><formula1>"Ja,Nei"</formula1></dataValidation></dataValidations>'
    )
    sheet = str(book.files[SHEET1]).replace("</worksheet>", '<legacyDrawing r:id="rId9"/></worksheet>')
    notes_part = comments(("A2", '<text><t xml:space="preserve">Hei\n\t-Kari</t></text>'), author="")
    shape = note_shape(1, 2, 0).replace("_x0000_t202", "_x0000_t202").replace("visibility:hidden", "visibility: hidden")
    return with_notes("", notes_part, vml(NOTE_TYPE, shape), base=book.with_(sheet1=sheet)).zip()


@made("wps: picture in a cell, own parts, notes")
def _() -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    sheet = WHOLE.replace(
        '<c r="E2"><f>C2*2</f><v>15</v></c>',
        '<c r="E2" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
    ).replace(MARGINS, f'{MARGINS}<headerFooter/><legacyDrawing r:id="rId9"/>')
    book = by_hand(sheet, properties={"KSOProductBuildVer": "2052-12.1.0.16120", "ICV": "A1B2"})
    book = book.with_(sheet1=str(book.files[SHEET1]).replace(HEAD, head))
    notes_part = comments(("C2", '<text><r><rPr><sz val="9"/></rPr><t>wps</t></r></text>'))
    book = with_notes("", notes_part, vml(NOTE_TYPE, note_shape(1, 2, 2)), base=book)
    images = '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>'
    props = '<woSheetsProps xmlns="https://web.wps.cn/et/2018/main"><woSheetProps sheetStid="1"/></woSheetsProps>'
    return tied(
        book, "xl/workbook.xml", {"rId40": ("http://www.wps.cn/officeDocument/2020/cellImage", "cellimages.xml")},
        {"xl/cellimages.xml": ("application/vnd.wps-officedocument.cellimage+xml", images),
         "customXml/item9.xml": ("", props)},
    ).zip()  # fmt: skip


def variant(name: str, change: Callable[[str], str | bytes]) -> None:
    _makers[name] = lambda: with_sheet(change(PLAIN_XML))


def _without_numbers(pattern: str) -> Callable[[str], str]:
    return lambda xml: re.sub(pattern, lambda found: found[0].replace(f' r="{found[1]}"', ""), xml)


def _gapless(xml: str) -> str:
    """Rows and cells without `r`, where every one follows the one before."""
    dense = ROWS.replace('<row r="6"', '<row r="5"').replace('<row r="7"', '<row r="6"').replace("B7", "B6")
    dense = (
        dense.replace('<c r="E2">', '<c r="D2">').replace('<c r="C4"', '<c r="B4"').replace('<c r="D4"', '<c r="C4"')
    )
    dense = dense.replace('ref="C3:C4" si="0">C2+1', 'ref="C3" si="0">C2+1').replace('<f t="shared" si="0"/>', "")
    dense = dense.replace('<c r="B6" t="s">', '<c r="A6" t="s">')
    return re.sub(r'(<(?:row|c))( r="[A-Z]?\d")', r"\1", xml.replace(ROWS, dense))


variant("hand: rows without r", _without_numbers(r'<row r="([1-4])"'))
variant("hand: cells without r", _without_numbers(r'<c r="([ABC][123])"'))
variant("hand: neither rows nor cells have r", _gapless)
variant(
    "hand: any order of attributes",
    lambda xml: re.sub(r'<(c|row) (r="\w+") ([^/>]*[^/])(/?>)', r"<\1  \3\n \2 \4", xml),
)
variant("hand: single quotes", lambda xml: xml.replace('A2&amp;"!"', "A2").replace('"', "'"))
variant("hand: UTF-16, little endian", lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"))
variant("hand: UTF-16, big endian", lambda xml: b"\xfe\xff" + xml.replace("UTF-8", "UTF-16").encode("utf-16-be"))
variant("hand: UTF-8 with a mark", lambda xml: b"\xef\xbb\xbf" + xml.encode())
variant("hand: pretty printed", lambda xml: re.sub(r">(?=<(?!/[vft]>))", ">\n   ", xml))
variant(
    "hand: self-closing and empty rows",
    lambda xml: xml.replace('<row r="6"', '<row r="5"/><row r="6"').replace(
        "</sheetData>", '<row r="8"></row><row r="11" />\n</sheetData>'
    ),
)
variant("hand: no rows", lambda xml: xml.replace(DATA, "<sheetData/>"))
variant(
    "hand: neither dimension nor columns nor view",
    lambda xml: xml.replace('<dimension ref="A1:E7"/>', "").replace(VIEW, "").replace(COLUMNS, ""),
)
variant(
    "hand: comments and instructions between rows",
    lambda xml: xml.replace(
        '<row r="3">', '<!-- <row r="3"><c r="A3"/></sheetData> --><?app <row r="9"/>?><row r="3">'
    ),
)
variant(
    "hand: inline strings, CDATA, entities",
    lambda xml: xml.replace(
        '<c r="A2" t="s"><v>3</v></c>',
        ('<c r="A2" t="inlineStr"><is><t><![CDATA[<row r="2"><c r="A2">&]]></t></is></c>'),
    ).replace(
        '<c r="A3" t="s"><v>4</v></c>',
        '<c r="A3" t="inlineStr"><is><r><t>a &#x26; b</t></r><r><t> &lt;c></t></r></is></c>',
    ),
)
variant(
    "hand: a declaration of its own on a row",
    lambda xml: xml.replace(
        '<row r="2" spans="1:5"><c r="A2" t="s"><v>3</v></c>',
        f'<y:row xmlns:y="{MAIN}" r="2"><y:c r="A2" t="s"><y:v>3</y:v></y:c>',
    ).replace("<v>15</v></c></row>", "<v>15</v></c></y:row>"),
)
variant(
    "hand: extensions of rows and cells",
    lambda xml: xml.replace("<v>7.5</v></c>", '<v>7.5</v><extLst><ext uri="{u}"/></extLst></c>').replace(
        "<v>15</v></c></row>", '<v>15</v></c><extLst><ext uri="{r}"/></extLst></row>'
    ),
)
variant(
    "hand: data table, old array formula, dates as t=d",
    lambda xml: xml.replace(
        '<c r="D3" t="b"><v>1</v></c>', '<c r="D3"><f t="dataTable" ref="D3:D4" dt2D="0" r1="C2"/><v>1</v></c>'
    ).replace('<c r="B3" s="1"/>', '<c r="B3" s="1" t="d"><v>2025-01-02T00:00:00</v></c>'),
)


@made("hand: a prefix on everything, as the Open XML SDK writes")
def _() -> bytes:
    return by_hand(prefix="x").zip()


@made("hand: a prefix, with notes")
def _() -> bytes:
    notes_part = prefixed(comments(("A2", "<text><t>Hei</t></text>")), "x")
    base = by_hand(WHOLE.replace(MARGINS, f'{MARGINS}<legacyDrawing r:id="rId9"/>'), prefix="x")
    return with_notes("", notes_part, vml(NOTE_TYPE, note_shape(1, 2, 0)), base=base).zip()


@made("hand: no styles at all")
def _() -> bytes:
    return parts(sheets={"Timer": re.sub(r' (s|style)="\d"', "", WHOLE)}, strings=STRINGS).zip()


@made("hand: the last row and column of the grid")
def _() -> bytes:
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row></sheetData>'
    return with_sheet(PLAIN_XML.replace("</sheetData>", last))


@made("hand: absolute targets and other names of parts")
def _() -> bytes:
    files = {
        name.replace("worksheets/sheet1", "ark/Ærlig talt 1").replace("xl/", "data/"): content
        for name, content in by_hand().files.items()
    }
    for name in ("data/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"):
        text = str(files[name]).replace("worksheets/sheet1", "ark/%C3%86rlig%20talt%201").replace("xl/", "data/")
        text = text.replace('Target="data/', 'Target="/data/').replace('Target="ark/', 'Target="/data/ark/')
        files[name] = text
    return package(files)


@made("hand: roundabout targets")
def _() -> bytes:
    ties = "xl/_rels/workbook.xml.rels"
    text = str(by_hand().files[ties]).replace('Target="styles', 'Target="./styles')
    return by_hand().and_({ties: text.replace('Target="worksheets/', 'Target="../xl/worksheets/../worksheets/')}).zip()


@made("hand: sixty sheets")
def _() -> bytes:
    sheets = {f"Ark {number}": WHOLE.replace('tabSelected="1" ', "") for number in range(1, 61)}
    return parts(sheets=sheets, strings=STRINGS, styles=STYLES, states={"Ark 2": "hidden"}).zip()


# The archive around the parts


@made("zip: stored, not packed")
def _() -> bytes:
    return package(by_hand().files, zipfile.ZIP_STORED)


@made("zip: data descriptors")
def _() -> bytes:
    class Pipe(io.RawIOBase):
        """Cannot go back, so sizes have to follow the members."""

        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.pieces.append(bytes(data))
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in by_hand().files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED)
    return b"".join(pipe.pieces)


@made("zip: zip64 fields")
def _() -> bytes:
    """Sizes and places in the wide fields although they would fit in the narrow ones, as streaming writers have it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in by_hand().files.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                member.write(content.encode() if isinstance(content, str) else content)
    return _wide_directory(target.getvalue())


def _wide_directory(data: bytes) -> bytes:
    """The archive with zip64 fields in its directory and a zip64 end."""
    count, _, start = struct.unpack("<HLL", data[-12:-2])
    entries, place = [], start
    for _ in range(count):
        fields = list(struct.unpack("<4s6H3L5H2L", data[place : place + 46]))
        name_size, extra_size, comment_size = fields[10:13]
        name = data[place + 46 : place + 46 + name_size]
        place += 46 + name_size + extra_size + comment_size
        extra = struct.pack("<2H3Q", 1, 24, fields[9], fields[8], fields[16])
        fields[8:10], fields[16], fields[11], fields[12] = [0xFFFFFFFF, 0xFFFFFFFF], 0xFFFFFFFF, len(extra), 0
        entries.append(struct.pack("<4s6H3L5H2L", *fields) + name + extra)
    listing = b"".join(entries)
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(listing), start)
    end += struct.pack("<4sLQL", b"PK\6\7", 0, start + len(listing), 1)
    return data[:start] + listing + end + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)


@made("zip: folders, a remark, other suffixes, a thumbnail")
def _() -> bytes:
    target = io.BytesIO()
    book = defaults(by_hand(), jpeg="image/jpeg")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/", (2024, 5, 6, 7, 8, 10)), b"")
        for name, content in {
            **book.files,
            "docProps/thumbnail.jpeg": b"\xff\xd8\xff",
            "xl/ukjent/x.dat": b"?",
        }.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.compress_type, info.external_attr, info.comment = zipfile.ZIP_DEFLATED, 0o644 << 16, b"om filen"
            archive.writestr(info, content)
        archive.comment = b"om arkivet"
    return target.getvalue()
