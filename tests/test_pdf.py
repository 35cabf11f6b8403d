"""What a PDF is and says, pages cut out of one, the sheet of small pictures: on real files, sound and damaged."""

from __future__ import annotations

import datetime as dt
import io
import logging
import random
import shutil
import subprocess
import zlib
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
import xlsxwriter
from conftest import shipped
from pdfs import LAYOUTS, WORDS, Paper, draw, empty_page, lines, scanned_page, sums, written
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import DictionaryObject, NameObject, StreamObject, create_string_object

from momentsheet.errors import UnusableFile
from momentsheet.files.pdf import Expected, PdfLook, compare, cut, look_into, split, thumbnail_sheet
from momentsheet.files.pdf.values import amounts_in, days_in, name_words, stands, words_of
from momentsheet.model.page_words import PageWords

OFFICE = shutil.which("soffice")
DAY = dt.date(2024, 12, 20)


def words() -> PageWords:
    return shipped().page_words


def paper(number: str = "16713", count: int = 3, **more) -> Paper:
    return Paper(number, DAY, "Nordlys Bakeri AS", lines(count, more.get("language", "nb")), **more)


def expected(of: Paper) -> Expected:
    return Expected(of.number, of.date, sums(of), of.currency, (of.customer,))


def saved(writer: PdfWriter) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def locked(data: bytes, user: str, owner: str) -> bytes:
    """RC4, because AES would need another package; PDFium reads all of them alike."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user, owner, algorithm="RC4-128")
    return saved(writer)


# What a file is


def test_a_sound_file_is_read_as_it_looks() -> None:
    data = draw(paper(), written("Vilkår"), empty_page, scanned_page)
    look = look_into(data)
    assert (look.state, look.traits, len(look.pages), look.blank) == ("ok", (), 4, (2,))
    rows = [line.split() for line in look.pages[0].splitlines()]
    assert ["Fakturanr.", "16713"] in rows
    assert ["Å", "betale", "NOK", "10", "156,25"] in rows
    assert look.pages[1:] == (look.pages[1], "", "")
    assert look.pages[1].strip() == "Vilkår"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", WORDS)
def test_every_layout_in_every_language_agrees_with_its_sheet(layout: str, language: str) -> None:
    one = paper(language=language, layout=layout, kid="001671300012", is_credit=layout == "middle", credits="16700")
    look = look_into(draw(one))
    other = Expected("16700", DAY, (Decimal("9999.99"),), "NOK", ("Nordlys Bakeri AS",))
    assert compare(look, expected(one), {"16700": other, "16713": expected(one)}, words()) == ()


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "empty"),
        (b"%PDF-1.4\n", "unreadable"),
        (b"\xff\xd8\xff\xe0 a picture", "unreadable"),
        (b"<html>Not found</html>", "unreadable"),
        (b"PK\x03\x04" + bytes(500), "unreadable"),
        (bytes(100_000), "unreadable"),
        (random.Random(1).randbytes(50_000), "unreadable"),
    ],
)
def test_what_is_no_pdf_is_told_and_never_raised(data: bytes, state: str) -> None:
    assert look_into(data) == PdfLook(state)


def test_a_file_without_pages_is_empty() -> None:
    assert look_into(saved(PdfWriter())).state == "empty"


def test_a_password_to_open_is_told() -> None:
    assert look_into(locked(draw(paper()), "secret", "owner")) == PdfLook("encrypted")


def test_a_password_of_the_owner_only_is_read_and_its_pieces_are_free() -> None:
    data = locked(draw(paper()), "", "owner")
    look = look_into(data)
    assert (look.state, look.traits) == ("ok", ("locked",))
    assert "16713" in look.pages[0]
    (piece,) = cut(data, [[0]])
    assert look_into(piece) == PdfLook("ok", look.pages)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.99])
def test_a_file_that_breaks_off_never_looks_sound(share: float) -> None:
    data = draw(*(paper(str(16713 + at)) for at in range(6)))
    look = look_into(data[: int(len(data) * share)])
    assert look.state in {"unreadable", "empty"} or "damaged" in look.traits


def test_a_broken_table_of_contents_is_mended() -> None:
    data = draw(paper())
    at = data.rindex(b"startxref")
    broken = data[:at] + b"startxref\n7\n%%EOF\n"
    look = look_into(broken)
    assert (look.state, look.traits) == ("ok", ("damaged",))
    (piece,) = cut(broken, [[0]])
    assert look_into(piece) == PdfLook("ok", look_into(data).pages)


@pytest.mark.parametrize("front", [b"\r\n", b"From: post@example.com\r\n\r\n", bytes(128), b"x" * 5000])
def test_what_stands_before_the_file_is_passed_over(front: bytes) -> None:
    data = draw(paper())
    look = look_into(front + data)
    assert look.state == "ok"
    assert look.traits[0] == "padded"
    assert look.pages == look_into(data).pages
    assert [look_into(piece).pages for piece in cut(front + data, [[0]])] == [look.pages]


@pytest.mark.parametrize("seed", range(12))
def test_any_damage_is_survived_in_silence(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)
    data = bytearray(draw(paper(), paper("16714", 30)))
    for _ in range(40):
        data[chance.randrange(len(data))] = chance.randrange(256)
    look = look_into(bytes(data))
    if look.state == "ok":
        try:
            pieces = list(cut(bytes(data), [[page] for page in range(len(look.pages))]))
        except UnusableFile as error:
            assert error.reason == "pdf_cannot_be_cut"  # noqa: PT017 - either way is right
        else:
            assert all(look_into(piece).state == "ok" for piece in pieces)
    logging.getLogger("pypdf").warning("nobody hears it")
    assert capfd.readouterr() == ("", "")


def test_a_page_that_would_unpack_to_gigabytes_is_not_read() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(paper())))
    for size, state in ((150_000_000, "ok"), (300_000_000, "unreadable")):
        drawing = StreamObject()
        drawing._data = zlib.compress(b" " * size, 9)
        drawing[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer.pages[0][NameObject("/Thumb")] = writer._add_object(drawing)
        assert look_into(saved(writer)).state == state


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_seen(turn: int) -> None:
    # Drawn lying down, and turned upright by the page, as some programs write landscape pages.
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    size = (842, 595) if turn != 180 else (595, 842)
    canvas = Canvas(stream, pagesize=size, invariant=1)
    canvas.translate(*{90: (size[0], 0), 180: size, 270: (0, size[1])}[turn])
    canvas.rotate({90: 90, 180: 180, 270: -90}[turn])
    for at, text in enumerate(("Fakturanr.", "Dato", "Beløp")):
        canvas.drawString(60 + 150 * at, 500, text)
    for at, text in enumerate(("16713", "20.12.2024", "1 250,00")):
        canvas.drawString(60 + 150 * at, 480, text)
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=io.BytesIO(stream.getvalue()))
    writer.pages[0].rotation = turn
    look = look_into(saved(writer))
    assert [line.split() for line in look.pages[0].splitlines()] == [
        ["Fakturanr.", "Dato", "Beløp"],
        ["16713", "20.12.2024", "1", "250,00"],
    ]


def test_letters_apart_ligatures_and_unseen_hyphens_do_not_matter() -> None:
    data = draw(
        written("F a k t u r a n r .  1 6 7 1 3", "Kaﬁ Nordlys\u00a0Bakeri", "Fak\u00adtura\u00addato 20.12.2024")
    )
    look = look_into(data)
    assert compare(look, Expected("16713", DAY, (), None, ("Nordlys Bakeri AS",)), {}, words()) == ()


# Values in running text


@pytest.mark.parametrize(
    "text",
    [
        "20.12.2024", "20.12.24", "20. 12. 2024", "20/12/2024", "20/12-2024", "12/20/2024", "2024-12-20", "2024.12.20",
        "20241220", "20. desember 2024", "20 des. 2024", "20.des.2024", "20-Dec-2024", "December 20, 2024",
        "Dec 20th, 2024", "20th of December 2024", "den 20 december 2024", "20. december 2024", "20:e december 2024",
        "fredag 20. desember 2024",
    ],
)  # fmt: skip
def test_dates_in_every_way_of_writing(text: str) -> None:
    assert [DAY in day.days for day in days_in(f"Fakturadato: {text} Forfall")] == [True]


@pytest.mark.parametrize("text", ["12.2024", "1.2.3.2024", "32.12.2024", "KID 0020241220012", "20.12", "des 2024"])
def test_what_is_no_date(text: str) -> None:
    assert days_in(text) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50", "1234.50"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("1'234.50", "1234.50"),
        ("kr 1234,-", "1234"), ("1234,50", "1234.50"), ("-1 234,50", "1234.50"), ("(1 234,50)", "1234.50"),
        ("NOK1 234,50", "1234.50"), ("12 345 678,90", "12345678.90"), ("1.234", "1234"), ("1234", "1234"),
        ("3 450,00", "450.00"),
    ],
)  # fmt: skip
def test_amounts_in_every_way_of_writing(text: str, amount: str) -> None:
    assert any(Decimal(amount) in found.sums for found in amounts_in(f"Å betale {text}"))


@pytest.mark.parametrize(
    ("name", "text", "is_there"),
    [
        ("Nordlys Bakeri AS", "NORDLYS BAKERI", True),
        ("Nordlys Bakeri AS", "Nordlys\nBakeri A/S, Storgata 1", True),
        ("Ærlig & Sønn ApS", "AERLIG SONN", True),
        ("Åse Øyen", "Ase Oyen", True),
        ("Nordlys Bakeri AS", "Nordlys Bakerri", True),
        ("Kari Nordmann", "K. Nordmann", True),
        ("AS Nordlys", "Nordlys", True),
        ("Nordlys Bakeri AS", "Fjellheim Bygg AS, Storgata 1, 0155 Oslo", False),
        ("Bo", "Bodø", False),
        ("Fjellheim Bygg AS", "Nordlys Bakeri AS", False),
    ],
)
def test_names_stand_there_in_other_letters(name: str, text: str, is_there: bool) -> None:
    assert stands(name_words(name, words().legal_forms), words_of(text)) is is_there


# Text beside sheet


def told(text: str, wanted: Expected, others: dict[str, Expected] | None = None) -> list[tuple[str, str, str]]:
    found = compare(PdfLook("ok", ("", text)), wanted, others or {}, words())
    assert all(one.page == 2 for one in found)
    return [(one.what, one.expected, one.found) for one in found]


TEXT = """
   Fjordglott AS                            Faktura
   Nordlys Bakeri AS          Fakturanr.     16713
   Storgata 1                 Fakturadato    20.12.2024
                              Forfallsdato   19.01.2025
   Sum eks. mva                              1 000,00
   Å betale                                  1 250,00
