"""What states write and say of partners and goals: China's place in lists of partners, coded
goals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from ..estimates.documents import Document, documents_of, expand, share_row
from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.numbers import count_range, counted, ordinal
from ..ground.periods import years_back
from ..plots import style
from ..plots.needs import needs
from ..plots.panels import dated_name, mark, the_five_first, year_axis
from ..plots.show import known
from ..plots.years import year_bars
from ..registry.words import party
from ..stats.frames import records
from .settings import settings

GOALS = {
    "RUS": ("countering Russia", "contain or counter Russia"),
    "CHN": ("countering China", "contain or counter China"),
    "IRN": ("countering Iran", "contain or counter Iran"),
    "LIB": ("democracy, rights or markets", "democracy, rights, markets, ties with the West"),
}
"""Codes of goals in the items of C12, and what they stand for, in short and in full."""
FEWEST = 5
"""Documents with a visible code below which a share says nothing."""
_PERIODS = {"all": (0, 9999), "before_2001": (2001, 9999), "from_2017": (0, 2016)}
_KINDS = {"own": ["own"], "with_joint": ["own", "joint"], "all_coded": ["own", "joint", "other"]}
_LISTS = ("doctrine", "address", "list")
"""Kinds of texts that list partners, the official ones first."""
_PLACES = ("first", "second", "third", "fourth", "fifth")


def partner_texts(evidence: pd.DataFrame) -> Figures:
    """Documents of C09 with their codes."""
    return documents_of(evidence, claim="C09", coding="partners")


@measure("relations.partner_rank")
@tells("place")
def partner_rank(
    evidence: pd.DataFrame,
    *,
    economies: Sequence[str],
    order: Literal["powers", "all_named"] = "powers",
    texts: Literal["official", "all"] = "official",
    version: str = "newest",
) -> list[Estimate]:
    """Place of China among the partners that a text of each economy lists: 1 is the first named.

    evidence: rows of table `evidence` on C09, coded by registry/coding/partners.yaml. economies:
    codes; texts of all five count for each.
    order: 'powers' (among the great powers named) or 'all_named' (among everything named).
    texts: 'official' (concepts, strategies, presidents who set out foreign policy) or 'all' (other
    lists too).
    version: 'newest' text with a visible order, or 'newest-1'; reports of one origin are one text,
    and leave a range where they disagree.
    It tells the `place` with the powers that stand before it: 'second after Russia'.
    """
    written, back = partner_texts(evidence), years_back(version)
    kinds = _LISTS if texts == "all" else _LISTS[:2]
    newest = written.frame.sort_values(["date", "item"], ascending=False).index
    rows = [row for row in map(written.records.__getitem__, newest) if row["kind"] in kinds]
    places = []
    for economy in economies:
        own = [row for row in rows if economy in expand(row["economy"])]
        reports: dict[str, list[Document]] = {}
        for row in own:
            if row[order] != "u":
                reports.setdefault(row["origin_group"], []).append(row)
        if len(reports) > back:
            places.append(_place(written, [*reports.values()][back], economy, order))
            continue
        hidden = counted(sum(row[order] == "u" for row in own), "text")
        why = f"the order of partners could not be seen in {hidden}"
        if reports:
            why = f"only {counted(len(reports), 'text')} shows the order of partners; {why}"
        places.append(estimate_row(economy=economy, missing=why))
    return places


def _place(written: Figures, reports: list[Document], economy: str, order: str) -> Estimate:
    """China's place in one text, by all reports of it."""
    low, *more = sorted({float(row[order]) for row in reports})
    if more:
        figures: Estimate = {
            "low": low,
            "high": more[-1],
            "interval": "reports of one text that disagree",
        }
    else:
        before = {row["before"] for row in reports if pd.notna(row["before"])}
        figures = {"estimate": low, "about": {"place": _place_in_words(int(low), before)}}
    return estimate_row(economy=economy, **figures) | written.behind_rows(reports)


def _place_in_words(place: int, before: set[str]) -> str:
    """A place and the powers named before it, where the place counts these alone."""
    word = _PLACES[place - 1] if place <= len(_PLACES) else ordinal(place)
    powers = before.pop().split(";") if len(before) == 1 else []
    named = powers and len(powers) == place - 1
    return f"{word} after {joined(map(eco.in_prose, powers))}" if named else word


