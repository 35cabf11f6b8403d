"""New numbers: which ones a plan gives, what becomes of every cell, and what makes a plan impossible."""

# ruff: noqa: E501 - a table is read best with one case on each line

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import math
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import cerberus
import ooxml
import openpyxl
import producers
import pytest
from delivery import entity_sheet, sheet, workbook
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.catalog import dump_plan, load_catalog, load_company, misfits, numbered_fields, read_plan, series_of
from momentsheet.errors import CatalogError, MomentsheetError, OutputError, UsageError
from momentsheet.model.answers import Answer
from momentsheet.model.catalog import Catalog, Row, Series
from momentsheet.model.numbering import (
    EntityPlan,
    Numbered,
    Pair,
    Plan,
    TakenNumber,
    collision_key,
    natural_key,
    number_key,
)
from momentsheet.model.workbook import Kind, Workbook
from momentsheet.numbering import Asked, propose, renamed
from momentsheet.output import Folder
from momentsheet.pipeline import NumberWish, Renumbering
from momentsheet.pipeline import numbers as renumbering
from momentsheet.pipeline.delivery import check_files
from momentsheet.workbook import read_workbook, rewrite
from momentsheet.workbook.annotation.fresh import fresh_workbook, legal_names

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
TODAY = dt.date(2025, 1, 15)
CATALOG = load_catalog(RULES)
FIELDS = {"customer": "customer_number", "project": "project_number", "invoice": "invoice_number"}
SHEETS = ("company", "employee", "customer", "contact", "project", "invoice", "number_map")

File = tuple[str, bytes, Workbook]


def file_of(rows: Mapping[str, Sequence[Row]], name: str = "delivery.xlsx", catalog: Catalog = CATALOG) -> File:
    """A workbook of just these sheets, as a file that was read; a cell is what `delivery.sheet` takes."""
    sheets = [entity_sheet(catalog.entities[entity], list(items)) for entity, items in rows.items()]
    return saved(
        workbook(*sheets, name=name, template={"id": "momentsheet", "version": "1", "language": "nb", "company": ""})
    )


def saved(made: Workbook) -> File:
    data = fresh_workbook(made, legal_names(made))
    return made.name, data, read_workbook(data, made.name)


def renumbered(files: File | Sequence[File], catalog: Catalog = CATALOG, **wish: object) -> Renumbering:
    files = [files] if isinstance(files, tuple) else list(files)
    return pipeline.renumber_files(files, catalog, NumberWish(**wish), today=TODAY)  # type: ignore[arg-type]


def plan_file(plan: Plan, folder: Path, name: str = "plan.yaml") -> Path:
    (folder / name).write_bytes(dump_plan(plan, CATALOG, "nb"))
    return folder / name


def column(file: File, entity: str, field: str, catalog: Catalog = CATALOG) -> list[object]:
    """What stands in a column of a sheet of ours, as it is kept: numbers as numbers."""
    there = next(one for one in file[2].sheets if one.name == catalog.entities[entity].title["nb"])
    label = catalog.entities[entity].field(field).label["nb"]
    for one in there.columns:
        texts = [there.pool[code] if code >= 0 else None for code in one.codes.tolist()]
        if str(texts[0]).rstrip(" *") == label:
            numbers = one.numbers.tolist()
            return [
                None if kind == Kind.BLANK else text if text is not None else number
                for kind, text, number in zip(one.kinds.tolist(), texts, numbers, strict=True)
            ][1:]
    return []


def cells(data: bytes) -> dict[tuple[str, str], tuple[object, str]]:
    """Every cell as openpyxl, which knows nothing of us, sees it: value and number format."""
    opened = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (one.title, cell.coordinate): (cell.value, cell.number_format)
        for one in opened.worksheets for row in one.iter_rows() for cell in row if cell.value is not None
    }  # fmt: skip


def delivery_of(customers: Sequence[str], projects: Sequence[str], **more: object) -> dict[str, list[Row]]:
    """A delivery in which every customer and every project is named by something."""
    owners = [customers[place % len(customers)] for place in range(len(projects))]
    company: Row = {"company_code": "fjord", "company_name": "Fjord AS", **more}  # type: ignore[dict-item]
    return {
        "company": [company],
        "customer": [{"customer_number": number, "name": f"Kunde {chr(65 + place)} AS"} for place, number in enumerate(customers)],
        "contact": [{"customer_number": number, "name": "Anne Berg"} for number in customers],
        "project": [{"project_number": number, "name": f"Prosjekt {place}", "customer_number": owner} for place, (number, owner) in enumerate(zip(projects, owners, strict=True))],
        "time_record": [{"project_number": number, "hours": "7,5", "employee_email": "kari@fjord.example"} for number in projects],
        "document": [{"file_name": f"{place}.pdf", "entity": "Kunde", "entity_key": number} for place, number in enumerate(customers)],
        "number_map": [],
    }  # fmt: skip


# The numbers of a plan


def asked(
    numbers: Sequence[str],
    series: Series,
    *,
    taken: Sequence[str] = (),
    plan: EntityPlan | None = None,
    misfit: Callable[[str], str | None] = lambda _: None,
    **more: object,
) -> Asked:
    numbered = Numbered(
        series.entity, series.field, dict.fromkeys(numbers, ""), {}, next_number=str(more.pop("next_number", ""))
    )
    return Asked(
        numbered,
        series,
        misfit,
        {collision_key(one): TakenNumber(one) for one in taken},
        plan or EntityPlan(),
        is_allowed=True,
        is_open=True,
        **more,
    )  # type: ignore[arg-type]


def proposed(one: Asked) -> dict[str, str]:
    proposal = propose([one])
    assert proposal.problems == ()
    return {pair.old: pair.new for pair in proposal.entities[one.numbered.entity].pairs} if proposal.entities else {}


CUSTOMERS = Series("customer", "customer_number", 10000, 19999)
NUMBERS = ["10001", "K-10", "K-2", "0417", "250000", "10007"]

PROPOSALS: dict[str, dict[str, dict[str, str]]] = {
    "24sevenoffice": {"customer": {}, "project": {}, "invoice": {"0417": "250001", "K-2": "250002", "K-10": "250003"}},
    "business_central": {"customer": {}, "project": {}},
    "e_conomic": {"customer": {"K-2": "250001", "K-10": "250002"}, "project": {}},
    "fiken": {"customer": {}, "project": {}},
    "fortnox": {"customer": {}, "project": {}},
    "generic": {"customer": {}, "project": {}},
    "mamut_gbat10": {"customer": {"K-2": "250001", "K-10": "250002"}, "project": {}},
    "poweroffice_go": {"customer": {"0417": "10008", "250000": "10009", "K-2": "10010", "K-10": "10011"}, "project": {}},
    "tripletex": {"customer": {}, "project": {"0417": "250001", "10001": "250002", "10007": "250003", "K-2": "250004", "K-10": "250005"}},
    "uni_economy": {"customer": {"0417": "100000", "10001": "100001", "10007": "100002", "250000": "100003", "K-2": "100004", "K-10": "100005"}, "project": {"K-2": "250001", "K-10": "250002"}},
    "uniconta": {"customer": {}, "project": {}},
    "visma_business": {"customer": {"K-2": "250001", "K-10": "250002"}, "project": {}},
    "xledger": {"customer": {"K-2": "250001", "K-10": "250002"}, "project": {}, "invoice": {"0417": "250001", "K-2": "250002", "K-10": "250003"}},
}  # fmt: skip


