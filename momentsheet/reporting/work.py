"""The work that is left, by who can do it: in figures for programs and in words for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from momentsheet.model.catalog import Catalog, Worker
from momentsheet.model.finding import Report
from momentsheet.reporting.values import number
from momentsheet.reporting.words import counted, sentence

STEP = 5  # minutes: nobody knows it better
LONGEST_IN_MINUTES = 90


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """What one of them has to put right."""

    problems: int = 0
    cells: int = 0
    minutes: int = 0


def work_left(report: Report, catalog: Catalog) -> Mapping[Worker, WorkLeft]:
    """The work by who must do it: each problem once, however many cells it has, and none that goes with its cause."""
    known = {group.id for group in report.groups}
    left: dict[Worker, WorkLeft] = {}
    for worker in get_args(Worker):
        mine = [
            (group.count, work)
            for group in report.groups
            if group.severity != "info" and group.blocked_by not in known
            if (work := catalog.rules[group.code].work).by == worker
        ]
        minutes = sum(work.minutes * (count if work.per == "cell" else 1) for count, work in mine)
        left[worker] = WorkLeft(len(mine), sum(count for count, _ in mine), math.ceil(minutes))
    return left


def duration_in_words(minutes: float, catalog: Catalog, language: str) -> str:
    """«25 minutes», rounded up to steps of five; «2.5 hours» above an hour and a half; whole hours above ten."""
    rounded = STEP * math.ceil(minutes / STEP)
    if rounded <= LONGEST_IN_MINUTES:
        return sentence(catalog, language, "work.minutes", {"time": rounded})
    hours = math.ceil(minutes / 30) / 2
    return sentence(
        catalog, language, "work.hours", {"time": number(hours if hours < 10 else math.ceil(hours), language)}
    )


def work_lines(report: Report, catalog: Catalog, language: str) -> tuple[tuple[str, str], ...]:
    """Who and what: («For you in the company», «about 25 minutes, 6 problems»), those without work left out."""
    lines = []
    for worker, work in work_left(report, catalog).items():
        if work.problems:
            facts = {"time": duration_in_words(work.minutes, catalog, language)}
            told = counted(catalog, language, "work.problems", work.problems, facts)
            lines.append((catalog.text(f"work.by.{worker}", language), told))
    if report.repairs:
        told = counted(catalog, language, "work.done", len(report.repairs))
        lines.append((catalog.text("work.by.automatic", language), told))
    return tuple(lines)
