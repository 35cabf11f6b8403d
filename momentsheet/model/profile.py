"""What `inspect` finds out about any files: columns, number series, e-mails, odd values, duplicates, what nobody uses.

Values that are shown have gone through the mask: national identity numbers never stand here whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from momentsheet.model.catalog import NOTHING, Texts
from momentsheet.model.workbook import Notice, cell_name, column_letter

# What can be odd about one cell
oddities = (
    "negative", "over_day", "far", "far_date", "other_type", "unreadable", "private_address", "several_addresses",
    "other_style", "national_id", "key_twice", "lost_zero", "other_series", "misfit",
)  # fmt: skip
Certainty = Literal["sure", "likely", "ask"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell, or a row where `column` is None. Row 1-based, column 0-based."""

    file: str
    sheet: str
    row: int
    column: int | None = None

    @property
    def cell(self) -> str:
        return str(self.row) if self.column is None else cell_name(self.row, self.column)


@dataclass(frozen=True, slots=True)
class ColumnSpot:
    """A column of a sheet, with its header as it stands there and what it is read as."""

    file: str
    sheet: str
    column: int
    header: str
    entity: str | None = None
    field: str | None = None

    @property
    def letter(self) -> str:
        return column_letter(self.column)


@dataclass(frozen=True, slots=True)
class Counted:
    """A value or a kind of value, and in how many cells it stands."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """Figures of the cells that can be read as numbers; `total` is decimal text."""

    count: int
    least: float
    most: float
    median: float
    total: str
    negative: int
    zero: int


@dataclass(frozen=True, slots=True)
class DateFigures:
    """Figures of the cells that can be read as dates.

    `order`: what the texts prove (DMY, MDY); `day_first`, `month_first`: texts that can be read only so;
    `undecided`: texts that can be read both ways.
    """

    count: int
    earliest: dt.date
    latest: dt.date
    order: str | None
    texts: int
    day_first: int
    month_first: int
    undecided: int


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column holds."""

    where: ColumnSpot
    how: str | None  # how the column was recognised, see `ColumnRead`
    rows: int
    filled: int
    distinct: int
    holds: tuple[Counted, ...]  # type by content -> filled cells, most first
    readable: int | None  # filled cells that can be read as the field's type; None where it is no field of ours
    commonest: tuple[Counted, ...]
    numbers: NumberFigures | None = None
    dates: DateFigures | None = None
    shortest: int | None = None  # characters of the texts
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class SheetProfile:
    """One sheet: `rows` of data below `header_row`; `entity` where it is read as one of ours."""

    name: str
    entity: str | None
    header_row: int | None
    rows: int
    columns: int
    is_profiled: bool  # False: our own listing, a form, or nothing in it


@dataclass(frozen=True, slots=True)
class FileProfile:
    path: str
    name: str
    sha256: str
    kind: str
    sheets: tuple[SheetProfile, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers of one build: what stands before and behind, how many digits; lowest and highest of them.

    Where there is no single run of digits, `pattern` shows the build: 9 a digit, A a letter.
    """

    before: str
    digits: int
    behind: str
    pattern: str | None
    count: int
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Jump:
    """Two numbers that follow each other in the series, with `missing` numbers between them."""

    below: str
    above: str
    missing: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What the accounting system asks of the column, and how many of its values do not fit."""

    system: str
    says: Texts
    example: str
    misfits: int


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """The numbers of one column by their build."""

    where: ColumnSpot
    count: int  # distinct numbers
    shapes: tuple[Shape, ...]  # most first
    missing: int  # numbers missing between lowest and highest of the first shape
    jumps: tuple[Jump, ...]  # the widest first
    lost_zeros: int  # numbers that seem to have lost zeros in front
    twice: int  # numbers that stand in more than one row, in a column where each should stand once
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class MailProfile:
    """How the addresses of one column are built."""

    where: ColumnSpot
    addresses: int
    distinct: int
    domains: tuple[Counted, ...]  # most first
    styles: tuple[Counted, ...]  # text id mail.<style> -> addresses
    private: int  # at providers of private mailboxes
    several: int  # cells with more than one address
    unreadable: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """One cell that somebody should look at: text id `odd.<kind>` and its facts."""

    kind: str
    where: ColumnSpot
    row: int
    value: str
    facts: Mapping[str, object] = NOTHING

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.where.column)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why rows are taken for the same thing: same `field`, or a name that is `percent` alike."""

    kind: Literal["exact", "hint", "name", "near", "spaces"]
    field: str | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a group; `uses`: rows in other sheets that name it."""

    spots: tuple[Spot, ...]  # one for a row; all cells for a name that stands only in other sheets
    values: Mapping[str, str]  # field -> as shown
    filled: int
    uses: int


