"""SQL of the rule files, tried against empty tables with the columns that it will meet."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from momentsheet.catalog.names import did_you_mean
from momentsheet.model.catalog import NOTHING
from momentsheet.model.facts import calendar_types, constant_types
from momentsheet.model.table import dtype

# what every query sees beside the entities' tables
BESIDE: Mapping[str, Mapping[str, type[pl.DataType]]] = {"company_facts": constant_types, "calendar": calendar_types}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a piece of SQL cannot be used."""

    text: str


class Tables:
    """One blank table per entity, as checking will hold them: `row_id` and a typed column per field."""

    def __init__(
        self,
        entities: Mapping[str, Mapping[str, str]],
        is_whole: bool,
        fact_tables: Mapping[str, Mapping[str, str]] = NOTHING,
    ) -> None:
        """`entities`, `fact_tables`: table -> column -> type.

        `is_whole`: no entity is missing, so that queries can be tried.
        """
        self._is_whole = is_whole
        self._columns: dict[str, dict[str, type[pl.DataType]]] = {
            entity: {"row_id": pl.UInt32, **{name: dtype(kind) for name, kind in fields.items()}}
            for entity, fields in entities.items()
        }
        # two rows, so that an expression that gives one value for the whole table shows itself
        self._frames = {
            entity: pl.DataFrame({name: pl.Series(name, [None, None], dtype=kind) for name, kind in columns.items()})
            for entity, columns in self._columns.items()
        }
        self._with_constants = {
            entity: frame.with_columns(
                pl.lit(None, dtype=kind).alias(name)
                for name, kind in constant_types.items()
                if name not in frame.columns
            )
            for entity, frame in self._frames.items()
        }
        beside = {
            **{
                name: {column: dtype(kind) for column, kind in columns.items()} for name, columns in fact_tables.items()
            },
            **BESIDE,
        }
        frames = {
            table: pl.DataFrame({name: pl.Series(name, [None], dtype=kind) for name, kind in columns.items()})
            for table, columns in beside.items()
        }
        self._columns |= {table: dict(columns) for table, columns in beside.items()}
        self._context = pl.SQLContext({**frames, **self._frames}, eager=False)

    def expression(
        self, entity: str, sql: str, may_look_around: bool, may_be_one: bool = False
    ) -> pl.DataType | Misfit | None:
        """The type of an expression over the rows of that entity; None where its columns are not known.

        `may_look_around`: window functions are allowed; `may_be_one`: one value for all rows is, too.
        """
        frame = self._with_constants.get(entity)
        if frame is None:
            return None
        if not may_look_around and re.search(r"\bover\s*\(", _without_texts(sql), re.IGNORECASE):
            return Misfit("looks at other rows (OVER); make the rule's reach `table`")
        try:
            expression = pl.sql_expr(sql)
            names = set(expression.meta.root_names())
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return Misfit("is not an SQL expression that polars knows")
        for name in sorted(names - set(frame.columns)):
            return Misfit(f"uses the unknown column `{name}`{did_you_mean(name, frame.columns)}")
        try:
            result = frame.select(expression.alias("result"))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return Misfit("does not fit the types of its columns (dates are written DATE '2024-01-31')")
        if result.height != frame.height and not may_be_one:
            return Misfit("gives one value for the whole table, not one for each row")
        return result.schema["result"]

    def query(self, sql: str) -> Mapping[str, pl.DataType] | Misfit | None:
        """The columns that a query over all tables returns; None where it cannot be tried."""
        plain = _without_texts(sql)
        if not re.match(r"\s*(select|with)\b", plain, re.IGNORECASE):
            return Misfit("must be a query: SELECT … or WITH …")
        if _READS_FILE.search(sql):
            return Misfit("reads a file; a query sees only the tables of the entities")
        if not self._is_whole:
            return None
        try:
            return dict(self._context.execute(sql, eager=True).schema)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            return Misfit(self._why(sql, error))

    # Private functions

    def _why(self, sql: str, error: BaseException) -> str:
        """In our words; the only thing taken from the library is which of the query's own words it stopped at."""
        columns = {name for kinds in self._columns.values() for name in kinds}
        for word in re.findall(r"['\"`](\w+)['\"`]", str(error).split("\n", 1)[0]):
            if not re.search(rf"\b{re.escape(word)}\b", sql):
                continue
            if re.search(rf"\b(from|join)\s+{re.escape(word)}\b", sql, re.IGNORECASE):
                return f"reads the unknown table `{word}`{did_you_mean(word, self._columns)}"
            return f"uses the column `{word}`, which is not there{self._nearest(word, columns)}"
        if isinstance(error, pl.exceptions.SQLInterfaceError | pl.exceptions.SQLSyntaxError):
            return "is not an SQL query that polars knows"
        return "does not fit the types of its columns (dates are written DATE '2024-01-31')"

    def _nearest(self, word: str, columns: Collection[str]) -> str:
        return "" if word in columns else did_you_mean(word, columns)


# Private functions

# anywhere, also in quotes: names of table functions may be quoted, and no rule needs these words
_READS_FILE = re.compile(r"(read|scan)_(csv|ipc|json|ndjson|parquet)", re.IGNORECASE)


def _without_texts(sql: str) -> str:
    """The SQL with its quoted texts and comments blanked out."""
    return re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
