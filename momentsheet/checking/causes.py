"""What each cause holds back: its own rows and, along references, every row that depends on one of them."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from momentsheet.checking.clean import LeftOut
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.paths import Path, paths_of
from momentsheet.model.catalog import Entity
from momentsheet.model.finding import Blocked, Finding, Group
from momentsheet.model.table import decimal_text, decimals_of, minutes

# Causes that are counted for one key: who repairs twenty and still has that many left sees the others then.
MOST_CAUSES = 20


def tell_blocked(
    groups: Sequence[Group], parsed: Mapping[str, ParsedEntity], left_out: Sequence[LeftOut]
) -> tuple[Group, ...]:
    """The groups with the rows that wait for each; a row with two causes counts below both, once below each."""
    waiting = _own_rows(groups, parsed)
    if waiting:
        _spread(waiting, paths_of(parsed), _is_out(parsed, left_out))
    blocked: dict[int, dict[str, Blocked]] = defaultdict(dict)
    for name, table in parsed.items():
        if name in waiting:
            for cause, found in _counted(waiting[name], table):
                blocked[cause][name] = found
    return tuple(
        dataclasses.replace(group, blocked=blocked[place]) if place in blocked else group
        for place, group in enumerate(groups)
    )


# Private functions


_PAIR = {"row": pl.UInt32, "cause": pl.UInt32}


def _is_out(parsed: Mapping[str, ParsedEntity], left_out: Sequence[LeftOut]) -> dict[str, pl.Series]:
    """Entity -> for each row whether it is left out."""
    out = {name: np.zeros(table.height, bool) for name, table in parsed.items()}
    for left in left_out:
        out[left.entity][left.row] = True
    return {name: pl.Series(mask, dtype=pl.Boolean) for name, mask in out.items()}


def _own_rows(groups: Sequence[Group], parsed: Mapping[str, ParsedEntity]) -> dict[str, pl.DataFrame]:
    """Entity -> (row, cause): the rows of each group's errors, also below the groups that are its cause."""
    place_of = {group.id: place for place, group in enumerate(groups)}
    rows: dict[str, list[int]] = defaultdict(list)
    causes: dict[str, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        if group.severity != "error":
            continue
        chain = [place]
        while (above := groups[chain[-1]].blocked_by) in place_of and place_of[above] not in chain:
            chain.append(place_of[above])
        for finding in group.findings:
            for entity, row in finding.rows or _rows_of_sheet(finding, parsed):
                rows[entity] += [row] * len(chain)
                causes[entity] += chain
    return {entity: pl.DataFrame({"row": rows[entity], "cause": causes[entity]}, _PAIR).unique() for entity in rows}


def _rows_of_sheet(finding: Finding, parsed: Mapping[str, ParsedEntity]) -> Iterator[tuple[str, int]]:
    """The rows of the sheet that an error speaks of as a whole, such as one without a required column."""
    table = parsed.get(finding.entity or "")
    if table is None:
        return
    for sheet, start in zip(table.sheets, table.starts, strict=True):
        if (sheet.file, sheet.name) == (finding.file, finding.sheet):
            yield from ((table.entity.name, row) for row in range(start, start + len(sheet.rows)))


def _spread(waiting: dict[str, pl.DataFrame], paths: Sequence[Path], is_out: Mapping[str, pl.Series]) -> None:
    """Carry every cause along the paths until nothing is new."""
    gone = {id(path): path.gone(is_out[path.entity]) for path in paths}
    news = dict(waiting)
    while news:
        found: dict[str, list[pl.DataFrame]] = defaultdict(list)
        for path in paths:
            if path.entity not in news or gone[id(path)].is_empty():
                continue
            # By key first: a key that stands in many rows must not multiply with the rows that name it.
            rows = news[path.entity].join(gone[id(path)], on="row")
            causes = rows.select(*path.key, "cause").unique().sort("cause")
            few = causes.group_by(path.key, maintain_order=True).head(MOST_CAUSES)
            found[path.other].append(few.join(path.others, on=path.key).select("row", "cause"))
        news = {}
        for entity, frames in found.items():
            pairs = pl.concat(frames).unique()
            if entity in waiting:
                pairs = pairs.join(waiting[entity], on=("row", "cause"), how="anti")
            if pairs.height:
                news[entity] = pairs
                waiting[entity] = pl.concat([waiting[entity], pairs]) if entity in waiting else pairs


def _counted(pairs: pl.DataFrame, table: ParsedEntity) -> Iterator[tuple[int, Blocked]]:
    """Cause -> rows of the entity and exact sums, in one go for all causes."""
    entity = table.entity
    units = {name: unit for name in entity.totals for name, unit in _units(entity, name).items()}
    values = table.values.select(pl.col("row_id").alias("row"), *(unit.alias(name) for name, unit in units.items()))
    per_cause = pairs.join(values, on="row").group_by("cause").agg(pl.len(), *(pl.col(name).sum() for name in units))
    for found in per_cause.iter_rows(named=True):
        sums = {name: decimal_text(int(found[name]), _decimals(entity, name)) for name in units}
        yield found["cause"], Blocked(found["len"], sums)


def _units(entity: Entity, name: str) -> dict[str, pl.Expr]:
    """What is summed for a total: whole units of its last decimal; of hours their minutes, too."""
    units = {name: (pl.col(name) * 10 ** decimals_of(entity.field(name))).round().cast(pl.Int128)}
    if entity.field(name).type == "hours":
        units[f"{name}_minutes"] = minutes(pl.col(name)).cast(pl.Int128)
    return units


def _decimals(entity: Entity, name: str) -> int:
    return decimals_of(entity.field(name)) if name in entity.totals else 0
