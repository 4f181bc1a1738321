# SPDX-License-Identifier: Apache-2.0
"""The man pages as man(1) shows them: what people copy from them must work when it is pasted."""

import re
import shutil
import subprocess

import pytest
from support.programs import SOURCE

PAGES = sorted(page for folder in ("agent-client", "daemon", "tests/sandbox")
               for page in (SOURCE / folder).glob("*.[1-8]"))
# What a page may show that is not ASCII, none of it within a command: the dash of its title, curly quotes around it, and a number.
FURNITURE = "—‘’±"


def rendered(page, locale):
    """By groff as man-db calls it, with lines so long that nothing is broken."""
    device = "utf8" if locale == "UTF-8" else "ascii"
    done = subprocess.run(["groff", "-mandoc", f"-T{device}", "-P-c", "-P-b", "-P-o", "-P-u", "-rLL=2000n", page],
                          capture_output=True, check=True)
    return done.stdout.decode(locale)


def as_typed(text):
    """A line of the source as a person reads it."""
    for escape, character in ((r"\(dq", '"'), (r"\&", ""), (r"\-", "-"), (r"\(aq", "'"), (r"\(ti", "~"), (r"\(ha", "^"),
                              (r"\(ga", "`"), (r"\e", "\\")):
        text = text.replace(escape, character)
    return text


def examples(page):
    """The lines of its literal blocks and one-line displays."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S):
        yield from (as_typed(line) for line in block.splitlines() if line and not line.startswith("."))
    yield from (as_typed(line) for line in re.findall(r"^\.Dl (.*)", text, re.M))


def quoted(page):
    """What stands in quotes in its text, where no other macro is among it."""
    for line in re.findall(r"^\.Ql (.*)", page.read_text(encoding="utf-8"), re.M):
        words = as_typed(re.sub(r"(?: [.,:;)])+$", "", line))
        if " , " not in words and not re.search(r"(?:^| )(?:Ns|No|Ar|Ql|Fl|Pa|Xr|Cm)(?: |$)", words):
            yield words


def test_there_are_pages():
    assert len(PAGES) >= 8
    assert sum(1 for page in PAGES for _ in examples(page)) > 30 and sum(1 for page in PAGES for _ in quoted(page)) >= 50


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
@pytest.mark.parametrize("locale", ["UTF-8", "ASCII"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_copied_from_a_page_can_be_pasted(page, locale):
    shown = rendered(page, locale)
    lines = [line.strip() for line in shown.splitlines()]
    for example in examples(page):
        assert example.strip() in lines, example
    text = " ".join(shown.split())
    for words in quoted(page):
        before, after = ("‘", "’") if locale == "UTF-8" else ("'", "'")
        assert before + " ".join(words.split()) + after in text, words
    assert not re.search("‘[^’]*‘", text), "a quote within a quote"
    strange = {character for character in shown if ord(character) > 126} - set(FURNITURE)
    assert not strange, f"not ASCII, nor what man pages have around their text: {strange}"


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_is_hyphenated(page):
    """At the width of a terminal: a word that is broken with a hyphen pastes as two."""
    done = subprocess.run(["man", "-l", page], env={"LC_ALL": "C.UTF-8", "MANWIDTH": "78", "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=True)
    assert len(done.stdout) > 500 and "\u2010" not in done.stdout
