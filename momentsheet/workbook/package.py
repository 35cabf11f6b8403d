"""An opened OOXML workbook: its parts, how they refer to each other, its sheets, names and properties."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive, Limits, open_archive
from momentsheet.workbook.xml_parts import (
    CONTENT_TYPES,
    CUSTOM_PROPERTIES,
    MAIN,
    PACKAGE_RELATIONSHIPS,
    RELATIONSHIPS,
    is_true,
    read_tree,
)

CONTENT_TYPES_PART = "[Content_Types].xml"
LONGEST_NAME = 255  # of a sheet; Excel allows 31, other programs more

# Content type of the main part -> what the file is.
main_types = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "xlsm",
    "application/vnd.ms-excel.template.macroenabled.main+xml": "xlsm",
    "application/vnd.ms-excel.addin.macroenabled.main+xml": "xlsm",
    "application/vnd.ms-excel.sheet.binary.macroenabled.main": "xlsb",
}


@dataclass(frozen=True, slots=True)
class Relationship:
    """How a part refers to another; `kind` is the last word of its type, `target` a member of the archive.

    `target` is None where it lies outside the file or is missing.
    """

    id: str
    kind: str  # worksheet, sharedStrings, styles, comments, vmlDrawing, table, hyperlink …
    type: str  # the whole URI
    target: str | None
    is_external: bool


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of the workbook; `kind` is the kind of its relationship (worksheet, chartsheet, …)."""

    name: str
    state: str  # visible | hidden | veryHidden
    part: str
    kind: str
    sheet_id: str


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """What the parts are: by part (lower-case name), else by suffix (lower case)."""

    overrides: Mapping[str, str]
    defaults: Mapping[str, str]

    def of(self, part: str) -> str:
        """The content type of a part, in lower case; empty if it has none."""
        suffix = part.rpartition(".")[2].lower()
        return self.overrides.get(part.lower()) or self.defaults.get(suffix, "")


@dataclass(frozen=True, slots=True)
class Package:
    """An xlsx or xlsm file with everything around its cells."""

    archive: Archive
    format: str  # xlsx | xlsm
    is_strict: bool
    workbook: str  # the workbook part
    sheets: tuple[SheetPart, ...]  # all kinds, in the order of the tabs
    shared_strings: str | None
    styles: str | None
    is_1904: bool
    properties: Mapping[str, str]  # custom document properties
    names: Mapping[str, str]  # workbook-wide defined names -> what they refer to
    content_types: ContentTypes
    has_macros: bool
    has_links: bool  # to other workbooks
    is_signed: bool  # digitally, as a whole


def open_package(data: bytes, limits: Limits) -> Package:
    """Open an xlsx or xlsm file; UnusableFile if it is none, is broken, or passes a limit."""
    return read_package(open_archive(data, limits))


