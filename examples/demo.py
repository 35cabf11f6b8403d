"""The whole chain on the example company: `python examples/demo.py OUT_DIR` (that is `make demo`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "architects"))

from make import COMPANY  # noqa: E402
from make import main as make_workbooks  # noqa: E402

TODAY = "2025-01-15"


def main(folder: Path) -> int:
    """Template out, filled workbook in, workbook with findings back, corrected workbook in, import files out."""
    folder.mkdir(parents=True, exist_ok=True)
    step("1. The template that goes out to the company")
    run(0, "template", "--company", COMPANY, "-o", folder / "template.xlsx")
    step("2. What the company sends back: two years of an architects' office, with mistakes")
    make_workbooks(folder)
    step("3. Checked: nothing is imported, the same workbook goes back with its mistakes marked")
    run(1, "convert", folder / "filled.xlsx", "--company", COMPANY, "--today", TODAY, "-o", folder / "returned")
    step("4. Corrected and sent again: import files, manifest and receipt")
    run(0, "convert", folder / "corrected.xlsx", "--company", COMPANY, "--today", TODAY, "-o", folder / "converted")
    step("Where everything lies")
    for name, what in (
        ("template.xlsx", "the empty template"),
        ("filled.xlsx", "filled in, with mistakes"),
        ("returned/filled.checked.xlsx", "the same workbook, with its findings in it"),
        ("returned/report.html", "the report that can be sent on"),
        ("corrected.xlsx", "filled in, corrected"),
        ("converted/import", "the import files"),
        ("converted/manifest.json", "all files with hashes and totals"),
        ("converted/receipt.html", "the receipt to sign"),
        ("converted/work-list.xlsx", "what a person enters in Moment"),
        ("converted/work-list.html", "the same as a page to tick off"),
    ):
        place = folder / name
        if not place.exists():
            print(f"missing: {place}")
            return 1
        print(f"  {place!s:<42} {what}")
    return 0


def step(title: str) -> None:
    """Say what comes next."""
    print(f"\n== {title}", flush=True)


def run(expected: int, *words: object) -> None:
    """Run momentsheet as a user would; stop if the exit status is not the expected one."""
    print("$ momentsheet", *words, flush=True)
    status = subprocess.run([sys.executable, "-m", "momentsheet", *map(str, words)], check=False).returncode  # noqa: S603
    if status != expected:
        sys.exit(f"expected exit status {expected}, got {status}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo")))
