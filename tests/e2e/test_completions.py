# SPDX-License-Identifier: Apache-2.0
"""The completions in the shells that they are for, with an agent that has accounts, apps and key slots."""

import shutil
import subprocess

import pytest
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer
from support.programs import CLIOCTL, SOURCE
from support.terminal import Terminal

COMPLETIONS = SOURCE / "agent-client/completions"
ACCOUNTS = {"accounts": [{"name": name, "app": "firm", "state": "ready", "reason": "", "expires_at": 4000000000}
                         for name in ("jane@firm-a.com", "jane@firm-b.com", "joe", "-odd")]}
APPS = {"apps": [{"name": name, "product": "manage", "region": "us", "client_id": "k", "redirect_uri": "http://127.0.0.1:1/",
                  "source": "agent", "accounts": 1, "scope": "", "rotation": "reusable", "pkce": False,
                  "client_auth": "body", "endpoints": {}} for name in ("firm@us", "office")]}
SLOTS = {"slots": [{"id": 12, "kind": "file", "source": "/k", "made_at": 1700000000}], "rotating": False}

# What is typed before Tab, what the shell adds at once (bash and zsh), and what there is to choose from (fish).
CASES = [
    ("token ja", "ne@firm-", {"jane@firm-a.com", "jane@firm-b.com"}),
    ("token jane@", "firm-", {"jane@firm-a.com", "jane@firm-b.com"}),
    ("token jane@firm-a", ".com ", {"jane@firm-a.com"}),
    ("show jo", "e ", {"joe"}),
    ("logout jane@firm-b", ".com ", {"jane@firm-b.com"}),
    ("app show fi", "rm@us ", {"firm@us"}),
    ("list --app=of", "fice ", {"--app=office"}),
    ("key remove 1", "2 ", {"12"}),
    ("app add x --region=e", "u ", {"--region=eu"}),
    ("app add x --region=", "", {"--region=us", "--region=eu", "--region=ca", "--region=au"}),
    ("--socket=/etc/pass", "wd", {"--socket=/etc/passwd", "--socket=/etc/passwd-"}),
    ("doc", "tor ", {"doctor"}),
    ("key ro", "tate ", {"rotate"}),
]
IDS = [typed for typed, _, _ in CASES]


@pytest.fixture
def clioctl(tmp_path):
    plays = {"GET /v1/accounts": answer(200, ACCOUNTS), "GET /v1/apps": answer(200, APPS), "GET /v1/keys": answer(200, SLOTS)}
    with FakeAgent(tmp_path, plays) as agent:
        clioctl = Clioctl(tmp_path, agent.path)
        clioctl.environment |= {"PS1": "$ ", "TERM": "dumb", "INPUTRC": "/dev/null", "PATH": f"{CLIOCTL.parent}:/usr/bin:/bin"}
        yield clioctl


def types_tab(shell, typed, added):
    """Tab adds exactly this to the line, which is then given up."""
    shell.expect("ready\r\n")
    shell.expect("$ ")
    shell.shown = ""
    shell.type(f"clioctl {typed}\t")
    shell.expect(f"clioctl {typed}{added}")
    shell.type("#\x15exit\n")  # which zsh takes no blank off for, as for |
    shell.expect(f"clioctl {typed}{added}#")
    shell.end()


@pytest.mark.parametrize("typed, added, _", CASES, ids=IDS)
def test_bash(clioctl, typed, added, _):
    bash = Terminal(clioctl, "--norc", "-i", program="/bin/bash")
    bash.type(f'bind "set bell-style none"; source {COMPLETIONS}/clioctl.bash; echo rea""dy\n')
    types_tab(bash, typed, added)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("typed, added, _", CASES, ids=IDS)
def test_zsh(clioctl, typed, added, _):
    zsh = Terminal(clioctl, "-f", "-i", columns=200, program="/usr/bin/zsh")
    # No list of choices: only what is added is shown.
    zsh.type(f"unsetopt auto_list list_beep prompt_sp; fpath=({COMPLETIONS} $fpath); "
             "autoload -Uz compinit; compinit -D -u; echo rea''dy\n")
    types_tab(zsh, typed, added)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("typed, _, choices", CASES, ids=IDS)
def test_fish(clioctl, typed, _, choices):
    script = f"source {COMPLETIONS}/clioctl.fish; complete -C $argv[1]"
    done = subprocess.run(["fish", "--no-config", "-c", script, "clioctl " + typed], env=clioctl.environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == choices, done
