"""Reading and checking a delivery, and what is told of it: the part that all verbs share."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import __version__, resources
from momentsheet.errors import OutputError, UnusableFile, UsageError
from momentsheet.output import write_file

if TYPE_CHECKING:
    from momentsheet.checking import Checked
    from momentsheet.model.answers import Answer
    from momentsheet.model.catalog import Catalog
    from momentsheet.model.finding import Report
    from momentsheet.model.numbering import Plan
    from momentsheet.model.waiver import Waiver
    from momentsheet.model.workbook import Workbook


Progress = Callable[[str, float], None]  # stage, share of the whole work that is done


def no_progress(_stage: str, _share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known from rounds before: files that may, but need not, be there."""

    previous: Path | None = None  # report.json of the round before
    mappings: Path | None = None  # answers, YAML
    waivers: Path | None = None  # accepted findings, YAML


NOTHING_BEFORE = Before()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Some workbooks, checked together."""

    catalog: Catalog
    language: str
    files: tuple[tuple[str, bytes, Workbook], ...]  # path as given, bytes, what was read
    checked: Checked
    report: Report
    answers: tuple[Answer, ...] = ()  # that were applied


def load(company: Path | None = None) -> Catalog:
    """The catalog with the company's choices; CatalogError lists everything that is wrong."""
    from momentsheet.catalog import load_catalog

    return load_catalog(resources.rules_folder(), company)


def refuse_missing(packages: Iterable[str], extra: str) -> None:
    """UsageError with the line that installs them, where packages of an extra are not there."""
    import importlib.metadata

    missing = []
    for package in packages:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        raise UsageError(f"this needs {', '.join(missing)}; install what is missing with: {install(extra)}")


def refuse_language(catalog: Catalog, language: str | None) -> None:
    """UsageError if a language is asked for whose texts are not there."""
    if language is not None and language not in catalog.languages:
        raise UsageError(f"there are no texts in «{language}» yet; use {' or '.join(catalog.languages)}")


def check_delivery(
    paths: Sequence[Path],
    catalog: Catalog,
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = NOTHING_BEFORE,
) -> Delivery:
    """Read and check all workbooks of one delivery. Nothing is written."""
    files = read_all(paths, progress, 0.6)
    return check_files(files, catalog, today or calendar_day(), language, progress, before)


def check_files(
    files: Sequence[tuple[str, bytes, Workbook]],
    catalog: Catalog,
    today: dt.date,
    language: str | None,
    progress: Progress,
    before: Before,
    answers: tuple[Answer, ...] | None = None,
) -> Delivery:
    """Check workbooks that have been read. `answers`: what the company has said, where it is not to be looked for."""
    from momentsheet.checking import check
    from momentsheet.model.finding import Report
    from momentsheet.rounds import compared

    progress("check", 0.6)
    workbooks = [workbook for _, _, workbook in files]
    answers = answers_of(before.mappings, workbooks, catalog) if answers is None else answers
    waivers = waivers_in(before.waivers, catalog)
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


def annotated_copy(delivery: Delivery, data: bytes, workbook: Workbook) -> Iterator[bytes | memoryview]:
    """The customer's own workbook with its findings in it, piece by piece; a fresh one where it cannot be patched."""
    from momentsheet.reporting import findings_listing, fix_listing, marks_of, summary_listing
    from momentsheet.rounds import fix_lines
    from momentsheet.workbook import annotated_pieces, copied_pieces

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
    with tempfile.TemporaryFile() as store:  # a large sheet, packed, waits here and not in memory
        if workbook.format in {"xlsx", "xlsm"}:
            yield from annotated_pieces(data, marks, listings, active, store=store)
        else:
            yield from copied_pieces(workbook, marks, listings, active, store)


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


def write_answers(delivery: Delivery, target: Path) -> None:
    """Write all answers that were applied, those of the file itself among them, so that nobody has to ask again."""
    from momentsheet.catalog import dump_answers

    company = delivery.catalog.company
    write_file(target, dump_answers(delivery.answers, company.code, company.source_system).encode())


