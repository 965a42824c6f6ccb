"""Frames of one's own that are odd but plausible: what was answered wrongly without a word, or with
an error from within. Values are invented; right answers are worked out beside them.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest

import ca_research as ca
from ca_research.estimates import generic
from ca_research.ground.errors import (
    AggregateError,
    CaResearchError,
    CoverageError,
    MixedUnitsError,
    RegistryError,
    UnknownNameError,
    UsageError,
)
from ca_research.investment.generic import INVESTMENT
from ca_research.students.flows import Counts
from ca_research.trade.generic import MEASURES

trade, investment, students, stats = ca.trade, ca.investment, ca.students, ca.stats
GENERIC = {measure.name: measure for measure in (*MEASURES, *INVESTMENT)}


def exports(*cells: tuple, **columns) -> pd.DataFrame:
    """Rows of Kazakhstan's exports: partner, year, value."""
    rows = pd.DataFrame(cells, columns=["partner", "year", "value_usd"])
    kind = {"reporter": "KAZ", "flow": "export", "product": "TOTAL", "source_id": "KAZ_BNS"}
    return rows.assign(**kind, valuation="fob", scope="goods").assign(**columns)


def pair() -> pd.DataFrame:
    return exports(("CHN", 2020, 30.0), ("RUS", 2020, 10.0), ("CHN", 2021, 33.0))


def basket(**values: float) -> pd.DataFrame:
    rows = pd.DataFrame({"product": list(values), "value_usd": list(values.values())})
    rows["product"] = rows["product"].str.removeprefix("p")
    return rows.assign(reporter="KAZ", partner="WLD", year=2020, flow="export")


def basket_of_2020() -> pd.DataFrame:
    return basket(p27=60.0, p72=40.0)


def held(*cells: tuple, **columns) -> pd.DataFrame:
    """Stocks in Kazakhstan: investor, year, value."""
    rows = pd.DataFrame(cells, columns=["investor", "year", "value_usd"])
    kind = {"host": "KAZ", "measure": "fdi_stock", "price_basis": "current USD", "source_id": "W"}
    return rows.assign(**kind).assign(**columns)


def stocks(**columns) -> pd.DataFrame:
    return held(("CHN", 2020, 30.0), ("RUS", 2020, 10.0), ("DEU", 2020, 5.0), **columns)


def abroad(*cells: tuple, **columns) -> pd.DataFrame:
    """Kazakhstan's students in China: year, students."""
    rows = pd.DataFrame(cells, columns=["year", "students"])
    kind = {"origin": "KAZ", "destination": "CHN", "level": "all", "precision": "exact"}
    return rows.assign(**kind, source_id="moe_brief_stats_peijin").assign(**columns)


def course(**columns) -> pd.DataFrame:
    return abroad((2013, 100.0), (2014, 110.0), (2018, 150.0), **columns)


def owed(chn: float = 40.0, bil: float = 60.0, **columns) -> pd.DataFrame:
    rows = pd.DataFrame({"creditor": ["CHN", "BIL", "MUL"], "value_usd": [chn, bil, 50.0]})
    kind = {"debtor": "KGZ", "year": 2020, "measure": "stock", "instrument": "official_bilateral"}
    return rows.assign(**kind, source_id="D").assign(**columns)


def product_of(value: float = 400.0, **columns) -> pd.DataFrame:
    kind = {"economy": "KGZ", "year": 2020, "indicator": "NY.GDP.MKTP.CD", "unit": "current USD"}
    return pd.DataFrame({"value": [value]}).assign(**kind, source_id="G").assign(**columns)


def exposure(debt: pd.DataFrame, gdp: pd.DataFrame) -> pd.DataFrame:
    return investment.debt_exposure(debt, gdp, debtors="KGZ", creditor="CHN", gdp_source="G")


INDEX = pd.DataFrame({"year": [2020, 2021], "index": [100.0, 110.0]})
RATES = pd.DataFrame({"year": [2020, 2021], "value": [2.0, 3.0]}).assign(
    economy="USA", indicator="NY.GDP.DEFL.KD.ZG", unit="annual %", source_id="S"
)


def joined(**columns) -> pd.DataFrame:
    """Covariates of a pair."""
    return pd.DataFrame({"exporter": ["KAZ"], "importer": ["CHN"]}).assign(**columns)


def squares() -> pd.Series:
    return pd.Series(np.arange(12.0) ** 2, index=range(2000, 2012))


def flows() -> pd.DataFrame:
    """A panel of gravity."""
    codes = ("CHN", "RUS", "TUR", "USA", "KAZ", "UZB")
    cells = [(a, b, y) for a in codes for b in codes for y in (2012, 2016) if a != b]
    rows = pd.DataFrame(cells, columns=["exporter", "importer", "year"])
    rng = np.random.default_rng(0)
    rows["log_distance"] = rng.normal(8, 1, len(rows))
    return rows.assign(value_usd=np.exp(20 - rows["log_distance"]) * rng.gamma(2, 0.5, len(rows)))


