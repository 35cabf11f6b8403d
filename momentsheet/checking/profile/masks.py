"""What may be shown of a value: nobody's national identity number, and no more than a line."""

from __future__ import annotations

import re

from momentsheet.checking.grammar import Raw, show_raw
from momentsheet.checking.privacy import holds_national_id
from momentsheet.model.workbook import Kind

LONGEST = 80
_DIGITS = re.compile(r"\d{3,}")


def is_national_id(raw: Raw) -> bool:
    """True if the cell holds a national identity number; as a number it may have lost its first zero."""
    if raw.kind is Kind.NUMBER:
        is_long = raw.number == raw.number // 1 and 1e9 <= raw.number < 1e11
        return is_long and holds_national_id(f"{int(raw.number):011d}")
    return raw.kind is Kind.TEXT and holds_national_id(raw.text)


def shown(raw: Raw) -> str:
    """The value as people see it in the cell, masked and shortened."""
    text = show_raw(raw)
    return "•" * len(text) if raw.kind is Kind.NUMBER and is_national_id(raw) else masked(text)


def masked(text: str) -> str:
    """The text, shortened, with the digits of national identity numbers taken out."""
    if _DIGITS.search(text) and holds_national_id(text):
        text = _DIGITS.sub(lambda digits: "•" * len(digits[0]), text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
