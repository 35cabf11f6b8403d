"""A profile as JSON for other programs; `profile.schema.json` beside this file is the contract."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from momentsheet.model.profile import ColumnSpot, Member, Oddity, Orphan, Profile, Spot
from momentsheet.reporting.machine import dumped


def render_profile_json(profile: Profile) -> str:
    """The profile as JSON text, one line for each column, number series, odd cell, group …"""
    parts = {
        "tool": dumped(profile.tool),
        "version": dumped(profile.version),
        "language": dumped(profile.language),
        "company": dumped(profile.company),
        "files": _lines(profile.files),
        "looked": _lines(profile.looked),
        "columns": _lines(profile.columns),
        "number_series": _lines(profile.series),
        "mails": _lines(profile.mails),
        "oddities": _lines(profile.oddities),
        "exact_duplicates": _lines(profile.twins),
        "near_duplicates": _lines(profile.alike),
        "never_used": _lines(profile.unused),
        "missing": _lines(profile.orphans),
    }
    return "{\n" + ",\n".join(f'"{name}": {text}' for name, text in parts.items()) + "\n}\n"


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of `render_profile_json`."""
    schema: dict[str, Any] = json.loads(files(__package__).joinpath("profile.schema.json").read_text("utf-8"))
    return schema


# Private functions


def _lines(items: Iterable[Any]) -> str:
    text = ",\n".join(dumped(_plain(item)) for item in items)
    return f"[\n{text}\n]" if text else "[]"


def _plain(value: Any) -> Any:
    """A noun as a mapping of its fields; places with the cell as people know it."""
    if isinstance(value, Spot):
        return {"file": value.file, "sheet": value.sheet, "row": value.row, "cell": value.cell}
    if isinstance(value, ColumnSpot):
        return {
            "file": value.file,
            "sheet": value.sheet,
            "column": value.letter,
            "header": value.header,
            "entity": value.entity,
            "field": value.field,
        }
    if dataclasses.is_dataclass(value):
        found = {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
        if isinstance(value, Oddity):
            found["cell"] = value.cell
        if isinstance(value, Orphan):
            found["first_cell"] = f"{value.where.letter}{value.first_row}"
        if isinstance(value, Member):
            found["cells"] = [spot["cell"] for spot in found["spots"]]
        return found
    if isinstance(value, Mapping):
        return {str(name): _plain(fact) for name, fact in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value == round(value) and abs(value) < 1e15 else value
    return value
