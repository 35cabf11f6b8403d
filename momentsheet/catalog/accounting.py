"""What the accounting system of a company file asks of the file itself: numbers that fit, columns that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from momentsheet.catalog.canonical import canonical_problem, canonical_value
from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.schemas import fits
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.model.catalog import AccountingSystem, Catalog, Company, Rule

Clash = tuple[tuple[str, ...], str]  # keys that lead to the place in the company file, what is wrong there


def accounting_clashes(catalog: Catalog, company: Company) -> Iterator[Clash]:
    """Every next number that its series or the accounting system does not take; every hidden column that it needs."""
    system = catalog.accounting[company.accounting_system]
    series = [path for path, _ in series_fields(catalog)]
    for path, number in company.next_numbers.items():
        if path in series:
            wrong = _unfit(catalog, system, path, number)
        else:
            wrong = f"{path} has no series of numbers{did_you_mean(path, series)}"
        if wrong is not None:
            yield ("next_numbers", path), wrong
    yield from _hidden(catalog, company, system)


def series_fields(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Pairs of a series (`customer.customer_number`) and the field of a form that holds its next number."""
    for entity in catalog.entities.values():
        for field in entity.fields:
            if field.series_of is not None:
                yield field.series_of, f"{entity.name}.{field.name}"


# Private functions


def _unfit(catalog: Catalog, system: AccountingSystem, path: str, number: str) -> str | None:
    """Why a number cannot be the next one of its series."""
    entity, _, name = path.partition(".")
    field = catalog.entities[entity].field(name)
    wrong = canonical_problem(number, field.type, None)
    if wrong is not None:
        return f"`{number}` {wrong}"
    value = canonical_value(number, field.type)
    for demand in system.demands:
        if (demand.entity, demand.field) == (entity, name) and not fits(value, demand.schema):
            return f"`{number}` does not fit {system.label['en']}: {demand.says['en']}, such as `{demand.example}`"
    if not fits(value, field.schema):
        return f"`{number}` cannot be a value of {path}; an example is `{field.example}`"
    return None


def _hidden(catalog: Catalog, company: Company, system: AccountingSystem) -> Iterator[Clash]:
    """A column that the accounting system needs cannot be hidden, unless a default stands for its blank cells."""
    rules = [catalog.rules[code] for code in system.rules]
    for path, change in company.fields.items():
        if not change.hide or path in company.defaults:
            continue
        needs = [rule.code for rule in rules if _wants(rule, path, catalog)]
        if needs:
            says = f"{path} cannot be hidden: {system.label['en']} needs it ({', '.join(needs)})"
            yield ("fields", path, "hide"), says


def _wants(rule: Rule, path: str, catalog: Catalog) -> bool:
    """Whether the rule tells of blank cells in that column; a query over several sheets asks IS NULL of it."""
    entity, _, name = path.partition(".")
    if rule.offends is None:
        return rule.entity == entity and name in rule.fields and name in rule.blank_ok
    if not re.search(rf"\b{name}\s+IS\s+NULL\b", rule.offends, re.IGNORECASE):
        return False
    types: Mapping[str, Mapping[str, str]] = {
        other.name: {field.name: field.type for field in other.fields if (other.name, field.name) != (entity, name)}
        for other in catalog.entities.values()
    }
    fact_tables = {table.name: table.columns for table in catalog.fact_tables.values()}
    return isinstance(Tables(types, is_whole=True, fact_tables=fact_tables).query(rule.offends), Misfit)
