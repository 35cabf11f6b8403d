"""Small XML parts with the byte span of every element, so that an edit changes only what it must.

A part is never written anew from a tree: edits are cuts in its own bytes, everything between them stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate, XMLParserType

from momentsheet.errors import UnusableFile
from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.xml_text import (
    REST_OF_TAG,
    as_utf8,
    codec_of,
    encoded,
    prefix_of,
    set_attributes,
    with_content,
)

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_SPREADSHEET = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"

_TAG = re.compile(rb"<" + REST_OF_TAG)
_MOST_ELEMENTS = 1_000_000


@dataclass(slots=True, eq=False)
class Element:
    """One element: `start` is its `<`, `opened` stands behind its start tag, `closed` at its end tag, `end` behind it.

    `prefix` is written before the names of new children ("x:" or nothing). Attributes of a namespace are kept as
    "namespace name".
    """

    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    opened: int
    closed: int = 0
    end: int = 0
    texts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def is_empty_tag(self) -> bool:
        """True for `<a/>`."""
        return self.end == self.opened

    def child(self, name: str) -> Element | None:
        """The first child of that name."""
        return next((item for item in self.children if item.name == name), None)

    def every(self, name: str) -> list[Element]:
        """All descendants of that name, in the order of the part."""
        found = []
        waiting = [*reversed(self.children)]
        while waiting:
            item = waiting.pop()
            if item.name == name:
                found.append(item)
            waiting.extend(reversed(item.children))
        return found


class Part:
    """One XML part, read whole, with the edits that are to be made in it; elements inside `closed` ones are left out.

    UnusableFile where it is not well-formed XML or holds a document type.
    """

    def __init__(self, data: bytes, name: str, closed: Collection[str] = (), codec: str | None = None) -> None:
        self.codec = codec or codec_of(data, name)
        self.data = b"".join(as_utf8([data], self.codec, name))
        self.bindings: dict[str, str] = {}  # prefix -> namespace, as declared on the root
        self._edits: list[tuple[int, int, bytes]] = []
        self._appended: dict[Element, list[str]] = {}
        self._settings: dict[Element, dict[str, str | None]] = {}
        self.root = self._parse(name, frozenset(closed))

    def append(self, parent: Element, xml: str) -> None:
        """Write `xml` as the last child of `parent`."""
        self._appended.setdefault(parent, []).append(xml)

    def insert(self, position: int, xml: str) -> None:
        """Write `xml` at that byte."""
        self._edits.append((position, position, xml.encode()))

    def insert_behind(self, parent: Element, names: Collection[str], xml: str) -> None:
        """Write `xml` as a child of `parent`, behind the last child with one of these names, else as the first."""
        places = [item.end for item in parent.children if item.name in names]
        if places or parent.children:
            self.insert(places[-1] if places else parent.children[0].start, xml)
        else:
            self.append(parent, xml)

    def set(self, element: Element, name: str, value: str | None) -> None:
        """Give an attribute a value; None takes the attribute away."""
        self._settings.setdefault(element, {})[name] = value

    def replace(self, start: int, end: int, xml: str) -> None:
        """Write `xml` in place of these bytes."""
        self._edits.append((start, end, xml.encode()))

    def remove(self, element: Element) -> None:
        """Take an element out."""
        self.replace(element.start, element.end, "")

    @property
    def is_edited(self) -> bool:
        return bool(self._edits or self._appended or self._settings)

    def render(self, journal: Journal | None = None) -> bytes:
        """The part with its edits, in its own encoding; the journal follows the UTF-8 bytes."""
        return encoded(self.between(0, len(self.data), journal), self.codec)

    def between(self, start: int, end: int, journal: Journal | None = None) -> bytes:
        """The edited UTF-8 bytes that stand between two places of the unedited part."""
        journal = Journal() if journal is None else journal
        pieces = []
        position = start
        for first, last, xml in sorted(self._cuts(), key=lambda cut: cut[:2]):
            if start <= first < end:
                pieces += [self.data[position:first], xml]
                journal.keep(first - position)
                journal.change(self.data[first:last], xml)
                position = last
        pieces.append(self.data[position:end])
        journal.keep(end - position)
        return b"".join(pieces)

    def _cuts(self) -> list[tuple[int, int, bytes]]:
        cuts = list(self._edits)
        for element in {**self._settings, **self._appended}:
            tag = set_attributes(self.data[element.start : element.opened], self._settings.get(element, {}))
            xml = "".join(self._appended.get(element, ())).encode()
            if xml and element.is_empty_tag:
                tag = with_content(tag, xml)
            elif xml:
                cuts.append((element.closed, element.closed, xml))
            cuts.append((element.start, element.opened, tag))
        return cuts

    def _parse(self, name: str, shut: frozenset[str]) -> Element:
        parser = new_parser(name)
        data = self.data
        roots: list[Element] = []
        opened: list[Element] = []
        count = 0
        hidden = 0  # depth below a closed element

        def start(qualified: str, attributes: dict[str, str]) -> None:
            nonlocal count, hidden
            if hidden:
                hidden += 1
                return
            count += 1
            if count > _MOST_ELEMENTS:
                raise UnusableFile("xml_tags", part=name, limit=_MOST_ELEMENTS)
            place = parser.CurrentByteIndex
            tag = _TAG.match(data, place)
            assert tag is not None
            local = qualified.rpartition(" ")[2]
            element = Element(local, prefix_of(tag[0]).decode(), attributes, place, tag.end())
            (opened[-1].children if opened else roots).append(element)
            opened.append(element)
            hidden = 1 if local in shut else 0

        def end(_: str) -> None:
            nonlocal hidden
            if hidden > 1:
                hidden -= 1
                return
            hidden = 0
            element = opened.pop()
            element.closed = parser.CurrentByteIndex
            is_empty_tag = element.closed == element.opened and data.endswith(b"/>", 0, element.opened)
            element.end = element.opened if is_empty_tag else data.index(b">", element.closed) + 1

        def say(text: str) -> None:
            if not hidden:
                opened[-1].texts.append(text)

        def bind(prefix: str | None, space: str) -> None:
            if not opened:
                self.bindings[prefix or ""] = space

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = say
        parser.StartNamespaceDeclHandler = bind
        try:
            parser.Parse(data, True)
        except (ExpatError, ValueError):
            raise UnusableFile("broken_xml", part=name) from None
        return roots[0]


def new_parser(part: str) -> XMLParserType:
    """An expat parser of UTF-8 bytes that refuses document types and gives names as "namespace name"."""
    parser = ParserCreate("utf-8", " ")
    parser.buffer_text = True
    if hasattr(parser, "SetReparseDeferralEnabled"):  # events must come with the bytes that complete them
        parser.SetReparseDeferralEnabled(False)

    def refuse(*_: object) -> None:
        raise UnusableFile("xml_doctype", part=part)

    parser.StartDoctypeDeclHandler = refuse
    return parser
