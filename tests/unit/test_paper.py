"""Tables for a paper: the numbers are those of the models, in every form they are written in."""

import re

import docx
import maketables
import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

import ca_research as ca
from ca_research.ground.errors import MixedUnitsError, UnknownNameError, UsageError
from ca_research.ground.numbers import decimals
from ca_research.paper import regression_table, summary_table

ODD = "R&D_50% <b>"
"""A label that LaTeX and HTML would both misread."""


@pytest.fixture(scope="module")
def panel():
    """Invented trade of eight economies in three years, with a distance and a border."""
    rng, codes = np.random.default_rng(3), ["CHN", "RUS", "TUR", "KAZ", "UZB", "DEU", "IND", "IRN"]
    pairs = [(a, b, y) for a in codes for b in codes if a != b for y in (2012, 2016, 2020)]
    rows = pd.DataFrame(pairs, columns=["exporter", "importer", "year"])
    rows["log_distance"] = rng.normal(8, 1, len(rows))
    rows["contiguous"] = (rng.random(len(rows)) < 0.3).astype(float)
    rows["value_usd"] = np.exp(18 - rows["log_distance"]) * rng.gamma(2, 0.5, len(rows))
    rows["sources"] = [("CEPII_GRAVITY_V202211_BACI",)] * len(rows)
    return rows.assign(source_id="PENPPML", log_value=np.log(rows["value_usd"]))


@pytest.fixture(scope="module")
def models(panel):
    terms = "log_distance + contiguous"
    effects = "exporter^year + importer^year"
    pair = panel["exporter"] + panel["importer"]
    frame = panel.assign(pair=pair)
    return {
        "PPML": ca.trade.gravity(panel, ["log_distance", "contiguous"]),
        "two ways": ca.trade.gravity(panel, ["log_distance"], cluster="exporter+importer"),
        "pyfixest": pf.fepois(f"value_usd ~ {terms} | {effects}", frame, vcov={"CRV1": "pair"}),
        "least squares": smf.ols(f"log_value ~ {terms}", frame).fit(
            cov_type="cluster", cov_kwds={"groups": frame["pair"]}
        ),
        "GLM": smf.glm("contiguous ~ log_distance", frame).fit(),
    }


@pytest.fixture(scope="module")
def table(models):
    return regression_table(models, labels={"log_distance": ODD}, caption="A & B", stars=True)


def numbers_of(model):
    """Terms with estimate and error, by the model's own account."""
    if isinstance(model, ca.trade.Gravity):
        found = model.table.set_index("term")
        return found["estimate"], found["se"]
    if hasattr(model, "params"):
        return model.params, model.bse
    return model.coef(), model.se()


def test_estimates_and_errors_are_those_of_the_models(models, table):
    cells = table.to_frame().loc["terms"]
    for name, model in models.items():
        column = cells.xs(name, axis=1, level=1).iloc[:, 0]
        at = list(column.index)
        estimates, errors = numbers_of(model)
        for term in estimates.index:
            label = {"log_distance": ODD, "Intercept": "Constant"}.get(term, term)
            row = at.index(label)
            value = column.iloc[row].rstrip("*").replace("−", "-")
            assert value == decimals(estimates[term], 3)
            assert column.iloc[row + 1] == f"({decimals(errors[term], 3)})"
        assert sum(map(bool, column)) == 2 * len(estimates)


def test_below_the_estimates_stands_what_the_models_are(models, table):
    cells = table.to_frame().droplevel(0).droplevel(0, axis=1)
    at = cells.loc
    assert at["Fixed effects: exporter-year"].tolist() == ["yes", "yes", "yes", "no", "no"]
    assert (
        at["Standard errors"].tolist()
        == [
            "clustered by pair",
            "clustered by exporter and importer",
            "clustered by pair",
            "clustered by pair",
            "classical",
        ]
        or at["Standard errors"].iloc[3] == "clustered"
    )
    assert at["Clusters"].tolist() == ["56", "8", "56", "56", ""]
    assert at["Observations"].tolist() == ["168"] * 5
    ppml, ols = models["pyfixest"], models["least squares"]
    assert at["Pseudo R²", "PPML"] == at["Pseudo R²", "pyfixest"] == f"{ppml._pseudo_r2:.3f}"
    assert at["R²", "least squares"] == f"{ols.rsquared:.3f}" and at["R²", "PPML"] == ""
    glm = models["GLM"]
    assert at["Pseudo R²", "GLM"] == decimals(1 - glm.llf / glm.llnull, 3)


