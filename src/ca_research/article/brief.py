"""What a brief on one economy says at its head: sentences made from frames, which name only what is
observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

from ..claims.slots import joined
from ..estimates.series import at_year, omit, pick
from ..ground import economies as eco
from ..ground.numbers import fixed, number, percent, small_percent
from ..ground.periods import date_in_words
from ..investment import debt_exposure, stock_years
from ..investment.debt import whole_accounts
from ..plots import row_words
from ..registry.words import (
    measure_group,
    measure_name,
    source_name,
    value_words,
    words,
)
from ..tables.preference import NO_REPORTS, of_role, preferred_rows
from ..trade.rank import BASES
from .first_partners import bound_words, newest, partners_of
from .settings import settings
from .trade_priority import SINCE

_OWN, _MIRROR, _RANGE = BASES
_SIDES = {_OWN: "own figures", _MIRROR: "partners' figures"}
_GROUPS = {"apart": "among single countries", "one": "with the EU as one"}


def in_dollars(usd: float) -> str:
    """An amount of US dollars in a sentence.

    Examples
    --------
    >>> in_dollars(9.64e9), in_dollars(97.4e6)
    ('9.6 billion dollars', '97 million dollars')
    """
    if usd >= 1e9:
        return f"{fixed(usd / 1e9, 1)} billion dollars"
    return f"{fixed(usd / 1e6)} million dollars"


def largest_partner(firsts: pd.DataFrame, economy: str) -> str:
    """Who trades most with an economy, in the newest year of its own figures and of its partners'.

    Parameters
    ----------
    firsts : pandas.DataFrame
        As from `first_partners.first_partners`.
    economy : str
        Its code.

    Returns
    -------
    str
        A sentence or two, on single countries and on the EU as one.
    """
    name, mine = eco.name_of(economy), firsts.query("economy == @economy")
    sentences: list[str] = []
    for (basis, side), (eu, group) in product(_SIDES.items(), _GROUPS.items()):
        for row in newest(mine, basis, eu).itertuples():
            if row.bounds and basis == _MIRROR:  # its own figures tell more than a bound
                sentences = sentences or [f"{bound_words(row)}."]
                continue
            whose = "Its" if sentences else f"{name}'s"
            whose = f"The shares that {name}'s agency states" if row.stated else f"{whose} {side}"
            first, behind = row.first, row.rival if row.first == "CHN" else "CHN"
            sentences.append(
                f"{whose} for {date_in_words(row.period)} put {eco.in_prose(first)} first {group}, "
                f"ahead of {eco.in_prose(behind)}."
            )
    none = "No figures show China and Russia side by side, so no first partner of "
    return " ".join(sentences) or f"{none}{name} is named here."


def drawn(firsts: pd.DataFrame) -> pd.DataFrame:
    """Trade with each partner, the EU as one, in the newest year of each basis, as of
    `first_partners.partners_of`.

    firsts: as from `first_partners.first_partners`, of one economy.
    """
    return partners_of(_exact_eu_rows(firsts).drop_duplicates("basis", keep="last"))


def _exact_eu_rows(firsts: pd.DataFrame) -> pd.DataFrame:
    """Rows on the EU as one without a bound, by year."""
    rows = firsts.query("eu == 'one' and not stated")
    return rows[rows["bounds"].map(len).eq(0)].sort_values("year", kind="stable")


def largest_drawn(firsts: pd.DataFrame) -> str:
    """'The largest partner, with the EU as one: China or Russia by own report (2023); ...'.

    firsts: as in `drawn`. Several names where ranges overlap. Shares that an agency states are told
    as well.
    """
    rows = pd.concat([_exact_eu_rows(firsts), firsts.query("eu == 'apart' and stated")])
    rows = rows.drop_duplicates(["basis", "stated"], keep="last")
    rows = rows.assign(
        names=[" or ".join(map(eco.in_prose, codes)) for codes in rows["contenders"]],
        by=rows["basis"].map(value_words),
        when=rows["period"].map(date_in_words),
        how=rows["stated"].map({True: ", stated shares of single countries", False: ""}),
    )
    ways = row_words(rows, "{names} by {by} ({when}{how})")
    return f"The largest partner, with the EU as one: {ways or 'none'}"


def places_then_and_now(firsts: pd.DataFrame) -> pd.DataFrame:
    """`drawn` by own report and by partners', with the first year as well."""
    rows = _exact_eu_rows(firsts[firsts["basis"] != _RANGE])
    ends = [rows.drop_duplicates("basis", keep=which) for which in ("first", "last")]
    return partners_of(pd.concat(ends).drop_duplicates(["basis", "year"]))


