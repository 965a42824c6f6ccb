"""Places in lists, words of officials, coded goals, polls and grants on invented rows."""

from __future__ import annotations

import datetime as dt
import inspect
import itertools

import pandas as pd
import pytest

import ca_research as ca
from ca_research import article
from ca_research.article import aid, approval
from ca_research.article.documents import measures as docs
from ca_research.ground.errors import CoverageError, UnknownNameError, UsageError
from ca_research.registry.codings import Coding

# invented: item, economy, kind, powers, all_named, says, strength, text_seen, date
TEXTS = (
    ("k1", "KAZ", "doctrine", "2", "4", "none", "secondary", "excerpt", "2014"),
    ("k2", "KAZ", "address", "1", "1", "none", "primary", "full", "2020-03"),
    (
        "k3",
        "KAZ",
        "address",
        "u",
        "u",
        "none",
        "primary",
        "full",
        "2022",
    ),  # newer, but the order is not visible
    ("k4", "KAZ", "doctrine", "9", "9", "none", "primary", "none", "2024"),  # not seen at all
    ("u1", "UZB", "list", "5", "6", "none", "secondary", "full", "2006"),
    ("t1", "TJK", "doctrine", "u", "u", "none", "primary", "excerpt", "2015"),
    ("w1", "KGZ", "words", "u", "u", "priority", "primary", "excerpt", "2016"),
    ("w2", "KGZ", "words", "u", "u", "near", "primary", "excerpt", "2017"),
    ("w3", "TJK", "words", "u", "u", "near", "primary", "excerpt", "2018"),
    ("w4", "KAZ", "words", "u", "u", "none", "secondary", "excerpt", "2004"),
    ("s1", "CA5", "tier", "u", "u", "near", "primary", "excerpt", "2023"),
)


def evidence() -> pd.DataFrame:
    columns = ["item", "economy_", "k", "p", "a", "s", "strength", "text_seen", "date"]
    rows = pd.DataFrame(list(TEXTS), columns=columns)
    rows["claim"], rows["reading"], rows["direction"] = "C09", "doctrine_rank", "context"
    rows["origin_group"], rows["source_id"], rows["statement"] = (
        rows["item"],
        "S_" + rows["item"],
        rows["item"],
    )
    return rows.drop(columns=["economy_", "k", "p", "a", "s"])


@pytest.fixture(autouse=True)
def invented(monkeypatch):
    places = {str(i): "invented" for i in range(1, 10)} | {"u": "invented"}
    fields = {
        "economy": {"meaning": "m"},
        "kind": {"meaning": "m"},
        "powers": {"meaning": "m", "values": places},
        "all_named": {"meaning": "m", "like": "powers"},
        "before": {"meaning": "m"},
        "says": {"meaning": "m"},
    }
    rows = [
        {
            "claim": "C09",
            "item": i,
            "reason": "invented",
            "codes": {"economy": e, "kind": k, "powers": p, "all_named": a, "says": s}
            | ({"before": "RUS"} if p == "2" else {}),
        }
        for i, e, k, p, a, s, *_ in TEXTS
    ]
    content = {
        "title": "t",
        "declared_on": dt.date(2026, 11, 25),
        "about": "a",
        "fields": fields,
        "rows": rows,
    }
    monkeypatch.setattr(docs, "registry_coding", lambda name: Coding.model_validate(content))


def by_economy(frame: pd.DataFrame, column: str = "estimate") -> dict[str, object]:
    return {r["economy"]: None if pd.isna(r[column]) else r[column] for _, r in frame.iterrows()}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (
            {},
            {"KAZ": 1, "UZB": None, "TJK": None},
        ),  # the newest visible one; a press list is no official text
        ({"version": "newest-1"}, {"KAZ": 2, "UZB": None, "TJK": None}),
        ({"version": "newest-1", "order": "all_named"}, {"KAZ": 4, "UZB": None, "TJK": None}),
        ({"texts": "all"}, {"KAZ": 1, "UZB": 5, "TJK": None}),
        (
            {"version": "newest-2"},
            {"KAZ": None, "UZB": None, "TJK": None},
        ),  # the unseen text is no third
    ],
)
def test_place_in_the_newest_visible_list(choices, expected):
    found = article.doctrine.partner_rank(evidence(), economies=["KAZ", "UZB", "TJK"], **choices)
    assert by_economy(found) == expected
    assert all(bool(r["missing"]) == pd.isna(r["estimate"]) for _, r in found.iterrows())


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"version": "newest-1"}, "second after Russia"),
        ({"version": "newest-1", "order": "all_named"}, "fourth"),  # others are named before it too
        ({}, "first"),
    ],
)
def test_a_place_names_the_powers_before_it_where_it_counts_these_alone(choices, told):
    (row,) = article.doctrine.partner_rank(evidence(), economies=["KAZ"], **choices).to_dict(
        "records"
    )
    assert row["about"] == {"place": told}


