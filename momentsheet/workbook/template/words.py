"""What the template says of one field: prompt, note, allowed values; always within Excel's limits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from momentsheet.model.catalog import Field, example_of, say
from momentsheet.workbook.template.plan import Plan, PlannedColumn, PlannedSheet

# Microsoft's limits for a data validation (MS-OI29500), in UTF-16 units as Excel counts.
PROMPT_LIMIT, ERROR_LIMIT, TITLE_LIMIT = 255, 224, 32
SHOWN_CODES = 12  # longer lists are for the dropdown
TOLD_LENGTH = 255  # nobody counts the characters of longer texts


def note_of(plan: Plan, column: PlannedColumn) -> str:
    """The note of a heading: what it is, how to write it, an example, what the accounting system demands."""
    field = column.field
    lines = [
        _joined(_needed(plan, field), say(field.help, plan.language)),
        plan.text(f"type.{field.type}"),
        *demands_on(plan, column),
        _example(plan, field),
        remark(plan, column),
    ]
    return "\n".join(line for line in lines if line)


def meaning_of(plan: Plan, column: PlannedColumn) -> str:
    """What stands beside a question of a form."""
    field = column.field
    return _joined(say(field.help, plan.language), *demands_on(plan, column), _example(plan, field))


def prompt_of(plan: Plan, column: PlannedColumn) -> str:
    """What Excel shows beside the chosen cell; where it would be too long, the least useful parts are left out."""
    field = column.field
    target = plan.target(column)
    needed, help_text, example = _needed(plan, field), say(field.help, plan.language), _example(plan, field)
    hint = ""
    if target is not None and target.sheet not in help_text:
        hint = plan.text("hint.reference", sheet=target.sheet)
    demands, private = _joined(*demands_on(plan, column)), _privacy(plan, field)
    for parts in (
        (needed, help_text, hint, demands, private, example),
        (needed, help_text, hint, demands, private),
        (needed, help_text, demands, private),
        (needed, help_text, private),
        (needed, help_text),
    ):
        text = _joined(*parts)
        if excel_length(text) <= PROMPT_LIMIT:
            return text
    return shortened(_joined(needed, help_text), PROMPT_LIMIT)


def demands_on(plan: Plan, column: PlannedColumn) -> tuple[str, ...]:
    """What the company's accounting system asks of this field."""
    system = plan.catalog.accounting.get(plan.catalog.company.accounting_system)
    if system is None:
        return ()
    name = say(system.label, plan.language)
    return tuple(
        plan.text("prompt.demand", accounting_system=name, says=say(demand.says, plan.language))
        for demand in system.demands
        if (demand.entity, demand.field) == (column.entity.name, column.field.name)
    )


def remark(plan: Plan, column: PlannedColumn) -> str:
    """Privacy, and whether Moment takes the field from a file."""
    by_hand = "" if column.field.imported else plan.text("fields.by_hand")
    return _joined(_privacy(plan, column.field), by_hand)


def allowed_in(plan: Plan, sheet: PlannedSheet, column: PlannedColumn) -> str:
    """What may stand in a field, in one or two sentences for the field list."""
    field, said = column.field, []
    target = plan.target(column)
    if column.choice is not None and field.type not in {"boolean", "country", "currency"}:
        labels = column.choice.labels
        values = ", ".join(labels[:SHOWN_CODES])
        if len(labels) > SHOWN_CODES:
            values = plan.text("allowed.more", values=values, count=len(labels) - SHOWN_CODES)
        said.append(plan.text("allowed.one_of", values=values))
    elif target is not None:
        said.append(plan.text("allowed.reference", sheet=target.sheet, column=target.label))
    low, high, length = (field.schema.get(name) for name in ("min", "max", "maxlength"))
    if low is not None and high is not None:
        said.append(plan.text("allowed.between", low=shown(low, plan.language), high=shown(high, plan.language)))
    elif low is not None:
        said.append(plan.text("allowed.from", low=shown(low, plan.language)))
    elif high is not None:
        said.append(plan.text("allowed.up_to", high=shown(high, plan.language)))
    if length is not None and length < TOLD_LENGTH:
        said.append(plan.text("allowed.length", length=length))
    if sheet.entity.key == (field.name,) and not sheet.is_form:
        said.append(plan.text("allowed.unique"))
    return ". ".join((*said, *(demand.rstrip(".") for demand in demands_on(plan, column))))


def needed_in(plan: Plan, field: Field) -> str:
    """Must the field be filled in? In one word."""
    if field.required:
        return plan.text("yes")
    return plan.text("fields.sometimes") if field.required_when else plan.text("no")


def shown(value: Any, language: str) -> str:
    """A limit as people write it."""
    if isinstance(value, dt.date):
        return str(format_date(value, "medium", Locale.parse(language)))
    return str(format_decimal(value, locale=Locale.parse(language)))


def shortened(text: str, limit: int) -> str:
    """The text, cut at a word where Excel would not take all of it."""
    if excel_length(text) <= limit:
        return text
    while excel_length(text) > limit - 2:
        head, _, _ = text.rpartition(" ")
        text = head or text[:-1]
    return text.rstrip(" ,;:.–-") + " …"


def excel_length(text: str) -> int:
    """Characters as Excel counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# Private functions


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _needed(plan: Plan, field: Field) -> str:
    if field.required:
        return plan.text("prompt.required")
    return plan.text("prompt.sometimes") if field.required_when else ""


def _example(plan: Plan, field: Field) -> str:
    example = example_of(field, plan.catalog, plan.language)
    return plan.text("prompt.example", example=example) if example else ""


def _privacy(plan: Plan, field: Field) -> str:
    return "" if field.privacy == "public" else plan.text(f"prompt.{field.privacy}")
