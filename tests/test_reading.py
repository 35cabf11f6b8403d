"""What the reader makes of every kind of cell in an xlsx file, and of everything around the cells."""

from __future__ import annotations

import io

import ooxml
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_values import values

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, Sheet, cell_name
from momentsheet.workbook import Limits, read_workbook
from momentsheet.workbook.reading.number_formats import shown_by_code, shown_by_id

BLANK, NUMBER, TEXT, BOOLEAN, DATE, TIME, DURATION, ERROR, NOT_CALCULATED = Kind
NOTHING = (BLANK, None)


def only(data: bytes, limits: Limits | None = None) -> Sheet:
    book = read_workbook(data, "book.xlsx", limits or Limits())
    assert len(book.sheets) == 1
    return book.sheets[0]


def refused(data: bytes, name: str = "book.xlsx") -> str:
    with pytest.raises(UnusableFile) as caught:
        read_workbook(data, name)
    return caught.value.reason


STRINGS = (
    "<si><t>Nordli</t></si>"  # 0
    "<si><t>00123</t></si>"  # 1
    "<si><t/></si>"  # 2
    '<si><t xml:space="preserve">  Fjord  </t></si>'  # 3
    "<si><t>  Fjord  </t></si>"  # 4
    "<si><r><rPr><b/></rPr><t>Bjørk</t></r><r><t xml:space='preserve'> og </t></r><r><t>Bekk</t></r></si>"  # 5
    "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh><phoneticPr fontId='1'/></si>"  # 6
    "<si><t>a_x000D_b_x000D__x000A_c</t></si>"  # 7
    "<si><t>_x005F_x000D_</t></si>"  # 8
    "<si><t>a&#13;b&#13;&#10;c&#10;d</t></si>"  # 9
    "<si><t>_xD83D__xDE00_ _x0001_</t></si>"  # 10
    "<si><t>Fisk &amp; <![CDATA[<Vilt>]]></t></si>"  # 11
    "<si><t>x_xD800_y</t></si>"  # 12: half a character, which no text can hold
)
FORMATS = ("dd.mm.yyyy", "hh:mm", "[h]:mm", "0%", '0 "dager"', "dd.mm.yyyy hh:mm", "@")
AS_DATE, AS_TIME, AS_HOURS, AS_PERCENT, AS_NUMBER, AS_MOMENT, AS_TEXT = (f's="{n}"' for n in range(1, 8))


def cell(inside: str, attributes: str = "", **options: object) -> tuple[Kind, str | float | None]:
    """What the reader says of cell A1."""
    data = ooxml.xlsx(
        f'<row r="1"><c r="A1" {attributes}>{inside}</c></row>', strings=STRINGS, formats=FORMATS, **options
    )
    return values(only(data)).get("A1", NOTHING)


