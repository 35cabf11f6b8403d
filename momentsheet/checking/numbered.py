"""Numbers as a delivery holds them: every row that has one, every cell that names one, and what new numbers make of it.

A delivery is read here as `check` reads it, but only so far that every cell is a value: what is wrong with the values
is not asked, for wrong numbers are what renumbering is for.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.answers import apply_answers
from momentsheet.checking.bind import Binding, BoundSheet, bind, raw_at
from momentsheet.checking.check import facts_of
from momentsheet.checking.fold import clean_text, fold_name
from momentsheet.checking.grammar import Raw, show_raw
from momentsheet.checking.known_as import names_of, resolve_names
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, parse_delivery
from momentsheet.checking.references import rows_about
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Alike, Catalog, Company, Entity, Field, Reference, Rule, say
from momentsheet.model.numbering import (
    CellEdits,
    NewValue,
    Note,
    Numbered,
    Obstacle,
    Plan,
    TakenNumber,
    collision_key,
    number_key,
)
from momentsheet.model.workbook import Kind, Workbook

Put = Callable[[BoundSheet, str, int, NewValue, bool], None]  # sheet, field, index, value, was it a formula
PutAt = Callable[[str, str, int, int, NewValue], None]  # file, sheet, row, column, value
# Name of a file, entity whose number it bears, the number if it is known -> the name afterwards
Rename = Callable[[str, str, str | None], str]

_WHOLE = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)  # what a cell can hold as a number without losing anything


@dataclass(frozen=True, slots=True)
class NumberedDelivery:
    """A delivery whose numbers are known."""

    catalog: Catalog
    workbooks: tuple[Workbook, ...]
    company: Company  # the company file, completed by the customer's own form sheet
    numbered: Mapping[str, Numbered]
    obstacles: tuple[Obstacle, ...]
    parsed: Mapping[str, ParsedEntity]
    bindings: tuple[Binding, ...]
    ledger: FindingLedger


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The cells to be changed, by the name of their workbook, and what a person must know of them."""

    edits: Mapping[str, CellEdits]
    notes: tuple[Note, ...]


def read_numbers(
    workbooks: Sequence[Workbook],
    catalog: Catalog,
    today: dt.date,
    fields: Mapping[str, str],
    answers: Sequence[Answer] = (),
) -> NumberedDelivery:
    """Read a delivery for its numbers. `fields`: entity -> its key, for what has numbers of a series."""
    ledger = FindingLedger(catalog)
    bindings = tuple(bind(workbook, catalog) for workbook in workbooks)
    for binding in bindings:
        for name, keys in binding.known.items():
            ledger.known.setdefault(name, set()).update(keys)
    bound = apply_answers([sheet for binding in bindings for sheet in binding.bound], answers, catalog).sheets
    facts = facts_of(catalog, today, bound)
    ledger.parsed.update(parse_delivery(workbooks, bound, catalog, facts))
    resolve_names(ledger)
    company = dataclasses.replace(
        catalog.company, code=facts.text("company_code"), name=facts.text("company_name"),
        accounting_system=facts.text("accounting_system"),
    )  # fmt: skip
    numbered = {name: _numbers(ledger, name, field) for name, field in fields.items()}
    obstacles = [found for name, field in fields.items() for found in _obstacles(ledger, name, field)]
    parsed = dict(ledger.parsed)
    return NumberedDelivery(catalog, tuple(workbooks), company, numbered, tuple(obstacles), parsed, bindings, ledger)


def dangling(delivery: NumberedDelivery, known: Mapping[str, frozenset[str]]) -> tuple[Obstacle, ...]:
    """References that name no row, nor a number that the plan knows (entity -> keys): nobody can say what they mean.

    Loose ones, on which nothing depends, may stay as they are.
    """
    found = []
    for entity, numbered in delivery.numbered.items():
        for parsed, field, reference in _naming(delivery.parsed, entity):
            if parsed.entity.is_loose(field.name):
                continue
            about = rows_about(parsed, reference)
            for value, row, times in _first_rows(parsed.values[field.name], about):
                key = number_key(value)
                if key in numbered.named and key not in known.get(entity, ()) and key not in numbered.before:
                    found.append(_obstacle("unknown", parsed, row, field.name, value, entity, count=times))
    return tuple(found)


