"""YAML to catalog: reads the rules folder, tells every problem in it at once, or gives the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from momentsheet.catalog.build import build_catalog, build_company
from momentsheet.catalog.company import apply_company, clashes
from momentsheet.catalog.files import ABOUT_FILES, COMPANY, FOLDERS, GENERAL, LANGUAGE, LANGUAGES, RuleFiles
from momentsheet.catalog.names import Names, collect_names, did_you_mean, names_of
from momentsheet.catalog.place import Place, Taken
from momentsheet.catalog.retire import retired_fields, retired_problems, take_away
from momentsheet.catalog.texts import lay_over
from momentsheet.catalog.verify import verify
from momentsheet.catalog.yaml_reader import Node, max_bytes, read_yaml
from momentsheet.errors import CatalogError, Problem, UsageError
from momentsheet.model.catalog import Catalog

_GENERAL = "workbook"  # rules/workbook.yaml: rules for whatever entity, and for the workbook itself
_PAGE_WORDS = "pages"  # rules/words/pages.yaml: words by which pages of PDF files are understood
_ABOUT_FILES = "files"  # rules/files.yaml: rules about the files that come beside the workbooks


def load_catalog(rules: Path, company: Path | None = None) -> Catalog:
    """Load the rules folder, with a company file's choices applied.

    Raises CatalogError with every problem in all these files, UsageError where folder or company file is missing.
    """
    if not rules.is_dir():
        raise UsageError(f"There is no rules folder {rules}")
    problems: list[Problem] = []
    paths = [path for path in sorted(rules.rglob("*.y*ml")) if not path.name.startswith(".")]
    sources = [_read(path, path.relative_to(rules), rules.name, problems) for path in paths]
    known = [source for source in sources if _is_in_place(source, problems)]
    languages = ("en", "nb", *dict.fromkeys(language for source in known if (language := _language(source))))
    names = collect_names([(source.folder, source.stem, source.root) for source in known], languages)
    files = _take(rules.name, known, names, problems)
    retired = retired_fields(files.entities)
    if retired and not problems:
        problems.extend(retired_problems(files, retired))
        names = take_away(files, names, retired)
    unknown = list(lay_over(files, retired.has_text))
    problems.extend(verify(files, names))
    problems.extend([] if problems else unknown)  # an id may be unknown only because its place is wrong
    chosen = _take_company(company, names, problems) if company is not None else None
    if not files.entities and not problems:
        problems.append(Problem(rules.name, 1, "holds no entity files"))
    if problems:
        raise CatalogError(problems)
    catalog = replace(build_catalog(files, names, _version(sources)), sleeping=tuple(sorted(retired.rules)))
    return catalog if chosen is None else _with_company(catalog, chosen)


def load_company(catalog: Catalog, company: Path) -> Catalog:
    """A catalog without a company's choices, with those of a company file applied.

    Raises CatalogError with every problem in the company file, UsageError where it is missing.
    """
    problems: list[Problem] = []
    taken = _take_company(company, names_of(catalog), problems)
    if problems or taken is None:
        raise CatalogError(problems)
    return _with_company(catalog, taken)


# Private functions


@dataclass(frozen=True, slots=True)
class _Source:
    """A rule file as it was read: `folder` below rules/ ("" for rules/ itself), name without suffix, root node."""

    path: str
    folder: str
    stem: str
    suffix: str
    label: str
    data: bytes
    root: Node | None


def _read(path: Path, relative: Path, top: str, problems: list[Problem]) -> _Source:
    label = f"{top}/{relative.as_posix()}"
    data = _bytes(path)
    root, wrong = read_yaml(data, label)
    problems.extend(wrong)
    return _Source(
        relative.as_posix(), relative.parent.as_posix().lstrip("."), path.stem, path.suffix, label, data, root
    )


def _bytes(path: Path) -> bytes:
    """The file; one byte more than may be is enough to see that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError:
        raise UsageError(f"Cannot read {path}") from None


