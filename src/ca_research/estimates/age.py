"""How old a figure may be that decides; an older one is shown with its year."""

from __future__ import annotations

from .frame import Estimate


def shown_if_older(row: Estimate, first_year: int) -> Estimate:
    """A row of estimates, without its figure where that is of years before one.

    A sentence in the present tense is about a state of things. What is too old to speak of it stays
    on the page: the row keeps its rows, years and sources, and says what the figure was.

    Parameters
    ----------
    row : dict of str to Any
        From `estimate_row`; ``last_year`` says how new its figure is. One without a year stays.
    first_year : int
        The oldest year that may decide.

    Returns
    -------
    dict of str to Any
        The same row, or one without ``estimate``, ``low`` and ``high``, with the reason in
        ``missing``.

    Examples
    --------
    >>> import pandas as pd
    >>> from ca_research.estimates import estimate_row
    >>> poll = pd.DataFrame({"economy": ["KAZ"], "year": [2015], "source_id": ["A"]})
    >>> old = shown_if_older(estimate_row(poll, economy="KAZ", estimate=8.0), 2018)
    >>> old["estimate"], old["last_year"], old["missing"]
    (None, 2015, 'the newest figure, 8, is of 2015')
    """
    ends = ("estimate", "low", "high")
    figures = [f"{row[end]:.3g}" for end in ends if row[end] is not None]
    if row["last_year"] is None or row["last_year"] >= first_year or not figures:
        return row
    figure = " to ".join(dict.fromkeys(figures))
    missing = f"the newest figure, {figure}, is of {row['last_year']}"
    return row | dict.fromkeys(ends) | {"interval": "", "missing": missing}
