"""What was touched behind the back of a build, or cannot be written, or is no file. That what was
edited is refused: test_raw_faults.py.
"""

import os

import ca_research as ca
from ca_research import registry, tables


def test_a_raw_file_that_was_only_touched_is_not(built):
    os.utime(built.raw())
    registry.forget()
    assert len(ca.load("trade"))


def test_a_project_that_can_only_be_read_needs_no_build(built):
    """`run --out` elsewhere ended in the lock of a build that had nothing to do."""
    (built.processed / ".lock").unlink(missing_ok=True)
    (built.processed / ".lock").mkdir()  # as on a disk that takes nothing
    assert not tables.build().fresh
