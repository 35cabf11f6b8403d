"""What should not stand in a text at all: people's national identity numbers, and what tells of their health."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.model.catalog import FactTable, Field

TEXT_TYPES = frozenset(("text", "list", "code", "file_name"))
PERSONAL = frozenset(("personal", "health"))
# What a number must look like before its check digits are asked. The shapes leave out what accounts and phones look
# like: 1234.56.78901, ten digits in a row.
_NORWEGIAN = r"\d{6}[ -]?\d{5}"
_SWEDISH = r"(?:19|20)\d{6}-?\d{4}|\d{6}[-+]\d{4}"
_DANISH = r"\d{6}-\d{4}"
_FINNISH = r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]"
_LIKELY = f"{_NORWEGIAN}|{_SWEDISH}|{_DANISH}|{_FINNISH}"


def check_privacy(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """Ask every text of the entity; cells that are told of already are left alone."""
    texts = [field for field in parsed.entity.fields if field.type in TEXT_TYPES and not parsed.blank[field.name].all()]
    if not texts:
        return
    likely = parsed.values.select(pl.col(field.name).str.contains(_LIKELY).any() for field in texts).row(0, named=True)
    for field in texts:
        if likely[field.name]:
            _check_national_ids(ledger, parsed, field)
        if field.privacy in PERSONAL:
            _check_mentions(ledger, parsed, field)


def holds_national_id(text: str) -> bool:
    """True if one of the numbers in the text is a valid Norwegian, Swedish, Danish or Finnish identity number."""
    from stdnum.dk import cpr  # noqa: PLC0415 - only where digits stand that may be such a number
    from stdnum.fi import hetu  # noqa: PLC0415
    from stdnum.se import personnummer  # noqa: PLC0415

    tests = (
        (_NORWEGIAN, _is_norwegian),
        (_SWEDISH, personnummer.is_valid),
        # Since 2007 Danish numbers need no check digit; any date with four digits behind it would do then.
        (_DANISH, lambda number: cpr.is_valid(number) and cpr.checksum(cpr.compact(number)) == 0),
        (_FINNISH, hetu.is_valid),
    )
    return any(
        is_valid(match[0])
        for pattern, is_valid in tests
        for match in re.finditer(rf"(?<![^\W_])(?<![.+-])(?:{pattern})(?![^\W_])(?!-)", text)
    )


# Private functions


def _is_norwegian(number: str) -> bool:
    """Both check digits fit, and the date is one; in ranges for tests the month is raised by 40 or 80."""
    from stdnum.no import fodselsnummer  # noqa: PLC0415

    digits = fodselsnummer.compact(number)
    month = int(digits[2:4])
    real = f"{digits[:2]}{month - (80 if month > 80 else 40 if month > 40 else 0):02}{digits[4:]}"
    try:
        fodselsnummer.get_birth_date(real)
    except ValueError:
        return False
    return bool(
        fodselsnummer.calc_check_digit1(digits) == digits[-2] and fodselsnummer.calc_check_digit2(digits) == digits[-1]
    )


def _check_national_ids(ledger: FindingLedger, parsed: ParsedEntity, field: Field) -> None:
    rule = ledger.rule_for("national_id", parsed.entity, field.name)
    if rule is None:
        return
    likely = parsed.values[field.name].str.contains(_LIKELY).fill_null(value=False).to_numpy()
    for row in np.flatnonzero(likely & parsed.usable([field.name])).tolist():
        if holds_national_id(parsed.values[field.name][row]):
            ledger.tell_cell(rule, parsed, row, field.name)


def _check_mentions(ledger: FindingLedger, parsed: ParsedEntity, field: Field) -> None:
    rule = ledger.rule_for("mentions", parsed.entity, field.name)
    if rule is None or rule.words is None:
        return
    found = parsed.values[field.name].str.extract(_pattern(ledger.catalog.fact_tables[rule.words]))
    mentions = found.is_not_null().to_numpy()
    for row in np.flatnonzero(mentions & parsed.usable([field.name])).tolist():
        ledger.tell_cell(rule, parsed, row, field.name, facts={"word": found[row]})


def _pattern(table: FactTable) -> str:
    """One expression for all words of a table; `*` at an end of a word stands for any letters there."""
    words = (re.escape(word).replace(r"\*", r"\w*") for (word, *_) in table.rows)
    return rf"(?i)\b({'|'.join(words)})\b"