def renumber(delivery: NumberedDelivery, plan: Plan, rename: Rename, language: str, *, is_back: bool) -> Renumbered:
    """Every cell that changes by the plan. `is_back`: the plan takes an earlier one back."""
    edits: dict[str, dict[str, dict[int, dict[int, NewValue]]]] = {}
    notes: list[Note] = []
    formulas: Counter[tuple[str, str, str]] = Counter()

    def put_at(file: str, sheet: str, row: int, column: int, value: NewValue) -> None:
        edits.setdefault(file, {}).setdefault(sheet, {}).setdefault(row, {})[column] = value

    def put(sheet: BoundSheet, field: str, index: int, value: NewValue, is_formula: bool) -> None:
        place = sheet.place(field, index)
        assert place is not None
        put_at(sheet.file, sheet.name, *place, value)
        if is_formula:
            formulas[sheet.file, sheet.name, sheet.headers.get(field, field)] += 1

    for entity, numbered in delivery.numbered.items():
        new_of = plan.new_of(entity)
        if not new_of:
            continue
        names = _names_afterwards(delivery, entity, new_of)
        for parsed, field, about in _holding(delivery, entity):
            for sheet, index, value, is_formula in _changes(parsed, field.name, about, new_of, names, delivery, entity):
                put(sheet, field.name, index, value, is_formula)
        own = delivery.parsed.get(entity)
        if own is not None:
            notes += _issued(own, numbered.field, new_of)
        if own is not None and own.entity.keeps_old is not None:
            notes += _keep_old(own, numbered.field, own.entity.keeps_old, new_of, put, is_back=is_back)
        for place, value in _duplicates(delivery, entity, new_of):
            put_at(*place, value)
    _name_files(delivery, rename, put)
    _next_numbers(delivery, plan, put)
    notes += _map_rows(delivery, plan, language, put_at, put, is_back=is_back)
    notes += [
        Note("formulas", {"file": file, "sheet": sheet, "header": header, "count": times})
        for (file, sheet, header), times in formulas.items()
    ]
    return Renumbered(edits, tuple(notes))


def taken_numbers(
    workbook: Workbook, catalog: Catalog, today: dt.date, fields: Mapping[str, str], entity: str | None
) -> Mapping[str, Mapping[str, TakenNumber]]:
    """Entity -> the numbers that a list says are in use elsewhere, by their collision keys.

    A list with headers of ours is read as such a sheet; of any other, the first column that holds anything counts, and
    `entity` says whose numbers they are. Nothing where that is not known.
    """
    read = read_numbers([workbook], catalog, today, fields)
    found = {
        name: {
            collision_key(number): TakenNumber(number, numbered.marks.get(number, frozenset()))
            for number in numbered.names
        }
        for name, numbered in read.numbered.items()
        if numbered.names and entity in {None, name}
    }
    if found or entity is None:
        return found
    numbers: dict[str, TakenNumber] = {}
    for sheet in workbook.sheets:
        for column in sheet.columns[:1]:
            for index in np.flatnonzero(column.kinds != Kind.BLANK).tolist():
                text = clean_text(show_raw(raw_at(column, sheet.pool, index)))[0]
                if any(char.isdigit() for char in text):  # what has no digit is a header or a remark
                    numbers[collision_key(text)] = TakenNumber(text)
    return {entity: numbers}


def prove(before: NumberedDelivery, after: NumberedDelivery, plan: Plan, rename: Rename, *, is_back: bool) -> None:
    """AssertionError unless the rewritten delivery is the old one with new numbers, and nothing else.

    One-to-one: as many different numbers as before. Complete: no cell holds or names an old one. The same: every other
    value is what it was. `after` has been read from the rewritten files as any delivery is.
    """
    assert before.parsed.keys() == after.parsed.keys(), "the same sheets"
    for entity, numbered in before.numbered.items():
        new_of = plan.new_of(entity)
        count = len(numbered.names)
        assert len(after.numbered[entity].names) == count, f"{entity}: one new number for each old one"
        for parsed, field, about in _holding(after, entity):
            left = {number_key(value) for value, _, _ in _first_rows(parsed.values[field.name], about)} & new_of.keys()
            assert not left, f"{entity}: no old number is left in {parsed.entity.name}.{field.name}"
    expected = _expected(before, plan, rename, is_back=is_back)
    for name, columns in expected.items():
        there = after.parsed[name].values
        for column, values in columns.items():
            assert there[column].equals(values, null_equal=True), f"{name}.{column} is as it must be"


