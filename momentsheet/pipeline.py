"""The verbs: the only place where rooms meet, files are opened and the clock is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import __version__, resources
from momentsheet.errors import MomentsheetError, OutputError, UnusableFile, UsageError
from momentsheet.output import Folder, write_file

if TYPE_CHECKING:
    from momentsheet.checking import Checked
    from momentsheet.model.answers import Answer
    from momentsheet.model.bundle import Bundle
    from momentsheet.model.catalog import Catalog
    from momentsheet.model.finding import Report
    from momentsheet.model.profile import Profile
    from momentsheet.model.waiver import Waiver
    from momentsheet.model.workbook import Workbook
    from momentsheet.workbook import CellValue

Progress = Callable[[str, float], None]  # stage, share of the whole work that is done


def no_progress(_stage: str, _share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known from rounds before: files that may, but need not, be there."""

    previous: Path | None = None  # report.json of the round before
    mappings: Path | None = None  # answers, YAML
    waivers: Path | None = None  # accepted findings, YAML


@dataclass(frozen=True, slots=True)
class Delivery:
    """Some workbooks, checked together."""

    catalog: Catalog
    language: str
    files: tuple[tuple[str, bytes, Workbook], ...]  # path as given, bytes, what was read
    checked: Checked
    report: Report
    answers: tuple[Answer, ...] = ()  # that were applied


@dataclass(frozen=True, slots=True)
class Conversion:
    """What `convert` did."""

    delivery: Delivery
    bundle: Bundle | None  # None: something blocks, no import files
    rows_left_out: int
    written: tuple[str, ...]  # below the output folder


def load(company: Path | None = None) -> Catalog:
    """The catalog with the company's choices; CatalogError lists everything that is wrong."""
    from momentsheet.catalog import load_catalog

    return load_catalog(resources.rules_folder(), company)


def refuse_language(catalog: Catalog, language: str | None) -> None:
    """UsageError if a language is asked for whose texts are not there."""
    if language is not None and language not in catalog.languages:
        raise UsageError(f"there are no texts in «{language}» yet; use {' or '.join(catalog.languages)}")


def begin_company(output: Path, language: str | None, accounting_system: str | None) -> None:
    """Write a commented company file to begin with; never over one that is there."""
    from jinja2 import FileSystemLoader

    from momentsheet import reporting
    from momentsheet.catalog import find_system

    catalog = load()
    refuse_language(catalog, language)
    system = find_system(catalog, accounting_system or catalog.company.accounting_system)
    if output.exists() or output.is_symlink():
        raise OutputError(f"{output} is there already and is not overwritten; give another name")
    loader = FileSystemLoader(resources.templates_folder())
    starter = reporting.render_starter(catalog, language or catalog.company.language, system, output.name, loader)
    write_file(output, starter.encode())


def make_template(catalog: Catalog, entities: Sequence[str], language: str, output: Path, *, sample: bool) -> None:
    """Write the blank (or sample) workbook for the company."""
    from momentsheet.workbook import make_template as make

    write_file(output, make(catalog, entities or list(catalog.entities), language, sample=sample))


def check_delivery(
    paths: Sequence[Path],
    catalog: Catalog,
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = Before(),
) -> Delivery:
    """Read and check all workbooks of one delivery. Nothing is written."""
    from momentsheet.checking import check
    from momentsheet.model.finding import Report
    from momentsheet.rounds import compared

    today = today or dt.date.today()  # noqa: DTZ011 - the day on the consultant's calendar
    files: list[tuple[str, bytes, Workbook]] = []
    for place, (path, name) in enumerate(_named(paths)):
        progress("read", 0.6 * place / len(paths))
        files.append(_read(path, name))
    _refuse_twins(files)
    progress("check", 0.6)
    workbooks = [workbook for _, _, workbook in files]
    answers, waivers = _answers(before.mappings, workbooks, catalog), _waivers(before.waivers, catalog)
    checked = check(workbooks, catalog, today, answers, waivers)
    _refuse_foreign(files, checked, catalog)
    language = language or _language_of(checked, catalog)
    catalog = dataclasses.replace(catalog, company=checked.company)
    inputs = tuple(
        dataclasses.replace(item, path=path) for item, (path, _, _) in zip(checked.inputs, files, strict=True)
    )
    findings, told = checked.findings, None
    if (previous := _previous(before.previous, workbooks)) is not None:
        findings, told = compared(findings, previous)
    report = Report(
        "momentsheet",
        __version__,
        catalog.version,
        today,
        language,
        catalog.company.code,
        inputs,
        findings,
        checked.groups,
        checked.repairs,
        checked.totals,
        told,
    )
    return Delivery(catalog, language, tuple(files), checked, report, answers)


