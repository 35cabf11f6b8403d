"""What can go wrong outside the customer's data: the exception tree.

MomentsheetError
├── UsageError       wrong use of the command line or of a public function      exit 2
├── CatalogError     rule files or company file are wrong; lists every problem  exit 2
├── UnusableFile     a file that cannot be read as a workbook of ours           exit 3
└── OutputError      the results cannot be written                              exit 5

Wrong data is never an exception: it is a `Finding` (see `model/finding.py`).
No message carries a cell's value or a library's wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class MomentsheetError(Exception):
    """Base of everything this program raises on purpose."""

    exit_code = 70


class UsageError(MomentsheetError):
    """The call is wrong; the message says what to write instead."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a rule file or company file."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class CatalogError(MomentsheetError):
    """Rule files or company file are wrong; `problems` lists all of them, sorted."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.text)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnusableFile(MomentsheetError):
    """A file that cannot be used; `reason` names a text `refusal.<reason>` in `rules/texts/refusals.yaml`.

    The sentence for people is made in `reporting/` from `reason` and `facts`, in their language.
    Facts may hold names of files, sheets, parts and limits, never a cell's value.
    """

    exit_code = 3

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.facts: Mapping[str, object] = facts
        super().__init__(reason)


class OutputError(MomentsheetError):
    """The results cannot be written; the message says where and why."""

    exit_code = 5
