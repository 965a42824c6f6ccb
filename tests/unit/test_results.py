"""Results in one way: a tidy frame, CSV, LaTeX, plain values, and a small table in Jupyter. Values
are invented.
"""

from __future__ import annotations

import io
import json
from dataclasses import is_dataclass
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from ca_research import stats, trade
from ca_research.ground.numbers import decimals
from ca_research.plots import hooks
from ca_research.stats.result import Result, escape_latex

MODULES = [f"stats.{m}" for m in ("curve", "event_study", "forecast", "joint_test", "synthetic")]
MODULES += [f"trade.{m}" for m in ("gravity", "gravity_reassign", "indices")]
ODD = "R&D_50%<b>"
"""A name of the reader's own that both LaTeX and HTML would misread."""


def series(n: int = 14) -> pd.Series:
    return pd.Series(
        np.random.default_rng(1).normal(size=n).cumsum() * 1e6, index=range(2000, 2000 + n)
    )


def staggered() -> stats.EventStudy:
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["u", "t", "first"])
    frame["y"] = np.random.default_rng(2).normal(size=len(frame))
    return stats.event_study(frame, unit="u", time="t", outcome="y", first="first")


def control() -> stats.SyntheticControl:
    wide = pd.DataFrame(
        np.random.default_rng(3).normal(size=(14, 12)).cumsum(axis=0), index=range(2000, 2014)
    )
    return stats.synthetic_control(
        wide.rename(columns={0: ODD} | {i: f"u{i}" for i in range(1, 12)}), ODD, 2010
    )


def world() -> pd.DataFrame:
    codes, rng = ("CHN", "RUS", "USA", "TUR", "IND", "DEU"), np.random.default_rng(4)
    rows = [
        (e, i, y, rng.gamma(2), rng.normal())
        for e in codes
        for i in codes
        if e != i
        for y in (2000, 2001)
    ]
    return pd.DataFrame(rows, columns=["exporter", "importer", "year", "value_usd", ODD]).assign(
        source_id="S"
    )


def curve() -> stats.SpecificationCurve:
    return stats.specification_curve(world(), "value_usd", ODD, controls=["year"])


EXAMPLES = {
    "SpecificationCurve": curve,
    "JointTest": lambda: curve().joint_test(seed=1, draws=99),
    "Forecast": lambda: stats.naive(series(), 2),
    "EventStudy": staggered,
    "SyntheticControl": control,
    "Placebos": lambda: control().placebos(),
    "Gravity": lambda: trade.gravity(world(), [ODD]),
    "Reassignment": lambda: trade.reassign(
        world(), "CHN", ["IND", "DEU"], covariates=[ODD], least=1
    ),
}
SPREAD = (
    "SpecificationCurve",
    "JointTest",
    "Forecast",
    "EventStudy",
    "SyntheticControl",
    "Placebos",
    "Gravity",
    "Reassignment",
)
"""Results with a row per year, term or unit; the others are one row."""


@pytest.fixture(scope="module")
def made() -> dict[str, Result]:
    return {name: make() for name, make in EXAMPLES.items()}


def test_every_result_has_an_example():
    found = set()
    for module in MODULES:
        own = vars(import_module(f"ca_research.{module}")).items()
        kinds = {
            n: v for n, v in own if isinstance(v, type) and v.__module__ == f"ca_research.{module}"
        }
        for name, kind in kinds.items():
            if (
                is_dataclass(kind) and not name.startswith("_") and name not in ("Model", "Course")
            ):  # what an estimation starts from; what hundreds of fits give in arrays
                assert issubclass(kind, Result), f"{module}.{name} cannot be exported"
                found.add(name)
    assert found == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_csv_reads_back_as_the_frame(made, name, tmp_path):
    result = made[name]
    frame = result.to_frame()
    assert len(frame) == 1 or name in SPREAD
    again = pd.read_csv(io.StringIO(result.to_csv()))
    again, frame = (
        f.astype(object).where(f.notna(), "") for f in (again, frame)
    )  # '' and missing are one in CSV
    pd.testing.assert_frame_equal(again, frame, check_dtype=False)
    assert result.to_csv(tmp_path / "r.csv") is None
    assert (tmp_path / "r.csv").read_text() == result.to_csv()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_frame_is_a_copy(made, name):
    frame = made[name].to_frame()
    before = made[name].to_csv()
    frame[frame.columns[0]] = "changed"
    assert made[name].to_csv() == before


@pytest.mark.parametrize("name", EXAMPLES)
def test_latex_is_a_table_with_escaped_text(made, name, tmp_path):
    text = made[name].to_latex()
    assert text.count("\\toprule") == text.count("\\bottomrule") == text.count("\\caption{") == 1
    assert text.count(" \\\\") == len(made[name].to_frame()) + 1
    assert ODD not in text
    for line in text.splitlines():  # every special character stands behind a backslash
        assert not any(
            c in "&%_#$" and line[i - 1] != "\\"
            for i, c in enumerate(line)
            if not (c == "&" and line[i - 1] == " ")
        )
    assert (
        made[name].to_latex(tmp_path / "t.tex") is None and (tmp_path / "t.tex").read_text() == text
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_plain_values_are_json(made, name):
    plain = made[name].to_dict()
    assert not any(key.startswith("_") for key in plain)
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize("name", EXAMPLES)
def test_jupyter_shows_an_escaped_table(made, name):
    from IPython.core.formatters import DisplayFormatter

    formatter = DisplayFormatter()
    formatter.formatters["text/html"].for_type(Result, hooks.result_html)  # as `register` does
    html = formatter.format(made[name])[0]["text/html"]
    rows = min(len(made[name].to_frame()), hooks.ROWS)
    assert html.count("<tr") == rows + 1 and "<b>" in html  # the caption is bold
    assert "R&D" not in html and "50%<b>" not in html
    assert len(repr(made[name])) < 2000


def test_register_takes_results_in(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    hooks.register()
    data, _ = shell.display_formatter.format(EXAMPLES["Forecast"]())
    assert data["text/html"].startswith("<div><p><b>")


def test_long_tables_are_cut_in_jupyter_and_whole_in_the_export(made):
    table = pd.DataFrame({"unit": [f"u{i}" for i in range(50)], "effect": 1.0})
    many = stats.Placebos(table, 0.1, 0.2)
    assert hooks.result_html(many).count(
        "<tr"
    ) == hooks.ROWS + 1 and "30 more rows" in hooks.result_html(many)
    assert many.to_csv().count("\n") == 51


def test_captions_say_what_a_table_does_not(made):
    assert "6 treated and 8 untreated units" in made["EventStudy"].caption()
    assert made["EventStudy"].caution in made["EventStudy"].caption() != ""
    assert "effects exporter-year+importer-year" in made["Gravity"].caption()
    assert f"unit {ODD}, start 2010" in made["SyntheticControl"].caption()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.12345, "0.123"),
        (1.2e-7, "1.2e-07"),
        (-0.0004, "-0.0004"),
        (2014.0, "2014"),
        (1.5e9, "1,500,000,000"),
        (np.nan, "--"),
        (np.inf, "inf"),
        (123.456, "123.456"),
    ],
)
def test_a_small_number_is_never_shown_as_zero(value, text):
    assert decimals(value) == text


def test_every_special_character_of_latex():
    assert escape_latex(r"a&b%c$d#e_f{g}h~i^j\k") == (
        r"a\&b\%c\$d\#e\_f\{g\}h\textasciitilde{}i\textasciicircum{}j\textbackslash{}k"
    )
