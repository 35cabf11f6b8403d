"""XML as bytes: encodings of parts, attributes of one tag, and any text made safe to stand in a part."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping

from momentsheet.errors import UnusableFile

ATTRIBUTE = re.compile(rb"\s+([^\s=/>\"']+)\s*=\s*(\"[^\"]*\"|'[^']*')")
REST_OF_TAG = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
TAG_NAME = re.compile(rb"</?([^\s/>]+)")
LONGEST_TEXT = 32_767  # UTF-16 units in a cell

_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_CODECS = {b"utf-8": "utf-8", b"utf8": "utf-8", b"us-ascii": "ascii", b"ascii": "ascii"}
# Control characters may stand in no XML at all; the symbols of U+2400 show which one it was.
_UNSAFE: dict[int, str] = {code: chr(0x2400 + code) for code in range(32) if code not in (9, 10)}
_UNSAFE |= {0x7F: "\u2421", 0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Excel reads _x0041_ in a text as an A; the underscore itself must then be written so.
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def codec_of(data: bytes, part: str) -> str:
    """The encoding of an XML part by its first bytes: utf-8, utf-16-le, utf-16-be or ascii; UnusableFile if another."""
    if data.startswith((b"\xff\xfe", b"<\0")):
        return "utf-16-le"
    if data.startswith((b"\xfe\xff", b"\0<")):
        return "utf-16-be"
    declared = _DECLARED.match(data[:200])
    codec = _CODECS.get(declared[1].lower()) if declared else "utf-8"
    if codec is None:
        raise UnusableFile("xml_encoding", part=part)
    return codec


def as_utf8(chunks: Iterable[bytes], codec: str, part: str) -> Iterator[bytes]:
    """The same text in UTF-8, piece by piece, byte order mark kept; UnusableFile where it is not in that encoding."""
    if codec == "utf-8":
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise UnusableFile("broken_xml", part=part) from None


def encoded(data: bytes, codec: str) -> bytes:
    """UTF-8 bytes in the encoding of their part; what that encoding lacks becomes a character reference."""
    return data if codec == "utf-8" else data.decode().encode(codec, "xmlcharrefreplace")


def attribute_of(tag: bytes, name: bytes) -> bytes | None:
    """The value of an attribute as it is written in a start tag, None if it is not there."""
    start = TAG_NAME.match(tag)
    assert start is not None
    return next((item[2][1:-1] for item in ATTRIBUTE.finditer(tag, start.end()) if item[1] == name), None)


def whole_number(text: str | None, otherwise: int) -> int:
    """The number that an attribute holds, or another where it holds none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 11 else otherwise


def prefix_of(tag: bytes) -> bytes:
    """What stands before the name of an element, with its colon."""
    name = TAG_NAME.match(tag)
    assert name is not None
    prefix, colon, _ = name[1].rpartition(b":")
    return prefix + colon


def set_attributes(tag: bytes, settings: Mapping[str, str | None]) -> bytes:
    """A start tag with attributes set (text) or taken away (None); the others stay as they are written."""
    waiting = {name.encode(): value for name, value in settings.items()}
    start = TAG_NAME.match(tag)
    assert start is not None
    kept = []
    position = start.end()
    for attribute in ATTRIBUTE.finditer(tag, position):
        if attribute[1] in waiting:
            value = waiting.pop(attribute[1])
            if value is None:
                kept.append(tag[position : attribute.start()])
            else:
                kept += [tag[position : attribute.start(2)], b'"', attribute_text(value).encode(), b'"']
            position = attribute.end()
    added = [b' %b="%b"' % (key, attribute_text(value).encode()) for key, value in waiting.items() if value is not None]
    return b"".join([tag[: start.end()], *added, *kept, tag[position:]])


def with_content(tag: bytes, content: bytes) -> bytes:
    """`<a/>` as `<a>content</a>`."""
    name = TAG_NAME.match(tag)
    assert name is not None
    return b"%b>%b</%b>" % (tag[:-2].rstrip(), content, name[1])


def element_text(value: str) -> str:
    """Any text as the content of a cell or note: inert, legal, and at most as long as a cell may hold."""
    return exact_text(value.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSAFE))


def exact_text(value: str) -> str:
    """As `element_text`, but control characters stay what they are, in the spelling that Excel has for them."""
    text = _SURROGATES.sub("\ufffd", value)
    if len(text) > LONGEST_TEXT // 2 and len(text) + sum(1 for letter in text if letter > "\uffff") > LONGEST_TEXT:
        text = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute_text(value: str) -> str:
    """Any text as the value of an attribute in double quotes."""
    text = _SURROGATES.sub("\ufffd", value.translate(_UNSAFE))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")
