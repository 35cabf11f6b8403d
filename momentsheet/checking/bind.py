"""Which sheet holds which entity, which row is the header, which column is which field; and how we know."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz import fuzz, process

from momentsheet.checking.fold import clean_text, fold, fold_header
from momentsheet.checking.grammar import Raw, show_raw
from momentsheet.model.catalog import Catalog, Entity, say
from momentsheet.model.finding import ColumnRead, SheetRead
from momentsheet.model.workbook import Column, Kind, Sheet, Workbook, cell_name, column_letter

HEADER_ROWS = 50  # titles and explanations above the header row may take this many rows
CLOSE = 86  # rapidfuzz ratio from which a header is taken for another, with a warning
NATIONAL_ID_HEADERS = frozenset(
    ("personnummer", "personnr", "fodselsnummer", "fodselsnr", "fnr", "nationalid", "ssn", "cpr")
)
OUR_SHEETS = frozenset(("_lists", "_meta"))  # of the template
UNSEEN = r"^[\s\p{Cf}\p{Cc}]*$"  # a text of nothing that anybody sees
TOTAL_WORD = (
    r"(?i)^\W*(total|totalt|totals|totalsum|totalsumma|sum|summa|summer|i alt"
    r"|delsum|delsumma|subtotal|samlet|sammanlagt)\W*$"
)


@dataclass(frozen=True, slots=True)
class BoundSheet:
    """A sheet of the customer's that holds one entity; arrays are as long as `rows`."""

    file: str
    name: str
    entity: Entity
    header_row: int
    rows: npt.NDArray[np.int32]  # Excel rows of the data, rising; for a form one row, which stands for nothing
    columns: Mapping[str, Column]  # field -> raw column, only the rows above
    headers: Mapping[str, str]  # field -> header as it stands in the file
    pool: pl.Series
    places: Mapping[str, tuple[int | None, int]]  # field -> Excel row (None: the data row) and column (0 = A)

    def place(self, field: str, index: int) -> tuple[int, int] | None:
        """Excel row and column of a field in the data row of that index; None where its column is missing."""
        if field not in self.places:
            return None
        row, column = self.places[field]
        return (int(self.rows[index]) if row is None else row), column

    def raw(self, field: str, index: int) -> Raw:
        """The raw value of a field in the data row of that index."""
        column = self.columns.get(field)
        return Raw(Kind.BLANK, 0.0, "") if column is None else raw_at(column, self.pool, index)


