"""What a number format shows: a number, a date, a time of day, a duration, per cent."""

from __future__ import annotations

import re

from momentsheet.model.workbook import Kind

Shown = tuple[Kind, bool]  # kind of a number in that format, shows per cent


def shown_by_code(code: str) -> Shown:
    """What a format code shows; only its first section counts, the one for positive numbers."""
    section = _first_section(code)
    if section is None:
        return Kind.NUMBER, False
    pieces = [match.group().lower() for match in _PIECE.finditer(section)]
    kinds = {_meaning(pieces, index) for index in range(len(pieces))}
    if pieces and pieces[0] in "0#?":
        # Digits come first: letters behind them are a unit that somebody forgot to quote (0 stk).
        return Kind.NUMBER, "percent" in kinds
    if "date" in kinds:
        return Kind.DATE, False
    if "elapsed" in kinds:
        return Kind.DURATION, False
    if "time" in kinds:
        return Kind.TIME, False
    return Kind.NUMBER, "percent" in kinds


def shown_by_id(format_id: int) -> Shown:
    """What a built-in number format shows; ids that mean different things in different languages count as dates."""
    return _built_in.get(format_id, (Kind.NUMBER, False))


# Private functions

# Quoted text, escaped, padding and filling characters say nothing about the kind: they are stepped over.
_SILENT = re.compile(r'"[^"]*(?:"|$)|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*(?:\]|$)', re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(r"\[[hms]+\]|am/pm|a/p|上午/下午|午前/午後|general|standard|e[+-]|([a-z])\1*|[%0#?]", re.IGNORECASE)

_built_in: dict[int, Shown] = (
    dict.fromkeys((9, 10, 67, 68), (Kind.NUMBER, True))
    | dict.fromkeys((*range(14, 18), 22, *range(27, 37), *range(50, 59), *range(71, 75), 77, 81), (Kind.DATE, False))
    | dict.fromkeys((*range(18, 22), 32, 33, 45, 47, 75, 76, 78, 80), (Kind.TIME, False))
    | dict.fromkeys((46, 79), (Kind.DURATION, False))
)


def _first_section(code: str) -> str | None:
    """The first section without its silent pieces; None if it shows numbers as they are."""
    silent = _SILENT.sub(" ", code)
    section = silent.split(";", 1)[0]
    return None if section.strip().lower() in ("", "general", "standard", "@") else section


def _meaning(pieces: list[str], index: int) -> str:
    piece = pieces[index]
    first = piece[0]
    if first == "[":
        return "elapsed"
    if piece in ("general", "standard", "e+", "e-"):
        return "number"
    if piece == "%":
        return "percent"
    if "/" in piece or first in "hs":
        return "time"
    if first == "m":
        # A minute stands behind an hour or before a second; every other m is a month.
        before = next((p[:2].strip("[") for p in reversed(pieces[:index]) if _is_clock(p)), "")
        after = next((p[:2].strip("[") for p in pieces[index + 1 :] if _is_clock(p)), "")
        return "time" if before.startswith("h") or after.startswith("s") else "date"
    return "date" if first in "ydegb" or piece.startswith("aaa") else "number"


def _is_clock(piece: str) -> bool:
    return "/" not in piece and piece.strip("[")[0] in "ymdhs"