def test_pseudo_r2_is_that_of_the_likelihoods(panel, models):
    """Of Poisson, with the factorials: McFadden (1974)."""
    from scipy.stats import poisson

    fit, y = models["PPML"], panel["value_usd"]
    whole, scale = y.round(), float(y.mean())
    assert len(whole) == fit.n and scale > 0
    again = ca.trade.gravity(panel.assign(value_usd=whole), ["log_distance", "contiguous"])
    expected = 1 - (
        poisson.logpmf(again._sample.y, np.exp(again._predictor)).sum()
        / poisson.logpmf(again._sample.y, again._sample.y.mean()).sum()
    )
    assert again.r2 == pytest.approx(expected, rel=1e-6)
    logs = ca.trade.gravity(panel, ["log_distance"], estimator="ols")
    left = logs._sample.y - logs._predictor
    assert logs.r2 == pytest.approx(1 - left.var() / logs._sample.y.var(), rel=1e-6)


def test_word_has_the_same_cells(table, tmp_path):
    table.save(tmp_path / "table.docx")
    read = docx.Document(str(tmp_path / "table.docx"))
    rows = [[cell.text for cell in row.cells] for row in read.tables[0].rows]
    cells = table.to_frame()
    assert rows[2:] == [
        [label, *row] for (_, label), row in zip(cells.index, cells.values, strict=True)
    ]
    assert rows[1] == ["", *cells.columns.get_level_values(1)]
    assert rows[0] == ["", *cells.columns.get_level_values(0)]
    texts = [paragraph.text for paragraph in read.paragraphs]
    assert texts[0].endswith(": A & B") and texts[1:] == list(table.notes)
    first, *others = (column.width for column in read.tables[0].columns)
    assert first > 1.5 * max(others), "the labels have more room than the numbers"
    assert 'w:instr="SEQ Table' in read.paragraphs[0]._p.xml


def in_one_line(broken):
    """A cell of LaTeX that is broken into lines, in one."""
    return broken[1].replace(r"\\", " ")


def test_latex_has_the_same_cells_with_its_special_characters_escaped(table, tmp_path):
    table.save(tmp_path / "table.tex")
    text = (tmp_path / "table.tex").read_text(encoding="utf-8")
    assert r"\ifdim\wd0>\linewidth\resizebox{\linewidth}" in text, "no wider than the text"
    assert "clustered by\\\\" in text, "a long cell is broken"
    text = re.sub(r"\\begin\{tabular\}\[.*?@\{\}\}(.*?)\\end\{tabular\}", in_one_line, text)
    assert text.count(r"\midrule") == 3 and r"\caption{A \& B}" in text
    lines = text.splitlines()
    body = lines[lines.index(r"\toprule") + 1 : lines.index(r"\bottomrule")]
    rows = [line.removesuffix(r" \\").split(" & ") for line in body if "midrule" not in line][2:]
    cells = table.to_frame()
    assert len(rows) == len(cells) and {len(row) for row in rows} == {6}
    signs = {
        "$-$": "−",
        "$^2$": "²",
        "$<$": "<",
        "$>$": ">",
        r"\_": "_",
        r"\%": "%",
        r"\&": "&",
        "--": "–",
    }
    back = [
        [re.sub("|".join(map(re.escape, signs)), lambda h: signs[h[0]], c).strip() for c in row]
        for row in rows
    ]
    assert back == [
        [label, *row] for (_, label), row in zip(cells.index, cells.values, strict=True)
    ]
    assert r"R\&D\_50\% $<$b$>$" in text and "<b>" not in text


