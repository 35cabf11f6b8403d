"""Taking a field away: its block goes, its name stays under `retired`, and whatever spoke of it goes along."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from delivery import book

from momentsheet.catalog import load_catalog
from momentsheet.catalog.schemas import number_types
from momentsheet.checking import check
from momentsheet.converting import convert
from momentsheet.errors import CatalogError
from momentsheet.model.catalog import Catalog, Entity
from momentsheet.reporting import entities_json, explain
from momentsheet.workbook import make_template, read_workbook

RULES = Path(__file__).parents[1] / "rules"
CATALOG = load_catalog(RULES)
TODAY = dt.date(2025, 1, 15)


def without(folder: Path, entity: str, gone: list[str], *, declared: bool = True) -> Path:
    """A copy of the rules in which these fields of the entity are deleted, and their names retired."""
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "entities" / f"{entity}.yaml"
    content: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    content["fields"] = [field for field in content["fields"] if field["name"] not in gone]
    if declared:
        content["retired"] = gone
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return rules


def may_go(entity: Entity) -> list[str]:
    """Optional fields that are no key and no target, that no address is made of and no derived sheet counts with."""
    needed = {*entity.key, *(field.name for field in entity.fields if field.required)}
    numbers = {field.name for field in entity.fields if field.type in number_types}
    for other in CATALOG.entities.values():
        needed |= numbers & set(re.findall(rf"\b{entity.name}\.(\w+)", other.derived or ""))
        for field in other.fields:
            for reference in field.references:
                if reference.entity == entity.name:
                    needed |= {reference.field, *reference.same}
                if other.name == entity.name:
                    needed |= {*reference.same, *([reference.only[0]] if reference.only else [])}
    for form in CATALOG.formats.values():
        needed |= {word for file in form.files for word in re.findall(r"\{(\w+)\}", file.path or "")}
    return [field.name for field in entity.fields if field.name not in needed]


def texts_of(catalog: Catalog, entity: str) -> str:
    """All that people are told of an entity."""
    told = [explain(catalog, catalog.entities[entity], "nb"), entities_json(catalog)]
    told += [explain(catalog, rule, "nb") for rule in catalog.rules.values()]
    return "\n".join(told)


# Each takes some seconds; those with most fields and references come every time.
ALWAYS = ("company", "employee", "customer", "project", "time_record", "invoice")


@pytest.mark.parametrize(
    "entity",
    [
        pytest.param(item, id=item.name, marks=() if item.name in ALWAYS else pytest.mark.slow)
        for item in CATALOG.entities.values()
        if item.derived is None
    ],
)
def test_a_field_that_is_taken_away_is_gone_everywhere_and_nothing_else_breaks(entity: Entity, tmp_path: Path) -> None:
    gone = may_go(entity)
    assert gone, "every entity has a field that can be taken away"
    catalog = load_catalog(without(tmp_path, entity.name, gone))
    left = catalog.entities[entity.name]
    assert [field.name for field in left.fields] == [field.name for field in entity.fields if field.name not in gone]
    assert not any(set(row) & set(gone) for row in left.sample)
    assert not any(set(rule.fields) & set(gone) for rule in left.rules)
    for form in catalog.formats.values():
        for file in form.files:
            assert file.entity != entity.name or not {column.field for column in file.columns} & set(gone)
    labels = {entity.field(name).label["nb"] for name in gone} - {field.label["nb"] for field in left.fields}
    headers = headers_of(catalog, entity.name)
    assert not labels & headers
    assert headers >= {field.label["nb"] for field in left.fields if field.in_template}
    # The other entities are as they were, and the sample still goes through without a word.
    assert {name: len(item.fields) for name, item in catalog.entities.items() if name != entity.name} == {
        name: len(item.fields) for name, item in CATALOG.entities.items() if name != entity.name
    }
    checked = check([book(catalog)], catalog, TODAY)
    assert [(f.code, f.sheet, f.cell) for f in checked.findings if f.severity == "error"] == []
    assert convert(checked.clean, catalog, ["csv", "api"], checked.facts).files


def headers_of(catalog: Catalog, entity: str) -> set[str]:
    data = make_template(catalog, [entity], "nb")
    sheet = next(
        item for item in read_workbook(data, "t.xlsx").sheets if item.name == catalog.entities[entity].title["nb"]
    )
    return {text.rstrip(" *\N{NO-BREAK SPACE}") for text in sheet.pool.to_list()}


def test_a_field_that_is_only_deleted_is_a_misspelt_name_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        load_catalog(without(tmp_path, "customer", ["website"], declared=False))
    told = str(caught.value)
    assert re.search(r"rules/formats/csv\.yaml:\d+: .*unknown field `website` of customer", told)


def refused(folder: Path, change: Mapping[str, str]) -> str:
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    for name, retired in change.items():
        path = rules / "entities" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + f"\nretired: [{retired}]\n", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_catalog(rules)
    return str(caught.value)


def test_a_field_that_is_still_there_cannot_be_retired(tmp_path: Path) -> None:
    assert "`website` is retired, but its field is still there" in refused(tmp_path, {"customer": "website"})


def test_a_key_cannot_be_retired(tmp_path: Path) -> None:
    told = refused(tmp_path, {"customer": "customer_number"})
    assert "`customer_number` is part of the key of customer, so it cannot be retired" in told
    assert "contact.customer_number refers to customer.customer_number, which is retired" in told


def test_a_rule_that_speaks_of_a_retired_field_sleeps_and_is_named(tmp_path: Path) -> None:
    catalog = load_catalog(without(tmp_path, "customer", ["status"]))
    assert {"CU-04", "CU-05"} <= set(catalog.sleeping)
    assert not set(catalog.sleeping) & set(catalog.rules)
