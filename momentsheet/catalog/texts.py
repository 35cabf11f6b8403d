"""Texts for people: where they stand, their placeholders, and further languages laid over them by id."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from momentsheet.catalog.files import RuleFiles
from momentsheet.catalog.names import did_you_mean
from momentsheet.catalog.place import Taken
from momentsheet.errors import Problem


def lay_over(files: RuleFiles, is_gone: Callable[[str], bool]) -> Iterator[Problem]:
    """Put every text of the language files into its place among the taken texts; unknown ids are problems.

    `is_gone` says of an id whether its place went away with a retired field: such a text is left alone.
    """
    places = dict(text_places(files))
    for language, of_language in files.languages.items():
        first: dict[str, Taken] = {}
        for texts in of_language:
            for text_id, text in texts.items():
                place = places.get(text_id)
                other = first.setdefault(text_id, texts)
                if place is None and is_gone(text_id):
                    continue
                if place is None:
                    yield texts.problem(text_id, f"there is no text `{text_id}`{did_you_mean(text_id, places)}")
                elif other is not texts:
                    where = f"{other.file}:{other.lines[text_id]}"
                    yield texts.problem(text_id, f"the text `{text_id}` is already in {where}")
                else:
                    place.put(language, text, texts.file, texts.lines[text_id])


def text_places(files: RuleFiles) -> Iterator[tuple[str, Taken]]:
    """Every place with texts for people, by the id under which a language file may word it."""
    for name, entity in files.entities.items():
        yield from _of(entity, f"entity.{name}", "title", "help")
        for field in entity.get("fields", ()):
            yield from _of(field, f"field.{name}.{field.get('name')}", "label", "help")
        for rule in entity.get("rules", ()):
            yield from _of(rule, f"rule.{rule.get('code')}", "message", "why", "fix")
    for rule in files.general:
        yield from _of(rule, f"rule.{rule.get('code')}", "message", "why", "fix")
    for name, code_list in files.code_lists.items():
        yield from _of(code_list, f"list.{name}", "title")
        for code in code_list.get("codes", ()):
            yield from _of(code, f"code.{name}.{code.get('code')}", "label")
    for name, system in files.accounting.items():
        yield from _of(system, f"system.{name}", "label")
        for demand in system.get("demands", ()):
            yield from _of(demand, f"demand.{name}.{'.'.join(demand.get('field', ()))}", "says")
        for number, note in enumerate(system.get("notes", ()), 1):
            yield f"system.{name}.note.{number}", note
    for name, form in files.formats.items():
        yield from _of(form, f"format.{name}", "title")
    for name, work_list in files.work_lists.items():
        yield from _of(work_list, f"worklist.{name}", "title", "place", "help")
        for column in work_list.get("columns", ()):
            yield from _of(column, f"worklist.{name}.{column.get('name')}", "label")
        for number, step in enumerate(work_list.get("steps", ()), 1):
            yield f"worklist.{name}.step.{number}", step
    for name, kind in files.file_kinds.items():
        yield from _of(kind, f"file.{name}", "title", "named")
    for texts in files.texts:
        for text_id, words in texts.items():
            yield f"text.{text_id}", words


def placeholder_problems(texts: Taken, words: Collection[str] | None) -> Iterator[Problem]:
    """Braces that are not plain, and placeholders that nothing fills.

    `words`: the placeholders there are; None where they cannot be known, so that the languages must agree.
    """
    used: dict[str, set[str]] = {}
    for language, text in texts.items():
        used[language] = set(re.findall(r"\{([a-z_][a-z0-9_]*)\}", text))
        if re.search(r"[{}]", re.sub(r"\{[a-z_][a-z0-9_]*\}", "", text)):
            yield texts.problem(language, f"the {language} text has a brace that is not a plain {{name}}")
        for word in sorted(used[language] - set(words) if words is not None else ()):
            known = words or ()
            yield texts.problem(
                language, f"the {language} text has the unknown placeholder {{{word}}}{did_you_mean(word, known)}"
            )
    first = used.get("en", set())
    for language in used if words is None else ():
        for word in sorted(used[language] ^ first):
            yield texts.problem(language, f"{{{word}}} is not in both the en and the {language} text")


# Private functions


def _of(taken: Taken, prefix: str, *keys: str) -> Iterator[tuple[str, Taken]]:
    for key in keys:
        if key in taken:
            yield f"{prefix}.{key}", taken[key]