"""


@pytest.mark.parametrize(
    ("wanted", "finding"),
    [
        (Expected("16713", DAY, (Decimal(1250),), "NOK", ("Nordlys Bakeri AS",)), None),
        (Expected("16713", DAY, (Decimal(-1250), Decimal(-1000)), "NOK", ("NORDLYS",)), None),
        (Expected("16713", None, (Decimal(0),)), None),
        (Expected("16713", DAY, (Decimal("1250.40"),)), None),  # rounded to whole crowns
        (Expected("16713", dt.date(2024, 12, 21)), ("date", "2024-12-21", "20.12.2024")),
        (Expected("16713", DAY, (Decimal("1350.00"),)), ("amount", "1350.00", "1 250,00")),
        (Expected("16713", DAY, (), None, ("Fjellheim Bygg AS",)), ("name", "Fjellheim Bygg AS", "")),
        (Expected("16713", DAY, (), None, ("Nordljos Bakst AS",)), ("name", "Nordljos Bakst AS", "Nordlys Bakeri AS")),
        (Expected("16714", DAY), ("number", "16714", "16713")),
    ],
)
def test_what_differs_is_told_with_what_stands_there(wanted: Expected, finding: tuple[str, str, str] | None) -> None:
    assert told(TEXT, wanted) == ([finding] if finding else [])


@pytest.mark.parametrize(
    "line", ["Fakturanr. 16 713", "Faktura nr: 16-713", "Invoice INV-16713", "Fakturanummer: 0016713", "Ref F16713"]
)
def test_the_number_stands_there_in_any_way(line: str) -> None:
    assert told(f"{line}\nDato 20.12.2024", Expected("16713")) == []


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("2024/12", "Invoice no. 2024/12"),
        ("2024/12", "Fakturanummer 2024-12"),
        ("F-1001", "Faktura F1001"),
        ("F.1001-A", "Nr F.1001-A"),
        ("2024-0012", "Faktura 2024-0012"),
        ("AB12CD", "Invoice AB12CD"),
        ("7", "Faktura 7"),
    ],
)
def test_numbers_with_letters_and_marks_stand_there(key: str, line: str) -> None:
    assert told(f"{line}\nDato 20.12.2024", Expected(key)) == []
    assert apart_from(f"{line}\nDato 20.12.2024", key) is not line.startswith("Nr")


def apart_from(text: str, key: str) -> bool:
    """Whether such a page is known as that key's own when a file is split."""
    return bool(split(PdfLook("ok", (text,)), {key: Expected(key)}, words()).pieces)


