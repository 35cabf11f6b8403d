"""What helps while typing: dropdowns and prompts, and colours for the commonest mistakes, made from the same rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from momentsheet.model.catalog import Rule
from momentsheet.model.workbook import EPOCH
from momentsheet.workbook.template.counts import literal
from momentsheet.workbook.template.plan import MOST_COMPARED, Plan, PlannedColumn, PlannedSheet
from momentsheet.workbook.template.style import NUMERIC
from momentsheet.workbook.template.words import ERROR_LIMIT, TITLE_LIMIT, prompt_of, shortened, shown

# Outside these a date is probably a slip; a field whose own example is older (a birth date) has no lower bound.
FIRST_DATE, LAST_DATE = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
WIDEST = 999_999_999_999  # any number of ours


@dataclass(frozen=True, slots=True)
class Mark:
    """A conditional format: missing, wrong or notice, shown where the formula is true."""

    kind: str
    when: str


def validation_of(plan: Plan, column: PlannedColumn) -> dict[str, Any]:
    """What may be typed, the prompt, and what Excel says otherwise: it stops in closed lists, asks elsewhere."""
    rule, message, kind = _accepted(plan, column)
    return {
        **rule,
        "input_title": shortened(column.header, TITLE_LIMIT),
        "input_message": prompt_of(plan, column),
        "error_title": shortened(plan.text("error.title"), TITLE_LIMIT),
        "error_message": shortened(message, ERROR_LIMIT),
        "error_type": kind,
    }


def marks_of(plan: Plan, sheet: PlannedSheet, column: PlannedColumn) -> Iterator[Mark]:
    """The conditional formats of one column; Excel shows the first that is true."""
    cell = column.here
    yield Mark("wrong", f"ISERROR({cell})")
    if column.field.required:
        yield Mark("missing", f"AND(ISBLANK({cell}),{_is_begun(sheet)})")
    for columns, kind in _uniques(plan, sheet):
        if column in columns:
            yield Mark(kind, _is_repeated(columns))
    target = plan.target(column)
    if column.choice is not None:
        kind = "wrong" if column.field.type == "codelist" else "notice"
        word = literal(f"TRIM({cell})")
        yield Mark(kind, f"AND(NOT(ISBLANK({cell})),ISNA(MATCH({word},all_{column.choice.name},0)))")
    elif target is not None:
        yield Mark("wrong", _is_unknown(plan, column, target))
    yield from _marks_of_value(column)
    for rule in plan.rules(sheet.entity):
        if rule.holds and rule.fields and rule.fields[0] == column.field.name:
            yield from _marks_of_rule(plan, sheet, rule)


def pick_of(plan: Plan, column: PlannedColumn) -> str | None:
    """The formula of a dependent dropdown, such as the activities of this row's project; None where there is none.

    It offers the rows of the other sheet that agree with this row if they stand together there, else all rows.
    """
    target, partners = plan.target(column), plan.partners(column)
    if target is None or not partners or column.is_form:
        return None
    mine, theirs = partners[0]
    wanted = mine.above_first
    rows, names = f"lst_{theirs.id}", f"lst_{target.id}"
    first, count = f"MATCH({wanted},{rows},0)", f"COUNTIF({rows},{wanted})"

    def block(area: str) -> str:
        return f"INDEX({area},{first}):INDEX({area},{first}+{count}-1)"

    together = f"COUNTIF({block(rows)},{wanted})={count}"
    return f"=IF(ISNA({first}),{names},IF({together},{block(names)},{names}))"


def paired(plan: Plan) -> dict[str, tuple[PlannedColumn, ...]]:
    """Columns of other sheets that are looked up together, such as project and activity, by the name of their list."""
    found: dict[str, tuple[PlannedColumn, ...]] = {}
    for sheet in plan.sheets:
        for column in sheet.columns:
            target, partners = plan.target(column), plan.partners(column)
            if target is not None and partners:
                columns = (*(theirs for _, theirs in partners), target)
                found[pairs_name(columns)] = columns
    return found


def pairs_name(columns: Sequence[PlannedColumn]) -> str:
    """The defined name of the joined texts of these columns of one sheet."""
    return f"pairs_{columns[0].entity.name}_" + "_".join(column.field.name for column in columns)


# Private functions


def _accepted(plan: Plan, column: PlannedColumn) -> tuple[dict[str, Any], str, str]:
    """The validation itself, the message when it does not hold, stop or warning."""
    field, choice, target = column.field, column.choice, plan.target(column)
    if choice is not None:
        message = plan.text("error.list" if choice.is_closed else "error.open")
        return _list(f"lst_{choice.name}"), message, "stop" if choice.is_closed else "warning"
    if target is not None:
        name = f"pick_{column.id}" if pick_of(plan, column) else f"lst_{target.id}"
        return _list(name), plan.text("error.reference", sheet=target.sheet), "warning"
    low, high, length = (field.schema.get(name) for name in ("min", "max", "maxlength"))
    if field.type == "date":
        first, last = low or _first_date(column), high or LAST_DATE
        return _between("date", first, last), plan.text("error.date"), "warning"
    if field.type in NUMERIC:
        kind = "integer" if field.type == "integer" else "decimal"
        rule = _between(kind, -WIDEST if low is None else low, WIDEST if high is None else high)
        if low is not None and high is not None:
            message = plan.text("error.range", low=shown(low, plan.language), high=shown(high, plan.language))
        else:
            message = plan.text("error.integer" if kind == "integer" else "error.number")
        return rule, message, "warning"
    if field.type == "email":
        rule = {"validate": "custom", "value": f'=ISNUMBER(FIND("@",{column.here}))'}
        return rule, plan.text("error.email"), "warning"
    if length is not None:
        rule = {"validate": "length", "criteria": "<=", "value": length}
        return rule, plan.text("error.length", length=length), "warning"
    return {"validate": "any"}, "", "information"


def _list(name: str) -> dict[str, Any]:
    return {"validate": "list", "source": f"={name}"}


def _between(kind: str, low: Any, high: Any) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}


# Marks


def _marks_of_value(column: PlannedColumn) -> Iterator[Mark]:
    """What can be said of a value by itself."""
    field, cell = column.field, column.here
    low, high, length = (field.schema.get(name) for name in ("min", "max", "maxlength"))
    if field.type == "date" or field.type in NUMERIC:
        yield Mark("notice", f"ISTEXT({cell})")
        outside = [f"{cell}<{_as_number(low)}"] if low is not None else []
        outside += [f"{cell}>{_as_number(high)}"] if high is not None else []
        if outside:
            yield Mark("wrong", f"AND(ISNUMBER({cell}),OR({','.join(outside)}))")
    if field.type == "date":
        unusual = f"OR({cell}<{_as_number(_first_date(column))},{cell}>{_as_number(LAST_DATE)})"
        yield Mark("notice", f"AND(ISNUMBER({cell}),{unusual})")
    if field.type == "email":
        yield Mark("wrong", f'AND(NOT(ISBLANK({cell})),ISERROR(FIND("@",{cell})))')
    if length is not None:
        yield Mark("wrong", f"LEN({cell})>{length}")


def _first_date(column: PlannedColumn) -> dt.date:
    """The first usual date: 1990, or 1900 where the field's own example is older."""
    years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", column.field.example)]
    return dt.date(1900, 1, 1) if any(year < FIRST_DATE.year for year in years) else FIRST_DATE


