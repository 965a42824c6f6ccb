"""Groups of rows as integers, against pandas' own groupby. Values are invented."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from ca_research.stats.groups import Groups, sources_of

CASES = cases(__file__, "groups")
TYPES, COLUMNS = CASES["types"], CASES["cells"]
CELLS = st.tuples(*(st.sampled_from([*cells, None]) for cells in COLUMNS.values()))


@pytest.mark.parametrize("types", TYPES)
@given(cells=st.lists(CELLS, max_size=12))
def test_as_pandas_groups_them(types, cells):
    frame = pd.DataFrame(cells, columns=list(COLUMNS)).astype(TYPES[types])
    found = Groups(frame)
    for keys in (["who"], ["who", "year"], ["year", "what", "who"]):
        code = found.number(keys)
        expected = frame.groupby(keys, dropna=False, observed=True).ngroup()
        assert found.count(keys) == expected.nunique() == len(set(code))
        assert len(set(zip(code, expected, strict=True))) == found.count(keys)
        assert found.twice(keys) == bool(frame.duplicated(keys).any())
        assert sorted(code[found.firsts(keys)]) == list(range(found.count(keys)))
        several = frame.groupby(keys, dropna=False, observed=True)["what"].nunique(dropna=False)
        assert found.several("what", keys) == bool((several > 1).any())


def test_more_combinations_than_an_integer_holds():
    rng = np.random.default_rng(0)
    columns = {f"c{n}": rng.permutation(2000) for n in range(8)}  # 2000 ** 8 is far above 2 ** 62
    frame = pd.concat([pd.DataFrame(columns)] * 2, ignore_index=True)
    found = Groups(frame)
    assert found.count(list(columns)) == 2000 and found.twice(list(columns))
    assert not Groups(frame.head(2000)).twice(list(columns))


def test_sources_of_a_group_are_named_once_and_sorted():
    lists = pd.DataFrame({"sources": [("C", "A"), ("B",)]})
    assert sources_of(lists, np.array([1, 0]), 2).tolist() == [("B",), ("A", "C")]
    ids = pd.DataFrame({"source_id": ["B", "A", None, "A"]})
    assert sources_of(ids, np.array([0, 0, 1, 2]), 3).tolist() == [("A", "B"), (), ("A",)]
