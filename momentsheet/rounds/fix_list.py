"""The Fix list: one line for each distinct problem that one answer can settle, and the answers that came back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from momentsheet.model.answers import (
    ANSWER,
    ASKS,
    ENTITY,
    FIELD,
    FIX_LIST,
    KEY_NAMES,
    VALUE,
    Answer,
    Asks,
    Choice,
    FixLine,
    choice_text_id,
)
from momentsheet.model.catalog import Catalog, Entity, Field, Reference
from momentsheet.model.finding import Finding, Group, Repair
from momentsheet.model.workbook import EPOCH, Column, Kind, Sheet, Workbook

Key = tuple[str, str | None, str | None, str | None]  # what is asked about, entity, field, folded value

MOST_LINES = 1_000  # the commonest problems; who has more of them has another one
MOST_CODES = 30  # a longer code list is not offered whole
SHOWN = 150  # letters of a value that a line shows for certain

# Named checks whose findings another value in the cell settles
BY_VALUE = frozenset(("known", "listed", "readable", "date", "implausible_date", "schema", "ambiguous_number"))
# Only what is plainly a slip is answered for them. A value out of bounds is theirs to know, and one digit more or less
# makes another number.
PLAINLY = 90  # rapidfuzz ratio from which two words are the same one, mistyped
PREFERRED = frozenset(("known", "listed", "readable", "date"))
BY_NAME = frozenset(("known", "ambiguous_name"))  # the cell names a row of another sheet
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
        for line in _lines(group, catalog, standing):
            key = _key(line.asks, line.entity, line.field, line.value)
            asked[key] = _joined(asked[key], line) if key in asked else line
    lines = sorted(asked.values(), key=lambda line: -line.count)[:MOST_LINES]
    return (*lines, *_answered([one for one in answers if not asked.keys() & _keys(one, catalog)], repairs, catalog))


def answers_of_workbook(workbook: Workbook, catalog: Catalog) -> tuple[Answer, ...]:
    """What was answered in the Fix list of a returned workbook, in whatever language; none where it has none."""
    sheet = workbook.own_sheet(FIX_LIST)
    if sheet is None:
        return ()
    words, merging = _words(catalog), _merging(catalog)
    places = {text: code for code, text in enumerate(sheet.pool.to_list()) if text in KEY_NAMES}
    columns = {
        key: (column, int(rows[0]))
        for key, code in places.items()
        for column in sheet.columns
        if len(rows := (column.codes == code).nonzero()[0])
    }
    if not columns.keys() >= {*KEY_NAMES} - {ASKS}:  # older lists ask about values only
        return ()
    header = columns[ENTITY][1]
    # The hidden column «answer» holds the letters of the column in which the answers stand.
    found = []
    for index in range(header + 1, len(sheet.rows)):
        entity, field, value, place = (_text(sheet, columns[key][0], index) for key in (ENTITY, FIELD, VALUE, ANSWER))
        asks = _text(sheet, columns[ASKS][0], index) if ASKS in columns else "written"
        given = _text(sheet, sheet.column(int(place)), index).strip() if place.isdecimal() else ""
        if given and entity in catalog.entities and _is_beside(sheet, index, int(place), value):
            found.append((_answer(entity, field, value, given, words, asks, merging), asks))
    # Everything else is kept anyway.
    return tuple(answer for answer, asks in found if answer.action != "keep" or asks == "same")


# Private functions


def _key(asks: str, entity: str | None, field: str | None, value: str) -> Key:
    return asks, entity, field, " ".join(value.split()).casefold()


def _keys(answer: Answer, catalog: Catalog) -> set[Key]:
    """The lines that ask what the answer has answered: an older one may be about one of several columns."""
    own = _key(answer.asks, answer.entity, answer.field, answer.value)
    if own[0] != "written":
        return {own}
    references = catalog.entities[answer.entity].field(answer.field).references
    return {own, *(_key("named", named.entity, named.field, answer.value) for named in references)}


def _joined(line: FixLine, other: FixLine) -> FixLine:
    """One line for a problem that stands in several columns.

    It offers every value that one of them offers, and those answers without a value that are right in all.
    """
    values = [choice for choice in (*line.choices, *other.choices) if choice.action == "map"]
    more = [choice for choice in line.choices if choice.action != "map" and choice in other.choices]
    choices = tuple(dict.fromkeys((*values, *more)))
    places = {(one.sheet, one.field) for one in (line.finding, *line.also)}
    also = (*line.also, other.finding) if (other.finding.sheet, other.finding.field) not in places else line.also
    return replace(
        line, count=line.count + other.count, preferred=line.preferred or other.preferred, choices=choices, also=also
    )


def _lines(group: Group, catalog: Catalog, standing: Mapping[tuple[str, int, int], str]) -> Iterator[FixLine]:
    """The lines of one group. `standing`: place -> what stands in the cell where an answer has changed it."""
    first = group.findings[0]
    rule = catalog.rules[group.code]
    if first.entity is None or first.field is None or first.entity not in catalog.entities:
        return
    entity = catalog.entities[first.entity]
    field = entity.field(first.field)
    if (same_as := "same_as" if rule.check == "alike" else rule.same_as) is not None:
        if group.severity != "info":
            yield from (_same_line(finding, group, entity, same_as) for finding in group.findings)
    elif group.severity != "error":
        return
    elif rule.check in BY_ORDER:
        orders = tuple(Choice("order", order) for order in ORDERS)
        count = int(str(first.facts.get("count", 1)))
        yield FixLine(first, group, "", count, (*orders, Choice("skip")), None, entity.name, field.name)
    elif rule.check in BY_VALUE or rule.check in BY_NAME or rule.schema is not None:
        by_value: dict[tuple[str, Reference | None], list[Finding]] = {}
        for finding in group.findings:
            place = (finding.sheet or "", finding.row or 0, finding.column or 0)
            value = standing.get(place, finding.value or "").strip()
            if value and finding.value and finding.value.strip():
                target = _target(finding, field) if rule.check in BY_NAME else None
                by_value.setdefault((value, target), []).append(finding)
        for (value, target), findings in by_value.items():
            offered = tuple(dict.fromkeys(Choice("map", text) for text in _offered(findings[0], field, catalog)))
            suggestion = findings[0].suggestion
            is_slip = (
                suggestion is not None
                and rule.check in PREFERRED
                and _is_slip(value, str(findings[0].facts.get("near") or suggestion))
            )
            preferred = Choice("map", suggestion) if is_slip and suggestion else None
            more = _always(entity, field)
            if rule.check == "known" and _can_be_added(field, catalog):
                more = (Choice("create"), *more)
            asks: Asks = "written" if target is None else "named"
            about = (entity.name, field.name) if target is None else (target.entity, target.field)
            yield FixLine(findings[0], group, value, len(findings), (*offered, *more), preferred, *about, asks)


def _target(finding: Finding, field: Field) -> Reference | None:
    """What a cell names: of several sheets the one that was looked into."""
    named = [one for one in field.references if finding.facts.get("target", one.entity) == one.entity]
    return named[0] if len(named) == 1 else None


def _same_line(finding: Finding, group: Group, entity: Entity, same_as: str) -> FixLine:
    """A row that seems to be another one: it is that one, or it is not. Nobody is taken for somebody else unasked."""
    key = entity.field(entity.key[0])
    others = finding.facts.get("keys")
    keys = [finding.facts.get(same_as), *(others if isinstance(others, tuple) else ())]
    choices = [Choice("merge", str(other)) for other in dict.fromkeys(keys) if other]
    return FixLine(
        finding, group, finding.key or "", 1, (*choices, Choice("keep")), None, entity.name, key.name, "same"
    )


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
            done.setdefault(_key("written", repair.entity, repair.field, repair.before), []).append(repair)
            done.setdefault(("order", repair.entity, repair.field, None), []).append(repair)
            for named in catalog.entities[repair.entity].field(repair.field).references:
                done.setdefault(_key("named", named.entity, named.field, repair.before), []).append(repair)
        elif repair.why in {"merge_row", "keep"}:
            done.setdefault(_key("same", repair.entity, repair.field, repair.before), []).append(repair)
        elif repair.why == "create":
            done.setdefault(_key("create", None, None, repair.after), []).append(repair)
    for answer in answers:
        key = _key(answer.asks, answer.entity, answer.field, answer.value)
        if answer.action == "order":
            key = ("order", answer.entity, answer.field, None)
        elif answer.action == "create":
            key = _key("create", None, None, answer.value)
        if key not in done:
            continue
        first = {(one.sheet, one.field): one for one in reversed(done[key])}
        places = [
            Finding(
                "", "info", at.file, at.sheet, at.row, at.column, entity=at.entity, field=at.field, value=answer.value
            )
            for at in reversed(first.values())
        ]
        offered = dict.fromkeys((Choice(answer.action, answer.to), *_offered_again(answer, places[0], catalog)))
        yield FixLine(
            places[0], None, answer.value, len(done[key]), tuple(offered), next(iter(offered)), answer.entity,
            answer.field, answer.asks, tuple(places[1:]),
        )  # fmt: skip


def _offered_again(answer: Answer, at: Finding, catalog: Catalog) -> Iterator[Choice]:
    """What else may be answered to something that has been answered before."""
    entity = catalog.entities[at.entity or answer.entity]
    field = entity.field(at.field or answer.field)
    if answer.asks == "same":
        yield Choice("keep")
        return
    if answer.action == "order":
        yield from (Choice("order", order) for order in ORDERS)
    else:
        yield from (Choice("map", text) for text in _offered(at, field, catalog))
    if _can_be_added(field, catalog):
        yield Choice("create")
    yield from _always(entity, field)


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


def _answer(
    entity: str,
    field: str,
    value: str,
    given: str,
    words: Mapping[str, Choice],
    asks: str,
    merging: Sequence[re.Pattern[str]],
) -> Answer:
    choice = words.get(given.casefold())
    if choice is None and asks == "same":
        named = next((found[1] for pattern in merging if (found := pattern.fullmatch(given))), given)
        choice = Choice("merge", named.strip())
    elif choice is None:
        choice = Choice("map", given)
    return Answer(entity, field, value, choice.action, choice.to, everywhere=asks == "named")


def _merging(catalog: Catalog) -> list[re.Pattern[str]]:
    """How an answer looks that names the row which is meant, in every language."""
    texts = catalog.texts[choice_text_id(Choice("merge")) or ""].values()
    parts = (text.partition("{key}") for text in texts)
    return [re.compile(f"{re.escape(start)}(.+){re.escape(end)}", re.IGNORECASE) for start, _, end in parts]


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
