"""What a report has to tell, in words and in order: the part that the terminal and the pages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from momentsheet.model.catalog import Catalog, Entity, Severity, say
from momentsheet.model.finding import Blocked, Group, Input, Repair, Report, SheetRead
from momentsheet.model.workbook import cell_name
from momentsheet.reporting.values import number, plain, total
from momentsheet.reporting.words import (
    LONGEST_VALUE,
    counted,
    entity_title,
    field_label,
    fix,
    group_message,
    header,
    listed,
    repair_reason,
    repair_value,
    sentence,
    severity_letter,
    severity_word,
    suggestion,
    why,
)

_SUGGESTIONS_SHOWN = 3
_REPAIR_CELLS_SHOWN = 4
_SHEETS_SHOWN = 4  # in which something waits; the others together


@dataclass(frozen=True, slots=True)
class Told:
    """One group of findings in words. `effects` are the groups that it is the cause of."""

    group: Group
    severity: Severity
    word: str
    letter: str
    code: str
    place: str  # sheet, with the file where there are several
    header: str
    cells: tuple[str, ...]  # the first places, `B5` or `B5:B1846`
    more_cells: int  # how many are not in `cells`
    message: str
    fix: str
    why: str
    suggestion: str
    stops: str  # «37 rows in Projects and 4 120 rows in Hours (9 312.5 hours)», "" where no further row is held back
    effects: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class SheetCount:
    """Findings of one sheet, or of a file where `sheet` is empty."""

    file: str
    sheet: str
    title: str  # as shown
    entity: str | None
    rows: int
    error: int
    warning: int
    info: int

    @property
    def total(self) -> int:
        return self.error + self.warning + self.info

    def of(self, severity: Severity) -> int:
        """Findings of that severity."""
        return {"error": self.error, "warning": self.warning, "info": self.info}[severity]


@dataclass(frozen=True, slots=True)
class RepairedValue:
    """One value of a column that was understood the same way in all its places."""

    before: str
    after: str
    count: int
    cells: tuple[str, ...]
    more_cells: int


@dataclass(frozen=True, slots=True)
class RepairKind:
    """Repairs of one kind in one column of one sheet."""

    what: str
    sheet: str
    label: str
    count: int
    values: tuple[RepairedValue, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of an entity: in the workbook, converted, left out."""

    field: str
    label: str
    read: Decimal
    clean: Decimal
    left_out: Decimal
    decimals: int

    @property
    def agrees(self) -> bool:
        return self.read == self.clean + self.left_out


@dataclass(frozen=True, slots=True)
class EntityTotals:
    """Rows and sums of one entity."""

    entity: str
    title: str
    is_derived: bool
    is_by_hand: bool  # not imported: a person enters it from the work lists
    read: int
    clean: int
    left_out: int
    skipped: int
    sums: tuple[Sum, ...]

    @property
    def in_sheet(self) -> int:
        return self.read + self.skipped

    @property
    def agrees(self) -> bool:
        return self.read == self.clean + self.left_out and all(item.agrees for item in self.sums)


def told_groups(report: Report, catalog: Catalog, language: str, cells: int) -> tuple[Told, ...]:
    """The groups of a report in words, causes first and their effects below them, each with its first `cells` cells."""
    effects: dict[str, list[Group]] = {}
    known = {group.id for group in report.groups}
    roots: list[Group] = []
    for group in report.groups:
        if group.blocked_by in known and group.blocked_by != group.id and group.blocked_by is not None:
            effects.setdefault(group.blocked_by, []).append(group)
        else:
            roots.append(group)
    seen: set[str] = set()
    several = len(report.inputs) > 1

    def tell(group: Group) -> Told:
        seen.add(group.id)
        below = tuple(tell(effect) for effect in effects.get(group.id, ()) if effect.id not in seen)
        return _told(group, below, catalog, language, limit=cells, several=several)

    told = [tell(group) for group in roots]
    # Groups that only block each other have no cause of their own and would be lost.
    told += [tell(group) for group in report.groups if group.id not in seen]
    return tuple(told)


