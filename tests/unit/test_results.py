"""Results in one way: a tidy frame, CSV, LaTeX, plain values, and a small table in Jupyter."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from tests.designs import event_study, factors, normal, pairs, staggered, trending

from ca_research import stats, trade
from ca_research.plots import hooks

ODD = "R&D_50%<b>"
"""A name of the reader's own that both LaTeX and HTML would misread."""


def world():
    rows, rng = pairs(years=(2000, 2001)), np.random.default_rng(4)
    return rows.assign(source_id="S", value_usd=rng.gamma(2, size=len(rows))).join(
        normal(len(rows), "odd", 4).set_axis([ODD], axis=1)
    )


def examples():
    curve = stats.specification_curve(world(), "value_usd", ODD, controls=["year"])
    control = stats.synthetic_control(factors(12, 14, 3).rename(columns={"u0": ODD}), ODD, 2010)
    return [
        curve,
        curve.joint_test(seed=1, draws=99),
        stats.naive(trending() * 1e6, 2),
        event_study(staggered()),
        control,
        control.placebos(),
        trade.gravity(world(), [ODD]),
    ]


@pytest.fixture(scope="module")
def made():
    return {type(one).__name__: one for one in examples()}


@pytest.mark.parametrize("number", range(7))
def test_a_result_is_a_frame_csv_latex_and_html(made, number, tmp_path):
    result = list(made.values())[number]
    frame, csv, latex = result.to_frame(), result.to_csv(), result.to_latex()
    again = pd.read_csv(io.StringIO(csv), keep_default_na=False)
    numeric = frame.select_dtypes("number").columns
    assert_frame_equal(again[numeric].apply(pd.to_numeric), frame[numeric], check_dtype=False)
    for kind, text in (("csv", csv), ("latex", latex)):
        file = tmp_path / kind
        assert getattr(result, f"to_{kind}")(file) is None and file.read_text() == text
    assert latex.count(" \\\\") == len(frame) + 1
    # every other special character is behind a backslash
    bare = re.sub(r" & |\$[<>−]\$", "  ", latex)
    assert all(bare.count(c) == bare.count(f"\\{c}") for c in "&%_#$")
    assert getattr(result, "caution", "") in result.caption()
    html = hooks.result_html(result)
    assert html.count("<tr") == min(len(frame), hooks.ROWS) + 1
    assert "R&D" not in html and "50%<b>" not in html
    frame[frame.columns[0]] = "changed"
    assert result.to_csv() == csv, "a frame is a copy"


def test_long_tables_are_cut_in_jupyter_and_whole_in_the_export():
    many = stats.Placebos(pd.DataFrame({"unit": range(50), "effect": 1.0}), 0.1, 0.2, 0.3)
    assert hooks.result_html(many).count("<tr") == hooks.ROWS + 2, "a head, and what is left out"
    assert many.to_csv().count("\n") == 51