def test_every_accounting_system_has_its_proposals() -> None:
    assert set(PROPOSALS) == set(CATALOG.accounting)


@pytest.mark.parametrize("name", PROPOSALS)
def test_what_an_accounting_system_gets(name: str) -> None:
    """What fits stays; the others get new numbers of the series, counted as people count."""
    system = CATALOG.accounting[name]
    for entity, expected in PROPOSALS[name].items():
        path = f"{entity}.{FIELDS[entity]}"
        series = series_of(CATALOG.company, system, path)
        found = proposed(asked(NUMBERS, series, misfit=misfits(CATALOG, system, path)))
        assert found == {**{number: number for number in NUMBERS}, **expected}, entity


@pytest.mark.parametrize(
    ("numbers", "series", "taken", "following", "expected"),
    [
        (["A", "B"], CUSTOMERS, [], "", {"A": "10000", "B": "10001"}),
        (["A", "10000"], CUSTOMERS, [], "", {"A": "10001", "10000": "10000"}),
        (["A", "10004"], CUSTOMERS, ["10010"], "", {"A": "10011", "10004": "10004"}),
        (["A", "10004"], CUSTOMERS, ["010005", "10005"], "", {"A": "10006", "10004": "10004"}),
        (["A", "10004"], CUSTOMERS, ["10004"], "", {"10004": "10005", "A": "10006"}),
        (["A"], CUSTOMERS, [], "10500", {"A": "10500"}),  # what the form says is the next one is free, and nothing below it
        (["A", "19999"], CUSTOMERS, ["10000"], "", {"A": "10001", "19999": "19999"}),  # no room above: the gaps, the lowest first
        (["A", "B", "10002"], Series("customer", "customer_number", 10001, 10003), [], "", {"A": "10001", "B": "10003", "10002": "10002"}),
        (["0417", "417"], Series("customer", "customer_number", outside="stays"), [], "", {"0417": "0417", "417": "418"}),  # people take the two for one
        (
            ["017", "A"],
            Series("customer", "customer_number", outside="stays"),
            ["17"],
            "",
            {"017": "18", "A": "A"},
        ),
        (["K-1", "k-01"], Series("customer", "customer_number", outside="stays"), [], "", {"K-1": "K-1", "k-01": "1"}),
        (["K10", "17"], Series("customer", "customer_number", 10, prefix="K"), [], "", {"K10": "K10", "17": "K11"}),
    ],
)  # fmt: skip
def test_where_new_numbers_come_from(
    numbers: list[str], series: Series, taken: list[str], following: str, expected: dict[str, str]
) -> None:
    assert proposed(asked(numbers, series, taken=taken, next_number=following)) == expected


