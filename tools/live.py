"""Whether publishers' services still answer as they did: a small request to each, nothing kept.

`python tools/live.py` asks each provider of registry/providers.yaml for figures that the tables
hold from another source, and says in a table what came: rows, whether they repeat what stood, or
which error. It ends with 1 where a service gave an error, or figures of another size: a unit that
changed shows as a factor of a thousand.

For the weekly workflow; no test and no notebook asks a live service.
"""

from __future__ import annotations

import sys

import ca_research as ca
from ca_research.ground.errors import CaResearchError
from ca_research.tables import Fetched

ASKED = {
    "worldbank": {"indicator": "NY.GDP.MKTP.CD", "economy": "KAZ", "since": 2010, "until": 2020},
    "comtrade": {"reporter": "KAZ", "partner": "CHN", "year": 2021},
    "imf": {"reporter": "KAZ", "partner": ["CHN", "WLD"], "year": 2021},
    "eurostat": {"origin": "KAZ", "destination": ["DEU", "POL"], "since": 2019, "until": 2022},
    "unesco": {"indicator": "26637", "economy": "KAZ", "since": 2015, "table": "macro"},
}
FACTOR = 10.0
"""Figures that differ by more are not revised but of another unit."""


def drift(found: Fetched) -> str:
    """What is odd about figures that came; '' where nothing is."""
    both = found.compared.dropna(subset=["stood"]).query("value > 0 and stood > 0")
    ratio = both["value"] / both["stood"]
    off = ratio[(ratio > FACTOR) | (ratio < 1 / FACTOR)]
    return f"figures of another size: {off.iloc[0]:,.3g} times what stood" if len(off) else ""


def looked_at(provider: str) -> tuple[bool, str]:
    """Whether a provider answers as it did, and in words."""
    try:
        found = ca.fetch(
            provider, source=f"LIVE_{provider.upper()}", dry_run=True, **ASKED[provider]
        )
    except CaResearchError as error:
        return False, f"{type(error).__name__}: {error.what}"
    odd = drift(found)
    counts = ", ".join(f"{found.count(w)} {w}" for w in ("new", "repeats", "contradicts"))
    return not odd, f"{len(found.rows)} rows: {counts}" + (f"; {odd}" if odd else "")


def main() -> int:
    """A table in Markdown; 1 where anything drifted."""
    seen = {provider: looked_at(provider) for provider in ASKED}
    print("| provider | as it was | what came |\n|---|---|---|")
    for provider, (well, words) in seen.items():
        print(f"| {provider} | {'yes' if well else 'no'} | {words.replace('|', '/')} |")
    return 0 if all(well for well, _ in seen.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
