"""From a checked delivery to the output folder of `convert`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import resources
from momentsheet.output import Folder
from momentsheet.pipeline.delivery import (
    NOTHING_BEFORE,
    Before,
    Delivery,
    Progress,
    annotated_copy,
    check_delivery,
    checked_stem,
    no_progress,
    refuse_touched,
    render_letter,
    render_report,
    write_answers,
)

if TYPE_CHECKING:
    from momentsheet.model.bundle import Bundle
    from momentsheet.model.catalog import Catalog
    from momentsheet.workbook import CellValue


@dataclass(frozen=True, slots=True)
class Conversion:
    """What `convert` did."""

    delivery: Delivery
    bundle: Bundle | None  # None: something blocks, no import files
    rows_left_out: int
    written: tuple[str, ...]  # below the output folder


def convert_delivery(
    paths: Sequence[Path],
    output: Path,
    catalog: Catalog,
    formats: Sequence[str],
    *,
    on_error: str = "block",
    fail_on: str = "error",
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = NOTHING_BEFORE,
) -> Conversion:
    """Check the delivery and write the output folder, all or nothing."""
    from momentsheet.converting import find_format

    formats = tuple(formats) or tuple(catalog.formats)
    for name in formats:
        find_format(name, catalog)  # a typo is told before any workbook is read
    with Folder(output, paths) as folder:
        delivery = check_delivery(paths, catalog, today, language, progress, before)
        conversion = write_conversion(folder, delivery, formats, on_error, fail_on, progress)
        refuse_touched(delivery.files)
        written = folder.commit()
        if before.mappings is not None and delivery.answers:
            write_answers(delivery, before.mappings)
    progress("done", 1.0)
    return dataclasses.replace(conversion, written=written)


def written_lines(conversion: Conversion, output: Path) -> tuple[str, ...]:
    """Where everything lies that `convert` wrote."""
    from momentsheet import reporting

    delivery = conversion.delivery
    return reporting.written(
        delivery.catalog,
        delivery.language,
        str(output),
        conversion.written,
        conversion.bundle,
        conversion.rows_left_out,
    )


def write_conversion(
    folder: Folder, delivery: Delivery, formats: Sequence[str], on_error: str, fail_on: str, progress: Progress
) -> Conversion:
    """Write all that a checked delivery gives, import files only if nothing blocks."""
    from momentsheet.converting import convert

    progress("convert", 0.75)
    checked = delivery.checked
    blocked = delivery.report.reaches("error") or (fail_on == "warning" and delivery.report.reaches("warning"))
    if on_error == "skip-row" and not checked.blocks_everything:
        blocked = False
    bundle = None if blocked else convert(checked.clean, delivery.catalog, formats, checked.facts)
    left_out: tuple[str, ...] = ()
    if bundle is not None:
        _write_import(folder, delivery, bundle)
        if checked.left_out:
            left_out = _write_left_out(folder, delivery)
    progress("annotate", 0.85)
    marked: list[str] = []
    for _, data, workbook in delivery.files:
        if any(finding.file == workbook.name for finding in delivery.report.findings):
            name = folder.free_name(checked_stem(workbook.name), ".checked.xlsx")
            folder.write(name, annotated_copy(delivery, data, workbook))
            marked.append(name)
    moved = _write_moved(folder, delivery)
    folder.write("letter.txt", render_letter(delivery, marked, left_out, moved).encode())
    folder.write("report.json", render_report(delivery, ".json").encode())
    folder.write("report.html", render_report(delivery, ".html").encode())
    return Conversion(delivery, bundle, len(checked.left_out) if bundle is not None else 0, ())


# Private functions


def _write_import(folder: Folder, delivery: Delivery, bundle: Bundle) -> None:
    from jinja2 import FileSystemLoader

    from momentsheet.converting import breakdowns, make_manifest, samples_of
    from momentsheet.reporting import render_checklist, render_receipt
    from momentsheet.workbook import make_work_lists

    for item in bundle.files:
        folder.write(item.path, item.data)
    catalog, report = delivery.catalog, delivery.report
    folder.write("manifest.json", make_manifest(report, bundle, catalog))
    loader = FileSystemLoader(resources.templates_folder())
    shares = breakdowns(delivery.checked.clean, catalog, bundle.derived)
    if bundle.work_lists:
        folder.write("work-list.xlsx", make_work_lists(bundle.work_lists, catalog, delivery.language))
        page = render_checklist(bundle.work_lists, report, catalog, delivery.language, loader)
        folder.write("work-list.html", page.encode())
    readable = delivery.checked.controls
    samples = samples_of(delivery.checked.clean, catalog, bundle.derived)
    receipt = render_receipt(report, bundle, shares, catalog, delivery.language, loader, readable, samples)
    folder.write("receipt.html", receipt.encode())


def _write_left_out(folder: Folder, delivery: Delivery) -> tuple[str, ...]:
    """The rows that were left out, as they stood, in a workbook that can be corrected and sent on its own; its name."""
    import polars as pl

    from momentsheet.workbook import make_template as make

    known = {
        name: list(delivery.checked.clean[name].values.select(entity.key).cast(pl.String).iter_rows())
        for name, entity in delivery.catalog.entities.items()
        if entity.key and name in delivery.checked.clean
    }
    written: list[str] = []
    for _, _, workbook in delivery.files:
        columns = _left_out_columns(delivery, workbook.name)
        if columns:
            name = folder.free_name(checked_stem(workbook.name), ".left-out.xlsx")
            sheets = _with_what_they_name(columns, delivery.catalog)
            folder.write(name, make(delivery.catalog, sheets, delivery.language, columns=columns, known=known))
            written.append(name)
    return tuple(written)


def _write_moved(folder: Folder, delivery: Delivery) -> tuple[str, ...]:
    """Today's template with all that the workbooks of older templates hold, so that people go on in it; their names."""
    from momentsheet.checking import move
    from momentsheet.workbook import make_template as make

    written: list[str] = []
    for _, _, workbook in delivery.files:
        moved = move(delivery.checked, workbook, delivery.catalog, delivery.language)
        if moved is not None:
            name = folder.free_name(checked_stem(workbook.name), ".today.xlsx")
            folder.write(name, make(delivery.catalog, moved.entities, delivery.language, moved=moved))
            written.append(name)
    return tuple(written)


def _with_what_they_name(entities: Iterable[str], catalog: Catalog) -> list[str]:
    """These entities and those that they refer to, in import order: what a corrected row names may have to be added."""
    found = set(entities)
    while True:
        named = {place.entity for name in found for _, place in catalog.entities[name].references}
        if named <= found:
            return [name for name in catalog.entities if name in found]
        found |= named


def _left_out_columns(delivery: Delivery, file: str) -> Mapping[str, Mapping[str, Sequence[CellValue]]]:
    from momentsheet.checking import cell_value

    columns: dict[str, dict[str, list[CellValue]]] = {}
    rows = [
        (left.entity, left.row)
        for left in delivery.checked.left_out
        if delivery.checked.parsed[left.entity].locate(left.row)[0].file == file
    ]
    if rows:
        # The form holds what is true of the whole delivery, date order and accounting system among it: it goes along.
        forms = [(name, 0) for name, parsed in delivery.checked.parsed.items() if parsed.entity.layout == "form"]
        rows += [form for form in forms if form not in rows and delivery.checked.parsed[form[0]].height]
    for name, row in rows:
        parsed = delivery.checked.parsed[name]
        entity = columns.setdefault(name, {field.name: [] for field in parsed.entity.fields})
        for field, values in entity.items():
            values.append(cell_value(parsed.raw(field, row)))
    return columns
