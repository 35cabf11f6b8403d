"""Findings, refusals, notices and repairs in words: the texts of the rules, filled with what was found."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from babel import Locale

from momentsheet.errors import UnusableFile
from momentsheet.model.catalog import Catalog, Demand, Entity, Field, Rule, Severity, example_of, say
from momentsheet.model.controls import Part
from momentsheet.model.finding import Evidence, Finding, Group, Money, Repair, Report
from momentsheet.model.profile import Evidence as Tie
from momentsheet.model.workbook import Notice
from momentsheet.reporting.values import date, duration, number, plain

LONGEST_VALUE = 80  # characters of a cell that are quoted inside a sentence

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅÄÖ«»\"“”])")
_NOT_GROUPED = ("row", "year", "number")  # how the names of whole numbers end that are no amounts
_OF_THE_FINDING = frozenset({"value", "key", "row", "suggestion", "cell", "sheet", "file"})


def message(finding: Finding, catalog: Catalog, language: str) -> str:
    """What is wrong, in one or two sentences; who has accepted it, and why, where somebody has."""
    told = _told(finding, catalog.rules[finding.code].message, catalog, language)
    if (waiver := finding.waiver) is None:
        return told
    facts = {"who": waiver.who, "why": waiver.why, "until": waiver.until}
    return f"{told} {sentence(catalog, language, 'waived.until' if waiver.until else 'waived', facts)}"


def fix(finding: Finding, catalog: Catalog, language: str) -> str:
    """What to do in the workbook."""
    return _told(finding, catalog.rules[finding.code].fix, catalog, language)


def why(finding: Finding, catalog: Catalog, language: str) -> str:
    """Why it matters: what Moment would do with it."""
    return _told(finding, catalog.rules[finding.code].why, catalog, language)


def general(rule: Rule, texts: Mapping[str, str], catalog: Catalog, language: str) -> str:
    """A text of a rule before anything is found: the column's label, and «…» for what will be found."""
    label = field_label(rule.entity, rule.fields[0], catalog, language) if rule.entity and rule.fields else None
    told = _fill(say(texts, language), lambda name: label if name in {"header", "label"} else None)
    return told.replace("….", "…")


def suggestion(finding: Finding) -> str:
    """What to type instead, "" where nobody knows."""
    return plain(finding.suggestion or "", LONGEST_VALUE)


def group_message(group: Group, catalog: Catalog, language: str) -> str:
    """What is wrong with all the cells of a group, with their number: «1 842 cells in column E: …»."""
    first = group.findings[0]
    told = message(first, catalog, language)
    if group.count == 1:
        return told
    facts = {
        "count": group.count,
        "column": first.column_letter or "",
        "cell": first.cell or "",
        "message": told,
        "sheet": group.sheet or first.file,
    }
    same = _says_the_same(catalog.rules[group.code], group, language)
    if first.row is not None and first.column is not None:
        return sentence(catalog, language, "group.cells_alike" if same else "group.cells", facts)
    of = "files.group" if first.row is None and catalog.rules[group.code].reach == "file" else "group.places"
    return sentence(catalog, language, f"{of}_alike" if same else of, facts)


def refusal(error: UnusableFile, catalog: Catalog, language: str, file_name: str) -> str:
    """Why a file cannot be used, and what to do."""
    text_id = f"refusal.{error.reason}"
    facts = {"file": file_name, **error.facts}
    return sentence(catalog, language, text_id if text_id in catalog.texts else "report.refused", facts)


def notice(told: Notice, catalog: Catalog, language: str) -> str:
    """What the reader could not see or had to decide about a file."""
    text_id = f"notice.{told.id}"
    return sentence(catalog, language, text_id if text_id in catalog.texts else "report.noticed", told.facts)


def repair_reason(why_id: str, catalog: Catalog, language: str) -> str:
    """What was repaired: «number written as text»."""
    text_id = f"repair.{why_id}"
    return sentence(catalog, language, text_id if text_id in catalog.texts else "report.repaired")