@pytest.mark.parametrize(
    ("inside", "attributes", "expected"),
    [
        # numbers: 64 bits, as they stand
        ("<v>7.5</v>", "", (NUMBER, 7.5)),
        ("<v>7</v>", 't="n"', (NUMBER, 7.0)),
        ("<v>-0.5</v>", "", (NUMBER, -0.5)),
        ("<v>0.30000000000000004</v>", "", (NUMBER, 0.1 + 0.2)),
        ("<v>1E+16</v>", "", (NUMBER, 1e16)),
        ("<v>1.7976931348623157E+308</v>", "", (NUMBER, 1.7976931348623157e308)),
        ("<v>12345678901234567890</v>", "", (NUMBER, 12345678901234567890.0)),
        ("<v> 5\n</v>", "", (NUMBER, 5.0)),
        ("<v>45292</v>", AS_NUMBER, (NUMBER, 45292.0)),
        ("<v>45292</v>", AS_TEXT, (NUMBER, 45292.0)),
        # what no number is
        ("<v>1e400</v>", "", (ERROR, "1e400")),
        ("<v>NaN</v>", "", (ERROR, "NaN")),
        ("<v>inf</v>", "", (ERROR, "inf")),
        ("<v>abc</v>", "", (ERROR, "abc")),
        ("<v>abc</v>", AS_DATE, (ERROR, "abc")),
        ("<v>1_000</v>", "", (ERROR, "1_000")),
        ("<v>٣</v>", "", (ERROR, "٣")),
        ("<v>1,5</v>", "", (ERROR, "1,5")),
        ("<v>--5</v>", "", (ERROR, "--5")),
        ("<v>e</v>", "", (ERROR, "e")),
        ("<v>1</v>", 't="money"', (ERROR, "1")),
        # blank, and what looks like it
        ("", "", NOTHING),
        ("", AS_DATE, NOTHING),
        ("<v/>", "", NOTHING),
        ("<v/>", 't="s"', NOTHING),
        ("", 't="s"', NOTHING),
        ("<v></v>", 't="b"', NOTHING),
        ("", 't="inlineStr"', NOTHING),
        ("<is><t/></is>", 't="inlineStr"', (TEXT, "")),
        ("<v>2</v>", 't="s"', (TEXT, "")),
        ("<f>T(1)</f><v></v>", 't="str"', (TEXT, "")),
        # texts
        ("<v>0</v>", 't="s"', (TEXT, "Nordli")),
        ("<v>1</v>", 't="s"', (TEXT, "00123")),
        ("<v>\n1 </v>", 't="s"', (TEXT, "00123")),
        ("<v>3</v>", 't="s"', (TEXT, "  Fjord  ")),
        ("<v>4</v>", 't="s"', (TEXT, "Fjord")),
        ("<v>5</v>", 't="s"', (TEXT, "Bjørk og Bekk")),
        ("<v>6</v>", 't="s"', (TEXT, "東京")),
        ("<v>7</v>", 't="s"', (TEXT, "a\nb\nc")),
        ("<v>8</v>", 't="s"', (TEXT, "_x000D_")),
        ("<v>9</v>", 't="s"', (TEXT, "a\nb\nc\nd")),
        ("<v>10</v>", 't="s"', (TEXT, "😀 \x01")),
        ("<v>11</v>", 't="s"', (TEXT, "Fisk & <Vilt>")),
        ("<v>12</v>", 't="s"', (TEXT, "x\ufffdy")),
        ("<is><t>7.5</t></is>", 't="inlineStr"', (TEXT, "7.5")),
        ('<is><t xml:space="preserve"> a </t></is>', 't="inlineStr"', (TEXT, " a ")),
        ("<is><t> a </t></is>", 't="inlineStr"', (TEXT, "a")),
        ("<is><r><t>Bjørk </t></r><r><t>Bekk</t></r><rPh><t>no</t></rPh></is>", 't="inlineStr"', (TEXT, "Bjørk Bekk")),
        ("<is><t>a_x000D__x000A_b</t></is>", 't="inlineStr"', (TEXT, "a\nb")),
        ("<v>loose</v>", 't="inlineStr"', (TEXT, "loose")),
        ("<v>#N/A</v>", 't="str"', (TEXT, "#N/A")),
        ("<v>12<!-- half -->34</v>", 't="str"', (TEXT, "1234")),
        ("<v>x_x0041_y</v>", 't="str"', (TEXT, "xAy")),
        # booleans
        ("<v>1</v>", 't="b"', (BOOLEAN, 1.0)),
        ("<v>0</v>", 't="b"', (BOOLEAN, 0.0)),
        ("<v>true</v>", 't="b"', (BOOLEAN, 1.0)),
        ("<v>false</v>", 't="b"', (BOOLEAN, 0.0)),
        ("<v>2</v>", 't="b"', (ERROR, "2")),
        ("<v>SANN</v>", 't="b"', (ERROR, "SANN")),
        # dates, times of day, durations: the serial, as read
        ("<v>45292</v>", AS_DATE, (DATE, 45292.0)),
        ("<v>45292.3125</v>", AS_MOMENT, (DATE, 45292.3125)),
        ("<v>60</v>", AS_DATE, (DATE, 60.0)),
        ("<v>1</v>", AS_DATE, (DATE, 1.0)),
        ("<v>0</v>", AS_DATE, (DATE, 0.0)),
        ("<v>0.5</v>", AS_DATE, (DATE, 0.5)),
        ("<v>-5</v>", AS_DATE, (DATE, -5.0)),
        ("<v>2958466</v>", AS_DATE, (DATE, 2958466.0)),
        ("<v>0.3125</v>", AS_TIME, (TIME, 0.3125)),
        ("<v>1.0416666666666667</v>", AS_TIME, (TIME, 1.0416666666666667)),
        ("<v>0.99999999421296</v>", AS_TIME, (TIME, 0.99999999421296)),
        ("<v>1.5625</v>", AS_HOURS, (DURATION, 1.5625)),
        ("<v>-0.25</v>", AS_HOURS, (DURATION, -0.25)),
        ("<v>0.25</v>", AS_PERCENT, (NUMBER, 0.25)),
        # ISO dates
        ("<v>2024-12-31</v>", 't="d"', (DATE, 45657.0)),
        ("<v>2024-12-31T07:30:00</v>", 't="d"', (DATE, 45657.3125)),
        ("<v>2024-12-31T07:30:00.000Z</v>", 't="d"', (DATE, 45657.3125)),
        ("<v>2024-12-31 07:30</v>", 't="d"', (DATE, 45657.3125)),
        ("<v>1900-01-01</v>", 't="d"', (DATE, 1.0)),
        ("<v>1900-02-28</v>", 't="d"', (DATE, 59.0)),
        ("<v>1900-03-01</v>", 't="d"', (DATE, 61.0)),
        ("<v>T07:30:00</v>", 't="d"', (TIME, 0.3125)),
        ("<v>07:30</v>", 't="d"', (TIME, 0.3125)),
        ("<v>2024-02-30</v>", 't="d"', (ERROR, "2024-02-30")),
        ("<v>31.12.2024</v>", 't="d"', (ERROR, "31.12.2024")),
        ("<v>2024-12-31T25:00:00</v>", 't="d"', (ERROR, "2024-12-31T25:00:00")),
        ("<v>2024-12-31T</v>", 't="d"', (ERROR, "2024-12-31T")),
        ("<v>2024-12-3107:30</v>", 't="d"', (ERROR, "2024-12-3107:30")),
        ("<v>T</v>", 't="d"', (ERROR, "T")),
        # formulas: the stored result; none is never a blank
        ("<f>1+1</f><v>2</v>", "", (NUMBER, 2.0)),
        ('<f>A2&amp;""</f><v>Ola</v>', 't="str"', (TEXT, "Ola")),
        ("<f>TRUE</f><v>1</v>", 't="b"', (BOOLEAN, 1.0)),
        ("<f>TODAY()</f><v>45292</v>", AS_DATE, (DATE, 45292.0)),
        ("<f>1/0</f><v>#DIV/0!</v>", 't="e"', (ERROR, "#DIV/0!")),
        ("<f>1+1</f>", "", (NOT_CALCULATED, None)),
        ("<f>1+1</f><v/>", "", (NOT_CALCULATED, None)),
        ('<f t="shared" si="0"/>', "", (NOT_CALCULATED, None)),
        ("<f>A2</f>", 't="str"', (NOT_CALCULATED, None)),
        ("<f>A2</f><v/>", 't="s"', (NOT_CALCULATED, None)),
        # other markup in a cell says nothing
        ('<v>5</v><extLst><ext uri="x"><row><c r="B9"><v>6</v></c></row></ext></extLst>', "", (NUMBER, 5.0)),
    ],
)
def test_cell_is_read_as_it_stands(inside, attributes, expected):
    assert cell(inside, attributes) == expected


