"""What states write and say of partners and goals: China's place in lists of partners, coded
goals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from ..claims import Evidence
from ..estimates.documents import documents_of, expand, share_row
from ..estimates.frame import Estimate, Figures
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import Answer, between, each_economy, omit, pick
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.numbers import counted, ordinal
from ..ground.periods import years_back
from ..plots import bars, dated_lanes, row_words, show_criterion, style
from ..plots.needs import needs
from ..plots.panels import dated_name, panels
from ..plots.show import known, show, where_known
from ..registry.words import party
from .settings import settings

GOALS = ("RUS", "CHN", "IRN", "LIB")
"""Codes of goals in the items of documents: countering Russia, China and Iran, and democracy,
rights, markets and ties with the West.
"""
FEWEST = 5
"""Documents with a visible code below which a share says nothing."""
_PERIODS = {"all": (0, 9999), "before_2001": (2001, 9999), "from_2017": (0, 2016)}
_KINDS = {"own": ["own"], "with_joint": ["own", "joint"], "all_coded": ["own", "joint", "other"]}
_LISTS = ("doctrine", "address", "list")
"""Kinds of texts that list partners, the official ones first."""
_PLACES = ("first", "second", "third", "fourth", "fifth")


@measure("relations.place_among_partners")
@tells("place")
def partner_place(
    evidence: pd.DataFrame,
    *,
    claim: str,
    coding: str,
    economies: Sequence[str],
    order: Literal["powers", "all_named"] = "powers",
    texts: Literal["official", "all"] = "official",
    version: str = "newest",
) -> list[Estimate]:
    """Place of China among the partners that a text of each economy lists: 1 is the first named.

    evidence, claim, coding: as in `documents_of`. economies: codes; texts of all five count for
    each.
    order: 'powers' (among the great powers named) or 'all_named' (among everything named).
    texts: 'official' (concepts, strategies, presidents who set out foreign policy) or 'all' (other
    lists too).
    version: 'newest' text with a visible order, or 'newest-1'; reports of one origin are one text,
    and leave a range where they disagree.
    It tells the `place` with the powers that stand before it: 'second after Russia'.
    """
    rows, back = documents_of(evidence, claim=claim, coding=coding).frame, years_back(version)
    rows = pick(rows, kind=_LISTS if texts == "all" else _LISTS[:2])
    rows = rows.assign(whose=rows["economy"].map(expand)).explode("whose")
    rows = rows.sort_values(["date", "item"], ascending=False)

    def place(own: pd.DataFrame) -> Answer:
        visible = omit(own, **{order: "u"})
        reports = [text for _, text in visible.groupby("origin_group", sort=False)]
        if len(reports) > back:
            text = reports[back].drop(columns="whose")
            low, high = text[order].astype(float).agg(["min", "max"])
            about = {"place": _place_in_words(int(low), text["before"])} if low == high else None
            ends = between(low, high, "reports of one text that disagree")
            return {"used": text, "about": about, **ends}
        unseen = counted(len(own) - len(visible), "text")
        why = f"the order of partners could not be seen in {unseen}"
        if reports:
            why = f"only {counted(len(reports), 'text')} shows the order of partners; {why}"
        return why

    return each_economy(economies, rows, place)


def _place_in_words(place: int, before: pd.Series) -> str:
    """A place and the powers named before it, where the place counts these alone."""
    word = _PLACES[place - 1] if place <= len(_PLACES) else ordinal(place)
    lists = before.dropna().unique()
    powers = lists[0].split(";") if len(lists) == 1 else []
    named = powers and len(powers) == place - 1
    return f"{word} after {joined(map(eco.in_prose, powers))}" if named else word


def show_ranks(claim: str, coding: str, evidence: Evidence, documents: pd.DataFrame) -> None:
    """Show China's place in the lists of partners of each economy, by date.

    evidence: of the claim, which has the criterion `rank`. documents: like table `evidence`.
    """
    with where_known():
        rows = documents_of(documents, claim=claim, coding=coding).frame
        ranks = known(pick(rows, kind=_LISTS)).sort_values(["economy", "powers"])
        labels = ("place " + ranks["powers"]).replace("place u", "not seen")
        official = ranks["kind"].map({"list": " (no official text)"}).fillna("")
        lanes = ranks["economy"].map(eco.name_of) + ": " + labels + official
        wanted = ["economy", "date", "year", "kind", "powers", "all_named", "statement"]
        show_criterion(
            evidence,
            "rank",
            picture=lambda: dated_lanes(ranks.assign(lane=lanes), lane="lane"),
            data=ranks[[*wanted, "source_id"]],
            note="Not seen: the order was not in the part seen.",
        )


def show_visits(facts: pd.DataFrame) -> None:
    """Show the visits by year that one database counts; nothing where nobody counted."""
    rows = pick(facts, attribute="government_visits_with_CHN")
    if len(rows):
        yearly = rows.groupby("year", as_index=False)["value"].sum()
        show(
            bars(yearly, "value", by="year", unit="visits"),
            section="context",
            title="Government visits between China and the five, by year",
            alt=row_words(yearly, "{year}: {value:.0f}"),
            data=rows[["subject", "year", "value", "unit", "source_id"]],
            note="One database's count. There is no like count for other powers, so it cannot show "
            "a priority.",
        )


@once
def coded_goals(evidence: pd.DataFrame, claim: str) -> pd.DataFrame:
    """Goals named by each coded document of a claim: a row for each origin and source of it.

    evidence: rows of table `evidence` whose item ends with codes ('[RUS=1 CHN=0]'). Returns
    origin_group, document, year, kind ('own': primary texts of the United States alone; 'joint'
    with the five; 'other': summaries by others), a column for each of GOALS (1 named, 0 not, null
    not visible; what any row of the origin shows) and source_id.
    """
    rows = documents_of(evidence, claim=claim).frame
    rows = rows[rows["item"].str.endswith("]")]
    origin, item = rows["origin_group"], rows["item"]
    codes = {goal: item.str.extract(f"{goal}=([01])", expand=False) for goal in GOALS}
    joint = origin.str.startswith(settings().joint_texts)
    primary = rows["strength"].eq("primary").groupby(origin).transform("max")
    rows = rows.assign(
        kind=np.where(joint, "joint", np.where(primary, "own", "other")),
        year=rows["year"].groupby(origin).transform("min"),
        document=item.str.replace(r"\s*\[.*", "", regex=True).groupby(origin).transform("first"),
        **pd.DataFrame(codes).astype("Int64").groupby(origin).transform("max"),
    )
    columns = ["origin_group", "document", "year", "kind", *GOALS, "source_id"]
    return rows[columns].drop_duplicates(["origin_group", "source_id"], ignore_index=True)


@measure("relations.goals_named")
@tells("texts", "of_texts")
def goal_share(
    evidence: pd.DataFrame,
    *,
    claim: str,
    goal: Literal["RUS", "CHN", "IRN", "LIB"],
    documents: Literal["own", "with_joint", "all_coded"] = "own",
    unseen: Literal["bounds", "left_out"] = "bounds",
    period: Literal["all", "before_2001", "from_2017"] = "all",
) -> list[Estimate]:
    """Share of coded documents that name a goal, in per cent of documents.

    evidence, claim: as in `coded_goals`. goal: see GOALS.
    documents: the United States' own, also those with the five, or all that are coded.
    unseen: 'bounds' (a goal not visible may be there or not: low and high) or 'left_out' (documents
    in which it is not visible do not count).
    period: 'all', or what is left out: 'before_2001', 'from_2017'.
    It tells how many name the goal, `texts`, and `of_texts` how many were read.
    """
    rows = coded_goals(evidence, claim)
    rows = pick(rows, kind=_KINDS[documents])
    rows = rows[rows["year"].between(*_PERIODS[period])]
    texts = rows.groupby("origin_group")
    has = [None if pd.isna(named) else named == 1 for named in texts[goal].first()]
    figures = Figures(rows[["document", "year", "source_id"]])
    return [share_row(figures, has, [*texts.indices.values()], unseen, FEWEST, "goal")]


def show_goals(claim: str, evidence: Evidence, documents: pd.DataFrame) -> None:
    """Show what the documents of the United States name as goals.

    evidence: of the claim, which has the criterion `russia_always`. documents: like the table.
    """
    with where_known():
        rows = known(pick(coded_goals(documents, claim), kind="own"))
        rows = rows.sort_values(["year", "document"])
        show_criterion(
            evidence,
            "russia_always",
            picture=lambda: goal_grid(rows.drop_duplicates("origin_group")),
            data=rows.drop(columns="origin_group"),
            note="Dark: named. Pale: not named. Question mark: not visible in the part seen, or "
            "not coded; such a text may name the goal or not. Texts that the United States wrote "
            "alone; joint texts and summaries by others stand in the list.",
        )


@needs("table", "document year")
def goal_grid(table: pd.DataFrame) -> Figure:
    """Which goals each document names: dark where named, pale where not, a question mark where not
    visible.
    """
    import seaborn as sns  # as long to import as all else

    names = [dated_name(*row) for row in zip(table["document"], table["year"], strict=True)]
    heads = ["Liberal order" if goal == "LIB" else party(goal) for goal in GOALS]
    grid = pd.DataFrame(table[[*GOALS]].astype(float).to_numpy(), names, heads)
    figure, (ax,) = panels(1, 0.9 + 0.27 * len(grid))
    look = {"cmap": ListedColormap([style.GRID, style.PAPER, style.INK]), "linewidths": 2}
    unseen = {"annot": np.where(grid.isna(), "?", ""), "fmt": "", "annot_kws": {"color": style.INK}}
    sns.heatmap(grid.fillna(0.5), vmin=0, vmax=1, cbar=False, ax=ax, **look, **unseen)
    ax.tick_params(labeltop=True, labelbottom=False, length=0)
    return figure
