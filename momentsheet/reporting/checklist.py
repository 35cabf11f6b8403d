"""The work lists as a page to tick off: what a person does by hand in Moment after the import, place by place."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from jinja2 import BaseLoader

from momentsheet.model.bundle import FilledList
from momentsheet.model.catalog import Catalog, WorkListColumn, say
from momentsheet.model.finding import Report
from momentsheet.reporting.page import render_page
from momentsheet.reporting.values import date, number, plain

NUMERIC = frozenset(("integer", "decimal", "money", "percent", "hours"))


def render_checklist(
    lists: Sequence[FilledList], report: Report, catalog: Catalog, language: str, loader: BaseLoader
) -> str:
    """The page, for the screen and for A4. What is ticked stays in the browser that it was ticked in.

    A line is known again by what it says: after another run the lines that are as they were are still ticked.
    """
    areas = [
        {"title": say(members[0].work_list.place, language).partition("›")[0].strip(), "lists": told}
        for members in (list(group) for _, group in groupby(lists, key=lambda item: item.work_list.area))
        if (told := [_list(item, catalog, language) for item in members])
    ]
    context: dict[str, object] = {
        "name": plain(catalog.company.name or report.company),
        "today": report.today,
        "areas": areas,
        "lines": sum(item.rows.height for item in lists),
        "store": f"momentsheet.{hashlib.sha256(report.company.encode()).hexdigest()[:16]}",
        "tool": report.tool,
        "version": report.version,
        "catalog_version": report.catalog,
    }
    styles = ("report/page.css", "report/checklist.css")
    scripts = ("report/checklist.js",)
    return render_page("report/checklist.html.j2", context, catalog, language, loader, styles=styles, scripts=scripts)


# Private functions


def _list(filled: FilledList, catalog: Catalog, language: str) -> dict[str, Any]:
    """One list: its head, its columns without those that no row uses, its lines."""
    work_list = filled.work_list
    columns = filled.columns
    texts = {column.name: _texts(filled, column, catalog, language) for column in columns}
    # Not the words on this page: a line stays ticked when the page is made in another language.
    said = [[say(step, "en")] for step in filled.steps.values()]
    rows = said or filled.rows.select(column.name for column in columns).iter_rows()
    return {
        "name": work_list.name,
        "title": say(work_list.title, language),
        "place": say(work_list.place, language),
        "help": say(work_list.help, language),
        "is_steps": bool(filled.steps),
        "columns": [(say(column.label, language), column.type in NUMERIC) for column in columns],
        "lines": [
            (_line_id(work_list.name, values), [(texts[column.name][at], column.type in NUMERIC) for column in columns])
            for at, values in enumerate(rows)
        ],
    }


def _line_id(name: str, values: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps([name, *values], default=str).encode()).hexdigest()[:12]


def _texts(filled: FilledList, column: WorkListColumn, catalog: Catalog, language: str) -> list[str]:
    """The values of a column as people read them, blank ones as nothing."""
    labels = filled.labels(column, catalog, language)
    decimals = 2 if column.type == "money" else None
    return [_text(value, labels, catalog, language, decimals) for value in filled.rows[column.name]]


def _text(value: object, labels: Mapping[str, str], catalog: Catalog, language: str, decimals: int | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return catalog.text("value.yes" if value else "value.no", language)
        case int() | float():
            return number(value, language, decimals)
        case dt.date():
            return date(value, language)
        case _:
            return plain(labels.get(str(value), str(value)))
