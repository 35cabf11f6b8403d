"""Arguments in, one pipeline call, words and exit status out.

Data goes to stdout, talk to stderr. Engines are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from momentsheet import __version__
from momentsheet.errors import MomentsheetError, UnusableFile, UsageError

if TYPE_CHECKING:
    from momentsheet.pipeline import Conversion, Delivery

EXIT_CODES = """
\b
Exit status:
  0   nothing at or above --fail-on
  1   findings at or above it
  2   wrong use, company file or rules
  3   a file that cannot be used
  4   import files written, but rows left out (skip-row)
  5   results cannot be written
  70  internal error
"""
LANGUAGES = ("en", "nb", "sv", "da")


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line; every way out is an exit status, never a traceback."""
    try:
        status = app.main(None if argv is None else list(argv), prog_name="momentsheet", standalone_mode=False)
    except click.exceptions.Abort:
        _say("stopped")
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except UnusableFile as error:
        _say(_refusal(error))
        return error.exit_code
    except MomentsheetError as error:
        _say(str(error))
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except (Exception, MemoryError) as error:  # noqa: BLE001 - the last door: people get an id, not a traceback
        _say(f"internal error {_error_id(error)}: this is our mistake; please report the id and the command")
        return 70
    return int(status or 0)


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="momentsheet")
def app() -> None:
    """Excel templates for data imports to Moment, and the engine that checks and converts them."""


# Options that several commands have
FAIL_ON = click.option(
    "--fail-on", type=click.Choice(("error", "warning", "never")), default="error", show_default=True,
    help="From which severity on the exit status is 1.",
)  # fmt: skip
TODAY = click.option("--today", metavar="DATE", help="The day that counts as today (2025-01-31).")
QUIET = click.option("-q", "--quiet", is_flag=True, help="No talk, only the exit status and what was asked for.")


def _company(command: Callable[..., Any]) -> Callable[..., Any]:
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("--company", type=kind, metavar="FILE", help="The company file.")(command)


