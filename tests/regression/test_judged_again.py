"""What a verdict hangs on is found by judging again, and evidence that cannot be judged by is
refused.
"""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

import ca_research as ca
from ca_research import registry
from ca_research.claims.compute import Call, Computation
from ca_research.claims.criteria import judge_criteria
from ca_research.estimates import by_parts, estimate_row, parts
from ca_research.ground.errors import MeasureError, RegistryError, UnknownNameError, UsageError
from ca_research.plots.claims import curve_data

DAY = "2023-05-19"


@pytest.fixture(scope="module")
def trade() -> pd.DataFrame:
    return ca.load("trade", product="TOTAL")


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    return ca.load("students")


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return ca.load("facts")


def every_c33(trade: pd.DataFrame, economy: str, **given):
    claim = ca.claim("C33")
    facts = given.pop("facts", None)
    facts = ca.load("facts") if facts is None else facts
    evidence = claim.gather(trade=trade, facts=facts, economies=[economy], **given)
    return claim.judge(evidence).all()


def c33(trade: pd.DataFrame, economy: str, **given):
    return next(v for v in every_c33(trade, economy, **given) if v.reading == "literal")


# leaving a source out


@pytest.mark.parametrize(
    ("economy", "source", "word", "then"),
    [
        ("KAZ", "RUS_FTS", "not enough evidence", "supported"),
        ("KGZ", "KGZ_NSC", "supported", "not enough evidence"),
    ],
)
def test_a_source_whose_loss_empties_or_turns_a_criterion_is_judged_without(
    trade, economy, source, word, then
):
    found = c33(trade, economy)
    assert found.verdict == word
    assert found.fragile and f"without the source {source}: {then}" in found.fragility


def test_first_by_own_report_fails_for_kyrgyzstan_without_its_statistical_office(trade, facts):
    claim = ca.claim("C33")
    rest = claim.gather(trade=trade, facts=facts, economies=["KGZ"]).without("KGZ_NSC")
    states = judge_criteria(claim.spec.readings[0], rest, [], ["KGZ"])
    assert states["first_reporter"].state == "fails"
    assert "KGZ_NSC" not in {s for cell in rest["sources"] for s in cell}


def test_a_part_that_can_leave_a_source_out_is_asked_for_that():
    made = []

    class Rows:
        def __init__(self, debt: pd.DataFrame) -> None:
            self.sources = debt["source_id"].tolist()
            made.append(self)

        def without(self, source: str):
            return Rows(pd.DataFrame({"source_id": [s for s in self.sources if s != source]}))

    @parts(rows=Rows)
    def counted(debt: pd.DataFrame, *, rows: Rows | None = None):
        return [estimate_row(estimate=float(len(rows.sources)))]

    whole = Computation({"debt": pd.DataFrame({"source_id": ["A", "B"]})})
    call = Call("my.counted", (), (), counted)
    assert whole.run(call)[0]["estimate"] == 2
    assert whole.without("A").run(call)[0]["estimate"] == 1
    assert [part.sources for part in made] == [["A", "B"], ["B"]]
    assert whole.without("C").run(call)[0]["estimate"] == 2 and len(made) == 2


def test_a_measure_of_its_parts_alone_is_run_again_only_where_one_has_changed():
    """It reads no table, so that none is cut for it."""
    handed, runs = [], []
    marks = {"A": object(), "B": object()}

    def listed(debt: pd.DataFrame, *, kind: str) -> list[object]:
        handed.append(debt["source_id"].tolist())
        return debt.loc[debt["kind"] == kind, "source_id"].map(marks).tolist()

    @by_parts
    @parts(sources=listed)
    def counted(debt: pd.DataFrame, *, kind: str, sources: list[object] | None = None):
        runs.append((kind, debt))
        return [estimate_row(estimate=float(len(sources)))]

    whole = Computation({"debt": pd.DataFrame({"source_id": ["A", "B"], "kind": ["old", "new"]})})
    call = Call("my.counted", (), (), counted)
    old, new = (whole.run(call, kind=kind) for kind in ("old", "new"))
    assert runs == [("old", None), ("new", None)]
    less = whole.without("A")
    assert less.run(call, kind="new") is new and len(runs) == 2
    assert less.run(call, kind="old")[0]["estimate"] == 0 and len(runs) == 3
    assert old[0]["estimate"] == 1 and handed[2:] == [["B"], ["B"]]
    assert whole.without("C").run(call, kind="old") is old and len(handed) == 4


