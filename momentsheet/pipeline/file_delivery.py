"""From folders of files to the files of the rows, under their names."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet.errors import OutputError, UnusableFile, UsageError
from momentsheet.output import Folder
from momentsheet.pipeline.delivery import (
    NOTHING_BEFORE,
    Before,
    Delivery,
    Progress,
    check_delivery,
    contents_of,
    load,
    no_progress,
    plan_in,
    refuse_missing,
    render_report,
    waivers_in,
)

if TYPE_CHECKING:
    from momentsheet import files
    from momentsheet.model.catalog import Catalog
    from momentsheet.model.files import Decision, Item, Scan, Spot
    from momentsheet.model.finding import Report
    from momentsheet.model.numbering import Plan
    from momentsheet.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class LookedAt:
    """All files that came, what is in each, and what becomes of it."""

    scan: Scan
    rows: tuple[files.Owners, ...]  # that files may belong to, by kind
    decided: Mapping[int, Decision]  # by a person; the place of the file among those that came
    looks: tuple[files.Look | str, ...]
    judgement: files.Judgement


@dataclass(frozen=True, slots=True)
class FileDelivery:
    """What `files` did: the workbooks, with a report about the files, and what was written."""

    delivery: Delivery
    written: tuple[str, ...]  # below the output folder


def deliver_files(
    paths: Sequence[Path],
    workbooks: Sequence[Path],
    output: Path,
    catalog: Catalog,
    *,
    plan: Path | None = None,
    decisions: Path | None = None,
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = NOTHING_BEFORE,
) -> FileDelivery:
    """Match files to the rows of the workbooks, check them and write them under their names, all or nothing."""
    refuse_missing(FILE_PACKAGES, "files")
    from momentsheet import disk, files

    _refuse_within(output, paths)
    _refuse_answered(output / DECISIONS, decisions)
    scan = disk.scan(paths, workbooks)  # what is wrong with the call is told before any workbook is read
    with Folder(output, [*workbooks, *paths], listing=FILES_LISTING) as folder:
        delivery = check_delivery(
            workbooks, catalog, today, language, lambda stage, share: progress(stage, 0.2 * share), before
        )
        looked = look_at_files(delivery, scan, plan, decisions, progress)
        written = _write_files(folder, looked, progress)
        accepted = waivers_in(before.waivers, delivery.catalog)
        delivery = dataclasses.replace(delivery, report=_file_report(delivery, looked, accepted))
        _write_questions(folder, delivery, looked)
        folder.write("files.csv", files.files_csv(written, looked.scan.items, looked.looks))
        folder.write("report.json", render_report(delivery, ".json").encode())
        folder.write("report.html", render_report(delivery, ".html").encode())
        names = folder.commit(files.files_json(looked.scan, looked.judgement, written, looked.looks, delivery.catalog))
    progress("done", 1.0)
    return FileDelivery(delivery, names)


def look_at_files(
    delivery: Delivery,
    scan: Scan,
    plan: Path | None = None,
    decisions: Path | None = None,
    progress: Progress = no_progress,
) -> LookedAt:
    """Look into each of the files that were found and decide what becomes of it. Nothing is written."""
    from momentsheet import disk, files

    catalog = delivery.catalog
    progress("look", 0.2)
    numbers = None if plan is None else plan_in(plan, catalog)
    rows = _owners(delivery, numbers)
    renamed = _renamed(numbers)
    decided = _decided(decisions, scan, rows, catalog)
    types = tuple(_type_of(item) for item in scan.items)
    matches = tuple(
        files.match(item, type_name, rows, renamed, decided.get(place))
        for place, (item, type_name) in enumerate(zip(scan.items, types, strict=True))
    )
    jobs = [
        (item, files.job(match, type_name, rows, decided.get(place)))
        for place, (item, match, type_name) in enumerate(zip(scan.items, matches, types, strict=True))
    ]
    expected = {one.kind.name: one.expected for one in rows}
    looks: list[files.Look | str] = []
    for look in disk.work_on(jobs, files.look, files.prepare, (expected, catalog.page_words)):
        looks.append(look)
        progress("look", 0.2 + 0.5 * len(looks) / len(jobs))
    judgement = files.judge(
        scan.items, types, matches, looks, rows, catalog, delivery.language, _spot(delivery), decided, len(scan.ignored)
    )
    return LookedAt(scan, rows, decided, tuple(looks), judgement)


FILES_LISTING = "files.json"  # accounts for every file, and lists what is ours in the folder


DECISIONS = "decisions.yaml"  # what a person must decide, in that folder


FILE_PACKAGES = ("pillow", "pypdf", "pypdfium2")  # of the extra `files`


# Private functions


def _refuse_within(output: Path, paths: Iterable[Path]) -> None:
    """Results among the files that are read would be read the next time."""
    target = output.resolve()
    for path in paths:
        place = path.resolve()
        if path.is_dir() and (target.is_relative_to(place) or place.is_relative_to(target)):
            raise UsageError(f"-o {output} and {path} lie in each other; name another folder for the results")


def _refuse_answered(target: Path, decisions: Path | None) -> None:
    """Answers that somebody has written into the file of an earlier run must not be lost."""
    from momentsheet.catalog import load_decisions

    if decisions is not None and decisions.resolve() == target.resolve():
        return
    data = contents_of(target)
    if data is not None and any(
        one.belongs_to or any(one.pages.values()) for one in load_decisions(data, str(target), load())
    ):
        raise UsageError(f"{target} has answers in it; give it with --decisions {target}, or move it away")


def _type_of(item: Item) -> str:
    """What a file is by its first bytes, "" where it cannot be read."""
    from momentsheet import disk, files

    try:
        return files.sniff(disk.read(item, 1024))
    except disk.ReadFailure:
        return ""


def _owners(delivery: Delivery, plan: Plan | None) -> tuple[files.Owners, ...]:
    """The rows that files may belong to, by kind; with a plan, the numbers that they had before."""
    from momentsheet import files
    from momentsheet.model.numbering import number_key

    catalog, parsed = delivery.catalog, delivery.checked.parsed
    left_out: dict[str, set[int]] = {}
    for one in delivery.checked.left_out:
        left_out.setdefault(one.entity, set()).add(one.row)
    tables = {name: table.values for name, table in parsed.items()}
    back = None if plan is None else plan.reversed()

    def old_number(entity: str, number: str) -> str:
        return number if back is None else back.new_of(entity).get(number_key(number), number)

    kinds = [kind for kind in catalog.file_kinds.values() if kind.entity in catalog.entities]
    return tuple(files.owners_of(kind, tables, left_out, catalog, old_number) for kind in kinds)


def _renamed(plan: Plan | None) -> Callable[[str], Sequence[str]]:
    """The names that a file may have with the new numbers of a plan in it."""
    from momentsheet.numbering import renamed

    if plan is None:
        return lambda _name: ()
    return lambda name: [renamed(name, plan, entity) for entity in plan.entities]


def _decided(path: Path | None, scan: Scan, rows: Sequence[files.Owners], catalog: Catalog) -> Mapping[int, Decision]:
    """What a person has decided, by the place of the file; UsageError for rows that there are not."""
    from momentsheet import files
    from momentsheet.catalog import load_decisions

    if path is None:
        return {}
    data = contents_of(path)
    if data is None:
        raise UsageError(f"there is no file {path}")
    decisions = load_decisions(data, str(path), catalog)
    known = {one.kind.name: {*one.rows, "-", ""} for one in rows}
    for one in decisions:
        for number in (one.belongs_to or "", *one.pages.values()):
            if number not in known.get(one.kind, ()):
                raise UsageError(f"{path}: «{number}», decided for {one.file}, is not in the workbooks")
    by_file = {one.file: one for one in decisions}
    return {place: by_file[name] for place, name in enumerate(files.called(scan.items)) if name in by_file}


def _spot(delivery: Delivery) -> Callable[[files.Cell], Spot]:
    """Where the cells of the checked tables stand in the workbooks."""
    from momentsheet.checking import shown
    from momentsheet.model.files import Spot

    def locate(cell: files.Cell) -> Spot:
        entity, field, row = cell
        parsed = delivery.checked.parsed[entity]
        sheet, index = parsed.locate(row)
        place = sheet.place(field, index)
        excel_row, column = place or (int(sheet.rows[index]), None)
        return Spot(sheet.file, sheet.name, excel_row, column, sheet.headers.get(field), shown(parsed, field, row))

    return locate


def _write_files(folder: Folder, looked: LookedAt, progress: Progress) -> list[files.Written]:
    """Every delivered file, one after the other: none is held longer than it takes to write it."""
    from momentsheet import disk, files

    written: list[files.Written] = []
    items, deliveries = looked.scan.items, looked.judgement.deliveries

    def write(delivery: files.Delivery, data: bytes) -> None:
        folder.write(delivery.path, data)
        written.append(files.written(delivery, data))
        progress("write", 0.7 + 0.28 * len(written) / len(deliveries))

    largest = {one.kind.name: one.kind.largest or 0 for one in looked.rows}
    changed = [one for one in deliveries if one.pages is None and files.is_changed(one)]
    jobs = [(items[one.item], (largest[one.kind], _sha256(looked, one.item))) for one in changed]
    for delivery, data in zip(changed, disk.work_on(jobs, files.fresh_copy), strict=True):
        if isinstance(data, str):
            raise _has_changed(items[delivery.item])
        write(delivery, data)
    pieces: dict[int, list[files.Delivery]] = {}
    for delivery in deliveries:
        if delivery.pages is not None:
            pieces.setdefault(delivery.item, []).append(delivery)
        elif not files.is_changed(delivery):
            write(delivery, _read_again(looked, delivery.item))
    for place, parts in pieces.items():
        try:
            cut = files.cut(_read_again(looked, place), [part.pages or () for part in parts])
            for delivery, piece in zip(parts, cut, strict=True):
                write(delivery, piece)
        except UnusableFile as error:
            raise UnusableFile(error.reason, **{"file": items[place].path, **error.facts}) from None
    order = {id(delivery): place for place, delivery in enumerate(deliveries)}
    return sorted(written, key=lambda one: order[id(one.delivery)])


def _sha256(looked: LookedAt, place: int) -> str:
    look = looked.looks[place]
    assert not isinstance(look, str)
    return look.sha256


def _read_again(looked: LookedAt, place: int) -> bytes:
    """The file, if it is still the one that was looked at."""
    import hashlib

    from momentsheet import disk

    item = looked.scan.items[place]
    try:
        data = disk.read(item)
    except disk.ReadFailure:
        raise _has_changed(item) from None
    if hashlib.sha256(data).hexdigest() != _sha256(looked, place):
        raise _has_changed(item)
    return data


def _has_changed(item: Item) -> OutputError:
    return OutputError(f"{item.path} changed while it was being read; start again when nobody writes to it")


def _file_report(delivery: Delivery, looked: LookedAt, waivers: Sequence[Waiver] = ()) -> Report:
    """The report about the files: of the workbooks it only says whether they have errors."""
    from momentsheet import files
    from momentsheet.checking import group_findings
    from momentsheet.model.finding import Input

    catalog, report = delivery.catalog, delivery.report
    told = files.workbook_findings(report.findings, [workbook.name for _, _, workbook in delivery.files], catalog)
    valid = [one for one in waivers if one.until is None or one.until >= report.today]
    findings, groups = group_findings(files.with_waivers([*told, *looked.judgement.findings], valid, catalog), catalog)
    workbooks = tuple(dataclasses.replace(item, sheets=(), notices=()) for item in report.inputs)
    contents: dict[str, list[tuple[Item, files.Look | str]]] = {one.path: [] for one in looked.scan.given}
    for item, look in zip(looked.scan.items, looked.looks, strict=True):
        contents[item.given.path].append((item, look))
    given = tuple(
        Input(one.path, one.name, files.inputs_hash(contents[one.path]), one.kind, None, ())
        for one in looked.scan.given
    )
    return dataclasses.replace(
        report,
        inputs=(*workbooks, *given),
        findings=findings,
        groups=groups,
        repairs=looked.judgement.repairs,
        totals={},
        progress=None,
        files=looked.judgement.figures,
    )


def _write_questions(folder: Folder, delivery: Delivery, looked: LookedAt) -> None:
    """What a person must decide: pictures of the pages that are nobody's, and the file to write the answers in."""
    from momentsheet import files, reporting
    from momentsheet.catalog import dump_decisions

    catalog, language, judgement = delivery.catalog, delivery.language, looked.judgement
    rows = {one.kind.name: one for one in looked.rows}
    for number, (place, pages) in enumerate(judgement.undecided.items(), 1):
        captions = [
            reporting.page_caption(before, after, catalog, language)
            for before, after in files.neighbours(looked.looks[place], pages, rows[judgement.kind_of_split[place]])
        ]
        pictures = files.thumbnail_sheet(_read_again(looked, place), pages, captions)
        folder.write(files.undecided_name(looked.scan.items[place], number), pictures)
    if open_ones := files.decisions_to_take(looked.scan.items, judgement, looked.looks, looked.decided):
        folder.write(DECISIONS, dump_decisions(open_ones, catalog.text("files.decisions", language)).encode())
