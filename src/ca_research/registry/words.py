"""Codes in the words of a reader (`FILES` of the registry); what is stored keeps its codes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from ..ground import economies as eco
from ..ground import paths
from ..ground.numbers import minus_in_prose
from ..ground.periods import date_in_words
from ..ground.remember import by_files
from . import sources
from .base import Model, read_yaml
from .choices import GridAxis, canonical
from .tables import Source

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+")
_ECONOMY = re.compile(r"\b([A-Z]{3}|EU27)(?=:| [\d+\u2212-])")
_SOURCE = re.compile(r"\b(?:P\d{3}[A-Z]?|[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b")
_ATTRIBUTE = re.compile(r"([a-z][a-z0-9_]*):([A-Z]{3}|EU27)")
_PAIR = re.compile(r"([A-Z]{3})-([A-Z]{3}|EU27)")
_IN_PROSE = re.compile(r"(?:(?<=in )|(?<=and )|(?<=, )|(?<=through ))[A-Z]{3}\b|\b[A-Z]{3}(?=,)")
"""A code that stands for a country in a sentence, and not for a firm's name."""
_PREFIX = re.compile(r"^[A-Z]{2}\.(?=[a-z_]+$)")
"""Of a provider, before the name of a series of its: 'EI.gas_consumption'."""
_DAYS = re.compile(r"\d{4}-\d\d-\d\d(?:/\d{4}-\d\d-\d\d)?")
_CODES = re.compile(r"\b(?:[A-Z]{3}|EU27)\b")
_PERCENT = re.compile(r"(?<=\d) %")


class Words(Model):
    """Words for codes: `short` names of parties, `axes` of grids, `values` of one axis, `codes`
    wherever they stand, `measures` of tables, `pollsters` that begin the name of one, the
    `concepts` under which measures of investment stand, heads of `columns`, their `units` in what
    measures give, `cells`: codes of one column alone, and how a flow, or a table by
    `counterparts`, speaks of these: near whom it is, what it did, who they are.
    """

    short: dict[str, str] = {}
    axes: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    codes: dict[str, str] = {}
    measures: dict[str, str] = {}
    pollsters: dict[str, str] = {}
    concepts: dict[str, tuple[str, ...]] = {}
    columns: dict[str, str] = {}
    units: dict[str, dict[str, str]] = {}
    cells: dict[str, dict[str, str]] = {}
    counterparts: dict[str, tuple[str, str, str]] = {}


FILES = ("words.yaml", "words_of_tables.yaml", "article/words.yaml")
"""Words that any project needs, those of the built-in tables, those of the article."""


@by_files(*FILES)
def words() -> Words:
    """The words of the project, of all its files; none where it has no such file."""
    vocabulary: dict[str, dict[str, Any]] = {}
    for file in filter(Path.is_file, map(paths.registry_dir().joinpath, FILES)):
        for section, known in read_yaml(file, Words):
            vocabulary.setdefault(section, {}).update(known)
    return Words.model_validate(vocabulary)


def party(code: str) -> str:
    """Name of an economy or aggregate, short enough to stand beside a mark."""
    return words().short.get(code) or eco.name_of(code)


@by_files("sources.csv", added=True)
def source_name(source_id: str) -> str:
    """Publisher and year of a source of the registry; its id, spaced, where no publisher is known;
    '' for no source.
    """
    source = sources().get(source_id)
    if source is None:
        return ""
    name, year = publisher(source), (source.published or "")[:4]
    dated = name if not name or year in name else f"{name}, {year}"
    return marked(source, dated or source_id.replace("_", " "))


def marked(source: Source, words: str) -> str:
    """Words for a source, which say of invented figures that they are invented."""
    return f"{words} (invented)" if source.invented else words


def publisher(source: Source) -> str:
    """The publisher of a source, without what belongs to it."""
    return re.split(r"[;,(]", source.publisher or "")[0].strip()


def axis_words(axis: GridAxis | str) -> str:
    """Name of an axis of a grid: its label in the claim file, else the words of the project."""
    name = axis if isinstance(axis, str) else axis.name
    label = "" if isinstance(axis, str) else axis.label
    return label or words().axes.get(name, name.replace("_", " "))


def value_words(value: object, axis: str = "") -> str:
    """A choice of a grid, or any code of the project, in words: sources by publisher and year,
    economies by name.
    """
    text, known = canonical(value), words()
    if wording := known.values.get(axis, {}).get(text) or known.codes.get(text):
        return wording
    if named := source_name(text):
        return named
    if re.fullmatch(r"[A-Z]{3}|EU27|CA5", text):
        return eco.name_of(text)
    return text.replace("_", " ")


def choice_words(axis: GridAxis, value: object) -> str:
    """A choice of a claim's grid in words: its label in the claim file, else as `value_words`."""
    return axis.label_of(value) or value_words(value, axis.name)


def measure_name(code: str) -> str:
    """A measure of table `investment`, `opinion` or `culture` in words.

    Parameters
    ----------
    code : str
        As the table has it.

    Returns
    -------
    str
        Pollsters by name, underscores never.

    Examples
    --------
    >>> measure_name("fdi_stock"), measure_name("gallup_approval")
    ('direct investment, stock', 'Gallup: approval')
    """
    known = words()
    if code in known.measures:
        return known.measures[code]
    first, _, rest = code.partition("_")
    if first in known.pollsters:
        return f"{known.pollsters[first]}: {rest.replace('_', ' ')}"
    return code.replace("_", " ")


