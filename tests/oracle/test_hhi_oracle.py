"""Partner shares and concentration against exact fractions, and against SQL on the raw file."""

from fractions import Fraction

import pandas as pd
import pytest

from ca_research import trade

PARTNERS = ("CHN", "RUS", "TUR", "USA", "IND", "JPN", "KOR", "IRN")
VALUES = [[3, 1], [5, 3, 2], [10, 20, 30, 40, 1], [7, 7, 7, 1, 1, 1, 1, 10**9], [0, 100]]
VALUES += [[100] * n for n in range(1, len(PARTNERS) + 1)]  # of equal partners: one over n


@pytest.mark.parametrize("values", VALUES, ids=str)
def test_concentration_in_fractions(values):
    exact = sum(Fraction(v, sum(values)) ** 2 for v in values)
    frame = pd.DataFrame({"partner": PARTNERS[: len(values)], "value_usd": values})
    shares = trade.partner_shares(frame.assign(reporter="KAZ", year=2020, flow="export"))
    assert trade.hhi(shares)["hhi"].item() == pytest.approx(float(exact), rel=1e-12)
