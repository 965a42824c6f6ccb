"""The text of a file whose encoding nobody has written down: found out, or refused as unclear."""

from __future__ import annotations

import codecs
import re

from ..ground.errors import FileError
from . import names

_OLD = ("cp1251", "gb18030", "cp1252")
"""Encodings of before Unicode in which the region's offices still publish."""

CONTROL = bytes({*range(32), 127} - set(b"\t\n\r"))
"""Characters that no text of a table holds."""


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16, or an older encoding that its words tell.

    Raises FileError where the encoding cannot be told, or where the text holds characters that no
    table has.
    """
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    if not (text := _strictly(content, encoding)):
        known = {old: _known_names(old) for name in _OLD if (old := _strictly(content, name))}
        text = max(filter(known.get, known), key=lambda old: known[old], default="")
    plain = text.encode()
    if (content and not text) or len(plain.translate(None, CONTROL)) < len(plain):
        raise FileError(
            "no text of a table: no encoding that its names of countries tell, or a control "
            "character in it",
            where=name,
            hint="export the file anew, as UTF-8",
        )
    return text


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _known_names(text: str) -> int:
    """How many words of a text, other than in ASCII, are names of economies."""
    words = set(re.split(r"[\t;,|\n\r\"]", text[:2_000_000]))
    return sum(not w.isascii() and names.code(w) is not None for w in words)
