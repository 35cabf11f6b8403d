"""A workbook of an older template, taken apart: what it holds, cell by cell, at its places in today's template.

Only records move. Whatever else somebody has written (columns of their own, other sheets, titles, totals) goes along
beside them, so that nothing is lost; and every value stays as it stood, so that it is read as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import BoundSheet, is_our_sheet, raw_at
from momentsheet.checking.bind.meta import Meta, read_meta, todays_entity
from momentsheet.checking.check import Checked
from momentsheet.checking.fold import clean_text, fold_header
from momentsheet.checking.grammar import Raw, cell_value, serial_date, show_raw
from momentsheet.model.answers import FIX_LIST
from momentsheet.model.catalog import Catalog, Entity, say
from momentsheet.model.finding import ColumnRead, SheetRead
from momentsheet.model.moved import CellError, CellValue, Copied, Formatted, Kept, Moved
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook, cell_name, our_sheets

# Columns of names, read where the column of a reference is blank: behind ours they are read in just the same way.
STANDING_IN = frozenset(("stand_in", "joined"))
# Columns that are only what their own header says: it must stay
OWN_HEADER = STANDING_IN | {"duplicate"}
# What is told of sheets that hold more than one table: nobody knows which rows belong below our headers.
UNCLEAR = frozenset(("second_header", "rows_above_header", "no_header"))
FORMATS = {Kind.DATE: "yyyy-mm-dd hh:mm:ss", Kind.TIME: "hh:mm:ss", Kind.DURATION: "[h]:mm:ss"}


def move(checked: Checked, workbook: Workbook, catalog: Catalog, language: str) -> Moved | None:
    """What is to be written into today's template; None where the workbook was made from today's, or is no template.

    None, too, where moving would hide something: a template of another company, or days counted from 1904.
    """
    told = {
        (catalog.rules[finding.code].check, finding.sheet)
        for finding in checked.findings
        if finding.file == workbook.name
    }
    if ("old_template", None) not in told or ("other_company", None) in told or workbook.is_1904:
        return None
    meta = read_meta(workbook)
    reads = next(item.sheets for item in checked.inputs if item.name == workbook.name)
    gathered = _Gathered()
    kinds = {name.casefold(): kind for kind, name in our_sheets(workbook.names).items()}
    rest_titles = {fold_header(title) for title in catalog.texts["sheet.rest"].values()}
    for sheet, read in zip(workbook.sheets, reads, strict=True):
        kind = kinds.get(sheet.name.casefold(), "")
        if fold_header(sheet.name) in rest_titles:
            gathered.rest += _rest_of(sheet)
        elif kind == FIX_LIST:
            gathered.sheets.append(_copied(sheet, {}, 0, kind))  # the answers in it still hold
        elif is_our_sheet(sheet, workbook, catalog):
            continue
        elif read.entity is None:
            gathered.sheets.append(_copied(sheet, {}, 0))
        else:
            # The first sheet of an entity that has rows becomes today's sheet; others go along behind it.
            bound = _bound(checked, workbook, read)
            is_clear = not any((check, sheet.name) in told for check in UNCLEAR)
            if bound is None or not is_clear or (read.entity in gathered.columns and len(bound.rows)):
                headers = _todays_headers(read, catalog, language)
                gathered.sheets.append(_copied(sheet, headers, read.header_row or 0))
            elif bound.entity.layout == "form":
                _take_form(gathered, sheet, bound, meta)
            else:
                _take_table(gathered, sheet, read, bound)
    known: dict[str, list[tuple[str, ...]]] = {}
    for name, keys in meta.known.items():
        if (entity := todays_entity(catalog, name)) is not None:
            known.setdefault(entity.name, []).extend(sorted(keys))
    entities = tuple(name for name in catalog.entities if name in {read.entity for read in reads})
    if not entities:
        return None
    return Moved(
        entities,
        gathered.columns,
        gathered.kept,
        tuple(gathered.sheets),
        tuple(gathered.rest),
        known,
    )


# Private functions


@dataclass(slots=True)
class _Gathered:
    columns: dict[str, dict[str, Sequence[CellValue]]] = field(default_factory=dict)
    kept: dict[str, list[Kept]] = field(default_factory=dict)
    sheets: list[Copied] = field(default_factory=list)
    rest: list[tuple[str, str, CellValue]] = field(default_factory=list)


def _bound(checked: Checked, workbook: Workbook, read: SheetRead) -> BoundSheet | None:
    parsed = checked.parsed.get(read.entity or "")
    found = () if parsed is None else parsed.sheets
    return next((one for one in found if (one.file, one.name) == (workbook.name, read.name)), None)


def _take_table(gathered: _Gathered, sheet: Sheet, read: SheetRead, bound: BoundSheet) -> None:
    entity = bound.entity
    is_row = np.isin(sheet.rows, bound.rows)
    is_header = sheet.rows == read.header_row
    if any(column.how == "two_lines" for column in read.columns):
        is_header |= sheet.rows == (read.header_row or 0) - 1
    if is_row.any():
        moved: dict[str, Sequence[CellValue]] = {}
        kept: list[Kept] = []
        chosen = {place[1]: name for name, place in bound.places.items()}
        own = {column.column for column in read.columns if column.how in STANDING_IN or _says_minutes(column, entity)}
        headers = {column.column: column.header for column in read.columns}
        for column in sheet.columns:
            name = chosen.get(column.index)
            if name is not None and column.index not in own:
                moved[name] = _values(column, sheet.pool, is_row, entity.field(name).type)
            elif (column.kinds[is_row] != Kind.BLANK).any():
                kept.append(Kept(headers.get(column.index, ""), _values(column, sheet.pool, is_row)))
        gathered.columns[entity.name], gathered.kept[entity.name] = moved, kept
    gathered.rest += _cells(sheet, ~is_row & ~is_header)


def _take_form(gathered: _Gathered, sheet: Sheet, bound: BoundSheet, meta: Meta) -> None:
    """The answers to what is still asked; other answers stay below them with their questions."""
    if not bound.places:
        gathered.sheets.append(_copied(sheet, {}, 0))
        return
    entity, pool = bound.entity, sheet.pool
    asked_before = meta.headers_of(entity)
    at = {row: index for index, row in enumerate(sheet.rows.tolist())}
    fields = {row: name for name, (row, _) in bound.places.items() if row is not None}
    answer = next(column for _, column in bound.places.values())
    ours = {answer - 1, answer, answer + 1}  # question, answer, what it means
    questions, answers = sheet.column(answer - 1), sheet.column(answer)
    moved: dict[str, Sequence[CellValue]] = {}
    kept: list[Kept] = []
    left = np.ones((len(sheet.rows), max(column.index for column in sheet.columns) + 3), bool)
    for row, index in at.items():
        question = "" if questions is None else clean_text(show_raw(raw_at(questions, pool, index)))[0]
        is_answered = answers is not None and answers.kinds[index] != Kind.BLANK
        value = None if answers is None else _value(raw_at(answers, pool, index), None)
        if row in fields:
            if answers is not None and is_answered:
                this = np.arange(len(sheet.rows)) == index
                moved[fields[row]] = _values(answers, pool, this, entity.field(fields[row]).type)
            left[index, list(ours)] = False
        elif row > min(fields) and is_answered and question:
            kept.append(Kept(question, [value]))
            left[index, list(ours)] = False
        elif row < min(fields) or fold_header(question) in asked_before:
            left[index, list(ours)] = False  # the heading above the questions, a question that nobody answered
    if len(bound.rows) or kept:
        gathered.columns[entity.name], gathered.kept[entity.name] = moved, kept
    for column in sheet.columns:
        gathered.rest += _cells(sheet, left[:, column.index], (column,))


def _todays_headers(read: SheetRead, catalog: Catalog, language: str) -> dict[int, str]:
    """Column -> what today's template calls it, for the tables that go along as they stand."""
    entity = catalog.entities[read.entity or ""]
    return {
        column.column: say(entity.field(column.field).label, language)
        for column in read.columns
        if column.field and column.how not in OWN_HEADER and not _says_minutes(column, entity)
        if entity.layout == "table"
    }


