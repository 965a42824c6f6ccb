"""Partner shares and concentration against exact fractions and against SQL on the raw file;
tolerance 1e-6 relative.
"""

from __future__ import annotations

from fractions import Fraction

import duckdb
import pandas as pd
import pytest

import ca_research as ca
from ca_research.ground import paths
from ca_research.trade import hhi, partner_shares

BY = ["reporter", "year", "flow"]
PARTNERS = ("CHN", "RUS", "TUR", "USA", "IND", "JPN", "KOR", "IRN")


def frame(values: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "reporter": "KAZ",
            "partner": PARTNERS[: len(values)],
            "year": 2020,
            "flow": "export",
            "value_usd": values,
        }
    )


def index_of(values: list[int]) -> float:
    return hhi(partner_shares(frame(values)), by=BY)["hhi"].item()


@pytest.mark.parametrize(
    "values", [[1], [3, 1], [5, 3, 2], [10, 20, 30, 40, 1], [7, 7, 7, 1, 1, 1, 1, 10**9]]
)
def test_against_exact_fractions(values):
    total = sum(values)
    exact = sum(Fraction(v, total) ** 2 for v in values)
    assert index_of(values) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("n", range(1, len(PARTNERS) + 1))
def test_equal_partners_give_one_over_n(n):
    assert index_of([100] * n) == pytest.approx(1 / n)


@pytest.mark.parametrize("a", [0.0, 0.1, 0.5, 0.9])
def test_two_partners_in_closed_form(a):
    assert index_of([round(100 * a), round(100 * (1 - a))]) == pytest.approx(a**2 + (1 - a) ** 2)


def test_index_is_one_over_n_plus_the_spread_of_shares():
    shares = partner_shares(frame([5, 4, 3, 2, 1]))
    spread = ((shares["share"] - 1 / 5) ** 2).sum()
    assert hhi(shares, by=BY)["hhi"].item() == pytest.approx(1 / 5 + spread)


def test_kyrgyz_trade_against_sql_on_the_raw_file():
    # KGZ_NSC, every year and flow; aggregates left out in SQL by hand, not by the package's own
    # list
    file = paths.raw_dir() / "trade" / "kgz_nsc.csv"
    query = f"""
        with single as (
            select year, flow, partner, sum(value_usd) as v from read_csv('{file}', nullstr='')
            where product = 'TOTAL'
              and partner not in ('WLD', 'EU', 'EU27', 'CIS', 'SCO', 'EAEU', 'OTS')
            group by all),
        whole as (select year, flow, sum(v) as total, count(*) as n from single group by all)
        select year, flow, sum((v / total) * (v / total)) as hhi, any_value(n) as n
        from single join whole using (year, flow) group by year, flow order by year, flow"""
    expected = duckdb.sql(query).df()
    rows = ca.load("trade", reporter="KGZ", product="TOTAL", source="KGZ_NSC")
    found = hhi(partner_shares(rows[~rows["is_aggregate"]]), by=["year", "flow"])
    found = found.sort_values(["year", "flow"], ignore_index=True)
    assert len(found) > 50  # 1994-2023, both flows
    assert found["n"].tolist() == expected["n"].tolist()
    assert found["hhi"].tolist() == pytest.approx(expected["hhi"].tolist(), rel=1e-9)
