"""What states write and say of partners and goals: China's place in lists of partners, coded
goals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ..estimates.documents import Document, documents_of, expand, share_row
from ..estimates.frame import Estimate, Figures, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.once import once
from ..estimates.series import between
from ..ground import economies as eco
from ..ground.economies import joined
from ..ground.numbers import counted, ordinal
from ..ground.periods import years_back
from .settings import settings

GOALS = ("RUS", "CHN", "IRN", "LIB")
"""Codes of goals in the items of documents: countering Russia, China and Iran, and democracy,
rights, markets and ties with the West.
"""
FEWEST = 5
"""Documents with a visible code below which a share says nothing."""
_PERIODS = {"all": (0, 9999), "before_2001": (2001, 9999), "from_2017": (0, 2016)}
_KINDS = {"own": ["own"], "with_joint": ["own", "joint"], "all_coded": ["own", "joint", "other"]}
LISTS = ("doctrine", "address", "list")
"""Kinds of texts that list partners, the official ones first."""
_PLACES = ("first", "second", "third", "fourth", "fifth")


@measure("relations.place_among_partners", kind="rank")
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
    documents, back = documents_of(evidence, claim=claim, coding=coding), years_back(version)
    kinds = LISTS if texts == "all" else LISTS[:2]
    rows = [row for row in documents.records if row["kind"] in kinds]
    rows.sort(key=lambda row: (row["date"] or "", row["item"]), reverse=True)
    answers = []
    for economy in economies:
        own = [row for row in rows if economy in expand(row["economy"])]
        visible = [row for row in own if row[order] != "u"]
        reports = [*dict.fromkeys(row["origin_group"] for row in visible)]
        if len(reports) > back:
            text = [row for row in visible if row["origin_group"] == reports[back]]
            places = [int(row[order]) for row in text]
            low, high = min(places), max(places)
            about = {"place": _place_in_words(low, text)} if low == high else None
            ends = between(low, high, "reports of one text that disagree")
            row = estimate_row(economy=economy, about=about, **ends)
            answers.append(row | documents.behind_rows(text))
            continue
        unseen = counted(len(own) - len(visible), "text")
        why = f"the order of partners could not be seen in {unseen}"
        if reports:
            why = f"only {counted(len(reports), 'text')} shows the order of partners; {why}"
        answers.append(estimate_row(economy=economy, missing=why))
    return answers


def _place_in_words(place: int, text: Sequence[Document]) -> str:
    """A place and the powers named before it, where the place counts these alone."""
    word = _PLACES[place - 1] if place <= len(_PLACES) else ordinal(place)
    lists = {row["before"] for row in text if row["before"]}
    powers = lists.pop().split(";") if len(lists) == 1 else []
    named = powers and len(powers) == place - 1
    return f"{word} after {joined(map(eco.in_prose, powers))}" if named else word


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


@measure("relations.goals_named", kind="share", unit="per cent")
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
    (figures, rows), (first, last) = _coded(evidence, claim), _PERIODS[period]
    of_period = (
        row
        for row in rows
        if row["kind"] in _KINDS[documents] and first <= (row["year"] or -1) <= last
    )
    return [share_row(figures, of_period, goal, 1, unseen, FEWEST, "goal")]


@once
def _coded(evidence: pd.DataFrame, claim: str) -> tuple[Figures, list[Estimate]]:
    """The documents of `coded_goals` as figures, and what is coded of each."""
    rows = coded_goals(evidence, claim)
    return Figures(rows[["document", "year", "source_id"]]), Figures(rows).records
