"""Placebo ranks of an effect of signing, and the joint p-value over several economies. Frames are
made up.
"""

from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
from invented_tables import frame, spelled_out

from ca_research.article import belt_and_road as br
from ca_research.claims.measures import find
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.stats import synthetic_control

DONORS = spelled_out(
    "ARG & AUS & BRA & CAN & CHE & COL & ISL & ISR & IND & JPN & MEX & NOR & PRY & USA & GBR"
)
FIVE = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
MAIN = {"accession_list": "M_GFDC25", "donors": "never", "method": "synthetic", "until": 2020}
EXPORTS = MAIN | {"source": "joined"}


def signed(lines):
    exact = {"date_bound": "exact", "kind": "likely_mou_date", "source_id": "M_GFDC25"}
    return frame("events", lines, exact)


# KAZ, TJK and UZB sign in 2012; KGZ has no row; TKM signs too early for a fit
SIGNED = "actor, date\nKAZ & TJK & UZB, 2012-01-01\nTKM, 1999-01-01"
EVENTS = signed(SIGNED)


def trade(high="", **jump):
    """China's imports: a walk for each origin; from 2012 on a jump (log points) for those named;
    `high` lies above all.
    """
    rng = np.random.default_rng(3)
    years, rows = range(1996, 2021), []
    for code in (*DONORS, *FIVE):
        walk = 20 + 3 * (code == high) + np.cumsum(rng.normal(0, 0.05, len(years)))
        for year, value in zip(years, walk, strict=True):
            rows.append((code, year, np.exp(value + jump.get(code, 0.0) * (year >= 2012))))
    frame = pd.DataFrame(rows, columns=["partner", "year", "value_usd"])
    source = np.where(frame["year"] < 2010, "WTO_HSM", "IMF_IMTS_CHN_M")
    whose = {"reporter": "CHN", "flow": "import", "product": "TOTAL", "valuation": "cif"}
    return frame.assign(**whose, source_id=source)


JUMPED = trade(KAZ=2.0, TJK=-2.0)


@cache
def jumped():
    return br.effect_fits(JUMPED, EVENTS, **EXPORTS).set_index("economy", drop=False)


def of_jumped(name, **given):
    found = find(name)(JUMPED, EVENTS, **EXPORTS | given)
    return found.set_index("economy", drop=False)


gains, losses = (partial(of_jumped, f"relations.{side}_p") for side in ("gain", "loss"))
joint = partial(of_jumped, "relations.joint_p", economies=FIVE)


def test_a_gain_and_a_loss_are_found_on_their_sides():
    rows, least = jumped(), 1 / (len(DONORS) + 1)
    assert rows.loc["KAZ", "p_gain"] == pytest.approx(least) and rows.loc["KAZ", "p_loss"] > 0.3
    assert rows.loc["TJK", "p_loss"] == pytest.approx(least) and rows.loc["TJK", "p_gain"] > 0.3
    assert rows.loc["KAZ", "estimate"] > 1.5 and rows.loc["TJK", "estimate"] < -1.5
    assert abs(rows.loc["UZB", "estimate"]) < 0.5
    lacking = rows.loc[["KGZ", "TKM"], ["estimate", "missing"]]
    assert lacking["estimate"].isna().all() and lacking["missing"].nunique() == 2


@pytest.mark.parametrize("method", ["synthetic", "synthetic_demeaned"])
def test_the_rank_of_a_loss_is_that_of_a_gain_with_its_sign_turned(method):
    fit = br.control(trade(high="KAZ", KAZ=0.4), EVENTS, "KAZ", **EXPORTS | {"method": method})
    turned = pd.DataFrame(-fit._values, fit.gaps["time"].to_numpy(), ["KAZ", *fit.donors])
    turned = synthetic_control(turned, "KAZ", fit.start, demean=method.endswith("demeaned"))
    assert fit.placebos().p_negative == pytest.approx(turned.placebos().p_positive)


def test_a_measure_gives_the_rank_of_its_side_and_tells_the_size_of_the_change():
    for ranks, column in ((gains, "p_gain"), (losses, "p_loss")):
        found = ranks(economies=FIVE)
        known = found[found["estimate"].notna()]
        assert known["estimate"].equals(jumped().loc[known.index, column].rename("estimate"))
        for code, about in known["about"].items():
            percent = round(100 * np.expm1(jumped().loc[code, "estimate"]))
            assert about["change"].replace("−", "-").startswith(f"{percent:+.0f}% (p ")
    with pytest.raises(UnknownNameError):
        gains(economies=["KAZ"], method="magic")
    with pytest.raises(UnknownNameError):  # and never replaced
        gains(economies=["KAZ"], outcome="gdp_per_head")


