"""Raw sheets in, typed tables and findings out."""

from momentsheet.checking.bind import closest_titles
from momentsheet.checking.check import Checked, check
from momentsheet.checking.clean import LeftOut

__all__ = ["Checked", "LeftOut", "check", "closest_titles"]
