"""What states write and say of partners and goals: China's place in lists of partners, words of
officials, coded goals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ..claims.words import in_words, spread
from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, parts, tells
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.errors import UsageError, known_name
from ..ground.numbers import ordinal
from ..ground.periods import years_back
from ..plots import style
from ..plots.marks import dated_name, mark
from ..plots.narrow import redrawn
from ..plots.needs import needs, one_figure
from ..plots.panels import the_five_first, year_axis
from ..plots.pen import tight
from ..plots.show import known
from ..registry.words import party
from .documents import Coded, coded, seen_rows
from .settings import settings
from .words import several

GOALS = {
    "RUS": "contain or counter Russia",
    "CHN": "contain or counter China",
    "IRN": "contain or counter Iran",
    "LIB": "democracy, rights, markets, ties with the West",
}
"""Codes of goals in the items of C12, and what they stand for."""
_SHORT = {
    "RUS": "countering Russia",
    "CHN": "countering China",
    "IRN": "countering Iran",
    "LIB": "democracy, rights or markets",
}
FEWEST = 5
"""Documents with a visible code below which a share says nothing."""
_CODES = re.compile(r"\[([^\]]*)\]\s*$")
_PERIODS = {"all": (0, 9999), "before_2001": (2001, 9999), "from_2017": (0, 2016)}


class Texts(NamedTuple):
    """Reports of an economy's texts, newest text first: where those of each text stand among the
    coded ones, and how many texts hide China's place.
    """

    coded: Figures
    reports: list[list[int]]
    hidden: int


Listed = Mapping[str, Texts]


@parts(documents=Coded)
def texts_in_order(
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    order: Literal["powers", "all_named"] = "powers",
    texts: Literal["official", "all"] = "official",
    documents: Coded | None = None,
) -> Listed:
    """Of each economy the texts in whose list of partners China's place is visible.

    Arguments and errors as of `partner_rank`.
    """
    known_name("order", order, ("powers", "all_named"))
    known_name("texts", texts, ("official", "all"))
    coded = (documents or Coded(evidence)).figures("C09", "partners", "any", "excerpt")
    kinds = ["doctrine", "address"] if texts == "official" else ["doctrine", "address", "list"]
    names = ("kind", "economy", "origin_group", order)
    kind, whose, origin, place = (coded.values(name) for name in names)
    newest = coded.frame[["date", "item"]].reset_index(drop=True)
    newest = newest.sort_values(["date", "item"], ascending=False, na_position="last")
    found = {}
    for economy in economies:
        own = [
            at
            for at in newest.index.tolist()
            if kind[at] in kinds and whose[at] in (economy, "CA5")
        ]
        visible = [at for at in own if place[at] != "u"]
        reports: dict[str, list[int]] = {}
        for at in visible:
            reports.setdefault(origin[at], []).append(at)
        found[economy] = Texts(coded, list(reports.values()), len(own) - len(visible))
    return found


@measure("relations.partner_rank")
@tells("place")
@parts(listed=texts_in_order)
def partner_rank(
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    order: Literal["powers", "all_named"] = "powers",
    texts: Literal["official", "all"] = "official",
    version: str = "newest",
    listed: Listed | None = None,
) -> list[Estimate]:
    """Place of China among the partners that a text of each economy lists: 1 is the first named.

    evidence: rows of table `evidence` on C09. economies: codes; texts of CA5 count for each of the
        five.
    order: 'powers' (among the great powers named) or 'all_named' (among everything named).
    texts: 'official' (concepts, strategies, presidents who set out foreign policy) or 'all' (other
        lists too).
    version: 'newest' text with a visible order, or 'newest-1'; reports of one origin are one text.
    listed: as `texts_in_order` makes them (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy: an estimate, or
    low and high where reports of one text disagree. It tells the `place` with the powers that stand
    before it: 'second after Russia'. Fewer texts with a visible order are recorded
    in `missing`.
    Raises UnknownNameError for another choice or a row without a code, UsageError for another
    `version`. Codes and their rules: registry/coding/partners.yaml.
    """
    if listed is None:
        listed = texts_in_order(evidence, economies=economies, order=order, texts=texts)
    back, found = years_back(version), []
    for economy in economies:
        own = listed[economy]
        if len(own.reports) > back:
            found.append(_place(own.coded, own.reports[back], economy, order))
        else:
            why = f"the order of partners could not be seen in {several(own.hidden, 'text')}"
            if own.reports:
                shown = several(len(own.reports), "text")
                why = f"only {shown} shows the order of partners; {why}"
            found.append(estimate_row(economy=economy, missing=why))
    return found


def _place(coded: Figures, reports: list[int], economy: str, order: str) -> dict[str, Any]:
    """China's place in one text, by all reports of it; those that disagree leave a range."""
    places = {float(coded.values(order)[at]) for at in reports}
    if len(places) == 1:
        place = places.pop()
        told = {
            "place": _place_in_words(int(place), {coded.values("before")[at] for at in reports})
        }
        row = estimate_row(economy=economy, estimate=place, about=told)
    else:
        row = estimate_row(
            economy=economy,
            low=min(places),
            high=max(places),
            interval="reports of one text that disagree",
        )
    return row | coded.behind(reports)


_PLACES = ("first", "second", "third", "fourth", "fifth")


def _place_in_words(place: int, before: Iterable[str]) -> str:
    """A place and the powers named before it, where the place counts these alone."""
    powers = sorted({tuple(str(codes).split(";")) for codes in before if pd.notna(codes)})
    word = _PLACES[place - 1] if place <= len(_PLACES) else ordinal(place)
    if len(powers) != 1 or len(powers[0]) != place - 1:
        return word
    return f"{word} after {joined(eco.in_prose(code) for code in powers[0])}"


@measure("relations.official_words")
@parts(documents=Coded)
def official_words(
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    coding: Literal["strict", "wide"] = "strict",
    kinds: Literal["words", "words_and_tiers"] = "words",
    documents: Coded | None = None,
) -> list[Estimate]:
    """Number of independent texts in which officials call relations with China a priority.

    evidence: rows of table `evidence` on C09. economies: codes; texts of CA5 count for each of the
        five.
    coding: 'strict' (the word priority) or 'wide' (as much in other words).
    kinds: 'words', or 'words_and_tiers' to count partnership documents signed as well.
    documents: the evidence as `Coded` (made here if not given).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy; n is the
    number of rows looked through. An economy of which no official's text was seen has the reason in
    `missing`.
    Raises UnknownNameError for another choice or a row without a code. Codes and their rules:
    registry/coding/partners.yaml.
    """
    known_name("coding", coding, ("strict", "wide"))
    known_name("kinds", kinds, ("words", "words_and_tiers"))
    coded = (documents or Coded(evidence)).figures("C09", "partners", "documents", "excerpt")
    asked = ["words"] if kinds == "words" else ["words", "tier"]
    wanted = ["priority"] if coding == "strict" else ["priority", "near"]
    names = ("kind", "economy", "says", "origin_group")
    rows = list(enumerate(zip(*map(coded.values, names), strict=True)))
    found = []
    for economy in economies:
        official = {
            at: (says, origin)
            for at, (kind, whose, says, origin) in rows
            if kind in asked and whose in (economy, "CA5") and says != "none"
        }
        if not official:
            found.append(
                estimate_row(economy=economy, missing="no words of an official on China were found")
            )
            continue
        count = len({origin for says, origin in official.values() if says in wanted})
        row = estimate_row(economy=economy, estimate=float(count))
        found.append(row | coded.behind(list(official)))
    return found


def rank_table(evidence: pd.DataFrame) -> pd.DataFrame:
    """Texts that list partners, newest first within each economy.

    evidence: like table `evidence`; rows of claim C09 whose text was seen.
    Returns economy, date, year, kind ('doctrine', 'address' or 'list'), powers and all_named
    (China's place among great powers and among all named, as text; 'u' where the order is not
    visible), statement, source_id.
    Raises UnknownNameError for a row without a code in registry/coding/partners.yaml.
    """
    rows = coded(evidence, claim="C09", coding="partners", strength="any")
    rows = rows[rows["kind"].isin(["doctrine", "address", "list"])]
    order = {e: i for i, e in enumerate(eco.CA5)}
    rows = rows.assign(_at=rows["economy"].map(order)).sort_values(
        ["_at", "date"], ascending=[True, False]
    )
    wanted = ["economy", "date", "year", "kind", "powers", "all_named", "statement", "source_id"]
    return rows[wanted].reset_index(drop=True)


_KINDS = {"own": ["own"], "with_joint": ["own", "joint"], "all_coded": ["own", "joint", "other"]}


def coded_goals(evidence: pd.DataFrame) -> pd.DataFrame:
    """`goals` of all documents, whoever wrote them."""
    rows = seen_rows(evidence, claim="C12", strength="any")
    rows = rows[rows["item"].str.contains(_CODES.pattern.replace("(", "(?:", 1), regex=True)]
    found = []
    for group, part in rows.groupby("origin_group"):
        joint, primary = (
            str(group).startswith(settings().joint_texts),
            (part["strength"] == "primary").any(),
        )
        kind = "joint" if joint else ("own" if primary else "other")
        seen: dict[str, set[int]] = {g: set() for g in GOALS}
        for item in part["item"]:
            coded = _CODES.search(item)[1]  # type: ignore[index]
            for goal, code in re.findall(r"([A-Z]{3})=([01])", coded):
                seen[goal].add(int(code))
        found.append(
            {
                "document": _CODES.sub("", part["item"].iloc[0]).strip(),
                "year": part["year"].min(),
                **{g: max(v) if v else None for g, v in seen.items()},
                "kind": kind,
                "text_seen": "full" if (part["text_seen"] == "full").any() else "excerpt",
                "sources": tuple(sorted(set(part["source_id"]))),
            }
        )
    frame = pd.DataFrame(
        found, columns=["document", "year", *GOALS, "kind", "text_seen", "sources"]
    )
    frame = frame.astype(dict.fromkeys(("year", *GOALS), "Int64"))
    return frame.sort_values(["year", "document"], ignore_index=True)


def goals(evidence: pd.DataFrame, *, documents: str = "own") -> pd.DataFrame:
    """Goals named by each coded document of C12: one row per document, one column per goal (1
    named, 0 not, null not visible).

    evidence: rows of table `evidence` whose item ends with codes ('[RUS=1 CHN=0]').
    documents: 'own' (primary texts of the United States alone), 'with_joint' (also those signed
        with the five) or 'all_coded' (summaries by others too). A document in two rows stands once,
        with what either row shows; one origin group is one document.
    Returns document, year, the columns of GOALS, kind ('own', 'joint', 'other'), text_seen, sources
    (tuple).
    Raises UnknownNameError for another choice.
    """
    known_name("documents", documents, tuple(_KINDS))
    coded = coded_goals(evidence)
    return coded[coded["kind"].isin(_KINDS[documents])].reset_index(drop=True)


@parts(coded=coded_goals)
def goal_records(coded: pd.DataFrame) -> list[dict[str, Any]]:
    """What `coded_goals` makes, a document each: hundreds of shares are counted from a few dozen
    documents, faster than frames are cut.
    """
    return coded.to_dict("records")


@measure("relations.goal_share")
@tells("texts", "of_texts")
@parts(coded=goal_records)
def goal_share(
    evidence: pd.DataFrame,
    *,
    goal: Literal["RUS", "CHN", "IRN", "LIB"],
    documents: Literal["own", "with_joint", "all_coded"] = "own",
    unseen: Literal["bounds", "left_out"] = "bounds",
    period: Literal["all", "before_2001", "from_2017"] = "all",
    coded: list[dict[str, Any]] | None = None,
) -> list[Estimate]:
    """Share of coded documents that name a goal, in per cent of documents.

    evidence: as in `goals`. goal: 'RUS', 'CHN', 'IRN' or 'LIB' (see GOALS).
    documents: 'own', 'with_joint' or 'all_coded' (see `goals`).
    coded: as `goal_records` makes them (made here if not given).
    unseen: 'bounds' (a goal not visible may be there or not: low and high) or 'left_out' (documents
        in which it is not visible do not count).
    period: 'all', or what is left out: 'before_2001', 'from_2017'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row: low and high by
    'bounds' where a document does not show the goal, else an estimate; n is the number of
    documents. It tells how many name the goal, `texts`, and `of_texts` how many were read. Fewer
    than FEWEST with a visible code are recorded in `missing`.
    Raises UnknownNameError for another choice.
    """
    known_name("goal", goal, tuple(GOALS))
    known_name("unseen", unseen, ("bounds", "left_out"))
    known_name("period", period, tuple(_PERIODS))
    known_name("documents", documents, tuple(_KINDS))
    first, last = _PERIODS[period]
    table = [
        document
        for document in (goal_records(coded_goals(evidence)) if coded is None else coded)
        if document["kind"] in _KINDS[documents]
        and pd.notna(document["year"])
        and first <= document["year"] <= last
    ]
    visible = [document for document in table if pd.notna(document[goal])]
    if len(visible) < FEWEST:
        why = (
            f"{several(len(visible), 'document')} in which the goal would be visible, fewer than "
            f"{FEWEST}"
        )
        return [estimate_row(missing=why)]
    read = table if unseen == "bounds" else visible
    cells = [(d["document"], d["year"], source) for d in read for source in d["sources"]]
    used = pd.DataFrame(cells, columns=["document", "year", "source_id"])
    named = sum(document[goal] == 1 for document in visible)
    open_ = 0 if unseen == "left_out" else len(table) - len(visible)
    n = len(visible) + open_
    told = {"texts": spread(named, named + open_, "count"), "of_texts": in_words(n)}
    low, high = 100 * named / n, 100 * (named + open_) / n
    if not open_:
        return [estimate_row(used, estimate=low, about=told) | {"n": n}]
    kind = "goals not visible counted against and for"
    return [estimate_row(used, low=low, high=high, interval=kind, about=told) | {"n": n}]


_GOALS = {"LIB": "Liberal order"}


@needs("goals", "document", "year", like="article.doctrine.goals", empty=True)
def goal_grid(
    goals: pd.DataFrame, *, names: Sequence[str] = ("RUS", "CHN", "IRN", "LIB")
) -> Figure:
    """Which goals each document names: filled where named, a ring where not, a question mark where
    not visible.

    goals: document, year and a column per goal, as from `goals`; oldest first.
    """
    if lacking := [n for n in names if n not in goals]:
        raise UsageError(
            f"no column for the goal {', '.join(lacking)}", hint="names=: goals that `goals` holds"
        )
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.27 * max(len(goals), 1)))
        for y, row in enumerate(goals.to_dict("records")):
            for x, name in enumerate(names):
                value = row[name]
                if pd.isna(value):
                    ax.text(
                        x, y, "?", ha="center", va="center", fontsize=style.LABEL, color=style.OTHER
                    )
                else:
                    colour = style.colour(name, other=style.INK)
                    mark(
                        ax,
                        x,
                        y,
                        colour if value else style.OTHER,
                        depth=1.0,
                        hollow=not value,
                        size=70,
                    )
        labels = [dated_name(str(r["document"]), r["year"]) for r in goals.to_dict("records")]
        ax.set_yticks(range(len(goals)), labels, fontsize=style.TICK)
        ax.set_xticks(
            range(len(names)), [_GOALS.get(n) or party(n) for n in names], fontsize=style.TICK
        )
        ax.xaxis.tick_top()
        ax.set_xlim(-0.6, len(names) - 0.4)
        ax.set_ylim(len(goals) - 0.4, -0.6)
        style.bare(ax, x=False)
        tight(figure)
    return figure


