"""The gate: a zip archive is opened only within limits, and every byte that is inflated is counted."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

from momentsheet.errors import UnusableFile

inflater: Any
try:
    from isal import isal_zlib

    inflater = isal_zlib
except ImportError:  # pragma: no cover
    inflater = zlib
INFLATE_ERRORS: tuple[type[Exception], ...] = (inflater.error, zlib.error)

MIB = 1024 * 1024
CHUNK = 256 * 1024  # bytes handed on at a time


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost. Only the caller can raise a limit, never the file."""

    file_size: int = 100 * MIB
    entries: int = 2_000  # members of the zip archive
    part_size: int = 256 * MIB  # one part, inflated
    total_size: int = 512 * MIB  # all parts that are read, inflated
    ratio: int = 200  # inflated : packed, for parts over 1 MiB
    tags: int = 18_000_000  # of all XML parts that are read
    skipped: int = 3_000_000  # elements in them that are of no interest
    tree_tags: int = 300_000  # of one part that is held as a tree (workbook, relationships, …)
    depth: int = 64  # of nested elements
    token: int = 4 * MIB  # one tag, comment or other piece of markup
    names: int = 20_000  # different element and attribute names in one part
    name: int = 1_024  # characters of one of them
    sheets: int = 200
    rows: int = 200_000  # rows in use, in one sheet
    cells: int = 2_000_000  # cells in use, in all sheets
    area: int = 5_000_000  # rows in use x columns in use, summed over the sheets
    strings: int = 2_000_000  # shared strings
    text: int = 32_767  # characters in a cell
    styles: int = 65_490
    merges: int = 20_000  # in one sheet
    defined_names: int = 20_000
    properties: int = 1_000
    legacy_seconds: int = 60  # xls, xlsb and ods are read in a child process
    legacy_memory: int = 1_280 * MIB


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive; `name` has forward slashes, offsets count from the start of the file."""

    name: str
    raw_name: bytes
    flags: int
    method: int  # 0 stored, 8 deflated
    crc: int
    packed: int  # bytes in the archive
    size: int  # bytes it claims to have inflated
    header_offset: int
    data_offset: int
    date_time: int  # DOS time and date as they stand
    attributes: int  # external attributes


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened zip archive whose entries have passed the gate; keeps account of what was read."""

    data: bytes
    limits: Limits
    members: Mapping[str, Member]  # in the order of the archive's directory; folders left out
    folded: Mapping[str, str]  # lower-case name -> name
    inflated: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        """The archive's own spelling of that name, None if there is no such member."""
        return self.folded.get(name.lower())

    def packed(self, name: str) -> memoryview:
        """The bytes of a member as they stand in the archive."""
        member = self.members[name]
        return memoryview(self.data)[member.data_offset : member.data_offset + member.packed]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The inflated bytes of a member, piece by piece; UnusableFile if it is broken or passes a limit."""
        return _inflate(self, self.members[name])

    def read(self, name: str) -> bytes:
        """The inflated bytes of a member; UnusableFile if it is broken or passes a limit."""
        return b"".join(self.chunks(name))


def open_archive(data: bytes, limits: Limits) -> Archive:
    """Open a zip archive; UnusableFile if it is broken, encrypted, deceitful or over a limit."""
    try:
        members = tuple(_directory(data, limits))
    except (struct.error, IndexError, UnicodeDecodeError):
        raise UnusableFile("broken_zip") from None
    _refuse_overlap(members)
    folded: dict[str, str] = {}
    kept: dict[str, Member] = {}
    for member in members:
        name = member.name
        if name.lower() in folded:
            raise UnusableFile("zip_duplicate", part=name)
        folded[name.lower()] = name
        if not name.endswith("/"):
            kept[name] = member
    return Archive(data, limits, kept, {name.lower(): name for name in kept})


# Private functions

_END = Struct("<4s4H2LH")
_END64_LOCATOR = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_CENTRAL = Struct("<4s6H3L5H2L")
_LOCAL = Struct("<4s5H3L2H")


def _directory(data: bytes, limits: Limits) -> Iterator[Member]:
    start, size, count, shift = _find_directory(data)
    if count > limits.entries:
        raise UnusableFile("zip_entries", limit=limits.entries)
    offset = start
    for _ in range(count):
        fields = _CENTRAL.unpack_from(data, offset)
        if fields[0] != b"PK\x01\x02":
            raise UnusableFile("broken_zip")
        flags, method, clock, date, crc, packed, inflated = fields[3:10]
        name_length, extra_length, comment_length, disk = fields[10:14]
        attributes, header_offset = fields[15:17]
        position = offset + _CENTRAL.size
        raw_name = data[position : position + name_length]
        extra = data[position + name_length : position + name_length + extra_length]
        offset = position + name_length + extra_length + comment_length
        if offset > start + size or disk not in (0, 0xFFFF):
            raise UnusableFile("broken_zip")
        inflated, packed, header_offset = _wide(extra, inflated, packed, header_offset)
        name = _name(raw_name, flags)
        if flags & 0x2041:
            raise UnusableFile("encrypted")
        if method not in (0, 8):
            raise UnusableFile("zip_method", part=name)
        if method == 0 and packed != inflated:
            raise UnusableFile("broken_zip")
        data_offset = _data_offset(data, header_offset + shift, raw_name)
        if data_offset + packed > start:
            raise UnusableFile("broken_zip")
        yield Member(
            name, raw_name, flags, method, crc, packed, inflated, header_offset + shift, data_offset,
            date << 16 | clock, attributes,
        )  # fmt: skip
    if offset != start + size:
        raise UnusableFile("broken_zip")


def _find_directory(data: bytes) -> tuple[int, int, int, int]:
    """Where the central directory stands: offset, size, entries, and how far all offsets are shifted."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_535 - _END.size))
    if end < 0:
        raise UnusableFile("broken_zip")
    _, disk, first_disk, here, count, size, offset, _ = _END.unpack_from(data, end)
    if disk != first_disk or here != count:
        raise UnusableFile("broken_zip")
    stop = end
    locator = end - _END64_LOCATOR.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, wide_offset, _ = _END64_LOCATOR.unpack_from(data, locator)
        # The record stands right before its locator, wherever the offset points.
        stop = locator - _END64.size
        if stop < 0 or data[stop : stop + 4] != b"PK\x06\x06":
            stop = wide_offset
        fields = _END64.unpack_from(data, stop)
        if fields[0] != b"PK\x06\x06" or fields[6] != fields[7]:
            raise UnusableFile("broken_zip")
        count, size, offset = fields[7:10]
    start = stop - size
    shift = start - offset
    if start < 0 or shift < 0:
        raise UnusableFile("broken_zip")
    return start, size, count, shift


