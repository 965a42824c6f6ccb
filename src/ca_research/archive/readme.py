"""REPLICATION.md: what data editors of the social sciences ask of a replication package.

The sections and their order are those of Vilhuber, Koren, Llull, Connolly and Morrow, 'A template
README for social science replication packages' (doi 10.5281/zenodo.7293838). All it says is read
from the registry, the notebooks and the lock file, so that it cannot fall behind them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__, registry
from ..ground import paths, reads
from ..ground.extras import needed
from ..registry.replication import replication
from ..runs import Run, plan
from ..runs.manifest import SEED
from ..sources.elsewhere import place as place_of
from ..tables import rows_of
from . import again

FILE = "REPLICATION.md"
MANY = 200
"""Figures from which a source has a row of its own, whatever its rights."""
NAMED = ("pandas", "numpy", "duckdb", "pyarrow", "scipy", "pyfixest", "statsmodels", "matplotlib")
"""Packages whose versions are named; the lock file has all."""
_SEEDED = re.compile(r"\bseed\s*=\s*(\d+)")
_PACKAGE = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
_HEADING = re.compile(r"^#+ (.+)$", re.M)


def statement(verdicts: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text of REPLICATION.md for the project at hand.

    verdicts: those of a report that it goes with, to name which rest on what is left out.
    """
    with needed():
        from jinja2 import Environment, StrictUndefined

    template = Path(__file__).with_name("replication.md.j2").read_text(encoding="utf-8")
    made = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    notebooks = [_program(file) for file in sorted(paths.notebooks_dir().glob("*.ipynb"))]
    titles = {program["name"]: program["title"] for program in notebooks}
    locked = _locked()
    return made.from_string(template).render(
        title=registry.article().report_title,
        version=__version__,
        tables=len(registry.tables()),
        marks=Counter(source.redistribution for source in registry.sources().values()),
        left_out=[
            {
                "entry": entry,
                "command": again.command(entry),
                "claims": again.resting(source, verdicts),
            }
            for source, entry in again.left_out().items()
        ],
        files=list(_files()),
        locked=locked,
        named=", ".join(f"{name} {locked[name]}" for name in NAMED if name in locked),
        hash_seed=SEED,
        seeds=[(p["name"], seed) for p in notebooks for seed in p["seeds"]],
        measured=replication(),
        programs=notebooks,
        exhibits=[{"run": run, "title": _exhibit(run, titles)} for run in plan()],
        many=MANY,
        **_sources(),
    )


def _sources() -> dict[str, Any]:
    """A table of the sources with many figures or other rights than most, and what the others
    are.
    """
    tables: dict[str, dict[str, int]] = {}
    for name in registry.tables():
        for source, rows in rows_of(name).items():
            tables.setdefault(source, {})[name] = rows
    known = registry.sources()
    figures = {one: sum(rows.values()) for one, rows in tables.items()}
    own = {s for s, n in figures.items() if n >= MANY or known[s].redistribution != "figures"}
    lines = ["| source | citation | licence | mark | rows | tables |", "|---|---|---|---|---|---|"]
    for s in sorted(own):
        one, within = known[s], ", ".join(sorted(tables[s]))
        cells = (one.citation, one.licence or "not known", f"`{one.redistribution}`")
        said = " | ".join(cell.replace("|", "/") for cell in cells)
        lines.append(f"| `{s}` | {said} | {figures[s]:,} | {within} |")
    others = [s for s in tables if s not in own]
    kinds = Counter(known[s].kind for s in others)
    return {
        "sources": "\n".join(lines),
        "others": others,
        "other_rows": f"{sum(figures[s] for s in others):,}",
        "other_kinds": ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())),
    }


def _files() -> Iterator[dict[str, Any]]:
    for name, table in registry.tables().items():
        for file, about in table.files.items():
            yield _file(f"data/raw/{file}", name, about.rows)
        if table.location:
            place = f"{place_of(table).shown} (elsewhere)"
            yield _file(place, name, sum(rows_of(name).values()), provided=False)
    lost = again.left_out()
    for source, entry in registry.added().items():
        yield _file(f"data/added/{source}", entry.table, entry.rows, source not in lost)


def _file(name: str, table: str, rows: int, provided: bool = True) -> dict[str, Any]:
    return {"name": name, "table": table, "rows": rows, "provided": provided}


def _locked() -> dict[str, str]:
    """Package -> version of the lock file; empty where the project has none."""
    file = paths.home() / "requirements.lock"
    return dict(_PACKAGE.findall(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _program(file: Path) -> dict[str, Any]:
    """A notebook: its first heading, the tables it declares, the seeds it sets."""
    book = json.loads(file.read_text(encoding="utf-8"))
    text: dict[str, str] = {"markdown": "", "code": ""}
    for cell in book["cells"]:
        kind = cell["cell_type"]
        text[kind] = text.get(kind, "") + "".join(cell["source"]) + "\n"
    heading = _HEADING.search(text["markdown"])
    return {
        "name": file.name,
        "title": heading[1].strip() if heading else file.stem,
        "tables": reads.tables(book["metadata"].get("ca_research", {})),
        "seeds": list(dict.fromkeys(_SEEDED.findall(text["code"]))),
    }


def _exhibit(run: Run, titles: dict[str, str]) -> str:
    if run.claim in registry.claims():
        return f"{run.claim}: {registry.claim(run.claim).title}"
    return titles[run.notebook.name]
