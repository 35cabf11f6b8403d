"""A profile in words: one page per question, ready for a terminal or a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from momentsheet.model.catalog import Catalog, Texts, say
from momentsheet.model.profile import (
    AlikeGroup,
    Asked,
    Cell,
    ColumnProfile,
    ColumnSpot,
    Evidence,
    Looked,
    NumberSeries,
    Oddity,
    Page,
    PageColumn,
    Pages,
    Profile,
    Shape,
)
from momentsheet.reporting.values import date, number, plain
from momentsheet.reporting.words import counted, entity_title, field_label, notice, sentence

# page -> the oddities on it
_CELLS: Mapping[str, tuple[str, ...]] = {
    "numbers_odd": ("key_twice", "lost_zero", "misfit", "other_series"),
    "mails_odd": ("private_address", "several_addresses", "other_style"),
    "negative": ("negative", "over_day"),
    "outliers": ("far", "far_date", "other_type", "unreadable"),
    "national_ids": ("national_id",),
}
# question -> the page with its rows; what it was asked of
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "columns": ("columns", "columns"),
    "numbers": ("numbers", "numbers"),
    "mails": ("mails", "mails"),
    "negative": ("negative", "cells"),
    "outliers": ("outliers", "cells"),
    "national_ids": ("national_ids", "cells"),
    "twins": ("twins", "rows"),
    "alike": ("alike", "rows"),
    "unused": ("unused", "rows"),
    "orphans": ("orphans", "cells"),
}
_MOST_SHOWN = 3  # values of a column, domains, ways of writing
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column in words; `filled` is a share; `notable`: what somebody should know of it."""

    file: str
    sheet: str
    letter: str
    header: str
    holds: str
    read_as: str
    filled: float
    distinct: int
    commonest: str
    lowest: str
    highest: str
    notable: str
    lengths: str

    @property
    def values(self) -> str:
        """From lowest to highest, or the commonest ones."""
        return f"{self.lowest} – {self.highest}" if self.lowest and self.lowest != self.highest else self.commonest


def pages_of(profile: Profile, catalog: Catalog) -> Pages:
    """All of a profile in its language; pages without rows are left out."""
    words = _Words(catalog, profile.language, len(profile.files) > 1)
    pages = [page for page in _pages(profile, words) if page.rows]
    places = {page.question: place for place, page in enumerate(pages)}
    return Pages(
        title=words("inspect.title"),
        overview=words("inspect.overview"),
        lead=" · ".join(part for part in (profile.company, ", ".join(plain(it.name) for it in profile.files)) if part),
        intro=words("inspect.intro"),
        files=tuple(_files(profile, words)),
        file_heads=tuple(words(f"inspect.column.{name}") for name in ("file", "sheet", "read_as", "rows", "columns")),
        asked=tuple(_asked(looked, places, words) for looked in profile.looked),
        where=words("inspect.column.where"),
        asked_heads=tuple(words(f"inspect.column.{name}") for name in ("question", "looked", "found")),
        pages=tuple(pages),
        notices=tuple(
            f"{plain(file.name)}: {notice(told, catalog, profile.language)}"
            for file in profile.files
            for told in file.notices
        ),
    )


def column_lines(profile: Profile, catalog: Catalog) -> tuple[ColumnLine, ...]:
    """Each column in words."""
    words = _Words(catalog, profile.language, len(profile.files) > 1)
    return tuple(_line(it, words) for it in profile.columns)


# Private functions


@dataclass(frozen=True, slots=True)
class _Words:
    catalog: Catalog
    language: str
    has_files: bool  # several files: each place needs its own

    def __call__(self, text_id: str, **facts: object) -> str:
        return sentence(self.catalog, self.language, text_id, facts)

    def counted(self, text_id: str, count: int, **facts: object) -> str:
        return counted(self.catalog, self.language, text_id, count, facts)

    def say(self, texts: Texts) -> str:
        return say(texts, self.language)

    def title(self, entity: str) -> str:
        return entity_title(entity, self.catalog, self.language)

    def label(self, entity: str, field: str) -> str:
        return field_label(entity, field, self.catalog, self.language)

    def column(self, name: str, **more: object) -> PageColumn:
        return PageColumn(self(f"inspect.column.{name}"), **more)  # type: ignore[arg-type]

    def place(self) -> tuple[PageColumn, ...]:
        """The headers of a place: file where there are several, sheet."""
        return self.column("file", place="file", in_terminal=self.has_files), self.column("sheet", place="sheet")


