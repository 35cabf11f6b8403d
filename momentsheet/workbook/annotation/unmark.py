"""A workbook that came back, without our marks: as it was to the last byte, or as its new author saved it.

Where the record of our changes still fits (`undo`), every member is given back. A program that saved the workbook left
the record out and wrote all parts anew; then our sheets are known by their hidden names, or by the words hidden in
their first rows, our colours by being no other program's, our notes by their first line. What people put there
themselves stays: fills, notes, text below our notes.
"""

from __future__ import annotations

from contextlib import suppress

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import OUR_NAMES
from momentsheet.workbook.annotation.boxes import without_shapes
from momentsheet.workbook.annotation.cell_styles import unmark_styles
from momentsheet.workbook.annotation.edits import Edits
from momentsheet.workbook.annotation.notes import AUTHOR, take_notes_out
from momentsheet.workbook.annotation.own_sheets import own_sheets
from momentsheet.workbook.annotation.splice import Element
from momentsheet.workbook.annotation.undo import UNDO, UNDO_RELATION, undone
from momentsheet.workbook.package import Package, read_relationships


def unmarked(package: Package) -> bytes:
    """The bytes of the workbook without our sheets, colours and notes; its own bytes where it has none of them."""
    ours, old_fills = own_sheets(package)
    is_named = any(name.startswith(OUR_NAMES) for name in package.names)
    if not ours and not is_named and UNDO not in package.archive.members:
        return package.archive.data
    before = undone(package.archive)
    if before is not None:
        return before
    edits = Edits(package)
    places = [place for place, sheet in enumerate(package.sheets) if sheet.name.casefold() in ours]
    _remove_sheets(package, edits, places)
    if package.styles is not None:
        unmark_styles(edits.part(package.styles), old_fills)
    for place, sheet in enumerate(package.sheets):
        if place not in places and sheet.kind == "worksheet":
            with suppress(UnusableFile):  # notes that nobody can read stay as they are
                _remove_notes(package, edits, sheet.part)
    return edits.render(with_undo=False)


# Private functions


def _remove_sheets(package: Package, edits: Edits, places: list[int]) -> None:
    """Take sheets out of the workbook, with the names that belong to them; the others keep theirs."""
    workbook = edits.part(package.workbook)
    sheets = workbook.root.child("sheets")
    assert sheets is not None
    relations = read_relationships(package.archive, package.workbook)
    for relation in relations.values():
        if relation.type == UNDO_RELATION:  # the record of changes that no longer fits
            edits.unrelate(package.workbook, relation.id)
            edits.drop(relation.target or UNDO)
    by_part = {relation.target: relation.id for relation in relations.values()}
    gone = {package.sheets[place].name for place in places}
    for element in sheets.children:
        if element.attributes.get("name") in gone:
            workbook.remove(element)
    for place in places:
        edits.unrelate(package.workbook, by_part[package.sheets[place].part])
        edits.drop(package.sheets[place].part)
    names = workbook.root.child("definedNames")
    for element in names.children if names is not None else ():
        scope = _number(element, "localSheetId")
        if element.attributes.get("name", "").startswith(OUR_NAMES) or scope in places:
            workbook.remove(element)
        elif scope is not None and (shift := sum(place < scope for place in places)):
            workbook.set(element, "localSheetId", str(scope - shift))
    views = workbook.root.child("bookViews")
    for view in views.children if views is not None else ():
        for name in ("activeTab", "firstSheet"):
            shown = _number(view, name)
            if shown is not None and (shown in places or any(place < shown for place in places)):
                kept = shown - sum(place < shown for place in places)
                workbook.set(view, name, None if shown in places else str(kept))


def _number(element: Element, name: str) -> int | None:
    text = element.attributes.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _remove_notes(package: Package, edits: Edits, sheet: str) -> None:
    """Take our notes out of the notes of one sheet, and their boxes."""
    archive = package.archive
    found = {relation.kind: relation.target for relation in read_relationships(archive, sheet).values()}
    comments, drawing = found.get("comments"), found.get("vmlDrawing")
    if comments is None or AUTHOR.encode() not in archive.read(comments):
        return
    gone = take_notes_out(edits.part(comments))
    if drawing is not None and gone:
        edits.write(drawing, [without_shapes(archive.read(drawing), drawing, gone)])
