"""Bytes → what a PDF is: whether it can be opened, how many pages it has, and their text as it stands for the eye.

Pages come as layouts: a line of text for each line of the page, columns apart by two spaces and more, each about where
it stands on the page, so that a value can be found beside its label or below it. The order in which a program wrote the
pieces into the file does not matter.

PDFium is not made for threads: one file at a time in a process. A hostile file can keep it busy or bring it down,
so whoever reads other people's files does that in processes of their own.
"""

from __future__ import annotations

import ctypes
import io
import logging
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader

State = Literal["ok", "empty", "encrypted", "unreadable"]
Trait = Literal["locked", "damaged", "padded", "long"]

MOST_PAGES = 50_000  # beyond it is no delivery of invoices; such a file is not read
MOST_CHARACTERS = 100_000  # of one page; A4 full of small print has some 10,000
MOST_TEXT = 100_000_000  # characters of all pages
MOST_PIECES = 20_000  # of text on a page
BLANK_PIXELS = 400  # longer side of the picture in which we look for anything
HEADER = b"%PDF-"
HEADER_WITHIN = 1_048_576  # bytes that may stand before it, such as the head of an e-mail
SMALL = 100_000  # bytes of a file that may well have no pages
PDFIUM_LOOKS = 1_024  # bytes within which PDFium looks for it

STREAM = re.compile(rb"(?<!end)stream\r?\n")
MOST_SWELLING = 1_032  # times that zlib can make something smaller
LARGEST_STREAM = 256_000_000  # bytes of a stream unpacked; a picture of A4 at 600 dpi in colour has 105 million
SAMPLE = 16_384  # bytes of it by which we judge

UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
SPACES = dict.fromkeys((0x9, 0xA, 0xD, 0xA0, 0x2002, 0x2003, 0x2007, 0x2008, 0x2009, 0x200A, 0x202F, 0x3000), " ")
HYPHENS = dict.fromkeys((0x2, 0x2010, 0x2011, 0x2012, 0x2212, 0xFFFE), "-")  # 2 and FFFE: PDFium's, at a line's end
LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
PLAIN: dict[int, str | None] = {**UNSEEN, **SPACES, **HYPHENS, **LIGATURES}
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd-\uffff]")
WIDE = re.compile(r" {2,}")


_log = logging.getLogger("pypdf")  # its remarks on broken files are ours to make
_log.addHandler(logging.NullHandler())
_log.propagate = False


@dataclass(frozen=True, slots=True)
class PdfLook:
    """What one PDF file is.

    Traits: `locked` (a password of the owner forbids changes, but everybody can read it), `damaged` (its table of
    contents had to be made anew, so pages may be lost), `padded` (something stands before it in the file), `long` (text
    beyond our limits was not read). Pages are counted from 0.
    """

    state: State
    pages: tuple[str, ...] = ()  # layout of each page, "" where it has no text
    traits: tuple[Trait, ...] = ()
    blank: tuple[int, ...] = ()  # pages on which nothing can be seen


class _Cell(NamedTuple):
    """A run of text and its place for the eye: from the left, and from below."""

    left: float
    bottom: float
    right: float
    top: float
    text: str


