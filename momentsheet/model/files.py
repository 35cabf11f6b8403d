"""What flows between the rooms about files that come beside the workbooks: the files, decisions about them, figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# Why a file is not even looked into: it leads elsewhere, its name does, or it cannot be unpacked within limits
Trouble = Literal["", "link", "name", "encrypted", "broken", "too_large"]


@dataclass(frozen=True, slots=True)
class Given:
    """A folder, an archive or a single file, as the call names it."""

    path: str
    name: str  # how reports call it
    kind: Literal["folder", "zip", "file"]


@dataclass(frozen=True, slots=True)
class Item:
    """One file among those that came, wherever it lies; `path` is below the folder or inside the archive."""

    given: Given
    path: str  # with forward slashes
    size: int
    member: int | None = None  # place in the archive's directory
    trouble: Trouble = ""

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Scan:
    """All files that came, in a fixed order, and those that programs and systems leave behind, which nobody means."""

    given: tuple[Given, ...]
    items: tuple[Item, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided of a file: whose it is, or whose its pages are (1-based); "-" is nobody's, "" open."""

    file: str
    sha256: str = ""
    kind: str = ""
    belongs_to: str | None = None  # None: it is about pages
    pages: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How many files of a kind there are; `rows` should have one, `waiting` ones are not delivered yet."""

    kind: str
    rows: int
    delivered: int
    missing: int
    waiting: int


@dataclass(frozen=True, slots=True)
class FileFigures:
    """What became of all files: `came` = `used` + `waiting` + `others`, asserted where they are counted.

    used: delivered, or split so that all their pages are; waiting: of a row, but something is wrong with them;
    others: copies, and files of no row.
    """

    kinds: tuple[KindFigures, ...]
    came: int
    used: int
    waiting: int
    others: int
    ignored: int
    written: int  # files in the output folder that are for the import


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a cell of the checked tables stands in the customer's workbook."""

    file: str
    sheet: str
    row: int  # as in Excel
    column: int | None
    header: str | None
    value: str
