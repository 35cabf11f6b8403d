"""The Cerberus vocabulary of the rule files, judged column by column.

What is common (lengths, limits, allowed values, patterns) is compiled to column masks; anything else is asked of a real
Cerberus validator once per distinct value. Every failing distinct value is confirmed by Cerberus, which also says which
word of the schema it breaks; a property test holds both equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl


def failing(values: pl.Series, schema: Mapping[str, Any]) -> dict[Any, tuple[str, object]]:
    """The distinct values that break the schema, each with the word that it breaks and that word's limit.

    Null is never judged: whether a cell may be blank is asked elsewhere.
    """
    distinct = values.drop_nulls().unique()
    if distinct.is_empty():
        return {}
    passes = pl.repeat(True, len(distinct), eager=True)
    for word, limit in schema.items():
        mask = MASKS.get(word)
        passes = passes & (mask(distinct, limit) if mask else _ask(distinct, {word: limit}))
    broken: dict[Any, tuple[str, object]] = {}
    for value in distinct.filter(~passes):
        broken_word = _broken_word(value, schema)
        if broken_word is not None:
            broken[value] = (broken_word, schema[broken_word])
    return broken


# Private functions


def _ask(distinct: pl.Series, schema: Mapping[str, Any]) -> pl.Series:
    """Cerberus' verdict on each distinct value."""
    return pl.Series([_broken_word(value, schema) is None for value in distinct], dtype=pl.Boolean)


def _broken_word(value: object, schema: Mapping[str, Any]) -> str | None:
    from cerberus import Validator  # noqa: PLC0415 - 90 ms that clean workbooks do not need

    validator = Validator({"value": dict(schema)})
    if validator.validate({"value": value}, normalize=False):
        return None
    rule = str(validator._errors[0].rule)  # noqa: SLF001
    # Of `noneof_regex` Cerberus only says that `noneof` is broken.
    return next(word for word in schema if word == rule or word.startswith(rule + "_"))


@cache
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex if regex.endswith("$") else regex + "$")  # as Cerberus does


def _matches(distinct: pl.Series, regex: str) -> pl.Series:
    pattern = _pattern(regex)
    return pl.Series([pattern.match(str(value)) is not None for value in distinct], dtype=pl.Boolean)


MASKS: Mapping[str, Callable[[pl.Series, Any], pl.Series]] = {
    "min": lambda distinct, limit: distinct >= limit,
    "max": lambda distinct, limit: distinct <= limit,
    "minlength": lambda distinct, limit: distinct.str.len_chars() >= limit,
    "maxlength": lambda distinct, limit: distinct.str.len_chars() <= limit,
    "allowed": lambda distinct, limit: distinct.is_in(list(limit)),
    "forbidden": lambda distinct, limit: ~distinct.is_in(list(limit)),
    "regex": _matches,
}
