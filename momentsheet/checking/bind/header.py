"""Where the header of a sheet stands: one row or two, among the first ones; and what else looks like one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from momentsheet.checking.bind.raw import of_pool, raw_at
from momentsheet.checking.bind.vocabulary import Match, Vocabulary
from momentsheet.checking.fold import clean_text, fold_header
from momentsheet.checking.grammar import show_raw
from momentsheet.model.catalog import Entity
from momentsheet.model.workbook import Column, Kind, Sheet

HEADER_ROWS = 50  # titles and explanations above the header row may take this many rows
SURE = 3  # headers that no row of data holds by chance, as it may hold «Kunde» and «E-post»
VALUE = re.compile(r"[^\w]*\d[\d\W]*|\S+@\S+")  # a number, a date or an address: no header


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet. `first` and `last` are indices of rows, one row apart where it takes two lines."""

    first: int
    last: int
    texts: Mapping[int, str]  # column -> header as people read it
    in_two_lines: frozenset[int] = frozenset()  # columns whose header stands in both rows


def find_header(sheet: Sheet, vocabulary: Vocabulary, least: int) -> Header | None:
    """The row, or the two rows, with the most headers of ours among the first ones; None if none has that many."""
    rows = [_words_in(sheet, index) for index in range(min(HEADER_ROWS, len(sheet.rows)))]
    best, most = None, least - 1
    for index, row in enumerate(rows):
        hits = len(vocabulary.fields_in(row.values()))
        if hits > most and not (hits < SURE and _holds_values(sheet, index, row, hits)):
            best, most = Header(index, index, _texts_in(sheet, index)), hits
    for index in range(len(rows) - 1):
        if not rows[index] or sheet.rows[index + 1] != sheet.rows[index] + 1:
            continue
        header = _two_lines(sheet, index, rows[index], rows[index + 1], vocabulary)
        hits = len(vocabulary.fields_in(header.texts.values()))
        if hits > most and header.in_two_lines:
            best, most = header, hits
    return best


def other_headers(
    sheet: Sheet, words: Mapping[str, Match], chosen: Mapping[str, Column], header: Header
) -> tuple[npt.NDArray[np.bool_], int | None]:
    """Rows that repeat the header, however they are spelt; index of the first row that is the header of another table.

    Another table has other columns, or stands above ours with rows of its own.
    """
    plain = sheet.pool.str.to_lowercase().str.replace_many(["æ", "ø", "å", "ä", "ö"], ["ae", "o", "a", "ae", "o"])
    is_word = of_pool(plain.str.replace_all(r"[^\p{L}\p{N}]", "").is_in(list(words)))
    hits, filled = np.zeros(len(sheet.rows), np.int32), np.zeros(len(sheet.rows), np.int32)
    for column in sheet.columns:
        filled += column.kinds != Kind.BLANK
        hits += is_word[column.codes] & (column.kinds == Kind.TEXT)
    alike = np.zeros(len(sheet.rows), bool)
    places = {name: column.index for name, column in chosen.items()}
    for index in np.flatnonzero((hits >= 2) & (hits * 2 > filled)).tolist():
        if header.first <= index <= header.last:
            continue
        found = {
            column.index: words[folded].field
            for column in sheet.columns
            if column.kinds[index] == Kind.TEXT
            and (folded := fold_header(sheet.pool[int(column.codes[index])])) in words
        }
        if len(set(found.values())) < 2:
            continue
        if index > header.last and all(places.get(name) == column for column, name in found.items()):
            alike[index] = True
        elif index > header.last or bool((filled[index + 1 : header.first] > 1).any()):
            return alike, index
    return alike, None


def record_above(
    sheet: Sheet, entity: Entity, chosen: Mapping[str, Column], header: Header, kept: npt.NDArray[np.intp]
) -> int | None:
    """Index of the first row above the header that is filled in like the rows below it, as sorting leaves it."""
    filled = np.zeros(len(sheet.rows), np.int32)
    complete = np.ones(len(sheet.rows), bool)
    for name, column in chosen.items():
        filled += column.kinds != Kind.BLANK
        if entity.field(name).required:
            complete &= column.kinds != Kind.BLANK
    usual = int(np.median(filled[kept])) if len(kept) else len(chosen)
    above = np.flatnonzero(complete[: header.first] & (filled[: header.first] >= max(2, min(3, usual))))
    return int(above[0]) if len(above) else None


# Private functions


def _words_in(sheet: Sheet, index: int) -> dict[int, str]:
    """Column -> text, for the texts of a row."""
    return {
        column.index: text
        for column in sheet.columns
        if column.kinds[index] == Kind.TEXT and (text := clean_text(sheet.pool[int(column.codes[index])])[0])
    }


def _holds_values(sheet: Sheet, index: int, row: Mapping[int, str], hits: int) -> bool:
    """True if more cells of the row are values than headers of ours: then it is a row of data."""
    others = sum(column.kinds[index] not in {Kind.BLANK, Kind.TEXT} for column in sheet.columns)
    return others + sum(VALUE.fullmatch(text) is not None for text in row.values()) > hits


def _texts_in(sheet: Sheet, index: int) -> dict[int, str]:
    """Column -> text, for whatever stands in a row: years and dates are headers, too."""
    return {
        column.index: text
        for column in sheet.columns
        if (text := clean_text(show_raw(raw_at(column, sheet.pool, index)))[0])
    }


def _two_lines(
    sheet: Sheet, index: int, top: Mapping[int, str], bottom: Mapping[int, str], vocabulary: Vocabulary
) -> Header:
    """Join two rows to one header.

    It is a group above its columns («Prosjekt» over «Nummer», «Navn»), or a word that was broken.
    """
    known = {*vocabulary.words, *(part for parts in vocabulary.stand_ins.values() for one in parts for part in one)}
    groups = _groups(sheet, index, top)
    texts, joined = dict(_texts_in(sheet, index + 1)), set[int]()
    unsure: list[int] = []
    for column in sorted({*top, *bottom}):
        above, below = groups.get(column, ""), bottom.get(column, "")
        both = _join(above, below)
        if not below:
            if column in top:
                texts[column] = top[column]
        elif above and fold_header(both) in known:
            texts[column] = both
            joined.add(column)
        elif above:
            unsure.append(column)
    # «Navn» below «Kunde» is not the project's name, where another column is; alone, it is its own header.
    found = vocabulary.fields_in(text for column, text in texts.items() if column not in unsure)
    for column in unsure:
        match = vocabulary.match(bottom[column])
        if match is None or match.field in found or not joined:
            texts[column] = _join(groups[column], bottom[column])
    return Header(index, index + 1, texts, frozenset(joined))


def _join(above: str, below: str) -> str:
    """«Fakturer-» and «bare» are one word, «Prosjekt» and «nummer» two."""
    if above.endswith(("-", "\u00ad", "\u2010")) and below[:1].islower():
        return above.rstrip("-\u00ad\u2010") + below
    return f"{above} {below}".strip()


def _groups(sheet: Sheet, index: int, top: Mapping[int, str]) -> dict[int, str]:
    """Column -> the text of the upper row that stands over it: merged, or as far as the next text."""
    row = int(sheet.rows[index])
    merged = {left: right for first, left, last, right in sheet.merged if first <= row <= last}
    ends = [*sorted(top)[1:], max((column.index for column in sheet.columns), default=0) + 1]
    groups: dict[int, str] = {}
    for start, end in zip(sorted(top), ends, strict=True):
        last = merged[start] + 1 if start in merged else (end if not merged else start + 1)
        groups.update(dict.fromkeys(range(start, max(last, start + 1)), top[start]))
    return groups
