"""The words and forms in which findings are told: text, JSON, SARIF, JUnit, pages, marks, explanations."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import sample_reports as samples
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from momentsheet.catalog import load_catalog
from momentsheet.errors import UnusableFile
from momentsheet.model.answers import Choice, FixLine
from momentsheet.model.bundle import Bundle
from momentsheet.model.catalog import ExampleSheet, Reference, Stead, Work
from momentsheet.model.finding import Blocked, ColumnRead, Finding, Progress, Repair, SheetRead, Totals
from momentsheet.model.waiver import Waiver
from momentsheet.model.workbook import Notice
from momentsheet.reporting import (
    entities_json,
    entities_overview,
    explain,
    findings_listing,
    fix,
    group_message,
    marks,
    marks_of,
    message,
    notice,
    receipt,
    refusal,
    render_html,
    render_json,
    render_junit,
    render_receipt,
    render_sarif,
    render_text,
    repair_reason,
    report_schema,
    verdict,
    why,
)
from momentsheet.reporting.addresses import rule_link
from momentsheet.reporting.conditions import condition
from momentsheet.reporting.fix_listing import fix_listing
from momentsheet.reporting.outline import (
    cell_places,
    entity_totals,
    repair_kinds,
    sheet_counts,
    sum_label,
    told_groups,
)
from momentsheet.reporting.summary import summary_listing
from momentsheet.reporting.values import date, duration, number, plain
from momentsheet.reporting.words import placeholders, progress, sentence

CATALOG = samples.catalog()

# Values


@pytest.mark.parametrize(
    ("value", "language", "decimals", "expected"),
    [
        (1842, "nb", None, "1\u00a0842"),
        (1842, "en", None, "1,842"),
        (1842, "da", None, "1.842"),
        (1234.5, "nb", None, "1\u00a0234,5"),
        ("1234567.89", "nb", 2, "1\u00a0234\u00a0567,89"),
        ("1234567.80", "sv", 2, "1\u00a0234\u00a0567,80"),
        ("1234567.80", "en", None, "1,234,567.8"),
        (0.1 + 0.2, "nb", None, "0,3"),
        (2.5, "en", 0, "3"),
        (-0.0, "nb", None, "0"),
        (-0.004, "nb", 2, "0,00"),
        (-1234.5, "en", None, "-1,234.5"),
        (100, "nb", None, "100"),
        (1e6, "en", None, "1,000,000"),
        (Decimal("0.005"), "en", 2, "0.01"),
        (float("nan"), "nb", None, "nan"),
        ("12 t", "nb", None, "12 t"),
        (1e300, "en", None, "1e+300"),
    ],
)
def test_number_has_the_separators_of_the_language(value, language, decimals, expected):
    assert number(value, language, decimals) == expected


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (dt.date(2024, 2, 1), "nb", "01.02.2024"),
        (dt.date(2024, 2, 1), "da", "01.02.2024"),
        (dt.date(2024, 2, 1), "en", "2024-02-01"),
        (dt.datetime(2024, 2, 1, 13, 5, tzinfo=dt.UTC), "nb", "01.02.2024 13:05"),
        (dt.datetime(2024, 2, 1, tzinfo=dt.UTC), "en", "2024-02-01"),
        (dt.date(900, 2, 1), "nb", "01.02.0900"),
    ],
)
def test_date_is_written_as_the_language_does(value, language, expected):
    assert date(value, language) == expected


def test_duration_counts_hours_beyond_a_day():
    assert duration(dt.timedelta(hours=26, minutes=30)) == "26:30"
    assert duration(dt.timedelta(minutes=-90)) == "-1:30"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ærlig talt – «ja»", "Ærlig talt – «ja»"),
        ("to\nlinjer\r\nog\u2028tre", "to↵linjer↵og↵tre"),
        ("\x1b]0;x\x07", "[U+001B]]0;x[U+0007]"),
        ("a\u200bb\u202ec", "a[U+200B]b[U+202E]c"),
        ("\ud800", "[U+D800]"),
        ("1\u00a0234", "1\u00a0234"),
    ],
)
def test_unseen_characters_are_shown(text, expected):
    assert plain(text) == expected


def test_long_text_is_cut():
    assert plain("x" * 81, 80) == "x" * 79 + "…"
    assert plain("x" * 80, 80) == "x" * 80


@given(st.text(st.characters(codec=None)))
def test_plain_text_is_one_printable_line_that_xml_can_hold(text):
    told = plain(text)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in told)
    assert len(told.splitlines()) <= 1
    assert ET.fromstring(f"<a>{told.translate({38: '', 60: ''})}</a>") is not None


# Words


@pytest.mark.parametrize(
    ("code", "more", "language", "expected"),
    [
        ("TR-04", {"facts": {"total": 26.5, "date": dt.date(2024, 3, 5)}}, "nb", "26,5 timer 05.03.2024, høyst 24."),
        (
            "TR-04",
            {"facts": {"total": 26.5, "date": dt.date(2024, 3, 5)}},
            "en",
            "26.5 hours on 2024-03-05, at most 24.",
        ),
        ("TR-04", {"facts": {"total": None, "date": None}}, "nb", "(tom) timer (tom), høyst 24."),
        ("TR-10", {"facts": {"amount": 1234.5, "records": 12345}}, "nb", "1\u00a0234,50 på 12\u00a0345 rader."),
        ("TR-02", {"value": None}, "en", "«(blank)» is no date."),
        ("TR-02", {"value": "{header} {x}"}, "nb", "«{header} {x}» er ingen dato."),
        ("TR-02", {"value": "x" * 100}, "nb", f"«{'x' * 79}…» er ingen dato."),
        ("TR-20", {"header": "Dato\u00a0*"}, "nb", "Dato er tom."),
        ("TR-20", {"header": None}, "en", "Date is blank."),
        (
            "CU-01",
            {"facts": {"first_row": 12345}},
            "nb",
            "Kundenummer 31.02.2025 er brukt to ganger, først på rad 12345.",
        ),
        ("CU-05", {"entity": "customer", "facts": {"status": "inactive"}}, "nb", "Kunden er Inaktiv."),
        ("CU-05", {"entity": "customer", "facts": {"status": "unheard of"}}, "en", "The customer is unheard of."),
        ("CU-05", {"entity": "customer", "facts": {"status": True}}, "nb", "Kunden er Ja."),
        ("CU-05", {"entity": "customer", "facts": {"status": ["a", "b", 3]}}, "en", "The customer is a, b and 3."),
        (
            "CU-05",
            {"entity": "customer", "facts": {"status": {"en": "in words", "nb": "i ord"}}},
            "nb",
            "Kunden er i ord.",
        ),
        (
            "CU-07",
            {"entity": "customer", "field": "customer_number"},
            "nb",
            "Uni Economy krever et heltall, for eksempel 100001.",
        ),
        (
            "CU-07",
            {"facts": {"says": {"en": "at most {limit}", "nb": "høyst {limit}"}, "limit": 30, "example": "x"}},
            "nb",
            "Uni Economy krever høyst 30, for eksempel x.",
        ),
        ("CU-07", {"facts": {"says": "digits", "example": "7"}}, "en", "Uni Economy needs digits, such as 7."),
        ("TR-10", {"facts": {}}, "nb", "… på … rader."),
    ],
)
def test_message_shows_facts_as_people_read_them(code, more, language, expected):
    assert message(samples.found(code, **more), CATALOG, language) == expected


def test_country_and_cutover_date_come_from_the_company():
    rule = replace(
        CATALOG.rules["TR-02"], message={"en": "{country} {cutover_date} {company_name} {currency}", "nb": "x"}
    )
    catalog = replace(samples.catalog(country="SE"), rules={"TR-02": rule})
    assert message(samples.found("TR-02"), catalog, "en") == "Sweden 2025-01-01 Fjordgløtt Arkitekter AS NOK"


def test_sentence_with_a_suggestion_is_left_out_where_there_is_none():
    assert fix(samples.found("TR-02", suggestion="31.01.2025"), CATALOG, "nb") == "Rett cellen. Kanskje 31.01.2025."
    assert fix(samples.found("TR-02"), CATALOG, "nb") == "Rett cellen."
    assert why(samples.found("TR-02"), CATALOG, "en") == "Moment refuses it."


def test_label_is_the_field_in_the_language_of_the_report():
    rule = replace(
        CATALOG.rules["TR-02"], message={"en": "«{label}» under «{header}».", "nb": "«{label}» under «{header}»."}
    )
    catalog = replace(CATALOG, rules={"TR-02": rule})
    assert message(samples.found("TR-02", header="Datum"), catalog, "en") == "«Date» under «Datum»."
    assert message(samples.found("TR-02", header="Datum"), catalog, "nb") == "«Dato» under «Datum»."


def test_language_that_lacks_a_text_gets_english():
    assert message(samples.found("TR-20", header=None), CATALOG, "da") == "Date is blank."


@pytest.mark.parametrize(
    ("findings", "language", "expected"),
    [
        ([samples.found("TR-02")], "nb", "«31.02.2025» er ingen dato."),
        (
            [samples.found("TR-02", row=row) for row in range(5, 1847)],
            "nb",
            "1\u00a0842 celler i kolonne B: «31.02.2025» er ingen dato.",
        ),
        (
            [samples.found("TR-02", row=row) for row in range(5, 1847)],
            "en",
            "1,842 cells in column B: «31.02.2025» is no date.",
        ),
        (
            [samples.found("TR-02", row=row, value=f"{row}.") for row in (5, 6)],
            "nb",
            "2 celler i kolonne B. Den første, B5: «5.» er ingen dato.",
        ),
        (
            [samples.found("TR-20", row=row, value=str(row)) for row in (5, 6)],
            "nb",
            "2 celler i kolonne B: Dato er tom.",
        ),
        (
            [Finding("WB-04", "warning", "f", "Ark", facts={"count": row}) for row in (5, 6)],
            "nb",
            "2 steder i Ark. Det første: Arket Ark har skjulte rader: 5.",
        ),
    ],
)
def test_group_is_told_in_one_sentence_with_its_number(findings, language, expected):
    assert group_message(samples.grouped(findings), CATALOG, language) == expected


def test_group_does_not_claim_that_different_values_are_the_same():
    findings = [samples.found("TR-04", row=row, value="20", facts={"total": row}) for row in (25, 26)]
    told = group_message(samples.grouped(findings), CATALOG, "en")
    assert told.startswith("2 cells in column B. The first, B25: 25 hours")


def test_group_of_one_value_with_different_demands_tells_of_its_first():
    says = ({"en": "at least 2"}, {"en": "at most 1"})
    findings = [
        samples.found("CU-07", row=row, value="x", facts={"says": text, "example": "7"})
        for row, text in enumerate(says, 5)
    ]
    told = group_message(samples.grouped(findings), CATALOG, "en")
    assert told == "2 cells in column B. The first, B5: Uni Economy needs at least 2, such as 7."


def test_refusal_tells_the_file_and_its_facts():
    catalog = replace(
        CATALOG, texts={**CATALOG.texts, "refusal.too_big": {"en": "{file} has {rows} rows in {sheets}.", "nb": "x"}}
    )
    error = UnusableFile("too_big", rows=2000000, sheets=["A", "B\x1b"])
    assert refusal(error, catalog, "en", "a\x07.xlsx") == "a[U+0007].xlsx has 2,000,000 rows in A and B[U+001B]."
    assert "fjord.pdf" in refusal(UnusableFile("never_heard"), CATALOG, "nb", "fjord.pdf")


def test_unknown_notices_and_repairs_still_have_words():
    assert notice(Notice("never_heard"), CATALOG, "nb") == CATALOG.texts["report.noticed"]["nb"]
    assert repair_reason("never_heard", CATALOG, "en") == "value written differently"


@pytest.mark.parametrize(
    ("groups", "totals", "expected"),
    [
        ([samples.grouped([samples.found("TR-02")])], None, "1 feil må rettes før dataene kan importeres."),
        (
            [samples.grouped([samples.found("CU-05", "warning"), samples.found("CU-05", "warning", row=8)])],
            None,
            "Ingen feil. 2 advarsler bør ses gjennom før importen.",
        ),
        ([], None, "Ingen feil og ingen advarsler. Dataene er klare til import."),
        ([], {"customer": Totals(0, 0, 0, 4)}, "Det er ikke funnet noen rader. Det er ingenting å importere."),
    ],
)
def test_verdict_is_one_sentence(groups, totals, expected):
    report = samples.report(groups) if totals is None else samples.report(groups, totals=totals)
    assert verdict(report, CATALOG, "nb") == expected


fact_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.timedeltas(),
    st.decimals(),
    st.lists(st.text()),
    st.sets(st.integers()),
    st.dictionaries(st.sampled_from(["en", "nb"]), st.text()),
    st.datetimes(),
)


@given(
    st.sampled_from(sorted(CATALOG.rules)),
    st.dictionaries(
        st.sampled_from(["total", "date", "hours", "status", "records", "amount", "says", "first_row"]), fact_values
    ),
    st.sampled_from(["en", "nb", "sv", "da"]),
)
def test_no_fact_breaks_a_message(code, facts, language):
    told = message(samples.found(code, facts=facts), CATALOG, language)
    assert told
    assert plain(told) == told
    if not any("None" in str(value) for value in facts.values() if value is not None):
        assert "None" not in told


# What a report tells, in order


def test_effects_stand_below_their_cause_and_count_the_rows_it_holds_back():
    told = told_groups(samples.typical(), CATALOG, "nb", 5)
    assert [item.code for item in told] == ["CU-01", "TR-02", "TR-04", "CU-05", "WB-04", "TR-10"]
    assert [effect.code for effect in told[0].effects] == ["TR-01"]
    assert told[0].stops == "1 rad i Kunder og 1\u00a0200 rader i Timer (9\u00a0312,5 timer)"
    assert told[1].stops == ""
    assert told[3].suggestion == ""


def test_groups_that_block_each_other_are_told_all_the_same():
    first = samples.grouped([samples.found("TR-02")], id="a", blocked_by="b")
    second = samples.grouped([samples.found("TR-04")], id="b", blocked_by="a")
    own = samples.grouped([samples.found("TR-20")], id="c", blocked_by="c")
    lost = samples.grouped([samples.found("TR-01")], id="d", blocked_by="nowhere")
    told = told_groups(samples.report([first, second, own, lost]), CATALOG, "nb", 5)

    def codes(items):
        return [code for item in items for code in (item.code, *codes(item.effects))]

    assert sorted(codes(told)) == ["TR-01", "TR-02", "TR-04", "TR-20"]


def test_suggestions_of_a_group_are_told_with_their_cells():
    findings = [samples.found("TR-02", row=row, suggestion=f"0{row}.01.2025") for row in (5, 6, 7, 8)]
    told = told_groups(samples.report([samples.grouped(findings)]), CATALOG, "nb", 5)[0]
    assert told.suggestion == "B5: 05.01.2025 · B6: 06.01.2025 · B7: 07.01.2025 · …"


def test_cells_below_each_other_are_one_place():
    places = [(1, 7), (1, 5), (2, 7), (1, 6), (1, 9), (None, 3), (1, 9), (4, 1), (4, 2)]
    assert cell_places(places, 4) == (("3", "B5:B7", "B9", "C7"), 2)
    assert cell_places([(None, None)], 4) == ((), 0)


def test_sheet_counts_name_every_finding_once():
    report = samples.typical()
    counts = sheet_counts(
        replace(
            report,
            findings=(*report.findings, samples.found("TR-02", sheet=None), samples.found("TR-02", sheet="Notater")),
        )
    )
    assert [(item.title, item.error, item.warning, item.info) for item in counts] == [
        ("Kunder", 1, 1, 0),
        ("Timer", 3043, 1, 1),
        ("Notater", 1, 0, 0),
        ("fjord.xlsx", 1, 0, 0),
    ]


def test_sheets_of_several_files_are_told_apart():
    report = samples.typical()
    other = replace(report.inputs[0], name="mer.xlsx")
    titles = [item.title for item in sheet_counts(replace(report, inputs=(*report.inputs, other)))]
    assert titles == ["fjord.xlsx › Kunder", "fjord.xlsx › Timer", "mer.xlsx › Kunder", "mer.xlsx › Timer"]


def test_equal_repairs_are_one_line():
    kinds = repair_kinds(samples.typical(), CATALOG, "nb")
    assert [(kind.label, kind.count) for kind in kinds] == [("Timer", 70), ("Dato", 1)]
    assert [(value.before, value.after, value.cells, value.more_cells) for kind in kinds for value in kind.values] == [
        ("7,5 t", "7,5", ("C20:C89",), 0),
        ("1. mars 24", "01.03.2024", ("B21",), 0),
    ]


def test_sums_agree_only_when_nothing_is_lost():
    report = samples.typical()
    assert all(item.agrees for item in entity_totals(report, CATALOG, "nb"))
    hours = report.totals["time_record"]
    wrong = replace(
        report, totals={"time_record": replace(hours, left_out_sums={**hours.left_out_sums, "amount": "567.88"})}
    )
    assert [item.agrees for item in entity_totals(wrong, CATALOG, "nb")[0].sums] == [True, True, False]
    lost = replace(report, totals={"time_record": replace(hours, rows_left_out=9)})
    assert not entity_totals(lost, CATALOG, "nb")[0].agrees
    labels = [item.label for item in entity_totals(report, CATALOG, "nb")[1].sums]
    assert labels == ["Timer", "Timer (minutter)", "Beløp (NOK)"]


def test_a_sum_of_amounts_that_may_be_foreign_is_called_by_no_currency():
    """Invoices say their own currency, and their lines follow them."""
    shipped = load_catalog(samples.ROOT / "rules")
    assert sum_label("invoice", "amount_excl_vat", shipped, "nb") == "Beløp eks. mva"
    assert sum_label("invoice_line", "amount_excl_vat", shipped, "nb") == "Beløp eks. mva"


# Terminal


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("width", [80, 120])
def test_text_fits_the_width_and_tells_the_outcome_first(language, width):
    told = render_text(samples.typical(language), CATALOG, language, width=width)
    lines = told.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert lines[2].startswith("✗ ")
    assert number(3044, language) in lines[2]
    assert told.index("CU-01") < told.index("↳ TR-01") < told.index("TR-02") < told.index("CU-05") < told.index("TR-10")
    assert "\x1b" not in told
    assert "\ue0a0" not in told


def test_text_tells_cells_fix_and_suggestion():
    lines = [line.strip() for line in render_text(samples.typical(), CATALOG, "nb", width=100).splitlines()]
    at = lines.index("FEIL CU-01  Kunder A14 · Kundenummer")
    assert lines[at + 1 : at + 5] == [
        "Kundenummer 10025 er brukt to ganger, først på rad 3.",
        "Gjør dette  Rett cellen. Kanskje 10026.",
        "Forslag     10026",
        "Stopper     1 rad i Kunder og 1\u00a0200 rader i Timer (9\u00a0312,5 timer)",
    ]
    assert "FEIL TR-02  Timer B5:B1846 · Dato" in lines


def test_colour_is_only_added_to_the_same_text():
    plain_text = render_text(samples.typical(), CATALOG, "nb", width=100)
    coloured = render_text(samples.typical(), CATALOG, "nb", width=100, color=True)
    assert coloured != plain_text
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain_text.splitlines()


def test_text_does_not_follow_the_environment(monkeypatch):
    before = render_text(samples.typical(), CATALOG, "nb", width=100)
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb", "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    assert render_text(samples.typical(), CATALOG, "nb", width=100) == before
    assert "\x1b[" in render_text(samples.typical(), CATALOG, "nb", width=100, color=True)


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_no_cell_can_steer_the_terminal(value):
    told = render_text(samples.hostile_report(value), samples.hostile_catalog(value), "nb", width=200)
    assert not any(unseen in told for unseen in ("\x1b", "\x07", "\x9b", "\r", "\u202e", "\u200b", "\ud800"))
    if value == "[bold red]no[/]":
        assert "[bold red]no[/]" in told


def test_text_shows_the_first_groups_and_says_how_many_more():
    groups = [samples.grouped([samples.found("TR-02", row=row)]) for row in range(10, 60)]
    told = render_text(samples.report(groups), CATALOG, "nb", groups=7)
    assert told.count("FEIL TR-02") == 7
    assert "og 43 til" in told


def test_clean_report_says_so():
    told = render_text(samples.report(), CATALOG, "en")
    assert "✓ No errors and no warnings." in told
    assert "Must be corrected" not in told
    assert "momentsheet explain" not in told


# JSON


@pytest.mark.parametrize("language", ["nb", "en"])
def test_json_follows_its_schema(language):
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    typical = samples.typical(language)
    few = replace(typical, findings=(*typical.findings[:20], *typical.findings[-20:]))
    for report in (few, samples.report(language=language)):
        jsonschema.validate(json.loads(render_json(report, CATALOG)), schema)


def test_schema_lies_in_the_package_and_is_strict():
    assert files("momentsheet.reporting").joinpath("report.schema.json").is_file()
    schema = report_schema()
    good = json.loads(render_json(samples.report([samples.grouped([samples.found("TR-02")])]), CATALOG))
    jsonschema.validate(good, schema)
    wrong = [
        {**good, "extra": 1},
        {**good, "today": "30.06.2025"},
        {key: value for key, value in good.items() if key != "groups"},
        {**good, "findings": [{**good["findings"][0], "severity": "fatal"}]},
        {**good, "findings": [{**good["findings"][0], "cell": "7B"}]},
        {**good, "findings": [{key: value for key, value in good["findings"][0].items() if key != "fingerprint"}]},
        {**good, "totals": {"customer": {"rows_read": -1, "rows_clean": 0, "rows_left_out": 0, "rows_skipped": 0}}},
        {**good, "totals": {"customer": {**good["totals"]["customer"], "hours": 7.5}}},
    ]
    for shape in wrong:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(shape, schema)


def test_json_is_the_contract():
    report = samples.typical("en")
    shape = json.loads(render_json(report, CATALOG))
    assert list(shape) == [
        "tool",
        "version",
        "today",
        "language",
        "inputs",
        "summary",
        "findings",
        "groups",
        "repairs",
        "totals",
    ]
    assert shape["today"] == "2025-06-30"
    assert shape["findings"][0] == {
        "code": "CU-01",
        "severity": "error",
        "file": "fjord.xlsx",
        "sheet": "Kunder",
        "cell": "A14",
        "row": 14,
        "column": "A",
        "header": "Kundenummer *",
        "entity": "customer",
        "field": "customer_number",
        "key": "10025",
        "value": "10025",
        "message": "Customer number 10025 is used twice, first in row 3.",
        "fix": "Correct the cell. Perhaps 10026.",
        "suggestion": "10026",
        "group": report.groups[0].id,
        "blocked_by": None,
        "fingerprint": "CU-01-14",
        "status": None,
        "waiver": None,
    }
    assert shape["groups"][1]["count"] == 1200
    assert shape["groups"][1]["cells"] == [f"A{row}" for row in range(100, 120)]
    assert shape["groups"][1]["message"] == "1,200 cells in column A: Customer 10025 is not in Customers."
    assert shape["summary"]["by_code"]["TR-02"] == 1842
    assert shape["summary"]["by_sheet"] == {
        "Kunder": {"error": 1, "warning": 1, "info": 0},
        "Timer": {"error": 3043, "warning": 1, "info": 1},
    }
    assert (shape["summary"]["error"], shape["summary"]["warning"], shape["summary"]["info"]) == (3044, 2, 1)
    assert shape["repairs"][0] == {
        "sheet": "Timer",
        "cell": "C20",
        "field": "hours",
        "from": "7,5 t",
        "to": "7.5",
        "why": "unheard_of",
    }
    assert shape["totals"]["time_record"] == {
        "rows_read": 25000,
        "rows_clean": 24990,
        "rows_left_out": 10,
        "rows_skipped": 3,
        "hours": "98765.50",
        "hours_minutes": "5925930",
        "amount": "1234567.89",
    }
    assert shape["inputs"][0]["sheets"][1]["columns"][0] == {
        "column": "A",
        "header": "Kundenummer *",
        "field": "customer_number",
        "how": "meta",
        "evidence": [],
    }
    assert shape["inputs"][0]["sheets"][2]["entity"] is None


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_json_holds_any_value(value):
    text = render_json(samples.hostile_report(value), CATALOG)
    text.encode()
    shape = json.loads(text)
    jsonschema.validate(shape, report_schema())
    assert shape["findings"][0]["value"] == value.replace("\ud800", "\ufffd")


def test_entities_json_is_the_contract():
    shape = json.loads(entities_json(CATALOG))
    assert [item["entity"] for item in shape] == ["customer", "time_record"]
    assert list(shape[0]) == ["entity", "order", "sheet", "key", "fields", "rules"]
    assert shape[0]["sheet"] == {"en": "Customers", "nb": "Kunder"}
    assert shape[0]["fields"][0] == {
        "name": "customer_number",
        "type": "code",
        "required": True,
        "label": {"en": "Customer number", "nb": "Kundenummer"},
        "unit": None,
        "list": None,
        "to": None,
        "aliases": ["Kundenr"],
    }
    assert shape[1]["fields"][0]["to"] == "customer.customer_number"
    assert shape[1]["fields"][2]["unit"] == "hours"
    assert shape[0]["rules"][1] == {
        "code": "CU-05",
        "severity": "warning",
        "message": {"en": "The customer is {status}.", "nb": "Kunden er {status}."},
    }


# SARIF and JUnit


def test_sarif_carries_every_finding_with_its_cell():
    report = samples.typical()
    log = json.loads(render_sarif(report, CATALOG))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({finding.code for finding in report.findings})
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
    assert run["artifacts"][0] == {
        "location": {"uri": "inn/fjord.xlsx", "index": 0},
        "roles": ["analysisTarget"],
        "hashes": {"sha-256": "ab" * 32},
    }
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
    first = run["results"][0]
    assert (
        first["message"]["text"] == "Kundenummer 10025 er brukt to ganger, først på rad 3. Rett cellen. Kanskje 10026."
    )
    assert first["partialFingerprints"] == {"momentsheet/v1": "CU-01-14"}
    location = first["locations"][0]
    assert location["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 1, "endColumn": 2}
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "Kunder!A14"
    hidden = next(result for result in run["results"] if result["ruleId"] == "WB-04")
    assert "region" not in hidden["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("inn/fjord.xlsx", "inn/fjord.xlsx"),
        ("Mine dokumenter/året.xlsx", "Mine%20dokumenter/%C3%A5ret.xlsx"),
        ("/data/a#b.xlsx", "file:///data/a%23b.xlsx"),
        ("C:\\Import\\fjord 1.xlsx", "file:///C:/Import/fjord%201.xlsx"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
    ],
)
def test_sarif_names_files_as_uris(path, uri):
    report = samples.report()
    report = replace(report, inputs=(replace(report.inputs[0], path=path),))
    assert json.loads(render_sarif(report, CATALOG))["runs"][0]["artifacts"][0]["location"]["uri"] == uri


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_sarif_never_makes_a_link_of_a_value(value):
    text = render_sarif(samples.hostile_report(value), CATALOG)
    messages = [result["message"]["text"] for result in json.loads(text)["runs"][0]["results"]]
    assert all(not re.search(r"(?<!\\)\[", told) for told in messages)
    assert text.isascii()


def test_junit_counts_what_it_holds():
    report = samples.typical()
    root = ET.fromstring(render_junit(report, CATALOG))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["fjord.xlsx › Kunder", "fjord.xlsx › Timer"]
    for suite in root:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert root.get("tests") == str(sum(len(suite) for suite in root))
    assert root.get("failures") == "4"
    cases = {case.get("name").split()[0]: case for case in suites["fjord.xlsx › Timer"]}
    assert set(cases) == {"TR-01", "TR-02", "TR-04", "TR-10", "WB-04"}
    failure = cases["TR-02"].find("failure")
    assert failure.get("type") == "TR-02"
    assert len(failure.text.splitlines()) == 51
    assert failure.text.splitlines()[0] == "B5 «5.13.2024» er ingen dato. Rett cellen. Kanskje 01.12.2024."
    assert failure.text.endswith("+1792")
    assert cases["TR-10"].find("failure") is None
    assert "D12" in cases["TR-10"].find("system-out").text
    quiet = next(case for case in suites["fjord.xlsx › Kunder"] if case.get("name").startswith("CU-07"))
    assert len(quiet) == 0


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_junit_is_well_formed_whatever_the_cells_hold(value):
    root = ET.fromstring(render_junit(samples.hostile_report(value), CATALOG).encode())
    assert {element.tag for element in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "system-out"}


# Marks and the sheet of findings


def test_every_cell_has_one_mark_and_the_worst_severity_wins():
    groups = [
        samples.grouped([samples.found("TR-10", "info"), samples.found("TR-10", "info", row=8)]),
        samples.grouped([samples.found("TR-02", suggestion="31.01.2025")]),
    ]
    told = marks_of(samples.report(groups), CATALOG, "nb", "fjord.xlsx")
    assert [(mark.sheet, mark.row, mark.column, mark.severity, mark.letter) for mark in told] == [
        ("Timer", 7, 1, "error", "F"),
        ("Timer", 8, 1, "info", "I"),
    ]
    assert "Opplysning TR-10" in told[0].note
    assert (
        "Feil TR-02\n«31.02.2025» er ingen dato.\nRett cellen. Kanskje 31.01.2025.\nForslag: 31.01.2025" in told[0].note
    )


def test_letters_are_those_of_the_language():
    groups = [
        samples.grouped([samples.found(code, severity, row=row)])
        for row, (code, severity) in enumerate([("TR-02", "error"), ("CU-05", "warning"), ("TR-10", "info")], 3)
    ]
    letters = {
        language: "".join(mark.letter for mark in marks_of(samples.report(groups), CATALOG, language, "fjord.xlsx"))
        for language in ("nb", "en")
    }
    assert letters == {"nb": "FAI", "en": "EWI"}


def test_other_cells_of_a_rule_are_marked_and_point_to_the_finding():
    finding = samples.found("TR-04", row=90, column=2, field="hours", facts={"total": 30, "date": dt.date(2024, 3, 5)})
    told = {
        (mark.row, mark.column): mark
        for mark in marks_of(samples.report([samples.grouped([finding])]), CATALOG, "nb", "fjord.xlsx")
    }
    assert set(told) == {(90, 2), (90, 1)}
    assert told[90, 1].note == "Se celle C90: 30 timer 05.03.2024, høyst 24."
    assert told[90, 2].rank < told[90, 1].rank


def test_first_cell_of_each_group_has_the_most_useful_note():
    groups = [
        samples.grouped([samples.found("TR-02", row=row) for row in range(5, 25)]),
        samples.grouped([samples.found("TR-01", row=40)]),
    ]
    told = marks_of(samples.report(groups), CATALOG, "nb", "fjord.xlsx")
    assert sorted(mark.rank for mark in told) == list(range(21))
    assert {mark.row for mark in told if mark.rank < 2} == {5, 40}


def test_first_warning_is_noted_before_the_second_cell_of_an_error():
    groups = [
        samples.grouped([samples.found("TR-02", row=row) for row in range(5, 25)]),
        samples.grouped([samples.found("CU-05", "warning", row=40)]),
    ]
    told = marks_of(samples.report(groups), CATALOG, "nb", "fjord.xlsx")
    assert {mark.row for mark in told if mark.rank < 2} == {5, 40}


def test_only_the_most_useful_marks_have_words(monkeypatch):
    monkeypatch.setattr(marks, "NOTES_WORDED", 3)
    told = marks_of(samples.typical(), CATALOG, "nb", "fjord.xlsx")
    assert Counter(mark.sheet for mark in told if mark.note) == {"Kunder": 2, "Timer": 3}
    assert len(told) == 2 + 1842 + 1200 + 2


def test_marks_and_listing_are_of_one_file_only():
    groups = [
        samples.grouped([samples.found("TR-02", file="annen.xlsx")]),
        samples.grouped([samples.found("TR-02", row=None)], id="x"),
    ]
    assert [mark.row for mark in marks_of(samples.report(groups), CATALOG, "nb", "annen.xlsx")] == [7]
    assert marks_of(samples.report(groups), CATALOG, "nb", "fjord.xlsx") == ()
    assert len(findings_listing(samples.report(groups), CATALOG, "nb", "annen.xlsx").rows) == 1


def test_listing_has_groups_first_and_links_to_the_cells():
    listing = findings_listing(samples.typical(), CATALOG, "nb", "fjord.xlsx")
    assert (listing.name, len(listing.headers), len(listing.widths)) == ("Funn", 11, 11)
    assert all(len(row) == 11 for row in listing.rows)
    assert len(listing.rows) == 7 + 1200 + 1842
    assert [cell.text for cell in listing.rows[0]] == [
        "Feil",
        "Kunder",
        "A14",
        1,
        "Kundenummer",
        "10025",
        "Kundenummer 10025 er brukt to ganger, først på rad 3.",
        "Rett cellen. Kanskje 10026.",
        "10026",
        "1 rad i Kunder og 1\u00a0200 rader i Timer (9\u00a0312,5 timer)",
        "CU-01",
    ]
    assert listing.rows[0][2].link == ("Kunder", 14, 0)
    assert listing.rows[0][0].severity == "error"
    assert [row[3].text for row in listing.rows[:7]] == [1, 1200, 1842, 1, 1, 1, 1]
    assert listing.rows[2][5].text == ""
    assert [row[2].link for row in listing.rows if row[2].text == ""] == [None]
    assert listing.rows[7][2].text == "A100"
    assert listing.rows[7 + 1200][5].text == "5.13.2024"


def test_listing_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(marks, "CELLS_LISTED", 50)
    listing = findings_listing(samples.typical(), CATALOG, "en", "fjord.xlsx")
    assert listing.name == "Findings"
    assert len(listing.rows) == 57
    assert listing.intro[-1].startswith("The first 50 of 3,042 single cells")


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_marks_and_listing_hold_plain_text_only(value):
    report, catalog = samples.hostile_report(value), samples.hostile_catalog(value)
    for mark in marks_of(report, catalog, "nb", value):
        assert all(plain(line) == line for line in mark.note.split("\n"))
    rows = findings_listing(report, catalog, "nb", value).rows
    assert len(rows) == 4
    for row in rows:
        assert all(plain(str(cell.text)) == str(cell.text) for cell in row)
        assert all(cell.link is None for cell in (*row[:2], *row[3:]))


# Explanations


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (
            lambda c: c.rules["CU-01"],
            ["CU-01 · Feil · Kunder: Kundenummer", "Moment tar ikke imot det.", "Riktig", "country: SE"],
        ),
        (lambda c: c.rules["CU-07"], ["Uni Economy: et heltall (100001)"]),
        (lambda c: c.rules["TR-20"], ["Dato er tom.", "Bare når firmaet bruker Uni Economy."]),
        (lambda c: c.rules["WB-04"], ["WB-04 · Advarsel · alle ark"]),
        (
            lambda c: c.entities["customer"],
            ["Kunder  (customer)", "*Kundenummer  customer_number  code", "Kundeliste", "CU-05"],
        ),
        (lambda c: (c.entities["customer"], c.entities["customer"].field("status")), ["Aktiv, Inaktiv"]),
        (
            lambda c: (c.entities["customer"], c.entities["customer"].field("customer_number")),
            ["Ja", "høyst 30 tegn", "Kundenr"],
        ),
        (lambda c: (c.entities["customer"], c.entities["customer"].field("credit_days")), ["blir ikke importert"]),
        (lambda c: (c.entities["customer"], c.entities["customer"].field("name")), ["Personopplysning"]),
        (lambda c: (c.entities["time_record"], c.entities["time_record"].field("date")), ["Når «Timer» er mer enn 0"]),
        (
            lambda c: (c.entities["time_record"], c.entities["time_record"].field("customer_number")),
            ["kolonnen Kundenummer i arket Kunder"],
        ),
    ],
)
def test_explanation_tells(topic, expected):
    told = explain(CATALOG, topic(CATALOG), "nb")
    for words in expected:
        assert words in told
    assert max(len(line) for line in told.splitlines()) <= 100
    assert not re.search(r"\{\w+\}|\bNone\b", told)


def test_example_shows_what_differs_and_nothing_twice():
    rows = {"customer": ({"status": "Aktiv"},), "time_record": ({},)}
    rule = replace(CATALOG.rules["CU-05"], good=(samples.Example(rows, {"status": "Aktiv", "country": "SE"}),))
    lines = explain(CATALOG, rule, "nb").splitlines()
    assert lines[lines.index("Riktig") :] == ["Riktig", "  Status", "  Aktiv", "  country: SE"]


def test_example_is_written_as_people_write_it():
    cells = (("Kundenr", "", "Fra"), ("number:10017", "error:#N/A", "date:45292"), ("time:0.3125", "boolean:1"))
    sheet = ExampleSheet("Kunder", cells, hidden_rows=(3,))
    rows = {"customer": ({"status": "inactive", "customer_number": ""},), "time_record": ({"date": "2024-02-01"},)}
    rule = replace(CATALOG.rules["CU-05"], bad=(samples.Example(rows, sheets=(sheet,), template="none"),))
    lines = explain(CATALOG, rule, "nb").splitlines()
    assert lines[lines.index("Feil") :] == [
        "Feil",
        "  Kunder",
        "  Status   Kundenummer",
        "  Inaktiv  (tom)",
        "  Timer",
        "  Dato",
        "  01.02.2024",
        "  Kunder",
        "     A                 B     C",
        "  1  Kundenr                 Fra",
        "  2  10017 (som tall)  #N/A  01.01.2024",
        "  3  7:30              Ja",
        "  Rad 3 er skjult.",
        "  Arbeidsboken er ikke laget fra malen vår.",
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("status = 'active'", "«Status» er Aktiv"),
        ("status <> 'active' AND name IS NOT NULL", "«Status» er fylt ut med noe annet enn Aktiv og «Navn» er fylt ut"),
        ("COALESCE(status, 'active') <> 'inactive'", "«Status» ikke er Inaktiv"),
        ("COALESCE(status, 'active') <> 'active'", "«Status» er fylt ut med noe annet enn Aktiv"),
        ("COALESCE(status, 'active') = 'active'", "«Status» er Aktiv eller tom"),
        ("status IN ('active', 'inactive')", "«Status» er Aktiv eller Inaktiv"),
        ("status NOT IN ('inactive')", "«Status» er fylt ut med noe annet enn Inaktiv"),
        (
            "(credit_days >= 1000 OR name IS NULL) AND status = 'x''y'",
            "(«Kredittid» er minst 1\u00a0000 eller «Navn» er tom) og «Status» er x'y",
        ),
        ("(credit_days < 5)", "«Kredittid» er mindre enn 5"),
        ("credit_days <= 5 and name = status", "«Kredittid» er høyst 5 og «Navn» er «Status»"),
        ("COALESCE(is_firm, true)", "«Firma» er Ja eller tom"),
        ("NOT is_firm", "«Firma» er Nei"),
        ("NOT COALESCE(is_firm, FALSE)", "«Firma» er Nei eller tom"),
        ("is_firm = false", "«Firma» er Nei"),
        # More than comparisons is left as it is.
        ("LENGTH(name) > 3", "LENGTH(name) > 3"),
        ("name", "name"),
        ("NOT name", "NOT name"),
        ("country = 'NO'", "country = 'NO'"),
        ("COALESCE(credit_days, 5) > 3", "COALESCE(credit_days, 5) > 3"),
        ("COALESCE(name, 'x') IS NULL", "COALESCE(name, 'x') IS NULL"),
        ("name LIKE 'a%'", "name LIKE 'a%'"),
        ("name = ", "name = "),
        ("name IS NULL)", "name IS NULL)"),
        ("credit_days + 1 > 3", "credit_days + 1 > 3"),
    ],
)
def test_condition_in_words(sql, expected):
    customer = CATALOG.entities["customer"]
    firm = samples.field("is_firm", "boolean", "Firm", "Firma")
    entity = replace(customer, fields=(*customer.fields, firm))
    catalog = replace(CATALOG, entities={**CATALOG.entities, "customer": entity})
    assert condition(catalog, entity, sql, "nb") == expected


DOCS = "https://intranet.example/moment sheet/æ/"
WHERE = "https://intranet.example/moment%20sheet/%C3%A6/nb"


def test_reports_link_codes_to_the_site_where_the_company_file_says_where_it_is():
    catalog = samples.catalog(docs=DOCS)
    report = samples.typical()
    told = json.loads(render_json(report, catalog))
    jsonschema.validate(told, report_schema())
    codes = {finding.code for finding in report.findings}
    assert told["links"] == {code: f"{WHERE}/rules-{code[:2]}.html#{code}" for code in codes}
    rules = json.loads(render_sarif(report, catalog))["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["helpUri"] for rule in rules} == told["links"]
    page = render_html(report, catalog, "nb", samples.LOADER)
    assert set(re.findall(r'href="(http[^"]*)"', page)) == set(told["links"].values())
    assert "#q=" not in page.split("<script>")[0]
    signed = render_receipt(report, samples.bundle(), (), catalog, "nb", samples.LOADER)
    warnings = {group.code for group in report.groups if group.severity != "info"}
    assert set(re.findall(r'href="(http[^"]*)"', signed)) <= {told["links"][code] for code in warnings}
    assert f'<strong><a href="{WHERE}' in signed
    assert f"{WHERE}/data-customer.html#status" in explain(
        catalog, (catalog.entities["customer"], catalog.entities["customer"].field("status")), "nb"
    )
    assert f"{WHERE}/data-customer.html\n" in explain(catalog, catalog.entities["customer"], "nb")
    assert f"{WHERE}/rules-CU.html#CU-05\n" in explain(catalog, catalog.rules["CU-05"], "nb")


def test_reports_in_a_language_without_a_site_link_to_the_english_one():
    assert rule_link(samples.catalog(docs="site"), "CU-05", "sv") == "site/en/rules-CU.html#CU-05"


def test_a_path_to_the_site_is_no_address_for_sarif():
    catalog, report = samples.catalog(docs="../site"), samples.typical()
    assert "helpUri" not in render_sarif(report, catalog)
    assert json.loads(render_json(report, catalog))["links"]["TR-02"] == "../site/nb/rules-TR.html#TR-02"


def test_without_a_site_there_are_no_links():
    report = samples.typical()
    assert "links" not in json.loads(render_json(report, CATALOG))
    assert "helpUri" not in render_sarif(report, CATALOG)


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_no_link_is_made_from_what_cells_hold(value):
    catalog = replace(
        samples.hostile_catalog(value), company=replace(samples.hostile_catalog(value).company, docs=DOCS)
    )
    report = samples.hostile_report(value)
    page = render_html(report, catalog, "nb", samples.LOADER)
    links = set(re.findall(r'href="([^"#][^"]*)"', page))
    assert links
    assert links == {rule_link(catalog, group.code, "nb") for group in report.groups}


def test_overview_lists_the_entities():
    lines = entities_overview(CATALOG, "en").splitlines()
    assert lines[:3] == [
        "Entity       Sheet      Fields  Rules",
        "customer     Customers  4       3",
        "time_record  Hours      4       5",
    ]


# The shipped texts


SHIPPED = {
    name: samples.yaml.load(
        (samples.ROOT / "rules" / "texts" / f"{name}.yaml").read_text("utf-8"), Loader=samples.yaml.BaseLoader
    )
    for name in ("findings", "report", "letter")
}


@pytest.mark.parametrize("name", SHIPPED)
def test_texts_exist_in_both_languages_with_the_same_placeholders(name):
    for text_id, both in SHIPPED[name].items():
        assert set(both) == {"en", "nb"}, text_id
        assert placeholders(both["en"]) == placeholders(both["nb"]), text_id
        assert all(text.strip() == text and text for text in both.values()), text_id


HOWS = (
    "meta", "label", "alias", "close", "extra", "duplicate", "ignored", "computed", "two_lines", "stand_in", "joined",
    "renamed", "retired",
)  # fmt: skip


class _Asked(dict):
    """Texts that remember which of them were asked for."""

    def __init__(self, texts):
        super().__init__(texts)
        self.stems = set()

    def __getitem__(self, text_id):
        self.stems.add(re.sub(r"\.(one|many)$", "", text_id))
        return super().__getitem__(text_id)


def test_every_shipped_text_is_told_somewhere(monkeypatch):
    """Also the other way round: a text that the sources ask for and nobody ships is a KeyError here."""
    monkeypatch.setattr(marks, "CELLS_LISTED", 5)
    monkeypatch.setattr(receipt, "REPAIRS_SHOWN", 1)
    asked = _Asked(CATALOG.texts)
    fields = {
        name: replace(entity, fields=tuple(_every_kind(entity.fields))) for name, entity in CATALOG.entities.items()
    }
    fields["customer"] = replace(fields["customer"], derived="SELECT 1", computed=("Sum",), imported=False)
    defaults = {**CATALOG.company.defaults, "customer.open": "x"}
    company = replace(CATALOG.company, contact="Ola", given=frozenset({"hours_per_day"}), defaults=defaults)
    catalog = replace(CATALOG, texts=asked, entities=fields, company=company)
    typical, clean = samples.typical(), samples.report()
    alike = samples.grouped([Finding("WB-04", "warning", "fjord.xlsx", value="x", facts={"count": 1})] * 2, id="alike")
    constant = replace(catalog.rules["WB-04"], message={"en": "Hidden rows.", "nb": "Skjulte rader."})
    many = [samples.grouped([samples.found("TR-02", row=row)], id=str(row)) for row in range(200)]
    places = samples.grouped([samples.found("TR-02", row=row, value=str(row)) for row in range(1, 400, 2)], id="places")
    kinds = [
        Repair("fjord.xlsx", f"Ark {row}", row, 1, "time_record", "date", str(row), "x", "unheard_of")
        for row in range(1, 30)
    ]
    columns = tuple(ColumnRead(place, how, None, how) for place, how in enumerate(HOWS))
    sheets = (SheetRead("Timer", "time_record", 1, 2, columns),)
    hows = replace(clean, inputs=(replace(clean.inputs[0], sheets=sheets),), repairs=tuple(kinds))
    lost = replace(typical, totals={name: replace(totals, rows_left_out=7) for name, totals in typical.totals.items()})
    empty = replace(clean, totals={}, inputs=())
    warned = samples.report([samples.grouped([samples.found("CU-05", "warning", facts={"status": True})])])
    crowded = samples.report([places, *many])
    wide = samples.report([_with_many_waiting(1), _with_many_waiting(3)])
    catalog = _with_long_work(catalog)
    for report in (typical, clean, hows, lost, empty, warned, crowded, wide, samples.report([alike])):
        told = (
            replace(catalog, rules={**catalog.rules, "WB-04": constant})
            if report.groups and report.groups[0] is alike
            else catalog
        )
        render_text(report, told, "nb")
        render_html(report, told, "nb", samples.LOADER)
        findings_listing(report, told, "nb", "fjord.xlsx")
        marks_of(report, told, "nb", "fjord.xlsx")
        bundle = replace(samples.bundle(), work_lists=(samples.work_list(),))
        render_receipt(report, bundle, samples.breakdowns(), told, "nb", samples.LOADER)
    render_receipt(
        empty, Bundle(()), (), replace(catalog, company=samples.Company(accounting_system="")), "nb", samples.LOADER
    )
    message(samples.found("CU-05", facts={"status": False}), catalog, "nb")
    other = replace(alike.findings[0], facts={"count": 2})
    group_message(samples.grouped([alike.findings[0], other]), catalog, "nb")
    as_it_is = samples.Example({"customer": ({},)})
    explain(catalog, replace(catalog.rules["CU-05"], good=(as_it_is,)), "nb")
    for example in _every_example():
        explain(catalog, replace(catalog.rules["WB-04"], good=(example,)), "nb")
    explain(catalog, replace(catalog.rules["CU-05"], stands_for=(Stead("customer", "customer_number"),)), "nb")
    linked = replace(catalog, company=replace(catalog.company, docs="site"))
    explain(linked, catalog.rules["CU-05"], "nb")
    refusal(UnusableFile("never_heard"), catalog, "nb", "x")
    for topic in (
        *catalog.rules.values(),
        *catalog.entities.values(),
        *((entity, field) for entity in fields.values() for field in entity.fields),
    ):
        explain(catalog, topic, "nb")
    entities_overview(catalog, "nb")
    _tell_rounds(typical, catalog)
    shipped = {re.sub(r"\.(one|many)$", "", text_id) for name in ("findings", "report") for text_id in SHIPPED[name]}
    assert shipped - asked.stems == set()


def _tell_rounds(report, catalog):
    """What is told from the second round on: progress, accepted findings, the Fix list."""
    for counts in ((1, 1, 1, 1), (2, 2, 2, 2), (0, 0, 0, 0)):
        progress(replace(report, progress=Progress(*counts)), catalog, "nb")
    for until in (None, report.today):
        message(samples.found("CU-05", waiver=Waiver("CU-05", "10025", "Kari", "det stemmer", until)), catalog, "nb")
    accepted = samples.found("CU-05", severity="info", waiver=Waiver("CU-05", "10025", "Kari", "det stemmer"))
    signed = samples.report([samples.grouped([accepted])])
    told = render_receipt(signed, samples.bundle(), samples.breakdowns(), catalog, "nb", samples.LOADER)
    assert "Kari har godtatt det: det stemmer." in told
    actions = [Choice(action) for action in ("blank", "skip", "keep", "create")]
    actions += [Choice("merge", "10001"), *(Choice("order", order) for order in ("DMY", "MDY", "YMD"))]
    for one in (report, samples.report([]), samples.report([samples.grouped([samples.found("CU-05", "warning")])])):
        assert summary_listing(one, catalog, "nb", "fjord.xlsx").bars is not None
    finding = report.groups[0].findings[0]
    offered = (Choice("map", "y"), *actions)
    line = FixLine(finding, report.groups[0], "x", 2, offered, Choice("map", "y"), "customer", "customer_number")
    listing = fix_listing([line, replace(line, value=""), replace(line, group=None)], catalog, "nb")
    assert listing.choices[0][0] == "y"
    assert listing.rows[0][-1].text == "y"


def _with_long_work(catalog):
    """The catalog with a rule whose work is the consultant's, and others that take hours."""
    works = {"TR-02": Work("consultant", 200), "CU-05": Work("customer", 200)}
    rules = {code: replace(rule, work=works.get(code, rule.work)) for code, rule in catalog.rules.items()}
    return replace(catalog, rules=rules)


