"""What this article's measures look for in the tables: registry/article/settings.yaml, typed."""

from __future__ import annotations

import datetime as dt

from .. import registry
from ..registry.base import Model


class BeltAndRoad(Model):
    """launch: day of the speech at Astana (P044), from which months are counted. signed: kinds of
    `events` that are a signed document; statements of support and visits are none. by_month,
    by_year: the two lists of the world, Nedopil (2025) and Liu, Pang and Vreeland (2026).
    imports_early, imports_late: sources of China's imports, joined at `imports_late_from`.
    no_state: customs territories that stand among China's partners and cannot sign with it, so
    that they are never donors.
    """

    launch: dt.date
    signed: tuple[str, ...]
    by_month: str
    by_year: str
    imports_early: str
    imports_late: str
    imports_late_from: int
    no_state: tuple[str, ...]

    @property
    def lists(self) -> tuple[str, str]:
        return (self.by_month, self.by_year)

    @property
    def imports(self) -> tuple[str, str]:
        return (self.imports_early, self.imports_late)


class SeaAccess(Model):
    """ports: those that rows of `events` and `evidence` name, with the words that name them."""

    ports: dict[str, str]


class Votes(Model):
    """agreement, ideal_point: attributes of table `facts`. agreement_place, distance_place: those
    that say how many members have a smaller spread (per cent). about_a_seat: words in the detail of
    a vote that is about a place in a body and not about the war itself.
    """

    agreement: str
    ideal_point: str
    agreement_place: str
    distance_place: str
    about_a_seat: str


class Polls(Model):
    """approval: the one question asked in all five (approval of the job performance of a country's
    leadership). tables: sources that print the poll's own tables by country; the others quote
    single figures. views_of_china: the one of them that is on China; a press report of the same
    poll disagrees with it for one economy and stays out. mean: how facts name the poll's
    means over several economies and years, before the code of a power. barometer: the other
    pollster's question, as table `facts` names it; barometer_waves: as table `opinion` does.
    """

    approval: str
    mean: str
    tables: tuple[str, ...]
    views_of_china: str
    barometer: str
    barometer_waves: str


class Series(Model):
    """A series of table `investment`: its source and its measure."""

    source: str
    measure: str


class Grants(Model):
    """oda_grants: by the donors' common reporting, which holds no military aid. disbursements,
    obligations: the United States' own list, of all categories.
    """

    oda_grants: Series
    disbursements: Series
    obligations: Series


class Industry(Model):
    """manufacturing: value added, per cent of GDP (World Development Indicators). projects_*:
    attributes of table `facts`. chapters, sections: sources of trade by HS chapter and by SITC
    section.
    """

    manufacturing: str
    projects_listed: str
    projects_launched: str
    chapters: str
    sections: str


class Sources(Model):
    """gdp: the edition that reaches furthest (to 2023); both editions at hand are of one origin.
    gravity_panel: the panel of exporters' reports. projects: the newest list of projects.
    """

    gdp: str
    gravity_panel: str
    projects: str


class Settings(Model):
    """The file as a whole. stated_shares: how attributes of table `facts` begin that give a
    partner's share of the turnover of a year or of part of one, before the code of whose trade it
    is. joint_texts:
    how origin groups of texts begin that the United States signed together with the five.
    oil_exporters: economies left out of the panel of gravity.
    """

    belt_and_road: BeltAndRoad
    sea_access: SeaAccess
    votes: Votes
    stated_shares: tuple[str, ...]
    polls: Polls
    grants: Grants
    industry: Industry
    sources: Sources
    oil_exporters: tuple[str, ...]
    joint_texts: str


def settings() -> Settings:
    """The settings of the project.

    Raises RegistryError with the file, the field and what was expected.
    """
    return registry.settings("article/settings", Settings)
