"""`explore`: widgets that choose, a picture and a table that follow, and the code that made them.

Picture, table and code are ordinary outputs that are updated in place: a saved or exported notebook
keeps them, also where no widget can run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from ..ground.arguments import refuse, several, whole_number
from ..ground.errors import (
    CaResearchError,
    UnknownNameError,
    known_name,
)
from ..ground.extras import needed
from ..ground.numbers import first_few
from ..ground.periods import parse_as_of
from ..plots.frames import frame_html
from ..plots.show import to_svg
from ..registry.words import source_name
from ..stats.frames import origin
from .views import LATEST, Choice, View, view_of

ROWS = 12
"""Rows that are shown between picture and code."""


@dataclass(frozen=True)
class Outcome:
    """What a piece of code gave. error: what it raised instead, in words."""

    code: str
    result: Any = None
    picture: str = ""
    error: str = ""

    def table(self) -> str:
        """The result as HTML: of several rows the columns that differ, and whose they are."""
        if self.error:
            return f"<pre>{escape(self.error)}</pre>"
        if isinstance(self.result, pd.DataFrame):
            differ = self.result.astype(str).nunique() > (len(self.result) > 1)
            names = dict.fromkeys(source_name(one) or one for one in origin(self.result))
            whose = f"<p><small>Sources: {escape(first_few(names, 8))}</small></p>"
            return frame_html(self.result.loc[:, differ], ROWS) + (whose if names else "")
        return f'<pre style="white-space: pre-wrap">{escape(str(self.result))}</pre>'


def run(code: str) -> Outcome:
    """Run code as a fresh notebook would; its picture is that of `ax`, its table `result`."""
    names: dict[str, Any] = {}
    before = set(plt.get_fignums())
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, "<ca.explore>", "exec"), names)
        axes = names.get("ax")
        picture = to_svg(axes.figure) if axes is not None else ""
        return Outcome(code, names["result"], picture)
    except Exception as error:  # a widget has no other place to say it
        ours = isinstance(error, CaResearchError)
        result, words = names.get("result"), f"{'' if ours else f'{type(error).__name__}: '}{error}"
        if isinstance(result, pd.DataFrame) and result.empty:  # what pandas says helps nobody
            words = "no row of what is chosen: choose other years, or another value"
        return Outcome(code, result, error=words)
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


class Explorer:
    """Widgets on a table or a claim, with the code of what they show.

    As the last line of a cell it shows itself. Without a mouse `set` chooses.

    Attributes
    ----------
    code : str
        The lines that made what is shown, complete: they run by themselves.
    result : object
        What they gave: a frame or a verdict; None where they raised an error.
    chosen : dict
        The choices, by name.

    Examples
    --------
    >>> import ca_research as ca
    >>> looked = ca.explore("trade").set(economy="KGZ", partner="CHN", years=(2015, 2020))
    >>> print(looked.code)
    import ca_research as ca
    <BLANKLINE>
    result = ca.trade.mirror_gap("KGZ", "CHN", since=2015, until=2020)
    ax = result.plot()
    <BLANKLINE>
    """

    def __init__(self, _view: View) -> None:
        import ipywidgets

        self._view = _view
        self._last: Outcome | None = None
        self._handles: dict[str, Any] = {}
        self._head = ipywidgets.HTML(f"<b>{escape(_view.title)}</b>")
        self._made = {choice.name: _widget(choice) for choice in _view.choices}
        self._moving = False
        for one in self._made.values():
            one.observe(self._follow, names="value")
        self._grey()

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: _value(one.value) for name, one in self._made.items()}

    @property
    def code(self) -> str:
        return self._view.code(self.chosen)

    @property
    def result(self) -> Any:
        return self._now().result

    def set(self, **chosen: Any) -> Explorer:
        """Choose by name what the widgets choose by hand.

        Parameters
        ----------
        **chosen : Any
            Of trade ``economy``, ``partner``, ``measure``, ``basis`` and ``years`` (first, last);
            of another table ``view``, where it has several, its key columns and ``years``; of a
            claim ``economy``, ``as_of``, ``without``.

        Returns
        -------
        Explorer
            This one.

        Raises
        ------
        UnknownNameError
            No such choice, or a value that it does not offer.
        UsageError
            Years that are no two of the table in their order, or what is no day. Nothing is chosen
            then.
        """
        known = {choice.name: choice for choice in self._view.choices}
        for name in chosen:
            known_name("choice", name, known)
        values = {name: _checked(known[name], value) for name, value in chosen.items()}
        self._moving = True  # all of them are one choice
        for name, value in values.items():
            self._made[name].value = value
        self._moving = False
        self._follow()
        return self

    def _follow(self, *_: Any) -> None:
        """Code, widgets and outputs follow what is chosen, by name or by hand."""
        if self._moving:
            return
        self._last = None
        self._grey()
        if self._handles:
            title = self._head.value
            self._head.value = f"{title} · computing …"
            for part, content in self._bundles().items():
                self._handles[part].update(content, raw=True)
            self._head.value = title

    def _now(self) -> Outcome:
        self._last = self._last or run(self.code)
        return self._last

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self._handles = {}
        display(self._widgets())
        for part, content in self._bundles().items():
            self._handles[part] = display(content, raw=True, display_id=True)

    def _bundles(self) -> dict[str, dict[str, str]]:
        now = self._now()
        blank = {"text/html": "", "text/plain": ""}
        picture = {"image/svg+xml": now.picture, "text/plain": self._view.title}
        # JupyterLab cuts off what is wider than the notebook, unless HTML says otherwise
        drawn = b64encode(now.picture.encode()).decode()
        picture["text/html"] = (
            f'<img style="max-width: 100%" src="data:image/svg+xml;base64,{drawn}">'
        )
        plain = now.error or str(now.result)
        return {
            "picture": picture if now.picture else blank,
            "table": {"text/html": now.table(), "text/plain": plain},
            "code": {"text/markdown": f"```python\n{now.code}```", "text/plain": now.code},
        }

    def _grey(self) -> None:
        """Grey the widgets that the code does not heed."""
        chosen = self.chosen
        for name, one in self._made.items():
            one.disabled = not self._view.heeds(name, chosen)

    def _widgets(self) -> Any:
        """All of them below the title."""
        import ipywidgets

        return ipywidgets.VBox([self._head, *self._made.values()])

    def __repr__(self) -> str:
        return self.code


def _widget(choice: Choice) -> Any:
    import ipywidgets

    # in the usual width names and a readout of two years are cut
    look: dict[str, Any] = {
        "layout": {"width": "480px", "max_width": "98%"},
        "style": {"description_width": "110px"},
    }
    look |= {"description": choice.label}
    if choice.kind == "years":
        low, high = (end for _, end in choice.options)
        ends = {"min": low, "max": high, "continuous_update": False}
        return ipywidgets.IntRangeSlider(value=choice.value, **ends, **look)
    if choice.kind == "day":
        return ipywidgets.DatePicker(tooltip="empty: everything at hand", **look)
    return ipywidgets.Dropdown(options=choice.options, value=choice.value, **look)


def _value(shown: Any) -> Any:
    """What a widget holds, as code says it."""
    if isinstance(shown, dt.date):
        return shown.isoformat()
    return LATEST if shown is None else shown


def _checked(choice: Choice, value: Any) -> Any:
    """A value as a widget holds it; raises UsageError for one that cannot be chosen."""
    if choice.kind == "day":
        return parse_as_of(value)
    if choice.kind == "years":
        (_, low), (_, high) = choice.options
        years = [whole_number("years", year, f"({low}, {high})") for year in several(value)]
        if len(years) != 2 or not low <= years[0] <= years[1] <= high:
            refuse("years", "a first and a last one of those at hand", value, f"({low}, {high})")
        return tuple(years)
    for known in choice.options:  # what a menu says is a value too
        if value in known:
            return known[1]
    raise UnknownNameError(choice.name, value, [option for _, option in choice.options])


def explore(what: str) -> Explorer:
    """Look at a table or a claim by widgets, and take the code along.

    Of trade one chooses economy, partner, measure, basis and years; of another table what tells its
    rows apart, of students and debt also what is computed of them; of a claim the country, the day
    whose knowledge is used and a source to leave out.
    Picture and table follow, and below them stands the code that made them. They stay in a saved or
    exported notebook, where widgets do not run.

    Parameters
    ----------
    what : str
        A table of the registry, or a declared claim.

    Returns
    -------
    Explorer
        Shows itself in Jupyter; `Explorer.code` is the code.

    Raises
    ------
    UnknownNameError
        Neither a table nor a claim.
    UsageError
        What is no name, as a frame.
    MissingPackageError
        Without ipywidgets (the extra ``notebooks``).
    MissingTableError
        The tables have not been built.
    CoverageError
        The table has no row.

    Examples
    --------
    >>> import ca_research as ca
    >>> print(ca.explore("C30").set(economy="KAZ").code)
    import ca_research as ca
    <BLANKLINE>
    result = ca.check("C30", economy="KAZ")
    print(result)
    ax = result.plot()
    <BLANKLINE>
    """
    with needed():
        import ipywidgets  # noqa: F401 - said now, and not when it is shown
    return Explorer(view_of(what))
