"""Codings of documents as frames."""

from __future__ import annotations

import pandas as pd

from ..registry.codings import coding


def codes(name: str) -> pd.DataFrame:
    """What each document shows, by a coding of `registry/coding/`.

    Parameters
    ----------
    name : str
        Of the coding, for example 'conditions'.

    Returns
    -------
    pandas.DataFrame
        One row per document: ``claim`` and ``item``, which are those of table `evidence`, a column
        per question of the coding (null where it was not asked), and ``why``. Where two codes are
        defensible, ``strict`` and ``wide`` differ.

    Raises
    ------
    UnknownNameError
        No such coding.
    RegistryError
        It is malformed.

    Examples
    --------
    >>> import ca_research as ca
    >>> documents = ca.load("evidence").merge(ca.codes("conditions"), on=["claim", "item"])
    >>> conditions = documents[documents["strict"] == "economic"]
    >>> conditions.groupby("case")["origin_group"].nunique().max().item()
    2
    """
    scheme = coding(name)
    rows = [
        {"claim": row.claim, "item": row.item, **row.codes, "why": row.reason}
        for row in scheme.rows
    ]
    frame = pd.DataFrame(rows, columns=["claim", "item", *scheme.fields, "why"]).astype("string")
    if {"strict", "wide"} <= scheme.fields.keys():
        frame["wide"] = frame["wide"].fillna(frame["strict"])
    return frame