def relation(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_df(frame)


def mirror(frame: pd.DataFrame) -> pd.DataFrame:
    return trade.mirror_gap("KAZ", "CHN", frame, since=2020)


def reconcile(frame: pd.DataFrame) -> pd.DataFrame:
    return trade.reconcile("KAZ", "CHN", frame, since=2020)


BY_YEAR = {
    "growth": (trade.growth, pair),
    "mirror_gap": (mirror, pair),
    "reconcile": (reconcile, pair),
    "rank": (lambda f: trade.rank(f, flow="exports"), pair),
    "rank_years": (lambda f: trade.rank_years(f, economy="KAZ", needed=["CHN"]), pair),
    "stock_by_investor": (lambda f: investment.stock_by_investor(f, "KAZ", 2020), stocks),
    "debt_exposure": (lambda f: exposure(f, product_of()), owed),
    "gdp": (lambda f: exposure(owed(), f), product_of),
    "window_change": (
        lambda f: students.window_change(f, economies=["KAZ"], destination="CHN"),
        course,
    ),
}


@pytest.mark.parametrize("name", BY_YEAR)
@pytest.mark.parametrize("kind", ["str", "category", "datetime64[s]"])
def test_years_that_cannot_be_counted_are_refused(name, kind):
    measure, made = BY_YEAR[name]
    frame = made()
    assert len(measure(frame)) >= 1
    text = frame["year"].astype(str)
    with pytest.raises(UsageError, match="not years as numbers"):
        measure(frame.assign(year=pd.to_datetime(text) if "date" in kind else text.astype(kind)))


@pytest.mark.parametrize("name", BY_YEAR)
def test_parts_of_years_are_no_years(name):
    """2019.5 was cut to 2019 in silence."""
    measure, made = BY_YEAR[name]
    frame = made()
    with pytest.raises(UsageError, match=r"'year' holds .*\.5, not years as whole numbers"):
        measure(frame.assign(year=frame["year"] + 0.5))


QUARTERS = {
    "growth": BY_YEAR["growth"],
    "rank": BY_YEAR["rank"],
    "rank of years asked for": (lambda f: trade.rank(f, flow="exports", year=2020), pair),
    "advantage": (
        lambda f: trade.revealed_comparative_advantage(basket_of_2020(), f),
        lambda: pd.concat([basket_of_2020(), basket_of_2020().assign(year=2021)]),
    ),
}


@pytest.mark.parametrize("name", QUARTERS)
@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_parts_of_some_years_are_refused_in_relations_too(name, made):
    """The rows of 2020 stood twice in a rank, and those of 2020.5 nowhere."""
    measure, rows = QUARTERS[name]
    frame = rows()
    half = frame.assign(year=frame["year"].where(frame["year"] == 2020, 2020.5))
    with pytest.raises(UsageError, match=r"'year' holds 2020\.5, not years as whole numbers"):
        measure(made(half))
    with_decimals = measure(made(frame.astype({"year": float})))
    assert len(with_decimals) == len(measure(made(frame))) >= 1


@pytest.mark.parametrize("kind", ["str", "category", "datetime64[s]"])
def test_a_relation_of_years_that_cannot_be_counted_is_refused(kind):
    text = pair()["year"].astype(str)
    year = pd.to_datetime(text) if "date" in kind else text.astype(kind)
    for measure in (trade.growth, lambda f: trade.rank(f, flow="exports", year=2020)):
        with pytest.raises(UsageError, match="not years as numbers"):
            measure(relation(pair().assign(year=year)))


@pytest.mark.parametrize("part", ["gaps", "deflator", "figures", "index"])
def test_parts_of_years_of_counts_and_prices(part):
    frames = {"gaps": course(), "deflator": RATES, "figures": stocks(), "index": INDEX}
    frames[part] = frames[part].assign(year=frames[part]["year"] + 0.5)
    with pytest.raises(UsageError, match=r"'year' holds .*\.5, not years as whole numbers"):
        students.gaps(frames["gaps"])
        deflated(frames["deflator"])
        investment.convert_prices(frames["figures"], frames["index"], base_year=2020)


def test_years_as_text_are_read_and_other_text_is_refused():
    assert len(students.gaps(course().assign(year=["2013", "2015", "2018"]))) == 2
    with pytest.raises(UsageError, match="'year' holds 2013/14, not years as whole numbers"):
        students.gaps(course().assign(year=["2013/14", "2015", "2018"]))


def test_no_price_goes_on_after_a_rate_of_less_than_minus_100_per_cent():
    """The index was negative."""
    with pytest.raises(UsageError, match="a rate of -150 % leaves no price"):
        deflated(RATES.assign(value=-150.0))


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_codes_of_two_letters_beside_those_of_three(made):
    """'CN' beside 'CHN' was a second partner."""
    rows = pd.concat([pair(), pair().assign(partner="CN")])
    with pytest.raises(UsageError, match="'CN' among the partners is a code of another kind"):
        trade.partner_shares(made(rows))


BY_NUMBER = {
    "partner_shares": (trade.partner_shares, "partner"),
    "growth": (trade.growth, "partner"),
    "rank": (lambda f: trade.rank(f, economy="KAZ", flow="exports"), "partner"),
    "rank of a number": (lambda f: trade.rank(f, economy="KAZ", flow="exports"), "reporter"),
}


@pytest.mark.parametrize("name", BY_NUMBER)
@pytest.mark.parametrize("made", [lambda f: f, relation])
@pytest.mark.parametrize("kind", [int, str])
def test_economies_by_number_are_refused(name, made, kind):
    """0, the world, was a partner; a relation ended in an error of DuckDB."""
    measure, side = BY_NUMBER[name]
    frame = exports(("CHN", 2020, 60.0), ("RUS", 2020, 40.0), ("WLD", 2020, 100.0))
    numbers = {"KAZ": 398, "CHN": 156, "RUS": 643, "WLD": 0}
    with pytest.raises(UsageError) as refused:
        measure(made(frame.assign(**{side: frame[side].map(numbers).astype(kind)})))
    assert "alpha-3" in refused.value.hint


def test_economies_by_number_in_other_wings_are_refused():
    codes = {"CHN": 156, "RUS": 643, "DEU": 276, "BIL": 0, "MUL": 1, "KAZ": 398}
    covariates = pd.DataFrame({"economy": [156, 398], "year": 2020, "gdp": [2.0, 1.0]})
    for call in (
        lambda: investment.total(stocks().replace(codes)),
        lambda: investment.investor_shares(stocks().replace(codes)),
        lambda: investment.creditor_hhi(owed().replace({"creditor": codes}), source="D"),
        lambda: students.gaps(course(destination="156")),
        lambda: trade.panel(pair(), covariates=covariates),
    ):
        with pytest.raises(UsageError, match="is a number and no code"):
            call()


@pytest.mark.parametrize("measure", [students.gaps, lambda f: deflated(f)])
def test_dates_are_not_counted_in_nanoseconds(measure):
    """A gap between two dates had 10 ** 17 years, and took all memory."""
    frame = pd.concat([course(), RATES]).assign(statistic="enrolled")
    frame = frame.assign(year=pd.to_datetime(frame["year"].astype(str)))
    with pytest.raises(UsageError, match="not years as numbers"):
        measure(frame[frame["origin"].notna()] if measure is students.gaps else frame)


def deflated(frame: pd.DataFrame, economy: str = "USA") -> pd.DataFrame:
    return investment.deflator_from_growth(frame, economy, source="S")


WITH_TEXT = {
    "total": (investment.total, stocks),  # '30.010.05.0'
    "investment.rank": (investment.rank, stocks),  # 5.0 before 30.0
    "stock_by_investor": BY_YEAR["stock_by_investor"],
    "investor_shares": (investment.investor_shares, stocks),
    "growth": BY_YEAR["growth"],
    "mirror_gap": BY_YEAR["mirror_gap"],
    "partner_shares": (trade.partner_shares, pair),
    "product_shares": (trade.product_shares, lambda: basket(p27=6.0, p72=4.0)),
    "debt_exposure": BY_YEAR["debt_exposure"],
    "creditor_hhi": (lambda f: investment.creditor_hhi(f, source="D"), owed),
}


@pytest.mark.parametrize("name", WITH_TEXT)
def test_figures_that_are_texts_are_neither_sorted_nor_joined(name):
    measure, made = WITH_TEXT[name]
    assert len(measure(made()))
    with pytest.raises(UsageError, match="no number"):
        measure(made().astype({"value_usd": str}))


@pytest.mark.parametrize(
    ("measure", "made"),
    [
        BY_YEAR["growth"],
        (trade.trade_intensity, lambda: pd.concat([pair(), exports(("WLD", 2020, 90.0))])),
        (trade.product_shares, lambda: basket(p27=6.0, p72=4.0)),
        (lambda f: trade.revealed_comparative_advantage(f, f), lambda: basket(p27=6.0, p72=4.0)),
        (investment.total, stocks),
        (investment.investor_shares, stocks),
        BY_YEAR["stock_by_investor"],
        (lambda f: students.count(f, "KAZ", destination="CHN"), course),
        (students.gaps, course),
        (deflated, RATES.copy),
    ],
)
def test_an_index_may_have_the_name_of_a_column(measure, made):
    frame = made()
    if measure is trade.trade_intensity:
        frame = frame[frame["year"] == 2020]
    keys = [c for c in ("year", "reporter", "investor", "origin") if c in frame]
    named = measure(frame.set_index(keys, drop=False))
    assert named.astype(str).values.tolist() == measure(frame).astype(str).values.tolist()


@pytest.mark.parametrize("name", [n for n in BY_YEAR if n != "gdp"])
def test_two_columns_of_one_name_are_refused(name):
    measure, made = BY_YEAR[name]
    frame = made()
    with pytest.raises(UsageError, match="two columns are named"):
        measure(pd.concat([frame, frame.iloc[:, :3]], axis=1))


def test_categories_are_seen_from_both_sides():
    """A category of reporters lacks the partners: they became missing, and rows 'stood twice'."""
    texts = {c: "category" for c in ("reporter", "partner", "flow", "product", "source_id")}
    frame = pair().astype(texts)
    assert trade.rank(frame, flow="exports", year=2020)["partner"].tolist() == ["CHN", "RUS"]
    assert mirror(frame)["reported"].tolist() == [30.0, 33.0]


def test_decimals_of_a_database_are_numbers():
    money = pair()
    money["value_usd"] = [Decimal(str(v)) for v in money["value_usd"]]
    assert reconcile(money)["reported_low"].tolist() == [30.0, 33.0]
    debt = owed()
    debt["value_usd"] = [Decimal(str(v)) for v in debt["value_usd"]]
    assert exposure(debt, product_of())["of_gdp"].tolist() == [0.1]
    assert investment.creditor_hhi(debt, source="D")["attributed"].round(4).tolist() == [0.3636]


WORLD = ("World", "wld")


@pytest.mark.parametrize("name", WORLD)
@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_the_world_under_another_name_is_no_partner(name, made):
    """With it among the partners a share of 3 / 4 was one of 3 / 8."""
    frame = exports(("CHN", 2020, 30.0), ("RUS", 2020, 10.0), (name, 2020, 40.0))
    with pytest.raises(AggregateError, match="a name of the aggregate WLD"):
        trade.partner_shares(made(frame))
    with pytest.raises(AggregateError, match="a name of the aggregate WLD"):
        trade.rank(made(frame), flow="exports")
    with pytest.raises(AggregateError, match="a name of the aggregate WLD"):
        GENERIC["trade.share"](
            frame, economies=["KAZ"], partner="CHN", year=2020, flow="exports", listed=1
        )


@pytest.mark.parametrize("label", ["China", "chn"])
@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_one_economy_under_two_labels_is_not_two_partners(label, made):
    """With the half of China's rows under its name it had two shares, and two places."""
    frame = exports(("CHN", 2020, 30.0), (label, 2020, 10.0), ("RUS", 2020, 40.0))
    for measure in (trade.partner_shares, lambda f: trade.rank(f, flow="exports")):
        with pytest.raises(UsageError, match="'CHN' and"):
            measure(made(frame))
    by_name = trade.partner_shares(made(exports(("China", 2020, 30.0), ("Russia", 2020, 10.0))))
    by_name = by_name if isinstance(by_name, pd.DataFrame) else by_name.df()
    assert sorted(by_name["share"]) == [0.25, 0.75]


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_one_partner_under_another_label_each_year_is_refused(made):
    """A relation, which is ranked a year at a time, had China in one of the two years."""
    cells = [("CHN", 2018, 9.0), ("RUS", 2018, 4.0), ("China", 2019, 9.0), ("RUS", 2019, 4.0)]
    for asked in ({}, {"partner": "CHN"}, {"partner": ["CHN", "RUS"], "needed": []}):
        with pytest.raises(UsageError, match="'CHN' and 'China' among the partners are one"):
            trade.rank(made(exports(*cells)), economy="KAZ", flow="exports", **asked)
    of_one_year = trade.rank(made(exports(*cells)), economy="KAZ", flow="exports", year=2018)
    assert of_one_year["partner"].tolist() == ["CHN", "RUS"]


def test_one_economy_under_two_labels_is_not_two_investors_creditors_or_destinations():
    twice = stocks().replace({"DEU": "China"})
    debt = owed(creditor=["CHN", "China", "RUS"])
    hosts = course(level="degree", year=2013, destination=["CHN", "China", "RUS"])
    for call in (
        lambda: investment.total(twice),
        lambda: investment.investor_shares(twice),
        lambda: investment.creditor_hhi(debt, source="D", whole="listed"),
        lambda: students.destination_shares(hosts, "KAZ", 2013, source="moe_brief_stats_peijin"),
    ):
        with pytest.raises(UsageError, match="'CHN' and 'China'"):
            call()


IN_PART = {
    "rank": (pair, "reporter", "KAZ", lambda f: trade.rank(f, economy="KAZ", flow="exports")),
    "lead": (
        pair, "reporter", "KAZ",
        lambda f: trade.lead(f, economies="KAZ", partner="CHN", year=2020, flow="exports"),
    ),
    "rank by partners": (
        lambda: pair().rename(columns={"reporter": "partner", "partner": "reporter"}),
        "partner", "KAZ", lambda f: trade.rank(f, economy="KAZ", flow="imports", basis="mirror"),
    ),
    "mirror_gap": (pair, "reporter", "KAZ", mirror),
    "mirror_gap, partner": (pair, "partner", "CHN", mirror),
    "reconcile": (pair, "reporter", "KAZ", reconcile),
    "partner_shares": (pair, "reporter", "KAZ", trade.partner_shares),
    "growth": (pair, "reporter", "KAZ", trade.growth),
    "growth, partner": (pair, "partner", "CHN", trade.growth),
    "stock_by_investor": (
        stocks, "host", "KAZ", lambda f: investment.stock_by_investor(f, "KAZ", 2020),
    ),
    "stock_years": (stocks, "host", "KAZ", lambda f: investment.stock_years(f, "KAZ")),
    "investor_shares": (stocks, "host", "KAZ", investment.investor_shares),
    "creditor_hhi": (
        owed, "debtor", "KGZ",
        lambda f: investment.creditor_hhi(f, source="D", whole="listed", debtors=["KGZ"]),
    ),
    "debt_exposure": (
        lambda: pd.concat([owed(), owed(year=2021)]), "creditor", "CHN",
        lambda f: exposure(f, product_of()),
    ),
    "debt_exposure, GDP": (
        lambda: pd.concat([product_of(), product_of(year=2021)]), "economy", "KGZ",
        lambda f: exposure(pd.concat([owed(), owed(year=2021)]), f),
    ),
    "deflator": (
        lambda: RATES, "economy", "USA",
        lambda f: investment.deflator_from_growth(f, "USA", source="S"),
    ),
    "gaps": (course, "origin", "KAZ", students.gaps),
}  # fmt: skip
RELATIONS = ("rank", "partner_shares", "growth", "growth, partner")


@pytest.mark.parametrize(
    ("name", "made"),
    [*((name, lambda f: f) for name in IN_PART), *((name, relation) for name in RELATIONS)],
)
def test_rows_under_the_name_of_an_economy_are_not_left_out(name, made):
    """With the largest partner's rows under the name of the reporter, the next one came first."""
    frame, column, code, measure = IN_PART[name]
    rows = frame().reset_index(drop=True)
    first = rows.index[rows[column] == code][0]
    rows.loc[first, column] = ca.economies.name_of(code)
    with pytest.raises(UsageError, match=ca.economies.name_of(code)):
        measure(made(rows))


def test_the_world_is_no_investor_no_creditor_and_no_destination():
    world = stocks().replace({"DEU": "World"})
    debt = owed(creditor=["CHN", "World", "RUS"])
    hosts = course(level="degree", year=2013, destination=["CHN", "World", "RUS"])
    for call in (
        lambda: investment.total(world),
        lambda: investment.investor_shares(world),
        lambda: investment.stock_by_investor(world, "KAZ", 2020),
        lambda: investment.creditor_hhi(debt, source="D", whole="listed"),
        lambda: students.destination_shares(hosts, "KAZ", 2013, source="moe_brief_stats_peijin"),
    ):
        with pytest.raises(AggregateError, match="a name of the aggregate WLD"):
            call()


def test_codes_of_another_kind_and_another_word_for_all_are_said():
    """Both ranked nobody."""
    two_letters = pair().replace({"KAZ": "KZ", "CHN": "CN", "RUS": "RU"})
    with pytest.raises(UsageError, match="no reporter is a code of the register: KZ"):
        trade.rank(two_letters, economy="KAZ", flow="exports")
    with pytest.raises(UsageError, match="product holds 'Total', not 'TOTAL'"):
        trade.rank(pair().assign(product="Total"), flow="exports")


CHAPTERS = {
    "rank": lambda f: trade.rank(f, economy="KAZ", flow="exports"),
    "rank of a year": lambda f: trade.rank(f, economy="KAZ", flow="exports", year=2020),
    "rank of all": lambda f: trade.rank(f, flow="exports"),
    "rank by partners": lambda f: trade.rank(f, economy="CHN", flow="imports", basis="mirror"),
    "lead": lambda f: trade.lead(f, economies="KAZ", partner="CHN", year=2020, flow="exports"),
    "rank_years": lambda f: trade.rank_years(f, economy="KAZ", needed=["CHN"]),
    "mirror_gap": mirror,
    "reconcile": reconcile,
}


@pytest.mark.parametrize("product", ["27", 27])
@pytest.mark.parametrize("name", CHAPTERS)
def test_where_all_rows_are_of_single_products_that_is_said(name, product):
    """A rank was empty, and a lead said that there were no exports."""
    measure, frame = CHAPTERS[name], pair()
    assert len(measure(frame))
    with pytest.raises(CoverageError, match=r"no row of product TOTAL with .*: product is 27"):
        measure(frame.assign(product=product))
    if name in ("rank", "rank of a year", "rank of all"):
        with pytest.raises(CoverageError, match=r"no row of product TOTAL with .*: product is 27"):
            measure(relation(frame.assign(product=product)))


@pytest.mark.parametrize("marks", [["False"] * 3, [np.nan, False, False], [None, None, None]])
def test_what_is_not_marked_as_an_aggregate_is_none(marks):
    frame = pair().assign(is_aggregate=pd.Series(marks, dtype=object))
    assert trade.rank(frame, flow="exports", year=2020)["partner"].tolist() == ["CHN", "RUS"]


def test_names_in_the_place_of_codes_are_not_called_missing():
    frame = pair().replace({"KAZ": "Kazakhstan", "CHN": "China", "RUS": "Russia"})
    for measure in (mirror, reconcile, lambda f: trade.rank(f, flow="exports")):
        with pytest.raises(UsageError, match="reporter holds 'Kazakhstan', not the code 'KAZ'"):
            measure(frame)
    with pytest.raises(UsageError, match="partner holds 'China', not the code 'CHN'"):
        mirror(pair().replace({"CHN": "China"}))


def test_arguments_take_names_everywhere():
    """Names gave empty frames, or 'no count'."""
    rows, choice = pair(), {"year": 2020, "flow": "exports"}
    by_name = trade.rank(rows, among=["China", "Russia"], needed=["China"], **choice)
    assert by_name["partner"].tolist() == ["CHN", "RUS"]
    able = trade.rank_years(rows, economy="KAZ", needed=["Russia"], flow="exports")
    assert able["economies"].tolist() == [1, 0]
    lead = trade.lead(
        rows, economies="Kazakhstan", partner="China", among=["China", "Russia"],
        needed=["Russia"], **choice,
    )  # fmt: skip
    assert lead["estimate"].tolist() == [3.0]
    assert trade.panel(rows, exclude=["China"])["importer"].tolist() == ["RUS"]
    named = investment.stock_by_investor(
        stocks(), "Kazakhstan", 2020, leave_out="Germany", merge={"Russia": "China"}
    )
    assert named[["investor", "value_usd"]].values.tolist() == [["CHN", 40.0]]
    assert deflated(RATES, "United States")["index"].round(2).tolist() == [100, 102, 105.06]
    between = {"economies": ["Kazakhstan"], "destination": "China", "start": 2013, "end": 2018}
    found = students.change_since(course(), **between)
    assert found[["economy", "estimate"]].values.tolist() == [["KAZ", 50.0]]
    hosts = course(level="degree")
    shares = students.destination_shares(hosts, "Kazakhstan", 2013, source="moe_brief_stats_peijin")
    assert shares["share"].tolist() == [1.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: trade.rank(pair(), year="2020"),
        lambda: trade.rank(pair(), year=[None]),
        lambda: trade.lead(pair(), economies=["KAZ"], partner="CHN", year="2020"),
        lambda: trade.rank(pair(), among=["NOPE"]),
        lambda: trade.mirror_gap("KAZ", "CHN", pair(), since=2022, until=2020),
        lambda: trade.reconcile("KAZ", "CHN", pair(), cif_fob="1.1"),
        lambda: trade.treated_pairs(trade.panel(pair()), "KAZ", "CHN", since="2020"),
        lambda: trade.panel(pair().assign(flow="re-export")),
        lambda: trade.panel(pair(), covariates=joined(value_usd=1)),
        lambda: trade.growth(pair(), by=()),
        lambda: trade.growth(pair(), by=("partner", "year")),
        lambda: trade.growth(relation(pair()), by=("partner", "year")),
        lambda: trade.growth(relation(pair().astype({"year": str}))),
        lambda: investment.total(stocks(), ()),
        lambda: investment.stock_by_investor(stocks(), "KAZ", "2020"),
        lambda: investment.stock_by_investor(stocks(), "NOPE", 2020),
        lambda: investment.convert_prices(stocks(), INDEX, base_year="2021"),
        lambda: investment.convert_prices(stocks(measure=None), INDEX, base_year=2021),
        lambda: investment.total(stocks(measure=["fdi_stock", None, "fdi_stock"])),
        lambda: investment.total(stocks(sector=["all", None, "all"])),
        lambda: investment.grant_element(np.array([1.0, 2.0]), 20, 5),
        lambda: investment.dac_rule(["lmic"]),
        lambda: deflated(RATES.assign(value=[np.inf, 1.0])),
        lambda: deflated(RATES.assign(unit=["annual %", None])),
        lambda: students.growth(course(), origins="KAZ", destination="CHN", since="a", until=9),
        lambda: stats.naive(squares(), 1.5),
        lambda: stats.naive(squares(), 2, level="0.9"),
        lambda: stats.arima(squares(), 1, order=(1, 1)),
        lambda: stats.arima(squares(), 1, order=(1, 0, 0), d=1),  # d was not looked at
        lambda: stats.ets(squares(), 2, damped="no"),  # it was damped
        lambda: stats.holm([0.01, 0.04]),
        lambda: stats.simplex_weights(["a"], [[1.0]]),
        lambda: stats.Axis("flow", ("a", "b"), main="c"),
        lambda: stats.Axis("flow", ("a", "a"), main="a"),
        lambda: stats.collapse(pd.DataFrame({"basis": [1]})),
        lambda: trade.gravity(pd.concat([flows(), flows()]), ["log_distance"]),
        lambda: trade.gravity(flows(), ["log_distance"], level="0.9"),
        lambda: trade.reassign(flows(), "CHN", "KAZ", since="2014", covariates=[]),
        lambda: investment.loan_terms(ca.load("projects"), edition="gcdf3_geo", discount=0),
        lambda: ca.load("trade", aggregates="no"),
        lambda: ca.economies.members("KAZ", 2020),
        lambda: ca.economies.members("EU", "2020"),
        lambda: ca.text([1]),
        lambda: trade.rank(pair(), flow="exports").plot(top="3"),
    ],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_refused(call):
    with pytest.raises(CaResearchError):
        call()


def test_a_whole_number_of_another_type_is_one():
    assert trade.rank(pair(), year=2020.0, flow="exports")["rank"].tolist() == [1, 2]
    found = investment.convert_prices(stocks(), INDEX, base_year=2021.0)
    assert set(found["price_basis"]) == {"constant 2021 USD"}
    series = pd.Series(np.random.default_rng(0).normal(1, 0.2, 12).cumsum(), index=squares().index)
    assert len(stats.ets(series, 2.0).frame) == len(stats.arima(series, 2.0).frame) == 2
    adjusted = stats.holm(pd.Series({"level": 0.01, "change": 0.04}))["adjusted"]
    assert adjusted.tolist() == [0.02, 0.04]
    assert len(trade.partner_shares(pair().query("year == 2020"), by="reporter")) == 2


def test_nobody_is_a_partner_of_their_own():
    """China's imports of its own goods made China its own largest rival."""
    rows = exports(("CHN", 2020, 90.0), ("USA", 2020, 60.0), ("RUS", 2020, 6.0), reporter="CHN")
    choice = {"year": 2020, "flow": "exports"}
    assert trade.rank(rows, **choice)["partner"].tolist() == ["USA", "RUS"]
    lead = trade.lead(rows, economies=["CHN"], partner="USA", **choice)
    assert lead[["estimate", "about"]].values.tolist() == [[10.0, {"rival": "RUS"}]]
    place = GENERIC["trade.rank"](rows, economies=["CHN"], partner="USA", listed=1, **choice)
    assert place["estimate"].tolist() == [1.0]


def test_a_rank_of_a_group_is_refused_as_such():
    with pytest.raises(AggregateError, match="cannot stand among its members"):
        trade.rank(pair(), partner="EU27")


def test_what_is_exported_to_one_is_no_more_than_to_all():
    rows = exports(("CHN", 2020, 300.0), ("WLD", 2020, 100.0))
    with pytest.raises(UsageError, match="more to CHN in 2020 than to the world"):
        trade.trade_intensity(rows)
    asked = {"economies": ["KAZ"], "partner": "CHN", "year": 2020, "flow": "exports"}
    with pytest.raises(UsageError, match="above the 100"):
        GENERIC["trade.share"](rows, whole="world", **asked)
    with pytest.raises(MixedUnitsError, match="more than BIL"):
        exposure(owed(chn=90.0), product_of())
    assert exposure(owed(chn=0.0, bil=0.0), product_of(0.0))["of_gdp"].isna().all()


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_products_are_of_one_level_and_totals_are_none(made):
    def shares(**values):
        found = trade.product_shares(made(basket(**values)))
        return found if isinstance(found, pd.DataFrame) else found.df()

    assert shares(p27=60.0, p72=40.0, Total=100.0)["share"].tolist() == [0.6, 0.4]
    for total in ("_T", "All products", "all commodities"):
        assert shares(p27=60.0, p72=40.0, **{total: 100.0})["share"].tolist() == [0.6, 0.4]
    with pytest.raises(MixedUnitsError, match="2709 stands beside 27"):
        shares(p27=60.0, p2709=50.0, p72=40.0)
    with pytest.raises(MixedUnitsError, match="HS2709 stands beside HS27"):
        shares(HS27=60.0, HS2709=50.0, HS72=40.0)
    with pytest.raises(MixedUnitsError, match="SITC33 stands beside SITC3"):
        shares(SITC3=100.0, SITC33=60.0, SITC34=40.0)
    with pytest.raises(MixedUnitsError, match="27 stands beside HS27"):
        shares(p27=60.0, HS27=60.0)
    of_one_level = {"SITC33": 60.0, "SITC34": 40.0}, {"HS27": 60.0, "72": 40.0}, {"A": 6, "A1": 4}
    assert [sorted(shares(**one)["share"]) for one in of_one_level] == [[0.4, 0.6]] * 3


PRINTED = ("27.09", "2709.00", "2709 00", "2709.00.10 00", "HS 27.09", " 27", "CN27", "HS2017-27")
PRINTED += ("H5-2709", "27-29", "HS27-29", "27, 29", "Chapter 27")


@pytest.mark.parametrize("printed", PRINTED)
def test_codes_as_they_are_printed_are_codes(printed):
    """Shares of 27 and of 27.09, which is a part of it, came to 1 together."""
    with pytest.raises(MixedUnitsError, match="stands beside"):
        trade.product_shares(basket(**{"27": 60.0, "72": 40.0, printed: 6.0}))


def test_codes_as_they_are_printed_may_be_of_one_level():
    of_one_level = (
        {"27.09": 60.0, "2711": 40.0},
        {"2709 00": 60.0, "HS2017-271111": 40.0},
        {"27-29": 60.0, "30-39": 40.0},
        {"27": 60.0, "9999AA": 40.0},
        {"27": 60.0, "Not specified": 40.0},
    )
    for one in of_one_level:
        assert sorted(trade.product_shares(basket(**one))["share"]) == [0.4, 0.6]


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_rows_of_all_products_are_left_out_whatever_they_lack(made):
    """A frame was refused for a total without a partner, and its relation was not."""
    rows = basket(p27=60.0, p72=40.0, TOTAL=100.0)
    found = trade.product_shares(made(rows.assign(partner=["WLD", "WLD", None])))
    found = found if isinstance(found, pd.DataFrame) else found.df()
    assert sorted(found["share"]) == [0.4, 0.6]
    with pytest.raises(UsageError, match="without 'partner'"):
        trade.product_shares(made(rows.assign(partner=["WLD", None, "WLD"])))


def test_products_as_numbers_are_not_those_of_text():
    own = basket(p27=60.0, p72=40.0)
    with pytest.raises(UsageError, match="numbers"):
        trade.complementarity(own.astype({"product": int}), own.assign(flow="import"))


def test_cif_is_cif_in_capitals():
    rows = pair().assign(valuation="CIF")
    assert reconcile(rows)["reported_low"].round(6).tolist() == [28.301887, 31.132075]


def test_a_row_without_a_partner_is_said_to_be_one():
    rows = basket(p27=60.0, p72=40.0).assign(partner=["WLD", None])
    with pytest.raises(UsageError, match="without 'partner'"):
        trade.revealed_comparative_advantage(rows, basket(p27=6.0, p72=4.0))


def test_a_sector_that_is_not_stated_adds_nothing_in_silence():
    rows = stocks(sector=["mining", None, "mining"])
    with pytest.raises(UsageError, match="without 'sector'"):
        investment.total(rows, ("host", "year", "sector"))


def test_a_stock_that_is_not_known_is_not_zero():
    rows = held(("CHN", 2020, np.nan), ("RUS", 2020, 10.0), ("DEU", 2020, 5.0))
    table = investment.stock_by_investor(rows, "KAZ", 2020).set_index("investor")
    assert table["rank"].dropna().to_dict() == {"RUS": 1, "DEU": 2}
    assert pd.isna(table.loc["CHN", "value_usd"])
    merged = investment.stock_by_investor(rows, "KAZ", 2020, merge={"DEU": "CHN"})
    assert merged.set_index("investor")["value_usd"].isna().to_dict() == {"CHN": True, "RUS": False}


def test_shares_of_investment_are_of_one_kind_and_of_something():
    for mixed in ({"sector": ["all", "mining", "all"]}, {"stage": ["committed", "paid", "paid"]}):
        with pytest.raises(MixedUnitsError):
            investment.investor_shares(stocks(**mixed))
    with pytest.raises(MixedUnitsError, match="year"):
        investment.investor_shares(stocks(year=[2019, 2020, 2020]), by=("host",))
    for values in ([0.0, 0.0, 0.0], [-30.0, 10.0, 5.0]):
        with pytest.raises(CoverageError, match="more than zero"):
            investment.investor_shares(stocks(value_usd=values, measure="fdi_flow"))
    single = investment.investor_shares(
        stocks(sector=["a", "b", "b"]), by=("host", "year", "sector")
    )
    assert single["share"].round(4).tolist() == [1.0, 0.6667, 0.3333]  # fmt: skip


def test_a_group_of_ones_own_is_no_investor_no_host_and_no_partner():
    rows = stocks(is_aggregate=[False, False, True]).replace({"DEU": "MINE"})
    assert investment.investor_shares(rows)["share"].tolist() == [0.75, 0.25]
    assert "MINE" not in set(investment.stock_by_investor(rows, "KAZ", 2020)["investor"])
    for measure in (investment.total, investment.rank):
        with pytest.raises(AggregateError, match="MINE"):
            measure(rows)
    hosts = course(level="degree", is_aggregate=[False, True, False], year=2013)
    hosts["destination"] = ["CHN", "MINE", "RUS"]
    with pytest.raises(AggregateError, match="MINE"):
        students.destination_shares(hosts, "KAZ", 2013, source="moe_brief_stats_peijin")
    partners = exports(("CHN", 2020, 30.0), ("RUS", 2020, 10.0), ("MINE", 2020, 40.0))
    share = GENERIC["trade.share"](
        partners.assign(is_aggregate=partners["partner"] == "MINE"),
        economies=["KAZ"], partner="CHN", year=2020, flow="exports", listed=1,
    )  # fmt: skip
    assert share["estimate"].tolist() == [0.75]


def test_a_creditor_without_a_figure_is_not_left_out_of_all_that_are_listed():
    rows = owed(creditor=["CHN", "RUS", "TUR"], value_usd=[40.0, 60.0, None])
    found = investment.creditor_hhi(rows, source="D", whole="listed")
    assert found["missing"].tolist() == ["no figure of Türkiye"]
    assert found[["hhi_low", "hhi_high"]].isna().all(axis=None)


def test_a_year_without_a_count_is_no_year_observed():
    """The change since 2014 was given as one over five years, from 2013."""
    rows = course(students=[np.nan, 110.0, 150.0])
    found = students.window_change(rows, economies=["KAZ"], destination="CHN")
    assert found["missing"].tolist() == ["no count of all students in China in 2013"]
    ends = {"economies": ["KAZ", "UZB"], "destination": "CHN", "start": 2013, "end": 2018}
    found = students.change_since(rows, **ends)
    assert found["missing"].str.startswith("no count").tolist() == [True, True]


STUDENTS = {
    "count": lambda f, **o: students.count(f, o.pop("origin", "KAZ"), destination="CHN", **o),
    "preferred_source": lambda f, **o: students.preferred_source(
        f, o.pop("origin", "KAZ"), destination="CHN", **o
    ),
    "growth": lambda f, **o: students.growth(
        f, origins=o.pop("origin", "KAZ"), destination="CHN", since=2013, until=2014, **o
    ),
    "window_change": lambda f, **o: students.window_change(
        f, economies=o.pop("origin", "KAZ"), destination="CHN", **o
    ),
    "change_since": lambda f, **o: students.change_since(
        f, economies=o.pop("origin", "KAZ"), destination="CHN", start=2013, end=2018, **o
    ),
    "intensity": lambda f, **o: students.intensity(
        f, inhabitants(), origins=o.pop("origin", "KAZ"), destination="CHN",
        population_source="P", **{"level": "all", "source": "moe_brief_stats_peijin"} | o,
    ),
    "destination_shares": lambda f, **o: students.destination_shares(
        f, "KAZ", 2013, **{"level": "all", "source": "moe_brief_stats_peijin"} | o
    ),
}  # fmt: skip


def inhabitants() -> pd.DataFrame:
    kind = {"economy": "KAZ", "indicator": "SP.POP.TOTL", "unit": "persons", "source_id": "P"}
    return pd.DataFrame({"year": [2013, 2014], "value": 1e6}).assign(**kind)


@pytest.mark.parametrize("name", STUDENTS)
def test_a_level_or_a_source_that_is_none_is_no_answer_about_the_world(name):
    """'No series of degrees students' was said as a fact."""
    measure = STUDENTS[name]
    measure(course())
    with pytest.raises(UnknownNameError, match="unknown level 'degrees'"):
        measure(course(), level="degrees")
    measure(course(level="doctoral"), level="doctoral")  # of one's own
    if name in ("count", "growth", "intensity", "destination_shares"):
        with pytest.raises(UnknownNameError, match="unknown source 'moe_brief_stats'"):
            measure(course(), source="moe_brief_stats")


@pytest.mark.parametrize("name", STUDENTS)
def test_names_in_the_place_of_codes_are_not_called_uncounted(name):
    with pytest.raises(UsageError, match="origin holds 'Kazakhstan', not the code 'KAZ'"):
        STUDENTS[name](course(origin=["KAZ", "Kazakhstan", "KAZ"]))
    if name != "destination_shares":
        with pytest.raises(UsageError, match="destination holds 'China', not the code 'CHN'"):
            STUDENTS[name](course(destination="China"))
        with pytest.raises(UsageError, match="no origin is a code"):
            STUDENTS[name](course(origin="KZ"))


@pytest.mark.parametrize("name", ["count", "growth", "window_change", "change_since", "intensity"])
def test_enrolled_and_intake_and_bounds_are_no_series_together(name):
    """From 100 enrolled to an intake of 200 was growth by all of it."""
    measure = STUDENTS[name]
    with pytest.raises(MixedUnitsError, match="statistic is enrolled, intake"):
        measure(course(statistic=["enrolled", "intake", "enrolled"]))
    if name not in ("count", "change_since"):  # these tell of each row, or take exact ones alone
        with pytest.raises(MixedUnitsError, match="lower bounds"):
            measure(course(precision=["exact", "lower_bound", "exact"]))
        measure(course(precision=["exact", "estimated", "rounded"]))


def test_growth_says_which_source_it_took():
    other = course(students=[5.0, 6.0, 7.0], source_id="uis_bilateral_360info", origin="UZB")
    span = {"destination": "CHN", "since": 2013, "until": 2014}
    rows = pd.concat([course(), other])
    found = students.growth(rows, origins=["KAZ", "UZB", "TKM"], **span)
    assert found["source_id"].tolist()[:2] == ["moe_brief_stats_peijin", "uis_bilateral_360info"]
    assert pd.isna(found["source_id"].iloc[2])
    asked = students.growth(rows, origins=["UZB"], source="moe_brief_stats_peijin", **span)
    assert asked["source_id"].tolist() == ["moe_brief_stats_peijin"]


@pytest.mark.parametrize("end", [2013, 2018])
def test_a_change_is_from_the_earlier_year_to_the_later(end):
    """Turned about, the number and its sign were the same."""
    with pytest.raises(UsageError, match="start 2018 is not before end"):
        students.change_since(course(), economies=["KAZ"], destination="CHN", start=2018, end=end)


def test_students_as_text_and_a_base_as_text():
    with pytest.raises(UsageError, match="no number"):
        students.gaps(course(students=["100", "many", "150"]))
    with pytest.raises(UsageError, match="per must be a number"):
        STUDENTS["intensity"](course(), per="1000")


def test_of_two_sources_the_register_chooses_and_not_the_order_of_rows():
    other = course(students=[1.0, 2.0, 3.0], source_id="uis_bilateral_360info")
    both = [pd.concat(parts) for parts in ([course(), other], [other, course()])]
    ends = {"economies": ["KAZ"], "destination": "CHN", "start": 2013, "end": 2018}
    one, two = (students.change_since(rows, **ends)["estimate"].item() for rows in both)
    assert one == two


def test_shares_of_no_student_are_none():
    hosts = course(level="degree", students=0.0, year=2013, destination=["CHN", "RUS", "TUR"])
    with pytest.raises(CoverageError, match="counts no student"):
        students.destination_shares(hosts, "KAZ", 2013, source="moe_brief_stats_peijin")


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("share", {"whole": "all"}),
        ("share", {"basis": "mirror"}),
        ("share", {"flow": "export"}),
        ("share", {"valuation": "fob"}),
        ("change", {"since": 2020, "of": "rank"}),
        ("change", {"since": 2020, "by": "ratio"}),
        ("change", {"since": 2020, "window": 0}),
        ("change", {"since": "2020"}),
        ("count", {"above": "9"}),
    ],
)
def test_a_choice_that_is_none_is_not_taken_for_the_default(name, choice):
    who = {} if name == "count" else {"partner": "CHN"}
    with pytest.raises((UnknownNameError, UsageError)):
        GENERIC[f"trade.{name}"](pair(), economies=["KAZ"], listed=1, year=2021, **who, **choice)


