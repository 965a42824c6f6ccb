"""The library's errors in IPython: what happened first, the reader's own lines, the rest on demand;
and an error remains one.
"""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

ANSI = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.delenv("CA_RESEARCH_STRICT", raising=False)
    had = InteractiveShell.initialized()
    # without history, to whose file the kernels of other tests write
    yield InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    if not had:
        InteractiveShell.clear_instance()


def shown(shell, capsys, code):
    capsys.readouterr()
    result = shell.run_cell(code, store_history=True)
    text = capsys.readouterr()
    return result, ANSI.sub("", text.out + text.err)


WRONG = "import ca_research as ca\ndef mine():\n    return ca.load('trdae')\nmine()"


def test_the_message_comes_first_then_the_readers_lines_and_the_rest_when_asked(
    shell, capsys, monkeypatch
):
    result, text = shown(shell, capsys, WRONG)
    first, hint, *lines = text.strip().splitlines()
    assert first == "UnknownNameError: unknown table 'trdae'" and "trade" in hint
    own = [re.sub(r"\[\d+\]", "[n]", line) for line in lines if line.startswith("Cell")]
    assert own == [
        "Cell In[n], line 4: mine()",
        "Cell In[n], line 3: return ca.load('trdae')",
    ]
    assert "registry" not in text and len(lines) < 6
    assert result.error_in_exec is not None, "the cell has failed"
    assert "load.py" in shown(shell, capsys, "%tb")[1]
    monkeypatch.setenv("CA_RESEARCH_STRICT", "1")  # as in a run of the project's own
    assert "load.py" in shown(shell, capsys, WRONG)[1]


def test_other_errors_are_shown_as_ever(shell, capsys):
    _, text = shown(shell, capsys, "1 / 0")
    assert "Traceback" in text and "%tb" not in text