def evidence(told: Evidence, catalog: Catalog, language: str) -> str:
    """What a whole column decided about its values, and on what count."""
    text_id = f"evidence.{told.id}"
    return sentence(catalog, language, text_id, told.facts) if text_id in catalog.texts else plain(told.id)


def repair_value(repair: Repair, catalog: Catalog, language: str) -> str:
    """The value that a repair came to, as the language writes it where it is a plain number."""
    entity = catalog.entities.get(repair.entity)
    field = _field(entity, repair.field) if entity else None
    if field is not None and field.type in {"integer", "decimal", "money", "percent", "hours"}:
        return number(repair.after, language)
    if field is not None and field.type == "date":
        try:
            return date(dt.date.fromisoformat(repair.after), language)
        except ValueError:
            return plain(repair.after, LONGEST_VALUE)
    return code_label(repair.after, field, catalog, language) or plain(repair.after, LONGEST_VALUE)


def verdict(report: Report, catalog: Catalog, language: str) -> str:
    """The outcome of a run in one sentence."""
    errors, warnings = report.count("error"), report.count("warning")
    if report.files is not None:
        if errors or warnings:
            return counted(catalog, language, "files.errors" if errors else "files.warnings", errors or warnings)
        return sentence(catalog, language, "files.clean" if report.files.written else "files.nothing")
    if errors:
        return counted(catalog, language, "verdict.errors", errors)
    if not any(totals.rows_read for totals in report.totals.values()):
        return sentence(catalog, language, "verdict.nothing")
    if warnings:
        return counted(catalog, language, "verdict.warnings", warnings)
    return sentence(catalog, language, "verdict.clean")


def progress(report: Report, catalog: Catalog, language: str) -> str:
    """What has happened since the round before, in one sentence; "" where none is known."""
    if report.progress is None:
        return ""
    now = report.progress
    counts = {"fixed": now.fixed, "open": now.open, "new": now.new, "waived": now.waived}
    said = [counted(catalog, language, f"progress.{name}", count) for name, count in counts.items() if count]
    nothing = catalog.text("progress.nothing", language)
    return sentence(catalog, language, "progress", {"said": tuple(said) or (nothing,)})


def readiness(report: Report, catalog: Catalog, language: str) -> str:
    """How many of the rows, or of the files, can be imported, "" where there are none."""
    if report.files is not None:
        return counted(catalog, language, "files.written", report.files.written)
    read = sum(totals.rows_read for totals in report.totals.values())
    clean = sum(totals.rows_clean for totals in report.totals.values())
    return sentence(catalog, language, "verdict.rows", {"clean": clean, "read": read}) if read else ""


def severity_word(severity: Severity, catalog: Catalog, language: str) -> str:
    """Error, Warning, Information in the language."""
    return catalog.text(f"severity.{severity}", language)


def severity_letter(severity: Severity, catalog: Catalog, language: str) -> str:
    """The letter that stands for a severity where there is no room for the word."""
    return catalog.text(f"severity.{severity}.letter", language)


def entity_title(name: str, catalog: Catalog, language: str) -> str:
    """The sheet title of an entity, its name where it is not in scope."""
    entity = catalog.entities.get(name)
    return say(entity.title, language) if entity else name


def field_label(entity_name: str, field_name: str, catalog: Catalog, language: str) -> str:
    """The label of a field, its name where it is not known."""
    entity = catalog.entities.get(entity_name)
    field = _field(entity, field_name) if entity else None
    return say(field.label, language) if field else field_name


def header(finding: Finding, catalog: Catalog, language: str) -> str:
    """The column header as it stands in the customer's file, without our mark for required columns."""
    if finding.header:
        return plain(finding.header, LONGEST_VALUE).rstrip(" *\N{NO-BREAK SPACE}")
    if finding.entity and finding.field:
        return field_label(finding.entity, finding.field, catalog, language)
    return ""


