"""Raw columns of one entity's sheets into one typed table: each distinct value is read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import BoundSheet
from momentsheet.checking.evidence import NUMBER_TYPES, Judgement, judge, restored
from momentsheet.checking.grammar import (
    AS_WRITTEN,
    NUMBER_TAIL,
    Context,
    Raw,
    Reading,
    read_value,
    show_raw,
)
from momentsheet.checking.identifiers import UNKNOWN_COUNTRY
from momentsheet.model.catalog import Catalog, Entity, Field
from momentsheet.model.facts import Facts
from momentsheet.model.finding import Evidence
from momentsheet.model.table import dtype
from momentsheet.model.workbook import Column, Kind, Workbook

KINDS = tuple(Kind)  # an enum is slow to call
FEW = 16  # values with which Python is done before polars has begun
COUNTRY_TYPES = frozenset(("phone", "postal_code", "org_number", "bank_account"))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Rows (row ids) in which one distinct value could not be read, or was read only after a repair."""

    field: str
    raw: Raw
    reading: Reading
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ParsedEntity:
    """All rows of one entity. `blank` and `bad` have one entry per field, as long as the table."""

    entity: Entity
    sheets: tuple[BoundSheet, ...]
    starts: tuple[int, ...]  # first row id of each sheet
    values: pl.DataFrame
    blank: Mapping[str, npt.NDArray[np.bool_]]
    bad: dict[str, npt.NDArray[np.bool_]]
    troubles: tuple[Trouble, ...]
    defaults: Mapping[str, npt.NDArray[np.int64]]  # field -> rows that got the company's default
    # (place of the sheet, field) -> what its column decided about its values, and what was made known of it
    judgements: Mapping[tuple[int, str], Judgement]
    evidence: Mapping[tuple[int, str], tuple[Evidence, ...]]

    @property
    def height(self) -> int:
        return self.values.height

    def locate(self, row: int) -> tuple[BoundSheet, int]:
        """Sheet and index in it of a row id."""
        source = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.sheets[source], row - self.starts[source]

    def usable(self, names: Iterable[str], blank_ok: Collection[str] = ()) -> npt.NDArray[np.bool_]:
        """Rows in which none of these cells is wrong, and none is blank but those that may be."""
        usable = np.ones(self.height, bool)
        for name in names:
            usable &= ~self.bad[name]
            if name not in blank_ok:
                usable &= ~self.blank[name]
        return usable

    def raw(self, field: str, row: int) -> Raw:
        """The raw value of a cell."""
        sheet, index = self.locate(row)
        return sheet.raw(field, index)


def parse_entity(
    entity: Entity,
    sheets: Sequence[BoundSheet],
    catalog: Catalog,
    facts: Facts,
    from_1904: Collection[str] = (),
) -> ParsedEntity:
    """Read every column of the entity's sheets; columns that a sheet lacks are blank.

    `from_1904`: names of the workbooks that count their dates from 1904.
    """
    heights = [len(sheet.rows) for sheet in sheets]
    starts = tuple(int(start) for start in np.cumsum([0, *heights])[:-1])
    height = sum(heights)
    values: dict[str, pl.Series] = {}
    blank: dict[str, npt.NDArray[np.bool_]] = {}
    bad: dict[str, npt.NDArray[np.bool_]] = {}
    troubles: list[Trouble] = []
    defaults: dict[str, npt.NDArray[np.int64]] = {}
    judgements: dict[tuple[int, str], Judgement] = {}
    evidence: dict[tuple[int, str], tuple[Evidence, ...]] = {}
    # Countries first: phones, postal codes and organisation numbers of the row depend on them.
    for field in sorted(entity.fields, key=lambda field: field.type != "country"):
        parts: list[pl.Series] = []
        bad[field.name] = np.zeros(height, bool)
        for place, (sheet, start, count) in enumerate(zip(sheets, starts, heights, strict=True)):
            column = sheet.columns.get(field.name)
            if column is None or count == 0:
                parts.append(_blank_column(field, count))
                continue
            countries = _countries(field, values, bad, start, count)
            judgement = judge(column, sheet, field, catalog, facts, is_1904=sheet.file in from_1904)
            part, found = _parse_column(column, sheet.pool, field, judgement.context, countries)
            parts.append(part)
            judgements[place, field.name] = judgement
            back = restored((trouble.reading, len(trouble.rows)) for trouble in found)
            evidence[place, field.name] = (*judgement.evidence, *back)
            for trouble in found:
                rows = trouble.rows + start
                troubles.append(Trouble(field.name, trouble.raw, trouble.reading, rows))
                if trouble.reading.problem:
                    bad[field.name][rows] = True
        series = parts[0] if len(parts) == 1 else pl.concat([_blank_column(field, 0), *parts])
        blank[field.name] = _nulls(series) & ~bad[field.name]
        default = catalog.company.defaults.get(f"{entity.name}.{field.name}")
        if default is not None and blank[field.name].any():
            defaults[field.name] = np.flatnonzero(blank[field.name])
            filled = pl.Series(field.name, [_typed(default, field)] * height, dtype(field.type))
            series = series.zip_with(pl.Series(~blank[field.name]), filled)
            blank[field.name] = np.zeros(height, bool)
        values[field.name] = series
    sources = np.repeat(np.arange(len(sheets), dtype=np.uint32), heights)
    excel_rows = np.concatenate([sheet.rows for sheet in sheets]) if sheets else np.array([], np.int32)
    frame = pl.DataFrame(
        {
            "row_id": pl.Series(np.arange(height, dtype=np.uint32)),
            "source": pl.Series(sources, dtype=pl.UInt32),
            "excel_row": pl.Series(excel_rows, dtype=pl.Int32),
            **{field.name: values[field.name] for field in entity.fields},
        }
    )
    return ParsedEntity(
        entity, tuple(sheets), starts, frame, blank, bad, tuple(troubles), defaults, judgements, evidence
    )