def rank_table(evidence: pd.DataFrame) -> pd.DataFrame:
    """Texts that list partners, newest first within each economy.

    evidence: like table `evidence`. Returns economy, date, year, kind ('doctrine', 'address' or
    'list'), powers and all_named (China's place among great powers and among all named, as text;
    'u' where the order is not visible), statement, source_id.
    """
    rows = partner_texts(evidence).frame
    rows = rows[rows["kind"].isin(_LISTS)]
    rows = rows.sort_values(["economy", "date"], ascending=[True, False])  # codes as the five are
    wanted = ["economy", "date", "year", "kind", "powers", "all_named", "statement", "source_id"]
    return rows[wanted].reset_index(drop=True)


@once
def coded_goals(evidence: pd.DataFrame) -> tuple[pd.DataFrame, Figures]:
    """Goals named by each coded document of C12: a row for each origin, and the texts of all.

    evidence: rows of table `evidence` whose item ends with codes ('[RUS=1 CHN=0]'). Returns
    document, year, a column for each of GOALS (1 named, 0 not, null not visible; what any row of
    the origin shows), kind ('own': primary texts of the United States alone; 'joint' with the five;
    'other': summaries by others), and where its texts stand among all (document, year, source_id).
    """
    rows = documents_of(evidence, claim="C12").frame
    rows = rows[rows["item"].str.endswith("]")]
    codes = {
        g: rows["item"].str.extract(f"{g}=([01])", expand=False).astype("Int64") for g in GOALS
    }
    names = rows["item"].str.replace(r"\s*\[.*", "", regex=True)
    rows = rows.assign(document=names, primary=rows["strength"] == "primary", **codes)
    most = dict.fromkeys([*GOALS, "primary"], "max")
    table = rows.groupby("origin_group").agg({"document": "first", "year": "min", **most})
    joint = table.index.str.startswith(settings().joint_texts)
    table["kind"] = np.where(joint, "joint", np.where(table.pop("primary"), "own", "other"))
    texts = table[["document", "year"]].join(rows.groupby("origin_group")["source_id"].unique())
    texts = texts.explode("source_id")
    places = pd.Series(range(len(texts)), texts.index).groupby(level=0).agg(list)
    table = table.assign(at=places).sort_values(["year", "document"], ignore_index=True)
    return table, Figures(texts.reset_index(drop=True))


@measure("relations.goal_share")
@tells("texts", "of_texts")
def goal_share(
    evidence: pd.DataFrame,
    *,
    goal: Literal["RUS", "CHN", "IRN", "LIB"],
    documents: Literal["own", "with_joint", "all_coded"] = "own",
    unseen: Literal["bounds", "left_out"] = "bounds",
    period: Literal["all", "before_2001", "from_2017"] = "all",
) -> list[Estimate]:
    """Share of coded documents that name a goal, in per cent of documents.

    evidence: as in `coded_goals`. goal: see GOALS.
    documents: the United States' own, also those with the five, or all that are coded.
    unseen: 'bounds' (a goal not visible may be there or not: low and high) or 'left_out' (documents
    in which it is not visible do not count).
    period: 'all', or what is left out: 'before_2001', 'from_2017'.
    It tells how many name the goal, `texts`, and `of_texts` how many were read.
    """
    table, texts = coded_goals(evidence)
    first, last = _PERIODS[period]
    chosen = [
        row
        for row in records(table)
        if row["kind"] in _KINDS[documents]
        and pd.notna(row["year"])
        and first <= row["year"] <= last
    ]
    has = [None if pd.isna(row[goal]) else row[goal] == 1 for row in chosen]
    return [share_row(texts, has, [row["at"] for row in chosen], unseen, FEWEST, "goal")]


