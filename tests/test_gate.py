"""The gate: whatever the bytes, the answer is a workbook or `UnusableFile`, soon and in little memory."""

from __future__ import annotations

import builtins
import io
import random
import socket
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib

import ooxml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Workbook
from momentsheet.workbook import Limits, read_workbook
from momentsheet.workbook.gate import open_archive

MIB = 1024 * 1024
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'
    '<row r="2"><c r="A2" s="1"><v>45292</v></c><c r="B2" t="e"><v>#N/A</v></c></row>'
)
STRINGS = "<si><t>Nordli</t></si><si><r><t>a</t></r></si>"


def parts(rows: str = ROWS, **options) -> ooxml.Parts:
    return ooxml.parts(rows, **{"strings": STRINGS, "formats": ("dd.mm.yyyy",), **options})


def refused(data: bytes, limits: Limits | None = None) -> UnusableFile:
    with pytest.raises(UnusableFile) as caught:
        read_workbook(data, "book.xlsx", limits or Limits())
    return caught.value


def quickly(seconds: float, data: bytes) -> str:
    """The reason of a refusal that must come within some seconds (generous: machines are busy)."""
    started = time.perf_counter()
    reason = refused(data).reason
    assert time.perf_counter() - started < seconds
    return reason


def patched(data: bytes, name: str, offset: int, value: bytes, *, is_local: bool) -> bytes:
    """The archive with some bytes of an entry's central (or local) header changed."""
    sign, length = (b"PK\3\4", 30) if is_local else (b"PK\1\2", 46)
    position = -1
    while (position := data.index(name.encode(), position + 1)) >= 0:
        start = position - length
        if data[start : start + 4] == sign:
            return data[: start + offset] + value + data[start + offset + len(value) :]
    raise AssertionError(name)


SHEET = "xl/worksheets/sheet1.xml"


