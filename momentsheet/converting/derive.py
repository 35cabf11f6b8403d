"""The tables that are converted: the clean ones, empty ones for sheets without rows, derived ones, and work lists."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from momentsheet.model.bundle import FilledList
from momentsheet.model.catalog import STEP, AccountingSystem, Catalog, Entity, WorkList
from momentsheet.model.facts import Facts, run_query
from momentsheet.model.table import CleanTable, blank_table, dtype


def all_tables(clean: Mapping[str, CleanTable], catalog: Catalog, facts: Facts) -> dict[str, pl.DataFrame]:
    """Entity -> rows, for every entity in import order; what was not delivered or is out of scope has none."""
    entities = {**catalog.entities, **catalog.out_of_scope}
    tables: dict[str, pl.DataFrame] = {}
    for name, entity in entities.items():
        if entity.derived is None or name in catalog.out_of_scope:
            tables[name] = clean[name].values if name in clean else blank_table(entity)
    read = _with_retired(tables, entities)
    for name, entity in catalog.entities.items():
        if entity.derived is not None:
            tables[name] = _derived(entity, entity.derived, read, catalog, facts)
    return {name: tables[name] for name in sorted(tables, key=lambda name: entities[name].order)}


def filled_lists(tables: Mapping[str, pl.DataFrame], catalog: Catalog, facts: Facts) -> tuple[FilledList, ...]:
    """The work lists that have something to do, with their rows; none in place of what is imported after all.

    Lists of one place in Moment stand together, so that nobody goes there twice; the places come in the order of their
    first lists.
    """
    filled = []
    read = _with_retired(tables, {**catalog.entities, **catalog.out_of_scope})
    for work_list in catalog.work_lists.values():
        if work_list.in_place_of is not None and _all_imported(work_list, catalog):
            continue
        rows = run_query(work_list.query, read, facts, catalog.fact_tables)
        if rows.height and work_list.steps:
            filled.append(_with_steps(work_list, catalog.accounting.get(facts.text("accounting_system"))))
        elif rows.height:
            columns = [pl.col(column.name).cast(dtype(column.type)) for column in work_list.columns]
            filled.append(FilledList(work_list, rows.select(columns)))
    areas = list(dict.fromkeys(item.work_list.area for item in filled))
    return tuple(sorted(filled, key=lambda item: areas.index(item.work_list.area)))


def parents_first(values: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The rows in their order, but each behind the row of the same table that it refers to."""
    field = next((field for field in entity.fields if field.to is not None and field.to.entity == entity.name), None)
    if field is None or field.to is None or values[field.name].null_count() == len(values):
        return values
    parent_of = dict(zip(values[field.to.field], values[field.name], strict=True))
    levels = pl.Series("level", [_level(key, parent_of) for key in values[field.to.field]], dtype=pl.Int64)
    return values.with_columns(levels).sort("level", maintain_order=True).drop("level")


# Private functions


def _with_steps(work_list: WorkList, system: AccountingSystem | None) -> FilledList:
    notes = system.notes if system is not None and work_list.adds_notes else ()
    steps = {str(number): step for number, step in enumerate((*work_list.steps, *notes), 1)}
    return FilledList(work_list, pl.DataFrame({STEP: list(steps)}), steps)


def _all_imported(work_list: WorkList, catalog: Catalog) -> bool:
    """Whether what the list stands for is imported after all, and with it everything else that the list shows."""
    name, _, field = (work_list.in_place_of or "").partition(".")
    shown = [column.field for column in work_list.columns if column.field is not None]
    return all(_is_imported(entity, one, catalog) for entity, one in ((name, field), *shown))


def _is_imported(name: str, field: str, catalog: Catalog) -> bool:
    """Whether that entity, or that field of it, goes into the import files."""
    entity = catalog.entities.get(name)
    if entity is None or not entity.imported:
        return False
    return not field or entity.field(field).imported


def _with_retired(tables: Mapping[str, pl.DataFrame], entities: Mapping[str, Entity]) -> dict[str, pl.DataFrame]:
    """The tables as derived entities and work lists read them: a retired field is a blank column."""
    return {
        name: table.with_columns(pl.lit(None).alias(gone) for gone in entities[name].retired)
        for name, table in tables.items()
    }


def _derived(
    entity: Entity, query: str, tables: Mapping[str, pl.DataFrame], catalog: Catalog, facts: Facts
) -> pl.DataFrame:
    """The rows of the query, typed, ordered by the key: SQL promises no order of its own."""
    try:
        rows = run_query(query, tables, facts, catalog.fact_tables)
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
