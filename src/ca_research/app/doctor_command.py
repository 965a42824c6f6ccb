"""The command `doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import typer

from ..ground import paths
from ..ground.errors import CaResearchError, MissingTableError
from ..ground.extras import MissingPackageError, needed
from . import console

LEAST_FREE = 1_000_000_000
"""Bytes on the disk below which a report may fail half-way: some 300 MB for it, and its store."""


@dataclass(frozen=True)
class Finding:
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
        for f in found:
            typer.echo(f"{f.state:<9} {f.what:<{width}}  {f.said}")
            if f.mend:
                typer.echo(f"{'':<9} {'':<{width}}  next: {f.mend}")
    else:
        console.rows([asdict(f) for f in found], format)
    if any(f.state == "broken" for f in found):
        raise typer.Exit(1)


def _looked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds; an error of the library is a finding too."""
    what = look.__name__.strip("_")
    try:
        with needed():
            yield from look()
    except CaResearchError as error:
        said = f"{error.what} ({error.where})" if error.where else error.what
        yield Finding(what, "broken", said, error.hint)
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
    asked = [Requirement(line) for line in whole.requires or []]
    extras = sorted({*(whole.metadata.get_all("Provides-Extra") or [])} - {"all"})
    for extra in ("", *extras):
        listed = [r for r in asked if _is_of(r, extra)]
        lacking = [said for r in listed if (said := _lacks(r))]
        name = f"extra [{extra}]" if extra else "packages"
        if not lacking:
            yield Finding(name, "well", f"{len(listed)} of {len(listed)} as asked for")
            continue
        wanted = f"ca-research[{extra}]" if extra else "ca-research"
        said = f"not here as asked for: {', '.join(lacking)}"
        mend = f'python -m pip install "{wanted}"'
        yield Finding(name, "optional" if extra else "broken", said, mend)


def _is_of(requirement: object, extra: str) -> bool:
    """Whether a requirement is one of an extra ('': of the package itself)."""
    marker = requirement.marker  # type: ignore[attr-defined]
    plain = marker is None or marker.evaluate({"extra": ""})
    return plain if not extra else not plain and marker.evaluate({"extra": extra})


def _lacks(requirement: object) -> str:
    """A package that is not installed, or not as asked for, in words; else ''."""
    name, wanted = requirement.name, requirement.specifier  # type: ignore[attr-defined]
    try:
        here = metadata.version(name)
    except metadata.PackageNotFoundError:
        return str(name)
    return "" if wanted.contains(here, prereleases=True) else f"{name} {here} ({wanted} is)"


def _project() -> Iterator[Finding]:
    from .. import registry

    home = paths.home()
    kind = "the copy in the package (read-only)" if paths.bundled() else str(home)
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
        return
    if folder.name != f"build-{content_key()}":
        yield Finding("tables", "broken", "built from other figures than those here now", mend)
        return
    yield Finding("tables", "well", f"{len(names())} built: {folder}")


def _kernel() -> Iterator[Finding]:
    """The kernel that notebooks ask for, and what it starts."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    mend = "python -m pip install --force-reinstall --no-deps ca-research"
    try:
        spec = KernelSpecManager().get_kernel_spec("ca-research")
    except NoSuchKernel:
        yield Finding("kernel", "broken", "JupyterLab knows no kernel 'ca-research'", mend)
        return
    asked = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "")
    known = {e.name for e in metadata.entry_points(group="jupyter_client.kernel_provisioners")}
    if asked not in known:
        yield Finding("kernel", "broken", f"its provisioner {asked!r} is not installed", mend)
        return
    from .. import kernels

    running = len(kernels.servers())
    warm = f"{running} warm server{'s'[: running != 1]} running" if running else "none warm yet"
    yield Finding("kernel", "well", f"{spec.display_name}, {warm}: {spec.resource_dir}")


def _report() -> Iterator[Finding]:
    folder = paths.reports_dir()
    index = folder / "index.html"
    if index.is_file():
        yield Finding("report", "well", str(index))
    else:
        yield Finding("report", "optional", f"none in {folder}", "ca-research run")
    near = next(f for f in (folder, *folder.parents) if f.is_dir())
    free = shutil.disk_usage(near).free
    state = "well" if free >= LEAST_FREE else "broken"
    mend = "" if state == "well" else "make room, or: ca-research cache clear"
    yield Finding("disk", state, f"{free / 1e9:,.1f} GB free in {near}", mend)


LOOKS = (_python, _packages, _project, _tables, _kernel, _report)
