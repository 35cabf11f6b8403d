"""Pages of one PDF as files of their own: the same bytes for the same pages, and nothing else of the big file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from momentsheet.errors import UnusableFile
from momentsheet.files.pdf.look import open_pdf

# What a page needs to look as it does. All else ties it to the file that it comes from: its place in a structure,
# threads of reading, private data of the program that made it.
KEPT = (
    "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit", "/Group", "/Contents",
)  # fmt: skip
OF_LINKS = ("/Type", "/Subtype", "/Rect", "/Border", "/C", "/QuadPoints", "/F")
POOLS = ("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties")
FEW = 4  # resources for which looking into the page would not pay
NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]+)")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
FORGETTING = 40  # pieces after which what was read from the file is forgotten, so that memory stays flat
BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, AssertionError)


def cut(data: bytes, pieces: Iterable[Sequence[int]]) -> Iterator[bytes]:
    """One PDF for each piece, a sequence of pages from 0. Raises UnusableFile where the file cannot be taken apart."""
    readers = _readers(data)
    reader = next(readers)
    for count, pages in enumerate(pieces, start=1):
        piece = None
        while piece is None:
            try:
                piece = _piece(reader, pages)
            except BROKEN:
                reader = next(readers)
        yield piece
        if count % FORGETTING == 0:
            reader.resolved_objects.clear()


# Private functions


def _readers(data: bytes) -> Iterator[PdfReader]:
    """The file as it stands, if it is sound; then as PDFium writes it anew. Raises UnusableFile where none will do."""
    try:
        document, traits = open_pdf(data)
    except pypdfium2.PdfiumError:
        raise UnusableFile("pdf_cannot_be_cut") from None
    try:
        if not traits:
            try:
                reader = PdfReader(io.BytesIO(data))
                if len(reader.pages) == len(document) and not _has_more_than_links(reader):
                    yield reader
            except BROKEN:  # what pypdf does not take, PDFium may
                pass
        yield PdfReader(io.BytesIO(_written_anew(document)))
    except (*BROKEN, pypdfium2.PdfiumError):
        raise UnusableFile("pdf_cannot_be_cut") from None
    finally:
        document.close()
    raise UnusableFile("pdf_cannot_be_cut")


def _has_more_than_links(reader: PdfReader) -> bool:
    """Whether there are stamps, notes or fields of a form, which are no part of the page itself."""
    return any(annotation.get("/Subtype") != "/Link" for page in reader.pages for annotation in _annotations(page))


def _annotations(page: DictionaryObject) -> Iterator[DictionaryObject]:
    annotations = page.get("/Annots")
    listed = annotations.get_object() if annotations is not None else None
    for annotation in listed if isinstance(listed, ArrayObject) else ():
        found = annotation.get_object()
        if isinstance(found, DictionaryObject):
            yield found


def _written_anew(document: pypdfium2.PdfDocument) -> bytes:
    """The file without its lock, its damage and its wrapping; stamps and fields become part of their pages."""
    document.init_forms()
    for page in document:
        pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
        page.close()
    stream = io.BytesIO()
    document.save(stream, flags=pdfium.FPDF_REMOVE_SECURITY)
    return stream.getvalue()


def _piece(reader: PdfReader, pages: Sequence[int]) -> bytes:
    writer = PdfWriter()
    writer.metadata = None
    writer.pdf_header = reader.pdf_header
    for index in pages:
        _add_page(writer, reader.pages[index])
    layers = reader.root_object.get("/OCProperties")
    if layers is not None:  # which layers are seen
        writer.root_object[NameObject("/OCProperties")] = layers.clone(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _add_page(writer: PdfWriter, page: PageObject) -> None:
    """The page as it looks, and its links to the web; what leads to other pages of the big file leads nowhere here."""
    new = writer.add_blank_page(width=1, height=1)
    for key in KEPT:
        if key in page:
            new[NameObject(key)] = page.raw_get(key).clone(writer)
    resources = _dictionary(page, "/Resources")
    if resources is not None:
        new[NameObject("/Resources")] = _needed(page, resources).clone(writer)
    links = ArrayObject(link.clone(writer) for annotation in _annotations(page) if (link := _link(annotation)))
    if links:
        new[NameObject("/Annots")] = links


def _dictionary(parent: DictionaryObject, key: str) -> DictionaryObject | None:
    value = parent.get(key)
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else None


def _link(annotation: DictionaryObject) -> DictionaryObject | None:
    """A link to the web with nothing but what it needs, None for every other annotation."""
    action = _dictionary(annotation, "/A")
    if annotation.get("/Subtype") != "/Link" or action is None or action.get("/S") != "/URI" or "/URI" not in action:
        return None
    kept = {NameObject(key): annotation[key] for key in OF_LINKS if key in annotation}
    target = {NameObject(key): action[key] for key in ("/S", "/URI")}
    return DictionaryObject({**kept, NameObject("/A"): DictionaryObject(target)})


def _needed(page: PageObject, resources: DictionaryObject) -> DictionaryObject:
    """The resources that the page names: many programs give one list of all pictures and fonts to every page."""
    pools = {name: pool for name in POOLS if (pool := _dictionary(resources, name)) is not None}
    if sum(len(pool) for pool in pools.values()) <= FEW or any(_borrows(drawn) for drawn in _drawn(pools)):
        return resources
    try:
        contents = page.get_contents()
        names = {_unescaped(name) for name in NAME.findall(contents.get_data())} if contents is not None else set()
    except BROKEN:  # too large to be unpacked, or broken: whoever shows it may still make something of it
        return resources
    needed = DictionaryObject({NameObject(key): resources.raw_get(key) for key in resources})
    for name, pool in pools.items():
        needed[NameObject(name)] = DictionaryObject(
            {NameObject(key): pool.raw_get(key) for key in pool if key[1:].encode("latin-1", "replace") in names}
        )
    return needed


def _drawn(pools: Mapping[str, DictionaryObject]) -> Iterator[DictionaryObject]:
    """What is drawn by name, and may itself name something."""
    for name in ("/XObject", "/Font", "/Pattern"):
        for key in pools.get(name, ()):
            if (drawn := _dictionary(pools[name], key)) is not None:
                yield drawn


def _borrows(drawn: DictionaryObject) -> bool:
    """Whether something that is drawn on the page uses the page's resources without naming them there."""
    if "/Resources" in drawn:
        return False
    return drawn.get("/Subtype") in {"/Form", "/Type3"} or drawn.get("/PatternType") == 1


def _unescaped(name: bytes) -> bytes:
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), name)
