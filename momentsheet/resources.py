"""Where `rules/` and `templates/` lie: beside the package in a source tree, inside it when installed."""

from __future__ import annotations

from pathlib import Path

from momentsheet.errors import UsageError


def rules_folder() -> Path:
    """The folder of the rule files."""
    return _folder("rules")


def templates_folder() -> Path:
    """The folder of the texts for people."""
    return _folder("templates")


# Private functions


def _folder(name: str) -> Path:
    package = Path(__file__).resolve().parent
    for candidate in (package / "_data" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise UsageError(f"the installation is incomplete: the folder {name}/ is missing; install momentsheet again")
