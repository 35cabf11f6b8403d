"""The declared shape of every kind of file: what may stand where in rule files and company files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from momentsheet.catalog.place import Taken
from momentsheet.catalog.places import near_country, near_currency
from momentsheet.catalog.schemas import SCHEMAS
from momentsheet.catalog.shape import (
    Boolean,
    ByKey,
    Choice,
    Date,
    Either,
    EntityOrField,
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
from momentsheet.model.catalog import (
    DateOrder,
    Layout,
    Level,
    TemplateOrigin,
    Worker,
    severities,
    type_names,
    write_kinds,
)
from momentsheet.model.page_words import PageWords

# What checking can do by name, by the reach of the rule that tells of it
field_checks = ("required", "readable", "listed", "known", "unique", "schema", "precise", "demand")
privacy_checks = ("national_id", "mentions")
table_checks = (
    "acyclic", "overlapping", "looks_like_minutes", "looks_like_days", "looks_like_clock", "replaced",
    "kid_check_digit", "kid_mod11", "reconciled", "reconciled_so_far", "figure_applies", "figure_has_rows",
)  # fmt: skip

NAME = Text(r"[a-z][a-z0-9_]{0,59}", "a name of small letters, digits and `_`")
RULE_CODE = Text(r"[A-Z]{2,4}-[0-9]{2}", "a code like `CU-05`")
TEXT_ID = Text(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*", "an id like `sheet.start`")
TEXTS = Record(needs={"en": Text(), "nb": Text()})
WORDS = Many(Text())
FIELDS = Many(Known("field"))
IMPORTED = Choice(("true", "false", "by_agreement"))
# Of a folder, so without query and fragment; what leads elsewhere than to files (javascript:) has no place in a report.
ADDRESS = Text(
    r"((https?|file)://([^\s?#\"<>\\^`{|}%]|%[0-9A-Fa-f]{2})+|([^:?#\"<>\\^`{|}%]|%[0-9A-Fa-f]{2})+)",
    "the address of a folder, like `https://intranet.example/momentsheet/`, or a path like `../site`",
)
EVIDENCE = Choice(("documented", "observed", "inferred", "own"))


# Entity files

_OF_TYPE: Mapping[str, Mapping[str, Mapping[str, Shape]]] = {
    "codelist": {"needs": {"list": Known("list")}},
    "list": {"may": {"list": Known("list")}},
    "code": {"may": {"looked_up": Record({"by": Known("field"), "in": ByKey(Text(), FieldPath(), least=1)})}},
    "reference": {
        "needs": {"to": FieldPath()},
        "may": {"same": FIELDS, "is_part": Boolean(), "stand_ins": WORDS},
    },
    **{name: {"may": {"decimals": Number(0, 6, is_whole=True)}} for name in ("decimal", "money", "percent")},
    "hours": {"may": {"decimals": Number(0, 6, is_whole=True), "minutes": WORDS}},
    "file_name": {"may": {"bears": FieldPath()}},
}


def _field(type_name: str) -> Record:
    more = _OF_TYPE.get(type_name, {})
    return Record(
        needs={"name": NAME, "type": Text(), "label": TEXTS, "help": TEXTS, "example": Text(), **more.get("needs", {})},
        may={
            "aliases": WORDS,
            "was": Many(NAME),
            "required": Boolean(),
            "required_when": Text(),
            "schema": SCHEMAS[type_name],
            "country": Known("field"),
            "privacy": Choice(("public", "personal", "health")),
            "unit": Text(),
            "imported": IMPORTED,
            "in_template": Boolean(),
            "reads": ByKey(Text(), Text(), least=1),
            "series_of": FieldPath(),
            **more.get("may", {}),
        },
    )


# Where new numbers come from; a company file says what is another with it
SERIES: Mapping[str, Shape] = {
    "first": Number(0, is_whole=True),
    "last": Number(0, is_whole=True),
    "prefix": Text(r"[^\W\d_]{1,10}-?", "letters, and a dash behind them if there is one"),
    "outside": Choice(("moves", "stays")),
}

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
        "country": Text(r"[A-Z]{2}", "a country code of two capital letters", near=near_country),
        "currency": Text(r"[A-Z]{3}", "a currency code of three capital letters", near=near_currency),
        "language": Known("language"),
        "contact": Text(),
        "docs": ADDRESS,
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
        "agreed": Many(EntityOrField()),
        "next_numbers": ByKey(FieldPath(), Text()),
        "samples": ByKey(Known("entity"), Many(Text(), 1)),
        "series": ByKey(FieldPath(), Record(may=SERIES)),
    }
)

# Sheets as a customer may have laid them out: the only way to show what is wrong with a sheet as a whole
_SHEET = Record(
    needs={"name": Text(), "cells": Many(Many(Text(may_be_blank=True), 1, may_repeat=True), 1)},
    may={
        "hidden_rows": Many(Number(1, 1_048_576, is_whole=True)),
        "merged": Many(Text(r"[A-Z]{1,3}\d+:[A-Z]{1,3}\d+", "an area such as A2:A3")),
        "state": Choice(("visible", "hidden", "veryHidden")),
    },
)
_BOOK = Record(
    may={
        "book": ByKey(Known("entity"), ROWS, is_scope=True, least=1),
        "company": COMPANY,
        "sheets": Many(_SHEET, 1),
        "template": Choice(get_args(TemplateOrigin)),
    }
)
BOOK_KEYS = frozenset(_BOOK.may)  # what tells such an example from a row
EXAMPLE = Marked(BOOK_KEYS, _BOOK, ROWS)
EXAMPLES = Record(needs={"good": Many(EXAMPLE, 1), "bad": Many(EXAMPLE, 1)})

_OF_BOOKS = Record(needs={"good": Many(_BOOK, 1), "bad": Many(_BOOK, 1)})
_FILES = Record(needs={"files": ByKey(Text(), Text(), least=1)})  # name -> what is in it, see tests/file_examples.py
_OF_FILES = Record(needs={"good": Many(_FILES, 1), "bad": Many(_FILES, 1)})

# Who puts right what a rule tells of, and how long that takes
WORK = Record(
    may={"by": Choice(get_args(Worker)), "minutes": Number(0, 600), "per": Choice(("problem", "cell"))},
)
_TOLD: Mapping[str, Shape] = {
    "code": RULE_CODE, "severity": Choice(severities), "reach": Text(), "message": TEXTS, "why": TEXTS, "fix": TEXTS,
}  # fmt: skip
_SHOWN: Mapping[str, Shape] = {**_TOLD, "fields": Many(Known("field"), 1), "examples": EXAMPLES}
_SWITCHED: Mapping[str, Shape] = {"on_demand": Boolean(), "one_per": WORDS, "work": WORK, "waivable": Boolean()}
_SAME: Mapping[str, Shape] = {"same_as": NAME}  # a fact with the key of the row that this one seems to be
_WORDS: Mapping[str, Shape] = {"words": NAME}  # the fact table of `check: mentions`
_STANDS_FOR: Mapping[str, Shape] = {
    "as": Many(Record({"field": FieldPath()}, {"when": Text()}), 1)
}  # of `check: demand`
_BY_SQL: Mapping[str, Shape] = {"blank_ok": WORDS, "facts": ByKey(NAME, Text()), **_SWITCHED, **_SAME}

# A rule of an entity, by its reach
RULE = Switch(
    "reach",
    {
        "field": Record(
            _SHOWN,
            {
                "check": Choice((*field_checks, *privacy_checks)),
                "schema": Unread(),
                **_SWITCHED,
                **_WORDS,
                **_STANDS_FOR,
            },
            exactly_one=("check", "schema"),
        ),
        "row": Record({**_SHOWN, "holds": Text()}, _BY_SQL),
        "table": Record(
            _SHOWN, {"check": Choice(table_checks), "holds": Text(), **_BY_SQL}, exactly_one=("check", "holds")
        ),
        "book": Record({**_SHOWN, "offends": Text()}, {**_SWITCHED, "may_lack": Many(Known("entity"))}),
    },
)
# A rule for whatever entity, or for the workbook itself
GENERAL_RULE = Switch(
    "reach",
    {
        "field": Record(
            {**_TOLD, "check": Choice((*field_checks, *privacy_checks)), "examples": _OF_BOOKS}, {**_SWITCHED, **_WORDS}
        ),
        "workbook": Record({**_TOLD, "check": NAME, "examples": _OF_BOOKS}, _SWITCHED),
    },
)
# A rule about the files that come beside the workbook
FILE_RULE = Switch(
    "reach", {"file": Record({**_TOLD, "check": NAME, "examples": _OF_FILES}, {"work": WORK, "waivable": Boolean()})}
)

# What the receipt shows of a row beside its own columns
SAMPLE_PART = Record(
    may={"named_by": Known("field"), "rows": FieldPath(), "columns": WORDS, "summed_by": WORDS},
    exactly_one=("named_by", "rows"),
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
        "level": Choice(get_args(Level)),
        "imported": IMPORTED,
        "computed": WORDS,
        "retired": Many(NAME),
        "alike": Record(
            may={
                "name": FIELDS,
                "exact": FIELDS,
                "hints": FIELDS,
                "within": FIELDS,
                "without": NAME,
                "rows": FIELDS,
            }
        ),
        "used_by": Many(Known("entity")),
        "was": Many(NAME),
        "may_be_added": Boolean(),
        "known_as": Many(Text(r".*\{\w+\}.*", "a pattern with fields, like `{first_name} {last_name}`")),
        "keeps_old": Known("field"),
        "sample_pages": Record(
            needs={"count": Number(1, 10, is_whole=True)}, may={"parts": Many(SAMPLE_PART, may_repeat=True)}
        ),
        "controls": Record(
            needs={"figure": Known("field"), "value": Known("field")},
            may={"by": FIELDS, "tolerance": Known("field")},
        ),
    },
)

# The other rule files

# What a control figure counts or sums
MEASURE = Record(
    needs={"of": Known("entity"), "query": Text()},
    may={"decimals": Number(1, 6, is_whole=True), "tolerance": Number(0)},
)
CODE_LIST = Record(
    needs={
        "list": NAME,
        "title": TEXTS,
    },
    may={
        "codes": Many(
            Record({"code": Text(), "label": TEXTS}, {"synonyms": WORDS, "measures": MEASURE}), 1, "code", "code"
        ),
        "open": Boolean(),
    },
)

FACT_TABLE = Record(
    needs={
        "table": NAME,
        "columns": ByKey(NAME, Choice(type_names), least=1),
        "rows": Many(Many(Text(may_be_blank=True), 1, may_repeat=True), 1, "row"),
    }
)

WORK_LIST = Record(
    needs={
        "worklist": NAME,
        "order": Number(1, 999, is_whole=True),
        "title": TEXTS,
        "place": TEXTS,
        "help": TEXTS,
        "query": Text(),
        "columns": Many(
            Record(
                {"name": NAME},
                {
                    "field": FieldPath(),
                    "label": TEXTS,
                    "type": Choice(type_names),
                    "decimals": Number(0, 6, is_whole=True),
                },
            ),
            1,
            "column",
            "name",
        ),
    },
    may={"in_place_of": EntityOrField(), "steps": Many(TEXTS, called="step"), "adds_notes": Boolean()},
)

ACCOUNTING = Record(
    needs={
        "system": Text(r"[a-z0-9_]{1,60}", "a name of small letters, digits and `_`"),
        "label": TEXTS,
        "numbers_from": Choice(("moment", "accounting", "unknown")),
    },
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
        "series": Many(
            Record({"field": FieldPath()}, {**SERIES, "shares": Many(FieldPath(), 1), "evidence": EVIDENCE}),
            called="series",
        ),
    },
)

# Files beside the workbook
_PATTERN = Text(r".*\{\w+\}.*", "a pattern with fields, like `{first_name} {last_name}`")
FILE_KIND = Record(
    needs={
        "kind": NAME,
        "order": Number(1, 999, is_whole=True),
        "title": TEXTS,
        "entity": Known("entity"),
        "key": Many(Known("field"), 1),
        "folder": NAME,
    },
    may={
        "formats": Many(Choice(("pdf", "jpg", "png")), 1),
        "by": Known("field"),
        "listed": Many(Record({"file": FieldPath()}, {"key": FieldPath()})),
        "known_by": Many(_PATTERN),
        "words": WORDS,
        "named": Record(needs={"en": _PATTERN, "nb": _PATTERN}),
        "every_row": Boolean(),
        "may_hold_several": Boolean(),
        "must_differ": Boolean(),
        "contents": Record(may={"date": Known("field"), "amounts": FIELDS, "currency": Known("field"), "names": WORDS}),
        "largest": Number(16, 10_000, is_whole=True),
    },
    scope="entity",
)

PAGE_WORDS = Record(may={item.name: WORDS for item in fields(PageWords)})

_COLUMN = Record(
    {"name": Text(), "field": Known("field")},
    {
        "write": Choice(write_kinds),
        "number": Boolean(),
        "evidence": EVIDENCE,
        "values": ByKey(Text(), Text(), least=1),
        "lookup": Record({"entity": Text(), "by": Text()}),
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

GENERAL = Record(needs={"rules": Many(GENERAL_RULE, 0, "rule", "code")}, may={"work": ByKey(NAME, WORK)})
ABOUT_FILES = Record(needs={"rules": Many(FILE_RULE, 0, "rule", "code")})
SHORT_TEXTS = ByKey(TEXT_ID, TEXTS)
LANGUAGE = ByKey(Text(), Text())

# folder below rules/ -> shape of its files, and the key that repeats the file's name
FOLDERS: Mapping[str, tuple[Shape, str | None]] = {
    "entities": (ENTITY, "entity"),
    "codelists": (CODE_LIST, "list"),
    "accounting": (ACCOUNTING, "system"),
    "formats": (FORMAT, "format"),
    "tables": (FACT_TABLE, "table"),
    "worklists": (WORK_LIST, "worklist"),
    "files": (FILE_KIND, "kind"),
    "words": (PAGE_WORDS, None),
    "texts": (SHORT_TEXTS, None),
}
LANGUAGES = "languages"  # folder with a folder of texts for each further language


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """All rule files as they were taken, by name; a file that cannot be understood at all is not among them."""

    entities: Mapping[str, Taken]
    code_lists: Mapping[str, Taken]
    accounting: Mapping[str, Taken]
    formats: Mapping[str, Taken]
    fact_tables: Mapping[str, Taken]
    work_lists: dict[str, Taken]
    file_kinds: dict[str, Taken]
    page_words: Taken | None  # rules/words/pages.yaml
    texts: tuple[Taken, ...]
    languages: Mapping[str, tuple[Taken, ...]]
    general: tuple[Taken, ...]  # the rules of rules/workbook.yaml and rules/files.yaml
    general_file: str | None  # None where it could not be understood
    work: Taken  # check -> the work that its rules mean where they say nothing themselves; `other` for all the rest

    def field(self, entity: str, name: str) -> Taken | None:
        """That field, None where it is not there or not understood."""
        fields = self.entities[entity].get("fields", ()) if entity in self.entities else ()
        return next((item for item in fields if item.get("name") == name), None)

    def targets(self, entity: str) -> frozenset[str]:
        """The entities that its columns refer to."""
        fields = self.entities[entity].get("fields", ()) if entity in self.entities else ()
        return frozenset(field["to"][0] for field in fields if "to" in field)

    def fact_columns(self) -> Mapping[str, Mapping[str, str]]:
        """Fact table -> column -> type."""
        return {name: taken["columns"] for name, taken in self.fact_tables.items() if "columns" in taken}

    def types(self) -> Mapping[str, Mapping[str, str]]:
        """Entity -> field -> type."""
        return {
            name: {item["name"]: item["type"] for item in entity.get("fields", ()) if "name" in item and "type" in item}
            for name, entity in self.entities.items()
        }
