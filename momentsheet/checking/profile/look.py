"""All files looked at together: columns, numbers, e-mails, odd cells, duplicates, what nothing names."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import Binding, bind
from momentsheet.checking.check import facts_of
from momentsheet.checking.grammar import Context, date_orders, decimal_marks
from momentsheet.checking.parse import ParsedEntity, parse_entity
from momentsheet.checking.profile.alike import alike_mentions, alike_rows
from momentsheet.checking.profile.contents import (
    NUMERIC,
    Contents,
    contents_of,
    dates_of,
    days_of,
    figures_of,
    numbers_of,
    serials_of,
)
from momentsheet.checking.profile.delivery import Delivery, mentions_of
from momentsheet.checking.profile.grids import Grid, GridColumn, grids_of
from momentsheet.checking.profile.mails import PRIVATE, SHARED, mails_of
from momentsheet.checking.profile.masks import shown
from momentsheet.checking.profile.odd import national_ids, odd_dates, odd_numbers, odd_types
from momentsheet.checking.profile.series import is_series, series_of
from momentsheet.checking.profile.twins import equal_records, equal_rows
from momentsheet.checking.profile.use import can_be_used, orphans, unused_rows
from momentsheet.model.catalog import Catalog, Company, Entity
from momentsheet.model.facts import Facts
from momentsheet.model.profile import (
    AlikeGroup,
    ColumnProfile,
    Counted,
    FileProfile,
    Looked,
    MailProfile,
    NumberSeries,
    Oddity,
    Orphan,
    Profile,
    SheetProfile,
    TwinGroup,
    Unused,
)
from momentsheet.model.workbook import Kind, Workbook

COMMONEST = 5
_FIGURE = re.compile(r"[^\W\d_]{0,3}\W{0,3}\d.{0,20}$")  # what may be a number or a date
_WITNESSES = 2_000  # texts that say how dates and numbers of a column are written
_MOSTLY = 0.7  # share of a type from which a column is one of numbers, or of dates
# question -> what counts as its answer
ODD: Mapping[str, tuple[str, ...]] = {
    "negative": ("negative", "over_day"),
    "outliers": ("far", "far_date", "other_type", "unreadable"),
    "national_ids": ("national_id",),
}
QUESTIONS = (
    "columns", "alike", "twins", "unused", "orphans", "numbers", "mails", "negative", "outliers", "national_ids",
)  # fmt: skip
_NUMBERS = ("key_twice", "lost_zero", "misfit", "other_series")
_MAILS = ("several_addresses", "private_address", "other_style")

Progress = Callable[[float], None]


def profile_files(
    workbooks: Sequence[Workbook], catalog: Catalog, progress: Progress, tool: tuple[str, str], language: str
) -> Profile:
    """Profile any workbooks together. Nothing is judged: what is told is what a person should look at.

    `tool`: name and version of what makes the profile.
    """
    bindings = [bind(workbook, catalog) for workbook in workbooks]
    bound = [sheet for binding in bindings for sheet in binding.bound]
    facts = facts_of(catalog, None, bound)
    parsed = {
        entity.name: parse_entity(entity, sheets, catalog, facts)
        for entity in catalog.entities.values()
        if entity.derived is None and (sheets := [sheet for sheet in bound if sheet.entity.name == entity.name])
    }
    grids = [grids_of(workbook, binding) for workbook, binding in zip(workbooks, bindings, strict=True)]
    everything = [grid for found in grids for grid in found]
    tables = {name: one for name, one in parsed.items() if one.entity.layout == "table" and one.height}
    delivery = Delivery(catalog, tuple(everything), tables, tuple(mentions_of(everything, catalog, tables)))
    told = _Told()
    for place, grid in enumerate(everything):
        progress(0.5 * place / len(everything))
        _look_at_columns(told, grid, delivery, facts)
    progress(0.5)
    _look_at_rows(told, delivery)
    progress(1.0)
    files = tuple(
        FileProfile(
            workbook.name,
            workbook.name,
            workbook.sha256,
            workbook.format,
            _sheets(workbook, binding, found),
            workbook.notices,
        )
        for workbook, binding, found in zip(workbooks, bindings, grids, strict=True)
    )
    return Profile(
        *tool,
        catalog.version,
        language,
        facts.text("company_name") or facts.text("company_code"),
        files,
        tuple(told.columns),
        tuple(told.series),
        tuple(told.mails),
        tuple(told.oddities),
        tuple(told.twins),
        tuple(told.alike),
        tuple(told.unused),
        tuple(told.orphans),
        tuple(told.looked),
    )


# Private functions


@dataclass(slots=True)
class _Told:
    """What has been found so far."""

    columns: list[ColumnProfile] = field(default_factory=list)
    series: list[NumberSeries] = field(default_factory=list)
    mails: list[MailProfile] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    twins: list[TwinGroup] = field(default_factory=list)
    alike: list[AlikeGroup] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)


def _sheets(workbook: Workbook, binding: Binding, grids: Iterable[Grid]) -> tuple[SheetProfile, ...]:
    """Every sheet of a workbook, also those that were not looked at."""
    by_name = {grid.sheet: grid for grid in grids}
    reads = {read.name: read for read in binding.sheets}
    sheets: list[SheetProfile] = []
    for sheet in workbook.sheets:
        grid, read = by_name.get(sheet.name), reads.get(sheet.name)
        if grid is None and sheet.state != "visible":  # what programs keep for themselves
            continue
        entity = read.entity if read is not None else None
        if grid is None:
            header = read.header_row if read is not None else None
            sheets.append(SheetProfile(sheet.name, entity, header, len(sheet.rows), len(sheet.columns), False))
            continue
        bound = grid.bound.entity.name if grid.bound is not None else None
        sheets.append(SheetProfile(sheet.name, bound, grid.header_row, len(grid.rows), len(grid.columns), True))
    return tuple(sheets)


def _look_at_columns(told: _Told, grid: Grid, delivery: Delivery, facts: Facts) -> None:
    catalog = delivery.catalog
    entity = grid.bound.entity if grid.bound is not None else None
    system = catalog.accounting.get(facts.text("accounting_system"))
    private, shared = ({str(row[0]) for row in catalog.fact_tables[name].rows} for name in (PRIVATE, SHARED))
    for column in grid.columns:
        context = _context(column, catalog.company, facts)
        contents = contents_of(column, context)
        name = column.where.field
        own = entity.field(name).type if entity is not None and name is not None else None
        values, bad = _parsed(delivery, grid, name) if own is not None else (None, None)
        is_mail = _holds_mail(delivery, entity, name, contents)
        ids = list(national_ids(grid, column))
        kind = own if own in NUMERIC or own == "date" else contents.main
        numbers = days = None
        if values is not None and own is not None:  # as they are read for the import
            numbers = values.cast(pl.Float64).fill_null(math.nan).to_numpy() if own in NUMERIC else None
            days = serials_of(values) if own == "date" else None
        elif not ids:  # figures of identity numbers would give them away
            numbers = numbers_of(column, kind, context) if contents.share(*NUMERIC) >= _MOSTLY else None
            days = days_of(column, context) if contents.share("date") >= _MOSTLY else None
        told.columns.append(_column(grid, column, contents, own, bad, numbers, days))
        told.oddities += ids
        told.oddities += odd_types(grid, column, contents, own, None if is_mail else bad)
        if not ids and is_series(column, contents, entity if name else None, system):
            series, odd = series_of(grid, column, entity if name else None, system)
            told.series.append(series)
            told.oddities += odd
        elif numbers is not None:
            told.oddities += odd_numbers(grid, column, numbers, is_daily=_is_daily(grid, entity, name, kind))
        if days is not None:
            told.oddities += odd_dates(grid, column, days)
        if is_mail:
            mails, odd = mails_of(grid, column, private, shared)
            told.mails.append(mails)
            told.oddities += odd


def _is_daily(grid: Grid, entity: Entity | None, name: str | None, kind: str) -> bool:
    """True for hours of one day: not those of a week, a year or a plan."""
    if entity is None or name is None:
        is_dated = any(all(raw.kind is Kind.DATE for raw in column.values.raws[:20]) for column in grid.columns)
        return kind == "hours" and is_dated
    rows = entity.alike.rows if entity.alike is not None else ()
    is_record = any(entity.field(row).type == "date" for row in rows)
    return kind == "hours" and is_record and entity.field(name).unit == "hours"


def _holds_mail(delivery: Delivery, entity: Entity | None, name: str | None, contents: Contents) -> bool:
    """True for addresses; not where they only name people whose own sheet came along."""
    if entity is not None and name is not None:
        field = entity.field(name)
        if field.to is not None and field.to.entity in delivery.parsed:
            return False
        if field.type == "email" and contents.share("email"):
            return True
    return contents.share("email") >= 0.5


def _context(column: GridColumn, company: Company, facts: Facts) -> Context:
    texts = [raw.text for raw in column.values.raws if raw.kind is Kind.TEXT and _FIGURE.match(raw.text)]
    texts = texts[:: len(texts) // _WITNESSES + 1]
    order = facts.values.get("date_order")
    return Context(
        date_order=order if order in {"DMY", "MDY", "YMD"} else date_orders(texts).order,
        decimal_mark=decimal_marks(texts).mark,
        home_mark="." if company.language == "en" else ",",
        country=facts.text("country") or "NO",
        currency=facts.text("currency") or "NOK",
    )


def _parsed(delivery: Delivery, grid: Grid, name: str | None) -> tuple[pl.Series | None, npt.NDArray[np.bool_] | None]:
    """The values of a field in the rows of the grid, and in which of them it could not be read."""
    parsed = delivery.parsed.get(grid.bound.entity.name) if grid.bound is not None else None
    for sheet, start in zip(parsed.sheets, parsed.starts, strict=True) if parsed is not None and name else ():
        if sheet is grid.bound and parsed is not None and name is not None:
            end = start + len(grid.rows)
            return parsed.values[name][start:end], parsed.bad[name][start:end]
    return None, None


def _column(
    grid: Grid,
    column: GridColumn,
    contents: Contents,
    own: str | None,
    bad: npt.NDArray[np.bool_] | None,
    numbers: npt.NDArray[np.float64] | None,
    days: npt.NDArray[np.float64] | None,
) -> ColumnProfile:
    values, filled = column.values, column.filled
    lengths = [len(raw.text) for raw in values.raws if raw.kind is Kind.TEXT]
    ordered = sorted(range(len(values.raws)), key=lambda place: (-int(values.counts[place]), place))
    commonest = [place for place in ordered[:COMMONEST] if values.counts[place] > 1 or len(values.raws) <= COMMONEST]
    return ColumnProfile(
        column.where,
        column.how,
        len(grid.rows),
        filled,
        len(values.raws),
        tuple(Counted(kind, count) for kind, count in contents.holds.items()),
        None if bad is None or own is None else filled - int(bad.sum()),
        tuple(Counted(shown(values.raws[place]), int(values.counts[place])) for place in commonest),
        None if numbers is None else figures_of(numbers),
        None if days is None else dates_of(column, days),
        min(lengths, default=None),
        max(lengths, default=None),
    )


def _look_at_rows(told: _Told, delivery: Delivery) -> None:
    catalog, parsed = delivery.catalog, delivery.parsed
    rows = sum(len(grid.rows) for grid in delivery.grids)
    for grid in delivery.grids:
        told.twins += equal_rows(grid)
    whole = [frozenset(group.spots) for group in told.twins]
    for one in parsed.values():
        told.twins += equal_records(delivery, one.entity, whole)
    found = Counter(odd.kind for odd in told.oddities)
    cells = sum(column.filled for column in told.columns)
    told.looked += [
        Looked("columns", len(told.columns), len(told.columns)),
        Looked("numbers", sum(series.count for series in told.series), sum(found[kind] for kind in _NUMBERS)),
        Looked("mails", sum(mail.addresses for mail in told.mails), sum(found[kind] for kind in _MAILS)),
        *(Looked(question, cells, sum(found[kind] for kind in kinds)) for question, kinds in ODD.items()),
        Looked("twins", rows, sum(len(group.spots) - 1 for group in told.twins)),
    ]
    for entity in catalog.entities.values():
        _look_at_entity(told, delivery, entity, parsed.get(entity.name))
    told.looked.sort(key=lambda looked: QUESTIONS.index(looked.question))


def _look_at_entity(told: _Told, delivery: Delivery, entity: Entity, parsed: ParsedEntity | None) -> None:
    """What is alike among the rows of an entity or, where they did not come along, among their names elsewhere."""
    name = entity.name
    mentions = [mention for mention in delivery.mentions if mention.entity == name]
    can_be_alike = entity.alike is not None and bool(entity.alike.name or entity.alike.exact)
    if parsed is None:
        if can_be_alike and mentions:
            groups = alike_mentions(delivery, entity, mentions)
            told.alike += groups
            told.looked.append(Looked("alike", len({it.text for it in mentions}), len(groups), name))
        return
    if can_be_alike:
        groups = alike_rows(delivery, entity)
        told.alike += groups
        told.looked.append(Looked("alike", parsed.height, len(groups), name))
    if len(entity.key) != 1:
        return
    if entity.used_by:
        can_be = can_be_used(delivery, entity)
        unused = list(unused_rows(delivery, entity)) if can_be else []
        told.unused += unused
        told.looked.append(Looked("unused", parsed.height if can_be else None, len(unused), name))
    named = sum(delivery.uses(entity).values()) + sum(mention.count for mention in mentions)
    if named:
        lost = list(orphans(delivery, entity))
        told.orphans += lost
        told.looked.append(Looked("orphans", named, len(lost), name))
