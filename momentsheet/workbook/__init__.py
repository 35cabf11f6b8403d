"""The only room that knows workbook files: gate, reading, template, findings in a workbook, work lists, profiles."""

from momentsheet.workbook.annotation.annotate import annotate, copy_annotated
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.profile_book import make_profile_book
from momentsheet.workbook.reading import read_workbook
from momentsheet.workbook.template import CellValue, make_template
from momentsheet.workbook.work_lists import make_work_lists

__all__ = [
    "CellValue",
    "Limits",
    "annotate",
    "copy_annotated",
    "make_profile_book",
    "make_template",
    "make_work_lists",
    "read_workbook",
]
