"""Writes the generated tables into the README: each stands between `<!-- NAME: made by hack/readme.sh -->` and
`<!-- end of NAME -->`.

Usage: tables.py REPOSITORY MANIFEST CERTIFICATES WEBHOOK REFRESHER CLI <README >README
  MANIFEST is what would be applied, CERTIFICATES the same where the refresher manages certificates; the last three are
  the programs.
"""

import pathlib
import re
import sys

sys.path.append(str(pathlib.Path(__file__).parents[3] / "Tests" / "Blackbox"))

import flags
import log_fields
import metrics
import names
import reasons
import rights

RIGHTS = ["account", "where", "resources", "verbs"]
FLAGS = ["flag", "default", "variable", "meaning"]
BLOCK = re.compile(r"^(<!-- ([a-z-]+): made by hack/readme\.sh -->\n)(.*?)^(<!-- end of \2 -->\n)", re.M | re.S)


def table(head, rows):
    lines = [head, ["---"] * len(head), *(([cell.replace("|", "\\|") for cell in row]) for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines).replace("|  |", "| |").replace("|  |", "| |")


def sources(repository, folder):
    return "\n".join(path.read_text() for path in sorted((repository / "Sources" / folder).glob("*.swift")))


def tables(repository, manifest, certificates, webhook, refresher, cli):
    """Each table's text by its name."""
    command_line = flags.dumped(cli)
    granted = list(rights.rows(pathlib.Path(manifest).read_text()))
    golden = repository / "Tests" / "TelemetryTests" / "Golden"
    pods = (repository / "Sources/TokenInjection/TokenNames.swift").read_text()
    secrets = (repository / "Sources/TokenRefresh/Secret/RefreshAnnotation.swift").read_text()
    made = {
        "webhook-flags": table(FLAGS, flags.rows(flags.dumped(webhook), sources(repository, "kelos-token-webhook"))),
        "refresher-flags": table(
            FLAGS, flags.rows(flags.dumped(refresher), sources(repository, "kelos-token-refresher"))),
        "metrics": table(["metric", "type", "labels", "program", "meaning"], metrics.rows({
            name: (golden / f"{name}-metrics.txt").read_text() for name in ("webhook", "refresher")})),
        "names": table(["name", "where", "meaning"], names.rows([
            ("label of a pod", pods, "Label"), ("annotation of a pod", pods, "Annotation"),
            ("annotation of a token's Secret", secrets, "RefreshAnnotation")])),
        "reasons": table(
            ["reason", "meaning"], reasons.rows((repository / "Sources/TokenInjection/SkipReason.swift").read_text())),
        "log-keys": table(
            ["key", "meaning"], [(f"`{key}`", meaning) for key, meaning in (log_fields.LINE | log_fields.FIELDS).items()]),
        "rights": table(RIGHTS, granted),
        "certificate-rights": table(
            RIGHTS, [row for row in rights.rows(pathlib.Path(certificates).read_text()) if row not in granted]),
    }  # fmt: skip
    for name in ("mutate", "check", "sandbox"):
        rows = flags.rows(flags.subcommand(command_line, name), sources(repository, "kelos-token"))
        made[f"{name}-flags"] = table(FLAGS, rows)
    return made


def filled(readme, made):
    """The README with its blocks filled; every table must have its place, and every place its table."""
    places = [name for _, name, _, _ in BLOCK.findall(readme)]
    if sorted(places) != sorted(made):
        sys.exit(f"README.md has places for {sorted(places)}; there are tables for {sorted(made)}")
    return BLOCK.sub(lambda block: f"{block[1]}\n{made[block[2]]}\n{block[4]}", readme)


def main():
    repository = pathlib.Path(sys.argv[1])
    sys.stdout.write(filled(sys.stdin.read(), tables(repository, *sys.argv[2:])))


if __name__ == "__main__":
    main()
