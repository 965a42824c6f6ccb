"""Tables for a paper: the numbers are those of the models, in every form they are written in."""

from operator import attrgetter

import docx
import maketables
import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.stats import poisson
from tests.designs import cases, event_study, pairs, repeated, staggered

import ca_research as ca
from ca_research.ground import errors
from ca_research.ground.errors import UsageError
from ca_research.ground.numbers import decimals
from ca_research.paper import regression_table, summary_table

ODD = "R&D_50% <b>"
"""A label that LaTeX and HTML would both misread."""
TERMS = ["log_distance", "contiguous"]


@pytest.fixture(scope="module")
def panel():
    """Invented trade of nine economies in three years, with a distance and a border."""
    rng, rows = np.random.default_rng(3), pairs(years=(2012, 2016, 2020))
    rows["log_distance"] = rng.normal(8, 1, len(rows))
    rows["contiguous"] = (rng.random(len(rows)) < 0.3) * 1.0
    rows["value_usd"] = np.exp(18 - rows["log_distance"]) * rng.gamma(2, 0.5, len(rows))
    rows = rows.assign(sources=[("CEPII_GRAVITY_V202211_BACI",)] * len(rows), source_id="PENPPML")
    rows["log_value"], rows["pair"] = np.log(rows["value_usd"]), rows["exporter"] + rows["importer"]
    rows["near"], rows["weight"] = (rows["log_distance"] < 8) * 1, 2.0
    return rows


@pytest.fixture(scope="module")
def models(panel):
    ols = smf.ols("log_value ~ log_distance + contiguous", panel)
    effects = "exporter^year + importer^year"
    formula = f"value_usd ~ log_distance + contiguous | {effects}"
    return {
        "PPML": ca.trade.gravity(panel, TERMS),
        "two ways": ca.trade.gravity(panel, TERMS[:1], cluster="exporter+importer"),
        "pyfixest": pf.fepois(formula, panel, vcov={"CRV1": "pair"}),
        "least squares": ols.fit(cov_type="cluster", cov_kwds={"groups": panel["pair"]}),
        "GLM": smf.glm("contiguous ~ log_distance", panel).fit(),
    }


@pytest.fixture(scope="module")
def table(models):
    return regression_table(models, labels={"log_distance": ODD}, caption="A & B", stars=True)


def numbers_of(model):
    """Terms with estimate and error, by the model's own account."""
    if isinstance(model, ca.trade.Gravity):
        found = model.table.set_index("term")
        return found["estimate"], found["se"]
    return (model.params, model.bse) if hasattr(model, "params") else (model.coef(), model.se())


def test_estimates_and_errors_are_those_of_the_models(models, table):
    cells = table.to_frame().loc["terms"].droplevel(0, axis=1)
    words = {"log_distance": ODD, "contiguous": "common border", "Intercept": "Constant"}
    for name, model in models.items():
        estimates, errors = numbers_of(model)
        for term in estimates.index:
            row = list(cells.index).index(words.get(term, term))
            value, error = cells[name].iloc[row : row + 2]
            assert value.rstrip("*").replace("−", "-") == decimals(estimates[term], 3)
            assert error == f"({decimals(errors[term], 3)})"
        assert sum(map(bool, cells[name])) == 2 * len(estimates)


def test_pseudo_r2_is_that_of_the_likelihoods(panel):
    """Of Poisson, with the factorials: McFadden (1974)."""
    fit = ca.trade.gravity(panel.assign(value_usd=panel["value_usd"].round()), TERMS)
    y, mean = fit._sample.y, np.exp(fit._predictor)
    likelihoods = [poisson.logpmf(y, m).sum() for m in (mean, y.mean())]
    assert fit.r2 == pytest.approx(1 - likelihoods[0] / likelihoods[1], rel=1e-6)


def lines_of(table):
    cells = table.to_frame()
    return [[label, *row] for (_, label), row in zip(cells.index, cells.values, strict=True)]


