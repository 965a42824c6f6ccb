"""The library and the engine stand without this article: they work where its room and its claims
are gone.
"""

import os
import sys

from tests.cases import cases
from tests.commands import ran

TESTS = cases(__file__, "without")


def test_other_tests_pass_without_it(rest):
    files = [f"tests/unit/test_{name}.py" for name in TESTS]
    words = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CA_RESEARCH", "PYTEST"))}
    done = ran(sys.executable, *words, cwd=rest, env=kept | {"PYTHONPATH": rest / "src"})
    assert " passed" in done.stdout and "skipped" not in done.stdout
