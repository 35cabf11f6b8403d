"""What one column as a whole says about its values: how each of them is to be read, and on what count.

Only distinct values are looked at: one date pasted into a thousand rows is one witness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from momentsheet.checking.bind import BoundSheet
from momentsheet.checking.fold import clean_text, fold, fold_header
from momentsheet.checking.grammar import (
    Context,
    Marks,
    Orders,
    Reading,
    are_turned,
    code_words,
    date_orders,
    decimal_marks,
    is_likely_serial,
    parse_number,
)
from momentsheet.model.catalog import Catalog, DateOrder, Field, say
from momentsheet.model.facts import Facts
from momentsheet.model.finding import Evidence
from momentsheet.model.workbook import Column, Kind

NUMBER_TYPES = frozenset(("integer", "decimal", "money", "percent", "hours"))
LEAST_SERIALS = 3  # texts of five digits alone in their column: fewer may be chance
# Repairs of codes of which the column tells how many there are
RESTORED = ("leading_zero", "number_tail")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a column of one sheet decides about its values."""

    context: Context
    evidence: tuple[Evidence, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)  # for what is told of its doubtful values
    contrary: frozenset[str] = frozenset()  # texts, as they are read, that speak for the rarer reading
    decided: str | None = None  # check that tells of a decision against some of the values
    open: frozenset[str] = frozenset()  # texts that this decision was about


def judge(
    column: Column, sheet: BoundSheet, of_field: Field, catalog: Catalog, facts: Facts, *, is_1904: bool = False
) -> Judgement:
    """Judge the column of a sheet that holds this field."""
    plain = _plain_context(of_field, catalog, facts, is_1904=is_1904)
    if of_field.type == "date":
        return _judge_dates(column, distinct_texts(column, sheet.pool), plain, facts)
    if of_field.type in NUMBER_TYPES:
        header = sheet.headers.get(of_field.name, "")
        return _judge_numbers(column, distinct_texts(column, sheet.pool), plain, of_field, header)
    return Judgement(plain)


def distinct_texts(column: Column, pool: pl.Series) -> list[str]:
    """The distinct texts of a column, as they are read."""
    codes = np.unique(column.codes[column.kinds == Kind.TEXT])
    return list(dict.fromkeys(clean_text(text)[0] for text in pool.gather(codes)))


def restored(readings: Iterable[tuple[Reading, int]]) -> tuple[Evidence, ...]:
    """What was put back in a column of codes: for each kind how many cells."""
    counts: Counter[str] = Counter()
    for reading, cells in readings:
        if reading.why in RESTORED:
            counts[reading.why] += cells
    return tuple(Evidence(why, {"count": counts[why]}) for why in RESTORED if counts[why])


# Private functions


def _plain_context(of_field: Field, catalog: Catalog, facts: Facts, *, is_1904: bool) -> Context:
    """What is known before anybody has looked at the column."""
    language = catalog.company.language
    code_list = catalog.code_lists.get(of_field.list) if of_field.list else None
    return Context(
        date_order=None,
        is_1904=is_1904,
        home_mark="." if language == "en" else ",",
        country=facts.text("country") or "NO",
        currency=facts.text("currency") or "NOK",
        code_words=code_words(code_list.codes) if code_list else {},
        code_labels={code.code: say(code.label, language) for code in code_list.codes} if code_list else {},
        words={fold(word): value for word, value in of_field.reads.items()},
    )


def _judge_dates(column: Column, texts: Sequence[str], plain: Context, facts: Facts) -> Judgement:
    cells = np.unique(column.numbers[column.kinds == Kind.DATE])
    orders = date_orders(texts)
    declared = _declared_order(facts)
    context = replace(
        plain,
        date_order=declared or orders.order,
        order_count=0 if declared else max(len(orders.day_first), len(orders.month_first)) if orders.order else 0,
        date_cells_may_be_turned=are_turned(texts, cells.tolist()),
        serials_are_dates=_are_serials(column, texts),
    )
    told: list[Evidence] = []
    if plain.is_1904 and len(cells):
        told.append(Evidence("epoch_1904", {"count": int((column.kinds == Kind.DATE).sum())}))
    counts = {
        "day_first_count": len(orders.day_first),
        "month_first_count": len(orders.month_first),
        "either_count": len(orders.either),
    }
    if any(counts.values()):
        told.append(Evidence(_order_evidence(orders, declared, context), counts))
    if context.serials_are_dates:
        told.append(Evidence("serials", {"count": sum(is_likely_serial(text) for text in texts)}))
    rare = min(orders.day_first, orders.month_first, key=len)
    is_decided = not declared and orders.order is not None and orders.is_contradictory and bool(orders.either)
    return Judgement(
        context,
        tuple(told),
        {**counts, "order": context.date_order or "", **_sides(orders.day_first, orders.month_first)},
        frozenset(rare if orders.is_contradictory else ()),
        "order_decided" if is_decided else None,
        frozenset(orders.either),
    )


