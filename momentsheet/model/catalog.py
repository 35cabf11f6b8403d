"""Nouns of the rule files: catalog, entity, field, rule, code list, accounting system, company."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from momentsheet.model.page_words import NO_WORDS, PageWords

type_names = (
    "text", "code", "integer", "decimal", "money", "percent", "date", "hours", "boolean", "codelist",
    "reference", "email", "phone", "url", "country", "currency", "org_number", "bank_account", "kid",
    "postal_code", "list", "file_name",
)  # fmt: skip

# How a column of an import format writes its field, see converting/writers.py.
write_kinds = ("value", "minutes", "list", "camel", "lookup")

Texts = Mapping[str, str]  # language code -> text
Row = Mapping[str, str]  # field name -> what a person would type

Severity = Literal["error", "warning", "info"]
severities: tuple[Severity, ...] = ("error", "warning", "info")
Reach = Literal["workbook", "field", "row", "table", "book", "file"]
Layout = Literal["table", "form"]
Level = Literal["standard", "advanced"]  # of Moment's import service
DateOrder = Literal["DMY", "MDY", "YMD"]
TemplateOrigin = Literal["ours", "other", "none"]
Worker = Literal["customer", "consultant"]  # who can put something right


class _Nothing(Mapping[str, Any]):
    """An empty mapping; hashable, so that Python 3.11 takes it as a default in a dataclass."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return hash(())


NOTHING: Mapping[str, Any] = _Nothing()


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names another entity's key; `same` columns must agree in both rows.

    `is_part`: the row is a part of the other one, which is imported with all of its parts or not at all.
    `only`: the column of the row and its code for which this holds, where that column says which sheet is meant.
    """

    entity: str
    field: str
    same: tuple[str, ...] = ()
    is_part: bool = False
    only: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an entity. `schema` is Cerberus vocabulary, for values after parsing."""

    name: str
    type: str
    label: Texts
    help: Texts
    example: str
    aliases: tuple[str, ...] = ()
    was: tuple[str, ...] = ()  # what older templates called the field
    stand_ins: tuple[str, ...] = ()  # headers of columns that name the rows otherwise, read where no other column is
    minutes: tuple[str, ...] = ()  # headers of columns that count the hours in minutes
    required: bool = False
    required_when: str | None = None
    schema: Mapping[str, Any] = NOTHING
    to: Reference | None = None
    list: str | None = None
    privacy: Literal["public", "personal", "health"] = "public"
    unit: str | None = None
    decimals: int | None = None
    country: str | None = None  # field of the same row that says whose rules hold; else the company's country
    imported: bool = True
    by_agreement: bool = False  # not imported unless the company file says that it is agreed
    in_template: bool = True
    reads: Mapping[str, Any] = NOTHING  # words that stand for a value, such as «Paid» for an amount of 0
    series_of: str | None = None  # "customer.customer_number": the cell holds the next number of that series
    bears: str | None = None  # "invoice.invoice_number": the name of the file holds such a number
    looked_up: tuple[Reference, ...] = ()  # in place of `to`, where another column of the row says which sheet is meant
    open_list: str | None = None  # a code list that any text passes until the company file names codes of its own

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the column can name."""
        return self.looked_up if self.to is None else (self.to,)


@dataclass(frozen=True, slots=True)
class ExampleSheet:
    """A sheet as a customer may have laid it out, cell by cell."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    hidden_rows: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()  # A2:A3
    state: str = "visible"


@dataclass(frozen=True, slots=True)
class Example:
    """A delivery that proves a rule: per entity the rows that replace the sample's rows, or whole sheets.

    Each row is laid over the entity's first sample row; `company` overrides keys of the company file; `template` says
    whose template the workbook claims to be.
    """

    rows: Mapping[str, tuple[Row, ...]]
    company: Mapping[str, Any] = NOTHING
    sheets: tuple[ExampleSheet, ...] = ()
    template: TemplateOrigin = "ours"
    files: Mapping[str, str] = NOTHING  # files delivered beside the sample: name -> what is in it


