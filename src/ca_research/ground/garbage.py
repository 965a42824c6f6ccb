"""How often a process of our own looks for objects that hold each other."""

from __future__ import annotations

import atexit
import gc


def seldom() -> None:
    """Look for cyclic garbage some fifteen times less often than Python does by itself.

    Frames, pictures and pages are made of many small objects that stay: to look through them
    takes an eighth of the time. Only for processes of our own, never on import.
    """
    gc.set_threshold(10_000, 20, 20)


def not_at_the_end() -> None:
    """End without a last look: what is left goes with the process, which ends half a second sooner
    after a report.
    """
    atexit.register(gc.freeze)
