"""What `annotate` writes into a workbook, already in words: marks on cells and a sheet of findings."""

from __future__ import annotations

from dataclasses import dataclass

from momentsheet.model.catalog import Severity


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell to colour, with the text of its note. Row 1-based, column 0-based; rank 0 is the most useful note."""

    sheet: str
    row: int
    column: int
    severity: Severity
    letter: str  # E, W or I in the customer's language
    note: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class ListedCell:
    """One cell of a listing: text or number; `link` is (sheet, row, column) in the same workbook."""

    text: str | int | float
    link: tuple[str, int, int] | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet that is appended to the workbook: a heading, lines of introduction, a table."""

    name: str  # wished sheet name; a free one is made of it
    title: str
    intro: tuple[str, ...]
    headers: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[ListedCell, ...], ...]