class TestArchive:
    def test_members_are_found_whatever_their_case(self):
        archive = open_archive(parts().zip(), Limits())
        assert archive.find("XL/Workbook.XML") == "xl/workbook.xml"
        assert archive.find("xl/none.xml") is None
        assert archive.read("xl/workbook.xml").startswith(b"<?xml")

    def test_packed_bytes_are_those_of_the_file(self):
        data = parts().zip()
        archive = open_archive(data, Limits())
        with zipfile.ZipFile(io.BytesIO(data)) as other:
            for name, member in archive.members.items():
                assert archive.read(name) == other.read(name)
                assert zlib.decompress(archive.packed(name), -15) == other.read(name)
                info = other.getinfo(name)
                assert (member.crc, member.packed, member.size) == (info.CRC, info.compress_size, info.file_size)
                assert member.header_offset == info.header_offset

    def test_stored_streamed_and_zip64_archives(self):
        files = parts().files
        stored = ooxml.package(files, zipfile.ZIP_STORED)
        streamed = io.BytesIO()

        class Pipe(io.RawIOBase):
            def writable(self):
                return True

            def write(self, data):
                return streamed.write(data)

        with zipfile.ZipFile(io.BufferedWriter(Pipe()), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(content.encode() if isinstance(content, str) else content)
        for data in (stored, streamed.getvalue()):
            assert len(read_workbook(data, "b.xlsx").sheets[0].rows) == 2

    def test_zip64_directory(self):
        data = parts().zip()
        end = data.rfind(b"PK\5\6")
        _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2LH", data[end : end + 22])
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        marker = struct.pack("<4s4H2LH", b"PK\5\6", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        assert len(read_workbook(data[:end] + wide + locator + marker, "b.xlsx").sheets[0].rows) == 2

    def test_comment_behind_the_directory(self):
        data = parts().zip()
        assert read_workbook(data[:-2] + b"\x05\x00hallo", "b.xlsx").format == "xlsx"

    @pytest.mark.parametrize(
        "name", ["../x", "a/../../x", "/etc/passwd", "C:/x", "c:\\x", "a//b", "..", ".", "a/./b", "x\ny", "x\u202ey"]
    )
    def test_names_that_lead_elsewhere(self, name):
        assert refused(ooxml.package({**parts().files, name: "x"})).reason == "zip_name"

    def test_folders_are_no_members(self):
        archive = open_archive(ooxml.package({"xl/": "", "xl/a.xml": "x"}), Limits())
        assert list(archive.members) == ["xl/a.xml"]

    @pytest.mark.parametrize("name", [SHEET, SHEET.upper(), SHEET.replace("/", "\\"), "xl/WorkSheets/sheet1.xml"])
    def test_duplicate_names(self, name):
        buffer = io.BytesIO(parts().zip())
        with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
            warnings.simplefilter("ignore")
            archive.writestr(name, "<other/>")
        assert refused(buffer.getvalue()).reason == "zip_duplicate"

    def test_entry_that_is_listed_twice(self):
        data = parts().zip()
        end = data.rfind(b"PK\5\6")
        _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2LH", data[end : end + 22])
        last = data.rfind(b"PK\1\2", 0, end)
        end_record = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count + 1, count + 1, size + end - last, offset, 0)
        assert refused(data[:end] + data[last:end] + end_record).reason == "zip_overlap"

    def test_entry_that_begins_inside_another(self):
        inner = ooxml.package({"inner.xml": "x"}, zipfile.ZIP_STORED)
        local = inner[: inner.find(b"PK\1\2")]
        data = ooxml.package({"a.xml": local, "inner.xml": "x"}, zipfile.ZIP_STORED)
        inside = data.find(local)
        data = patched(data, "inner.xml", 42, struct.pack("<L", inside), is_local=False)
        assert refused(data).reason == "zip_overlap"

    def test_encrypted_entry(self):
        data = patched(parts().zip(), SHEET, 8, b"\x01\x00", is_local=False)
        assert refused(data).reason == "encrypted"

    def test_other_compression(self):
        assert refused(ooxml.package(parts().files, zipfile.ZIP_BZIP2)).reason == "zip_method"

    @pytest.mark.parametrize(
        ("offset", "value"), [(24, struct.pack("<L", 5)), (24, struct.pack("<L", 10**6)), (16, b"\1\2\3\4")]
    )
    def test_size_or_checksum_that_lies(self, offset, value):
        error = refused(patched(parts().zip(), SHEET, offset, value, is_local=False))
        assert (error.reason, error.facts) == ("broken_part", {"part": SHEET})

    def test_local_name_that_lies(self):
        data = patched(parts().zip(), SHEET, 30, b"xl/worksheets/sheet2", is_local=True)
        assert refused(data).reason == "broken_zip"

    @pytest.mark.parametrize("offset", [20, 28, 30, 32, 42])
    def test_directory_that_points_beyond_the_file(self, offset):
        data = patched(parts().zip(), SHEET, offset, b"\xf0\xff", is_local=False)
        assert refused(data).reason in ("broken_zip", "zip_overlap", "broken_part")

    def test_every_truncation(self):
        data = parts().zip()
        for length in range(4, len(data), 37):
            assert refused(data[:length]).reason == "broken_zip"

    def test_damaged_stream(self):
        data = parts().zip()
        member = open_archive(data, Limits()).members[SHEET]
        broken = bytearray(data)
        broken[member.data_offset : member.data_offset + 8] = b"\xff" * 8
        assert refused(bytes(broken)).reason == "broken_part"


def bomb(part: str, size: int) -> bytes:
    """A workbook one part of which inflates to so many spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    files = dict(parts().files)
    text = str(files[part])
    start, end = text[: text.rfind("</")].encode(), text[text.rfind("</") :].encode()
    block = b" " * MIB
    crc = zlib.crc32(start)
    pieces = [packer.compress(start)]
    for _ in range(size // MIB):
        crc = zlib.crc32(block, crc)
        pieces.append(packer.compress(block))
    crc = zlib.crc32(end, crc)
    packed = b"".join([*pieces, packer.compress(end), packer.flush()])
    files[part] = packed
    data = ooxml.package(files, zipfile.ZIP_STORED)
    total = len(start) + size // MIB * MIB + len(end)
    for is_local, offset in ((True, 8), (False, 10)):
        data = patched(data, part, offset, b"\x08\x00", is_local=is_local)
        data = patched(data, part, offset + 6, struct.pack("<3L", crc, len(packed), total), is_local=is_local)
    return data


class TestTooMuch:
    @pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels"])
    def test_zip_bomb(self, part):
        data = bomb(part, 64 * MIB)
        assert len(data) < 100_000
        error = refused(data)
        assert (error.reason, error.facts["part"]) == ("zip_ratio", part)

    def test_part_that_nobody_reads_may_be_what_it_is(self):
        files = {**parts().files, "xl/media/a.emf": b" " * (8 * MIB)}
        assert read_workbook(ooxml.package(files), "b.xlsx").format == "xlsx"

    @pytest.mark.parametrize(
        ("limits", "reason"),
        [
            ({"file_size": 100}, "file_too_large"),
            ({"entries": 5}, "zip_entries"),
            ({"part_size": 600}, "part_too_large"),
            ({"total_size": 2000}, "total_too_large"),
            ({"tags": 40}, "xml_tags"),
            ({"tree_tags": 3}, "xml_tags"),
            ({"skipped": 3}, "xml_tags"),
            ({"sheets": 0}, "too_many_sheets"),
            ({"rows": 1}, "too_many_rows"),
            ({"cells": 3}, "too_many_cells"),
            ({"area": 3}, "too_large_area"),
            ({"strings": 1}, "too_many_strings"),
            ({"styles": 1}, "too_many_styles"),
            ({"text": 3}, "cell_too_long"),
        ],
    )
    def test_every_limit_has_its_refusal(self, limits, reason):
        strings = "<si><t>ab</t></si><si><t>c</t></si>"
        assert read_workbook(parts(strings=strings).zip(), "b.xlsx")
        assert refused(parts(strings=strings).zip(), Limits(**limits)).reason == reason

    def test_limits_that_need_more_to_reach(self):
        text = refused(parts().zip(), Limits(text=5))
        assert (text.reason, text.facts) == ("text_too_long", {"part": "xl/sharedStrings.xml", "limit": 5})
        merges = f"<sheetData>{ROWS}</sheetData><mergeCells>" + '<mergeCell ref="A1:B2"/>' * 3 + "</mergeCells>"
        assert refused(parts(merges).zip(), Limits(merges=2)).reason == "too_many_merges"
        names = "".join(f"<definedName name='n{n}'>1</definedName>" for n in range(3))
        data = parts(workbook=f"|<definedNames>{names}</definedNames>", properties={"a": "1", "b": "2"}).zip()
        assert refused(data, Limits(defined_names=2)).reason == "too_many_names"
        assert refused(data, Limits(properties=1)).reason == "too_many_properties"

    def test_longest_text_is_that_of_one_cell(self):
        strings = "<si><t>abcd</t></si><si><r><t>ab</t></r><r><t>cd</t></r></si>"
        assert read_workbook(parts(strings=strings).zip(), "b.xlsx", Limits(text=5))

    def test_limits_hold_for_all_sheets_together(self):
        data = ooxml.xlsx(sheets={"A": ROWS, "B": ROWS}, strings=STRINGS)
        assert read_workbook(data, "b.xlsx", Limits(cells=8, area=8))
        assert refused(data, Limits(cells=7)).reason == "too_many_cells"
        assert refused(data, Limits(area=7)).reason == "too_large_area"

    def test_csv_is_held_to_the_same_limits(self):
        for limits, reason in (
            ({"rows": 1}, "too_many_rows"),
            ({"cells": 3}, "too_many_cells"),
            ({"area": 3}, "too_large_area"),
            ({"text": 2}, "cell_too_long"),
        ):
            assert refused(b"a;bbb\nc;d\n", Limits(**limits)).reason == reason

    def test_diagonal_of_cells_is_refused_before_memory_is_taken(self):
        rows = "".join(f'<row><c r="{column}{n}"><v>1</v></c></row>' for n, column in enumerate(letters(4000), 1))
        assert quickly(5, parts(rows).zip()) == "too_large_area"

    def test_text_without_end(self):
        for inside in ("<v>{}</v>", "<is><t>{}</t></is>", "<is>" + "<r><t>{}</t></r>" * 3 + "</is>"):
            text = inside.replace("{}", "ab" * 3 * MIB)
            rows = f'<row r="1"><c r="B1" t="inlineStr">{text}</c></row>'
            error = refused(ooxml.package(parts(rows).files, zipfile.ZIP_STORED))
            assert (error.reason, error.facts["cell"]) == ("cell_too_long", "B1")
        runs = f"<si>{'<r><t>abc</t></r>' * 200_000}</si>"
        assert refused(parts(strings=runs).zip()).reason == "text_too_long"

    def test_styled_rows_and_cells_without_value_cost_nothing_but_time(self):
        rows = '<row s="1" customFormat="1"/>' * 100_000 + ("<row>" + '<c s="1"/>' * 16_384 + "</row>") * 3
        started = time.perf_counter()
        book = read_workbook(ooxml.package(parts(rows).files, zipfile.ZIP_STORED), "b.xlsx")
        assert len(book.sheets[0].rows) == 0
        assert time.perf_counter() - started < 10

    def test_counts_that_lie_are_ignored(self):
        files = parts().files
        strings = str(files["xl/sharedStrings.xml"]).replace("<sst ", '<sst count="1" uniqueCount="200000000" ')
        assert len(read_workbook(parts().with_(sharedStrings=strings).zip(), "b.xlsx").sheets[0].rows) == 2


def letters(count: int) -> list[str]:
    from momentsheet.model.workbook import column_letter

    return [column_letter(n) for n in range(count)]


XML_PARTS = ["sheet1", "sharedStrings", "styles", "workbook", "[Content_Types]"]


class TestMarkup:
    @pytest.mark.parametrize("part", XML_PARTS)
    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE a SYSTEM "http://198.51.100.7/a.dtd">',
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
            "<!DOCTYPE a>",
        ],
    )
    def test_document_type(self, part, doctype, monkeypatch):
        forbid(monkeypatch)
        text = content(part).replace("?>", f"?>{doctype}", 1)
        assert refused(parts().with_(**{part: text}).zip()).reason == "xml_doctype"

    @pytest.mark.parametrize("part", XML_PARTS)
    def test_depth(self, part):
        for depth, is_refused in ((40, False), (80, True), (300_000, True)):
            text = content(part)
            end = text.rfind("</")
            nested = text[:end] + '<deep xmlns="x">' * depth + "</deep>" * depth + text[end:]
            data = ooxml.package(parts().with_(**{part: nested}).files, zipfile.ZIP_STORED)
            if is_refused:
                assert refused(data).reason == "xml_depth"
            else:
                assert read_workbook(data, "b.xlsx")

    @pytest.mark.parametrize("part", XML_PARTS)
    @pytest.mark.parametrize("token", ["<!--{}-->", "<?x {}?>", "<x a='{}'/>"])
    def test_endless_token(self, part, token):
        text = content(part)
        end = text.rfind("</")
        for size, is_refused in ((MIB, False), (24 * MIB, True)):
            long = text[:end] + token.replace("{}", "ab" * (size // 2)) + text[end:]
            data = ooxml.package(parts().with_(**{part: long}).files, zipfile.ZIP_STORED)
            if is_refused:
                assert quickly(5, data) == "xml_token"
            else:
                assert read_workbook(data, "b.xlsx")

    def test_many_attributes_and_many_names(self):
        attributes = " ".join(f'a{n}=""' for n in range(30_000))
        assert refused(parts(f"<x {attributes}/>").zip()).reason == "xml_names"
        elements = "".join(f"<e{n}/>" for n in range(30_000))
        assert refused(parts(elements).zip()).reason == "xml_names"
        assert refused(parts(f"<{'e' * 2_000}/>").zip()).reason == "xml_names"

    @pytest.mark.parametrize("encoding", ["UTF-9", "UTF-7", "ISO-8859-1", "windows-1252", "rot13", "idna", "utf-32"])
    def test_other_encodings(self, encoding):
        for part in ("sheet1", "workbook"):
            text = content(part).replace('"UTF-8"', f'"{encoding}"')
            assert refused(parts().with_(**{part: text}).zip()).reason == "xml_encoding"

    @pytest.mark.parametrize(
        "rubbish",
        [b"\x00", b"\x01", b"\xff\xfe", b"\xed\xa0\x80", b"&#xD800;", b"&#0;", b"&who;", b"<a", b"</b>", b"]]>"],
    )
    def test_what_is_not_xml(self, rubbish):
        for part in ("sheet1", "sharedStrings", "styles", "workbook"):
            text = content(part).encode()
            end = text.rfind(b"</")
            assert refused(parts().with_(**{part: text[:end] + rubbish + text[end:]}).zip()).reason == "broken_xml"

    def test_empty_parts(self):
        for part in (*XML_PARTS, ""):
            assert refused(parts().with_(**{part: ""}).zip()).reason == "broken_xml"


def content(part: str) -> str:
    return str(next(text for name, text in parts().files.items() if name.rpartition("/")[2].startswith(part)))


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file, socket or process be opened."""

    def fail(*_args, **_kwargs):
        raise AssertionError("the reader reached outside")

    monkeypatch.setattr(builtins, "open", fail)
    monkeypatch.setattr(socket, "socket", fail)
    monkeypatch.setattr(subprocess, "Popen", fail)


@pytest.mark.parametrize(
    "target",
    ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://198.51.100.7/s.xml", "", ".", "..", "%2e%2e/x"],
)
@pytest.mark.parametrize("mode", ["", ' TargetMode="External"'])
def test_targets_lead_to_parts_or_nowhere(target, mode, monkeypatch):
    forbid(monkeypatch)
    relations = ooxml.relationships([("rId1", "worksheet", target)]).replace("/>", mode + "/>")
    assert refused(parts().and_({"xl/_rels/workbook.xml.rels": relations}).zip()).reason == "missing_sheet"


def test_external_target_is_none_of_our_parts():
    relations = ooxml.relationships([("rId1", "worksheet", "worksheets/sheet1.xml")])
    external = relations.replace("/>", ' TargetMode="External"/>')
    assert read_workbook(parts("").and_({"xl/_rels/workbook.xml.rels": relations}).zip(), "b.xlsx")
    assert refused(parts("").and_({"xl/_rels/workbook.xml.rels": external}).zip()).reason == "missing_sheet"


def test_xlsx_is_read_without_reaching_outside(monkeypatch):
    data = parts().zip()
    forbid(monkeypatch)
    assert read_workbook(data, "b.xlsx")


class TestChild:
    """xls, xlsb and ods are read by a child process that may fail in any way."""

    SHELL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le")

    def test_too_long(self):
        assert refused(self.SHELL, Limits(legacy_seconds=0)).reason == "legacy_too_heavy"

    def test_too_much_memory(self):
        assert refused(self.SHELL, Limits(legacy_memory=1)).reason in ("legacy_too_heavy", "legacy_unreadable")

    @pytest.mark.parametrize(
        ("code", "reason"), [("import os; os.abort()", "legacy_too_heavy"), ("1/0", "legacy_unreadable")]
    )
    def test_crash(self, code, reason, monkeypatch, tmp_path):
        from momentsheet.workbook.reading import legacy

        child = tmp_path / "child.py"
        child.write_text(code)
        monkeypatch.setattr(legacy, "_CHILD", child)
        assert refused(self.SHELL).reason == reason

    def test_nothing_is_printed(self, capfd):
        refused(self.SHELL)
        assert capfd.readouterr() == ("", "")

    def test_parts_pass_the_gate_before_the_child_sees_them(self, monkeypatch):
        spreadsheet = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
        ods = ooxml.package({**spreadsheet, "content.xml": "<!DOCTYPE a><a/>"})
        types = ooxml.content_types({"xl/workbook.bin": "application/vnd.ms-excel.sheet.binary.macroEnabled.main"})
        xlsb = ooxml.package(
            {
                "[Content_Types].xml": types,
                "_rels/.rels": ooxml.relationships([("r", "officeDocument", "xl/workbook.bin")]),
                "xl/workbook.bin": bytes(2 * MIB),
            }
        )
        forbid(monkeypatch)
        assert refused(ods).reason == "xml_doctype"
        assert refused(xlsb).reason == "zip_ratio"


def test_hostile_files_take_little_memory():
    files = [
        parts('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>').zip(),
        bomb(SHEET, 128 * MIB),
        bomb("xl/sharedStrings.xml", 128 * MIB),
        ooxml.package(parts().with_(sheet1=content("sheet1") + f"<!--{'ab' * 20 * MIB}-->").files, zipfile.ZIP_STORED),
    ]
    program = (
        "import resource, sys\n"
        "from momentsheet.errors import UnusableFile\n"
        "from momentsheet.workbook import read_workbook\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "sizes = map(int, sys.argv[1:])\n"
        "for size in sizes:\n"
        "    data = sys.stdin.buffer.read(size)\n"
        "    try: read_workbook(data, 'b.xlsx')\n"
        "    except UnusableFile as error: print(error.reason)\n"
        "    else: print('read')\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    command = [sys.executable, "-c", program, *(str(len(data)) for data in files)]
    done = subprocess.run(command, input=b"".join(files), capture_output=True, check=True, timeout=60)
    *reasons, grown = done.stdout.decode().split()
    assert reasons == ["read", "zip_ratio", "zip_ratio", "xml_token"]
    assert int(grown) < 200  # MiB, the 40 MB of the last file included


# Any bytes


def outcome(data: bytes) -> Workbook | UnusableFile:
    """Whatever the reader does; anything but a workbook or a refusal fails the test."""
    try:
        return read_workbook(data, "b.xlsx")
    except UnusableFile as error:
        return error


@given(
    st.sampled_from([b"", b"PK\3\4", b"\x1a", b"<", b"ID;P", b"\xff\xfe", b"\xef\xbb\xbf", b"a;b\n"]),
    st.binary(max_size=300),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes(start, rest):
    outcome(start + rest)


BASES = [
    parts(properties={"a": "b"}).zip(),
    parts(strict=True, prefix="x").zip(),
    ooxml.package(parts().files, zipfile.ZIP_STORED),
    ooxml.xlsx(sheets={"A": ROWS, "B": '<row r="3"><c r="C3" t="d"><v>2024-01-01</v></c></row>'}, strings=STRINGS),
]
PIECES = [
    b"<", b">", b'"', b"'", b"/>", b"</c>", b"<row/>", b'<c r="A1"/>', b"<v>", b"-1", b"99999999999", b"1e400", b"\0",
    b"&#0;", b"&amp;", b"<!DOCTYPE a>", b"<!--", b"]]>", b'r="XFD1048576"', b's="70000"', b't="s"', b't="d"', b"xmlns",
    b"rId9", b"../", b"\xff",
]  # fmt: skip


def mutant(seed: int) -> bytes:
    """A workbook with one thing wrong with it: a byte of the file, or something in one of its parts."""
    chance = random.Random(seed)
    data = bytearray(chance.choice(BASES))
    if chance.random() < 0.3:
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(files))
    for _ in range(chance.randint(1, 3)):
        text = files[name]
        at = chance.randrange(len(text) + 1)
        until = min(len(text), at + chance.choice((0, 1, 5, 40)))
        change = chance.randrange(5)
        if change == 0:
            files[name] = text[:at] + chance.choice(PIECES) + text[until:]
        elif change == 1:
            files[name] = text[:at] + text[until:]
        elif change == 2:
            files[name] = text[:until] + text[at:]
        elif change == 3:
            digits = [index for index, byte in enumerate(text) if 48 <= byte <= 57] or [0]
            at = chance.choice(digits)
            files[name] = text[:at] + str(chance.choice((0, -1, 7, 65_536, 2**31, 2**64))).encode() + text[at + 1 :]
        else:
            files.pop(name)
            break
    return ooxml.package(files)


@pytest.mark.parametrize("block", range(4))
def test_mutants_are_read_or_refused(block):
    started = time.perf_counter()
    kinds = {type(outcome(mutant(seed))).__name__ for seed in range(block * 150, block * 150 + 150)}
    assert kinds == {"Workbook", "UnusableFile"}
    assert time.perf_counter() - started < 30
