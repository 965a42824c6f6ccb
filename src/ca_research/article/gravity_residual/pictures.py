"""Every country in China's place, ranked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...claims import Evidence
from ...ground.errors import CoverageError
from ...ground.numbers import of_logs
from ...plots import strips, telling
from ...registry import article
from ...registry.words import party

_ASKED = {
    ("controlled", "all"): "Level, all years",
    ("controlled", "newest"): "Level, the newest year alone",
    ("change", "all"): "Change after 2013",
}
_BY = {
    "controlled": "by what size and distance leave unexplained",
    "change": "by their rise after 2013",
}
_TICKS = {
    np.log(0.1): "a tenth",
    0.0: "as implied",
    np.log(10): "ten times",
    np.log(100): "a hundred times",
}
"""Log points at which the axis says how far trade is from what the model implies, in words."""
FLOWS = {"exports": "exports", "imports": "imports", "both": "exports and imports"}


def place_strips(places: pd.DataFrame, flow: str, estimator: str = "ppml") -> Figure:
    """Every country in China's place as a mark, a row for each question, the powers named.

    places: as from `every_place`. flow: one of FLOWS.
    Raises CoverageError where China has no place.
    """
    own = places[(places["economy"] == "CHN") & (places["estimator"] == estimator)]
    own = own[(own["direction"] == flow) & own["place"].notna()]
    if own.empty:
        raise CoverageError("China has no place among the countries in its place")
    keys = ["question", "years", "estimator", "direction"]
    shown = places.dropna(subset=["estimate"]).merge(own[[*keys, "place", "among"]], on=keys)
    asked = [
        f"{_ASKED[question, years]}: number {place} of {among}"
        for question, years, place, among in shown[
            ["question", "years", "place_y", "among_y"]
        ].values
    ]
    names = shown["economy"].map(party) + " " + shown["place_x"].astype(str)
    power = shown["economy"].isin(article().colours)
    shown = shown.assign(asked=asked, power=power, name=names)
    figure = strips(
        shown,
        "estimate",
        by="asked",
        hue="economy",
        main="power",
        label="name",
        bar=0,
        unit="trade beside what the model implies",
        ticks=_TICKS,
    )
    told = [
        f"number {row.place} of {row.among} {_BY[row.question]}"
        for row in own[own["years"] == "all"].itertuples()
    ]
    title = f"China's {FLOWS[flow]} to the five are {' and '.join(told)}"
    title = title.replace("imports to", "imports from").replace(
        "and imports to", "and imports with"
    )
    how = "By least squares of logs " if estimator == "ols" else ""
    return telling(figure, how + title, f"{'; '.join(shown['asked'].unique())}.")


_QUESTIONS = {
    "controlled": "level, beside other former Soviet pairs",
    "change": "change after 2013",
}


def in_words(evidence: Evidence) -> pd.DataFrame:
    """What was found by each way to calculate it: asked, flow, estimated by, years, country, beside
    (what trade is beside the model) and p by place.
    """
    assert evidence.spec is not None
    criteria = evidence.spec.criteria()
    frame = evidence.frame.drop(columns="pool", errors="ignore")[
        evidence.frame["pool"].ne("outside")
    ]
    asked = {name: c.settings["question"] for name, c in criteria.items()}
    is_p = frame["criterion"].map({name: c.kind == "p" for name, c in criteria.items()})
    frame = frame.assign(asked=frame["criterion"].map(asked).map(_QUESTIONS))
    axes = ["asked", "direction", "estimator", "years", "country"]
    excess = frame[~is_p].set_index(axes)
    p = frame[is_p].set_index(axes)["estimate"].rename("p by place")
    told = excess[["estimate", "missing", "sources"]].join(p).reset_index()
    beside = told["estimate"].map(of_logs, na_action="ignore")
    return told.assign(flow=told["direction"].map(FLOWS), **{"beside the model": beside})