def test_the_source_without_which_a_criterion_has_no_figure_is_named_for_that_criterion(trade):
    criteria = {c.name: c for v in every_c33(trade, "KAZ") for c in v.criteria}
    assert criteria["first_reporter_eu"].sole_sources == ("KAZ_BNS",)
    both = set(criteria["first_interval_eu"].sole_sources)  # for the year that has the EU
    assert both >= {"RUS_FTS", "EUROSTAT_EU27_EXP"}
    assert criteria["first_mirror_eu"].sole_sources == ()  # an absent report is bounded
    assert criteria["first_reporter"].sole_sources == ()


@pytest.mark.parametrize("claim_id", ["C12", "C22", "C30", "C33"])
def test_measuring_again_is_measuring_on_the_figures_without_the_source(claim_id):
    """Every claim alike: the rows are those of a user who never had the source."""
    claim = ca.claim(claim_id)
    taken = Computation({n: None for n in claim.spec.data}).taken(_calls(claim))
    frames = {name: ca.load(name) for name in claim.spec.data if name in taken}
    evidence = claim.gather(**frames)
    source = evidence.standing["sources"].explode().dropna().mode()[0]
    less = {n: f[f["source_id"] != source] for n, f in frames.items()}
    fresh = claim.gather(**less, as_of="latest").standing
    columns = ["criterion", "spec", "economy", "estimate", "low", "high"]
    order = columns[:3]
    ours = evidence.without(source)[columns].sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(
        ours, fresh[columns].sort_values(order, ignore_index=True), check_dtype=False
    )


def _calls(claim):
    from ca_research.claims.compute import Call

    return [Call.of(c, list(ca.economies.CA5)) for c in claim.spec.criteria().values()]


# counts over nobody, two answers


def test_a_count_over_economies_that_are_not_judged_is_undecided():
    claim = ca.claim("C28")
    found = claim.judge(
        claim.gather(investment=ca.load("investment"), facts=ca.load("facts"), economies=["UZB"])
    )
    nobody = [c for v in found.all() for c in v.criteria if c.cells and c.cells[0].economy == ""]
    assert nobody, "C28 has a criterion that does not count Uzbekistan"
    assert {c.state for c in nobody} == {"undecided"}
    assert "none of the economies that it counts" in nobody[0].cells[0].missing


def _measure(rows):
    return lambda students, *, economies, **choices: pd.DataFrame(rows(economies, choices))


def _row(economy, estimate, path="p"):
    blank = {
        "low": None,
        "high": None,
        "n": 1,
        "first_year": 2010,
        "last_year": 2018,
        "interval": "",
        "missing": "",
    }
    return {"economy": economy, "estimate": estimate, "path": path, "sources": ("AIDCPD",), **blank}


def test_two_rows_of_one_economy_are_an_error(monkeypatch, students):
    twice = _measure(lambda economies, _: [_row(e, v) for e in economies for v in (1.0, 2.0)])
    monkeypatch.setattr("ca_research.claims.compute.find", lambda name: twice)
    with pytest.raises(MeasureError, match="gives two rows for KAZ"):
        ca.claim("C30").gather(students=students)


def test_one_data_path_with_two_estimates_is_an_error(monkeypatch, students):
    spec = ca.claim("C30").spec
    data = {a.name for a in spec.grid.axes if a.kind == "data"}
    differs = _measure(
        lambda economies, choices: [
            _row(e, float(len(str([choices[a] for a in sorted(choices) if a in data]))))
            for e in economies
        ]
    )
    monkeypatch.setattr("ca_research.claims.compute.find", lambda name: differs)
    with pytest.raises(UsageError, match="rest on the same figures and differ"):
        ca.claim("C30").gather(students=students)


# what is given


def test_a_merged_frame_has_lost_its_day_and_is_refused():
    known = ca.load("students", as_of=DAY)
    merged = known.merge(
        pd.DataFrame({"origin": list(ca.economies.CA5), "x": 1}), on="origin", how="left"
    )
    merged.attrs = {}
    with pytest.raises(UsageError, match="no longer says on which day"):
        ca.claim("C30").gather(students=merged)
    told = ca.claim("C30").gather(students=merged, as_of=DAY)
    whole = ca.claim("C30").gather(students=known)
    assert (
        (told.as_of, told.revised_sources) == (whole.as_of, whole.revised_sources) != ("latest", ())
    )
    assert told.dropped is None, "how many rows were not yet known cannot be told any more"


def test_rows_that_were_not_known_on_the_day_are_refused(students):
    frame = students.copy()
    frame.attrs = {}
    with pytest.raises(UsageError, match="were not known on 2023-05-19"):
        ca.claim("C30").gather(students=frame, as_of=DAY)


