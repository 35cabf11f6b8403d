"""What is doubtful about a whole column, told once: how many values speak for each reading, and which contradict."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from momentsheet.checking.fold import clean_text
from momentsheet.checking.grammar import DOUBTS, show_raw
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity, Trouble
from momentsheet.model.workbook import Kind, cell_name

CELLS_NAMED = 5


def tell_doubts(ledger: FindingLedger, parsed: ParsedEntity) -> None:
    """One finding for each column of a sheet that can be read in two ways, or was read as most of its values ask."""
    for (place, name, problem), troubles in _doubts(parsed).items():
        rule = ledger.rule_for(problem, parsed.entity, name)
        if rule is None:
            continue
        rows = sorted(int(row) for trouble in troubles for row in trouble.rows)
        first = next(trouble for trouble in troubles if rows[0] in trouble.rows)
        facts = {**_said(ledger, parsed, place, name, problem), **first.reading.facts, "count": len(rows)}
        ledger.tell_cell(rule, parsed, rows[0], name, facts=facts, held_back=rows[1:])
    for (place, name), judgement in parsed.judgements.items():
        rule = ledger.general(judgement.decided) if judgement.decided else None
        rows = _rows_of(parsed, place, name, judgement.open) if rule else []
        if rule is not None and rows:
            facts = {**_said(ledger, parsed, place, name, judgement.decided or ""), "count": len(rows)}
            ledger.tell_cell(rule, parsed, rows[0], name, facts=facts)


# Private functions


def _doubts(parsed: ParsedEntity) -> dict[tuple[int, str, str], list[Trouble]]:
    """The doubtful values of each column: place of the sheet, field, problem -> its values."""
    found: dict[tuple[int, str, str], list[Trouble]] = {}
    for trouble in parsed.troubles:
        if trouble.reading.problem in DOUBTS:
            place = int(np.searchsorted(parsed.starts, trouble.rows[0], side="right")) - 1
            found.setdefault((place, trouble.field, trouble.reading.problem), []).append(trouble)
    return found


def _said(ledger: FindingLedger, parsed: ParsedEntity, place: int, name: str, problem: str) -> dict[str, object]:
    """What the other values of the column say, as facts for the message; `says` puts it in words."""
    judgement = parsed.judgements[place, name]
    facts = dict(judgement.facts)
    if problem in {"ambiguous_date", "ambiguous_number"}:
        speak = [facts["most"], facts["least"]]
        how = "both" if all(speak) else "few" if any(speak) else "none"
        facts["says"] = ledger.catalog.texts[f"doubt.{problem}.{how}"]
    facts["cells"] = tuple(_named_cells(parsed, place, name, judgement.contrary))
    return worded(ledger, facts)


def worded(ledger: FindingLedger, facts: Mapping[str, object]) -> dict[str, object]:
    """The facts with an order of dates, or a decimal sign, in words."""
    named = dict(facts)
    for key in ("order", "mark"):
        if word := facts.get(key):
            named[key] = ledger.catalog.texts[f"{key}.{ {',': 'comma', '.': 'point'}.get(str(word), word) }"]
    return named


def _named_cells(parsed: ParsedEntity, place: int, name: str, texts: Collection[str]) -> Iterator[str]:
    """The first cells that hold one of these texts, each with what stands in it."""
    for row in _rows_of(parsed, place, name, texts)[:CELLS_NAMED]:
        sheet, index = parsed.locate(row)
        where = sheet.place(name, index)
        shown = show_raw(sheet.raw(name, index)).strip()
        yield f"{cell_name(*where)} «{shown}»" if where else f"«{shown}»"


def _rows_of(parsed: ParsedEntity, place: int, name: str, texts: Collection[str]) -> list[int]:
    """The rows of one sheet whose cell holds one of these texts."""
    sheet = parsed.sheets[place]
    column = sheet.columns.get(name)
    if column is None or not texts:
        return []
    codes = np.unique(column.codes[column.kinds == Kind.TEXT])
    wanted = [code for code, text in zip(codes, sheet.pool.gather(codes), strict=True) if clean_text(text)[0] in texts]
    found = np.flatnonzero((column.kinds == Kind.TEXT) & np.isin(column.codes, wanted))
    return (found + parsed.starts[place]).tolist()
