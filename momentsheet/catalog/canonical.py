"""Values as samples and company files write them: ISO dates, decimal points, codes of code lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Any

from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.schemas import number_types

_WRITTEN: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(number_types, (r"-?\d{1,15}(\.\d{1,6})?", "a number with a decimal point")),
    "integer": (r"-?\d{1,15}", "a whole number"),
    "date": (r"\d{4}-\d{2}-\d{2}", "a date as YYYY-MM-DD"),
    "boolean": ("true|false", "`true` or `false`"),
}


def canonical_problem(text: str, type_name: str, codes: Collection[str] | None) -> str | None:
    """Why that text is not the canonical way to write a value of that type; None if it is."""
    if type_name == "codelist":
        return None if codes is None or text in codes else f"is not a code of the list{did_you_mean(text, codes)}"
    if type_name == "list" and codes is not None:
        unknown = [part for part in (part.strip() for part in text.split(";")) if part and part not in codes]
        if unknown:
            return f"holds `{unknown[0]}`, which is not a code of the list{did_you_mean(unknown[0], codes)}"
        return None
    pattern, says = _WRITTEN.get(type_name, ("", ""))
    if pattern and not re.fullmatch(pattern, text, re.ASCII):
        return f"must be {says}"
    try:
        canonical_value(text, type_name)
    except ValueError:
        return f"must be {says}"
    return None


def canonical_value(text: str, type_name: str) -> Any:
    """The value of a text that is written rightly for its type."""
    if type_name == "date":
        return dt.date.fromisoformat(text)
    if type_name == "boolean":
        return text == "true"
    if type_name == "integer":
        return int(text)
    return float(text) if type_name in number_types else text
