"""The docs say what is there: commands, checks, types, links, packages; and their examples load and run."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from delivery import book

from momentsheet.catalog import load_catalog
from momentsheet.catalog.files import COMPANY, field_checks, privacy_checks, table_checks
from momentsheet.checking import check
from momentsheet.cli import EXIT_CODES, app
from momentsheet.converting import convert
from momentsheet.model.catalog import Catalog, FieldChange, Rule, type_names
from momentsheet.model.facts import constant_types
from momentsheet.workbook import Limits, make_template, read_workbook

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
RULES = ROOT / "rules"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")])
TODAY = dt.date(2025, 1, 15)
CATALOG = load_catalog(RULES)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one; a bold lead-in counts as a heading."""
    found = re.search(
        rf"^(#+ |\*\*){re.escape(heading)}.*?(?=^#+ |^\*\*|\Z)", prose(ROOT / page), re.MULTILINE | re.DOTALL
    )
    assert found, f"{page} has no section «{heading}»"
    return found[0]


def table(part: str) -> list[list[str]]:
    """The cells of all tables in a piece of Markdown, without their headings."""
    rows = [line.strip().strip("|") for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.split(" | ")] for row in (f" {row} " for row in rows)]
    heads = {at - 1 for at, row in enumerate(rows) if re.fullmatch(r"[-| ]+", row)}
    return [row for at, row in enumerate(cells) if at not in heads and at - 1 not in heads]


def fences(page: Path) -> list[tuple[str, str]]:
    """The fenced pieces of a page: language and content."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def coded(words: str) -> list[str]:
    return re.findall(r"`([^`]+)`", words)


# Commands and options

COMMANDS: dict[str, click.Command] = {
    " ".join(words): command
    for name, found in app.commands.items()
    for words, command in (
        [((name, inner), command) for inner, command in found.commands.items()]
        if isinstance(found, click.Group)
        else [((name,), found)]
    )
}


def options(command: str) -> set[str]:
    found = COMMANDS[command]
    names = {name for parameter in found.params for name in parameter.opts if name.startswith("-")}
    return names | {"-h", "--help"}


def documented_options() -> list[tuple[str, str]]:
    rows, scope = [], ""
    for first, second, *_ in table(section("docs/consultant.md", "Options")):
        scope = first or scope
        rows += [(scope, word.split()[0]) for word in coded(second)]
    return rows


def covers(scope: str, command: str) -> bool:
    return f"`{command}`" not in scope if scope.startswith("all") else f"`{command}`" in scope


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_documented_for_it(command: str) -> None:
    rows = documented_options()
    told = {option for scope, option in rows if covers(scope, command)} - {"--version"}
    assert told == options(command)
    assert f"momentsheet {command}" in text("README.md")


def test_the_options_table_names_no_command_that_is_not_there() -> None:
    assert {word for scope, _ in documented_options() for word in coded(scope)} <= set(COMMANDS)


def command_lines() -> list[object]:
    found: list[object] = []
    for page in PAGES:
        typed = [line for _, content in fences(page) for line in content.splitlines()]
        typed += re.findall(r"`(momentsheet [a-z][^`]*)`", prose(page))
        whole = [
            line for line in typed if line.startswith("momentsheet ") and len(line.split()) > 2 and "…" not in line
        ]
        found += [pytest.param(line, id=f"{page.stem}: {line.split('#')[0].strip()}") for line in whole]
    return found


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_in_the_docs_can_be_typed(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command = next(name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS)
    context = COMMANDS[command].make_context(command, words[len(command.split()) :], resilient_parsing=False)
    assert context.params is not None


def test_exit_statuses_are_those_of_the_help() -> None:
    told = re.findall(r"^  (\d+) +(.*)$", EXIT_CODES, re.MULTILINE)
    assert [(status, means.replace("`", "")) for status, means in table(section("README.md", "Exit statuses"))] == told


def test_make_targets() -> None:
    makefile = text("Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    rows = table(section("docs/engineer.md", "Running"))
    assert {word.removeprefix("make ") for row in rows for word in coded(row[0])} == targets
    pages = "\n".join(text(page.relative_to(ROOT).as_posix()) for page in PAGES)
    assert set(re.findall(r"\bmake ([a-z]+)\b *(?:#|`|$)", pages, re.MULTILINE)) <= targets
    assert [path for path in re.findall(r"[a-z/_]+\.py", makefile) if not (ROOT / path).is_file()] == []


# Rules


def test_named_checks() -> None:
    """What checking can do by name stands in the engineer's list, and nothing else does."""
    told = {word for row in table(section("docs/engineer.md", "Named checks.")) for word in coded(row[0])}
    of_workbook = {rule.check for rule in CATALOG.rules.values() if rule.reach == "workbook"}
    assert told == {*field_checks, *privacy_checks, *table_checks, *of_workbook}


