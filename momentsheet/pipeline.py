"""The verbs: the only place where rooms meet, files are opened and the clock is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import __version__, resources
from momentsheet.errors import MomentsheetError, OutputError, UnusableFile, UsageError
from momentsheet.output import Folder, write_file

if TYPE_CHECKING:
    from momentsheet import files
    from momentsheet.checking import Checked, NumberedDelivery
    from momentsheet.model.answers import Answer
    from momentsheet.model.bundle import Bundle
    from momentsheet.model.catalog import Catalog, Company
    from momentsheet.model.files import Decision, Item, Scan, Spot
    from momentsheet.model.finding import Report
    from momentsheet.model.numbering import Note, Obstacle, Plan, TakenNumber
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
        raise UsageError(f"this needs {', '.join(missing)}; install what is missing with: {_install(extra)}")


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
    files = _read_all(paths, progress, 0.6)
    return _check_files(files, catalog, today or _calendar_day(), language, progress, before)


def _check_files(
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
    answers = _answers(before.mappings, workbooks, catalog) if answers is None else answers
    waivers = _waivers(before.waivers, catalog)
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
    from momentsheet.converting import find_format

    formats = tuple(formats) or tuple(catalog.formats)
    for name in formats:
        find_format(name, catalog)  # a typo is told before any workbook is read
    with Folder(output, paths) as folder:
        delivery = check_delivery(paths, catalog, today, language, progress, before)
        conversion = _write_conversion(folder, delivery, formats, on_error, fail_on, progress)
        _refuse_touched(delivery.files)
        written = folder.commit()
        if before.mappings is not None and delivery.answers:
            write_answers(delivery, before.mappings)
    progress("done", 1.0)
    return dataclasses.replace(conversion, written=written)


@dataclass(frozen=True, slots=True)
class NumberWish:
    """What shall become of the numbers: by a plan, for an accounting system, or as the customer's own map says."""

    plan: Path | None = None
    system: str | None = None
    is_map: bool = False
    taken: tuple[str, ...] = ()  # [ENTITY=]FILE
    allowed: tuple[str, ...] = ()  # entities that may get new numbers though theirs have been issued
    is_back: bool = False

    def lists(self, catalog: Catalog) -> tuple[tuple[str | None, Path], ...]:
        """The lists of taken numbers: whose numbers they hold, if that is said, and where they lie."""
        from momentsheet.catalog import numbered_fields

        return tuple(_taken_list(said, numbered_fields(catalog)) for said in self.taken)


@dataclass(frozen=True, slots=True)
class Renumbering:
    """What `renumber` did: with obstacles, nothing."""

    catalog: Catalog
    language: str
    obstacles: tuple[Obstacle, ...] = ()
    plan: Plan | None = None
    notes: tuple[Note, ...] = ()
    conversion: Conversion | None = None
    is_back: bool = False
    files: tuple[tuple[str, bytes, Workbook], ...] = ()  # as they came, with the new numbers in them
    answers: tuple[Answer, ...] = ()  # those of the workbooks, about the new numbers


