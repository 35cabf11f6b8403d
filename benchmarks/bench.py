"""Time and memory of momentsheet beside a plain openpyxl + Cerberus program: same workbook, same findings, one run.

Exit status 1 if the two do not find the same cells or do not write the same hours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# This process must stay small: what a child inherits at its start would count as its memory.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from stages import MOMENTSHEET, PLAIN, ROOT, TODAY, mebibytes  # noqa: E402

WHAT = {  # stage -> what each of the two does
    "start": ("imports its rooms", "imports openpyxl and cerberus"),
    "catalog": ("loads and verifies the rule files", "nothing"),
    "read": ("every cell as it stands", "load_workbook"),
    "check": ("all rules of the catalog", "Cerberus row by row, look-ups in dicts"),
    "convert": ("the CSV files in memory", "the CSV files, with csv"),
    "annotate": ("patches the workbook, adds Findings", "styles, comments, adds Findings, saves"),
    "report": ("JSON, HTML, manifest, receipt", "nothing"),
    "left out": ("a workbook with the rows left out", "nothing"),
    "whole": ("the command convert, start to end", "the program, start to end"),
}
HEADERS = ("stage", "wall s", "CPU s", "MiB", "plain: wall s", "CPU s", "MiB", "ratio: wall", "CPU", "memory")
LEGEND = "MiB: the most memory held during the stage. Ratio: momentsheet / plain. Plain: benchmarks/plain.py."


@dataclass(frozen=True, slots=True)
class Figures:
    """Wall and CPU seconds, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both programs on one workbook: stage -> figures, and what they agree on (or not)."""

    rows: int
    megabytes: float
    ours: dict[str, Figures]
    plain: dict[str, Figures]
    planted: Counter[str]  # kind of mistake -> number
    written: tuple[int, int]  # time records and minutes in our import file
    differences: tuple[str, ...]


def main(argv: list[str] | None = None) -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000], help="time records")
    parser.add_argument("--quick", action="store_true", help="2,000 records, few projects: does it run, do they agree?")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, too")
    options = parser.parse_args(argv)
    sizes = [2_000] if options.quick else options.rows
    if not all(100 <= rows <= 1_000_000 for rows in sizes):
        parser.error("--rows: from 100 to 1,000,000")
    if max(sizes) >= 50_000:
        _say("The plain program takes minutes of its own for 100,000 time records: that is what is being measured.")
    pages: list[str] = []
    agreed = True
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="momentsheet-bench-") as folder:
            comparison = compare(rows, Path(folder), is_quick=options.quick)
        agreed = agreed and not comparison.differences
        print(as_text(comparison), flush=True)
        pages.append(as_markdown(comparison))
    print("\n".join(["", LEGEND, *_legend()]))
    if options.markdown:
        pages.append("\n".join([LEGEND, "", *(f"- {line}" for line in _legend())]))
        options.markdown.write_text("\n\n".join(pages) + "\n", encoding="utf-8")
    return 0 if agreed else 1


def compare(rows: int, folder: Path, *, is_quick: bool) -> Comparison:
    """Make a workbook with that many time records and run both programs on it."""
    workbook, output = folder / f"hours-{rows}.xlsx", folder / "out"
    _say(f"{rows:,} time records: making the workbook")
    _run(HERE / "workbooks.py", rows, workbook, *(["--small"] if is_quick else []))
    mistakes = json.loads(workbook.with_suffix(".json").read_text())
    _say("momentsheet, stage by stage")
    ours: dict[str, Figures] = {}
    # A process of its own for each stage, unless only agreement is asked for.
    for group in [MOMENTSHEET] if is_quick else [(stage,) for stage in MOMENTSHEET]:
        told, _ = _run(HERE / "stages.py", "momentsheet", workbook, folder, *group)
        ours |= _stages(told)
    _say("momentsheet, the whole command")
    words = ("convert", workbook, "-o", output, "--format", "csv", "--on-error", "skip-row", "--today", TODAY, "-q")
    _, ours["whole"] = _run("-m", "momentsheet", *words, expected=4)
    _say("the plain program")
    told, whole = _run(HERE / "stages.py", "plain", workbook, folder / "plain", *PLAIN)
    plain = _stages(told) | {"whole": whole}
    written = _written(output)
    found = {
        "planted": {(sheet, cell) for sheet, cell, _ in mistakes},
        "momentsheet": _errors(output),
        "plain": {(sheet, cell) for sheet, cell in told["wrong"]},
    }
    differences = _differences(found)
    if written != tuple(told["written"]):
        differences += (f"time records and minutes written: {written} and {tuple(told['written'])}",)
    kinds = Counter(kind for _, _, kind in mistakes)
    return Comparison(rows, workbook.stat().st_size / 1e6, ours, plain, kinds, written, differences)


def as_text(comparison: Comparison) -> str:
    """The table for a terminal."""
    rows = [HEADERS, *_rows(comparison)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADERS))]
    lines = ["", *_summary(comparison), ""]
    for stage, *figures in rows:
        cells = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
        lines.append("  ".join((stage.ljust(widths[0]), *cells)).rstrip())
    return "\n".join(lines)


def as_markdown(comparison: Comparison) -> str:
    """The same as Markdown."""
    title, *summary = _summary(comparison)
    lines = [f"## {title}", "", *(f"- {line}" for line in summary), "", f"| {' | '.join(HEADERS)} |"]
    lines.append("|---|" + "---:|" * (len(HEADERS) - 1))
    lines += [f"| {' | '.join(row)} |" for row in _rows(comparison)]
    return "\n".join(lines)


# Private functions


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _run(*words: object, expected: int = 0) -> tuple[dict[str, Any], Figures]:
    """Run Python in a child process; gives the JSON it printed, and what it took from start to end."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, *map(str, words)], stdout=out, cwd=ROOT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != expected:
            sys.exit(f"{' '.join(map(str, words))}: exit status {child.returncode}, expected {expected}")
        out.seek(0)
        told = out.read()
    return json.loads(told or b"{}"), Figures(wall, usage.ru_utime + usage.ru_stime, mebibytes(usage.ru_maxrss))


