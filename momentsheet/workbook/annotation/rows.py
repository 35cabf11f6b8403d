"""The rows of a sheet's XML: new styles for some cells, all else byte for byte, in one pass over the stream.

expat finds the places, so every legal spelling is understood. Rows in which nothing changes need not go through it:
where the rows say their numbers and no comment, CDATA or declaration of a namespace stands between them, a `<row` can
be nothing but the start of a row, and all rows without marks are passed on unread. Else expat reads all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from pyexpat import ExpatError

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import cell_name
from momentsheet.workbook.annotation.splice import SPREADSHEET, STRICT_SPREADSHEET, new_parser
from momentsheet.workbook.annotation.xml_text import REST_OF_TAG, TAG_NAME, attribute_of, set_attributes, with_content

Restyle = Callable[[int, str], int | None]  # style of a cell, severity -> style with the mark, None if there is no room

_SHEET_DATA = re.compile(rb"<(?:[^\s<>/:\"'=]+:)?sheetData(?=[\s/>])" + REST_OF_TAG)
_TAG = re.compile(rb"<" + REST_OF_TAG)
_LONGEST_UNREAD = 16 * 1024 * 1024  # bytes of one row
_DIGITS = "0123456789"


class RowPatch:
    """One pass over a sheet. After it, `head` is all before the rows, `tail` all behind them (both without changes).

    marks: row -> column (0 = A) -> severity. restyle gives the style of a marked cell, column_style that of a cell that
    is not in the file and has no row style. UnusableFile where the XML is broken.
    """

    def __init__(
        self,
        part: str,
        sheet: str,
        marks: Mapping[int, Mapping[int, str]] | None = None,
        restyle: Restyle = lambda style, _: style,
        column_style: Callable[[int], int] = lambda _: 0,
        *,
        read_all: bool = False,
    ) -> None:
        self.head = b""
        self.tail = b""
        self.read_all = read_all
        self._part = part
        self._sheet = sheet
        self._marks = {row: dict(cells) for row, cells in (marks or {}).items()}
        self._waiting = sorted(self._marks, reverse=True)  # the next row is the last one
        self._restyle = restyle
        self._column_style = column_style
        self._parser = new_parser(part)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartNamespaceDeclHandler = self._bind
        self._prefixes: set[str | None] = set()  # of the spreadsheet namespace
        self._depth = 0
        self._in_rows = False
        self._row = 0
        self._column = -1
        self._row_start: int | None = None  # place of the row that is being read
        self._row_style: int | None = None
        self._cells: dict[int, str] = {}  # marks of this row that are not yet written
        self._edits: list[tuple[int, int, bytes]] = []
        self._held = bytearray()  # given to expat, not yet passed on
        self._base = 0  # place of its first byte, counted in what expat was given
        self._seen = 0  # start of the last tag that expat told of
        self._stop: int | None = None  # place of the end tag of the rows
        self._prefix = b""
        self._columns: dict[str, int] = {}

    def rows(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The patched bytes between the start tag and the end tag of `sheetData`."""
        try:
            yield from self._pass(iter(chunks))
        except ExpatError:
            raise UnusableFile("broken_xml", part=self._part) from None

    def read(self, chunks: Iterable[bytes]) -> None:
        """Only find `head` and `tail`."""
        for _ in self.rows(chunks):
            pass

    # Private: the stream

    def _pass(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        buffer, is_filled = self._read_head(chunks)
        if not is_filled:  # no rows: an empty tag, or a sheet of another kind
            return
        start_of_row = re.compile(rb"<%brow(?:\s+r=\"(\d+)\")?(?=[\s/>])" % re.escape(self._prefix))
        end_of_rows = re.compile(rb"</%bsheetData\s*>" % re.escape(self._prefix))
        while True:
            if not self.read_all:
                end = end_of_rows.search(buffer)
                stop = end.start() if end else len(buffer)
                rows = self._find_rows(buffer, start_of_row, stop) if self._is_plain(buffer, stop) else None
                if rows is None:
                    self.read_all = True
                else:
                    starts, numbers = rows
                    limit = end.start() if end else (starts[-1] if starts else 0)
                    yield from self._pass_rows(buffer, starts, numbers, limit, is_last=end is not None)
                    if end is not None:
                        yield self._feed(buffer[limit:])
                        break
                    buffer = buffer[limit:]
            if self.read_all:
                yield self._feed(buffer)
                if self._stop is not None:
                    break
                buffer = b""
            chunk = next(chunks, None)
            if chunk is None:
                raise UnusableFile("broken_xml", part=self._part)
            buffer += chunk
        self.tail = b"".join([self.tail, *chunks])

    def _read_head(self, chunks: Iterator[bytes]) -> tuple[bytes, bool]:
        """What was read behind the head, and whether rows may follow."""
        buffer = b""
        fed = searched = 0
        for chunk in chunks:
            buffer += chunk
            while found := _SHEET_DATA.search(buffer, searched):
                self._parser.Parse(buffer[fed : found.end()], False)
                fed = searched = found.end()
                if self._in_rows or self._stop is not None:  # no, if the tag stands in a comment
                    self.head = buffer[:fed]
                    self._base = fed
                    self._prefix = _prefix_of(found[0])
                    if self._stop is not None:
                        self.tail = b"".join([buffer[fed:], *chunks])
                        return b"", False
                    self.read_all |= len(self._prefixes) > 1
                    return buffer[fed:], True
            searched = max(searched, buffer.rfind(b"<", searched))
        self.head = buffer
        return b"", False

    def _is_plain(self, buffer: bytes, end: int) -> bool:
        """True if in these rows a `<` and the name of an element always begin such an element."""
        for sign, markup in ((b"!", b"<!"), (b"?", b"<?"), (b"xmlns", b"xmlns")):
            if buffer.find(sign, 0, end) >= 0 and buffer.find(markup, 0, end) >= 0:
                return False
        return True

    def _find_rows(
        self, buffer: bytes, start_of_row: re.Pattern[bytes], end: int
    ) -> tuple[list[int], list[int]] | None:
        """Where rows start before `end`, and their numbers; None if expat must look for them."""
        if len(buffer) > _LONGEST_UNREAD:
            return None
        if not self._waiting:  # none is looked for; only the last may be cut off
            last = buffer.rfind(b"<%brow" % self._prefix, 0, end)
            return ([max(last, 0)] if end else []), [1 << 30]
        starts = []
        numbers = []
        for found in start_of_row.finditer(buffer, 0, end):
            starts.append(found.start())
            numbers.append(found[1])
        if None in numbers:
            for index, number in enumerate(numbers):
                if number is None:
                    tag = _TAG.match(buffer, starts[index])
                    if tag is None and index == len(starts) - 1:  # cut off, comes again with the next piece
                        numbers[index] = b"%d" % (1 << 30)
                        continue
                    numbers[index] = None if tag is None else attribute_of(tag[0], b"r")
        values = [int(number) if number is not None and number.isdigit() else 0 for number in numbers]
        is_rising = all(map(int.__lt__, [self._row, *values], values))
        return (starts, values) if is_rising else None

    def _pass_rows(
        self, buffer: bytes, starts: list[int], numbers: list[int], limit: int, *, is_last: bool
    ) -> Iterator[bytes]:
        """Pass on all before `limit`; only rows with marks, and those behind absent ones, go through expat."""
        count = len(starts) if is_last else len(starts) - 1  # the last row may be cut off
        position = 0
        index = 0
        while self._waiting:
            index = bisect_left(numbers, self._waiting[-1], index, max(count, 0))
            if index >= count:
                break
            stop = starts[index + 1] if index + 1 < len(starts) else limit
            if position < starts[index]:
                yield buffer[position : starts[index]]
            row = buffer[starts[index] : stop]
            self._row = numbers[index] - 1
            patched = self._patch_plain(row) if numbers[index] == self._waiting[-1] else None
            yield self._feed(row) if patched is None else patched
            position = stop
            index += 1
        if position < limit:
            yield buffer[position:limit]
        if count > 0 and self._waiting:
            self._row = numbers[count - 1]

    def _patch_plain(self, row: bytes) -> bytes | None:
        """The next row with marks, patched without expat; None if not all its cells are found by their names."""
        number = self._waiting[-1]
        places = []
        for column, severity in self._marks[number].items():
            name = cell_name(number, column)
            place = row.find(b'<%bc r="%b"' % (self._prefix, name.encode()))
            tag = _TAG.match(row, place) if place >= 0 else None
            if tag is None:
                return None
            places.append((place, tag[0], severity))
        pieces = []
        position = 0
        for place, found, severity in sorted(places):
            style = self._restyle(_whole(_text(attribute_of(found, b"s")), 0), severity)
            edited = found if style is None else set_attributes(found, {"s": str(style)})
            pieces += [row[position:place], edited]
            position = place + len(found)
        self._waiting.pop()
        del self._marks[number]
        self._row = number
        return b"".join([*pieces, row[position:]])

    def _feed(self, piece: bytes) -> bytes:
        """Give a piece to expat; what can be passed on of all it was given, with the edits."""
        self._held += piece
        self._parser.Parse(piece, False)
        fed = self._base + len(self._held)
        if self._stop is not None:
            safe = self._stop
        elif self._row_start is not None:
            safe = self._row_start
        else:
            safe = max(self._seen, self._base) if self.read_all else fed
        pieces: list[bytes | bytearray] = []
        position = self._base
        done = 0
        for start, end, xml in self._edits:
            if start >= safe and self._stop is None:
                break
            pieces += [self._held[position - self._base : start - self._base], xml]
            position = end
            done += 1
        pieces.append(self._held[position - self._base : safe - self._base])
        del self._edits[:done]
        if self._stop is not None:
            self.tail = bytes(self._held[self._stop - self._base :])
        del self._held[: safe - self._base]
        self._base = safe
        return b"".join(pieces)

    # Private: what expat tells

    def _bind(self, prefix: str | None, space: str) -> None:
        if space in (SPREADSHEET, STRICT_SPREADSHEET):
            self._prefixes.add(prefix)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 4 and self._row_start is not None:
            if self._cells:
                self._start_cell(attributes)
        elif self._depth == 3 and self._in_rows:
            if name.endswith(" row"):
                self._start_row(attributes)
        elif self._depth == 2 and name.endswith(" sheetData") and self._stop is None:
            self._in_rows = name.rpartition(" ")[0] in (SPREADSHEET, STRICT_SPREADSHEET)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._depth == 2 and self._row_start is not None:
            self._end_row()
        elif self._depth == 1 and self._in_rows:
            self._in_rows = False
            self._stop = self._parser.CurrentByteIndex
            self._write_rows(before=1 << 30, place=self._stop)

    def _start_row(self, attributes: dict[str, str]) -> None:
        place = self._parser.CurrentByteIndex
        number = _whole(attributes.get("r"), self._row + 1)
        if number <= self._row:
            raise UnusableFile("broken_rows", sheet=self._sheet, row=self._row)
        self._write_rows(number, place)
        self._row = number
        self._row_start = self._seen = place
        self._column = -1
        if not self._waiting or self._waiting[-1] != number:
            return
        self._waiting.pop()
        self._cells = self._marks.pop(number)
        has_style = attributes.get("customFormat", "") in ("1", "true")
        self._row_style = _whole(attributes.get("s"), 0) if has_style else None
        first, _, last = attributes.get("spans", "").partition(":")
        if first.isdigit() and last.isdigit():
            columns = [int(first), int(last), *(column + 1 for column in self._cells)]
            if (min(columns), max(columns)) != (int(first), int(last)):
                start, end, tag = self._tag_at(place)
                spans = {"spans": f"{min(columns)}:{max(columns)}"}
                self._edits.append((start, end, set_attributes(tag, spans)))

    def _end_row(self) -> None:
        assert self._row_start is not None
        place = self._parser.CurrentByteIndex
        if self._cells:
            start, end, tag = self._tag_at(self._row_start)
            xml = b"".join(self._new_cell(self._row, column) for column in sorted(self._cells))
            if not tag.endswith(b"/>"):
                self._edits.append((place, place, xml))
            elif xml:
                if self._edits and self._edits[-1][:2] == (start, end):
                    tag = self._edits.pop()[2]
                self._edits.append((start, end, with_content(tag, xml)))
            self._cells = {}
        self._row_start = None
        self._seen = place

    def _start_cell(self, attributes: dict[str, str]) -> None:
        name = attributes.get("r", "")
        letters = name.rstrip(_DIGITS)
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = column_of(letters)
        if column < 0:
            column = self._column + 1
        self._column = column
        place = self._parser.CurrentByteIndex
        if column in self._cells:
            style = self._restyle(_whole(attributes.get("s"), 0), self._cells.pop(column))
            if style is not None:
                start, end, tag = self._tag_at(place)
                self._insert_cells(column, place)
                self._edits.append((start, end, set_attributes(tag, {"s": str(style)})))
                return
        self._insert_cells(column, place)

    def _insert_cells(self, before: int, place: int) -> None:
        absent = sorted(column for column in self._cells if column < before)
        if absent:
            self._edits.append((place, place, b"".join(self._new_cell(self._row, column) for column in absent)))

    # Private: new XML

    def _new_cell(self, row: int, column: int) -> bytes:
        severity = self._cells.pop(column)
        old = self._column_style(column) if self._row_style is None else self._row_style
        style = self._restyle(old, severity)
        if style is None:
            return b""
        return b'<%bc r="%b" s="%d"/>' % (self._prefix, cell_name(row, column).encode(), style)

    def _write_rows(self, before: int, place: int) -> None:
        rows = []
        while self._waiting and self._waiting[-1] < before:
            rows.append(self.new_row(self._waiting.pop()))
        if any(rows):
            self._edits.append((place, place, b"".join(rows)))

    def new_row(self, row: int) -> bytes:
        """A row that is not in the file, with its marked cells; nothing, if there is no room for their styles."""
        self._cells, self._row_style = self._marks.pop(row), None
        cells = b"".join(self._new_cell(row, column) for column in sorted(self._cells))
        return b'<%brow r="%d">%b</%brow>' % (self._prefix, row, cells, self._prefix) if cells else b""

    def _tag_at(self, place: int) -> tuple[int, int, bytes]:
        tag = _TAG.match(self._held, place - self._base)
        assert tag is not None
        return place, self._base + tag.end(), bytes(tag[0])


def column_of(letters: str) -> int:
    """Letters of a column as its place (0 = A), -1 if they are none."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return -1
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


# Private functions


def _prefix_of(tag: bytes) -> bytes:
    name = TAG_NAME.match(tag)
    assert name is not None
    prefix, colon, _ = name[1].rpartition(b":")
    return prefix + colon


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else otherwise
