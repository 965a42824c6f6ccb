"""Current and constant dollars: never mixed, and converted only with a deflator that is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..ground.arguments import several
from ..ground.errors import CoverageError, MixedUnitsError, known_name
from ..ground.source_columns import ids_in
from ..stats.contract import MONEY, Economy, Frame, Year, takes
from ..stats.frames import alike, figures, refuse_units, require, require_some, years
from ..tables.load import load
from ..tables.preference import in_order
from .concepts import CONCEPTS

CURRENT = "current USD"
DEFLATOR = "NY.GDP.DEFL.KD.ZG"
"""The World Bank's code of the yearly growth of the deflator of GDP."""
_USD = re.compile(r"USD|US\$|US dollar", re.I)
_PRICED = re.compile(r".*_usd|export|import|balance|growth")
"""Columns of tables and measures that are in dollars, or rest on their prices."""
RATES = Frame(cell=("year",), value="value", negative=True, gaps="dropped")
INDEX = Frame(cell=("year",), value="index", gaps="dropped")


DOLLARS = "USA"
"""The economy in whose currency the tables count, and whose prices therefore deflate them."""


def constant(year: int) -> str:
    """Name of the price basis of a base year, as column `price_basis` writes it."""
    return f"constant {year} USD"


def _base(basis: str) -> int | None:
    """Base year of a price basis; None for current dollars."""
    year = re.fullmatch(r"constant (\d{4}) USD", basis)
    if not year and basis != CURRENT:
        raise MixedUnitsError(
            f"price basis {basis!r} cannot be converted: it names no base year",
            hint=f"known: {CURRENT!r}, 'constant 2021 USD'",
        )
    return int(year[1]) if year else None


