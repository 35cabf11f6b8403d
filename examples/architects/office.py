"""The invented architects' office Fjordgløtt: co-workers, customers, projects and two years of hours.

It is the same each time. Nobody in it exists: names are composed, organisation numbers begin with 3 (real ones
with 8 or 9), mail goes to *.example.
"""

from __future__ import annotations

import random

from absences import absence_columns, absence_type_columns, opening_balance_columns
from billing import billing_columns
from hours import hour_columns
from nouns import CUTOVER, CellValue, Columns, Office
from people import contact_columns, customer_columns, employee_columns
from projects import activity_columns, add_projects, project_columns
from quality import quality_columns
from totals import control_columns

SEED = 20250101


def good() -> Columns:
    """The whole workbook without a mistake: entity -> field -> values, as people type them in Norwegian."""
    chance = random.Random(SEED)
    office = Office()
    columns: Columns = {"employee": employee_columns(office, chance), "customer": customer_columns(office, chance)}
    add_projects(office, chance)
    columns["contact"] = contact_columns(office, columns["customer"], chance)
    columns["project"] = project_columns(office, chance)
    columns["activity"] = activity_columns(office, chance)
    columns["time_record"] = hour_columns(office, chance)
    columns["absence_type"] = absence_type_columns()
    columns["absence"] = absence_columns(office, chance)
    columns["opening_balance"] = opening_balance_columns(office, chance)
    columns |= billing_columns(office, columns["time_record"], columns["customer"], chance)
    columns |= quality_columns(office, columns["customer"], chance)
    columns["company"] = _company(office)
    columns["control_total"] = control_columns(columns)
    return columns


# Private functions


def _company(office: Office) -> dict[str, list[CellValue]]:
    highest = max(int(number) for number in (*office.active_customers, *office.other_customers))
    answers: dict[str, CellValue] = {
        "company_code": "fjordglott", "company_name": "Fjordgløtt Arkitekter AS", "org_number": "310 000 086",
        "country": "Norge", "currency": "NOK", "bank_account": "1234.56.78903", "source_system": "Timelisten",
        "accounting_system": "PowerOffice Go", "cutover_date": CUTOVER, "hours_per_day": 7.5, "default_credit_days": 14,
        "date_order": "Dag, måned, år (31.12.2024)", "import_round": "Prøveimport", "price_basis": "Uten mva",
        "next_customer_no": str(highest + 1), "next_project_no": "25001", "next_invoice_no": "20001",
    }  # fmt: skip
    return {name: [answer] for name, answer in answers.items()}
