"""Pages from what was read: HTML that stands alone, and the verdicts beside it as JSON and
JSON-LD.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from .. import registry
from ..claims import check, compare
from ..claims.agreement import agreement
from ..claims.overview import own_params
from ..claims.printed import sentences
from ..ground import economies, paths
from ..ground.errors import CoverageError, RunError
from ..ground.files import write_whole
from ..ground.numbers import first_few
from ..ground.periods import day_in_words
from ..runs import EXECUTED
from ..runs.store import ABOUT_ALL, made_here
from ..tables import cite
from . import cards, forms, moves, parts
from .claimreview import claim_reviews
from .first_use import link_terms
from .read import Page, Shelf, executed
from .render import environment

VERDICTS, SENTENCES = "verdicts.json", "sentences.json"
CHANGED = "changed.html"
"""The page on what new figures change; the next report that is written takes it away."""
_NO_RUNS: Mapping[str, str] = {}


def write_verdicts(out: Path, read: Shelf | None = None) -> list[dict[str, Any]]:
    """Write verdicts.json from the executed notebooks in `out`/notebooks; returns its entries.

    read: these notebooks, where some of them have been read already.
    """
    return _verdicts_of((read or Shelf(out / EXECUTED)).pages(), out)


def verdicts_of(out: Path, run_ids: Collection[str]) -> dict[str, str]:
    """verdicts.json, verdicts.csv and verdicts_countries.csv, by name, as a report of some of its
    runs alone has them.

    Raises CoverageError where the executed notebook of one is not in `out`/notebooks.
    """
    shelf, verdicts = Shelf(out / EXECUTED), list[dict[str, Any]]()
    for run_id in sorted(run_ids):
        try:
            verdicts += shelf.page(run_id).verdicts
        except FileNotFoundError:
            raise CoverageError(
                "the report is incomplete: an executed notebook is missing",
                where=paths.shown(out / EXECUTED / f"{run_id}.ipynb"),
                hint="ca-research run",
            ) from None
    return {
        VERDICTS: _as_json(verdicts),
        forms.CSV_FILE: forms.verdicts_csv(verdicts),
        forms.COUNTRIES_FILE: forms.countries_csv(verdicts),
    }


def _verdicts_of(pages: list[Page], out: Path) -> list[dict[str, Any]]:
    verdicts = [v for p in pages for v in p.verdicts]
    write_whole(out / VERDICTS, _as_json(verdicts))
    return verdicts


def _as_json(entries: Any) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


class Beside(NamedTuple):
    """Pages that another process writes: of which runs, and when it is done."""

    names: list[str]
    done: Future[None]


def share_out(
    out: Path, submit: Callable[..., Future[None]], coming: Mapping[str, str] = _NO_RUNS
) -> Beside | None:
    """Have another process write pages of executed notebooks in `out`, some half of them; None
    where they are few, or there is no such process.

    submit: has it call a function. coming: runs of the overview under way, to which pages lead,
    each with its day of knowledge.
    """
    names = [file.stem for file in executed(out / EXECUTED) if file.stem not in coming]
    if len(names) <= _FEW:
        return None
    # more where there is time until the overview is there; the days of a claim stand in turn
    among = 9 if coming else 2
    theirs = [name for place, name in enumerate(names) if place % among % 2 == 0]
    with contextlib.suppress(BrokenProcessPool):
        return Beside(theirs, submit(write_pages, out, theirs, coming))
    return None


def write_site(out: Path, beside: Beside | None = None, read: Shelf | None = None) -> Path:
    """Write a page per executed notebook in `out`/notebooks, the pages about them all, and other
    forms; returns the index.

    beside: pages that `share_out` has given away; they are written here where that came to nothing.
    read: as in `write_verdicts`.
    Raises RunError, after everything has been written, where a notebook emitted a verdict that does
    not follow.
    """
    theirs = beside.names if beside else []
    env, pages, claims, others = _begin(read or Shelf(out / EXECUTED))
    verdicts = _verdicts_of(pages, out)
    written = _write(out, _page_of_each(env, pages, {p.run_id for p in pages} - set(theirs)))
    written |= _write(out, _about_all(env, claims, others))
    cards.write(pages, out)
    _other_forms(out, verdicts)
    _references(out, pages)
    if beside and beside.done.exception() is not None:  # a process that was killed, for example
        _write(out, _page_of_each(env, pages, set(theirs)))
    gone = set(out.glob("*.html")) - written - {out / f"{name}.html" for name in theirs}
    for stale in filter(made_here, gone):
        stale.unlink()
    _complain(pages)
    return out / "index.html"


_FEW = 20
"""So many pages are written before another process has imported what it needs."""


def write_pages(out: Path, names: Sequence[str], coming: Mapping[str, str] = _NO_RUNS) -> None:
    """Write the pages of some runs whose executed notebooks are in `out`, and nothing else.

    coming: as in `share_out`.
    """
    env, pages, _, _ = _begin(Shelf(out / EXECUTED), coming)
    _write(out, _page_of_each(env, pages, set(names)))


def _begin(
    read: Shelf, coming: Mapping[str, str] = _NO_RUNS
) -> tuple[Environment, list[Page], list[dict[str, Any]], dict[str, list[Page]]]:
    """What was read, and an environment for templates: pages, rows of the index, and the pages that
    are about no one claim.
    """
    pages = read.pages()
    claims = _claims(pages)
    others = {
        name: [p for p in pages if p.claim == name]
        for name in sorted(
            {p.claim for p in pages} - registry.claims().keys()
            | {"overview", "brief", "data", "specification_curve"}
        )
    }
    env = environment()
    env.globals |= _shared(pages, claims, others)
    env.globals["navigation"] = functools.partial(_navigation, others, coming)
    return env, pages, claims, others


def _write(out: Path, pages: Iterable[tuple[str, str]]) -> set[Path]:
    """Write pages, given by name and HTML, with links to the glossary; returns their files."""
    written = set()
    for name, html in pages:
        write_whole(out / name, link_terms(html) if name != "glossary.html" else html)
        written.add(out / name)
    return written


def _shared(
    pages: list[Page], claims: list[dict[str, Any]], others: Mapping[str, list[Page]]
) -> dict[str, Any]:
    """What every template may use."""
    days = _days(claims)
    return {
        "days": days,
        "newest": days[-1] if days else "latest",
        "address_of": functools.partial(_address_of, {row["claim"].id: row for row in claims}),
        "titles": {row["claim"].id: row["claim"].title for row in claims},
        "amendments": _amendments(claims),
        "made": day_in_words(dt.date.today()),
        "pages": pages,
        "card": "",
    }


def _address_of(rows: Mapping[str, dict[str, Any]], claim_id: str, as_of: str) -> str:
    """The page of a claim, given the rows of the index, of a day of knowledge or else the one that
    the index shows.
    """
    row = rows[claim_id]
    page: Page = row["settings"][0]["by_day"].get(as_of, row["now"])
    return f"{page.run_id}.html"


def write_changed(out: Path, summary: str, moved: Sequence[Any]) -> Path:
    """Write the page on what new figures change, beside the pages in `out`; returns it.

    moved: verdicts before and after (`verify.Moved`), in the order in which they are shown.
    """
    env, pages, _, _ = _begin(Shelf(out / EXECUTED))
    rows = [_changed_row(one, pages) for one in moved]
    moves = [
        ("Verdicts that turned", [r for r in rows if r["was"] != r["now"]]),
        (
            "The same verdict from other figures",
            [r for r in rows if r["was"] == r["now"] and r["why"]],
        ),
    ]
    html = env.get_template("changed.html.j2").render(
        summary=summary,
        parts=moves,
        unmoved=[r for r in rows if r["was"] == r["now"] and not r["why"]],
        added=list(registry.added().values()),
        tables=registry.tables(),
        as_of=env.globals["newest"],
        here="",
        address=CHANGED,
    )
    write_whole(out / CHANGED, link_terms(html))
    return out / CHANGED


def _changed_row(one: Any, pages: list[Page]) -> dict[str, Any]:
    """A verdict before and after, as the page shows it."""
    verdict = one.verdict
    page = next((p for p in pages if verdict in p.verdicts), None)
    told = [economies.name_of(v) for k, v in verdict["params"].items() if k == "economy"]
    return {
        "claim": registry.claim(verdict["claim"]),
        "page": f"{page.run_id}.html" if page else "",
        "about": ", ".join([verdict["title"], *told, parts.day(verdict["as_of"])]),
        "was": one.was,
        "now": verdict["verdict"],
        "answer": verdict["answer"],
        "answered": "" if any(line.startswith("Before:") for line in one.why) else one.answered,
        "why": one.why,
    }


def _page_of_each(
    env: Environment, pages: list[Page], wanted: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The pages of the executed notebooks that are wanted: name and HTML."""
    beside, first = _beside(pages), registry.article().date.isoformat()
    for page in (p for p in pages if p.run_id in wanted):
        name = f"{page.run_id}.html"
        about = {
            "page": page,
            "as_of": page.as_of,
            "address": name,
            "sources": [registry.sources()[s] for s in page.sources()],
        }
        if page.claim not in registry.claims():
            template, about["here"] = "notebook.html.j2", name
            about["siblings"] = _siblings(page, pages)
            about["family"] = _claims_of(page, pages)
        else:
            template, siblings = "page.html.j2", _siblings(page, pages)
            about |= {
                "here": "",
                "card": cards.address(page),
                "claim": registry.claim(page.claim),
                "siblings": siblings,
                "moved": _moved(siblings, first),
                "beside": beside[page.run_id],
                "family": _family(page, pages),
            }
        yield name, env.get_template(template).render(**about)


