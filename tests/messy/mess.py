"""What a mess is: one way of messing, and the verdict that it deserves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from messy.sheets import Delivery

# The sheets that come along: a mess in one sheet is read together with those that it refers to, no more.
PARTS: dict[str, tuple[str, ...]] = {
    "customers": ("company", "customer"),
    "contacts": ("company", "customer", "contact"),
    "people": ("company", "employee"),
    "projects": ("company", "employee", "customer", "project"),
    "activities": ("company", "employee", "customer", "project", "activity"),
    "hours": ("company", "employee", "customer", "project", "activity", "time_record"),
    "absence": ("company", "employee", "absence_type", "absence"),
    "expenses": ("company", "employee", "customer", "project", "activity", "expense"),
    "invoices": ("company", "employee", "customer", "project", "invoice", "invoice_line"),
    "all": (
        "company", "absence_type", "employee", "customer", "contact", "project", "activity", "time_record", "absence",
        "expense", "invoice", "invoice_line",
    ),
}  # fmt: skip

Place = tuple[str, str | None, str | None]  # code, sheet, cell


@dataclass(frozen=True, slots=True)
class Mess:
    """One way of messing; `told` is what is told beyond what is told of the good delivery.

    Where nothing was lost, `told` are codes of infos and warnings, and the import files are those of `against` (the
    good delivery, or the good delivery without what cannot be known any more). Else it is every finding with its place.
    """

    name: str
    group: str
    make: Callable[[Delivery], object]
    sheets: str
    is_same: bool
    told: tuple[str, ...] | tuple[Place, ...]
    writer: str = "xlsxwriter"
    kind: str = "xlsx"
    against: Callable[[Delivery], object] | None = None
    is_repaired: bool = False  # something was read that stood differently, and the report lists it
    options: dict[str, object] = field(default_factory=dict)  # of the writer
    after: Callable[[bytes], bytes] | None = None  # what happens to the file


MESSES: list[Mess] = []


def same(group: str, sheets: str, *told: str, by: str = "xlsxwriter xlsx", **more: object) -> Callable[..., object]:
    """Register a mess that loses nothing: a function that changes the delivery, named for the mess."""

    def register(make: Callable[[Delivery], object]) -> Callable[[Delivery], object]:
        _add(make, group, sheets, True, told, by, more)
        return make

    return register


def told(group: str, sheets: str, *places: Place, by: str = "xlsxwriter xlsx", **more: object) -> Callable[..., object]:
    """Register a mess that must be told, finding by finding."""

    def register(make: Callable[[Delivery], object]) -> Callable[[Delivery], object]:
        _add(make, group, sheets, False, places, by, more)
        return make

    return register


def each(register: Callable[..., object], **makers: Callable[[Delivery], object]) -> None:
    """Register several messes of one kind, by name."""
    for name, make in makers.items():
        make.__name__ = name
        register(make)


# Private functions


def _add(
    make: Callable[[Delivery], object],
    group: str,
    sheets: str,
    is_same: bool,
    expected: tuple[str, ...] | tuple[Place, ...],
    by: str,
    more: dict[str, object],
) -> None:
    writer, _, kind = by.partition(" ")
    name = make.__name__.replace("_", " ").strip()
    MESSES.append(Mess(name, group, make, sheets, is_same, expected, writer, kind, **more))
