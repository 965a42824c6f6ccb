"""Trade: shares, concentration, growth, two sides of one flow, and ranks on one basis at a time.

Most frames are made up (values in plain numbers); the real tables are used where a test says so.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

import ca_research as ca
from ca_research.article import trade_priority
from ca_research.ground import economies as eco
from ca_research.ground.errors import (
    AggregateError,
    CoverageError,
    MixedUnitsError,
    UnknownNameError,
    UsageError,
)
from ca_research.registry.words import value_words
from ca_research.tables import preferred_rows
from ca_research.tables.preference import OWN_REPORTS
from ca_research.trade.rank import BASES, FLOWS, OWN_SOURCES, newest_year, reports

EU = eco.members("EU27", 2020)
KEYS = ["reporter", "year", "flow"]
COLUMNS = ["reporter", "partner", "year", "flow", "value_usd", "source_id"]


def frame(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS).assign(product="TOTAL")


def both(
    reporter: str, partner: str, export: float, import_: float, source: str, year: int = 2022
) -> list[tuple]:
    """Export and import rows of one reporter."""
    return [
        (reporter, partner, year, "export", export, source),
        (reporter, partner, year, "import", import_, source),
    ]


def own(*partners: tuple[str, float], source: str = "KAZ_BNS", year: int = 2022) -> list[tuple]:
    """KAZ's own report: half of each turnover is export."""
    return [row for p, v in partners for row in both("KAZ", p, v / 2, v / 2, source, year)]


POWERS = ("CHN", "RUS")


def ranked(rows: pd.DataFrame, **choices) -> pd.DataFrame:
    return ca.trade.rank(rows, **{"economy": "KAZ", "year": 2022, "needed": POWERS} | choices)


def newest(trade: pd.DataFrame, economies, basis="reporter", since=2013, **choices) -> int:
    seen = reports(trade, economies=economies)
    return newest_year(
        seen, economies, needed=POWERS, basis=basis, since=since, at_least=3, **choices
    )


def turnover(table: pd.DataFrame, column: str = "low") -> dict[str, float]:
    return table.set_index("partner")[column].to_dict()


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    return ca.load("trade", product="TOTAL")


# reports without a source


def test_reports_leave_a_source_out_as_if_it_had_published_nothing(real):
    codes = list(ca.economies.CA5)
    whole = reports(real, economies=codes)
    for source in sorted(real["source_id"].unique()):
        ours, fresh = (
            whole.without(source),
            reports(real[real["source_id"] != source], economies=codes),
        )
        assert ours.years() == fresh.years()
        for code in codes:
            for year in fresh.years():
                assert ours.order(code, year, OWN_REPORTS) == fresh.order(code, year, OWN_REPORTS)
                assert ours.of(code, year) == fresh.of(code, year)
                if year > 2020:
                    rows = (seen.at(code, year).reset_index(drop=True) for seen in (ours, fresh))
                    pd.testing.assert_frame_equal(*rows)


def test_what_was_made_of_a_year_is_made_once_also_without_a_source_that_says_nothing_of_it():
    trade = frame(*own(("CHN", 30)), *both("CHN", "KAZ", 1, 2, "GACC_2024", year=2024))
    whole = reports(trade, economies=["KAZ"])
    less, made = whole.without("GACC_2024"), []

    def count() -> int:
        made.append(len(made))
        return len(made)

    for year in (2022, 2022, 2024):
        for seen in (whole, less):
            seen.once("KAZ", year, "count", count)
    assert len(made) == 3  # 2024 is another year without the source
    assert less.years() == [2022] and whole.years() == [2022, 2024]


# shares, concentration, growth


def test_shares_sum_to_one_and_count_partners():
    shares = ca.trade.partner_shares(frame(*own(("CHN", 30), ("RUS", 50), ("TUR", 20))))
    assert shares.groupby(KEYS)["share"].sum().tolist() == pytest.approx([1, 1])
    assert turnover(shares[shares["flow"] == "export"], "share") == {
        "CHN": 0.3,
        "RUS": 0.5,
        "TUR": 0.2,
    }
    assert set(shares["partners"]) == {3}


