"""The catalog room: a small rules folder, then one mistake after the other in it."""

# ruff: noqa: E501 - a table is read best with one mistake on each line

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from momentsheet.catalog import apply_company, find, load_catalog
from momentsheet.catalog.patterns import pattern_problem
from momentsheet.catalog.schemas import SCHEMAS, schema_problems
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.catalog.yaml_reader import read_yaml
from momentsheet.errors import CatalogError, UsageError
from momentsheet.model.catalog import Catalog, Company, FieldChange, Reference, Rule, Work, say, type_names

SHIPPED = Path(__file__).parents[1] / "rules"

CLIENT = """\
entity: client
order: 10
title: {en: Clients, nb: Klienter}
sheet_aliases: [Kundeliste]
help: {en: One row per client., nb: Én rad per klient.}
key: [number]
totals: [limit]
fields:
  - name: number
    type: code
    label: {en: Number, nb: Nummer}
    aliases: [Nr, No]
    required: true
    help: {en: Your own number., nb: Deres eget nummer.}
    example: 0012
    schema: {maxlength: 30, regex: "[A-Z0-9-]{1,30}"}
  - name: name
    type: text
    label: {en: Name, nb: Navn}
    required: true
    help: {en: The name., nb: Navnet.}
    example: Fjordgløtt AS
  - name: state
    type: codelist
    list: state
    label: {en: State, nb: Tilstand}
    required_when: "country = 'NO'"
    help: {en: Is it active?, nb: Er den aktiv?}
    example: Aktiv
  - name: limit
    type: money
    decimals: 2
    label: {en: Credit limit, nb: Kredittgrense}
    help: {en: In the company's currency., nb: I firmaets valuta.}
    example: "1000"
    schema: {min: 0, max: 1000000.5}
    privacy: personal
rules:
  - code: CL-01
    severity: error
    reach: field
    fields: [number]
    check: unique
    message: {en: "{value} is used in {first_cell}", nb: "{value} er brukt i {first_cell}"}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples:
      good: [[{number: A}, {number: B}]]
      bad: [[{number: A}, {number: a}]]
  - code: CL-02
    severity: warning
    reach: field
    fields: [name]
    schema: {minlength: 2}
    message: {en: Short, nb: Kort}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples: {good: [{name: Ås}], bad: [{name: Å}]}
  - code: CL-03
    severity: error
    reach: field
    fields: [number]
    check: demand
    message: {en: "{accounting_system} needs {says}", nb: "{accounting_system} krever {says}"}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples:
      good: [{company: {accounting_system: ledger}, book: {client: {number: "10001"}}}]
      bad: [{company: {accounting_system: ledger}, book: {client: [{number: "9"}]}}]
sample:
  - {number: "0012", name: Fjordgløtt AS, state: active, limit: "1000.50"}
"""

JOB = """\
entity: job
order: 20
title: {en: Jobs, nb: Jobber}
help: {en: One row per job., nb: Én rad per jobb.}
key: [job_number]
totals: [hours]
totals_by: [date]
fields:
  - name: job_number
    type: code
    label: {en: Job number, nb: Jobbnummer}
    required: true
    help: {en: Number., nb: Nummer.}
    example: J1
  - name: client
    type: reference
    to: client.number
    label: {en: Client, nb: Klient}
    required: true
    help: {en: Who., nb: Hvem.}
    example: 0012
  - name: parent
    type: reference
    to: job.job_number
    label: {en: Main job, nb: Hovedjobb}
    help: {en: Above it., nb: Over den.}
    example: J0
  - name: date
    type: date
    label: {en: Date, nb: Dato}
    help: {en: When., nb: Når.}
    example: 01.02.2025
    schema: {min: 2000-01-01}
  - name: hours
    type: hours
    label: {en: Hours, nb: Timer}
    help: {en: How long., nb: Hvor lenge.}
    example: "7,5"
rules:
  - code: JO-01
    severity: error
    reach: row
    fields: [hours]
    holds: hours <= 24
    blank_ok: [date]
    message: {en: "{hours} hours", nb: "{hours} timer"}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples: {good: [{hours: "24"}], bad: [{hours: "25"}]}
  - code: JO-02
    severity: warning
    reach: table
    fields: [hours]
    holds: SUM(hours) OVER (PARTITION BY client, date) <= 24
    one_per: [client, date]
    facts: {total: "SUM(hours) OVER (PARTITION BY client, date)"}
    message: {en: "{total} hours", nb: "{total} timer"}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples:
      good: [[{hours: "1"}, {job_number: J2, hours: "2"}]]
      bad: [[{hours: "20"}, {job_number: J2, hours: "20"}]]
  - code: JO-03
    severity: error
    reach: book
    on_demand: true
    fields: [client]
    offends: SELECT job.row_id, client.name AS who FROM job JOIN client ON job.client = client.number WHERE client.state = 'closed'
    message: {en: "{who} is closed", nb: "{who} er avsluttet"}
    why: {en: Why, nb: Hvorfor}
    fix: {en: Fix, nb: Rett}
    examples:
      good: [{book: {client: [{state: active}]}}]
      bad: [{book: {client: [{state: closed}], job: [{}]}}]
sample:
  - {job_number: J1, client: "0012", date: 2025-02-01, hours: "7.5"}
"""

MEMBER = """\
entity: member
order: 30
title: {en: Members, nb: Deltakere}
help: {en: Who works for whom., nb: Hvem som jobber for hvem.}
derived: SELECT DISTINCT job.client AS client FROM job
fields:
  - name: client
    type: reference
    to: client.number
    label: {en: Client, nb: Klient}
    help: {en: Who., nb: Hvem.}
    example: 0012
"""

GENERAL = "rules:\n" + "".join(
    f"""\
  - code: WB-{number}
    severity: error
    reach: field
    check: {check}
    message: {{en: "{{header}} is wrong", nb: "{{header}} er feil"}}
    why: {{en: Why, nb: Hvorfor}}
    fix: {{en: Fix, nb: Rett}}
    examples: {{good: [{{book: {{client: {{name: Ås}}}}}}], bad: [{{book: {{client: {{name: ""}}}}}}]}}
"""
    for number, check in enumerate(("required", "readable", "listed", "known", "unique", "schema", "precise"), 10)
)

FILES: Mapping[str, str] = {
    "entities/client.yaml": CLIENT,
    "entities/job.yaml": JOB,
    "entities/member.yaml": MEMBER,
    "codelists/state.yaml": """\
list: state
title: {en: State, nb: Tilstand}
codes:
  - {code: active, label: {en: Active, nb: Aktiv}, synonyms: [i bruk]}
  - {code: closed, label: {en: Closed, nb: Avsluttet}}
""",
    "accounting/generic.yaml": """\
system: generic
label: {en: Any, nb: Vilkårlig}
numbers_from: unknown
""",
    "accounting/ledger.yaml": """\
system: ledger
label: {en: Ledger, nb: Hovedbok}
numbers_from: accounting
demands:
  - field: client.number
    code: CL-03
    schema: {regex: "1[0-9]{4}"}
    says: {en: five digits, nb: fem siffer}
    example: "10001"
    good: ["10001"]
    bad: ["9"]
rules: [JO-03]
notes: [{en: Note, nb: Merknad}]
""",
    "formats/csv.yaml": """\
format: csv
kind: csv
suffix: csv
title: {en: Text files, nb: Tekstfiler}
files:
  - entity: job
    file: jobs
    columns:
      - {name: job, field: job_number}
      - {name: minutes, field: hours, write: minutes}
      - {name: clientId, field: client, write: lookup, lookup: {entity: clients, by: number}, evidence: observed}
  - entity: client
    file: clients
    path: /clients
    columns:
      - {name: number, field: number}
      - {name: state, field: state, values: {active: A}}
""",
    "texts/sheets.yaml": """\
sheet.start: {en: "Start for {name}", nb: "Start for {name}"}
""",
    "languages/sv/client.yaml": """\
entity.client.title: Kunder
field.client.name.label: Namn
rule.JO-01.message: "{hours} timmar"
text.sheet.start: "Börja för {name}"
code.state.active.label: Aktiv
system.ledger.note.1: Anmärkning
demand.ledger.client.number.says: fem siffror
""",
    "workbook.yaml": GENERAL,
}

