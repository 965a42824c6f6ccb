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


VALUES = [[3, 1], [5, 3, 2], [10, 20, 30, 40, 1], [7, 7, 7, 1, 1, 1, 1, 10**9], [0, 100]]
VALUES += [[100] * n for n in range(1, len(PARTNERS) + 1)]  # of equal partners: one over n


@pytest.mark.parametrize("values", VALUES, ids=str)
def test_against_exact_fractions(values):
    exact = sum(Fraction(v, sum(values)) ** 2 for v in values)
    frame = pd.DataFrame({"partner": PARTNERS[: len(values)], "value_usd": values})
    shares = partner_shares(frame.assign(reporter="KAZ", year=2020, flow="export"))
    assert hhi(shares, by=BY)["hhi"].item() == pytest.approx(float(exact), rel=1e-12)


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
