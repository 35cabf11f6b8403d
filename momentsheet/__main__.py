"""The command `momentsheet`, also as `python -m momentsheet`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status (see `momentsheet --help`)."""
    # numpy's threads cost 80 ms at every start and are never used here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from momentsheet.cli import run  # noqa: PLC0415 - after the line above

    return run(argv)


if __name__ == "__main__":
    sys.exit(main())
