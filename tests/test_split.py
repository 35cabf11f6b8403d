"""One big PDF taken apart: each kind of evidence, each trap, and the law that nothing decided is ever wrong."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdfs import draw, empty_page, pile, scanned_page, sums, written

from momentsheet.files.pdf import Expected, PdfLook, Piece, compare, cut, look_into, split
from momentsheet.files.pdf.signs import by_number, signs_of

BLANK = "(nothing to see)"
DAY = dt.date(2024, 12, 20)


def look_of(*pages: str) -> PdfLook:
    blank = tuple(at for at, page in enumerate(pages) if page == BLANK)
    return PdfLook("ok", tuple("" if page == BLANK else page for page in pages), (), blank)


def expect(*keys: str, **amounts: str) -> dict[str, Expected]:
    """Keys, each with an amount of its own unless one is given as `_16713="1 250.00"`."""
    return {
        key: Expected(key, DAY, (Decimal(amounts.get(f"_{key}", f"{10_000 + at * 1111}.75")),), "NOK", ("Nordlys AS",))
        for at, key in enumerate(keys)
    }


def apart(pages: Sequence[str], expected: Mapping[str, Expected], decisions: Mapping[int, str] | None = None):
    """Key → pages; pages left over."""
    found = split(look_of(*pages), expected, shipped().page_words, decisions)
    return {piece.key: piece.pages for piece in found.pieces}, found.undecided


# What one page says


@pytest.mark.parametrize(
    "page",
    [
        "Fakturanr. 16713",
        "Fakturanr.:16713",
        "FAKTURANUMMER        16713",
        "Faktura nr. 16 713",
        "Faktura-nr: 16-713",
        "Invoice no.: 16713",
        "Invoice Number     INV-16713",
        "Invoice # 16713",
        "Fakturanummer 0016713",
        "Faktura 16713",
        "   Kreditnota      16713",
        "Kreditfakturanummer: 16713",
        "Kreditnotanr    16713    KID   0016700016713",
        "Fakturanr.   Dato         Kundenr\n16713        20.12.2024   10001",
        "Dato         Fakturanr.   KID\n20.12.2024        16713   001671300012",
        "Fakturanr16713",
        "Faktura 16713 til Nordlys AS",
    ],
)
def test_a_number_beside_or_below_its_label_is_the_page_s_own(page: str) -> None:
    assert signs_of(page, by_number(["16713", "10001"]), shipped().page_words).keys == {"16713"}


@pytest.mark.parametrize(
    "page",
    [
        "Gjelder faktura 16713",
        "Krediterer fakturanr. 16713",
        "Kreditering av faktura nr 16713",
        "Credits invoice 16713",
        "Original invoice no. 16713",
        "Avser fakturanummer 16713",
        "Vedr. Fakturanr 16713",
        "Krediterer     Fakturanr. 16713",
        "Kundenr. 16713",
        "KID 16713",
        "Customer no.    16713",
        "Fakturanr. 167130",
        "Fakturadato 16.7.13",
        "Fakturanr   Beløp\n16713       1 000,00\n16714       2 000,00\n16715       3 000,00",
        "Beløp 16 713,00",
        "Fakturanr. 20.12.2024",
    ],
)
def test_a_number_for_another_reason_is_not(page: str) -> None:
    assert signs_of(page, by_number(["16713", "16714", "16715"]), shipped().page_words).keys == frozenset()


@pytest.mark.parametrize(
    ("page", "counter"),
    [
        ("Side 1 av 3", (1, 3)),
        ("Side: 2 / 3", (2, 3)),
        ("Page 2 of 3", (2, 3)),
        ("Sida 1 (3)", (1, 3)),
        ("Side 1 af 12", (1, 12)),
        ("x\n   1/3", (1, 3)),
        ("2 av 3", (2, 3)),
        ("Side 4", (4, None)),
        ("Side 4 av 3", None),
        ("Side 1 av 3\nSide 2 av 4", None),
        ("betal 1/3 nå", None),
        ("Dato 1/3-2024", None),
        ("Hjemmeside 1 av 3", None),
        ("", None),
    ],
)
def test_the_page_s_own_number(page: str, counter: tuple[int, int | None] | None) -> None:
    assert signs_of(page, {}, shipped().page_words).counter == counter


# Each kind of evidence, each trap

A1, A2, A3 = "Fakturanr. 16713\nSide 1 av 3", "Timer\nSide 2 av 3", "Å betale  10 000,75\nSide 3 av 3"
B, C = "Fakturanr. 16714\nSide 1 av 1", "Fakturanr. 16715\nSide 1 av 1"
D1, D2 = "Fakturanr. 16716\nSide 1 av 2", "Timer\nSide 2 av 2"
BARE = "Fakturanr. 16713"


@pytest.mark.parametrize(
    ("pages", "pieces", "undecided"),
    [
        pytest.param([A1, A2, A3, B, C], {"16713": (0, 1, 2), "16714": (3,), "16715": (4,)}, (), id="counters"),
        pytest.param([BARE, BARE + "\nmore", B], {"16713": (0, 1), "16714": (2,)}, (), id="repeated header"),
        pytest.param([BARE, "Sum 10 000,75", B], {"16713": (0, 1), "16714": (2,)}, (), id="its amount"),
        pytest.param([BARE, "Vedlegg til 16713", B], {"16713": (0, 1), "16714": (2,)}, (), id="its number, unlabelled"),
        pytest.param([B, "Timeliste", C], {"16714": (0,), "16715": (2,)}, (1,), id="a page that says nothing"),
        pytest.param([A1, "", A3, B], {"16713": (0, 2), "16714": (3,)}, (1,), id="a scanned page in between"),
        pytest.param([B, BLANK, C], {"16714": (0, 1), "16715": (2,)}, (), id="a blank page between two"),
        pytest.param([A1, BLANK, A2, A3], {"16713": (0, 1, 2, 3)}, (), id="a blank page inside"),
        pytest.param([BLANK, B], {"16714": (1,)}, (0,), id="a blank page in front"),
        pytest.param([A1, A3, B], {"16713": (0, 1), "16714": (2,)}, (), id="page 2 of 3 is missing"),
        pytest.param([A1, B, A2, A3], {"16713": (0,), "16714": (1,)}, (2, 3), id="a page slipped in"),
        pytest.param(
            [A1, "Fakturanr. 99999\nSide 1 av 1", A2, A3], {"16713": (0,)}, (1, 2, 3), id="a stranger slipped in"
        ),
        pytest.param(
            ["Fakturanr. 16713\nSide 2 av 2", B, "Fakturanr. 16713\nSide 1 av 2"],
            {"16713": (2, 0), "16714": (1,)},
            (),
            id="pages out of order, put right",
        ),
        pytest.param([B, C, B], {"16714": (0,), "16715": (1,)}, (2,), id="the same page twice"),
        pytest.param([B + "\nx", C, B + "\ny"], {"16715": (1,)}, (0, 2), id="two that differ"),
        pytest.param([B + "\n1 2 3 4", B + "\n1 2 3 4\nKOPI", C], {"16715": (2,)}, (0, 1), id="a paper and its copy"),
        pytest.param([A1, A2, A3, A1, A2, A3], {"16713": (0, 1, 2)}, (3, 4, 5), id="all of it twice"),
        pytest.param([BARE, B, BARE + "\nmore"], {"16714": (1,)}, (0, 2), id="torn, and no counters"),
        pytest.param([B, "Faktura 99999\nTimer", C], {"16714": (0,), "16715": (2,)}, (1,), id="nobody's number"),
        pytest.param(
            [C, "Kreditnotanr. 16714\nGjelder faktura 16715"], {"16715": (0,), "16714": (1,)}, (), id="a credit note"
        ),
        pytest.param(
            [B, "Betalingspåminnelse\nFakturanr. 16714\nSide 1 av 1", C],
            {"16714": (0,), "16715": (2,)},
            (1,),
            id="a reminder",
        ),
        pytest.param(
            ["Fakturanr. 16713\nFakturanr   Beløp\n16714   1,00\n16715   2,00\n16716   3,00", B],
            {"16713": (0,), "16714": (1,)},
            (),
            id="a table of open ones",
        ),
        pytest.param(["Fakturanr. 16713\nFakturanr. 16714", C], {"16715": (1,)}, (0,), id="two numbers on a page"),
        pytest.param(
            ["Fakturanr. 16714\nKundenr. 16713\nKID 16715"], {"16714": (0,)}, (), id="same digits in other numbers"
        ),
        pytest.param([BARE, "Side om side\nTimer", "Sum 10 000,75", B], {"16714": (3,)}, (0, 1, 2), id="it goes on"),
        pytest.param([D1, A1, D2, A2, A3], {"16716": (0,), "16713": (1,)}, (2, 3, 4), id="two changed places"),
    ],
)
def test_pages_go_where_all_evidence_agrees(
    pages: list[str], pieces: dict[str, tuple[int, ...]], undecided: tuple[int, ...]
) -> None:
    assert apart(pages, expect("16713", "16714", "16715", "16716")) == (pieces, undecided)


def test_what_the_counters_promise_and_is_not_there_is_told() -> None:
    found = split(look_of(A1, A3, B), expect("16713", "16714"), shipped().page_words)
    assert found.pieces == (
        Piece("16713", (0, 1), ("number", "amount"), (2,)),
        Piece("16714", (2,), ("number",)),
    )


def test_a_lost_sheet_of_paper_joins_no_two_papers() -> None:
    # Behind page 1 of 16713, page 2 of 16714: the two in between were one sheet of paper.
    first, second = "Fakturanr. {}\nSide 1 av 2", "Timer {}\nSide 2 av 2"
    keys = ["16712", "16713", "16714", "16715", "16716"]
    pages = [page.format(key) for key in keys for page in (first, second.replace("{}", "x"))]
    del pages[3:5]
    pieces, undecided = apart(pages, expect(*keys))
    assert (pieces["16713"], undecided) == ((2,), (3,))
    assert pieces["16716"] == (6, 7)


def test_counters_of_the_whole_file_are_none() -> None:
    pages = [f"Fakturanr. {16713 + at // 2}\nSide {at + 1} av 8" for at in range(8)]
    pieces, undecided = apart(pages, expect("16713", "16714", "16715", "16716"))
    assert (pieces, undecided) == ({str(16713 + at): (2 * at, 2 * at + 1) for at in range(4)}, ())


def test_a_pile_turned_round_is_joined_by_proof_only() -> None:
    keys = [str(16713 + at) for at in range(5)]
    pages = [page for key in keys for page in (f"Fakturanr. {key}\nSide 1 av 2", f"Timer {key[0]}\nSide 2 av 2")]
    pieces, undecided = apart(pages[::-1], expect(*keys))
    assert pieces == {key: (9 - 2 * at,) for at, key in enumerate(keys)}
    assert undecided == (0, 2, 4, 6, 8)


def test_what_a_person_decides_stands() -> None:
    pages = [B, "Timeliste", C, "", B]
    pieces, undecided = apart(pages, expect("16714", "16715"), {1: "16714", 3: "16715", 99: "16715"})
    assert (pieces, undecided) == ({"16714": (0, 1), "16715": (2, 3)}, (4,))


def test_the_terms_behind_every_paper_go_with_it() -> None:
    keys = ["16713", "16714", "16715", "16716"]
    papers = [[f"Fakturanr. {key}\nSide 1 av 1", "Vilkår", "Betaling innen 30 dager"] for key in keys]
    pages = [page for paper in papers for page in paper]
    whole = {key: (3 * at, 3 * at + 1, 3 * at + 2) for at, key in enumerate(keys)}
    assert apart(pages, expect(*keys)) == (whole, ())
    # In front of them all: it may belong to what follows. Behind two of them: it may be there by chance.
    assert apart(["Vilkår", *pages[:-2]], expect(*keys))[1] == (0, 2, 3, 5, 6, 8, 9)
    assert apart([papers[0][0], "Vilkår", papers[1][0], "Vilkår", papers[2][0]], expect(*keys))[1] == (1, 3)


def test_nothing_expected_decides_nothing() -> None:
    assert apart([B, "", C], {}) == ({}, (0, 1, 2))
    assert apart([], expect("16713")) == ({}, ())


# The law: each page exactly once, and what is decided is right

NAMES = ("Nordlys Bakeri AS", "Fjellheim Bygg AS", "Havgløtt ANS", "Kari Nordmann")
LABELS: Mapping[str, Callable[[str], str]] = {
    "beside": lambda number: f"{'':40}Fakturanr.: {number}",
    "apart": lambda number: f"{'':40}Fakturanr.        {number}",
    "below": lambda number: f"   Fakturanr.   Dato        Kundenr.\n   {number}        01.02.2024  10001",
    "title": lambda number: f"   Faktura {number}",
}
COUNTERS: Mapping[str, str] = {"words": "Side {0} av {1}", "bare": "{0}/{1}", "open": "Side {0}", "none": ""}


def money(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def a_paper(chance: random.Random, number: str, label: str, counter: str, keys: Sequence[str], *, repeats: bool):
    """Pages of one paper as text, with traps; and what the sheets say of it."""
    count = chance.choice((1, 1, 1, 2, 2, 3, 4))
    date = dt.date(2024, 1, 1) + dt.timedelta(days=chance.randrange(300))
    name = chance.choice(NAMES)
    total = Decimal(chance.choice((125_000, chance.randrange(1_000, 9_999_999)))) / 100
    pages = []
    for at in range(count):
        rows = ["   Fjordglott Rådgivning AS"]
        if at == 0:
            rows += [f"   {name}", LABELS[label](number), f"   Fakturadato {date:%d.%m.%Y}"]
            for trap, share in (("Kundenr. {}", 0.3), ("KID  {}", 0.3), ("Gjelder faktura {}", 0.2)):
                if chance.random() < share:
                    rows.append("   " + trap.format(chance.choice(keys)))
            if chance.random() < 0.1:
                rows += ["   Åpne poster", "   Fakturanr    Beløp"]
                rows += [f"   {chance.choice(keys)}    {money(Decimal(1250 + at))}" for at in range(2)]
        elif repeats:
            rows.append(f"   {'':40}Fakturanr. {number}")
        for hours in range(chance.randrange(2, 6)):
            rows.append(f"   Timer {chance.randrange(99)}     {hours}    {money(Decimal(chance.randrange(10**5)))}")
        if at == count - 1:
            rows.append(f"   Å betale      NOK {money(total)}")
        rows.append(f"   {'':50}" + COUNTERS[counter].format(at + 1, count))
        pages.append("\n".join(rows))
    return pages, Expected(number, date, (total, (total * 4 / 5).quantize(Decimal("0.01"))), "NOK", (name,))


def a_file(seed: int):
    """A file of papers with damage: its pages, whose each really is (None: nobody's), what is expected."""
    chance = random.Random(seed)
    first = chance.randrange(3_000, 90_000)
    numbers = list(dict.fromkeys(str(first + at * chance.choice((1, 1, 1, 7))) for at in range(chance.randrange(2, 9))))
    order = chance.choice(("up", "up", "down", "any"))
    numbers = numbers[::-1] if order == "down" else chance.sample(numbers, len(numbers)) if order == "any" else numbers
    style = (chance.choice(list(LABELS)), chance.choice(("words", *COUNTERS)))
    repeats = chance.random() < 0.5
    expected, file = {}, []
    for number in numbers:
        pages, expected[number] = a_paper(chance, number, *style, numbers, repeats=repeats)
        file += [(page, number) for page in pages]
    if chance.random() < 0.05:
        file.reverse()
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        if file:
            chance.choice(DAMAGE)(chance, file, chance.randrange(len(file)))
    if chance.random() < 0.2:
        expected.pop(chance.choice(numbers))  # a paper that no sheet knows
    expected[str(first + 500)] = Expected(str(first + 500))  # a row without a paper
    return look_of(*(page for page, _ in file)), [key if key in expected else None for _, key in file], expected


File = list[tuple[str, str | None]]


def lose(_: random.Random, file: File, at: int) -> None:
    del file[at]


def lose_a_sheet(_: random.Random, file: File, at: int) -> None:
    del file[at : at + 2]


def swap(_: random.Random, file: File, at: int) -> None:
    file[at - 1], file[at] = file[at], file[at - 1]


def move(chance: random.Random, file: File, at: int) -> None:
    page = file.pop(at)
    file.insert(chance.randrange(len(file) + 1), page)


def copy(chance: random.Random, file: File, at: int) -> None:
    file.insert(chance.randrange(len(file) + 1), file[at])


def copy_with_a_word(_: random.Random, file: File, at: int) -> None:
    file.insert(at, (file[at][0] + "\n KOPI", file[at][1]))


def scan(_: random.Random, file: File, at: int) -> None:
    file[at] = ("", file[at][1])


def insert(page: str) -> Callable[[random.Random, File, int], None]:
    return lambda _chance, file, at: file.insert(at, (page, None))


def remind(chance: random.Random, file: File, at: int) -> None:
    number = chance.choice([key for _, key in file if key] or ["1"])
    file.insert(at, (f"   Betalingspåminnelse\n   Fakturanr. {number}   1 250,00\n   Side 1 av 1", None))


DAMAGE = (
    lose, lose_a_sheet, swap, move, copy, copy_with_a_word, scan, remind, insert(BLANK), insert(""),
    insert("   Timeliste uke 12\n   Kari   7,5\n   Ola 3,0"), insert("   Vilkår\n   Betaling innen 30 dager"),
)  # fmt: skip


def assert_lawful(look: PdfLook, truth: Sequence[str | None], expected: Mapping[str, Expected]) -> int:
    """Every page once, nothing decided wrongly; the number of decided pages. A blank page may go along with any."""
    found = split(look, expected, shipped().page_words)
    told = [page for piece in found.pieces for page in piece.pages]
    assert sorted([*told, *found.undecided]) == list(range(len(look.pages)))
    wrong = [
        (page, piece.key, truth[page], piece.evidence)
        for piece in found.pieces
        for page in piece.pages
        if truth[page] != piece.key and page not in look.blank
    ]
    assert wrong == []
    return len(told)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.integers(0, 2**32))
