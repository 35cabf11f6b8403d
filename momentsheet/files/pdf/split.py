"""One file with many papers → which pages belong together, and to whom; only what the pages themselves prove.

A page is given to a number where all that stands on it agrees, and nothing beside it speaks for another one. All other
pages are left for a person: a page in the wrong file is worse than one that somebody must look at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import ChainMap, Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Literal

from momentsheet.files.pdf.compare import Expected
from momentsheet.files.pdf.look import PdfLook
from momentsheet.files.pdf.signs import Signs, by_number, label_pattern, signs_of
from momentsheet.files.pdf.values import days_in, name_words, stands, sums_in, words_of
from momentsheet.model.page_words import PageWords

Evidence = Literal["decided", "number", "counter", "mention", "amount", "name_and_date", "appendix", "blank"]

DIGITS = re.compile(r"\d+")
NATURAL = re.compile(r"(\d+)")
LEAST_FIGURES = 5  # groups of digits on two pages by which one is known as a copy of the other
IN_ORDER = 0.9  # share of neighbours that rise (or fall) from which the file counts as sorted
LEAST_NEIGHBOURS = 3
LEAST_APPENDICES = 3  # times that a page must stand there to be no chance
NEARLY_EVERY = 0.9  # share of the papers
SLACK = 3  # absent keys on both sides of a page's place that count, too, where some papers lie out of order


@dataclass(frozen=True, slots=True)
class Piece:
    """Pages (from 0) of one key, in the order of their counters where they have some, and why.

    `missing` are page numbers that the counters promise and that are not there: the piece is not whole.
    """

    key: str
    pages: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Pieces in the order of their first pages, and pages that nobody can decide; each page stands exactly once."""

    pieces: tuple[Piece, ...]
    undecided: tuple[int, ...]


def split(
    look: PdfLook, expected: Mapping[str, Expected], words: PageWords, decisions: Mapping[int, str] | None = None
) -> Split:
    """Which pages belong together; `decisions` (page → key) are a person's, and stand."""
    book = _Book(look, expected, words)
    owners = _named(book)
    decided = {page: key for page, key in (decisions or {}).items() if 0 <= page < len(look.pages)}
    owners.update({page: _Owner(key, "decided") for page, key in decided.items()})
    _continue(book, owners)
    for key, pages in _by_key(owners).items():
        for page in _doubtful(book, owners, key, pages):
            del owners[page]
    _add_appendices(book, owners)
    _add_blank(book, owners)
    return _put_together(book, owners)


# Private functions


@dataclass(frozen=True, slots=True)
class _Owner:
    key: str
    why: Evidence


