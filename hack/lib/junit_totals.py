"""Adds up JUnit XML reports, as `swift test` and pytest write them: `N passed, N failed, N skipped` on stdout.

Usage: junit_totals.py FILE...
A report that is missing, cut short or without any test counts as a failure.
"""

import sys
import xml.etree.ElementTree as ElementTree


def totals(path: str) -> tuple[int, int, int]:
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))

    def total(*names: str) -> int:
        return sum(int(suite.get(name) or 0) for suite in suites for name in names)

    failed = total("failures", "errors")
    skipped = total("skipped")
    return max(total("tests") - failed - skipped, 0), failed, skipped


def main() -> None:
    passed = failed = skipped = 0
    for path in sys.argv[1:]:
        try:
            counted = totals(path)
        except (OSError, ElementTree.ParseError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            counted = (0, 1, 0)
        passed, failed, skipped = passed + counted[0], failed + counted[1], skipped + counted[2]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")


if __name__ == "__main__":
    main()
