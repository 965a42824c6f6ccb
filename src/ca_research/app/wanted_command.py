"""The command `wanted`: which figures would settle a claim, who has them, and a file to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..ground.errors import UnknownNameError, UsageError
from . import console
from .claim_commands import economy_of

if TYPE_CHECKING:
    import pandas as pd


def wanted(
    claim: Annotated[
        str | None, typer.Argument(help="A claim, for example C30; all where none is named.")
    ] = None,
    param: console.Parameters = None,
    table: Annotated[str | None, typer.Option(help="Only figures of a table.")] = None,
    template: Annotated[
        Path | None, typer.Option(help="A CSV of these figures, to be filled in.")
    ] = None,
    format: Annotated[str, typer.Option(help="text, table, csv or json")] = "text",
) -> None:
    """The figures that would settle what is open, and who publishes such figures."""
    console.known(format, ("text", *console.FORMATS))
    if claim is None and (param or template):
        raise UsageError(
            "a parameter or a template is of one claim", hint="for example ca-research wanted C30"
        )
    economy = economy_of(claim, console.pairs(param)) if claim else None
    from ..claims.claim import wanted as asked

    found = asked(claim, economy=economy)
    if table is not None:
        if table not in set(found["table"]):
            raise UnknownNameError("table in which figures are wanted", table, set(found["table"]))
        found = found[found["table"] == table]
    if template:
        _write(template, str(claim), economy, found)
    elif format == "text":
        typer.echo(_words(found, claim))
    else:
        console.frame(found.drop(columns="cells"), format)


def _write(file: Path, claim: str, economy: str | None, found: pd.DataFrame) -> None:
    """Write the figures of one table as its raw files have them, with nothing where the value
    goes.
    """
    from ..claims.wanted import template
    from ..ground.files import write_whole
    from ..tables import load

    tables = list(dict.fromkeys(found["table"]))
    if not tables:
        raise UsageError(f"nothing is wanted for {claim}")
    if len(tables) > 1:
        hint = f"choose one: --table {' or '.join(tables)}"
        raise UsageError(f"{claim} wants figures of {len(tables)} tables", hint=hint)
    if file.suffix != ".csv" or file.exists():
        hint = f"a CSV that is not there yet: --template {file.stem}.csv"
        raise UsageError("not a file to write a template to", where=str(file), hint=hint)
    rows = template(tables[0], found.to_dict("records"), load(tables[0]))
    write_whole(file, rows.to_csv(index=False))
    typer.echo(
        f"{file}: {len(rows)} figures to fill in\n"
        f"next: ca-research data add {file} --table {tables[0]} --source ID ..., then "
        f"ca-research check {claim}{f' -p economy={economy}' if economy else ''}"
    )


def _words(found: pd.DataFrame, claim: str | None) -> str:
    """What is wanted, claim by claim, and under it who publishes such figures."""
    from .. import registry
    from ..claims.wanted import publishers

    if not registry.claims():
        return "There is no claim yet.\nnext: ca-research new claim C01"
    if found.empty:
        return "Nothing is wanted: no criterion is open for want of figures that the claim names."
    lines = []
    for one, rows in found.groupby("claim", sort=False):
        lines.append(f"{one} {registry.claim(str(one)).title}")
        holders = dict[Any, None]()
        for row in rows.to_dict("records"):
            many = "s"[: row["figures"] != 1]
            lines.append(f"  {row['what']} ({row['figures']} figure{many} of table {row['table']})")
            holders |= dict.fromkeys(publishers(row))
        lines += [f"  published by {h.publisher}: {h.how}, {h.address}" for h in holders]
        lines += [f"  with all of them the verdict can be: {rows['possible'].iloc[0]}", ""]
    end = f"next: ca-research wanted {claim or found['claim'].iloc[0]} --template wanted.csv"
    return "\n".join([*lines, end])
