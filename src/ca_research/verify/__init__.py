"""Verdicts of a report against those that were accepted before: what moved, by how much, and
because of which input.

state.py: both sides of the comparison, the report and baseline/verdicts.json. comparison.py: what
differs, and which inputs changed. rules.py: rules that differ without an amendment. acceptance.py:
a report becomes the new baseline, with a reason. formats.py: a comparison as text, JSON, JUnit and
Markdown. changed.py: what new figures change.
"""

from .acceptance import AGAIN, accept, unfit
from .changed import Moved, affected, moved, standing
from .comparison import Comparison, compare, outdated
from .formats import FORMATS, show
from .rules import unamended
from .state import State, read_baseline, read_report

__all__ = [
    "AGAIN",
    "FORMATS",
    "Comparison",
    "Moved",
    "State",
    "accept",
    "affected",
    "compare",
    "moved",
    "outdated",
    "read_baseline",
    "read_report",
    "show",
    "standing",
    "unamended",
    "unfit",
]