@pytest.mark.parametrize("column", ["origin", "year", "precision", "source_id"])
def test_rows_without_a_value_that_they_must_have_are_named(students, column):
    frame = pd.concat([students, students.head(2).assign(**{column: None})], ignore_index=True)
    with pytest.raises(UsageError, match=f"2 row\\(s\\) of students without '{column}'") as error:
        ca.claim("C30").gather(students=frame, as_of="latest")
    assert error.value.hint and error.value.where


def test_a_column_that_a_measure_would_miss_is_named(students):
    with pytest.raises(UnknownNameError, match="column of students 'precision'"):
        ca.claim("C30").gather(students=students.drop(columns="precision"))


@pytest.mark.parametrize("claim_id", ["C30", "C33"])
def test_an_economy_of_which_the_claim_does_not_speak_is_refused(claim_id, trade, facts, students):
    table = {"students": students} if claim_id == "C30" else {"trade": trade, "facts": facts}
    with pytest.raises(UnknownNameError, match=f"economy of {claim_id} 'FRA'"):
        ca.claim(claim_id).gather(**table, economies=["France"])
    with pytest.raises(UsageError, match="no economy to judge"):
        ca.claim(claim_id).gather(**table, economies=[])
    with pytest.raises(UsageError, match="economies must be codes or names, got 5"):
        ca.claim(claim_id).gather(**table, economies=5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"start": 2011, "end": 2013}, "C30 is not judged by end, start"),
        ({"level": "all"}, "C30 is not judged by level"),
        ({"trade": pd.DataFrame()}, "C30 is not judged by trade"),
    ],
)
def test_figures_and_economies_alone_are_given(students, given, said):
    """The rule declares every choice: another one would stand under its hash."""
    with pytest.raises(UsageError, match=said) as error:
        ca.claim("C30").gather(students=students, **given)
    assert "students, economies" in error.value.hint


def test_parts_are_given_out_and_not_taken(students):
    claim = ca.claim("C30")
    evidence = claim.gather(students=students)
    seen = evidence.part("seen")
    assert seen is evidence.part("seen")
    with pytest.raises(UsageError, match="C30 is not judged by seen") as error:
        claim.gather(students=students, seen=seen)
    assert "evidence.part('seen')" in error.value.hint
    with pytest.raises(UnknownNameError, match="part 'sene'") as error:
        evidence.part("sene")
    assert "seen" in error.value.hint


def test_evidence_of_another_claim_is_refused_also_where_it_has_all_criteria():
    """C17 found by C13's acts what 'three independent sources' documented."""
    asked, other = ca.claim("C13"), ca.claim("C17")
    assert set(other.spec.criteria()) <= set(asked.spec.criteria())
    evidence = asked.gather(**{name: ca.load(name) for name in asked.spec.data})
    with pytest.raises(UsageError, match="C17 is not judged by evidence of C13") as error:
        other.judge(evidence)
    assert "ca.claim('C13').judge" in error.value.hint
    with pytest.raises(UsageError, match="the verdict is on C13, not on C17"):
        curve_data(other, asked.judge(evidence), "broad_acts")


def test_evidence_of_a_rule_that_was_since_changed_is_refused(students):
    claim = ca.claim("C30")
    evidence = claim.gather(students=students)
    claim.judge(evidence)
    changed = type(claim)(claim.spec.model_copy(update={"grid": ca.claim("C25").spec.grid}))
    with pytest.raises(UsageError, match="C30 was changed after this evidence was gathered"):
        changed.judge(evidence)


@pytest.mark.parametrize("claim_id", ["C01", "C20", "C25", "C31", "C35"])
def test_what_is_asked_of_all_together_is_not_asked_of_one(claim_id):
    """Uzbekistan alone has no border with China, which says nothing of three countries of five."""
    with pytest.raises(UsageError, match="together, not of each") as error:
        ca.check(claim_id, economy="UZB")
    assert error.value.hint == "leave `economies` out"
    assert ca.check("C33", economy="UZB").params == {"economy": "UZB"}


