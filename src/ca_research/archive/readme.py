"""REPLICATION.md: what data editors of the social sciences ask of a replication package.

The sections and their order are those of Vilhuber, Koren, Llull, Connolly and Morrow, 'A template
README for social science replication packages' (doi 10.5281/zenodo.7293838). All it says is read
from the files of the project (registry, notebooks, measures, what was added, a lock file where
there is one), so that it cannot fall behind them. Its words and lists are those of the template.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__, registry
from ..claims import own_measures
from ..ground import paths, reads
from ..ground.numbers import counted
from ..ground.templates import filled
from ..registry.replication import replication
from ..registry.schedule import read_notebook
from ..runs import plan
from ..runs.manifest import SEED
from ..sources.elsewhere import place as place_of
from ..tables import rows_of
from ..tables.build import names
from . import again

FILE = "REPLICATION.md"
MANY = 200
"""Figures from which a source has a row of its own, whatever its rights."""
_SEEDED = re.compile(r"\bseed\s*=\s*(\d+)")
_PACKAGE = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
_HEADING = re.compile(r"^#+ (.+)$", re.M)


def statement(verdicts: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text of REPLICATION.md for the project at hand.

    verdicts: those of a report that it goes with, to name which rest on what is left out.
    """
    home, tables, sources = paths.home(), registry.tables(), registry.sources()
    lock = home / "requirements.lock"
    rows = {name: rows_of(name) for name in tables}
    figures = sum(map(Counter, rows.values()), Counter[str]())
    single = {source for source, one in sources.items() if one.redistribution == "figures"}
    return filled(
        Path(__file__).with_name("replication.md.j2"),
        lines=False,
        title=registry.article().report_title,
        version=__version__,
        counted=counted,
        there=lambda name: (home / name).exists(),
        listed=registry.listed_sources(),
        entries=registry.added(),
        built=len(names()),
        lost=again.left_out(),
        command=again.command,
        verdicts=verdicts,
        tables=tables,
        place_of=place_of,
        sources=sources,
        rows=rows,
        figures=figures,
        others={source for source, n in figures.items() if n < MANY} & single,
        locked=dict(_PACKAGE.findall(lock.read_text("utf-8"))) if lock.is_file() else {},
        hash_seed=SEED,
        measured=replication(),
        programs={f.name: _program(f) for f in sorted(paths.notebooks_dir().glob("[!.]*.ipynb"))},
        measures=own_measures.files(),
        runs=plan(),
        claims=registry.claims(),
        many=MANY,
    )


def _program(file: Path) -> dict[str, Any]:
    """A notebook: its first heading, the tables it declares, the seeds it sets."""
    book = read_notebook(file)
    prose = "\n".join(text for kind, _, text in book.cells if kind == "markdown")
    code = "\n".join(text for kind, _, text in book.cells if kind == "code")
    heading = _HEADING.search(prose)
    return {
        "title": heading[1].strip() if heading else file.stem,
        "tables": reads.tables(book.about),
        "seeds": _SEEDED.findall(code),
    }
