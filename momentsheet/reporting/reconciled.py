"""The control totals on the receipt: the old system's figures beside those of the import, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from momentsheet.model.catalog import Catalog, Entity
from momentsheet.model.controls import ControlTotal
from momentsheet.reporting.values import number, plain
from momentsheet.reporting.words import counted, field_label, sentence, shown

LINES_SHOWN = 300  # that agree; those that do not are all shown

Totals = Mapping[str, Sequence[ControlTotal]]  # sheet of control totals -> each of them


@dataclass(frozen=True, slots=True)
class Line:
    """One control total in words."""

    figure: str
    by: tuple[str, ...]  # year, project …; as many as the columns of the table
    stated: str
    found: str
    difference: str
    tolerance: str
    agrees: bool
    remark: str  # why it differs, as far as is known


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All control totals of a delivery. `verdict` stands at the top of the receipt."""

    columns: tuple[str, ...]  # labels of the columns that say of what a figure is
    lines: tuple[Line, ...]
    hidden: str  # how many lines that agree are not shown
    given: int
    agreeing: int
    verdict: str

    @property
    def agrees(self) -> bool:
        return self.given == self.agreeing


def reconciled(converted: Totals, readable: Totals, catalog: Catalog, language: str) -> Reconciled:
    """The totals over the converted rows in words. `readable`: the same over all rows that could be read."""
    lines: list[Line] = []
    totals = [(catalog.entities[name], total) for name, found in converted.items() for total in found]
    names = tuple(dict.fromkeys(name for entity, total in totals for name in _in_order(entity, total)))
    before = {(name, total.row): total for name, found in readable.items() for total in found}
    agreeing = hidden = 0
    for entity, total in totals:
        agreeing += total.agrees
        if total.agrees and agreeing > LINES_SHOWN:
            hidden += 1
        else:
            lines.append(_line(total, before.get((entity.name, total.row)), names, entity, catalog, language))
    columns = tuple(field_label(totals[0][0].name, name, catalog, language) for name in names)
    facts = {"given": len(totals), "count": agreeing}
    if not totals:
        verdict = ""
    elif agreeing == len(totals):
        verdict = counted(catalog, language, "receipt.controls.agree", len(totals))
    else:
        verdict = sentence(catalog, language, "receipt.controls.differ", facts)
    more = counted(catalog, language, "receipt.controls.more", hidden) if hidden else ""
    return Reconciled(columns, tuple(lines), more, len(totals), agreeing, verdict)


# Private functions


def _in_order(entity: Entity, total: ControlTotal) -> tuple[str, ...]:
    controls = entity.controls
    return tuple(name for name in controls.by if name in total.by) if controls is not None else ()


def _line(
    total: ControlTotal,
    readable: ControlTotal | None,
    names: Sequence[str],
    entity: Entity,
    catalog: Catalog,
    language: str,
) -> Line:
    assert entity.controls is not None
    field = entity.field(entity.controls.figure)
    return Line(
        shown(total.figure, field, catalog, language),
        tuple(plain(total.by.get(name, "")) for name in names),
        _figure(total.stated, total, language),
        _figure(total.found, total, language),
        _figure(total.difference, total, language, is_signed=True),
        number(total.tolerance, language),
        total.agrees,
        _remark(total, readable, catalog, language),
    )


def _figure(value: Decimal | None, total: ControlTotal, language: str, *, is_signed: bool = False) -> str:
    """Amounts and hours with two decimals, more where less would hide a difference; counts as they are."""
    if value is None:
        return "–"
    text = number(value, language, 2 if total.decimals and round(value, 2) == value else None)
    return f"+{text}" if is_signed and value > 0 else text


def _remark(total: ControlTotal, readable: ControlTotal | None, catalog: Catalog, language: str) -> str:
    if total.agrees:
        return ""
    if total.unknown_by:
        return catalog.text("receipt.controls.not_applicable", language)
    if total.found is None:
        return catalog.text("receipt.controls.unreadable", language)
    out = None if readable is None or readable.found is None else readable.found - total.found
    if readable is not None and out:
        facts = {"out": _figure(out, total, language), "count": readable.records - total.records}
        return sentence(catalog, language, "receipt.controls.left_out", facts)
    return ""
