"""The five and what lies around them, for `plots.region_map`."""

from __future__ import annotations

from ..plots.maps import Region

REGION = Region(
    places={
        "KAZ": (67.0, 48.2),
        "KGZ": (80.2, 40.3),
        "TJK": (76.4, 37.6),
        "TKM": (58.8, 39.3),
        "UZB": (63.2, 42.9),
    },
    window=(45.5, 98.0, 34.0, 56.6),
    around=("RUS", "CHN", "MNG", "IRN", "AFG", "PAK", "IND", "AZE", "GEO", "ARM", "TUR"),
    named={
        "RUS": (62.5, 55.6),
        "CHN": (91.0, 42.5),
        "IRN": (56.5, 35.6),
        "AFG": (65.5, 34.6),
        "MNG": (95.0, 47.3),
    },
    beside=("KGZ", "TJK"),
)
