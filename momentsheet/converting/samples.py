"""Which rows the receipt shows in full, and what belongs to them.

Those that the company file names; else those with the most to compare. Every row gets a point for each filled field
that is imported, and for each sheet of the delivery with rows that name it a point per row, up to twelve, and one per
column in which these rows differ: that is what makes data varied. The highest wins, the first of equals. For each
further sample, a row gets three points more for each column of codes or references in which it differs from all that
are chosen already, so that an invoice and a credit note are seen rather than two invoices of the same project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from momentsheet.converting.figures import breakdown_of
from momentsheet.model.bundle import Breakdown
from momentsheet.model.catalog import NOTHING, Catalog, Entity, SamplePart
from momentsheet.model.samples import Sample, SampleRows, Samples
from momentsheet.model.table import CleanTable, sums

ROWS_COUNTED = 12  # of a sheet; a project of many years is no better to compare than one of some weeks
DIFFERENT = 3  # points for a column that tells a further sample from those before
ROWS_SHOWN = 20
TELLING = frozenset(("codelist", "reference", "currency", "boolean"))


def sample_keys(clean: Mapping[str, CleanTable], catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Entity -> the keys of its samples; only of entities that have some."""
    tables = {name: table.values for name, table in clean.items()}
    chosen = {
        name: _chosen(entity, tables, catalog)[0]
        for name, entity in catalog.entities.items()
        if entity.sample_pages is not None and name in tables
    }
    return {name: keys for name, keys in chosen.items() if keys}


def samples_of(
    clean: Mapping[str, CleanTable], catalog: Catalog, derived: Mapping[str, pl.DataFrame] = NOTHING
) -> Samples:
    """The samples with all that belongs to them, also from the entities without a sheet."""
    tables = {name: table.values for name, table in clean.items()}
    every = {**derived, **tables}
    found: list[Sample] = []
    missing: dict[str, tuple[str, ...]] = {}
    for name, entity in catalog.entities.items():
        if entity.sample_pages is None or name not in tables:
            continue
        keys, unknown = _chosen(entity, tables, catalog)
        found.extend(_sample(key, entity, every, catalog) for key in keys)
        if unknown:
            missing[name] = unknown
    return Samples(tuple(found), missing)


# Private functions


def _chosen(
    entity: Entity, tables: Mapping[str, pl.DataFrame], catalog: Catalog
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of an entity's samples, those that were asked for first; and those asked for that are not there."""
    assert entity.sample_pages is not None
    key, values = entity.key[0], tables[entity.name]
    asked = catalog.company.samples.get(entity.name, ())
    known = set(values[key].drop_nulls().cast(pl.String))
    given = [text for text in asked if text in known]
    wanted = max(entity.sample_pages.count - len(given), 0)
    if values.is_empty() or not wanted:
        return tuple(given), tuple(text for text in asked if text not in known)
    scored = values.select(pl.col(key).cast(pl.String).alias("key"), *_told_apart_by(entity)).with_columns(
        _score(entity, tables, catalog)
    )
    for _ in range(wanted):
        left = scored.filter(pl.col("key").is_not_null() & ~pl.col("key").is_in(given))
        if left.is_empty():
            break
        seen = scored.filter(pl.col("key").is_in(given))
        points = pl.col("score") + DIFFERENT * pl.sum_horizontal(
            pl.lit(0), *(~pl.col(name).is_in(seen[name].to_list()) for name in _names(scored) if seen.height)
        )
        given.append(left.select(pl.col("key").get(points.fill_null(0).arg_max())).item())
    return tuple(given), tuple(text for text in asked if text not in known)


def _told_apart_by(entity: Entity) -> list[pl.Expr]:
    return [
        pl.col(field.name).cast(pl.String).fill_null("").alias(f"by {field.name}")
        for field in entity.fields
        if field.imported and field.type in TELLING
    ]


def _names(scored: pl.DataFrame) -> list[str]:
    return [name for name in scored.columns if name.startswith("by ")]


def _score(entity: Entity, tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> pl.Series:
    """The points of every row, see above."""
    values = tables[entity.name]
    shown = [field.name for field in entity.fields if field.imported]
    score = values.select(pl.sum_horizontal(pl.col(name).is_not_null() for name in shown).cast(pl.Int64)).to_series()
    key = values.select(pl.col(entity.key[0]).cast(pl.String).alias("key"))
    assert entity.sample_pages is not None
    sheets = {part.entity: part.field for part in entity.sample_pages.parts if part.entity in tables}
    for name, column in sheets.items():
        if name is None or column is None:
            continue
        others = tables[name]
        fields = [field.name for field in catalog.entities[name].fields if field.name != column]
        varied = pl.sum_horizontal(pl.col(one).n_unique() > 1 for one in fields).cast(pl.Int64)
        points = (
            others.drop_nulls(column)
            .group_by(pl.col(column).cast(pl.String).alias("key"))
            .agg((pl.len().clip(upper_bound=ROWS_COUNTED).cast(pl.Int64) + varied).alias("points"))
        )
        score += key.join(points, on="key", how="left", maintain_order="left")["points"].fill_null(0)
    return score.alias("score")


def _sample(key: str, entity: Entity, tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> Sample:
    assert entity.sample_pages is not None
    values = tables[entity.name]
    row = values.filter(pl.col(entity.key[0]).cast(pl.String) == key).row(0, named=True)
    shown = {
        field.name: row[field.name]
        for field in entity.fields
        if field.imported and _is_offered(field.name, entity, row)
    }
    parts = (_part(part, row, entity, tables, catalog) for part in entity.sample_pages.parts)
    return Sample(entity.name, key, shown, tuple(part for part in parts if part is not None))


def _is_offered(name: str, entity: Entity, row: Mapping[str, object]) -> bool:
    """A column that the company has hidden is shown only where it came along all the same."""
    return entity.field(name).in_template or row[name] is not None


def _part(
    part: SamplePart, row: Mapping[str, object], entity: Entity, tables: Mapping[str, pl.DataFrame], catalog: Catalog
) -> SampleRows | None:
    """What belongs to the sample by one of its parts, None where nothing does."""
    if part.named_by is not None:
        to = entity.field(part.named_by).to
        name, column, wanted = (to.entity, to.field, row[part.named_by]) if to is not None else ("", "", None)
    else:
        name, column, wanted = part.entity or "", part.field or "", row[entity.key[0]]
    if name not in tables or name not in catalog.entities or wanted is None:
        return None
    other, rows = catalog.entities[name], tables[name].filter(pl.col(column) == wanted)
    if rows.is_empty():
        return None
    summed = sums(rows, other) if _is_of_one_currency(rows, other) else {}
    if part.summed_by:
        parted: tuple[Breakdown, ...] = tuple(breakdown_of(rows, other, by) for by in part.summed_by)
        return SampleRows(name, None, rows.clear(), rows.height, summed, parted)
    columns = _columns(part, column, rows, other)
    return SampleRows(name, part.named_by, rows.head(ROWS_SHOWN).select(columns), rows.height, summed)


def _is_of_one_currency(rows: pl.DataFrame, entity: Entity) -> bool:
    """Whether amounts of these rows can be added."""
    return all(rows[field.name].n_unique() < 2 for field in entity.fields if field.type == "currency")


def _columns(part: SamplePart, by: str, rows: pl.DataFrame, entity: Entity) -> Sequence[str]:
    """The columns to show: those that the part names, else all that are imported; of these, those with a value."""
    names = part.columns or tuple(
        field.name for field in entity.fields if field.imported and (part.named_by is not None or field.name != by)
    )
    return [name for name in names if rows[name].null_count() < rows.height]