def _is_in_place(source: _Source, problems: list[Problem]) -> bool:
    if source.suffix != ".yaml":
        text = "must be called `.yaml` to be read"
    elif source.folder == "" and source.stem not in {_GENERAL, _ABOUT_FILES}:
        near = did_you_mean(source.stem, [_GENERAL, _ABOUT_FILES])
        text = f"has no place here{near}; the folders are {', '.join(FOLDERS)}"
    elif source.folder == "words" and source.stem != _PAGE_WORDS:
        text = f"is not read; all words stand in words/{_PAGE_WORDS}.yaml"
    elif source.folder == LANGUAGES:
        text = f"belongs in the folder of its language, such as {LANGUAGES}/{source.stem}/customer.yaml"
    elif source.folder and source.folder not in FOLDERS and not _language(source):
        text = f"stands in a folder that is not read{did_you_mean(source.folder, FOLDERS)}"
    else:
        return True
    problems.append(Problem(source.label, 1, text))
    return False


def _language(source: _Source) -> str | None:
    """The language whose texts the file holds, None for every other file."""
    folder, _, language = source.folder.partition("/")
    return language if folder == LANGUAGES and language and "/" not in language else None


def _take(top: str, sources: list[_Source], names: Names, problems: list[Problem]) -> RuleFiles:
    """Every file by its shape; what cannot be taken at all is left out."""
    taken: dict[str, dict[str, Taken]] = {folder: {} for folder in FOLDERS}
    languages: dict[str, list[Taken]] = {}
    general: Taken | None = Taken(f"{top}/{_GENERAL}.yaml", 1)
    about_files: tuple[Taken, ...] = ()
    for source in sources:
        language = _language(source)
        beside = ABOUT_FILES if source.stem == _ABOUT_FILES else GENERAL
        shape, name_key = (LANGUAGE, None) if language else FOLDERS.get(source.folder, (beside, None))
        place = Place(source.label, names, problems, source.stem)
        value = shape.take(source.root, "the file", place) if source.root is not None else None
        if not source.folder and source.stem == _ABOUT_FILES:
            about_files = value.get("rules", ()) if isinstance(value, Taken) else ()
        elif not source.folder:
            general = value if isinstance(value, Taken) else None
        elif isinstance(value, Taken) and language:
            languages.setdefault(language, []).append(value)
        elif isinstance(value, Taken):
            if name_key and value.get(name_key, source.stem) != source.stem:
                problems.append(value.problem(name_key, f"`{name_key}` must be the file's name, `{source.stem}`"))
            taken[source.folder][source.stem] = value
    return RuleFiles(
        entities=taken["entities"],
        code_lists=taken["codelists"],
        accounting=taken["accounting"],
        formats=taken["formats"],
        fact_tables=taken["tables"],
        work_lists=taken["worklists"],
        file_kinds=taken["files"],
        page_words=taken["words"].get(_PAGE_WORDS),
        texts=tuple(taken["texts"].values()),
        languages={language: tuple(texts) for language, texts in languages.items()},
        general=(*(general.get("rules", ()) if general is not None else ()), *about_files),
        general_file=general.file if general is not None and general.is_sound else None,
        work=general.get("work", Taken(general.file, general.line)) if general is not None else Taken(top, 1),
    )


def _version(sources: list[_Source]) -> str:
    """Hash of names and bytes, each with its length, so that no two sets of files look alike."""
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda source: source.path):
        name = source.path.encode()
        digest.update(b"%d %d\n" % (len(name), len(source.data)) + name + source.data)
    return digest.hexdigest()[:12]


def _take_company(path: Path, names: Names, problems: list[Problem]) -> Taken | None:
    if not path.exists():
        beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        raise UsageError(f"There is no company file {path}{did_you_mean(path.name, beside)}")
    root, wrong = read_yaml(_bytes(path), str(path))
    problems.extend(wrong)
    value = COMPANY.take(root, "the company file", Place(str(path), names, problems)) if root is not None else None
    return value if isinstance(value, Taken) else None


def _with_company(catalog: Catalog, taken: Taken) -> Catalog:
    company = build_company(taken, catalog.code_lists, catalog.languages)
    problems = [_at(taken, keys, text) for keys, text in clashes(catalog, company)]
    if problems:
        raise CatalogError(problems)
    return apply_company(catalog, company)


def _at(taken: Taken, keys: Sequence[str], text: str) -> Problem:
    """A problem at the innermost of these keys that the company file has."""
    inner = taken.get(keys[0])
    if len(keys) > 1 and isinstance(inner, Taken) and keys[1] in inner:
        return _at(inner, keys[1:], text)
    if len(keys) > 1 and isinstance(inner, tuple):
        for item in inner:
            if isinstance(item, Taken) and item.get("code") == keys[1]:
                return item.problem("code", text)
    return taken.problem(keys[0], text)
