"""XML parts are read by expat only, within limits: no document types, no deep nesting, no endless tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pyexpat import ExpatError, ParserCreate, XMLParserType
from xml.etree.ElementTree import Element, TreeBuilder

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CUSTOM_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
XML_SPACE = "http://www.w3.org/XML/1998/namespace}space"  # as expat names the attribute

# Namespaces of Strict OOXML, and what they are called in the Transitional form that is written everywhere.
strict_namespaces = {
    "http://purl.oclc.org/ooxml/spreadsheetml/main": MAIN,
    "http://purl.oclc.org/ooxml/officeDocument/relationships": RELATIONSHIPS,
    "http://purl.oclc.org/ooxml/officeDocument/customProperties": CUSTOM_PROPERTIES,
}


def parse(
    archive: Archive,
    part: str,
    attach: Callable[[XMLParserType], None],
    names: Mapping[str, str],
    between: Callable[[], None] | None = None,
) -> None:
    """Feed a part to expat; `attach` sets the handlers, `between` is called after every piece.

    Handlers are given the short name that `names` gives to `namespace}name`, `namespace}name` itself for all others.
    UnusableFile if the part is not well-formed, holds a document type, or passes a limit.
    """
    limits = archive.limits
    # What expat calls «interning» is a look-up, so it can give short names, whatever prefix the file uses.
    interned = dict(names)
    known = len(interned)
    parser = ParserCreate(None, "}", interned)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype(part)
    parser.XmlDeclHandler = _check_encoding(part)
    attach(parser)
    spent = sum(count for name, count in archive.tags.items() if name != part)
    fed = 0
    tags = 0
    try:
        for piece in archive.chunks(part):
            tags += piece.count(b"<")
            if tags + spent > limits.tags:
                raise UnusableFile("xml_tags", part=part)
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > limits.token:
                raise UnusableFile("xml_token", part=part)
            if len(interned) > known:
                _check_names(interned, known, archive, part)
                known = len(interned)
            if between is not None:
                between()
        parser.Parse(b"", True)
    except ExpatError:
        raise UnusableFile("broken_xml", part=part) from None
    archive.tags[part] = tags


def read_tree(archive: Archive, part: str) -> Element:
    """A small part as a tree; names are `{namespace}name`, Strict namespaces in their Transitional form."""
    limits = archive.limits
    builder = TreeBuilder()
    depth = 0
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > limits.depth:
            raise UnusableFile("xml_depth", part=part)
        if count > limits.tree_tags:
            raise UnusableFile("xml_tags", part=part)
        builder.start(_plain_name(name), {_plain_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_plain_name(name))

    def attach(parser: XMLParserType) -> None:
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = builder.data

    parse(archive, part, attach, {})
    return builder.close()


def stepping_over(
    parser: XMLParserType,
    archive: Archive,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
) -> Callable[[], None]:
    """A function for start handlers to call: the element that has just begun, and all in it, is stepped over."""
    deepest = archive.limits.depth
    most = archive.limits.skipped - sum(archive.skipped.values())
    depth = 0
    count = 0

    def skipped_start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > deepest:
            raise UnusableFile("xml_depth", part=part)
        if count > most:
            raise UnusableFile("xml_tags", part=part)

    def skipped_end(_name: str) -> None:
        nonlocal depth, count
        if depth == 0:
            count += 1
            archive.skipped[part] = count
            if count > most:
                raise UnusableFile("xml_tags", part=part)
            parser.StartElementHandler = start
            parser.EndElementHandler = end
        else:
            depth -= 1

    def step_over() -> None:
        parser.StartElementHandler = skipped_start
        parser.EndElementHandler = skipped_end

    return step_over


def short_names(*names: str) -> dict[str, str]:
    """For `parse`: elements of the spreadsheet namespace, in its Transitional and Strict form, by their bare names."""
    spaces = (MAIN, *(strict for strict, plain in strict_namespaces.items() if plain == MAIN))
    return {f"{space}}}{name}": name for space in spaces for name in names}


def is_true(value: str | None) -> bool:
    """An XML boolean; absent is false."""
    return value is not None and value.strip() in ("1", "true", "on", "t")


def plain_text(text: str) -> str:
    """A text of a workbook as people see it: `_x000D_` escapes decoded, every kind of line end a line feed."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
        if _SURROGATE.search(text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# Private functions

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _refuse_doctype(part: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise UnusableFile("xml_doctype", part=part)

    return refuse


def _check_encoding(part: str) -> Callable[[str, str | None, int], None]:
    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "utf8", "utf-16", "us-ascii", "ascii"):
            raise UnusableFile("xml_encoding", part=part)

    return declared


def _check_names(interned: dict[str, str], known: int, archive: Archive, part: str) -> None:
    limits = archive.limits
    longest = max(len(name) for index, name in enumerate(interned) if index >= known)
    if len(interned) > limits.names or longest > limits.name:
        raise UnusableFile("xml_names", part=part)


def _plain_name(name: str) -> str:
    namespace, separator, local = name.rpartition("}")
    return f"{{{strict_namespaces.get(namespace, namespace)}}}{local}" if separator else name
