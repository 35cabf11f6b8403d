"""What was changed in a part, so that it can be taken back to the last byte.

A journal grows with the changes, not with the part: everything between them is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Cut = tuple[int, int, bytes]  # place in the new bytes, how many are new, what stood there


class Journal:
    """Follows a part while it is written: what is kept, and what is put in the place of something."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []
        self._place = 0

    def keep(self, count: int) -> None:
        """The next bytes are those of the old part."""
        self._place += count

    def change(self, before: bytes, after: bytes) -> None:
        """The next bytes are new."""
        if before != after:
            self.cuts.append((self._place, len(after), before))
        self._place += len(after)


def taken_back(chunks: Iterable[bytes], cuts: Sequence[Cut]) -> Iterator[bytes]:
    """The old bytes of a part from its new ones; ValueError where the changes do not fit into it."""
    waiting = [*reversed(cuts)]
    place = skipped = 0  # of the next byte; new bytes that are still to be left out
    for chunk in chunks:
        position = 0
        while True:
            step = min(skipped, len(chunk) - position)
            position, place, skipped = position + step, place + step, skipped - step
            if skipped or not waiting or waiting[-1][0] > place + len(chunk) - position:
                break
            start, skipped, before = waiting.pop()
            if start < place:
                raise ValueError("the changes overlap")
            yield chunk[position : position + start - place]
            yield before
            position, place = position + start - place, start
        yield chunk[position:]
        place += len(chunk) - position
    if skipped or waiting:
        raise ValueError("the changes are those of another part")