def renumber_delivery(
    paths: Sequence[Path],
    output: Path,
    catalog: Catalog,
    wish: NumberWish,
    formats: Sequence[str] = (),
    *,
    today: dt.date | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    before: Before = Before(),
) -> Renumbering:
    """Give a delivery new numbers, prove it, and write workbooks, plan, map and import files, all or nothing.

    UsageError with every reason why there can be no such numbers. Obstacles in the workbooks are no exception: they
    are told, and nothing is written.
    """
    from momentsheet.catalog import dump_plan
    from momentsheet.converting import find_format
    from momentsheet.reporting import number_map, number_map_csv
    from momentsheet.workbook import make_number_map

    today = today or _calendar_day()
    formats = tuple(formats) or tuple(catalog.formats)
    for name in formats:
        find_format(name, catalog)
    inputs = [*paths, *([wish.plan] if wish.plan is not None else []), *(path for _, path in wish.lists(catalog))]
    with Folder(output, inputs) as folder:
        files = _read_all(paths, progress, 0.3)
        progress("numbers", 0.3)
        done = renumber_files(files, catalog, wish, today=today, language=language, before=before)
        if done.plan is None:
            return done
        _refuse_losing(output / "plan.yaml", done.plan, wish, catalog)
        progress("write", 0.4)
        written: list[tuple[str, bytes, Workbook]] = []
        for _, data, workbook in done.files:
            name = folder.free_name(checked_stem(workbook.name), ".renumbered.xlsx")
            folder.write(name, data)
            written.append((str(output / name), data, dataclasses.replace(workbook, name=name)))
        # The old numbers need not fit the new system.
        catalog = catalog if wish.is_back else _with_system(catalog, done.plan.system)
        catalog = _with_samples(catalog, done.plan.reversed() if wish.is_back else done.plan)
        checked = _check_files(written, catalog, today, language, progress, before, done.answers)
        conversion = _write_conversion(folder, checked, formats, "block", "error", progress)
        page = number_map(done.plan, done.notes, checked.catalog, checked.language)
        # Also over the plan that was given, if it lies there: it holds all of it.
        folder.write("plan.yaml", dump_plan(done.plan, checked.catalog, checked.language))
        folder.write("number-map.xlsx", make_number_map(page))
        folder.write("number-map.csv", number_map_csv(page))
        _refuse_touched(files)
        conversion = dataclasses.replace(conversion, written=folder.commit())
    progress("done", 1.0)
    return dataclasses.replace(done, catalog=checked.catalog, language=checked.language, conversion=conversion)


def renumber_files(
    files: Sequence[tuple[str, bytes, Workbook]],
    catalog: Catalog,
    wish: NumberWish,
    *,
    today: dt.date,
    language: str | None = None,
    before: Before = Before(),
) -> Renumbering:
    """New numbers for workbooks that have been read, proved. Nothing is written.

    UsageError with every reason why there can be no such numbers.
    """
    from momentsheet.catalog import numbered_fields
    from momentsheet.checking import dangling, prove, read_numbers, renumber
    from momentsheet.numbering import renamed
    from momentsheet.workbook import read_workbook, rewrite

    fields = {name: field for name, field in numbered_fields(catalog).items() if name in catalog.entities}
    _refuse_unknown(wish.allowed, fields, "--allow")
    earlier = _plan(wish.plan, catalog) if wish.plan is not None else None
    language = language or catalog.company.language
    workbooks = [workbook for _, _, workbook in files]
    answers = _answers(before.mappings, workbooks, catalog)
    delivery = read_numbers(workbooks, catalog, today, fields, answers)
    _refuse_other_plan(earlier, delivery.company)
    if obstacles := (*delivery.obstacles, *dangling(delivery, _known_keys(earlier))):
        return Renumbering(catalog, language, obstacles)
    plan, notes = _plan_for(delivery, wish, earlier, today)
    applied = plan.reversed() if wish.is_back else plan
    _refuse_defaults(applied, delivery)
    notes = (*notes, *_notes_of_samples(catalog, applied))

    def rename(file_name: str, entity: str, number: str | None) -> str:
        return renamed(file_name, applied, entity, number)

    renumbered = renumber(delivery, applied, rename, language, is_back=wish.is_back)
    written = []
    for path, data, workbook in files:
        new = rewrite(data, workbook, renumbered.edits.get(workbook.name, {}))
        written.append((path, new, read_workbook(new, workbook.name)))
    answers = tuple(_about_new_numbers(answer, applied, delivery) for answer in answers)
    after = read_numbers([workbook for _, _, workbook in written], catalog, today, fields, answers)
    prove(delivery, after, applied, rename, is_back=wish.is_back)
    return Renumbering(
        catalog,
        language,
        plan=plan,
        notes=(*notes, *renumbered.notes),
        is_back=wish.is_back,
        files=tuple(written),
        answers=answers,
    )


def renumbered_lines(renumbering: Renumbering, output: Path) -> tuple[str, ...]:
    """What became of the numbers, and where everything lies."""
    from momentsheet import reporting

    catalog, language = renumbering.catalog, renumbering.language
    if renumbering.plan is None or renumbering.conversion is None:
        return reporting.obstacle_lines(renumbering.obstacles, catalog, language)
    told = reporting.renumbered_lines(
        renumbering.plan, renumbering.notes, catalog, language, is_back=renumbering.is_back
    )
    return (*told, *written_lines(renumbering.conversion, output))


