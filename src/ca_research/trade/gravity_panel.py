"""The panel that a gravity estimation starts from: one row per exporter, importer and year, with a
log of what left.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import whole_number, whole_numbers
from ..ground.errors import (
    CaResearchError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
    known_name,
)
from ..stats.fixed_effects import note
from ..stats.frames import numbers, origin, refuse_named, refuse_numbered, require
from ..stats.frames import years as refuse_no_years
from .checks import ALIKE, ALIKE_MONEY, one_figure_per_cell

_WORLD = {"exporter_iso3": "exporter", "importer_iso3": "importer"}
_KEYS = ["exporter", "importer", "year"]


def one_value(
    rows: pd.DataFrame, column: str, hint: str, error: type[CaResearchError] = UsageError
) -> None:
    """Raise `error` where a column that is there has several values; not stated is one too."""
    held = rows[column].unique() if column in rows else []
    if len(held) > 1:
        found = sorted("not stated" if pd.isna(one) else str(one) for one in held)
        raise error(f"several values of {column} in one panel: {', '.join(found[:8])}", hint=hint)


def of_one_kind(rows: pd.DataFrame) -> None:
    """Raise UsageError for rows of several sources or flows, MixedUnitsError for several products
    or kinds of figures.
    """
    one_value(rows, "source_id", "choose one: panel(..., source='PENPPML')")
    one_value(
        rows, "flow", "filter by flow: a panel holds exports or imports as one side reports them"
    )
    one_value(rows, "product", "filter by product, for example product='TOTAL'", MixedUnitsError)
    one_value(rows, "valuation", "keep fob or cif rows, or adjust them first", MixedUnitsError)
    for column in ALIKE_MONEY:
        one_value(rows, column, f"keep rows of one {column}", MixedUnitsError)
    one_value(rows, "scope", "keep rows of goods, or of goods and services", MixedUnitsError)


def _whole_years(rows: pd.DataFrame) -> pd.Series:
    """Years as integers, also such as files hold as text; UsageError for what is none."""
    refuse_no_years(rows, text=True)
    found = pd.to_numeric(rows["year"], errors="coerce").astype(float)
    odd = found.isna() | (found % 1 != 0)
    if odd.any():
        raise UsageError(
            f"'year' holds {rows.loc[odd, 'year'].iloc[0]!r}, not years as numbers",
            hint="write each year as one number, such as 2020",
        )
    return found.astype(int)


def _pairs(trade: pd.DataFrame | str | Path, source: str | None) -> pd.DataFrame:
    """Rows with exporter, importer, year, value_usd, source_id, of one source, flow, product and
    valuation.
    """
    if isinstance(trade, str | Path):
        import pyarrow.parquet as pq

        if not Path(trade).is_file():
            raise UsageError(
                f"no file {str(trade)!r}", hint="a frame, or the path of a Parquet file"
            )
        wanted = [*_WORLD, "year", "value_usd", "source_id", "flow", "product", *ALIKE]
        held = pq.read_schema(trade).names
        there = [c for c in wanted if c in held]
        if source:
            known_name("column", "source_id", held)
        trade = pq.read_table(
            trade, columns=there, filters=[("source_id", "=", source)] if source else None
        ).to_pandas()
    else:
        trade = require(trade, ("source_id",) if source else ())
        trade = trade[trade["source_id"] == source] if source else trade
    if trade.empty:
        raise CoverageError(
            f"no rows of trade{f' by {source}' if source else ''}", hint="ca.coverage('trade')"
        )
    of_one_kind(trade)
    if set(_WORLD) <= set(trade.columns):
        names = _WORLD
    elif {"reporter", "partner", "flow"} <= set(trade.columns):
        for flow in trade["flow"].unique():
            known_name("flow", flow, ("export", "import"))
        sides = (
            ("exporter", "importer")
            if trade["flow"].iloc[0] == "export"
            else ("importer", "exporter")
        )
        names = dict(zip(("reporter", "partner"), sides, strict=True))
    else:
        raise UsageError(
            "neither reporter, partner, flow nor exporter_iso3, importer_iso3 among the columns",
            where=", ".join(map(str, trade.columns[:8])),
            hint="rename those of your file: frame.rename(columns={'from': 'exporter_iso3', ...})",
        )
    rows = trade.rename(columns=names)
    require(rows, ("value_usd", "source_id"), keys=_KEYS)
    numbers(rows[rows["value_usd"].notna()], "value_usd")
    rows = rows[[*_KEYS, "value_usd", "source_id"]].assign(year=_whole_years(rows))
    types = {"exporter": str, "importer": str, "value_usd": float, "source_id": str}
    return rows.astype(types).reset_index(drop=True)


def _with(rows: pd.DataFrame, covariates: pd.DataFrame) -> pd.DataFrame:
    """Numeric columns of `covariates` joined on exporter, importer (and year), or on economy and
    year for both sides.
    """
    covariates = require(covariates, ())
    if {"exporter", "importer"} <= set(covariates.columns):
        given = [k for k in _KEYS if k in covariates.columns]
        sides = {"": given}
    elif {"economy", "year"} <= set(covariates.columns):
        given = ["economy", "year"]
        sides = {"_exporter": ["exporter", "year"], "_importer": ["importer", "year"]}
    else:
        raise UsageError(
            "covariates need the columns exporter and importer, or economy and year",
            where=f"columns {', '.join(map(str, covariates.columns[:8]))}",
            hint="covariates.rename(columns={...})",
        )
    require(covariates, (), keys=given)
    figures = _figures(covariates, given)
    if "year" in given:
        covariates = covariates.assign(year=_whole_years(covariates))
    for column in set(given) - {"year"}:
        refuse_named(held := covariates[column].unique(), column)
        refuse_numbered(held, column)  # they would be joined to nobody
    for column in ("indicator", *ALIKE_MONEY):
        one_value(covariates, column, "a column for each covariate, of one unit", MixedUnitsError)
    for suffix, keys in sides.items():
        if again := [c + suffix for c in figures if c + suffix in rows]:
            raise UsageError(
                f"the panel has a column {again[0]!r} already", hint="rename that of the covariates"
            )
        own = covariates.rename(columns={"economy": keys[0]} if suffix else {})[[*keys, *figures]]
        if own.duplicated(keys).any():
            raise UsageError(
                f"two rows of covariates for one {', '.join(keys)}", hint="choose one source first"
            )
        own = own.astype({k: str for k in keys if k != "year"} | dict.fromkeys(figures, float))
        rows = rows.merge(own.rename(columns={c: c + suffix for c in figures}), on=keys, how="left")
    return rows


def _figures(covariates: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Columns of numbers. Raises UsageError where there is none, and for numbers written as text,
    which would be left out as notes are.
    """
    figures = []
    for column in covariates.columns.difference([*_KEYS, *keys, "is_aggregate"], sort=False):
        held = covariates[column].dropna()
        if pd.api.types.is_numeric_dtype(held.dtype):  # booleans too
            figures.append(column)
        elif len(held) and held.map(_is_number).all():  # decimals of a database
            figures.append(column)
            numbers(held.to_frame(), column, negative=True)  # refuses those written as text
    if not figures:
        raise UsageError(
            "no column of numbers among the covariates",
            where=f"columns {', '.join(map(str, covariates.columns[:8]))}",
            hint="add one, for example the logarithm of distance",
        )
    return figures


