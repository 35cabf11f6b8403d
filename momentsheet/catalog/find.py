"""What a name on the command line means: a rule, an entity or a field to explain, an accounting system."""

from __future__ import annotations

from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.verify import fold
from momentsheet.errors import UsageError
from momentsheet.model.catalog import AccountingSystem, Catalog, Entity, Field, Rule


def find(catalog: Catalog, topic: str) -> Rule | Entity | tuple[Entity, Field]:
    """The rule, entity or field of that name: `CU-05`, `customer`, `customer.name`, in any case; titles and labels too.

    Raises UsageError, with the nearest topic, where there is none.
    """
    topics = _topics(catalog)
    found = topics.get(fold(topic))
    if found is None:
        codes_and_names = [*catalog.rules, *catalog.entities, *(key for key in topics if "." in key)]
        raise UsageError(f"There is no rule, entity or field `{topic}`{did_you_mean(topic, codes_and_names)}")
    return found


def find_system(catalog: Catalog, name: str) -> AccountingSystem:
    """The accounting system of that name. Raises UsageError, with the nearest name, where there is none."""
    if name not in catalog.accounting:
        raise UsageError(f"There is no accounting system `{name}`{did_you_mean(name, catalog.accounting)}")
    return catalog.accounting[name]


# Private functions


def _topics(catalog: Catalog) -> dict[str, Rule | Entity | tuple[Entity, Field]]:
    """By folded name; what comes first wins, so that a code or name is never taken by a title."""
    topics: dict[str, Rule | Entity | tuple[Entity, Field]] = {fold(code): rule for code, rule in catalog.rules.items()}
    topics |= {fold(name): entity for name, entity in catalog.entities.items()}
    for entity in catalog.entities.values():
        for field in entity.fields:
            topics.setdefault(f"{entity.name}.{field.name}", (entity, field))
    for entity in catalog.entities.values():
        for title in entity.title.values():
            topics.setdefault(fold(title), entity)
            for field in entity.fields:
                for label in field.label.values():
                    topics.setdefault(f"{fold(title)}.{fold(label)}", (entity, field))
    return topics
