"""What a project runs: each notebook of `notebooks/`, under the claims that name it or its own
name.

A notebook may say of itself, in `metadata.ca_research`: `tables` and `registry` (what it may
read; where neither stands, it may read all, and what it reads is noted), `parameters` (choices and
bounds), `runs` (sets of parameters), `after` (it reads the verdicts that the others store).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..ground import paths, reads
from ..ground.errors import RunError
from ..ground.remember import by_file


@dataclass(frozen=True)
class Scheduled:
    """A notebook with the runs that are declared for it.

    runs: sets of parameters. days: days of knowledge, for a notebook that takes one. fixed:
        parameters that the name stands for. entries: what it may read of the registry by its name.
    after: whether it reads what the others have stored.
    """

    name: str
    notebook: Path
    runs: tuple[Mapping[str, Any], ...] = ({},)
    days: tuple[str, ...] = ("latest",)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[str, ...] = ()
    after: bool = False


@dataclass(frozen=True)
class Notebook:
    """A notebook as it lies on the disk: what it declares of itself (nothing, if it is of
    anybody's), and its cells as kind, tags and text.
    """

    about: Mapping[str, Any]
    cells: tuple[tuple[str, tuple[str, ...], str], ...]


@by_file
def read_notebook(file: Path) -> Notebook:
    """A notebook; raises RunError where there is none, or the file is no notebook."""
    where = paths.shown(file)
    try:
        content = json.loads(file.read_bytes())
        about = content.get("metadata", {}).get("ca_research", {})
        cells = [
            (c["cell_type"], tuple(c["metadata"].get("tags", ())), "".join(c["source"]))
            for c in content["cells"]
        ]
        return Notebook(dict(about), tuple(cells))
    except FileNotFoundError:
        hint = "put it there, or back"
        raise RunError("there is no such notebook", where=where, hint=hint) from None
    except (ValueError, AttributeError, KeyError, TypeError, OSError) as error:
        hint = "save it from JupyterLab, or take it back from git"
        raise RunError(f"not a notebook: {error}", where=where, hint=hint) from None


def of_file(notebook: Path) -> Scheduled:
    """A notebook under its own name, with the runs that it declares itself."""
    about = read_notebook(notebook).about
    runs = tuple(about.get("runs", ({},)))
    return Scheduled(notebook.stem, notebook, runs, after=bool(about.get("after")))


def schedule() -> dict[str, Scheduled]:
    """All that a project runs, by name: its claims, then the notebooks that judge none.

    A claim is judged by what was known on the article's day and by all figures, an opinion once.
    """
    from . import article, claims

    folder, both = paths.notebooks_dir(), (article().date.isoformat(), "latest")
    entries = {}
    for name, claim in claims().items():
        file = folder / claim.notebook
        several = file.is_file() and "claim" in read_notebook(file).about.get("parameters", {})
        entries[name] = Scheduled(
            name,
            file,
            tuple(claim.runs),
            ("latest",) if claim.kind == "opinion" else both,
            {"claim": name} if several else {},
            (f"claims/{name}",),
        )
    taken = {one.notebook for one in entries.values()}
    others = (of_file(file) for file in sorted(folder.glob("[!.]*.ipynb")) if file not in taken)
    return entries | {one.name: one for one in others}


def tables_by_notebook() -> dict[str, set[str]]:
    """Tables that each notebook of the project may load, by file name: those that it declares, or
    all.
    """
    files = sorted(paths.notebooks_dir().glob("[!.]*.ipynb"))
    about = {file.name: read_notebook(file).about for file in files}
    limited = {"tables", "registry"}
    return {
        name: set(reads.tables({"tables": ["*"]} if limited.isdisjoint(header) else header))
        for name, header in about.items()
    }
