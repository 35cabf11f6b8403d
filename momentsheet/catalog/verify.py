"""What needs more than one place to be seen wrong: references, clashes, SQL, schemas, placeholders, samples."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from momentsheet.catalog.files import SCHEMAS, number_types
from momentsheet.catalog.names import Names, did_you_mean
from momentsheet.catalog.patterns import pattern_problem
from momentsheet.catalog.shape import Place, Taken
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.catalog.yaml_reader import Node
from momentsheet.errors import Problem
from momentsheet.model.catalog import Company
from momentsheet.model.table import dtype

# Placeholders that every message may use, and what single checks add
ALWAYS = {
    "value", "header", "key", "row", "suggestion", "first_row", "first_cell",
    "today", "company_name", "accounting_system", "cutover_date", "country", "currency", "date_order",
}  # fmt: skip
OF_CHECK: Mapping[str, Collection[str]] = {"demand": ("says", "example")}

# How a value is written in samples and examples
CANONICAL: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(number_types, (r"-?\d{1,15}(\.\d{1,6})?", "a number with a decimal point")),
    "integer": (r"-?\d{1,15}", "a whole number"),
    "date": (r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date as YYYY-MM-DD"),
    "boolean": ("true|false", "`true` or `false`"),
}


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """All rule files as they were taken, by name; a file that cannot be understood at all is not among them."""

    entities: Mapping[str, Taken]
    code_lists: Mapping[str, Taken]
    accounting: Mapping[str, Taken]
    formats: Mapping[str, Taken]
    texts: tuple[Taken, ...]
    languages: Mapping[str, Taken]
    general: tuple[Taken, ...]  # the rules of rules/workbook.yaml

    def field(self, entity: str, name: str) -> Taken | None:
        """That field, None where it is not there or not understood."""
        fields = self.entities[entity].get("fields", ()) if entity in self.entities else ()
        return next((item for item in fields if item.get("name") == name), None)

    def types(self) -> Mapping[str, Mapping[str, str]]:
        """Entity -> field -> type."""
        return {
            name: {item["name"]: item["type"] for item in entity.get("fields", ()) if "name" in item and "type" in item}
            for name, entity in self.entities.items()
        }


def verify(files: RuleFiles, names: Names) -> Iterator[Problem]:
    """Every problem that shapes alone cannot show. SQL is tried only where every column and its type are known."""
    types = files.types()
    is_complete = all(
        fields is not None and set(fields) == set(types.get(name, ())) for name, fields in names.fields.items()
    )
    tables = Tables(types) if is_complete else None
    yield from _code_lists(files.code_lists.values())
    yield from _sheets(files.entities)
    for name, entity in files.entities.items():
        yield from _fields(name, entity, files, names, tables)
        yield from _sample(entity, names)
        yield from _rules(name, entity, files, names, tables)
    yield from _rule_codes(files)
    yield from _general_rules(files.general)
    yield from _accounting(files, names)
    yield from _formats(files)
    yield from _short_texts(files.texts)


def fold(text: str) -> str:
    """A text without case and spare spaces, as clashes are seen."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def take_schema(node: Node, type_name: str, place: Place) -> Mapping[str, Any] | None:
    """The Cerberus schema at that node for values of that type; None after telling what is wrong."""
    taken = SCHEMAS[type_name].take(node, "`schema`", place)
    if not isinstance(taken, Taken) or not taken.is_sound:
        return None
    place.problems.extend(Problem(place.file, node.line, text) for text in schema_problems(taken))
    schema: Mapping[str, Any] = plain(taken)
    return schema


