"""Whether China leads Russia, the EU and the United States in public opinion and in meetings of
leaders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ...estimates.frame import Estimate, Figures
from ...ground import economies as eco
from ...ground.errors import UnknownNameError
from ...registry.words import measure_name
from ...stats.leading import leading
from ...stats.pieces import Pieces
from .leads import POWERS, RIVALS, framed, lead, no_lead

FAVOURABLE = ("gallup_approve", "iri_relations_good", "mvector_confidence_in_leader")
"""Questions about how a power is seen; what it threatens, sells or is good for are other
questions.
"""
ALL_FIVE = "CA5"
SUMMITS = ("format_first_summit", "format_summit")


def opinion_lead(
    opinion: pd.DataFrame, *, economies: Sequence[str], since: int = 2018
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
    asked = by_economy(opinion)
    codes = [eco.resolve(e) for e in economies]
    told = [asked.once(code, "figures", Figures) for code in codes]
    return framed(map(partial(of_opinion, since=since), told, codes))


def by_economy(opinion: pd.DataFrame) -> Pieces:
    """Answers on how the powers are seen, by economy."""
    rows = opinion[
        opinion["measure"].isin(FAVOURABLE)
        & opinion["about"].isin(POWERS)
        & opinion["value_pct"].notna()
        & opinion["year"].notna()
    ]
    return Pieces(rows, rows["economy"].tolist())


def of_opinion(mine: Figures, economy: str, since: int) -> Estimate:
    """The row of an economy, of its answers `by_economy`; see `opinion_lead`."""
    cells = list(zip(mine.values("measure"), mine.values("year"), strict=True))
    told = zip(cells, mine.values("about"), mine.values("value_pct"), strict=True)
    figures = [(measure, year, unit, value, value) for (measure, year), unit, value in told]
    found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS, since=since)
    if isinstance(found, str):
        why = "no question about China, Russia and the EU or the United States in one year"
        return no_lead("opinion", economy, why)
    places = [i for i, cell in enumerate(cells) if cell == (found.group, found.year)]
    used = mine.frame.take(places)[["economy", "about", "year", "measure", "source_id"]]
    shown = ", ".join(f"{u} {(a + b) / 2:.0f}" for u, (a, b) in found.values.items())
    values = f"{shown} per cent ({measure_name(str(found.group))})"
    return lead("opinion", economy, found, Figures(used).behind(), values, "range of the figures")


def summits(events: pd.DataFrame, since: int = 0) -> pd.DataFrame:
    """Meetings of leaders with all five, by power: actor, date, year, place, kind, source_id; one
    row per meeting.

    events: like table `events`.
    since: no year before this one (0: all). Two dates of one month by one power are one meeting of
        which sources differ (September 2023: 19 or 21); the first stays.
    """
    rows = events[_of_all_five(events)]
    date = rows["date"].astype(str)
    rows = rows.assign(date=date, year=date.str[:4].astype(int), month=date.str[:7]).sort_values(
        ["actor", "date"]
    )
    rows = rows[rows["year"] >= since].drop_duplicates(["actor", "month"])
    return rows[["actor", "date", "year", "place", "kind", "source_id"]].reset_index(drop=True)


def _of_all_five(events: pd.DataFrame) -> pd.Series:
    kind, five = events["kind"].isin(SUMMITS), events["counterpart"] == ALL_FIVE
    return kind & five & events["date"].notna()


def meetings_lead(
    visits: pd.DataFrame,
    events: pd.DataFrame,
    *,
    economies: Sequence[str],
    meetings: str = "visits",
    since: int = 2018,
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
    codes = [eco.resolve(e) for e in economies]
    if meetings == "visits":
        received, met = by_receiver(visits), partial(of_visits, since=since)
        return framed(received.once(code, since, partial(met, economy=code)) for code in codes)
    met_with_all = of_summits(summits(events), since)
    return framed(met_with_all | {"economy": code} for code in codes)


def by_receiver(visits: pd.DataFrame) -> Pieces:
    """Visits of the powers' heads of state out of complete lists, by receiver."""
    rows = visits[
        (visits["level"] == "head_of_state")
        & (visits["completeness"] == "complete")
        & visits["sender"].isin(POWERS)
    ]
    return Pieces(rows, rows["receiver"].tolist())


def of_visits(rows: pd.DataFrame, economy: str, since: int) -> Estimate:
    """The row of an economy, of visits to it `by_receiver`; see `meetings_lead`."""
    counts: dict[str, float] = {}
    places = []
    told = (rows[name].tolist() for name in ("sender", "year", "count"))
    for place, (sender, year, count) in enumerate(zip(*told, strict=True)):
        if pd.notna(year) and year >= since:
            places.append(place)
            counts[sender] = counts.get(sender, 0) + (0 if pd.isna(count) else count)
    lacking = "no complete list of visits by the heads of state of"
    return _met(Figures(rows), places, counts, "visits", lacking) | {"economy": economy}


def with_all_five(events: pd.DataFrame) -> Pieces:
    """What `summits` are found in, as one piece (ALL_FIVE)."""
    rows = events[_of_all_five(events)]
    return Pieces(rows, [ALL_FIVE] * len(rows))


def of_summits(held: pd.DataFrame, since: int) -> Estimate:
    """The row that every economy has, of `summits`; see `meetings_lead`."""
    told = zip(held["actor"].tolist(), held["year"].tolist(), strict=True)
    near = {i: actor for i, (actor, year) in enumerate(told) if actor in POWERS and year >= since}
    counts = Counter(near.values())
    return _met(Figures(held), list(near), counts, "summits", "no summit with all five of")


def _met(
    rows: Figures, places: Sequence[int], counts: Mapping[str, float], meetings: str, lacking: str
) -> Estimate:
    """China over its largest rival in counts by power, of no economy yet."""
    figures = [(meetings, 0, power, count, count) for power, count in counts.items()]
    found = leading(figures, "CHN", needed=("RUS",), any_of=RIVALS)
    if isinstance(found, str):
        absent = [u for u in ("CHN", "RUS") if u not in counts] or list(RIVALS)
        return no_lead("meetings", "", f"{lacking} {' and '.join(map(eco.name_of, absent))}")
    shown = ", ".join(f"{u} {v[0]:.0f}" for u, v in found.values.items())
    return lead("meetings", "", found, rows.behind(places), f"{shown} {meetings}")
