"""One way to compare what people type: keys, headers and words, without case, spaces and invisible characters."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

SPACES = "\u00a0\u1680\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\t"
TO_SPACE = {ord(char): " " for char in SPACES}
DASHES = {ord(char): "-" for char in "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"}

# æ, ø and å are letters of their own, not accents, yet headers are often typed without them.
NORDIC = {ord("æ"): "ae", ord("ø"): "o", ord("ä"): "ae", ord("ö"): "o", ord("ß"): "ss", ord("đ"): "d", ord("ł"): "l"}


@cache
def fold(text: str) -> str:
    """The text as a key is compared: NFC, no invisible characters, single spaces, plain dashes, no case."""
    text = clean_text(text)[0].translate(TO_SPACE).translate(DASHES)
    return " ".join(text.split()).casefold()


@cache
def fold_header(text: str) -> str:
    """The text as a header or sheet title is compared: letters and digits only, without accents and marks."""
    text = re.sub(r"\((obligatorisk|påkrevd|required|mandatory|obligatoriskt|påkrævet)\)", " ", fold(text))
    text = unicodedata.normalize("NFD", text.translate(NORDIC))
    return "".join(char for char in text if char.isalnum() and not unicodedata.combining(char))


def fold_name(text: str) -> str:
    """The text as a name is compared: words and numbers alone, whatever stands between them."""
    return " ".join(re.findall(r"\w+", fold(text)))


def clean_text(text: str) -> tuple[str, str | None]:
    """The text without what nobody sees: NFC, LF, no invisible characters, no space at the ends.

    Gives the text and the id of the repair that people are told of: None, `trimmed` or `invisible`.
    """
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n")
    why = None
    if not (cleaned.isascii() and cleaned.isprintable()):
        # Soft hyphens, zero width and direction marks are never meant; joiners of emoji do not matter here.
        visible = "".join(char for char in cleaned if char in "\n\t" or unicodedata.category(char) not in {"Cf", "Cc"})
        if visible != cleaned:
            cleaned, why = visible, "invisible"
        cleaned = unicodedata.normalize("NFC", cleaned)  # last: an accent may have stood behind what is gone
    stripped = cleaned.strip(SPACES + " \n")
    if stripped != cleaned:
        why = why or "trimmed"
    return stripped, why
