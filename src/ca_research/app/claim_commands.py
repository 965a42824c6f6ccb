"""Commands on the declared claims: check, claims, new claim. Heavy modules are imported inside the
commands.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..ground.errors import CaResearchError, MissingTableError, UsageError
from . import console

if TYPE_CHECKING:
    import pandas as pd

    from ..registry import ClaimSpec

claims_app = typer.Typer(
    help="The declared claims: list, show, check.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
new_app = typer.Typer(
    help="A new claim from a template.", no_args_is_help=True, rich_markup_mode=None
)


def check(
    claim: Annotated[str, typer.Argument(help="A claim, for example C33")],
    param: console.Parameters = None,
    as_of: Annotated[str, typer.Option(help="A day (YYYY-MM-DD) or latest.")] = "latest",
    format: console.TextOrJson = "text",
) -> None:
    """The verdict on a claim, from the tables and without its notebook."""
    console.known(format, ("text", "json"))
    chosen = economy_of(claim, console.pairs(param))
    from ..claims.claim import check as judged
    from .scaffold import rule_unwritten

    verdict = judged(claim, economy=chosen, as_of=as_of)
    if why := rule_unwritten(claim):
        raise UsageError(
            f"{why} is still the template's",
            where=f"registry/claims/{claim}.yaml",
            hint="write these, then check again (docs/adding-a-claim.md)",
        )
    if format == "json":
        typer.echo(console.as_json(verdict.bundle()))
    else:
        typer.echo(f"{verdict}\n(as of {verdict.as_of})")


def economy_of(claim: str, given: dict[str, str]) -> str | None:
    """The economy that was asked for, else the notebook's own choice; parameters are those of the
    claim's notebook, where the project has it.
    """
    from .. import registry
    from ..ground import paths
    from ..runs import parameters

    file = paths.notebooks_dir() / registry.claim(claim).notebook
    known = parameters.declared(file) if file.is_file() else {}
    if file.is_file():
        given = parameters.check(file, given)
    elsewhere = {
        "as_of": "--as-of 2023-05-19",
        "claim": "the claim is the argument: ca-research check C30",
    }
    for name in sorted(given.keys() - {"economy"}):
        raise UsageError(
            f"{name} is no parameter of a check",
            hint=elsewhere.get(name, f"ca-research run {claim} -p {name}={given[name]}"),
        )
    return given.get("economy", known["economy"].default if "economy" in known else None)


@claims_app.callback()
def claims_list(context: typer.Context, format: console.Format = "table") -> None:
    if context.invoked_subcommand:
        return
    from .. import registry

    rows = [
        {
            "claim": c.id,
            "theme": c.theme,
            "kind": c.kind,
            "title": c.title,
            "readings": len(c.readings),
            "declared": str(c.declared_on),
            "rule": c.rule_sha256[:12],
        }
        for c in registry.claims().values()
    ]
    console.rows(rows, format)


@claims_app.command("show")
def claims_show(
    claim: Annotated[str, typer.Argument(help="A claim, for example C30")],
    format: console.TextOrJson = "text",
) -> None:
    """The claim, its readings, criteria, thresholds and rule."""
    from .. import registry

    spec = registry.claim(claim)
    if console.known(format, ("text", "json")) == "json":
        declared = spec.model_dump(mode="json")
        typer.echo(console.as_json(declared | {"rule_sha256": spec.rule_sha256}))
        return
    from ..claims import Claim

    typer.echo(
        f"{spec.id}  {spec.title}\n“{spec.quotation}”\n{spec.restatement}\n\n{Claim(spec).rule}\n\n"
        f"expected: {spec.expected}\nknown before: {spec.known_before}\n"
        f"declared {spec.declared_on}, rule {spec.rule_sha256}"
    )


@claims_app.command("check")
def claims_check(
    article: Annotated[
        Path | None, typer.Option(help="The article's text, where it is at hand.")
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(help="Stored verdicts; default: those of the last report, if any."),
    ] = None,
) -> None:
    """Check the register: whether it can be applied, its quotations (with --article), and the
    verdicts stored.
    """
    from .. import registry
    from ..claims import article as quoted
    from ..claims import check, measures
    from ..ground import paths
    from ..registry.schedule import tables_by_notebook
    from ..verify.rules import unamended
    from .scaffold import unwritten

    text = _article(article) if article else None
    specs = registry.claims()
    faults = check.register(specs, tables_by_notebook())
    faults += quoted.check(specs, text)
    faults += unamended(paths.baseline_dir())
    stored = verdicts or paths.reports_dir() / "verdicts.json"
    known, old = list[dict[str, Any]](), 0
    if verdicts or stored.is_file():
        try:
            known = json.loads(stored.read_text(encoding="utf-8"))
            faults += [fault for one in known for fault in check.verdict(one)]
            old = sum(map(check.stale, known))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"not a file of verdicts: {error!r}", where=str(stored), hint="ca-research run"
            ) from None
    if faults:
        raise CaResearchError(
            f"the register has {len(faults)} faults\n" + "\n".join(f"  {f}" for f in faults),
            where="registry/claims",
            hint="mend the named fields",
        )
    for name, replaces in measures.of_project().items():
        place = ", in place of the package's" if replaces else ""
        typer.echo(f"measure {name} is the project's own{place}")
    _tell_unseen(specs)
    for claim, spec in specs.items():  # what a page would show
        if names := unwritten(spec):
            typer.echo(f"{claim} still has words of the template: {', '.join(names)}")
    few = len(specs) == 1
    said = f"{len(specs)} claim{' is' if few else 's are'} well formed"
    if article:
        said += f" and quote{'s' * few} the article rightly"
    else:
        said += "; quotations were not compared (no --article)"
    if known:
        said += f"; {len(known) - old} stored verdicts follow from their criteria"
    if old:
        said += f", {old} were judged by an earlier rule"
    typer.echo(said)


def _tell_unseen(specs: Mapping[str, ClaimSpec]) -> None:
    """What claims name and no row has, where tables are at hand: told, for rows may still come."""
    from .. import registry
    from ..claims.unseen import unseen
    from ..tables import relation

    def rows(table: str, columns: list[str]) -> pd.DataFrame | None:
        if registry.table(table).location:  # a check of the register goes nowhere
            return None
        told = ", ".join(f'"{name}"' for name in columns)
        return relation(table).project(told).distinct().df()

    with contextlib.suppress(MissingTableError):  # nor does it wait for tables to be built
        for one in unseen(specs, rows):
            typer.echo(one)


def _article(file: Path) -> str:
    from ..ground.textfiles import Unreadable, decoded

    hint = "give the path of the article's text, in UTF-8"
    try:
        text = decoded(file.read_bytes())
    except OSError:
        raise UsageError(f"no such file: {file}", hint=hint) from None
    except Unreadable as fault:
        raise UsageError(fault.what, where=fault.place(file.name), hint=hint) from None
    if not text.strip():
        raise UsageError("the article's file is empty", where=file.name, hint=hint)
    return text


@new_app.callback()
def new() -> None: ...


@new_app.command("claim")
def new_claim(
    claim: Annotated[str, typer.Argument(help="An id that is free, for example C36")],
    sentence: Annotated[
        str | None,
        typer.Option(help="Paragraph and sentence of the article, for example 2.1"),
    ] = None,
    measure: Annotated[
        str, typer.Option(help="What it is judged by, for example trade.rank")
    ] = "tables.figure",
) -> None:
    """Write a claim file and a notebook that run at once, to be made one's own."""
    from ..ground import paths
    from ..tables import build
    from .scaffold import new_claim as write
    from .scaffold import rule_unwritten

    place = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", sentence) if sentence else None
    if sentence is not None and not place:
        raise UsageError(
            f"{sentence!r} is no place in the article", hint="paragraph.sentence, for example 2.1"
        )
    at = (int(place[1]), int(place[2])) if place else None
    build()  # of a project that has just begun no table is
    files = write(claim, at, measure)
    shown = [paths.shown(file) for file in files]
    next_ = f"next: write {shown[0]}, the rule first (docs/adding-a-claim.md)"
    typer.echo("\n".join([*shown, rule_unwritten(claim), next_]))