def test_what_a_measure_writes_to_its_table_no_other_specification_sees():
    seen = []

    def doubled(debt: pd.DataFrame, *, times: int) -> list[dict]:
        debt["value"] *= times
        seen.append(debt["value"].sum())
        return [estimate_row(estimate=float(seen[-1]))]

    debt = pd.DataFrame({"value": [1.0, 2.0], "source_id": "A"})
    whole = Computation({"debt": debt})
    call = Call("my.doubled", (), (), doubled)
    assert [whole.run(call, times=n)[0]["estimate"] for n in (2, 3)] == [6, 9]
    assert whole.without("B").run(call, times=4)[0]["estimate"] == 12
    assert debt["value"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("claim_id", "economy", "said"),
    [("C30", "", "no economy.*counts over KAZ"), ("C25", "KAZ", "of KAZ.*counts over none")],
)
def test_a_figure_that_nobody_would_read_is_an_error(monkeypatch, claim_id, economy, said):
    """It ended in 'not enough evidence', as if there were none."""
    claim = ca.claim(claim_id)
    tables = {name: ca.load(name) for name in claim.spec.data}
    given = _measure(lambda economies, choices: [_row(economy, 1.0)])
    monkeypatch.setattr(
        "ca_research.claims.compute.find",
        lambda name: (
            lambda economies=(), facts=None, geography=None, students=None, **_: given(
                None, economies=economies
            )
        ),
    )
    with pytest.raises(MeasureError, match=said):
        claim.gather(**{name: tables[name] for name in claim.spec.data})


def test_a_figure_that_rests_on_nothing_is_an_error(monkeypatch, students):
    bare = _measure(lambda economies, _: [_row(e, 5.0, path="") for e in economies])
    monkeypatch.setattr("ca_research.claims.compute.find", lambda name: bare)
    with pytest.raises(MeasureError, match="rests on no rows"):
        ca.claim("C30").gather(students=students)


def test_a_choice_that_is_none_is_told_and_is_no_lack_of_figures(monkeypatch, students):
    def refuses(students, *, economies, **choices):
        raise UnknownNameError("level of study", "degre", ["degree"])

    monkeypatch.setattr("ca_research.claims.compute.find", lambda name: refuses)
    with pytest.raises(UsageError, match="no specification can be computed: unknown level") as told:
        ca.claim("C30").gather(students=students)
    assert "C30, criterion" in told.value.where and "degree" in told.value.hint


def test_names_of_sources_and_criteria_are_known(students):
    evidence = ca.claim("C30").gather(students=students)
    for source in ("XXX", "moe_brief_stats_peijing"):
        with pytest.raises(UnknownNameError, match=f"source '{source}'"):
            evidence.without(source)
    with pytest.raises(UnknownNameError, match="criterion 'rise'"):
        evidence.main("rise")


def test_parameters_say_what_the_evidence_is_of(students):
    claim = ca.claim("C30")
    evidence = claim.gather(students=students, economies=["UZB"])
    assert claim.judge(evidence, {"economy": "Uzbekistan", "as_of": "latest"}).params
    for params in ({"economy": "KAZ"}, {"economy": "CA5"}, {"as_of": DAY}):
        with pytest.raises(UsageError, match="the evidence is of another"):
            claim.judge(evidence, params)
    with pytest.raises(UnknownNameError, match="axis 'levl'"):
        claim.choice_words("levl", "all")


def test_what_is_wanted_of_one_is_among_what_is_wanted_of_all():
    """C31 is asked of all five together, and its figures are wanted of each."""
    found = ca.wanted("C31", economy="Kazakhstan")
    assert found["economy"].tolist() == ["KAZ"]
    assert len(ca.wanted("C31")) > 1


# which source speaks for a reporter


def _office(monkeypatch, source_id: str, role: str | None = "office") -> None:
    known = registry.sources()
    made = known["KAZ_BNS"].model_copy(
        update={"source_id": source_id, "origin_group": source_id, "role": role}
    )
    monkeypatch.setattr(registry, "sources", lambda: {**known, source_id: made})


def _report(trade: pd.DataFrame, source_id: str, **values: float) -> pd.DataFrame:
    like = trade[(trade["source_id"] == "KAZ_BNS") & (trade["year"] == 2023)].head(1)
    rows = [
        like.assign(reporter="TJK", partner=p, flow=f, value_usd=v, source_id=source_id)
        for p, v in values.items()
        for f in ("export", "import")
    ]
    return pd.concat([trade, *rows], ignore_index=True)


@pytest.fixture(scope="module")
def before(trade):
    return c33(trade, "TJK")


