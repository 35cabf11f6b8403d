"""A finding that a consultant has accepted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiver:
    """One finding, by the code of its rule and the key of its row, that is accepted: by whom, why, and until when."""

    code: str
    key: str
    who: str
    why: str
    until: dt.date | None = None
