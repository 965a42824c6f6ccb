"""Every country in China's place, ranked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...plots import strips, telling
from ...registry import article
from ...registry.words import party
from ...stats.frames import require_some

_ASKED = {
    ("controlled", "all"): "Level, all years",
    ("controlled", "newest"): "Level, the newest year alone",
    ("change", "all"): "Change after 2013",
}
_BY = {
    "controlled": "by what size and distance leave unexplained",
    "change": "by their rise after 2013",
}
_TICKS = {np.log(times): f"×{times:g}" for times in (0.1, 1, 10, 100)}
"""Log points at which the axis says how many times as much is traded as the model implies."""
FLOWS = {"exports": "exports", "imports": "imports", "both": "exports and imports"}
_WITH = {"exports": "to", "imports": "from", "both": "with"}


def place_strips(places: pd.DataFrame, flow: str, estimator: str = "ppml") -> Figure:
    """Every country in China's place as a mark, a row for each question, the powers named.

    places: as from `every_place`. flow: one of FLOWS.
    Raises CoverageError where China has no place.
    """
    condition, keys = "direction == @flow and estimator == @estimator", ["question", "years"]
    shown = places.query(condition).dropna(subset=["estimate"])
    china = shown.query("economy == 'CHN'").dropna(subset=["place"]).set_index(keys)
    require_some(china, "place of China among the countries in its place")
    number = "number " + china["place"].astype(str) + " of " + china["among"].astype(str)
    rows = pd.Series(_ASKED, name="row").loc[china.index] + ": " + number
    shown = shown.join(rows.rename("row"), on=keys).dropna(subset=["row"])
    names = shown["economy"].map(party) + " " + shown["place"].astype(str)
    shown = shown.assign(name=names, power=shown["economy"].isin(article().colours))
    figure = strips(
        shown,
        "estimate",
        by="row",
        hue="economy",
        main="power",
        label="name",
        bar=0,
        unit="trade, times what the model implies",
        ticks=_TICKS,
    )
    words = [
        f"{text} {_BY[question]}" for (question, years), text in number.items() if years == "all"
    ]
    title = f"China's {FLOWS[flow]} {_WITH[flow]} the five are {' and '.join(words)}"
    how = "By least squares of logs " if estimator == "ols" else ""
    return telling(figure, how + title, f"{'; '.join(rows)}.")
