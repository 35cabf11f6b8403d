"""The child process that opens xls, xlsb and ods with calamine: it may crash, hang or run out of memory alone.

Reads the workbook on stdin and writes, on stdout: the length of a JSON head (8 bytes), the head, then for every
sheet four arrays: rows (i4), columns (u2), kinds (u1), values (f8: a number, or the position of a text).
It imports nothing of momentsheet, so that it starts fast. Arguments: bytes of memory, seconds, cells, characters.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import re
import sys
from array import array
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

NUMBER, TEXT, BOOLEAN, DATE, TIME, DURATION, ERROR = range(1, 8)  # as in `momentsheet.model.workbook.Kind`
DAY = 86_400
EPOCH = dt.date(1899, 12, 30)
ISO_DURATION = re.compile(r"(-?)PT(\d{1,7})H(\d{1,2})M(\d{1,2}(?:\.\d{1,9})?)S", re.ASCII)  # as ods files hold them
STATES = ((SheetVisibleEnum.Hidden, "hidden"), (SheetVisibleEnum.VeryHidden, "veryHidden"))


class TooMuch(Exception):
    """More than the limits allow: the reason and its facts."""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.head = {"refusal": reason, **facts}


def main(memory: int, seconds: int, cells: int, characters: int) -> None:
    """Read, convert, write; a refusal is written as a head without sheets."""
    data = sys.stdin.buffer.read()
    confine(memory, seconds)
    arrays: list[bytes] = []
    try:
        head = read(data, cells, characters, arrays)
    except TooMuch as much:
        head = much.head
    except PasswordError:
        head = {"refusal": "encrypted"}
    except MemoryError:
        head = {"refusal": "legacy_too_heavy"}
    except BaseException:  # noqa: BLE001 (a Rust panic is no Exception)
        head = {"refusal": "legacy_unreadable"}
    packed = json.dumps(head).encode()
    sys.stdout.buffer.write(len(packed).to_bytes(8, "little") + packed)
    for piece in arrays if "sheets" in head else ():
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def confine(memory: int, seconds: int) -> None:
    """Set the limits that the system holds us to; Windows has none of them."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (most, most))


def read(data: bytes, room: int, characters: int, arrays: list[bytes]) -> dict[str, Any]:
    """The head: names, states, merged areas, numbers of cells and the texts; appends the arrays."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    texts: dict[str, int] = {}
    sheets = []
    for index, metadata in enumerate(workbook.sheets_metadata):
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        count = read_sheet(sheet, texts, room, characters, arrays)
        room -= count
        merged = [[top + 1, left, bottom + 1, right] for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
        state = next((word for visible, word in STATES if visible == metadata.visible), "visible")
        sheets.append({"name": metadata.name, "state": state, "cells": count, "merged": merged})
    return {"sheets": sheets, "texts": list(texts)}


def read_sheet(sheet: CalamineSheet, texts: dict[str, int], room: int, characters: int, arrays: list[bytes]) -> int:
    """Append the arrays of one sheet; the number of its cells."""
    rows, columns, kinds, values = array("i"), array("H"), array("B"), array("d")
    left = sheet.start[1] if sheet.start else 0
    for row, record in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(record, start=left):
            if value == "":
                continue
            if isinstance(value, str) and len(value) > characters:
                raise TooMuch("cell_too_long", sheet=sheet.name, row=row, column=column)
            kind, number = convert(value, texts)
            rows.append(row)
            columns.append(column)
            kinds.append(kind)
            values.append(number)
        if len(rows) > room:
            raise TooMuch("too_many_cells")
    arrays.extend((rows.tobytes(), columns.tobytes(), kinds.tobytes(), values.tobytes()))
    return len(rows)


def convert(value: Any, texts: dict[str, int]) -> tuple[int, float]:
    """The kind of a value and its number, or the position of its text."""
    if isinstance(value, float) and not math.isfinite(value):
        return ERROR, texts.setdefault(str(value), len(texts))
    if isinstance(value, bool):
        return BOOLEAN, float(value)
    if isinstance(value, (int, float)):
        return NUMBER, float(value)
    if isinstance(value, dt.datetime):
        return DATE, serial(value.date()) + clock(value.time())
    if isinstance(value, dt.date):
        return DATE, serial(value)
    if isinstance(value, dt.time):
        return TIME, clock(value)
    if isinstance(value, dt.timedelta):
        return DURATION, value.total_seconds() / DAY
    found = ISO_DURATION.fullmatch(value)
    if found:
        sign, hours, minutes, seconds = found.groups()
        days = (int(hours) * 3600 + int(minutes) * 60 + float(seconds)) / DAY
        return DURATION, -days if sign else days
    return TEXT, texts.setdefault(value.replace("\r\n", "\n").replace("\r", "\n"), len(texts))


def serial(date: dt.date) -> int:
    """The number of a day in the 1900 system, which counts a 29 February 1900 that never was."""
    days = (date - EPOCH).days
    return days if days > 60 else days - 1


def clock(time: dt.time) -> float:
    """The part of the day that has passed."""
    return (time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6) / DAY


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
