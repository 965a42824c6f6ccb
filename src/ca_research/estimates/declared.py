"""A measure that is declared: a general one with some of its arguments set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import partial, wraps
from typing import Any, Literal

import pandas as pd

from ..ground.errors import known_name
from ..registry.declared import Declared
from .frame import Estimate
from .kinds import figure_of
from .measures import Measure, measure, rows_of


def declared(name: str, declaration: Declared, family: Measure) -> Measure:
    """The general measure as it is declared: with fewer arguments, under another name.

    Parameters
    ----------
    name : str
        The name that claims write.
    declaration : Declared
        From `registry/measures.yaml`.
    family : Measure
        The measure that it is a case of.

    Returns
    -------
    Measure
        Takes the tables by their own names, the choices, and what is left of the arguments.

    Raises
    ------
    UnknownNameError
        The declaration sets an argument that the general measure does not take.

    Examples
    --------
    >>> from ca_research.claims.measures import find
    >>> china = {"table": "trade", "counterpart": "CHN"}
    >>> said = Declared(family="series.share", tables={"figures": "trade"}, settings=china)
    >>> share = declared("trade.share_of_china", said, find("series.share"))
    >>> "counterpart" in inspect.signature(share).parameters
    False
    """
    fixed = {*declaration.settings, *(["where"] if declaration.columns else [])}
    fixed |= {n for words in declaration.choices.values() for sets in words.values() for n in sets}
    renamed = declaration.tables | declaration.names
    general = inspect.signature(family, eval_str=True).parameters
    where = f"registry/measures.yaml, {name}"
    for argument in sorted({*renamed, *declaration.defaults, *fixed}):
        known_name(f"argument of {declaration.family}", argument, general, where=where)
    hidden, empty = {*fixed, *getattr(family, "of_table", ())}, inspect.Parameter.empty
    choice = partial(inspect.Parameter, kind=inspect.Parameter.KEYWORD_ONLY)
    parameters = [
        p.replace(name=renamed.get(n, n), default=declaration.defaults.get(n, p.default))
        for n, p in general.items()
        if n not in hidden or n in declaration.tables
    ]
    for name, word in declaration.columns.items():
        parameters.append(choice(name, default=empty if word is None else word, annotation=str))
    for name, words in declaration.choices.items():
        parameters.append(choice(name, default=next(iter(words)), annotation=Literal[*words]))
    signature = inspect.Signature(parameters, return_annotation=pd.DataFrame)
    own_names = {name: argument for argument, name in renamed.items()}

    def general_settings(chosen: Mapping[str, Any]) -> dict[str, Any]:
        settings = dict(declaration.settings)
        for argument, value in chosen.items():
            if argument in declaration.choices:
                settings |= declaration.choices[argument][value]
            elif argument in declaration.columns:
                settings["where"] = {**settings.get("where", {}), argument: value}
            else:
                settings[own_names.get(argument, argument)] = value
        return settings

    @wraps(rows_of(family))
    def rows(*args: Any, **kwargs: Any) -> list[Estimate] | pd.DataFrame:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return rows_of(family)(**general_settings(bound.arguments))

    rows.__signature__ = signature  # type: ignore[attr-defined]
    rows.__doc__ = f"{declaration.gives}\n\n{inspect.getdoc(family)}".strip()
    if table := declaration.settings.get("table"):
        of_table = declaration.settings.keys().isdisjoint({"over"})
        counterpart = renamed.get("counterpart", "") if of_table else ""
        vars(rows).update(table=table, counterpart=counterpart)
    kind, unit = (
        lambda chosen, part=part: getattr(figure_of(family, general_settings(chosen)), part)
        for part in ("kind", "unit")
    )
    return measure(name, kind=kind, unit=unit)(rows)
