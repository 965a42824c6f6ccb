"""Terms of loans: what is known of interest, maturity, grace, grant element and collateral, and of
how many loans.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.errors import UsageError
from ..stats.contract import one_figure_per_cell
from ..stats.frames import require, require_some, years
from ..stats.result import Result
from . import guards
from .concessionality import grant_element, grant_element_bounds

LOAN_TYPES = ("loan", "Loan (excluding debt rescheduling)")
"""Flow types that are loans, in the words of the editions. Export credits, rescheduling and what is
vague are not.
"""

TERMS = {
    "interest": "percent a year",
    "maturity": "years",
    "grace": "years",
    "grant_element_published": "percent",
    "grant_element_recomputed": "percent",
}
"""Term -> unit."""

_STATED = ("interest", "maturity", "grace", "grant_element_published", "collateralised")
_FLOATING = re.compile(r"\b(?:LIBOR|EURIBOR|SHIBOR|SOFR|KIBOR|floating|variable)\b", re.I)
_PATTERNS = {
    "interest": (
        r"\binterest(?: rate)?(?: of| at|:)?\s*<n><percent>",
        r"<n><percent>\s*(?:fixed\b|interest\b|a year\b|per annum\b)",
        r"(?:^|[,;:])\s*<n><percent>\s*(?=[,;.]|$)",
    ),
    "maturity": (
        r"\bmaturity(?: of|:)?\s*<n><years>",
        r"<n><years>[\s-]*maturity\b",
        r"\brepaid over\s*<n><years>",
        r"(?:^|[,;:])\s*<n><years>\s*(?=[,;.]|$)",
    ),
    "grace": (
        r"\bgrace(?: period)?(?: of|:)?\s*<n><years>",
        r"<n><years>[\s-]*(?:of )?grace\b",
    ),
    "grant_element_published": (r"\bgrant element(?: of|:)?\s*<n><percent>",),
}
"""How sentences state a term; what stands between angle brackets is written below."""
_PARTS = {
    "<n>": r"(\d+(?:\.\d+)?)",
    "<percent>": r"\s*(?:%|per ?cent\b)",
    "<years>": r"[\s-]*years?\b",
}
_NOT_OF = {
    "interest": ("grant_element_published",),
    "maturity": ("grant_element_published", "grace"),
}
_NOT_OF["grace"] = ("grant_element_published",)
"""Statements of other terms that are taken out of a sentence before one is looked for."""
_UNSECURED = r"\b(?:no|without)\s+collateral\b|\bun(?:collaterali[sz]ed|secured)\b"
_SECURED = r"\bcollateral(?:i[sz]ed)?\b"


@cache
def _compiled(term: str) -> tuple[re.Pattern[str], ...]:
    patterns = []
    for pattern in _PATTERNS[term]:
        for name, part in _PARTS.items():
            pattern = pattern.replace(name, part)
        patterns.append(re.compile(pattern, re.I))
    return tuple(patterns)


@dataclass(frozen=True, eq=False, repr=False)
class LoanTerms(Result):
    """Terms of the loans of one edition of a project list, as `loan_terms` gives them.

    Attributes
    ----------
    edition : str
        Its source_id.
    loans : pandas.DataFrame
        One row per loan: ``project_id``, ``host``, ``year``, ``title``, ``interest`` (percent a
        year; null for a floating rate), ``maturity`` and ``grace`` (years),
        ``grant_element_published`` (percent), ``collateralised`` (null: not stated), ``floating``,
        ``recomputed_low`` and ``recomputed_high`` (percent; equal where grace is known),
        ``missing`` (what stands in the way of it), ``terms_from`` (sources that state a term).
    summary : pandas.DataFrame
        One row per host and term: ``unit``, ``loans``, ``known``, ``missing`` (numbers of loans),
        ``mean``, ``median``, ``lowest``, ``highest``, ``bounded`` (loans recomputed only between
        bounds: no part of mean and median, their bounds are in lowest and highest).
    collateral : pandas.DataFrame
        One row per host: ``loans``, ``stated`` (collateral stated), ``denied`` (stated to have
        none), ``not_stated``, ``share_low`` and ``share_high`` in [0, 1] (all of the unknown
        without, or with), ``share_of_known`` (null where nothing is ever denied: an edition that
        marks only the positive has no share), ``missing`` (why it is null).
    left_out : pandas.DataFrame
        Rows of the edition that are no loan here: ``host``, ``reason``, ``projects`` (number of).
    statements : pandas.DataFrame
        Facts on terms that speak of no single project of the edition; never in the summary.
    sources : tuple of str
        Ids of the edition and of all that state a term of one of its loans; `statements` name their
        own.

    Examples
    --------
    How many of Kazakhstan's Chinese loans in one edition have collateral: nobody says of any that
    it has none, so the share lies between what is stated and all.

    >>> import ca_research as ca
    >>> terms = loan_terms(ca.load("projects"), edition="gcdf3_geo", economies=["KAZ"])
    >>> terms.collateral[["loans", "stated", "denied", "not_stated"]].values.tolist()
    [[62, 14, 0, 48]]
    >>> terms.collateral[["share_low", "share_high"]].round(2).values.tolist()
    [[0.23, 1.0]]
    """

    _table: ClassVar[str] = "summary"

    edition: str
    loans: pd.DataFrame
    summary: pd.DataFrame
    collateral: pd.DataFrame
    left_out: pd.DataFrame
    statements: pd.DataFrame

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the edition and of all that state a term of one of its loans."""
        return tuple(sorted({self.edition, *(i for ids in self.loans["terms_from"] for i in ids)}))