def test_word_has_the_same_cells(table, tmp_path):
    table.save(tmp_path / "table.docx")
    document = docx.Document(str(tmp_path / "table.docx"))
    (read,) = document.tables
    _, heads, *rows, notes = [[cell.text for cell in row.cells] for row in read.rows]
    assert rows == lines_of(table)
    assert heads == ["", *table.to_frame().columns.get_level_values(1)]
    assert set(notes) == {"\n".join(table.notes)}


def test_latex_has_the_same_cells_escaped_no_wider_than_the_text(table, tmp_path, snapshot):
    table.save(tmp_path / "table.tex")
    assert (tmp_path / "table.tex").read_text() == snapshot


def test_html_has_the_same_cells_and_no_markup_of_a_label(table, tmp_path):
    table.save(tmp_path / "table.html")
    (read,) = pd.read_html(tmp_path / "table.html", keep_default_na=False)
    assert read.astype(str).head(len(table.to_frame())).values.tolist() == lines_of(table)
    assert "<b>" not in table.to_html()


def test_a_table_is_cited_by_its_sources_and_not_if_the_origin_of_a_model_is_lost(
    models, table, panel
):
    sources = ["PENPPML", "CEPII_GRAVITY_V202211_BACI"]
    assert ca.cite(table) == ca.cite(sources) == ca.cite(models["PPML"])
    bare = pf.feols("log_value ~ log_distance", panel[["log_value", "log_distance"]])
    with pytest.raises(UsageError):
        ca.cite(regression_table({"ours": models["PPML"], "bare": bare}))
    assert ca.cite(regression_table([bare], data=panel)) == ca.cite(sources)
    own = regression_table([bare], data=panel.assign(source_id="MINE"))
    assert "MINE" in own.notes[-1]


def test_models_of_many_kinds_stand_beside_each_other(panel, snapshot):
    """Not estimated, dropped, an outcome in logs, of arrays, an event study."""
    twice, x = panel.eval("again = log_distance * 2"), panel[["log_distance"]].to_numpy()
    arrays = sm.OLS(panel["log_value"].to_numpy(), sm.add_constant(x)).fit(cov_type="HC3")
    models = {
        "ours": ca.trade.gravity(twice, ["log_distance", "again"]),
        "theirs": pf.feols("log_value ~ log_distance + again", twice),
        "logs": ca.trade.gravity(panel, TERMS, estimator="ols"),
        "formula": smf.ols("np.log(value_usd) ~ log_distance", panel).fit(),
        "arrays": arrays,
        "study": event_study(staggered()),
    }
    labels = {"x1": "Distance", "log_distance": "Distance", "value_usd": "Trade"}
    made = regression_table(models, labels=labels, data="WTO_HSM")
    assert made.to_frame().to_csv() == snapshot
    assert ca.cite(regression_table([models["study"]])).startswith("[WTO_HSM]")


def test_a_model_alone_and_several_in_one_object_are_columns(panel):
    for formula, columns in {"log_distance": 1, "sw(log_distance, contiguous)": 2}.items():
        fitted = pf.feols(f"log_value ~ {formula}", panel)
        assert regression_table(fitted).cells.shape[1] == columns


def test_maketables_takes_a_model_of_gravity_in_a_table_of_its_own(models):
    made = maketables.ETable([models["PPML"], models["pyfixest"]]).df.astype(str)
    assert made.iloc[0, 0] == made.iloc[0, 1]


MODELS = cases(__file__, "paper_models")


