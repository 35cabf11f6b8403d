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
    _from_figures(files, retired, tables)
    _from_formats(files, retired)
    _from_accounting(files, retired)
    _from_work_lists(files, retired)
    _from_file_kinds(files, retired)
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
    if entity.get("keeps_old") in gone:
        del entity["keeps_old"]
    if "known_as" in entity:
        entity["known_as"] = tuple(
            one for one in entity["known_as"] if not gone.intersection(_PLACEHOLDER.findall(one))
        )
    controls: dict[str, Any] = entity.get("controls", {})
    if "by" in controls:
        # Without the column, the figure of a year would be one of all years.
        entity["sample"] = tuple(row for row in entity.get("sample", ()) if not gone & set(controls["by"]) & row.keys())
        controls["by"] = tuple(one for one in controls["by"] if one not in gone)
    if controls.get("tolerance") in gone:
        del controls["tolerance"]
    _from_sample_pages(entity, name, retired)
    alike: dict[str, Any] = entity.get("alike", {})
    for key in alike.keys() - {"without"}:
        alike[key] = tuple(one for one in alike[key] if one not in gone)
    for row in entity.get("sample", ()):
        _forget(row, gone)
    left = [taken for taken in entity.get("fields", ()) if taken.get("name") not in gone]
    named = {name, *(taken["to"][0] for taken in left if "to" in taken)}
    for taken in entity.get("fields", ()):
        if taken.get("country") in gone:
            del taken["country"]
        if _words(taken.get("required_when")) & gone:
            del taken["required_when"]
        entity_of_series, field_of_series = taken.get("series_of", ("", ""))
        if field_of_series in retired.fields.get(entity_of_series, ()):
            del taken["series_of"]
        borne, key = taken.get("bears", (name, ""))
        if key in retired.fields.get(borne, ()) or borne not in named:
            del taken["bears"]


def _from_sample_pages(entity: Taken, name: str, retired: Retired) -> None:
    """A sample is shown without what belongs to it by a retired column, and without such columns."""
    pages: dict[str, Any] = entity.get("sample_pages", {})
    targets = {field.get("name"): field["to"][0] for field in entity.get("fields", ()) if "to" in field}
    kept = []
    for part in pages.get("parts", ()):
        other, by = part.get("rows", (name, part.get("named_by")))
        if by in retired.fields.get(other, ()):
            continue
        shown = other if "rows" in part else targets.get(by, "")
        for key in ("columns", "summed_by"):
            if key in part:
                part[key] = tuple(one for one in part[key] if one not in retired.fields.get(shown, ()))
        kept.append(part)
    if "parts" in pages:
        pages["parts"] = tuple(kept)


def _from_figures(files: RuleFiles, retired: Retired, tables: Tables) -> None:
    """A control figure that counted with a retired field goes, and the sample's control totals of it."""
    for name, code_list in files.code_lists.items():
        codes = code_list.get("codes", ())
        gone = {
            code["code"]
            for code in codes
            if "measures" in code and _no_longer_fits(code["measures"].get("query", ""), retired, tables)
        }
        if not gone:
            continue
        code_list["codes"] = tuple(code for code in codes if code["code"] not in gone)
        retired.text_ids |= {f"code.{name}.{code}." for code in gone}
        for entity in files.entities.values():
            figure = entity.get("controls", {}).get("figure")
            entity["sample"] = tuple(row for row in entity.get("sample", ()) if row.get(figure) not in gone)


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


def _is_gone(path: tuple[str, str] | None, retired: Retired) -> bool:
    entity, name = path or ("", "")
    return name in retired.fields.get(entity, ())


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
        system["series"] = tuple(
            series for series in system.get("series", ()) if not _is_gone(series.get("field"), retired)
        )
        for series in system["series"]:
            if "shares" in series:
                series["shares"] = tuple(path for path in series["shares"] if not _is_gone(path, retired))
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


def _from_file_kinds(files: RuleFiles, retired: Retired) -> None:
    """Patterns, listings and comparisons that need a retired field go; a kind that nothing finds any more, too."""
    for name in list(files.file_kinds):
        kind = files.file_kinds[name]
        gone = retired.fields.get(kind.get("entity", ""), frozenset())
        kind["known_by"] = tuple(
            one for one in kind.get("known_by", ()) if not gone.intersection(_PLACEHOLDER.findall(one))
        )
        kind["listed"] = tuple(
            one
            for one in kind.get("listed", ())
            if all(field not in retired.fields.get(entity, ()) for entity, field in one.values())
        )
        kind["key"] = tuple(one for one in kind.get("key", ()) if one not in gone)
        contents = kind.get("contents", {})
        for key in ("date", "currency"):
            if contents.get(key) in gone:
                del contents[key]
        for key in ("amounts", "names"):
            if key in contents:
                contents[key] = tuple(one for one in contents[key] if one.partition(".")[0] not in gone)
        words = {word for text in kind.get("named", {}).values() for word in _PLACEHOLDER.findall(text)}
        if not kind["key"] or words & gone or not (kind["known_by"] or kind["listed"]):
            retired.text_ids.add(f"file.{name}.")
            del files.file_kinds[name]
        else:
            for key in ("known_by", "listed"):
                if not kind[key]:
                    del kind[key]
