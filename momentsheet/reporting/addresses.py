"""Where everything stands on the documentation site, and links to it from reports."""

from __future__ import annotations

import re
from urllib.parse import quote

from momentsheet.model.catalog import Catalog

site_languages = ("en", "nb")  # what consultants read is written in these

# Own ids of a page hold a hyphen, names of the rule files do not: so none of them can meet.


def family(code: str) -> str:
    """The letters of a rule's code: the rules of one family stand on one page."""
    return code.partition("-")[0]


def entity_place(entity: str) -> str:
    """Page of an entity, below the folder of its language."""
    return f"data-{entity}.html"


def field_place(entity: str, field: str) -> str:
    """Page and anchor of a field."""
    return f"{entity_place(entity)}#{field}"


def family_place(letters: str) -> str:
    """Page of the rules whose codes begin with these letters."""
    return f"rules-{letters}.html"


def rule_place(code: str) -> str:
    """Page and anchor of a rule."""
    return f"{family_place(family(code))}#{code}"


def list_place(name: str) -> str:
    """Page and anchor of a code list."""
    return f"lists.html#{name}"


def system_place(name: str) -> str:
    """Page and anchor of an accounting system."""
    return f"systems.html#{name}"


def format_place(name: str, file: str | None = None) -> str:
    """Page of a format, with the anchor of one of its files."""
    return f"format-{name}.html#{file}" if file else f"format-{name}.html"


def work_list_place(name: str) -> str:
    """Page and anchor of a work list."""
    return f"worklists.html#{name}"


def facts_place(name: str) -> str:
    """Page and anchor of a table of facts."""
    return f"facts.html#{name}"


def rule_link(catalog: Catalog, code: str, language: str) -> str:
    """Address of a rule on the company's copy of the site, "" where the company file does not say where that is."""
    return _link(catalog, rule_place(quote(code)), language)


def entity_link(catalog: Catalog, entity: str, field: str | None, language: str) -> str:
    """Address of an entity or of one of its fields, as `rule_link`."""
    return _link(catalog, field_place(entity, field) if field else entity_place(entity), language)


def is_absolute(address: str) -> bool:
    """Whether an address leads to the same place wherever it is read."""
    return re.match(r"[a-z][a-z0-9+.-]*://", address) is not None


# Private functions


def _link(catalog: Catalog, place: str, language: str) -> str:
    if not catalog.company.docs:
        return ""
    folder = quote(catalog.company.docs, safe="/:%!$&'()*+,;=@~[]")
    return f"{folder.rstrip('/')}/{language if language in site_languages else site_languages[0]}/{place}"