# Private functions


def _expected(
    before: NumberedDelivery, plan: Plan, rename: Rename, *, is_back: bool
) -> Mapping[str, Mapping[str, pl.Series]]:
    """Every column as it must be afterwards, found from the values and not from the cells."""
    columns = {
        name: {field.name: parsed.values[field.name] for field in parsed.entity.fields}
        for name, parsed in before.parsed.items()
    }
    for entity in before.numbered:
        new_of = plan.new_of(entity)
        for parsed, field, about in _holding(before, entity):
            held = columns[parsed.entity.name]
            mapped = _mapped_series(held[field.name], new_of)
            held[field.name] = mapped.zip_with(pl.Series(about), held[field.name])
        own = before.parsed.get(entity)
        if own is not None and own.entity.keeps_old is not None:
            columns[entity][own.entity.keeps_old] = _kept_afterwards(own, before.numbered[entity], new_of, is_back)
    for parsed, name, entity, numbers in _bearing(before):
        names = parsed.values[name].to_list()
        after = [
            None if one is None else rename(one, entity, number) for one, number in zip(names, numbers, strict=True)
        ]
        columns[parsed.entity.name][name] = pl.Series(name, after, pl.String)
    for entity, part in plan.entities.items():
        numbered = before.numbered.get(entity)
        for parsed, name in _next_cells(before.parsed, f"{entity}.{numbered.field}") if numbered else ():
            is_said = parsed.sheets[0].raw(name, 0).kind != Kind.BLANK
            was = columns[parsed.entity.name][name]
            if part.next_is and is_said and number_key(str(was[0])) == number_key(part.next_was):
                columns[parsed.entity.name][name] = pl.Series(name, [part.next_is], was.dtype)
    for parsed, _ in _maps(before.parsed):
        # What the map holds follows from the plan; it grows and shrinks, and its own rules judge it.
        del columns[parsed.entity.name]
    return columns


def _kept_afterwards(own: ParsedEntity, numbered: Numbered, new_of: Mapping[str, str], is_back: bool) -> pl.Series:
    keeps = own.entity.keeps_old or ""
    has_column = np.concatenate(
        [np.full(len(sheet.rows), keeps in sheet.places) for sheet in own.sheets] or [np.zeros(0, bool)]
    )
    numbers, kept = (own.values[name].to_list() for name in (numbered.field, keeps))
    after: list[str | None] = []
    for number, there, has, bad in zip(numbers, kept, has_column.tolist(), own.bad[keeps].tolist(), strict=True):
        new = new_of.get(number_key(number)) if number is not None else None
        if new is None or not has or bad:
            after.append(there)
        elif is_back:
            after.append(None if there is not None and number_key(there) == number_key(new) else there)
        else:
            after.append(number if there is None else there)
    return pl.Series(keeps, after, pl.String)


def _numbers(ledger: FindingLedger, entity: str, field: str) -> Numbered:
    """The numbers of one entity, from its own sheets and from all that name them."""
    own = ledger.parsed.get(entity)
    names: dict[str, str] = {}
    if own is not None:
        shown = _shown_name(own.entity)
        texts = own.values[shown].cast(pl.String).fill_null("").to_list() if shown else [""] * own.height
        seen: set[str] = set()
        for number, name in zip(own.values[field].cast(pl.String).to_list(), texts, strict=True):
            if number is not None and number_key(number) not in seen:
                seen.add(number_key(number))
                names[number] = name
    keys = {number_key(number) for number in names}
    named: dict[str, str] = {}
    for parsed, column, reference in _naming(ledger.parsed, entity):
        for value, _, _ in _first_rows(parsed.values[column.name], rows_about(parsed, reference)):
            if number_key(value) not in keys:
                named.setdefault(number_key(value), value)
    before = frozenset(number_key(key[0]) for key in ledger.known.get(entity, ()) if len(key) == 1)
    marks = {} if own is None else _marks(own, field)
    return Numbered(
        entity,
        field,
        names,
        named,
        before,
        _next_number(ledger, entity, field),
        _mapped(ledger, entity),
        marks,
    )


