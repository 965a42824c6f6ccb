"""Votes in the United Nations: agreement with each power, distance of ideal points, and votes on
the war in Ukraine.

Agreement counts a common vote whatever it was about; ideal points (Bailey, Strezhnev and Voeten
2017, Journal of Conflict Resolution 61(2)) weigh votes by how they divide the members. Neither can
be had here without votes on the Middle East.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimates.frame import estimate_row, estimates
from ..estimates.measures import measure
from ..ground import economies as eco
from ..ground.errors import UnknownNameError

POWERS = ("CHN", "RUS", "USA")
WINDOWS = {"five_years": (2018, 2022), "ten_years": (2013, 2022), "newest": None}
"""Sessions by the year in which they begin."""
AGREEMENT, IDEAL = "unga_agreement_with:", "unga_ideal_point"

SEAT = "seat of Russia"
"""Words in the detail of a vote that is about Russia's place in a body and not about the war
itself.
"""

_CAST = re.compile(
    r"((?:[A-Z]{3})(?:(?:, | and )[A-Z]{3})*) (abstains?|do(?:es)? not vote|votes? "
    r"against|votes? for)"
)


def votes(
    facts: pd.DataFrame, *, economies: Sequence[str] = eco.CA5, powers: Sequence[str] = POWERS
) -> pd.DataFrame:
    """Agreement and distance by economy, power and year.

    facts: table `facts` (subject, attribute, year, value, source_id) with the attributes
        unga_agreement_with:CODE (share of common votes, 0 to 1) and unga_ideal_point (units of the
        scale).
    economies, powers: codes.
    Returns economy, power, year, agreement, distance = |difference of ideal points|, source_id;
    null where one is not at hand.
    Source of the points: Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    rows = facts[facts["year"].notna() & facts["value"].notna()]
    point = rows[rows["attribute"] == IDEAL].set_index(["subject", "year"])["value"].astype(float)
    parts = []
    for power in powers:
        mine = rows[rows["attribute"].eq(AGREEMENT + power) & rows["subject"].isin(list(economies))]
        mine = mine.rename(columns={"subject": "economy", "value": "agreement"})
        parts.append(mine[["economy", "year", "agreement", "source_id"]].assign(power=power))
    table = pd.concat(parts, ignore_index=True).astype({"agreement": "float64"})
    own, other = (
        np.array(
            [
                point.get((who, year), np.nan)
                for who, year in zip(table[column], table["year"], strict=True)
            ]
        )
        for column in ("economy", "power")
    )
    table["distance"] = np.abs(own - other)
    table = table[["economy", "power", "year", "agreement", "distance", "source_id"]]
    return table.astype({"year": int}).sort_values(["economy", "power", "year"], ignore_index=True)


def _window(table: pd.DataFrame, window: str) -> pd.DataFrame:
    if window not in WINDOWS:
        raise UnknownNameError("window", window, WINDOWS)
    span = WINDOWS[window] or (table["year"].max(), table["year"].max())
    return table[table["year"].between(*span)]


def _spread(
    facts: pd.DataFrame, economies: Sequence[str], window: str, column: str
) -> pd.DataFrame:
    table = votes(facts, economies=economies).dropna(subset=[column])
    chosen = _window(table, window)
    out = []
    for code in economies:
        mine = chosen[chosen["economy"] == code]
        whole = mine.groupby("year")["power"].transform("nunique") == len(POWERS)
        mine = mine[whole]  # sessions in which all three powers are observed
        if mine.empty:
            out.append(
                estimate_row(
                    economy=code, missing=f"no session with {', '.join(POWERS)} in the window"
                )
            )
            continue
        means = mine.groupby("power")[column].mean()
        out.append(
            estimate_row(
                mine[["economy", "power", "year", "source_id"]],
                economy=code,
                estimate=float(np.ptp(means)),
            )
        )
    return estimates(out)


@measure("relations.vote_spread")
def vote_spread(
    facts: pd.DataFrame, *, economies: Sequence[str], window: str = "five_years"
) -> pd.DataFrame:
    """Largest minus smallest mean agreement over POWERS, as a share of common votes (0 to 1).

    facts: as in `votes`. economies: codes.
    window: 'five_years', 'ten_years' or 'newest' (the newest session at hand); see WINDOWS.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; n counts economy, power and session. Only sessions in which all three powers are
    observed count; an economy without one is recorded in `missing`.
    Raises UnknownNameError for another window.
    """
    return _spread(facts, economies, window, "agreement")


@measure("relations.ideal_spread")
def ideal_spread(
    facts: pd.DataFrame, *, economies: Sequence[str], window: str = "five_years"
) -> pd.DataFrame:
    """Largest minus smallest mean distance of ideal points to POWERS, in units of the scale.

    facts, economies, window: as in `vote_spread`.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; `missing` as in `vote_spread`.
    Raises UnknownNameError for another window.
    Formula: max over powers of the mean over sessions of |point of the economy - point of the
    power|, less the min.
    Source: Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    return _spread(facts, economies, window, "distance")


def war_votes(events: pd.DataFrame, *, economies: Sequence[str] = eco.CA5) -> pd.DataFrame:
    """Votes on the war in Ukraine in the General Assembly: economy, date, vote, aside, seat,
    source_id.

    events: table `events`; votes are read from the detail of rows of kind un_vote that name
    Ukraine. vote: 'abstain', 'not voting', 'against' or 'for'; aside: the first two; seat: the vote
        is on Russia's seat in the Human Rights Council and not a resolution on the war. economies:
        codes.
    An economy that a text does not name has no row.
    """
    rows = events[
        (events["kind"] == "un_vote") & events["detail"].astype(str).str.contains("Ukraine")
    ]
    found = []
    for row in rows.itertuples():
        for names, verb in _CAST.findall(str(row.detail)):
            vote = (
                "abstain"
                if "abstain" in verb
                else "not voting"
                if "not" in verb
                else verb.split()[-1]
            )
            found += [
                (
                    code,
                    str(row.date),
                    vote,
                    vote in ("abstain", "not voting"),
                    SEAT in str(row.detail),
                    row.source_id,
                )
                for code in re.findall(r"[A-Z]{3}", names)
                if code in economies
            ]
    return pd.DataFrame(found, columns=["economy", "date", "vote", "aside", "seat", "source_id"])


@measure("relations.stood_aside")
def stood_aside(
    events: pd.DataFrame, *, economies: Sequence[str], votes: str = "resolutions"
) -> pd.DataFrame:
    """Share of the votes on the war that are at hand in which the economy abstained or was absent
    (0 to 1).

    events: as in `war_votes`. economies: codes.
    votes: 'resolutions' on the war itself, or 'with_the_seat': the vote on Russia's seat in the
        Human Rights Council too.
    Returns an estimates frame (`tables.provenance.ESTIMATE_COLUMNS`), one row per economy, without
    an interval; an economy that no text names has the reason in `missing`.
    Raises UnknownNameError for another choice.
    """
    if votes not in ("resolutions", "with_the_seat"):
        raise UnknownNameError("choice of votes", votes, ("resolutions", "with_the_seat"))
    cast = war_votes(events, economies=economies)
    if votes == "resolutions":
        cast = cast[~cast["seat"]]
    out = []
    for code in economies:
        mine = cast[cast["economy"] == code]
        if mine.empty:
            out.append(estimate_row(economy=code, missing="no vote on the war is at hand"))
        else:
            used = mine.assign(year=mine["date"].str[:4].astype(int))[
                ["economy", "date", "year", "source_id"]
            ]
            out.append(estimate_row(used, economy=code, estimate=float(mine["aside"].mean())))
    return estimates(out)