def test_constants_of_sql() -> None:
    told = {word for row in table(section("docs/engineer.md", "SQL")) for word in coded(row[0])}
    assert told == set(constant_types)


def test_field_types() -> None:
    told = [word for row in table(section("docs/engineer.md", "A field")) for word in coded(row[0])]
    assert sorted(told) == sorted(type_names)


def test_rule_families() -> None:
    told = {row[0] for row in table(section("docs/consultant.md", "3. Check")) if re.fullmatch("[A-Z]{2,4}", row[0])}
    assert told == {code.partition("-")[0] for code in CATALOG.rules}


def test_accounting_systems() -> None:
    told = {word for row in table(section("docs/consultant.md", "Accounting systems")) for word in coded(row[0])}
    assert told == set(CATALOG.accounting)


def test_limits() -> None:
    limits = Limits()
    told = section("docs/consultant.md", "5. Several workbooks")
    for words in (f"{limits.rows:,} rows", f"{limits.cells:,} filled cells", f"{limits.file_size >> 20} MB"):
        assert words in told


# Links, files, packages


def anchors(page: Path) -> set[str]:
    """The ids that GitHub gives to headings."""
    heads = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_are_there(page: Path) -> None:
    tops = "benchmarks|docs|examples|momentsheet|rules|templates|tests"
    named = re.findall(rf"`((?:{tops})/[\w./-]*)`", prose(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_can_be_found_from_the_readme() -> None:
    linked = re.findall(r"\]\((docs/[^)#]+)", text("README.md"))
    assert {(ROOT / link).name for link in linked if link.endswith(".md")} == {page.name for page in DOCS.glob("*.md")}


def test_packages_are_those_of_the_project() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]

    def names(demands: list[str]) -> list[str]:
        return sorted(re.split(r"[^a-z0-9-]", demand.lower())[0] for demand in demands)

    here = section("README.md", "Dependencies")
    used = [row[0] for row in table(here) if len(row) == 3]
    tested = [row[0] for row in table(here) if len(row) == 2]
    assert sorted(used) == names([*project["dependencies"], *extras["files"]])
    assert sorted(tested) == names([*extras["test"], *extras["check"]])


# The engineer's examples

_PLACE = re.compile(r"# rules/(?P<file>[\w/]+\.yaml)(?:, under (?P<keys>[\w, ]+))?\s*$", re.MULTILINE)


def blocks(page: str) -> list[str]:
    return [content for language, content in fences(ROOT / page) if language == "yaml"]


def write_example(rules: Path, block: str) -> None:
    """Put an example where its first line says: as a file, or at the end of a list in one."""
    place = _PLACE.match(block.split("\n", 1)[0])
    assert place, f"an example does not say where it belongs: {block[:60]!r}"
    path = rules / place["file"]
    if place["keys"] is None:
        assert not path.exists(), f"{path.name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")
        return
    content: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    target = content
    for key in place["keys"].split(", "):
        target = target[key] if isinstance(target, dict) else next(item for item in target if item["entity"] == key)
    target += yaml.load(block, yaml.BaseLoader)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The rules with every example of the engineer's guide in them."""
    rules = tmp_path_factory.mktemp("docs") / "rules"
    shutil.copytree(RULES, rules)
    for block in [*blocks("docs/engineer.md"), *blocks("docs/import-files.md")]:
        write_example(rules, block)
    return load_catalog(rules)


def new_rules(catalog: Catalog) -> list[Rule]:
    return [rule for code, rule in catalog.rules.items() if code not in CATALOG.rules]


