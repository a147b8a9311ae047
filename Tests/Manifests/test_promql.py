"""The reader of expressions itself."""

import pytest

import promql


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("up == 0", {"up"}),
        ('sum by (name, le) (rate(a_bucket{x=~"b}c", y!="d"}[5m])) > 0.5', {"a_bucket"}),
        ("histogram_quantile(0.99, sum by (le) (rate(a_bucket[$__rate_interval])))", {"a_bucket"}),
        ("a > 0 unless b offset 15m", {"a", "b"}),
        ("increase(a[15m]) > 0 and on (job, instance) b", {"a", "b"}),
        ("absent(a)", {"a"}),
        ("min(max by (namespace) (a > 0)) - time()", {"a"}),
        ("a / b{c=\"d\"}", {"a", "b"}),
    ],
)
def test_the_metrics_of_an_expression(expression, expected):
    assert promql.metrics(expression) == expected
