"""Verdicts and failed runs of a report as a Markdown table, for the summary of a CI job.

python tools/summary.py reports
"""

import json
import sys
from pathlib import Path
from typing import Any


def _read(file: Path, otherwise: Any) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else otherwise


def summary(folder: Path) -> str:
    verdicts, manifest = _read(folder / "verdicts.json", []), _read(folder / "manifest.json", {})
    lines = [
        "## Verdicts",
        "",
        "| claim | parameters | as of | reading | verdict | fragile |",
        "|---|---|---|---|---|---|",
    ]
    for v in verdicts:
        given = ", ".join(f"{k}={x}" for k, x in v["params"].items())
        fragile = "yes" if v["fragile"] else ""
        cells = (v["claim"], given, v["as_of"], v["title"], v["verdict"], fragile)
        lines.append(f"| {' | '.join(cells)} |")
    ran = manifest.get("runs", [])
    broken = [r for r in ran if r["error"]]
    lines += [
        "",
        f"{len(ran)} notebooks, {len(broken)} did not finish",
        *(f"- {r['run_id']}: {r['error']}" for r in broken),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary(Path(sys.argv[1])))
