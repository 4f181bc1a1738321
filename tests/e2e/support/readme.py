# SPDX-License-Identifier: Apache-2.0
"""What the README tells people to type."""

import re
import textwrap

from .programs import SOURCE

README = (SOURCE / "README.md").read_text(encoding="utf-8")


def blocks(section, language, lead=None):
    """The fenced blocks of this language in a section, or between **lead** in it and the next lead, each as its lines."""
    text = README.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    if lead:
        text = re.split(r"\n\*\*", text.split(f"\n**{lead}**", 1)[1], maxsplit=1)[0]
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"the README has no {language} in {section!r}"
    return [textwrap.dedent(block).splitlines() for block in found]


def commands(section, lead=None):
    """The commands of the console blocks there: [(is root's, command)]."""
    lines = [line for block in blocks(section, "console", lead) for line in block]
    assert lines and all(re.match(r"[#$] ", line) for line in lines), lines
    return [(line[0] == "#", line[2:]) for line in lines]
