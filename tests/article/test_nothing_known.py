"""What a notebook asks for on a day on which its figures were not known yet."""

from __future__ import annotations

import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import balance, energy, strength
from ca_research.plots import show_note, where_known

NEVER = "1900-01-01"


def test_a_part_without_figures_is_a_note_in_its_place_and_a_slip_is_none(capsys):
    with where_known("against"):
        balance.vote_lines(balance.votes(ca.load("facts", as_of=NEVER)))
    show_note("Nothing.")
    shown = capsys.readouterr().out
    assert "vnd.ca-research.note+json" in shown and "'section': 'against'" in shown
    assert "`votes` has no row" in shown and "Nothing." in shown
    with pytest.raises(KeyError), where_known():
        pd.DataFrame()["value"]
    assert not capsys.readouterr().out


def test_tables_of_nothing_have_their_columns():
    shares = strength.stated_shares(ca.load("facts", as_of=NEVER))
    assert shares.empty and {"investor", "share", "concept", "whole", "end"} <= set(shares)
    gas = energy.gas_context(ca.load("energy", as_of=NEVER), ca.load("macro", as_of=NEVER))
    assert gas.empty and {"year", "of consumption", "sources"} <= set(gas)
