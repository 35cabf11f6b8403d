"""One PDF with very many pages: its text, its pieces, the files cut out of it; beside what pypdf alone would do.

The papers are drawn for the purpose, so that it is known whose each page is. Exit status 1 if a page is in a wrong
piece, or if a file that was cut out does not hold the text of its pages.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests")]

from pdfs import draw, pile, sums  # noqa: E402
from pypdf import PdfReader, PdfWriter  # noqa: E402
from stages import ROOT, measure  # noqa: E402

from momentsheet.catalog import load_catalog  # noqa: E402
from momentsheet.files.pdf import Expected, PdfLook, compare, cut, look_into, split, thumbnail_sheet  # noqa: E402

SEED = 7
PICTURES = 60  # pages on the sheet of small pictures
WHAT = {
    "text": "text of all pages",
    "text, pypdf": "the same with pypdf's extract_text",
    "split": "whose each page is",
    "cut": "a file for each paper",
    "cut, pypdf": "the same with pypdf's add_page",
    "compare": "each paper beside its row",
    "pictures": f"a sheet of {PICTURES} small pictures",
}


def main(argv: list[str] | None = None) -> int:
    """Measure each step in a process of its own, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1_200, help="pages of the big file")
    parser.add_argument("--step", choices=WHAT, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if not 1 <= options.pages <= 20_000:
        parser.error("--pages: from 1 to 20,000")
    if options.step:
        print(json.dumps(_step(options.step, options.pages, options.file.read_bytes())))
        return 0
    told = {}
    with tempfile.TemporaryDirectory(prefix="momentsheet-bench-") as folder:
        file = Path(folder, "all.pdf")
        file.write_bytes(draw(*pile(options.pages, SEED)[0]))
        for step in WHAT:
            command = [sys.executable, __file__, "--pages", str(options.pages), "--step", step, "--file", str(file)]
            told[step] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    told_of = told["split"]
    print(f"{options.pages:,} pages, {told_of['papers']:,} papers, {told_of['megabytes']:.1f} MB\n")
    print(f"{'step':<14}{'wall s':>8}{'CPU s':>8}{'MiB':>7}{'MB out':>9}")
    for step, figures in told.items():
        out = f"{figures['out']:.1f}" if "out" in figures else ""
        print(f"{step:<14}{figures['wall']:>8.2f}{figures['cpu']:>8.2f}{figures['taken']:>7.0f}{out:>9}  {WHAT[step]}")
    print("\nMiB: the most memory that the step took beyond what the process held before.")
    if told_of["wrong"] or told["cut"]["wrong"] or told["compare"]["wrong"]:
        print("WRONG: a page is not where it belongs, or a file does not say what it should")
        return 1
    print(f"every page decided is in its piece; {told_of['undecided']} left for a person")
    return 0


def _step(step: str, pages: int, data: bytes) -> dict[str, Any]:
    """One step, measured; what it needs is made before."""
    words = load_catalog(ROOT / "rules").page_words
    papers, order = pile(pages, SEED)
    own: list[list[int]] = [[] for _ in papers]
    for page, (paper, _) in enumerate(order):
        own[paper].append(page)
    expected = {
        paper.number: Expected(paper.number, paper.date, sums(paper), "NOK", (paper.customer,)) for paper in papers
    }
    look = look_into(data) if not step.startswith(("text", "pictures")) else PdfLook("ok")
    done: dict[str, Any] = {}

    def cut_all(pieces: Iterator[bytes]) -> None:
        with tempfile.TemporaryFile() as file:  # as the command does: nothing is kept
            done["sizes"] = [file.write(piece) for piece in pieces]

    def compare_all() -> None:
        done["told"] = [
            found
            for paper, mine in zip(papers, own, strict=True)
            for found in compare(
                PdfLook("ok", tuple(look.pages[page] for page in mine)), expected[paper.number], expected, words
            )
        ]

    steps = {
        "text": lambda: done.update(look=look_into(data)),
        "text, pypdf": lambda: done.update(text=_pypdf_text(data)),
        "split": lambda: done.update(split=split(look, expected, words)),
        "cut": lambda: cut_all(cut(data, own)),
        "cut, pypdf": lambda: cut_all(_pypdf_cut(data, own)),
        "compare": compare_all,
        "pictures": lambda: done.update(
            sizes=[len(thumbnail_sheet(data, range(min(PICTURES, pages)), ["x"] * min(PICTURES, pages)))]
        ),
    }
    before = measure(lambda: None)["peak"]
    figures: dict[str, Any] = measure(steps[step])
    figures |= {"taken": max(0.0, figures["peak"] - before), "papers": len(papers), "megabytes": len(data) / 1e6}
    if "sizes" in done:
        figures["out"] = sum(done["sizes"]) / 1e6
    if "split" in done:
        whose = {page: piece.key for piece in done["split"].pieces for page in piece.pages}
        figures["wrong"] = sum(key != papers[order[page][0]].number for page, key in whose.items())
        figures["undecided"] = len(done["split"].undecided)
    if step == "compare":
        figures["wrong"] = len(done["told"])
    if step == "cut":
        figures["wrong"] = sum(
            look_into(piece).pages != tuple(look.pages[page] for page in mine)
            for piece, mine in zip(cut(data, own), own, strict=True)
        )
    return figures


def _pypdf_text(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def _pypdf_cut(data: bytes, pieces: Sequence[Sequence[int]]) -> Iterator[bytes]:
    reader = PdfReader(io.BytesIO(data))
    for pages in pieces:
        writer, stream = PdfWriter(), io.BytesIO()
        for page in pages:
            writer.add_page(reader.pages[page])
        writer.write(stream)
        yield stream.getvalue()


if __name__ == "__main__":
    sys.exit(main())
