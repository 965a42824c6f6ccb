"""Shares, sums, balances, leads, growth and prices against SQL on the raw files and exact
fractions; Holm's adjustment against the closed test of all subsets.

Tolerances: 1e-9 relative against SQL, which adds in another order; 1e-12 against fractions. The
queries are in tests/regression/cases/in_sql.yaml.
"""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from tests.article.invented_tables import CASES, frame, read

import ca_research as ca
from ca_research import investment, stats, students
from ca_research.claims.measures import find
from ca_research.stats.survival import product_limit, survival_at


@pytest.mark.parametrize("named", [[50, 30, 20], [40, 10], [5]])
def test_bounds_of_the_index_over_creditors_are_met_at_their_ends(named):
    """The rest owed to one holder, to two, to ever more: all lie between, the ends are reached."""
    rows = pd.DataFrame({"creditor": ["CHN", "RUS", "USA"][: len(named)], "value_usd": named})
    rest = 100 - sum(named)
    whole = pd.DataFrame({"creditor": ["BIL"], "value_usd": [100]})
    frame = pd.concat([rows, whole]).assign(
        debtor="KGZ", year=2020, measure="stock", instrument="ppg", source_id="S"
    )
    found = investment.creditor_hhi(frame, source="S", whole="bilateral").iloc[0]
    exact = sum(Fraction(x, 100) ** 2 for x in named)
    index = {k: float(exact + k * Fraction(rest, 100 * k) ** 2) for k in (1, 2, 1000)}
    assert found["hhi_low"] == pytest.approx(float(exact), rel=1e-12)
    assert found["hhi_high"] == pytest.approx(index[1], rel=1e-12)
    assert found["hhi_low"] <= index[1000] <= index[2] <= index[1] + 1e-15


def test_an_index_of_prices_is_the_product_of_its_rates_and_converts_both_ways():
    rates = ca.load(
        "macro", economy="USA", source="WDI_2025_KARENKLW", indicator="NY.GDP.DEFL.KD.ZG"
    ).sort_values("year")
    prices = investment.deflator_from_growth(rates, "USA", source="WDI_2025_KARENKLW")
    level, expected = Fraction(100), {}
    for year, rate in zip(rates["year"], rates["value"], strict=True):
        level *= 1 + Fraction(float(rate)) / 100
        expected[int(year)] = level
    index = prices.set_index("year")["index"]
    for year, value in expected.items():
        assert index[year] == pytest.approx(float(value), rel=1e-12)
    money = pd.DataFrame({"year": [2012, 2019], "value_usd": [3.0, 7.0]})
    money = money.assign(price_basis="current USD")
    real = investment.convert_prices(money, prices, base_year=2015)
    for value, year, found in zip([3, 7], [2012, 2019], real["value_usd"], strict=True):
        assert found == pytest.approx(float(value * expected[2015] / expected[year]), rel=1e-12)
    back = investment.convert_prices(real.drop(columns="deflator"), prices, base_year=None)
    assert back["value_usd"].tolist() == pytest.approx([3, 7], rel=1e-12)


def test_a_change_of_a_share_has_the_bounds_of_both_counts():
    counts = ca.load("students")
    asked = {"destination": "CHN", "total_source": "uis_outbound_peijin"}
    found = students.share_change(counts, economies=["UZB"], **asked).iloc[0]
    years = [int(found["first_year"]), int(found["last_year"])]
    own = counts[(counts["origin"] == "UZB") & counts["source_id"].isin(found["sources"])]

    def one(year, destination, level):
        hit = own[(own["year"] == year) & (own["level"] == level)]
        (value,) = set(hit.loc[hit["destination"] == destination, "students"])
        return Fraction(int(value))

    changes = []
    for level in ("degree", "all"):
        ends = [(one(y, "CHN", level), one(y, "WLD", "degree")) for y in years]
        first, last = (here / (here + elsewhere) for here, elsewhere in ends)
        changes.append(float(100 * (last - first)))
    assert [found["low"], found["high"]] == pytest.approx(sorted(changes), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_holm_rejects_what_the_closed_test_of_all_subsets_rejects(seed):
    """Marcus, Peritz and Gabriel (1976): a member is rejected if every subset with it is, here each
    by Bonferroni; its adjusted p is the largest of theirs.
    """
    rng = np.random.default_rng(seed)
    p = dict(zip("abcde", rng.beta(0.5, 4, size=5), strict=True))
    subsets = [s for n in range(1, 6) for s in itertools.combinations(p, n)]
    found = stats.holm(p).set_index("name")["adjusted"]
    for name in p:
        closed = max(min(1, len(s) * min(p[m] for m in s)) for s in subsets if name in s)
        assert found[name] == pytest.approx(closed, rel=1e-12)


def test_a_change_from_end_to_end_is_the_sum_of_its_steps():
    series = pd.Series([3.5, 2.0, 9.25, 4.0], index=[2010, 2011, 2014, 2015])
    steps = sum(Fraction(b) - Fraction(a) for a, b in itertools.pairwise(series))
    assert stats.end_to_end(series) == float(steps)


def test_a_curve_of_survival_is_the_product_of_its_formula():
    rng = np.random.default_rng(7)
    for _ in range(20):
        time, event = rng.integers(0, 12, size=30).astype(float), rng.random(30) < 0.6
        curve, survival = product_limit(time, event), 1.0
        for t in range(13):
            survival *= 1 - ((time == t) & event).sum() / max((time >= t).sum(), 1)
            assert survival_at(curve, t) == pytest.approx(survival)


def test_welchs_interval_of_a_change_of_concentration_is_that_of_scipy():
    content = read(CASES / "balance.yaml")
    rows = frame("trade", "two_periods", content["same"]["trade"], content["sets"])
    row = find("trade.concentration_change")(rows, economies=["KGZ"], interval="welch").iloc[0]
    hhi = np.array([c**2 + (1 - c) ** 2 for c in (0.5, 0.55, 0.52, 0.6, 0.7, 0.8)])
    expected = ttest_ind(hhi[3:], hhi[:3], equal_var=False).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx(tuple(expected))