COMPANY = """\
code: fjord
name: Fjordgløtt AS
country: NO
currency: NOK
language: sv
accounting_system: ledger
cutover_date: 2025-01-01
date_order: DMY
hours_per_day: 7.5
credit_days: 14
code_lists:
  state:
    - {code: active, label: {nb: Løpende}}
    - {code: tender, label: Anbud, synonyms: [tilbud]}
fields:
  client.limit: {hide: true}
  client.name: {label: {nb: Firmanavn}}
  client.state: {allowed: [active, tender]}
  job.date: {require: true}
  job.hours: {allowed: ["7.5", "10"]}
defaults:
  client.state: tender
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Mapping[str, str | None]], Path]:
    """Write the small rules folder, with some files replaced or left out."""

    def write(changes: Mapping[str, str | None]) -> Path:
        for name, text in {**FILES, **changes}.items():
            path = tmp_path / "rules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8")
        return tmp_path / "rules"

    return write


def problems_of(rules: Path, company: Path | None = None) -> list[str]:
    try:
        load_catalog(rules, company)
    except CatalogError as error:
        return [str(problem) for problem in error.problems]
    return []


def line_of(text: str, mark: str) -> int:
    assert mark in text, mark
    return text[: text.index(mark)].count("\n") + 1


# --- what a good folder gives


def test_the_small_folder_loads(folder: Callable[..., Path]) -> None:
    catalog = load_catalog(folder({}))
    assert list(catalog.entities) == ["client", "job", "member"]
    assert list(catalog.rules)[:3] == ["CL-01", "CL-02", "CL-03"]
    assert catalog.languages == ("en", "nb", "sv")
    number, _, state, limit = catalog.entities["client"].fields
    assert (number.example, number.required, number.schema) == (
        "0012",
        True,
        {"maxlength": 30, "regex": "[A-Z0-9-]{1,30}"},
    )
    assert (state.list, state.required_when, limit.decimals, limit.privacy) == (
        "state",
        "country = 'NO'",
        2,
        "personal",
    )
    assert limit.schema == {"min": 0, "max": 1000000.5}
    job = catalog.entities["job"]
    assert job.field("client").to == Reference("client", "number")
    assert job.field("date").schema == {"min": dt.date(2000, 1, 1)}
    assert job.rules[1].facts == {"total": "SUM(hours) OVER (PARTITION BY client, date)"}
    assert catalog.entities["member"].derived == "SELECT DISTINCT job.client AS client FROM job"
    assert [file.entity for file in catalog.formats["csv"].files] == ["client", "job"]
    assert catalog.formats["csv"].files[1].columns[2].lookup == {"entity": "clients", "by": "number"}
    assert catalog.accounting["ledger"].demands[0].schema == {"regex": "1[0-9]{4}"}
    assert catalog.company == Company()


def test_words_that_stand_for_values_and_computed_headers(folder: Callable[..., Path]) -> None:
    text = CLIENT.replace(
        "    schema: {min: 0, max", '    reads: {Ingen: "0", Fri: "1000.5"}\n    schema: {min: 0, max'
    )
    text = text.replace("key: [number]", "key: [number]\ncomputed: [Omsetning, 'Konto:*']")
    job = JOB.replace("to: client.number", "to: client.number\n    is_part: true")
    form = FILES["formats/csv.yaml"].replace(
        "{name: number, field: number}", "{name: number, field: number, number: true}"
    )
    catalog = load_catalog(folder({CLIENT_FILE: text, JOB_FILE: job, "formats/csv.yaml": form}))
    assert catalog.entities["client"].field("limit").reads == {"Ingen": 0.0, "Fri": 1000.5}
    assert catalog.entities["client"].computed == ("Omsetning", "Konto:*")
    assert catalog.entities["job"].field("client").to == Reference("client", "number", is_part=True)
    assert [column.number for column in catalog.formats["csv"].files[0].columns] == [True, False]


def test_examples_come_in_one_form(folder: Callable[..., Path]) -> None:
    rules = load_catalog(folder({})).rules
    assert rules["CL-01"].bad[0].rows == {"client": ({"number": "A"}, {"number": "a"})}
    assert rules["CL-02"].good[0].rows == {"client": ({"name": "Ås"},)}
    assert rules["CL-03"].good[0].rows == {"client": ({"number": "10001"},)}
    assert rules["CL-03"].good[0].company == {"accounting_system": "ledger"}
    assert rules["JO-03"].bad[0].rows == {"client": ({"state": "closed"},), "job": ({},)}


def test_an_example_may_be_a_whole_sheet(folder: Callable[..., Path]) -> None:
    sheets = "[{name: Klienter, cells: [[Nummer, Navn], ['1', '']], hidden_rows: [2], state: hidden}]"
    rule = f"""\
  - code: WB-30
    severity: warning
    reach: workbook
    check: hidden_rows
    message: {{en: "{{count}} rows", nb: "{{count}} rader"}}
    why: {{en: Why, nb: Hvorfor}}
    fix: {{en: Fix, nb: Rett}}
    examples: {{good: [{{template: none}}], bad: [{{sheets: {sheets}}}]}}
