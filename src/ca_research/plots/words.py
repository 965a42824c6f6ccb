"""Codes, source ids and numbers in the words of a reader. What is stored (CSV, rules, registry)
keeps its codes.
"""

from __future__ import annotations

import re

import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.remember import by_files

_SHORT = {"EU27": "EU", "EU": "EU", "CA5": "the five", "WLD": "world"}
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+")
_ECONOMY = re.compile(r"\b([A-Z]{3}|EU27)(?=:| [\d+\u2212-])")
_SOURCE = re.compile(r"\b(?:P\d{3}[A-Z]?|[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b")
_SHARE = re.compile(r"^([01](?:\.\d+)?)(?: to ([01](?:\.\d+)?))? share of (\w)")
_ALONE = re.compile(r"[A-Z]{3}")
_MINUS = re.compile(r"(?<![\w.,)-])-(?=\d)")

_AXES = {
    "hong_kong": "Hong Kong",
    "uis": "UNESCO's totals",
    "single": "left out",
    "texts": "texts left out",
    "country": "economy left out",
    "dimension": "field left out",
}
_VALUES = {
    ("texts", "all"): "none",
    ("single", "source_in_favour"): "a source in favour",
    ("single", "source_against"): "a source against",
    ("single", "source"): "any one source",
    ("interval", "welch"): "Welch's t",
    ("interval", "years"): "of two years",
    ("source", "WTO_HSM"): "WTO alone, to 2018",
    ("source", "joined"): "two compilations joined",
    ("scale", "log"): "logarithms",
    ("scale", "level"): "dollars",
    ("uis", "uis_outbound_peijin"): "older edition",
    ("uis", "uis_api_nemuulen_outbound"): "edition of the API",
    ("window", "whole"): "all years",
    ("statistic", "sen_slope"): "Sen's slope",
    ("statistic", "log_slope"): "slope of logs",
    ("strength", "any"): "commentary as well",
    ("strength", "documents"): "without commentary",
    ("strength", "primary"): "officials' own texts",
    ("hong_kong", "with_china"): "with China",
    ("span", "3"): "3 years",
    ("span", "4"): "4 years",
    ("span", "5"): "5 years",
    ("margin", "5"): "5 points",
    ("margin", "10"): "10 points",
    ("margin", "20"): "20 points",
    ("floor", "100000"): "0.1 m USD",
    ("floor", "1000000"): "1 m USD",
    ("floor", "10000000"): "10 m USD",
}
_PLAIN = {
    "newest-1": "the year before",
    "newest-2": "two years before",
    "ppml": "Poisson (PPML)",
    "ols": "least squares of logs",
    "did2s": "two-stage",
    "saturated": "saturated cohorts",
    "ets": "exponential smoothing",
    "ets_damped": "damped smoothing",
    "arima": "ARIMA",
    "own_else_partners": "own, else partners'",
    "oda_grants": "ODA grants",
    "synthetic_demeaned": "synthetic, demeaned",
    "drift": "random walk with drift",
    "hs_partners": "partners' imports (HS)",
    "sitc_matrix": "exports by SITC section",
    "reporter": "own report",
    "mirror": "partners' reports",
    "interval": "range of both",
}


def party(code: str) -> str:
    """Name of an economy or aggregate, short enough to stand beside a mark."""
    return _SHORT.get(code) or eco.name_of(code)


def leader_words(leaders: pd.DataFrame) -> str:
    """Who leads on each basis, for a picture's text: 'Kazakhstan, own report 2023: EU; ...', or
    that ranges overlap.

    leaders: as from `trade.leaders`.
    """
    said = []
    for row in leaders.itertuples():
        who = (
            party(row.leader)
            if row.leader
            else f"{' or '.join(map(party, row.contenders))}, whose ranges overlap"
        )
        absent = " and ".join(map(party, row.unobserved))
        of_others = f" ({absent} not observed)" if absent else ""
        said.append(
            f"{eco.name_of(row.economy)}, {value_words(row.basis)} {row.year}: {who}{of_others}"
        )
    return "; ".join(said)


@by_files("sources.csv")
def source_name(source_id: str) -> str:
    """Publisher and year of a source of the registry; its id, spaced, where no publisher is known;
    '' for no source.
    """
    source = registry.sources().get(source_id)
    if source is None:
        return ""
    year = (source.published or "")[:4]
    if not source.publisher:
        return source_id.replace("_", " ")
    name = re.split(r"[;,(]", source.publisher)[0].strip()
    return name if not year or year in name else f"{name}, {year}"


def axis_words(axis: str) -> str:
    """Name of an axis of a grid."""
    return _AXES.get(axis, axis.replace("_", " "))


def value_words(value: object, axis: str = "") -> str:
    """A choice of a grid, or any code of the project, in words: sources by publisher and year,
    economies by name.
    """
    text = str(value)
    if (axis, text) in _VALUES:
        return _VALUES[axis, text]
    if axis in ("version", "wave", "end") and text == "newest-1":
        return "the one before"
    if text in _PLAIN and not (axis == "interval" and text == "interval"):
        return _PLAIN[text]
    if named := source_name(text):
        return named
    if re.fullmatch(r"[A-Z]{3}|EU27|CA5", text):
        return eco.name_of(text)
    return text.replace("_", " ")


def row_words(frame: pd.DataFrame, template: str, *, between: str = "; ") -> str:
    """Each row of a frame in the words of a template, for a title or the text of a picture.

    Parameters
    ----------
    frame
        One row is one part of the text; codes of economies are put in words.
    template
        As for `str.format`, with columns as names: `"{economy} {year}: {share:.1f} %"`.
    between
        What stands between two rows.

    Examples
    --------
    >>> row_words(pd.DataFrame({"economy": ["KAZ", "UZB"], "km": [1782.8, 0]}), "{economy} {km:,.0f}")
    'Kazakhstan 1,783; Uzbekistan 0'
    """
    rows = (
        {
            k: value_words(v) if isinstance(v, str) and _ALONE.fullmatch(v) else v
            for k, v in r.items()
        }
        for r in frame.to_dict("records")
    )
    return between.join(template.format(**row) for row in rows)


def cell_words(column: str, value: str) -> str:
    """A text cell of a table: source ids by publisher, a code that fills the cell in words,
    economies before a number by name.

    Prose is left as it is, but for a true minus before numbers.
    """
    if column in ("source", "sources"):
        names = [source_name(part) for part in re.split(r"[ ;,]+", value)]
        return "; ".join(dict.fromkeys(names)) if all(names) else value
    if value in eco.codes() or _ALONE.fullmatch(value):
        return party(value)
    if column == "origin":
        return value.replace("_", " ")
    if value in _PLAIN or _CODE.fullmatch(value):
        return value_words(value)
    value = _SHARE.sub(
        lambda m: f"{_percent(m[1])}{f' to {_percent(m[2])}' if m[2] else ''} % of {m[3]}", value
    )
    text = _SOURCE.sub(lambda m: source_name(m[0]).replace(", ", " ") or m[0], value)
    return _MINUS.sub("\u2212", _ECONOMY.sub(lambda m: party(m[1]), text))


def _percent(number: str) -> str:
    return f"{100 * float(number):.0f}"


def signed(value: float, digits: int = 0) -> str:
    """A number with thousands apart and a true minus."""
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\u2212")
