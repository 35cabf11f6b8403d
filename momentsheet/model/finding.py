"""What is told about a delivery: findings, groups, repairs, totals, the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from momentsheet.model.catalog import NOTHING, Severity
from momentsheet.model.files import FileFigures
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import Notice, cell_name, column_letter


class Money(Decimal):
    """An amount among the facts of a finding: people read it with two decimals."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about one place. Words are made in `reporting/` from the rule and `facts`.

    `row` is Excel's (1-based), `column` 0-based; both None where the finding speaks of a sheet or of a file.
    `rows` are the typed rows (entity, row id) that cannot be imported because of it.
    """

    code: str
    severity: Severity
    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    header: str | None = None  # as it stands in the customer's file
    entity: str | None = None
    field: str | None = None
    key: str | None = None  # business key of the row, as people know it
    value: str | None = None  # raw value, as people see it
    facts: Mapping[str, object] = NOTHING
    suggestion: str | None = None
    fingerprint: str = ""
    group: str = ""
    blocked_by: str | None = None  # fingerprint of the cause
    rows: tuple[tuple[str, int], ...] = ()
    waiver: Waiver | None = None  # somebody has accepted it; it is told as an info and blocks nothing
    status: str = ""  # new | open | waived, where an earlier round is known

    @property
    def cell(self) -> str | None:
        """Excel's name of the cell, None where the finding is not about one cell."""
        return None if self.row is None or self.column is None else cell_name(self.row, self.column)

    @property
    def place(self) -> str:
        """Rule and place: known again in the next round where the rows have not moved, though its row was renamed."""
        return f"{self.code} {self.sheet}!{self.cell or self.row}" if self.row is not None else ""

    @property
    def column_letter(self) -> str | None:
        return None if self.column is None else column_letter(self.column)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Rows of one entity that cannot be imported because of one cause, and the exact sums of its totals over them."""

    rows: int
    sums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Equal findings told once: same rule, sheet, field and (where it is the cause) value."""

    id: str
    code: str
    severity: Severity
    file: str
    sheet: str | None
    field: str | None
    value: str | None
    count: int
    findings: tuple[Finding, ...]  # all, in sheet order
    blocked_by: str | None = None  # id of the group that is the cause
    # entity -> rows that wait for it: its own, those of its effects, and all that name one of them; import order
    blocked: Mapping[str, Blocked] = NOTHING


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that was understood although it was written differently; nothing is repaired silently."""

    file: str
    sheet: str
    row: int
    column: int
    entity: str
    field: str
    before: str
    after: str
    why: str  # text id `repair.<why>`

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a column as a whole decided about its values, and on what count: a text id `evidence.<id>` and its facts."""

    id: str
    facts: Mapping[str, object] = NOTHING


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """How one column of the customer's sheet was understood."""

    column: int
    header: str
    field: str | None
    how: str  # meta | label | alias | close | extra | computed | duplicate | ignored
    filled: int | None = None  # data cells with content; None where nobody has counted
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRead:
    name: str
    entity: str | None
    header_row: int | None
    rows: int
    columns: tuple[ColumnRead, ...] = ()
    blank_rows: int = 0
    total_rows: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """One file of the delivery."""

    path: str
    name: str
    sha256: str
    kind: str
    template: Mapping[str, str] | None
    sheets: tuple[SheetRead, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows and sums of one entity. rows_read = rows_clean + rows_left_out; skipped rows are blank and total rows.

    `sums`, `clean_sums`: field -> exact sum as decimal text (hours also as `<field>_minutes`).
    """

    rows_read: int
    rows_clean: int
    rows_left_out: int
    rows_skipped: int
    sums: Mapping[str, str] = field(default_factory=dict)
    clean_sums: Mapping[str, str] = field(default_factory=dict)
    left_out_sums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many findings are new since the round before, still open, fixed, and accepted by somebody."""

    new: int
    open: int
    fixed: int
    waived: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run has to tell."""

    tool: str
    version: str  # of the tool
    catalog: str  # version of the catalog
    today: dt.date
    language: str
    company: str
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    groups: tuple[Group, ...]  # causes before symptoms, errors before warnings
    repairs: tuple[Repair, ...]
    totals: Mapping[str, Totals]  # entity -> totals, import order
    progress: Progress | None = None  # None: no earlier round is known
    files: FileFigures | None = None  # what became of files beside the workbooks, where the report is about them

    def count(self, severity: Severity) -> int:
        """Number of findings of that severity."""
        return sum(1 for finding in self.findings if finding.severity == severity)

    def reaches(self, fail_on: str) -> bool:
        """True if a finding is at or above `fail_on` (error, warning or never)."""
        return fail_on != "never" and (self.count("error") > 0 or (fail_on == "warning" and self.count("warning") > 0))
