"""Along which columns rows fall with others: what names a row that is left out is left out with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from momentsheet.checking.fold import fold
from momentsheet.checking.grammar import show_raw
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.references import rows_about


@dataclass(frozen=True, slots=True)
class Path:
    """Where a row of `entity` is left out, so is each row of `other` with the same key.

    `rows` and `others` have the column `row` and those of the key. `only_if_all`: one row that stays keeps the others,
    as one customer of two with the same number does; not so from a part to its whole.
    """

    entity: str
    rows: pl.DataFrame
    other: str
    others: pl.DataFrame
    key: tuple[str, ...]
    only_if_all: bool

    def gone(self, is_out: pl.Series) -> pl.DataFrame:
        """Row and key of the rows that are out and make others fall; `is_out` has one entry per row of the entity."""
        out = is_out.gather(self.rows["row"])
        gone = self.rows.filter(out)
        return gone.join(self.rows.filter(~out), on=self.key, how="anti") if self.only_if_all else gone


def paths_of(parsed: Mapping[str, ParsedEntity]) -> list[Path]:
    """All of them: from each row to those that name it, and from each part to its whole."""
    dependants: list[Path] = []
    wholes: list[Path] = []
    for name, table in parsed.items():
        if table.entity.controls is not None:
            continue  # a figure about a project is no part of it and is not imported with it
        for column, reference in table.entity.references:
            target = parsed.get(reference.entity)
            if target is None:
                continue
            key = tuple(str(place) for place in range(len(reference.same) + 1))
            named = _keys(target, (*reference.same, reference.field))
            if not table.entity.is_loose(column):
                is_filled = pl.Series(rows_about(table, reference)) & table.values[column].is_not_null()
                naming = _keys(table, (*reference.same, column), as_read=True).filter(is_filled)
                dependants.append(Path(reference.entity, named, name, naming, key, only_if_all=True))
            if reference.is_part:
                part = _keys(table, (*reference.same, column))
                wholes.append(Path(name, part, reference.entity, named, key, only_if_all=False))
    return [path for path in (*dependants, *wholes) if path.rows.height and path.others.height]


# Private functions


def _keys(table: ParsedEntity, names: Sequence[str], *, as_read: bool = False) -> pl.DataFrame:
    """Row and folded key of every row; where a part is wrong, what stands there counts, unless `as_read`."""
    columns: dict[str, pl.Series] = {"row": table.values["row_id"]}
    for place, name in enumerate(names):
        written = table.values[name].cast(pl.String)
        if not as_read:
            wrong = np.flatnonzero(table.bad[name] & written.is_null().to_numpy())
            written = written.scatter(wrong, [show_raw(table.raw(name, row)) for row in wrong.tolist()])
        distinct = written.drop_nulls().unique()
        folded = pl.Series([fold(text) for text in distinct], dtype=pl.String)
        columns[str(place)] = written.replace_strict(distinct, folded, default="", return_dtype=pl.String)
    return pl.DataFrame(columns)
