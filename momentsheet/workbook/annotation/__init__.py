"""Findings brought back into a workbook: patched in place, or as a fresh copy where that cannot be."""
