"""Files beside the workbooks: whose each is, what is delivered of it, and that none is lost on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import runpy
import shutil
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from conftest import load
from deadly import dies_or_hangs
from file_examples import CATALOG, contents, delivery, make, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from momentsheet import cli, disk, files, pipeline
from momentsheet.errors import CatalogError, OutputError, UnusableFile, UsageError
from momentsheet.files.naming import NameIndex, fold_name, legal_name
from momentsheet.files.pictures import copy_of, look_at
from momentsheet.model.files import Given, Item
from momentsheet.model.numbering import EntityPlan, Pair, Plan
from momentsheet.model.waiver import Waiver
from momentsheet.pipeline import file_delivery
from momentsheet.reporting import render_text, report_schema

KIND = CATALOG.file_kinds["invoice_pdf"]
NUMBERS = ("16713", "16714", "16715", "16716", "2024", "12", "20", "P-0417", "2024-0117", "117")


def index(*numbers: str) -> NameIndex:
    return NameIndex([{number: number for number in numbers}], KIND.words)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Faktura_16713.pdf", "16713"),
        ("16713.PDF", "16713"),
        ("16713", "16713"),
        ("F16713.pdf", "16713"),
        ("INV-0016713 kopi.pdf", "16713"),
        ("16713-kopi.pdf", "16713"),
        ("nr.16713", "16713"),
        ("167130.pdf", ""),
        ("Faktura_116713.pdf", ""),
        ("16 713.pdf", ""),
        ("Faktura desember.pdf", ""),
        ("2024-12-20 Faktura16713 Havneby.pdf", "16713"),
        ("16713 20.12.2024.pdf", "16713"),
        ("16713_20241220.pdf", "16713"),
        ("16713 2024.pdf", "16713"),
        ("2024-12-20.pdf", ""),
        ("Faktura 2024.pdf", "2024"),
        ("Faktura 16713 og 16714.pdf", "16713"),  # the number behind the word
        ("16713 og 16714.pdf", "16713 16714"),
        ("Kreditnota_16716_til_16715.pdf", "16716"),
        ("16716 til 16715.pdf", "16715 16716"),
        ("P-0417.pdf", "P-0417"),
        ("faktura p0417 endelig.pdf", "P-0417"),
        ("XP-0417.pdf", ""),
        ("P-0417B.pdf", ""),
        ("2024-0117.pdf", "2024-0117"),
        ("Faktura 2024_117.pdf", "2024-0117"),
        ("117.pdf", "117"),
        ("2024_01_17 117.pdf", "117"),
    ],
)
def test_a_number_is_a_whole_token_of_the_name(name: str, found: str) -> None:
    assert sorted(index(*NUMBERS).find(name)) == found.split()


def test_leading_zeros_do_not_count_unless_two_numbers_differ_in_nothing_else() -> None:
    both = index("0042", "42")
    assert both.find("Faktura 0042.pdf") == ("0042",)
    assert both.find("Faktura 42.pdf") == ("42",)
    assert sorted(both.find("Faktura 00042.pdf")) == ["0042", "42"]
    assert index("42").find("Faktura 0042.pdf") == ("42",)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("kari.nordmann@fjordglott.example.jpg", "kari.nordmann@fjordglott.example"),
        ("Kari Nordmann.jpg", "kari.nordmann@fjordglott.example"),
        ("nordmann_kari-2.JPG", "kari.nordmann@fjordglott.example"),
        ("Bjorn Oye.png", "bjorn.oye@fjordglott.example"),
        (unicodedata.normalize("NFD", "Åse Løvli.jpg"), "ase.lovli@fjordglott.example"),
        ("ansatt 0101.jpg", "kari.nordmann@fjordglott.example"),
        ("kari-nordmann.jpg", "kari.nordmann@fjordglott.example"),
        ("Kari.jpg", ""),
        ("IMG_2041.jpg", ""),
    ],
)
def test_a_photograph_is_known_by_address_name_or_number(name: str, found: str) -> None:
    assert matched(name, "jpg") == ([found] if found else [])


def matched(name: str, type_name: str) -> list[str]:
    owners = file_delivery._owners(delivery(), None)
    return [key for _, key in files.match(item(name), type_name, owners).keys]


def item(path: str, size: int = 1) -> Item:
    return Item(Given("in", "in", "folder"), path, size)


def looked_at(folder: Path, names: dict[str, str], **which: bool) -> pipeline.LookedAt:
    return pipeline.look_at_files(delivery(**which), disk.scan(make(folder, names)))


def fates(looked: pipeline.LookedAt) -> dict[str, str]:
    return {one.path: fate.word for one, fate in zip(looked.scan.items, looked.judgement.fates, strict=True)}


def codes(looked: pipeline.LookedAt) -> list[str]:
    return sorted(finding.code for finding in looked.judgement.findings if finding.code not in {"FI-03", "FI-04"})


def test_a_listed_name_is_known_again_and_told_as_a_repair(tmp_path: Path) -> None:
    names = {unicodedata.normalize("NFD", "KARI-Nordmann .jpg"): "jpg 300x200", "kontrakt-1001.pdf": "pdf"}
    judgement = looked_at(tmp_path, names).judgement
    assert [one.path for one in judgement.deliveries] == ["photos/kari-nordmann.jpg", "documents/kontrakt-1001.pdf"]
    (repair,) = judgement.repairs
    assert (repair.sheet, repair.before.casefold(), repair.after, repair.why) == (
        "Medarbeidere", "kari-nordmann .jpg", "kari-nordmann.jpg", "file_name_alike",
    )  # fmt: skip


def test_what_the_sheet_lists_goes_before_what_only_bears_the_number(tmp_path: Path) -> None:
    names = {"Faktura_16713.pdf": "pdf 16713", "16713 ny.pdf": "pdf 16713 in English", "kopi/16713.pdf": "pdf 16713"}
    looked = looked_at(tmp_path, names, with_list=True)
    assert fates(looked) == {
        "16713 ny.pdf": "file_beside", "Faktura_16713.pdf": "delivered", "kopi/16713.pdf": "file_copy",
    }  # fmt: skip


def test_the_text_decides_between_two_numbers_and_finds_one_that_no_name_says(tmp_path: Path) -> None:
    names = {"16713 og 16714.pdf": "pdf 16714", "skann.pdf": "pdf 16715", "Faktura 99999.pdf": "pdf 16718"}
    looked = looked_at(tmp_path, names)
    assert fates(looked) == {
        "16713 og 16714.pdf": "delivered", "Faktura 99999.pdf": "file_orphan", "skann.pdf": "delivered",
    }  # fmt: skip
    assert [(one.kind, one.owner.key) for one in looked.judgement.deliveries] == [
        ("invoice_pdf", "16714"), ("invoice_pdf", "16715"),
    ]  # fmt: skip


def test_pieces_of_a_split_file_are_double_where_a_row_has_its_own(tmp_path: Path) -> None:
    looked = looked_at(tmp_path, {"alle.pdf": "pdf 16713 16714 16715", "16714.pdf": "pdf 16714"})
    assert fates(looked) == {"16714.pdf": "file_double", "alle.pdf": "split"}
    assert [one.owner.key for one in looked.judgement.deliveries] == ["16713", "16715"]
    (double,) = [one for one in looked.judgement.findings if one.code == "FI-01"]
    assert double.facts["files"] == ("16714.pdf", "alle.pdf [2]")


def test_a_split_file_of_which_nothing_is_delivered_is_held_back(tmp_path: Path) -> None:
    names = {"to.pdf": "pdf 16713 16714", "16713.pdf": "pdf 16713 in English", "16714.pdf": "pdf 16714 in English"}
    looked = looked_at(tmp_path, names)
    assert fates(looked) == dict.fromkeys(sorted(names), "file_double")
    assert looked.judgement.figures.waiting == 3


def test_a_file_named_after_one_row_that_holds_many_is_split(tmp_path: Path) -> None:
    looked = looked_at(tmp_path, {"Faktura 16713.pdf": "pdf 16713 16714 16715 16717 16718"})
    assert codes(looked) == ["FI-17"]
    assert len(looked.judgement.deliveries) == 5


def test_files_with_old_numbers_find_rows_with_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = tuple(Pair(str(number - 3000), str(number)) for number in range(16713, 16721))
    plan = Plan("", "", None, {"invoice": EntityPlan(pairs)})
    monkeypatch.setattr(file_delivery, "plan_in", lambda _path, _catalog: plan)
    paths = make(tmp_path, {"Faktura_13713.pdf": "pdf", "16714.pdf": "pdf 16714"})
    looked = pipeline.look_at_files(delivery(with_list=True), disk.scan(paths), Path("plan.yaml"))
    assert [one.path for one in looked.judgement.deliveries] == [
        "invoices/Faktura_16714.pdf",
        "invoices/Faktura_16713.pdf",
    ]
    expected = looked.rows[0].expected
    assert {"13713", "13714"} <= expected.keys()
    assert "16713" not in expected  # inside the file stands the old one


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, as a file: the sheets that files belong to."""
    place = tmp_path_factory.mktemp("workbook") / "fjord.xlsx"
    sheets = ["company", "employee", "customer", "project", "activity", "invoice", "checklist", "document"]
    pipeline.make_template(CATALOG, sheets, "nb", place, sample=True)
    return place


