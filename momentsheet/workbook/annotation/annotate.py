"""The customer's own workbook with its findings in it: cells coloured and explained, a sheet that lists everything.

The file is patched, not written anew: members of the archive that need not change are copied as they are packed. What
changes: the parts of marked sheets, their notes, the styles, and what ties the new sheets to the workbook.

Decided here:

* The result is an .xlsx. Excel does not open a file of that name that says it holds macros or is a template, and macros
  shall not travel through us: the macro project and its signatures are left out, everything else of an .xlsm stays. A
  workbook with macro *sheets* (Excel 4) cannot be made one by leaving parts out; it is copied like an .xls.
* A digital signature stays in the file, although it holds no longer; the caller tells.
* Notes are given where they do no harm: at most 1,000 on a sheet and fewer far down, none where a threaded comment
  stands. Where a sheet's notes cannot be extended (broken VML), its cells are coloured only. The listing has
  everything anyway.
* Marks on sheets that are not in the workbook, or beyond Excel's grid, are passed over.
* Ours can be known again: notes by their author and first line, sheets by a hidden name `_momentsheet.<n>` that refers
  to them (and lives through saving in Excel and LibreOffice), styles by standing behind all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import BinaryIO

from momentsheet.errors import UnusableFile
from momentsheet.model.catalog import severities
from momentsheet.model.marks import Listing, Mark
from momentsheet.model.workbook import Workbook, cell_name, our_sheets
from momentsheet.workbook.annotation.book import (
    TYPE,
    append_listings,
    has_other_type,
    leave_macros_out,
    name_listings,
    open_at,
    open_styles,
    relations_space,
    spreadsheet_space,
)
from momentsheet.workbook.annotation.boxes import EMPTY_SHAPES, Grid, used_blocks, write_shapes
from momentsheet.workbook.annotation.edits import Edits
from momentsheet.workbook.annotation.fresh import fresh_workbook, legal_names
from momentsheet.workbook.annotation.journal import Journal
from momentsheet.workbook.annotation.notes import EMPTY_COMMENTS, Note, chosen_places, threaded_cells, write_comments
from momentsheet.workbook.annotation.sheet import LAST_COLUMN, LAST_ROW, SheetPatch
from momentsheet.workbook.annotation.splice import RELATIONS
from momentsheet.workbook.annotation.unmark import unmarked
from momentsheet.workbook.gate import Limits
from momentsheet.workbook.package import Package, SheetPart, open_package, read_relationships
from momentsheet.workbook.reading.read import DEFAULT_LIMITS, read_workbook

_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
# What we have written ourselves may be as repetitive as the data is.
_OWN_LIMITS = Limits(part_size=1 << 40, total_size=1 << 40, ratio=1 << 30)
_MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")


def annotate(
    data: bytes,
    marks: Sequence[Mark],
    listings: Sequence[Listing],
    active: tuple[str, int, int] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The workbook in `data` (xlsx or xlsm) with these marks and, as its last sheets, these listings.

    `active` (sheet, row 1-based, column 0-based) is where the workbook opens: a visible sheet of it, or a listing by
    its wished name. The same input gives the same bytes. UnusableFile if the file is none that can be read.
    """
    return b"".join(annotated_pieces(data, marks, listings, active, limits))