_MARK = 0.27
"""Inches that a mark of `rank_marks` takes, across and down."""


def _stacked(years: Iterable[int], least: float) -> list[int]:
    """On which of several lines each of some years in order stands, so that no two on one line are
    nearer than `least` years.
    """
    ends: list[int] = []
    lines = []
    for year in years:
        line = next((i for i, end in enumerate(ends) if year - end >= least), len(ends))
        ends[line : line + 1] = [year]
        lines.append(line)
    return lines


@redrawn
@needs("ranks", "economy", "year", "kind", "powers", like="article.doctrine.rank_table")
def rank_marks(ranks: pd.DataFrame, *, top: int = 2) -> Figure:
    """China's place in lists of partners by economy and year; filled where within the first `top`,
    a ring below.

    ranks: economy, year, kind, powers ('u' where not visible), as from `rank_table`.
    Lists that are no official text are drawn smaller; a question mark stands where the order was
    not visible. Marks that would cover one another stand below each other.
    """
    economies = the_five_first(ranks["economy"])
    dated = ranks.dropna(subset=["year"]).astype({"year": int}).sort_values(["year", "powers"])
    first, last = (dated["year"].min() - 1, dated["year"].max() + 1) if len(dated) else (2005, 2025)
    least = _MARK * (last - first) / (0.75 * style.wide())  # names take a quarter of the width
    dated["line"] = dated.groupby("economy")["year"].transform(_stacked, least)
    more = dated.groupby("economy")["line"].max().reindex(economies, fill_value=0)
    begins = (0.5 + _MARK * more).cumsum().shift(fill_value=0.0)
    height = 0.5 * len(economies) + _MARK * more.sum()
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.8 + max(height, 0.5)))
        for row in dated.itertuples():
            x, y = row.year, begins[row.economy] + _MARK * row.line
            if row.powers == "u":
                ax.text(
                    x, y, "?", ha="center", va="center", fontsize=style.LABEL, color=style.OTHER
                )
                continue
            inside = int(str(row.powers)) <= top
            mark(
                ax,
                x,
                y,
                style.HIGHLIGHT,
                depth=1.0,
                hollow=not inside,
                size=90 if row.kind == "list" else 210,
            )
            ax.text(
                x,
                y,
                str(row.powers),
                ha="center",
                va="center_baseline",
                fontsize=style.TICK,
                zorder=4,
                color=style.PAPER if inside else style.INK,
            )
        ax.set_yticks(begins, [eco.name_of(e) for e in economies])
        ax.set_ylim(max(height, 0.5) - 0.25, -0.25)
        ax.set_xlim(first, last)  # text, which a question mark is, does not widen the axis
        year_axis(ax, 8)
        style.bare(ax, x=False)
        tight(figure)
    return figure