def _says_minutes(column: ColumnRead, entity: Entity) -> bool:
    """True where the header says what the numbers are: below our own header minutes would be hours."""
    return column.field is not None and fold_header(column.header) in {
        fold_header(name) for name in entity.field(column.field).minutes
    }


def _copied(sheet: Sheet, headers: dict[int, str], header_row: int, kind: str = "") -> Copied:
    everything = np.ones(len(sheet.rows), bool)
    columns = {}
    for column in sheet.columns:
        values = _values(column, sheet.pool, everything)
        columns[column.index] = (sheet.rows.tolist(), values)
        if column.index in headers and header_row in sheet.rows:
            values[int(np.flatnonzero(sheet.rows == header_row)[0])] = headers[column.index]
    return Copied(sheet.name, columns, sheet.state != "visible", kind)


def _cells(
    sheet: Sheet, wanted: npt.NDArray[np.bool_], columns: Sequence[Column] | None = None
) -> Iterator[tuple[str, str, CellValue]]:
    """The filled cells of these rows, with what they are called."""
    for index in np.flatnonzero(wanted).tolist():
        for column in sheet.columns if columns is None else columns:
            if column.kinds[index] != Kind.BLANK:
                value = _value(raw_at(column, sheet.pool, index), None)
                yield sheet.name, cell_name(int(sheet.rows[index]), column.index), value


