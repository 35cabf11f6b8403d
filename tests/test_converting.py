"""Converting: import files, memberships derived from hours, figures of the receipt, the manifest."""

import csv
import datetime as dt
import io
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentsheet.catalog import load_catalog
from momentsheet.converting import breakdowns, convert, make_manifest
from momentsheet.converting.writers import looked_up_by, writers
from momentsheet.errors import UsageError
from momentsheet.model.bundle import HandWork
from momentsheet.model.catalog import (
    Catalog,
    Company,
    Entity,
    Field,
    Format,
    FormatColumn,
    FormatFile,
    Reference,
    write_kinds,
)
from momentsheet.model.facts import UNKNOWN, Facts
from momentsheet.model.finding import Input, Report, Totals
from momentsheet.model.table import CleanTable, dtype, sums

MEMBERS = "SELECT DISTINCT project, person, 'active' AS state FROM stint"


def field(name, kind="text", **more):
    return Field(name=name, type=kind, label={}, help={}, example="", **more)


def entity(name, order, *fields, **more):
    return Entity(name=name, order=order, title={}, help={}, fields=fields, rules=(), sample=(), **more)


def columns(*described):
    return tuple(FormatColumn(**({"field": item["name"]} | item)) for item in described)


def make_catalog(*, without=(), hidden=(), company=None, formats=()):
    entities = [
        entity("firm", 10, field("company_code", "code"), field("bank", "bank_account", imported=False), layout="form"),
        entity("person", 20, field("mail", "email"), field("born", "date"), field("is_in", "boolean"), key=("mail",)),
        entity(
            "project", 50, field("number", "code"), field("name"), field("status", "codelist"), field("tags", "list"),
            field("fee", "money"), field("parent", "reference", to=Reference("project", "number")),
            key=("number",), totals=("fee",),
        ),
        entity(
            "member", 55, field("project", "reference"), field("person", "reference"), field("state", "codelist"),
            field("role"), key=("project", "person"), derived=MEMBERS,
        ),
        entity(
            "stint", 70, field("person", "reference"), field("project", "reference"), field("activity", "reference"),
            field("date", "date"), field("hours", "hours"), field("note"),
            totals=("hours",), totals_by=("date", "project"),
        ),
    ]  # fmt: skip
    own = Format(
        name="csv", kind="csv", suffix="csv", title={},
        files=(
            FormatFile("stint", "stints", columns(
                {"name": "person"}, {"name": "project"}, {"name": "activity"}, {"name": "date"}, {"name": "hours"},
                {"name": "minutes", "field": "hours", "write": "minutes"}, {"name": "note"})),
            FormatFile("firm", "firm", columns({"name": "company_code"})),
            FormatFile("person", "people", columns({"name": "mail"}, {"name": "born"}, {"name": "is_in"})),
            FormatFile("project", "projects", columns(
                {"name": "number"}, {"name": "name"}, {"name": "status"}, {"name": "tags", "write": "list"},
                {"name": "fee"}, {"name": "parent"})),
            FormatFile("member", "members", columns(
                {"name": "project"}, {"name": "person"}, {"name": "state"}, {"name": "role"})),
        ),
    )  # fmt: skip
    project_id = {"name": "projectId", "write": "lookup", "lookup": {"entity": "projects", "by": "projectNumber"}}
    api = Format(
        name="api", kind="ndjson", suffix="ndjson", title={},
        files=(
            FormatFile("project", "projects", columns(
                {"name": "projectNumber", "field": "number", "evidence": "observed"},
                {"name": "name", "evidence": "observed"},
                {"name": "projectState", "field": "status", "write": "camel", "evidence": "observed"},
                {"name": "tags", "write": "list", "evidence": "inferred"},
                {"name": "fee", "evidence": "inferred"},
                {**project_id, "name": "mainProjectId", "field": "parent", "evidence": "inferred"}),
                path="/api/1.0/companies/{company_code}/projects", evidence="observed"),
            FormatFile("stint", "timeRecords", columns(
                {"name": "timeRecordDate", "field": "date", "evidence": "observed"},
                {"name": "minutes", "field": "hours", "write": "minutes", "evidence": "observed"},
                {"name": "note", "evidence": "inferred"},
                {**project_id, "field": "project", "evidence": "observed"},
                {"name": "projectExtensionId", "field": "activity", "write": "lookup", "evidence": "observed",
                 "lookup": {"entity": "projectExtensions", "by": "name, projectNumber=project"}}),
                path="/api/1.0/companies/{company_code}/stints", evidence="inferred"),
        ),
    )  # fmt: skip
    shown = {
        item.name: replace(
            item,
            fields=tuple(
                replace(f, in_template=f.in_template and f"{item.name}.{f.name}" not in hidden) for f in item.fields
            ),
        )
        for item in entities
        if item.name not in without
    }
    return Catalog(
        version="0123456789ab", entities=shown, rules={}, code_lists={}, accounting={},
        formats={item.name: item for item in (own, api, *formats)}, texts={}, languages=("en", "nb"),
        company=company or Company(),
    )  # fmt: skip


