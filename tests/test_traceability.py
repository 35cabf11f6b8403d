"""The table from Moment's page to the product: every target and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from momentsheet.catalog import load_catalog
from momentsheet.catalog.files import COMPANY
from momentsheet.cli import app

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog(ROOT / "rules")
PAGE = (ROOT / "docs/traceability.md").read_text(encoding="utf-8")
SEED = ROOT.parent / "shared/seed"
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| section", "| group"))
]
# The headings of the page, short enough to name them; ¹: lost in the stored copies
SECTIONS = (
    "Help with organizing import data", "Extra/additional imports", "Extra time balance / flex time", "Holiday balance",
    "Some invoice info", "Project pricing", "PDF Invoice", "Set-up of invoice exports and integration",
    "Activities, tasks and products", "Additional customer information", "Status of hours",
    "Import from several different systems", "Updated number series to match the accounting system",
)  # fmt: skip
LOST = ("Expenses¹", "Documents¹", "Checklists¹", "Other¹")


def exists(kind: str, name: str) -> bool:
    entity, _, field = name.partition(".")
    known = {
        "entity": CATALOG.entities,
        "rule": CATALOG.rules,
        "worklist": CATALOG.work_lists,
        "list": CATALOG.code_lists,
        "system": CATALOG.accounting,
        "command": app.commands,
        "company": COMPANY.may,
    }
    if kind == "field":
        return entity in CATALOG.entities and field in {item.name for item in CATALOG.entities[entity].fields}
    if kind == "doc":
        return (ROOT / "docs" / name).is_file()
    return name in known[kind]


def is_a_test(name: str) -> bool:
    path, _, function = name.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
    return bool(re.search(rf"^def {function}\(" if function else "^def test_", text, re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}"[:60])
def test_what_a_line_names_is_there(row: list[str]) -> None:
    assert len(row) == 4
    _, _, product, proof = row
    targets = re.findall(r"`(\w+):([^`]+)`", product)
    assert targets
    assert [f"{kind}:{name}" for kind, name in targets if not exists(kind, name)] == []
    tests = re.findall(r"`(tests/[^`]+)`", proof)
    assert tests or not targets
    assert [test for test in tests if not is_a_test(test)] == []


def test_every_section_of_the_page_has_its_lines() -> None:
    named = [row[0].casefold() for row in ROWS]
    for section in (*SECTIONS, *LOST):
        assert any(name.startswith(section.casefold()) for name in named), section


def test_every_bullet_of_the_page_has_a_line() -> None:
    if not SEED.is_dir():
        pytest.skip("the page does not lie beside the clone")
    text = next(SEED.glob("*.txt")).read_text(encoding="utf-8")
    assert all(section.casefold() in text.casefold() for section in SECTIONS)
    bullets = len(re.findall(r"^\s*•", text, re.MULTILINE))
    listed = [row for row in ROWS if row[0] in {"Additional customer information", "Expenses¹"}]
    assert len(listed) == bullets


def test_every_entity_and_every_work_list_answers_something() -> None:
    """Nothing was built that the two pages do not ask for, but what their numbers hang on."""
    told = set(re.findall(r"`(?:entity|field):(\w+)", PAGE))
    assert set(CATALOG.entities) - told <= {"company", "absence_type", "project_member"}
    assert set(re.findall(r"`worklist:(\w+)`", PAGE)) | {"access_roles"} == set(CATALOG.work_lists)
