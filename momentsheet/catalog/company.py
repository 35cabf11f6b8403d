"""A company file: what one customer project chooses, verified against the catalog and laid over it.

Its code lists extend those of the rule files: a code that is there is worded anew, another one is added. Which codes a
column takes is narrowed by `allowed` on the field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from momentsheet.catalog.accounting import Clash, accounting_clashes, series_fields
from momentsheet.catalog.canonical import canonical_problem, canonical_value
from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.places import is_place, near_country, near_currency
from momentsheet.catalog.schemas import fits
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.catalog.verify import fold
from momentsheet.errors import CatalogError, Problem
from momentsheet.model.catalog import Catalog, CodeList, Company, Entity, Field, FieldChange, Row, Rule
from momentsheet.model.facts import tables_read


def apply_company(catalog: Catalog, company: Company) -> Catalog:
    """The catalog as this company chooses it: entities in scope, changed fields and code lists.

    A reference to an entity out of scope becomes a plain column of the type that it referred to; rules and
    demands that need what is out of scope go with it. `catalog` is one without a company's choices.
    Raises CatalogError where a choice does not fit the catalog.
    """
    wrong = [Problem("company file", 1, f"{'.'.join(keys)}: {text}") for keys, text in clashes(catalog, company)]
    if wrong:
        raise CatalogError(wrong)
    scope = _scope(catalog, company)
    code_lists = {name: _in_scope(merged, scope) for name, merged in merged_lists(catalog, company).items()}
    tables = _tables(catalog, scope)
    entities: dict[str, Entity] = {}
    for name in scope:
        fields = tuple(
            _changed(field, company.fields.get(f"{name}.{field.name}", FieldChange()))
            for field in catalog.entities[name].fields
        )
        fields = tuple(_without_target(field, catalog) if _is_out(field, scope) else field for field in fields)
        fields = tuple(
            replace(field, looked_up=tuple(place for place in field.looked_up if place.entity in scope))
            for field in fields
        )
        fields = tuple(_closed(field, company) for field in fields)
        fields = tuple(_restricted(name, field, company, code_lists) for field in fields)
        fields = tuple(_agreed(field, f"{name}.{field.name}", company) for field in fields)
        kept = {field.name: field for field in fields}
        possible = tuple(
            rule
            for rule in catalog.entities[name].rules
            if len(scope) == len(catalog.entities) or _is_possible(rule, kept, _seen_by(rule, tables, scope, catalog))
        )
        sample = _possible_sample(catalog.entities[name], code_lists)
        entity = replace(catalog.entities[name], fields=fields, rules=possible, sample=sample)
        entities[name] = _agreed(entity, name, company)
    rules = {rule.code: rule for entity in entities.values() for rule in entity.rules}
    rules |= {code: rule for code, rule in catalog.rules.items() if rule.entity is None}
    return replace(
        catalog,
        entities=entities,
        rules=dict(sorted(rules.items())),
        code_lists=code_lists,
        accounting={
            name: replace(
                system,
                demands=tuple(demand for demand in system.demands if demand.entity in scope),
                series=tuple(series for series in system.series if series.entity in scope),
                rules=tuple(code for code in system.rules if code in rules),
            )
            for name, system in catalog.accounting.items()
        },
        formats={
            name: replace(form, files=tuple(file for file in form.files if file.entity in scope))
            for name, form in catalog.formats.items()
        },
        company=_with_next_numbers(catalog, company),
        out_of_scope={name: entity for name, entity in catalog.entities.items() if name not in scope},
    )


def clashes(catalog: Catalog, company: Company) -> Iterator[Clash]:
    """Every choice that does not fit the catalog; names that it does not know alone, where there are any."""
    unknown = list(_unknown(catalog, company))
    yield from unknown
    if unknown:
        return
    yield from _places(catalog, company)
    code_lists = merged_lists(catalog, company)
    for name in company.code_lists:
        yield from _list_clashes(catalog, company, code_lists[name])
    for path, change in company.fields.items():
        yield from _field_clashes(catalog, company, path, change, code_lists)
    for path in company.agreed:
        entity, _, name = path.partition(".")
        item: Entity | Field = catalog.entities[entity].field(name) if name else catalog.entities[entity]
        if not item.by_agreement:
            says = "is imported anyway" if item.imported else "cannot be imported, whatever is agreed"
            yield ("agreed",), f"{path} {says}"
    for path, text in company.defaults.items():
        field = _closed(_field(catalog, path), company)
        codes = company.fields.get(path, FieldChange()).allowed or _codes(field, code_lists)
        wrong = canonical_problem(text, field.type, codes)
        if wrong is None and not fits(canonical_value(text, field.type), field.schema):
            wrong = f"is not allowed there; an example is `{field.example}`"
        if wrong is not None:
            yield ("defaults", path), f"the default of {path}: `{text}` {wrong}"
    for name in company.samples:
        if catalog.entities[name].sample_pages is None:
            known = [other.name for other in catalog.entities.values() if other.sample_pages is not None]
            yield ("samples", name), f"the receipt shows no samples of {name}{did_you_mean(name, known)}"
    yield from accounting_clashes(catalog, company)
    yield from _scope_clashes(catalog, company)


def merged_lists(catalog: Catalog, company: Company) -> dict[str, CodeList]:
    """The code lists with the company's codes: known ones are worded anew, others added at the end.

    An open list holds what the company names and nothing else.
    """
    merged = dict(catalog.code_lists)
    for name, own in company.code_lists.items():
        codes = {code.code: code for code in (*merged[name].codes, *own.codes)}
        merged[name] = replace(merged[name], codes=own.codes if merged[name].is_open else tuple(codes.values()))
    return merged


# Private functions


def _unknown(catalog: Catalog, company: Company) -> Iterator[Clash]:
    """Names that the catalog does not have. In a company file its shape has told them before."""
    paths = [f"{entity.name}.{field.name}" for entity in catalog.entities.values() for field in entity.fields]
    named = (
        ("language", (company.language,), catalog.languages),
        ("accounting_system", (company.accounting_system,), catalog.accounting),
        ("entities", company.entities, catalog.entities),
        ("code_lists", company.code_lists, catalog.code_lists),
        ("fields", company.fields, paths),
        ("defaults", company.defaults, paths),
        ("agreed", company.agreed, [*paths, *catalog.entities]),
        ("next_numbers", company.next_numbers, paths),
        ("samples", company.samples, catalog.entities),
        ("series", company.series, paths),
    )
    for key, words, known in named:
        for word in words:
            if word not in known:
                yield (key,), f"`{word}` is not known{did_you_mean(word, known)}"


def _places(catalog: Catalog, company: Company) -> Iterator[Clash]:
    near = {"country": near_country, "currency": near_currency}
    said: list[tuple[tuple[str, ...], str, str]]
    said = [((key,), key, getattr(company, key)) for key in near if key in company.given]
    said += [(("defaults", path), _field(catalog, path).type, text) for path, text in company.defaults.items()]
    for keys, kind, text in said:
        if kind in near and not is_place(text, kind):
            yield keys, f"`{keys[-1]}` cannot be `{text}`: there is no such code{near[kind](text)}"


def _list_clashes(catalog: Catalog, company: Company, merged: CodeList) -> Iterator[Clash]:
    seen: dict[str, str] = {}
    own = {code.code for code in company.code_lists[merged.name].codes}
    for code in sorted(merged.codes, key=lambda code: code.code in own):
        if not code.label:
            known = [item.code for item in catalog.code_lists[merged.name].codes]
            text = f"the new code `{code.code}` lacks `label`{did_you_mean(code.code, known)}"
            yield ("code_lists", merged.name, code.code), text
        if code.measures is None and any(other.measures for other in merged.codes):
            yield (
                ("code_lists", merged.name, code.code),
                f"`{code.code}` is no control figure: what it counts stands in the rule files",
            )
        for word in dict.fromkeys((code.code, *code.label.values(), *code.synonyms)):
            other = seen.setdefault(fold(word), code.code)
            if other != code.code:
                yield ("code_lists", merged.name, code.code), f"`{word}` means both `{other}` and `{code.code}`"


def _field_clashes(
    catalog: Catalog, company: Company, path: str, change: FieldChange, code_lists: Mapping[str, CodeList]
) -> Iterator[Clash]:
    entity, field = catalog.entities[path.partition(".")[0]], _closed(_field(catalog, path), company)
    changed = _changed(field, change)
    if change.hide and changed.required:
        yield ("fields", path, "hide"), f"{path} is required, so it cannot be hidden"
    if change.require is False and field.name in entity.key:
        yield ("fields", path, "require"), f"{path} is part of the key, so it must stay required"
    for other in entity.fields:
        if other.name == field.name:
            continue
        own = company.fields.get(f"{entity.name}.{other.name}", FieldChange()).label
        theirs = {fold(text) for text in (*{**other.label, **own}.values(), *other.aliases)}
        for text in dict.fromkeys(change.label.values()):
            if fold(text) in theirs:
                yield ("fields", path, "label"), f"the header `{text}` is also that of {entity.name}.{other.name}"
    before = [str(value) for value in field.schema.get("allowed", ())]
    for text in change.allowed:
        wrong = canonical_problem(text, field.type, _codes(field, code_lists))
        if wrong is None and before and text not in before:
            wrong = f"is not among what {path} allows{did_you_mean(text, before)}"
        if wrong is not None:
            yield ("fields", path, "allowed"), f"`{text}` {wrong}"


def _scope_clashes(catalog: Catalog, company: Company) -> Iterator[Clash]:
    scope = _scope(catalog, company)
    for name in company.entities:
        if catalog.entities[name].derived is not None:
            yield ("entities",), f"{name} has no sheet: it follows from the others, so leave it out here"
    for name in scope:
        for field in catalog.entities[name].fields:
            changed = _changed(field, company.fields.get(f"{name}.{field.name}", FieldChange()))
            if changed.to is not None and changed.required and _is_out(changed, scope):
                text = f"{name} needs {changed.to.entity}, which is not listed: {name}.{field.name} is required"
                yield ("entities",), text


def _with_next_numbers(catalog: Catalog, company: Company) -> Company:
    """The company's next numbers count wherever the form has no answer of the customer's own."""
    numbers = {
        place: company.next_numbers[series]
        for series, place in series_fields(catalog)
        if series in company.next_numbers
    }
    return replace(company, defaults={**numbers, **company.defaults}) if numbers else company


def _scope(catalog: Catalog, company: Company) -> tuple[str, ...]:
    """The entities in scope, in import order; a derived entity comes along with the sheets that its references need."""
    if not company.entities:
        return tuple(catalog.entities)
    chosen = {name for name in company.entities if catalog.entities[name].derived is None}
    return tuple(
        name
        for name, entity in catalog.entities.items()
        if (name in chosen if entity.derived is None else _can_be_derived(entity.derived, entity, chosen))
    )


def _in_scope(code_list: CodeList, scope: Collection[str]) -> CodeList:
    """The list without control figures about sheets that the company does not deliver."""
    codes = tuple(code for code in code_list.codes if code.measures is None or code.measures.entity in scope)
    return code_list if len(codes) == len(code_list.codes) else replace(code_list, codes=codes)


def _possible_sample(entity: Entity, code_lists: Mapping[str, CodeList]) -> tuple[Row, ...]:
    """The sample without control totals of figures that the company does not have."""
    if entity.controls is None:
        return entity.sample
    figure = entity.controls.figure
    codes = {code.code for code in code_lists[entity.field(figure).list or ""].codes}
    return tuple(row for row in entity.sample if row.get(figure) in codes)


def _can_be_derived(query: str, entity: Entity, chosen: Collection[str]) -> bool:
    """Whether its rows would have something to name, and some sheet to come from; other sheets count as blank."""
    needed = {field.to.entity for field in entity.fields if field.to is not None and field.required}
    return needed <= set(chosen) and not set(chosen).isdisjoint(tables_read(query))


def _tables(catalog: Catalog, scope: Collection[str]) -> Tables:
    """Tables of the entities in scope only, so that a query that needs another does not fit."""
    types = {name: {field.name: field.type for field in catalog.entities[name].fields} for name in scope}
    fact_tables = {name: table.columns for name, table in catalog.fact_tables.items()}
    return Tables(types, is_whole=True, fact_tables=fact_tables)


def _field(catalog: Catalog, path: str) -> Field:
    entity, name = path.split(".")
    return catalog.entities[entity].field(name)


def _codes(field: Field, code_lists: Mapping[str, CodeList]) -> Collection[str] | None:
    return None if field.list is None else [code.code for code in code_lists[field.list].codes]


def _is_out(field: Field, scope: Collection[str]) -> bool:
    return field.to is not None and field.to.entity not in scope


def _changed(field: Field, change: FieldChange) -> Field:
    """The field with the company's visibility, requirement and wording; old labels are still understood."""
    old = [text for language, text in field.label.items() if change.label.get(language, text) != text]
    return replace(
        field,
        label={**field.label, **change.label},
        aliases=tuple(dict.fromkeys((*field.aliases, *old))),
        in_template=field.in_template and not change.hide,
        required=field.required if change.require is None else change.require,
        required_when=field.required_when if change.require is None else None,
    )


