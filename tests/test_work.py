"""The estimate of the work that is left: who must do it, and how long it takes, by problems and not by cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sample_reports as samples

from momentsheet.model.catalog import Catalog, Work
from momentsheet.model.finding import Report
from momentsheet.reporting import render_text
from momentsheet.reporting.work import WorkLeft, duration_in_words, work_left, work_lines

SPACE = "\N{NO-BREAK SPACE}"


def catalog(**works: Work) -> Catalog:
    """The sample catalog, in which these rules mean other work."""
    plain = samples.catalog()
    named = {code.replace("_", "-"): work for code, work in works.items()}
    rules = {code: replace(rule, work=named.get(code, Work("customer", 3))) for code, rule in plain.rules.items()}
    return replace(plain, rules=rules)


def test_a_wrong_format_in_1842_cells_is_one_problem() -> None:
    dates = samples.grouped([samples.found("TR-02", row=row) for row in range(5, 1847)])
    assert work_left(samples.report([dates]), catalog()) == {
        "customer": WorkLeft(problems=1, cells=1842, minutes=3),
        "consultant": WorkLeft(),
    }


def test_where_every_cell_has_its_own_answer_cells_count() -> None:
    dates = samples.grouped([samples.found("TR-02", row=row) for row in range(5, 30)])
    left = work_left(samples.report([dates]), catalog(TR_02=Work("customer", 0.5, "cell")))
    assert left["customer"] == WorkLeft(1, 25, 13)


def test_what_disappears_with_its_cause_is_no_work_and_what_is_only_told_neither() -> None:
    left = work_left(samples.typical(), catalog(WB_04=Work("consultant", 5)))
    # CU-01 without its effect TR-01, TR-02, TR-04 and the warning CU-05; TR-10 is information.
    assert left == {"customer": WorkLeft(4, 1 + 1842 + 1 + 1, 12), "consultant": WorkLeft(1, 1, 5)}


@pytest.mark.parametrize(
    ("minutes", "en", "nb"),
    [
        (0.5, "5 minutes", "5 minutter"),
        (5, "5 minutes", "5 minutter"),
        (21, "25 minutes", "25 minutter"),
        (90, "90 minutes", "90 minutter"),
        (91, "2 hours", "2 timer"),
        (130, "2.5 hours", "2,5 timer"),
        (610, "11 hours", "11 timer"),
        (100_000, "1,667 hours", f"1{SPACE}667 timer"),
    ],
)
def test_no_duration_is_told_more_exactly_than_anybody_knows_it(minutes: float, en: str, nb: str) -> None:
    assert duration_in_words(minutes, catalog(), "en") == en
    assert duration_in_words(minutes, catalog(), "nb") == nb


def test_the_work_is_told_in_words_by_who_can_do_it() -> None:
    lines = work_lines(samples.typical(), catalog(WB_04=Work("consultant", 5)), "nb")
    assert lines == (
        ("Firmaet", "omtrent 15 minutter, 4 ting"),
        ("Importkonsulenten", "omtrent 5 minutter, 1 ting"),
        ("Automatisk", "71 verdier tolket, ingenting å gjøre"),
    )


def test_the_terminal_tells_the_work_before_the_findings() -> None:
    told = render_text(samples.typical(), catalog(), "en")
    assert told.index("Work left") < told.index("fjord.xlsx") < told.index("Must be corrected")


def test_without_work_nothing_is_said() -> None:
    clean: Report = samples.report()
    assert work_lines(clean, catalog(), "en") == ()
    assert "Work left" not in render_text(clean, catalog(), "en")
