"""The panel that a gravity estimation starts from: one row per exporter, importer and year, with a
log of what left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import refuse, whole_numbers
from ..ground.errors import known_name
from ..stats.contract import Frame, Single, Year, takes
from ..stats.fixed_effects import note
from ..stats.frames import origin, require, require_some

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
            refuse("trade", "a frame, or the path of a Parquet file", trade, "'trade.parquet'")
        only = [("source_id", "=", source)] if source else None
        trade = pd.read_parquet(trade, filters=only)
    trade = require(trade, ("source_id",))
    trade = trade[trade["source_id"] == source] if source else trade
    require_some(trade, f"rows of trade{(source and f' by {source}') or ''}")
    sides = _WORLD
    if not set(_WORLD) <= set(trade.columns):
        require(trade, ("reporter", "partner", "flow"))
        sides = _SIDES[known_name("flow", trade["flow"].iloc[0], tuple(_SIDES))]
    rows = PANEL.check(trade.rename(columns=sides))[[*KEYS, "value_usd", "source_id"]]
    types = {"exporter": str, "importer": str, "year": int, "source_id": str}
    return rows.astype(types).reset_index(drop=True)


def _with(rows: pd.DataFrame, covariates: pd.DataFrame) -> pd.DataFrame:
    """Numeric columns of `covariates` joined on exporter, importer (and year), or on economy and
    year for both sides.
    """
    covariates = require(covariates, ())
    if {"exporter", "importer"} <= set(covariates.columns):
        keys = [k for k in KEYS if k in covariates.columns]
        sides = {"": keys}
    else:
        keys = ["economy", "year"]
        sides = {f"_{side}": [side, "year"] for side in ("exporter", "importer")}
    declared = Frame(cell=tuple(keys), value="", single=("indicator",))
    covariates = declared.check(covariates)
    require(covariates, (), **{key: eco.codes() for key in keys if key != "year"})
    numbers = covariates.select_dtypes(["number", "bool"]).astype(float)
    numbers = numbers.drop(columns=["year", "is_aggregate"], errors="ignore")
    require_some(
        numbers.T, "column of numbers among the covariates", "add one: the log of distance"
    )
    for suffix, columns in sides.items():
        joined = numbers.add_suffix(suffix)
        if again := {*joined} & {*rows}:
            refuse("covariates", "not columns of the panel", sorted(again), "'log_distance'")
        joined[columns] = covariates[keys].to_numpy()
        joined = joined.astype({k: rows[k].dtype for k in columns})
        rows = rows.merge(joined, on=columns, how="left")
    return rows


def _near(geography: pd.DataFrame) -> pd.DataFrame:
    """Distance and what two economies share, as covariates of a pair."""
    sides = {"origin": "exporter", "destination": "importer"}
    near = Frame(cell=(*sides,), columns=SHARED, value="distance_km", gaps="kept").check(geography)
    near = near[[*sides, *SHARED]].rename(columns=sides)
    with np.errstate(divide="ignore"):
        return near.assign(log_distance=np.log(near["distance_km"]))


@takes()
def panel(
    trade: pd.DataFrame | str | Path,
    geography: pd.DataFrame | None = None,
    covariates: pd.DataFrame | None = None,
    *,
    source: str | None = None,
    years: int | Sequence[int] = (),
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
        (0 or 1).
    covariates : pandas.DataFrame, optional
        Numeric columns by exporter and importer (and year), or by economy and year (then each is
        joined twice, with the suffixes _exporter and _importer).
    source : str, optional
        Which of several.
    years : int or sequence of int
        Years to keep; all by default.
    exclude : str or sequence of str
        Economies, by code or name, to leave out on either side.

    Returns
    -------
    pandas.DataFrame
        exporter, importer, year, value_usd (USD), source_id and the covariates; ``sources``, the
        ids of all that was joined, also of geography and covariates; ``attrs['log']`` says what
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
    rows, wanted = _bilateral_flows(trade, source), whole_numbers("years", years)
    sides = rows[["exporter", "importer"]]
    held = set(np.unique(sides.to_numpy(str)))
    for code in sorted(held):
        known_name("economy", code, eco.codes())
    groups = sorted(held & set(eco.AGGREGATES))
    reasons = {
        "aggregate, not an economy": (sides.isin(groups).any(axis=1), ", ".join(groups)),
        "pair of an economy with itself": (rows["exporter"] == rows["importer"], ""),
        "no value reported": (rows["value_usd"].isna(), ""),
        "economy excluded by choice": (sides.isin(exclude).any(axis=1), ", ".join(exclude)),
        "year outside those chosen": (~rows["year"].isin(wanted) & bool(wanted), ""),
    }
    log: list[dict[str, Any]] = []
    left = pd.Series(False, index=rows.index)
    for reason, (hit, detail) in reasons.items():
        note(log, "panel", reason, int((hit & ~left).sum()), detail if hit.any() else "")
        left |= hit
    reasons_of = "; ".join(entry["reason"] for entry in log)
    rows = require_some(rows[~left], f"pair left in the panel: {reasons_of}").reset_index(drop=True)
    for more in (None if geography is None else _near(geography), covariates):
        rows = rows if more is None else _with(rows, more)
    ids = {i for part in (rows, geography, covariates) if part is not None for i in origin(part)}
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
    hit = require(panel, (), **sides)[[*sides]].isin(sides).all(axis=1)
    if since is not None:
        hit &= panel["year"] >= since
    require_some(
        panel[hit], f"pair from {'/'.join(exporter)} to {'/'.join(importers)} in the panel"
    )
    return hit.astype(float)