@pytest.mark.parametrize("line", ["Nr 167130", "Beløp 16.713", "16713,50", "KID 00167130012", "16.7.13", "A1 16713-14"])
def test_its_digits_in_something_else_are_not_the_number(line: str) -> None:
    assert told(f"{line}\nDato 20.12.2024", Expected("16713")) == [("number", "16713", "")]


def test_the_text_of_another_one_names_it_and_nothing_else() -> None:
    others = {"16713": Expected("16713", DAY, (Decimal(1250),)), "16714": Expected("16714", dt.date(2020, 1, 1))}
    assert told(TEXT, others["16714"], others) == [("number", "16714", "16713")]


def test_a_number_that_is_only_spoken_of_is_nobody_s_own() -> None:
    text = TEXT.replace("Fakturanr.     16713", "Gjelder faktura 16713   Nummer 16720")
    others = {"16713": Expected("16713", DAY), "16720": Expected("16720", DAY)}
    assert told(text, others["16720"], others) == []


def test_without_legible_text_nothing_is_told() -> None:
    wanted = Expected("16713", DAY, (Decimal(1),), "NOK", ("Nordlys",))
    assert compare(PdfLook("ok", ("", "")), wanted, {}, words()) == ()
    assert compare(PdfLook("ok", ("⌂⌂⌂ ☺☺ ♠♠♠",)), wanted, {}, words()) == ()


