"""Verdicts and failed runs of a reports folder as a Markdown table: `python tools/summary.py reports`."""

import json
import sys
from pathlib import Path


def summary(folder: Path) -> str:
    verdicts = (
        json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
        if (folder / "verdicts.json").is_file()
        else []
    )
    runs = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["runs"]
        if (folder / "manifest.json").is_file()
        else []
    )
    lines = [
        "## Verdicts",
        "",
        "| claim | parameters | as of | reading | verdict | fragile |",
        "|---|---|---|---|---|---|",
    ]
    for v in verdicts:
        given = ", ".join(f"{k}={x}" for k, x in v["params"].items())
        lines.append(
            f"| {v['claim']} | {given} | {v['as_of']} | {v['title']} | {v['verdict']} | {'yes' if v['fragile'] else ''} |"
        )
    broken = [r for r in runs if r["error"]]
    lines += [
        "",
        f"{len(runs)} notebooks, {len(broken)} did not finish",
        *(f"- {r['run_id']}: {r['error']}" for r in broken),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary(Path(sys.argv[1])))