def test_two_reports_of_one_text_are_one_text():
    rows = evidence()
    rows.loc[rows["item"].isin(["k1", "k2"]), ["origin_group", "date"]] = "one", "2020"
    found = article.doctrine.partner_rank(rows, economies=["KAZ"]).iloc[0]
    assert pd.isna(found["estimate"]) and (found["low"], found["high"]) == (1, 2)
    before = article.doctrine.partner_rank(rows, economies=["KAZ"], version="newest-1").iloc[0]
    assert pd.isna(before["estimate"]) and before["missing"].startswith("only 1 text")


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, {"KGZ": 1, "TJK": 0, "KAZ": None, "TKM": None}),  # a scholar is no official
        ({"coding": "wide"}, {"KGZ": 2, "TJK": 1, "KAZ": None, "TKM": None}),
        ({"kinds": "words_and_tiers"}, {"KGZ": 1, "TJK": 0, "KAZ": 0, "TKM": 0}),
        (
            {"coding": "wide", "kinds": "words_and_tiers"},
            {"KGZ": 3, "TJK": 2, "KAZ": 1, "TKM": 1},
        ),  # signed by all five
    ],
)
def test_words_of_officials(choices, expected):
    found = article.doctrine.official_words(
        evidence(), economies=["KGZ", "TJK", "KAZ", "TKM"], **choices
    )
    assert by_economy(found) == expected


# --- coded goals
#
#
#
# --------------------------------------------------------------------------------------------------

# invented: item, origin_group, strength, date
GOALS = (
    ("one [RUS=1 CHN=0 IRN=u LIB=1]", "US_A", "primary", "1997"),
    ("one again [RUS=0 CHN=0]", "US_A", "primary", "1997"),  # the same document in a second row
    ("two [RUS=0 CHN=u]", "US_B", "primary", "2003"),
    ("three [u]", "US_C", "primary", "2010"),
    ("four [RUS=1]", "US_D", "primary", "2012"),
    ("five [RUS=0]", "US_E", "primary", "2015"),
    ("six [RUS=0]", "US_F", "primary", "2020"),
    ("joint [RUS=0]", "US_C5_X", "primary", "2015"),
    ("a summary [RUS=1]", "THINK", "secondary", "2016"),
    ("no codes", "US_G", "primary", "2018"),
    ("unseen [RUS=1]", "US_H", "primary", "2019"),
)


def strategies() -> pd.DataFrame:
    rows = pd.DataFrame(list(GOALS), columns=["item", "origin_group", "strength", "date"])
    rows["claim"], rows["reading"], rows["direction"] = "C12", "contain", "refutes"
    rows["text_seen"] = ["none" if i.startswith("unseen") else "excerpt" for i in rows["item"]]
    return rows.assign(source_id="S_" + rows["origin_group"], statement="invented")


def test_a_document_stands_once_with_what_either_row_shows():
    table = article.doctrine.goals(strategies(), documents="all_coded").set_index("document")
    assert table.index.tolist() == [
        "one",
        "two",
        "three",
        "four",
        "five",
        "joint",
        "a summary",
        "six",
    ]
    assert table.loc["one", ["RUS", "CHN", "LIB"]].tolist() == [1, 0, 1] and pd.isna(
        table.loc["one", "IRN"]
    )
    assert table.loc["three", list(article.doctrine.GOALS)].isna().all()
    assert table["kind"].to_dict() == {
        **dict.fromkeys(["one", "two", "three", "four", "five", "six"], "own"),
        "joint": "joint",
        "a summary": "other",
    }


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, (None, 100 * 2 / 6, 100 * 3 / 6)),  # two of six, and one not visible
        ({"unseen": "left_out"}, (40.0, None, None)),
        ({"documents": "with_joint"}, (None, 100 * 2 / 7, 100 * 3 / 7)),
        ({"documents": "all_coded", "unseen": "left_out"}, (100 * 3 / 7, None, None)),
        ({"period": "before_2001"}, (None, None, None)),  # four are left with a visible code
        ({"documents": "with_joint", "period": "before_2001"}, (None, 100 * 1 / 6, 100 * 2 / 6)),
        (
            {"documents": "with_joint", "period": "from_2017", "unseen": "left_out"},
            (40.0, None, None),
        ),
        ({"goal": "CHN"}, (None, None, None)),  # visible in one
    ],
)
def test_share_of_documents_that_name_a_goal(choices, expected):
    row = article.doctrine.goal_share(strategies(), **({"goal": "RUS"} | choices)).iloc[0]
    found = tuple(None if pd.isna(row[c]) else row[c] for c in ("estimate", "low", "high"))
    assert found == pytest.approx(expected)
    assert bool(row["missing"]) == (expected == (None, None, None))


