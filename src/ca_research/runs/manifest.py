"""manifest.json: what ran, under which key, from which inputs, on which versions, how long, and
what came from the store.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from ..ground import paths
from ..ground.errors import CoverageError, UsageError
from ..ground.files import write_whole
from . import worker
from .fingerprint import environment
from .planning import Run
from .pool import Result

SEED = 0
"""Hash seed of every kernel. Measures that draw random numbers take their own seed as an argument
and state it.
"""


def write_manifest(out: Path, results: Sequence[Result], seconds: float) -> None:
    """Write `out`/manifest.json. Runs of an earlier command whose notebooks still lie in the folder
    stay listed.
    """
    from ..tables.build import current

    now = {r.run_id: asdict(r) for r in results}
    kept = {file.stem for file in (out / "notebooks").glob("*.ipynb")}
    earlier = {r["run_id"]: r for r in _runs(out) if r["run_id"] in kept}
    content = {
        "ca_research": __version__,
        **environment(),
        "packages": worker.versions(),
        "tables": current().name,
        "seed": SEED,
        "seconds": round(seconds, 2),
        "runs": sorted((earlier | now).values(), key=lambda r: str(r["run_id"])),
    }
    write_whole(
        out / "manifest.json", (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    )


def _runs(out: Path) -> list[dict[str, Any]]:
    """The runs of a report, none where there is no manifest of one."""
    with contextlib.suppress(CoverageError, UsageError):
        return list(read_manifest(out)["runs"])
    return []


def longest_first(runs: Sequence[Run], out: Path) -> list[Run]:
    """Runs by the seconds they took last time in this folder, those not known first, so that all
    workers end at about the same time.
    """
    took = {r["run_id"]: float(r["seconds"]) for r in _runs(out)}
    return sorted(runs, key=lambda run: -took.get(run.run_id, math.inf))


def read_manifest(out: Path) -> dict[str, Any]:
    """The manifest of a reports folder; raises CoverageError where there is none, UsageError where
    it is not one.
    """
    file = out / "manifest.json"
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if "runs" not in content:
            raise ValueError
    except FileNotFoundError:
        raise CoverageError(
            "nothing has been run yet", where=paths.shown(file), hint="ca-research run"
        ) from None
    except (ValueError, TypeError):
        raise UsageError("no report's", where=paths.shown(file), hint="ca-research run") from None
    return content
