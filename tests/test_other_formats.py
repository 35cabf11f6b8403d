"""What the reader makes of files that are no xlsx: csv, old and open formats, and everything that is no workbook."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import ooxml
import pytest
import yaml
from sheet_values import values

import momentsheet
from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, Workbook
from momentsheet.workbook import read_workbook

NUMBER, TEXT, BOOLEAN, DATE, TIME, DURATION, ERROR = list(Kind)[1:8]
ROOT = Path(__file__).parents[1]
NOTHING = (Kind.BLANK, None)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SPREADSHEET = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}
TEXT_DOCUMENT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}


def refused(data: bytes, name: str = "book.xlsx") -> str:
    with pytest.raises(UnusableFile) as caught:
        read_workbook(data, name)
    return caught.value.reason


class TestDelimited:
    """csv: encoding and delimiter found out and told; every value is a text."""

    @pytest.mark.parametrize(
        ("data", "encoding", "delimiter"),
        [
            ("Navn;Sum\nØrn;1,5\n".encode(), "UTF-8", ";"),
            ("\ufeffNavn;Sum\nØrn;1,5\n".encode(), "UTF-8", ";"),
            ("Navn;Sum\nØrn;1,5\n".encode("cp1252"), "Windows-1252", ";"),
            ("Navn;Sum\nØrn;1,5\n".encode("utf-16"), "UTF-16", ";"),
            (b"\xfe\xff" + "Navn;Sum\nØrn;1,5\n".encode("utf-16-be"), "UTF-16", ";"),
            ('Navn,Sum\nØrn,"1,5"\n'.encode(), "UTF-8", ","),
            ("Navn\tSum\r\nØrn\t1,5\r\n".encode(), "UTF-8", "TAB"),
            ("Navn|Sum\rØrn|1,5\r".encode(), "UTF-8", "|"),
            ("sep=|\nNavn|Sum\nØrn|1,5".encode(), "UTF-8", "|"),
            ('SEP=,\rNavn,Sum\rØrn,"1,5"\r'.encode(), "UTF-8", ","),
            ('"sep=;"\r\nNavn;Sum\r\nØrn;1,5'.encode(), "UTF-8", ";"),
            ("Navn;Sum\nØrn;1,5\n\x1a".encode(), "UTF-8", ";"),
        ],
    )  # fmt: skip
    def test_encodings_and_delimiters(self, data, encoding, delimiter):
        book = read_workbook(data, "Fjord eksport.csv")
        assert book.format == "csv"
        assert [sheet.name for sheet in book.sheets] == ["Fjord eksport"]
        assert values(book.sheets[0]) == {
            "A1": (TEXT, "Navn"), "B1": (TEXT, "Sum"), "A2": (TEXT, "Ørn"), "B2": (TEXT, "1,5")
        }  # fmt: skip
        assert [(notice.id, dict(notice.facts)) for notice in book.notices] == [
            ("csv", {"encoding": encoding, "delimiter": delimiter})
        ]

    def test_quotes_lines_and_gaps(self):
        data = b'a;"x;""y\r\nz";\r\n\r\n;00123;5" pipe\r\n'
        sheet = read_workbook(data, "t.csv").sheets[0]
        assert values(sheet) == {
            "A1": (TEXT, "a"), "B1": (TEXT, 'x;"y\nz'), "B3": (TEXT, "00123"), "C3": (TEXT, '5" pipe')
        }  # fmt: skip
        assert sheet.rows.tolist() == [1, 3]

    def test_decimal_commas_do_not_make_a_comma_the_delimiter(self):
        sheet = read_workbook(b"1,5;2,5\n3,5;4,5\n", "t.csv").sheets[0]
        assert [value for _, value in values(sheet).values()] == ["1,5", "3,5", "2,5", "4,5"]

    def test_one_column(self):
        assert values(read_workbook(b"hei\nhallo\n", "t.csv").sheets[0]) == {"A1": (TEXT, "hei"), "A2": (TEXT, "hallo")}

    def test_name_of_the_file_does_not_decide(self):
        assert read_workbook(b"a;b\n1;2\n", "book.xlsx").format == "csv"
        assert read_workbook(ooxml.xlsx(), "table.csv").format == "xlsx"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b'a;b\n"c;d\ne;f\n', "csv_quotes"),
            (b'a;b\n"c"x;d\n', "csv_quotes"),
            (b"a;b\n" + b"c;d\n" * 200 + b"\0;f\n", "csv_zero_bytes"),
            (b"\xef\xbb\xbfa;b\n" + b"c;d\n" * 200 + b"\0;f\n", "csv_zero_bytes"),
            (bytes(range(256)) * 4, "binary"),
            (b"\x81\x8d\x8f\x90" * 9, "binary"),
            (b"\xef\xbb\xbfa;\xff\n", "csv_encoding"),
            (b"\xff\xfea", "csv_encoding"),
            (b"x;" * 16_385, "csv_columns"),
            (b"x" * 4_000_001, "csv_line"),
            (b'"a\n";' * 900_000, "csv_line"),
            (b"x;" + b"y" * 32_768, "cell_too_long"),
        ],
    )
    def test_refusals(self, data, reason):
        assert refused(data, "t.csv") == reason

    def test_a_bad_quote_is_told_with_its_line(self):
        with pytest.raises(UnusableFile) as caught:
            read_workbook(b'a;b\r\nc;"d\r\ne"\r\nf;"g\r\nh;i\r\n', "t.csv")
        assert (caught.value.reason, caught.value.facts) == ("csv_quotes", {"line": 4})


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.xlsx", "empty"),
        (b" \r\n", "a.csv", "empty"),
        (bytes(5000), "a.xlsx", "zeros"),
        (b"%PDF-1.7\n%\xe2\xe3", "a.xlsx", "pdf"),
        (b"\n%PDF-1.4", "a.xlsx", "pdf"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a.xls", "html"),
        ("\ufeff\r\n<!DOCTYPE HTML>".encode(), "a.xls", "html"),
        ("<TABLE border=1>".encode("utf-16"), "a.xls", "html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "a.xls", "html"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "a.xls", "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "a.x", "flat_excel"),
        (b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">', "a.fods", "flat_ods"),
        (b'<?xml version="1.0"?><data/>', "a.xml", "xml_other"),
        (b"ID;PWXL;N;E\r\n", "a.slk", "sylk"),
        (b"{\\rtf1\\ansi", "a.rtf", "word"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a.xlsx", "image"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "a.xlsx", "image"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "a.xlsx", "image"),
        (b"\x1f\x8b\x08" + bytes(20), "a.xlsx", "compressed"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a.xlsx", "compressed"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(20), "a.xls", "old_excel"),
        (b"\x7fELF" + bytes(200), "a.xlsx", "binary"),
        (b"PK\3\4" + bytes(200), "a.xlsx", "broken_zip"),
        (b"anything", "~$a.xlsx", "lock_file"),
        (b"\x07Ola Nor" + b" " * 47 + b"\x07" + b"\0O\0l\0a" + b" \0" * 53 + b"\0\0\0\0", "a.xlsx", "binary"),
        (b"\x03Ola" + b" " * 51 + b"\x03" + "\0Ola".encode("utf-16-le") + bytes(101), "a.xlsx", "lock_file"),
        (ooxml.package({}), "a.xlsx", "zip_other"),
        (ooxml.package({"readme.txt": "x"}), "a.xlsx", "zip_other"),
        (ooxml.package({"fjord.xlsx": "x", "b.txt": ""}), "a.zip", "zipped"),
        (ooxml.package({"Index/Document.iwa": "x"}), "a.numbers", "numbers"),
        (ooxml.package({"index.xml": "x", "buildVersionHistory.plist": "x"}), "a.numbers", "numbers"),
        (ooxml.package(TEXT_DOCUMENT), "a.odt", "open_document"),
        (ooxml.package(SPREADSHEET | {"META-INF/manifest.xml": "<m:encryption-data/>"}), "a.ods", "encrypted"),
        (ooxml.package(SPREADSHEET), "a.ods", "legacy_unreadable"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "a.xls", "word"),
        (COMPOUND + "PowerPoint Document".encode("utf-16-le"), "a.xls", "powerpoint"),
        (COMPOUND, "a.xls", "compound_other"),
        (COMPOUND + "Workbook".encode("utf-16-le"), "a.xls", "legacy_unreadable"),
        (COMPOUND + "Workbook".encode("utf-16-le")
         + b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12) + b"\x2f\x00\x02\x00xx", "a.xls", "encrypted"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_by_its_name(data, name, reason):
    assert refused(data, name) == reason


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "word"),
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "word"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "powerpoint"),
        ("application/vnd.ms-visio.drawing.main+xml", "zip_other"),
    ],
)
def test_other_office_documents_are_refused_by_their_name(content_type, reason):
    types = ooxml.content_types({"xl/workbook.xml": content_type})
    assert refused(ooxml.parts().and_({"[Content_Types].xml": types}).zip()) == reason


@pytest.fixture(scope="module")
def saved_elsewhere(tmp_path_factory) -> dict[str, Workbook]:
    """One workbook of all kinds, saved by LibreOffice in four formats."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    folder = tmp_path_factory.mktemp("office")
    rows = (
        '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2"><v>7.5</v></c><c r="D2" t="b"><v>1</v></c></row>'
        '<row r="3" hidden="1"><c r="B3" s="1"><v>45657</v></c><c r="C3" s="5"><v>45657.3125</v></c>'
        '<c r="D3" s="2"><v>0.3125</v></c></row>'
        '<row r="5"><c r="B5" s="3"><v>1.5625</v></c><c r="C5" s="4"><v>0.25</v></c>'
        '<c r="D5" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E5"><f>1+1</f><v>2</v></c></row>'
        '<row r="6"><c r="B6" t="s"><v>1</v></c><c r="C6" t="s"><v>2</v></c></row>'
    )
    data = ooxml.xlsx(
        sheets={"Ark æ": rows, "Skjult": ""},
        states={"Skjult": "hidden"},
        strings="<si><t>Nordli</t></si><si><t>a&#13;&#10;b_x000D_c</t></si><si><t>00123</t></si>",
        formats=("dd.mm.yyyy", "hh:mm", "[h]:mm", "0%", "dd.mm.yyyy hh:mm"),
    )
    (folder / "in").mkdir()
    source = folder / "in" / "book.xlsx"
    source.write_bytes(data)
    found = {}
    for suffix in ("xlsx", "xls", "ods"):
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", suffix]
        subprocess.run([*command, "--outdir", str(folder), str(source)], check=True, capture_output=True, timeout=120)
        found[suffix] = read_workbook((folder / f"book.{suffix}").read_bytes(), f"book.{suffix}")
    return found