@needs("yearly", "year", "{column}")
def year_bars(yearly: pd.DataFrame, column: str) -> Figure:
    """One number a year as bars. yearly: year and `column`."""
    one_figure(yearly, ["year"], hint="add up the rows of a year first")
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 2.2))
        ax.bar(yearly["year"].astype(int), yearly[column], color=style.HIGHLIGHT, width=0.7)
        ax.set_ylabel(column)
        year_axis(ax, 9)
        style.bare(ax, x=False)
        tight(figure)
    return figure


def rank_figures(evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """China's place in lists of partners, with the record that its page needs."""
    ranks = rank_table(evidence)
    visible = ranks[ranks["powers"] != "u"]
    said = "; ".join(
        f"{eco.name_of(r.economy)} {'' if pd.isna(r.year) else int(r.year)}: place {r.powers}"
        for r in visible.itertuples()
    )
    places = visible["powers"].astype(int)
    within = int((places <= 2).sum())
    first = "" if (places == 1).any() else ", never first"
    where = "first or second" if (places == 1).any() else "second"
    yield (
        rank_marks(ranks),
        {
            "section": "main",
            "title": f"China's place among the powers named: {where} in {within} of "
            f"{len(visible)} lists whose order can be seen{first}",
            "alt": f"{said}. Order not visible in {len(ranks) - len(visible)} more.",
            "data": ranks,
            "note": "Filled: within the first two. Small: a list that is no official text or "
            "address. Question mark: the order was not in the part seen. Lists of nearby years "
            "stand below each other.",
        },
    )


def visit_figures(facts: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Visits by year, with the record that its page needs; none where nobody counted."""
    rows = facts[facts["attribute"] == "government_visits_with_CHN"]
    if rows.empty:
        return
    yearly = rows.groupby("year", as_index=False)["value"].sum()
    first, last, top = yearly.iloc[0], yearly.iloc[-1], yearly.loc[yearly["value"].idxmax()]
    yield (
        year_bars(yearly.rename(columns={"value": "visits"}), "visits"),
        {
            "section": "context",
            "title": f"Government visits between China and the five, {int(first['year'])} to "
            f"{int(last['year'])} (China only; no other power counted)",
            "alt": f"{first['value']:.0f} in {int(first['year'])}, {last['value']:.0f} in "
            f"{int(last['year'])}, most ({top['value']:.0f}) in {int(top['year'])}.",
            "data": rows[["subject", "year", "value", "unit", "source_id"]],
            "note": "One database's count. There is no like count for other powers, so it "
            "cannot show a priority.",
        },
    )


def goal_figures(evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """What the documents name as goals, with the record that its page needs.

    Raises CoverageError where no document is coded.
    """
    table = known(goals(evidence))
    named = {goal: int((table[goal] == 1).sum()) for goal in GOALS}
    most = {goal: n + int(table[goal].isna().sum()) for goal, n in named.items()}
    said = {goal: spread(n, most[goal], "count") for goal, n in named.items()}
    order = sorted(GOALS, key=lambda goal: (-named[goal], -most[goal]))
    yield (
        goal_grid(table),
        {
            "section": "main",
            "title": f"Goals named by {len(table)} American texts: "
            + ", ".join(f"{_SHORT[goal]} {said[goal]}" for goal in order),
            "alt": f"Of {len(table)} texts, those that name the goal: "
            + ", ".join(f"{GOALS[goal]}: {said[goal]}" for goal in order)
            + ".",
            "data": table,
            "note": "Filled: named. Ring: not named. Question mark: not visible in the part seen, "
            "or not coded; such a text may name the goal or not. Texts that the United States "
            "wrote alone; joint texts and summaries by others stand in the list.",
        },
    )