def test_html_has_the_same_cells_and_no_markup_of_a_label(table, tmp_path):
    table.save(tmp_path / "table.html")
    text = (tmp_path / "table.html").read_text(encoding="utf-8")
    (read,) = pd.read_html(tmp_path / "table.html", keep_default_na=False)
    cells = table.to_frame()
    shown = read.astype(str).iloc[: len(cells)]
    assert shown.iloc[:, 1:].values.tolist() == cells.values.tolist()
    assert shown.iloc[:, 0].tolist() == [label for _, label in cells.index]
    assert "<b>" not in text and "R&amp;D_50% &lt;b&gt;" in text
    assert text == table.to_html(), "the same bytes for the same table"


def test_the_notes_name_the_sources_of_the_frames(models, table, panel):
    known = ca.registry.sources()
    last = table.notes[-1]
    assert known["PENPPML"].citation.rstrip(". ") in last
    assert known["CEPII_GRAVITY_V202211_BACI"].citation.rstrip(". ") in last
    assert ca.cite(table) == ca.cite(["PENPPML", "CEPII_GRAVITY_V202211_BACI"])
    assert ca.cite(models["PPML"]) == ca.cite(table)


def test_a_model_whose_origin_is_lost_is_named_and_not_cited(models, panel):
    bare = pf.feols("log_value ~ log_distance", panel[["log_value", "log_distance"]])
    lost = regression_table({"ours": models["PPML"], "bare": bare})
    assert lost.notes[-1].endswith("Not stated for bare.")
    with pytest.raises(UsageError, match=r"no source is known of bare(.|\n)*data="):
        ca.cite(lost)
    told = regression_table([bare], data=panel)
    assert ca.cite(told) == ca.cite(["PENPPML", "CEPII_GRAVITY_V202211_BACI"])


def test_a_term_that_cannot_be_estimated_is_a_dash_with_its_reason(panel):
    twice = panel.assign(again=panel["log_distance"] * 2)
    made = regression_table([ca.trade.gravity(twice, ["log_distance", "again"])])
    assert made.to_frame().loc["terms"].loc["again"].iloc[0] == "–"
    assert any(note.startswith("–: cannot be told") for note in made.notes)


def test_terms_can_be_chosen_and_an_unknown_one_is_refused(models):
    made = regression_table(models, keep=["contiguous"])
    assert made.to_frame().loc["terms"].index.tolist() == ["contiguous", ""]
    with pytest.raises(UnknownNameError, match="contiguus"):
        regression_table(models, keep=["contiguus"])
    with pytest.raises(UsageError, match="no model"):
        regression_table([])
    with pytest.raises(UsageError, match="DataFrame is no model"):
        regression_table([pd.DataFrame()])
    with pytest.raises(UsageError, match=r"\.html, \.tex, \.docx"):
        made.save("table.pdf")


def test_one_label_for_two_terms_of_a_model_is_refused(models):
    both = {"log_distance": "Costs", "contiguous": "Costs"}
    with pytest.raises(UsageError, match="'Costs' would stand for log_distance and contiguous"):
        regression_table(models, labels=both)


def test_an_outcome_in_logs_has_the_word_of_its_level(panel):
    ours = ca.trade.gravity(panel, ["log_distance"], estimator="ols")
    theirs = smf.ols("np.log(value_usd) ~ log_distance", panel).fit()
    made = regression_table([ours, theirs], labels={"value_usd": "Trade"})
    assert set(made.to_frame().columns.get_level_values(0)) == {"log(Trade)"}


def test_a_model_of_arrays_and_each_kind_of_error_are_told(panel):
    y, x = panel["log_value"].to_numpy(), panel[["log_distance"]].to_numpy()
    arrays = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3")
    robust = pf.feols("log_value ~ log_distance", panel, vcov="HC2")
    made = regression_table([arrays, robust], labels={"x1": "Distance", "log_distance": "Distance"})
    cells = made.to_frame().droplevel(0)
    assert cells.loc["Standard errors"].tolist() == ["HC3", "HC2"]
    assert cells.index[:4].tolist() == ["Distance", "", "Constant", ""]
    assert cells.iloc[0].str.replace("−", "-").astype(float).tolist() == pytest.approx(
        [arrays.params[1], robust.coef()["log_distance"]], abs=5e-4
    )
    own = regression_table([arrays], data=panel.assign(source_id="MINE"))
    assert "MINE" in own.notes[-1]


