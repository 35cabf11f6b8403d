"""How the template looks: one accent colour, three marks that never speak by colour alone, number formats by type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

ACCENT = "#1F4E5F"
ACCENT_LIGHT = "#DCE9EC"
INK = "#1B2A30"
MUTED = "#55646B"
LINE = "#B8C7CC"

# Codes keep leading zeros as text. Dates use built-in format 14, which every Excel shows in its reader's own way.
# Per cent is a plain number from 0 to 100: in a `General` cell Excel turns a typed «50 %» into a visible 50 %,
# which the reader of the workbook can tell from 50; any fixed format would silently keep 0.5.
NUMBER_FORMATS: Mapping[str, str | int] = {
    "code": "@", "reference": "@", "phone": "@", "org_number": "@", "bank_account": "@", "kid": "@",
    "postal_code": "@", "text": "@", "email": "@", "url": "@", "list": "@", "file_name": "@", "codelist": "@",
    "country": "@", "currency": "@", "boolean": "@",
    "date": 14, "hours": "0.00", "money": "#,##0.00", "integer": "0", "decimal": "General", "percent": "General",
}  # fmt: skip

NUMERIC = frozenset({"integer", "decimal", "money", "percent", "hours"})

# What a conditional format shows. Each mark differs in shape too: dashed frame, bold underlined, italic.
MARKS: Mapping[str, Mapping[str, Any]] = {
    "missing": {"bg_color": "#FFC7CE", "border": 3, "border_color": "#9C0006"},
    "wrong": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True, "underline": 1},
    "notice": {"bg_color": "#FFEB9C", "font_color": "#7A4B00", "italic": True},
    "ready": {"bg_color": "#C6EFCE", "font_color": "#006100"},
}

_WRAPPED = {"text_wrap": True, "valign": "top"}
_HEADER = {**_WRAPPED, "bold": True, "valign": "vcenter", "border": 1, "border_color": LINE}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "required": {**_HEADER, "bg_color": ACCENT, "font_color": "#FFFFFF"},
    "optional": {**_HEADER, "bg_color": ACCENT_LIGHT, "font_color": INK},
    "title": {"bold": True, "font_size": 20, "font_color": ACCENT},
    "heading": {"bold": True, "font_size": 13, "font_color": ACCENT, "bottom": 1, "bottom_color": LINE},
    "number": {"bold": True, "font_size": 13, "font_color": ACCENT, "align": "center", "valign": "top"},
    "label": {**_WRAPPED, "bold": True},
    "text": _WRAPPED,
    "muted": {**_WRAPPED, "font_color": MUTED},
    "lead": {"bold": True, "font_size": 12, "font_color": INK},
    "cell": {**_WRAPPED, "border": 1, "border_color": LINE},
    "count": {"valign": "top", "num_format": "#,##0", "border": 1, "border_color": LINE},
    "sum": {"valign": "top", "num_format": "#,##0.00", "border": 1, "border_color": LINE},
    "link": {"valign": "top", "border": 1, "border_color": LINE, "font_color": ACCENT, "underline": 1},
    "answer": {**_WRAPPED, "border": 1, "border_color": LINE, "align": "left"},
    "swatch": {"align": "center", "valign": "vcenter"},
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
        """The number format of a field type."""
        return self._make({"num_format": NUMBER_FORMATS[type_name], **more})

    def _make(self, properties: Mapping[str, Any]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(dict(properties))
        return self._made[key]
