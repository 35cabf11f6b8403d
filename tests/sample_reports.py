"""A small catalog and hand-made reports for the tests of `momentsheet/reporting`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from jinja2 import FileSystemLoader

from momentsheet.model.bundle import Breakdown, Bundle, FilledList, ImportFile, Share
from momentsheet.model.catalog import (
    AccountingSystem,
    Catalog,
    Code,
    CodeList,
    Company,
    Demand,
    Entity,
    Example,
    Field,
    Reference,
    Rule,
    Severity,
    WorkList,
    WorkListColumn,
)
from momentsheet.model.finding import (
    Blocked,
    ColumnRead,
    Finding,
    Group,
    Input,
    Repair,
    Report,
    SheetRead,
    Totals,
)
from momentsheet.model.workbook import Notice

ROOT = Path(__file__).parents[1]
LOADER = FileSystemLoader(ROOT / "templates")

# What a cell may hold to do harm in a terminal, a page, a workbook, a link, a template.
HOSTILE = (
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "[click](https://evil.example)",
    '=HYPERLINK("https://evil.example";"x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\x1b]0;pwned\x07\x1b[31mred\r\n\x9bX",
    "a\u202eb\u200bc\ufeff\ud800",
    "]]><!--&amp;&#x41;",
    "https://evil.example/?a=1&b=2",
    "{value}{message}{0}",
    "[bold red]no[/]",
)


def texts() -> dict[str, dict[str, str]]:
    """The short texts of the rule files, as the product ships them."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "rules" / "texts").glob("*.yaml")):
        found |= yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return found


def field(name: str, kind: str, en: str, nb: str, **more: Any) -> Field:
    return Field(
        name, kind, {"en": en, "nb": nb}, {"en": f"The {en}.", "nb": f"{nb}."}, more.pop("example", "1"), **more
    )


def rule(
    code: str, severity: Severity, entity: str | None, fields: Sequence[str], en: str, nb: str, **more: Any
) -> Rule:
    return Rule(
        code,
        severity,
        more.pop("reach", "field"),
        {"en": en, "nb": nb},
        more.pop("why", {"en": "Moment refuses it.", "nb": "Moment tar ikke imot det."}),
        more.pop("fix", {"en": "Correct the cell. Perhaps {suggestion}.", "nb": "Rett cellen. Kanskje {suggestion}."}),
        entity,
        tuple(fields),
        check=more.pop("check", "readable"),
        **more,
    )


