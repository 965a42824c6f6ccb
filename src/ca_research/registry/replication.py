"""What a replication README says beside what can be computed: registry/replication.yaml."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from ..ground import paths
from ..ground.remember import by_files
from .base import Model, Text, read_yaml

Positive = Annotated[float, Field(gt=0)]


class Replication(Model):
    """How long the commands took, and on what: measured, not computed.

    `set_up_minutes` is the installation, `run_minutes` all tables and all runs after it;
    `memory_gb` the most that all processes held at once, `disk_gb` the folder with environment and
    report.
    """

    measured_on: dt.date
    machine: Text
    set_up_minutes: Positive
    run_minutes: Positive
    memory_gb: Positive
    disk_gb: Positive


@by_files("replication.yaml")
def replication() -> Replication | None:
    """What was measured; None where the project has not said."""
    file = paths.registry_dir() / "replication.yaml"
    return read_yaml(file, Replication) if file.is_file() else None