def measure_group(code: str) -> str:
    """The concept of a measure of table `investment`.

    Figures of two concepts are never put in one column.

    Parameters
    ----------
    code : str
        As the table has it.

    Returns
    -------
    str
        In words; 'Other figures' for one that the register does not name.

    Examples
    --------
    >>> measure_group("fdi_stock")
    'Stocks at the end of a year'
    """
    concepts = words().concepts.items()
    return next((concept for concept, codes in concepts if code in codes), "Other figures")


def column_words(name: str) -> str:
    """The head of a column as a reader should see it; files keep the names of the field.

    Parameters
    ----------
    name : str
        As a table, a measure or a grid has it.

    Returns
    -------
    str
        Economies by name; without underscores where the register has no words for it.

    Examples
    --------
    >>> column_words("value_usd"), column_words("best_rank"), column_words("CHN")
    ('value (US dollars)', 'best rank', 'China')
    """
    if name in eco.codes():
        return party(name)
    known, key = words(), name.replace(" ", "_")
    return known.columns.get(key) or known.codes.get(key) or name.replace("_", " ")


def unit_words(measure: str) -> dict[str, str]:
    """Units of the columns that a measure may give, first of what its picture shows."""
    units = words().units
    return units.get(measure, {}) | {
        c: unit for c, unit in units.get("any", {}).items() if c not in units.get(measure, {})
    }


def cell_words(column: str, value: str) -> str:
    """A text cell of a table: source ids by publisher, a code that fills the cell in words,
    economies before a number by name.

    Prose is left as it is, but for a true minus before numbers.
    """
    known = words().cells.get(column, {})
    if wording := known.get(value):
        return wording
    if column == "product" and value.isdigit() and (chapter := known.get(value[:2])):
        return f"{value} ({chapter})"  # a heading or a subheading of it
    if column == "measure":
        return measure_name(value)
    if column == "indicator":
        value = _PREFIX.sub("", value)
    dated = column in ("date", "period", "bounded_by") and not _CODE.fullmatch(value)
    if dated or _DAYS.fullmatch(value):  # a code: the name of a choice, like which period
        return date_in_words(value)
    if column in ("source", "sources", "edition", "bound_source_id"):
        names = [_source_label(part) for part in re.split(r"[ ;,]+", value)]
        return "; ".join(dict.fromkeys(names)) if all(names) else value
    if value in eco.codes():
        return party(value)
    if column in ("origin", "origin_group"):
        return _origin_words(value)
    if value in words().codes or _CODE.fullmatch(value):
        return _named(value_words(value))
    if (of := _ATTRIBUTE.fullmatch(value)) and of[2] in eco.codes():
        return f"{value_words(of[1])}: {party(of[2])}"
    if (pair := _PAIR.fullmatch(value)) and set(pair.groups()) <= eco.codes():
        return " and ".join(map(party, pair.groups()))
    if len(parts := re.split(r"[ ;]+", value)) > 1 and set(parts[1:]) <= eco.codes():
        first, *rest = map(_named, parts)
        joint = ", " if parts[0] in eco.codes() else ": "  # 'exports KAZ KGZ': of what, and whose
        return f"{first}{joint}{', '.join(rest)}"
    if (first := value.partition(" ")[0]) in eco.codes():
        value = party(first) + value.removeprefix(first)
    value = _PERCENT.sub("%", value)
    text = _SOURCE.sub(lambda m: source_name(m[0]).replace(", ", " ") or m[0], value)
    text = _ECONOMY.sub(lambda m: party(m[1]), text)
    return minus_in_prose(_named(text, _IN_PROSE))


def _named(text: str, codes: re.Pattern[str] = _CODES) -> str:
    """A text with the codes of economies by name."""
    return codes.sub(lambda m: party(m[0]) if m[0] in eco.codes() else m[0], text)


def _source_label(source_id: str) -> str:
    """A source by publisher and year, or by its title; '' for no source."""
    source = sources().get(source_id)
    if source and not source.publisher:
        return marked(source, source.title)
    return source_name(source_id)


@by_files("sources.csv", added=True)
def _publishers() -> dict[str, str]:
    """The publisher of each origin of the register, of several the one that most sources name."""
    counts: dict[str, Counter[str]] = {}
    for source in sources().values():
        if source.publisher:
            counts.setdefault(source.origin_group, Counter())[publisher(source)] += 1
    return {origin: names.most_common(1)[0][0] for origin, names in counts.items()}


def _origin_words(value: str) -> str:
    """An origin of documents: a source by its publisher, an origin of several by theirs, and one
    that is named after a party by the party's name, 'Uzbekistan: trial 2005' for UZB_TRIAL_2005.
    """
    if named := _source_label(value) or _publishers().get(value):
        return named
    first, _, rest = value.partition("_")
    if not rest or (first := first.upper()) not in eco.codes():
        return _named(value.replace("_", " "))
    kept = (w if len(w) < 4 or not w.isupper() else w.capitalize() for w in rest.split("_"))
    return f"{party(first)}: {_named(' '.join(kept))}"
