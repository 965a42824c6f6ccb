"""Results in one way: a tidy frame, CSV, LaTeX, plain values, and a small table in Jupyter."""

import io
import json
from dataclasses import is_dataclass
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.designs import event_study, factors, normal, pairs, staggered, trending
from traitlets.config import Config

from ca_research import stats, trade
from ca_research.plots import hooks
from ca_research.stats.result import Result, escape_latex

MODULES = [f"stats.{m}" for m in ("curve", "event_study", "forecast", "joint_test", "synthetic")]
MODULES += [f"trade.{m}" for m in ("gravity", "gravity_reassign", "indices")]
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
        trade.reassign(world(), "CHN", ["KAZ", "UZB"], covariates=[ODD], least=1),
    ]


@pytest.fixture(scope="module")
def made():
    return {type(one).__name__: one for one in examples()}


def test_every_result_has_an_example(made):
    """Of all dataclasses but what an estimation starts from, and hundreds of fits in arrays."""
    kinds = [k for m in MODULES for k in vars(import_module(f"ca_research.{m}")).values()]
    own = {k for k in kinds if is_dataclass(k) and k.__module__[12:] in MODULES}
    assert len(made) == 8
    names = {k.__name__ for k in own if not k.__name__.startswith("_")} - {"Model", "Course"}
    assert names == set(made) and all(issubclass(type(one), Result) for one in made.values())


@pytest.mark.parametrize("number", range(8))
def test_a_result_is_a_frame_csv_latex_json_and_html(made, number, tmp_path):
    result = list(made.values())[number]
    frame, csv, latex = result.to_frame(), result.to_csv(), result.to_latex()
    again = pd.read_csv(io.StringIO(csv), keep_default_na=False)
    whole = frame.astype(object).where(frame.notna(), "")  # '' and missing are one in CSV
    numeric = frame.select_dtypes("number").columns
    pd.testing.assert_frame_equal(
        again[numeric].apply(pd.to_numeric), frame[numeric], check_dtype=False
    )
    texts = frame.columns.difference(numeric)
    assert again[texts].astype(str).equals(whole[texts].astype(str))
    for kind, text in (("csv", csv), ("latex", latex)):
        file = tmp_path / kind
        assert getattr(result, f"to_{kind}")(file) is None and file.read_text() == text
    assert [latex.count(w) for w in ("\\toprule", "\\bottomrule", "\\caption{")] == [1, 1, 1]
    assert latex.count(" \\\\") == len(frame) + 1 and ODD not in latex
    bare = latex.replace(" & ", "  ")  # every other special character is behind a backslash
    assert all(bare.count(c) == bare.count(f"\\{c}") for c in "&%_#$")
    plain = result.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert not [key for key in plain if key.startswith("_")]
    assert getattr(result, "caution", "") in result.caption()
    html = hooks.result_html(result)
    assert html.count("<tr") == min(len(frame), hooks.ROWS) + 1
    assert "R&D" not in html and "50%<b>" not in html and len(repr(result)) < 2000
    frame[frame.columns[0]] = "changed"
    assert result.to_csv() == csv, "a frame is a copy"


def test_register_takes_results_in(made, monkeypatch):
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    hooks.register()
    data, _ = shell.display_formatter.format(made["Forecast"])
    assert data["text/html"].startswith("<div><p><b>")


def test_long_tables_are_cut_in_jupyter_and_whole_in_the_export():
    many = stats.Placebos(pd.DataFrame({"unit": range(50), "effect": 1.0}), 0.1, 0.2)
    html = hooks.result_html(many)
    assert html.count("<tr") == hooks.ROWS + 1 and "30 more rows" in html
    assert many.to_csv().count("\n") == 51


def test_every_special_character_of_latex():
    assert escape_latex(r"a&b%c$d#e_f{g}h~i^j\k") == (
        r"a\&b\%c\$d\#e\_f\{g\}h\textasciitilde{}i\textasciicircum{}j\textbackslash{}k"
    )
