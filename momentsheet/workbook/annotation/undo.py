"""The record of our changes that travels in an annotated workbook, and the workbook as it was without them.

As long as nobody has saved the workbook, every member can be given back to the last byte. A program that saves it
leaves the record out; then our marks are known by what they look like (`unmark`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from momentsheet.errors import UnusableFile
from momentsheet.workbook.annotation.journal import Cut, taken_back
from momentsheet.workbook.annotation.xml_text import as_utf8, encoded
from momentsheet.workbook.annotation.zipcopy import archive_of, copied, packed
from momentsheet.workbook.gate import Archive

if TYPE_CHECKING:
    from hashlib import _Hash

UNDO = "momentsheet/undo.json"
UNDO_TYPE = "application/json"
UNDO_RELATION = "urn:momentsheet:undo"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one member: the hash of its new bytes, its encoding (None: the cuts count bytes), the cuts."""

    sha256: str
    codec: str | None
    cuts: tuple[Cut, ...]


def followed(chunks: Iterable[bytes], digest: _Hash) -> Iterator[bytes]:
    """The same chunks; the digest has seen them."""
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def undo_record(changes: Mapping[str, Change], added: Sequence[str]) -> bytes:
    """The record as it is written into the workbook. Old bytes stand in it letter by byte (Latin-1)."""
    members = {
        name: {
            "sha256": change.sha256,
            "codec": change.codec,
            "cuts": [(place, count, before.decode("latin-1")) for place, count, before in change.cuts],
        }
        for name, change in changes.items()
    }
    return json.dumps({"members": members, "added": list(added)}, separators=(",", ":")).encode()


def undone(archive: Archive) -> bytes | None:
    """The workbook before our changes; None where there is no record, or a member is no longer as we wrote it."""
    if UNDO not in archive.members:
        return None
    try:
        record: Mapping[str, Any] = json.loads(archive.read(UNDO))
        changes = {
            name: Change(
                item["sha256"],
                item["codec"],
                tuple((int(place), int(count), before.encode("latin-1")) for place, count, before in item["cuts"]),
            )
            for name, item in record["members"].items()
        }
        gone = {UNDO, *record["added"]}
        if not all(name in archive.members and _hash(archive, name) == one.sha256 for name, one in changes.items()):
            return None
        members = []
        for name in archive.members:
            if name in gone:
                continue
            like = copied(archive, name)
            members.append(packed(name, _restored(archive, name, changes[name]), like) if name in changes else like)
        return archive_of(members)
    except (ValueError, KeyError, TypeError, AttributeError, UnusableFile):
        return None  # somebody else's record


# Private functions


def _hash(archive: Archive, name: str) -> str:
    digest = sha256()
    for chunk in archive.chunks(name):
        digest.update(chunk)
    return digest.hexdigest()


def _restored(archive: Archive, name: str, change: Change) -> Iterator[bytes]:
    if change.codec is None:
        yield from taken_back(archive.chunks(name), change.cuts)
        return
    for piece in taken_back(as_utf8(archive.chunks(name), change.codec, name), change.cuts):
        yield encoded(piece, change.codec)
