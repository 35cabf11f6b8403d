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


def suspects(values: pl.DataFrame, schemas: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The columns in which a value may break its schema, all asked in one pass; of the others none does.

    A column whose schema has a word that cannot be asked of the whole column is always among them.
    """
    quick = {name: schema for name, schema in schemas.items() if schema.keys() <= MASKS.keys()}
    if not quick or values.is_empty():
        return set(schemas)
    sound = values.select(
        pl.all_horizontal(MASKS[word](pl.col(name), limit) for word, limit in schema.items()).all().alias(name)
        for name, schema in quick.items()
    ).row(0, named=True)
    return {name for name in schemas if not sound.get(name, False)}


def failing(values: pl.Series, schema: Mapping[str, Any]) -> dict[Any, tuple[str, object]]:
    """The distinct values that break the schema, each with the word that it breaks and that word's limit.

    Null is never judged: whether a cell may be blank is asked elsewhere.
    """
    distinct = values.drop_nulls().unique().alias("value")
    if not schema or distinct.is_empty():
        return {}
    sound = pl.all_horizontal(_judged(distinct, word, limit) for word, limit in schema.items())
    doubtful = distinct.to_frame().filter(~sound).to_series()
    words = [] if doubtful.is_empty() else _broken_words(doubtful, schema)
    return {value: (word, schema[word]) for value, word in zip(doubtful, words, strict=True) if word is not None}


# Private functions


def _judged(distinct: pl.Series, word: str, limit: Any) -> pl.Expr:
    """The verdict of one word of a schema on each of these values."""
    if (mask := MASKS.get(word)) is not None:
        return mask(pl.col(distinct.name), limit)
    return pl.lit(_matches(distinct, limit) if word == "regex" else _ask(distinct, {word: limit}))


def _ask(distinct: pl.Series, schema: Mapping[str, Any]) -> pl.Series:
    """Cerberus' verdict on each distinct value."""
    return pl.Series([word is None for word in _broken_words(distinct, schema)], dtype=pl.Boolean)


def _broken_words(values: pl.Series, schema: Mapping[str, Any]) -> list[str | None]:
    """For each value the first word of the schema that it breaks, None where Cerberus finds it good."""
    validator = _validator(schema)
    words: list[str | None] = []
    for value in values:
        if validator.validate({"value": value}, normalize=False):
            words.append(None)
            continue
        rule = str(validator._errors[0].rule)  # noqa: SLF001
        # Of `noneof_regex` Cerberus only says that `noneof` is broken.
        words.append(next(word for word in schema if word == rule or word.startswith(rule + "_")))
    return words


_VALIDATORS: dict[str, Any] = {}


def _validator(schema: Mapping[str, Any]) -> Any:
    """Cerberus' validator of a schema: to make one takes longer than to ask it."""
    key = repr(schema)
    if key not in _VALIDATORS:
        from cerberus import Validator  # noqa: PLC0415 - 90 ms that clean workbooks do not need

        _VALIDATORS[key] = Validator({"value": dict(schema)})
    return _VALIDATORS[key]


@cache
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex if regex.endswith("$") else regex + "$")  # as Cerberus does


def _matches(distinct: pl.Series, regex: str) -> pl.Series:
    pattern = _pattern(regex)
    return pl.Series([pattern.match(str(value)) is not None for value in distinct], dtype=pl.Boolean)


MASKS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "min": lambda values, limit: values >= limit,
    "max": lambda values, limit: values <= limit,
    "minlength": lambda values, limit: values.str.len_chars() >= limit,
    "maxlength": lambda values, limit: values.str.len_chars() <= limit,
    "allowed": lambda values, limit: values.is_in(list(limit)),
    "forbidden": lambda values, limit: ~values.is_in(list(limit)),
}
