"""Several models in one table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import pandas as pd

from ..ground.errors import UsageError, known_name
from ..ground.numbers import NOTHING, decimals
from ..registry.words import column_words
from ..stats.frames import require_some
from .models import STATISTICS, Estimated, estimated
from .table import PaperTable, ids_of, sources_note

CONSTANT = ("Intercept", "const", "(Intercept)")
"""What packages call the constant."""
_FUNCTION = re.compile(r"(?:\w+\.)?(\w+)\((\w+)\)")
UNKNOWN = "not stated"
EFFECT = "Fixed effects: "
PARTS = ("terms", "design", "fit")
STARS = {0.01: "***", 0.05: "**", 0.1: "*"}


def regression_table(
    models: Any,
    *,
    labels: Mapping[str, str] | None = None,
    keep: Sequence[str] | None = None,
    caption: str = "Regression results",
    note: str = "",
    digits: int = 3,
    stars: bool = False,
    data: pd.DataFrame | str | Iterable[str] | None = None,
) -> PaperTable:
    """Several models side by side, as a paper prints them.

    Parameters
    ----------
    models : mapping of str to model, sequence of models, or model
        What `trade.gravity` and `stats.event_study` give, and results of pyfixest, statsmodels and
        linearmodels, in any mixture. Names of a mapping head the columns; else these are numbered.
    labels : mapping of str to str, optional
        Words for terms, outcomes, fixed effects and clusters, by the names that the models use;
        where one is missing, those of the project.
    keep : sequence of str, optional
        Terms to show, in this order; by default all, the constant last.
    caption : str
        Above the table.
    note : str
        Below it, between what stands in the cells and the sources.
    digits : int
        Decimals; an estimate that would then read as zero keeps that many significant
        digits.
    stars : bool
        Whether p below 0.1, 0.05 and 0.01 is marked.
    data : pandas.DataFrame, str or iterable of str, optional
        What the figures come from, a frame with sources or their ids, for models that do not say
        it. A model of `gravity` or `event_study` knows it; one of pyfixest or statsmodels does
        where its data has a column ``source_id`` or ``sources``.

    Returns
    -------
    PaperTable
        A row for each estimate with its standard error below it, for the estimator where it is not
        least squares in all columns, for fixed effects, errors and clusters, and for observations,
        R2 (for PPML McFadden's) and the dispersion of counts. The notes end with the sources, or
        say of which models they are not known.

    Raises
    ------
    CoverageError
        No model.
    UsageError
        One that cannot be read, or one label for two terms of a model.
    UnknownNameError
        A term to keep that no model has.
    MissingPackageError
        maketables is not installed.

    Notes
    -----
    The p of the stars is the model's own: t with G - 1 degrees of freedom for `gravity`, whatever
    pyfixest or statsmodels took for theirs.

    Examples
    --------
    >>> import numpy as np
    >>> import pyfixest as pf
    >>> frame = pd.DataFrame(np.random.default_rng(0).normal(size=(90, 2)), columns=["y", "x"])
    >>> models = {"classical": pf.feols("y ~ x", frame), "HC1": pf.feols("y ~ x", frame, "hetero")}
    >>> table = regression_table(models, labels={"x": "Aid"}, data="WTO_HSM", digits=2)
    >>> table.to_frame().droplevel(0).loc[["Aid", "Observations"]].values.tolist()
    [['0.13', '0.13'], ['90', '90']]
    """
    names, members = _listed(models)
    require_some(members, "model", "regression_table({'PPML': fit, 'OLS': other})")
    fits, words = [estimated(model) for model in members], _Words(labels or {})
    columns = [_column(one, words, digits, stars) for one in fits]
    last = [*map(words, CONSTANT), "Standard errors", "Clusters", *STATISTICS.values()]
    rows = sorted(  # by part, then as they come but for what stands last
        dict.fromkeys(chain.from_iterable(columns)),
        key=lambda row: (PARTS.index(row[0]), last.index(row[1]) if row[1] in last else -1),
    )
    if {one.estimator for one in fits} <= {"OLS", ""}:
        rows.remove(("design", "Estimator", 0))
    if keep is not None:
        terms = list(dict.fromkeys(chain.from_iterable(one.terms.index for one in fits)))
        shown = [words(known_name("term", term, terms)) for term in keep]
        chosen = [("terms", label, line) for label in shown for line in (0, 1)]
        rows = chosen + [row for row in rows if row[0] != "terms"]
    index = [(part, "" if line else label) for part, label, line in rows]
    cells = pd.DataFrame(
        [
            [per_model.get(row, "no" if EFFECT in row[1] else "") for per_model in columns]
            for row in rows
        ],
        index=pd.MultiIndex.from_tuples(index, names=["part", "row"]),
        columns=pd.MultiIndex.from_arrays([[words(one.outcome) for one in fits], names]),
    )
    says = "Standard errors in parentheses"
    if stars:
        says += "; " + ", ".join(f"{mark} p < {p:g}" for p, mark in reversed(STARS.items()))
    dropped = bool((cells == NOTHING).any(axis=None))
    lost_term = f"{NOTHING}: cannot be told from the effects or from other terms."
    ids = ids_of(data)
    per_model = [ids if one.sources is None else one.sources for one in fits]
    lost = tuple(name for name, one in zip(names, per_model, strict=True) if not one)
    sources = tuple(sorted({*chain.from_iterable(per_model)}))
    notes = (f"{says}.", lost_term * dropped, note, sources_note(sources, lost))
    return PaperTable(cells, caption, tuple(filter(None, notes)), sources, lost)


def _listed(models: Any) -> tuple[list[str], list[Any]]:
    """Heads of the columns and the models; several of pyfixest in one object are taken apart."""
    if isinstance(models, Mapping):
        return [str(name) for name in models], list(models.values())
    several = models if isinstance(models, (list, tuple)) else [models]
    members = [one for m in several for one in (m.to_list() if hasattr(m, "to_list") else [m])]
    return [f"({n})" for n in range(1, len(members) + 1)], members


class _Words:
    """Words for a name: those given, else those of the project, else the name with spaces."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels

    def __call__(self, name: str) -> str:
        if name in self.labels:
            return self.labels[name]
        if name in CONSTANT:
            return "Constant"
        if ":" in name and "::" not in name:
            return " × ".join(map(self, name.split(":")))
        if of := _FUNCTION.fullmatch(name):  # log(value_usd), np.log(value_usd)
            return f"{of[1]}({self(of[2])})"
        return column_words(name) if name.isidentifier() else name

    def effect(self, name: str) -> str:
        """'exporter^year' of pyfixest is the 'exporter-year' of `gravity`."""
        parts = (self.labels.get(part, part.replace("_", " ")) for part in name.split("^"))
        return self.labels.get(name) or "-".join(parts)


Row = tuple[str, str, int]
"""Part of the table, label, and whether it is the first line of it or the second."""


def _column(one: Estimated, words: _Words, digits: int, stars: bool) -> dict[Row, str]:
    """The cells of a model: two lines for each term, how it was estimated, how it fits."""
    cells: dict[Row, str] = {}
    for term, b, se, p in one.terms.itertuples():
        label = words(term)
        if ("terms", label, 0) in cells:
            raise UsageError(
                f"{label!r} would stand for two terms of one model",
                hint="give each a label of its own",
            )
        mark = next((m for at, m in STARS.items() if stars and p < at), "")
        cells["terms", label, 0] = _written(b, digits) + mark
        cells["terms", label, 1] = "" if math.isnan(se) else f"({_written(se, digits)})"
    ways = " and ".join(map(words.effect, one.ways))
    design = {"Estimator": one.estimator or UNKNOWN}
    design |= {EFFECT + words.effect(name): "yes" for name in one.effects}
    design["Standard errors"] = (one.errors or UNKNOWN) + (f" by {ways}" if ways else "")
    if one.clusters is not None:
        design["Clusters"] = f"{one.clusters:,}"
    fit = {"Observations": f"{one.n:,}"}
    fit |= {name: _written(value, digits) for name, value in one.statistics.items()}
    cells |= {("design", label, 0): text for label, text in design.items()}
    return cells | {("fit", label, 0): text for label, text in fit.items()}


def _written(value: float, digits: int) -> str:
    return NOTHING if math.isnan(value) else decimals(value, digits).replace("-", "−")
