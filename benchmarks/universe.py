"""`ca.stats.specification_curve` beside a statsmodels loop and the package specification_curve, in
one run, results equal.

    python benchmarks/universe.py [--repeats N]

A made-up frame of 1,000 rows; eleven controls in or out: 2,048 specifications. specification_curve
is no dependency of the project. To have its line, run this in an environment of its own:

    uv venv /tmp/curve && uv pip install --python /tmp/curve/bin/python specification_curve pydantic
    pyyaml platformdirs filelock uv pip install --python /tmp/curve/bin/python --no-deps -e . &&
    /tmp/curve/bin/python benchmarks/universe.py

All in one process and one thread. The joint test is timed at 500 resamples; the loop beside it at a
few, and per resample. Printed are medians, ratios to
it, and the largest difference: of estimates in units of the larger of estimate and standard error.
"""

from __future__ import annotations

import os

os.environ |= {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}  # as in a worker; before numpy is imported

import argparse
import contextlib
import io
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.api as sm

from ca_research.stats import Model, specification_curve

CONTROLS = [f"c{n:02d}" for n in range(11)]
LIMIT = 1e-9


def made_up(rows: int = 1000, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    c = rng.normal(size=(rows, 11))
    x = c @ rng.normal(0, 0.2, 11) + rng.normal(size=rows)
    y = 0.1 * x + c @ rng.normal(0, 0.3, 11) + rng.normal(size=rows)
    return pd.DataFrame(c, columns=CONTROLS).assign(x=x, y=y, g=rng.integers(0, 50, rows))


UNIVERSE = specification_curve(made_up(), "y", "x", controls=CONTROLS).universe


def chosen(choices: dict[str, str]) -> list[str]:
    return [c for c in CONTROLS if choices[c] == "with"]


def batched(frame: pd.DataFrame, **errors: str) -> np.ndarray:
    curve = specification_curve(frame, "y", "x", controls=CONTROLS, model=Model(**errors))
    return curve.to_frame()[["estimate", "std_error"]].to_numpy()


def loop(frame: pd.DataFrame, errors: str = "classical") -> np.ndarray:
    """statsmodels on arrays: no formula, no summary, columns taken by position."""
    robust = {
        "classical": {},
        "HC1": {"cov_type": "HC1"},
        "cluster": {"cov_type": "cluster", "cov_kwds": {"groups": frame["g"].to_numpy()}},
    }
    values = np.column_stack([np.ones(len(frame)), frame["x"], frame[CONTROLS]])
    y, out = frame["y"].to_numpy(), []
    for choices in UNIVERSE:
        at = [0, 1, *(2 + n for n, c in enumerate(CONTROLS) if choices[c] == "with")]
        fit = sm.OLS(y, values[:, at]).fit(**robust[errors])
        out.append((fit.params[1], fit.bse[1]))
    return np.array(out)


def curve(frame: pd.DataFrame) -> np.ndarray:
    """specification_curve's own search and fit, without its plot; its rows are put in the order of
    the universe.
    """
    from specification_curve import SpecificationCurve

    with contextlib.redirect_stderr(io.StringIO()):
        own = SpecificationCurve(frame, y_endog="y", x_exog="x", controls=list(CONTROLS))
        own.fit()
    columns = own.df_r[["Specification", "Coefficient", "bse"]]
    rows = {tuple(sorted(names)): (b, se) for names, b, se in columns.itertuples(index=False)}
    return np.array([rows[tuple(sorted(["x", "y", *chosen(choices)]))] for choices in UNIVERSE])


def resampled(frame: pd.DataFrame, resamples: int = 2, seed: int = 1) -> np.ndarray:
    """Estimates under the null by a statsmodels loop: the published steps, one fit at a time."""
    observed, values = (
        loop(frame)[:, 0],
        np.column_stack([np.ones(len(frame)), frame["x"], frame[CONTROLS]]),
    )
    x, y, out = frame["x"].to_numpy(), frame["y"].to_numpy(), []
    for draw in range(resamples):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))
        rows = rng.integers(0, len(frame), len(frame))
        for choices, b in zip(UNIVERSE, observed, strict=True):
            at = [0, 1, *(2 + n for n, c in enumerate(CONTROLS) if choices[c] == "with")]
            fit = sm.OLS((y - b * x)[rows], values[np.ix_(rows, at)]).fit()
            out.append((fit.params[1], fit.bse[1]))
    return np.array(out)


