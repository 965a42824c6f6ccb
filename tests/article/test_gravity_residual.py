"""China's residual and its rank: one step from the model without a candidate, against full
estimation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ca_research.article.gravity_residual import (
    Samples,
    by_choices,
    every_place,
    finding,
    in_words,
    placebo_table,
    rank_p,
    ranked_strips,
    residual,
    residual_p,
    residuals,
    samples_of,
    strips_of,
)
from ca_research.article.settings import settings
from ca_research.estimates.frame import estimates
from ca_research.estimates.measures import rows_of
from ca_research.ground.economies import CA5, name_of
from ca_research.ground.errors import CoverageError, UnknownNameError
from ca_research.trade import gravity, panel, reassign, treated_pairs
from ca_research.trade.gravity_reassign import CHANGE, GEOGRAPHY, LEVEL

CODES = ("CHN", "RUS", "TUR", "USA", "DEU", "FRA", "IND", "JPN", *CA5)


def handed(measure, *tables, **given) -> pd.DataFrame:
    """A measure with its parts, as a claim calls it."""
    return estimates(rows_of(measure)(*tables, **given))


def trade(lift: float = 0.0, later: float = 0.0, zero: float = 0.0) -> pd.DataFrame:
    """Made-up exports of 2008, 2012 and 2016; China's to the five lifted throughout or after 2013
    (log points).
    """
    rng = np.random.default_rng(11)
    size = dict(zip(CODES, rng.normal(12, 1, len(CODES)), strict=True))
    rows = []
    for e in CODES:
        for i in CODES:
            if e == i:
                continue
            pair = rng.normal(0, 0.5)
            for year in (2008, 2012, 2016):
                up = (lift + later * (year > 2013)) * (e == "CHN" and i in CA5)
                value = np.exp(size[e] + size[i] - 8 + pair + up + rng.normal(0, 0.2))
                rows.append((e, i, year, 0.0 if rng.random() < zero else value))
    frame = pd.DataFrame(rows, columns=["reporter", "partner", "year", "value_usd"])
    return frame.assign(flow="export", product="TOTAL", valuation="fob", source_id="PENPPML")


def geography() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    rows = pd.DataFrame(
        [(o, d) for o in CODES for d in CODES if o != d], columns=["origin", "destination"]
    )
    far = rng.uniform(500, 9000, len(rows))
    return rows.assign(
        distance_km=far,
        contiguous=rng.random(len(rows)) < 0.3,
        common_language=rng.random(len(rows)) < 0.3,
        source_id="G",
    )


def both(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    merged = table.merge(other, on="economy", suffixes=("", "_full")).dropna(
        subset=["estimate", "estimate_full"]
    )
    assert len(merged) > 5
    return merged


@pytest.mark.parametrize("question", ["level", "change"])
@pytest.mark.parametrize("direction", ["exports", "imports", "both"])
def test_least_squares_equals_full_estimation(question, direction):
    """Frisch, Waugh and Lovell: the coefficient off one residual is that of the whole
    regression.
    """
    made = panel(trade(0.3, 0.4, zero=0.05), geography())
    table = placebo_table(made, question=question, direction=direction, estimator="ols")
    full = reassign(
        made,
        "CHN",
        CA5,
        direction=direction,
        since=2014 if question == "change" else None,
        estimator="ols",
    ).table
    merged = both(table, full)
    assert merged["estimate"].to_numpy() == pytest.approx(
        merged["estimate_full"].to_numpy(), abs=1e-6
    )
    assert set(table.loc[table["estimate"].isna(), "economy"]) == set(
        full.loc[full["estimate"].isna(), "economy"]
    )


@pytest.mark.parametrize("question", ["level", "change"])
def test_one_step_of_ppml_orders_economies_like_full_estimation(question):
    made = panel(trade(0.3, 0.4, zero=0.05), geography())
    merged = both(
        placebo_table(made, question=question),
        reassign(made, "CHN", CA5, since=2014 if question == "change" else None).table,
    )
    assert merged["estimate"].corr(merged["estimate_full"], method="spearman") > 0.95
    near = merged[merged["estimate_full"].abs() < 0.15]  # the step is right to first order
    assert len(near) and near["estimate"].to_numpy() == pytest.approx(
        near["estimate_full"].to_numpy(), abs=0.05
    )


@pytest.mark.parametrize("lift", [-3.0, 0.3, 8.0])
@pytest.mark.parametrize("direction", ["exports", "both"])
def test_its_coefficient_is_that_of_full_estimation(direction, lift):
    """Also where the model without China's term is far off."""
    made, where = trade(lift, 0.4, zero=0.05), geography()
    found = residuals(
        samples_of(made, where), direction=direction, estimator="ppml", country="none"
    )
    for question, since in (("level", None), ("change", 2014)):
        rows = found[(found["question"] == question) & (found["years"] == "all")]
        full = reassign(panel(made, where), "CHN", CA5, direction=direction, since=since)
        assert rows["estimate"].item() == pytest.approx(full.estimate, abs=1e-6)


