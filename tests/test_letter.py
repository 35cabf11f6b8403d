"""The letter: an e-mail to the company in plain words that can be sent as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sample_reports as samples
from test_languages import mistakes

from momentsheet.catalog import load_catalog
from momentsheet.model.finding import Blocked, Report, Totals
from momentsheet.reporting import render_letter
from momentsheet.reporting.letter import LINE, THINGS_TOLD

CATALOG = samples.catalog(contact="Ragna Importrud, ragna@oppstart.example")
LANGUAGES = ("en", "nb", "sv", "da")
TOTALS = {"customer": Totals(250, 250, 0, 0), "time_record": Totals(100, 100, 0, 0, {"hours": "750.50"})}


def letter(report: Report, language: str = "en", marked: Sequence[str] = (), left_out: Sequence[str] = ()) -> str:
    return render_letter(report, CATALOG, language, samples.LOADER, marked=marked, left_out=left_out)


def many(count: int) -> Report:
    """As many things to correct, each of which holds back more rows than the one before it."""
    groups = [
        samples.grouped(
            [samples.found("TR-02", row=at + 2, value=f"wrong {at}", rows=(("time_record", at),))],
            blocked={"time_record": Blocked(at + 1)},
        )
        for at in range(count)
    ]
    return samples.report(groups)


def test_what_was_received_what_is_fine_what_to_do_and_what_happens_next() -> None:
    told = letter(samples.typical(), "nb", marked=["fjord.checked.xlsx"])
    assert told == (
        "Emne: Fjordgløtt Arkitekter AS: 3 ting å rette før importen\n"
        "\n"
        "Hei,\n"
        "\n"
        "Takk for fjord.xlsx. Vi kontrollerte den 30.06.2025.\n"
        "\n"
        "Dette har vi mottatt:\n"
        "- Kunder: 250 rader\n"
        "- Timer: 25\u00a0000 rader (98\u00a0765,5 timer, Beløp (NOK) 1\u00a0234\u00a0568)\n"
        "\n"
        "Dette er i orden:\n"
        "- 25\u00a0238 av 25\u00a0250 rader er klare som de er.\n"
        "- 71 verdier var skrevet på en annen måte enn Moment trenger. Dem har vi\n"
        "  tolket, så dere trenger ikke gjøre noe.\n"
        "\n"
        "Disse 3 tingene må rettes:\n"
        "\n"
        "1. Kunder, celle A14, kolonnen «Kundenummer» [CU-01]\n"
        "   Kundenummer 10025 er brukt to ganger, først på rad 3.\n"
        "   Rett cellen. Kanskje 10026.\n"
        "   Det løsner 1 rad i Kunder og 1\u00a0200 rader i Timer (9\u00a0312,5 timer).\n"
        "\n"
        "2. Timer, kolonnen «Dato» [TR-02]\n"
        "   1\u00a0842 celler i kolonne B. Den første, B5: «5.13.2024» er ingen dato.\n"
        "   Rett cellen. Kanskje 01.12.2024.\n"
        "\n"
        "3. Timer, celle C90, kolonnen «Timer» [TR-04]\n"
        "   26,5 timer 05.03.2024, høyst 24.\n"
        "   Rett cellen.\n"
        "\n"
        "I tillegg er det 2 ting å se på. Alt er merket i den vedlagte arbeidsboken og\n"
        "står i arket «Funn».\n"
        "\n"
        "Vi regner med omtrent 10 minutter arbeid for dere.\n"
        "\n"
        "Veien videre: Rett cellene i den vedlagte fjord.checked.xlsx og send den\n"
        "tilbake til oss. Da kontrollerer vi alt på nytt. Ingenting er importert ennå.\n"
        "\n"
        "Vennlig hilsen\n"
        "Ragna Importrud\n"
        "ragna@oppstart.example\n"
    )


def test_the_five_that_hold_back_most_come_first_and_the_rest_in_one_line() -> None:
    told = letter(many(9))
    assert re.findall(r"^\d\. .*\n   «(.*?)»", told, re.MULTILINE) == [f"wrong {at}" for at in (8, 7, 6, 5, 4)]
    assert "correct these 5 of 9 things first" in told
    assert "Besides this there are 4 more things to correct." in told


def test_symptoms_are_told_by_their_cause_alone() -> None:
    told = letter(samples.typical())
    assert "TR-01" not in told


def test_a_suggestion_that_the_advice_does_not_hold_is_told() -> None:
    advice = {"en": "Correct it.", "nb": "Rett den."}
    catalog = replace(CATALOG, rules={"TR-02": replace(CATALOG.rules["TR-02"], fix=advice)})
    group = samples.grouped([samples.found("TR-02", suggestion="01.12.2024")])
    assert "   Type: 01.12.2024\n" in render_letter(samples.report([group]), catalog, "en", samples.LOADER)


def test_only_warnings_stop_nothing() -> None:
    warning = samples.grouped([samples.found("CU-05", "warning", entity="customer", field="status", sheet="Kunder")])
    told = letter(samples.report([warning], totals=TOTALS), marked=["fjord.checked.xlsx"])
    assert told.startswith("Subject: Fjordgløtt Arkitekter AS: one thing to look at before the import\n\n")
    assert "- All 350 rows are ready to be imported.\n- There is nothing to correct in Timer.\n" in told
    assert "nothing stops the import" in told
    assert "fjord.checked.xlsx" in told
    assert "correct this" not in told


def test_a_clean_delivery_leaves_nothing_to_do() -> None:
    told = letter(samples.report(totals=TOTALS))
    assert told.startswith("Subject: Fjordgløtt Arkitekter AS: ready for the import to Moment\n\n")
    assert "you need not do anything" in told
    assert "- Hours: 100 rows (750.5 hours)\n" in told
    assert "of work for you" not in told
    assert "enclosed" not in told


def test_rows_that_were_left_out_come_back_on_their_own() -> None:
    told = letter(samples.typical(), marked=["fjord.checked.xlsx"], left_out=["fjord.left-out.xlsx"])
    assert "The rows that are ready can be imported now" in " ".join(told.split()).replace("the rows", "The rows")
    assert "fjord.left-out.xlsx" in told


def test_without_a_marked_workbook_none_is_promised() -> None:
    assert "enclosed" not in letter(samples.typical())


def test_without_a_contact_nobody_signs() -> None:
    told = render_letter(samples.report(), samples.catalog(), "en", samples.LOADER)
    assert told.endswith("Kind regards,\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [samples.typical, samples.report, lambda: many(9)])
def test_no_line_is_too_long_and_nothing_is_left_open(language, make) -> None:
    told = letter(make(), language, marked=["fjord.checked.xlsx"])
    assert max(map(len, told.split("\n"))) <= LINE
    assert "\n\n\n" not in told
    assert not re.search(r"[{}…]|None| \n", told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_on_many_mistakes_speaks_plainly(language: str) -> None:
    catalog = load_catalog(samples.ROOT / "rules")
    told = render_letter(mistakes(language), catalog, language, samples.LOADER, marked=["fjord.checked.xlsx"])
    assert max(map(len, told.split("\n"))) <= LINE
    assert (
        len(re.findall(r"^\d\. .*\[[A-Z]{2,4}-\d\d\]$|^   .*\[[A-Z]{2,4}-\d\d\]$", told, re.MULTILINE)) == THINGS_TOLD
    )
    without_codes = re.sub(r"\[[A-Z]{2,4}-\d\d\]", "", told)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", without_codes)


@pytest.mark.parametrize("value", samples.HOSTILE)
def test_no_value_breaks_out_of_its_line(value: str) -> None:
    group = samples.grouped([samples.found("TR-02", value=value, header=value, suggestion=value)])
    told = letter(samples.report([group]), marked=[value])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ud800-\udfff]", told)
    assert "49" not in told


def test_every_text_of_the_letter_is_asked_for() -> None:
    sources = [samples.ROOT / "templates/report/letter.txt.j2", samples.ROOT / "momentsheet/reporting/letter.py"]
    asked = " ".join(path.read_text("utf-8") for path in sources)
    for text_id in samples.texts():
        stem = re.sub(r"\.(one|many)$", "", text_id)
        if text_id.startswith("letter."):
            assert f'"{stem}"' in asked or f'"{stem.rpartition(".")[0]}.' in asked, text_id
