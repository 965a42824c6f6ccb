"""Mirror reconciliation: both sides' reports of one flow on one valuation, the gap, and the range
that they leave.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ..ground.arguments import number, refuse
from ..stats.contract import Economies, Economy, takes
from ..stats.frames import cited, require
from .mirror import CELL, pairs, services

CIF_FOB = 1.06
"""Default factor from fob to cif: the one the IMF's direction of trade statistics use.

Source: IMF, Direction of Trade Statistics Yearbook 2017, introduction; the method is in Marini,
Dippelsman and Stanger (2018), IMF Working Paper 18/16. Landlocked economies pay more; the IMF took
1.10 before.
"""
RE_EXPORT_RATIO = 1.5
"""A partner's report above this many times the own one is flagged: valuation alone does not make
such a gap.
"""


@takes()
def reconcile(
    economy: Economies,
    partner: Economy,
    trade: pd.DataFrame | None = None,
    *,
    since: int | None = None,
    until: int | None = None,
    cif_fob: float = CIF_FOB,
    unknown: Literal["fob", "cif"] = "fob",
) -> pd.DataFrame:
    """All reports of trade with one partner on a fob basis, and the gap between the two sides.

    Parameters
    ----------
    economy : str or sequence of str
        Whose trade: code or name, one or several.
    partner : str
        With whom: code or name.
    trade : pandas.DataFrame, optional
        Like table `trade` (product TOTAL); loaded where not given.
    since, until : int, optional
        Years, both included.
    cif_fob : float
        Factor by which cif exceeds fob (CIF_FOB and its source).
    unknown : {'fob', 'cif'}
        How a report whose valuation is not known is taken.

    Returns
    -------
    pandas.DataFrame
        One row per economy, year and direction (of the economy): economy, partner, year,
        direction; reported_low, reported_high, mirror_low, mirror_high (range over the sources of
        each side, USD fob); gap (USD); asymmetry in [0, 2]; low, high (USD, over all reports: a
        range, no confidence interval); re_export_suspicion (the exporter reports more than
        RE_EXPORT_RATIO times what the importer does); services_included (a source of goods and
        services is among them); missing ('own report', "partner's report" or ''); sources;
        price_basis where `trade` has it; cif_fob; valuation_assumed (`unknown` where a report's
        valuation is not known and was taken so, else '').
        A side without a report is null: missing is not zero.

    Raises
    ------
    CaResearchError
        For what :doc:`/refusals` lists.

    Notes
    -----
    fob = cif / cif_fob; middle = (low + high) / 2; gap = middle of mirror - middle of own;
    asymmetry = ``|gap|`` / mean of the two middles: Javorsek (2016), UN ESCAP working paper
    02/2016.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = reconcile("KGZ", "CHN", since=2022, until=2022)
    >>> found.loc[found["direction"] == "import", "missing"].item()
    ''
    """
    if not number("cif_fob", cif_fob, "1.06") >= 1:
        refuse("cif_fob", "1 or more, for cif is not below fob", cif_fob, "1.06")
    rows = require(pairs(economy, partner, trade, since, until), ("valuation",))
    valuation = rows["valuation"].astype("string").str.casefold()
    rows["assumed"] = ~valuation.isin(["fob", "cif"]).fillna(False).astype(bool)
    cif = valuation.mask(rows["assumed"], unknown) == "cif"
    rows["fob"] = rows["value_usd"] / np.where(cif, cif_fob, 1.0)
    keys = ["economy", *CELL]
    of_side = {
        name: rows[rows["side"] == side].groupby(keys)["fob"].agg(["min", "max"])
        for name, side in {"reported": "reporter", "mirror": "mirror"}.items()
    }
    every = rows.groupby(keys)["fob"].agg(low="min", high="max")
    table = pd.concat(of_side, axis=1).reindex(every.index)
    own, other = (table[name].mean(axis=1, skipna=False) for name in of_side)
    of_exports = every.index.get_level_values("direction") == "export"
    exporter, importer = own.where(of_exports, other), other.where(of_exports, own)
    table.columns = ["reported_low", "reported_high", "mirror_low", "mirror_high"]
    table = table.assign(
        gap=other - own,
        asymmetry=(other - own).abs() / ((other + own) / 2),
        **every,
        re_export_suspicion=exporter > RE_EXPORT_RATIO * importer,
        services_included=services(rows, keys),
        valuation_assumed=rows.groupby(keys)["assumed"].any().map({True: unknown, False: ""}),
        missing=np.where(own.isna(), "own report", np.where(other.isna(), _THEIRS, "")),
    ).reset_index()
    place = {code: n for n, code in enumerate(economy)}
    table = table.sort_values("economy", key=lambda c: c.map(place), kind="stable")
    table.insert(1, "partner", partner)
    return cited(table.reset_index(drop=True), rows, keys).assign(cif_fob=cif_fob)


_THEIRS = "partner's report"
