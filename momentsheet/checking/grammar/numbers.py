"""Numbers, amounts and per cent, in every notation that people use."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from momentsheet.checking.fold import TO_SPACE
from momentsheet.checking.grammar.reading import MOST_DIGITS, STORED, Context, Raw, Reading, decides
from momentsheet.model.catalog import Field
from momentsheet.model.workbook import Kind

SIGNS = {ord(char): "-" for char in "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"}
MONEY_WORDS = r"kr\.?|kroner|kronor|nok|sek|dkk|eur|usd|gbp|€|\$|£"
UNITS = re.compile(rf"^(?:{MONEY_WORDS})\s*|\s*(?:{MONEY_WORDS}|:-)$", re.IGNORECASE)
NO_PENCE = re.compile(r"(?<=\d)([.,])\s*-$")  # 12,- and 1.234.-: the sign in front of the dash is the decimal sign
PER_CENT = re.compile(r"\s*(?:%|pst|prosent|procent|percent|per cent|pct)\.?$", re.IGNORECASE)
GROUPED = {
    " ": re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?"),
    "'": re.compile(r"\d{1,3}(?:'\d{3})+(?:[.,]\d+)?"),
    ",.": re.compile(r"\d{1,3}(?:,\d{3})+\.\d+"),  # 1,234.50
    ".,": re.compile(r"\d{1,3}(?:\.\d{3})+,\d+"),  # 1.234,50
    ",,": re.compile(r"\d{1,3}(?:,\d{3}){2,}"),
    "..": re.compile(r"\d{1,3}(?:\.\d{3}){2,}"),
}
PLAIN = re.compile(r"\d+(?:[.,]\d*)?|[.,]\d+", re.ASCII)
EITHER = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)  # 1.234 or 1,234: thousands or decimals?


@dataclass(frozen=True, slots=True)
class Marks:
    """What the distinct texts of one column say about its decimal sign."""

    comma: tuple[str, ...] = ()  # can only be read with a decimal comma
    point: tuple[str, ...] = ()
    either: tuple[str, ...] = ()  # 1.234: thousands or decimals

    @property
    def mark(self) -> str | None:
        """The decimal sign that the column proves; None if it proves none, or contradicts itself."""
        if decides(len(self.comma), len(self.point), 1):
            return ","
        return "." if decides(len(self.point), len(self.comma), 1) else None

    @property
    def is_contradictory(self) -> bool:
        return bool(self.comma and self.point)


def decimal_marks(texts: Iterable[str]) -> Marks:
    """Sort the distinct texts of one column by the decimal sign that they prove."""
    comma, point, either = [], [], []
    for text in texts:
        number = _strip_number(PER_CENT.sub("", text))[0]
        if number is None or not number.isascii():
            continue
        if GROUPED[",."].fullmatch(number) or GROUPED[",,"].fullmatch(number):
            point.append(text)
        elif GROUPED[".,"].fullmatch(number) or GROUPED[".."].fullmatch(number):
            comma.append(text)
        elif EITHER.fullmatch(number):
            either.append(text)
        elif PLAIN.fullmatch(number) or GROUPED[" "].fullmatch(number) or GROUPED["'"].fullmatch(number):
            for mark, proof in ((",", comma), (".", point)):
                if mark in number:
                    proof.append(text)
    return Marks(tuple(comma), tuple(point), tuple(either))


def parse_number(text: str, decimal_mark: str | None, home_mark: str | None) -> tuple[Decimal | None, str | None, bool]:
    """Read a number as people write it. Gives the number, the repair, and True where it can be read in two ways."""
    number, negative, why = _strip_number(text)
    if number is None or not number.isascii():
        return None, None, False
    if GROUPED[" "].fullmatch(number) or GROUPED["'"].fullmatch(number):
        number, why = number.replace(" ", "").replace("'", "").replace(",", "."), "number_format"
    elif GROUPED[",."].fullmatch(number) or GROUPED[",,"].fullmatch(number):
        number, why = number.replace(",", ""), "number_format"
    elif GROUPED[".,"].fullmatch(number) or GROUPED[".."].fullmatch(number):
        number, why = number.replace(".", "").replace(",", "."), "number_format"
    elif match := EITHER.fullmatch(number):
        mark = match.group(1)
        if decimal_mark is None and mark != home_mark:
            return None, None, True
        number, why = number.replace(mark, "." if mark == (decimal_mark or home_mark) else ""), "number_format"
    elif PLAIN.fullmatch(number):
        why = why or ("decimal_comma" if "," in number else "number_as_text")
        number = number.replace(",", ".")
    else:
        return None, None, False
    value = Decimal(number)
    return (-value if negative else value), why, False


def number_of(raw: Raw, context: Context) -> Reading:
    """A number from a number cell or a text; the value is a Decimal."""
    if raw.kind is Kind.NUMBER:
        return Reading(Decimal(repr(raw.number)))
    if raw.kind is not Kind.TEXT:
        return Reading(problem="readable")
    value, why, is_ambiguous = parse_number(raw.text, context.decimal_mark, context.home_mark)
    if is_ambiguous:
        whole = re.sub(r"[.,]", "", raw.text)
        return Reading(problem="ambiguous_number", facts={"whole": whole, "fraction": raw.text.replace(".", ",")})
    if value is None:
        return Reading(problem="readable", suggestion=_plain_digits(raw.text, context))
    return Reading(value, why)


def round_to(reading: Reading, decimals: int) -> Reading:
    """The number with the decimals that Moment keeps; what is lost by that is told."""
    if reading.problem:
        return reading
    value: Decimal = reading.value
    if abs(value) >= MOST_DIGITS:
        return Reading(problem="precision_lost")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if abs(rounded - value) > STORED:
        return Reading(float(rounded), "rounded", facts={"rounded": float(rounded)}, rounded=True)
    return Reading(float(rounded) + 0.0, reading.why)


def read_decimal(raw: Raw, field: Field, context: Context) -> Reading:
    """A number with the decimals of its field."""
    return round_to(number_of(raw, context), 4 if field.decimals is None else field.decimals)


FOREIGN = re.compile(r"nok|sek|dkk|eur|usd|gbp|€|\$|£", re.IGNORECASE)
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP"}


def read_money(raw: Raw, field: Field, context: Context) -> Reading:
    """An amount in the company's currency."""
    currencies = {SYMBOLS.get(found, found.upper()) for found in FOREIGN.findall(raw.text)}
    if currencies - {context.currency}:
        return Reading(problem="readable")  # 500 EUR are not 500 crowns
    return round_to(number_of(raw, context), 2 if field.decimals is None else field.decimals)


