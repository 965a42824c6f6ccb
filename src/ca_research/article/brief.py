"""What a brief on one economy says at its head: sentences made from frames, which name only what is
observed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..claims.slots import in_words
from ..ground import economies as eco
from ..ground.numbers import fixed, number, percent, small_percent
from ..ground.periods import date_in_words
from ..investment import debt_exposure, stock_years
from ..investment.debt import whole_accounts
from ..registry.words import (
    measure_group,
    measure_name,
    party,
    source_name,
    value_words,
    words,
)
from ..tables.preference import NO_REPORTS, of_role, preferred_rows
from ..trade import rank, rank_years
from ..trade.rank import BASES
from .first_partners import bound_words, newest
from .settings import settings
from .trade_priority import NEEDED, SINCE, newest_ranks

_OWN, _MIRROR, _RANGE = BASES
_WHOSE = {_OWN: "own", _MIRROR: "partners'"}
_DEAR = ((1e9, "billion"), (1e6, "million"))


def in_dollars(usd: float) -> str:
    """An amount of US dollars in a sentence.

    Examples
    --------
    >>> in_dollars(9.64e9), in_dollars(97e6)
    ('9.6 billion dollars', '97 million dollars')
    """
    for size, word in _DEAR:
        if usd >= size:
            return f"{fixed(usd / size, 0 if usd >= 20 * size else 1)} {word} dollars"
    return f"{fixed(usd)} dollars"


def largest_partner(firsts: pd.DataFrame, reports: pd.DataFrame, economy: str) -> str:
    """Who trades most with an economy, in the newest year of its own figures and of its partners'.

    Parameters
    ----------
    firsts : pandas.DataFrame
        As from `first_partners.first_partners`.
    reports : pandas.DataFrame
        As from `partner_reports`; said where nobody can be called the first.
    economy : str
        Its code or name.

    Returns
    -------
    str
        A sentence or two, on single countries and on the EU as one.
    """
    code = eco.resolve(economy)
    mine = firsts[firsts["economy"] == code]
    said: list[str] = []
    for basis in _WHOSE:
        for row in newest(mine, basis).itertuples():
            if basis == _MIRROR and row.bounds and said:
                continue  # its own figures tell more than a bound
            if row.bounds:
                said.append(f"{bound_words(row)}.")
                continue
            union = newest(mine[mine["year"] <= row.year], basis, "one").itertuples()
            with_the_eu = "".join(_with_the_eu(row, one) for one in union)
            said.append(f"{_placed(row, told=said)}{with_the_eu}.")
    if said:
        return " ".join(said)
    return (
        "No figures show China and Russia side by side, so no first partner of "
        f"{eco.name_of(code)} is named here.{_most_reported(reports)}"
    )


def _placed(row: Any, *, told: Sequence[str]) -> str:
    """'Kazakhstan's own figures for 2025 put China first among single countries, before Russia'."""
    name, when = eco.name_of(row.economy), date_in_words(row.period)
    whose = f"{name}'s {_WHOSE[row.basis]} figures"
    if row.basis == _MIRROR and told:
        whose = "Its partners' figures"
    elif row.stated:
        whose = f"The shares that {name}'s agency states"
    return (
        f"{whose} for {when} put {eco.in_prose(row.first)} first among single countries"
        f"{_china_after(row)}"
    )


def _china_after(row: Any) -> str:
    """What comes after the first: its largest rival, or where China stands."""
    if row.first == "CHN":
        return f", before {eco.in_prose(row.rival)}"
    if row.place_low != row.place_high:
        return ""
    return ", before China" if row.place_high == 2 else f" and China number {row.place_high}"


def _with_the_eu(row: Any, union: Any) -> str:
    """'; with the EU as one, figures for 2023 put the EU first'."""
    if (row.first, row.period) == (union.first, union.period):
        return ", with the EU as one too"
    return f"; with the EU as one, figures for {union.year} put {eco.in_prose(union.first)} first"


