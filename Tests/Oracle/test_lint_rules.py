"""The lint rules of hack/lint see what they are there for: each is fed a tree that breaks it, and one that does not."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "hack" / "lint"))

import check_layers  # noqa: E402
import check_unsafe  # noqa: E402
from swift_source import code_only  # noqa: E402


def target(name, *dependencies, kind="regular", path=None):
    return {
        "name": name,
        "type": kind,
        "path": path,
        "dependencies": [{"byName": [dependency, None]} for dependency in dependencies],
    }


PACKAGE = [
    target("CLinux", kind="system"),
    target("RawJSON"),
    target("Platform", "CLinux"),
    target("WebhookService", "RawJSON", "Platform"),
    target("kelos-token-webhook", "WebhookService", kind="executable"),
    target("RawJSONTests", "RawJSON", kind="test"),
]


@pytest.fixture
def tree(tmp_path):
    def write(files, package=PACKAGE):
        for name in ("CLinux", "RawJSON", "Platform", "WebhookService", "kelos-token-webhook"):
            (tmp_path / "Sources" / name).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check_layers.check(tmp_path, json.dumps({"targets": package}))

    return write


def test_a_tree_that_follows_the_layers_is_accepted(tree):
    assert tree({
        "Sources/RawJSON/A.swift": "struct A {}\n// import Glibc, Date()\n",
        "Sources/Platform/A.swift": "internal import CLinux\ninternal import Glibc\n",
        "Sources/WebhookService/A.swift": "package import RawJSON\ninternal import struct Platform.B\n",
        "Sources/kelos-token-webhook/A.swift": "import WebhookService\n",
        "Tests/RawJSONTests/A.swift": "import Testing\n@testable import RawJSON\n",
    }) == []


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("Sources/RawJSON/A.swift", "\ninternal import Platform\n",
         "Sources/RawJSON/A.swift:2: [undeclared] imports the target Platform"),
        ("Sources/WebhookService/A.swift", "@preconcurrency import Dispatch\n",
         "Sources/WebhookService/A.swift:1: [undeclared] imports the module Dispatch"),
        ("Sources/WebhookService/A.swift", "import Foundation\n",
         "Sources/WebhookService/A.swift:1: [foundation]"),
        ("Sources/Platform/A.swift", "import Testing\n",
         "Sources/Platform/A.swift:1: [testing]"),
        ("Sources/RawJSON/A.swift", "struct A {}\nimport Glibc\n",
         "Sources/RawJSON/A.swift:2: [pure-core] imports Glibc"),
        ("Sources/RawJSON/A.swift", "import FoundationEssentials\n",
         "Sources/RawJSON/A.swift:1: [pure-core] imports FoundationEssentials"),
        ("Sources/RawJSON/A.swift", "let a = 1\nlet now = Date()\n",
         "Sources/RawJSON/A.swift:2: [pure-core] uses Date()"),
        ("Sources/RawJSON/A.swift", "let clock = ContinuousClock()\n",
         "Sources/RawJSON/A.swift:1: [pure-core] uses ContinuousClock"),
        ("Sources/RawJSON/A.swift", "var g = SystemRandomNumberGenerator()\n",
         "Sources/RawJSON/A.swift:1: [pure-core] uses SystemRandomNumberGenerator"),
        ("Sources/RawJSON/A.swift", "let n = Int.random(in: 0..<3)\n",
         "Sources/RawJSON/A.swift:1: [pure-core] uses .random(in:"),
        ("Sources/Stray/A.swift", "struct A {}\n",
         "Sources/Stray: [undeclared] is no target"),
    ],
)
def test_a_file_that_breaks_a_rule_is_reported_with_its_line(tree, file, text, expected):
    problems = tree({file: text})
    assert len(problems) == 1
    assert problems[0].startswith(expected)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ([target("Platform"), target("RawJSON", "Platform")], "[layers] RawJSON (layer 1) depends on Platform (layer 2)"),
        ([target("TokenInjection", "RawJSON"), target("RawJSON")], "[order] TokenInjection stands before RawJSON"),
        ([target("Novelty")], "[layers] Novelty has no layer"),
        ([target("CLinux", kind="system")], "[one-importer] CLinux wants one target that uses it, has: none"),
        ([target("CLinux", kind="system"), target("Platform", "CLinux"), target("HTTPServer", "CLinux")],
         "[one-importer] CLinux wants one target that uses it, has: Platform, HTTPServer"),
    ],
)
def test_a_package_that_breaks_the_layers_is_reported(package, expected):
    problems = check_layers.check_package(check_layers.read_package(json.dumps({"targets": package})))
    assert len(problems) == 1
    assert expected in problems[0]


def test_comments_and_text_are_not_code():
    source = 'a /* b /* c */ d */ e "f\\"g" h #"i"j"# k """\nl "m"\n""" n // o\np'
    code = code_only(source)
    assert len(code) == len(source)
    assert code.split() == ["a", "e", "h", "k", "n", "p"]
    assert code.count("\n") == source.count("\n")


def unsafe_problems(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return check_unsafe.check(tmp_path)


def test_an_unchecked_sendable_needs_a_reason(tmp_path):
    bare = unsafe_problems(tmp_path, "Sources/A/A.swift", "// MARK: - A\nfinal class A: @unchecked Sendable {}\n")
    assert [problem.split(" wants")[0] for problem in bare] == [
        "Sources/A/A.swift:2: [unchecked] @unchecked Sendable"
    ]
    assert unsafe_problems(tmp_path, "Sources/A/A.swift", """
/// Only the loop's thread touches the state.
@usableFromInline
final class A: @unchecked Sendable {}
""") == []


def test_nonisolated_unsafe_needs_a_reason_of_its_own(tmp_path):
    problems = unsafe_problems(tmp_path, "Sources/A/A.swift", """
// Written once, before any thread starts.
nonisolated(unsafe) var a = 1

nonisolated(unsafe) var b = 1
""")
    assert [problem.split(" [")[0] for problem in problems] == ["Sources/A/A.swift:5:"]


def test_a_file_has_at_most_450_lines(tmp_path):
    assert unsafe_problems(tmp_path, "Tests/A/A.swift", "\n" * 450) == []
    assert unsafe_problems(tmp_path, "Tests/A/A.swift", "\n" * 451) == [
        "Tests/A/A.swift:451: [length] has 451 lines; 450 is the most"
    ]


@pytest.mark.parametrize("call", ["try await Task.sleep(for: .seconds(1))", "usleep(10)", "nanosleep(&a, nil)"])
def test_tests_do_not_sleep(tmp_path, call):
    assert unsafe_problems(tmp_path, "Tests/A/A.swift", f"{call}\n") == [
        "Tests/A/A.swift:1: [sleep] tests wait for conditions, never for time"
    ]
    (tmp_path / "Tests/A/A.swift").unlink()
    assert unsafe_problems(tmp_path, "Sources/A/A.swift", f"{call}\n") == []