def test_a_lift_puts_china_first_and_its_p_is_the_least():
    made = residuals(
        samples_of(trade(lift=2.0), geography()),
        question="level",
        direction="exports",
        estimator="ppml",
        years="all",
        country="none",
    ).iloc[0]
    assert made["rank"] == 1 and made["p"] == pytest.approx(1 / made["among"])
    assert made["estimate"] > 1
    later = residuals(
        samples_of(trade(later=1.5), geography()),
        question="change",
        direction="exports",
        estimator="ppml",
        years="all",
        country="none",
    ).iloc[0]
    assert later["rank"] == 1 and later["estimate"] == pytest.approx(1.5, abs=0.5)


def test_a_cut_puts_china_last():
    made = residuals(
        samples_of(trade(lift=-2.0), geography()),
        question="level",
        direction="exports",
        estimator="ppml",
        years="all",
        country="none",
    ).iloc[0]
    assert made["p"] == 1.0


def test_the_universe_holds_every_choice_once_with_each_economy_left_out():
    fits = residuals(samples_of(trade(), geography()))
    choices = ["question", "direction", "estimator", "years", "country"]
    assert len(fits) == (12 + 12 + 6) * (1 + len(CA5)) and not fits.duplicated(choices).any()
    filled = fits[
        fits["path"] != ""
    ]  # data paths: direction, years and who is left out; not the estimator
    per = filled.groupby(["direction", "years", "country"])["path"].nunique()
    assert per.eq(1).all() and filled["path"].nunique() == len(per)


@pytest.mark.parametrize("estimator", ["ppml", "ols"])
@pytest.mark.parametrize("question", ["level", "change"])
def test_the_residual_is_the_coefficient_of_the_whole_model(question, estimator):
    made = panel(trade(0.3, 0.4, zero=0.05), geography())
    five = [e for e in CA5 if e != "KAZ"]
    term = treated_pairs(made, "CHN", five, since=2014 if question == "change" else None)
    terms, effects = (("china", *GEOGRAPHY), LEVEL) if question == "level" else (("china",), CHANGE)
    fit = gravity(made.assign(china=term), terms, effects=effects, estimator=estimator)
    row = residuals(
        samples_of(trade(0.3, 0.4, zero=0.05), geography()),
        question=question,
        direction="exports",
        estimator=estimator,
        years="all",
        country="KAZ",
    ).iloc[0]
    assert row["estimate"] == pytest.approx(fit.coefficient("china")["estimate"], abs=1e-6)


def test_an_economy_that_is_left_out_takes_nobodys_place():
    made = residuals(
        samples_of(trade(), geography()),
        question="level",
        direction="both",
        estimator="ols",
        years="all",
    )
    assert set(made["among"]) == {len(CODES) - len(CA5)}


def test_measures_read_the_fits_they_are_given():
    fits = residuals(
        samples_of(trade(), geography()),
        direction="exports",
        estimator="ols",
        years="all",
        country="none",
    )
    nothing = pd.DataFrame()
    for question in ("level", "change"):
        row = fits[fits["question"] == question].iloc[0]
        choices = {"question": question, "direction": "exports", "estimator": "ols"}
        choices["fitted"] = by_choices(fits)
        assert handed(residual, nothing, nothing, **choices)["estimate"].tolist() == [
            row["estimate"]
        ]
        assert handed(residual_p, nothing, nothing, **choices)["estimate"].tolist() == [row["p"]]
    with pytest.raises(CoverageError):
        handed(residual, nothing, nothing, direction="both", fitted=by_choices(fits))


def test_oil_exporters_are_not_in_the_panel():
    rows = trade()
    extra = rows[rows["reporter"] == "RUS"].assign(
        reporter=settings().oil_exporters[0], value_usd=1e30
    )
    near = geography()
    far = near[near["origin"] == "RUS"].assign(origin=settings().oil_exporters[0])
    choices = {
        "question": "level",
        "direction": "exports",
        "estimator": "ols",
        "years": "all",
        "country": "none",
    }
    one = residuals(samples_of(rows, near), **choices)["estimate"].iloc[0]
    two = residuals(samples_of(pd.concat([rows, extra]), pd.concat([near, far])), **choices)[
        "estimate"
    ].iloc[0]
    assert one == pytest.approx(two)


