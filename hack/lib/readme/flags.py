"""Tables of flags, from what a program tells with --experimental-dump-help."""

import json
import re
import subprocess

# Every program has them.
COMMON = {"version", "help"}


def dumped(program):
    """The program's command, with its subcommands."""
    told = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, timeout=60)
    return json.loads(told.stdout)["command"]


def switches(source):
    """The defaults of flags that are on or off, which a program does not tell: `Switch.isOn(..., default: true)`."""
    return dict(re.findall(r'Switch\.isOn\(\w+, flag: "--([\w-]+)", default: (true|false)\)', source))


def spelled(name):
    return f"`-{name['name']}`" if name["kind"] == "short" else f"`--{name['name']}`"


def sentence(text):
    return text if text.endswith(".") else text + "."


def rows(command, source):
    """Rows of flag, default, variable, meaning; source is the Swift of the program."""
    on_or_off = switches(source)
    for argument in command["arguments"]:
        name = argument["preferredName"]["name"] if argument.get("names") else None
        if name in COMMON or name is None:
            continue
        meaning, _, default = argument["abstract"].partition("(default: ")
        default = default.removesuffix(")")
        if argument["valueName"] == "true|false":
            default = on_or_off[name]
        elif argument["kind"] == "flag":
            default = "false"
        else:
            default = argument.get("defaultValue") or default
        default = marked_up(default) if re.search(r"[ $]", default) else f"`{default}`" if default else ""
        meaning = marked_up(sentence(meaning.strip()))
        variables = list(dict.fromkeys(re.findall(r"\$[A-Z_]+", argument["abstract"])))
        if argument.get("discussion"):
            text, _, command = argument["discussion"].partition(": ")
            meaning += f" {text}: `{command}`." if command else " " + sentence(text)
        yield [", ".join(map(spelled, argument["names"])), default, ", ".join(f"`{name}`" for name in variables), meaning]


# Flags, variables, paths, wildcards and URLs within a sentence.
CODE = re.compile(r"(?<![\w/`])(?:--[a-z][\w=-]*|\$[A-Z_]+|~?/[\w/.]+\w|\*\.[\w.]+\w|[a-z]+\.dev/[\w-]+)")


def marked_up(sentence):
    return CODE.sub(r"`\g<0>`", sentence).replace("* is", "`*` is")


def subcommand(command, name):
    [found] = [one for one in command["subcommands"] if one["commandName"] == name]
    return found
