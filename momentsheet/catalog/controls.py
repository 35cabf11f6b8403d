"""Control figures, verified: what each counts can be asked of the delivery, and its sheet has the columns for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from momentsheet.catalog.files import RuleFiles
from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.place import Taken
from momentsheet.catalog.schemas import number_types
from momentsheet.catalog.sql import Misfit, Tables
from momentsheet.errors import Problem
from momentsheet.model.facts import tables_read

OF_A_MEASURE = ("row_id", "amount")  # columns of its query that are no columns of the sheet


def control_problems(files: RuleFiles, tables: Tables) -> Iterator[Problem]:
    """Everything wrong with the sheets of control totals and with the figures that they may hold."""
    figures: dict[str, set[str]] = {}  # code list -> columns by which a sheet asks for its figures
    for name, entity in files.entities.items():
        if "controls" in entity and entity["controls"].is_sound:
            yield from _sheet(name, entity, files, figures)
    for name, code_list in files.code_lists.items():
        for code in code_list.get("codes", ()):
            if not code.is_sound:
                continue
            if name in figures and "measures" not in code:
                yield code.problem("code", f"the figure `{code['code']}` lacks `measures`: nobody knows what it counts")
            if name not in figures and "measures" in code:
                yield code.problem("measures", f"no sheet has `{name}` as the figures of its `controls`")
            if name in figures and "measures" in code:
                yield from _measure(code["measures"], figures[name], files, tables)


# Private functions


def _sheet(name: str, entity: Taken, files: RuleFiles, figures: dict[str, set[str]]) -> Iterator[Problem]:
    controls = entity["controls"]
    figure = files.field(name, controls["figure"])
    if figure is not None and figure.is_sound and "list" not in figure:
        yield controls.problem("figure", f"`{controls['figure']}` must have a code list: its codes are the figures")
    elif figure is not None and "list" in figure:
        known = {*controls.get("by", ()), *entity.get("retired", ())}
        figures.setdefault(figure["list"], set()).update(known)
    for key in ("value", "tolerance"):
        field = files.field(name, controls.get(key, ""))
        if field is not None and field.get("type", "decimal") not in number_types:
            yield controls.problem(key, f"`{controls[key]}` is of type {field['type']}; a figure is a number")
    if entity.get("imported") != "false":
        yield entity.problem(
            "controls", "a sheet with `controls` is compared, not imported: it needs `imported: false`"
        )


def _measure(taken: Taken, known: Collection[str], files: RuleFiles, tables: Tables) -> Iterator[Problem]:
    result = tables.query(taken["query"])
    if isinstance(result, Misfit):
        yield taken.problem("query", f"`query` {result.text}")
    if not isinstance(result, Mapping):
        return
    if str(result.get("row_id")) != "UInt32":
        yield taken.problem("query", f"`query` must return `row_id`, the rows of {taken['of']}")
    if ("amount" in result) != ("decimals" in taken):
        yield taken.problem(
            "query", "a figure that is summed has `decimals` and a query that returns `amount`; else rows are counted"
        )
    elif "amount" in result and not result["amount"].is_numeric():
        yield taken.problem("query", "`amount` must be a number")
    read = tables_read(taken["query"])
    if taken["of"] not in read:
        yield taken.problem("of", f"`query` does not read {taken['of']}")
    for other in sorted(read):
        if other in files.entities and "derived" in files.entities[other]:
            yield taken.problem("query", f"`query` reads {other}, which is made only after everything is checked")
    for column in result:
        if column not in known and column not in OF_A_MEASURE:
            yield taken.problem(
                "query", f"`query` returns `{column}`, by which no figure is asked for{did_you_mean(column, known)}"
            )
