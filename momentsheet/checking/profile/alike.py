"""Rows that seem to be the same thing, in groups, with the one to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from momentsheet.checking.alike import Compared, certainty, clusters, compared_by, folded, natural
from momentsheet.checking.names import Name, name_of
from momentsheet.checking.profile.delivery import Delivery, Mention
from momentsheet.checking.profile.masks import masked
from momentsheet.model.catalog import Entity
from momentsheet.model.profile import AlikeGroup, Member, Spot


def alike_rows(delivery: Delivery, entity: Entity) -> list[AlikeGroup]:
    """The groups of one entity's own rows."""
    alike = entity.alike
    if alike is None or not (alike.name or alike.exact):
        return []
    parsed = delivery.parsed[entity.name]
    compared = compared_by(parsed, alike, delivery.without(entity))
    uses, filled = delivery.uses(entity), delivery.filled(entity)
    keys = folded(parsed, entity.key[0]) if len(entity.key) == 1 else [None] * parsed.height
    named = delivery.named(entity) if alike.name else {}
    used = [
        uses.get(key or "", 0) or (named.get(name, 0) if name else 0)
        for key, name in zip(keys, compared.names, strict=True)
    ]
    shown = tuple(dict.fromkeys((*entity.key, *alike.name, *alike.exact, *alike.hints, *alike.within)))
    groups = []
    for rows, found in clusters(compared):
        rows.sort(key=lambda row: (-used[row], -int(filled[row]), natural(keys[row]), row))
        members = tuple(
            Member((delivery.spot(entity, row),), delivery.shown(entity, row, shown), int(filled[row]), used[row])
            for row in rows
        )
        groups.append(AlikeGroup(entity.name, certainty(found, compared, rows), found, members))
    return sorted(groups, key=_order)


def alike_mentions(delivery: Delivery, entity: Entity, mentions: Sequence[Mention]) -> list[AlikeGroup]:
    """Names that stand only in other sheets, and seem to be written in several ways."""
    if entity.alike is None or not entity.alike.name:
        return []
    without = delivery.without(entity)
    spellings: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        spellings[mention.text].append(mention)
    texts = list(spellings)
    names: list[Name | None] = [name_of(text, without) for text in texts]
    compared = Compared(names, [None] * len(texts), {}, {})
    groups = []
    for rows, found in clusters(compared):
        used = {row: sum(mention.count for mention in spellings[texts[row]]) for row in rows}
        rows.sort(key=lambda row: (-used[row], -len(texts[row]), texts[row]))
        members = tuple(
            Member(tuple(_spots(spellings[texts[row]])), {entity.alike.name[0]: masked(texts[row])}, 1, used[row])
            for row in rows
        )
        sure = certainty(found, Compared([None] * len(texts), compared.within, {}, {}), rows)
        groups.append(AlikeGroup(entity.name, sure, found, members, is_listed=False))
    return sorted(groups, key=_order)


# Private functions


def _order(group: AlikeGroup) -> tuple[int, str, str, int]:
    first = group.members[0].spots[0]
    return ("sure", "likely", "ask").index(group.certainty), first.file, first.sheet, first.row


def _spots(mentions: Iterable[Mention]) -> Iterator[Spot]:
    for mention in mentions:
        where = mention.column.where
        yield Spot(where.file, where.sheet, mention.first_row, where.column)
