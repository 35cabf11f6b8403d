"""Messes of headers, columns, sheets and rows: what must be recognised."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from messy.good import catalog
from messy.mess import each, same, told
from messy.sheets import Book, Cell, Delivery, Row, Table

HEADERS, COLUMNS, SHEETS, ROWS = "Header rows", "Columns", "Sheets", "Rows that are no data"

# Header rows


@same(HEADERS, "customers")
def header_in_row_2(d: Delivery) -> None:
    d.customer.above([None])


@same(HEADERS, "customers", by="openpyxl xlsx")
def header_in_row_10_below_titles_and_explanations(d: Delivery) -> None:
    d.customer.above(
        ["Kundeliste"], ["Fjordgløtt Arkitekter AS"], [], ["Skrevet ut", dt.date(2025, 1, 13)], [], ["Alle kunder"],
        ["Sortert etter kundenummer"], [], ["Fyll ut alle kolonner med stjerne"],
    )  # fmt: skip


@same(HEADERS, "hours", by="libreoffice xlsx")
def header_in_row_49(d: Delivery) -> None:
    d.time_record.above(*[[f"Merknad {number} om timelisten"] for number in range(48)])


@same(HEADERS, "customers", by="libreoffice ods")
def title_merged_over_all_columns(d: Delivery) -> None:
    table = d.customer
    table.above(["Kunder hos Fjordgløtt Arkitekter AS"])
    table.merged.append((1, 0, 1, len(table.fields) - 1))


@same(HEADERS, "customers")
def group_headers_above_the_headers(d: Delivery) -> None:
    table = d.customer
    groups: Row = [None] * len(table.fields)
    groups[0], groups[table.place("phone")], groups[table.place("status")] = "Kunden", "Adresse og telefon", "Diverse"
    table.above(groups)
    table.merged.append((1, 0, 1, 2))
    table.merged.append((1, table.place("phone"), 1, table.place("city")))


@same(HEADERS, "customers")
def two_line_header_with_the_group_in_a_merged_cell(d: Delivery) -> None:
    table = d.customer
    above: Row = [None] * len(table.fields)
    first, last = table.place("address_line1"), table.place("city")
    above[first] = "Hovedadresse"
    table.rename(address_line1="Linje 1", postal_code="Postnummer", city="Postal sted")
    table.above(above)
    table.merged.append((1, first, 1, last))


@same(HEADERS, "hours", by="openpyxl xlsx")
def header_broken_over_two_rows(d: Delivery) -> None:
    table = d.time_record
    above: Row = [None] * len(table.fields)
    above[table.place("billable_hours")], above[table.place("project_number")] = "Fakturerbare", "Prosjekt-"
    table.rename(billable_hours="timer", project_number="nummer")
    table.above(above)


@same(HEADERS, "hours")
def line_break_in_a_header(d: Delivery) -> None:
    d.time_record.rename(billable_hours="Fakturerbare\ntimer", project_number="Prosjekt-\nnummer")


@same(HEADERS, "hours", "WB-23")
def header_row_with_a_date_in_it(d: Delivery) -> None:
    d.time_record.add_column(2, [dt.date(2024, 12, 31), *["x"] * 8])


@same(HEADERS, "customers", by="libreoffice xls")
def data_that_begins_in_the_third_column(d: Delivery) -> None:
    table = d.customer
    table.grid[:] = [[None, None, *row] for row in table.grid]
    table.above([], [])


@told(HEADERS, "customers", ("WB-33", "Kunder", None))
def no_header_at_all(d: Delivery) -> None:
    del d.customer.grid[0]


@told(HEADERS, "customers", ("WB-38", "Kunder", None))
def header_sorted_in_among_the_rows(d: Delivery) -> None:
    grid = d.customer.grid
    grid[0], grid[1] = grid[1], grid[0]


# How headers are spelt


def _respelt(change: object) -> object:
    def make(d: Delivery) -> None:
        for table in d.book.tables:
            if table.is_form:
                table.grid[1:] = [[change(str(row[0])), row[1]] for row in table.grid[1:]]
            else:
                table.grid[0] = [change(str(header)) for header in table.header]

    return make


each(
    same("Spelling of headers", "contacts"),
    headers_with_hard_spaces=_respelt(lambda text: text.replace(" ", "\u00a0") + "\u00a0"),
    headers_with_a_star=_respelt(lambda text: f"{text} *"),
)
each(
    same("Spelling of headers", "hours"),
    headers_with_obligatorisk=_respelt(lambda text: f"{text} (obligatorisk)"),
)
each(
    same("Spelling of headers", "hours", by="openpyxl xlsx"),
    headers_in_capital_letters=_respelt(str.upper),
    headers_with_spaces_and_colons=_respelt(lambda text: f"  {text.replace(' ', '  ')} : "),
    headers_with_letters_and_accents_apart=_respelt(lambda text: unicodedata.normalize("NFD", text)),
)
each(
    same("Spelling of headers", "customers"),
    headers_with_zero_width_spaces=_respelt("\u200b".join),
    headers_with_soft_hyphens=_respelt(lambda text: re.sub("(?<=[a-z])nummer", "\u00adnummer", text)),
    headers_with_a_byte_order_mark=_respelt(lambda text: "\ufeff" + text),
    headers_in_quotation_marks=_respelt(lambda text: f"«{text}»"),
)


@same("Spelling of headers", "absence", by="libreoffice ods")
def headers_without_norwegian_letters(d: Delivery) -> None:
    for table in d.book.tables:
        table.name = table.name.replace("æ", "ae").replace("ø", "o").replace("å", "a")
        if not table.is_form:
            table.grid[0] = [str(text).replace("æ", "ae").replace("ø", "o").replace("å", "a") for text in table.header]


# Which header it is


@same(COLUMNS, "all")
def columns_in_reverse_order(d: Delivery) -> None:
    for table in d.book.tables:
        table.reorder(list(reversed(range(len(table.fields)))))


@same(COLUMNS, "hours", by="openpyxl xlsx")
def columns_moved(d: Delivery) -> None:
    d.time_record.reorder([5, 0, 7, 1, 4, 2, 6, 3])


@same(COLUMNS, "customers", by="libreoffice xls")
def empty_columns_in_between(d: Delivery) -> None:
    for at in (6, 3, 1):
        d.customer.add_column(at, [])


@same(COLUMNS, "customers")
def headers_by_their_aliases(d: Delivery) -> None:
    d.customer.rename(
        customer_number="Kundenr", name="Navn på kunde", org_number="Organisasjonsnummer", phone="Tlf.nr",
        address_line1="Gateadresse", postal_code="Postnr", city="Poststed",
    )  # fmt: skip


def _in_language(language: str) -> object:
    def make(d: Delivery) -> None:
        for table in d.book.tables:
            entity = catalog().entities[table.entity]
            table.rename(**{name: entity.field(name).label[language] for name in table.fields})
            table.name = entity.title[language]

    return make


each(same(COLUMNS, "all", by="openpyxl xlsx"), headers_in_english=_in_language("en"))
each(same(COLUMNS, "all", by="libreoffice ods"), headers_in_swedish=_in_language("sv"))
each(same(COLUMNS, "all", by="libreoffice xlsx"), headers_in_danish=_in_language("da"))


@same(COLUMNS, "hours")
def headers_in_four_languages_on_one_sheet(d: Delivery) -> None:
    d.time_record.rename(employee_email="Coworker", date="Datum", hours="Antal timer", description="Arbeidsbeskrivelse")


@same(COLUMNS, "customers", "WB-02")
def a_misspelt_header(d: Delivery) -> None:
    d.customer.rename(customer_number="Kundenumer")


@same(COLUMNS, "customers", "WB-23", "WB-23")
def extra_columns_of_the_customers_own(d: Delivery) -> None:
    d.customer.add_column(2, ["Klubb", "A", "B", "A"])
    d.customer.add_column(9, ["Husk", None, "ring i mai", None])


@same(COLUMNS, "customers", "WB-23", "WB-23")
def extra_columns_that_are_called_almost_like_ours(d: Delivery) -> None:
    d.customer.add_column(4, ["Telefon 2", "22000099", None, None])
    d.customer.add_column(0, ["Ikke kundenummer", "7", "8", "9"])


@same(COLUMNS, "customers", "WB-56")
def a_column_twice_with_the_same_values(d: Delivery) -> None:
    d.customer.add_column(5, [d.customer.header[1], *d.customer.column("name")])


@told(COLUMNS, "customers", ("WB-22", "Kunder", "F1"))
def a_column_twice_with_different_values(d: Delivery) -> None:
    d.customer.add_column(5, [d.customer.header[1], "Havneby", "Solgård", "Bryggen"])


@same(COLUMNS, "customers")
def a_column_twice_of_which_one_is_empty(d: Delivery) -> None:
    d.customer.add_column(0, [d.customer.header[1]])


def _without_phone(d: Delivery) -> None:
    d.customer.change("phone", lambda _: None)


@same(COLUMNS, "customers", against=_without_phone, by="openpyxl xlsx")
def an_optional_column_is_missing(d: Delivery) -> None:
    d.customer.drop("phone")


@told(COLUMNS, "customers", ("WB-17", "Kunder", None))
def a_required_column_is_missing(d: Delivery) -> None:
    d.customer.drop("name")


@same(COLUMNS, "customers")
def hidden_columns(d: Delivery) -> None:
    d.customer.hidden_columns |= {2, 5}


# As other programs name them


def _grid(headers: str, rows: list[Row]) -> list[Row]:
    return [list(headers.split("|")), *rows]


def _hours(d: Delivery) -> list[dict[str, Cell]]:
    table = d.time_record
    names = {row[0]: f"{row[1]} {row[2]}" for row in d.employee.rows}
    projects = {row[0]: row for row in d.project.rows}
    customers = {row[0]: row[1] for row in d.customer.rows}
    found = []
    for row in table.rows:
        line = dict(zip(table.fields, row, strict=True))
        project = projects[line["project_number"]]
        line |= {"person": names[line["employee_email"]], "project": project[1], "client": customers[project[2]]}
        found.append(line)
    return found


def _without_status(d: Delivery) -> None:
    d.time_record.change("invoice_status", lambda _: None)


def _without_status_and_billable(d: Delivery) -> None:
    d.time_record.drop("invoice_status", "billable_hours")


@same("Other programs", "projects", "WB-23", "WB-23", "WB-43", "WB-03")
def projects_as_moment_exports_them(d: Delivery) -> None:
    table = d.project
    customers = {row[0]: (row[1], row[2]) for row in d.customer.rows}
    rows: list[Row] = []
    for row in table.rows:
        line = dict(zip(table.fields, row, strict=True))
        customer = customers[line["customer_number"]]
        rows.append([line["project_number"], line["name"], line["customer_number"], *customer, line["status"],
                     dt.date(2023, 1, 2), "Kari Nordmann", line["start_date"], line["end_date"], line["price_model"],
                     line["project_leader"], line["is_internal"], 12.5, 1000, 0.98])  # fmt: skip
    rows.append(["Totalt", *[None] * 12, 37.5, 3000, None])
    table.grid[:] = _grid(
        "Prosjektnr|Prosjektnavn|Kundenr|Kundenavn|Org.nr.|Prosjektstatus|Opprettet|Opprettet av|Start|Slutt|Prismodell"
        "|Prosjektleder|Internt prosjekt|Timer (periode)|Å faktureres|Profittfaktor",
        rows,
    )


@same("Other programs", "hours", *["WB-23"] * 3, "WB-03")
def hours_as_moment_exports_them(d: Delivery) -> None:
    rows: list[Row] = [
        [line["date"], line["person"], line["client"], line["project_number"], line["project"], line["activity_name"],
         line["hours"], line["billable_hours"], line["description"], line["invoice_status"], 1000]
        for line in _hours(d)
    ]  # fmt: skip
    rows.append(["Totalt", *[None] * 5, 43.5, 33.75, None, None, None])
    d.time_record.grid[:] = _grid(
        "Dato|Ansatt|Kunde|Prosjektnummer|Prosjekt|Aktivitet|Timer|Fakturerbart|Beskrivelse|Status|Beløp", rows
    )


@same(
    "Other programs",
    "hours",
    "WB-51",
    *["WB-23"] * 5,
    against=_without_status_and_billable,
    by="csv csv",
    options={"delimiter": ",", "numbers": "english"},
)
def hours_as_harvest_exports_them(d: Delivery) -> None:
    rows: list[Row] = []
    for line in _hours(d):
        first, last = str(line["person"]).split(" ")
        rows.append([line["date"], line["client"], line["project"], line["project_number"], line["activity_name"],
                     line["description"], line["hours"], line["hours"], "Yes", "No", first, last])  # fmt: skip
    d.time_record.grid[:] = _grid(
        "Date|Client|Project|Project Code|Task|Notes|Hours|Hours Rounded|Billable?|Invoiced?|First Name|Last Name", rows
    )


@same(
    "Other programs",
    "hours",
    "WB-51",
    *["WB-23"] * 6,
    against=_without_status_and_billable,
    by="csv csv",
    options={"delimiter": ",", "numbers": "english"},
)
def hours_as_toggl_exports_them(d: Delivery) -> None:
    rows: list[Row] = []
    for line in _hours(d):
        minutes = round(float(line["hours"]) * 60)
        rows.append([line["person"], line["employee_email"], line["client"], line["project"], line["activity_name"],
                     line["description"], "Yes", line["date"], "08:00:00", line["date"], "16:00:00",
                     f"{minutes // 60:02d}:{minutes % 60:02d}:00"])  # fmt: skip
    d.time_record.name = "Detailed report"
    d.time_record.grid[:] = _grid(
        "User|Email|Client|Project|Task|Description|Billable|Start date|Start time|End date|End time|Duration", rows
    )


@same(
    "Other programs",
    "hours",
    "WB-51",
    *["WB-23"] * 2,
    against=_without_status_and_billable,
    by="csv csv",
    options={"encoding": "cp1252"},
)
def hours_as_a_swedish_program_exports_them(d: Delivery) -> None:
    rows: list[Row] = [
        [str(line["date"]), line["client"], line["project"], line["person"], line["hours"], line["activity_name"], 1,
         line["description"]]
        for line in _hours(d)
    ]  # fmt: skip
    d.time_record.name = "Tidrapport"
    d.time_record.grid[:] = _grid("Datum|Kund|Projekt|Användare|Tid i timmar|Aktivitet|Fakturerbar|Beskrivning", rows)


@same("Other programs", "projects", "WB-23", "WB-23")
def projects_as_tripletex_names_them(d: Delivery) -> None:
    table = d.project
    table.rename(
        project_number="Prosjektnummer", name="Prosjektnavn", customer_number="Kundenummer", start_date="Startdato",
        end_date="Sluttdato", project_leader="Prosjektleder e-postadresse",
    )  # fmt: skip
    table.add_column(5, ["Eksternt regnskapsnummer", "A-1", "A-2", "A-3"])
    table.add_column(6, ["Kategorinummer", 1, 2, 3])


@same("Other programs", "customers", by="openpyxl xlsx")
def customers_as_24sevenoffice_names_them(d: Delivery) -> None:
    d.customer.name = "Companies"
    d.customer.rename(
        customer_number="CompanyID", name="CompanyName", org_number="CompanyGovNo", phone="CompanyPhone",
        address_line1="CompanyPostStreet", postal_code="CompanyPostPostcode", city="CompanyPostPostarea",
        email="CompanyEmail",
    )  # fmt: skip


@same("Other programs", "customers", by="libreoffice xlsx")
def customers_as_uni_economy_names_them(d: Delivery) -> None:
    d.customer.rename(
        customer_number="Kundenr", name="Navn", org_number="Orgnr", phone="Telefonnr", address_line1="Adresse",
        postal_code="Postnummer", city="Poststed", email="Epostadresse",
    )  # fmt: skip


@same("Other programs", "invoices", "WB-23", "WB-23", "WB-43")
def invoices_as_moment_exports_them(d: Delivery) -> None:
    table = d.invoice
    table.rename(invoice_type="Type")
    table.add_column(5, ["Kundenavn", "Havneby kommune", "Solgård Eiendom AS", "Solgård Eiendom AS"])
    table.add_column(7, ["Prosjekt", "Havneby ungdomsskole", "Solgård kontorbygg", "Solgård kontorbygg"])
    table.add_column(2, ["Påminnelse utsatt til", None, None, dt.date(2025, 1, 30)])
    table.add_column(9, ["Regnskapskonto: 3000", 48125, 1234.5, -1234.5])
    table.add_column(9, ["Dager mellom sendt og betalt", 3, 4, 5])


@told("Other programs", "customers", ("WB-17", "Kunder", None))
def customers_without_numbers_as_fiken_exports_them(d: Delivery) -> None:
    d.customer.rename(name="Navn", org_number="Orgnr", postal_code="Postnr", city="Poststed")
    d.customer.drop("customer_number")


# Sheets


@same(SHEETS, "all", by="libreoffice xlsx")
def sheets_in_another_order(d: Delivery) -> None:
    d.book.tables.reverse()


@same(SHEETS, "invoices", by="libreoffice xlsm")
def sheets_with_everyday_names(d: Delivery) -> None:
    names = {
        "company": "Om firmaet", "employee": "Ansatte", "customer": "Kundeliste", "time_record": "Timeliste",
        "expense": "Prosjektutlegg", "invoice": "Fakturaer", "invoice_line": "Fakturaspesifikasjon",
    }  # fmt: skip
    for table in d.book.tables:
        table.name = names.get(table.entity, table.name.upper())


@same(SHEETS, "hours", *["WB-34"] * 5)
def sheets_that_are_called_ark(d: Delivery) -> None:
    for number, table in enumerate(d.book.tables[1:], 1):
        table.name = f"Ark{number}"


@same(SHEETS, "hours")
def hours_on_one_sheet_per_year(d: Delivery) -> None:
    _split_hours(d, "Timer 2023", "Timer 2024")


@same(SHEETS, "hours", by="openpyxl xlsx")
def hours_on_one_sheet_per_half_year_with_other_columns(d: Delivery) -> None:
    _split_hours(d, "Timer vår 2024", "Timer høst 2024")
    second = d.book.tables[-1]
    second.reorder([7, 6, 5, 4, 3, 2, 1, 0])


@same(SHEETS, "hours")
def sheet_named_with_the_companys_name(d: Delivery) -> None:
    d.time_record.name = "Timer Fjordgløtt 2024"
    d.customer.name = "Kunder Fjordgløtt"


def _split_hours(d: Delivery, first_name: str, second_name: str) -> None:
    first = d.time_record
    second = Table("time_record", second_name, list(first.fields), [list(first.header), *first.grid[5:]])
    first.name = first_name
    del first.grid[5:]
    d.book.tables.append(second)


@same(SHEETS, "all")
def one_workbook_for_each_sheet(d: Delivery) -> None:
    d.books[:] = [Book(f"{table.name}.xlsx", [table]) for table in d.book.tables]


@same(SHEETS, "all", by="openpyxl xlsx")
def two_workbooks(d: Delivery) -> None:
    tables = d.book.tables
    d.books[:] = [Book("stamdata.xlsx", tables[:6]), Book("historikk.xlsx", tables[6:])]


@same(SHEETS, "customers", "WB-35")
def a_hidden_sheet(d: Delivery) -> None:
    d.customer.state = "hidden"


@same(SHEETS, "customers", "WB-28")
def a_sheet_of_notes(d: Delivery) -> None:
    d.book.add("Notater", [["Husk å ringe Havneby"], [None, "og Solgård"], ["Kari tar resten i uke 7"]])


@same(SHEETS, "customers", "WB-28", by="libreoffice ods")
def a_sheet_of_figures(d: Delivery) -> None:
    d.book.add("Pivot", [["Radetiketter", "Antall av Navn"], ["Bergen", 1], ["Oslo", 2], ["Totalsum", 3]], at=0)


@same(SHEETS, "customers", by="openpyxl xlsx")
def empty_sheets(d: Delivery) -> None:
    d.book.add("Ark2", [])
    d.book.add("Ark3", [], at=0)


@same(SHEETS, "customers", by="openpyxl xlsx")
def protected_sheets(d: Delivery) -> None:
    for table in d.book.tables:
        table.is_protected = True


@told(SHEETS, "customers", ("WB-37", "Kunder", None))
def two_tables_on_one_sheet(d: Delivery) -> None:
    d.customer.grid += [[], [], ["Kundenavn", "Kundenummer", "Telefon"], ["Fjellheim AS", "10004", "+4722000013"]]


@same(SHEETS, "customers")
def a_list_with_its_own_headers_pasted_over_our_sheet(d: Delivery) -> None:
    """The template's properties and its hidden sheet still speak of the columns that stood there before."""
    from_template(d, "1")
    d.customer.rename(
        customer_number="Kundenr", name="Navn", org_number="Organisasjonsnummer", phone="Tlf", address_line1="Adresse",
        postal_code="Postnr", city="Sted",
    )  # fmt: skip
    d.customer.reorder([4, 1, 6, 0, 3, 2, 5, *range(7, len(d.customer.fields))])


