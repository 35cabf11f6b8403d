"""The files together: typed rows of each entity, and the columns that name rows of entities without being theirs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from momentsheet.checking.alike import filled_cells, row_names, uses_of, words_without
from momentsheet.checking.fold import clean_text, fold_header
from momentsheet.checking.grammar import show_raw
from momentsheet.checking.names import Name, name_of
from momentsheet.checking.parse import ParsedEntity
from momentsheet.checking.profile.grids import Grid, GridColumn
from momentsheet.checking.profile.masks import shown
from momentsheet.model.catalog import Catalog, Entity, Reference
from momentsheet.model.profile import Spot


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a row of `entity` that stands in another sheet: its cells, the first of them, how many rows."""

    entity: str
    text: str
    grid: Grid
    column: GridColumn
    first_row: int
    count: int


@dataclass(frozen=True, slots=True)
class Delivery:
    catalog: Catalog
    grids: tuple[Grid, ...]
    parsed: Mapping[str, ParsedEntity]
    mentions: tuple[Mention, ...]

    def without(self, entity: Entity) -> frozenset[str]:
        """Words that tell no two names of the entity apart."""
        return words_without(self.catalog, entity)

    def names(self, entity: Entity) -> list[Name | None]:
        """The name of each row, None where it has none."""
        if entity.alike is None or not entity.alike.name:
            return []
        return row_names(self.parsed[entity.name], entity.alike, self.without(entity))

    def spot(self, entity: Entity, row: int) -> Spot:
        """Where a typed row stands."""
        sheet, index = self.parsed[entity.name].locate(row)
        return Spot(sheet.file, sheet.name, int(sheet.rows[index]))

    def shown(self, entity: Entity, row: int, names: Sequence[str]) -> dict[str, str]:
        """Fields of a row as they stand in their cells, masked; without the blank ones."""
        parsed = self.parsed[entity.name]
        found = {name: clean_text(shown(parsed.raw(name, row)))[0] for name in names}
        return {name: text for name, text in found.items() if text}

    def filled(self, entity: Entity) -> npt.NDArray[np.int64]:
        """How many cells of each row hold something."""
        return filled_cells(self.parsed[entity.name])

    def columns_naming(self, entity: Entity) -> Iterator[tuple[ParsedEntity, str, Reference]]:
        """Columns of other sheets that came along and name rows of this entity by its whole key."""
        for other in self.parsed.values():
            for name, reference in other.entity.references:
                if reference.entity == entity.name and other.entity.name != entity.name and not reference.same:
                    yield other, name, reference

    def uses(self, entity: Entity) -> Counter[str]:
        """Folded key -> rows of other sheets that name it; `1001 Fjord AS` names 1001."""
        return uses_of(entity, self.parsed.values())

    def named(self, entity: Entity) -> Counter[Name]:
        """Name -> rows of other sheets that hold it, in a column of its own or where a key should be."""
        without = self.without(entity)
        found: Counter[Name] = Counter()
        for mention in self.mentions:
            if mention.entity == entity.name:
                found[name_of(mention.text, without)] += mention.count
        for text, count in self.uses(entity).items():
            found[name_of(text, without)] += count
        return found


def mentions_of(grids: Sequence[Grid], catalog: Catalog, parsed: Mapping[str, ParsedEntity]) -> Iterator[Mention]:
    """Names in columns that are not ours but headed like names of an entity: Client, Bruker, First Name + Last Name."""
    words = _name_headers(catalog)
    for grid in grids:
        own = grid.bound.entity if grid.bound is not None else None
        near = {reference.entity for _, reference in own.references} if own is not None else set()
        chosen: dict[str, list[tuple[int, GridColumn]]] = defaultdict(list)
        for column in grid.columns:
            found = words.get(fold_header(column.where.header), {})
            if column.where.field is not None or not found:
                continue
            if len(found) > 1:
                found = {name: place for name, place in found.items() if name in near}
            if len(found) == 1:
                name, place = next(iter(found.items()))
                chosen[name].append((place, column))
        for name, columns in chosen.items():
            if own is None or name != own.name:
                yield from _mentions(grid, name, [column for _, column in sorted(columns, key=lambda item: item[0])])
        yield from _named_in_references(grid, catalog, parsed)


# Private functions


def _name_headers(catalog: Catalog) -> dict[str, dict[str, int]]:
    """Folded header -> entity -> place among the columns that make up its name."""
    words: dict[str, dict[str, int]] = defaultdict(dict)
    for entity in catalog.entities.values():
        for place, name in enumerate(entity.alike.name if entity.alike is not None else ()):
            field = entity.field(name)
            for label in (*field.label.values(), *field.aliases):
                words[fold_header(label)].setdefault(entity.name, place)
    return words


def _mentions(grid: Grid, entity: str, columns: Sequence[GridColumn]) -> Iterator[Mention]:
    """The names in a column; in two that belong together (first and last name) they are joined."""
    first = columns[0]
    if len(columns) == 1:
        for place, raw in enumerate(first.values.raws):
            if text := clean_text(show_raw(raw))[0]:
                row = int(grid.rows[int(first.values.first[place])])
                yield Mention(entity, text, grid, first, row, int(first.values.counts[place]))
        return
    places = np.stack([column.values.inverse for column in columns])
    distinct, rows, counts = np.unique(places, axis=1, return_index=True, return_counts=True)
    for at in np.argsort(rows, kind="stable").tolist():
        parts = (
            clean_text(show_raw(column.values.raws[int(place)]))[0] if place >= 0 else ""
            for column, place in zip(columns, distinct[:, at], strict=True)
        )
        if text := " ".join(filter(None, parts)):
            yield Mention(entity, text, grid, first, int(grid.rows[int(rows[at])]), int(counts[at]))


def _named_in_references(grid: Grid, catalog: Catalog, parsed: Mapping[str, ParsedEntity]) -> Iterator[Mention]:
    """Names in a column that should hold keys, where the sheet with these keys did not come along."""
    own = grid.bound.entity if grid.bound is not None else None
    for name, reference in own.references if own is not None else ():
        target, column = catalog.entities.get(reference.entity), grid.fields.get(name)
        if target is None or target.alike is None or not target.alike.name or column is None or reference.same:
            continue
        if target.name in parsed and parsed[target.name].height:
            continue
        names = [mention for mention in _mentions(grid, target.name, [column]) if _is_a_name(mention.text)]
        if 2 * len(names) > len(column.values.raws):
            yield from names


def _is_a_name(text: str) -> bool:
    return "@" not in text and sum(char.isalpha() for char in text) > len(text) / 2
