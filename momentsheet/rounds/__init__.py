"""From one round to the next: what an earlier report found, what is asked in the Fix list and what was answered."""

from momentsheet.rounds.fix_list import answers_of_workbook, fix_lines
from momentsheet.rounds.previous import compared, previous_of_report, previous_of_workbook

__all__ = ["answers_of_workbook", "compared", "fix_lines", "previous_of_report", "previous_of_workbook"]