def test_generic_measures_name_the_column_they_miss():
    with pytest.raises(UnknownNameError, match="'scope'"):
        GENERIC["trade.share"](pair().drop(columns="scope"), economies=["KAZ"], partner="CHN")


def test_there_is_no_per_cent_of_less_than_nothing():
    """From -100 to 50 was -150 per cent."""
    voice = type("Voice", (), {"figure": lambda self, of, year: {2019: -100.0, 2020: 50.0}[year]})()
    value = generic.value("CHN")
    assert generic.change(value, 2019, 1, "percent").answer(voice, 2020) is None
    assert generic.change(value, 2019, 1, "difference").answer(voice, 2020) == 150.0


def test_placebos_never_leave_out_the_treated_unit():
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(14, 12)).cumsum(axis=0))
    found = stats.synthetic_control(wide.add_prefix("u"), "u0", 10)
    with pytest.raises(UsageError, match="worst"):
        found.placebos(worst=0.5)
    assert found.placebos(worst=np.inf).p == found.placebos().p


def test_an_event_study_counts_no_dates():
    cells = [(u, t, 2005.0 if u < 6 else np.nan) for u in range(14) for t in range(2000, 2010)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "from"])
    frame["y"] = np.random.default_rng(2).normal(size=len(frame))
    frame["year"] = pd.to_datetime(frame["year"].astype(str))
    with pytest.raises(UsageError, match="dates, not periods"):
        stats.event_study(frame, unit="unit", time="year", outcome="y", first="from")


