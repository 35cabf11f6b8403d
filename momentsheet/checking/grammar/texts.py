"""Texts as they stand: text, lists, file names, web and e-mail addresses."""

from __future__ import annotations

import re

from momentsheet.checking.grammar.reading import MOST_DIGITS, Context, Raw, Reading, serial_date, show_number, show_raw
from momentsheet.checking.identifiers import InvalidIdentifier, named_email, read_email, suggest_email
from momentsheet.model.catalog import Field
from momentsheet.model.workbook import Kind


def read_text(raw: Raw, _field: Field, _context: Context) -> Reading:
    """A text; what other cells show is written out."""
    match raw.kind:
        case Kind.TEXT:
            return Reading(raw.text)
        case Kind.NUMBER:
            if abs(raw.number) >= MOST_DIGITS:
                return Reading(problem="precision_lost")
            return Reading(show_number(raw.number))
        case Kind.BOOLEAN:
            return Reading(show_raw(raw))
        case Kind.DATE:
            day = serial_date(raw.number)
            return Reading(f"{day:%d.%m.%Y}", "date_to_text") if day else Reading(problem="implausible_date")
        case _:
            return Reading(show_raw(raw), "date_to_text")


def read_url(raw: Raw, field: Field, context: Context) -> Reading:
    """A web address; https:// is put in front where it is missing."""
    text = read_text(raw, field, context).value or ""
    address = re.sub(r"^https?://", "", text, flags=re.IGNORECASE)
    host = re.split(r"[/?#]", address, maxsplit=1)[0]
    if " " in text or not re.fullmatch(r"[^\s@:]+\.[^\W\d_]{2,}(?::\d+)?", host):
        return Reading(problem="readable")
    return Reading(text) if address != text else Reading("https://" + text, "url_scheme")


def read_list(raw: Raw, field: Field, context: Context) -> Reading:
    """Several values in one cell, each once."""
    reading = read_text(raw, field, context)
    if reading.problem:
        return reading
    parts = [" ".join(part.split()) for part in re.split(r"[;,\n]", reading.value)]
    return Reading("; ".join(dict.fromkeys(part for part in parts if part)) or None, reading.why)


def read_file_name(raw: Raw, field: Field, context: Context) -> Reading:
    """The name of a file, without folders."""
    reading = read_text(raw, field, context)
    if reading.problem is None and _NO_FILE_NAME.search(reading.value or ""):
        name = re.split(r"[\\/]", reading.value)[-1].strip()  # of a path
        return Reading(problem="readable", suggestion=name if name and not _NO_FILE_NAME.search(name) else None)
    return reading


_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\n]|^\.\.?$')


def read_email_cell(raw: Raw, field: Field, context: Context) -> Reading:
    """One e-mail address."""
    text = read_text(raw, field, context).value or ""
    try:
        value = read_email(text)
    except InvalidIdentifier:
        if named := named_email(text):
            return Reading(named, "address_only")
        return Reading(problem="readable", suggestion=suggest_email(text))
    return Reading(value, None if value == text else "spelling")