# --- polls
#
#
#
# --------------------------------------------------------------------------------------------------

# invented: economy, about, period, value, source
POLLS = (
    ("KAZ", "USA", "2010", 50, "M_GAL_US"),
    ("KAZ", "USA", "2013", 40, "M_GAL_US"),
    ("KAZ", "USA", "2013", 44, "OTHER"),  # another source for the same wave
    ("KAZ", "USA", "2014", 30, "OTHER"),
    ("KAZ", "CHN", "2013", 41, "M_GAL_CN"),
    ("KAZ", "CHN", "2013", 43, "OTHER"),
    ("KGZ", "USA", "2014", 10, "M_GAL_US"),
    ("KGZ", "CHN", "2010", 60, "M_GAL_CN"),
    ("TJK", "USA", "2010", 20, "M_GAL_US"),
    ("TJK", "USA", "2014", 35, "M_GAL_US"),
    ("TJK", "USA", "2006-2018", 99, "OTHER"),
    ("KAZ;TJK", "USA", "2015", 99, "OTHER"),
)


def polls() -> pd.DataFrame:
    rows = pd.DataFrame(
        list(POLLS), columns=["economy", "about", "period", "value_pct", "source_id"]
    )
    rows["value_pct"] = rows["value_pct"].astype(float)
    rows["year"] = rows["period"].str[-4:].astype("Int64")
    other = rows.assign(
        measure="another_question",
        value_pct=1.0,
        period="2016",
        year=pd.array([2016] * len(rows), "Int64"),
    )
    return pd.concat([rows.assign(measure="gallup_approve"), other], ignore_index=True)


def cell(frame: pd.DataFrame, economy: str) -> tuple[float | None, ...]:
    row = frame.set_index("economy").loc[economy]
    return tuple(None if pd.isna(row[c]) else row[c] for c in ("estimate", "low", "high"))


@pytest.mark.parametrize("differ", [True, False])
def test_the_picture_says_where_two_sources_disagree_on_a_year(differ):
    rows = polls() if differ else polls().query("source_id != 'OTHER'")
    [(_, record)] = article.approval.poll_figures(rows, about=["USA", "CHN"])
    assert ("two sources that disagree" in record["note"]) == differ


def test_no_poll_no_goal_and_no_grant_is_no_picture():
    others = polls().query("about != 'USA'")
    with pytest.raises(CoverageError):
        next(article.approval.poll_figures(others, about=["USA", "CHN"]))
    with pytest.raises(CoverageError):
        next(article.doctrine.goal_figures(strategies().iloc[:0]))
    with pytest.raises(CoverageError):
        next(aid.grant_figures(ca.load("investment").iloc[:0], ca.load("macro")))


def test_approval_is_of_the_newest_wave_and_one_question():
    newest = article.approval.approval(polls(), economies=["KAZ", "KGZ", "UZB"], about="USA")
    assert [cell(newest, e) for e in ("KAZ", "KGZ", "UZB")] == [
        (30, None, None),
        (10, None, None),
        (None,) * 3,
    ]
    pooled = article.approval.approval(polls(), economies=["TJK"], about="USA")
    assert cell(pooled, "TJK") == (35, None, None), "pooled years and pooled economies are no wave"
    before = article.approval.approval(
        polls(), economies=["KAZ", "KGZ"], about="USA", wave="newest-1"
    )
    assert cell(before, "KAZ") == (None, 40, 44), "two sources on one wave leave a range"
    assert cell(before, "KGZ") == (None,) * 3 and before["missing"].iloc[1].startswith("1 poll")


