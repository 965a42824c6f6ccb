"""Second implementations that tests share: least squares and Poisson by statsmodels, errors by
hand, queries in SQL.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

KINDS = {
    "classical": {},
    "HC1": {"errors": "HC1"},
    "cluster": {"errors": "cluster", "cluster": "g"},
}
"""Errors as this library asks for them."""


def assert_close(found, expected, **near):
    """Numbers of a column, or of a row, are those expected."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found == pytest.approx(expected, nan_ok=True, **near)


def least_squares(outcome, columns, errors="classical", groups=None):
    """statsmodels' fit on a constant and the columns."""
    own = {"cov_kwds": {"groups": np.asarray(groups)}} if errors == "cluster" else {}
    kind = "nonrobust" if errors == "classical" else errors
    x = sm.add_constant(np.asarray(columns, dtype=float), has_constant="add")
    return sm.OLS(np.asarray(outcome), x).fit(cov_type=kind, use_t=True, **own)


def poisson(outcome, columns, **errors):
    model = sm.GLM(np.asarray(outcome), np.asarray(columns), family=sm.families.Poisson())
    return model.fit(tol=1e-9, maxiter=100, **errors)


def dummies(frame, terms, effects):
    """Terms, then all dummies of each effect, made of full rank by dropping columns."""
    parts = [frame[terms].to_numpy(float)]
    for effect in effects:
        key = frame[effect].astype(str).agg("-".join, axis=1)
        parts.append(pd.get_dummies(key, dtype=float).to_numpy())
    kept, apart = [], []  # columns, and what each has beside those before it
    for column in np.hstack(parts).T:
        rest = column
        for _ in range(2):  # by Gram and Schmidt, twice for the digits
            rest = rest - sum((one * (one @ rest) for one in apart), start=np.zeros(len(rest)))
        if np.linalg.norm(rest) > 1e-8 * np.linalg.norm(column):
            kept.append(column)
            apart.append(rest / np.linalg.norm(rest))
    return np.column_stack(kept)


def sandwich(x, weight, residual, ways, k):
    """Errors by hand: scores summed within clusters; of two ways V_a + V_b - V_ab; times
    G/(G-1) * (N-1)/(N-K) with the least number of clusters G.
    """
    bread, meat = np.linalg.inv((x * weight[:, None]).T @ x), 0
    least = min(way.max() + 1 for way in ways)
    if len(ways) == 2:
        ways = [*ways, pd.factorize(pd.Series(ways[0]) * 10**6 + ways[1])[0]]
    for sign, way in zip((1, 1, -1), ways, strict=False):
        scores = np.zeros((way.max() + 1, x.shape[1]))
        np.add.at(scores, way, x * residual[:, None])
        meat = meat + sign * scores.T @ scores
    factor = least / (least - 1) * (len(x) - 1) / (len(x) - k)
    variance = np.diag(bread @ meat @ bread)
    return np.sqrt(factor * np.where(variance > 0, variance, np.nan)), least