def annotated_pieces(
    data: bytes,
    marks: Sequence[Mark],
    listings: Sequence[Listing],
    active: tuple[str, int, int] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    store: BinaryIO | None = None,
) -> Iterator[bytes | memoryview]:
    """The same piece by piece; `store` is an empty file in which what has been packed may wait, else it is held."""
    package = open_package(data, limits)
    if any(sheet.kind in _MACRO_SHEETS for sheet in package.sheets):
        yield from copied_pieces(read_workbook(data, "workbook.xlsm", limits), marks, listings, active, store)
        return
    package = open_package(_clean(package), limits)
    edits = Edits(package, store)
    styles = open_styles(package, edits)
    names = name_listings(package, listings)
    wished = {listing.name: name for listing, name in zip(listings, names, strict=True)}
    cells = _by_sheet(marks)
    targets = {sheet.name.casefold(): sheet for sheet in package.sheets if sheet.state == "visible"}
    target = targets.get(active[0].casefold()) if active is not None else None
    listed = wished.get(active[0]) if active is not None and target is None else None
    blocks = _free_blocks(package)
    for sheet in package.sheets:
        is_target = active is not None and target is sheet and sheet.kind == "worksheet"
        is_left = active is not None and (listed is not None or target is not None) and not is_target
        marked = cells.get(sheet.name.casefold(), {}) if sheet.kind == "worksheet" else {}
        if not marked and not is_target and not (is_left and _may_be_selected(package, sheet)):
            continue
        patch = SheetPatch(package.archive, sheet.part, sheet.name)
        if is_left:
            patch.deselect()
        if is_target and active is not None:
            patch.select(*patch.anchor(*active[1:]))
        _mark_sheet(package, edits, patch, marked, blocks)
        if patch.is_edited:
            journal = Journal()
            edits.stream(sheet.part, patch.chunks(styles.marked, journal), journal, patch.codec)
    if target is not None and target.kind == "worksheet":
        open_at(edits, package, package.sheets.index(target))
    elif listed is not None:
        open_at(edits, package, len(package.sheets) + names.index(listed))
    is_edited = bool(listings) or styles.is_edited or edits.is_edited
    if is_edited:
        append_listings(package, edits, styles, listings, names, listed)
    if styles.is_edited:
        edits.write(styles.name, [styles.render()])
    yield from edits.pieces(with_undo=is_edited)


def copy_annotated(
    workbook: Workbook, marks: Sequence[Mark], listings: Sequence[Listing], active: tuple[str, int, int] | None = None
) -> bytes:
    """A fresh xlsx with the cells that were read, and marks and listings as `annotate` writes them.

    For formats that cannot be patched. Values keep their kinds, dates are dates; layout, formulas and formats are lost.
    """
    return b"".join(copied_pieces(workbook, marks, listings, active))


def copied_pieces(
    workbook: Workbook,
    marks: Sequence[Mark],
    listings: Sequence[Listing],
    active: tuple[str, int, int] | None = None,
    store: BinaryIO | None = None,
) -> Iterator[bytes | memoryview]:
    """The same piece by piece."""
    ours = {name.casefold() for name in our_sheets(workbook.names).values()}
    workbook = replace(workbook, sheets=tuple(one for one in workbook.sheets if one.name.casefold() not in ours))
    names = legal_names(workbook)
    marks = [replace(mark, sheet=names.get(mark.sheet, mark.sheet)) for mark in marks]
    listings = [_with_links(listing, names) for listing in listings]
    if active is not None:
        active = (names.get(active[0], active[0]), *active[1:])
    yield from annotated_pieces(fresh_workbook(workbook, names), marks, listings, active, _OWN_LIMITS, store)


# Private functions


def _clean(package: Package) -> bytes:
    """The workbook without macros and without the marks of an earlier round."""
    data = unmarked(package)
    if not has_other_type(package):
        return data
    edits = Edits(open_package(data, package.archive.limits))
    leave_macros_out(package, edits)
    return edits.render(with_undo=False)


def _with_links(listing: Listing, names: Mapping[str, str]) -> Listing:
    """The listing with links to sheets by the names that they have in the fresh workbook."""
    if all(old == new for old, new in names.items()):
        return listing
    rows = tuple(
        tuple(
            replace(cell, link=(names.get(cell.link[0], cell.link[0]), *cell.link[1:])) if cell.link else cell
            for cell in row
        )
        for row in listing.rows
    )
    return replace(listing, rows=rows)


def _by_sheet(marks: Sequence[Mark]) -> dict[str, dict[tuple[int, int], list[Mark]]]:
    """Marks by sheet (folded name) and cell, the most useful first."""
    found: dict[str, dict[tuple[int, int], list[Mark]]] = {}
    for mark in sorted(marks, key=lambda item: (item.rank, item.row, item.column)):
        if 1 <= mark.row <= LAST_ROW and 0 <= mark.column <= LAST_COLUMN:
            found.setdefault(mark.sheet.casefold(), {}).setdefault((mark.row, mark.column), []).append(mark)
    return found


