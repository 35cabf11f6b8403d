"""Sample pages, verified: what belongs to a sample is named by it or names it, and its columns are there."""

from __future__ import annotations

from collections.abc import Iterator

from momentsheet.catalog.files import RuleFiles
from momentsheet.catalog.names import Names, did_you_mean
from momentsheet.catalog.place import Taken
from momentsheet.errors import Problem


def sample_problems(files: RuleFiles, names: Names) -> Iterator[Problem]:
    """Everything wrong with the sample pages of all entities."""
    for name, entity in files.entities.items():
        pages = entity.get("sample_pages")
        if pages is None:
            continue
        if len(entity.get("key", ())) != 1:
            yield entity.problem(
                "sample_pages", "`sample_pages` needs a `key` of one column, by which people know a row"
            )
        for part in pages.get("parts", ()):
            if part.is_sound:
                yield from _part(name, part, files, names)


# Private functions


def _part(name: str, part: Taken, files: RuleFiles, names: Names) -> Iterator[Problem]:
    entity, by = part.get("rows", (name, part.get("named_by")))
    field = files.field(entity, by)
    key = "rows" if "rows" in part else "named_by"
    target = field.get("to", (None, None))[0] if field is not None else None
    if field is not None and field.is_sound and (target is None or ("rows" in part and target != name)):
        yield part.problem(key, f"`{entity}.{by}` does not refer to {name if 'rows' in part else 'another sheet'}")
    shown = entity if "rows" in part else target
    known = names.fields.get(shown or "")
    for wanted in ("columns", "summed_by"):
        for column in part.get(wanted, ()):
            if known is not None and column not in known:
                yield part.problem(
                    wanted, f"`{wanted}` names the unknown field `{column}` of {shown}{did_you_mean(column, known)}"
                )
    if "summed_by" in part and ("named_by" in part or "columns" in part):
        yield part.problem("summed_by", "`summed_by` stands in place of rows: it goes with `rows`, without `columns`")
