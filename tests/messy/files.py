"""Messes of the file itself: the programs that wrote it, its format, its encoding, what is stored beside the data."""

from __future__ import annotations

import re
from collections.abc import Callable

from messy.mess import each, same, told
from messy.sheets import Delivery
from messy.writers import with_part

FILES, CSV, WHOLE = "Programs and formats", "Text files", "The delivery as a whole"


def _as_it_is(_: Delivery) -> None:
    pass


for program in (
    "openpyxl xlsx",
    "libreoffice xlsx",
    "libreoffice ods",
    "libreoffice xls",
    "libreoffice xlsm",
    "xlsxwriter xlsm",
):
    each(same(FILES, "all", by=program), **{f"written by {program.replace(' ', ' as ')}": _as_it_is})


@same(FILES, "invoices")
def texts_inside_the_cells(d: Delivery) -> None:
    d.book.inline_strings = True


def _dimension(reference: str) -> Callable[[bytes], bytes]:
    """Every sheet says that this is its area."""

    def change(data: bytes) -> bytes:
        for number in range(1, 3):
            data = with_part(
                data,
                f"xl/worksheets/sheet{number}.xml",
                lambda text: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{reference}"', text),
            )
        return data

    return change


each(
    same(FILES, "customers", after=_dimension("A1")),
    a_stored_area_that_is_too_small=_as_it_is,
)
each(
    same(FILES, "customers", after=_dimension("A1:XFD1048576")),
    a_stored_area_that_is_the_whole_sheet=_as_it_is,
)


@same(FILES, "customers")
def formatted_empty_cells_down_to_the_last_row(d: Delivery) -> None:
    d.customer.grid += [[]] * 3
    d.customer.grid.append([""])


each(same(CSV, "all", by="csv csv"), csv_as_a_norwegian_excel_saves_it=_as_it_is)


def _month_first(d: Delivery) -> None:
    d.company.put("date_order", 0, "Måned, dag, år (12/31/2024)")


@same(CSV, "all", by="libreoffice csv", against=_month_first)
def csv_as_an_english_libreoffice_saves_it(d: Delivery) -> None:
    """01/02/2018: the customer has said that the month comes first."""
    _month_first(d)


each(
    same(CSV, "hours", by="csv csv", options={"encoding": "cp1252"}),
    csv_in_windows_encoding=_as_it_is,
)
each(
    same(CSV, "hours", by="csv csv", options={"encoding": "utf-16", "delimiter": "\t"}),
    csv_in_utf_16_with_tabs=_as_it_is,
)
each(
    same(CSV, "hours", by="csv csv", options={"encoding": "utf-8", "delimiter": ",", "numbers": "english"}),
    csv_of_an_english_program=_as_it_is,
)
each(
    same(CSV, "hours", by="csv csv", options={"first_line": "sep=|\r\n", "delimiter": "|"}),
    csv_that_names_its_delimiter=_as_it_is,
)
each(
    same(CSV, "hours", by="csv csv", options={"line_end": "\r"}),
    csv_with_the_line_ends_of_an_old_mac=_as_it_is,
)


@told(WHOLE, "all", ("WB-30", None, None))
def an_empty_template(d: Delivery) -> None:
    for table in d.book.tables:
        if table.is_form:
            table.grid[1:] = [[row[0], None] for row in table.grid[1:]]
        else:
            del table.grid[1:]


@told(WHOLE, "customers", *[("CU-08", "Kunder", f"A{row}") for row in range(5, 8)])
def all_rows_pasted_twice(d: Delivery) -> None:
    d.customer.grid += [list(row) for row in d.customer.rows]
