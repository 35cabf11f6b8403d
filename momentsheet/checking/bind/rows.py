"""Which rows below the header are data; blank rows, totals, repeated headers and remarks are not, and are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from momentsheet.checking.bind.bound import Job
from momentsheet.checking.bind.header import Header
from momentsheet.checking.bind.raw import UNSEEN, of_pool
from momentsheet.model.catalog import Entity
from momentsheet.model.workbook import Column, Kind, Sheet

_TOTAL = (
    r"total|totalt|totals|totalsum|totalsumma|sum|summa|summer|i alt|ialt"
    r"|delsum|delsumma|subtotal|samlet|sammanlagt"
)
TOTAL_WORD = rf"(?i)^\W*({_TOTAL})\W*$"
SUBTOTAL = rf"(?i)^\W*({_TOTAL})\b.{{1,60}}$|^.{{1,60}}\b({_TOTAL})\W*$"  # «Sum Kari Nordmann», «Mars totalt»
REMARK = (
    r"(?i)^\W*((merk|obs|nb|note|notes|merknad|merknader|kommentar|anm|bemærk|observera|remark|ps)\b\s*[:!.]"
    r"|(skrevet ut|utskrift|utskriven|udskrevet|printed)\b|(side|sida|page) \d+ (av|af|of) \d+\W*$)"
)
SENTENCE = r"\S+(\s+\S+){3,}"  # four words
EXACT = 5e-5  # sums of amounts and hours, as a sheet stores them
RULED = r"^[\s\-=_*.·–—~]{2,}$"  # a line that somebody drew
# Types that hold no sentences: a sentence alone in its row is not what the column is for.
NO_SENTENCES = frozenset(
    (
        "code", "reference", "integer", "decimal", "money", "percent", "date", "hours", "boolean", "codelist", "email",
        "phone", "url", "country", "currency", "org_number", "bank_account", "kid", "postal_code", "file_name",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataRows:
    """Indices of the data rows; what else stands below the header, by Excel row."""

    kept: npt.NDArray[np.intp]
    blank: int
    totals: tuple[int, ...]  # totals, subtotals and repeated headers
    remarks: tuple[int, ...]


def data_rows(
    sheet: Sheet,
    entity: Entity,
    chosen: Mapping[str, Column],
    header: Header,
    alike: npt.NDArray[np.bool_],
    end: int | None = None,
) -> DataRows:
    """Sort out the rows below the header.

    alike: rows that are known to repeat it; end: the first row of another table, which has columns of its own.
    """
    count = len(sheet.rows)
    is_empty = of_pool(sheet.pool.str.contains(UNSEEN))
    is_total, is_subtotal = of_pool(sheet.pool.str.contains(TOTAL_WORD)), of_pool(sheet.pool.str.contains(SUBTOTAL))
    filled = np.zeros(count, bool)
    total, subtotal = np.zeros(count, bool), np.zeros(count, bool)
    repeats = np.zeros(count, np.int32)
    # A total lacks half of what is required, or its word stands where the key belongs.
    lacking, in_key = np.zeros(count, np.int32), np.zeros(count, bool)
    for column in sheet.columns:
        is_text = column.kinds == Kind.TEXT
        total |= is_total[column.codes] & is_text
        subtotal |= is_subtotal[column.codes] & is_text
    summed = np.zeros(count, bool)
    for name, column in chosen.items():
        is_text = column.kinds == Kind.TEXT
        codes = np.where(column.codes < len(sheet.pool), column.codes, -1)  # a joined text is no text of the sheet
        has = (column.kinds != Kind.BLANK) & ~(is_text & is_empty[codes])
        filled |= has
        summed |= has if name in entity.totals else False
        if entity.field(name).required:
            lacking += ~has
        if name in entity.key[:1]:
            in_key |= is_total[codes] & is_text
        header_code = int(codes[header.last])
        if header_code >= 0:
            is_header = of_pool(sheet.pool == sheet.pool[header_code])
            repeats += is_header[codes] & is_text
    required = sum(entity.field(name).required for name in chosen)
    half_lacks = (lacking > 0) & (lacking * 2 >= required)
    # «Total Energi AS» is a customer; «Sum Kari» with nothing but a sum is none.
    total = (total & (in_key | half_lacks)) | (subtotal & half_lacks & summed)
    total |= _sums(sheet, entity, chosen, header) | _ruled(sheet)
    repeated = alike | (repeats >= max(2, (len(chosen) + 1) // 2))
    after = (np.arange(count) > header.last) & (np.arange(count) < (count if end is None else end))
    remark = after & filled & ~total & ~repeated & _remarks(sheet, entity, chosen)
    dropped = after & filled & (total | repeated)
    kept = after & filled & ~dropped & ~remark
    # Excel's own empty rows inside the data count as blank, too.
    last = int(sheet.rows[kept][-1]) if kept.any() else int(sheet.rows[header.last])
    others = int(((dropped | remark) & (sheet.rows <= last)).sum())
    blank = last - int(sheet.rows[header.last]) - int(kept.sum()) - others
    return DataRows(
        np.flatnonzero(kept), blank, tuple(sheet.rows[dropped].tolist()), tuple(sheet.rows[remark].tolist())
    )


def tell_rows(job: Job, found: DataRows) -> None:
    """Tell of rows that are no data, of hidden rows that are, and of merged cells, which hold a value only once."""
    rows = job.sheet.rows[found.kept]
    if found.totals:
        job.tell("total_row", found.totals[0], facts={"count": len(found.totals)})
    if found.remarks:
        job.tell("remark_row", found.remarks[0], facts={"count": len(found.remarks), "rows": found.remarks[:5]})
    hidden = [row for row in rows.tolist() if row in job.sheet.hidden_rows]
    if hidden:
        job.tell("hidden_rows", hidden[0], facts={"count": len(hidden)})
    if job.sheet.state != "visible":
        job.tell("hidden_sheet", facts={"count": len(rows)})
    first, last = (np.array([area[place] for area in job.sheet.merged], np.int32) for place in (0, 2))
    holds_data = np.searchsorted(rows, first) < np.searchsorted(rows, last, side="right")
    merged = [area for area, holds in zip(job.sheet.merged, holds_data, strict=True) if holds]
    if merged:
        job.tell("merged_cells", merged[0][0], merged[0][1], facts={"count": len(merged)})


# Private functions


def _sums(sheet: Sheet, entity: Entity, chosen: Mapping[str, Column], header: Header) -> npt.NDArray[np.bool_]:
    """Rows that hold nothing but the exact sums of the columns above them, as AutoSum leaves them."""
    summed = [chosen[name] for name in entity.totals if name in chosen]
    only = np.zeros(len(sheet.rows), bool)
    if not summed or sum(entity.field(name).required for name in chosen) < 2:
        return only
    used = sum((column.kinds != Kind.BLANK).astype(np.int32) for column in sheet.columns)
    numbers = [np.where(column.kinds == Kind.NUMBER, column.numbers, np.nan) for column in summed]
    filled = sum((~np.isnan(values)).astype(np.int32) for values in numbers)
    start = header.last + 1
    for index in np.flatnonzero((filled > 0) & (filled == used)).tolist():
        if index > start and all(
            np.isnan(values[index]) or abs(np.nansum(values[start:index]) - values[index]) < EXACT for values in numbers
        ):
            only[index] = True
            start = index + 1
    return only


def _ruled(sheet: Sheet) -> npt.NDArray[np.bool_]:
    """Rows in which every cell that is filled holds nothing but a drawn line."""
    is_line = of_pool(sheet.pool.str.contains(RULED))
    used, drawn = np.zeros(len(sheet.rows), np.int32), np.zeros(len(sheet.rows), np.int32)
    for column in sheet.columns:
        used += column.kinds != Kind.BLANK
        drawn += is_line[column.codes] & (column.kinds == Kind.TEXT)
    is_ruled: npt.NDArray[np.bool_] = (used > 0) & (used == drawn)
    return is_ruled


def _remarks(sheet: Sheet, entity: Entity, chosen: Mapping[str, Column]) -> npt.NDArray[np.bool_]:
    """Rows of one or two texts that are no values: sentences where no sentence belongs, or «Merk: …» anywhere."""
    says_so, is_sentence = of_pool(sheet.pool.str.contains(REMARK)), of_pool(sheet.pool.str.contains(SENTENCE))
    fields = {column.index: name for name, column in chosen.items()}
    used, said = np.zeros(len(sheet.rows), np.int32), np.zeros(len(sheet.rows), np.int32)
    for column in sheet.columns:
        holds_none = column.index not in fields or entity.field(fields[column.index]).type in NO_SENTENCES
        is_remark = says_so | is_sentence if holds_none else says_so
        used += column.kinds != Kind.BLANK
        said += is_remark[column.codes] & (column.kinds == Kind.TEXT)
    required = sum(entity.field(name).required for name in chosen)
    are_remarks: npt.NDArray[np.bool_] = (used > 0) & (used <= 2) & (said == used)
    return are_remarks if required > 1 else np.zeros_like(are_remarks)
