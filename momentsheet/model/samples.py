"""Samples: rows of the import that are shown in full, so that somebody can compare them with the originals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from momentsheet.model.bundle import Breakdown


@dataclass(frozen=True, slots=True)
class SampleRows:
    """What belongs to a sample from one entity: the first rows of all (`count`), their columns, and sums over all.

    `breakdowns`: sums by some columns, in place of rows.
    """

    entity: str
    named_by: str | None  # the sample's own column that names the row, where it is one
    rows: pl.DataFrame
    count: int
    sums: Mapping[str, str] = field(default_factory=dict)
    breakdowns: tuple[Breakdown, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One row that is shown in full. `values`: field -> value of those that are imported, None where blank."""

    entity: str
    key: str
    values: Mapping[str, Any]
    parts: tuple[SampleRows, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples, in import order. `missing`: entity -> keys that were asked for and are not among the rows."""

    samples: tuple[Sample, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