DELIVERED = {
    "2024/Faktura_16713.pdf": "pdf 16713",
    "2024/16714-kopi.pdf": "pdf 16714",
    "resten.pdf": "pdf 16715 ? 16717",
    "Kari Nordmann.jpg": "jpg 900x600 place",
    "kontrakt-1001.pdf": "pdf",
    "16718 og 16719.pdf": "scanned",
    "Thumbs.db": "html",
}  # fmt: skip


def run(*arguments: object) -> int:
    return cli.run(["files", *map(str, arguments), "-q"])


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_command(tmp_path: Path, workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (source,) = make(tmp_path, DELIVERED)
    before, out = bytes_in(source), tmp_path / "out"
    call = (source, "--deliver", workbook, "--today", "2025-01-15")
    assert run(*call, "-o", out) == 1
    found = bytes_in(out)
    assert sorted(name for name in found if "/" in name) == [
        "documents/kontrakt-1001.pdf", "invoices/Faktura_16713.pdf", "invoices/Faktura_16714.pdf",
        "invoices/Faktura_16715.pdf", "invoices/Faktura_16717.pdf", "photos/kari-nordmann.jpg",
        "undecided/001-resten.pdf",
    ]  # fmt: skip
    assert found["invoices/Faktura_16714.pdf"] == before["2024/16714-kopi.pdf"]
    assert "16717" in PdfReader(io.BytesIO(found["invoices/Faktura_16717.pdf"])).pages[0].extract_text()
    photo = Image.open(io.BytesIO(found["photos/kari-nordmann.jpg"]))
    assert (photo.size, dict(photo.getexif())) == ((400, 600), {})

    lines = list(csv.DictReader(io.StringIO(found["files.csv"].decode()), delimiter=";"))
    assert [(one["kind"], one["entity"], one["key"], one["original"], one["done"]) for one in lines] == [
        ("invoice_pdf", "invoice", "16715", "resten.pdf", "split"),
        ("invoice_pdf", "invoice", "16717", "resten.pdf", "split"),
        ("invoice_pdf", "invoice", "16714", "2024/16714-kopi.pdf", "renamed"),
        ("invoice_pdf", "invoice", "16713", "2024/Faktura_16713.pdf", ""),
        (
            "employee_photo", "employee", "kari.nordmann@fjordglott.example", "Kari Nordmann.jpg",
            "renamed turned scaled cleaned",
        ),
        ("document", "project", "1001", "kontrakt-1001.pdf", ""),
    ]  # fmt: skip
    for one in lines:
        assert hashlib.sha256(found[one["file"]]).hexdigest() == one["sha256"]
        assert len(found[one["file"]]) == int(one["size"])
    told = json.loads(found["files.json"])
    assert told["counts"] | {"by_fate": {}} == {
        "came": 6, "used": 5, "waiting": 1, "others": 0, "ignored": 1, "written": 6, "by_fate": {},
    }  # fmt: skip
    assert told["ignored"] == ["Thumbs.db"]
    assert [(one["original"], one["code"]) for one in told["not_delivered"]] == [("16718 og 16719.pdf", "FI-02")]
    assert told["undecided"] == [{"original": "resten.pdf", "input": "files", "pages": [2]}]
    assert [one["found"] for one in told["delivered"]] == [
        ["number"], ["number"], ["number"], ["number"], ["number"], ["listed"],
    ]  # fmt: skip
    report = json.loads(found["report.json"])
    jsonschema.validate(report, report_schema())
    assert report["files"]["came"] == 6
    assert bytes_in(source) == before

    assert run(*call, "-o", tmp_path / "again") == 1
    assert bytes_in(tmp_path / "again") == found

    answers = out / "decisions.yaml"
    answers.write_text(
        answers.read_text().replace("2: ''", "2: '16717'").replace("belongs_to: ''", "belongs_to: '16719'")
    )
    capsys.readouterr()
    assert run(*call, "-o", out) == 2  # the answers would be lost
    assert "--decisions" in capsys.readouterr().err
    assert run(*call, "-o", out, "--decisions", answers) == 0
    found = bytes_in(out)
    assert len(PdfReader(io.BytesIO(found["invoices/Faktura_16717.pdf"])).pages) == 2
    assert found["invoices/Faktura_16719.pdf"] == before["16718 og 16719.pdf"]
    assert "undecided/001-resten.pdf" not in found
    assert run(*call, "-o", out, "--decisions", out / "decisions.yaml") == 0  # they are still there
    assert bytes_in(out) == found


def test_every_refusal_is_one_plain_line(
    tmp_path: Path, workbook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = make(tmp_path, {"16713.pdf": "pdf 16713"})
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 cut off")
    decided = tmp_path / "decided.yaml"
    decided.write_text("decisions:\n- {file: 16713.pdf, kind: invoice_pdf, belongs_to: '99999'}\n")
    out = tmp_path / "out"
    cases = [
        ((tmp_path / "nowhere",), 2, "there is no folder or file"),
        ((source, source), 2, "give it once"),
        ((source, source / "16713.pdf"), 2, "give it once"),
        ((tmp_path / "broken.zip",), 3, "broken.zip er skadet"),
        ((source, "--decisions", decided), 2, "«99999»"),
        ((source, "--decisions", tmp_path / "none.yaml"), 2, "there is no file"),
        ((source, "--plan", tmp_path / "none.yaml"), 2, "there is no file"),
    ]
    for arguments, status, said in cases:
        assert run(*arguments, "--deliver", workbook, "-o", out) == status
        told = capsys.readouterr().err
        assert said in told
        assert "Traceback" not in told
        assert not out.exists()
    assert run(source, "--deliver", workbook, "-o", source / "out") == 2
    assert "lie in each other" in capsys.readouterr().err
    monkeypatch.setattr(file_delivery, "FILE_PACKAGES", ("pypdf", "no-such-package"))
    assert run(source, "--deliver", workbook, "-o", out) == 2
    assert 'pip install "momentsheet[files]"' in capsys.readouterr().err


def test_a_file_that_changes_meanwhile_stops_everything(
    tmp_path: Path, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = make(tmp_path, {"16713.pdf": "pdf 16713"})
    whole = pipeline.look_at_files

    def look(*arguments: object, **more: object) -> pipeline.LookedAt:
        looked = whole(*arguments, **more)  # type: ignore[arg-type]
        (source / "16713.pdf").write_bytes(contents("pdf 16714"))
        return looked

    monkeypatch.setattr(file_delivery, "look_at_files", look)
    with pytest.raises(OutputError, match="changed while"):
        pipeline.deliver_files([source], [workbook], tmp_path / "out", CATALOG)
    assert not (tmp_path / "out").exists()


def test_the_terminal_says_what_became_of_the_files(tmp_path: Path) -> None:
    delivered = delivery()
    looked = pipeline.look_at_files(delivered, disk.scan(make(tmp_path, DELIVERED)))
    report = file_delivery._file_report(delivered, looked)
    for language, said in {"en": "6 files came", "nb": "6 filer kom", "sv": "6 filer kom", "da": "6 filer kom"}.items():
        assert said in " ".join(render_text(report, CATALOG, language).split())


def test_names_that_no_system_should_have_go_all_the_way(tmp_path: Path, workbook: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in (b"Faktura_\xe5 16713.pdf", "16714\u202epdf.pdf".encode(), b"\xe6 16715 16716.pdf"):
        place = os.fsencode(source) + b"/" + name
        Path(os.fsdecode(place)).write_bytes(contents("scanned") if b"15" in name else contents("pdf 16713"))
    assert run(source, "--deliver", workbook, "-o", out) == 1
    answers = out / "decisions.yaml"
    answers.write_text(answers.read_text().replace("belongs_to: ''", "belongs_to: '16715'"))
    assert run(source, "--deliver", workbook, "-o", out, "--decisions", answers) == 1
    assert sorted(path.name for path in (out / "invoices").iterdir()) == ["Faktura_16715.pdf"]
    for suffix in pipeline.REPORT_SUFFIXES:
        delivered = delivery()
        report = file_delivery._file_report(delivered, pipeline.look_at_files(delivered, disk.scan([source])))
        assert pipeline.render_report(replace(delivered, report=report), suffix).encode()


def test_what_somebody_has_accepted_is_an_information(tmp_path: Path) -> None:
    delivered = delivery()
    looked = pipeline.look_at_files(
        delivered, disk.scan(make(tmp_path, {"16713.pdf": "pdf 16713 total 777.77", "x.pdf": "scanned"}))
    )
    accepted = [
        Waiver("FI-15", "16713", "Kari", "avrundet"), Waiver("FI-32", "X.pdf", "Kari", "et kart"),
        Waiver("FI-03", "16714", "Kari", "i fjor", delivered.report.today.replace(year=2020)),
    ]  # fmt: skip
    report = file_delivery._file_report(delivered, looked, accepted)
    by_code = {one.code: one for one in report.findings if one.key in {None, "16713", "16714"}}
    assert [(code, by_code[code].severity) for code in ("FI-15", "FI-32", "FI-03")] == [
        ("FI-15", "info"), ("FI-32", "info"), ("FI-03", "warning"),
    ]  # fmt: skip


# Pictures


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def made(mode: str, size: tuple[int, int], form: str, **more: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, form, **more)  # type: ignore[arg-type]
    return target.getvalue()


def test_a_small_clean_picture_is_handed_on_byte_for_byte() -> None:
    for data in (picture("jpg", "600x600"), picture("png", "300x200"), made("P", (40, 40), "PNG")):
        assert look_at(data, 600).done == ()
        assert copy_of(data, 600) == data


def test_a_turned_picture_stands_upright_without_its_place() -> None:
    data = picture("jpg", "300x200 place")
    look, copy = look_at(data, 600), opened(copy_of(data, 600))
    assert (look.done, look.has_place) == (("turned", "cleaned"), True)
    assert (copy.size, dict(copy.getexif()), "exif" in copy.info) == ((200, 300), {}, False)
    # The ramp was dark at the top; turned by a quarter it is dark at the right.
    assert copy.getpixel((190, 150)) < copy.getpixel((10, 150))


@pytest.mark.parametrize(
    ("data", "mode", "size"),
    [
        (picture("jpg", "1200x800"), "RGB", (600, 400)),
        (made("CMYK", (900, 300), "JPEG"), "RGB", (600, 200)),
        (made("I;16", (50, 40), "PNG"), "L", (50, 40)),
        (made("P", (1200, 1200), "PNG", transparency=0), "RGBA", (600, 600)),
        (made("RGB", (50, 50), "PNG", pnginfo=None, icc_profile=b"no profile"), "RGB", (50, 50)),
    ],
    ids=["large", "cmyk", "16 bit", "palette", "bad profile"],
)
def test_every_copy_is_small_plain_and_the_same_each_time(data: bytes, mode: str, size: tuple[int, int]) -> None:
    copy = copy_of(data, 600)
    assert copy == copy_of(data, 600)
    assert (opened(copy).mode, opened(copy).size, look_at(data, 600).copy_size) == (mode, size, size)
    assert opened(copy).format == opened(data).format
    assert look_at(copy, 600).done == ()


def test_an_animated_picture_becomes_its_first_one() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "PNG", save_all=True, append_images=frames[1:])
    copy = opened(copy_of(target.getvalue(), 600))
    assert (getattr(copy, "n_frames", 1), copy.getpixel((5, 5))) == (1, (255, 0, 0))


@given(st.binary(max_size=60), st.sampled_from(["jpg", "png"]))
@settings(max_examples=40, deadline=None)
def test_no_bytes_of_a_picture_bring_anything_down(noise: bytes, kind: str) -> None:
    data = picture(kind, "30x20")
    for broken in (noise, data[: len(noise)], data[:200] + noise + data[200:]):
        assert look_at(broken, 600).state in {"ok", "unreadable", "too_large"}


# Folders and archives


def names_of(*paths: Path) -> list[tuple[str, str]]:
    return [(one.path, one.trouble) for one in disk.scan(paths).items]


def test_what_programs_leave_behind_is_passed_over_and_links_are_never_followed(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for name in ("a.pdf", ".DS_Store", "__MACOSX/._a.pdf", "sub/Thumbs.db", "sub/~$b.docx", "sub/b.pdf", "own.xlsx"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(b"x")
    (source / "folder").symlink_to(tmp_path)
    (source / "link.pdf").symlink_to(source / "a.pdf")
    os.mkfifo(source / "pipe.pdf")
    scan = disk.scan([source], [source / "own.xlsx"])
    assert [(one.path, one.trouble) for one in scan.items] == [
        ("a.pdf", ""), ("folder", "link"), ("link.pdf", "link"), ("pipe.pdf", "link"), ("sub/b.pdf", ""),
    ]  # fmt: skip
    assert len(scan.ignored) == 5


def test_names_in_archives_are_read_as_they_were_meant(tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as packed:
        packed.writestr("Bjørn Øye.jpg", b"1")  # marked as UTF-8
        for name in ("Åse Løvli.jpg".encode("cp850"), "Kåre Æsøy.jpg".encode()):
            packed.writestr(name.decode("cp437"), b"2")
    data = place.read_bytes()
    for name in ("Åse Løvli.jpg".encode("cp850"), "Kåre Æsøy.jpg".encode()):
        marked = name.decode("cp437").encode()
        assert data.count(marked) == 2
        # Same length: padded, so that no offset moves.
        data = data.replace(marked, name + b"_" * (len(marked) - len(name)))
    place.write_bytes(data.replace(b"\x00\x08\x00\x00", b"\x00\x00\x00\x00"))
    found = {name.rstrip("_") for name, _ in names_of(place)}
    assert {"Åse Løvli.jpg", "Kåre Æsøy.jpg", "Bjørn Øye.jpg"} == found


@pytest.mark.parametrize("name", ["../a.pdf", "/a.pdf", "a/../../b.pdf", "C:/a.pdf", "a\\..\\b.pdf", "a//b.pdf"])
def test_names_that_lead_out_of_an_archive_are_told(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(zipfile.ZipInfo(name), b"x")
    assert [trouble for _, trouble in names_of(tmp_path / "a.zip")] == ["name"]


def test_bombs_and_archives_that_lie_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.pdf", bytes(8 * disk.MIB))
        packed.writestr("b.pdf", b"x" * 50)
    assert names_of(place) == [("b.pdf", ""), ("bomb.pdf", "too_large")]
    scan = disk.scan([place])
    assert list(disk.work_on([(one, 0) for one in scan.items], size_of)) == [50, "too_large"]
    with pytest.raises(UnusableFile, match="files_zip_large"):
        disk.scan([place], limits=disk.FileLimits(total=disk.MIB))
    with pytest.raises(UnusableFile, match="files_too_many"):
        disk.scan([place], limits=disk.FileLimits(files=1))
    data = bytearray(place.read_bytes())
    directory = data.rindex(b"PK\1\2", 0, data.rindex(b"PK\5\6"))
    data[directory + 42 : directory + 46] = (10).to_bytes(4, "little")  # the second member lies in the first
    place.write_bytes(data)
    with pytest.raises(UnusableFile, match="files_zip"):
        disk.scan([place])


def test_a_locked_or_damaged_member_is_told_and_the_others_come_along(tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as packed:
        for name in ("16713.pdf", "16714.pdf", "16715.pdf"):
            packed.writestr(name, contents(f"pdf {name[:5]}"))
        offset = packed.infolist()[1].header_offset
    data = bytearray(place.read_bytes())
    data[offset + 200] ^= 0xFF  # inside the second one
    third = data.rindex(b"PK\1\2")
    data[third + 8] |= 1  # the third one claims a password
    place.write_bytes(data)
    looked = pipeline.look_at_files(delivery(), disk.scan([place]))
    assert fates(looked) == {"16713.pdf": "delivered", "16714.pdf": "file_unreadable", "16715.pdf": "file_encrypted"}


def size_of(data: bytes, _said: int) -> int:
    return len(data)


@pytest.mark.slow
def test_a_file_that_kills_or_stops_a_process_costs_only_itself(tmp_path: Path) -> None:
    for place in range(120):
        (tmp_path / f"{place:03}.pdf").write_bytes(b"x" * place)
    items = disk.scan([tmp_path]).items
    said = {5: "die", 60: "hang", 119: "die"}
    jobs = [(one, said.get(place, "")) for place, one in enumerate(items)]
    results = list(disk.work_on(jobs, dies_or_hangs, limits=disk.FileLimits(seconds=20)))
    assert results == ["broken" if place in said else place for place in range(120)]


def test_also_one_of_a_few_files_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "IN_PROCESS", 0)  # as it is for everybody but the tests
    (tmp_path / "1.pdf").write_bytes(b"x")
    (tmp_path / "2.pdf").write_bytes(b"xx")
    jobs = [(one, said) for one, said in zip(disk.scan([tmp_path]).items, ("die", ""), strict=True)]
    assert list(disk.work_on(jobs, dies_or_hangs)) == ["broken", 2]


# What holds for all files

WORDS = ("Faktura", "INV-", "kopi", "2024-12-20", "desember", "til", "F", "nr.", "")
PARTS = st.one_of(st.sampled_from(WORDS), st.integers(16710, 16722).map(str), st.integers(0, 200_000).map(str))
NAMES = st.builds(
    lambda parts, gap, ending: gap.join(parts) + ending,
    st.lists(PARTS, min_size=1, max_size=4),
    st.sampled_from(["_", " ", "-", ""]),
    st.sampled_from([".pdf", ".PDF", ".jpg", ""]),
).filter(lambda name: name.strip(". "))
CONTENTS = (
    "pdf 16713",
    "pdf 16714",
    "pdf 16713 16714 16715",
    "pdf",
    "empty",
    "broken pdf",
    "jpg 300x200",
    "html",
    "scanned",
)


@given(st.lists(st.tuples(NAMES, st.sampled_from(CONTENTS)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_file_is_accounted_for_once_and_every_match_is_a_whole_token(drawn: list[tuple[str, str]]) -> None:
    owners = file_delivery._owners(delivery(), None)
    files.prepare({one.kind.name: one.expected for one in owners}, CATALOG.page_words)
    items = [item(f"{place}/{name}", len(contents(what))) for place, (name, what) in enumerate(drawn)]
    types = [files.sniff(contents(what)[:1024]) for _, what in drawn]
    matches = [files.match(one, kind, owners) for one, kind in zip(items, types, strict=True)]
    looks = [
        looked(what, files.job(match, kind, owners))
        for (_, what), match, kind in zip(drawn, matches, types, strict=True)
    ]
    judgement = files.judge(items, types, matches, looks, owners, CATALOG, "nb", file_delivery._spot(delivery()), {}, 0)
    assert len(judgement.fates) == len(items)
    figures = judgement.figures
    assert figures.came == figures.used + figures.waiting + figures.others == len(items)
    written = Counter((one.item, page) for one in judgement.deliveries for page in one.pages or (None,))
    assert set(written.values()) <= {1}
    for one in judgement.deliveries:
        if one.kind == "invoice_pdf":
            number, name = one.owner.key, items[one.item].name
            by_text = one.pages is not None or not matches[one.item].keys
            tokens = re.findall(r"\d+", name)
            assert by_text or number in {token.lstrip("0") for token in tokens}
            assert number in re.findall(r"\d+", one.path)


LOOKS: dict[object, files.Look] = {}


def looked(what: str, job: files.Job) -> files.Look:
    """Looked at once for each question: the same bytes have the same answer."""
    key = (what, job.type, job.kind, job.numbers, job.may_hold_several, job.largest)
    if key not in LOOKS:
        LOOKS[key] = files.look(contents(what), job)
    return LOOKS[key]


@given(st.text(max_size=300), st.sampled_from([".pdf", ".jpg"]))
@settings(max_examples=100, deadline=None)
def test_every_name_that_is_given_is_one_that_every_system_takes(stem: str, ending: str) -> None:
    name = legal_name(stem, ending)
    assert not re.search(r'[\x00-\x1f<>:"/\\|?*]', name)
    assert name.endswith(ending)
    assert not name.startswith((" ", "."))
    assert len(name) <= 210
    assert fold_name(name) == fold_name(unicodedata.normalize("NFD", name))


def test_output_inside_the_input_and_other_wrong_uses_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        file_delivery._refuse_within(tmp_path / "a" / "b", [tmp_path])


def test_every_mistake_in_a_kind_of_files_is_told(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(Path(__file__).parents[1] / "rules", rules)
    place = rules / "files" / "invoice_pdf.yaml"
    text = place.read_text()
    for old, new in {
        "order: 10": "order: 20",
        'known_by: ["{invoice_number}"]': 'known_by: ["{invoice_numer}"]',
        "key: invoice_pdf.invoice_number": "key: invoice_pdf.title",
        "names: [customer_number.name]": "names: [customer_number.nam]",
        "formats: [pdf]": "formats: [pfd]",
    }.items():
        assert old in text
        text = text.replace(old, new)
    place.write_text(text)
    photos = rules / "files" / "employee_photo.yaml"
    photos.write_text(photos.read_text().replace("employee.photo_file", "employee.tags"))
    with pytest.raises(CatalogError) as wrong:
        load(rules)
    # What is wrong in its shape is told first; the rest once that is right.
    assert "did you mean `pdf`" in str(wrong.value)
    place.write_text(text.replace("pfd", "pdf"))
    with pytest.raises(CatalogError) as wrong:
        load(rules)
    for said in (
        "`order` 20 is also that of", "did you mean `invoice_number`", "that refers to invoice",
        "`customer_number.nam` is no field of invoice", "of type list, not file_name",
    ):  # fmt: skip
        assert said in str(wrong.value)


def test_what_speaks_of_a_retired_field_goes_with_it(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(Path(__file__).parents[1] / "rules", rules)
    for entity, name in {"employee": "external_employee_number", "expense": "receipt_file"}.items():
        place = rules / "entities" / f"{entity}.yaml"
        lines = place.read_text().split("\n")
        start = lines.index(f"  - name: {name}")
        stop = next(at for at in range(start + 1, len(lines)) if re.match(r"  - name:|\S", lines[at]))
        place.write_text("\n".join([f"retired: [{name}]", *lines[:start], *lines[stop:]]))
    kinds = load(rules).file_kinds
    assert "expense_receipt" not in kinds
    assert not any("external_employee_number" in pattern for pattern in kinds["employee_photo"].known_by)


@pytest.mark.slow
def test_the_benchmark_finds_all_that_is_planted(capsys: pytest.CaptureFixture[str]) -> None:
    program = Path(__file__).parents[1] / "benchmarks" / "files.py"
    namespace = runpy.run_path(str(program), run_name="benchmark")
    assert namespace["main"](["--files", "600"]) == 0
    assert "file_double: 1 of 1" in capsys.readouterr().out


def test_pages_of_a_file_that_bears_one_number_are_decided_like_all_others(tmp_path: Path, workbook: Path) -> None:
    (source,) = make(tmp_path, {"Faktura 16713.pdf": "pdf 16713 16714 16715 ? 16718"})
    out = tmp_path / "out"
    assert run(source, "--deliver", workbook, "-o", out) == 1
    answers = out / "decisions.yaml"
    answers.write_text(answers.read_text().replace("4: ''", "4: '-'\n    99: '-'"))
    assert run(source, "--deliver", workbook, "-o", out, "--decisions", answers) == 0
    assert len(list((out / "invoices").iterdir())) == 4
    assert json.loads((out / "files.json").read_bytes())["undecided"] == []