def _with_many_waiting(others):
    """A group that holds back rows with sums in more sheets than are named."""
    waiting = {"time_record": Blocked(50, {"hours": "9.50", "amount": "120.00"}), "customer": Blocked(40)}
    waiting |= {f"other_{place}": Blocked(30 - place) for place in range(2 + others)}
    return samples.grouped([samples.found("TR-02", rows=(("time_record", 1),))], id=str(others), blocked=waiting)


def _every_kind(fields):
    """The fields, and one with every property that an explanation may tell of."""
    yield from fields
    schema = {"minlength": 1, "maxlength": 9, "min": 0, "max": 9, "allowed": ["a"]}
    yield samples.field("odd", "money", "Odd", "Rar", privacy="health", schema=schema)
    yield samples.field("open", "text", "Open", "Åpen", open_list="tags", imported=False, by_agreement=True)
    yield samples.field("agreed", "text", "Agreed", "Avtalt", by_agreement=True)
    yield samples.field("word", "boolean", "Word", "Ord", reads={"sendt": True})
    yield samples.field("any", "code", "Any", "Noe", looked_up=(Reference("customer", "customer_number"),))


def _every_example():
    """Examples with every kind of cell, sheet and template that an explanation may tell of."""
    cells = (("Kundenummer", "Kundenavn"), ("number:158", "formula:"))
    yield samples.Example({}, sheets=(ExampleSheet("Kunder", cells, (2,), ("A2:A3",), "hidden"),))
    for origin in ("other", "none"):
        yield samples.Example({}, template=origin)


def test_figures_of_a_text_are_written_as_the_language_does():
    assert (
        sentence(CATALOG, "nb", "verdict.rows", {"clean": 10240, "read": 10251})
        == "10\u00a0240 av 10\u00a0251 rader er klare."
    )


# The shipped rules


@pytest.fixture(scope="module")
def shipped():
    return load_catalog(samples.ROOT / "rules")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_shipped_rule_speaks_even_without_facts(shipped, language):
    for rule in shipped.rules.values():
        field = rule.fields[0] if rule.fields else None
        finding = Finding(rule.code, rule.severity, "fil.xlsx", "Ark", 2, 0, entity=rule.entity, field=field)
        for told in (
            *(tell(finding, shipped, language) for tell in (message, fix, why)),
            explain(shipped, rule, language),
        ):
            assert told.strip()
            assert not re.search(r"\{\w+\}|\bNone\b", told), rule.code


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_shipped_field_and_entity_is_explained(shipped, language):
    for entity in shipped.entities.values():
        topics = [entity, *((entity, field) for field in entity.fields)]
        assert all(len(explain(shipped, topic, language).splitlines()) > 5 for topic in topics)
