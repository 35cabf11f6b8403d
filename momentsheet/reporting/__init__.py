"""Findings in words: for the terminal, for browsers, for other programs, and back into the customer's workbook."""

from momentsheet.reporting.addresses import site_languages
from momentsheet.reporting.checklist import render_checklist
from momentsheet.reporting.explain import entities_overview, explain
from momentsheet.reporting.fix_listing import fix_listing
from momentsheet.reporting.html import render_html
from momentsheet.reporting.junit import render_junit
from momentsheet.reporting.letter import render_letter
from momentsheet.reporting.machine import entities_json, render_json, report_schema
from momentsheet.reporting.marks import findings_listing, marks_of
from momentsheet.reporting.outline import page_caption
from momentsheet.reporting.profile_json import profile_schema, render_profile_json
from momentsheet.reporting.profile_text import render_profile_text
from momentsheet.reporting.profile_words import pages_of
from momentsheet.reporting.receipt import render_receipt
from momentsheet.reporting.renumbering import (
    number_map,
    number_map_csv,
    obstacle_lines,
    renumbered_lines,
    renumbering_json,
)
from momentsheet.reporting.sarif import render_sarif
from momentsheet.reporting.site import render_site
from momentsheet.reporting.starter import render_starter
from momentsheet.reporting.summary import summary_listing
from momentsheet.reporting.text import render_text
from momentsheet.reporting.words import fix, group_message, message, notice, refusal, repair_reason, verdict, why
from momentsheet.reporting.written import written

__all__ = [
    "entities_json",
    "entities_overview",
    "explain",
    "findings_listing",
    "fix",
    "fix_listing",
    "group_message",
    "marks_of",
    "message",
    "notice",
    "number_map",
    "number_map_csv",
    "obstacle_lines",
    "page_caption",
    "pages_of",
    "profile_schema",
    "refusal",
    "render_checklist",
    "render_html",
    "render_json",
    "render_junit",
    "render_letter",
    "render_profile_json",
    "render_profile_text",
    "render_receipt",
    "render_sarif",
    "render_site",
    "render_starter",
    "render_text",
    "renumbered_lines",
    "renumbering_json",
    "repair_reason",
    "report_schema",
    "site_languages",
    "summary_listing",
    "verdict",
    "why",
    "written",
]
