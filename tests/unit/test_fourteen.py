"""The project of fourteen claims of all kinds (`tests/fourteen`): its register has no fault, and
every kind of figure comes to its sentence.
"""

from tests.fourteen import CLAIMS

import ca_research as ca
from ca_research import registry
from ca_research.claims import check
from ca_research.registry.schedule import tables_by_notebook

pytest_plugins = ["tests.fourteen.plugin"]


def test_the_register_has_no_fault_and_every_claim_is_answered(fourteen):
    assert check.register(registry.claims(), tables_by_notebook()) == []
    assert {ca.check(name).answer for name in CLAIMS}
