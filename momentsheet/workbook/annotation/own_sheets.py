"""Our own sheets in a workbook whose hidden names a program has dropped: known by the words in their first rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pyexpat import ExpatError

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import OUR_NAMES, our_sheets, word_of
from momentsheet.workbook.annotation.listing import fills_in
from momentsheet.workbook.annotation.splice import new_parser
from momentsheet.workbook.annotation.xml_text import as_utf8, codec_of
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.package import Package
from momentsheet.workbook.reading.shared_strings import read_shared_strings

_CELL_TYPES = ("s", "inlineStr", "str")


def own_sheets(package: Package) -> tuple[frozenset[str], Mapping[int, str]]:
    """The names of our sheets, folded, and the fills that marks took the place of, by their numbers.

    By the hidden names where there are any, else by what stands hidden in the first rows; of several sheets of one kind
    the last one is ours, as it is for the reader.
    """
    if any(name.startswith(OUR_NAMES) for name in package.names):
        return frozenset(name.casefold() for name in our_sheets(package.names).values()), _named_fills(package.names)
    found: dict[str, str] = {}
    fills: dict[int, str] = {}
    for sheet, texts in _first_rows(package):
        for text in texts:
            if (word := word_of(text)) is not None:
                found[word] = sheet.casefold()
                fills |= fills_in(text)
    return frozenset(found.values()), fills


# Private functions


def _named_fills(names: Mapping[str, str]) -> dict[int, str]:
    prefix = f"{OUR_NAMES}fill."
    return {
        int(name.removeprefix(prefix)): text.strip('"')
        for name, text in names.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal()
    }


def _first_rows(package: Package) -> Iterator[tuple[str, list[str]]]:
    """The texts in the first row of each sheet that may be ours."""
    archive, strings = package.archive, package.shared_strings
    cells = []
    for sheet in package.sheets:
        if sheet.kind == "worksheet":
            with suppress(UnusableFile, ExpatError):  # whoever cannot read it, has not written it
                cells.append((sheet.name, _first_row(archive, sheet.part)))
    pool = read_shared_strings(archive, strings) if strings is not None and _holds(archive, strings) else None
    for name, found in cells:
        texts = []
        for kind, text in found:
            if kind != "s":
                texts.append(text)
            elif pool is not None and text.isdecimal() and int(text) < len(pool):
                texts.append(str(pool[int(text)]))
        yield name, texts


def _holds(archive: Archive, part: str) -> bool:
    """Whether our word stands in a part at all."""
    before = b""
    for chunk in _utf8(archive, part):
        if OUR_NAMES.encode() in before + chunk:
            return True
        before = chunk[-len(OUR_NAMES) :]
    return False


def _utf8(archive: Archive, part: str) -> Iterator[bytes]:
    chunks = archive.chunks(part)
    first = next(chunks, b"")
    return as_utf8(chain([first], chunks), codec_of(first, part), part)


class _Done(Exception):
    """The first row is over."""


def _first_row(archive: Archive, part: str) -> list[tuple[str, str]]:
    """Type and content of the texts in row 1, read no further than that."""
    parser = new_parser(part)
    cells: list[tuple[str, str]] = []
    pieces: list[str] = []
    kind = ""

    def start(qualified: str, attributes: dict[str, str]) -> None:
        nonlocal kind
        name = qualified.rpartition(" ")[2]
        if name == "row" and attributes.get("r", "1") != "1":
            raise _Done
        if name == "c":
            kind = attributes.get("t", "n")
            pieces.clear()
        elif name in {"v", "t"}:
            parser.CharacterDataHandler = pieces.append

    def end(qualified: str) -> None:
        name = qualified.rpartition(" ")[2]
        parser.CharacterDataHandler = None
        if name in {"row", "sheetData"}:
            raise _Done
        if name == "c" and kind in _CELL_TYPES:
            cells.append((kind, "".join(pieces)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with suppress(_Done):
        for chunk in _utf8(archive, part):
            parser.Parse(chunk, False)
    return cells