def test_shares_of_the_world_leave_the_unallocated_outside():
    rows = frame(*own(("CHN", 30), ("RUS", 50), ("_X", 10), ("WLD", 200)))
    shares = ca.trade.partner_shares(rows, denominator="world")
    assert turnover(shares[shares["flow"] == "import"], "share") == {
        "CHN": 0.15,
        "RUS": 0.25,
        "_X": 0.05,
    }
    with pytest.raises(CoverageError, match="sum to"):  # 45 % of the world is no distribution
        ca.trade.hhi(shares, by=KEYS)


def test_shares_of_the_world_need_the_world_row():
    with pytest.raises(CoverageError, match="WLD"):
        ca.trade.partner_shares(frame(*own(("CHN", 30), ("RUS", 50))), denominator="world")


@pytest.mark.parametrize("aggregate", ["EU27", "EU", "CIS", "SCO", "OTS"])
def test_shares_refuse_aggregates_beside_their_members(aggregate):
    with pytest.raises(AggregateError, match=aggregate):
        ca.trade.partner_shares(frame(*own(("CHN", 30), (aggregate, 40))))


@pytest.mark.parametrize(
    "second", [("CHN", 31.0), ("TUR", 20.0)], ids=["one cell twice", "one total of two sources"]
)
def test_shares_refuse_two_sources(second):
    rows = [*own(("CHN", 30), ("RUS", 50)), *own(second, source="KAZ_WITS_BNS_PANEL")]
    with pytest.raises(UsageError, match="source"):
        ca.trade.partner_shares(frame(*rows))


def test_shares_refuse_mixed_products_unless_kept_apart():
    rows = pd.concat(
        [frame(*own(("CHN", 30), ("RUS", 50))).assign(product=p) for p in ("TOTAL", "27")]
    )
    with pytest.raises(MixedUnitsError, match="product"):
        ca.trade.partner_shares(rows)
    shares = ca.trade.partner_shares(rows, by=(*KEYS, "product"))
    assert shares.groupby([*KEYS, "product"])["share"].sum().tolist() == pytest.approx([1] * 4)


def test_an_error_names_the_source_to_choose_or_the_column_that_differs():
    rows = ca.load("trade", reporter="KAZ", partner="CHN", flow="import", product="TOTAL")
    with pytest.raises(UsageError, match="share a cell") as caught:
        ca.trade.growth(rows)
    assert "source='KAZ_BNS'" in caught.value.hint and "'preferred'" in caught.value.hint
    preferred = rows[rows["year"] < 2024].pipe(preferred_rows, ["year"])
    with pytest.raises(UsageError, match="come from several sources") as caught:
        ca.trade.growth(preferred)
    assert caught.value.hint == "choose one source first: load(..., source='KAZ_BNS')"
    once = preferred[preferred["source_id"] == "KAZ_BNS"]
    for second, hint in (
        (once, "drop rows that stand twice"),
        (once.assign(scope="goods_and_services"), "choose one scope"),
    ):
        with pytest.raises(UsageError, match="share a cell") as caught:
            ca.trade.growth(pd.concat([once, second]))
        assert caught.value.hint == hint


def test_growth_does_not_bridge_a_gap_nor_grow_from_zero():
    years = {2015: 100.0, 2016: 150.0, 2018: 300.0, 2019: 0.0, 2020: 5.0}
    rows = frame(*[("KAZ", "CHN", y, "export", v, "KAZ_BNS") for y, v in reversed(years.items())])
    found = ca.trade.growth(rows).set_index("year")["growth"]
    assert found[2016] == pytest.approx(0.5)
    assert found[2019] == -1
    assert found[[2015, 2018, 2020]].isna().all()
    with pytest.raises(UsageError, match="share a cell"):
        ca.trade.growth(pd.concat([rows, rows.assign(source_id="WTO_HSM")]))


# the two sides


def test_the_mirror_of_the_mirror_is_the_first_side(real):
    pair = {"KGZ", "CHN"}
    rows = real[real["reporter"].isin(pair) & real["partner"].isin(pair)]
    one, other = (ca.trade.perspective(rows, [e]) for e in ("KGZ", "CHN"))
    merged = one.merge(
        other, on=["reporter", "partner", "year", "flow", "source_id"], suffixes=("", "_2")
    )
    assert len(merged) == len(one) == len(other) > 50
    assert (merged["side"] != merged["side_2"]).all()
    assert (merged["direction"] != merged["direction_2"]).all()
    assert (merged["economy"] == merged["other_2"]).all()


