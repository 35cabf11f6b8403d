"""Codes of countries and currencies, and the code that is meant where somebody wrote a name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from momentsheet.catalog.names import did_you_mean

_LANGUAGES = ("en", "nb", "sv", "da")
_COMMON_CURRENCIES = ("DKK", "EUR", "GBP", "ISK", "NOK", "SEK", "USD")


def is_place(text: str, kind: str) -> bool:
    """Whether that is a code; `kind` is country or currency."""
    return text in _codes(kind).values()


def near_country(text: str) -> str:
    """`; did you mean `NO`?` for Norge, Norway, NOR or no."""
    return _near(text, "country")


def near_currency(text: str) -> str:
    """`; did you mean `NOK`?` for norske kroner, nok or NKO."""
    return _near(text, "currency") or did_you_mean(text, _COMMON_CURRENCIES)


# Private functions


@cache
def _codes(kind: str) -> Mapping[str, str]:
    """Code by code, and by name in the languages of the North."""
    from babel import Locale  # noqa: PLC0415 - 20 ms, needed only where a company file names a country or currency

    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        locale = Locale(language)
        names = locale.territories if kind == "country" else locale.currencies
        codes |= {name.casefold(): code for code, name in names.items() if code.isalpha()}
    return {**codes, **{code.casefold(): code for code in codes.values()}}


def _near(text: str, kind: str) -> str:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as in names.py

    codes = _codes(kind)
    best = process.extractOne(text.strip().casefold(), list(codes), scorer=fuzz.ratio, score_cutoff=75)
    return f"; did you mean `{codes[best[0]]}`?" if best is not None else ""
