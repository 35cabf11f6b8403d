"""Lines for a terminal: what rich makes of texts and tables, without what a terminal could take for a command."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, RenderableType
from rich.text import Text

_NARROWEST = 40
# rich breaks lines at spaces that must not break; this stands for them until the lines are made
_SPACE, _STAND_IN = "\N{NO-BREAK SPACE}", "\ue0a0"


def terminal_lines(parts: Iterable[RenderableType], width: int, *, color: bool) -> str:
    """The parts below each other, at most `width` characters wide, without spaces at the ends of lines."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, _NARROWEST),
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},  # the caller has decided; no room reads the environment
    )
    console.print(*parts, sep="\n")
    lines = out.getvalue().replace(_STAND_IN, _SPACE).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def text_of(text: str, style: str = "") -> Text:
    """A text that breaks at plain spaces only."""
    return Text(text.replace(_SPACE, _STAND_IN), style=style)
