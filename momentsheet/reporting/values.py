"""Single values as people read them: numbers, dates and text from cells, safe in every kind of report."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from momentsheet.model.catalog import DAY_FIRST

# language -> (between thousands, before decimals); the space is one that does not break
_SEPARATORS: Mapping[str, tuple[str, str]] = {
    "nb": ("\N{NO-BREAK SPACE}", ","),
    "sv": ("\N{NO-BREAK SPACE}", ","),
    "da": (".", ","),
    "en": (",", "."),
}
_NO_DECIMALS_SAID = 6  # more than people can compare; takes away the noise of binary fractions

_LONGEST = 30  # digits before the decimals; longer is no number that anybody reads
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)

# Control characters, hidden and direction-changing ones, lone surrogates and what XML cannot hold.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LINE_BREAK = re.compile("\r\n|[\r\n\u2028\u2029]")


def plain(text: str, limit: int | None = None) -> str:
    """The text on one line, with every unseen character shown: a line break as ↵, others as [U+200B].

    Nothing of what is left can steer a terminal, turn the direction of text or break XML. Longer than
    `limit` characters, it is cut and ends in «…».
    """
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    if not _UNSEEN.search(text):
        return text
    return _UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", _LINE_BREAK.sub("↵", text))


def number(value: float | str | Decimal, language: str, decimals: int | None = None) -> str:
    """A number with the language's separators: 1234.5 is «1 234,5» in nb and «1,234.5» in en.

    `value` may be decimal text. Without `decimals` only those are shown that say something.
    What is no finite number is shown as it is.
    """
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return plain(str(value))
    if not exact.is_finite() or exact.adjusted() > _LONGEST:
        return plain(str(value))
    places = _NO_DECIMALS_SAID if decimals is None else decimals
    exact = exact.quantize(Decimal(1).scaleb(-places), context=_ROUNDING)
    text = f"{exact:,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    thousands, point = _SEPARATORS.get(language, _SEPARATORS["en"])
    return text.translate({ord(","): thousands, ord("."): point})


def date(value: dt.date, language: str) -> str:
    """A date as people write it: 31.12.2024 in nb and da, 2024-12-31 elsewhere; with the time where there is one."""
    if language in DAY_FIRST:
        day = f"{value.day:02}.{value.month:02}.{value.year:04}"
    else:
        day = f"{value.year:04}-{value.month:02}-{value.day:02}"
    if isinstance(value, dt.datetime) and (value.hour or value.minute or value.second):
        return f"{day} {value.hour:02}:{value.minute:02}"
    return day


def duration(value: dt.timedelta) -> str:
    """A duration in hours and minutes: 26:30."""
    minutes = round(value.total_seconds() / 60)
    return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


def total(values: Mapping[str, str], name: str) -> Decimal:
    """The decimal text of that name as an exact number; nothing is nought."""
    return Decimal(values.get(name, "0"))
