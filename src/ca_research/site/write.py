"""Pages from what was read: HTML that stands alone, and the verdicts beside it as JSON and
JSON-LD.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from .. import registry
from ..claims import check, compare
from ..claims.agreement import agreement
from ..claims.overview import own_params
from ..claims.printed import sentences
from ..ground import economies
from ..ground.errors import RunError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.periods import day_in_words
from ..runs import EXECUTED
from ..runs.store import ABOUT_ALL, made_here
from ..tables import cite
from . import cards, forms, moves, parts
from .claimreview import claim_reviews
from .first_use import link_terms
from .read import Page, Shelf
from .render import environment

VERDICTS, SENTENCES = "verdicts.json", "sentences.json"
CHANGED = "changed.html"
"""The page on what new figures change; the next report that is written takes it away."""


def write_verdicts(out: Path, read: Shelf | None = None) -> list[dict[str, Any]]:
    """Write verdicts.json from the executed notebooks in `out`/notebooks; returns its entries.

    read: these notebooks, where some of them have been read already.
    """
    verdicts = [v for page in (read or Shelf(out / EXECUTED)).pages() for v in page.verdicts]
    write_whole(out / VERDICTS, _as_json(verdicts))
    return verdicts


def verdict_files(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """verdicts.json, verdicts.csv and verdicts_countries.csv, by name."""
    return {
        VERDICTS: _as_json(verdicts),
        forms.CSV_FILE: forms.verdicts_csv(verdicts),
        forms.COUNTRIES_FILE: forms.countries_csv(verdicts),
    }


def _as_json(entries: Any) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def write_site(out: Path, read: Shelf | None = None) -> Path:
    """Write a page per executed notebook in `out`/notebooks, the pages about them all, and other
    forms; returns the index. Where no run is of a claim the index lists the runs.

    read: as in `write_verdicts`.
    Raises RunError, after everything has been written, where a notebook emitted a verdict that does
    not follow.
    """
    read = read or Shelf(out / EXECUTED)
    verdicts, site = write_verdicts(out, read), _begin(read)
    written = _write(out, _page_of_each(site))
    if site.rows:
        written |= _write(out, _about_all(site))
        _other_forms(out, verdicts)
    else:
        written |= _write(out, [_list_of_runs(site, _seconds(out))])
    cards.write(site.pages, out)
    if cited := {source for page in site.pages for source in page.sources()}:
        write_whole(out / forms.BIBTEX_FILE, cite(cited, "bibtex") + "\n")
        write_whole(out / forms.CSL_FILE, cite(cited, "csl") + "\n")
    for stale in filter(made_here, set(out.glob("*.html")) - written):
        stale.unlink()
    _complain(site.pages)
    return out / "index.html"


class _Site(NamedTuple):
    """What was read: all pages, those of no claim, rows of the index, and an environment for
    templates.
    """

    pages: list[Page]
    others: list[Page]
    rows: list[dict[str, Any]]
    env: Environment

    @property
    def briefs(self) -> list[Page]:
        """Pages on one economy, from the project's tables."""
        return [p for p in self.others if p.tables and "economy" in p.setting]

    @property
    def judged(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["claim"].kind != "opinion"]


def _begin(read: Shelf) -> _Site:
    pages, claims = read.pages(), registry.claims()
    rows = _rows([page for page in pages if page.claim in claims])
    site = _Site(pages, [p for p in pages if p.claim not in claims], rows, environment())
    shown = {row["claim"].id: row for row in rows}
    days = {day for row in site.judged or rows for one in row["settings"] for day in one["by_day"]}

    def address_of(claim: str, as_of: str) -> str:
        """The page of a claim on a day of knowledge, else the one that the index shows."""
        by_day = shown[claim]["settings"][0]["by_day"]
        return f"{by_day.get(as_of, shown[claim]['now']).run_id}.html"

    site.env.globals |= {
        "days": sorted(days),
        "newest": max(days, default="latest"),
        "address_of": address_of,
        "titles": {claim: row["claim"].title for claim, row in shown.items()},
        "amendments": _amendments(rows),
        "made": day_in_words(dt.date.today()),
        "pages": pages,
        "card": "",
        "navigation": lambda as_of: _navigation(site, as_of),
    }
    return site


def _write(out: Path, pages: Iterable[tuple[str, str]]) -> set[Path]:
    """Write pages, given by name and HTML, with links to the glossary; returns their files."""
    written = set()
    for name, html in pages:
        write_whole(out / name, link_terms(html) if name != "glossary.html" else html)
        written.add(out / name)
    return written


