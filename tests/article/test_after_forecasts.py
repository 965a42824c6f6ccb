"""Models fitted on what was known on a day, recomputed by hand. Ranks, values and shares after a
forecast are in `cases/forecasts.yaml`.
"""

import numpy as np
import pandas as pd
import pytest
from invented_tables import frame
from pandas.testing import assert_frame_equal

from ca_research.article.forecasts import MODELS, forecast_paths, value_series
from ca_research.claims.measures import find
from ca_research.ground.errors import CoverageError
from ca_research.stats import naive

OF_CHINA = {"reporter": "CHN", "partner": "KAZ", "flow": "import", "product": "TOTAL"}
foreseen = find("trade.foreseen")


def customs(values, **more):
    """China's imports, known at the end of March."""
    late = {2023: "GACC_2023_DERIVED", 2024: "GACC_2024", 2025: "GACC_2025"}
    rows = [
        {"year": y, "value_usd": v, "source_id": late.get(y, "IMF_IMTS_CHN_M")} | more
        for y, v in values.items()
    ]
    found = frame("trade", rows, OF_CHINA)
    return found.assign(known_on=pd.to_datetime(found["year"].astype(str)) + pd.Timedelta(days=454))


def line(noise=0.1, until=2025):
    """Growth of a tenth a year with a little noise, from 2010 on."""
    rng = np.random.default_rng(5)
    years = range(2010, until + 1)
    return {y: float(np.exp(0.1 * (y - 2010) + rng.normal(0, noise))) for y in years}


def test_a_trend_that_goes_on_is_foreseen_and_one_that_turns_is_not():
    steady = line(0.02)
    known = {y: v for y, v in steady.items() if y <= 2022}
    turned = known | dict.fromkeys((2023, 2024, 2025), 1.01 * steady[2022])
    both = pd.concat([customs(steady), customs(turned, partner="UZB")])
    found = foreseen(both, economies=["KAZ", "UZB"]).set_index("economy")
    assert found.loc["KAZ", "estimate"] < 0.4 and found.loc["UZB", "estimate"] > 5
    still = known | dict.fromkeys((2023, 2024, 2025), steady[2022])
    assert foreseen(customs(still), economies=["KAZ"])["missing"].item(), "no error to compare with"


def by_hand(values, years_known):
    """The mean step of the logs, carried on, over the last of them."""
    logs = np.log([values[y] for y in range(2010, 2026)])
    known, later = logs[:years_known], logs[years_known:]
    steps = np.diff(known).mean() * np.arange(1, len(later) + 1)
    return np.abs(later - (known[-1] + steps)).mean() / np.abs(later - known[-1]).mean()


def test_the_error_is_that_of_the_day_and_not_of_later_knowledge():
    values = line()
    row = foreseen(customs(values), economies=["KAZ"]).iloc[0]
    assert row["estimate"] == pytest.approx(by_hand(values, 13))


def test_a_figure_known_later_is_scored_and_not_fitted():
    values = line()
    table = customs(values)
    table.loc[table["year"] == 2022, "known_on"] = pd.Timestamp("2023-06-01")
    row = foreseen(table, economies=["KAZ"]).iloc[0]
    assert row["estimate"] == pytest.approx(by_hand(values, 12))
    nothing = foreseen(customs(line(until=2022)), economies=["KAZ", "TKM"])
    assert nothing["estimate"].isna().all() and nothing["missing"].nunique() == 2


def test_a_series_begins_after_its_last_gap_and_needs_both_flows():
    gap = {y: v for y, v in line().items() if y != 2013}
    assert value_series(customs(gap), "KAZ")[0]["year"].min() == 2014
    own = {"reporter": "KAZ", "partner": "CHN & RUS", "source_id": "KAZ_WITS_BNS_PANEL"}
    half = pd.concat(
        [customs({2010: 1}, **own | {"flow": "export & import"}), customs({2011: 1}, **own)]
    )
    assert value_series(half, "KAZ", series="own_turnover")[0]["year"].tolist() == [2010]
    with pytest.raises(CoverageError):
        value_series(half, "TJK", series="own_turnover")


def test_paths_name_what_was_known_expected_and_came():
    values = line()
    made = forecast_paths(customs(values), economies=["KAZ"]).set_index("model")
    years = made.groupby(level=0)["year"].agg(["min", "max"]).T.to_dict("list")
    assert years["known"] == [2010, 2022]
    assert years["came"] == years["trend"] == years["no change"] == [2023, 2025]
    still = made.loc["no change", "mean"]
    assert still.nunique() == 1 and still.iloc[0] == pytest.approx(values[2022])


QUICK = [*(model for name, model in MODELS.items() if name != "arima"), naive]


@pytest.mark.parametrize("model", QUICK)
def test_the_nearer_years_of_a_forecast_do_not_depend_on_how_many_are_asked_for(model):
    train = pd.Series(np.cumsum([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]), index=range(2011, 2023))
    assert_frame_equal(model(train, 5).frame.head(2), model(train, 2).frame)
