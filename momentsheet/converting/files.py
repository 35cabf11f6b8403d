"""Import files: which files a format has, in which order, with which columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import polars as pl

from momentsheet.converting.derive import all_tables, filled_lists, parents_first
from momentsheet.converting.figures import control_totals
from momentsheet.converting.render import csv_bytes, ndjson_bytes
from momentsheet.converting.writers import did_you_mean, fields_of, write_column
from momentsheet.errors import UsageError
from momentsheet.model.bundle import Bundle, HandWork, ImportFile
from momentsheet.model.catalog import Catalog, Entity, Field, Format, FormatColumn, FormatFile
from momentsheet.model.facts import UNKNOWN, Facts
from momentsheet.model.table import CleanTable, sums

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def convert(
    clean: Mapping[str, CleanTable], catalog: Catalog, formats: Sequence[str], facts: Facts = UNKNOWN
) -> Bundle:
    """Write the clean tables in these formats: `import/<format>/NNN_<file>.<suffix>`, in import order.

    A csv file is written for every entity in scope, with its header even without rows; an ndjson file only where
    there are rows. Columns of fields that the company has hidden are left out, and everything that is not imported:
    that goes into work lists. UsageError for an unknown format and for a company code that the format needs and nobody
    has given.
    """
    chosen = [find_format(name, catalog) for name in dict.fromkeys(formats)]
    tables = all_tables(clean, catalog, facts)
    files = tuple(file for chosen_format in chosen for file in _import_files(chosen_format, tables, catalog))
    derived = {name: tables[name] for name, entity in catalog.entities.items() if entity.derived is not None}
    return Bundle(
        files,
        tuple(_by_hand(chosen, tables, catalog)),
        filled_lists(tables, catalog, facts),
        derived,
        control_totals(clean, tables, catalog, facts),
    )


def find_format(name: str, catalog: Catalog) -> Format:
    """The format of that name; UsageError with a suggestion if there is none."""
    if name not in catalog.formats:
        raise UsageError(f"unknown format: {name}{did_you_mean(name, catalog.formats)}")
    return catalog.formats[name]


# Private functions


def _import_files(chosen: Format, tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> Iterator[ImportFile]:
    described = [file for file in chosen.files if file.entity in catalog.entities]
    for file in sorted(described, key=lambda file: catalog.entities[file.entity].order):
        entity = catalog.entities[file.entity]
        if not entity.imported:
            continue
        values = tables[entity.name]
        columns = _columns_in_scope(file, entity, values)
        if not columns or (chosen.kind == "ndjson" and values.is_empty()):
            continue
        path = _address(chosen, file, tables, catalog)
        fields = {field.name: field for field in entity.fields}
        typed = parents_first(values, entity).select(write_column(column, fields) for column in columns)
        lookups = {column.name: column.lookup["entity"] for column in columns if column.write == "lookup"}
        yield ImportFile(
            path=f"import/{chosen.name}/{entity.order:03}_{file.file}.{chosen.suffix}",
            format=chosen.name,
            entity=entity.name,
            data=csv_bytes(typed) if chosen.kind == "csv" else ndjson_bytes(typed, path, lookups),
            rows=len(values),
            sums=sums(values, entity),
            inferred=_inferred(file, columns, path),
        )


def _columns_in_scope(file: FormatFile, entity: Entity, values: pl.DataFrame) -> tuple[FormatColumn, ...]:
    """The file's columns without those of hidden fields; what stands in the workbook all the same is not lost."""
    shown = {
        field.name
        for field in entity.fields
        if field.imported and (field.in_template or values[field.name].null_count() < len(values))
    }
    return tuple(column for column in file.columns if shown.issuperset(fields_of(column)))


def _address(chosen: Format, file: FormatFile, tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> str:
    """The path of a request: its placeholders are fields of a form in the workbook, or keys of the company file."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        given = _form_value(name, tables, catalog) or getattr(catalog.company, name.removeprefix("company_"), "")
        if not given:
            raise UsageError(
                f"format {chosen.name}: {name} is missing, it is part of the address of every request; "
                f"fill it in in the workbook or set «{name.removeprefix('company_')}:» in the company file"
            )
        return quote(str(given), safe="")

    return PLACEHOLDER.sub(fill, file.path or "")


def _form_value(field: str, tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> object:
    for name, entity in catalog.entities.items():
        values = tables[name]
        if entity.layout == "form" and field in values.columns:
            given = values[field].drop_nulls()
            return None if given.is_empty() else given[0]
    return None


def _inferred(file: FormatFile, columns: Sequence[FormatColumn], path: str) -> tuple[str, ...]:
    address = (path,) if file.evidence == "inferred" and path else ()
    return (*address, *(column.name for column in columns if column.evidence == "inferred"))


def _by_hand(chosen: Sequence[Format], tables: Mapping[str, pl.DataFrame], catalog: Catalog) -> Iterator[HandWork]:
    """Every field with values that Moment does not import, or that a format's file of the entity does not carry."""
    for name, entity in catalog.entities.items():
        values = tables[name]
        if entity.derived is not None or not entity.imported:
            continue
        for field in entity.fields:
            missing = tuple(item.name for item in chosen if not _carries(item, entity, field, values))
            filled = len(values) - values[field.name].null_count()
            if missing and filled:
                yield HandWork(name, field.name, filled, missing)


def _carries(chosen: Format, entity: Entity, field: Field, values: pl.DataFrame) -> bool:
    """True if the field is written; an entity that the format has no file for lacks none of its imported fields."""
    files = [file for file in chosen.files if file.entity == entity.name]
    if not files:
        return field.imported
    columns = (column for file in files for column in _columns_in_scope(file, entity, values))
    return any(field.name in fields_of(column) for column in columns)
