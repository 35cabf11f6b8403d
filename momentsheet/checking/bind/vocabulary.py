"""The headers of one entity: what its template said, labels in all languages, aliases, names that stand in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from momentsheet.checking.bind.meta import Meta
from momentsheet.checking.fold import fold, fold_header
from momentsheet.model.catalog import Catalog, Entity, Field, say

CLOSE = 86  # rapidfuzz ratio from which a header is taken for another, with a warning


@dataclass(frozen=True, slots=True)
class Match:
    """The field that a header stands for, and how we know."""

    field: str
    how: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`words`: folded header -> field. `stand_ins`: field -> folded headers that name its rows otherwise, best first.

    A stand-in of several headers («Fornavn» and «Etternavn») is read where all of them are there.
    """

    words: Mapping[str, Match]
    stand_ins: Mapping[str, tuple[tuple[str, ...], ...]]
    questions: frozenset[str] = frozenset()  # the words that may end with a question mark
    elsewhere: frozenset[str] = frozenset()  # the words of all other sheets: none of them is a misspelt one of ours

    def match(self, header: str) -> Match | None:
        """What a header stands for. «Employee?» asks whether somebody is one: the answer is yes or no, not a person."""
        folded = fold_header(header)
        return None if header.rstrip().endswith("?") and folded not in self.questions else self.words.get(folded)

    def fields_in(self, headers: Iterable[str]) -> set[str]:
        """The fields that these headers stand for."""
        matches = {fold_header(header): self.match(header) for header in headers}
        found = {match.field for match in matches.values() if match is not None}
        for field, choices in self.stand_ins.items():
            if any(all(part in matches and matches[part] is None for part in parts) for parts in choices):
                found.add(field)
        return found


def vocabularies(catalog: Catalog, meta: Meta) -> dict[str, Vocabulary]:
    """The headers of every entity that has a sheet."""
    own = {name: _vocabulary(entity, meta) for name, entity in catalog.entities.items() if entity.derived is None}
    known = frozenset(word for one in own.values() for word in one.words)
    return {name: replace(one, elsewhere=known - one.words.keys()) for name, one in own.items()}


def is_computed(entity: Entity, header: str) -> bool:
    """True for the header of something that Moment works out by itself, as its own lists have it."""
    folded, whole = fold_header(header), fold(header)
    return any(
        whole.startswith(fold(known[:-1])) if known.endswith("*") else folded == fold_header(known)
        for known in entity.computed
    )


def free_words(words: Mapping[str, Match], taken: Collection[str]) -> dict[str, str]:
    """Folded header -> field, for fields that nothing is read as yet; short words resemble everything."""
    return {header: match.field for header, match in words.items() if match.field not in taken and len(header) > 4}


def close_field(header: str, free: Mapping[str, str], elsewhere: Collection[str]) -> str | None:
    """The free field whose header is almost this one; a header of other sheets (`elsewhere`) means what it says."""
    folded = fold_header(header)
    if len(folded) <= 4 or folded in elsewhere or header.rstrip().endswith("?"):
        return None
    close = process.extractOne(folded, list(free), scorer=fuzz.ratio, score_cutoff=CLOSE)
    # «Ikke fakturerbare timer» are the other hours, «Telefon 2» is another telephone.
    if close is None or folded.endswith(close[0]) or _digits(folded) != _digits(close[0]):
        return None
    return free[close[0]]


def nearest_label(entity: Entity, header: str, free: Mapping[str, str], language: str) -> str | None:
    """The label that may have been meant by a header that is none of ours."""
    close = process.extractOne(fold_header(header), list(free), scorer=fuzz.ratio, score_cutoff=60)
    return say(entity.field(free[close[0]]).label, language) if close else None


# Private functions


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


_WORDS: dict[int, tuple[tuple[Field, ...], dict[str, Match]]] = {}  # the fields go along: their id stays theirs
_MOST_ENTITIES = 300


def _own_words(entity: Entity) -> Mapping[str, Match]:
    """Labels and aliases of an entity, folded; the same for every workbook."""
    if id(entity.fields) not in _WORDS:
        words: dict[str, Match] = {}
        for field in entity.fields:
            for alias in (*field.aliases, *field.minutes, *field.was, field.name):
                words.setdefault(fold_header(alias), Match(field.name, "alias"))
        for field in entity.fields:
            for label in field.label.values():
                words[fold_header(label)] = Match(field.name, "label")
        if len(_WORDS) >= _MOST_ENTITIES:
            _WORDS.clear()
        _WORDS[id(entity.fields)] = entity.fields, words
    return _WORDS[id(entity.fields)][1]


def _vocabulary(entity: Entity, meta: Meta) -> Vocabulary:
    """The headers of an entity, surest last: aliases, labels, what the template says."""
    words = dict(_own_words(entity))
    names = {field.name for field in entity.fields}
    for header, field_name in meta.headers_of(entity).items():
        if field_name in names:
            words[header] = Match(field_name, "meta")
    words.pop("", None)
    stand_ins = {
        field.name: tuple(tuple(fold_header(part) for part in text.split("+")) for text in field.stand_ins)
        for field in entity.fields
        if field.stand_ins
    }
    yes_or_no = {field.name for field in entity.fields if field.type == "boolean"}
    questions = {word for word, match in words.items() if match.field in yes_or_no}
    questions |= {fold_header(alias) for field in entity.fields for alias in field.aliases if alias.endswith("?")}
    return Vocabulary(words, stand_ins, frozenset(questions))