FULL = {
    "B2": (TEXT, "Nordli"), "C2": (NUMBER, 7.5), "D2": (BOOLEAN, 1.0), "B3": (DATE, 45657.0), "C3": (DATE, 45657.3125),
    "D3": (TIME, 0.3125), "B5": (DURATION, 1.5625), "C5": (NUMBER, 0.25), "D5": (ERROR, "#DIV/0!"), "E5": (NUMBER, 2.0),
    "B6": (TEXT, "a\nb\nc"), "C6": (TEXT, "00123"),
}  # fmt: skip


def test_libreoffice_xlsx_is_read_in_full(saved_elsewhere):
    book = saved_elsewhere["xlsx"]
    assert values(book.sheets[0]) == FULL
    assert book.sheets[0].hidden_rows == {3}
    assert [sheet.state for sheet in book.sheets] == ["visible", "hidden"]
    percents = {column.index: column.percents.tolist() for column in book.sheets[0].columns}
    assert percents[2] == [False, False, True, False]


@pytest.mark.parametrize(
    ("suffix", "lost"),
    [
        ("xls", {"D5": NOTHING}),
        ("ods", {"D5": NOTHING, "D2": (NUMBER, 1.0)}),
    ],
)
def test_old_and_open_formats_are_read_but_for_what_their_notice_says(saved_elsewhere, suffix, lost):
    book = saved_elsewhere[suffix]
    assert book.format == suffix
    assert [notice.id for notice in book.notices] == [f"legacy_{suffix}"]
    assert [(sheet.name, sheet.state) for sheet in book.sheets] == [("Ark æ", "visible"), ("Skjult", "hidden")]
    found = values(book.sheets[0])
    expected = {name: value for name, value in {**FULL, **lost}.items() if value != NOTHING}
    assert found.keys() == expected.keys()
    for name, (kind, value) in expected.items():
        assert found[name] == (kind, value if isinstance(value, str) else pytest.approx(value, abs=1e-8)), name