def _about_all(
    env: Environment, claims: list[dict[str, Any]], others: Mapping[str, list[Page]]
) -> Iterator[tuple[str, str]]:
    """The pages about all claims: name and HTML."""
    judged = [row for row in claims if row["claim"].kind != "opinion"]
    newest, heads = env.globals["newest"], [row["now"].lead for row in judged if row["now"].lead]
    about: dict[str, Any] = {
        "as_of": newest,
        "claims": claims,
        "others": others,
        "judged": judged,
        "opinions": [row for row in claims if row["claim"].kind == "opinion"],
        "tally": {word: _counted(heads, word) for word in registry.PRINTED},
        "thesis": _first_claim(judged),
        **_summary(next((p.statements for p in others["overview"] if p.as_of == newest), [])),
        "paragraphs": _paragraphs(claims),
        "agreement": agreement(),
        "ways": moves.counts(a for a in _amendments(claims) if a["way"]),
        "WAYS": moves.WAYS,
    }
    themes = {"index.html": _by_theme(judged), "register.html": _by_theme(claims)}
    for file in ABOUT_ALL:
        template = env.get_template(f"{file}.j2")
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
        place = sentence.paragraph, sentence.sentence
        rows = [row for row in claims if _place(row) == place]
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
    question = "The thesis"
    if not made:
        return {"question": question, "thesis_said": [], "bottom": {}}
    if len(made) > 1:
        return {
            "question": made[0]["title"],
            "thesis_said": made[0]["statements"],
            "bottom": made[-1],
        }
    first, *rest = made[0]["statements"]
    return {"question": question, "thesis_said": [first], "bottom": made[0] | {"statements": rest}}


