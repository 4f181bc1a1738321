# SPDX-License-Identifier: Apache-2.0
"""A new user's first day, typed as the README has it: what it says and what the programs do must agree. How to install is
walked in tests/systemd, `make demo` and `make test` by tests/fresh."""

import re
import shutil
from pathlib import Path

import pytest
from support.new_machine import CLIENT_SECRET, HOME, NewMachine, skip_unless_possible
from support.programs import SOURCE
from support.readme import README, blocks, commands
from support.terminal import Terminal

FIRST_TOKEN = "Five minutes to a first real token"
PROGRAMS = "In your programs"
JANE = '"name":"Jane Doe"'


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    skip_unless_possible()
    with NewMachine(tmp_path_factory.mktemp("machine")) as machine:
        # The browser of somebody who consents at once.
        machine.program("browser", """
            #!/bin/sh
            exec curl -sSL --max-time 20 --output /dev/null "$1"
        """)
        yield machine


class Typist(Terminal):
    """Somebody at the terminal of a session, who types one line after the other."""

    def __init__(self, machine, shell="/bin/bash", *options):
        self.home = "/"
        self.environment = {}
        program, *arguments = machine.as_user(shell, *options, BROWSER="browser", PS1="READY> ", TERM="dumb")
        super().__init__(self, *arguments, columns=500, program=shutil.which(program))
        self.expect("READY> ")

    def command(self, line, answers=()):
        """Types a command, answers what it asks, and returns what it showed."""
        self.shown = ""
        self.type(line + "; echo exit: $?\n")
        for question, reply in answers:
            self.expect(question)
            self.type(reply + "\n")
        self.expect("exit: 0\r\n")
        self.expect("READY> ")
        return self.shown


@pytest.fixture(scope="module")
def first_day(machine):
    """What each command of the first five minutes showed, by its line; the agent then runs."""
    typist = Typist(machine, "/bin/bash", "--norc", "-i")
    shown = {}
    for is_root, line in commands(FIRST_TOKEN):
        assert not is_root
        asks = [("Secret of the app: ", CLIENT_SECRET)] if line.startswith("clioctl app add") else []
        shown[line] = typist.command(line, asks)
    typist.type("exit\n")
    typist.end()
    return shown


def test_the_first_screen_has_what_everybody_wants_first():
    screen = "\n".join(README.splitlines()[:40])
    for wanted in ("make demo", "make test", "clioctl token --curl | curl -K -", "etc/troubleshooting.md", "clioctl doctor"):
        assert wanted in screen
    makefile = (SOURCE / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.M) + re.findall(r"`make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README):
        assert (SOURCE / link).exists(), link


def test_the_first_five_minutes(first_day):
    lines = list(first_day)
    assert [re.match(r"\S+( \S+)?", line)[0] for line in lines] == [
        'eval "$(cliod', "clioctl app", "clioctl login", "clioctl token", "clioctl list", "clioctl doctor"]
    assert "Added app firm" in first_day[lines[1]] and CLIENT_SECRET not in first_day[lines[1]]
    assert "Logged in" in first_day[lines[2]]
    assert JANE in first_day[lines[3]]
    assert re.search(r"^smith-law +firm +ready ", first_day[lines[4]], re.M)
    assert re.search(r"^good +account smith-law +ready", first_day[lines[5]], re.M)


def test_in_a_shell(machine, first_day):
    machine.run(f"printf '#!/bin/sh\\nprintenv CLIO_ACCOUNT CLIO_API_BASE' >{HOME}/nightly-export; chmod +x {HOME}/nightly-export")
    [lines] = blocks(PROGRAMS, "sh")
    script = "\n".join(["set -e", 'eval "$(clioctl env)"', *lines])
    done = machine.run(script, shell="/bin/bash")
    assert "smith-law\nhttps://app.clio.com/api/v4\n" in done.stdout
    assert '"access_token":' in done.stdout, "without clioctl"
    assert len(lines) == 4 and all(line.split()[0] in ("clioctl", "curl", "eval") for line in lines)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_in_fish(machine, first_day):
    [lines] = blocks(PROGRAMS, "fish")
    done = machine.run("\n".join(lines), shell="/usr/bin/fish")
    assert JANE in done.stdout and "fish:" not in done.stderr


def test_in_cron(machine, first_day):
    """With the environment that cron(8) gives: the variables of the table, and nothing of a session."""
    [lines] = blocks(PROGRAMS, "crontab")
    variables = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    [entry] = [line for line in lines if not re.match(r"\w+=", line)]
    *when, command = entry.split(None, 5)
    assert len(when) == 5 and all(re.fullmatch(r"[\d*/,-]+", field) for field in when) and "%" not in command
    done = machine.run(command, session=False, **variables)
    assert done.stdout + done.stderr == "", "cron would mail it"
    assert JANE in machine.run("cat me.json").stdout


def test_by_ssh(machine, first_day):
    """sshd(8) without PAM: the user's default path, and no session. Here ssh goes nowhere but to this machine."""
    machine.program("ssh", """
        #!/bin/sh
        shift
        exec env -i HOME="$HOME" USER="$USER" LOGNAME="$USER" PATH=/usr/local/bin:/usr/bin:/bin SHELL=/bin/sh sh -c "$*"
    """)
    [(_, line)] = commands(PROGRAMS, "ssh")
    assert line.startswith("ssh build-host ")
    assert "smith-law" in machine.run(line).stdout


def test_in_a_container(machine, first_day):
    """What a container sees of the socket: its folder, mounted into a /run of its own. Here the container is only that."""
    machine.program("docker", """
        #!/bin/bash
        # docker run --rm --user UID --volume FROM:TO IMAGE COMMAND...
        [ "$1 $2 $3 $5" = "run --rm --user --volume" ] && [ "$4" = "$(id -u)" ] || exit 125
        user=$4 from=${6%%:*} to=${6#*:}
        shift 7
        exec env -i PATH=/usr/local/bin:/usr/bin:/bin unshare --map-root-user --mount sh -c '
            user=$1 from=$2 to=$3; shift 3
            mount --bind "$from" /mnt && mount -t tmpfs tmpfs /run && mkdir -p "$to" && mount --move /mnt "$to" &&
                exec unshare --user --map-user="$user" "$@"
        ' sh "$user" "$from" "$to" "$@"
    """)
    if machine.run("unshare --map-root-user --mount true", exit=None).returncode != 0:
        pytest.skip("users may not have mounts of their own here")
    [(_, line)] = commands(PROGRAMS, "A container")
    assert "smith-law" in machine.run(line).stdout


def test_every_block_of_commands_is_typed_somewhere():
    """A block that nobody types would go wrong unseen."""
    typed = {"Five minutes to a first real token", "Two ways to install", "In your programs"}
    for heading, text in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", README, re.M | re.S):
        languages = set(re.findall(r"^ *```(\w+)$", text, re.M)) - {"jsonc"}
        assert not languages or heading in typed, heading
