"""docs/adding-figures.md, 'From the publisher itself': what it says, done against loopback."""

import re

import pytest
from services import figures
from tests.commands import blocks, shell

import ca_research as ca
from ca_research import registry
from ca_research.claims.offers import offers
from ca_research.ground import paths
from ca_research.ground.errors import EmptyAnswerError

PAGE = (paths.of_package() / "docs" / "adding-figures.md").read_text()
SECTION = PAGE.split("## From the publisher itself\n")[1].split("\n## ")[0]


def test_the_blocks_run(online, services):
    told = []
    for block in blocks(SECTION, "sh"):
        told.append(shell(block).stdout)
        services.figures.macro["KAZ", 2004] = 105.0
    registry.forget()
    assert len(told) == 2 and "nothing was added\n" in told[0]
    assert "added to trade as COMTRADE_TJK_CHN_RUS_IMPORT_2022" in told[0]
    assert "since " in told[1] and ": 1 revised, 0 new, 0 gone" in told[1]
    assert len(re.findall(r"^WDI_KAZ ", told[1], flags=re.M)) == 2
    assert "revised  value   104  105       1" in told[1]
    assert ca.load("macro", source="WDI_KAZ", year=2004)["value"].tolist() == [105]


def test_what_c33_wants_of_tajikistan_is_fetched_and_moves_its_verdict(real, services):
    services.figures = figures("wanted by C33")
    before = ca.check("C33", economy="TJK")
    own, of_russia = offers("C33", economy="TJK")
    found = ca.fetch(own.provider, source=own.source, **own.asked)
    assert len(found.rows) == own.figures == 16 and found.count("new") == 16
    with pytest.raises(EmptyAnswerError):
        ca.fetch(of_russia.provider, source=of_russia.source, **of_russia.asked)
    after = ca.check("C33", economy="TJK")
    assert (before.verdict, after.verdict) == ("not enough evidence", "supported")
    ca.remove(own.source)
    assert ca.check("C33", economy="TJK").answer == before.answer