@pytest.mark.parametrize("case", MODELS, ids=lambda c: f"{c['estimator']}, {c['errors']}")
def test_estimator_and_errors_are_told(case, panel):
    """The estimator only where it is not least squares in all columns."""
    names = {"pf": pf, "sm": sm, "smf": smf, "d": panel}
    least, model = (eval(one["fit"], names) for one in (MODELS[0], case))
    rows = regression_table([least, model], data="WTO_HSM").to_frame().droplevel(0)
    assert rows.loc["Standard errors"].tolist() == ["classical", case["errors"]]
    told = rows.loc["Estimator"].tolist() if "Estimator" in rows.index else ["OLS", "OLS"]
    assert told == ["OLS", case["estimator"]]
    assert rows.loc["Observations"].iloc[1] == str(case.get("rows", len(panel)))


REFUSED = cases(__file__, "paper_refused")
FRAMES = ["UsageError", {"models": [pd.DataFrame()]}]


@pytest.mark.parametrize(("error", "options"), [*REFUSED["models"], FRAMES])
def test_what_is_no_table_is_refused(error, options, models):
    with pytest.raises(getattr(errors, error)):
        regression_table(**{"models": models} | options)


def test_terms_can_be_chosen_and_estimates_for_each_outcome_are_refused(models, panel):
    made = regression_table(models, keep=["contiguous"])
    assert made.to_frame().loc["terms"].index.tolist() == ["common border", ""]
    kinds = panel.assign(kind=pd.qcut(panel["log_value"], 3, labels=False))
    with pytest.raises(UsageError):
        regression_table([smf.mnlogit("kind ~ log_distance", kinds).fit(disp=0)])


# summaries


@pytest.mark.parametrize("case", cases(__file__, "paper_summaries"), ids=lambda c: c["case"])
def test_a_summary_says_what_lies_in_each_column(case):
    length = max(len(v) for v in case["frame"].values() if isinstance(v, list))
    frame = repeated(pd.DataFrame(index=range(length)), case["frame"]).convert_dtypes()
    if "day" in frame:
        frame["day"] = pd.to_datetime(frame["day"])
        frame["length"] = frame["day"] - frame["day"].min()
    made = summary_table(frame, data="WTO_HSM", **case.get("options", {}))
    cells = made.to_frame().droplevel(0)
    assert set(cells.index) - {"a", "b", ""} == set(case["cells"])
    for label, expected in case["cells"].items():
        assert expected.items() <= cells.loc[[label]].iloc[-1].to_dict().items()


@pytest.mark.parametrize(("error", "columns", "asked"), REFUSED["summaries"])
def test_what_has_no_mean_is_refused(error, columns, asked):
    with pytest.raises(getattr(errors, error)):
        summary_table(pd.DataFrame(columns, index=range(2)), asked)


def test_a_summary_by_groups_is_cited():
    rows = ca.load("macro", indicator="SP.POP.TOTL", economy=["KAZ", "KGZ"], source="DATASETS_POP")
    made = summary_table(rows, ["value"], by="economy")
    known = rows.loc[rows["economy"] == "KAZ", "value"]
    row, *_ = lines_of(made)
    assert (row[1], row[-1]) == (str(known.notna().sum()), f"{known.max():,.0f}")
    assert ca.cite(made).startswith("[DATASETS_POP]")


# any frame


@pytest.mark.parametrize("case", cases(__file__, "paper_tables"), ids=lambda c: c["case"])
def test_a_table_of_a_frame_has_names_units_and_what_its_rows_have_in_common(case, tmp_path):
    frame = pd.DataFrame(case["frame"]).assign(source_id="KGZ_NSC")
    if measure := case.get("measure"):
        frame = attrgetter(measure)(ca)(frame)
    made = ca.paper.table(frame, **case.get("options", {}))
    heads = [[*h] if isinstance(h, tuple) else h for h in made.to_frame().columns]
    assert heads == case["heads"]
    assert lines_of(made) == case["rows"]
    assert made.caption == case.get("caption", made.caption)
    assert [made.notes[:-1], made.sources] == [tuple(case.get("notes", ())), ("KGZ_NSC",)]
    for ending in ("tex", "docx", "html"):
        made.save(tmp_path / f"table.{ending}")
