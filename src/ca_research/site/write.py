"""Pages from what was read: HTML that stands alone, and the verdicts beside it as JSON and JSON-LD."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from .. import registry
from ..claims import check, compare
from ..errors import RunError
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
    """Write a page per executed notebook in `out`/notebooks, the index, and the verdicts as JSON; returns the index.

    Raises RunError, after everything has been written, where a notebook emitted a verdict that does not follow.
    """
    pages, verdicts = read_pages(out / EXECUTED), write_verdicts(out)
    env, first = environment(), registry.article().date.isoformat()
    kinds = {"claim": env.get_template("page.html.j2"), "page": env.get_template("notebook.html.j2")}
    for page in pages:
        common = {"page": page, "sources": [registry.sources()[s] for s in page.sources()]}
        if page.claim in PAGES:
            html = kinds["page"].render(**common, siblings={})
        else:
            siblings = _siblings(page, pages)
            html = kinds["claim"].render(
                **common, claim=registry.claim(page.claim), siblings=siblings, moved=_moved(siblings, first)
            )
        write_whole(out / f"{page.run_id}.html", html)
    keep = {f"{p.run_id}.html" for p in pages} | {"index.html", "methods.html"}
    for stale in set(out.glob("*.html")) - {out / name for name in keep}:
        stale.unlink()
    reviews = claim_reviews([v for v in verdicts if v["headline"]])
    write_whole(out / "claimreview.jsonld", json.dumps(reviews, ensure_ascii=False, indent=1) + "\n")
    write_whole(out / forms.CSV_FILE, forms.verdicts_csv(verdicts))
    write_whole(out / forms.LATEX_FILE, forms.verdicts_latex(verdicts))
    claims, today = _claims(pages), dt.date.today().isoformat()
    write_whole(
        out / "methods.html", env.get_template("methods.html.j2").render(claims=claims, pages=pages, made=today)
    )
    others = {name: [p for p in pages if p.claim == name] for name in PAGES}
    write_whole(
        out / "index.html",
        env.get_template("index.html.j2").render(claims=claims, others=others, pages=pages, made=today),
    )
    unsound = [p for p in pages if p.unsound]
    if unsound:
        raise RunError(
            "verdicts that do not follow from their criteria were left out: "
            + "; ".join(fault for p in unsound for fault in p.unsound),
            where=", ".join(sorted({p.notebook for p in unsound})),
            hint="a notebook ends in claim.judge(evidence), and emits nothing else as a verdict",
        )
    return out / "index.html"


def _siblings(page: Page, pages: list[Page]) -> dict[str, Page]:
    """The same claim and setting with other days of knowledge."""
    return {p.as_of: p for p in pages if p.claim == page.claim and p.setting == page.setting}


def _moved(siblings: dict[str, Page], first: str) -> list[dict[str, Any]]:
    """For each reading what differs between the two days: rows with title, first, second and the reasons."""
    if not {first, "latest"} <= siblings.keys():
        return []
    earlier = {v["reading"]: v for v in siblings[first].verdicts if not check.stale(v)}
    return [
        {
            "title": v["title"],
            "first": earlier[v["reading"]]["verdict"],
            "second": v["verdict"],
            "why": [line for line in compare.differences(earlier[v["reading"]], v) if not line.startswith("verdict:")],
        }
        for v in siblings["latest"].verdicts
        if v["reading"] in earlier
    ]


def _claims(pages: list[Page]) -> list[dict[str, Any]]:
    """Rows of the index: a claim with its settings, each with its pages by day of knowledge (the article's day first)."""
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
