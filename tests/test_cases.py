"""Whole small deliveries as a person reads them: `tests/cases/<entity>/<case>/input.md` with what comes of it.

`input.md` holds a markdown table for each sheet under a heading with the sheet's name. A cell in backticks keeps its
spaces; `number:`, `date:`, `error:` … stand for other kinds of cells, see delivery.py. `findings.txt` holds what is
told, in the order in which it is told; `import/` the csv files with rows, where nothing blocks. `make golden` writes
both anew; review the diff.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from delivery import OURS, sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.converting import convert
from momentsheet.model.finding import Finding
from momentsheet.model.workbook import Workbook
from momentsheet.reporting import message
from momentsheet.reporting.words import header

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 1, 15)
CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/input.md"))


def read_tables(text: str) -> dict[str, list[list[str]]]:
    """Sheet name -> cells, from a heading and a table for each sheet."""
    sheets: dict[str, list[list[str]]] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        lines = [line.strip().strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line] for line in lines]
        assert set("".join(rows[1])) <= set("-:"), f"{name}: the second line of a table separates header and rows"
        del rows[1]
        sheets[name.strip()] = [[cell.removeprefix("`").removesuffix("`") for cell in row] for row in rows]
    return sheets


def delivery(folder: Path) -> Workbook:
    tables = read_tables((folder / "input.md").read_text())
    return workbook(*(sheet(name, cells) for name, cells in tables.items()), template=OURS)


def line(finding: Finding) -> str:
    place = "!".join(part for part in (finding.sheet, finding.cell) if part)
    words = f"{finding.severity} {finding.code} {place} {header(finding, CATALOG, 'nb')}".rstrip()
    suggestion = f" | {finding.suggestion}" if finding.suggestion else ""
    return f"{words}: {message(finding, CATALOG, 'nb')}{suggestion}"


def results(folder: Path) -> dict[str, str]:
    """Path below the case's folder -> text."""
    checked = check([delivery(folder)], CATALOG, TODAY)
    # What a case of a few sheets cannot be compared with is not its point.
    told = [
        line(finding)
        for group in checked.groups
        for finding in group.findings
        if CATALOG.rules[finding.code].check != "not_checked"
    ]
    found = {"findings.txt": "".join(f"{text}\n" for text in told)}
    if any(finding.severity == "error" for finding in checked.findings):
        return found
    files = [file for file in convert(checked.clean, CATALOG, ["csv"], checked.facts).files if file.rows]
    return found | {f"import/{Path(file.path).name}": file.data.decode() for file in files}


def expected(folder: Path) -> dict[str, str]:
    files = [folder / "findings.txt", *sorted((folder / "import").glob("*"))]
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in files}


def write(folder: Path, found: dict[str, str]) -> None:
    for old in (folder / "import").glob("*"):
        old.unlink()
    for name, text in found.items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(text.encode())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case(folder: Path) -> None:
    found = results(folder)
    if os.environ.get("MOMENTSHEET_GOLDEN") == "write":
        write(folder, found)
    assert found == expected(folder)


def test_every_entity_has_a_clean_and_a_broken_case() -> None:
    """Cases that were lost with a folder would not be missed otherwise."""
    kinds = Counter((folder.parent.name, (folder / "import").is_dir()) for folder in FOLDERS)
    entities = {name for name, entity in CATALOG.entities.items() if entity.derived is None}
    assert kinds.keys() == {(name, is_clean) for name in entities for is_clean in (True, False)}
    assert len(FOLDERS) == 58


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_case_is_small_and_says_what_it_shows(folder: Path) -> None:
    text = (folder / "input.md").read_text()
    assert re.match(r"# .+\n\n## ", text)
    assert all(len(cells) <= 20 for cells in read_tables(text).values())