def test_a_perspective_turns_the_partners_import_into_an_export():
    seen = ca.trade.perspective(
        frame(("CHN", "KAZ", 2022, "import", 7.0, "WITS_CHN_2022X")), ["KAZ"]
    ).iloc[0]
    assert (seen["economy"], seen["other"], seen["direction"], seen["side"]) == (
        "KAZ",
        "CHN",
        "export",
        "mirror",
    )


def test_estimates_and_filled_zeros_are_no_reports():
    rows = frame(
        *own(("CHN", 30)),
        *own(("CHN", 98), source="UNCTAD_TMATRIX"),
        *own(("RUS", 9), ("TUR", 0), source="PENPPML"),
    )
    seen = ca.trade.perspective(rows, ["KAZ"])
    assert set(zip(seen["other"], seen["source_id"], strict=True)) == {
        ("CHN", "KAZ_BNS"),
        ("RUS", "PENPPML"),
    }


def test_a_gap_needs_both_sides():
    rows = frame(
        ("KGZ", "CHN", 2022, "import", 4.0, "KGZ_NSC"),
        ("CHN", "KGZ", 2022, "export", 15.0, "WITS_CHN_2022X"),
        ("CHN", "KGZ", 2021, "export", 7.0, "IMF_IMTS_CHN_M"),
    )
    gap = ca.trade.mirror_gap("Kyrgyzstan", "China", rows).set_index("year")
    assert gap.loc[2022, ["reported", "mirror", "gap", "ratio", "low", "high"]].tolist() == [
        4,
        15,
        11,
        3.75,
        4,
        15,
    ]
    assert gap.loc[2021, ["reported", "gap", "ratio"]].isna().all()
    assert gap.loc[2021, "mirror"] == 7
    with pytest.raises(CoverageError, match="no report"):
        ca.trade.mirror_gap("TKM", "CHN", rows)


# ranks on one basis


WRONG = frame(  # the trap: own reports of KAZ 2022 in bn USD, with what China says of it (31.2)
    *own(("CHN", 24.2), ("RUS", 27.0)), *both("CHN", "KAZ", 16.4, 14.8, "WITS_CHN_2022X")
)


def test_a_partners_report_never_enters_the_own_basis():
    table = ranked(WRONG, basis="reporter")
    assert turnover(table) == {"RUS": pytest.approx(27.0), "CHN": pytest.approx(24.2)}
    assert set(table["sources"]) == {("KAZ_BNS",)}
    mirror = ranked(WRONG, basis="mirror")
    assert turnover(mirror) == {
        "CHN": pytest.approx(31.2)
    }  # Russia does not report: no rank, but no mixture
    with pytest.raises(CoverageError, match="Russia"):
        trade_priority.lead(WRONG, economies=["KAZ"], basis="mirror")


def test_a_range_of_both_sides_needs_both_and_a_rank_is_open_where_ranges_overlap():
    """Russia on one side only stood in the range of both, and decided the newest year."""
    older = frame(
        *both("KAZ", "CHN", 9, 9, "KAZ_BNS", 2021), *both("KAZ", "RUS", 12, 12, "KAZ_BNS", 2021)
    )
    theirs = frame(
        *both("CHN", "KAZ", 11, 11, "WITS_CHN_2022X", 2021),
        *both("RUS", "KAZ", 13, 13, "RUS_FTS", 2021),
    )
    table = ranked(WRONG, basis="interval")
    assert turnover(table) == {"CHN": pytest.approx(24.2)}  # 12.1 + 12.1
    assert turnover(table, "high") == {"CHN": pytest.approx(31.2)}
    with pytest.raises(CoverageError, match="Russia"):
        trade_priority.lead(WRONG, economies=["KAZ"], basis="interval")
    lead = ca.trade.lead(WRONG, economies=["KAZ"], partner="CHN", year=2022, basis="interval")
    assert lead["missing"].item()
    whole = pd.concat([WRONG, older, theirs])
    found = trade_priority.lead(whole, economies=["KAZ"], basis="interval").iloc[0]
    assert found["last_year"] == 2021 and found["high"] == pytest.approx(22 / 24)
    russia_too = pd.concat(
        [WRONG, frame(*both("RUS", "KAZ", 20.0, 10.0, "RUS_FTS"))]
    )  # 30.0 against 27.0
    found = trade_priority.lead(russia_too, economies=["KAZ"], basis="interval").iloc[0]
    assert found["low"] == pytest.approx(
        24.2 / (20.0 + 13.5)
    )  # flow by flow: 20.0 and 13.5, the higher reports
    assert found["high"] == pytest.approx(31.2 / (13.5 + 10.0))
    assert pd.isna(found["estimate"])