def _wide(extra: bytes, inflated: int, packed: int, header_offset: int) -> tuple[int, int, int]:
    """Sizes and offset, taken from the zip64 field where they do not fit in 32 bits."""
    if 0xFFFFFFFF not in (inflated, packed, header_offset):
        return inflated, packed, header_offset
    position = 0
    while position + 4 <= len(extra):
        kind = int.from_bytes(extra[position : position + 2], "little")
        length = int.from_bytes(extra[position + 2 : position + 4], "little")
        if kind == 1:
            field_bytes = extra[position + 4 : position + 4 + length]
            values = iter([int.from_bytes(field_bytes[i : i + 8], "little") for i in range(0, len(field_bytes) - 7, 8)])
            found = [next(values, -1) if value == 0xFFFFFFFF else value for value in (inflated, packed, header_offset)]
            if min(found) < 0:
                raise UnusableFile("broken_zip")
            return found[0], found[1], found[2]
        position += 4 + length
    return inflated, packed, header_offset


def _name(raw: bytes, flags: int) -> str:
    name = raw.decode("utf-8" if flags & 0x800 else "cp437").replace("\\", "/")
    if name.startswith("/xl/"):  # so XlsxWriter calls a part of pictures in cells
        name = name[1:]
    pieces = name.removesuffix("/").split("/")
    if any(piece in ("", ".", "..") for piece in pieces) or ":" in pieces[0] or not name.isprintable():
        raise UnusableFile("zip_name")
    return name


def _data_offset(data: bytes, header_offset: int, raw_name: bytes) -> int:
    fields = _LOCAL.unpack_from(data, header_offset)
    position = header_offset + _LOCAL.size
    name_length, extra_length = fields[9:11]
    # A local name that differs would show another archive to a reader that goes by it.
    if fields[0] != b"PK\x03\x04" or data[position : position + name_length] != raw_name:
        raise UnusableFile("broken_zip")
    return position + int(name_length) + int(extra_length)


def _refuse_overlap(members: tuple[Member, ...]) -> None:
    stop = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < stop:
            raise UnusableFile("zip_overlap", part=member.name)
        stop = member.data_offset + member.packed


def _inflate(archive: Archive, member: Member) -> Iterator[bytes]:
    limits = archive.limits
    others = sum(size for name, size in archive.inflated.items() if name != member.name)
    most = max(MIB, limits.ratio * member.packed)
    produced = 0
    crc = 0
    for piece in _pieces(archive.packed(member.name), member):
        produced += len(piece)
        if produced > limits.part_size:
            raise UnusableFile("part_too_large", part=member.name, limit_mb=limits.part_size // MIB)
        if produced > most:
            raise UnusableFile("zip_ratio", part=member.name, limit=limits.ratio)
        if produced + others > limits.total_size:
            raise UnusableFile("total_too_large", limit_mb=limits.total_size // MIB)
        crc = inflater.crc32(piece, crc)
        yield piece
    if produced != member.size or crc != member.crc:
        raise UnusableFile("broken_part", part=member.name)
    archive.inflated[member.name] = produced


def _pieces(packed: memoryview, member: Member) -> Iterator[bytes]:
    if member.method == 0:
        for start in range(0, len(packed), CHUNK):
            yield bytes(packed[start : start + CHUNK])
        return
    try:
        stream = inflater.decompressobj(-15)
        for start in range(0, len(packed), CHUNK // 4):
            waiting = bytes(packed[start : start + CHUNK // 4])
            while waiting:
                piece = stream.decompress(waiting, CHUNK)
                waiting = stream.unconsumed_tail
                if not piece:
                    break
                yield piece
        rest = stream.flush()
    except INFLATE_ERRORS:
        raise UnusableFile("broken_part", part=member.name) from None
    if rest:
        yield rest
