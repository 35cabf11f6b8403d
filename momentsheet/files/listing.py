"""The lists of what was delivered: one for the import, one that accounts for every file."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from momentsheet.files.judge import DELIVERED, SPLIT, Delivery, Judgement
from momentsheet.files.look import Look
from momentsheet.model.catalog import Catalog
from momentsheet.model.files import Given, Item, Scan

LINE_END = "\r\n"
COLUMNS = ("kind", "entity", "key", "file", "original", "input", "pages", "page_count", "size", "sha256", "done")


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it lies in the output folder."""

    delivery: Delivery
    size: int
    sha256: str


def files_csv(written: Iterable[Written], items: Sequence[Item], looks: Sequence[Look | str]) -> bytes:
    """The list for the import: a line for each row that a file belongs to."""
    target = io.StringIO(newline="")
    # As all files for the import: no mark in front, `;`, text as it is.
    lines = csv.writer(target, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator=LINE_END)
    lines.writerow(COLUMNS)
    for one in written:
        line = _line(one, items, looks)
        for entity, key in one.delivery.owner.belongs_to:
            lines.writerow([{**line, "entity": entity, "key": key}[name] for name in COLUMNS])
    return target.getvalue().encode("utf-8", "replace")


def files_json(
    scan: Scan, judgement: Judgement, written: Sequence[Written], looks: Sequence[Look | str], catalog: Catalog
) -> Mapping[str, Any]:
    """The same for programs, with every file that came: what became of it, and why."""
    codes = {rule.check: rule.code for rule in catalog.rules.values() if rule.entity is None}
    figures = judgement.figures
    return {
        "inputs": [{"path": one.path, "kind": one.kind, "files": count} for one, count in _counted(scan)],
        "counts": {
            "came": figures.came,
            "used": figures.used,
            "waiting": figures.waiting,
            "others": figures.others,
            "ignored": figures.ignored,
            "written": figures.written,
            "by_fate": dict(sorted(Counter(fate.word for fate in judgement.fates).items())),
        },
        "kinds": [asdict(one) for one in figures.kinds],
        "delivered": [
            {
                **_line(one, scan.items, looks),
                "found": list(one.delivery.found),
                "belongs_to": [{"entity": entity, "key": key} for entity, key in one.delivery.owner.belongs_to],
            }
            for one in written
        ],
        "not_delivered": [
            {**_came(item), "fate": fate.word, "code": codes.get(fate.word), "key": fate.key}
            for item, fate in zip(scan.items, judgement.fates, strict=True)
            if fate.word not in {DELIVERED, SPLIT}
        ],
        "undecided": [
            {**_came(scan.items[place]), "pages": [page + 1 for page in pages]}
            for place, pages in judgement.undecided.items()
        ],
        "ignored": sorted(scan.ignored),
    }


def inputs_hash(items: Iterable[tuple[Item, Look | str]]) -> str:
    """One hash for a folder: of the names and contents of all that lies in it."""
    digest = hashlib.sha256()
    for item, look in items:
        contents = look if isinstance(look, str) else look.sha256
        digest.update(f"{item.path}\0{contents}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


# Private functions


def _line(one: Written, items: Sequence[Item], looks: Sequence[Look | str]) -> dict[str, Any]:
    delivery, item, look = one.delivery, items[one.delivery.item], looks[one.delivery.item]
    assert not isinstance(look, str)
    pages = delivery.pages
    return {
        "kind": delivery.kind,
        "file": delivery.path,
        **_came(item),
        "pages": "" if pages is None else " ".join(str(page + 1) for page in pages),
        "page_count": (look.pages if pages is None else len(pages)) or None,
        "size": one.size,
        "sha256": one.sha256,
        "done": " ".join(delivery.done),
    }


def _came(item: Item) -> dict[str, str]:
    return {"original": item.path, "input": item.given.name}


def _counted(scan: Scan) -> Iterable[tuple[Given, int]]:
    counts = Counter(item.given.path for item in scan.items)
    return ((one, counts[one.path]) for one in scan.given)
