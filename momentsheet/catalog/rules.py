"""Rules, verified: SQL and schemas against the columns, placeholders, codes, and checks that would go untold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl

from momentsheet.catalog.files import RuleFiles, field_checks, privacy_checks, table_checks
from momentsheet.catalog.names import Names, did_you_mean
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.schemas import take_schema
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.catalog.texts import placeholder_problems
from momentsheet.errors import Problem
from momentsheet.model.facts import constant_types, tables_read
from momentsheet.model.table import dtype

# Placeholders that every message may use, and what single checks add
ALWAYS = {
    "value", "header", "label", "key", "row", "cell", "sheet", "file", "suggestion", "first_row", "first_cell",
    "today", "company_name", "accounting_system", "cutover_date", "country", "currency", "date_order",
}  # fmt: skip
OF_CHECK: Mapping[str, Collection[str]] = {
    "required": ("example",),
    "readable": ("type", "example"),
    "listed": ("type", "example", "allowed"),
    "known": ("expected",),
    "unique": ("first_sheet", "first_value"),
    "schema": ("says", "limit", "example"),
    "precise": ("type", "example", "minutes", "rounded"),
    "demand": ("says", "example"),
    "acyclic": ("chain",),
    "overlapping": ("first_sheet",),
    "looks_like_minutes": ("median", "count"),
    "looks_like_days": ("days", "as_days", "count"),
    "looks_like_clock": ("as_number", "as_clock", "count"),
    "replaced": ("replacement", "expected"),
    "mentions": ("word",),
    "kid_mod11": ("count",),
    "reconciled": ("found", "difference", "tolerated", "hint", "parts"),
    "reconciled_so_far": ("found", "difference", "hint", "count", "held"),
    "figure_applies": ("by",),
    "figure_has_rows": ("expected",),
    "ambiguous_date": ("day_first", "month_first", "count", "says"),
    "turned_date": ("day_first", "month_first", "count"),
    "against_order": ("order", "count", "says"),
    "order_decided": ("order", "count", "most", "least", "cells"),
    "ambiguous_number": ("whole", "fraction", "count", "says"),
    "mark_decided": ("mark", "count", "most", "least", "cells"),
    "doubtful_percent": ("count",),
    "week_without_day": ("monday", "sunday"),
    "file_double": ("files",),
    "file_question": ("fits",),
    "file_missing": ("kind",),
    "file_listed_missing": ("kind",),
    "file_copy": ("first",),
    "file_beside": ("first",),
    "file_same": ("files", "fits"),
    "file_wrong_type": ("found", "formats"),
    "file_wrong_ending": ("found", "ending"),
    "file_split": ("pieces", "pages"),
    "file_undecided": ("count", "pages"),
    "file_incomplete": ("pages",),
    "file_silent": ("pages",),
    "file_left_out": ("place",),
    "file_workbook": ("count",),
    "picture_scaled": ("before", "after", "limit"),
    "text_lacking": ("count",),
    **dict.fromkeys(("text_number", "text_date", "text_amount", "text_name"), ("expected", "found", "page")),
    "alike": ("same_as", "name", "other_name", "ties"),
}

# What a field must have for a check to have something to look at
NEEDED_BY_CHECK: Mapping[str, str] = {"listed": "list", "known": "to", "schema": "schema"}


def rule_problems(files: RuleFiles, names: Names, tables: Tables) -> Iterator[Problem]:
    """Everything wrong with the rules of all entities and with those for whatever entity."""
    for name, entity in files.entities.items():
        fields = {field["name"] for field in entity.get("fields", ()) if "name" in field}
        for rule in entity.get("rules", ()):
            if rule.is_sound:
                yield from _rule(name, rule, fields, files, names, tables)
    yield from _codes(files)
    yield from _general_rules(files)
    yield from _work(files)


def condition_problems(entity: str, taken: Taken, key: str, tables: Tables, may_look_around: bool) -> Iterator[Problem]:
    """Why the SQL at that key does not say true or false for each row of the entity."""
    result = tables.expression(entity, taken[key], may_look_around)
    if isinstance(result, Misfit):
        yield taken.problem(key, f"`{key}` {result.text}")
    elif result is not None and result != pl.Boolean:
        yield taken.problem(key, f"`{key}` must be true or false for each row")


# Private functions


def _rule(
    name: str, rule: Taken, fields: Collection[str], files: RuleFiles, names: Names, tables: Tables
) -> Iterator[Problem]:
    columns = {*fields, *rule.get("facts", ())}
    if "holds" in rule:
        yield from condition_problems(name, rule, "holds", tables, may_look_around=rule["reach"] == "table")
        yield from _facts(name, rule, fields, tables)
    if "offends" in rule:
        result = tables.query(rule["offends"])
        if isinstance(result, Misfit):
            yield rule.problem("offends", f"`offends` {result.text}")
        if result is None or isinstance(result, Misfit):
            return  # which columns there are is not known
        if result.get("row_id") != pl.UInt32:
            yield rule.problem("offends", f"`offends` must return `row_id`, the wrong rows of {name}")
        columns |= set(result)
    yield from _word_table(rule, files)
    yield from _columns(rule, "one_per", columns)
    yield from _same_as(name, rule, files)
    yield from _columns(rule, "blank_ok", {*fields, *constant_types})
    for other in rule.get("may_lack", ()):
        if other == name or other not in tables_read(rule["offends"]):
            yield rule.problem("may_lack", f"`may_lack` names `{other}`, which is no other sheet that `offends` reads")
    yield from _about_fields(name, rule, files, names, tables)
    words = columns | ALWAYS | {*OF_CHECK.get(rule.get("check", ""), ()), *(["count"] if "one_per" in rule else [])}
    for key in ("message", "why", "fix"):
        yield from placeholder_problems(rule[key], words)


def _columns(rule: Taken, key: str, known: Collection[str]) -> Iterator[Problem]:
    for word in rule.get(key, ()):
        if word not in known:
            yield rule.problem(key, f"`{key}` names the unknown column `{word}`{did_you_mean(word, known)}")


def _same_as(name: str, rule: Taken, files: RuleFiles) -> Iterator[Problem]:
    """A row that seems to be another one is a question: a warning that names the other row by its key."""
    if "same_as" in rule and rule["same_as"] not in rule.get("facts", ()):
        known = rule.get("facts", ())
        text = f"`same_as` names the unknown fact `{rule['same_as']}`{did_you_mean(rule['same_as'], known)}"
        yield rule.problem("same_as", text)
    if "same_as" in rule and (rule["severity"] != "warning" or len(files.entities[name].get("key", ())) != 1):
        yield rule.problem("same_as", "`same_as` belongs to a warning about rows with a key of one column")


def _facts(name: str, rule: Taken, fields: Collection[str], tables: Tables) -> Iterator[Problem]:
    facts = rule.get("facts", Taken(rule.file, rule.line))
    for fact, sql in facts.items():
        if fact in fields or fact in ALWAYS:
            yield facts.problem(fact, f"the fact `{fact}` has the name of a field or of a general placeholder")
        result = tables.expression(name, sql, may_look_around=rule["reach"] == "table", may_be_one=True)
        if isinstance(result, Misfit):
            yield facts.problem(fact, f"the fact `{fact}` {result.text}")


def _about_fields(name: str, rule: Taken, files: RuleFiles, names: Names, tables: Tables) -> Iterator[Problem]:
    """Whether the check or the schema has something to look at in each of the rule's fields."""
    fields = [field for word in rule["fields"] if (field := files.field(name, word)) is not None and "type" in field]
    needed = NEEDED_BY_CHECK.get(rule.get("check", ""))
    for field in fields if needed else ():
        if needed not in field and not (needed == "to" and "looked_up" in field):
            yield rule.problem("fields", f"`check: {rule['check']}` needs `{needed}` on the field `{field['name']}`")
    if rule.get("check") == "overlapping" and [field["type"] for field in fields[:2]] != ["date", "date"]:
        yield rule.problem(
            "fields", "`check: overlapping` needs the columns of the first and the last day at the front"
        )
    if rule.get("check") == "replaced":
        yield from _about_replaced(rule, fields, names)
    if "as" in rule:
        yield from _about_steads(name, rule, fields, files, tables)
    if "schema" not in rule or not fields:
        return
    if len({dtype(field["type"]) for field in fields}) > 1:
        yield rule.problem("fields", "`schema` cannot fit fields with different kinds of values")
    place = Place(rule.file, names, [], name)
    take_schema(rule["schema"], fields[0]["type"], place)
    yield from place.problems


