"""What ties styles and new sheets to a workbook: its own part, its relationships, its content types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from momentsheet.model.marks import Listing
from momentsheet.model.workbook import OUR_NAMES
from momentsheet.workbook.annotation.cell_styles import EMPTY_STYLES, CellStyles
from momentsheet.workbook.annotation.chart import CHART_TYPE, DRAWING_TYPE, ChartParts, chart_parts
from momentsheet.workbook.annotation.edits import Edits
from momentsheet.workbook.annotation.listing import (
    Layout,
    free_sheet_name,
    layout_of,
    quoted_sheet,
    write_listing,
)
from momentsheet.workbook.annotation.splice import RELATIONS, SPREADSHEET, STRICT_RELATIONS, STRICT_SPREADSHEET
from momentsheet.workbook.annotation.xml_text import attribute_text
from momentsheet.workbook.package import Package, read_relationships

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."

_PLAIN = f"{TYPE}sheet.main+xml"
_MACRO_TYPE = "application/vnd.ms-office.vbaproject"
# The schema fixes the order of the workbook's children.
_BEFORE_VIEWS = ("fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "workbookProtection")
_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")


def spreadsheet_space(package: Package) -> str:
    """The namespace of the workbook's parts."""
    return STRICT_SPREADSHEET if package.is_strict else SPREADSHEET


def relations_space(package: Package) -> str:
    """The namespace of relationships, which also begins their types."""
    return STRICT_RELATIONS if package.is_strict else RELATIONS


def open_styles(package: Package, edits: Edits) -> CellStyles:
    """The styles of the workbook; a workbook that has none gets them."""
    if package.styles is not None:
        return CellStyles(package.archive.read(package.styles), package.styles)
    name = edits.free_name("", "styles", "xml", first=None)
    styles = CellStyles(EMPTY_STYLES % spreadsheet_space(package).encode(), name)
    edits.add(name, f"{TYPE}styles+xml", [styles.render()])
    edits.relate(package.workbook, f"{relations_space(package)}/styles", name)
    return styles


def name_listings(package: Package, listings: Sequence[Listing]) -> list[str]:
    """The names that the sheets of the listings get."""
    names = [sheet.name for sheet in package.sheets]
    for listing in listings:
        names.append(free_sheet_name(listing.name, names))
    return names[len(package.sheets) :]


def append_listings(
    package: Package,
    edits: Edits,
    styles: CellStyles,
    listings: Sequence[Listing],
    names: Sequence[str],
    selected: str | None,
) -> None:
    """Add a sheet for each listing behind all others; `selected` is the name of the one that is open."""
    workbook = edits.part(package.workbook)
    sheets = workbook.root.child("sheets")
    assert sheets is not None
    spaces = (spreadsheet_space(package), relations_space(package))
    prefix = next((key for key, value in workbook.bindings.items() if value == spaces[1] and key), None)
    binding = "" if prefix else f' xmlns:r="{spaces[1]}"'
    ids = {int(sheet.sheet_id) for sheet in package.sheets if sheet.sheet_id.isdecimal() and len(sheet.sheet_id) < 10}
    links = {listing.name: name for listing, name in zip(listings, names, strict=True)}
    links |= {sheet.name: sheet.name for sheet in package.sheets}
    layouts = []
    for place, (listing, name) in enumerate(zip(listings, names, strict=True), 1):
        layout = layout_of(listing)
        layouts.append((name, listing.kind, layout))
        part = edits.free_name("worksheets", "sheet", "xml")
        drawing = None if package.is_strict else _add_chart(edits, chart_parts(listing, layout, name), part, spaces[1])
        chunks = write_listing(listing, layout, spaces, styles, links, is_selected=name == selected, drawing=drawing)
        edits.add(part, f"{TYPE}worksheet+xml", chunks)
        relation = edits.relate(package.workbook, f"{spaces[1]}/worksheet", part)
        workbook.append(
            sheets,
            f'<{workbook.root.prefix}sheet{binding} name="{attribute_text(name)}" '
            f'sheetId="{max(ids, default=0) + place}" {prefix or "r"}:id="{relation}"/>',
        )
    _define_names(package, edits, layouts, styles.old_fills)