@pytest.mark.parametrize(
    "call",
    [
        lambda wide: stats.synthetic_control(wide, "u0", 10, least_donors="3"),
        lambda wide: stats.synthetic_control(wide, "u0", 10, least_before=7.5),
        lambda wide: stats.synthetic_control(wide, "u0", 10).in_time(9),
        lambda wide: stats.synthetic_control(wide, "u0", 10).in_time("9"),
    ],
)
def test_numbers_of_a_synthetic_control_are_whole_and_its_dates_several(call):
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(14, 12)).cumsum(axis=0))
    with pytest.raises(UsageError, match="must be"):
        call(wide.add_prefix("u"))


def test_a_level_is_not_taken_for_damping():
    with pytest.raises(TypeError):
        stats.ets(squares(), 2, 0.8)
    assert stats.ets(squares(), 2, level=0.8).frame["level"].tolist() == [0.8, 0.8]


def treated_in(first: float, step: float = 1.0) -> pd.DataFrame:
    """Fourteen units over ten periods, six of them treated."""
    cells = [(u, 2000 + step * t, first if u < 6 else np.nan) for u in range(14) for t in range(10)]
    frame = pd.DataFrame(cells, columns=["unit", "year", "from"])
    return frame.assign(y=np.random.default_rng(2).normal(size=len(frame)))


