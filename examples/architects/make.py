"""Write the example's workbooks: `python examples/architects/make.py OUT_DIR`.

filled.xlsx is the workbook as the office first sends it, with some forty mistakes; corrected.xlsx is what
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

from mistakes import NOT_AVAILABLE, NOT_CALCULATED, NUMBER, Mistake, corrected, spoiled  # noqa: E402
from nouns import Columns  # noqa: E402
from office import good  # noqa: E402

from momentsheet.catalog import load_catalog  # noqa: E402
from momentsheet.workbook import make_template  # noqa: E402

COMPANY = HERE / "company.yaml"
RULES = HERE.parents[1] / "rules"
PUT_IN_PLACE = {
    re.escape(NOT_AVAILABLE): ' t="e"><v>#N/A</v></c>',
    re.escape(NOT_CALCULATED): "><f>SUM(1,2)</f></c>",
    rf"{NUMBER}(\d+)": r"><v>\1</v></c>",
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
    """The workbook with error cells, uncalculated formulas and numbers where their words stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {info: source.read(info) for info in source.infolist()}
    strings = next(text for info, text in parts.items() if info.filename == "xl/sharedStrings.xml").decode()
    raw: dict[str, str] = {}
    for index, item in enumerate(re.findall(r"<si><t[^>]*>([^<]*)|<si>", strings)):
        for words, cell in PUT_IN_PLACE.items():
            if match := re.fullmatch(words, item):
                raw[str(index)] = match.expand(cell)
    wanted = re.compile(r'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="s"><v>(\d+)</v></c>')
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for info, content in parts.items():
            if info.filename.startswith("xl/worksheets/sheet"):
                content = wanted.sub(
                    lambda match: match.group(1) + raw[match.group(2)] if match.group(2) in raw else match.group(0),
                    content.decode(),
                ).encode()
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/architects/make.py OUT_DIR")
    main(Path(sys.argv[1]))
