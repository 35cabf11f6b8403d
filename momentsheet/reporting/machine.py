"""The report and the catalog as JSON for other programs; `report.schema.json` beside this file is the contract."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from momentsheet.model.catalog import Catalog, Entity, Field, Rule
from momentsheet.model.finding import Evidence, Finding, Group, Input, Repair, Report, Totals
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import column_letter
from momentsheet.reporting.addresses import rule_link
from momentsheet.reporting.words import evidence, fix, group_message, message
from momentsheet.reporting.work import work_left

CELLS_LISTED = 20  # of a group

_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(report: Report, catalog: Catalog) -> str:
    """The report as JSON text: messages in the report's language, values as they stand in the cells."""
    parts = {
        "tool": dumped(report.tool),
        "version": dumped(report.version),
        "today": dumped(report.today.isoformat()),
        "language": dumped(report.language),
        "inputs": _lines(_input(item, catalog, report.language) for item in report.inputs),
        "summary": dumped(_summary(report, catalog)),
        "findings": _lines(_finding(item, catalog, report.language) for item in report.findings),
        "groups": _lines(_group(item, catalog, report.language) for item in report.groups),
        "repairs": _lines(_repair(item) for item in report.repairs),
        "totals": dumped({name: _totals(totals) for name, totals in report.totals.items()}),
    }
    if report.files is not None:
        parts["files"] = dumped(asdict(report.files))
    if catalog.company.docs:
        codes = sorted({finding.code for finding in report.findings})
        parts["links"] = dumped({code: rule_link(catalog, code, report.language) for code in codes})
    return "{\n" + ",\n".join(f'"{name}": {text}' for name, text in parts.items()) + "\n}\n"


def report_schema() -> dict[str, Any]:
    """The JSON Schema of `render_json`."""
    schema: dict[str, Any] = json.loads(files(__package__).joinpath("report.schema.json").read_text("utf-8"))
    return schema


def entities_json(catalog: Catalog) -> str:
    """Entities, fields and rules of a catalog as JSON text, in import order."""
    return _lines(_entity(entity) for entity in catalog.entities.values()) + "\n"


def dumped(shape: Any) -> str:
    """A shape of texts, whole numbers and nothing as JSON on one line, with no half characters in it."""
    return _SURROGATE.sub(
        "\N{REPLACEMENT CHARACTER}", json.dumps(shape, ensure_ascii=False, allow_nan=False, default=str)
    )


# Private functions


def _lines(shapes: Iterable[Any]) -> str:
    """A JSON array with one line for each shape: a million findings stay readable, and quick to write."""
    text = ",\n".join(dumped(shape) for shape in shapes)
    return f"[\n{text}\n]" if text else "[]"


def _input(item: Input, catalog: Catalog, language: str) -> dict[str, Any]:
    return {
        "path": item.path,
        "sha256": item.sha256,
        "kind": item.kind,
        "template": None if item.template is None else {str(key): str(text) for key, text in item.template.items()},
        "sheets": [
            {
                "name": sheet.name,
                "entity": sheet.entity,
                "header_row": sheet.header_row,
                "rows": sheet.rows,
                "columns": [
                    {
                        "column": column_letter(column.column),
                        "header": column.header,
                        "field": column.field,
                        "how": column.how,
                        "evidence": [_evidence(told, catalog, language) for told in column.evidence],
                    }
                    for column in sheet.columns
                ],
            }
            for sheet in item.sheets
        ],
    }


def _evidence(told: Evidence, catalog: Catalog, language: str) -> dict[str, Any]:
    return {"id": told.id, "text": evidence(told, catalog, language), **told.facts}


def _summary(report: Report, catalog: Catalog) -> dict[str, Any]:
    by_sheet: dict[str, dict[str, int]] = {}
    for finding in report.findings:
        if finding.sheet is not None:
            by_sheet.setdefault(finding.sheet, {"error": 0, "warning": 0, "info": 0})[finding.severity] += 1
    return {
        "error": report.count("error"),
        "warning": report.count("warning"),
        "info": report.count("info"),
        "by_code": dict(sorted(Counter(finding.code for finding in report.findings).items())),
        "by_sheet": by_sheet,
        "work": {
            **{worker: asdict(work) for worker, work in work_left(report, catalog).items()},
            "automatic": {"values": len(report.repairs)},
        },
        "progress": asdict(report.progress) if report.progress else None,
    }


def _finding(item: Finding, catalog: Catalog, language: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "severity": item.severity,
        "file": item.file,
        "sheet": item.sheet,
        "cell": item.cell,
        "row": item.row,
        "column": item.column_letter,
        "header": item.header,
        "entity": item.entity,
        "field": item.field,
        "key": item.key,
        "value": item.value,
        "message": message(item, catalog, language),
        "fix": fix(item, catalog, language),
        "suggestion": item.suggestion,
        "group": item.group,
        "blocked_by": item.blocked_by,
        "fingerprint": item.fingerprint,
        "status": item.status or None,
        "waiver": _waiver(item.waiver),
    }


def _waiver(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    until = waiver.until.isoformat() if waiver.until else None
    return {"who": waiver.who, "why": waiver.why, "until": until}


def _group(group: Group, catalog: Catalog, language: str) -> dict[str, Any]:
    return {
        "id": group.id,
        "code": group.code,
        "sheet": group.sheet,
        "field": group.field,
        "value": group.value,
        "count": group.count,
        "cells": [cell for finding in group.findings[:CELLS_LISTED] if (cell := finding.cell) is not None],
        "message": group_message(group, catalog, language),
        "blocked_by": group.blocked_by,
        "blocked": {name: {"rows": found.rows, "sums": dict(found.sums)} for name, found in group.blocked.items()},
    }


def _repair(item: Repair) -> dict[str, Any]:
    return {
        "sheet": item.sheet,
        "cell": item.cell,
        "field": item.field,
        "from": item.before,
        "to": item.after,
        "why": item.why,
    }


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "rows_read": totals.rows_read,
        "rows_clean": totals.rows_clean,
        "rows_left_out": totals.rows_left_out,
        "rows_skipped": totals.rows_skipped,
        **totals.sums,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "entity": entity.name,
        "order": entity.order,
        "sheet": dict(entity.title),
        "key": list(entity.key),
        "fields": [_field(field) for field in entity.fields],
        "rules": [_rule(rule) for rule in entity.rules],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "label": dict(field.label),
        "unit": field.unit,
        "list": field.list,
        "to": f"{field.to.entity}.{field.to.field}" if field.to else None,
        "aliases": list(field.aliases),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "severity": rule.severity, "message": dict(rule.message)}