def table(catalog, name, /, **values):
    """A clean table; fields that are not given are blank."""
    item = catalog.entities[name]
    rows = max((len(column) for column in values.values()), default=0)
    typed = {f.name: pl.Series(values.get(f.name, [None] * rows), dtype=dtype(f.type)) for f in item.fields}
    places = {
        "row_id": pl.Series(range(rows), dtype=pl.UInt32),
        "source": pl.Series([0] * rows, dtype=pl.UInt32),
        "excel_row": pl.Series(range(2, rows + 2), dtype=pl.Int32),
    }
    return CleanTable(name, pl.DataFrame(places | typed))


def delivery(catalog):
    """A small delivery: one firm, two people, three projects (a child before its parent), four stints."""
    given = {
        "firm": {"company_code": ["fjordglott"], "bank": ["00000000000"]},
        "person": {
            "mail": ["åse@a.example", "per@a.example"], "born": [dt.date(1980, 2, 29), None], "is_in": [True, None],
        },
        "project": {
            "number": ["100.1", "100", "007"], "name": ["Tårn; «nord»", "Bru", 'Hus "A"'],
            "status": ["in_progress", "completed", None], "tags": ["Skole; Tre: massiv", None, "Bad"],
            "fee": [1250.5, None, 0.07], "parent": ["100", None, None],
        },
        "stint": {
            "person": ["per@a.example", "åse@a.example", "per@a.example", "per@a.example"],
            "project": ["100", "007", "100", "007"], "activity": ["Skisse", None, "Skisse", None],
            "date": [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 1, 2), dt.date(2025, 1, 3)],
            "hours": [7.5, 0.333333, 0.333333, 0.25], "note": ["=1+1", None, "linje 1\nlinje 2", ""],
        },
    }  # fmt: skip
    return {name: table(catalog, name, **values) for name, values in given.items() if name in catalog.entities}


def file_of(bundle, name):
    return next(file for file in bundle.files if file.path.endswith(f"_{name}"))


def read_csv(file):
    return list(csv.DictReader(io.StringIO(file.data.decode("utf-8"), newline=""), delimiter=";"))


def read_lines(file):
    return [json.loads(line) for line in file.data.decode("utf-8").splitlines()]


CATALOG = make_catalog()


# CSV


def test_files_stand_in_import_order_with_number_and_suffix():
    bundle = convert(delivery(CATALOG), CATALOG, ["csv"])
    assert [file.path for file in bundle.files] == [
        "import/csv/010_firm.csv",
        "import/csv/020_people.csv",
        "import/csv/050_projects.csv",
        "import/csv/055_members.csv",
        "import/csv/070_stints.csv",
    ]
    assert [file.rows for file in bundle.files] == [1, 2, 3, 3, 4]


def test_csv_bytes_are_as_documented():
    bundle = convert(delivery(CATALOG), CATALOG, ["csv"])
    assert file_of(bundle, "people.csv").data.decode() == (
        '"mail";"born";"is_in"\r\n"åse@a.example";"1980-02-29";"true"\r\n"per@a.example";;\r\n'
    )
    assert file_of(bundle, "projects.csv").data.decode() == (
        '"number";"name";"status";"tags";"fee";"parent"\r\n'
        '"100";"Bru";"completed";;;\r\n'
        '"007";"Hus ""A""";;"Bad";0.07;\r\n'
        '"100.1";"Tårn; «nord»";"in_progress";"Skole,Tre: massiv";1250.50;"100"\r\n'
    )


