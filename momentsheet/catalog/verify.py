"""What needs more than one place to be seen wrong: references, clashes, samples, demands, formats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

import polars as pl

from momentsheet.catalog.canonical import canonical_problem
from momentsheet.catalog.controls import control_problems
from momentsheet.catalog.files import RuleFiles
from momentsheet.catalog.names import Names, did_you_mean
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.rules import condition_problems, rule_problems
from momentsheet.catalog.samples import sample_problems
from momentsheet.catalog.schemas import fits, number_types, schema_problems, take_schema
from momentsheet.catalog.sql import BESIDE, Misfit, Tables
from momentsheet.catalog.texts import placeholder_problems
from momentsheet.errors import Problem
from momentsheet.model.catalog import STEP, Company
from momentsheet.model.table import dtype

# Field names that stand for something else: columns of every table, placeholders, forms of examples
RESERVED = {
    "row_id", "source", "excel_row", "book", "sheets", "count",
    "value", "header", "label", "key", "row", "cell", "sheet", "file", "suggestion", "first_row", "first_cell",
}  # fmt: skip


def verify(files: RuleFiles, names: Names) -> Iterator[Problem]:
    """Every problem that shapes alone cannot show. SQL is tried as far as the columns and their types are known."""
    types = files.types()
    whole = {
        name: types[name] for name, fields in names.fields.items() if set(types.get(name, ())) == set(fields or ("?",))
    }
    fact_tables = files.fact_columns()
    tables = Tables(whole, is_whole=len(whole) == len(names.fields), fact_tables=fact_tables)
    # Derived entities and work lists read a retired field as a blank column.
    gone = {name: dict.fromkeys(entity.get("retired", ()), "retired") for name, entity in files.entities.items()}
    for_derived = Tables(
        {name: {**kinds, **gone.get(name, {})} for name, kinds in whole.items()},
        is_whole=len(whole) == len(names.fields),
        fact_tables=fact_tables,
    )
    yield from _code_lists(files.code_lists.values())
    yield from _sheets(files.entities)
    for name, entity in files.entities.items():
        yield from _fields(name, entity, files, names, tables)
        if "derived" in entity:
            yield from _derived(entity, for_derived)
        yield from _sample(entity, names)
        yield from _alike(name, entity, files)
    yield from rule_problems(files, names, tables)
    yield from _accounting(files, names)
    yield from _formats(files, names)
    yield from _fact_tables(files)
    yield from _work_lists(files, for_derived)
    yield from control_problems(files, tables)
    yield from sample_problems(files, names)
    yield from _file_kinds(files, names)
    yield from _short_texts(files.texts)


def fold(text: str) -> str:
    """A text without case and spare spaces, as clashes are seen."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# Private functions


def _code_lists(lists: Iterable[Taken]) -> Iterator[Problem]:
    for code_list in lists:
        if "codes" not in code_list and not code_list.get("open"):
            yield code_list.problem("codes", "`codes` is missing; only a list with `open: true` may lack it")
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


def _fields(name: str, entity: Taken, files: RuleFiles, names: Names, tables: Tables) -> Iterator[Problem]:
    headers: dict[str, str] = {}
    for field in entity.get("fields", ()):
        words = [("label", text) for text in field.get("label", {}).values()]
        words += [(key, text) for key in ("aliases", "minutes") for text in field.get(key, ())]
        words += [("stand_ins", text) for text in field.get("stand_ins", ()) if "+" not in text]
        for key, word in words:
            other = headers.setdefault(fold(word), field.get("name", ""))
            if other != field.get("name", ""):
                yield field.problem(key, f"the header `{word}` is also that of `{other}`")
        if field.get("name") in RESERVED:
            yield field.problem(
                "name", f"a field cannot be called `{field['name']}`: the name stands for something else"
            )
        if field.get("required") and "required_when" in field:
            yield field.problem("required_when", "`required` is true already; only one of the two makes sense")
        if "required_when" in field:
            yield from condition_problems(name, field, "required_when", tables, may_look_around=False)
        if isinstance(field.get("schema"), Taken) and field["schema"].is_sound:
            yield from (field.problem("schema", text) for text in schema_problems(field["schema"]))
        if "to" in field:
            yield from _reference(name, field, files, names)
        if "looked_up" in field:
            yield from _looked_up(name, field, files, names)
        if "series_of" in field:
            yield from _series(entity, field, files)
        if "bears" in field:
            yield from _bears(name, field, files)
        yield from _reads(field, names)
    yield from _known_as(name, entity, names)
    yield from _keeps_old(name, entity, files)
    yield from _was(entity)
    stand_ins = {fold(text) for field in entity.get("fields", ()) for text in field.get("stand_ins", ())}
    for header in entity.get("computed", ()):
        if fold(header) in headers and fold(header) not in stand_ins:
            yield entity.problem("computed", f"the header `{header}` is that of `{headers[fold(header)]}`")
    for total in entity.get("totals", ()):
        found = files.field(name, total)
        if found is not None and "type" in found and found["type"] not in number_types:
            yield entity.problem("totals", f"`totals` can sum only numbers; `{total}` is of type {found['type']}")