def test_the_gap_compares_one_year_with_itself():
    found = article.approval.approval_gap(
        polls(), economies=["KAZ", "KGZ"], about="USA", against="CHN"
    )
    assert cell(found, "KAZ") == (None, -3, 3)  # 40 to 44 against 41 to 43: the widest either way
    assert cell(found, "KGZ") == (None,) * 3, "2014 and 2010 are never set against each other"


def spread_out(total: int, n: int, most: int) -> set[tuple[int, ...]]:
    """Every way to give n economies shares of whole tens that add up to a total."""
    shares = itertools.product(range(0, most + 1, 10), repeat=n)
    return {found for found in shares if sum(found) == total}


@pytest.mark.parametrize(
    ("about", "against", "cap"),
    [(30, 80, 50), (30, 80, 100), (20, 60, 40), (50, 50, 60), (40, 30, 70), (10, 90, 20)],
)
def test_the_fewest_countries_below_by_trying_every_way(about, against, cap):
    n = 3
    fewest = min(
        sum(a < b for a, b in zip(one, other, strict=True))
        for one in spread_out(n * about, n, cap)
        for other in spread_out(n * against, n, 100)
    )
    assert article.approval.fewest_below(n, about, against, cap) == fewest


def stated(*means: tuple[str, str, float]) -> pd.DataFrame:
    """Rows like those of facts: whose mean, of which economies, how much."""
    return pd.DataFrame(
        {
            "subject": [subject for _, subject, _ in means],
            "attribute": [f"gallup_approval_average:{power}" for power, _, _ in means],
            "period": "2001-2014",
            "year": pd.array([2014] * len(means), "Int64"),
            "value": [value for *_, value in means],
            "source_id": "STATED",
        }
    )


def test_means_over_several_countries_say_in_how_many_it_must_be_so():
    four = "KAZ;KGZ;TJK;UZB"

    def found(*means: tuple[str, str, float]) -> dict:
        frame = article.approval.countries_below(
            polls(), stated(*means), about="USA", against="RUS"
        )
        return frame.iloc[0].to_dict()

    nothing = found(("USA", four, 30.0))
    assert pd.isna(nothing["low"]) and nothing["missing"], "one mean is no comparison"
    # the highest wave of the four is 50: two of them leave 2 * 50 + 2 * 100 at most, of 4 * 80
    apart = found(("USA", four, 30.0), ("RUS", four, 80.0))
    assert (apart["low"], apart["high"], apart["about"]) == (3, 5, {"span": "2001 to 2014"})
    assert apart["sources"] == ("M_GAL_US", "OTHER", "STATED")
    # with 300 two of them could be level or ahead
    assert found(("USA", four, 30.0), ("RUS", four, 75.0))["low"] == 2
    # a second source that gives Russia less decides
    lower = found(("USA", four, 30.0), ("RUS", four, 80.0), ("RUS", four, 75.0))
    assert lower["low"] == 2


@pytest.mark.parametrize(
    ("choices", "economy", "expected"),
    [
        ({}, "KAZ", (20, None, None)),  # from 50 in 2010
        ({}, "TJK", (0, None, None)),  # the last wave is the highest
        ({}, "KGZ", (None, None, None)),
        ({"end": "newest-1"}, "KAZ", (None, 6, 10)),
        ({"waves": "tables"}, "KAZ", (10, None, None)),
        ({"end": "newest-1", "waves": "tables"}, "KAZ", (None, None, None)),
    ],
)
def test_fall_from_the_peak(choices, economy, expected):
    assert (
        cell(
            article.approval.approval_fall(polls(), economies=[economy], about="USA", **choices),
            economy,
        )
        == expected
    )


def test_unknown_waves_are_refused():
    with pytest.raises(UnknownNameError, match="every"):
        article.approval.approval_waves(polls(), about="USA", waves="every")


# --- grants
#
#
#
# --------------------------------------------------------------------------------------------------

