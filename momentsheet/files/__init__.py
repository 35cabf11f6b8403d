"""Files that come beside the workbooks: whose each is, whether it is sound, and what is delivered of it."""

from momentsheet.files.judge import Delivery, Judgement, judge, with_waivers, workbook_findings
from momentsheet.files.listing import Written, files_csv, files_json, inputs_hash
from momentsheet.files.look import Job, Look, look, prepare, sniff
from momentsheet.files.match import Match, match
from momentsheet.files.pdf import cut, thumbnail_sheet
from momentsheet.files.rows import Cell, Owners, owners_of
from momentsheet.files.tasks import (
    called,
    decisions_to_take,
    fresh_copy,
    is_changed,
    job,
    neighbours,
    undecided_name,
    written,
)

__all__ = [
    "Cell", "Delivery", "Job", "Judgement", "Look", "Match", "Owners", "Written", "called", "cut", "decisions_to_take",
    "files_csv", "files_json", "fresh_copy", "inputs_hash", "is_changed", "job", "judge", "look", "match", "neighbours",
    "owners_of", "prepare", "sniff", "thumbnail_sheet", "undecided_name", "with_waivers", "workbook_findings",
    "written",
]  # fmt: skip