def test_amounts_in_other_money_are_not_compared() -> None:
    text = TEXT.replace("1 250,00", "EUR 105,00").replace("1 000,00", "EUR 84,00")
    assert told(text, Expected("16713", DAY, (Decimal(1250),), "NOK")) == []
    assert told(text, Expected("16713", DAY, (Decimal(1250),), "EUR")) == [("amount", "1250", "105,00")]


# Cutting


def test_pieces_hold_their_pages_and_nothing_else_twice_the_same() -> None:
    data = draw(paper("16713", 40), paper("16714"), paper("16715", 60), scanned_page)
    look = look_into(data)
    plan = [(0, 1), (2,), (5, 3, 4), (6,)]
    pieces = list(cut(data, plan))
    assert pieces == list(cut(data, plan))
    for pages, piece in zip(plan, pieces, strict=True):
        assert look_into(piece) == PdfLook("ok", tuple(look.pages[page] for page in pages))
        reader = PdfReader(io.BytesIO(piece))
        assert reader.metadata is None or not dict(reader.metadata)
        assert "/ID" not in reader.trailer
        assert len(piece) < len(data)


def test_pages_look_the_same_afterwards() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(paper(), paper("16714", 30, layout="columns"), scanned_page)))
    writer.pages[1].rotation = 90
    writer.pages[0].cropbox.upper_right = (400, 700)
    data = saved(writer)
    for page, piece in enumerate(cut(data, [[at] for at in range(4)])):
        with pypdfium2.PdfDocument(data) as before, pypdfium2.PdfDocument(piece) as after:
            assert len(after) == 1
            one, two = before[page].render(scale=0.5), after[0].render(scale=0.5)
            assert bytes(one.buffer) == bytes(two.buffer)


