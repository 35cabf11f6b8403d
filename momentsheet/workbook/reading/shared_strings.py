"""The shared strings of a workbook, as one column of texts."""

from __future__ import annotations

from pyexpat import XMLParserType

import polars as pl

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.xml_parts import XML_SPACE, parse, plain_text, short_names, stepping_over


def read_shared_strings(archive: Archive, part: str) -> pl.Series:
    """All shared strings in their order: runs of rich text joined, reading aids (furigana) left out.

    UnusableFile if the part is broken or over a limit.
    """
    reader = _Strings(archive, part)
    parse(archive, part, reader.attach, short_names("sst", "si", "r", "t"), reader.between)
    return reader.finish()


# Private functions

_BATCH = 65_536  # strings that are held as Python objects at a time
_PIECES = 64  # of expat's 8 KiB: longer than any text may be


class _Strings:
    """What is known while the part streams by."""

    __slots__ = ("archive", "count", "done", "is_kept", "length", "part", "pieces", "place", "runs", "skip", "strings")

    def __init__(self, archive: Archive, part: str) -> None:
        self.archive = archive
        self.part = part
        self.place = ""
        self.pieces: list[str] = []  # what expat has handed out of the text that is open
        self.runs: list[str] = []
        self.length = 0
        self.is_kept = False  # leading and trailing spaces are part of the text
        self.strings: list[str] = []
        self.done: list[pl.Series] = []
        self.count = 0

    def attach(self, parser: XMLParserType) -> None:
        self.skip = stepping_over(parser, self.archive, self.part, self.start, self.end)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append

    def start(self, name: str, attributes: dict[str, str]) -> None:
        place = self.place
        if name == "t" and place in ("si", "r"):
            self.is_kept = place == "r" or attributes.get(XML_SPACE) == "preserve"
            self.place = "si/t" if place == "si" else "r/t"
            self.pieces.clear()
        elif (name == "si" and place == "sst") or (name == "r" and place == "si") or (name == "sst" and not place):
            self.place = name
        elif not place:
            raise UnusableFile("broken_strings", part=self.part)
        else:
            self.skip()

    def end(self, _name: str) -> None:
        place = self.place
        if place == "si/t" or place == "r/t":  # noqa: PLR1714 (two comparisons are faster than a tuple)
            text = "".join(self.pieces)
            self.runs.append(text if self.is_kept else text.strip(" \t\r\n"))
            self.length += len(text)
            if self.length > self.archive.limits.text:
                self.refuse_text()
            self.place = "si" if place == "si/t" else "r"
        elif place == "si":
            self.strings.append(plain_text("".join(self.runs)))
            self.runs.clear()
            self.length = 0
            self.place = "sst"
        elif place == "r":
            self.place = "si"

    def between(self) -> None:
        if not self.place.endswith("/t"):
            self.pieces.clear()
        elif len(self.pieces) > _PIECES:
            self.refuse_text()
        if len(self.strings) > _BATCH:
            self.flush()
        if self.count + len(self.strings) > self.archive.limits.strings:
            raise UnusableFile("too_many_strings", limit=self.archive.limits.strings)

    def flush(self) -> None:
        self.count += len(self.strings)
        self.done.append(pl.Series(self.strings, dtype=pl.String))
        self.strings.clear()

    def finish(self) -> pl.Series:
        self.flush()
        return pl.concat(self.done)

    def refuse_text(self) -> None:
        raise UnusableFile("text_too_long", part=self.part, limit=self.archive.limits.text)
