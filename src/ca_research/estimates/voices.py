"""What the sources of any table answer to a question: the floor under the generic measures.

Which column says whose figure it is, with whom, when, how much and in what terms stands in the
registry (`role` of a column). A source that lists the counterparts of a unit is one *voice*:
figures are compared within a voice, and voices that disagree leave a range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from operator import itemgetter
from typing import Any, Literal

import pandas as pd

from .. import registry
from ..ground import economies as eco
from ..ground.arguments import whole_number
from ..ground.errors import RegistryError, UsageError, known_name
from ..ground.numbers import percent
from ..ground.periods import years_back
from ..stats.contract import one_figure_per_cell
from ..stats.frames import (
    alike,
    figures,
    own_groups,
    refuse_labels,
    require,
    years,
)
from ..tables.levels import of_level
from ..tables.preference import OWN_REPORTS, of_role, ranked
from .frame import estimate_row
from .series import between, omit, pick, with_every

SOURCES = ("preferred", "every")
"""The source that speaks for its reporter, or each of them; a source may also be named by its
id.
"""


@dataclass(frozen=True)
class Terms:
    """What a generic measure asks of a table.

    Attributes
    ----------
    table : str
        A table of the registry.
    where : mapping of str to str
        Values that columns must have; a column with '' is left to the figures, which then must
        agree.
    part : str
        A column over whose values a figure is the sum, for example the direction of trade; '' for
        none.
    parts : sequence of str
        Those values.
    source : str
        'preferred', 'every' or the id of a source.
    roles : sequence of str, optional
        Roles of the sources that take part; None for every source.
    each_speaks : bool
        Whether each counterpart reports its own figure, and not the unit those of all.
    mirrored : bool
        Whether the counterparts stand in the column of the unit, and the unit in theirs.
    listed : int
        The least number of counterparts that a voice must list to be ranked or shared out.
    bloc : str
        What a bloc's figure is: 'listed', the one that a source gives of it, or 'members', the sum
        of those who were its members in the year; several codes joined by ';' are added likewise.
    over : str
        A column whose codes are counted and compared in the place of counterparts, such as
        product; '' for none.
    level : int or str
        The level of those codes, where they have levels.
    for_each : str
        A column that each figure is divided by, such as quantity; '' for none. Such figures are
        not added up.
    per : mapping, optional
        The figures of a second table that those of a unit and year are divided by: its `table`,
        `where`, `part`, `parts`, `source` and `roles` as here, and the `counterpart` that they are
        of, if any.
    lacking : str
        The reason where no source answers; without one it says what was looked for.
    """

    table: str
    where: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    parts: Sequence[str] = ()
    source: str = "preferred"
    roles: Sequence[str] | None = OWN_REPORTS
    each_speaks: bool = False
    mirrored: bool = False
    listed: int = 1
    bloc: Literal["listed", "members"] = "listed"
    over: str = ""
    level: int | str = ""
    for_each: str = ""
    per: Mapping[str, Any] | None = None
    lacking: str = ""

    def members(self, name: str, year: int) -> Sequence[str]:
        """Those whose figures add up to that of a counterpart: itself, or who belongs to it."""
        if self.bloc == "members" and name in eco.AGGREGATES:
            return eco.members(name, year) or [name]
        return name.split(";")

    def column(self, role: str) -> str:
        """The column that has a role; '' where the table has none."""
        if self.mirrored:
            role = {"unit": "counterpart", "counterpart": "unit"}.get(role, role)
        if self.over and role == "counterpart":
            return self.over
        return next(iter(self.columns(role)), "")

    def columns(self, role: str) -> list[str]:
        return [n for n, c in registry.table(self.table).columns.items() if c.role == role]


@dataclass(frozen=True)
class Voice:
    """Figures that may be compared: one for each counterpart, year and part. A group is among them
    if it is asked about, in the place of its members.
    """

    rows: pd.DataFrame
    parts: int

    def listed(self, year: int) -> pd.Series:
        """What is known of every counterpart in a year: of one without all parts, a floor."""
        return pick(self.rows, year=year).groupby("other")["amount"].sum()

    def floors(self, year: int) -> pd.Series:
        """Those of `listed` without all parts, of which the figure may be more."""
        listed = self.listed(year)
        parts = pick(self.rows, year=year)["other"].value_counts()
        return listed[parts.reindex(listed.index) < self.parts]

    def answers(self, of: Sequence[str], years: Sequence[int], least: int) -> bool:
        """Whether all parts of those asked about are there in all years and, where others are
        listed too (`least`), so many of them, with a figure of each part.
        """
        told = self.rows.groupby(["other", "year"])["part"].nunique()
        known = all(told.get((code, year)) == self.parts for code in of for year in years)
        if not (known and least):
            return known
        parts = self.rows.groupby("year")["part"].nunique().reindex(years)
        return bool((parts == self.parts).all()) and told.groupby("year").size().min() >= least


Answer = Callable[[Voice, int], float | None]


@dataclass(frozen=True)
class Question:
    """What is asked of every voice.

    Attributes
    ----------
    of : sequence of str
        Counterparts whose figures must be there, the first being the one asked about.
    answer : callable
        The number that a voice gives in a year; None where it cannot be computed.
    spans : callable
        The years whose figures are needed for an answer in a year, apart for each end.
    compares : bool
        Whether all counterparts that are listed are needed, and not only those of `of`.
    base : int, optional
        The year compared with, if any.
    most : callable, optional
        The most that it could be with the parts that a voice does not tell, where `answer` is the
        least.
    in_unit : bool
        Whether the answer is in the terms of the figures, which all voices then must share.
    """

    of: Sequence[str]
    answer: Answer
    spans: Callable[[int], Sequence[Sequence[int]]] = lambda year: ((year,),)
    compares: bool = False
    base: int | None = None
    most: Callable[[Voice, int], float] | None = None
    in_unit: bool = False


def answers(
    frame: pd.DataFrame,
    base: pd.DataFrame | None,
    terms: Terms,
    economies: Sequence[str],
    year: str | int,
    question: Question,
) -> list[dict[str, Any]]:
    """Rows of estimates: what the voices answer for each unit in one year.

    Parameters
    ----------
    frame : DataFrame
        Like the table of `terms`.
    base : DataFrame, optional
        Like the table that `terms` divide by.
    economies : sequence of str
        Units, by code or name; of a table without units there is one row of none.
    year : str or int
        'newest' (for each unit the newest in which a voice can answer), 'newest-1' (the one before
        it) and so on, or a year.
    question : Question
        What is asked.

    Raises
    ------
    MixedUnitsError
        Figures in unlike terms would be compared.
    UsageError
        A figure stands twice, `year` is none, or the frame names in words who is looked for by a
        code.
    """
    year = year if isinstance(year, str) else whole_number("year", year)
    figures = _figures(frame, terms)
    if terms.per:
        over = require(base, ())
        figures = _quotients(figures, over, len(frame), **terms.per)
        frame = pd.concat([frame, over], ignore_index=True)
    units = eco.resolve_all(economies) if terms.column("unit") else [""]
    return [_row(frame, pick(figures, unit=u), terms, u, year, question) for u in units]


def _row(
    frame: pd.DataFrame,
    figures: pd.DataFrame,
    terms: Terms,
    unit: str,
    year: str | int,
    question: Question,
) -> dict[str, Any]:
    figures, lacking = _added(figures, terms, question)
    back = years_back(year) if isinstance(year, str) else 0
    known = sorted({*figures["year"]}, reverse=True) if isinstance(year, str) else [year]
    if question.base is not None:  # a year is not compared with itself
        known = [at for at in known if at > question.base]
    figures_of = [part for _, part in figures.groupby("divisor")] if terms.per else [figures]
    able = (
        (at, [v for own in figures_of for v in _voices(own, terms, question, question.spans(at))])
        for at in known
    )
    at, voices = next(islice(filter(itemgetter(1), able), back, None), (0, []))
    if not voices:
        for role, codes in (("unit", [unit]), ("counterpart", question.of)):
            if named := terms.column(role):
                labels = eco.named(frame[named].unique())
                refuse_labels([n for n in labels if labels[n] in codes], named, codes)
        return estimate_row(economy=unit, missing=_absent(terms, unit, year, question) + lacking)
    if question.in_unit:
        _refuse_unlike(pd.concat([voice.rows for voice in voices]), ["part"])
    answered = [(v, a) for v in voices if (a := question.answer(v, at)) is not None]
    if not answered:
        return estimate_row(economy=unit, missing=f"a figure to divide by is zero or less in {at}")
    values = [answer for _, answer in answered]
    most = [question.most(voice, at) for voice in voices] if question.most else values
    figure = between(min(values), max(most))
    if "estimate" in figure and len(voices) == 1 and question.compares:
        listed = voices[0].listed(at)
        left_out = _left_out(figures, voices[0], at, question)
        figure["about"] = {"listed": str(len(listed)), "left_out": left_out}
    elif min(values) == max(values):
        figure["interval"] = "bounds from what is not reported" if "low" in figure else ""
    rows = pd.concat([voice.rows for voice, _ in answered])
    used = frame.iloc[sorted({*rows.index, *(rows["divisors"].explode() if terms.per else ())})]
    return estimate_row(used, economy=unit, **figure)


def _left_out(figures: pd.DataFrame, voice: Voice, year: int, question: Question) -> str:
    """Counterparts that are no economies, which the source of a voice lists beside those it
    compares, with their size: 'Other Asia (12% of what is compared)'.
    """
    rest = set(eco.RESIDUALS).difference(question.of)
    apart = pick(figures, year=year, other=rest, source=set(voice.rows["source"]))
    sizes = apart.groupby("other")["amount"].sum() / voice.listed(year).sum()
    return eco.joined(
        f"“{eco.name_of(code)}” ({percent(size)} of what is compared)"
        for code, size in sizes.items()
    )


def _quotients(
    figures: pd.DataFrame, base: pd.DataFrame, start: int, counterpart: str = "", **terms: Any
) -> pd.DataFrame:
    """Figures over what each source of another table has of their unit and year: `divisor` is that
    source, the preferred one of the unit alone if `terms` say so, and `divisors` are the places of
    its rows, counted from `start`. Over nothing, or less, there is none.
    """
    per = Terms(**terms)
    wholes = pick(_figures(base, per), other=counterpart)
    _refuse_unlike(wholes, ["unit", "part", "source"])
    one_figure_per_cell(wholes, ["unit", "year", "part", "source"])
    if per.source == "preferred":
        order = wholes["source"].map(_order(wholes, per).index)
        wholes = wholes[order == order.groupby(wholes["unit"]).transform("min")]
    wholes = wholes.assign(place=wholes.index + start, divisor=wholes["source"])
    sums = wholes.groupby(["unit", "year", "divisor"], as_index=False).agg(
        whole=("amount", "sum"), known=("part", "size"), divisors=("place", tuple)
    )
    sums = sums[(sums["known"] == max(1, len(per.parts))) & (sums["whole"] > 0)]
    both = figures.reset_index(names="place").merge(sums, on=["unit", "year"]).set_index("place")
    return both.assign(amount=both["amount"] / both["whole"])


def _added(figures: pd.DataFrame, terms: Terms, question: Question) -> tuple[pd.DataFrame, str]:
    """Figures in which the members of a bloc stand under its name, of every source and year with
    all of them; and whom the newest of the others lacks.
    """
    lacking = ""
    for name in question.of:
        for year in sorted({*figures["year"]}):
            codes = {*terms.members(name, year)}
            if codes == {name}:
                continue
            of_year = figures["year"] == year
            mine = figures["other"].isin(codes) & of_year
            if not mine.any():
                continue
            if terms.each_speaks or terms.for_each:
                what = f"{name} would be added up from a figure that each of its members has"
                raise UsageError(what, hint="ask for one of them")
            bloc = with_every(figures[mine], ["source", "part"], other=codes).assign(other=name)
            if bloc.empty:
                absent = sorted(map(eco.name_of, codes.difference(figures[mine]["other"])))
                lacking = f"; {year} lacks {', '.join(absent)}"
            counted = figures["other"].eq(name) & of_year | (mine & question.compares)
            figures = pd.concat([figures[~counted], bloc])  # none counts twice
    return figures, lacking


def _absent(terms: Terms, unit: str, year: str | int, question: Question) -> str:
    """Why there is no figure: what was looked for."""
    if terms.lacking:
        return terms.lacking
    named = [*filter(None, question.of)] or terms.parts
    of = f" of {' and '.join(map(eco.name_of, named))}" if named else ""
    whose = f" for {eco.name_of(unit)}" if unit else ""
    base = f" and {question.base}" if question.base else ""
    least = f" among {terms.listed} or more" if question.compares else ""
    table = ", ".join([terms.table, *filter(None, terms.where.values())])
    table += f"; over table {terms.per['table']}" if terms.per else ""
    chosen = f"(table {table}; source {terms.source})"
    return f"no figure{of}{whose} in {year}{base}{least} {chosen}"


def _figures(frame: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The rows that `terms` choose, by their place in the frame and under one set of names: unit,
    other, year, part, amount, source, terms.
    """
    time, value, unit, other = map(terms.column, ("time", "value", "unit", "counterpart"))
    if not (time and value):
        where = f"registry/tables/{terms.table}.yaml"
        hint = "say which of its columns it is: {..., role: value}"
        raise RegistryError("no column of role time, or value", where=where, hint=hint)
    sides = [name for name in (unit, other) if name]
    table = registry.table(terms.table)
    spec = table.columns
    wanted: dict[str, Any] = {name: word for name, word in terms.where.items() if word}
    for name, word in wanted.items():
        if known := spec[name].values:
            known_name(f"{name} of table {terms.table}", word, known)
    absent = {name for name, c in spec.items() if c.nullable} - {*frame}
    basis = sorted({*terms.columns("basis"), *terms.where} - wanted.keys() - absent)
    if terms.part:  # what is exported is the import of those who report it
        there = {"export": "import", "import": "export"} if terms.mirrored else {}
        wanted[terms.part] = [there.get(part, part) for part in terms.parts]
    divisor = [terms.for_each] if terms.for_each else []
    rows = require(frame, [time, value, "source_id", *sides, *wanted, *basis, *divisor])
    rows = rows.reset_index(drop=True)
    rows = pick(rows, source_id=_eligible(frame, terms), **wanted).dropna(subset=[value])
    for column in divisor:
        rows = rows[rows[column] > 0]
        rows = rows.assign(**{value: rows[value] / rows[column]})
    if terms.level:
        rows = pick(rows, **{other: of_level(table, terms.level, rows[other].unique())})
    rows = rows[~own_groups(rows, [*sides, *terms.where]).to_numpy(bool)]
    if unit and other:  # nobody is a counterpart of their own
        rows = rows[rows[unit].to_numpy(object) != rows[other].to_numpy(object)]
    if other and spec[other].type == "economy":
        refuse_labels(rows[other].unique(), other, single=True)
    years(rows, time, text=True)
    figures(rows, value, negative=True)
    columns = {"unit": unit, "other": other, "member": other, "part": terms.part}
    named = {name: rows[column] if column else "" for name, column in columns.items()}
    # what is of no year is older than all else
    named |= {"year": pd.to_numeric(rows[time]).fillna(0).astype(int)}
    named |= {"amount": rows[value].astype(float)}
    named |= {f"{name}{_TERMS}": rows[name] for name in basis}
    return pd.DataFrame(named | {"source": rows["source_id"]}, rows.index)


