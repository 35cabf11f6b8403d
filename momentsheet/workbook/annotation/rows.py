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
from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.row_editor import Restyle, RowEditor
from momentsheet.workbook.annotation.xml_text import REST_OF_TAG, attribute_of

_SHEET_DATA = re.compile(rb"<(?:[^\s<>/:\"'=]+:)?sheetData(?=[\s/>])" + REST_OF_TAG)
_TAG = re.compile(rb"<" + REST_OF_TAG)
_CUT_OFF = b"%d" % (1 << 30)  # the number of a row whose start is not yet read whole
_LONGEST_UNREAD = 16 * 1024 * 1024  # bytes of one row


class RowPatch:
    """One pass over a sheet. After it, `head` is all before the rows, `tail` all behind them (both without changes).

    The arguments are those of `RowEditor`; `read_all` has expat read every row. UnusableFile where the XML is broken.
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
        journal: Journal | None = None,
    ) -> None:
        self.head = b""
        self.tail = b""
        self.read_all = read_all
        self._part = part
        self._editor = RowEditor(part, sheet, marks or {}, restyle, column_style, journal=journal)

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

    def _pass(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        editor = self._editor
        buffer = self._read_head(chunks)
        if not editor.is_inside:  # no rows: an empty tag, or a sheet of another kind
            self.tail = buffer + b"".join(chunks)
            return
        start_of_row = re.compile(rb"<%brow(?:\s+r=\"(\d+)\")?(?=[\s/>])" % re.escape(editor.prefix))
        end_of_rows = re.compile(rb"</%bsheetData\s*>" % re.escape(editor.prefix))
        while True:
            if not self.read_all:
                found = end_of_rows.search(buffer)
                end = found.start() if found else len(buffer)
                rows = self._find_rows(buffer, start_of_row, end)
                if rows is not None:
                    limit = end if found else (rows[0][-1] if rows[0] else 0)  # the last row may be cut off
                    yield from self._pass_rows(buffer, *rows, limit, is_last=found is not None)
                    buffer = buffer[limit:]
                    if found:
                        yield editor.feed(buffer, is_whole=True)
                self.read_all = rows is None
            if self.read_all:
                yield editor.feed(buffer, is_whole=False)
                buffer = b""
            if editor.tail is not None:
                break
            chunk = next(chunks, None)
            if chunk is None:
                raise UnusableFile("broken_xml", part=self._part)
            buffer += chunk
        self.tail = b"".join([editor.tail, *chunks])

    def _read_head(self, chunks: Iterator[bytes]) -> bytes:
        """Read to the start tag of `sheetData`; what was read behind it."""
        editor = self._editor
        buffer = b""
        fed = searched = 0
        for chunk in chunks:
            buffer += chunk
            while found := _SHEET_DATA.search(buffer, searched):
                editor.skip(buffer[fed : found.end()])
                fed = searched = found.end()
                if editor.is_inside or editor.is_over:  # neither, if the tag stands in a comment
                    self.head = buffer[:fed]
                    self.read_all |= editor.has_two_prefixes
                    return buffer[fed:]
            searched = max(searched, buffer.rfind(b"<", searched))
        self.head = buffer
        return b""

    def _find_rows(
        self, buffer: bytes, start_of_row: re.Pattern[bytes], end: int
    ) -> tuple[list[int], list[int]] | None:
        """Where rows start before `end`, and their numbers; None if expat must look for them."""
        if len(buffer) > _LONGEST_UNREAD or not _is_plain(buffer, end):
            return None
        if self._editor.next_row is None:  # none is looked for; only the last may be cut off
            last = buffer.rfind(b"<%brow" % self._editor.prefix, 0, end)
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
                    is_cut_off = tag is None and index == len(starts) - 1
                    numbers[index] = _CUT_OFF if is_cut_off else (attribute_of(tag[0], b"r") if tag else None)
        values = [int(number) if number and number.isdigit() and len(number) < 11 else 0 for number in numbers]
        is_rising = all(map(int.__lt__, [self._editor.row, *values], values))
        return (starts, values) if is_rising else None

    def _pass_rows(
        self, buffer: bytes, starts: list[int], numbers: list[int], limit: int, *, is_last: bool
    ) -> Iterator[bytes]:
        """Pass on all before `limit`; only rows with marks, and those behind absent ones, are looked into."""
        editor = self._editor
        count = len(starts) if is_last else max(len(starts) - 1, 0)
        position = 0
        index = 0
        while editor.next_row is not None:
            index = bisect_left(numbers, editor.next_row, index, count)
            if index >= count:
                break
            stop = starts[index + 1] if index + 1 < len(starts) else limit
            if position < starts[index]:
                editor.journal.keep(starts[index] - position)
                yield buffer[position : starts[index]]
            row = buffer[starts[index] : stop]
            editor.row = numbers[index] - 1
            patched = editor.patch_plain(row) if numbers[index] == editor.next_row else None
            yield editor.feed(row, is_whole=True) if patched is None else patched
            position = stop
            index += 1
        if position < limit:
            editor.journal.keep(limit - position)
            yield buffer[position:limit]
        if count and editor.next_row is not None:
            editor.row = numbers[count - 1]


# Private functions


def _is_plain(buffer: bytes, end: int) -> bool:
    """True if before `end` a `<` and the name of an element always begin such an element."""
    for sign, markup in ((b"!", b"<!"), (b"?", b"<?"), (b"xmlns", b"xmlns")):
        if buffer.find(sign, 0, end) >= 0 and buffer.find(markup, 0, end) >= 0:
            return False
    return True
