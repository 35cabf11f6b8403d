"""The samples on the receipt: one page for each, with every value that was imported, to be ticked off on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from momentsheet.model.bundle import Breakdown
from momentsheet.model.catalog import Catalog, Field, say
from momentsheet.model.samples import Sample, SampleRows, Samples
from momentsheet.reporting.outline import sum_label
from momentsheet.reporting.values import number, plain, total
from momentsheet.reporting.words import entity_title, field_label, sentence, shown

NUMBERS = frozenset(("integer", "decimal", "money", "percent", "hours"))
SHARES_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Value:
    """A label and what stands there."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong to a sample; `sums` has a text for each column, or is empty."""

    columns: tuple[tuple[str, bool], ...]  # label, and whether it holds numbers
    lines: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What belongs to a sample from one sheet: values of the one row that it names, or tables."""

    title: str
    count: int  # rows in all, 0 where it is one that the sample names
    values: tuple[Value, ...]
    tables: tuple[Table, ...]
    more: str  # how many rows are not shown


@dataclass(frozen=True, slots=True)
class Page:
    """One sample."""

    title: str
    key: str
    values: tuple[Value, ...]
    blank: str  # labels of the columns without a value
    blocks: tuple[Block, ...]


def pages_of(samples: Samples, catalog: Catalog, language: str) -> tuple[Page, ...]:
    """The samples in words, in their order."""
    return tuple(_page(sample, catalog, language) for sample in samples.samples)


def missing_in_words(samples: Samples, catalog: Catalog, language: str) -> tuple[str, ...]:
    """A sentence for each sheet of which samples were asked for that are not among the converted rows."""
    return tuple(
        sentence(
            catalog,
            language,
            "receipt.samples.missing",
            {"keys": tuple(keys), "sheet": entity_title(name, catalog, language)},
        )
        for name, keys in samples.missing.items()
    )


# Private functions


def _page(sample: Sample, catalog: Catalog, language: str) -> Page:
    entity = catalog.entities[sample.entity]
    filled = {name: value for name, value in sample.values.items() if value is not None}
    blank = [field_label(entity.name, name, catalog, language) for name in sample.values if name not in filled]
    label = field_label(entity.name, entity.key[0], catalog, language)
    return Page(
        entity_title(entity.name, catalog, language),
        f"{label} {plain(sample.key)}",
        _values(entity.name, filled.items(), catalog, language),
        ", ".join(blank),
        tuple(_block(part, sample, catalog, language) for part in sample.parts),
    )


def _values(entity: str, values: Iterable[tuple[str, object]], catalog: Catalog, language: str) -> tuple[Value, ...]:
    fields = {field.name: field for field in catalog.entities[entity].fields}
    return tuple(
        Value(say(fields[name].label, language), _text(value, fields[name], catalog, language))
        for name, value in values
    )


def _text(value: object, field: Field, catalog: Catalog, language: str) -> str:
    """A value in full; whole texts, for they are what is compared."""
    if value is None:
        return ""
    if field.type == "hours" and isinstance(value, float) and round(value, 2) == value:
        return number(value, language, 2)
    return (
        plain(value)
        if isinstance(value, str) and not field.list and field.type != "country"
        else shown(value, field, catalog, language)
    )


def _block(part: SampleRows, sample: Sample, catalog: Catalog, language: str) -> Block:
    title = entity_title(part.entity, catalog, language)
    if part.named_by is not None:
        label = field_label(sample.entity, part.named_by, catalog, language)
        row = part.rows.row(0, named=True)
        return Block(f"{title} · {label}", 0, _values(part.entity, row.items(), catalog, language), (), "")
    if part.breakdowns:
        tables = tuple(_breakdown(item, part, catalog, language) for item in part.breakdowns)
        return Block(sentence(catalog, language, "receipt.samples.sums", {"sheet": title}), part.count, (), tables, "")
    hidden = part.count - part.rows.height
    more = sentence(catalog, language, "receipt.samples.more", {"count": hidden}) if hidden else ""
    return Block(title, part.count, (), (_table(part, catalog, language),), more)


def _table(part: SampleRows, catalog: Catalog, language: str) -> Table:
    entity = catalog.entities[part.entity]
    fields = [entity.field(name) for name in part.rows.columns]
    lines = tuple(
        tuple(_text(value, field, catalog, language) for value, field in zip(row, fields, strict=True))
        for row in part.rows.iter_rows()
    )
    sums = tuple(_sum(part, field, language) for field in fields) if part.count > 1 else ()
    return Table(
        tuple((say(field.label, language), field.type in NUMBERS) for field in fields),
        lines,
        sums if any(sums) else (),
    )


def _sum(part: SampleRows, field: Field, language: str) -> str:
    if field.name not in part.sums:
        return ""
    return number(part.sums[field.name], language, 2 if field.type in {"money", "hours"} else None)


def _breakdown(item: Breakdown, part: SampleRows, catalog: Catalog, language: str) -> Table:
    """Sums by year, co-worker …; rows, and each total but the minutes, which are the hours once more."""
    entity = catalog.entities[item.entity]
    field = entity.field(item.field)
    is_year = field.type == "date"
    head = catalog.text("receipt.column.year", language) if is_year else say(field.label, language)
    names = [name for name in entity.totals if name in part.sums]
    rows = catalog.text("column.rows", language)
    columns = (
        (head, False),
        (rows, True),
        *((sum_label(entity.name, name, catalog, language), True) for name in names),
    )
    lines = [
        (
            shown(share.key or None, None if is_year else field, catalog, language),
            number(share.rows, language),
            *(number(share.sums[name], language, 2) for name in names),
        )
        for share in item.shares[:SHARES_SHOWN]
    ]
    if others := item.shares[SHARES_SHOWN:]:
        lines.append(
            (
                sentence(catalog, language, "receipt.others", {"count": len(others)}),
                number(sum(share.rows for share in others), language),
                *(number(sum(total(share.sums, name) for share in others), language, 2) for name in names),
            )
        )
    sums = (
        catalog.text("report.total", language),
        number(part.count, language),
        *(number(part.sums[name], language, 2) for name in names),
    )
    return Table(columns, tuple(lines), sums)