def parse_terms(text: str | None) -> dict[str, Any]:
    """Terms of one loan as a sentence states them; what is not stated, or stated twice in two ways,
    is None.

    text: e.g. '2 percent fixed, 20 years, 5 years grace, grant element 53.1 percent'. A rate on top
    of a market rate (LIBOR + 3 %) is floating and gives no interest.
    Returns interest (percent a year), maturity, grace (years), grant_element_published (percent),
    collateralised (True, False or None), floating (bool).
    """
    words = "" if text is None or pd.isna(text) else str(text)
    terms: dict[str, Any] = {}
    for term in _PATTERNS:
        searched = words
        for pattern in (p for other in _NOT_OF.get(term, ()) for p in _compiled(other)):
            searched = pattern.sub(" ", searched)
        values = {float(v) for pattern in _compiled(term) for v in pattern.findall(searched)}
        terms[term] = values.pop() if len(values) == 1 else None
    terms["floating"] = bool(_FLOATING.search(words))
    if terms["floating"]:
        terms["interest"] = None
    denied, stated = (re.search(p, words, re.I) for p in (_UNSECURED, _SECURED))
    terms["collateralised"] = False if denied else True if stated else None
    return terms


def _agreed(values: Iterable[Any]) -> tuple[Any, bool]:
    """The one value that all statements give, and whether they differ (then none is taken)."""
    stated = {v for v in values if v is not None and not pd.isna(v)}
    return (stated.pop(), False) if len(stated) == 1 else (None, len(stated) > 1)


def _recomputed(terms: dict[str, Any]) -> tuple[float | None, float | None, str]:
    if lacking := [t for t in ("interest", "maturity") if terms[t] is None]:
        return None, None, f"{' and '.join(lacking)} not known"
    of = terms["interest"], terms["maturity"]
    try:
        if terms["grace"] is None:
            return *grant_element_bounds(*of), "grace not known: bounds"
        value = grant_element(*of, terms["grace"])
    except UsageError as error:  # one loan's terms do not take the others with them
        return None, None, error.what
    return value, value, ""


def _loan(row: Any, about: pd.DataFrame) -> tuple[Any, ...]:
    """The row of a project and what facts say of it, in the order of _COLUMNS."""
    flag = getattr(row, "collateralised", None)  # read by guards.truths
    texts = [(getattr(row, "terms", None), row.source_id), *about[["note", "source_id"]].to_numpy()]
    stated = [parse_terms(text) | {"source_id": source} for text, source in texts]
    if flag is not None and not pd.isna(flag):
        marked = dict.fromkeys(_STATED) | {"floating": False, "source_id": row.source_id}
        stated.append(marked | {"collateralised": bool(flag)})
    agreed = {term: _agreed(s[term] for s in stated) for term in _STATED}
    terms = {term: value for term, (value, _) in agreed.items()}
    floating = any(s["floating"] for s in stated)
    if floating:
        terms["interest"] = None
    low, high, missing = _recomputed(terms)
    reasons = [f"sources differ on {term}" for term, (_, differ) in agreed.items() if differ]
    statements = [s for s in stated if s["floating"] or any(s[t] is not None for t in _STATED)]
    return (
        *(row.project_id, row.host, row.year, getattr(row, "title", None)),
        *(*terms.values(), floating, low, high),
        "; ".join(filter(None, [*reasons, missing])),
        tuple(sorted({s["source_id"] for s in statements})),
    )


_FIGURES = [*(t for t in _STATED if t != "collateralised"), "recomputed_low", "recomputed_high"]
_COLUMNS = ["project_id", "host", "year", "title", *_STATED, "floating"]
_COLUMNS += ["recomputed_low", "recomputed_high", "missing", "terms_from"]


def _summary(loans: pd.DataFrame, hosts: Sequence[str]) -> pd.DataFrame:
    rows = []
    for host, (term, unit) in itertools.product(hosts, TERMS.items()):
        mine, ends = loans[loans["host"] == host], (term, term)
        if term == "grant_element_recomputed":
            ends = ("recomputed_low", "recomputed_high")
        low, high = (mine[end] for end in ends)
        exact = low[low.eq(high)]
        known = (len(mine), len(exact), int(low.isna().sum()))
        figures = (exact.mean(), exact.median(), low.min(), high.max())
        rows.append((host, term, unit, *known, *figures, int(low.notna().sum()) - len(exact)))
    columns = ["host", "term", "unit", "loans", "known", "missing", "mean", "median", "lowest"]
    return pd.DataFrame(rows, columns=[*columns, "highest", "bounded"])