def write_annotated(delivery: Delivery, target: Path) -> tuple[Path, ...]:
    """Write the annotated copy: to `target`, or into it where it is a folder or several workbooks came in."""
    several = len(delivery.files) > 1 or target.is_dir()
    written: list[Path] = []
    for path, data, workbook in delivery.files:
        place = target / f"{checked_stem(workbook.name)}.checked.xlsx" if several else target
        if place.resolve() == Path(path).resolve():
            raise UsageError(f"--annotated {place} is the workbook itself; give another name: it is never modified")
        write_file(place, annotated_copy(delivery, data, workbook))
        written.append(place)
    return tuple(written)


def annotated_copy(delivery: Delivery, data: bytes, workbook: Workbook) -> bytes:
    """The customer's own workbook with its findings in it; a fresh one where the format cannot be patched."""
    from momentsheet.reporting import findings_listing, fix_listing, marks_of, summary_listing
    from momentsheet.rounds import fix_lines
    from momentsheet.workbook import annotate, copy_annotated

    report, catalog, language = delivery.report, delivery.catalog, delivery.language
    marks = marks_of(report, catalog, language, workbook.name)
    lines = fix_lines(
        [group for group in report.groups if group.file == workbook.name],
        catalog,
        delivery.answers,
        [repair for repair in report.repairs if repair.file == workbook.name],
    )
    listings = [
        summary_listing(report, catalog, language, workbook.name),
        findings_listing(report, catalog, language, workbook.name),
    ]
    if lines:
        listings.append(fix_listing(lines, catalog, language))
    first = min(marks, key=lambda mark: (mark.severity != "error", mark.rank), default=None)
    active = (first.sheet, first.row, first.column) if first else None
    if workbook.format in {"xlsx", "xlsm"}:
        return annotate(data, marks, listings, active)
    return copy_annotated(workbook, marks, listings, active)


def write_report(delivery: Delivery, target: Path) -> None:
    """Write the report; the suffix says how."""
    write_file(target, render_report(delivery, target.suffix).encode())


REPORT_SUFFIXES = (".json", ".sarif", ".html", ".txt", ".xml")


def render_report(delivery: Delivery, suffix: str) -> str:
    """The report in the form that a file suffix stands for."""
    from jinja2 import FileSystemLoader

    from momentsheet import reporting

    report, catalog, language = delivery.report, delivery.catalog, delivery.language
    match suffix:
        case ".json":
            return reporting.render_json(report, catalog)
        case ".sarif":
            return reporting.render_sarif(report, catalog)
        case ".xml":
            return reporting.render_junit(report, catalog)
        case ".html":
            return reporting.render_html(report, catalog, language, FileSystemLoader(resources.templates_folder()))
        case ".txt":
            return reporting.render_text(report, catalog, language, width=100, color=False)
    raise UsageError(f"a report cannot be written as «{suffix}»; use one of {', '.join(REPORT_SUFFIXES)}")


def render_letter(
    delivery: Delivery, marked: Sequence[str] = (), left_out: Sequence[str] = (), moved: Sequence[str] = ()
) -> str:
    """The e-mail to the company; workbooks that are marked, moved or hold the rows left out are named as enclosed."""
    from jinja2 import FileSystemLoader

    from momentsheet import reporting

    loader = FileSystemLoader(resources.templates_folder())
    report, catalog, language = delivery.report, delivery.catalog, delivery.language
    return reporting.render_letter(report, catalog, language, loader, marked=marked, left_out=left_out, moved=moved)


def write_letter(delivery: Delivery, target: Path, marked: Sequence[Path] = ()) -> None:
    """Write the e-mail to the company."""
    write_file(target, render_letter(delivery, [path.name for path in marked]).encode())


