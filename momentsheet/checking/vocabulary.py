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
    suspects = distinct.filter(~passes)
    words = [] if suspects.is_empty() else _broken_words(suspects, schema)
    return {value: (word, schema[word]) for value, word in zip(suspects, words, strict=True) if word is not None}


# Private functions


def _ask(distinct: pl.Series, schema: Mapping[str, Any]) -> pl.Series:
    """Cerberus' verdict on each distinct value."""
    return pl.Series([word is None for word in _broken_words(distinct, schema)], dtype=pl.Boolean)


def _broken_words(values: pl.Series, schema: Mapping[str, Any]) -> list[str | None]:
    """For each value the first word of the schema that it breaks, None where Cerberus finds it good."""
    from cerberus import Validator  # noqa: PLC0415 - 90 ms that clean workbooks do not need

    validator = Validator({"value": dict(schema)})
    words: list[str | None] = []
    for value in values:
        if validator.validate({"value": value}, normalize=False):
            words.append(None)
            continue
        rule = str(validator._errors[0].rule)  # noqa: SLF001
        # Of `noneof_regex` Cerberus only says that `noneof` is broken.
        words.append(next(word for word in schema if word == rule or word.startswith(rule + "_")))
    return words


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