def test_hours_are_written_as_hours_and_as_whole_minutes():
    rows = read_csv(file_of(convert(delivery(CATALOG), CATALOG, ["csv"]), "stints.csv"))
    assert [(row["hours"], row["minutes"]) for row in rows] == [
        ("7.5", "450"), ("0.333333", "20"), ("0.333333", "20"), ("0.25", "15"),
    ]  # fmt: skip


def test_text_is_never_altered():
    notes = [row["note"] for row in read_csv(file_of(convert(delivery(CATALOG), CATALOG, ["csv"]), "stints.csv"))]
    assert notes == ["=1+1", "", "linje 1\nlinje 2", ""]


def test_sheet_without_rows_gives_a_csv_with_header_and_no_ndjson():
    clean = delivery(CATALOG)
    del clean["stint"]
    clean["project"] = CleanTable("project", clean["project"].values.clear())
    bundle = convert(clean, CATALOG, ["csv", "api"])
    assert file_of(bundle, "projects.csv").data == b'"number";"name";"status";"tags";"fee";"parent"\r\n'
    assert file_of(bundle, "stints.csv").rows == 0
    assert file_of(bundle, "members.csv").rows == 0
    assert [file.path for file in bundle.files if file.format == "api"] == []


hostile = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", ";", '"', '""', "\r\n", "\n", "\r", "\t", "\x00", "\ufeff", "æøå",
     "null", "\u2028", "a\\", "\\n", "{}", "}{", '"}', " ", "1e5", "007"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(hostile, st.none() | hostile), min_size=1, max_size=6))
def test_hostile_text_comes_back_equal_from_csv_and_ndjson(rows):
    clean = {"project": table(CATALOG, "project", number=[a for a, _ in rows], name=[b for _, b in rows])}
    clean["firm"] = table(CATALOG, "firm", company_code=["f"])
    bundle = convert(clean, CATALOG, ["csv", "api"])
    file = file_of(bundle, "projects.csv")
    assert [(row["number"], row["name"]) for row in read_csv(file)] == [(a, b or "") for a, b in rows]
    again = pl.read_csv(io.BytesIO(file.data), separator=";", infer_schema=False)
    assert again["number"].fill_null("").to_list() == [a for a, _ in rows]
    lines = file_of(bundle, "projects.ndjson").data.decode().removesuffix("\n").split("\n")
    bodies = [json.loads(line)["body"] for line in lines]
    assert [(body["projectNumber"], body.get("name")) for body in bodies] == rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.integers(-(10**11), 10**11).map(lambda n: n / 100), min_size=1, max_size=20))
def test_the_column_that_is_written_adds_up_to_the_sum_that_is_told(fees):
    clean = {"project": table(CATALOG, "project", number=[str(n) for n in range(len(fees))], fee=fees)}
    file = file_of(convert(clean, CATALOG, ["csv"]), "projects.csv")
    written = sum((Decimal(row["fee"]) for row in read_csv(file) if row["fee"]), Decimal(0))
    assert written == Decimal(file.sums["fee"])


# API


def test_api_lines_are_as_documented():
    lines = read_lines(file_of(convert(delivery(CATALOG), CATALOG, ["api"]), "projects.ndjson"))
    assert lines[2] == {
        "method": "POST",
        "path": "/api/1.0/companies/fjordglott/projects",
        "body": {
            "projectNumber": "100.1", "name": "Tårn; «nord»", "projectState": "inProgress",
            "tags": ["Skole", "Tre: massiv"], "fee": 1250.5,
        },
        "resolve": {"mainProjectId": {"entity": "projects", "by": {"projectNumber": "100"}}},
    }  # fmt: skip
    assert list(lines[2]) == ["method", "path", "body", "resolve"]
    assert list(lines[2]["body"]) == ["projectNumber", "name", "projectState", "tags", "fee"]


def test_blank_values_and_empty_resolve_are_left_out():
    lines = read_lines(file_of(convert(delivery(CATALOG), CATALOG, ["api"]), "projects.ndjson"))
    assert lines[0]["body"] == {"projectNumber": "100", "name": "Bru", "projectState": "completed"}
    assert "resolve" not in lines[0]


