"""Holds the imports of every target against Package.swift and against the layers of the architecture.

Usage: check_layers.py ROOT PACKAGE_JSON   (the output of `swift package dump-package`)
Prints `file:line: [rule] what is wrong`, one line each; exit code 1 when there is any.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from swift_source import code_only, line_of, swift_files

# Arrows go down, or sideways to a target that stands earlier in Package.swift.
LAYERS = {
    0: {"CLinux", "COpenSSL", "CNghttp2", "CCurl"},
    1: {
        "CivilCalendar", "RawJSON", "TokenInjection", "TokenRefresh", "CertificateRotation", "Admission", "HTTPSemantics",
        "HTTPTransport", "Telemetry", "Settings",
    },
    2: {"Platform", "TLS", "HTTP2"},
    3: {"HTTPServer", "TLSDial", "HTTPClient"},
    4: {"Kubernetes", "KubeconfigYAML", "GitHubApps", "PodWiring"},
    5: {"Operations", "WebhookService", "RefresherService", "Sandbox", "PodManifests", "InstallationCheck"},
    6: {"CommandOptions", "kelos-token-webhook", "kelos-token-refresher", "kelos-token"},
}
CORE = 1

# Part of the toolchain: no dependency in Package.swift names them.
TOOLCHAIN = {"Swift", "Synchronization", "Glibc", "Foundation", "FoundationEssentials", "Testing"}

# Of the toolchain too, and for tests alone: the product has threads of its own (SystemThread).
TEST_TOOLCHAIN = {"Dispatch"}

# These link no part of what ships in the image.
FULL_FOUNDATION = {"PodManifests", "kelos-token"}

# The core is given time and randomness, and it touches nothing outside itself.
CORE_MODULES = {"Glibc", "Musl", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch"}
CORE_NAMES = re.compile(
    r"\bDate\(\)|\bDate\.now\b|\b(?:Continuous|Suspending)Clock\b|\bSystemRandomNumberGenerator\b"
    r"|\.random\(in:(?![^()]*using:)|\bTask\.sleep\b|\bUUID\(\)"
)

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)",
    re.MULTILINE,
)


@dataclass
class Target:
    name: str
    kind: str
    folder: Path
    position: int
    targets: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def ships(self) -> bool:
        return self.folder.parts[0] == "Sources"


def read_package(text: str) -> dict[str, Target]:
    described = json.loads(text)["targets"]
    names = {target["name"] for target in described}
    package: dict[str, Target] = {}
    for position, entry in enumerate(described):
        home = "Tests" if entry["type"] == "test" else "Sources"
        folder = Path(entry.get("path") or f"{home}/{entry['name']}")
        target = Target(entry["name"], entry["type"], folder, position)
        for dependency in entry["dependencies"]:
            name = next(iter(dependency.values()))[0]
            target.modules.add(name.replace("-", "_"))
            if name in names:
                target.targets.append(name)
        package[target.name] = target
    return package


def layer_of(name: str) -> int | None:
    return next((number for number, names in LAYERS.items() if name in names), None)


def check_package(package: dict[str, Target]) -> list[str]:
    """What Package.swift itself says against the layers."""
    problems = []
    for target in package.values():
        if not target.ships:
            continue
        layer = layer_of(target.name)
        if layer is None:
            problems.append(f"Package.swift: [layers] {target.name} has no layer; hack/lint/check_layers.py lists them")
            continue
        for name in target.targets:
            below = layer_of(name)
            if below is not None and below > layer:
                problems.append(f"Package.swift: [layers] {target.name} (layer {layer}) depends on {name} (layer {below})")
            elif package[name].position > target.position:
                problems.append(f"Package.swift: [order] {target.name} stands before {name}, which it depends on")
        if layer == 0:
            users = [user.name for user in package.values() if user.ships and target.name in user.targets]
            if len(users) != 1:
                told = ", ".join(users) or "none"
                problems.append(f"Package.swift: [one-importer] {target.name} wants one target that uses it, has: {told}")
    return problems


def check_file(target: Target, package: dict[str, Target], path: Path, shown: str) -> list[str]:
    code = code_only(path.read_text(encoding="utf-8"))
    layer = layer_of(target.name) if target.ships else None
    modules = {other.module for other in package.values()}
    found: list[tuple[int, str, str]] = []
    for statement in IMPORT.finditer(code):
        module = statement.group(1)
        offset = statement.start(1)
        known = TOOLCHAIN if target.ships else TOOLCHAIN | TEST_TOOLCHAIN
        if module not in known and module not in target.modules:
            kind = "target" if module in modules else "module"
            found.append((offset, "undeclared", f"imports the {kind} {module}, which is not among its dependencies"))
        if target.ships and module == "Foundation" and target.name not in FULL_FOUNDATION:
            found.append((offset, "foundation", "imports Foundation; FoundationEssentials, or nothing of it"))
        if target.ships and module == "Testing":
            found.append((offset, "testing", "imports Testing outside Tests"))
        if layer == CORE and (module in CORE_MODULES or layer_of(module) == 0):
            found.append((offset, "pure-core", f"imports {module}: layer 1 has no I/O, no clock and no C"))
    if layer == CORE:
        for use in CORE_NAMES.finditer(code):
            found.append((use.start(), "pure-core", f"uses {use.group()}: time and randomness are parameters in layer 1"))
    return [f"{shown}:{line_of(code, offset)}: [{rule}] {what}" for offset, rule, what in sorted(found)]


def check(root: Path, package_json: str) -> list[str]:
    package = read_package(package_json)
    problems = check_package(package)
    for target in package.values():
        for path in swift_files(root / target.folder):
            problems += check_file(target, package, path, str(path.relative_to(root)))
    known = {target.folder.name for target in package.values() if target.ships}
    for folder in sorted((root / "Sources").iterdir()):
        if folder.is_dir() and folder.name not in known:
            problems.append(f"Sources/{folder.name}: [undeclared] is no target of Package.swift")
    return problems


def main() -> int:
    problems = check(Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8"))
    print("".join(f"{problem}\n" for problem in problems), end="")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