@pytest.mark.parametrize(
    "text",
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!",
     "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#PYTHON!", "Err:502"],
)  # fmt: skip
def test_every_error_keeps_its_text(text):
    assert cell(f"<v>{text}</v>", 't="e"') == (ERROR, text)


def test_formulas_and_percents_are_flagged():
    rows = (
        '<row r="1"><c r="A1"><f>1</f><v>1</v></c><c r="B1"><v>1</v></c></row>'
        f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" {AS_PERCENT}><v>0.5</v></c></row>'
    )
    sheet = only(ooxml.xlsx(rows, formats=FORMATS))
    first, second = sheet.columns
    assert first.formulas.tolist() == [True, False]
    assert second.formulas.tolist() == [False, False]
    assert first.percents.tolist() == [False, False]
    assert second.percents.tolist() == [False, True]


@pytest.mark.parametrize(
    ("code", "kind", "percent"),
    [
        ("General", NUMBER, False),
        ("Standard", NUMBER, False),
        ("0.00", NUMBER, False),
        ("0.00E+00", NUMBER, False),
        ("0 %", NUMBER, True),
        ('0" %"', NUMBER, False),
        ('0 "dager"', NUMBER, False),
        (r"0\d", NUMBER, False),
        ("0 stk", NUMBER, False),
        ("_(* #,##0_);[Red]_(* (#,##0);_(* -_)", NUMBER, False),
        ("[$kr-414] # ##0,00", NUMBER, False),
        ("[Red]0;[Blue]-0", NUMBER, False),
        ("[>=100]0;0.0", NUMBER, False),
        ("# ?/?", NUMBER, False),
        ("@", NUMBER, False),
        (";;;", NUMBER, False),
        ('General;"m"', NUMBER, False),
        ("General;dd.mm", NUMBER, False),
        ('"–";dd.mm', NUMBER, False),
        ("dd.mm.yyyy", DATE, False),
        ("[$-414]d. mmmm yyyy;@", DATE, False),
        (r"yyyy\-mm\-dd", DATE, False),
        ("mmm yy", DATE, False),
        ("mm", DATE, False),
        ("d/m/yy h:mm", DATE, False),
        ('"uke" d', DATE, False),
        ("[$-F800]dddd, mmmm dd, yyyy", DATE, False),
        ("aaa", DATE, False),
        ("hh:mm", TIME, False),
        ("h:mm AM/PM", TIME, False),
        ("[$-409]h:mm:ss AM/PM;@", TIME, False),
        ("mm:ss.0", TIME, False),
        ('"kl." hh:mm', TIME, False),
        ("[h]:mm", DURATION, False),
        ("[hh]:mm:ss", DURATION, False),
        ("[mm]:ss", DURATION, False),
        ('[h] "t" mm "min"', DURATION, False),
        ("[Red][h]:mm", DURATION, False),
    ],
)
def test_format_code_says_what_a_number_shows(code, kind, percent):
    assert shown_by_code(code) == (kind, percent)


