"""What may be odd about a frame, each as a function of a frame in good order.

They know columns by what they hold, so that each fits the frames of every wing. One that has
nothing to spoil in a frame gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from ca_research.ground import economies

FIGURES = ("value_usd", "students", "value", "share", "index", "quantity", "amount_usd")
OWN = ("reporter", "host", "debtor", "origin", "economy", "exporter", "subject")
OTHERS = ("partner", "investor", "creditor", "destination", "importer")
KINDS = {
    "price_basis": "constant 2015 USD",
    "unit": "USD million",
    "currency": "EUR",
    "scope": "goods_and_services",
    "valuation": "cif",
    "product": "27",
    "flow": "export",
    "measure": "official_grant",
    "stage": "commitment",
    "instrument": "concessional",
    "sector": "energy",
    "year_basis": "fiscal",
    "level": "master",
    "statistic": "intake",
    "precision": "lower_bound",
    "indicator": "SP.POP.GROW",
    "commodity": "crude",
}
"""Columns that tell of what kind a figure is, with another kind than that of the frames here."""
Corruption = Callable[[pd.DataFrame], Any]


def the(names: tuple[str, ...], frame: pd.DataFrame) -> str | None:
    return next((name for name in names if name in frame), None)


def one(frame: pd.DataFrame, column: str | None, value: Any) -> pd.DataFrame | None:
    """With another value in the first row."""
    if column is None:
        return None
    cells = [value, *frame.get(column, pd.Series(["USD"] * len(frame)))[1:]]
    return frame.assign(**{column: pd.Series(cells, index=frame.index)})


def beside(frame: pd.DataFrame, column: str | None, *values: Any) -> pd.DataFrame | None:
    """With the rows of the first one's kind once more, under other values."""
    if column not in frame:
        return None
    like = frame[frame[column] == frame[column].iloc[0]]
    return pd.concat([frame, *(like.assign(**{column: v}) for v in values)], ignore_index=True)


def whole(frame: pd.DataFrame, names: tuple[str, ...], change: Callable) -> pd.DataFrame | None:
    """With all values of a column changed."""
    column = the(names, frame)
    return None if column is None else frame.assign(**{column: change(frame[column])})


def years(change: Callable) -> Corruption:
    return lambda frame: whole(frame, ("year",), change)


def figures(change: Callable) -> Corruption:
    return lambda frame: whole(frame, FIGURES, change)


def codes(names: tuple[str, ...], change: Callable[[str], Any]) -> Corruption:
    return lambda frame: whole(frame, names, lambda column: column.map(change))


def a_figure(value: Any) -> Corruption:
    return lambda frame: one(
        frame.astype({the(FIGURES, frame): object if isinstance(value, str) else float}),
        the(FIGURES, frame),
        value,
    )


def an_economy(names: tuple[str, ...], change: Callable[[str], Any]) -> Corruption:
    return lambda frame: one(
        frame, the(names, frame), change(frame[the(names, frame) or frame.columns[0]].iloc[0])
    )


def further(*values: str) -> Corruption:
    return lambda frame: beside(frame, the(OTHERS, frame), *values)


def named(code: str) -> str:
    return economies.name_of(code)


def marked(frame: pd.DataFrame) -> pd.DataFrame | None:
    other = the(OTHERS, frame)
    return (
        None
        if other is None
        else one(one(frame, other, "MINE"), "is_aggregate", True).assign(
            is_aggregate=lambda f: f["is_aggregate"] == True  # noqa: E712 (texts stand beside)
        )
    )


def by_label(frame: pd.DataFrame) -> pd.DataFrame | None:
    other = the(OTHERS, frame)
    return None if other is None else beside(frame, other, named(frame[other].iloc[0]))