@pytest.mark.parametrize("estimator", ["did2s", "saturated", "twfe"])
@pytest.mark.parametrize(("first", "step"), [(2005.5, 1.0), (2002.0, 0.5)])
def test_event_times_are_whole_and_not_cut(estimator, first, step):
    """Two rows were those of event time 0, half a period apart."""
    roles = {"unit": "unit", "time": "year", "outcome": "y", "first": "from"}
    with pytest.raises(UsageError, match="whole numbers"):
        stats.event_study(treated_in(first, step), estimator=estimator, **roles)
    found = stats.event_study(treated_in(2005.0), estimator=estimator, **roles)
    assert found.table["event_time"].is_unique


@pytest.mark.parametrize(
    "choice",
    [{"window": (-3,)}, {"window": "all"}, {"window": (-3.5, 3)}, {"level": "0.9"}, {"level": 95}],
)
def test_a_window_and_a_level_of_an_event_study(choice):
    roles = {"unit": "unit", "time": "year", "outcome": "y", "first": "from"}
    with pytest.raises(UsageError, match=next(iter(choice))):
        stats.event_study(treated_in(2005.0), **roles, **choice)


def test_a_sample_is_of_the_rows_that_its_index_names():
    """By position the rows of another order were taken."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(60, 2)), columns=["x", "y"])
    mask, other = data["x"] > 0, data.sample(frac=1, random_state=2)

    def found(frame, rows):
        curve = stats.specification_curve(frame, "y", "x", samples={"some": rows})
        return curve.to_frame()["estimate"].round(9).tolist()

    assert found(other, mask) == found(data, mask) == found(data, mask.to_numpy())
    with pytest.raises(UsageError, match="indexed by other rows"):
        found(data.set_index(data.index + 1), mask)


def test_one_type_of_loan_is_one():
    chosen = {"edition": "gcdf3_geo", "economies": "Kyrgyzstan"}
    one, several = (
        investment.loan_terms(ca.load("projects"), loan_types=types, **chosen).loans
        for types in ("loan", ["loan"])
    )
    assert len(one) == len(several) > 0


@pytest.mark.parametrize("columns", ["arrow", "index"])
def test_mixed_sources_are_refused_in_the_same_words_whatever_the_frame(columns):
    """Columns of arrow, and an index of years, met an error of pandas."""
    mixed = exports(("CHN", 2020, 30.0), ("CHN", 2020, 10.0))
    mixed = mixed.assign(source_id=["A", "B"], flow=["export", "import"])
    if columns == "arrow":
        mixed = mixed.convert_dtypes(dtype_backend="pyarrow")
    else:
        mixed = mixed.set_index(["year", "partner"], drop=False)
    with pytest.raises(UsageError, match="several sources"):
        trade.balance(mixed)


BY = {
    "partner_shares": (trade.partner_shares, pair, ("reporter", "year"), "value_usd"),
    "growth": (trade.growth, pair, ("reporter", "partner"), "year"),
    "product_shares": (trade.product_shares, lambda: basket(p27=6.0), ("reporter",), "product"),
    "balance": (
        trade.balance,
        lambda: pd.concat([pair(), pair().assign(flow="import")]).query("partner == 'CHN'"),
        ("reporter", "year"),
        "flow",
    ),
    "total": (investment.total, stocks, ("host",), "value_usd"),
    "investor_shares": (investment.investor_shares, stocks, ("host",), "investor"),
    "gaps": (students.gaps, course, ("origin",), "year"),
}


@pytest.mark.parametrize("name", BY)
def test_by_names_each_column_once_and_none_that_is_told_apart(name):
    """Twice, or with what a measure tells apart itself, it met an error of pandas."""
    measure, made, keys, own = BY[name]
    once, twice = (measure(made(), by=by) for by in (keys, (*keys, keys[0])))
    assert once.astype(str).values.tolist() == twice.astype(str).values.tolist()
    with pytest.raises(UsageError, match=f"{own!r} cannot stand in `by`"):
        measure(made(), by=(*keys, own))
    if name != "partner_shares":  # a frame of one account is one
        with pytest.raises(UsageError, match="names no column"):
            measure(made(), by=())


def test_coverage_is_told_by_source_and_year_once():
    whole = ca.coverage("students", by="origin")
    assert ca.coverage("students", by=["origin", "origin"]).equals(whole)
    by_year = ca.coverage("students", by=["year"])
    assert by_year["figures"].sum() == whole["figures"].sum()
    by_name = ca.holes("students", ["Kazakhstan"], destination="CHN")
    assert by_name.equals(ca.holes("students", "KAZ", destination="CHN"))
    assert by_name["figures"].item() > 0
    with pytest.raises(UnknownNameError, match="'by'"):
        ca.holes("students", by=["origin"])


def test_counts_of_another_frame_are_refused():
    students = ca.load("students")
    seen = Counts(students)
    asked = {"economies": ["KAZ"], "destination": "CHN", "seen": seen}
    assert ca.students.window_change(students, **asked)["estimate"].notna().all()
    early = students[students["year"] < 2015]
    with pytest.raises(UsageError, match="counts of another frame"):
        ca.students.window_change(early, **asked)
    with pytest.raises(UsageError, match="counts of another frame"):
        ca.students.share_change(early, **asked, total_source="uis_outbound_peijin")


CONSTANT = "constant 2018 USD"
PRICES = {"price_basis": CONSTANT}


def both_flows() -> pd.DataFrame:
    return pd.concat([pair(), pair().assign(flow="import", value_usd=[3.0, 1.0, 4.0])])


def by_chapter() -> pd.DataFrame:
    return basket(p27=60.0, p72=40.0)


def world_exports() -> pd.DataFrame:
    return pd.concat([pair(), exports(("WLD", 2020, 90.0), ("WLD", 2021, 90.0))])


PRICED = {
    "balance": (trade.balance, both_flows),
    "rank": BY_YEAR["rank"],
    "rank of years": (lambda f: trade.rank(f, flow="exports", year=[2019, 2020]), pair),
    "mirror_gap": BY_YEAR["mirror_gap"],
    "reconcile": BY_YEAR["reconcile"],
    "growth": BY_YEAR["growth"],
    "growth by prices": (lambda f: trade.growth(f, by=("partner", "price_basis")), pair),
    "partner_shares": (trade.partner_shares, pair),
    "partner_shares of one account": (
        lambda f: trade.partner_shares(f, by=()),
        lambda: pair()[:2],
    ),
    "product_shares": (trade.product_shares, by_chapter),
    "advantage": (
        lambda f: trade.revealed_comparative_advantage(f, by_chapter().assign(**PRICES)),
        by_chapter,
    ),
    "trade_intensity": (trade.trade_intensity, world_exports),
    "stock_by_investor": BY_YEAR["stock_by_investor"],
    "investor_shares": (investment.investor_shares, stocks),
    "creditor_hhi": (lambda f: investment.creditor_hhi(f, source="D"), owed),
}
PUSHED = ("rank", "growth", "partner_shares", "product_shares", "advantage")


@pytest.mark.parametrize("name", PRICED)
def test_what_is_made_of_constant_dollars_says_so(name):
    """Deflated a second time, for nothing said that they were constant, 2.4 bn were 0.6."""
    measure, made = PRICED[name]
    frame = made().reset_index(drop=True).assign(**PRICES)
    found = measure(frame)
    assert set(found["price_basis"]) == {CONSTANT}
    if name.startswith(PUSHED) and "one account" not in name:
        pushed = measure(relation(frame))
        pushed = pushed if isinstance(pushed, pd.DataFrame) else pushed.df()
        assert list(pushed) == list(found) and set(pushed["price_basis"]) == {CONSTANT}


def test_pictures_and_texts_of_constant_dollars_say_so():
    ranks = trade.rank(pair().assign(**PRICES), flow="exports", year=2020)
    assert ranks.plot().get_xlabel().startswith("Million constant 2018 US dollars, exports")
    gaps = mirror(pair().assign(**PRICES))
    assert "Million constant 2018 US dollars" in gaps.plot().get_xlabel()
    figure = ca.plots.trade_ranges(ranks, ["CHN", "RUS"], bases=["reporter"])
    assert figure.axes[0].get_xlabel() == "billion constant 2018 US dollars, exports"
    sides = reconcile(pair().assign(**PRICES))
    assert ca.plots.mirror_gaps(sides).axes[0].get_ylabel() == "billion constant 2018 US dollars"
    assert CONSTANT in ca.text(ranks).splitlines()[1]
    unpriced = trade.rank(pair(), flow="exports")
    assert "price_basis" not in unpriced
    assert set(ca.text(unpriced).splitlines()[1].split()) == {"USD"}


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_a_source_of_ones_own_speaks_where_it_is_alone(made):
    """The library's own advice, `frame.assign(source_id='MINE')`, led to "'MINE' has no role"."""
    mine, choice = pair().assign(source_id="MINE"), {"economy": "KAZ", "flow": "exports"}
    ranked = trade.rank(made(mine), **choice, year=2020)
    assert ranked["partner"].tolist() == ["CHN", "RUS"] and ranked["rank"].tolist() == [1, 2]
    by_year = mine.assign(source_id=mine["year"].map({2020: "MINE", 2021: "KAZ_BNS"}))
    found = trade.rank(made(by_year), **choice)
    assert found["sources"].tolist() == [("MINE",), ("MINE",), ("KAZ_BNS",)]
    both = pd.concat([mine, pair()], ignore_index=True)
    with pytest.raises(RegistryError, match="'MINE' has no role") as caught:
        trade.rank(made(both), **choice)
    assert "data add --role" in caught.value.hint
    with pytest.raises(RegistryError, match="'MINE' has no role"):
        trade.rank(made(mine), **choice, source="compiled")  # whether it is one, nothing says