@pytest.mark.parametrize(
    ("ids", "kind", "percent"),
    [
        ((0, 1, 2, 3, 4, 11, 12, 13, 37, 40, 44, 48, 49, 59, 163), NUMBER, False),
        ((9, 10), NUMBER, True),
        ((14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 54, 57, 58), DATE, False),
        ((18, 19, 20, 21, 32, 33, 45, 47), TIME, False),
        ((46,), DURATION, False),
    ],
)
def test_built_in_format_says_what_a_number_shows(ids, kind, percent):
    for format_id in ids:
        assert shown_by_id(format_id) == (kind, percent), format_id


@given(st.text(alphabet='dmyhs[]0#%;"\\@/:. _*AMPG-EeJ', max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_format_code_is_some_kind_and_quoting_it_makes_a_number(code):
    kind, percent = shown_by_code(code)
    assert kind in (NUMBER, DATE, TIME, DURATION)
    assert not (percent and kind != NUMBER)
    quoted = code.replace('"', "")
    assert shown_by_code(f'"{quoted}"') == (NUMBER, False)


def test_own_format_wins_over_a_built_in_one_and_differential_formats_do_not_count():
    styles = (
        '<numFmts><numFmt numFmtId="14" formatCode="0.0"/><numFmt numFmtId="170" formatCode="yyyy"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf/></cellXfs>'
        '<dxfs><dxf><numFmt numFmtId="170" formatCode="0"/></dxf></dxfs>'
    )
    row = "".join(f'<c r="{letter}1" s="{n}"><v>5</v></c>' for n, letter in enumerate("ABCD"))
    found = values(only(ooxml.xlsx(f'<row r="1">{row}</row>', styles=styles)))
    assert [kind for kind, _ in found.values()] == [NUMBER, NUMBER, DATE, NUMBER]


class TestDatesFrom1904:
    def read(self, inside: str, attributes: str) -> tuple[Kind, str | float | None]:
        return cell(inside, attributes, workbook='<workbookPr date1904="1"/>|')

    def test_dates_are_given_in_the_1900_system(self):
        assert self.read("<v>43830</v>", AS_DATE) == (DATE, 45292.0)
        assert self.read("<v>0</v>", AS_DATE) == (DATE, 1462.0)
        assert self.read("<v>43830.5</v>", AS_MOMENT) == (DATE, 45292.5)

    def test_only_dates_are_moved(self):
        assert self.read("<v>43830</v>", "") == (NUMBER, 43830.0)
        assert self.read("<v>0.5</v>", AS_TIME) == (TIME, 0.5)
        assert self.read("<v>1.5625</v>", AS_HOURS) == (DURATION, 1.5625)
        assert self.read("<v>2024-12-31</v>", 't="d"') == (DATE, 45657.0)

    def test_a_negative_date_stays_impossible(self):
        assert self.read("<v>-5</v>", AS_DATE) == (DATE, -5.0)

    def test_the_workbook_says_so(self):
        book = read_workbook(ooxml.xlsx(workbook='<workbookPr date1904="true"/>|'), "b.xlsx")
        assert book.is_1904
        assert [notice.id for notice in book.notices] == ["dates_from_1904"]


class TestPlaces:
    """Coordinates are absolute, whatever the file leaves out or claims."""

    def test_data_need_not_begin_in_a1(self):
        sheet = only(ooxml.xlsx('<row r="3"><c r="C3"><v>1</v></c></row><row r="9"><c r="AA9"><v>2</v></c></row>'))
        assert values(sheet) == {"C3": (NUMBER, 1.0), "AA9": (NUMBER, 2.0)}
        assert sheet.rows.tolist() == [3, 9]
        assert [column.index for column in sheet.columns] == [2, 26]

    def test_references_may_be_left_out(self):
        rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c/><c><v>3</v></c><c r="E5"><v>4</v></c></row>'
        expected = {"A1": 1.0, "B1": 2.0, "B5": 3.0, "E5": 4.0, "A6": 5.0}
        found = values(only(ooxml.xlsx(rows + "<row><c><v>5</v></c></row>")))
        assert found == {name: (NUMBER, value) for name, value in expected.items()}

    @pytest.mark.parametrize("dimension", ["A1:A1", "A1:XFD1048576", "B2", "rubbish"])
    def test_dimension_is_ignored(self, dimension):
        inside = f'<dimension ref="{dimension}"/><sheetData><row r="2"><c r="C2"><v>1</v></c></row></sheetData>'
        assert values(only(ooxml.xlsx(inside))) == {"C2": (NUMBER, 1.0)}

    def test_opposite_corners_are_cheap(self):
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        sheet = only(ooxml.xlsx(rows))
        assert values(sheet) == {"A1": (NUMBER, 1.0), "XFD1048576": (NUMBER, 2.0)}
        assert len(sheet.rows) == len(sheet.columns) == 2

    def test_blank_rows_and_formatted_cells_are_left_out(self):
        rows = (
            '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"/></row><row r="2" s="1" customFormat="1"/>'
            '<row r="3"><c r="A3" s="1"/></row><row r="4"><c r="A4"><v>2</v></c></row>'
        )
        sheet = only(ooxml.xlsx(rows, formats=FORMATS))
        assert sheet.rows.tolist() == [1, 4]
        assert [column.index for column in sheet.columns] == [0]

    def test_gaps_are_blank(self):
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2" t="inlineStr"><is><t>x</t></is></c></row>'
        first, second = only(ooxml.xlsx(rows)).columns
        assert first.kinds.tolist() == [NUMBER, BLANK]
        assert second.kinds.tolist() == [BLANK, TEXT]
        assert second.codes.tolist() == [-1, 0]

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ('<row r="2"/><row r="1"/>', "broken_rows"),
            ('<row r="2"/><row r="2"/>', "broken_rows"),
            ('<row r="0"/>', "broken_rows"),
            ('<row r="1048577"/>', "broken_rows"),
            ('<row r="-1"/>', "broken_rows"),
            ('<row r="x"/>', "broken_rows"),
            ('<row r="99999999999999999999"/>', "broken_rows"),
            ('<row r="1048576"/><row/>', "broken_rows"),
            ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="A2"><v>1</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="A11"><v>1</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="AAAA1"/></row>', "broken_cells"),
            ('<row r="1"><c r="XFD1"/><c/></row>', "broken_cells"),
            ('<row r="1"><c r="a1"/></row>', "broken_cells"),
            ('<row r="1"><c r="Å1"/></row>', "broken_cells"),
            ('<row r="1"><c r="1"/></row>', "broken_cells"),
            ('<row r="1"><c r="A"/></row>', "broken_cells"),
            ('<row r="1"><c r=""/></row>', "broken_cells"),
            ('<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>', "broken_cells"),
            ('<row r="1"><c r="A1" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c></row>', "broken_cells"),
            ('<row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>', "broken_sheet"),
            ('<row r="1"><row r="2"/></row>', "broken_sheet"),
            ('<row r="1"><v>1</v></row>', "broken_sheet"),
            ('<c r="A1"><v>1</v></c>', "broken_sheet"),
        ],
    )
    def test_disorder_is_refused(self, rows, reason):
        assert refused(ooxml.xlsx(rows)) == reason

    @pytest.mark.parametrize("index", ["13", "-1", "1.0", "abc", "4294967296", "٣"])
    def test_string_number_out_of_range_is_refused(self, index):
        data = ooxml.xlsx(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>', strings=STRINGS)
        assert refused(data) == "broken_string_number"


EXPECTED = {
    "A1": (TEXT, "Bjørk og Bekk"),
    "B1": (TEXT, "x"),
    "A2": (DATE, 45292.0),
    "B2": (NOT_CALCULATED, None),
}  # of `TestParts.ROWS`


class TestParts:
    ROWS = (
        '<row r="1"><c r="A1" t="s"><v>5</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'
        '<row r="2" hidden="1"><c r="A2" s="1"><v>45292</v></c><c r="B2"><f>1</f></c></row>'
    )

    def parts(self, **options) -> ooxml.Parts:
        return ooxml.parts(self.ROWS, strings=STRINGS, formats=FORMATS, **options)

    @pytest.mark.parametrize("strict", [False, True])
    @pytest.mark.parametrize("prefix", ["", "x", "main"])
    def test_transitional_and_strict_with_any_prefix(self, strict, prefix):
        sheet = only(self.parts(strict=strict, prefix=prefix).zip())
        assert values(sheet) == EXPECTED
        assert sheet.hidden_rows == {2}

    def test_utf16(self):
        parts = self.parts()
        sheet = str(parts.files["xl/worksheets/sheet1.xml"]).replace("UTF-8", "UTF-16")
        assert values(only(parts.with_(sheet1=sheet.encode("utf-16")).zip())) == EXPECTED

    def test_byte_order_mark(self):
        parts = self.parts()
        sheet = "\ufeff" + str(parts.files["xl/worksheets/sheet1.xml"])
        assert values(only(parts.with_(sheet1=sheet).zip())) == EXPECTED

    @pytest.mark.parametrize(
        "target", ["/xl/worksheets/sheet1.xml", "../xl/./worksheets/Sheet1.XML", "worksheets\\sheet1.xml"]
    )
    def test_targets_may_be_absolute_roundabout_and_of_another_case(self, target):
        relations = ooxml.relationships(
            [
                ("rId1", "worksheet", target),
                ("a", "sharedStrings", "sharedStrings.xml"),
                ("b", "styles", "/xl/styles.xml"),
            ]
        )
        data = self.parts().and_({"xl/_rels/workbook.xml.rels": relations}).zip()
        assert values(only(data)) == EXPECTED

    def test_backslashes_and_percent_signs_in_part_names(self):
        files = {
            name.replace("/worksheets/sheet1", "\\worksheets\\ark æ 1"): content
            for name, content in self.parts().files.items()
        }
        relations = ooxml.relationships(
            [("rId1", "worksheet", "worksheets/ark%20%C3%A6%201.xml"), ("a", "sharedStrings", "sharedStrings.xml"),
             ("b", "styles", "styles.xml")]
        )  # fmt: skip
        assert values(only(ooxml.package({**files, "xl/_rels/workbook.xml.rels": relations}))) == EXPECTED

    def test_missing_styles_and_strings_are_no_matter_if_nothing_needs_them(self):
        data = ooxml.xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>')
        assert values(only(data)) == {"A1": (NUMBER, 1.0), "B1": (TEXT, "x")}

    def test_missing_strings_that_are_needed(self):
        assert refused(self.parts().with_(sharedStrings=None).zip()) == "broken_string_number"

    @pytest.mark.parametrize("change", ["missing", "out of range", "no number", "negative"])
    def test_unknown_style_is_a_plain_number_and_a_notice(self, change):
        style = {"missing": "1", "out of range": "8", "no number": "x", "negative": "-1"}[change]
        parts = ooxml.parts(f'<row r="1"><c r="A1" s="{style}"><v>45292</v></c></row>', formats=FORMATS)
        book = read_workbook((parts.with_(styles=None) if change == "missing" else parts).zip(), "b.xlsx")
        assert values(book.sheets[0]) == {"A1": (NUMBER, 45292.0)}
        assert [(notice.id, dict(notice.facts)) for notice in book.notices] == [
            ("unknown_styles", {"sheet": "Ark1", "count": 1})
        ]

    def test_unknown_style_is_not_the_first_style(self):
        styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
        rows = '<row r="1"><c r="A1" s="0"><v>45292</v></c><c r="B1" s="1"><v>45292</v></c></row>'
        assert values(only(ooxml.xlsx(rows, styles=styles))) == {"A1": (DATE, 45292.0), "B1": (NUMBER, 45292.0)}

    def test_sheets_keep_order_names_and_states(self):
        sheets = {"Kunder": "", "Ærlig &amp; æ": "", "_lists": "", "_meta": '<row r="1"><c r="A1"><v>1</v></c></row>'}
        data = ooxml.xlsx(sheets=sheets, states={"_lists": "hidden", "_meta": "veryHidden", "Kunder": "visible"})
        book = read_workbook(data, "b.xlsx")
        assert [(sheet.name, sheet.state) for sheet in book.sheets] == [
            ("Kunder", "visible"), ("Ærlig & æ", "visible"), ("_lists", "hidden"), ("_meta", "veryHidden")
        ]  # fmt: skip
        assert [len(sheet.rows) for sheet in book.sheets] == [0, 0, 0, 1]
        assert book.sheets[0].columns == ()

    def test_chart_sheets_and_module_sheets_are_no_sheets_of_cells(self):
        parts = ooxml.parts(sheets={"A": "", "Diagram": "", "B": ""})
        relations = str(parts.files["xl/_rels/workbook.xml.rels"]).replace(
            'worksheet" Target="worksheets/sheet2', 'chartsheet" Target="worksheets/sheet2'
        )
        workbook = str(parts.files["xl/workbook.xml"]).replace(
            "</sheets>", '<sheet name="M" sheetId="9" r:id=""/></sheets>'
        )
        parts = parts.and_({"xl/_rels/workbook.xml.rels": relations, "xl/workbook.xml": workbook})
        book = read_workbook(parts.zip(), "b.xlsx")
        assert [sheet.name for sheet in book.sheets] == ["A", "B"]

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (('name="B"', 'name="a"'), "duplicate_sheet"),
            (('name="B"', 'name=""'), "broken_workbook"),
            (("rId2", "rId1"), "duplicate_sheet"),
            (("rId2", "rId9"), "missing_sheet"),
            (("<sheets>", "<sheets/><x>"), "broken_xml"),
            (("workbook", "werkboek"), "broken_workbook"),
        ],
    )
    def test_sheets_that_cannot_be_told_apart_are_refused(self, change, reason):
        parts = ooxml.parts(sheets={"A": "", "B": ""})
        assert refused(parts.with_(workbook=str(parts.files["xl/workbook.xml"]).replace(*change)).zip()) == reason

    def test_workbook_without_sheets(self):
        assert refused(ooxml.xlsx(sheets={})) == "no_sheets"

    def test_sheet_in_an_unknown_namespace_is_never_read_as_empty(self):
        parts = self.parts()
        sheet = str(parts.files["xl/worksheets/sheet1.xml"]).replace("2006/main", "2036/main")
        assert refused(parts.with_(sheet1=sheet).zip()) == "broken_sheet"

    def test_strings_in_an_unknown_namespace_are_never_read_as_none(self):
        parts = self.parts()
        strings = str(parts.files["xl/sharedStrings.xml"]).replace("2006/main", "2036/main")
        assert refused(parts.with_(sharedStrings=strings).zip()) == "broken_strings"

    def test_properties_and_names(self):
        names = (
            "|<definedNames><definedName name='fld_customer_name'>Kunder!$A$2:$A$9</definedName>"
            "<definedName name='_xlnm.Print_Area' localSheetId='0'>Ark1!$A$1</definedName></definedNames>"
        )
        properties = {"momentsheet.id": "momentsheet", "momentsheet.sheets": "customer=Kunder;x=Å & Ø"}
        for strict in (False, True):
            data = ooxml.xlsx(
                self.ROWS, strings=STRINGS, formats=FORMATS, workbook=names, properties=properties, strict=strict
            )
            book = read_workbook(data, "Bok.xlsx")
            assert book.properties == properties
            assert book.names == {"fld_customer_name": "Kunder!$A$2:$A$9"}
            assert (book.name, book.format, len(book.sha256)) == ("Bok.xlsx", "xlsx", 64)

    def test_hidden_columns_merged_areas_and_filters(self):
        inside = (
            '<sheetPr filterMode="1"/>'
            '<cols><col min="2" max="3" hidden="1"/><col min="4" max="16384" hidden="0"/></cols>'
            '<sheetData><row r="1" hidden="true"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row>'
            '<row r="2" hidden="1"/><row r="3" hidden="0"><c r="A3"><v>1</v></c></row></sheetData>'
            '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="$D$5"/></mergeCells>'
        )
        sheet = only(ooxml.xlsx(inside))
        assert sheet.hidden_rows == {1}
        assert sheet.hidden_columns == {2}
        assert sheet.merged == ((1, 0, 2, 1), (5, 3, 5, 3))
        assert sheet.has_filter

    def test_autofilter_is_a_filter(self):
        assert only(ooxml.xlsx('<sheetData/><autoFilter ref="A1:B2"/>')).has_filter
        assert not only(ooxml.xlsx("<sheetData/>")).has_filter

    def test_macros_and_links_are_told(self):
        parts = ooxml.parts()
        relations = ooxml.relationships(
            [
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("v", "vbaProject", "vba.bin"),
                ("l", "externalLink", "l.xml"),
            ]
        )
        types = str(parts.files["[Content_Types].xml"]).replace(
            "openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
        )
        parts = parts.and_({"xl/_rels/workbook.xml.rels": relations, "[Content_Types].xml": types})
        book = read_workbook(parts.zip(), "b.xlsx")
        assert book.format == "xlsm"
        assert [notice.id for notice in book.notices] == ["macros", "links"]

    def test_pool_holds_each_text_once_and_only_those_in_use(self):
        rows = (
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row>'
            '<row r="2"><c r="A2" t="inlineStr"><is><t>b</t></is></c><c r="B2" t="s"><v>3</v></c></row>'
            '<row r="3"><c r="A3" t="inlineStr"><is><t>a</t></is></c></row>'
        )
        strings = "<si><t>a</t></si><si><t>unused</t></si><si><t>b</t></si><si><t>a</t></si>"
        sheet = only(ooxml.xlsx(rows, strings=strings))
        assert sorted(sheet.pool.to_list()) == ["a", "b"]
        assert {name: value for name, (_, value) in values(sheet).items()} == {
            "A1": "a", "B1": "b", "A2": "b", "B2": "a", "A3": "a"
        }  # fmt: skip


@given(
    st.lists(
        st.lists(
            st.none() | st.booleans() | st.floats(-9.99e307, 9.99e307) | st.integers(-(2**53), 2**53)
            | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20),
            max_size=6,
        ),
        max_size=8,
    )
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_what_xlsxwriter_writes_is_read_back(table):
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Ark1")
        expected = {}
        for r, row in enumerate(table):
            for c, value in enumerate(row):
                if value is None:
                    continue
                write = sheet.write_boolean if isinstance(value, bool) else sheet.write
                write(r, c, value)
                kind = BOOLEAN if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER
                expected[cell_name(r + 1, c)] = (kind, value)
    found = values(only(buffer.getvalue()))
    assert found.keys() == expected.keys()
    for name, (kind, value) in expected.items():
        # xlsxwriter writes 16 digits, as Excel does.
        assert found[name] == (kind, value if isinstance(value, str) else pytest.approx(float(value), rel=1e-15)), name
