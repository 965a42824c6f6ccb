"""The years after a forecast: rank, value, and models fitted on what was known. Frames are made
up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research.article.forecasts import (
    MODELS,
    forecast_paths,
    lead_after,
    relative_forecast_error,
    value_after,
    value_series,
)
from ca_research.article.trade_priority import Powers, largest_ever
from ca_research.ground.errors import CoverageError, UnknownNameError
from ca_research.stats import naive


def rows(*cells: tuple) -> pd.DataFrame:
    """(reporter, partner, year, flow, value, source, known_on)."""
    columns = ["reporter", "partner", "year", "flow", "value_usd", "source_id", "known_on"]
    frame = pd.DataFrame(cells, columns=columns).assign(product="TOTAL")
    return frame.assign(known_on=pd.to_datetime(frame["known_on"]))


def own(
    year: int,
    china: float,
    russia: float,
    reporter: str = "KAZ",
    source: str = "KAZ_BNS",
    flows=("export", "import"),
):
    return [
        (reporter, p, year, f, v, source, f"{year + 1}-03-01")
        for p, v in (("CHN", china), ("RUS", russia))
        for f in flows
    ]


def customs(values: dict[int, float], partner: str = "KAZ", flow: str = "import") -> list[tuple]:
    source = {
        2022: {"import": "IMF_IMTS_CHN_M", "export": "WITS_CHN_2022X"}[flow],
        2023: "GACC_2023_DERIVED",
        2024: "GACC_2024",
        2025: "GACC_2025",
    }
    return [
        ("CHN", partner, y, flow, v, source.get(y, "IMF_IMTS_CHN_M"), f"{y + 1}-03-31")
        for y, v in values.items()
    ]


NOTHING_STATED = pd.DataFrame(
    columns=["fact_id", "subject", "attribute", "period", "year", "value", "source_id"]
)

# rank


def test_one_year_behind_is_enough_to_break_it():
    table = rows(*own(2022, 9, 1), *own(2023, 5, 2), *own(2024, 3, 4))
    found = lead_after(table, NOTHING_STATED, economies=["KAZ"]).iloc[0]
    assert found["estimate"] == 0.75 and (found["first_year"], found["last_year"]) == (2022, 2024)
    assert found["about"] == {"rival": "RUS", "worst": "2024", "since": ""}


def test_it_begins_at_the_start_and_being_behind_then_needs_no_later_year():
    """First after 2022 was called 'stayed first' where another had been first in 2022."""
    behind = rows(*own(2022, 1, 9), *own(2023, 5, 2))
    assert lead_after(behind, NOTHING_STATED, economies=["KAZ"])["estimate"].item() == 1 / 9
    alone = rows(*own(2022, 1, 9))
    assert lead_after(alone, NOTHING_STATED, economies=["KAZ"])["estimate"].item() == 1 / 9


@pytest.mark.parametrize(("years", "lacking"), [([2022], "after 2022"), ([2023], "in 2022")])
def test_being_first_needs_the_start_and_a_later_year(years, lacking):
    table = rows(*(row for year in years for row in own(year, 9, 1)))
    found = lead_after(table, NOTHING_STATED, economies=["KAZ"])
    assert found["estimate"].isna().all() and found["missing"].item().endswith(lacking)


def test_years_before_and_years_without_russia_do_not_count():
    table = rows(*own(2021, 1, 9), ("KAZ", "CHN", 2024, "export", 5.0, "KAZ_BNS", "2025-01-01"))
    row = lead_after(table, NOTHING_STATED, economies=["KAZ", "UZB"])
    assert row["estimate"].isna().all() and row["missing"].str.contains("from 2022").all()


# value


def test_a_year_counts_only_with_both_directions():
    table = rows(
        *customs({2022: 10, 2023: 20, 2024: 5}), *customs({2022: 10, 2023: 10}, flow="export")
    )
    assert value_after(table, economies=["KAZ"])["estimate"].tolist() == [
        1.5
    ]  # 2024 has no exports of China
    assert value_after(table, economies=["KAZ"], flow="exports")["estimate"].tolist() == [1.25]
    assert value_after(table, economies=["KAZ"], flow="exports", statistic="least")[
        "estimate"
    ].tolist() == [0.5]
    assert value_after(table, economies=["KAZ"], flow="exports", statistic="last")[
        "estimate"
    ].tolist() == [0.5]
    assert value_after(table, economies=["KAZ"], flow="imports")["estimate"].tolist() == [1.0]


def test_exports_of_the_economy_are_imports_of_china():
    only = rows(*customs({2022: 10, 2023: 30}))
    assert value_after(only, economies=["KAZ"], flow="exports")["estimate"].tolist() == [3.0]
    assert "no imports" in value_after(only, economies=["KAZ"], flow="imports")["missing"][0]


def test_nothing_after_the_base_is_a_reason():
    row = value_after(rows(*customs({2022: 10})), economies=["KAZ"], flow="exports").iloc[0]
    assert row["missing"] == "China's customs give no exports after 2022"
    with pytest.raises(UnknownNameError):
        value_after(rows(*customs({2022: 10})), economies=["KAZ"], statistic="best")


# models


def line(noise: float = 0.02, until: int = 2025) -> dict[int, float]:
    """Growth of a tenth a year with a little noise, 2010 to `until`."""
    rng = np.random.default_rng(5)
    return {
        y: float(np.exp(0.1 * (y - 2010) + rng.normal(0, noise))) for y in range(2010, until + 1)
    }


def test_a_trend_that_goes_on_is_foreseen_and_one_that_turns_is_not():
    steady = line()
    turned = {y: v if y <= 2022 else 1.01 * steady[2022] for y, v in steady.items()}
    table = rows(*customs(steady), *customs(turned, "UZB"))
    found = relative_forecast_error(table, economies=["KAZ", "UZB"]).set_index("economy")
    assert found.loc["KAZ", "estimate"] < 0.4 and found.loc["UZB", "estimate"] > 5
    assert found["scored"].tolist() == [3, 3]
    still = {y: v if y <= 2022 else steady[2022] for y, v in steady.items()}
    assert (
        "met every later value exactly"
        in relative_forecast_error(rows(*customs(still)), economies=["KAZ"])["missing"][0]
    )


def test_the_error_is_that_of_the_day_and_not_of_later_knowledge():
    """Fitted by hand on the years known on the day: the mean step of the logs, carried on."""
    values = line(0.1)
    row = relative_forecast_error(rows(*customs(values)), economies=["KAZ"]).iloc[0]
    logs = np.log([values[y] for y in range(2010, 2026)])
    known, later = logs[:13], logs[13:]
    step = np.diff(known).mean()
    drift = np.abs(later - (known[-1] + step * np.arange(1, 4))).mean()
    still = np.abs(later - known[-1]).mean()
    assert row["estimate"] == pytest.approx(drift / still)
    assert row["mase_naive"] == pytest.approx(still / np.abs(np.diff(known)).mean())


def test_a_figure_known_later_is_scored_and_not_fitted():
    values = line(0.1)
    table = rows(*customs(values))
    table.loc[table["year"] == 2022, "known_on"] = pd.Timestamp("2023-06-01")
    row = relative_forecast_error(table, economies=["KAZ"]).iloc[0]
    assert row["scored"] == 4


def test_nothing_known_after_the_day_is_no_score():
    row = relative_forecast_error(rows(*customs(line(until=2022))), economies=["KAZ", "TKM"])
    assert row["missing"].tolist() == [
        "no year known after 19 May 2023",
        "no series of China's imports",
    ]


def test_a_series_begins_after_its_last_gap_and_needs_both_flows():
    values = {y: v for y, v in line().items() if y != 2013}
    assert value_series(rows(*customs(values)), "KAZ")[0]["year"].min() == 2014
    half = rows(
        *own(2010, 1, 1, source="KAZ_WITS_BNS_PANEL"),
        *own(2011, 1, 1, source="KAZ_WITS_BNS_PANEL", flows=("export",)),
    )
    assert value_series(half, "KAZ", series="own_turnover")[0]["year"].tolist() == [2010]
    with pytest.raises(CoverageError):
        value_series(half, "TJK", series="own_turnover")
    with pytest.raises(UnknownNameError):
        value_series(half, "KAZ", series="gas")


def test_paths_name_what_was_known_expected_and_came():
    made = forecast_paths(rows(*customs(line())), economies=["KAZ"])
    years = {m: (p["year"].min(), p["year"].max()) for m, p in made.groupby("model")}
    assert years["known"] == (2010, 2022) and years["after"] == (2023, 2025)
    assert years["drift"] == years["no change"] == (2023, 2025)
    still = made[made["model"] == "no change"]["mean"]
    assert still.nunique() == 1 and still.iloc[0] == pytest.approx(line()[2022])
    alone = forecast_paths(rows(*customs(line(until=2022))), economies=["KAZ"])
    assert set(alone[alone["model"] == "drift"]["year"]) == {
        2023,
        2024,
        2025,
    } and "after" not in set(alone["model"])


@pytest.mark.parametrize("wrong", [{"model": "oracle"}, {"series": "gas"}, {"scale": "root"}])
def test_unknown_choices_are_refused(wrong):
    with pytest.raises(UnknownNameError):
        relative_forecast_error(rows(*customs(line())), economies=["KAZ"], **wrong)
    if "model" not in wrong:  # paths are those of all models
        with pytest.raises(UnknownNameError):
            forecast_paths(rows(*customs(line())), economies=["KAZ"], **wrong)


def test_the_most_a_trade_ever_was_is_that_of_its_rows_and_is_looked_for_once():
    known = ("KAZ_BNS", "2024-01-01")
    trade = rows(
        ("KAZ", "RUS", 2019, "export", 5.0, *known),
        ("KAZ", "RUS", 2020, "export", 7.0, *known),
        ("KAZ", "CHN", 2020, "export", 90.0, *known),
        ("KGZ", "RUS", 2020, "export", 80.0, *known),
    )
    powers = Powers(trade, economies=["KAZ", "KGZ"])
    found = powers.largest("KAZ", "RUS", "turnover")
    pd.testing.assert_frame_equal(found, largest_ever(trade, "KAZ", "RUS", "turnover"))
    assert found["value_usd"].tolist() == [7.0]
    assert powers.largest("KAZ", "RUS", "turnover") is found
    assert powers.largest("KGZ", "RUS", "turnover")["value_usd"].tolist() == [80.0]
    less = powers.without("KAZ_BNS").largest("KAZ", "RUS", "turnover")
    assert less.empty and powers.largest("KAZ", "RUS", "turnover") is found
    assert powers.without("RUS_FTS").largest("KAZ", "RUS", "turnover") is found


@pytest.mark.parametrize("model", [*MODELS.values(), naive], ids=[*MODELS, "naive"])
def test_the_nearer_years_of_a_forecast_do_not_depend_on_how_many_are_asked_for(model):
    train = pd.Series(np.cumsum([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]), index=range(2011, 2023))
    pd.testing.assert_frame_equal(model(train, 5).frame.head(2), model(train, 2).frame)