def _stages(told: dict[str, Any]) -> dict[str, Figures]:
    return {name: Figures(**figures) for name, figures in told["figures"].items()}


def _errors(output: Path) -> set[tuple[str, str]]:
    findings = json.loads((output / "report.json").read_text(encoding="utf-8"))["findings"]
    return {(item["sheet"], item["cell"]) for item in findings if item["severity"] == "error"}


def _written(output: Path) -> tuple[int, int]:
    files = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["files"]
    file = next(file for file in files if file["entity"] == "time_record")
    return file["rows"], int(file["totals"]["hours_minutes"])


def _differences(found: dict[str, set[tuple[str, str]]]) -> tuple[str, ...]:
    """What one has found and another has not; nothing if all are the same."""
    everything = set().union(*found.values())
    told = []
    for name, cells in found.items():
        missing = sorted(everything - cells)
        if missing:
            some = ", ".join(f"{sheet}!{cell}" for sheet, cell in missing[:5])
            told.append(f"{name}: {len(missing)} of {len(everything)} wrong cells not found, such as {some}")
    return tuple(told)


def _summary(comparison: Comparison) -> list[str]:
    total = comparison.planted.total()
    kinds = ", ".join(f"{count} {kind}" for kind, count in comparison.planted.items())
    records, minutes = comparison.written
    lines = [
        f"{comparison.rows:,} time records ({comparison.megabytes:.1f} MB)",
        f"{os.cpu_count()} cores, Python {platform.python_version()}",
        f"{total:,} wrong cells planted: {kinds}",
    ]
    if comparison.differences:
        return [*lines, *(f"NOT THE SAME: {difference}" for difference in comparison.differences)]
    same = f"the same {total:,} cells found by both; {records:,} records with {minutes:,} minutes written by both"
    return [*lines, same]


def _rows(comparison: Comparison) -> list[tuple[str, ...]]:
    rows = []
    for stage in WHAT:
        mine, other = comparison.ours[stage], comparison.plain.get(stage)
        if other is None:
            rows.append((stage, *_cells(mine), *[""] * 6))
            continue
        ratios = (mine.wall / other.wall, mine.cpu / other.cpu, mine.peak / other.peak)
        rows.append((stage, *_cells(mine), *_cells(other), *(f"{ratio:.3f}" for ratio in ratios)))
    return rows


def _legend() -> list[str]:
    return [f"{stage}: momentsheet {ours}; plain {theirs}" for stage, (ours, theirs) in WHAT.items()]


def _cells(figures: Figures) -> tuple[str, str, str]:
    return f"{figures.wall:.2f}", f"{figures.cpu:.2f}", f"{figures.peak:.0f}"


if __name__ == "__main__":
    sys.exit(main())
