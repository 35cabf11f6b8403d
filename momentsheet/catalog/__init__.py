"""YAML to catalog: every problem in the rule files at once, a company's choices, and what a topic means."""

from momentsheet.catalog.company import apply_company
from momentsheet.catalog.find import find, find_system
from momentsheet.catalog.load import load_catalog, load_company

__all__ = ["apply_company", "find", "find_system", "load_catalog", "load_company"]
