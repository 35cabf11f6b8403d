"""Profiles of any files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from momentsheet import __version__
from momentsheet.errors import UsageError
from momentsheet.output import write_file
from momentsheet.pipeline.delivery import Progress, no_progress, read_all, terminal

if TYPE_CHECKING:
    from momentsheet.model.catalog import Catalog
    from momentsheet.model.profile import Profile


def inspect_files(
    paths: Sequence[Path], catalog: Catalog, language: str | None = None, progress: Progress = no_progress
) -> Profile:
    """Profile any files together, ours or raw exports. Nothing is judged, nothing is written."""
    from momentsheet.checking.profile import profile_files

    files = read_all(paths, progress, 0.4)
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


def terminal_profile(profile: Profile, catalog: Catalog) -> str:
    """The profile for the terminal, in its width, with colours where they are wanted."""
    from momentsheet import reporting

    width, color = terminal()
    return reporting.render_profile_text(profile, catalog, width=width, color=color)