def test_lookup_by_several_fields():
    lines = read_lines(file_of(convert(delivery(CATALOG), CATALOG, ["api"]), "timeRecords.ndjson"))
    assert lines[0]["body"] == {"timeRecordDate": "2024-12-31", "minutes": 450, "note": "=1+1"}
    assert lines[0]["resolve"] == {
        "projectId": {"entity": "projects", "by": {"projectNumber": "100"}},
        "projectExtensionId": {"entity": "projectExtensions", "by": {"name": "Skisse", "projectNumber": "100"}},
    }
    assert list(lines[1]["resolve"]) == ["projectId"]


def test_a_number_that_is_kept_as_text_is_written_as_a_number():
    described = columns(
        {"name": "number", "number": True}, {"name": "name"},
        {"name": "mainId", "field": "parent", "number": True, "write": "lookup",
         "lookup": {"entity": "projects", "by": "number"}},
    )  # fmt: skip
    form = Format("x", "ndjson", "ndjson", {}, (FormatFile("project", "p", described, "/projects"),))
    catalog = make_catalog(formats=(form,))
    clean = delivery(catalog) | {
        "project": table(catalog, "project", number=["100", "12345678901234567890123456"], parent=[None, "100"])
    }
    first, second = read_lines(file_of(convert(clean, catalog, ["x"]), "p.ndjson"))
    assert first["body"] == {"number": 100}
    assert second["body"] == {"number": 12345678901234567890123456}
    assert second["resolve"] == {"mainId": {"entity": "projects", "by": {"number": 100}}}


def test_inferred_names_are_collected():
    bundle = convert(delivery(CATALOG), CATALOG, ["api"])
    assert file_of(bundle, "projects.ndjson").inferred == ("tags", "fee", "mainProjectId")
    assert file_of(bundle, "timeRecords.ndjson").inferred == ("/api/1.0/companies/fjordglott/stints", "note")


def test_parents_come_before_their_children_and_other_rows_keep_their_order():
    clean = delivery(CATALOG) | {
        "project": table(
            CATALOG, "project", number=["3", "1", "2", "x", "4", "o"], parent=["2", None, "1", None, "3", "elsewhere"]
        )
    }
    lines = read_lines(file_of(convert(clean, CATALOG, ["api"]), "projects.ndjson"))
    assert [line["body"]["projectNumber"] for line in lines] == ["1", "x", "o", "2", "3", "4"]


def test_a_cycle_of_parents_still_ends():
    clean = delivery(CATALOG) | {"project": table(CATALOG, "project", number=["1", "2"], parent=["2", "1"])}
    assert file_of(convert(clean, CATALOG, ["api"]), "projects.ndjson").rows == 2


def test_company_code_of_the_workbook_wins_over_the_company_file():
    catalog = make_catalog(company=Company(code="fra fil"))
    clean = delivery(catalog)
    assert read_lines(file_of(convert(clean, catalog, ["api"]), "projects.ndjson"))[0]["path"].split("/")[4] == (
        "fjordglott"
    )
    del clean["firm"]
    assert read_lines(file_of(convert(clean, catalog, ["api"]), "projects.ndjson"))[0]["path"].split("/")[4] == (
        "fra%20fil"
    )


def test_missing_company_code_is_wrong_use_of_api_but_not_of_csv():
    clean = delivery(CATALOG)
    del clean["firm"]
    with pytest.raises(UsageError, match=r"format api: company_code is missing.*«code:» in the company file"):
        convert(clean, CATALOG, ["api"])
    assert convert(clean, CATALOG, ["csv"]).files


# Formats and scope


@pytest.mark.parametrize(("name", "hint"), [("cvs", "did you mean csv"), ("xml", r"\(known: api, csv\)")])
def test_unknown_format_is_told_with_the_known_ones(name, hint):
    with pytest.raises(UsageError, match=f"unknown format: {name}.*{hint}"):
        convert({}, CATALOG, [name])


