"""Each verb that the manifests give the refresher is needed: without it a scenario fails that else passes."""

import pytest
from refresher_scenarios import REFRESHER
from renderings import rights_of
from runs import with_all_rights, with_one_less


def test_every_right_has_a_scenario_and_every_scenario_a_right():
    assert {str(right) for right in rights_of(REFRESHER.account)} == set(REFRESHER.needs)


def test_no_right_is_given_twice():
    assert [str(right) for right, rendering in rights_of(REFRESHER.account).items() if not rendering] == []


@pytest.mark.parametrize("run", with_all_rights(REFRESHER), ids=str)
def test_with_all_rights(run, outcome):
    assert outcome.holds
    assert not outcome.missing() and not outcome.refusals(), outcome.lines
    assert not outcome.leaks


@pytest.mark.parametrize("run", with_one_less(REFRESHER), ids=str)
def test_right_is_needed(run, outcome):
    assert outcome.tells(run.told, run.without) and outcome.missing() == {run.without.refusal}
    assert not outcome.holds, f"'{run.scenario.name}' holds without it"
    assert not outcome.leaks
