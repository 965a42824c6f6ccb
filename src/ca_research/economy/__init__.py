"""Economy: energy, output and transport."""

from .energy import COMMODITIES, energy_share, energy_share_before

__all__ = ["COMMODITIES", "energy_share", "energy_share_before"]
