# SPDX-License-Identifier: Apache-2.0
"""Two users with their own agents, next to the system's."""

import pytest
from support.programs import until
from system import MEMBER


class User:
    """Somebody who has enabled the socket, and logged in to Clio."""

    def __init__(self, machine, clio, name, port):
        self.machine, self.name = machine, name
        machine.run(f"useradd --create-home {name} && loginctl enable-linger {name}")
        self.runtime_dir = f"/run/user/{machine.run(f'id -u {name}').stdout.strip()}"
        self.socket = f"{self.runtime_dir}/cliod/agent.sock"
        machine.session("systemctl --user enable --now cliod.socket", name)
        clio.add_app(name, port, XDG_RUNTIME_DIR=self.runtime_dir)
        clio.login(f"of-{name}", user=name, XDG_RUNTIME_DIR=self.runtime_dir)

    def run(self, command, **options):
        return self.machine.run(command, user=self.name, XDG_RUNTIME_DIR=self.runtime_dir, **options)

    def token(self):
        return self.run("clioctl token").stdout.strip()


@pytest.fixture(scope="module")
def users(machine, clio):
    return [User(machine, clio, "dora", 5679), User(machine, clio, "emil", 5680)]


def test_each_has_tokens_of_their_own(users, system):
    tokens = [user.token() for user in users] + [system.token()]
    assert len(set(tokens)) == 3
    assert all(system.clio.accepts(token) for token in tokens)
    assert users[0].run("clioctl list").stdout.count("of-") == 1


def test_none_reaches_the_socket_of_another(users, system):
    sockets = {user.name: user.socket for user in users} | {"system": "/run/cliod/agent.sock"}
    for user in users:
        for owner, socket in sockets.items():
            user.run(f"clioctl token --socket {socket}", exit=0 if owner == user.name else 5)
    for user in users:
        system.machine.run(f"clioctl token --socket {user.socket}", user=MEMBER, exit=5)
        system.machine.run(f"clioctl token --socket {user.socket}", user="cliod", exit=5)


def test_the_session_of_who_has_an_agent_knows_its_socket(users, machine):
    for user in users:
        named = machine.session("systemd-run --user --quiet --wait --pipe printenv CLIO_AGENT_SOCK", user.name).stdout
        assert named.strip() == user.socket
        user.run("systemctl --user stop cliod.socket")
        machine.session("systemd-run --user --quiet --wait --pipe printenv CLIO_AGENT_SOCK || echo none", user.name)
        user.run("systemctl --user start cliod.socket")


def test_who_has_none_is_served_by_the_system(users, system):
    shown = system.machine.session("systemd-run --user --quiet --wait --pipe clioctl token smith-law", MEMBER).stdout
    assert shown.strip() == system.token()


def test_a_users_daemon_is_started_again_too(users, machine):
    user = users[0]

    def main_pid():
        return user.run("systemctl --user show --value --property=MainPID cliod.service").stdout.strip()

    assert user.token()
    before = main_pid()
    assert before != "0"
    machine.run(f"kill -KILL {before}")
    until(lambda: main_pid() not in ("0", before), "a new daemon")
    assert user.token()
    user.run("systemctl --user restart cliod.service")
    assert user.token()


def test_state_and_socket_are_private(users, machine):
    for user in users:
        seen = user.run(f"stat --format='%a %U' {user.socket} {user.runtime_dir}/cliod ~/.local/state/cliod").stdout
        assert seen.splitlines() == [f"600 {user.name}", f"700 {user.name}", f"700 {user.name}"]
