"""The command `measures`: what a claim can be judged by."""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args, get_origin

from ..ground import paths
from ..ground.errors import CaResearchError
from ..ground.templates import filled
from . import console
from .notebooks import TEMPLATES
from .options import Format, Word


def measures(name: Word = None, *, format: Format = "table") -> None:
    """What a claim can be judged by: names and what each gives; of one its choices and an example.

    Parameters
    ----------
    name
        A measure, for example trade.rank, or with what names begin: trade
    """
    from ..claims.measures import measure_words, names

    known = names(article=paths.home() == paths.of_package())
    some = [one for one in known if name in (None, one.partition(".")[0])]
    if name and not some:
        print(_of_one(name))
        return
    console.rows([{"measure": one, "gives": measure_words(one)} for one in some], format)


def _of_one(name: str) -> str:
    import yaml

    from .. import registry
    from ..claims.measures import find
    from .scaffold import beginning

    function = find(name)
    taken = inspect.signature(function).parameters
    tables = [p for p in taken if p in registry.tables()]
    choices = {n: p for n, p in taken.items() if n not in (*tables, "economies", "where")}
    try:
        start = beginning(name)
    except CaResearchError:  # no figures are at hand to begin with
        needed = [n for n, p in choices.items() if p.default is p.empty]
        settings = dict.fromkeys(needed, "...")
        start = {"settings": settings, "kind": "...", "unit": "...", "economies": []}
    return filled(
        TEMPLATES / "measure.j2",
        name=name,
        tables=tables,
        choices={n: _values(p) for n, p in choices.items()},
        wide=max(map(len, choices), default=0),
        counts="economies" in taken,
        about=inspect.getdoc(function) or "",
        settings=yaml.safe_dump(start["settings"], default_flow_style=True, width=1000).strip(),
        start=start,
    ).rstrip("\n")


def _values(choice: inspect.Parameter) -> str:
    """The words of a choice, its default first; or what it is, and its default."""
    hint: Any = choice.annotation
    if get_origin(hint) is Literal:
        words = sorted(map(str, get_args(hint)), key=lambda word: word != str(choice.default))
        return f"{words[0]} (or {', '.join(words[1:])})" if words[1:] else words[0]
    if choice.default is choice.empty:
        return "to be set"
    default = str(choice.default or "none")
    return "none" if default.startswith("<") else default  # made anew for each call