def inspect_files(
    paths: Sequence[Path], catalog: Catalog, language: str | None = None, progress: Progress = no_progress
) -> Profile:
    """Profile any files together, ours or raw exports. Nothing is judged, nothing is written."""
    from momentsheet.checking.profile import profile_files

    files: list[tuple[str, bytes, Workbook]] = []
    for place, (path, name) in enumerate(_named(paths)):
        progress("read", 0.4 * place / len(paths))
        files.append(_read(path, name))
    _refuse_twins(files)
    profile = profile_files(
        [workbook for _, _, workbook in files],
        catalog,
        lambda share: progress("inspect", 0.4 + 0.6 * share),
        ("momentsheet", __version__),
        language or catalog.company.language,
    )
    named = zip(profile.files, files, strict=True)
    return dataclasses.replace(
        profile, files=tuple(dataclasses.replace(file, path=path) for file, (path, _, _) in named)
    )


PROFILE_SUFFIXES = (".json", ".txt", ".xlsx")


def render_profile(profile: Profile, catalog: Catalog, suffix: str) -> bytes:
    """The profile in the form that a file suffix stands for."""
    from momentsheet import reporting
    from momentsheet.workbook import make_profile_book

    match suffix:
        case ".json":
            return reporting.render_profile_json(profile).encode()
        case ".txt":
            return reporting.render_profile_text(profile, catalog).encode()
        case ".xlsx":
            return make_profile_book(reporting.pages_of(profile, catalog))
    raise UsageError(f"a profile cannot be written as «{suffix}»; use one of {', '.join(PROFILE_SUFFIXES)}")


def write_profile(profile: Profile, catalog: Catalog, target: Path) -> None:
    """Write the profile; the suffix says how. Never over one of the files that were looked at."""
    if target.resolve() in {Path(file.path).resolve() for file in profile.files}:
        raise UsageError(f"{target} is one of the files; give another name: they are never modified")
    write_file(target, render_profile(profile, catalog, target.suffix))


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
    before: Before = Before(),
) -> Conversion:
    """Check the delivery and write the output folder, all or nothing."""
    from momentsheet.converting import convert, find_format

    formats = tuple(formats) or tuple(catalog.formats)
    for name in formats:
        find_format(name, catalog)  # a typo is told before any workbook is read
    with Folder(output, paths) as folder:
        delivery = check_delivery(paths, catalog, today, language, progress, before)
        catalog = delivery.catalog
        progress("convert", 0.75)
        checked = delivery.checked
        blocked = delivery.report.reaches("error") or (fail_on == "warning" and delivery.report.reaches("warning"))
        if on_error == "skip-row" and not checked.blocks_everything:
            blocked = False
        bundle = None if blocked else convert(checked.clean, catalog, formats, checked.facts)
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
        for path, data, _ in delivery.files:
            if Path(path).read_bytes() != data:
                raise OutputError(f"{path} changed while it was being read; start again when nobody writes to it")
        written = folder.commit()
        if before.mappings is not None and delivery.answers:
            write_answers(delivery, before.mappings)
    progress("done", 1.0)
    return Conversion(delivery, bundle, len(checked.left_out) if bundle is not None else 0, written)


def write_answers(delivery: Delivery, target: Path) -> None:
    """Write all answers that were applied, those of the file itself among them, so that nobody has to ask again."""
    from momentsheet.catalog import dump_answers

    company = delivery.catalog.company
    write_file(target, dump_answers(delivery.answers, company.code, company.source_system).encode())


def waive(catalog: Catalog, target: Path, waiver: Waiver) -> None:
    """Add an accepted finding to the file of waivers; one of the same rule and row takes the place of the old one."""
    from momentsheet.catalog import dump_waivers, refuse_waiver

    refuse_waiver(catalog, waiver.code)
    kept = [one for one in _waivers(target, catalog) if (one.code, one.key) != (waiver.code, waiver.key)]
    write_file(target, dump_waivers([*kept, waiver]).encode())


def waivers_of(company: Path) -> Path:
    """The file of waivers that belongs to a company file: it lies beside it."""
    return company.with_name(f"{company.stem}.waivers.yaml")


def checked_stem(name: str) -> str:
    """The stem of a workbook's name, also where it is an annotated copy that came back."""
    stem = Path(name).stem.replace("/", "-").removesuffix(".checked")
    return stem.removesuffix(".today").removesuffix(".left-out")


SITE_LISTING = "site.json"  # lists what is ours in the folder of the site