def _known_as(name: str, entity: Taken, names: Names) -> Iterator[Problem]:
    """Names are looked up where other sheets name the row by its key, so the key must be one column."""
    known = names.fields.get(name)
    if "known_as" in entity and len(entity.get("key", ())) != 1:
        yield entity.problem("known_as", "`known_as` needs a `key` of one column")
    required = {field.get("name") for field in entity.get("fields", ()) if field.get("required")}
    if entity.get("may_be_added") and not required <= set(entity.get("key", ())):
        yield entity.problem("may_be_added", "`may_be_added` needs that no column beside the key is required")
    for pattern in entity.get("known_as", ()):
        for one in re.findall(r"\{(\w+)\}", pattern):
            if known is not None and one not in known:
                yield entity.problem(
                    "known_as", f"`{pattern}` names the unknown field `{one}`{did_you_mean(one, known)}"
                )


def _was(entity: Taken) -> Iterator[Problem]:
    """A name of the past stands for one field of today."""
    seen = {field.get("name", ""): "a field of today" for field in entity.get("fields", ())}
    seen |= dict.fromkeys(entity.get("retired", ()), "retired")
    for field in entity.get("fields", ()):
        for one in field.get("was", ()):
            if one in seen:
                yield field.problem("was", f"`{one}` is {seen[one]} already")
            seen[one] = f"what `{field.get('name', '')}` was called"