def test_codes_that_the_target_calls_otherwise_are_translated_and_others_written_as_ever():
    column = {"name": "state", "field": "status", "write": "camel", "values": {"completed": "closed"}}
    flat = Format("x", "csv", "csv", {}, (FormatFile("project", "p", columns(column)),))
    catalog = make_catalog(formats=(flat,))
    assert [row["state"] for row in read_csv(convert(delivery(catalog), catalog, ["x"]).files[0])] == [
        "closed",
        "",
        "inProgress",
    ]


def test_unknown_write_kind_is_told():
    wrong = Format("x", "csv", "csv", {}, (FormatFile("person", "p", columns({"name": "mail", "write": "valeu"})),))
    with pytest.raises(UsageError, match="column mail: unknown write: valeu; did you mean value"):
        convert({}, make_catalog(formats=(wrong,)), ["x"])


@pytest.mark.parametrize("lookup", [{}, {"entity": "people"}, {"by": "mail"}])
def test_incomplete_lookup_is_told(lookup):
    column = {"name": "mail", "write": "lookup", "lookup": lookup}
    wrong = Format("x", "csv", "csv", {}, (FormatFile("person", "p", columns(column)),))
    with pytest.raises(UsageError, match="column mail: a lookup needs"):
        convert({}, make_catalog(formats=(wrong,)), ["x"])


def test_lookup_in_csv_is_the_value_it_goes_by():
    column = {"name": "boss", "field": "mail", "write": "lookup", "lookup": {"entity": "people", "by": "mail"}}
    flat = Format("x", "csv", "csv", {}, (FormatFile("person", "p", columns(column)),))
    catalog = make_catalog(formats=(flat,))
    assert convert(delivery(catalog), catalog, ["x"]).files[0].data.decode().splitlines()[1] == '"åse@a.example"'


def test_every_write_kind_of_the_model_has_a_writer():
    assert set(writers) == set(write_kinds)


def test_formats_named_twice_are_written_once():
    bundle = convert(delivery(CATALOG), CATALOG, ["csv", "csv"])
    assert len({file.path for file in bundle.files}) == len(bundle.files)


def test_hidden_fields_and_entities_out_of_scope_are_left_out():
    catalog = make_catalog(without=("person",), hidden=("project.fee", "stint.activity"))
    clean = delivery(catalog)
    clean["project"] = CleanTable("project", clean["project"].values.with_columns(fee=pl.lit(None, pl.Float64)))
    clean["stint"] = CleanTable("stint", clean["stint"].values.with_columns(activity=pl.lit(None, pl.String)))
    bundle = convert(clean, catalog, ["csv", "api"])
    assert not any("people" in file.path for file in bundle.files)
    assert list(read_csv(file_of(bundle, "projects.csv"))[0]) == ["number", "name", "status", "tags", "parent"]
    assert "fee" not in file_of(bundle, "projects.ndjson").inferred
    assert all(
        "projectExtensionId" not in line["resolve"] for line in read_lines(file_of(bundle, "timeRecords.ndjson"))
    )


def test_hidden_field_that_is_filled_all_the_same_is_not_lost():
    catalog = make_catalog(hidden=("project.fee",))
    assert read_csv(file_of(convert(delivery(catalog), catalog, ["csv"]), "projects.csv"))[2]["fee"] == "1250.50"


def test_what_no_file_carries_is_work_by_hand():
    assert convert(delivery(CATALOG), CATALOG, ["csv"]).by_hand == (HandWork("firm", "bank", 1, ("csv",)),)
    assert convert(delivery(CATALOG), CATALOG, ["csv", "api"]).by_hand == (
        HandWork("firm", "bank", 1, ("csv", "api")),
        HandWork("stint", "person", 4, ("api",)),
    )


# Derived


def test_memberships_are_derived_from_hours_each_once_in_order_of_their_key():
    rows = read_csv(file_of(convert(delivery(CATALOG), CATALOG, ["csv"]), "members.csv"))
    assert [(row["project"], row["person"], row["state"], row["role"]) for row in rows] == [
        ("007", "per@a.example", "active", ""),
        ("007", "åse@a.example", "active", ""),
        ("100", "per@a.example", "active", ""),
    ]


def test_query_that_cannot_be_run_is_a_mistake_of_the_program():
    catalog = make_catalog()
    entities = dict(catalog.entities) | {"member": replace(catalog.entities["member"], derived="SELECT no FROM stint")}
    with pytest.raises(AssertionError, match="derived entity member cannot be run"):
        convert(delivery(catalog), replace(catalog, entities=entities), ["csv"])


