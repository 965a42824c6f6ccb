"""The command `doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path

import typer

from ..ground import paths
from ..ground.errors import CaResearchError, StaleTablesError
from ..ground.extras import MissingPackageError, needed
from ..ground.numbers import counted
from . import console
from .options import Format

LEAST_FREE = 1_000_000_000
"""Bytes on the disk below which a report may fail half-way: some 300 MB for it, and its store."""


class Lacking(CaResearchError):
    """Something is not here that can be done without."""


def doctor(*, format: Format = "table") -> None:
    """What is here, what is missing, and the command that mends it; exit code 1 where something is
    broken.
    """
    checks: dict[str, Callable[[], str]] = {
        "python": _python,
        "ca-research": _package,
        "packages": partial(_packages, ""),
        **{f"extra [{extra}]": partial(_packages, extra) for extra in _extras()},
        "project": _project,
        "tables": _tables,
        "kernel": _kernel,
        "report": _report,
        "disk": _disk,
    }
    findings = [_finding(what, check) for what, check in checks.items()]
    if format == "table":
        for finding in findings:
            next_ = f"\n{'':<29} next: {{mend}}" if finding["mend"] else ""
            print(f"{{state:<9}} {{what:<18}}  {{said}}{next_}".format_map(finding))
    else:
        console.rows(findings, format)
    if any(finding["state"] == "broken" for finding in findings):
        raise typer.Exit(1)


def _finding(what: str, check: Callable[[], str]) -> dict[str, str]:
    """What a check says, or the error that it ends with."""
    try:
        with needed():
            state, message = "well", check()
    except (CaResearchError, MissingPackageError) as error:
        state = "optional" if isinstance(error, (Lacking, MissingPackageError)) else "broken"
        message = str(error)
    message, _, mend = message.partition("\n  next:  ")
    return {"what": what, "state": state, "said": " ".join(message.split()), "mend": mend}


def _python() -> str:
    return f"Python {platform.python_version()}, {platform.platform()}: {sys.executable}"


def _package() -> str:
    return f"{metadata.version('ca-research')}: {Path(__file__).resolve().parents[1]}"


def _extras() -> list[str]:
    """The extras of the package, but for the one that is all of them."""
    named = metadata.metadata("ca-research").get_all("Provides-Extra") or []
    return sorted({*named} - {"all"})


def _packages(extra: str) -> str:
    """What the package asks for, or an extra of it beside that."""
    from packaging.requirements import Requirement

    each = map(Requirement, metadata.requires("ca-research") or [])
    needs = [one for one in each if str(one.marker).partition("extra == ")[2].strip('"') == extra]
    lacking = []
    for one in needs:
        try:
            here = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            lacking.append(one.name)
        else:
            if not one.specifier.contains(here, prereleases=True):
                lacking.append(f"{one.name} {here} ({one.specifier} is)")
    if lacking:
        package = f"ca-research[{extra}]" if extra else "ca-research"
        raise (Lacking if extra else CaResearchError)(
            f"not here as asked for: {', '.join(lacking)}",
            hint=f'python -m pip install "{package}"',
        )
    return f"{counted(len(needs), 'package')} as asked for"


def _project() -> str:
    from .. import registry

    kind = "the copy in the package (read-only)" if paths.bundled() else paths.home()
    claims, tables = len(registry.claims()), len(registry.tables())
    return f"{kind}: {claims} claims, {tables} tables, {len(registry.sources())} sources"


def _tables() -> str:
    from ..tables.build import content_key, current, names

    folder = current()
    if folder.name != f"build-{content_key()}":
        raise StaleTablesError(
            "built from other figures than those here now", hint="ca-research data build"
        )
    return f"{len(names())} built: {folder}"


def _kernel() -> str:
    """The kernel that notebooks ask for, and what it starts."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    from .. import kernels

    mend = "python -m pip install --force-reinstall --no-deps ca-research"
    try:
        spec = KernelSpecManager().get_kernel_spec(kernels.NAME)
    except NoSuchKernel:
        raise CaResearchError("JupyterLab knows no kernel 'ca-research'", hint=mend) from None
    name = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "")
    if not metadata.entry_points(group="jupyter_client.kernel_provisioners", name=name):
        raise CaResearchError(f"its provisioner {name!r} is not installed", hint=mend)
    warm = counted(len(kernels.servers()), "warm server")
    return f"{spec.display_name}, {warm} running: {spec.resource_dir}"


def _report() -> str:
    index = paths.reports_dir() / "index.html"
    if not index.is_file():
        raise Lacking(f"none in {index.parent}", hint="ca-research run")
    return str(index)


def _disk() -> str:
    folder = paths.reports_dir().parent
    free = shutil.disk_usage(folder).free
    message = f"{free / 1e9:,.1f} GB free in {folder}"
    if free < LEAST_FREE:
        raise CaResearchError(message, hint="make room, or: ca-research cache clear")
    return message
