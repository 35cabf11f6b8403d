"""Words that stand for a value: yes and no, code lists, countries, currencies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from rapidfuzz import fuzz, process

from momentsheet.checking.fold import fold
from momentsheet.checking.grammar.reading import Context, Raw, Reading
from momentsheet.checking.grammar.texts import read_text
from momentsheet.model.catalog import Code, Field
from momentsheet.model.workbook import Kind

# -1 is how Access writes yes. «v» and «-» may mean either, ☒ both.
BOOLEAN_WORDS = {
    **dict.fromkeys(
        ("ja", "j", "yes", "y", "sann", "sant", "sand", "sandt", "true", "1", "x", "✓", "✔", "☑", "-1"), True
    ),
    **dict.fromkeys(("nei", "n", "no", "nej", "usann", "falsk", "falskt", "false", "0", "☐"), False),
}


def read_boolean(raw: Raw, _field: Field, _context: Context) -> Reading:
    """Yes or no, in words, signs and numbers."""
    if raw.kind is Kind.BOOLEAN:
        return Reading(bool(raw.number))
    word = fold(read_text(raw, _field, _context).value or "")
    return Reading(BOOLEAN_WORDS[word]) if word in BOOLEAN_WORDS else Reading(problem="readable")


def read_codelist(raw: Raw, field: Field, context: Context) -> Reading:
    """A value of a code list: its code, its label in any language, or a synonym."""
    text = read_text(raw, field, context).value
    found = context.code_words.get(fold(text)) if text else None
    if found:
        code, is_synonym = found
        return Reading(code, "synonym" if is_synonym else None)
    close = process.extractOne(fold(text or ""), list(context.code_words), scorer=fuzz.ratio, score_cutoff=60)
    suggestion = context.code_labels[context.code_words[close[0]][0]] if close else None
    return Reading(problem="listed", suggestion=suggestion, facts={"allowed": ", ".join(context.code_labels.values())})


def code_words(codes: tuple[Code, ...]) -> dict[str, tuple[str, bool]]:
    """Every word of a code list, folded -> (code, is it only a synonym?). Codes and labels win over synonyms."""
    words = {fold(synonym): (code.code, True) for code in reversed(codes) for synonym in code.synonyms}
    return words | {fold(word): (code.code, False) for code in codes for word in (code.code, *code.label.values())}


OTHER_COUNTRY_WORDS = {
    "nor": "NO", "swe": "SE", "dnk": "DK", "fin": "FI", "deu": "DE", "gbr": "GB", "usa": "US", "nld": "NL", "fra": "FR",
    "isl": "IS", "pol": "PL", "esp": "ES", "ita": "IT", "uk": "GB", "storbritannia": "GB", "england": "GB",
    "holland": "NL", "noreg": "NO",
}  # fmt: skip


# What CLDR names beside countries: unions, parts of countries, places for tests
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
NAME_LANGUAGES = ("nn", "da", "sv", "nb", "en")  # the last one's spelling goes before


@cache
def _country_words() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - 30 ms that most workbooks do not need

    words: dict[str, str] = {}
    for language in NAME_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                words[fold(name)] = code
                words[code.casefold()] = code
    return words | OTHER_COUNTRY_WORDS


def read_country(raw: Raw, field: Field, context: Context) -> Reading:
    """A country by its code or its name."""
    text = read_text(raw, field, context).value or ""
    words = _country_words()
    code = words.get(fold(text))
    if code:
        return Reading(code, "country" if fold(text) in OTHER_COUNTRY_WORDS else None)
    if twice := _said_twice(text, words):
        return Reading(twice, "country")
    close = process.extractOne(
        fold(text), [word for word in words if len(word) > 3], scorer=fuzz.ratio, score_cutoff=75
    )
    return Reading(problem="readable", suggestion=words[close[0]] if close else None)


SHARED_CURRENCIES = {"XAF", "XCD", "XCG", "XOF", "XPF"}  # the other codes with X are gold, tests and «none»


@cache
def _currency_words() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - as above

    names: list[Mapping[str, str]] = [Locale(language).currencies for language in NAME_LANGUAGES]
    words = {fold(name): code for named in names for code, name in named.items()}
    words |= {code.casefold(): code for named in names for code in named}
    return {word: code for word, code in words.items() if code[0] != "X" or code in SHARED_CURRENCIES}


def read_currency(raw: Raw, field: Field, context: Context) -> Reading:
    """A currency by its code, its sign or its name."""
    text = read_text(raw, field, context).value or ""
    symbols = {"€": "EUR", "£": "GBP", "us$": "USD", "kr": context.currency, "kr.": context.currency}
    code = symbols.get(fold(text)) or _currency_words().get(fold(text))
    if code is None and (twice := _said_twice(text, symbols | _currency_words())):
        return Reading(twice, "currency")
    if code is None:
        return Reading(problem="readable")
    if code.casefold() == fold(text):
        return Reading(code, None if code == text else "spelling")
    return Reading(code, "currency")


# Private functions


def _said_twice(text: str, words: Mapping[str, str]) -> str | None:
    """The code of a text that says it with two words, as «Swedish Krona - SEK» or «NO (Norge)»; both must mean it."""
    parts = [part for part in re.split(r"\s+[-–]\s+|[(),;:]", text) if part.strip()]
    codes = {words.get(fold(part)) for part in parts}
    return codes.pop() if len(parts) == 2 and len(codes) == 1 else None
