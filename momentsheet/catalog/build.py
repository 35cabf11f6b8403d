"""Taken rule files to the nouns of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from momentsheet.catalog.canonical import canonical_value
from momentsheet.catalog.files import BOOK_KEYS, RuleFiles
from momentsheet.catalog.names import Names
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.schemas import SCHEMAS, plain
from momentsheet.catalog.yaml_reader import Node
from momentsheet.model.catalog import (
    AccountingSystem,
    Alike,
    Catalog,
    Code,
    CodeList,
    Company,
    Controls,
    Demand,
    Entity,
    Example,
    ExampleSheet,
    FactTable,
    Field,
    FieldChange,
    FileContents,
    FileKind,
    FileListing,
    Format,
    FormatColumn,
    FormatFile,
    Measure,
    Reference,
    Row,
    Rule,
    SamplePages,
    SamplePart,
    Series,
    Stead,
    Texts,
    Work,
    WorkList,
    WorkListColumn,
)
from momentsheet.model.page_words import PageWords


@dataclass(frozen=True, slots=True)
class _Known:
    """What a part of the catalog needs to know of the others."""

    names: Names
    types: Mapping[str, Mapping[str, str]]  # entity -> field -> type
    code_lists: Mapping[str, CodeList]
    work: Taken


def build_catalog(files: RuleFiles, names: Names, version: str) -> Catalog:
    """The catalog of verified rule files, for a company that chooses nothing."""
    code_lists = {name: _code_list(name, taken) for name, taken in files.code_lists.items()}
    known = _Known(names, files.types(), code_lists, files.work)
    entities = {name: _entity(name, taken, known) for name, taken in files.entities.items()}
    entities = dict(sorted(entities.items(), key=lambda item: item[1].order))
    rules = [rule for entity in entities.values() for rule in entity.rules]
    rules += [_rule(taken, None, known) for taken in files.general]
    return Catalog(
        version=version,
        entities=entities,
        rules={rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)},
        code_lists=code_lists,
        accounting={name: _system(name, taken, known) for name, taken in files.accounting.items()},
        formats={name: _format(name, taken, entities) for name, taken in files.formats.items()},
        fact_tables={name: _fact_table(name, taken) for name, taken in files.fact_tables.items()},
        work_lists={
            item.name: item
            for item in sorted(
                (_work_list(name, taken, entities) for name, taken in files.work_lists.items()),
                key=lambda item: item.order,
            )
        },
        file_kinds={
            item.name: item
            for item in sorted(
                (_file_kind(name, taken) for name, taken in files.file_kinds.items()), key=lambda item: item.order
            )
        },
        page_words=PageWords(**files.page_words) if files.page_words else PageWords(),
        texts={text_id: dict(texts) for file in files.texts for text_id, texts in file.items()},
        languages=tuple(names.languages),
        company=Company(),
    )


def build_company(taken: Taken, code_lists: Mapping[str, CodeList], languages: Iterable[str]) -> Company:
    """The company of a taken company file; its code lists hold only what the file says."""
    return Company(**_choices(taken, code_lists, languages), given=frozenset(taken))


# Private functions


def _choices(taken: Taken, code_lists: Mapping[str, CodeList], languages: Iterable[str]) -> dict[str, Any]:
    """What a taken company file sets, as attributes of `Company`."""
    values: dict[str, Any] = dict(taken)
    if "code_lists" in taken:
        values["code_lists"] = {
            name: CodeList(
                name,
                code_lists[name].title,
                tuple(_company_code(code, code_lists[name], languages) for code in codes),
            )
            for name, codes in taken["code_lists"].items()
        }
    if "fields" in taken:
        values["fields"] = {path: _change(change, languages) for path, change in taken["fields"].items()}
    for key in ("defaults", "next_numbers", "samples"):
        if key in taken:
            values[key] = dict(taken[key])
    if "series" in taken:
        values["series"] = {path: dict(change) for path, change in taken["series"].items()}
    return values


def _entity(name: str, taken: Taken, known: _Known) -> Entity:
    plainly = (
        "key", "identity", "layout", "sheet_aliases", "totals", "totals_by", "derived", "level", "computed", "retired",
        "used_by", "was", "known_as", "may_be_added", "keeps_old",
    )  # fmt: skip
    return Entity(
        name=name,
        order=taken["order"],
        title=dict(taken["title"]),
        help=dict(taken["help"]),
        fields=tuple(_field(field, known.code_lists) for field in taken["fields"]),
        rules=tuple(_rule(rule, name, known) for rule in taken.get("rules", ())),
        sample=tuple(dict(row) for row in taken.get("sample", ())),
        alike=Alike(**taken["alike"]) if "alike" in taken else None,
        controls=Controls(**taken["controls"]) if "controls" in taken else None,
        sample_pages=_sample_pages(taken["sample_pages"]) if "sample_pages" in taken else None,
        **_given(taken, *plainly),
        **_imported(taken),
    )


def _field(taken: Taken, code_lists: Mapping[str, CodeList]) -> Field:
    more: dict[str, Any] = _imported(taken)
    kind: str = taken["type"]
    if "list" in taken and code_lists[taken["list"]].is_open:
        more["open_list"] = taken["list"]
        kind = "text" if kind == "codelist" else kind
    elif "list" in taken:
        more["list"] = taken["list"]
    if "to" in taken:
        entity, key = taken["to"]
        more["to"] = Reference(entity, key, taken.get("same", ()), taken.get("is_part", False))
    if "looked_up" in taken:
        by, places = taken["looked_up"]["by"], taken["looked_up"]["in"]
        more["looked_up"] = tuple(Reference(entity, key, only=(by, code)) for code, (entity, key) in places.items())
    if "reads" in taken:
        more["reads"] = {word: canonical_value(text, kind) for word, text in taken["reads"].items()}
    if "series_of" in taken:
        more["series_of"] = ".".join(taken["series_of"])
    if "bears" in taken:
        more["bears"] = ".".join(taken["bears"])
    if "schema" in taken:
        more["schema"] = plain(taken["schema"])
    plainly = (
        "aliases", "was", "stand_ins", "minutes", "required", "required_when", "privacy", "unit", "decimals", "country",
        "in_template",
    )  # fmt: skip
    return Field(
        name=taken["name"],
        type=kind,
        label=dict(taken["label"]),
        help=dict(taken["help"]),
        example=taken["example"],
        **_given(taken, *plainly),
        **more,
    )


def _rule(taken: Taken, entity: str | None, known: _Known) -> Rule:
    examples = taken.get("examples", {})
    schema: dict[str, Any] = {}
    if "schema" in taken and entity is not None:
        schema["schema"] = _schema(taken["schema"], known.types[entity][taken["fields"][0]], known)
    return Rule(
        code=taken["code"],
        severity=taken["severity"],
        reach=taken["reach"],
        message=dict(taken["message"]),
        why=dict(taken["why"]),
        fix=dict(taken["fix"]),
        entity=entity,
        facts=dict(taken.get("facts", {})),
        stands_for=tuple(_stead(other) for other in taken.get("as", ())),
        work=Work(
            **{**known.work.get("other", {}), **known.work.get(taken.get("check", ""), {}), **taken.get("work", {})}
        ),
        good=tuple(_example(example, entity, known) for example in examples.get("good", ())),
        bad=tuple(_example(example, entity, known) for example in examples.get("bad", ())),
        **_given(
            taken,
            "fields",
            "check",
            "holds",
            "offends",
            "blank_ok",
            "may_lack",
            "one_per",
            "words",
            "same_as",
            "on_demand",
            "waivable",
        ),
        **schema,
    )


def _stead(taken: Taken) -> Stead:
    entity, field = taken["field"]
    return Stead(entity, field, taken.get("when"))


def _example(taken: Taken | tuple[Taken, ...], entity: str | None, known: _Known) -> Example:
    is_whole = entity is None or (isinstance(taken, Taken) and taken.keys() & BOOK_KEYS.difference(known.types[entity]))
    if isinstance(taken, Taken) and is_whole:
        rows = {name: _rows(rows) for name, rows in taken.get("book", {}).items()}
        sheets = tuple(
            ExampleSheet(
                sheet["name"], sheet["cells"], sheet.get("hidden_rows", ()), sheet.get("merged", ()),
                sheet.get("state", "visible"),
            )
            for sheet in taken.get("sheets", ())
        )  # fmt: skip
        company = _choices(taken.get("company", Taken("", 0)), known.code_lists, known.names.languages)
        return Example(rows, company, sheets, taken.get("template", "ours"), dict(taken.get("files", {})))
    return Example({entity or "": _rows(taken)})


def _rows(taken: Taken | tuple[Taken, ...]) -> tuple[Row, ...]:
    return tuple(dict(row) for row in ((taken,) if isinstance(taken, Taken) else taken))


def _code_list(name: str, taken: Taken) -> CodeList:
    codes = tuple(
        Code(code["code"], dict(code["label"]), code.get("synonyms", ()), _measure(code.get("measures")))
        for code in taken.get("codes", ())
    )
    return CodeList(name, dict(taken["title"]), codes, taken.get("open", False))


def _sample_pages(taken: Taken) -> SamplePages:
    return SamplePages(taken["count"], tuple(_sample_part(part) for part in taken.get("parts", ())))


def _sample_part(taken: Taken) -> SamplePart:
    entity, field = taken.get("rows", (None, None))
    return SamplePart(taken.get("named_by"), entity, field, taken.get("columns", ()), taken.get("summed_by", ()))


def _measure(taken: Taken | None) -> Measure | None:
    if taken is None:
        return None
    tolerance = Decimal(str(taken.get("tolerance", 0)))
    return Measure(taken["of"], taken["query"], taken.get("decimals", 0), tolerance)


def _fact_table(name: str, taken: Taken) -> FactTable:
    kinds = dict(taken["columns"])
    rows = tuple(
        tuple(canonical_value(text, kind) if text else None for text, kind in zip(row, kinds.values(), strict=True))
        for row in taken["rows"]
    )
    return FactTable(name, kinds, rows)


def _work_list(name: str, taken: Taken, entities: Mapping[str, Entity]) -> WorkList:
    return WorkList(
        name,
        taken["order"],
        dict(taken["title"]),
        dict(taken["place"]),
        dict(taken["help"]),
        taken["query"],
        tuple(_work_list_column(column, entities) for column in taken["columns"]),
        taken.get("in_place_of"),
        tuple(dict(step) for step in taken.get("steps", ())),
        taken.get("adds_notes", False),
    )


def _file_kind(name: str, taken: Taken) -> FileKind:
    plainly = ("by", "known_by", "words", "every_row", "may_hold_several", "must_differ", "largest")
    contents = FileContents(**taken["contents"]) if "contents" in taken else None
    return FileKind(
        name,
        taken["order"],
        dict(taken["title"]),
        taken["entity"],
        taken["key"],
        taken["folder"],
        taken.get("formats", ()),
        listings=tuple(
            FileListing(entity, field, listed["key"][1] if "key" in listed else None)
            for listed in taken.get("listed", ())
            for entity, field in [listed["file"]]
        ),
        named=dict(taken.get("named", {})),
        contents=contents,
        **_given(taken, *plainly),
    )


def _work_list_column(taken: Taken, entities: Mapping[str, Entity]) -> WorkListColumn:
    if "field" not in taken:
        return WorkListColumn(taken["name"], dict(taken["label"]), taken["type"], taken.get("decimals"))
    entity, name = taken["field"]
    field = entities[entity].field(name)
    return WorkListColumn(taken["name"], field.label, field.type, field.decimals, field.list, (entity, name))


def _imported(taken: Taken) -> dict[str, Any]:
    """Whether an entity or a field is imported; what needs an agreement is not, until a company has one."""
    word = taken.get("imported", "true")
    return {"imported": word == "true", "by_agreement": word == "by_agreement"}


def _company_code(taken: Taken, code_list: CodeList, languages: Iterable[str]) -> Code:
    """A code as a company words it: what it does not say stays as it is in the rule files."""
    known = next((code for code in code_list.codes if code.code == taken["code"]), Code(taken["code"], {}))
    label = dict(known.label)
    if code_list.is_open and not label:
        label = dict.fromkeys(languages, taken["code"])  # a company's own words need no other words
    if "label" in taken:
        own = _wording(taken["label"], languages)
        label = {**dict.fromkeys(("en", "nb"), next(iter(own.values()))), **known.label, **own}
    unsaid = [text for language, text in known.label.items() if label[language] != text]
    synonyms = dict.fromkeys((*known.synonyms, *unsaid, *taken.get("synonyms", ())))
    return Code(taken["code"], label, tuple(synonyms), known.measures)


def _change(taken: Taken, languages: Iterable[str]) -> FieldChange:
    label: dict[str, Any] = {"label": _wording(taken["label"], languages)} if "label" in taken else {}
    return FieldChange(**_given(taken, "hide", "require", "allowed"), **label)


def _wording(said: str | Taken, languages: Iterable[str]) -> Texts:
    """A company's own words: one text for all languages, or some languages of its choice."""
    return dict.fromkeys(languages, said) if isinstance(said, str) else dict(said)


