# SPDX-License-Identifier: Apache-2.0
"""The socket, who may use it, and the daemon that it starts."""

from system import MEMBER, STRANGER


def test_the_socket_starts_the_daemon(system):
    machine = system.machine
    machine.run("systemctl stop cliod.service")
    assert machine.show("cliod.socket", "SubState") == "listening"
    token = system.token()
    assert system.clio.accepts(token)
    assert machine.show("cliod.service", "ActiveState") == "active"
    assert "1 account" in machine.run("systemctl status cliod.service").stdout.split("Status: ")[1].split("\n")[0]


def test_only_the_socket_is_enabled(system):
    assert system.machine.run("systemctl is-enabled cliod.socket").stdout == "enabled\n"
    assert system.machine.run("systemctl is-enabled cliod.service", exit=1).stdout == "disabled\n"


def test_the_socket_is_of_its_group_and_nobody_can_take_its_place(system):
    seen = system.machine.run("stat --format='%A %U %G %n' /run/cliod /run/cliod/agent.sock /var/lib/cliod").stdout
    assert seen.splitlines() == [
        "drwxr-xr-x root root /run/cliod",
        "srw-rw---- root clio /run/cliod/agent.sock",
        "drwx------ cliod cliod /var/lib/cliod",
    ]


def test_the_kernel_refuses_who_is_not_in_the_group(system):
    before = system.machine.journal_end()
    refused = system.machine.run("clioctl token smith-law", user=STRANGER, exit=5)
    assert "this user may not connect to it" in refused.stderr
    system.machine.run("curl -sS --unix-socket /run/cliod/agent.sock http://agent/v1/status", STRANGER, exit=7)
    uid = system.machine.run(f"id -u {STRANGER}").stdout.strip()
    logged = [entry["MESSAGE"] for entry in system.machine.journal("_SYSTEMD_UNIT=cliod.service", after=before)]
    assert not any(f"uid={uid}" in message for message in logged), "the daemon never saw them"


def test_a_member_of_the_group_is_served_and_seen_as_who_they_are(system):
    assert system.token(MEMBER) == system.token("root")
    uid = system.machine.run(f"id -u {MEMBER}").stdout.strip()
    own = system.machine.run("id -u cliod").stdout.strip()
    refused = system.machine.run("clioctl logout smith-law", user=MEMBER, exit=5)
    assert f"(uid {own}, you are {uid})" in refused.stderr
    system.machine.run("clioctl logout nobody", exit=7)  # root may, were there such an account


def test_the_daemon_never_binds_a_socket_of_its_own(system):
    """Started without one it exits, and one of another kind is refused; both leave nothing at the path."""
    machine = system.machine
    machine.run("systemctl stop cliod.socket cliod.service")
    machine.run("systemctl start cliod.service")
    assert machine.show("cliod.socket", "ActiveState") == "active", "the service brings its socket"
    machine.run("systemctl stop cliod.socket")
    assert machine.show("cliod.service", "ActiveState") == "inactive", "and goes with it"
    machine.run("test -e /run/cliod/agent.sock", exit=1)
