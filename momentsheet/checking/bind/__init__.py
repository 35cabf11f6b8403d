"""Which sheet holds which entity, which row is the header, which column is which field; and how we know."""

from momentsheet.checking.bind.bound import Binding, BoundSheet, Told
from momentsheet.checking.bind.raw import raw_at, take
from momentsheet.checking.bind.sheets import bind, closest_titles

__all__ = ["Binding", "BoundSheet", "Told", "bind", "closest_titles", "raw_at", "take"]
