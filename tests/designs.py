"""Invented frames that tests of estimates share, and changes to a frame that a case file names."""

from itertools import permutations

import numpy as np
import pandas as pd
import yaml
from tests.cases import cases as plain_cases

from ca_research import stats, trade
from ca_research.ground.economies import CA5

CODES = ("CHN", "RUS", "TUR", "USA", *CA5)


def repeated(frame, columns):
    """Columns of values that are repeated down the rows."""
    return frame.assign(**{c: np.resize(v, len(frame)) for c, v in columns.items()})


STEPS = {
    "set": repeated,
    "eval": pd.DataFrame.eval,
    "query": pd.DataFrame.query,
    "first": pd.DataFrame.head,
    "replace": pd.DataFrame.replace,
    "type": pd.DataFrame.astype,
    "drop": lambda frame, columns: frame.drop(columns=columns),
    "rename": lambda frame, names: frame.rename(columns=names),
    "beside": lambda frame, columns: pd.concat([frame, repeated(frame, columns)]),
}
"""What a case does to its frame, in the order in which it stands there."""


def changed(frame, case):
    for step, given in case.items():
        frame = STEPS[step](frame, given) if step in STEPS else frame
    return frame


class Cases(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML that knows models, axes and exclusions by their names: `!Model {estimator: feols}`."""


for kind in (stats.Axis, stats.AtMostOne, stats.Exclusion, stats.Model):
    Cases.add_constructor(
        f"!{kind.__name__}",
        lambda loader, node, kind=kind: kind(**loader.construct_mapping(node, deep=True)),
    )


def cases(test_file, name):
    """The cases of a file in the folder `cases` beside a test, with models by their names."""
    return plain_cases(test_file, name, Cases)


def curve(frame, controls=(), samples=(), **options):
    """Least squares of y on x with and without each control; samples are columns of the frame."""
    given = controls if isinstance(controls, dict) else [*controls]
    options = {"y": "y", "x": "x", "controls": given} | options
    kind = {key: options.pop(key) for key in ("errors", "cluster") if key in options}
    options = {"model": stats.Model(**kind)} | options
    return stats.specification_curve(frame, samples={s: s for s in samples}, **options)


def normal(rows, columns, seed):
    """Columns of independent normal numbers."""
    names = columns.split()
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(rows, len(names))), columns=names)


def pairs(codes=CODES, years=(2010, 2011), names=("exporter", "importer", "year")):
    """A row for each pair of economies and year."""
    return pd.DataFrame([(*p, y) for p in permutations(codes, 2) for y in years], columns=names)


def trade_rows():
    """Exports of nine economies to one another, like table `trade`."""
    rows = pairs(names=("reporter", "partner", "year"))
    value = np.exp(np.random.default_rng(7).normal(10, 1, len(rows)))
    fixed = {"flow": "export", "product": "TOTAL", "valuation": "fob", "source_id": "MADE_UP"}
    return rows.assign(value_usd=value, **fixed)


def geography():
    rng, rows = np.random.default_rng(8), pairs(years=[0], names=["origin", "destination", "y"])
    rows["distance_km"] = rng.uniform(500, 9000, len(rows))
    chance = {c: rng.random(len(rows)) < 0.3 for c in ("contiguous", "common_language")}
    return rows.drop(columns="y").assign(source_id="G", **chance)


def gravity_panel():
    return trade.panel(trade_rows(), geography())


def sizes():
    """A covariate of each economy and year: 1 for the first economy, 9 for the last."""
    rows = pd.DataFrame([(c, y) for c in CODES for y in (2010, 2011)], columns=["economy", "year"])
    return rows.assign(gdp=np.arange(18) // 2 + 1.0)


def regression(rows=60, effect=0.2, seed=1):
    """An outcome of a treatment and two controls, one of them with holes; samples and clusters."""
    number = np.arange(rows)
    frame = normal(rows, "x a b c y", seed).eval(f"y = y + {effect} * x + a + 0.5 * b")
    frame["a"] = frame["a"].mask((number == 2) | (number == 5))
    return frame.assign(part=number % 4 > 0, late=number >= rows // 2, g=number % 12)


def curve_rows(rows=120):
    rng, frame = np.random.default_rng(3), normal(rows, "x z a b e", 3)
    frame = frame.eval("y = 0.4 * x + a + e").assign(count=rng.poisson(np.exp(0.3 * frame["x"])))
    return frame.assign(unit=np.arange(rows) % 10, some=np.arange(rows) < 60, name="n")


def trending(years=16):
    steps = np.random.default_rng(0).normal(2, 1, size=years)
    return pd.Series(50 + steps.cumsum(), index=range(2000, 2000 + years))


def staggered(source="WTO_HSM", **outcome):
    """Fourteen units in ten years, six of them treated from 2005 on with an effect of one."""
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "from"]).assign(source_id=source)
    noise = np.random.default_rng(2).normal(size=len(frame))
    return frame.assign(**({"y": noise + (frame["year"] >= frame["from"])} | outcome))


def event_study(frame, **options):
    columns = {"unit": "unit", "time": "year", "outcome": "y", "first": "from"}
    return stats.event_study(frame, **columns, **options)


def factors(units, periods, seed, noise=0.2):
    """Two common factors with unit loadings, and noise: what synthetic control is made for."""
    rng = np.random.default_rng(seed)
    paths = rng.normal(size=(periods, 2)).cumsum(axis=0)
    values = paths @ rng.uniform(0.2, 1, size=(2, units))
    values = values + noise * rng.normal(size=(periods, units))
    names = [f"u{i}" for i in range(units)]
    return pd.DataFrame(values, index=range(2000, 2000 + periods), columns=names)
