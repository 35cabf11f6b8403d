"""Fields that are no more: whatever speaks of them goes with them, so that deleting a field is one change in one file.

Their names stand under `retired:` of the entity. A name that stands nowhere is still a misspelt one and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from momentsheet.catalog.files import RuleFiles
from momentsheet.catalog.names import Names
from momentsheet.catalog.place import Taken
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.errors import Problem

_TEXTS = ("message", "why", "fix")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Retired:
    """What went with the retired fields."""

    fields: Mapping[str, frozenset[str]]  # entity -> names
    rules: list[str] = field(default_factory=list)
    text_ids: set[str] = field(default_factory=set)  # how the ids of texts begin that have no place any more

    def __bool__(self) -> bool:
        return any(self.fields.values())

    def has_text(self, text_id: str) -> bool:
        """True if a text of that id belonged to something that has gone."""
        return any(text_id.startswith(prefix) for prefix in self.text_ids)


def retired_fields(entities: Mapping[str, Taken]) -> Retired:
    """The names that the entities declare as retired."""
    found = Retired({name: frozenset(taken.get("retired", ())) for name, taken in entities.items()})
    for entity, names in found.fields.items():
        found.text_ids |= {f"field.{entity}.{name}." for name in names}
    return found


def take_away(files: RuleFiles, names: Names, retired: Retired) -> Names:
    """Take what speaks of retired fields out of all files; gives the names that are left."""
    for name, entity in files.entities.items():
        _from_entity(name, entity, retired)
    left = replace(
        names,
        fields={
            name: None if known is None else [one for one in known if one not in retired.fields.get(name, ())]
            for name, known in names.fields.items()
        },
    )
    _from_users(files, retired)
    tables = _tables(files)
    for name, entity in files.entities.items():
        entity["rules"] = tuple(rule for rule in entity.get("rules", ()) if not _goes(rule, name, retired, tables))
        for rule in entity["rules"]:
            _from_examples(rule, name, retired)
    for rule in files.general:
        _from_examples(rule, None, retired)
    _from_formats(files, retired)
    _from_accounting(files, retired)
    _from_work_lists(files, retired)
    rules = None if names.rules is None else [code for code in names.rules if code not in retired.rules]
    return replace(left, rules=rules)


def retired_problems(files: RuleFiles, retired: Retired) -> Iterator[Problem]:
    """Fields that cannot go: they are still there, make up a key, or other sheets refer to them."""
    for name, gone in retired.fields.items():
        entity = files.entities[name]
        for one in sorted(gone):
            if files.field(name, one) is not None:
                yield entity.problem("retired", f"`{one}` is retired, but its field is still there")
            if one in entity.get("key", ()):
                yield entity.problem("retired", f"`{one}` is part of the key of {name}, so it cannot be retired")
    for name, entity in files.entities.items():
        for taken in entity.get("fields", ()):
            target, key = taken.get("to", ("", ""))
            for one in (key, *taken.get("same", ())):
                if one in retired.fields.get(target, ()):
                    yield taken.problem("to", f"{name}.{taken.get('name')} refers to {target}.{one}, which is retired")


# Private functions


def _tables(files: RuleFiles) -> Tables:
    return Tables(files.types(), is_whole=True, fact_tables=files.fact_columns())


def _words(*texts: object) -> set[str]:
    return {word for text in texts if isinstance(text, str) for word in re.findall(r"\w+", text)}


def _from_entity(name: str, entity: Taken, retired: Retired) -> None:
    gone = retired.fields[name]
    for key in ("identity", "totals", "totals_by"):
        if key in entity:
            entity[key] = tuple(one for one in entity[key] if one not in gone)
    if "known_as" in entity:
        entity["known_as"] = tuple(
            one for one in entity["known_as"] if not gone.intersection(_PLACEHOLDER.findall(one))
        )
    alike: dict[str, Any] = entity.get("alike", {})
    for key in alike.keys() - {"without"}:
        alike[key] = tuple(one for one in alike[key] if one not in gone)
    for row in entity.get("sample", ()):
        _forget(row, gone)
    for taken in entity.get("fields", ()):
        if taken.get("country") in gone:
            del taken["country"]
        if _words(taken.get("required_when")) & gone:
            del taken["required_when"]
        entity_of_series, field_of_series = taken.get("series_of", ("", ""))
        if field_of_series in retired.fields.get(entity_of_series, ()):
            del taken["series_of"]


def _from_users(files: RuleFiles, retired: Retired) -> None:
    """A sheet whose reference is retired shows no longer which rows are in use."""
    for name, entity in files.entities.items():
        users = [
            user
            for user in entity.get("used_by", ())
            if not retired.fields.get(user) or any(to == name for to in files.targets(user))
        ]
        if "used_by" in entity:
            entity["used_by"] = tuple(users)


def _goes(rule: Taken, name: str, retired: Retired, tables: Tables) -> bool:
    """Whether the rule speaks of a retired field, so that it goes too."""
    gone = retired.fields[name]
    spoken = {
        *rule.get("fields", ()),
        *rule.get("one_per", ()),
        *_words(rule.get("holds"), *rule.get("facts", {}).values()),
    }
    spoken |= {word for key in _TEXTS for text in rule.get(key, {}).values() for word in _PLACEHOLDER.findall(text)}
    goes = bool(spoken & gone)
    if not goes and "offends" in rule:
        goes = _no_longer_fits(rule["offends"], retired, tables)
    if goes and "code" in rule:
        retired.rules.append(rule["code"])
        retired.text_ids.add(f"rule.{rule['code']}.")
    if not goes and "blank_ok" in rule:
        rule["blank_ok"] = tuple(one for one in rule["blank_ok"] if one not in gone)
    return goes


def _no_longer_fits(sql: str, retired: Retired, tables: Tables) -> bool:
    """True if a query names a retired field and cannot be run without it."""
    named = _words(sql) & {one for names in retired.fields.values() for one in names}
    return bool(named) and isinstance(tables.query(sql), Misfit)


def _from_examples(rule: Taken, name: str | None, retired: Retired) -> None:
    examples = rule.get("examples", {})
    for example in (*examples.get("good", ()), *examples.get("bad", ())):
        _from_example(example, name, retired)


def _from_example(example: Any, name: str | None, retired: Retired) -> None:
    """Rows of one entity, or a whole book with rows by entity and a company's choices."""
    if isinstance(example, tuple):
        for row in example:
            _from_example(row, name, retired)
        return
    for entity, rows in example.get("book", {}).items() if isinstance(example.get("book"), Taken) else ():
        _from_example(rows, entity, retired)
    company = example.get("company")
    if isinstance(company, Taken):
        for key in ("fields", "defaults"):
            _forget(
                company.get(key, {}), {f"{entity}.{one}" for entity, gone in retired.fields.items() for one in gone}
            )
    if name is not None:
        _forget(example, retired.fields.get(name, ()))