@dataclass(frozen=True, slots=True)
class AlikeGroup:
    """Rows of one entity that seem to be the same thing. `members[0]` is the one to keep.

    `is_listed`: they stand in a sheet of their own; else only their names stand in other sheets.
    """

    entity: str
    certainty: Certainty
    evidence: tuple[Evidence, ...]
    members: tuple[Member, ...]
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class TwinGroup:
    """Rows that are equal: in every column, or (`fields`) in those that make a record of the entity."""

    entity: str | None
    fields: tuple[str, ...]  # empty: every column
    spots: tuple[Spot, ...]  # first one first
    shown: str  # what stands in them, shortened


@dataclass(frozen=True, slots=True)
class Unused:
    """A row that no row of another sheet names."""

    entity: str
    spot: Spot
    values: Mapping[str, str]
    filled: int


@dataclass(frozen=True, slots=True)
class Orphan:
    """A value that names a row which no sheet has."""

    where: ColumnSpot
    target: str
    value: str
    count: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A question that was asked: of how much, and how much was found.

    `of` is None where it could not be asked: what it needs did not come along.
    """

    question: str  # text id question.<id>
    of: int | None
    found: int
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """All that `inspect` found out."""

    tool: str
    version: str
    catalog: str
    language: str
    company: str
    files: tuple[FileProfile, ...]
    columns: tuple[ColumnProfile, ...]
    series: tuple[NumberSeries, ...]
    mails: tuple[MailProfile, ...]
    oddities: tuple[Oddity, ...]
    twins: tuple[TwinGroup, ...]
    alike: tuple[AlikeGroup, ...]
    unused: tuple[Unused, ...]
    orphans: tuple[Orphan, ...]
    looked: tuple[Looked, ...] = ()


# The same in words, ready for a terminal or a workbook

Cell = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class PageColumn:
    """One column of a page. `is_answer`: blank, for a person to fill in; `choices`: what may be answered."""

    label: str
    kind: Literal["text", "count", "share", "number", "date"] = "text"
    is_answer: bool = False
    choices: tuple[str, ...] = ()
    in_terminal: bool = True
    place: Literal["", "file", "sheet", "cell"] = ""  # a part of the place that the row is about


@dataclass(frozen=True, slots=True)
class Page:
    """One question with its rows, in words."""

    question: str
    name: str  # wished sheet name
    title: str
    help: str
    columns: tuple[PageColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bands: tuple[int, ...] = ()  # rows that begin a group; empty: every row is one


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the overview: what was looked at, how much of it, what was found."""

    title: str
    of: str
    found: str
    count: int | None  # None: could not be asked
    page: int | None = None  # place among the pages


@dataclass(frozen=True, slots=True)
class Pages:
    """The whole profile in words."""

    title: str
    overview: str  # name of the first sheet
    lead: str
    intro: str
    files: tuple[tuple[str, ...], ...]  # file, sheet, read as, rows, columns
    file_heads: tuple[str, ...]
    asked: tuple[Asked, ...]
    asked_heads: tuple[str, ...]
    where: str  # header of a place as a whole
    pages: tuple[Page, ...]
    notices: tuple[str, ...] = field(default=())
