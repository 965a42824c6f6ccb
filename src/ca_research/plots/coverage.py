"""The coverage of a table on a page: who reports what, and when."""

from __future__ import annotations

from ..ground.display import Section
from ..tables import Coverage
from .claims import coverage_map
from .show import show

MOST = 20
"""Rows that are drawn: those with figures of the most years."""


def show_coverage(coverage: Coverage, title: str, *, section: Section = "main") -> None:
    """Show the heat map of a coverage frame, with what is drawn as CSV beside it.

    At most twenty series are drawn: those with figures of the most years. Nothing is shown where no
    series has figures of two years, for such a map is a list.

    Parameters
    ----------
    coverage : Coverage
        From `ca_research.coverage`.
    title : str
        What the reader should see.
    section : {'main', 'specifications', 'against', 'missing', 'context'}
        Where on the page.

    Raises
    ------
    UsageError
        A column is not there.
    CoverageError
        No figure of a known year.

    Examples
    --------
    In a notebook the picture appears; elsewhere its record is printed.

    >>> import ca_research as ca
    >>> counts = ca.coverage("students", origin="UZB", destination="CHN", level="all")
    >>> show_coverage(counts, f"The last count is of {counts['year'].max()}")
    {'image/svg+xml': '<svg ...'alt': '3 series from 3 sources, 2002 to 2018.', ...
    """
    who = [c for c in coverage.columns if c not in ("year", "figures")]
    years = coverage.dropna(subset="year").groupby(who, dropna=False)["year"].nunique()
    if not years.max() > 1:
        return
    drawn = years.sort_values(ascending=False, kind="stable").index[:MOST]
    part = coverage[coverage.set_index(who).index.isin(drawn)]
    show(
        coverage_map(part, most=MOST),
        section=section,
        title=title,
        alt=f"{len(drawn)} series from {part['source_id'].nunique()} sources, "
        f"{part['year'].min()} to {part['year'].max()}.",
        data=part,
        tables=[table] if (table := coverage.attrs.get("table")) else [],
        note=f"The {MOST} with the most years, of {len(years)}." if len(years) > MOST else "",
    )
