"""Pages from what was read: HTML that stands alone, verdicts.json beside it. No request leaves a page."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import mistune
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__, economies, registry
from ..errors import RunError
from ..plots.style import GRID, INK, MUTED, PAPER
from ..runs import ARTICLE_DATE, EXECUTED
from .read import Item, Page, read_pages

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


def criterion_number(c: dict[str, Any]) -> str:
    """What a criterion comes to in the main specification, for a reader."""
    if len(c["cells"]) > 1:
        open_ = int((c["high"] or 0) - (c["low"] or 0))
        return f"{number(c['estimate'])} of {len(c['cells'])} economies" + (f" ({open_} open)" if open_ else "")
    unit = "" if c["cell_threshold"] is not None and c["unit"] == "rank" else f" {c['unit']}"
    where = c["cells"][0] if c["cell_threshold"] is not None else c
    if where["estimate"] is not None:
        return f"{'rank ' if not unit else ''}{number(where['estimate'])}{unit}"
    if where["low"] is None and where["high"] is None:
        return "not observed"
    return f"{number(where['low'])} to {number(where['high'])}{unit}"


def _environment() -> Environment:
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
        "svg": _figure,
        "version": __version__,
        "article_date": ARTICLE_DATE,
    }
    style = env.get_template("style.css").render()
    script = env.get_template("page.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    env.globals |= {"style": Markup(style), "script": Markup(script), "policy": policy}
    return env


def _figure(item: Item, prefix: str) -> Markup:
    return svg_markup(item.svg, prefix, item.record["alt"])


def _siblings(page: Page, pages: list[Page]) -> dict[str, Page]:
    """The same claim and setting with other days of knowledge."""
    return {p.as_of: p for p in pages if p.claim == page.claim and p.setting == page.setting}


def write_site(out: Path) -> Path:
    """Write a page per executed notebook in `out`/notebooks, the index and verdicts.json; returns the index."""
    pages = read_pages(out / EXECUTED)
    env = _environment()
    template = env.get_template("page.html.j2")
    for page in pages:
        html = template.render(
            page=page,
            claim=registry.claim(page.claim),
            sources=[registry.sources()[s] for s in page.sources()],
            siblings=_siblings(page, pages),
        )
        write_whole(out / f"{page.run_id}.html", html)
    for stale in out.glob("c*_*.html"):
        if stale.stem not in {p.run_id for p in pages}:
            stale.unlink()
    write_whole(
        out / "verdicts.json", json.dumps([v for p in pages for v in p.verdicts], ensure_ascii=False, indent=1) + "\n"
    )
    write_whole(
        out / "index.html",
        env.get_template("index.html.j2").render(claims=_claims(pages), pages=pages, made=dt.date.today().isoformat()),
    )
    unsound = [p for p in pages if p.unsound]
    if unsound:
        raise RunError(
            "verdicts that do not follow from their criteria were left out: " + "; ".join(fault for p in unsound for fault in p.unsound),
            where=", ".join(sorted({p.notebook for p in unsound})),
            hint="a notebook ends in claim.judge(evidence), and emits nothing else as a verdict",
        )
    return out / "index.html"


def _claims(pages: list[Page]) -> list[dict[str, Any]]:
    """Rows of the index: a claim with its settings, each with its pages by day of knowledge (the article's day first)."""
    rows = []
    for claim_id in sorted({p.claim for p in pages}):
        settings: list[dict[str, Any]] = []
        for page in (p for p in pages if p.claim == claim_id):
            row = next((s for s in settings if s["setting"] == page.setting), None)
            if row is None:
                row = {"setting": page.setting, "by_day": {}}
                settings.append(row)
            row["by_day"][page.as_of] = page
        for row in settings:
            row["by_day"] = dict(sorted(row["by_day"].items(), key=lambda kv: (kv[0] == "latest", kv[0])))
        # the whole region (no setting, or CA5) before single economies
        settings.sort(key=lambda s: (s["setting"].get("economy", "CA5") != "CA5", str(s["setting"])))
        rows.append({"claim": registry.claim(claim_id), "settings": settings})
    return rows


def write_whole(file: Path, text: str) -> None:
    """The file as a whole or not at all."""
    scratch = file.with_name(f".{file.name}-{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(file)
