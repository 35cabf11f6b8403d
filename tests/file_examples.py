"""Files as customers deliver them, made from a few words: what the examples of rules/files.yaml say, and tests of it.

`pdf 16713 16714` is one PDF with these invoices of the sample (`?`: a page of nobody). Laid over the first of them:
`dated 2019-02-03`, `total 777.77`, `to Somebody Else`, `without page 2`, `in English`. `pdf` alone is something else;
`scanned` and `locked` make one without text, or with a password. `jpg 1200x800`, `png 300x200`: pictures, with
`place` (EXIF with GPS) or `comment`. Others: `empty`, `broken pdf`, `broken jpg`, `huge png`, `html`, `zip`, `heic`,
`link`, `zip with NAME`. A file called `workbook` is not a file, but makes an error in the workbook.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pdfs
from delivery import book
from PIL import Image
from pypdf import PdfReader, PdfWriter

from momentsheet.catalog import load_catalog
from momentsheet.checking import check
from momentsheet.model.catalog import Catalog, Row
from momentsheet.model.finding import Report
from momentsheet.pipeline import Delivery

TODAY = dt.date(2025, 1, 15)
CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
SHEETS = (
    "company",
    "employee",
    "customer",
    "project",
    "activity",
    "invoice",
    "expense",
    "document",
    "checklist",
    "product",
)


@cache
def delivery(*, with_error: bool = False, with_list: bool = False) -> Delivery:
    """The sample, checked without its rules in SQL. with_list: with the sheet that lists invoice PDFs."""
    rows: dict[str, list[Row]] = {}
    if with_error:
        rows["invoice"] = [{"invoice_date": "i fjor"}, *CATALOG.entities["invoice"].sample[1:]]
    catalog = without_sql(CATALOG)
    delivered = book(catalog, rows, only=(*SHEETS, *(["invoice_pdf"] if with_list else [])))
    checked = check([delivered], catalog, TODAY)
    report = Report(
        "momentsheet", "0", catalog.version, TODAY, "nb", "", checked.inputs, checked.findings, checked.groups,
        checked.repairs, checked.totals,
    )  # fmt: skip
    return Delivery(CATALOG, "nb", (("delivery.xlsx", b"", delivered),), checked, report)


def without_sql(catalog: Catalog) -> Catalog:
    """What the rules say of the sample is not the point here, and takes time."""
    entities = {
        name: replace(entity, rules=tuple(rule for rule in entity.rules if not (rule.holds or rule.offends)))
        for name, entity in catalog.entities.items()
    }
    return replace(catalog, entities=entities)


def make(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write the files; gives what to name in the call: the folder, and archives beside it."""
    given = [folder / "files"]
    given[0].mkdir()
    for name, what in files.items():
        if name == "workbook":
            continue
        place = folder / name if what.startswith("zip with") else given[0] / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if what == "link":
            (folder / "elsewhere.pdf").write_bytes(contents("pdf 16713"))
            place.symlink_to(folder / "elsewhere.pdf")
            continue
        place.write_bytes(contents(what))
        if place.parent == folder:
            given.append(place)
    return given


@cache
def contents(what: str) -> bytes:
    """The bytes of one file."""
    word, _, rest = what.partition(" ")
    match word:
        case "empty":
            return b""
        case "broken":
            return contents("pdf 16713")[:700] if rest == "pdf" else contents("jpg 300x200")[:2000]
        case "pdf":
            return pdf(rest)
        case "scanned":
            return pdfs.draw(pdfs.scanned_page)
        case "locked":
            return locked(pdf(rest))
        case "jpg" | "png":
            return picture(word, rest)
        case "huge":
            return huge_png()
        case "html":
            return b"<!DOCTYPE html><html><body>Logg inn</body></html>"
        case "heic":
            return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
        case "zip":
            return archive(rest.removeprefix("with ") or "inner.txt")
    raise ValueError(what)


def paper(number: str) -> pdfs.Paper:
    """An invoice of the sample as a PDF should show it."""
    row = next(row for row in CATALOG.entities["invoice"].sample if row["invoice_number"] == number)
    customers = {row["customer_number"]: row["name"] for row in CATALOG.entities["customer"].sample}
    net, total = Decimal(row["amount_excl_vat"]), Decimal(row["amount_incl_vat"])
    return pdfs.Paper(
        number,
        dt.date.fromisoformat(row["invoice_date"]),
        customers[row["customer_number"]],
        pdfs.lines(3),
        customer_number=row["customer_number"],
        net=net,
        total=total,
        is_credit=net < 0,
        credits=row.get("credited_invoice_number"),
    )


def pdf(said: str) -> bytes:
    """One PDF by its words."""
    numbers = [word for word in said.split() if re.fullmatch(r"\d{5}|\?", word)]
    if not numbers:
        return pdfs.draw(pdfs.written("Avtale", "Mellom partene er det avtalt følgende."))
    if numbers[0] == "167130":
        return pdfs.draw(pdfs.written("Faktura"))
    papers = [paper(number) if number != "?" else None for number in numbers]
    first = papers[0]
    assert first is not None
    if found := re.search(r"dated (\S+)", said):
        first = replace(first, date=dt.date.fromisoformat(found[1]))
    if found := re.search(r"total (\S+)", said):
        first = replace(first, total=Decimal(found[1]), net=Decimal(found[1]))
    if found := re.search(r" to (.+)", said):
        first = replace(first, customer=found[1])
    if "in English" in said:
        first = replace(first, language="en")
    only = None
    if "without page 2" in said:
        first = replace(first, lines=pdfs.lines(40))
        only = [page for page in range(first.pages + len(papers) - 1) if page != 1]
    nobodys = pdfs.written("Notat", "Dette arket hører ikke til noen.")
    return pdfs.draw(first, *(one if one is not None else nobodys for one in papers[1:]), only=only)


def locked(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("hemmelig", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def picture(kind: str, said: str) -> bytes:
    """A picture by its size and words; its pixels are a ramp, so that it is quick to make and can be told upright."""
    width, height = map(int, said.partition(" ")[0].split("x"))
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    more: dict[str, object] = {}
    if "place" in said:
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by a quarter
        exif.get_ifd(0x8825)[1] = "N"
        more["exif"] = exif
    if "comment" in said:
        more["comment"] = b"made with an invented camera"
    target = io.BytesIO()
    image.save(target, "JPEG" if kind == "jpg" else "PNG", **more)  # type: ignore[arg-type]
    return target.getvalue()


def huge_png() -> bytes:
    """A picture of 900 million pixels in a hundred bytes."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def archive(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo(name), contents("pdf 16713") if name.endswith(".pdf") else b"x")
    return target.getvalue()