def in_turn(
    actions: dict[str, Callable[[], np.ndarray]], repeats: int
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Median seconds and results; the actions take turns, so that all meet the same load."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    found = {}
    for _ in range(repeats):
        for name, action in actions.items():
            start = time.perf_counter()
            found[name] = action()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(t) for name, t in times.items()}, found


def gap(own: np.ndarray, other: np.ndarray) -> float:
    """Largest difference of estimates and of standard errors, relative."""
    estimates = np.abs(own[:, 0] - other[:, 0]) / np.maximum(np.abs(other[:, 0]), other[:, 1])
    return float(max(estimates.max(), np.abs(own[:, 1] / other[:, 1] - 1).max()))


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--repeats", type=int, default=3)
    repeats = options.parse_args().repeats
    frame, gaps = made_up(), []
    batched(frame)
    specification_curve(frame, "y", "x", controls=CONTROLS).joint_test(
        seed=1, draws=99
    )  # imports are not timed
    versions = f"numpy {np.__version__}, statsmodels {statsmodels.__version__}"
    print(
        f"Python {platform.python_version()}, {versions}, {len(UNIVERSE)} specifications, one "
        "thread\n"
    )
    print(
        "| what | batched, s | beside it | seconds | ratio | largest difference "
        "|\n|---|---:|---|---:|---:|---:|"
    )
    kinds: dict[str, dict[str, str]] = {
        "classical": {},
        "HC1": {"errors": "HC1"},
        "cluster": {"errors": "cluster", "cluster": "g"},
    }
    for errors, chosen_errors in kinds.items():
        actions = {
            "own": partial(batched, frame, **chosen_errors),
            "statsmodels loop": partial(loop, frame, errors),
        }
        if errors == "classical" and find_spec("specification_curve"):
            actions["specification_curve, fit()"] = partial(curve, frame)
        seconds, found = in_turn(actions, repeats)
        for name in list(actions)[1:]:
            gaps.append(gap(found["own"], found[name]))
            ratio = seconds[name] / seconds["own"]
            print(
                f"| {errors} errors | {seconds['own']:.3f} | {name} | {seconds[name]:.2f} | "
                f"{ratio:.0f} | {gaps[-1]:.1e} |",
                flush=True,
            )
    tests = {
        name: partial(
            specification_curve(frame, "y", "x", controls=CONTROLS, model=Model(**k)).joint_test,
            seed=1,
        )
        for name, k in kinds.items()
    }
    tests["permutation"] = partial(tests["classical"], null="permutation")
    seconds, found = in_turn(
        tests | {"loop": partial(resampled, frame), "once": partial(loop, frame)}, repeats
    )
    own, other = seconds["classical"] / 500, (seconds["loop"] - seconds["once"]) / 2
    print(
        f"| joint test, per resample of 500 | {own:.4f} | statsmodels loop, per resample of 2 | "
        f"{other:.2f} | {other / own:.0f} | – |\n"
    )
    print(
        "Joint test, 500 resamples, s: "
        + ", ".join(f"{name} {seconds[name]:.1f}" for name in tests)
    )
    print(f"\n{found['classical'].table.to_string(index=False)}")
    if not find_spec("specification_curve"):
        print(
            "\nspecification_curve is not installed, so its line is left out; how to install it "
            "stands in this file"
        )
    equal = max(gaps) < LIMIT
    print(
        f"\n{'Equal' if equal else 'NOT EQUAL'}: largest difference {max(gaps):.1e}, limit "
        f"{LIMIT:.0e}"
    )
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
