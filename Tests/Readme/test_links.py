"""The README's links inside it lead somewhere, and its table of contents is complete."""

import re

from blocks import README, ROOT

TEXT = re.sub(r"^```.*?^```$", "", README.read_text(), flags=re.M | re.S)
HEADINGS = re.findall(r"^(#+) (.*)$", TEXT, re.M)


def anchor(heading):
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_each_anchor_exists_once():
    anchors = [anchor(heading) for _, heading in HEADINGS]
    assert len(anchors) == len(set(anchors))
    assert {link for link in re.findall(r"\]\(#([^)]+)\)", TEXT)} <= set(anchors)


def test_each_file_exists():
    for path in re.findall(r"\]\((?!#|https?:)([^)]+)\)", TEXT):
        assert (ROOT / path).exists(), path


def test_the_table_of_contents_has_every_section():
    [_, contents] = TEXT.split("\n## ", 1)[0].rsplit("\n\n", 1)
    assert re.findall(r"\]\(#([^)]+)\)", contents) == [anchor(text) for level, text in HEADINGS if level == "##"]
