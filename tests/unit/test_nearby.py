"""What a page on an opinion points to."""

from ca_research import registry
from ca_research.claims.nearby import nearby


def test_a_promise_points_to_conduct_of_both_powers_and_to_the_claims_on_its_sentence():
    near = nearby(registry.claim("O13")).set_index("claim")["near"]
    assert {"C17", "C13"} <= set(near.index[near == "named"])
    here = registry.claim("O13").article
    same = {
        i
        for i, c in registry.claims().items()
        if (c.article.paragraph, c.article.sentence) == (here.paragraph, here.sentence)
    }
    assert set(near.index) >= same - {"O13"} and "O13" not in near.index
    assert not near.index.duplicated().any()
