"""What `convert` says when it is done: where everything lies."""

from __future__ import annotations

from collections.abc import Sequence

from momentsheet.model.catalog import Catalog
from momentsheet.reporting.words import counted, sentence


def written(
    catalog: Catalog, language: str, folder: str, names: Sequence[str], import_files: int, left_out: int
) -> tuple[str, ...]:
    """One line per thing that lies in the output folder, the most important first.

    `names`: the files written, below the folder; `import_files`: how many of them are import files (0: none were made);
    `left_out`: rows that were left out.
    """
    lines = [sentence(catalog, language, "written.folder", {"folder": folder})]
    if import_files:
        lines.append(counted(catalog, language, "written.import", import_files))
    else:
        lines.append(sentence(catalog, language, "written.no_import"))
    if left_out:
        lines.append(counted(catalog, language, "written.left_out", left_out))
    for name in names:
        kind = KINDS.get(name) or next((text for ending, text in ENDINGS.items() if name.endswith(ending)), None)
        if kind:
            lines.append(f"  {name:<28} {sentence(catalog, language, kind)}")
    return tuple(lines)


KINDS = {
    "manifest.json": "written.manifest",
    "receipt.html": "written.receipt",
    "report.html": "written.report",
    "report.json": "written.report_json",
}
ENDINGS = {".checked.xlsx": "written.checked", ".left-out.xlsx": "written.left_out_workbook"}