def write_docs(catalog: Catalog, language: str | None, output: Path) -> tuple[str, ...]:
    """Write the documentation site, all or nothing: in every language that it has, or in one; gives its files."""
    from jinja2 import FileSystemLoader

    from momentsheet import reporting

    if language is not None and language not in reporting.site_languages:
        raise UsageError(f"the site is written in {' and '.join(reporting.site_languages)}, not in «{language}»")
    languages = reporting.site_languages if language is None else (language,)
    loader = FileSystemLoader(resources.templates_folder())
    with Folder(output, listing=SITE_LISTING) as folder:
        for name, data in reporting.render_site(catalog, languages, "momentsheet", __version__, loader).items():
            folder.write(name, data)
        return folder.commit()


def explain(catalog: Catalog, topic: str | None, language: str) -> str:
    """What a rule, an entity or a field is about; without topic, what can be asked."""
    from momentsheet import reporting
    from momentsheet.catalog import find

    if topic is None:
        return reporting.entities_overview(catalog, language)
    return reporting.explain(catalog, find(catalog, topic), language)


def describe_entities(catalog: Catalog, language: str, *, as_json: bool) -> str:
    """The kinds of data that can be imported, as text or as the whole model in JSON."""
    from momentsheet import reporting

    return reporting.entities_json(catalog) if as_json else reporting.entities_overview(catalog, language)


def refusal(error: UnusableFile, language: str | None) -> str:
    """Why a file cannot be used, in words."""
    from momentsheet import reporting

    catalog = load()
    file = str(error.facts.get("file", ""))
    return reporting.refusal(error, catalog, language or catalog.company.language, file)


def terminal_profile(profile: Profile, catalog: Catalog) -> str:
    """The profile for the terminal, in its width, with colours where they are wanted."""
    from momentsheet import reporting

    width, color = _terminal()
    return reporting.render_profile_text(profile, catalog, width=width, color=color)


def terminal_report(delivery: Delivery) -> str:
    """The report for the terminal, in its width, with colours where they are wanted."""
    from momentsheet import reporting

    width, color = _terminal()
    return reporting.render_text(delivery.report, delivery.catalog, delivery.language, width=width, color=color)


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


PACKAGES = (
    "babel", "cerberus", "click", "email-validator", "holidays", "isal", "jinja2", "numpy", "phonenumbers", "polars",
    "python-calamine", "python-stdnum", "pyyaml", "rapidfuzz", "rich", "xlsxwriter",
)  # fmt: skip


def examine() -> tuple[list[str], bool]:
    """What `doctor` says, line by line, and whether all is sound."""
    import importlib.metadata
    import platform
    import pyexpat
    import zipfile

    lines = [f"momentsheet {__version__}, Python {platform.python_version()}, {platform.system()}"]
    is_sound = True
    for package in PACKAGES:
        try:
            lines.append(f"ok       {package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"missing  {package}: pip install {package}")
            is_sound = False
    expat = pyexpat.version_info
    if expat < (2, 6, 0):
        lines.append(
            f"note     expat {'.'.join(map(str, expat))} is slow on hostile XML (2.6.0 is not); tokens are limited here"
        )
    if not hasattr(zipfile, "_Extra") and "overlap" not in str(zipfile.ZipFile.open.__doc__):
        lines.append("note     this Python does not look for overlapping zip entries; momentsheet does that itself")
    try:
        catalog = load()
    except MomentsheetError as error:
        return [*lines, f"broken   rules: {error}"], False
    counts = (
        f"{len(catalog.entities)} entities, {len(catalog.rules)} rules, {len(catalog.accounting)} accounting systems"
    )
    lines.append(f"ok       rules {catalog.version}: {counts}")
    if catalog.sleeping:
        lines.append(f"note     {', '.join(catalog.sleeping)} sleep: they speak of fields that are retired")
    return lines, is_sound


# Private functions


def _terminal() -> tuple[int, bool]:
    """How wide the output is, and whether colours are wanted in it."""
    import os
    import shutil
    import sys

    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if is_terminal else 100
    return width, is_terminal and not os.environ.get("NO_COLOR")


def _optional(path: Path | None) -> bytes | None:
    """What a file holds, None where there is none yet."""
    if path is None or not path.exists():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}") from None


def _waivers(path: Path | None, catalog: Catalog) -> tuple[Waiver, ...]:
    from momentsheet.catalog import load_waivers

    data = _optional(path)
    return () if data is None else load_waivers(data, str(path), catalog)


