"""Named checks that look at a whole column of a table and that SQL cannot say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.fields import rows_with
from momentsheet.checking.fold import fold
from momentsheet.checking.identifiers import is_mod10, is_mod11
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, Trouble
from momentsheet.model.catalog import Rule
from momentsheet.model.workbook import cell_name

FULL_DAY = 24.0
# Fewer values than this prove nothing about their unit; parts of a day are so odd that a week of them is enough.
LEAST_MINUTES, LEAST_DAYS, LEAST_CLOCK = 20, 5, 5
QUARTERS = (15, 30, 45)  # behind the sign, where 7.30 stands for half past seven
WHOLE = 0.05  # how far from a whole minute a stored number may be

Check = Callable[[FindingLedger, ParsedEntity, Rule], None]


def check_units(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """The rules about the unit of a whole column: asked before its cells are judged one by one."""
    _check(ledger, parsed, UNIT_CHECKS)


def check_columns(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """Every other table rule of the entity that names a check."""
    _check(ledger, parsed, CHECKS)


# Private functions


def _check(ledger: FindingLedger, parsed: ParsedEntity, checks: Mapping[str, Check]) -> None:
    for rule in parsed.entity.rules:
        check = checks.get(rule.check or "")
        if check and parsed.height:
            check(ledger, parsed, rule)


def _check_acyclic(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """No row may lead back to itself along a reference to its own entity; one finding per ring."""
    name = rule.fields[0]
    keys = [fold(key or "") for key in parsed.values[parsed.entity.key[0]].to_list()]
    usable = parsed.usable([name])
    row_of = {key: row for row, key in enumerate(keys) if key}
    parents = {
        keys[row]: fold(parent)
        for row, parent in enumerate(parsed.values[name].to_list())
        if usable[row] and parent is not None and keys[row]
    }
    settled: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        key = start
        while key in parents and key not in settled and key not in path:
            path[key] = None
            key = parents[key]
        if key in path:
            ring = list(path)[list(path).index(key) :]
            rows = sorted(row_of[member] for member in ring)
            chain = " → ".join(parsed.values[parsed.entity.key[0]][row_of[member]] for member in [*ring, ring[0]])
            ledger.tell_cell(rule, parsed, rows[-1], name, facts={"chain": chain}, held_back=rows[:-1])
        settled.update(path)


def _check_overlapping(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """No two periods of the same thing may share a day; a row that begins inside another one's period is told.

    Its first two fields are the period, the others say what it is for; a blank one must be blank in both rows, but a
    blank currency is the company's. A period without a first or a last day goes on for ever.
    """
    start, end, *scope = rule.fields
    own = ledger.catalog.company.currency
    frame = parsed.values.filter(pl.Series(parsed.usable(rule.fields, blank_ok=rule.fields))).select(
        "row_id",
        pl.col(start).fill_null(dt.date.min),
        pl.col(end).fill_null(dt.date.max),
        *(
            pl.col(name).cast(pl.String).fill_null(own if parsed.entity.field(name).type == "currency" else "")
            for name in scope
        ),
    )
    last: dict[tuple[str, ...], tuple[dt.date, int]] = {}  # of what it is for -> the latest day so far, and its row
    told: set[int] = set()
    periods = frame.filter(pl.col(start) <= pl.col(end)).sort(start, "row_id")
    for row, first_day, last_day, *parts in periods.iter_rows():
        thing = tuple(fold(part) for part in parts)
        latest, other = last.get(thing, (None, row))
        if latest is not None and first_day <= latest:
            # The other row is held back once: a period pasted into every row must not multiply.
            held_back = () if other in told else (other,)
            ledger.tell_cell(rule, parsed, row, start, facts=_place_of(parsed, other, start), held_back=held_back)
            told |= {row, other}
        if latest is None or last_day > latest:
            last[thing] = last_day, row


def _place_of(parsed: ParsedEntity, row: int, name: str) -> dict[str, object]:
    """Where the other row of a finding stands."""
    sheet, index = parsed.locate(row)
    place = sheet.place(name, index)
    first_row = int(sheet.rows[index]) if place is None else place[0]
    return {
        "first_row": first_row,
        "first_cell": str(first_row) if place is None else cell_name(*place),
        "first_sheet": sheet.name,
    }


def _check_minutes(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """Hours that are minutes: most exceed a day, or all are quarters of an hour above 12. One finding a sheet."""
    for rows, hours in _by_sheet(parsed, rule.fields[0]):
        filled = hours[(hours != 0) & ~np.isnan(hours)]
        if len(filled) < LEAST_MINUTES:
            continue
        median = float(np.median(filled))
        if median > FULL_DAY or bool(((filled % 15 == 0) & (filled > FULL_DAY / 2)).all()):
            _doubt(ledger, parsed, rule, rows, hours, {"median": median, "count": len(filled)})


def _check_days(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """Hours that are parts of a day: none above 1, whole minutes only if read as days. One finding a sheet."""
    for rows, hours in _by_sheet(parsed, rule.fields[0]):
        filled = hours[~np.isnan(hours)]
        if len(filled) < LEAST_DAYS or filled.min() < 0 or filled.max() > 1:
            continue
        if not _are_whole(filled * 60) and _are_whole(filled * 1440):
            days = float(filled[filled != 0][0])
            facts = {"days": days, "as_days": round(days * 24, 2), "count": len(filled)}
            _doubt(ledger, parsed, rule, rows, hours, facts)


def _check_clock(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """Hours that are clock times: behind the sign only 15, 30 and 45, more than one of them. One finding a sheet.

    A quarter of an hour as a number is 0.25, and tenths of an hour would be of every kind. What was written as a clock,
    or as hours and minutes, was read as such.
    """
    clock = {int(row) for trouble in parsed.troubles if _is_sure(trouble, rule.fields[0]) for row in trouble.rows}
    for rows, hours in _by_sheet(parsed, rule.fields[0]):
        sure = np.array([row in clock for row in rows], bool)
        filled = np.where(sure, np.nan, hours)
        parts = np.round(np.abs(filled[~np.isnan(filled)]) % 1 * 100, 4)
        parts = parts[parts != 0]
        if len(parts) < LEAST_CLOCK or not np.isin(parts, QUARTERS).all() or len(np.unique(parts)) == 1:
            continue
        odd = (~np.isnan(filled)) & (np.round(np.abs(filled) % 1 * 100, 4) != 0)
        first = int(np.flatnonzero(odd)[0])
        number = float(filled[first])
        whole = int(number)
        facts = {
            "as_number": number,
            "as_clock": f"{whole}:{round(abs(number - whole) * 100):02d}",
            "count": int(odd.sum()),
        }
        held_back = [rows[at] for at in np.flatnonzero(odd).tolist() if at != first]
        ledger.tell_cell(rule, parsed, rows[first], rule.fields[0], facts=facts, held_back=held_back)


def _is_sure(trouble: Trouble, name: str) -> bool:
    return trouble.field == name and trouble.reading.why in {"clock", "minutes"}


def _check_kid_digit(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """The last digit of a payment id must fit the others, by one of the two ways of reckoning."""
    for row in _kids(parsed, rule, lambda kid: not is_mod10(kid) and not is_mod11(kid)):
        ledger.tell_cell(rule, parsed, row, rule.fields[0])


def _check_kid_mod11(ledger: FindingLedger, parsed: ParsedEntity, rule: Rule) -> None:
    """Payment ids that only MOD11 can have made: one finding for the column."""
    if rows := _kids(parsed, rule, lambda kid: is_mod11(kid) and not is_mod10(kid)):
        ledger.tell_cell(rule, parsed, rows[0], rule.fields[0], facts={"count": len(rows)}, held_back=rows[1:])


def _kids(parsed: ParsedEntity, rule: Rule, is_wanted: Callable[[str], bool]) -> list[int]:
    """The rows whose payment id is of that kind; each distinct one is looked at once."""
    kids = parsed.values[rule.fields[0]]
    usable = parsed.usable(rule.fields)
    wanted = [kid for kid in kids.filter(pl.Series(usable)).unique() if is_wanted(kid)]
    return [row for row, _ in rows_with(kids, usable, wanted)]


def _by_sheet(parsed: ParsedEntity, name: str) -> Iterator[tuple[range, npt.NDArray[np.float64]]]:
    """Row ids of each sheet with the numbers of the column, NaN where there is none."""
    values = parsed.values[name].to_numpy()
    for sheet, start in zip(parsed.sheets, parsed.starts, strict=True):
        rows = range(start, start + len(sheet.rows))
        yield rows, values[start : rows.stop]


def _are_whole(minutes: npt.NDArray[np.float64]) -> bool:
    return bool((np.abs(minutes - np.round(minutes)) <= WHOLE).all())


def _doubt(
    ledger: FindingLedger,
    parsed: ParsedEntity,
    rule: Rule,
    rows: range,
    hours: npt.NDArray[np.float64],
    facts: Mapping[str, object],
) -> None:
    """Tell at the first cell with hours; the whole column is held back, its cells are not judged one by one."""
    first = rows[int(np.flatnonzero(np.nan_to_num(hours))[0])]
    others = [row for row in rows if row != first]
    ledger.tell_cell(rule, parsed, first, rule.fields[0], facts=facts, held_back=others)


UNIT_CHECKS: Mapping[str, Check] = {
    "looks_like_minutes": _check_minutes,
    "looks_like_days": _check_days,
    "looks_like_clock": _check_clock,
}
CHECKS: Mapping[str, Check] = {
    "acyclic": _check_acyclic,
    "overlapping": _check_overlapping,
    "kid_check_digit": _check_kid_digit,
    "kid_mod11": _check_kid_mod11,
}
