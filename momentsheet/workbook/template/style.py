"""How the template looks: one accent colour, three marks that never speak by colour alone, number formats by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from momentsheet.model.catalog import type_names

ACCENT = "#1F4E5F"
ACCENT_LIGHT = "#DCE9EC"
INK = "#1B2A30"
MUTED = "#55646B"
LINE = "#B8C7CC"
A4 = 9  # paper

# Codes keep leading zeros as text. Dates use built-in format 14, which every Excel shows in its reader's own way.
# Hours and per cent are `General`: there Excel turns a typed «7:30» into a visible time and «50 %» into a visible
# per cent, which the reader of the workbook can tell from 7.5 and 50. A fixed format such as 0.00 would silently
# keep 0.3125 and 0.5.
NUMBER_FORMATS: Mapping[str, str | int] = {
    **dict.fromkeys(type_names, "@"),
    "date": 14,
    "money": "#,##0.00",
    "integer": "0",
    "decimal": "General",
    "hours": "General",
    "percent": "General",
}

NUMERIC = frozenset({"integer", "decimal", "money", "percent", "hours"})

# What a conditional format shows. Each mark differs in shape too: dashed frame, bold underlined, italic.
MARKS: Mapping[str, Mapping[str, Any]] = {
    "missing": {"bg_color": "#FFC7CE", "border": 3, "border_color": "#9C0006"},
    "wrong": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True, "underline": 1},
    "notice": {"bg_color": "#FFEB9C", "font_color": "#7A4B00", "italic": True},
    "ready": {"bg_color": "#C6EFCE", "font_color": "#006100"},
}

_WRAPPED = {"text_wrap": True, "valign": "vcenter", "indent": 1}
_HEADER = {**_WRAPPED, "bold": True, "border": 1, "border_color": LINE}
_BOXED = {"valign": "vcenter", "border": 1, "border_color": LINE, "indent": 1}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "required": {**_HEADER, "bg_color": ACCENT, "font_color": "#FFFFFF"},
    "optional": {**_HEADER, "bg_color": ACCENT_LIGHT, "font_color": INK},
    "kept": {**_HEADER, "bold": False, "italic": True, "bg_color": "#EDEDED", "font_color": MUTED},
    "title": {"bold": True, "font_size": 20, "font_color": ACCENT, "valign": "vcenter"},
    "heading": {"bold": True, "font_size": 13, "font_color": ACCENT, "bottom": 1, "bottom_color": LINE},
    "section": {"bold": True, "font_size": 13, "font_color": ACCENT},
    "lead": {"bold": True, "font_size": 12, "font_color": INK},
    "step": {"bold": True, "font_size": 13, "font_color": ACCENT, "align": "center", "valign": "vcenter"},
    "label": {**_WRAPPED, "bold": True},
    "text": _WRAPPED,
    "muted": {**_WRAPPED, "font_color": MUTED},
    "plain": {"font_color": MUTED},
    "cell": {**_BOXED, "text_wrap": True},
    "count": {**_BOXED, "num_format": "#,##0", "align": "right"},
    "sum": {**_BOXED, "num_format": "#,##0.00", "align": "right"},
    "link": {**_BOXED, "font_color": ACCENT, "underline": 1},
    "answer": {**_BOXED, "text_wrap": True, "align": "left"},
}


class Formats:
    """The formats of one workbook, each made once and in the order of use."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def style(self, name: str, **more: Any) -> Format:
        """The format of that name, with further properties."""
        return self._make({**STYLES[name], **more})

    def mark(self, name: str, **more: Any) -> Format:
        """The format of a mark, for a conditional format or as a swatch."""
        return self._make({**MARKS[name], **more})

    def of_type(self, type_name: str, **more: Any) -> Format:
        """The number format of a field type; text keeps a little distance from the numbers to its left."""
        number_format = NUMBER_FORMATS[type_name]
        return self._make({"num_format": number_format, **({"indent": 1} if number_format == "@" else {}), **more})

    def _make(self, properties: Mapping[str, Any]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(dict(properties))
        return self._made[key]


def done(result: int | None) -> None:
    """Raise where XlsxWriter only warns: it has left something out."""
    if result:
        raise ValueError(f"XlsxWriter refused a part of the template (it says {result})")


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes when it is wrapped at words in a column of that width."""
    lines, left = 1, width
    for word in text.split():
        if len(word) > left and left < width:
            lines, left = lines + 1, width
        left -= len(word) + 1
        while left < -1:
            lines, left = lines + 1, left + width
    return lines
