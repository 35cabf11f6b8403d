"""How a format column writes its field: one function per `write:` kind, in a registry at the end.

A writer gives a typed polars expression; what the type looks like in a file is the affair of `render.py`.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

import polars as pl

from momentsheet.errors import UsageError
from momentsheet.model.catalog import Field, FormatColumn
from momentsheet.model.table import decimals_of, minutes

Writer = Callable[[FormatColumn, Mapping[str, Field]], pl.Expr]


def write_column(column: FormatColumn, fields: Mapping[str, Field]) -> pl.Expr:
    """The expression that gives the column's values, under the column's name; UsageError for an unknown kind."""
    writer = writers.get(column.write)
    if writer is None:
        raise UsageError(f"column {column.name}: unknown write: {column.write}{did_you_mean(column.write, writers)}")
    written = writer(column, fields)
    if column.values:
        code = pl.col(column.field)
        written = pl.when(code.is_in(list(column.values))).then(code.replace(dict(column.values))).otherwise(written)
    return written.alias(column.name)


def fields_of(column: FormatColumn) -> tuple[str, ...]:
    """The fields that a column needs: its own and those that a lookup goes by."""
    if column.write != "lookup":
        return (column.field,)
    return tuple(dict.fromkeys((column.field, *looked_up_by(column).values())))


def looked_up_by(column: FormatColumn) -> dict[str, str]:
    """Name in the target system -> our field, of a lookup `by: "name, projectNumber=project_number"`.

    A bare name stands for the column's own field.
    """
    found: dict[str, str] = {}
    for part in column.lookup.get("by", "").split(","):
        name, _, field = part.partition("=")
        if name.strip():
            found[name.strip()] = field.strip() or column.field
    if not found or "entity" not in column.lookup:
        raise UsageError(f"column {column.name}: a lookup needs «entity» and «by»")
    return found


def did_you_mean(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """A suggestion and the known names, to be put behind «unknown …: name»."""
    close = get_close_matches(name.lower(), list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{hint} (known: {', '.join(sorted(known))})"


# Private functions


def _value(column: FormatColumn, fields: Mapping[str, Field]) -> pl.Expr:
    field = fields[column.field]
    value = pl.col(field.name)
    # Amounts always show their øre; other numbers are written as short as they are.
    return value.cast(pl.Decimal(38, decimals_of(field))) if field.type == "money" else _as_number(column, value)


def _as_number(column: FormatColumn, text: pl.Expr) -> pl.Expr:
    """A number that is kept as text, such as an invoice number, as the number that it is."""
    return text.cast(pl.Int128) if column.number else text


def _minutes(column: FormatColumn, _fields: Mapping[str, Field]) -> pl.Expr:
    return minutes(pl.col(column.field))


def _list(column: FormatColumn, _fields: Mapping[str, Field]) -> pl.Expr:
    # Items cannot hold a comma or semicolon: those part them in the workbook.
    items = pl.col(column.field).str.replace_all(r"\s*[,;]\s*", ";").str.strip_chars("; ")
    return items.replace("", None).str.split(";")


def _camel(column: FormatColumn, _fields: Mapping[str, Field]) -> pl.Expr:
    capitals = {f"_{letter}": letter.upper() for letter in string.ascii_lowercase}
    return pl.col(column.field).str.replace_many(capitals)


def _lookup(column: FormatColumn, _fields: Mapping[str, Field]) -> pl.Expr:
    by = pl.struct(
        (_as_number(column, pl.col(field)) if field == column.field else pl.col(field)).alias(name)
        for name, field in looked_up_by(column).items()
    )
    return pl.when(pl.col(column.field).is_not_null()).then(by)


writers: Mapping[str, Writer] = {
    "value": _value,  # as it is: text, number, date, boolean
    "minutes": _minutes,  # hours as whole minutes
    "list": _list,  # several values in one cell
    "camel": _camel,  # a code of ours in the manner of the API: in_progress -> inProgress
    "lookup": _lookup,  # a reference whose id exists only after the import
}
