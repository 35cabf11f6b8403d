"""The Fix list in words: one line for each problem, with the answers that are offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from momentsheet.model.answers import FIX_LIST, KEY_NAMES, Choice, FixLine, choice_text_id
from momentsheet.model.catalog import Catalog
from momentsheet.model.marks import ListedCell, Listing
from momentsheet.reporting.values import plain
from momentsheet.reporting.words import group_message, header, message, sentence

_COLUMNS = ("problem", "sheet", "header", "value", "count", "where", "answer")
_WIDTHS = (56.0, 16.0, 20.0, 28.0, 9.0, 9.0, 30.0)
_ANSWER = _COLUMNS.index("answer")
_VALUE_LENGTH = 200


def fix_listing(lines: Sequence[FixLine], catalog: Catalog, language: str) -> Listing:
    """The sheet that asks: our suggestion stands in the answer already, a dropdown offers the others."""
    return Listing(
        name=catalog.text("fix_list.sheet", language),
        title=catalog.text("fix_list.title", language),
        intro=(catalog.text("fix_list.intro", language), catalog.text("fix_list.return", language)),
        headers=tuple(catalog.text(f"column.{name}", language) for name in _COLUMNS),
        widths=_WIDTHS,
        rows=tuple(_row(line, catalog, language) for line in lines),
        kind=FIX_LIST,
        key_names=KEY_NAMES,
        keys=tuple((line.entity, line.field, line.value, str(_ANSWER), line.asks) for line in lines),
        answer_column=_ANSWER,
        choices=tuple(tuple(_worded(choice, catalog, language) for choice in line.choices) for line in lines),
    )


# Private functions


def _row(line: FixLine, catalog: Catalog, language: str) -> tuple[ListedCell, ...]:
    finding = line.finding
    places = (finding, *line.also)
    if line.group is None:
        told = catalog.text("fix_list.answered", language)
    else:
        told = message(finding, catalog, language) if line.value else group_message(line.group, catalog, language)
    link = (finding.sheet, finding.row, finding.column or 0) if finding.sheet and finding.row else None
    return (
        ListedCell(told),
        ListedCell(_several(plain(one.sheet or "") for one in places)),
        ListedCell(_several(header(one, catalog, language) for one in places)),
        ListedCell(plain(line.value, _VALUE_LENGTH)),
        ListedCell(line.count),
        ListedCell(_several(one.cell or "" for one in places), link=link),
        ListedCell(_worded(line.preferred, catalog, language) if line.preferred else "", severity="info"),
    )


def _several(texts: Iterable[str]) -> str:
    """All places of a problem, each once."""
    return ", ".join(dict.fromkeys(filter(None, texts)))


def _worded(choice: Choice, catalog: Catalog, language: str) -> str:
    text_id = choice_text_id(choice)
    return choice.to if text_id is None else sentence(catalog, language, text_id, {"key": choice.to})