def catalog(**company: Any) -> Catalog:
    """Two entities that refer to each other, a code list, an accounting system and the shipped texts."""
    customer_rules = (
        rule(
            "CU-01",
            "error",
            "customer",
            ["customer_number"],
            "Customer number {value} is used twice, first in row {first_row}.",
            "Kundenummer {value} er brukt to ganger, først på rad {first_row}.",
            good=(Example({"customer": ({"customer_number": "1"}, {"customer_number": "2"})}),),
            bad=(Example({"customer": ({"customer_number": "1"}, {"customer_number": "1"})}, {"country": "SE"}),),
        ),
        rule(
            "CU-05", "warning", "customer", ["status"], "The customer is {status}.", "Kunden er {status}.", reach="row"
        ),
        rule(
            "CU-07",
            "error",
            "customer",
            ["customer_number"],
            "{accounting_system} needs {says}, such as {example}.",
            "{accounting_system} krever {says}, for eksempel {example}.",
        ),
    )
    time_rules = (
        rule(
            "TR-01",
            "error",
            "time_record",
            ["customer_number"],
            "Customer {value} is not in Customers.",
            "Kunde {value} finnes ikke i arket Kunder.",
        ),
        rule("TR-02", "error", "time_record", ["date"], "«{value}» is no date.", "«{value}» er ingen dato."),
        rule(
            "TR-04",
            "error",
            "time_record",
            ["hours", "date"],
            "{total} hours on {date}, at most 24.",
            "{total} timer {date}, høyst 24.",
            reach="table",
        ),
        rule(
            "TR-10",
            "info",
            "time_record",
            ["amount"],
            "{amount} on {records} rows.",
            "{amount} på {records} rader.",
            reach="row",
        ),
        rule("TR-20", "error", "time_record", ["date"], "{header} is blank.", "{header} er tom.", on_demand=True),
    )
    entities = {
        "customer": Entity(
            "customer",
            30,
            {"en": "Customers", "nb": "Kunder"},
            {"en": "One row per customer.", "nb": "Én rad per kunde."},
            (
                field(
                    "customer_number",
                    "code",
                    "Customer number",
                    "Kundenummer",
                    required=True,
                    aliases=("Kundenr",),
                    schema={"maxlength": 30},
                ),
                field("name", "text", "Name", "Navn", privacy="personal"),
                field("status", "codelist", "Status", "Status", list="customer_status"),
                field("credit_days", "integer", "Credit terms", "Kredittid", imported=False),
            ),
            customer_rules,
            (),
            key=("customer_number",),
            sheet_aliases=("Kundeliste",),
        ),
        "time_record": Entity(
            "time_record",
            70,
            {"en": "Hours", "nb": "Timer"},
            {"en": "One row per entry.", "nb": "Én rad per føring."},
            (
                field(
                    "customer_number",
                    "reference",
                    "Customer number",
                    "Kundenummer",
                    to=Reference("customer", "customer_number"),
                ),
                field("date", "date", "Date", "Dato", required_when="hours > 0"),
                field("hours", "hours", "Hours", "Timer", unit="hours"),
                field("amount", "money", "Amount", "Beløp"),
            ),
            time_rules,
            (),
            totals=("hours", "amount"),
            totals_by=("date",),
        ),
    }
    codes = (Code("active", {"en": "Active", "nb": "Aktiv"}), Code("inactive", {"en": "Inactive", "nb": "Inaktiv"}))
    workbook_rules = (
        rule(
            "WB-04",
            "warning",
            None,
            [],
            "Sheet {sheet} has hidden rows: {count}.",
            "Arket {sheet} har skjulte rader: {count}.",
            reach="workbook",
        ),
    )
    demand = Demand("CU-07", "customer", "customer_number", {}, {"en": "a whole number", "nb": "et heltall"}, "100001")
    system = AccountingSystem(
        "uni",
        {"en": "Uni Economy", "nb": "Uni Economy"},
        "moment",
        (demand,),
        ("TR-20",),
        ({"en": "Switch the module on.", "nb": "Slå på modulen."},),
    )
    every = (*workbook_rules, *customer_rules, *time_rules)
    settings: dict[str, Any] = {
        "code": "fjord",
        "name": "Fjordgløtt Arkitekter AS",
        "accounting_system": "uni",
        "org_number": "999888777",
        "cutover_date": dt.date(2025, 1, 1),
        "credit_days": 14,
        "source_system": "Regneark",
        "defaults": {"customer.status": "active"},
    }
    return Catalog(
        "0123456789ab",
        entities,
        {item.code: item for item in every},
        {"customer_status": CodeList("customer_status", {"en": "Status", "nb": "Status"}, codes)},
        {"uni": system},
        {},
        texts(),
        ("en", "nb"),
        Company(**(settings | company)),
    )


def found(code: str, severity: Severity = "error", **more: Any) -> Finding:
    """A finding in the hours unless told otherwise."""
    place: dict[str, Any] = {
        "file": "fjord.xlsx",
        "sheet": "Timer",
        "row": 7,
        "column": 1,
        "header": "Dato *",
        "entity": "time_record",
        "field": "date",
        "value": "31.02.2025",
        "fingerprint": f"{code}-{more.get('row', 7)}",
    }
    return Finding(code, severity, **(place | more))