@dataclass(frozen=True, slots=True)
class Stead:
    """The column of another entity that a column stands for, in the rows where `when` (SQL) is true."""

    entity: str
    field: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How long it takes to put right what a rule tells of, and who can do it."""

    by: Worker = "customer"
    minutes: float = 2
    per: Literal["problem", "cell"] = "problem"  # once for all equal findings, or for each cell


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand on the data, with everything that people are told about it.

    Exactly one of `check` (a named check), `schema` (Cerberus), `holds` (SQL expression that must be
    true) and `offends` (SQL query that returns `row_id` of wrong rows) is set.
    `fields` are the cells that are marked; the finding stands at the first.
    """

    code: str
    severity: Severity
    reach: Reach
    message: Texts
    why: Texts
    fix: Texts
    entity: str | None = None
    fields: tuple[str, ...] = ()
    check: str | None = None
    schema: Mapping[str, Any] | None = None
    holds: str | None = None
    offends: str | None = None
    blank_ok: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()  # sheets of `offends` that count as blank where they did not come along
    one_per: tuple[str, ...] = ()
    facts: Mapping[str, str] = NOTHING
    stands_for: tuple[Stead, ...] = ()  # columns whose demands hold, too, for the check `demand`
    words: str | None = None  # a fact table whose first column are words, for the check `mentions`
    same_as: str | None = None  # the fact with the key of the row that this one seems to be
    on_demand: bool = False
    work: Work = Work()
    waivable: bool | None = None  # None: warnings and infos are, errors are not
    good: tuple[Example, ...] = ()
    bad: tuple[Example, ...] = ()

    @property
    def is_waivable(self) -> bool:
        """True if a consultant may accept what it tells of: Moment would take the row all the same."""
        return self.severity != "error" if self.waivable is None else self.waivable


@dataclass(frozen=True, slots=True)
class Alike:
    """By which columns two rows of an entity are the same thing.

    `name` columns are compared together, in any order and with small mistakes; a value of `exact` that both rows have
    proves it, and two different ones speak against it; one of `hints` counts where the names are not far apart.
    `rows`: records that agree in all of these are the same record; asked by `inspect` only.
    """

    name: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    within: tuple[str, ...] = ()  # only rows that agree in these are compared by name
    without: str | None = None  # a fact table of words that no name is told apart by
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Controls:
    """The columns of a sheet whose rows are figures of the old system, to be compared with what is delivered.

    `figure` holds a code that says what it measures, `value` the figure; `by` the columns that say of which part.
    """

    figure: str
    value: str
    by: tuple[str, ...] = ()
    tolerance: str | None = None  # the column that overrides the figure's own tolerance


