"""Typed columns become the bytes of an import file: CSV or NDJSON, without a loop over rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Literal

import polars as pl

LINE_END = "\r\n"  # RFC 4180


def csv_bytes(columns: pl.DataFrame) -> bytes:
    """CSV: UTF-8 without a byte order mark, `;`, everything but numbers quoted, blank values empty.

    Text is written as it is, also when it begins with `=`: a program reads these files, and a sign put
    before the text would be imported.
    """
    flat = columns.select(_flat(name, dtype) for name, dtype in columns.schema.items())
    buffer = BytesIO()
    # A blank value alone on its line would be an empty line, which readers skip: there it is written as "".
    quoting: Literal["non_numeric", "always"] = "non_numeric" if flat.width > 1 else "always"
    flat.write_csv(buffer, separator=";", quote_style=quoting, line_terminator=LINE_END)
    return buffer.getvalue()


def ndjson_bytes(columns: pl.DataFrame, path: str, lookups: Mapping[str, str]) -> bytes:
    """NDJSON: one request per line, {"method", "path", "body", "resolve"}; blank values are left out.

    lookups: column -> API entity. Such a column is a struct of what the record is found by; it goes into
    `resolve`, the others into `body`, each in the order of the columns.
    """
    schema = columns.schema
    body = [_member(name, schema[name]) for name in columns.columns if name not in lookups]
    resolve = [_resolved(name, schema[name], entity) for name, entity in lookups.items()]
    start = f'{{"method":"POST","path":{json.dumps(path, ensure_ascii=False)},"body":{{'
    parts = columns.select(body=_joined(body), resolve=_joined(resolve))
    resolved = pl.concat_str(pl.lit('},"resolve":{'), "resolve", pl.lit("}}"))
    end = pl.when(pl.col("resolve") != "").then(resolved).otherwise(pl.lit("}}"))
    lines = parts.select(pl.concat_str(pl.lit(start), "body", end))
    buffer = BytesIO()
    lines.write_csv(buffer, include_header=False, quote_style="never", line_terminator="\n")
    return buffer.getvalue()


# Private functions


def _flat(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return pl.col(name).list.join(",")
    if isinstance(dtype, pl.Struct):  # of a lookup, only what it is found by
        return pl.col(name).struct.field(dtype.fields[0].name).alias(name)
    return pl.col(name)


def _joined(members: list[pl.Expr]) -> pl.Expr:
    return pl.concat_str(members, separator=",", ignore_nulls=True) if members else pl.lit("")


def _member(name: str, dtype: pl.DataType) -> pl.Expr:
    """`"name":value`, null where the value is blank."""
    if dtype.is_numeric() or dtype == pl.Boolean:
        return pl.concat_str(pl.lit(f"{json.dumps(name, ensure_ascii=False)}:"), pl.col(name).cast(pl.String))
    # polars escapes a struct of one member; its braces are taken off.
    encoded = pl.struct(name).struct.json_encode().str.slice(1).str.head(-1)
    return pl.when(pl.col(name).is_not_null()).then(encoded)


def _resolved(name: str, dtype: pl.DataType, entity: str) -> pl.Expr:
    assert isinstance(dtype, pl.Struct)
    by = pl.col(name).struct
    members = pl.struct(by.field(part.name) for part in dtype.fields).struct.json_encode()
    start = f'{json.dumps(name)}:{{"entity":{json.dumps(entity)},"by":'
    whole = pl.concat_str(pl.lit(start), members, pl.lit("}"))
    return pl.when(pl.col(name).is_not_null()).then(whole)
