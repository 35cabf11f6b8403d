"""xls, xlsb and ods, through calamine in a child process: less is seen of them, and a crash stays in the child."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from momentsheet.errors import UnusableFile
from momentsheet.model.workbook import Kind, cell_name
from momentsheet.workbook.gate import Archive, Limits
from momentsheet.workbook.reading.cells import Cells
from momentsheet.workbook.xml_parts import parse


@dataclass(frozen=True, slots=True)
class LegacySheet:
    name: str
    state: str
    cells: Cells


def read_legacy(data: bytes, file_format: str, limits: Limits) -> tuple[LegacySheet, ...]:
    """The worksheets of an xls, xlsb or ods file; UnusableFile if it cannot be read in the time and memory allowed."""
    limit = (limits.legacy_memory, limits.legacy_seconds, limits.cells, limits.text)
    command = [sys.executable, "-P", str(_CHILD), *map(str, limit)]
    try:
        done = subprocess.run(  # noqa: S603 (our own file)
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.legacy_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnusableFile("legacy_too_heavy", format=file_format) from None
    if done.returncode != 0:
        # Ended by a signal: the memory or the time allowed was used up, or calamine gave up altogether.
        reason = "legacy_too_heavy" if done.returncode < 0 else "legacy_unreadable"
        raise UnusableFile(reason, format=file_format)
    head, arrays = _unpack(done.stdout)
    if "refusal" in head:
        raise _refusal(head, file_format, limits)
    return tuple(_sheets(head, arrays))


def check_archive(archive: Archive, file_format: str) -> None:
    """Everything that calamine will inflate and parse must pass the gate first."""
    for name in archive.members:
        if file_format == "ods" and name.lower().endswith(".xml"):
            parse(archive, name, lambda _parser: None, {})
        elif file_format == "xlsb" and name.lower().endswith((".bin", ".xml", ".rels")):
            for _ in archive.chunks(name):
                pass


# Private functions

_CHILD = Path(__file__).with_name("legacy_child.py")
_Number = TypeVar("_Number", np.int32, np.uint16, np.uint8, np.float64)


def _unpack(output: bytes) -> tuple[dict[str, Any], memoryview]:
    start = 8 + int.from_bytes(output[:8], "little")
    head: dict[str, Any] = json.loads(output[8:start])
    return head, memoryview(output)[start:]


def _refusal(head: dict[str, Any], file_format: str, limits: Limits) -> UnusableFile:
    reason = head["refusal"]
    if reason == "cell_too_long":
        place = cell_name(head["row"], head["column"])
        return UnusableFile(reason, sheet=head["sheet"], cell=place, limit=limits.text)
    if reason == "too_many_cells":
        return UnusableFile(reason, limit=limits.cells)
    return UnusableFile(reason, format=file_format)


def _sheets(head: dict[str, Any], arrays: memoryview) -> Iterator[LegacySheet]:
    texts = tuple(head["texts"])
    offset = 0

    def take(kind: type[_Number], count: int) -> npt.NDArray[_Number]:
        nonlocal offset
        found = np.frombuffer(arrays, dtype=kind, count=count, offset=offset)
        offset += found.nbytes
        return found

    for sheet in head["sheets"]:
        count = sheet["cells"]
        rows, columns = take(np.int32, count), take(np.uint16, count)
        kinds, values = take(np.uint8, count), take(np.float64, count)
        is_text = (kinds == Kind.TEXT) | (kinds == Kind.ERROR)
        none = np.zeros(len(rows), dtype=np.bool_)
        cells = Cells(
            rows=rows,
            columns=columns,
            kinds=kinds,
            numbers=np.where(is_text, np.nan, values),
            codes=np.where(is_text, values, -1).astype(np.int32),
            formulas=none,
            percents=none,
            texts=texts,
            merged=tuple((top, left, bottom, right) for top, left, bottom, right in sheet["merged"]),
        )
        yield LegacySheet(sheet["name"], sheet["state"], cells)
