"""Current and constant dollars: never mixed, and converted only with a deflator that is given."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import CoverageError, MixedUnitsError, UnknownNameError, UsageError
from ..stats.frames import alike, names, numbers, refuse_named, require, years
from . import guards
from .concepts import CONCEPTS

CURRENT = "current USD"
_USD = re.compile(r"USD|US\$|US dollar", re.I)
_PRICED = re.compile(r".*_usd|export|import|balance|growth")
"""Columns of tables and measures that are in dollars, or rest on their prices."""


def constant(year: int) -> str:
    """Name of the price basis of a base year, as column `price_basis` writes it."""
    return f"constant {year} USD"


def _base(basis: str) -> int | None:
    """Base year of a price basis; None for current dollars."""
    if basis == CURRENT:
        return None
    hit = re.fullmatch(r"constant (\d{4}) USD", basis)
    if not hit:
        raise MixedUnitsError(
            f"price basis {basis!r} cannot be converted: it names no base year",
            hint=f"known: {CURRENT!r}, 'constant 2021 USD'",
        )
    return int(hit[1])


def deflator_from_growth(
    macro: pd.DataFrame, economy: str, *, source: str, indicator: str = "NY.GDP.DEFL.KD.ZG"
) -> pd.DataFrame:
    """A price index chained from yearly rates of inflation.

    Parameters
    ----------
    macro : pandas.DataFrame
        Table `macro`: ``economy``, ``year``, ``indicator``, ``value`` (percent a year), ``unit``,
        ``source_id``.
    economy : str
        Its code or name.
    source : str
        The source_id of one vintage.
    indicator : str
        A yearly rate of inflation; by default the World Bank's of the deflator of GDP.

    Returns
    -------
    pandas.DataFrame
        One row per year: ``year``, ``index`` (100 in the year before the first rate),
        ``source_id``.

    Raises
    ------
    CoverageError
        There is no rate, or a year in between has none (gaps are not bridged).
    UsageError
        A year has two rates, or a rate is -100 % or below; years that are not whole.
    MixedUnitsError
        The unit is not 'annual %'.
    UnknownNameError
        A column is not there.

    Notes
    -----
    P_t = P_(t-1) (1 + g_t / 100)

    Examples
    --------
    >>> import ca_research as ca
    >>> inflation = ca.load("macro", economy="USA", source="WDI_2025_KARENKLW")
    >>> prices = deflator_from_growth(inflation, "USA", source="WDI_2025_KARENKLW")
    >>> prices.set_index("year")["index"].loc[[2010, 2022]].round(1).tolist()
    [100.0, 131.7]
    """
    macro = require(macro, ("economy", "year", "indicator", "value", "unit", "source_id"))
    economy = eco.resolve(economy)
    refuse_named(macro["economy"].unique(), "economy", [economy])
    rows = macro[
        (macro["economy"] == economy)
        & (macro["indicator"] == indicator)
        & (macro["source_id"] == source)
    ]
    rows = rows.dropna(subset=["value"]).sort_values("year")
    require(rows, (), keys=("year",))
    if rows.empty:
        raise CoverageError(
            f"{source} has no {indicator} of {economy}",
            hint="ca.coverage('macro', by=['indicator'])",
        )
    if set(rows["unit"]) != {"annual %"}:
        raise MixedUnitsError(
            f"{indicator} is in {', '.join(sorted(set(map(str, rows['unit']))))}, not in annual %",
            hint="take a yearly rate, or give convert_prices an index",
        )
    numbers(rows, "value", negative=True)
    if (rows["value"] <= -100).any():
        raise UsageError(
            f"a rate of {rows['value'].min():g} % leaves no price: {economy}, {source}",
            hint="mend the rate, or give convert_prices an index",
        )
    years(rows, text=True)
    covered = rows["year"].astype(int).to_numpy()
    if len(set(covered)) < len(covered):
        raise UsageError(f"two rates for one year: {economy}, {source}", hint="choose one vintage")
    lacking = sorted(set(range(covered[0], covered[-1] + 1)) - set(covered))
    if lacking:
        raise CoverageError(
            f"{source} has no {indicator} of {economy} in {lacking[0]}", hint="gaps are not bridged"
        )
    index = 100 * np.concatenate([[1.0], np.cumprod(1 + rows["value"].to_numpy(dtype=float) / 100)])
    return pd.DataFrame({"year": [covered[0] - 1, *covered], "index": index, "source_id": source})


def _index(deflator: pd.DataFrame, needed: set[int]) -> pd.Series:
    """Price index by year; refuses two indices in one, impossible values and uncovered years."""
    if not {"year", "index"} <= set(deflator.columns):
        raise UsageError(
            "a deflator needs the columns year and index",
            hint="investment.deflator_from_growth(...)",
        )
    deflator = require(deflator, (), keys=("year",))
    years(deflator, text=True)
    numbers(deflator.dropna(subset=["index"]), "index", negative=True)
    guards.one_source(deflator, "one deflator at a time: its source is part of the result")
    if deflator["year"].duplicated().any():
        raise UsageError(
            "the deflator has two values for one year", hint="one economy and one vintage"
        )
    index = deflator.dropna(subset=["index"]).set_index("year")["index"].astype(float)
    index.index = index.index.astype(int)
    if (index <= 0).any() or not np.isfinite(index).all():
        raise UsageError(
            "a price index is above zero", hint="rates of inflation: deflator_from_growth first"
        )
    lacking = sorted(needed - set(index.index))
    if lacking:
        raise CoverageError(
            f"the deflator does not cover {', '.join(map(str, lacking[:6]))}",
            hint="give an index for every year of the frame and for the base year, or drop these "
            "years",
        )
    return index


def convert_prices(
    frame: pd.DataFrame,
    deflator: pd.DataFrame,
    *,
    base_year: int | None,
    value: str | Sequence[str] = "value_usd",
    price_basis: str = "",
) -> pd.DataFrame:
    """Dollar figures in the prices of one year, or back in current dollars.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with ``year`` and the column `value`, for example of table `investment`; all in one
        ``price_basis``, current or constant with its base year named.
    deflator : pandas.DataFrame
        Price index by year: ``year``, ``index`` (any base), ``source_id`` and ``year_basis`` where
        they are there. Which index is right is the caller's choice: AidData's constant dollars rest
        on its own, so a round trip with another is not what it started from.
    base_year : int or None
        Year whose prices are wanted; None for current dollars.
    value : str or sequence of str
        The column in dollars: 'value_usd', or 'amount_usd' of table `projects`; several where a
        frame has several, as 'export', 'import' and 'balance' of `trade.balance`.
    price_basis : str
        What the figures are in where no column says it: 'current USD' for table `trade`.

    Returns
    -------
    pandas.DataFrame
        A copy with `value` converted, ``price_basis`` renamed (and a ``unit`` that names the
        basis), and ``deflator``: the source_id of the index, or 'given'; where both say it,
        ``sources``, those of the row and of the index.

    Raises
    ------
    MixedUnitsError
        Price bases are mixed, without a base year, or another than `price_basis` says; a ``unit``
        or ``currency`` is not US dollars, or other columns in dollars would stay as they are;
        fiscal years meet an index of calendar years, or the other way; or figures are running
        totals, whose dollars are of many years.
    CoverageError
        The index does not cover a year.
    UsageError
        The index is none: a column lacks, two values for a year, a value of zero or less, two
        sources; figures that are no numbers.
    UnknownNameError
        A measure without a declared concept, or a column that is not there.

    Notes
    -----
    With P the index and t the year of the row: constant_b = current_t P_b / P_t; from base b to c:
    times P_c / P_b. Source: United Nations et al. (2009), System of National Accounts 2008, ch. 15
    (price and volume measures).

    Examples
    --------
    China's direct investment in Kazakhstan in dollars of 2015, by the American deflator:

    >>> import ca_research as ca
    >>> inflation = ca.load("macro", economy="USA", source="WDI_2025_KARENKLW")
    >>> prices = deflator_from_growth(inflation, "USA", source="WDI_2025_KARENKLW")
    >>> held = ca.load("investment", investor="CHN", host="KAZ", measure="fdi_stock",
    ...                source="wiiw_kaz_fdi", year=2021)
    >>> real = convert_prices(held, prices, base_year=2015)
    >>> [round(float(frame["value_usd"].item()) / 1e9, 2) for frame in (held, real)]
    [5.47, 4.83]
    >>> real["price_basis"].item()
    'constant 2015 USD'
    """
    require(deflator, ())
    columns = names(value)
    frame = _in_one_basis(require(frame, columns, keys=("year",)), columns, price_basis)
    base_year = None if base_year is None else whole_number("base_year", base_year)
    source = (
        str(deflator["source_id"].iloc[0]) if "source_id" in deflator and len(deflator) else "given"
    )
    if frame.empty:
        return frame.assign(deflator=source)
    if "measure" in frame:
        for measure in sorted(set(map(str, frame["measure"]))):
            if measure not in CONCEPTS:
                raise UnknownNameError("measure", measure, CONCEPTS)
            if CONCEPTS[measure].timing == "running total":
                raise MixedUnitsError(
                    f"{measure} is a running total: its dollars are of many years",
                    hint="convert yearly figures",
                )
    alike(frame, ("year_basis",))
    of_frame = str(frame["year_basis"].iloc[0]) if "year_basis" in frame else "calendar"
    of_index = (
        str(deflator["year_basis"].iloc[0])
        if "year_basis" in deflator and len(deflator)
        else "calendar"
    )
    if of_frame != of_index:
        raise MixedUnitsError(
            f"figures of {of_frame} years against an index of {of_index} years",
            hint="give an index of the same kind of year (column year_basis)",
        )
    now = _base(str(frame["price_basis"].iloc[0]))
    years(frame, text=True)
    of = frame["year"].astype(int)
    needed = {y for y in (now, base_year) if y is not None} | (
        set(of) if now is None or base_year is None else set()
    )
    index = _index(deflator, needed)
    at = of.map(index).to_numpy(dtype=float)
    start: np.ndarray | float = at if now is None else float(index[now])
    goal: np.ndarray | float = at if base_year is None else float(index[base_year])
    basis = CURRENT if base_year is None else constant(base_year)
    made = frame.assign(
        **{column: frame[column].astype(float) * goal / start for column in columns},
        price_basis=basis,
        deflator=source,
    )
    if "unit" in frame and str(frame["unit"].iloc[0]) == str(frame["price_basis"].iloc[0]):
        made["unit"] = basis
    said = {"source_id", "sources"} & set(frame.columns)
    return _sourced(made, source) if said and source != "given" else made


def _in_one_basis(frame: pd.DataFrame, columns: list[str], said: str) -> pd.DataFrame:
    """The frame with a column `price_basis`; refuses what is not in one basis, or would be called
    converted and is not.
    """
    if said and "price_basis" not in frame:
        frame = frame.assign(price_basis=said)
    require(frame, ("price_basis",))
    alike(frame, ("price_basis", "unit", "currency"))
    stays = [c for c in frame if _PRICED.fullmatch(str(c)) and c not in columns]
    if stays:
        raise MixedUnitsError(
            f"{', '.join(map(str, stays))} would stay in other prices than {', '.join(columns)}",
            hint="name all columns in dollars by `value`, drop the others, and compute growth "
            "afterwards",
        )
    for column in columns:
        numbers(frame.dropna(subset=[column]), column, negative=True)
    if frame.empty:
        return frame
    basis = str(frame["price_basis"].iloc[0])
    if said and said != basis:
        raise MixedUnitsError(
            f"price_basis={said!r}, and the column price_basis is {basis!r}",
            hint="leave out the argument, or mend the column",
        )
    for column in {"unit", "currency"} & set(frame):
        unit = str(frame[column].iloc[0])
        names_basis = unit == CURRENT or unit.startswith("constant ")
        if not _USD.search(unit) or (names_basis and unit != basis):
            raise MixedUnitsError(
                f"{column} is {unit!r}, and the figures are to be {basis!r}",
                hint="convert figures in US dollars alone, of the basis that is stated",
            )
    return frame


def _sourced(rows: pd.DataFrame, index: str) -> pd.DataFrame:
    """Rows that say in `sources` what they were, and the source of the index."""
    own = rows["sources"] if "sources" in rows else rows["source_id"].map(_ids)
    return rows.assign(sources=own.map(lambda ids: tuple(sorted({*ids, index}))))


def _ids(source: object) -> tuple[str, ...]:
    """The id of a row as a tuple; of one that names no source none."""
    return () if pd.isna(source) else (str(source),)
