"""Students by destination as generic measures, for claims that need no code: `students.share`,
`students.rank`, `students.change`, `students.ratio`, `students.count`.
"""

from __future__ import annotations

from ..estimates import generic


def terms(*, level: str = "degree", source: str = "preferred", listed: int = 5) -> generic.Terms:
    """Students of economies in a destination.

    economies: where the students come from. destination: code or name. year: 'newest' (in which the
    figure is there), 'newest-1', or a year. level: as in the table; counts of unlike levels are
    never compared. source: 'preferred' (of each destination the one that speaks for it), 'every'
    (offices and compilations, which leave a range), or the id of one. listed: how many destinations
    must be there to be ranked or added up.
    """
    choices = {"level": level}
    return generic.Terms("students", choices, source=source, each_speaks=True, listed=listed)


MEASURES = generic.measures("students", "destination", terms)
