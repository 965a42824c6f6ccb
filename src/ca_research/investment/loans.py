"""Terms of loans: what is known of interest, maturity, grace, grant element and collateral, and of
how many loans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ..ground import economies as eco
from ..ground.errors import MixedUnitsError, UsageError, known_name
from ..stats.frames import names, refuse_named, require
from ..stats.result import Result
from . import guards
from .concessionality import CLASSIC, grant_element, grant_element_bounds

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
_PUBLISHED = ("chinese_loan_interest_rate_mean", "chinese_loan_grant_element_mean")
_LISTED = "chinese_finance_projects_listed"
_FLOATING = re.compile(r"\b(?:LIBOR|EURIBOR|SHIBOR|SOFR|KIBOR|floating|variable)\b", re.I)
_NUMBER = r"(\d+(?:\.\d+)?)"
_PERCENT = r"\s*(?:%|per ?cent\b)"
_YEARS = r"[\s-]*years?\b"
_GRANT = rf"\bgrant element(?: of|:)?\s*{_NUMBER}{_PERCENT}"
_PATTERNS = {
    "interest": (
        rf"\binterest(?: rate)?(?: of| at|:)?\s*{_NUMBER}{_PERCENT}",
        rf"{_NUMBER}{_PERCENT}\s*(?:fixed\b|interest\b|a year\b|per annum\b)",
        rf"(?:^|[,;:])\s*{_NUMBER}{_PERCENT}\s*(?=[,;.]|$)",
    ),
    "maturity": (
        rf"\bmaturity(?: of|:)?\s*{_NUMBER}{_YEARS}",
        rf"{_NUMBER}{_YEARS}[\s-]*maturity\b",
        rf"\brepaid over\s*{_NUMBER}{_YEARS}",
        rf"(?:^|[,;:])\s*{_NUMBER}{_YEARS}\s*(?=[,;.]|$)",
    ),
    "grace": (
        rf"\bgrace(?: period)?(?: of|:)?\s*{_NUMBER}{_YEARS}",
        rf"{_NUMBER}{_YEARS}[\s-]*(?:of )?grace\b",
    ),
    "grant_element_published": (_GRANT,),
}


@dataclass(frozen=True, eq=False, repr=False)
class LoanTerms(Result):
    """Terms of the loans of one edition of a project list, as `loan_terms` gives them.

    Attributes
    ----------
    edition : str
        Its source_id.
    discount : float
        Reference rate of the recomputed grant element, percent a year.
    payments_per_year : int
        Payments a year that it takes.
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
    published : pandas.DataFrame
        Means that another table gives: ``subject``, ``attribute``, ``value``, ``unit``, ``rows``
        (loans behind it, from the note), ``source_id``, ``of_edition`` (whether its count of
        projects by host is this edition's).
    sources : tuple of str
        Ids of the edition and of all that state a term of one of its loans; `statements` and
        `published` name their own.

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
    discount: float
    payments_per_year: int
    loans: pd.DataFrame
    summary: pd.DataFrame
    collateral: pd.DataFrame
    left_out: pd.DataFrame
    statements: pd.DataFrame
    published: pd.DataFrame

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
    found: dict[str, Any] = {}
    for term, patterns in _PATTERNS.items():
        searched = (
            words if term == "grant_element_published" else re.sub(_GRANT, " ", words, flags=re.I)
        )
        if term == "maturity":
            searched = re.sub(
                "|".join(p.replace("(\\d", "(?:\\d") for p in _PATTERNS["grace"]),
                " ",
                searched,
                flags=re.I,
            )
        values = {
            float(v) for pattern in patterns for v in re.findall(pattern, searched, flags=re.I)
        }
        found[term] = values.pop() if len(values) == 1 else None
    found["floating"] = bool(_FLOATING.search(words))
    if found["floating"]:
        found["interest"] = None
    if re.search(
        r"\b(?:no|without)\s+collateral\b|\bun(?:collaterali[sz]ed|secured)\b", words, flags=re.I
    ):
        found["collateralised"] = False
    else:
        found["collateralised"] = (
            True if re.search(r"\bcollateral(?:i[sz]ed)?\b", words, flags=re.I) else None
        )
    return found


def _agreed(values: Iterable[Any]) -> tuple[Any, bool]:
    """The one value that all statements give, and whether they differ (then none is taken)."""
    stated = {v for v in values if v is not None and not pd.isna(v)}
    return (stated.pop(), False) if len(stated) == 1 else (None, len(stated) > 1)


def _facts_by_number(facts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Facts on terms by the number of the project whose page they are from (page_aiddata_46348 ->
    46348).
    """
    number = facts["source_id"].str.extract(r"^page_aiddata_(\d+)$")[0]
    return {str(n): part for n, part in facts[number.notna()].groupby(number.dropna())}


def _recomputed(
    terms: dict[str, Any], discount: float, per_year: int
) -> tuple[float | None, float | None, str]:
    if terms["interest"] is None or terms["maturity"] is None:
        lacking = [t for t in ("interest", "maturity") if terms[t] is None]
        return None, None, f"{' and '.join(lacking)} not known"
    interest, maturity, grace = float(terms["interest"]), float(terms["maturity"]), terms["grace"]
    try:
        if grace is None:
            low, high = grant_element_bounds(
                interest, maturity, discount=discount, payments_per_year=per_year
            )
            return low, high, "grace not known: bounds"
        value = grant_element(
            interest, maturity, float(grace), discount=discount, payments_per_year=per_year
        )
    except UsageError as error:  # one loan's terms do not take the others with them
        return None, None, error.what
    return value, value, ""


def _loan(row: Any, about: pd.DataFrame, discount: float, per_year: int) -> dict[str, Any]:
    own = parse_terms(getattr(row, "terms", None)) | {"source_id": row.source_id}
    flag = getattr(row, "collateralised", None)  # read by guards.truths
    flags = [] if flag is None or pd.isna(flag) else [bool(flag)]
    said = [own] + [parse_terms(f.note) | {"source_id": f.source_id} for f in about.itertuples()]
    terms, differ = {}, []
    for term in _STATED:
        extra = flags if term == "collateralised" else []
        terms[term], disagree = _agreed([*(s[term] for s in said), *extra])
        differ += [term] if disagree else []
    terms["floating"] = any(s["floating"] for s in said)
    if terms["floating"]:
        terms["interest"] = None
    low, high, missing = _recomputed(terms, discount, per_year)
    sources = {
        s["source_id"] for s in said if s["floating"] or any(s[t] is not None for t in _STATED)
    }
    return {
        "project_id": row.project_id,
        "host": row.host,
        "year": row.year,
        "title": getattr(row, "title", None),
        **terms,
        "recomputed_low": low,
        "recomputed_high": high,
        "missing": "; ".join(
            [*(f"sources differ on {t}" for t in differ), *([missing] if missing else [])]
        ),
        "terms_from": tuple(sorted(sources | ({row.source_id} if flags else set()))),
    }


def _summary(loans: pd.DataFrame, hosts: Sequence[str]) -> pd.DataFrame:
    rows = []
    for host in hosts:
        mine = loans[loans["host"] == host]
        for term, unit in TERMS.items():
            recomputed = term == "grant_element_recomputed"
            low = mine["recomputed_low" if recomputed else term]
            high = mine["recomputed_high" if recomputed else term]
            exact = low[low.eq(high)]
            rows.append(
                {
                    "host": host,
                    "term": term,
                    "unit": unit,
                    "loans": len(mine),
                    "known": len(exact),
                    "missing": int(low.isna().sum()),
                    "mean": exact.mean(),
                    "median": exact.median(),
                    "lowest": low.min(),
                    "highest": high.max(),
                    "bounded": int(low.notna().sum()) - len(exact),
                }
            )
    return pd.DataFrame(rows)


def _collateral(loans: pd.DataFrame, hosts: Sequence[str]) -> pd.DataFrame:
    rows = []
    for host in hosts:
        mine = loans[loans["host"] == host]
        stated, denied, n = (
            int(mine["collateralised"].eq(True).sum()),
            int(mine["collateralised"].eq(False).sum()),
            len(mine),
        )
        rows.append(
            {
                "host": host,
                "loans": n,
                "stated": stated,
                "denied": denied,
                "not_stated": n - stated - denied,
                "share_low": stated / n if n else None,
                "share_high": (n - denied) / n if n else None,
                "share_of_known": stated / (stated + denied) if denied else None,
                "missing": ""
                if denied
                else "no loan is stated to be without collateral: only the positive is marked",
            }
        )
    return pd.DataFrame(rows).astype(
        {c: "float64" for c in ("share_low", "share_high", "share_of_known")}
    )


def _published(facts: pd.DataFrame, edition: pd.DataFrame) -> pd.DataFrame:
    here = edition.groupby("host").size().to_dict()
    rows = facts[facts["attribute"].isin(_PUBLISHED)].copy()
    rows["rows"] = rows["note"].str.extract(r"(\d+) rows")[0].astype("Int64")
    listed = facts[facts["attribute"] == _LISTED]
    same = {
        source: dict(zip(part["subject"], part["value"].astype(int), strict=True)) == here
        for source, part in listed.groupby("source_id")
    }
    rows["of_edition"] = [same.get(s, False) for s in rows["source_id"]]
    wanted = ["subject", "attribute", "value", "unit", "rows", "source_id", "of_edition"]
    return rows[wanted].reset_index(drop=True)


def loan_terms(
    projects: pd.DataFrame,
    facts: pd.DataFrame | None = None,
    *,
    edition: str,
    economies: Sequence[str] | None = None,
    discount: float = CLASSIC,
    payments_per_year: int = 2,
    loan_types: Sequence[str] = LOAN_TYPES,
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
        Table `facts`: ``subject``, ``attribute``, ``value``, ``unit``, ``note``, ``source_id``. Its
        rows `loan_terms:*` from AidData's page of a project are joined to that project by its
        number and host; the others stay apart as statements.
    edition : str
        The source_id of one edition; editions list the same loan again and are never pooled.
    economies : sequence of str, optional
        Hosts to report on, by default those of the edition; one without a loan has counts of zero.
    discount : float
        Reference rate for the recomputed grant element, percent a year (see `grant_element`).
    payments_per_year : int
        1, 2, 4 or 12. At two a year and 10 % the grant element agrees with the one figure of
        AidData's in the snapshot whose terms are all known (page_aiddata_46348).
    loan_types : sequence of str
        Words of ``flow_type`` that are loans; the others are counted in `left_out`.

    Returns
    -------
    LoanTerms
        Loans, their summary by host and term, collateral, and what is left out.

    Raises
    ------
    UnknownNameError
        A column is not there; an economy or a loan type is not known.
    UsageError
        The edition lists a project twice or names hosts in the place of codes; a discount that is
        no percentage; no economy; ``collateralised`` or ``recommended`` is neither true nor false.
    AggregateError
        A group of economies, which is no host of the edition.
    CoverageError
        The edition has no row.
    MixedUnitsError
        A published mean is not in percent.

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
    require(projects, ("flow_type",), keys=("host",))
    grant_element(0, 1, 0, discount=discount, payments_per_year=payments_per_year)  # or it refuses
    mine = guards.one_edition(projects, edition)
    refuse_named(mine["host"].unique(), "host")
    here = set(mine["host"])
    if economies is not None and not len(economies):
        raise UsageError("no economy to report on", hint="economies=['KAZ']")
    hosts = sorted(here) if economies is None else eco.single_economies(economies, here)
    if "collateralised" in mine:
        mine = mine.assign(collateralised=guards.truths(mine, "collateralised"))
    wanted = names(loan_types)
    types = sorted({*mine["flow_type"].dropna(), *LOAN_TYPES})
    for word in wanted:
        known_name("loan type", word, types)
    if facts is None:
        facts = pd.DataFrame(
            columns=["subject", "attribute", "value", "unit", "note", "source_id"]
        ).astype("string")
    require(facts, ("subject", "attribute", "value", "unit", "note", "source_id"))
    facts = facts.astype(
        dict.fromkeys(("subject", "attribute", "unit", "note", "source_id"), "string")
    )
    published = _published(facts, mine)
    if set(published["unit"].dropna()) - {"percent"}:
        raise MixedUnitsError(
            "a published mean of loan terms is not in percent", hint="see column unit of facts"
        )

    mine = mine[mine["host"].isin(hosts)]
    kept, known = guards.not_refused(mine), mine["flow_type"].notna()
    is_loan = mine["flow_type"].isin(wanted)
    reason = (
        pd.Series("not a loan", index=mine.index)
        .where(known, "flow type not stated")
        .where(kept, "the publisher advises against the row")
    )
    left = mine.assign(reason=reason)[~(kept & is_loan)]
    on_terms = facts[facts["attribute"].str.startswith("loan_terms", na=False)]
    numbered = _facts_by_number(on_terms)
    rows, used = [], []
    for row in mine[kept & is_loan].itertuples():
        about = numbered.get(str(row.project_id).rsplit("-", 1)[-1], on_terms.iloc[:0])
        about = about[about["subject"] == row.host]
        used += list(about.index)
        rows.append(_loan(row, about, discount, payments_per_year))
    columns = ["project_id", "host", "year", "title", *_STATED, "floating"]
    columns += ["recomputed_low", "recomputed_high", "missing", "terms_from"]
    loans = pd.DataFrame(rows, columns=columns)
    numbers = [t for t in (*_STATED, "recomputed_low", "recomputed_high") if t != "collateralised"]
    loans = loans.astype(
        {t: "float64" for t in numbers} | {"collateralised": "boolean", "floating": "bool"}
    )
    return LoanTerms(
        edition=edition,
        discount=discount,
        payments_per_year=payments_per_year,
        loans=loans,
        summary=_summary(loans, hosts),
        collateral=_collateral(loans, hosts),
        left_out=left.groupby(["host", "reason"]).size().rename("projects").reset_index(),
        statements=on_terms.drop(index=used).reset_index(drop=True),
        published=published,
    )
