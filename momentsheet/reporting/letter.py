"""The letter to the company: an e-mail that can be sent as it is, in plain text and in its language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import BaseLoader, Environment, StrictUndefined

from momentsheet.model.catalog import Catalog
from momentsheet.model.finding import Report
from momentsheet.reporting.outline import Told, sums_in_words, told_groups
from momentsheet.reporting.page import words_for
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import counted, entity_title, listed, progress, sentence
from momentsheet.reporting.work import duration_in_words, work_left

LINE = 78  # characters: what every mail program shows whole
THINGS_TOLD = 5
SHEETS_TOLD = 8
_NAME = 32  # of a company in the subject
_MARK = re.compile(r"\s*(?:- |[0-9]+\. )?")


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to put right or to look at: where, what is wrong, what to do, what to type, what that releases."""

    place: str
    message: str
    fix: str
    type: str
    unlocks: str


def render_letter(
    report: Report,
    catalog: Catalog,
    language: str,
    loader: BaseLoader,
    *,
    marked: Sequence[str] = (),
    left_out: Sequence[str] = (),
    moved: Sequence[str] = (),
) -> str:
    """Subject and body of the e-mail, with a line end; no line is longer than a mail program shows.

    `marked`: names of the marked workbooks that go along; `left_out`: of those with the rows that were left out, where
    the others have been made into import files; `moved`: of those that were moved to today's template.
    """
    outcome = "error" if report.count("error") else "warning" if report.count("warning") else "clean"
    groups = told_groups(report, catalog, language, 1)
    things = sorted((item for item in groups if item.severity == outcome), key=_weight)
    fine = list(_sheets_without_findings(report))
    others = tuple(_others(groups, things, outcome, catalog, language))
    work = work_left(report, catalog)
    context: dict[str, object] = {
        "subject": _subject(report, catalog, language, outcome, len(things)),
        "outcome": outcome,
        "progress": progress(report, catalog, language),
        "files": listed(tuple(plain(item.name) for item in report.inputs), catalog, language),
        "file_count": len(report.inputs),
        "today": report.today,
        "received": list(_received(report, catalog, language)),
        "read": sum(totals.rows_read for totals in report.totals.values()),
        "clean": sum(totals.rows_clean for totals in report.totals.values()),
        "sheets_fine": fine[:SHEETS_TOLD],
        "fine_count": len(fine),
        "sheet_count": sum(1 for item in report.inputs for sheet in item.sheets if sheet.entity and sheet.rows),
        "repairs": len(report.repairs),
        "things": [_thing(item, catalog, language) for item in things[:THINGS_TOLD]],
        "thing_count": len(things),
        "others": listed(others, catalog, language),
        "for_you": duration_in_words(work["customer"].minutes, catalog, language) if work["customer"].problems else "",
        "for_us": duration_in_words(work["consultant"].minutes, catalog, language)
        if work["consultant"].problems
        else "",
        "marked": listed(tuple(plain(name) for name in marked), catalog, language),
        "left_out": listed(tuple(plain(name) for name in left_out), catalog, language),
        "moved": listed(tuple(plain(name) for name in moved), catalog, language),
        "marked_count": len(marked),
        "moved_count": len(moved),
        "left_out_count": len(left_out),
        "findings_sheet": catalog.text("sheet.findings", language),
        "sender": [part for part in map(str.strip, plain(catalog.company.contact).split(",")) if part],
    }
    # Plain text: there is no markup that a value could become.
    environment = Environment(
        loader=loader,
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("report/letter.txt.j2").render({**context, **words_for(catalog, language)})
    subject, _, body = text.partition("\n")
    lines = (subject, "", *(_folded(line) for line in body.strip().split("\n")))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


# Private functions


def _weight(item: Told) -> int:
    """What holds back most comes first; equal ones stay in the order of the report."""
    return -sum(found.rows for found in item.group.blocked.values())


def _subject(report: Report, catalog: Catalog, language: str, outcome: str, things: int) -> str:
    name = plain(catalog.company.name or report.company, _NAME) or catalog.text("letter.nameless", language)
    if outcome == "clean":
        return sentence(catalog, language, "letter.subject.clean", {"company": name})
    return counted(catalog, language, f"letter.subject.{outcome}", things, {"company": name})


def _received(report: Report, catalog: Catalog, language: str) -> Iterator[str]:
    """«Hours: 25 000 rows (9 312.5 hours)» of the largest sheets, in import order; then the others together."""
    rows = {
        name: totals.rows_read
        for name, totals in report.totals.items()
        if totals.rows_read and name in catalog.entities
        if catalog.entities[name].derived is None and catalog.entities[name].layout == "table"
    }
    largest = sorted(rows, key=lambda name: -rows[name])[:SHEETS_TOLD]
    if len(rows) == SHEETS_TOLD + 1:
        largest = list(rows)  # a line for one other sheet may as well name it
    for name, count in rows.items():
        if name in largest:
            told = counted(catalog, language, "count.row", count)
            sums = sums_in_words(name, report.totals[name].sums, catalog, language)
            yield f"{entity_title(name, catalog, language)}: {told}" + (f" ({', '.join(sums)})" if sums else "")
    if others := [count for name, count in rows.items() if name not in largest]:
        yield counted(catalog, language, "letter.received.others", len(others), {"rows": sum(others)})


def _sheets_without_findings(report: Report) -> Iterator[str]:
    """The sheets with rows in which there is nothing to correct and nothing to look at."""
    wrong = {(item.file, item.sheet) for item in report.findings if item.severity != "info"}
    if not any(sheet for _, sheet in wrong):
        return  # what concerns whole files leaves no sheet fine
    several = len(report.inputs) > 1
    for item in report.inputs:
        for sheet in item.sheets:
            if sheet.entity is not None and sheet.rows and not wrong & {(item.name, sheet.name), (item.name, None)}:
                yield f"{plain(item.name)} › {plain(sheet.name)}" if several else plain(sheet.name)


def _others(
    groups: Sequence[Told], things: Sequence[Told], outcome: str, catalog: Catalog, language: str
) -> Iterator[str]:
    """What there is besides the things that are told: «7 more to correct», «3 to look through»."""
    if len(things) > THINGS_TOLD:
        yield counted(catalog, language, f"letter.more.{outcome}", len(things) - THINGS_TOLD)
    warnings = sum(item.severity == "warning" for item in groups)
    if outcome == "error" and warnings:
        yield counted(catalog, language, "letter.more.warning", warnings)


def _thing(item: Told, catalog: Catalog, language: str) -> Thing:
    first = item.group.findings[0]
    parts = [item.place]
    if first.cell and item.group.count == 1:
        parts.append(sentence(catalog, language, "letter.cell", {"cell": first.cell}))
    if item.header:
        parts.append(sentence(catalog, language, "letter.column", {"header": item.header}))
    return Thing(
        place=f"{', '.join(parts)} [{item.code}]",
        message=item.message,
        fix=item.fix,
        type="" if not item.suggestion or item.suggestion in item.fix else item.suggestion,
        unlocks=item.stops,
    )


def _folded(line: str) -> str:
    """The line on as many lines as it needs; what follows a mark of a list stands below its text."""
    mark = _MARK.match(line)
    indent = " " * (mark.end() if mark else 0)
    return textwrap.fill(line, LINE, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True)
