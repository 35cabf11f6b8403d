"""Stages of one program on one workbook, measured from inside a process of their own.

`python benchmarks/stages.py momentsheet|plain WORKBOOK OUT_DIR STAGE...` runs the stages up to the last one named and
prints, as JSON, wall and CPU seconds and peak memory of those named; for `plain` also what it found and wrote.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Only the standard library above: the first stage of each program is to import what it needs.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TODAY = dt.date(2025, 1, 15)
FORMATS = ("csv",)
MOMENTSHEET = ("start", "catalog", "read", "check", "convert", "annotate", "report", "left out")
PLAIN = ("start", "read", "check", "convert", "annotate")
FORGET_PEAK = Path("/proc/self/clear_refs")  # Linux only; elsewhere a stage's peak is that of all stages so far

Step = tuple[str, Callable[[], Any]]


def main(program: str, workbook: Path, folder: Path, wanted: list[str]) -> None:
    """Run the program's stages; measure the wanted ones."""
    result: dict[str, Any] = {}
    steps = momentsheet_steps(workbook) if program == "momentsheet" else plain_steps(workbook, folder, result)
    figures: dict[str, dict[str, float]] = {}
    for name, work in steps:
        figures[name] = measure(work)
        if set(wanted) <= set(figures):
            break
    print(json.dumps({"figures": {name: figures[name] for name in wanted}, **result}))


def measure(work: Callable[[], Any]) -> dict[str, float]:
    """Wall and CPU seconds, and the most memory (MiB) that the process held meanwhile."""
    gc.collect()
    if FORGET_PEAK.exists():
        FORGET_PEAK.write_text("5")
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss),
    }


def mebibytes(maxrss: int) -> float:
    """`ru_maxrss` is in bytes on macOS, in KiB elsewhere."""
    return maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def momentsheet_steps(path: Path) -> Iterator[Step]:
    """What `momentsheet convert --on-error skip-row` does, room by room; each needs what came before."""
    # What the command's entry point does, too.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    yield "start", _import_momentsheet
    from momentsheet import pipeline  # noqa: PLC0415
    from momentsheet.checking import check  # noqa: PLC0415
    from momentsheet.converting import convert  # noqa: PLC0415
    from momentsheet.model.finding import Report  # noqa: PLC0415
    from momentsheet.pipeline import conversion  # noqa: PLC0415
    from momentsheet.workbook import read_workbook  # noqa: PLC0415

    made: dict[str, Any] = {}

    def keep(name: str, work: Callable[[], Any]) -> Step:
        return name, lambda: made.__setitem__(name, work())

    yield keep("catalog", pipeline.load)
    catalog = made["catalog"]
    data = path.read_bytes()
    yield keep("read", lambda: read_workbook(data, path.name))
    yield keep("check", lambda: check([made["read"]], catalog, TODAY))
    checked = made["check"]
    yield keep("convert", lambda: convert(checked.clean, catalog, FORMATS))
    report = Report(
        "momentsheet", "bench", catalog.version, TODAY, "en", catalog.company.code, checked.inputs, checked.findings,
        checked.groups, checked.repairs, checked.totals,
    )  # fmt: skip
    delivery = pipeline.Delivery(catalog, "en", ((str(path), data, made["read"]),), checked, report)
    yield keep("annotate", lambda: b"".join(pipeline.annotated_copy(delivery, data, made["read"])))

    sink = _Sink()

    def write_reports() -> None:
        sink.write("report.json", pipeline.render_report(delivery, ".json").encode())
        sink.write("report.html", pipeline.render_report(delivery, ".html").encode())
        conversion._write_import(sink, delivery, made["convert"])  # type: ignore[arg-type] # noqa: SLF001

    yield "report", write_reports
    yield "left out", lambda: conversion._write_left_out(sink, delivery)  # type: ignore[arg-type] # noqa: SLF001


def plain_steps(path: Path, folder: Path, result: dict[str, Any]) -> Iterator[Step]:
    """What `plain.py` does; `result` gets its wrong cells and the time records it wrote."""
    yield "start", lambda: __import__("plain")
    import plain  # noqa: PLC0415
    from openpyxl import load_workbook  # noqa: PLC0415

    made: dict[str, Any] = {}

    def check() -> None:
        made["tables"], made["problems"] = plain.check(made["book"])

    yield "read", lambda: made.__setitem__("book", load_workbook(path))
    yield "check", check
    yield "convert", lambda: made.__setitem__("written", plain.write_csv(made["tables"], folder))
    hours = [record.values for record in made["tables"]["Hours"].records if not record.is_left_out]
    result["wrong"] = [[problem.sheet, problem.cell] for problem in made["problems"]]
    result["written"] = [made["written"]["Hours"], sum(values["hours_minutes"] for values in hours)]
    target = folder / f"{path.stem}.checked.xlsx"
    yield "annotate", lambda: plain.annotate(made["book"], made["problems"], target)


# Private functions


class _Sink:
    """Takes what a run writes, and forgets it: disks differ."""

    def free_name(self, stem: str, suffix: str) -> str:
        return f"{stem}{suffix}"

    def write(self, _name: str, data: bytes) -> None:
        assert data


def _import_momentsheet() -> None:
    """All rooms that a run passes; jinja2 and what reads identifiers are imported where they are first needed."""
    import momentsheet.checking  # noqa: PLC0415
    import momentsheet.converting  # noqa: PLC0415
    import momentsheet.pipeline  # noqa: PLC0415
    import momentsheet.reporting  # noqa: PLC0415
    import momentsheet.workbook  # noqa: F401, PLC0415


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in {"momentsheet", "plain"}:
        sys.exit("usage: python benchmarks/stages.py momentsheet|plain WORKBOOK OUT_DIR STAGE...")
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
