"""What needs no delivery: templates, company files, explanations, the site, the state of the installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import __version__, resources
from momentsheet.errors import MomentsheetError, OutputError, UnusableFile, UsageError
from momentsheet.output import Folder, write_file
from momentsheet.pipeline.delivery import install, load, refuse_language
from momentsheet.pipeline.file_delivery import FILE_PACKAGES

if TYPE_CHECKING:
    from momentsheet.model.catalog import Catalog


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
    for package in FILE_PACKAGES:
        try:
            lines.append(f"ok       {package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"note     {package} is not installed; the command `files` needs it: {install('files')}")
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
