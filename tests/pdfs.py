"""Invoices as PDF, drawn with reportlab: several layouts and languages, the same bytes for the same data."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
LEFT, RIGHT = 56, WIDTH - 56
INK, GREY, LINE = HexColor("#1f2933"), HexColor("#6b7785"), HexColor("#d5dbe1")
ROWS_FIRST, ROWS_NEXT = 18, 30  # lines of a paper on its first page, and on each further one
CENT = Decimal("0.01")

WORDS = {
    "nb": {
        "invoice": "Faktura", "credit": "Kreditnota", "number": "Fakturanr.", "credit_number": "Kreditnotanr.",
        "date": "Fakturadato", "due": "Forfallsdato", "customer": "Kundenr.", "kid": "KID",
        "credits": "Gjelder faktura",
        "text": "Beskrivelse", "hours": "Antall", "price": "Pris", "sum": "Beløp", "net": "Sum eks. mva", "vat": "Mva",
        "total": "Å betale", "page": "Side {0} av {1}", "carried": "Overføres til neste side",
    },
    "en": {
        "invoice": "Invoice", "credit": "Credit note", "number": "Invoice no.", "credit_number": "Credit note no.",
        "date": "Invoice date", "due": "Due date", "customer": "Customer no.", "kid": "Payment reference",
        "credits": "Credits invoice", "text": "Description", "hours": "Quantity", "price": "Price", "sum": "Amount",
        "net": "Total excl. VAT", "vat": "VAT", "total": "Amount due", "page": "Page {0} of {1}",
        "carried": "Carried forward",
    },
    "sv": {
        "invoice": "Faktura", "credit": "Kreditfaktura", "number": "Fakturanummer",
        "credit_number": "Kreditfakturanummer",
        "date": "Fakturadatum", "due": "Förfallodatum", "customer": "Kundnr", "kid": "OCR", "credits": "Avser faktura",
        "text": "Beskrivning", "hours": "Antal", "price": "Pris", "sum": "Belopp", "net": "Summa exkl. moms",
        "vat": "Moms", "total": "Att betala", "page": "Sida {0} av {1}", "carried": "Transport",
    },
    "da": {
        "invoice": "Faktura", "credit": "Kreditnota", "number": "Fakturanummer", "credit_number": "Kreditnotanummer",
        "date": "Fakturadato", "due": "Forfaldsdato", "customer": "Kundenr.", "kid": "Betalings-id",
        "credits": "Vedrører faktura", "text": "Beskrivelse", "hours": "Antal", "price": "Pris", "sum": "Beløb",
        "net": "I alt ekskl. moms", "vat": "Moms", "total": "At betale", "page": "Side {0} af {1}",
        "carried": "Overføres",
    },
}  # fmt: skip
MONTHS = {
    "nb": (
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "sv": (
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "da": (
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ),
}
TEXTS = {
    "nb": ["Rådgivning", "Prosjektmøte", "Gjennomgang av tegninger", "Befaring", "Rapport", "Kontroll på byggeplass"],
    "en": ["Advice", "Project meeting", "Review of drawings", "Site visit", "Report", "Inspection"],
    "sv": ["Rådgivning", "Projektmöte", "Granskning av ritningar", "Besök", "Rapport", "Kontroll"],
    "da": ["Rådgivning", "Projektmøde", "Gennemgang af tegninger", "Besigtigelse", "Rapport", "Tilsyn"],
}


CUSTOMERS = ("Nordlys Bakeri AS", "Fjellheim Bygg AS", "Havgløtt ANS", "Kari Nordmann")


@dataclass(frozen=True)
class Paper:
    """One invoice or credit note. `total` and `net` are what the sheet says; None: what the lines add up to."""

    number: str
    date: dt.date
    customer: str
    lines: tuple[tuple[str, Decimal, Decimal], ...]  # text, hours, price
    customer_number: str = "10001"
    address: tuple[str, ...] = ("Storgata 1", "0155 Oslo")
    due: dt.date | None = None
    vat: Decimal = Decimal(25)
    net: Decimal | None = None
    total: Decimal | None = None
    currency: str = "NOK"
    credits: str | None = None  # number of the paper that a credit note is about
    is_credit: bool = False
    kid: str = ""
    seller: str = "Fjordglott Rådgivning AS"
    language: str = "nb"
    layout: str = "right"  # see LAYOUTS
    counters: str = "words"  # "words": Side 1 av 3; "bare": 1/3; "": none
    is_numbered_throughout: bool = True  # further pages bear the number, too

    @property
    def pages(self) -> int:
        rest = max(0, len(self.lines) - ROWS_FIRST)
        return 1 + -(-rest // ROWS_NEXT)


def lines(count: int, language: str = "nb", price: str = "1250") -> tuple[tuple[str, Decimal, Decimal], ...]:
    """So many lines of work, each with another text and number of hours."""
    texts = TEXTS[language]
    return tuple(
        (f"{texts[i % len(texts)]} {i + 1}", Decimal(i % 7 + 1) + Decimal("0.5") * (i % 2), Decimal(price))
        for i in range(count)
    )


def sums(paper: Paper) -> tuple[Decimal, Decimal]:
    """Without VAT and with it; negative for credit notes, as in the sheets."""
    net = sum((hours * price for _, hours, price in paper.lines), Decimal(0)).quantize(CENT)
    if paper.is_credit:
        net = -net
    net = paper.net if paper.net is not None else net
    total = paper.total if paper.total is not None else (net * (100 + paper.vat) / 100).quantize(CENT)
    return net, total


def pile(pages: int, seed: int) -> tuple[list[Paper], list[tuple[int, int]]]:
    """Papers with that many pages together, in all layouts and languages; and (paper, its page) of each page."""
    chance = random.Random(seed)
    papers: list[Paper] = []
    order: list[tuple[int, int]] = []
    while len(order) < pages:
        language = chance.choice(list(WORDS))
        most = ROWS_FIRST + ROWS_NEXT * (pages - len(order) - 1)
        number = 16000 + len(papers)
        paper = Paper(
            str(number),
            dt.date(2024, 1, 1) + dt.timedelta(days=len(papers) // 3),
            CUSTOMERS[len(papers) % len(CUSTOMERS)],
            lines(min(chance.choice((2, 6, 15, 24, 45, 60)), most), language, price=str(700 + chance.randrange(900))),
            language=language,
            layout=chance.choice(list(LAYOUTS)),
            is_numbered_throughout=chance.random() < 0.5,
            kid=f"00{number}00017",
        )
        order += [(len(papers), at) for at in range(paper.pages)]
        papers.append(paper)
    return papers, order


def draw(*papers: Paper | Callable[[Canvas], None], only: Iterable[int] | None = None) -> bytes:
    """One PDF with these papers one after the other; what is callable draws a page of its own.

    `only` chooses and orders pages (0-based) of all that would be drawn: how pages get lost, or turned round.
    """
    pages: list[Callable[[Canvas], None]] = []
    for paper in papers:
        if isinstance(paper, Paper):
            pages.extend(_page(paper, index) for index in range(paper.pages))
        else:
            pages.append(paper)
    stream = io.BytesIO()
    canvas = _canvas(stream)
    for index in only if only is not None else range(len(pages)):
        pages[index](canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def written(*texts: str) -> Callable[[Canvas], None]:
    """A page with these lines and nothing else."""

    def page(canvas: Canvas) -> None:
        for index, text in enumerate(texts):
            _say(canvas, LEFT, HEIGHT - 80 - 16 * index, text)

    return page


def empty_page(_canvas: Canvas) -> None:
    """A page with nothing on it."""


def scanned_page(canvas: Canvas) -> None:
    """A page that is a picture: something to see, and no text."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = Image.new("L", (200, 280), 250)
    for top in range(30, 240, 14):
        picture.paste(90, (24, top, 60 + top * 53 % 120, top + 5))
    canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)


