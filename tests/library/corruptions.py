"""What may be odd about a frame (corruptions.yaml), each as a function of a frame in good order.

They know columns by what they hold, so that each fits the frames of every wing. One that has
nothing to spoil in a frame gives None.
"""

from decimal import Decimal
from functools import partial

import case_frames as cases
import pandas as pd

from ca_research.ground.economies import name_of

ROLES = {
    "figures": "value_usd students value share index quantity amount_usd",
    "own": "reporter host debtor origin economy exporter subject",
    "others": "partner investor creditor destination importer",
    "year": "year",
    "product": "product",
}
TOLD = cases.read("corruptions.yaml")


def column_of(frame, role):
    return next((name for name in ROLES.get(role, role).split() if name in frame), None)


WAYS = {
    "text": lambda column: column.astype(str),
    "categories": lambda column: column.astype(str).astype("category"),
    "floats of 32 bits": lambda column: column.astype("float32"),
    "floats": lambda column: column.astype(float),
    "decimals": lambda column: column.map(str).map(Decimal),
    "dates": lambda column: pd.to_datetime(column.astype(str)),
    "name": lambda column: column.map(name_of),
    "two letters": lambda column: column.str[:2],
    "number": lambda column: column.map(lambda code: sum(map(ord, code))),
    "number in text": lambda column: column.map(lambda code: str(sum(map(ord, code)))),
    "number of a product": lambda column: column.replace("TOTAL", "27").astype(int),
    "no zero": lambda column: column.replace("TOTAL", "01").str.removeprefix("0"),
}
CHANGES = {
    "to": lambda column, value: pd.Series(value, index=column.index),
    "by": lambda column, way: WAYS[way](column),
    "formula": lambda column, formula: column.to_frame("x").eval(formula),
}


def spoilt(frame, of, row="", **change):
    """With a column changed as corruptions.yaml says."""
    column = column_of(frame, of) if of in ROLES else of
    if column is None:
        return None
    ((kind, told),) = change.items()
    if kind == "beside":
        like = frame[frame[column] == frame[column].iloc[0]]
        more = (like.assign(**{column: value}) for value in told)
        return pd.concat([frame, *more], ignore_index=True)
    before = frame.get(column, pd.Series("USD", index=frame.index))
    after = CHANGES[kind](before, told)
    if row:
        after = pd.Series([after.iloc[0], *before.iloc[1:]], index=frame.index)
    made = frame.assign(**{column: after})
    return pd.concat([frame, made.iloc[:1]], ignore_index=True) if row == "beside" else made


def marked(frame):
    made = spoilt(frame, "others", row="first", to="MINE")
    return None if made is None else made.assign(is_aggregate=made.index == made.index[0])


def put_beside(frame, role, change):
    """With the rows of the first other economy also under what is made of the first of a role."""
    first = frame[column_of(frame, role)].iloc[0] if column_of(frame, role) else ""
    return spoilt(frame, "others", beside=[change(first)])


def without_a_year(frame):
    years = sorted(set(frame.get("year", ())))
    return frame[frame["year"] != years[1]] if len(years) > 2 else None


def whole_by_a_product(frame):
    told = "TOTAL" in set(frame.get("product", ()))
    return frame.replace({"product": {"TOTAL": "27"}}) if told else None


OF_FRAMES = {
    # what should not matter
    "rows turned round": lambda frame: frame.iloc[::-1],
    "columns turned round": lambda frame: frame[frame.columns[::-1]],
    "an index named as a column": lambda frame: frame.set_index(
        [c for c in (column_of(frame, "own"), "year") if c in frame], drop=False
    ),
    "an index of one label": lambda frame: frame.set_axis([7] * len(frame)),
    "texts as categories": lambda frame: frame.astype(
        dict.fromkeys(frame.select_dtypes(["str", "object"]), "category")
    ),
    "types of arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    # no frame of this kind
    "a word": lambda frame: "trade",
    "a list": lambda frame: [1, 2],
    "a frame of something else": lambda frame: pd.DataFrame({"a": [1]}),
    "no rows": lambda frame: frame.head(0),
    "no rows and no columns": lambda frame: pd.DataFrame(),
    "two columns of one name": lambda frame: pd.concat([frame, frame.iloc[:, :3]], axis=1),
    "a column in the index": lambda frame: frame.set_index(
        column_of(frame, "own") or frame.columns[0]
    ),
    "all rows twice": lambda frame: pd.concat([frame, frame]),
    "a year left out": without_a_year,
    "one economy under two labels": partial(put_beside, role="others", change=name_of),
    "an economy beside itself": partial(put_beside, role="own", change=str),
    "an aggregate of one's own": marked,
    "one product in place of all": whole_by_a_product,
}


def corruptions(frame):
    """All by name, with the loss of each column and a second kind of each kind."""
    yield from OF_FRAMES.items()
    for name, told in TOLD["columns"].items():
        yield name, partial(spoilt, **told)
    for column in frame:
        yield f"without {column}", partial(pd.DataFrame.drop, columns=column)
    for column, other in TOLD["kinds"].items():
        if column in frame or column in ("unit", "currency"):
            change = partial(spoilt, of=column, row="first", to=other)
            yield f"a row of another {column}", change