def held_back(group: Group, catalog: Catalog, language: str) -> str:
    """What waits for a group, where that is more than the wrong rows themselves: rows by sheet, hours and amounts.

    «37 rows in Projects and 4 120 rows in Hours (9 312.5 hours)»
    """
    own = group.findings[0].entity
    if all(entity == own and found.rows <= group.count for entity, found in group.blocked.items()):
        return ""
    most = sorted(group.blocked, key=lambda name: -group.blocked[name].rows)[:_SHEETS_SHOWN]
    parts = [_waiting(name, found, catalog, language) for name, found in group.blocked.items() if name in most]
    if hidden := [found.rows for name, found in group.blocked.items() if name not in most]:
        parts.append(counted(catalog, language, "stops.others", len(hidden), {"rows": sum(hidden)}))
    return listed(tuple(parts), catalog, language)


def sums_in_words(entity: str, sums: Mapping[str, str], catalog: Catalog, language: str) -> tuple[str, ...]:
    """«9 312.5 hours», «1 200 000 NOK»: of the totals that the receipt breaks down the first of each kind."""
    known = catalog.entities.get(entity)
    if known is None or not known.totals_by:
        return ()  # estimates and the like are nothing that people reckon with
    told: dict[str, str] = {}
    for name in known.totals:
        kind, value = known.field(name).type, total(sums, name)
        if kind in told or not value:
            continue
        if kind == "hours":
            told[kind] = sentence(catalog, language, "sums.hours", {"sum": number(round(value, 1), language)})
        elif kind == "money":
            label = sum_label(entity, name, catalog, language)
            told[kind] = sentence(catalog, language, "sums.money", {"label": label, "sum": number(value, language, 0)})
    return tuple(told.values())


def sheet_counts(report: Report) -> tuple[SheetCount, ...]:
    """Findings per sheet, in the order of files and sheets; sheets that are not ours only where something is told."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for finding in report.findings:
        counter = counts.setdefault((finding.file, finding.sheet or ""), {"error": 0, "warning": 0, "info": 0})
        counter[finding.severity] += 1
    sheets = [(item.name, sheet) for item in report.inputs for sheet in item.sheets]
    several = len(report.inputs) > 1
    read = [
        _sheet_count(file, sheet.name, sheet, counts.pop((file, sheet.name), {}), several)
        for file, sheet in sheets
        if sheet.entity is not None or (file, sheet.name) in counts
    ]
    return (*read, *(_sheet_count(file, name, None, counter, several) for (file, name), counter in counts.items()))


def repair_kinds(report: Report, catalog: Catalog, language: str) -> tuple[RepairKind, ...]:
    """Repairs by kind, sheet and field, in the order they were first seen."""
    kinds: dict[tuple[str, str, str, str], list[Repair]] = {}
    for repair in report.repairs:
        kinds.setdefault((repair.why, repair.sheet, repair.entity, repair.field), []).append(repair)
    return tuple(
        RepairKind(
            what=repair_reason(kind, catalog, language),
            sheet=plain(sheet),
            label=field_label(entity, field, catalog, language),
            count=len(repairs),
            values=_repaired_values(repairs, catalog, language),
        )
        for (kind, sheet, entity, field), repairs in kinds.items()
    )


def entity_totals(report: Report, catalog: Catalog, language: str) -> tuple[EntityTotals, ...]:
    """Rows and sums per entity, in import order."""
    return tuple(
        EntityTotals(
            entity=name,
            title=entity_title(name, catalog, language),
            is_derived=name in catalog.entities and catalog.entities[name].derived is not None,
            is_by_hand=name in catalog.entities and not catalog.entities[name].imported,
            read=totals.rows_read,
            clean=totals.rows_clean,
            left_out=totals.rows_left_out,
            skipped=totals.rows_skipped,
            sums=tuple(
                Sum(
                    field=key,
                    label=sum_label(name, key, catalog, language),
                    read=total(totals.sums, key),
                    clean=total(totals.clean_sums, key),
                    left_out=total(totals.left_out_sums, key),
                    decimals=max(0, -int(total(totals.sums, key).as_tuple().exponent)),
                )
                for key in totals.sums
            ),
        )
        for name, totals in report.totals.items()
    )


def sum_label(entity: str, key: str, catalog: Catalog, language: str) -> str:
    """What a sum is called: the field's label, with minutes or the currency where it is counted in them."""
    fields = {field.name: field for field in catalog.entities[entity].fields} if entity in catalog.entities else {}
    hours = key.removesuffix("_minutes")
    if key not in fields and hours in fields:
        return f"{say(fields[hours].label, language)} ({catalog.text('unit.minutes', language)})"
    if key not in fields:
        return key
    label = say(fields[key].label, language)
    is_ours = fields[key].type == "money" and not _may_be_foreign(catalog.entities[entity], catalog)
    return f"{label} ({plain(catalog.company.currency)})" if is_ours else label


