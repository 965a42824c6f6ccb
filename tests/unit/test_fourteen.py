"""The project of fourteen claims of all kinds (`tests/fourteen`): its register has no fault, and a
reader that shares no code with what writes them reads every sentence of it.
"""

import re

import pytest
from tests.fourteen import CLAIMS
from tests.property import reader

import ca_research as ca
from ca_research import registry
from ca_research.claims import check
from ca_research.claims.measures import find
from ca_research.claims.plain import MOST, plain
from ca_research.estimates.kinds import figure_of
from ca_research.registry.schedule import tables_by_notebook

pytest_plugins = ["tests.fourteen.plugin"]

FLAT = ("level", "share", "ratio", "count", "p")
"""Kinds of which a figure 'comes to' something."""


@pytest.fixture(scope="module")
def verdicts(fourteen):
    return {name: ca.check(name) for name in CLAIMS}


def judged(verdicts):
    """Each criterion as it is declared, its kind, and its result."""
    for name, verdict in verdicts.items():
        for result in verdict.criteria:
            declared = registry.claim(name).criteria()[result.name]
            kind = figure_of(find(declared.measure), declared.settings).kind
            yield declared, kind, result


def test_the_register_has_no_fault_and_has_every_kind(verdicts):
    assert check.register(registry.claims(), tables_by_notebook()) == []
    kinds = {kind for _, kind, _ in judged(verdicts)}
    assert len(kinds) == 12 and {v.verdict for v in verdicts.values()} > {"supported"}


def test_every_sentence_is_whole(verdicts):
    texts = [t for v in verdicts.values() for t in (v.answer, f"{v.finding}.")]
    texts += [c.says for v in verdicts.values() for c in v.criteria]
    assert len(texts) >= 45
    for text in texts:
        assert text.endswith(".") and "  " not in text and text[0].isupper(), text
        assert len(text) <= MOST and not re.search(r"[{}]|None|\bnan\b| [,.;:]|\(\)", text), text
        assert not re.search(r"\b(?!GDP\b)[A-Z]{3}\b|_", text), text
        assert "grew by −" not in text and "fell by −" not in text, text


def test_every_sentence_says_the_estimate_and_when(verdicts):
    for declared, kind, result in judged(verdicts):
        text, cells = result.says, result.cells
        assert ("came to" not in text and "lay between" not in text) or kind in FLAT, text
        for cell in (c for c in cells if len(cells) > 1 and (c.estimate is not None or c.ranged)):
            assert ca.economies.in_prose(cell.economy) in text, text
            assert str(cell.year) in text or kind in ("date", "yes or no"), text
        figure = cells[0].estimate if len(cells) == 1 else None
        if figure is not None and kind not in ("rank", "years in which", "change"):
            written = [reader.number(t, declared.kind == "share") for t in numbers(text)]
            assert any(n == pytest.approx(figure, rel=0.02) for n in written), (text, figure)
        if kind.startswith("change"):
            assert re.search(r"from \d{4} to \d{4}", text), text
            assert ("grew" in text or "fell" in text) and plain(declared, result) == text


def numbers(text):
    words = "|".join(reader.WORDS)
    return re.findall(rf"−?\d[\d,]*\d(?:\.\d+)?%?|\d%?|\b(?:{words})\b", text)
