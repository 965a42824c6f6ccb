"""Blind votes on how near each reading is to its sentence: registry/coding/reading_fit*.csv."""

from __future__ import annotations

import statistics
from typing import NamedTuple

from ..ground import paths
from ..ground.remember import by_files
from ..ground.textfiles import registered_rows

FOLDER = "coding"
MASKED, NAMED = "reading_fit.csv", "reading_fit_named.csv"
"""Votes of readers who saw letters for countries, which decide, and of readers who saw the names,
which are shown where they differ.
"""


class Vote(NamedTuple):
    """What blind readers said of one reading.

    Attributes
    ----------
    fit : float
        Mean of how near it is to the sentence, from 3 (says it) to 0 (another question).
    best : int
        How many took it as the closest of the claim's readings.

    Examples
    --------
    >>> Vote(2.4, 4).nearness, Vote(1.8, 0).nearness
    (2, 1)
    """

    fit: float
    best: int

    @property
    def nearness(self) -> int:
        """3: the sentence; 2: most of it; 1: a part of it; 0: another question.

        A reading is careful from 2 on, which is a mean fit of 2.0.
        """
        bars = ((3, 2.5), (2, 2.0), (1, 0.5))
        return next((near for near, least in bars if self.fit >= least), 0)


def votes(claim_id: str, *, named: bool = False) -> dict[str, Vote]:
    """The votes on the readings of a claim.

    Parameters
    ----------
    claim_id : str
        Of a declared claim.
    named : bool
        Those of readers who saw the names of the countries.

    Returns
    -------
    dict of str to Vote
        By the name of the reading; empty where nobody voted.

    Examples
    --------
    >>> votes("a claim that nobody voted on")
    {}
    """
    return _all(NAMED if named else MASKED).get(claim_id, {})


@by_files(f"{FOLDER}/reading_fit*.csv")
def _all(name: str) -> dict[str, dict[str, Vote]]:
    file = paths.registry_dir() / FOLDER / name
    votes = dict[str, dict[str, Vote]]()
    for _, row in registered_rows(file) if file.is_file() else ():
        fits = [int(v) for name, v in row.items() if name.startswith("fit_") and v]
        if fits:  # the row of those who took none as the closest has no fit
            vote = Vote(statistics.fmean(fits), int(row["best_votes"]))
            votes.setdefault(row["claim"], {})[row["reading"]] = vote
    return votes