def field_title(item: SheetRead, field: str | None, catalog: Catalog, language: str) -> str:
    """The label of the field that a column of a sheet was understood as, "" where it is none."""
    return field_label(item.entity, field, catalog, language) if item.entity and field else ""


def file_line(item: Input, catalog: Catalog, language: str) -> str:
    """What kind of file an input is: «xlsx, template 1, nb»."""
    given = f"files.given.{item.kind}"
    parts = [catalog.text(given, language) if given in catalog.texts else plain(item.kind)]
    if item.template and item.template.get("version"):
        parts.append(f"{catalog.text('report.template', language)} {plain(item.template['version'])}")
    if item.template and item.template.get("language"):
        parts.append(plain(item.template["language"]))
    return ", ".join(parts)


def short_hash(sha256: str) -> str:
    """The first twelve digits of a hash: enough to tell two files apart."""
    return plain(sha256[:12])


def cell_places(places: Iterable[tuple[int | None, int | None]], limit: int) -> tuple[tuple[str, ...], int]:
    """The first places of those columns and rows, each once, and how many cells are left out of them.

    Cells below each other are one place: `B5:B1846`. Where there is no column, a place is a row.
    """
    cells = sorted({(-1 if column is None else column, row) for column, row in places if row is not None})
    runs: list[tuple[int, int, int]] = []
    for column, row in cells:
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1:
            runs[-1] = (column, runs[-1][1], row)
        else:
            runs.append((column, row, row))
    shown = runs[:limit]
    covered = sum(last - first + 1 for _, first, last in shown)
    return tuple(_run_name(*run) for run in shown), len(cells) - covered


@dataclass(frozen=True, slots=True)
class FilesOfKind:
    """How many files of a kind should be there, are delivered, did not come, and are held back."""

    title: str
    should: int
    delivered: int
    missing: int
    waiting: int


def file_kinds(report: Report, catalog: Catalog, language: str) -> tuple[FilesOfKind, ...]:
    """The figures of a report about files, by kind, in their order."""
    if report.files is None:
        return ()
    return tuple(
        FilesOfKind(
            say(catalog.file_kinds[one.kind].title, language), one.rows, one.delivered, one.missing, one.waiting
        )
        for one in report.files.kinds
    )


def files_accounted(report: Report, catalog: Catalog, language: str) -> str:
    """What became of all files that came, in one sentence; "" in a report that is about something else."""
    if report.files is None:
        return ""
    facts = {name: getattr(report.files, name) for name in ("used", "waiting", "others", "ignored")}
    return counted(catalog, language, "files.accounted", report.files.came, facts)


def page_caption(before: str, after: str, catalog: Catalog, language: str) -> str:
    """Between whose pages a page stands that is nobody's: «after 16713, before 16715»."""
    words = (("after", before), ("before", after))
    said = [sentence(catalog, language, f"files.page.{word}", {"key": key}) for word, key in words if key]
    return ", ".join(said)


def next_step(report: Report, outcome: str) -> str:
    """The id of the text that says what happens now; outcome: errors, warnings or clean."""
    return f"next.{outcome}" if report.files is None else f"files.next.{outcome}"


def amount(item: Sum, value: Decimal, language: str) -> str:
    """A sum with the decimals that its field has."""
    return number(value, language, item.decimals)


# Private functions


def _may_be_foreign(entity: Entity, catalog: Catalog) -> bool:
    """True if amounts may be in other currencies: by a column of the row, or of the row that it is a part of.

    Such sums are taken as the amounts stand, to be compared with the old system's own list.
    """
    wholes = (field.to.entity for field in entity.fields if field.to is not None and field.to.is_part)
    return any(field.type == "currency" for field in entity.fields) or any(
        _may_be_foreign(catalog.entities[name], catalog) for name in wholes if name in catalog.entities
    )


