"""The changes to a package: members kept, changed, added and dropped, with relationships and content types to fit."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, count
from typing import BinaryIO
from urllib.parse import quote

from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.splice import Element, Part
from momentsheet.workbook.annotation.undo import UNDO, UNDO_RELATION, UNDO_TYPE, Change, followed, undo_record
from momentsheet.workbook.annotation.xml_text import attribute_text
from momentsheet.workbook.annotation.zipcopy import Packed, archive_pieces, copied, packed
from momentsheet.workbook.package import CONTENT_TYPES_PART, Package, read_relationships, relationships_part

_NO_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)


class Edits:
    """What shall become of a package. Members that are not named keep their packed bytes, order and time."""

    def __init__(self, package: Package, store: BinaryIO | None = None) -> None:
        """`store`: a file in which new members wait until the archive is written; without one they wait in memory."""
        self._store = store
        self._archive = package.archive
        self._workbook = package.workbook
        self._parts: dict[str, Part] = {}
        self._written: dict[str, Packed] = {}
        self._changes: dict[str, Change] = {}  # of members that were there before
        self._dropped: set[str] = set()
        self._types = self.part(package.archive.folded[CONTENT_TYPES_PART.lower()])
        self._relation_ids: dict[str, set[str]] = {}
        self._new_defaults: dict[str, str] = {}  # suffix -> content type

    @property
    def is_edited(self) -> bool:
        return bool(self._written) or any(part.is_edited for part in self._parts.values())

    def part(self, name: str) -> Part:
        """A small part to be edited in place; written if it was edited."""
        if name not in self._parts:
            self._parts[name] = Part(self._archive.read(name), name)
        return self._parts[name]

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Change a member that is small enough to be held whole, or add one."""
        if name not in self._archive.members:
            self._written[name] = packed(name, chunks, store=self._store)
            return
        journal, old, new = Journal(), self._archive.read(name), b"".join(chunks)
        start = _alike(old, new)
        end = _alike(old[start:][::-1], new[start:][::-1])
        journal.keep(start)
        journal.change(old[start : len(old) - end], new[start : len(new) - end])
        self.stream(name, [new], journal, None)

    def stream(self, name: str, chunks: Iterable[bytes], journal: Journal, codec: str | None) -> None:
        """Change a member piece by piece; the journal follows it, in UTF-8 where `codec` is the part's encoding."""
        digest = sha256()
        self._written[name] = packed(name, followed(chunks, digest), copied(self._archive, name), self._store)
        self._changes[name] = Change(digest.hexdigest(), codec, tuple(journal.cuts))

    def add(self, name: str, content_type: str, chunks: Iterable[bytes]) -> None:
        """Add a part of that content type."""
        self.write(name, chunks)
        self.set_type(name, content_type)

    def set_type(self, name: str, content_type: str) -> None:
        """Say what a part is."""
        known = self._override(name)
        if known is not None:
            self._types.set(known, "ContentType", content_type)
            return
        suffix = name.rpartition(".")[2].lower()
        default = next((item for item in self._of("Default", "Extension") if _key(item, "Extension") == suffix), None)
        said = self._new_defaults.get(suffix, "") if default is None else default.attributes.get("ContentType", "")
        if said.lower() == content_type.lower():
            return
        prefix = self._types.root.prefix
        uri = attribute_text("/" + quote(name, safe="/!$&'()*+,;=:@"))
        xml = f'<{prefix}Override PartName="{uri}" ContentType="{content_type}"/>'
        self._types.append(self._types.root, xml)

    def set_default_type(self, suffix: str, content_type: str, instead_of: str | None = None) -> None:
        """Say what parts with that suffix are, unless it is said already (as something else than `instead_of`)."""
        for item in self._of("Default", "Extension"):
            if _key(item, "Extension") == suffix:
                if instead_of is not None and _key(item, "ContentType") == instead_of:
                    self._types.set(item, "ContentType", content_type)
                return
        if instead_of is None and suffix not in self._new_defaults:
            self._new_defaults[suffix] = content_type
            prefix = self._types.root.prefix
            xml = f'<{prefix}Default Extension="{suffix}" ContentType="{content_type}"/>'
            self._types.insert_behind(self._types.root, ("Default",), xml)

    def drop(self, name: str) -> None:
        """Leave a part out, with what it alone refers to."""
        if name in self._dropped:
            return
        self._dropped.add(name)
        override = self._override(name)
        if override is not None:
            self._types.remove(override)
        relations = self._archive.find(relationships_part(name))
        if relations is not None:
            self._dropped.add(relations)
            for relation in read_relationships(self._archive, name).values():
                if relation.target is not None:
                    self.drop(relation.target)

    def unrelate(self, source: str, relation_id: str) -> None:
        """Take a relationship of a part away."""
        relations = self._relations(source)
        for item in relations.root.children:
            if item.attributes.get("Id") == relation_id:
                relations.remove(item)

    def relate(self, source: str, relation_type: str, target: str) -> str:
        """Make a part refer to another; the id of the new relationship."""
        relations = self._relations(source)
        ids = self._relation_ids.setdefault(source, {item.attributes.get("Id", "") for item in relations.root.children})
        number = len(ids) + 1
        while f"rId{number}" in ids:
            number += 1
        ids.add(f"rId{number}")
        path = quote(posixpath.relpath(target, posixpath.dirname(source) or "."), safe="/!$&'()*+,;=:@")
        prefix = relations.root.prefix
        xml = f'<{prefix}Relationship Id="rId{number}" Type="{relation_type}" Target="{attribute_text(path)}"/>'
        relations.append(relations.root, xml)
        return f"rId{number}"

    def free_name(self, folder: str, stem: str, suffix: str, first: int | None = 1) -> str:
        """A name for a new part below the workbook's folder: the stem and a free number; None prefers to have none."""
        for number in chain([""] if first is None else [], count(first or 1)):
            name = posixpath.join(posixpath.dirname(self._workbook), folder, f"{stem}{number}.{suffix}")
            if self._archive.find(name) is None and name not in self._written:
                return name
        raise AssertionError  # numbers do not end

    def render(self, *, with_undo: bool) -> bytes:
        """The whole archive with the changes and, if it is wanted, the record by which they can be taken back."""
        return b"".join(self.pieces(with_undo=with_undo))

    def pieces(self, *, with_undo: bool) -> Iterator[bytes | memoryview]:
        """The same piece by piece."""
        if with_undo:
            self._promise_undo()
        for name, part in self._parts.items():
            if part.is_edited and name not in self._written:
                if name in self._archive.members:
                    journal = Journal()
                    self.stream(name, [part.render(journal)], journal, part.codec)
                else:
                    self.write(name, [part.render()])
        if with_undo:
            added = [name for name in self._written if name not in self._archive.members]
            self._written[UNDO] = packed(UNDO, [undo_record(self._changes, added)])
        names = [name for name in self._archive.members if name not in self._dropped]
        members = [self._written.pop(name) if name in self._written else copied(self._archive, name) for name in names]
        yield from archive_pieces([*members, *self._written.values()])

    def _promise_undo(self) -> None:
        """Tie the record of the changes to the workbook; the ties are among the changes that it records."""
        self.set_type(UNDO, UNDO_TYPE)
        self.relate(self._workbook, UNDO_RELATION, UNDO)

    def _relations(self, source: str) -> Part:
        name = self._archive.find(relationships_part(source)) or relationships_part(source)
        if name not in self._parts and name not in self._archive.members:
            self._parts[name] = Part(_NO_RELATIONS, name)
        return self.part(name)

    def _of(self, kind: str, key: str) -> list[Element]:
        return [item for item in self._types.root.children if item.name == kind and key in item.attributes]

    def _override(self, name: str) -> Element | None:
        overrides = self._of("Override", "PartName")
        return next((item for item in overrides if _key(item, "PartName").lstrip("/") == name.lower()), None)


# Private functions


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _key(element: Element, name: str) -> str:
    return element.attributes.get(name, "").lower()