def amount(value: Decimal, language: str) -> str:
    """As people of that country write amounts."""
    text = f"{value:,.2f}"
    if language == "en":
        return text
    thousands = {"nb": "\u00a0", "sv": " ", "da": "."}[language]
    return text.replace(",", "_").replace(".", ",").replace("_", thousands)


def written_date(day: dt.date, language: str, *, in_words: bool = False) -> str:
    """As people of that country write dates."""
    if in_words:
        month = MONTHS[language][day.month - 1]
        return f"{month} {day.day}, {day.year}" if language == "en" else f"{day.day}. {month} {day.year}"
    return day.isoformat() if language == "sv" else day.strftime("%d.%m.%Y")


# Private functions


def _canvas(stream: io.BytesIO) -> Canvas:
    fonts = Path(reportlab.__file__).parent / "fonts"
    for name, file in (("Text", "Vera.ttf"), ("Bold", "VeraBd.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, fonts / file))
    canvas = Canvas(stream, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Papers")
    return canvas


def _say(
    canvas: Canvas, x: float, y: float, text: str, font: str = "Text", size: float = 9, *, end: bool = False
) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(INK)
    (canvas.drawRightString if end else canvas.drawString)(x, y, text)


def _page(paper: Paper, index: int) -> Callable[[Canvas], None]:
    def page(canvas: Canvas) -> None:
        words = WORDS[paper.language]
        top = HEIGHT - 60
        if index == 0:
            top = LAYOUTS[paper.layout](canvas, paper, words)
        elif paper.is_numbered_throughout:
            _say(canvas, LEFT, top, paper.seller, "Bold")
            label = words["credit_number" if paper.is_credit else "number"]
            _say(canvas, RIGHT, top, f"{label} {paper.number}", end=True)
            top -= 40
        else:
            _say(canvas, LEFT, top, paper.seller, "Bold")
            top -= 40
        _table(canvas, paper, words, index, top)
        if paper.counters:
            text = words["page"] if paper.counters == "words" else "{0}/{1}"
            _say(canvas, RIGHT, 40, text.format(index + 1, paper.pages), size=8, end=True)
        _say(canvas, LEFT, 40, f"{paper.seller}  ·  Org.nr. 987 654 325", size=7)

    return page


def _facts(paper: Paper, words: dict[str, str]) -> list[tuple[str, str]]:
    facts = [
        (words["credit_number" if paper.is_credit else "number"], paper.number),
        (words["date"], written_date(paper.date, paper.language, in_words=paper.layout == "words")),
        (words["due"], written_date(paper.due or paper.date + dt.timedelta(days=30), paper.language)),
        (words["customer"], paper.customer_number),
    ]
    if paper.kid:
        facts.append((words["kid"], paper.kid))
    if paper.credits:
        facts.append((words["credits"], paper.credits))
    return facts


def _head(canvas: Canvas, paper: Paper, words: dict[str, str]) -> None:
    _say(canvas, LEFT, HEIGHT - 64, paper.seller, "Bold", 12)
    for index, text in enumerate((paper.customer, *paper.address)):
        _say(canvas, LEFT, HEIGHT - 130 - 13 * index, text)


def _right(canvas: Canvas, paper: Paper, words: dict[str, str]) -> float:
    """Facts at the top right, label and value side by side."""
    _head(canvas, paper, words)
    _say(canvas, RIGHT, HEIGHT - 64, words["credit" if paper.is_credit else "invoice"], "Bold", 16, end=True)
    for index, (label, value) in enumerate(_facts(paper, words)):
        _say(canvas, 350, HEIGHT - 100 - 14 * index, label)
        _say(canvas, RIGHT, HEIGHT - 100 - 14 * index, value, end=True)
    return HEIGHT - 220


def _title(canvas: Canvas, paper: Paper, words: dict[str, str]) -> float:
    """The number in the title only: «Faktura 16713»."""
    _head(canvas, paper, words)
    kind = words["credit" if paper.is_credit else "invoice"]
    _say(canvas, LEFT, HEIGHT - 200, f"{kind} {paper.number}", "Bold", 15)
    for index, (label, value) in enumerate(_facts(paper, words)[1:]):
        _say(canvas, 350, HEIGHT - 130 - 14 * index, f"{label}: {value}")
    return HEIGHT - 235


def _columns(canvas: Canvas, paper: Paper, words: dict[str, str]) -> float:
    """A row of labels with a row of values below."""
    _head(canvas, paper, words)
    _say(canvas, LEFT, HEIGHT - 195, words["credit" if paper.is_credit else "invoice"], "Bold", 15)
    for index, (label, value) in enumerate(_facts(paper, words)):
        _say(canvas, LEFT + 84 * index, HEIGHT - 220, label, size=7.5)
        _say(canvas, LEFT + 84 * index, HEIGHT - 232, value)
    return HEIGHT - 255


def _middle(canvas: Canvas, paper: Paper, words: dict[str, str]) -> float:
    """All values are drawn before all labels: the order in the file is not the order for the eye."""
    facts = _facts(paper, words)
    for index, (_, value) in enumerate(facts):
        _say(canvas, 330, HEIGHT - 100 - 14 * index, value)
    for index, (label, _) in enumerate(facts):
        _say(canvas, 220, HEIGHT - 100 - 14 * index, f"{label}:")
    _head(canvas, paper, words)
    _say(canvas, RIGHT, HEIGHT - 64, words["credit" if paper.is_credit else "invoice"], "Bold", 16, end=True)
    return HEIGHT - 220


LAYOUTS: dict[str, Callable[[Canvas, Paper, dict[str, str]], float]] = {
    "right": _right,
    "words": _right,
    "title": _title,
    "columns": _columns,
    "middle": _middle,
}


def _table(canvas: Canvas, paper: Paper, words: dict[str, str], index: int, top: float) -> None:
    start = 0 if index == 0 else ROWS_FIRST + ROWS_NEXT * (index - 1)
    rows: Sequence[tuple[str, Decimal, Decimal]] = paper.lines[start : start + (ROWS_NEXT if index else ROWS_FIRST)]
    ends = (360, 440, RIGHT)
    _say(canvas, LEFT, top, words["text"], "Bold", 8)
    for x, name in zip(ends, ("hours", "price", "sum"), strict=True):
        _say(canvas, x, top, words[name], "Bold", 8, end=True)
    canvas.setStrokeColor(LINE)
    canvas.line(LEFT, top - 5, RIGHT, top - 5)
    for text, hours, price in rows:
        top -= 17
        _say(canvas, LEFT, top, text)
        for x, value in zip(ends, (hours, price, hours * price), strict=True):
            _say(canvas, x, top, amount(value, paper.language), end=True)
    top -= 12
    canvas.line(LEFT, top, RIGHT, top)
    if index + 1 < paper.pages:
        _say(canvas, RIGHT, top - 16, words["carried"], size=8, end=True)
        return
    net, total = sums(paper)
    for label, value, font in (("net", net, "Text"), ("vat", total - net, "Text"), ("total", total, "Bold")):
        top -= 17
        _say(canvas, 340, top, words[label], font)
        _say(canvas, RIGHT, top, f"{paper.currency} {amount(value, paper.language)}", font, end=True)
