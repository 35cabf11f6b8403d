"""A condition of the rule files in words: «Fakturatype er EHF» for `invoice_type = 'ehf'`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from momentsheet.model.catalog import Catalog, Entity, Field
from momentsheet.reporting.values import number
from momentsheet.reporting.words import code_label, field_label, sentence

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<>|!=|<=|>=|[=<>(),]))")


def condition(catalog: Catalog, entity: Entity, sql: str, language: str) -> str:
    """The condition as people read it; what is more than comparisons joined by AND and OR stays as it is."""
    try:
        return _Reader(catalog, entity, language, _tokens(sql)).whole()
    except _BeyondWordsError:
        return sql


# Private functions


class _BeyondWordsError(Exception):
    """Something that has no words here."""


def _tokens(sql: str) -> list[str]:
    found, place = [], 0
    while place < len(sql.rstrip()):
        match = _TOKEN.match(sql, place)
        if match is None:
            raise _BeyondWordsError
        found.append(match[0].strip())
        place = match.end()
    return found


@dataclass(slots=True)
class _Reader:
    """Reads the tokens from the left; every method takes what it understands."""

    catalog: Catalog
    entity: Entity
    language: str
    tokens: list[str]
    place: int = 0

    def whole(self) -> str:
        text, _ = self._either()
        if self.place < len(self.tokens):
            raise _BeyondWordsError
        return text

    def _either(self) -> tuple[str, bool]:
        """Alternatives, and whether there are several of them."""
        parts = [self._both()]
        while self._took("OR"):
            parts.append(self._both())
        return f" {self._word('or')} ".join(parts), len(parts) > 1

    def _both(self) -> str:
        parts = [self._one()]
        while self._took("AND"):
            parts.append(self._one())
        return f" {self._word('and')} ".join(parts)

    def _one(self) -> str:
        if self._took("("):
            text, has_several = self._either()
            self._take(")")
            return f"({text})" if has_several else text
        if self._took("NOT"):
            field, blank = self._operand()
            if field.type != "boolean":
                raise _BeyondWordsError
            return self._equals(field, ["FALSE"], blank, is_not=False)
        return self._comparison(*self._operand())

    def _operand(self) -> tuple[Field, str | None]:
        """A field, and the value that a blank one counts as."""
        if self._took("COALESCE"):
            self._take("(")
            field = self._field()
            self._take(",")
            blank = self._next()
            self._take(")")
            return field, blank.upper() if field.type == "boolean" else blank
        return self._field(), None

    def _comparison(self, field: Field, blank: str | None) -> str:
        if self._took("IS"):
            is_not = self._took("NOT")
            self._take("NULL")
            if blank is not None:
                raise _BeyondWordsError
            return self._says("filled" if is_not else "blank", field)
        is_not = self._took("NOT")
        if self._took("IN"):
            self._take("(")
            wanted = [self._next()]
            while self._took(","):
                wanted.append(self._next())
            self._take(")")
            return self._equals(field, wanted, blank, is_not=is_not)
        sign = self._next() if not is_not and self._sees(*_SIGNS) else None
        if sign in {"=", "<>", "!="}:
            return self._equals(field, [self._next()], blank, is_not=sign != "=")
        if sign is not None and blank is None:
            return self._says(_SIGNS[sign], field, self._value(field, self._next()))
        if sign is not None or is_not or field.type != "boolean":
            raise _BeyondWordsError
        return self._equals(field, ["TRUE"], blank, is_not=False)

    def _equals(self, field: Field, wanted: list[str], blank: str | None, *, is_not: bool) -> str:
        """That the field is one of these values or none of them, and what that means for a blank one."""
        values = [self._value(field, token) for token in wanted]
        words = values[0] if len(values) == 1 else f"{', '.join(values[:-1])} {self._word('or')} {values[-1]}"
        if not is_not:
            return self._says("is", field, words, or_blank=blank in wanted)
        if blank in wanted:
            return self._says("other", field, words)
        # As people read it, a blank cell «is not» a value; where blank is not meant, it has to be said.
        return self._says("other" if blank is None else "is_not", field, words)

    def _says(self, text_id: str, field: Field, words: str = "", *, or_blank: bool = False) -> str:
        label = field_label(self.entity.name, field.name, self.catalog, self.language)
        text = sentence(self.catalog, self.language, f"condition.{text_id}", {"label": label, "words": words})
        return sentence(self.catalog, self.language, "condition.or_blank", {"words": text}) if or_blank else text

    def _value(self, field: Field, token: str) -> str:
        """A value as the field's people write it."""
        if field.type == "boolean" and token.upper() in {"TRUE", "FALSE"}:
            return self.catalog.text("value.yes" if token.upper() == "TRUE" else "value.no", self.language)
        if token.startswith("'"):
            text = token[1:-1].replace("''", "'")
            return code_label(text, field, self.catalog, self.language) or text
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return number(token, self.language)
        return f"«{field_label(self.entity.name, self._known(token).name, self.catalog, self.language)}»"

    def _word(self, name: str) -> str:
        return self.catalog.text(f"condition.{name}", self.language)

    def _field(self) -> Field:
        return self._known(self._next())

    def _known(self, name: str) -> Field:
        try:
            return self.entity.field(name)
        except KeyError:
            raise _BeyondWordsError from None

    def _sees(self, *words: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].upper() in words

    def _next(self) -> str:
        if self.place == len(self.tokens):
            raise _BeyondWordsError
        self.place += 1
        return self.tokens[self.place - 1]

    def _took(self, word: str) -> bool:
        found = self._sees(word)
        self.place += found
        return found

    def _take(self, word: str) -> None:
        if not self._took(word):
            raise _BeyondWordsError


_SIGNS = {"=": "is", "<>": "other", "!=": "other", ">=": "least", "<=": "most", ">": "more", "<": "less"}