def test_links_into_the_big_file_are_cut_and_links_to_the_web_stay() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(*(paper(str(16713 + at)) for at in range(5)))))
    writer.add_annotation(0, Link(rect=(50, 50, 100, 100), target_page_index=4))
    writer.add_annotation(0, Link(rect=(50, 150, 100, 200), url="https://fjordglott.example/"))
    writer.add_outline_item(title="Third", page_number=2)
    writer.add_metadata({"/Author": "Kari Nordmann"})
    (piece,) = cut(saved(writer), [[0]])
    reader = PdfReader(io.BytesIO(piece))
    assert [link.get_object()["/A"]["/URI"] for link in reader.pages[0]["/Annots"]] == ["https://fjordglott.example/"]
    assert sum(value.get_object().get("/Type") == "/Page" for value in _objects(reader)) == 1
    assert reader.outline == []
    assert b"Kari" not in piece


def test_stamps_and_notes_become_part_of_the_page() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(paper())))
    stamp = FreeText(text="BETALT", rect=(100, 300, 300, 340), font_size="20pt")
    look = StreamObject()
    look.set_data(b"0 0 1 rg 0 0 200 40 re f")
    look[NameObject("/Type")], look[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    from pypdf.generic import ArrayObject, NumberObject

    look[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 200, 40)))
    stamp[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    stamp[NameObject("/T")] = create_string_object("Kari Nordmann")
    writer.add_annotation(0, stamp)
    data = saved(writer)
    (piece,) = cut(data, [[0]])
    assert b"Kari" not in piece
    with pypdfium2.PdfDocument(piece) as document:
        picture = document[0].render(scale=0.5).to_pil().convert("RGB")
    assert picture.getpixel((100, 421 - 160)) == (0, 0, 255)


def test_what_other_pages_show_is_left_out_of_a_shared_list_of_resources() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(draw(*(written(f"Page {at}") for at in range(8)))))
    pictures = {}
    for at in range(8):
        picture = StreamObject()
        picture.set_data(random.Random(at).randbytes(20_000))
        for key, value in (("/Type", "/XObject"), ("/Subtype", "/Image"), ("/ColorSpace", "/DeviceGray")):
            picture[NameObject(key)] = NameObject(value)
        from pypdf.generic import NumberObject

        for key, value in (("/Width", 200), ("/Height", 100), ("/BitsPerComponent", 8)):
            picture[NameObject(key)] = NumberObject(value)
        pictures[NameObject(f"/Im{at}")] = writer._add_object(picture)
    shared = writer._add_object(DictionaryObject(pictures))
    for at, page in enumerate(writer.pages):
        page["/Resources"][NameObject("/XObject")] = shared
        drawing = StreamObject()
        drawing.set_data(page.get_contents().get_data() + b"\nq 200 0 0 100 50 50 cm /Im%d Do Q" % at)
        page[NameObject("/Contents")] = writer._add_object(drawing)
    data = saved(writer)
    pieces = list(cut(data, [[at] for at in range(8)]))
    assert all(20_000 < len(piece) < 45_000 for piece in pieces)
    with pypdfium2.PdfDocument(data) as before, pypdfium2.PdfDocument(pieces[3]) as after:
        assert bytes(before[3].render(scale=0.5).buffer) == bytes(after[0].render(scale=0.5).buffer)


