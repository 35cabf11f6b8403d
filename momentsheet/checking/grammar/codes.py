"""Numbers that are names: codes, and identifiers with rules of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

from momentsheet.checking.grammar.reading import MOST_DIGITS, Context, Raw, Reading, show_number
from momentsheet.checking.identifiers import InvalidIdentifier
from momentsheet.model.catalog import Field
from momentsheet.model.workbook import Kind

NUMBER_TAIL = re.compile(r"^[0-9]+\.0+$")  # what programs make of a code that they take for an amount
# Texts of these types that are read as they stand: nothing invisible, nothing but ASCII, no space at the ends.
AS_WRITTEN = dict.fromkeys(("text", "code"), r"^[!-~]([ -~]*[!-~])?$")


def read_code(raw: Raw, _field: Field, _context: Context) -> Reading:
    """Digits are kept as text. A date in a number column is what a spreadsheet made of `1-2`: nobody can undo that."""
    if raw.kind is Kind.NUMBER and raw.is_percent:
        return Reading(problem="readable")  # people see «50 %», the cell holds 0.5: neither is a number of anything
    if raw.kind is Kind.NUMBER:
        if abs(raw.number) >= MOST_DIGITS:
            return Reading(problem="precision_lost")
        return Reading(show_number(raw.number))
    if raw.kind is Kind.TEXT:
        if NUMBER_TAIL.match(raw.text):
            return Reading(raw.text.split(".")[0], "number_tail")
        return Reading(raw.text)
    return Reading(problem="readable")


def identifier(read: Callable[[str, str], tuple[str, str | None]]) -> Callable[[Raw, Field, Context], Reading]:
    """A reading of numbers that have rules of their own."""

    def read_identifier(raw: Raw, field: Field, context: Context) -> Reading:
        reading = read_code(raw, field, context)
        if reading.problem:
            return reading
        try:
            value, why = read(reading.value, raw.country or context.country)
        except InvalidIdentifier as problem:
            return Reading(problem="readable", suggestion=problem.suggestion)
        return Reading(value, why or reading.why)

    return read_identifier
