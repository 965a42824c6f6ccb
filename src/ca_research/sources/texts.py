"""The text of a file whose encoding nobody has written down: found out, or refused as unclear."""

from __future__ import annotations

import codecs
import re

from ..ground.errors import FileError
from . import names

_OLD = ("cp1251", "gb18030", "cp1252")
"""Encodings of before Unicode in which the region's offices still publish."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16, or an older encoding that its words tell.

    Raises FileError where the encoding cannot be told, or where the text
    holds characters that no table has.
    """
    text = _decoded(content, name)
    if hit := _CONTROL.search(text):
        line = text.count("\n", 0, hit.start()) + 1
        raise FileError(
            f"a control character ({ord(hit[0]):#04x}): no text of a table holds one",
            where=f"{name}, line {line}",
            hint="export the file anew",
        )
    return text


def _decoded(content: bytes, name: str) -> str:
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in content[:2]:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if encoding != "utf-8-sig":
            raise FileError(
                f"not {error.encoding}, as its first bytes say: {error.reason}",
                where=name,
                hint="export the file anew, as UTF-8",
            ) from None
    old = {encoding: text for encoding in _OLD if (text := _strictly(content, encoding))}
    known = {encoding: _known_names(text) for encoding, text in old.items()}
    best = max(known, key=lambda e: known[e], default="")
    if not best or not known[best] or list(known.values()).count(known[best]) > 1:
        raise FileError(
            "bytes that are not UTF-8, and no name of a country tells which encoding they are of",
            where=f"{name}, line {line}",
            hint="save the file as UTF-8",
        )
    return old[best]


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _known_names(text: str) -> int:
    """How many words of a text, other than in ASCII, are names of economies."""
    words = set(re.split(r"[\t;,|\n\r\"]", text[:2_000_000]))
    return sum(not w.isascii() and names.code(w) is not None for w in words)
