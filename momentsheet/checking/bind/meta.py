"""What our template says of itself in `_meta`, in its properties and in its defined names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from momentsheet.checking.bind.raw import raw_at
from momentsheet.checking.fold import fold_header
from momentsheet.checking.grammar import show_raw
from momentsheet.model.catalog import Catalog, Entity
from momentsheet.model.workbook import Workbook


@dataclass(frozen=True, slots=True)
class Meta:
    """What the template said when it was made; fields and entities are called as they were then."""

    template: Mapping[str, str] | None
    sheets: Mapping[str, str]  # folded sheet name -> entity
    columns: Mapping[str, Mapping[str, str]]  # entity -> field -> header
    names: Mapping[tuple[str, int], str]  # folded sheet name, column -> entity.field
    known: Mapping[str, frozenset[tuple[str, ...]]]

    def headers_of(self, entity: Entity) -> dict[str, str]:
        """Folded header -> the field as it is called today, or as it was called where it is retired."""
        return {
            fold_header(header): name
            for old in (entity.name, *entity.was)
            for field, header in self.columns.get(old, {}).items()
            if (name := todays_field(entity, field)) is not None
        }

    def fields_at(self, sheet_name: str, entity: Entity) -> dict[int, str]:
        """Column -> today's field, for the columns of the sheet that a defined name of the template points at."""
        title, found = fold_header(sheet_name), {}
        for (sheet, index), name in self.names.items():
            for prefix in (entity.name, *entity.was) if sheet == title else ():
                field = todays_field(entity, name.removeprefix(f"{prefix}_")) if name.startswith(f"{prefix}_") else None
                if field is not None:
                    found[index] = field
        return found


def todays_field(entity: Entity, name: str) -> str | None:
    """What a field of an older template is called today; its own name where it is retired, None where nobody knows."""
    for field in entity.fields:
        if name == field.name or name in field.was:
            return field.name
    return name if name in entity.retired else None


def todays_entity(catalog: Catalog, name: str) -> Entity | None:
    """The entity that an older template called by that name."""
    return next((one for one in catalog.entities.values() if name == one.name or name in one.was), None)


def read_meta(workbook: Workbook) -> Meta:
    """Gather what the workbook says of its template; `template` is None where it is not ours."""
    template = {
        key.removeprefix("momentsheet."): value
        for key, value in workbook.properties.items()
        if key.startswith("momentsheet.")
    }
    listed = [pair for key in list(template) if key.split(".")[0] == "sheets" for pair in template.pop(key).split(";")]
    sheets = {fold_header(name): entity for entity, _, name in (pair.partition("=") for pair in listed) if name}
    known: dict[str, set[tuple[str, ...]]] = {}
    columns: dict[str, dict[str, str]] = {}
    for sheet in workbook.sheets:
        if sheet.name != "_meta":
            continue
        for index in range(len(sheet.rows)):
            line = [show_raw(raw_at(column, sheet.pool, index)) for column in sheet.columns]
            kind, name, value, *_ = [*line, "", "", ""]
            if kind == "template":
                template[name] = value
            elif kind == "sheet":
                sheets[fold_header(value)] = name
            elif kind == "column":
                entity, _, field = name.partition(".")
                columns.setdefault(entity, {})[field] = value
            elif kind == "known":
                known.setdefault(name, set()).add(tuple(part for part in line[2:] if part))
    keys = {entity: frozenset(found) for entity, found in known.items()}
    is_ours = template.get("id") == "momentsheet"
    return Meta(template if is_ours else None, sheets, columns, _defined_names(workbook), keys)


# Private functions


def _defined_names(workbook: Workbook) -> dict[tuple[str, int], str]:
    names: dict[tuple[str, int], str] = {}
    for name, target in workbook.names.items():
        if name.startswith("fld_") and "!" in target:
            sheet_name, _, area = target.rpartition("!")
            letters = area.replace("$", "").split(":")[0].rstrip("0123456789")
            if letters.isalpha() and len(letters) <= 3:
                names[fold_header(sheet_name.strip("'")), _column_index(letters)] = name.removeprefix("fld_")
    return names


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