def parse_delivery(
    workbooks: Iterable[Workbook], bound: Sequence[BoundSheet], catalog: Catalog, facts: Facts
) -> dict[str, ParsedEntity]:
    """Entity -> its rows, for all that have a sheet, in import order."""
    from_1904 = {workbook.name for workbook in workbooks if workbook.is_1904}
    parsed = {}
    for entity in catalog.entities.values():
        sheets = [sheet for sheet in bound if sheet.entity.name == entity.name]
        if sheets and entity.derived is None:
            parsed[entity.name] = parse_entity(entity, sheets, catalog, facts, from_1904)
    return parsed


# Private functions


def _countries(
    field: Field, values: Mapping[str, pl.Series], bad: Mapping[str, npt.NDArray[np.bool_]], start: int, count: int
) -> pl.Series | None:
    """The country of each row, where it decides how the field is read; None where the company's country does."""
    if field.type not in COUNTRY_TYPES or not field.country:
        return None
    countries = values[field.country].slice(start, count)
    return countries.set(pl.Series(bad[field.country][start : start + count]), UNKNOWN_COUNTRY)


def _blank_column(field: Field, height: int) -> pl.Series:
    """A column of the field without any value."""
    return pl.Series(field.name, [None] * height, dtype(field.type))


def _nulls(series: pl.Series) -> npt.NDArray[np.bool_]:
    nulls = series.null_count()
    return series.is_null().to_numpy() if 0 < nulls < len(series) else np.full(len(series), nulls > 0)


def _typed(text: str, field: Field) -> object:
    """A default of the company file, which is written in the canonical way, as a value of the column's type."""
    if field.type == "boolean":
        return text == "true"
    if field.type == "date":
        return dt.date.fromisoformat(text)
    if field.type == "list":
        return "; ".join(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
    if field.type in NUMBER_TYPES:
        return int(text) if field.type == "integer" else float(text)
    return text


def _parse_column(
    column: Column, pool: pl.Series, field: Field, context: Context, countries: pl.Series | None
) -> tuple[pl.Series, list[Trouble]]:
    """Read each distinct value of a column once and spread the results over the rows."""
    if not column.kinds.any():  # all blank
        return _blank_column(field, len(column.kinds)), []
    first, inverse, country_names = _distinct(column, len(pool), countries)
    kinds, codes = column.kinds[first], column.codes[first]
    asked = np.arange(len(first))
    values: list[Any]
    if len(first) <= FEW:
        values = [pool[code] if code >= 0 else "" for code in codes.tolist()]
    else:
        texts = pool.gather(np.maximum(codes, 0)) if len(pool) else pl.repeat("", len(first), eager=True)
        values = texts.to_list()
    if field.type in AS_WRITTEN and len(first) > FEW:  # most texts are what they seem: no need to ask about each
        is_plain = texts.str.contains(AS_WRITTEN[field.type]) & ~texts.str.contains(NUMBER_TAIL.pattern)
        asked = np.flatnonzero((kinds != Kind.TEXT) | ~is_plain.to_numpy())
    troubled: dict[int, tuple[Raw, Reading]] = {}
    for place, kind, number, is_percent, has_text in zip(
        asked.tolist(),
        kinds[asked].tolist(),
        column.numbers[first[asked]].tolist(),
        column.percents[first[asked]].tolist(),
        (codes[asked] >= 0).tolist(),
        strict=True,
    ):
        raw = Raw(KINDS[kind], number, values[place] if has_text else "", is_percent, country_names[place])
        reading = read_value(raw, field, context)
        values[place] = reading.value
        if reading.problem or reading.why or reading.rounded:
            troubled[place] = raw, reading
    troubles: list[Trouble] = []
    if troubled:
        order = np.argsort(inverse, kind="stable")
        bounds = np.searchsorted(inverse[order], np.arange(len(first) + 1))
        troubles = [
            Trouble(field.name, raw, reading, order[bounds[place] : bounds[place + 1]])
            for place, (raw, reading) in troubled.items()
        ]
    if len(inverse) <= FEW:
        return pl.Series(
            field.name, [values[place] for place in inverse.tolist()], dtype(field.type), strict=False
        ), troubles
    distinct = pl.Series(field.name, values, dtype(field.type), strict=False)
    return distinct.gather(inverse.astype(np.uint32)), troubles


def _distinct(
    column: Column, pool_size: int, countries: pl.Series | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[str]]:
    """Index of the first row of each distinct raw value, for each row its place among them, the country of each."""
    ids = column.codes.astype(np.int64) + 1
    has_number = ~np.isnan(column.numbers)
    if has_number.any():
        _, places = np.unique(column.numbers[has_number], return_inverse=True)
        ids[has_number] = pool_size + 1 + places
    ids = (ids * len(Kind) + column.kinds) * 2 + column.percents
    names = [""]
    if countries is not None:
        names = ["", *countries.drop_nulls().unique().sort().to_list()]
        lookup = {name: place for place, name in enumerate(names)}
        country_ids = np.array([lookup[name or ""] for name in countries], np.int64)
        ids = ids * len(names) + country_ids
    else:
        country_ids = np.zeros(len(ids), np.int64)
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    return first, inverse, [names[country_ids[index]] for index in first]


def shown(parsed: ParsedEntity, field: str, row: int) -> str:
    """The raw value of a cell as people see it."""
    return show_raw(parsed.raw(field, row))
