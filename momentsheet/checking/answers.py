"""Answers applied to raw columns before anything is read: each application is recorded as a repair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import BoundSheet, raw_at, take
from momentsheet.checking.fold import fold
from momentsheet.checking.grammar import code_words, show_raw
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Catalog, Reference
from momentsheet.model.finding import Repair
from momentsheet.model.workbook import Column, Kind

_PARTED = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})(.*)", re.ASCII | re.DOTALL)
_PLACES = {"DMY": (2, 1, 0), "MDY": (2, 0, 1), "YMD": (0, 1, 2)}  # where year, month and day stand


OF_ROWS = frozenset(("merge", "keep"))  # actions that are no matter of single cells, see `merges` and `alike`


@dataclass(frozen=True, slots=True)
class Applied:
    """The sheets with all answers applied, what was done, and how many rows of each entity are left out for it."""

    sheets: tuple[BoundSheet, ...]
    repairs: tuple[Repair, ...]
    skipped: Mapping[str, int]


def apply_answers(sheets: Iterable[BoundSheet], answers: Sequence[Answer], catalog: Catalog) -> Applied:
    """Apply all answers: what a cell holds is replaced or emptied, its row is skipped, or what it names is added."""
    by_field: dict[tuple[str, str, bool], list[Answer]] = {}
    for answer in answers:
        if answer.action not in OF_ROWS:
            by_field.setdefault((answer.entity, answer.field, answer.everywhere), []).append(answer)
    done: list[BoundSheet] = []
    repairs: list[Repair] = []
    skipped: dict[str, int] = {}
    created: list[BoundSheet] = []
    added: set[tuple[str, ...]] = set()
    for sheet in sheets:
        skip = np.zeros(len(sheet.rows), bool)
        for name in sheet.columns:
            own = by_field.get((sheet.entity.name, name, False), ())
            # What was answered about the column itself goes before what was answered for all columns.
            asked = [(own, None)] + [
                (by_field.get((reference.entity, reference.field, True), ()), reference)
                for reference in sheet.entity.field(name).references
            ]
            for wanted, reference in asked:
                if wanted:
                    created += _created(sheet, name, wanted, catalog, added)
                    sheet, rows = _apply(sheet, name, wanted, repairs, _about(sheet, reference, catalog))
                    skip |= rows
        if skip.any():
            skipped[sheet.entity.name] = skipped.get(sheet.entity.name, 0) + int(skip.sum())
            kept = np.flatnonzero(~skip)
            columns = {name: take(column, kept) for name, column in sheet.columns.items()}
            sheet = replace(sheet, rows=sheet.rows[kept], columns=columns)
        done.append(sheet)
    for sheet in created:
        repairs += [
            Repair(
                sheet.file, sheet.name, *place, sheet.entity.name, name, "", show_raw(sheet.raw(name, row)), "create"
            )
            for row in range(len(sheet.rows))
            for name in sheet.entity.key[-1:]
            if (place := sheet.place(name, row)) is not None
        ]
    return Applied((*done, *created), tuple(repairs), skipped)


# Private functions


def _about(sheet: BoundSheet, reference: Reference | None, catalog: Catalog) -> npt.NDArray[np.bool_] | None:
    """The rows in which another column says that this reference is meant; None where all rows are meant."""
    if reference is None or reference.only is None:
        return None
    name, code = reference.only
    about = np.zeros(len(sheet.rows), bool)
    if name not in sheet.columns:
        return about
    words = code_words(catalog.code_lists[sheet.entity.field(name).list or ""].codes)
    for index, rows in _distinct(sheet.columns[name]):
        said = fold(show_raw(raw_at(sheet.columns[name], sheet.pool, index)))
        if words.get(said, ("", False))[0] == code:
            about |= rows
    return about


def _created(
    sheet: BoundSheet, name: str, answers: Sequence[Answer], catalog: Catalog, added: set[tuple[str, ...]]
) -> list[BoundSheet]:
    """Rows for what is to be added: the values that the column names, with what else makes up the key of their row.

    They stand in the sheet that names them, so that whatever is told of them is told there.
    """
    reference = sheet.entity.field(name).to
    target = catalog.entities.get(reference.entity) if reference is not None else None
    wanted = {fold(answer.value) for answer in answers if answer.action == "create"}
    if reference is None or target is None or not wanted or not target.is_made_of(reference):
        return []
    pairs = {name: reference.field, **{same: same for same in reference.same}}
    seen: dict[tuple[str, ...], int] = {}
    for row in range(len(sheet.rows)):
        texts = tuple(show_raw(sheet.raw(column, row)).strip() for column in pairs)
        key = (target.name, *map(fold, texts))
        if fold(texts[0]) in wanted and key not in added:  # several sheets may name it
            added.add(key)
            seen[texts] = row
    pool: list[str] = []
    columns: dict[str, Column] = {}
    count = len(seen)
    no = np.zeros(count, bool)
    for place, (column, field) in enumerate(pairs.items()):
        codes = np.arange(len(pool), len(pool) + count, dtype=np.int32)
        pool += [texts[place] for texts in seen]
        index = sheet.columns[column].index if column in sheet.columns else 0
        columns[field] = Column(index, np.full(count, Kind.TEXT, np.uint8), np.full(count, np.nan), codes, no, no)
    rows = sheet.rows[np.array([*seen.values()], np.intp)]
    return [
        BoundSheet(
            sheet.file, sheet.name, target, sheet.header_row, rows, columns,
            {field: sheet.headers.get(column, field) for column, field in pairs.items()},
            pl.Series(pool, dtype=pl.String), {field: (None, columns[field].index) for field in columns},
        )
    ]  # fmt: skip


def _apply(
    sheet: BoundSheet,
    name: str,
    answers: Sequence[Answer],
    repairs: list[Repair],
    about: npt.NDArray[np.bool_] | None,
) -> tuple[BoundSheet, npt.NDArray[np.bool_]]:
    """One column with its answers, in the rows that they are about; the rows that are to be skipped."""
    column, pool = sheet.columns[name], sheet.pool
    by_value = {fold(answer.value): answer for answer in answers if answer.action != "order"}
    order = next((answer.to for answer in answers if answer.action == "order"), None)
    kinds, numbers, codes = column.kinds.copy(), column.numbers.copy(), column.codes.copy()
    skip = np.zeros(len(kinds), bool)
    new: list[str] = []
    for index, rows in _distinct(column):
        rows = rows if about is None else rows & about
        if not rows.any():
            continue
        before = show_raw(raw_at(column, sheet.pool, index)).strip()
        answer = by_value.get(fold(before))
        after, why = (answer.to, "answer") if answer is not None else ("", "answer")
        if answer is None and order and column.kinds[index] == Kind.TEXT:
            after = _in_order(before, order) or ""
        elif answer is None or answer.action == "create":
            continue
        elif answer.action == "skip":
            skip |= rows
            why = "answer_skip"
        elif answer.action == "blank":
            kinds[rows], numbers[rows], codes[rows] = Kind.BLANK, np.nan, -1
        if after:
            kinds[rows], numbers[rows], codes[rows] = Kind.TEXT, np.nan, len(pool) + len(new)
            new.append(after)
        elif answer is None:
            continue
        for row in np.flatnonzero(rows).tolist():
            place = sheet.place(name, row)
            if place is not None:
                repairs.append(Repair(sheet.file, sheet.name, *place, sheet.entity.name, name, before, after, why))
    changed = replace(column, kinds=kinds, numbers=numbers, codes=codes)
    whole = pl.concat([pool, pl.Series(pool.name, new, pl.String)]) if new else pool
    return replace(sheet, columns={**sheet.columns, name: changed}, pool=whole), skip


def _distinct(column: Column) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
    """Each distinct value that is not blank: the index of its first row, and its rows."""
    filled = column.kinds != Kind.BLANK
    numbers = np.nan_to_num(column.numbers, nan=0.0)
    values = np.rec.fromarrays([column.kinds, column.codes, numbers, column.percents])
    _, first, places = np.unique(values, return_index=True, return_inverse=True)
    for place, index in enumerate(first.tolist()):
        if filled[index]:
            yield index, places == place


def _in_order(text: str, order: str) -> str | None:
    """A date with its parts in that order as YYYY-MM-DD, None where it is none; what cannot be one stays as it is."""
    found = _PARTED.fullmatch(text)
    if found is None:
        return None
    parts = (found[1], found[3], found[4])
    year, month, day = (parts[place] for place in _PLACES[order])
    year = ("20" if int(year) < 70 else "19") + year if len(year) == 2 else year
    if len(year) != 4 or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return None
    return f"{year}-{int(month):02d}-{int(day):02d}"
