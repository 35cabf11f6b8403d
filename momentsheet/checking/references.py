"""References: a cell that names another entity's row must name one that is there."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz import fuzz, process

from momentsheet.checking.bind import Told
from momentsheet.checking.fold import fold, fold_name
from momentsheet.checking.grammar import code_words, show_raw
from momentsheet.checking.ledger import FindingLedger
from momentsheet.checking.parse import ParsedEntity
from momentsheet.model.catalog import Field, Reference

MOST_SUGGESTIONS = 2_000  # distinct unknown values for which a near one is looked for
CLOSE_NAME = 85

Key = tuple[str, ...]


def check_references(ledger: FindingLedger, parsed: ParsedEntity) -> ParsedEntity:
    """Check every reference of one entity; gives the entity with references spelled as their targets are."""
    values = parsed.values
    for column, reference in parsed.entity.references:
        field = parsed.entity.field(column)
        about = rows_about(parsed, reference) & ~parsed.blank[field.name]
        if not about.any():
            continue
        known = known_before(ledger, reference)
        target = ledger.parsed.get(reference.entity)
        if target is not None and _lacks_column(target, reference):
            if not parsed.entity.is_loose(field.name):
                parsed.bad[field.name][about] = True  # the missing column has been told; this follows
            continue
        if target is not None:
            known |= known_keys(target, reference)
        if not known and (target is None or not target.height):
            _tell_missing(ledger, parsed, field, reference, about)
            continue
        spelled = _check_field(ledger, parsed, field, reference, known, about)
        values = values.with_columns(values[field.name].scatter(list(spelled), list(spelled.values())))
    return dataclasses.replace(parsed, values=values)


def rows_about(parsed: ParsedEntity, reference: Reference) -> npt.NDArray[np.bool_]:
    """The rows for which the reference holds: all, or those in which another column says that this sheet is meant."""
    if reference.only is None:
        return np.ones(parsed.height, bool)
    name, code = reference.only
    return (parsed.values[name] == code).fill_null(value=False).to_numpy() & ~parsed.bad[name]


def known_keys(target: ParsedEntity, reference: Reference) -> dict[Key, str]:
    """Folded key -> its spelling in the target. Wrong keys count as known: their own finding is enough."""
    known: dict[Key, str] = {}
    for parts in written_keys(target, reference):
        if parts[-1]:
            known.setdefault(tuple(fold(part) for part in parts), parts[-1])
    return known


def written_keys(target: ParsedEntity, reference: Reference) -> list[Key]:
    """The key of each row: what was read or, where that is wrong, what stands there."""
    columns: list[list[str]] = []
    for name in (*reference.same, reference.field):
        column = [str(part or "") for part in target.values[name].to_list()]
        for row in np.flatnonzero(target.bad[name] & target.values[name].is_null().to_numpy()).tolist():
            column[row] = show_raw(target.raw(name, row))
        columns.append(column)
    return list(zip(*columns, strict=True))


def known_before(ledger: FindingLedger, reference: Reference) -> dict[Key, str]:
    """Keys that an earlier delivery brought: folded -> spelling."""
    entity = ledger.catalog.entities.get(reference.entity)
    if entity is None or set(entity.key) != {*reference.same, reference.field}:
        return {}
    places = [entity.key.index(name) for name in (*reference.same, reference.field)]
    keys = [key for key in ledger.known.get(entity.name, ()) if len(key) == len(entity.key)]
    return {tuple(fold(key[place]) for place in places): key[places[-1]] for key in sorted(keys)}


# Private functions


def _lacks_column(target: ParsedEntity, reference: Reference) -> bool:
    """True if a column of the key is missing in a sheet: then nobody can say which rows are there."""
    names = {*reference.same, reference.field}
    return any(len(sheet.rows) and not names <= sheet.columns.keys() for sheet in target.sheets)


def _tell_missing(
    ledger: FindingLedger, parsed: ParsedEntity, field: Field, reference: Reference, about: npt.NDArray[np.bool_]
) -> None:
    """The whole sheet is missing: one finding, not one per row."""
    target = ledger.catalog.entities.get(reference.entity)
    if target is None:
        return
    if parsed.entity.is_loose(field.name):
        rule = ledger.rule_for("known", parsed.entity, field.name)
        assert rule is not None
        ledger.unchecked.setdefault(target.name, []).append((rule.code, parsed.entity.name, field.name))
        return
    sheet = parsed.sheets[0]
    place = sheet.place(field.name, 0)
    ledger.tell(
        Told(
            "missing_sheet",
            sheet.file,
            sheet.name,
            sheet.header_row or None,
            place[1] if place else None,
            sheet.headers.get(field.name),
            parsed.entity.name,
            field.name,
            facts={"expected": target.title, "count": int(about.sum())},
        )
    )
    parsed.bad[field.name][about] = True


def _check_field(
    ledger: FindingLedger,
    parsed: ParsedEntity,
    field: Field,
    reference: Reference,
    known: dict[Key, str],
    about: npt.NDArray[np.bool_],
) -> dict[int, str]:
    """Check one column; gives row -> spelling of the target where it differs from what was written."""
    rule = ledger.rule_for("known", parsed.entity, field.name)
    names = (*reference.same, field.name)
    words = _words(ledger, reference)
    usable = parsed.usable(names) & about
    written_in = parsed.values.filter(pl.Series(usable)).group_by(names, maintain_order=True).agg("row_id")
    beside: dict[Key, dict[str, str]] = {}  # of each known key all but the last part -> last part -> spelling
    spelled: dict[int, str] = {}
    asked = 0
    for place, written in enumerate(written_in.select(names).iter_rows()):
        key = tuple(fold(part) for part in written)
        spelling = known.get(key)
        if spelling == written[-1]:
            continue
        rows: list[int] = written_in["row_id"][place].to_list()
        # Spaces were told when the cell was read; here it is capital letters and dashes.
        why = "spelling" if spelling is not None else None
        code, is_synonym = words.get(key[-1], ("", False))
        if spelling is None and (spelling := known.get((*key[:-1], fold(code)))) is not None and is_synonym:
            why = "synonym"
        if spelling is not None:
            spelled.update(dict.fromkeys(rows, spelling))
            if why is not None:
                ledger.repaired(parsed, np.array(rows), field.name, spelling, why)
            continue
        if rule is None:
            continue
        if not beside:
            for other, its_spelling in known.items():
                beside.setdefault(other[:-1], {})[other[-1]] = its_spelling
        suggestion = near = None
        if asked < MOST_SUGGESTIONS:
            suggestion = _closest(key, beside.get(key[:-1], {}))
            if suggestion is None:
                suggestion, near = _closest_name(written[-1], ledger, reference)
        asked += 1
        title = ledger.catalog.entities[reference.entity].title
        facts = {"expected": title, "target": reference.entity, "within": key[:-1], "near": near or suggestion}
        for row in rows:
            ledger.tell_cell(rule, parsed, row, field.name, facts=facts, suggestion=suggestion)
    return spelled


def _words(ledger: FindingLedger, reference: Reference) -> dict[str, tuple[str, bool]]:
    """The words of the code list that the key is from, where it is from one: the label is as good as the code."""
    entity = ledger.catalog.entities[reference.entity]
    code_list = ledger.catalog.code_lists.get(entity.field(reference.field).list or "")
    return code_words(code_list.codes) if code_list else {}


def _closest(key: Key, near: dict[str, str]) -> str | None:
    """The spelling of the nearest key among those with the same other columns, None if nothing is near."""
    score = 85 if key[-1].isdigit() else 70
    # Of e-mail addresses only the part before the @ tells people apart; colleagues share the rest.
    persons = {name.partition("@")[0]: spelling for name, spelling in near.items()} if "@" in key[-1] else near
    close = process.extractOne(key[-1].partition("@")[0], list(persons), scorer=fuzz.ratio, score_cutoff=score)
    return persons[close[0]] if close else None


def _closest_name(text: str, ledger: FindingLedger, reference: Reference) -> tuple[str | None, str | None]:
    """The key of the row whose name is nearest, and that name; none where it is near nothing, or to several rows."""
    names = ledger.names.get(reference.entity, {})
    close = process.extractOne(fold_name(text), list(names), scorer=fuzz.ratio, score_cutoff=CLOSE_NAME)
    keys = list(names[close[0]].values()) if close else []
    return (keys[0], close[0]) if close and len(keys) == 1 else (None, None)