def test_partners_have_names():
    made = panel(trade(), geography())
    names = [name_of(code) for code in CA5]
    code, name = (placebo_table(made, side) for side in (CA5, names))
    assert code["estimate"].notna().any() and code["estimate"].equals(name["estimate"])
    with pytest.raises(UnknownNameError):
        every_place(Samples(made), ["KZA"])


def test_too_few_pairs_are_a_reason():
    made = panel(trade(), geography())
    few = made[~((made["exporter"] == "RUS") & made["importer"].isin(CA5[:3]))]
    row = placebo_table(few).set_index("economy").loc["RUS"]
    assert pd.isna(row["estimate"]) and row["missing"] == "only 2 of the pairs trade"


def test_a_rank_counts_the_economy_itself():
    table = pd.DataFrame(
        {"economy": ["RUS", "CHN", "TUR", "USA"], "estimate": [3.0, 2.0, 1.0, np.nan]}
    )
    assert rank_p(table) == pytest.approx(2 / 3)
    assert rank_p(table, pool="outside") == pytest.approx(1 / 2)  # Russia takes nobody's place
    with pytest.raises(CoverageError):
        rank_p(table, "USA")
    with pytest.raises(UnknownNameError):
        rank_p(table, pool="inside")


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": "why"},
        {"direction": "up"},
        {"estimator": "gmm"},
        {"years": "most"},
        {"country": "RUS"},
        {"country": "Kasakhstan"},
    ],
)
def test_unknown_choices_are_refused(wrong):
    with pytest.raises(UnknownNameError):
        residuals(samples_of(trade(), geography()), **wrong)


def test_an_economy_left_out_is_known_by_its_names():
    samples = samples_of(trade(), geography())
    choices = {"question": "level", "direction": "exports", "estimator": "ols", "years": "all"}
    code, name = (residuals(samples, country=c, **choices) for c in ("KAZ", "Kazakhstan"))
    assert name["country"].tolist() == ["KAZ"]
    assert name["estimate"].tolist() == code["estimate"].tolist()


# Every exporter in China's place, as a picture


@pytest.fixture(scope="module")
def made():
    return panel(trade(lift=2.0), geography())


def test_every_place_is_each_table_of_placebos(made):
    places = every_place(Samples(made))
    for question, years, estimator, direction in (
        ("controlled", "all", "ppml", "exports"),
        ("change", "all", "ols", "both"),
    ):
        asked = {"question": question, "estimator": estimator, "direction": direction}
        one = places[(places[list(asked)] == pd.Series(asked)).all(axis=1)]
        one = one[one["years"] == years].set_index("economy")
        table = placebo_table(made, **asked).set_index("economy")
        pd.testing.assert_series_equal(one["estimate"], table["estimate"])
        known = table["estimate"].dropna()
        assert one["place"].dropna().astype(int).to_dict() == (
            known.rank(ascending=False).astype(int).to_dict()
        )
        assert set(one["among"]) == {len(known)}


def test_strips_and_title_say_the_place(made):
    places = every_place(Samples(made))
    tables = strips_of(places, direction="exports")
    count = placebo_table(made, question="controlled")["estimate"].notna().sum()
    assert next(iter(tables)) == f"Level, all years: China is number 1 of {count}"
    unexplained = "by what size and distance leave unexplained"
    assert f"are number 1 of {count} {unexplained} and number" in finding(places, "ppml")
    nobody = places.assign(place=pd.NA)
    assert strips_of(nobody, direction="exports") == {}
    assert "no place" in finding(nobody, "ppml")


def test_a_strip_names_whom_it_is_asked_to_and_shades_one_in_twenty():
    codes = ["CHN", "RUS", "USA", *(f"X{i:02}" for i in range(37))]
    table = pd.DataFrame({"economy": codes, "estimate": np.linspace(2, -1, 40)})
    figure = ranked_strips({"Finding": table}, named=["CHN", "RUS", "USA"])
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.texts] == ["China 1", "Russia 2", "United States 3"]
    pen = figure.canvas.get_renderer()
    boxes = [t.get_window_extent(pen) for t in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    shaded = ax.patches[0]
    assert (shaded.get_x(), shaded.get_width()) == (0.5, 2)  # two of forty


def test_what_was_found_is_told_in_words_and_nothing_is_told_of_no_place():
    columns = ["question", "direction", "estimate", "rank", "among"]
    found = [("change", "exports", 0.446, 3.0, 60.0), ("controlled", "both", None, None, None)]
    told = in_words(pd.DataFrame(found, columns=columns))
    assert told["asked"].tolist() == [
        "change after 2013",
        "level, beside other former Soviet pairs",
    ]
    assert told["flow"].tolist() == ["exports", "exports and imports"]
    assert told["place"].tolist() == ["3 of 60", ""]
    assert in_words(pd.DataFrame(found[:0], columns=columns)).empty