def test_an_event_study_stands_beside_others():
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "from"]).assign(source_id="WTO_HSM")
    frame["y"] = np.random.default_rng(2).normal(size=len(frame)) + (frame["year"] >= frame["from"])
    names = {"unit": "unit", "time": "year", "outcome": "y", "first": "from"}
    fit = ca.stats.event_study(frame, **names)
    made = regression_table([fit], digits=4)
    column = made.to_frame().droplevel(0).iloc[:, 0]
    assert column["all treated periods"] == f"{fit.att['estimate']:.4f}"
    first = fit.table.iloc[0]
    label = f"event time {int(first['event_time'])}"
    assert column[label].replace("−", "-") == f"{first['estimate']:.4f}"
    assert column["Standard errors"] == "clustered by unit"
    assert column["Estimator"] == "two-stage"
    assert column["Clusters"] == "14" and ca.cite(made).startswith("[WTO_HSM]")


def test_maketables_takes_a_model_of_gravity_in_a_table_of_its_own(models):
    made = maketables.ETable([models["PPML"], models["pyfixest"]]).df
    ours, theirs = (made.iloc[:, n].map(str) for n in (0, 1))
    assert ours.iloc[0] == theirs.iloc[0] and ours["stats"].iloc[0] == "168"


def design(*models):
    """What a table says of how models were estimated: estimator and errors of each."""
    rows = regression_table(list(models), data="WTO_HSM").to_frame().droplevel(0)
    none = [None] * len(models)
    names = rows.loc["Estimator"].tolist() if "Estimator" in rows.index else none
    return list(zip(names, rows.loc["Standard errors"].tolist(), strict=True))


def test_the_estimator_is_told_where_it_is_not_least_squares_in_all_columns(panel):
    rows = panel.assign(near=(panel["log_distance"] < 8).astype(int), weight=2.0)
    least = pf.feols("log_value ~ log_distance", rows)
    assert design(least, smf.ols("log_value ~ log_distance", rows).fit(cov_type="HC3")) == [
        (None, "classical"),
        (None, "HC3"),
    ]
    found = design(
        least,
        pf.feols("log_value ~ log_distance", rows, weights="weight"),
        pf.feols("log_value ~ 1 | log_distance ~ contiguous", rows),
        pf.fepois("value_usd ~ log_distance", rows),
        smf.wls("log_value ~ log_distance", rows, weights=rows["weight"]).fit(),
        smf.probit("near ~ log_value", rows).fit(disp=0),
        smf.glm("near ~ log_value", rows, family=sm.families.Binomial()).fit(),
    )
    assert [name for name, _ in found] == [
        "OLS",
        "weighted OLS",
        "2SLS",
        "Poisson",
        "weighted OLS",
        "probit",
        "logit",
    ]
    assert {errors for _, errors in found} == {"classical"}


def test_errors_that_a_model_does_not_state_are_no_blank(panel):
    apart = panel["log_value"] + 3 * pd.factorize(panel["exporter"])[0]
    rows = panel.assign(log_value=apart)
    mixed = smf.mixedlm("log_value ~ log_distance", rows, groups=rows["exporter"]).fit()
    assert design(mixed) == [("mixed (random effects)", "not stated")]


def test_errors_of_quantiles_are_those_that_were_asked_for(panel):
    """statsmodels calls all of them 'nonrobust'; so did the table say 'classical'."""
    model = smf.quantreg("log_value ~ log_distance", panel)
    robust, iid = (model.fit(q=0.9, vcov=kind) for kind in ("robust", "iid"))
    assert robust.bse["log_distance"] != pytest.approx(iid.bse["log_distance"], rel=1e-3)
    assert design(robust, iid) == [
        ("quantile (0.9)", "robust"),
        ("quantile (0.9)", "classical"),
    ]