@takes()
def deflator_from_growth(
    macro: pd.DataFrame, economy: Economy, *, source: str, indicator: str = DEFLATOR
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    columns = ("year", "indicator", "value", "unit", "source_id")
    macro = require(macro, columns, economy=[economy])
    of = {"economy": economy, "indicator": indicator, "source_id": source}
    rows = RATES.check(macro[macro[[*of]].eq(pd.Series(of)).all(axis=1)]).sort_values("year")
    refuse_units(rows, "unit", ("annual %",))
    covered, rate = rows["year"].astype(int).to_numpy(), rows["value"].to_numpy()
    whole = (np.diff(covered) == 1).all() and (rate > -100).all()
    require_some(
        rate[: len(rate) * whole], f"rate of {economy} above -100 % in each year by {source}"
    )
    index = 100 * np.cumprod(np.r_[1.0, 1 + rate / 100])
    years_of = np.r_[covered[0] - 1, covered]
    return pd.DataFrame({"year": years_of, "index": index, "source_id": source})


@takes()
def prices(economy: Economy = DOLLARS, *, source: str | None = None) -> pd.DataFrame:
    """The price index of an economy's product, from table `macro`.

    Parameters
    ----------
    economy : str
        Its code or name; by default that whose dollars the tables are in.
    source : str, optional
        One source_id; by default the first of those that the register puts in order.

    Returns
    -------
    pandas.DataFrame
        As of `deflator_from_growth`: ``year``, ``index``, ``source_id``.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> prices().set_index("year")["index"].loc[[2010, 2022]].round(1).tolist()
    [100.0, 131.7]
    """
    rows = load("macro", economy=economy, indicator=DEFLATOR)
    first = source or next(iter(in_order(rows["source_id"])), "no source")
    return deflator_from_growth(rows, economy, source=first)


@takes()
def deflate(
    frame: pd.DataFrame,
    base_year: Year | None,
    *,
    deflator: pd.DataFrame | None = None,
    value: str | Sequence[str] = "value_usd",
) -> pd.DataFrame:
    """Dollar figures in the prices of one year: `convert_prices` with what it is mostly given.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `convert_prices`; what has no ``price_basis``, as table `trade`, is in current
        dollars.
    base_year : int or None
        Year whose prices are wanted; None for current dollars.
    deflator : pandas.DataFrame, optional
        As for `convert_prices`; by default `prices`.
    value : str or sequence of str
        The column in dollars, or several.

    Returns
    -------
    pandas.DataFrame
        As of `convert_prices`.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Examples
    --------
    >>> import ca_research as ca
    >>> rows = ca.load("trade", source="UZB_STAT", partner="CHN", flow="import", year=2020)
    >>> real = ca.deflate(rows, 2015)
    >>> real["price_basis"].item(), round(float((real["value_usd"] / rows["value_usd"]).item()), 2)
    ('constant 2015 USD', 0.92)
    """
    known = isinstance(frame, pd.DataFrame) and "price_basis" in frame
    index = prices() if deflator is None else deflator
    basis = "" if known else CURRENT
    return convert_prices(frame, index, base_year=base_year, value=value, price_basis=basis)


@takes(deflator=INDEX)
def convert_prices(
    frame: pd.DataFrame,
    deflator: pd.DataFrame,
    *,
    base_year: Year | None,
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
    CaResearchError
        For what :doc:`/refusals` lists.

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
    columns = several(value)
    frame = require(frame, columns, keys=("year",))
    if price_basis and "price_basis" not in frame:
        frame = frame.assign(price_basis=price_basis)
    years(require(frame, ("price_basis",)))
    alike(frame, MONEY)
    for column in columns:
        frame = figures(frame, column, negative=True, gaps="kept")
    source = str(next(iter(deflator.get("source_id", ())), "given"))
    if frame.empty:
        return frame.assign(deflator=source)
    if fault := next(_faults(frame, deflator, columns, price_basis), ""):
        raise MixedUnitsError(
            fault,
            hint="convert yearly figures in US dollars of one stated basis, all columns that rest "
            "on them by `value`, with an index of the same kind of year (column year_basis)",
        )
    basis = CURRENT if base_year is None else constant(base_year)
    now, of = _base(str(frame["price_basis"].iloc[0])), frame["year"].astype(int)
    index = deflator.set_index(deflator["year"].astype(int))["index"]
    goal, start = (
        pd.Series(of if year is None else year, of.index).map(index) for year in (base_year, now)
    )
    lacking = frame["year"][~((goal > 0) & (start > 0))]
    if len(lacking):
        raise CoverageError(
            f"the deflator has no price above zero for {lacking.min()} or for the base year",
            hint="give an index of every year (of rates: deflator_from_growth), or drop these rows",
        )
    converted = {column: frame[column] * goal / start for column in columns}
    table = frame.assign(**converted, price_basis=basis, deflator=source)
    if "unit" in frame and str(frame["unit"].iloc[0]) == str(frame["price_basis"].iloc[0]):
        table["unit"] = basis
    source_column = next((c for c in ("sources", "source_id") if c in frame), None)
    if source_column and source != "given":
        table["sources"] = [tuple(sorted({*ids_in(cell), source})) for cell in frame[source_column]]
    return table


def _faults(
    frame: pd.DataFrame, deflator: pd.DataFrame, columns: list[str], stated: str
) -> Iterator[str]:
    """What keeps figures from being converted, or would be called converted and is not."""
    stays = [c for c in map(str, frame) if _PRICED.fullmatch(c) and c not in columns]
    if stays:
        yield f"{', '.join(stays)} would stay in other prices than {', '.join(columns)}"
    basis = str(frame["price_basis"].iloc[0])
    for unit in {stated, *(str(frame[column].iloc[0]) for column in MONEY if column in frame)}:
        other_basis = unit.startswith(("current ", "constant ")) and unit != basis
        if unit and (other_basis or not _USD.search(unit)):
            yield f"figures are in {unit!r}, and are to be in {basis!r}"
    for measure in sorted(set(map(str, frame.get("measure", ())))):
        if CONCEPTS[known_name("measure", measure, CONCEPTS)].timing == "running total":
            yield f"{measure} is a running total: its dollars are of many years"
    kinds = {str(kind) for f in (frame, deflator) for kind in f.get("year_basis", ("calendar",))}
    if len(kinds) > 1:
        yield f"years are of several kinds: {', '.join(sorted(kinds))}"