def _uniques(plan: Plan, sheet: PlannedSheet) -> list[tuple[tuple[PlannedColumn, ...], str]]:
    """Columns that may hold the same values only once, and how it is marked: the key, and what a rule says."""
    if sheet.capacity > MOST_COMPARED:
        return []
    groups: dict[tuple[str, ...], str] = {sheet.entity.key: "wrong"} if sheet.entity.key else {}
    for rule in plan.rules(sheet.entity):
        if rule.check == "unique" and not set(rule.fields) & set(sheet.entity.key):
            kind = "wrong" if rule.severity == "error" else "notice"
            groups |= {(name,): kind for name in rule.fields}
    found = [(tuple(sheet.column(name) for name in group), kind) for group, kind in groups.items()]
    return [(tuple(column for column in group if column), kind) for group, kind in found if all(group)]


def _is_repeated(group: Sequence[PlannedColumn]) -> str:
    """The same values stand further up; capitals do not matter."""
    filled = ",".join(f"NOT(ISBLANK({column.here}))" for column in group)
    if len(group) == 1:
        cell = group[0].here
        wanted = f"IF(ISTEXT({cell}),{literal(cell)},{cell})"
        return f"AND({filled},IFERROR(MATCH({wanted},fld_{group[0].id},0)<ROW()-1,FALSE))"
    alike = "*".join(f"({column.here_from_top}={column.here})" for column in group)
    return f"AND({filled},SUMPRODUCT({alike})>1)"