def _language(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--language", type=click.Choice(LANGUAGES), help="Default: the company's.")(command)


def _checking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `check` and `convert` share."""
    options = (
        FAIL_ON,
        TODAY,
        click.option(
            "--previous", metavar="REPORT.json", type=click.Path(dir_okay=False, path_type=Path),
            help="The report of the round before: what is new, still open, fixed. Default: what the workbooks carry.",
        ),
        click.option(
            "--mappings", metavar="FILE.yaml", type=click.Path(dir_okay=False, path_type=Path),
            help="Answers of the Fix list; those of the workbooks are added to it by convert.",
        ),
        click.option("--json", "as_json", is_flag=True, help="The JSON report on stdout."),
        QUIET,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return _language(_company(command))


WORKBOOKS = click.argument("workbooks", nargs=-1, required=True, metavar="WORKBOOK...", type=click.Path(path_type=Path))


@app.command(epilog="Example: momentsheet template --company fjord.yaml --language nb -o fjord.xlsx")
@click.argument("entities", nargs=-1, metavar="[ENTITY]...")
@_company
@_language
@click.option("--sample", is_flag=True, help="Filled with a small correct example.")
@click.option("-o", "--output", required=True, metavar="FILE.xlsx", type=click.Path(path_type=Path))
def template(entities: tuple[str, ...], company: Path | None, language: str | None, sample: bool, output: Path) -> int:
    """Make the workbook that the company fills in."""
    from momentsheet import pipeline

    catalog = pipeline.load(company)
    pipeline.refuse_language(catalog, language)
    pipeline.make_template(catalog, entities, language or catalog.company.language, output, sample=sample)
    _say(f"{output} is ready to be filled in")
    return 0


@app.command(epilog="Example: momentsheet check fjord.xlsx --annotated fjord.checked.xlsx --report fjord.html")
@WORKBOOKS
@_checking
@click.option(
    "--annotated", metavar="PATH", type=click.Path(path_type=Path), help="Write the workbook with its findings in it."
)
@click.option(
    "--report", "reports", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="Write the report; the suffix says how: .json .sarif .html .txt .xml (JUnit). May be repeated.",
)  # fmt: skip
@click.option(
    "--letter", metavar="FILE", type=click.Path(path_type=Path), help="Write the e-mail to the company, as plain text."
)
def check(
    workbooks: tuple[Path, ...], company: Path | None, language: str | None, fail_on: str, today: str | None,
    previous: Path | None, mappings: Path | None, as_json: bool, quiet: bool, annotated: Path | None,
    reports: tuple[Path, ...], letter: Path | None,
) -> int:  # fmt: skip
    """Check filled workbooks; several are one delivery. Writes only what is asked for."""
    from momentsheet import pipeline

    for report in reports:
        if report.suffix not in pipeline.REPORT_SUFFIXES:
            raise UsageError(f"--report {report}: the suffix must be one of {', '.join(pipeline.REPORT_SUFFIXES)}")
        if report.resolve() in {path.resolve() for path in workbooks}:
            raise UsageError(f"--report {report} is one of the workbooks; give another name")
    if letter is not None and letter.resolve() in {path.resolve() for path in workbooks}:
        raise UsageError(f"--letter {letter} is one of the workbooks; give another name")
    with _Progress(quiet) as progress:
        catalog = pipeline.load(company)
        pipeline.refuse_language(catalog, language)
        before = pipeline.Before(previous, mappings, pipeline.waivers_of(company) if company else None)
        delivery = pipeline.check_delivery(workbooks, catalog, _day(today), language, progress, before)
        for report in reports:
            pipeline.write_report(delivery, report)
        marked = pipeline.write_annotated(delivery, annotated) if annotated is not None else ()
        if letter is not None:
            pipeline.write_letter(delivery, letter, marked)
    _print_report(delivery, as_json, quiet)
    return 1 if delivery.report.reaches(fail_on) else 0


@app.command(epilog="Example: momentsheet convert fjord.xlsx --company fjord.yaml -o out")
@WORKBOOKS
@click.option(
    "-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder for the results."
)
@_checking
@click.option("--format", "formats", multiple=True, metavar="NAME", help="csv, api; default: all. May be repeated.")
@click.option(
    "--on-error", type=click.Choice(("block", "skip-row")), default="block", show_default=True,
    help="With skip-row, rows with errors and rows that depend on them are left out.",
)  # fmt: skip
def convert(
    workbooks: tuple[Path, ...], output: Path, company: Path | None, language: str | None, fail_on: str,
    today: str | None, previous: Path | None, mappings: Path | None, as_json: bool, quiet: bool,
    formats: tuple[str, ...], on_error: str,
) -> int:  # fmt: skip
    """Check filled workbooks and make import files, or hand the workbook back with its findings."""
    from momentsheet import pipeline

    with _Progress(quiet) as progress:
        catalog = pipeline.load(company)
        pipeline.refuse_language(catalog, language)
        conversion = pipeline.convert_delivery(
            workbooks, output, catalog, formats, on_error=on_error, fail_on=fail_on, today=_day(today),
            language=language, progress=progress,
            before=pipeline.Before(previous, mappings, pipeline.waivers_of(company) if company else None),
        )  # fmt: skip
    _print_report(conversion.delivery, as_json, quiet)
    if not quiet:
        _say_written(conversion, output)
    if conversion.bundle is not None and conversion.rows_left_out:
        return 4
    return 1 if conversion.delivery.report.reaches(fail_on) else 0


@app.command(epilog="Example: momentsheet renumber fjord.xlsx --for poweroffice_go --company fjord.yaml -o out")
@WORKBOOKS
@click.option(
    "-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder for the results."
)
@click.option("--for", "system", metavar="SYSTEM", help="Propose numbers that fit an accounting system.")
@click.option(
    "--plan", metavar="plan.yaml", type=click.Path(dir_okay=False, path_type=Path),
    help="Apply a plan of an earlier run, as it is or changed by hand.",
)  # fmt: skip
@click.option("--map", "is_map", is_flag=True, help="Apply the company's own sheet of old and new numbers.")
@click.option(
    "--taken", multiple=True, metavar="[ENTITY=]FILE",
    help="Numbers that are in use in the accounting system: .xlsx, .csv or .txt. May be repeated.",
)  # fmt: skip
@click.option(
    "--allow", "allowed", multiple=True, metavar="ENTITY",
    help="Also renumber what has been issued (invoice). May be repeated.",
)  # fmt: skip
@click.option("--reverse", "is_back", is_flag=True, help="With --plan: back to the old numbers.")
@click.option("--format", "formats", multiple=True, metavar="NAME", help="csv, api; default: all. May be repeated.")
@TODAY
@click.option("--json", "as_json", is_flag=True, help="Plan and what was told as JSON on stdout.")
@QUIET
@_language
@_company
def renumber(
    workbooks: tuple[Path, ...], output: Path, system: str | None, plan: Path | None, is_map: bool,
    taken: tuple[str, ...], allowed: tuple[str, ...], is_back: bool, formats: tuple[str, ...], today: str | None,
    as_json: bool, quiet: bool, language: str | None, company: Path | None,
) -> int:  # fmt: skip
    """Give a delivery numbers that fit the accounting system, in every sheet, and make its import files.

    Exactly one of --for, --plan and --map says where the numbers come from.
    """
    from momentsheet import pipeline

    if sum((system is not None, plan is not None, is_map)) != 1:
        raise UsageError("say where the new numbers come from: one of --for SYSTEM, --plan plan.yaml and --map")
    if is_back and plan is None:
        raise UsageError("--reverse needs the plan that is to be taken back: --plan plan.yaml")
    if is_back and taken:
        raise UsageError("--taken says which new numbers are free; --reverse gives the old ones back")
    wish = pipeline.NumberWish(plan, system, is_map, taken, allowed, is_back)
    with _Progress(quiet) as progress:
        catalog = pipeline.load(company)
        pipeline.refuse_language(catalog, language)
        done = pipeline.renumber_delivery(
            workbooks, output, catalog, wish, formats, today=_day(today), language=language, progress=progress,
            before=pipeline.Before(waivers=pipeline.waivers_of(company) if company else None),
        )  # fmt: skip
    if as_json:
        click.echo(pipeline.renumbering_json(done))
    if done.conversion is not None and not quiet:
        click.echo(pipeline.terminal_report(done.conversion.delivery), err=as_json)
    if not quiet:
        for line in pipeline.renumbered_lines(done, output):
            click.echo(line, err=True)
    is_sound = done.conversion is not None and not done.conversion.delivery.report.reaches("error")
    return 0 if is_sound else 1


@app.command(epilog="Example: momentsheet files invoices/ --deliver fjord.xlsx --company fjord.yaml -o files-out")
@click.argument("paths", nargs=-1, required=True, metavar="FOLDER|ZIP...", type=click.Path(path_type=Path))
@click.option(
    "--deliver", "workbooks", multiple=True, required=True, metavar="WORKBOOK", type=click.Path(path_type=Path),
    help="A filled workbook whose rows the files belong to. May be repeated.",
)  # fmt: skip
@click.option(
    "-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder for the results."
)  # fmt: skip
@click.option(
    "--plan", metavar="plan.yaml", type=click.Path(dir_okay=False, path_type=Path),
    help="The plan of renumber: the files still bear the old numbers.",
)  # fmt: skip
@click.option(
    "--decisions", metavar="FILE.yaml", type=click.Path(dir_okay=False, path_type=Path),
    help="Answers to what only a person can decide: decisions.yaml of an earlier run, filled in.",
)  # fmt: skip
@click.option(
    "--mappings", metavar="FILE.yaml", type=click.Path(dir_okay=False, path_type=Path),
    help="Answers of the Fix list, as for check.",
)  # fmt: skip
@FAIL_ON
@TODAY
@click.option("--json", "as_json", is_flag=True, help="The JSON report on stdout.")
@QUIET
@_company
@_language
def files(
    paths: tuple[Path, ...], workbooks: tuple[Path, ...], output: Path, company: Path | None, language: str | None,
    fail_on: str, today: str | None, mappings: Path | None, as_json: bool, quiet: bool, plan: Path | None,
    decisions: Path | None,
) -> int:  # fmt: skip
    """Match PDFs, photographs, receipts and documents to the rows of the workbooks, and write them for the import.

    One big PDF is split. Your own files are never changed.
    """
    from momentsheet import pipeline

    with _Progress(quiet) as progress:
        catalog = pipeline.load(company)
        pipeline.refuse_language(catalog, language)
        done = pipeline.deliver_files(
            paths, workbooks, output, catalog, plan=plan, decisions=decisions, today=_day(today), language=language,
            progress=progress,
            before=pipeline.Before(None, mappings, pipeline.waivers_of(company) if company else None),
        )  # fmt: skip
    _print_report(done.delivery, as_json, quiet)
    if not quiet:
        _say(f"{output} holds {len(done.written)} files; open {output / 'report.html'} in a browser")
    return 1 if done.delivery.report.reaches(fail_on) else 0


@app.command(
    epilog='Example: momentsheet waive TR-14 "kari@fjord.example · 04.03.2024" --why "..." --company fjord.yaml'
)
@click.argument("code", metavar="CODE")
@click.argument("key", metavar="KEY")
@click.option("--why", required=True, metavar="TEXT", help="Why it is right as it is.")
@click.option("--who", metavar="NAME", help="Who accepts it. Default: the user of this computer.")
@click.option("--until", metavar="DATE", help="The last day on which it holds (2025-06-30). Default: for good.")
@click.option(
    "--company",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The company file; the waivers lie beside it.",
)
def waive(code: str, key: str, why: str, who: str | None, until: str | None, company: Path) -> int:
    """Accept one finding: CODE of its rule, KEY of its row or its fingerprint, as the report has them.

    It stays in report and receipt, but holds nothing back. What Moment would refuse cannot be accepted.
    """
    import getpass

    from momentsheet import pipeline
    from momentsheet.model.waiver import Waiver

    target = pipeline.waivers_of(company)
    waiver = Waiver(code.upper(), key, who or getpass.getuser(), why, _day(until, "--until"))
    pipeline.waive(pipeline.load(company), target, waiver)
    _say(f"{target}: {waiver.code} for «{waiver.key}» is accepted")
    return 0


@app.command(epilog="Example: momentsheet inspect old-export.xlsx customers.csv -o profile.xlsx")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@_company
@_language
@click.option(
    "-o",
    "--output",
    metavar="FILE.xlsx",
    type=click.Path(path_type=Path),
    help="Write the workbook: a sheet for each question, to filter and answer.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the profile; the suffix says how: .json .txt .xlsx. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="The profile as JSON on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="No talk, only what was asked for.")
def inspect(
    files: tuple[Path, ...], company: Path | None, language: str | None, output: Path | None,
    reports: tuple[Path, ...], as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Profile any files before the import: what they hold, what is odd, double or never used. Judges nothing."""
    from momentsheet import pipeline

    if output is not None and output.suffix != ".xlsx":
        raise UsageError(f"-o {output}: the profile is a workbook; end its name in .xlsx")
    for report in reports:
        if report.suffix not in pipeline.PROFILE_SUFFIXES:
            raise UsageError(f"--report {report}: the suffix must be one of {', '.join(pipeline.PROFILE_SUFFIXES)}")
    targets = [*reports, *([output] if output is not None else [])]
    with _Progress(quiet) as progress:
        catalog = pipeline.load(company)
        pipeline.refuse_language(catalog, language)
        profile = pipeline.inspect_files(files, catalog, language, progress)
        for target in targets:
            pipeline.write_profile(profile, catalog, target)
    if as_json:
        click.echo(pipeline.render_profile(profile, catalog, ".json").decode(), nl=False)
    if not quiet:
        click.echo(pipeline.terminal_profile(profile, catalog), err=as_json, nl=False)
    return 0


@app.group("company")
def company_file() -> None:
    """Begin a company file, or check one."""


@company_file.command(epilog="Example: momentsheet company init --accounting-system tripletex -o fjord.yaml")
@click.option("-o", "--output", required=True, metavar="FILE.yaml", type=click.Path(path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the company, and of the comments. Default: nb.")
@click.option("--accounting-system", metavar="NAME", help="Such as tripletex. Default: generic.")
def init(output: Path, language: str | None, accounting_system: str | None) -> int:
    """Write a company file in which everything is explained, to be filled in."""
    from momentsheet import pipeline

    pipeline.begin_company(output, language, accounting_system)
    _say(f"{output} is ready to be filled in")
    return 0


@company_file.command("check", epilog="Example: momentsheet company check fjord.yaml")
@click.argument("file", metavar="FILE.yaml", type=click.Path(dir_okay=False, path_type=Path))
def check_company(file: Path) -> int:
    """Tell every mistake in a company file, or that it is sound."""
    from momentsheet import pipeline

    pipeline.load(file)
    _say(f"{file} is sound")
    return 0


@app.command(epilog="Example: momentsheet explain TR-04")
@click.argument("topic", required=False, metavar="[CODE|ENTITY|ENTITY.FIELD]")
@_company
@_language
def explain(topic: str | None, company: Path | None, language: str | None) -> int:
    """Say what a rule, an entity or a field is about."""
    from momentsheet import pipeline

    catalog = pipeline.load(company)
    pipeline.refuse_language(catalog, language)
    click.echo(pipeline.explain(catalog, topic, language or catalog.company.language))
    return 0


@app.command(epilog="Example: momentsheet docs -o site")
@click.option("-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path))
@_company
@click.option("--language", type=click.Choice(LANGUAGES), help="Only this one: en or nb. Default: both.")
def docs(output: Path, company: Path | None, language: str | None) -> int:
    """Write fields, rules, lists and import files as a site to search and print; it needs no network."""
    from momentsheet import pipeline

    written = pipeline.write_docs(pipeline.load(company), language, output)
    pages = sum(name.endswith(".html") for name in written)
    _say(f"{output} holds {pages} pages; open {output / 'index.html'} in a browser")
    return 0


@app.command()
@_company
@_language
@click.option("--json", "as_json", is_flag=True, help="The whole model as JSON.")
def entities(company: Path | None, language: str | None, as_json: bool) -> int:
    """List the kinds of data that can be imported."""
    from momentsheet import pipeline

    catalog = pipeline.load(company)
    pipeline.refuse_language(catalog, language)
    click.echo(pipeline.describe_entities(catalog, language or catalog.company.language, as_json=as_json))
    return 0


@app.command()
def doctor() -> int:
    """Look whether everything that momentsheet needs is there and sound."""
    from momentsheet import pipeline

    lines, is_sound = pipeline.examine()
    for line in lines:
        click.echo(line)
    return 0 if is_sound else 2


# Private functions


def _say(text: str) -> None:
    click.echo(f"momentsheet: {text}", err=True)


def _day(text: str | None, option: str = "--today") -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: write the day as 2025-01-31") from None


def _refusal(error: UnusableFile) -> str:
    """The refusal in words; where even the texts cannot be loaded, its bare id."""
    from momentsheet import pipeline

    language = _asked_language(sys.argv)
    return pipeline.refusal(error, language)


def _asked_language(argv: Sequence[str]) -> str | None:
    """The --language of the call, for errors that come before the workbook could tell."""
    for place, word in enumerate(argv):
        if word == "--language" and place + 1 < len(argv):
            return argv[place + 1]
        if word.startswith("--language="):
            return word.partition("=")[2]
    return None


def _error_id(error: BaseException) -> str:
    """Names the place in our code, never what the customer's cells hold."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "|".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:])
    return hashlib.sha256(f"{__version__}|{type(error).__name__}|{place}".encode()).hexdigest()[:10]


def _print_report(delivery: Delivery, as_json: bool, quiet: bool) -> None:
    from momentsheet import pipeline

    if as_json:
        click.echo(pipeline.render_report(delivery, ".json"))
    if not quiet:
        click.echo(pipeline.terminal_report(delivery), err=as_json)


def _say_written(conversion: Conversion, output: Path) -> None:
    from momentsheet import pipeline

    for line in pipeline.written_lines(conversion, output):
        click.echo(line, err=True)


class _Progress:
    """A bar with the time left, on a terminal, when the work takes longer than a second."""

    def __init__(self, quiet: bool) -> None:
        self._is_wanted = not quiet and sys.stderr.isatty()
        self._timer: threading.Timer | None = None
        self._bar: Any = None
        self._task: Any = None
        self._share = 0.0
        self._stage = ""

    def __enter__(self) -> _Progress:
        if self._is_wanted:
            self._timer = threading.Timer(1.0, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, share: float) -> None:
        self._stage, self._share = stage, share
        if self._bar is not None:
            self._bar.update(self._task, description=stage, completed=share)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description:10}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = bar.add_task(self._stage, total=1.0)
        bar.start()
        self._bar = bar
