"""What customers do to a workbook: more than a hundred ways of messing up one good delivery, and the verdict on each.

What loses nothing must convert to the same import files as the good delivery, byte for byte, and tell exactly what is
listed; what is wrong must be told exactly so, finding by finding. The messes stand in `tests/messy/`.
"""

from __future__ import annotations

import copy
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from delivery import OURS, entity_sheet, workbook
from messy import files, recognising, values
from messy.good import catalog, good
from messy.mess import MESSES, Mess
from messy.sheets import Delivery
from messy.verdict import TODAY, checked, codes, different_lines, expected, import_files, trimmed
from messy.writers import (
    File,
    csv_files,
    openpyxl_book,
    saved_by_libreoffice,
    shown_in_english,
    xlsxwriter_book,
)

from momentsheet import pipeline
from momentsheet.checking import check
from momentsheet.errors import UnusableFile, UsageError

SOFFICE = shutil.which("soffice")
GROUPS = (files, recognising, values)  # importing them lists their messes


def messed(mess: Mess) -> Delivery:
    """The good delivery, messed up."""
    delivery = trimmed(mess.sheets)
    mess.make(delivery)
    return delivery


def written(mess: Mess) -> list[File]:
    """Its files, as XlsxWriter, openpyxl or Python's csv write them; for LibreOffice what it is to convert."""
    found: list[File] = []
    for book in messed(mess).books:
        if mess.writer == "csv":
            options = dict(mess.options)
            show = {"show": shown_in_english} if options.pop("numbers", "") else {}
            found += csv_files(book, **options, **show)
            continue
        data = (
            openpyxl_book(book)
            if mess.writer == "openpyxl"
            else xlsxwriter_book(book, with_macro=mess.kind == "xlsm" and mess.writer == "xlsxwriter")
        )
        if mess.after:
            data = mess.after(data)
        found.append((f"{Path(book.name).stem}.{mess.kind}", data))
    return found


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[File]]:
    """Name of the mess -> its files as LibreOffice saved them: one call per format for the whole session."""
    mine = [mess for mess in MESSES if mess.writer == "libreoffice"]
    folder = shared_folder(tmp_path_factory, "messy-office", lambda where: save_all(mine, where))
    found = {}
    for mess in mine:
        paths = sorted((folder / "done" / slug(mess)).iterdir())
        found[mess.name] = [(path.name, path.read_bytes()) for path in paths]
    return found


def slug(mess: Mess) -> str:
    return mess.name.replace(" ", "_")


def save_all(messes: list[Mess], folder: Path) -> None:
    assert SOFFICE is not None
    books: dict[str, dict[str, bytes]] = {}
    for mess in messes:
        ((_, data),) = written(mess)
        books.setdefault(mess.kind, {})[slug(mess)] = data
    for saved in saved_by_libreoffice(SOFFICE, books, folder).values():
        for name, made in saved.items():
            (folder / "done" / name).mkdir(parents=True)
            for file, data in made:
                (folder / "done" / name / file).write_bytes(data)


def shared_folder(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that one of the processes of a test run fills, and the others wait for."""
    base = factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / name
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 240
        while not (folder / "ready").exists():
            assert time.monotonic() < deadline, "the other process did not get done"
            time.sleep(0.2)
        return folder
    make(folder)
    (folder / "ready").touch()
    return folder


@pytest.mark.parametrize("mess", MESSES, ids=lambda mess: f"{mess.group}-{mess.name}".replace(" ", "_"))
def test_mess(mess: Mess, request: pytest.FixtureRequest) -> None:
    if mess.writer == "libreoffice":
        if SOFFICE is None:
            pytest.skip("LibreOffice is not installed")
        made = request.getfixturevalue("office")[mess.name]
    else:
        made = written(mess)
    found = checked(made)
    base, wanted = expected(mess.sheets, mess.against if mess.is_same else None)
    extra = codes(found)
    templates = sum(bool(item.template) for item in found.inputs)
    assert extra.pop("WB-01", 0) == len(made) - templates
    if mess.is_same:
        assert [(f.code, f.sheet, f.cell, f.value) for f in found.findings if f.severity == "error"] == []
        extra.subtract(base - Counter({"WB-01": 1}))
        assert +extra == Counter(mess.told)
        assert -extra == Counter()
        imported = import_files(found)
        assert different_lines(imported, wanted) == []
        assert imported == wanted
        if mess.is_repaired:
            assert found.repairs
        return
    told = sorted((f.code, f.sheet or "", f.cell or "") for f in found.findings if f.code not in base)
    assert told == sorted((code, sheet or "", cell or "") for code, sheet, cell in mess.told)


def test_there_are_many_messes_of_every_kind() -> None:
    names = [mess.name for mess in MESSES]
    assert len(names) == len(set(names)) >= 120
    assert {(mess.writer, mess.kind) for mess in MESSES} >= {
        ("xlsxwriter", "xlsx"), ("xlsxwriter", "xlsm"), ("openpyxl", "xlsx"), ("libreoffice", "xlsx"),
        ("libreoffice", "xlsm"), ("libreoffice", "ods"), ("libreoffice", "xls"), ("libreoffice", "csv"), ("csv", "csv"),
    }  # fmt: skip


def test_the_good_delivery_is_small_and_good() -> None:
    assert sum(len(table.rows) for table in good().book.tables) < 100
    told, _ = expected("all", None)
    assert told == Counter({"WB-01": 1})
    copied = copy.deepcopy(good())
    assert copied.book.tables == good().book.tables


# What only happens to a delivery as files lie in a folder


def in_folder(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(xlsxwriter_book(trimmed("customers").book))
    return path


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    first, second = in_folder(tmp_path, "kunder.xlsx"), in_folder(tmp_path, "kunder (1).xlsx")
    with pytest.raises(UsageError, match="same workbook"):
        pipeline.check_delivery([first, second], catalog(), TODAY)


def test_the_lock_file_of_an_open_workbook_is_refused_as_such(tmp_path: Path) -> None:
    path = in_folder(tmp_path, "~$kunder.xlsx")
    path.write_bytes(b"\x0cKari Nordmann" + b" " * 42 + b"\x0c\x00" + "Kari Nordmann".encode("utf-16-le") + b" \0" * 50)
    with pytest.raises(UnusableFile) as caught:
        pipeline.check_delivery([path], catalog(), TODAY)
    assert caught.value.reason == "lock_file"


def test_ten_thousand_equal_mistakes_are_one_group() -> None:
    customer = catalog().entities["customer"]
    rows = [
        {"customer_number": str(number), "name": f"Kunde {number}", "status": "Kanskje"} for number in range(10_000)
    ]
    found = check([workbook(entity_sheet(customer, rows), template=OURS)], catalog(), TODAY)
    (group,) = [group for group in found.groups if group.code == "CU-04"]
    assert (group.count, group.value, group.sheet) == (10_000, "Kanskje", "Kunder")
