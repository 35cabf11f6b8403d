"""What `annotate` writes into a workbook, already in words: marks on cells and a sheet of findings."""

from __future__ import annotations

from dataclasses import dataclass

from momentsheet.model.catalog import Severity

FINDINGS = "findings"  # kind of our sheet that lists them
FINGERPRINT = "fingerprint"  # name of its hidden column


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
class Bars:
    """A chart of stacked bars beside a table: a bar for each row, a piece of it for each of these columns."""

    title: str
    names: int  # column with what each bar is called
    pieces: tuple[tuple[int, Severity], ...]  # column, and whose colour the piece has


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet that is appended to the workbook: a heading, lines of introduction, a table.

    `keys` are texts for the reader that gets the workbook back, in hidden columns behind those of the table, one tuple
    for each row. `choices` are the words that the dropdown of a row's cell in
    `answer_column` offers; whatever else is typed there is taken, too.
    """

    name: str  # wished sheet name; a free one is made of it
    title: str
    intro: tuple[str, ...]
    headers: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[ListedCell, ...], ...]
    kind: str = FINDINGS  # by which the sheet is found again: a hidden name `_momentsheet.<kind>` refers to it
    key_names: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    answer_column: int | None = None
    choices: tuple[tuple[str, ...], ...] = ()
    bars: Bars | None = None
