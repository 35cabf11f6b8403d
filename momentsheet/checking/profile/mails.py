"""How e-mail addresses are built: domains, first.last@ or initials@, private mailboxes, several in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from momentsheet.checking.fold import clean_text
from momentsheet.checking.identifiers import InvalidIdentifier, read_email
from momentsheet.checking.profile.grids import Grid, GridColumn
from momentsheet.checking.profile.odd import oddities
from momentsheet.model.profile import Counted, MailProfile, Oddity
from momentsheet.model.workbook import Kind

PRIVATE, SHARED = "private_mail", "shared_mailbox"  # fact tables
MOST_DOMAINS = 10
_OWN = 0.5  # share of the commonest domain from which it is the company's own
_USUAL = 0.6  # share of the commonest style from which the others are odd
_LEAST = 5
_PARTS = re.compile(r"[;,\s]+")
_PLAIN = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,}", re.IGNORECASE | re.ASCII)
_STYLES = (
    ("first_last", re.compile(r"[^\W\d_]{2,}(?:[._-][^\W\d_]+)+")),
    ("initial_last", re.compile(r"[^\W\d_][._-][^\W\d_]{2,}")),
    ("initials", re.compile(r"[^\W\d_]{1,3}")),
    ("one_word", re.compile(r"[^\W\d_]{4,}")),
    ("digits", re.compile(r"[\w.-]*\d[\w.-]*")),
)


def mails_of(
    grid: Grid, column: GridColumn, private: Collection[str], shared: Collection[str]
) -> tuple[MailProfile, list[Oddity]]:
    """The addresses of a column, and the cells that are unlike the others."""
    split = [_addresses(clean_text(raw.text)[0]) if raw.kind is Kind.TEXT else [] for raw in column.values.raws]
    good = [[address for address in addresses if address] for addresses in split]
    counts = column.values.counts.tolist()
    cells: Counter[str] = Counter()
    for addresses, count in zip(good, counts, strict=True):
        for address in addresses:
            cells[address] += count
    domains: Counter[str] = Counter()
    styles: Counter[str] = Counter()
    usual: Counter[str] = Counter()
    for address, count in cells.items():
        domains[address.partition("@")[2]] += count
        styles[_style(address, shared)] += count
    total = sum(cells.values())
    own = next(iter(domains.most_common(1)), ("", 0))
    is_own = own[1] >= max(_LEAST, _OWN * total)
    for address in cells:
        if address.endswith("@" + own[0]) and _style(address, shared) != "shared":
            usual[_style(address, shared)] += 1
    style, most = next(iter(usual.most_common(1)), ("", 0))
    has_usual = is_own and most >= max(_LEAST, _USUAL * usual.total())
    several = [len(addresses) > 1 for addresses in good]
    unread = [any(address is None for address in addresses) or not addresses for addresses in split]
    are_private = [any(_domain(address) in private for address in addresses) for addresses in good]
    unlike = [
        any(_domain(address) == own[0] and _style(address, shared) not in {style, "shared"} for address in addresses)
        for addresses in good
    ]
    spread = column.values.spread
    odd: list[Oddity] = [
        *oddities(grid, column, "unreadable", spread(unread), {"type": "email"}),
        *oddities(grid, column, "several_addresses", spread(several)),
        *(oddities(grid, column, "private_address", spread(are_private)) if is_own else ()),
        *(oddities(grid, column, "other_style", spread(unlike), {"style": style}) if has_usual else ()),
    ]
    profile = MailProfile(
        column.where,
        total,
        len(cells),
        _counted(domains, MOST_DOMAINS),
        _counted(styles, len(styles)),
        sum(count for address, count in cells.items() if _domain(address) in private),
        sum(count for flag, count in zip(several, counts, strict=True) if flag),
        sum(count for flag, count in zip(unread, counts, strict=True) if flag),
    )
    return profile, odd


# Private functions


def _counted(counter: Counter[str], most: int) -> tuple[Counted, ...]:
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Counted(value, count) for value, count in ordered[:most])


def _addresses(text: str) -> list[str | None]:
    """The addresses of a cell in small letters; None for a part that is none."""
    if "<" in text:
        return [_read(part) for part in re.findall(r"<([^<>]*)>", text)]
    return [_read(part) for part in _PARTS.split(text) if part]


def _read(text: str) -> str | None:
    if _PLAIN.fullmatch(text):  # most are; the library takes its time
        return text.lower()
    try:
        return read_email(text)
    except InvalidIdentifier:
        return None


def _domain(address: str) -> str:
    return address.partition("@")[2]


def _style(address: str, shared: Collection[str]) -> str:
    local = address.partition("@")[0]
    if local in shared:
        return "shared"
    return next((name for name, pattern in _STYLES if pattern.fullmatch(local)), "other")