def test_a_model_with_estimates_for_each_outcome_says_what_to_do(panel):
    kind = pd.qcut(panel["log_value"], 3, labels=False)
    model = smf.mnlogit("kind ~ log_distance", panel.assign(kind=kind)).fit(disp=0)
    with pytest.raises(UsageError, match=r"for each outcome(.|\n)*such as a logit"):
        regression_table([model])


# Summaries


def test_a_summary_says_what_lies_in_each_column():
    rows = pd.DataFrame({"value_usd": [1.0, 2.0, 6.0, None], "year": 2020, "source_id": "WTO_HSM"})
    cells = summary_table(rows).to_frame()
    assert cells.index.tolist() == [("", "value usd (USD)")]
    expected = {"n": "3", "missing": "1", "mean": "3", "sd": "2.65", "min": "1", "median": "2"}
    assert cells.iloc[0].to_dict() == expected | {"max": "6"}


def test_figures_of_two_units_have_rows_of_their_own_and_two_currencies_are_refused():
    rows = pd.DataFrame({"value": [1.0, 3.0, 50.0], "unit": ["t", "t", "USD"]})
    cells = summary_table(rows, data="WTO_HSM").to_frame()
    assert cells["mean"].to_dict() == {("", "value (t)"): "2", ("", "value (USD)"): "50"}
    with pytest.raises(MixedUnitsError, match="currency is EUR, USD"):
        summary_table(rows.assign(currency=["USD", "EUR", "USD"]))


def test_a_column_without_a_figure_has_dashes_and_no_noughts():
    rows = pd.DataFrame({"x": [np.nan, np.nan], "g": ["a", "b"]})
    cells = summary_table(rows, ["x"], by="g").to_frame()
    assert cells["n"].tolist() == ["0", "0"] and set(cells["mean"]) == {"–"}
    with pytest.raises(UsageError, match="no number"):
        summary_table(pd.DataFrame({"x": ["far"]}), ["x"])
    with pytest.raises(UsageError, match="no column of numbers"):
        summary_table(pd.DataFrame({"x": ["far"]}))
    with pytest.raises(UnknownNameError):
        summary_table(rows, ["y"])
    with pytest.raises(UsageError, match="no source is known of these figures"):
        ca.cite(summary_table(rows, ["x"]))


def test_a_summary_tells_large_figures_in_millions_of_their_unit():
    rows = pd.DataFrame({"value_usd": [1.5e9, 2.5e9], "source_id": "WTO_HSM"})
    cells = summary_table(rows).to_frame()
    assert cells["max"].to_dict() == {("", "value usd (million USD)"): "2,500"}
    assert cells["mean"].item() == "2,000"
    small = summary_table(rows.assign(value_usd=[1.0, 3.0])).to_frame()
    assert small["mean"].to_dict() == {("", "value usd (USD)"): "2"}


@pytest.mark.parametrize(
    ("unit", "larger"),
    [("million USD", "trillion USD"), ("thousand persons", "billion persons"), ("t", "million t")],
)
def test_a_summary_has_no_million_millions(unit, larger):
    rows = pd.DataFrame({"value": [1e9, 3e9], "unit": unit, "source_id": "WTO_HSM"})
    cells = summary_table(rows, ["value"]).to_frame()
    assert cells["mean"].to_dict() == {("", f"value ({larger})"): "2,000"}


def test_dates_lengths_of_time_and_text_have_no_mean():
    """A day was told as 1,577,836,800,000,000."""
    rows = pd.DataFrame({"day": pd.to_datetime(["2020-01-01", "2021-01-01"]), "x": [1.0, 2.0]})
    rows = rows.assign(length=rows["day"] - rows["day"][0], text=["1", "2"])
    assert summary_table(rows).to_frame().index.tolist() == [("", "x")]
    for column in ("day", "length", "text"):
        with pytest.raises(UsageError, match=f"'{column}' holds what is no number"):
            summary_table(rows, [column])


