"""What people read speaks their language: no jargon in any text for customers.

That no message names a field or a code is asked in test_rules.py, of every bad example.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from momentsheet.catalog import load_catalog
from momentsheet.model.catalog import say

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")

LANGUAGES = ("en", "nb", "sv", "da")

# Words of programmers, by language. Ordinary words that programmers use, too («valid»), are none.
JARGON = {
    "en": (
        "null", "boolean", "string", "regex", "regular expression", "fields?", "entit(y|ies)", "ISO", "UTF",
        "parse[ds]?", "format codes?", "schema", "integer", "float", "syntax", "data type", "primary key",
        "foreign key",
        "keys?", "IDs?", "JSON",
        "exception", "delimiter", "encoding", "hash", "quer(y|ies)", "SQL", "database",
        "attribute", "parameter", "enum", "token", "Unicode", "ASCII", "timestamp", "object", "default", "template id",
        "company file", "dropdown value", "catalog", "finding",
    ),
    "nb": (
        "boolsk", "streng", "regex", "regulært uttrykk", "felt(et|er|ene)?", "entitet(er)?", "ISO", "UTF", "parse\\w*",
        "formatkode", "skjema", "flyttall", "syntaks", "datatype", "primærnøkkel", "nøkkel(en)?", "nøkler", "ID(-en)?",
        "JSON", "standardverdi\\w*", "unntak", "koding", "SQL", "database", "attributt", "parameter", "objekt",
        "firmafil(en)?",
    ),
    "sv": (
        "null", "boolesk\\w*", "sträng", "regex", "reguljärt uttryck", "fält(et|en)?", "entitet(er)?", "ISO", "UTF",
        "parsa\\w*", "formatkod", "schema", "flyttal", "syntax", "datatyp", "primärnyckel", "nyckel(n)?", "nycklar",
        "ID(:t)?", "JSON", "standardvärde\\w*", "undantag", "kodning", "SQL", "databas", "attribut", "parameter",
        "objekt", "företagsfil(en)?",
    ),
    "da": (
        "null", "boolsk\\w*", "streng", "regex", "regulært udtryk", "felt(et|er|erne)?", "entitet(er)?", "ISO", "UTF",
        "parse\\w*", "formatkode", "skema", "flydende tal", "syntaks", "datatype", "primærnøgle", "nøgle(n|r)?",
        "ID('et)?", "JSON", "standardværdi\\w*", "undtagelse", "kodning", "SQL", "database", "attribut",
        "parameter", "objekt", "firmafil(en)?",
    ),
}  # fmt: skip

# In the quotes of all four languages
QUOTED = re.compile(r"«[^»]*»|”[^”]*”|»[^«]*«")


def jargon(text: str, language: str) -> list[str]:
    """The words of programmers in a text; what it quotes from the file is the customer's own."""
    pattern = rf"(?<![\w-])(?:{'|'.join(JARGON[language])})(?![\w-])"
    return [match[0] for match in re.finditer(pattern, QUOTED.sub("«»", text), re.IGNORECASE)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_complaint_5_no_rule_speaks_like_a_program(language: str) -> None:
    wrong = {
        (rule.code, name): found
        for rule in CATALOG.rules.values()
        for name, texts in (("message", rule.message), ("fix", rule.fix))
        if (found := jargon(re.sub(r"\{\w+\}", "", say(texts, language)), language))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_short_text_for_customers_speaks_like_a_program(language: str) -> None:
    families = (
        "type.",
        "schema.",
        "repair.",
        "refusal.",
        "letter.",
        "how.",
        "verdict.",
        "next.",
        "evidence.",
        "doubt.",
    )
    wrong = {
        text_id: found
        for text_id, texts in CATALOG.texts.items()
        if text_id.startswith(families)
        if (found := jargon(re.sub(r"\{\w+\}", "", say(texts, language)), language))
    }
    assert wrong == {}