def partner_reports(trade: pd.DataFrame, economy: str, *, since: int = SINCE) -> pd.DataFrame:
    """What each partner reports of its trade with an economy, in its newest year with both flows,
    or with one where it never gives both.

    trade: like the table. economy: a code. Returns partner, year, sold (exports to the economy),
    bought, turnover (USD; null where a flow is missing), sources; the largest first.
    """
    rows = pick(_reports(trade), partner=economy, product="TOTAL").query("year >= @since")
    groups = {*eco.AGGREGATES, *eco.members("EU27", 2020)} - {"EU27"}  # which stands for the EU
    cell = ["reporter", "year", "flow"]
    best = preferred_rows(omit(rows, reporter=groups), cell).drop_duplicates(cell)
    table = best.pivot(index=cell[:2], columns="flow", values="value_usd")
    table = table.reindex(columns=["export", "import"]).set_axis(["sold", "bought"], axis=1)
    table["turnover"] = table.sum(axis=1, skipna=False)
    table["size"] = table.max(axis=1)
    table["whole"] = table["turnover"].notna()
    table["sources"] = best.groupby(cell[:2])["source_id"].agg(lambda ids: tuple(sorted({*ids})))
    table = table.reset_index(names=["partner", "year"]).sort_values(["whole", "year"])
    table = table.drop_duplicates("partner", keep="last").sort_values("size", ascending=False)
    columns = ["partner", "year", "sold", "bought", "turnover", "sources"]
    return table[columns].astype({"year": int})


def _reports(trade: pd.DataFrame) -> pd.DataFrame:
    """Rows of sources that report and do not estimate."""
    return omit(trade, source_id=of_role(trade["source_id"].unique(), *NO_REPORTS))


def debt_to_china(debt: pd.DataFrame, macro: pd.DataFrame, economy: str) -> pd.DataFrame:
    """`investment.debt_exposure` of an economy to China, by year; no row where no source gives
    what it owes China and all others.

    debt, macro: like the tables. economy: a code.
    """
    if not whole_accounts(debt, [economy], "CHN"):
        return pd.DataFrame(columns=["debtor", "year", "debt_usd", "of_bilateral", "of_gdp"])
    gdp = settings().sources.gdp
    exposure = debt_exposure(debt, macro, debtors=[economy], creditor="CHN", gdp_source=gdp)
    return exposure.sort_values("year")


def debt_owed(exposure: pd.DataFrame, economy: str) -> str:
    """What an economy owes China as a state, in its newest year, and how much of its yearly output
    that was in the newest year for which this is known; '' without a year.

    exposure: as from `debt_to_china`: year, debt_usd, of_bilateral,
        of_gdp (fractions).
    """
    known = exposure.dropna(subset="of_bilateral").sort_values("year")
    words = known.assign(
        usd=known["debt_usd"].map(in_dollars),
        part=known["of_bilateral"].map(small_percent),
        output=known["of_gdp"].map(small_percent, na_action="ignore"),
    )
    owed = row_words(
        words.tail(1),
        f"At the end of {{year}} the state of {eco.name_of(economy)} owed official lenders of "
        "China {usd}: {part} of what it owed other states and their lenders",
    )
    with_output = words.dropna(subset="of_gdp").tail(1)
    beside = row_words(with_output, ", and at the end of {year} {output} of its yearly output")
    return f"{owed}{beside}." if owed else ""


