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
from ..runs import plan
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
    programs = [_program(file) for file in sorted(paths.notebooks_dir().glob("*.ipynb"))]
    titles = {program["name"]: program["title"] for program in programs}
    claims, tables, lost = registry.claims(), registry.tables(), again.left_out()
    known, sources = registry.added(), registry.sources()
    runs, locked = plan(), _locked()
    held = [name for name in OF_PROJECT if (paths.home() / name).exists()]
    rows = {name: rows_of(name) for name in tables}
    figures = Counter[str]()
    for of in rows.values():
        figures.update(of)
    rest = {s for s, n in figures.items() if n < MANY and sources[s].redistribution == "figures"}
    registers = {
        "`registry/sources.csv`": registry.listed_sources() or not known,
        "`data/added/*/source.yaml`": known.keys() - lost.keys(),
        f"`{again.FOLDER}/*/source.yaml`": lost,
    }
    exhibits = []
    for run in runs:
        title = f"{run.name}: {claims[run.name].title}" if run.name in claims else None
        exhibits.append({"run": run, "title": title or titles[run.notebook.name]})
    return filled(
        Path(__file__).with_name("replication.md.j2"),
        lines=False,
        title=registry.article().report_title,
        version=__version__,
        counted=counted,
        held=held,
        checkout="src/ca_research" in held,
        register=" and ".join(name for name, some in registers.items() if some),
        added=known.keys() - lost.keys(),
        built=len(names()),
        marks=Counter(source.redistribution for source in sources.values()),
        lost=lost,
        command=again.command,
        resting=lambda source: again.resting(source, verdicts),
        tables=tables,
        sources=sources,
        rows=rows,
        figures=figures,
        own=sorted(figures.keys() - rest),
        others=rest,
        other_rows=sum(figures[s] for s in rest),
        files=sum(len(t.files) + bool(t.location) for t in tables.values()) + len(known),
        kinds=Counter(sources[s].kind for s in rest),
        entries=known,
        elsewhere={name: place_of(t).shown for name, t in tables.items() if t.location},
        locked=locked,
        named=", ".join(f"{name} {locked[name]}" for name in NAMED if name in locked),
        hash_seed=SEED,
        measured=replication(),
        programs=programs,
        ran=len({run.notebook for run in runs}),
        measures=list(_measures()),
        exhibits=exhibits,
        many=MANY,
    )


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
