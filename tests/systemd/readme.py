# SPDX-License-Identifier: Apache-2.0
"""What the README tells people to type."""

import re

from support.programs import SOURCE

README = (SOURCE / "README.md").read_text(encoding="utf-8")


def commands(section, lead):
    """The commands of the console blocks between **lead** and the next lead or heading: [(is root's, command)]."""
    text = README.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    text = re.split(r"\n\*\*", text.split(f"\n**{lead}**", 1)[1], maxsplit=1)[0]
    lines = "".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines()
    assert lines and all(re.match(r"[#$] ", line) for line in lines), lines
    return [(line[0] == "#", line[2:]) for line in lines]
