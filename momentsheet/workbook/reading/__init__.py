"""Any bytes -> a `Workbook` of raw columns, or `UnusableFile`; nothing is guessed, nothing is dropped."""

from momentsheet.workbook.reading.read import read_workbook

__all__ = ["read_workbook"]
