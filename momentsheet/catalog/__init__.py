"""YAML to catalog: every problem in the rule files at once, a company's choices, and what a topic means."""

from momentsheet.catalog.accounting import misfits, series_of
from momentsheet.catalog.company import apply_company
from momentsheet.catalog.decisions import dump_decisions, load_decisions
from momentsheet.catalog.find import find, find_system
from momentsheet.catalog.load import load_catalog, load_company
from momentsheet.catalog.numbering import dump_plan, numbered_fields, read_plan
from momentsheet.catalog.rounds import dump_answers, dump_waivers, load_answers, load_waivers, refuse_waiver

__all__ = [
    "apply_company",
    "dump_answers",
    "dump_decisions",
    "dump_plan",
    "dump_waivers",
    "find",
    "find_system",
    "load_answers",
    "load_catalog",
    "load_company",
    "load_decisions",
    "load_waivers",
    "misfits",
    "numbered_fields",
    "read_plan",
    "refuse_waiver",
    "series_of",
]
