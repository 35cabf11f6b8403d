"""The rows that files belong to: by which names, numbers and contents the file of each is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from momentsheet.files.naming import NameIndex, fold_name
from momentsheet.files.pdf import Expected
from momentsheet.model.catalog import Catalog, FileKind

Cell = tuple[str, str, int]  # entity, field, row
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Owner:
    """A row, or the rows that name the same file: what a file belongs to."""

    key: str  # unique within its kind
    shown: str  # as people know it
    belongs_to: tuple[tuple[str, str], ...]  # entity and key of each row, for the list of files
    names: tuple[str, ...]  # of files, as the sheets list them
    cell: Cell  # where the sheets speak of the file, or of the row
    values: Mapping[str, str]  # for the name of the delivered file
    is_clean: bool  # False: the row has errors and is not imported


@dataclass(frozen=True, slots=True)
class Owners:
    """All rows of a kind of files, and how each is found."""

    kind: FileKind
    rows: Mapping[str, Owner]
    by_name: Mapping[str, tuple[str, ...]]  # folded name of a listed file -> keys
    left_out_names: Mapping[str, Cell]  # folded names that only rows with errors list, and where
    index: NameIndex
    expected: Mapping[str, Expected]  # what the text inside a row's file should say, by the number that it bears there
    inside: Mapping[str, str]  # key -> the number that stands inside its file, where that is another one


def _as_it_is(_entity: str, number: str) -> str:
    return number


def owners_of(
    kind: FileKind,
    tables: Mapping[str, pl.DataFrame],
    left_out: Mapping[str, Collection[int]],
    catalog: Catalog,
    old_number: Callable[[str, str], str] = _as_it_is,
) -> Owners:
    """The rows of one kind. `old_number`: what a number of an entity was called when the files were made."""
    table = tables.get(kind.entity)
    if table is None:
        return Owners(kind, {}, {}, {}, NameIndex([]), {}, {})
    records = list(table.iter_rows(named=True))
    keys = [_text(record[kind.key[0]]) for record in records]
    said = [
        {key: text for key, record in zip(keys, records, strict=True) if key and (text := _filled(pattern, record))}
        for pattern in kind.known_by
    ]
    inside = {key: old for key in keys if key and (old := old_number(kind.entity, key)) != key}
    # Files bear the numbers of the day on which they were made.
    index = NameIndex([inside, *said] if inside else said, kind.words)
    rows: dict[str, Owner] = {}
    by_name: dict[str, dict[str, None]] = {}
    left_out_names: dict[str, Cell] = {}
    listed: dict[str, dict[str, Cell]] = {}  # key -> names and where they stand
    for one in _listings(kind, tables, left_out):
        key = fold_name(one.name)
        if kind.known_by:
            key = one.key or (keys[one.cell[2]] if one.cell[0] == kind.entity else "")
            found = (key,) if key else index.find(one.name)
            key = found[0] if len(found) == 1 else ""
        if one.is_clean and key:
            listed.setdefault(key, {}).setdefault(one.name, one.cell)
            by_name.setdefault(fold_name(one.name), {})[key] = None
        elif not one.is_clean:
            left_out_names.setdefault(fold_name(one.name), one.cell)
    bad = left_out.get(kind.entity, ())
    needed = {name for pattern in kind.named.values() for name in _FIELD.findall(pattern)}
    names_of_rows = {cell[2]: key for key, names in listed.items() for cell in names.values()}
    for row, record in enumerate(records):
        key = keys[row] if kind.known_by else names_of_rows.get(row, "")
        if not key:
            continue
        belongs_to = (_text(record[kind.by]) if kind.by else kind.entity, _shown(record, kind.key))
        names = listed.get(key, {})
        cell = next(iter(names.values()), (kind.entity, kind.key[0], row))
        words = {name: _text(record[name]) for name in needed}
        owner = Owner(key, belongs_to[1], (belongs_to,), tuple(names), cell, words, row not in bad)
        if (first := rows.get(key)) is not None:
            owner = replace(
                first,
                belongs_to=tuple(dict.fromkeys((*first.belongs_to, belongs_to))),
                # A number that stands there twice is wrong in both rows; of rows that name one file, one is enough.
                is_clean=first.is_clean and owner.is_clean if kind.known_by else first.is_clean or owner.is_clean,
            )
        rows[key] = owner
    return Owners(
        kind,
        rows,
        {name: tuple(key for key in found if key in rows) for name, found in by_name.items()},
        {name: cell for name, cell in left_out_names.items() if name not in by_name},
        index,
        _expected(kind, dict(zip(keys, records, strict=True)), tables, catalog, inside) if kind.contents else {},
        inside,
    )


# Private functions


@dataclass(frozen=True, slots=True)
class _Listed:
    """A cell that lists a file, and the row that it says the file is of."""

    name: str
    cell: Cell
    key: str
    is_clean: bool


def _listings(
    kind: FileKind, tables: Mapping[str, pl.DataFrame], left_out: Mapping[str, Collection[int]]
) -> Iterator[_Listed]:
    for listing in kind.listings:
        table = tables.get(listing.entity)
        if table is None:
            continue
        names = table[listing.field].to_list()
        keys = table[listing.key].to_list() if listing.key else [None] * len(names)
        bad = left_out.get(listing.entity, ())
        for row, (name, key) in enumerate(zip(names, keys, strict=True)):
            if name:
                yield _Listed(name, (listing.entity, listing.field, row), _text(key), row not in bad)


def _expected(
    kind: FileKind,
    records: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    inside: Mapping[str, str],
) -> dict[str, Expected]:
    """What the sheets say of each row, by the number that stands inside its file."""
    contents = kind.contents
    assert contents is not None
    lookups = [_lookup(path, kind, tables, catalog) for path in contents.names]
    found: dict[str, Expected] = {}
    for key, record in records.items():
        if not key:
            continue
        date = record[contents.date] if contents.date else None
        amounts = [record[name] for name in contents.amounts]
        names = [look_up(record) for look_up in lookups]
        number = inside.get(key, key)
        found[number] = Expected(
            number,
            date if isinstance(date, dt.date) else None,
            tuple(dict.fromkeys(Decimal(str(amount)) for amount in amounts if amount is not None)),
            _text(record[contents.currency]) or None if contents.currency else None,
            tuple(name for name in names if name),
        )
    return found


def _lookup(
    path: str, kind: FileKind, tables: Mapping[str, pl.DataFrame], catalog: Catalog
) -> Callable[[Mapping[str, Any]], str]:
    """Reads `customer_number.name` of a record: a field, or one of the row that a reference leads to."""
    name, _, beyond = path.partition(".")
    if not beyond:
        return lambda record: _text(record[name])
    reference = catalog.entities[kind.entity].field(name).to
    target = tables.get(reference.entity) if reference else None
    if reference is None or target is None:
        return lambda _record: ""
    known = dict(zip(target[reference.field].to_list(), target[beyond].to_list(), strict=True))
    return lambda record: _text(known.get(record[name]))


def _filled(pattern: str, record: Mapping[str, Any]) -> str:
    """The pattern with the row's values, "" where one of them is blank."""
    values = {name: _text(record[name]) for name in _FIELD.findall(pattern)}
    return _FIELD.sub(lambda match: values[match[1]], pattern) if all(values.values()) else ""


def _shown(record: Mapping[str, Any], fields: Collection[str]) -> str:
    return " · ".join(text for name in fields if (text := _text(record[name])))


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)
