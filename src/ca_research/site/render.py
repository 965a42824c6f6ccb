"""From a record to markup: the template environment, its filters, and the policy by which no request leaves a page."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import quote

import mistune
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__, economies, registry
from ..claims import overview
from ..plots.style import GRID, INK, MUTED, PAPER
from .read import Item

_COLOURS = {INK: "var(--ink)", MUTED: "var(--muted)", GRID: "var(--grid)", PAPER: "var(--paper)"}


def svg_markup(svg: str, prefix: str, label: str) -> Markup:
    """An SVG made by plots/, ready to stand in a page: theme colours, unique ids, fluid width, a text alternative."""
    for colour, variable in _COLOURS.items():
        svg = re.sub(re.escape(colour), variable, svg, flags=re.I)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\1{prefix}-", svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    rest = re.sub(r"<metadata>.*?</metadata>", "", rest, flags=re.S)
    return Markup(f'{head} role="img" aria-label="{Markup.escape(label)}">{rest}')


def data_uri(text: str, kind: str) -> str:
    return f"data:{kind};charset=utf-8,{quote(text)}"


def number(value: Any) -> str:
    """A number for a reader: thousands apart, four digits at most where they carry nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


_PLURALS = re.compile(r"\b(source|origin|day|month|year|wave|document|route|meeting|case|contract|act)s\b")


def one(unit: str) -> str:
    """A unit as it is read after the number one."""
    return _PLURALS.sub(r"\1", unit)


def criterion_number(c: dict[str, Any]) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    if len(c["cells"]) > 1:
        open_ = int((c["high"] or 0) - (c["low"] or 0))
        return f"{number(c['estimate'])} of {len(c['cells'])} {c['counted']}" + (f" ({open_} open)" if open_ else "")
    single = (c["cells"][0]["estimate"] if c["cell_threshold"] is not None else c["estimate"]) == 1
    unit = (
        "" if c["cell_threshold"] is not None and c["unit"] == "rank" else f" {one(c['unit']) if single else c['unit']}"
    )
    where = c["cells"][0] if c["cell_threshold"] is not None else c
    if where["estimate"] is not None:
        return f"{'rank ' if not unit else ''}{number(where['estimate'])}{unit}"
    if where["low"] is None and where["high"] is None:
        return "not observed"
    return f"{number(where['low'])} to {number(where['high'])}{unit}"


def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("ca_research.site"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    markdown = mistune.create_markdown(escape=True, plugins=["table"])
    filters: dict[str, Any] = {
        "number": number,
        "percent": percent,
        "demote": lambda text: re.sub(r"(?m)^(#+ )", r"##\1", text),
        "untitled": lambda text: re.sub(r"(?m)\A# .*\n?", "", text),
        "sign": lambda text: {"<=": "≤", ">=": "≥", "==": "="}.get(text, text),
        "words": lambda text: str(text).replace("_", " "),
        "markdown": lambda text: Markup(markdown(text)),
        "economy": economies.name_of,
        "csv_uri": lambda text: data_uri(text, "text/csv"),
        "slug": lambda text: re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-"),
    }
    env.filters |= filters
    env.globals |= {
        "criterion_number": criterion_number,
        "decides": overview.deciding,
        "svg": _figure,
        "version": __version__,
        "article": registry.article(),
    }
    style = env.get_template("style.css").render()
    script = env.get_template("page.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    env.globals |= {"style": Markup(style), "script": Markup(script), "policy": policy}
    return env


def _figure(item: Item, prefix: str) -> Markup:
    return svg_markup(item.svg, prefix, item.record["alt"])
