"""The styles part of a workbook: what the number format of each cell style shows."""

from __future__ import annotations

from pyexpat import XMLParserType

from momentsheet.errors import UnusableFile
from momentsheet.workbook.gate import Archive
from momentsheet.workbook.reading.number_formats import Shown, shown_by_code, shown_by_id
from momentsheet.workbook.xml_parts import parse, short_names, stepping_over


def read_styles(archive: Archive, part: str) -> tuple[Shown, ...]:
    """What numbers show, by the number of the cell style; UnusableFile if the part is broken or over a limit."""
    own: dict[int, Shown] = {}
    ids: list[int] = []
    place = ""

    def attach(parser: XMLParserType) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal place
            if (name == "styleSheet" and not place) or (name in ("numFmts", "cellXfs") and place == "styleSheet"):
                place = name
                return
            if name == "numFmt" and place == "numFmts":
                own[_number(attributes.get("numFmtId"))] = shown_by_code(attributes.get("formatCode", "")[:_LONGEST])
            elif name == "xf" and place == "cellXfs":
                ids.append(_number(attributes.get("numFmtId")))
                if len(ids) > archive.limits.styles:
                    raise UnusableFile("too_many_styles", limit=archive.limits.styles)
            skip()

        def end(_name: str) -> None:
            nonlocal place
            place = "styleSheet"

        skip = stepping_over(parser, archive, part, start, end)
        parser.StartElementHandler = start
        parser.EndElementHandler = end

    parse(archive, part, attach, short_names("styleSheet", "numFmts", "numFmt", "cellXfs", "xf"))
    return tuple(own[format_id] if format_id in own else shown_by_id(format_id) for format_id in ids)


# Private functions

_LONGEST = 1_024  # characters of a format code that are looked at; Excel allows 255


def _number(text: str | None) -> int:
    """A format id; 0 (General) where it is none."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0
