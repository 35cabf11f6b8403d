"""The pages: report and receipt stand alone, are safe whatever the cells hold, and work in a real browser."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import sample_reports as samples
from jinja2 import DictLoader, UndefinedError

from momentsheet.model.bundle import Breakdown, Bundle, Share
from momentsheet.model.finding import Totals
from momentsheet.reporting import render_html, render_receipt
from momentsheet.reporting.page import render_page
from momentsheet.reporting.values import plain

CATALOG = samples.catalog()


# Pages


class _Page(HTMLParser):
    """Tags with the names of their attributes, the text outside of styles and scripts, links and ids."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.sources: dict[str, str] = {}
        self.policy = ""
        self.inside = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, *sorted(given)))
        self.inside = tag
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in {"src", "href", "action", "formaction", "xlink:href", "data"}
        ]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in {"style", "script"}:
            self.sources[self.inside] = self.sources.get(self.inside, "") + data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def html(report, catalog=CATALOG, language="nb") -> str:
    return render_html(report, catalog, language, samples.LOADER)


def receipt(report, catalog=CATALOG, language="nb", bundle=None, breakdowns=None) -> str:
    bundle = samples.bundle() if bundle is None else bundle
    breakdowns = samples.breakdowns() if breakdowns is None else breakdowns
    return render_receipt(report, bundle, breakdowns, catalog, language, samples.LOADER)


@pytest.mark.parametrize("render", [html, receipt])
@pytest.mark.parametrize("value", samples.HOSTILE)
def test_no_value_becomes_markup(render, value):
    """T11: a page of hostile values has the tags and attributes of a page of harmless ones, one by one."""
    hostile, harmless = (
        _Page(render(samples.hostile_report(text), samples.hostile_catalog(text))) for text in (value, "harmless")
    )
    assert hostile.tags == harmless.tags
    assert hostile.addresses == harmless.addresses
    assert hostile.sources == harmless.sources
    assert plain(value, 40).split()[0][:12] in " ".join(hostile.words)


