"""Commands from plain functions. What stands before `*` in a signature is an argument, what follows
is an option, and the help of each stands under `Parameters` in the docstring.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

Format = Literal["table", "csv", "json"]
TextOrJson = Literal["text", "json"]
Word = str | None
Number = int | None
File = Path | None
Several = list[str] | None

SHORT = {"param": ("-p", "--param"), "jobs": ("-j", "--jobs"), "output": ("-o", "--output")}
"""Options that have a short name, wherever they stand."""

UP_TO_A_YEAR = {"min": 1, "max": 366 * 24 * 3600}
"""Seconds: a larger limit of time is a slip of the hand."""

LIMITS: dict[str, dict[str, Any]] = {
    "jobs": {"min": 1},
    "cell_timeout": UP_TO_A_YEAR,
    "timeout": UP_TO_A_YEAR,
    "memory": {"min": 0.1, "max": 1e6},
    "lag": {"min": 0},
}
"""Between which numbers an option lies, wherever it stands."""

SHARED = {
    "param": "One parameter: -p economy=KAZ",
    "out": "Folder of the report; default: reports/",
    "lag": "Days after a year's end at which its figures were out: a series.",
    "role": "How it speaks for a reporter; see data show sources",
    "preference": "Before which sources: the lower first.",
    "redistribution": "What its licence allows replicate to pack: yes (all), figures (with a "
    "citation; as it is where nothing is said) or no.",
    "skip_bad": "Leave faulty rows out, and keep the list.",
    "yes": "Do not ask.",
}
"""Help of what several commands take."""


def documented(command: Callable[..., None]) -> Callable[..., None]:
    """A function as typer reads it: each parameter with its help, its names and its limits."""
    about, _, listed = str(inspect.getdoc(command)).partition("\n\nParameters\n----------\n")
    helps = SHARED | dict(re.findall(r"^(\w+)\n((?: +.*\n?)+)", listed, re.MULTILINE))
    signature = inspect.signature(command, eval_str=True)
    described = [
        one if one.annotation is typer.Context else _described(one, helps.get(one.name, ""))
        for one in signature.parameters.values()
    ]
    command.__doc__ = about
    command.__signature__ = signature.replace(parameters=described)  # type: ignore[attr-defined]
    return command


def _described(one: inspect.Parameter, help: str) -> inspect.Parameter:
    """A parameter with its help; a switch that is off by default has no `--no-...`."""
    about: dict[str, Any] = {"help": " ".join(help.split()), **LIMITS.get(one.name, {})}
    if one.kind is one.KEYWORD_ONLY:
        name = f"--{one.name.replace('_', '-')}"
        names = SHORT.get(one.name, (name,) if one.default is False else ())
        kind = typer.Option(*names, **about)
    else:
        kind = typer.Argument(**about)
    return one.replace(annotation=Annotated[one.annotation, kind])