def write_changed(out: Path, summary: str, moved: Sequence[Any]) -> Path:
    """Write the page on what new figures change, beside the pages in `out`; returns it.

    moved: verdicts before and after (`verify.Moved`), in the order in which they are shown.
    """
    site = _begin(Shelf(out / EXECUTED))
    rows = [_changed_row(one) for one in moved]
    same = [row for row in rows if row["was"] == row["now"]]
    html = site.env.get_template("changed.html.j2").render(
        summary=summary,
        parts=[
            ("Verdicts that turned", [row for row in rows if row["was"] != row["now"]]),
            ("The same verdict from other figures", [row for row in same if row["why"]]),
        ],
        unmoved=[row for row in same if not row["why"]],
        added=list(registry.added().values()),
        tables=registry.tables(),
        as_of=site.env.globals["newest"],
        here="",
        address=CHANGED,
    )
    write_whole(out / CHANGED, link_terms(html))
    return out / CHANGED


def _changed_row(one: Any) -> dict[str, Any]:
    """A verdict before and after, as the page shows it."""
    verdict = one.verdict
    told = [economies.name_of(v) for k, v in verdict["params"].items() if k == "economy"]
    return {
        "claim": registry.claim(verdict["claim"]),
        "page": f"{verdict['run']}.html",
        "about": ", ".join([verdict["title"], *told, parts.day(verdict["as_of"])]),
        "was": one.was,
        "now": verdict["verdict"],
        "answer": verdict["answer"],
        "answered": "" if any(line.startswith("Before:") for line in one.why) else one.answered,
        "why": one.why,
    }


def _page_of_each(site: _Site) -> Iterator[tuple[str, str]]:
    """The pages of the executed notebooks: name and HTML."""
    beside = _beside(site)
    for page in site.pages:
        name = f"{page.run_id}.html"
        siblings = {
            p.as_of: p for p in site.pages if (p.claim, p.setting) == (page.claim, page.setting)
        }
        about: dict[str, Any] = {
            "page": page,
            "as_of": page.as_of,
            "address": name,
            "here": name,
            "sources": [registry.sources()[s] for s in page.sources()],
            "siblings": siblings,
        }
        if page.claim not in beside:
            template, about["family"] = "notebook.html.j2", _claims_of(page, site)
        else:
            template = "page.html.j2"
            about |= {
                "card": cards.address(page),
                "claim": registry.claim(page.claim),
                "moved": _moved(siblings),
                "beside": [
                    near.get(page.as_of) or near.get("latest") for near in beside[page.claim]
                ],
                "family": _family(page, site),
            }
        yield name, site.env.get_template(template).render(**about)


def _list_of_runs(site: _Site, seconds: Mapping[str, float]) -> tuple[str, str]:
    """The index where no run is of a claim: name and HTML."""
    template = site.env.get_template("runs.html.j2")
    about = {"here": "index.html", "address": "index.html", "as_of": site.env.globals["newest"]}
    return "index.html", template.render(**about, seconds=seconds)


def _seconds(out: Path) -> dict[str, float]:
    """How long each run took, as the manifest of the folder has it."""
    try:
        runs = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["runs"]
        return {run["run_id"]: run["seconds"] for run in runs}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _about_all(site: _Site) -> Iterator[tuple[str, str]]:
    """The pages about all claims: name and HTML."""
    newest = site.env.globals["newest"]
    heads = [row["now"].lead for row in site.judged if row["now"].lead]
    overviews = [page for page in site.others if page.statements]
    about: dict[str, Any] = {
        "as_of": newest,
        "claims": site.rows,
        "briefs": site.briefs,
        "overview": bool(overviews),
        "notebooks": [
            page
            for page in site.others
            if not (page.menu or page.statements or page in site.briefs)
        ],
        "judged": site.judged,
        "opinions": [row for row in site.rows if row["claim"].kind == "opinion"],
        "tally": {word: _counted(heads, word) for word in registry.PRINTED},
        "thesis": _first_claim(site.judged),
        **_summary(next((p.statements for p in overviews if p.as_of == newest), [])),
        "paragraphs": _paragraphs(site.rows),
        "agreement": agreement(),
        "ways": moves.counts(a for a in _amendments(site.rows) if a["way"]),
        "WAYS": moves.WAYS,
    }
    themes = {"index.html": _by_theme(site.judged), "register.html": _by_theme(site.rows)}
    for file in ABOUT_ALL:
        template = site.env.get_template(f"{file}.j2")
        yield file, template.render(**about, here=file, address=file, themes=themes.get(file, {}))


def _counted(heads: Sequence[dict[str, Any]], word: str) -> dict[str, int]:
    """How many sentences have a verdict as printed, and of these how many lead by a fragile test or
    by one of low certainty.
    """
    mine = [v for v in heads if v["as_printed"] == word]
    return {
        "sentences": len(mine),
        "fragile": sum(v["fragile"] for v in mine),
        "low": sum(v["certainty"].get("level") == "low" for v in mine),
    }


