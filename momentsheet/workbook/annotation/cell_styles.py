"""The styles of marked cells and of our own sheets, appended to the workbook's styles part; none of its own changes.

A marked cell keeps number format, font, border, alignment and protection: it gets a copy of its style with another
fill, one copy for each style and severity. Only a font that could not be read on the new fill is made black.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from momentsheet.workbook.annotation.splice import Element, Part
from momentsheet.workbook.annotation.xml_text import set_attributes

# Told apart by their lightness too, for those who see or print in grey: errors are the darkest.
# No other program has these colours, so that ours are known again. The last two bits of red, green and blue are a
# number: which of the workbook's own fills, kept as hidden names, the mark took the place of; 0: none.
FILLS = {"error": "FFFCC4CC", "warning": "FFFCE89C", "info": "FFDCE8F4"}
MOST_OLD_FILLS = 63
MOST_STYLES = 65_490  # Excel's limit
_AS_TEXT = 49  # number format @

EMPTY_STYLES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="%b"><fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    b'</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

_CHILDREN = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
)  # fmt: skip
_FONTS = {
    "text": '<{p}sz val="11"/><{p}color rgb="FF1F2937"/>',
    "title": '<{p}b/><{p}sz val="16"/><{p}color rgb="FF1F3864"/>',
    "intro": '<{p}sz val="11"/><{p}color rgb="FF374151"/>',
    "header": '<{p}b/><{p}sz val="11"/><{p}color rgb="FFFFFFFF"/>',
    "link": '<{p}u/><{p}sz val="11"/><{p}color rgb="FF0B5394"/>',
}
_HEADER_FILL = "FF1F3864"
_LINE = '<{p}left/><{p}right/><{p}top/><{p}bottom style="thin"><{p}color rgb="FFBFC5CE"/></{p}bottom><{p}diagonal/>'
_OF_COLOR = ("rgb", "theme", "tint", "indexed")
_COLOR = re.compile(r"(rgb|theme|tint|indexed)=[0-9A-Fa-f.eE+-]+(;(rgb|theme|tint|indexed)=[0-9A-Fa-f.eE+-]+)*")
# The first two fills are Excel's own, whatever stands there.
_FIRST_FILLS = ("none", "gray125")
_LIGHT_INDEXED = {1: 1.0, 9: 1.0, 3: 0.72, 11: 0.72, 5: 0.93, 13: 0.93, 7: 0.79, 15: 0.79}
_THEME = {0: 1.0, 1: 0.0, 2: 0.82, 3: 0.05}  # lightness of the text and background colours of most themes
_LEAST_CONTRAST = 2.5


class CellStyles:
    """The styles part of one workbook; new styles are appended on demand, in the order in which they are asked for."""

    def __init__(self, data: bytes, part: str) -> None:
        self.name = part
        self._part = Part(data, part, closed=("dxfs", "cellStyles", "cellStyleXfs", "tableStyles", "extLst"))
        self._lists = {name: self._part.root.child(name) for name in _CHILDREN}
        self._counts = {name: len(item.children) if item else 0 for name, item in self._lists.items()}
        self._new: dict[str, list[str]] = {name: [] for name in ("fonts", "fills", "borders", "cellXfs")}
        self._known: dict[tuple[str, str], int] = {}  # list, XML -> its place
        self._marked: dict[tuple[int, str], int | None] = {}
        self._own: dict[tuple[str, str | None, bool, bool, bool], int] = {}
        self.old_fills: dict[str, int] = {}  # attributes of a colour that a mark took the place of -> number
        self._p = self._part.root.prefix

    @property
    def is_edited(self) -> bool:
        return any(self._new.values())

    def marked(self, style: int, severity: str) -> int | None:
        """The style of a cell of that style when it is marked; None if the workbook has no room for another style."""
        key = (style, severity)
        if key not in self._marked:
            self._marked[key] = self._mark(style, severity)
        return self._marked[key]

    def own(
        self,
        font: str,
        severity: str | None = None,
        *,
        is_quoted: bool = False,
        is_number: bool = False,
        is_typed: bool = False,
    ) -> int:
        """A style of our own sheets; `font` is text, title, intro, header or link.

        `is_quoted` keeps a text a text when somebody edits it, though it looks like a formula. `is_typed`: whatever
        somebody types there stays as it was typed; 0123, 7:30 and 1,125 are not turned into numbers.
        """
        key = (font, severity, is_quoted, is_number, is_typed)
        if key not in self._own:
            self._own[key] = self._make(*key)
        return self._own[key]

    def render(self) -> bytes:
        """The styles part with everything that was asked for."""
        part = self._part
        for name, items in self._new.items():
            if not items:
                continue
            parent = self._lists[name]
            count = self._counts[name] + len(items)
            if parent is None:
                xml = f'<{self._p}{name} count="{count}">{"".join(items)}</{self._p}{name}>'
                part.insert_behind(part.root, _CHILDREN[: _CHILDREN.index(name)], xml)
            else:
                part.set(parent, "count", str(count))
                part.append(parent, "".join(items))
        return part.render()

    # Private

    def _make(self, font: str, severity: str | None, is_quoted: bool, is_number: bool, is_typed: bool) -> int:
        fill = 0
        if font == "header":
            fill = self._fill(_HEADER_FILL)
        elif severity is not None:
            fill = self._fill(FILLS[severity])
        is_cell = font in ("text", "link", "header")
        border = self._place("borders", f"<{self._p}border>{self._named(_LINE)}</{self._p}border>") if is_cell else 0
        name = f'{self._named(_FONTS[font])}<{self._p}name val="Calibri"/><{self._p}family val="2"/>'
        font_id = self._place("fonts", f"<{self._p}font>{name}</{self._p}font>")
        base = ' xfId="0"' if self._lists["cellStyleXfs"] is not None else ""
        quote = ' quotePrefix="1"' if is_quoted else ""
        typed = ' applyNumberFormat="1"' if is_typed else ""
        vertical = "center" if font == "header" else "top"
        side = ' horizontal="center"' if is_number else ' horizontal="left" indent="1"'
        wrap = f'{side} wrapText="1"' if is_cell else ""
        xf = (
            f'<{self._p}xf numFmtId="{_AS_TEXT if is_typed else 0}" fontId="{font_id}" fillId="{fill}"'
            f' borderId="{border}"{base}{quote}{typed}'
            f' applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<{self._p}alignment{wrap} vertical="{vertical}"/></{self._p}xf>'
        )
        return 0 if self._is_full() and ("cellXfs", xf) not in self._known else self._place("cellXfs", xf)

    def _named(self, xml: str) -> str:
        return xml.format(p=self._p)

    def _is_full(self) -> bool:
        return self._counts["cellXfs"] + len(self._new["cellXfs"]) >= MOST_STYLES

    def _place(self, name: str, xml: str) -> int:
        """Where that XML stands in that list, appended if it is new."""
        if (name, xml) not in self._known:
            self._known[name, xml] = self._append(name, xml)
        return self._known[name, xml]

    def _append(self, name: str, xml: str) -> int:
        items = self._new[name]
        if name == "cellXfs" and self._counts[name] + len(items) == 0:  # cells without a style have the first
            items.append(f'<{self._p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>')
        items.append(xml)
        return self._counts[name] + len(items) - 1

    def _fill(self, color: str) -> int:
        while (count := self._counts["fills"] + len(self._new["fills"])) < len(_FIRST_FILLS):
            pattern = f'<{self._p}patternFill patternType="{_FIRST_FILLS[count]}"/>'
            self._new["fills"].append(f"<{self._p}fill>{pattern}</{self._p}fill>")
        solid = '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{color}"/><{p}bgColor indexed="64"/>'
        return self._place("fills", f"{solid}</{{p}}patternFill></{{p}}fill>".format(p=self._p, color=color))

    def _mark(self, style: int, severity: str) -> int | None:
        if self._is_full():
            return None
        styles = self._lists["cellXfs"]
        known = styles.children if styles is not None else []
        # A style that does not exist shows as the first one.
        old = known[style] if style < len(known) else (known[0] if known else None)
        color = _numbered(FILLS[severity], self._old_fill(old))
        settings: dict[str, str | None] = {"fillId": str(self._fill(color)), "applyFill": "1"}
        if old is None:
            tag, rest = f'<{self._p}xf numFmtId="0" fontId="0" borderId="0"/>'.encode(), b""
        else:
            tag, rest = self._part.data[old.start : old.opened], self._part.data[old.opened : old.end]
            font = self._legible_font(old, FILLS[severity])
            if font is not None:
                settings |= {"fontId": str(font), "applyFont": "1"}
        return self._append("cellXfs", (set_attributes(tag, settings) + rest).decode())

    def _old_fill(self, style: Element | None) -> int:
        """The number of the plain fill of a style, 0 where it has none or there are too many of them."""
        fills = self._lists["fills"]
        if style is None or fills is None:
            return 0
        number = style.attributes.get("fillId", "0")
        index = int(number) if number.isascii() and number.isdigit() else 0
        pattern = fills.children[index].child("patternFill") if 1 < index < len(fills.children) else None
        color = pattern.child("fgColor") if pattern is not None else None
        if pattern is None or color is None or pattern.attributes.get("patternType") != "solid":
            return 0
        text = ";".join(f"{name}={color.attributes[name]}" for name in _OF_COLOR if name in color.attributes)
        if not _COLOR.fullmatch(text) or (text not in self.old_fills and len(self.old_fills) >= MOST_OLD_FILLS):
            return 0
        return self.old_fills.setdefault(text, len(self.old_fills) + 1)

    def _legible_font(self, style: Element, fill: str) -> int | None:
        """The number of a black copy of the style's font, None if the font can be read on that fill."""
        fonts = self._lists["fonts"]
        number = style.attributes.get("fontId", "0")
        index = int(number) if number.isascii() and number.isdigit() else 0
        if fonts is None or index >= len(fonts.children):
            return None
        font = fonts.children[index]
        color = font.child("color")
        lightness = None if color is None else _lightness(color)
        if color is None or lightness is None:
            return None
        pair = sorted((lightness, _rgb_lightness(fill)))
        if (pair[1] + 0.05) / (pair[0] + 0.05) >= _LEAST_CONTRAST:
            return None
        black = f'<{color.prefix}color rgb="FF000000"/>'.encode()
        data = self._part.data
        return self._place("fonts", (data[font.start : color.start] + black + data[color.end : font.end]).decode())


