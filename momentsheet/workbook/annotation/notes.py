"""Notes on cells: their texts in the comments part; what is there already stays.

A note of ours on a cell that has one is written below it. Our notes carry a fixed author and a first line with the
author's name, by which they are known again: a note from an earlier round is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from momentsheet.errors import UnusableFile
from momentsheet.workbook.annotation.splice import Element, Part
from momentsheet.workbook.annotation.xml_text import element_text

AUTHOR = "Moment import"
END = "\u2063"  # invisible; what somebody writes behind it is theirs
MOST_NOTES = 1_000  # on one sheet: LibreOffice takes time by their square
# The rows of a sheet's notes, added up: LibreOffice passes by all rows above a note to place it, 5 million a second.
MOST_ROWS_ABOVE = 5_000_000

EMPTY_COMMENTS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="%b"><authors/><commentList/></comments>'
)
_LONGEST = 3_000  # characters of a note; a longer one cannot be read in its box
_OURS = re.compile(rf"(?:\n\n)?[^\S\n]*\S{{1,3}} · {re.escape(AUTHOR)}\s*\n[^{END}]*(?:{END}|\Z)")
_FIRST_LINE = re.compile(rf"\s*\S{{1,3}} · {re.escape(AUTHOR)}\s*")


@dataclass(frozen=True, slots=True)
class Note:
    """What is written on a cell; row 1-based, column 0-based."""

    row: int
    column: int
    severity: str
    letter: str
    text: str

    @property
    def lines(self) -> str:
        return f"{self.letter} · {AUTHOR}\n{_shortened(self.text)}{END}"


def chosen_places(useful: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which of these cells (row, column), the most useful first, get a note; in the order of the sheet."""
    chosen = []
    above = 0
    for place in useful:
        if above + place[0] <= MOST_ROWS_ABOVE:
            chosen.append(place)
            above += place[0]
        if len(chosen) == MOST_NOTES:
            break
    return sorted(chosen)


def threaded_cells(data: bytes, part: str) -> set[str]:
    """The cells that have a threaded comment, by their names."""
    root = Part(data, part).root
    return {item.attributes.get("ref", "").upper() for item in root.every("threadedComment")}


def take_notes_out(comments: Part) -> set[str]:
    """Take our notes out of a comments part, what stands before and behind them in the same note stays.

    Gives the cells (A1) whose notes are gone altogether.
    """
    gone: set[str] = set()
    comment_list = comments.root.child("commentList")
    for comment in comment_list.children if comment_list is not None else ():
        texts = [text for text in comment.every("t") if text.text]
        whole = "".join(text.text for text in texts)
        kept = _OURS.sub("", whole)
        if kept == whole:
            continue
        if not kept.strip():
            comments.remove(comment)
            gone.add(comment.attributes.get("ref", "").replace("$", "").upper())
            continue
        # What is ours is one stretch of the whole text: it is cut out of the texts that it runs through.
        start = _OURS.search(whole)
        assert start is not None
        place = 0
        for text in texts:
            end = place + len(text.text)
            left = text.text[: max(start.start() - place, 0)] + text.text[max(start.end() - place, 0) :]
            if left != text.text:
                comments.replace(text.opened, text.closed, element_text(left))
            place = end
    return gone


def write_comments(
    data: bytes, part: str, notes: Mapping[str, Note], threaded: set[str]
) -> tuple[bytes, dict[str, str], list[Note]]:
    """The comments part with these notes (cell name -> note); whole texts of cells that had a note; notes that are new.

    Cells of threaded comments are passed over: Excel shows their thread only.
    """
    comments = Part(data, part)
    root = comments.root
    prefix = root.prefix
    authors, comment_list = root.child("authors"), root.child("commentList")
    if authors is None or comment_list is None:
        raise UnusableFile("broken_xml", part=part)
    names = [item.text for item in authors.children]
    author = names.index(AUTHOR) if AUTHOR in names else len(names)
    known = {item.attributes.get("ref", "").replace("$", "").upper(): item for item in comment_list.children}
    before: dict[str, str] = {}
    added: list[Note] = []
    xml = []
    for cell, note in notes.items():
        if cell in threaded or (cell in known and _author(known[cell], names).startswith("tc=")):
            continue
        text = known[cell].child("text") if cell in known else None
        if text is not None:
            is_ours = known[cell].attributes.get("authorId") == str(author)
            before[cell] = _write_below(comments, text, note, is_ours=is_ours)
        elif cell not in known:
            text_xml = f"<{prefix}text>{_runs(note, prefix, is_first=True)}</{prefix}text>"
            xml.append(f'<{prefix}comment ref="{cell}" authorId="{author}">{text_xml}</{prefix}comment>')
            added.append(note)
    if added:
        comments.append(comment_list, "".join(xml))
        if author == len(names):
            comments.append(authors, f"<{prefix}author>{AUTHOR}</{prefix}author>")
    return comments.render(), before, added


# Private functions


def _author(comment: Element, names: list[str]) -> str:
    number = comment.attributes.get("authorId", "")
    return names[int(number)] if number.isascii() and number.isdigit() and int(number) < len(names) else ""


def _write_below(comments: Part, text: Element, note: Note, *, is_ours: bool) -> str:
    """Write a note below the text of another, in place of one of ours; the whole text that it makes."""
    kept = []
    skip = 0
    for item in text.children:
        words = "".join(part.text for part in (item, *item.every("t"))) if item.name in ("r", "t") else ""
        if item.name == "r" and _FIRST_LINE.fullmatch(words):
            skip = 2  # our first line and what follows it
        if item.name in ("r", "t") and (is_ours or skip):
            comments.remove(item)
            skip = max(skip - 1, 0)
            continue
        kept.append(words)
        if item.name == "t":  # plain text and runs do not go together
            comments.insert(item.start, f"<{item.prefix}r>")
            comments.insert(item.end, f"</{item.prefix}r>")
    behind = [item for item in text.children if item.name in ("rPh", "phoneticPr")]
    runs = _runs(note, text.prefix, is_first=not any(kept))
    if behind:
        comments.insert(behind[0].start, runs)
    else:
        comments.append(text, runs)
    return "".join(kept) + "\n\n" + note.lines


def _runs(note: Note, prefix: str, *, is_first: bool) -> str:
    head, _, body = note.lines.partition("\n")
    gap = "" if is_first else "\n\n"
    font = '<{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="Tahoma"/><{p}family val="2"/>'
    runs = (
        f'<{{p}}r><{{p}}rPr><{{p}}b/>{font}</{{p}}rPr><{{p}}t xml:space="preserve">{{head}}\n</{{p}}t></{{p}}r>'
        f'<{{p}}r><{{p}}rPr>{font}</{{p}}rPr><{{p}}t xml:space="preserve">{{body}}</{{p}}t></{{p}}r>'
    )
    return runs.format(p=prefix, head=gap + element_text(head), body=element_text(body))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