def _paragraphs(claims: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The article by paragraph and sentence: of each the rows of its claims, or why it has none.
    Left out is what this report did not judge.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for sentence in registry.article().sentences:
        rows = [row for row in claims if _place(row) == (sentence.paragraph, sentence.sentence)]
        if rows or sentence.none:
            found.setdefault(sentence.paragraph, []).append({"rows": rows, "none": sentence.none})
    return [one for one in found.values() if any(sentence["rows"] for sentence in one)]


def _place(row: dict[str, Any]) -> tuple[int, int]:
    return row["claim"].article.paragraph, row["claim"].article.sentence


def _summary(made: list[dict[str, Any]]) -> dict[str, Any]:
    """What an overview says of all claims together: `thesis_said`, the sentences that answer the
    thesis, and `bottom`, the others. Of one list the first sentence answers it, of several the
    first list does, under its own title.
    """
    if not made:
        return {"question": "The thesis", "thesis_said": [], "bottom": {}}
    first, last = made[0], made[-1]
    said = first["statements"]
    if first is not last:
        return {"question": first["title"], "thesis_said": said, "bottom": last}
    bottom = first | {"statements": said[1:]}
    return {"question": "The thesis", "thesis_said": said[:1], "bottom": bottom}


def _first_claim(judged: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first claim of the article, where its page has a picture; None for another."""
    first = min(judged, key=_place, default=None)
    return first if first and any(i.kind == "figure" for i in first["now"].of("main")) else None


def _other_forms(out: Path, verdicts: list[dict[str, Any]]) -> None:
    """The verdicts as JSON-LD, CSV and LaTeX, and those on the sentences as printed."""
    printed = sentences(verdicts)
    reviews = claim_reviews([v for v in verdicts if v["leads"]])
    for name, text in {
        SENTENCES: _as_json(printed),
        forms.SENTENCES_FILE: forms.sentences_csv(printed),
        "claimreview.jsonld": _as_json(reviews),
        forms.LATEX_FILE: forms.verdicts_latex(verdicts),
        **verdict_files(verdicts),
    }.items():
        write_whole(out / name, text)


def _complain(pages: list[Page]) -> None:
    """Raise RunError where something that a notebook emitted stands on no page."""
    for name, what, hint in (
        (
            "unsound",
            "verdicts that do not follow from their criteria",
            "a notebook ends in claim.judge(evidence), and emits nothing else as a verdict",
        ),
        (
            "unfit",
            "verdicts, figures, tables or notes that no page can hold",
            "after `data remove`: ca-research run --changed; else show them by plots.show, "
            "plots.show_table and plots.show_note",
        ),
    ):
        faulty = [(page.notebook, getattr(page, name)) for page in pages if getattr(page, name)]
        if faulty:
            faults = dict.fromkeys(fault for _, found in faulty for fault in found)
            raise RunError(
                f"{what} were left out: {first_few(faults, 5)}",
                where=", ".join(sorted({notebook for notebook, _ in faulty})),
                hint=hint,
            )


def _navigation(site: _Site, as_of: str) -> list[tuple[str, str, bool]]:
    """Links at the top of a page of a day of knowledge: address, words, and whether a phone has
    them at the foot.
    """
    overviews = [page for page in site.others if page.statements]
    named: dict[str, list[Page]] = {
        page.menu: [] for page in site.others if page.menu and not page.statements
    }
    for page in site.others:
        named.get(page.menu, []).append(page)
    others = [(words, page) for words in named for page in _of_day(named[words], as_of)]
    links = [("Overview", page) for page in _of_day(overviews, as_of)], others
    first, second = ([(f"{p.run_id}.html", words, True) for words, p in each] for each in links)
    if not site.rows:
        return [("index.html", "Runs", False), *first, *second]
    return [
        ("index.html", "Claims", False),
        *first,
        ("register.html", "Register", False),
        *second,
        ("methods.html", "Methods", False),
        ("glossary.html", "Glossary", False),
    ]


def _of_day(pages: Sequence[Page], as_of: str) -> list[Page]:
    """Of some pages those of a day of knowledge; where none is of it, those of the newest."""
    there = {page.as_of for page in pages}
    day = as_of if as_of in there else max(there, default="")  # "latest" comes after any date
    return [page for page in pages if page.as_of == day]


def _beside(site: _Site) -> dict[str, list[dict[str, Page]]]:
    """For each claim the pages of the claims before and after it, by their day."""
    first: dict[str, dict[str, Page]] = {row["claim"].id: {} for row in site.rows}
    for page in site.pages:
        if page.claim in first:
            first[page.claim].setdefault(page.as_of, page)
    each = [{}, *first.values(), {}]
    return {claim: [each[n], each[n + 2]] for n, claim in enumerate(first)}


def _family(page: Page, site: _Site) -> list[dict[str, Any]]:
    """The same claim on the same day for other economies, each with the brief on it, of that day if
    there is one; empty where the claim is judged once.
    """

    def row(code: str, other: Page | None) -> dict[str, Any]:
        briefs = [brief for brief in site.briefs if brief.setting["economy"] == code]
        brief = next(iter(_of_day(briefs, page.as_of)), None)
        return {"name": economies.name_of(code), "page": other, "brief": brief}

    others = [
        row(p.setting["economy"], p)
        for p in site.pages
        if p is not page
        and (p.claim, p.as_of) == (page.claim, page.as_of)
        and "economy" in p.setting
    ]
    own = row(page.setting.get("economy", ""), None)
    return [own, *others] if others and own["brief"] else others


def _claims_of(page: Page, site: _Site) -> list[Page]:
    """The claims that are judged for the economy of a page about one, on the same day."""
    mine = (page.setting.get("economy"), page.as_of)
    return [
        p
        for p in site.pages
        if mine[0] and p not in site.others and (p.setting.get("economy"), p.as_of) == mine
    ]


def _amendments(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every amendment and correction in order of time: date, reason; of an amendment also row (of
    the index), anchor, made (itself), after (the hash of the rule after it), and way (whose way it
    moved the verdicts).
    """
    corrections = registry.article().corrections if claims else ()
    found: list[dict[str, Any]] = [
        {"date": c.date, "reason": c.reason, "row": None, "way": ""} for c in corrections
    ]
    for row in claims:
        made = row["claim"].amendments
        hashes = [*(a.rule_sha256_before for a in made), row["claim"].rule_sha256]
        found += [
            {
                "date": a.date,
                "reason": a.reason,
                "row": row,
                "anchor": f"{row['claim'].id}-{n}".lower(),
                "made": a,
                "after": hashes[n],
                "way": moves.way(a.before, a.after),
            }
            for n, a in enumerate(made, 1)
        ]
    return sorted(found, key=lambda a: a["date"])


def _by_theme(claims: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the index by theme, themes in the order in which the article's entry names them."""
    found: dict[str, list[dict[str, Any]]] = {theme: [] for theme in registry.article().themes}
    for row in claims:
        found.setdefault(row["claim"].theme, []).append(row)
    return {theme: rows for theme, rows in found.items() if rows}


def _moved(siblings: dict[str, Page]) -> list[dict[str, Any]]:
    """For each reading what differs between the two days: rows with title, first, second and the
    reasons.
    """
    first = registry.article().date.isoformat()
    if not {first, "latest"} <= siblings.keys():
        return []
    earlier = {v["reading"]: v for v in siblings[first].verdicts if not check.stale(v)}
    return [
        {
            "title": v["title"],
            "first": earlier[v["reading"]]["verdict"],
            "second": v["verdict"],
            "why": compare.differences(earlier[v["reading"]], v),
        }
        for v in siblings["latest"].verdicts
        if v["reading"] in earlier
    ]


def _rows(pages: list[Page]) -> list[dict[str, Any]]:
    """Rows of the index: a claim with its settings, each with its pages by day of knowledge (the
    article's day first).

    `now` and `then` are the pages of the first setting of the newest day that was run, and of the
    article's; where that was not run, or is the newest, of the earliest. `part` says what the first
    setting judges where it is not the claim as a whole; `others` are the newest pages of the other
    settings.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for page in sorted(pages, key=lambda p: (p.claim, p.as_of)):  # "latest" comes after any date
        settings = found.setdefault(page.claim, {})
        setting = str(sorted(page.setting.items()))
        row = settings.setdefault(setting, {"setting": page.setting, "by_day": {}})
        row["by_day"][page.as_of] = page
    rows = []
    for claim_id, settings in found.items():
        # the claim as a whole before single economies
        ordered = sorted(
            settings.values(), key=lambda s: (bool(own_params(s["setting"])), str(s["setting"]))
        )
        by_day, *others = (list(s["by_day"].values()) for s in ordered)
        *earlier, now = by_day
        published = registry.article().date.isoformat()
        rows.append(
            {
                "claim": registry.claim(claim_id),
                "settings": ordered,
                "now": now,
                "then": next((p for p in earlier if p.as_of == published), (*earlier, None)[0]),
                "part": parts.judged_for(ordered[0]["setting"]),
                "others": [pages_of[-1] for pages_of in others],
            }
        )
    return rows