@dataclass(frozen=True, slots=True)
class Told:
    """Something binding must tell: the id of a named check and where; `row` and `column` may be None."""

    check: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    header: str | None = None
    entity: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    facts: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What became of one workbook."""

    bound: tuple[BoundSheet, ...]
    sheets: tuple[SheetRead, ...]
    told: tuple[Told, ...]
    template: Mapping[str, str] | None
    known: Mapping[str, frozenset[tuple[str, ...]]]  # entity -> keys of rows that were delivered before


def bind(workbook: Workbook, catalog: Catalog) -> Binding:
    """Bind every sheet of a workbook. Sheets that are not ours are listed, never dropped silently."""
    meta = _read_meta(workbook)
    own = _own_titles(catalog)
    bound: list[BoundSheet] = []
    reads: list[SheetRead] = []
    told: list[Told] = []
    if meta.template is None:
        told.append(Told("no_template", workbook.name))
    elif catalog.company.code and meta.template.get("company") not in {catalog.company.code, "", None}:
        told.append(
            Told(
                "other_company", workbook.name, value=meta.template["company"], facts={"expected": catalog.company.code}
            )
        )
    for sheet in workbook.sheets:
        # «Funn (2)» is our second copy of a sheet that was sent in again.
        is_ours = sheet.name in OUR_SHEETS or re.sub(r"\d+$", "", fold_header(sheet.name)) in own
        # Programs keep notes of their own in sheets that no menu shows.
        if is_ours or (sheet.name.startswith("_") and sheet.state == "veryHidden"):
            reads.append(SheetRead(sheet.name, None, None, len(sheet.rows)))
            continue
        one = _bind_sheet(workbook, sheet, catalog, meta, told)
        if one is None:
            reads.append(SheetRead(sheet.name, None, None, len(sheet.rows)))
            if len(sheet.rows):
                told.append(Told("unknown_sheet", workbook.name, sheet.name, facts={"count": len(sheet.rows)}))
            continue
        bound.append(one[0])
        reads.append(one[1])
    return Binding(tuple(bound), tuple(reads), tuple(told), meta.template, meta.known)


def raw_at(column: Column, pool: pl.Series, index: int) -> Raw:
    """One raw value of a column."""
    code = int(column.codes[index])
    return Raw(
        Kind(int(column.kinds[index])),
        float(column.numbers[index]),
        pool[code] if code >= 0 else "",
        bool(column.percents[index]),
    )


def closest_titles(names: Iterable[str], catalog: Catalog, language: str) -> list[tuple[str, str]]:
    """For sheets that are none of ours: each name with the closest title of ours, best first."""
    titles = {
        fold_header(title): title for title in (say(entity.title, language) for entity in catalog.entities.values())
    }
    pairs = []
    for name in names:
        close = process.extractOne(fold_header(name), list(titles), scorer=fuzz.ratio)
        if close:
            pairs.append((close[1], name, titles[close[0]]))
    return [(name, title) for _, name, title in sorted(pairs, key=lambda pair: -pair[0])]


# Private functions


@dataclass(frozen=True, slots=True)
class _Meta:
    """What our template says of itself in `_meta`, in its properties and in its defined names."""

    template: Mapping[str, str] | None
    sheets: Mapping[str, str]  # folded sheet name -> entity
    headers: Mapping[tuple[str, str], str]  # entity, folded header -> field
    names: Mapping[tuple[str, int], str]  # folded sheet name, column -> entity.field
    known: Mapping[str, frozenset[tuple[str, ...]]]


def _read_meta(workbook: Workbook) -> _Meta:
    template = {
        key.removeprefix("momentsheet."): value
        for key, value in workbook.properties.items()
        if key.startswith("momentsheet.")
    }
    listed = [pair for key in list(template) if key.split(".")[0] == "sheets" for pair in template.pop(key).split(";")]
    sheets = {fold_header(name): entity for entity, _, name in (pair.partition("=") for pair in listed) if name}
    known: dict[str, set[tuple[str, ...]]] = {}
    headers: dict[tuple[str, str], str] = {}
    for sheet in workbook.sheets:
        if sheet.name != "_meta":
            continue
        for index in range(len(sheet.rows)):
            line = [show_raw(raw_at(column, sheet.pool, index)) for column in sheet.columns]
            kind, name, value, *_ = [*line, "", "", ""]
            if kind == "template":
                template[name] = value
            elif kind == "sheet":
                sheets[fold_header(value)] = name
            elif kind == "column":
                entity, _, field = name.partition(".")
                headers[entity, fold_header(value)] = field
            elif kind == "known":
                known.setdefault(name, set()).add(tuple(part for part in line[2:] if part))
    names: dict[tuple[str, int], str] = {}
    for name, target in workbook.names.items():
        if name.startswith("fld_") and "!" in target:
            sheet_name, _, area = target.rpartition("!")
            letters = area.replace("$", "").split(":")[0].rstrip("0123456789")
            if letters.isalpha() and len(letters) <= 3:
                names[fold_header(sheet_name.strip("'")), _column_index(letters)] = name.removeprefix("fld_")
    keys = {entity: frozenset(found) for entity, found in known.items()}
    return _Meta(template if template.get("id") == "momentsheet" else None, sheets, headers, names, keys)


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def _own_titles(catalog: Catalog) -> frozenset[str]:
    """Folded names of the sheets that we add ourselves, in every language."""
    return frozenset(
        fold_header(title)
        for text_id, texts in catalog.texts.items()
        if text_id.startswith("sheet.")
        for title in texts.values()
    )


@dataclass(frozen=True, slots=True)
class _Match:
    field: str
    how: str


@dataclass(frozen=True, slots=True)
class _Job:
    """One sheet on its way to being bound; what must be told is added to `told`."""

    file: str
    sheet: Sheet
    entity: Entity
    meta: _Meta
    language: str
    words: Mapping[str, _Match]
    told: list[Told]

    def tell(self, check: str, row: int | None = None, column: int | None = None, **more: Any) -> None:
        self.told.append(Told(check, self.file, self.sheet.name, row, column, entity=self.entity.name, **more))


def _vocabulary(entity: Entity, meta: _Meta) -> dict[str, _Match]:
    """Folded header -> field, surest first: what the template says, labels in all languages, aliases."""
    words: dict[str, _Match] = {}
    for field in entity.fields:
        for alias in (*field.aliases, field.name):
            words.setdefault(fold_header(alias), _Match(field.name, "alias"))
    for field in entity.fields:
        for label in field.label.values():
            words[fold_header(label)] = _Match(field.name, "label")
    names = {field.name for field in entity.fields}
    for (name, header), field_name in meta.headers.items():
        if name == entity.name and field_name in names:
            words[header] = _Match(field_name, "meta")
    words.pop("", None)
    return words


def _bind_sheet(
    workbook: Workbook, sheet: Sheet, catalog: Catalog, meta: _Meta, told: list[Told]
) -> tuple[BoundSheet, SheetRead] | None:
    entity, by_name = _entity_of(sheet, catalog, meta)
    if entity is None:
        return None
    job = _Job(workbook.name, sheet, entity, meta, catalog.company.language, _vocabulary(entity, meta), told)
    if entity.layout == "form":
        return _bind_form(job)
    header_index = _header_index(sheet, job.words, 1 if by_name else 2)
    if header_index is None:
        if len(sheet.rows) == 0:
            return None
        job.tell("no_header")
        return _unbound(job), SheetRead(sheet.name, entity.name, None, len(sheet.rows))
    header_row = int(sheet.rows[header_index])
    headers = {
        column.index: text
        for column in sheet.columns
        if (text := clean_text(show_raw(raw_at(column, sheet.pool, header_index)))[0])
    }
    reads, chosen = _match_columns(job, headers, header_row)
    alike, second = _other_headers(job, chosen, header_index)
    if second is not None:
        job.tell("second_header", int(sheet.rows[second]), facts={"first_row": header_row})
    kept, blank, totals = _data_rows(sheet, entity, chosen, header_index, alike)
    if second is None and (above := _record_above(sheet, entity, chosen, header_index, kept)) is not None:
        job.tell("rows_above_header", int(sheet.rows[above]), facts={"first_row": header_row})
    if totals:
        job.tell("total_row", totals[0], facts={"count": len(totals)})
    _tell_structure(job, sheet.rows[kept])
    if not by_name:
        job.tell("sheet_by_headers")
    bound = BoundSheet(
        workbook.name,
        sheet.name,
        entity,
        header_row,
        sheet.rows[kept],
        {field: _take(column, kept) for field, column in chosen.items()},
        {field: headers[column.index] for field, column in chosen.items()},
        sheet.pool,
        {field: (None, column.index) for field, column in chosen.items()},
    )
    filled = {column.index: int((column.kinds[kept] != Kind.BLANK).sum()) for column in sheet.columns}
    columns = tuple(dataclasses.replace(read, filled=filled.get(read.column, 0)) for read in reads)
    return bound, SheetRead(sheet.name, entity.name, header_row, len(kept), columns, blank, len(totals))


def _entity_of(sheet: Sheet, catalog: Catalog, meta: _Meta) -> tuple[Entity | None, bool]:
    """The entity of a sheet, and whether its name said so."""
    folded = fold_header(sheet.name)
    named = meta.sheets.get(folded, "")
    if named in catalog.entities:
        return catalog.entities[named], True
    with_sheet = [entity for entity in catalog.entities.values() if entity.derived is None]
    for entity in with_sheet:
        if folded in {fold_header(title) for title in (*entity.title.values(), entity.name, *entity.sheet_aliases)}:
            return entity, True
    best: list[tuple[float, Entity]] = []
    for entity in with_sheet:
        if entity.layout == "form":
            continue
        words = _vocabulary(entity, meta)
        index = _header_index(sheet, words, 2)
        if index is None:
            continue
        found = {words[header].field for header in _folded_row(sheet, index) if header in words}
        required = {field.name for field in entity.fields if field.required}
        share = len(found & required) / len(required) if required else 0.0
        if len(found) >= 2 and share >= 0.5:
            best.append((share * 10 + len(found), entity))
    best.sort(key=lambda pair: -pair[0])
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None, False
    return best[0][1], False


def _folded_row(sheet: Sheet, index: int) -> list[str]:
    return [
        fold_header(sheet.pool[int(column.codes[index])])
        for column in sheet.columns
        if column.kinds[index] == Kind.TEXT
    ]


def _header_index(sheet: Sheet, words: Mapping[str, _Match], least: int) -> int | None:
    """Index of the row with the most headers of ours among the first ones, None if no row has that many."""
    best, best_hits = None, 0
    for index in range(min(HEADER_ROWS, len(sheet.rows))):
        hits = len({words[header].field for header in _folded_row(sheet, index) if header in words})
        if hits > best_hits:
            best, best_hits = index, hits
    return best if best_hits >= least else None


def _match_columns(
    job: _Job, headers: Mapping[int, str], header_row: int
) -> tuple[list[ColumnRead], dict[str, Column]]:
    """Decide the field of every column; two columns for one field are a question, not a choice."""
    sheet, entity, words = job.sheet, job.entity, job.words
    fields = {field.name for field in entity.fields}
    matches = {index: words[folded] for index, header in headers.items() if (folded := fold_header(header)) in words}
    taken = {match.field for match in matches.values()}
    # A defined name follows its column when people move it, also when they retitle it. But a list pasted over the sheet
    # leaves the names where they were: they are believed only where nearly all other headers are still the template's.
    named = [(field, matches[index].field) for index, field in _named_columns(job) if index in matches]
    is_template = bool(named) and sum(name == field for name, field in named) >= 0.8 * len(headers) - 1
    for index in headers if is_template else ():
        name = job.meta.names.get((fold_header(sheet.name), index), "")
        field = name.removeprefix(entity.name + "_")
        if index not in matches and name != field and field in fields - taken:
            matches[index] = _Match(field, "meta")
            taken.add(field)
            job.tell("close_header", header_row, index, header=headers[index], field=field, value=headers[index])
    computed = [index for index, header in headers.items() if index not in matches and _is_computed(entity, header)]
    free = _free_words(words, taken)
    for index, header in headers.items():
        close = None if index in matches or index in computed else _close_field(header, free)
        if close and close not in taken:
            matches[index] = _Match(close, "close")
            taken.add(close)
            job.tell("close_header", header_row, index, header=header, field=close, value=header)
    reads: list[ColumnRead] = []
    chosen: dict[str, Column] = {}
    by_index = {column.index: column for column in sheet.columns}
    for index, header in headers.items():
        column, found = by_index[index], matches.get(index)
        if index in computed:
            reads.append(ColumnRead(index, header, None, "computed"))
        elif found is None:
            reads.append(ColumnRead(index, header, None, "extra"))
            if _has_data(column, sheet, header_row):
                _tell_extra(job, header_row, column, header, free)
        elif found.field in chosen:
            reads.append(ColumnRead(index, header, found.field, "duplicate"))
            first = chosen[found.field]
            if not _has_data(column, sheet, header_row):
                continue
            if not _has_data(first, sheet, header_row):
                chosen[found.field] = column
                continue
            facts = {"first_cell": cell_name(header_row, first.index)}
            job.tell("duplicate_column", header_row, index, header=header, field=found.field, value=header, facts=facts)
        else:
            reads.append(ColumnRead(index, header, found.field, found.how))
            chosen[found.field] = column
    for index, column in by_index.items():
        if index not in headers and _has_data(column, sheet, header_row):
            reads.append(ColumnRead(index, "", None, "extra"))
            _tell_extra(job, header_row, column, column_letter(index), free)
    _tell_computed(job, header_row, [by_index[index] for index in computed], headers)
    return sorted(reads, key=lambda read: read.column), chosen


def _is_computed(entity: Entity, header: str) -> bool:
    """True for the header of something that Moment works out by itself, as its own lists have it."""
    folded, whole = fold_header(header), fold(header)
    return any(
        whole.startswith(fold(known[:-1])) if known.endswith("*") else folded == fold_header(known)
        for known in entity.computed
    )


def _tell_computed(job: _Job, header_row: int, columns: Collection[Column], headers: Mapping[int, str]) -> None:
    """One finding for all columns of the sheet that are left out because Moment works them out itself."""
    filled = [column.index for column in columns if _has_data(column, job.sheet, header_row)]
    if filled:
        told = {"header": headers[filled[0]], "value": headers[filled[0]]}
        facts = {"headers": tuple(headers[index] for index in filled), "count": len(filled)}
        job.tell("computed_columns", header_row, filled[0], **told, facts=facts)


def _tell_extra(job: _Job, header_row: int, column: Column, header: str, free: Mapping[str, str]) -> None:
    """Tell of a column that is not imported, with the label that may have been meant."""
    told = {"header": header, "value": header}
    job.tell("extra_column", header_row, column.index, **told, suggestion=_nearest_label(job, header, free))
    if _holds_national_ids(column, job.sheet, header):
        job.tell("national_ids", header_row, column.index, **told)


def _nearest_label(job: _Job, header: str, free: Mapping[str, str]) -> str | None:
    close = process.extractOne(fold_header(header), list(free), scorer=fuzz.ratio, score_cutoff=60)
    return say(job.entity.field(free[close[0]]).label, job.language) if close else None


def _free_words(words: Mapping[str, _Match], taken: Collection[str]) -> dict[str, str]:
    """Folded header -> field, for fields that nothing is read as yet; short words resemble everything."""
    return {header: match.field for header, match in words.items() if match.field not in taken and len(header) > 4}


def _close_field(header: str, free: Mapping[str, str]) -> str | None:
    folded = fold_header(header)
    if len(folded) <= 4:
        return None
    close = process.extractOne(folded, list(free), scorer=fuzz.ratio, score_cutoff=CLOSE)
    # «Ikke fakturerbare timer» are the other hours, «Telefon 2» is another telephone.
    if close is None or folded.endswith(close[0]) or _digits(folded) != _digits(close[0]):
        return None
    return free[close[0]]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _named_columns(job: _Job) -> list[tuple[int, str]]:
    """Columns of the sheet that a defined name of the template points at, with the field it stands for."""
    prefix, title = job.entity.name + "_", fold_header(job.sheet.name)
    return [
        (index, name.removeprefix(prefix))
        for (sheet, index), name in job.meta.names.items()
        if sheet == title and name.startswith(prefix)
    ]


def _holds_national_ids(column: Column, sheet: Sheet, header: str) -> bool:
    """True if the header or the values say that people's national identity numbers stand in the column."""
    if fold_header(header) in NATIONAL_ID_HEADERS:
        return True
    texts = sheet.pool.gather(np.unique(column.codes[column.kinds == Kind.TEXT]))
    digits = texts.str.replace_all(r"[\s.]", "").filter(texts.str.contains(r"^\d{6}[\s.]?\d{5}$"))
    numbers = np.unique(column.numbers[column.kinds == Kind.NUMBER])
    likely = [*digits.to_list(), *(f"{int(n):011d}" for n in numbers if 1e9 <= n < 1e11 and n == int(n))]
    if len(likely) < 2:
        return False
    from stdnum.no import fodselsnummer  # noqa: PLC0415 - only where eleven digits stand in a column that is not ours

    return sum(fodselsnummer.is_valid(number) for number in likely) * 2 > len(likely)