def test_a_partner_without_one_direction_is_left_out_of_turnover_only():
    rows = frame(*own(("CHN", 24), ("RUS", 27)), ("KAZ", "TUR", 2022, "import", 90.0, "KAZ_BNS"))
    assert set(ranked(rows)["partner"]) == {"CHN", "RUS"}
    assert ranked(rows, flow="imports")["partner"].iloc[0] == "TUR"


def test_own_reports_are_of_one_source_per_direction():
    # the office lacks Russia, so both partners come from the panel, although the office has China
    rows = frame(*own(("CHN", 99)), *own(("CHN", 24), ("RUS", 27), source="KAZ_WITS_BNS_PANEL"))
    table = ranked(rows)
    assert turnover(table) == {"RUS": 27, "CHN": 24}
    assert set(table["sources"]) == {("KAZ_WITS_BNS_PANEL",)}
    assert ranked(frame(*own(("CHN", 99)))).empty  # no source covers both


def test_every_ranks_unnamed_partners_and_named_does_not():
    rows = frame(*own(("CHN", 24), ("RUS", 27), ("ITA", 50), ("WLD", 200)))
    assert ranked(rows)["partner"].tolist() == ["ITA", "RUS", "CHN"]
    assert ranked(rows, among=trade_priority.among("named"))["partner"].tolist() == [
        "RUS",
        "CHN",
    ]


@pytest.mark.parametrize(
    ("extra", "union"),
    [
        ([(m, 2.0) for m in EU], 54.0),  # the sum of the 27
        ([(m, 2.0) for m in EU[:25]], 50.0),  # 25 listed members are enough
        (
            [(m, 2.0) for m in EU[:24]],
            None,
        ),  # 24 are not: the union is then absent, never a part of itself
        ([(m, 2.0) for m in EU] + [("EU27", 55.0)], 55.0),  # the union's own row wins
        (
            [(m, 2.0) for m in EU] + [("EU", 60.0)],
            54.0,
        ),  # 'EU' of an office is a changing set: members instead
        ([("EU", 60.0)], None),
    ],
)
def test_the_union_as_one_partner(extra, union):
    rows = frame(*own(("CHN", 24), ("RUS", 27), *extra))
    for partners in ("named", "every"):
        table = ranked(rows, eu="one", among=trade_priority.among(partners))
        assert turnover(table).get("EU27") == union
        assert not set(table["partner"]) & set(EU)


def test_the_wto_row_of_the_union_stands_for_it():
    rows = frame(*own(("CHN", 24), ("RUS", 27), ("EU", 60), source="WTO_HSM"))
    assert turnover(ranked(rows, eu="one"))["EU27"] == 60


def test_members_seen_from_two_sides_are_not_one_union():
    # one source, both sides: 14 members by KAZ's report, 13 others by their own
    mine = own(("CHN", 24), ("RUS", 27), *[(m, 2.0) for m in EU[:14]], source="WTO_HSM")
    theirs = [row for m in EU[14:] for row in both(m, "KAZ", 1.0, 1.0, "WTO_HSM")]
    table = ranked(frame(*mine, *theirs), basis="interval", eu="one")
    assert "EU27" not in set(table["partner"])


def test_the_newest_year_needs_three_of_five_and_china_and_russia():
    offices = {"KAZ": "KAZ_BNS", "KGZ": "KGZ_NSC", "UZB": "UZB_STAT"}
    rows = [
        r
        for e, s in offices.items()
        for y in (2020, 2021, 2022)
        for p in ("CHN", "RUS")
        if (e, y, p) != ("UZB", 2022, "RUS")
        for r in both(e, p, 1, 1, s, y)
    ]
    trade = frame(*rows)
    assert newest(trade, eco.CA5, "reporter") == 2021
    assert newest(trade, ["KAZ"], "reporter") == 2022  # all that are asked for, if fewer
    found = trade_priority.lead(
        trade, economies=eco.CA5, basis="reporter", year="newest-1"
    ).set_index("economy")
    assert set(found["last_year"].dropna()) == {2020}
    assert found.loc["TJK", "missing"].endswith("in 2020 (own report)")
    for basis, eu in (("mirror", "apart"), ("reporter", "one")):
        with pytest.raises(CoverageError, match=value_words(basis)):
            newest(trade, eco.CA5, basis, eu=eu)


