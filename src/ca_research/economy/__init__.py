"""Economy: energy, output and transport."""

from .corridor import corridor_containers, corridor_scale, corridor_shares, corridor_trains
from .energy import COMMODITIES, energy_share, energy_share_before, energy_shares, gas_context
from .industry import manufacturing_change, project_list, projects_at_work

__all__ = [
    "COMMODITIES",
    "corridor_containers",
    "corridor_scale",
    "corridor_shares",
    "corridor_trains",
    "energy_share",
    "energy_share_before",
    "energy_shares",
    "gas_context",
    "manufacturing_change",
    "project_list",
    "projects_at_work",
]
