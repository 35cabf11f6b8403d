"""A form holds one record: labels in one column, answers in the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from momentsheet.checking.bind.bound import BoundSheet, Job, unbound
from momentsheet.checking.bind.raw import raw_at, take
from momentsheet.checking.bind.vocabulary import Match, close_field, free_words, nearest_label
from momentsheet.checking.fold import clean_text, fold_header
from momentsheet.checking.grammar import show_raw
from momentsheet.model.finding import ColumnRead, SheetRead
from momentsheet.model.workbook import Column, Kind, cell_name, column_letter


def bind_form(job: Job) -> tuple[BoundSheet, SheetRead]:
    """Bind the sheet of an entity with `layout: form`."""
    sheet = job.sheet
    asked = [(column, _questions(job, column)) for column in sheet.columns[:10]]
    labels, questions = max(asked, key=lambda pair: len(pair[1]), default=(None, {}))
    if labels is None or not questions:
        job.tell("no_header")
        return unbound(job), SheetRead(sheet.name, job.entity.name, None, 0)
    answer = labels.index + 1
    answers = sheet.column(answer)
    chosen, reads = _match_questions(job, questions, labels, answers)
    columns: dict[str, Column] = {}
    if answers is not None:
        columns = {field: take(answers, np.array([place])) for field, place in chosen.items()}
    is_filled = any(column.kinds[0] != Kind.BLANK for column in columns.values())
    if not is_filled:
        columns = {field: take(column, np.array([], np.intp)) for field, column in columns.items()}
    rows = np.array([0] if is_filled else [], np.int32)
    headers = {field: _label(job, labels, place) for field, place in chosen.items()}
    places = {field: (int(sheet.rows[place]), answer) for field, place in chosen.items()}
    bound = BoundSheet(job.file, sheet.name, job.entity, 0, rows, columns, headers, sheet.pool, places)
    return bound, SheetRead(sheet.name, job.entity.name, None, len(rows), tuple(reads))


# Private functions


def _label(job: Job, labels: Column, index: int) -> str:
    return clean_text(show_raw(raw_at(labels, job.sheet.pool, index)))[0]


def _questions(job: Job, labels: Column) -> dict[int, Match]:
    """Index of the row -> field, for the rows of a form whose label is one of ours."""
    indices: list[int] = np.flatnonzero(labels.kinds == Kind.TEXT).tolist()
    folded = {index: fold_header(_label(job, labels, index)) for index in indices}
    return {index: job.vocabulary.words[label] for index, label in folded.items() if label in job.vocabulary.words}


def _match_questions(
    job: Job, questions: Mapping[int, Match], labels: Column, answers: Column | None
) -> tuple[dict[str, int], list[ColumnRead]]:
    """Field -> index of its row; answers to what is not ours, or to one question twice, are told."""
    sheet = job.sheet
    answered = set() if answers is None else set(np.flatnonzero(answers.kinds != Kind.BLANK).tolist())
    free = free_words(job.vocabulary.words, {match.field for match in questions.values()})
    chosen: dict[str, int] = {}
    hows: dict[str, str] = {}
    others: list[ColumnRead] = []
    for index in range(min(questions), len(sheet.rows)):
        row, header, found = int(sheet.rows[index]), _label(job, labels, index), questions.get(index)
        if found is None and index not in answered:
            continue  # a heading or a remark
        if found is None and (close := close_field(header, free, job.vocabulary.elsewhere)) and close not in chosen:
            found = Match(close, "close")
            job.tell("close_header", row, labels.index, header=header, field=close, value=header)
        if found is None:
            others.append(ColumnRead(labels.index + 1, header, None, "extra", 1))
            told = {"header": header or column_letter(labels.index + 1), "value": header}
            suggestion = nearest_label(job.entity, header, free, job.language)
            job.tell("extra_column", row, labels.index, **told, suggestion=suggestion)
            continue
        first = chosen.get(found.field)
        if first is None or (first not in answered and index in answered):
            chosen[found.field], hows[found.field] = index, found.how
        elif index in answered:
            others.append(ColumnRead(labels.index + 1, header, found.field, "duplicate", 1))
            facts = {"first_cell": cell_name(int(sheet.rows[first]), labels.index)}
            job.tell("duplicate_column", row, labels.index, header=header, field=found.field, value=header, facts=facts)
    reads = [
        ColumnRead(labels.index + 1, _label(job, labels, index), field, hows[field], int(index in answered))
        for field, index in chosen.items()
    ]
    return chosen, reads + others
