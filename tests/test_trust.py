"""A wrong hour imported is worse than ten rejected: what once was lost, guessed or overwritten without a word."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from delivery import OURS, book, sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking import Checked, check
from momentsheet.checking.grammar import Context, Raw, read_value
from momentsheet.errors import OutputError
from momentsheet.model.catalog import Row
from momentsheet.model.workbook import Kind, column_letter
from momentsheet.output import Folder, write_file

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")
TODAY = dt.date(2025, 6, 15)
HEADER = ["Kundenummer", "Kundenavn"]
FIRST, SECOND, THIRD = ["10001", "Havneby kommune"], ["10002", "Solgård AS"], ["10003", "Åsen sameie"]


def customers(*cells: Sequence[str]) -> Checked:
    """What is made of a workbook with one sheet of customers."""
    return check([workbook(sheet("Kunder", cells))], CATALOG, TODAY)


def with_rows(entity: str, *rows: Row, **company: str) -> Checked:
    """The sample with other rows of one entity; `company`: other answers of the company sheet."""
    record = {**CATALOG.entities["company"].sample[0], **company}
    return check([book(CATALOG, {entity: rows, "company": [record]})], CATALOG, TODAY)


def errors(checked: Checked, entity: str | None = None) -> list[tuple[str, int | None]]:
    """Code and row of every error, or of one entity's."""
    return [
        (finding.code, finding.row)
        for finding in checked.findings
        if finding.severity == "error" and entity in {None, finding.entity}
    ]


# Rows


def test_a_header_that_was_sorted_into_the_data_is_told() -> None:
    """Sorting without «my data has headers» puts the header among the rows; those above it were lost silently."""
    checked = customers(FIRST, SECOND, HEADER, THIRD)
    assert errors(checked) == [("WB-38", 1)]
    assert checked.blocks_everything


def test_a_title_above_the_header_is_no_row_of_data() -> None:
    """Titles and remarks above the header are common and must not block anything."""
    assert errors(customers(["Kunder"], ["Laget av", ""], HEADER, FIRST)) == []


def test_a_second_table_with_other_columns_is_told() -> None:
    """Its rows were imported in the columns of the first: a customer with the number «Solgård AS»."""
    checked = customers(HEADER, FIRST, [], ["Kundenavn", "Kundenummer"], ["Solgård AS", "10002"])
    assert errors(checked) == [("WB-37", 4)]
    assert checked.blocks_everything


def test_a_second_table_with_more_columns_does_not_hide_the_first() -> None:
    """The row with the most headers won, and all rows above it were lost silently."""
    checked = customers([*HEADER, ""], FIRST, SECOND, [], [*HEADER, "Poststed"], [*THIRD, "Oslo"])
    assert errors(checked) == [("WB-37", 1)]


def test_a_repeated_header_that_is_spelt_otherwise_is_no_customer() -> None:
    """«kundenr.» and «KUNDENAVN *» were imported as a customer of that number and name."""
    checked = customers(HEADER, FIRST, ["kundenr.", "KUNDENAVN *"], SECOND)
    assert checked.clean["customer"].values["customer_number"].to_list() == ["10001", "10002"]
    assert [finding.row for finding in checked.findings if finding.code == "WB-03"] == [3]


def test_a_record_that_lacks_one_cell_is_no_total() -> None:
    """Hours were forgotten in a row with the description «Total»: it was dropped as a total instead of an error."""
    checked = with_rows("time_record", {}, {"description": "Total", "hours": "", "billable_hours": ""})
    assert errors(checked) == [("WB-10", 3)]


# Columns


@pytest.mark.parametrize("header", ["Ikke fakturerbare timer", "Ufakturerbare timer", "Fakturerbare timer 2"])
def test_a_header_that_says_the_opposite_is_not_close(header: str) -> None:
    """Hours that must not be invoiced were read as hours to invoice, with a warning only."""
    row = CATALOG.entities["time_record"].sample[0]
    cells = [
        ["Ansatt", "Dato", "Prosjektnummer", "Aktivitet", "Timer", header],
        [row["employee_email"], row["date"], row["project_number"], row["activity_name"], "7,5", "7,5"],
    ]
    checked = check([workbook(sheet("Timer", cells))], CATALOG, TODAY)
    assert checked.parsed["time_record"].values["billable_hours"].to_list() == [None]
    assert "WB-23" in {finding.code for finding in checked.findings}