def test_whatever_happens_to_a_file_nothing_decided_is_wrong(seed: int) -> None:
    assert_lawful(*a_file(seed))


@pytest.mark.slow
def test_nothing_decided_is_wrong_in_thousands_of_files() -> None:
    decided = pages = 0
    for seed in range(6_000):
        file = a_file(seed)
        decided += assert_lawful(*file)
        pages += len(file[1])
    assert decided > 0.7 * pages


# Real files


def assert_big_file_is_split(pages: int, seed: int = 1) -> None:
    """Damage in a file that is drawn for real: lost and changed pages, foreign, scanned and blank ones."""
    papers, order = pile(pages, seed)
    expected = {
        paper.number: Expected(paper.number, paper.date, sums(paper), "NOK", (paper.customer,)) for paper in papers
    }
    sound = draw(*papers)
    found = split(look_into(sound), expected, shipped().page_words)
    assert found.undecided == ()
    assert {piece.key: piece.pages for piece in found.pieces} == {
        paper.number: tuple(at for at, (owner, _) in enumerate(order) if owner == index)
        for index, paper in enumerate(papers)
    }
    chance = random.Random(seed)
    extra = (empty_page, scanned_page, written("Vilkår", "Betaling innen 30 dager"), written("Timeliste", "Kari  7,5"))
    left: list[int] = [page for page in range(pages) if chance.random() > 0.02]
    for at in range(1, len(left)):
        if chance.random() < 0.02:
            left[at - 1], left[at] = left[at], left[at - 1]
    for _ in range(pages // 40):
        left.insert(chance.randrange(len(left)), pages + chance.randrange(len(extra)))
    look = look_into(draw(*papers, *extra, only=left))
    truth = [papers[order[page][0]].number if page < pages else None for page in left]
    decided = assert_lawful(look, truth, expected)
    assert decided > 0.85 * pages


def test_a_big_file_is_split_right_in_spite_of_damage() -> None:
    assert_big_file_is_split(120)


@pytest.mark.slow
def test_a_file_of_1200_pages_is_split_right_in_spite_of_damage() -> None:
    assert_big_file_is_split(1200, seed=2)


def single_invoices(count: int) -> None:
    papers, _ = pile(count, 3)
    expected = {
        paper.number: Expected(paper.number, paper.date, sums(paper), "NOK", (paper.customer,)) for paper in papers
    }
    words = shipped().page_words
    for at, paper in enumerate(papers):
        look = look_into(draw(paper))
        other = expected[papers[at - 1].number]
        assert compare(look, expected[paper.number], expected, words) == ()
        assert [(one.what, one.found) for one in compare(look, other, expected, words)] == [("number", paper.number)]


def test_single_files_agree_with_their_own_row_and_with_no_other() -> None:
    single_invoices(12)


@pytest.mark.slow
def test_500_single_files_agree_with_their_own_row_and_with_no_other() -> None:
    single_invoices(500)


@pytest.mark.slow
def test_the_benchmark_puts_every_page_where_it_belongs() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "big_pdf.py"
    done = subprocess.run([sys.executable, script, "--pages", "60"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "every page decided is in its piece; 0 left for a person" in done.stdout


def test_the_files_that_come_out_say_what_they_are_called() -> None:
    papers, _ = pile(20, 4)
    data = draw(*papers)
    expected = {
        paper.number: Expected(paper.number, paper.date, sums(paper), "NOK", (paper.customer,)) for paper in papers
    }
    pieces = split(look_into(data), expected, shipped().page_words).pieces
    for piece, file in zip(pieces, cut(data, [piece.pages for piece in pieces]), strict=True):
        look = look_into(file)
        assert len(look.pages) == len(piece.pages)
        assert compare(look, expected[piece.key], expected, shipped().page_words) == ()