def plain(value: Any) -> Any:
    """Taken mappings and tuples as Cerberus wants them: dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def schema_problems(schema: Mapping[str, Any]) -> Iterator[str]:
    """What Cerberus refuses, what nothing can satisfy, and patterns that may run for ever."""
    import cerberus  # noqa: PLC0415 - only rule files with schemas need it

    try:
        cerberus.Validator({"value": copy.deepcopy(plain(schema))})
    except cerberus.SchemaError:
        yield "`schema` is refused by Cerberus"
        return
    for least, most in (("min", "max"), ("minlength", "maxlength")):
        if least in schema and most in schema and schema[least] > schema[most]:
            yield f"`schema` allows nothing: {least} is above {most}"
    for pattern in _patterns(schema):
        wrong = pattern_problem(pattern)
        if wrong is not None:
            yield f"`regex` {wrong}"


def canonical_problem(text: str, type_name: str, codes: Collection[str] | None) -> str | None:
    """Why that text is not the canonical way to write a value of that type; None if it is."""
    if type_name == "codelist":
        return None if codes is None or text in codes else f"is not the code `{text}`{did_you_mean(text, codes)}"
    pattern, says = CANONICAL.get(type_name, ("", ""))
    return f"must be {says}" if pattern and not re.fullmatch(pattern, text, re.ASCII) else None


# Private functions


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for rule, value in schema.items():
            if rule == "regex":
                yield value
            elif rule.endswith("_regex"):
                yield from value
            else:
                yield from _patterns(value)
    elif isinstance(schema, tuple):
        for item in schema:
            yield from _patterns(item)


def _code_lists(lists: Iterable[Taken]) -> Iterator[Problem]:
    for code_list in lists:
        seen: dict[str, str] = {}
        for code in code_list.get("codes", ()):
            if not code.is_sound:
                continue
            words = [("code", code["code"]), *(("label", text) for text in code["label"].values())]
            words += [("synonyms", text) for text in code.get("synonyms", ())]
            for key, word in words:
                other = seen.setdefault(fold(word), code["code"])
                if other != code["code"]:
                    yield code.problem(key, f"`{word}` means both `{other}` and `{code['code']}`")


def _sheets(entities: Mapping[str, Taken]) -> Iterator[Problem]:
    orders: dict[int, str] = {}
    sheets: dict[str, str] = {}
    for name, entity in entities.items():
        other = orders.setdefault(entity["order"], name) if "order" in entity else name
        if other != name:
            yield entity.problem("order", f"`order` {entity['order']} is also that of {other}")
        words = [("title", text) for text in entity.get("title", {}).values()]
        words += [("sheet_aliases", text) for text in entity.get("sheet_aliases", ())]
        for key, word in words:
            other = sheets.setdefault(fold(word), name)
            if other != name:
                yield entity.problem(key, f"the sheet name `{word}` is also that of {other}")


def _fields(name: str, entity: Taken, files: RuleFiles, names: Names, tables: Tables | None) -> Iterator[Problem]:
    headers: dict[str, str] = {}
    for field in entity.get("fields", ()):
        words = [("label", text) for text in field.get("label", {}).values()]
        words += [("aliases", text) for text in field.get("aliases", ())]
        for key, word in words:
            other = headers.setdefault(fold(word), field.get("name", ""))
            if other != field.get("name", ""):
                yield field.problem(key, f"the header `{word}` is also that of `{other}`")
        if field.get("required") and "required_when" in field:
            yield field.problem("required_when", "`required` is true already; only one of the two makes sense")
        if "required_when" in field and tables is not None:
            yield from _boolean(name, field, "required_when", tables, may_look_around=False)
        if isinstance(field.get("schema"), Taken) and field["schema"].is_sound:
            yield from (field.problem("schema", text) for text in schema_problems(field["schema"]))
        if "to" in field:
            yield from _reference(name, field, files, names)
    for key in ("totals",):
        for total in entity.get(key, ()):
            found = files.field(name, total)
            if found is not None and found.get("type") not in number_types:
                yield entity.problem(key, f"`{key}` can sum only numbers; `{total}` is of type {found.get('type')}")
    if "derived" in entity and tables is not None:
        yield from _derived(entity, tables)


def _reference(name: str, field: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    target, target_field = field["to"]
    same = field.get("same", ())
    known = names.fields.get(target)
    for other in same:
        if known is not None and other not in known:
            yield field.problem(
                "same", f"`same` names `{other}`, which {target} does not have{did_you_mean(other, known)}"
            )
    key = files.entities[target].get("key", ()) if target in files.entities else None
    if key is not None and set(key) != {target_field, *same}:
        whole = ", ".join(key) or "none"
        yield field.problem("to", f"`to` and `same` must name the whole key of {target} ({whole})")
    if target == name and target_field == field.get("name"):
        yield field.problem("to", "a column cannot refer to itself")


def _derived(entity: Taken, tables: Tables) -> Iterator[Problem]:
    result = tables.query(entity["derived"])
    if isinstance(result, Misfit):
        yield entity.problem("derived", f"`derived` {result.text}")
        return
    for field in entity.get("fields", ()):
        if "name" not in field or "type" not in field:
            continue
        if field["name"] not in result:
            yield entity.problem("derived", f"`derived` does not give the column `{field['name']}`")
        elif result[field["name"]] != dtype(field["type"]):
            yield entity.problem("derived", f"`derived` gives `{field['name']}` in another type than {field['type']}")


def _sample(entity: Taken, names: Names) -> Iterator[Problem]:
    if "derived" not in entity and not entity.get("sample"):
        yield entity.problem("sample", "`sample` is missing: a few correct rows")
    fields = [field for field in entity.get("fields", ()) if field.is_sound]
    for row in entity.get("sample", ()):
        for field in fields:
            text = row.get(field["name"], "")
            wrong = canonical_problem(text, field["type"], names.codes.get(field.get("list", ""))) if text else None
            if wrong is not None:
                yield row.problem(field["name"], f"`{field['name']}` {wrong}")
            if not text and field.get("required"):
                yield row.problem(field["name"], f"the sample row lacks `{field['name']}`, which is required")


def _rules(name: str, entity: Taken, files: RuleFiles, names: Names, tables: Tables | None) -> Iterator[Problem]:
    fields = {field["name"] for field in entity.get("fields", ()) if "name" in field}
    for rule in entity.get("rules", ()):
        if not rule.is_sound:
            continue
        words = ALWAYS | fields | set(rule.get("facts", ())) | set(OF_CHECK.get(rule.get("check", ""), ()))
        if tables is not None and "holds" in rule:
            yield from _boolean(name, rule, "holds", tables, may_look_around=rule["reach"] == "table")
            yield from _facts(name, rule, fields, tables)
        if tables is not None and "offends" in rule:
            result = tables.query(rule["offends"])
            if isinstance(result, Misfit):
                yield rule.problem("offends", f"`offends` {result.text}")
                continue
            if result.get("row_id") != pl.UInt32:
                yield rule.problem("offends", f"`offends` must return `row_id`, the wrong rows of {name}")
            words |= set(result)
        if "schema" in rule:
            field = files.field(name, rule["fields"][0])
            place = Place(rule.file, names, [], name)
            if field is not None and "type" in field:
                take_schema(rule["schema"], field["type"], place)
            yield from place.problems
        yield from _placeholders(rule, words)


def _facts(name: str, rule: Taken, fields: Collection[str], tables: Tables) -> Iterator[Problem]:
    facts = rule.get("facts", Taken(rule.file, rule.line))
    for fact, sql in facts.items():
        if fact in fields or fact in ALWAYS:
            yield facts.problem(
                fact, f"the fact `{fact}` has the name of a field or of a placeholder that is always there"
            )
        result = tables.expression(name, sql, may_look_around=rule["reach"] == "table")
        if isinstance(result, Misfit):
            yield facts.problem(fact, f"the fact `{fact}` {result.text}")


def _boolean(name: str, taken: Taken, key: str, tables: Tables, may_look_around: bool) -> Iterator[Problem]:
    result = tables.expression(name, taken[key], may_look_around)
    if isinstance(result, Misfit):
        yield taken.problem(key, f"`{key}` {result.text}")
    elif result != pl.Boolean:
        yield taken.problem(key, f"`{key}` must be true or false for each row")


def _placeholders(rule: Taken, words: Collection[str] | None) -> Iterator[Problem]:
    """`words`: the placeholders there are; None where they cannot be known, so that the languages must agree."""
    for key in ("message", "why", "fix"):
        yield from _braces(rule[key], words)


def _braces(texts: Taken, words: Collection[str] | None) -> Iterator[Problem]:
    used: dict[str, set[str]] = {}
    for language, text in texts.items():
        used[language] = set(re.findall(r"\{([a-z_][a-z0-9_]*)\}", text))
        if re.search(r"[{}]", re.sub(r"\{[a-z_][a-z0-9_]*\}", "", text)):
            yield texts.problem(language, f"the {language} text has a brace that is not a plain {{name}}")
        for word in sorted(used[language] - set(words) if words is not None else ()):
            known = words or ()
            yield texts.problem(
                language, f"the {language} text has the unknown placeholder {{{word}}}{did_you_mean(word, known)}"
            )
    first = used.get("en", set())
    for language in used if words is None else ():
        for word in sorted(used[language] ^ first):
            yield texts.problem(language, f"{{{word}}} is not in both the en and the {language} text")


def _rule_codes(files: RuleFiles) -> Iterator[Problem]:
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


def _general_rules(rules: Iterable[Taken]) -> Iterator[Problem]:
    for rule in rules:
        if rule.is_sound:
            yield from _placeholders(rule, None)


def _accounting(files: RuleFiles, names: Names) -> Iterator[Problem]:
    rules = {
        rule["code"]: rule for entity in files.entities.values() for rule in entity.get("rules", ()) if "code" in rule
    }
    for system in files.accounting.values():
        for demand in system.get("demands", ()):
            yield from _demand(demand, rules, files, names)
        for code in system.get("rules", ()):
            if code in rules and not rules[code].get("on_demand"):
                yield system.problem("rules", f"{code} is not `on_demand: true`, so it is always on")
    if files.accounting and Company().accounting_system not in files.accounting:
        folder = next(iter(files.accounting.values())).file.rsplit("/", 1)[0]
        yield Problem(folder, 1, f"lacks `{Company().accounting_system}.yaml`, the system of a company that names none")


def _demand(demand: Taken, rules: Mapping[str, Taken], files: RuleFiles, names: Names) -> Iterator[Problem]:
    if not demand.is_sound:
        return
    entity, name = demand["field"]
    rule = rules.get(demand["code"])
    if rule is not None and (rule.get("check") != "demand" or name not in rule.get("fields", ())):
        yield demand.problem("code", f"{demand['code']} is not a rule with `check: demand` on {entity}.{name}")
    field = files.field(entity, name)
    if field is not None and "type" in field:
        place = Place(demand.file, names, [], entity)
        take_schema(demand["schema"], field["type"], place)
        yield from place.problems


def _formats(files: RuleFiles) -> Iterator[Problem]:
    for form in files.formats.values():
        for file in form.get("files", ()):
            for column in file.get("columns", ()):
                if not column.is_sound:
                    continue
                field = files.field(file.get("entity", ""), column["field"])
                if (column.get("write") == "lookup") != ("lookup" in column):
                    yield column.problem("lookup", "`write: lookup` and `lookup` belong together")
                if column.get("write") == "minutes" and field is not None and field.get("type") != "hours":
                    yield column.problem("write", f"only hours can be written as minutes, not `{column['field']}`")


def _short_texts(files: Iterable[Taken]) -> Iterator[Problem]:
    first: dict[str, Taken] = {}
    for texts in files:
        for text_id, words in texts.items():
            other = first.setdefault(text_id, words)
            if other is not words:
                yield texts.problem(text_id, f"the text `{text_id}` is already in {other.file}:{other.line}")
            yield from _braces(words, None)
