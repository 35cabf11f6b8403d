"""The words by which a page of text is understood: what stands in front of its number, its date, its total."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageWords:
    """Words and labels in all languages at once, as `rules/words/pages.yaml` lists them; case and dots do not count."""

    numbers: tuple[str, ...] = ()  # labels of the number that says whose page it is
    titles: tuple[str, ...] = ()  # kinds of paper, which may have the number right behind: «Faktura 16713»
    references: tuple[str, ...] = ()  # in front of a label: another paper is meant («krediterer faktura»)
    other_numbers: tuple[str, ...] = ()  # labels of numbers that are something else (KID, customer number)
    other_papers: tuple[str, ...] = ()  # titles of papers that speak of numbers and bear none: reminders, statements
    page: tuple[str, ...] = ()  # in front of a page's own number: «side»
    of: tuple[str, ...] = ()  # between it and the number of pages: «av»
    dates: tuple[str, ...] = ()  # labels of the date of the paper
    totals: tuple[str, ...] = ()  # labels of what is to be paid
    legal_forms: tuple[str, ...] = ()  # kinds of company, which do not count in a name


NO_WORDS = PageWords()
