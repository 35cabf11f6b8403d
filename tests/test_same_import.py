"""However a delivery is laid out, the import files are the same, byte for byte.

Columns shuffled, rows and titles put in between, sheets added, headers in other languages, sheets renamed, rows spread
over several sheets and workbooks: each of it alone, and all of it together.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from messy.good import catalog
from messy.sheets import Book, Delivery, Row, Table
from messy.verdict import checked, different_lines, expected, import_files, trimmed
from messy.writers import openpyxl_book, xlsxwriter_book

LANGUAGES = ("nb", "en", "sv", "da")
NOTES: tuple[Row, ...] = (
    ["Dette er våre tall"],
    ["Sist endret av Kari", None, 2024],
    [None, "Se også arket Notater"],
    [],
)
Draw = Callable[[st.SearchStrategy], object]


def shuffle_columns(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        table.reorder(draw(st.permutations(range(len(table.fields)))))


def insert_blank_rows(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        for at in sorted(draw(st.lists(st.integers(1, len(table.grid)), max_size=3)), reverse=True):
            table.grid.insert(at, [])


def insert_titles(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        if not table.is_form:
            table.above(*draw(st.lists(st.sampled_from(NOTES), max_size=12)))


def add_extra_columns(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        if not table.is_form:
            table.add_column(draw(st.integers(0, len(table.fields))), ["Klubb", "A", None, "Bryn"])


def add_sheets(draw: Draw, delivery: Delivery) -> None:
    for number in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(delivery.book.tables)))
        delivery.book.add(f"Notater {number}", draw(st.lists(st.sampled_from(NOTES), max_size=4)), at)


def change_language(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        language = draw(st.sampled_from(LANGUAGES))
        labels = {field.name: field.label[language] for field in catalog().entities[table.entity].fields}
        table.rename(**{name: labels[name] for name in table.fields})


def rename_sheets(draw: Draw, delivery: Delivery) -> None:
    for table in delivery.book.tables:
        entity = catalog().entities[table.entity]
        names = sorted(
            {*entity.title.values(), *entity.sheet_aliases, *(() if table.is_form else (f"{table.name} 2024",))}
        )
        name = draw(st.sampled_from(names))
        taken = {other.name.casefold() for other in delivery.book.tables if other is not table}
        table.name = name if name.casefold() not in taken else f"{name} 2"


def split_rows(draw: Draw, delivery: Delivery) -> None:
    """The rows of one sheet go on in a second sheet, at the end of the workbook."""
    table = draw(st.sampled_from([table for table in delivery.book.tables if not table.is_form]))
    at = draw(st.integers(1, len(table.grid) - 1))
    order = draw(st.permutations(range(len(table.fields))))
    second = Table(table.entity, f"{table.name} 2"[:31], list(table.fields), [list(table.header), *table.grid[at:]])
    del table.grid[at:]
    second.reorder(order)
    delivery.book.tables.append(second)


def split_workbook(draw: Draw, delivery: Delivery) -> None:
    """Each sheet goes to one of up to three workbooks; rows keep their order."""
    books = [Book(f"{number}.xlsx", []) for number in range(3)]
    last: dict[str, int] = {}
    for table in delivery.book.tables:
        number = draw(st.integers(last.get(table.entity, 0), 2))
        last[table.entity] = number
        books[number].tables.append(table)
    delivery.books[:] = [book for book in books if any(table.entity for table in book.tables)]
    lost = [table for book in books if book not in delivery.books for table in book.tables]
    delivery.book.tables += lost


# In this order they can be combined: rows are parted and headers translated while the header is still the first row.
CHANGES = (
    split_rows,
    rename_sheets,
    change_language,
    shuffle_columns,
    add_extra_columns,
    insert_blank_rows,
    insert_titles,
    add_sheets,
    split_workbook,
)
# Shrinking would take minutes: a failing example is small enough to be read.
SETTINGS = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def gives_the_same_files(data: st.DataObject, sheets: str, changes: list[Callable[[Draw, Delivery], None]]) -> None:
    delivery = trimmed(sheets)
    for change in changes:
        change(data.draw, delivery)
    write = data.draw(st.sampled_from((xlsxwriter_book, openpyxl_book)))
    found = checked([(book.name, write(book)) for book in delivery.books])
    assert [(f.code, f.sheet, f.cell, f.value) for f in found.findings if f.severity == "error"] == []
    files, (_, wanted) = import_files(found), expected(sheets)
    assert different_lines(files, wanted) == []
    assert files == wanted


@settings(SETTINGS, max_examples=18)
@given(st.data())
def test_one_change_never_changes_the_import_files(data: st.DataObject) -> None:
    change = data.draw(st.sampled_from(CHANGES))
    gives_the_same_files(data, data.draw(st.sampled_from(("hours", "invoices", "contacts"))), [change])


@settings(SETTINGS, max_examples=18)
@given(st.data())
def test_several_changes_never_change_the_import_files(data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(CHANGES), min_size=2))
    sheets = data.draw(st.sampled_from(("hours", "absence", "expenses", "projects")))
    gives_the_same_files(data, sheets, [change for change in CHANGES if change in chosen])


@settings(SETTINGS, max_examples=5)
@given(st.data())
def test_all_changes_together_never_change_the_import_files_of_the_whole(data: st.DataObject) -> None:
    gives_the_same_files(data, "all", list(CHANGES))
