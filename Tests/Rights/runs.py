"""A scenario played by a real program at a real API server, with the rights of one rendering or all but one of them."""

import dataclasses
import re
from collections.abc import Callable

from exposition import Exposition
from grants import Right
from renderings import COMMON, grants, renderings, rights_of
from scenarios import Need, Scenario, Told, nothing
from scene import Scene
from waiting import eventually

# An Event is counted up ten seconds after it was written; everything else takes one or two.
LONGEST = 40
REFUSAL = re.compile(r'cannot \w+ resource "[^"]+" in API group "[^"]*"')


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """A program, by its account. `start(scene, folder)` gives a running Program; `needs` has what each right is for, by
    the right's name; `secrets(scene)` must be told to nobody."""

    account: str
    start: Callable
    secrets: Callable
    needs: dict[str, Need]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a program has told while it ran, and whether the scenario's expectation was met when it had ended."""

    lines: list
    metrics: Exposition
    events: list
    leaks: list
    holds: bool | None = None

    def tells(self, told, right):
        """Whether the log, a counter and, where it should, an Event say which right is missing."""
        return (
            any(line["msg"] == told.message and right.refusal in line.get("error", "") for line in self.lines)
            and self.metrics.total(told.metric) > 0
            and self.refusals(right.method) > 0
            and (not told.event or any(
                event["reason"] == told.event and right.refusal in event["message"] for event in self.events)))

    def missing(self):
        """What the log says that the account cannot do, in the API server's words."""
        return {found for line in self.lines for found in REFUSAL.findall(line.get("error", ""))}

    def refusals(self, method=None):
        """Requests that the API server has answered with 403."""
        return self.metrics.total(
            "rest_client_requests_total", code="403", **({"method": method} if method else {}))


@dataclasses.dataclass(frozen=True)
class Run:
    """One scenario with the rights of a rendering. With one right less, it is played until the program tells that."""

    subject: Subject
    rendering: str
    scenario: Scenario
    without: Right | None = None
    told: Told | None = None

    def __str__(self):
        return str(self.without or f"{self.rendering}-{self.scenario.name}")

    def __call__(self, world):
        with Scene(world, grants(self.rendering, self.subject.account), self.without) as scene:
            self.scenario.prepare(scene)
            program = self.subject.start(scene, world.folder(str(self)))
            try:
                self._play(program, scene)
                outcome = self._look(program, scene)
            finally:
                program.stop()
            # From here on nothing changes any more.
            return dataclasses.replace(outcome, holds=bool(self.scenario.holds(scene)))

    def _play(self, program, scene):
        program.wait_until_listening()
        if self.scenario.meanwhile is not nothing:
            program.wait_until_ready()
            self.scenario.meanwhile(scene)
        try:
            eventually(lambda: self._is_over(program, scene), self._end, LONGEST, every=0.1)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{program.log_text()[-4000:]}") from None

    def _is_over(self, program, scene):
        if self.without:
            return self._look(program, scene).tells(self.told, self.without)
        return self.scenario.holds(scene)

    @property
    def _end(self):
        if self.without:
            return f"without {self.without} it is told by {self.told} that the account {self.without.refusal}"
        return self.scenario.name

    def _look(self, program, scene):
        events = scene.events()
        exposed = program.admin(program.metrics_port, "/metrics")[2].decode()
        said = program.log_text() + exposed + str(events)
        leaks = [secret[:12] for secret in self.subject.secrets(scene) if secret in said]
        return Outcome(program.log_lines(), Exposition(exposed), events, leaks)


def with_all_rights(subject):
    """Each scenario, in the common renderings that give what it needs, or in the first one that gives all."""
    needed = {}
    for right, rendering in rights_of(subject.account).items():
        if rendering and str(right) in subject.needs:
            needed.setdefault(subject.needs[str(right)].scenario, []).append(right)
    runs = []
    for scenario, rights in needed.items():
        fitting = [name for name in COMMON
                   if all(right in grants(name, subject.account).rights() for right in rights)]
        runs += [Run(subject, name, scenario) for name in fitting or [_giving(subject.account, rights)]]
    return runs


def _giving(account, rights):
    """The first rendering where all of them count."""
    return next(name for name in renderings() if all(grants(name, account).counts(right) for right in rights))


def with_one_less(subject):
    """Each right of each rendering that has a scenario."""
    return [
        Run(subject, rendering, need.scenario, right, need.told)
        for right, rendering in rights_of(subject.account).items()
        if rendering and (need := subject.needs.get(str(right)))]
