"""The product-limit curve behind times to the first signed document: a published case, cases by
hand, and the formula. Times by the measures are in `cases/signing.yaml`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from invented_tables import CASES, frame, read

from ca_research.article import signing
from ca_research.ground.errors import UsageError
from ca_research.stats.survival import kaplan_meier, median_time, survival_at


def test_the_curve_of_freireich_as_published():
    """Remission of 21 patients on 6-MP (weeks; + censored), Freireich et al. (1963), Blood 21(6), a
    textbook case.

    S(t) and the median of 23 weeks are those of Kalbfleisch and Prentice, The Statistical Analysis
    of Failure Time Data.
    """
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    censored = {3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20}
    curve = kaplan_meier(times, [i not in censored for i in range(21)])
    assert list(curve["time"]) == [6, 7, 10, 13, 16, 22, 23]
    assert list(curve["at_risk"]) == [21, 17, 15, 12, 11, 7, 6]
    expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve["survival"].round(3).tolist() == expected
    assert median_time(curve) == 23 and survival_at(curve, 5.9) == 1.0
    assert survival_at(curve, 12) == pytest.approx(0.753, abs=0.001)


@pytest.mark.parametrize(
    ("times", "ended", "median"),
    [
        ([1, 2, 3, 4, 5], 5 * [True], 3),
        ([1, 2, 9, 9], [True, True, False, False], 2),  # exactly one half counts
        ([1, 9, 9], [True, False, False], None),
        ([1, 9], [False, False], None),
        # censoring is not leaving out: two of the three would have a median of 1
        ([1, 2, 9, 9, 9], [True, True, False, False, False], None),
    ],
)
def test_the_median_by_hand(times, ended, median):
    assert median_time(kaplan_meier(times, ended)) == median


def test_random_curves_equal_the_product_formula():
    rng = np.random.default_rng(7)
    for _ in range(20):
        time = rng.integers(0, 12, size=30).astype(float)
        event = rng.random(30) < 0.6
        curve = kaplan_meier(time, event)
        for t in range(13):
            s = 1.0
            for u in sorted(set(time[event])):
                if u <= t:
                    s *= 1 - ((time == u) & event).sum() / (time >= u).sum()
            assert survival_at(curve, t) == pytest.approx(s)


@pytest.mark.parametrize(
    ("time", "event"),
    [
        ([1, 2], [True]),
        ([], []),
        ([-1.0], [True]),
        ([float("nan")], [True]),
        ([1, 2], [True, float("nan")]),  # numpy takes it, and any text, as true
        ([1, 2], ["True", "False"]),
        (pd.Series([1, 2]), pd.Series([True, pd.NA], dtype="boolean")),
    ],
)
def test_impossible_times_and_events_are_refused(time, event):
    with pytest.raises(UsageError):
        kaplan_meier(time, event)


def test_all_members_of_the_united_nations_but_china_are_at_risk():
    members = set(signing.un_members())
    assert len(signing.un_members()) == len(members) == 193
    assert not {"TWN", "HKG", "PSE", "VAT", "COK", "NIU", "XKX"} & members
    content = read(CASES / "signing.yaml")
    rows = frame("events", ["a_list", "unknown_date"], content["same"]["events"], content["sets"])
    times = signing.signing_times(rows, until=dt.date(2023, 5, 19)).set_index("economy")
    assert set(times.index) == members - {"CHN"} and times["five"].sum() == 5
    states = times.loc[["MNG", "KGZ", "KAZ"], "state"].tolist()
    assert states == ["signed", "unknown", "not signed"]
