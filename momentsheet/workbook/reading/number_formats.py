"""What a number format shows: a number, a date, a time of day, a duration, per cent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from momentsheet.model.workbook import Kind

Shown = tuple[Kind, bool]  # kind of a number in that format, shows per cent


def shown_by_code(code: str) -> Shown:
    """What a format code shows; only its first section counts, the one for positive numbers."""
    section = _first_section(code)
    if section is None:
        return Kind.NUMBER, False
    pieces = [match.group().lower() for match in _PIECE.finditer(section)]
    is_percent = "%" in pieces
    # Where digits come first, letters behind them are a unit that somebody forgot to quote (0 stk).
    meanings = set() if pieces and pieces[0] in "0#?" else set(_meanings(pieces))
    if "date" in meanings:
        return Kind.DATE, False
    if "elapsed" in meanings:
        return Kind.DURATION, False
    if "time" in meanings:
        return Kind.TIME, False
    return Kind.NUMBER, is_percent


def shown_by_id(format_id: int) -> Shown:
    """What a built-in number format shows; ids that mean different things in different languages count as dates."""
    return _built_in.get(format_id, (Kind.NUMBER, False))


# Private functions

# Quoted text, escaped, padding and filling characters say nothing about the kind: they are stepped over.
_SILENT = re.compile(r'"[^"]*(?:"|$)|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*(?:\]|$)', re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(r"\[[hms]+\]|am/pm|a/p|上午/下午|午前/午後|general|standard|e[+-]|([a-z])\1*|[%0#?]", re.IGNORECASE)
_NEUTRAL = ("general", "standard", "e+", "e-")

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


def _meanings(pieces: list[str]) -> Iterator[str]:
    """What each piece shows: date, time or elapsed time; others say nothing."""
    clock = ""  # the last letter of date or time
    has_open_m = False  # an m that is a month, unless seconds follow
    for piece in pieces:
        letter = piece.strip("[")[0]
        if "/" in piece:
            yield "time"
        if "/" in piece or piece in _NEUTRAL or letter not in "ymdhsegba":
            continue
        if letter == "s" and has_open_m:
            yield "time"
        elif has_open_m:
            yield "date"
        has_open_m = letter == "m" and piece[0] != "[" and clock != "h"
        if piece[0] == "[":
            yield "elapsed"
        elif letter in "hs" or (letter == "m" and clock == "h"):
            yield "time"
        elif letter in "ydegb" or piece.startswith("aaa"):
            yield "date"
        clock = letter
    if has_open_m:
        yield "date"