def _pages(profile: Profile, words: _Words) -> Iterator[Page]:
    yield _columns(profile, words)
    yield _series(profile, words)
    yield _cells("numbers_odd", profile, words)
    yield _mails(profile, words)
    yield _cells("mails_odd", profile, words)
    for question in ("negative", "outliers", "national_ids"):
        yield _cells(question, profile, words)
    yield _twins(profile, words)
    for entity in dict.fromkeys(group.entity for group in profile.alike):
        yield _alike(entity, [group for group in profile.alike if group.entity == entity], words)
    for entity in dict.fromkeys(row.entity for row in profile.unused):
        yield _unused(entity, profile, words)
    yield _orphans(profile, words)


def _page(
    question: str,
    words: _Words,
    columns: Sequence[PageColumn],
    rows: Iterable[tuple[Cell, ...]],
    entity: str | None = None,
    bands: Sequence[int] = (),
) -> Page:
    facts = {"title": words.title(entity)} if entity else {}
    texts = (words(f"question.{question}.{part}", **facts) for part in ("name", "title", "help"))
    name, title, told = texts
    key = f"{question}.{entity}" if entity else question
    return Page(key, name, title, told, tuple(columns), tuple(rows), tuple(bands))


def _columns(profile: Profile, words: _Words) -> Page:
    heads = (
        *words.place(), words.column("column"), words.column("header"), words.column("holds"), words.column("read_as"),
        words.column("filled", kind="share"), words.column("distinct", kind="count"), words.column("commonest"),
        words.column("lowest"), words.column("highest"), words.column("sum", kind="number"), words.column("remark"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for it in profile.columns:
        line = _line(it, words)
        rows.append((
            line.file, line.sheet, line.letter, line.header, line.holds, line.read_as, line.filled, line.distinct,
            line.commonest, line.lowest, line.highest, None if it.numbers is None else float(it.numbers.total),
            "; ".join(part for part in (line.notable, line.lengths) if part),
        ))  # fmt: skip
    return _page("columns", words, heads, rows)


def _line(it: ColumnProfile, words: _Words) -> ColumnLine:
    where = it.where
    lowest = highest = ""
    if it.dates is not None:
        lowest, highest = date(it.dates.earliest, words.language), date(it.dates.latest, words.language)
    elif it.numbers is not None:
        lowest, highest = number(it.numbers.least, words.language), number(it.numbers.most, words.language)
    lengths = ""
    if it.shortest is not None and it.dates is None and it.numbers is None:
        lengths = words("remark.lengths", least=it.shortest, most=it.longest)
    return ColumnLine(
        plain(where.file),
        plain(where.sheet),
        where.letter,
        plain(where.header, _LONGEST),
        _holds(it, words),
        words.label(where.entity, where.field) if where.entity and where.field else "",
        it.filled / it.rows if it.rows else 0.0,
        it.distinct,
        _commonest(it, words),
        lowest,
        highest,
        "; ".join(_remarks(it, words)),
        lengths,
    )


def _holds(it: ColumnProfile, words: _Words) -> str:
    if not it.holds:
        return words("holds.nothing")
    total = sum(kind.count for kind in it.holds)
    parts = []
    for kind in it.holds[:_MOST_SHOWN]:
        share = kind.count / total
        parts.append(words(f"holds.{kind.value}") + (f" {_percent(share)}" if share < 0.995 else ""))
    return ", ".join(parts)


def _percent(share: float) -> str:
    rounded = min(max(round(share * 100), 1), 99)
    return f"{rounded} %"


def _commonest(it: ColumnProfile, words: _Words) -> str:
    return ", ".join(
        f"{plain(value.value, 30)} ({number(value.count, words.language)})" for value in it.commonest[:_MOST_SHOWN]
    )


def _remarks(it: ColumnProfile, words: _Words) -> Iterator[str]:
    if it.readable is not None and it.readable < it.filled:
        yield words.counted("remark.unreadable", it.filled - it.readable)
    if it.numbers is not None and it.numbers.negative:
        yield words.counted("remark.negative", it.numbers.negative)
    if it.dates is not None:
        for name, count in (
            ("day_first", it.dates.day_first), ("month_first", it.dates.month_first), ("undecided", it.dates.undecided),
        ):  # fmt: skip
            if count:
                yield words(f"remark.{name}", count=count)


def _series(profile: Profile, words: _Words) -> Page:
    heads = (
        *words.place(), words.column("column", in_terminal=False), words.column("header"), words.column("build"),
        words.column("count", kind="count"), words.column("share", kind="share"), words.column("lowest"),
        words.column("highest"), words.column("remark"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    bands: list[int] = []
    for series in profile.series:
        bands.append(len(rows))
        for place, shape in enumerate(series.shapes):
            where = series.where
            remark = "; ".join(_series_remarks(series, words)) if place == 0 else ""
            rows.append((
                plain(where.file), plain(where.sheet), where.letter, plain(where.header, _LONGEST),
                _shape(shape, words), shape.count, shape.count / series.count if series.count else 0.0,
                plain(shape.lowest), plain(shape.highest), remark,
            ))  # fmt: skip
    return _page("numbers", words, heads, rows, bands=bands)


def _shape(shape: Shape, words: _Words) -> str:
    if shape.pattern is not None:
        return words("shape.like", pattern=shape.pattern)
    digits = words.counted("shape.digits", shape.digits)
    return " + ".join(part for part in (plain(shape.before), digits, plain(shape.behind)) if part)


def _series_remarks(series: NumberSeries, words: _Words) -> Iterator[str]:
    if len(series.shapes) > 1:
        yield words.counted("remark.mixed", len(series.shapes))
    if series.twice:
        yield words.counted("remark.twice", series.twice)
    if series.lost_zeros:
        yield words.counted("remark.lost_zeros", series.lost_zeros)
    if series.expected is not None:
        system = say(words.catalog.accounting[series.expected.system].label, words.language)
        says = words.say(series.expected.says)
        if series.expected.misfits:
            yield words.counted("remark.misfits", series.expected.misfits, system=system, says=says)
        else:
            yield words("remark.fits", system=system)
    if series.jumps:
        yield words("remark.jump", below=series.jumps[0].below, above=series.jumps[0].above)
    elif series.missing:
        yield words.counted("remark.missing", series.missing)


def _mails(profile: Profile, words: _Words) -> Page:
    heads = (
        *words.place(), words.column("column", in_terminal=False), words.column("header"),
        words.column("addresses", kind="count"), words.column("distinct", kind="count"), words.column("domains"),
        words.column("styles"), words.column("private", kind="count"), words.column("several", kind="count"),
        words.column("unreadable", kind="count"),
    )  # fmt: skip
    rows = []
    for it in profile.mails:
        several = [one for one in it.domains if one.count > 1 or len(it.domains) <= _MOST_SHOWN]
        domains = ", ".join(f"{plain(one.value)} ({one.count})" for one in several[:_MOST_SHOWN])
        styles = ", ".join(f"{words('mail.' + one.value)} ({one.count})" for one in it.styles[:_MOST_SHOWN])
        where = it.where
        rows.append((
            plain(where.file), plain(where.sheet), where.letter, plain(where.header, _LONGEST), it.addresses,
            it.distinct, domains, styles, it.private, it.several, it.unreadable,
        ))  # fmt: skip
    return _page("mails", words, heads, rows)


def _cells(question: str, profile: Profile, words: _Words) -> Page:
    heads = (
        words.column("done", is_answer=True, choices=("x",)), *words.place(), words.column("cell", place="cell"),
        words.column("header"), words.column("value"), words.column("what"),
    )  # fmt: skip
    found = [odd for kind in _CELLS[question] for odd in profile.oddities if odd.kind == kind]
    rows = (
        (None, *_place(odd.where), odd.cell, plain(odd.where.header, _LONGEST), plain(odd.value), _odd(odd, words))
        for odd in found
    )
    return _page(question, words, heads, rows)


def _place(where: ColumnSpot) -> tuple[str, str]:
    return plain(where.file), plain(where.sheet)


def _odd(odd: Oddity, words: _Words) -> str:
    facts: dict[str, object] = {}
    for name, fact in odd.facts.items():
        if isinstance(fact, Shape):
            facts[name] = _shape(fact, words)
        elif name == "type":
            facts[name] = words(f"holds.{fact}") if odd.kind == "other_type" else words(f"type.{fact}")
        elif name == "style":
            facts[name] = words(f"mail.{fact}")
        elif isinstance(fact, dt.date):
            facts[name] = date(fact, words.language)
        elif isinstance(fact, Mapping):
            facts[name] = words.say(fact)
        else:
            facts[name] = fact
    return words(f"odd.{odd.kind}", **facts)


def _twins(profile: Profile, words: _Words) -> Page:
    heads = (
        words.column("answer", is_answer=True, choices=(words("answer.delete"), words("answer.keep"))),
        words.column("group", kind="count"), *words.place(), words.column("row", kind="count", place="cell"),
        words.column("value"), words.column("why"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    bands: list[int] = []
    for group, twins in enumerate(profile.twins, 1):
        bands.append(len(rows))
        fields = [words.label(twins.entity, name) for name in twins.fields] if twins.entity else []
        why = ", ".join(fields) or words("why.every")
        for spot in twins.spots:
            rows.append((None, group, plain(spot.file), plain(spot.sheet), spot.row, plain(twins.shown), why))  # noqa: PERF401
    return _page("twins", words, heads, rows, bands=bands)


def _alike(entity: str, groups: Sequence[AlikeGroup], words: _Words) -> Page:
    fields = [
        name for name in _order_of(entity, words) if any(name in it.values for one in groups for it in one.members)
    ]
    choices = (words("answer.merge"), words("answer.keep"))
    found = words.catalog.entities[entity]
    known_by = {*found.key, *(found.alike.name if found.alike is not None else ())}
    heads = (
        words.column("answer", is_answer=True, choices=choices), words.column("group", kind="count"),
        words.column("proposal"), words.column("sure"),
        *(PageColumn(words.label(entity, name), in_terminal=name in known_by) for name in fields),
        words.column("why"), words.column("uses", kind="count"),
        words.column("cells_filled", kind="count", in_terminal=False),
        *words.place(), words.column("row", place="cell"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    bands: list[int] = []
    for number_, group in enumerate(groups, 1):
        bands.append(len(rows))
        why = ", ".join(_why(tie, entity, words) for tie in group.evidence)
        key = next((group.members[0].values[name] for name in fields if name in group.members[0].values), "")
        for place, member in enumerate(group.members):
            proposal = "keep" if place == 0 else "ask" if group.certainty == "ask" else "merge"
            proposal = "write" if proposal == "merge" and not group.is_listed else proposal
            spot = member.spots[0]
            rows.append((
                None, number_, words(f"propose.{proposal}", key=key), words(f"sure.{group.certainty}"),
                *(plain(member.values.get(name, "")) for name in fields), why, member.uses, member.filled,
                plain(spot.file), plain(spot.sheet), spot.cell,
            ))  # fmt: skip
    return _page("alike", words, heads, rows, entity, bands)


def _order_of(entity: str, words: _Words) -> list[str]:
    """The fields that are shown of a row: its key, then the others that it is known by."""
    found = words.catalog.entities[entity]
    alike = found.alike
    more = (*alike.name, *alike.exact, *alike.hints, *alike.within) if alike is not None else ()
    return list(dict.fromkeys((*found.key, *more)))


def _why(tie: Evidence, entity: str, words: _Words) -> str:
    label = words.label(entity, tie.field) if tie.field else ""
    return words(f"why.{tie.kind}", label=label, percent=tie.percent)


def _unused(entity: str, profile: Profile, words: _Words) -> Page:
    found = [row for row in profile.unused if row.entity == entity]
    fields = [name for name in _order_of(entity, words) if any(name in row.values for row in found)]
    heads = (
        words.column("answer", is_answer=True, choices=(words("answer.delete"), words("answer.keep"))),
        *(PageColumn(words.label(entity, name)) for name in fields), words.column("cells_filled", kind="count"),
        *words.place(), words.column("row", kind="count", place="cell"),
    )  # fmt: skip
    rows = (
        (
            None, *(plain(row.values.get(name, "")) for name in fields), row.filled, plain(row.spot.file),
            plain(row.spot.sheet), row.spot.row,
        )
        for row in found
    )  # fmt: skip
    return _page("unused", words, heads, rows, entity)


def _orphans(profile: Profile, words: _Words) -> Page:
    heads = (
        words.column("done", is_answer=True, choices=("x",)), words.column("value"), words.column("target"),
        words.column("rows", kind="count"), *words.place(), words.column("header"), words.column("cell", place="cell"),
    )  # fmt: skip
    rows = (
        (
            None, plain(it.value), words.title(it.target), it.count, *_place(it.where),
            plain(it.where.header, _LONGEST), f"{it.where.letter}{it.first_row}",
        )
        for it in profile.orphans
    )  # fmt: skip
    return _page("orphans", words, heads, rows)


def _files(profile: Profile, words: _Words) -> Iterator[tuple[str, ...]]:
    for file in profile.files:
        for sheet in file.sheets:
            read_as = words.title(sheet.entity) if sheet.entity else words("inspect.not_ours")
            if not sheet.is_profiled:
                read_as = words("inspect.not_profiled")
            counts = (number(sheet.rows, words.language), number(sheet.columns, words.language))
            yield plain(file.name), plain(sheet.name), read_as, *counts


def _asked(looked: Looked, places: Mapping[str, int], words: _Words) -> Asked:
    page, unit = _ANSWERS[looked.question]
    title = words.title(looked.entity) if looked.entity else ""
    if looked.question == "orphans":
        text = words("inspect.question.orphans", title=title)
    else:
        text = words(f"question.{looked.question}.title", title=title)
        page = f"{page}.{looked.entity}" if looked.entity else page
    of = "" if looked.of is None else words.counted(f"inspect.of.{unit}", looked.of)
    if looked.of is None:
        found = words("inspect.not_asked")
    elif looked.question == "columns":
        found = ""  # they are all told
    elif looked.found:
        unit = {"alike": "groups", "twins": "rows", "orphans": "values"}.get(looked.question, "")
        found = words.counted(f"inspect.of.{unit}", looked.found) if unit else number(looked.found, words.language)
    else:
        found = words("inspect.nothing")
    place = places.get(page) if looked.found or page == looked.question else None
    return Asked(text, of, found, None if looked.of is None else looked.found, place)
