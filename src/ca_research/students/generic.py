"""Students by destination as generic measures, for claims that need no code: `students.share`,
`students.rank`, `students.change`, `students.ratio`, `students.count`.

All take the same choices. economies: where the students come from. destination: code or name. year:
'newest' (in which the figure is there), 'newest-1', or a year. level: as in the table; counts of
unlike levels are never compared. source: 'preferred' (of each destination the one that speaks for
it), 'every' (offices and compilations, which leave a range), or the id of one. listed: how many
destinations must be there to be ranked or added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from ..estimates import by_economy, generic, measure
from ..ground import economies as eco


def _terms(level: str, source: str, listed: str) -> generic.Terms:
    choices = {"level": level}
    return generic.Terms("students", choices, source=source, each_speaks=True, listed=int(listed))


@measure("students.share")
@by_economy
@generic.of_table("students")
def share(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
    year: str = "newest",
    level: str = "degree",
    source: str = "preferred",
    listed: str = "5",
) -> pd.DataFrame:
    """A destination's share in the students of an economy in all destinations listed; an estimates
    frame. Formula: `estimates.generic.share`.
    """
    asked = generic.share(eco.resolve(destination), "")
    return generic.answers(students, _terms(level, source, listed), economies, year, asked)


@measure("students.rank")
@by_economy
@generic.of_table("students")
def rank(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
    year: str = "newest",
    level: str = "degree",
    source: str = "preferred",
    listed: str = "5",
) -> pd.DataFrame:
    """A destination's rank among all that are listed, 1 being the one with most students; an
    estimates frame. Formula: `estimates.generic.rank`.
    """
    asked = generic.rank(eco.resolve(destination))
    return generic.answers(students, _terms(level, source, listed), economies, year, asked)


@measure("students.change")
@by_economy
@generic.of_table("students")
def change(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
    since: str,
    year: str = "newest",
    window: str = "1",
    of: Literal["value", "share"] = "value",
    by: Literal["percent", "difference"] = "percent",
    level: str = "degree",
    source: str = "preferred",
    listed: str = "5",
) -> pd.DataFrame:
    """How the number of students in a destination, or its share among those listed, has changed
    since a year; an estimates frame.

    since: the year compared with. window: years over which both ends are averaged, each the last of
    its window. by: 'percent' or 'difference' (students; of a share, parts of one). Both ends of the
    destination are of one source. Formula: `estimates.generic.change`.
    """
    code = eco.resolve(destination)
    asked = generic.share(code, "") if of == "share" else generic.value(code)
    over = generic.change(asked, since, window, by)
    return generic.answers(students, _terms(level, source, listed), economies, year, over)


@measure("students.ratio")
@by_economy
@generic.of_table("students")
def ratio(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    destination: str,
    to: str,
    year: str = "newest",
    level: str = "degree",
    source: str = "preferred",
) -> pd.DataFrame:
    """Students in a destination over those in another (`to`); an estimates frame.

    Formula: `estimates.generic.ratio`.
    """
    asked = generic.ratio(eco.resolve(destination), eco.resolve(to))
    return generic.answers(students, _terms(level, source, "1"), economies, year, asked)


@measure("students.count")
@by_economy
@generic.of_table("students")
def count(
    students: pd.DataFrame,
    *,
    economies: Sequence[str],
    above: str = "0",
    year: str = "newest",
    level: str = "degree",
    source: str = "preferred",
    listed: str = "5",
) -> pd.DataFrame:
    """In how many destinations an economy has more than `above` students; an estimates frame.

    Formula: `estimates.generic.count`.
    """
    asked = generic.count(above)
    return generic.answers(students, _terms(level, source, listed), economies, year, asked)
