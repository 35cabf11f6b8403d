"""How each type of field is read from a cell: one function per type, in a registry at the end.

A reading takes one distinct raw value and gives a value of the field's type, with the id of the repair that people
are told of (`repair.<why>`), or the problem that makes it unreadable. Nothing is guessed: what can be read in two ways
is a problem unless the column as a whole, or the company file, has decided it (`Context`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from momentsheet.checking.fold import clean_text, fold
from momentsheet.checking.grammar.codes import AS_WRITTEN, NUMBER_TAIL, identifier, read_code
from momentsheet.checking.grammar.dates import Orders, are_turned, date_orders, is_likely_serial, read_date
from momentsheet.checking.grammar.hours import read_hours
from momentsheet.checking.grammar.numbers import (
    Marks,
    decimal_marks,
    parse_number,
    read_decimal,
    read_integer,
    read_money,
    read_percent,
)
from momentsheet.checking.grammar.reading import (
    DOUBTS,
    Context,
    Raw,
    Reading,
    cell_value,
    serial_date,
    show_number,
    show_raw,
)
from momentsheet.checking.grammar.texts import read_email_cell, read_file_name, read_list, read_text, read_url
from momentsheet.checking.grammar.words import code_words, read_boolean, read_codelist, read_country, read_currency
from momentsheet.checking.identifiers import (
    read_bank_account,
    read_kid,
    read_org_number,
    read_phone,
    read_postal_code,
)
from momentsheet.model.catalog import Field
from momentsheet.model.workbook import Kind

__all__ = [
    "AS_WRITTEN",
    "DOUBTS",
    "NUMBER_TAIL",
    "Context",
    "Marks",
    "Orders",
    "Raw",
    "Reading",
    "are_turned",
    "cell_value",
    "code_words",
    "date_orders",
    "decimal_marks",
    "is_likely_serial",
    "parse_number",
    "read_value",
    "serial_date",
    "show_number",
    "show_raw",
]


def read_value(raw: Raw, field: Field, context: Context) -> Reading:
    """Read one raw value as the field's type. Blank cells, and texts of nothing but spaces, are Reading(None)."""
    if raw.kind is Kind.ERROR:
        return Reading(problem="error_cell")
    if raw.kind is Kind.NOT_CALCULATED:
        return Reading(problem="not_calculated")
    if raw.kind is Kind.BLANK:
        return Reading()
    if raw.kind is not Kind.TEXT:
        return READERS[field.type](raw, field, context)
    text, why = clean_text(raw.text)
    if not text:
        return Reading()
    if context.words and (word := fold(text)) in context.words:
        return Reading(context.words[word], "word")
    reading = READERS[field.type](Raw(Kind.TEXT, math.nan, text, country=raw.country), field, context)
    if why and reading.value is not None and reading.why is None:
        return Reading(reading.value, why, facts=reading.facts, rounded=reading.rounded)
    return reading


READERS: Mapping[str, Callable[[Raw, Field, Context], Reading]] = {
    "text": read_text,
    "code": read_code,
    "integer": read_integer,
    "decimal": read_decimal,
    "money": read_money,
    "percent": read_percent,
    "date": read_date,
    "hours": read_hours,
    "boolean": read_boolean,
    "codelist": read_codelist,
    "reference": read_code,
    "email": read_email_cell,
    "phone": identifier(read_phone),
    "url": read_url,
    "country": read_country,
    "currency": read_currency,
    "org_number": identifier(read_org_number),
    "bank_account": identifier(read_bank_account),
    "kid": identifier(read_kid),
    "postal_code": identifier(read_postal_code),
    "list": read_list,
    "file_name": read_file_name,
}