def read_package(archive: Archive) -> Package:
    """What an opened archive holds as a workbook; UnusableFile if it holds none."""
    limits = archive.limits
    types = read_content_types(archive)
    workbook, file_format = find_main_part(archive, types)
    if file_format not in ("xlsx", "xlsm"):
        raise UnusableFile("zip_other")
    tree = read_tree(archive, workbook)
    if tree.tag != f"{{{MAIN}}}workbook":
        raise UnusableFile("broken_workbook", part=workbook)
    relations = read_relationships(archive, workbook)
    by_kind = {relation.kind: relation.target for relation in reversed(relations.values())}
    sheets: list[SheetPart] = []
    seen_names: set[str] = set()
    seen_parts: set[str] = set()
    for element in tree.iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet"):
        relation_id = element.get(f"{{{RELATIONSHIPS}}}id", "")
        if not relation_id:
            continue  # a module sheet of Excel 5, which has no part
        relation = relations.get(relation_id)
        name = element.get("name", "")
        if relation is None or relation.target is None:
            raise UnusableFile("missing_sheet", sheet=name)
        if not 0 < len(name) <= LONGEST_NAME:
            raise UnusableFile("broken_workbook", part=workbook)
        if name.lower() in seen_names or relation.target in seen_parts:
            raise UnusableFile("duplicate_sheet", sheet=name)
        seen_names.add(name.lower())
        seen_parts.add(relation.target)
        state = element.get("state", "visible")
        sheets.append(
            SheetPart(
                name,
                state if state in ("hidden", "veryHidden") else "visible",
                relation.target,
                relation.kind,
                element.get("sheetId", ""),
            )
        )
    if len(sheets) > limits.sheets:
        raise UnusableFile("too_many_sheets", limit=limits.sheets)
    if not any(sheet.kind == "worksheet" for sheet in sheets):
        raise UnusableFile("no_sheets")
    settings = tree.find(f"{{{MAIN}}}workbookPr")
    names = {
        element.get("name", ""): (element.text or "").strip()
        for element in tree.iterfind(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName")
        if element.get("localSheetId") is None
    }
    if len(names) > limits.defined_names:
        raise UnusableFile("too_many_names", limit=limits.defined_names)
    return Package(
        archive=archive,
        format=file_format,
        is_strict=_is_strict(archive, workbook),
        workbook=workbook,
        sheets=tuple(sheets),
        shared_strings=by_kind.get("sharedStrings"),
        styles=by_kind.get("styles"),
        is_1904=settings is not None and is_true(settings.get("date1904")),
        properties=_read_properties(archive),
        names=names,
        content_types=types,
        has_macros="vbaProject" in by_kind,
        has_links="externalLink" in by_kind,
        is_signed=any("/digital-signature/" in item.type for item in read_relationships(archive, "").values()),
    )


def read_content_types(archive: Archive) -> ContentTypes:
    """The content types of all parts; UnusableFile if the archive has none, so is no Office document."""
    part = archive.find(CONTENT_TYPES_PART)
    if part is None:
        raise UnusableFile("zip_other")
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for element in read_tree(archive, part):
        content_type = element.get("ContentType", "").lower()
        if element.tag == f"{{{CONTENT_TYPES}}}Override":
            overrides[element.get("PartName", "").lstrip("/").lower()] = content_type
        elif element.tag == f"{{{CONTENT_TYPES}}}Default":
            defaults[element.get("Extension", "").lower()] = content_type
    return ContentTypes(overrides, defaults)


def find_main_part(archive: Archive, types: ContentTypes) -> tuple[str, str]:
    """The main part of an Office document and what it makes the file (`main_types`); UnusableFile if none is told."""
    for relation in read_relationships(archive, "").values():
        if relation.kind == "officeDocument" and relation.target is not None:
            content_type = types.of(relation.target)
            if content_type in main_types:
                return relation.target, main_types[content_type]
            for sign, reason in (("wordprocessingml", "word"), ("word.", "word"), ("presentationml", "powerpoint")):
                if sign in content_type:
                    raise UnusableFile(reason)
    raise UnusableFile("zip_other")


def relationships_part(part: str) -> str:
    """The name of the part that holds the relationships of `part`; of the package, if `part` is empty."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def read_relationships(archive: Archive, part: str) -> dict[str, Relationship]:
    """Relationships of a part (of the package, if `part` is empty) by their id; none is no error."""
    relations_part = archive.find(relationships_part(part))
    if relations_part is None:
        return {}
    found: dict[str, Relationship] = {}
    for element in read_tree(archive, relations_part):
        if element.tag != f"{{{PACKAGE_RELATIONSHIPS}}}Relationship":
            continue
        is_external = element.get("TargetMode", "").lower() == "external"
        relation_type = element.get("Type", "")
        target = None if is_external else resolve(archive, part, element.get("Target", ""))
        relation_id = element.get("Id", "")
        found[relation_id] = Relationship(
            relation_id, relation_type.rpartition("/")[2], relation_type, target, is_external
        )
    return found


def resolve(archive: Archive, part: str, target: str) -> str | None:
    """The member that a relationship's target names, seen from `part`; None if there is none."""
    target = target.replace("\\", "/")
    path = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(part), target)
    name = posixpath.normpath(path).lstrip("/")
    return archive.find(name) or archive.find(unquote(name))


# Private functions


def _is_strict(archive: Archive, workbook: str) -> bool:
    start = next(iter(archive.chunks(workbook)), b"")
    return b"purl.oclc.org/ooxml/spreadsheetml/main" in start


def _read_properties(archive: Archive) -> dict[str, str]:
    found: dict[str, str] = {}
    for relation in read_relationships(archive, "").values():
        if relation.kind not in ("custom-properties", "customProperties") or relation.target is None:
            continue
        for element in read_tree(archive, relation.target).iterfind(f"{{{CUSTOM_PROPERTIES}}}property"):
            value = next(iter(element), None)
            found[element.get("name", "")] = "" if value is None else (value.text or "")
            if len(found) > archive.limits.properties:
                raise UnusableFile("too_many_properties", limit=archive.limits.properties)
    return found
