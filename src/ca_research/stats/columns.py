"""Columns of figures as floating-point numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ground.arguments import refuse


def texts(held: pd.Series) -> bool:
    """Whether figures are written as text ('10'): numpy reads them, pandas sorts and adds them as
    words.
    """
    if held.dtype == object:
        return any(isinstance(value, str) for value in held)
    return not pd.api.types.is_numeric_dtype(held.dtype)


def floats(held: pd.Series, name: str, *, infinite: bool = False) -> np.ndarray:
    """The figures of a column, missing as NaN; UsageError for text, dates, and (unless allowed)
    infinite ones.
    """
    try:
        values = None if texts(held) else held.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        values = None
    if values is None:
        word = next((value for value in held if isinstance(value, str)), held.dtype)
        refuse(name, "numbers", word, "1.0, by pd.to_numeric or pd.get_dummies")
    if not infinite and np.isinf(values).any():
        refuse(name, "finite", np.inf, "None for a logarithm of zero")
    return values


def power_of_two(size: np.ndarray | float) -> np.ndarray:
    """The next power of two, one of nought: dividing by it rounds nothing, and an outcome fitted
    closely keeps its residuals.
    """
    return np.ldexp(1.0, np.frexp(np.where(np.asarray(size) > 0, size, 1.0))[1])