# Figures


def test_breakdowns_by_year_and_by_value():
    by_date, by_project = breakdowns(delivery(CATALOG), CATALOG)
    assert (by_date.entity, by_date.field) == ("stint", "date")
    assert [(s.key, s.rows, dict(s.sums)) for s in by_date.shares] == [
        ("2024", 1, {"hours": "7.50", "hours_minutes": "450"}),
        ("2025", 3, {"hours": "0.916666", "hours_minutes": "55"}),
    ]
    assert [(s.key, s.rows, s.sums["hours_minutes"]) for s in by_project.shares] == [
        ("100", 2, "470"),
        ("007", 2, "35"),
    ]


def test_rows_without_a_value_are_the_last_share():
    clean = {"stint": table(CATALOG, "stint", project=[None, "b", "a"], hours=[9.0, 1.0, 1.0])}
    by_date, by_project = breakdowns(clean, CATALOG)
    assert [share.key for share in by_project.shares] == ["a", "b", ""]
    assert [(share.key, share.rows) for share in by_date.shares] == [("", 3)]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), st.none() | st.integers(-(10**6), 10**6).map(lambda n: n / 100)),
        max_size=30,
    )
)
def test_shares_add_up_to_the_whole(rows):
    values = table(CATALOG, "stint", project=[a for a, _ in rows], hours=[b for _, b in rows])
    whole = sums(values.values, CATALOG.entities["stint"])
    for item in breakdowns({"stint": values}, CATALOG):
        assert sum(share.rows for share in item.shares) == len(rows)
        for name, total in whole.items():
            assert sum((Decimal(share.sums[name]) for share in item.shares), Decimal(0)) == Decimal(total)


# Manifest


def make_report(clean, **totals):
    figures = {
        name: Totals(
            rows_read=len(item.values), rows_clean=len(item.values), rows_left_out=0, rows_skipped=1,
            sums=sums(item.values, CATALOG.entities[name]), clean_sums=sums(item.values, CATALOG.entities[name]),
        )
        for name, item in clean.items()
    }  # fmt: skip
    return Report(
        tool="momentsheet", version="0.1.0", catalog="0123456789ab", today=dt.date(2025, 1, 15), language="nb",
        company="Fjordgløtt Arkitekter AS",
        inputs=(Input("/hjemme/fjord.xlsx", "fjord.xlsx", "ab" * 32, "xlsx", None, ()),),
        findings=(), groups=(), repairs=(), totals=figures | totals,
    )  # fmt: skip


def test_manifest_tells_files_figures_and_names():
    clean = delivery(CATALOG)
    bundle = convert(clean, CATALOG, ["csv", "api"])
    manifest = json.loads(make_manifest(make_report(clean), bundle, CATALOG))
    assert {name: manifest[name] for name in ("tool", "version", "catalog", "company", "today")} == {
        "tool": "momentsheet",
        "version": "0.1.0",
        "catalog": "0123456789ab",
        "company": "Fjordgløtt Arkitekter AS",
        "today": "2025-01-15",
    }
    assert manifest["inputs"] == [{"name": "fjord.xlsx", "sha256": "ab" * 32, "kind": "xlsx"}]
    assert [file["path"] for file in manifest["files"]] == [file.path for file in bundle.files]
    stints = next(file for file in manifest["files"] if file["path"].endswith("stints.csv"))
    assert (stints["rows"], stints["totals"]) == (4, {"hours": "8.416666", "hours_minutes": "505"})
    assert stints["bytes"] == len(file_of(bundle, "stints.csv").data)
    assert len(stints["sha256"]) == 64
    assert manifest["entities"]["stint"]["rows_skipped"] == 1
    assert manifest["by_hand"][0] == {"entity": "firm", "field": "bank", "values": 1, "formats": ["csv", "api"]}
    assert "/hjemme" not in json.dumps(manifest)


