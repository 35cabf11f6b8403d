"""Messes of values: dates, numbers, words, people and numbers that are names, in every way that people write them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable

from messy.mess import each, same, told
from messy.sheets import Cell, Delivery, Formula, Shown, Uncalculated

DATES, NUMBERS, HOURS, PERCENT, YES_NO = "Dates", "Numbers", "Hours", "Per cent", "Yes and no"
IDENTIFIERS, LISTS, PEOPLE, REFERENCES, TEXTS = "Identifiers", "Code lists", "People", "References", "Texts"
Change = Callable[[Cell], Cell]

# Dates


def _dates(*makers: Callable[[dt.date], Cell]) -> Callable[[Delivery], object]:
    """The dates of the hours, written in these ways in turn."""

    def make(d: Delivery) -> None:
        d.time_record.change_each("date", makers)

    return make


MONTHS = {
    language: tuple(words.split())
    for language, words in {
        "nb": "januar februar mars april mai juni juli august september oktober november desember",
        "sv": "januari februari mars april maj juni juli augusti september oktober november december",
        "da": "januar februar marts april maj juni juli august september oktober november december",
        "en": "January February March April May June July August September October November December",
    }.items()
}
WEEKDAYS = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]


def _serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def _dotted(day: dt.date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def _iso(day: dt.date) -> str:
    return day.isoformat()


def _slashed(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _named(language: str) -> Callable[[dt.date], str]:
    return lambda day: f"{day.day}. {MONTHS[language][day.month - 1]} {day.year}"


def _week_date(day: dt.date) -> str:
    year, week, weekday = day.isocalendar()
    return f"{year}-W{week:02d}-{weekday}"


each(
    same(DATES, "hours", is_repaired=True),
    dates_as_iso_text=_dates(_iso),
    dates_as_text_with_dots=_dates(_dotted),
    dates_with_month_names_in_norwegian=_dates(_named("nb")),
    dates_with_month_names_in_danish=_dates(_named("da")),
    dates_as_serial_numbers=_dates(_serial),
    dates_as_serial_numbers_in_text=_dates(lambda day: str(_serial(day))),
    dates_with_a_clock_time_in_text=_dates(lambda day: f"{day:%d.%m.%Y} 00:00"),
    dates_as_week_dates=_dates(_week_date),
)
each(
    same(DATES, "hours", is_repaired=True, by="openpyxl xlsx"),
    dates_with_slashes_day_first=_dates(_slashed),
    dates_with_dashes_day_first=_dates(lambda day: f"{day:%d-%m-%Y}"),
    dates_with_month_names_in_swedish=_dates(_named("sv")),
    dates_with_month_names_in_english=_dates(lambda day: f"{MONTHS['en'][day.month - 1]} {day.day}, {day.year}"),
    dates_with_short_month_names=_dates(lambda day: f"{day.day}. {MONTHS['nb'][day.month - 1][:3]}. {day.year}"),
    dates_with_weekdays=_dates(lambda day: f"{WEEKDAYS[day.weekday()]} {_dotted(day)}"),
    dates_as_eight_digits=_dates(lambda day: f"{day:%Y%m%d}"),
)
each(
    same(DATES, "hours", is_repaired=True, by="libreoffice ods"),
    dates_written_in_six_ways_in_one_column=_dates(
        lambda day: day, _slashed, _iso, _dotted, _named("nb"), lambda day: f"{day:%Y%m%d}"
    ),
)
each(
    same(DATES, "hours", *["WB-24"] * 8, is_repaired=True),
    dates_with_years_of_two_digits=_dates(lambda day: f"{day:%d.%m.%y}"),
)


@same(DATES, "hours", is_repaired=True, by="openpyxl xlsx")
def dates_month_first_where_the_column_proves_it(d: Delivery) -> None:
    d.time_record.change("date", lambda day: f"{day:%m/%d/%Y}")


@same(DATES, "hours", by="libreoffice xls")
def dates_with_a_clock_time_in_the_cell(d: Delivery) -> None:
    d.time_record.change("date", lambda day: dt.datetime.combine(day, dt.time(13, 30)))


@same(DATES, "invoices")
def a_workbook_that_counts_days_from_1904(d: Delivery) -> None:
    d.book.is_1904 = True


@same(DATES, "hours", by="openpyxl xlsx")
def a_workbook_of_a_script_that_counts_days_from_1904(d: Delivery) -> None:
    d.book.is_1904 = True


AMBIGUOUS = [
    "03/04/2024",
    "05/06/2024",
    "01/02/2024",
    "03/04/2024",
    "11/12/2024",
    "07/08/2024",
    "09/10/2024",
    "02/03/2024",
]


@told(DATES, "hours", ("WB-18", "Timer", "B2"))
def dates_that_nobody_can_tell_apart(d: Delivery) -> None:
    for row, text in enumerate(AMBIGUOUS):
        d.time_record.put("date", row, text)


@told(DATES, "hours", ("WB-18", "Timer", "B2"))
def dates_of_which_one_contradicts_the_others(d: Delivery) -> None:
    """One finding for the column, which names the cell that contradicts: see `test_complaint_11`."""
    d.time_record.change("date", _slashed)
    d.time_record.put("date", 7, "10/31/2024")


@told(DATES, "hours", ("WB-07", "Timer", "B2"), ("WB-07", "Timer", "B5"), by="libreoffice xlsx")
def dates_that_do_not_exist(d: Delivery) -> None:
    d.time_record.put("date", 0, "31.02.2024")
    d.time_record.put("date", 3, "i går")


# Numbers


def _amounts(make: Callable[[float], Cell]) -> Callable[[Delivery], object]:
    """All amounts of invoices and their lines, written in that way."""

    def change(d: Delivery) -> None:
        for name in ("amount_excl_vat", "vat_amount", "amount_incl_vat", "outstanding_amount"):
            d.invoice.change(name, make)
        for name in ("price", "amount_excl_vat"):
            d.invoice_line.change(name, make)

    return change


def _grouped(number: float, group: str, mark: str, minus: str = "-") -> str:
    text = f"{abs(number):,.2f}".replace(",", "?").replace(".", mark).replace("?", group)
    return f"{minus}{text}" if number < 0 else text


each(
    same(NUMBERS, "invoices", is_repaired=True),
    numbers_with_a_decimal_comma=_amounts(lambda n: f"{n:.2f}".replace(".", ",")),
    numbers_with_spaces_and_comma=_amounts(lambda n: _grouped(n, " ", ",")),
    numbers_with_narrow_spaces_and_a_long_minus=_amounts(lambda n: _grouped(n, "\u202f", ",", "\u2212")),
    numbers_with_dots_and_comma=_amounts(lambda n: _grouped(n, ".", ",")),
    numbers_with_crowns_in_front=_amounts(lambda n: f"kr {_grouped(n, ' ', ',')}"),
    numbers_with_the_currency_behind=_amounts(lambda n: f"{_grouped(n, ' ', ',')} NOK"),
    numbers_in_text_with_a_point=_amounts(lambda n: f"{n:.2f}"),
)
each(
    same(NUMBERS, "invoices", is_repaired=True, by="openpyxl xlsx"),
    numbers_with_hard_spaces_and_comma=_amounts(lambda n: _grouped(n, "\u00a0", ",")),
    numbers_as_in_english=_amounts(lambda n: _grouped(n, ",", ".")),
    numbers_with_apostrophes=_amounts(lambda n: _grouped(n, "'", ".")),
    numbers_with_the_minus_behind=_amounts(
        lambda n: f"{_grouped(abs(n), ' ', ',')}-" if n < 0 else _grouped(n, " ", ",")
    ),
    numbers_with_negative_ones_in_brackets=_amounts(
        lambda n: f"({_grouped(abs(n), ' ', ',')})" if n < 0 else _grouped(n, " ", ",")
    ),
)
each(
    same(NUMBERS, "invoices"),
    numbers_with_the_noise_of_calculation=_amounts(lambda n: n + 1e-11),
    numbers_as_results_of_formulas=_amounts(lambda n: Formula(f"={n}*1", n)),
    numbers_shown_as_money=_amounts(lambda n: Shown(n, '#,##0.00 "kr"')),
)


@same(NUMBERS, "invoices", is_repaired=True, by="libreoffice ods")
def numbers_typed_as_text_in_one_row_only(d: Delivery) -> None:
    for name in ("amount_excl_vat", "vat_amount", "amount_incl_vat"):
        table = d.invoice
        table.put(name, 1, f"{table.column(name)[1]:.2f}".replace(".", ","))


@told(NUMBERS, "invoices", ("WB-11", "Fakturaer", "G2"))
def a_number_in_words(d: Delivery) -> None:
    d.invoice.put("amount_excl_vat", 0, "førtiåtte tusen")


# Hours


def _hours(make: Callable[[float], Cell]) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        d.time_record.change("hours", make)
        d.time_record.change("billable_hours", make)

    return change


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def _spoken(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60}t {minutes % 60}m"


each(
    same(HOURS, "hours", is_repaired=True),
    hours_with_a_decimal_comma=_hours(lambda h: f"{h}".replace(".", ",")),
    hours_as_clock_text=_hours(_clock),
    hours_with_letters=_hours(_spoken),
    hours_in_minutes_with_the_word=_hours(lambda h: f"{round(h * 60)} min"),
    hours_as_clock_cells=_hours(lambda h: Shown(h / 24, "hh:mm")),
)
each(
    same(HOURS, "hours", is_repaired=True, by="openpyxl xlsx"),
    hours_with_the_word=_hours(lambda h: f"{h} timer".replace(".", ",")),
    hours_with_seconds=_hours(lambda h: f"{_clock(h)}:00"),
    hours_as_durations=_hours(lambda h: Shown(h / 24, "[h]:mm")),
)


@same(HOURS, "activities", is_repaired=True, by="libreoffice xlsx")
def durations_of_more_than_a_day(d: Delivery) -> None:
    d.activity.change("estimated_hours", lambda h: Shown(h / 24, "[h]:mm"))


@same(HOURS, "hours", is_repaired=True)
def hours_in_minutes_as_the_header_says(d: Delivery) -> None:
    d.time_record.change("hours", lambda h: round(h * 60))
    d.time_record.rename(hours="Timer (minutter)")


@same(HOURS, "hours", is_repaired=True, by="libreoffice xls")
def hours_written_in_four_ways_in_one_column(d: Delivery) -> None:
    d.time_record.change_each("hours", [lambda h: h, _clock, _spoken, lambda h: f"{h}".replace(".", ",")])


@told(HOURS, "hours", ("TR-04", "Timer", "E2"), by="libreoffice xls")
def more_hours_than_a_day_has(d: Delivery) -> None:
    d.time_record.put("hours", 0, 25)


# Per cent


def _percents(make: Callable[[float], Cell]) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        d.employee.change("work_percentage", make)

    return change


each(
    same(PERCENT, "people", is_repaired=True),
    per_cent_as_fractions=_percents(lambda n: n / 100),
    per_cent_with_the_sign=_percents(lambda n: f"{n:g} %".replace(".", ",")),
    per_cent_with_the_sign_close_by=_percents(lambda n: f"{n:g}%".replace(".", ",")),
)
each(
    same(PERCENT, "people", by="openpyxl xlsx"),
    per_cent_cells=_percents(lambda n: Shown(n / 100, "0.0%")),
)

# Yes and no


def _answers(yes: Cell, no: Cell) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        for table, name in ((d.employee, "can_log_in"), (d.project, "is_internal")):
            table.change(name, lambda text: yes if text == "Ja" else no)

    return change


each(
    same(YES_NO, "projects"),
    yes_and_no_in_swedish=_answers("Ja", "Nej"),
    yes_and_no_as_truth_values=_answers(yes=True, no=False),
    yes_and_no_as_one_and_nought=_answers(1, 0),
)
each(
    same(YES_NO, "projects", by="openpyxl xlsx"),
    yes_and_no_in_english=_answers("YES", "no"),
    yes_and_no_as_a_norwegian_excel_shows_them=_answers("SANN", "USANN"),
    yes_and_no_as_letters=_answers("j", "n"),
)
each(
    same(YES_NO, "projects", by="libreoffice xlsx"),
    yes_and_no_as_formulas=_answers(Formula("=TRUE()", "TRUE"), Formula("=FALSE()", "FALSE")),
)

# Identifiers


@same(IDENTIFIERS, "customers", is_repaired=True)
def phones_with_spaces_and_without_country(d: Delivery) -> None:
    d.customer.change_each(
        "phone",
        [lambda _: "22 00 00 10", lambda _: "(+47) 900 00 021", lambda _: "0047 73 00 00 12"],
    )


@same(IDENTIFIERS, "customers", is_repaired=True, by="openpyxl xlsx")
def phones_as_numbers(d: Delivery) -> None:
    d.customer.change("phone", lambda text: int(str(text)[3:]))


@same(IDENTIFIERS, "customers", is_repaired=True)
def organisation_numbers_with_spaces_and_letters(d: Delivery) -> None:
    d.customer.change_each(
        "org_number", [lambda _: "310 000 019", lambda _: "NO 310 000 027 MVA", lambda _: "310\u00a0000\u00a0035"]
    )


@same(IDENTIFIERS, "customers", by="libreoffice ods")
def organisation_numbers_as_numbers(d: Delivery) -> None:
    d.customer.change("org_number", lambda text: int(str(text)))


@same(IDENTIFIERS, "customers", is_repaired=True)
def bank_accounts_with_dots_and_spaces(d: Delivery) -> None:
    d.customer.put("bank_account", 0, "1234.56.78903")
    d.company.put("bank_account", 0, "1234 56 78903")


@same(IDENTIFIERS, "customers", "WB-06", "WB-06", is_repaired=True, by="libreoffice xlsx")
def postal_codes_that_lost_their_zeros(d: Delivery) -> None:
    d.customer.change("postal_code", lambda text: int(str(text)))


@same(IDENTIFIERS, "customers", is_repaired=True)
def postal_codes_with_country_and_spaces(d: Delivery) -> None:
    d.customer.change_each("postal_code", [lambda t: f"N-{t}", lambda t: f"NO-{t}", lambda t: f" {t} "])


@same(IDENTIFIERS, "invoices", by="openpyxl xlsx")
def numbers_of_things_as_numbers(d: Delivery) -> None:
    for table in d.book.tables:
        for name in ("customer_number", "project_number", "invoice_number", "external_employee_number", "account"):
            if name in table.fields:
                table.change(name, lambda text: int(str(text)))


@told(IDENTIFIERS, "customers", ("WB-20", "Kunder", "A2"))
def a_number_with_more_digits_than_a_cell_keeps(d: Delivery) -> None:
    d.customer.put("customer_number", 0, 12345678901234567890)


# Code lists


def _words(entity: str, name: str, make: Change) -> Callable[[Delivery], object]:
    return lambda d: getattr(d, entity).change(name, make)


def _code(text: Cell) -> Cell:
    return {"Aktiv": "active", "Potensiell": "potential"}[str(text)]


def _labels(language: str) -> Callable[[Delivery], object]:
    """Every code of the delivery as the list of that language names it."""

    def change(d: Delivery) -> None:
        from messy.good import catalog

        for table in d.book.tables:
            for name in table.fields:
                field = catalog().entities[table.entity].field(name)
                codes = catalog().code_lists[field.list].codes if field.type == "codelist" and field.list else ()
                words = {code.label["nb"]: code.label[language] for code in codes}
                if words:
                    table.change(name, lambda text, words=words: words.get(str(text), text))

    return change


each(
    same(LISTS, "customers"),
    choices_by_their_codes=_words("customer", "status", _code),
    choices_in_capital_letters=_words("customer", "status", lambda text: f"{text}".upper()),
)
each(
    same(LISTS, "customers", is_repaired=True, by="openpyxl xlsx"),
    choices_by_other_words=_words(
        "customer", "status", lambda text: {"Aktiv": "i bruk", "Potensiell": "Prospekt"}[str(text)]
    ),
)
each(same(LISTS, "all"), choices_in_english=_labels("en"))
each(same(LISTS, "invoices", by="openpyxl xlsx"), choices_in_swedish=_labels("sv"))
each(same(LISTS, "expenses", by="libreoffice ods"), choices_in_danish=_labels("da"))


@told(LISTS, "customers", ("CU-04", "Kunder", "H3"), by="libreoffice ods")
def a_choice_that_is_not_on_the_list(d: Delivery) -> None:
    d.customer.put("status", 1, "Kanskje")


# People


def _people(make: Callable[[str, str, str, str], str]) -> Callable[[Delivery], object]:
    """Whoever worked or leads, named in another way: from e-mail, first name, last name, number."""

    def change(d: Delivery) -> None:
        names = {row[0]: make(str(row[0]), str(row[1]), str(row[2]), str(row[4])) for row in d.employee.rows}
        for table, name in ((d.time_record, "employee_email"), (d.project, "project_leader")):
            table.change(name, lambda mail: names[mail])

    return change


each(
    same(PEOPLE, "hours", is_repaired=True),
    people_as_first_and_last_name=_people(lambda mail, first, last, number: f"{first} {last}"),
    people_as_last_name_comma_first_name=_people(lambda mail, first, last, number: f"{last}, {first}"),
    people_by_their_numbers=_people(lambda mail, first, last, number: number),
)
each(
    same(PEOPLE, "hours", is_repaired=True, by="openpyxl xlsx"),
    people_by_e_mail_in_capital_letters=_people(lambda mail, first, last, number: mail.upper()),
    people_as_names_with_e_mail=_people(lambda mail, first, last, number: f"{first} {last} <{mail}>"),
)


@same(PEOPLE, "hours", is_repaired=True)
def people_by_number_in_number_cells(d: Delivery) -> None:
    numbers = {row[0]: int(str(row[4])) for row in d.employee.rows}
    d.time_record.change("employee_email", lambda mail: numbers[mail])


@told(PEOPLE, "hours", ("WB-50", "Timer", "A2"), ("WB-50", "Timer", "A3"), ("WB-50", "Timer", "A9"))
def a_name_that_two_people_have(d: Delivery) -> None:
    d.employee.grid.append(["kari2@fjordglott.example", "Kari", "Nordmann", "+4790000019", "109", None, 100, "Ja"])
    d.time_record.change("employee_email", lambda mail: "Kari Nordmann" if str(mail).startswith("kari") else mail)


# Customers and projects


def _customers(make: Callable[[str, str], str]) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        names = {row[0]: make(str(row[0]), str(row[1])) for row in d.customer.rows}
        d.project.change("customer_number", lambda number: names[number])

    return change


def _projects(make: Callable[[str, str], str]) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        names = {row[0]: make(str(row[0]), str(row[1])) for row in d.project.rows}
        d.time_record.change("project_number", lambda number: names[number])

    return change


each(
    same(REFERENCES, "projects", is_repaired=True),
    customers_as_number_and_name=_customers(lambda number, name: f"{number} {name}"),
    customers_by_their_names=_customers(lambda number, name: name),
)
each(
    same(REFERENCES, "projects", is_repaired=True, by="libreoffice xlsx"),
    customers_as_number_dash_name=_customers(lambda number, name: f"{number} - {name}"),
)
each(
    same(REFERENCES, "hours", is_repaired=True, by="openpyxl xlsx"),
    projects_as_number_and_name=_projects(lambda number, name: f"{number} {name}"),
    projects_by_their_names=_projects(lambda number, name: name.upper()),
    projects_as_name_and_number=_projects(lambda number, name: f"{name} ({number})"),
)


@same(REFERENCES, "hours", is_repaired=True)
def references_with_other_capitals_and_spaces(d: Delivery) -> None:
    d.time_record.change_each(
        "activity_name", [lambda t: f" {t}".upper(), lambda t: f"{t}\u00a0", lambda t: str(t).lower()]
    )
    d.time_record.change("project_number", lambda text: f"{text} ")


@told(REFERENCES, "customers", ("CU-08", "Kunder", "A5"))
def keys_that_differ_only_by_a_space(d: Delivery) -> None:
    d.customer.grid.append(["10001 ", "Havneby skolekontor", *[None] * 10])


@told(REFERENCES, "activities", ("AC-01", "Aktiviteter", "B6"))
def keys_that_differ_only_by_capital_letters(d: Delivery) -> None:
    d.activity.grid.append(["1001", "SKISSEPROSJEKT", "Avsluttet", None])


@told(REFERENCES, "hours", ("PR-12", "Prosjekter", "C4"))
def a_customer_that_is_not_there_is_the_cause(d: Delivery) -> None:
    del d.customer.grid[3]


# Texts


def _texts(make: Callable[[str], str]) -> Callable[[Delivery], object]:
    def change(d: Delivery) -> None:
        for table, names in (
            (d.customer, ("customer_number", "name", "city", "status")),
            (d.project, ("name", "customer_number")),
        ):
            for name in names:
                table.change(name, lambda text: make(str(text)))

    return change


each(
    same(TEXTS, "projects", is_repaired=True),
    texts_with_spaces_around_them=_texts(lambda text: f"  {text}\u00a0"),
    texts_with_invisible_characters=_texts(lambda text: f"\u200b{text[:2]}\u00ad{text[2:]}\ufeff"),
)
each(
    same(TEXTS, "projects", by="openpyxl xlsx"),
    texts_with_letters_and_accents_apart=_texts(lambda text: unicodedata.normalize("NFD", text)),
)


@same(TEXTS, "projects", is_repaired=True)
def texts_as_results_of_formulas_with_padding(d: Delivery) -> None:
    d.customer.change("name", lambda text: Formula('=" "&"x"', f" {text}  "))
    d.project.change("project_number", lambda text: Formula("=1000+1", f"{text} "))


@same(TEXTS, "projects", by="libreoffice xls")
def names_that_are_numbers(d: Delivery) -> None:
    d.project.change("project_number", lambda text: int(str(text)))


@told(TEXTS, "hours", ("WB-05", "Timer", "E3"), ("WB-05", "Kunder", "B2"))
def error_cells(d: Delivery) -> None:
    from messy.sheets import Error

    d.time_record.put("hours", 1, Error("#N/A"))
    d.customer.put("name", 0, Error("#REF!"))


@told(TEXTS, "hours", ("WB-19", "Timer", "E2"), by="openpyxl xlsx")
def a_formula_that_was_never_calculated(d: Delivery) -> None:
    d.time_record.put("hours", 0, Uncalculated("=4+3.5"))