def _collateral(loans: pd.DataFrame, hosts: Sequence[str]) -> pd.DataFrame:
    marks = loans["collateralised"].astype("Float64").groupby(loans["host"])
    table = pd.DataFrame({"loans": marks.size(), "stated": marks.sum(), "known": marks.count()})
    table = table.reindex(pd.Index(hosts, name="host"), fill_value=0).astype(int)
    n, stated, known = table["loans"], table["stated"], table.pop("known")
    denied = known - stated
    only_positive = "no loan is stated to be without collateral: only the positive is marked"
    return table.assign(
        denied=denied,
        not_stated=n - known,
        share_low=stated / n,
        share_high=(n - denied) / n,
        share_of_known=(stated / known).where(denied > 0),
        missing=np.where(denied > 0, "", only_positive),
    ).reset_index()


def loan_terms(
    projects: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    edition: str,
    economies: Sequence[str] | None = None,
) -> LoanTerms:
    """Terms of the loans of one edition by host, and how many of them are known.

    Nothing is guessed: a term that is not stated is counted as missing; where grace is not known
    the grant element has bounds; two sources that state a term differently leave it open.

    Parameters
    ----------
    projects : pandas.DataFrame
        Table `projects`: ``project_id``, ``host``, ``year``, ``flow_type``, ``source_id``;
        ``terms``, ``collateralised``, ``recommended`` and ``title`` where they are there.
    facts : pandas.DataFrame, optional
        Table `facts`: ``subject``, ``attribute``, ``note``, ``source_id``. Its rows `loan_terms:*`
        from AidData's page of a project are joined to that project by its number and host; the
        others stay apart as statements.
    edition : str
        The source_id of one edition; editions list the same loan again and are never pooled.
    economies : sequence of str, optional
        Hosts to report on, by default those of the edition; one without a loan has counts of zero.

    Returns
    -------
    LoanTerms
        Loans, their summary by host and term, collateral, and what is left out. Loans are those
        whose ``flow_type`` is one of LOAN_TYPES.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    One Chinese loan to Kyrgyzstan has all its terms stated; its grant element comes out as
    published:

    >>> import ca_research as ca
    >>> terms = loan_terms(ca.load("projects"), ca.load("facts"), edition="gcdf3_geo",
    ...                    economies=["Kyrgyzstan"])
    >>> terms.summary.set_index("term")[["loans", "known", "mean"]].loc["grant_element_published"]
    loans    20.0
    known     1.0
    mean     53.1
    Name: grant_element_published, dtype: float64
    >>> terms.summary.set_index("term").loc["grant_element_recomputed", "mean"].round(1)
    np.float64(53.1)
    """
    columns = ("flow_type", "year", "project_id", "source_id")
    projects = require(projects, columns, keys=("host",))
    mine = projects[projects["source_id"] == edition]  # another may list the same project again
    years(require_some(require(mine, (), host=eco.codes()), f"project of edition {edition!r}"))
    one_figure_per_cell(mine, ["project_id"])
    here = set(mine["host"])
    hosts = sorted(here) if economies is None else eco.single_economies(economies, here)
    if "collateralised" in mine:
        mine = mine.assign(collateralised=guards.truths(mine, "collateralised"))
    told = ["subject", "attribute", "note", "source_id"]
    facts = require(pd.DataFrame(columns=told) if facts is None else facts, told)
    facts = facts.astype(dict.fromkeys(told, "string"))
    mine = mine[mine["host"].isin(hosts)]
    kept, known = guards.not_refused(mine), mine["flow_type"].notna()
    is_loan = kept & mine["flow_type"].isin(LOAN_TYPES)
    reason = pd.Series("not a loan", index=mine.index).where(known, "flow type not stated")
    reason = reason.where(kept, "the publisher advises against the row")
    left = mine.assign(reason=reason)[~is_loan].groupby(["host", "reason"]).size()
    on_terms = facts[facts["attribute"].str.startswith("loan_terms", na=False)]
    number = on_terms["source_id"].str.extract(r"^page_aiddata_(\d+)$")[0]
    rows, used = [], []
    for row in mine[is_loan].itertuples():
        of_page = number.eq(str(row.project_id).rsplit("-", 1)[-1]).fillna(False)
        about = on_terms[of_page & on_terms["subject"].eq(row.host)]
        used += list(about.index)
        rows.append(_loan(row, about))
    loans = pd.DataFrame(rows, columns=_COLUMNS).astype(
        dict.fromkeys(_FIGURES, "float64") | {"collateralised": "boolean", "floating": "bool"}
    )
    return LoanTerms(
        edition=edition,
        loans=loans,
        summary=_summary(loans, hosts),
        collateral=_collateral(loans, hosts),
        left_out=left.rename("projects").reset_index(),
        statements=on_terms.drop(index=used).reset_index(drop=True),
    )
