"""The reader's door: sniffs what a file is and has it read by the part that knows its format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import polars as pl

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Notice, Sheet, Workbook, marked_sheets
from momentsheet.workbook.gate import MIB, Limits, open_archive
from momentsheet.workbook.package import Package, read_package
from momentsheet.workbook.reading.cells import Cells
from momentsheet.workbook.reading.columns import make_sheet
from momentsheet.workbook.reading.delimited import read_delimited
from momentsheet.workbook.reading.legacy import check_archive, read_legacy
from momentsheet.workbook.reading.shared_strings import read_shared_strings
from momentsheet.workbook.reading.sniff import sniff, zip_format
from momentsheet.workbook.reading.styles import read_styles
from momentsheet.workbook.reading.tokens import read_cells

DEFAULT_LIMITS = Limits()


def read_workbook(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Read a workbook of any format; `name` is the file's name without folder.

    The format is told from the bytes, never from the name. Dates are given in the 1900 system also where the workbook
    counts from 1904. Raises UnusableFile for everything that is no workbook, is broken or encrypted, or passes a limit.
    """
    if len(data) > limits.file_size:
        raise UnusableFile("file_too_large", limit_mb=limits.file_size // MIB)
    form = sniff(data, name)
    archive = open_archive(data, limits) if form == "zip" else None
    if archive is not None:
        file_format = zip_format(archive)
        if file_format in ("xlsx", "xlsm"):
            return _read_package(read_package(archive), data, name, limits)
        check_archive(archive, file_format)
        return _read_legacy(data, name, file_format, limits)
    if form == "xls":
        return _read_legacy(data, name, "xls", limits)
    return _read_delimited(data, name, limits)


# Private functions


def _read_package(package: Package, data: bytes, name: str, limits: Limits) -> Workbook:
    archive = package.archive
    strings = pl.Series([], dtype=pl.String)
    if package.shared_strings is not None:
        strings = read_shared_strings(archive, package.shared_strings)
    styles = read_styles(archive, package.styles) if package.styles is not None else ()
    room = _Room(limits)
    sheets = []
    notices = list(_package_notices(package))
    for part in package.sheets:
        if part.kind != "worksheet":
            continue
        cells = read_cells(
            archive,
            part.part,
            sheet=part.name,
            strings=len(strings),
            styles=styles,
            is_1904=package.is_1904,
            room=room.cells,
        )
        if cells.unknown_styles:
            notices.append(Notice("unknown_styles", {"sheet": part.name, "count": cells.unknown_styles}))
        sheets.append(room.make(part.name, part.state, cells, strings))
    return Workbook(
        name=name,
        format=package.format,
        sha256=_hash(data),
        sheets=tuple(sheets),
        is_1904=package.is_1904,
        properties=package.properties,
        names={**marked_sheets(sheets), **package.names},
        notices=tuple(notices),
    )


def _package_notices(package: Package) -> Iterator[Notice]:
    if package.is_1904:
        yield Notice("dates_from_1904")
    if package.has_macros:
        yield Notice("macros")
    if package.has_links:
        yield Notice("links")
    if package.is_signed:
        yield Notice("signed")


def _read_legacy(data: bytes, name: str, file_format: str, limits: Limits) -> Workbook:
    room = _Room(limits)
    found = read_legacy(data, file_format, limits)
    if not found:
        raise UnusableFile("no_sheets")
    if len(found) > limits.sheets:
        raise UnusableFile("too_many_sheets", limit=limits.sheets)
    for index, sheet in enumerate(found):
        if any(sheet.name.lower() == other.name.lower() for other in found[:index]):
            raise UnusableFile("duplicate_sheet", sheet=sheet.name)
    no_strings = pl.Series([], dtype=pl.String)
    sheets = tuple(room.make(each.name, each.state, each.cells, no_strings) for each in found)
    notices = (Notice(f"legacy_{file_format}"),)
    return Workbook(name, file_format, _hash(data), sheets, names=marked_sheets(sheets), notices=notices)


def _read_delimited(data: bytes, name: str, limits: Limits) -> Workbook:
    stem = PurePosixPath(name).stem or name
    read = read_delimited(data, stem, limits)
    sheet = _Room(limits).make(stem, "visible", read.cells, pl.Series([], dtype=pl.String))
    return Workbook(name, "csv", _hash(data), (sheet,), notices=(read.notice,))


class _Room:
    """How many cells, and how large an area, the sheets that follow may still take."""

    __slots__ = ("area", "cells", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells = limits.cells
        self.area = limits.area

    def make(self, name: str, state: str, cells: Cells, strings: pl.Series) -> Sheet:
        sheet = make_sheet(name, state, cells, strings, room=self.area, limits=self.limits)
        self.cells -= len(cells.rows)
        self.area -= len(sheet.rows) * len(sheet.columns)
        return sheet


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
