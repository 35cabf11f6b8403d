"""Text files with a delimiter (csv): encoding and delimiter are found out and told, values stay text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, Notice, cell_name
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.reading.cells import LAST_COLUMN, Cells, Gathered, finish_cells


@dataclass(frozen=True, slots=True)
class Delimited:
    """The cells of a csv file and how they were read."""

    cells: Cells
    encoding: str
    delimiter: str

    @property
    def notice(self) -> Notice:
        return Notice("csv", {"encoding": self.encoding, "delimiter": _names.get(self.delimiter, self.delimiter)})


def read_delimited(data: bytes, sheet: str, limits: Limits) -> Delimited:
    """All fields of a csv file as text; UnusableFile if it is no text, its quotes do not close, or over a limit.

    `sheet` is the name that refusals use. Rows are counted as Excel counts them when it opens the file.
    """
    text, encoding = _decode(data)
    declared, text = _declared_delimiter(text)
    delimiter = declared or _find_delimiter(text)
    gathered = Gathered()
    codes: dict[str, int] = {}
    for row, record in enumerate(_records(text, delimiter), start=1):
        longest = max(map(len, record), default=0)
        if longest > limits.text:
            column = next(index for index, value in enumerate(record) if len(value) == longest)
            raise UnusableFile("cell_too_long", sheet=sheet, cell=cell_name(row, column), limit=limits.text)
        if len(record) > LAST_COLUMN + 1:
            raise UnusableFile("csv_columns", row=row)
        _gather(gathered, codes, row, record)
        if len(gathered.row_numbers) > limits.rows:
            raise UnusableFile("too_many_rows", sheet=sheet, limit=limits.rows)
        if len(gathered.flags) > limits.cells:
            raise UnusableFile("too_many_cells", limit=limits.cells)
    return Delimited(finish_cells(gathered, tuple(codes), (), is_1904=False), encoding, delimiter)


# Private functions

_DELIMITERS = (";", "\t", "|", ",")  # the comma last: it also stands in numbers and texts
_names = {"\t": "TAB"}
_SAMPLE = 200  # records by which the delimiter is judged
_LONGEST = 4_000_000  # characters of a record: far more than a row of cells can hold in earnest
_DECLARATION = re.compile(r'"?sep=([^\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")


def _decode(data: bytes) -> tuple[str, str]:
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if data.startswith(mark):
            try:
                return _checked(data.decode(codec)), name
            except UnicodeDecodeError:
                raise UnusableFile("csv_encoding", encoding=name) from None
    for codec, name in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return _checked(data.decode(codec)), name
        except UnicodeDecodeError:
            continue
    raise UnusableFile("binary")


def _checked(text: str) -> str:
    """The text, if it is one: bytes that no text holds mean something else than a table."""
    start = text[:65_536]
    strange = sum(start.count(chr(code)) for code in range(32) if chr(code) not in "\t\r\n\f\x1a")
    if strange * 200 > len(start):
        raise UnusableFile("binary")
    if "\0" in text:
        raise UnusableFile("csv_zero_bytes")
    return text.rstrip("\x1a")


def _declared_delimiter(text: str) -> tuple[str | None, str]:
    """Excel's own first line «sep=;», which is no row of the table."""
    found = _DECLARATION.match(text)
    return (found.group(1), text[found.end() :]) if found else (None, text)


def _find_delimiter(text: str) -> str:
    """The delimiter that cuts most of the first records into the same number of fields, the first in a tie."""
    shares = {delimiter: _evenness(text, delimiter) for delimiter in _DELIMITERS}
    return max(shares, key=lambda delimiter: shares[delimiter])


def _evenness(text: str, delimiter: str) -> float:
    """The share of the first records that have the commonest number of fields above one."""
    widths = Counter[int]()
    try:
        widths.update(len(record) for record in islice(_records(text, delimiter), _SAMPLE) if record)
    except UnusableFile:
        return 0.0
    return max((count for width, count in widths.items() if width > 1), default=0) / max(widths.total(), 1)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    length = 0  # of the record that is being read

    def lines() -> Iterator[str]:
        nonlocal length
        for match in _LINE.finditer(text):
            length += match.end() - match.start()
            if length > _LONGEST:
                raise UnusableFile("csv_line", line=line)
            yield match.group()

    line = 1
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            yield record
            line = reader.line_num + 1
            length = 0
    except csv.Error:
        raise UnusableFile("csv_quotes", line=line) from None


def _gather(gathered: Gathered, codes: dict[str, int], row: int, record: list[str]) -> None:
    is_new = True
    for column, value in enumerate(record):
        if not value:
            continue
        if is_new:
            is_new = False
            gathered.start_row(row)
        text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
        gathered.columns.append(column)
        gathered.flags.append(Kind.TEXT)
        gathered.values.append(codes.setdefault(text, len(codes)))
