"""What estimators and statistics refuse: a table of changed frames and options with the error of
each, and the word that it names.
"""

from functools import cache

import pandas as pd
import pytest
from tests import designs

from ca_research import investment, stats, trade
from ca_research.ground import errors

TABLE = designs.cases(__file__, "statistics_refused")


def of(made, call, *positions):
    """A call on an invented frame that a case has changed; positions come after the frame."""
    made = cache(made)

    def run(case, options):
        frame = designs.changed(made().copy(), case)
        return call(frame, *case.get("sides", positions), **options)

    return run


def of_regression(call):
    return lambda case, options: call(
        designs.curve(designs.changed(designs.regression(), case), **options), case.get("test", {})
    )


def curve(frame, **options):
    return stats.specification_curve(frame, **({"y": "y", "x": "x"} | options))


def of_curve(method):
    return lambda case, options: method(
        curve(designs.curve_rows(), model=case.get("model", "ols")), **options
    )


def of_years(call):
    years = designs.trending().to_frame("value")
    return of(lambda: years, lambda frame, horizon=1, **o: call(frame["value"], horizon, **o))


def synthetic(case, options):
    wide = designs.changed(designs.factors(14, 18, 4), case)
    index = [*case.get("index", []), *wide.index[len(case.get("index", [])) :]]
    return stats.synthetic_control(
        wide.set_axis(index), **({"treated": "u0", "start": 2012} | options)
    )


def mase(case, options):
    actual = pd.Series(case.get("actual", {2016: 1.0, 2017: 2.0}))
    train = pd.Series(case.get("train", designs.trending()))
    return stats.mase(actual, pd.Series(case.get("forecast", actual)), train)


def of_values(call):
    def run(case, options):
        values = pd.Series(case["values"], dtype="float64")
        return call(values.set_axis(case.get("years", values.index)), **options)

    return run


def of_terms(call):
    return lambda case, options: call(*case["terms"], **options)


gravity = of(designs.gravity_panel, trade.gravity)
arima = of_years(lambda s, h, **o: stats.arima(s, h, **({"order": (0, 1, 1)} | o)))
short, drift = of_years(stats.naive), of_years(stats.random_walk_drift)
ends, sen = of_values(stats.end_to_end), of_values(stats.sen_slope)
logs, compound = of_values(stats.log_slope), of_values(stats.compound_rate)
mean_rate = of_values(stats.mean_annual_rate)
CALLS = {
    "panel": [of(designs.trade_rows, trade.panel)],
    "geography": [of(designs.geography, lambda g: trade.panel(designs.trade_rows(), g))],
    "treated_pairs": [of(designs.gravity_panel, trade.treated_pairs)],
    "gravity": [gravity],
    "curve of a regression": [
        of_regression(lambda found, test: found.table),
        of_regression(lambda found, test: found.joint_test(seed=1)),
    ],
    "joint test of a regression": [of_regression(lambda f, test: f.joint_test(seed=1, **test))],
    "specification_curve": [of(designs.curve_rows, curve)],
    "summary of a curve": [of_curve(stats.SpecificationCurve.summary)],
    "joint test of a curve": [of_curve(stats.SpecificationCurve.joint_test)],
    "Model": [lambda case, options: stats.Model(**options)],
    "event_study": [of(designs.staggered, designs.event_study)],
    "synthetic_control": [synthetic],
    "short forecasts": [short, drift],
    "long forecasts": [of_years(stats.ets), arima],
    "drift": [drift],
    "mase": [mase],
    "growth": [ends, sen, logs, compound, mean_rate],
    "slopes": [sen, logs],
    "rates": [logs, compound, mean_rate],
    "mean rate": [mean_rate],
    "holm": [of_values(stats.holm)],
    "loan": [of_terms(investment.grant_element), of_terms(investment.repayment_schedule)],
    "grant_element": [of_terms(investment.grant_element)],
    "dac_rule": [of_terms(investment.dac_rule)],
}


def rows():
    for name, table in TABLE.items():
        for number, case in enumerate(table):
            for call in CALLS[name]:
                yield pytest.param(call, case, id=f"{name} {number}")


@pytest.mark.parametrize(("call", "case"), list(rows()))
def test_what_cannot_be_estimated_is_refused(call, case):
    with pytest.raises(errors.CaResearchError) as refused:
        call(case, case.get("options", {}))
    assert type(refused.value).__name__ == case["error"]
    assert case.get("names", "") in str(refused.value)