"""
    hidden = load_catalog(folder({GENERAL_FILE: GENERAL + rule})).rules["WB-30"]
    assert hidden.good[0].template == "none"
    shown = hidden.bad[0].sheets[0]
    assert (shown.cells, shown.hidden_rows, shown.state) == ((("Nummer", "Navn"), ("1", "")), (2,), "hidden")
    unshown = problems_of(folder({GENERAL_FILE: GENERAL + rule[: rule.index("    examples")]}))
    assert unshown == [f"rules/workbook.yaml:{line_of(GENERAL + rule, '- code: WB-30')}: rule `WB-30` lacks `examples`"]


def test_a_field_may_be_called_like_a_key_of_an_example(folder: Callable[..., Path]) -> None:
    text = (
        CLIENT.replace("name: limit", "name: template")
        .replace("[limit]", "[template]")
        .replace('limit: "1000.50"', 'template: "1"')
    )
    text = text.replace("bad: [{name: Å}]", "bad: [{template: '1'}, {book: {client: {name: Å}}, template: none}]")
    row, book = load_catalog(folder({CLIENT_FILE: text})).rules["CL-02"].bad
    assert (row.rows, row.template) == ({"client": ({"template": "1"},)}, "ours")
    assert (book.rows, book.template) == ({"client": ({"name": "Å"},)}, "none")


def test_text_stays_text_and_only_places_for_booleans_take_them(folder: Callable[..., Path]) -> None:
    text = CLIENT.replace('state: active, limit: "1000.50"', "state: active").replace(
        "name: Fjordgløtt AS,", "name: NO,"
    )
    client = load_catalog(folder({"entities/client.yaml": text.replace("example: Aktiv", "example: 12:30")})).entities[
        "client"
    ]
    assert client.sample == ({"number": "0012", "name": "NO", "state": "active"},)
    assert client.field("state").example == "12:30"
    assert problems_of(folder({"entities/client.yaml": text.replace("required: true", "required: yes", 1)})) == [
        f"rules/entities/client.yaml:{line_of(text, 'required: true')}: `required` must be `true` or `false`; did you mean `true`?"
    ]


def test_further_languages_lie_over_the_texts(folder: Callable[..., Path]) -> None:
    catalog = load_catalog(folder({}))
    assert say(catalog.entities["client"].title, "sv") == "Kunder"
    assert say(catalog.entities["client"].help, "sv") == "One row per client."
    assert say(catalog.entities["client"].field("name").label, "sv") == "Namn"
    assert say(catalog.rules["JO-01"].message, "sv") == "{hours} timmar"
    assert say(catalog.accounting["ledger"].notes[0], "sv") == "Anmärkning"
    assert say(catalog.accounting["ledger"].demands[0].says, "sv") == "fem siffror"
    assert catalog.text("sheet.start", "sv") == "Börja för {name}"
    assert load_catalog(folder({"languages/da/texts.yaml": "text.sheet.start: 'Begynd for {name}'"})).languages == (
        "en",
        "nb",
        "da",
        "sv",
    )


def test_the_version_follows_names_and_bytes(folder: Callable[..., Path]) -> None:
    first = load_catalog(folder({})).version
    assert len(first) == 12
    assert first == load_catalog(folder({})).version
    assert first != load_catalog(folder({"texts/sheets.yaml": FILES["texts/sheets.yaml"] + "# more\n"})).version


# --- one mistake after the other: file, what is replaced, by what, where the problem stands (text of that line), what it says

CLIENT_FILE, JOB_FILE, GENERAL_FILE = "entities/client.yaml", "entities/job.yaml", "workbook.yaml"
MISTAKES = {
    # shapes
    "unknown key": (CLIENT_FILE, "required: true", "requierd: true", "requierd", "field `number` has the unknown key `requierd`; did you mean `required`?"),
    "unknown key of a file": (CLIENT_FILE, "totals:", "total:", "total:", "the file has the unknown key `total`; did you mean `totals`?"),
    "missing key": (CLIENT_FILE, "    example: Aktiv\n", "", "- name: state", "field `state` lacks `example`"),
    "missing top key": (CLIENT_FILE, "order: 10\n", "", "entity:", "the file lacks `order`"),
    "unknown type": (CLIENT_FILE, "type: money", "type: mony", "type: mony", "`type` cannot be `mony`; did you mean `money`?"),
    "list instead of mapping": (CLIENT_FILE, "title: {en: Clients, nb: Klienter}", "title: [Clients]", "title:", "`title` must be a mapping with `key: value`"),
    "text instead of list": (CLIENT_FILE, "key: [number]", "key: number", "key:", "`key` must be a list"),
    "order as word": (CLIENT_FILE, "order: 10", "order: first", "order:", "`order` must be a whole number"),
    "order with fraction": (CLIENT_FILE, "order: 10", "order: 1.5", "order:", "`order` must be a whole number"),
    "order out of range": (CLIENT_FILE, "order: 10", "order: 0", "order:", "`order` must be a whole number from 1 to 999"),
    "bad name": (CLIENT_FILE, "name: limit", "name: Limit", "name: Limit", "`name` must be a name of small letters, digits and `_`"),
    "other file name": (CLIENT_FILE, "entity: client", "entity: klient", "entity:", "`entity` must be the file's name, `client`"),
    "choice": (CLIENT_FILE, "privacy: personal", "privacy: personl", "privacy:", "`privacy` cannot be `personl`; did you mean `personal`?"),
    "key of another type": (CLIENT_FILE, "type: money", "type: text", "decimals:", "field `limit` has the unknown key `decimals`"),
    "names of another type": (CLIENT_FILE, "totals:", "alike: {name: [limit]}\ntotals:", "alike:", "`name` compares texts; `limit` is of type money"),
    "hints without names": (CLIENT_FILE, "totals:", "alike: {hints: [number]}\ntotals:", "alike:", "`hints` is about names; `name` is missing"),
    "words of no table": (CLIENT_FILE, "totals:", "alike: {name: [name], without: nothing}\ntotals:", "alike:", "`without` names the unknown table `nothing`"),
    "alike by an unknown field": (CLIENT_FILE, "totals:", "alike: {exact: [nummer]}\ntotals:", "alike:", "`exact` 1 names the unknown field `nummer` of client; did you mean `number`?"),
    "used by a sheet that does not refer": (JOB_FILE, "totals:", "used_by: [client]\ntotals:", "used_by:", "`used_by` names client, where no column refers to job"),
    "code list without list": (CLIENT_FILE, "    list: state\n", "", "- name: state", "field `state` lacks `list`"),
    # texts
    "missing language": (CLIENT_FILE, "label: {en: Name, nb: Navn}", "label: {en: Name}", "label: {en: Name}", "`label` lacks `nb`"),
    "unknown language": (CLIENT_FILE, "label: {en: Name, nb: Navn}", "label: {en: Name, no: Navn, nb: Navn}", "no: Navn", "`label` has the unknown key `no`"),
    "empty text": (CLIENT_FILE, "help: {en: The name., nb: Navnet.}", "help: {en: The name., nb: ' '}", "nb: ' '", "`nb` is empty"),
    "rule without why": (CLIENT_FILE, "    why: {en: Why, nb: Hvorfor}\n", "", "- code: CL-01", "rule `CL-01` lacks `why`"),
    "rule without fix": (CLIENT_FILE, "    fix: {en: Fix, nb: Rett}\n", "", "- code: CL-01", "rule `CL-01` lacks `fix`"),
    # references within the rule files
    "unknown list": (CLIENT_FILE, "list: state", "list: stat", "list: stat\n", "`list` names the unknown list `stat`; did you mean `state`?"),
    "unknown entity": (JOB_FILE, "to: client.number", "to: clients.number", "to:", "`to` names the unknown entity `clients`; did you mean `client`?"),
    "unknown target": (JOB_FILE, "to: client.number", "to: client.numbr", "to:", "`to` names the unknown field `numbr` of client; did you mean `number`?"),
    "target without dot": (JOB_FILE, "to: client.number", "to: client", "to:", "`to` must be written as `entity.field`"),
    "target is no key": (JOB_FILE, "to: client.number", "to: client.name", "to:", "`to` and `same` must name the whole key of client (number)"),
    "same in this entity": (JOB_FILE, "    to: job.job_number\n", "    to: job.job_number\n    same: [clnt]\n", "same:", "`same` 1 names the unknown field `clnt` of job; did you mean `client`?"),
    "same in the other": (JOB_FILE, "    to: client.number\n", "    to: client.number\n    same: [date]\n", "same:", "`same` names `date`, which client does not have"),
    "unknown key field": (CLIENT_FILE, "key: [number]", "key: [numbr]", "key:", "`key` 1 names the unknown field `numbr` of client; did you mean `number`?"),
    "unknown total": (CLIENT_FILE, "totals: [limit]", "totals: [limits]", "totals:", "`totals` 1 names the unknown field `limits` of client; did you mean `limit`?"),
    "total of text": (CLIENT_FILE, "totals: [limit]", "totals: [name]", "totals:", "`totals` can sum only numbers; `name` is of type text"),
    "unknown totals_by": (JOB_FILE, "totals_by: [date]", "totals_by: [dato]", "totals_by:", "`totals_by` 1 names the unknown field `dato` of job; did you mean `date`?"),
    "unknown field of a rule": (CLIENT_FILE, "fields: [name]", "fields: [nam]", "fields: [nam]", "`fields` 1 names the unknown field `nam` of client; did you mean `name`?"),
    "unknown demand code": ("accounting/ledger.yaml", "code: CL-03", "code: CL-33", "code:", "`code` names the unknown rule `CL-33`; did you mean `CL-03`?"),
    "demand on another rule": ("accounting/ledger.yaml", "code: CL-03", "code: CL-02", "code:", "CL-02 is not a rule with `check: demand` on client.number"),
    "unknown switched rule": ("accounting/ledger.yaml", "rules: [JO-03]", "rules: [JO-03, JO-30]", "rules:", "`rules` 2 names the unknown rule `JO-30`; did you mean `JO-0"),
    "switched rule is always on": ("accounting/ledger.yaml", "rules: [JO-03]", "rules: [JO-03, JO-01]", "rules:", "JO-01 is not `on_demand: true`, so it is always on"),
    "nobody switches it on": ("accounting/ledger.yaml", "rules: [JO-03]\n", "", None, "rules/entities/job.yaml:66: JO-03 is on demand, but no accounting system lists it under `rules`"),
    "format of unknown field": ("formats/csv.yaml", "field: hours", "field: hour", "field: hour,", "`field` names the unknown field `hour` of job; did you mean `hours`?"),
    "format of unknown entity": ("formats/csv.yaml", "entity: job", "entity: jobb", "entity: jobb", "`entity` names the unknown entity `jobb`; did you mean `job`?"),
    "lookup without table": ("formats/csv.yaml", ", lookup: {entity: clients, by: number}", "", "clientId", "`write: lookup` and `lookup` belong together"),
    "minutes of text": ("formats/csv.yaml", "field: job_number}", "field: job_number, write: minutes}", "write: minutes", "only hours can be written as minutes, not `job_number`"),
    "unknown way to write": ("formats/csv.yaml", "write: minutes", "write: minuts", "minuts", "`write` cannot be `minuts`; did you mean `minutes`?"),
    "values of unknown code": ("formats/csv.yaml", "values: {active: A}", "values: {actve: A}", "actve", "`values` names the unknown code `actve`; did you mean `active`?"),
    "number of hours": ("formats/csv.yaml", "field: hours, write: minutes}", "field: hours, number: true}", "number: true", "`number` is for numbers kept as text, not for `hours`"),
    "column twice": ("formats/csv.yaml", "{name: minutes,", "{name: job,", "{name: job, field: hours", "`columns` has `job` twice, first in line 9"),
    # clashes
    "field twice": (CLIENT_FILE, "- name: limit", "- name: state", "- name: state\n    type: money", "`fields` has `state` twice, first in line 23"),
    "label twice": (CLIENT_FILE, "nb: Tilstand", "nb: NAVN", "nb: NAVN", "the header `NAVN` is also that of `name`"),
    "header of minutes is a label": ("entities/job.yaml", "    help: {en: How long.", "    minutes: [Minutes, Client]\n    help: {en: How long.", "minutes:", "the header `Client` is also that of `client`"),
    "minutes of a date": ("entities/job.yaml", "    help: {en: When.", "    minutes: [Minutes]\n    help: {en: When.", "minutes:", "`minutes`"),
    "alias is a label": (CLIENT_FILE, "aliases: [Nr, No]", "aliases: [Nr, name]", None, "rules/entities/client.yaml:19: the header `Name` is also that of `number`"),
    "word for a wrong value": (CLIENT_FILE, "    schema: {min: 0, max", "    reads: {Paid: nothing}\n    schema: {min: 0, max", "reads:", "`Paid` cannot stand for `nothing`: it must be a number with a decimal point"),
    "word for two values": (CLIENT_FILE, "    schema: {min: 0, max", '    reads: {Paid: "0", paid: "1"}\n    schema: {min: 0, max', "reads:", "`paid` stands for both `0` and `1`"),
    "computed header of a field": (CLIENT_FILE, "key: [number]", "key: [number]\ncomputed: [Omsetning, NAVN]", "computed:", "the header `NAVN` is that of `name`"),
    "order twice": (JOB_FILE, "order: 20", "order: 10", "order:", "`order` 10 is also that of client"),
    "sheet twice": (JOB_FILE, "nb: Jobber", "nb: kundeliste", "title:", "the sheet name `kundeliste` is also that of client"),
    "rule code twice": (CLIENT_FILE, "code: CL-02", "code: CL-01", "- code: CL-01\n    severity: warning", "`rules` has `CL-01` twice, first in line 39"),
    "rule code in two files": (JOB_FILE, "code: JO-01", "code: CL-01", "code: CL-01", "the code CL-01 is used already in rules/entities/client.yaml:39"),
    "malformed rule code": (JOB_FILE, "code: JO-01", "code: JO1", "code: JO1", "`code` must be a code like `CU-05`"),
    "synonym twice": ("codelists/state.yaml", "nb: Avsluttet}", "nb: Avsluttet}, synonyms: [I  BRUK]", "closed", "`I  BRUK` means both `active` and `closed`"),
    "code twice": ("codelists/state.yaml", "code: closed", "code: active", "nb: Avsluttet", "`codes` has `active` twice, first in line 4"),
    "text in two files": ("texts/more.yaml", "", "sheet.start: {en: A, nb: A}\n", None, "rules/texts/sheets.yaml:1: the text `sheet.start` is already in rules/texts/more.yaml:1"),
    "reserved field name": (CLIENT_FILE, "- name: limit", "- name: row_id", "- name: row_id", "a field cannot be called `row_id`: the name stands for something else"),
    "required twice over": (CLIENT_FILE, "required_when:", "required: true\n    required_when:", "required_when:", "`required` is true already; only one of the two makes sense"),
    # schemas
    "unknown Cerberus word": (CLIENT_FILE, "maxlength: 30", "maxlenght: 30", "maxlenght", "`schema` has the unknown key `maxlenght`; did you mean `maxlength`?"),
    "word for another type": (CLIENT_FILE, "min: 0, max", "maxlength: 3, max", "maxlength: 3, max", "`schema` has the unknown key `maxlength`"),
    "limit as word": (CLIENT_FILE, "maxlength: 30", "maxlength: thirty", "maxlength", "`maxlength` must be a whole number"),
    "limit of another type": (JOB_FILE, "min: 2000-01-01", "min: 2000", "min:", "`min` must be a date as YYYY-MM-DD"),
    "impossible date": (JOB_FILE, "min: 2000-01-01", "min: 2001-02-29", "min:", "`min` must be a date as YYYY-MM-DD"),
    "nothing fits": (CLIENT_FILE, "min: 0, max", "min: 9000000, max", "schema: {min", "`schema` allows nothing: min is above max"),
    "no regex": (CLIENT_FILE, "[A-Z0-9-]{1,30}", "[A-Z", "schema:", "`regex` is not a regular expression"),
    "look-ahead": (CLIENT_FILE, "[A-Z0-9-]{1,30}", "(?=A).{1,30}", "schema:", "`regex` uses what only a backtracking engine knows"),
    "regex that blows up": (CLIENT_FILE, "[A-Z0-9-]{1,30}", "([a-z]+)+[0-9]", "schema:", "`regex` could take for ever on a long cell"),
    "regex in an alternative": (CLIENT_FILE, 'regex: "[A-Z0-9-]{1,30}"', 'anyof: [{regex: "(a+)+"}]', "schema:", "`regex` could take for ever on a long cell"),
    "schema of a rule": (CLIENT_FILE, "schema: {minlength: 2}", "schema: {minlegth: 2}", "minlegth", "`schema` has the unknown key `minlegth`; did you mean `minlength`?"),
    "schema of a demand": ("accounting/ledger.yaml", 'regex: "1[0-9]{4}"', "regexp: a", "schema:", "`schema` has the unknown key `regexp`; did you mean `regex`?"),
    # how a rule looks
    "two ways": (CLIENT_FILE, "schema: {minlength: 2}", "schema: {minlength: 2}\n    check: schema", "- code: CL-02", "rule `CL-02` needs exactly one of `check`, `schema`; it has 2"),
    "no way": (CLIENT_FILE, "    schema: {minlength: 2}\n", "", "- code: CL-02", "rule `CL-02` needs exactly one of `check`, `schema`; it has none"),
    "way of another reach": (JOB_FILE, "    holds: hours <= 24\n", "    offends: SELECT 1\n", "offends: SELECT 1", "rule `JO-01` has the unknown key `offends`"),
    "unknown reach": (JOB_FILE, "reach: row", "reach: rows", "reach: rows", "`reach` cannot be `rows`; did you mean `row`?"),
    "no reach": (JOB_FILE, "    reach: row\n", "", "- code: JO-01", "rule `JO-01` lacks `reach`"),
    "unknown check": (CLIENT_FILE, "check: unique", "check: uniqe", "check: uniqe", "`check` cannot be `uniqe`; did you mean `unique`?"),
    "check without object": (CLIENT_FILE, "check: unique", "check: known", "fields: [number]", "`check: known` needs `to` on the field `number`"),
    "unknown severity": (JOB_FILE, "severity: error", "severity: fatal", "severity: fatal", "`severity` cannot be `fatal`; there is `error`, `info`, `warning`"),
    "no good example": (JOB_FILE, 'good: [{hours: "24"}], ', "", "examples: {bad", "`examples` lacks `good`"),
    "empty bad examples": (JOB_FILE, 'bad: [{hours: "25"}]', "bad: []", "bad: []", "`bad` is empty"),
    "no examples": (JOB_FILE, '    examples: {good: [{hours: "24"}], bad: [{hours: "25"}]}\n', "", "- code: JO-01", "rule `JO-01` lacks `examples`"),
    "unknown field of an example": (JOB_FILE, '{hours: "25"}', '{hour: "25"}', 'hour: "25"', "a key of `bad` 1 names the unknown field `hour` of job; did you mean `hours`?"),
    "unknown entity of an example": (JOB_FILE, "good: [{book: {client:", "good: [{book: {clint:", "clint", "a key of `book` names the unknown entity `clint`; did you mean `client`?"),
    "unknown company key": (CLIENT_FILE, "bad: [{company: {accounting_system:", "bad: [{company: {accounting_sytem:", "accounting_sytem", "`company` has the unknown key `accounting_sytem`; did you mean `accounting_system`?"),
    "unknown blank_ok": (JOB_FILE, "blank_ok: [date]", "blank_ok: [dates]", "blank_ok:", "`blank_ok` names the unknown column `dates`; did you mean `date`?"),
    "unknown one_per": (JOB_FILE, "one_per: [client, date]", "one_per: [client, dates]", "one_per:", "`one_per` names the unknown column `dates`; did you mean `date`?"),
    "may lack what it does not read": (JOB_FILE, "    offends:", "    may_lack: [member]\n    offends:", "may_lack:", "`may_lack` names `member`, which is no other sheet that `offends` reads"),
    "stands for, but asks no demand": (CLIENT_FILE, "check: unique", "check: unique\n    as: [{field: job.job_number}]", "as:", "`as` belongs to `check: demand`"),
    "stands for another kind": (CLIENT_FILE, "check: demand", "check: demand\n    as: [{field: job.hours}]", "as:", "`job.hours` holds another kind of values than the rule's fields"),
    "stands for it nobody knows when": (CLIENT_FILE, "check: demand", "check: demand\n    as: [{field: job.job_number, when: stat = 'closed'}]", "as:", "`when` uses the unknown column `stat`; did you mean `state`?"),
    "looked up by no list": (JOB_FILE, "type: code\n    label: {en: Job number", "type: code\n    looked_up: {by: client, in: {a: client.number}}\n    label: {en: Job number", "looked_up:", "`by` must name a column with a code list, not `client`"),
    "looked up for no code": (CLIENT_FILE, "type: code\n", "type: code\n    looked_up: {by: state, in: {activ: job.job_number}}\n", "looked_up:", "`in` names the unknown code `activ`; did you mean `active`?"),
    "replaces nothing that is known": (JOB_FILE, "    holds: SUM(hours) OVER (PARTITION BY client, date) <= 24\n", "    check: replaced\n", "fields: [hours]\n    check", "`check: replaced` needs the columns of the old key, of the new one and of the sheet"),
    # SQL
    "SQL that does not parse": (JOB_FILE, "holds: hours <= 24", "holds: hours <=", "holds:", "`holds` is not an SQL expression that polars knows"),
    "unknown function": (JOB_FILE, "holds: hours <= 24", "holds: levenshtein(client, 'a') < 2", "holds:", "`holds` is not an SQL expression that polars knows"),
    "unknown column": (JOB_FILE, "holds: hours <= 24", "holds: hour <= 24", "holds:", "`holds` uses the unknown column `hour`; did you mean `hours`?"),
    "types that do not fit": (JOB_FILE, "holds: hours <= 24", "holds: date <= '2025-01-01'", "holds:", "`holds` does not fit the types of its columns"),
    "not true or false": (JOB_FILE, "holds: hours <= 24", "holds: hours + 1", "holds:", "`holds` must be true or false for each row"),
    "one value for all rows": (JOB_FILE, "holds: hours <= 24", "holds: SUM(hours) <= 24", "holds:", "`holds` gives one value for the whole table, not one for each row"),
    "window in a row rule": (JOB_FILE, "holds: hours <= 24", "holds: COUNT(hours) OVER (PARTITION BY date) < 2", "holds:", "`holds` looks at other rows (OVER); make the rule's reach `table`"),
    "sub-query": (JOB_FILE, "holds: hours <= 24", "holds: (SELECT 1) = 1", "holds:", "`holds` "),
    "required_when is no condition": (CLIENT_FILE, "country = 'NO'", "country", "required_when:", "`required_when` must be true or false for each row"),
    "required_when of unknown column": (CLIENT_FILE, "country = 'NO'", "land = 'NO'", "required_when:", "`required_when` uses the unknown column `land`"),
    "fact of unknown column": (JOB_FILE, 'facts: {total: "SUM(hours)', 'facts: {total: "SUM(hous)', "facts:", "the fact `total` uses the unknown column `hous`; did you mean `hours`?"),
    "fact called like a field": (JOB_FILE, "facts: {total:", "facts: {hours:", "facts:", "the fact `hours` has the name of a field or of a general placeholder"),
    "query of unknown table": (JOB_FILE, "JOIN client ON", "JOIN clients ON", "offends:", "`offends` reads the unknown table `clients`; did you mean `client`?"),
    "query of unknown column": (JOB_FILE, "client.state = 'closed'", "client.stat = 'closed'", "offends:", "`offends` uses the column `stat`, which is not there; did you mean `state`?"),
    "query without row_id": (JOB_FILE, "SELECT job.row_id, client.name", "SELECT client.name", "offends:", "`offends` must return `row_id`, the wrong rows of job"),
    "query that reads a file": (JOB_FILE, "FROM job JOIN client ON", "FROM read_csv('/etc/passwd') AS job JOIN client ON", "offends:", "`offends` reads a file"),
    "statement that changes": (JOB_FILE, "offends: SELECT job.row_id, client.name AS who FROM job JOIN client ON job.client = client.number WHERE client.state = 'closed'", "offends: DROP TABLE job", "offends:", "`offends` must be a query"),
    "two statements": (JOB_FILE, "client.state = 'closed'", "client.state = 'closed'; SELECT 1", "offends:", "`offends` is not an SQL query that polars knows"),
    "derived without column": ("entities/member.yaml", "AS client FROM", "AS who FROM", "derived:", "`derived` does not give the column `client`"),
    "derived of another type": ("entities/member.yaml", "job.client AS client", "job.hours AS client", "derived:", "`derived` gives `client` in another type than reference"),
    # messages
    "unknown placeholder": (JOB_FILE, '"{hours} hours"', '"{hour} hours"', "{hour} hours", "the en text has the unknown placeholder {hour}; did you mean `hours`?"),
    "format in a placeholder": (JOB_FILE, '"{hours} hours"', '"{hours:.2f} hours"', ".2f", "the en text has a brace that is not a plain {name}"),
    "placeholder of a language": ("languages/sv/client.yaml", '"{hours} timmar"', '"{timmar} timmar"', "rule.JO-01", "the sv text has the unknown placeholder {timmar}"),
    "unknown text id": ("languages/sv/client.yaml", "field.client.name.label", "field.client.nam.label", "field.client.nam", "there is no text `field.client.nam.label`; did you mean `field.client.name.label`?"),
    "languages disagree": ("texts/sheets.yaml", 'nb: "Start for {name}"', "nb: Start", "sheet.start", "{name} is not in both the en and the nb text"),
    # samples
    "no sample": (CLIENT_FILE, CLIENT[CLIENT.index("sample:") :], "", "entity:", "`sample` is missing: a few correct rows"),
    "sample of unknown field": (CLIENT_FILE, 'limit: "1000.50"', 'limits: "1000.50"', "limits", "a key of `sample` 1 names the unknown field `limits` of client; did you mean `limit`?"),
    "sample lacks a field": (CLIENT_FILE, 'sample:\n  - {number: "0012", ', "sample:\n  - {", "- {name: Fjord", "the sample row lacks `number`, which is required"),
    "sample with comma": (CLIENT_FILE, '"1000.50"', '"1000,50"', "1000,50", "`limit`: `1000,50` must be a number with a decimal point"),
    "sample with label": (CLIENT_FILE, "state: active, limit", "state: Aktiv, limit", "state: Aktiv", "`state`: `Aktiv` is not a code of the list; did you mean `active`?"),
    "sample date": (JOB_FILE, "date: 2025-02-01, hours", "date: 01.02.2025, hours", "date: 01.02.2025, hours", "`date`: `01.02.2025` must be a date as YYYY-MM-DD"),
    # rules for whatever entity
    "general example without entity": (GENERAL_FILE, "good: [{book: {client: {name: Ås}}}]", "good: [{name: Ås}]", "{name: Ås}", "`good` 1 has the unknown key `name`"),
    "general placeholder": (GENERAL_FILE, 'en: "{header} is wrong"', 'en: "{headr} is wrong"', "{headr}", "the en text has the unknown placeholder {headr}; did you mean `header`?"),
    "general check lacks": (GENERAL_FILE, "check: precise", "check: demand", None, "rules/workbook.yaml:1: lacks a rule with `check: precise` for fields that have none of their own"),
    "general check twice": (GENERAL_FILE, "check: precise", "check: schema", None, "rules/workbook.yaml:53: `check: schema` has a rule already in line 42"),
    "work of unknown check": (GENERAL_FILE, "rules:\n", "work:\n  reqired: {minutes: 1}\nrules:\n", "reqired", "`work` names the unknown check `reqired`; did you mean `required`?"),
    "work by nobody": (GENERAL_FILE, "rules:\n", "work: {other: {by: custommer}}\nrules:\n", "custommer", "`by` cannot be `custommer`; did you mean `customer`?"),
    "work for ever": (CLIENT_FILE, "    fields: [name]\n    schema:", "    fields: [name]\n    work: {minutes: 6000}\n    schema:", "minutes: 6000", "`minutes` must be a number from 0 to 600"),
    "general rule with row reach": (GENERAL_FILE, "reach: field", "reach: row", "reach: row", "`reach` cannot be `row`; there is `field`, `workbook`"),
    # places
    "yml": ("entities/client.yml", "", CLIENT, None, "rules/entities/client.yml:1: must be called `.yaml` to be read"),
    "folder": ("entites/new.yaml", "", CLIENT, None, "rules/entites/new.yaml:1: stands in a folder that is not read; did you mean `entities`?"),
    "words elsewhere": ("words/letters.yaml", "", "of: [av]\n", None, "rules/words/letters.yaml:1: is not read; all words stand in words/pages.yaml"),
    "words unknown": ("words/pages.yaml", "", "off: [av]\n", "off", "unknown key `off`; did you mean `of`?"),
    "words twice": ("words/pages.yaml", "", "of: [av, av]\n", None, "`av`"),
    "file beside": ("workbok.yaml", "", GENERAL, None, "rules/workbok.yaml:1: has no place here; did you mean `workbook`?"),
    # YAML
    "alias": (CLIENT_FILE, "help: {en: The name., nb: Navnet.}", "help: &a {en: The name., nb: Navnet.}", "&a", "uses an anchor (`&`); write the value out where it is needed"),
    "tag": (CLIENT_FILE, "order: 10", "order: !!int 10", "order:", "uses a tag (`!`); values are written plainly"),
    "key twice": (CLIENT_FILE, "order: 10", "order: 10\norder: 11", "order: 11", "`order` stands here twice, first in line 2"),
    "list as key": (CLIENT_FILE, "order: 10", "order: 10\n? [a]\n: b", "? [a]", "has a list or mapping as a key"),
    "tab": (CLIENT_FILE, "    type: code", "\ttype: code", "\ttype", "is indented with a tab; use spaces"),
    "unquoted colon": (CLIENT_FILE, "help: {en: Your own number., nb:", "help: {en: Your: own: number, nb: {", None, "cannot be read as YAML"),
    "second document": (CLIENT_FILE, "order: 10", "order: 10\n---\na: b", "---", "holds a second document"),
}  # fmt: skip


# Mistakes with a consequence elsewhere that is worth telling too
FOLLOWED = {
    "bad name", "fact called like a field", "field twice", "general check twice", "key of another type",
    "reserved field name", "way of another reach",
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_and_where_it_stands(name: str, folder: Callable[..., Path]) -> None:
    file, old, new, mark, says = MISTAKES[name]
    before = FILES.get(file, "")
    assert old in before, "the mistake must change something"
    after = before.replace(old, new, 1) if old else new
    problems = problems_of(folder({file: after}))
    place = f"rules/{file}:{line_of(after, mark)}: " if mark is not None else ""
    assert any(problem.startswith(place) and says in problem for problem in problems), problems
    assert len(problems) == 1 or name in FOLLOWED, problems


def test_work_is_said_by_the_rule_then_by_its_check_then_for_all_others(folder: Callable[..., Path]) -> None:
    own = CLIENT.replace("    fields: [name]\n", "    fields: [name]\n    work: {by: consultant}\n")
    said = "work: {other: {minutes: 7}, unique: {minutes: 0.5, per: cell}}\n"
    rules = load_catalog(folder({CLIENT_FILE: own, GENERAL_FILE: said + GENERAL})).rules
    assert rules["CL-01"].work == Work("customer", 0.5, "cell")
    assert rules["CL-02"].work == Work("consultant", 7, "problem")
    assert rules["WB-14"].work == Work("customer", 0.5, "cell")  # unique
    assert rules["WB-10"].work == Work("customer", 7, "problem")


def test_all_problems_are_told_at_once(folder: Callable[..., Path]) -> None:
    changes = {
        CLIENT_FILE: CLIENT.replace("type: money", "type: mony").replace("list: state", "list: stat"),
        JOB_FILE: JOB.replace("hours <= 24\n", "hour <= 24\n").replace("to: client.number", "to: klient.number"),
        "codelists/state.yaml": "list: [}",
        "workbook.yaml": GENERAL.replace("check: required", "check: requird"),
    }
    told = problems_of(folder(changes))
    assert [problem.split(": ", 1)[0] for problem in told] == [
        f"rules/{place}"
        for place in (
            "codelists/state.yaml:1",
            f"entities/client.yaml:{line_of(CLIENT, 'list: state')}",
            f"entities/client.yaml:{line_of(CLIENT, 'type: money')}",
            f"entities/job.yaml:{line_of(JOB, 'to: client')}",
            f"entities/job.yaml:{line_of(JOB, 'holds: hours')}",
            f"workbook.yaml:{line_of(GENERAL, 'check: required')}",
        )
    ], told


# --- what YAML must not do


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "is empty"),
        (b"# only a comment\n", 1, "is empty"),
        (b"a: 1\nb: \xff\n", 2, "is not UTF-8 text"),
        (b"a: 1\nb: \x01\n", 2, "holds a character that YAML does not allow"),
        (b"a: " + b"x" * 1_000_001, 1, "is larger than 1,000,000 bytes"),
        (b"a:\n  " + b"[" * 60, 2, "is nested deeper than 50 levels"),
        (b"[" * 200_000, 1, "is nested deeper than 50 levels"),
        (b"a: *b\n", 1, "uses an alias (`*`)"),
        (b"a: &b [1]\nc: *b\n", 1, "uses an anchor (`&`)"),
        (b"a: !!python/object:os.system x\n", 1, "uses a tag (`!`)"),
        (b"a: 'x\n", 2, "cannot be read as YAML"),
        (b"%YAML 1.1\n---\na: b\n", 1, "uses a directive (`%`)"),
    ],
)
def test_yaml_that_is_refused(data: bytes, line: int, says: str) -> None:
    root, problems = read_yaml(data, "file")
    told = [(problem.line, problem.text) for problem in problems]
    assert any(at == line and says in text for at, text in told), told
    assert root is None or "*" in says or "&" in says or "!" in says


def test_an_alias_bomb_is_not_walked() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    root, problems = read_yaml(bomb.encode(), "file")
    assert root is not None
    assert len(problems) == 9 + 8 * 9


def test_scalars_stay_text_whatever_they_look_like() -> None:
    words = ["NO", "yes", "0123", "12:30", "12:30:00", "2025-01-01", "1e3", "0x1F", "~", "null", ".inf", "1_000"]
    root, problems = read_yaml(("- " + "\n- ".join(words)).encode(), "file")
    assert root is not None
    assert isinstance(root.value, list)
    assert [(node.line, node.value) for node in root.value] == list(enumerate(words, 1))
    assert not problems


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A rule file with a few pieces cut out, doubled or replaced by YAML's own signs."""
    text = draw(st.sampled_from([CLIENT, JOB, GENERAL, FILES["formats/csv.yaml"], FILES["accounting/ledger.yaml"]]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        piece = draw(
            st.sampled_from(
                ["", text[start:end] * 2, "[", "{", "}", ":", "- ", "\n", "'", "x: ", "&a ", "0", "~", "\ud7ff"]
            )
        )
        text = text[:start] + piece + text[end:]
    return text


@pytest.fixture(scope="module")
def torn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("torn")
    for name, text in FILES.items():
        path = top / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (top / "rules" / "texts" / "torn.yaml").write_text("a.b: {en: A, nb: A}\n", encoding="utf-8")
    return top


def outcome(rules: Path, company: Path | None = None) -> Catalog | CatalogError:
    """What loading gives; anything but a catalog or a CatalogError fails the test."""
    try:
        return load_catalog(rules, company)
    except CatalogError as error:
        return error


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=torn(),
    name=st.sampled_from([CLIENT_FILE, JOB_FILE, GENERAL_FILE, "formats/csv.yaml", "accounting/ledger.yaml"]),
)
def test_no_torn_rule_file_escapes_as_another_exception(torn_folder: Path, text: str, name: str) -> None:
    path = torn_folder / "rules" / name
    path.write_text(text, encoding="utf-8")
    try:
        outcome(torn_folder / "rules")
    finally:
        path.write_text(FILES[name], encoding="utf-8")


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=8),
        st.sampled_from(["client", "job.hours", "active", "state"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "code",
                    "fields",
                    "label",
                    "hide",
                    "allowed",
                    "entities",
                    "code_lists",
                    "state",
                    "client.state",
                    "defaults",
                    "en",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=values, text=st.text(max_size=60), take_tree=st.booleans())
@example(tree={"fields": {"job.date": {"allowed": ["2025-02-30"]}}}, text="", take_tree=True)
@example(tree={"entities": ["member"]}, text="", take_tree=True)
def test_no_company_file_escapes_as_another_exception(
    torn_folder: Path, tree: object, text: str, take_tree: bool
) -> None:
    company = torn_folder / "company.yaml"
    company.write_text(json.dumps(tree) if take_tree else text, encoding="utf-8", errors="replace")
    outcome(torn_folder / "rules", company)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=80))
