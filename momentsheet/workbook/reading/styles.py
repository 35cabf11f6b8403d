"""The styles part of a workbook: what the number format of each cell style shows."""

from __future__ import annotations

from pyexpat import XMLParserType

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.reading.number_formats import Shown, shown_by_code, shown_by_id
from momentsheet.workbook.xml_parts import parse, short_names, stepping_over


def read_styles(archive: Archive, part: str) -> tuple[Shown, ...]:
    """What numbers show, by the number of the cell style; UnusableFile if the part is broken or over a limit."""
    codes: dict[int, str] = {}
    ids: list[int] = []
    place = ""

    def refuse_too_many(count: int) -> None:
        if count > archive.limits.styles:
            raise UnusableFile("too_many_styles", limit=archive.limits.styles)

    def attach(parser: XMLParserType) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal place
            if (name == "styleSheet" and not place) or (name in ("numFmts", "cellXfs") and place == "styleSheet"):
                place = name
                return
            if name == "numFmt" and place == "numFmts":
                codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:_LONGEST]
                refuse_too_many(len(codes))
            elif name == "xf" and place == "cellXfs":
                ids.append(_number(attributes.get("numFmtId")))
                refuse_too_many(len(ids))
            skip()

        def end(_name: str) -> None:
            nonlocal place
            place = "styleSheet"

        skip = stepping_over(parser, archive, part, start, end)
        parser.StartElementHandler = start
        parser.EndElementHandler = end

    parse(archive, part, attach, short_names("styleSheet", "numFmts", "numFmt", "cellXfs", "xf"))
    shown = {i: shown_by_code(codes[i]) if i in codes else shown_by_id(i) for i in set(ids)}
    return tuple(shown[format_id] for format_id in ids)


# Private functions

_LONGEST = 255  # characters of a format code: Excel allows no more


def _number(text: str | None) -> int:
    """A format id; 0 (General) where it is none."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0
