"""The cells of a sheet that was read, by name, for tests to compare."""

from __future__ import annotations

import numpy as np

from momentsheet.model.workbook import Kind, Sheet, cell_name

Value = tuple[Kind, str | float | None]


def values(sheet: Sheet) -> dict[str, Value]:
    """Every cell that holds something: name -> kind and text, number or None."""
    pool = sheet.pool.to_list()
    found: dict[str, Value] = {}
    for column in sheet.columns:
        assert len(column.kinds) == len(sheet.rows)
        for row, kind, number, code in zip(sheet.rows, column.kinds, column.numbers, column.codes, strict=True):
            has_text = kind in (Kind.TEXT, Kind.ERROR)
            assert (code >= 0) == has_text
            assert np.isnan(number) == (has_text or kind in (Kind.BLANK, Kind.NOT_CALCULATED))
            if kind:
                value = pool[code] if has_text else None if np.isnan(number) else float(number)
                found[cell_name(int(row), column.index)] = (Kind(kind), value)
    return found