@dataclass
class _Book:
    """All pages with what they say, read once."""

    look: PdfLook
    expected: Mapping[str, Expected]
    words: PageWords
    signs: list[Signs] = field(init=False)
    counters: list[tuple[int, int | None] | None] = field(init=False)
    _proved: dict[int, frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        known = by_number(self.expected)
        self.signs = [signs_of(page, known, self.words) for page in self.look.pages]
        counters = [signs.counter for signs in self.signs]
        self.counters = [None] * len(counters) if self._counts_whole_file(counters) else counters

    @property
    def pages(self) -> Sequence[str]:
        return self.look.pages

    @cached_property
    def _total(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{label_pattern(self.words.totals)})(?!\w)", re.IGNORECASE)

    @cached_property
    def _keys_by_sum(self) -> Mapping[Decimal, frozenset[str]]:
        """Amount → keys that have it."""
        found: defaultdict[Decimal, set[str]] = defaultdict(set)
        for key, expected in self.expected.items():
            for amount in expected.amounts:
                if amount:
                    found[abs(amount)].add(key)
        return {amount: frozenset(keys) for amount, keys in found.items()}

    def keys_proved_by_sums(self, page: int) -> frozenset[str]:
        """Keys with an amount on the page that no other one has."""
        if page not in self._proved:
            found = (self._keys_by_sum.get(one, frozenset()) for one in sums_in(self.pages[page]))
            self._proved[page] = frozenset().union(*(keys for keys in found if len(keys) == 1))
        return self._proved[page]

    def keys_spoken_for(self, page: int) -> frozenset[str]:
        """Keys for which anything on the page speaks, if only weakly."""
        return self.keys_proved_by_sums(page) | self.signs[page].spoken_of

    def keys_of_totals(self, page: int) -> frozenset[str]:
        """Keys whose amount, and no other one's, stands beside a word for what is to be paid."""
        proved = self.keys_proved_by_sums(page)
        if not proved:
            return proved
        lines = [line for line in self.pages[page].split("\n") if self._total.search(line)]
        return proved & frozenset().union(*(self._keys_by_sum.get(one, ()) for line in lines for one in sums_in(line)))

    def has_name_and_date(self, page: int, key: str) -> bool:
        """Whether the page bears both the name and the date that belong to a key."""
        expected = self.expected.get(key)
        if expected is None or expected.date is None or not expected.names:
            return False
        text = self.pages[page]
        if not any(expected.date in day.days for day in days_in(text)):
            return False
        words = words_of(text)
        return any(stands(name_words(name, self.words.legal_forms), words) for name in expected.names)

    def _counts_whole_file(self, counters: Sequence[tuple[int, int | None] | None]) -> bool:
        """Whether the numbers run through the whole file, over the borders between papers."""
        runs = starts = 0
        for page in range(1, len(counters)):
            before, here = counters[page - 1], counters[page]
            mine, theirs = self.signs[page].keys, self.signs[page - 1].keys
            if before and here and mine and theirs and not mine & theirs:
                runs += here[0] == before[0] + 1 and here[1] == before[1]
                starts += here[0] == 1
        return runs > starts


def _named(book: _Book) -> dict[int, _Owner]:
    """Pages that bear one number beside a label, and no other."""
    return {
        page: _Owner(next(iter(signs.keys)), "number")
        for page, signs in enumerate(book.signs)
        if len(signs.keys) == 1 and not signs.strangers and not signs.is_other_paper
    }


def _by_key(owners: Mapping[int, _Owner]) -> Mapping[str, list[int]]:
    """Key → its pages, rising."""
    pages: defaultdict[str, list[int]] = defaultdict(list)
    for page in sorted(owners):
        pages[owners[page].key].append(page)
    return pages


def _continue(book: _Book, owners: dict[int, _Owner]) -> None:
    """Pages without a number that go on with a page beside them."""
    absent = _Absent(book, owners)
    is_in_order = _lies_in_order(book, owners)
    unsure: set[int] = set()
    while True:
        claims: dict[int, _Owner] = {}
        for step in (-1, 1):
            pages = range(len(book.pages))
            for page in pages if step < 0 else reversed(pages):
                by_counter = is_in_order and page not in unsure
                owner = _claim(book, ChainMap(claims, owners), absent, page, step, by_counter=by_counter)
                if owner:
                    claims[page] = owner
        together = {**owners, **claims}
        gaps = _gaps(book, together)
        disputed = {page for page, mine in claims.items() if mine.why == "counter" and page not in unsure}
        have = {key: {book.counters[page] for page in pages} for key, pages in _by_key(together).items()}
        disputed = {
            page for page in disputed if book.counters[page] in gaps or _is_disputed(book, together, have, page)
        }
        if not disputed:
            owners.update(claims)
            return
        unsure |= disputed


def _lies_in_order(book: _Book, owners: Mapping[int, _Owner]) -> bool:
    """Whether the pages of a paper lie first page first. Of a turned pile, counters alone would join the wrong ones."""
    counted = [(page, counter) for page, counter in enumerate(book.counters) if counter]
    forward = backward = 0
    for (page, (number, total)), (further, (next_number, next_total)) in pairwise(counted):
        forward += number == total and next_number == 1
        backward += number == 1 and next_number == next_total
        if page in owners and further in owners and owners[page].key == owners[further].key:
            forward += 2 * (number < next_number)
            backward += 2 * (number > next_number)
    if counted:
        first, last = counted[0][1], counted[-1][1]
        forward += (first[0] == 1) + (last[0] == last[1] != 1)
        backward += (first[0] == first[1] != 1) + (last[0] == 1 != last[1])
    return forward > backward


def _claim(
    book: _Book, owners: Mapping[int, _Owner], absent: _Absent, page: int, step: int, *, by_counter: bool
) -> _Owner | None:
    """Whose page it is, if it goes on with its neighbour on one side; None where that is not sure."""
    beside = _neighbour(book, page, step)
    if page in owners or beside is None:
        return None
    if not book.pages[beside] and beside not in owners:  # a picture: what goes on beyond it needs a proof
        beside, by_counter = next((near for near in _further(book, beside, step) if book.pages[near]), beside), False
    if beside not in owners:
        return None
    key = owners[beside].key
    fit = _fits(book.counters[beside], book.counters[page], step)
    if not _may_be(book, page, key) or fit == "against" or (step > 0 and fit != "next"):
        return None
    missing = absent.between(page)
    opposite = _neighbour(book, page, -step)
    rival = owners[opposite].key if opposite is not None and opposite in owners else key
    if any(other in missing or other == rival != key for other in book.keys_spoken_for(page)):
        return None
    proof = _proof(book, page, key)
    if proof == "amount" and fit == "open" and key in book.keys_proved_by_sums(beside):
        proof = None  # the paper beside has its total already
    if proof and not (proof == "name_and_date" and (missing or rival != key)):
        return _Owner(key, proof)
    if fit != "next" or book.keys_of_totals(page) - {key}:
        return None
    counter = book.counters[page]
    is_whole = counter is not None and counter[1] is not None
    if (by_counter and is_whole and not missing) or _is_proved_further(book, owners, page, key, -step):
        return _Owner(key, "counter")
    return None


def _may_be(book: _Book, page: int, key: str) -> bool:
    """Whether there is text, and no number of others beside a label."""
    signs = book.signs[page]
    return bool(book.pages[page]) and not signs.is_other_paper and not signs.strangers and signs.keys <= {key}


def _proof(book: _Book, page: int, key: str) -> Evidence | None:
    """What on the page itself speaks for that key alone."""
    if book.signs[page].spoken_of == {key}:
        return "mention"
    if key in book.keys_proved_by_sums(page):
        return "amount"
    return "name_and_date" if book.has_name_and_date(page, key) else None


def _is_proved_further(book: _Book, owners: Mapping[int, _Owner], page: int, key: str, step: int) -> bool:
    """Whether the counters lead on without a gap to a page that is proved to be of that key."""
    here, further = page, _neighbour(book, page, step)
    while further is not None and _fits(book.counters[here], book.counters[further], -step) == "next":
        if further in owners:
            return owners[further].key == key
        if not _may_be(book, further, key):
            return False
        if _proof(book, further, key) in {"mention", "amount"}:
            return True
        here, further = further, _neighbour(book, further, step)
    return False


def _gaps(book: _Book, owners: Mapping[int, _Owner]) -> set[tuple[int, int | None]]:
    """Counters of pages that are plainly gone from their place: the page behind the gap is nobody's."""
    gaps: set[tuple[int, int | None]] = set()
    for page in owners:
        further = _neighbour(book, page, 1)
        here, there = book.counters[page], None if further is None or further in owners else book.counters[further]
        if here and there and here[1] == there[1]:
            gaps |= {(number, here[1]) for number in range(here[0] + 1, there[0])}
    return gaps


def _is_disputed(
    book: _Book, owners: Mapping[int, _Owner], have: Mapping[str, Container[tuple[int, int | None] | None]], page: int
) -> bool:
    """Whether a page that only its counter joins may belong to another paper close by, which lacks just that page.

    Two pages that changed places look like that: the page waits behind, or another paper before lacks it.
    """
    key, counter = owners[page].key, book.counters[page]
    if counter is None:
        return False
    number, total = counter
    for step in (-1, 1):
        near: int | None = page
        while near is not None and (near not in owners or owners[near].key == key):
            near = _neighbour(book, near, step)
            if near is None or near in owners:
                continue
            if book.counters[near] == ((number, total) if step > 0 else (number - 1, total)):
                return True
            if step < 0 and book.counters[near] == counter:
                near = None  # what the paper before it lacks lies there
        if near is not None and step < 0:
            theirs = book.counters[near]
            if theirs and theirs[1] == total and counter not in have[owners[near].key]:
                return True
    return False


def _further(book: _Book, page: int, step: int) -> Iterator[int]:
    """The pages on that side, on which something can be seen."""
    further = _neighbour(book, page, step)
    while further is not None:
        yield further
        further = _neighbour(book, further, step)


def _neighbour(book: _Book, page: int, step: int) -> int | None:
    """The next page on that side on which something can be seen."""
    page += step
    while 0 <= page < len(book.pages):
        if page not in book.look.blank:
            return page
        page += step
    return None


def _fits(
    beside: tuple[int, int | None] | None, here: tuple[int, int | None] | None, step: int
) -> Literal["next", "open", "against"]:
    """Whether the counter of a page goes on from its neighbour's (step -1: the neighbour stands before it).

    `next`: it is the very next one; `open`: the counters do not say.
    """
    if beside is not None and step < 0 and beside[0] == beside[1]:
        return "against"  # the paper beside ends there
    if here is not None and step < 0 and here[0] == 1:
        return "against"
    if here is None or beside is None:
        return "open"
    if here[1] != beside[1]:
        return "against"
    if here[0] == beside[0] - step:
        return "next"
    # A gap is believed only where both say how many pages there are.
    return "open" if here[1] and (here[0] - beside[0]) * -step > 0 else "against"


class _Absent:
    """Keys that are expected and have no page of their own; in a sorted file, each has its place."""

    def __init__(self, book: _Book, owners: Mapping[int, _Owner]) -> None:
        self._owners = owners
        self._pages = sorted(owners)
        keys = [owners[page].key for page in self._pages]
        present = set(keys)
        self._absent = sorted((key for key in book.expected if key not in present), key=_natural)
        self._all = frozenset(self._absent)
        self._orders = [_natural(key) for key in self._absent]
        pairs = [(_natural(one), _natural(two)) for one, two in pairwise(keys) if one != two]
        rising = sum(one < two for one, two in pairs)
        self._is_rising = len(pairs) >= LEAST_NEIGHBOURS and rising >= IN_ORDER * len(pairs)
        self._is_falling = len(pairs) >= LEAST_NEIGHBOURS and rising <= (1 - IN_ORDER) * len(pairs)
        self._slack = 0 if rising in {0, len(pairs)} else SLACK
        self._named = {page: keys[index] for index, page in enumerate(self._pages)}

    def between(self, page: int) -> frozenset[str]:
        """The absent keys that a page at that place might belong to."""
        if not (self._is_rising or self._is_falling):
            return self._all
        at = bisect_left(self._pages, page)
        before = self._named[self._pages[at - 1]] if at else None
        behind = self._named[self._pages[at]] if at < len(self._pages) else None
        low, high = (before, behind) if self._is_rising else (behind, before)
        start = bisect_left(self._orders, _natural(low)) if low is not None else 0
        end = bisect_left(self._orders, _natural(high)) if high is not None else len(self._orders)
        return frozenset(self._absent[max(0, start - self._slack) : end + self._slack])


def _natural(key: str) -> tuple[tuple[int, str], ...]:
    """Sorts 9 before 10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in NATURAL.split(key) if part)


def _doubtful(book: _Book, owners: Mapping[int, _Owner], key: str, pages: Sequence[int]) -> Iterator[int]:
    """Pages of a key that do not go together: second copies, and all of them where nobody can say which is meant."""
    # A page that a person has added makes none of those doubtful that were sure without it.
    mine = [page for page in pages if owners[page].why != "decided"]
    first: dict[str, int] = {}
    copies = {page for page in mine if first.setdefault(book.pages[page], page) != page}
    yield from copies
    rest = [page for page in mine if page not in copies]
    counters = [book.counters[page] for page in rest]
    numbers = [counter[0] for counter in counters if counter]
    totals = {counter[1] for counter in counters if counter}
    is_counted = len(numbers) == len(rest) and None not in totals
    whole = min((total for total in totals if total), default=None)
    is_crowded = whole is not None and sum(bool(book.pages[page]) for page in rest) > whole
    is_torn = not is_counted and not _is_in_one_run(book, owners, key, rest)
    is_twice = len(numbers) > len(set(numbers)) or len(totals) > 1 or is_crowded or _has_likeness(book, rest)
    if is_twice or is_torn or _is_cut_short(book, owners, key, rest):
        yield from rest


def _is_cut_short(book: _Book, owners: Mapping[int, _Owner], key: str, pages: Sequence[int]) -> bool:
    """Whether no amount of the paper stands on its pages, and a page that is nobody's follows: it may go on there."""
    if not pages or all(counter and counter[1] for counter in (book.counters[page] for page in pages)):
        return False  # the counters say whether it is whole
    further = _neighbour(book, pages[-1], 1)
    if further is None or further in owners or not _may_be(book, further, key):
        return False
    amounts = {abs(amount) for amount in book.expected[key].amounts if amount} if key in book.expected else set()
    return bool(amounts) and not any(amounts & sums_in(book.pages[page]) for page in pages)


def _is_in_one_run(book: _Book, owners: Mapping[int, _Owner], key: str, pages: Sequence[int]) -> bool:
    """Whether nothing but blank pages, and pages that a person placed, stands between the pages of a key."""
    own = [page for page in pages if owners[page].why != "decided"]
    return not own or all(
        page in book.look.blank or (page in owners and owners[page].key == key) for page in range(own[0], own[-1] + 1)
    )


def _has_likeness(book: _Book, pages: Sequence[int]) -> bool:
    """Whether two pages differ in words only: a paper and its copy with «copy» on it."""
    figures = [tuple(sorted(DIGITS.findall(book.pages[page]))) for page in pages]
    return any(count > 1 and len(digits) >= LEAST_FIGURES for digits, count in Counter(figures).items())


def _add_appendices(book: _Book, owners: dict[int, _Owner]) -> None:
    """A page that says nothing of its own and stands behind nearly every paper, always the same: terms of payment."""
    same: defaultdict[str, list[int]] = defaultdict(list)
    for page, signs in enumerate(book.signs):
        if page not in owners and signs == Signs() and book.pages[page]:
            same[book.pages[page]].append(page)
    papers = len({owner.key for owner in owners.values()})
    for pages in same.values():
        before = {page: _neighbour(book, page, -1) for page in pages}
        behind = {page: owners[near].key for page, near in before.items() if near in owners}
        is_general = len(set(behind.values())) == len(behind) >= max(LEAST_APPENDICES, NEARLY_EVERY * papers)
        if is_general and None not in before.values():
            owners.update({page: _Owner(key, "appendix") for page, key in behind.items()})


def _add_blank(book: _Book, owners: dict[int, _Owner]) -> None:
    """A page on which nothing can be seen goes with the page before it."""
    for page in book.look.blank:
        if page not in owners and page - 1 in owners:
            owners[page] = _Owner(owners[page - 1].key, "blank")


def _put_together(book: _Book, owners: Mapping[int, _Owner]) -> Split:
    pieces = tuple(_piece(book, owners, key, own) for key, own in _by_key(owners).items())
    undecided = tuple(page for page in range(len(book.pages)) if page not in owners)
    told = sorted([*undecided, *(page for piece in pieces for page in piece.pages)])
    assert told == list(range(len(book.pages))), "every page exactly once"
    return Split(pieces, undecided)


def _piece(book: _Book, owners: Mapping[int, _Owner], key: str, pages: Sequence[int]) -> Piece:
    evidence = tuple(dict.fromkeys(owners[page].why for page in pages))
    ranks: dict[int, int] = {}
    rank = 0
    for page in pages:  # what has no counter stays behind the page before it
        counter = book.counters[page]
        rank = counter[0] if counter else rank
        ranks[page] = rank
    counted = {counter[0]: counter[1] for page in pages if (counter := book.counters[page])}
    totals = {total for total in counted.values() if total}
    whole = max(totals) if len(totals) == 1 else 0
    # Without a number of pages, only what lies before the last one can be known to be missing.
    last = max(whole, max(counted, default=0))
    missing = tuple(number for number in range(1, last + 1) if counted and number not in counted)
    return Piece(key, tuple(sorted(pages, key=lambda page: (ranks[page], page))), evidence, missing)
