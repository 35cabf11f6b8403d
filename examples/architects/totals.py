"""What the old system's reports say: hours and invoiced amount per year, of some projects and people, and counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from nouns import CellValue, Columns, as_columns

LARGEST = 3  # projects and people whose hours are given, too


def control_columns(columns: Columns) -> dict[str, list[CellValue]]:
    """Counted over the workbook without a mistake."""
    hours, invoices = columns["time_record"], columns["invoice"]
    years = [day.year for day in hours["date"]]
    per_year = _summed(years, hours["hours"])
    billed = _summed([day.year for day in invoices["invoice_date"]], invoices["amount_excl_vat"])
    rows: list[dict[str, CellValue]] = [
        {"figure": "Kunder (antall)", "old_value": len(columns["customer"]["name"])},
        {"figure": "Prosjekter (antall)", "old_value": len(columns["project"]["name"])},
        {"figure": "Medarbeidere (antall)", "old_value": len(columns["employee"]["email"])},
        {"figure": "Fakturaer og kreditnotaer (antall)", "old_value": len(invoices["invoice_number"])},
        {"figure": "Timer", "old_value": float(sum(per_year.values())), "comment": "Rapport «Timer per år», 2. januar"},
    ]
    rows += [{"figure": "Timer", "year": year, "old_value": float(sum_)} for year, sum_ in sorted(per_year.items())]
    last = max(per_year)
    for name in ("project_number", "employee_email"):
        of_last = _summed(
            [key for key, year in zip(hours[name], years, strict=True) if year == last],
            [value for value, year in zip(hours["hours"], years, strict=True) if year == last],
        )
        largest = sorted(of_last, key=lambda key: (-of_last[key], str(key)))[:LARGEST]
        rows += [{"figure": "Timer", "year": last, name: key, "old_value": float(of_last[key])} for key in largest]
    rows += [
        {"figure": "Fakturert uten mva", "year": year, "old_value": float(sum_), "comment": "Omsetning fra regnskapet"}
        for year, sum_ in sorted(billed.items())
    ]
    unpaid = sum((Decimal(str(amount)) for amount in invoices["outstanding_amount"]), Decimal(0))
    rows.append({"figure": "Åpent beløp", "old_value": float(unpaid), "comment": "Reskontro per 31. desember"})
    return as_columns(rows)


# Private functions


def _summed(keys: Sequence[CellValue], values: Sequence[CellValue]) -> dict[CellValue, Decimal]:
    found: dict[CellValue, Decimal] = defaultdict(Decimal)
    for key, value in zip(keys, values, strict=True):
        found[key] += Decimal(str(value))
    return found
