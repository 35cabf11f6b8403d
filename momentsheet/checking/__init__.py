"""Raw sheets in, typed tables and findings out."""

from momentsheet.checking.bind import closest_titles
from momentsheet.checking.check import Checked, check
from momentsheet.checking.clean import LeftOut
from momentsheet.checking.grammar import cell_value
from momentsheet.checking.groups import group_findings
from momentsheet.checking.migrate import move
from momentsheet.checking.numbered import (
    NumberedDelivery,
    dangling,
    prove,
    read_numbers,
    renumber,
    taken_numbers,
)
from momentsheet.checking.parse import shown

__all__ = [
    "Checked",
    "LeftOut",
    "NumberedDelivery",
    "cell_value",
    "check",
    "closest_titles",
    "dangling",
    "group_findings",
    "move",
    "prove",
    "read_numbers",
    "renumber",
    "shown",
    "taken_numbers",
]
