"""No public measure ends in a bare KeyError, or answers, where the frame it is given is none of its
own.
"""

from __future__ import annotations

import importlib
import inspect

import pandas as pd
import pytest

from ca_research.ground.errors import CaResearchError

ARGUMENTS = {
    "base_year": 2020,
    "creditor": "CHN",
    "end": 2022,
    "needed": ["CHN"],
    "start": 2018,
    "total_source": "X",
    "by": ["year"],
    "debtors": ["KAZ"],
    "deflator": pd.Series({2020: 1.0}),
    "destination": "CHN",
    "donor": "USA",
    "economies": ["KAZ"],
    "economy": "KAZ",
    "edition": "X",
    "partners": ["KAZ"],
    "exporter": "CHN",
    "gdp_source": "X",
    "host": "KAZ",
    "importers": ["KAZ"],
    "level": "all",
    "of": ["KAZ"],
    "origin": "KAZ",
    "origins": ["KAZ"],
    "partner": "CHN",
    "population_source": "X",
    "since": 2018,
    "basis": "reporter",
    "source": "X",
    "until": 2022,
    "year": 2020,
    "years": [2020],
}
"""A value for each argument that is no frame and has no default."""
WINGS = {
    name: importlib.import_module(f"ca_research.{name}")
    for name in ("trade", "investment", "students")
}
MEASURES = {
    f"{wing}.{name}": function
    for wing, module in WINGS.items()
    for name in module.__all__
    if inspect.isfunction(function := getattr(module, name))
    and any(
        "DataFrame" in str(p.annotation) for p in inspect.signature(function).parameters.values()
    )
}
NOT_OURS = {
    "a frame of something else": pd.DataFrame({"a": [1]}),
    "an empty frame": pd.DataFrame(),
    "a word": "trade",
}


@pytest.mark.parametrize("what", NOT_OURS)
@pytest.mark.parametrize("name", MEASURES)
def test_a_frame_that_is_none_of_a_measure_is_refused_with_a_typed_error(name, what):
    given = {}
    for argument, p in inspect.signature(MEASURES[name]).parameters.items():
        if "DataFrame" in str(p.annotation):
            if (
                p.default is p.empty or argument == "trade"
            ):  # others are made from these where they are not given
                given[argument] = NOT_OURS[what]
        elif p.default is p.empty and p.kind is not p.VAR_KEYWORD:
            given[argument] = ARGUMENTS[argument]
    with pytest.raises(CaResearchError) as caught:
        MEASURES[name](**given)
    assert caught.value.what


def test_there_are_measures_to_look_at():
    assert len(MEASURES) > 30
