"""Locks: when each rule was fixed, and whether figures of its claim had been computed by then
(registry/locks.csv). The last lock of a claim is the one that counts.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from ..ground import paths
from ..ground.remember import by_files
from ..ground.textfiles import registered_rows
from .base import Model, Sha256, explain, refused
from .claims import ClaimId

FILE = "locks.csv"


class Lock(Model):
    """The rule of a claim as it was locked.

    Attributes
    ----------
    rule_sha256 : str
        The second version of the rule's hash (`ClaimSpec.rule_sha256_2`).
    commit : str
        The commit that held the claim's file as it stood; '' where none did.
    first_run : datetime, optional
        When figures of the claim, by whatever rule, had first been computed; none where they had
        not been.
    """

    claim: ClaimId
    rule_sha256: Sha256
    locked: AwareDatetime
    commit: Annotated[str, Field(pattern=r"^([0-9a-f]{40})?$")]
    first_run: Annotated[AwareDatetime | None, BeforeValidator(lambda text: text or None)]


@by_files(FILE)
def locks() -> dict[str, list[Lock]]:
    """The locks of each claim, in order of time."""
    file, entries = paths.registry_dir() / FILE, dict[str, list[Lock]]()
    for line, row in registered_rows(file) if file.is_file() else ():
        try:
            lock = Lock.model_validate(row)
        except ValidationError as error:
            raise refused(explain(error), f"registry/{FILE}, line {line}") from None
        entries.setdefault(lock.claim, []).append(lock)
    return entries