def test_a_retitled_column_of_the_template_is_told() -> None:
    """A spare column used for private notes was imported as the city, because a name of ours still pointed at it."""
    fields = [field for field in CATALOG.entities["customer"].fields if field.in_template]
    place = [field.name for field in fields].index("city")
    titles = [field.label["nb"] for field in fields]
    record = [CATALOG.entities["customer"].sample[0].get(field.name, "") for field in fields]
    titles[place], record[place] = "Egne notater", "ring i mai"
    made = workbook(sheet("Kunder", [titles, record]), template=OURS)
    names = {f"fld_customer_{field.name}": f"Kunder!${column_letter(at)}$2" for at, field in enumerate(fields)}
    checked = check([dataclasses.replace(made, names=names)], CATALOG, TODAY)
    assert ("WB-02", place) in [(finding.code, finding.column) for finding in checked.findings]


# Cells


@pytest.mark.parametrize("cell", ["date:100", "date:7.5", "date:0.5"])
def test_hours_in_a_cell_with_a_date_format_are_not_days(cell: str) -> None:
    """100 hours typed where the cell has a date format were imported as 2400."""
    assert errors(with_rows("activity", {"estimated_hours": cell}), "activity") == [("WB-11", 2)]


@pytest.mark.parametrize("cell", ["1.250 t", "1,250 timer", "1 2:30"])
def test_hours_that_can_be_read_in_two_ways_are_refused(cell: str) -> None:
    """A budget of «1.250 t» became an hour and a quarter; «1 2:30» became half past twelve."""
    assert errors(with_rows("activity", {"estimated_hours": cell}), "activity") == [("WB-11", 2)]


@pytest.mark.parametrize(("cell", "found"), [("500 EUR", [("WB-11", 2)]), ("$500", [("WB-11", 2)]), ("500 NOK", [])])
def test_an_amount_in_another_currency_is_refused(cell: str, found: list[tuple[str, int]]) -> None:
    """500 EUR were imported as 500 crowns."""
    checked = with_rows("project", {"price_model": "fixed_price", "fixed_price_amount": cell})
    assert errors(checked, "project") == found


@pytest.mark.parametrize("dates", [["24-12-31"], ["24/12/31"], ["24-12-31", "24-11-30", "24-10-15"]])
def test_a_two_digit_year_in_front_is_a_question(dates: list[str]) -> None:
    """«24-12-31» was read as 24 December 2031, and three of them even proved that the day comes first."""
    rows = [{"project_number": f"{place}", "start_date": "", "end_date": day} for place, day in enumerate(dates)]
    checked = with_rows("project", *rows, date_order="")
    assert [code for code, _ in errors(checked, "project")] == ["WB-18"]  # one for the column, which is held back
    assert checked.clean["project"].values.height == 0


def test_many_days_with_one_two_digit_year_prove_their_order() -> None:
    """A month of «31/12/24» needs no question: the years cannot stand in front."""
    rows = [{"date": f"{day}/12/24", "project_number": "1001"} for day in (3, 13, 14, 17, 18)]
    checked = with_rows("time_record", *rows, date_order="")
    assert checked.parsed["time_record"].values["date"][0] == dt.date(2024, 12, 3)


@pytest.mark.parametrize(
    ("text", "day"), [("2024-12-31T23:00:00Z", None), ("2024-12-31T00:00:00Z", dt.date(2024, 12, 31))]
)
def test_a_time_in_utc_may_be_the_next_day(text: str, day: dt.date | None) -> None:
    """Exports write midnight of 1 January in Oslo as 23:00 of the day before; that day was imported."""
    assert with_rows("time_record", {"date": text}).parsed["time_record"].values["date"][0] == day


