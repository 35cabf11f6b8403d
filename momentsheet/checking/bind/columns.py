"""Which column is which field; two columns for one field are a question, not a choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from momentsheet.checking.bind.bound import Job
from momentsheet.checking.bind.header import Header
from momentsheet.checking.bind.raw import all_alike, has_data
from momentsheet.checking.bind.vocabulary import Match, close_field, free_words, is_computed, nearest_label
from momentsheet.checking.fold import fold_header
from momentsheet.model.finding import ColumnRead
from momentsheet.model.workbook import Column, Kind, cell_name, column_letter

NATIONAL_ID_HEADERS = frozenset(
    ("personnummer", "personnr", "fodselsnummer", "fodselsnr", "fnr", "nationalid", "ssn", "cpr")
)


@dataclass(frozen=True, slots=True)
class Matched:
    """The columns of a sheet: how each was read, and the raw column and the header of each field."""

    reads: tuple[ColumnRead, ...]
    columns: Mapping[str, Column]
    headers: Mapping[str, str]
    pool: pl.Series  # the sheet's, with the texts that were joined


def match_columns(job: Job, header: Header) -> Matched:
    """Decide the field of every column of a sheet."""
    sheet, entity, headers = job.sheet, job.entity, header.texts
    header_row = int(sheet.rows[header.last])
    by_index = {column.index: column for column in sheet.columns}
    matches = {index: match for index, text in headers.items() if (match := job.vocabulary.match(text)) is not None}
    for index in header.in_two_lines & matches.keys():
        matches[index] = Match(matches[index].field, "two_lines")
    _follow_names(job, headers, header_row, matches)
    stood_in, joined, pool = _stand_ins(job, headers, header_row, matches)
    matches |= stood_in
    retired = _retired(job, headers, matches)
    computed = [
        index
        for index, text in headers.items()
        if index not in matches and index not in retired and is_computed(entity, text)
    ]
    taken = {match.field for match in matches.values()}
    free = free_words(job.vocabulary.words, taken)
    for index, text in headers.items():
        known = index in matches or index in computed or index in retired
        close = None if known else close_field(text, free, job.vocabulary.elsewhere)
        if close and close not in taken:
            matches[index] = Match(close, "close")
            taken.add(close)
            job.tell("close_header", header_row, index, header=text, field=close, value=text)
    left_out = dict.fromkeys(computed, "computed") | dict.fromkeys(retired, "retired")
    reads, chosen = _choose(job, header, matches, joined, left_out)
    for index, column in by_index.items():
        if index not in matches and index not in left_out and has_data(column, sheet, header_row):
            _tell_extra(job, header_row, column, headers.get(index) or column_letter(index), free)
    _tell_computed(job, header_row, [by_index[index] for index in computed if index in by_index], headers)
    named = {field: headers.get(column.index, "") for field, column in chosen.items()}
    for field in joined:
        parts = [index for index, match in sorted(matches.items()) if match == Match(field, "joined")]
        named[field] = " + ".join(headers[index] for index in parts)
    return Matched(tuple(sorted(reads, key=lambda read: read.column)), chosen, named, pool)


# Private functions


def _choose(
    job: Job,
    header: Header,
    matches: Mapping[int, Match],
    joined: Mapping[str, Column],
    left_out: Mapping[int, str],
) -> tuple[list[ColumnRead], dict[str, Column]]:
    """How each column is read, and the column of each field: of two with data, the question is which one is right."""
    sheet, header_row = job.sheet, int(job.sheet.rows[header.last])
    reads: list[ColumnRead] = []
    chosen: dict[str, Column] = {}
    for column in sheet.columns:
        index, text, found = column.index, header.texts.get(column.index, ""), matches.get(column.index)
        if found is None:
            if text or has_data(column, sheet, header_row):
                reads.append(ColumnRead(index, text, None, left_out.get(index, "extra")))
        elif found.how == "joined":
            reads.append(ColumnRead(index, text, found.field, found.how))
            chosen.setdefault(found.field, joined[found.field])
        elif found.field not in chosen:
            reads.append(ColumnRead(index, text, found.field, found.how))
            chosen[found.field] = column
        else:
            reads.append(ColumnRead(index, text, found.field, "duplicate"))
            first = chosen[found.field]
            if not has_data(column, sheet, header_row):
                continue
            if not has_data(first, sheet, header_row):
                chosen[found.field] = column
                continue
            facts = {"first_cell": cell_name(header_row, first.index)}
            is_same = all_alike(column, first, sheet.rows > header_row)
            job.tell(
                "same_column" if is_same else "duplicate_column",
                header_row,
                index,
                header=text,
                field=found.field,
                value=text,
                facts=facts,
            )
    return reads, chosen


def _follow_names(job: Job, headers: Mapping[int, str], header_row: int, matches: dict[int, Match]) -> None:
    """Find the columns that people have retitled: a defined name follows its column wherever it is moved.

    But a list pasted over the sheet leaves the names where they were: they are believed only where nearly all other
    headers are the template's.
    """
    names = job.meta.fields_at(job.sheet.name, job.entity)
    named = [(field, matches[index].field) for index, field in names.items() if index in matches]
    if not named or sum(name == field for name, field in named) < 0.8 * len(headers) - 1:
        return
    fields = {field.name for field in job.entity.fields}
    taken = {match.field for match in matches.values()}
    for index, text in headers.items():
        field = names.get(index)
        if index not in matches and field in fields and field not in taken:
            matches[index] = Match(field, "meta")
            taken.add(field)
            job.tell("close_header", header_row, index, header=text, field=field, value=text)


def _stand_ins(
    job: Job, headers: Mapping[int, str], header_row: int, matches: Mapping[int, Match]
) -> tuple[dict[int, Match], dict[str, Column], pl.Series]:
    """Find columns of names for references that have no column of their own, or an empty one.

    Gives their matches, the columns that were joined from two, and the pool with the joined texts.
    """
    sheet, pool = job.sheet, job.sheet.pool
    filled = {column.index: column for column in sheet.columns if has_data(column, sheet, header_row)}
    taken = {match.field for index, match in matches.items() if index in filled}
    at = {
        fold_header(text): index
        for index, text in reversed(list(headers.items()))
        if index in filled and index not in matches
    }
    found: dict[int, Match] = {}
    joined: dict[str, Column] = {}
    for field, choices in job.vocabulary.stand_ins.items():
        parts = next((parts for parts in choices if all(part in at for part in parts)), None)
        if parts is None or field in taken or any(at[part] in found for part in parts):
            continue
        places = [at[part] for part in parts]
        told = " + ".join(headers[index] for index in places)
        job.tell("stand_in", header_row, places[0], header=told, field=field, value=told)
        found |= {index: Match(field, "stand_in" if len(places) == 1 else "joined") for index in places}
        if len(places) > 1:
            joined[field], pool = _joined([filled[index] for index in places], pool)
    return found, joined, pool


def _joined(columns: Collection[Column], pool: pl.Series) -> tuple[Column, pl.Series]:
    """One column of the texts of several, with a space between them; a cell that cannot be read makes all of it so."""
    first = next(iter(columns))
    texts = pl.DataFrame(
        {
            str(place): pool.gather(np.maximum(column.codes, 0)).zip_with(
                pl.Series(column.kinds == Kind.TEXT), pl.Series([""])
            )
            for place, column in enumerate(columns)
        }
    )
    whole = texts.select(pl.concat_str(pl.all(), separator=" ").str.strip_chars()).to_series()
    known = whole.unique(maintain_order=True)
    places = whole.to_frame("text").join(known.to_frame("text").with_row_index("at"), on="text", maintain_order="left")
    kinds = np.where((whole != "").to_numpy(), np.uint8(Kind.TEXT), np.uint8(Kind.BLANK))
    codes = np.where(kinds == Kind.TEXT, places["at"].to_numpy().astype(np.int32) + len(pool), -1).astype(np.int32)
    for column in columns:
        broken = (column.kinds == Kind.ERROR) | (column.kinds == Kind.NOT_CALCULATED)
        kinds[broken], codes[broken] = column.kinds[broken], column.codes[broken]
    none = np.full(len(kinds), np.nan)
    no = np.zeros(len(kinds), bool)
    return Column(first.index, kinds, none, codes, no, no), pl.concat([pool, known])


def _retired(job: Job, headers: Mapping[int, str], matches: Mapping[int, Match]) -> set[int]:
    """Columns that an older template asked for and today's does not: `old_template` tells of them."""
    old = job.meta.headers_of(job.entity)
    return {
        index
        for index, text in headers.items()
        if index not in matches and old.get(fold_header(text)) in job.entity.retired
    }


