"""Lists as other programs, and Moment itself, export them: their headers are known, and what is left out is left out.

The headers are those of the programs' own documentation and of public readers of their files.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery import sheet, workbook

from momentsheet.catalog import load_catalog
from momentsheet.checking.bind import bind

CATALOG = load_catalog(Path(__file__).parents[1] / "rules")

# program, entity, headers that are read and their fields, headers that are not
EXPORTS = [
    (
        "Moment hours",
        "time_record",
        (
            "Dato = date; Ansatt = employee_email; Prosjektnummer = project_number; Aktivitet = activity_name; "
            "Timer = hours; Fakturerbare timer = billable_hours; Beskrivelse = description; "
            "Intern merknad = internal_note; Avdeling = department; Status = invoice_status; "
            "Timepris = hourly_rate"
        ),
        "Ansattnummer; Kundenummer; Kunde; Prosjekt; Beløp",
    ),
    (
        "Harvest",
        "time_record",
        (
            "Date = date; Project Code = project_number; Task = activity_name; Notes = description; "
            "Hours = hours; First Name = employee_email; Last Name = employee_email; "
            "Billable Rate = hourly_rate; Currency = currency"
        ),
        (
            "Client; Project; Hours Rounded; Billable?; Invoiced?; Approved?; Roles; Employee?; Billable Amount; "
            "Cost Rate; Cost Amount; External Reference URL"
        ),
    ),
    (
        "Toggl Track",
        "time_record",
        (
            "Email = employee_email; Project = project_number; Task = activity_name; Description = description; "
            "Start date = date; Duration = hours"
        ),
        "User; Client; Billable; Start time; End date; End time; Tags; Amount ()",
    ),
    (
        "Clockify",
        "time_record",
        (
            "Project = project_number; Description = description; Task = activity_name; Email = employee_email; "
            "Start Date = date; Duration (decimal) = hours; Billable Rate (USD) = hourly_rate"
        ),
        "Client; User; Group; Tags; Billable; Start Time; End Date; End Time; Duration (h); Billable Amount (USD)",
    ),
    (
        "Kimai",
        "time_record",
        (
            "Date = date; Duration = hours; User = employee_email; Project = project_number; "
            "Activity = activity_name; Description = description; Hourly rate = hourly_rate"
        ),
        "Begin; End; Rate; Customer; Exported; Tags; Fixed rate",
    ),
    (
        "Flowi",
        "time_record",
        (
            "Datum = date; Projekt = project_number; Användare = employee_email; Tid i minuter = hours; "
            "Aktivitet = activity_name"
        ),
        "Kund; Fakturerbar",
    ),
    (
        "TimeOut",
        "time_record",
        (
            "Id = source_id; Jobnavn = project_number; Aktivitet = activity_name; "
            "Heraf fakturerbare timer = billable_hours; Medarbejder = employee_email; Kommentar = description"
        ),
        "Kundenavn; Kundenr",
    ),
    (
        "MOCO",
        "time_record",
        (
            "Date = date; hours = hours; description = description; project.name = project_number; "
            "task.name = activity_name; user.firstname = employee_email; user.lastname = employee_email"
        ),
        "billed; billable; customer.name",
    ),
    (
        "Moment customers",
        "customer",
        (
            "Kundenummer = customer_number; Kundenavn = name; Org.nr. = org_number; "
            "Hovedadresse - Linje 1 = address_line1; Hovedadresse - Linje 2 = address_line2; "
            "Hovedadresse - Postnummer = postal_code; Hovedadresse - Postal sted = city; E-post = email; "
            "MVA-nummer = vat_number; Fakturaadresse - Linje 1 = invoice_address_line1; "
            "Fakturaadresse - Postnummer = invoice_postal_code; Fakturaadresse - Postal sted = invoice_city; "
            "Faktura e-poster = invoice_email; Nettside = website; Telefon = phone"
        ),
        "Fakturaadresse - Linje 2; Besøksadresse - Linje 1",
    ),
    (
        "Tripletex customers",
        "customer",
        (
            "Kundenummer = customer_number; Navn = name; Organisasjonsnummer = org_number; Telefon = phone; "
            "Epost = email; Postadresse - linje 1 = address_line1; Postadresse - linje 2 = address_line2; "
            "Postadresse - postnummer = postal_code; Postadresse - sted = city; Postadresse - land = country"
        ),
        "Leverandørnummer; Mobil; Faks; Forretningsadresse - linje 1",
    ),
    (
        "24SevenOffice customers",
        "customer",
        (
            "CompanyID = customer_number; CompanyName = name; CompanyGovNo = org_number; CompanyPhone = phone; "
            "CompanyEmail = email; CompanyInvoiceEmail = invoice_email; CompanyCountry = country; "
            "CompanyPostStreet = address_line1; CompanyPostPostcode = postal_code; CompanyPostPostarea = city; "
            "CompanyInvoiceStreet = invoice_address_line1"
        ),
        "CompanyNickname; CompanyMobile; CompanyPostCity; CompanyVisitStreet; CompanyOwner; CompanyIndustry",
    ),
    (
        "Fiken customers",
        "customer",
        (
            "Navn = name; Orgnr = org_number; Adresse = address_line1; Adresse2 = address_line2; "
            "Postnr = postal_code; Poststed = city; Land = country; E-post = email; Telefon = phone"
        ),
        "Medlemsnummer",
    ),
    (
        "Timerabbit customers",
        "customer",
        (
            "Navn = name; Adresse = address_line1; Postnummer = postal_code; Sted = city; Land = country; "
            "Telefon = phone; E-post = email; Nettsted = website"
        ),
        "Kontaktperson; Mobil; E-post (kontakt); Tittel (kontakt)",
    ),
    (
        "Uni Economy customers",
        "customer",
        (
            "Kundenr = customer_number; Navn = name; Adresse = address_line1; Adresse2 = address_line2; "
            "Postnummer = postal_code; Poststed = city; Landkode = country; Telefonnr = phone; "
            "Epostadresse = email; Orgnr = org_number"
        ),
        "Mobilnr",
    ),
    (
        "Moment projects",
        "project",
        (
            "Prosjektnr = project_number; Prosjektnavn = name; Kundenr = customer_number; "
            "Hovedprosjektnr = main_project_number; Avdeling = department; Prosjekteier = project_owner; "
            "Prosjektstatus = status; Statuskommentar = status_comment; Start = start_date; Slutt = end_date; "
            "Prosjekttagger = project_tags; Gate = address_street; Postnr = address_postal_code; "
            "Poststed = address_city; Matrikkel-ID = cadastral_id; Prismodell = price_model; "
            "Honorarestimat = fixed_price_amount; Beskrivelse = description"
        ),
        (
            "Kundenavn; Org.nr.; Leverandør/kunde; Kundetagger; Hovedprosjektnavn; Moment e-postadresse; "
            "Opprettet; Opprettet av; Kundesegment; Markedsområde; Størrelse; Fakturert på prismodeller; "
            "Eksportstatus"
        ),
    ),
    (
        "Tripletex projects, Norwegian",
        "project",
        (
            "Prosjektnavn = name; Prosjektnummer = project_number; Startdato = start_date; Sluttdato = end_date; "
            "Kundenummer = customer_number; Referanse = your_reference; "
            "Hovedprosjekt nummer = main_project_number; Prosjektleder e-postadresse = project_leader; "
            "Avdeling = department; Kategori = project_tags"
        ),
        (
            "Kundenavn; Kontakt fornavn; Kontakt etternavn; Eksternt regnskapsnummer; Hovedprosjekt navn; "
            "Prosjektleder fornavn; Prosjektleder etternavn; Avdelingsnummer; Kategorinummer"
        ),
    ),
    (
        "Tripletex projects, English",
        "project",
        (
            "PROJECT NAME = name; PROJECT NUMBER = project_number; START DATE = start_date; END DATE = end_date; "
            "CUSTOMER NUMBER = customer_number; REFERENCE NO = your_reference; "
            "MAIN PROJECT NUMBER = main_project_number; PROJECT MANAGER EMAIL = project_leader; "
            "DEPARTMENT = department; CATEGORY = project_tags"
        ),
        (
            "CUSTOMER NAME; CONTACT FIRST NAME; CONTACT LAST NAME; EXTERNAL ACCOUNTS NO; MAIN PROJECT NAME; "
            "PROJECT MANAGER FIRST NAME; PROJECT MANAGER LAST NAME; DEPARTMENT NUMBER; CATEGORY NUMBER"
        ),
    ),
    (
        "24SevenOffice projects",
        "project",
        (
            "ProjectId = project_number; ProjectName = name; ProjectStart = start_date; ProjectEnd = end_date; "
            "ProjectStatus = status; ProjectNote = description; ProjectManager = project_leader; "
            "ProjectCustomer = customer_number"
        ),
        "ProjectSubStatus; ProjectType; ProjectWorkType; ProjectApproveHours",
    ),
    (
        "Moment invoices",
        "invoice",
        (
            "Fakturanr = invoice_number; Fakturadato = invoice_date; Forfallsdato = due_date; "
            "Periodestart = period_start; Periodeslutt = period_end; Kundenummer = customer_number; "
            "Kundens referanse = customer_reference; Prosjektnummer = project_number; "
            "Fakturatagger = invoice_tags; Eksportstatus = export_status; Sendt = sent; Sendt dato = sent_date; "
            "KID = kid; Forsendelsesmåte = delivery_method; Valuta = currency; Valutakurs = exchange_rate; "
            "Beløp eks. mva = amount_excl_vat; Mva = vat_amount; Beløp ink. mva = amount_incl_vat; "
            "Utestående = outstanding_amount; Tap = loss_amount; Betalingsdato = paid_date"
        ),
        (
            "Påminnelse utsatt til; Kundenavn; Org.nr.; Kundetagger; Prosjekt; Prosjekttagger: Kundesegment; "
            "Prosjekttagger: Markedsområde; Prosjekttagger: Prosjekttagger; Aktiviteter; Aktivitetstagger; "
            "Avdeling; Honorarer eks. påslag; Regnskapskonto:3000; Dager mellom sendt og betalt; Låsedato; "
            "Kredittid"
        ),
    ),
    (
        "Tripletex invoices",
        "invoice",
        (
            "INVOICE NO = invoice_number; INVOICE DATE = invoice_date; DUE DATE = due_date; KID = kid; "
            "CUSTOMER NO = customer_number; REFERENCE NO = customer_reference; COMMENTS = invoice_text; "
            "CURRENCY = currency"
        ),
        (
            "ORDER NO; CUSTOMER NAME; CUSTOMER EMAIL; ORGANIZATION NO; ORDER LINE - DESCRIPTION; "
            "ORDER LINE - UNIT PRICE; ORDER LINE - COUNT; ORDER LINE - VAT CODE"
        ),
    ),
    (
        "Moment employees",
        "employee",
        (
            "Navn = name; E-post = email; Mobil = mobile_phone; Avdeling = department; Tittel = title; "
            "Ansettelsesstatus = employment_status; Tilgangsstyringsrolle = access_role; "
            "Kan logge inn = can_log_in; Lisens = has_license; Fødselsdato = birth_date; "
            "Arbeidsprosent = work_percentage; Eksternt ansattnummer = external_employee_number; "
            "Type lønnskompensasjon = compensation_type; Standard rolle på prosjekter = default_project_role; "
            "Ansatt fra = employed_from; Ansatt til = employed_to; Ekstern medarbeider = employee_type"
        ),
        "Behandle juridiske saker; Personnummer; Type ansatt",
    ),
]


@pytest.mark.parametrize(("entity", "read", "left_out"), [
    pytest.param(entity, read, left_out, id=program) for program, entity, read, left_out in EXPORTS
])  # fmt: skip
def test_the_headers_of_an_export_are_known(entity: str, read: str, left_out: str) -> None:
    pairs = dict(pair.split(" = ") for pair in read.split("; "))
    others = left_out.split("; ")
    headers = [*others, *pairs]
    binding = bind(workbook(sheet("export", [headers, [f"x{place}" for place in range(len(headers))]])), CATALOG)
    found = binding.sheets[0]
    assert found.entity == entity
    assert {one.header: one.field for one in found.columns if one.header in pairs} == pairs
    assert [one.header for one in found.columns if one.header in others and one.how in READ] == []


READ = {"meta", "label", "alias", "close", "two_lines", "stand_in", "joined"}


def test_no_header_is_taken_for_another_because_it_looks_alike() -> None:
    """«Fakturerbar» and «Billable?» are answered with yes or no; nobody may count them as hours."""
    for header in ("Fakturerbar", "Billable?", "Billable", "Employee?", "Invoiced?"):
        cells = [["Ansatt", "Dato", "Prosjektnummer", "Timer", header], ["kari@a.example", "04.03.2024", "1", "7", "1"]]
        read = bind(workbook(sheet("Timer", cells)), CATALOG).sheets[0].columns[-1]
        assert (read.header, read.field) == (header, None)
