"""Pages from what was read: HTML that stands alone, and the verdicts beside it in other forms."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import registry
from ..claims.overview import own_params
from ..claims.words import invented
from ..ground.display import INK, MUTED
from ..ground.errors import RunError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.periods import day_in_words
from ..registry.glossary import Term
from ..runs import EXECUTED
from ..runs.store import ABOUT_ALL, EMBEDDED, made_here
from ..tables import cite
from . import colours, moves
from .cards import card
from .first_use import link_terms, linked
from .forms import EXPORTS, VERDICTS
from .read import Page, read_pages
from .render import environment

CHANGED = "changed.html"
"""The page on what new figures change; the next report that is written takes it away."""


def write_verdicts(out: Path) -> None:
    """Write verdicts.json from the executed notebooks in `out`/notebooks."""
    write_whole(out / VERDICTS, _forms(read_pages(out / EXECUTED), [VERDICTS])[VERDICTS])


def verdict_files(
    verdicts: Iterable[Mapping[str, Any]], names: Iterable[str] = EXPORTS
) -> dict[str, str]:
    """Files of verdicts, by name; verdicts: entries of verdicts.json."""
    entries = [{**verdict, "invented": bool(invented(verdict["sources"]))} for verdict in verdicts]
    return {name: EXPORTS[name](entries) for name in names}


def _forms(pages: Iterable[Page], names: Iterable[str]) -> dict[str, str]:
    return verdict_files([verdict for page in pages for verdict in page.verdicts], names)


def write_site(out: Path, pages: Sequence[Page] | None = None) -> Path:
    """Write a page per executed notebook in `out`/notebooks, the pages about them all, and other
    forms; returns the index. Where no run is of a claim the index lists the runs.

    pages: these, in place of those of the notebooks.
    Raises RunError, after everything has been written, where a notebook emitted what no page can
    show.
    """
    site = _Site(out, read_pages(out / EXECUTED) if pages is None else pages)
    written = {site.write(*page) for page in site.plan()}
    beside = _forms(site.pages, EXPORTS if site.rows else [VERDICTS])
    if cited := {source for page in site.pages for source in page.sources}:
        beside["references.bib"] = cite(cited, "bibtex") + "\n"
        beside["references.json"] = cite(cited, "csl") + "\n"
    for name, text in beside.items():
        write_whole(out / name, text)
    written |= {site.write_card(*card) for card in site.cards()}
    there = {file for form in ("*.html", f"{EMBEDDED}/*") for file in out.glob(form)}
    for stale in filter(made_here, there - written):
        stale.unlink()
    if faulty := [page for page in site.pages if page.faults]:
        faults = dict.fromkeys(fault for page in faulty for fault in page.faults)
        raise RunError(
            f"what no page can show was left out: {first_few(faults, 5)}",
            where=", ".join(sorted({page.notebook for page in faulty})),
            hint="after `data remove`: ca-research run --changed; else a notebook shows by "
            "plots.show, plots.show_table and plots.show_note, and ends in claim.judge(evidence)",
        )
    return out / "index.html"


def write_changed(out: Path, summary: str, moved: Sequence[Any]) -> Path:
    """Write the page on what new figures change, beside the pages in `out`; returns it.

    moved: verdicts before and after (`verify.Moved`), in the order in which they are shown.
    """
    site = _Site(out, read_pages(out / EXECUTED))
    return site.write("changed.html.j2", CHANGED, {"summary": summary, "moved": moved})


@dataclass(frozen=True)
class Row:
    """A claim in the index: of each of its settings the pages by day of knowledge; the claim as a
    whole comes before single economies.
    """

    claim: registry.ClaimSpec
    settings: list[list[Page]]

    @property
    def now(self) -> Page:
        """The page of the first setting on the newest day that was run."""
        return self.settings[0][-1]

    @property
    def then(self) -> Page:
        """That of the article's day; where that was not run, or is the newest, of the earliest."""
        earlier = self.settings[0][:-1]
        published = registry.article().date.isoformat()
        return next((page for page in earlier if page.as_of == published), self.settings[0][0])

    @property
    def others(self) -> list[Page]:
        """The newest pages of the other settings."""
        return [pages[-1] for pages in self.settings[1:]]


