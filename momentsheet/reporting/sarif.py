"""The report as SARIF 2.1.0, for tools that collect findings of many checkers."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from momentsheet.model.catalog import Catalog, Severity
from momentsheet.model.finding import Finding, Report
from momentsheet.reporting.addresses import is_absolute, rule_link
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import fix, general, message, suggestion

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render_sarif(report: Report, catalog: Catalog) -> str:
    """The report as SARIF text; a cell is a region of the workbook and a logical location `Sheet!E7`."""
    codes = sorted({finding.code for finding in report.findings})
    uris = {item.name: _uri(item.path) for item in report.inputs}
    order = {item.name: position for position, item in enumerate(report.inputs)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": report.tool,
                "version": report.version,
                "rules": [_rule(code, catalog, report.language) for code in codes],
                "properties": {"catalog": report.catalog},
            }
        },
        "language": report.language,
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {
                "location": {"uri": uris[item.name], "index": order[item.name]},
                "roles": ["analysisTarget"],
                "hashes": {"sha-256": item.sha256},
            }
            for item in report.inputs
        ],
        "invocations": [{"executionSuccessful": True}],
        "results": [
            _result(finding, codes.index(finding.code), catalog, report.language, uris=uris, order=order)
            for finding in report.findings
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log) + "\n"


# Private functions


def _rule(code: str, catalog: Catalog, language: str) -> dict[str, Any]:
    rule = catalog.rules[code]
    link = rule_link(catalog, code, language)
    return {
        "id": code,
        "shortDescription": {"text": _text(general(rule, rule.message, catalog, language))},
        "fullDescription": {"text": _text(general(rule, rule.why, catalog, language))},
        # The standard takes only whole addresses: a path has nothing that it could start from.
        **({"helpUri": link} if is_absolute(link) else {}),
        "help": {"text": _text(general(rule, rule.fix, catalog, language))},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"reach": rule.reach},
    }


def _result(
    finding: Finding, rule_index: int, catalog: Catalog, language: str, *, uris: dict[str, str], order: dict[str, int]
) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uris.get(finding.file, _uri(finding.file))}}
    if finding.file in order:
        place["artifactLocation"]["index"] = order[finding.file]
    if finding.row is not None:
        place["region"] = {"startLine": finding.row}
        if finding.column is not None:
            place["region"] |= {"startColumn": finding.column + 1, "endColumn": finding.column + 2}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.sheet is not None:
        sheet, cell = plain(finding.sheet), finding.cell or ""
        name = f"{sheet}!{cell}" if cell else sheet
        location["logicalLocations"] = [
            {"fullyQualifiedName": name, "name": cell or sheet, "kind": "cell" if cell else "sheet"}
        ]
    properties = {
        "header": plain(finding.header or ""),
        "key": plain(finding.key or ""),
        "suggestion": suggestion(finding),
        "blockedBy": finding.blocked_by or "",
    }
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(f"{message(finding, catalog, language)} {fix(finding, catalog, language)}")},
        "locations": [location],
        "properties": {name: text for name, text in properties.items() if text},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"momentsheet/v1": finding.fingerprint}
    return result


def _text(text: str) -> str:
    """Text of a message; brackets escaped, because SARIF reads `[words](address)` as a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _uri(path: str) -> str:
    """A path as a URI reference: relative stays relative."""
    if PureWindowsPath(path).drive:
        return quote(PureWindowsPath(path).as_uri(), safe=":/%") if PureWindowsPath(path).is_absolute() else quote(path)
    if PurePosixPath(path).is_absolute():
        return "file://" + quote(path, errors="replace")
    return quote(path.replace("\\", "/"), errors="replace")
