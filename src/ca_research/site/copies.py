"""Where a reader finds a source: the publisher's own page, and the copy that was read."""

from __future__ import annotations

import re
from typing import NamedTuple

from .. import registry
from ..ground.periods import date_in_words

_REPOSITORY = re.compile(r"^github:\s*([\w.-]+/[\w.-]*\w)")
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_WEB = re.compile(r"^https?://(?:www\.)?([\w.-]+)\S*$")


class Copy(NamedTuple):
    """The copy that a source was read from: words, and its address where it has one."""

    words: str
    address: str


def copy_read(source: registry.Source) -> Copy | None:
    """The copy that a source was read from; None where the original was read or nothing is known.

    Examples
    --------
    >>> from ca_research import registry
    >>> copy_read(registry.sources()["DATASETS_GDP"])
    Copy(words='datasets/gdp on GitHub', address='https://github.com/datasets/gdp')
    """
    if not source.found_in:
        return None
    if found := _REPOSITORY.match(source.found_in):
        return Copy(f"{found[1]} on GitHub", f"https://github.com/{found[1]}")
    if found := _WEB.match(source.found_in):
        return Copy(found[1], source.found_in)
    return Copy(_DAY.sub(lambda day: date_in_words(day[0]), source.found_in), "")


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


def when_known(source: registry.Source) -> str:
    """When the figures of a source are taken to have been known, in words."""
    if source.release_basis == "stated":
        return f"Published {date_in_words(source.published or '')}."
    days, reason = source.release_lag_days, source.release_reason or ""
    after = f"{days} days after the end of the year" if days else "with the year"
    how = "by the publisher's calendar" if source.release_basis == "calendar" else "assumed"
    return f"Taken as known {after} ({how}): {reason}."
