"""The number plan as a file: YAML that people read and change, and what of it is plainly wrong, with its lines.

What is wrong only beside the numbers of a delivery is found in `momentsheet/numbering/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

import yaml  # type: ignore[import-untyped]

from momentsheet.catalog.accounting import misfits, series_fields
from momentsheet.catalog.names import did_you_mean, names_of
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.shape import ByKey, Choice, Date, Known, Many, Record, Text
from momentsheet.catalog.yaml_reader import read_yaml
from momentsheet.errors import CatalogError, Problem
from momentsheet.model.catalog import Catalog, say
from momentsheet.model.numbering import EntityPlan, Pair, Plan, Why, collision_key, number_key

_LARGEST = 64_000_000  # bytes; half a million invoices
_PAIR = Record(needs={"old": Text(), "new": Text()}, may={"why": Choice(get_args(Why)), "name": Text()})
_NEXT = Record(needs={"is": Text()}, may={"was": Text(may_be_blank=True)})
_ENTITY = Record(may={"numbers": Many(_PAIR, may_repeat=True), "next": _NEXT})
_PLAN = Record(
    needs={"accounting_system": Known("system"), "plan": ByKey(Known("entity"), _ENTITY)},
    may={"company": Text(may_be_blank=True), "date": Date()},
)


def read_plan(data: bytes, name: str, catalog: Catalog) -> Plan:
    """The plan of a file; CatalogError with every problem in it: shape, numbers twice, chains, numbers that do not fit.

    `name` is the file as people know it.
    """
    root, told = read_yaml(data, name, _LARGEST)
    problems: list[Problem] = list(told)
    taken = _PLAN.take(root, "the plan", Place(name, names_of(catalog), problems)) if root is not None else None
    if isinstance(taken, Taken):
        problems += _problems(taken, catalog)
    if problems or not isinstance(taken, Taken):
        raise CatalogError(problems)
    date = taken.get("date")
    entities = {entity: _entity(item) for entity, item in taken["plan"].items()}
    return Plan(taken.get("company", ""), taken["accounting_system"], date, entities, name)


def dump_plan(plan: Plan, catalog: Catalog, language: str) -> bytes:
    """The plan as a file, with what each part is in comments; `read_plan` gives the same plan back."""
    lines = [f"# {line}" for line in catalog.text("renumber.plan.head", language).strip().split("\n")]
    lines += [f"company: {_quoted(plan.company)}", f"accounting_system: {plan.system}"]
    lines += [*([f"date: {plan.date}"] if plan.date is not None else []), "plan:"]
    for name, part in plan.entities.items():
        series = {**catalog.entities, **catalog.out_of_scope}.get(name)
        title = say(series.title, language) if series is not None else name
        changed = sum(pair.is_changed for pair in part.pairs)
        words = catalog.text("renumber.plan.counts", language).format(
            title=title, changed=changed, kept=len(part.pairs) - changed
        )
        lines += ["", f"  # {words}", f"  {name}:"]
        if part.next_is:
            lines.append(f"    next: {{was: {_quoted(part.next_was)}, is: {_quoted(part.next_is)}}}")
        lines.append("    numbers:" if part.pairs else "    numbers: []")
        lines += [f"      - {{{_pair(pair)}}}" for pair in part.pairs]
    return ("\n".join(lines) + "\n").encode()


def numbered_fields(catalog: Catalog) -> Mapping[str, str]:
    """Entity -> its key, for whatever has numbers of a series; in import order."""
    known = {**catalog.entities, **catalog.out_of_scope}
    paths = dict(path.split(".") for path, _ in series_fields(catalog))
    numbered = {name: field for name, field in paths.items() if known[name].key == (field,)}
    return {name: numbered[name] for name in sorted(numbered, key=lambda name: known[name].order)}


# Private functions


def _entity(taken: Taken) -> EntityPlan:
    pairs = tuple(
        Pair(item["old"], item["new"], _why(item), item.get("name", ""), item.line) for item in taken.get("numbers", ())
    )
    after = taken.get("next", {})
    return EntityPlan(pairs, after.get("was", ""), after.get("is", ""))


def _why(item: Taken) -> Why:
    """Why a number is another; one that stayed has been changed by hand if it stays no longer."""
    said: Why = item.get("why", "given")
    return "given" if said == "fits" and item["old"] != item["new"] else said


def _problems(taken: Taken, catalog: Catalog) -> Iterator[Problem]:
    plan = taken.get("plan")
    system = catalog.accounting.get(taken.get("accounting_system", ""))
    numbered = numbered_fields(catalog)
    if not isinstance(plan, Taken):
        return
    for name, part in plan.items():
        if name not in numbered:
            yield plan.problem(name, f"{name} has no numbers of a series{did_you_mean(name, numbered)}")
            continue
        items = [item for item in part.get("numbers", ()) if item.is_sound]
        misfit = None if system is None else misfits(catalog, system, f"{name}.{numbered[name]}")
        yield from _twice(items, "old")
        yield from _twice(items, "new")
        yield from _chains(items)
        for item in items:
            # What stays is what the company has; only what the plan gives out must fit.
            is_new = misfit is not None and number_key(item["old"]) != number_key(item["new"])
            if misfit is not None and is_new and (wrong := misfit(item["new"])) is not None:
                yield item.problem("new", wrong)


def _twice(items: list[Taken], key: str) -> Iterator[Problem]:
    """An old number that becomes two, or a new one that two old ones become."""
    as_key = number_key if key == "old" else collision_key
    first: dict[str, Taken] = {}
    for item in items:
        other = first.setdefault(as_key(item[key]), item)
        if other is item:
            continue
        if key == "old":
            yield item.problem(key, f"`{item[key]}` is renumbered in line {other.line} already; one number has one row")
        else:
            says = f"`{item[key]}` is given to `{other['old']}` in line {other.line} already; choose another for one"
            yield item.problem(key, f"{says} of them")


def _chains(items: list[Taken]) -> Iterator[Problem]:
    """A new number that is an old one, too: nobody could tell whether a cell, or a file, has been renumbered."""
    lines = {number_key(item["old"]): item.line for item in items if number_key(item["old"]) != number_key(item["new"])}
    for item in items:
        key = number_key(item["new"])
        if number_key(item["old"]) != key and key in lines:
            yield item.problem(
                "new",
                f"`{item['new']}` is itself an old number (line {lines[key]}): nobody could tell whether a cell with it"
                " has been renumbered; choose a number that nothing has had",
            )


def _pair(pair: Pair) -> str:
    said = {"old": _quoted(pair.old), "new": _quoted(pair.new), "why": pair.why}
    if name := " ".join("".join(char if char.isprintable() else " " for char in pair.name).split()):
        said["name"] = _quoted(name)
    return ", ".join(f"{key}: {text}" for key, text in said.items())


def _quoted(text: str) -> str:
    """The text in double quotes, as YAML reads it back."""
    if text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    dumped: str = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=1 << 30)
    return dumped.strip()
