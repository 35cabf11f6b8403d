"""Raw sheets in, typed tables and findings out."""

from momentsheet.checking.bind import closest_titles
from momentsheet.checking.check import Checked, check
from momentsheet.checking.clean import LeftOut
from momentsheet.checking.grammar import cell_value
from momentsheet.checking.migrate import move

__all__ = ["Checked", "LeftOut", "cell_value", "check", "closest_titles", "move"]