@same(SHEETS, "customers", "WB-53")
def a_template_of_an_older_version(d: Delivery) -> None:
    d.customer.rename(name="Hva kunden kalles")
    from_template(d, "0", catalog="0a1b2c3d4e5f")


@same(SHEETS, "customers", "WB-53", "WB-23")
def a_template_that_asked_for_more_than_today(d: Delivery) -> None:
    d.customer.add_column(4, ["Telefaks", "22000099", None, None])
    d.customer.fields[4] = "fax"
    from_template(d, "0", catalog="0a1b2c3d4e5f")


@told(SHEETS, "hours", ("WB-52", "Timer (2)", None))
def a_sheet_copied_with_all_its_rows(d: Delivery) -> None:
    table = d.time_record
    d.book.tables.append(Table("time_record", "Timer (2)", list(table.fields), [list(row) for row in table.grid]))


def from_template(d: Delivery, version: str, catalog: str = "") -> None:
    d.book.properties = {
        "momentsheet.id": "momentsheet", "momentsheet.version": version, "momentsheet.language": "nb",
        "momentsheet.company": "",
    }  # fmt: skip
    if catalog:
        d.book.properties["momentsheet.catalog"] = catalog
    lines: list[Row] = [
        ["template", key.removeprefix("momentsheet."), value] for key, value in d.book.properties.items()
    ]
    for table in d.book.tables:
        lines.append(["sheet", table.entity, table.name])
        for at, name in enumerate(table.fields):
            lines.append(
                ["column", f"{table.entity}.{name}", table.grid[at + 1][0] if table.is_form else table.header[at]]
            )
    d.book.add("_meta", lines, state="veryHidden")


