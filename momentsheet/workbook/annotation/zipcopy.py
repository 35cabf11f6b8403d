"""Zip archives put together from members of another one, copied as they are packed, and from new ones.

The standard library cannot copy a member without inflating it. Names, order and times of members are kept; a new member
gets the oldest time that zip knows, so that the same input gives the same bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import SEEK_END
from struct import Struct
from typing import Any, BinaryIO

from momentsheet.workbook.gate import Archive

deflater: Any
LEVEL: int
try:
    from isal import isal_zlib

    deflater, LEVEL = isal_zlib, 2
except ImportError:  # pragma: no cover
    deflater, LEVEL = zlib, 6

_OLDEST = 0x21 << 16  # 1 January 1980, 00:00
_DEFLATED = 8
_PIECE = 256 * 1024
_IS_UTF8 = 0x800
_LEVEL_BITS = 0x6  # how hard it was packed: a remark only
# Above these, sizes and counts stand in the zip64 fields.
WIDE_SIZE = 0xFFFFFFFF
WIDE_COUNT = 0xFFFF

_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_END64 = Struct("<4sQ2H2L4Q")
_END64_LOCATOR = Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that wait in a file; several may wait in one."""

    file: BinaryIO
    start: int
    length: int

    def __iter__(self) -> Iterator[bytes]:
        for place in range(self.start, self.start + self.length, _PIECE):
            self.file.seek(place)
            yield self.file.read(min(_PIECE, self.start + self.length - place))


@dataclass(frozen=True, slots=True)
class Packed:
    """A member ready to be written: its bytes as they stand in the archive, and what the directory says of it."""

    raw_name: bytes
    pieces: Iterable[bytes | memoryview]
    size: int  # inflated
    packed: int
    crc: int
    method: int = _DEFLATED
    flags: int = _IS_UTF8
    date_time: int = _OLDEST
    attributes: int = 0


def copied(archive: Archive, name: str) -> Packed:
    """A member of an archive as it is packed there."""
    member = archive.members[name]
    # Sizes stand in our headers, so no data descriptor follows.
    flags = member.flags & (_IS_UTF8 | _LEVEL_BITS)
    return Packed(
        member.raw_name, (archive.packed(name),), member.size, member.packed, member.crc, member.method, flags,
        member.date_time, member.attributes,
    )  # fmt: skip


def packed(name: str, chunks: Iterable[bytes], like: Packed | None = None, store: BinaryIO | None = None) -> Packed:
    """Pack a member; `like` is the one that it takes the place of, whose name and time it keeps.

    Its bytes wait at the end of the file `store`, or in memory.
    """
    stream = deflater.compressobj(LEVEL, _DEFLATED, -15)
    kept: list[bytes] = []
    start = store.seek(0, SEEK_END) if store is not None else 0
    keep = store.write if store is not None else kept.append
    size = crc = length = 0

    def pressed() -> Iterator[bytes]:
        nonlocal size, crc
        for chunk in _gathered(chunks):
            size += len(chunk)
            crc = deflater.crc32(chunk, crc)
            yield stream.compress(chunk)
        yield stream.flush()

    for piece in filter(None, pressed()):
        length += len(piece)
        keep(piece)
    pieces = tuple(kept) if store is None else Stored(store, start, length)
    if like is None:
        return Packed(name.encode(), pieces, size, length, crc)
    flags = like.flags & _IS_UTF8
    return Packed(
        like.raw_name, pieces, size, length, crc, flags=flags, date_time=like.date_time, attributes=like.attributes
    )


def archive_of(members: Sequence[Packed]) -> bytes:
    """The archive with these members in this order."""
    return b"".join(archive_pieces(members))


def archive_pieces(members: Sequence[Packed]) -> Iterator[bytes | memoryview]:
    """The same piece by piece, so that nobody has to hold all of it."""
    directory: list[bytes] = []
    offset = 0
    for member in members:
        is_wide = member.size > WIDE_SIZE or member.packed > WIDE_SIZE
        sizes = (0xFFFFFFFF, 0xFFFFFFFF) if is_wide else (member.packed, member.size)
        extra = _zip64_field(member.size, member.packed) if is_wide else b""
        version = 45 if is_wide or offset > WIDE_SIZE else 20
        common = (
            version, member.flags, member.method, member.date_time & 0xFFFF, member.date_time >> 16, member.crc, *sizes,
        )  # fmt: skip
        header = _LOCAL.pack(b"PK\x03\x04", *common, len(member.raw_name), len(extra)) + member.raw_name + extra
        yield header
        yield from member.pieces

        numbers = [member.size, member.packed] if is_wide else []
        numbers += [offset] if offset > WIDE_SIZE else []
        extra = _zip64_field(*numbers) if numbers else b""
        made_by = 3 << 8 | version if member.attributes >> 16 else version  # Unix, where there are its permissions
        place = 0xFFFFFFFF if offset > WIDE_SIZE else offset
        directory.append(
            _CENTRAL.pack(
                b"PK\x01\x02", made_by, *common, len(member.raw_name), len(extra), 0, 0, 0, member.attributes, place
            )
            + member.raw_name
            + extra
        )
        offset += len(header) + member.packed
    listing = b"".join(directory)
    yield listing
    yield _end(len(members), len(listing), offset)


# Private functions


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a call."""
    waiting: list[bytes] = []
    length = 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= _PIECE:
            yield b"".join(waiting)
            waiting.clear()
            length = 0
    yield b"".join(waiting)


def _zip64_field(*numbers: int) -> bytes:
    return Struct(f"<2H{len(numbers)}Q").pack(1, 8 * len(numbers), *numbers)


def _end(count: int, size: int, offset: int) -> bytes:
    end = b""
    if count > WIDE_COUNT or size > WIDE_SIZE or offset > WIDE_SIZE:
        end += _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, offset)
        end += _END64_LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    short_count = 0xFFFF if count > WIDE_COUNT else count
    short_size = 0xFFFFFFFF if size > WIDE_SIZE else size
    short_offset = 0xFFFFFFFF if offset > WIDE_SIZE else offset
    return end + _END.pack(b"PK\x05\x06", 0, 0, short_count, short_count, short_size, short_offset, 0)
