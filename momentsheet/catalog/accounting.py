"""What the accounting system of a company file asks of the file itself: numbers that fit, columns that are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from momentsheet.catalog.canonical import canonical_problem, canonical_value
from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.schemas import taken_by
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.model.catalog import AccountingSystem, Catalog, Company, Rule, Series

Clash = tuple[tuple[str, ...], str]  # keys that lead to the place in the company file, what is wrong there


def accounting_clashes(catalog: Catalog, company: Company) -> Iterator[Clash]:
    """Every next number or series that the accounting system does not take; every hidden column that it needs."""
    system = catalog.accounting[company.accounting_system]
    series = [path for path, _ in series_fields(catalog)]
    for path in company.series:
        wrong = (
            _unfit_series(catalog, company, path)
            if path in series
            else f"{path} has no series of numbers{did_you_mean(path, series)}"
        )
        if wrong is not None:
            yield ("series", path), wrong
    for path, number in company.next_numbers.items():
        if path in series:
            wrong = misfits(catalog, system, path)(number)
        else:
            wrong = f"{path} has no series of numbers{did_you_mean(path, series)}"
        if wrong is not None:
            yield ("next_numbers", path), wrong
    yield from _hidden(catalog, company, system)


def series_of(company: Company, system: AccountingSystem, path: str) -> Series:
    """Where new numbers of that field are taken from: as the accounting system has it, with what the company says.

    Where neither says anything, any free number will do, and none must move.
    """
    entity, _, name = path.partition(".")
    said = next((one for one in system.series if (one.entity, one.field) == (entity, name)), None)
    series = said or Series(entity, name, outside="stays")
    own = dict(company.series.get(path, {}))
    if {"first", "last", "prefix"} & own.keys():
        own.setdefault("outside", "moves")  # a company that says where its series lies means it
    return replace(series, **own)


def misfits(catalog: Catalog, system: AccountingSystem, path: str) -> Callable[[str], str | None]:
    """A function that says why a number cannot be one of that field in that accounting system; None if it can."""
    entity, _, name = path.partition(".")
    field = {**catalog.entities, **catalog.out_of_scope}[entity].field(name)
    takes = taken_by(field.schema)
    demands = [
        (demand, taken_by(demand.schema))
        for demand in system.demands
        if (demand.entity, demand.field) == (entity, name)
    ]

    def wrong(number: str) -> str | None:
        problem = canonical_problem(number, field.type, None)
        if problem is not None:
            return f"`{number}` {problem}"
        value = canonical_value(number, field.type)
        for demand, is_taken in demands:
            if not is_taken(value):
                return f"`{number}` does not fit {system.label['en']}: {demand.says['en']}, such as `{demand.example}`"
        return None if takes(value) else f"`{number}` cannot be a value of {path}; an example is `{field.example}`"

    return wrong


def series_fields(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Pairs of a series (`customer.customer_number`) and the field of a form that holds its next number."""
    for entity in {**catalog.entities, **catalog.out_of_scope}.values():
        for field in entity.fields:
            if field.series_of is not None:
                yield field.series_of, f"{entity.name}.{field.name}"


# Private functions


def _unfit_series(catalog: Catalog, company: Company, path: str) -> str | None:
    """Why a company cannot have a series like that."""
    system = catalog.accounting[company.accounting_system]
    series = series_of(company, system, path)
    wrong = series_problem(catalog, system, series)
    number = company.next_numbers.get(path)
    if wrong is None and number is not None and series.outside == "moves" and series.place(number) is None:
        wrong = f"the next number `{number}` of {path} lies outside its series"
    return wrong


def series_problem(catalog: Catalog, system: AccountingSystem, series: Series) -> str | None:
    """Why a series makes no sense: it holds nothing, or numbers that the field or the accounting system refuses."""
    if series.last is not None and series.last < series.first:
        return f"`last` {series.last} is below `first` {series.first}"
    ends = [series.first, *([series.last] if series.last is not None else [])]
    path = f"{series.entity}.{series.field}"
    misfit = misfits(catalog, system, path)
    return next((wrong for end in ends if (wrong := misfit(series.number(end)))), None)


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
