"""Work that brings down the process that does it; alone in its module, for every new process reads it again."""

from __future__ import annotations

import os


def dies_or_hangs(data: bytes, said: str) -> int:
    if said == "die":
        os._exit(3)
    while said == "hang":
        pass
    return len(data)
