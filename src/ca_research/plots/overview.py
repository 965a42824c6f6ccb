"""The register at a glance: every entry in the cell of its theme and its verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .. import registry
from ..claims import bottom_line, overview
from ..ground.errors import known_name
from ..ground.numbers import counted
from ..registry import VERDICTS
from . import style
from .grid import draw_grid
from .needs import needs
from .panels import panels
from .show import show, show_statements, show_table

_LINE = 0.22
"""Inches: height of a line of ids."""


@needs("glance", "claim theme verdict fragile")
def verdict_matrix(glance: pd.DataFrame) -> Figure:
    """Claims by theme (rows) and verdict (columns), each by its id.

    A fragile one has an asterisk.

    Parameters
    ----------
    glance : pandas.DataFrame
        As from `claims.overview.table`: ``claim``, ``theme``, ``verdict``, ``fragile``.

    Returns
    -------
    matplotlib.figure.Figure
        The register at a glance.

    Raises
    ------
    UsageError
        A column is not there.
    UnknownNameError
        A verdict that is none of the five.

    Examples
    --------
    >>> glance = pd.DataFrame({"claim": ["X01", "X02"], "theme": ["trade", "people"],
    ...                        "verdict": ["supported", "contradicted"], "fragile": [True, False]})
    >>> figure = verdict_matrix(glance)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['X01*', 'X02']
    """
    for verdict in glance["verdict"]:
        known_name("verdict", verdict, VERDICTS)
    ids = glance["claim"] + glance["fragile"].map({True: "*", False: ""})
    groups = ids.groupby([glance["theme"], glance["verdict"]])
    line = 13 if style.wide() > 6 else 4
    words = groups.agg(" ".join).map(lambda text: textwrap.fill(text, line))
    cells = pd.MultiIndex.from_product([glance["theme"].unique(), VERDICTS])
    cells = words.reindex(cells).rename_axis(["theme", "verdict"]).reset_index(name="words")
    shade = cells["verdict"].map(VERDICTS.index).where(cells["words"].notna())
    counts = cells["verdict"].map(lambda word: f"{word}\n{glance['verdict'].eq(word).sum()}")
    cells = cells.assign(shade=shade, verdict=counts)
    lines = cells["words"].str.count("\n").groupby(cells["theme"]).max().max() + 1
    figure, (ax,) = panels(1, 0.8 + _LINE * (lines + 1) * glance["theme"].nunique())
    draw_grid(ax, cells, "theme", "verdict", [style.VERDICT[word] for word in VERDICTS])
    return figure


Verdicts = list[dict[str, Any]]
"""Stored verdicts, as from `claims.overview.read_verdicts`."""


def show_bottom_line(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show what holds, what is contradicted, what depends on the reading, what cannot be said."""
    show_statements("The bottom line", bottom_line.statements(verdicts, as_of))


def show_claims(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show what was found, claim by claim, what each verdict turns on, and the opinions."""
    glance = overview.table(verdicts, as_of)
    word = glance["verdict"] + glance["fragile"].map({True: " (fragile)", False: ""})
    made_up = glance["invented"].map({True: " (invented figures)", False: ""})
    glance = glance.assign(verdict=word + made_up, number=glance["number"] + made_up)
    glance, opinion = _named(glance), glance["kind"] == "opinion"
    _table(
        glance[~opinion],
        ["claim", "verdict", "certainty", "answer"],
        "What was found, claim by claim",
        section="main",
    )
    _table(
        glance[glance["criterion"] != ""],
        ["claim", "criterion", "number", "ways"],
        "What each verdict turns on",
        labels={"criterion": "asked", "number": "answer", "ways": "ways to calculate it"},
        note="Of several questions the first that decides: one that meets the rule, one left open "
        "that could still settle it, or one that keeps the claim from being supported.",
    )
    _table(
        glance[opinion],
        ["claim", "answer"],
        f"{counted(int(opinion.sum()), 'sentence')} of opinion, and why there is no verdict",
        labels={"answer": "why there is no test"},
    )


def show_themes(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show the claims by theme and verdict, and how many can be tested."""
    glance = overview.table(verdicts, as_of)
    if glance.empty:
        return
    words = glance.loc[glance["kind"] != "opinion", "verdict"].value_counts()
    show(
        verdict_matrix(glance),
        section="main",
        title=f"The most frequent verdicts on {counted(int(words.sum()), 'claim')}: "
        + ", then ".join(f"“{word}” ({number})" for word, number in words.head(2).items()),
        alt="; ".join(f"{of}: {n} entries" for of, n in glance.groupby("theme").size().items())
        + ".",
        data=glance,
        sources=[],
        note="Each number names a claim, in the reading closest to its sentence, or a sentence of "
        "opinion. With an asterisk: fragile.",
    )
    _table(overview.testable_share(glance), (), "How much of the article can be tested", digits=0)


def show_guesses(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show how often the guesses were right, and those that were not."""
    guesses = overview.guesses(verdicts, as_of)
    score = overview.guess_score(guesses)
    if not guesses["blind"].any():  # nobody says that any was
        score = score.drop(columns="written")
    _table(
        score.assign(share=100 * score["share"].astype(float)),
        (),
        "How often the guesses were right",
        digits=0,
        labels={"share": "right (%)"},
    )
    wrong = _named(guesses[~guesses["right"]])
    _table(
        wrong,
        ["claim", "reading", "guess", "verdict"],
        f"The {len(wrong)} guesses that came out otherwise",
        labels={"reading": "read as"},
    )


def show_family(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show the p-values of the family of tests, adjusted together."""
    family = overview.family(verdicts, as_of)
    _table(
        family,
        (),
        f"Claims of the family: {family['claim'].nunique()}. Their p-values, adjusted together",
        digits=3,
        labels={"label": "test", "adjusted": "adjusted p"},
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Claims by id and title."""
    return rows.assign(claim=[f"{c} {registry.claim(c).title}" for c in rows["claim"]])


def _table(rows: pd.DataFrame, columns: Sequence[str], title: str, **more: Any) -> None:
    """A table of verdicts; none where it would be empty."""
    if len(rows):
        more = {"section": "context", "columns": columns} | more
        show_table(rows, title=title, sources=[], **more)
