"""Frames, calls and answers as the YAML files of this folder write them.

A frame is a table of CSV text, or the name of one in frames.yaml, or a few steps on one:
`{of: pair, set: {year: 2021}}`; a list of frames is put one under another. `{design: regression}`
is a frame of tests/designs.py.
"""

import datetime as dt
import io
from collections.abc import Mapping
from functools import cache
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from tests import designs

import ca_research as ca
from ca_research.claims.measures import find
from ca_research.ground import errors

HERE = Path(__file__).parent
TEXTS = {"product": str, "date": str, "powers": str}


@cache
def read(name):
    return yaml.load((HERE / name).read_text(), Loader=designs.Cases)


def table(text):
    lines = io.StringIO("\n".join(line.strip() for line in text.replace(" / ", "\n").splitlines()))
    return pd.read_csv(
        lines, dtype=TEXTS, keep_default_na=False, na_values=[""], skipinitialspace=True
    )


def noise(law, *shape):
    """Columns of noise, each from its seed."""

    def step(frame, seeds):
        for column, seed in seeds.items():
            law_of = getattr(np.random.default_rng(seed), law)
            frame = frame.assign(**{column: law_of(*shape, size=len(frame))})
        return frame

    return step


def computed(frame, formulas):
    for column, formula in formulas.items():
        frame = frame.assign(**{column: frame.eval(formula, engine="python")})
    return frame


def some(frame, conditions):
    """Columns that are known only where a condition holds, of ones where they are new."""
    frame = frame.reset_index(drop=True)
    ones = pd.Series(1.0, index=frame.index)
    known = {c: frame.get(c, ones).where(frame.eval(told)) for c, told in conditions.items()}
    return frame.assign(**known)


STEPS = {
    "where": lambda frame, condition: frame.query(condition).reset_index(drop=True),
    "rows": lambda frame, numbers: frame.iloc[numbers].reset_index(drop=True),
    "set": lambda frame, columns: frame.assign(**columns),
    "computed": computed,
    "swap": lambda frame, values: frame.replace(values),
    "drop": lambda frame, columns: frame.drop(columns=columns),
    "keep": lambda frame, columns: frame[columns],
    "types": lambda frame, types: frame.astype(types),
    "index": lambda frame, columns: frame.set_index(columns),
    "cross": lambda frame, columns: frame.merge(pd.DataFrame(columns), how="cross"),
    "turned": lambda frame, _: frame.rename(columns={"reporter": "partner", "partner": "reporter"}),
    "again": lambda frame, times: pd.concat([frame] * times),
    "normal": noise("normal"),
    "gamma": noise("gamma", 2),
    "some": some,
    "series": lambda frame, columns: frame.set_index(columns[0])[columns[1]],
    "changed": designs.changed,
    "through": lambda frame, call: called(call["call"])(frame, **call.get("choices", {})),
}


def frame_of(told):
    if isinstance(told, str):
        named = read("frames.yaml")
        return frame_of(named[told]) if told in named else table(told)
    if isinstance(told, list):
        return pd.concat(map(frame_of, told), ignore_index=True)
    if "load" in told:
        return ca.load(told["load"], **told.get("only", {}))
    made = getattr(designs, told.get("design", ""), None)
    frame = made(*told.get("given", ())) if made else frame_of(told["of"])
    for step, values in told.items():
        if step not in ("of", "design", "given"):
            frame = STEPS[step.strip()](frame, values)
    return frame


def called(name):
    """A function by its place in the package; `measure x` is what a claim names x, `design x` one
    of tests/designs.py.
    """
    kind, _, other = name.partition(" ")
    if kind == "measure":
        return find(other)
    return getattr(designs, other) if other else attrgetter(name)(ca)


def call(case, frames):
    found = called(case["call"])(**frames, **case.get("choices", {}))
    found = attrgetter(case["take"])(found) if "take" in case else found
    return found(**case["asked"]) if callable(found) else found


def error(name):
    return TypeError if name == "TypeError" else getattr(errors, name)


def plain(value):
    """A cell as YAML writes it: a number to nine digits, null where nothing is known."""
    if isinstance(value, (tuple, list, set)):
        return [plain(part) for part in sorted(value)]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if pd.isna(value):
        return None
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, (pd.Timestamp, dt.date)):
        return str(value)[:10]
    return float(f"{float(value):.9g}")


def answer(found, columns):
    """The rows of an answer in these columns, of `missing` whether a reason is given; the answer
    itself where it is one number or word.
    """
    found = found.df() if hasattr(found, "df") else found
    if not isinstance(found, pd.DataFrame):
        return [[plain(found)]]
    found = found.assign(missing=found["missing"] != "") if "missing" in columns else found
    return [[plain(cell) for cell in row] for row in found[columns].itertuples(index=False)]
