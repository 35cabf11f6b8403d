"""A marked workbook that comes back is taken for what it is without our marks, whoever saved it in between."""

from __future__ import annotations

import io
import re
import subprocess
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from shutil import which

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from test_annotate import FILLS, RICH, RICH_MARKS, findings, load, mark, plain_color, with_parts

from momentsheet.errors import UnusableFile
from momentsheet.model.marks import Mark
from momentsheet.workbook import Limits, annotate
from momentsheet.workbook.annotation.journal import Journal, taken_back
from momentsheet.workbook.annotation.unmark import unmarked
from momentsheet.workbook.gate import open_archive
from momentsheet.workbook.package import open_package

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
SOFFICE = which("soffice")


def contents(data: bytes) -> dict[str, bytes]:
    archive = open_archive(data, Limits())
    return {name: archive.read(name) for name in archive.members}


def without_marks(data: bytes) -> bytes:
    return unmarked(open_package(data, Limits()))


def fills(data: bytes) -> dict[tuple[str, str], str]:
    """Colours of all cells that have one; theme colours by their number."""
    found = {}
    for sheet in load(data):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.fill.fill_type == "solid":
                    color = cell.fill.fgColor
                    found[sheet.title, cell.coordinate] = color.rgb if color.type == "rgb" else f"theme {color.theme}"
    return found


def notes(data: bytes) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): cell.comment.text.strip()
        for sheet in load(data) for row in sheet.iter_rows() for cell in row if cell.comment
    }  # fmt: skip


def values(data: bytes) -> dict[tuple[str, str], object]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in load(data) for row in sheet.iter_rows() for cell in row if cell.value is not None
    }  # fmt: skip


# Nobody has saved it


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            Mark, st.sampled_from(["Timer", "Kari's «ark»", "Skjult", "finnes ikke"]), st.integers(1, 80),
            st.integers(0, 12), st.sampled_from(["error", "warning", "info"]), st.just("F"), st.text(max_size=20),
            st.integers(0, 3),
        ),
        max_size=25,
    ),
    st.integers(0, 2),
    st.sampled_from([None, ("Timer", 40, 3), ("Kari's «ark»", 1, 0)]),
)  # fmt: skip
def test_taking_our_marks_away_gives_every_member_back(marks: list[Mark], listings: int, active: object) -> None:
    marked = annotate(RICH, marks, [findings(("Timer", 5, 4))] * listings, active)  # type: ignore[arg-type]
    assert contents(without_marks(marked)) == contents(RICH)
    assert list(contents(without_marks(marked))) == list(contents(RICH))


def test_a_workbook_of_any_program_comes_back_to_the_last_byte() -> None:
    tried = 0
    for path in sorted(CORPUS.rglob("*.xlsx"))[:120]:
        data = path.read_bytes()
        try:
            package = open_package(data, Limits())
            marks = [mark(row, column, sheet=sheet.name) for sheet in package.sheets[:3]
                     for row, column in ((1, 0), (2, 1), (7, 3), (900, 2))]  # fmt: skip
            marked = annotate(data, marks, [findings()])
            again = without_marks(marked)
        except UnusableFile:
            continue
        if "xl/vbaProject.bin" in package.archive.members or marked == data:
            continue
        tried += 1
        assert contents(again) == contents(data), path.name
    if CORPUS.exists():
        assert tried > 40


def test_a_second_round_is_as_if_there_had_been_no_first() -> None:
    once = annotate(RICH, RICH_MARKS, [findings(("Timer", 5, 4))], ("Timer", 5, 4))
    again = contents(annotate(once, [mark(9, 2)], [findings()]))
    assert again == contents(annotate(RICH, [mark(9, 2)], [findings()]))


@given(st.lists(st.tuples(st.binary(max_size=5), st.binary(max_size=5), st.booleans()), max_size=8), st.integers(1, 7))
def test_what_a_journal_has_followed_can_be_taken_back(parts: list[tuple[bytes, bytes, bool]], size: int) -> None:
    journal, old, new = Journal(), b"", b""
    for before, after, is_kept in parts:
        if is_kept:
            journal.keep(len(before))
        else:
            journal.change(before, after)
        old, new = old + before, new + (before if is_kept else after)
    chunks = [new[start : start + size] for start in range(0, len(new), size)] or [b""]
    assert b"".join(taken_back(chunks, journal.cuts)) == old


@pytest.mark.parametrize(
    "record", [b"{}", b"not json", b'{"members":{},"added":7}', b'{"members":{"x":{}},"added":[]}']
)
def test_a_record_that_is_not_ours_is_passed_over(record: bytes) -> None:
    marked = annotate(RICH, RICH_MARKS, [findings()])
    again = without_marks(with_parts(marked, {"momentsheet/undo.json": record}))
    assert fills(again) == fills(RICH)


# Somebody has saved it


def saved_by_openpyxl(data: bytes) -> bytes:
    book = load(data)
    book["Timer"]["D9"] = "rettet"
    book["Timer"]["H4"] = "ny celle"
    book["Timer"]["C20"].comment = Comment("Spør Ola", "Kari")
    book.create_sheet("Kundens eget")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def saved_by_libreoffice(data: bytes, folder: Path) -> bytes:
    (folder / "in.xlsx").write_bytes(data)
    office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*office, "--outdir", folder / "out", "in.xlsx"], cwd=folder, check=True, capture_output=True)
    return (folder / "out" / "in.xlsx").read_bytes()