def grouped(findings: Sequence[Finding], **more: Any) -> Group:
    """A group of findings; the findings carry its id afterwards in the report."""
    first = findings[0]
    values = {finding.value for finding in findings}
    settings: dict[str, Any] = {
        "id": f"{first.code}:{first.sheet}:{first.row}",
        "code": first.code,
        "severity": first.severity,
        "file": first.file,
        "sheet": first.sheet,
        "field": first.field,
        "value": first.value if len(values) == 1 else None,
        "count": len(findings),
        "findings": tuple(findings),
    }
    return Group(**(settings | more))


def report(
    groups: Sequence[Group] = (), *, language: str = "nb", repairs: Sequence[Repair] = (), **more: Any
) -> Report:
    """A report of one workbook with two sheets of ours and one that is not."""
    findings = [replace(finding, group=group.id) for group in groups for finding in group.findings]
    columns = (
        ColumnRead(0, "Kundenummer *", "customer_number", "meta"),
        ColumnRead(1, "Dato *", "date", "label"),
        ColumnRead(2, "Timer", "hours", "alias"),
        ColumnRead(3, "Sum", "amount", "close"),
        ColumnRead(4, "Merknad", None, "extra", 12),
    )
    customer_columns = (
        ColumnRead(0, "Kundenr", "customer_number", "alias"),
        ColumnRead(3, "Kredittid", "credit_days", "label", 2),
    )
    sheets = (
        SheetRead("Kunder", "customer", 1, 250, customer_columns),
        SheetRead("Timer", "time_record", 3, 25000, columns, 2, 1),
        SheetRead("Notater", None, None, 0),
    )
    settings: dict[str, Any] = {
        "tool": "momentsheet",
        "version": "0.1.0",
        "catalog": "0123456789ab",
        "today": dt.date(2025, 6, 30),
        "company": "fjord",
        "inputs": (
            Input(
                "inn/fjord.xlsx",
                "fjord.xlsx",
                "ab" * 32,
                "xlsx",
                {"id": "momentsheet", "version": "1", "language": "nb"},
                sheets,
                (Notice("unheard_of"),),
            ),
        ),
        "totals": {
            "customer": Totals(250, 248, 2, 0),
            "time_record": Totals(
                25000,
                24990,
                10,
                3,
                {"hours": "98765.50", "hours_minutes": "5925930", "amount": "1234567.89"},
                {"hours": "98700.25", "hours_minutes": "5922015", "amount": "1234000.00"},
                {"hours": "65.25", "hours_minutes": "3915", "amount": "567.89"},
            ),
        },
    }
    settings |= more
    return Report(language=language, findings=tuple(findings), groups=tuple(groups), repairs=tuple(repairs), **settings)


def typical(language: str = "nb") -> Report:
    """A cause with its effect, many equal cells, many different cells, a warning, information, repairs."""
    cause = grouped(
        [
            found(
                "CU-01",
                sheet="Kunder",
                row=14,
                column=0,
                header="Kundenummer *",
                entity="customer",
                field="customer_number",
                value="10025",
                key="10025",
                facts={"first_row": 3},
                suggestion="10026",
                rows=(("customer", 13),),
            )
        ],
        blocked={"customer": Blocked(1), "time_record": Blocked(1200, {"hours": "9312.5"})},
    )
    effect = grouped(
        [
            found(
                "TR-01",
                row=row,
                column=0,
                header="Kundenummer *",
                field="customer_number",
                value="10025",
                blocked_by=cause.findings[0].fingerprint,
                rows=(("time_record", row),),
            )
            for row in range(100, 1300)
        ],
        blocked_by=cause.id,
        blocked={"time_record": Blocked(1200)},
    )
    dates = grouped(
        [
            found("TR-02", row=row, value=f"{row % 28}.13.2024", suggestion="01.12.2024", rows=(("time_record", row),))
            for row in range(5, 1847)
        ]
    )
    day = grouped(
        [
            found(
                "TR-04",
                row=90,
                column=2,
                field="hours",
                header="Timer",
                value="20",
                facts={"total": 26.5, "date": dt.date(2024, 3, 5), "hours": 20.0},
            )
        ]
    )
    status = grouped(
        [
            found(
                "CU-05",
                "warning",
                sheet="Kunder",
                row=8,
                column=2,
                header="Status",
                entity="customer",
                field="status",
                value="inaktiv",
                facts={"status": "inactive"},
            )
        ]
    )
    amount = grouped(
        [
            found(
                "TR-10",
                "info",
                row=12,
                column=3,
                header="Sum",
                field="amount",
                value="1234,5",
                facts={"amount": 1234.5, "records": 12345},
            )
        ]
    )
    hidden = grouped([Finding("WB-04", "warning", "fjord.xlsx", "Timer", facts={"count": 3}, fingerprint="h")])
    repairs = [
        Repair("fjord.xlsx", "Timer", row, 2, "time_record", "hours", "7,5 t", "7.5", "unheard_of")
        for row in range(20, 90)
    ]
    repairs += [Repair("fjord.xlsx", "Timer", 21, 1, "time_record", "date", "1. mars 24", "2024-03-01", "unheard_of")]
    return report([cause, effect, dates, day, status, hidden, amount], language=language, repairs=repairs)