def test_what_cannot_be_opened_cannot_be_cut() -> None:
    for use in (lambda: list(cut(b"rubbish", [[0]])), lambda: thumbnail_sheet(b"rubbish", [0], [""])):
        with pytest.raises(UnusableFile) as caught:
            use()
        assert caught.value.reason == "pdf_cannot_be_cut"


def _objects(reader: PdfReader) -> list:
    from pypdf.generic import IndirectObject

    numbers = sorted({number for table in reader.xref.values() for number in table} | set(reader.xref_objStm))
    return [
        found
        for number in numbers
        if number and isinstance(found := IndirectObject(number, 0, reader).get_object(), DictionaryObject)
    ]


# The sheet of small pictures


def test_the_sheet_shows_each_page_with_its_number_and_caption() -> None:
    data = draw(*(paper(str(16713 + at)) for at in range(9)), scanned_page, empty_page)
    captions = [f"Mellom {at} og {at + 1}" for at in range(11)]
    sheet = thumbnail_sheet(data, range(11), captions)
    assert sheet == thumbnail_sheet(data, range(11), captions)
    look = look_into(sheet)
    assert len(look.pages) == 2
    assert all(caption in "\n".join(look.pages) for caption in captions)
    assert ["10", "11"] in [line.split() for line in look.pages[1].splitlines()]
    with pypdfium2.PdfDocument(sheet) as document:
        assert [round(side) for side in document[0].get_size()] == [595, 842]
        assert document[0].render(scale=0.2).to_pil().convert("L").getextrema()[0] < 60
    assert len(sheet) < 400_000


# Written by another program


def a_book(path: Path, number: str) -> None:
    """Invoices are written in spreadsheets, too."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, 3, 20)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&RSide &P av &N")
        money = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_column(0, 0, ("Nordlys Bakeri AS", "Storgata 1", "0155 Oslo"))
        sheet.write_row(4, 0, ("Fakturanr.", "Fakturadato", "Kundenr."))
        sheet.write_string(5, 0, number)
        sheet.write_datetime(5, 1, dt.datetime.combine(DAY, dt.time()), day)
        sheet.write_string(5, 2, "10001")
        for row in range(7, 77):
            sheet.write_string(row, 0, f"Rådgivning {row}")
            sheet.write_number(row, 3, 1000, money)
        sheet.write_string(78, 2, "Å betale")
        sheet.write_number(78, 3, 87500, money)


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is the witness here")
def test_a_pdf_of_libreoffice_is_read_split_and_cut(tmp_path: Path) -> None:
    for number in ("16713", "16714"):
        a_book(tmp_path / f"{number}.xlsx", number)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, tmp_path.glob("*.xlsx"))], check=True, capture_output=True, timeout=120)
    wanted = {
        number: Expected(number, DAY, (Decimal(87500),), "NOK", ("Nordlys Bakeri",)) for number in ("16713", "16714")
    }
    looks = {number: look_into((tmp_path / f"{number}.pdf").read_bytes()) for number in wanted}
    for number, other in (("16713", "16714"), ("16714", "16713")):
        assert looks[number].state == "ok"
        assert len(looks[number].pages) == 2
        assert compare(looks[number], wanted[number], wanted, words()) == ()
        assert [one.found for one in compare(looks[other], wanted[number], wanted, words())] == [other]
    writer = PdfWriter()
    for number in wanted:
        writer.append(tmp_path / f"{number}.pdf")
    data = saved(writer)
    found = split(look_into(data), wanted, words())
    assert [(piece.key, piece.pages) for piece in found.pieces] == [("16713", (0, 1)), ("16714", (2, 3))]
    pieces = cut(data, [piece.pages for piece in found.pieces])
    assert [look_into(piece).pages for piece in pieces] == [look.pages for look in looks.values()]
