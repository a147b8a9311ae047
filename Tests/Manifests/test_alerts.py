"""The alerts: promtool accepts them and runs their tests, each fires and keeps quiet in one, names nothing that is not
exposed, and leads to a runbook."""

import re

import pytest
import yaml

import promql
import scrapes
from repository import MONITORING, ROOT, promtool

RULES = MONITORING / "rules.yaml"
CASES = sorted((ROOT / "Tests" / "Manifests" / "alerts").glob("*.yaml"))


def alerts():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


each_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])


def checks(name):
    """The expectations of one alert in all tests."""
    return [
        check
        for path in CASES
        for test in yaml.safe_load(path.read_text())["tests"]
        for check in test["alert_rule_test"]
        if check["alertname"] == name
    ]


def test_promtool_accepts_the_rules():
    done = promtool("check", "rules", str(RULES))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SUCCESS: {len(alerts())} rules found" in done.stdout


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_promtool_runs_the_tests(path):
    done = promtool("test", "rules", path.name, cwd=path.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_have_names_of_their_own():
    names = [alert["alert"] for alert in alerts()]
    assert len(names) == len(set(names))


@each_alert
def test_each_fires_in_one_test_and_keeps_quiet_in_another(alert):
    expected = [bool(check["exp_alerts"]) for check in checks(alert["alert"])]
    assert True in expected and False in expected


@each_alert
def test_each_says_what_happened_how_bad_it_is_and_where_to_read_on(alert):
    assert set(alert["labels"]) == {"severity"}
    assert alert["labels"]["severity"] in ("warning", "critical")
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    assert alert["annotations"]["summary"].endswith(".")
    assert "{{" not in alert["annotations"]["summary"]


@each_alert
def test_the_runbook_is_a_section_of_the_readme(alert):
    address, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    assert address == "https://github.com/kelos-dev/kelos-token"
    runbooks = (ROOT / "README.md").read_text().partition("\n## Runbooks\n")[2].partition("\n## ")[0]
    section = re.search(rf"^### {alert['alert']}\n\n(.*?)(?=^### |\Z)", runbooks, re.M | re.S)
    assert section and anchor == alert["alert"].lower()
    assert section[1].startswith(f"{alert['labels']['severity'].capitalize()}. ")
    assert "\n- Look at: " in section[1] and "\n- Do: " in section[1]


def test_the_readme_has_no_runbook_without_an_alert():
    runbooks = (ROOT / "README.md").read_text().partition("\n## Runbooks\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (\S+)$", runbooks, re.M) == [alert["alert"] for alert in alerts()]


@each_alert
def test_each_names_series_that_exist(alert):
    named = promql.metrics(alert["expr"])
    assert named and named <= set(scrapes.series())


@each_alert
def test_each_matches_labels_that_these_series_have(alert):
    known = set().union(*scrapes.series().values()) | {"job"}
    assert set(re.findall(r'([a-z_]+)\s*(?:=~|!=|!~|=)\s*"', alert["expr"])) <= known


def test_the_rule_of_the_operator_is_the_same():
    rule = yaml.safe_load((MONITORING / "prometheusrule.yaml").read_text())
    assert (rule["apiVersion"], rule["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
    assert rule["spec"] == yaml.safe_load(RULES.read_text())