@needs("goals", "document", "year", like="article.doctrine.coded_goals")
def goal_grid(goals: pd.DataFrame, *, names: Sequence[str] = tuple(GOALS)) -> Figure:
    """Which goals each document names: dark where named, pale where not, a question mark where not
    visible.

    goals: document, year and a column per goal, as from `coded_goals`; oldest first.
    """
    import seaborn as sns  # as long to import as all else

    rows = zip(goals["document"], goals["year"], strict=True)
    shown = goals[[*names]].astype(float).set_axis([dated_name(*row) for row in rows])
    heads = ["Liberal order" if name == "LIB" else party(name) for name in names]
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.9 + 0.27 * len(goals)))
        look = {"cmap": ListedColormap([style.GRID, style.PAPER, style.INK]), "cbar": False}
        unseen = {"annot": np.where(shown.isna(), "?", ""), "fmt": "", "linewidths": 2}
        unseen |= {"annot_kws": {"color": style.INK}}  # legible on dark pages too
        sns.heatmap(shown.fillna(0.5), vmin=0, vmax=1, ax=ax, xticklabels=heads, **look, **unseen)
        ax.tick_params(labeltop=True, labelbottom=False, labelsize=style.TICK, length=0)
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
    height = max(0.5 * len(economies) + _MARK * more.sum(), 0.5)
    with style.context():
        figure, ax = plt.subplots(figsize=(style.WIDE, 0.8 + height))
        for row in dated.itertuples():
            y = begins[row.economy] + _MARK * row.line
            words, colour = row.powers.replace("u", "?"), style.OTHER
            if words != "?":
                inside = int(words) <= top
                colour = style.PAPER if inside else style.INK
                size = 90 if row.kind == "list" else 210
                mark(ax, row.year, y, style.HIGHLIGHT, hollow=not inside, size=size)
            text = ax.text(row.year, y, words, ha="center", va="center_baseline", zorder=4)
            text.set(color=colour, fontsize=style.TICK)
        ax.set_yticks(begins, [eco.name_of(e) for e in economies])
        ax.set_ylim(height - 0.25, -0.25)
        ax.set_xlim(first, last)  # text, which a question mark is, does not widen the axis
        year_axis(ax, 8)
        style.bare(ax, x=False)
    return figure


def rank_figures(evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """China's place in lists of partners, with the record that its page needs."""
    ranks = rank_table(evidence)
    visible = ranks[ranks["powers"] != "u"]
    places = visible["powers"].astype(int)
    first = (places == 1).any()
    where = f"{'first or second' if first else 'second'} in {(places <= 2).sum()} of {len(places)}"
    years = visible["year"].astype("string").fillna("")
    each = visible["economy"].map(eco.name_of) + " " + years + ": place " + visible["powers"]
    yield (
        rank_marks(ranks),
        {
            "section": "main",
            "title": f"China's place among the powers named: {where} lists whose order can be seen"
            + ("" if first else ", never first"),
            "alt": f"{'; '.join(each)}. Order not visible in {len(ranks) - len(visible)} more.",
            "data": ranks,
            "note": "Filled: within the first two. Small: a list that is no official text or "
            "address. Question mark: the order was not in the part seen. Lists of nearby years "
            "stand below each other.",
        },
    )


def visit_figures(facts: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Visits by year, with the record that its page needs; none where nobody counted."""
    rows = facts[facts["attribute"] == "government_visits_with_CHN"]
    yearly = rows.groupby("year")["value"].sum().rename("visits")
    if yearly.empty:
        return
    first, last, top = yearly.index[0], yearly.index[-1], yearly.idxmax()
    yield (
        year_bars(yearly.reset_index(), "visits"),
        {
            "section": "context",
            "title": f"Government visits between China and the five, {first} to "
            f"{last} (China only; no other power counted)",
            "alt": f"{yearly[first]:.0f} in {first}, {yearly[last]:.0f} in "
            f"{last}, most ({yearly[top]:.0f}) in {top}.",
            "data": rows[["subject", "year", "value", "unit", "source_id"]],
            "note": "One database's count. There is no like count for other powers, so it "
            "cannot show a priority.",
        },
    )


def goal_figures(evidence: pd.DataFrame) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """What the documents name as goals, with the record that its page needs.

    Raises CoverageError where no document is coded.
    """
    table, texts = coded_goals(evidence)
    table = table[table["kind"] == "own"].reset_index(drop=True)
    least = known(table)[[*GOALS]].sum().astype(int)
    most = least + table[[*GOALS]].isna().sum()
    order = pd.DataFrame({"least": -least, "most": -most}).sort_values(["least", "most"]).index
    counts = {goal: count_range(least[goal], most[goal]) for goal in order}
    short, full = (
        [f"{GOALS[goal][form]}{': ' if form else ' '}{count}" for goal, count in counts.items()]
        for form in (0, 1)
    )
    yield (
        goal_grid(table),
        {
            "section": "main",
            "title": f"Goals named by {len(table)} American texts: {', '.join(short)}",
            "alt": f"Of {len(table)} texts, those that name the goal: {', '.join(full)}.",
            "data": table.drop(columns="at"),
            "sources": sorted(texts.frame["source_id"].unique()),
            "note": "Full: named. Faint: not named. Question mark: not visible in the part seen, "
            "or not coded; such a text may name the goal or not. Texts that the United States "
            "wrote alone; joint texts and summaries by others stand in the list.",
        },
    )
