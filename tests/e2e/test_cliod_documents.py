# SPDX-License-Identifier: Apache-2.0
"""cliod's man pages and sample configuration against what the program says of itself."""

import json
import re
import shutil
import subprocess

import pytest
from support.programs import CLIOD, SOURCE

DAEMON = SOURCE / "daemon"
APP = {"product": "manage", "region": "us", "client_id": "id", "redirect_uri": "https://clio.example/approval"}
# Where a key is allowed: the path to it, and the section of cliod.json(5) that describes it.
PLACES = {
    (): "DESCRIPTION",
    ("lock",): "lock",
    ("refresh",): "refresh",
    ("tls",): "tls",
    ("hooks",): "hooks",
    ("apps", "firm"): "An app",
}


def options_in_help():
    text = subprocess.run([CLIOD, "--help"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^  --([a-z-]+) ?([A-Z]*)", text, re.M))


def test_man_page():
    page = (DAEMON / "cliod.8").read_text()
    described = dict(re.findall(r"^\.It Fl -([a-z-]+)(?: Ar (\S+))?", page, re.M))
    assert described == options_in_help()
    synopsis = page.split(".Sh SYNOPSIS")[1].split(".Sh")[0]
    assert set(re.findall(r"Fl -([a-z-]+)", synopsis)) == set(described)


@pytest.mark.parametrize("page", ["cliod.8", "cliod.json.5"])
def test_man_pages_are_well_formed(page):
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-mdoc", "-ww", "-Tutf8", "-z", DAEMON / page], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def known_keys(daemon, place):
    """The keys that cliod says it knows there, when it is given another."""
    config = {"nonsense": 0} if not place else {}
    node = config
    for key in place:
        node = node.setdefault(key, {"nonsense": 0} | (APP if key == "firm" else {}) if key == place[-1] else {})
    daemon.configure(json.dumps(config))
    said = daemon.refuses_to_start("--check-config")
    return re.search(r'unknown key "nonsense"; expected one of (.*)', said)[1].split(", ")


def described_keys(section):
    """The tags of the list that `section` (a heading, or the tag of another list) begins."""
    page = (DAEMON / "cliod.json.5").read_text()
    text = re.split(rf"^\.(?:S[hs]|It Cm) {section}$", page, flags=re.M)[1]
    tags, depth = [], 0
    for line in text.splitlines():
        depth += line.startswith(".Bl") - line.startswith(".El")
        if line.startswith(".It Cm") and depth == 1:
            tags += line.removeprefix(".It Cm ").split(" , ")
        if tags and depth == 0:
            return tags
    return tags


@pytest.mark.parametrize("place", PLACES)
def test_every_key_of_the_configuration_is_described(make_daemon, place):
    assert set(described_keys(PLACES[place])) == set(known_keys(make_daemon(), place))


@pytest.mark.parametrize("place", PLACES)
def test_the_sample_shows_every_key(make_daemon, place):
    text = (SOURCE / "etc/cliod.json").read_text(encoding="utf-8")
    text = re.sub(r"^( *)//(?! )", r"\1", text, flags=re.M)  # the examples
    text = re.sub(r"(?<!:)//.*", "", text)  # the comments
    nodes = [json.loads(re.sub(r",(\s*[}\]])", r"\1", text))]
    for key in place:
        nodes = [app for node in nodes for app in node.values()] if key == "firm" else [node[key] for node in nodes]
    assert set().union(*nodes) == set(known_keys(make_daemon(), place))