_PRECISION = {"lower_bound": "at least ", "rounded": "about ", "upper_bound": "at most "}


def students_counted(counts: pd.DataFrame, statements: pd.DataFrame, economy: str) -> str:
    """The last count of students in China, of all kinds, from one origin, and the newest statement
    since; '' without either.

    counts: rows of one source and one level of table `students`, of one origin. statements: rows
        of that table without a count.
    """
    who = f"students from {eco.name_of(economy)} in China"
    last = counts.sort_values("year").tail(1)
    newer = statements[statements["year"] > last["year"].max()] if len(last) else statements
    newer = newer.assign(bound=newer["precision"].map(_PRECISION).fillna(""))
    newer = newer.sort_values(["year", "students"]).tail(1)
    counted = row_words(last, f"The last count of {who}, of {{year}}, found {{students:,.0f}}.")
    stated = f"A statement of {{year}} speaks of {{bound}}{{students:,.0f}} {who}."
    return f"{counted} {row_words(newer, stated)}".strip()


def opinion_asked(opinion: pd.DataFrame, economy: str, powers: Sequence[str]) -> str:
    """The newest answer to a question about China, beside the answers about the other powers to
    the same question in the same year; '' where no question was asked that words are known for.

    opinion: like the table, rows of one economy. The questions and their words, in order of
    choice, are the values `poll` of registry/article/words.yaml.
    """
    questions = words().values.get("poll", {})
    known = pick(opinion, about=powers, measure=[*questions])
    newest = at_year(pick(known, about="CHN"))
    if newest.empty:
        return ""
    measure = min(newest["measure"], key=list(questions).index)
    same = pick(known, measure=measure, year=newest["year"]).drop_duplicates("about")
    same = same.sort_values("value_pct", ascending=False)
    answers = [
        f"{percent(share / 100)} {questions[measure].format(power=eco.in_prose(power))}"
        for power, share in zip(same["about"], same["value_pct"], strict=True)
    ]
    last = same.iloc[0]
    where = f"Of those asked in {eco.name_of(economy)} in {last['year']}"
    return f"{where}, {joined(answers)} ({source_name(last['source_id'])})."


def gas_sent(energy: pd.DataFrame, economy: str) -> str:
    """How much of the gas that an economy sends abroad by pipeline goes to China, in the newest
    year; '' where none is on record.

    energy: like the table: exporter, importer, year, commodity, unit, quantity, source_id.
    """
    gas = pipeline_gas(energy, economy)
    totals = gas.groupby(["year", "source_id"])["quantity"].transform("sum")
    words = gas.assign(whole=totals.map(number), part=gas["quantity"].map(number))
    return row_words(
        pick(words, importer="CHN").tail(1),
        f"Of the {{whole}} billion cubic metres of gas that {eco.name_of(economy)} is known to "
        "have sent abroad by pipeline in {year}, {part} billion went to China.",
    )


