"""The dashboard: it imports by hand and through Grafana's sidecar, its expressions are valid, name only what is exposed,
and every metric of our own is on it."""

import itertools
import json
import re

import pytest
import yaml

import promql
import scrapes
from repository import MONITORING, kinds, promtool, render

DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
VARIABLES = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}


def test_the_config_map_is_found_by_the_sidecar():
    config_map = kinds(render("monitoring"), "ConfigMap")["kelos-token-dashboard"]
    assert config_map["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert [json.loads(text) for text in config_map["data"].values()] == [DASHBOARD]


def test_the_data_source_is_asked_for_on_import_and_chosen_when_provisioned():
    (asked,) = DASHBOARD["__inputs"]
    assert (asked["name"], asked["type"], asked["pluginId"]) == ("DS_PROMETHEUS", "datasource", "prometheus")
    assert (VARIABLES["DS_PROMETHEUS"]["type"], VARIABLES["DS_PROMETHEUS"]["query"]) == ("datasource", "prometheus")
    for asking in [*PANELS, VARIABLES["job"], VARIABLES["namespace"]]:
        assert asking["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}


def test_job_and_namespace_narrow_it():
    assert list(VARIABLES) == ["DS_PROMETHEUS", "job", "namespace"]
    for expression in EXPRESSIONS:
        if "apiserver_" not in expression:
            assert 'job=~"$job"' in expression
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(EXPRESSIONS))) == {"job", "namespace", "__rate_interval"}


def test_webhook_and_refresher_have_rows():
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["At the API server", "Webhook", "Refresher", "Webhook certificates", "Processes"]


def test_panels_have_ids_titles_and_explanations():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in PANELS:
        assert panel["title"] and panel["description"].endswith(".")
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references)) > 0


def test_panels_do_not_overlap_and_fit_the_grid():
    taken = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        cells = set(itertools.product(range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])))
        assert not cells & taken, panel["title"]
        taken |= cells


def test_promtool_can_read_every_expression(tmp_path):
    filled = [
        re.sub(r"\$job|\$namespace", ".*", expression.replace("$__rate_interval", "5m")) for expression in EXPRESSIONS
    ]
    rules = [{"record": f"dashboard:{number}", "expr": expression} for number, expression in enumerate(filled)]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = promtool("check", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_names_series_that_exist(expression):
    named = promql.metrics(expression)
    assert named and named <= set(scrapes.series())


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_legends_use_labels_that_the_expression_keeps(panel):
    for target in panel["targets"]:
        used = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        kept = re.search(r"by \(([^)]*)\)", target["expr"])
        assert used <= (set(kept[1].replace(" ", "").split(",")) if kept else {"job", "instance"})


def test_every_metric_of_our_own_is_on_it():
    ours = {name for name in scrapes.series() if name.startswith(("kelos_token_", "kelos_github_"))}
    shown = set().union(*map(promql.metrics, EXPRESSIONS))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in ours} <= families
