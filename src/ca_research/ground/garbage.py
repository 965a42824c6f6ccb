"""How often a process of our own looks for objects that hold each other."""

from __future__ import annotations

import gc


def seldom() -> None:
    """Look for cyclic garbage some fifteen times less often than Python does by itself.

    Frames, pictures and pages are made of many small objects that stay: to look through them
    takes an eighth of the time. Only for processes of our own, never on import.
    """
    gc.set_threshold(10_000, 20, 20)
