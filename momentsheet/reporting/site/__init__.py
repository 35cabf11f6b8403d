"""The documentation site: the catalog as static pages to read, search and print, one folder per language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jinja2 import BaseLoader

from momentsheet.model.catalog import Catalog
from momentsheet.reporting.page import renderer
from momentsheet.reporting.site.index import INDEX_FILE, search_index
from momentsheet.reporting.site.pages import page_context, site_pages

# A page loads its search index from beside it; whether `'self'` says so on a disk, browsers differ in: hence `file:`.
_NEIGHBOURS = "'self' file:"


def render_site(
    catalog: Catalog, languages: Sequence[str], tool: str, version: str, loader: BaseLoader
) -> Mapping[str, bytes]:
    """Every file of the site, by its path: the same catalog gives the same bytes."""
    made_by = {"tool": tool, "version": version, "catalog_version": catalog.version, "company": _company(catalog)}
    files = {
        f"{language}/{name}": data
        for language in languages
        for name, data in _folder(catalog, language, languages, made_by, loader)
    }
    entrance = renderer(catalog, languages[0], loader, styles=("report/page.css", "site/site.css"))
    context = {**made_by, "languages": [_told_language(catalog, language) for language in languages]}
    return {"index.html": entrance("site/entrance.html.j2", context).encode(), **files}


# Private functions


def _folder(
    catalog: Catalog, language: str, languages: Sequence[str], made_by: Mapping[str, object], loader: BaseLoader
) -> Iterator[tuple[str, bytes]]:
    """The pages of one language and the index that they search."""
    render = renderer(
        catalog,
        language,
        loader,
        styles=("report/page.css", "site/site.css"),
        scripts=("site/site.js",),
        neighbours=_NEIGHBOURS,
    )
    pages = site_pages(catalog, language)
    others = [_told_language(catalog, other) for other in languages if other != language]
    for page in pages:
        context = page_context(catalog, page, pages, language)
        yield page.file, render(f"site/{page.template}.html.j2", {**made_by, "others": others, **context}).encode()
    yield INDEX_FILE, search_index(catalog, language).encode()


def _company(catalog: Catalog) -> str | None:
    """The company whose choices are on the site, "" where it has no name, None where there are none."""
    company = catalog.company
    return (company.name or company.code) if company.given else None


def _told_language(catalog: Catalog, language: str) -> dict[str, str]:
    return {
        "language": language,
        "title": catalog.text("site.title", language),
        "heading": catalog.text("site.start.heading", language),
        "name": catalog.text("site.language", language),
    }
