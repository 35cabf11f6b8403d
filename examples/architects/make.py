"""Write the example's workbooks: `python examples/architects/make.py OUT_DIR`.

filled.xlsx is the workbook as the office first sends it, with about thirty mistakes; corrected.xlsx is what
comes back after they have seen the findings. Both are made in momentsheet's own template, and are the same each time.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from mistakes import NOT_AVAILABLE, NOT_CALCULATED, Mistake, corrected, spoiled  # noqa: E402
from nouns import Columns  # noqa: E402
from office import good  # noqa: E402

from momentsheet.catalog import load_catalog  # noqa: E402
from momentsheet.workbook import make_template  # noqa: E402

COMPANY = HERE / "company.yaml"
RULES = HERE.parents[1] / "rules"
PUT_IN_PLACE = {
    NOT_AVAILABLE: '<c r="{cell}"{style} t="e"><v>#N/A</v></c>',
    NOT_CALCULATED: '<c r="{cell}"{style}><f>SUM(1,2)</f></c>',
}

__all__ = ["COMPANY", "RULES", "Mistake", "corrected", "good", "make_workbook", "spoiled"]


def main(folder: Path) -> None:
    """Write filled.xlsx and corrected.xlsx into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    columns, mistakes = spoiled()
    (folder / "filled.xlsx").write_bytes(make_workbook(columns))
    (folder / "corrected.xlsx").write_bytes(make_workbook(corrected()))
    print(f"{folder / 'filled.xlsx'}: {len(mistakes)} findings to come; {folder / 'corrected.xlsx'}: none")


def make_workbook(columns: Columns) -> bytes:
    """These columns in the template of the example company, as bytes of an xlsx."""
    catalog = load_catalog(RULES, COMPANY)
    entities = [name for name, entity in catalog.entities.items() if entity.derived is None]
    return _with_raw_cells(make_template(catalog, entities, "nb", columns=columns))


# Private functions


def _with_raw_cells(data: bytes) -> bytes:
    """The workbook with error cells and uncalculated formulas where their words stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {info: source.read(info) for info in source.infolist()}
    strings = next(text for info, text in parts.items() if info.filename == "xl/sharedStrings.xml").decode()
    items = re.findall(r"<si>.*?</si>", strings, re.DOTALL)
    raw = {
        str(index): cell
        for index, item in enumerate(items)
        for word, cell in PUT_IN_PLACE.items()
        if f">{word}<" in item
    }
    if not raw:
        return data
    wanted = re.compile(rf'<c r="([A-Z]+\d+)"( s="\d+")? t="s"><v>({"|".join(raw)})</v></c>')
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts.items():
            if info.filename.startswith("xl/worksheets/sheet"):
                text = content.decode()
                content = wanted.sub(
                    lambda match: raw[match.group(3)].format(cell=match.group(1), style=match.group(2) or ""), text
                ).encode()
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/architects/make.py OUT_DIR")
    main(Path(sys.argv[1]))
