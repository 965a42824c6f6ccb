"""Where a reader finds a source: the publisher's own page, and the copy that was read."""

from __future__ import annotations

import re

from .. import registry
from ..ground.periods import date_in_words


def copy_read(source: registry.Source) -> tuple[str, str] | None:
    """The copy that a source was read from: words, and its address where it has one. None where the
    original was read or nothing is known.

    Examples
    --------
    >>> from ca_research import registry
    >>> copy_read(registry.sources()["DATASETS_GDP"])
    ('datasets/gdp on GitHub', 'https://github.com/datasets/gdp')
    """
    place = source.found_in or ""
    if match := re.match(r"github:\s*([\w.-]+/[\w.-]*\w)", place):
        return f"{match[1]} on GitHub", f"https://github.com/{match[1]}"
    if match := re.match(r"https?://(?:www\.)?([\w.-]+)\S*$", place):
        return match[1], place
    words = re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda day: date_in_words(day[0]), place)
    return (words, "") if words else None


_LISTS = re.compile(
    r"mail-archive|groups\.(?:yahoo|google)|/pipermail|listserv|russialist|\blists\."
)


def kind_of_copy(source: registry.Source) -> str:
    """In one word where a source was found, if not at its publisher: 'copy' or 'mailing list'.

    Examples
    --------
    >>> from ca_research import registry
    >>> [kind_of_copy(registry.sources()[s]) for s in ("DATASETS_GDP", "E1_GILMAN_1997", "P023")]
    ['copy', 'mailing list', '']
    """
    if not source.found_in:
        return ""
    return "mailing list" if _LISTS.search(source.found_in) else "copy"
