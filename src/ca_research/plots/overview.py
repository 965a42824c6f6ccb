"""The register at a glance: every entry in the cell of its theme and its verdict."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from .. import registry
from ..claims import bottom_line, overview
from ..ground.errors import UnknownNameError
from ..ground.numbers import counted
from ..registry import VERDICTS
from . import style
from .narrow import redrawn
from .needs import needs
from .show import show, show_statements, show_table

_ACROSS = 3  # ids beside each other in one cell
_LINE, _GAP, _HEAD = (
    0.21,
    0.17,
    0.72,
)  # inches: a line of ids, the room around a theme's rule, the heads of the columns


@redrawn
@needs("glance", "claim", "theme", "verdict", "fragile", like="claims.overview.table", empty=True)
def verdict_matrix(glance: pd.DataFrame) -> Figure:
    """Claims by theme (rows) and verdict (columns), each by its id.

    A fragile one is underlined.

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
    >>> [text.get_text() for text in figure.axes[0].texts][-4:]
    ['trade', 'X01', 'people', 'X02']
    """
    if odd := sorted(set(glance["verdict"]) - set(VERDICTS)):
        raise UnknownNameError("verdict", odd[0], VERDICTS)
    if style.wide() < style.WIDE:
        return _verdict_list(glance)
    themes = list(dict.fromkeys(glance["theme"]))
    cells = {key: part for key, part in glance.groupby(["theme", "verdict"])}
    lines = {
        t: max(
            [math.ceil(len(p) / _ACROSS) for (theme, _), p in cells.items() if theme == t] or [1]
        )
        for t in themes
    }
    height = _HEAD + _LINE * sum(lines.values()) + _GAP * len(themes) + 0.05
    left = 0.1 + 0.085 * max(map(len, themes), default=8)  # inches
    column = (style.WIDE - left) / len(VERDICTS)
    with style.context():
        figure = plt.figure(figsize=(style.WIDE, height))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_xlim(0, style.WIDE)
        ax.set_ylim(height, 0)
        ax.axis("off")
        for i, word in enumerate(VERDICTS):
            count = int((glance["verdict"] == word).sum())
            head = f"{textwrap.fill(word, 14)}\n{count}"
            ax.text(
                left + i * column,
                _HEAD - 0.1,
                head,
                color=style.VERDICT[word],
                fontsize=style.LABEL,
                va="bottom",
            )
        top = _HEAD
        for theme in themes:
            ax.plot([0, style.WIDE], [top, top], color=style.GRID, linewidth=0.8)
            first = top + _GAP / 2 + _LINE / 2
            ax.text(0, first, theme, va="center", fontsize=style.LABEL)
            for i, word in enumerate(VERDICTS):
                for position, row in enumerate(
                    cells.get((theme, word), glance.iloc[:0]).itertuples()
                ):
                    x = left + i * column + (position % _ACROSS) * 0.38
                    y = first + (position // _ACROSS) * _LINE
                    ax.text(
                        x,
                        y,
                        row.claim,
                        color=style.VERDICT[word],
                        fontsize=style.LABEL,
                        fontweight="bold",
                        va="center",
                    )
                    if row.fragile:
                        ax.plot(
                            [x, x + 0.27], [y + 0.085] * 2, color=style.VERDICT[word], linewidth=1.4
                        )
            top += lines[theme] * _LINE + _GAP
    return figure


def _verdict_list(glance: pd.DataFrame) -> Figure:
    """The same in one column: of each theme the verdicts of its entries, each with their ids."""
    at, across, lines = 0.0, 5, []
    for theme, of_theme in glance.groupby("theme", sort=False):
        lines.append((at + _LINE / 2, 0.0, str(theme), style.INK, False))
        at += _LINE
        for word in (w for w in VERDICTS if (of_theme["verdict"] == w).any()):
            colour = style.VERDICT[word]
            lines.append((at + _LINE / 2, 0.1, word, colour, False))
            part = of_theme[of_theme["verdict"] == word]
            for place, row in enumerate(part.itertuples()):
                y, x = at + (place // across + 0.5) * _LINE, 1.55 + place % across * 0.37
                lines.append((y, x, str(row.claim), colour, bool(row.fragile)))
            at += _LINE * math.ceil(len(part) / across)
        at += _GAP
    at = max(at, _LINE)  # of no entry: room for a line
    with style.context():
        figure = plt.figure(figsize=(style.wide(), at))
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, style.wide()), ylim=(at, 0))
        ax.axis("off")
        for y, x, words, colour, fragile in lines:
            weight = "bold" if x > 1 or not x else "normal"
            ax.text(x, y, words, color=colour, fontweight=weight, va="center", fontsize=style.LABEL)
            if fragile:
                ax.plot([x, x + 0.27], [y + 0.085] * 2, color=colour, linewidth=1.4)
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
    glance, opinion = _named(glance.assign(verdict=word)), glance["kind"] == "opinion"
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
    themes = overview.by_theme(glance)
    show(
        verdict_matrix(glance),
        section="main",
        title=f"The most frequent verdicts on {counted(int(words.sum()), 'claim')}: "
        + ", then ".join(f"“{word}” ({number})" for word, number in words.head(2).items()),
        alt="; ".join(f"{r.theme}: {sum(r[2:])} entries" for r in themes.itertuples()) + ".",
        data=glance,
        sources=[],
        note="Each number names a claim, in the reading closest to its sentence, or a sentence of "
        "opinion. Underlined: fragile.",
    )
    _table(overview.testable_share(glance), (), "How much of the article can be tested", digits=0)


def show_guesses(verdicts: Verdicts, as_of: str = "latest") -> None:
    """Show how often the guesses made beforehand were right, and those that were not."""
    guesses = overview.guesses(verdicts, as_of)
    score = overview.guess_score(guesses)
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