# Rows


@same(ROWS, "hours", "WB-03")
def a_total_below_the_data(d: Delivery) -> None:
    d.time_record.grid.append(["Totalt", None, None, None, 43.5, 33.75])


@same(ROWS, "hours", "WB-03", by="libreoffice xls")
def a_sum_below_an_empty_row(d: Delivery) -> None:
    d.time_record.grid += [[], [None, None, None, "Sum:", 43.5, 33.75]]


@same(ROWS, "hours", "WB-03", by="openpyxl xlsx")
def a_sum_for_each_person(d: Delivery) -> None:
    grid = d.time_record.grid
    grid.insert(6, ["Sum Ola", None, None, None, 15.75, 15.25])
    grid.insert(3, ["Sum Kari", None, None, None, 13.5, 11.75])


@same(ROWS, "hours", "WB-03")
def a_total_for_each_month(d: Delivery) -> None:
    grid = d.time_record.grid
    grid.insert(6, ["Totalt mars", None, None, None, 29.25, 27])
    grid.append(["Totalt oktober 2024", None, None, None, 0.5, 0.5])


@same(ROWS, "hours", "WB-03")
def a_sum_in_bold_without_a_word(d: Delivery) -> None:
    d.time_record.grid += [[None, None, None, None, 43.5, 33.75]]


