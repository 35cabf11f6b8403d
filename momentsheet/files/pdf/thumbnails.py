"""A sheet of small pictures of pages, on which a person sees whose they are."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import pypdfium2
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, NumberObject, StreamObject

from momentsheet.errors import UnusableFile
from momentsheet.files.pdf.look import open_pdf

WIDTH, HEIGHT = 595.0, 842.0  # A4, in points
MARGIN, GAP = 36.0, 18.0
ACROSS, DOWN = 3, 3
CAPTION = 30.0  # height below each picture
LINES, LETTERS = 2, 40  # of a caption
DOTS = 3.0  # pixels for each point of a picture: sharp enough to read a number when enlarged
LARGEST = 14_400.0  # points of a page's longer side; beyond it is no page
INK, GREY, PAPER, RIM = "0.12 0.16 0.2", "0.42 0.47 0.52", "0.965 0.97 0.975", "0.78 0.81 0.84"


class _Picture(NamedTuple):
    width: int
    height: int
    data: bytes
    encoding: str


def thumbnail_sheet(data: bytes, pages: Sequence[int], captions: Sequence[str]) -> bytes:
    """A PDF of small pictures of these pages (from 0), each with its number (from 1) and a caption."""
    try:
        document, _ = open_pdf(data)
    except pypdfium2.PdfiumError:
        raise UnusableFile("pdf_cannot_be_cut") from None
    writer = PdfWriter()
    writer.metadata = None
    fonts = {
        NameObject(f"/{name}"): writer._add_object(_font(base))  # noqa: SLF001 - pypdf has no other way to share a font
        for name, base in (("Plain", "/Helvetica"), ("Bold", "/Helvetica-Bold"))
    }
    each = ACROSS * DOWN
    sheets = -(-len(pages) // each)
    try:
        document.init_forms()
        for sheet in range(sheets):
            some = slice(sheet * each, (sheet + 1) * each)
            pictures = [_picture(document, page) for page in pages[some]]
            drawn = _drawn(pages[some], captions[some], pictures, f"{sheet + 1} / {sheets}")
            _add_sheet(writer, fonts, pictures, drawn)
    finally:
        document.close()
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


# Private functions


def _cell_size() -> tuple[float, float]:
    """Of the place for a picture."""
    width = (WIDTH - 2 * MARGIN - (ACROSS - 1) * GAP) / ACROSS
    height = (HEIGHT - 2 * MARGIN - (DOWN - 1) * GAP) / DOWN - CAPTION
    return width, height


def _picture(document: pypdfium2.PdfDocument, index: int) -> _Picture | None:
    """The page in shades of grey, None where it cannot be drawn."""
    width, height = _cell_size()
    try:
        page = document[index]
        across, up = page.get_size()
        if not 0 < across <= LARGEST or not 0 < up <= LARGEST:
            return None
        bitmap = page.render(scale=min(width / across, height / up) * DOTS, grayscale=True)
        picture = bitmap.to_pil().convert("L")
        bitmap.close()
        page.close()
    except pypdfium2.PdfiumError:
        return None
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=70)
    few = picture.point([shade // 17 * 17 for shade in range(256)])
    flat = StreamObject()
    flat.set_data(few.tobytes())
    encoded = flat.flate_encode(9)
    plain: bytes = encoded._data  # noqa: SLF001 - the packed bytes, as they go into the file
    if len(plain) < packed.tell():
        return _Picture(picture.width, picture.height, plain, "/FlateDecode")
    return _Picture(picture.width, picture.height, packed.getvalue(), "/DCTDecode")


def _drawn(pages: Sequence[int], captions: Sequence[str], pictures: Sequence[_Picture | None], footer: str) -> bytes:
    """The drawing of one sheet."""
    width, height = _cell_size()
    parts = []
    for place, (page, caption, picture) in enumerate(zip(pages, captions, pictures, strict=True)):
        left = MARGIN + place % ACROSS * (width + GAP)
        top = HEIGHT - MARGIN - place // ACROSS * (height + CAPTION + GAP)
        bottom = top - height
        across, up = (picture.width / DOTS, picture.height / DOTS) if picture else (width, height)
        x, y = left + (width - across) / 2, bottom + (height - up) / 2
        parts.append(f"{PAPER} rg {left:.2f} {bottom:.2f} {width:.2f} {height:.2f} re f")
        if picture:
            parts.append(f"q {across:.2f} 0 0 {up:.2f} {x:.2f} {y:.2f} cm /P{place} Do Q")
        parts.append(f"{RIM} RG 0.6 w {x:.2f} {y:.2f} {across:.2f} {up:.2f} re S")
        number = str(page + 1)
        badge = 12 + 6.2 * len(number)
        parts.append(f"{INK} rg {left:.2f} {top - 17:.2f} {badge:.2f} 17 re f")
        parts.append(f"BT 1 1 1 rg /Bold 11 Tf {left + 6:.2f} {top - 12.6:.2f} Td {_text(number)} Tj ET")
        for line, text in enumerate(textwrap.wrap(caption, LETTERS, max_lines=LINES, placeholder=" …")):
            parts.append(f"BT {INK} rg /Plain 8 Tf {left:.2f} {bottom - 12 - 10 * line:.2f} Td {_text(text)} Tj ET")
    parts.append(f"BT {GREY} rg /Plain 8 Tf {WIDTH / 2 - 10:.2f} 18 Td {_text(footer)} Tj ET")
    return "\n".join(parts).encode("ascii")


def _text(text: str) -> str:
    """As a string of a PDF, in the letters of Western Europe; others become question marks."""
    return f"<{text.encode('cp1252', 'replace').hex()}>"


def _font(base: str) -> DictionaryObject:
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": base, "/Encoding": "/WinAnsiEncoding"}
    return DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})


def _add_sheet(
    writer: PdfWriter,
    fonts: dict[NameObject, IndirectObject],
    pictures: Sequence[_Picture | None],
    drawn: bytes,
) -> None:
    page = writer.add_blank_page(width=WIDTH, height=HEIGHT)
    shown = {
        NameObject(f"/P{place}"): writer._add_object(_image(picture))  # noqa: SLF001 - as above
        for place, picture in enumerate(pictures)
        if picture
    }
    content = StreamObject()
    content.set_data(drawn)
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode())  # noqa: SLF001 - as above
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject(fonts), NameObject("/XObject"): DictionaryObject(shown)}
    )


def _image(picture: _Picture) -> StreamObject:
    image = StreamObject()
    image.set_data(picture.data)
    image[NameObject("/Type")], image[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Image")
    image[NameObject("/Width")] = NumberObject(picture.width)
    image[NameObject("/Height")] = NumberObject(picture.height)
    image[NameObject("/ColorSpace")] = NameObject("/DeviceGray")
    image[NameObject("/BitsPerComponent")] = NumberObject(8)
    image[NameObject("/Filter")] = NameObject(picture.encoding)
    return image
