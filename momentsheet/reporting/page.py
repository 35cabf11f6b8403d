"""A page for the browser: one file without anything from outside, in which nothing from a cell can become markup."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup

from momentsheet.model.catalog import Catalog
from momentsheet.reporting.values import date, number
from momentsheet.reporting.words import counted, sentence


def render_page(
    template: str,
    context: Mapping[str, object],
    catalog: Catalog,
    language: str,
    loader: BaseLoader,
    *,
    styles: Sequence[str],
    scripts: Sequence[str] = (),
) -> str:
    """The template with its styles and scripts in it; a policy in the page lets the browser run no others.

    Templates may use t(id, …) for a text, c(id, count, …) for a text with a number, n(number) and d(date).
    """
    return renderer(catalog, language, loader, styles=styles, scripts=scripts)(template, context)


def renderer(
    catalog: Catalog,
    language: str,
    loader: BaseLoader,
    *,
    styles: Sequence[str],
    scripts: Sequence[str] = (),
    neighbours: str = "",
) -> Callable[[str, Mapping[str, object]], str]:
    """What renders many pages that look alike; `neighbours` are sources of scripts that may lie beside a page."""
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = "".join(_source(environment, loader, name) for name in styles)
    script = "".join(_source(environment, loader, name) for name in scripts)

    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src {_allowed(style)}; script-src {' '.join(filter(None, (_allowed(script), neighbours)))}"
    )
    # Styles and scripts are files of this program: the only text on a page that is not escaped.
    ours = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    words = {"language": language, "policy": policy, **words_for(catalog, language)}

    def render(template: str, context: Mapping[str, object]) -> str:
        return environment.get_template(template).render({**context, **ours, **words})

    return render


def words_for(catalog: Catalog, language: str) -> Mapping[str, Callable[..., str]]:
    """The functions that templates may use: t(id, …), c(id, count, …), n(number) and d(date)."""

    def t(text_id: str, **facts: object) -> str:
        return sentence(catalog, language, text_id, facts)

    def c(text_id: str, count: int, **facts: object) -> str:
        return counted(catalog, language, text_id, count, facts)

    def n(value: float | str | Decimal, decimals: int | None = None) -> str:
        return number(value, language, decimals)

    def d(value: dt.date) -> str:
        return date(value, language)

    return {"t": t, "c": c, "n": n, "d": d}


# Private functions


def _source(environment: Environment, loader: BaseLoader, name: str) -> str:
    return loader.get_source(environment, name)[0]


def _allowed(source: str) -> str:
    """The source of a policy that allows exactly this text."""
    if not source:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