def _marks(own: ParsedEntity, field: str) -> dict[str, frozenset[str]]:
    """Number -> by what the row that has it is known again: its names, and whatever proves that two rows are one."""
    alike = own.entity.alike or Alike()
    columns = [*alike.name, *alike.exact]
    found: dict[str, set[str]] = {}
    for row in own.values.select(field, *columns).iter_rows(named=True):
        number = row.pop(field)
        if number is not None:
            marks = {f"{name} {fold_name(str(text))}" for name, text in row.items() if text is not None}
            found.setdefault(str(number), set()).update(marks)
    return {number: frozenset(marks) for number, marks in found.items()}


def _shown_name(entity: Entity) -> str | None:
    """The column that people call a row by, beside its number."""
    wanted = [*(entity.alike.name if entity.alike else ()), *entity.identity]
    return next((name for name in wanted if name not in entity.key), None)


def _next_number(ledger: FindingLedger, entity: str, field: str) -> str:
    for parsed, name in _next_cells(ledger.parsed, f"{entity}.{field}"):
        value = parsed.values[name][0]
        if value is not None:
            return str(value)
    return str(ledger.catalog.company.next_numbers.get(f"{entity}.{field}", ""))


def _next_cells(parsed: Mapping[str, ParsedEntity], path: str) -> Iterator[tuple[ParsedEntity, str]]:
    """The cells of forms that hold the next number of that series."""
    for one in parsed.values():
        for field in one.entity.fields:
            if field.series_of == path and one.height:
                yield one, field.name


def _mapped(ledger: FindingLedger, entity: str) -> tuple[tuple[str, str], ...]:
    """The customer's own map of that entity, as pairs of old and new; what is wrong in it is judged by others."""
    found: list[tuple[str, str]] = []
    for parsed, rule in _maps(ledger.parsed):
        old, new, about = rule.fields
        for row in np.flatnonzero((parsed.values[about] == entity).fill_null(value=False).to_numpy()).tolist():
            before, after = parsed.values[old][row], parsed.values[new][row]
            if before is not None and after is not None:
                found.append((before, after))
    return tuple(found)


def _maps(parsed: Mapping[str, ParsedEntity]) -> Iterator[tuple[ParsedEntity, Rule]]:
    """The sheets in which the customer says what becomes of numbers, each with the rule that names its columns."""
    for one in parsed.values():
        for rule in one.entity.rules:
            if rule.check == "replaced":
                yield one, rule


def _naming(parsed: Mapping[str, ParsedEntity], entity: str) -> Iterator[tuple[ParsedEntity, Field, Reference]]:
    """Every column that names rows of the entity by their key alone."""
    for one in parsed.values():
        for field in one.entity.fields:
            for reference in field.references:
                if reference.entity == entity and not reference.same:
                    yield one, field, reference


def _holding(delivery: NumberedDelivery, entity: str) -> Iterator[tuple[ParsedEntity, Field, npt.NDArray[np.bool_]]]:
    """Every column in which numbers of the entity stand, with the rows that are meant."""
    own = delivery.parsed.get(entity)
    if own is not None:
        yield own, own.entity.field(delivery.numbered[entity].field), np.ones(own.height, bool)
    for parsed, field, reference in _naming(delivery.parsed, entity):
        yield parsed, field, rows_about(parsed, reference)


def _obstacles(ledger: FindingLedger, entity: str, field: str) -> Iterator[Obstacle]:
    """Numbers that cannot be read, and numbers that two rows have."""
    own = ledger.parsed.get(entity)
    if own is None:
        return
    unread = own.values[field].is_null().to_numpy() & ~own.blank[field]
    for row in np.flatnonzero(unread).tolist():
        yield _obstacle("unreadable", own, row, field, show_raw(own.raw(field, row)), entity)
    first: dict[str, int] = {}
    columns = [one.name for one in own.entity.fields]
    for row, number in enumerate(own.values[field].cast(pl.String).to_list()):
        if number is None:
            continue
        other = first.setdefault(number_key(number), row)
        # The same row once more, as a copied sheet leaves it, is told by the check, but is no question here.
        if other != row and own.values.select(columns).row(row) != own.values.select(columns).row(other):
            sheet, index = own.locate(other)
            facts = {"first_row": int(sheet.rows[index]), "first_sheet": sheet.name}
            yield _obstacle("twice", own, row, field, number, entity, **facts)
    for parsed, column, _ in _naming(ledger.parsed, entity):
        unread = parsed.values[column.name].is_null().to_numpy() & ~parsed.blank[column.name]
        for row in np.flatnonzero(unread).tolist():
            yield _obstacle("unreadable", parsed, row, column.name, show_raw(parsed.raw(column.name, row)), entity)