HALF = {"hours": "4.00", "hours_minutes": "240"}
WHOLE = {"hours": "8.416666", "hours_minutes": "505"}


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        (Totals(5, 4, 0, 0, WHOLE, WHOLE), "rows of stint: read is not converted"),
        (Totals(4, 4, 0, 0, HALF, WHOLE), r"sum of stint\.hours(_minutes)?: read is not converted"),
        (Totals(5, 4, 1, 0, WHOLE, WHOLE, HALF), r"sum of stint\.hours(_minutes)?: read is not converted"),
        (Totals(4, 3, 1, 0, WHOLE, WHOLE), "not the clean rows of stint"),
        (Totals(4, 4, 0, 0, HALF, HALF), "not that of the clean rows"),
    ],
)
def test_figures_that_do_not_agree_stop_everything(totals, message):
    clean = delivery(CATALOG)
    with pytest.raises(AssertionError, match=message):
        make_manifest(make_report(clean, stint=totals), convert(clean, CATALOG, ["csv"]), CATALOG)


def test_rows_left_out_are_reconciled():
    clean = delivery(CATALOG)
    read = {"hours": "12.416666", "hours_minutes": "745"}
    report = make_report(clean, stint=Totals(6, 4, 2, 0, read, WHOLE, HALF))
    manifest = json.loads(make_manifest(report, convert(clean, CATALOG, ["csv"]), CATALOG))
    assert manifest["entities"]["stint"]["totals_left_out"] == HALF


def test_no_message_of_a_failed_reconciliation_carries_data():
    clean = delivery(CATALOG)
    report = make_report(clean, stint=Totals(4, 4, 0, 0, HALF, HALF))
    with pytest.raises(AssertionError) as caught:
        make_manifest(report, convert(clean, CATALOG, ["csv"]), CATALOG)
    assert not any(char.isdigit() for char in str(caught.value).replace("070_", ""))


def test_same_input_gives_same_bytes():
    first, second = (
        make_manifest(make_report(clean), convert(clean, catalog, ["csv", "api"]), catalog)
        for catalog in (make_catalog(), make_catalog())
        for clean in (delivery(catalog),)
    )
    assert first == second  # the manifest holds the hash of every file


# The formats that ship

