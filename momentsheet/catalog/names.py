"""What the rule files call things: entities, their fields, lists, rules; and the nearest name to a misspelt one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from momentsheet.catalog.yaml_reader import Node
from momentsheet.model.catalog import Catalog

Words = Mapping[str, Collection[str] | None]


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that may be referred to. None in place of names: the file is unreadable, so any name passes."""

    fields: Words  # entity -> its fields
    codes: Words  # code list -> its codes
    rules: Collection[str] | None
    systems: Collection[str]
    languages: Collection[str] = field(default=("en", "nb"))

    def known(self, kind: str, entity: str | None = None) -> Collection[str] | None:
        """The names of that kind; fields are those of `entity`. None where any name passes."""
        if kind == "field":
            return self.fields.get(entity) if entity else None
        kinds: dict[str, Collection[str] | None] = {
            "entity": self.fields, "list": self.codes, "rule": self.rules,
            "system": self.systems, "language": self.languages,
        }  # fmt: skip
        return kinds[kind]


def collect_names(files: Iterable[tuple[str, str, Node | None]], languages: Collection[str]) -> Names:
    """Gather the names from (folder, file stem, root) of all rule files, whatever else is wrong in them."""
    fields: dict[str, Collection[str] | None] = {}
    codes: dict[str, Collection[str] | None] = {}
    rules: set[str] = set()
    systems: set[str] = set()
    any_rule = False
    for folder, stem, root in files:
        if folder == "entities":
            # Retired names are known until everything that speaks of them has been taken away.
            known = _names(root, "fields", "name")
            fields[stem] = None if known is None else [*known, *_texts(root, "retired")]
        elif folder == "codelists":
            codes[stem] = None if _text(root, "open") == "true" else _names(root, "codes", "code")
        elif folder == "accounting":
            systems.add(stem)
        if folder in {"entities", ""}:
            found = _names(root, "rules", "code")
            any_rule = any_rule or found is None
            rules.update(found or ())
    return Names(fields, codes, None if any_rule else rules, systems, languages)


def names_of(catalog: Catalog) -> Names:
    """The names in a catalog that has been loaded."""
    return Names(
        {name: [field.name for field in entity.fields] for name, entity in catalog.entities.items()},
        {name: [code.code for code in code_list.codes] for name, code_list in catalog.code_lists.items()},
        list(catalog.rules), list(catalog.accounting), catalog.languages,
    )  # fmt: skip


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`; did you mean `x`?`, or which names there are when they are few and none is near."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - 30 ms, needed only where something is wrong

    best = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=62)
    if best is not None:
        return f"; did you mean `{best[0]}`?"
    part = word.lower()
    longer = [name for name in set(known) if name.startswith(part) or name.endswith(f"_{part}")]
    if len(longer) == 1 and len(part) >= _SHORTEST_PART:
        return f"; did you mean `{longer[0]}`?"
    if 0 < len(set(known)) <= _MOST_LISTED:
        return "; there is " + ", ".join(f"`{name}`" for name in sorted(set(known)))
    return ""


# Private functions

_SHORTEST_PART = 3  # letters of a name that can say which one is meant
_MOST_LISTED = 16  # names that can be taken in at a glance


def _text(root: Node | None, key: str) -> str | None:
    node = root.value.get(key) if root is not None and isinstance(root.value, dict) else None
    return node.value if node is not None and isinstance(node.value, str) else None


def _texts(root: Node | None, key: str) -> list[str]:
    node = root.value.get(key) if root is not None and isinstance(root.value, dict) else None
    items = node.value if node is not None and isinstance(node.value, list) else []
    return [item.value for item in items if isinstance(item.value, str)]


def _names(root: Node | None, key: str, name: str) -> Collection[str] | None:
    """The names in a list of mappings; None where the list cannot be understood."""
    if root is None or not isinstance(root.value, dict):
        return None
    node = root.value.get(key)
    if node is None:
        return ()
    if not isinstance(node.value, list):
        return None
    names = [_text(item, name) for item in node.value]
    return None if None in names else [found for found in names if found is not None]
