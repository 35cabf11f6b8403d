"""JSON, SARIF and JUnit tell the same findings, and the JSON keeps its contract."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import openpyxl
import pytest

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.reporting import report_schema

CELL = re.compile(r"[A-Z]{1,3}[0-9]+ ")
LEVELS = {"error": "error", "warning": "warning", "note": "info"}


# sheet -> cells that a person may well get wrong: a number used twice with all that hangs on it, names, dates, hours
WRONG = {
    "Kunder": {"A3": "10001", "C2": "974760674"},
    "Prosjekter": {"C2": "99999", "E3": "31.02.2024"},
    "Medarbeidere": {"A3": "ikke en adresse", "E2": "12"},
    "Timer": {"F2": "mange", "C3": "Bryga", "B4": "03.04.24", "F5": 25, "Q1": "Eget", "Q2": "notat"},
    "Fakturaer": {"A3": "1,5"},
}


def spoil(target: Path) -> None:
    """The sample of every sheet with these cells overwritten."""
    pipeline.make_template(pipeline.load(), (), "nb", target, sample=True)
    book = openpyxl.load_workbook(target)
    for sheet, cells in WRONG.items():
        for cell, value in cells.items():
            book[sheet][cell] = value
    book.save(target)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reports of the workbook with its mistakes, by their suffix."""
    folder = tmp_path_factory.mktemp("reports")
    spoil(folder / "filled.xlsx")
    reports = [folder / f"report{suffix}" for suffix in (".json", ".sarif", ".xml")]
    words = [word for report in reports for word in ("--report", str(report))]
    call = ["check", str(folder / "filled.xlsx"), "--today", "2025-01-15", "-q", *words]
    assert main(call) == 1
    return {report.suffix: report.read_text("utf-8") for report in reports}


Place = tuple[str, str, str, int | None]  # code, severity, «Sheet!E7» or the sheet alone, Excel's row


def of_json(text: str) -> Counter[Place]:
    """Every finding of the JSON report."""
    return Counter(
        (item["code"], item["severity"], "!".join(filter(None, (item["sheet"], item["cell"]))), item["row"])
        for item in json.loads(text)["findings"]
    )


def test_json_follows_its_schema(told: dict[str, str]) -> None:
    jsonschema.validate(json.loads(told[".json"]), report_schema())


def test_what_is_held_back_adds_up(told: dict[str, str]) -> None:
    report = json.loads(told[".json"])
    left_out = {name: totals["rows_left_out"] for name, totals in report["totals"].items()}
    for group in report["groups"]:
        for name, found in group["blocked"].items():
            assert 1 <= found["rows"] <= left_out[name]
    for name, rows in left_out.items():
        every = sum(group["blocked"].get(name, {"rows": 0})["rows"] for group in report["groups"])
        assert every >= rows, name


def test_sarif_tells_the_same(told: dict[str, str]) -> None:
    found: Counter[Place] = Counter()
    for result in json.loads(told[".sarif"])["runs"][0]["results"]:
        [location] = result["locations"]
        place = location.get("logicalLocations", [{"fullyQualifiedName": ""}])[0]["fullyQualifiedName"]
        row = location["physicalLocation"].get("region", {}).get("startLine")
        found[result["ruleId"], LEVELS[result["level"]], place, row] += 1
    assert found == of_json(told[".json"])


def test_junit_tells_the_same(told: dict[str, str]) -> None:
    """A failure of a case for the errors, its output for the rest: a line each, the cell first."""
    wanted: dict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
    for code, severity, place, _ in of_json(told[".json"]).elements():
        sheet, _, cell = place.partition("!")
        wanted[sheet, code, severity == "error"][cell] += 1
    found: dict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
    for case in ET.fromstring(told[".xml"]).iter("testcase"):
        for name, is_error in (("failure", True), ("system-out", False)):
            part = case.find(name)
            for line in (part.text or "").split("\n") if part is not None else ():
                sheet, code = case.get("classname", "").partition(" › ")[2], case.get("name", "").split()[0]
                assert not line.startswith("… +")  # the example has few enough of each
                found[sheet, code, is_error][line.split()[0] if CELL.match(line) else ""] += 1
    assert found == wanted