RULES = Path(__file__).parents[1] / "rules"
# What Moment's help pages, and programs that run against its API, show; everything else is inferred.
SEEN = {
    "user_accounts": {"email"},
    "customers": {"customerNumber", "name"},
    "projects": {"projectNumber", "name", "projectState"},
    "project_memberships": {"projectId", "userAccountId", "projectMembershipRoleName", "projectMembershipState"},
    "project_extensions": {"projectId", "name", "projectExtensionState"},
    "time_records": {
        "userAccountId", "projectId", "projectExtensionId", "taskId", "timeRecordDate", "minutes", "description",
        "internalNote",
    },
    "tasks": {"projectExtensionId", "taskNumber", "name", "taskState"},
    "invoices": {"invoiceNumber"},
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    return load_catalog(RULES)


def sample_tables(catalog):
    """The sample rows of the rules as clean tables; their values are canonical."""
    read = {
        pl.Date: dt.date.fromisoformat, pl.Float64: float, pl.Int64: int, pl.Boolean: lambda text: text == "true",
        pl.String: str,
    }  # fmt: skip
    return {
        item.name: table(
            catalog,
            item.name,
            **{
                f.name: [read[dtype(f.type)](row[f.name]) if row.get(f.name) else None for row in item.sample]
                for f in item.fields
            },
        )
        for item in catalog.entities.values()
        if item.derived is None
    }


def test_csv_carries_every_field_that_is_imported_under_its_own_name(shipped):
    written = {file.entity: file for file in shipped.formats["csv"].files}
    # Balances and number series are never imported, control totals only compared; absence is, as the days of its spans.
    assert set(shipped.entities) - set(written) == {"control_total", "opening_balance", "number_map", "absence"}
    for name, file in written.items():
        item = shipped.entities[name]
        wanted = {f.name: f for f in item.fields if f.imported or f.by_agreement}
        assert {c.name: c.field for c in file.columns if c.write != "minutes"} == {name: name for name in wanted}
        assert {c.field for c in file.columns if c.write == "minutes"} == {
            n for n, f in wanted.items() if f.type == "hours"
        }
        assert {c.field for c in file.columns if c.write == "list"} == {
            n for n, f in wanted.items() if f.type == "list"
        }


def test_api_carries_every_field_that_is_imported(shipped):
    for file in shipped.formats["api"].files:
        fields = shipped.entities[file.entity].fields
        columns = {column.field for column in file.columns}
        assert columns >= {f.name for f in fields if f.imported}
        assert columns <= {f.name for f in fields if f.imported or f.by_agreement}


def test_api_names_are_marked_as_they_are_known(shipped):
    files = {file.file: file for file in shipped.formats["api"].files}
    known = {
        name: {column.name for column in file.columns if column.evidence != "inferred"} for name, file in files.items()
    }
    assert {name: columns for name, columns in known.items() if columns} == SEEN
    assert {name for name, file in files.items() if file.evidence != "inferred"} == set(SEEN)


def test_references_are_looked_up_by_names_that_the_target_carries(shipped):
    written = {
        file.path.rpartition("/")[2]: {column.name for column in file.columns} for file in shipped.formats["api"].files
    }
    for file in shipped.formats["api"].files:
        for column in file.columns:
            if column.write == "lookup":
                by = looked_up_by(column)
                known = written[column.lookup["entity"]] | {"projectNumber"}  # of an activity: its project's
                assert set(by) <= known
                assert set(by.values()) <= {f.name for f in shipped.entities[file.entity].fields}


FACTS = Facts({**UNKNOWN.values, "today": dt.date(2025, 1, 15), "country": "NO", "hours_per_day": 7.5})


def test_sample_data_comes_out_in_both_formats(shipped):
    clean = sample_tables(shipped)
    bundle = convert(clean, shipped, ["csv", "api"], FACTS)
    for name, item in clean.items():
        if not shipped.entities[name].imported or name == "absence":
            continue
        assert file_of(bundle, f"{shipped_file(shipped, name)}.csv").rows == len(item.values)
    for file in bundle.files:
        if file.format == "api":
            for line in read_lines(file):
                assert line["path"].startswith("/api/1.0/companies/fjordglott/")
                assert line["body"] or line["resolve"]
                assert None not in line["body"].values()
    assert file_of(bundle, "project_memberships.ndjson").rows > 0
    by_hand = {(work.entity, work.field) for work in bundle.by_hand if "csv" in work.formats}
    assert by_hand
    assert all(not shipped.entities[entity].field(name).imported for entity, name in by_hand)


def shipped_file(catalog, name):
    return next(file.file for file in catalog.formats["csv"].files if file.entity == name)


def test_states_are_written_as_the_api_was_seen_to_write_them(shipped):
    clean = sample_tables(shipped)
    project = clean["project"].values.with_columns(status=pl.lit("in_progress"), price_model=pl.lit("non_billable"))
    activity = clean["activity"].values.with_columns(status=pl.lit("completed"))
    clean |= {"project": CleanTable("project", project), "activity": CleanTable("activity", activity)}
    bundle = convert(clean, shipped, ["api"])
    assert {line["body"]["projectState"] for line in read_lines(file_of(bundle, "projects.ndjson"))} == {"inProgress"}
    assert {line["body"]["priceModel"] for line in read_lines(file_of(bundle, "projects.ndjson"))} == {"notbillable"}
    states = {
        line["body"]["projectExtensionState"] for line in read_lines(file_of(bundle, "project_extensions.ndjson"))
    }
    assert states == {"closed"}


def test_the_worked_example_of_the_docs_is_a_format(tmp_path):
    text = (RULES.parent / "docs" / "import-files.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n# rules/formats/(\w+)\.yaml\n(.*?)```", text, re.DOTALL)
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "formats" / f"{example[1]}.yaml").write_text(example[2], encoding="utf-8")
    catalog = load_catalog(tmp_path / "rules")
    clean = sample_tables(catalog)
    file = convert(clean, catalog, ["partner"]).files[0]
    assert file.path == "import/partner/050_projects.csv"
    rows = read_csv(file)
    assert list(rows[0]) == ["PROJ.NO", "STATE", "TAGS"]
    assert "OPEN" in {row["STATE"] for row in rows}


def test_every_write_kind_is_in_the_docs():
    text = (RULES.parent / "docs" / "import-files.md").read_text(encoding="utf-8")
    assert all(f"| `{kind}` |" in text for kind in write_kinds)