CELLS = ["date:45355", "date:45387", "date:45418"]  # 4 March, 5 April, 6 May 2024
TURNED: Mapping[str, tuple[list[str], int]] = {
    "day and month were exchanged": ([*CELLS, "13/03/2024", "14/03/2024", "15/03/2024"], 1),
    "a date cell has a late day": ([*CELLS, "date:45430", "13/03/2024", "14/03/2024", "15/03/2024"], 0),
    "dots are no proof": ([*CELLS, "13.03.2024", "14.03.2024", "15.03.2024"], 0),
}


@pytest.mark.parametrize(("cells", "count"), TURNED.values(), ids=TURNED.keys())
def test_date_cells_that_a_spreadsheet_turned_round_are_told(cells: list[str], count: int) -> None:
    """An American Excel makes 3 April of 04/03/2024 and leaves 13/03/2024 as text: the date cells are wrong."""
    rows = [{"date": cell, "hours": "1", "billable_hours": "1"} for cell in cells]
    found = [finding for finding in with_rows("time_record", *rows).findings if finding.code == "WB-49"]
    assert len(found) == count


# The output folder


def write_run(target: Path, inputs: Sequence[Path] = ()) -> None:
    """What every run writes, and an import file."""
    with Folder(target, inputs) as folder:
        folder.write("import/csv/010_company.csv", b"x")
        folder.write("report.json", b'{\n"tool": "momentsheet"}')
        folder.commit()


def broken_off() -> Iterator[bytes]:
    yield b"half"
    raise ValueError


def test_what_breaks_off_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    write_file(tmp_path / "a.xlsx", iter([b"on", memoryview(b"e")]))
    with pytest.raises(ValueError):
        write_file(tmp_path / "a.xlsx", broken_off())
    with pytest.raises(ValueError), Folder(tmp_path / "out") as folder:
        folder.write("report.json", broken_off())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.xlsx": b"one"}


def test_a_workbook_in_the_import_folder_is_not_deleted(tmp_path: Path) -> None:
    """`convert out/import/timer.xlsx -o out` replaced the folder and the customer's only workbook with it."""
    place = tmp_path / "out" / "import" / "timer.xlsx"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"workbook")
    with pytest.raises(OutputError, match=r"timer\.xlsx"):
        write_run(tmp_path / "out", [place])
    assert place.read_bytes() == b"workbook"


@pytest.mark.parametrize("name", ["import/mine.csv", "manifest.json", "timer.checked.xlsx"])
def test_what_bears_our_names_but_is_not_ours_is_not_deleted(tmp_path: Path, name: str) -> None:
    """`-o .` in a folder with somebody's own `import` folder deleted it."""
    place = tmp_path / "out" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine")
    with pytest.raises(OutputError, match="not from an earlier run"):
        write_run(tmp_path / "out")
    assert place.read_bytes() == b"mine"


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    """Our own names in a folder of ours are no obstacle."""
    write_run(tmp_path / "out")
    write_run(tmp_path / "out")
    assert (tmp_path / "out" / "report.json").is_file()


def test_results_go_where_a_link_leads(tmp_path: Path) -> None:
    """A link to a shared folder was replaced by a folder; the shared one kept the results of last week."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "shared")
    write_run(tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "shared" / "report.json").is_file()


def test_a_folder_name_is_no_pattern(tmp_path: Path) -> None:
    """Leftovers of `out1` were swept by a run into `out[1]`, also what was set aside there as its old contents."""
    aside = tmp_path / ".out1.old-x" / "old"
    aside.mkdir(parents=True)
    write_run(tmp_path / "out[1]")
    assert aside.is_dir()
    shutil.rmtree(aside.parent)


def test_a_number_that_shows_as_per_cent_is_no_customer_number() -> None:
    """The cell shows «50 %» and holds 0.5: imported, it would name another customer."""
    raw = Raw(Kind.NUMBER, 0.5, "", is_percent=True)
    assert read_value(raw, CATALOG.entities["customer"].field("customer_number"), Context()).problem == "readable"
