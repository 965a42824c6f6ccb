"""Economy: energy, output and transport."""

from .energy import COMMODITIES, energy_share, energy_share_before, energy_shares, gas_context

__all__ = ["COMMODITIES", "energy_share", "energy_share_before", "energy_shares", "gas_context"]
