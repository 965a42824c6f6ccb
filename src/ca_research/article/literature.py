"""Published estimates beside this project's own."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .. import registry
from ..estimates.series import pick
from ..ground import economies as eco
from ..ground.errors import known_name
from ..ground.periods import parse_as_of
from ..registry.base import Model
from ..trade import reconcile


class Published(Model):
    """An estimate of others that was seen in a text, to stand beside one of this project's own.

    `what` is what was estimated, `value` and `unit` the number as it was published. `ours` names
    the figure of this project that comes nearest to it, `why_differs` says why the two need not be
    equal. `address` is where the text was read.
    """

    claim: str
    authors: str
    year: int
    title: str
    where: str
    address: str
    what: str
    value: float
    unit: str
    ours: str
    why_differs: str


class Literature(Model):
    """registry/article/literature.yaml."""

    estimates: tuple[Published, ...]


def _estimates() -> tuple[Published, ...]:
    return registry.settings("article/literature", Literature).estimates


def beside(claim: str, ours: Mapping[str, float | None], as_of: str = "latest") -> pd.DataFrame:
    """Published estimates that bear on a claim, each with the figure of this project nearest to it.

    Parameters
    ----------
    claim : str
        A claim's id.
    ours : mapping of str to float
        This project's figures by the name that the register gives them, in the unit of
        the published one; None where there is none.
    as_of : str
        A day (YYYY-MM-DD): studies of later years are left out. Default: none is.

    Returns
    -------
    pandas.DataFrame
        study, what, published, here (both in `unit`), unit, why_differs: one row per estimate, in
        the order of the register.

    Raises
    ------
    UnknownNameError
        Where a figure that the register asks for is not in `ours`.

    Examples
    --------
    >>> found = beside("C33", {"gap_KGZ_2016": 4.2, "gap_KAZ_2021": 5.5, "gap_KAZ_2022": 7.0})
    >>> found[["published", "here"]].iloc[0].tolist()
    [4.1, 4.2]
    """
    day, rows = parse_as_of(as_of), []
    for e in _estimates():
        if e.claim == claim and (day is None or e.year <= day.year):
            here = ours[known_name(f"figure beside {e.authors}", e.ours, ours)]
            study = {"study": f"{e.authors} ({e.year}), {e.where}", "published": e.value}
            rows.append(e.model_dump() | study | {"here": here})
    columns = ["study", "what", "published", "here", "unit", "why_differs"]
    return pd.DataFrame(rows, columns=columns).astype({"published": float, "here": float})


def customs_gaps(trade: pd.DataFrame) -> dict[str, float | None]:
    """What China reports to have sold less what the other side reports to have bought, in billions
    of US dollars: for the economies and years of which others published that gap.

    trade: like table `trade`. Both sides as they report: the freight in the buyer's figure makes
    the gap smaller.

    Examples
    --------
    >>> import ca_research as ca
    >>> found = customs_gaps(ca.load("trade", product="TOTAL"))
    >>> found["gap_KAZ_2021"] > 1
    True
    """
    both = reconcile(eco.CA5, "CHN", trade, cif_fob=1.0)
    imports = pick(both, direction="import", missing="")
    names = "gap_" + imports["economy"] + "_" + imports["year"].astype(str)
    gaps = (imports["mirror_high"] - imports["reported_high"]).set_axis(names) / 1e9
    keys = [e.ours for e in _estimates() if e.ours.startswith("gap_")]
    return {name: gaps.get(name) for name in keys}