def _most_reported(reports: pd.DataFrame) -> str:
    both = reports.dropna(subset=["turnover"]).sort_values("turnover", ascending=False)
    several = f", the most of {in_words(len(both))} countries that publish both directions"
    among = several if len(both) > 1 else ""
    return "".join(
        f" {_capital(eco.in_prose(r.partner))} reports trade of {in_dollars(r.turnover)} with it "
        f"in {r.year}{among}."
        for r in both.head(1).itertuples()
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def largest_shown(leaders: pd.DataFrame, firsts: pd.DataFrame) -> str:
    """'China is the largest of the partners shown by own report (2023); Russia is by ...', and what
    own figures say where they are not drawn.

    leaders: as from `priority.leaders`, of one economy. Several names where ranges overlap.
    firsts: as from `first_partners.first_partners`, of that economy.
    """
    ways: dict[str, list[str]] = {}
    for r in leaders.itertuples():
        who = " or ".join(map(eco.in_prose, r.contenders))
        ways.setdefault(who, []).append(f"by {value_words(r.basis)} ({r.year})")
    (first, by), *others = ways.items()
    told = f"{_capital(first)} is the largest of the partners shown {_listed(by)}"
    drawn = leaders["basis"].eq(_OWN).any()
    own = [] if drawn else [_undrawn(row) for row in newest(firsts, _OWN).itertuples()]
    return "; ".join([told, *(f"{who} {_listed(how)}" for who, how in others), *own])


def _undrawn(row: Any) -> str:
    whose = "the shares that its agency states" if row.stated else "its own figures"
    return (
        f"{whose} for {date_in_words(row.period)}, not drawn, put {eco.in_prose(row.first)} first "
        "among single countries"
    )


def place_moved(moves: pd.DataFrame, economy: str) -> str:
    """'China rose from number 6 among Kyrgyzstan's trade partners in 1999 to number 1 in 2023, by
    own report'; by what partners report where there is no such report.

    moves: as from `places_then_and_now`, with China in every year. economy: a code.
    """
    mine = moves[moves["partner"] == "CHN"].sort_values("year")
    basis = _OWN if (mine["basis"] == _OWN).any() else _MIRROR
    rows = mine[mine["basis"] == basis]
    (was, then), (now, last) = (rows.iloc[i][["rank", "year"]] for i in (0, -1))
    among = f"among {eco.name_of(economy)}'s trade partners"
    if was == now:
        years = f"{then} and in {last}" if then != last else last
        return f"China was number {now} {among} in {years}, by {value_words(basis)}"
    went = "rose" if now < was else "fell"
    return f"China {went} from number {was} {among} in {then} to number {now} in {last}, by " + (
        value_words(basis)
    )


def sold_by_china(imports: pd.DataFrame, name: str) -> str:
    """What China reports to have sold a country, beside what this reports where it does; '' without
    a report.

    imports: as from `trade.reconcile`, of that direction.
    """
    known = imports[imports["mirror_high"].notna()].sort_values("year")
    both = known[known["reported_high"].notna() & (known["missing"] == "")]
    for r in (both if len(both) else known).tail(1).itertuples():
        if len(both):
            times = r.mirror_high / r.reported_high
            beside = f"{times:.1f} times what {name} reports buying"
            return f"For {r.year} China reports selling {name} {beside}"
        sold = f"{r.mirror_high / 1e9:.1f} billion dollars in {r.year}"
        return f"China reports selling {name} goods for {sold}"
    return ""


def votes_alike(agreement: pd.DataFrame, economy: str) -> str:
    """'Kyrgyzstan voted with China in 77% of votes in 2023, with Russia in 57%'.

    agreement: years down, codes of powers across, fractions. economy: a code.
    """
    newest = agreement.iloc[-1].sort_values(ascending=False)
    told = [f"with {eco.in_prose(power)} in {percent(share)}" for power, share in newest.items()]
    told[0] += f" of votes in {agreement.index[-1]}"
    return f"{eco.name_of(economy)} voted {_listed(told)}"


def partner_reports(trade: pd.DataFrame, economy: str, *, since: int = SINCE) -> pd.DataFrame:
    """What each partner reports of its trade with an economy, in its newest year with both flows,
    or with one where it never gives both.

    trade: like the table. economy: a code. Returns partner, year, sold (exports to the economy),
    bought, turnover (USD; null where a flow is missing), sources; the largest first.
    """
    rows = trade[(trade["partner"] == economy) & (trade["product"] == "TOTAL")]
    rows = rows[(rows["year"] >= since) & ~rows["source_id"].isin(_no_reports(rows))]
    totals = {code for code in rows["reporter"].unique() if eco.is_aggregate(code)} - {"EU27"}
    if len(rows):
        totals |= set(eco.members("EU27", int(rows["year"].max())))
    rows = rows[~rows["reporter"].isin(totals | {"EU"})]  # EU: the same partner as EU27
    best = preferred_rows(rows, ["reporter", "year", "flow"])
    best = best.drop_duplicates(["reporter", "year", "flow"])
    wide = best.pivot(index=["reporter", "year"], columns="flow", values="value_usd")
    wide = wide.reindex(columns=["export", "import"]).rename(
        columns={"export": "sold", "import": "bought"}
    )
    wide["turnover"] = wide["sold"] + wide["bought"]
    cited = best.groupby(["reporter", "year"])["source_id"].agg(lambda s: tuple(sorted(set(s))))
    found = wide.join(cited.rename("sources")).reset_index().rename(columns={"reporter": "partner"})
    found = found.assign(whole=found["turnover"].notna()).sort_values(["whole", "year"])
    found = found.drop_duplicates("partner", keep="last")
    found["year"] = found["year"].astype(int)
    order = found[["turnover", "sold", "bought"]].max(axis=1)
    columns = ["partner", "year", "sold", "bought", "turnover", "sources"]
    return found.assign(order=order).sort_values("order", ascending=False)[columns]


def _no_reports(trade: pd.DataFrame) -> list[str]:
    return list(of_role(trade["source_id"].unique(), *NO_REPORTS))


def debt_to_china(debt: pd.DataFrame, macro: pd.DataFrame, economy: str) -> pd.DataFrame:
    """`investment.debt_exposure` of an economy to China, by year; no row where no source gives
    what it owes China and all others.

    debt, macro: like the tables. economy: a code.
    """
    if not whole_accounts(debt, [economy], "CHN"):
        return pd.DataFrame(columns=["debtor", "year", "debt_usd", "of_bilateral", "of_gdp"])
    exposure = debt_exposure(
        debt, macro, debtors=[economy], creditor="CHN", gdp_source=settings().sources.gdp
    )
    return exposure.sort_values("year")


def debt_owed(exposure: pd.DataFrame, economy: str) -> str:
    """What an economy owes China as a state, in its newest year, and how much of its yearly output
    that was in the newest year for which this is known; '' without a year.

    exposure: as from `debt_to_china`: year, debt_usd, of_bilateral,
        of_gdp (fractions).
    """
    name = eco.name_of(eco.resolve(economy))
    known = exposure.dropna(subset=["of_bilateral"]).sort_values("year")
    of_output = known.dropna(subset=["of_gdp"]).tail(1)
    said = ""
    for r in known.tail(1).itertuples():
        said = (
            f"At the end of {r.year} the state of {name} owed official lenders of China "
            f"{in_dollars(r.debt_usd)}: {small_percent(r.of_bilateral)} of what it owed other "
            "states and their lenders"
        )
        for o in of_output.itertuples():
            when = "" if o.year == r.year else f"; at the end of {o.year} what it owed China was"
            said += f"{when or ', and'} {small_percent(o.of_gdp)} of its yearly output"
        said += "."
    return said


_PRECISION = {"lower_bound": "at least ", "rounded": "about ", "upper_bound": "at most "}


def students_counted(counts: pd.DataFrame, statements: pd.DataFrame, economy: str) -> str:
    """The last count of students in China, of all kinds, from one origin, and the newest statement
    since; '' without either.

    counts: rows of one source and one level of table `students`, of one origin. statements: rows
        of that table without a count.
    """
    name = eco.name_of(eco.resolve(economy))
    counted = [
        f"the last count of students from {name} in China, of {r.year}, found {r.students:,.0f}"
        for r in counts.sort_values("year").tail(1).itertuples()
    ]
    since = counts["year"].max() if len(counts) else 0
    newer = statements[statements["year"] > since].sort_values(["year", "students"]).tail(1)
    stated = [
        f"a statement of {r.year} speaks of {_PRECISION.get(r.precision, '')}{r.students:,.0f}"
        + ("" if counted else f" students from {name} in China")
        for r in newer.itertuples()
    ]
    return _capital("; ".join(counted + stated)) + "." if counted or stated else ""


def opinion_asked(opinion: pd.DataFrame, economy: str, powers: Sequence[str]) -> str:
    """The newest answer to a question about China, beside the answers about the other powers to
    the same question in the same year; '' where no question was asked that words are known for.

    opinion: like the table, rows of one economy. The questions and their words, in order of
    choice, are the values `poll` of registry/words.yaml.
    """
    asked = words().values.get("poll", {})
    known = opinion[opinion["about"].isin(powers) & opinion["measure"].isin(asked)]
    china = known[known["about"] == "CHN"]
    if china.empty:
        return ""
    order = {measure: place for place, measure in enumerate(asked)}
    newest = china[china["year"] == china["year"].max()]
    chosen = newest.loc[newest["measure"].map(order).idxmin()]
    same = known[(known["measure"] == chosen["measure"]) & (known["year"] == chosen["year"])]
    same = same.drop_duplicates("about").sort_values("value_pct", ascending=False)
    phrase, *_ = asked[chosen["measure"]].split("{power}")
    again = phrase.split()[-1]
    told = [
        f"{percent(r.value_pct / 100)} {phrase if i == 0 else again + ' '}{eco.in_prose(r.about)}"
        for i, r in enumerate(same.itertuples())
    ]
    return (
        f"Of those asked in {eco.name_of(eco.resolve(economy))} in {chosen['year']}, "
        f"{_listed(told)} ({source_name(chosen['source_id'])})."
    )


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def gas_sent(energy: pd.DataFrame, economy: str) -> str:
    """How much of the gas that an economy sends abroad by pipeline goes to China, in the newest
    year; '' where none is on record.

    energy: like the table: exporter, importer, year, commodity, unit, quantity, source_id.
    """
    gas = pipeline_gas(energy, economy)
    china = gas[gas["importer"] == "CHN"].sort_values("year").tail(1)
    name, said = eco.name_of(eco.resolve(economy)), ""
    for r in china.itertuples():
        whole = gas[(gas["year"] == r.year) & (gas["source_id"] == r.source_id)]["quantity"].sum()
        said = (
            f"Of the {number(whole)} billion cubic metres of gas that {name} is known to have sent "
            f"abroad by pipeline in {r.year}, {number(r.quantity)} billion went to China."
        )
    return said


def pipeline_gas(energy: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Rows of pipeline gas that an economy exports, in billion cubic metres, by year."""
    mine = (energy["exporter"] == economy) & (energy["commodity"] == "pipeline_gas")
    return energy[mine & (energy["unit"] == "bcm")].sort_values(["year", "importer"])


_STATED = re.compile(
    r"trade_(?P<what>turnover|export|import)(?P<share>_share)?(?P<part>_part_year)?"
    r"_reported_by_(?P<who>[A-Z]{3})(?P<office>_customs)?(?P<bound>_lower_bound)?"
)
_FLOWS = {"turnover": "trade", "export": "exports", "import": "imports"}
_KINDS = {"USD": in_dollars, "percent": lambda v: percent(v / 100)}


def stated_totals(facts: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Totals of trade that an economy's own side has stated in the press, the newest of each.

    facts: like the table; subjects are pairs such as 'TKM-RUS'. Returns partner, figure (trade,
    exports or imports), period, said (with its unit and bound), source_id; the newest first.
    """
    rows = []
    for r in facts[facts["subject"].str.startswith(f"{economy}-", na=False)].itertuples():
        found = _STATED.fullmatch(r.attribute)
        if not found or found["who"] != economy or r.unit not in _KINDS or pd.isna(r.value):
            continue
        bound = "at least " if found["bound"] else ""
        share = f" of all its {_FLOWS[found['what']]}" if found["share"] else ""
        rows.append(
            {
                "partner": r.subject.partition("-")[2],
                "figure": _FLOWS[found["what"]],
                "period": date_in_words(str(r.period)),
                "stated": f"{bound}{_KINDS[r.unit](r.value)}{share}",
                "source_id": r.source_id,
                "year": r.year,
                "share": bool(found["share"]),
            }
        )
    columns = ["partner", "figure", "period", "stated", "source_id"]
    frame = pd.DataFrame(rows, columns=[*columns, "year", "share"])
    newest = frame["year"] == frame.groupby(["partner", "figure", "share"])["year"].transform("max")
    return frame[newest].sort_values(["year", "partner"], ascending=[False, True])[columns]


def places_then_and_now(trade: pd.DataFrame, economy: str) -> pd.DataFrame:
    """Ranks of all partners in the first and the last year in which each basis can be ranked.

    trade: like the table. economy: a code. Returns rows as of `trade.rank`; none for a basis
    without such a year.
    """
    found = [newest_ranks(trade, [economy]).iloc[:0]]
    for basis in (_OWN, _MIRROR):
        able = rank_years(trade, economy=economy, basis=basis, eu="one", needed=NEEDED)
        years = able.loc[able["economies"] > 0, "year"]
        if len(years):
            ends = sorted({int(years.min()), int(years.max())})
            found.append(
                rank(trade, economy=economy, year=ends, basis=basis, eu="one", needed=NEEDED)
            )
    return pd.concat(found)


def places_in_words(moves: pd.DataFrame) -> str:
    """'By own report, 2005 to 2024: China 3 to 1; Russia 1 to 2.' for rows of
    `places_then_and_now`.
    """
    said = []
    for basis, part in moves.groupby("basis"):
        years = " to ".join(str(year) for year in sorted(part["year"].unique()))
        places = (
            f"{party(partner)} {' to '.join(map(str, rows['rank']))}"
            for partner, rows in part.groupby("partner")
        )
        said.append(f"By {value_words(basis)}, {years}: {'; '.join(places)}")
    return ". ".join(said) + "."


_INSTRUMENTS = {
    "oda_like": " (as its list classes it)",
    "oof_like": " (like other official flows)",
    "vague": " (terms not told)",
    "concessional": " (concessional)",
    "non_concessional": " (not concessional)",
}
_BOUNDS = {"lower": ", at least", "upper": ", at most"}
_EDITIONS = {"preliminary": ", preliminary", "revised": ", revised"}


def newest_investment(
    investment: pd.DataFrame, economy: str, investors: Sequence[str]
) -> pd.DataFrame:
    """The newest figure of each concept and source that some investors have in an economy.

    investment: like table `investment`. economy: the host. investors: codes. Concepts, instruments,
    price bases and sources stay apart, so that a count of projects by one source never stands for
    the stock of another. Returns group, measure (in words), investor, year, value (m USD),
    source_id; one row per investor, concept and source.
    """
    mine = investment[(investment["host"] == economy) & investment["investor"].isin(investors)]
    apart = ["investor", "measure", "instrument", "stage", "price_basis", "source_id"]
    newest = mine[mine["year"] == mine.groupby(apart, dropna=False)["year"].transform("max")]
    prices = newest["price_basis"].map(
        lambda p: "" if p == "current USD" or pd.isna(p) else f", {p}"
    )
    words = newest["measure"].map(measure_name) + newest["instrument"].map(_INSTRUMENTS).fillna("")
    words += prices + newest["bound"].map(_BOUNDS).fillna("")
    words += newest["revision"].map(_EDITIONS).fillna("")
    found = newest.assign(
        group=newest["measure"].map(measure_group), measure=words, value=newest["value_usd"] / 1e6
    )
    found = found[["group", "measure", "investor", "year", "value", "source_id"]]
    named = found["investor"].map(party)
    return (
        found.assign(named=named)
        .sort_values(["group", "measure", "named"], ascending=[False, True, True])
        .drop(columns="named")
    )


def years_held(
    economy: str,
    *,
    trade: pd.DataFrame,
    investment: pd.DataFrame,
    debt: pd.DataFrame,
    students: pd.DataFrame,
    opinion: pd.DataFrame,
) -> pd.DataFrame:
    """For which years there are the figures behind a brief.

    economy: a code. The frames are like the tables of these names; students and opinion hold rows
    of the economy alone. Returns figures, first_year, last_year ('none' without any), years.
    """
    told = ~trade["source_id"].isin(_no_reports(trade))
    own = trade["reporter"].eq(economy) & trade["partner"].eq("CHN") & told
    chinese = trade["reporter"].eq("CHN") & trade["partner"].eq(economy) & told
    stocks = investment["host"].eq(economy) & investment["measure"].eq("fdi_stock")
    stocks &= investment["year"].isin(stock_years(investment, economy))
    owed = debt["debtor"].eq(economy) & debt["creditor"].eq("CHN") & debt["measure"].eq("stock")
    held = {
        "own report of trade with China": trade[own],
        "China's report of trade": trade[chinese],
        "investment stock by five investors or more": investment[stocks],
        "debt to China": debt[owed],
        "students in China, counted": students,
        "a poll on China": opinion[opinion["about"].eq("CHN")],
    }
    years = {what: rows["year"].dropna().astype(int) for what, rows in held.items()}
    return pd.DataFrame(
        [
            {
                "figures": what,
                "first_year": str(found.min()) if len(found) else "none",
                "last_year": str(found.max()) if len(found) else "none",
                "years": found.nunique(),
            }
            for what, found in years.items()
        ]
    )
