"""What the product makes of files: the verdict, the import files, and what the good delivery gives."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from messy.good import catalog, good
from messy.mess import PARTS
from messy.sheets import Delivery
from messy.writers import File, xlsxwriter_book
from momentsheet.checking import Checked, check
from momentsheet.converting import convert
from momentsheet.workbook import read_workbook

TODAY = dt.date(2025, 1, 15)


def trimmed(sheets: str) -> Delivery:
    """The good delivery with these sheets alone."""
    return good().only(set(PARTS[sheets]))


def checked(made: Sequence[File]) -> Checked:
    return check([read_workbook(data, name) for name, data in made], catalog(), TODAY)


def import_files(found: Checked) -> dict[str, bytes]:
    bundle = convert(found.clean, catalog(), ["csv", "api"], found.facts)
    return {file.path: file.data for file in bundle.files}


def codes(found: Checked) -> Counter[str]:
    return Counter(finding.code for finding in found.findings)


@cache
def expected(sheets: str, against: Callable[[Delivery], object] | None = None) -> tuple[Counter[str], dict[str, bytes]]:
    """What is told of the good delivery with these sheets, and its import files."""
    delivery = trimmed(sheets)
    if against:
        against(delivery)
    found = checked([("levering.xlsx", xlsxwriter_book(delivery.book))])
    assert [finding.code for finding in found.findings if finding.severity == "error"] == []
    return codes(found), import_files(found)


def different_lines(found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """The lines in which import files differ: path, found, wanted."""
    lines: list[tuple[str, str, str]] = []
    for path in sorted({*found, *wanted}):
        ours, theirs = (side.get(path, b"").decode().splitlines() for side in (found, wanted))
        if found.get(path) != wanted.get(path):
            lines += [(path, one, other) for one, other in zip(ours, theirs, strict=False) if one != other] or [
                (path, f"{len(ours)} lines", f"{len(theirs)} lines")
            ]
    return lines
