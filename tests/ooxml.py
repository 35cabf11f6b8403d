"""Builds workbooks from raw OOXML parts, so that a test can say exactly what stands in a file.

`xlsx()` is a whole workbook with one override per part; `package()` zips any parts. Nothing here uses a library that
writes workbooks, so that what they would never write can be tried too.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True)
class Parts:
    """The parts of a workbook: what `parts()` made, with what the test wants changed."""

    files: Mapping[str, str | bytes]

    def with_(self, **changes: str | bytes | None) -> Parts:
        """Parts by the word of their name before the suffix (`workbook`, `sheet1`, `styles` …); None takes one away."""
        files = dict(self.files)
        for word, content in changes.items():
            name = next(n for n in files if n.rpartition("/")[2].partition(".")[0] == word)
            if content is None:
                del files[name]
            else:
                files[name] = content
        return Parts(files)

    def and_(self, files: Mapping[str, str | bytes]) -> Parts:
        """More parts, or others under the same full name."""
        return Parts({**self.files, **files})

    def zip(self) -> bytes:
        return package(self.files)


def package(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these files, the same bytes every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, content)
    return buffer.getvalue()


def xlsx(sheet: str = "", **options: object) -> bytes:
    """A workbook with one sheet, or with several given as `sheets`; see `parts`."""
    return parts(sheet, **options).zip()  # type: ignore[arg-type]


def parts(
    sheet: str = "",
    *,
    sheets: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
    strings: str | None = None,
    formats: tuple[str, ...] = (),
    styles: str | None = None,
    workbook: str = "",
    properties: Mapping[str, str] | None = None,
    prefix: str = "",
    strict: bool = False,
) -> Parts:
    """Parts of a workbook.

    sheet: the inside of `<sheetData>`, or of `<worksheet>` where it holds a `<sheetData`.
    strings: the inside of `<sst>`. formats: format codes, style 1 is the first. styles: the inside of `<styleSheet>`.
    workbook: what stands in the workbook part before and after the sheets (`<workbookPr/>|<definedNames/>`).
    prefix: of every element in the spreadsheet namespace, as some libraries write it.
    """
    main, relations = (STRICT_MAIN, STRICT_RELATIONS) if strict else (MAIN, RELATIONS)
    sheets = sheets if sheets is not None else {"Ark1": sheet}
    before, _, after = workbook.partition("|")

    def root(name: str, inside: str) -> str:
        text = f'<{name} xmlns="{main}" xmlns:r="{relations}">{inside}</{name}>'
        return HEAD + (prefixed(text, prefix) if prefix else text)

    entries = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{(states or {})[name]}"' if name in (states or {}) else "")
        + "/>"
        for n, name in enumerate(sheets, 1)
    )
    files: dict[str, str | bytes] = {}
    overrides = {"xl/workbook.xml": f"{SHEET_TYPE}.sheet.main+xml"}
    targets = []
    for n, inside in enumerate(sheets.values(), 1):
        name = f"xl/worksheets/sheet{n}.xml"
        files[name] = root("worksheet", inside if "<sheetData" in inside else f"<sheetData>{inside}</sheetData>")
        overrides[name] = f"{SHEET_TYPE}.worksheet+xml"
        targets.append((f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml"))
    if strings is not None:
        files["xl/sharedStrings.xml"] = root("sst", strings)
        overrides["xl/sharedStrings.xml"] = f"{SHEET_TYPE}.sharedStrings+xml"
        targets.append(("rIdT", "sharedStrings", "sharedStrings.xml"))
    if formats or styles is not None:
        files["xl/styles.xml"] = root("styleSheet", styles if styles is not None else style_sheet(formats))
        overrides["xl/styles.xml"] = f"{SHEET_TYPE}.styles+xml"
        targets.append(("rIdS", "styles", "styles.xml"))
    files["xl/workbook.xml"] = root("workbook", f"{before}<sheets>{entries}</sheets>{after}")
    files["xl/_rels/workbook.xml.rels"] = relationships(targets, relations)
    package_targets = [("rId1", "officeDocument", "xl/workbook.xml")]
    if properties is not None:
        files["docProps/custom.xml"] = custom_properties(properties)
        package_targets.append(("rId2", "custom-properties", "docProps/custom.xml"))
    files["_rels/.rels"] = relationships(package_targets, relations)
    return Parts({"[Content_Types].xml": content_types(overrides), **files})


def style_sheet(formats: tuple[str, ...]) -> str:
    """The inside of a styles part: style 0 is General, style n has the n-th format code."""
    codes = "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code)}"/>' for n, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{format_id}"/>' for format_id in [0, *range(164, 164 + len(formats))])
    # A differential format is no cell style: its numFmt must not be mistaken for one of the workbook's.
    differential = '<dxfs><dxf><numFmt numFmtId="164" formatCode="yyyy"/></dxf></dxfs>'
    masters = '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    return f"<numFmts>{codes}</numFmts>{masters}<cellXfs>{styles}</cellXfs>{differential}"


def relationships(targets: list[tuple[str, str, str]], relations: str = RELATIONS) -> str:
    """A relationships part of (id, last word of the type, target)."""
    entries = "".join(
        f'<Relationship Id="{id_}" Type="{relations}/{kind}" Target="{target}"/>' for id_, kind, target in targets
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE_RELATIONS}">{entries}</Relationships>'


def content_types(overrides: Mapping[str, str]) -> str:
    entries = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{entries}</Types>'
    )


def custom_properties(properties: Mapping[str, str]) -> str:
    entries = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" name="{name}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for n, (name, value) in enumerate(properties.items(), 2)
    )
    return (
        f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
        f' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{entries}</Properties>'
    )


def prefixed(text: str, prefix: str) -> str:
    """The same XML with a prefix on every element of the default namespace."""
    text = text.replace(' xmlns="', f' xmlns:{prefix}="', 1)
    pieces = text.split("<")
    return pieces[0] + "".join(
        "<"
        + (f"/{prefix}:{piece[1:]}" if piece.startswith("/") else piece if piece[0] in "?!" else f"{prefix}:{piece}")
        for piece in pieces[1:]
    )


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