def bundle() -> Bundle:
    hours: Mapping[str, str] = {"hours": "98700.25", "hours_minutes": "5922015", "amount": "1234000.00"}
    return Bundle(
        (
            ImportFile("import/csv/030_customers.csv", "csv", "customer", b"customer", 248),
            ImportFile("import/csv/070_time_records.csv", "csv", "time_record", b"hours", 24990, hours),
            ImportFile(
                "import/api/070_time_records.ndjson",
                "api",
                "time_record",
                b"{}",
                24990,
                hours,
                ("minutes", "projectId"),
            ),
        )
    )


def breakdowns() -> tuple[Breakdown, ...]:
    years = tuple(
        Share(year, rows, {"hours": hours, "amount": amount})
        for year, rows, hours, amount in (
            ("2023", 12000, "48000.25", "600000.00"),
            ("2024", 12990, "50700.00", "634000.00"),
        )
    )
    customers = (
        *(Share(str(10000 + index), 357, {"hours": "1410.00"}) for index in range(69)),
        Share("10099", 357, {"hours": "1410.25"}),
    )
    return (Breakdown("time_record", "date", years), Breakdown("time_record", "customer_number", customers))


def hostile_report(value: str, language: str = "nb") -> Report:
    """A report in which every text that comes from a customer is the value."""
    sheets = (
        SheetRead(
            value, "customer", 1, 3, (ColumnRead(0, value, "credit_days", "label"), ColumnRead(1, value, None, "extra"))
        ),
        SheetRead(value + "2", None, None, 1),
    )
    finding = found(
        "CU-01",
        file=value,
        sheet=value,
        header=value,
        value=value,
        key=value,
        suggestion=value,
        facts={"first_row": value},
        entity="customer",
        field="customer_number",
    )
    listed = found("CU-01", file=value, sheet=value, row=9, value=value, facts={"first_row": [value, value]})
    warning = grouped([found("CU-05", "warning", file=value, sheet=value, facts={"status": value})], id="w")
    groups = [grouped([finding, listed], id=value), warning]
    repairs = [Repair(value, value, 3, 1, "customer", "name", value, value, value)]
    base = report(groups, language=language, repairs=repairs, company=value)
    item = replace(
        base.inputs[0],
        path=value,
        name=value,
        kind=value,
        sheets=sheets,
        template={"version": value, "language": value},
        notices=(Notice("unheard_of", {"x": value}),),
    )
    return replace(base, inputs=(item,))


def hostile_catalog(value: str) -> Catalog:
    """The catalog with the value wherever a company file may hold it."""
    return catalog(name=value, org_number=value, source_system=value, currency=value, contact=value, code=value)


def work_list() -> FilledList:
    """A work list with one row."""
    columns = (WorkListColumn("name", {"en": "Name", "nb": "Navn"}, "text"),)
    words = {"en": "Balances", "nb": "Saldoer"}
    return FilledList(
        WorkList("balances", 1, words, words, words, "SELECT 1", columns), pl.DataFrame({"name": ["Kari"]})
    )