def _obstacle(
    id_: str, parsed: ParsedEntity, row: int, field: str, value: str, entity: str, **facts: object
) -> Obstacle:
    sheet, index = parsed.locate(row)
    place = sheet.place(field, index)
    return Obstacle(
        id_, sheet.file, sheet.name, place[0] if place else int(sheet.rows[index]), place[1] if place else None, value,
        {"entity": entity, **facts},
    )  # fmt: skip


def _first_rows(values: pl.Series, about: npt.NDArray[np.bool_]) -> Iterator[tuple[str, int, int]]:
    """Each distinct value in these rows: its first row, and how many there are."""
    found: dict[str, list[int]] = {}
    texts = values.cast(pl.String).to_list()
    for row in np.flatnonzero(about).tolist():  # one look-up a row; grouping costs more for all but huge tables
        if (text := texts[row]) is not None:
            found.setdefault(text, [row, 0])[1] += 1
    return ((text, first, times) for text, (first, times) in found.items())


def _names_afterwards(delivery: NumberedDelivery, entity: str, new_of: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Folded name -> keys of the rows that it will mean, where names hold numbers: «1001 Fjord AS»."""
    own = delivery.parsed.get(entity)
    if own is None or not own.entity.known_as:
        return {}
    field = delivery.numbered[entity].field
    values = own.values.with_columns(_mapped_series(own.values[field], new_of))
    found = names_of(dataclasses.replace(own, values=values), Reference(entity, field))
    return {name: {number_key(key) for key in keys.values()} for name, keys in found.items()}


def _mapped_series(values: pl.Series, new_of: Mapping[str, str]) -> pl.Series:
    """The series with new numbers in the place of old ones."""
    distinct = values.drop_nulls().unique(maintain_order=True).to_list()
    changed = {value: new_of[number_key(value)] for value in distinct if number_key(value) in new_of}
    return values.replace(list(changed), list(changed.values())) if changed else values


def _changes(
    parsed: ParsedEntity,
    field: str,
    about: npt.NDArray[np.bool_],
    new_of: Mapping[str, str],
    names: Mapping[str, set[str]],
    delivery: NumberedDelivery,
    entity: str,
) -> Iterator[tuple[BoundSheet, int, NewValue, bool]]:
    """The cells of one column that change: sheet, index in it, what is to stand there, whether a formula stood there.

    Each distinct cell is decided once.
    """
    values = parsed.values[field].cast(pl.String).to_list()
    for sheet, start in zip(parsed.sheets, parsed.starts, strict=True):
        column = sheet.columns.get(field)
        if column is None:
            continue
        decided: dict[tuple[int, int, float, str], tuple[bool, NewValue]] = {}
        cells = zip(
            column.kinds.tolist(), column.codes.tolist(), np.nan_to_num(column.numbers).tolist(),
            column.formulas.tolist(), strict=True,
        )  # fmt: skip
        for index, (kind, code, number, is_formula) in enumerate(cells):
            value = values[start + index]
            if value is None or kind == Kind.BLANK or not about[start + index]:
                continue
            cell = (kind, code, number, value)
            if cell not in decided:
                key = number_key(value)
                is_changed = key in new_of
                after: NewValue = None
                if is_changed:
                    before = raw_at(column, sheet.pool, index)
                    after = _cell_after(before, value, new_of[key], names, delivery, entity)
                decided[cell] = (is_changed and after is not None, after)
            is_changed, after = decided[cell]
            if is_changed:
                yield sheet, index, after, is_formula


def _cell_after(
    raw: Raw, old: str, new: str, names: Mapping[str, set[str]], delivery: NumberedDelivery, entity: str
) -> NewValue:
    """What is to stand in a cell that means the old number; None where it calls the row by a name without a number."""
    if raw.kind != Kind.TEXT:
        return int(new) if raw.kind == Kind.NUMBER and _WHOLE.fullmatch(new) else new
    text = clean_text(raw.text)[0]
    if number_key(text) == number_key(old) or fold_name(text) not in delivery.ledger.names.get(entity, {}):
        return new
    places = re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", raw.text, re.IGNORECASE)
    for place in places:
        after = raw.text[: place.start()] + new + raw.text[place.end() :]
        if names.get(fold_name(after)) == {number_key(new)}:
            return after
    return None


def _keep_old(
    own: ParsedEntity, field: str, keeps: str, new_of: Mapping[str, str], put: Put, *, is_back: bool
) -> Iterator[Note]:
    """Write the old number where it belongs, if nothing stands there; a plan that is taken back takes it away again."""
    numbers, kept = (own.values[name].cast(pl.String).to_list() for name in (field, keeps))
    for sheet, start in zip(own.sheets, own.starts, strict=True):
        rows = [index for index in range(len(sheet.rows)) if number_key(numbers[start + index] or "") in new_of]
        if rows and keeps not in sheet.places and not is_back:
            yield Note("no_old_column", {"file": sheet.file, "sheet": sheet.name, "field": (own.entity.name, keeps)})
        for index in rows if keeps in sheet.places else ():
            number, there = numbers[start + index], kept[start + index]
            if is_back and there is not None and number_key(there) == number_key(new_of[number_key(number)]):
                put(sheet, keeps, index, None, False)
            elif not is_back and there is None and not own.bad[keeps][start + index]:
                put(sheet, keeps, index, number, False)


def _issued(own: ParsedEntity, field: str, new_of: Mapping[str, str]) -> Iterator[Note]:
    """Payment references of rows that get another number: they have been sent, so they stay."""
    numbers = own.values[field].cast(pl.String).to_list()
    is_changed = np.array([number is not None and number_key(number) in new_of for number in numbers], bool)
    for one in own.entity.fields:
        count = int((is_changed & ~own.blank[one.name]).sum()) if one.type == "kid" else 0
        if count:
            place = own.entity.name, one.name
            yield Note("stays_issued", {"entity": own.entity.name, "field": place, "count": count})


def _name_files(delivery: NumberedDelivery, rename: Rename, put: Put) -> None:
    """Write the new number into the names of files that bear the old one."""
    for parsed, field, entity, number in _bearing(delivery):
        names = parsed.values[field].to_list()
        for sheet, start in zip(parsed.sheets, parsed.starts, strict=True):
            column = sheet.columns.get(field)
            for index in range(len(sheet.rows)) if column is not None else ():
                name = names[start + index]
                after = rename(name, entity, number[start + index]) if name is not None else None
                if column is not None and after is not None and after != name:
                    put(sheet, field, index, after, bool(column.formulas[index]))


def _bearing(delivery: NumberedDelivery) -> Iterator[tuple[ParsedEntity, str, str, list[str | None]]]:
    """Columns of file names that bear numbers of an entity, with the number that each row names beside it."""
    for parsed in delivery.parsed.values():
        for field in parsed.entity.fields:
            entity = (field.bears or "").partition(".")[0]
            if entity not in delivery.numbered:
                continue
            beside = next((name for name, one in parsed.entity.references if one.entity == entity), None)
            none: list[str | None] = [None] * parsed.height
            yield parsed, field.name, entity, parsed.values[beside].to_list() if beside else none


def _duplicates(
    delivery: NumberedDelivery, entity: str, new_of: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str, int, int], NewValue]]:
    """The cells of a second column of the same field: it says the same, and must go on saying it."""
    held = {(parsed.entity.name, field.name) for parsed, field, _ in _holding(delivery, entity)}
    sheets = {(sheet.file, sheet.name): sheet for parsed in delivery.parsed.values() for sheet in parsed.sheets}
    for workbook, binding in zip(delivery.workbooks, delivery.bindings, strict=True):
        raw_sheets = {sheet.name: sheet for sheet in workbook.sheets}
        for read in binding.sheets:
            bound, raw = sheets.get((workbook.name, read.name)), raw_sheets[read.name]
            for one in read.columns:
                column = raw.column(one.column) if one.how == "duplicate" else None
                if bound is None or column is None or (read.entity, one.field) not in held:
                    continue
                for index in np.flatnonzero(np.isin(raw.rows, bound.rows)).tolist():
                    cell = raw_at(column, raw.pool, index)
                    text = clean_text(show_raw(cell))[0]
                    if number_key(text) in new_of:
                        after = _cell_after(cell, text, new_of[number_key(text)], {}, delivery, entity)
                        yield (workbook.name, read.name, int(raw.rows[index]), column.index), after


def _next_numbers(delivery: NumberedDelivery, plan: Plan, put: Put) -> None:
    """Raise the next free number in the customer's form, if it says one."""
    for entity, part in plan.entities.items():
        numbered = delivery.numbered.get(entity)
        if numbered is None or not part.next_is:
            continue
        for parsed, name in _next_cells(delivery.parsed, f"{entity}.{numbered.field}"):
            sheet = parsed.sheets[0]
            raw = sheet.raw(name, 0)
            if raw.kind != Kind.BLANK and number_key(str(parsed.values[name][0])) == number_key(part.next_was):
                is_number = raw.kind == Kind.NUMBER and _WHOLE.fullmatch(part.next_is)
                put(sheet, name, 0, int(part.next_is) if is_number else part.next_is, _is_formula(sheet, name, 0))


def _is_formula(sheet: BoundSheet, field: str, index: int) -> bool:
    column = sheet.columns.get(field)
    return column is not None and bool(column.formulas[index])


def _map_rows(
    delivery: NumberedDelivery, plan: Plan, language: str, put_at: PutAt, put: Put, *, is_back: bool
) -> Iterator[Note]:
    """The customer's own map: new numbers in it that are old ones now, and the pairs of the plan below what is there.

    A plan that is taken back takes away what it has added; what the customer has written stays.
    """
    for parsed, rule in _maps(delivery.parsed):
        old, new, about = rule.fields
        pairs = {
            (entity, number_key(pair.old)): pair
            for entity, part in plan.entities.items()
            for pair in part.pairs
            if pair.is_changed
        }
        back = {(entity, number_key(pair.new), number_key(pair.old)): pair for (entity, _), pair in pairs.items()}
        there: set[tuple[str, str]] = set()
        rows = list(parsed.values.select(about, old, new).iter_rows())
        for row, (entity, before, after) in enumerate(rows):
            if None in (entity, before, after):
                continue
            there.add((entity, number_key(before)))
            sheet, index = parsed.locate(row)
            pair = pairs.get((entity, number_key(after)))
            mine = back.get((entity, number_key(before), number_key(after))) if is_back else None
            if mine is not None and mine.why != "map":
                for name in sheet.columns:
                    put(sheet, name, index, None, False)
            elif pair is not None and mine is None:
                # What the old system called it leads to the newest number in one step: that one row is enough.
                there.add((entity, number_key(pair.old)))
                put(sheet, new, index, pair.new, _is_formula(sheet, new, index))
        if not is_back:
            yield from _add_pairs(delivery, parsed, rule, plan, there, language, put_at)


def _add_pairs(
    delivery: NumberedDelivery,
    parsed: ParsedEntity,
    rule: Rule,
    plan: Plan,
    there: Collection[tuple[str, str]],
    language: str,
    put_at: PutAt,
) -> Iterator[Note]:
    """Write the pairs of the plan that are not there below the last row of the customer's map."""
    old, new, about = rule.fields
    sheet = next((one for one in parsed.sheets if {old, new, about} <= one.places.keys()), None)
    codes = delivery.catalog.code_lists[parsed.entity.field(about).list or ""].codes
    labels = {code.code: say(code.label, language) for code in codes}
    wanted = [
        (entity, pair)
        for entity, part in plan.entities.items()
        for pair in part.pairs
        if pair.is_changed and entity in delivery.numbered and (entity, number_key(pair.old)) not in there
        if _is_here(delivery.numbered[entity], pair.old)
    ]
    if left := Counter(entity for entity, _ in wanted if sheet is None or entity not in labels):
        yield from (
            Note("not_in_map", {"entity": entity, "count": count, "of": parsed.entity.name})
            for entity, count in left.items()
        )
    if sheet is None:
        return
    raw = next(
        one
        for workbook in delivery.workbooks
        for one in workbook.sheets
        if (workbook.name, one.name) == (sheet.file, sheet.name)
    )
    row = int(raw.rows[-1])
    reason = next((field.name for field in parsed.entity.fields if field.type == "text"), None)
    for entity, pair in wanted:
        if entity not in labels:
            continue
        row += 1
        said = {about: labels[entity], old: pair.old, new: pair.new}
        if reason is not None and reason in sheet.places:
            said[reason] = delivery.catalog.text(f"renumber.why.{pair.why.replace(' ', '_')}", language)
        for name, text in said.items():
            put_at(sheet.file, sheet.name, row, sheet.places[name][1], text)


def _is_here(numbered: Numbered, number: str) -> bool:
    key = number_key(number)
    return key in numbered.named or any(number_key(other) == key for other in numbered.names)
