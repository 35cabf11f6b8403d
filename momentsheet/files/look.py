"""What one file is: looked at in whatever process reads it, so that only a few words of it travel back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from momentsheet.files.pdf import Disagreement, Expected, PdfLook, Split, compare, look_into, split
from momentsheet.files.pictures import PictureLook, look_at
from momentsheet.model.catalog import NOTHING
from momentsheet.model.page_words import PageWords

MANY_PAGES = 5  # from which on a file that is named after one row is looked through for several
MANY_PIECES = 3  # rows that must be found in it, so that an enclosure is not taken for another one


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of a file from its name, and what is to be found out."""

    type: str  # by its first bytes, see `sniff`
    kind: str = ""  # of files
    numbers: tuple[str, ...] = ()  # that may stand inside, best one if only one is known
    may_hold_several: bool = False
    largest: int | None = None
    decided: Mapping[int, str] | None = None  # page (0-based) -> number
    decided_of: str = ""  # the hash of the file that this was decided of, where it is known


@dataclass(frozen=True, slots=True)
class Look:
    """What was found out."""

    state: str  # ok | empty | encrypted | unreadable | too_large
    size: int
    sha256: str
    pages: int = 0
    has_text: bool = False
    number: str = ""  # of several that the name allows, the one that the text confirms
    told: Mapping[str, tuple[Disagreement, ...]] = NOTHING  # number -> where text and sheets disagree about it
    split: Split | None = None  # the numbers inside, where the file may hold several
    picture: PictureLook | None = None


@dataclass(slots=True)
class _Known:
    """What this process has been told."""

    expected: Mapping[str, Mapping[str, Expected]]
    words: PageWords


_known = _Known({}, PageWords())


def prepare(expected: Mapping[str, Mapping[str, Expected]], words: PageWords) -> None:
    """Tell this process what the sheets say, by kind of files and number, and the words by which pages are read."""
    _known.expected, _known.words = expected, words


def look(data: bytes, job: Job) -> Look:
    """What a file is. Never raises for what is in it."""
    sha256 = hashlib.sha256(data).hexdigest()
    if not data:
        return Look("empty", 0, sha256)
    if job.type == "pdf":
        return _pdf(data, sha256, job)
    if job.type in {"jpg", "png"}:
        picture = look_at(data, job.largest)
        return Look(picture.state, len(data), sha256, picture=picture)
    return Look("ok", len(data), sha256)


def sniff(head: bytes) -> str:
    """What a file is by its first kilobyte; "" where that says nothing."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heif"} else ""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if text.startswith((b"<!doctype html", b"<html")) else ""


# Private functions

_STARTS = (
    (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"),
    (b"BM", "bmp"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0", "office"), (b"{\\rtf", "rtf"),
)  # fmt: skip


def _pdf(data: bytes, sha256: str, job: Job) -> Look:
    pdf = look_into(data)
    pages, has_text = len(pdf.pages), any(text.strip() for text in pdf.pages)
    if pdf.state != "ok":
        return Look(pdf.state, len(data), sha256, pages, has_text)
    known, words = _known.expected.get(job.kind, {}), _known.words
    found = None
    if job.may_hold_several and known and (len(job.numbers) != 1 or pages >= MANY_PAGES):
        found = split(pdf, known, words, job.decided if job.decided_of in {"", sha256} else None)
        if job.numbers and len({piece.key for piece in found.pieces}) < MANY_PIECES:
            found = None
    if found is not None:
        told = {piece.key: _compare_pages(pdf, piece.pages, known[piece.key], known) for piece in found.pieces}
        return Look("ok", len(data), sha256, pages, has_text, told=told, split=found)
    told = {number: compare(pdf, known[number], known, words) for number in job.numbers if number in known}
    fits = [number for number, said in told.items() if not any(one.what == "number" for one in said)]
    number = fits[0] if len(job.numbers) > 1 and len(fits) == 1 and has_text else ""
    return Look("ok", len(data), sha256, pages, has_text, number, told)


def _compare_pages(
    pdf: PdfLook, pages: Sequence[int], expected: Expected, known: Mapping[str, Expected]
) -> tuple[Disagreement, ...]:
    """As if these pages were a file of their own, told by their numbers in the whole one."""
    told = compare(PdfLook("ok", tuple(pdf.pages[page] for page in pages)), expected, known, _known.words)
    return tuple(replace(one, page=pages[one.page - 1] + 1) for one in told)