@same(ROWS, "hours", "WB-03", by="libreoffice ods")
def headers_again_after_each_page(d: Delivery) -> None:
    grid = d.time_record.grid
    grid.insert(7, list(grid[0]))
    grid.insert(4, list(grid[0]))


@same(ROWS, "hours", "WB-03")
def headers_again_in_capital_letters(d: Delivery) -> None:
    d.time_record.grid.insert(4, [str(text).upper() for text in d.time_record.header])


@same(ROWS, "hours", by="openpyxl xlsx")
def blank_rows_between_the_rows(d: Delivery) -> None:
    for at in (8, 5, 5, 2):
        d.time_record.grid.insert(at, [])


@same(ROWS, "customers")
def rows_of_spaces(d: Delivery) -> None:
    d.customer.grid.insert(3, [" ", "\u00a0", "", "  "])
    d.customer.grid.append([" "])


@same(ROWS, "customers", "WB-23", by="libreoffice xlsx")
def comments_beside_the_data(d: Delivery) -> None:
    d.customer.grid[2] += [None, None, "ringte 3. mai, svarer ikke"]
    d.customer.grid[3] += [None, None, "ny styreleder"]


@same(ROWS, "hours", "WB-54")
def a_comment_below_the_data(d: Delivery) -> None:
    d.time_record.grid += [[], [], ["Timene til Bjørn ligger fortsatt i det gamle systemet."]]