@example(data=b"\xef\xbb\xbfa: b")
def test_no_bytes_escape_the_reader(data: bytes) -> None:
    root, problems = read_yaml(data, "file")
    assert root is not None or problems


# --- company files


@pytest.fixture
def company(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "fjord.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_company_file_is_laid_over_the_catalog(folder: Callable[..., Path], company: Callable[[str], Path]) -> None:
    catalog = load_catalog(folder({}), company(COMPANY))
    chosen = catalog.company
    assert (chosen.code, chosen.language, chosen.cutover_date, chosen.credit_days) == (
        "fjord",
        "sv",
        dt.date(2025, 1, 1),
        14,
    )
    assert (chosen.hours_per_day, chosen.date_order, chosen.defaults) == (7.5, "DMY", {"client.state": "tender"})
    assert "contact" not in chosen.given
    assert "credit_days" in chosen.given

    active, closed, tender = catalog.code_lists["state"].codes
    assert (active.label, active.synonyms) == ({"en": "Active", "nb": "Løpende", "sv": "Aktiv"}, ("i bruk", "Aktiv"))
    assert closed.label["nb"] == "Avsluttet"
    assert (tender.label, tender.synonyms) == ({"en": "Anbud", "nb": "Anbud", "sv": "Anbud"}, ("tilbud",))

    client, job = catalog.entities["client"], catalog.entities["job"]
    assert client.field("limit").in_template is False
    assert (client.field("name").label["nb"], client.field("name").label["en"]) == ("Firmanavn", "Name")
    assert "Navn" in client.field("name").aliases
    own_list = client.field("state").list
    assert own_list is not None
    assert own_list.isidentifier()
    assert [code.code for code in catalog.code_lists[own_list].codes] == ["active", "tender"]
    assert job.field("date").required
    assert job.field("hours").schema == {"allowed": [7.5, 10.0]}
    assert load_catalog(folder({})).entities["client"].field("limit").in_template


def test_scope_leaves_out_what_belongs_to_other_entities(
    folder: Callable[..., Path], company: Callable[[str], Path]
) -> None:
    catalog = load_catalog(folder({}), company("entities: [client]\n"))
    assert list(catalog.entities) == ["client"]
    assert not {"JO-01", "JO-03"} & set(catalog.rules)
    assert "WB-10" in catalog.rules
    assert catalog.accounting["ledger"].rules == ()
    assert [demand.code for demand in catalog.accounting["ledger"].demands] == ["CL-03"]
    assert [file.entity for file in catalog.formats["csv"].files] == ["client"]


def test_an_optional_reference_out_of_scope_becomes_a_plain_column(
    folder: Callable[..., Path], company: Callable[[str], Path]
) -> None:
    rules = folder({})
    catalog = load_catalog(rules, company("entities: [job]\nfields: {job.client: {require: false}}\n"))
    assert list(catalog.entities) == ["job", "member"]  # member is derived from job alone
    client = catalog.entities["job"].field("client")
    assert (client.type, client.to) == ("code", None)
    assert catalog.entities["member"].field("client").to is None
    assert [rule.code for rule in catalog.entities["job"].rules] == [
        "JO-01",
        "JO-02",
    ]  # JO-03 asks for the state of the client


def test_a_derived_entity_follows_its_sources(folder: Callable[..., Path], company: Callable[[str], Path]) -> None:
    assert list(load_catalog(folder({}), company("entities: [client, job]\n")).entities) == ["client", "job", "member"]


FIRM = """\
entity: firm
order: 5
layout: form
title: {en: Firm, nb: Firma}
help: {en: About you., nb: Om dere.}
fields:
  - name: next_number
    type: code
    series_of: client.number
    label: {en: Next number, nb: Neste nummer}
    help: {en: The next one., nb: Det neste.}
    example: "10002"
sample: [{next_number: "10002"}]
"""


def test_a_form_says_whose_next_number_it_holds(folder: Callable[..., Path], company: Callable[[str], Path]) -> None:
    rules = folder({"entities/firm.yaml": FIRM})
    path = company('accounting_system: ledger\nnext_numbers: {client.number: "10900"}\n')
    chosen = load_catalog(rules, path).company
    assert (chosen.next_numbers, chosen.defaults) == ({"client.number": "10900"}, {"firm.next_number": "10900"})
    path.write_text("next_numbers: {client.number: k9}\n")
    assert problems_of(rules, path) == [f"{path}:1: `k9` cannot be a value of client.number; an example is `0012`"]
    path.write_text('next_numbers: {client.number: "90000"}\naccounting_system: ledger\n')
    assert problems_of(rules, path) == [f"{path}:1: `90000` does not fit Ledger: five digits, such as `10001`"]
    for changed, says in (
        (
            FIRM.replace("client.number", "client.name"),
            "`series_of` names a column of type text, which has no next number",
        ),
        (
            FIRM.replace("client.number", "client.numbr"),
            "`series_of` names the unknown field `numbr` of client; did you mean `number`?",
        ),
        (
            FIRM.replace("layout: form\n", "key: [next_number]\n"),
            "`series_of` belongs in a form (`layout: form`): there is one next number",
        ),
    ):
        line = line_of(changed, "series_of")
        assert problems_of(folder({"entities/firm.yaml": changed})) == [f"rules/entities/firm.yaml:{line}: {says}"]


COMPANY_MISTAKES = {
    "unknown key": ("accounting_system:", "acounting_system:", "acounting_system", "the company file has the unknown key `acounting_system`; did you mean `accounting_system`?"),
    "unknown system": ("accounting_system: ledger", "accounting_system: legder", "legder", "`accounting_system` names the unknown system `legder`; did you mean `ledger`?"),
    "no code of a country": ("country: NO", "country: Norge", "country:", "`country` must be a country code of two capital letters"),
    "no country": ("country: NO", "country: QQ", "country:", "`country` cannot be `QQ`: there is no such code"),
    "no currency": ("currency: NOK", "currency: NKO", "currency:", "`currency` cannot be `NKO`: there is no such code"),
    "unknown language": ("language: sv", "language: se", "language:", "`language` names the unknown language `se`"),
    "no date": ("cutover_date: 2025-01-01", "cutover_date: 01.01.2025", "cutover_date:", "`cutover_date` must be a date as YYYY-MM-DD"),
    "impossible date": ("cutover_date: 2025-01-01", "cutover_date: 2025-02-29", "cutover_date:", "`cutover_date` must be a date as YYYY-MM-DD"),
    "date order": ("date_order: DMY", "date_order: DYM", "date_order:", "`date_order` cannot be `DYM`; did you mean `DMY`?"),
    "hours out of range": ("hours_per_day: 7.5", "hours_per_day: 75", "hours_per_day:", "`hours_per_day` must be a number from 0.5 to 24"),
    "hours with comma": ("hours_per_day: 7.5", "hours_per_day: 7,5", "hours_per_day:", "`hours_per_day` must be a number"),
    "credit days": ("credit_days: 14", "credit_days: 14.5", "credit_days:", "`credit_days` must be a whole number"),
    "empty name": ("name: Fjordgløtt AS", "name: ''", "name:", "`name` is empty"),
    "unknown entity": ("defaults:\n", "entities: [client, jobb]\ndefaults:\n", "entities:", "`entities` 2 names the unknown entity `jobb`; did you mean `job`?"),
    "needed entity left out": ("defaults:\n", "entities: [job]\ndefaults:\n", "entities:", "job needs client, which is not listed: job.client is required"),
    "unknown list": ("  state:\n", "  staet:\n", "staet", "a key of `code_lists` names the unknown list `staet`; did you mean `state`?"),
    "new code without label": ("label: Anbud, ", "", "code: tender", "the new code `tender` lacks `label`"),
    "code twice": ("code: tender,", "code: active,", "Anbud", "`state` has `active` twice, first in line 13"),
    "synonym of another code": ("synonyms: [tilbud]", "synonyms: [closed]", "code: tender", "`closed` means both `closed` and `tender`"),
    "unknown field": ("client.limit:", "client.limt:", "client.limt", "a key of `fields` names the unknown field `limt` of client; did you mean `limit`?"),
    "field of unknown entity": ("client.limit:", "clint.limit:", "clint.limit", "a key of `fields` names the unknown entity `clint`; did you mean `client`?"),
    "unknown change": ("{hide: true}", "{hidden: true}", "hidden", "`client.limit` has the unknown key `hidden`; did you mean `hide`?"),
    "hide as word": ("{hide: true}", "{hide: yes}", "hide: yes", "`hide` must be `true` or `false`"),
    "hide what is required": ("client.limit: {hide: true}", "client.number: {hide: true}", "client.number", "client.number is required, so it cannot be hidden"),
    "key made optional": ("job.date: {require: true}", "job.job_number: {require: false}", "job.job_number", "job.job_number is part of the key, so it must stay required"),
    "label of another field": ("{label: {nb: Firmanavn}}", "{label: {nb: nummer}}", "client.name", "the header `nummer` is also that of client.number"),
    "label in unknown language": ("{label: {nb: Firmanavn}}", "{label: {no: Firmanavn}}", "client.name", "a key of `label` names the unknown language `no`"),
    "unknown code allowed": ("allowed: [active, tender]", "allowed: [actve]", "client.state: {allowed", "`actve` is not a code of the list; did you mean `active`?"),
    "allowed of another type": ('allowed: ["7.5", "10"]', 'allowed: ["7,5"]', "job.hours", "`7,5` must be a number with a decimal point"),
    "default not allowed": ("client.state: tender", "client.state: closed", "client.state: closed", "the default of client.state: `closed` is not a code of the list; there is `active`, `tender`"),
    "default of unknown field": ("client.state: tender", "client.stat: tender", "client.stat: tender", "a key of `defaults` names the unknown field `stat` of client; did you mean `state`?"),
    "duplicate key": ("currency: NOK", "country: SE", "country: SE", "`country` stands here twice, first in line 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPANY_MISTAKES)
def test_a_mistake_in_a_company_file_is_told_where_it_stands(
    name: str, folder: Callable[..., Path], company: Callable[[str], Path]
) -> None:
    old, new, mark, says = COMPANY_MISTAKES[name]
    assert old in COMPANY
    text = COMPANY.replace(old, new, 1)
    path = company(text)
    problems = problems_of(folder({}), path)
    start = f"{path}:{line_of(text, mark)}: "
    assert any(problem.startswith(start) and says in problem for problem in problems), problems


def test_all_mistakes_of_a_company_file_are_told_at_once(
    folder: Callable[..., Path], company: Callable[[str], Path]
) -> None:
    text = COMPANY
    for name in ("unknown key", "no date", "hours out of range", "unknown list", "unknown field"):
        old, new, _, _ = COMPANY_MISTAKES[name]
        text = text.replace(old, new, 1)
    text = text.replace("hide: true", "hide: yes")
    assert len(problems_of(folder({}), company(text))) == 6


def test_missing_files_are_one_clear_line(folder: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "fjord.yaml").write_text("name: A\n")
    with pytest.raises(UsageError, match=r"^There is no company file .*fjrd\.yaml; did you mean `fjord\.yaml`\?$"):
        load_catalog(folder({}), tmp_path / "fjrd.yaml")
    with pytest.raises(UsageError, match=r"^There is no rules folder"):
        load_catalog(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"^Cannot read"):
        load_catalog(folder({}), tmp_path)
    (tmp_path / "empty").mkdir()
    assert problems_of(tmp_path / "empty")


def test_a_company_made_elsewhere_is_verified_too(folder: Callable[..., Path]) -> None:
    catalog = load_catalog(folder({}))
    assert apply_company(catalog, Company(entities=("client",))).company.entities == ("client",)
    with pytest.raises(CatalogError, match=r"entities: job needs client"):
        apply_company(catalog, Company(entities=("job",)))
    foreign = Company(
        accounting_system="legder",
        entities=("clint",),
        code_lists={"stat": catalog.code_lists["state"]},
        fields={"client.limt": FieldChange(hide=True)},
        defaults={"clnt.state": "active"},
    )
    with pytest.raises(CatalogError) as told:
        apply_company(catalog, foreign)
    assert [problem.text.rpartition("; ")[2] for problem in told.value.problems] == [
        f"did you mean `{name}`?" for name in ("ledger", "state", "client.state", "client", "client.limit")
    ]


# --- what a topic means


def test_find_knows_codes_names_titles_and_labels(folder: Callable[..., Path]) -> None:
    catalog = load_catalog(folder({}))
    client = catalog.entities["client"]
    assert find(catalog, "cl-01") == catalog.rules["CL-01"]
    assert find(catalog, "wb-10") == catalog.rules["WB-10"]
    assert find(catalog, "CLIENT") == find(catalog, "Klienter") == client
    assert find(catalog, "client.limit") == find(catalog, "klienter.kredittgrense") == (client, client.field("limit"))


@pytest.mark.parametrize(("topic", "near"), [("CL-10", "CL-01"), ("clinet", "client"), ("client.limt", "client.limit")])
def test_find_suggests_the_nearest(topic: str, near: str, folder: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match=f"There is no rule, entity or field `{topic}`; did you mean `{near}`"):
        find(load_catalog(folder({})), topic)


# --- regular expressions and schemas


@pytest.mark.parametrize(
    "pattern",
    [
        "1[0-9]{5}", "[A-Za-z0-9-]{1,20}", r"\d{1,3}( \d{3}){0,3}", ".*", r"[\s\S]*", "(?i)abc|def", "a?b?c?",
        r"(?:[\s\S]*[^0-9])?[0-9]{6}[ .]?[0-9]{5}(?:[^0-9][\s\S]*)?", "[^@]{1,64}@[^@]{1,255}",
    ],
)  # fmt: skip
def test_plain_patterns_are_taken(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$", "([a-z]+)*", "(a|a)*b", "(a|aa)+", "(a?){60}", ".*.*.*x", "[^@]+@[^@]+", r"(\d+,?)+", r"[\s\S]*x[\s\S]*y",
        "(?=a)b", "(?!a)b", "(?<=a)b", r"(a)\1", "a++", "(?>a)", "(a", "[", "a{2,1}", "x" * 2000, "(" * 500 + ")" * 500,
        "(x{0,1000}){0,1000}", "[[:alpha:]]",
    ],
)  # fmt: skip
def test_patterns_that_may_blow_up_or_that_one_engine_cannot_read_are_refused(pattern: str) -> None:
    assert pattern_problem(pattern) is not None


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"maxlength": "x"}, "`schema` is refused by Cerberus"),
        ({"min": 3, "max": 2}, "`schema` allows nothing: min is above max"),
        ({"minlength": 3, "maxlength": 2}, "`schema` allows nothing: minlength is above maxlength"),
        ({"noneof": ({"anyof_regex": ("[0-9]", "(a+)+")},)}, "`regex` could take for ever"),
        ({"minlength": 2, "maxlength": 2}, None),
    ],
)
def test_a_schema_is_asked_of_cerberus_and_of_common_sense(schema: Mapping[str, object], says: str | None) -> None:
    problems = list(schema_problems(schema))
    assert bool(problems) == (says is not None)
    assert all(problem.startswith(says or "") for problem in problems)