def pipeline_gas(energy: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Rows of pipeline gas that an economy exports, in billion cubic metres, by year."""
    rows = energy.query("exporter == @economy and commodity == 'pipeline_gas' and unit == 'bcm'")
    return rows.sort_values(["year", "importer"])


_STATED = (
    r"^trade_(?P<what>turnover|export|import)(?P<share>_share)?(?:_part_year)?"
    r"_reported_by_(?P<who>[A-Z]{3})(?:_customs)?(?P<bound>_lower_bound)?$"
)
_FLOWS = {"turnover": "trade", "export": "exports", "import": "imports"}


def stated_totals(facts: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Totals of trade that an economy's own side has stated in the press, the newest of each.

    facts: like the table; subjects are pairs such as 'TKM-RUS'. Returns partner, figure (trade,
    exports or imports), period, stated (with its unit and bound), source_id; the newest first.
    """
    rows = pick(facts, unit=["USD", "percent"]).dropna(subset="value")
    rows = rows[rows["subject"].str.startswith(f"{economy}-")]
    rows = pick(rows.join(rows["attribute"].str.extract(_STATED)), who=economy)
    figure, dollars = rows["what"].map(_FLOWS), rows["unit"] == "USD"
    amount = rows["value"].where(dollars, rows["value"] / 100)
    amount = amount.map(in_dollars).where(dollars, amount.map(percent))
    bound = rows["bound"].notna().map({True: "at least ", False: ""})
    share = (" of all its " + figure).where(rows["share"].notna(), "")
    rows = rows.assign(
        partner=rows["subject"].str[4:],
        figure=figure,
        period=rows["period"].astype(str).map(date_in_words),
        stated=list(map("".join, zip(bound, amount, share, strict=True))),
    )
    newest = rows.groupby(["partner", "figure", share])["year"].transform("max") == rows["year"]
    rows = rows[newest].sort_values(["year", "partner"], ascending=[False, True])
    return rows[["partner", "figure", "period", "stated", "source_id"]]


_MORE_WORDS = {
    "instrument": {
        "oda_like": " (as its list classes it)",
        "oof_like": " (like other official flows)",
        "vague": " (terms not told)",
        "concessional": " (concessional)",
        "non_concessional": " (not concessional)",
    },
    "bound": {"lower": ", at least", "upper": ", at most"},
    "revision": {"preliminary": ", preliminary", "revised": ", revised"},
}


def newest_investment(
    investment: pd.DataFrame, economy: str, investors: Sequence[str]
) -> pd.DataFrame:
    """The newest figure of each concept and source that some investors have in an economy.

    investment: like table `investment`. economy: the host. investors: codes. Concepts, instruments,
    price bases and sources stay apart, so that a count of projects by one source never stands for
    the stock of another. Returns group, measure (in words), investor, year, value (m USD),
    source_id; one row per investor, concept and source.
    """
    rows = pick(investment, host=economy, investor=investors)
    keys = ["investor", "measure", "instrument", "stage", "price_basis", "source_id"]
    rows = rows[rows["year"] == rows.groupby(keys, dropna=False)["year"].transform("max")]
    prices = (", " + rows["price_basis"]).fillna("").replace(", current USD", "")
    measure = rows["measure"].map(measure_name) + prices
    for column, more in _MORE_WORDS.items():
        measure += rows[column].map(more).fillna("")
    group, value = rows["measure"].map(measure_group), rows["value_usd"] / 1e6
    rows = rows.assign(group=group, measure=measure, value=value)
    rows = rows.sort_values(["group", "measure", "investor"], ascending=[False, True, True])
    return rows[["group", "measure", "investor", "year", "value", "source_id"]]


_HELD = {
    "own report of trade with China": ("trade", "reporter == @economy and partner == 'CHN'"),
    "China's report of trade": ("trade", "reporter == 'CHN' and partner == @economy"),
    "investment stock by five investors or more": (
        "investment",
        "host == @economy and measure == 'fdi_stock' and year in @stocks",
    ),
    "debt to China": ("debt", "debtor == @economy and creditor == 'CHN' and measure == 'stock'"),
    "students in China, counted": ("students", "year == year"),
    "a poll on China": ("opinion", "about == 'CHN'"),
}
"""The figures behind a brief: the table of each, and which of its rows they are."""


def years_held(economy: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """For which years there are the figures behind a brief.

    economy: a code. tables: trade, investment, debt, students and opinion; the last two hold rows
    of the economy alone. Returns figures, first_year, last_year (null without any), years.
    """
    tables["trade"] = _reports(tables["trade"])
    given = {"economy": economy, "stocks": stock_years(tables["investment"], economy)}
    years = ["first_year", "last_year", "years"]
    spans = {}
    for what, (name, condition) in _HELD.items():
        rows = tables[name].query(condition, local_dict=given)
        spans[what] = rows["year"].agg(["min", "max", "nunique"]).set_axis(years)
    return pd.DataFrame(spans).T.astype("Int64").reset_index(names="figures")