def renumbering_json(renumbering: Renumbering) -> str:
    """What became of the numbers, for programs."""
    from momentsheet import reporting

    written = renumbering.conversion.written if renumbering.conversion is not None else ()
    return reporting.renumbering_json(
        renumbering.plan, renumbering.notes, renumbering.obstacles, written, renumbering.catalog, renumbering.language
    )


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
    before: Before = Before(),
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
        accepted = _waivers(before.waivers, delivery.catalog)
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
    rows = _owners(delivery, plan)
    renamed = _renamed(plan, catalog)
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
    return stem.removesuffix(".today").removesuffix(".left-out").removesuffix(".renumbered")


FILES_LISTING = "files.json"  # accounts for every file, and lists what is ours in the folder
DECISIONS = "decisions.yaml"  # what a person must decide, in that folder
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


FILE_PACKAGES = ("pillow", "pypdf", "pypdfium2")  # of the extra `files`


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
    for package in FILE_PACKAGES:
        try:
            lines.append(f"ok       {package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"note     {package} is not installed; the command `files` needs it: {_install('files')}")
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
    by_question = {(one.asks, one.entity, one.field, one.value): one for one in (*kept, *given)}
    return tuple(by_question.values())


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


def _calendar_day() -> dt.date:
    return dt.date.today()  # noqa: DTZ011 - the day on the consultant's calendar


def _read_all(paths: Sequence[Path], progress: Progress, share: float) -> list[tuple[str, bytes, Workbook]]:
    """All workbooks of a delivery, none of them twice; `share` of the whole work is reading."""
    files: list[tuple[str, bytes, Workbook]] = []
    for place, (path, name) in enumerate(_named(paths)):
        progress("read", share * place / len(paths))
        files.append(_read(path, name))
    _refuse_twins(files)
    return files


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


def _write_conversion(
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


def _refuse_touched(files: Iterable[tuple[str, bytes, Workbook]]) -> None:
    """What somebody has written to meanwhile is not what the results are about."""
    for path, data, _ in files:
        if Path(path).read_bytes() != data:
            raise OutputError(f"{path} changed while it was being read; start again when nobody writes to it")


def _refuse_unknown(names: Sequence[str], known: Iterable[str], option: str) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"{option} {name}: what has numbers of a series is {', '.join(known)}")


def _taken_list(said: str, fields: Mapping[str, str]) -> tuple[str | None, Path]:
    """[ENTITY=]FILE as entity and path; a file may have a `=` in its name."""
    entity, sign, rest = said.partition("=")
    if not sign or (entity not in fields and Path(said).exists()):
        return None, Path(said)
    _refuse_unknown([entity], fields, "--taken")
    return entity, Path(rest)


def _refuse_other_plan(plan: Plan | None, company: Company) -> None:
    """A plan knows the numbers of one company only."""
    mine = company.code or company.name
    if plan is not None and plan.company and mine and plan.company != mine:
        raise UsageError(f"{plan.file} is the number plan of `{plan.company}`; these workbooks are of `{mine}`")


def _known_keys(plan: Plan | None) -> Mapping[str, frozenset[str]]:
    """Entity -> every number that the plan knows, old or new."""
    from momentsheet.model.numbering import number_key

    entities = plan.entities if plan is not None else {}
    return {
        name: frozenset(number_key(number) for pair in part.pairs for number in (pair.old, pair.new))
        for name, part in entities.items()
    }


def _with_system(catalog: Catalog, system: str) -> Catalog:
    """The catalog of a company with that accounting system, whatever its own sheet says."""
    company = catalog.company
    given = company.given | {"accounting_system"}
    return dataclasses.replace(catalog, company=dataclasses.replace(company, accounting_system=system, given=given))


def _with_samples(catalog: Catalog, plan: Plan) -> Catalog:
    """The catalog with the samples that the company file asks for, by their new numbers."""
    from momentsheet.model.numbering import number_key

    samples = {
        name: tuple(plan.new_of(name).get(number_key(key), key) for key in keys)
        for name, keys in catalog.company.samples.items()
    }
    return dataclasses.replace(catalog, company=dataclasses.replace(catalog.company, samples=samples))


def _plan_for(
    delivery: NumberedDelivery,
    wish: NumberWish,
    earlier: Plan | None,
    today: dt.date,
) -> tuple[Plan, tuple[Note, ...]]:
    """The plan for this delivery, and what a person must know of it; UsageError with all that makes it impossible."""
    from momentsheet.catalog import find_system, misfits, series_of
    from momentsheet.model.numbering import EntityPlan, Note, Pair, Plan, number_key
    from momentsheet.numbering import Asked, propose

    catalog, company = delivery.catalog, delivery.company
    name = wish.system or (earlier.system if earlier is not None else company.accounting_system)
    system = find_system(catalog, name)
    taken = _taken(delivery, wish.lists(catalog), today)
    issued = {entity for entity in delivery.numbered if not _may_change(entity, catalog)}
    asked = []
    for entity, numbered in delivery.numbered.items():
        path = f"{entity}.{numbered.field}"
        decided = EntityPlan()
        if earlier is not None and entity in earlier.entities:
            decided = earlier.reversed().entities[entity] if wish.is_back else earlier.entities[entity]
        elif wish.is_map:
            pairs = (Pair(old, new, "map", numbered.names.get(old, "")) for old, new in numbered.mapped)
            decided = EntityPlan(tuple(pairs))
        asked.append(
            Asked(
                numbered,
                series_of(catalog.company, system, path),
                misfits(catalog, system, path),
                taken.get(entity, {}),
                decided,
                is_allowed=entity not in issued or entity in wish.allowed,
                is_open=not wish.is_map and not wish.is_back,
                is_map=wish.is_map,
            )
        )
    proposal = propose(asked)
    if proposal.problems:
        raise UsageError("\n".join(proposal.problems))
    notes = list(proposal.notes)
    for entity, part in earlier.entities.items() if earlier is not None else ():
        mine = delivery.numbered.get(entity)
        here = {number_key(one) for one in (*mine.names, *mine.named.values())} if mine is not None else set()
        absent = sum(number_key(pair.old) not in here and number_key(pair.new) not in here for pair in part.pairs)
        if absent:
            notes.append(Note("absent", {"entity": entity, "count": absent}))
    if earlier is not None and (wish.is_back or proposal.entities == earlier.entities):
        return earlier, tuple(notes)
    for entity, part in proposal.entities.items():
        said = catalog.company.next_numbers.get(f"{entity}.{delivery.numbered[entity].field}")
        if part.next_is and said is not None and number_key(said) == number_key(part.next_was):
            notes.append(Note("next_in_file", {"entity": entity, "number": part.next_is, "before": said}))
    entities = {**(earlier.entities if earlier is not None else {}), **proposal.entities}
    return Plan(company.code or company.name, system.name, today, entities), tuple(notes)


def _may_change(entity: str, catalog: Catalog) -> bool:
    """Whether the customer's own map may hold numbers of the entity; others have been issued and need permission."""
    for one in (*catalog.entities.values(), *catalog.out_of_scope.values()):
        for rule in one.rules:
            if rule.check == "replaced":
                listed = catalog.code_lists[one.field(rule.fields[2]).list or ""]
                return entity in {code.code for code in listed.codes}
    return True


def _taken(
    delivery: NumberedDelivery, lists: Sequence[tuple[str | None, Path]], today: dt.date
) -> Mapping[str, Mapping[str, TakenNumber]]:
    """Entity -> the numbers that the lists say are in use elsewhere."""
    from momentsheet.checking import taken_numbers

    taken: dict[str, dict[str, TakenNumber]] = {}
    fields = {name: numbered.field for name, numbered in delivery.numbered.items()}
    for entity, path in lists:
        _, _, workbook = _read(path, path.name)
        found = taken_numbers(workbook, delivery.catalog, today, fields, entity)
        if not any(found.values()):
            like = f"{next(iter(fields), 'entity')}={path}"
            said = "it holds no numbers" if entity else f"say whose numbers it holds, as in --taken {like}"
            raise UsageError(f"--taken {path}: {said}")
        for name, numbers in found.items():
            taken.setdefault(name, {}).update(numbers)
    return taken


def _refuse_losing(path: Path, plan: Plan, wish: NumberWish, catalog: Catalog) -> None:
    """A plan of an earlier run alone knows what its numbers were: one that knows less cannot replace it."""
    from momentsheet.model.numbering import number_key

    if not path.exists() or (wish.plan is not None and wish.plan.resolve() == path.resolve()):
        return
    for entity, part in _plan(path, catalog).entities.items():
        known = {number_key(pair.old) for pair in plan.entities[entity].pairs} if entity in plan.entities else set()
        if any(pair.is_changed and number_key(pair.old) not in known for pair in part.pairs):
            raise UsageError(
                f"{path} knows old numbers that would be lost; give it with --plan, or name another folder"
            )


def _about_new_numbers(answer: Answer, plan: Plan, delivery: NumberedDelivery) -> Answer:
    """The same answer with new numbers in the place of old ones: «K-17 is K-2» must go on being so."""
    from momentsheet.model.numbering import number_key

    entity = delivery.catalog.entities.get(answer.entity)
    if entity is None or not answer.field:
        return answer
    named = {answer.entity} if entity.key == (answer.field,) else set()
    named |= {reference.entity for name, reference in entity.references if name == answer.field}
    new_of = {old: new for name in named for old, new in plan.new_of(name).items()}
    return dataclasses.replace(
        answer,
        value=new_of.get(number_key(answer.value), answer.value),
        to=new_of.get(number_key(answer.to), answer.to),
    )


def _notes_of_samples(catalog: Catalog, plan: Plan) -> Iterator[Note]:
    """The samples in the company file are called by old numbers: only a person can change it."""
    from momentsheet.model.numbering import Note, number_key

    for name, keys in catalog.company.samples.items():
        pairs = [(key, plan.new_of(name)[number_key(key)]) for key in keys if number_key(key) in plan.new_of(name)]
        if pairs:
            shown = ", ".join(f"{old} → {new}" for old, new in pairs)
            yield Note("samples_in_file", {"entity": name, "pairs": shown})


def _refuse_defaults(plan: Plan, delivery: NumberedDelivery) -> None:
    """A default of the company file that names an old number would bring it back into every blank cell."""
    from momentsheet.model.numbering import number_key

    wrong = []
    for path, text in delivery.catalog.company.defaults.items():
        name, _, field = path.partition(".")
        entity = delivery.catalog.entities.get(name)
        for column, reference in entity.references if entity is not None else ():
            new = plan.new_of(reference.entity).get(number_key(text)) if column == field else None
            if new is not None:
                wrong.append(f"the company file has the default {path}: {text}, which becomes {new}; change it there")
    if wrong:
        raise UsageError("\n".join(wrong))


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


def _install(extra: str) -> str:
    return f'pip install "momentsheet[{extra}]"'


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
    data = _optional(target)
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


def _owners(delivery: Delivery, plan: Path | None) -> tuple[files.Owners, ...]:
    """The rows that files may belong to, by kind; with a plan, the numbers that they had before."""
    from momentsheet import files
    from momentsheet.model.numbering import number_key

    catalog, parsed = delivery.catalog, delivery.checked.parsed
    left_out: dict[str, set[int]] = {}
    for one in delivery.checked.left_out:
        left_out.setdefault(one.entity, set()).add(one.row)
    tables = {name: table.values for name, table in parsed.items()}
    back = None if plan is None else _plan(plan, catalog).reversed()

    def old_number(entity: str, number: str) -> str:
        return number if back is None else back.new_of(entity).get(number_key(number), number)

    kinds = [kind for kind in catalog.file_kinds.values() if kind.entity in catalog.entities]
    return tuple(files.owners_of(kind, tables, left_out, catalog, old_number) for kind in kinds)


def _plan(path: Path, catalog: Catalog) -> Plan:
    from momentsheet.catalog import read_plan

    data = _optional(path)
    if data is None:
        raise UsageError(f"there is no file {path}")
    return read_plan(data, str(path), catalog)


def _renamed(path: Path | None, catalog: Catalog) -> Callable[[str], Sequence[str]]:
    """The names that a file may have with the new numbers of a plan in it."""
    from momentsheet.numbering import renamed

    if path is None:
        return lambda _name: ()
    plan = _plan(path, catalog)
    return lambda name: [renamed(name, plan, entity) for entity in plan.entities]


def _decided(path: Path | None, scan: Scan, rows: Sequence[files.Owners], catalog: Catalog) -> Mapping[int, Decision]:
    """What a person has decided, by the place of the file; UsageError for rows that there are not."""
    from momentsheet import files
    from momentsheet.catalog import load_decisions

    if path is None:
        return {}
    data = _optional(path)
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