def test_a_rank_is_taken_from_no_year_before_the_first_that_counts():
    rows = [r for p in ("CHN", "RUS") for r in both("KAZ", p, 1, 1, "WITS_CA_IMPORTS", 2012)]
    trade = frame(*rows)
    assert newest(trade, ["KAZ"], "reporter", since=2012) == 2012
    with pytest.raises(CoverageError, match="since 2013"):
        newest(trade, ["KAZ"], "reporter")
    with pytest.raises(CoverageError, match="since 2013"):
        trade_priority.lead(trade, economies=["KAZ"], basis="reporter")
    assert (
        trade_priority.lead(trade, economies=["KAZ"], basis="reporter", since=2012)[
            "last_year"
        ].item()
        == 2012
    )
    assert trade_priority.newest_ranks(trade, ["KAZ"]).empty


@pytest.mark.parametrize(
    "wrong",
    [{"basis": "both"}, {"flow": "total"}, {"source": "best"}, {"eu": "two"}],
)
def test_a_misspelt_choice_is_refused_and_not_taken_for_another(wrong):
    choices = {"basis": "reporter"} | wrong
    with pytest.raises(UnknownNameError):
        ranked(WRONG, **choices)
    with pytest.raises(UnknownNameError):
        trade_priority.lead(WRONG, economies=["KAZ"], **choices)


@pytest.mark.parametrize("eu", ["apart", "one"])
@pytest.mark.parametrize("basis", BASES)
def test_years_that_can_be_ranked_agree_with_the_ranks_of_the_real_table(real, basis, eu):
    part = real[
        real["year"].isin([2005, 2016, 2019, 2021, 2022, 2023])
        & (real["source_id"] != "UNCTAD_TMATRIX")
    ]
    part = part[part["reporter"].isin(eco.CA5) | part["partner"].isin(eco.CA5)]
    needed = {"CHN", "RUS"} | ({"EU27"} if eu == "one" else set())
    for flow in FLOWS:
        for source in OWN_SOURCES if basis == "reporter" else ("office_first",):
            choices = {"basis": basis, "flow": flow, "eu": eu, "source": source}
            seen = ca.trade.rank_years(part, economy=eco.CA5, needed=POWERS, **choices)
            seen = seen.set_index("year")["economies"]
            table = ranked(part, economy=eco.CA5, year=None, **choices)
            listed = table.groupby(["year", "economy"])["partner"].agg(set)
            for year in sorted(set(part["year"])):
                able = sum(needed <= partners for partners in listed.get(year, ()))
                assert seen.get(year, 0) == able, (flow, source, year)


def test_a_rank_among_one_partner_is_refused():
    """A frame that was filtered by partner made anyone the first."""
    rows = ca.load("trade", reporter="KAZ", partner="CHN", product="TOTAL", year=2023)
    with pytest.raises(UsageError, match="lists one partner of KAZ") as caught:
        ca.trade.rank(rows, partner="China")
    assert "all partners" in caught.value.hint


RANKED = frame(*own(("CHN", 24), ("RUS", 27), ("TUR", 9), ("WLD", 70)))


@pytest.mark.parametrize("made", [lambda f: f, lambda f: duckdb.connect().from_df(f)])
def test_a_partner_that_nobody_lists_is_named_and_does_not_silence_the_others(made):
    asked = {"economy": "KAZ", "year": 2022}
    with pytest.raises(CoverageError, match="China and Bhutan") as caught:
        ca.trade.rank(made(RANKED), partner=["CHN", "BTN"], **asked)
    assert caught.value.hint == "leave Bhutan out, or say who must be there: needed=['CHN']"
    theirs = pd.concat([RANKED, frame(*both("CHN", "KAZ", 12, 12, "CHN_GACC"))])
    with pytest.raises(CoverageError, match="China and Bhutan"):
        ca.trade.rank(made(theirs), partner=["CHN", "BTN"], basis=["reporter", "mirror"], **asked)
    found = ca.trade.rank(made(RANKED), partner=["CHN", "BTN"], needed=["CHN"], **asked)
    assert found["partner"].tolist() == ["CHN"]
    assert ca.trade.rank(made(RANKED), partner="BTN", **asked).empty
    for silent in ({"economy": "TKM", "year": 2022}, {"economy": "KAZ", "year": 2021}):
        assert ca.trade.rank(made(RANKED), partner=["CHN", "RUS"], **silent).empty