def _reference(name: str, field: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    target, target_field = field["to"]
    same = field.get("same", ())
    known = names.fields.get(target)
    lacking = [other for other in same if known is not None and other not in known]
    for other in lacking:
        yield field.problem(
            "same", f"`same` names `{other}`, which {target} does not have{did_you_mean(other, known or ())}"
        )
    entity = files.entities.get(target)
    if entity is not None and entity.is_sound and not lacking and set(entity.get("key", ())) != {target_field, *same}:
        whole = ", ".join(entity.get("key", ())) or "none"
        yield field.problem("to", f"`to` and `same` must name the whole key of {target} ({whole})")
    if target == name and target_field == field.get("name"):
        yield field.problem("to", "a column cannot refer to itself")


def _reads(field: Taken, names: Names) -> Iterator[Problem]:
    """Words that stand for a value must stand for one that the column can hold."""
    words: Taken = field.get("reads", Taken(field.file, field.line))
    seen: dict[str, str] = {}
    for word, text in words.items() if "type" in field else ():
        wrong = canonical_problem(text, field["type"], names.codes.get(field.get("list", "")))
        if wrong is not None:
            yield words.problem(word, f"`{word}` cannot stand for `{text}`: it {wrong}")
        if seen.setdefault(fold(word), text) != text:
            yield words.problem(word, f"`{word}` stands for both `{seen[fold(word)]}` and `{text}`")


def _looked_up(name: str, field: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    """The column that says which sheet is meant must have a code list, and each place belong to one of its codes."""
    places = field["looked_up"]
    by = files.field(name, places.get("by", ""))
    if by is None or not by.is_sound:
        return
    codes = names.codes.get(by.get("list", "")) or ()
    if not codes:
        yield field.problem("looked_up", f"`by` must name a column with a code list, not `{places['by']}`")
    for code in places.get("in", ()) if codes else ():
        if code not in codes:
            yield field.problem("looked_up", f"`in` names the unknown code `{code}`{did_you_mean(code, codes)}")


def _series(entity: Taken, field: Taken, files: RuleFiles) -> Iterator[Problem]:
    numbered = files.field(*field["series_of"])
    if numbered is not None and numbered.get("type") not in ("code", "integer", None):
        yield field.problem(
            "series_of", f"`series_of` names a column of type {numbered['type']}, which has no next number"
        )
    if entity.get("layout") != "form":
        yield field.problem("series_of", "`series_of` belongs in a form (`layout: form`): there is one next number")


def _bears(name: str, field: Taken, files: RuleFiles) -> Iterator[Problem]:
    """The name of a file can bear only a number that the row has or names."""
    entity, key = field["bears"]
    target = files.entities.get(entity)
    if target is not None and tuple(target.get("key", (key,))) != (key,):
        yield field.problem("bears", f"`bears` must name the whole key of {entity}, not `{key}`")
    if entity != name and entity not in files.targets(name):
        yield field.problem("bears", f"`bears` names {entity}, which no column of {name} refers to")


def _keeps_old(name: str, entity: Taken, files: RuleFiles) -> Iterator[Problem]:
    """Old numbers are kept as they were, so in a column of the key's own type, beside a key of one column."""
    if "keeps_old" not in entity:
        return
    field = files.field(name, entity["keeps_old"])
    if len(entity.get("key", ())) != 1 or entity["keeps_old"] in entity["key"]:
        yield entity.problem("keeps_old", "`keeps_old` needs a `key` of one column, and is another one")
    elif field is not None and field.get("type", "code") != "code":
        yield entity.problem("keeps_old", f"`keeps_old` names a column of type {field['type']}, not of `code`")


def _derived(entity: Taken, tables: Tables) -> Iterator[Problem]:
    result = tables.query(entity["derived"])
    if isinstance(result, Misfit):
        yield entity.problem("derived", f"`derived` {result.text}")
    if result is None or isinstance(result, Misfit):
        return
    for field in entity["fields"]:
        if field["name"] not in result:
            yield entity.problem("derived", f"`derived` does not give the column `{field['name']}`")
        elif result[field["name"]] not in (dtype(field["type"]), pl.Null):
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
                yield row.problem(field["name"], f"`{field['name']}`: `{text}` {wrong}")
            if not text and field.get("required"):
                yield row.problem(field["name"], f"the sample row lacks `{field['name']}`, which is required")


def _alike(name: str, entity: Taken, files: RuleFiles) -> Iterator[Problem]:
    """What `inspect` compares: names are texts, the words to leave out a table, users are sheets that refer to this."""
    alike: Taken = entity.get("alike", Taken(entity.file, entity.line))
    types = files.types().get(name, {})
    for field in alike.get("name", ()):
        if types.get(field, "text") != "text":
            yield alike.problem("name", f"`name` compares texts; `{field}` is of type {types[field]}")
    if "name" not in alike:
        for key in ("hints", "within", "without"):
            if key in alike:
                yield alike.problem(key, f"`{key}` is about names; `name` is missing")
    table = alike.get("without")
    if table is not None and table not in files.fact_tables:
        yield alike.problem(
            "without", f"`without` names the unknown table `{table}`{did_you_mean(table, files.fact_tables)}"
        )
    for user in entity.get("used_by", ()):
        if user in files.entities and name not in files.targets(user):
            yield entity.problem("used_by", f"`used_by` names {user}, where no column refers to {name}")


def _accounting(files: RuleFiles, names: Names) -> Iterator[Problem]:
    rules = {
        rule["code"]: rule for entity in files.entities.values() for rule in entity.get("rules", ()) if "code" in rule
    }
    for system in files.accounting.values():
        for demand in system.get("demands", ()):
            yield from _demand(demand, rules, files, names)
        yield from _series_of_system(system, files, names)
        for code in system.get("rules", ()):
            if code in rules and not rules[code].get("on_demand"):
                yield system.problem("rules", f"{code} is not `on_demand: true`, so it is always on")
    if files.accounting and Company().accounting_system not in files.accounting:
        folder = next(iter(files.accounting.values())).file.rsplit("/", 1)[0]
        yield Problem(folder, 1, f"lacks `{Company().accounting_system}.yaml`, the system of a company that names none")


def _series_of_system(system: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    """A series is that of a numbered field, each once, and what it begins and ends with fits the demands."""
    numbered = {
        tuple(field["series_of"])
        for entity in files.entities.values()
        for field in entity.get("fields", ())
        if "series_of" in field
    }
    known = sorted(".".join(path) for path in numbered)
    seen: set[tuple[str, str]] = set()
    for series in system.get("series", ()):
        if not series.is_sound:
            continue
        for key, path in (("field", series["field"]), *(("shares", path) for path in series.get("shares", ()))):
            if path not in numbered and numbered:
                says = ".".join(path)
                yield series.problem(key, f"{says} has no series of numbers{did_you_mean(says, known)}")
        if series["field"] in seen:
            yield series.problem("field", f"{'.'.join(series['field'])} has a series already")
        seen.add(series["field"])
        first, last = series.get("first", 1), series.get("last")
        if last is not None and last < first:
            yield series.problem("last", f"`last` {last} is below `first` {first}")
            continue
        for key, end in (("first", first), ("last", last)):
            if end is not None and not _is_demanded(system, series, f"{series.get('prefix', '')}{end}", files, names):
                yield series.problem(key, f"`{key}` {end} is no number that the demands take")


def _is_demanded(system: Taken, series: Taken, number: str, files: RuleFiles, names: Names) -> bool:
    """Whether the system's own demands take that number of the series."""
    field = files.field(*series["field"])
    for demand in system.get("demands", ()):
        if demand.is_sound and demand["field"] == series["field"] and field is not None and "type" in field:
            schema = take_schema(demand["schema"], field["type"], Place(demand.file, names, [], series["field"][0]))
            if schema is not None and not fits(number, schema):
                return False
    return True


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


def _formats(files: RuleFiles, names: Names) -> Iterator[Problem]:
    for form in files.formats.values():
        for file in form.get("files", ()):
            for column in file.get("columns", ()):
                if not column.is_sound:
                    continue
                field = files.field(file.get("entity", ""), column["field"])
                if (column.get("write") == "lookup") != ("lookup" in column):
                    yield column.problem("lookup", "`write: lookup` and `lookup` belong together")
                if column.get("number") and field is not None and field.get("type") not in ("code", "reference", None):
                    yield column.problem("number", f"`number` is for numbers kept as text, not for `{column['field']}`")
                if column.get("write") == "minutes" and field is not None and field.get("type") != "hours":
                    yield column.problem("write", f"only hours can be written as minutes, not `{column['field']}`")
                yield from _column_values(
                    column, names.codes.get(field.get("list", ""), ()) if field and field.is_sound else None
                )


def _column_values(column: Taken, codes: Collection[str] | None) -> Iterator[Problem]:
    values: Taken = column.get("values", Taken(column.file, column.line))
    for code in values:
        if codes is not None and code not in codes:
            yield values.problem(code, f"`values` names the unknown code `{code}`{did_you_mean(code, codes)}")


def _fact_tables(files: RuleFiles) -> Iterator[Problem]:
    for name, table in files.fact_tables.items():
        if not table.is_sound:
            continue
        if name in files.entities or name in BESIDE:
            yield table.problem("table", f"`{name}` is already the name of another table")
        kinds = list(table["columns"].values())
        for place, row in enumerate(table["rows"], 1):
            if len(row) != len(kinds):
                yield table.problem("rows", f"row {place} has {len(row)} values for {len(kinds)} columns")
                continue
            for text, kind in zip(row, kinds, strict=True):
                wrong = canonical_problem(text, kind, None) if text else None
                if wrong is not None:
                    yield table.problem("rows", f"row {place}: `{text}` {wrong}")


def _fits(given: pl.DataType, wanted: type[pl.DataType]) -> bool:
    """Whether a query's column can be written as that type: the same one, a number for a number, or nothing at all."""
    return given in (wanted, pl.Null) or (given.is_numeric() and wanted in (pl.Int64, pl.Float64))


def _work_lists(files: RuleFiles, tables: Tables) -> Iterator[Problem]:
    orders: dict[int, str] = {}
    for work_list in files.work_lists.values():
        if not work_list.is_sound:
            continue
        other = orders.setdefault(work_list["order"], work_list["worklist"])
        if other != work_list["worklist"]:
            yield work_list.problem("order", f"`order` {work_list['order']} is also that of {other}")
        result = tables.query(work_list["query"])
        if isinstance(result, Misfit):
            yield work_list.problem("query", f"`query` {result.text}")
        if ("steps" in work_list) and [column["name"] for column in work_list["columns"]] != [STEP]:
            yield work_list.problem("steps", f"a list with `steps` has just one column, `{STEP}`")
        for column in work_list["columns"]:
            if ("field" in column) == ("label" in column) or ("label" in column) != ("type" in column):
                yield column.problem("name", "a column has either `field`, or `label` and `type`")
            if not isinstance(result, Mapping) or "steps" in work_list:  # then it only says whether the list applies
                continue
            kind = column.get("type") or files.types().get(column["field"][0], {}).get(column["field"][1])
            if column["name"] not in result:
                yield column.problem("name", f"`query` does not give the column `{column['name']}`")
            elif kind is not None and not _fits(result[column["name"]], dtype(kind)):
                yield column.problem("name", f"`query` gives `{column['name']}` in another type than {kind}")


def _file_kinds(files: RuleFiles, names: Names) -> Iterator[Problem]:
    """Kinds of files: their order, the fields in their patterns, columns that list files, and where names lead."""
    orders: dict[int, str] = {}
    for kind in files.file_kinds.values():
        if not kind.is_sound:
            continue
        other = orders.setdefault(kind["order"], kind["kind"])
        if other != kind["kind"]:
            yield kind.problem("order", f"`order` {kind['order']} is also that of {other}")
        known = names.fields.get(kind["entity"])
        patterns = [("known_by", text) for text in kind.get("known_by", ())]
        patterns += [("named", text) for text in kind.get("named", {}).values()]
        for key, pattern in patterns:
            for one in re.findall(r"\{(\w+)\}", pattern):
                if known is not None and one not in known:
                    yield kind.problem(key, f"`{pattern}` names the unknown field `{one}`{did_you_mean(one, known)}")
        if "listed" not in kind and "known_by" not in kind:
            yield kind.problem("kind", "needs `listed` or `known_by`: nothing says which file belongs to which row")
        if "known_by" in kind and "named" not in kind:
            yield kind.problem("known_by", "`known_by` needs `named`: what a file is called that no sheet lists")
        yield from _listings(kind, files)
        yield from _contents(kind, files, names)


def _listings(kind: Taken, files: RuleFiles) -> Iterator[Problem]:
    """A column that lists files stands in the entity's own sheet, or beside a column that names the entity's rows."""
    for listed in kind.get("listed", ()):
        entity, name = listed["file"]
        field = files.field(entity, name)
        if field is not None and field.get("type") not in ("file_name", None):
            yield listed.problem("file", f"`{entity}.{name}` is of type {field['type']}, not file_name")
        if (entity == kind["entity"]) == ("key" in listed):
            yield listed.problem("file", f"`key` says which {kind['entity']} is meant, where another sheet lists files")
        elif "key" in listed:
            key = files.field(*listed["key"])
            if listed["key"][0] != entity or (key is not None and key.get("to", ("",))[0] != kind["entity"]):
                yield listed.problem("key", f"`key` must name a column of {entity} that refers to {kind['entity']}")


def _contents(kind: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    """`names` are fields of the row, or of the row that one of its references leads to."""
    contents: Taken = kind.get("contents", Taken(kind.file, kind.line))
    for path in contents.get("names", ()):
        name, _, beyond = path.partition(".")
        field = files.field(kind["entity"], name)
        target = field.get("to", ("",))[0] if field is not None else ""
        if field is None or (beyond and beyond not in (names.fields.get(target) or ())):
            yield contents.problem("names", f"`{path}` is no field of {kind['entity']}, nor one that it leads to")


def _short_texts(files: Iterable[Taken]) -> Iterator[Problem]:
    first: dict[str, Taken] = {}
    for texts in files:
        for text_id, words in texts.items():
            other = first.setdefault(text_id, words)
            if other is not words:
                yield texts.problem(text_id, f"the text `{text_id}` is already in {other.file}:{other.line}")
            yield from placeholder_problems(words, None)