_TERMS = " of figures"
"""How columns end in which figures that are compared must agree."""


def _refuse_unlike(figures: pd.DataFrame, within: Sequence[str]) -> None:
    """Raise MixedUnitsError where figures that would be compared are in unlike terms."""
    alike(figures, (name for name in figures if name.endswith(_TERMS)), within)


def _eligible(frame: pd.DataFrame, terms: Terms) -> set[str]:
    """Sources that may speak."""
    sources = {*frame["source_id"].unique()}
    if terms.source not in SOURCES:
        known_name("source", terms.source, [*SOURCES, *registry.sources()])
        return sources & {terms.source}
    return sources if terms.roles is None else of_role(sources, *terms.roles)


def _order(figures: pd.DataFrame, terms: Terms) -> list[str]:
    """Sources, the preferred one first; without a preference by name."""
    sources = figures["source"].unique()
    if terms.source == "preferred":
        return ranked(sources, terms.roles or OWN_REPORTS)
    return sorted(sources)


def _voices(
    figures: pd.DataFrame, terms: Terms, question: Question, spans: Sequence[Sequence[int]]
) -> Iterator[Voice]:
    """Those voices that can answer: the preferred one alone, or every one."""
    years = sorted({y for span in spans for y in span})
    needed = pick(figures, year=years)
    there = set(zip(needed["other"], needed["year"], strict=True))
    if needed.empty or not all((c, y) in there for c in question.of for y in years):
        return
    cell = ["unit", "other", "member", "year", "part", "source"]
    _refuse_unlike(needed, cell)
    one_figure_per_cell(needed, cell)
    if question.compares:
        needed = omit(needed, other={*eco.AGGREGATES}.difference(question.of))
    else:
        needed = pick(needed, other=question.of)
    if terms.each_speaks:
        parts = _each_for_itself(needed, terms, question, spans)
    else:
        parts = (pick(needed, source=source) for source in _order(needed, terms))
    for rows in parts:
        voice = Voice(rows, max(1, len(terms.parts)))
        if voice.answers(question.of, years, max(terms.listed, 1) if question.compares else 0):
            _refuse_unlike(rows, ["part"])
            yield voice
            if terms.source == "preferred":
                return


def _each_for_itself(
    figures: pd.DataFrame, terms: Terms, question: Question, spans: Sequence[Sequence[int]]
) -> Iterator[pd.DataFrame]:
    """Each source of those asked about, beside what the others say of themselves.

    Of others the preferred source is taken, or at each end the least and then the greatest report,
    so that the range covers all of them.
    """
    others = omit(figures, other=question.of)
    if terms.source == "preferred":
        order = _order(figures, terms)
        backgrounds = [_first(others, others["source"].map(order.index))]
    else:
        ends = [
            [_first(part, sign * part["amount"]) for sign in (1, -1)]
            for part in (pick(others, year=span) for span in spans)
        ]
        backgrounds = [pd.concat(parts) for parts in product(*ends)]
    speakers = []
    for code in question.of:
        reports = pick(figures, other=code)
        speakers.append([pick(reports, source=source) for source in _order(reports, terms)])
    for *chosen, background in product(*speakers, backgrounds):
        yield pd.concat([*chosen, background])


def _first(figures: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """The first figure of each counterpart, year and part."""
    ordered = figures.loc[by.sort_values(kind="stable").index]
    return ordered.drop_duplicates(["other", "year", "part"])