def _first_claim(judged: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first claim of the article, where its page has a picture; None for another."""
    first = min(judged, key=_place, default=None)
    return first if first and any(i.kind == "figure" for i in first["now"].of("main")) else None


def _other_forms(out: Path, verdicts: list[dict[str, Any]]) -> None:
    """The verdicts as JSON-LD, CSV and LaTeX, and those on the sentences as printed."""
    printed = sentences(verdicts)
    write_whole(out / SENTENCES, _as_json(printed))
    write_whole(out / forms.SENTENCES_FILE, forms.sentences_csv(printed))
    reviews = claim_reviews([v for v in verdicts if v["leads"]])
    write_whole(out / "claimreview.jsonld", _as_json(reviews))
    write_whole(out / forms.CSV_FILE, forms.verdicts_csv(verdicts))
    write_whole(out / forms.COUNTRIES_FILE, forms.countries_csv(verdicts))
    write_whole(out / forms.LATEX_FILE, forms.verdicts_latex(verdicts))


def _references(out: Path, pages: Sequence[Page]) -> None:
    """The sources of all pages, for a program that keeps references."""
    cited = {source for page in pages for source in page.sources()}
    write_whole(out / forms.BIBTEX_FILE, cite(cited, "bibtex") + "\n")
    write_whole(out / forms.CSL_FILE, cite(cited, "csl") + "\n")


def _complain(pages: list[Page]) -> None:
    """Raise RunError where something that a notebook emitted stands on no page."""
    unsound = [p for p in pages if p.unsound]
    if unsound:
        raise RunError(
            "verdicts that do not follow from their criteria were left out: "
            + first_few(dict.fromkeys(fault for p in unsound for fault in p.unsound), 5),
            where=", ".join(sorted({p.notebook for p in unsound})),
            hint="a notebook ends in claim.judge(evidence), and emits nothing else as a verdict",
        )
    unfit = [p for p in pages if p.unfit]
    if unfit:
        raise RunError(
            "verdicts, figures, tables or notes that no page can hold were left out: "
            + first_few(dict.fromkeys(fault for p in unfit for fault in p.unfit), 5),
            where=", ".join(sorted({p.notebook for p in unfit})),
            hint="after `data remove`: ca-research run --changed; else show them by plots.show, "
            "plots.show_table and plots.show_note",
        )


def _navigation(
    others: Mapping[str, list[Page]], coming: Mapping[str, str], as_of: str
) -> list[tuple[str, str, bool]]:
    """Links at the top of a page of a day of knowledge: address, words, and whether a phone has
    them at the foot. coming: as in `share_out`.
    """
    days = {name: {p.run_id: p.as_of for p in others[name]} for name in others}
    days["overview"] |= coming

    def links(name: str, words: str) -> list[tuple[str, str, bool]]:
        return [(f"{run_id}.html", words, True) for run_id in _of_day(days[name], as_of)]

    return [
        ("index.html", "Claims", False),
        *links("overview", "Overview"),
        ("register.html", "Register", False),
        *links("data", "Data"),
        *links("specification_curve", "Distance"),
        ("methods.html", "Methods", False),
        ("glossary.html", "Glossary", False),
    ]


def _of_day(days: Mapping[str, str], as_of: str) -> list[str]:
    """Of runs, each with its day of knowledge, those of one day; where none is of it, those of the
    newest.
    """
    there = set(days.values())
    day = as_of if as_of in there else max(there, default=as_of)  # "latest" comes after any date
    return [run_id for run_id, its in days.items() if its == day]


def _beside(pages: list[Page]) -> dict[str, tuple[Page | None, Page | None]]:
    """For each page of a claim those of the claims before and after it, on the same day where there
    is one.
    """
    first: dict[tuple[str, str], Page] = {}
    for page in pages:
        first.setdefault((page.claim, page.as_of), page)
    order = sorted({p.claim for p in pages} & registry.claims().keys())

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


def _family(page: Page, pages: list[Page]) -> list[dict[str, Any]]:
    """The same claim on the same day for other economies, each with the brief on it, of that day if
    there is one; empty where the claim is judged once.
    """
    runs = [p for p in pages if p.claim == page.claim and p.as_of == page.as_of]
    alike = [p for p in runs if p is not page and "economy" in p.setting]
    briefs = {p.run_id: p for p in pages if p.claim == "brief"}

    def brief(code: str) -> Page | None:
        days = {name: p.as_of for name, p in briefs.items() if p.setting.get("economy") == code}
        return next((briefs[name] for name in _of_day(days, page.as_of)), None)

    mine = page.setting.get("economy")
    rows = [
        {"name": economies.name_of(code), "page": None, "brief": brief(code)}
        for code in [mine]
        if alike and code and brief(code)
    ]
    return rows + [
        {"name": economies.name_of(code), "page": p, "brief": brief(code)}
        for p in alike
        for code in [p.setting["economy"]]
    ]


def _claims_of(page: Page, pages: list[Page]) -> list[Page]:
    """The claims that are judged for the economy of a page about one, on the same day."""
    mine = page.setting.get("economy")
    return [
        p
        for p in pages
        if mine
        and p.claim in registry.claims()
        and p.setting.get("economy") == mine
        and p.as_of == page.as_of
    ]


def _days(claims: list[dict[str, Any]]) -> list[str]:
    """The days of knowledge of the claims that figures can judge, the newest last."""
    judged = [row for row in claims if row["claim"].kind != "opinion"] or claims
    return sorted({day for row in judged for one in row["settings"] for day in one["by_day"]})


def _amendments(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every amendment and correction in order of time: date, reason; of an amendment also row (of
    the index), anchor, before and after (hashes of the rule), moved (verdicts before and after, on
    the article's day and now), way (whose way that is), what (was changed, in a sentence).
    """
    nothing = {"row": None, "anchor": "", "before": "", "after": "", "moved": (), "way": ""}
    found: list[dict[str, Any]] = [
        {**nothing, "date": c.date, "reason": c.reason} for c in registry.article().corrections
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
                "before": hashes[n - 1],
                "after": hashes[n],
                "moved": [(a.before.then, a.after.then), (a.before.now, a.after.now)],
                "way": moves.way(a.before, a.after),
                "what": moves.beginning(a.reason),
            }
            for n, a in enumerate(made, 1)
        ]
    return sorted(found, key=lambda a: a["date"])


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
            "why": compare.differences(earlier[v["reading"]], v),
        }
        for v in siblings["latest"].verdicts
        if v["reading"] in earlier
    ]


def _claims(pages: list[Page]) -> list[dict[str, Any]]:
    """Rows of the index: a claim with its settings, each with its pages by day of knowledge (the
    article's day first).

    `now` and `then` are the pages of the first setting of the newest day that was run, and of the
    article's; where that was not run, or is the newest, of the earliest. `part` says what the first
    setting judges where it is not the claim as a whole; `others` are the newest pages of the other
    settings.
    """
    rows, published = [], registry.article().date.isoformat()
    for claim_id in sorted({p.claim for p in pages} & registry.claims().keys()):
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
        # the claim as a whole before single economies
        settings.sort(key=lambda s: (bool(own_params(s["setting"])), str(s["setting"])))
        by_day, *others = (s["by_day"] for s in settings)
        *earlier, newest = by_day
        then = published if published in earlier else "".join(earlier[:1])
        rows.append(
            {
                "claim": registry.claim(claim_id),
                "settings": settings,
                "now": by_day[newest],
                "then": by_day.get(then),
                "part": parts.judged_for(settings[0]["setting"]),
                "others": [list(pages_of.values())[-1] for pages_of in others],
            }
        )
    return rows
