"""The boxes of notes, in the VML part of a sheet: what is there stays, a box is added for each new note.

VML need not be well-formed XML, so it is edited as text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import cell_name
from momentsheet.workbook.annotation.notes import Note
from momentsheet.workbook.annotation.xml_text import as_utf8, codec_of, encoded

EMPTY_SHAPES = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)

_SPACES = {
    b"v": b"urn:schemas-microsoft-com:vml",
    b"o": b"urn:schemas-microsoft-com:office:office",
    b"x": b"urn:schemas-microsoft-com:office:excel",
}
_START = re.compile(rb"(<[\w:]+)")

_BOX_FILLS = {"error": "#ffeef0", "warning": "#fff7dc", "info": "#eef5fb"}
_WIDE = 500  # characters from which the box is wider
_WIDTHS = (310, 430)  # pixels
_LETTER, _LINE, _MARGIN = 6.3, 15, 16  # pixels of a letter, a line and the rim, in the widest of the usual fonts
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383  # 0-based

_BLOCK = 1_024  # shape ids are given out in blocks
_ID_MAP = re.compile(rb"(<[\w:]*idmap\b[^<>]*?\bdata\s*=\s*[\"'])([\d,\s]*)([\"'])")
_SHAPE_ID = re.compile(rb"_x0000_s(\d{1,9})")
_SHAPE = re.compile(rb"<((?:[\w.-]+:)?shape)(?=[\s>])")
_NOTE_TYPE = re.compile(rb"\bid\s*=\s*[\"']_x0000_t202[\"']")
_ROW = re.compile(rb"[<:]Row>\s*(\d{1,7})\s*</")
_COLUMN = re.compile(rb"[<:]Column>\s*(\d{1,5})\s*</")
_ANCHOR = re.compile(rb"([<:]Anchor>)([\d,\s]+)(</)")
_ROOT = re.compile(rb"<xml\b[^>]*?(/?)>")
_SHAPE_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:10pt;'
    'width:{width}pt;height:{height}pt;z-index:{z};visibility:hidden" fillcolor="{fill}" o:insetmode="auto">'
    '<v:fill color2="{fill}"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """How wide the columns (0 = A) and how high the rows of a sheet are, in pixels."""

    width: Callable[[int], int]
    height: int


def write_shapes(
    data: bytes, part: str, added: Sequence[Note], before: Mapping[str, str], grid: Grid, blocks: Iterator[int]
) -> bytes:
    """The VML part with a box for each new note; boxes of notes that grew (cell name -> text) are made higher.

    `blocks` gives numbers of blocks of shape ids that no sheet uses. UnusableFile where no box can be added.
    """
    codec = codec_of(data, part)
    data = b"".join(as_utf8([data], codec, part))
    if before:
        data = _with_grown_boxes(data, before, grid)
    root = _ROOT.search(data)
    end = data.rfind(b"</xml")
    if root is None or (end < 0 and not root[1]):
        raise UnusableFile("broken_xml", part=part)
    if root[1]:
        data = data[: root.start(1)] + b"></xml>" + data[root.end() :]
        end = root.start(1) + 1
    ids, used = _shape_ids(data, len(added), blocks)
    shapes = [] if _NOTE_TYPE.search(data) else [_SHAPE_TYPE]
    for place, (note, shape_id) in enumerate(zip(added, ids, strict=True), 1):
        shapes.append(_box(note, shape_id, place, grid).encode())
    bindings = _missing_bindings(root[0])
    new = b"".join(_START.sub(rb"\1" + bindings, shape, count=1) for shape in shapes) if added else b""
    data = data[:end] + new + data[end:]
    return encoded(_with_blocks(data, used, bindings) if added else data, codec)


def without_shapes(data: bytes, part: str, cells: Collection[str]) -> bytes:
    """The VML part without the boxes of the notes of these cells (A1)."""
    codec = codec_of(data, part)
    data = b"".join(as_utf8([data], codec, part))
    pieces = []
    position = 0
    for found in _SHAPE.finditer(data):
        end = data.find(b"</%b>" % found[1], found.end())
        if end < 0:
            break
        shape = data[found.start() : end]
        row, column = _ROW.search(shape), _COLUMN.search(shape)
        is_note = b'"Note"' in shape or b"'Note'" in shape
        if found.start() < position or row is None or column is None or not is_note:
            continue
        if cell_name(int(row[1]) + 1, int(column[1])) in cells:
            pieces.append(data[position : found.start()])
            position = data.index(b">", end) + 1
    return encoded(b"".join([*pieces, data[position:]]), codec)


def used_blocks(data: bytes) -> set[int]:
    """The blocks of shape ids that a VML part uses."""
    found = _ID_MAP.search(data)
    mapped = {int(number) for number in found[2].replace(b" ", b"").split(b",") if number} if found else set()
    return mapped | {int(number) // _BLOCK for number in _SHAPE_ID.findall(data)}


# Private functions


def _shape_ids(data: bytes, count: int, blocks: Iterator[int]) -> tuple[list[int], list[int]]:
    """Ids for that many shapes, above all that are there; and the blocks that they need beside those of the part."""
    found = _ID_MAP.search(data)
    mapped = {int(number) for number in found[2].replace(b" ", b"").split(b",") if number} if found else set()
    highest = max(map(int, _SHAPE_ID.findall(data)), default=0)
    ids: list[int] = []
    used: list[int] = []
    following = highest + 1
    room = (highest // _BLOCK + 1) * _BLOCK if highest and highest // _BLOCK in mapped else 0
    while len(ids) < count:
        if following >= room:
            block = next(blocks)
            used.append(block)
            following, room = block * _BLOCK + 1, (block + 1) * _BLOCK
        ids.append(following)
        following += 1
    return ids, used


def _missing_bindings(root: bytes) -> bytes:
    """Declarations of the prefixes that ours are written with, as far as the root does not have them."""
    return b"".join(
        b' xmlns:%b="%b"' % (prefix, space)
        for prefix, space in _SPACES.items()
        if not re.search(rb"\bxmlns:%b\s*=\s*[\"']%b[\"']" % (prefix, space), root)
    )


def _with_blocks(data: bytes, used: list[int], bindings: bytes) -> bytes:
    numbers = ",".join(map(str, used)).encode()
    found = _ID_MAP.search(data)
    if not used:
        return data
    if found is not None:
        known = found[2].strip().rstrip(b",")
        both = known + b"," + numbers if known else numbers
        return data[: found.start(2)] + both + data[found.end(2) :]
    root = _ROOT.search(data)
    assert root is not None
    layout = b'<o:shapelayout%b v:ext="edit"><o:idmap v:ext="edit" data="%b"/></o:shapelayout>' % (bindings, numbers)
    return data[: root.end()] + layout + data[root.end() :]


def _box(note: Note, shape_id: int, place: int, grid: Grid) -> str:
    width, height = _size(note.lines)
    row, column = note.row - 1, note.column
    if column > _LAST_COLUMN - 8:
        left, shift = column - 8, 0
    else:
        left, shift = column + 1, 15
    rows = height // grid.height + 2
    top = min(max(row - 1, 0), _LAST_ROW - rows)
    right, right_shift = _across(left, shift + width, grid)
    drop = 2 if row == 0 else min(10, grid.height - 1)
    bottom, bottom_shift = divmod(drop + height, grid.height)
    anchor = (left, shift, top, drop, right, right_shift, top + bottom, bottom_shift)
    return _BOX.format(
        id=shape_id, width=round(width * 0.75, 2), height=round(height * 0.75, 2), z=place,
        fill=_BOX_FILLS[note.severity], anchor=", ".join(map(str, anchor)), row=row, column=column,
    )  # fmt: skip


def _size(text: str, width: int | None = None) -> tuple[int, int]:
    """Pixels across and down of the box in which a text can be read."""
    width = width or _WIDTHS[len(text) > _WIDE]
    letters = max((width - _MARGIN) / _LETTER, 8)
    lines = sum(max(1, math.ceil(len(line) / letters * 1.04)) for line in text.split("\n"))
    return width, lines * _LINE + _MARGIN


def _across(column: int, pixels: int, grid: Grid) -> tuple[int, int]:
    """The column, and the pixels in it, that lie so far to the right of the start of `column`."""
    while column < _LAST_COLUMN and pixels >= grid.width(column):
        pixels -= grid.width(column)
        column += 1
    return column, min(pixels, max(grid.width(column), 1))


def _with_grown_boxes(data: bytes, before: Mapping[str, str], grid: Grid) -> bytes:
    pieces = []
    position = 0
    for found in _SHAPE.finditer(data):
        end = data.find(b"</%b>" % found[1], found.end())
        if end < 0:
            break
        if found.start() >= position:
            pieces += [data[position : found.start()], _grown(data[found.start() : end], before, grid)]
            position = end
    return b"".join([*pieces, data[position:]])


def _grown(shape: bytes, before: Mapping[str, str], grid: Grid) -> bytes:
    """The box of a note, high enough for the text that it now has."""
    row, column, anchor = _ROW.search(shape), _COLUMN.search(shape), _ANCHOR.search(shape)
    if row is None or column is None or anchor is None or b'"Note"' not in shape:
        return shape
    text = before.get(cell_name(int(row[1]) + 1, int(column[1])))
    places = [int(number) for number in anchor[2].replace(b" ", b"").split(b",") if number.strip()]
    if text is None or len(places) != 8:
        return shape
    left, shift, top, drop, right, right_shift, bottom, bottom_shift = places
    if not left <= right <= _LAST_COLUMN or not top <= bottom <= _LAST_ROW or right - left > 100:
        return shape
    width = sum(map(grid.width, range(left, right))) - shift + right_shift
    height = (bottom - top) * grid.height - drop + bottom_shift
    _, needed = _size(text, max(width, 80))
    if needed > height:
        extra, bottom_shift = divmod(drop + needed, grid.height)
        bottom = min(top + extra, _LAST_ROW)
        places[6:] = [bottom, bottom_shift]
    written = ", ".join(map(str, places)).encode()
    return shape[: anchor.start(2)] + written + shape[anchor.end(2) :]
