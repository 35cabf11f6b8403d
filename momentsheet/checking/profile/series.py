"""Patterns of numbers that are names: digits, prefixes, mixed series, lost zeros, gaps; what the accounting asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from momentsheet.checking.fold import clean_text
from momentsheet.checking.grammar import show_raw
from momentsheet.checking.profile.contents import Contents
from momentsheet.checking.profile.grids import Grid, GridColumn
from momentsheet.checking.profile.masks import masked
from momentsheet.checking.profile.odd import oddities
from momentsheet.checking.vocabulary import failing
from momentsheet.model.catalog import AccountingSystem, Entity
from momentsheet.model.profile import Expected, Jump, NumberSeries, Oddity, Shape
from momentsheet.model.workbook import Kind

MOST_SHAPES, MOST_JUMPS = 12, 5
_USUAL, _RARE = 0.8, 0.05  # shares of the commonest build, and of one that is odd beside it
_ONE_RUN = re.compile(r"(\D*)(\d{1,15})(\D*)")

_Build = tuple[str, int, str, str | None]


def is_series(column: GridColumn, contents: Contents, entity: Entity | None, system: AccountingSystem | None) -> bool:
    """True for keys of digits, for what the accounting system asks about, and for columns that look like numbers."""
    name = column.where.field
    if entity is not None and name is not None:
        is_key = entity.key == (name,) and entity.field(name).type == "code"
        return is_key or any((entity.name, name) == (it.entity, it.field) for it in _demands(system))
    filled = column.filled
    return filled >= 8 and len(column.values.raws) >= 0.95 * filled and contents.share("integer", "code") >= 0.9


def series_of(
    grid: Grid, column: GridColumn, entity: Entity | None, system: AccountingSystem | None
) -> tuple[NumberSeries, list[Oddity]]:
    """The numbers of a column by their build, and the cells that do not follow."""
    texts = [clean_text(show_raw(raw))[0] for raw in column.values.raws]
    builds = [_build_of(text) for text in texts]
    by_build: dict[_Build, list[str]] = {}
    for text, build in zip(dict.fromkeys(texts), (_build_of(text) for text in dict.fromkeys(texts)), strict=True):
        by_build.setdefault(build, []).append(text)
    ordered = sorted(by_build.items(), key=lambda item: (-len(item[1]), item[0][:3], item[0][3] or ""))
    shapes = tuple(_shape(build, found) for build, found in ordered[:MOST_SHAPES])
    missing, jumps = _gaps(ordered[0][1]) if ordered and ordered[0][0][3] is None else (0, ())
    lost = _lost_zeros(column, texts)
    name = column.where.field
    is_key = entity is not None and name is not None and entity.key == (name,)
    rows: Counter[str] = Counter()
    for text, count in zip(texts, column.values.counts.tolist(), strict=True):
        rows[text] += count
    twice = {text for text, count in rows.items() if count > 1} if is_key else set()
    expected, misfits = _expected(column, texts, entity, system)
    values = column.values
    odd: list[Oddity] = [
        *oddities(grid, column, "key_twice", values.spread([text in twice for text in texts])),
        *oddities(grid, column, "lost_zero", values.spread(lost)),
        *oddities(grid, column, "misfit", values.spread([text in misfits for text in texts]), _says(expected)),
    ]
    total = sum(len(found) for _, found in ordered)
    rare = {build for build, found in ordered[1:] if len(found) <= _RARE * total}
    if rare and len(ordered[0][1]) >= _USUAL * total:
        others = [
            build in rare and not is_lost and text not in misfits
            for build, is_lost, text in zip(builds, lost, texts, strict=True)
        ]
        usual: dict[str, object] = {"shape": shapes[0]}
        odd += oddities(grid, column, "other_series", values.spread(others), usual)
    return NumberSeries(column.where, total, shapes, missing, jumps, sum(lost), len(twice), expected), odd


# Private functions


def _demands(system: AccountingSystem | None) -> Iterator:  # type: ignore[type-arg]
    return iter(system.demands if system is not None else ())


def _build_of(text: str) -> _Build:
    if match := _ONE_RUN.fullmatch(text):
        return match[1], len(match[2]), match[3], None
    pattern = re.sub(r"\d+", lambda digits: "9" * min(len(digits[0]), 12), text)
    return "", 0, "", re.sub(r"[^\W\d_]+", lambda letters: "A" * min(len(letters[0]), 8), pattern)[:40]


def _shape(build: _Build, found: list[str]) -> Shape:
    before, digits, behind, pattern = build
    ordered = sorted(found)
    return Shape(before, digits, behind, pattern, len(found), masked(ordered[0]), masked(ordered[-1]))


def _gaps(found: list[str]) -> tuple[int, tuple[Jump, ...]]:
    """Numbers missing in a series of one build, and the widest of the gaps that are no habit of the series."""
    numbered = sorted({int(_ONE_RUN.fullmatch(text)[2]): text for text in found}.items())  # type: ignore[index]
    numbers = np.array([number for number, _ in numbered], np.int64)
    if len(numbers) < 2:
        return 0, ()
    steps = np.diff(numbers)
    least = max(100, 20 * int(np.median(steps)))
    wide = sorted(np.flatnonzero(steps > least).tolist(), key=lambda place: -steps[place])[:MOST_JUMPS]
    jumps = tuple(Jump(masked(numbered[at][1]), masked(numbered[at + 1][1]), int(steps[at]) - 1) for at in wide)
    return int((steps - 1).sum()), jumps


def _lost_zeros(column: GridColumn, texts: list[str]) -> list[bool]:
    """Numbers shorter than the texts that still have their zeros in front: a spreadsheet took them away."""
    widths = Counter(len(text) for text in texts if text.isdigit() and text[0] == "0" and len(text) > 1)
    if not widths:
        return [False] * len(texts)
    width = widths.most_common(1)[0][0]
    return [
        raw.kind is Kind.NUMBER and text.isdigit() and len(text) < width
        for raw, text in zip(column.values.raws, texts, strict=True)
    ]


def _expected(
    column: GridColumn, texts: list[str], entity: Entity | None, system: AccountingSystem | None
) -> tuple[Expected | None, set[str]]:
    if entity is None or system is None:
        return None, set()
    for demand in system.demands:
        if (demand.entity, demand.field) == (entity.name, column.where.field):
            misfits = set(failing(pl.Series(texts, dtype=pl.String), demand.schema))
            return Expected(system.name, demand.says, demand.example, len(misfits)), misfits
    return None, set()


def _says(expected: Expected | None) -> dict[str, object]:
    return {} if expected is None else {"says": expected.says, "example": expected.example}
