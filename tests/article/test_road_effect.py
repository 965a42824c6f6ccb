"""Placebo ranks of an effect of signing, and the joint p-value over several economies. Frames are
made up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research.article.belt_and_road import (
    control,
    effect,
    effect_fits,
    gain_p,
    income_gain_p,
    income_loss_p,
    incomes,
    joint_p,
    loss_p,
    partial_conjunction,
    placebo_ranks,
)
from ca_research.estimates.frame import estimates
from ca_research.estimates.measures import rows_of
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.stats import synthetic_control

DONORS = (
    "ARG",
    "AUS",
    "BRA",
    "CAN",
    "CHE",
    "COL",
    "ISL",
    "ISR",
    "IND",
    "JPN",
    "MEX",
    "NOR",
    "PRY",
    "USA",
    "GBR",
)
FIVE = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]


def handed(measure, *tables, **given) -> pd.DataFrame:
    """A measure with its parts, as a claim calls it."""
    return estimates(rows_of(measure)(*tables, **given))


def events() -> pd.DataFrame:
    """KAZ, TJK, UZB sign in 2012; KGZ has no row; TKM signs too early for a fit."""
    rows = [(e, "2012-01-01") for e in ("KAZ", "TJK", "UZB")] + [("TKM", "1999-01-01")]
    frame = pd.DataFrame(rows, columns=["actor", "date"])
    return frame.assign(kind="likely_mou_date", date_bound="exact", source_id="M_GFDC25")


def trade(high: str = "", **jump: float) -> pd.DataFrame:
    """China's imports: a walk for each origin; from 2012 on a jump (log points) for those named;
    `high` lies above all.
    """
    rng = np.random.default_rng(3)
    years = range(1996, 2021)
    rows = []
    for code in (*DONORS, *FIVE):
        walk = 20 + 3 * (code == high) + np.cumsum(rng.normal(0, 0.05, len(years)))
        for year, value in zip(years, walk, strict=True):
            rows.append(
                (code, year, np.exp(value + (jump.get(code, 0.0) if year >= 2012 else 0.0)))
            )
    frame = pd.DataFrame(rows, columns=["partner", "year", "value_usd"])
    source = np.where(frame["year"] < 2010, "WTO_HSM", "IMF_IMTS_CHN_M")
    return frame.assign(
        reporter="CHN", flow="import", product="TOTAL", valuation="cif", source_id=source
    )


MAIN = {
    "accession_list": "M_GFDC25",
    "donors": "never",
    "source": "joined",
    "method": "synthetic",
    "until": 2020,
}


@pytest.fixture(scope="module")
def jumped() -> pd.DataFrame:
    return effect_fits(trade(KAZ=2.0, TJK=-2.0), events(), **MAIN)


def test_a_gain_and_a_loss_are_found_on_their_sides(jumped):
    rows = jumped.set_index("economy")
    least = 1 / (len(DONORS) + 1)
    assert rows.loc["KAZ", "p_gain"] == pytest.approx(least) and rows.loc["KAZ", "p_loss"] > 0.3
    assert rows.loc["TJK", "p_loss"] == pytest.approx(least) and rows.loc["TJK", "p_gain"] > 0.3
    assert rows.loc["KAZ", "estimate"] > 1.5 and rows.loc["TJK", "estimate"] < -1.5
    assert abs(rows.loc["UZB", "estimate"]) < 0.5


def test_what_cannot_be_fitted_says_why(jumped):
    rows = jumped.set_index("economy")["missing"]
    assert "no known date" in rows["KGZ"] and "periods before" in rows["TKM"]


@pytest.mark.parametrize("method", ["synthetic", "synthetic_demeaned"])
def test_ranks_agree_with_those_of_the_estimator(method):
    """`SyntheticControl.placebos` is a second way to the gain and the two-sided rank; a sign turned
    gives the loss.
    """
    fit = control(trade(high="KAZ", KAZ=0.4), events(), "KAZ", **(MAIN | {"method": method}))
    ranks, other = placebo_ranks(fit), fit.placebos()
    assert (ranks["p_gain"], ranks["p"]) == pytest.approx((other.p_positive, other.p))
    turned = synthetic_control(-fit._wide, "KAZ", fit.start, demean=method.endswith("demeaned"))
    assert ranks["p_loss"] == pytest.approx(turned.placebos().p_positive)


def test_the_effect_is_that_of_the_slower_function(jumped):
    other = effect(trade(KAZ=2.0, TJK=-2.0), events(), economies=FIVE, donors="never").set_index(
        "economy"
    )
    mine = jumped.set_index("economy")
    for code in ("KAZ", "TJK", "UZB"):
        assert mine.loc[code, "estimate"] == pytest.approx(other.loc[code, "effect"])
        assert mine.loc[code, "p_gain"] == pytest.approx(other.loc[code, "p_positive"])


def test_measures_read_the_fits_they_are_given(jumped):
    nothing = pd.DataFrame()
    gain = handed(gain_p, nothing, nothing, economies=["TJK", "KAZ"], fits=jumped, **MAIN)
    loss = handed(loss_p, nothing, nothing, economies=["TJK", "KAZ"], fits=jumped, **MAIN)
    assert sorted(gain["economy"]) == ["KAZ", "TJK"]
    kaz = jumped.set_index("economy").loc["KAZ"]
    assert gain.set_index("economy").loc["KAZ", "estimate"] == kaz["p_gain"]
    assert loss.set_index("economy").loc["KAZ", "estimate"] == kaz["p_loss"]
    with pytest.raises(UnknownNameError):
        handed(
            gain_p, nothing, nothing, economies=["KAZ"], fits=jumped, **(MAIN | {"method": "magic"})
        )


def test_another_outcome_is_refused_and_never_replaced(jumped):
    with pytest.raises(CoverageError, match="gdp per head"):
        handed(gain_p, trade(), events(), economies=["KAZ"], outcome="gdp_per_head", fits=jumped)


# three of five at once


def test_partial_conjunction_is_a_multiple_of_the_ordered_p():
    assert partial_conjunction([0.01, 0.02, 0.03, 0.5, 0.9], 3) == pytest.approx(3 * 0.03)
    assert partial_conjunction([0.01, 0.2], 1) == pytest.approx(0.02)  # Bonferroni
    assert partial_conjunction([0.01, 0.2], 2) == pytest.approx(0.2)  # the largest
    assert partial_conjunction([0.6, 0.7, 0.8], 1) == 1.0


def test_a_missing_p_counts_as_one():
    assert partial_conjunction([0.01, float("nan"), 0.02], 3) == 1.0
    with pytest.raises(UsageError):
        partial_conjunction([0.1], 2)


def test_partial_conjunction_holds_its_level():
    """Two of five gained for certain, the rest did not: 'at least three' is wrongly found in at
    most one run of ten.
    """
    rng = np.random.default_rng(0)
    wrong = [partial_conjunction([0.0, 0.0, *rng.uniform(size=3)], 3) < 0.1 for _ in range(4000)]
    assert np.mean(wrong) <= 0.1 + 3 * np.sqrt(0.09 / 4000)
    loose = [sorted([0.0, 0.0, *rng.uniform(size=3)])[2] < 0.1 for _ in range(4000)]
    assert np.mean(loose) > 0.2  # the third smallest alone would not hold it


def test_the_joint_p_takes_the_side_asked_for(jumped):
    nothing = pd.DataFrame()
    p = jumped["p_gain"].fillna(1.0).sort_values().to_numpy()
    three = {"economies": FIVE, "at_least": 3, "fits": jumped} | MAIN
    gain = handed(joint_p, nothing, nothing, **three).iloc[0]
    assert gain["estimate"] == pytest.approx(min(1.0, 3 * p[2])) and gain["economy"] == ""
    one = handed(
        joint_p, nothing, nothing, economies=FIVE, at_least=2, side="loss", fits=jumped, **MAIN
    ).iloc[0]
    loss = jumped["p_loss"].fillna(1.0).sort_values().to_numpy()
    assert one["estimate"] == pytest.approx(min(1.0, 4 * loss[1])) and loss[1] != p[1]
    lacking = handed(joint_p, nothing, nothing, economies=["KGZ"], fits=jumped, **MAIN).iloc[0]
    assert pd.isna(lacking["estimate"]) and "no known date" in lacking["missing"]
    with pytest.raises(UnknownNameError):
        handed(joint_p, nothing, nothing, economies=FIVE, side="both", fits=jumped, **MAIN)


def test_the_joint_p_tells_the_least_it_could_have_been(jumped):
    """Three of five have a fit, each with a rank of at least 1 / 16."""
    nothing = pd.DataFrame()
    for asked, least in ((3, f"{3 / (len(DONORS) + 1):.2g}"), (4, "1")):
        choices = {"economies": FIVE, "at_least": asked, "fits": jumped} | MAIN
        found = handed(joint_p, nothing, nothing, **choices).iloc[0]
        assert found["about"]["least"] == least


def test_a_rank_tells_the_size_of_the_change_that_it_is_the_rank_of(jumped):
    nothing = pd.DataFrame()
    for measure, column in ((gain_p, "p_gain"), (loss_p, "p_loss")):
        found = handed(measure, nothing, nothing, economies=FIVE, fits=jumped, **MAIN)
        fits = jumped.set_index("economy")
        for row in found[found["estimate"].notna()].itertuples():
            fit = fits.loc[row.economy]
            percent, p = row.about["change"].replace("−", "-").split("% (p ")
            assert float(percent) == round(100 * np.expm1(fit["estimate"]))
            assert float(p.rstrip(")")) == pytest.approx(fit[column], rel=0.06)
        assert set(found.loc[found["estimate"].isna(), "about"].map(str)) == {"{'change': ''}"}


def signed(code: str, date: str, source: str) -> pd.DataFrame:
    kind = {"M_GFDC25": "likely_mou_date", "M_LPV26": "mou_year"}[source]
    row = {"actor": code, "date": date, "kind": kind, "date_bound": "exact", "source_id": source}
    return pd.DataFrame([row])


def test_who_signed_by_the_last_year_by_any_list_is_no_donor():
    within = pd.concat([events(), signed("ARG", "2016", "M_LPV26")], ignore_index=True)
    later = pd.concat([events(), signed("ARG", "2021-02-01", "M_GFDC25")], ignore_index=True)
    kaz = {
        name: effect_fits(trade(), frame, economies=["KAZ"], **(MAIN | {"donors": donors})).iloc[0]
        for name, frame, donors in (
            ("nobody", events(), "never"),
            ("within", within, "never"),
            ("later", later, "never_or_late"),
            ("never", later, "never"),
        )
    }
    used = {name: int(row["donors_used"]) for name, row in kaz.items()}
    every = len(DONORS)
    assert used == {"nobody": every, "within": every - 1, "later": every, "never": every - 1}


def test_a_last_year_without_figures_is_missing_and_no_other_stands_in():
    choices = MAIN | {"until": 2022}
    found = effect_fits(trade(), events(), economies=["KAZ"], **choices).iloc[0]
    assert pd.isna(found["estimate"]) and found["missing"] == "no imports reported by China of 2022"


# income per head


def macro(**jump: float) -> pd.DataFrame:
    frame = trade(**jump).rename(columns={"partner": "economy", "value_usd": "value"})
    kept = frame[["economy", "year", "value"]]
    return kept.assign(
        indicator="NY.GDP.PCAP.KD", unit="constant 2015 USD per head", source_id="WDI_VIA_GAPMINDER"
    )


INCOME = {"accession_list": "M_GFDC25", "donors": "never", "method": "synthetic", "until": 2020}


def test_income_per_head_is_ranked_like_exports(jumped):
    """The same figures as incomes give the same ranks."""
    figures, exports = macro(KAZ=2.0, TJK=-2.0), jumped.set_index("economy")
    for measured, column in ((income_gain_p, "p_gain"), (income_loss_p, "p_loss")):
        found = measured(figures, events(), economies=FIVE, **INCOME).set_index("economy")
        for code in ("KAZ", "TJK", "UZB"):
            assert found.loc[code, "estimate"] == pytest.approx(exports.loc[code, column])
        assert "no known date" in found.loc["KGZ", "missing"]


def test_china_and_groups_are_no_donors_of_income():
    figures = macro()
    extra = figures[figures["economy"] == "ARG"]
    figures = pd.concat([figures, extra.assign(economy="CHN"), extra.assign(economy="WLD")])
    assert not {"CHN", "WLD"} & set(incomes(figures)["economy"])
    twice = pd.concat([figures, extra])
    with pytest.raises(UsageError, match="two incomes"):
        incomes(twice)
    none = income_gain_p(figures.iloc[:0], events(), economies=["KAZ"], **INCOME).iloc[0]
    assert "no income per head" in none["missing"]
