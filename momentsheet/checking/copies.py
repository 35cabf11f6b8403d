"""Sheets that hold the rows of another sheet once more: «Timer (2)» would be imported twice."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from momentsheet.checking.bind import Told
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity

LEAST_ROWS = 3  # fewer rows may well be alike by chance


def check_copies(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """Tell of every sheet all of whose rows stand in another sheet, too. Sheets with a key are told row by row."""
    if parsed.entity.key or len(parsed.sheets) < 2:
        return
    names = [field.name for field in parsed.entity.fields]
    rows = parsed.values.select("source", row=pl.struct(names).hash())
    counts = [rows.filter(pl.col("source") == place)["row"].value_counts() for place in range(len(parsed.sheets))]
    told: set[int] = set()
    for one, other in combinations(range(len(parsed.sheets)), 2):
        # The smaller one is the copy; of two alike, the one that comes later.
        copy, whole = (one, other) if len(parsed.sheets[one].rows) < len(parsed.sheets[other].rows) else (other, one)
        if copy in told or len(parsed.sheets[copy].rows) < LEAST_ROWS:
            continue
        both = counts[copy].join(counts[whole], on="row")
        if both.height == counts[copy].height and bool((both["count"] <= both["count_right"]).all()):
            told.add(copy)
            sheet, original = parsed.sheets[copy], parsed.sheets[whole]
            facts = {"first_sheet": original.name, "first_file": original.file, "count": len(sheet.rows)}
            ledger.tell(Told("same_sheet", sheet.file, sheet.name, entity=parsed.entity.name, facts=facts))
            start = parsed.starts[copy]
            for bad in parsed.bad.values():
                bad[start : start + len(sheet.rows)] = True  # whatever else is wrong with them is told of the original
