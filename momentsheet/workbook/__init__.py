"""The only room that knows workbook files: gate, reading, template, findings in a workbook, work lists, profiles."""

from momentsheet.workbook.annotation.annotate import annotate, annotated_pieces, copied_pieces, copy_annotated
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.number_map_book import make_number_map
from momentsheet.workbook.profile_book import make_profile_book
from momentsheet.workbook.reading import read_workbook
from momentsheet.workbook.rewriting import rewrite
from momentsheet.workbook.template import CellValue, make_template
from momentsheet.workbook.work_lists import make_work_lists

__all__ = [
    "CellValue",
    "Limits",
    "annotate",
    "annotated_pieces",
    "copied_pieces",
    "copy_annotated",
    "make_number_map",
    "make_profile_book",
    "make_template",
    "make_work_lists",
    "read_workbook",
    "rewrite",
]