MARKED = annotate(RICH, RICH_MARKS, [findings(("Timer", 5, 4)), findings(name="Sum")], ("Timer", 5, 4))


def test_after_openpyxl_our_marks_are_gone_and_theirs_are_kept() -> None:
    saved = saved_by_openpyxl(MARKED)
    again = without_marks(saved)
    assert load(again).sheetnames == ["Timer", "Kari's «ark»", "Skjult", "Kundens eget"]
    assert fills(again) == fills(RICH)
    assert notes(again) == {("Timer", "E5"): "Sjekk mot lønn", ("Timer", "C20"): "Spør Ola"}
    changed = {("Timer", "D9"): "rettet", ("Timer", "H4"): "ny celle"}
    assert values(again) == {**values(RICH), **changed}
    names = load(again).defined_names
    assert [name for name in names if name.startswith("_momentsheet")] == []
    assert load(again)["Timer"].defined_names["lokal"].attr_text == "Timer!$A$1"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_after_libreoffice_our_marks_are_gone_and_theirs_are_kept(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain, again = saved_by_libreoffice(RICH, tmp_path / "plain"), without_marks(saved_by_libreoffice(MARKED, tmp_path))
    assert load(again).sheetnames == load(RICH).sheetnames
    assert fills(again) == fills(plain)
    assert notes(again) == notes(plain)
    assert values(again) == values(plain)
    once_more = annotate(again, [mark(9, 2)], [findings()])
    assert {place for place, color in fills(once_more).items() if plain_color(color) in FILLS.values()} >= {
        ("Timer", "C9")
    }


OWN_KINDS = [findings(("Timer", 5, 4)), replace(findings(name="Rettelser"), kind="fix_list")]
KINDS_MARKED = annotate(RICH, RICH_MARKS, OWN_KINDS, ("Timer", 5, 4))


@pytest.mark.parametrize("is_renamed", [False, True])
@pytest.mark.parametrize("by", ["openpyxl", "hand"])
def test_our_marks_are_known_where_a_program_dropped_the_names(by: str, is_renamed: bool) -> None:
    """By the words hidden in our sheets, whatever these are called now; old fills stand there, too."""
    if by == "openpyxl":
        book = load(saved_by_openpyxl(KINDS_MARKED))
        for lost in [name for name in book.defined_names if name.startswith("_momentsheet")]:
            del book.defined_names[lost]
        if is_renamed:
            book["Funn"].title, book["Rettelser"].title = "Ark9", "Kari's «svar»"
        target = io.BytesIO()
        book.save(target)
        saved = target.getvalue()
    else:
        part = contents(KINDS_MARKED)["xl/workbook.xml"].decode()
        part = re.sub('<definedName name="_momentsheet.*?</definedName>', "", part)
        part = part.replace('name="Funn"', 'name="Ark9"') if is_renamed else part
        saved = with_parts(KINDS_MARKED, {"xl/workbook.xml": part.encode()})
        assert "momentsheet/undo.json" in contents(saved)
    assert not any(name.startswith("_momentsheet") for name in open_package(saved, Limits()).names)
    again = without_marks(saved)
    assert load(again).sheetnames[:3] == ["Timer", "Kari's «ark»", "Skjult"]
    assert not {"Funn", "Ark9", "Rettelser", "Kari's «svar»"} & set(load(again).sheetnames)
    assert fills(again) == fills(RICH)
    assert notes(again).keys() == notes(saved_by_openpyxl(RICH) if by == "openpyxl" else RICH).keys()
    assert not any("momentsheet" in name for name in contents(again))
    fresh = load(annotate(saved, [mark(9, 2)], OWN_KINDS)).sheetnames
    assert fresh == [*load(again).sheetnames, "Funn", "Rettelser"]


def test_words_like_ours_elsewhere_are_nobodys_marks() -> None:
    book = load(RICH)
    book["Timer"]["A2"] = "_momentsheet.findings"
    book["Timer"]["B5"] = "_momentsheet.marks"
    target = io.BytesIO()
    book.save(target)
    assert without_marks(target.getvalue()) == target.getvalue()


def test_what_somebody_wrote_below_our_note_stays() -> None:
    book = load(MARKED)
    cell = book["Timer"]["B7"]
    cell.comment = Comment(cell.comment.text + "\nDet er riktig!", "Kari")
    target = io.BytesIO()
    book.save(target)
    kept = notes(without_marks(target.getvalue()))
    assert kept["Timer", "B7"] == "Det er riktig!"
    assert ("Timer", "A60") not in kept


def test_a_sheet_behind_ours_keeps_its_own_names() -> None:
    book = load(MARKED)
    sheet = book.create_sheet("Etterpå")
    sheet["A1"] = 1
    sheet.print_title_rows = "1:1"
    book.active = book.sheetnames.index("Etterpå")
    target = io.BytesIO()
    book.save(target)
    again = without_marks(target.getvalue())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = openpyxl.load_workbook(io.BytesIO(again))
    assert opened["Etterpå"].print_title_rows == "$1:$1"
    assert opened.active.title == "Etterpå"
    assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None


def test_a_workbook_without_marks_is_given_back_as_it_is() -> None:
    assert without_marks(RICH) == RICH
