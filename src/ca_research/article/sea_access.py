"""Routes of the landlocked five to a seaport: which ports, since when, by how many independent
sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal, get_args

import pandas as pd

from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..ground.arguments import day
from ..ground.errors import UnknownNameError
from ..stats.frames import require
from ..tables.dates import bounds
from .dates import select
from .documents import ENOUGH, seen_rows
from .documents.measures import Side, Spoken
from .meetings import origins
from .settings import settings
from .words import several

CLAIM = "C21"
Use = Literal["dated", "lasting"]
USES = get_args(Use)
LASTING = 365
"""Days between the first and the last source on a port from which its use counts as lasting."""


def routes(events: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """What sources say of a route to a port, one row each.

    events: like table `events`; rows of kind sea_access.
    evidence: like table `evidence`; documents of C21 (reading literal, direction refutes; see
        `documents.seen_rows`).
    Returns port (of the settings), date, first_day, last_day, exact, text, source_id, origin_group.
    A text that names two ports has two rows; one without a date keeps null days and never counts.
    Raises UnknownNameError for a missing column, UsageError for what is no date.
    """
    require(
        evidence,
        (
            "claim",
            "reading",
            "direction",
            "text_seen",
            "date",
            "statement",
            "origin_group",
            "source_id",
        ),
    )
    rows = select(events, kinds="sea_access")
    first = rows.assign(text=rows["place"].fillna("") + ": " + rows["detail"], origin_group=None)
    texts = seen_rows(evidence, claim=CLAIM, reading="literal")
    texts = texts[texts["direction"] == "refutes"]
    ends = [bounds(d) if isinstance(d, str) else (None, None) for d in texts["date"]]
    second = texts.assign(
        first_day=pd.to_datetime([e[0] for e in ends]),
        last_day=pd.to_datetime([e[1] for e in ends]),
        exact=[isinstance(d, str) and len(d) == 10 for d in texts["date"]],
        text=texts["statement"],
    )
    columns = ["date", "first_day", "last_day", "exact", "text", "source_id", "origin_group"]
    both = (
        pd.concat([part[columns] for part in (first, second) if len(part)], ignore_index=True)
        if len(first) + len(second)
        else first.reindex(columns=columns)
    )
    found = [
        both[both["text"].str.contains(words, regex=True)].assign(port=port)
        for port, words in settings().sea_access.ports.items()
    ]
    return pd.concat(found, ignore_index=True)[["port", *columns]].sort_values(
        ["port", "first_day"], ignore_index=True
    )


@measure("relations.sea_routes")
@tells("ports")
def sea_routes(
    events: pd.DataFrame, evidence: pd.DataFrame, *, before: dt.date, use: Use = "dated"
) -> list[Estimate]:
    """Number of ports in use by the five before a day, each shown by two independent origins.

    events, evidence: as in `routes`. before: a date.
    use: 'dated' (any two origins), or 'lasting' (the sources on the port are dated LASTING days
        apart or more).
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row, which tells the `ports`
    that are shown. Their number is the estimate; where there is none, ports that one origin alone
    shows (or for too short a time) leave low 0 and high their number. That none is found says
    nothing: the reason then stands in `missing`.
    Raises UnknownNameError for another use, UsageError for what is no date.
    """
    if use not in USES:
        raise UnknownNameError("use", use, USES)
    rows = routes(events, evidence)
    rows = rows[rows["last_day"] < pd.Timestamp(day("before", before))]
    shown: list[pd.DataFrame] = []
    open_: list[pd.DataFrame] = []
    for _, part in rows.groupby("port"):
        lasting = (part["last_day"].max() - part["first_day"].min()).days >= LASTING
        enough = _count(part) >= ENOUGH and (use == "dated" or lasting)
        (shown if enough else open_).append(part)
    if rows.empty:
        return [estimate_row(missing=f"no route before {before} is dated")]
    used = pd.concat(shown or open_).assign(year=lambda d: d["last_day"].dt.year.astype("Int64"))
    used = used[["port", "date", "year", "source_id"]]
    if not shown:
        why = f"{several(len(open_), 'port')}, each by one independent source" + (
            " or for less than a year" if use == "lasting" else ""
        )
        return [estimate_row(used, low=0.0, high=float(len(open_)), interval=why)]
    ports = _listed(part["port"].iloc[0] for part in shown)
    return [estimate_row(used, estimate=float(len(shown)), about={"ports": ports})]


def _listed(ports: Iterable[str]) -> str:
    """Ports as a sentence lists them, without the sea they lie on."""
    *first, last = [port.split(",")[0] for port in ports]
    return f"{', '.join(first)} and {last}" if first else last


def _count(rows: pd.DataFrame) -> int:
    return origins(rows[rows["origin_group"].isna()], rows[rows["origin_group"].notna()])


@measure("relations.document_origins")
def document_origins(
    evidence: pd.DataFrame, *, claim: str, reading: Spoken, direction: Side
) -> list[Estimate]:
    """Independent origins of documents on one reading in one direction, texts seen only.

    evidence: rows of table `evidence`. claim: its id. reading: one of the claim's readings in the
        table.
    direction: 'supports' or 'refutes'.
    Returns an estimates frame (`estimates.ESTIMATE_COLUMNS`) of one row. The estimate is
    zero where there are documents on the reading and none of them in this direction; where there
    are none at all, that stands in `missing`.
    """
    rows = seen_rows(evidence, claim=claim, reading=reading)
    if rows.empty:
        return [estimate_row(missing=f"no document on {claim}, {reading}")]
    chosen = rows[rows["direction"] == direction]
    used = (chosen if len(chosen) else rows)[
        ["claim", "reading", "item", "date", "direction", "source_id"]
    ]
    return [estimate_row(used, estimate=float(origins(chosen.iloc[:0], chosen)))]
