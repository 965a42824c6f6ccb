"""Routes of the landlocked five to a seaport: which ports, since when, by how many independent
sources.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import pandas as pd

from ..estimates.documents import ENOUGH, Reading, documents_of
from ..estimates.events import dated, select
from ..estimates.frame import Estimate, estimate_row
from ..estimates.measures import measure, tells
from ..estimates.series import omit, pick
from ..ground.arguments import day
from ..ground.economies import joined
from ..ground.numbers import counted
from .meetings import origins
from .settings import settings

LASTING = 365
"""Days between the first and the last source on a port from which its use counts as lasting."""


def _documents(evidence: pd.DataFrame, claim: str, reading: str) -> pd.DataFrame:
    """Documents of a claim on a reading that are no commentary."""
    rows = documents_of(evidence, claim=claim).frame
    return omit(pick(rows, reading=reading), strength="commentary")


def routes(events: pd.DataFrame, evidence: pd.DataFrame, claim: str) -> pd.DataFrame:
    """What sources say of a route to a port, one row each.

    events: like table `events`; rows of kind sea_access. evidence: like table `evidence`; documents
    of the claim against the literal reading.
    Returns port (of the settings), detail, what `estimates.events.dated` adds, origin_group and
    source_id. A text that names two ports has two rows; one without a date never counts.
    """
    texts = _documents(evidence, claim, "literal").rename(columns={"statement": "detail"})
    texts = pick(texts, direction="refutes").assign(date_bound="exact")
    first = select(events, kinds="sea_access")
    first = first.assign(detail=first["place"].fillna("") + ": " + first["detail"])
    both = pd.concat([first, dated(texts)], ignore_index=True)
    parts = [
        both[both["detail"].str.contains(words)].assign(port=port)
        for port, words in settings().sea_access.ports.items()
    ]
    return pd.concat(parts).sort_values(["port", "first_day"], ignore_index=True)


@measure("relations.routes_to_sea", kind="count")
@tells("ports")
def routes_to_sea(
    events: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    claim: str,
    before: dt.date,
    use: Literal["dated", "lasting"] = "dated",
) -> list[Estimate]:
    """Number of ports in use by the five before a day, each shown by two independent origins.

    events, evidence, claim: as in `routes`. before: a date.
    use: 'dated' (any two origins), or 'lasting' (the sources on the port are dated LASTING days
    apart or more).
    It tells the `ports` that are shown. Where there is none, ports that one origin alone shows (or
    for too short a time) leave low 0 and high their number. That none is found says nothing.
    """
    rows = routes(events, evidence, claim)
    rows = rows[rows["last_day"] < pd.Timestamp(day("before", before))]
    if rows.empty:
        return [estimate_row(missing=f"no route before {before} is dated")]

    def is_shown(own: pd.DataFrame) -> bool:
        lasted = (own["last_day"].max() - own["first_day"].min()).days
        return origins(own) >= ENOUGH and (use == "dated" or lasted >= LASTING)

    shown = rows.groupby("port").filter(is_shown)
    used = shown if len(shown) else rows
    names = used["port"].unique()
    used = used.assign(year=used["last_day"].dt.year.astype("Int64"))
    used = used[["port", "date", "year", "source_id"]]
    if len(shown):
        ports = joined(port.split(",")[0] for port in names)
        return [estimate_row(used, estimate=float(len(names)), about={"ports": ports})]
    why = f"{counted(len(names), 'port')}, each by one independent source"
    why += " or for less than a year" if use == "lasting" else ""
    return [estimate_row(used, low=0.0, high=float(len(names)), interval=why)]


@measure("relations.document_origins", kind="count")
def document_origins(
    evidence: pd.DataFrame,
    *,
    claim: str,
    reading: Reading,
    direction: Literal["supports", "refutes"],
) -> list[Estimate]:
    """Independent origins of documents on one reading in one direction, texts seen only.

    evidence, claim, direction: as in `documents.origins`. reading: one of the claim's. Two texts
    are of one origin where their rows or their sources are. Zero rests on all that are on the
    reading, a count on those in this direction alone.
    """
    rows = _documents(evidence, claim, reading)
    if rows.empty:
        return [estimate_row(missing=f"no document on {claim}, {reading}")]
    side = pick(rows, direction=direction)
    used = (rows if side.empty else side).drop(columns=["year", "origin_group"])
    return [estimate_row(used, estimate=float(origins(side)))]