def sentence(catalog: Catalog, language: str, text_id: str, facts: Mapping[str, object] | None = None) -> str:
    """The text of that id with its facts."""
    given = facts or {}
    template = catalog.text(text_id, language)
    return _fill(template, lambda name: _shown(name, given.get(name), None, catalog, language, limit=None))


def counted(
    catalog: Catalog, language: str, text_id: str, count: int, facts: Mapping[str, object] | None = None
) -> str:
    """The text `<id>.one` or `<id>.many` with {count} and the other facts."""
    form = "one" if count == 1 else "many"
    return sentence(catalog, language, f"{text_id}.{form}", {"count": count, **(facts or {})})


def shown(value: object, field: Field | None, catalog: Catalog, language: str) -> str:
    """A value as people read it: by the field's type where there is a field, else by its own kind."""
    return _shown("", value, field, catalog, language) or catalog.text("value.blank", language)


def listed(items: tuple[str, ...], catalog: Catalog, language: str) -> str:
    """«a, b and c»."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {catalog.text('list.and', language)} {items[-1]}"


def code_label(value: str, field: Field | None, catalog: Catalog, language: str) -> str | None:
    """The label of a code of the field's code list, None where it has no such code."""
    code_list = catalog.code_lists.get(field.list) if field is not None and field.list else None
    for code in code_list.codes if code_list else ():
        if code.code == value:
            return plain(say(code.label, language))
    return None


def tie_words(tie: Tie, entity: str, catalog: Catalog, language: str) -> str:
    """Why two rows are taken for the same: «same phone», «name 95 % alike»."""
    label = field_label(entity, tie.field, catalog, language) if tie.field else None
    return sentence(catalog, language, f"why.{tie.kind}", {"label": label, "percent": tie.percent})


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


# Private functions


def _told(finding: Finding, texts: Mapping[str, str], catalog: Catalog, language: str) -> str:
    """A text of the finding's rule with everything known about the finding in its places."""
    return _fill(say(texts, language), lambda name: _fact(name, finding, catalog, language))


def _fill(template: str, fact: Callable[[str], str | None]) -> str:
    """The template with its placeholders filled in one go, so that values with braces stay as they are.

    A sentence whose {suggestion} nobody knows is left out, unless nothing else is left.
    """
    if "{" not in template:
        return template
    if "{suggestion}" in template and fact("suggestion") is None:
        kept = [part for part in _SENTENCE.split(template) if "{suggestion}" not in part]
        template = " ".join(kept) or template

    def filled(match: re.Match[str]) -> str:
        return "…" if (text := fact(match[1])) is None else text

    return _PLACEHOLDER.sub(filled, template)


def _fact(name: str, finding: Finding, catalog: Catalog, language: str) -> str | None:
    """One placeholder of a rule's text."""
    if name == "header":
        return header(finding, catalog, language)
    if name == "label" and finding.entity and finding.field:
        return field_label(finding.entity, finding.field, catalog, language)
    if name in _OF_THE_FINDING and (value := getattr(finding, name)) is not None:
        return _shown(name, value, None, catalog, language)
    entity = catalog.entities.get(finding.entity or "")
    if isinstance(words := finding.facts.get(name), Mapping):
        # A text of the rule files in both languages; the facts fill it too, but never with another text of texts.
        plainer = replace(finding, facts={key: fact for key, fact in finding.facts.items() if key != name})
        template = plain(str(words.get(language) or words.get("en") or "…"))
        return _fill(template, lambda inner: _fact(inner, plainer, catalog, language))
    own = _field(entity, finding.field) if name == "example" and entity is not None and finding.field else None
    if own is not None and finding.facts.get(name) == own.example:
        return plain(example_of(own, catalog, language), LONGEST_VALUE)
    if name == "ties" and isinstance(ties := finding.facts.get(name), tuple):
        return listed(tuple(tie_words(tie, finding.entity or "", catalog, language) for tie in ties), catalog, language)
    if name in finding.facts:
        text = _shown(name, finding.facts[name], _field_named(name, entity, catalog), catalog, language)
        return catalog.text("value.blank", language) if text is None and name != "suggestion" else text
    if name in _OF_THE_FINDING:
        return None if name == "suggestion" else catalog.text("value.blank", language)
    return _company_fact(name, finding, catalog, language)


