"""Ten thousand PDF files matched to rows, looked into and written: seconds and memory of `momentsheet files`.

The files are small invoices with text, made with reportlab; one in a hundred is missing, empty, cut off, double or
bears no number. A second line says what matching the names alone costs. Exit status 1 if a planted mistake is not told.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from momentsheet import pipeline  # noqa: E402
from momentsheet.files.naming import NameIndex  # noqa: E402

FIRST = 20_001
DAY = dt.date(2024, 1, 2)
PLANTED = ("file_missing", "file_empty", "file_unreadable", "file_double", "file_by_text")


def main(argv: list[str] | None = None) -> int:
    """Make the files and the workbook, run the command, look whether everything planted was told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="files, and rows")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = make_files(folder / "in", options.files)
        make_workbook(folder / "book.xlsx", options.files)
        begun = time.perf_counter()
        command = [
            sys.executable, "-m", "momentsheet", "files", str(folder / "in"), "--deliver", str(folder / "book.xlsx"),
            "-o", str(folder / "out"), "--fail-on", "never", "-q",
        ]  # fmt: skip
        subprocess.run(command, check=True, cwd=ROOT)
        seconds = time.perf_counter() - begun
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        memory = usage.ru_maxrss / 1024  # of the command and its processes the largest one
        processor = usage.ru_utime + usage.ru_stime
        report = json.loads((folder / "out" / "report.json").read_bytes())
        size = sum(path.stat().st_size for path in (folder / "in").iterdir())
    codes = {rule.check: code for code, rule in pipeline.load().rules.items()}
    found = {check: report["summary"]["by_code"].get(codes[check], 0) for check in PLANTED}
    print(f"{report['files']['came']:,} files, {size / 1e6:,.0f} MB, {options.files:,} rows, {os.cpu_count()} cores")
    print(f"momentsheet files  {seconds:8.1f} s   {processor:,.1f} CPU s   largest process {memory:,.0f} MB")
    print(f"names alone        {names_alone(options.files):8.2f} s")
    print(", ".join(f"{check}: {count} of {planted[check]}" for check, count in found.items()))
    return 0 if all(found[check] == planted[check] for check in PLANTED) else 1


def make_files(folder: Path, count: int) -> Counter[str]:
    """One file for each number, but for the mistakes; gives how many of each there are."""
    folder.mkdir()
    planted = Counter(dict.fromkeys(PLANTED, 0))
    for place in range(count):
        number, mistake = FIRST + place, PLANTED[place // 100 % len(PLANTED)] if place % 100 == 50 else ""
        planted[mistake] += bool(mistake)
        data = invoice(number)
        if mistake == "file_missing":
            continue
        if mistake == "file_by_text":
            (folder / f"scan-{'abcdefghij'[place % 10]}-{'x' * (place // 100)}.pdf").write_bytes(data)
            continue
        if mistake == "file_double":
            (folder / f"{number} copy.pdf").write_bytes(data + b"\n%")
        data = {"file_empty": b"", "file_unreadable": data[: len(data) // 2]}.get(mistake, data)
        (folder / f"Invoice_{number}.pdf").write_bytes(data)
    return planted


def invoice(number: int) -> bytes:
    """A page as an accounting system prints it."""
    target = io.BytesIO()
    canvas = Canvas(target)
    lines = [
        "Fjordglott Arkitekter AS", "Invoice", f"Invoice no. {number}", f"Invoice date {DAY:%d.%m.%Y}",
        "Havneby kommune", *(f"Drawing {line + 1}    7.5    1 200.00    9 000.00" for line in range(12)),
        f"Amount due NOK {amount(number):,.2f}".replace(",", " "),
    ]  # fmt: skip
    for place, line in enumerate(lines):
        canvas.drawString(60, 780 - 20 * place, line)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def amount(number: int) -> float:
    return 1000 + number / 4


def make_workbook(path: Path, count: int) -> None:
    """The sample with so many invoices."""
    catalog = pipeline.load()
    sheets = ("company", "employee", "customer", "project", "invoice")
    columns: dict[str, dict[str, list[str | float | dt.date | None]]] = {}
    for name in sheets:
        rows = catalog.entities[name].sample
        columns[name] = {field.name: [row.get(field.name) for row in rows] for field in catalog.entities[name].fields}
    first = catalog.entities["invoice"].sample[0]
    invoices: dict[str, list[str | float | dt.date | None]] = {
        field.name: [first.get(field.name)] * count for field in catalog.entities["invoice"].fields
    }
    numbers = range(FIRST, FIRST + count)
    invoices |= {
        "invoice_number": [str(number) for number in numbers],
        "invoice_date": [DAY] * count,
        "amount_incl_vat": [amount(number) for number in numbers],
        "amount_excl_vat": [amount(number) for number in numbers],
        "vat_amount": [0] * count,
        "due_date": [DAY + dt.timedelta(days=14)] * count,
        "sent_date": [DAY] * count,
        "kid": [None] * count,
    }
    columns["invoice"] = invoices
    from momentsheet.workbook import make_template  # noqa: PLC0415 - only here

    path.write_bytes(make_template(catalog, sheets, "en", columns=columns))


def names_alone(count: int) -> float:
    """Seconds for all names against all numbers."""
    names = [f"Invoice_{FIRST + place} Havneby kommune 2024-01-02.pdf" for place in range(count)]
    begun = time.perf_counter()
    index = NameIndex([{str(FIRST + place): str(FIRST + place) for place in range(count)}], ("invoice",))
    assert all(len(index.find(name)) == 1 for name in names)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