def _without_target(field: Field, catalog: Catalog) -> Field:
    """The column of an entity out of scope: of the type that it named, without anything to look it up in."""
    kind = field
    while kind.to is not None:
        kind = _field(catalog, f"{kind.to.entity}.{kind.to.field}")
    return replace(field, type=kind.type, to=None)


def _closed(field: Field, company: Company) -> Field:
    """A field with an open list takes only the company's codes as soon as the company has named some."""
    if field.open_list is None or field.open_list not in company.code_lists:
        return field
    return replace(field, list=field.open_list, type="codelist" if field.type == "text" else field.type)


_Agreed = TypeVar("_Agreed", Entity, Field)


def _agreed(item: _Agreed, path: str, company: Company) -> _Agreed:
    """An entity or a field that is imported after all, because the company has agreed on it."""
    return replace(item, imported=True) if path in company.agreed else item


def _restricted(entity: str, field: Field, company: Company, code_lists: dict[str, CodeList]) -> Field:
    """The field with only the values that the company allows; a code list is narrowed for this field alone."""
    allowed = company.fields.get(f"{entity}.{field.name}", FieldChange()).allowed
    if not allowed:
        return field
    if field.list is None:
        return replace(
            field, schema={**field.schema, "allowed": [canonical_value(text, field.type) for text in allowed]}
        )
    whole = code_lists[field.list]
    name = f"{field.list}_of_{entity}_{field.name}"
    code_lists[name] = replace(whole, name=name, codes=tuple(code for code in whole.codes if code.code in allowed))
    return replace(field, list=name)


def _seen_by(rule: Rule, tables: Tables, scope: Collection[str], catalog: Catalog) -> Tables:
    """The tables in scope, and those that the rule can do without: they are blank to it."""
    return _tables(catalog, {*scope, *rule.may_lack}) if rule.may_lack else tables


def _is_possible(rule: Rule, fields: Mapping[str, Field], tables: Tables) -> bool:
    """Whether everything that the rule looks at is in scope."""
    if rule.offends is not None:
        return not isinstance(tables.query(rule.offends), Misfit)
    return rule.check != "known" or any(fields[name].references for name in rule.fields)
