"""Relations: borders, events, Belt and Road dates, votes, opinion, visits."""

from .borders import border_lengths, border_total, neighbours

__all__ = ["border_lengths", "border_total", "neighbours"]
