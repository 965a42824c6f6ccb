"""The command `doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from ..ground import paths
from ..ground.errors import CaResearchError, MissingTableError
from ..ground.extras import MissingPackageError, needed
from ..ground.numbers import counted
from . import console

if TYPE_CHECKING:
    from packaging.requirements import Requirement

LEAST_FREE = 1_000_000_000
"""Bytes on the disk below which a report may fail half-way: some 300 MB for it, and its store."""


class Finding(NamedTuple):
    """One thing that was looked at. state: 'well', 'optional' (can be done without) or 'broken'."""

    what: str
    state: str
    said: str
    mend: str = ""


def doctor(format: console.Format = "table") -> None:
    """What is here, what is missing, and the command that mends it; exit code 1 where something is
    broken.
    """
    found = [finding for look in LOOKS for finding in _looked(look)]
    if console.known(format, console.FORMATS) == "table":
        width = max(len(f.what) for f in found)
        for what, state, said, mend in found:
            typer.echo(f"{state:<9} {what:<{width}}  {said}")
            if mend:
                typer.echo(f"{'':<9} {'':<{width}}  next: {mend}")
    else:
        console.rows([f._asdict() for f in found], format)
    if any(f.state == "broken" for f in found):
        raise typer.Exit(1)


def _looked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds; an error of the library is a finding too."""
    what = look.__name__.strip("_")
    try:
        with needed():
            yield from look()
    except CaResearchError as error:
        where = f" ({error.where})" if error.where else ""
        yield Finding(what, "broken", f"{error.what}{where}", error.hint)
    except MissingPackageError as error:
        said, _, mend = str(error).partition("\n  next:  ")
        yield Finding(what, "optional", said, mend)


def _python() -> Iterator[Finding]:
    bits = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield Finding("python", "well", f"{bits}: {sys.executable}")


def _packages() -> Iterator[Finding]:
    """The package and what it asks for, extra by extra."""
    from packaging.requirements import Requirement

    whole = metadata.distribution("ca-research")
    place = Path(__file__).resolve().parents[1]
    yield Finding("ca-research", "well", f"{whole.version}: {place}")
    left = [Requirement(line) for line in whole.requires or []]
    extras = {*(whole.metadata.get_all("Provides-Extra") or [])} - {"all"}
    for extra in ("", *sorted(extras)):
        asked = [r for r in left if r.marker is None or r.marker.evaluate({"extra": extra})]
        left = [r for r in left if r not in asked]
        name, of = (f"extra [{extra}]", f"[{extra}]") if extra else ("packages", "")
        if lacking := list(filter(None, map(_lacks, asked))):
            state, said = "optional" if extra else "broken", ", ".join(lacking)
            mend = f'python -m pip install "ca-research{of}"'
            yield Finding(name, state, f"not here as asked for: {said}", mend)
        else:
            yield Finding(name, "well", f"{len(asked)} of {len(asked)} as asked for")


def _lacks(asked: Requirement) -> str:
    """A package that is not installed, or not as asked for, in words; else ''."""
    try:
        here = metadata.version(asked.name)
    except metadata.PackageNotFoundError:
        return asked.name
    fits = asked.specifier.contains(here, prereleases=True)
    return "" if fits else f"{asked.name} {here} ({asked.specifier} is)"


def _project() -> Iterator[Finding]:
    from .. import registry

    kind = "the copy in the package (read-only)" if paths.bundled() else str(paths.home())
    claims, tables = len(registry.claims()), len(registry.tables())
    sources = len(registry.sources())
    yield Finding("project", "well", f"{kind}: {claims} claims, {tables} tables, {sources} sources")


def _tables() -> Iterator[Finding]:
    from ..tables.build import content_key, current, names

    mend = "ca-research data build"
    try:
        folder = current()
    except MissingTableError:
        yield Finding("tables", "broken", "never built", mend)
    else:
        if folder.name == f"build-{content_key()}":
            yield Finding("tables", "well", f"{len(names())} built: {folder}")
        else:
            yield Finding("tables", "broken", "built from other figures than those here now", mend)


def _kernel() -> Iterator[Finding]:
    """The kernel that notebooks ask for, and what it starts."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    from .. import kernels

    mend = "python -m pip install --force-reinstall --no-deps ca-research"
    try:
        spec = KernelSpecManager().get_kernel_spec("ca-research")
    except NoSuchKernel:
        yield Finding("kernel", "broken", "JupyterLab knows no kernel 'ca-research'", mend)
        return
    name = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "")
    if metadata.entry_points(group="jupyter_client.kernel_provisioners", name=name):
        running = kernels.servers()
        warm = counted(len(running), "warm server") + " running" if running else "none warm yet"
        yield Finding("kernel", "well", f"{spec.display_name}, {warm}: {spec.resource_dir}")
    else:
        yield Finding("kernel", "broken", f"its provisioner {name!r} is not installed", mend)


def _report() -> Iterator[Finding]:
    folder = paths.reports_dir()
    index = folder / "index.html"
    if index.is_file():
        yield Finding("report", "well", str(index))
    else:
        yield Finding("report", "optional", f"none in {folder}", "ca-research run")
    near = next(f for f in (folder, *folder.parents) if f.is_dir())
    free = shutil.disk_usage(near).free
    said = f"{free / 1e9:,.1f} GB free in {near}"
    if free < LEAST_FREE:
        yield Finding("disk", "broken", said, "make room, or: ca-research cache clear")
    else:
        yield Finding("disk", "well", said)


LOOKS = (_python, _packages, _project, _tables, _kernel, _report)
