"""The Fix list: one line for each distinct problem that one answer can settle, and the answers that came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

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
from momentsheet.model.catalog import Catalog, Entity, Field
from momentsheet.model.finding import Finding, Group, Repair
from momentsheet.model.workbook import EPOCH, Column, Kind, Sheet, Workbook

Key = tuple[str | None, str | None, str | None]  # entity, field, folded value

MOST_LINES = 1_000  # the commonest problems; who has more of them has another one
MOST_CODES = 30  # a longer code list is not offered whole
SHOWN = 150  # letters of a value that a line shows for certain

# Named checks whose findings another value in the cell settles
BY_VALUE = frozenset(("known", "listed", "readable", "date", "implausible_date", "schema", "ambiguous_number"))
# Only what is plainly a slip is answered for them. A value out of bounds is theirs to know, and one digit more or less
# makes another number.
PLAINLY = 90  # rapidfuzz ratio from which two words are the same one, mistyped
PREFERRED = frozenset(("known", "listed", "readable", "date"))
BY_ORDER = frozenset(("ambiguous_date", "turned_date"))
ORDERS = ("DMY", "MDY")


def fix_lines(
    groups: Iterable[Group], catalog: Catalog, answers: Iterable[Answer] = (), repairs: Sequence[Repair] = ()
) -> tuple[FixLine, ...]:
    """The problems of these groups that can be answered, the commonest first; each is asked once, wherever it is.

    Behind them what has been answered before and is still needed in the cells, so that no answer is lost when the
    workbook comes back once more. `repairs`: what the answers did.
    """
    standing = {
        (repair.sheet, repair.row, repair.column): repair.before for repair in repairs if repair.why == "answer"
    }
    asked: dict[Key, FixLine] = {}
    for group in groups:
        for line in _lines(group, catalog, standing) if group.severity == "error" else ():
            key = _key(line.finding.entity, line.finding.field, line.value)
            other = asked.get(key)
            if other is not None:
                line = replace(other, count=other.count + line.count, preferred=other.preferred or line.preferred)
            asked[key] = line
    lines = sorted(asked.values(), key=lambda line: -line.count)[:MOST_LINES]
    return (*lines, *_answered([one for one in answers if _key(*_asked(one)) not in asked], repairs, catalog))


def answers_of_workbook(workbook: Workbook, catalog: Catalog) -> tuple[Answer, ...]:
    """What was answered in the Fix list of a returned workbook, in whatever language; none where it has none."""
    sheet = workbook.own_sheet(FIX_LIST)
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
        if given and entity in catalog.entities and _is_beside(sheet, index, int(place), value):
            found.append(_answer(entity, field, value, given, words))
    return tuple(answer for answer in found if answer.action != "keep")


# Private functions


def _key(entity: str | None, field: str | None, value: str) -> Key:
    return entity, field, " ".join(value.split()).casefold()


def _asked(answer: Answer) -> tuple[str, str, str]:
    return answer.entity, answer.field, answer.value


def _lines(group: Group, catalog: Catalog, standing: Mapping[tuple[str, int, int], str]) -> Iterator[FixLine]:
    """The lines of one group. `standing`: place -> what stands in the cell where an answer has changed it."""
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
            place = (finding.sheet or "", finding.row or 0, finding.column or 0)
            value = standing.get(place, finding.value or "").strip()
            if value and finding.value and finding.value.strip():
                by_value.setdefault(value, []).append(finding)
        for value, findings in by_value.items():
            offered = tuple(dict.fromkeys(Choice("map", text) for text in _offered(findings[0], field, catalog)))
            suggestion = findings[0].suggestion
            is_slip = (
                suggestion is not None
                and rule.check in PREFERRED
                and _is_slip(value, str(findings[0].facts.get("near") or suggestion))
            )
            preferred = Choice("map", suggestion) if is_slip and suggestion else None
            more = _always(catalog.entities[first.entity], field)
            if rule.check == "known" and _can_be_added(field, catalog):
                more = (Choice("create"), *more)
            yield FixLine(findings[0], group, value, len(findings), (*offered, *more), preferred)


def _is_slip(value: str, suggestion: str) -> bool:
    """True if the suggestion is the value mistyped, so that it may stand as the answer until somebody changes it."""
    if any(char.isdigit() for char in value) and not any(char.isalpha() for char in value):
        return False
    # Colleagues share what stands behind the @.
    pair = (value.casefold().partition("@")[0].strip(), suggestion.casefold().partition("@")[0].strip())
    return fuzz.ratio(*pair) >= PLAINLY


def _answered(answers: Iterable[Answer], repairs: Iterable[Repair], catalog: Catalog) -> Iterator[FixLine]:
    """Lines of answers that have done something in this workbook."""
    done: dict[Key, list[Repair]] = {}
    for repair in repairs:
        if repair.why in {"answer", "answer_skip"}:
            done.setdefault(_key(repair.entity, repair.field, repair.before), []).append(repair)
            done.setdefault((repair.entity, repair.field, None), []).append(repair)
        elif repair.why == "create":
            done.setdefault(_key(None, None, repair.after), []).append(repair)
    for answer in answers:
        key: Key = _key(*_asked(answer))
        if answer.action == "order":
            key = (answer.entity, answer.field, None)
        elif answer.action == "create":
            key = _key(None, None, answer.value)
        if key not in done:
            continue
        at, entity = done[key][0], catalog.entities[answer.entity]
        where = Finding(
            "", "info", at.file, at.sheet, at.row, at.column, entity=answer.entity, field=answer.field,
            value=answer.value,
        )  # fmt: skip
        field, given = entity.field(answer.field), Choice(answer.action, answer.to)
        if answer.action == "order":
            choices = [Choice("order", order) for order in ORDERS]
        else:
            choices = [Choice("map", text) for text in _offered(where, field, catalog)]
        choices += [Choice("create")] if _can_be_added(field, catalog) else []
        offered = tuple(dict.fromkeys((given, *choices, *_always(entity, field))))
        yield FixLine(where, None, answer.value, len(done[key]), offered, given)


def _always(entity: Entity, field: Field) -> tuple[Choice, ...]:
    """Answers that need no value."""
    blank = () if field.required else (Choice("blank"),)
    # A form is one row, and cannot be left out.
    return blank if entity.layout == "form" else (*blank, Choice("skip"))


def _can_be_added(field: Field, catalog: Catalog) -> bool:
    target = catalog.entities.get(field.to.entity) if field.to is not None else None
    return field.to is not None and target is not None and target.is_made_of(field.to)


def _offered(finding: Finding, field: Field, catalog: Catalog) -> list[str]:
    """Values that may be meant, the likeliest first."""
    offered = [finding.suggestion] if finding.suggestion else []
    keys = finding.facts.get("keys")
    if isinstance(keys, Sequence) and not isinstance(keys, str):
        offered += [str(key) for key in keys]
    language = catalog.company.language
    if field.type == "boolean":
        return [*offered, *(catalog.text(f"template.{word}", language) for word in ("yes", "no"))]
    code_list = catalog.code_lists.get(field.list or "")
    codes = code_list.codes if code_list else ()
    if len(codes) <= MOST_CODES:
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


def _is_beside(sheet: Sheet, index: int, answer: int, value: str) -> bool:
    """True where the row still shows the value that its hidden keys speak of.

    Somebody may have sorted the columns that are seen without those that are not.
    """
    if not value.isprintable():  # such are shown in another way
        return True
    shown = (_text(sheet, column, index) for column in sheet.columns if column.index < answer)
    return any(text.startswith(value[:SHOWN]) for text in shown)


def _text(sheet: Sheet, column: Column | None, index: int) -> str:
    """What stands in a cell of our own sheet; what a program took for a number, date or time as it was meant."""
    if column is None or column.kinds[index] == Kind.BLANK:
        return ""
    code = int(column.codes[index])
    if code >= 0:
        return str(sheet.pool[code])
    number = float(column.numbers[index])
    match column.kinds[index]:
        case Kind.DATE:
            return (EPOCH + dt.timedelta(days=int(number))).isoformat()
        case Kind.TIME | Kind.DURATION:
            minutes = round(number * 24 * 60)
            return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
    if column.percents[index]:
        return f"{number * 100:.10g} %"
    if number == int(number):
        return str(int(number))
    text = f"{number:.10g}"
    # 1.125 may be more than a thousand to who reads it, 1.1250 is not.
    return f"{text}0" if len(text.rpartition(".")[2]) == 3 else text
