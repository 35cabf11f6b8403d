"""Clean tables become import files, the figures of the receipt and the manifest."""

from momentsheet.converting.figures import breakdowns
from momentsheet.converting.files import convert, find_format
from momentsheet.converting.manifest import make_manifest
from momentsheet.converting.samples import sample_keys, samples_of

__all__ = ["breakdowns", "convert", "find_format", "make_manifest", "sample_keys", "samples_of"]