def test_and_in_whatever_else_has_a_source_to_choose():
    mine = pair().assign(source_id="MINE")
    led = trade.lead(mine, economies=["KAZ"], partner="CHN", flow="exports", year=2020)
    assert led["estimate"].item() == 3
    able = trade.rank_years(mine, economy="KAZ", needed=["CHN", "RUS"], flow="exports")
    assert able["economies"].tolist() == [1, 0]
    counts = course(source_id="MINE")
    assert students.preferred_source(counts, "KAZ", destination="CHN") == "MINE"
    assert students.count(counts, "KAZ", destination="CHN")["students"].tolist() == [100, 110, 150]
    assert ca.tables.preferred_rows(mine, "year").equals(mine)


def test_a_source_of_ones_own_is_cited_once_it_is_added():
    """`cite` advised `frame.assign(source_id='MINE')` too, and did not know it then."""
    with pytest.raises(UnknownNameError, match="unknown source 'MINE'") as caught:
        ca.cite(pair().assign(source_id="MINE"))
    assert "ca-research data add" in caught.value.hint
    with pytest.raises(UsageError, match="name no source") as caught:
        ca.cite(pair().assign(source_id=["KAZ_BNS", None, None]))
    assert "MINE" not in caught.value.hint


INDEXED = {
    "shares": lambda: trade.partner_shares(pair().set_index(["reporter", "year"])),
    "ranks": lambda: trade.rank(pair().set_index(["reporter", "year"]), economy="KAZ"),
    "growth": lambda: trade.growth(pair().set_index("reporter")),
    "concentration": lambda: trade.hhi(trade.partner_shares(pair()).set_index("reporter")),
    "stocks": lambda: investment.stock_by_investor(stocks().set_index("host"), "KAZ", 2020),
    "students": lambda: students.count(course().set_index("origin"), "KAZ", destination="CHN"),
    "preferred": lambda: ca.tables.preferred_rows(pair().set_index("year"), "year"),
}


@pytest.mark.parametrize("name", INDEXED)
def test_a_column_in_the_index_is_said_to_be_there(name):
    """It was "unknown column 'reporter', did you mean partner?"."""
    with pytest.raises(UsageError, match="is in the index of the frame and no column") as caught:
        INDEXED[name]()
    assert "reset_index()" in caught.value.hint


@pytest.mark.parametrize("made", [lambda f: f, relation])
def test_years_as_text_beside_years_as_numbers_are_refused(made):
    """The world's exports, which were there, were said to lack."""
    own, world = basket(p27=60.0, p72=40.0), basket(p27=200.0, p72=800.0)
    text = [rows.assign(year="2020") for rows in (own, world)]
    for one, other in ((text[0], world), (own, text[1])):
        with pytest.raises(UsageError, match="'year' holds str, not years as numbers"):
            trade.revealed_comparative_advantage(made(one), other)
    with pytest.raises(UsageError, match="'year' holds str, not years as numbers"):
        trade.complementarity(own, text[1].assign(flow="import"))
