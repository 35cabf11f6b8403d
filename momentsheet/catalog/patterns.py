"""Regular expressions that no cell can make slow: read by two engines, and with few ways to try one text."""

from __future__ import annotations

import re
import warnings
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import polars as pl

most_ways = 2_000_000  # 0.03 s
longest_pattern = 1_000
longest_text = 32_767  # characters that fit a cell


def pattern_problem(pattern: str) -> str | None:
    """Why that regular expression cannot be used, or None.

    It must be read by Rust's linear engine (no look-around, no back-references) and by Python's, which
    backtracks: the number of ways in which the longest text of a cell can be tried is bounded.
    """
    if len(pattern) > longest_pattern:
        return f"is longer than {longest_pattern:,} characters"
    try:
        with warnings.catch_warnings(action="error"):  # what Python warns of, the engines read differently
            tree = parser.parse(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, RecursionError, OverflowError, FutureWarning, DeprecationWarning):
        return "is not a regular expression"
    except pl.exceptions.PolarsError:
        return "uses what only a backtracking engine knows (look-around, back-reference) or is too large"
    if _ways(tree, is_last=True) > most_ways:
        return (
            "could take for ever on a long cell; bound its repetitions, like {1,40} instead of +, and do not nest them"
        )
    return None


# Private functions

# One character or a position; whatever is not listed has endlessly many ways
_OPPOSITES = ("CATEGORY_NOT_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD")
_SINGLE = {kinds.LITERAL, kinds.NOT_LITERAL, kinds.IN, kinds.ANY, kinds.AT, kinds.CATEGORY}


def _ways(tree: Any, is_last: bool) -> float:
    """An upper bound of the ways in which that part can match at one position."""
    ways = 1.0
    for at, (kind, argument) in enumerate(tree, 1):
        ends = is_last and at == len(tree)
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            least, most, body = argument
            if not (ends and most is kinds.MAXREPEAT and _is_anything(body)):  # the rest of the cell, whatever it is
                ways *= _repeats(int(least), min(int(most), longest_text), _ways(body, ends and most == 1))
        elif kind is kinds.SUBPATTERN:
            ways *= _ways(argument[-1], ends)
        elif kind is kinds.BRANCH:
            ways *= sum(_ways(branch, ends) for branch in argument[1])
        elif kind not in _SINGLE:
            return float("inf")
        if ways > most_ways:
            return float("inf")
    return ways


def _repeats(least: int, most: int, body: float) -> float:
    """Ways of repeating `least` to `most` times a body that itself has `body` ways."""
    if body == 1:
        return most - least + 1
    if most > 64 or body**most > most_ways:
        return float("inf")
    return sum(body**times for times in range(least, most + 1))


def _is_anything(body: Any) -> bool:
    r"""Whether that is one character of any kind, written like `[\s\S]`."""
    kind, choices = body[0] if len(body) == 1 else (None, ())
    categories = {category for choice, category in choices if choice is kinds.CATEGORY} if kind is kinds.IN else set()
    return any(
        {whole, whole.replace("_NOT_", "_")} <= {str(category) for category in categories} for whole in _OPPOSITES
    )
