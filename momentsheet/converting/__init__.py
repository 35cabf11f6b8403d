"""Clean tables become import files, the figures of the receipt and the manifest."""

from momentsheet.converting.figures import breakdowns
from momentsheet.converting.files import convert
from momentsheet.converting.manifest import make_manifest

__all__ = ["breakdowns", "convert", "make_manifest"]
