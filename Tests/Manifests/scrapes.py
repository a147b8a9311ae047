"""What the two programs expose, by the golden expositions that TelemetryTests compares byte for byte."""

import re

from repository import ROOT

GOLDEN = ROOT / "Tests" / "TelemetryTests" / "Golden"

# Kubernetes 1.28 to 1.37: staging/src/k8s.io/apiserver/pkg/admission/metrics/metrics.go.
OF_THE_API_SERVER = {
    "apiserver_admission_webhook_admission_duration_seconds_bucket": {"name", "type", "operation", "rejected", "le"},
    "apiserver_admission_webhook_admission_duration_seconds_count": {"name", "type", "operation", "rejected"},
    "apiserver_admission_webhook_rejection_count": {"name", "type", "operation", "error_type", "rejection_code"},
    "apiserver_admission_webhook_fail_open_count": {"name", "type"},
}

# Made by Prometheus for each target.
OF_PROMETHEUS = {"up": set()}


def series():
    """Label names by series name."""
    found = {}
    for path in GOLDEN.glob("*-metrics.txt"):
        for name, labels in re.findall(r"^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? \S+$", path.read_text(), re.M):
            found.setdefault(name, set()).update(re.findall(r'([a-z_]+)="', labels))
    return found | OF_THE_API_SERVER | OF_PROMETHEUS
