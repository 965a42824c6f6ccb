"""The command `doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path

import typer

from ..ground import paths
from ..ground.errors import CaResearchError
from ..ground.extras import MissingPackageError, needed
from ..ground.numbers import counted
from . import console
from .options import Format


class Lacking(CaResearchError):
    """Something is not here that can be done without."""


def doctor(*, format: Format = "table") -> None:
    """What is here, what is missing, and the command that mends it; exit code 1 where something is
    broken.
    """
    checks: dict[str, Callable[[], str]] = {
        "ca-research": _package,
        "packages": partial(_packages, ""),
        **{f"extra [{extra}]": partial(_packages, extra) for extra in _extras()},
        "project": _project,
        "tables": _tables,
        "kernel": _kernel,
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


def _package() -> str:
    version, python = metadata.version("ca-research"), platform.python_version()
    return f"{version}: {Path(__file__).resolve().parents[1]}; Python {python}: {sys.executable}"


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
        raise CaResearchError("built from other figures", hint="ca-research data build")
    return f"{len(names())} built: {folder}"


def _kernel() -> str:
    """The kernel that notebooks ask for."""
    from jupyter_client.kernelspec import find_kernel_specs

    from .. import kernels

    if not (spec := find_kernel_specs().get(kernels.NAME)):
        raise CaResearchError(
            f"JupyterLab knows no kernel {kernels.NAME!r}",
            hint="python -m pip install --force-reinstall --no-deps ca-research",
        )
    return f"{counted(len(kernels.servers()), 'warm server')} running: {spec}"
