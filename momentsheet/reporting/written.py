"""What `convert` says when it is done: where everything lies."""

from __future__ import annotations

from collections.abc import Sequence

from momentsheet.model.bundle import Bundle
from momentsheet.model.catalog import Catalog, say
from momentsheet.reporting.values import number
from momentsheet.reporting.words import counted, listed, sentence


def written(
    catalog: Catalog, language: str, folder: str, names: Sequence[str], bundle: Bundle | None, left_out: int
) -> tuple[str, ...]:
    """One line per thing that lies in the output folder, the most important first.

    `names`: the files written, below the folder; `bundle`: None where something blocked; `left_out`: rows that were
    left out. What Moment does not import is said last, list by list.
    """
    lines = [sentence(catalog, language, "written.folder", {"folder": folder})]
    if bundle is not None and bundle.files:
        lines.append(counted(catalog, language, "written.import", len(bundle.files)))
    else:
        lines.append(sentence(catalog, language, "written.no_import"))
    if left_out:
        lines.append(counted(catalog, language, "written.left_out", left_out))
    for name in names:
        kind = KINDS.get(name) or next((text for ending, text in ENDINGS.items() if name.endswith(ending)), None)
        if kind:
            lines.append(f"  {name:<28} {sentence(catalog, language, kind)}")
    if bundle is not None and bundle.work_lists:
        lists = tuple(
            f"{say(item.work_list.title, language)} ({number(item.rows.height, language)})"
            for item in bundle.work_lists
        )
        rows = sum(item.rows.height for item in bundle.work_lists)
        told = {"lists": listed(lists, catalog, language)}
        lines.append(counted(catalog, language, "worklist.told", rows, told))
    return tuple(lines)


KINDS = {
    "manifest.json": "written.manifest",
    "receipt.html": "written.receipt",
    "work-list.xlsx": "written.work_list",
    "work-list.html": "written.checklist",
    "plan.yaml": "written.plan",
    "number-map.xlsx": "written.number_map",
    "number-map.csv": "written.number_map",
    "letter.txt": "written.letter",
    "report.html": "written.report",
    "report.json": "written.report_json",
}
ENDINGS = {
    ".checked.xlsx": "written.checked",
    ".today.xlsx": "written.today",
    ".left-out.xlsx": "written.left_out_workbook",
    ".renumbered.xlsx": "written.renumbered",
}
