"""Small results: fields to read, one tidy frame, and its export. How they show in Jupyter is in
plots/hooks.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..ground.drawing import draw
from ..ground.files import write_whole
from ..ground.numbers import decimals

_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_LATEX |= {"−": "$-$", "²": "$^2$", "×": r"$\times$", "→": r"$\rightarrow$"}
_LATEX |= {
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "<": "$<$",
    ">": "$>$",
}


class Result:
    """Base of every result that is more than one number: `to_frame`, `to_csv`, `to_latex`.

    A subclass is a dataclass. Its frame is the field that `_table` names (one row per year, term,
    unit ...). Fields that begin with '_' are nobody else's.
    """

    _table: ClassVar[str] = "table"

    def to_frame(self) -> pd.DataFrame:
        """The tidy frame behind this result, as a copy.

        Returns
        -------
        pandas.DataFrame
            The table of the result.
        """
        frame: pd.DataFrame = getattr(self, self._table)
        return frame.copy()

    def caption(self) -> str:
        """What the frame alone does not say, in one line.

        Returns
        -------
        str
            The kind of result and its single numbers.
        """
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(self).__name__).capitalize()
        single = [
            f"{name.replace('_', ' ')} {value if isinstance(value, str) else f'{value:.6g}'}"
            for name, value in vars(self).items()
            if isinstance(value, (str, int, float)) and not name.startswith("_")
        ]
        return f"{kind}: {', '.join(single)}"

    def to_csv(self, path: str | Path | None = None, **options: Any) -> str | None:
        """The frame as CSV with a header and no index.

        Parameters
        ----------
        path : str or Path, optional
            The file to write; whole or not at all.
        **options : Any
            Of `pandas.DataFrame.to_csv`.

        Returns
        -------
        str or None
            The text, where no file is named.

        Raises
        ------
        WriteError
            The file cannot be written.
        """
        return written(flat(self.to_frame()).to_csv(index=False, **options), path)

    def to_latex(self, path: str | Path | None = None, *, digits: int = 3) -> str | None:
        """The frame as a LaTeX table (booktabs) with its caption.

        Special characters of LaTeX are escaped in cells, header and caption; missing is '--'.

        Parameters
        ----------
        path : str or Path, optional
            The file to write; whole or not at all.
        digits : int
            Decimals; numbers that would then be read as zero keep that many significant digits.

        Returns
        -------
        str or None
            The text, where no file is named.

        Raises
        ------
        WriteError
            The file cannot be written.
        """
        text = flat(self.to_frame()).to_latex(
            index=False,
            escape=True,
            na_rep="--",
            caption=escape_latex(self.caption()),
            float_format=lambda value: decimals(value, digits),
        )
        return written(text, path)

    def plot(self, **options: Any) -> Any:
        """Draw the result: its finding as the title, its sources below.

        Parameters
        ----------
        **options : Any
            ``ax`` (matplotlib axes to draw on) or ``size`` ('page', 'phone', 'notebook',
            'journal-single', 'journal-double', 'slide', or millimetres); ``title``; of a
            specification curve also ``unit`` and ``alpha``.

        Returns
        -------
        matplotlib.axes.Axes
            To change, or to save with `plots.save`.

        Raises
        ------
        UsageError
            The kind of result has no picture.
        UnknownNameError
            An option or a size that is none.
        CoverageError
            There is nothing to draw.
        """
        return draw(type(self).__name__, self, **options)

    def __repr__(self) -> str:
        rows = self.to_frame().to_string(max_rows=12, index=False, float_format=decimals)
        return f"{self.caption()}\n{rows}"


def t_interval(
    estimate: np.ndarray, se: np.ndarray, df: np.ndarray | int, level: float
) -> pd.DataFrame:
    """estimate, se, low, high and two-sided p by Student's t with `df` degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    half = stdtrit(df, (1 + level) / 2) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(se > 0, 2 * stdtr(df, -np.abs(estimate / se)), np.nan)
    return pd.DataFrame(
        {"estimate": estimate, "se": se, "low": estimate - half, "high": estimate + half, "p": p}
    )


def written(text: str, path: str | Path | None) -> str | None:
    """The text where no file is named; else None, once the file holds it."""
    if path is None:
        return text
    write_whole(Path(path), text, folders=False)
    return None


def escape_latex(text: str) -> str:
    """Text with the special characters of LaTeX made printable, and signs as it sets them."""
    return re.sub(r"[\\~^&%$#_{}−²×→≤≥≠≈<>]", lambda hit: _LATEX.get(hit[0], "\\" + hit[0]), text)


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with tuples and lists in its cells joined by spaces, as text formats need them."""
    return frame.map(
        lambda cell: " ".join(map(str, cell)) if isinstance(cell, (tuple, list)) else cell
    )