def _answers(path: Path | None, workbooks: Sequence[Workbook], catalog: Catalog) -> tuple[Answer, ...]:
    """The answers of the file, and those that came back in the workbooks, which count more."""
    from momentsheet.catalog import load_answers
    from momentsheet.rounds import answers_of_workbook

    data = _optional(path)
    kept = () if data is None else load_answers(data, str(path), catalog)
    given = [answer for workbook in workbooks for answer in answers_of_workbook(workbook, catalog)]
    return tuple({(answer.entity, answer.field, answer.value): answer for answer in (*kept, *given)}.values())


def _previous(path: Path | None, workbooks: Sequence[Workbook]) -> Mapping[tuple[str, str], int] | None:
    """The findings of the round before: from its report, or from the returned workbooks themselves."""
    from collections import Counter

    from momentsheet.rounds import previous_of_report, previous_of_workbook

    if path is not None:
        data = _optional(path)
        if data is None:
            raise UsageError(f"there is no file {path}")
        return previous_of_report(data.decode("utf-8", "replace"), str(path))
    found = Counter[tuple[str, str]]()
    for workbook in workbooks:
        found.update(previous_of_workbook(workbook))
    return found or None


def _named(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each path with the name it goes by in the report: its own, with its folder where two are alike."""
    names = [path.name for path in paths]
    return [(path, path.name if names.count(path.name) == 1 else f"{path.parent.name}-{path.name}") for path in paths]


def _read(path: Path, name: str) -> tuple[str, bytes, Workbook]:
    from momentsheet.workbook import Limits, read_workbook

    try:
        size = path.stat().st_size
        if size > Limits().file_size:
            raise UnusableFile("file_too_large", file=name, limit=Limits().file_size)
        data = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}") from None
    try:
        return str(path), data, read_workbook(data, name)
    except UnusableFile as error:
        raise UnusableFile(error.reason, **{"file": name, **error.facts}) from None


def _refuse_twins(files: Sequence[tuple[str, bytes, Workbook]]) -> None:
    """The same workbook twice would be imported twice."""
    seen: dict[str, str] = {}
    for path, _, workbook in files:
        if workbook.sha256 in seen:
            raise UsageError(f"{path} and {seen[workbook.sha256]} are the same workbook; give it once")
        seen[workbook.sha256] = path


def _refuse_foreign(files: Sequence[tuple[str, bytes, Workbook]], checked: Checked, catalog: Catalog) -> None:
    """A workbook in which no sheet is ours is more likely the wrong file than an empty one."""
    from momentsheet.checking import closest_titles

    for item, (_, _, workbook) in zip(checked.inputs, files, strict=True):
        if any(sheet.entity for sheet in item.sheets):
            continue
        found = [sheet.name for sheet in workbook.sheets if sheet.state == "visible"]
        closest = closest_titles(found, catalog, catalog.company.language)
        raise UnusableFile(
            "none_of_ours",
            file=workbook.name,
            sheets=", ".join(f"«{name}»" for name in found[:10]) or "–",
            closest=f"«{closest[0][1]}»" if closest else "–",
        )


def _language_of(checked: Checked, catalog: Catalog) -> str:
    """The language of the template that came back; else the company's."""
    for item in checked.inputs:
        language = (item.template or {}).get("language", "")
        if language in catalog.languages and "language" not in catalog.company.given:
            return language
    return catalog.company.language


def _write_import(folder: Folder, delivery: Delivery, bundle: Bundle) -> None:
    from jinja2 import FileSystemLoader

    from momentsheet.converting import breakdowns, make_manifest
    from momentsheet.reporting import render_receipt
    from momentsheet.workbook import make_work_lists

    for item in bundle.files:
        folder.write(item.path, item.data)
    catalog, report = delivery.catalog, delivery.report
    folder.write("manifest.json", make_manifest(report, bundle, catalog))
    loader = FileSystemLoader(resources.templates_folder())
    shares = breakdowns(delivery.checked.clean, catalog, bundle.derived)
    if bundle.work_lists:
        folder.write("work-list.xlsx", make_work_lists(bundle.work_lists, catalog, delivery.language))
    folder.write("receipt.html", render_receipt(report, bundle, shares, catalog, delivery.language, loader).encode())


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
