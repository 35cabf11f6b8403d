"""The Fix list: one line for each distinct problem that one answer can settle, and the answers that came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from momentsheet.model.answers import (
    ANSWER,
    ENTITY,
    FIELD,
    FIX_LIST,
    KEY_NAMES,
    VALUE,
    Answer,
    Choice,
    FixLine,
    choice_text_id,
)
from momentsheet.model.catalog import Catalog, Field
from momentsheet.model.finding import Finding, Group
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook, our_sheets

EPOCH = dt.date(1899, 12, 30)  # of date serials
MOST_LINES = 1_000  # the commonest problems; who has more of them has another one
MOST_CODES = 30  # a longer code list is not offered whole

# Named checks whose findings another value in the cell settles
BY_VALUE = frozenset(("known", "listed", "readable", "date", "implausible_date", "schema", "ambiguous_number"))
PREFERRED = frozenset(("known", "listed", "readable", "date"))
BY_ORDER = frozenset(("ambiguous_date", "turned_date"))
ORDERS = ("DMY", "MDY")


def fix_lines(groups: Iterable[Group], catalog: Catalog) -> tuple[FixLine, ...]:
    """The problems of these groups that can be answered, the commonest first."""
    lines = [line for group in groups if group.severity == "error" for line in _lines(group, catalog)]
    lines.sort(key=lambda line: -line.count)
    return tuple(lines[:MOST_LINES])


def answers_of_workbook(workbook: Workbook, catalog: Catalog) -> tuple[Answer, ...]:
    """What was answered in the Fix list of a returned workbook, in whatever language; none where it has none."""
    name = our_sheets(workbook.names).get(FIX_LIST, "")
    sheet = next((sheet for sheet in workbook.sheets if name and sheet.name.casefold() == name.casefold()), None)
    if sheet is None:
        return ()
    words = _words(catalog)
    places = {text: code for code, text in enumerate(sheet.pool.to_list()) if text in KEY_NAMES}
    columns = {
        key: (column, int(rows[0]))
        for key, code in places.items()
        for column in sheet.columns
        if len(rows := (column.codes == code).nonzero()[0])
    }
    if not {ENTITY, FIELD, VALUE, ANSWER} <= columns.keys():
        return ()
    header = columns[ENTITY][1]
    # The hidden column «answer» holds the letters of the column in which the answers stand.
    found = []
    for index in range(header + 1, len(sheet.rows)):
        entity, field, value, place = (_text(sheet, columns[key][0], index) for key in KEY_NAMES)
        given = _text(sheet, sheet.column(int(place)), index).strip() if place.isdecimal() else ""
        if given and entity in catalog.entities:
            found.append(_answer(entity, field, value, given, words))
    return tuple(answer for answer in found if answer.action != "keep")


# Private functions


def _lines(group: Group, catalog: Catalog) -> Iterator[FixLine]:
    first = group.findings[0]
    rule = catalog.rules[group.code]
    if first.entity is None or first.field is None or first.entity not in catalog.entities:
        return
    field = catalog.entities[first.entity].field(first.field)
    if rule.check in BY_ORDER:
        orders = tuple(Choice("order", order) for order in ORDERS)
        yield FixLine(first, group, "", int(str(first.facts.get("count", 1))), (*orders, Choice("skip")), None)
    elif rule.check in BY_VALUE or rule.check == "ambiguous_name" or rule.schema is not None:
        by_value: dict[str, list[Finding]] = {}
        for finding in group.findings:
            if finding.value and finding.value.strip():
                by_value.setdefault(finding.value.strip(), []).append(finding)
        for value, findings in by_value.items():
            offered = tuple(dict.fromkeys(Choice("map", text) for text in _offered(findings[0], field, catalog)))
            suggestion = findings[0].suggestion
            # Only what is plainly a slip is answered for them; a value out of bounds is theirs to know.
            preferred = Choice("map", suggestion) if suggestion and rule.check in PREFERRED else None
            more = (Choice("skip"),) if field.required else (Choice("blank"), Choice("skip"))
            if rule.check == "known" and _can_be_added(field, catalog):
                more = (Choice("create"), *more)
            yield FixLine(findings[0], group, value, len(findings), (*offered, *more), preferred)


def _can_be_added(field: Field, catalog: Catalog) -> bool:
    target = catalog.entities.get(field.to.entity) if field.to is not None else None
    return field.to is not None and target is not None and target.is_made_of(field.to)


def _offered(finding: Finding, field: Field, catalog: Catalog) -> list[str]:
    """Values that may be meant, the likeliest first."""
    offered = [finding.suggestion] if finding.suggestion else []
    keys = finding.facts.get("keys")
    if isinstance(keys, Sequence) and not isinstance(keys, str):
        offered += [str(key) for key in keys]
    code_list = catalog.code_lists.get(field.list or "")
    codes = code_list.codes if code_list else ()
    if len(codes) <= MOST_CODES:
        language = catalog.company.language
        offered += [code.label.get(language, code.code) for code in codes]
    return offered


def _words(catalog: Catalog) -> Mapping[str, Choice]:
    """Every wording of an answer that is no value, in every language."""
    choices = [
        Choice("blank"),
        Choice("skip"),
        Choice("keep"),
        Choice("create"),
        *(Choice("order", order) for order in (*ORDERS, "YMD")),
    ]
    return {
        text.casefold(): choice
        for choice in choices
        for text in catalog.texts.get(choice_text_id(choice) or "", {}).values()
    }


def _answer(entity: str, field: str, value: str, given: str, words: Mapping[str, Choice]) -> Answer:
    choice = words.get(given.casefold(), Choice("map", given))
    return Answer(entity, field, value, choice.action, choice.to)


def _text(sheet: Sheet, column: Column | None, index: int) -> str:
    """What stands in a cell of our own sheet; numbers as they are typed."""
    if column is None or column.kinds[index] == Kind.BLANK:
        return ""
    code = int(column.codes[index])
    if code >= 0:
        return str(sheet.pool[code])
    number = float(column.numbers[index])
    if column.kinds[index] == Kind.DATE:
        return (EPOCH + dt.timedelta(days=int(number))).isoformat()
    return str(int(number)) if number == int(number) else repr(number)
