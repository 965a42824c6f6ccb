"""Rail between China and Europe: how much of it crosses Central Asia, in trains and in containers,
and beside the sea.

The figures are those that railways, ports and officials gave to the press. A figure printed as
'more than' is a lower bound, open at its end; a part of a year is never set against a whole one.
"""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, rows_of, tells
from ..estimates.series import between, pick

ALL_ROUTES = "CHN-EUR rail, all routes"
_NARROW, _WIDE = "Transit through KAZ, CHN-EUR-CHN", "Transit through KAZ, all directions"
TRANSIT = {"range": (_NARROW, _WIDE), "china_europe": (_NARROW,), "all_directions": (_WIDE,)}
"""Kazakhstan's transit: between China and Europe alone (what the claim asks, by a narrow
definition), in every direction (more than it asks: goods to other neighbours are in it), or both.
"""
_LOWER = "_lower_bound"


def _stated(facts: pd.DataFrame, subject: str, attribute: str) -> pd.DataFrame:
    """The newest row of a share in per cent, or of its lower bound."""
    named = [attribute, attribute + _LOWER]
    rows = pick(facts, attribute=named, unit="percent", subject=subject).dropna(subset="year")
    return rows.sort_values(["year", "fact_id"]).tail(1)


@measure("economy.corridor_trains", kind="share", unit="per cent")
def corridor_trains(
    facts: pd.DataFrame,
    *,
    count: Literal["stated", "two_ports"] = "stated",
) -> list[Estimate]:
    """Share of China-Europe trains that cross the five, in per cent.

    facts: table `facts`.
    count: 'stated', the newest share that an official gave; 'two_ports', the share of national
        trains at the two ports on Kazakhstan's border, 'more than' so many, so that low lies just
        above the figure printed.
    """
    used = _stated(facts, *_TRAINS[count])
    if used.empty:
        return [estimate_row(missing="no share of trains is stated for a year")]
    share = used["value"].item()
    if count == "stated":
        return [estimate_row(used, estimate=share)]
    more = used["attribute"].item().endswith(_LOWER)
    low = math.nextafter(share, math.inf) if more else share
    return [estimate_row(used, low=low, high=100.0, interval="'more than' to all")]


_TRAINS = {
    "stated": ("CA5", "share_of_China_Europe_trains"),
    "two_ports": ("Horgos + Alashankou", "share_of_national_trains"),
}


@measure("economy.corridor_containers", kind="share", unit="per cent")
def corridor_containers(
    facts: pd.DataFrame,
    *,
    transit: Literal["range", "china_europe", "all_directions"] = "range",
) -> list[Estimate]:
    """Share of the containers on China-Europe trains that cross Kazakhstan, in per cent, of the
    newest whole year with all that is needed.

    facts: table `facts`; whole years in TEU only. A bound stands only where there is no count.
    transit: 'range', from the narrow count of transit to the wide one, both over China's total;
        'china_europe' or 'all_directions', one count as printed over that total. The narrow count
        may leave out what China calls China-Europe, the wide one holds other goods.
    """
    subjects = TRANSIT[transit]
    boxes = {"attribute": ["containers", f"containers{_LOWER}"], "unit": "TEU"}
    rows = pick(facts, subject=[ALL_ROUTES, *subjects], **boxes)
    rows = rows[rows["period"].astype(str).str.fullmatch(r"\d{4}")]
    rows = rows.sort_values("attribute").drop_duplicates(["subject", "year"])
    teu = rows.pivot(index="subject", columns="year", values="value")
    teu = teu.reindex([ALL_ROUTES, *subjects]).dropna(axis=1)
    if teu.empty:
        return [estimate_row(missing="no whole year with transit and total in TEU")]
    year = teu.columns.max()
    shares = (100 * teu[year] / teu.at[ALL_ROUTES, year]).clip(upper=100)
    ends = between(shares[subjects[0]], shares[subjects[-1]], "narrow to wide count of transit")
    return [estimate_row(pick(rows, year=year), **ends)]


@measure("economy.corridor_scale", kind="share", unit="per cent")
@tells("trains", "boxes")
def corridor_scale(
    facts: pd.DataFrame,
    *,
    scale: Literal["import_value", "stated", "containers"] = "import_value",
    before: int | None = None,
) -> list[Estimate]:
    """What the rail corridor is of trade between China and Europe, in per cent, as bounds.

    facts: table `facts`, as in `corridor_containers`.
    scale: 'import_value', rail's part of the value of EU imports from China; 'stated', a share of
        'trade' of no stated base; 'containers', rail both ways over that plus the sea westbound
        alone (the sea eastbound is not at hand, so the upper bound is a loose one).
    before: only figures of years before this one; all where not given.
    high: all rail routes; low: the part of them that the narrow count of containers gives to
    Kazakhstan (zero where that count is not at hand). Tells the corridor's part of rail alone, of
    `trains` and of containers (`boxes`).
    """
    if before is not None:
        facts = facts[facts["year"] < before]
    if scale == "containers":
        used, share = _beside_sea(facts)
    else:
        used = _stated(facts, *_SHARES[scale])
        share = float(used["value"].sum())
    if used.empty:
        when = "" if before is None else f" before {before}"
        what = f"no figures for rail beside other ways by {scale.replace('_', ' ')}{when}"
        return [estimate_row(missing=what)]
    [trains], [boxes] = rows_of(corridor_trains)(facts), rows_of(corridor_containers)(facts)
    about = {
        "trains": "" if trains["missing"] else f"{trains['estimate']:.0f}%",
        "boxes": "" if boxes["missing"] else f"{boxes['low']:.0f} to {boxes['high']:.0f}%",
    }
    low, why = share * (boxes["low"] or 0.0) / 100, "the narrow count's part of rail to all of it"
    return [estimate_row(used, low=low, high=share, interval=why, about=about)]


_SHARES = {
    "import_value": ("CHN-EU imports by rail", "share_of_import_value"),
    "stated": (ALL_ROUTES, "share_of_trade"),
}


def _beside_sea(facts: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Rail both ways over rail plus sea westbound, in the newest year of the sea; the longest part
    of it for rail.
    """
    boxes = pick(facts, attribute="containers", unit="TEU")
    sea = pick(boxes, subject="CHN-Europe by sea, westbound").nlargest(1, "year")
    rail = pick(boxes, subject=ALL_ROUTES, year=sea["year"])
    used = pd.concat([rail.nlargest(1, "value"), sea])
    share = 100 * float(used["value"].iloc[0] / used["value"].sum()) if len(rail) else 0.0
    return (used if len(rail) else rail), share
