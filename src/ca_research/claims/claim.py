"""A declared claim as a user holds it: its words, its rule, its universe; gather evidence, get a
verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.errors import UsageError
from ..registry import ClaimSpec
from ..registry.words import choice_words
from ..stats.measured import measured
from ..tables import load, source_ids
from .evidence import Evidence, Gathering, universe
from .given import economies_of, of_all_together, tables_of
from .judge import judge
from .leave_out import empty_mains, standing_in
from .printed import by_nearness
from .rule import reachable
from .verdict import Verdict
from .wanted import publishers, words
from .words import text_of


@dataclass(frozen=True)
class Claim:
    """A declared claim: its words, its rule, its universe.

    Get one with `ca_research.claim`; printing it shows what would support and what would contradict
    it. `check` does in one call what `gather` and `judge` do.

    Attributes
    ----------
    spec : ClaimSpec
        What the claim's file in the registry says.
    id : str
        For example 'C30'.
    rule : str
        What would support and what would contradict each reading, in words, with the criteria and
        thresholds.

    Examples
    --------
    Evidence from frames of one's own, then the verdict:

    >>> import ca_research as ca
    >>> claim = ca.claim("C25")
    >>> frames = {name: ca.load(name) for name in claim.spec.data}
    >>> evidence = claim.gather(**frames)
    >>> claim.judge(evidence).finding
    'Length of the borders with China: 3,305 km'
    """

    spec: ClaimSpec

    def __str__(self) -> str:
        """The claim as a reader needs it: its words, and what would support or contradict it."""
        return (
            f"{self.id} "
            f"{self.spec.title}\n“{self.spec.quotation}”\n{self.spec.restatement}\n\n"
            f"{self.rule}"
        )

    def __repr__(self) -> str:
        return f"claim({self.id!r})"

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def rule(self) -> str:
        """What would support and what would contradict each reading, in words, with the criteria
        and thresholds.
        """
        return text_of("claim.j2", spec=self.spec, reachable=reachable).rstrip()

    def closest(self) -> tuple[registry.Reading, ...]:
        """The readings whose criteria decide the sentence as printed.

        Returns
        -------
        tuple of Reading
            Those that most blind readers took as the closest and that have criteria; where none of
            these has, or nobody voted, the one that leads.

        Examples
        --------
        >>> import ca_research as ca
        >>> [reading.name for reading in ca.claim("C33").closest()]
        ['eu_as_one']
        """
        votes = registry.votes(self.id)
        tested = {reading.name: reading for reading in self.spec.readings if reading.criteria}
        most = max((vote.best for vote in votes.values()), default=0)
        best = [name for name in tested if name in votes and votes[name].best == most]
        return tuple(tested[name] for name in best or by_nearness(votes, tested)[:1])

    def specifications(self) -> pd.DataFrame:
        """Every specification before it is run.

        Returns
        -------
        pandas.DataFrame
            One row each: ``criterion``, a column per axis with the choice in words, ``is_main``,
            and ``excluded`` (the reason, or '').
        """
        parts = []
        for criterion in self.spec.criteria().values():
            part = universe(self.spec, criterion).table()
            for axis in self.spec.axes_of(criterion):
                part[axis.name] = [choice_words(axis, value) for value in part[axis.name]]
            part.insert(0, "criterion", criterion.name)
            parts.append(part)
        return pd.concat(parts, ignore_index=True).fillna("") if parts else pd.DataFrame()

    def specification_counts(self) -> pd.DataFrame:
        """How many specifications each criterion is computed by, and how many are excluded.

        Returns
        -------
        pandas.DataFrame
            ``specifications`` (all combinations) and ``excluded`` of them, by criterion.
        """
        every = self.specifications()
        if every.empty:
            return every
        counts = every["excluded"].ne("").groupby(every["criterion"])
        return counts.agg(specifications="size", excluded="sum")

    def gather(self, *, as_of: str | dt.date | None = None, **given: Any) -> Evidence:
        """Evidence for all criteria, from frames and settings.

        Parameters
        ----------
        as_of : str or date, optional
            The day of knowledge, for frames that were merged or made anew after `load` and no
            longer carry it.
        **given : Any
            The tables that the claim declares, by name, as `load` gives them; ``economies``, by
            default all that the claim speaks of.

        Returns
        -------
        Evidence
            The estimates of every criterion by every specification.

        Raises
        ------
        UsageError
            A frame is lacking, is of another day, has lost rows' keys, or is not asked for; or two
            estimates rest on the same figures and differ.
        UnknownNameError
            A column of the table is not there, a source is not in the register, or the claim is not
            of an economy.
        MeasureError
            A measure gives no estimates frame.
        """
        return Gathering(self.spec, given, as_of).evidence()

    def judge(self, evidence: Evidence, params: dict[str, Any] | None = None) -> Verdict:
        """The verdict of the reading that leads; those of the other readings are in its `beside`.

        Parameters
        ----------
        evidence : Evidence
            From `gather`.
        params : dict, optional
            Parameters of the run, to be stored with the verdict.

        Returns
        -------
        Verdict
            The computed answer.

        Raises
        ------
        UsageError
            The evidence was gathered for another claim, or before the claim's file was changed.
        """
        said = {"as_of": evidence.as_of, **(params or {})}
        whom = said.get("economy") or ",".join(evidence.economies)
        codes = economies_of(self.spec) if whom == "CA5" else eco.resolve_all(whom.split(","))
        asked = str(said["as_of"]), {*codes}, evidence.spec and self.spec
        if asked != (evidence.as_of, {*evidence.economies}, evidence.spec):
            raise UsageError(
                f"the evidence is not of {self.id} as its file stands now, or not of {said}",
                hint=f"ca.claim({self.id!r}).gather(...) with what the parameters say",
            )
        return judge(self.spec, evidence, params or {})


def claim(claim_id: str) -> Claim:
    """A declared claim by its id.

    Parameters
    ----------
    claim_id : str
        For example 'C30'; ``ca-research claims`` lists them.

    Returns
    -------
    Claim
        Its words, its rule, its universe.

    Raises
    ------
    UnknownNameError
        No such claim; with the known ones.

    Examples
    --------
    >>> import ca_research as ca
    >>> print(ca.claim("C25").spec.restatement)
    Exactly three of the five countries (Kazakhstan, Kyrgyzstan, Tajikistan) border China, ...
    """
    return Claim(registry.claim(claim_id))


def check(
    claim_id: str,
    *,
    economy: str | Iterable[str] | None = None,
    as_of: str | dt.date | None = None,
    without: str | Iterable[str] = (),
) -> Verdict:
    """The verdict on a claim from the tables that it declares: loaded, measured, judged.

    Parameters
    ----------
    claim_id : str
        A declared claim, for example 'C33'.
    economy : str or iterable of str, optional
        The economies to judge, by code or name; by default, and for 'CA5', all that the claim
        speaks of.
    as_of : str or date, optional
        The day whose knowledge is used; by default everything at hand.
    without : str or iterable of str
        Sources that are left out, as if they had published nothing.

    Returns
    -------
    Verdict
        Of the reading that leads, with those of the others in `beside` and that of the sentence in
        `as_printed`: the same as a run of the claim's notebook stores.

    Raises
    ------
    UnknownNameError
        A claim, an economy of it, a source or a day is not known.
    MissingTableError
        The tables have not been built.
    MeasureError
        A measure does not work.

    Examples
    --------
    >>> import ca_research as ca
    >>> verdict = ca.check("C25", as_of="2023-05-19")
    >>> verdict.verdict, verdict.finding
    ('supported', 'Length of the borders with China: 3,305 km')
    """
    declared, gone = claim(claim_id), source_ids(without)
    spec = declared.spec
    tables = {name: load(name, as_of=as_of) for name in tables_of(spec)}
    arguments = {**tables, "economies": None if economy == "CA5" else economy}
    gathering = Gathering(spec, arguments, as_of or "latest")
    evidence = (gathering.less(gone) if gone else gathering).evidence()
    params = {}
    if gone:
        params["without"] = ",".join(gone)
        kept = {*map(id, standing_in(evidence.standing_rows, empty_mains(gathering.main_rows())))}
        stands = [id(row) in kept for row in evidence.rows]
        evidence = replace(evidence, frame=evidence.frame[stands])
    if economy is not None:
        params["economy"] = "CA5" if economy == "CA5" else ",".join(evidence.economies)
    return declared.judge(evidence, params)


WANTED = (
    *("claim", "criteria", "economy", "what", "table", "figures", "publishers", "possible"),
    "cells",
)
"""Columns of `wanted`."""


def wanted(
    claim_id: str | None = None, *, economy: str | Iterable[str] | None = None
) -> pd.DataFrame:
    """The figures that would settle what claims leave open, and who publishes such figures.

    Parameters
    ----------
    claim_id : str, optional
        A declared claim, for example 'C30'; by default all of them, which takes a minute.
    economy : str or iterable of str, optional
        Codes or names of those whose figures are wanted; by default all.

    Returns
    -------
    DataFrame
        A row for each set of figures that belong together: claim; criteria (labels of those that
        ask for it); economy (code, '' for none); what is wanted, in words; table; figures (their
        number); publishers; possible (the verdicts that the missing figures could still lead to);
        cells (their values by column of the table, a dictionary). Shown in Jupyter or by
        `ca.text`, countries and tables stand by name, and cells are left out.

    Raises
    ------
    UnknownNameError, MissingTableError, MeasureError
        As `check`.

    Notes
    -----
    A claim file names the cells (`wanted`). They are wanted for the economies of which a criterion
    has no answer, as long as no source that speaks for its reporter holds them.

    Examples
    --------
    >>> wanted("C30", economy="KAZ")[["economy", "table", "figures"]].values.tolist()
    [['KAZ', 'students', 2]]
    """
    wanting = [name for name, spec in registry.claims().items() if spec.wanted]
    rows: list[dict[str, Any]] = []
    for one in [claim_id] if claim_id else wanting:
        # of a claim that asks of all economies together, what is wanted of one is among the rest
        together = economy not in (None, "CA5") and of_all_together(registry.claim(one))
        codes = eco.resolve_all(economy or ()) if together else None
        wants: dict[str, dict[str, Any]] = {}
        for reading in check(one, economy=None if together else economy).all():
            labels = {c.name: c.label for c in reading.criteria}
            for entry in reading.wanted:
                row = {
                    **entry,
                    "claim": one,
                    "criteria": "; ".join(labels[name] for name in entry["criteria"]),
                    "what": words(entry["what"], [entry["economy"]]),
                    "publishers": "; ".join(h.publisher for h in publishers(entry)),
                    "possible": " or ".join(reading.possible),
                }
                if codes is None or entry["economy"] in codes:
                    wants.setdefault(row["what"], row)  # the reading that leads comes first
        rows += wants.values()
    return measured(pd.DataFrame(rows, columns=list(WANTED)), "wanted")