def _has_data(column: Column, sheet: Sheet, header_row: int) -> bool:
    return bool((column.kinds[sheet.rows > header_row] != Kind.BLANK).any())


def _other_headers(
    job: _Job, chosen: Mapping[str, Column], header_index: int
) -> tuple[npt.NDArray[np.bool_], int | None]:
    """Rows that repeat the header, however they are spelt; index of the first row that is the header of another table.

    Another table has other columns, or stands above ours with rows of its own.
    """
    sheet, words = job.sheet, job.words
    plain = sheet.pool.str.to_lowercase().str.replace_many(["æ", "ø", "å", "ä", "ö"], ["ae", "o", "a", "ae", "o"])
    is_word = _of_pool(plain.str.replace_all(r"[^\p{L}\p{N}]", "").is_in(list(words)))
    hits, filled = np.zeros(len(sheet.rows), np.int32), np.zeros(len(sheet.rows), np.int32)
    for column in sheet.columns:
        filled += column.kinds != Kind.BLANK
        hits += is_word[column.codes] & (column.kinds == Kind.TEXT)
    alike = np.zeros(len(sheet.rows), bool)
    places = {name: column.index for name, column in chosen.items()}
    for index in np.flatnonzero((hits >= 2) & (hits * 2 > filled)).tolist():
        found = {
            column.index: words[folded].field
            for column in sheet.columns
            if column.kinds[index] == Kind.TEXT
            and (folded := fold_header(sheet.pool[int(column.codes[index])])) in words
        }
        if index == header_index or len(set(found.values())) < 2:
            continue
        if index > header_index and all(places.get(name) == column for column, name in found.items()):
            alike[index] = True
        elif index > header_index or bool((filled[index + 1 : header_index] > 1).any()):
            return alike, index
    return alike, None


