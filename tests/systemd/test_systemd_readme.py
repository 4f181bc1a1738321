# SPDX-License-Identifier: Apache-2.0
"""The README's ways to install, typed verbatim, in a tree after `make install`."""

import json
import os
import pty
import termios

from system import CONFIG
from support.programs import until
from support.readme import commands

SECTION = "Two ways to install"


def type_at_terminal(machine, command, answer):
    """Runs a command that asks a person; returns all that the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        program = machine.command(command)
        os.execvp(program[0], program)
    shown = b""
    try:
        while b"App Secret:" not in shown:
            shown += os.read(terminal, 1024)
        until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "no echo")
        os.write(terminal, answer.encode() + b"\n")
        while True:
            shown += os.read(terminal, 1024)
    except OSError:  # the end, from a terminal whose last program has gone
        pass
    finally:
        os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    return shown.decode()


def test_for_the_machine(system):
    machine = system.machine
    machine.run("systemctl disable --now cliod.socket && useradd --create-home alice")
    typed = commands(SECTION, "For the machine.")
    assert all(is_root for is_root, _ in typed) and len(typed) == 3
    shown = [machine.run(command).stdout for _, command in typed]
    assert "/run/cliod/agent.sock" in shown[-1]
    assert system.clio.accepts(system.token("alice"))


def test_for_yourself(machine):
    machine.run("useradd --create-home carol")
    typed = commands(SECTION, "For yourself.")
    assert not any(is_root for is_root, _ in typed) and len(typed) == 2
    # In one session, as a person has it.
    shown = machine.session(" && ".join(command for _, command in typed), "carol").stdout
    uid = machine.run("id -u carol").stdout.strip()
    assert f"/run/user/{uid}/cliod/agent.sock" in shown


def test_keys_and_secrets(system):
    machine = system.machine
    machine.run("cp -a /var/lib/cliod/key ~/key-for-later")
    typed = [command for is_root, command in commands(SECTION, "Keys and secrets.") if is_root]
    before = system.token()
    try:
        for command in typed:
            if "systemd-ask-password" in command:
                assert system.clio.secret not in type_at_terminal(machine, command, system.clio.secret)
            elif command == typed[-1]:
                app = system.clio.app({"credential": "clio-client-secret"})
                machine.write(CONFIG, json.dumps({"key": {"credential": "cliod-key"}, "apps": {"firm": app}}))
                machine.run(command)
            else:
                machine.run(command)
        machine.run("test ! -e /var/lib/cliod/key")
        assert system.token() == before, "the store is open"
        machine.run("clioctl refresh smith-law")
        until(lambda: system.token() != before, "a refresh, for which the client's secret is needed")
        system.clio.note_tokens()
    finally:
        machine.run("cp -a ~/key-for-later /var/lib/cliod/key")
    sealed = machine.run("cat /etc/credstore.encrypted/*").stdout
    assert sealed and system.clio.secret not in sealed
