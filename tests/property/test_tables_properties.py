"""Properties that hold for any date, name, year or order of rows."""

import datetime as dt
import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ca_research.estimates.frame import data_path
from ca_research.ground import economies as eco
from ca_research.ground.errors import UnknownNameError, UsageError
from ca_research.tables import load
from ca_research.tables.dates import bounds, is_date

DAYS = st.dates(dt.date(1000, 1, 1), dt.date(9998, 12, 31))
PARTIAL = st.builds(lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from([4, 7, 10]))
LABELS = sorted(
    {
        label
        for _, row in eco._rows()
        for label in (row["code"], row["name"], *filter(None, row["aliases"].split(";")))
    }
)


@given(DAYS)
def test_a_day_lies_in_its_month_and_its_month_in_its_year(day):
    text = day.isoformat()
    spans = [bounds(text[:length]) for length in (4, 7, 10)]
    assert spans[2] == (day, day)
    for (first, last), (inner_first, inner_last) in itertools.pairwise(spans):
        assert first <= inner_first <= inner_last <= last


@given(PARTIAL)
def test_the_bounds_of_a_partial_date_are_the_first_and_last_day_that_read_so(text):
    first, last = bounds(text)
    assert first <= last
    assert first.isoformat().startswith(text) and last.isoformat().startswith(text)
    one = dt.timedelta(days=1)
    assert not (first - one).isoformat().startswith(text) and not (
        last + one
    ).isoformat().startswith(text)


@given(PARTIAL, PARTIAL)
def test_an_interval_spans_its_ends_or_is_refused(a, b):
    first, last = bounds(a)[0], bounds(b)[1]
    if first <= last:
        assert bounds(f"{a}/{b}") == (first, last)
    else:
        with pytest.raises(UsageError):
            bounds(f"{a}/{b}")


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused_and_never_anything_else(text):
    try:
        first, last = bounds(text)
    except UsageError:
        assert not is_date(text)
    else:
        assert is_date(text) and first <= last


@given(st.sampled_from(LABELS), st.randoms(use_true_random=False))
def test_names_are_understood_whatever_their_case_and_accents(label, chance):
    accents = "\u0301\u0308\u0327\u030c"
    changed = "".join(
        chance.choice([c.upper(), c.lower()])
        + (chance.choice(accents) if c.isalpha() and chance.random() < 0.3 else "")
        for c in label
    )
    assert eco.resolve(f"  {changed} ") == eco.resolve(label)


@given(st.sampled_from(LABELS))
def test_resolving_twice_changes_nothing(label):
    code = eco.resolve(label)
    assert eco.resolve(code) == code and code in eco.codes()
    assert eco.resolve(eco.name_of(code)) == code


@given(st.text(max_size=20))
def test_any_text_is_an_economy_or_refused(text):
    try:
        assert eco.resolve(text) in eco.codes()
    except UnknownNameError as error:
        assert error.hint


@given(st.sampled_from(sorted(eco.AGGREGATES)), st.integers(1900, 2100))
def test_members_of_a_year_are_those_whose_time_it_is(code, year):
    found = eco.members(code, year)
    assert list(found) == sorted(set(found))
    for economy, (first, last) in eco.AGGREGATES[code].members.items():
        assert (economy in found) == (first <= year and (last is None or year <= last))


# --- the path the data took
# --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows():
    return load(
        "trade", reporter="KAZ", partner=["CHN", "RUS"], since=2015, source=["KAZ_BNS", "WTO_HSM"]
    ).head(60)


@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_and_columns_of_values_do_not_change_a_data_path(rows, seed):
    shuffled = rows.sample(frac=1, random_state=seed)
    assert data_path(shuffled) == data_path(rows)
    assert data_path(shuffled.assign(value_usd=0.0)) == data_path(rows), (
        "a path is of cells, not of values"
    )


@given(drop=st.integers(0, 59))
def test_another_set_of_cells_is_another_path(rows, drop):
    assert data_path(rows.drop(index=rows.index[drop])) != data_path(rows)


@given(
    st.lists(st.sampled_from(["KAZ_BNS", "KAZ_WITS_BNS_PANEL", "RUS_FTS"]), min_size=1, max_size=6),
    st.randoms(),
)
def test_sources_of_one_origin_are_one_path(sources, chance):
    frame = pd.DataFrame(
        {"reporter": "KAZ", "year": range(2010, 2010 + len(sources)), "source_id": sources}
    )
    office = {"KAZ_BNS", "KAZ_WITS_BNS_PANEL"}  # the panel carries what the office published
    other = [chance.choice(sorted(office)) if s in office else s for s in sources]
    assert data_path(frame.assign(source_id=other)) == data_path(frame)
    flipped = ["RUS_FTS" if s in office else "KAZ_BNS" for s in sources]
    assert data_path(frame.assign(source_id=flipped)) != data_path(frame)