def _tell_computed(job: Job, header_row: int, columns: Collection[Column], headers: Mapping[int, str]) -> None:
    """One finding for all columns of the sheet that are left out because Moment works them out itself."""
    filled = [column.index for column in columns if has_data(column, job.sheet, header_row)]
    if filled:
        told = {"header": headers[filled[0]], "value": headers[filled[0]]}
        facts = {"headers": tuple(headers[index] for index in filled), "count": len(filled)}
        job.tell("computed_columns", header_row, filled[0], **told, facts=facts)


def _tell_extra(job: Job, header_row: int, column: Column, header: str, free: Mapping[str, str]) -> None:
    """Tell of a column that is not imported, with the label that may have been meant."""
    told = {"header": header, "value": header}
    suggestion = nearest_label(job.entity, header, free, job.language)
    job.tell("extra_column", header_row, column.index, **told, suggestion=suggestion)
    if _holds_national_ids(column, job.sheet.pool, header):
        job.tell("national_ids", header_row, column.index, **told)


def _holds_national_ids(column: Column, pool: pl.Series, header: str) -> bool:
    """True if the header or the values say that people's national identity numbers stand in the column."""
    if fold_header(header) in NATIONAL_ID_HEADERS:
        return True
    texts = pool.gather(np.unique(column.codes[column.kinds == Kind.TEXT]))
    digits = texts.str.replace_all(r"[\s.]", "").filter(texts.str.contains(r"^\d{6}[\s.]?\d{5}$"))
    numbers = np.unique(column.numbers[column.kinds == Kind.NUMBER])
    likely = [*digits.to_list(), *(f"{int(n):011d}" for n in numbers if 1e9 <= n < 1e11 and n == int(n))]
    if len(likely) < 2:
        return False
    from stdnum.no import fodselsnummer  # noqa: PLC0415 - only where eleven digits stand in a column that is not ours

    return sum(fodselsnummer.is_valid(number) for number in likely) * 2 > len(likely)
