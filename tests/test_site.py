"""The documentation site: everything of the catalog has its place in both languages; links and search lead there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from delivery import book
from jinja2 import FileSystemLoader

from momentsheet.catalog import load_catalog
from momentsheet.catalog.files import ADDRESS
from momentsheet.checking import check
from momentsheet.checking.fold import fold_header
from momentsheet.converting import convert
from momentsheet.model.catalog import (
    Catalog,
    Code,
    CodeList,
    FactTable,
    Field,
    FieldChange,
    FormatColumn,
    WorkList,
    WorkListColumn,
    write_kinds,
)
from momentsheet.reporting.addresses import (
    entity_place,
    facts_place,
    field_place,
    format_place,
    list_place,
    rule_place,
    site_languages,
    system_place,
    work_list_place,
)
from momentsheet.reporting.describe import headers, sheet_names
from momentsheet.reporting.site import render_site
from momentsheet.reporting.site.pages import site_pages
from momentsheet.reporting.site.parts import written_as

ROOT = Path(__file__).parents[1]
LOADER = FileSystemLoader(ROOT / "templates")


class Page(HTMLParser):
    """Ids, addresses, headings, sources and text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.levels: list[int] = []
        self.words: list[str] = []
        self.policy = ""
        self.inside = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.inside = tag
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.sources += [given["src"]] if "src" in given else []
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        assert not {"style", "onclick", "onload"} & given.keys()
        # What takes the focus has a name.
        assert "tabindex" not in given or given.keys() & {"aria-label", "aria-labelledby"}

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def render(catalog: Catalog, languages=site_languages) -> Mapping[str, bytes]:
    return render_site(catalog, languages, "momentsheet", "0.1.0", LOADER)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The shipped catalog, with a work list and facts in it whether or not it ships any."""
    shipped = load_catalog(ROOT / "rules")
    column = WorkListColumn("customer_number", {"en": "Customer number", "nb": "Kundenummer"}, "code")
    texts = {"en": "Sign them.", "nb": "Signer dem."}
    extra = WorkList("signatures", 999, texts, texts, texts, "SELECT 1", (column,), "customer.name")
    facts = FactTable("moons", {"planet": "text", "moons": "integer"}, (("Mars", 2), ("Venus", None)))
    return replace(
        shipped,
        work_lists={**shipped.work_lists, "signatures": extra},
        fact_tables={**shipped.fact_tables, "moons": facts},
    )


@pytest.fixture(scope="module")
def site(catalog: Catalog) -> Mapping[str, bytes]:
    return render(catalog)


@pytest.fixture(scope="module")
def pages(site: Mapping[str, bytes]) -> Mapping[str, Page]:
    return parsed(site)


def small(catalog: Catalog) -> Catalog:
    """The customers alone, for what has to be rendered many times."""
    customer = catalog.entities["customer"]
    return replace(
        catalog,
        entities={"customer": customer},
        rules={code: rule for code, rule in catalog.rules.items() if rule.entity in {None, "customer"}},
        accounting={
            name: replace(system, rules=(), demands=tuple(item for item in system.demands if item.entity == "customer"))
            for name, system in catalog.accounting.items()
        },
        formats={
            name: replace(form, files=tuple(file for file in form.files if file.entity == "customer"))
            for name, form in catalog.formats.items()
        },
        work_lists={"signatures": catalog.work_lists["signatures"]},
    )


def parsed(site: Mapping[str, bytes]) -> dict[str, Page]:
    return {name: Page(data.decode()) for name, data in site.items() if name.endswith(".html")}


def places(catalog: Catalog) -> Iterator[str]:
    """Where every single thing of the catalog must stand, below the folder of a language."""
    for entity in catalog.entities.values():
        yield entity_place(entity.name)
        yield from (field_place(entity.name, field.name) for field in entity.fields)
    yield from map(rule_place, catalog.rules)
    yield from map(list_place, catalog.code_lists)
    yield from map(system_place, catalog.accounting)
    yield from map(work_list_place, catalog.work_lists)
    yield from map(facts_place, catalog.fact_tables)
    for form in catalog.formats.values():
        yield format_place(form.name)
        yield from (format_place(form.name, file.file) for file in form.files)


def dead_ends(addresses: Iterator[str] | list[str], pages: Mapping[str, Page], folder: str) -> list[str]:
    """The addresses, as seen from a folder, that lead to no page or to no place on one."""
    dead = []
    for address in addresses:
        path, _, anchor = address.partition("#")
        names = []
        for part in f"{folder}/{unquote(path)}".strip("/").split("/"):
            names = names[:-1] if part == ".." else [*names, part]
        page = pages.get("/".join(names))
        if page is None or (anchor and unquote(anchor) not in page.ids):
            dead.append(address)
    return dead


def dead_links(name: str, pages: Mapping[str, Page]) -> list[str]:
    """The links of a page that lead nowhere."""
    folder, _, file = name.rpartition("/")
    return dead_ends([f"{file}{link}" if link.startswith("#") else link for link in pages[name].links], pages, folder)


# What stands on it


@pytest.mark.parametrize("language", site_languages)
def test_everything_of_the_catalog_has_its_place(catalog, pages, language):
    wanted = list(places(catalog))
    assert len(wanted) > 300
    assert dead_ends(wanted, pages, language) == []


def test_every_link_leads_somewhere_on_the_site(pages):
    for name, page in pages.items():
        folder = name.rpartition("/")[0]
        assert dead_links(name, pages) == [], name
        assert page.sources == (["search.js"] if folder else [])


def test_every_page_can_be_reached_from_the_entrance(pages):
    reached, ahead = set(), ["index.html"]
    while ahead:
        name = ahead.pop()
        if name in reached:
            continue
        reached.add(name)
        folder = name.rpartition("/")[0]
        for link in pages[name].links:
            path = link.partition("#")[0]
            if path:
                ahead.append(path.removeprefix("../") if path.startswith("../") else f"{folder}/{path}".lstrip("/"))
    assert reached == set(pages)


def test_ids_are_unique_and_headings_in_order(pages):
    for name, page in pages.items():
        assert len(set(page.ids)) == len(page.ids), name
        assert page.levels[0] == 1
        assert page.levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(page.levels)), name


def test_no_text_is_missing_and_no_python_shows(catalog, pages):
    for name, page in pages.items():
        # What stands in braces is either a part of a request's address or a placeholder that was forgotten.
        assert not re.search(r"\bNone\b|Undefined|Decimal\(|dataclass|\{(?!company_code)[a-z_]\w*\}", page.text), name
        assert not re.search(r"\b(site|search|explain|written|condition)\.[a-z_]+\b", page.text), name


def test_pages_speak_one_language(catalog, pages):
    ids = [text_id for text_id in catalog.texts if re.match(r"site\.[a-z_]+$", text_id)]
    for language, other in (("nb", "en"), ("en", "nb")):
        foreign = {catalog.texts[text_id][other] for text_id in ids} - {
            catalog.texts[text_id][language] for text_id in ids
        }
        foreign = {text for text in foreign if len(text) > 40 and "{" not in text}
        assert foreign
        for name, page in pages.items():
            if name.startswith(f"{language}/"):
                assert not [text for text in foreign if text in page.text], name


def test_every_text_of_the_site_is_used(catalog):
    """Also the other way round: a text that a page asks for and nobody ships is a KeyError here."""

    stems: set[str] = set()

    class Asked(dict):
        def __getitem__(self, text_id):
            stems.add(re.sub(r"\.(one|many)$", "", text_id))
            return super().__getitem__(text_id)

    render(replace(catalog, texts=Asked(catalog.texts)), ("nb",))
    catalog = small(catalog)
    asked = Asked(catalog.texts)
    odd = replace(
        catalog.entities["customer"],
        fields=(*catalog.entities["customer"].fields, *every_kind_of_field()),
        key=(),
        identity=("name",),
        rules=(),
        imported=False,
        by_agreement=True,
        level="advanced",
    )
    hidden = {"customer.odd_tags": FieldChange(hide=True)}
    codes = tuple(Code(name, {"en": name, "nb": name}) for name in ("a", "b"))
    rules = dict(catalog.rules)
    rules["CU-01"] = replace(rules["CU-01"], on_demand=True)
    rules["CU-02"] = replace(rules["CU-02"], check=None, schema={"max": 3})
    customers = replace(catalog.entities["customer"], rules=(rules["CU-01"], rules["CU-02"]))
    systems = {
        kind: replace(catalog.accounting["generic"], name=kind, numbers_from=kind, demands=(), rules=(), notes=())
        for kind in ("moment", "accounting", "unknown")
    }
    lists = {**catalog.code_lists, "tags": CodeList("tags", {"en": "Tags", "nb": "Etiketter"}, (), is_open=True)}
    files = [replace(file, columns=tuple(every_column(file.columns[0]))) for file in catalog.formats["csv"].files]
    formats = {
        kind: replace(catalog.formats["csv"], name=kind, kind=kind, files=tuple(files)) for kind in ("csv", "ndjson")
    }
    wide = replace(catalog, texts=asked, code_lists={**lists, "ab": CodeList("ab", {"en": "AB", "nb": "AB"}, codes)})
    named = replace(catalog.company, name="Fjord", given=frozenset({"name"}))
    nameless = replace(named, name="", code="", accounting_system="moment", fields=hidden)
    odd_ones = replace(wide, entities={"customer": odd})
    render(wide, ("nb",))
    render(replace(wide, company=named, entities={"customer": customers}, rules=rules))
    render(odd_ones, ("nb",))
    render(replace(odd_ones, company=nameless, formats=formats, accounting=systems))
    conditions(replace(wide, entities={"customer": odd}))
    shipped = {re.sub(r"\.(one|many)$", "", text_id) for text_id in texts_of("site")}
    assert sorted(shipped - stems) == []


def texts_of(name: str) -> list[str]:
    return re.findall(r"^([a-z][\w.]*):", (ROOT / "rules" / "texts" / f"{name}.yaml").read_text("utf-8"), re.MULTILINE)


def every_kind_of_field() -> Iterator[Field]:
    words = {"en": "Odd", "nb": "Rar"}
    for number, kind in enumerate(("money", "percent", "date", "boolean", "codelist", "country", "currency", "hours")):
        more = {"list": "ab"} if kind == "codelist" else {}
        yield Field(f"odd_{kind}", kind, {"en": f"Odd {number}", "nb": f"Rar {number}"}, words, "1", **more)
    yield Field(
        "odd_tags", "list", words, words, "a", open_list="tags", in_template=False, by_agreement=True, imported=False
    )


def every_column(column: FormatColumn) -> Iterator[FormatColumn]:
    yield column
    for kind in ("money", "percent", "date", "boolean", "codelist", "country", "currency", "hours", "tags"):
        yield FormatColumn(f"odd_{kind}", f"odd_{kind}", evidence="observed")
    lookup = {"entity": "customers", "by": "customerNumber"}
    for write in set(write_kinds) - {"value"}:
        more = {"lookup": lookup if write == "lookup" else {}, "values": {"a": "A"}}
        yield FormatColumn(write, "odd_codelist", write=write, evidence="inferred", **more)
    yield replace(column, name="documented", evidence="documented")


def conditions(catalog: Catalog) -> None:
    from momentsheet.reporting.conditions import condition

    for sql in (
        "COALESCE(name, 'b') <> 'a' AND name <> 'a' OR name IS NULL", "name IS NOT NULL", "credit_days > 1",
        "credit_days < 1", "credit_days >= 1", "credit_days <= 1", "COALESCE(name, 'a') = 'a'",
    ):  # fmt: skip
        assert condition(catalog, catalog.entities["customer"], sql, "nb") != sql


def test_every_page_says_what_it_was_made_from(catalog, pages):
    for name, page in pages.items():
        assert catalog.version in page.text, name
        assert "momentsheet 0.1.0" in page.text


def test_a_rule_is_told_whole(catalog, pages):
    text = pages["nb/rules-WB.html"].text
    rule = next(rule for rule in catalog.rules.values() if rule.check == "merged_cells")
    for words in (rule.why["nb"], rule.fix["nb"], "C2:C3 er slått sammen.", "Riktig", "Feil", "Advarsel"):
        assert words in text


def test_rules_on_demand_name_the_systems_that_switch_them_on(catalog, pages):
    told = 0
    for system in catalog.accounting.values():
        for code in system.rules:
            page = pages[f"en/{rule_place(code).partition('#')[0]}"]
            assert system_place(system.name) in page.links
            told += 1
    assert told


def test_demands_of_accounting_systems_are_told_at_field_rule_and_system(catalog, pages):
    for system in catalog.accounting.values():
        for demand in system.demands:
            for page in (entity_place(demand.entity), rule_place(demand.code).partition("#")[0], "systems.html"):
                assert demand.says["nb"] in pages[f"nb/{page}"].text


def test_a_condition_is_told_in_words(catalog, pages):
    for entity in catalog.entities.values():
        text = pages[f"nb/{entity_place(entity.name)}"].text
        for field in entity.fields:
            if field.required_when:
                assert field.required_when not in text, f"{entity.name}.{field.name}"


# How it is made


def test_the_same_catalog_gives_the_same_bytes(catalog, site):
    again = load_catalog(ROOT / "rules")
    again = render(replace(again, work_lists=catalog.work_lists, fact_tables=catalog.fact_tables))
    assert list(again) == list(site)
    assert again == site


def test_pages_ask_nothing_of_the_network_and_run_only_their_own(site, pages):
    for name, data in site.items():
        source = data.decode()
        for reach in (
            "fetch(",
            "XMLHttpRequest",
            "import(",
            "@import",
            "url(",
            "@font-face",
            "WebSocket",
            "sendBeacon",
        ):
            assert reach not in source, name
    for name, page in pages.items():
        assert not [link for link in page.links if re.match(r"[a-z]+:|//", link)], name
        assert page.policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-")
        script = page.policy.rpartition("script-src ")[2]
        assert re.fullmatch(r"'sha256-[^']+' 'self' file:" if "/" in name else "'none'", script)


def test_one_language_alone_has_no_way_to_the_other(catalog):
    pages = parsed(render(catalog, ("nb",)))
    assert {name.partition("/")[0] for name in pages} == {"index.html", "nb"}
    assert not [link for page in pages.values() for link in page.links if link.startswith("../")]
    assert dead_ends(pages["index.html"].links, pages, "") == []


def test_a_company_sees_its_own_words(tmp_path):
    path = tmp_path / "fjord.yaml"
    path.write_text(
        "code: fjord\n"
        "name: Fjord <AS>\n"
        "entities: [company, employee, customer, contact, project]\n"
        "fields:\n"
        "  customer.name: {label: Kjært navn}\n"
        "  customer.contract_reference: {hide: true}\n"
        "  customer.email: {require: true}\n"
        "code_lists:\n"
        "  customer_status:\n"
        "    - {code: wanted, label: {nb: Ønsket, en: Wanted}, synonyms: [drømmekunde]}\n",
        encoding="utf-8",
    )
    catalog = load_catalog(ROOT / "rules", path)
    site = render(catalog)
    pages = parsed(site)
    customers = pages["nb/data-customer.html"].text
    assert "Kjært navn" in customers
    assert catalog.texts["site.hidden"]["nb"] in customers
    assert "drømmekunde" in pages["nb/lists.html"].text
    assert "nb/data-time_record.html" not in pages
    assert all("Fjord <AS>" in page.text for page in pages.values())
    assert [name for name in pages if dead_links(name, pages)] == []
    found = {entry[2] for entry in index_of(site, "nb")["entries"]}
    assert {"Kjært navn", "Ønsket"} <= found


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"])
def test_no_text_of_a_company_becomes_markup(catalog, value):
    catalog = small(catalog)

    def with_words(words: str) -> Mapping[str, bytes]:
        company = replace(catalog.company, name=words, given=frozenset({"name"}))
        codes = (Code(words, {"en": words, "nb": words}, (words,)),)
        lists = {
            **catalog.code_lists,
            "customer_status": CodeList("customer_status", {"en": words, "nb": words}, codes),
        }
        return render(replace(catalog, company=company, code_lists=lists))

    hostile, harmless = (with_words(words) for words in (value, "harmless"))
    for name in ("nb/lists.html", "nb/data-customer.html", "index.html"):
        assert hostile[name].count(b"<") == harmless[name].count(b"<")
    assert index_of(hostile, "nb")["entries"]


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://intranet.example/momentsheet/", True),
        ("http://localhost:8000", True),
        ("file:///C:/site", True),
        ("../site", True),
        ("Felles dokumenter/site", True),
        ("https://intranet.example/a%20b", True),
        ("javascript:alert(1)", False),
        ("JavaScript://x%0Aalert(1)", False),
        ("data:text/html,x", False),
        ("https://intranet.example/?q=1", False),
        ("https://intranet.example/#x", False),
        ("C:\\site", False),
        ('site" onclick="x', False),
        ("100%/site", False),
    ],
)
def test_the_address_that_a_company_file_may_give(address, is_one):
    assert (re.fullmatch(ADDRESS.pattern, address) is not None) is is_one


# How import files are written


def test_import_files_are_written_as_the_site_says(catalog):
    """Every value of the sample, as `convert` writes it, looks like what the site says of its column."""
    looks = {
        "number": r"-?\d+(\.\d+)?", "money": r"-?\d+\.\d\d+", "date": r"\d{4}-\d\d-\d\d", "boolean": "true|false",
        "country": "[A-Z]{2}", "currency": "[A-Z]{3}", "hours": r"-?\d+(\.\d+)?", "minutes": r"-?\d+",
        "code": "[a-z0-9_]+|.+", "joined": r"[^;]+", "text": r"(?s).+",
    }  # fmt: skip
    patterns = {catalog.texts[f"written.as.{kind}"]["en"]: pattern for kind, pattern in looks.items()}
    form = catalog.formats["csv"]
    checked = check([book(catalog)], catalog, dt.date(2025, 1, 15))
    written = {item.entity: item.data.decode() for item in convert(checked.clean, catalog, ("csv",)).files}
    seen = set()
    for file in form.files:
        if file.entity not in written:
            continue
        rows = list(csv.DictReader(io.StringIO(written[file.entity], newline=""), delimiter=";"))
        for column in file.columns:
            field = catalog.entities[file.entity].field(column.field)
            says = written_as(catalog, form, field, column, "en")
            values = [row[column.name] for row in rows if row.get(column.name)]
            wrong = [value for value in values if not re.fullmatch(patterns[says], value)]
            assert wrong == [], f"{file.file}.{column.name}: {says}"
            seen |= {says} if values else set()
    assert len(seen) >= 8


# Search


def index_of(site: Mapping[str, bytes], language: str) -> dict:
    source = site[f"{language}/search.js"].decode()
    assert source.startswith("const momentsheetIndex = {kinds: [")
    return json.loads(
        re.sub(
            r"^(const momentsheetIndex = )?\{kinds: ", '{"kinds": ', source.replace(", entries: [", ', "entries": [', 1)
        ).rstrip(";\n")
    )


@pytest.mark.parametrize("language", site_languages)
def test_the_index_holds_every_code_label_and_header(catalog, site, pages, language):
    index = index_of(site, language)
    words: dict[str, set[str]] = {}
    for kind, href, title, context, *found_by in index["entries"]:
        assert title
        assert context
        assert index["kinds"][kind]
        words.setdefault(href, set()).update(found_by)
    assert dead_ends(list(words), pages, language) == []
    for code in catalog.rules:
        assert code in words[rule_place(code)]
    for entity in catalog.entities.values():
        assert {entity.name, *sheet_names(entity)} <= words[entity_place(entity.name)]
        for field in entity.fields:
            assert {f"{entity.name}.{field.name}", *headers(field)} <= words[field_place(entity.name, field.name)]
    for code_list in catalog.code_lists.values():
        for code in code_list.codes:
            assert {code.code, *code.label.values(), *code.synonyms} <= words[list_place(code_list.name)]
    for system in catalog.accounting.values():
        assert {system.name, *system.label.values()} <= words[system_place(system.name)]
    for form in catalog.formats.values():
        for file in form.files:
            names = {column.name for column in file.columns if column.name != column.field}
            assert names <= words[format_place(form.name, file.file)]


# In a browser

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def folder(site: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    for name, data in site.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(data)
    return place


def browse(page: Path, profile: Path, fragment: str = "", *options: str) -> str:
    """What a headless browser makes of a page on the disk: its document, or what the options ask for."""
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars",
        f"--user-data-dir={profile}", *(options or ["--dump-dom"]), f"{page.as_uri()}{fragment}",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode("utf-8")


def hits(document: str) -> list[tuple[str, str]]:
    """Where the search hits of a document lead, and their titles."""
    found = re.findall(r'<a id="hit-\d+" href="([^"]*)".*?<span class="what">([^<]*)</span>', document)
    return [(href, title) for href, title in found]


@needs_browser
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("TR-04", "rules-TR.html#TR-04"),
        ("tr4", "rules-TR.html#TR-04"),
        ("tr 04", "rules-TR.html#TR-04"),
        ("KUNDER", "data-customer.html"),
        ("forsendelsesmate", "data-customer.html#invoice_type"),
        ("customer.name", "data-customer.html#name"),
        ("tripletex", "systems.html#tripletex"),
        ("prosjektstatus%20under%20arbeid", "lists.html#project_status"),
        ("userAccountType", "format-api.html#user_accounts"),
    ],
)
def test_search_finds_from_the_disk(folder, tmp_path, query, first):
    document = browse(folder / "nb" / "index.html", tmp_path, f"#q={query}")
    found = hits(document)
    assert found, document[-2000:]
    assert found[0][0] == first
    assert not re.search(r'id="site-search"[^>]* hidden', document)


@needs_browser
def test_search_without_a_hit_says_so(folder, tmp_path, catalog):
    document = browse(folder / "en" / "rules.html", tmp_path, "#q=xyzzyplugh")
    assert hits(document) == []
    assert catalog.texts["search.none"]["en"] in re.sub("<[^>]+>", "", document.rpartition('id="search-told"')[2])


@needs_browser
def test_without_scripts_the_site_can_be_read(folder, tmp_path):
    source = (folder / "nb" / "data.html").read_text("utf-8")
    page = tmp_path / "data.html"
    page.write_text(re.sub(r"<script.*?</script>", "", source, flags=re.DOTALL), "utf-8")
    document = browse(page, tmp_path / "profile")
    assert re.search(r'id="site-search"[^>]* hidden', document)
    assert '<details class="menu screen" open' in document


DRIVER = """
<script>
  const box = document.getElementById("search-box");
  const list = document.getElementById("search-hits");
  const visited = [];
  list.addEventListener("click", (event) => {
    event.preventDefault();
    visited.push(event.target.closest("a").getAttribute("href"));
  }, true);
  const type = (text) => { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); };
  const press = (key) => box.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const told = {};
  told.missed = QUERIES.filter(([query, href]) => {
    type(query);
    return !Array.from(list.children).some((link) => link.getAttribute("href") === href);
  });
  type("status");
  const all = Array.from(list.children).map((link) => link.getAttribute("href"));
  press("Enter");
  type("status");
  press("ArrowDown"); press("ArrowDown"); press("ArrowDown"); press("ArrowUp");
  told.active = [box.getAttribute("aria-activedescendant"), box.getAttribute("aria-expanded")];
  press("Enter");
  type("status");
  press("ArrowUp");
  told.last = box.getAttribute("aria-activedescendant") === `hit-${all.length - 1}`;
  told.visited = visited.map((href, at) => [href, all[at]]);
  press("Escape");
  told.closed = [list.hidden, box.value, box.getAttribute("aria-expanded")];
  press("Escape");
  told.emptied = box.value;
  box.blur();
  dispatchEvent(new KeyboardEvent("keydown", { key: "/", cancelable: true }));
  told.focused = document.activeElement === box;
  const out = document.createElement("pre");
  out.id = "outcome";
  out.textContent = JSON.stringify(told);
  document.body.append(out);
