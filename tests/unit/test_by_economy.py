"""Measures that say that each of their rows stands for itself: a source that a row does not name
leaves it as it was.
"""

from dataclasses import replace

import pytest
from pandas.testing import assert_frame_equal

import ca_research as ca
from ca_research import registry
from ca_research.claims.compute import Call, Computation
from ca_research.claims.evidence import counted, universe
from ca_research.estimates import estimates

TOTALS = {"product": "TOTAL"}
CALLS = [
    pytest.param(claim, criterion, id=f"{claim}-{criterion.name}")
    for claim, spec in registry.claims().items()
    for criterion in spec.criteria().values()
    if Call.of(criterion, []).by_economy
]


@pytest.mark.parametrize(("claim", "criterion"), CALLS)
def test_a_row_is_the_same_without_a_source_that_it_does_not_name(claim, criterion):
    spec = registry.claim(claim)
    codes = counted(criterion, criterion.over.economies if criterion.over else ca.economies.CA5)
    call, main = Call.of(criterion, codes), universe(spec, criterion).main

    def measured(tables, call):
        return estimates(tables.run(call, **main)).set_index("economy").drop(columns="rows")

    names = Computation(dict.fromkeys(spec.data)).taken([call])
    whole = Computation({n: ca.load(n, **TOTALS if n == "trade" else {}) for n in names})
    rows = measured(whole, call)
    filled = rows[rows["path"] != ""]
    named = sorted({*filled["sources"].explode()})
    for source in named[:: 1 + len(named) // 4]:  # each takes a measure of its own
        apart = filled[[source not in cell for cell in filled["sources"]]]
        less = measured(whole.without(source), call)
        assert_frame_equal(less.loc[apart.index, apart.columns], apart)
        few = less.iloc[::2]  # measured alone, with the parts made for all
        again = measured(whole.without(source), replace(call, economies=tuple(few.index)))
        assert_frame_equal(again[few.columns], few)
