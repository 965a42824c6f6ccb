"""Both sides of a claim by the names of their sources, and the cases that documents show."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..estimates.documents import (
    SIDES,
    best_texts,
    case_name,
    documents_of,
    source_and_year,
    split,
)
from ..estimates.series import omit

_SIDES = {"supports": "for", "refutes": "against"}


def sides(evidence: pd.DataFrame, *, claim: str, counting: str = "") -> pd.DataFrame:
    """Both sides of a claim: a row for each reading, side and origin, by its best text.

    evidence, claim, counting: as in `documents_of`. The columns of its rows, the year of the oldest
    text, `side`, `name`, `sources` (tuple) and `both_sides` (the origin stands on the other side of
    the reading too). Context and texts not seen are left out.
    """
    documents = documents_of(evidence, claim=claim, counting=counting)
    rows = [row for row in documents.records if row["direction"] in SIDES]
    columns = [*documents.frame, "name", "sources"]
    best = pd.DataFrame(best_texts(rows, ("reading", "direction", "origin_group")), columns=columns)
    twice = best.duplicated(["reading", "origin_group"], keep=False)
    return best.assign(both_sides=twice).rename(columns={"direction": "side"})


def side_lists(sides: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Both sides of each reading as lists of sources by name, the oldest text first.

    sides: reading, side, name, year and sources, as from `sides`. labels: words for the readings.
    """
    rows = sides.sort_values(["year", "name"])
    lists = rows.groupby(["reading", "side"])["name"].agg("; ".join).unstack(fill_value="")
    lists = lists.reindex(columns=SIDES, fill_value="").rename(columns=_SIDES)
    lists["sources"] = rows.groupby("reading")["sources"].agg(lambda ids: tuple(ids.sum()))
    return lists.rename(index=labels).rename_axis("about", columns=None).reset_index()


def case_origins(evidence: pd.DataFrame, *, claim: str, coding: str, codes: str) -> pd.DataFrame:
    """Origins that show a case of a kind, without commentary: a row for each case and origin.

    evidence, claim, coding: as in `documents_of`. codes: those that count, joined by ';', in the
    order of their weight. The row that shows the case best, with its `code`, how it was `counted`
    ('strict' where that code is among them, else 'wide') and its `name`, and the case in words.
    """
    rows, wanted = documents_of(evidence, claim=claim, coding=coding).frame, split(codes)
    rows = omit(rows, strength="commentary")
    strict = rows["strict"].isin(wanted)
    code = rows["strict"].where(strict, rows["wide"])
    code = pd.Categorical(code.where(code.isin(wanted)), wanted, ordered=True)
    counted = strict.map({True: "strict", False: "wide"})
    years = rows.groupby(["case", "origin_group"])["year"].transform("min")
    rows = rows.assign(code=code, counted=counted, year=years).dropna(subset="code")
    rows = rows.sort_values(["counted", "code"]).drop_duplicates(["case", "origin_group"])
    names = [source_and_year(*row) for row in zip(rows["source_id"], rows["year"], strict=True)]
    cases = [case_name(case, coding) for case in rows["case"]]
    return rows.assign(name=names, case=[name[:1].upper() + name[1:] for name in cases])