def open_at(edits: Edits, package: Package, place: int) -> None:
    """Make the sheet at that place the one that is open."""
    workbook = edits.part(package.workbook)
    prefix = workbook.root.prefix
    views = workbook.root.child("bookViews")
    if views is None or not views.children:
        view = f'<{prefix}workbookView activeTab="{place}"/>'
        if views is not None:
            workbook.append(views, view)
        else:
            xml = f"<{prefix}bookViews>{view}</{prefix}bookViews>"
            workbook.insert_behind(workbook.root, _BEFORE_VIEWS, xml)
        return
    view_element = views.children[0]
    if view_element.attributes.get("activeTab", "0") != str(place):
        workbook.set(view_element, "activeTab", str(place))
    first = view_element.attributes.get("firstSheet", "0")
    if first.isdecimal() and int(first) > place:
        workbook.set(view_element, "firstSheet", None)


def has_other_type(package: Package) -> bool:
    """True for a workbook with macros and for a template: Excel opens neither under the name of a plain workbook."""
    kinds = {relation.kind for relation in read_relationships(package.archive, package.workbook).values()}
    return package.content_types.of(package.workbook) != _PLAIN or "vbaProject" in kinds


def leave_macros_out(package: Package, edits: Edits) -> None:
    """Make it a plain workbook without macros."""
    edits.set_type(package.workbook, _PLAIN)
    for relation in read_relationships(package.archive, package.workbook).values():
        if relation.kind == "vbaProject":
            edits.unrelate(package.workbook, relation.id)
            if relation.target is not None:
                edits.drop(relation.target)
    edits.set_default_type("bin", "application/octet-stream", instead_of=_MACRO_TYPE)


# Private functions


def _add_chart(edits: Edits, parts: ChartParts | None, sheet: str, space: str) -> str | None:
    """Add the parts of a chart; the relationship of the sheet to its drawing."""
    if parts is None:
        return None
    drawing, chart = edits.free_name("drawings", "drawing", "xml"), edits.free_name("charts", "chart", "xml")
    edits.add(drawing, DRAWING_TYPE, [parts.drawing])
    edits.add(chart, CHART_TYPE, [parts.chart])
    edits.relate(drawing, f"{space}/chart", chart)
    return edits.relate(sheet, f"{space}/drawing", drawing)


def _define_names(
    package: Package, edits: Edits, layouts: Sequence[tuple[str, str, Layout]], old_fills: Mapping[str, int]
) -> None:
    """The names that Excel keeps for a filter and for repeated rows, and those by which we know what is ours.

    Names live through saving in every program; records of other kinds do not.
    """
    workbook = edits.part(package.workbook)
    prefix = workbook.root.prefix
    kept = {f"{OUR_NAMES}marks": "1"} | {f"{OUR_NAMES}fill.{number}": text for text, number in old_fills.items()}
    xml = [f'<{prefix}definedName name="{name}" hidden="1">"{text}"' for name, text in kept.items()]
    kinds = Counter[str]()
    for place, (name, kind, layout) in enumerate(layouts, len(package.sheets)):
        kinds[kind] += 1
        number = f".{kinds[kind]}" if kinds[kind] > 1 else ""
        sheet = attribute_text(quoted_sheet(name))
        scope = f'localSheetId="{place}"'
        xml += [
            f'<{prefix}definedName name="_xlnm._FilterDatabase" {scope} hidden="1">{sheet}!{layout.table}',
            f'<{prefix}definedName name="_xlnm.Print_Titles" {scope}>{sheet}!${layout.header_row}:${layout.header_row}',
            f'<{prefix}definedName name="{OUR_NAMES}{kind}{number}" hidden="1">{sheet}!$A$1',
        ]
    written = "".join(f"{item}</{prefix}definedName>" for item in xml)
    names = workbook.root.child("definedNames")
    if names is not None:
        workbook.append(names, written)
    else:
        written = f"<{prefix}definedNames>{written}</{prefix}definedNames>"
        workbook.insert_behind(workbook.root, _BEFORE_NAMES, written)
