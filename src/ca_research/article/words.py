"""Counts in words, for reasons and notes that stand on a page."""

from __future__ import annotations


def several(number: int, noun: str) -> str:
    """A count with its noun in the right number: '1 wave', '2 waves', '0 waves'; of several words
    the last is changed.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
