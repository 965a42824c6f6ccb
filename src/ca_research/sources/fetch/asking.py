"""What a user asks a provider for, and what its modules make of it: requests, and answers read as
far as is needed to know that they are whole and whether there is more.
"""

from __future__ import annotations

import codecs
import datetime as dt
import importlib
import io
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from ...ground import economies
from ...ground.arguments import several, year_span
from ...ground.errors import AnswerError, UsageError, known_name
from ...registry import Provider, explain, provider
from .transport import Request

Choice = dict[str, tuple[str, ...] | tuple[int, ...]]
"""What is asked for: codes of economies, words, and `year`, each without repetition."""

ECONOMIES = ("economy", "reporter", "partner", "origin", "destination")
_WORD = (r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,60}", "for example NY.GDP.MKTP.CD")
_YEAR = r"\d{4}"
_WORDS = {"product": (r"\d\d|TOTAL", "two digits of the HS, or TOTAL: --product 27")}
_WORDS |= dict.fromkeys(("year", "since", "until"), (_YEAR, "a year of figures, for example 2022"))


@dataclass(frozen=True)
class Found:
    """What an answer holds: rows of figures, the request for more, remarks of the publisher."""

    rows: int
    more: Request | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """How a provider is asked: a module of this folder has one.

    needs, takes: names of what must and may be chosen. requests: what to ask for a choice, with a
    key or without. read: what an answer holds; raises FetchError where it is none.
    """

    needs: tuple[str, ...]
    takes: tuple[str, ...]
    requests: Callable[[Choice, Provider, bool], list[Request]]
    read: Callable[[Request, bytes, Provider, bool], Found]


def asking(name: str) -> Asking:
    """How a provider is asked; raises UnknownNameError."""
    protocol: Asking = importlib.import_module(f".{provider(name).name}", __package__).ASKING
    return protocol


def choice(name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, in one form: lists of codes, words and years; `since`, `until` as said.

    Raises
    ------
    UsageError
        Something that the provider needs is not said, or it does not take what is.
    UnknownNameError
        An economy or a flow is none.

    Examples
    --------
    >>> choice("worldbank", {"indicator": "NY.GDP.MKTP.CD", "economy": "Kazakhstan", "since": 2000})
    {'indicator': ['NY.GDP.MKTP.CD'], 'economy': ['KAZ'], 'since': 2000}
    """
    how = asking(name)
    options = {k: v for k, v in request.items() if v not in (None, [], ())}
    allowed = sorted([*how.needs, *how.takes], key="year".__eq__)
    if "year" in allowed and "year" not in options:  # two ways to say it
        allowed += ["since", "until"]
    for option in options:
        known_name(f"option of {name}", option, allowed)
    there = {"year" if option == "since" else option for option in options}
    if lacking := [n for n in how.needs if n not in there]:
        raise UsageError(
            f"{name} has to be told: {', '.join(lacking)}",
            hint=" ".join(f"--{n} ..." for n in lacking),
        )
    return {k: _parsed_option(k, options[k]) for k in allowed if k in options}


def _parsed_option(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        return _parsed(name, value)
    words = [w for v in several(value) for w in (v.split(",") if isinstance(v, str) else [v])]
    return list(dict.fromkeys(_parsed(name, word) for word in words))


def _parsed(name: str, value: Any) -> Any:
    """A year, the code of an economy, or a word as it may stand in an address."""
    text = str(value).strip()
    if name in ECONOMIES:
        return economies.resolve(text)
    if name == "flow":
        return known_name(name, text, ("export", "import"))
    pattern, hint = _WORDS.get(name, _WORD)
    year = pattern == _YEAR and text.isdigit() and 1900 <= int(text) <= dt.date.today().year
    if not (year or (pattern != _YEAR and re.fullmatch(pattern, text))):
        raise UsageError(f"{name} cannot be {text!r}", hint=hint)
    return int(text) if year else text


def with_years(choice: Mapping[str, Any], today: dt.date) -> Choice:
    """A choice with each year of a span; until this year where no end is said.

    Examples
    --------
    >>> with_years({"economy": ["KAZ"], "since": 2024}, dt.date(2026, 1, 1))["year"]
    (2024, 2025, 2026)
    """
    chosen: Choice = {k: tuple(v) for k, v in choice.items() if k not in ("since", "until")}
    if "since" in choice or "until" in choice:
        first, last = year_span(choice.get("since", 1960), choice.get("until", today.year))
        chosen["year"] = tuple(range(first, last + 1))
    return chosen


def spans(years: Sequence[Any]) -> list[tuple[int, int] | None]:
    """Years as spans without gaps; None, for all years, where none is named.

    Examples
    --------
    >>> spans((2010, 2011, 2020)), spans(())
    ([(2010, 2011), (2020, 2020)], [None])
    """
    runs = itertools.groupby(enumerate(sorted(years)), key=lambda pair: pair[1] - pair[0])
    lists = [[year for _, year in run] for _, run in runs]
    return [(run[0], run[-1]) for run in lists] or [None]


def codes(chosen: Choice, name: str, known: Callable[[str], str | None], who: str) -> list[str]:
    """Economies as a provider writes them; raises UsageError for one that it has no code for."""
    provider_codes = []
    for one in chosen.get(name, ()):
        if (written := known(str(one))) is None:
            raise UsageError(
                f"{who} has no code for {economies.name_of(str(one))}", hint=f"another {name}"
            )
        provider_codes.append(written)
    return provider_codes


# --- answers


def parsed(body: bytes, service: Provider, form: Any) -> Any:
    """An answer in JSON, of a form; raises AnswerError for a web page, what is cut off, or another
    form.
    """
    try:
        return TypeAdapter(form).validate_json(body.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        broken = error.errors()[0]["type"] == "json_invalid"
        raise not_understood(service, _kind(body) if broken else explain(error)[:160]) from None


def csv_figures(body: bytes, service: Provider) -> int:
    """How many figures an answer in CSV has, in whole rows; raises AnswerError."""
    try:
        frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
        figures = ~frame["OBS_VALUE"].str.strip().isin(["", ":"])
    except (ValueError, KeyError):
        raise not_understood(service, _kind(body)) from None
    if frame.isna().any(axis=None):
        raise not_understood(service, "rows of unlike length: it is cut off or damaged")
    return int(figures.sum())


def _kind(body: bytes) -> str:
    begun = body.lstrip()[:1]
    if begun == b"<":
        return "a web page, or a message for programs, instead of figures"
    return "it is cut off or damaged" if begun else "it is empty"


def not_understood(service: Provider, why: str) -> AnswerError:
    return AnswerError(
        f"{service.publisher} gave no answer that can be read: {why}",
        where=service.address,
        hint="again later; nothing was changed",
    )


def cut(service: Provider, rows: int, hint: str) -> AnswerError:
    """As many rows as are given at most: more may have been left out."""
    return AnswerError(
        f"{service.publisher} gave {rows:,} rows, as many as it gives at once: some may be missing",
        where=service.address,
        hint=hint,
    )