def _declared_order(facts: Facts) -> DateOrder | None:
    """The order that the company file or the customer's own form sheet states."""
    match facts.values.get("date_order"):
        case "DMY" | "MDY" | "YMD" as order:
            return order
    return None


def _order_evidence(orders: Orders, declared: DateOrder | None, context: Context) -> str:
    if declared:
        return {"DMY": "declared_day_first", "MDY": "declared_month_first"}.get(declared, "declared_year_first")
    if context.date_order:
        return "day_first" if context.date_order == "DMY" else "month_first"
    return "dates_doubtful" if orders.either or orders.is_contradictory else "dates_clear"


def _are_serials(column: Column, texts: Sequence[str]) -> bool:
    """True if five digits among the texts of the column are dates that lost their format, as its other cells are."""
    serials = [text for text in texts if is_likely_serial(text)]
    if not serials:
        return False
    cells = np.unique(column.numbers[(column.kinds == Kind.DATE) | (column.kinds == Kind.NUMBER)])
    return len(cells) > 0 or (len(serials) == len(texts) and len(serials) >= LEAST_SERIALS)


def _judge_numbers(column: Column, texts: Sequence[str], plain: Context, of_field: Field, header: str) -> Judgement:
    marks = decimal_marks(texts)
    home = None if marks.is_contradictory and marks.mark is None else plain.home_mark
    context = replace(
        plain,
        decimal_mark=marks.mark,
        home_mark=home,
        is_minutes=of_field.type == "hours" and fold_header(header) in {fold_header(name) for name in of_field.minutes},
    )
    told: list[Evidence] = []
    counts = {"comma_count": len(marks.comma), "point_count": len(marks.point), "either_count": len(marks.either)}
    if any(counts.values()) and (marks.either or marks.is_contradictory or len(marks.point)):
        told.append(Evidence(_mark_evidence(marks, context), counts))
    if context.is_minutes:
        told.append(Evidence("minutes", {"header": header}))
    if of_field.type == "percent":
        context, more = _judge_percent(column, texts, context)
        told += more
    rare = min(marks.comma, marks.point, key=len)
    is_decided = marks.is_contradictory and marks.mark is not None and bool(marks.either)
    return Judgement(
        context,
        tuple(told),
        {**counts, "mark": marks.mark or "", **_sides(marks.comma, marks.point)},
        frozenset(rare if marks.is_contradictory else ()),
        "mark_decided" if is_decided else None,
        frozenset(marks.either),
    )


def _mark_evidence(marks: Marks, context: Context) -> str:
    if marks.mark:
        return "decimal_comma" if marks.mark == "," else "decimal_point"
    if marks.is_contradictory:
        return "numbers_doubtful" if marks.either else "numbers_clear"
    own = f"{context.home_mark}"
    if all(own in text for text in marks.either):
        return "home_comma" if own == "," else "home_point"
    return "numbers_doubtful"


def _judge_percent(column: Column, texts: Collection[str], context: Context) -> tuple[Context, list[Evidence]]:
    """Fractions, if one number without sign or format is between 0 and 1 and none above: then 1 means 100 %.

    Where nothing but 1 and 0 stands, nobody can say.
    """
    numbers: npt.NDArray[np.float64] = np.unique(
        np.abs(column.numbers[(column.kinds == Kind.NUMBER) & ~column.percents])
    )
    written = (parse_number(text, context.decimal_mark, context.home_mark)[0] for text in texts)
    values = {*numbers.tolist(), *(abs(float(number)) for number in written if number is not None)}
    if any(value > 1 for value in values):
        return context, []
    parts = sum(0 < value < 1 for value in values)
    if parts:
        return replace(context, fractions_are_percent=True), [Evidence("fractions", {"count": parts})]
    return replace(context, ones_are_doubtful=1 in values), []


def _sides(one: Collection[str], other: Collection[str]) -> dict[str, object]:
    """How many values stand on each side."""
    return {"most": max(len(one), len(other)), "least": min(len(one), len(other))}
