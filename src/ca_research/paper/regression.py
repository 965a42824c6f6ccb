"""Several models in one table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ..ground.arguments import refuse, whole_number
from ..ground.errors import UnknownNameError, UsageError
from ..ground.numbers import NOTHING, decimals
from .models import STATISTICS, Estimated, estimated
from .table import PaperTable, ids_of, sources_note

CONSTANT = ("Intercept", "const", "(Intercept)")
"""What packages call the constant."""
_FUNCTION = re.compile(r"(?:\w+\.)?(\w+)\((\w+)\)")
UNKNOWN = "not stated"
MOST_DIGITS = 15
"""Beyond these a float has no decimal digits of its own."""
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
    models : mapping of str to model, or sequence of models
        What `trade.gravity` and `stats.event_study` give, and results of pyfixest, statsmodels and
        linearmodels, in any mixture. Names of a mapping head the columns; else these are numbered.
    labels : mapping of str to str, optional
        Words for terms, outcomes, fixed effects and clusters, by the names that the models use;
        where one is missing, its name with spaces for underscores.
    keep : sequence of str, optional
        Terms to show, in this order; by default all, the constant last.
    caption : str
        Above the table.
    note : str
        Below it, between what stands in the cells and the sources.
    digits : int
        Decimals, 0 to 15; an estimate that would then read as zero keeps that many significant
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
    UsageError
        No model, one that cannot be read, one label for two terms of a model, or `digits` or
        `stars` of another kind.
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
    if not 0 <= whole_number("digits", digits, "3") <= MOST_DIGITS:
        refuse("digits", f"a number from 0 to {MOST_DIGITS}", digits, "3")
    if not isinstance(stars, bool):
        refuse("stars", "True or False", stars, "True")
    names, given = _listed(models)
    found = [estimated(model) for model in given]
    words = _Words(labels or {})
    body, dropped = _body(found, keep, words, digits, stars)
    rows = {"terms": body, "design": _design(found, words), "fit": _fit(found, digits)}
    index = [(part, label) for part, cells in rows.items() for label, _ in cells]
    outcomes = [words(one.outcome) for one in found]
    cells = pd.DataFrame(
        [line for part in rows.values() for _, line in part],
        index=pd.MultiIndex.from_tuples(index, names=["part", "row"]),
        columns=pd.MultiIndex.from_arrays([outcomes, names]),
    )
    said = "Standard errors in parentheses"
    if stars:
        said += "; " + ", ".join(f"{mark} p < {p:g}" for p, mark in reversed(STARS.items()))
    notes = [f"{said}."]
    if dropped:
        notes.append(f"{NOTHING}: cannot be told from the effects or from other terms.")
    ids = ids_of(data)
    own = [ids if one.sources is None else one.sources for one in found]
    lost = tuple(name for name, one in zip(names, own, strict=True) if not one)
    sources = tuple(sorted({i for one in own for i in one}))
    notes += [note, sources_note(sources, lost)]
    return PaperTable(cells, caption, tuple(n for n in notes if n), sources, lost)


class _Words:
    """Words for a name: those given, else the name itself with spaces."""

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
        return name.replace("_", " ") if name.isidentifier() else name

    def effect(self, name: str) -> str:
        """'exporter^year' of pyfixest is the 'exporter-year' of `gravity`."""
        return self.labels.get(name) or "-".join(map(self, name.split("^")))


def _listed(models: Any) -> tuple[list[str], list[Any]]:
    """Heads of the columns and the models; several of pyfixest in one object are taken apart."""
    if isinstance(models, Mapping):
        return [str(name) for name in models], list(models.values()) or _none()
    several = models if isinstance(models, (list, tuple)) else [models]
    given = [one for m in several for one in (m.to_list() if hasattr(m, "to_list") else [m])]
    return [f"({n})" for n in range(1, len(given) + 1)], given or _none()


def _none() -> Any:
    raise UsageError("no model to show", hint="regression_table({'PPML': fit, 'OLS': other})")


Lines = list[tuple[str, list[str]]]


def _body(
    found: list[Estimated], keep: Sequence[str] | None, words: _Words, digits: int, stars: bool
) -> tuple[Lines, bool]:
    """Two lines for each term, and whether one of them could not be estimated somewhere."""
    order = list(dict.fromkeys(str(term) for one in found for term in one.terms.index))
    for term in keep or ():
        if term not in order:
            raise UnknownNameError("term", term, order)
    order = list(keep or sorted(order, key=lambda term: term in CONSTANT))
    lines: dict[str, tuple[list[str], list[str]]] = {}
    dropped = False
    for label, terms in _together(order, words).items():
        lines[label] = ([], [])
        for one in found:
            own = [term for term in terms if term in one.terms.index]
            if len(own) > 1:
                raise UsageError(
                    f"{label!r} would stand for {' and '.join(own)} of one model",
                    hint="give each a label of its own",
                )
            if not own:
                b_cell, se_cell = "", ""
            else:
                b, se, p = (float(number) for number in one.terms.loc[own[0]])
                dropped |= math.isnan(b)
                mark = next((m for at, m in STARS.items() if stars and p < at), "")
                b_cell = _said(b, digits) + mark
                se_cell = "" if math.isnan(se) else f"({_said(se, digits)})"
            lines[label][0].append(b_cell)
            lines[label][1].append(se_cell)
    return [row for label, (b, se) in lines.items() for row in ((label, b), ("", se))], dropped


def _together(order: list[str], words: _Words) -> dict[str, list[str]]:
    """Label -> terms that have it: one term of two packages, such as the constant."""
    found: dict[str, list[str]] = {}
    for term in order:
        found.setdefault(words(term), []).append(term)
    return found


def _said(value: float, digits: int) -> str:
    return NOTHING if math.isnan(value) else decimals(value, digits).replace("-", "−")


def _design(found: list[Estimated], words: _Words) -> Lines:
    """Estimators, fixed effects, errors and clusters."""
    own = [{words.effect(name) for name in one.effects} for one in found]
    labels = dict.fromkeys(words.effect(name) for one in found for name in one.effects)
    lines = [
        (f"Fixed effects: {label}", ["yes" if label in has else "no" for has in own])
        for label in labels
    ]
    lines = _estimators(found) + lines
    lines.append(("Standard errors", [_by(one, words) for one in found]))
    if any(one.clusters is not None for one in found):
        counts = ["" if one.clusters is None else f"{one.clusters:,}" for one in found]
        lines.append(("Clusters", counts))
    return lines


def _estimators(found: list[Estimated]) -> Lines:
    """How each was estimated, unless all are plain least squares or none of them says it."""
    names = [one.estimator for one in found]
    if set(names) <= {"OLS"} or not any(names):
        return []
    return [("Estimator", [name or UNKNOWN for name in names])]


def _by(one: Estimated, words: _Words) -> str:
    ways = " and ".join(map(words.effect, one.ways))
    return (one.errors or UNKNOWN) + (f" by {ways}" if ways else "")


def _fit(found: list[Estimated], digits: int) -> Lines:
    lines: Lines = [("Observations", [f"{one.n:,}" for one in found])]
    for name in STATISTICS.values():
        values = [one.statistics.get(name) for one in found]
        if any(value is not None for value in values):
            lines.append((name, ["" if v is None else _said(v, digits) for v in values]))
    return lines
