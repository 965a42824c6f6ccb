"""The panel that a gravity estimation starts from: one row per exporter, importer and year, with a
log of what left.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import refuse
from ..ground.errors import CoverageError, known_name
from ..stats.contract import Frame, Single, Year, takes
from ..stats.fixed_effects import Log, note
from ..stats.frames import origin, refuse_named, require

_WORLD = {"exporter_iso3": "exporter", "importer_iso3": "importer"}
_SIDES = {
    "export": {"reporter": "exporter", "partner": "importer"},
    "import": {"reporter": "importer", "partner": "exporter"},
}
KEYS = ("exporter", "importer", "year")
PANEL = Frame(cell=KEYS, single=("flow", "product"), gaps="kept")
"""A panel of one source, flow, product and kind of figures, with one figure for a pair and year."""
SHARED = ("distance_km", "contiguous", "common_language")


def _bilateral_flows(trade: pd.DataFrame | str | Path, source: str | None) -> pd.DataFrame:
    """Rows with exporter, importer, year, value_usd, source_id, of one source, flow, product and
    valuation.
    """
    if isinstance(trade, str | Path):
        if not Path(trade).is_file():
            refuse("trade", "a frame, or the path of a Parquet file", trade, "'world.parquet'")
        trade = pd.read_parquet(trade, filters=[("source_id", "=", source)] if source else None)
    trade = require(trade, ("source_id",))
    trade = trade[trade["source_id"] == source] if source else trade
    if trade.empty:
        raise CoverageError(
            f"no rows of trade{f' by {source}' if source else ''}", hint="ca.coverage('trade')"
        )
    sides = _WORLD
    if not set(_WORLD) <= set(trade.columns):
        require(trade, ("reporter", "partner", "flow"))
        sides = _SIDES[known_name("flow", trade["flow"].iloc[0], tuple(_SIDES))]
    rows = PANEL.check(trade.rename(columns=sides))[[*KEYS, "value_usd", "source_id"]]
    types = {"exporter": str, "importer": str, "year": int, "source_id": str}
    return rows.astype(types).reset_index(drop=True)


def _near(rows: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """The rows with distance and what two economies share."""
    sides = {"origin": "exporter", "destination": "importer"}
    near = Frame(cell=(*sides,), columns=SHARED, value="distance_km", gaps="kept").check(geography)
    for side in sides:
        refuse_named(near[side].unique(), side)
    near = near[[*sides, *SHARED]].rename(columns=sides).astype(dict.fromkeys(sides.values(), str))
    near = near.astype(dict.fromkeys(SHARED, float))
    with np.errstate(divide="ignore"):
        near["log_distance"] = np.log(near["distance_km"])
    return rows.merge(near, on=[*sides.values()], how="left")


@takes()
def panel(
    trade: pd.DataFrame | str | Path,
    geography: pd.DataFrame | None = None,
    *,
    source: str | None = None,
    exclude: Single = (),
) -> pd.DataFrame:
    """One row per exporter, importer and year, with a log of what left.

    Parameters
    ----------
    trade : pandas.DataFrame, str or pathlib.Path
        Rows like table `trade` of one source, flow and product; or a world panel, a frame or the
        path of a Parquet file, with exporter_iso3, importer_iso3, year, value_usd, source_id.
    geography : pandas.DataFrame, optional
        Rows like table `geography`: gives distance_km, log_distance, contiguous, common_language
        (0 or 1). Other covariates are merged into the panel with pandas.
    source : str, optional
        Which of several.
    exclude : str or sequence of str
        Economies, by code or name, to leave out on either side.

    Returns
    -------
    pandas.DataFrame
        exporter, importer, year, value_usd (USD), source_id and the geography; ``sources``, the
        ids of all that was joined, also of geography; ``attrs['log']`` says what
        left. Aggregates, pairs of an economy with itself and rows without a value are dropped and
        logged; a pair that is absent stays absent (missing is not zero).

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> trade = pd.DataFrame(
    ...     {"reporter": ["KAZ", "KAZ"], "partner": ["CHN", "WLD"], "year": 2020, "flow": "export",
    ...      "value_usd": [3.0, 9.0], "source_id": "MADE_UP"})
    >>> rows = panel(trade)
    >>> rows[["exporter", "importer", "value_usd"]].values.tolist()
    [['KAZ', 'CHN', 3.0]]
    >>> rows.attrs["log"][0]["reason"]
    'aggregate, not an economy'
    """
    rows = _bilateral_flows(trade, source)
    sides = rows[["exporter", "importer"]]
    held = set(np.unique(sides.to_numpy(str)))
    for code in sorted(held - eco.codes()):
        known_name("exporter or importer", code, eco.codes())
    groups = sorted(held & set(eco.AGGREGATES))
    reasons = {
        "aggregate, not an economy": (sides.isin(groups).any(axis=1), ", ".join(groups)),
        "pair of an economy with itself": (rows["exporter"] == rows["importer"], ""),
        "no value reported": (rows["value_usd"].isna(), ""),
        "economy excluded by choice": (sides.isin(exclude).any(axis=1), ", ".join(exclude)),
    }
    log: Log = []
    left = pd.Series(False, index=rows.index)
    for reason, (hit, detail) in reasons.items():
        note(log, "panel", reason, int((hit & ~left).sum()), detail if hit.any() else "")
        left |= hit
    rows = rows[~left].reset_index(drop=True)
    if rows.empty:
        raise CoverageError(
            "no pair is left in the panel",
            where="; ".join(e["reason"] for e in log),
            hint="take more economies",
        )
    ids = {*origin(rows)}
    if geography is not None:
        rows, ids = _near(rows, geography), ids | {*origin(geography)}
    rows["sources"] = pd.Series([tuple(sorted(ids))] * len(rows), dtype=object)
    rows.attrs["log"] = log
    return rows


@takes(panel=replace(PANEL, value=""))
def treated_pairs(
    panel: pd.DataFrame,
    exporter: Single,
    importers: Single,
    *,
    since: Year | None = None,
) -> pd.Series:
    """1.0 on the rows of the chosen pairs, else 0.0: an index-aligned column.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `panel` gives it.
    exporter : str or sequence of str
        Codes or names, one or several; pairs that the panel lacks have no row to be marked.
    importers : str or sequence of str
        Likewise, on the other side.
    since : int, optional
        Only from this year on.

    Returns
    -------
    pandas.Series
        Of floats.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"exporter": ["CHN", "KAZ"], "importer": ["KAZ", "CHN"], "year": [2020, 2020]})
    >>> treated_pairs(rows, "CHN", ["KAZ", "UZB"]).tolist()
    [1.0, 0.0]
    """
    sides = {"exporter": exporter, "importer": importers}
    for column, wanted in sides.items():
        refuse_named(panel[column].unique(), column, wanted)
    hit = panel[[*sides]].isin(sides).all(axis=1)
    if since is not None:
        hit &= panel["year"] >= since
    if not hit.any():
        raise CoverageError(
            f"the panel holds no pair from {'/'.join(exporter)} to {'/'.join(importers)}",
            hint="panel[['exporter', 'importer']].drop_duplicates() shows those it holds",
        )
    return hit.astype(float)
