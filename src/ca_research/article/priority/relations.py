"""Whether China leads Russia, the EU and the United States in public opinion and in meetings of
leaders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...estimates.frame import estimate_row, estimates
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...registry.words import measure_name
from ...stats.leading import leading
from .trade import RIVALS

FAVOURABLE = ("gallup_approve", "iri_relations_good", "mvector_confidence_in_leader")
"""Questions about how a power is seen; what it threatens, sells or is good for are other
questions.
"""
SUMMITS = ("format_first_summit", "format_summit")


def opinion_lead(
    opinion: pd.DataFrame, *, economies: Sequence[str], since: int = 2013
) -> pd.DataFrame:
    """Share that sees China favourably over that of its largest rival, by one question in one year.

    opinion: table `opinion` (economy, about, year, measure, value_pct, source_id); pooled answers
        of several economies are not used.
    economies: codes or names. since: no year before this one.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns `values` (per cent) `leader` (the code of who leads) and
    `place` (the best and the worst place of China). The estimate is a ratio of
    shares; low and high instead where one question has two figures. No question about all in one
    year is recorded in `missing`. Raises UnknownNameError for an unknown economy.
    """
    rows = opinion[
        opinion["measure"].isin(FAVOURABLE)
        & opinion["about"].isin(["CHN", "RUS", *RIVALS])
        & opinion["value_pct"].notna()
        & opinion["year"].notna()
    ]
    rows = rows.assign(group=rows["measure"], unit=rows["about"])
    out = []
    for code in (eco.resolve(e) for e in economies):
        mine = rows[rows["economy"] == code]
        figures = (
            mine.groupby(["group", "year", "unit"])["value_pct"]
            .agg(low="min", high="max")
            .reset_index()
        )
        found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
        if isinstance(found, str):
            why = "no question about China, Russia and the EU or the United States in one year"
            out.append(
                estimate_row(economy=code, missing=why)
                | {"values": "", "leader": "", "place": None}
            )
            continue
        used = mine[(mine["group"] == found.group) & (mine["year"] == found.year)]
        one = found.low == found.high
        shown = ", ".join(f"{u} {(a + b) / 2:.0f}" for u, (a, b) in found.values.items())
        row = estimate_row(
            used[["economy", "about", "year", "measure", "source_id"]],
            economy=code,
            estimate=found.low if one else None,
            low=None if one else found.low,
            high=None if one else found.high,
            interval="" if one else "range of the figures",
        )
        out.append(
            row
            | {
                "values": f"{shown} per cent ({measure_name(str(found.group))})",
                "leader": found.leader,
                "place": found.place,
            }
        )
    return estimates(out).assign(**{k: [r[k] for r in out] for k in ("values", "leader", "place")})


def summits(events: pd.DataFrame, since: int = 0) -> pd.DataFrame:
    """Meetings of leaders with all five, by power: actor, date, year, place, kind, source_id; one
    row per meeting.

    events: like table `events`.
    since: no year before this one (0: all). Two dates of one month by one power are one meeting of
        which sources differ (September 2023: 19 or 21); the first stays.
    """
    rows = events[
        events["kind"].isin(SUMMITS) & (events["counterpart"] == "CA5") & events["date"].notna()
    ]
    date = rows["date"].astype(str)
    rows = rows.assign(date=date, year=date.str[:4].astype(int), month=date.str[:7]).sort_values(
        ["actor", "date"]
    )
    rows = rows[rows["year"] >= since].drop_duplicates(["actor", "month"])
    return rows[["actor", "date", "year", "place", "kind", "source_id"]].reset_index(drop=True)


def meetings_lead(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    meetings: str = "visits",
    since: int = 2013,
) -> pd.DataFrame:
    """Meetings with China's leader over those with the largest rival's among Russia, the EU and the
    United States.

    visits: table `visits` (sender, receiver, year, level, count, completeness, source_id). events:
        like table `events`.
    economies: codes or names. since: no year before this one.
    meetings: 'visits' of the power's head of state to the economy, where a complete list is at hand
        for each power (one trip that somebody saw is no count); 'summits' with all five, which is
        the same for each of them.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`), one row per economy, with the
    columns `values` (the counts) `leader` (the code of who leads) and
    `place` (the best and the worst place of China); the estimate is a ratio. A
    power without a complete list, or without a summit, is recorded in `missing`.
    Raises UnknownNameError for another choice or an unknown economy.
    """
    if meetings not in ("visits", "summits"):
        raise UnknownNameError("meetings", meetings, ("visits", "summits"))
    if meetings == "visits":
        power, lacking = "sender", "no complete list of visits by the heads of state of"
        near = visits[
            (visits["level"] == "head_of_state")
            & (visits["completeness"] == "complete")
            & (visits["year"] >= since)
        ]
    else:
        power, lacking = "actor", "no summit with all five of"
        near = summits(events, since)
    near = near[near[power].isin(["CHN", "RUS", *RIVALS])]
    codes = [eco.resolve(e) for e in economies]
    if meetings == "summits":  # the same for each of them
        met = _met(near, near.groupby(power).size(), meetings, lacking)
        out = [met | {"economy": code} for code in codes]
    else:
        of = {code: near[near["receiver"] == code] for code in codes}
        out = [
            _met(rows, rows.groupby(power)["count"].sum(), meetings, lacking) | {"economy": code}
            for code, rows in of.items()
        ]
    return estimates(out).assign(**{k: [r[k] for r in out] for k in ("values", "leader", "place")})


def _met(rows: pd.DataFrame, counts: pd.Series, meetings: str, lacking: str) -> dict[str, Any]:
    """China over its largest rival in counts by power, as a row with values, leader and place."""
    figures = pd.DataFrame(
        {"unit": counts.index, "low": counts.to_numpy(), "high": counts.to_numpy()}
    )
    found = leading(figures.assign(group=meetings, year=0), "CHN", needed=("RUS",), any_of=RIVALS)
    if isinstance(found, str):
        absent = [u for u in ("CHN", "RUS") if u not in counts.index] or list(RIVALS)
        names = " and ".join(eco.name_of(u) for u in absent)
        return estimate_row(missing=f"{lacking} {names}") | {
            "values": "",
            "leader": "",
            "place": None,
        }
    shown = ", ".join(f"{u} {v[0]:.0f}" for u, v in found.values.items())
    return estimate_row(rows, estimate=found.low) | {
        "values": f"{shown} {meetings}",
        "leader": found.leader,
        "place": found.place,
    }