@pytest.mark.parametrize(("china", "russia", "met"), [(5e9, 1e9, True), (1e9, 5e9, False)])
def test_a_source_of_a_users_counts_at_once(monkeypatch, trade, before, china, russia, met):
    """An office of Tajikistan that reports both partners moves the rank and the criterion."""
    assert {c.name: c.cells[0].year for c in before.criteria}["first_reporter"] == 2023
    _office(monkeypatch, "TJK_OFFICE")
    added = _report(trade, "TJK_OFFICE", CHN=china, RUS=russia)
    ranked = ca.trade.rank(added, economy="TJK", year=2023, needed=("CHN", "RUS")).set_index(
        "partner"
    )["rank"]
    assert ranked["CHN"] == (1 if china > russia else 2)
    after = c33(added, "TJK", as_of="latest")
    first = next(c for c in after.criteria if c.name == "first_reporter")
    assert (first.main_met, first.cells[0].year) == (met, 2023)
    assert first.cells[0].estimate == china / russia
    assert "TJK_OFFICE" in after.sources


def test_a_source_without_a_role_is_refused_and_not_passed_over(monkeypatch, trade):
    _office(monkeypatch, "TJK_OFFICE", role=None)
    added = _report(trade, "TJK_OFFICE", CHN=5e9, RUS=1e9)
    with pytest.raises(RegistryError, match="'TJK_OFFICE' has no role"):
        ca.trade.rank(added, economy="TJK", year=2023)


def test_turkiye_is_fourth_in_uzbekistan_in_2022_and_not_third(trade):
    own = trade[
        (trade["reporter"] == "UZB") & (trade["year"] == 2022) & (trade["source_id"] == "UZB_STAT")
    ]
    single = own[~own["partner"].isin(list(ca.economies.AGGREGATES))]
    expected = single.groupby("partner")["value_usd"].sum().rank(ascending=False)
    assert expected["TUR"] == 4
    ranks = ca.trade.rank(trade, economy="UZB", year=2022, needed=("CHN", "RUS")).set_index(
        "partner"
    )["rank"]
    assert ranks["TUR"] == 4
    assert set(ranks.index) >= {"CHN", "RUS", "KAZ", "TUR"}


def test_every_source_of_trade_and_students_says_how_it_speaks_for_a_reporter(trade, students):
    for source in {*ca.load("trade")["source_id"], *students["source_id"]}:
        assert registry.sources()[source].role, source


def test_a_count_of_students_by_a_source_of_a_users_counts_at_once(monkeypatch, students):
    """An office that the register prefers to the ministry's yearbook speaks for China."""
    before = ca.article.students_in_china.window_change(students, economies=["KAZ"]).iloc[0]
    known = registry.sources()
    yearbook = known["moe_brief_stats_peijin"]
    made = yearbook.model_copy(
        update={"source_id": "CHN_OFFICE", "origin_group": "CHN_OFFICE", "preference": 1}
    )
    monkeypatch.setattr(registry, "sources", lambda: {**known, "CHN_OFFICE": made})
    own = students[
        (students["source_id"] == "moe_brief_stats_peijin")
        & (students["destination"] == "CHN")
        & (students["origin"] == "KAZ")
        & (students["level"] == "all")
    ]
    falling = own.assign(
        source_id="CHN_OFFICE", students=own["students"].max() - own["students"] + 1
    )
    after = ca.article.students_in_china.window_change(
        pd.concat([students, falling]), economies=["KAZ"]
    ).iloc[0]
    assert before["estimate"] > 0 > after["estimate"] == -before["estimate"]
    assert after["sources"] == ("CHN_OFFICE",)


def test_a_typed_source_beside_an_offices_leaves_the_certainty_as_it_was(monkeypatch):
    """A copy of all that a claim rests on, under invented names of own origins."""
    claim, before, known = ca.claim("C02"), ca.check("C02"), registry.sources()
    twins = {source: f"TYPED_{source}" for source in before.sources}
    made = {
        twin: known[source].model_copy(update={"source_id": twin, "origin_group": twin})
        for source, twin in twins.items()
    }
    both = known | made
    monkeypatch.setattr(registry, "sources", lambda: both)
    monkeypatch.setattr(
        registry, "origin_groups", lambda: {s: one.origin_group for s, one in both.items()}
    )
    tables = {}
    for name in claim.spec.data:
        whole = ca.load(name)
        typed = whole[whole["source_id"].isin(twins)]
        typed = typed.assign(source_id=typed["source_id"].map(twins))
        tables[name] = pd.concat([whole, typed], ignore_index=True)

    def level(entry: SimpleNamespace | None) -> str:
        monkeypatch.setattr(registry, "added", lambda: dict.fromkeys(made, entry) if entry else {})
        return claim.judge(claim.gather(**tables, as_of="latest")).certainty["level"]

    assert before.certainty["level"] == "moderate"
    assert level(None) == "high", "two offices would be"
    assert level(SimpleNamespace(vintage=None)) == "moderate"