# Texts for people


def _raised() -> dict[str, list[set[str]]]:
    """Reason -> the facts given with it, for every refusal in the source."""
    found: dict[str, list[set[str]]] = {}
    for path in Path(momentsheet.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("UnusableFile", "Notice")
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    prefix = "refusal" if node.func.id == "UnusableFile" else "notice"
                    facts = {keyword.arg for keyword in node.keywords if keyword.arg}
                    if prefix == "notice" and len(node.args) == 2 and isinstance(node.args[1], ast.Dict):
                        facts = {key.value for key in node.args[1].keys if isinstance(key, ast.Constant)}
                    found.setdefault(f"{prefix}.{first.value}", []).append(facts)
    return found


def test_every_refusal_and_notice_has_a_text_that_uses_only_its_facts():
    texts = {}
    for name in ("refusals", "notices"):
        texts |= yaml.safe_load((ROOT / "rules" / "texts" / f"{name}.yaml").read_text("utf-8"))
    raised = _raised()
    for text_id, calls in raised.items():
        assert text_id in texts, text_id
        for language in ("en", "nb"):
            for facts in calls:
                assert set(re.findall(r"\{(\w+)\}", texts[text_id][language])) <= facts | {"file"}, text_id
    indirect = {
        # raised by a reason that stands in a variable
        "pdf", "html", "word", "powerpoint", "image", "compressed", "sylk", "old_excel", "encrypted", "xml_doctype",
        "legacy_too_heavy", "legacy_unreadable",
    }  # fmt: skip
    unused = {text_id for text_id in texts if text_id not in raised}
    assert unused <= {f"refusal.{name}" for name in indirect} | {
        f"notice.legacy_{name}" for name in ("xls", "xlsb", "ods")
    }