def _system(name: str, taken: Taken, known: _Known) -> AccountingSystem:
    return AccountingSystem(
        name=name,
        label=dict(taken["label"]),
        numbers_from=taken["numbers_from"],
        demands=tuple(_demand(demand, known) for demand in taken.get("demands", ())),
        rules=taken.get("rules", ()),
        notes=tuple(dict(note) for note in taken.get("notes", ())),
        series=tuple(_series(series) for series in taken.get("series", ())),
    )


def _series(taken: Taken) -> Series:
    entity, field = taken["field"]
    shares = tuple(".".join(path) for path in taken.get("shares", ()))
    return Series(entity, field, shares=shares, **_given(taken, "first", "last", "prefix", "outside", "evidence"))


def _demand(taken: Taken, known: _Known) -> Demand:
    entity, field = taken["field"]
    return Demand(
        code=taken["code"],
        entity=entity,
        field=field,
        schema=_schema(taken["schema"], known.types[entity][field], known),
        says=dict(taken["says"]),
        example=taken["example"],
        **_given(taken, "good", "bad"),
    )


def _format(name: str, taken: Taken, entities: Mapping[str, Entity]) -> Format:
    files = [
        FormatFile(
            entity=file["entity"],
            file=file["file"],
            columns=tuple(_column(column) for column in file["columns"]),
            **_given(file, "path", "evidence"),
        )
        for file in taken["files"]
    ]
    files.sort(key=lambda file: entities[file.entity].order)
    return Format(name, taken["kind"], taken["suffix"], dict(taken["title"]), tuple(files))


def _column(taken: Taken) -> FormatColumn:
    tables: dict[str, Any] = {key: dict(taken[key]) for key in ("lookup", "values") if key in taken}
    return FormatColumn(taken["name"], taken["field"], **_given(taken, "write", "number", "evidence"), **tables)


def _schema(node: Node, type_name: str, known: _Known) -> Mapping[str, Any]:
    """The schema at a node that has been verified."""
    schema: Mapping[str, Any] = plain(SCHEMAS[type_name].take(node, "`schema`", Place("", known.names, [])))
    return schema


def _given(taken: Taken, *keys: str) -> dict[str, Any]:
    """What is said; the rest keeps the model's defaults."""
    return {key: taken[key] for key in keys if key in taken}
