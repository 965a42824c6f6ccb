"""Single figures as generic measures, for claims that need no code: `facts.share`, `facts.rank`,
`facts.change`, `facts.ratio`, `facts.count`.

All take the same choices. attribute, subject: as in table `facts`; subjects are compared within an
attribute. year: 'newest' (in which the figure is there), 'newest-1', or a year. source: 'every'
(sources that disagree leave a range) or the id of one.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from . import generic
from .measures import measure


def _terms(attribute: str, source: str) -> generic.Terms:
    return generic.Terms("facts", {"attribute": attribute}, source=source, roles=None)


@measure("facts.share")
@generic.of_table("facts")
def share(
    facts: pd.DataFrame,
    *,
    subject: str,
    attribute: str,
    year: str = "newest",
    source: str = "every",
) -> pd.DataFrame:
    """A subject's share in the sum over all subjects that a source gives; an estimates frame.

    Formula: `estimates.generic.share`.
    """
    terms = _terms(attribute, source)
    return generic.answers(facts, terms, (), year, generic.share(subject, ""))


@measure("facts.rank")
@generic.of_table("facts")
def rank(
    facts: pd.DataFrame,
    *,
    subject: str,
    attribute: str,
    year: str = "newest",
    source: str = "every",
) -> pd.DataFrame:
    """A subject's rank among all subjects that a source gives, 1 being the largest; an estimates
    frame. Formula: `estimates.generic.rank`.
    """
    return generic.answers(facts, _terms(attribute, source), (), year, generic.rank(subject))


@measure("facts.change")
@generic.of_table("facts")
def change(
    facts: pd.DataFrame,
    *,
    subject: str,
    attribute: str,
    since: str,
    year: str = "newest",
    window: str = "1",
    by: Literal["percent", "difference"] = "percent",
    source: str = "every",
) -> pd.DataFrame:
    """How a figure has changed since a year, both ends by one source and averaged over a window of
    years; an estimates frame. Formula: `estimates.generic.change`.
    """
    asked = generic.change(generic.value(subject), since, window, by)
    return generic.answers(facts, _terms(attribute, source), (), year, asked)


@measure("facts.ratio")
@generic.of_table("facts")
def ratio(
    facts: pd.DataFrame,
    *,
    subject: str,
    to: str,
    attribute: str,
    year: str = "newest",
    source: str = "every",
) -> pd.DataFrame:
    """A subject's figure over that of another (`to`), both by one source; an estimates frame.

    Formula: `estimates.generic.ratio`.
    """
    return generic.answers(facts, _terms(attribute, source), (), year, generic.ratio(subject, to))


@measure("facts.count")
@generic.of_table("facts")
def count(
    facts: pd.DataFrame,
    *,
    attribute: str,
    above: str = "0",
    year: str = "newest",
    source: str = "every",
) -> pd.DataFrame:
    """For how many subjects a source gives a figure above a bound; an estimates frame.

    Formula: `estimates.generic.count`.
    """
    return generic.answers(facts, _terms(attribute, source), (), year, generic.count(above))
