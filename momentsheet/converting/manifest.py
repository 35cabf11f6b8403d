"""The manifest: what went in, what came out, and the proof that nothing was lost between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from momentsheet.model.bundle import Bundle, ImportFile
from momentsheet.model.catalog import Catalog
from momentsheet.model.controls import ControlTotal
from momentsheet.model.finding import Report, Totals


def make_manifest(report: Report, bundle: Bundle, catalog: Catalog) -> bytes:
    """The manifest as JSON: keys sorted, two spaces, UTF-8, the same bytes for the same run.

    Raises AssertionError if rows or sums read are not those converted plus those left out: then the program is
    wrong, and nothing it made may be used.
    """
    _reconcile(report.totals, bundle)
    content = {
        "tool": report.tool,
        "version": report.version,
        "catalog": catalog.version,
        "company": report.company,
        "accounting_system": catalog.company.accounting_system,
        "today": report.today.isoformat(),
        "inputs": [{"name": item.name, "sha256": item.sha256, "kind": item.kind} for item in report.inputs],
        "files": [_file(file) for file in bundle.files],
        "entities": {
            name: _entity(totals, is_imported=name not in catalog.entities or catalog.entities[name].imported)
            for name, totals in report.totals.items()
        },
        "by_hand": [
            {"entity": work.entity, "field": work.field, "values": work.values, "formats": list(work.formats)}
            for work in bundle.by_hand
        ],
        "control_totals": [_control_total(one) for totals in bundle.controls.values() for one in totals],
        "work_lists": [{"list": item.work_list.name, "rows": item.rows.height} for item in bundle.work_lists],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


# Private functions


def _file(file: ImportFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "format": file.format,
        "entity": file.entity,
        "rows": file.rows,
        "bytes": len(file.data),
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "totals": dict(file.sums),
        "inferred_names": list(file.inferred),
    }


def _control_total(total: ControlTotal) -> dict[str, Any]:
    """A figure of the old system beside what was converted; numbers as decimal text, like all sums of the manifest."""
    return {
        "figure": total.figure,
        "by": dict(total.by),
        "old_system": None if total.stated is None else f"{total.stated.normalize():f}",
        "converted": None if total.found is None else f"{total.found.normalize():f}",
        "difference": None if total.difference is None else f"{total.difference.normalize():f}",
        "tolerance": f"{total.tolerance.normalize():f}",
        "rows": total.records,
        "agrees": total.agrees,
    }


def _entity(totals: Totals, *, is_imported: bool) -> dict[str, Any]:
    return {
        "imported": is_imported,
        "rows_read": totals.rows_read,
        "rows_converted": totals.rows_clean,
        "rows_left_out": totals.rows_left_out,
        "rows_skipped": totals.rows_skipped,
        "totals_read": dict(totals.sums),
        "totals_converted": dict(totals.clean_sums),
        "totals_left_out": dict(totals.left_out_sums),
    }


def _reconcile(totals: Mapping[str, Totals], bundle: Bundle) -> None:
    for name, figures in totals.items():
        if figures.rows_read != figures.rows_clean + figures.rows_left_out:
            raise AssertionError(f"rows of {name}: read is not converted + left out")
        for field in {*figures.sums, *figures.clean_sums, *figures.left_out_sums}:
            if _sum(figures.sums, field) != _sum(figures.clean_sums, field) + _sum(figures.left_out_sums, field):
                raise AssertionError(f"sum of {name}.{field}: read is not converted + left out")
    for file in bundle.files:
        if file.entity not in totals:  # derived: it has no rows in the workbook
            continue
        figures = totals[file.entity]
        if file.rows != figures.rows_clean:
            raise AssertionError(f"rows of {file.path}: not the clean rows of {file.entity}")
        for field in {*file.sums, *figures.clean_sums}:
            if _sum(file.sums, field) != _sum(figures.clean_sums, field):
                raise AssertionError(f"sum of {file.entity}.{field} in {file.path}: not that of the clean rows")


def _sum(figures: Mapping[str, str], field: str) -> Decimal:
    return Decimal(figures.get(field, "0"))
