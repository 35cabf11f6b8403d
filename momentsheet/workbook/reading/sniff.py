"""What a file is, told from its bytes alone; everything that is no workbook is refused by its name."""

from __future__ import annotations

import re
from typing import Literal

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.package import CONTENT_TYPES_PART, find_main_part, read_content_types

Form = Literal["zip", "xls", "text"]


def sniff(data: bytes, name: str) -> Form:
    """Whether to read the file as a zip archive, as an old Excel workbook or as text; UnusableFile if as none."""
    if name.startswith("~$") or _is_lock_file(data):
        raise UnusableFile("lock_file")
    if not data.strip():
        raise UnusableFile("empty")
    if not data.strip(b"\0"):
        raise UnusableFile("zeros")
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        return "zip"
    if data.startswith(_COMPOUND):
        return _sniff_compound(data)
    for signs, reason in _signs:
        if data.startswith(signs):
            raise UnusableFile(reason)
    if b"%PDF-" in data[:1024]:
        raise UnusableFile("pdf")
    if data[4:12] in _image_brands or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        raise UnusableFile("image")
    _refuse_markup(_start_of_text(data))
    return "text"


def zip_format(archive: Archive) -> str:
    """What workbook a zip archive is: xlsx, xlsm, xlsb or ods; UnusableFile if it is none, or encrypted."""
    if archive.find(CONTENT_TYPES_PART):
        return find_main_part(archive, read_content_types(archive))[1]
    mimetype, manifest = archive.find("mimetype"), archive.find("META-INF/manifest.xml")
    told = (archive.read(mimetype)[:200] if mimetype else b"") + (archive.read(manifest) if manifest else b"")
    if b"opendocument.spreadsheet" in told:
        if b"encryption-data" in told:
            raise UnusableFile("encrypted")
        return "ods"
    if b"opendocument." in told:
        raise UnusableFile("open_document")
    names = list(archive.members)
    if any(name.endswith((".iwa", "Index.zip", "buildVersionHistory.plist")) for name in names):
        raise UnusableFile("numbers")
    workbooks = [name for name in names if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv"))]
    if workbooks:
        raise UnusableFile("zipped", part=workbooks[0])
    raise UnusableFile("zip_other")


# Private functions

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_signs: tuple[tuple[tuple[bytes, ...], str], ...] = (
    # The Excel versions before 5 wrote a bare stream of records, beginning with one of these.
    ((b"\x09\x00\x04\x00", b"\x09\x00\x06\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"), "old_excel"),
    ((b"\x09\x08\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00"), "old_excel"),
    ((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"), "image"),
    ((b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a", b"\xfd7zXZ\0"), "compressed"),
    ((b"{\\rtf",), "word"),
    ((b"ID;P",), "sylk"),
)
_image_brands = {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}

_FLAT_EXCEL = "urn:schemas-microsoft-com:office:spreadsheet"
_FLAT_ODS = "urn:oasis:names:tc:opendocument"
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|meta|div|script)\b", re.IGNORECASE)


def _is_lock_file(data: bytes) -> bool:
    """Excel's «~$» file beside an open workbook: the user's name, padded, twice."""
    return len(data) == 165 and 0 < data[0] <= 54 and not data[1 + data[0] : 55].strip(b" \0")


def _sniff_compound(data: bytes) -> Form:
    """A compound file (OLE2): an old workbook, or an envelope around an encrypted one, or something else."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnusableFile("encrypted")
    upper = data.upper()
    if any(name.encode("utf-16-le") in upper for name in ("WORKBOOK", "BOOK")):
        if _has_password(data):
            raise UnusableFile("encrypted")
        return "xls"
    for name, reason in (("WORDDOCUMENT", "word"), ("POWERPOINT DOCUMENT", "powerpoint")):
        if name.encode("utf-16-le") in upper:
            raise UnusableFile(reason)
    raise UnusableFile("compound_other")


def _has_password(data: bytes) -> bool:
    """Whether an FILEPASS record stands among the first records of the workbook stream."""
    for begin in (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00"):
        position = data.find(begin)
        for _ in range(8 if position >= 0 else 0):
            kind = int.from_bytes(data[position : position + 2], "little")
            if kind == 0x2F:
                return True
            position += 4 + int.from_bytes(data[position + 2 : position + 4], "little")
    return False


def _start_of_text(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data[:8192].decode(encoding, "replace").lstrip()


def _refuse_markup(start: str) -> None:
    if start[:13].lower() == "mime-version:":
        raise UnusableFile("html")
    if not start.startswith("<"):
        return
    if _FLAT_EXCEL in start or 'mso-application progid="Excel' in start:
        raise UnusableFile("flat_excel")
    if _FLAT_ODS in start:
        raise UnusableFile("flat_ods")
    if _HTML.search(start):
        raise UnusableFile("html")
    if start.startswith(("<?xml", "<!")) or re.match(r"<[A-Za-z][\w:.-]*[\s>]", start):
        raise UnusableFile("xml_other")
