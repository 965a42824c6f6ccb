"""Single figures as generic measures, for claims that need no code: `facts.share`, `facts.rank`,
`facts.change`, `facts.ratio`, `facts.count`.
"""

from __future__ import annotations

from . import generic


def terms(*, attribute: str, source: str = "every") -> generic.Terms:
    """Figures of a subject, compared within an attribute.

    attribute, subject: as in table `facts`. year: 'newest' (in which the figure is there),
    'newest-1', or a year. source: 'every' (sources that disagree leave a range) or the id of one.
    """
    return generic.Terms("facts", {"attribute": attribute}, source=source, roles=None)


MEASURES = generic.measures("facts", "subject", terms, of_economies=False)