def test_the_examples_load(extended: Catalog) -> None:
    """A field, a list, an entity, rules, an accounting system, a format and a language, as the guide has them."""
    assert extended.entities["customer"].field("account_manager").to is not None
    assert set(extended.entities) - set(CATALOG.entities) == {"vehicle"}
    assert set(extended.code_lists) - set(CATALOG.code_lists) == {"vehicle_fuel"}
    assert set(extended.accounting) - set(CATALOG.accounting) == {"ledgerly"}
    assert set(extended.formats) - set(CATALOG.formats) == {"partner"}
    assert set(extended.file_kinds) - set(CATALOG.file_kinds) == {"vehicle_photo"}
    assert set(extended.languages) >= {"fi"}
    assert extended.entities["customer"].field("customer_number").label["fi"] == "Asiakasnumero"
    assert {rule.reach for rule in new_rules(extended)} == {"row", "table", "book"}


def test_the_rules_of_the_examples_prove_themselves(extended: Catalog) -> None:
    for rule in new_rules(extended):
        for kind, raises in ((rule.good, False), (rule.bad, True)):
            for example in kind:
                findings = check([book(extended, example.rows)], extended, TODAY).findings
                assert (rule.code in {finding.code for finding in findings}) == raises, rule.code
                # Where an example replaces rows, other sheets may point at nothing: that is not its point.
                own = [f for f in findings if f.entity in example.rows or extended.rules[f.code].check != "known"]
                assert {f.code for f in own if f.severity == "error"} <= {rule.code}


def test_what_the_examples_add_goes_the_whole_way(extended: Catalog) -> None:
    """Template, filled with the sample, read, checked, converted: the new sheet comes out as a file."""
    data = make_template(extended, list(extended.entities), "nb", sample=True)
    checked = check([read_workbook(data, "s.xlsx")], extended, TODAY)
    assert [(f.code, f.sheet, f.cell) for f in checked.findings if f.severity == "error"] == []
    files = {file.path: file.data.decode() for file in convert(checked.clean, extended, ("csv", "partner")).files}
    assert files["import/csv/900_vehicles.csv"].splitlines()[1] == (
        '"EK12345";"kari.nordmann@fjordglott.example";"electric";"2024-02-01";48000'
    )
    customers = next(content for path, content in files.items() if path.endswith("customers.csv"))
    assert customers.splitlines()[0].endswith('"account_manager"')
    assert any(path.startswith("import/partner/") for path in files)


# The consultant's company file


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = [block for block in blocks("docs/consultant.md") if block.startswith("# fjord.yaml")]
    assert found == [text("examples/companies/fjord.yaml")]
    path = tmp_path_factory.mktemp("company") / "fjord.yaml"
    path.write_text(found[0], encoding="utf-8")
    return path


def test_the_company_file_shows_every_key(company: Path) -> None:
    content = yaml.load(company.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert set(content) == set(COMPANY.may)
    changes = {key for change in content["fields"].values() for key in change}
    assert changes == set(FieldChange.__dataclass_fields__)


def test_the_company_file_loads_and_its_sample_has_no_errors(company: Path) -> None:
    catalog = load_catalog(RULES, company)
    chosen = catalog.company
    assert catalog.entities["customer"].field("email").required
    assert not catalog.entities["customer"].field("contract_reference").in_template
    assert catalog.code_lists["project_status"].codes[-1].code == "warranty"
    data = make_template(catalog, list(catalog.entities), chosen.language, sample=True)
    findings = check([read_workbook(data, "s.xlsx")], catalog, TODAY).findings
    assert [(f.code, f.sheet, f.cell) for f in findings if f.severity == "error"] == []


# The page for the company's people


@pytest.mark.parametrize(
    ("page", "language", "heading"),
    [("docs/customer.md", "nb", "Ti vanlige feil"), ("docs/customer.en.md", "en", "Ten common mistakes")],
)
def test_the_customer_reads_the_words_of_the_messages(page: str, language: str, heading: str) -> None:
    types = [texts[language] for text_id, texts in CATALOG.texts.items() if text_id.startswith("type.")]
    told = set()
    for rule in CATALOG.rules.values():
        message = rule.message[language].replace("{value}", "#N/A")
        told |= {message.replace("{type}", word) for word in types}
    rows = table(section(page, heading))
    assert len(rows) == 10
    for row in rows:
        quoted = re.findall("«([^»]+)»", row[0])
        assert quoted
        assert [words for words in quoted if not any(words in message for message in told)] == []


def test_both_languages_of_the_customer_page_have_the_same_parts() -> None:
    shapes = [
        [re.match(r"#+|\||-|\d\.", line)[0] for line in text(page).splitlines() if re.match(r"#+|\||-|\d\.", line)]
        for page in ("docs/customer.md", "docs/customer.en.md")
    ]
    assert shapes[0] == shapes[1]
