"""The command `wanted`: which figures would settle a claim, who has them, and a file to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..ground.errors import UsageError, known_name
from ..ground.numbers import counted
from . import console
from .claim_commands import economy_of
from .notebooks import TEMPLATES
from .options import File, Several, Word

if TYPE_CHECKING:
    import pandas as pd


def wanted(
    claim: Word = None,
    *,
    param: Several = None,
    table: Word = None,
    template: File = None,
    format: Literal["text", "table", "csv", "json"] = "text",
) -> None:
    """The figures that would settle what is open, and who publishes such figures.

    Parameters
    ----------
    claim
        A claim, for example C30; all where none is named.
    table
        Only figures of a table.
    template
        A CSV of these figures, to be filled in.
    """
    params = console.pairs(param)
    for name in () if claim else params:
        known_name("parameter of all claims", name, ("economy",))
    economy = economy_of(claim, params) if claim else params.get("economy")
    from ..claims.claim import wanted as asked

    figures = asked(claim, economy=economy)
    if table is not None:
        known_name("table in which figures are wanted", table, set(figures["table"]))
        figures = figures[figures["table"] == table]
    if template:
        tables = list(dict.fromkeys(figures["table"]))
        if len(tables) != 1:
            raise UsageError(
                f"wanted are figures of {counted(len(tables), 'table')}",
                hint="a template is of one: --table NAME; ca-research wanted says which there are",
            )
        count = _write(template, tables[0], figures)
        print(f"{template}: {count} figures to fill in")
        print(f"next: ca-research data add {template} --table {tables[0]} --source ID ...")
    elif format == "text":
        print(_words(figures), end="")
    else:
        console.frame(figures.drop(columns="cells"), format)


def _write(file: Path, table: str, figures: pd.DataFrame) -> int:
    """Write the figures of a table as its raw files have them, with nothing where the value
    goes; returns their number.
    """
    from ..claims.wanted import template
    from ..ground.files import write_whole
    from ..tables import load

    if file.suffix != ".csv" or file.exists():
        raise UsageError(
            "not a file to write a template to",
            where=str(file),
            hint="a CSV that is not there yet: --template NAME.csv",
        )
    rows = template(table, figures.to_dict("records"), load(table))
    write_whole(file, rows.to_csv(index=False))
    return len(rows)


def _words(figures: pd.DataFrame) -> str:
    """What is wanted, claim by claim, and under it who publishes such figures."""
    from .. import registry
    from ..claims.wanted import publishers
    from ..ground.templates import filled

    each = []
    for claim, group in figures.groupby("claim", sort=False):
        rows = group.to_dict("records")
        holders = dict.fromkeys(holder for row in rows for holder in publishers(row))
        each.append((registry.claim(str(claim)), rows, holders))
    known = bool(registry.claims())
    return filled(TEMPLATES / "wanted.j2", each=each, known=known, counted=counted)
