"""What all tests share: the shipped rules are loaded once in each process, for they are the same in every test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import momentsheet.catalog
import momentsheet.disk
from momentsheet.catalog import load_company
from momentsheet.model.catalog import Catalog

RULES = (Path(__file__).parents[1] / "rules").resolve()
load = momentsheet.catalog.load_catalog


@cache
def shipped() -> Catalog:
    return load(RULES)


def load_catalog(rules: Path, company: Path | None = None) -> Catalog:
    if Path(rules).resolve() != RULES:
        return load(rules, company)
    return shipped() if company is None else load_company(shipped(), company)


# Before any test module has taken the function: pytest reads this file first.
momentsheet.catalog.load_catalog = load_catalog

# A process of its own for every handful of files would cost minutes; the tests of such processes ask for many files.
momentsheet.disk.IN_PROCESS = 48