CORRUPTIONS: dict[str, Corruption] = {
    # what should not matter
    "rows turned round": lambda frame: frame.iloc[::-1],
    "columns turned round": lambda frame: frame[frame.columns[::-1]],
    "a column of remarks": lambda frame: frame.assign(remark="as printed"),
    "an index named as a column": lambda frame: frame.set_index(
        [c for c in (the(OWN, frame), "year") if c in frame], drop=False
    ),
    "an index of one label": lambda frame: frame.set_axis([7] * len(frame)),
    "texts as categories": lambda frame: frame.astype(
        dict.fromkeys(frame.select_dtypes(["str", "object"]), "category")
    ),
    "types of arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "figures as decimals": figures(lambda column: column.map(str).map(Decimal)),
    "years with decimals": years(lambda column: column.astype(float)),
    "a source of one's own": lambda frame: frame.assign(source_id="MINE"),
    # no frame of this kind
    "a word": lambda frame: "trade",
    "a list": lambda frame: [1, 2],
    "a frame of something else": lambda frame: pd.DataFrame({"a": [1]}),
    "no rows": lambda frame: frame.iloc[:0],
    "no rows and no columns": lambda frame: pd.DataFrame(),
    "two columns of one name": lambda frame: pd.concat([frame, frame.iloc[:, :3]], axis=1),
    "a column in the index": lambda frame: frame.set_index(the(OWN, frame) or frame.columns[0]),
    # rows that stand twice, sources
    "all rows twice": lambda frame: pd.concat([frame, frame]),
    "a row twice with another figure": lambda frame: pd.concat(
        [frame, a_figure(1.5)(frame).iloc[:1]], ignore_index=True
    ),
    "a row of another source beside": lambda frame: pd.concat(
        [frame, frame.iloc[:1].assign(source_id="WTO_HSM")], ignore_index=True
    ),
    "a row of another source": lambda frame: one(frame, "source_id", "WTO_HSM"),
    "a row without a source": lambda frame: one(frame, "source_id", None),
    # figures
    "a figure that is missing": a_figure(float("nan")),
    "a figure below zero": a_figure(-1.0),
    "an infinite figure": a_figure(float("inf")),
    "a figure in words": a_figure("a lot"),
    "figures as text": figures(lambda column: column.astype(str)),
    "figures of zero": figures(lambda column: 0.0 * column),
    # years
    "years as text": years(lambda column: column.astype(str)),
    "years as categories": years(lambda column: column.astype(str).astype("category")),
    "years as dates": years(lambda column: pd.to_datetime(column.astype(str))),
    "half years": years(lambda column: column + 0.5),
    "half a year in a row": years(lambda column: column + (column.index == 0) / 2),
    "a row without a year": years(lambda column: column.where(column.index > 0)),
    "a year left out": lambda frame: (
        frame[frame["year"] != sorted(set(frame["year"]))[1]]
        if "year" in frame and frame["year"].nunique() > 2
        else None
    ),
    # economies
    "one's own economy by name": codes(OWN, named),
    "one's own economy by name in a row": an_economy(OWN, named),
    "others by name": codes(OTHERS, named),
    "another by name in a row": an_economy(OTHERS, named),
    "one economy under two labels": by_label,
    "one's own economy by two letters": codes(OWN, lambda code: code[:2]),
    "others by two letters": codes(OTHERS, lambda code: code[:2]),
    "two letters beside three": further("CN"),
    "one's own economy by number": codes(OWN, lambda code: 398),
    "others by number": codes(OTHERS, lambda code: sum(map(ord, code))),
    "others by number in text": codes(OTHERS, lambda code: str(sum(map(ord, code)))),
    "an unknown code": an_economy(OTHERS, lambda code: "QQQ"),
    "a row without an economy": an_economy(OWN, lambda code: None),
    "a row without another": an_economy(OTHERS, lambda code: None),
    "an economy beside itself": lambda frame: (
        None
        if the(OTHERS, frame) is None
        else beside(frame, the(OTHERS, frame), frame[the(OWN, frame)].iloc[0])
    ),
    # aggregates
    "the world beside": further("WLD"),
    "the world by name beside": further("World"),
    "the world in small letters beside": further("wld"),
    "EU27 beside a member": further("EU27", "DEU"),
    "EU beside a member": further("EU", "DEU"),
    "CIS beside a member": further("CIS", "KGZ"),
    "an aggregate of one's own": marked,
    "an aggregate for one's own economy": codes(OWN, lambda code: "CA5"),
    # products
    "products as numbers": lambda frame: whole(
        frame, ("product",), lambda column: column.replace("TOTAL", "27").astype(int)
    ),
    "products without their zero": lambda frame: whole(
        frame, ("product",), lambda column: column.replace("TOTAL", "01").str.removeprefix("0")
    ),
    "a product beside its part": lambda frame: (
        pd.concat([frame, one(frame, "product", "2709").iloc[:1]], ignore_index=True)
        if "product" in frame
        else None
    ),
    "one product in place of all": lambda frame: (
        whole(frame, ("product",), lambda column: column.replace("TOTAL", "27"))
        if "TOTAL" in set(frame.get("product", ()))
        else None
    ),
}


def corruptions(frame: pd.DataFrame) -> Iterator[tuple[str, Corruption]]:
    """All by name, with the loss of each column and a second kind of each kind."""
    yield from CORRUPTIONS.items()
    for column in frame:
        yield f"without {column}", partial(pd.DataFrame.drop, columns=column)
    for column, other in KINDS.items():
        if column in frame or column in ("unit", "currency"):
            yield f"a row of another {column}", partial(one, column=column, value=other)
