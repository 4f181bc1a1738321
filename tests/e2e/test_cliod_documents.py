# SPDX-License-Identifier: Apache-2.0
"""cliod's man pages and sample configuration against what the program says of itself."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
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


@pytest.mark.parametrize("page", ["cliod.8", "cliod.json.5", "cliod.log.5"])
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


def schemas_of_answers(document):
    """Every schema that an answer may have, also inside of others, as (where, schema)."""
    seen = set()

    def below(where, node):
        if isinstance(node, list):
            for item in node:
                yield from below(where, item)
        if not isinstance(node, dict):
            return
        reference = node.get("$ref")
        if reference and reference not in seen:
            seen.add(reference)
            target = document
            for name in reference.removeprefix("#/").split("/"):
                target = target[name]
            yield from below(reference, target)
        yield where, node
        for value in node.values():
            yield from below(where, value)

    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "put", "post", "delete"}:
            yield from below(f"{method} {path}", item[method]["responses"])


def test_what_the_protocol_says_of_answers_leaves_room_for_more():
    """CONTRIBUTING.md: clients ignore members, states, codes and events that they do not know."""
    with open(DAEMON / "openapi.yaml", encoding="utf-8") as file:
        document = yaml.safe_load(file)
    schemas = list(schemas_of_answers(document))
    assert len(schemas) > 100
    assert [where for where, schema in schemas if "additionalProperties" in schema] == []
    known = {name for _, schema in schemas for name in ("state", "event", "code")
             if "x-extensible-enum" in schema.get("properties", {}).get(name, {})}
    assert known == {"event", "code"} and "x-extensible-enum" in document["components"]["schemas"]["state"]
    for path, item in document["paths"].items():
        for method in item.keys() & {"put", "post"}:
            for content in item[method].get("requestBody", {}).get("content", {}).values():
                schema = content["schema"]
                if "$ref" in schema:
                    schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                assert schema.get("additionalProperties") is False, f"{method} {path}: an unknown member gets 400"


def texts_of_programs():
    """The string literals of the programs, those that stand beside each other joined as the compiler joins them."""
    literal = r'"((?:[^"\\\n]|\\.)*)"'
    for folder in ("daemon", "agent-client"):
        for file in sorted((SOURCE / folder).glob("**/*.[ch]*")):
            if "tests" in file.parts or file.suffix not in (".cpp", ".h"):
                continue
            text = re.sub(r"^\s*#include.*", "", file.read_text(encoding="utf-8"), flags=re.M)
            for run in re.finditer(rf"{literal}(?:\s*{literal})*", text):
                joined = "".join(re.findall(literal, run[0]))
                yield joined.replace('\\"', '"').replace("\\n", "\n")


def test_the_messages_of_the_troubleshooting_page_are_those_of_the_programs():
    page = (SOURCE / "etc/troubleshooting.md").read_text(encoding="utf-8")
    texts = "\0".join(texts_of_programs())
    messages = re.findall(r"^### `(.*)`(?: \(\d+\))?$", page, re.M)
    assert len(messages) == page.count("\n### ") >= 20
    for message in messages:
        parts = [part for part in (part.strip(" ;:,") for part in message.split("…")) if part]
        # What a command's name and option are put together from stands in its table.
        parts = [part for part in parts if part != "app add: --region"]
        missing = [part for part in parts if part not in texts]
        assert not missing, f"{message}: no program says {missing}"
        assert max(map(len, parts)) >= 12, f"{message}: too little to be recognized by"