def _company_fact(name: str, finding: Finding, catalog: Catalog, language: str) -> str | None:
    """A placeholder that the company file or the accounting system answers."""
    company = catalog.company
    if name in {"says", "example"}:
        demand = _demand(finding, catalog)
        return None if demand is None else say(demand.says, language) if name == "says" else demand.example
    facts: dict[str, object] = {
        "company_name": company.name or None,
        "accounting_system": company.accounting_system,
        "cutover_date": company.cutover_date,
        "country": company.country,
        "currency": company.currency,
        "date_order": company.date_order,
    }
    return _shown(name, facts.get(name), None, catalog, language)


def _demand(finding: Finding, catalog: Catalog) -> Demand | None:
    """The accounting system's demand on the finding's field."""
    system = catalog.accounting.get(catalog.company.accounting_system)
    for demand in system.demands if system else ():
        if (demand.code, demand.entity, demand.field) == (finding.code, finding.entity, finding.field):
            return demand
    return None


def _shown(
    name: str, value: object, field: Field | None, catalog: Catalog, language: str, *, limit: int | None = LONGEST_VALUE
) -> str | None:
    """A value as people read it, text cut at `limit` characters; None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if name == "accounting_system" and value in catalog.accounting:
            return say(catalog.accounting[value].label, language)
        if name == "country" or (field is not None and field.type == "country"):
            return _country(value, language)
        return code_label(value, field, catalog, language) or plain(value, limit)
    if isinstance(value, bool):
        return catalog.text("value.yes" if value else "value.no", language)
    if isinstance(value, int) and name.endswith(_NOT_GROUPED):
        return str(value)
    if isinstance(value, int | float | Decimal):
        is_money = isinstance(value, Money) or (field is not None and field.type == "money")
        return number(value, language, 2 if is_money else None)
    if isinstance(value, Part):
        return f"{plain(value.key, limit)}: {number(value.amount, language)}"
    if isinstance(value, dt.date):
        return date(value, language)
    if isinstance(value, dt.timedelta):
        return duration(value)
    if isinstance(value, Mapping):
        return plain(str(value.get(language) or value.get("en") or "")) or None
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        words = (_shown(name, item, field, catalog, language, limit=limit) or "" for item in items)
        return listed(tuple(words), catalog, language) or None
    return plain(str(value), limit)


def _field(entity: Entity, name: str) -> Field | None:
    try:
        return entity.field(name)
    except KeyError:
        return None


def _field_named(name: str, entity: Entity | None, catalog: Catalog) -> Field | None:
    """The field that a fact is named after: `hours`, or `project_status` for the status of another entity."""
    if entity is not None and (own := _field(entity, name)) is not None:
        return own
    for other in catalog.entities.values():
        if (
            name.startswith(f"{other.name}_")
            and (field := _field(other, name.removeprefix(f"{other.name}_"))) is not None
        ):
            return field
    return None


def _says_the_same(rule: Rule, group: Group, language: str) -> bool:
    """Whether the message of a group's first finding holds for all of them, word for word."""
    used = placeholders(say(rule.message, language))
    own, first = sorted(used & {*_OF_THE_FINDING, "header"}), group.findings[0]
    return all(
        all(getattr(finding, name) == getattr(first, name) for name in own)
        and all(finding.facts.get(name) == first.facts.get(name) for name in used)
        for finding in group.findings
    )


@lru_cache(maxsize=512)
def _country(code: str, language: str) -> str:
    """The name of a country by its two letters; what is none stays as it is."""
    return plain(Locale.parse(language).territories.get(code, code), LONGEST_VALUE)