@pytest.mark.parametrize("render", [html, receipt])
def test_pages_stand_alone_and_allow_only_their_own_script_and_style(render):
    source = render(samples.typical())
    page = _Page(source)
    assert all(address.startswith("#") for address in page.addresses)
    assert "default-src 'none'" in page.policy
    for kind in ("style", "script"):
        code = page.sources.get(kind)
        digest = base64.b64encode(hashlib.sha256((code or "").encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page.policy if code else f"{kind}-src 'none'" in page.policy
    assert "url(" not in page.sources["style"]
    assert "@import" not in page.sources["style"]
    assert source.startswith("<!DOCTYPE html>\n")
    assert not any(name in {"style", "onclick", "onload"} for _, *names in page.tags for name in names)


@pytest.mark.parametrize("render", [html, receipt])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_pages_speak_one_language_and_show_no_python(render, language):
    source = render(samples.typical(language), language=language)
    assert f'<html lang="{language}">' in source
    text = _Page(source).text
    assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|\{\w+\}|dataclass|Undefined|Decimal", text)
    other = {"nb": "en", "en": "nb"}[language]
    for text_id in ("report.heading.error", "receipt.heading.rows", "report.heading.totals"):
        assert CATALOG.texts[text_id][other] not in text


@pytest.mark.parametrize("render", [html, receipt])
def test_ids_and_headings_of_a_page_are_in_order(render):
    page = _Page(render(samples.typical()))
    assert len(set(page.ids)) == len(page.ids)
    assert all(address[1:] in page.ids or "=" in address for address in page.addresses)
    levels = [int(tag[1]) for tag, *_ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_html_tells_numbers_chart_groups_and_columns():
    text = _Page(html(samples.typical())).text
    for words in (
        "3\u00a0044 feil må rettes før dataene kan importeres.",
        "3\u00a0043 feil, 1 advarsel og 1 opplysning",
        "Kunder: 1 feil og 1 advarsel.",
        "1 rad i Kunder og 1\u00a0200 rader i Timer",
        "Dette følger av feilen",
        "Arket Notater er ikke et av våre",
        "Overskriftene står på rad 3.",
        "3 tomme rader og sumrader hoppet over",
        "På en overskrift som ligner.",
        "1\u00a0234\u00a0567,89",
    ):
        assert words.replace("\u00a0", " ") in text.replace("\u00a0", " ")


def test_bars_are_as_long_as_their_numbers():
    source = html(samples.typical())
    bars = [float(width) for width in re.findall(r'<rect class="error"[^>]* width="([\d.]+)"', source)]
    assert bars[1] > 200 * bars[0] / 10
    assert min(float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', source)) >= 3


def test_html_of_very_many_findings_stays_small_and_says_so():
    groups = [
        samples.grouped([samples.found("TR-02", row=row * 1000 + place) for place in range(1, 101)], id=str(row))
        for row in range(250)
    ]
    source = html(samples.report(groups))
    assert source.count("<tr data-severity") == 3000
    assert len(source) < 3_000_000
    text = _Page(source).text.replace("\u00a0", " ")
    assert "Tabellen viser 3 000 av 25 000 funn" in text
    assert source.count('<article class="card error">') == 150
    assert "og 100 til" in text


def test_clean_html_has_no_empty_parts():
    page = _Page(html(samples.report()))
    assert "Dataene er klare til import." in page.text
    assert not {"error", "warning", "info", "findings", "repairs"} & set(page.ids)


def test_misspelt_name_in_a_template_is_an_error():
    with pytest.raises(UndefinedError):
        render_page("x", {}, CATALOG, "nb", DictLoader({"x": "{{ nothing }}"}), styles=())


# Receipt


def test_receipt_reconciles_rows_sums_files_and_breakdowns():
    text = _Page(receipt(samples.typical())).text.replace("\u00a0", " ")
    assert "✓ Alle rader og summer stemmer" in text
    assert "stemmer ikke" not in text
    assert "25 003 24 990 10 3 ✓ stemmer" in text
    assert "1 234 567,89 1 234 000,00 567,89 ✓ stemmer" in text
    for item in samples.bundle().files:
        assert hashlib.sha256(item.data).hexdigest() in text
    assert "Timer fordelt på år" in text
    assert "30 andre 10 710 42 300,25" in text
    assert "Sum ✓ stemmer 24 990 98 700,25" in text


def _short_file(bundle):
    return Bundle((bundle.files[0], replace(bundle.files[1], rows=24989), bundle.files[2]))


def _wrong_sum(bundle):
    return Bundle((*bundle.files[:2], replace(bundle.files[2], sums={"hours": "98700.24"})))


@pytest.mark.parametrize("change", [_short_file, _wrong_sum])
def test_receipt_flags_a_file_that_does_not_agree(change):
    text = _Page(receipt(samples.typical(), bundle=change(samples.bundle()))).text
    assert "Noen rader eller summer stemmer ikke" in text
    assert text.count("✗ stemmer ikke") == 1


def test_receipt_flags_lost_rows_and_a_breakdown_that_does_not_add_up():
    report = samples.typical()
    hours = report.totals["time_record"]
    text = _Page(
        receipt(replace(report, totals={**report.totals, "time_record": replace(hours, rows_left_out=9)}))
    ).text
    assert "Ikke importer før forskjellen er forklart." in text
    shares = (Breakdown("time_record", "date", (Share("2024", 24990, {"hours": "98700.24"}),)),)
    assert "Sum ✗ stemmer ikke" in _Page(receipt(samples.typical(), breakdowns=shares)).text


def test_files_that_share_an_entity_agree_together():
    files = samples.bundle().files
    halves = (replace(files[0], rows=200), replace(files[0], path="import/csv/031.csv", rows=48))
    assert "stemmer ikke" not in _Page(receipt(samples.typical(), bundle=Bundle(halves))).text


def test_file_without_rows_to_compare_with_is_not_said_to_agree():
    derived = replace(samples.bundle().files[0], entity="project_member", rows=8)
    text = _Page(receipt(samples.typical(), bundle=Bundle((derived,)), breakdowns=())).text
    assert "project_member 8 avledet" in text
    assert "Alle rader og summer stemmer" in text


def test_receipt_lists_what_must_be_done_by_hand():
    text = _Page(receipt(samples.typical())).text
    for words in (
        "Kunder: Kredittid (2 verdier)",
        "Sett kredittiden for firmaet til 14 dager.",
        "tomme celler er importert som «Aktiv»",
        "Slå på modulen.",
        "minutes, projectId",
    ):
        assert words in text
    report = samples.typical()
    sheet = report.inputs[0].sheets[0]
    for filled, told in ((0, False), (None, True)):
        columns = tuple(replace(column, filled=filled) for column in sheet.columns)
        item = replace(report.inputs[0], sheets=(replace(sheet, columns=columns),))
        assert ("Kunder: Kredittid" in _Page(receipt(replace(report, inputs=(item,)))).text) is told


def test_receipt_without_files_repairs_or_work_says_so():
    report = samples.report(inputs=(), totals={"customer": Totals(2, 2, 0, 0)})
    text = _Page(
        receipt(
            report,
            samples.catalog(credit_days=None, defaults={}, accounting_system="none"),
            bundle=Bundle(()),
            breakdowns=(),
        )
    ).text
    for text_id in ("receipt.no_files", "receipt.no_repairs", "receipt.nothing_by_hand"):
        assert CATALOG.texts[text_id]["nb"] in text
    assert CATALOG.texts["receipt.heading.left_out"]["nb"] not in text


# In a browser

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def browse(tmp_path, source: str, fragment: str = "", *options: str) -> str:
    """What a headless browser makes of a page: its document, or what the options ask for."""
    page = tmp_path / "page.html"
    page.write_text(source, "utf-8")
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path / 'profile'}",
        *(options or ["--dump-dom"]),
        f"{page.as_uri()}{fragment}",
    ]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode("utf-8")


def visible_rows(document: str) -> list[str]:
    """The table rows of a document that are not hidden."""
    rows = re.findall(r"<tr data-severity[^>]*>.*?</tr>", document, re.DOTALL)
    return [row for row in rows if not re.search(r'<tr[^>]* hidden(=""|>| )', row)]


needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@needs_browser
@pytest.mark.parametrize(
    ("fragment", "shown", "said"),
    [
        ("", 205, "205 av 205 linjer vises"),
        ("#q=ingen%20DATO%20b104", 1, "1 av 205 linjer vises"),
        ("#severity=error&sheet=Timer&q=TR-04", 1, "1 av 205 linjer vises"),
    ],
)
def test_table_is_filtered_by_the_address(tmp_path, fragment, shown, said):
    document = browse(tmp_path, html(samples.typical()), fragment)
    assert len(visible_rows(document)) == shown
    assert said in document
    assert not re.search(r'id="filter"[^>]* hidden', document)


@needs_browser
def test_without_its_script_the_table_shows_everything_and_no_filter(tmp_path):
    source = html(samples.typical())
    document = browse(tmp_path, re.sub(r"<script>.*</script>", "", source, flags=re.DOTALL), "#severity=warning")
    assert len(visible_rows(document)) == 205
    assert re.search(r'id="filter"[^>]* hidden', document)


@needs_browser
def test_hostile_values_do_nothing_in_a_browser(tmp_path):
    value = "".join(value for value in samples.HOSTILE if "\x1b" not in value and "\ud800" not in value)
    for source in (
        html(samples.hostile_report(value)),
        receipt(samples.hostile_report(value), samples.hostile_catalog(value)),
    ):
        document = browse(tmp_path, source, "#q=pwned")
        assert "<title>pwned" not in document
        names = {name for names in _Page(document).tags for name in names}
        assert not [name for name in names if name.startswith("on") or name in {"img", "iframe", "object"}]


@needs_browser
def test_policy_stops_a_script_that_is_not_ours(tmp_path):
    source = html(samples.typical()).replace("</body>", "<script>document.title = 'pwned'</script></body>")
    assert "<title>pwned" not in browse(tmp_path, source)


@needs_browser
@pytest.mark.parametrize("render", ["html", "receipt"])
def test_page_can_be_painted(tmp_path, render):
    source = html(samples.typical()) if render == "html" else receipt(samples.typical())
    picture = tmp_path / "page.png"
    browse(tmp_path, source, "", f"--screenshot={picture}", "--window-size=1000,1400")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 40_000