def _may_be_selected(package: Package, sheet: SheetPart) -> bool:
    """False where the sheet certainly is not among those that are open, without reading all of it."""
    start = b""
    for chunk in package.archive.chunks(sheet.part):
        start += chunk.replace(b"\0", b"")  # UTF-16
        if b"sheetData" in start or len(start) > 1 << 20:
            break
    return b"tabSelected" in start


def _mark_sheet(
    package: Package,
    edits: Edits,
    patch: SheetPatch,
    marked: Mapping[tuple[int, int], list[Mark]],
    blocks: Iterator[int],
) -> None:
    """Colour the cells of a sheet and write its notes."""
    if not marked or not patch.has_cells:
        return
    anchored: dict[tuple[int, int], list[Mark]] = {}
    for place, items in marked.items():
        anchored.setdefault(patch.anchor(*place), []).extend(items)
    worst = {place: min((item.severity for item in items), key=severities.index) for place, items in anchored.items()}
    patch.mark(worst)
    useful = sorted(anchored, key=lambda place: (min(item.rank for item in anchored[place]), place))
    notes = {cell_name(*place): _note(place, worst[place], anchored[place]) for place in chosen_places(useful)}
    try:
        _write_notes(package, edits, patch, notes, blocks)
    except UnusableFile:  # notes that nobody can extend; the cells are coloured, the listing tells
        return


def _note(place: tuple[int, int], severity: str, marks: Sequence[Mark]) -> Note:
    ordered = sorted(marks, key=lambda item: (severities.index(item.severity), item.rank))
    texts = dict.fromkeys(mark.note for mark in ordered)
    return Note(*place, severity, ordered[0].letter, "\n\n".join(texts))


def _write_notes(
    package: Package, edits: Edits, patch: SheetPatch, notes: Mapping[str, Note], blocks: Iterator[int]
) -> None:
    archive = package.archive
    relations = read_relationships(archive, patch.part)
    found = {relation.kind: relation.target for relation in relations.values() if relation.kind != "vmlDrawing"}
    comments, threads = found.get("comments"), found.get("threadedComment")
    drawing = relations.get(patch.legacy_drawing or "")
    shapes = drawing.target if drawing is not None else None
    if patch.legacy_drawing is not None and shapes is None:
        raise UnusableFile("broken_xml", part=patch.part)
    threaded = threaded_cells(archive.read(threads), threads) if threads is not None else set()
    old = archive.read(comments) if comments is not None else EMPTY_COMMENTS % spreadsheet_space(package).encode()
    texts, before, added = write_comments(old, comments or "comments", notes, threaded)
    old = archive.read(shapes) if shapes is not None else EMPTY_SHAPES
    grid = Grid(patch.width, patch.height())
    boxes = write_shapes(old, shapes or "vmlDrawing", added, before, grid, blocks)
    if not added and not before:
        return
    if comments is None:
        comments = edits.free_name("", "comments", "xml")
        edits.add(comments, f"{TYPE}comments+xml", [texts])
        edits.relate(patch.part, f"{relations_space(package)}/comments", comments)
    else:
        edits.write(comments, [texts])
    if shapes is None:
        shapes = edits.free_name("drawings", "vmlDrawing", "vml")
        edits.set_default_type("vml", _VML_TYPE)
        edits.add(shapes, _VML_TYPE, [boxes])
        patch.add_legacy_drawing(edits.relate(patch.part, f"{RELATIONS}/vmlDrawing", shapes))
    else:
        edits.write(shapes, [boxes])


def _free_blocks(package: Package) -> Iterator[int]:
    """Numbers of blocks of shape ids that no drawing of the workbook uses; looked for when the first is needed."""
    used: set[int] = set()
    for name in package.archive.members:
        if name.lower().endswith(".vml"):
            with suppress(UnusableFile):  # whoever cannot read it knows of no ids in it
                used |= used_blocks(package.archive.read(name))
    yield from (block for block in count(1) if block not in used)
