"""The command line as scripts and people meet it: exit statuses, one-line reasons, nothing half-written."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from momentsheet import pipeline
from momentsheet.__main__ import main
from momentsheet.output import Folder

ROOT = Path(__file__).parents[1]
TODAY = ["--today", "2025-01-15"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of every sheet."""
    path = tmp_path_factory.mktemp("whole") / "fjord.xlsx"
    pipeline.make_template(pipeline.load(), (), "nb", path, sample=True)
    return path


SHEETS = ("company", "employee", "customer", "project", "activity", "time_record")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of the hours and of what they refer to: enough where it only matters that it is a workbook of ours."""
    path = tmp_path_factory.mktemp("sample") / "fjord.xlsx"
    pipeline.make_template(pipeline.load(), SHEETS, "nb", path, sample=True)
    return path


def xlsx(*sheets: tuple[str, list[list[object]]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(at, place, value)
    book.close()
    return buffer.getvalue()


def spoil(sample: Path, target: Path, label: str, value: object) -> Path:
    """The sample with one cell of the hours sheet overwritten, as a person would in a spreadsheet program."""
    import openpyxl

    book = openpyxl.load_workbook(sample)
    sheet = book["Timer"]
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith(label))
    sheet.cell(3, column).value = value
    book.save(target)
    return target


def test_a_clean_workbook_becomes_import_files(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["convert", str(whole), "-o", str(out), *TODAY]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    entities = {item["entity"] for item in manifest["files"] if item["format"] == "csv"}
    # Absence is imported as its days; what is never imported, or only by agreement, stands in the work lists.
    catalog = pipeline.load()
    assert entities == {name for name, entity in catalog.entities.items() if entity.imported and name != "absence"}
    assert (out / "work-list.xlsx").is_file()
    assert {item["list"] for item in manifest["work_lists"]} >= {"flex_balance", "holiday_balance", "prices"}
    assert (out / "receipt.html").is_file()
    assert "import" in capsys.readouterr().err


def test_two_runs_are_byte_identical(whole: Path, tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        assert main(["convert", str(whole), "-o", str(tmp_path / name), "-q", *TODAY]) == 0
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_totals_equal_the_status_sheet_of_the_workbook(whole: Path, tmp_path: Path) -> None:
    """The sums that a customer sees in the Status sheet are the sums of the import files."""
    main(["convert", str(whole), "-o", str(tmp_path / "out"), "-q", *TODAY])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    hours = next(item for item in manifest["files"] if item["entity"] == "time_record" and item["format"] == "csv")
    records = pipeline.load().entities["time_record"].sample
    assert float(hours["totals"]["hours"]) == sum(float(row["hours"]) for row in records)
    assert hours["rows"] == len(records)


def test_errors_give_the_workbook_back_and_no_import_files(sample: Path, tmp_path: Path) -> None:
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    out = tmp_path / "out"
    assert main(["convert", str(wrong), "-o", str(out), "-q", *TODAY]) == 1
    written = sorted(path.name for path in out.iterdir())
    assert written == ["letter.txt", "report.html", "report.json", "wrong.checked.xlsx"]


def test_the_letter_names_what_goes_along(sample: Path, tmp_path: Path) -> None:
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    for name, call, enclosed in (
        ("blocked", [], "wrong.checked.xlsx"),
        ("skipped", ["--on-error", "skip-row"], "wrong.left-out.xlsx"),
    ):
        main(["convert", str(wrong), "-o", str(tmp_path / name), "-q", *call, *TODAY])
        assert enclosed in (tmp_path / name / "letter.txt").read_text("utf-8")
    assert main(["convert", str(sample), "-o", str(tmp_path / "clean"), "-q", *TODAY]) == 0
    assert "Dere trenger ikke gjøre noe" in (tmp_path / "clean" / "letter.txt").read_text("utf-8")


def test_check_writes_the_letter_only_when_asked_and_never_over_a_workbook(sample: Path, tmp_path: Path) -> None:
    letter, marked = tmp_path / "letter.txt", tmp_path / "marked.xlsx"
    call = ["check", str(sample), "-q", "--language", "en", *TODAY]
    assert main(call) == 0
    assert not letter.exists()
    assert main([*call, "--letter", str(letter), "--annotated", str(marked)]) == 0
    assert letter.read_text("utf-8").startswith("Subject: ")
    before = sample.read_bytes()
    assert main([*call, "--letter", str(sample)]) == 2
    assert sample.read_bytes() == before


def test_skip_row_leaves_rows_out_and_reconciles(sample: Path, tmp_path: Path) -> None:
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    out = tmp_path / "out"
    assert main(["convert", str(wrong), "-o", str(out), "-q", "--on-error", "skip-row", *TODAY]) == 4
    assert (out / "wrong.left-out.xlsx").is_file()
    records = json.loads((out / "report.json").read_text())["totals"]["time_record"]
    assert records["rows_read"] == records["rows_clean"] + records["rows_left_out"] == 6
    assert records["rows_left_out"] == 1


def test_left_out_rows_can_be_corrected_and_sent_on_their_own(sample: Path, tmp_path: Path) -> None:
    """The workbook of left-out rows knows what was delivered: corrected, it converts without the first workbook."""
    import openpyxl

    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    assert main(["convert", str(wrong), "-o", str(tmp_path / "a"), "-q", "--on-error", "skip-row", *TODAY]) == 4
    left_out = tmp_path / "a" / "wrong.left-out.xlsx"
    assert main(["check", str(left_out), "--report", str(tmp_path / "r.json"), "-q", *TODAY]) == 1
    report = json.loads((tmp_path / "r.json").read_text())
    assert [(item["sheet"], item["value"]) for item in report["findings"] if item["severity"] == "error"] == [
        ("Timer", "mange")
    ]
    book = openpyxl.load_workbook(left_out)
    cell = next(cell for row in book["Timer"] for cell in row if cell.value == "mange")
    cell.value = 4
    book["Kunder"]["A2"], book["Kunder"]["B2"] = "10001", "En kunde til"
    book.save(tmp_path / "twice.xlsx")
    assert main(["check", str(tmp_path / "twice.xlsx"), "-q", *TODAY]) == 1  # customer 10001 was delivered before
    book["Kunder"]["A2"], book["Kunder"]["B2"] = None, None
    book.save(tmp_path / "corrected.xlsx")
    assert main(["convert", str(tmp_path / "corrected.xlsx"), "-o", str(tmp_path / "b"), "-q", *TODAY]) == 0
    records = (tmp_path / "b" / "import" / "csv" / "070_time_records.csv").read_text().splitlines()
    assert len(records) == 2


@pytest.mark.parametrize(("fail_on", "status"), [("error", 1), ("warning", 1), ("never", 0)])
def test_fail_on(sample: Path, tmp_path: Path, fail_on: str, status: int) -> None:
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    assert main(["check", str(wrong), "-q", "--fail-on", fail_on, *TODAY]) == status


UNUSABLE = {
    "empty file": b"",
    "a pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "html in disguise": b"<html><body><table><tr><td>Kundenummer</td></tr></table></body></html>",
    "truncated zip": xlsx(("Kunder", [["Kundenummer"], ["1"]]))[:-200],
    "password": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024,
    "none of our sheets": xlsx(("Kundar", [["Vare", "Butikk"], ["Melk", "Krysset"]]), ("Ark2", [["a"]])),
    "words": b"\x00\x01\x02 not a workbook at all",
}


@pytest.mark.parametrize("content", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_files_are_refused_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kunder.xlsx"
    path.write_bytes(content)
    out = tmp_path / "out"
    assert main(["convert", str(path), "-o", str(out)]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert "kunder.xlsx" in told.err
    assert not out.exists()
    assert [item.name for item in tmp_path.iterdir()] == ["kunder.xlsx"]


def test_a_foreign_workbook_is_told_its_sheets_and_the_closest_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(UNUSABLE["none of our sheets"])
    assert main(["check", str(path)]) == 3
    told = capsys.readouterr().err
    assert "«Kundar»" in told
    assert "«Kunder»" in told


WRONG_CALLS = {
    "no such file": (["check", "nothing.xlsx"], "nothing.xlsx"),
    "no such company file": (["check", "SAMPLE", "--company", "nobody.yaml"], "nobody.yaml"),
    "no such day": (["check", "SAMPLE", "--today", "31.12.2024"], "2025-01-31"),
    "no such format": (["convert", "SAMPLE", "-o", "out", "--format", "cvs"], "csv"),
    "no such entity": (["template", "customers", "-o", "x.xlsx"], "customer"),
    "no such report": (["check", "SAMPLE", "--report", "r.pdf"], ".html"),
    "no such rule": (["explain", "TR-4"], "TR-04"),
    "the same workbook twice": (["check", "SAMPLE", "SAMPLE"], "same workbook"),
    "no such option": (["check", "SAMPLE", "--annotate", "x"], "--annotate"),
}


@pytest.mark.parametrize(("words", "says"), WRONG_CALLS.values(), ids=WRONG_CALLS.keys())
def test_wrong_calls_say_what_to_write_instead(
    words: list[str], says: str, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main([str(sample) if word == "SAMPLE" else word for word in words]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert "Traceback" not in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_typo_in_the_company_file_is_told_with_its_line(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = tmp_path / "fjord.yaml"
    company.write_text("code: fjord\nname: Fjord AS\naccounting_sytem: fiken\n")
    assert main(["check", str(sample), "--company", str(company)]) == 2
    told = capsys.readouterr().err
    assert "fjord.yaml:3" in told
    assert "accounting_system" in told


def test_the_input_is_never_modified_even_inside_the_output_folder(sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    wrong = spoil(sample, out / "fjord.checked.xlsx", "Timer", "mange")
    before = wrong.read_bytes()
    (out / "notes.txt").write_text("mine")
    assert main(["convert", str(wrong), "-o", str(out), "-q", *TODAY]) == 1
    assert wrong.read_bytes() == before
    assert (out / "fjord-2.checked.xlsx").is_file()
    assert (out / "notes.txt").read_text() == "mine"


def test_a_corrected_copy_in_the_output_folder_is_not_overwritten(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    wrong = spoil(sample, tmp_path / "fjord.xlsx", "Timer", "mange")
    assert main(["convert", str(wrong), "-o", str(out), "-q", *TODAY]) == 1
    copy = out / "fjord.checked.xlsx"
    copy.write_bytes(copy.read_bytes() + b" ")
    later = copy.stat().st_mtime + 60
    os.utime(copy, (later, later))
    assert main(["convert", str(wrong), "-o", str(out), "-q", *TODAY]) == 5
    assert "fjord.checked.xlsx" in capsys.readouterr().err


def test_a_run_that_cannot_write_leaves_the_old_results(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever write fails, the folder holds its old contents whole."""
    out = tmp_path / "out"
    assert main(["convert", str(sample), "-o", str(out), "-q", *TODAY]) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    real = os.fsync
    for fails_at in (1, 2, 7, 15, 20):
        calls = iter(range(1, 10_000))

        def fsync(handle: int, calls=calls, fails_at=fails_at) -> None:
            if next(calls) == fails_at:
                raise OSError(28, "No space left on device")
            real(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            status = main(["convert", str(sample), "-o", str(out), "-q", *TODAY])
        assert status in {0, 5}
        assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_two_runs_at_one_folder(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While one run writes, another is told to wait and touches nothing."""
    out = tmp_path / "out"
    with Folder(out) as first:
        first.write("report.json", b'{"tool":"momentsheet"}')
        assert main(["convert", str(sample), "-o", str(out), "-q", *TODAY]) == 5
        assert "another run" in capsys.readouterr().err
        first.commit()
    assert [path.name for path in out.iterdir()] == ["report.json"]
    assert main(["convert", str(sample), "-o", str(out), "-q", *TODAY]) == 0


def test_an_output_that_is_a_file_is_refused(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("a letter")
    assert main(["convert", str(sample), "-o", str(target), "-q", *TODAY]) == 5
    assert target.read_text() == "a letter"


def test_json_alone_on_stdout(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(whole), "--json", *TODAY]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["summary"]["error"] == 0
    assert told.err


def test_several_workbooks_are_one_delivery(sample: Path, tmp_path: Path) -> None:
    """References cross workbooks: hours alone cannot be checked, together with the rest they can."""
    import openpyxl

    hours, rest = tmp_path / "hours.xlsx", tmp_path / "rest.xlsx"
    for target, keeps in ((hours, True), (rest, False)):
        book = openpyxl.load_workbook(sample)
        for name in book.sheetnames:
            if (name == "Timer") != keeps and not name.startswith("_"):
                del book[name]
        book.save(target)
    assert main(["check", str(hours), "-q", *TODAY]) == 1
    assert main(["check", str(hours), str(rest), "-q", *TODAY]) == 0


@pytest.mark.parametrize("topic", ["TR-04", "customer", "customer.org_number", None])
def test_explain(topic: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *([topic] if topic else []), "--language", "en"]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 3


def test_entities_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["entities", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["entity"] for item in told] == list(pipeline.load().entities)
    assert {"name", "type", "required", "label", "unit", "list", "to", "aliases"} <= told[0]["fields"][0].keys()


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_docs_writes_the_site_twice_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site"
    assert main(["docs", "-o", str(site)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "index.html" in told.err
    before = files_in(site)
    assert {"index.html", "en/index.html", "nb/rules-TR.html", "nb/search.js", "site.json"} <= set(before)
    assert sorted(json.loads(before["site.json"])["files"]) == sorted(before)
    assert main(["docs", "-o", str(site)]) == 0
    assert files_in(site) == before


def test_docs_leaves_foreign_files_alone_and_takes_its_own_away(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert main(["docs", "-o", str(site)]) == 0
    (site / "nb" / "mine.html").write_text("mine")
    (site / "own").mkdir()
    (site / "own" / "deep").mkdir()
    (site / "notes.txt").write_text("mine")
    (site / "nb" / "latest").symlink_to("index.html")
    (site / "there").symlink_to("own")
    assert main(["docs", "-o", str(site), "--language", "en"]) == 0
    assert sorted(path.name for path in (site / "nb").iterdir()) == ["latest", "mine.html"]
    assert (site / "notes.txt").read_text() == "mine"
    assert (site / "own" / "deep").is_dir()
    assert (site / "there").is_symlink()
    assert b"nb/" not in (site / "index.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


IN_THE_WAY = {
    "a page": ("index.html", "index.html"),
    "a page below": ("en/index.html", "en/index.html"),
    "a file for a folder": ("nb", "nb"),
    "a listing that is not ours": ("site.json", "site.json"),
}


@pytest.mark.parametrize(("name", "says"), IN_THE_WAY.values(), ids=IN_THE_WAY.keys())
def test_docs_replaces_nothing_of_somebody_else(
    name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    (site / name).parent.mkdir(parents=True)
    (site / name).write_text('{"tool": "another", "files": ["index.html"]}')
    assert main(["docs", "-o", str(site)]) == 5
    assert says in capsys.readouterr().err
    assert list(files_in(site)) == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_docs_that_cannot_be_written_leave_the_old_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    assert main(["docs", "-o", str(site)]) == 0
    before = files_in(site)
    real = os.fsync
    calls = iter(range(1, 10_000))

    def fsync(handle: int) -> None:
        if next(calls) == 30:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert main(["docs", "-o", str(site), "--language", "nb"]) == 5
    assert files_in(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_docs_in_a_language_without_a_site_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "-o", str(tmp_path / "site"), "--language", "sv"]) == 2
    assert "en and nb" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("address", "status"), [("Felles mappe/site", 0), ("javascript:alert(1)", 2)])
def test_explain_ends_with_the_place_on_the_site(
    address: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = tmp_path / "fjord.yaml"
    company.write_text(f"code: fjord\ndocs: {address}\n")
    assert main(["explain", "TR-04", "--company", str(company)]) == status
    told = capsys.readouterr()
    if status == 0:
        assert told.out.rstrip().endswith("  Felles%20mappe/site/nb/rules-TR.html#TR-04")
    else:
        assert "fjord.yaml:2" in told.err


def test_codes_in_reports_lead_to_the_site(sample: Path, tmp_path: Path) -> None:
    company = tmp_path / "fjord.yaml"
    company.write_text("code: fjord\ndocs: https://intranet.example/momentsheet/\n")
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", "mange")
    out = tmp_path / "out"
    main(["convert", str(wrong), "-o", str(out), "-q", "--company", str(company), *TODAY])
    links = json.loads((out / "report.json").read_text())["links"]
    assert links
    for code, link in links.items():
        assert link == f"https://intranet.example/momentsheet/nb/rules-{code.partition('-')[0]}.html#{code}"
        assert f'href="{link}"' in (out / "report.html").read_text()


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "rules" in capsys.readouterr().out


def test_help_answers_without_loading_the_engines() -> None:
    code = (
        "import sys; from momentsheet.__main__ import main; main(['--help']);"
        "heavy = {'polars', 'numpy', 'cerberus', 'xlsxwriter', 'jinja2', 'rich', 'babel'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Exit status" in done.stdout


def test_an_internal_error_shows_an_id_and_nothing_of_the_data(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Kari Nordmann")

    monkeypatch.setattr(pipeline, "check_delivery", broken)
    assert main(["check", str(sample)]) == 70
    told = capsys.readouterr().err
    assert "internal error" in told
    assert "Kari" not in told
    assert "Traceback" not in told


def test_nothing_is_asked_of_the_network(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert main(["convert", str(sample), "-o", str(tmp_path / "out"), "-q", *TODAY]) == 0


def test_import_files_hold_no_trace_of_columns_that_are_not_ours(sample: Path, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(sample)
    sheet = book["Kunder"]
    sheet.cell(1, sheet.max_column + 1).value = "Husk"
    sheet.cell(2, sheet.max_column).value = "KANARIFUGL"
    book.save(tmp_path / "a.xlsx")
    assert main(["convert", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "out"), "-q", *TODAY]) == 0
    texts = [path.read_bytes() for path in (tmp_path / "out" / "import").rglob("*") if path.is_file()]
    assert not any(b"KANARIFUGL" in text for text in texts)
    assert zipfile.is_zipfile(tmp_path / "out" / "a.checked.xlsx")


# From one round to the next


def company_file(folder: Path) -> Path:
    path = folder / "fjord.yaml"
    path.write_text("language: nb\n", encoding="utf-8")
    return path


def test_an_accepted_finding_holds_nothing_back_and_stays_in_report_and_receipt(sample: Path, tmp_path: Path) -> None:
    company, out = company_file(tmp_path), tmp_path / "out"
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Timer", 23.5)  # with the other rows of that day more than 24 hours
    spoiled = spoil(wrong, tmp_path / "wrong.xlsx", "Dato", "04.03.2024")
    assert main(["convert", str(spoiled), "-o", str(out), "-q", *TODAY]) == 1
    report = json.loads((out / "report.json").read_text())
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    for finding in errors:
        call = ["waive", finding["code"].lower(), finding["fingerprint"], "--why", "To skift", "--who", "Kari Dahl"]
        assert main([*call, "--company", str(company)]) == (0 if finding["code"] == "TR-14" else 2)
    if {finding["code"] for finding in errors} != {"TR-14"}:
        pytest.fail("the example is to break one rule")
    assert "Kari Dahl" in (tmp_path / "fjord.waivers.yaml").read_text(encoding="utf-8")
    assert main(["convert", str(spoiled), "-o", str(out), "-q", "--company", str(company), *TODAY]) == 0
    again = json.loads((out / "report.json").read_text())
    assert [(one["severity"], one["waiver"]["why"]) for one in again["findings"] if one["code"] == "TR-14"] == [
        ("info", "To skift")
    ]
    assert "Kari Dahl har godtatt det" in (out / "receipt.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("code", "told"), [("TR-01", "cannot be waived"), ("TR-99", "there is no rule TR-99")])
def test_what_cannot_be_accepted_is_refused_before_anything_is_written(
    code: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = company_file(tmp_path)
    assert main(["waive", code, "x", "--why", "y", "--company", str(company)]) == 2
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["fjord.yaml"]


def test_answers_are_kept_and_the_next_workbook_is_not_asked_again(sample: Path, tmp_path: Path) -> None:
    import openpyxl

    mappings = tmp_path / "answers.yaml"
    wrong = spoil(sample, tmp_path / "wrong.xlsx", "Prosjektnummer", "Havna")
    assert main(["convert", str(wrong), "-o", str(tmp_path / "one"), "-q", *TODAY]) == 1
    book = openpyxl.load_workbook(tmp_path / "one" / "wrong.checked.xlsx")
    asked = book["Rettelser"]
    row = next(row for row in asked.iter_rows() if row[3].value == "Havna")
    row[6].value = "1001"
    book.save(tmp_path / "answered.xlsx")
    call = ["convert", str(tmp_path / "answered.xlsx"), "-o", str(tmp_path / "two"), "-q", "--mappings", str(mappings)]
    assert main([*call, *TODAY]) == 0
    progress = json.loads((tmp_path / "two" / "report.json").read_text())["summary"]["progress"]
    assert (progress["fixed"] > 0, progress["new"]) == (True, 0)
    assert "Havna" in mappings.read_text(encoding="utf-8")
    call = ["convert", str(wrong), "-o", str(tmp_path / "three"), "-q", "--mappings", str(mappings)]
    assert main([*call, *TODAY]) == 0


def test_a_previous_report_that_is_none_is_refused(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text("{}")
    for name, told in (("x.json", "is not a JSON report"), ("y.json", "there is no file")):
        assert main(["check", str(sample), "-q", "--previous", str(tmp_path / name)]) == 2
        assert told in capsys.readouterr().err
