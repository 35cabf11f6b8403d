"""The benchmark runs, and its two programs agree; times are not tested."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "benchmarks" / "bench.py"
ANNOTATING = ROOT / "benchmarks" / "annotating.py"
DUPLICATES = ROOT / "benchmarks" / "duplicates.py"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCH.parent))
    try:
        import bench

        yield bench
    finally:
        sys.path.remove(str(BENCH.parent))


@pytest.mark.slow
def test_both_programs_find_the_planted_cells_and_write_the_same_hours(tmp_path):
    page = tmp_path / "bench.md"
    done = subprocess.run(
        [sys.executable, BENCH, "--quick", "--markdown", page],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "the same 20 cells found by both; 1,978 records" in done.stdout
    stages = ["start", "catalog", "read", "check", "convert", "annotate", "report", "left out", "whole"]
    table = [line.split(" | ") for line in page.read_text().splitlines() if line.startswith("| ")]
    assert [row[0].removeprefix("| ") for row in table] == ["stage", *stages]
    assert all(float(cell) >= 0 for row in table[1:] for cell in row[1:4])
    assert [path.name for path in tmp_path.iterdir()] == ["bench.md"]


def test_what_only_one_of_them_finds_is_told(bench):
    both, alone = {("Hours", "B2")}, {("Hours", "B2"), ("Hours", "F9")}
    assert bench._differences({"planted": both, "momentsheet": both, "plain": both}) == ()
    told = bench._differences({"planted": alone, "momentsheet": both, "plain": alone})
    assert told == ("momentsheet: 1 of 2 wrong cells not found, such as Hours!F9",)
    figures = dict.fromkeys(bench.WHAT, bench.Figures(1.0, 1.0, 100.0))
    comparison = bench.Comparison(100, 0.1, figures, figures, Counter({"unknown project": 2}), (98, 6000), told)
    assert f"NOT THE SAME: {told[0]}" in bench.as_text(comparison)
    assert "found by both" not in bench.as_markdown(comparison)


def test_near_duplicates_are_all_found_in_the_benchmark(tmp_path):
    words = [sys.executable, DUPLICATES, "--names", "2000"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "40 of 40 planted found" in done.stdout
    assert "momentsheet / cdist" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_both_programs_colour_the_same_cells(tmp_path):
    words = [sys.executable, ANNOTATING, "--rows", "300", "--without-office"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "30 cells to colour, 30 notes, sheets added: Summary" in done.stdout
    assert "a workbook of four times the rows" in done.stdout
    assert list(tmp_path.iterdir()) == []