# three of five at once


def test_partial_conjunction_holds_its_level():
    """Two of five gained for certain, the rest did not: 'at least three' is wrongly found in at
    most one run of ten.
    """
    drawn = np.random.default_rng(0).uniform(size=(4000, 3))
    wrong = [br.partial_conjunction([0.0, 0.0, *ps], 3) < 0.1 for ps in drawn]
    assert np.mean(wrong) <= 0.1 + 3 * np.sqrt(0.09 / 4000)
    assert np.mean(drawn.min(axis=1) < 0.1) > 0.2  # the third smallest alone would not hold it


def test_the_joint_p_takes_the_side_asked_for_and_tells_the_least_it_could_have_been():
    """Three of five have a fit, each with a rank of at least 1 / 16."""
    ranks = {side: np.sort(jumped()[f"p_{side}"].fillna(1.0)) for side in ("gain", "loss")}
    gain, loss = joint(at_least=3).iloc[0], joint(at_least=2, side="loss").iloc[0]
    assert gain["economy"] == "" and gain["about"]["least"] == f"{3 / (len(DONORS) + 1):.2g}"
    assert gain["estimate"] == pytest.approx(min(1.0, 3 * ranks["gain"][2]))
    assert loss["estimate"] == pytest.approx(min(1.0, 4 * ranks["loss"][1]))
    assert ranks["loss"][1] != ranks["gain"][1]
    lacking = joint(economies=["KGZ"]).iloc[0]
    assert pd.isna(lacking["estimate"]) and lacking["missing"]
    with pytest.raises(UnknownNameError):
        joint(side="both")


@pytest.mark.parametrize(
    ("more", "donors", "fewer"),
    [
        ("", "never", 0),
        ("ARG, 2016, mou_year, M_LPV26", "never", 1),  # by any list
        ("ARG, 2021-02-01, ,", "never", 1),
        ("ARG, 2021-02-01, ,", "never_or_late", 0),
    ],
)
def test_who_signed_by_the_last_year_is_no_donor(more, donors, fewer):
    lines = "actor, date, kind, source_id\nKAZ & TJK & UZB, 2012-01-01, ,\n" + more
    asked = EXPORTS | {"donors": donors}
    found = br.effect_fits(trade(), signed(lines), economies=["KAZ"], **asked).iloc[0]
    assert found["donors_used"] == len(DONORS) - fewer


def test_a_last_year_without_figures_is_missing_and_no_other_stands_in():
    asked = EXPORTS | {"until": 2022}
    found = br.effect_fits(trade(), EVENTS, economies=["KAZ"], **asked).iloc[0]
    assert pd.isna(found["estimate"]) and "2022" in found["missing"]


# income per head


def macro(**jump):
    rows = trade(**jump).rename(columns={"partner": "economy", "value_usd": "value"})
    kind = {"indicator": "NY.GDP.PCAP.KD", "unit": "constant 2015 USD per head"}
    return rows[["economy", "year", "value"]].assign(**kind, source_id="WDI_VIA_GAPMINDER")


def test_income_per_head_is_ranked_like_exports():
    """The same figures as incomes give the same ranks."""
    figures, three = macro(KAZ=2.0, TJK=-2.0), ["KAZ", "TJK", "UZB"]
    for side in ("gain", "loss"):
        found = find(f"relations.income_{side}_p")(figures, EVENTS, economies=FIVE, **MAIN)
        found = found.set_index("economy")
        expected = jumped().loc[three, f"p_{side}"].tolist()
        assert found.loc[three, "estimate"].tolist() == pytest.approx(expected)
        assert found.loc["KGZ", "missing"]


def test_china_and_groups_are_no_donors_of_income_and_two_incomes_are_refused():
    figures = macro()
    extra = figures[figures["economy"] == "ARG"]
    more = pd.concat([figures, extra.assign(economy="CHN"), extra.assign(economy="WLD")])
    assert set(br.incomes(more)["economy"]) == set(figures["economy"])
    with pytest.raises(UsageError):
        br.incomes(pd.concat([figures, extra]))