class _Site:
    """What was read, and what templates may ask of it."""

    def __init__(self, out: Path, pages: Sequence[Page]) -> None:
        self.out, self.pages, self.env = out, pages, environment()
        self.terms: dict[str, Term] = {}
        self.settings: dict[tuple[str, str], list[Page]] = {}
        for page in sorted(pages, key=_order):
            self.settings.setdefault((page.claim, str(page.setting)), []).append(page)
        claims = registry.claims()
        self.rows = [
            Row(claim, settings)
            for name, claim in claims.items()
            if (settings := [pages for key, pages in self.settings.items() if key[0] == name])
        ]
        judged = [row for row in self.rows if row.claim.kind != "opinion"]
        days = {p.as_of for row in judged or self.rows for pages in row.settings for p in pages}
        self.newest = max(days, default="latest")  # "latest" comes after any date
        self.env.filters["of_day"] = _of_day
        self.env.globals |= {
            "claims": self.rows,
            "judged": judged,
            "days": sorted(days),
            "newest": self.newest,
            "pages": pages,
            "others": [page for page in pages if page.claim not in claims],
            "titles": {row.claim.id: row.claim.title for row in self.rows},
            "amendments": _amendments(self.rows),
            "address_of": self.address_of,
            "terms": self.terms,
            "made": day_in_words(dt.date.today()),
            "made_up": invented(source for page in pages for source in page.sources),
        }

    def address_of(self, claim: str, as_of: str) -> str:
        """The page of a claim on a day of knowledge, else the one that the index shows."""
        row = next(row for row in self.rows if row.claim.id == claim)
        page = next((page for page in row.settings[0] if page.as_of == as_of), row.now)
        return f"{page.run_id}.html"

    def plan(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The pages of a report: template, name, and what is known to it beside the site."""
        for page in self.pages:
            kind = "page" if page.claim in registry.claims() else "notebook"
            siblings = self.settings[page.claim, str(page.setting)]
            about = {"page": page, "as_of": page.as_of, "siblings": siblings}
            yield f"{kind}.html.j2", f"{page.run_id}.html", about
            if kind == "page" and page.drawn:
                yield "embed.html.j2", f"{EMBEDDED}/{page.run_id}.html", about
        for name in ABOUT_ALL if self.rows else ():
            yield f"{name}.j2", name, {}
        if not self.rows:
            file = self.out / "manifest.json"
            manifest = json.loads(file.read_text("utf-8")) if file.is_file() else {}
            yield "runs.html.j2", "index.html", {"runs": manifest.get("runs", [])}

    def cards(self) -> Iterator[tuple[str, str, list[str], str]]:
        """The cards of links to the index and to pages of claims: name, title, lines, colour."""
        article = registry.article() if self.rows else None
        if article is None or not article.address:
            return
        yield "index.png", article.report_title, [article.report_summary], INK
        for page in self.pages:
            if page.claim in registry.claims() and (lead := page.lead):
                lines = [lead["finding"], f"As printed: {lead['as_printed']}"]
                lines.append(invented(lead["sources"]))
                lines.append(article.report_title)
                title, tone = (
                    registry.claim(page.claim).title,
                    colours.TONE.get(lead["as_printed"], MUTED),
                )
                yield f"{page.run_id}.png", title, [*filter(None, lines)], tone

    def write_card(self, name: str, title: str, lines: list[str], tone: str) -> Path:
        """Write a card; returns its file."""
        file = self.out / EMBEDDED / name
        write_whole(file, card(name, title, lines, tone))
        return file

    def write(self, template: str, name: str, about: Mapping[str, Any]) -> Path:
        """Write a page, with links to the glossary, which comes last and lists the terms of all;
        returns its file.
        """
        html = link_terms(
            self.env.get_template(template).render({"as_of": self.newest, "address": name, **about})
        )
        self.terms |= {term.term: term for term in linked(html)}
        write_whole(self.out / name, html)
        return self.out / name


def _order(page: Page) -> tuple[Any, ...]:
    """Claims in order, the claim as a whole before single economies, days in order."""
    return page.claim, bool(own_params(page.setting)), str(page.setting), page.as_of


def _of_day(pages: Sequence[Page], as_of: str) -> list[Page]:
    """Of some pages those of a day of knowledge; where none is of it, those of the newest."""
    there = {page.as_of for page in pages}
    day = as_of if as_of in there else max(there, default="")
    return [page for page in pages if page.as_of == day]


def _amendments(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Every amendment and correction in order of time; of an amendment also row (of the index),
    anchor, hash_after (of the rule after it), and way (whose way it moved the verdicts).
    """
    corrections = registry.article().corrections if rows else ()
    entries = [c.model_dump() | {"row": None, "way": ""} for c in corrections]
    for row in rows:
        amendments = row.claim.amendments
        hashes = [*(a.rule_sha256_before for a in amendments), row.claim.rule_sha256]
        for number, a in enumerate(amendments, 1):
            about = {"row": row, "anchor": f"{row.claim.id}-{number}".lower()}
            about |= {"hash_after": hashes[number], "way": moves.way(a.before, a.after)}
            entries.append(a.model_dump() | about)
    return sorted(entries, key=lambda amendment: amendment["date"])