def _is_number(value: object) -> bool:
    """Whether a value is a number in itself or in its text."""
    try:
        return isinstance(value, str | Decimal) and np.isfinite(float(value))
    except ValueError:
        return False


def _near(geography: pd.DataFrame) -> pd.DataFrame:
    """Distance and what two economies share, as covariates of a pair."""
    sides = {"origin": "exporter", "destination": "importer"}
    given = ["distance_km", "contiguous", "common_language"]
    geography = require(geography, given, keys=sides)
    one_value(geography, "source_id", "choose one source of geography")
    for column in given:
        numbers(geography[geography[column].notna()], column)
    near = geography.rename(columns=sides)[[*sides.values(), *given]]
    with np.errstate(divide="ignore"):
        return near.assign(log_distance=np.log(near["distance_km"].astype(float)))


def panel(
    trade: pd.DataFrame | str | Path,
    geography: pd.DataFrame | None = None,
    covariates: pd.DataFrame | None = None,
    *,
    source: str | None = None,
    years: int | Sequence[int] = (),
    exclude: str | Sequence[str] = (),
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
    UsageError
        Sources or flows are mixed, or stated of some rows alone; a cell stands twice, trade is
        negative or no number, covariates hold names for codes or text for numbers.
    MixedUnitsError
        Several products, valuations, scopes or price bases; several indicators or units of
        covariates.
    AggregateError
        A group among the economies to exclude.
    UnknownNameError
        A column or a code that is none.
    CoverageError
        Nothing is left.

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
    rows, exclude = _pairs(trade, source), eco.single_economies(exclude)
    years = whole_numbers("years", years)
    log: list[dict[str, Any]] = []
    codes = set(rows["exporter"].unique()) | set(rows["importer"].unique())
    for code in sorted(codes - eco.codes()):
        raise UnknownNameError(
            "economy", code, sorted(eco.codes()), where="exporter or importer of the panel"
        )
    either = {
        name: rows["exporter"].isin(c) | rows["importer"].isin(c)
        for name, c in (("all", eco.AGGREGATES), ("out", list(exclude)))
    }
    tests = (
        (
            "aggregate, not an economy",
            either["all"],
            ", ".join(sorted(codes & set(eco.AGGREGATES))),
        ),
        ("pair of an economy with itself", rows["exporter"] == rows["importer"], ""),
        ("no value reported", rows["value_usd"].isna(), ""),
        ("economy excluded by choice", either["out"], ", ".join(exclude)),
        (
            "year outside those chosen",
            ~rows["year"].isin(list(years)) if len(years) else either["out"] & False,
            "",
        ),
    )
    left = pd.Series(False, index=rows.index)
    for reason, hit, detail in tests:
        note(log, "panel", reason, int((hit & ~left).sum()), detail if hit.any() else "")
        left |= hit
    rows = rows[~left].reset_index(drop=True)
    if rows.empty:
        raise CoverageError(
            "no pair is left in the panel",
            where="; ".join(e["reason"] for e in log),
            hint="take more years or economies",
        )
    one_figure_per_cell(rows, _KEYS)
    if geography is not None:
        rows = _with(rows, _near(geography))
    rows = rows if covariates is None else _with(rows, covariates)
    ids = {i for part in (rows, geography, covariates) if part is not None for i in origin(part)}
    rows["sources"] = pd.Series([tuple(sorted(ids))] * len(rows), dtype=object)
    rows.attrs["log"] = log
    return rows


def treated_pairs(
    panel: pd.DataFrame,
    exporter: str | Sequence[str],
    importers: str | Sequence[str],
    *,
    since: int | None = None,
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
    UnknownNameError
        An unknown code.
    AggregateError
        A group on one of the sides.
    UsageError
        Names in the panel in the place of codes; with `since`, years that are no numbers.
    CoverageError
        The panel holds none of the pairs.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"exporter": ["CHN", "KAZ"], "importer": ["KAZ", "CHN"], "year": [2020, 2020]})
    >>> treated_pairs(rows, "CHN", ["KAZ", "UZB"]).tolist()
    [1.0, 0.0]
    """
    require(panel, (), keys=("exporter", "importer", "year"))
    sides = [eco.single_economies(side) for side in (exporter, importers)]
    for column, wanted in zip(("exporter", "importer"), sides, strict=True):
        refuse_named(panel[column].unique(), column, wanted)
    hit = panel["exporter"].isin(sides[0]) & panel["importer"].isin(sides[1])
    if since is not None:
        refuse_no_years(panel)
        hit &= panel["year"] >= whole_number("since", since)
    if not hit.any():
        raise CoverageError(
            f"the panel holds no pair from {'/'.join(sides[0])} to {'/'.join(sides[1])}",
            hint="panel[['exporter', 'importer']].drop_duplicates() shows those it holds",
        )
    return hit.astype(float)
