"""The annotated copy alone: momentsheet's patch beside openpyxl that loads, styles, comments and saves.

Both get the same workbook, the same cells to colour, the same notes on the cells that momentsheet chooses, and the same
sheets Summary, Findings and Fix list to add; each works in a process of its own. Then: how much memory the patch takes
on a workbook with four times the rows and as many marks, and how long LibreOffice takes to open the copy, beside the
original. Exit status 1 if the two do not colour the same cells.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from stages import ROOT, TODAY, measure  # noqa: E402

SHARE = 10  # one row in so many has a wrong cell
FILLS = {"error": "FFFCC4CC", "warning": "FFFCE89C", "info": "FFDCE8F4"}
OFFICE = shutil.which("soffice")
ROUNDS = 3  # of LibreOffice; the fastest counts
MIB = 1024 * 1024


def main(argv: list[str] | None = None) -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="time records; every tenth has a wrong cell")
    parser.add_argument("--without-office", action="store_true", help="do not open the copy in LibreOffice")
    options = parser.parse_args(argv)
    if not 100 <= options.rows <= 250_000:
        parser.error("--rows: from 100 to 250,000")
    with tempfile.TemporaryDirectory(prefix="momentsheet-bench-") as folder:
        return _compare(options.rows, Path(folder), has_office=OFFICE is not None and not options.without_office)


def _compare(rows: int, folder: Path, *, has_office: bool) -> int:
    small, large = folder / "small.xlsx", folder / "large.xlsx"
    _say(f"{rows:,} and {4 * rows:,} time records: making the workbooks")
    _child("make", rows, SHARE, small)
    _child("make", 4 * rows, 4 * SHARE, large)
    _say("checking the smaller one, for its marks and sheets")
    told = _child("prepare", small, folder / "marks.pickle", folder / "marks-large.pickle")
    _say("momentsheet")
    ours = _child("patch", small, folder / "marks.pickle", folder / "ours.xlsx")
    more = _child("patch", large, folder / "marks-large.pickle", folder / "ours-large.xlsx")
    _say("openpyxl")
    theirs = _child("openpyxl", small, folder / "marks.pickle", folder / "theirs.xlsx")
    is_same = coloured(folder / "ours.xlsx", told["marked"]) == coloured(folder / "theirs.xlsx", told["marked"])
    print(f"{rows:,} time records, {os.cpu_count()} cores, Python {platform.python_version()}, load {_load()}")
    print(f"{told['marks']:,} cells to colour, {told['notes']:,} notes, sheets added: {told['sheets']}")
    for name, figures in (("momentsheet", ours), ("openpyxl", theirs)):
        print(f"{name:<14}{figures['wall']:8.2f} s wall{figures['cpu']:8.2f} s CPU{figures['taken']:8.0f} MiB taken")
    print(f"{'ratio':<14}{ours['wall'] / theirs['wall']:8.3f}       {ours['cpu'] / theirs['cpu']:8.3f}")
    print(f"with the words of notes and sheets, momentsheet takes {told['cpu']:.2f} s CPU")
    for name, figures in (("", ours), (" of four times the rows", more)):
        print(
            f"a workbook{name}: {figures['sheet']:.1f} MiB of XML, {figures['in']:.1f} MiB packed, copy "
            f"{figures['out']:.1f} MiB packed; taken {figures['taken']:.1f} MiB, "
            f"{figures['taken'] - figures['out']:.1f} MiB beside the copy; {figures['cpu']:.2f} s CPU"
        )
    if has_office:
        _say("LibreOffice")
        _tell_opening(small, folder / "ours.xlsx", folder)
    if not is_same:
        print("NOT THE SAME: the two have coloured different cells")
    return 0 if is_same else 1


def coloured(path: Path, names: list[str]) -> dict[str, set[str]]:
    """Of these sheets, the cells that have one of the colours of marks, read from the XML alone."""
    found: dict[str, set[str]] = {}
    with zipfile.ZipFile(path) as archive:
        styles = ET.fromstring(archive.read("xl/styles.xml"))
        fills = [item.find("{*}patternFill/{*}fgColor") for item in styles.find("{*}fills") or ()]
        colors = ["" if fill is None else _plain(fill.get("rgb", "")) for fill in fills]
        marked = {
            str(place)
            for place, item in enumerate(styles.find("{*}cellXfs") or ())
            if colors[int(item.get("fillId", 0))] in FILLS.values()
        }
        relations = {
            item.get("Id"): item.get("Target", "") for item in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        sheets = ET.fromstring(archive.read("xl/workbook.xml")).find("{*}sheets")
        for sheet in sheets if sheets is not None else ():
            if sheet.get("name") not in names:
                continue
            target = relations[next(value for name, value in sheet.attrib.items() if name.endswith("}id"))]
            data = archive.read("xl/" + target.removeprefix("/xl/"))
            cells = re.findall(rb'<c r="([A-Z]+\d+)"[^<>]*? s="(\d+)"', data)
            found[sheet.get("name", "")] = {cell.decode() for cell, style in cells if style.decode() in marked}
    return found


# Private functions


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _plain(color: str) -> str:
    """One of our colours without the number that stands in its last bits."""
    return f"{int(color, 16) & 0xFFFCFCFC:08X}" if re.fullmatch("[0-9A-F]{8}", color) else ""


def _child(task: str, *words: object) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "annotating.py"), f"--{task}", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True)
    return dict(json.loads(done.stdout or b"{}"))


def _tell_opening(original: Path, copy: Path, folder: Path) -> None:
    """How long LibreOffice takes to open both and write one sheet as CSV, and how long for next to nothing."""
    empty = folder / "empty.xlsx"
    _child("make", 100, 50, empty)
    _open(empty, folder)  # makes its profile
    seen: dict[Path, list[tuple[float, float]]] = {path: [] for path in (empty, original, copy)}
    for _ in range(ROUNDS):
        for path, figures in seen.items():
            figures.append(_open(path, folder))
    best = {path: (min(wall for wall, _ in figures), min(cpu for _, cpu in figures)) for path, figures in seen.items()}
    for name, path in (("original", original), ("copy", copy), ("100 rows", empty)):
        print(f"LibreOffice, {name:<10}{best[path][0]:8.2f} s wall{best[path][1]:8.2f} s CPU")
    for place, what in enumerate(("wall", "CPU")):
        one, two, start = best[copy][place], best[original][place], best[empty][place]
        told = f"copy / original, {what}: {one / two:.2f}"
        print(told + (f", without its start {(one - start) / (two - start):.2f}" if two > 1.5 * start else ""))


def _open(path: Path, folder: Path) -> tuple[float, float]:
    assert OFFICE is not None
    words = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "csv", "--outdir"]
    began, before = time.perf_counter(), os.times()
    subprocess.run([*words, folder / "csv", path], check=True, capture_output=True, cwd=folder)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu


# What a child process does


def _make(rows: str, share: str, target: str) -> dict[str, Any]:
    import workbooks  # noqa: PLC0415

    workbooks.main(int(rows), Path(target), workbooks.FULL if int(rows) > 10_000 else workbooks.SMALL, int(share))
    return {}


def _prepare(source: str, target: str, target_large: str) -> dict[str, Any]:
    """Marks, sheets and where to open, as the command `convert` makes them; for a larger workbook spread over it."""
    from momentsheet import pipeline  # noqa: PLC0415
    from momentsheet import workbook as room  # noqa: PLC0415

    made: dict[str, Any] = {}

    def keep(data: bytes, marks: Any, listings: Any, active: Any = None, **more: Any) -> Any:
        made["job"] = (tuple(marks), tuple(listings), active)
        return real(data, marks, listings, active, **more)

    delivery = pipeline.check_delivery([Path(source)], pipeline.load(), TODAY)
    real, room.annotated_pieces = room.annotated_pieces, keep
    _, data, book = delivery.files[0]
    figures = measure(lambda: deque(pipeline.annotated_copy(delivery, data, book), 0))
    marks, listings, active = made["job"]
    Path(target).write_bytes(pickle.dumps((marks, listings, active)))
    spread = tuple(replace(mark, row=1 + 4 * (mark.row - 1)) for mark in marks)
    Path(target_large).write_bytes(pickle.dumps((spread, listings, None)))
    return {
        **figures, "marks": len({(mark.sheet, mark.row, mark.column) for mark in marks}),
        "notes": len(_noted(marks)),

        "marked": sorted({mark.sheet for mark in marks}),
        "sheets": ", ".join(f"{listing.name} ({len(listing.rows):,} rows)" for listing in listings),
    }  # fmt: skip


def _patch(source: str, job: str, target: str) -> dict[str, Any]:
    from momentsheet.output import write_file  # noqa: PLC0415
    from momentsheet.workbook import annotated_pieces  # noqa: PLC0415

    data, (marks, listings, active) = Path(source).read_bytes(), pickle.loads(Path(job).read_bytes())

    def work() -> None:
        with tempfile.TemporaryFile() as store:
            write_file(Path(target), annotated_pieces(data, marks, listings, active, store=store))

    before = _resident()
    figures = measure(work)
    with zipfile.ZipFile(source) as archive:
        sheet = max(info.file_size for info in archive.infolist())
    return {
        **figures, "taken": figures["peak"] - before, "sheet": sheet / MIB, "in": len(data) / MIB,
        "out": Path(target).stat().st_size / MIB,
    }  # fmt: skip


def _openpyxl(source: str, job: str, target: str) -> dict[str, Any]:
    """The same with openpyxl: notes on the same cells, the added sheets without their charts, links and dropdowns."""
    import openpyxl  # noqa: PLC0415
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415

    marks, listings, _ = pickle.loads(Path(job).read_bytes())

    def work() -> None:
        book = openpyxl.load_workbook(source)
        fills = {severity: PatternFill("solid", fgColor=color) for severity, color in FILLS.items()}
        noted = _noted(marks)
        for mark in sorted(marks, key=lambda mark: mark.rank):
            cell = book[mark.sheet].cell(mark.row, mark.column + 1)
            cell.fill = fills[mark.severity]
            if (mark.sheet, mark.row, mark.column) in noted:
                cell.comment = Comment(f"{mark.letter} · Moment import\n{mark.note}", "Moment import")
        wrap = Alignment(wrap_text=True, vertical="top")
        for listing in listings:
            sheet = book.create_sheet(listing.name)
            for line in (listing.title, *listing.intro):
                sheet.append([line])
            sheet.append(list(listing.headers))
            for row in listing.rows:
                sheet.append([item.text for item in row])
                for cell, item in zip(sheet[sheet.max_row], row, strict=False):
                    cell.alignment = wrap
                    if item.severity is not None:
                        cell.fill = fills[item.severity]
        book.save(target)

    before = _resident()
    figures = measure(work)
    return {**figures, "taken": figures["peak"] - before}


def _noted(marks: Any) -> set[tuple[str, int, int]]:
    """The cells that get a note."""
    from momentsheet.workbook.annotation.notes import chosen_places  # noqa: PLC0415

    useful: dict[str, list[tuple[int, int]]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.rank, mark.row, mark.column)):
        useful.setdefault(mark.sheet, []).append((mark.row, mark.column))
    return {(sheet, *place) for sheet, places in useful.items() for place in chosen_places(places)}


def _resident() -> float:
    """MiB that this process holds now; 0 where that is not told."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


TASKS = {"--make": _make, "--prepare": _prepare, "--patch": _patch, "--openpyxl": _openpyxl}

if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TASKS:
        print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
    else:
        sys.exit(main())
