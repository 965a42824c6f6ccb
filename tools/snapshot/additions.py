"""Rows that the folder of figures does not hold: found by reviewers of the pages, each with its source."""

EVENTS = [
    {
        "event_id": "U-3",
        "date": "2022-03",
        "date_bound": "exact",
        "actor": "UNGA",
        "counterpart": "CA5",
        "kind": "un_vote",
        "place": "New York",
        "detail": "Ukraine resolution of March 2022: KAZ, KGZ, TJK abstain; UZB, TKM do not vote",
        "note": "the text dates the vote to 3 March",
        "source_id": "DIPLOMAT_HRC_2022",
    },
    {
        "event_id": "U-4",
        "date": "2022-04-07",
        "date_bound": "exact",
        "actor": "UNGA",
        "counterpart": "CA5",
        "kind": "un_vote",
        "place": "New York",
        "detail": "Ukraine session, seat of Russia in the Human Rights Council: "
        "KAZ, KGZ, TJK, UZB vote against; TKM does not vote",
        "note": "against suspending Russia's membership",
        "source_id": "DIPLOMAT_HRC_2022",
    },
]

SOURCES = [
    {
        "source_id": "DIPLOMAT_HRC_2022",
        "title": "Central Asia Sides With Russia in UN Human Rights Council Vote",
        "publisher": "The Diplomat",
        "licence": "not stated in the stored copy; cite, do not redistribute text",
        "redistribution": "figures",
        "address": "https://thediplomat.com/2022/04/central-asia-sides-with-russia-in-un-human-rights-council-vote/",
        "citation": "The Diplomat. Central Asia Sides With Russia in UN Human Rights Council Vote. 2022-04. "
        "https://thediplomat.com/2022/04/central-asia-sides-with-russia-in-un-human-rights-council-vote/.",
        "origin_group": "DIPLOMAT_HRC_2022",
        "kind": "press",
        "coverage": "votes of March and April 2022",
        "published": "2022-04",
        "release_basis": "stated",
        "release_reason": "one publication, dated 2022-04 (address)",
    }
]