def _forget(taken: dict[str, Any], gone: Collection[str]) -> None:
    for one in gone:
        taken.pop(one, None)


def _from_formats(files: RuleFiles, retired: Retired) -> None:
    for form in files.formats.values():
        for file in form.get("files", ()):
            gone = retired.fields.get(file.get("entity", ""), frozenset())
            file["columns"] = tuple(
                column
                for column in file.get("columns", ())
                if column.get("field") not in gone and not _words(column.get("lookup", {}).get("by")) & gone
            )
        form["files"] = tuple(file for file in form.get("files", ()) if file["columns"])


def _from_accounting(files: RuleFiles, retired: Retired) -> None:
    for name, system in files.accounting.items():
        kept = []
        for demand in system.get("demands", ()):
            entity, one = demand.get("field", ("", ""))
            if one in retired.fields.get(entity, ()) or demand.get("code") in retired.rules:
                retired.text_ids.add(f"demand.{name}.{entity}.{one}.")
            else:
                kept.append(demand)
        system["demands"] = tuple(kept)
        system["rules"] = tuple(code for code in system.get("rules", ()) if code not in retired.rules)


def _from_work_lists(files: RuleFiles, retired: Retired) -> None:
    """The columns of retired fields go, and a list in place of one; queries read such a field as a blank column."""
    for name in list(files.work_lists):
        work_list = files.work_lists[name]
        entity, _, one = work_list.get("in_place_of", "").partition(".")
        if one in retired.fields.get(entity, ()):
            retired.text_ids.add(f"worklist.{name}.")
            del files.work_lists[name]
            continue
        kept = []
        for column in work_list.get("columns", ()):
            entity, one = column.get("field", ("", ""))
            if one not in retired.fields.get(entity, ()):
                kept.append(column)
        work_list["columns"] = tuple(kept)
