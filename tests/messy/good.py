"""The one good delivery: a small office of architects, every value as Excel would store it.

Days above 12, decimals, æ, ø and å and leading zeros stand in it on purpose: they are what messing destroys.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from messy.sheets import Book, Cell, Delivery, Table
from momentsheet.catalog import load_catalog
from momentsheet.model.catalog import Catalog

D = dt.date
KARI, OLA, ASE = "kari.nordmann@fjordglott.example", "ola.hansen@fjordglott.example", "ase.lovli@fjordglott.example"

ROWS: dict[str, list[dict[str, Cell]]] = {
    "company": [
        {
            "company_code": "fjordglott", "company_name": "Fjordgløtt Arkitekter AS", "org_number": "310000086",
            "country": "NO", "currency": "NOK", "bank_account": "12345678903", "source_system": "Regneark",
            "accounting_system": "Annet system eller ingen", "cutover_date": D(2025, 1, 1), "hours_per_day": 7.5,
            "default_credit_days": 30, "date_order": None, "price_basis": "Uten mva", "import_round": "Prøveimport",
        }
    ],
    "absence_type": [
        {"name": "Ferie", "paid": "Ja", "deduct_from_banked_hours": "Nei", "category": "Ferie"},
        {"name": "Egenmelding", "paid": "Ja", "deduct_from_banked_hours": "Nei", "category": "Sykdom"},
        {"name": "Avspasering", "paid": "Nei", "deduct_from_banked_hours": "Ja", "category": "Avspasering"},
    ],
    "employee": [
        {"email": KARI, "first_name": "Kari", "last_name": "Nordmann", "mobile_phone": "+4790000011",
         "external_employee_number": "101", "employed_from": D(2015, 8, 17), "work_percentage": 100,
         "can_log_in": "Ja"},
        {"email": OLA, "first_name": "Ola", "last_name": "Hansen", "mobile_phone": "+4790000012",
         "external_employee_number": "102", "employed_from": D(2018, 1, 2), "work_percentage": 80, "can_log_in": "Ja"},
        {"email": ASE, "first_name": "Åse", "last_name": "Løvli", "mobile_phone": "+4790000013",
         "external_employee_number": "103", "employed_from": D(2020, 10, 15), "work_percentage": 62.5,
         "can_log_in": "Nei"},
    ],
    "customer": [
        {"customer_number": "10001", "name": "Havneby kommune", "org_number": "310000019", "phone": "+4722000010",
         "address_line1": "Rådhusgata 1", "postal_code": "0158", "city": "Oslo", "status": "Aktiv",
         "relation": "Kunde", "invoice_type": "E-post", "email": "post@havneby.example", "bank_account": "12345678903"},
        {"customer_number": "10002", "name": "Solgård Eiendom AS", "org_number": "310000027", "phone": "+4790000021",
         "address_line1": "Solveien 4", "postal_code": "5003", "city": "Bergen", "status": "Potensiell",
         "relation": "Begge", "invoice_type": "Papir", "email": "post@solgard.example", "bank_account": None},
        {"customer_number": "10003", "name": "Bryggen Borettslag", "org_number": "310000035", "phone": "+4773000012",
         "address_line1": "Bryggen 12", "postal_code": "0915", "city": "Oslo", "status": "Aktiv",
         "relation": "Kunde", "invoice_type": "E-post", "email": "styret@bryggen.example", "bank_account": None},
    ],
    "contact": [
        {"customer_number": "10001", "name": "Anne Berg", "phone": "+4790000031", "email": "anne.berg@havneby.example",
         "is_invoice_contact": "Ja"},
        {"customer_number": "10002", "name": "Jonas Ødegård", "phone": "+4790000032",
         "email": "jonas.odegard@solgard.example", "is_invoice_contact": "Nei"},
        {"customer_number": "10003", "name": "Siri Åsheim", "phone": None, "email": "siri@bryggen.example",
         "is_invoice_contact": "Nei"},
    ],
    "project": [
        {"project_number": "1001", "name": "Havneby ungdomsskole", "customer_number": "10001",
         "start_date": D(2024, 2, 15), "end_date": D(2025, 6, 30), "status": "Under arbeid", "project_leader": OLA,
         "price_model": "Timepris", "is_internal": "Nei"},
        {"project_number": "1002", "name": "Solgård kontorbygg", "customer_number": "10002",
         "start_date": D(2023, 9, 1), "end_date": D(2024, 11, 29), "status": "Avsluttet", "project_leader": KARI,
         "price_model": "Fastpris", "is_internal": "Nei"},
        {"project_number": "1003", "name": "Bryggen – ny fasade", "customer_number": "10003",
         "start_date": D(2024, 5, 15), "end_date": None, "status": "Under arbeid", "project_leader": ASE,
         "price_model": "Timepris", "is_internal": "Nei"},
    ],
    "activity": [
        {"project_number": "1001", "activity_name": "Skisseprosjekt", "status": "Avsluttet", "estimated_hours": 320},
        {"project_number": "1001", "activity_name": "Detaljprosjekt", "status": "Under arbeid",
         "estimated_hours": 640.5},
        {"project_number": "1002", "activity_name": "Prosjektering", "status": "Avsluttet", "estimated_hours": None},
        {"project_number": "1003", "activity_name": "Tilstandsvurdering", "status": "Under arbeid",
         "estimated_hours": 37.5},
    ],
    "time_record": [
        {"employee_email": person, "date": day, "project_number": project, "activity_name": activity, "hours": hours,
         "billable_hours": billable, "description": text, "invoice_status": status}
        for person, day, project, activity, hours, billable, text, status in (
            (KARI, D(2024, 3, 4), "1001", "Skisseprosjekt", 7.5, 7.5, "Skisser av hovedinngang", "Godkjent"),
            (KARI, D(2024, 3, 15), "1001", "Skisseprosjekt", 6, 4.25, "Møte med kommunen", "Godkjent"),
            (OLA, D(2024, 3, 4), "1001", "Skisseprosjekt", 4, 4, "Modell av uteområdet", "Fakturert"),
            (OLA, D(2024, 3, 5), "1002", "Prosjektering", 3.5, 3, "Ventilasjon, møte", "Fakturert"),
            (OLA, D(2024, 3, 27), "1002", "Prosjektering", 8.25, 8.25, "Tegninger", "Godkjent"),
            (ASE, D(2024, 6, 12), "1003", "Tilstandsvurdering", 6.25, 6.25, "Befaring av fasade", "Godkjent"),
            (ASE, D(2024, 9, 13), "1003", "Tilstandsvurdering", 7.5, 0, "Rapport fra befaring", "Ikke godkjent"),
            (KARI, D(2024, 10, 31), "1001", "Detaljprosjekt", 0.5, 0.5, "Årsmøte hos byggherren", "Godkjent"),
        )
    ],
    "absence": [
        {"employee_email": KARI, "date": D(2024, 7, 8), "quantity": 7.5, "unit": "Timer", "absence_category": "Ferie",
         "status": "Godkjent"},
        {"employee_email": OLA, "date": D(2024, 2, 13), "quantity": 7.5, "unit": "Timer",
         "absence_category": "Egenmelding", "status": "Godkjent"},
        {"employee_email": ASE, "date": D(2024, 5, 21), "quantity": 2.5, "unit": "Timer",
         "absence_category": "Avspasering", "status": "Godkjent"},
    ],
    "expense": [
        {"project_number": "1001", "activity_name": "Skisseprosjekt", "title": "Kjøring til befaring",
         "employee_email": KARI, "date": D(2024, 3, 14),
         "quantity": 64, "price": 3.5, "vat_rate": 0, "invoice_status": "Ikke fakturert", "billable": "Ja"},
        {"project_number": "1002", "activity_name": "Prosjektering", "title": "Modellmateriell",
         "employee_email": OLA, "date": D(2024, 3, 5),
         "quantity": 1, "price": 1250.5, "vat_rate": 25, "invoice_status": "Ikke fakturert", "billable": "Ja"},
        {"project_number": "1003", "activity_name": "Tilstandsvurdering", "title": "Leie av lift",
         "employee_email": ASE, "date": D(2024, 6, 12),
         "quantity": 2.5, "price": 1850, "vat_rate": 25, "invoice_status": "Ikke fakturert", "billable": "Nei"},
    ],
    "invoice": [
        {"invoice_number": number, "invoice_type": kind, "invoice_date": day, "due_date": due,
         "customer_number": customer, "project_number": project, "amount_excl_vat": net, "vat_amount": vat,
         "amount_incl_vat": gross, "outstanding_amount": open_, "delivery_method": "E-post", "sent": "Ja",
         "export_status": "Er overført", "credited_invoice_number": "16714" if kind == "Kreditnota" else None}
        for number, kind, day, due, customer, project, net, vat, gross, open_ in (
            ("16713", "Faktura", D(2024, 12, 20), D(2025, 1, 19), "10001", "1001", 48125, 12031.25, 60156.25, 60156.25),
            ("16714", "Faktura", D(2024, 12, 23), D(2025, 1, 22), "10002", "1002", 1234.5, 308.63, 1543.13, 0),
            ("16715", "Kreditnota", D(2024, 12, 27), D(2025, 1, 26), "10002", "1002", -1234.5, -308.63, -1543.13, 0),
        )
    ],
    "invoice_line": [
        {"invoice_number": "16713", "line_no": 1, "text": "Skisseprosjekt, honorar", "quantity": 38.5, "price": 1250,
         "vat_rate": 25, "amount_excl_vat": 48125, "account": "3000"},
        {"invoice_number": "16714", "line_no": 1, "text": "Prosjektering, honorar", "quantity": 1, "price": 1234.5,
         "vat_rate": 25, "amount_excl_vat": 1234.5, "account": "3000"},
        {"invoice_number": "16715", "line_no": 1, "text": "Kreditering av 16714", "quantity": -1, "price": 1234.5,
         "vat_rate": 25, "amount_excl_vat": -1234.5, "account": "3000"},
    ],
}  # fmt: skip


@cache
def catalog() -> Catalog:
    return load_catalog(Path(__file__).parents[2] / "rules")


@cache
def good() -> Delivery:
    """The delivery in one workbook, with headers and sheet names of the template. Take a copy: see `Delivery.only`."""
    tables = []
    for name, rows in ROWS.items():
        entity = catalog().entities[name]
        fields = list(rows[0])
        labels: list[Cell] = [entity.field(field).label["nb"] for field in fields]
        if entity.layout == "form":
            grid: list[list[Cell]] = [
                ["Felt", "Svar"],
                *([label, rows[0][field]] for label, field in zip(labels, fields, strict=True)),
            ]
        else:
            grid = [labels, *([row[field] for field in fields] for row in rows)]
        tables.append(Table(name, entity.title["nb"], fields, grid, entity.layout == "form"))
    return Delivery([Book("levering.xlsx", tables)])