def _told(
    group: Group, effects: tuple[Told, ...], catalog: Catalog, language: str, *, limit: int, several: bool
) -> Told:
    first = group.findings[0]
    cells, more = cell_places(((finding.column, finding.row) for finding in group.findings), limit)
    if first.row is None and first.sheet is None and group.count > 1:
        # What is told of files and not of cells is known by their names.
        names = [plain(finding.value, LONGEST_VALUE) for finding in group.findings if finding.value]
        cells, more = tuple(names[:limit]), max(0, len(names) - limit)
    return Told(
        group=group,
        severity=group.severity,
        word=severity_word(group.severity, catalog, language),
        letter=severity_letter(group.severity, catalog, language),
        code=group.code,
        place=_place(group.file, group.sheet or "", several),
        header=header(first, catalog, language),
        cells=cells,
        more_cells=more,
        message=group_message(group, catalog, language),
        fix=fix(first, catalog, language),
        # Rules say why in fewer languages than what is wrong: a page does not change language in the middle.
        why=why(first, catalog, language) if language in catalog.rules[group.code].why else "",
        suggestion=_suggestions(group),
        stops=held_back(group, catalog, language),
        effects=effects,
    )


def _run_name(column: int, first: int, last: int) -> str:
    """Excel's name of cells below each other; of rows where the column is -1."""
    start, end = (str(row) if column < 0 else cell_name(row, column) for row in (first, last))
    return start if first == last else f"{start}:{end}"


def _repaired_values(repairs: Sequence[Repair], catalog: Catalog, language: str) -> tuple[RepairedValue, ...]:
    """The repairs of a kind by value, in the order they were first seen."""
    values: dict[tuple[str, str], list[Repair]] = {}
    for repair in repairs:
        values.setdefault((repair.before, repair.after), []).append(repair)
    told = []
    for (before, _), same in values.items():
        cells, more = cell_places(((repair.column, repair.row) for repair in same), _REPAIR_CELLS_SHOWN)
        after = repair_value(same[0], catalog, language)
        told.append(RepairedValue(plain(before, LONGEST_VALUE), after, len(same), cells, more))
    return tuple(told)


def _suggestions(group: Group) -> str:
    """The suggestion that all findings of a group share, or those of its first cells."""
    found = {finding.cell or "": suggestion(finding) for finding in group.findings if finding.suggestion}
    if not found:
        return ""
    if len(set(found.values())) == 1 and len(found) == len({finding.cell for finding in group.findings}):
        return next(iter(found.values()))
    shown = [f"{cell}: {text}" if cell else text for cell, text in list(found.items())[:_SUGGESTIONS_SHOWN]]
    return " · ".join([*shown, "…"] if len(found) > _SUGGESTIONS_SHOWN else shown)


def _waiting(entity: str, found: Blocked, catalog: Catalog, language: str) -> str:
    """«4 120 rows in Hours (9 312.5 hours)»: of the sums the first of each kind, as people know them."""
    facts: dict[str, object] = {"sheet": entity_title(entity, catalog, language)}
    sums = sums_in_words(entity, found.sums, catalog, language)
    if not sums:
        return counted(catalog, language, "stops.rows", found.rows, facts)
    return counted(catalog, language, "stops.sums", found.rows, {**facts, "sums": ", ".join(sums)})


def _sheet_count(
    file: str, name: str, sheet: SheetRead | None, counter: Mapping[str, int], several: bool
) -> SheetCount:
    return SheetCount(
        file=file,
        sheet=name,
        title=_place(file, name, several),
        entity=sheet.entity if sheet else None,
        rows=sheet.rows if sheet else 0,
        error=counter.get("error", 0),
        warning=counter.get("warning", 0),
        info=counter.get("info", 0),
    )


def _place(file: str, sheet: str, several: bool) -> str:
    """A sheet as shown, with its file where a delivery has several."""
    if not sheet:
        return plain(file, LONGEST_VALUE)
    return f"{plain(file, LONGEST_VALUE)} › {plain(sheet)}" if several else plain(sheet)
