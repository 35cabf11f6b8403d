"""Cerberus schemas for parsed values: the vocabulary that fits a column, and what is wrong with a schema."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from momentsheet.catalog.patterns import pattern_problem
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.shape import Boolean, Date, Many, Number, Record, Shape, Text
from momentsheet.catalog.yaml_reader import Node
from momentsheet.errors import Problem
from momentsheet.model.catalog import type_names

number_types = ("integer", "decimal", "money", "percent", "hours")

_VALUES: Mapping[str, Shape] = {
    **dict.fromkeys(number_types, Number()), "integer": Number(is_whole=True), "date": Date(), "boolean": Boolean(),
}  # fmt: skip
_LENGTH = Number(0, 32_767, is_whole=True)


def _schema(type_name: str, alternatives: bool = True) -> Record:
    """Presence and type are said on the field itself; what is left are the values."""
    value = _VALUES.get(type_name, Text())
    rules: dict[str, Shape] = {"allowed": Many(value, 1), "forbidden": Many(value, 1)}
    if type_name not in _VALUES:
        rules |= {"minlength": _LENGTH, "maxlength": _LENGTH, "regex": Text(), "contains": Text()}
    elif type_name != "boolean":
        rules |= {"min": value, "max": value}
    if alternatives:
        inner = _schema(type_name, alternatives=False)
        for of in ("anyof", "allof", "noneof", "oneof"):
            rules[of] = Many(inner, 1)
            rules |= {f"{of}_{rule}": Many(shape, 1) for rule, shape in inner.may.items()}
    return Record(may=rules)


SCHEMAS: Mapping[str, Record] = {name: _schema(name) for name in type_names}


def take_schema(node: Node, type_name: str, place: Place) -> Mapping[str, Any] | None:
    """The Cerberus schema at that node for values of that type; None after telling what is wrong."""
    taken = SCHEMAS[type_name].take(node, "`schema`", place)
    if not isinstance(taken, Taken) or not taken.is_sound:
        return None
    place.problems.extend(Problem(place.file, node.line, text) for text in schema_problems(taken))
    schema: Mapping[str, Any] = plain(taken)
    return schema


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


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether Cerberus takes a parsed value."""
    return taken_by(schema)(value)


def taken_by(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether Cerberus takes a parsed value, for many values of one schema."""
    # What a hundred thousand numbers are asked about, and Cerberus takes its time for
    if schema and schema.keys() <= {"regex", "minlength", "maxlength"}:
        pattern = re.compile(schema.get("regex", "").removesuffix("$") + ("$" if "regex" in schema else ""))
        least, most = schema.get("minlength", 0), schema.get("maxlength", 1 << 30)
        return lambda value: least <= len(value) <= most and pattern.match(value) is not None

    import cerberus  # noqa: PLC0415 - only a company file with numbers of its own needs it

    validator = cerberus.Validator({"value": copy.deepcopy(dict(schema))})
    return lambda value: bool(validator.validate({"value": value}))


def plain(value: Any) -> Any:
    """Taken mappings and tuples as Cerberus wants them: dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


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
