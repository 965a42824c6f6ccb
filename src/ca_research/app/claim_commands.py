"""Commands on the declared claims: check, claims, new claim. Heavy modules are imported inside the
commands.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from ..ground import paths
from ..ground.errors import CaResearchError, MissingTableError, UsageError
from ..ground.numbers import counted
from . import console
from .options import File, Format, Several, TextOrJson, Word

if TYPE_CHECKING:
    import pandas as pd

    from ..registry import ClaimSpec


SHOWN = """\
{0.id}  {0.title}
“{0.quotation}”
{0.restatement}

{rule}

expected: {0.expected}
known before: {0.known_before}
declared {0.declared_on}, rule {0.rule_sha256}
{lock}"""
"""A claim for a reader."""


def check(
    claim: str, *, param: Several = None, as_of: str = "latest", format: TextOrJson = "text"
) -> None:
    """The verdict on a claim, from the tables and without its notebook.

    Parameters
    ----------
    claim
        A claim, for example C33
    as_of
        A day (YYYY-MM-DD) or latest.
    """
    chosen = economy_of(claim, console.pairs(param))
    from ..claims.claim import check as judged
    from . import locking
    from .scaffold import rule_unwritten

    verdict = judged(claim, economy=chosen, as_of=as_of)
    if why := rule_unwritten(claim):
        raise UsageError(
            f"{why} is still the template's",
            where=f"registry/claims/{claim}.yaml",
            hint="write these, then check again (docs/adding-a-claim.md)",
        )
    locking.record_runs([claim] if verdict.criteria else [])
    in_words = f"{verdict}\n(as of {verdict.as_of})"
    print(in_words if format == "text" else console.as_json(verdict.bundle()))


def economy_of(claim: str, values: dict[str, str]) -> str | None:
    """The economy that was asked for, else the notebook's own choice; parameters are those of the
    claim's notebook, where the project has it.
    """
    from .. import registry
    from ..runs import parameters

    file, default = paths.notebooks_dir() / registry.claim(claim).notebook, None
    if file.is_file():
        values = parameters.check(file, values)
        default = getattr(parameters.declared(file).get("economy"), "default", None)
    if others := values.keys() - {"economy"}:
        raise UsageError(
            f"no parameter of a check: {', '.join(others)}",
            hint=f"a check takes economy, a day by --as-of; the others: ca-research run {claim}",
        )
    return values.get("economy", default)


def claims_list(context: typer.Context, *, format: Format = "table") -> None:
    if context.invoked_subcommand:
        return
    from .. import registry

    rows = [
        {
            "claim": claim.id,
            "theme": claim.theme,
            "kind": claim.kind,
            "title": claim.title,
            "readings": len(claim.readings),
            "declared": str(claim.declared_on),
            "rule": claim.rule_sha256[:12],
        }
        for claim in registry.claims().values()
    ]
    console.rows(rows, format)


def claims_show(claim: str, *, format: TextOrJson = "text") -> None:
    """The claim, its readings, criteria, thresholds and rule.

    Parameters
    ----------
    claim
        A claim, for example C30
    """
    from .. import registry

    spec = registry.claim(claim)
    if format == "json":
        print(console.as_json(spec.model_dump(mode="json") | {"rule_sha256": spec.rule_sha256}))
        return
    from ..claims import Claim
    from ..claims.locks import declared

    print(SHOWN.format(spec, rule=Claim(spec).rule, lock=declared(spec).words))


def claims_lock(claims: Several = None) -> None:
    """Lock the rules of claims, best before the first run: their pages then say that it was so.

    Parameters
    ----------
    claims
        Claims, for example C30; default: all.
    """
    from .. import registry
    from ..claims.locks import declared
    from . import locking

    chosen = claims or [*registry.claims()]
    added = locking.lock(chosen)
    for one in added:
        print(f"{one.claim}: {declared(registry.claim(one.claim)).words}")
    if names := [one.claim for one in added if not one.commit]:
        console.aside(
            f"not committed: {', '.join(names)} (a lock names the commit that holds the claim's "
            "file, where there is one: git commit, then claims lock)"
        )
    print(f"{counted(len(added), 'rule')} locked, {len(chosen) - len(added)} locked before")


def claims_check(*, article: File = None) -> None:
    """Check the register: whether it can be applied, its quotations (with --article), and the
    verdicts of the last report, if any.

    Parameters
    ----------
    article
        The article's text, where it is at hand.
    """
    from .. import registry, verify
    from ..claims import article as quoted
    from ..claims import check, measures
    from ..claims.locks import unlocked
    from ..registry.schedule import tables_by_notebook
    from .scaffold import unwritten

    specs = registry.claims()
    faults = check.register(specs, tables_by_notebook())
    faults += quoted.check(specs, console.article(article) if article else None)
    faults += verify.unamended(paths.baseline_dir())
    stored = verify.standing(paths.reports_dir())
    stored = [one for one in stored if one["claim"] in specs]  # some may have been taken out since
    faults += [fault for one in stored for fault in check.verdict(one)]
    if faults:
        raise CaResearchError(
            "\n  ".join([f"the register has {counted(len(faults), 'fault')}", *faults]),
            where="registry/claims",
            hint="mend the named fields",
        )
    for name, replaces in measures.of_project().items():
        place = ", in place of the package's" if replaces else ""
        print(f"measure {name} is the project's own{place}")
    _tell_unseen(specs)
    for claim, spec in specs.items():  # what a page would show
        if names := unwritten(spec):
            print(f"{claim} still has words of the template: {', '.join(names)}")
    if names := unlocked(specs.values()):
        print(f"{counted(len(names), 'rule')} not yet locked: {', '.join(names)}")
    quotations = "rightly quoted" if article else "not compared (no --article)"
    print(f"{counted(len(specs), 'claim')} well formed; quotations: {quotations}")
    if old := sum(map(check.stale, stored)):
        print(f"{counted(old, 'stored verdict')} by an earlier rule")


def _tell_unseen(specs: Mapping[str, ClaimSpec]) -> None:
    """What claims name and no row has, where tables are at hand: told, for rows may still come."""
    from .. import registry
    from ..claims.unseen import unseen
    from ..tables import relation

    def rows(table: str, columns: list[str]) -> pd.DataFrame | None:
        if registry.table(table).location:  # a check of the register goes nowhere
            return None
        selection = ", ".join(f'"{name}"' for name in columns)
        return relation(table).project(selection).distinct().df()

    with contextlib.suppress(MissingTableError):  # nor does it wait for tables to be built
        for one in unseen(specs, rows):
            print(one)


def new_claim(
    claim: str,
    *,
    sentence: Word = None,
    measure: str = "tables.figure",
    opinion: bool = False,
    axis: Word = None,
) -> None:
    """Write a claim file and a notebook that run at once, to be made one's own.

    Parameters
    ----------
    claim
        An id that is free, for example C36
    sentence
        Paragraph and sentence of the article, for example 2.1
    measure
        What it is judged by, for example trade.rank; `ca-research measures` lists them
    opinion
        Of a sentence that no figures can show: it says why, and has no measure.
    axis
        'year' to judge it by the year before the newest too
    """
    from ..tables import build
    from .scaffold import new_claim as write
    from .scaffold import rule_unwritten

    build()  # of a project that has just begun no table is
    files = [
        paths.shown(file)
        for file in write(claim, sentence, measure, opinion=opinion, axis=axis or "")
    ]
    print(*files, rule_unwritten(claim), sep="\n")
    print(f"next: write {files[0]}, the rule first (docs/adding-a-claim.md)")


def new_overview() -> None:
    """Write a notebook that tells of all claims together."""
    from .scaffold import new_overview as write

    print(paths.shown(write()), "next: ca-research run", sep="\n")