def unmark_styles(styles: Part, old_fills: Mapping[int, str]) -> None:
    """Give every style that is marked its old fill; `old_fills` are those that were kept by their numbers."""
    fills, formats = styles.root.child("fills"), styles.root.child("cellXfs")
    if fills is None or formats is None:
        return
    added: dict[str, int] = {}
    ours: dict[int, int] = {}  # one of our fills -> the one that stood there
    for place, fill in enumerate(fills.children):
        pattern = fill.child("patternFill")
        color = pattern.child("fgColor") if pattern is not None else None
        number = _number_in(color.attributes.get("rgb", "")) if color is not None else None
        if number is None:
            continue
        text = old_fills.get(number, "")
        if not _COLOR.fullmatch(text):
            ours[place] = 0
            continue
        if text not in added:
            added[text] = len(fills.children) + len(added)
            written = " ".join('{}="{}"'.format(*part.split("=", 1)) for part in text.split(";"))
            p = fills.prefix
            styles.append(
                fills,
                f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor {written}/><{p}bgColor indexed="64"/>'
                f"</{p}patternFill></{p}fill>",
            )
        ours[place] = added[text]
    if added:
        styles.set(fills, "count", str(len(fills.children) + len(added)))
    for style in formats.children:
        number_text = style.attributes.get("fillId", "0")
        place = int(number_text) if number_text.isascii() and number_text.isdigit() else 0
        if place in ours:
            styles.set(style, "fillId", str(ours[place]))