def read_integer(raw: Raw, _field: Field, context: Context) -> Reading:
    """A whole number."""
    reading = number_of(raw, context)
    if reading.problem:
        return reading
    value: Decimal = reading.value
    if abs(value) >= MOST_DIGITS:
        return Reading(problem="precision_lost")
    whole = value.to_integral_value(ROUND_HALF_EVEN)
    if abs(value - whole) > STORED:
        return Reading(problem="readable")
    return Reading(int(whole), reading.why)


def read_percent(raw: Raw, field: Field, context: Context) -> Reading:
    """Per cent as 0 to 100, from 25, 25 %, 0.25 in a column of fractions, or a cell that shows per cent."""
    decimals = 2 if field.decimals is None else field.decimals
    if raw.kind is Kind.TEXT and (bare := PER_CENT.sub("", raw.text)) != raw.text:
        reading = number_of(Raw(Kind.TEXT, math.nan, bare), context)
        return reading if reading.problem else round_to(Reading(reading.value, "percent"), decimals)
    reading = number_of(raw, context)
    if reading.problem:
        return reading
    if raw.is_percent:
        return round_to(Reading(reading.value * 100), decimals)
    if context.ones_are_doubtful and abs(reading.value) == 1:
        return Reading(problem="doubtful_percent")
    if reading.value and context.fractions_are_percent:
        return round_to(Reading(reading.value * 100, "percent"), decimals)
    return round_to(reading, decimals)


# Private functions


def _strip_number(text: str) -> tuple[str | None, bool, str | None]:
    """Take sign, brackets and currency off; gives digits with marks, negative, repair."""
    text = text.translate(TO_SPACE).translate(SIGNS).replace("\u2019", "'").strip()
    text, why = _bare(text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text, why = True, text[1:-1].strip(), "number_format"
    elif text.startswith("-"):
        negative, text = True, text[1:].strip()
    elif text.startswith("+"):
        text, why = text[1:].strip(), "number_format"
    elif text.endswith("-"):
        negative, text, why = True, text[:-1].strip(), "number_format"
    text, again = _bare(text)
    return (text or None), negative, again or why


def _bare(text: str) -> tuple[str, str | None]:
    """The number without currency in front or behind, with decimals in place of a dash; and the repair."""
    bare = NO_PENCE.sub(r"\g<1>00", UNITS.sub("", UNITS.sub("", text)).strip())
    return bare, None if bare == text else "number_format"


def _plain_digits(text: str, context: Context) -> str | None:
    """What was meant by digits of another script, which nobody types on purpose; None for everything else."""
    plain = unicodedata.normalize("NFKC", text)
    if plain == text or parse_number(plain, context.decimal_mark, context.home_mark)[0] is None:
        return None
    return plain