words = st.sampled_from(["1", "2.5", "true", "2024-01-31", "abc", "[A-Z]{1,5}", "0"])
loose_schemas = st.dictionaries(
    st.sampled_from(
        [
            "allowed",
            "forbidden",
            "min",
            "max",
            "minlength",
            "maxlength",
            "regex",
            "contains",
            "anyof_regex",
            "noneof_allowed",
            "type",
        ]
    ),
    st.one_of(
        words,
        st.lists(words, min_size=1, max_size=3),
        st.lists(st.lists(words, min_size=1, max_size=2), min_size=1, max_size=2),
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(type_name=st.sampled_from(type_names), schema=loose_schemas)
def test_cerberus_takes_every_schema_that_its_shape_takes(type_name: str, schema: Mapping[str, object]) -> None:
    import cerberus

    from momentsheet.catalog.names import Names
    from momentsheet.catalog.place import Place
    from momentsheet.catalog.schemas import plain

    root, problems = read_yaml(json.dumps(schema).encode(), "file")
    assert root is not None
    taken = SCHEMAS[type_name].take(root, "`schema`", Place("file", Names({}, {}, (), ()), problems))
    if not problems:
        cerberus.Validator({"value": plain(taken)})
    assert "type" not in schema or problems


@pytest.mark.parametrize(
    "query",
    [
        """SELECT * FROM "read_csv"('{0}')""",
        "SELECT * FROM `read_csv`('{0}')",
        "SELECT * FROM Read_CSV /* x */ ('{0}')",
        "SELECT (SELECT a FROM \"read_csv\"('{0}')) FROM client",
        "SELECT $$ ' $$, * FROM read_csv('{0}') -- '",
        "WITH x AS (SELECT * FROM read_json('{0}')) SELECT * FROM x",
    ],
)
def test_no_query_reads_a_file(query: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    result = Tables({"client": {"name": "text"}}, is_whole=True).query(query.format(secret))
    assert result == Misfit("reads a file; a query sees only the tables of the entities")


# --- the rules that ship


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(SHIPPED)


def test_the_shipped_rules_load(shipped: Catalog) -> None:
    assert [entity.order for entity in shipped.entities.values()] == sorted(
        entity.order for entity in shipped.entities.values()
    )
    assert {"company", "employee", "customer", "contact", "project", "activity", "time_record"} <= set(shipped.entities)
    assert len(shipped.accounting) == 13
    assert all(rule.good and rule.bad for rule in shipped.rules.values())


def test_every_shipped_rule_is_found_by_its_code(shipped: Catalog) -> None:
    for code, rule in shipped.rules.items():
        found = find(shipped, code)
        assert isinstance(found, Rule)
        assert found is rule
