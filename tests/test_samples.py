"""The samples on the receipt: which rows, what belongs to them, and that everything that was imported is there."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from delivery import book
from jinja2 import FileSystemLoader

from momentsheet import resources
from momentsheet.catalog import apply_company, load_catalog
from momentsheet.checking import Checked, check
from momentsheet.converting import convert, sample_keys, samples_of
from momentsheet.errors import CatalogError
from momentsheet.model.catalog import Catalog, Company
from momentsheet.model.finding import Report
from momentsheet.model.samples import Sample, SampleRows, Samples
from momentsheet.model.table import CleanTable
from momentsheet.reporting import render_receipt

RULES = Path(__file__).parents[1] / "rules"
CATALOG = load_catalog(RULES)
TODAY = dt.date(2025, 1, 15)


@pytest.fixture(scope="module")
def delivered() -> Checked:
    return check([book(CATALOG)], CATALOG, TODAY)


@pytest.fixture(scope="module")
def samples(delivered: Checked) -> Samples:
    bundle = convert(delivered.clean, CATALOG, ["csv"], delivered.facts)
    return samples_of(delivered.clean, CATALOG, bundle.derived)


def asking(**wanted: tuple[str, ...]) -> Catalog:
    return apply_company(CATALOG, Company(samples=wanted, given=frozenset({"samples"})))


def part(sample: Sample, entity: str, *, summed: bool = False) -> SampleRows:
    return next(one for one in sample.parts if one.entity == entity and bool(one.breakdowns) == summed)


# Which rows


def test_those_with_the_most_to_compare_are_taken(delivered: Checked) -> None:
    assert sample_keys(delivered.clean, CATALOG) == {"project": ("1001", "1003"), "invoice": ("16714", "16718")}


def test_the_company_file_chooses_and_what_it_leaves_open_is_filled_up(delivered: Checked) -> None:
    keys = sample_keys(delivered.clean, asking(invoice=("16720",), project=("1002", "1001", "1003")))
    assert keys == {"project": ("1002", "1001", "1003"), "invoice": ("16720", "16714")}


def test_a_sample_that_is_not_there_is_told(delivered: Checked) -> None:
    found = samples_of(delivered.clean, asking(invoice=("99999", "16720")))
    assert found.missing == {"invoice": ("99999",)}
    assert [one.key for one in found.samples if one.entity == "invoice"] == ["16720", "16714"]


def test_a_delivery_without_invoices_has_samples_of_projects_only(delivered: Checked) -> None:
    clean = {**delivered.clean, "invoice": CleanTable("invoice", delivered.clean["invoice"].values.clear())}
    assert set(sample_keys(clean, CATALOG)) == {"project"}
    assert {one.entity for one in samples_of(clean, CATALOG).samples} == {"project"}


def test_two_invoices_of_different_kinds_rather_than_two_alike(delivered: Checked) -> None:
    """Three invoices alike but for one that is a credit note: it is the second one."""
    one = delivered.clean["invoice"].values.filter(pl.col("invoice_number") == "16713")
    kinds = (("1", "invoice"), ("2", "invoice"), ("3", "credit_note"))
    rows = [
        one.with_columns(invoice_number=pl.lit(number), invoice_type=pl.lit(kind), row_id=pl.lit(at, pl.UInt32))
        for at, (number, kind) in enumerate(kinds)
    ]
    clean = {"invoice": CleanTable("invoice", pl.concat(rows))}
    assert sample_keys(clean, CATALOG) == {"invoice": ("1", "3")}


def test_the_choice_is_the_same_each_time_and_of_large_companies_too(delivered: Checked) -> None:
    """The first of equals wins, in whatever order polars groups; 20,000 invoices with lines take a moment."""
    one, line = (delivered.clean[name].values.head(1) for name in ("invoice", "invoice_line"))
    numbers = pl.DataFrame({"n": [str(n) for n in range(20_000)]})
    invoices = numbers.join(one.drop("invoice_number"), how="cross").rename({"n": "invoice_number"})
    lines = numbers.join(line.drop("invoice_number"), how="cross").rename({"n": "invoice_number"})
    clean = {"invoice": CleanTable("invoice", invoices), "invoice_line": CleanTable("invoice_line", lines)}
    assert sample_keys(clean, CATALOG) == sample_keys(clean, CATALOG) == {"invoice": ("0", "1")}


@pytest.mark.parametrize(
    ("wanted", "told"),
    [({"customer": ("10001",)}, "the receipt shows no samples of customer"), ({"invoce": ("1",)}, "`invoce` is not")],
)  # fmt: skip
def test_a_company_file_is_told_where_it_asks_for_what_there_is_not(
    wanted: dict[str, tuple[str, ...]], told: str
) -> None:
    with pytest.raises(CatalogError, match=re.escape(told)):
        asking(**wanted)


# What belongs to them


def test_every_imported_value_of_the_row_is_there(samples: Samples, delivered: Checked) -> None:
    for sample in samples.samples:
        entity = CATALOG.entities[sample.entity]
        row = delivered.clean[sample.entity].values.filter(pl.col(entity.key[0]) == sample.key).row(0, named=True)
        imported = {field.name: row[field.name] for field in entity.fields if field.imported}
        assert sample.values == {
            name: value for name, value in imported.items() if entity.field(name).in_template or value
        }


def test_an_invoice_has_its_lines_and_whom_it_is_to(samples: Samples) -> None:
    invoice = next(one for one in samples.samples if one.key == "16714")
    lines = part(invoice, "invoice_line")
    assert (lines.count, lines.sums["amount_excl_vat"]) == (3, "31840.90")
    assert lines.rows["amount_excl_vat"].to_list() == [30000.0, 1840.4, 0.5]
    assert "invoice_number" not in lines.rows.columns  # it stands above
    assert part(invoice, "customer").rows["name"].to_list() == ["Havneby kommune"]
    assert part(invoice, "project").rows["name"].to_list() == ["Havneby ungdomsskole"]


def test_an_invoice_without_lines_has_the_total_line_that_is_imported(delivered: Checked) -> None:
    lines = delivered.clean["invoice_line"].values
    clean = {**delivered.clean, "invoice_line": CleanTable("invoice_line", lines.clear())}
    derived = convert(clean, CATALOG, ["csv"], delivered.facts).derived
    found = samples_of(clean, asking(invoice=("16720",)), derived)
    invoice = next(one for one in found.samples if one.key == "16720")
    assert part(invoice, "invoice_total_line").rows.select("text", "amount_excl_vat").rows() == [
        ("Importert fra Regneark", 3900.0)
    ]


def test_a_project_has_customer_members_activities_and_hours(samples: Samples) -> None:
    project = next(one for one in samples.samples if one.key == "1001")
    assert part(project, "customer").rows["customer_number"].to_list() == ["10001"]
    assert {part(project, name).count for name in ("project_member", "time_record")} == {3}
    assert part(project, "activity").sums["estimated_hours"] == "960.50"
    hours = part(project, "time_record", summed=True)
    by_year, by_person = hours.breakdowns
    assert [(share.key, share.sums["hours"]) for share in by_year.shares] == [("2024", "16.50")]
    assert sorted(share.sums["hours"] for share in by_person.shares) == ["4.00", "5.00", "7.50"]
    assert part(project, "invoice").sums["amount_incl_vat"] == "99957.25"


def test_amounts_in_several_currencies_are_not_added(delivered: Checked) -> None:
    project = next(one for one in samples_of(delivered.clean, asking(project=("1002",))).samples if one.key == "1002")
    invoices = part(project, "invoice")
    assert invoices.rows["currency"].to_list() == ["EUR", "NOK"]
    assert invoices.sums == {}


def test_long_lists_are_shortened_but_summed_over_all(delivered: Checked) -> None:
    hours = delivered.clean["time_record"].values.filter(pl.col("project_number") == "1001").head(1)
    clean = {**delivered.clean, "time_record": CleanTable("time_record", pl.concat([hours] * 50))}
    project = next(one for one in samples_of(clean, asking(project=("1001",))).samples if one.key == "1001")
    shown = part(project, "time_record")
    assert (shown.rows.height, shown.count, shown.sums["hours"]) == (20, 50, "375.00")
    assert "Ikke vist her: 30 til." in receipt(delivered, Samples((project,)))


# The page


def receipt(delivered: Checked, samples: Samples, language: str = "nb") -> str:
    report = Report(
        "momentsheet",
        "0",
        CATALOG.version,
        TODAY,
        language,
        "fjordglott",
        delivered.inputs,
        (),
        (),
        (),
        delivered.totals,
    )
    bundle = replace(convert(delivered.clean, CATALOG, ["csv"], delivered.facts), files=())
    loader = FileSystemLoader(resources.templates_folder())
    return render_receipt(report, bundle, (), CATALOG, language, loader, delivered.controls, samples)


def pages(page: str) -> list[str]:
    return re.findall(r'<section class="sample">(.*?)</section>', page, re.DOTALL)


def test_each_sample_is_a_page_with_a_box_for_every_value(delivered: Checked, samples: Samples) -> None:
    found = pages(receipt(delivered, samples))
    assert len(found) == 4
    for text, sample in zip(found, samples.samples, strict=True):
        values = sum(value is not None for value in sample.values.values())
        values += sum(len(one.rows.columns) for one in sample.parts if one.named_by)
        lines = sum(one.rows.height for one in sample.parts if not one.named_by and not one.breakdowns)
        lines += sum(len(item.shares) for one in sample.parts for item in one.breakdowns)
        assert text.count('class="box"') == values + lines + 2  # agrees, differs
        assert ("Stemmer med originalen" in text, "Dato og signatur" in text) == (True, True)


def test_values_stand_as_people_write_them(delivered: Checked, samples: Samples) -> None:
    page = pages(receipt(delivered, samples))[2]
    rows = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert (rows["Fakturadato"], rows["Beløp ink. mva"], rows["Type"]) == (
        "20.12.2024",
        "39\N{NO-BREAK SPACE}801,00",
        "Faktura",
    )
    assert "Uten verdi: Valutakurs" in page


def test_nothing_from_a_cell_becomes_markup(delivered: Checked, samples: Samples) -> None:
    sample = samples.samples[0]
    nasty = replace(sample, values={**sample.values, "name": "<script>alert(1)</script>"}, key="<b>1</b>")
    page = receipt(delivered, Samples((nasty,), {"invoice": ("<i>7</i>",)}))
    assert not {"<script>alert", "<b>1", "<i>7"} & set(re.findall(r"<script>alert|<b>1|<i>7", page))
    assert "&lt;script&gt;alert(1)" in page


def test_what_was_asked_for_and_is_not_there_is_said(delivered: Checked, samples: Samples) -> None:
    words = "16999 skulle vært vist som prøve fra Fakturaer, men er ikke blant radene som er konvertert."
    assert words in receipt(delivered, replace(samples, missing={"invoice": ("16999",)}))
    assert words in receipt(delivered, Samples(missing={"invoice": ("16999",)}))


@pytest.mark.parametrize("language", CATALOG.languages)
def test_in_four_languages(delivered: Checked, samples: Samples, language: str) -> None:
    text = "".join(pages(receipt(delivered, samples, language)))
    assert not re.search(r"\{\w+\}|\bNone\b|\bTrue\b|\breceipt\.", text)
    assert CATALOG.text("receipt.samples.agrees", language) in text
