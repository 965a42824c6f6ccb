"""Fetching from publishers' services: what to ask (a module for each), and how (transport.py).

Nothing here keeps anything. What comes back is bytes, which the readers of `sources` read like a
file that somebody downloaded.
"""

from .asking import Asking, Found, asking, choice, with_years
from .keys import key
from .transport import Line, Request, Wait, client

__all__ = [
    "Asking",
    "Found",
    "Line",
    "Request",
    "Wait",
    "asking",
    "choice",
    "client",
    "key",
    "with_years",
]
