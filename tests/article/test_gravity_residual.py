"""China's residual and its rank: one step from the model without a candidate, against full
estimation.
"""

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_series_equal
from tests.designs import pairs

from ca_research.article import gravity_residual as gr
from ca_research.article.settings import settings
from ca_research.claims.measures import find
from ca_research.estimates.once import keeping
from ca_research.ground.economies import CA5
from ca_research.ground.errors import CoverageError
from ca_research.plots.show import words_of
from ca_research.trade import gravity, panel

CODES = ("CHN", "RUS", "TUR", "USA", "DEU", "FRA", "IND", "JPN", *CA5)
YEARS = (2008, 2012, 2016)
ONE = {"question": "level", "direction": "exports", "estimator": "ppml", "years": "all"}
QUICK = ONE | {"estimator": "ols"}
SINCE = {"level": None, "change": 2014}


@cache
def trade(lift=0.0, later=0.0, zero=0.0):
    """Made-up exports of 2008, 2012 and 2016; China's to the five lifted throughout or after 2013
    (log points).
    """
    rng, rows = np.random.default_rng(11), pairs(CODES, YEARS, ("reporter", "partner", "year"))
    lifted = (rows["reporter"] == "CHN") & rows["partner"].isin(CA5)
    up = lifted * (lift + later * (rows["year"] > 2013))
    pair = np.repeat(rng.normal(0, 0.5, len(rows) // len(YEARS)), len(YEARS))
    value = np.exp(16 + pair + up + rng.normal(0, 0.2, len(rows)))
    same = {"flow": "export", "product": "TOTAL", "valuation": "fob", "source_id": "PENPPML"}
    return rows.assign(value_usd=value * (rng.random(len(rows)) >= zero), **same)


@cache
def geography():
    rng, rows = np.random.default_rng(12), pairs(CODES, [0], ("origin", "destination", "y"))
    near = {c: rng.random(len(rows)) < 0.3 for c in ("contiguous", "common_language")}
    return rows.assign(distance_km=rng.uniform(500, 9000, len(rows)), **near, source_id="G")


def fits(rows, **choices):
    """Estimate and p in some specifications, one row each."""
    axes = {"question": ["level", "controlled", "change"], "direction": list(gr.FLOWS)}
    axes |= {"estimator": ["ppml", "ols"], "years": ["all", "newest"], "country": ["none", *CA5]}
    asked = [[choices[a]] if a in choices else known for a, known in axes.items()]
    found = []
    with keeping({}):
        for cell in itertools.product(*asked):
            one = dict(zip(axes, cell, strict=True))
            if (one["question"], one["years"]) != ("change", "newest"):
                (row,) = find("trade.residual").rows(rows, geography(), **one)
                (p,) = find("trade.residual_p").rows(rows, geography(), **one)
                found.append(one | row | {"p": p["estimate"]})
    return pd.DataFrame(found)


@cache
def lifted():
    return panel(trade(0.3, 0.4, 0.05), geography())


def full_estimation(rows, question, codes, direction="exports", estimator="ppml", partners=CA5):
    """The coefficient of each economy's pairs with the partners, one gravity model each."""
    sides = gr.measures.SIDES[direction]
    late, found = rows["year"] >= (SINCE[question] or 0), {}
    model = {"effects": gr.measures.CHANGE} if SINCE[question] else {}
    terms = () if SINCE[question] else gr.measures.GEOGRAPHY
    for code in codes:
        own = late & np.any([(rows[a] == code) & rows[b].isin(partners) for a, b in sides], axis=0)
        given = rows.assign(own=own.astype(float)), ["own", *terms]
        try:
            fit = gravity(*given, estimator=estimator, **model)
            found[code] = fit.coefficient("own")["estimate"]
        except CoverageError:
            found[code] = np.nan
    return pd.Series(found, name="estimate_full")


def both(table, other):
    merged = table.join(other, on="economy").dropna(subset=["estimate", "estimate_full"])
    assert len(merged) > 5
    return merged


@pytest.mark.parametrize("question", SINCE)
@pytest.mark.parametrize("direction", ["exports", "imports", "both"])
def test_least_squares_equals_full_estimation(question, direction):
    """Frisch, Waugh and Lovell: the coefficient off one residual is that of the whole
    regression.
    """
    asked = {"direction": direction, "estimator": "ols"}
    table = gr.placebo_table(lifted(), question=question, **asked)
    full = full_estimation(lifted(), question, table["economy"], **asked)
    merged = both(table, full)
    assert merged["estimate"].to_numpy() == pytest.approx(
        merged["estimate_full"].to_numpy(), abs=1e-6
    )
    assert set(table.loc[table["estimate"].isna(), "economy"]) == set(full.index[full.isna()])


@pytest.mark.parametrize("question", SINCE)
def test_one_step_of_ppml_orders_economies_like_full_estimation(question):
    table = gr.placebo_table(lifted(), question=question)
    merged = both(table, full_estimation(lifted(), question, table["economy"]))
    assert merged["estimate"].corr(merged["estimate_full"], method="spearman") > 0.95
    near = merged[merged["estimate_full"].abs() < 0.15]  # the step is right to first order
    assert len(near) and near["estimate"].to_numpy() == pytest.approx(
        near["estimate_full"].to_numpy(), abs=0.05
    )


@pytest.mark.parametrize(
    ("direction", "lift"),
    [
        ("exports", -3.0),
        *(pytest.param(*o, marks=pytest.mark.long) for o in (("both", 0.3), ("exports", 8.0))),
    ],
)
def test_its_coefficient_is_that_of_full_estimation(direction, lift):
    """Also where the model without China's term is far off, and where an economy is left out."""
    made = panel(trade(lift, 0.4, 0.05), geography())
    given = trade(lift, 0.4, 0.05)
    asked = {"direction": direction, "estimator": "ppml", "years": "all"}
    country, five = ("none", CA5) if lift > 0 else ("KAZ", CA5[1:])
    found = fits(given, country=country, **asked).set_index("question")["estimate"]
    for question in SINCE:
        full = full_estimation(made, question, ["CHN"], direction, partners=five)
        assert found[question] == pytest.approx(full["CHN"], abs=1e-6)


def test_a_lift_puts_china_first_with_the_least_p_and_a_cut_puts_it_last():
    def asked(question, **made):
        given = ONE | {"question": question, "country": "none"}
        return fits(trade(**made), **given).iloc[0]

    up, later, down = (
        asked("level", lift=2.0),
        asked("change", later=1.5),
        asked("level", lift=-2.0),
    )
    among = len(CODES) - len(CA5)
    assert up["p"] == pytest.approx(1 / among) and up["estimate"] > 1
    assert later["p"] == up["p"] and later["estimate"] == pytest.approx(1.5, abs=0.5)
    assert down["p"] == 1.0


def test_data_paths_differ_by_direction_years_and_who_is_left_out_and_not_by_estimator():
    filled = fits(trade(), country="none").query("path != ''")
    filled = pd.concat([filled, fits(trade(), country="KAZ", question="level").query("path != ''")])
    per = filled.groupby(["direction", "years", "country"])["path"].nunique()
    assert per.eq(1).all() and filled["path"].nunique() == len(per)


def test_oil_exporters_are_not_in_the_panel():
    oil = settings().oil_exporters[0]
    rows, near = trade(), geography()
    extra = rows[rows["reporter"] == "RUS"].assign(reporter=oil, value_usd=1e30)
    far = near[near["origin"] == "RUS"].assign(origin=oil)
    more = pd.concat([rows, extra]), pd.concat([near, far])
    one, two = (find("trade.residual")(*t, **QUICK)["estimate"] for t in ((rows, near), more))
    assert one.tolist() == pytest.approx(two.tolist())


def test_too_few_pairs_are_a_reason():
    made = panel(trade(), geography())
    few = made[~((made["exporter"] == "RUS") & made["importer"].isin(CA5[:3]))]
    row = gr.placebo_table(few).set_index("economy").loc["RUS"]
    assert pd.isna(row["estimate"]) and row["missing"]


def test_every_place_is_each_table_of_placebos_and_strips_say_it():
    made = panel(trade(lift=2.0), geography())
    places = gr.every_place(made)
    asked = {"question": "controlled", "estimator": "ppml", "direction": "exports"}
    one = places[(places[list(asked)] == pd.Series(asked)).all(axis=1)]
    one = one[one["years"] == "all"].set_index("economy")
    known = gr.placebo_table(made, **asked).set_index("economy")["estimate"].dropna()
    assert_series_equal(one["estimate"].dropna(), known)
    ranks = known.rank(ascending=False).astype(int).to_dict()
    assert one["place"].dropna().astype(int).to_dict() == ranks
    assert set(one["among"]) == {len(known)}
    title, text = words_of(gr.place_strips(places, "exports"))
    assert f"number 1 of {len(known)}" in title and f"number 1 of {len(known)}" in text
    with pytest.raises(CoverageError):
        gr.place_strips(places.assign(place=pd.NA), "exports")
