"""A delivery as plain cells, before it is written: what people would type, and what programs make of it.

A cell is a text, a number, a date, a truth value or None; the classes below are cells that are more than that.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shown:
    """A number with a number format."""

    number: float
    format: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the result that was stored with it."""

    formula: str
    result: str | float


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula that no program has calculated."""

    formula: str = "=1+1"


@dataclass(frozen=True, slots=True)
class Error:
    """A cell that shows an error."""

    text: str = "#N/A"


Cell = str | float | bool | dt.date | Shown | Formula | Uncalculated | Error | None
Row = list[Cell]


@dataclass(slots=True)
class Table:
    """One sheet; `grid` holds its rows from row 1 on. As long as nobody has messed with it, row 1 is the header.

    The order of `fields` is that of the columns; in a form it is that of the rows below the first.
    """

    entity: str
    name: str
    fields: list[str]
    grid: list[Row]
    is_form: bool = False
    state: str = "visible"
    hidden_rows: set[int] = field(default_factory=set)  # 1-based
    hidden_columns: set[int] = field(default_factory=set)  # 0 = A
    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last column; rows 1-based
    has_filter: bool = False
    is_protected: bool = False

    @property
    def header(self) -> Row:
        return self.grid[0]

    @property
    def rows(self) -> list[Row]:
        """The rows below the header; their lists are the sheet's own."""
        return self.grid[1:]

    def place(self, name: str) -> int:
        return self.fields.index(name)

    def column(self, name: str) -> list[Cell]:
        """The values of a field, row by row."""
        if self.is_form:
            return [self.grid[1 + self.place(name)][1]]
        return [row[self.place(name)] for row in self.rows]

    def change(self, name: str, make: Callable[[Cell], Cell]) -> None:
        """Write every value of a field anew; blanks stay blank."""
        if self.is_form:
            line = self.grid[1 + self.place(name)]
            line[1] = make(line[1])
            return
        for row in self.rows:
            if row[self.place(name)] is not None:
                row[self.place(name)] = make(row[self.place(name)])

    def change_each(self, name: str, makers: Sequence[Callable[[Cell], Cell]]) -> None:
        """As `change`, the ways in turn."""
        place, turn = self.place(name), 0
        for row in self.rows:
            if row[place] is not None:
                row[place] = makers[turn % len(makers)](row[place])
                turn += 1

    def put(self, name: str, row: int, cell: Cell) -> None:
        """Set the value of a field in the data row of that number, 0 is the first."""
        if self.is_form:
            self.grid[1 + self.place(name)][1] = cell
        else:
            self.rows[row][self.place(name)] = cell

    def rename(self, **headers: str) -> None:
        """Other headers, by field."""
        for name, header in headers.items():
            if self.is_form:
                self.grid[1 + self.place(name)][0] = header
            else:
                self.header[self.place(name)] = header

    def reorder(self, order: Sequence[int]) -> None:
        """Columns (of a form: rows) in another order."""
        if self.is_form:
            self.grid[1:] = [self.grid[1 + at] for at in order]
        else:
            self.grid[:] = [[row[at] for at in order] for row in self.grid]
        self.fields = [self.fields[at] for at in order]

    def add_column(self, at: int, cells: Sequence[Cell]) -> None:
        """A column that is not ours: header and values."""
        self.fields.insert(at, "")
        for index, row in enumerate(self.grid):
            row.insert(at, cells[index] if index < len(cells) else None)

    def drop(self, *names: str) -> None:
        """Take columns (of a form: rows) away."""
        self.reorder([at for at, name in enumerate(self.fields) if name not in names])

    def above(self, *rows: Row) -> None:
        """Rows above the header."""
        self.grid[:0] = [list(row) for row in rows]


@dataclass(slots=True)
class Book:
    """One workbook, and how it is saved."""

    name: str
    tables: list[Table]
    properties: dict[str, str] = field(default_factory=dict)
    is_1904: bool = False
    inline_strings: bool = False

    def table(self, entity: str) -> Table:
        return next(table for table in self.tables if table.entity == entity)

    def add(self, name: str, grid: list[Row], at: int | None = None, state: str = "visible") -> Table:
        """A sheet that is not ours."""
        table = Table("", name, [], [list(row) for row in grid], state=state)
        self.tables.insert(len(self.tables) if at is None else at, table)
        return table


@dataclass(slots=True)
class Delivery:
    """Some workbooks."""

    books: list[Book]

    @property
    def book(self) -> Book:
        return self.books[0]

    def __getattr__(self, entity: str) -> Table:
        """`delivery.customer`: the sheet of that entity."""
        if not entity.startswith("_"):
            for book in self.books:
                for table in book.tables:
                    if table.entity == entity:
                        return table
        raise AttributeError(entity)

    def only(self, entities: set[str]) -> Delivery:
        """A copy with these sheets alone; sheets that are not ours stay."""
        books = [
            Book(book.name, [copy.deepcopy(table) for table in book.tables if table.entity in entities])
            for book in self.books
        ]
        return Delivery(books)
