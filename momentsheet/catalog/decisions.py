"""What a person has decided of files that the program cannot decide: whose a file is, whose its pages are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml  # type: ignore[import-untyped]

from momentsheet.catalog.names import Names
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.shape import ByKey, Many, Record, Text
from momentsheet.catalog.yaml_reader import read_yaml
from momentsheet.errors import CatalogError
from momentsheet.model.catalog import Catalog
from momentsheet.model.files import Decision

_DECISION = Record(
    needs={"file": Text(), "kind": Text()},
    may={
        "sha256": Text(r"[0-9a-f]{64}", "64 hexadecimal digits"),
        "belongs_to": Text(may_be_blank=True),
        "pages": ByKey(Text(r"[1-9][0-9]{0,5}", "the number of a page"), Text(may_be_blank=True), least=1),
    },
    exactly_one=("belongs_to", "pages"),
)
_DECISIONS = Record(needs={"decisions": Many(_DECISION, may_repeat=True)})


def load_decisions(data: bytes, file: str, catalog: Catalog) -> tuple[Decision, ...]:
    """The decisions of a file; CatalogError with every problem in it."""
    root, problems = read_yaml(data, file)
    place = Place(file, Names({}, {}, (), ()), list(problems))
    taken = _DECISIONS.take(root, "the file", place) if root is not None else None
    items: tuple[Taken, ...] = taken.get("decisions", ()) if isinstance(taken, Taken) else ()
    for item in items:
        if "kind" in item and item["kind"] not in catalog.file_kinds:
            known = ", ".join(catalog.file_kinds)
            place.problems.append(item.problem("kind", f"there is no kind of files `{item['kind']}`; there is {known}"))
    if place.problems:
        raise CatalogError(place.problems)
    return tuple(
        Decision(
            item["file"],
            item.get("sha256", ""),
            item["kind"],
            item.get("belongs_to"),
            {int(page): number for page, number in item.get("pages", {}).items()},
        )
        for item in items
    )


def dump_decisions(decisions: Iterable[Decision], says: str) -> str:
    """The file of these decisions, open ones blank; `says` explains it to whoever fills it in."""
    content = [_said(one) for one in decisions]
    lines = "".join(f"# {line}\n" for line in says.splitlines())
    text: str = yaml.safe_dump({"decisions": content}, allow_unicode=True, sort_keys=False, width=120)
    return lines + text


# Private functions


def _said(one: Decision) -> dict[str, Any]:
    said: dict[str, Any] = {"file": one.file, "kind": one.kind}
    if one.sha256:
        said["sha256"] = one.sha256
    if one.belongs_to is not None:
        said["belongs_to"] = one.belongs_to
    else:
        said["pages"] = dict(sorted(one.pages.items()))
    return said
