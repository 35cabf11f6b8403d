"""Which sheet holds which entity, which row is the header, which column is which field; and how we know."""

from momentsheet.checking.bind.bound import Binding, BoundSheet, Told
from momentsheet.checking.bind.raw import raw_at, take
from momentsheet.checking.bind.sheets import bind, closest_titles, is_our_sheet

__all__ = ["Binding", "BoundSheet", "Told", "bind", "closest_titles", "is_our_sheet", "raw_at", "take"]