def look_into(data: bytes) -> PdfLook:
    """What the file is, and the text of its pages; any bytes will do."""
    if not data:
        return PdfLook("empty")
    if _swells(data):
        return PdfLook("unreadable")
    try:
        opened = open_pdf(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            return PdfLook("encrypted")
        return PdfLook("empty" if len(data) <= SMALL and _has_no_pages(data) else "unreadable")
    document, traits = opened
    try:
        count = len(document)
        if not count or count > MOST_PAGES:
            return PdfLook("unreadable" if count else "empty")
        pages, blank, is_long = _texts(document, count)
        return PdfLook("ok", pages, (*traits, "long") if is_long else traits, blank)
    finally:
        document.close()


def open_pdf(data: bytes) -> tuple[pypdfium2.PdfDocument, tuple[Trait, ...]]:
    """The document, and what is odd about it. Raises PdfiumError; `err_code` tells a password from rubbish."""
    traits: list[Trait] = []
    start = data.find(HEADER, 0, HEADER_WITHIN)
    if start > 0:
        traits.append("padded")
    document = pypdfium2.PdfDocument(data[start:] if start > PDFIUM_LOOKS else data)
    if pdfium.FPDF_GetSecurityHandlerRevision(document.raw) != -1:
        traits.append("locked")
    if not pdfium.FPDF_DocumentHasValidCrossReferenceTable(document.raw):
        traits.append("damaged")
    return document, tuple(traits)


def plain(text: str) -> str:
    """The text with plain spaces and hyphens, without what cannot be seen, letters that were set apart together."""
    text = CONTROLS.sub("", unicodedata.normalize("NFC", text).translate(PLAIN)).strip()
    parts = text.split()
    if len(parts) >= 5 and sum(len(part) == 1 for part in parts) >= 0.8 * len(parts):
        text = " ".join("".join(word.split()) for word in WIDE.split(text))
    return " ".join(text.split())


# Private functions


def _swells(data: bytes) -> bool:
    """Whether a stream would be unpacked to more than any page needs: PDFium would take gigabytes for it."""
    for match in STREAM.finditer(data):
        start = match.end()
        end = data.find(b"endstream", start)
        length = (end if end >= 0 else len(data)) - start
        if length * MOST_SWELLING <= LARGEST_STREAM:
            continue
        unpacker = zlib.decompressobj()
        try:
            unpacked = len(unpacker.decompress(data[start : start + SAMPLE], SAMPLE * MOST_SWELLING))
        except zlib.error:  # packed in another way
            continue
        taken = min(SAMPLE, length) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
        if not unpacker.eof and unpacked * length > LARGEST_STREAM * max(taken, 1):
            return True
    return False


def _has_no_pages(data: bytes) -> bool:
    """Whether it is a PDF all the same, with nothing in it: PDFium does not open such a file."""
    try:
        return HEADER in data[:PDFIUM_LOOKS] and not PdfReader(io.BytesIO(data)).pages
    except Exception:  # noqa: BLE001 - whatever a broken file brings about: it is not sound
        return False


def _texts(document: pypdfium2.PdfDocument, count: int) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
    """Layouts, blank pages, and whether a limit left text out."""
    pages: list[str] = []
    blank: list[int] = []
    left, is_long = MOST_TEXT, False
    for index in range(count):
        text, is_blank = "", False
        try:
            page = document[index]
        except pypdfium2.PdfiumError:  # a broken page: the others can be read
            pages.append("")
            continue
        try:
            text, is_cut = _page_text(page, min(left, MOST_CHARACTERS))
            is_long |= is_cut
            is_blank = not text and _is_blank(page)
        except pypdfium2.PdfiumError:
            text = ""
        finally:
            page.close()
        left -= len(text)
        pages.append(text)
        if is_blank:
            blank.append(index)
    return tuple(pages), tuple(blank), is_long


def _page_text(page: pypdfium2.PdfPage, most: int) -> tuple[str, bool]:
    """The layout of one page; where it would lose text, the text in the file's own order."""
    spoken = page.get_textpage()
    try:
        characters = spoken.count_chars()
        if not characters:
            return "", False
        if characters > most:
            return _lines(spoken.get_text_range(0, most)), True
        whole = spoken.get_text_range()
        pieces = spoken.count_rects()
        if pieces > MOST_PIECES:
            return _lines(whole), False
        cells = _cells(spoken, pieces, page)
    finally:
        spoken.close()
    wanted = sum(not character.isspace() for character in whole)
    got = sum(len(cell.text.replace(" ", "")) for cell in cells)
    is_faithful = 0.95 * wanted <= got + whole.count("\u00ad") + 2 and got <= 1.05 * wanted + 2
    return (_layout(cells) if is_faithful else _lines(whole)), False


def _lines(text: str) -> str:
    lines = (plain(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _cells(spoken: pypdfium2.PdfTextPage, pieces: int, page: pypdfium2.PdfPage) -> list[_Cell]:
    """All runs of text, turned as the page is turned for the eye."""
    edges = tuple(ctypes.c_double() for _ in range(4))  # left, top, right, bottom
    places = [ctypes.byref(edge) for edge in edges]
    across, up = page.get_size()
    rotation: int = page.get_rotation()
    width, height = (up, across) if rotation in {90, 270} else (across, up)  # before the page was turned
    cells = []
    for index in range(pieces):
        if not pdfium.FPDFText_GetRect(spoken.raw, index, *places):
            continue
        left, top, right, bottom = (edge.value for edge in edges)
        raw = spoken.get_text_bounded(left, bottom, right, top)
        text = plain(raw)
        if not text:
            continue
        if raw[-1].isspace():  # the words of one line often come in several runs
            text += " "
        if rotation == 90:
            left, right, bottom, top = bottom, top, height - right, height - left
        elif rotation == 180:
            left, right, bottom, top = width - right, width - left, height - top, height - bottom
        elif rotation == 270:
            left, right, bottom, top = width - top, width - bottom, left, right
        cells.append(_Cell(left, bottom, right, top, text))
    return cells


def _layout(cells: Sequence[_Cell]) -> str:
    """Text with every cell about where it stands on the page."""
    pitch = median(min(12.0, max(2.0, (cell.right - cell.left) / len(cell.text))) for cell in cells) * 0.9
    return "\n".join(_line(line, pitch) for line in _rows(cells))


def _rows(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    """Cells that stand side by side, from the top of the page down; each row from left to right."""
    rows: list[list[_Cell]] = []
    for cell in sorted(cells, key=lambda cell: (-cell.bottom - cell.top, cell.left)):
        if rows:
            first = rows[-1][0]
            shared = min(first.top, cell.top) - max(first.bottom, cell.bottom)
            if shared >= 0.5 * min(first.top - first.bottom, cell.top - cell.bottom):
                rows[-1].append(cell)
                continue
        rows.append([cell])
    return [sorted(row, key=lambda cell: (cell.left, cell.right)) for row in rows]


def _line(row: Sequence[_Cell], pitch: float) -> str:
    text, end = "", None
    for cell in row:
        height = cell.top - cell.bottom
        if end is not None and cell.left - end < height:
            # The same words go on: another font, or letters set by hand.
            is_apart = cell.left - end >= 0.12 * height and not text.endswith(" ")
            text += (" " if is_apart else "") + cell.text
        else:
            column = min(400, max(0, round(cell.left / pitch)))
            text = (text.rstrip() + "  " if text else "").ljust(column) + cell.text
        end = cell.right if end is None else max(end, cell.right)
    return text.rstrip()


def _is_blank(page: pypdfium2.PdfPage) -> bool:
    """Whether nothing at all can be seen. A picture is never called blank: nobody can say what a scanner saw."""
    if any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=8)):
        return False
    width, height = page.get_size()
    bitmap = page.render(scale=min(1.0, BLANK_PIXELS / max(width, height, 1.0)), grayscale=True)
    try:
        shades = bytes(bitmap.buffer)
        row = bitmap.width
        return all(
            len(set(shades[start : start + row])) == 1 and shades[start] == shades[0]
            for start in range(0, bitmap.stride * bitmap.height, bitmap.stride)
        )
    finally:
        bitmap.close()
