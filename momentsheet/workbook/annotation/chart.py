"""The chart beside a listing. XlsxWriter writes it into a workbook of its own; the two parts are taken from there."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import xlsxwriter

from momentsheet.model.marks import Listing
from momentsheet.workbook.annotation.listing import Layout

DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
# Darker than the fills of cells, and told apart by their lightness, too
COLORS = {"error": "#B91C1C", "warning": "#F59E0B", "info": "#93C5FD"}
_WIDTH, _ROW, _MOST = 520, 26, 30  # pixels; bars


@dataclass(frozen=True, slots=True)
class ChartParts:
    """The part of the drawing, which names the chart as its first relationship, and the part of the chart."""

    drawing: bytes
    chart: bytes


def chart_parts(listing: Listing, layout: Layout, sheet: str) -> ChartParts | None:
    """The parts of the chart of a listing that is to be called `sheet`; None where it asks for none."""
    if listing.bars is None or not layout.rows:
        return None
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    worksheet = book.add_worksheet(sheet)
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    count = min(layout.rows, _MOST)
    first, last = layout.header_row, layout.header_row + count - 1
    for place, cells in enumerate(listing.rows[:count], first):
        for column, cell in enumerate(cells):
            worksheet.write(place, column, cell.text)  # what the chart shows until it is calculated
    for column, text in enumerate(listing.headers):
        worksheet.write(first - 1, column, text)
    for column, severity in listing.bars.pieces:
        chart.add_series(
            {
                "name": [sheet, first - 1, column],
                "categories": [sheet, first, listing.bars.names, last, listing.bars.names],
                "values": [sheet, first, column, last, column],
                "fill": {"color": COLORS[severity]},
                "gap": 60,
            }
        )
    chart.set_title({"name": listing.bars.title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    chart.set_y_axis({"reverse": True, "major_tick_mark": "none", "line": {"none": True}})
    chart.set_x_axis(
        {
            "num_format": "0",
            "minor_tick_mark": "none",
            "major_tick_mark": "none",
            "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}},
        }
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": _WIDTH, "height": 150 + _ROW * count})
    worksheet.insert_chart(layout.header_row - 1, layout.columns + layout.hidden + 1, chart)
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        return ChartParts(archive.read("xl/drawings/drawing1.xml"), archive.read("xl/charts/chart1.xml"))