def _about_steads(
    name: str, rule: Taken, fields: Sequence[Taken], files: RuleFiles, tables: Tables
) -> Iterator[Problem]:
    """Whether the columns that a column stands for are of its own kind, and `when` can be asked of a row."""
    if rule.get("check") != "demand":
        yield rule.problem("as", "`as` belongs to `check: demand`: it names the columns whose demands hold")
    for other in rule["as"]:
        if "when" in other:
            yield from condition_problems(name, other, "when", tables, may_look_around=False)
        target = files.field(*other["field"])
        if target is not None and any(dtype(field["type"]) != dtype(target["type"]) for field in fields):
            yield other.problem(
                "field", f"`{'.'.join(other['field'])}` holds another kind of values than the rule's fields"
            )


def _about_replaced(rule: Taken, fields: Sequence[Taken], names: Names) -> Iterator[Problem]:
    """The check reads three columns: the old key, the new key, and the sheet, by a code list of sheets with one key."""
    sheets = names.codes.get(fields[-1].get("list", ""), ()) if fields else ()
    if len(fields) != 3 or not sheets or not set(sheets) <= set(names.fields):
        text = (
            "`check: replaced` needs the columns of the old key, of the new one and of the sheet, by a list of sheets"
        )
        yield rule.problem("fields", text)