@same(ROWS, "customers", "WB-54", by="openpyxl xlsx")
def a_footer_of_the_printout(d: Delivery) -> None:
    d.customer.grid += [[], ["Skrevet ut 13.01.2025", None, None, "Side 1 av 1"]]


@same(ROWS, "hours", "WB-03")
def rules_drawn_with_dashes(d: Delivery) -> None:
    d.time_record.grid.insert(1, ["-----"] * 8)
    d.time_record.grid.append(["====="] * 8)


@same(ROWS, "customers", "WB-08")
def hidden_rows(d: Delivery) -> None:
    d.customer.hidden_rows.add(3)


@same(ROWS, "customers", "WB-08", by="openpyxl xlsx")
def rows_hidden_by_a_filter(d: Delivery) -> None:
    d.customer.has_filter = True
    d.customer.hidden_rows |= {2, 4}


@told(ROWS, "customers", ("WB-27", "Kunder", "G2"))
def merged_cells_in_the_data(d: Delivery) -> None:
    table = d.customer
    table.put("city", 0, "Oslo")
    table.put("city", 1, None)
    table.merged.append((2, table.place("city"), 3, table.place("city")))


@same(ROWS, "customers")
def rows_after_a_gap_of_five_thousand(d: Delivery) -> None:
    d.customer.grid[3:3] = [[]] * 5000
