"""What travels from one round to the next beside the company file, as YAML: waivers, and answers from the Fix list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import yaml  # type: ignore[import-untyped]

from momentsheet.catalog.names import did_you_mean, names_of
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.shape import Boolean, Choice, Date, FieldPath, Known, Many, Record, Text
from momentsheet.catalog.yaml_reader import read_yaml
from momentsheet.errors import CatalogError, Problem, UsageError
from momentsheet.model.answers import Action, Answer
from momentsheet.model.catalog import Catalog
from momentsheet.model.waiver import Waiver

_WAIVER = Record(needs={"code": Known("rule"), "key": Text(), "who": Text(), "why": Text()}, may={"until": Date()})
_WAIVERS = Record(needs={"waivers": Many(_WAIVER, may_repeat=True)})
_ANSWER = Record(
    needs={"field": FieldPath(), "action": Choice(get_args(Action))},
    may={"value": Text(may_be_blank=True), "to": Text(may_be_blank=True), "everywhere": Boolean()},
)
_ANSWERS = Record(
    needs={"answers": Many(_ANSWER, may_repeat=True)},
    may={"company": Text(may_be_blank=True), "source_system": Text(may_be_blank=True)},
)
_CALLED = {"company": "company", "source_system": "source system"}
NOT_WAIVABLE = "{} cannot be waived: Moment would not take such a row"
_NEEDS_MORE = frozenset(("map", "order", "merge"))  # actions that say nothing without `to`


def load_waivers(data: bytes, file: str, catalog: Catalog) -> tuple[Waiver, ...]:
    """The waivers of a file; CatalogError with every problem in it, rules that nobody may waive among them."""
    taken, problems = _take(data, file, _WAIVERS, catalog)
    for item in taken.items:
        rule = catalog.rules.get(item.get("code", ""))
        if rule is not None and not rule.is_waivable:
            problems.append(item.problem("code", NOT_WAIVABLE.format(rule.code)))
    if problems:
        raise CatalogError(problems)
    return tuple(Waiver(item["code"], item["key"], item["who"], item["why"], item.get("until")) for item in taken.items)


def refuse_waiver(catalog: Catalog, code: str) -> None:
    """UsageError for a rule that is unknown, or that nobody may waive."""
    rule = catalog.rules.get(code)
    if rule is None:
        raise UsageError(f"there is no rule {code}{did_you_mean(code, catalog.rules)}")
    if not rule.is_waivable:
        raise UsageError(NOT_WAIVABLE.format(code))


def load_answers(data: bytes, file: str, catalog: Catalog) -> tuple[Answer, ...]:
    """The answers of a file; CatalogError with every problem in it."""
    taken, problems = _take(data, file, _ANSWERS, catalog)
    whose = {"company": catalog.company.code, "source_system": catalog.company.source_system}
    for key, expected in whose.items():
        if (said := taken.head.get(key)) and expected and said != expected:
            problems.append(
                taken.head.problem(key, f"these answers are for the {_CALLED[key]} `{said}`, not `{expected}`")
            )
    for item in taken.items:
        if item.get("action") in _NEEDS_MORE and not item.get("to"):
            problems.append(item.problem("action", f"`{item['action']}` needs `to`"))
    if problems:
        raise CatalogError(problems)
    return tuple(_answer(item) for item in taken.items)


def dump_waivers(waivers: Iterable[Waiver]) -> str:
    """The file of these waivers."""
    return _dump({"waivers": [_said(item, ("code", "key", "who", "why", "until")) for item in waivers]})


def dump_answers(answers: Iterable[Answer], company: str, source_system: str) -> str:
    """The file of these answers, of one company and the system that its data comes from."""
    said = [
        {
            "field": f"{item.entity}.{item.field}",
            **_said(item, ("value", "action", "to")),
            **({"everywhere": True} if item.everywhere else {}),
        }
        for item in answers
    ]
    return _dump({"company": company, "source_system": source_system, "answers": said})


# Private functions


def _answer(item: Taken) -> Answer:
    entity, field = item["field"]
    return Answer(
        entity, field, item.get("value", ""), item["action"], item.get("to", ""), item.get("everywhere", False)
    )


@dataclass(frozen=True, slots=True)
class _File:
    """What was taken from a file: what it says of itself, and its items."""

    head: Taken
    items: Sequence[Taken]


def _take(data: bytes, file: str, shape: Record, catalog: Catalog) -> tuple[_File, list[Problem]]:
    """The file, and every problem in it."""
    root, problems = read_yaml(data, file)
    place = Place(file, names_of(catalog), list(problems))
    value = shape.take(root, "the file", place) if root is not None else None
    head = value if isinstance(value, Taken) else Taken(file, 1)
    return _File(head, next((head[key] for key in shape.needs if key in head), ())), place.problems


def _said(item: object, keys: Iterable[str]) -> dict[str, object]:
    """What an item says; blank parts are left out."""
    values = {key: getattr(item, key) for key in keys}
    return {
        key: value.isoformat() if isinstance(value, dt.date) else str(value)
        for key, value in values.items()
        if value not in (None, "")
    }


def _dump(content: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=120)
    return text