MONEY = (  # invented: investor, host, year, measure, value, source, basis
    ("USA", "KAZ", 2000, "official_grant", 8.0, "one_net_flows", "current USD"),
    ("USA", "KAZ", 2001, "official_grant", 0.0, "one_net_flows", "current USD"),
    ("USA", "KAZ", 2002, "official_grant", 4.0, "one_net_flows", "current USD"),
    ("USA", "KAZ", 2002, "official_grant", 4.0, "one_net_flows", "current USD"),
    ("USA", "KAZ", 2003, "official_loan", 9.0, "one_net_flows", "current USD"),
    ("DEU", "KAZ", 2002, "official_grant", 2.0, "one_net_flows", "current USD"),
    ("JPN", "KAZ", 2002, "official_grant", 20.0, "one_net_flows", "current USD"),
    ("EU27", "KAZ", 2002, "official_grant", 99.0, "one_net_flows", "current USD"),
    ("USA", "KAZ", 2001, "us_obligations", 5.0, "M_FA2025B", "current USD"),
    ("USA", "KAZ", 2001, "us_obligations", 7.0, "M_FA2025B", "constant USD, base year not stated"),
)


def money() -> pd.DataFrame:
    columns = ["investor", "host", "year", "measure", "value_usd", "source_id", "price_basis"]
    return pd.DataFrame(list(MONEY), columns=columns)


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, (100 * 2 / 3, 3)),  # three years reported, one of them nothing
        ({"since": 2001}, (50.0, 2)),
        ({"until": 2000}, (100.0, 1)),
        ({"series": "obligations"}, (100.0, 1)),
        ({"series": "disbursements"}, (None, 0)),
        ({"since": 2004}, (None, 0)),
    ],
)
def test_years_with_a_grant_are_of_the_years_reported(choices, expected):
    row = article.aid.aid_years(money(), economies=["KAZ"], donor="USA", **choices).iloc[0]
    assert (None if pd.isna(row["estimate"]) else row["estimate"], row["n"]) == pytest.approx(
        expected
    )


def test_grants_by_head_stand_beside_the_median_of_those_who_gave():
    people = pd.DataFrame(
        {
            "economy": ["KAZ"],
            "year": [2002],
            "value": [2.0],
            "indicator": ["SP.POP.TOTL"],
            "source_id": ["P"],
        }
    )
    rows = article.aid.grants_per_head(money(), people).query("missing == ''").set_index("investor")
    assert rows["per_head"].to_dict() == {
        "JPN": 10.0,
        "USA": 4.0,
        "DEU": 1.0,
    }  # the union is no donor beside its members
    assert set(rows["median"]) == {4.0} and rows["rank"].to_dict() == {"JPN": 1, "USA": 2, "DEU": 3}
    own = article.aid.grants_per_head(money(), people, donors=["USA"]).query("missing == ''")
    assert own[["rank", "donors", "median"]].iloc[0].tolist() == [2, 3, 4.0], (
        "ranked before the others leave"
    )
    assert own["sources"].iloc[0] == ("P", "one_net_flows")
    with pytest.raises(CoverageError):
        article.aid.grants_per_head(money(), people.assign(indicator="other"))


def test_current_and_constant_dollars_are_never_added():
    assert article.aid.grants(money(), series="obligations")["value_usd"].tolist() == [5.0]


def test_wrong_series_and_years_are_refused():
    with pytest.raises(UnknownNameError, match="gifts"):
        article.aid.grants(money(), series="gifts")
    with pytest.raises(UsageError, match="2010"):
        article.aid.aid_years(money(), economies=["KAZ"], donor="USA", since=2010, until=2000)


@pytest.mark.parametrize(
    ("measure", "argument", "more"),
    [
        (approval.approval, "about", {"economies": ["KAZ"]}),
        (approval.approval_gap, "about", {"economies": ["KAZ"], "against": "CHN"}),
        (approval.approval_gap, "against", {"economies": ["KAZ"], "about": "USA"}),
        (approval.approval_fall, "about", {"economies": ["KAZ"]}),
        (approval.countries_below, "against", {"about": "USA"}),
        (aid.aid_years, "donor", {"economies": ["KAZ"]}),
    ],
)
def test_a_power_that_is_none_is_no_answer_about_its_polls_or_grants(measure, argument, more):
    """'No polls published' and 'no grants reported' were said of a misspelled one."""
    tables = {t: ca.load(t) for t in ("opinion", "facts", "investment")}
    given = {t: rows for t, rows in tables.items() if t in inspect.signature(measure).parameters}
    by_name, by_code = (measure(**given, **more, **{argument: p}) for p in ("Russia", "RUS"))
    assert by_name.drop(columns="rows").equals(by_code.drop(columns="rows"))
    with pytest.raises(UnknownNameError, match="RUZ"):
        measure(**given, **more, **{argument: "RUZ"})