def _is_unknown(plan: Plan, column: PlannedColumn, target: PlannedColumn) -> str:
    """The cell names something that the other sheet does not hold, though it holds something."""
    cell, begun = column.here, f"end_{target.entity.name}>0"
    partners = plan.partners(column)
    if partners:
        filled = ",".join(f"NOT(ISBLANK({mine.here}))" for mine, _ in partners)
        wanted = '&"|"&'.join([*(mine.here for mine, _ in partners), f"TRIM({cell})"])
        pairs = pairs_name([*(theirs for _, theirs in partners), target])
        return f"AND(NOT(ISBLANK({cell})),{filled},{begun},ISNA(MATCH({literal(wanted)},{pairs},0)))"
    # A number may stand as text on one side only: that is understood, so it is looked for both ways.
    ways = (f'SUBSTITUTE(TRIM({cell}),"~","~~")', cell, f"{cell}*1")
    found = ",".join(f"MATCH({way},lst_{target.id},0)" for way in ways)
    return f"AND(NOT(ISBLANK({cell})),{begun},COUNT({found})=0)"


# The two simple kinds of row rules that are shown live. What else SQL may say is left to the check of the workbook.
_OPERAND = r"(?:ABS\(\w+\)|\w+|-?\d+(?:\.\d+)?)"
_TERM = rf"\s*({_OPERAND})\s*(<=|>=|<>|<|>|=)\s*({_OPERAND})\s*"
_COMPARED = re.compile(rf"{_TERM}(?:(?:AND|OR){_TERM})*", re.IGNORECASE)
_NOT_ALL_BLANK = re.compile(r"\s*\w+ IS NOT NULL(?:\s+OR\s+\w+ IS NOT NULL)*\s*", re.IGNORECASE)


def _marks_of_rule(plan: Plan, sheet: PlannedSheet, rule: Rule) -> Iterator[Mark]:
    """What a row rule says, if it compares numbers and dates, or says that one of some fields must be filled in."""
    holds = rule.holds or ""
    if _COMPARED.fullmatch(holds):
        inputs: set[str] = set()
        choices = [
            [_term(plan, sheet, term, inputs) for term in re.split(r"\bAND\b", choice, flags=re.IGNORECASE)]
            for choice in re.split(r"\bOR\b", holds, flags=re.IGNORECASE)
        ]
        if all(term for choice in choices for term in choice):
            either = ",".join(f"AND({','.join(term for term in choice if term)})" for choice in choices)
            filled = ",".join(f"ISNUMBER({cell})" for cell in sorted(inputs))
            yield Mark("wrong" if rule.severity == "error" else "notice", f"AND({filled},NOT(OR({either})))")
    elif _NOT_ALL_BLANK.fullmatch(holds) and rule.severity == "error":
        columns = [sheet.column(name) for name in re.findall(r"(\w+) IS NOT NULL", holds, re.IGNORECASE)]
        if all(columns):
            blank = ",".join(f"ISBLANK({column.here})" for column in columns if column)
            yield Mark("missing", f"AND({blank},{_is_begun(sheet)})")


def _term(plan: Plan, sheet: PlannedSheet, term: str, inputs: set[str]) -> str | None:
    """One comparison as Excel says it, None where it is about anything but numbers and dates; fills `inputs`."""
    found = re.fullmatch(_TERM, term, re.IGNORECASE)
    if found is None:
        return None
    left, right = (_operand(plan, sheet, word, inputs) for word in (found[1], found[3]))
    return f"{left}{found[2]}{right}" if left and right else None


def _operand(plan: Plan, sheet: PlannedSheet, word: str, inputs: set[str]) -> str | None:
    if re.fullmatch(r"-?\d+(?:\.\d+)?", word):
        return word
    absolute = re.fullmatch(r"ABS\((\w+)\)", word, re.IGNORECASE)
    column = sheet.column(absolute[1] if absolute else word)
    if column is not None and (column.field.type == "date" or column.field.type in NUMERIC):
        inputs.add(column.here)
        return f"ABS({column.here})" if absolute else column.here
    cutover = plan.catalog.company.cutover_date
    facts = {"today": "TODAY()", "cutover_date": _as_number(cutover) if cutover else None}
    return facts.get(word)


def _is_begun(sheet: PlannedSheet) -> str:
    """Somebody has typed something into the row (in a form: into the record) that we have not put there."""
    return f"COUNTA({sheet.columns[0].here}:{sheet.columns[-1].here})>{sheet.prefilled}"


def _as_number(value: Any) -> str:
    if isinstance(value, dt.date):
        return str((value - EPOCH).days)
    return f"{value:.15g}"
