"""What may be chosen in a cell: code lists, countries, currencies, yes and no; in the template's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

from momentsheet.model.catalog import Catalog, Code, Entity, Field, say

# Babel's territories that are no countries: regions, groups, test codes.
NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
NEAR_COUNTRIES = ("NO", "SE", "DK", "FI", "IS", "DE", "GB", "NL", "US")
NEAR_CURRENCIES = ("NOK", "SEK", "DKK", "EUR", "USD", "GBP")
# Other spellings that are understood and therefore not marked while typing.
YES_NO_WORDS = ("ja", "j", "nei", "n", "nej", "yes", "y", "no", "sann", "sant", "usann", "true", "false", "1", "0", "x")


@dataclass(frozen=True, slots=True)
class Choice:
    """A dropdown: the name of its list, what is offered, every spelling that is understood, is it the whole truth."""

    name: str  # without `lst_`
    labels: tuple[str, ...]
    understood: tuple[str, ...]
    is_closed: bool


def choices_of(catalog: Catalog, entity: Entity, field: Field, language: str) -> Choice | None:
    """The dropdown of a field, None where people type freely or where another sheet holds the list."""
    allowed = field.schema.get("allowed")
    own_name = f"{entity.name}_{field.name}_allowed"
    if field.type == "codelist" and field.list is not None:
        codes = catalog.code_lists[field.list].codes
        if allowed:
            codes = tuple(code for code in codes if code.code in allowed)
        name = own_name if allowed else field.list
        labels = tuple(_label(code, language) for code in codes)
        return Choice(name, labels, _spellings(codes), True)
    if field.type == "boolean":
        words = tuple(catalog.text(f"template.{word}", language) for word in ("yes", "no"))
        return Choice("boolean", words, (*words, *YES_NO_WORDS), True)
    if field.type in {"text", "code", "country", "currency"} and allowed:
        texts = tuple(str(value) for value in allowed)
        labels = tuple(label_of(catalog, field, text, language) for text in texts)
        return Choice(own_name, labels, (*labels, *texts), True)
    if field.type == "country":
        return _countries(catalog.company.country, language, catalog.languages)
    if field.type == "currency":
        return _currencies(catalog.company.currency)
    return None


def label_of(catalog: Catalog, field: Field, text: str, language: str) -> str:
    """What stands in the dropdown for a canonical value: labels of codes, names of countries, else the value."""
    if field.type == "codelist" and field.list is not None:
        for code in catalog.code_lists[field.list].codes:
            if code.code == text:
                return _label(code, language)
    if field.type == "country":
        return _country_names(language).get(text, text)
    return text


def sorted_for(texts: Iterable[str], language: str) -> list[str]:
    """Texts in the order of the language: æ, ø and å come last in Norwegian, Danish and (å, ä, ö) Swedish."""
    last = {"nb": "æøå", "nn": "æøå", "da": "æøå", "sv": "åäö"}.get(language, "")

    def key(text: str) -> tuple[str, str]:
        letters = []
        for char in unicodedata.normalize("NFC", text).casefold():
            if char in last:
                letters.append(chr(ord("{") + last.index(char)))
            else:
                letters.append(unicodedata.normalize("NFD", char)[0])
        return "".join(letters), text

    return sorted(texts, key=key)


# Private functions


def _label(code: Code, language: str) -> str:
    return say(code.label, language)


def _spellings(codes: Sequence[Code]) -> tuple[str, ...]:
    """Every word of these codes, each once whatever its case; labels first."""
    words: dict[str, str] = {}
    for code in codes:
        for word in (*code.label.values(), code.code, *code.synonyms):
            words.setdefault(word.casefold(), word)
    return tuple(words.values())


def _countries(own: str, language: str, languages: Sequence[str]) -> Choice:
    names = _country_names(language)
    near = [names[code] for code in dict.fromkeys((own, *NEAR_COUNTRIES)) if code in names]
    labels = tuple(dict.fromkeys((*near, *sorted_for(names.values(), language))))
    understood = dict.fromkeys(labels)
    for other in languages:
        understood |= dict.fromkeys(_country_names(other).values())
    understood |= dict.fromkeys(names)
    return Choice("country", labels, tuple(understood), False)


@cache
def _country_names(language: str) -> dict[str, str]:
    """Country code -> name."""
    territories = Locale.parse(language).territories
    return {
        code: name
        for code, name in sorted(territories.items())
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


def _currencies(own: str) -> Choice:
    """Codes of all currencies that are money somewhere today, the near ones first."""
    today = {
        code
        for entries in get_global("territory_currencies").values()
        for code, _, end, is_tender in entries
        if end is None and is_tender
    }
    labels = tuple(dict.fromkeys((own, *NEAR_CURRENCIES, *sorted(today))))
    return Choice("currency", labels, labels, True)