# Private functions


def _numbered(color: str, number: int) -> str:
    """One of our colours with a number in the last two bits of red, green and blue."""
    channels = [int(color[place : place + 2], 16) for place in (2, 4, 6)]
    bits = (number >> 4 & 3, number >> 2 & 3, number & 3)
    return "FF" + "".join(f"{channel | bit:02X}" for channel, bit in zip(channels, bits, strict=True))


def _number_in(color: str) -> int | None:
    """The number in one of our colours, None if it is none of ours."""
    if not re.fullmatch(r"(FF)?[0-9A-Fa-f]{6}", color):
        return None
    digits = color[-6:]
    channels = [int(digits[place : place + 2], 16) for place in (0, 2, 4)]
    plain = "FF" + "".join(f"{channel & ~3:02X}" for channel in channels)
    red, green, blue = (channel & 3 for channel in channels)
    return red << 4 | green << 2 | blue if plain in FILLS.values() else None


def _rgb_lightness(color: str) -> float:
    """Relative luminance (0 black, 1 white) of AARRGGBB."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (2, 4, 6)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lightness(color: Element) -> float | None:
    """Relative luminance of a colour, None where it cannot be told."""
    attributes = color.attributes
    try:
        if "rgb" in attributes:
            return _rgb_lightness(attributes["rgb"].rjust(8, "F"))
        if "indexed" in attributes:
            return _LIGHT_INDEXED.get(int(attributes["indexed"]))
        if "theme" in attributes and int(attributes["theme"]) in _THEME:
            light = _THEME[int(attributes["theme"])]
            tint = float(attributes.get("tint", "0"))
            return light * (1 + tint) ** 2 if tint < 0 else light + (1 - light) * tint**2
    except ValueError:
        return None
    return None