</script>
"""


@needs_browser
def test_search_by_keyboard_finds_codes_and_headers_however_they_are_typed(catalog, folder, tmp_path):
    """Rule codes, and headers as the tool itself folds them; then the keys."""
    queries = [(code.lower().replace("-", " "), rule_place(code)) for code in catalog.rules]
    queries += [
        (fold_header(word), field_place(entity.name, field.name))
        for entity in catalog.entities.values()
        for field in entity.fields
        for word in headers(field)
    ]
    # Not those that so many sheets have («Navn») that the list is cut; every third is enough.
    common = Counter(query for query, _ in queries)
    asked = [(query, place) for query, place in queries if common[query] <= 5][::3]
    assert len(asked) > 500
    source = (folder / "nb" / "index.html").read_text("utf-8")
    source = re.sub(r"<meta http-equiv[^>]*>", "", source)
    page = folder / "nb" / "driven.html"
    page.write_text(source.replace("</body>", DRIVER.replace("QUERIES", json.dumps(asked)) + "</body>"), "utf-8")
    document = browse(page, tmp_path)
    page.unlink()
    found = re.search(r'<pre id="outcome">(.*?)</pre>', document)
    assert found, document[-1000:]
    told = json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
    assert told["missed"] == []
    assert told["active"] == ["hit-1", "true"]
    assert told["visited"][0][0] == told["visited"][0][1]
    assert told["visited"][1][0] == told["visited"][1][1]
    assert told["last"]
    assert told["closed"] == [True, "status", "false"]
    assert told["emptied"] == ""
    assert told["focused"]


@needs_browser
def test_policy_stops_a_script_that_is_not_ours(folder, tmp_path):
    page = folder / "nb" / "spoilt.html"
    source = (folder / "nb" / "index.html").read_text("utf-8")
    page.write_text(source.replace("</body>", "<script>document.title = 'pwned'</script></body>"), "utf-8")
    document = browse(page, tmp_path)
    page.unlink()
    assert "<title>pwned" not in document


@needs_browser
@pytest.mark.parametrize("size", ["1280,1400", "500,1400"])
def test_pages_can_be_painted(folder, tmp_path, size):
    picture = tmp_path / "page.png"
    browse(
        folder / "nb" / "rules-CU.html", tmp_path / "profile", "", f"--screenshot={picture}", f"--window-size={size}"
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 40_000


@needs_browser
def test_nothing_is_wider_than_a_narrow_screen(catalog, folder, tmp_path):
    """Wide tables scroll in themselves; a page never has to be moved sideways."""
    script = "<script>document.title = `wide ${document.documentElement.scrollWidth - innerWidth}`</script>"
    kinds = {page.template: page for page in site_pages(catalog, "nb")}
    for kind in (kinds[name] for name in ("start", "entity", "family", "lists", "format", "systems")):
        source = re.sub(r"<meta http-equiv[^>]*>", "", (folder / "nb" / kind.file).read_text("utf-8"))
        page = folder / "nb" / "narrow.html"
        page.write_text(source.replace("</body>", f"{script}</body>"), "utf-8")
        document = browse(page, tmp_path, "", "--window-size=500,900", "--dump-dom")
        page.unlink()
        assert "<title>wide 0</title>" in document, kind.file


# Colours


def colours(source: str) -> list[dict[str, tuple[float, ...]]]:
    """The named colours of every scheme in a style sheet."""
    found = re.findall(r":root \{(.*?)\}", source, re.DOTALL)
    return [
        {name: tuple(int(value[at : at + 2], 16) / 255 for at in (0, 2, 4)) for name, value in pairs}
        for scheme in found
        if (pairs := re.findall(r"--([a-z-]+): #([0-9a-f]{6})", scheme))
    ]


def luminance(colour: tuple[float, ...]) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_text_stands_out_from_its_ground(scheme):
    """WCAG AA: 4.5 to 1, for every colour of text on every ground that it may stand on."""
    named = colours((ROOT / "templates" / "report" / "page.css").read_text("utf-8"))[scheme]
    texts = ("ink", "soft", "accent", "error", "warning", "info", "good")
    pairs = [(text, ground) for text in texts for ground in ("paper", "surface")]
    pairs += [(name, f"{name}-tint") for name in ("accent", "error", "warning", "info", "good")]
    pairs += [("ink", f"{name}-tint") for name in ("accent", "error", "good")]
    pairs += [("soft", "accent-tint")]
    for text, ground in pairs:
        light, dark = sorted((luminance(named[text]), luminance(named[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