def waive(catalog: Catalog, target: Path, waiver: Waiver) -> None:
    """Add an accepted finding to the file of waivers; one of the same rule and row takes the place of the old one."""
    from momentsheet.catalog import dump_waivers, refuse_waiver

    refuse_waiver(catalog, waiver.code)
    kept = [one for one in waivers_in(target, catalog) if (one.code, one.key) != (waiver.code, waiver.key)]
    write_file(target, dump_waivers([*kept, waiver]).encode())


def waivers_of(company: Path) -> Path:
    """The file of waivers that belongs to a company file: it lies beside it."""
    return company.with_name(f"{company.stem}.waivers.yaml")


def checked_stem(name: str) -> str:
    """The stem of a workbook's name, also where it is an annotated copy that came back."""
    stem = Path(name).stem.replace("/", "-").removesuffix(".checked")
    return stem.removesuffix(".today").removesuffix(".left-out").removesuffix(".renumbered")


def terminal_report(delivery: Delivery) -> str:
    """The report for the terminal, in its width, with colours where they are wanted."""
    from momentsheet import reporting

    width, color = terminal()
    return reporting.render_text(delivery.report, delivery.catalog, delivery.language, width=width, color=color)


def terminal() -> tuple[int, bool]:
    """How wide the output is, and whether colours are wanted in it."""
    import os
    import shutil
    import sys

    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if is_terminal else 100
    return width, is_terminal and not os.environ.get("NO_COLOR")


def contents_of(path: Path | None) -> bytes | None:
    """What a file holds, None where there is none yet."""
    if path is None or not path.exists():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}") from None


def waivers_in(path: Path | None, catalog: Catalog) -> tuple[Waiver, ...]:
    """The accepted findings that a file holds."""
    from momentsheet.catalog import load_waivers

    data = contents_of(path)
    return () if data is None else load_waivers(data, str(path), catalog)


def answers_of(path: Path | None, workbooks: Sequence[Workbook], catalog: Catalog) -> tuple[Answer, ...]:
    """The answers of the file, and those that came back in the workbooks, which count more."""
    from momentsheet.catalog import load_answers
    from momentsheet.rounds import answers_of_workbook

    data = contents_of(path)
    kept = () if data is None else load_answers(data, str(path), catalog)
    given = [answer for workbook in workbooks for answer in answers_of_workbook(workbook, catalog)]
    by_question = {(one.asks, one.entity, one.field, one.value): one for one in (*kept, *given)}
    return tuple(by_question.values())


def calendar_day() -> dt.date:
    """Today."""
    return dt.date.today()  # noqa: DTZ011 - the day on the consultant's calendar


def read_all(paths: Sequence[Path], progress: Progress, share: float) -> list[tuple[str, bytes, Workbook]]:
    """All workbooks of a delivery, none of them twice; `share` of the whole work is reading."""
    files: list[tuple[str, bytes, Workbook]] = []
    for place, (path, name) in enumerate(_named(paths)):
        progress("read", share * place / len(paths))
        files.append(read_one(path, name))
    _refuse_twins(files)
    return files


def read_one(path: Path, name: str) -> tuple[str, bytes, Workbook]:
    """A workbook: its path, its bytes, what was read; `name` is what it is called in the report."""
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


def refuse_touched(files: Iterable[tuple[str, bytes, Workbook]]) -> None:
    """What somebody has written to meanwhile is not what the results are about."""
    for path, data, _ in files:
        if Path(path).read_bytes() != data:
            raise OutputError(f"{path} changed while it was being read; start again when nobody writes to it")


def install(extra: str) -> str:
    """The line that installs the packages of an extra."""
    return f'pip install "momentsheet[{extra}]"'


def plan_in(path: Path, catalog: Catalog) -> Plan:
    """The plan of numbers that a file holds."""
    from momentsheet.catalog import read_plan

    data = contents_of(path)
    if data is None:
        raise UsageError(f"there is no file {path}")
    return read_plan(data, str(path), catalog)


# Private functions


def _previous(path: Path | None, workbooks: Sequence[Workbook]) -> Mapping[tuple[str, str], int] | None:
    """The findings of the round before: from its report, or from the returned workbooks themselves."""
    from collections import Counter

    from momentsheet.rounds import previous_of_report, previous_of_workbook

    if path is not None:
        data = contents_of(path)
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