def _codes(files: RuleFiles) -> Iterator[Problem]:
    first: dict[str, Taken] = {}
    switched_on = {code for system in files.accounting.values() for code in system.get("rules", ())}
    switched_on |= {demand.get("code") for system in files.accounting.values() for demand in system.get("demands", ())}
    for rule in [*(rule for entity in files.entities.values() for rule in entity.get("rules", ())), *files.general]:
        code = rule.get("code")
        if code is None:
            continue
        other = first.setdefault(code, rule)
        if other is not rule and other.file != rule.file:
            yield rule.problem("code", f"the code {code} is used already in {other.file}:{other.line}")
        if rule.get("on_demand") and code not in switched_on:
            yield rule.problem("on_demand", f"{code} is on demand, but no accounting system lists it under `rules`")


def _word_table(rule: Taken, files: RuleFiles) -> Iterator[Problem]:
    """`check: mentions` and `words` belong together, and the words stand in a fact table."""
    if (rule.get("check") == "mentions") != ("words" in rule):
        yield rule.problem("check", "`check: mentions` and `words` belong together")
    elif "words" in rule and rule["words"] not in files.fact_tables:
        yield rule.problem(
            "words", f"there is no table `{rule['words']}`{did_you_mean(rule['words'], files.fact_tables)}"
        )
    elif "words" in rule and not all(
        re.search(r"\w", row[0]) for row in files.fact_tables[rule["words"]].get("rows", ())
    ):
        yield rule.problem("words", f"the first column of `{rule['words']}` must hold a word in every row")


def _work(files: RuleFiles) -> Iterator[Problem]:
    """Work is said of checks that there are, and of `other` for what has none."""
    checks = {"other", *field_checks, *privacy_checks, *table_checks}
    checks |= {rule["check"] for rule in files.general if "check" in rule}
    for check in files.work:
        if check not in checks and files.general_file is not None:
            yield files.work.problem(check, f"`work` names the unknown check `{check}`{did_you_mean(check, checks)}")


def _general_rules(files: RuleFiles) -> Iterator[Problem]:
    told: dict[str, Taken] = {}
    for rule in files.general:
        if "check" in rule and told.setdefault(rule["check"], rule) is not rule:
            first = told[rule["check"]]
            yield rule.problem("check", f"`check: {rule['check']}` has a rule already in line {first.line}")
        yield from _word_table(rule, files)
        if rule.is_sound:
            words = {*ALWAYS, *OF_CHECK[rule["check"]]} if rule["check"] in OF_CHECK else None
            for key in ("message", "why", "fix"):
                yield from placeholder_problems(rule[key], words)
    for check in field_checks:
        if files.general_file is not None and check not in told and check != "demand":
            yield Problem(
                files.general_file, 1, f"lacks a rule with `check: {check}` for fields that have none of their own"
            )
