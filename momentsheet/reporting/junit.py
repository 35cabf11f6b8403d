"""The report as JUnit XML: a suite per sheet, a case per rule, for build servers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from momentsheet.model.catalog import Catalog
from momentsheet.model.finding import Finding, Report
from momentsheet.reporting.outline import sheet_counts
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import fix, general, message

_LINES_SHOWN = 50


def render_junit(report: Report, catalog: Catalog) -> str:
    """The report as JUnit XML.

    Every rule of a sheet's entity is a case; errors are failures, warnings and information stand in the
    output of a case that passed. What concerns a whole file stands in a suite of the file.
    """
    found: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for finding in report.findings:
        found.setdefault((finding.file, finding.sheet or ""), {}).setdefault(finding.code, []).append(finding)
    root = ET.Element("testsuites", {"name": report.tool})
    for item in sheet_counts(report):
        entity = catalog.entities.get(item.entity or "")
        codes = [rule.code for rule in entity.rules if not rule.on_demand] if entity else []
        mine = found.get((item.file, item.sheet), {})
        cases = {code: mine.get(code, []) for code in [*codes, *(code for code in mine if code not in codes)]}
        failures = sum(any(finding.severity == "error" for finding in case) for case in cases.values())
        name = f"{plain(item.file)} › {plain(item.sheet)}" if item.sheet else plain(item.file)
        suite = ET.SubElement(
            root,
            "testsuite",
            {"name": name, "tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"},
        )
        for code, findings in cases.items():
            _case(suite, name, code, findings, catalog=catalog, language=report.language)
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


# Private functions


def _case(
    parent: ET.Element, suite: str, code: str, findings: Sequence[Finding], *, catalog: Catalog, language: str
) -> None:
    case = ET.SubElement(parent, "testcase", {"classname": suite, "name": f"{code} {_told(code, catalog, language)}"})
    errors = [finding for finding in findings if finding.severity == "error"]
    others = [finding for finding in findings if finding.severity != "error"]
    if errors:
        failure = ET.SubElement(case, "failure", {"type": code, "message": message(errors[0], catalog, language)})
        failure.text = _lines(errors, catalog, language)
    if others:
        ET.SubElement(case, "system-out").text = _lines(others, catalog, language)


def _told(code: str, catalog: Catalog, language: str) -> str:
    """The rule in words, the same in every run, so that build servers can follow a case."""
    return general(catalog.rules[code], catalog.rules[code].message, catalog, language)


def _lines(findings: Sequence[Finding], catalog: Catalog, language: str) -> str:
    lines = [
        " ".join(
            part
            for part in (finding.cell or "", message(finding, catalog, language), fix(finding, catalog, language))
            if part
        )
        for finding in findings[:_LINES_SHOWN]
    ]
    if len(findings) > _LINES_SHOWN:
        lines.append(f"… +{len(findings) - _LINES_SHOWN}")
    return "\n".join(lines)