def test_the_unit_of_rows_is_that_of_their_value_alone():
    rows = pd.DataFrame({"value": [1.0, 3.0], "share": [0.1, 0.3], "unit": ["persons", None]})
    one = summary_table(rows.assign(unit="persons", value_usd=2.0)).to_frame()
    assert [row for _, row in one.index] == ["value (persons)", "share", "value usd (USD)"]
    two = summary_table(rows).to_frame()["mean"].droplevel(0)
    expected = {"value (persons)": "1", "share, rows in persons": "0.1"}
    assert two.to_dict() == expected | {"value": "3", "share, rows without a unit": "0.3"}
    alone = summary_table(rows[["share", "unit"]].assign(unit="%")).to_frame()
    assert alone.index.tolist() == [("", "share (%)")]  # the only figures that it can be of


def test_a_summary_is_written_to_word(tmp_path):
    rows = ca.load("macro", indicator="SP.POP.TOTL", economy=["KAZ", "KGZ"], source="DATASETS_POP")
    made = summary_table(rows, ["value"], by="economy", labels={"value": "Population"})
    made.save(tmp_path / "summary.docx")
    read = docx.Document(str(tmp_path / "summary.docx")).tables[0]
    known = rows.loc[rows["economy"] == "KAZ", "value"]
    assert [cell.text for cell in read.rows[1].cells] == ["KAZ"] + [""] * 7
    row = [cell.text for cell in read.rows[2].cells]
    assert row[1] == str(known.notna().sum()) and row[-1] == f"{known.max():,.0f}"
    assert ca.cite(made).startswith("[DATASETS_POP]")


def test_a_mixed_model_shows_its_coefficients_and_no_variance(panel):
    """The variance of its groups stood there as a part of the residual's, with an error of it."""
    apart = panel["log_value"] + 3 * pd.factorize(panel["exporter"])[0]
    rows = panel.assign(log_value=apart)
    model = smf.mixedlm("log_value ~ log_distance", rows, groups=rows["exporter"]).fit()
    shown = str(regression_table([model], data="WTO_HSM"))
    assert "log distance" in shown and "Var" not in shown


def test_a_term_that_pyfixest_left_out_is_a_dash_too(panel):
    """It read as if it had never been in the model."""
    rows = panel.assign(twice=2 * panel["log_distance"])
    model = pf.feols("log_value ~ log_distance + twice", rows)
    assert "twice" in str(regression_table([model], data="WTO_HSM"))


@pytest.mark.parametrize(
    "choice", [{"digits": -1}, {"digits": 2.5}, {"digits": 40}, {"digits": "3"}, {"stars": "yes"}]
)
def test_digits_and_stars_of_another_kind(models, choice):
    with pytest.raises(UsageError, match=next(iter(choice))):
        regression_table(models, **choice)


def counts() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"x": rng.normal(size=300), "times": rng.integers(1, 4, 300)})
    return rows.assign(y=rng.poisson(np.exp(0.3 * rows["x"]) * rng.gamma(2, 0.5, 300)))


def test_the_dispersion_of_counts_is_no_regressor():
    model = smf.negativebinomial("y ~ x", counts()).fit(disp=0)
    cells = regression_table([model], data="WTO_HSM").to_frame().iloc[:, 0]
    assert [row for row in cells["terms"].index if row] == ["x", "Constant"]
    assert cells["fit"]["Dispersion α"] == f"{model.params['alpha']:.3f}"
    plain = smf.ols("y ~ alpha", counts().rename(columns={"x": "alpha"})).fit()
    assert "alpha" in regression_table([plain]).to_frame().loc["terms"].index


def test_frequency_weights_count_rows_as_often_as_they_stand_for():
    rows = counts()
    family, x = sm.families.Poisson(), sm.add_constant(rows[["x"]])
    weighted = sm.GLM(rows["y"], x, family=family, freq_weights=rows["times"]).fit()
    again = rows.loc[rows.index.repeat(rows["times"])]
    written_out = sm.GLM(again["y"], sm.add_constant(again[["x"]]), family=family).fit()
    cells = regression_table([weighted, written_out], data="WTO_HSM").to_frame()
    assert cells.loc[("fit", "Observations")].tolist() == [f"{len(again):,}"] * 2
