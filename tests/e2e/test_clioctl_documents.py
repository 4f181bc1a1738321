# SPDX-License-Identifier: Apache-2.0
"""Man pages, completions and exported symbols against what the programs say of themselves."""

import re
import shutil
import subprocess

import pytest
from support.clioctl import Clioctl
from support.programs import BUILD, CLIOCTL, SANITIZED, SOURCE

CLIENT = SOURCE / "agent-client"
COMPLETIONS = CLIENT / "completions"
PAGES = ["clioctl.1", "clioctl-app.1", "clioctl-backup.1", "clioctl-doctor.1", "clioctl-key.1"]
LIBRARY = BUILD / "agent-client/lib/libclio-agent.so.1"


def options_in(text):
    return set(re.findall(r"--([a-z][a-z-]*)", text))


@pytest.fixture
def commands(tmp_path):
    """By clioctl's help: the summary and the options of each command."""
    clioctl = Clioctl(tmp_path, tmp_path / "agent.sock")
    listed = clioctl("--help").stdout.split("commands:\n")[1].split("\n\n")[0]
    rows = (re.fullmatch(r"  (\w+(?: \w+)?)  +(.+)", line) for line in listed.splitlines())
    return {
        row[1]: (row[2], options_in("\n".join(re.findall(r"^  --\S+", clioctl(*row[1].split(), "--help").stdout, re.M))))
        for row in rows
    }


COMMON = {"socket", "timeout", "help", "version"}


def test_man_page(commands):
    pages = [(CLIENT / name).read_text() for name in PAGES]
    section = "".join(page.split(".Sh COMMANDS")[1].split(".Sh ")[0] for page in pages)
    synopses = re.findall(r"^\.It Xo\n(.*?)\n\.Xc|^\.It (Ic [^\n,]*)$", section, re.M | re.S)
    found = {}
    for synopsis in (a or "." + b for a, b in synopses):
        name = re.match(r"\.Ic (.+)", synopsis)[1]
        found[name] = {o for o in re.findall(r"(?:Fl|\|) -([a-z][a-z-]*)", synopsis)}
    assert found == {name: options - COMMON for name, (_, options) in commands.items()}
    for option in COMMON:
        assert f".It Fl -{option}" in pages[0]


@pytest.mark.parametrize("page", [*PAGES, "libclio-agent.3"])
def test_man_pages_are_well_formed(page):
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-mdoc", "-ww", "-Tutf8", "-z", CLIENT / page], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_bash(commands):
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clioctl; printf "%s\\n" "${COMPREPLY[@]}"'

    def complete(*words):
        done = subprocess.run(["bash", "-c", script, "bash", COMPLETIONS / "clioctl.bash", "clioctl", *words],
                              capture_output=True, text=True, check=True, env={"PATH": f"{CLIOCTL.parent}:/usr/bin:/bin"})
        return set(done.stdout.split())

    assert complete("") == {name.split()[0] for name in commands}
    for group in ("app", "key"):
        assert complete(group, "") == {name.split()[1] for name in commands if name.startswith(group + " ")}
    for name, (_, options) in commands.items():
        assert {option.removeprefix("--") for option in complete(*name.split(), "--")} == options, name
    assert complete("--socket", "token", "sh") == {"show"}
    assert complete("app", "add", "x", "--region", "") == {"us", "eu", "ca", "au"}
    assert complete("key", "add", "") == {"passphrase", "recovery", "file", "credential"}
    assert "/etc/passwd" in complete("key", "add", "file", "/etc/pass")
    for command in ("backup", "restore"):
        assert "/etc/passwd" in complete(command, "/etc/pass")
    assert "true" in complete("run", "x", "--", "tru")


def test_zsh(commands):
    text = (COMPLETIONS / "_clioctl").read_text()
    apps, rest = text.split("_clioctl_app() {")[1].split("_clioctl_key() {")
    keys, top = rest.split("_clioctl() {")
    found = {}
    for prefix, part in (("app ", apps), ("key ", keys), ("", top)):
        for names, block in re.findall(r"^        ([a-z|]+)\)\n(.*?);;", part, re.M | re.S):
            found |= {prefix + name: options_in(re.sub(r"\[.*\]", "", block)) for name in names.split("|")}
    assert found == {name: options - COMMON for name, (_, options) in commands.items()}
    for name, (summary, _) in commands.items():
        assert f"{name.split()[-1]}:{summary}" in text
    if shutil.which("zsh"):
        subprocess.run(["zsh", "-n", COMPLETIONS / "_clioctl"], check=True)


def test_fish(commands):
    text = (COMPLETIONS / "clioctl.fish").read_text().replace(" \\\n   ", "")
    found = {name: set() for name in commands}
    for names, option in re.findall(r"^complete -c clioctl -n '__clioctl_is (.*?)' -l (\S+)", text, re.M):
        for name in re.findall(r'"([^"]*)"|(\S+)', names):
            found["".join(name)].add(option)
    assert found == {name: options - COMMON for name, (_, options) in commands.items()}
    for name, (summary, _) in commands.items():
        described = summary.replace("'", "\\'")
        assert re.search(rf"-a {name.split()[-1]} +-d '{re.escape(described)}'", text), name
    if shutil.which("fish"):
        subprocess.run(["fish", "-n", COMPLETIONS / "clioctl.fish"], check=True)


def test_the_library_exports_its_header_and_nothing_else():
    header = (CLIENT / "include/clio_agent.h").read_text()
    declared = set(re.findall(r"^CLIO_API .*?(clio_\w+)\(", header, re.M))
    done = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True)
    exported = {line.split()[-1].split("@")[0] for line in done.stdout.splitlines() if " T " in line or " W " in line}
    assert exported == declared and len(declared) == 9
    page = (CLIENT / "libclio-agent.3").read_text()
    assert declared == set(re.findall(r"^\.Nm (clio_\w+)", page, re.M))
    for code in re.findall(r"^    (CLIO_[A-Z_]+) = \d+,? */?", header.split("} clio_code;")[0], re.M):
        assert code == "CLIO_OK" or f".It Dv {code}\n" in page


def test_what_the_client_is_linked_with():
    def needed(file):
        done = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True)
        return set(re.findall(r"NEEDED.*\[(\w+)", done.stdout)), re.findall(r"SONAME.*\[(.*)\]", done.stdout)

    libraries, name = needed(LIBRARY)
    assert name == ["libclio-agent.so.1"]
    if not SANITIZED:
        assert libraries <= {"libstdc", "libgcc_s", "libc", "ld"}
        assert needed(CLIOCTL)[0] <= {"libc", "ld"}
