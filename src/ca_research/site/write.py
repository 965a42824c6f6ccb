"""Pages from what was read: HTML that stands alone, and the verdicts beside it as JSON and
JSON-LD.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import registry
from ..claims import check, compare
from ..ground.errors import RunError
from ..ground.files import write_whole
from ..runs import EXECUTED, PAGES
from . import forms
from .claimreview import claim_reviews
from .read import Page, read_pages
from .render import environment


def write_verdicts(out: Path) -> list[dict[str, Any]]:
    """Write verdicts.json from the executed notebooks in `out`/notebooks; returns its entries."""
    verdicts = [v for p in read_pages(out / EXECUTED) for v in p.verdicts]
    write_whole(out / "verdicts.json", json.dumps(verdicts, ensure_ascii=False, indent=1) + "\n")
    return verdicts


def write_site(out: Path) -> Path:
    """Write a page per executed notebook in `out`/notebooks, the pages about them all, and other
    forms; returns the index.

    Raises RunError, after everything has been written, where a notebook emitted a verdict that does
    not follow.
    """
    pages, verdicts = read_pages(out / EXECUTED), write_verdicts(out)
    env, first = environment(), registry.article().date.isoformat()
    claims = _claims(pages)
    env.globals["address_of"] = {row["claim"].id: row["now"].run_id for row in claims}
    others = {name: [p for p in pages if p.claim == name] for name in PAGES}
    common = {
        "navigation": _navigation(others),
        "pages": pages,
        "made": dt.date.today().isoformat(),
    }
    beside = _beside(pages)
    for page in pages:
        about = {**common, "page": page, "sources": [registry.sources()[s] for s in page.sources()]}
        if page.claim in PAGES:
            html = env.get_template("notebook.html.j2").render(**about, here=f"{page.run_id}.html")
        else:
            siblings = _siblings(page, pages)
            html = env.get_template("page.html.j2").render(
                **about,
                here="",
                claim=registry.claim(page.claim),
                siblings=siblings,
                moved=_moved(siblings, first),
                beside=beside[page.run_id],
            )
        write_whole(out / f"{page.run_id}.html", html)
    judged = [row for row in claims if row["claim"].kind != "opinion"]
    words = [row["now"].headline["verdict"] for row in judged if row["now"].headline]
    about = {
        **common,
        "claims": claims,
        "others": others,
        "judged": judged,
        "opinions": [row for row in claims if row["claim"].kind == "opinion"],
        "tally": {word: words.count(word) for word in registry.VERDICTS},
    }
    themes = {"index": _by_theme(judged), "register": _by_theme(claims), "methods": {}}
    for name, rows in themes.items():
        html = env.get_template(f"{name}.html.j2").render(**about, here=f"{name}.html", themes=rows)
        write_whole(out / f"{name}.html", html)
    keep = {f"{p.run_id}.html" for p in pages} | {f"{name}.html" for name in themes}
    for stale in set(out.glob("*.html")) - {out / name for name in keep}:
        stale.unlink()
    reviews = claim_reviews([v for v in verdicts if v["headline"]])
    write_whole(
        out / "claimreview.jsonld", json.dumps(reviews, ensure_ascii=False, indent=1) + "\n"
    )
    write_whole(out / forms.CSV_FILE, forms.verdicts_csv(verdicts))
    write_whole(out / forms.LATEX_FILE, forms.verdicts_latex(verdicts))
    unsound = [p for p in pages if p.unsound]
    if unsound:
        raise RunError(
            "verdicts that do not follow from their criteria were left out: "
            + "; ".join(fault for p in unsound for fault in p.unsound),
            where=", ".join(sorted({p.notebook for p in unsound})),
            hint="a notebook ends in claim.judge(evidence), and emits nothing else as a verdict",
        )
    unfit = [p for p in pages if p.unfit]
    if unfit:
        raise RunError(
            "figures, tables or notes that no page can hold were left out: "
            + "; ".join(fault for p in unfit for fault in p.unfit),
            where=", ".join(sorted({p.notebook for p in unfit})),
            hint="show them by plots.show, plots.show_table and plots.show_note",
        )
    return out / "index.html"


def _navigation(others: Mapping[str, list[Page]]) -> list[tuple[str, str]]:
    """Links at the top of every page: address and words."""
    return [
        ("index.html", "Claims"),
        *[(f"{p.run_id}.html", "Overview") for p in others["overview"]],
        ("register.html", "Register"),
        *[(f"{p.run_id}.html", "Data") for p in others["data"]],
        *[(f"{p.run_id}.html", "Distance") for p in others["specification_curve"]],
        ("methods.html", "How this was done"),
    ]


def _beside(pages: list[Page]) -> dict[str, tuple[Page | None, Page | None]]:
    """For each page of a claim those of the claims before and after it, on the same day where there
    is one.
    """
    first: dict[tuple[str, str], Page] = {}
    for page in pages:
        first.setdefault((page.claim, page.as_of), page)
    order = sorted({p.claim for p in pages} - PAGES.keys())

    def near(claim: str, step: int, as_of: str) -> Page | None:
        place = order.index(claim) + step
        if not 0 <= place < len(order):
            return None
        return first.get((order[place], as_of)) or first.get((order[place], "latest"))

    return {
        p.run_id: (near(p.claim, -1, p.as_of), near(p.claim, 1, p.as_of))
        for p in pages
        if p.claim in order
    }


def _by_theme(claims: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the index by theme, themes in the order in which the article's entry names them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in claims:
        found.setdefault(row["claim"].theme, []).append(row)
    order = list(registry.article().themes)
    return dict(
        sorted(found.items(), key=lambda kv: order.index(kv[0]) if kv[0] in order else len(order))
    )


def _siblings(page: Page, pages: list[Page]) -> dict[str, Page]:
    """The same claim and setting with other days of knowledge."""
    return {p.as_of: p for p in pages if p.claim == page.claim and p.setting == page.setting}


def _moved(siblings: dict[str, Page], first: str) -> list[dict[str, Any]]:
    """For each reading what differs between the two days: rows with title, first, second and the
    reasons.
    """
    if not {first, "latest"} <= siblings.keys():
        return []
    earlier = {v["reading"]: v for v in siblings[first].verdicts if not check.stale(v)}
    return [
        {
            "title": v["title"],
            "first": earlier[v["reading"]]["verdict"],
            "second": v["verdict"],
            "why": [
                line
                for line in compare.differences(earlier[v["reading"]], v)
                if not line.startswith("verdict:")
            ],
        }
        for v in siblings["latest"].verdicts
        if v["reading"] in earlier
    ]


def _claims(pages: list[Page]) -> list[dict[str, Any]]:
    """Rows of the index: a claim with its settings, each with its pages by day of knowledge (the
    article's day first).

    `now` and `then` are the pages of the first setting with everything at hand and with what was
    known.
    """
    rows = []
    for claim_id in sorted({p.claim for p in pages} - PAGES.keys()):
        settings: list[dict[str, Any]] = []
        for page in (p for p in pages if p.claim == claim_id):
            row = next((s for s in settings if s["setting"] == page.setting), None)
            if row is None:
                row = {"setting": page.setting, "by_day": {}}
                settings.append(row)
            row["by_day"][page.as_of] = page
        for row in settings:
            row["by_day"] = dict(
                sorted(row["by_day"].items(), key=lambda kv: (kv[0] == "latest", kv[0]))
            )
        # the whole region (no setting, or CA5) before single economies
        settings.sort(
            key=lambda s: (s["setting"].get("economy", "CA5") != "CA5", str(s["setting"]))
        )
        by_day = settings[0]["by_day"]
        now = by_day.get("latest") or next(iter(by_day.values()))
        then = next((p for p in by_day.values() if p is not now), None)
        rows.append(
            {"claim": registry.claim(claim_id), "settings": settings, "now": now, "then": then}
        )
    return rows
