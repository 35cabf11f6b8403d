"""The declared shape of every kind of file: what may stand where in rule files and company files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from momentsheet.catalog.shape import (
    Boolean,
    ByKey,
    Choice,
    Date,
    Either,
    FieldPath,
    Known,
    Many,
    Marked,
    Number,
    Record,
    Shape,
    Switch,
    Text,
    Unread,
)
from momentsheet.model.catalog import DateOrder, Layout, severities, type_names, write_kinds

field_checks = ("required", "readable", "listed", "known", "unique", "schema", "precise", "demand")
number_types = ("integer", "decimal", "money", "percent", "hours")

NAME = Text(r"[a-z][a-z0-9_]{0,59}", "a name of small letters, digits and `_`")
RULE_CODE = Text(r"[A-Z]{2,4}-[0-9]{2}", "a code like `CU-05`")
TEXT_ID = Text(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*", "an id like `sheet.start`")
TEXTS = Record(needs={"en": Text(), "nb": Text()})
WORDS = Many(Text())
FIELDS = Many(Known("field"))
EVIDENCE = Choice(("documented", "observed", "inferred", "own"))


# Cerberus vocabulary for parsed values: the parts that fit a column. Presence and type are said on the field itself.

_VALUES: Mapping[str, Shape] = {
    **dict.fromkeys(number_types, Number()), "integer": Number(is_whole=True), "date": Date(), "boolean": Boolean(),
}  # fmt: skip
_LENGTH = Number(0, 32_767, is_whole=True)


def _schema(type_name: str, alternatives: bool = True) -> Record:
    value = _VALUES.get(type_name, Text())
    rules: dict[str, Shape] = {"allowed": Many(value, 1), "forbidden": Many(value, 1)}
    if type_name not in _VALUES:
        rules |= {"minlength": _LENGTH, "maxlength": _LENGTH, "regex": Text(), "contains": Text()}
    elif type_name != "boolean":
        rules |= {"min": value, "max": value}
    if alternatives:
        inner = _schema(type_name, alternatives=False)
        for of in ("anyof", "allof", "noneof", "oneof"):
            rules[of] = Many(inner, 1)
            rules |= {f"{of}_{rule}": Many(shape, 1) for rule, shape in inner.may.items()}
    return Record(may=rules)


SCHEMAS: Mapping[str, Record] = {name: _schema(name) for name in type_names}


# Entity files

_OF_TYPE: Mapping[str, Mapping[str, Mapping[str, Shape]]] = {
    "codelist": {"needs": {"list": Known("list")}},
    "list": {"may": {"list": Known("list")}},
    "reference": {"needs": {"to": FieldPath()}, "may": {"same": FIELDS}},
    **{name: {"may": {"decimals": Number(0, 6, is_whole=True)}} for name in ("decimal", "money", "percent", "hours")},
}


def _field(type_name: str) -> Record:
    more = _OF_TYPE.get(type_name, {})
    return Record(
        needs={"name": NAME, "type": Text(), "label": TEXTS, "help": TEXTS, "example": Text(), **more.get("needs", {})},
        may={
            "aliases": WORDS,
            "required": Boolean(),
            "required_when": Text(),
            "schema": SCHEMAS[type_name],
            "privacy": Choice(("public", "personal", "health")),
            "unit": Text(),
            "imported": Boolean(),
            "in_template": Boolean(),
            **more.get("may", {}),
        },
    )


FIELD = Switch("type", {name: _field(name) for name in type_names})
ROW = ByKey(Known("field"), Text(may_be_blank=True))
ROWS = Either(many=Many(ROW), mapping=ROW)

# What a company file may say; every key has a default
_WORDING = Either(text=Text(), mapping=ByKey(Known("language"), Text(), least=1))
COMPANY = Record(
    may={
        "code": Text(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "letters, digits, `-` and `_`"),
        "name": Text(),
        "org_number": Text(r"[A-Za-z]{0,3}[0-9][0-9 .-]{4,24}([A-Za-z]{3})?", "a registration number, in quotes"),
        "country": Text(r"[A-Z]{2}", "a country code of two capital letters"),
        "currency": Text(r"[A-Z]{3}", "a currency code of three capital letters"),
        "language": Known("language"),
        "contact": Text(),
        "source_system": Text(),
        "accounting_system": Known("system"),
        "cutover_date": Date(),
        "date_order": Choice(get_args(DateOrder)),
        "hours_per_day": Number(0.5, 24),
        "credit_days": Number(0, 365, is_whole=True),
        "entities": Many(Known("entity"), 1),
        "code_lists": ByKey(
            Known("list"),
            Many(Record(needs={"code": Text()}, may={"label": _WORDING, "synonyms": WORDS}), 1, "code", "code"),
        ),
        "fields": ByKey(
            FieldPath(),
            Record(may={"hide": Boolean(), "require": Boolean(), "label": _WORDING, "allowed": WORDS}),
        ),
        "defaults": ByKey(FieldPath(), Text()),
    }
)

_BOOK = Record(may={"book": ByKey(Known("entity"), ROWS, is_scope=True, least=1), "company": COMPANY})
EXAMPLE = Marked(("book", "company"), _BOOK, ROWS)
EXAMPLES = Record(needs={"good": Many(EXAMPLE, 1), "bad": Many(EXAMPLE, 1)})

_TOLD: Mapping[str, Shape] = {
    "code": RULE_CODE, "severity": Choice(severities), "reach": Text(), "message": TEXTS, "why": TEXTS, "fix": TEXTS,
}  # fmt: skip
_SHOWN: Mapping[str, Shape] = {**_TOLD, "fields": Many(Known("field"), 1), "examples": EXAMPLES}
_SWITCHED: Mapping[str, Shape] = {"on_demand": Boolean()}
_BY_SQL: Mapping[str, Shape] = {"blank_ok": FIELDS, "one_per": FIELDS, "facts": ByKey(NAME, Text()), **_SWITCHED}

# A rule of an entity, by its reach
RULE = Switch(
    "reach",
    {
        "field": Record(
            _SHOWN, {"check": Choice(field_checks), "schema": Unread(), **_SWITCHED}, exactly_one=("check", "schema")
        ),
        "row": Record({**_SHOWN, "holds": Text()}, _BY_SQL),
        "table": Record({**_SHOWN, "holds": Text()}, _BY_SQL),
        "book": Record({**_SHOWN, "offends": Text()}, _SWITCHED),
    },
)
# A rule for whatever entity or for the workbook itself; what is wrong with a workbook cannot be shown as rows
GENERAL_RULE = Switch(
    "reach",
    {
        "field": Record({**_TOLD, "check": Choice(field_checks), "examples": EXAMPLES}, _SWITCHED),
        "workbook": Record({**_TOLD, "check": NAME}, {"examples": EXAMPLES, **_SWITCHED}),
    },
)

ENTITY = Record(
    needs={
        "entity": NAME,
        "order": Number(1, 999, is_whole=True),
        "title": TEXTS,
        "help": TEXTS,
        "fields": Many(FIELD, 1, "field", "name"),
    },
    may={
        "sheet_aliases": WORDS,
        "layout": Choice(get_args(Layout)),
        "key": FIELDS,
        "identity": FIELDS,
        "totals": FIELDS,
        "totals_by": FIELDS,
        "rules": Many(RULE, 0, "rule", "code"),
        "sample": Many(ROW),
        "derived": Text(),
    },
    scope="entity",
)

# The other rule files

CODE_LIST = Record(
    needs={
        "list": NAME,
        "title": TEXTS,
        "codes": Many(Record({"code": Text(), "label": TEXTS}, {"synonyms": WORDS}), 1, "code", "code"),
    }
)

ACCOUNTING = Record(
    needs={"system": NAME, "label": TEXTS, "numbers_from": Choice(("moment", "accounting", "unknown"))},
    may={
        "demands": Many(
            Record(
                {"field": FieldPath(), "code": Known("rule"), "schema": Unread(), "says": TEXTS, "example": Text()},
                {"good": WORDS, "bad": WORDS},
            ),
            called="demand",
        ),
        "rules": Many(Known("rule")),
        "notes": Many(TEXTS, called="note"),
    },
)

_COLUMN = Record(
    {"name": Text(), "field": Known("field")},
    {
        "write": Choice(write_kinds),
        "evidence": EVIDENCE,
        "lookup": Record({"entity": Text(), "by": Text()}),
        "values": ByKey(Text(), Text()),
    },
)
FORMAT = Record(
    needs={
        "format": NAME,
        "kind": Choice(("csv", "ndjson")),
        "suffix": Text(r"[a-z0-9]{1,10}", "a suffix without the dot"),
        "title": TEXTS,
        "files": Many(
            Record(
                {"entity": Known("entity"), "file": NAME, "columns": Many(_COLUMN, 1, "column", "name")},
                {"path": Text(), "evidence": EVIDENCE},
                scope="entity",
            ),
            1,
            "file",
            "file",
        ),
    }
)

GENERAL = Record(needs={"rules": Many(GENERAL_RULE, 0, "rule", "code")})
SHORT_TEXTS = ByKey(TEXT_ID, TEXTS)
LANGUAGE = ByKey(Text(), Text())

# folder below rules/ -> shape of its files, and the key that repeats the file's name
FOLDERS: Mapping[str, tuple[Shape, str | None]] = {
    "entities": (ENTITY, "entity"),
    "codelists": (CODE_LIST, "list"),
    "accounting": (ACCOUNTING, "system"),
    "formats": (FORMAT, "format"),
    "texts": (SHORT_TEXTS, None),
    "languages": (LANGUAGE, None),
}
