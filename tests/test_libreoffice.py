"""LibreOffice as witness: what it saves gives the same verdict, and what it calculates is what we say."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from momentsheet import pipeline
from momentsheet.__main__ import main

SOFFICE = shutil.which("soffice")
EXAMPLE = Path(__file__).parents[1] / "examples" / "architects"
TODAY = dt.date(2025, 1, 15)
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def saved_by_libreoffice(path: Path, folder: Path, kind: str = "xlsx") -> Path:
    """The workbook opened and saved by LibreOffice, headless, with a profile of its own."""
    filters = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "ods": "ods"}
    folder.mkdir(exist_ok=True)
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", filters[kind],
         "--outdir", folder, path],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return folder / f"{path.stem}.{kind}"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workbook of all sheets."""
    path = tmp_path_factory.mktemp("sample") / "s.xlsx"
    pipeline.make_template(pipeline.load(), (), "nb", path, sample=True)
    return path


@pytest.fixture(scope="module")
def saved(sample: Path) -> Callable[[str], Path]:
    """The sample as LibreOffice saves it, in either format, each once."""
    return cache(lambda kind: saved_by_libreoffice(sample, sample.parent / "lo", kind))


@pytest.mark.slow
def test_the_example_gives_the_same_verdict_after_libreoffice_saved_it(tmp_path: Path) -> None:
    """25,000 rows with their mistakes, saved by LibreOffice: same findings at the same cells, same repairs."""
    done = subprocess.run([sys.executable, EXAMPLE / "make.py", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    catalog = pipeline.load(EXAMPLE / "company.yaml")
    before = pipeline.check_delivery([tmp_path / "filled.xlsx"], catalog, TODAY).report
    after = pipeline.check_delivery(
        [saved_by_libreoffice(tmp_path / "filled.xlsx", tmp_path / "lo")], catalog, TODAY
    ).report
    # LibreOffice calculates the formula that had never been calculated: then there is nothing to tell of it.
    told = sorted((f.code, f.sheet, f.cell, f.fingerprint) for f in before.findings if f.code != "WB-19")
    assert told == sorted((f.code, f.sheet, f.cell, f.fingerprint) for f in after.findings)
    repairs = [sorted((r.sheet, r.cell, r.after, r.why) for r in report.repairs) for report in (before, after)]
    assert repairs[0] == repairs[1]


@pytest.mark.slow
def test_the_status_sheet_shows_the_totals_of_the_import_files(
    sample: Path, saved: Callable[[str], Path], tmp_path: Path
) -> None:
    """What the customer sees in the Status sheet, as LibreOffice calculates it, is what comes out."""
    catalog = pipeline.load()
    assert main(["convert", str(sample), "-o", str(tmp_path / "out"), "-q", "--today", "2025-01-15"]) == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    files = {item["entity"]: item for item in manifest["files"] if item["format"] == "csv"}
    book = openpyxl.load_workbook(saved("xlsx"), data_only=True)
    lines = [[cell.value for cell in row] for row in book["Status"].iter_rows()]
    titles = {entity.title["nb"]: entity for entity in catalog.entities.values() if entity.derived is None}
    rows = {titles[line[0]].name: line[1] for line in lines if line[0] in titles and isinstance(line[1], int)}
    tables = {name: count for name, count in rows.items() if catalog.entities[name].layout == "table"}
    assert {name: manifest["entities"][name]["rows_converted"] for name in tables} == tables
    assert {name: files[name]["rows"] for name in tables if name in files} == {
        name: count for name, count in tables.items() if name in files
    }
    sums = {}
    for line in lines:
        if line[0] in titles and isinstance(line[1], str):
            entity = titles[line[0]]
            field = next(field.name for field in entity.fields if field.label["nb"] == line[1])
            sums[entity.name, field] = float(line[2])
    assert sums
    converted = {name: item["totals_converted"] for name, item in manifest["entities"].items()}
    assert sums == {(name, field): float(converted[name][field]) for name, field in sums}
    assert all(float(files[name]["totals"][field]) == total for (name, field), total in sums.items() if name in files)


@pytest.mark.parametrize("kind", ["xlsx", pytest.param("ods", marks=pytest.mark.slow)])
def test_the_sample_is_clean_after_libreoffice_saved_it(saved: Callable[[str], Path], kind: str) -> None:
    catalog = pipeline.load()
    report = pipeline.check_delivery([saved(kind)], catalog, TODAY).report
    assert [(f.code, f.cell, f.value) for f in report.findings if f.severity != "info"] == []
    assert {name: totals.rows_clean for name, totals in report.totals.items()} == {
        entity.name: len(entity.sample) for entity in catalog.entities.values() if entity.derived is None
    }


def test_the_annotated_copy_opens_and_checks_the_same(tmp_path: Path) -> None:
    """The copy that goes back is itself a workbook of ours: LibreOffice saves it, and the verdict stays."""
    sample, wrong = tmp_path / "s.xlsx", tmp_path / "w.xlsx"
    catalog = pipeline.load()
    sheets = ("company", "employee", "customer", "project", "activity", "time_record")
    pipeline.make_template(catalog, sheets, "nb", sample, sample=True)
    book = openpyxl.load_workbook(sample)
    sheet = book["Timer"]
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("Timer"))
    sheet.cell(3, column).value = "mange"
    book.save(wrong)
    before = pipeline.check_delivery([wrong], catalog, TODAY)
    copy = tmp_path / "w.checked.xlsx"
    pipeline.write_annotated(before, copy)
    for again in (copy, saved_by_libreoffice(copy, tmp_path / "lo")):
        report = pipeline.check_delivery([again], catalog, TODAY).report
        assert [(f.code, f.sheet, f.cell) for f in report.findings] == [
            (f.code, f.sheet, f.cell) for f in before.report.findings
        ]