@pytest.mark.parametrize("made", [lambda f: f, lambda f: duckdb.connect().from_df(f)])
@pytest.mark.parametrize("argument", ["partner", "among", "needed"])
def test_a_group_is_no_partner_of_a_rank(made, argument):
    for group in ("CA5", ["EU27", "CHN"], "World"):
        with pytest.raises(AggregateError, match="cannot stand among its members"):
            ca.trade.rank(made(RANKED), economy="KAZ", year=2022, **{argument: group})


@pytest.mark.parametrize("argument", ["partner", "among", "needed"])
def test_a_group_has_no_lead(argument):
    choices = {"economies": ["KAZ"], "year": 2022, "partner": "CHN"} | {argument: "CA5"}
    if argument != "partner":
        choices[argument] = ["CHN", "RUS", "CA5"]
    with pytest.raises(AggregateError, match="cannot stand among its members"):
        ca.trade.lead(RANKED, **choices)
    with pytest.raises(AggregateError, match="cannot stand among its members"):
        ca.trade.rank_years(RANKED, economy="KAZ", needed=["CA5"])


def test_who_is_asked_about_takes_part():
    """A lead among others said that there was no turnover with China."""
    asked = {"economies": ["KAZ"], "year": 2022, "partner": "CHN"}
    with pytest.raises(UsageError, match="CHN is asked about"):
        ca.trade.lead(RANKED, among=["RUS", "TUR"], **asked)
    with pytest.raises(UsageError, match="TUR is asked about"):
        ca.trade.lead(RANKED, among=["RUS", "CHN"], needed=["TUR"], **asked)
    with pytest.raises(UsageError, match="CHN is asked about"):
        ca.trade.rank(RANKED, economy="KAZ", partner="CHN", among=["RUS", "TUR"])
    union = {"among": ["CHN", "RUS"], "eu": "one"}
    assert ca.trade.lead(RANKED, **(asked | {"partner": "EU27"}), **union)["estimate"].isna().all()


@pytest.mark.parametrize("made", [lambda f: f, lambda f: duckdb.connect().from_df(f)])
def test_what_is_asked_for_twice_is_answered_once(made):
    once = {"economy": "KAZ", "year": 2022, "partner": "CHN", "basis": "reporter"}
    twice = {"economy": ["KAZ", "Kazakhstan"], "year": [2022, 2022], "partner": ["CHN", "China"]}
    twice |= {"basis": ["reporter", "reporter"]}
    assert ca.trade.rank(made(RANKED), **twice).equals(ca.trade.rank(made(RANKED), **once))


def test_an_economy_named_twice_has_one_lead_and_one_reconciliation():
    twice = ["KAZ", "Kazakhstan"]
    assert len(ca.trade.lead(RANKED, economies=twice, partner="CHN", year=2022)) == 1
    rows = RANKED.assign(valuation="fob")
    assert len(ca.trade.reconcile(twice, "CHN", rows)) == len(
        ca.trade.reconcile("KAZ", "CHN", rows)
    )


@pytest.mark.parametrize("made", [lambda f: f, lambda f: duckdb.connect().from_df(f)])
@pytest.mark.parametrize("economy", [None, "KAZ"])
def test_names_in_the_place_of_codes_are_refused_wherever_rows_are(made, economy):
    named = RANKED.replace({"reporter": {"KAZ": "Kazakhstan"}})
    beside = pd.concat([named, RANKED.assign(reporter="UZB", source_id="UZB_STAT")])
    for rows in (named, beside):
        with pytest.raises(UsageError, match="reporter holds 'Kazakhstan', not the code 'KAZ'"):
            ca.trade.rank(made(rows), economy=economy, year=2022)
