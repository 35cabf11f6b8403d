"""The tables that are converted: the clean ones, empty ones for sheets without rows, and derived ones."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from momentsheet.model.catalog import Catalog, Entity
from momentsheet.model.table import CleanTable, dtype


def all_tables(clean: Mapping[str, CleanTable], catalog: Catalog) -> dict[str, pl.DataFrame]:
    """Entity -> rows, for every entity in scope, in import order."""
    tables: dict[str, pl.DataFrame] = {}
    for name, entity in catalog.entities.items():
        if entity.derived is None:
            tables[name] = clean[name].values if name in clean else _empty(entity)
    for name, entity in catalog.entities.items():
        if entity.derived is not None:
            tables[name] = _derived(entity, entity.derived, tables)
    return {name: tables[name] for name in catalog.entities}


def parents_first(values: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The rows in their order, but each behind the row of the same table that it refers to."""
    field = next((field for field in entity.fields if field.to is not None and field.to.entity == entity.name), None)
    if field is None or field.to is None or values[field.name].null_count() == len(values):
        return values
    parent_of = dict(zip(values[field.to.field], values[field.name], strict=True))
    levels = pl.Series("level", [_level(key, parent_of) for key in values[field.to.field]], dtype=pl.Int64)
    return values.with_columns(levels).sort("level", maintain_order=True).drop("level")


# Private functions


def _empty(entity: Entity) -> pl.DataFrame:
    typed = {"row_id": pl.UInt32(), **{field.name: dtype(field.type)() for field in entity.fields}}
    return pl.DataFrame(schema=typed)


def _derived(entity: Entity, query: str, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of the query, typed, ordered by the key: SQL promises no order of its own."""
    try:
        rows = pl.SQLContext(tables, eager=True).execute(query)
        typed = rows.select(
            (pl.col(field.name) if field.name in rows.columns else pl.lit(None))
            .cast(dtype(field.type))
            .alias(field.name)
            for field in entity.fields
        )
    except pl.exceptions.PolarsError:
        raise AssertionError(f"the query of the derived entity {entity.name} cannot be run") from None
    order = [*entity.key, *(field.name for field in entity.fields if field.name not in entity.key)]
    return typed.sort([name for name in order if name in typed.columns], nulls_last=True).with_row_index("row_id")


def _level(key: str, parent_of: Mapping[str, str | None]) -> int:
    """How many rows stand above a row. Rules forbid cycles; one that got here still ends."""
    seen = {key}
    parent = parent_of.get(key)
    while parent is not None and parent in parent_of and parent not in seen:
        seen.add(parent)
        parent = parent_of[parent]
    return len(seen) - 1
