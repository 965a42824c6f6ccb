"""Outputs of any notebook as a page may hold them: pictures, tables, text. Nothing of them runs or
loads.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import nh3

_OWN = "application/vnd.ca-research."
"""With what the types begin under which this package shows its own figures, tables and notes."""
_TAGS = """table caption thead tbody tfoot tr th td ul ol li dl dt dd p div br b strong i em sub sup
code pre span"""
_SPANS = {"colspan", "rowspan"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Output(NamedTuple):
    """What a cell showed. kind: picture (of type `mime`, in base 64), html, prose (Markdown), text,
    or messages (what went to stderr).
    """

    kind: str
    content: str
    mime: str = ""
    width: int | None = None


def shown(outputs: Iterable[Mapping[str, Any]]) -> list[Output]:
    """The outputs of a cell that are not of this package's own types; what was printed piece by
    piece is one text.
    """
    pieces: list[Output] = []
    for output in filter(None, map(_shown, outputs)):
        if pieces and pieces[-1].kind == output.kind in ("text", "messages"):
            output = Output(output.kind, pieces.pop().content + output.content)
        pieces.append(output)
    return pieces


def _shown(output: Mapping[str, Any]) -> Output | None:
    if output["output_type"] == "stream":
        kind = "text" if output["name"] == "stdout" else "messages"
        return Output(kind, _COLOURS.sub("", output["text"]))
    data, about = output.get("data", {}), output.get("metadata", {})
    if any(mime.startswith(_OWN) for mime in data):
        return None
    for mime, (kind, form) in _FORMS.items():
        if mime in data and (content := form(data[mime])):
            return Output(kind, content, mime, about.get(mime, {}).get("width"))
    return None


def _encoded(svg: str) -> str:
    return b64encode(svg.encode()).decode()


def _joined(base64: str) -> str:
    return "".join(base64.split())


def _plain(text: str) -> str:
    return _COLOURS.sub("", text) + "\n"


def harmless(html: str) -> str:
    """The tables, lists and words of HTML; '' where there are none. Its heads say what they head,
    and numbers stand to the right.

    Examples
    --------
    >>> harmless('<table><tr><th>x<script>f()</script></th><td style="color:red">-1.5</td></tr>')
    '<table><tbody><tr><th scope="row">x</th><td class="n">-1.5</td></tr></tbody></table>'
    >>> harmless('<div id="plot"></div><script>draw()</script>')
    ''
    """
    clean = nh3.clean(
        html,
        tags=set(_TAGS.split()),
        attributes={"th": _SPANS, "td": _SPANS},
        clean_content_tags={"script", "style"},
        generic_attribute_prefixes=set(),
    )
    if not re.sub(r"<[^>]*>|&nbsp;|\s", "", clean):
        return ""
    clean = _EMPTY.sub(r"<td\1></td>", clean)
    clean = _HEAD.sub(lambda head: _TH.sub(r'<th scope="col"', head[0]), clean)
    return _NUMBER.sub('<td class="n">', _TH.sub(r'<th scope="row"', clean))


_EMPTY, _HEAD = re.compile(r"<th((?: [^>]*)?)>\s*</th>"), re.compile(r"<thead>.*?</thead>", re.S)
_TH = re.compile(r"<th(?= [cr]o[lw]s|>)")
_NUMBER = re.compile(r"<td>(?=\s*(?:[-−+]?[\d.,]+(?:e[-+]?\d+)?%?|NaN|nan)\s*</td>)")

_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "image/svg+xml": ("picture", _encoded),
    "image/png": ("picture", _joined),
    "image/jpeg": ("picture", _joined),
    "text/html": ("html", harmless),
    "text/markdown": ("prose", str),
    "text/latex": ("text", _plain),
    "text/plain": ("text", _plain),
}
"""What a page shows of an output that has several forms: the first of these of which anything is
left."""