@dataclass(frozen=True, slots=True)
class SamplePart:
    """What belongs to a sample: the row that its column `named_by` names, or rows of `entity` whose `field` names it.

    `columns`: those shown, where not all that are filled; `summed_by`: sums by these columns in place of the rows.
    """

    named_by: str | None = None
    entity: str | None = None
    field: str | None = None
    columns: tuple[str, ...] = ()
    summed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplePages:
    """How many rows of an entity the receipt shows in full, to be compared with the originals, and what with them."""

    count: int
    parts: tuple[SamplePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One importable kind of data: one sheet, its fields, its rules and a small correct sample."""

    name: str
    order: int
    title: Texts
    help: Texts
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    sample: tuple[Row, ...]
    key: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()  # shown where there is no key
    layout: Layout = "table"
    sheet_aliases: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()  # fields that are summed in Status, receipt and manifest
    totals_by: tuple[str, ...] = ()  # fields by which the receipt breaks them down; dates by year
    derived: str | None = None  # SQL over the other tables; such an entity has no sheet
    level: Level = "standard"
    imported: bool = True  # False: collected and checked, then a work list for a person
    by_agreement: bool = False  # not imported unless the company file says that it is agreed
    computed: tuple[str, ...] = ()  # headers of what Moment works out by itself; `*` at the end: that begin so
    retired: tuple[str, ...] = ()  # names of fields that are no more and are never used again
    alike: Alike | None = None
    used_by: tuple[str, ...] = ()  # entities whose rows show that one of this entity is in use
    was: tuple[str, ...] = ()  # what older templates called the entity
    may_be_added: bool = False  # its key is all that a row needs: an answer in the Fix list may add one
    known_as: tuple[str, ...] = ()  # patterns of fields by which people name a row, where only one row is meant
    keeps_old: str | None = None  # the field for the number that a row had before it got another one
    sample_pages: SamplePages | None = None
    controls: Controls | None = None  # its rows are compared with those of the other sheets and never imported

    @property
    def references(self) -> Iterator[tuple[str, Reference]]:
        """Each column that names rows of a sheet, with what it can name."""
        return ((field.name, reference) for field in self.fields for reference in field.references)

    def is_loose(self, name: str) -> bool:
        """True if the entity's own rule only warns of an unknown value of that reference: nothing depends on it."""
        return any(rule.check == "known" and name in rule.fields and rule.severity != "error" for rule in self.rules)

    def is_made_of(self, reference: Reference) -> bool:
        """True if a reference to a row says all that such a row needs: then it can be added for it."""
        return self.may_be_added and set(self.key) == {reference.field, *reference.same}

    def field(self, name: str) -> Field:
        """The field of that name; KeyError if there is none."""
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a control figure counts or sums: a query with a row for each record that belongs to it.

    It gives `row_id`, the row of `entity`; `amount` where amounts are summed, else the rows are counted; and a column
    for each column of the sheet of control totals by which the figure may be asked for (a date stands for its year).
    """

    entity: str
    query: str
    decimals: int
    tolerance: Decimal  # how far the two figures may lie apart

    @property
    def is_sum(self) -> bool:
        return self.decimals > 0


@dataclass(frozen=True, slots=True)
class Code:
    """One allowed value of a code list."""

    code: str
    label: Texts
    synonyms: tuple[str, ...] = ()
    measures: Measure | None = field(default=None, repr=False)  # the code is a control figure


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    title: Texts
    codes: tuple[Code, ...]
    is_open: bool = False  # any text passes until a company names codes of its own


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts that queries may join, such as the VAT rates of a country and their periods."""

    name: str
    columns: Mapping[str, str]  # column -> type
    rows: tuple[tuple[Any, ...], ...]  # typed values, None where blank


STEP = "step"  # the one column of a work list that has steps


@dataclass(frozen=True, slots=True)
class WorkListColumn:
    """One column of a work list: a result column of its query and how it is called and written."""

    name: str
    label: Texts
    type: str
    decimals: int | None = None
    list: str | None = None  # code list whose labels are shown
    field: tuple[str, str] | None = None  # entity and field that it shows


@dataclass(frozen=True, slots=True)
class WorkList:
    """What a person does by hand in Moment after the import, row by row.

    `in_place_of`: an entity or `entity.field`; where that is imported after all, the list is left out.
    `steps`: what to do, where it is no matter of rows: then the query only says whether the list applies.
    `adds_notes`: the notes of the accounting system follow as further steps.
    """

    name: str
    order: int
    title: Texts
    place: Texts  # where in Moment
    help: Texts  # what to do there
    query: str
    columns: tuple[WorkListColumn, ...]
    in_place_of: str | None = None
    steps: tuple[Texts, ...] = ()
    adds_notes: bool = False

    @property
    def area(self) -> str:
        """The part of Moment in which the place lies, the first of its way: Projects, of «Projects › the project»."""
        return self.place["en"].partition("›")[0].strip()


@dataclass(frozen=True, slots=True)
class FileListing:
    """A column that lists files by name. `key`: the column beside it that names the row of another sheet."""

    entity: str
    field: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class FileContents:
    """What the text inside a file is compared with: fields of its row; `names` may lead on: `customer_number.name`."""

    date: str | None = None
    amounts: tuple[str, ...] = ()  # any one of them proves it
    currency: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files that belong to rows of one entity: how they are found, what they must be, how they are delivered."""

    name: str
    order: int
    title: Texts
    entity: str
    key: tuple[str, ...]  # the fields by which the list of files names the row
    folder: str  # below the output folder
    formats: tuple[str, ...]  # pdf, jpg, png; none: any file
    by: str | None = None  # the field that says to which sheet `key` belongs, where not to the entity itself
    listings: tuple[FileListing, ...] = ()
    known_by: tuple[str, ...] = ()  # patterns of fields that a file's name holds as whole words, best first
    words: tuple[str, ...] = ()  # right before a number they say that it is the one that counts
    named: Texts = NOTHING  # what a file is called that no sheet lists
    every_row: bool = False  # each row should have one, where any file of this kind comes
    may_hold_several: bool = False  # one file may hold those of several rows, and is split
    must_differ: bool = False  # the same contents cannot belong to two rows
    contents: FileContents | None = None
    largest: int | None = None  # pixels of a picture's longer side


@dataclass(frozen=True, slots=True)
class Demand:
    """What an accounting system asks of one field, told through the rule `code`."""

    code: str
    entity: str
    field: str
    schema: Mapping[str, Any]
    says: Texts  # completes «… needs {says}»
    example: str
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Where new numbers of a field are taken from: a prefix and whole numbers from `first` on, to `last` if said.

    `outside`: whether a number that is not in the series gets another one, or stays as long as it fits otherwise.
    """

    entity: str
    field: str
    first: int = 1
    last: int | None = None
    prefix: str = ""
    outside: Literal["moves", "stays"] = "moves"
    shares: tuple[str, ...] = ()  # "invoice.invoice_number": fields whose numbers are taken here, too
    evidence: Literal["documented", "observed", "inferred", "own"] = "own"

    def number(self, place: int) -> str:
        """The number at that place of the series."""
        return f"{self.prefix}{place}"

    def place(self, number: str) -> int | None:
        """The place of a number, None where it is none of the series."""
        rest = number.removeprefix(self.prefix)
        if not number.startswith(self.prefix) or not re.fullmatch(r"0|[1-9][0-9]{0,29}", rest, re.ASCII):
            return None
        place = int(rest)
        return place if self.first <= place and (self.last is None or place <= self.last) else None


@dataclass(frozen=True, slots=True)
class AccountingSystem:
    """Number series and demands of one accounting system; `rules` are the on-demand rules it switches on."""

    name: str
    label: Texts
    numbers_from: Literal["moment", "accounting", "unknown"]
    demands: tuple[Demand, ...]
    rules: tuple[str, ...]
    notes: tuple[Texts, ...] = ()
    series: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class FormatColumn:
    """One column of an import file: where its value comes from and how it is written."""

    name: str
    field: str
    write: str = "value"  # one of write_kinds
    number: bool = False  # a number that is kept as text is written as a number
    evidence: Literal["documented", "observed", "inferred", "own"] = "own"
    lookup: Mapping[str, str] = NOTHING
    values: Mapping[str, str] = NOTHING  # our code -> the target's, where it is another one


@dataclass(frozen=True, slots=True)
class FormatFile:
    entity: str
    file: str
    columns: tuple[FormatColumn, ...]
    path: str | None = None
    evidence: Literal["documented", "observed", "inferred", "own"] = "own"


@dataclass(frozen=True, slots=True)
class Format:
    """An import-file format: its files in import order, their columns, how a value is written."""

    name: str
    kind: Literal["csv", "ndjson"]
    suffix: str
    title: Texts
    files: tuple[FormatFile, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a company file changes on one field."""

    hide: bool = False
    require: bool | None = None
    label: Texts = NOTHING
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """A company file: what this customer project chooses. Every value has a default of Moment's own."""

    code: str = ""
    name: str = ""
    org_number: str = ""
    country: str = "NO"
    currency: str = "NOK"
    language: str = "nb"
    contact: str = ""  # whom the customer sends the workbook to
    docs: str = ""  # where `momentsheet docs` has put its site: an address, or a path seen from the reports
    source_system: str = ""
    accounting_system: str = "generic"
    cutover_date: dt.date | None = None
    date_order: DateOrder | None = None
    hours_per_day: float = 7.5
    credit_days: int | None = None
    entities: tuple[str, ...] = ()  # empty: all
    code_lists: Mapping[str, CodeList] = NOTHING
    fields: Mapping[str, FieldChange] = NOTHING  # "customer.org_number" -> change
    defaults: Mapping[str, str] = NOTHING  # "time_record.invoice_status" -> code
    agreed: tuple[str, ...] = ()  # entities and entity.field that are imported by agreement
    next_numbers: Mapping[str, str] = NOTHING  # "customer.customer_number" -> the next free number
    samples: Mapping[str, tuple[str, ...]] = NOTHING  # entity -> keys of the rows that the receipt shows in full
    series: Mapping[str, Mapping[str, Any]] = NOTHING  # "customer.customer_number" -> what of its series is another
    given: frozenset[str] = field(default_factory=frozenset)  # keys that the file really sets


@dataclass(frozen=True, slots=True)
class Catalog:
    """All entities, rules, code lists and texts, with the company's choices applied."""

    version: str  # hash of the rule files, 12 hex digits
    entities: Mapping[str, Entity]  # in import order; only those in scope
    rules: Mapping[str, Rule]  # every rule by code, workbook rules included
    code_lists: Mapping[str, CodeList]
    accounting: Mapping[str, AccountingSystem]
    formats: Mapping[str, Format]
    texts: Mapping[str, Texts]  # text id -> texts
    languages: tuple[str, ...]
    company: Company
    fact_tables: Mapping[str, FactTable] = NOTHING
    work_lists: Mapping[str, WorkList] = NOTHING  # in their order
    file_kinds: Mapping[str, FileKind] = NOTHING  # in their order
    page_words: PageWords = NO_WORDS
    sleeping: tuple[str, ...] = ()  # codes of rules that speak of a field that is no more
    out_of_scope: Mapping[str, Entity] = NOTHING  # what the company does not deliver: blank tables to queries

    def text(self, text_id: str, language: str) -> str:
        """The short text of that id, in English where the language lacks it."""
        texts = self.texts[text_id]
        return texts.get(language) or texts["en"]


# Languages that write 31.12.2024; the others write 2024-12-31
DAY_FIRST = frozenset(("nb", "nn", "da"))
_DOTTED = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)


def say(texts: Texts, language: str) -> str:
    """The text in that language, or in English."""
    return texts.get(language) or texts["en"]


def example_of(field: Field, catalog: Catalog, language: str) -> str:
    """The field's example as people write it in the language: the label of a code, yes or no, a date."""
    text = field.example
    if field.type == "boolean":
        for word in ("value.yes", "value.no"):
            if text in catalog.texts.get(word, NOTHING).values():
                return catalog.text(word, language)
    if field.list is not None and field.list in catalog.code_lists:
        for code in catalog.code_lists[field.list].codes:
            if text in {code.code, *code.label.values(), *code.synonyms}:
                return say(code.label, language)
    if field.type == "date" and language not in DAY_FIRST and (parts := _DOTTED.fullmatch(text)):
        return "-".join(reversed(parts.groups()))
    return text
