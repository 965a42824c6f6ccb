"""From a record to markup: the template environment, its filters, and the policy by which no
request leaves a page.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from inspect import getmembers
from typing import Any
from urllib.parse import quote

import mistune
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from .. import __version__, registry
from ..claims import check, compare, overview
from ..claims.agreement import agreement
from ..claims.answers import ways
from ..claims.locks import declared, tally
from ..claims.measures import measure_words
from ..claims.printed import NEARNESS
from ..claims.slots import in_words
from ..claims.wanted import publishers, words
from ..claims.words import (
    STATE_WORDS,
    bounds,
    criterion_number,
    invented,
    judged_alone,
    source_words,
)
from ..ground import display, economies, paths
from ..ground.display import is_year
from ..ground.numbers import NOTHING, between, counted, minus_in_prose, number
from ..ground.periods import date_in_words, day_in_words
from ..registry.claims import NOT_YET, leaves
from ..registry.glossary import glossary
from ..registry.words import (
    axis_words,
    cell_words,
    choice_words,
    column_words,
    source_name,
    value_words,
)
from ..tables import cite, rows_of
from . import colours, copies, moves, parts
from .first_use import anchor, anchors
from .forms import csv_of, table_latex
from .svg import INHERITED, clean, shorter

ON_A_PHONE = 360
"""Pixels: a picture drawn no wider shrinks into the column of a phone instead of being scrolled."""


_COLOUR = re.compile("|".join(colours.VARIABLES), re.I)


def svg_markup(svg: str, prefix: str, label: str, mark: str = "") -> Markup:
    """An SVG ready to stand in a page: harmless, with theme colours, unique ids and a text
    alternative.

    It is never wider than it was drawn, so that letters have one size on all pages, and shrinks
    with a narrow column.

    mark: words that stay with the picture wherever it is taken, in a line of their own below it.
    """
    svg, family = shorter(clean(svg))
    svg = _marked(svg, mark) if mark else svg
    svg = _COLOUR.sub(lambda colour: f"var(--{colours.VARIABLES[colour[0].lower()]})", svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'(href="#|url\((?:&quot;)?#)', rf"\1{prefix}-", svg)
    head, rest = svg.split(">", 1)
    px = round(float(re.findall(r'\swidth="([\d.]+)pt"', head)[0]) * 4 / 3)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    least = px if px > ON_A_PHONE else 0
    style = ";".join(filter(None, (INHERITED, family, f"--w:{least}px", f"max-width:{px}px")))
    label = Markup.escape(minus_in_prose(label))
    return Markup(f'{head} style="{style}" role="img" aria-label="{label}">{rest}')


_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def _marked(svg: str, mark: str) -> str:
    """An SVG with a line of words below what is drawn."""
    low = float(_BOX.findall(svg)[0][1])  # as matplotlib writes it
    look = f"font-size:10px;font-weight:bold;fill:{display.INK}"
    words = f'<text x="4" y="{low + 10:g}" style="{look}">{mark}</text>'
    svg = _BOX.sub(rf'viewBox="0 0 \1 {low + 14:g}"', svg, count=1)
    return words.join(svg.rpartition("</svg>")[::2]) + "</svg>"


def tables_of(source_ids: Sequence[str], declared: Iterable[str]) -> list[str]:
    """Tables, of those that a notebook declares, in which any of these sources has rows."""
    return [name for name in declared if set(source_ids) & set(rows_of(name))]


def data_uri(text: str, kind: str) -> str:
    return f"data:{kind};charset=utf-8," + quote(text, safe="/,;:")


class _Prose(mistune.HTMLRenderer):
    """Prose of a notebook without pictures from elsewhere: a page loads nothing, so what stands for
    one is its text. The title is that of the page, and no other heading is of the first level.
    """

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(Markup.escape(text))

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, max(level, 2), **attrs)


_CODE = re.compile(r"(?<=>)[A-Z][A-Z0-9]{2,3}(?=</t[dh]>)")
"""A cell that may be the code of an economy."""


def environment() -> Environment:
    """What templates are rendered with; a folder without a register has no article to tell of."""
    known = (paths.registry_dir() / "article.yaml").is_file()
    often = lru_cache(None, typed=True)  # of some 100,000 cells few differ, and of their heads
    name = often(economies.name_of) if known else str
    markdown = mistune.create_markdown(renderer=_Prose(escape=True), plugins=["table"])
    tools = _TOOLS | {
        "article": registry.article() if known else None,
        "source": registry.sources().__getitem__ if known else str,
        "economy": name,
        "value": lambda value: (
            ", ".join(map(str, value)) if isinstance(value, list) else name(value)
        ),
        "markdown": lambda text: Markup(markdown(text)),
        "named": lambda table: Markup(_CODE.sub(lambda code: escape(name(code[0])), table)),
        "cell": often(_cell),
        "head": often(column_words),
        "slug": often(anchor),
        "measure_words": often(measure_words),
        "source_words": often(source_words),
    }
    env = Environment(
        loader=PackageLoader("ca_research.site"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    env.filters |= tools
    env.globals |= tools
    env.globals |= vars(env.get_template("words.html.j2").module)
    return env


def _plain(line: str) -> str:
    """A line of what leaving one out does, its source by publisher and year."""
    known = registry.sources()
    line = re.sub(
        r"(?<=without the source )[\w.-]+",
        lambda m: source_name(m[0]) if m[0] in known else m[0],
        line,
    )
    return cell_words("", line)


def _quoted(text: str) -> Markup:
    """Text between two tags: a quotation mark may stand there as it is, unlike in an attribute, and
    a long list in JSON is a sixth shorter.
    """
    return Markup(str(escape(text)).replace("&#34;", '"'))


_TRUTH = {"True": "yes", "False": "no"}
"""What is true or not, of a frame or of a file."""


def _cell(value: Any, column: str, claim_id: str = "") -> str:
    """A cell of the rows behind a number (of a claim), as a reader should see it."""
    if value in (None, ""):
        return NOTHING
    text, words = str(value), _TRUTH
    if column == "reading" and claim_id in registry.claims():
        words = {reading.name: reading.title for reading in registry.claim(claim_id).readings}
    elif column == "state":
        words = STATE_WORDS
    if text in words:
        return words[text]
    if isinstance(value, str):
        return cell_words(column, value)
    return f"{value:g}" if is_year(column) else number(value)


_TOOLS: dict[str, Any] = {
    **dict(getmembers(parts, lambda f: getattr(f, "__module__", "") == parts.__name__)),
    **{
        function.__name__: function
        for function in (
            *(agreement, anchors, between, bounds, choice_words, counted, criterion_number),
            *(date_in_words, day_in_words, glossary, in_words, is_year, leaves, number),
            *(cite, data_uri, invented, judged_alone, overview.own_params, publishers, table_latex),
            *(tables_of, value_words, ways, csv_of),
            *(economies.in_prose, economies.joined, check.stale, compare.differences),
            *(copies.copy_read, copies.kind_of_copy, moves.beginning),
            tally,
        )
    },
    "NEARNESS": NEARNESS,
    "NOTHING": NOTHING,
    "NOT_YET": NOT_YET,
    "WAYS": moves.WAYS,
    "STATE_WORDS": STATE_WORDS,
    "version": __version__,
    "registry": registry,
    "display": display,
    "colours": colours,
    "declaration": declared,
    "decides": overview.deciding,
    "tells": overview.told,
    "want_of": words,
    "svg": svg_markup,
    "demote": lambda text: re.sub(r"(?m)^(#+ )", r"##\1", text),
    "untitled": lambda text: re.sub(r"(?m)^#{1,6} .*\n?", "", text, count=1),
    "axis": axis_words,
    "quoted": _quoted,
    "plain": _plain,
    "code": lambda text: Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))),
    "capital": lambda text: text[:1].upper() + text[1:],
    "in_css": lambda text: re.sub(r'[\\"<\n]', lambda m: f"\\{ord(m[0]):x} ", text),
    "digest": lambda text: b64encode(sha256(text.encode()).digest()).decode(),
}
"""What templates may call, as functions and as filters."""