def _rest_of(sheet: Sheet) -> Iterator[tuple[str, str, CellValue]]:
    """What an earlier move found no place for."""
    first, second, third = (sheet.column(index) for index in range(3))
    if first is None or second is None or third is None:
        return
    for index in range(1, len(sheet.rows)):
        where = [show_raw(raw_at(column, sheet.pool, index)) for column in (first, second)]
        yield where[0], where[1], _value(raw_at(third, sheet.pool, index), None)


def _values(
    column: Column, pool: pl.Series, wanted: npt.NDArray[np.bool_], type_name: str | None = None
) -> list[CellValue]:
    """The cells of these rows as they can be written again; texts and plain numbers, nearly all, at once."""
    places = np.flatnonzero(wanted)
    kinds = column.kinds[places]
    values: list[CellValue] = [None] * len(places)
    is_text = kinds == Kind.TEXT
    texts = pool.gather(column.codes[places[is_text]]).to_list()
    for place, text in zip(np.flatnonzero(is_text).tolist(), texts, strict=True):
        values[place] = text
    # A bare number in a column of dates must not become a date because the column shows dates.
    is_plain = (kinds == Kind.NUMBER) & ~column.percents[places] & (type_name != "date")
    for place, number in zip(np.flatnonzero(is_plain).tolist(), column.numbers[places[is_plain]].tolist(), strict=True):
        values[place] = number
    for place in np.flatnonzero(~is_text & ~is_plain & (kinds != Kind.BLANK)).tolist():
        values[place] = _value(raw_at(column, pool, int(places[place])), type_name)
    return values


def _value(raw: Raw, type_name: str | None) -> CellValue:
    """One cell as it can be written again, of the same kind as it was."""
    match raw.kind:
        case Kind.NUMBER if raw.is_percent:
            return Formatted(raw.number, "0.##########%")
        case Kind.NUMBER if type_name == "date":
            return Formatted(raw.number, "General")
        case Kind.BOOLEAN:
            return bool(raw.number) if type_name == "boolean" else show_raw(raw)
        case Kind.DATE if raw.number != int(raw.number) or serial_date(raw.number) is None:
            return Formatted(raw.number, FORMATS[Kind.DATE])
        case Kind.TIME | Kind.DURATION:
            return Formatted(raw.number, FORMATS[raw.kind])
        case Kind.ERROR:
            return CellError(raw.text)
        case Kind.NOT_CALCULATED:
            return CellError("#N/A")
    return cell_value(raw)
