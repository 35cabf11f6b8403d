"""Rows that nothing names, and names of rows that are nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from momentsheet.checking.fold import clean_text, fold
from momentsheet.checking.grammar import show_raw
from momentsheet.checking.names import Name, name_of
from momentsheet.checking.profile.delivery import Delivery
from momentsheet.checking.profile.masks import masked
from momentsheet.model.catalog import Entity
from momentsheet.model.profile import Orphan, Unused

MOST_ORPHANS = 1_000  # of one column


def can_be_used(delivery: Delivery, entity: Entity) -> bool:
    """True if a sheet came along that would name the rows of the entity that are in use."""
    others = [delivery.parsed[name] for name in entity.used_by if name in delivery.parsed]
    return any(other.height for other in others) or any(it.entity == entity.name for it in delivery.mentions)


def unused_rows(delivery: Delivery, entity: Entity) -> Iterator[Unused]:
    """The rows whose key and whose name stand nowhere else."""
    parsed = delivery.parsed[entity.name]
    used = delivery.uses(entity)
    named = delivery.named(entity)
    names = delivery.names(entity) or [None] * parsed.height
    keys = parsed.values[entity.key[0]].to_list()
    filled = delivery.filled(entity)
    alike = entity.alike
    shown = tuple(dict.fromkeys((*entity.key, *(alike.name if alike is not None else ()))))
    first_words = {text.split()[0] for text in used if " " in text}
    for row, (key, name) in enumerate(zip(keys, names, strict=True)):
        folded = fold(str(key)) if key is not None else ""
        if folded in used or folded in first_words or (name is not None and name in named):
            continue
        if not folded and name is None:
            continue
        yield Unused(entity.name, delivery.spot(entity, row), delivery.shown(entity, row, shown), int(filled[row]))


def orphans(delivery: Delivery, entity: Entity) -> Iterator[Orphan]:
    """Values in other sheets that name a row of this entity which is not there, by neither key nor name."""
    parsed = delivery.parsed[entity.name]
    keys = {fold(str(key)) for key in parsed.values[entity.key[0]].drop_nulls().to_list()}
    without = delivery.without(entity)
    names = {name for name in delivery.names(entity) if name is not None}
    others = {other.entity.name for other, _, _ in delivery.columns_naming(entity)}
    for grid in delivery.grids:
        if grid.bound is None or grid.bound.entity.name not in others:
            continue
        for name, reference in grid.bound.entity.references:
            column = grid.fields.get(name)
            if reference.entity != entity.name or reference.only is not None or reference.same or column is None:
                continue
            told = 0
            for place, raw in enumerate(column.values.raws):
                text = clean_text(show_raw(raw))[0]
                if not text or _is_known(text, keys, names, without) or told == MOST_ORPHANS:
                    continue
                told += 1
                row = int(grid.rows[int(column.values.first[place])])
                yield Orphan(column.where, entity.name, masked(text), int(column.values.counts[place]), row)
    for mention in delivery.mentions:
        if mention.entity == entity.name and not _is_known(mention.text, keys, names, without):
            yield Orphan(mention.column.where, entity.name, masked(mention.text), mention.count, mention.first_row)


# Private functions


def _is_known(text: str, keys: Collection[str], names: Collection[Name], without: frozenset[str]) -> bool:
    folded = fold(text)
    if folded in keys or folded.removesuffix(".0") in keys or name_of(text, without) in names:
        return True
    return any(char.isspace() for char in folded) and folded.split()[0] in keys
