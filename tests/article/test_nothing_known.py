"""What a notebook asks for on a day on which its figures were not known yet."""

import pandas as pd
import pytest

import ca_research as ca
from ca_research import plots
from ca_research.article import balance
from ca_research.plots import show_note, where_known

NEVER = "1900-01-01"


def test_a_part_without_figures_is_a_note_in_its_place_and_a_slip_is_none(capsys):
    with where_known("against"):
        plots.lines(balance.votes(ca.load("facts", as_of=NEVER)), "agreement", hue="power")
    show_note("Nothing.")
    shown = capsys.readouterr().out
    assert "vnd.ca-research.note+json" in shown and "'section': 'against'" in shown
    assert "no row in frame" in shown and "Nothing." in shown
    with pytest.raises(KeyError), where_known():
        pd.DataFrame()["value"]
    assert not capsys.readouterr().out