def _record_above(
    sheet: Sheet, entity: Entity, chosen: Mapping[str, Column], header_index: int, kept: npt.NDArray[np.intp]
) -> int | None:
    """Index of the first row above the header that is filled in like the rows below it, as sorting leaves it."""
    filled = np.zeros(len(sheet.rows), np.int32)
    complete = np.ones(len(sheet.rows), bool)
    for name, column in chosen.items():
        filled += column.kinds != Kind.BLANK
        if entity.field(name).required:
            complete &= column.kinds != Kind.BLANK
    usual = int(np.median(filled[kept])) if len(kept) else len(chosen)
    above = np.flatnonzero(complete[:header_index] & (filled[:header_index] >= max(2, min(3, usual))))
    return int(above[0]) if len(above) else None


def _data_rows(
    sheet: Sheet,
    entity: Entity,
    chosen: Mapping[str, Column],
    header_index: int,
    alike: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.intp], int, list[int]]:
    """Indices of the data rows; number of rows without anything of ours; Excel rows of totals and repeated headers."""
    count = len(sheet.rows)
    is_empty = _of_pool(sheet.pool.str.contains(UNSEEN))
    is_total = _of_pool(sheet.pool.str.contains(TOTAL_WORD))
    filled = np.zeros(count, bool)
    total = np.zeros(count, bool)
    repeats = np.zeros(count, np.int32)
    # A total lacks half of what is required, or its word stands where the key belongs.
    lacking, in_key = np.zeros(count, np.int32), np.zeros(count, bool)
    for column in sheet.columns:
        total |= is_total[column.codes] & (column.kinds == Kind.TEXT)
    for name, column in chosen.items():
        has = (column.kinds != Kind.BLANK) & ~((column.kinds == Kind.TEXT) & is_empty[column.codes])
        filled |= has
        if entity.field(name).required:
            lacking += ~has
        if name in entity.key[:1]:
            in_key |= is_total[column.codes] & (column.kinds == Kind.TEXT)
        header_code = int(column.codes[header_index])
        if header_code >= 0:
            is_header = _of_pool(sheet.pool == sheet.pool[header_code])
            repeats += is_header[column.codes] & (column.kinds == Kind.TEXT)
    required = sum(entity.field(name).required for name in chosen)
    total &= in_key | ((lacking > 0) & (lacking * 2 >= required))
    repeated = alike | (repeats >= max(2, (len(chosen) + 1) // 2))
    after = np.arange(count) > header_index
    dropped = after & filled & (total | repeated)
    kept = after & filled & ~dropped
    # Excel's own empty rows inside the data count as blank, too.
    last = int(sheet.rows[kept][-1]) if kept.any() else int(sheet.rows[header_index])
    blank = last - int(sheet.rows[header_index]) - int(kept.sum()) - int((dropped & (sheet.rows <= last)).sum())
    return np.flatnonzero(kept), blank, [int(row) for row in sheet.rows[dropped]]


def _of_pool(verdicts: pl.Series) -> npt.NDArray[np.bool_]:
    """A verdict on each text of the pool, to be looked up by code; code -1, no text, is False."""
    return np.append(verdicts.to_numpy(), False)


def _take(column: Column, kept: npt.NDArray[np.intp]) -> Column:
    return Column(
        column.index,
        column.kinds[kept],
        column.numbers[kept],
        column.codes[kept],
        column.formulas[kept],
        column.percents[kept],
    )


def _tell_structure(job: _Job, rows: npt.NDArray[np.int32]) -> None:
    """Hidden rows are data and are imported; merged cells hold a value only in their first cell. Both must be known."""
    hidden = [row for row in rows.tolist() if row in job.sheet.hidden_rows]
    if hidden:
        job.tell("hidden_rows", hidden[0], facts={"count": len(hidden)})
    if job.sheet.state != "visible":
        job.tell("hidden_sheet", facts={"count": len(rows)})
    first, last = (np.array([area[place] for area in job.sheet.merged], np.int32) for place in (0, 2))
    holds_data = np.searchsorted(rows, first) < np.searchsorted(rows, last, side="right")
    merged = [area for area, holds in zip(job.sheet.merged, holds_data, strict=True) if holds]
    if merged:
        job.tell("merged_cells", merged[0][0], merged[0][1], facts={"count": len(merged)})


def _bind_form(job: _Job) -> tuple[BoundSheet, SheetRead]:
    """A form holds one record: labels in one column, answers in the next."""
    sheet = job.sheet
    asked = [(column, _questions(job, column)) for column in sheet.columns[:10]]
    labels, questions = max(asked, key=lambda pair: len(pair[1]), default=(None, {}))
    if labels is None or not questions:
        job.tell("no_header")
        return _unbound(job), SheetRead(sheet.name, job.entity.name, None, 0)
    answer = labels.index + 1
    answers = sheet.column(answer)
    chosen, reads = _match_questions(job, questions, labels, answers)
    columns: dict[str, Column] = {}
    if answers is not None:
        columns = {field: _take(answers, np.array([place])) for field, place in chosen.items()}
    is_filled = any(column.kinds[0] != Kind.BLANK for column in columns.values())
    if not is_filled:
        columns = {field: _take(column, np.array([], np.intp)) for field, column in columns.items()}
    rows = np.array([0] if is_filled else [], np.int32)
    headers = {field: _label(job, labels, place) for field, place in chosen.items()}
    places = {field: (int(sheet.rows[place]), answer) for field, place in chosen.items()}
    bound = BoundSheet(job.file, sheet.name, job.entity, 0, rows, columns, headers, sheet.pool, places)
    return bound, SheetRead(sheet.name, job.entity.name, None, len(rows), tuple(reads))


def _label(job: _Job, labels: Column, index: int) -> str:
    return clean_text(show_raw(raw_at(labels, job.sheet.pool, index)))[0]


def _questions(job: _Job, labels: Column) -> dict[int, _Match]:
    """Index of the row -> field, for the rows of a form whose label is one of ours."""
    indices: list[int] = np.flatnonzero(labels.kinds == Kind.TEXT).tolist()
    folded = {index: fold_header(_label(job, labels, index)) for index in indices}
    return {index: job.words[label] for index, label in folded.items() if label in job.words}


def _match_questions(
    job: _Job, questions: Mapping[int, _Match], labels: Column, answers: Column | None
) -> tuple[dict[str, int], list[ColumnRead]]:
    """Field -> index of its row; answers to what is not ours, or to one question twice, are told."""
    sheet = job.sheet
    answered = set() if answers is None else set(np.flatnonzero(answers.kinds != Kind.BLANK).tolist())
    free = _free_words(job.words, {match.field for match in questions.values()})
    chosen: dict[str, int] = {}
    hows: dict[str, str] = {}
    others: list[ColumnRead] = []
    for index in range(min(questions), len(sheet.rows)):
        row, header, found = int(sheet.rows[index]), _label(job, labels, index), questions.get(index)
        if found is None and index not in answered:
            continue  # a heading or a remark
        if found is None and (close := _close_field(header, free)) and close not in chosen:
            found = _Match(close, "close")
            job.tell("close_header", row, labels.index, header=header, field=close, value=header)
        if found is None:
            others.append(ColumnRead(labels.index + 1, header, None, "extra", 1))
            told = {"header": header or column_letter(labels.index + 1), "value": header}
            job.tell("extra_column", row, labels.index, **told, suggestion=_nearest_label(job, header, free))
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


def _unbound(job: _Job) -> BoundSheet:
    """A sheet that is ours by name, but whose header row was not found: no rows, told as such."""
    return BoundSheet(job.file, job.sheet.name, job.entity, 0, np.array([], np.int32), {}, {}, job.sheet.pool, {})
