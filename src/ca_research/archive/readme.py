"""REPLICATION.md: what data editors of the social sciences ask of a replication package.

The sections and their order are those of Vilhuber, Koren, Llull, Connolly and Morrow, 'A template
README for social science replication packages' (doi 10.5281/zenodo.7293838). All it says is read
from the files of the project (registry, notebooks, measures, what was added, a lock file where
there is one), so that it cannot fall behind them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__, registry
from ..claims import own_measures
from ..ground import paths, reads
from ..ground.files import walk
from ..ground.numbers import counted
from ..ground.templates import filled
from ..registry.replication import replication
from ..runs import Run, plan
from ..runs.manifest import SEED
from ..sources.elsewhere import place as place_of
from ..tables import rows_of
from ..tables.build import names
from . import again

FILE = "REPLICATION.md"
MANY = 200
"""Figures from which a source has a row of its own, whatever its rights."""
NAMED = ("pandas", "numpy", "duckdb", "pyarrow", "scipy", "pyfixest", "statsmodels", "matplotlib")
"""Packages whose versions are named; the lock file has all."""
OF_PROJECT = ("src/ca_research", "LICENSE", "environment.yml", "baseline/verdicts.json")
"""What some projects have and others not; only of what is there anything is said."""
_SEEDED = re.compile(r"\bseed\s*=\s*(\d+)")
_PACKAGE = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
_HEADING = re.compile(r"^#+ (.+)$", re.M)


def statement(verdicts: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text of REPLICATION.md for the project at hand.

    verdicts: those of a report that it goes with, to name which rest on what is left out.
    """
    notebooks = [_program(file) for file in sorted(paths.notebooks_dir().glob("*.ipynb"))]
    titles = {program["name"]: program["title"] for program in notebooks}
    runs, locked = plan(), _locked()
    held = [name for name in OF_PROJECT if (paths.home() / name).exists()]
    files = list(_files())
    return filled(
        Path(__file__).with_name("replication.md.j2"),
        lines=False,
        title=registry.article().report_title,
        version=__version__,
        counted=counted,
        held=held,
        checkout="src/ca_research" in held,
        register=" and ".join(_register()),
        added=bool(registry.added().keys() - again.left_out().keys()),
        tables=len(names()),
        marks=Counter(source.redistribution for source in registry.sources().values()),
        left_out=[
            {
                "entry": entry,
                "command": again.command(entry),
                "claims": again.resting(source, verdicts),
            }
            for source, entry in again.left_out().items()
        ],
        files=files,
        elsewhere=[
            (name, place_of(t).shown) for name, t in registry.tables().items() if t.location
        ],
        locked=locked,
        named=", ".join(f"{name} {locked[name]}" for name in NAMED if name in locked),
        hash_seed=SEED,
        seeds=[(p["name"], seed) for p in notebooks for seed in p["seeds"]],
        measured=replication(),
        programs=notebooks,
        ran=len({run.notebook for run in runs}),
        measures=list(_measures()),
        exhibits=[{"run": run, "title": _exhibit(run, titles)} for run in runs],
        many=MANY,
        **_sources(),
    )


def _register() -> Iterator[str]:
    """The files that say what each source is."""
    known, lost = registry.added(), again.left_out()
    if registry.listed_sources() or not known:
        yield "`registry/sources.csv`"
    if known.keys() - lost.keys():
        yield "`data/added/*/source.yaml`"
    if lost:
        yield f"`{again.FOLDER}/*/source.yaml`"


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
        "other_rows": sum(figures[s] for s in others),
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


def _measures() -> Iterator[tuple[str, list[str]]]:
    """The files of the project's own measures, and the names that each registers."""
    known = own_measures.files()
    for file in walk(paths.measures_dir()):
        shown = file.relative_to(paths.home()).as_posix()
        yield shown, [name for name, where in known.items() if where == file]


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