def test_answers_of_the_fix_list_are_about_the_new_numbers() -> None:
    """«K-2 is K-1» goes on being so, and «Fjord is K-1» leads to the new number."""
    rows = delivery_of(["K-1", "K-2"], ["1"])
    rows["contact"] = [{"customer_number": "Fjorden", "name": "Anne Berg"}, {"customer_number": "K-2", "name": "Berit"}]
    answers = (
        Answer("customer", "customer_number", "K-2", "merge", "K-1"),
        Answer("contact", "customer_number", "Fjorden", "map", "K-1"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renumbering, "answers_of", lambda *_: answers)
        done = renumbered(file_of(rows), system="poweroffice_go")
    assert [(answer.value, answer.to) for answer in done.answers] == [("10001", "10000"), ("Fjorden", "10000")]
    assert column(done.files[0], "contact", "customer_number") == ["10000", "10001"]


def test_a_series_that_is_shared() -> None:
    """In Tripletex the number of an order is that of the invoice: no project gets one of them, nor keeps one."""
    system = CATALOG.accounting["tripletex"]
    path = "project.project_number"
    projects = asked(["20005", "A"], series_of(CATALOG.company, system, path), misfit=misfits(CATALOG, system, path))
    invoices = asked(["20005", "20006"], Series("invoice", "invoice_number", outside="stays"))
    found = propose([projects, invoices]).entities
    assert {pair.old: pair.new for pair in found["project"].pairs} == {"20005": "20007", "A": "20008"}
    assert [pair.why for pair in found["project"].pairs] == ["taken", "does not fit"]
    assert not any(pair.is_changed for pair in found["invoice"].pairs)


def test_a_series_without_room_is_told_with_figures() -> None:
    proposal = propose([asked(["A", "B", "C", "10001"], Series("customer", "customer_number", 10000, 10002))])
    assert proposal.problems == (
        "customer: 3 new numbers are needed, but the series 10000 to 10002 has only 2 free; widen it under `series` in the company file",
    )  # fmt: skip


@given(
    st.lists(st.from_regex(r"(K-?)?0?[1-9][0-9]{0,4}", fullmatch=True), min_size=1, max_size=12, unique_by=number_key),
    st.lists(st.integers(9990, 10030).map(str), max_size=8),
)
@settings(max_examples=80, deadline=None)
def test_a_plan_is_one_to_one_keeps_the_order_and_what_fits(numbers: list[str], taken: list[str]) -> None:
    one = asked(numbers, CUSTOMERS, taken=taken)
    pairs = propose([one]).entities["customer"].pairs
    assert {number_key(pair.old) for pair in pairs} == {number_key(number) for number in numbers}
    assert len({collision_key(pair.new) for pair in pairs}) == len(pairs)
    assert all(CUSTOMERS.place(pair.new) is not None for pair in pairs)
    changed = [pair for pair in pairs if pair.is_changed]
    assert all(natural_key(a.old) < natural_key(b.old) and int(a.new) < int(b.new) for a, b in pairwise(changed))
    olds = {number_key(pair.old) for pair in changed}
    assert not olds & {number_key(pair.new) for pair in pairs}
    assert not {collision_key(pair.new) for pair in pairs} & {collision_key(number) for number in taken}
    seen: set[str] = set()
    for number in sorted(numbers, key=natural_key):
        fits = CUSTOMERS.place(number) is not None and number not in taken and collision_key(number) not in seen
        assert (Pair(number, number, "fits") in pairs) == fits
        seen.add(collision_key(number)) if fits else None
    # What has been decided stays decided, whatever comes later
    again = propose([dataclasses.replace(one, plan=EntityPlan(pairs), taken={})]).entities["customer"].pairs
    assert again == pairs


def test_demands_are_read_as_cerberus_reads_them() -> None:
    for system in CATALOG.accounting.values():
        for demand in system.demands:
            if demand.field in FIELDS.values():
                asks = misfits(CATALOG, system, f"{demand.entity}.{demand.field}")
                validator = cerberus.Validator({"value": dict(demand.schema)})
                for number in (*demand.good, *demand.bad, demand.example):
                    if asks(number) is None:
                        assert validator.validate({"value": number})
                assert all(asks(number) is not None for number in demand.bad)


# Every cell

PHASES = (Phase.explicit, Phase.generate)  # a failure is not worth minutes of shrinking: the examples are small
numbers_of_customers = st.lists(
    st.from_regex(r"K-[1-9][0-9]?|100[0-4][0-9]|[1-9][0-9]{3}", fullmatch=True),
    min_size=1,
    max_size=4,
    unique_by=collision_key,
)
numbers_of_projects = st.lists(
    st.from_regex(r"P[1-9]|[1-9][0-9]{3}(-[1-9])?", fullmatch=True), min_size=1, max_size=4, unique_by=collision_key
)


@given(
    customers=numbers_of_customers,
    projects=numbers_of_projects,
    as_numbers=st.booleans(),
    system=st.sampled_from(["uni_economy", "poweroffice_go", "tripletex"]),
)
@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_delivery_is_renumbered_once_and_back(
    customers: list[str], projects: list[str], as_numbers: bool, system: str, tmp_path: Path
) -> None:
    """Complete, idempotent, reversible; `renumber_files` itself proves that nothing else has changed."""
    typed = [f"number:{one}" if as_numbers and one.isdigit() else one for one in customers]
    before = file_of(delivery_of(typed, projects, next_customer_no="10005"))
    done = renumbered(before, system=system)
    assert done.plan is not None
    new_of = {name: done.plan.new_of(name) for name in FIELDS}
    after = done.files[0]
    for entity, field, of in (
        ("customer", "customer_number", "customer"), ("contact", "customer_number", "customer"), ("project", "customer_number", "customer"),
        ("project", "project_number", "project"), ("time_record", "project_number", "project"), ("document", "entity_key", "customer"),
    ):  # fmt: skip
        old, new = ([show(one) for one in column(file, entity, field)] for file in (before, after))
        assert new == [new_of[of].get(number_key(one), one) for one in old]
        assert not new_of[of].keys() & {number_key(one) for one in new}
    kept = [
        show(old) if number_key(show(old)) in new_of["customer"] else None
        for old in column(before, "customer", "customer_number")
    ]
    assert (column(after, "customer", "old_customer_number") or [None] * len(kept)) == kept
    plan = plan_file(done.plan, tmp_path)
    again = renumbered(after, plan=plan)
    assert again.files[0][1] == after[1]
    assert again.plan is not None
    assert again.plan.entities == done.plan.entities
    back = renumbered(after, plan=plan, is_back=True)
    assert cells(back.files[0][1]) == cells(before[1])


def show(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def test_names_numbers_and_texts_in_one_column() -> None:
    """A number stays a number and a text a text; who is called by name is still called so; zeros are not lost."""
    rows = delivery_of(["1001", "K-2"], ["1", "2"])
    rows["contact"] = [
        {"customer_number": written, "name": "Anne Berg"}
        for written in (
            "number:1001",
            "1001",
            " 1001 ",
            "k-2",
            "1001 Kunde A AS",
            "Kunde A AS",
            "Kunde B AS (K-2)",
            "1001.0",
            "",
        )
    ]
    done = renumbered(file_of(rows), system="poweroffice_go")
    assert column(done.files[0], "contact", "customer_number") == [
        10000.0, "10000", "10000", "10001", "10000 Kunde A AS", "Kunde A AS", "Kunde B AS (10001)", "10000", None,
    ]  # fmt: skip


def test_a_column_that_stands_in_and_a_second_column_of_the_same() -> None:
    title = CATALOG.entities["contact"].title["nb"]
    contacts = sheet(
        title,
        [
            ["Kunde", "Navn", "E-post"],
            ["K-1 Kunde A AS", "Anne", "a@fjord.example"],
            ["Kunde A AS", "Berit", "b@fjord.example"],
        ],
    )
    projects = sheet(
        CATALOG.entities["project"].title["nb"],
        [["Prosjektnr", "Prosjektnavn", "Kundenummer", "Kundenr"], ["1", "Bro", "K-1", "K-1"]],
    )
    customers = entity_sheet(CATALOG.entities["customer"], [{"customer_number": "K-1", "name": "Kunde A AS"}])
    done = renumbered(saved(workbook(customers, contacts, projects)), system="poweroffice_go")
    there = cells(done.files[0][1])
    assert [there[title, name][0] for name in ("A2", "A3")] == ["10000 Kunde A AS", "Kunde A AS"]
    assert [there[CATALOG.entities["project"].title["nb"], name][0] for name in ("C2", "D2")] == ["10000", "10000"]


def test_several_workbooks_are_one_delivery_and_each_comes_back() -> None:
    rows = delivery_of(["K-1", "K-2"], ["1"])
    one = file_of({name: rows[name] for name in ("customer",)}, "kunder.xlsx")
    more = file_of({"customer": [{"customer_number": "K-3", "name": "Kunde C AS"}]}, "flere.xlsx")
    other = file_of(
        {
            name: [*rows[name], {**rows[name][0], "customer_number": "K-3", "project_number": "9", "name": "Bro"}]
            for name in ("project",)
        },
        "prosjekter.xlsx",
    )
    done = renumbered([one, more, other], system="poweroffice_go")
    assert [path for path, _, _ in done.files] == ["kunder.xlsx", "flere.xlsx", "prosjekter.xlsx"]
    assert column(done.files[1], "customer", "customer_number") == ["10002"]
    assert column(done.files[2], "project", "customer_number") == ["10000", "10002"]


def test_the_companys_form_says_the_next_number() -> None:
    done = renumbered(
        file_of(delivery_of(["K-1", "10004"], ["1"], next_customer_no="10005", next_project_no="2")),
        system="poweroffice_go",
    )
    assert done.plan is not None
    assert (done.plan.entities["customer"].next_was, done.plan.entities["customer"].next_is) == ("10005", "10006")
    form = {
        key[1]: value[0]
        for key, value in cells(done.files[0][1]).items()
        if key[0] == CATALOG.entities["company"].title["nb"]
    }
    label = next(
        cell
        for cell, value in form.items()
        if value == CATALOG.entities["company"].field("next_customer_no").label["nb"]
    )
    assert form[label.replace("A", "B")] == "10006"
    assert done.plan.entities["project"].next_is == ""


def test_the_customers_own_sheet_of_numbers_holds_the_pairs_afterwards() -> None:
    """Its rules, which know nothing of the plan, find nothing wrong: no old number is left anywhere."""
    catalog = dataclasses.replace(
        CATALOG, company=dataclasses.replace(CATALOG.company, accounting_system="uni_economy")
    )
    rows = delivery_of(["K-1", "2002"], ["P-1", "7"])
    rows["number_map"] = [
        {"entity": "Kunde", "old_number": "GAMMEL-9", "new_number": "2002", "reason": "Fra forrige system"}
    ]
    done = renumbered(file_of(rows), system="uni_economy")
    assert [column(done.files[0], "number_map", name) for name in ("entity", "old_number", "new_number")] == [
        ["Kunde", "Kunde", "Prosjekt"], ["GAMMEL-9", "K-1", "P-1"], ["100000", "100001", "8"],
    ]  # fmt: skip
    checked = check_files(done.files, catalog, TODAY, None, pipeline.no_progress, pipeline.Before())
    assert not {finding.code for finding in checked.report.findings if finding.code.startswith("NS-")}


def test_invoices_keep_their_numbers_unless_it_is_allowed() -> None:
    rows = delivery_of(["10001"], ["1"])
    rows["invoice"] = [
        {"invoice_number": number, "customer_number": "10001", "kid": "1000167138"} for number in ("F-7", "16713")
    ]
    rows["invoice_pdf"] = [
        {"file_name": "Faktura F-7.pdf", "invoice_number": "F-7"}, {"file_name": "Faktura_F-7-kopi.pdf"}, {"file_name": "16713.pdf"}, {"file_name": "F-70.pdf"},
    ]  # fmt: skip
    rows["time_record"] = [{"project_number": "1", "invoice_number": "F-7"}]
    done = renumbered(file_of(rows), system="generic")
    assert done.plan is not None
    assert "invoice" not in done.plan.entities
    assert [note.id for note in done.notes if note.facts.get("entity") == "invoice"] == ["not_allowed"]
    done = renumbered(file_of(rows), system="generic", allowed=("invoice",))
    assert column(done.files[0], "invoice", "invoice_number") == ["16714", "16713"]
    assert column(done.files[0], "time_record", "invoice_number") == ["16714"]
    assert column(done.files[0], "invoice_pdf", "file_name") == [
        "Faktura 16714.pdf",
        "Faktura_16714-kopi.pdf",
        "16713.pdf",
        "F-70.pdf",
    ]
    assert column(done.files[0], "invoice", "kid") == ["1000167138"] * 2
    assert [(note.id, note.facts["count"]) for note in done.notes if note.id == "stays_issued"] == [("stays_issued", 1)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Faktura_16713.pdf", "Faktura_5.pdf"), ("16713-kopi.pdf", "5-kopi.pdf"), ("167130.pdf", "167130.pdf"), ("F16713.PDF", "F5.PDF"),
        ("0016713.pdf", "5.pdf"), ("16713", "5"), ("a/16713 16713.pdf", "a/5 5.pdf"), ("16713 og 16714.pdf", "16713 og 16714.pdf"),
        ("Kreditnota K-17.pdf", "Kreditnota 8.pdf"), ("k-17.pdf", "8.pdf"), ("K-170.pdf", "K-170.pdf"), ("AK-17.pdf", "AK-17.pdf"), ("0418.pdf", "11.pdf"), ("418.pdf", "418.pdf"), ("", ""), (".pdf", ".pdf"),
    ],
)  # fmt: skip
def test_a_number_in_the_name_of_a_file_is_a_whole_token(name: str, expected: str) -> None:
    pairs = [("16713", "5"), ("16714", "6"), ("K-17", "8"), ("0418", "11"), ("418", "418")]
    plan = Plan("", "generic", None, {"invoice": EntityPlan(tuple(Pair(*pair) for pair in pairs))})
    assert renamed(name, plan, "invoice") == expected
    assert renamed(expected, plan, "invoice") == expected
    assert renamed(name, plan, "customer") == name


def test_where_the_number_is_known_no_other_one_in_the_name_counts() -> None:
    plan = Plan("", "generic", None, {"invoice": EntityPlan((Pair("16713", "5"), Pair("2024", "6")))})
    assert renamed("Faktura 2024-16713.pdf", plan, "invoice") == "Faktura 2024-16713.pdf"
    assert renamed("Faktura 2024-16713.pdf", plan, "invoice", "16713") == "Faktura 2024-5.pdf"


# The workbook itself


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> File:
    """The sample of our own template, with all that it has: formats, dropdowns, notes, formulas."""
    path = tmp_path_factory.mktemp("sample") / "fjord.xlsx"
    pipeline.make_template(CATALOG, SHEETS, "nb", path, sample=True)
    data = path.read_bytes()
    return "fjord.xlsx", data, read_workbook(data, "fjord.xlsx")


def test_all_other_cells_parts_and_formats_stay(sample: File) -> None:
    """Member by member and cell by cell: only what holds a number is another, and keeps its format."""
    done = renumbered(sample, system="uni_economy")
    assert done.plan is not None
    old, new = cells(sample[1]), cells(done.files[0][1])
    changed = {
        place: (old.get(place), new.get(place)) for place in old.keys() | new.keys() if old.get(place) != new.get(place)
    }
    titles = {
        CATALOG.entities[name].title["nb"]
        for name in ("customer", "contact", "project", "invoice", "number_map", "company")
    }
    assert {sheet_name for sheet_name, _ in changed} <= titles
    assert {str(pair[0][0]) for pair in changed.values() if pair[0]} == {"10001", "10002", "10003", "10004", "10005"}
    assert all(before is None or after is None or before[1] == after[1] for before, after in changed.values())
    archives = [zipfile.ZipFile(io.BytesIO(data)) for data in (sample[1], done.files[0][1])]
    assert archives[0].namelist() == archives[1].namelist()
    sheets = {name for name in archives[0].namelist() if archives[0].read(name) != archives[1].read(name)}
    assert all(re.fullmatch(r"xl/(worksheets/sheet\d+|workbook)\.xml", name) for name in sheets)
    assert b'fullCalcOnLoad="1"' in archives[1].read("xl/workbook.xml")


ODD = (
    '<row r="1" spans="1:3"><c r="A1" t="inlineStr"><is><t>Nr</t></is></c></row>'
    '<row r="2" spans="1:3" s="7" customFormat="1"><c r="A2" s="3" t="s"><v>0</v></c><c r="C2"><f t="shared" ref="C2:C4" si="0">A2</f><v>1</v></c></row>'
    '<row r="3"><c r="C3"><f t="shared" si="0"/><v>2</v></c></row><row r="4"><c r="C4"><f t="shared" si="0"/><v>3</v></c></row>'
    '<row r="5"/><row r="9"><c r="D9"><v>9</v></c><extLst/></row>'
)


def rewritten(sheet_xml: str, edits: Mapping[int, Mapping[int, int | str | None]], **more: object) -> str:
    data = ooxml.xlsx(sheet_xml, **more)
    read = read_workbook(data, "odd.xlsx")
    after = rewrite(data, read, {read.sheets[0].name: edits})
    name = next(
        one for one in zipfile.ZipFile(io.BytesIO(data)).namelist() if "worksheets/" in one and one.endswith(".xml")
    )
    text = zipfile.ZipFile(io.BytesIO(after)).read(name).decode()
    return text[text.index("<sheetData") : text.index("</sheetData>")]


def test_cells_rows_and_shared_formulas_as_programs_write_them() -> None:
    """Cells and rows that are not there, styles of rows, rows without an end, what shares a formula that goes."""
    edits = {
        2: {0: "10000", 1: "K<1>", 2: 5},
        4: {0: "x"},
        5: {1: "y"},
        7: {3: 8},
        9: {0: 1, 3: None, 4: "z"},
        12: {0: "ny"},
    }
    text = '<is><t xml:space="preserve">'
    assert rewritten(ODD, edits, strings="<si><t>K-1</t></si>").partition(">")[2] == (
        '<row r="1" spans="1:3"><c r="A1" t="inlineStr"><is><t>Nr</t></is></c></row>'
        f'<row r="2" s="7" customFormat="1"><c r="A2" s="3" t="inlineStr">{text}10000</t></is></c>'
        f'<c t="inlineStr" r="B2" s="7">{text}K&lt;1&gt;</t></is></c><c r="C2"><v>5</v></c></row>'
        '<row r="3"><c r="C3"><v>2</v></c></row>'
        f'<row r="4"><c t="inlineStr" r="A4">{text}x</t></is></c><c r="C4"><v>3</v></c></row>'
        f'<row r="5"><c t="inlineStr" r="B5">{text}y</t></is></c></row>'
        '<row r="7"><c r="D7"><v>8</v></c></row>'
        f'<row r="9"><c r="A9"><v>1</v></c><c r="D9"/><c t="inlineStr" r="E9">{text}z</t></is></c><extLst/></row>'
        f'<row r="12"><c t="inlineStr" r="A12">{text}ny</t></is></c></row>'
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if place % 7 == 0 else [pytest.mark.slow])
        for place, name in enumerate(producers.names())
    ],
)
def test_whoever_wrote_the_workbook(name: str) -> None:
    """A few cells of every sheet get other values; read again, they alone are others, and no other part has changed."""
    data = producers.workbook(name)
    before = read_workbook(data, "odd.xlsx")
    edits = {}
    for one in before.sheets:
        rows = one.rows.tolist()
        last = one.columns[-1].index if one.columns else 0
        places = [*rows[:2], *rows[len(rows) // 2 :][:1], (rows[-1] if rows else 0) + 3]
        edits[one.name] = {
            row: {0: "Ny <&> 1", min(last, 16_000) + 1: 17, last: None} for row in places if row < 1_048_000
        }
    after_data = rewrite(data, before, edits)
    after = read_workbook(after_data, "odd.xlsx")
    expected, found = values_of(before), values_of(after)
    for sheet_name, of_sheet in edits.items():
        for row, of_row in of_sheet.items():
            for place, value in of_row.items():
                expected.pop((sheet_name, row, place), None)
                if value is not None:
                    expected[sheet_name, row, place] = value
    assert found == expected
    archives = [zipfile.ZipFile(io.BytesIO(one)) for one in (data, after_data)]
    old, new = ({one: archive.read(one) for one in archive.namelist()} for archive in archives)
    lost = old.keys() - new.keys()
    assert not [one for one in lost if not re.search("calcChain|vba|/$", one, re.IGNORECASE)]
    changed = {one for one in new if old.get(one) != new[one]}
    assert not [
        one for one in changed if re.search("styles|sharedStrings|theme|drawing|comments|table", one, re.IGNORECASE)
    ]


def values_of(read: Workbook) -> dict[tuple[str, int, int], object]:
    found: dict[tuple[str, int, int], object] = {}
    for one in read.sheets:
        for column in one.columns:
            for row, kind, number, code in zip(
                one.rows.tolist(), column.kinds.tolist(), column.numbers.tolist(), column.codes.tolist(), strict=True
            ):
                if kind != Kind.BLANK:
                    found[one.name, row, column.index] = (
                        one.pool[code] if code >= 0 else None if math.isnan(number) else number
                    )
    return found


def test_a_formula_that_gives_a_number_becomes_the_number_and_is_told(tmp_path: Path) -> None:
    made = tmp_path / "formula.xlsx"
    opened = openpyxl.Workbook()
    customers = opened.active
    customers.title = "Kunder"
    customers.append(["Kundenummer", "Kundenavn"])
    customers.append(["K-1", "Fjord AS"])
    contacts = opened.create_sheet("Kontaktpersoner")
    contacts.append(["Kundenummer", "Navn", "E-post"])
    contacts.append(["=Kunder!A2", "Anne", '="a@"&"fjord.example"'])
    opened.save(made)
    data = made.read_bytes()
    # openpyxl leaves no results; a program that calculates does.
    members = {
        name: zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    }
    part = "xl/worksheets/sheet2.xml"
    members[part] = (
        members[part]
        .replace(b"<v></v>", b"<v/>")
        .replace(b"<v />", b"<v/>")
        .replace(b"<f>Kunder!A2</f><v/>", b"<f>Kunder!A2</f><v>K-1</v>")
        .replace(b"<v/>", b"<v>a@fjord.example</v>")
    )
    members[part] = re.sub(rb'(<c r="[AC]2")( t="\w+")?', rb'\1 t="str"', members[part])
    data = ooxml.package(members)
    done = renumbered(("formula.xlsx", data, read_workbook(data, "formula.xlsx")), system="poweroffice_go")
    there = cells(done.files[0][1])
    assert there["Kontaktpersoner", "A2"][0] == "10000"
    assert there["Kontaktpersoner", "C2"][0] == '="a@"&"fjord.example"'
    told = [note.facts for note in done.notes if note.id == "formulas"]
    assert [(facts["sheet"], facts["header"], facts["count"]) for facts in told] == [
        ("Kontaktpersoner", "Kundenummer", 1)
    ]


def test_a_csv_file_comes_back_as_a_workbook() -> None:
    texts = {
        "kunder.csv": "Kundenummer;Kundenavn\nK-1;Fjord AS\n0417;Vik AS\n",
        "prosjekter.csv": "Prosjektnr;Prosjektnavn;Kundenummer\n1;Bro;0417\n",
    }
    files = [(name, text.encode(), read_workbook(text.encode(), name)) for name, text in texts.items()]
    done = renumbered(files, system="poweroffice_go")
    assert [data[:2] for _, data, _ in done.files] == [b"PK", b"PK"]
    assert cells(done.files[1][1])["prosjekter", "C2"][0] == "10000"
    assert cells(done.files[0][1])["kunder", "A2"][0] == "10001"
    assert [note.id for note in done.notes] == ["no_old_column"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xls"])
def test_a_workbook_that_libreoffice_has_saved(sample: File, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "fjord.xlsx").write_bytes(sample[1])
    (tmp_path / "out").mkdir()
    words = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        suffix,
        "--outdir",
        str(tmp_path / "out"),
        str(tmp_path / "fjord.xlsx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    path = tmp_path / "out" / f"fjord.{suffix}"
    data = path.read_bytes()
    done = renumbered((path.name, data, read_workbook(data, path.name)), system="uni_economy")
    assert column(done.files[0], "customer", "customer_number")[:2] in ([100000.0, 100001.0], ["100000", "100001"])
    (tmp_path / "back.xlsx").write_bytes(done.files[0][1])
    words[4:5] = ["csv"]
    words[-1] = str(tmp_path / "back.xlsx")
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    assert (tmp_path / "out" / "back.csv").stat().st_size > 0


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda edits: edits["Kontaktpersoner"].pop(2), "no old number is left in contact.customer_number"),
        pytest.param(
            lambda edits: edits["Kontaktpersoner"][2].update({0: "10001"}),
            "contact.customer_number is as it must be",
            marks=pytest.mark.slow,
        ),
        (lambda edits: edits["Kunder"][3].update({0: "10000"}), "one new number for each old one"),
        pytest.param(
            lambda edits: edits["Kunder"][2].update({1: "Vik AS"}), "customer.name is as it must be", marks=pytest.mark.slow
        ),
        (lambda edits: edits["Timer"].update({2: {4: "8"}}), "time_record.hours is as it must be"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_found_before_anything_is_written(
    harm: Callable[[dict[str, dict[int, dict[int, object]]]], object], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The written workbook is read again as any delivery is: the proof does not believe the one who wrote it."""
    rows = delivery_of(["K-1", "K-2"], ["1"])
    hours = CATALOG.entities["time_record"]
    place = [field.name for field in hours.fields].index("hours")

    def harmful(data: bytes, read: Workbook, edits: dict[str, dict[int, dict[int, object]]]) -> bytes:
        edits.setdefault("Timer", {})
        harm(edits)
        edits["Timer"] = {
            row: {place if at == 4 else at: value for at, value in of.items()} for row, of in edits["Timer"].items()
        }
        return rewrite(data, read, edits)

    monkeypatch.setattr("momentsheet.workbook.rewrite", harmful)
    with pytest.raises(AssertionError, match=re.escape(expected)):
        renumbered(file_of(rows), system="poweroffice_go")


# Lists, maps and plans that come back


def test_taken_numbers_are_not_given_out(tmp_path: Path) -> None:
    (tmp_path / "taken.txt").write_text("Nummer\n10000\n10002\n", encoding="utf-8")
    (tmp_path / "kunder.csv").write_text(
        "Kundenummer;Kundenavn\n10001;Kunde A AS\n10009;Noen Andre AS\n", encoding="utf-8"
    )
    rows = delivery_of(["10001", "10002", "K-1"], ["1"])
    done = renumbered(
        file_of(rows),
        system="poweroffice_go",
        taken=(f"customer={tmp_path / 'taken.txt'}", str(tmp_path / "kunder.csv")),
    )
    # 10001 is the same customer in both lists, so it stays; 10002 is somebody else's.
    assert column(done.files[0], "customer", "customer_number") == ["10001", "10010", "10011"]


def test_a_later_delivery_gets_the_same_numbers_and_its_new_ones_are_added(tmp_path: Path) -> None:
    first = renumbered(file_of(delivery_of(["K-1", "K-2"], ["1"])), system="poweroffice_go")
    assert first.plan is not None
    later = renumbered(file_of(delivery_of(["K-2", "K-9", "K-3"], ["1", "2"])), plan=plan_file(first.plan, tmp_path))
    assert column(later.files[0], "customer", "customer_number") == ["10001", "10003", "10002"]
    assert later.plan is not None
    assert {pair.old: pair.new for pair in later.plan.entities["customer"].pairs} == {
        "K-1": "10000",
        "K-2": "10001",
        "K-3": "10002",
        "K-9": "10003",
    }
    assert {(note.id, note.facts["entity"], note.facts["count"]) for note in later.notes if "count" in note.facts} >= {
        ("added", "customer", 2),
        ("absent", "customer", 1),
    }


def test_a_delivery_of_hours_alone_is_renumbered_by_the_plan(tmp_path: Path) -> None:
    first = renumbered(file_of(delivery_of(["K-1"], ["P-1"])), system="uni_economy")
    assert first.plan is not None
    hours = file_of({"time_record": [{"project_number": "P-1", "hours": "7,5"}]})
    assert column(
        renumbered(hours, plan=plan_file(first.plan, tmp_path)).files[0], "time_record", "project_number"
    ) == ["1"]
    assert [one.id for one in renumbered(hours, system="uni_economy").obstacles] == ["unknown"]


def test_the_customers_own_map_is_applied() -> None:
    rows = delivery_of(["K-1", "K-2", "7"], ["1"])
    rows["number_map"] = [
        {"entity": "Kunde", "old_number": "K-1", "new_number": "500"},
        {"entity": "Kunde", "old_number": "k-2", "new_number": "501"},
    ]
    done = renumbered(file_of(rows), is_map=True)
    assert column(done.files[0], "customer", "customer_number") == ["500", "501", "7"]
    assert column(done.files[0], "number_map", "old_number") == ["K-1", "k-2"]
    assert done.plan is not None
    assert {pair.why for pair in done.plan.entities["customer"].pairs} == {"map", "fits"}


def test_a_plan_is_read_as_it_was_written() -> None:
    pairs = (
        Pair("K-1", "10000", "does not fit", 'Fjord "og" \\ Vik: {#}'),
        Pair("NO", "10001", "taken"),
        Pair("0417", "0417", "fits", "Ærø & Co"),
    )
    plan = Plan(
        "fjord",
        "poweroffice_go",
        TODAY,
        {"customer": EntityPlan(pairs, "10005", "10006"), "project": EntityPlan((), "", "")},
    )
    for language in CATALOG.languages:
        read = read_plan(dump_plan(plan, CATALOG, language), "plan.yaml", CATALOG)
        stripped = {
            name: dataclasses.replace(part, pairs=tuple(dataclasses.replace(pair, line=0) for pair in part.pairs))
            for name, part in read.entities.items()
        }
        assert dataclasses.replace(read, entities=stripped, file="") == plan
    assert dump_plan(plan, CATALOG, "nb") == dump_plan(plan, CATALOG, "nb")


HEAD = "company: fjord\naccounting_system: poweroffice_go\nplan:\n  customer:\n    numbers:\n"
ROW = '      - {{old: "{}", new: "{}"}}\n'

BAD_PLANS = {
    "no yaml": ("company: [\n", "plan.yaml:2: cannot be read as YAML"),
    "no plan": ("company: fjord\n", "the plan lacks `accounting_system`"),
    "unknown system": (HEAD.replace("poweroffice_go", "poweroffic"), "did you mean `poweroffice_go`?"),
    "unknown entity": ("accounting_system: generic\nplan:\n  custommer: {}\n", "did you mean `customer`?"),
    "not numbered": ("accounting_system: generic\nplan:\n  contact: {}\n", "plan.yaml:3: contact has no numbers of a series"),
    "old twice": (HEAD + ROW.format("K-1", "10000") + ROW.format("k-1", "10001"), "plan.yaml:7: `k-1` is renumbered in line 6 already"),
    "new twice": (HEAD + ROW.format("K-1", "10000") + ROW.format("K-2", "010000"), "plan.yaml:7: `010000` is given to `K-1` in line 6 already"),
    "chain": (HEAD + ROW.format("K-1", "K-2") + ROW.format("K-2", "K-3"), "plan.yaml:6: `K-2` is itself an old number (line 7)"),
    "swap": (HEAD + ROW.format("1", "2") + ROW.format("2", "1"), "plan.yaml:6: `2` is itself an old number (line 7)"),
    "unfit": (HEAD.replace("poweroffice_go", "uni_economy") + ROW.format("K-1", "77"), "plan.yaml:6: `77` does not fit Uni Economy: a whole number from 100000 to 199999"),
    "too long": (HEAD + ROW.format("K-1", "9" * 31), "cannot be a value of customer.customer_number"),
    "unknown reason": (HEAD + "      - {old: a, new: b, why: because}\n", "`why`"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_PLANS)
def test_a_plan_that_is_wrong_is_told_with_its_line(name: str) -> None:
    text, expected = BAD_PLANS[name]
    with pytest.raises(CatalogError) as refused:
        read_plan(text.encode(), "plan.yaml", CATALOG)
    assert expected in str(refused.value)


def test_all_mistakes_of_a_plan_are_told_at_once() -> None:
    text = HEAD + "".join(
        ROW.format(*pair) for pair in (("K-1", "10000"), ("K-2", "10000"), ("K-2", "10003"), ("K-4", "K-1"))
    )
    with pytest.raises(CatalogError) as refused:
        read_plan(text.encode(), "plan.yaml", CATALOG)
    assert [problem.line for problem in refused.value.problems] == [7, 8, 9]


def impossible(
    rows: Mapping[str, Sequence[Row]], plan: str | None, tmp_path: Path, catalog: Catalog = CATALOG, **wish: object
) -> str:
    if plan is not None:
        (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
        wish["plan"] = tmp_path / "plan.yaml"
    with pytest.raises(MomentsheetError) as refused:
        renumbered(file_of(rows, catalog=catalog), catalog, **wish)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_a_plan_that_does_not_go_with_the_delivery(tmp_path: Path) -> None:
    rows = delivery_of(["K-1", "K-2", "10005"], ["1"])
    rows["invoice"] = [{"invoice_number": "16713", "customer_number": "K-1"}]
    (tmp_path / "taken.txt").write_text("10007\n", encoding="utf-8")
    plan = (
        HEAD
        + ROW.format("K-1", "10005")
        + ROW.format("K-2", "10007")
        + '  invoice:\n    numbers:\n      - {old: "16713", new: "5"}\n'
    )
    told = impossible(rows, plan, tmp_path, taken=(f"customer={tmp_path / 'taken.txt'}",))
    assert told.split("\n") == [
        "line 6: customer: K-1 cannot become 10005, which «Kunde C AS» has already",
        "line 7: customer: K-2 cannot become 10007, which is in the list of taken numbers",
        "invoice: 16713 would get new numbers, but these have been issued; add `--allow invoice` if the accountant has agreed to it",
    ]


def test_a_plan_of_another_company(tmp_path: Path) -> None:
    told = impossible(delivery_of(["K-1"], ["1"]), HEAD.replace("fjord", "vik") + ROW.format("K-1", "10005"), tmp_path)
    assert told.endswith("is the number plan of `vik`; these workbooks are of `fjord`")


def test_a_map_that_is_wrong_is_told_in_all_its_parts(tmp_path: Path) -> None:
    rows = delivery_of(["K-1", "K-2", "K-3", "K-4", "10"], ["1"])
    pairs = [("K-1", "10"), ("K-2", "20"), ("K-3", "020"), ("K-3", "21"), ("K-4", "K-1"), ("K-9", "22")]
    rows["number_map"] = [{"entity": "Kunde", "old_number": old, "new_number": new} for old, new in pairs]
    told = impossible(rows, None, tmp_path, is_map=True)
    for expected in (
        "customer: the map makes K-2 and K-3 the same number, 020",
        "customer: the map gives K-3 two new numbers, 020 and 21",
        "customer: the map makes K-4 to K-1, which is itself an old number",
        "customer: the map renumbers K-9, but nothing in the workbooks has that number",
        "customer: K-1 cannot become 10, which «Kunde E AS» has already",
    ):
        assert expected in told


def test_a_default_of_the_company_file_that_names_an_old_number(tmp_path: Path) -> None:
    (tmp_path / "fjord.yaml").write_text('defaults: {time_record.project_number: "P-1"}\n', encoding="utf-8")
    catalog = load_company(CATALOG, tmp_path / "fjord.yaml")
    told = impossible(delivery_of(["K-1"], ["P-1"]), None, tmp_path, catalog, system="uni_economy")
    assert told == "the company file has the default time_record.project_number: P-1, which becomes 1; change it there"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"system": "poweroffis"}, "did you mean `poweroffice_go`"),
        ({"system": "generic", "allowed": ("contact",)}, "--allow contact: what has numbers of a series is customer, project, invoice"),
        ({"system": "generic", "taken": ("contact=x.txt",)}, "--taken contact"),
        ({"system": "generic", "taken": ("nowhere.txt",)}, "there is no file nowhere.txt"),
        ({"plan": Path("nowhere.yaml")}, "there is no file nowhere.yaml"),
    ],
)  # fmt: skip
def test_a_wish_that_makes_no_sense(wish: dict[str, object], expected: str) -> None:
    with pytest.raises(UsageError, match=re.escape(expected)):
        renumbered(file_of(delivery_of(["1"], ["1"])), **wish)


def test_a_list_of_which_nobody_knows_whose_numbers_it_holds(tmp_path: Path) -> None:
    (tmp_path / "taken.txt").write_text("10007\n", encoding="utf-8")
    told = impossible(delivery_of(["1"], ["1"]), None, tmp_path, system="generic", taken=(str(tmp_path / "taken.txt"),))
    assert "say whose numbers it holds, as in --taken customer=" in told


def test_cells_because_of_which_nothing_is_renumbered() -> None:
    rows = delivery_of(["K-1", "K-2", "k-1"], ["1"])
    rows["contact"] = [{"customer_number": "K-99"}, {"customer_number": "K-99"}, {"customer_number": "error:#N/A"}]
    done = renumbered(file_of(rows), system="poweroffice_go")
    assert done.plan is None
    assert done.files == ()
    assert [(one.id, one.value, one.facts.get("count")) for one in done.obstacles] == [
        ("twice", "k-1", None),
        ("unreadable", "#N/A", None),
        ("unknown", "K-99", 2),
    ]
    lines = pipeline.renumbered_lines(done, Path("out"))
    assert (
        lines[0]
        == "delivery.xlsx, Kunder!A4: k-1 står allerede på rad 2 i Kunder. To med samme nummer kan ikke få hvert sitt."
    )
    assert lines[-1] == "Ingenting fikk nye numre. 3 celler må rettes først. `momentsheet check` sier hvordan."
    assert len(json.loads(pipeline.renumbering_json(done))["obstacles"]) == 3


# The series in the files of rules and companies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("series: {customer.name: {first: 1}}", "customer.name has no series of numbers"),
        ("series: {customer.customer_number: {first: 5, last: 4}}", "`last` 4 is below `first` 5"),
        ("series: {customer.customer_number: {first: -1}}", "`first`"),
        ("series: {customer.customer_number: {prefix: K_}}", "`prefix` must be letters"),
        ("series: {customer.customer_number: {outside: goes}}", "`outside`"),
        ("accounting_system: uni_economy\nseries: {customer.customer_number: {last: 200000}}", "`200000` does not fit Uni Economy"),
        ('series: {customer.customer_number: {first: 500}}\nnext_numbers: {customer.customer_number: "499"}', "the next number `499` of customer.customer_number lies outside its series"),
    ],
)  # fmt: skip
def test_a_series_that_a_company_cannot_have(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "fjord.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=re.escape(expected)):
        load_company(CATALOG, tmp_path / "fjord.yaml")


def test_the_samples_of_the_company_file_are_called_by_their_new_numbers(tmp_path: Path) -> None:
    (tmp_path / "fjord.yaml").write_text('samples: {project: ["P-1", "7"]}\n', encoding="utf-8")
    catalog = load_company(CATALOG, tmp_path / "fjord.yaml")
    done = renumbered(file_of(delivery_of(["1"], ["P-1", "7"])), catalog, system="uni_economy")
    assert [note.facts["pairs"] for note in done.notes if note.id == "samples_in_file"] == ["P-1 → 8"]
    assert done.plan is not None
    assert renumbering._with_samples(catalog, done.plan).company.samples == {"project": ("8", "7")}


def test_a_company_moves_a_series(tmp_path: Path) -> None:
    (tmp_path / "fjord.yaml").write_text(
        "accounting_system: poweroffice_go\nseries: {customer.customer_number: {first: 40000, last: 49999}}\n",
        encoding="utf-8",
    )
    catalog = load_company(CATALOG, tmp_path / "fjord.yaml")
    done = renumbered(file_of(delivery_of(["10001", "40007"], ["1"])), catalog, system="poweroffice_go")
    assert column(done.files[0], "customer", "customer_number") == ["40008", "40007"]


WRONG_SERIES = {
    "  - {field: customer.name}": "customer.name has no series of numbers",
    "  - {field: customer.customer_number, last: 1234567}": "`last` 1234567 is no number that the demands take",
    "  - {field: customer.customer_number, first: 200000}": "customer.customer_number has a series already",
    "  - {field: project.project_number, first: 9, last: 3}": "`last` 3 is below `first` 9",
    "  - {field: invoice.invoice_number, shares: [contact.email]}": "contact.email has no series of numbers",
}


def test_every_wrong_series_of_an_accounting_system_is_told_with_its_line(tmp_path: Path) -> None:
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    path = rules / "accounting" / "uni_economy.yaml"
    before = path.read_text(encoding="utf-8")
    start = before.index("series:\n") + len("series:\n")
    path.write_text(
        before[:start] + "\n".join(WRONG_SERIES) + "\n" + before[before.index("rules:", start) :], encoding="utf-8"
    )
    first = before[:start].count("\n") + 1
    with pytest.raises(CatalogError) as refused:
        load_catalog(rules)
    told = {
        (problem.line, expected)
        for problem in refused.value.problems
        for expected in WRONG_SERIES.values()
        if expected in problem.text
    }
    assert {(first + place, expected) for place, expected in enumerate(WRONG_SERIES.values())} <= told
    assert {problem.file for problem in refused.value.problems} == {"rules/accounting/uni_economy.yaml"}


# The command


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> File:
    """The sample of a few sheets, enough where it only matters that it is a workbook of ours."""
    path = tmp_path_factory.mktemp("small") / "fjord.xlsx"
    pipeline.make_template(CATALOG, ("company", "employee", "customer", "project"), "nb", path, sample=True)
    data = path.read_bytes()
    return "fjord.xlsx", data, read_workbook(data, "fjord.xlsx")


def test_the_command_from_end_to_end(small: File, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "fjord.xlsx", tmp_path / "out"
    path.write_bytes(small[1])
    assert run("renumber", path, "--for", "poweroffice_go", "--today", "2025-01-15", "-o", out, "--format", "csv") == 0
    told = capsys.readouterr().err
    assert "Kunder: alle" in told
    assert "plan.yaml" in told
    names = {item.name for item in out.iterdir()}
    assert {
        "fjord.renumbered.xlsx",
        "import",
        "manifest.json",
        "receipt.html",
        "plan.yaml",
        "number-map.xlsx",
        "number-map.csv",
        "report.json",
    } <= names
    # The plan lies in the folder itself, changed by hand: it is given, so it may be replaced by one that holds all of it.
    plan = out / "plan.yaml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace('{old: "10001", new: "10001"', '{old: "10001", new: "10901"'),
        encoding="utf-8",
    )
    assert (
        run("renumber", path, "--plan", plan, "--today", "2025-01-15", "-o", out, "--format", "csv", "-q", "--json")
        == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert {"old": "10001", "new": "10901", "why": "given", "name": "Havneby kommune"} in said["plan"]["customer"][
        "numbers"
    ]
    assert 'next: {was: "10005", is: "10902"}' in plan.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO((out / "number-map.csv").read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert rows[:2] == [
        ["Ark", "Gammelt nummer", "Nytt nummer", "Navn", "Begrunnelse"],
        ["Kunder", "10001", "10901", "Havneby kommune", "Valgt for hånd"],
    ]
    opened = openpyxl.load_workbook(out / "number-map.xlsx").worksheets[0]
    assert opened.auto_filter.ref == f"A5:E{len(rows) + 4}"
    assert [cell.value for cell in opened[6]] == rows[1]
    # A plan that knows less does not take its place.
    words = ("renumber", out / "fjord.renumbered.xlsx", "--for", "poweroffice_go", "--today", "2025-01-15", "-o", out)
    assert run(*words) == 2
    assert "knows old numbers that would be lost" in capsys.readouterr().err
    # Another command in the same folder takes neither plan nor map away, and leaves its own input.
    with Folder(out, [out / "fjord.renumbered.xlsx"]) as folder:
        folder.write("report.json", (out / "report.json").read_bytes())
        folder.commit()
    assert {"plan.yaml", "number-map.xlsx", "fjord.renumbered.xlsx"} <= {item.name for item in out.iterdir()}
    assert (
        run(
            "renumber",
            out / "fjord.renumbered.xlsx",
            "--plan",
            plan,
            "--reverse",
            "--today",
            "2025-01-15",
            "-o",
            tmp_path / "back",
            "--format",
            "csv",
            "-q",
        )
        == 0
    )
    assert cells((tmp_path / "back" / "fjord.renumbered.xlsx").read_bytes()) == cells(small[1])


def test_nothing_is_written_where_nothing_can_be_renumbered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = delivery_of(["K-1", "K-1"], ["1"])
    (tmp_path / "a.xlsx").write_bytes(file_of(rows)[1])
    assert run("renumber", tmp_path / "a.xlsx", "--for", "generic", "-o", tmp_path / "out") == 1
    assert "Kunder!A3" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    for words, told in (
        ([], "--for SYSTEM"),
        (["--for", "generic", "--map"], "one of"),
        (["--map", "--reverse"], "--reverse needs the plan"),
    ):
        assert run("renumber", tmp_path / "a.xlsx", *words, "-o", tmp_path / "out") == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_plan_that_somebody_has_changed_is_not_written_over(tmp_path: Path) -> None:
    def write(*given: Path) -> None:
        with Folder(tmp_path / "out", given) as folder:
            folder.write("plan.yaml", b"plan: {}")
            folder.write("report.json", b'{"tool": "momentsheet"}')
            folder.commit()

    write()
    write()
    plan = tmp_path / "out" / "plan.yaml"
    later = (tmp_path / "out" / "report.json").stat().st_mtime + 60
    os.utime(plan, (later, later))
    with pytest.raises(OutputError, match=r"plan\.yaml has been changed since it was written"):
        write()
    write(plan)


def test_a_plan_that_is_somebody_elses_is_in_the_way_of_a_plan_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("ours: no\n", encoding="utf-8")
    with Folder(tmp_path) as folder:
        folder.write("letter.txt", b"x")
        with pytest.raises(OutputError, match=r"plan\.yaml is not from an earlier run"):
            folder.write("plan.yaml", b"x")


def test_every_numbered_entity_is_known() -> None:
    assert dict(numbered_fields(CATALOG)) == FIELDS
