"""What a scenario is, and how a missing right is told."""

import dataclasses
from collections.abc import Callable


def nothing(scene):
    """For a scenario in which nothing happens after the start."""


@dataclasses.dataclass(frozen=True)
class Scenario:
    """`holds` is what must come true: of the cluster, so that it can still be asked when the program has ended."""

    name: str
    prepare: Callable
    holds: Callable
    # What happens when the program is ready.
    meanwhile: Callable = nothing


@dataclasses.dataclass(frozen=True)
class Told:
    """How an operator learns that a right is missing: a line of the log, a counter, and maybe an Event."""

    message: str
    metric: str
    event: str | None = None


@dataclasses.dataclass(frozen=True)
class Need:
    """What a right is for."""

    scenario: Scenario
    told: Told
