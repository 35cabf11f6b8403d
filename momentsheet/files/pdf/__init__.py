"""PDF files: what is in them, whether that agrees with the sheets, and one big file taken apart.

The bytes and the words come from outside; nothing here opens files or knows what the papers are.
"""

from momentsheet.files.pdf.compare import Disagreement, Expected, compare
from momentsheet.files.pdf.cut import cut
from momentsheet.files.pdf.look import PdfLook, look_into
from momentsheet.files.pdf.split import Piece, Split, split
from momentsheet.files.pdf.thumbnails import thumbnail_sheet

__all__ = [
    "Disagreement", "Expected", "PdfLook", "Piece", "Split", "compare", "cut", "look_into", "split", "thumbnail_sheet",
]  # fmt: skip
